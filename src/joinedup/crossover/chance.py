"""What coincidence alone would give: one service shifted in time, tallied like the real thing (§2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from joinedup.crossover.near import Neighbours, Pairs
from joinedup.crossover.records import DAY, WEEK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.crossover.answer import Window
    from joinedup.crossover.records import Period, Records

MINUTE = 60_000_000
SHIFTS = (-4, -3, -2, -1, 1, 2, 3, 4)
"""Whole weeks by which the second service is shifted."""

_LEAST_LEFT = 0.5
_SIDEBAND_FROM, _SIDEBAND_FACTOR, _SIDEBAND_LENGTH = 45, 1.5, 120  # minutes, windows, minutes
# A day's volume stands in for one at most this many times as busy: one record of a part day must not weigh as
# hundreds.
_MOST_WEIGHT = 4.0


@dataclass(frozen=True, eq=False)
class Population:
    """The records of each service that may take part: all usable ones, or those to which a resource came."""

    a: NDArray[np.bool_]
    b: NDArray[np.bool_]
    attended_only: bool = False


@dataclass(frozen=True, eq=False)
class Tally:
    """What was counted for one population, observed and by chance.

    ``partner_a`` and ``partner_b`` flag the records in the observed matching, which are in ``pairs`` pairs
    with others and each other. ``chance`` has the one-to-one coincidences that each shift leads us to expect,
    ``chance_pairs`` the pairs, and ``side`` the sideband pairs it expects beside ``side_observed``. With no
    usable shift ``chance`` comes from slices of the sideband, ``alone`` is true, and ``side`` is empty.
    """

    partner_a: NDArray[np.bool_]
    partner_b: NDArray[np.bool_]
    pairs: int
    chance: NDArray[np.float64]
    chance_pairs: NDArray[np.float64]
    side: NDArray[np.float64]
    side_observed: int
    alone: bool

    @property
    def matched(self) -> int:
        """The number of pairs in the observed matching."""
        return int(self.partner_a.sum())


@dataclass(frozen=True, eq=False)
class Coincidence:
    """Pairs of positioned records, observed and by chance, and a tally for each population."""

    observed_pairs: int
    chance_pairs: float | None
    tallies: tuple[Tally, ...]


def coincidence(
    a: Records,
    b: Records,
    *,
    populations: tuple[Population, ...],
    window: Window,
    period: Period,
    progress: Callable[[str], None],
) -> Coincidence:
    """Count what two services have near each other, and what they would have by chance.

    The observed pairs are near in true time. The shifted ones are near on the wall clock, so that the hour of
    the week stays where it was when the clocks change. Each shift is divided by the share of the period that
    still overlaps; shifts that keep less than half are not used.

    A pair of a shift that brings b's day d' onto day d weighs b's volume on d over its volume on d'
    (`_Volumes`), and the divisor is then the share of both services' work that lies on the days which the
    shift can speak for.
    """
    most = round(window.minutes * MINUTE)
    side_from = round(max(_SIDEBAND_FROM, _SIDEBAND_FACTOR * window.minutes) * MINUTE)
    reach = side_from + _SIDEBAND_LENGTH * MINUTE
    places = Neighbours(np.column_stack([a.x, a.y]), np.column_stack([b.x, b.y]), window.metres)
    observed = places.within(a.instant, b.instant).pairs(reach)
    in_window = np.abs(observed.gap) <= most
    in_side = np.abs(observed.gap) >= side_from
    volumes = _Volumes(a.wall[a.usable], b.wall[b.usable])
    on_the_wall = places.within(a.wall, b.wall)
    day = b.wall // DAY

    plain: list[float] = []
    chances: list[list[tuple[float, float]]] = [[] for _ in populations]
    sides: list[list[float]] = [[] for _ in populations]
    for weeks in SHIFTS:
        left = period.share_left(weeks)
        if left < _LEAST_LEFT:
            continue
        progress(f"chance: {a.service} beside {b.service} shifted by {weeks:+d} weeks")
        shifted = on_the_wall.pairs(reach, weeks * WEEK)
        near, beside = np.abs(shifted.gap) <= most, np.abs(shifted.gap) >= side_from
        plain.append(float(near.sum()) / left)
        spoken_for = volumes.share_spoken_for(weeks)
        if spoken_for <= 0:
            continue
        weights = volumes.weights(day, weeks)[shifted.b] / spoken_for
        for population, chance, side in zip(populations, chances, sides, strict=True):
            taking_part = population.a[shifted.a] & population.b[shifted.b]
            ours = taking_part & near
            pairs = int(ours.sum())
            # The size of the best matching does not depend on which of equal matchings is found; its days
            # would.
            matched = int(_matching(shifted.where(ours), len(a.x), len(b.x))[0].sum())
            weighed = float(weights[ours].sum())
            chance.append((matched * weighed / pairs if pairs else 0.0, weighed))
            side.append(float(weights[taking_part & beside].sum()))

    tallies = []
    for population, chance, side in zip(populations, chances, sides, strict=True):
        taking_part = population.a[observed.a] & population.b[observed.b]
        within = observed.where(taking_part & in_window)
        partner_a, partner_b = _matching(within, len(a.x), len(b.x))
        around = observed.where(taking_part & in_side)
        expected = chance or _sideband_slices(around, side_from, most, len(a.x), len(b.x))
        tallies.append(
            Tally(
                partner_a,
                partner_b,
                len(within),
                np.array([matches for matches, _ in expected]),
                np.array([pairs for _, pairs in expected]),
                np.array(side),
                len(around),
                alone=not chance,
            )
        )
    return Coincidence(int(in_window.sum()), float(np.mean(plain)) if plain else None, tuple(tallies))


def _matching(pairs: Pairs, a_size: int, b_size: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Match as many pairs as possible, each record in at most one; flag the records in a pair."""
    in_a, in_b = np.zeros(a_size, dtype=bool), np.zeros(b_size, dtype=bool)
    if len(pairs):
        rows, row = np.unique(pairs.a, return_inverse=True)
        columns, column = np.unique(pairs.b, return_inverse=True)
        graph = csr_array(
            (np.ones(len(pairs), dtype=np.int8), (row, column)), shape=(len(rows), len(columns))
        )
        partner = maximum_bipartite_matching(graph, perm_type="column")
        in_a[rows[partner >= 0]] = True
        in_b[columns[partner[partner >= 0]]] = True
    return in_a, in_b


def _sideband_slices(
    around: Pairs, start: int, most: int, a_size: int, b_size: int
) -> list[tuple[float, float]]:
    """Tally the sideband in slices as long as the window, each a picture of what chance puts into the window.

    A window longer than the sideband is pictured by the whole of each side, scaled by the ratio of their
    lengths.
    """
    whole = _SIDEBAND_LENGTH * MINUTE
    length = min(2 * most, whole)
    counts = []
    for side in (-1, 1):
        for number in range(whole // length):
            low = start + number * length
            gap = side * around.gap
            here = around.where((gap >= low) & (gap < low + length))
            matched = int(_matching(here, a_size, b_size)[0].sum())
            counts.append((matched * 2 * most / length, len(here) * 2 * most / length))
    return counts


class _Volumes:
    """How busy each day was for the service that is shifted, freed of the luck of small counts.

    A day's count is drawn towards the mean by the share of the counts' variance that is mere Poisson noise:
    in a quiet place all days weigh the same, and where storms and matches are real they count in full.
    """

    def __init__(self, a_wall: NDArray[np.int64], b_wall: NDArray[np.int64]) -> None:
        """Count both services' records by day."""
        days = np.concatenate([a_wall, b_wall]) // DAY
        self._first = int(days.min()) if len(days) else 0
        size = int(days.max()) - self._first + 1 if len(days) else 1
        self._a = np.bincount(a_wall // DAY - self._first, minlength=size).astype(np.float64)
        counts = np.bincount(b_wall // DAY - self._first, minlength=size).astype(np.float64)
        mean, variance = float(counts.mean()), float(counts.var())
        real = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
        self._b = mean + real * (counts - mean)

    def weights(self, day: NDArray[np.int64], weeks: int) -> NDArray[np.float64]:
        """Weigh shifted records by their own day: the volume of the day they come onto over its own.

        Zero where the one day cannot stand for the other.
        """
        own, onto = day - self._first, day - self._first + 7 * weeks
        inside = (onto >= 0) & (onto < len(self._b)) & (own >= 0) & (own < len(self._b))
        ratio = np.zeros(len(day))
        below, above = self._b[own[inside]], self._b[onto[inside]]
        usable = (below > 0) & (above <= _MOST_WEIGHT * below)
        ratio[inside] = np.divide(above, below, out=np.zeros(len(above)), where=usable)
        return ratio

    def share_spoken_for(self, weeks: int) -> float:
        """The share of both services' work on days that some day stands for after the shift."""
        work = self._a * self._b
        donors = np.arange(len(self._b), dtype=np.int64) + self._first - 7 * weeks
        covered = self.weights(donors, weeks) > 0
        return float(work[covered].sum() / work.sum()) if work.sum() > 0 else 0.0
