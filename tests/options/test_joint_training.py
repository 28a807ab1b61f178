"""Joint training: which courses are one topic, the best calendar, its cash to the pound, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.area.settings import OwnTravel
from joinedup.assumptions import Assumption, draw, stream
from joinedup.money import CashKind
from joinedup.options import Option
from joinedup.options.joint_training import KIND
from joinedup.options.joint_training.declared import DAY, PATIENCE, REACH
from joinedup.options.joint_training.seating import Calendar, mean_wait, seat
from joinedup.options.joint_training.settling import settle
from joinedup.options.joint_training.topics import TABLE, look_alikes, topics
from joinedup.options.shared_control_room.joining import fact
from joinedup.refusal import Refusal
from joinedup.study import assumptions_of
from tests.small import Row, edited, littleton, service, site, small_area, with_settings, with_tables

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


def test_who_parts_what_is_one_by_code_or_through_a_third_is_told_so() -> None:
    with pytest.raises(Refusal, match="FC and PC are said to be two topics"):
        topics(with_tables(two_services(), {TABLE: pl.DataFrame([("FC", "PC", "no")], _SAID, orient="row")}))


_SAID = ["course_id", "course_id_2", "same"]


def test_what_a_person_says_of_two_courses_is_kept_and_said_again_replaces_it(tmp_path: Path) -> None:
    area = unlike()
    path = settle(tmp_path, area, "PC", "FC", same=False)
    assert path.read_text("utf-8") == "course_id,course_id_2,same\nPC,FC,no\n"
    again = with_tables(area, {TABLE: pl.read_csv(path)})
    assert look_alikes(again, 0.0) == []
    assert not shared(again)
    settle(tmp_path, again, "FC", "PC", same=True)
    assert path.read_text("utf-8") == "course_id,course_id_2,same\nFC,PC,yes\n"
    assert shared(with_tables(area, {TABLE: pl.read_csv(path)}))


def test_nothing_is_kept_of_courses_that_there_are_none_of_or_of_one_service(tmp_path: Path) -> None:
    area = two_services(courses=[course("PC", "police"), course("P2", "police"), course("FC", "fire")])
    with pytest.raises(Refusal, match="no course is called 'XX'"):
        settle(tmp_path, area, "PC", "XX", same=True)
    with pytest.raises(Refusal, match="both police's"):
        settle(tmp_path, area, "PC", "P2", same=True)
    with pytest.raises(Refusal, match="another format"):
        settle(tmp_path, said(area, "yes"), "PC", "FC", same=True)
    assert not list(tmp_path.iterdir())


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


def stated(area: Area, course_id: str = "", trainers: int | None = None, **rules: str | float) -> Area:
    """State rules of one course, or of every course, and how many trainers each run has."""
    own = pl.col("course_id") == course_id if course_id else pl.lit(value=True)
    columns = [
        pl.when(own).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in rules.items()
    ]
    runs = area.table("course_runs")
    if trainers is not None:
        runs = runs.with_columns(trainers=pl.lit(trainers))
    courses = area.table("courses").with_columns(columns)
    return with_tables(area, {"courses": courses, "course_runs": runs})


def dear(day: int = 10, **others: Row) -> Area:
    """Make the two services' runs, dear enough to be shared, in such a way that only the rules can forbid it."""
    police, fire = ({"cost_gbp": 9_000.0, **others.get(each, {})} for each in ("police", "fire"))
    return two_services(police, fire, day=day)


def who_sits_where(area: Area) -> tuple[float, float]:
    """Give how many of the police sit with fire, and of fire with the police; none of either where nothing is shared."""
    found = shared(area)
    facts = found[0].facts if found else {}
    return float(facts.get("seats_of_police_at_fire") or 0), float(facts.get("seats_of_fire_at_police") or 0)


def test_a_course_of_one_accreditation_counts_whatever_its_length_and_one_that_names_none_does_not() -> None:
    # The police's course lasts two days and the fire service's one: by length the police could not sit with them.
    longer = dear(police={"days": 2.0})
    assert who_sits_where(longer) == (0, 4)
    accredited = stated(longer, qualifies="First Aid at Work (HSE)")
    # Two runs at one price: the seven move to a day's course and save a day each, which the four would lose.
    assert who_sits_where(accredited) == (7, 0)
    assert fact(only(accredited), "more_days_police") == -7
    assert not shared(stated(stated(longer, "PC", qualifies="A"), "FC", qualifies="B"))
    # What names nothing gives nothing that could be recognised: fire, who do, cannot sit there; by length the police can.
    assert who_sits_where(dear()) == (0, 4)
    assert who_sits_where(stated(dear(), "FC", qualifies="A")) == (7, 0)


def test_more_than_one_s_own_qualification_counts_and_less_does_not() -> None:
    area = stated(stated(dear(), "FC", qualifies="A; B"), "PC", qualifies=" b")
    assert who_sits_where(area) == (7, 0)


def test_nobody_sits_where_something_is_asked_for_that_their_own_course_does_not_ask_for() -> None:
    assert who_sits_where(stated(dear(), "PC", asks_for="Basic driving")) == (7, 0)
    assert not shared(stated(stated(dear(), "PC", asks_for="X"), "FC", asks_for="Y"))


def test_nobody_is_taught_by_trainers_who_do_not_hold_what_their_own_service_asks_of_trainers() -> None:
    assert who_sits_where(stated(dear(), "FC", trainers_hold="Level 3 award")) == (7, 0)
    assert who_sits_where(stated(dear(), trainers_hold="Level 3 award")) == (0, 4)


def test_what_runs_out_sooner_does_not_count_and_nobody_whose_own_runs_out_is_given_a_later_date() -> None:
    assert who_sits_where(stated(stated(dear(day=0), "FC", valid_years=3.0), "PC", valid_years=1.0)) == (7, 0)
    assert who_sits_where(stated(dear(day=0), valid_years=3.0)) == (0, 4)
    # With fire ten days earlier the four may not wait for the police, and the seven come sooner.
    assert who_sits_where(stated(dear(day=-10), valid_years=3.0)) == (7, 0)


def test_trainers_teach_no_more_at_once_than_the_course_allows() -> None:
    def with_trainers(number: int) -> Area:
        return stated(dear(), people_a_trainer=4, trainers=number)

    assert who_sits_where(with_trainers(3)) == (0, 4)
    # Two trainers teach eight: the eleven do not fit, although there are twelve chairs.
    assert not shared(with_trainers(2))


def test_what_nobody_states_of_qualifications_is_said_to_be_judged_by_length() -> None:
    assert any(
        "what 2 of these courses qualify people for" in each for each in only(two_services()).incomplete
    )
    named = stated(two_services(), qualifies="A")
    assert not any("qualify people for" in each for each in only(named).incomplete)


def test_where_a_study_has_drives_of_its_own_people_drive_those_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "drives.csv").write_text("from,to,minutes\nP,F,30\nF,P,20\n", "utf-8")
    area = with_settings(two_services(), travel=OwnTravel(matrix=tmp_path / "drives.csv"))
    option = only(area)
    assert fact(option, "road_hours_fire") == pytest.approx(4 * 50 / 60)
    assert option.facts["travel"] == "drives.csv"
    assert "straight line" in str(only(two_services()).facts["travel"])
    (tmp_path / "drives.csv").write_text("from,to,minutes\nP,F,80\nF,P,80\n", "utf-8")
    # 3 km over the straight line, and 80 minutes by road: nobody is sent.
    assert not shared(with_settings(dear(), travel=OwnTravel(matrix=tmp_path / "drives.csv")))


def test_nobody_drives_for_hours_to_a_venue_of_their_own_service_either() -> None:
    def thinned(metres: float) -> list[Option]:
        runs = [run("P1", "PC", 0, "P", 5), run("P2", "PC", 9, "P9", 4), run("F1", "FC", 9, "F", 12)]
        sites = [site("P", "police", 0), site("P9", "police", metres), site("F", "fire", 0)]
        area = two_services({"cost_gbp": 9_000.0}, course_runs=runs, sites=sites)
        return list(KIND.find_alone(area, "police", DECLARED))  # type: ignore[attr-defined]

    assert thinned(20_000)
    assert not thinned(200_000)


def test_the_wait_for_a_seat_is_told_before_and_after_for_each_service() -> None:
    runs = [run("P1", "PC", 0, "P", 7), run("P2", "PC", 100, "P", 9), run("F1", "FC", 10, "F", 4)]
    facts = only(two_services(course_runs=runs)).facts
    # Two runs, 100 and 265 days apart: one waits half of a gap, and meets a long one more often.
    two = (100**2 + 265**2) / 2 / 365
    assert facts["wait_days_before_fire"] == pytest.approx(365 / 2)
    assert facts["wait_days_after_fire"] == pytest.approx(two)
    assert facts["wait_days_before_police"] == facts["wait_days_after_police"] == pytest.approx(two)


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

    police, fire = {"topic": "Joint exercise"}, {"topic": "JESIP day"}
    assert listed(two_services())
    assert listed(two_services(police=police))
    assert not listed(two_services(police, fire))
    # A course that is only on the list is no exercise that anybody held.
    assert listed(two_services(police, fire, course_runs=[run("P1", "PC", 0, "P", 7)]))


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
