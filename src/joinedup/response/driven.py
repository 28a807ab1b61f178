"""Drives over roads or from a study's own table: fitted to its runs, and made ready for the dispatch loop.

The loop looks drives up in a table from place to place. Jobs lie at more places than such a table can hold, so where there are
more than ``MOST_PLACES`` of them, those in one square of a grid are played at the one of them that is nearest to their middle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.refusal import Refusal
from joinedup.response.dispatching import Matrix
from joinedup.travel import BANDS, OF_HOUR, Places, Roads, left_out_in_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.asking import Asked
    from joinedup.response.rostering import Roster
    from joinedup.travel import Travel

MOST_PLACES = 2000
"""A table between so many places takes 32 MB a pool; for the roads of a large town it took 40 s to work out, once.

Where drives differ by hour of the week there are four.
"""
_AT_ONCE = 5_000_000
"""Drives that are looked at together: more would take more memory and no less time."""
LEAST_RUNS = 30
LEAST_DRIVES = 5
_FACTORS = (0.2, 5.0)
_MOST_MORE = 20.0
_BY_CHANCE = 0.001
"""Runs in kinds of hours that would differ as much more often than this by chance are taken to be alike."""
_LEAST_WIDTH = 50.0
_WIDER = 1.1


@dataclass(frozen=True, eq=False)
class Driven:
    """The drives of one pool: those of ``travel`` for a kind of service, times ``factor`` and ``more`` minutes.

    ``runs`` is how many recorded runs the two numbers were fitted to; with none they are 1 and 0.
    """

    travel: Travel
    kind: str
    factor: float
    more: float
    runs: int
    paces: tuple[float, ...] = (1.0,)
    """How many times as long they take in each kind of hours of the week, where the runs say so; else one 1."""

    @property
    def by_hour(self) -> bool:
        """Whether drives differ by hour of the week."""
        return len(self.paces) > 1 or len(_in_hours(self.travel)) > 1

    @property
    def said(self) -> str:
        """Say by name what the drives rest on."""
        name = _in_hours(self.travel)[0].name
        if self.runs:
            return (
                f"{name}, times {self.factor:.2f} and {self.more:.1f} min more{paces_in_words(self.paces)}, "
                f"fitted to {self.runs:,} recorded runs"
            )
        return f"{name}, as they stand for {self.kind} units, for want of {LEAST_RUNS} recorded runs"

    def between(self, starts: Places, ends: Places, band: int | None = None) -> NDArray[np.float64]:
        """Give the minutes from each start to each end in one kind of hours, or in the mean of the day; shape (starts, ends)."""
        ways = _in_hours(self.travel)
        way, pace = self.travel, 1.0
        if band is not None:
            way, pace = ways[band % len(ways)], self.paces[band % len(self.paces)]
        return pace * (self.factor * way.between(starts, ends, self.kind) + self.more)


def _in_hours(travel: Travel) -> tuple[Travel, ...]:
    """Give a way of travelling in each kind of hours of the week, once where it is the same in all."""
    return travel.by_hour if isinstance(travel, Roads) else (travel,)


def driven(pool: str, runs: pl.DataFrame, travel: Travel, kind: str) -> Driven:
    """Fit one factor and one constant to the runs from home of a pool, where there are enough of them.

    A soft loss keeps the few drives of an hour from bending it; what it leaves is drawn again beside it.
    """
    held = runs.filter(pl.col("drove").is_not_null() & (pl.col("pool") == pool))
    homes = held.select(pl.col("home_x").alias("x"), pl.col("home_y").alias("y"), "unit_id")
    starts, ends, band = Places.of(homes, "unit_id"), Places.of(held, "incident_id"), bands_of(held)
    taken = np.full(held.height, np.nan)
    ways = _in_hours(travel)
    for number, way in enumerate(ways):
        here = np.flatnonzero(band % len(ways) == number)
        if len(here):
            taken[here] = way.along(starts.at(here), ends.at(here), kind)
    known = np.isfinite(taken)
    taken, drove, band = taken[known], held["drove"].to_numpy()[known] / 60_000, band[known]
    if len(taken) < LEAST_RUNS or len(np.unique(taken.round(3))) < LEAST_DRIVES:
        return Driven(travel, kind, 1.0, 0.0, 0)

    def off(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(numbers[0] * taken + numbers[1] - drove)

    found = scipy.optimize.least_squares(
        off,
        (1.0, 0.1),
        bounds=((_FACTORS[0], 0.0), (_FACTORS[1], _MOST_MORE)),
        loss="soft_l1",
        f_scale=2.0,
    )
    # Far beyond any figure that is used, so that a last digit that depends on the machine is not seen.
    factor, more = (round(float(each), 4) for each in found.x)
    return Driven(travel, kind, factor, more, len(taken), paces_of(factor * taken + more, drove, band))


def bands_of(runs: pl.DataFrame) -> NDArray[np.int64]:
    """Say of each run in which kind of hours of the week its unit was told."""
    day, hour = (getattr(pl.col("told_at").dt, each)().cast(pl.Int64) for each in ("weekday", "hour"))
    return np.asarray(OF_HOUR[runs.select((day - 1) * 24 + hour).to_series().to_numpy()])


def paces_of(
    expected: NDArray[np.float64], drove: NDArray[np.float64], band: NDArray[np.int64]
) -> tuple[float, ...]:
    """Give how many times as long runs take in each kind of hours, where they differ by more than chance; else one 1.

    Kinds with few runs have the pace of all. Chance is what the test of Kruskal and Wallis (1952) says, on how many
    times as long each run took as was expected.
    """
    count = np.bincount(band, minlength=len(BANDS))
    enough = np.flatnonzero(count >= LEAST_RUNS)
    known = np.isin(band, enough) & (expected > 0)
    if len(enough) < 2 or not known.any():
        return (1.0,)
    ratio, of = drove[known] / expected[known], band[known]
    rank = pl.Series(ratio).rank("average").to_numpy()
    size, total = np.bincount(of, minlength=len(BANDS))[enough], len(of)
    apart = (np.bincount(of, rank, len(BANDS))[enough] ** 2 / size).sum()
    statistic = 12 / (total * (total + 1)) * apart - 3 * (total + 1)
    if scipy.special.chdtrc(len(enough) - 1, statistic) >= _BY_CHANCE:
        return (1.0,)
    made = np.ones(len(BANDS))
    for each in enough:
        here = band == each

        def off(pace: NDArray[np.float64], here: NDArray[np.bool_] = here) -> NDArray[np.float64]:
            return np.asarray(pace[0] * expected[here] - drove[here])

        found = scipy.optimize.least_squares(
            off, (1.0,), bounds=(_FACTORS[0], _FACTORS[1]), loss="soft_l1", f_scale=2.0
        )
        made[each] = round(float(found.x[0]), 4)
    return tuple(made.tolist())


def paces_in_words(paces: tuple[float, ...]) -> str:
    """Say how much longer or shorter drives take by kind of hours; nothing where there is one pace."""
    if len(paces) == 1:
        return ""
    return f" ({', '.join(f'{name} {pace:.2f}' for name, pace in zip(BANDS, paces, strict=True))} times that)"


def within_reach(asked: Asked, travel: Travel) -> Asked:
    """Leave out the jobs at places that nobody can drive to, and say which they are.

    Raises:
        Refusal: when that leaves none.
    """
    places = Places.of(asked.jobs, "incident_id")
    lost = travel.left_out(places)
    if not lost:
        return asked
    said = left_out_in_words("incidents", places, lost)
    if len(lost) == len(places):
        raise Refusal(
            f"{travel.name}: nobody can drive to any incident; name a file under [travel] that covers them ({'; '.join(said)})"
        )
    kept = asked.jobs.filter(~pl.int_range(pl.len()).is_in(sorted(lost)))
    left = replace(asked, jobs=kept, notes=(*asked.notes, *said))
    return left.short_of(set(asked.meets) - set(kept["need"]))


def at_a_road(units: Roster, travel: Travel) -> Roster:
    """Leave out the units whose site nobody can drive from, and say which they are."""
    places = Places.of(units.units, "unit_id")
    lost = travel.left_out(places) if len(places) else {}
    if not lost:
        return units
    stays = np.ones(len(places), np.bool_)
    stays[sorted(lost)] = False
    return replace(
        units,
        units=units.units.filter(pl.Series(stays)),
        on=units.on[stays],
        notes=(*units.notes, *left_out_in_words("units", places, lost)),
    )


@dataclass(frozen=True, eq=False)
class Stands:
    """The places at which jobs are played: ``x`` and ``y`` of each, and which of them each job is at, shape (jobs,).

    ``width`` is that of the squares that jobs were gathered in, 0 where each is played where it is.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    of_job: NDArray[np.int64]
    width: float

    @property
    def places(self) -> Places:
        """Give them as places, called after nothing."""
        return unnamed(self.x, self.y)


def stands_of(x: NDArray[np.float64], y: NDArray[np.float64], most: int = MOST_PLACES) -> Stands:
    """Choose at most so many places at which jobs at ``x`` and ``y`` are played."""
    spots, of_job, count = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True, return_counts=True)
    of_job = of_job.reshape(-1)
    if len(spots) <= most:
        return Stands(spots[:, 0].copy(), spots[:, 1].copy(), of_job, 0.0)
    low = spots.min(axis=0)
    width = _LEAST_WIDTH
    while True:
        square = np.floor((spots - low) / width).astype(np.int64)
        cells, of_spot = np.unique(square[:, 0] * 2**32 + square[:, 1], return_inverse=True)
        if len(cells) <= most:
            break
        width *= _WIDER
    whole = np.bincount(of_spot, count)
    middle = np.column_stack([np.bincount(of_spot, count * spots[:, axis]) / whole for axis in range(2)])
    away = np.hypot(*(spots - middle[of_spot]).T)
    order = np.lexsort((np.arange(len(spots)), away, of_spot))
    nearest = order[np.r_[True, np.diff(of_spot[order]) > 0]]
    return Stands(spots[nearest, 0], spots[nearest, 1], of_spot[of_job], width)


def unnamed(x: NDArray[np.float64], y: NDArray[np.float64]) -> Places:
    """Give places that nobody asks the names of."""
    return Places([""] * len(x), x, y)


def gathered(x: NDArray[np.float64], y: NDArray[np.float64]) -> list[str]:
    """Say at how many places jobs are played, where that is not where they are."""
    stands = stands_of(x, y)
    if not stands.width:
        return []
    said = (
        f"units are chosen as if incidents lay at {len(stands.x):,} places, those in a square of {stands.width:.0f} m at one of "
        "them; the drive of the nearest unit at home is to the place itself"
    )
    return [said]


def table(
    drives: Driven, sites: Places, hospitals: Places, stands: Stands, rows: NDArray[np.int64]
) -> Matrix:
    """Make the table that the loop looks drives up in: the sites first, then hospitals, then the places of jobs; whole ms.

    ``rows`` are the jobs that are played, of all that ``stands`` were chosen for. Where drives differ by hour of the
    week there is a table for each kind of hours.
    """
    jobs, count = stands.places, len(sites)
    sites = unnamed(np.append(sites.x, hospitals.x), np.append(sites.y, hospitals.y))

    def minutes(band: int | None) -> NDArray[np.float64]:
        # Block by block: what is between the jobs is kept, and is the same when sites change.
        return np.block(
            [
                [drives.between(sites, sites, band), drives.between(sites, jobs, band)],
                [drives.between(jobs, sites, band), drives.between(jobs, jobs, band)],
            ]
        )

    bands = range(len(BANDS)) if drives.by_hour else (None,)
    ms = np.stack([np.rint(minutes(band) * 60_000).astype(np.int64) for band in bands])
    return Matrix(
        ms,
        np.arange(count),
        len(sites) + stands.of_job[rows],
        drives.travel.name,
        OF_HOUR if drives.by_hour else None,
    )


def beside(
    drives: Driven,
    made: Matrix,
    sites: Places,
    calls: Places,
    hour: NDArray[np.int64],
    able: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Give the ms by which the nearest unit's drive to each job is longer than the table has it, or shorter.

    The table knows the place that a job is played at; this is what is left to its own, in the ``hour`` of the week of its
    call. ``able`` says which sites have a unit that can meet each job's need, shape (sites, jobs).
    """
    left = np.zeros(len(calls), np.int64)
    step = max(1, _AT_ONCE // max(len(sites), 1))
    of_hour = np.zeros(len(OF_HOUR), np.int64) if made.of_hour is None else made.of_hour
    for number, ms in enumerate(made.ms):
        mine = np.flatnonzero(of_hour[hour] == number)
        band = None if made.of_hour is None else number
        for start in range(0, len(mine), step):
            here = mine[start : start + step]
            exact = np.where(able[:, here], drives.between(sites, calls.at(here), band), np.inf).min(axis=0)
            known = np.where(able[:, here], ms[np.ix_(made.site, made.job[here])], 2**62).min(axis=0)
            left[here] = np.rint(exact * 60_000).astype(np.int64) - known
    return left
