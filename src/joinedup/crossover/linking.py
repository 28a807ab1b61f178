"""From the records of two services to the odds that each near pair is one event (§2.3, §2.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from joinedup.crossover.busyness import busyness
from joinedup.crossover.chance import features_of, kinds_of, measured_chance, reach_of
from joinedup.crossover.mixture import fitted
from joinedup.crossover.records import WEEK, Linkable
from joinedup.crossover.sweep import Cells, Marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.crossover.answer import Window
    from joinedup.crossover.chance import Chance
    from joinedup.crossover.matching import Matching
    from joinedup.crossover.mixture import Features, Mixture
    from joinedup.crossover.records import Period, Records
    from joinedup.crossover.sweep import Kinds, Pairs, Reach


@dataclass(frozen=True, eq=False)
class Linked:
    """The usable pairs of two services in the core, their features, what chance gives, and the fitted mixture.

    ``observed`` counts the pairs of positioned records in the window, usable or not.
    """

    pairs: Pairs
    features: Features
    chance: Chance
    mixture: Mixture
    observed: int = 0


@dataclass(frozen=True, eq=False)
class Linkage:
    """Two services ready to be linked: their records, how their pairs are sorted, and what chance gives them."""

    a: Records
    b: Records
    kinds: Kinds
    reach: Reach
    window: Window
    chance: Chance
    period: Period
    matching: Matching
    workers: int | None = None

    def placebos(self) -> list[tuple[Linked, float]]:
        """Link records that cannot be of one event, as if they were: each with the share of the period it stands for.

        The second service is shifted by 5 weeks either way, which no baseline uses, or in a short study by just so
        long that the window falls into the sideband.
        """
        weeks = [each for each in UNUSED_WEEKS if self.period.share_left(each) >= LEAST_LEFT]
        shifts = [(each * WEEK, self.period.share_left(each)) for each in weeks]
        if not shifts:
            shifts = [(sign * (self.reach.side_from + self.reach.core), 1.0) for sign in (-1, 1)]
        metres = self.matching.farthest(self.window.metres)
        cells = Cells(self.a.place, self.b.place, self.a.wall, self.b.wall, metres, workers=self.workers)
        found = []
        for shift, left in shifts:
            pairs, side = cells.found(self.kinds, self.reach, shift)
            features = features_of(pairs, self.kinds, self.reach)
            chance = replace(
                self.chance,
                side_observed=self.chance.side_observed if self.chance.alone else side.side,
                pairs_in_core=_by_stratum(features, self.kinds),
            )
            mixture = fitted(features, chance, scaled=not chance.alone)
            found.append((Linked(pairs, features, chance, mixture), left))
        return found


UNUSED_WEEKS = (-5, 5)
"""Shifts that no baseline is measured on."""
LEAST_LEFT = 0.5
"""They are used where they leave so much of the period."""


def linked(
    a: Records,
    b: Records,
    window: Window,
    period: Period,
    matching: Matching,
    progress: Callable[[str], None],
    a_asks: NDArray[np.int8] | None = None,
    b_asks: NDArray[np.int8] | None = None,
    *,
    workers: int | None = None,
) -> tuple[Linked, Linkage]:
    """Find the near pairs of two services, or of one with itself, and fit how many of them are events.

    ``a_asks`` and ``b_asks`` say of each record whether it asked for the other service (`asks_for`). Slices of time are
    swept by as many ``workers`` as there are processors unless told otherwise.
    """
    own = a is b
    reach = reach_of(window, matching)
    one = _linkable(a, b, matching, a_asks)
    other = one if own else _linkable(b, a, matching, b_asks)
    kinds = kinds_of(one, other, window, reach, matching)
    metres = matching.farthest(window.metres)
    cells = Cells(a.place, b.place, a.instant, b.instant, metres, own=own, workers=workers)
    pairs, side = cells.found(kinds, reach)
    features = features_of(pairs, kinds, reach)
    chance = measured_chance(
        one,
        other,
        kinds,
        core=_by_stratum(features, kinds),
        side=side,
        window=window,
        reach=reach,
        period=period,
        matching=matching,
        progress=progress,
        own=own,
        workers=workers,
    )
    mixture = fitted(features, chance, scaled=not chance.alone)
    linkage = Linkage(a, b, kinds, reach, window, chance, period, matching, workers)
    return Linked(pairs, features, chance, mixture, side.plain), linkage


def _by_stratum(features: Features, kinds: Kinds) -> NDArray[np.float64]:
    return np.bincount(features.stratum, minlength=len(kinds.edges) + 1).astype(np.float64)


def _linkable(
    records: Records, other: Records, matching: Matching, asks: NDArray[np.int8] | None
) -> Linkable:
    every = bool(other.usable.all())
    return Linkable(
        records.service,
        records.place,
        records.instant,
        records.wall,
        Marks(
            busy=busyness(
                records.place,
                records.wall,
                other.place if every else other.place[other.usable],
                other.wall if every else other.wall[other.usable],
                matching.neighbourhood,
            ),
            code=records.signature,
            flag=np.zeros(len(records), dtype=np.int8) if asks is None else asks,
            usable=records.usable,
        ),
    )
