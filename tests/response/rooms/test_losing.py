"""One control room lost in busy hours (§3.1): who takes its calls, how soon, and against Erlang's formula."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from joinedup.response.rooms import Rooms, Staffing, answer, declared, shipped, staffed
from joinedup.response.rooms.answering import HALF_HOUR, HALF_HOURS
from joinedup.response.rooms.drawing import under
from joinedup.response.rooms.erlang import Impatient
from joinedup.response.rooms.losing import Answers, BusyHours
from joinedup.response.rooms.staffing import staff_kept, years
from tests.response.rooms.test_staffing import busy_area

SEPARATE, MESSAGE, CO_LOCATED, ONE_TEAM, NIGHT = shipped()
TALK, PATIENCE = 120.0, 120.0
AN_HOUR = 60.0
"""Calls to each room in an hour: two erlangs."""


@cache
def rooms(hours_busy: int = 0) -> Rooms:
    """Give two rooms with a steady load of exponential calls, nothing passed on and nobody who rings again.

    In so many hours from Friday noon there is half as much again.
    """
    found = Rooms.of(busy_area(14, 100), {})
    known = dict(found.assumptions)
    zero = (declared.WRAP_UP, declared.URGENT_AGAIN, ONE_TEAM.longer)
    for each in zero:
        known[each.name] = replace(each, low=0.0, central=0.0, high=0.0)
    points = -np.log1p(-(np.arange(2000) + 0.5) / 2000)
    talk = np.round(points / points.mean() * TALK * 1000).astype(np.int64)
    hourly = np.full(found.pattern.hourly.shape, AN_HOUR)
    hourly[:, 4 * 24 + 12 : 4 * 24 + 12 + hours_busy] *= 1.5
    pattern = replace(
        found.pattern,
        hourly=hourly,
        season=np.ones_like(found.pattern.season),
        surge=np.zeros_like(found.pattern.surge),
    )
    return replace(
        found,
        pattern=pattern,
        assumptions=known,
        talk=(talk, talk),
        passed=np.zeros_like(found.passed),
        themselves=frozenset(),
    )


@cache
def on_duty(police: int, fire: int) -> Staffing:
    """Put so many handlers on duty in every half-hour."""
    some = staffed(rooms(), SEPARATE, made=years(rooms(), 1, 1))
    return replace(some, confirmed=np.repeat(np.array([[police], [fire]]), HALF_HOURS, axis=1))


@cache
def busy_hours() -> BusyHours:
    return BusyHours.of(rooms(), 8)


def answers(staffing: Staffing) -> Answers:
    return busy_hours().answered(staffing)


def test_the_hours_are_those_in_which_most_calls_come_and_go_on_over_midnight_and_the_end_of_the_week() -> (
    None
):
    found = BusyHours.of(rooms(6), 6, weeks=1, runs=1)
    assert found.start == "Friday 12:00"
    assert found.halves.tolist() == list(range(2 * 108, 2 * 114))
    over = replace(
        rooms(), pattern=replace(rooms().pattern, hourly=np.roll(rooms(6).pattern.hourly, 56, axis=1))
    )
    found = BusyHours.of(over, 6, weeks=1, runs=1)
    assert found.start == "Sunday 20:00"
    assert found.halves.tolist() == [*range(328, 336), *range(4)]


@pytest.mark.parametrize(("police", "fire"), [(4, 3), (3, 3)])
def test_with_every_room_open_callers_wait_as_erlang_has_it(police: int, fire: int) -> None:
    found = answers(on_duty(police, fire))
    exact = [Impatient(AN_HOUR * TALK / 3600, each, TALK, PATIENCE) for each in (police, fire)]
    assert found.calls == pytest.approx(2 * 8 * AN_HOUR, rel=0.02)
    assert found.mean == pytest.approx(np.mean([each.mean_wait for each in exact]), rel=0.05)
    assert found.within == pytest.approx(np.mean([each.answered_within(10.0) for each in exact]), abs=0.01)


def test_with_one_room_lost_all_callers_wait_as_erlang_has_it_for_the_other_room_alone() -> None:
    staff = on_duty(4, 3)
    for lost, left in (("police", 3), ("fire", 4)):
        found = answers(busy_hours().without(staff, [lost], 0.5))
        exact = Impatient(2 * AN_HOUR * TALK / 3600, left, TALK, PATIENCE)
        assert found.mean == pytest.approx(exact.mean_wait, rel=0.03)
        assert found.within == pytest.approx(exact.answered_within(10.0), abs=0.01)


def test_one_place_lost_is_a_fallback_with_a_share_of_its_staff_as_erlang_has_it() -> None:
    team = replace(staff_kept(on_duty(4, 4), ONE_TEAM))
    found = answers(busy_hours().without(team, ["police", "fire"], 0.5))
    exact = Impatient(2 * AN_HOUR * TALK / 3600, 4, TALK, PATIENCE)
    assert found.mean == pytest.approx(exact.mean_wait, rel=0.03)
    assert found.within == pytest.approx(exact.answered_within(10.0), abs=0.01)
    # On one floor each service keeps half of its own.
    apart = staff_kept(on_duty(4, 4), CO_LOCATED)
    left = busy_hours().without(apart, ["police", "fire"], 0.5).confirmed
    assert (left[:, busy_hours().halves] == 2).all()


def test_the_calls_of_a_lost_room_are_neither_lost_nor_invented() -> None:
    busy, staff = busy_hours(), on_duty(4, 3)
    lost = busy.without(staff, ["police"], 0.5)
    assert answers(lost).calls == answers(staff).calls
    (run, *_) = busy.made
    played = answer(under(run, rooms(), SEPARATE), lost.teaming.staffed(rooms(), SEPARATE, lost.confirmed))
    assert ((played.answered >= 0) | (played.lost >= 0)).all()
    # In those hours nobody starts a call in the lost room, and afterwards its handlers are back.
    inside = np.isin(played.answered // HALF_HOUR % HALF_HOURS, busy.halves) & (played.answered >= 0)
    assert (played.handler[inside] >= 4).all()
    assert (played.handler[~inside & (played.answered >= 0)] < 4).any()
    assert (lost.confirmed[0, busy.halves] == 0).all()
    assert lost.confirmed.sum() == staff.confirmed.sum() - 4 * len(busy.halves)


def test_more_staff_never_worsens_the_loss() -> None:
    waited = [answers(busy_hours().without(on_duty(6, each), ["police"], 0.5)) for each in range(1, 8)]
    for fewer, more in pairwise(waited):
        assert more.mean <= fewer.mean
        assert more.within >= fewer.within
        assert more.most <= fewer.most
    team = staff_kept(on_duty(6, 6), ONE_TEAM)
    shares = [
        answers(busy_hours().without(team, ["police", "fire"], each)) for each in (0.0, 0.25, 0.5, 0.9, 1.0)
    ]
    assert all(one.mean >= other.mean for one, other in pairwise(shares))
    assert shares[-1] == answers(team)


def test_somebody_always_answers_from_the_fallback() -> None:
    team = staff_kept(on_duty(1, 1), ONE_TEAM)
    left = busy_hours().without(team, ["police", "fire"], 0.0).confirmed
    assert (left[:, busy_hours().halves].sum(axis=0) == 1).all()


def test_a_room_that_a_night_s_team_does_not_sit_in_is_not_missed_at_night() -> None:
    night = staff_kept(on_duty(4, 3), NIGHT)
    busy = replace(busy_hours(), halves=np.arange(2 * 20, 2 * 24))
    guest = busy.without(night, ["fire"], 0.5, pool_lost=False)
    eight, eleven = 2 * 20, 2 * 23
    assert guest.teaming.team_of[eight].tolist() == [0, 0]
    assert np.array_equal(guest.teaming.team_of[eleven], night.teaming.team_of[eleven])
    assert np.array_equal(guest.confirmed[:, eleven], night.confirmed[:, eleven])
    host = busy.without(night, ["police"], 0.5, pool_lost=True)
    assert host.teaming.team_of[eight].tolist() == [1, 1]
    assert host.confirmed[:, eleven].sum() == 3
    assert host.confirmed[:, eight].tolist() == [0, 3, 0]


def test_strangers_calls_take_as_much_longer_as_those_of_a_handler_of_several_trades() -> None:
    usual = replace(rooms(), assumptions={each.name: each for each in declared.ASSUMPTIONS})
    busy = BusyHours.of(usual, 8, weeks=1, runs=1)
    longer = busy.without(on_duty(4, 3), ["police"], 0.5).teaming.longer
    assert longer.tolist() == [[1.0, 1.0], [1.1, 1.0]]


def test_the_same_seed_gives_the_same_answer_to_the_last_bit() -> None:
    again = BusyHours.of(rooms(), 8)
    assert again.answered(on_duty(4, 3)) == answers(on_duty(4, 3))
