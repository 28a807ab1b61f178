"""Joint teams: which services, where and when, what they cost to the pound, and which way the answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise, appraise_set
from joinedup.area import Area
from joinedup.area.settings import OwnTravel
from joinedup.assumptions import Draws, draw, stream
from joinedup.options import Option
from joinedup.options.joint_team import KIND
from joinedup.options.joint_team.declared import FREED, LEAST_JOBS, PERSON
from joinedup.options.task_handed_over import KIND as TASK
from joinedup.refusal import Refusal
from joinedup.study import assumptions_of
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


def test_no_team_stands_where_no_call_is_in_reach_however_few_jobs_a_study_asks_for() -> None:
    none = {**DECLARED, LEAST_JOBS.name: replace(LEAST_JOBS, low=0, central=0)}
    assert KIND.find(town(*requests(400, x=300_000)), none) == []
    assert KIND.find(town(*requests(1)), none)


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
    assert [set(each.uses) for each in teams] == [
        {"units/PV1", "incidents/police/not recorded/ambulance"},
        {"units/PV1", "incidents/police/not recorded/fire"},
    ]


def everywhere(seed: int) -> Area:
    """Make calls of three services in two categories each, asking for one another by chance; fire answers forced entries."""
    chance = stream(seed, "calls for both")
    services = ("police", "fire", "ambulance")
    rows = []
    for own, categories in (
        ("police", ("concern", "theft")),
        ("ambulance", ("C1", "C2")),
        ("fire", ("alarm",)),
    ):
        for category in categories:
            others = [each for each in services if each != own]
            asks = str(chance.choice([*others, "none"]))
            rows += requests(
                300, int(chance.integers(0, 24)), own, asks, x=float(chance.integers(0, 2)), category=category
            )
    rows = [{**row, "incident_id": f"{number}"} for number, row in enumerate(rows)]
    return town(
        *rows,
        services=[service(each) for each in services],
        sites=[site("P", "police", 500), site("F", "fire", 900), site("A", "ambulance", 1_300)],
        units=[unit("PV", "police", "P"), unit("FE", "fire", "F"), unit("AM", "ambulance", "A")],
    )


@pytest.mark.parametrize("seed", [0, 2, 6, 9, 13])
def test_minutes_that_a_team_and_a_task_would_both_free_are_never_added_up(seed: int) -> None:
    # §5.5. Call by call: a team frees its partners' minutes where one of them asks for the other, a task those of its giver in
    # the categories in which it hides, and those of an ambulance that waits where police or fire come too.
    area = everywhere(seed)
    calls = area.table("incidents")
    asks = {
        (row["service_id"], row["other_service_requested"]): row["category"]
        for row in calls.iter_rows(named=True)
    }
    draws = draw(assumptions_of().values(), 5, seed=1)
    teams = KIND.find(area, DECLARED)
    tasks = TASK.find(area, assumptions_of())
    assert tasks
    for team in teams:
        one, other = team.partners
        for task in tasks:
            giver = task.partners[0]
            hides = {"forced entry": ("concern",), "bariatric lift": ("C1", "C2")}[str(task.facts["task"])]
            both = giver in team.partners and any(
                category in hides
                for (own, asked), category in asks.items()
                if own == giver and asked in team.partners
            )
            # Where the other of the two asks, any of the giver's own records may be those events.
            both |= giver in team.partners and any(
                (own, giver) in asks for own in team.partners if own != giver
            )
            waits = "ambulance" in task.partners[2:] and "ambulance" in team.partners
            both |= waits and ((one, other) in asks or (other, one) in asks)
            shared = set(team.uses) & set(task.uses)
            assert bool(shared) <= both
            members = [
                (each, appraise(kind.cash(area, each, draws), draws, project=kind.project_type, years=10))
                for kind, each in ((KIND, team), (TASK, task))
            ]
            asker = (one, other) if (one, other) in asks else (other, one)
            if giver == asker[0] and asks[asker] in hides:
                assert shared
            if waits and asker[0] == "ambulance":
                assert shared
            if shared:
                with pytest.raises(Refusal, match="only one of them can"):
                    appraise_set(members, draws)
            else:
                together = appraise_set(members, draws)
                assert together.npsv == pytest.approx(members[0][1].npsv + members[1][1].npsv)


# --- roads, where the study has them -----------------------------------------------------------------------------------


def drives(folder: Path, ambulance: int) -> None:
    """Write drives between where people call and both stations."""
    text = f"minutes,P,A,H\nP,0,50,40\nA,50,0,{ambulance}\nH,40,{ambulance},0\n"
    (folder / "drives.csv").write_text(text, "utf-8")


def over_a_river(folder: Path) -> Area:
    """Give the town drives of its own: from the police station 40 minutes to where people call, from the ambulance station 10."""
    drives(folder, 10)
    (folder / "places.csv").write_text("place,easting,northing\nH,0,0\nP,500,0\nA,30000,0\n", "utf-8")
    own = OwnTravel(matrix=folder / "drives.csv", places=folder / "places.csv")
    area = town(units=[unit("PV1", "police", "P"), unit("AM1", "ambulance", "A")])
    return with_settings(area, travel=own)


def test_where_a_study_has_drives_of_its_own_the_base_is_where_these_lead_and_the_page_says_so(
    tmp_path: Path,
) -> None:
    straight, own = only(town()), only(over_a_river(tmp_path))
    assert straight.joins == ("P",)
    assert "straight line" in str(straight.facts["travel"])
    assert own.joins == ("A",)
    assert own.facts["travel"] == "drives.csv"
    # The police station is 50 minutes off, so that its crews are not those that the team takes.
    assert [each for each in own.uses if each.startswith("units/")] == ["units/AM1"]


def test_where_no_drive_leads_to_the_calls_there_is_no_team(tmp_path: Path) -> None:
    area = over_a_river(tmp_path)
    drives(tmp_path, 16)
    assert KIND.find(area, DECLARED) == []


# --- what one could do alone -------------------------------------------------------------------------------------------


def test_a_car_of_its_own_is_all_its_own_cost_and_avoids_no_journey() -> None:
    area = town()
    (car,) = KIND.find_alone(area, "police", DECLARED)  # type: ignore[attr-defined]
    assert car.partners == ("police",)
    assert set(car.uses) & set(only(area).uses)
    assert lines(area, car, 0)["the vehicle", "police"] == -60_000
    assert lines(area, car, 1)["the vehicle's upkeep", "police"] == -9_000
    taken = 400 * YEAR * 0.6
    assert lines(area, car, 1)["own units freed from calls for both", "police"] == pytest.approx(
        taken * 50 / 60 * 55
    )
    # The ambulance station is 30 km from the calls.
    assert KIND.find_alone(area, "ambulance", DECLARED) == []  # type: ignore[attr-defined]


# --- what a board reads of it ------------------------------------------------------------------------------------------


def test_a_board_reads_shift_reach_and_whose_hours_it_takes() -> None:
    rows = [*requests(60, 22), *requests(50, 3), *requests(40, 12), *requests(50, 22, x=30_000)]
    facts = only(town(*rows)).facts
    assert facts["in_reach"] == pytest.approx(150 / 200)
    assert facts["in_shift"] == pytest.approx(110 / 150)
    assert facts["shift"] == "18:00 to 04:00"
    told = set(KIND.facts_told)  # type: ignore[attr-defined]
    assert told <= {name for name, value in facts.items() if value is not None}
