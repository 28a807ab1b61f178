"""Joint training: which courses are one topic, the best calendar, its cash to the pound, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.assumptions import Assumption, draw, stream
from joinedup.money import CashKind
from joinedup.options import Option
from joinedup.options.joint_training import KIND
from joinedup.options.joint_training.declared import DAY, PATIENCE, REACH
from joinedup.options.joint_training.seating import Calendar, mean_wait, seat
from joinedup.options.joint_training.topics import TABLE, look_alikes, topics
from joinedup.refusal import Refusal
from joinedup.study import assumptions_of
from tests.small import Row, edited, littleton, service, site, small_area, with_tables

DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
DAY_ONE = date(2025, 5, 5)


def course(course_id: str, whose: str, topic: str = "First aid", days: float = 1.0, **others: object) -> Row:
    given = {"code": "FA1", "seats": 12, "cost_gbp": 1_200.0, **others}
    return {"course_id": course_id, "service_id": whose, "topic": topic, "days": days, **given}


def run(run_id: str, course_id: str, day: int, where: str, booked: int | None) -> Row:
    on = DAY_ONE + timedelta(days=day)
    return {"run_id": run_id, "course_id": course_id, "starts_on": on, "site_id": where, "booked": booked}


def two_services(
    police: Row | None = None,
    fire: Row | None = None,
    day: int = 10,
    metres: float = 3000.0,
    **tables: list[Row],
) -> Area:
    """Make one course each, 7 of 12 booked with the police and 4 of 12 with the fire service ten days later, 3 km apart."""
    given: dict[str, list[Row]] = {
        "services": [service("police"), service("fire")],
        "sites": [site("P", "police", 0), site("F", "fire", metres)],
        "courses": [course("PC", "police", **(police or {})), course("FC", "fire", **(fire or {}))],
        "course_runs": [run("P1", "PC", 0, "P", 7), run("F1", "FC", day, "F", 4)],
        **tables,
    }
    return small_area(None, **given)


def shared(area: Area, assumptions: dict[str, Assumption] | None = None) -> list[Option]:
    return [each for each in KIND.find(area, assumptions or DECLARED) if "exercise" not in each.facts]


def only(area: Area) -> Option:
    (option,) = shared(area)
    return option


def worth(area: Area, option: Option) -> float:
    flows = KIND.cash(area, option, DRAWS)
    return float(appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).npsv[0])


# --- which courses are one topic -------------------------------------------------------------------------------------


def test_littleton_s_drivers_and_first_aiders_are_two_topics() -> None:
    assert topics(littleton().area) == {"fa1": ("FA", "PA"), "rd2": ("AD", "FD", "PD")}


def unlike() -> Area:
    """Make two courses without a code whose topics are worded alike."""
    given = {"code": None}
    return two_services(
        police={"topic": "Leadership for first managers", **given},
        fire={"topic": "First line leadership", **given},
    )


def said(area: Area, same: str, other: str = "FC") -> Area:
    table = pl.DataFrame({"course_id": ["PC"], "course_id_2": [other], "same": [same]})
    return with_tables(area, {TABLE: table})


def test_what_only_looks_alike_is_asked_and_never_joined() -> None:
    assert not shared(unlike())
    (alike,) = look_alikes(unlike(), 0.4)
    assert (alike.course_id, alike.course_id_2) == ("FC", "PC")


def test_likeness_is_dice_s_coefficient_by_hand() -> None:
    # First (5 pieces), line (4), leadership (10) beside Leadership (10), for (3), first (5), managers (8): 15 in common.
    (alike,) = look_alikes(unlike(), 0.0)
    assert alike.likeness == pytest.approx(2 * 15 / (19 + 26))


@pytest.mark.parametrize("same", ["yes", "no"])
def test_a_person_s_answer_is_remembered_and_not_asked_again(same: str) -> None:
    area = said(unlike(), same)
    assert look_alikes(area, 0.0) == []
    assert bool(shared(area)) is (same == "yes")


def test_an_answer_that_names_no_course_or_says_neither_is_refused() -> None:
    with pytest.raises(Refusal, match=r"topics.csv: no course is called 'XX'"):
        topics(said(unlike(), "yes", "XX"))
    with pytest.raises(Refusal, match="write yes or no"):
        topics(said(unlike(), "maybe"))


# --- the best calendar -----------------------------------------------------------------------------------------------


def calendar(seed: int, runs: int) -> Calendar:
    """Make a small calendar by chance, in which half of the moves are not allowed."""
    chance = stream(seed, "calendar")
    seats = chance.integers(2, 9, runs)
    burden = np.where(chance.random((runs, runs)) < 0.5, chance.integers(0, 400, (runs, runs)), np.inf)
    np.fill_diagonal(burden, 0.0)
    booked = np.array([chance.integers(0, each + 1) for each in seats])
    fixed = chance.random(runs) < 0.1
    return Calendar(chance.integers(500, 3000, runs).astype(float), seats, booked, fixed, burden)


def least(given: Calendar, kept: np.ndarray) -> float:
    """Give what it costs with these runs kept, by linear programming over dense moves; not finite where it cannot be."""
    runs = len(given.cost)
    allowed = np.isfinite(given.burden) & kept[None, :]
    if (given.booked[~allowed.any(axis=1)] > 0).any():
        return np.inf
    rows = np.kron(np.eye(runs), np.ones(runs))
    columns = np.kron(np.ones(runs), np.eye(runs))
    bounds = [(0, None if ok else 0) for ok in allowed.ravel()]
    burden = np.where(allowed, given.burden, 0.0).ravel()
    answer = linprog(burden, columns, given.seats * kept, rows, given.booked, bounds)
    return float(answer.fun + given.cost[kept].sum()) if answer.status == 0 else np.inf


@pytest.mark.parametrize("seed", range(8))
def test_the_best_calendar_is_that_of_trying_every_set_of_runs(seed: int) -> None:
    given = calendar(seed, 6)
    tried = [
        np.array(each) for each in product((True, False), repeat=6) if (np.array(each) | ~given.fixed).all()
    ]
    assert seat(given).pounds(given) == pytest.approx(min(least(given, each) for each in tried), rel=1e-9)


def greedy(given: Calendar) -> float:
    """Drop the run whose going saves most, again and again, while everybody can still be seated."""
    kept = np.ones(len(given.cost), dtype=bool)
    best = least(given, kept)
    while True:
        after = []
        for each in np.flatnonzero(kept & ~given.fixed):
            fewer = kept.copy()
            fewer[each] = False
            after.append((least(given, fewer), int(each)))
        if not after or min(after)[0] >= best:
            return best
        best, gone = min(after)
        kept[gone] = False


def test_a_greedy_scheduler_is_never_better_and_sometimes_worse() -> None:
    found = []
    for seed in range(20, 32):
        given = calendar(seed, 7)
        ours, theirs = seat(given).pounds(given), greedy(given)
        assert ours <= theirs * (1 + 1e-9)
        found.append(theirs - ours)
    assert max(found) > 1


@pytest.mark.parametrize("seed", range(8))
def test_everybody_has_one_seat_that_is_allowed_and_no_room_is_overfull(seed: int) -> None:
    given = calendar(seed, 12)
    found = seat(given)
    assert (found.seated.sum(axis=1) == given.booked).all()
    assert (found.seated.sum(axis=0) <= given.seats * found.kept).all()
    assert np.isfinite(given.burden[found.seated > 0]).all()
    assert found.kept[given.fixed].all()


def test_the_mean_wait_is_that_of_asking_on_every_day_of_the_year() -> None:
    days = [3, 40, 200]
    asked = np.arange(0, 365, 0.01)
    next_run = np.array([*days, days[0] + 365])
    waits = next_run[np.searchsorted(next_run, asked)] - asked
    assert mean_wait(days) == pytest.approx(waits.mean(), abs=0.01)
    assert mean_wait([]) is None
    assert mean_wait([100]) == pytest.approx(182.5)


# --- the rules of seating --------------------------------------------------------------------------------------------


def test_two_half_empty_runs_become_one_and_the_four_drive_to_the_seven() -> None:
    option = only(two_services())
    assert option.facts["runs_after"] == 1
    assert option.facts["seats_of_fire_at_police"] == 4
    assert [(each.row, each.column, each.value) for each in option.changes] == [
        ("F1", None, None),
        ("P1", "booked", 11),
    ]
    assert option.facts["person_gbp_before"] == pytest.approx(2_400 / 11)
    assert option.facts["person_gbp_after"] == pytest.approx(1_200 / 11)


def test_nobody_sits_in_a_course_shorter_than_their_own_service_s() -> None:
    # The police's course is too short for the fire service: so the seven sit with the fire service.
    option = only(two_services(fire={"days": 2.0}, police={"cost_gbp": 3_000.0}))
    assert option.facts["seats_of_police_at_fire"] == 7
    assert option.facts["more_days_police"] == 7
    # And where the shorter one is full, nothing falls away.
    assert not shared(two_services(fire={"days": 2.0, "seats": 10}))


@pytest.mark.parametrize(("days", "found"), [(PATIENCE.central, True), (PATIENCE.central + 1, False)])
def test_nobody_s_date_moves_by_more_than_the_declared_days(days: float, found: bool) -> None:
    assert bool(shared(two_services(day=int(days)))) is found


@pytest.mark.parametrize(("minutes", "found"), [(-0.01, True), (0.01, False)])
def test_nobody_drives_longer_than_the_declared_minutes(minutes: float, found: bool) -> None:
    # Beyond 2 km a drive takes 2 minutes and one a kilometre. Runs dear enough that driving pays.
    metres = (REACH.central + minutes - 2) * 1000
    dear = {"cost_gbp": 9_000.0}
    assert bool(shared(two_services(dear, dear, metres=metres))) is found


def test_a_run_of_which_something_is_not_known_stays_as_it_is_and_is_said() -> None:
    area = edited(two_services(), "course_runs", "F1", booked=None)
    assert not shared(area)
    more = [run("P1", "PC", 0, "P", 4), run("F1", "FC", 5, "F", 4), run("F2", "FC", 9, "F", None)]
    option = only(two_services(course_runs=more))
    assert option.facts["runs_after"] == 2
    assert any("1 runs" in each for each in option.incomplete)


def test_what_is_live_between_two_is_not_proposed_between_them() -> None:
    live = {"kind": "joint training", "partners": "police; fire", "status": "live"}
    assert KIND.find(two_services(collaborations=[live]), DECLARED) == []


def test_exercises_are_listed_where_no_two_services_share_one() -> None:
    def listed(area: Area) -> bool:
        return any("exercise" in each.facts for each in KIND.find(area, DECLARED))

    assert listed(two_services())
    assert listed(edited(two_services(), "courses", "PC", topic="Joint exercise"))
    both = edited(
        edited(two_services(), "courses", "PC", topic="Joint exercise"), "courses", "FC", topic="JESIP day"
    )
    assert not listed(both)


# --- its cash --------------------------------------------------------------------------------------------------------


def test_its_cash_is_by_hand_to_the_pound() -> None:
    area = two_services()
    sums: dict[tuple[str, str, int], float] = {}
    for flow in KIND.cash(area, only(area), DRAWS):
        if flow.year in (0, 1, 2):
            sums[flow.what, flow.payer, flow.year] = float(flow.amount[0])
    # A drive of 3 km takes 5 minutes; four people there and back: 40 minutes and 24 km. Six of ten such runs really fall away.
    assert {key: round(value, 2) for key, value in sums.items() if value} == {
        ("agreeing one syllabus and who recognises it", "fire", 0): -6_000,
        ("agreeing one syllabus and who recognises it", "police", 0): -6_000,
        ("runs that fall away, in money", "fire", 2): round(1_200 * 0.6 * 0.35, 2),
        ("runs that fall away, trainers' time", "fire", 2): round(1_200 * 0.6 * 0.65, 2),
        ("trainees' days, longer courses and driving", "fire", 2): round(-40 / 60 / 8 * 220 * 0.6, 2),
        ("driving to another venue", "fire", 2): round(-24 * 0.36 * 0.6, 2),
        ("one list of seats", "fire", 2): -600,
        ("one list of seats", "police", 2): -600,
        ("seats for fire with police", "fire", 2): 4 * 100 * 0.8 * 0.6,
    }


def test_a_payment_for_a_seat_is_worth_nothing_to_all_together() -> None:
    area = two_services()
    flows = KIND.cash(area, only(area), DRAWS)
    unpaid = [each for each in flows if each.kind is not CashKind.PAYMENT]
    assert len(unpaid) < len(flows)
    one, other = [
        appraise(each, DRAWS, project=KIND.project_type, years=KIND.years).npsv for each in (flows, unpaid)
    ]
    assert np.array_equal(one, other)


def test_what_one_service_could_do_alone_needs_no_agreement_and_no_payment() -> None:
    own = [run("P1", "PC", 0, "P", 5), run("P2", "PC", 9, "P", 4), run("F1", "FC", 9, "F", 12)]
    area = two_services(course_runs=own)
    assert not shared(area)
    (alone,) = KIND.find_alone(area, "police", DECLARED)  # type: ignore[attr-defined]
    assert {each.what for each in KIND.cash(area, alone, DRAWS)} == {
        "runs that fall away, in money",
        "runs that fall away, trainers' time",
    }


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_cost_of_every_run_is_worth_more() -> None:
    dear = {"cost_gbp": 2_400.0}
    area, dearer = two_services(), two_services(dear, dear)
    assert worth(dearer, only(dearer)) > worth(area, only(area))


def test_twice_as_many_booked_is_worth_less() -> None:
    fuller = two_services(course_runs=[run("P1", "PC", 0, "P", 12), run("F1", "FC", 10, "F", 8)])
    assert shared(two_services())
    assert not shared(fuller)


def test_twice_a_trainee_s_day_is_worth_less_where_somebody_sits_longer() -> None:
    area = two_services(fire={"days": 2.0}, police={"cost_gbp": 9_000.0})
    option = only(area)
    twice = replace(DAY, low=2 * DAY.low, central=2 * DAY.central, high=2 * DAY.high)
    draws = DRAWS.with_column(twice, 2 * DRAWS[DAY.name])
    flows = KIND.cash(area, option, draws)
    dearer = appraise(flows, draws, project=KIND.project_type, years=KIND.years).npsv
    assert float(dearer[0]) < worth(area, option)
