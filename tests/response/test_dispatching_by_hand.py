"""Dispatching, worked by hand: one rule of the package at a time, with drives that can be done in the head."""

from __future__ import annotations

from typing import Any

import numpy as np

from joinedup.response import Jobs, Matrix, Sites, Units, dispatch
from joinedup.response.dispatching import StraightLines
from joinedup.travel import StraightLine

# One kilometre a minute and nothing lost: metres are milliseconds times 60.
LAW = StraightLine(1.0, 0.0)
MINUTE, HOUR = 60_000, 3_600_000
NOBODY = (-1, None, None, None)


def unit(km: float, meets: str = "a", on: tuple[int, int] = (0, 168), turnout: float = 0) -> dict[str, Any]:
    return {"km": km, "meets": meets, "on": on, "turnout": turnout}


def job(ready: float, km: float, need: str = "a", priority: int = 0, scene: float = 30) -> dict[str, Any]:
    return {"ready": ready, "km": km, "need": need, "priority": priority, "scene": scene}


def played(units: list[dict[str, Any]], jobs: list[dict[str, Any]], turnout: float = 0) -> list[Any]:
    """Give who went, and when it was sent, arrived and was free, in minutes; everything lies on one line."""
    count = len(units)
    on = np.zeros((count, 168), np.bool_)
    for row, each in enumerate(units):
        on[row, slice(*each["on"])] = True
    answer = dispatch(
        Sites(np.array([each["km"] * 1000.0 for each in units]), np.zeros(count)),
        Units(
            np.arange(count),
            np.zeros(count, np.int64),
            np.array([[need in each["meets"] for need in "abc"] for each in units]).reshape(count, 3),
            on,
            np.array([int(each["turnout"] * MINUTE) for each in units]),
        ),
        Jobs(
            np.array([int(each["ready"] * MINUTE) for each in jobs]),
            np.array([each["km"] * 1000.0 for each in jobs]),
            np.zeros(len(jobs)),
            np.array(["abc".index(each["need"]) for each in jobs]),
            np.array([each["priority"] for each in jobs]),
            np.full(len(jobs), int(turnout * MINUTE)),
            np.array([int(each["scene"] * MINUTE) for each in jobs]),
        ),
        LAW,
    )
    columns = (answer.assigned, answer.arrived, answer.freed)
    return [
        (int(sent), *(float(column[row] / MINUTE) if sent >= 0 else None for column in columns))
        for row, sent in enumerate(answer.unit)
    ]


def test_the_nearest_goes_drives_works_and_is_free() -> None:
    assert played([unit(0), unit(10)], [job(5, 8)]) == [(1, 5, 7, 37)]


def test_of_two_as_near_the_first_by_row_goes() -> None:
    assert played([unit(10), unit(0)], [job(0, 5)]) == [(0, 0, 5, 35)]


def test_the_nearest_that_cannot_meet_the_need_stays() -> None:
    assert played([unit(0, "b"), unit(10, "ab")], [job(0, 1, "a")]) == [(1, 0, 9, 39)]


def test_a_unit_that_meets_another_service_s_need_is_sent_by_a_change_of_data_alone() -> None:
    jobs = [job(0, 1, "b")]
    assert played([unit(0, "a"), unit(10, "b")], jobs) == [(1, 0, 9, 39)]
    assert played([unit(0, "ab"), unit(10, "b")], jobs) == [(0, 0, 1, 31)]


def test_a_crew_turns_out_from_its_site_and_one_on_call_takes_longer() -> None:
    assert played([unit(0)], [job(0, 3)], turnout=2) == [(0, 0, 5, 35)]
    assert played([unit(0, turnout=4)], [job(0, 3)], turnout=2) == [(0, 0, 9, 39)]


def test_a_unit_on_its_way_back_is_sent_from_where_it_is_and_at_once() -> None:
    # Free at 50 at 20 km; at 60 it is at 10 km, 3 km from the call, and does not turn out.
    jobs = [job(0, 20), job(60, 7)]
    assert played([unit(0)], jobs) == [(0, 0, 20, 50), (0, 60, 63, 93)]
    assert played([unit(0), unit(3, on=(1, 168))], jobs)[1] == (0, 60, 63, 93)
    assert played([unit(0), unit(5, on=(1, 168))], jobs)[1] == (1, 60, 62, 92)
    late = [job(0, 20), job(61, 7)]
    assert played([unit(0), unit(3, on=(1, 168))], late, turnout=1) == [(0, 0, 21, 51), (0, 61, 64, 94)]


def test_a_unit_that_is_back_turns_out_again() -> None:
    assert played([unit(0)], [job(0, 1, scene=5), job(8, 1)], turnout=1) == [(0, 0, 2, 7), (0, 8, 10, 40)]
    assert played([unit(0)], [job(0, 1, scene=5), job(7.5, 1)], turnout=1)[1] == (0, 7.5, 8, 38)


def test_the_most_urgent_of_those_who_wait_is_next_and_then_the_oldest() -> None:
    jobs = [job(0, 0), job(1, 1, priority=2), job(2, 2, priority=1), job(3, 3, priority=1), job(4, 4)]
    answer = played([unit(0)], jobs)
    assert sorted(range(5), key=lambda row: answer[row][1]) == [0, 4, 2, 3, 1]
    # From job to job without turning out: 30, then 4 km, 2 km back, 1 km on, 2 km back.
    assert [each[2] for each in answer] == [0, 129, 66, 97, 34]


def test_a_unit_leaves_waiting_what_it_cannot_meet() -> None:
    units, jobs = [unit(0, "a"), unit(0, "ab")], [job(0, 0), job(0, 0), job(1, 0, "b"), job(2, 0, "a", 3)]
    jobs[1]["scene"] = 60
    assert played(units, jobs)[2:] == [(1, 60, 60, 90), (0, 30, 30, 60)]


def test_a_unit_whose_shift_ends_finishes_its_job_and_takes_no_other() -> None:
    answer = played([unit(0, on=(0, 1)), unit(50, on=(0, 3))], [job(50, 0), job(50, 50), job(70, 0)])
    assert answer == [(0, 50, 50, 80), (1, 50, 50, 80), (1, 80, 130, 160)]


def test_when_the_hour_turns_those_who_come_on_are_offered_who_waits() -> None:
    units = [unit(0, on=(2, 9)), unit(9, on=(2, 9))]
    assert played(units, [job(10, 8, priority=1), job(20, 8)]) == [(0, 120, 128, 158), (1, 120, 121, 151)]


def test_a_shift_that_begins_just_when_a_job_is_ready_counts() -> None:
    assert played([unit(0, on=(1, 2))], [job(60, 0)]) == [(0, 60, 60, 90)]
    assert played([unit(0, on=(0, 1))], [job(60, 0)]) == [(0, 168 * 60, 168 * 60, 168 * 60 + 30)]


def test_who_could_never_be_served_is_said_to_be() -> None:
    assert played([unit(0)], [job(0, 0, "c"), job(0, 0)]) == [NOBODY, (0, 0, 0, 30)]
    assert played([unit(0, on=(0, 0))], [job(0, 0)]) == [NOBODY]
    assert played([], [job(0, 0)]) == [NOBODY]
    assert played([unit(0)], []) == []


def test_several_needs_of_one_incident_are_filled_in_their_order() -> None:
    assert played([unit(0, "ab"), unit(5, "ab")], [job(0, 1, "b"), job(0, 1, "a")]) == [
        (0, 0, 1, 31),
        (1, 0, 4, 34),
    ]


def test_a_drive_takes_as_long_as_in_the_hour_in_which_the_unit_is_sent_or_turns_home() -> None:
    # One kilometre a minute in the first hour of the week, half as fast from the second on: as fast as when it sets off.
    laws = StraightLines((StraightLine(1.0, 0.0), StraightLine(0.5, 0.0)), np.minimum(np.arange(168), 1))
    none, nothing = np.zeros(1, np.int64), np.zeros(3, np.int64)
    answer = dispatch(
        Sites(np.zeros(1), np.zeros(1)),
        Units(none, none, np.ones((1, 1), np.bool_), np.ones((1, 168), np.bool_), none),
        # At 50 for 15 km: there at 65 as if it were still the first hour, free at 70. Home over 30 minutes; at 80 it is at 10 km,
        # 4 km from the next: 8 minutes. Free at 98, home 28 minutes later.
        Jobs(
            np.array([50, 80, 140]) * MINUTE,
            np.array([15_000.0, 14_000.0, 6_000.0]),
            np.zeros(3),
            nothing,
            nothing,
            nothing,
            np.array([5, 10, 1]) * MINUTE,
        ),
        laws,
    )
    assert (answer.arrived / MINUTE).tolist() == [65, 88, 152]


def test_under_a_matrix_a_unit_on_its_way_back_is_between_the_drives_from_both_ends() -> None:
    # Places: site, first call, second call. Free at 50, back at 70; at 60 half way between 30 and 4 minutes from the call.
    minutes = np.array([[0, 20, 4], [20, 0, 30], [9, 9, 0]])
    everybody = np.ones((1, 168), np.bool_)
    none, nothing, nowhere = np.zeros(1, np.int64), np.zeros(2, np.int64), np.zeros(2)
    answer = dispatch(
        Sites(np.zeros(1), np.zeros(1)),
        Units(none, none, np.ones((1, 1), np.bool_), everybody, none),
        Jobs(
            np.array([0, 60 * MINUTE]), nowhere, nowhere, nothing, nothing, nothing, np.full(2, 30 * MINUTE)
        ),
        Matrix(minutes * MINUTE, np.array([0]), np.array([1, 2]), "by hand"),
    )
    assert (answer.arrived / MINUTE).tolist() == [20, 77]
    assert answer.travel == "by hand"
