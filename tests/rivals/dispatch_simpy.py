"""The rules of dispatching as a SimPy model: a process for the calls, and one for each stretch of a unit's work.

Run by the benchmark and by a test in an environment of its own: ``dispatch_simpy.py WORLD ANSWER`` reads plain columns
as JSON, writes unit, assigned, arrived and freed of each job, and prints the seconds that the run took.
"""

from __future__ import annotations

import heapq
import json
import sys
import time
from collections.abc import Generator
from math import sqrt
from pathlib import Path
from typing import Any

import simpy  # type: ignore[import-not-found] # stands in the rivals' environment alone

HOUR = 3_600_000
WEEK = 168
LATER = 1_000_000
"""Places among what happens at one moment: the hour is 0, a unit's is its row and 1, a job's is its row and this."""


class Moment(simpy.Event):  # type: ignore[misc]
    """A timeout that has its own place among the events of one moment."""

    def __init__(self, env: simpy.Environment, delay: int, place: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, place, delay)


class Unit:
    def __init__(self, row: int, x: float, y: float, meets: list[int], on: list[bool], turnout: int) -> None:
        self.row, self.site_x, self.site_y, self.meets, self.on, self.turnout = row, x, y, meets, on, turnout
        self.x, self.y = x, y
        self.pace_x = self.pace_y = 0.0
        self.left = self.home = 0


class Control:
    """Who is free, who waits, and who is sent."""

    def __init__(self, env: simpy.Environment, world: dict[str, Any]) -> None:
        self.env = env
        self.laws = list(zip(world["ms_a_metre"], world["lost_ms"], strict=True))
        self.of_hour = world["of_hour"]
        self.units = [
            Unit(
                row,
                world["site_x"][site],
                world["site_y"][site],
                [n for n, can in enumerate(meets) if can],
                on,
                out,
            )
            for row, (site, meets, on, out) in enumerate(
                zip(
                    world["unit_site"],
                    world["unit_meets"],
                    world["unit_on"],
                    world["unit_turnout"],
                    strict=True,
                )
            )
        ]
        names = ("ready", "x", "y", "need", "priority", "turnout", "on_scene")
        self.jobs = list(zip(*(world[name] for name in names), strict=True))
        needs = len(world["unit_meets"][0])
        # A dictionary as a set that keeps its order: units that are not at work, by need.
        self.free: list[dict[Unit, None]] = [{} for _ in range(needs)]
        self.waiting: list[list[tuple[int, int]]] = [[] for _ in range(needs)]
        self.answer = [(-1, -1, -1, -1)] * len(self.jobs)
        self.to_come, self.at_work, self.quiet = len(self.jobs), 0, 0
        for unit in self.units:
            self.release(unit)

    def release(self, unit: Unit) -> None:
        for need in unit.meets:
            self.free[need][unit] = None

    def drive(self, squared: float) -> int:
        ms_a_metre, lost_ms = self.laws[self.of_hour[self.env.now // HOUR % WEEK]]
        cruising = sqrt(squared) * ms_a_metre
        if cruising <= lost_ms:
            return int(2.0 * sqrt(cruising * lost_ms) + 0.5)
        return int(lost_ms + cruising + 0.5)

    def nearest(self, x: float, y: float, need: int) -> tuple[Unit, int] | None:
        now = self.env.now
        hour = now // HOUR % WEEK
        # Farther away by more than two milliseconds of cruising is longer, whatever the rounding.
        found, shortest, near, slack = None, 0, float("inf"), 2.0 / self.laws[self.of_hour[hour]][0]
        for unit in self.free[need]:
            if now >= unit.home:
                east, north = unit.site_x - x, unit.site_y - y
            else:
                gone = now - unit.left
                east, north = unit.x + unit.pace_x * gone - x, unit.y + unit.pace_y * gone - y
            squared = east * east + north * north
            if squared < near and unit.on[hour]:
                drive = self.drive(squared)
                if found is None or drive < shortest or (drive == shortest and unit.row < found.row):
                    found, shortest, near = unit, drive, (sqrt(squared) + slack) ** 2
        return None if found is None else (found, shortest)

    def most_urgent(self, needs: list[int]) -> int | None:
        best = None
        for need in needs:
            line = self.waiting[need]
            if line and (best is None or line[0] < self.waiting[best][0]):
                best = need
        return best

    def calls(self) -> Generator[simpy.Event, None, None]:
        env = self.env
        for row, (ready, x, y, need, priority, _, _) in enumerate(self.jobs):
            yield Moment(env, ready - env.now, LATER + row)
            self.to_come -= 1
            found = self.nearest(x, y, need)
            if found is None:
                heapq.heappush(self.waiting[need], (priority, row))
            else:
                env.process(self.work(*found, row))

    def work(self, unit: Unit, drive: int, row: int) -> Generator[simpy.Event, None, None]:
        """Go to a job, and from there to the next as long as somebody waits."""
        env = self.env
        for need in unit.meets:
            del self.free[need][unit]
        self.at_work, self.quiet = self.at_work + 1, 0
        _, x, y, _, _, turnout, on_scene = self.jobs[row]
        delay = turnout + unit.turnout if env.now >= unit.home else 0
        while True:
            assigned = env.now
            yield Moment(env, delay + drive, LATER)
            arrived = env.now
            yield Moment(env, on_scene, unit.row + 1)
            self.answer[row] = (unit.row, assigned, arrived, env.now)
            wanted = self.most_urgent(unit.meets) if unit.on[env.now // HOUR % WEEK] else None
            if wanted is None:
                break
            row, from_x, from_y = heapq.heappop(self.waiting[wanted])[1], x, y
            _, x, y, _, _, _, on_scene = self.jobs[row]
            delay, drive = 0, self.drive((from_x - x) * (from_x - x) + (from_y - y) * (from_y - y))
        self.at_work -= 1
        east, north = unit.site_x - x, unit.site_y - y
        back = self.drive(east * east + north * north)
        unit.x, unit.y, unit.left, unit.home = x, y, env.now, env.now + back
        if back:
            unit.pace_x, unit.pace_y = east / back, north / back
        self.release(unit)

    def hours(self) -> Generator[simpy.Event, None, None]:
        env = self.env
        while True:
            needs = [need for need, line in enumerate(self.waiting) if line]
            while (first := self.most_urgent(needs)) is not None:
                row = self.waiting[first][0][1]
                found = self.nearest(self.jobs[row][1], self.jobs[row][2], first)
                if found is None:
                    needs.remove(first)
                else:
                    heapq.heappop(self.waiting[first])
                    # Begun at once, so that whoever is next in line is not offered the same unit.
                    yield from self.sent(self.work(*found, row))
            self.quiet += self.to_come == self.at_work == 0
            if not (self.to_come or self.at_work or (any(self.waiting) and self.quiet <= WEEK)):
                return
            yield Moment(env, HOUR, 0)

    def sent(self, work: Generator[simpy.Event, None, None]) -> Generator[simpy.Event, None, None]:
        self.env.process(work)
        # A process begins with an urgent event of this same moment, which is before this one.
        yield Moment(self.env, 0, 0)


def main() -> None:
    world = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    # Of this process: others on the machine take none of it away.
    start = time.process_time()
    env = simpy.Environment()
    control = Control(env, world)
    env.process(control.hours())
    env.process(control.calls())
    env.run()
    seconds = time.process_time() - start
    Path(sys.argv[2]).write_text(json.dumps(control.answer), "utf-8")
    sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
