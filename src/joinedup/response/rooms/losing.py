"""One control room lost in busy hours: its calls go to the handlers of another, or to a fallback with some of its staff (§3.1).

The rules, beside those of ``answering``:

1. The hours are those of the week in which most calls come, on end. The room is lost in every played week anew, so that busy
   weeks and quiet ones are both in the answer, and is there again when they are over.
2. Where another room is open, the one with most handlers on duty in those hours takes the lost room's calls beside its own.
   They take as much longer as a handler of several trades does.
3. Where no other is, or where a team answers for several services and its place is lost, a declared share of those who were on
   duty answers from the fallback; somebody always does.
4. Dispatchers are left out: what is asked is how soon a caller by 999 is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from joinedup.response.queueing import DAYS
from joinedup.response.rooms.answering import HALF_HOUR, HALF_HOURS, answer
from joinedup.response.rooms.arrivals import HOURS_OF_WEEK, Arrivals
from joinedup.response.rooms.drawing import Drawn, Teaming, drawn, under
from joinedup.response.rooms.variants import shipped

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from joinedup.response.rooms.measuring import Rooms
    from joinedup.response.rooms.staffing import Staffing

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

WEEKS, RUNS = 26, 2
"""How many weeks are drawn, and how often: the room is lost once in each."""
_BEFORE, _AFTER = 4, 2
"""Half-hours that are played besides, so that handlers are as busy when the room is lost as they would be."""
LIMIT = 10.0
"""Seconds within which 999 calls are to be answered."""


class Answers(NamedTuple):
    """How 999 calls are answered: how many come a week, their mean wait and its 90th centile in seconds, the share in time.

    A caller who gives up for good has waited until then, and is not answered in time.
    """

    calls: float
    mean: float
    most: float
    within: float


@dataclass(frozen=True, eq=False)
class BusyHours:
    """The calls of the busiest hours on end of the week, drawn week after week; ``halves`` are its half-hours, in order."""

    rooms: Rooms
    halves: Integers
    weeks: int
    made: tuple[Drawn, ...]

    @property
    def start(self) -> str:
        """The weekday and the hour at which they begin."""
        first = int(self.halves[0])
        return f"{DAYS[first // 48]} {first // 2 % 24:02d}:00"

    @classmethod
    def of(cls, rooms: Rooms, hours: float, weeks: int = WEEKS, runs: int = RUNS) -> BusyHours:
        """Find the busiest hours and draw their calls, and those of a while before and after."""
        long = int(np.clip(round(hours), 1, HOURS_OF_WEEK))
        by_hour = rooms.hourly.sum(axis=0)
        # In whole millionths of a call, so that sums that are equal are equal whatever their order.
        twice = np.concatenate([[0], np.cumsum(np.round(np.tile(by_hour, 2) * 1e6).astype(np.int64))])
        first = 2 * int(np.argmax(twice[long : long + HOURS_OF_WEEK] - twice[:HOURS_OF_WEEK]))
        played = np.zeros(HALF_HOURS, np.bool_)
        played[np.arange(first - _BEFORE, first + 2 * long + _AFTER) % HALF_HOURS] = True
        made = []
        for run in range(runs):
            every = rooms.arrivals(weeks, run)
            kept = played[every.moment // HALF_HOUR % HALF_HOURS]
            some = Arrivals(every.line[kept], every.moment[kept], every.name[kept])
            made.append(drawn(rooms, some, run))
        return cls(rooms, np.arange(first, first + 2 * long) % HALF_HOURS, weeks, tuple(made))

    def answered(self, staffing: Staffing) -> Answers:
        """Play the hours with some staff on duty, and say how soon 999 calls were answered."""
        teams = staffing.teaming.staffed(self.rooms, staffing.variant, staffing.confirmed)
        inside = np.zeros(HALF_HOURS, np.bool_)
        inside[self.halves] = True
        waited, in_time = [], 0
        for run in self.made:
            calls = under(run, self.rooms, staffing.variant)
            played = answer(calls, teams)
            asked = (calls.priority == 0) & inside[calls.connected // HALF_HOUR % HALF_HOURS]
            ended = np.where(played.answered >= 0, played.answered, played.lost)
            seconds = (ended - calls.connected)[asked] / 1000
            waited.append(seconds)
            in_time += int(((played.answered >= 0)[asked] & (seconds <= LIMIT)).sum())
        every = np.concatenate(waited)
        if not len(every):
            return Answers(0.0, 0.0, 0.0, 1.0)
        return Answers(
            len(every) / (self.weeks * len(self.made)),
            float(every.mean()),
            float(np.quantile(every, 0.9)),
            in_time / len(every),
        )

    def without(
        self, staffing: Staffing, lost: Collection[str], share: float, *, pool_lost: bool = True
    ) -> Staffing:
        """Give the same staff with the rooms of some services lost in these hours.

        ``share`` is of the staff that answers from a fallback; ``pool_lost`` says whether a team that answers for several
        services had its place in one of the lost rooms.
        """
        teaming = staffing.teaming
        team_of, staff = teaming.team_of.copy(), staffing.confirmed.copy()
        longer = teaming.longer.copy()
        gone = {self.rooms.services.index(each) for each in lost}
        others = [each for each in range(len(self.rooms.services)) if each not in gone]
        strangers = 1.0 + self.rooms.central(_SEVERAL_TRADES)
        at_fallback: set[tuple[int, int]] = set()
        for half in self.halves.tolist():
            for service in sorted(gone):
                team = int(teaming.team_of[half, service])
                pooled = int((teaming.team_of[half] == team).sum()) > 1
                if pooled and not pool_lost:
                    continue
                stand_ins = [int(teaming.team_of[half, each]) for each in others]
                if pooled or not stand_ins:
                    at_fallback.add((team, half))
                    continue
                stand_in = max(
                    stand_ins, key=lambda each: (int(staffing.confirmed[each, self.halves].sum()), -each)
                )
                team_of[half, service] = stand_in
                longer[stand_in, service] = max(longer[stand_in, service], strangers)
                staff[team, half] = 0
        for team, half in at_fallback:
            on_duty = staff[team, half]
            staff[team, half] = max(int(on_duty * share), min(int(on_duty), 1))
        found = Teaming(teaming.names, team_of, longer)
        return replace(staffing, teaming=found, confirmed=staff)


_SEVERAL_TRADES = next(each for each in shipped() if each.name == "one multi-skilled team").longer
