"""The full model, worked by hand: each addition to the rules, with drives that can be done in the head.

The plain heap plays each of them too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from joinedup.response import Jobs, Matrix, Sites, Units
from joinedup.response.dispatching import (
    NEAREST,
    NOT_CONVEYED,
    Attendance,
    Breaks,
    Changes,
    Dispatched,
    Diverting,
    Hospitals,
    Posting,
    SharedCrews,
    dispatch,
)
from joinedup.travel import StraightLine
from tests.response.test_dispatching_in_full import same_as_the_plain_heap
from tests.rivals.worlds import Given

# One kilometre a minute and nothing lost: metres are milliseconds times 60.
EVEN = StraightLine(1.0, 0.0)
MINUTE = 60_000
NOBODY, NOWHERE = np.zeros(1, np.int64), (np.zeros(0), np.zeros(0))


def played(
    sites: Sites, units: Units, jobs: Jobs, travel: StraightLine | Matrix, **given_to: Any
) -> Dispatched:
    """Play by hand what the plain heap plays to the same end."""
    return same_as_the_plain_heap((sites, units, jobs), given_to, travel)


def units_at(*km: float, meets: str = "", on: int = 168) -> tuple[Sites, Units]:
    count = len(km)
    shift = np.zeros((count, 168), np.bool_)
    shift[:, :on] = True
    can = np.ones((count, 2), np.bool_)
    for row, needs in enumerate(meets.split()):
        can[row] = [each in needs for each in "ab"]
    return (
        Sites(np.array(km) * 1000, np.zeros(count)),
        Units(np.arange(count), np.zeros(count, np.int64), can, shift, np.zeros(count, np.int64)),
    )


def asked(*jobs: tuple[float, float, int, float], need: str = "", turnout: float = 0) -> Jobs:
    """Make jobs from ready, kilometres, priority and minutes on scene."""
    ready, km, priority, scene = (np.array(each, np.float64) for each in zip(*jobs, strict=True))
    size = len(jobs)
    return Jobs(
        (ready * MINUTE).astype(np.int64),
        km * 1000,
        np.zeros(size),
        np.array(["ab".index(each) for each in need or "a" * size]),
        priority.astype(np.int64),
        np.full(size, int(turnout * MINUTE)),
        (scene * MINUTE).astype(np.int64),
    )


def minutes(answer: Dispatched, *columns: str) -> list[Any]:
    found: list[Any] = [answer.unit.tolist()]
    for name in columns:
        column = getattr(answer, name) if hasattr(answer, name) else getattr(answer.attended, name)
        found.append((column / MINUTE).tolist())
    return found


def test_an_ambulance_is_diverted_to_a_more_urgent_call_and_its_job_waits_in_its_place_of_age() -> None:
    # It sets off at 1 for 20 km; at 11 it is at 10 km, 2 km from the urgent call. Its own job waits, and is older than the next.
    jobs = asked((0, 20, 1, 5), (11, 12, 0, 30), (12, 12, 1, 5), turnout=1)
    answer = played(*units_at(0), jobs, EVEN, diverting=Diverting(0))
    assert minutes(answer, "assigned", "arrived", "freed") == [
        [0, 0, 0],
        [43, 11, 56],
        [51, 13, 64],
        [56, 43, 69],
    ]
    assert answer.attended is not None
    assert answer.attended.diverted.tolist() == [1, 0, 0]
    # It has been at work since it was told of the job that it left.
    assert (answer.attended.since / MINUTE).tolist() == [43, 0, 56]
    # A call no more urgent does not divert it, and nor does one when it has arrived.
    same = asked((0, 20, 1, 5), (11, 12, 1, 30), turnout=1)
    assert minutes(played(*units_at(0), same, EVEN, diverting=Diverting(0)), "assigned")[1] == [0, 26]
    there = asked((0, 20, 1, 5), (21, 12, 0, 30), turnout=1)
    assert minutes(played(*units_at(0), there, EVEN, diverting=Diverting(0)), "assigned")[1] == [0, 26]


def test_a_job_that_is_left_is_offered_to_others_at_once() -> None:
    # The near one is taken at 5 from 5 km; its job goes to the far one, which was free all the time.
    answer = played(
        *units_at(0, 40), asked((0, 12, 2, 5), (5, 6, 0, 5)), EVEN, diverting=Diverting(urgent=0, by=2)
    )
    assert minutes(answer, "assigned", "arrived") == [[1, 0], [5, 5], [33, 6]]


def test_who_is_diverted_while_turning_out_does_not_turn_out_again() -> None:
    answer = played(*units_at(0), asked((0, 20, 1, 5), (2, 3, 0, 5), turnout=5), EVEN, diverting=Diverting(0))
    # It would have set off at 5, and does.
    assert minutes(answer, "assigned", "arrived")[1:] == [[13, 2], [30, 8]]


def test_units_hand_over_in_turn_where_there_is_one_bay() -> None:
    hospitals = Hospitals(
        np.array([10_000.0, 30_000.0]),
        np.zeros(2),
        np.array([1, 1]),
        np.array([NEAREST, NEAREST, NOT_CONVEYED]),
        np.array([20, 15, 0]) * MINUTE,
    )
    jobs = asked((0, 2, 0, 5), (0, 4, 0, 4), (1, 10, 0, 3))
    answer = played(*units_at(0, 0), jobs, EVEN, hospitals=hospitals)
    # At 15 and 14 at the hospital: the second hands over 14 to 29 and the first 29 to 49. The third is taken at 29.
    assert minutes(answer, "left", "at_hospital", "handover", "freed") == [
        [0, 1, 1],
        [7, 8, 32],
        [15, 14, -1 / MINUTE],
        [29, 14, -1 / MINUTE],
        [49, 29, 32],
    ]
    assert answer.attended is not None
    assert answer.attended.hospital.tolist() == [0, 0, -1]


def breaks(hours: tuple[int, ...], lasting: int, interrupting: int) -> Breaks:
    window = np.zeros((1, 168), np.bool_)
    window[0, list(hours)] = True
    return Breaks(window, np.array([lasting * MINUTE]), interrupting)


def test_a_break_is_had_at_home_and_calm_jobs_wait_for_its_end() -> None:
    jobs = asked((55, 3, 0, 5), (70, 1, 2, 5))
    answer = played(*units_at(0), jobs, EVEN, breaks=breaks((1,), 30, 0))
    # Due at 60, free at 63, home at 66: its break lasts until 96.
    assert minutes(answer, "assigned")[1] == [55, 96]
    assert answer.attended is not None
    assert (answer.attended.breaks_had.tolist(), answer.attended.breaks_missed.tolist()) == ([1], [0])


def test_a_break_that_urgent_jobs_leave_no_room_for_is_missed() -> None:
    # Out from 70 to 80, which breaks off the first try; home at 80 and out again at 95; home after the window: missed.
    jobs = asked((70, 1, 0, 8), (95, 1, 0, 60), (170, 1, 2, 5))
    answer = played(*units_at(0), jobs, EVEN, breaks=breaks((1,), 30, 0))
    assert minutes(answer, "assigned", "freed")[1:] == [[70, 95, 170], [79, 156, 176]]
    assert answer.attended is not None
    assert (answer.attended.breaks_had.tolist(), answer.attended.breaks_missed.tolist()) == ([0], [1])
    # Two tries, both broken off: from 60 and from 80.
    its = answer.attended.spells
    assert [(each / MINUTE).tolist() for each in (its.begun, its.over)] == [[60, 80], [70, 95]]


def test_windows_open_and_close_so_long_after_a_shift_begins() -> None:
    on = np.zeros((2, 168), np.bool_)
    on[0, [22, 23, 24, 25, 26, 166, 167, 0]] = True
    on[1] = True
    window = Breaks.within_shifts(on, 2, 4, MINUTE, 0).window
    assert np.flatnonzero(window[0]).tolist() == [0, 24, 25]
    assert not window[1].any()


def changes(stood_down: list[int], upgraded: list[int], priority: list[int]) -> Changes:
    soon = (np.array(each) for each in (stood_down, upgraded))
    stood, more = (np.where(each >= 0, each * MINUTE, -1) for each in soon)
    return Changes(stood, more, np.array(priority))


def test_a_unit_that_is_stood_down_turns_round_and_can_be_sent_from_there() -> None:
    jobs = asked((0, 20, 1, 5), (11, 3, 1, 5))
    answer = played(*units_at(0), jobs, EVEN, changes=changes([8, -1], [-1, -1], [1, 1]))
    # At 8 it turns at 8 km; at 11 it is back at 5 km, 2 km from the next.
    assert minutes(answer, "assigned", "freed")[1:] == [[0, 11], [8, 18]]
    assert answer.arrived.tolist() == [-1, 13 * MINUTE]
    assert answer.attended is not None
    assert answer.attended.stood_down.tolist() == [True, False]
    # Whoever has arrived stays.
    late = played(*units_at(0), jobs, EVEN, changes=changes([20, -1], [-1, -1], [1, 1]))
    assert minutes(late, "freed")[1] == [25, 47]


def test_a_job_that_is_upgraded_while_it_waits_takes_the_unit_of_a_less_urgent_one() -> None:
    jobs = asked((0, 30, 1, 5), (5, 0, 2, 5))
    its = changes([-1, -1], [-1, 10], [1, 0])
    answer = played(*units_at(0), jobs, EVEN, changes=its, diverting=Diverting(0))
    # At 15 the unit is at 15 km, and goes back all the way.
    assert minutes(answer, "assigned", "arrived")[1:] == [[35, 15], [65, 30]]
    # Upgraded on the way, the first can no longer be left for it.
    its = changes([-1, -1], [12, -1], [0, 0])
    answer = played(
        *units_at(0), asked((0, 30, 1, 5), (20, 0, 0, 5)), EVEN, changes=its, diverting=Diverting(0)
    )
    assert minutes(answer, "assigned")[1] == [0, 35]


def test_a_ground_s_own_order_comes_before_who_is_nearest() -> None:
    order = np.array([[[2, 1], [-1, -1]]])
    jobs = asked((0, 0, 0, 60), (1, 0, 0, 60), (2, 0, 0, 60))
    answer = played(*units_at(1, 9, 20), jobs, EVEN, attendance=Attendance(np.array([0, 0, 0]), order))
    assert minutes(answer, "arrived") == [[2, 1, 0], [20, 10, 3]]
    without = played(*units_at(1, 9, 20), jobs, EVEN, attendance=Attendance(np.array([-1, -1, -1]), order))
    assert without.unit.tolist() == [0, 1, 2]


def test_under_an_order_a_unit_on_the_road_is_nearer_only_where_that_is_said() -> None:
    # At 14 the first is on its way home from 20 km, at 18 km: 1 km from the call. The order says the second, 13 km away.
    jobs, order = asked((0, 20, 0, 5), (14, 17, 0, 5)), np.array([[[1], [1]]])
    for said, sent in ((False, 1), (True, 0)):
        its = Attendance(np.array([-1, 0]), order, nearer_on_the_road=said)
        assert played(*units_at(13, 30), jobs, EVEN, attendance=its).unit.tolist() == [0, sent]


def test_a_crew_of_two_vehicles_takes_out_one_at_a_time() -> None:
    # The second vehicle meets another need; it stays until the first is back, at 15, whoever waits.
    units = units_at(0, 0, meets="a b")
    jobs = asked((0, 5, 0, 5), (2, 1, 0, 5), need="ab", turnout=0)
    crews = SharedCrews(np.array([0, 0]), np.array([1]))
    assert minutes(played(*units, jobs, EVEN, crews=crews), "assigned") == [[0, 1], [0, 15]]
    both = SharedCrews(np.array([0, 0]), np.array([2]))
    assert minutes(played(*units, jobs, EVEN, crews=both), "assigned") == [[0, 1], [0, 2]]


def test_a_unit_stands_by_where_the_hour_says() -> None:
    sites, units = units_at(0, 30)
    site = np.zeros((2, 168), np.int64)
    site[1] = 1
    site[0, 1:] = 1
    units = Units(
        units.site, units.service, np.array([[True, True], [False, False]]), units.on, units.turnout
    )
    # From 60 it drives from 0 to 30 km: at 70 it is at 10 km, and later it stands at 30.
    answer = played(sites, units, asked((70, 12, 0, 1), (200, 29, 0, 1)), EVEN, posting=Posting(site))
    assert minutes(answer, "arrived") == [[0, 0], [72, 201]]


def test_at_one_moment_units_come_home_before_the_hour_turns() -> None:
    # Out at 55 for 20 km, off duty from 60, free at 100 and home at 120, when it is on duty again: it turns out for who waits.
    sites, units = units_at(0)
    units.on[0, 1] = False
    jobs = asked((55, 20, 0, 24), (70, 3, 0, 5), turnout=1)
    never = changes([-1, -1], [-1, -1], [0, 0])
    assert minutes(played(sites, units, jobs, EVEN, changes=never), "assigned", "arrived")[1:] == [
        [55, 120],
        [76, 124],
    ]
    assert minutes(dispatch(sites, units, jobs, EVEN), "arrived")[1] == [76, 124]


def test_at_one_moment_what_waits_for_a_crew_is_offered_after_the_hour_has_turned() -> None:
    # The first vehicle is home at 60, when the second falls due: the calm job waits for the end of the break.
    sites, units = units_at(0, 0, meets="a b")
    window = np.zeros((2, 168), np.bool_)
    window[1, 1] = True
    answer = played(
        sites,
        units,
        asked((0, 25, 0, 10), (2, 1, 2, 5), need="ab"),
        EVEN,
        crews=SharedCrews(np.zeros(2, np.int64), np.ones(1, np.int64)),
        breaks=Breaks(window, np.full(2, 20 * MINUTE), 0),
    )
    assert minutes(answer, "assigned")[1] == [0, 80]


def test_who_arrives_as_the_hour_turns_has_arrived() -> None:
    # Off duty from 60 to 120, and so not to be diverted; at 120 it arrives, and the urgent job has to wait.
    sites, units = units_at(0)
    units.on[0, 1] = False
    answer = played(sites, units, asked((55, 65, 1, 10), (70, 60, 0, 5)), EVEN, diverting=Diverting(0))
    assert minutes(answer, "assigned", "arrived")[1:] == [[55, 130], [120, 135]]


def test_a_unit_taken_out_of_its_break_goes_to_where_it_now_stands_by() -> None:
    # Its break runs from 60 to 150; from 120 it stands by at 30 km. Out from 130 to 131, it is at 19 km at 150.
    sites, units = units_at(0, 30, meets="a b")
    site = np.repeat(units.site[:, None], 168, axis=1)
    site[0, 2:] = 1
    window = np.zeros((2, 168), np.bool_)
    window[0, 1] = True
    answer = played(
        sites,
        units,
        asked((130, 0, 0, 1), (150, 25, 0, 5)),
        EVEN,
        posting=Posting(site),
        breaks=Breaks(window, np.full(2, 90 * MINUTE), 0),
    )
    assert minutes(answer, "arrived") == [[0, 0], [130, 156]]
    assert answer.attended is not None
    assert answer.attended.breaks_missed.tolist() == [1, 0]


def test_under_a_matrix_a_unit_that_is_half_way_starts_from_where_it_was_going() -> None:
    # From the site to the calls, and between them. Half way at 10, the drive is 20 = (10 + 30) / 2; half way again at 20, it is
    # 30 = (40 + 20) / 2, from the first call, and not 12 = (4 + 20) / 2, from the site.
    table = np.array([[0, 20, 10, 4], [20, 0, 30, 40], [10, 30, 0, 20], [4, 40, 20, 0]])
    matrix = Matrix(table * MINUTE, np.array([0]), np.array([1, 2, 3]))
    jobs = asked((0, 0, 2, 5), (10, 0, 1, 5), (20, 0, 0, 5))
    answer = played(*units_at(0), jobs, matrix, diverting=Diverting(1))
    assert minutes(answer, "arrived")[1][2] == 50
    assert answer.attended is not None
    assert answer.attended.diverted.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("given_to", "words"),
    [
        ({"diverting": Diverting(0, 0)}, "by is 1 or more"),
        ({"crews": SharedCrews(np.array([0]), np.array([0]))}, "can never go out"),
        ({"posting": Posting(np.full((1, 168), 3))}, "a site that is not there"),
        ({"changes": changes([-1], [5], [0])}, "no more urgent than before"),
        (
            {"attendance": Attendance(np.array([1]), np.zeros((1, 2, 1), np.int64))},
            "a ground that has no order",
        ),
        ({"breaks": breaks((1,), 9000, 0)}, "longer than a day"),
        (
            {"hospitals": Hospitals(*NOWHERE, NOBODY[:0], np.array([NEAREST]), NOBODY)},
            "conveyed, and there are none",
        ),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(given_to: Given, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dispatch(*units_at(0), asked((0, 1, 0, 1)), EVEN, **given_to)
