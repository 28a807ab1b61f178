"""The rules of dispatching in the plainest words: one heap of events, and every unit asked at every decision.

It shares no line with the package that it is compared with, and needs the standard library alone.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple

HOUR = 3_600_000
WEEK = 168
HOUR_TURNS, FREED, READY = range(3)
"""In the order in which they happen at one moment."""


class Job(NamedTuple):
    ready: int
    x: float
    y: float
    need: int
    priority: int
    turnout: int
    on_scene: int


@dataclass
class Unit:
    row: int
    site_x: float
    site_y: float
    meets: frozenset[int]
    on: list[bool]
    turnout: int
    doing: str = "idle"  # or "busy", or "returning"
    x: float = 0.0
    y: float = 0.0
    left: int = 0
    home: int = 0

    def on_the_road(self, now: int) -> bool:
        return self.doing == "returning" and now < self.home

    def place(self, now: int) -> tuple[float, float]:
        if not self.on_the_road(now):
            return (self.x, self.y) if self.doing == "busy" else (self.site_x, self.site_y)
        gone, drive = float(now - self.left), self.home - self.left
        return (
            self.x + (self.site_x - self.x) / drive * gone,
            self.y + (self.site_y - self.y) / drive * gone,
        )

    def on_shift(self, now: int) -> bool:
        return self.on[now // HOUR % WEEK]


class Law(NamedTuple):
    """The square-root and linear law on straight lines."""

    ms_a_metre: float
    lost_ms: float

    def to_job(self, unit: Unit, now: int, row: int, job: Job) -> int:
        return self.drive(unit.place(now), (job.x, job.y))

    def home(self, unit: Unit) -> int:
        return self.drive((unit.site_x, unit.site_y), (unit.x, unit.y))

    def drive(self, a: tuple[float, float], b: tuple[float, float]) -> int:
        east, north = a[0] - b[0], a[1] - b[1]
        cruising = sqrt(east * east + north * north) * self.ms_a_metre
        if cruising <= self.lost_ms:
            return int(2.0 * sqrt(cruising * self.lost_ms) + 0.5)
        return int(self.lost_ms + cruising + 0.5)


class Matrix(NamedTuple):
    """Drives between places; who has done a share of the way home is that share between here and there."""

    ms: list[list[int]]
    home_of: list[int]
    place_of: list[int]
    at: dict[int, int]
    """The place of the job that each unit was last sent to."""

    def to_job(self, unit: Unit, now: int, row: int, job: Job) -> int:
        from_home = self.ms[self.home_of[unit.row]][self.place_of[row]]
        if unit.doing == "idle" or (unit.doing == "returning" and not unit.on_the_road(now)):
            return from_home
        from_last = self.ms[self.at[unit.row]][self.place_of[row]]
        if unit.doing == "busy":
            return from_last
        share = float(now - unit.left) * (1.0 / (unit.home - unit.left))
        return int(from_last + (from_home - from_last) * share + 0.5)

    def home(self, unit: Unit) -> int:
        return self.ms[self.at[unit.row]][self.home_of[unit.row]]


def play(units: list[Unit], jobs: list[Job], law: Law | Matrix) -> list[tuple[int, int, int, int]]:
    """Give unit, assigned, arrived and freed for each job, −1 throughout where nobody could ever go."""
    answer = [(-1, -1, -1, -1)] * len(jobs)
    # Of each need a heap of priority and row: rows are in order of age.
    waiting: dict[int, list[tuple[int, int]]] = {job.need: [] for job in jobs}
    events: list[tuple[int, int, int]] = [(job.ready, READY, row) for row, job in enumerate(jobs)]
    events.append((0, HOUR_TURNS, 0))
    heapq.heapify(events)
    to_come, busy, quiet = len(jobs), 0, 0

    def send(unit: Unit, row: int, now: int) -> None:
        nonlocal busy, quiet
        job = jobs[row]
        at_site = unit.doing != "busy" and not unit.on_the_road(now)
        delay = job.turnout + unit.turnout if at_site else 0
        arrived = now + delay + law.to_job(unit, now, row, job)
        answer[row] = (unit.row, now, arrived, arrived + job.on_scene)
        unit.doing, unit.x, unit.y = "busy", job.x, job.y
        if isinstance(law, Matrix):
            law.at[unit.row] = law.place_of[row]
        heapq.heappush(events, (arrived + job.on_scene, FREED, unit.row))
        busy, quiet = busy + 1, 0

    def nearest(row: int, now: int) -> Unit | None:
        job = jobs[row]
        free = [
            (law.to_job(unit, now, row, job), unit.row)
            for unit in units
            if unit.doing != "busy" and job.need in unit.meets and unit.on_shift(now)
        ]
        return units[min(free)[1]] if free else None

    def most_urgent(needs: set[int] | frozenset[int]) -> int | None:
        heads = [(*waiting[need][0], need) for need in needs if waiting.get(need)]
        return min(heads)[2] if heads else None

    while events:
        now, what, row = heapq.heappop(events)
        if what == HOUR_TURNS:
            needs = set(waiting)
            while (need := most_urgent(needs)) is not None:
                found = nearest(waiting[need][0][1], now)
                if found:
                    send(found, heapq.heappop(waiting[need])[1], now)
                else:
                    needs.remove(need)
            quiet += to_come == busy == 0
            if to_come or busy or (any(waiting.values()) and quiet <= WEEK):
                heapq.heappush(events, (now + HOUR, HOUR_TURNS, 0))
        elif what == FREED:
            unit = units[row]
            busy -= 1
            wanted = most_urgent(unit.meets) if unit.on_shift(now) else None
            if wanted is not None:
                send(unit, heapq.heappop(waiting[wanted])[1], now)
            else:
                unit.doing, unit.left, unit.home = "returning", now, now + law.home(unit)
        else:
            to_come -= 1
            found = nearest(row, now)
            if found:
                send(found, row, now)
            else:
                heapq.heappush(waiting[jobs[row].need], (jobs[row].priority, row))
    return answer


def played(world: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """Play a world of plain columns."""
    units = [
        Unit(
            row,
            world["site_x"][site],
            world["site_y"][site],
            frozenset(need for need, can in enumerate(meets) if can),
            on,
            turnout,
        )
        for row, (site, meets, on, turnout) in enumerate(
            zip(world["unit_site"], world["unit_meets"], world["unit_on"], world["unit_turnout"], strict=True)
        )
    ]
    jobs = [Job(*row) for row in zip(*(world[name] for name in Job._fields), strict=True)]
    if "matrix" not in world:
        return play(units, jobs, Law(world["ms_a_metre"], world["lost_ms"]))
    homes = [world["matrix_site"][site] for site in world["unit_site"]]
    return play(units, jobs, Matrix(world["matrix"], homes, world["matrix_job"], {}))
