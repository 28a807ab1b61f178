"""A queue that never empties is refused by need, however idle the rest of its pool is, and a loaded area is not (§3.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.refusal import Refusal
from joinedup.response.dispatching import Dispatched
from joinedup.response.queueing import Asking, most_overloaded, stop_at_an_overflow
from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, at, attendance, unit
from tests.small import incident, service, site, small_area

if TYPE_CHECKING:
    from joinedup.area import Area

HOUR = 3_600_000
MONDAY = datetime.fromisoformat("2025-02-03")


def one_ladder_beside_nine_engines(every: int) -> Area:
    """Make 800 ladder jobs of an hour, so many minutes apart, and two others by which the pool is known to be one."""
    told = [at("00:00") + timedelta(minutes=every * n) for n in range(800)]
    calls = [
        incident(f"L{n:03d}", "fire", 0.0, received_at=moment, category="fire", priority="1")
        for n, moment in enumerate(told)
    ]
    attended = [attendance(f"L{n:03d}", "T1", moment, need="ladder") for n, moment in enumerate(told)]
    for name, who, clock in (("X", "T1", "05:00"), ("Y", "E0", "06:00")):
        calls.append(incident(name, "fire", 0.0, received_at=at(clock), category="fire", priority="1"))
        attended.append(attendance(name, who, at(clock), need="engine"))
    return small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("T1", "fire", "ladder", "S"), *(unit(f"E{n}", "fire", "engine", "S") for n in range(9))],
        incidents=calls,
        attendances=attended,
    )


def test_a_ladder_that_is_asked_for_twice_over_is_refused_though_nine_engines_stand_idle() -> None:
    # Two jobs of an hour each hour for one ladder: a mean wait of 8 days, where the pool of ten is out a fifth of its time.
    with pytest.raises(Refusal) as stopped:
        Baseline.of(one_ladder_beside_nine_engines(30), assumed(response__busy__fire=60)).played()
    words = str(stopped.value)
    assert "the queue of fire for 'ladder' never empties" in words
    assert "calls ask for 2.0 units' time and 1 are on duty, 1.0 short" in words


def test_a_ladder_that_is_out_nine_tenths_of_its_time_is_no_queue_that_never_empties() -> None:
    # The same jobs 67 minutes apart: loaded, and played.
    table = Baseline.of(one_ladder_beside_nine_engines(67), assumed(response__busy__fire=60)).played().table
    assert table["waited"].max() < 60  # type: ignore[operator]


# --- which needs are short ---------------------------------------------------------------------------------------------


def test_the_set_of_needs_that_is_short_by_most_is_that_of_trying_every_set() -> None:
    # Hall's condition by brute force, on small pools of any shape.
    chance = np.random.default_rng(4)
    outcomes = set()
    for _ in range(200):
        needs, units = (int(each) for each in chance.integers(1, 6, 2))
        meets = chance.random((units, needs)) < 0.4
        meets[0] |= ~meets.any(axis=0)
        asked, there = chance.random(needs) * 3, chance.random(units) * 4
        every = chain.from_iterable(combinations(range(needs), size) for size in range(needs + 1))
        most = max(sum(asked[list(each)]) - there[meets[:, list(each)].any(axis=1)].sum() for each in every)
        found = most_overloaded(asked, there, meets)
        assert asked[found].sum() - there[meets[:, found].any(axis=1)].sum() == pytest.approx(most)
        outcomes.add(bool(found.any()))
    assert outcomes == {False, True}


def test_two_needs_that_share_units_may_be_short_together_though_neither_is_alone() -> None:
    # Two ladders meet both; each need alone asks for 1.5 of them. Engines, asked for and plenty, are not named.
    meets = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]], np.bool_)
    assert most_overloaded(np.array([1.5, 1.5, 1.0]), np.ones(4), meets).tolist() == [True, True, False]
    assert not most_overloaded(np.array([0.9, 0.9, 1.0]), np.ones(4), meets).any()


def played(moments: list[float], lasting: float, until_told: list[float], shift: int = 168) -> None:
    """Play jobs for one engine by hand, all in hours, on duty for the first hours of the week."""
    told = (np.array(until_told) * HOUR).astype(np.int64)
    ready = (np.array(moments) * HOUR).astype(np.int64)
    count = len(ready)
    on = np.zeros((1, 168), np.bool_)
    on[0, :shift] = True
    asking = Asking(
        ("engine",), np.zeros(count, np.int64), np.full(count, "fire", object), np.ones((1, 1), np.bool_)
    )
    freed = told + int(lasting * HOUR)
    answer = Dispatched(np.zeros(count, np.int32), told, told, freed, ready, "by hand")
    stop_at_an_overflow(asking, answer, on, MONDAY)


def test_a_queue_that_is_empty_when_the_last_call_comes_has_emptied() -> None:
    # A crew on duty for two hours a week ends its jobs of three after its shift: more hours than on duty, and nobody waits.
    played([0.0, 168.0, 336.0], 3.0, [0.0, 168.0, 336.0], shift=2)


def test_a_busy_day_at_the_end_is_no_queue_that_never_empties() -> None:
    # The last call waits for the one before it, and 13 hours of work stand against 300.
    played([0.0, 100.0, 299.5, 300.0], 3.0, [0.0, 100.0, 299.5, 302.5])


def test_more_work_than_hours_with_calls_still_waiting_is_refused() -> None:
    with pytest.raises(
        Refusal, match=r"the queue of fire for 'engine' never empties in the period from 03 February 2025"
    ):
        played([0.0, 50.0, 100.0, 200.0], 100.0, [0.0, 100.0, 200.0, 300.0])
