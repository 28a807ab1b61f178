"""The pairs as a mixture of joint events and chance, and the odds that each pair is one event (§2.4).

A pair of records in stratum s, d metres and g minutes apart, with codes k and flags f, is expected

    by chance   C(s) × distance(s, d) × gap(g) × codes(s, k) × flags(s, f),
    of events   M(s) × distance(d) × gap(g) × codes(k) × flags(f),

where everything about chance is measured (`chance.py`) and everything about events is fitted by EM: the level in each
stratum, and shapes that all strata share. The ratio of the two never rises with distance, and rises and then falls with
the signed gap. Shapes multiply, as if errors of place, time and category had nothing to do with each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import isotonic_regression

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.chance import Chance

    Floats = NDArray[np.float64]

_ROUNDS = 400
_DONE = 1e-5  # of the joint pairs, from one round to the next
# Shapes begin as, and are drawn towards, a guess as if so many joint pairs had been seen besides; of marks it knows less.
_GUESSED, _HARDLY = 1.0, 0.001
_NUDGE = 0.01
_NUDGED_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class Features:
    """What is known of each pair: stratum, distance bin, gap bin, codes and flags, each an index."""

    stratum: NDArray[np.int8]
    distance: NDArray[np.int16]
    gap: NDArray[np.int16]
    code: NDArray[np.int32]
    flag: NDArray[np.int8]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.stratum)

    def all(
        self,
    ) -> tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int16], NDArray[np.int32], NDArray[np.int8]]:
        """Give the indices in the order of the compiled code."""
        return self.stratum, self.distance, self.gap, self.code, self.flag


@dataclass(frozen=True, eq=False)
class Shapes:
    """Joint pairs expected: by stratum, and the shares by distance, gap, codes and flags; each share sums to one.

    ``scale`` is what chance is multiplied by in each stratum: same-day coincidences over those of other weeks.
    """

    level: Floats
    distance: Floats
    gap: Floats
    code: Floats
    flag: Floats
    scale: Floats

    @property
    def total(self) -> float:
        """The joint pairs expected over all strata."""
        return float(self.level.sum())


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture: the odds of each pair (joint over chance), the shapes, and the variance of the total.

    ``variance`` is that of the expected number of joint pairs, with everything else that was fitted not known
    either; it does not hold the luck of chance's own measurement.
    """

    odds: Floats
    shapes: Shapes
    variance: float

    @property
    def probability(self) -> Floats:
        """The probability that each pair is one event, whatever other pairs its records are in."""
        return self.odds / (1 + self.odds)


def fitted(features: Features, chance: Chance, given_up: float, *, scaled: bool = True) -> Mixture:
    """Fit the mixture to pairs.

    ``given_up`` is what each combination of codes, and of flags, gives up a round (`Matching`). With ``scaled``,
    chance's level in each stratum is fitted to that day's own pairs.
    """
    base = 1 / chance.expected(features)
    guess = _guess(chance)
    near = np.minimum(1.0, guess.distance / chance.distance_pool)[features.distance]
    soon = np.minimum(1.0, guess.gap / chance.gap)[features.gap]
    shapes = replace(
        guess,
        level=np.bincount(features.stratum, near * soon, len(chance.core)).astype(np.float64),
        scale=chance.scale if scaled else np.ones_like(chance.scale),
    )
    odds = np.empty(len(features))
    before = np.inf
    for _ in range(_ROUNDS):
        shapes = _round(features, base, chance, guess, shapes, odds, given_up, scaled=scaled)
        if abs(shapes.total - before) <= _DONE * max(1.0, shapes.total):
            break
        before = shapes.total
    variance = _variance(features, base, chance, guess, shapes, odds, given_up, scaled=scaled)
    _sums(features, base, shapes, odds)
    return Mixture(odds, shapes, variance)


def _guess(chance: Chance) -> Shapes:
    """Guess that joint pairs fall away from chance over a tenth of the bins in distance and gap, whatever the marks."""
    far = np.arange(len(chance.distance_pool)) / (0.1 * len(chance.distance_pool))
    long = np.abs(np.arange(len(chance.gap)) - (len(chance.gap) - 1) / 2) / (0.1 * len(chance.gap))
    return Shapes(
        level=np.zeros(len(chance.core)),
        distance=_shares(chance.distance_pool * np.exp(-far)),
        gap=_shares(chance.gap * np.exp(-long)),
        code=chance.code_pool,
        flag=chance.flag_pool,
        scale=np.ones(len(chance.core)),
    )


def _sums(features: Features, base: Floats, shapes: Shapes, odds: Floats) -> list[Floats]:
    """Give each pair its odds, and add up the probabilities by stratum, distance, gap, codes and flags."""
    parts = (shapes.level / shapes.scale, shapes.distance, shapes.gap, shapes.code, shapes.flag)
    sums = [np.zeros(len(each)) for each in parts]
    _expect(*features.all(), base, *parts, odds, *sums)
    return sums


def _round(
    features: Features,
    base: Floats,
    chance: Chance,
    guess: Shapes,
    shapes: Shapes,
    odds: Floats,
    given_up: float,
    *,
    scaled: bool,
) -> Shapes:
    """Do one round of EM."""
    level, distance, gap, code, flag = _sums(features, base, shapes, odds)
    distance, gap = distance + _GUESSED * guess.distance, gap + _GUESSED * guess.gap
    # The mass of events by distance over that of chance never rises; PAVA keeps the sum.
    ratio = isotonic_regression(
        distance / chance.distance_pool, weights=chance.distance_pool, increasing=False
    )
    scale = shapes.scale
    if scaled:
        coincidences = chance.pairs_in_core - level + chance.side_observed
        scale = (coincidences + chance.steadying) / (chance.core + chance.side + chance.steadying)
    return Shapes(
        level=level,
        distance=_shares(ratio.x * chance.distance_pool),
        gap=_shares(_unimodal(gap, chance.gap)),
        code=_shares(np.maximum(code - given_up, 0) + _HARDLY * guess.code),
        flag=_shares(np.maximum(flag - given_up, 0) + _HARDLY * guess.flag),
        scale=np.maximum(scale, 1e-9),
    )


def _shares(counts: Floats) -> Floats:
    total = counts.sum()
    return counts / total if total > 0 else np.full(len(counts), 1 / len(counts))


def _unimodal(joint: Floats, chance: Floats) -> Floats:
    """Let the ratio to chance rise up to the likeliest gap and fall beyond it."""
    ratio = joint / chance
    top = int(np.argmax(gaussian_filter1d(joint, len(joint) / 45, mode="constant")))
    rising = isotonic_regression(ratio[: top + 1], weights=chance[: top + 1], increasing=True).x
    falling = isotonic_regression(ratio[top + 1 :], weights=chance[top + 1 :], increasing=False).x
    return np.concatenate([rising, falling]) * chance


def _variance(
    features: Features,
    base: Floats,
    chance: Chance,
    guess: Shapes,
    shapes: Shapes,
    odds: Floats,
    given_up: float,
    *,
    scaled: bool,
) -> float:
    """Give the variance of the fitted number of joint pairs: how slowly EM forgets a nudge tells what it cannot see.

    With complete knowledge the number M would have a Poisson variance, M. What the pairs do not tell is the share of a
    change that one round of EM leaves standing, so the variance is M times the sum of what is left after 0, 1, 2, ...
    rounds [Meng and Rubin 1991, in the direction of the total].
    """
    total = shapes.total
    if total <= 0:
        return 0.0
    nudged = replace(shapes, level=shapes.level * (1 + _NUDGE))
    settled = shapes
    left, size = 0.0, 1.0
    for _ in range(_NUDGED_ROUNDS):
        left += size
        nudged = _round(features, base, chance, guess, nudged, odds, given_up, scaled=scaled)
        settled = _round(features, base, chance, guess, settled, odds, given_up, scaled=scaled)
        size = (nudged.total - settled.total) / (_NUDGE * total)
        if not 1e-3 < size < 2:
            break
    return total * left


@compiled
def _expect(
    stratum: NDArray[np.int8],
    distance: NDArray[np.int16],
    gap: NDArray[np.int16],
    code: NDArray[np.int32],
    flag: NDArray[np.int8],
    base: Floats,
    level: Floats,
    by_distance: Floats,
    by_gap: Floats,
    by_code: Floats,
    by_flag: Floats,
    odds: Floats,
    level_sum: Floats,
    distance_sum: Floats,
    gap_sum: Floats,
    code_sum: Floats,
    flag_sum: Floats,
) -> None:
    """Compute every pair's odds, and add its probability to each table."""
    for i in range(base.shape[0]):
        s, d, g, k, f = stratum[i], distance[i], gap[i], code[i], flag[i]
        here = base[i] * level[s] * by_distance[d] * by_gap[g] * by_code[k] * by_flag[f]
        odds[i] = here
        p = here / (1 + here)
        level_sum[s] += p
        distance_sum[d] += p
        gap_sum[g] += p
        code_sum[k] += p
        flag_sum[f] += p
