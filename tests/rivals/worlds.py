"""Made-up areas to play in, from a handful of units to a county, and the plain columns that every rival reads."""

from __future__ import annotations

from typing import Any

import numpy as np

from joinedup.assumptions import stream
from joinedup.response.dispatching import Dispatched, Jobs, Matrix, Sites, Units
from joinedup.travel import StraightLine

LAW = StraightLine(1.0, 2.0)
World = tuple[Sites, Units, Jobs]
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


def columns(world: World, travel: StraightLine | Matrix = LAW) -> dict[str, Any]:
    """Give a world as plain numbers, as the rivals read it."""
    sites, units, jobs = world
    if isinstance(travel, Matrix):
        law = {f"matrix_{name}": getattr(travel, name).tolist() for name in ("site", "job")}
        law["matrix"] = travel.ms.tolist()
    else:
        law = {"ms_a_metre": 60 / travel.km_per_minute, "lost_ms": travel.lost_minutes * MINUTE}
    return {
        **law,
        "site_x": sites.x.tolist(),
        "site_y": sites.y.tolist(),
        **{f"unit_{name}": column.tolist() for name, column in vars(units).items()},
        **{name: column.tolist() for name, column in vars(jobs).items()},
    }
