"""How far the probabilities of near pairs can be believed, told from the records themselves without any truth (§2.5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from joinedup.crossover.chance import MINUTE, features_of
from joinedup.crossover.estimate import in_window
from joinedup.crossover.linking import LEAST_LEFT, UNUSED_WEEKS
from joinedup.crossover.records import WEEK
from joinedup.crossover.sweep import Cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.linking import Linkage, Linked
    from joinedup.crossover.sweep import Pairs

    Floats = NDArray[np.float64]

EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""Where the bands of probability begin and end."""

_LEAST_SAID = 0.05
_LOW, _HIGH = 0.025, 0.975
_HALF = 0.5


@dataclass(frozen=True)
class Band:
    """The near pairs of one band of probability, and how many of them are more than chance gives, with a 95 % interval.

    ``said`` is their mean probability; ``chance`` the pairs that cannot be of one event and would be in this band;
    ``found`` the share that is left, 1 − chance / pairs; all None where no pair is in the band.
    """

    low: float
    high: float
    pairs: int
    chance: float
    said: float | None
    found: float | None
    found_low: float | None
    found_high: float | None

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        shares = {name: getattr(self, name) for name in ("said", "found", "found_low", "found_high")}
        return {
            "from": self.low,
            "to": self.high,
            "pairs": self.pairs,
            "chance": round(self.chance, 2),
        } | {name: None if share is None else round(share, 4) for name, share in shares.items()}


@dataclass(frozen=True)
class Reliability:
    """What was said of near pairs beside what is more than chance, by bands of probability.

    ``error`` is the expected calibration error: how far apart the two are, a mean over the pairs of 5 in 100 and more, and
    ``luck`` what it would be on average if every probability were right.
    """

    bands: tuple[Band, ...]
    error: float | None
    luck: float | None

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "bands": [band.as_json() for band in self.bands],
            "error": None if self.error is None else round(self.error, 4),
            "luck": None if self.luck is None else round(self.luck, 4),
        }


def reliability(found: Linked, linkage: Linkage, inside: NDArray[np.bool_]) -> Reliability | str:
    """Hold the probabilities of the pairs in the window to pairs that cannot be of one event; or say why that cannot be done.

    The second service is shifted by five weeks either way, which no baseline uses, and its pairs are weighed by the very
    shapes and levels that the real ones were fitted with. As many of the real ones in a band are chance as come out there, by
    the share of the period that still overlaps, and as that day is busier than others. Each pair is weighed by itself, before
    records compete for a partner.

    The interval is that of the coincidences of the days themselves, whose mean is known from those of two shifts alone: a
    negative binomial count, wider where shifts vary more than counts of independent pairs would.

    It errs on the kind side where people live very densely: what the fit learnt of kinds from the luck of the real pairs
    makes real coincidences likelier than those that it never saw. By how much is in the guide to crossover.
    """
    weeks = [each for each in UNUSED_WEEKS if linkage.period.share_left(each) >= LEAST_LEFT]
    if found.chance.alone or not weeks:
        return (
            "no shift by five weeks keeps half of the period, and shorter ones are what chance is measured on"
        )
    said = found.mixture.probability[inside]
    cannot, weight = _that_cannot_be(found, linkage, weeks)
    real = _band_of(said)
    shifted = _band_of(cannot)
    usual = float(weight.mean()) if len(weight) else 1 / len(weeks)
    bands, apart, luck, weighed = [], 0.0, 0.0, 0
    for number, (low, high) in enumerate(pairwise(EDGES)):
        here, those = said[real == number], weight[shifted == number]
        pairs, chance = len(here), float(those.sum())
        if not pairs:
            bands.append(Band(low, high, 0, chance, None, None, None, None))
            continue
        worth = chance / len(those) if len(those) else usual
        least, most, spread = _range(len(those), worth, linkage.chance.spread)
        mean = float(here.mean())
        shares = (1 - each / pairs for each in (chance, most, least))
        bands.append(Band(low, high, pairs, chance, mean, *(min(max(each, 0.0), 1.0) for each in shares)))
        if low >= _LEAST_SAID:
            weighed += pairs
            apart += abs(pairs * (1 - mean) - chance)
            luck += math.sqrt(2 / math.pi) * spread
    return Reliability(
        tuple(bands), apart / weighed if weighed else None, luck / weighed if weighed else None
    )


def _band_of(probability: Floats) -> NDArray[np.intp]:
    return np.searchsorted(np.array(EDGES[1:-1]), probability, side="right")


def _range(counted: int, worth: float, spread: float) -> tuple[float, float, float]:
    """Give the 95 % range of coincidences of a band, and their standard deviation, from so many counted on shifted weeks.

    ``worth`` is how many of the days' own each stands for.
    """
    shape = counted + _HALF
    mean, wider = shape * worth, math.sqrt(spread)
    low, high = (float(scipy.special.nbdtrik(each, shape, 1 / (1 + worth))) for each in (_LOW, _HIGH))
    # Counts are whole.
    low, high = math.floor(max(low, 0.0)), math.ceil(max(high, 0.0))
    return (
        max(mean - (mean - low) * wider, 0.0),
        mean + (high - mean) * wider,
        math.sqrt(mean * (1 + worth)) * wider,
    )


def _that_cannot_be(found: Linked, linkage: Linkage, weeks: list[int]) -> tuple[Floats, Floats]:
    """Weigh pairs of records that are weeks apart as if they were of one time; each with how many of that day's it stands for."""
    a, b, window = linkage.a, linkage.b, linkage.window
    slack = float(a.slack.max(initial=0)) + float(b.slack.max(initial=0))
    cells = Cells(a.place, b.place, a.wall, b.wall, window.metres + slack, workers=linkage.workers)
    probability, weight = [np.zeros(0)], [np.zeros(0)]
    for each in weeks:
        pairs = cells.pairs(round(window.minutes * MINUTE), each * WEEK)
        pairs = pairs.where(
            in_window(a, b, pairs, window) & linkage.kinds.a.usable[pairs.a] & linkage.kinds.b.usable[pairs.b]
        )
        odds, scale = _weighed(pairs, found, linkage)
        probability.append(odds / (1 + odds))
        weight.append(scale / linkage.period.share_left(each) / len(weeks))
    return np.concatenate(probability), np.concatenate(weight)


def _weighed(pairs: Pairs, found: Linked, linkage: Linkage) -> tuple[Floats, Floats]:
    """Give the odds of pairs that the mixture was not fitted to, and how much busier than other weeks that day is there."""
    features, shapes = features_of(pairs, linkage.kinds, linkage.reach), found.mixture.shapes
    scale = shapes.scale[features.stratum]
    events = shapes.level[features.stratum] * shapes.distance[features.distance] * shapes.gap[features.gap]
    events *= shapes.code[features.code] * shapes.flag[features.flag]
    return events / (scale * found.chance.expected(features)), scale
