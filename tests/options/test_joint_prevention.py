"""Joint prevention: which places count as shared, what it costs to the pound, and which way the answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise, best_alone, searched_alone
from joinedup.area import Area
from joinedup.assumptions import Draws, draw
from joinedup.options import Option
from joinedup.options.joint_prevention import (
    COORDINATION,
    HELD,
    PREVENTED,
    VISIT,
    JointPrevention,
    high_risk,
)
from joinedup.wording import Unit, in_words
from tests.small import Row, incident, littleton, service, shuffled, small_area, with_settings

KIND = JointPrevention()
DECLARED = {each.name: each for each in KIND.assumptions}
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
YEAR = 365.2425 / 365


def town(times: int = 1, **tables: list[Row]) -> Area:
    """Make police busy at 0 and 5 km, and fire at 0 and 9 km: at 0 there are 60 and 20 records."""
    busy = [("police", 0, 60), ("police", 5_000, 10), ("fire", 0, 20), ("fire", 9_000, 5)]
    rows = [
        incident(f"{who}-{x}-{each}", who, x + 250, 250, category="any")
        for who, x, number in busy
        for each in range(number * times)
    ]
    area = small_area(None, **{"services": [service("police"), service("fire")], "incidents": rows, **tables})
    return with_settings(area, period=(date(2025, 1, 1), date(2025, 12, 31)))


def only(area: Area) -> Option:
    (option,) = KIND.find(area, DECLARED)
    return option


def lines(area: Area, option: Option, year: int) -> dict[tuple[str, str], float]:
    return {
        (flow.what, flow.payer): float(flow.amount[0])
        for flow in KIND.cash(area, option, DRAWS)
        if flow.year == year
    }


def worth(option: Option, draws: Draws = DRAWS) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    flows = KIND.cash(town(), option, draws)
    return np.asarray(appraise(flows, draws, project=KIND.project_type, years=KIND.years).npsv)


# --- which places ----------------------------------------------------------------------------------------------------


def test_in_littleton_police_and_ambulance_share_one_place() -> None:
    # Two thirds: police 26 + 23 + 15 of 89, ambulance 51 + 24 + 22 + 22 of 149. Both have the square of (-6000, -8000).
    option = only(littleton().area)
    assert option.partners == ("ambulance", "police")
    assert option.facts["shared_places"] == 1
    assert option.facts["places_police"] == 3
    assert option.facts["places_ambulance"] == 4
    assert option.facts["incidents_police"] == pytest.approx(23 * 365.2425 / 70)
    assert option.facts["incidents_ambulance"] == pytest.approx(22 * 365.2425 / 70)


def test_only_incidents_in_places_that_are_high_risk_for_both_count() -> None:
    facts = only(town()).facts
    assert facts["shared_places"] == 1
    assert facts["incidents_police"] == pytest.approx(60 * YEAR)
    assert facts["share_fire"] == pytest.approx(0.8)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=12), st.floats(0.05, 0.95))
def test_high_risk_places_hold_the_share_and_none_of_them_could_be_spared(
    counts: list[int], held: float
) -> None:
    given_counts = np.array(counts, float)
    high = high_risk(given_counts, held)
    total = given_counts.sum()
    if not total:
        assert not high.any()
        return
    assert given_counts[high].sum() >= held * total * (1 - 1e-9)
    # Without those that tie for the last place, the rest would hold less.
    assert given_counts[given_counts > given_counts[high].min()].sum() < held * total
    assert not high[given_counts < given_counts[high].min()].any()


def test_nothing_that_is_kept_names_a_place() -> None:
    option = only(town())
    assert set(option.joins) == {"police", "fire"}
    assert not {"x", "y", "easting", "northing"} & set(option.facts)


def test_no_shared_place_or_too_few_incidents_are_no_reason() -> None:
    few = {**DECLARED, "joint_prevention.least": replace(DECLARED["joint_prevention.least"], central=90.0)}
    assert KIND.find(town(), few) == []
    # Where a half is asked for, police are at 0 alone, and fire are made to be elsewhere.
    rows = [
        incident(f"{who}{each}", who, x) for who, x in (("police", 0), ("fire", 9_000)) for each in range(99)
    ]
    assert KIND.find(town(incidents=rows), {**DECLARED, HELD.name: replace(HELD, central=0.5)}) == []


def test_what_is_live_is_never_proposed_and_what_ended_says_so() -> None:
    row: Row = {"kind": "Joint prevention", "partners": "fire; police"}
    assert KIND.find(town(collaborations=[{**row, "status": "live"}]), DECLARED) == []
    ended = only(town(collaborations=[{**row, "status": "ended", "why": "the grant ended"}]))
    assert ended.facts["tried_before"] == "ended: the grant ended"


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert KIND.find(shuffled(town(), 5), DECLARED) == KIND.find(town(), DECLARED)


def test_referrals_and_what_is_prevented_are_told_with_their_range_down_to_nothing() -> None:
    area = town()
    facts = only(area).facts
    drawn = draw(KIND.assumptions, 1000, area.settings.seed)
    for name, values in (
        ("visits", 80 * YEAR * drawn["joint_prevention.referred"]),
        ("prevented_fire", 20 * YEAR * drawn[PREVENTED.name]),
    ):
        low, high = np.percentile(values[1:], [5, 95])
        assert facts[name] == in_words(float(values[0]), Unit.NUMBER, float(low), float(high))
    told = {name.replace("{partner}", who) for name in KIND.facts_told for who in ("police", "fire")}
    assert told <= {name for name, value in facts.items() if value is not None}


# --- cash to the pound -----------------------------------------------------------------------------------------------


def test_a_scheme_to_the_pound() -> None:
    area = town()
    option = only(area)
    assert lines(area, option, 0) == {
        ("agreement to share data", "police"): -6_000,
        ("agreement to share data", "fire"): -6_000,
    }
    visits = 80 * YEAR * 0.04 * 80
    expected = {
        **{("half of the coordination", who): -17_500.0 for who in ("police", "fire")},
        **{("visits after referrals", who): -visits for who in ("police", "fire")},
        ("incidents prevented: time of crews", "police"): 60 * YEAR * 0.015 * 90,
        ("incidents prevented: time of crews", "fire"): 20 * YEAR * 0.015 * 180,
        # One event may be in both services' records: harm is that of the 60 alone.
        ("incidents prevented: harm", "society"): 60 * YEAR * 0.015 * 300,
    }
    assert lines(area, option, 2) == pytest.approx(expected, abs=0.5)
    assert lines(area, option, 1)["incidents prevented: harm", "society"] == 0


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_share_prevented_is_worth_more_and_nothing_prevented_is_a_loss_in_every_draw() -> None:
    option = only(town())
    twice, none = (DRAWS.with_column(PREVENTED, factor * DRAWS[PREVENTED.name]) for factor in (2.0, 0.0))
    assert (worth(option, twice) > worth(option)).all()
    assert (worth(option, none) < 0).all()


def test_twice_the_incidents_double_what_is_prevented_and_the_visits() -> None:
    one, two = town(), town(2)
    for what, who in (("visits after referrals", "fire"), ("incidents prevented: harm", "society")):
        before, after = (lines(area, only(area), 3)[what, who] for area in (one, two))
        assert after == pytest.approx(2 * before)


@pytest.mark.parametrize("dear", [VISIT, COORDINATION], ids=lambda each: str(each.name))
def test_twice_the_price_of_a_visit_or_of_coordination_is_worth_less(dear: object) -> None:
    each = VISIT if dear is VISIT else COORDINATION
    option = only(town())
    assert (worth(option, DRAWS.with_column(each, 2 * DRAWS[each.name])) < worth(option)).all()


# --- what each could do alone ------------------------------------------------------------------------------------------


def test_a_service_could_visit_by_itself_in_all_places_that_are_high_risk_for_it() -> None:
    (police,) = KIND.find_alone(town(), "police", DECLARED)
    # Two thirds of 70 records: the 60 of one place are enough.
    assert police.facts["places"] == 1
    assert police.facts["incidents_police"] == pytest.approx(60 * YEAR)
    assert KIND.find_alone(town(), "ambulance", DECLARED) == []
    few = {**DECLARED, "joint_prevention.least": replace(DECLARED["joint_prevention.least"], central=90.0)}
    assert KIND.find_alone(town(), "police", few) == []


def test_alone_it_pays_its_own_visits_and_neither_agreement_nor_coordination() -> None:
    area = town()
    (police,) = KIND.find_alone(area, "police", DECLARED)
    assert lines(area, police, 0) == {}
    expected = {
        ("visits after referrals", "police"): -60 * YEAR * 0.04 * 80,
        ("incidents prevented: time of crews", "police"): 60 * YEAR * 0.015 * 90,
        ("incidents prevented: harm", "society"): 60 * YEAR * 0.015 * 300,
    }
    assert lines(area, police, 2) == pytest.approx(expected, abs=0.5)


def test_only_what_is_left_beside_what_each_could_do_alone_is_due_to_working_together() -> None:
    area = town(5)
    option = only(area)
    found = searched_alone(KIND, area, DECLARED)
    assert found is not None
    alone = best_alone(KIND, area, option, found, DRAWS, {})
    # It sets free and fills nothing, so that all that either could do alone in this kind stands against it.
    assert [each.looked_at for each in alone] == [1, 1]
    assert all(each.option is not None for each in alone)
