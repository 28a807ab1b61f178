"""Made-up areas to play in, from a handful of units to a county, and the plain columns that every rival reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from joinedup.assumptions import stream
from joinedup.response.dispatching import (
    NEAREST,
    NOT_CONVEYED,
    Attendance,
    Breaks,
    Changes,
    Dispatched,
    Diverting,
    Hospitals,
    Jobs,
    Matrix,
    Posting,
    SharedCrews,
    Sites,
    StraightLines,
    Units,
)
from joinedup.travel import StraightLine

LAW = StraightLine(1.0, 2.0)
World = tuple[Sites, Units, Jobs]
Given = dict[str, Any]
"""What ``dispatch`` is given by name."""
SERVICES = 3
MINUTE = 60_000
HOUR = 60 * MINUTE
# Of each service the first need is met by every unit, the second by half of them, the third by one in six.
_SHARE_OF_JOBS = (0.61, 0.3, 0.09)
_SHARE_OF_UNITS = (1.0, 0.5, 0.16)
_JOBS_AN_HOUR = 0.81
"""For each unit, when ``load`` is 1."""
_SHIFTS = ((0, 24), (7, 12), (0, 24), (13, 11), (0, 24))
"""First hour and hours of the shifts that units of a service take in turn."""


def county(
    jobs: int,
    seed: int = 1,
    units: int = 300,
    sites: int = 120,
    load: float = 1.0,
    wave: float = 0.1,
    side: float = 60_000.0,
    run: int = 0,
) -> World:
    """Make three services; 300 units are at work 0.65 of their shifts when ``load`` is 1.

    The area depends on the seed alone, what happens there on the run too.
    """
    chance = stream(seed, "area")
    towns = chance.uniform(0.15, 0.85, (8, 2)) * side

    def places(count: int) -> Any:
        # Half of them in and around towns, half anywhere.
        near = towns[chance.integers(0, len(towns), count)] + chance.normal(0, side / 25, (count, 2))
        anywhere = chance.uniform(0, side, (count, 2))
        return np.clip(np.where(chance.random(count)[:, None] < 0.5, near, anywhere), 0, side)

    where = places(sites)
    service = np.arange(units) % SERVICES
    own = [np.flatnonzero(np.arange(sites) % SERVICES == each) for each in range(SERVICES)]
    meets = np.zeros((units, SERVICES * 3), np.bool_)
    on = np.zeros((units, 168), np.bool_)
    site = np.empty(units, np.int64)
    hour = np.arange(168) % 24
    for row in range(units):
        rank = row // SERVICES
        site[row] = own[service[row]][rank % len(own[service[row]])]
        for grade, share in enumerate(_SHARE_OF_UNITS):
            meets[row, service[row] * 3 + grade] = (rank * 0.618034) % 1 < share
        starts, hours = _SHIFTS[(rank // 2) % 5]
        on[row] = (hour - starts) % 24 < hours

    chance = stream(seed, "jobs", str(run))
    # Demand follows the roster, as a roster follows demand, but for a wave of its own.
    rate = on.sum(axis=0) * (1 + wave * np.sin(np.arange(168) * (2 * np.pi / 24)))
    rate *= load * units * _JOBS_AN_HOUR / rate.mean()
    hours_of_play = int(jobs / rate.mean() * 1.05) + 168
    turned = np.concatenate([[0.0], np.cumsum(np.resize(rate, hours_of_play))])
    due = np.cumsum(chance.exponential(1.0, jobs))
    place = places(jobs)
    needs = chance.integers(0, SERVICES, jobs) * 3 + chance.choice(3, jobs, p=_SHARE_OF_JOBS)
    return (
        Sites(where[:, 0], where[:, 1]),
        Units(site, service, meets, on, np.zeros(units, np.int64)),
        Jobs(
            (np.interp(due, turned, np.arange(hours_of_play + 1)) * HOUR).astype(np.int64),
            place[:, 0].copy(),
            place[:, 1].copy(),
            needs.astype(np.int8),
            chance.choice(4, jobs, p=(0.1, 0.4, 0.35, 0.15)).astype(np.int8),
            chance.integers(30_000, 120_000, jobs).astype(np.int32),
            np.minimum(chance.gamma(2.0, 13 * MINUTE, jobs), 6 * HOUR).astype(np.int32),
        ),
    )


def utilisation(world: World, answer: Dispatched) -> float:
    """Give the share of their time on shift that units were at work."""
    _, units, jobs = world
    worked = float((answer.freed - answer.assigned)[answer.served].sum())
    return worked / (float(units.on.sum()) / 168 * float(jobs.ready[-1] - jobs.ready[0]))


def columns(
    world: World, travel: StraightLine | StraightLines | Matrix = LAW, given: Given | None = None
) -> dict[str, Any]:
    """Give a world as plain numbers, as the rivals read it."""
    sites, units, jobs = world
    law: dict[str, Any] = {"of_hour": [0] * 168}
    if not isinstance(travel, StraightLine) and travel.of_hour is not None:
        law["of_hour"] = travel.of_hour.tolist()
    if isinstance(travel, Matrix):
        law |= {f"matrix_{name}": getattr(travel, name).tolist() for name in ("site", "job")}
        law["matrix"] = travel.ms.tolist() if travel.ms.ndim == 3 else [travel.ms.tolist()]
    else:
        laws = (travel,) if isinstance(travel, StraightLine) else travel.laws
        law["ms_a_metre"] = [60 / each.km_per_minute for each in laws]
        law["lost_ms"] = [each.lost_minutes * MINUTE for each in laws]
    return {
        **law,
        "site_x": sites.x.tolist(),
        "site_y": sites.y.tolist(),
        **{f"unit_{name}": column.tolist() for name, column in vars(units).items()},
        **{name: column.tolist() for name, column in vars(jobs).items()},
        **({"full": plain(given)} if given else {}),
    }


RUSH = StraightLines(
    (LAW, StraightLine(0.7, 2.0), StraightLine(0.45, 3.1)),
    np.where(np.isin(np.arange(168) % 24, (8, 9, 17)), 2, np.where(np.arange(168) % 24 > 6, 1, 0)),
)
"""Laws of a night, a day and its busiest hours, which are as different as no town's are."""
FEATURES = ("hospitals", "breaks", "diverting", "changes", "attendance", "crews", "posting")


def everything(
    world: World,
    seed: int,
    features: tuple[str, ...] = FEATURES,
    *,
    minutes: int = 20,
    places: int = 0,
    hospitals: int = 6,
) -> Given:
    """Give a world all that the full model knows, or some of it, as ``dispatch`` takes it.

    Handovers take some ``minutes`` and changes come that soon; ``places`` is how many a matrix has.
    """
    sites, units, jobs = world
    chance = stream(seed, "everything")
    count, size, needs = len(units.site), len(jobs), units.meets.shape[1]

    def among(values: Any, count: int) -> Any:
        # Half of them on top of another, so that equal drives come about.
        return chance.choice(np.asarray(values), count)

    def soon(share: float) -> Any:
        made = chance.integers(0, minutes + 1, size) * MINUTE
        return np.where(chance.random(size) < share, made, -1)

    bays = np.maximum(1, count // (hospitals * 12)) + chance.integers(0, 2, hospitals)
    upgraded = np.where(jobs.priority > 0, soon(0.3), -1)
    upgraded = np.where(upgraded == 0, 1, upgraded)
    of = np.full(count, -1)
    paired = chance.permutation(count)[: count // 3 // 2 * 2]
    of[paired] = np.arange(len(paired)) // (2 if seed % 2 else 3)
    posted = np.repeat(units.site[:, None], 168, axis=1)
    moving = (of < 0 if "crews" in features else np.ones(count, np.bool_)) & (chance.random(count) < 0.4)
    for unit in np.flatnonzero(moving):
        where = chance.integers(0, len(sites.x), 2)
        edges = np.sort(chance.integers(0, 168, 2))
        posted[unit, edges[0] : edges[1]] = where[0]
        posted[unit, 100:140:7] = where[1]
    order = chance.integers(-1, len(sites.x), (5, needs, 4))
    order[chance.random((5, needs)) < 0.3] = -1
    made = {
        "hospitals": Hospitals(
            among(sites.x, hospitals),
            among(sites.y, hospitals),
            bays,
            np.where(chance.random(size) < 0.6, chance.choice([NEAREST, NEAREST, 0], size), NOT_CONVEYED),
            chance.integers(0, 2 * minutes + 1, size) * MINUTE,
            chance.integers(0, places, hospitals) if places else None,
        ),
        "breaks": Breaks(
            Breaks.within_shifts(units.on, 2, 5, 0, 0).window | (chance.random((count, 168)) < 0.02),
            chance.choice([0, 20, 45, 90], count) * MINUTE,
            int(chance.integers(-1, 3)),
        ),
        "diverting": Diverting(int(chance.integers(0, 3)), int(chance.integers(1, 3))),
        "changes": Changes(soon(0.15), upgraded, np.maximum(jobs.priority - chance.integers(1, 3, size), 0)),
        "attendance": Attendance(chance.integers(-1, 5, size), order, bool(seed % 2)),
        "crews": SharedCrews(of, chance.integers(1, 3, max(int(of.max()) + 1, 1))),
        "posting": Posting(posted),
    }
    return {name: made[name] for name in features}


def plain(given: Given) -> dict[str, Any]:
    """Give what a world was given as plain lists, as the plain heap reads it."""
    full: dict[str, Any] = {}
    if its := given.get("hospitals"):
        place = its.place if its.place is not None else np.full(len(its.x), -1)
        full |= {"to": its.to.tolist(), "handing": its.handover.tolist(), "bays": its.bays.tolist()}
        full["hospitals"] = list(zip(its.x.tolist(), its.y.tolist(), place.tolist(), strict=True))
    if its := given.get("breaks"):
        full |= {"window": its.window.tolist(), "lasting": its.lasting.tolist()}
        full["interrupting"] = its.interrupting
    if its := given.get("diverting"):
        full |= {"urgent": its.urgent, "by": its.by}
    if its := given.get("changes"):
        full |= {"stand_down": its.stood_down.tolist(), "upgraded": its.upgraded.tolist()}
        full["priority"] = its.priority.tolist()
    if its := given.get("attendance"):
        full |= {"ground": its.ground.tolist(), "order": its.order.tolist()}
        full["nearer_on_the_road"] = its.nearer_on_the_road
    if its := given.get("crews"):
        full |= {"crew": its.of.tolist(), "at_once": its.at_once.tolist()}
    if its := given.get("posting"):
        full["posting"] = its.site.tolist()
    return full


def usual(world: World, seed: int = 1) -> Given:
    """Give a county all that the full model knows, in the measure in which services have it."""
    sites, units, jobs = world
    chance = stream(seed, "usual")
    count, size, needs = len(units.site), len(jobs), units.meets.shape[1]
    hospitals = 6
    # The first service conveys three jobs in five, and hands over in 5 to 35 minutes.
    conveyed = (jobs.need < 3) & (chance.random(size) < 0.6)
    by_distance = np.argsort(np.hypot(sites.x[:, None] - sites.x, sites.y[:, None] - sites.y), axis=1)
    # The second service has an attendance for each of 144 grounds: the four nearest of its sites.
    middle = (np.arange(12) + 0.5) * 5_000
    to_sites = np.hypot(middle[:, None, None] - sites.x, middle[None, :, None] - sites.y).reshape(144, -1)
    own = np.unique(units.site[units.service == 1])
    order = np.full((144, needs, 4), -1)
    order[:, 3:6] = own[np.argsort(to_sites[:, own], axis=1)[:, None, :4]]
    ground = np.minimum(jobs.x // 5_000, 11).astype(np.int64) * 12 + np.minimum(jobs.y // 5_000, 11).astype(
        np.int64
    )
    # Of the second service one unit in five shares its crew with another; of the third one in four stands by elsewhere at night.
    of = np.full(count, -1)
    second = np.flatnonzero(units.service == 1)
    shared = second[np.argsort(units.site[second], kind="stable")][: len(second) // 10 * 2]
    of[shared] = np.arange(len(shared)) // 2
    posted = np.repeat(units.site[:, None], 168, axis=1)
    night = np.arange(168) % 24 < 6
    third = np.flatnonzero(units.service == 2)[::4]
    posted[third[:, None], np.flatnonzero(night)] = by_distance[units.site[third], 1][:, None]
    upgraded = np.where(
        (jobs.priority > 0) & (chance.random(size) < 0.05), chance.integers(1, 21, size) * MINUTE, -1
    )
    return {
        "hospitals": Hospitals(
            *(sites.x[:hospitals], sites.y[:hospitals], np.full(hospitals, 5)),
            np.where(conveyed, NEAREST, NOT_CONVEYED),
            chance.integers(5, 36, size) * MINUTE,
        ),
        "breaks": Breaks.within_shifts(units.on, 4, 8, 30 * MINUTE, 1),
        "diverting": Diverting(0),
        "changes": Changes(
            np.where(chance.random(size) < 0.1, chance.integers(1, 16, size) * MINUTE, -1),
            upgraded,
            np.maximum(jobs.priority - 1, 0),
        ),
        "attendance": Attendance(np.where(jobs.need // 3 == 1, ground, -1), order),
        "crews": SharedCrews(of, np.ones(len(shared) // 2, np.int64)),
        "posting": Posting(posted),
    }
