"""What coincidence alone would give: one service shifted in time, and counted as the real thing is (§2.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.crossover.busyness import pieces, strata_edges
from joinedup.crossover.mixture import Features
from joinedup.crossover.records import DAY, WEEK
from joinedup.crossover.sweep import FLAGS, Cells, DayWeights, Kinds, Reach, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from joinedup.crossover.answer import Window
    from joinedup.crossover.matching import Matching
    from joinedup.crossover.records import Linkable, Period
    from joinedup.crossover.sweep import Pairs

    Floats = NDArray[np.float64]

MINUTE = 60_000_000
_HOUR = 60 * MINUTE
SHIFTS = (-4, -3, -2, -1, 1, 2, 3, 4)
"""Whole weeks by which the second service is shifted."""

_LEAST_LEFT = 0.5
# The core is as long as the settings say for windows up to this many minutes, and in proportion beyond.
_WINDOW = 30
_FINE_BINS, _COARSE_BINS = 20, 10
_MOST_GAP_BINS = 120
# Shapes are drawn towards what is thought of them as if so many shifted coincidences had been seen besides: that of all
# strata towards rings, margins or evenness (so many records in each hour), and a stratum's own towards that of all strata.
_PRIOR_RINGS, _PRIOR_MARGINS, _PRIOR_GAP, _PRIOR_HOURS = 5.0, 10.0, 20.0, 20.0
_PRIOR_DISTANCE, _PRIOR_CODE = 50.0, 100.0
# What chance could still hide when no shift shows a single coincidence: half a pair over all shifts (Jeffreys' prior).
_HALF = 0.5
# What sampling alone gives oftener than this is no sign of anything else.
_SAMPLING = 0.05


@dataclass(frozen=True, eq=False)
class Chance:
    """Coincidences to expect: numbers by stratum in the core and the sideband, and shares by distance, gap and marks.

    ``together`` says by codes and flags how much oftener the two come together than if a record's code told nothing of its
    flag. ``side_observed`` and ``pairs_in_core`` are what that day's own pairs show in the same places; ``scale`` their
    ratio to begin with. ``window`` has the pairs in the window that each shift leads us to expect, and ``alone`` says
    that there was no shift to use, so that all of this comes from the sideband. ``times`` says how many times over the
    core's coincidences were counted.
    """

    core: Floats
    side: Floats
    distance: Floats
    gap: Floats
    code: Floats
    flag: Floats
    distance_pool: Floats
    code_pool: Floats
    flag_pool: Floats
    together: Floats
    side_observed: Floats
    pairs_in_core: Floats
    window: tuple[float, ...]
    shifts: tuple[float, ...]
    alone: bool
    times: float
    steadying: float

    @property
    def pairs_in_window(self) -> float | None:
        """The pairs in the window to expect, the plain mean over shifts; None where no shift can be used."""
        return float(np.mean(self.window)) if self.window else None

    @property
    def scale(self) -> Floats:
        """Same-day coincidences over those of other weeks in each stratum, from the sideband."""
        return (self.side_observed + self.steadying) / (self.side + self.steadying)

    @property
    def spread(self) -> float:
        """How many times as much the shifts vary as counts of independent pairs would; 1 unless that is beyond sampling error.

        A few counts scatter by themselves: never letting this fall below 1, but taking whatever is above, would widen an
        interval by a tenth where pairs are independent.
        """
        counts = np.array(self.shifts)
        mean, others = float(counts.mean()) if len(counts) else 0.0, len(counts) - 1
        if others < 1 or mean <= 0:
            return 1.0
        ratio = float(counts.var(ddof=1)) / mean
        return ratio if ratio * others > float(scipy.special.chdtri(others, _SAMPLING)) else 1.0

    def expected(self, features: Features) -> Floats:
        """Give the coincidences to expect in each pair's own bin, from other weeks alone."""
        s = features.stratum
        found = self.core[s] * self.distance[s, features.distance] * self.gap[features.gap]
        found *= self.code[s, features.code] * self.flag[s, features.flag]
        return np.asarray(found * self.together[features.code, features.flag])


def reach_of(window: Window, matching: Matching) -> Reach:
    """Give the gaps to look at for a window: pairs beyond it tell what is chance within."""
    core = round(matching.core_minutes * max(1.0, window.minutes / _WINDOW) * MINUTE)
    asked = round(window.minutes * MINUTE)
    return Reach(core, core + 1, core + round(matching.sideband_minutes * MINUTE), asked, window.metres)


def kinds_of(a: Linkable, b: Linkable, window: Window, reach: Reach, matching: Matching) -> Kinds:
    """Say how the pairs of two services are sorted."""
    fine = window.metres * np.arange(1, _FINE_BINS + 1) / _FINE_BINS
    most = matching.farthest(window.metres)
    coarse = window.metres + (most - window.metres) * np.arange(1, _COARSE_BINS + 1) / _COARSE_BINS
    # Whole minutes, because many records have no finer time.
    minutes = max(1, round(2 * reach.core / MINUTE / _MOST_GAP_BINS))
    return Kinds(
        a=a.marks,
        b=b.marks,
        edges=strata_edges(a.marks.busy, a.marks.usable, matching.strata),
        a_codes=int(a.marks.code.max(initial=0)) + 1,
        b_codes=int(b.marks.code.max(initial=0)) + 1,
        # The first bin holds records at one and the same point.
        bins=np.concatenate([[1.0], fine, coarse])
        if window.metres > _FINE_BINS
        else np.concatenate([fine, coarse]),
        gaps=-(-2 * reach.core // (minutes * MINUTE)),
    )


def measured_chance(
    a: Linkable,
    b: Linkable,
    kinds: Kinds,
    *,
    core: Floats,
    side: Tables,
    window: Window,
    reach: Reach,
    period: Period,
    matching: Matching,
    progress: Callable[[str], None],
    own: bool = False,
    workers: int | None = None,
) -> Chance:
    """Measure what chance alone would give two services.

    ``core`` has the observed pairs of the core by stratum, ``side`` the tally of the observed sideband. Shifted pairs
    are near on the wall clock, so that the hour of the week stays where it was when the clocks change. Each shift is
    divided by the share of the period that still overlaps; shifts that keep less than half are not used.

    A pair of a shift that brings b's day d' onto day d weighs b's volume on d over its volume on d' (`_Volumes`), and
    the divisor is then the share of both services' work that lies on the days which the shift can speak for.
    """
    metres = matching.farthest(window.metres)
    cells = Cells(a.place, b.place, a.wall, b.wall, metres, own=own, workers=workers)
    volumes = _Volumes(a, b, matching.heaviest_day)
    shifts = [weeks for weeks in SHIFTS if abs(weeks) <= matching.shift_weeks]
    used = [weeks for weeks in shifts if period.share_left(weeks) >= _LEAST_LEFT]
    spoken_for = {weeks: volumes.share_spoken_for(weeks) for weeks in used}
    each = cells.tally(
        kinds,
        reach,
        [weeks * WEEK for weeks in used],
        volumes.weights_by_day(spoken_for),
        lambda slice_, of: progress(f"chance: {a.service} beside {b.service}, part {slice_} of {of}"),
    )
    plain = [tables.plain / period.share_left(weeks) for weeks, tables in zip(used, each, strict=True)]
    found = [tables for weeks, tables in zip(used, each, strict=True) if spoken_for[weeks] > 0]
    alone = not found
    shares, core_for_side = np.full(kinds.gaps, 1 / kinds.gaps), 1.0
    if alone:
        within, beyond = by_the_clock(a, b, reach, kinds.gaps, period)
        core_for_side = float(within.sum() / beyond)
        total = replace(side, core=side.side * core_for_side, side=side.side * 0)
        shares = within / within.sum()
        number, worth = 1, 1.0
    else:
        total = _added(found)
        number, worth = len(found), 1 / len(found)
    strata = len(total.core)
    rings = _rings(kinds.bins)
    distance_pool = _towards(total.distance.sum(axis=0) * worth, rings, _PRIOR_RINGS * worth)
    marked = _marked(a, kinds.a_codes), _marked(b, kinds.b_codes)
    margins = np.outer(*(_margin(each.sum(axis=1)) for each in marked)).ravel()
    code_pool = _towards(total.code.sum(axis=0) * worth, margins, _PRIOR_MARGINS * worth)
    flags = np.outer(*(_margin(each.sum(axis=0)) for each in marked)).ravel()
    flag_pool = _towards(total.flag.sum(axis=0) * worth, flags, _PRIOR_MARGINS * worth)
    least = _HALF / len(shifts) / strata
    return Chance(
        core=total.core / number + least,
        side=total.side / number,
        distance=_towards(total.distance * worth, distance_pool, _PRIOR_DISTANCE * worth),
        gap=_towards(total.gap * worth, shares, _PRIOR_GAP * worth),
        code=_towards(total.code * worth, code_pool, _PRIOR_CODE * worth),
        flag=_towards(total.flag * worth, flag_pool, _PRIOR_CODE * worth),
        distance_pool=distance_pool,
        code_pool=code_pool,
        flag_pool=flag_pool,
        together=np.einsum("ij,kl->ikjl", *(_dependence(each) for each in marked)).reshape(
            kinds.a_codes * kinds.b_codes, FLAGS * FLAGS
        ),
        side_observed=np.zeros(strata) if alone else side.side,
        pairs_in_core=core,
        window=tuple(plain),
        shifts=tuple(float(each.core.sum()) for each in found),
        alone=alone,
        # Other hours are not these hours: a long sideband makes nobody surer than counting once.
        times=min(1 / core_for_side, 1.0) if alone else number,
        steadying=matching.steadying,
    )


def by_the_clock(a: Linkable, b: Linkable, reach: Reach, gaps: int, period: Period) -> tuple[Floats, float]:
    """Give how many coincidences the hours of two services lead us to expect, up to a factor: by gap, and in the sideband.

    Who is busy at noon has fewer at six hours' distance than at one. As a service's work in each hour of the day is taken
    to be even, what to expect is a line from one whole hour of gap to the next; and a gap has that much less of the period.
    """
    one, other = (
        np.bincount((each.wall[each.marks.usable] // _HOUR) % 24, minlength=24) + _PRIOR_HOURS
        for each in (a, b)
    )
    whole = np.array([(one * np.roll(other, -hours)).sum() for hours in range(24)])
    # Nothing can be said of gaps as long as the whole period.
    span = max(period.last - period.first, 2 * reach.side_to)

    def expected(gap: Floats) -> Floats:
        return np.asarray(np.interp(gap / _HOUR, np.arange(24), whole, period=24) * (1 - np.abs(gap) / span))

    edges = np.linspace(-reach.core, reach.core, gaps + 1)
    within = expected((edges[1:] + edges[:-1]) / 2) * np.diff(edges)
    minutes = np.arange(reach.side_from + MINUTE / 2, reach.side_to, MINUTE)
    return within, float((expected(minutes) + expected(-minutes)).sum() * MINUTE)


def _added(found: list[Tables]) -> Tables:
    core, side, distance, gap, code, flag = (
        np.sum([getattr(each, name) for each in found], axis=0)
        for name in ("core", "side", "distance", "gap", "code", "flag")
    )
    plain = sum(each.plain for each in found)
    return Tables(core=core, side=side, distance=distance, gap=gap, code=code, flag=flag, plain=plain)


def _towards(counts: Floats, prior: Floats, weight: float) -> Floats:
    """Draw counts towards shares by a weight, and give shares; never quite zero."""
    drawn = counts + weight * np.maximum(prior, 1e-9)
    return np.asarray(drawn / drawn.sum(axis=-1, keepdims=True))


def _rings(bins: Floats) -> Floats:
    squares = np.concatenate([[0.0], bins]) ** 2
    return np.asarray(np.diff(squares) / squares[-1])


def _marked(records: Linkable, codes: int) -> NDArray[np.int64]:
    """Count usable records by code and flag."""
    marks, counts = records.marks, np.zeros(codes * FLAGS, dtype=np.int64)
    for some in pieces(len(marks.code)):
        both = marks.code[some].astype(np.int64) * FLAGS + marks.flag[some]
        counts += np.bincount(both[marks.usable[some]], minlength=len(counts))
    return counts.reshape(codes, FLAGS)


def _margin(counts: NDArray[np.int64]) -> Floats:
    return np.asarray((counts + _HALF) / (counts + _HALF).sum())


def _dependence(counts: NDArray[np.int64]) -> Floats:
    """Give how much oftener each code and flag come together in a service's records than if they were independent.

    Those that ask for another service are of the kinds that have joint events: chance that took flags and codes for
    independent would leave out most coincidences of such records, and the fit would take them for events.
    """
    alone = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(int(counts.sum()), 1)
    return np.asarray((counts + 1) / (alone + 1))


def features_of(pairs: Pairs, kinds: Kinds, reach: Reach) -> Features:
    """Sort pairs of the core into their bins."""
    busy = 0.5 * (kinds.a.busy[pairs.a] + kinds.b.busy[pairs.b])
    places = (pairs.gap + reach.core) * kinds.gaps // (2 * reach.core)
    return Features(
        stratum=np.searchsorted(kinds.edges, busy, side="left").astype(np.int8),
        distance=np.minimum(np.searchsorted(kinds.bins, pairs.apart), len(kinds.bins) - 1).astype(np.int16),
        gap=np.minimum(places, kinds.gaps - 1).astype(np.int16),
        code=kinds.a.code[pairs.a] * np.int32(kinds.b_codes) + kinds.b.code[pairs.b],
        flag=(kinds.a.flag[pairs.a] * FLAGS + kinds.b.flag[pairs.b]).astype(np.int8),
    )


def _usable_walls(records: Linkable) -> Iterator[NDArray[np.int64]]:
    """Give the times of usable records, some at a time."""
    for some in pieces(len(records.wall)):
        walls = records.wall[some][records.marks.usable[some]]
        if len(walls):
            yield walls


def _by_day(records: Linkable, first: int, size: int) -> Floats:
    """Count usable records by day, from the first on."""
    counts = np.zeros(size)
    for walls in _usable_walls(records):
        counts += np.bincount(walls // DAY - first, minlength=size)
    return counts


class _Volumes:
    """How busy each day was for the service that is shifted, freed of the luck of small counts.

    A day's count is drawn towards the mean by the share of the counts' variance that is mere Poisson noise:
    in a quiet place all days weigh the same, and where storms and matches are real they count in full.
    """

    def __init__(self, a: Linkable, b: Linkable, most: float) -> None:
        """Count both services' usable records by day.

        A day's volume stands in for one at most so many times as busy: one record of a part day must not weigh as hundreds.
        """
        self._most = most
        days = [
            each // DAY
            for records in (a, b)
            for some in _usable_walls(records)
            for each in (some.min(), some.max())
        ]
        self._first = int(min(days, default=0))
        size = int(max(days, default=0)) - self._first + 1
        self._a, counts = (_by_day(each, self._first, size) for each in (a, b))
        mean, variance = float(counts.mean()), float(counts.var())
        real = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
        self._b = mean + real * (counts - mean)

    def weights_by_day(self, shares: Mapping[int, float]) -> DayWeights:
        """Give the weights for each shift by some weeks, over the share of the work that it speaks for."""
        days = np.arange(len(self._b), dtype=np.int64) + self._first
        weight = [
            self.weights(days, weeks) / share if share > 0 else np.zeros(len(days))
            for weeks, share in shares.items()
        ]
        return DayWeights(self._first, np.array(weight).reshape(-1, len(days)))

    def weights(self, day: NDArray[np.int64], weeks: int) -> NDArray[np.float64]:
        """Weigh shifted records by their own day: the volume of the day they come onto over its own.

        Zero where the one day cannot stand for the other.
        """
        own, onto = day - self._first, day - self._first + 7 * weeks
        inside = (onto >= 0) & (onto < len(self._b)) & (own >= 0) & (own < len(self._b))
        ratio = np.zeros(len(day))
        below, above = self._b[own[inside]], self._b[onto[inside]]
        usable = (below > 0) & (above <= self._most * below)
        ratio[inside] = np.divide(above, below, out=np.zeros(len(above)), where=usable)
        return ratio

    def share_spoken_for(self, weeks: int) -> float:
        """The share of both services' work on days that some day stands for after the shift."""
        work = self._a * self._b
        donors = np.arange(len(self._b), dtype=np.int64) + self._first - 7 * weeks
        covered = self.weights(donors, weeks) > 0
        return float(work[covered].sum() / work.sum()) if work.sum() > 0 else 0.0
