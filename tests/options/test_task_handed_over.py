"""Task handed over: which tasks, what they free and add to the pound, and which way the answer leans."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.assumptions import Assumption, Draws, draw
from joinedup.money import CashKind
from joinedup.options import Option
from joinedup.options.task_handed_over import KIND
from joinedup.options.task_handed_over.declared import FEE, INDUCED, TASKS
from joinedup.wording import Unit, in_words
from tests.small import Row, incident, littleton, service, shuffled, site, small_area, unit, with_settings

DECLARED = {each.name: each for each in KIND.assumptions}
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
YEAR = 365.2425 / 365
ENTRY = next(each for each in TASKS if each.name == "forced entry")


def three(
    incidents: int = 1_000, category: str = "Concern", giver: str = "police", **tables: list[Row]
) -> Area:
    given: dict[str, list[Row]] = {
        "services": [service(each) for each in ("police", "fire", "ambulance")],
        "sites": [site("F", "fire", 0)],
        "units": [unit("FE1", "fire", "F"), unit("FE2", "fire", "F")],
        "incidents": [incident(f"I{each}", giver, 0, category=category) for each in range(incidents)],
    }
    area = small_area(None, **{**given, **tables})
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
    flows = KIND.cash(three(), option, draws)
    return np.asarray(appraise(flows, draws, project=KIND.project_type, years=KIND.years).npsv)


# --- which tasks -----------------------------------------------------------------------------------------------------


def test_littleton_hands_over_forced_entries_only() -> None:
    # 25 records of concern in 70 days; 0.06 of them, 0.7 handed over: 5 a year. Lifts are 0.8, fewer than 3.
    option = only(littleton().area)
    assert option.id == "task-handed-over-forced-entry-police-to-fire"
    assert option.facts["jobs"] == pytest.approx(25 * 365.2425 / 70 * 0.06 * 0.7)


@pytest.mark.parametrize(
    ("category", "giver", "task"),
    [
        ("missing person", "police", "missing-person search"),
        ("C3", "ambulance", "bariatric lift"),
        ("theft", "police", None),
        ("concern", "fire", None),
    ],
)
def test_each_task_hides_in_its_own_categories(category: str, giver: str, task: str | None) -> None:
    found = KIND.find(three(4_000, category, giver), DECLARED)
    assert [each.facts["task"] for each in found] == ([task] if task else [])


def test_of_several_fire_services_the_nearest_takes_it_on() -> None:
    services = [service("police"), service("a", "fire"), service("b", "fire")]
    area = three(services=services, sites=[site("A", "a", 9_000), site("B", "b", 1_000)], units=[])
    assert only(area).partners == ("police", "b")


def test_what_is_live_is_never_proposed_and_what_ended_says_so() -> None:
    row: Row = {"kind": "Task handed over", "partners": "fire; police"}
    assert KIND.find(three(collaborations=[{**row, "status": "live"}]), DECLARED) == []
    assert only(three(collaborations=[{**row, "status": "tried", "why": "insurance"}])).facts[
        "tried_before"
    ] == ("tried: insurance")


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert KIND.find(shuffled(three(50), 5), DECLARED) == KIND.find(three(50), DECLARED)


# --- cash to the pound -----------------------------------------------------------------------------------------------


def test_forced_entries_to_the_pound() -> None:
    area = three()
    option = only(area)
    jobs = 1_000 * YEAR * 0.06 * 0.7
    assert lines(area, option, 0) == {("tools and first training", "fire"): -1_600}
    expected = {
        ("time freed", "police"): jobs * 35 / 60 * 55,
        ("time added, and cover lost for as long", "fire"): -jobs * 1.15 * 35 / 60 * 110,
        ("ambulances that wait less", "ambulance"): jobs * 10 / 60 * 75,
        ("keeping the skill up", "fire"): -400,
        ("fee for jobs done", "police"): jobs * 1.15 * 25,
    }
    for year in (1, 10):
        assert lines(area, option, year) == pytest.approx(expected, abs=0.5)


def test_minutes_are_never_cash() -> None:
    gained = [flow for flow in KIND.cash(three(), only(three()), DRAWS) if flow.gained[0] > 0]
    assert gained
    assert {flow.kind for flow in gained} == {CashKind.NOT_CASH_RELEASING}


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_incidents_double_what_is_freed_and_added_alike() -> None:
    one, two = only(three()), only(three(2_000))
    for name in ("jobs", "hours_freed", "hours_added"):
        assert float(two.facts[name] or 0) == pytest.approx(2 * float(one.facts[name] or 0))


def test_twice_the_minutes_freed_are_worth_more_and_twice_those_added_or_induced_less() -> None:
    def doubled(each: Assumption) -> Draws:
        return DRAWS.with_column(each, 2 * DRAWS[each.name])

    option = only(three())
    assert (worth(option, doubled(ENTRY.freed)) > worth(option)).all()
    assert (worth(option, doubled(ENTRY.added)) < worth(option)).all()
    assert (worth(option, doubled(INDUCED)) <= worth(option)).all()
    assert worth(option, doubled(INDUCED))[0] < worth(option)[0]
    assert worth(option, doubled(FEE)) == pytest.approx(worth(option))


def test_twice_the_units_to_be_equipped_cost_twice_as_much() -> None:
    four = three(units=[unit(f"FE{each}", "fire", "F") for each in range(4)])
    assert lines(four, only(four), 0)["tools and first training", "fire"] == -3_200
    assert worth(only(four))[0] < worth(only(three()))[0]


def test_two_tasks_of_one_giver_never_free_the_same_hour() -> None:
    # §5.5: they look for their jobs in different categories, and one that looks in all of them is its giver's only one.
    for one, other in combinations(TASKS, 2):
        if one.giver == other.giver:
            assert one.categories
            assert other.categories
            assert not set(one.categories) & set(other.categories)


# --- what the giver could do alone, and what a board reads -------------------------------------------------------------


def test_alone_the_giver_equips_its_own_units_and_saves_part_of_its_own_time() -> None:
    area = three(units=[unit("FE1", "fire", "F"), unit("PV1", "police", "F")])
    assert KIND.find_alone(area, "fire", DECLARED) == []  # type: ignore[attr-defined]
    (alone,) = KIND.find_alone(area, "police", DECLARED)  # type: ignore[attr-defined]
    assert set(alone.uses) & set(only(area).uses)
    assert lines(area, alone, 0) == {("tools and first training", "police"): -800}
    jobs = 1_000 * YEAR * 0.06
    assert lines(area, alone, 1) == pytest.approx(
        {
            ("time freed", "police"): jobs * 0.2 * 35 / 60 * 55,
            ("keeping the skill up", "police"): -200,
        },
        abs=0.5,
    )
    assert KIND.find_alone(three(40), "police", DECLARED) == []  # type: ignore[attr-defined]


def test_hours_on_both_sides_and_jobs_asked_for_more_readily_are_told_with_their_range() -> None:
    area = three()
    facts = only(area).facts
    drawn = draw(KIND.assumptions, 1000, area.settings.seed)
    jobs = 1_000 * YEAR * drawn[ENTRY.share.name] * drawn["task_handed_over.handed"]
    for name, values in (
        ("induced_in_words", jobs * drawn[INDUCED.name]),
        ("freed_in_words", jobs * drawn[ENTRY.freed.name] / 60),
        ("crew_in_words", jobs * (1 + drawn[INDUCED.name]) * drawn[ENTRY.added.name] / 60 / 2),
    ):
        low, high = np.percentile(values[1:], [5, 95])
        assert facts[name] == in_words(float(values[0]), Unit.NUMBER, float(low), float(high))
    assert set(KIND.facts_told) <= {name for name, value in facts.items() if value is not None}  # type: ignore[attr-defined]
