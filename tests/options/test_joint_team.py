"""Joint teams: which services, where and when, what they cost to the pound, and which way the answer leans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.assumptions import Draws, draw
from joinedup.options import Option
from joinedup.options.joint_team import FREED, KIND, PERSON
from tests.small import Row, incident, littleton, service, shuffled, site, small_area, unit, with_settings

DECLARED = {each.name: each for each in KIND.assumptions}
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
YEAR = 365.2425 / 365


def requests(
    number: int, hour: int = 20, who: str = "police", asks: str = "ambulance", x: float = 0, **others: Any
) -> list[Row]:
    """Give one call at an hour of each day that asks for another service."""
    start = datetime(2025, 1, 1, hour, 30, tzinfo=UTC)
    return [
        incident(
            f"{who}-{hour}-{x:g}-{each}",
            who,
            x,
            received_at=start + timedelta(days=each % 80),
            other_service_requested=asks,
            **others,
        )
        for each in range(number)
    ]


def town(*rows: Row, **tables: list[Row]) -> Area:
    """Make a police station where people call and an ambulance station 30 km away."""
    area = small_area(
        None,
        **{
            "services": [service("police"), service("ambulance")],
            "sites": [site("P", "police", 500), site("A", "ambulance", 30_000)],
            "incidents": list(rows) or requests(400),
            **tables,
        },
    )
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


# --- where and when --------------------------------------------------------------------------------------------------


def test_littleton_has_one_place_for_a_team_and_hardly_a_job_a_week() -> None:
    # 18 police records in 70 days ask for the ambulance; 16 of them fall between midnight and ten.
    option = only(littleton().area)
    assert option.joins == ("A4",)
    assert option.facts["calls_at_all_hours"] == pytest.approx(18 * 365.2425 / 70)
    assert option.facts["calls"] == pytest.approx(16 * 365.2425 / 70)


def test_the_base_is_where_the_calls_are_and_the_shift_when_they_are() -> None:
    rows = [*requests(60, 22), *requests(50, 3), *requests(40, 12), *requests(30, 22, x=30_000)]
    option = only(town(*rows))
    assert option.joins == ("P",)
    # 22:30 and 03:30 lie within ten hours, over midnight; half past noon does not.
    assert option.facts["calls"] == pytest.approx(110 * YEAR)
    assert option.facts["calls_at_all_hours"] == pytest.approx(150 * YEAR)
    first = int(float(option.facts["from_hour"] or 0))
    assert {hour % 24 for hour in range(first, first + 10)} >= {22, 3}


def test_an_event_that_both_recorded_is_not_counted_twice() -> None:
    rows = [*requests(60), *requests(50, who="ambulance", asks="Police; fire")]
    assert only(town(*rows)).facts["calls"] == pytest.approx(60 * YEAR)


@pytest.mark.parametrize(
    "rows",
    [
        requests(20),
        requests(400, asks="none"),
        requests(400, asks="fire"),
        requests(400, place_precision="area"),
    ],
)
def test_too_few_calls_or_none_for_the_other_or_without_a_place_are_no_reason(rows: list[Row]) -> None:
    assert KIND.find(town(*rows), DECLARED) == []


def test_what_is_live_is_never_proposed_and_what_ended_says_so() -> None:
    row: Row = {"kind": "Joint teams and jobs", "partners": "ambulance; police"}
    assert KIND.find(town(collaborations=[{**row, "status": "live"}]), DECLARED) == []
    ended = only(town(collaborations=[{**row, "status": "ended", "why": "no cover"}]))
    assert ended.facts["tried_before"] == "ended: no cover"


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert KIND.find(shuffled(town(), 5), DECLARED) == KIND.find(town(), DECLARED)


# --- cash to the pound -----------------------------------------------------------------------------------------------


def test_a_team_to_the_pound() -> None:
    area = town()
    option = only(area)
    for partner in ("police", "ambulance"):
        assert lines(area, option, 0)["half of the vehicle", partner] == -30_000
        assert lines(area, option, 0)["choosing and training people", partner] == -15_000
    out = 10 * 365.2425
    taken = 400 * YEAR * 0.6
    between = (out - taken * 75 / 60) * 0.4 * 28
    both = {
        "half of the vehicle's upkeep": -4_500.0,
        "new posts on the team": -out * 28 / 2,
        "work displaced by the team": -out * 28 / 2,
        "other calls taken in between": between,
    }
    expected = {(what, who): amount for what, amount in both.items() for who in ("police", "ambulance")}
    expected["own units freed from calls for both", "police"] = taken * 50 / 60 * 55
    expected["own units freed from calls for both", "ambulance"] = taken * 50 / 60 * 75
    expected["journeys to hospital avoided", "ambulance"] = taken * 0.08 * 180
    assert lines(area, option, 1) == pytest.approx(expected, abs=0.5)


def test_a_team_takes_no_more_than_its_hours_hold() -> None:
    area = town(*requests(20_000))
    option = only(area)
    freed = lines(area, option, 1)["own units freed from calls for both", "police"]
    assert freed == pytest.approx(10 * 365.2425 * 60 / 75 * 50 / 60 * 55)
    assert option.facts["jobs_a_shift"] == pytest.approx(8)
    assert lines(area, option, 1)["other calls taken in between", "police"] == pytest.approx(0)


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_calls_for_both_are_worth_more_in_every_draw() -> None:
    assert (worth(only(town(*requests(800)))) > worth(only(town()))).all()


def test_twice_what_its_people_cost_is_worth_less_and_twice_the_time_freed_more() -> None:
    option = only(town())
    dear = DRAWS.with_column(PERSON, 2 * DRAWS[PERSON.name])
    freed = DRAWS.with_column(FREED, 2 * DRAWS[FREED.name])
    assert (worth(option, dear) < worth(option)).all()
    assert (worth(option, freed) > worth(option)).all()


# --- what cannot be counted twice ------------------------------------------------------------------------------------


def test_a_crew_s_hours_are_not_given_to_two_teams_and_those_out_of_reach_to_none() -> None:
    # §5.5: police ask for the ambulance and for fire at one place, so that two teams would take police crews' hours.
    area = town(
        *requests(400),
        *requests(400, asks="fire"),
        services=[service("police"), service("ambulance"), service("fire")],
        units=[unit("PV1", "police", "P"), unit("AM1", "ambulance", "A")],
    )
    teams = KIND.find(area, DECLARED)
    assert [each.partners for each in teams] == [("ambulance", "police"), ("fire", "police")]
    assert [each.uses for each in teams] == [("units/PV1",), ("units/PV1",)]
