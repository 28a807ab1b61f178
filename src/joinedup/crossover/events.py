"""From coincidences to joint events: how many there are, and how sure we are of it (§2.1, §2.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import gamma

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.chance import Population, Tally
    from joinedup.crossover.records import Records

_TAIL = 0.025
_NORMAL = 1.959964
# What chance could still hide when no shift shows a single coincidence: half an event over all shifts
# (Jeffreys' prior).
_HALF = 0.5


@dataclass(frozen=True)
class Estimate:
    """Joint events among usable records, with a 95 % interval; not clipped, so they may lie below zero."""

    chance: float
    events: float
    low: float
    high: float


@dataclass(frozen=True)
class JointEvents:
    """Joint events over all records as published, the part without a usable position, and the way there."""

    events: float
    low: float
    high: float
    unplaced: float
    baselines: tuple[tuple[str, Estimate], ...]
    disagree: bool


def solve(matched: float, chance: float, a_size: int, b_size: int) -> float:
    """Take chance out of a matching: the E for which E = matched − chance (1 − E/a) (1 − E/b).

    Chance is measured on all records, but a record that is in a joint event is already taken: only the shares
    (1 − E/a) and (1 − E/b) of either service's records are free to coincide. Written out, this is the
    quadratic

        chance/(a b) E² + (1 − chance (1/a + 1/b)) E + (chance − matched) = 0,

    which has exactly one positive root when matched > chance (it is convex and below zero at E = 0).
    Otherwise no record is taken and the plain difference stands, at or below zero.

    >>> solve(30, 0, 100, 100)
    30.0
    >>> round(solve(100, 50, 100, 1000), 6)  # all of a's records are in a pair: chance is left no room
    100.0
    """
    if matched <= chance or chance == 0:
        return float(matched - chance)
    square = chance / (a_size * b_size)
    slope = 1 - chance * (1 / a_size + 1 / b_size)
    root = math.sqrt(slope * slope + 4 * square * (matched - chance))
    # Of the two forms of the positive root, the one that does not subtract near-equal numbers.
    return 2 * (matched - chance) / (slope + root) if slope > 0 else (root - slope) / (2 * square)


def joint_events(a: Records, b: Records, population: Population, tally: Tally) -> JointEvents:
    """Estimate the joint events of two services, and add those of records that have no usable position.

    **Interval.** The joint events happened; what is not known is how many of the matched pairs are
    coincidences. Their number has at least the variance of a Poisson count, more where the shifts are spread
    more widely than that, and its mean is itself measured on a few shifts: the two variances are added, and
    the interval takes the 2.5 and 97.5 % points of the gamma distribution with that mean and variance (a
    Poisson count's shape, without its steps).

    **Crowded places.** Where coincidences are thick, chains of them (a2 with b1, a1 with b2, on either side
    of the joint event of a1 and b1) let a matching grow beyond what the equation of `solve` allows for. The
    number of pairs beyond chance has no such bias: every joint event gives at least one of them, so it bounds
    the estimate from above.

    **Second baseline.** The sideband says by what factor same-day coincidences exceed those of other weeks.
    Where that factor differs from one by more than its sampling error, the interval is the envelope of both
    baselines.

    **Records without a usable position** (no time, no place, a coarse or a default one) are taken to be in
    joint events as often as usable records of the same service and category. With r and s such joint records
    for each usable one of either service, there are u = r + s + rs unplaced events for each placed one: the
    last term is the events that both services failed to place, if they fail independently. An event is placed
    with probability 1/(1+u), which adds E u (1 + u) to the variance.

    Only at the end are the numbers clipped: at zero, and at the smaller service's number of records.
    """
    a_size, b_size = int(population.a.sum()), int(population.b.sum())
    first = _estimate(tally, a_size, b_size)
    name = "same-day sideband alone" if tally.alone else "whole-week shifts, weighted by busy days"
    baselines = [(name, first)]
    low, high, disagree = first.low, first.high, False
    sideband = _sideband_factor(tally)
    if sideband is not None:
        factor, variance = sideband
        second = _estimate(tally, a_size, b_size, factor=factor, factor_variance=variance)
        baselines.append(("whole-week shifts, scaled to the same-day sideband", second))
        disagree = abs(factor - 1) > _NORMAL * math.sqrt(variance)
        if disagree:
            low, high = min(low, second.low), max(high, second.high)
    ratio = _unplaced_ratio(a, b, population, tally)
    central = max(first.events, 0.0)
    spread = _NORMAL**2 * central * ratio * (1 + ratio)
    events = first.events * (1 + ratio)
    low = events - math.hypot((first.events - low) * (1 + ratio), math.sqrt(spread))
    high = events + math.hypot((high - first.events) * (1 + ratio), math.sqrt(spread))
    most = float(min(a.incidents, b.incidents))
    return JointEvents(
        events=min(max(events, 0.0), most),
        low=min(max(low, 0.0), most),
        high=min(max(high, 0.0), most),
        unplaced=central * ratio,
        baselines=tuple(baselines),
        disagree=disagree,
    )


def _estimate(
    tally: Tally, a_size: int, b_size: int, *, factor: float = 1.0, factor_variance: float = 0.0
) -> Estimate:
    """Estimate joint events against one baseline: the shifts' mean times a factor of known variance."""
    mean, spread = _mean_and_spread(tally.chance)
    chance = min(mean * factor, float(min(a_size, b_size)))
    events = solve(tally.matched, chance, a_size, b_size)
    taken = max(events, 0.0)
    free = (1 - taken / a_size) * (1 - taken / b_size)
    expected = chance * free
    # Fewer coincidences leave more joint events, which leave less room for coincidences: the slope of
    # `solve`.
    gain = 1.0
    if events > 0:
        gain = 1 / (1 - chance * ((1 - taken / b_size) / a_size + (1 - taken / a_size) / b_size))
    by_pairs, spread_of_pairs = _mean_and_spread(tally.chance_pairs)
    # Pairs vary more than matches, by what is in the one and not in the other; the bound must not bind by
    # that luck.
    luck = math.sqrt(spread_of_pairs * max(by_pairs * factor - expected, 0.0))
    bound = tally.pairs - by_pairs * factor + luck
    if bound < events:
        events, expected, mean, spread, free, gain = (
            bound,
            by_pairs * factor,
            by_pairs,
            spread_of_pairs,
            1.0,
            1.0,
        )
    number = len(tally.chance)
    floor = expected + _HALF / number
    # The count in the unshifted data, then the mean of the shifts, then the factor.
    variance = spread * floor * (1 + factor * free / number) + (mean * free) ** 2 * factor_variance
    shape, scale = floor * floor / variance, variance / floor
    # Half a count outwards, because counts are whole: without it "no coincidence" would never be covered.
    few = max(float(gamma.ppf(_TAIL, shape, scale=scale)) - _HALF, 0.0)
    many = float(gamma.ppf(1 - _TAIL, shape, scale=scale)) + _HALF
    return Estimate(
        chance,
        events,
        low=min(events, events - gain * (many - expected)),
        high=max(events, events + gain * (expected - few)),
    )


def _mean_and_spread(counts: NDArray[np.float64]) -> tuple[float, float]:
    """Give the mean of some counts and their variance over it: 1 for Poisson counts, never taken as less."""
    mean = float(counts.mean())
    return mean, max(1.0, float(counts.var(ddof=1)) / mean) if len(counts) > 1 and mean > 0 else 1.0


def _sideband_factor(tally: Tally) -> tuple[float, float] | None:
    """Compare same-day sideband pairs with what the shifts expect there: the factor and its variance.

    None where the shifts expect none, so that there is nothing to compare with.
    """
    number = len(tally.side)
    if not number or not tally.side.any():
        return None
    mean, spread = _mean_and_spread(tally.side)
    factor = tally.side_observed / mean
    # Never less than one pair's worth of noise: an empty sideband is not a certain zero.
    return factor, spread * (max(factor, 1 / mean) / mean + factor**2 / (number * mean))


def _unplaced_ratio(a: Records, b: Records, population: Population, tally: Tally) -> float:
    """Give the joint events of which a record has no usable position, for each one that is wholly placed."""
    in_a = _lost_ratio(a, population.a, tally.partner_a, attended_only=population.attended_only)
    in_b = _lost_ratio(b, population.b, tally.partner_b, attended_only=population.attended_only)
    return in_a + in_b + in_a * in_b


def _lost_ratio(
    records: Records, takes_part: NDArray[np.bool_], partner: NDArray[np.bool_], *, attended_only: bool
) -> float:
    """Give one service's joint records without a usable position, for each one with."""
    if not partner.any():
        return 0.0
    lost = np.concatenate(
        [
            records.lost_category[records.lost_attended | (not attended_only)],
            records.category[records.default & (records.attended | (not attended_only))],
        ]
    )
    most = int(max(lost.max(initial=0), records.category.max(initial=0))) + 1
    usable = np.bincount(records.category[takes_part], minlength=most)
    matched = np.bincount(records.category[partner], minlength=most)
    rate = np.divide(matched, usable, out=np.zeros(most), where=usable > 0)
    # A category that has no usable record tells nothing of itself: it takes the service's own rate.
    rate[usable == 0] = matched.sum() / usable.sum()
    return float((np.bincount(lost, minlength=most) * rate).sum() / matched.sum())
