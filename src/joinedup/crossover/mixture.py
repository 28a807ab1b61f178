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
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.chance import Chance

    Floats = NDArray[np.float64]

_ROUNDS = 400
_DONE = 1e-5  # of the joint pairs, from one round to the next
# Shapes begin as, and are drawn towards, a guess as if so many joint pairs had been seen besides; of marks it knows less.
_GUESSED, _HARDLY = 1.0, 0.001
_NONE = 1e-9
# The likeliest gap is found after smoothing over such a part of the bins.
_PARTS = 45
_NUDGE = 0.01
_NUDGED_ROUNDS = 200
# After so many rounds, pairs of next to no odds are left out of those that follow, if all of them together are less than this
# share of the joint pairs. In the end that is more than half of the pairs.
_LOOKED_THROUGH = (8, 16, 32, 64)
_NOTHING, _NOTHING_TOGETHER = 1e-8, 1e-7


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

    def where(self, keep: NDArray[np.bool_]) -> Features:
        """Keep some of the pairs."""
        return Features(
            self.stratum[keep], self.distance[keep], self.gap[keep], self.code[keep], self.flag[keep]
        )

    def all(
        self,
    ) -> tuple[NDArray[np.int8], NDArray[np.int16], NDArray[np.int16], NDArray[np.int32], NDArray[np.int8]]:
        """Give the indices in the order of the compiled code."""
        return self.stratum, self.distance, self.gap, self.code, self.flag


@dataclass(frozen=True, eq=False)
class Shapes:
    """Joint pairs expected: by stratum, and the shares by distance, gap, codes and flags; each share sums to one.

    ``scale`` is what chance is multiplied by in each stratum: same-day coincidences over those of other weeks.
    ``distance_one`` and ``gap_one`` say what part of each bin's share one joint pair makes up.
    """

    level: Floats
    distance: Floats
    gap: Floats
    code: Floats
    flag: Floats
    scale: Floats
    distance_one: Floats
    gap_one: Floats

    @property
    def total(self) -> float:
        """The joint pairs expected over all strata."""
        return float(self.level.sum())


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture: the odds of each pair (joint over chance), the shapes, and how they were fitted."""

    odds: Floats
    shapes: Shapes
    fit: Fit

    @property
    def probability(self) -> Floats:
        """The probability that each pair is one event, whatever other pairs its records are in."""
        return self.odds / (1 + self.odds)

    @cached_property
    def variance(self) -> float:
        """The variance of the fitted number of joint pairs: how slowly EM forgets a nudge tells what it cannot see.

        With complete knowledge the number M would have a Poisson variance, M. What the pairs do not tell is the share of a
        change that one round of EM leaves standing, so the variance is M times the sum of what is left after 0, 1, 2, ...
        rounds [Meng and Rubin 1991, in the direction of the total]. Everything else that was fitted counts as not known
        either; the luck of chance's own measurement is not in it.
        """
        total = self.shapes.total
        if total <= 0:
            return 0.0
        nudged, settled = replace(self.shapes, level=self.shapes.level * (1 + _NUDGE)), self.shapes
        keep = _worth_a_round(self.odds, total)
        fit, nudged_odds, settled_odds = self.fit.where(keep), self.odds[keep], self.odds[keep]
        left, size = 0.0, 1.0
        for _ in range(_NUDGED_ROUNDS):
            left += size
            nudged = fit.round(nudged, nudged_odds)
            settled = fit.round(settled, settled_odds)
            size = (nudged.total - settled.total) / (_NUDGE * total)
            if not 1e-3 < size < 2:
                break
        return total * left


def fitted(features: Features, chance: Chance, *, scaled: bool = True) -> Mixture:
    """Fit the mixture to pairs; with ``scaled``, chance's level in each stratum is fitted to that day's own pairs."""
    fit = Fit(features, 1 / chance.expected(features), chance, scaled)
    guess = fit.guess
    near = np.minimum(1.0, guess.distance / chance.distance_pool)[features.distance]
    soon = np.minimum(1.0, guess.gap / chance.gap)[features.gap]
    shapes = replace(
        guess,
        level=np.bincount(features.stratum, near * soon, len(chance.core)).astype(np.float64),
        scale=chance.scale if scaled else np.ones_like(chance.scale),
    )
    odds = np.zeros(len(features))
    settled, left_out = _settled(fit, shapes, odds, _LOOKED_THROUGH)
    fit.weigh(settled, odds)
    if odds[left_out].sum() > _NOTHING_TOGETHER * settled.total:
        # They came back: they are not nothing by shapes that were fitted without them. Once more, then, and with all.
        odds = np.zeros(len(features))
        settled, _ = _settled(fit, shapes, odds, ())
        fit.weigh(settled, odds)
    return Mixture(odds, settled, fit)


def _settled(
    fit: Fit, shapes: Shapes, odds: Floats, looked_through: tuple[int, ...]
) -> tuple[Shapes, NDArray[np.bool_]]:
    """Do rounds of EM until the joint pairs stay what they are; renew the odds, and tell which pairs were left out on the way."""
    left_out = np.zeros(len(odds), dtype=bool)
    some, theirs, before = fit, odds.copy(), np.inf
    for number in range(1, _ROUNDS + 1):
        shapes = some.round(shapes, theirs)
        if abs(shapes.total - before) <= _DONE * max(1.0, shapes.total):
            break
        before = shapes.total
        if number in looked_through:
            keep = _worth_a_round(theirs, shapes.total)
            odds[~left_out] = theirs
            left_out[~left_out] = ~keep
            some, theirs = some.where(keep), theirs[keep]
    odds[~left_out] = theirs
    return shapes, left_out


def _worth_a_round(odds: Floats, total: float) -> NDArray[np.bool_]:
    """Tell which pairs may be of an event at all: the others are none but in name, also all together."""
    keep = odds >= _NOTHING
    return keep if odds[~keep].sum() <= _NOTHING_TOGETHER * total else np.ones_like(keep)


@dataclass(frozen=True, eq=False)
class Fit:
    """What a mixture is fitted to: pairs with one over the coincidences to expect in each one's bin (``base``), and how.

    **No pair vouches for itself.** A pair's own probability is left out of the shapes of distance and gap that it is weighed
    by: else every pair, joint or not, would look likelier at its own distance and gap than the others say.

    **A doubtful number counts for less.** The shares of codes and flags multiply the odds, so what matters is the mean of their
    logarithm; that of a number N with variance V is below the logarithm of N by V / 2N². Hundreds of combinations that no
    joint pair belongs to would otherwise each keep a few: an estimate that is never below zero drifts upwards.
    """

    features: Features
    base: Floats
    chance: Chance
    scaled: bool

    def where(self, keep: NDArray[np.bool_]) -> Fit:
        """Keep some of the pairs."""
        return replace(self, features=self.features.where(keep), base=self.base[keep])

    @cached_property
    def guess(self) -> Shapes:
        """Guess that joint pairs fall away from chance over a tenth of the bins in distance and gap, whatever the marks."""
        chance = self.chance
        far = np.arange(len(chance.distance_pool)) / (0.1 * len(chance.distance_pool))
        long = np.abs(np.arange(len(chance.gap)) - (len(chance.gap) - 1) / 2) / (0.1 * len(chance.gap))
        return Shapes(
            level=np.zeros(len(chance.core)),
            distance=_shares(chance.distance_pool * np.exp(-far)),
            gap=_shares(chance.gap * np.exp(-long)),
            code=chance.code_pool,
            flag=chance.flag_pool,
            scale=np.ones(len(chance.core)),
            distance_one=np.zeros(len(chance.distance_pool)),
            gap_one=np.zeros(len(chance.gap)),
        )

    def weigh(self, shapes: Shapes, odds: Floats) -> list[Floats]:
        """Renew each pair's odds, and add up the probabilities by stratum, distance, gap, codes and flags.

        Two more tables have the variances by codes and by flags.

        ``odds`` are those that the shapes were made of, or zero before there were any.
        """
        parts = (shapes.level / shapes.scale, shapes.distance, shapes.gap, shapes.code, shapes.flag)
        sums = [np.zeros(len(each)) for each in (*parts, shapes.code, shapes.flag)]
        every = shapes.total + _GUESSED
        _expect(
            *self.features.all(), self.base, *parts, shapes.distance_one, shapes.gap_one, every, odds, *sums
        )
        return sums

    def round(self, shapes: Shapes, odds: Floats) -> Shapes:
        """Do one round of EM, and renew the odds."""
        chance, guess = self.chance, self.guess
        level, *sums = self.weigh(shapes, odds)
        distance, gap, code, flag, distance_one, gap_one = _renewed(
            tuple(sums),
            (guess.distance, guess.gap, guess.code, guess.flag),
            chance.distance_pool,
            chance.gap,
            _bell(len(chance.gap) / _PARTS),
        )
        scale = shapes.scale
        if self.scaled:
            coincidences = chance.pairs_in_core - level + chance.side_observed
            scale = (coincidences + chance.steadying) / (chance.core + chance.side + chance.steadying)
        return Shapes(
            level=level,
            distance=distance,
            gap=gap,
            code=code,
            flag=flag,
            scale=np.maximum(scale, 1e-9),
            distance_one=distance_one,
            gap_one=gap_one,
        )


@compiled
def _shares(counts: Floats) -> Floats:
    total = counts.sum()
    return counts / total if total > 0 else np.full(len(counts), 1 / len(counts))


@compiled
def _doubted(joint: Floats, variance: Floats) -> Floats:
    """Lower numbers of joint pairs to what their logarithms are on average, to first order; never below zero."""
    return np.asarray(np.maximum(joint - variance / (2 * np.maximum(joint, _NONE)), 0))


@cache
def _bell(width: float) -> Floats:
    """Give a Gaussian of a width in bins, as far as four of them either way."""
    far = np.arange(-int(4 * width + 0.5), int(4 * width + 0.5) + 1)
    return np.asarray(np.exp(-0.5 * (far / width) ** 2))


@compiled
def _renewed(
    sums: tuple[Floats, ...],
    guess: tuple[Floats, Floats, Floats, Floats],
    distance_chance: Floats,
    gap_chance: Floats,
    bell: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Make shapes of the joint pairs in each bin, and what part of each bin's share one makes up in distance and gap."""
    distance, gap, code, flag, code_doubt, flag_doubt = sums
    # The mass of events by distance over that of chance never rises; PAVA keeps the sum.
    near, near_one = _falling(distance + _GUESSED * guess[0], distance_chance)
    soon, soon_one = _unimodal(gap + _GUESSED * guess[1], gap_chance, bell)
    codes = _shares(_doubted(code, code_doubt) + _HARDLY * guess[2])
    flags = _shares(_doubted(flag, flag_doubt) + _HARDLY * guess[3])
    return _shares(near), _shares(soon), codes, flags, near_one, soon_one


@compiled
def _unimodal(joint: Floats, chance: Floats, bell: Floats) -> tuple[Floats, Floats]:
    """Let the ratio to chance rise up to the likeliest gap, by the bell about it, and fall beyond it."""
    top, most, half = 0, -1.0, bell.shape[0] // 2
    for i in range(joint.shape[0]):
        smooth = 0.0
        for j in range(max(i - half, 0), min(i + half + 1, joint.shape[0])):
            smooth += joint[j] * bell[j - i + half]
        if smooth > most:
            top, most = i + 1, smooth
    rising, rising_one = _rising(joint[:top], chance[:top])
    falling, falling_one = _falling(joint[top:], chance[top:])
    return np.concatenate((rising, falling)), np.concatenate((rising_one, falling_one))


@compiled
def _falling(joint: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Let the ratio to chance only fall."""
    falling, falling_one = _rising(joint[::-1], chance[::-1])
    return falling[::-1].copy(), falling_one[::-1].copy()


@compiled
def _rising(joint: Floats, chance: Floats) -> tuple[Floats, Floats]:
    """Draw together neighbouring bins whose ratio falls, until it only rises (pool adjacent violators).

    Gives the joint pairs, and what part of each bin's number one makes up.
    """
    size = joint.shape[0]
    # Of each block of bins that were drawn together: where it ends, its joint pairs and its chance.
    end, pairs, weight = np.empty(size, np.int64), np.empty(size), np.empty(size)
    blocks = 0
    for i in range(size):
        end[blocks], pairs[blocks], weight[blocks] = i + 1, joint[i], chance[i]
        blocks += 1
        while blocks > 1 and pairs[blocks - 2] * weight[blocks - 1] >= pairs[blocks - 1] * weight[blocks - 2]:
            blocks -= 1
            end[blocks - 1] = i + 1
            pairs[blocks - 1] += pairs[blocks]
            weight[blocks - 1] += weight[blocks]
    drawn, one, i = np.empty(size), np.empty(size), 0
    for block in range(blocks):
        ratio = pairs[block] / weight[block]
        while i < end[block]:
            drawn[i] = ratio * chance[i]
            # Bins that were drawn together rest on the same pairs.
            one[i] = 1 / pairs[block] if pairs[block] > 0 else 0.0
            i += 1
    return drawn, one


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
    distance_one: Floats,
    gap_one: Floats,
    every: float,
    odds: Floats,
    level_sum: Floats,
    distance_sum: Floats,
    gap_sum: Floats,
    code_sum: Floats,
    flag_sum: Floats,
    code_doubt: Floats,
    flag_doubt: Floats,
) -> None:
    """Renew every pair's odds by shapes that its own probability is left out of, and add that to each table."""
    for i in range(base.shape[0]):
        # Without a sign, so that none is looked at twice for counting from the end.
        s, d, g = np.uint64(stratum[i]), np.uint64(distance[i]), np.uint64(gap[i])
        k, f = np.uint64(code[i]), np.uint64(flag[i])
        # What is left of each share without its own probability, which is o / (1 + o): put so that 1 + o need not be divided by.
        o = odds[i]
        others = max(1 + o * (1 - distance_one[d]), 0.0) * max(1 + o * (1 - gap_one[g]), 0.0)
        others *= (every / (every + o * (every - 1))) ** 2
        here = base[i] * level[s] * by_distance[d] * by_gap[g] * by_code[k] * by_flag[f] * others
        odds[i] = here
        p = here / (1 + here)
        level_sum[s] += p
        distance_sum[d] += p
        gap_sum[g] += p
        code_sum[k] += p
        flag_sum[f] += p
        code_doubt[k] += p * (1 - p)
        flag_doubt[f] += p * (1 - p)
