"""The rules of dispatching in the plainest words: one heap of events, and every unit asked at every decision.

It shares no line with the package that it is compared with, and needs the standard library alone. Rules 1 to 8 are the bare
model; what belongs to a later rule names it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple

HOUR = 3_600_000
WEEK = 168
HOME, HOUR_TURNS, STEP, UPGRADED, READY = range(5)
"""In the order in which they happen at one moment (rule 9)."""


@dataclass
class Job:
    ready: int
    x: float
    y: float
    need: int
    priority: int
    turnout: int
    on_scene: int
    row: int = 0
    # What the full model adds.
    to: int = -1
    handing: int = 0
    stand_down: int = -1
    ground: int = -1
    # What comes of it.
    unit: int = -1
    assigned: int = -1
    arrived: int = -1
    left: int = -1
    at_hospital: int = -1
    handover: int = -1
    freed: int = -1
    since: int = -1
    stood_down: bool = False
    diverted: int = 0
    waits: bool = False

    def forget(self) -> None:
        self.unit = self.assigned = self.arrived = self.left = self.at_hospital = self.freed = self.since = -1


@dataclass
class Unit:
    row: int
    site: int
    meets: frozenset[int]
    on: list[bool]
    turnout: int
    doing: str = "idle"  # or "returning", "driving", "working"
    job: Job | None = None
    # The way that it is on, from a place to a place; where it stands still, both are one.
    x: float = 0.0
    y: float = 0.0
    to_x: float = 0.0
    to_y: float = 0.0
    at: int = -1
    to: int = -1
    sets_off: int = 0
    there: int = 0
    # What it does next, and a number that says which promise of it still holds.
    promise: int = 0
    step: str = ""
    due: bool = False
    on_break: bool = False
    had: int = 0
    missed: int = 0
    crew: int = -1

    def gone(self, now: int) -> float:
        return float(max(now - self.sets_off, 0))

    def place(self, now: int) -> tuple[float, float]:
        drive = self.there - self.sets_off
        if drive == 0 or self.doing in ("idle", "working"):
            return self.x, self.y
        gone = self.gone(now)
        return self.x + (self.to_x - self.x) / drive * gone, self.y + (self.to_y - self.y) / drive * gone

    def share(self, now: int) -> float:
        drive = self.there - self.sets_off
        return 0.0 if drive == 0 or self.doing in ("idle", "working") else self.gone(now) * (1.0 / drive)

    def stands(self, x: float, y: float, place: int) -> None:
        self.x, self.y, self.at, self.to = x, y, place, place


class Law(NamedTuple):
    """The square-root and linear laws on straight lines, and which holds in each hour of the week (rule 17)."""

    numbers: list[tuple[float, float]]
    of_hour: list[int]

    def drive(self, unit: Unit, now: int, x: float, y: float, place: int) -> int:
        a, b = unit.place(now)
        return self.between(now, a, b, -1, x, y, -1)

    def between(self, now: int, a: float, b: float, _: int, x: float, y: float, __: int) -> int:
        east, north = a - x, b - y
        ms_a_metre, lost_ms = self.numbers[self.of_hour[now // HOUR % WEEK]]
        cruising = sqrt(east * east + north * north) * ms_a_metre
        if cruising <= lost_ms:
            return int(2.0 * sqrt(cruising * lost_ms) + 0.5)
        return int(lost_ms + cruising + 0.5)


class Matrix(NamedTuple):
    """Drives between places; who has done a share of its way is that share between here and there."""

    tables: list[list[list[int]]]
    of_hour: list[int]

    def drive(self, unit: Unit, now: int, x: float, y: float, place: int) -> int:
        ms = self.tables[self.of_hour[now // HOUR % WEEK]]
        here, there = ms[unit.at][place], ms[unit.to][place]
        return int(here + (there - here) * unit.share(now) + 0.5)

    def between(self, now: int, _: float, __: float, a: int, ___: float, ____: float, b: int) -> int:
        return self.tables[self.of_hour[now // HOUR % WEEK]][a][b]


class Play:
    """One play, from the first hour to the last."""

    def __init__(self, world: dict[str, Any]) -> None:
        full: dict[str, Any] = world.get("full", {})
        self.full = full
        matrix = "matrix" in world
        self.law: Law | Matrix = (
            Matrix(world["matrix"], world["of_hour"])
            if matrix
            else Law(list(zip(world["ms_a_metre"], world["lost_ms"], strict=True)), world["of_hour"])
        )
        self.sites = [
            (x, y, world["matrix_site"][row] if matrix else -1)
            for row, (x, y) in enumerate(zip(world["site_x"], world["site_y"], strict=True))
        ]
        self.job_place = world["matrix_job"] if matrix else [-1] * len(world["ready"])
        names = ("ready", "x", "y", "need", "priority", "turnout", "on_scene")
        self.jobs = [
            Job(**dict(zip(names, each, strict=True)), row=row)
            for row, each in enumerate(zip(*(world[name] for name in names), strict=True))
        ]
        columns = ("unit_site", "unit_meets", "unit_on", "unit_turnout")
        self.units = [
            Unit(row, site, frozenset(need for need, can in enumerate(meets) if can), on, turnout)
            for row, (site, meets, on, turnout) in enumerate(
                zip(*(world[name] for name in columns), strict=True)
            )
        ]
        self.spells: list[list[int]] = []
        self.events: list[tuple[int, int, int, int]] = []
        # Of each need a heap of priority and row: rows are in order of age.
        self.waiting: dict[int, list[tuple[int, int]]] = {job.need: [] for job in self.jobs}
        self.to_come, self.at_work, self.quiet = len(self.jobs), 0, 0
        self.prepare()

    def prepare(self) -> None:
        full = self.full
        for name in ("to", "handing", "stand_down", "ground"):
            for job, value in zip(self.jobs, full.get(name, ()), strict=False):
                setattr(job, name, value)
        self.crews: dict[int, list[Unit]] = {}
        for unit, crew in zip(self.units, full.get("crew", ()), strict=False):
            unit.crew = crew
            self.crews.setdefault(crew, []).append(unit)
        for unit in self.units:
            if "posting" in full:
                unit.site = full["posting"][unit.row][0]
            unit.stands(*self.sites[unit.site])
        self.able = {need: [unit for unit in self.units if need in unit.meets] for need in self.waiting}
        self.bays = list(full.get("bays", ()))
        self.queue: list[list[Unit]] = [[] for _ in self.bays]
        for job in self.jobs:
            self.at(job.ready, READY, job.row)
            if "upgraded" in full and full["upgraded"][job.row] >= 0:
                self.at(job.ready + full["upgraded"][job.row], UPGRADED, job.row)
        self.at(0, HOUR_TURNS, 0)

    # Events.

    def at(self, moment: int, what: int, row: int, promise: int = 0) -> None:
        heapq.heappush(self.events, (moment, what, row, promise))

    def promise(self, unit: Unit, moment: int, what: int, step: str) -> None:
        unit.promise, unit.step = unit.promise + 1, step
        self.at(moment, what, unit.row, unit.promise)

    def run(self) -> None:
        while self.events:
            now, what, row, promise = heapq.heappop(self.events)
            if what == HOUR_TURNS:
                if self.to_come == 0 and self.at_work == 0:
                    self.quiet += 1
                    if not any(self.waiting.values()) or self.quiet > WEEK:
                        break
                self.hour_turns(now)
                self.at(now + HOUR, HOUR_TURNS, 0)
            elif what in (HOME, STEP):
                unit = self.units[row]
                if promise == unit.promise:
                    unit.promise += 1
                    if what == HOME:
                        self.comes_home(unit, now, offering=now % HOUR != 0)
                    else:
                        getattr(self, unit.step)(unit, now)
            elif what == UPGRADED:
                self.upgrade(self.jobs[row], now)
            else:
                self.to_come -= 1
                self.offer(self.jobs[row], now)

    # Who counts, and who goes.

    def counts(self, unit: Unit, job: Job, now: int) -> bool:
        if not unit.on[now // HOUR % WEEK] or (unit.due and job.priority > self.full["interrupting"]):
            return False
        if unit.doing == "idle":
            return not self.crew_is_away(unit)
        if unit.doing == "driving" and "urgent" in self.full and now < unit.there:
            assert unit.job is not None
            less = unit.job.priority - job.priority
            return bool(job.priority <= self.full["urgent"] and less >= self.full["by"])
        return unit.doing == "returning"

    def crew_is_away(self, unit: Unit) -> bool:
        if unit.crew < 0:
            return False
        away = sum(each.doing != "idle" for each in self.crews[unit.crew])
        return bool(away >= self.full["at_once"][unit.crew])

    def found(self, job: Job, now: int) -> Unit | None:
        where = (job.x, job.y, self.job_place[job.row])
        units = [unit for unit in self.able[job.need] if self.counts(unit, job, now)]
        drives = {unit.row: self.law.drive(unit, now, *where) for unit in units}
        if job.ground >= 0:
            for site in self.full["order"][job.ground][job.need]:
                there = [unit for unit in units if unit.doing == "idle" and unit.site == site]
                if there:
                    road = [(drives[unit.row], unit.row) for unit in units if unit.doing != "idle"]
                    if self.full["nearer_on_the_road"] and road and min(road)[0] < drives[there[0].row]:
                        return self.units[min(road)[1]]
                    return there[0]
        return self.units[min((drive, row) for row, drive in drives.items())[1]] if units else None

    def offer(self, job: Job, now: int) -> bool:
        unit = self.found(job, now)
        if unit is None:
            if not job.waits:
                job.waits = True
                heapq.heappush(self.waiting[job.need], (job.priority, job.row))
            return False
        self.send(unit, job, now)
        return True

    def most_urgent(self, needs: set[int] | frozenset[int], limit: int) -> Job | None:
        heads = [self.waiting[need][0] for need in needs if self.waiting.get(need)]
        return self.jobs[min(heads)[1]] if heads and min(heads)[0] <= limit else None

    def no_longer_waits(self, job: Job) -> None:
        job.waits = False
        line = self.waiting[job.need]
        if line[0][1] == job.row:
            heapq.heappop(line)
        else:
            line.remove((job.priority, job.row))
            heapq.heapify(line)

    def offer_what_waits(self, now: int) -> None:
        needs = set(self.waiting)
        while (job := self.most_urgent(needs, WEEK)) is not None:
            if not self.offer(job, now):
                needs.remove(job.need)

    # What units do.

    def send(self, unit: Unit, job: Job, now: int) -> None:
        drive = self.law.drive(unit, now, job.x, job.y, self.job_place[job.row])
        x, y = unit.place(now)
        start = unit.at if unit.share(now) < 0.5 else unit.to
        left = None
        sets_off = job.since = now
        if unit.doing == "idle":
            sets_off = now + job.turnout + unit.turnout
            if unit.on_break:
                self.spell_of(unit)[2] = now
                unit.on_break, unit.site = False, self.posted(unit, now)
                if not self.full["window"][unit.row][now // HOUR % WEEK]:
                    unit.missed, unit.due = unit.missed + 1, False
        elif unit.doing == "driving":
            sets_off = max(now, unit.sets_off)
            if unit.job is not None:
                left = unit.job
                # At work without a pause since it was sent to the job that it leaves.
                job.since = left.since
        if job.waits:
            self.no_longer_waits(job)
        if left is None:
            self.at_work += 1
        self.quiet = 0
        unit.doing, unit.job = "driving", job
        unit.x, unit.y, unit.to_x, unit.to_y = x, y, job.x, job.y
        unit.at, unit.to = start, self.job_place[job.row]
        unit.sets_off, unit.there = sets_off, sets_off + drive
        job.unit, job.assigned, job.arrived = unit.row, now, unit.there
        job.left = job.arrived + job.on_scene
        if job.stand_down >= 0 and now + job.stand_down < job.arrived:
            self.promise(unit, now + job.stand_down, STEP, "stood_down")
        else:
            self.promise(unit, job.arrived, STEP, "arrives")
        if left is not None:
            left.forget()
            left.diverted += 1
            self.offer(left, now)

    def goes_home(self, unit: Unit, now: int) -> None:
        x, y, place = self.sites[unit.site]
        drive = self.law.drive(unit, now, x, y, place)
        start = unit.at if unit.share(now) < 0.5 else unit.to
        unit.x, unit.y = unit.place(now)
        unit.to_x, unit.to_y, unit.at, unit.to = x, y, start, place
        unit.doing, unit.sets_off, unit.there, unit.job = "returning", now, now + drive, None
        if drive == 0:
            unit.promise += 1
            self.comes_home(unit, now, offering=True)
        else:
            self.promise(unit, now + drive, HOME, "")

    def comes_home(self, unit: Unit, now: int, *, offering: bool) -> None:
        unit.doing, unit.job = "idle", None
        unit.stands(*self.sites[unit.site])
        self.may_begin_break(unit, now)
        if unit.crew >= 0 and offering:
            self.offer_what_waits(now)

    def frees(self, unit: Unit, now: int) -> None:
        self.at_work -= 1
        limit = self.full["interrupting"] if unit.due else WEEK
        job = self.most_urgent(unit.meets, limit) if unit.on[now // HOUR % WEEK] else None
        unit.job = None
        if job is not None:
            self.send(unit, job, now)
        else:
            self.goes_home(unit, now)

    # Steps of a unit.

    def stood_down(self, unit: Unit, now: int) -> None:
        assert unit.job is not None
        job = unit.job
        job.stood_down, job.freed, job.arrived, job.left = True, now, -1, -1
        self.frees(unit, now)

    def over(self, unit: Unit, now: int) -> None:
        assert unit.job is not None
        unit.job.freed = now
        self.frees(unit, now)

    def break_over(self, unit: Unit, now: int) -> None:
        unit.on_break = unit.due = False
        unit.had += 1
        self.spell_of(unit)[2] = now
        if self.posted(unit, now) != unit.site:
            unit.site = self.posted(unit, now)
            self.goes_home(unit, now)
        self.offer_what_waits(now)

    def arrives(self, unit: Unit, now: int) -> None:
        # No decision hangs on it: the next step is when the scene is left, or the hospital reached.
        job = unit.job
        assert job is not None
        unit.doing = "working"
        unit.stands(job.x, job.y, self.job_place[job.row])
        if job.to == -1:
            self.promise(unit, job.left, STEP, "over")
            return
        hospital = job.to
        drives = [
            self.law.between(job.ready, x, y, self.job_place[job.row], job.x, job.y, place)
            for x, y, place in self.full["hospitals"]
        ]
        if hospital == -2:
            hospital = drives.index(min(drives))
        job.to, job.at_hospital = hospital, job.left + drives[hospital]
        self.promise(unit, job.at_hospital, STEP, "reaches_hospital")

    def reaches_hospital(self, unit: Unit, now: int) -> None:
        assert unit.job is not None
        unit.stands(*self.full["hospitals"][unit.job.to])
        if self.bays[unit.job.to]:
            self.bays[unit.job.to] -= 1
            self.hands_over(unit, now)
        else:
            self.queue[unit.job.to].append(unit)

    def hands_over(self, unit: Unit, now: int) -> None:
        assert unit.job is not None
        unit.job.handover = now
        self.promise(unit, now + unit.job.handing, STEP, "handed_over")

    def handed_over(self, unit: Unit, now: int) -> None:
        assert unit.job is not None
        waits = self.queue[unit.job.to]
        if waits:
            self.hands_over(waits.pop(0), now)
        else:
            self.bays[unit.job.to] += 1
        self.over(unit, now)

    # Hours, breaks and changes.

    def posted(self, unit: Unit, now: int) -> int:
        return (
            int(self.full["posting"][unit.row][now // HOUR % WEEK]) if "posting" in self.full else unit.site
        )

    def may_begin_break(self, unit: Unit, now: int) -> None:
        if unit.due and not unit.on_break and self.full["window"][unit.row][now // HOUR % WEEK]:
            unit.on_break = True
            self.spells.append([unit.row, now, -1])
            self.promise(unit, now + self.full["lasting"][unit.row], STEP, "break_over")

    def spell_of(self, unit: Unit) -> list[int]:
        return next(each for each in reversed(self.spells) if each[0] == unit.row)

    def hour_turns(self, now: int) -> None:
        hour = now // HOUR % WEEK
        for unit in self.units:
            if "window" not in self.full:
                break
            window = self.full["window"][unit.row]
            if not window[hour] and unit.due and not unit.on_break:
                unit.missed, unit.due = unit.missed + 1, False
            if window[hour] and (now == 0 or not window[hour - 1]) and not unit.due:
                unit.due = True
                if unit.doing == "idle":
                    self.may_begin_break(unit, now)
        for unit in self.units:
            site = self.posted(unit, now)
            if site != unit.site and not unit.on_break:
                if unit.doing in ("idle", "returning"):
                    unit.promise += 1
                    unit.site = site
                    self.goes_home(unit, now)
                else:
                    unit.site = site
        self.offer_what_waits(now)

    def upgrade(self, job: Job, now: int) -> None:
        priority = self.full["priority"][job.row]
        if job.waits:
            self.no_longer_waits(job)
            job.priority = priority
            self.offer(job, now)
        elif job.unit >= 0 and now < job.arrived:
            job.priority = priority


def played(world: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """Play a world of plain columns: unit, assigned, arrived and freed by job, −1 where nobody could ever go."""
    play = Play(world)
    play.run()
    return [(job.unit, job.assigned, job.arrived, job.freed) for job in play.jobs]


def played_fully(
    world: dict[str, Any],
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], list[tuple[int, ...]]]:
    """Play a world of plain columns: all that comes of each job, each unit's breaks had and missed, and each break."""
    play = Play(world)
    play.run()
    jobs: list[tuple[int, ...]] = [
        (
            *(job.unit, job.assigned, job.arrived, job.freed, job.left),
            *(job.at_hospital, job.handover, int(job.stood_down), job.diverted, job.since),
        )
        for job in play.jobs
    ]
    breaks: list[tuple[int, ...]] = [(unit.had, unit.missed) for unit in play.units]
    return jobs, breaks, sorted((unit, begun, over) for unit, begun, over in play.spells)
