"""Means, shares, totals, ratios and medians of a sample, with what its design lets us say of their accuracy (§6.3).

Source: R's survey package documents the same estimators; formulas are those of Särndal, Swensson and Wretman (1992) and,
for medians, Woodruff (1952).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.evidence.survey.design import effective_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.evidence.survey.design import Design

_LEVEL = 0.95
_TAIL = (1.0 + _LEVEL) / 2.0


@dataclass(frozen=True)
class Estimate:
    """A figure of a survey: ``base`` respondents, not weighted; the standard error and 95 % interval where there is one.

    ``design_effect`` is the variance over that of a simple random sample of as many, and ``effective_base`` how many
    such a sample would need. Without a design they are None, and the effective base is Kish's, from the weights alone.
    A figure that nobody answered for is None.
    """

    value: float | None
    base: int
    effective_base: float
    error: float | None = None
    low: float | None = None
    high: float | None = None
    design_effect: float | None = None


def means(
    design: Design, values: NDArray[np.float64], among: NDArray[np.bool_], bounded: bool = False
) -> list[Estimate]:
    """Estimate the means of columns, shape (respondents, k), over those among whom all are known.

    Args:
        design: how the sample was drawn.
        values: the columns; what they hold outside ``among`` does not matter.
        among: who counts, shape (respondents,).
        bounded: whether they are shares, 0 to 1, whose interval is made on the logit scale and stays inside.
    """
    weights = np.where(among, design.weights, 0.0)
    whole = float(weights.sum())
    counted = weights > 0
    base = int(counted.sum())
    if not base:
        return [Estimate(None, 0, 0.0) for _ in range(values.shape[1])]
    known = np.where(counted[:, None], values, 0.0)
    mean = weights @ known / whole
    kish = effective_number(weights)
    if not design.probability:
        return [Estimate(float(each), base, kish) for each in mean]
    gap = np.where(counted[:, None], known - mean, 0.0)
    error = np.sqrt(design.variance(gap / whole))
    unlike = weights @ gap**2 / whole * base / max(base - 1, 1)
    left = 1.0 - base / whole if design.knows_population else 1.0
    freedom = design.degrees_of_freedom(among)
    found = []
    for middle, one, spread in zip(mean.tolist(), error.tolist(), unlike.tolist(), strict=True):
        simple = spread * left / base
        effect = one**2 / simple if simple > 0 and one > 0 else None
        low, high = (
            _share_interval(middle, one, freedom, kish) if bounded else _interval(middle, one, freedom)
        )
        found.append(Estimate(middle, base, base / effect if effect else kish, one, low, high, effect))
    return found


def mean(design: Design, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> Estimate:
    """Estimate the mean of a column among some respondents; who has NaN is not counted."""
    return means(design, values[:, None], _known(values, among))[0]


def proportion(design: Design, is_so: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> Estimate:
    """Estimate the share of which something is so, with an interval made on the logit scale."""
    values = is_so.astype(np.float64)
    return means(design, values[:, None], _known(values, among), bounded=True)[0]


def total(design: Design, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> Estimate:
    """Estimate the total of a column over the population, where weights say how many each respondent stands for."""
    among = _known(values, among)
    weights = np.where(among, design.weights, 0.0)
    part = np.where(weights > 0, values, 0.0)
    return _linear(design, float(weights @ part), part, among)


def ratio(
    design: Design,
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    among: NDArray[np.bool_] | None = None,
) -> Estimate:
    """Estimate the ratio of two totals over those for whom both are known; None where the lower one is 0."""
    among = _known(above + below, among)
    weights = np.where(among, design.weights, 0.0)
    upper, lower = (np.where(weights > 0, each, 0.0) for each in (above, below))
    whole = float(weights @ lower)
    if not whole:
        return Estimate(None, int((weights > 0).sum()), effective_number(weights))
    value = float(weights @ upper) / whole
    return _linear(design, value, (upper - value * lower) / whole, among)


def median(design: Design, values: NDArray[np.float64], among: NDArray[np.bool_] | None = None) -> Estimate:
    """Estimate the median: the lowest value that at least half of the population does not exceed.

    The interval holds the values at the ends of the interval of the share that does not exceed it (Woodruff); the
    standard error is the width of that over two quantiles of Student's t.
    """
    among = _known(values, among)
    weights = np.where(among, design.weights, 0.0)
    counted = np.flatnonzero(weights > 0)
    base, kish = len(counted), effective_number(weights)
    if not base:
        return Estimate(None, 0, 0.0)
    order = counted[np.argsort(values[counted], kind="stable")]
    ranked = values[order]
    reached = np.cumsum(weights[order]) / float(weights[order].sum())

    def at(share: float) -> float:
        # What rounding leaves off a sum must not move the answer on by a whole respondent.
        return float(ranked[min(int(np.searchsorted(reached, share - 1e-12)), base - 1)])

    middle = at(0.5)
    if not design.probability:
        return Estimate(middle, base, kish)
    below = means(design, (values <= middle).astype(np.float64)[:, None], among)[0]
    if below.low is None or below.high is None:
        return Estimate(middle, base, kish)
    low, high = at(max(below.low, 0.0)), at(min(below.high, 1.0))
    error = (high - low) / (2.0 * _student(design.degrees_of_freedom(among)))
    return Estimate(middle, base, below.effective_base, error, low, high)


def _known(values: NDArray[np.float64], among: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    known = np.isfinite(values)
    return known if among is None else known & among


def _linear(
    design: Design, value: float, influence: NDArray[np.float64], among: NDArray[np.bool_]
) -> Estimate:
    """Put a figure beside the accuracy that the influence of each respondent gives it."""
    weights = np.where(among, design.weights, 0.0)
    base, kish = int((weights > 0).sum()), effective_number(weights)
    if not design.probability:
        return Estimate(value, base, kish)
    error = float(np.sqrt(design.variance(influence[:, None])[0]))
    low, high = _interval(value, error, design.degrees_of_freedom(among))
    return Estimate(value, base, kish, error, low, high)


@cache
def _student(freedom: int) -> float:
    """Give the quantile of Student's t that a 95 % interval reaches to."""
    return float(scipy.special.stdtrit(freedom, _TAIL))


def _interval(value: float, error: float, freedom: int) -> tuple[float | None, float | None]:
    """Give a symmetric interval; None where there are no degrees of freedom to judge by."""
    if freedom < 1:
        return None, None
    half = _student(freedom) * error
    return value - half, value + half


def _share_interval(
    share: float, error: float, freedom: int, effective: float
) -> tuple[float | None, float | None]:
    """Give the interval of a share on the logit scale; of none or all, the exact one of as many effective respondents."""
    if freedom < 1:
        return None, None
    if share <= 0:
        return 0.0, float(scipy.special.betaincinv(1, effective, _TAIL))
    if share >= 1:
        return float(scipy.special.betaincinv(effective, 1, 1 - _TAIL)), 1.0
    middle = np.log(share / (1.0 - share))
    half = _student(freedom) * error / (share * (1.0 - share))
    return float(1.0 / (1.0 + np.exp(-(middle - half)))), float(1.0 / (1.0 + np.exp(-(middle + half))))
