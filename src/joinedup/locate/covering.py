"""Covering: the most people within a standard from so many sites, and the fewest sites that reach all of them (§3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.locate.p_median import Located, checked, named
from joinedup.locate.solving import Rows, refuse_seconds, solve
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import ArrayLike, NDArray

_SCALE = 1e3
"""What all demand is scaled to before HiGHS sees it, whose tolerance is a millionth."""


def most_covered(
    minutes: ArrayLike,
    demand: ArrayLike,
    p: int,
    within: float,
    seconds: float = 60,
    *,
    fixed: Collection[int] = (),
    closed: Collection[int] = (),
) -> Located:
    """Open at most ``p`` sites so that the most demand lies ``within`` so many minutes of an open site.

    The objective is the demand covered, and the bound is what no choice can exceed. Shapes and the sites named are as
    in :func:`p_median`. A site that would add nothing is left closed, unless it is fixed.

    Raises:
        Refusal: when a number is missing or below zero, or the sites named contradict ``p``.

    >>> found = most_covered([[0, 9, 9], [9, 0, 1], [9, 1, 0]], [1, 1, 2], p=1, within=2)
    >>> found.objective, found.status, found.open
    (3.0, 'optimal', (1,))
    """
    refuse_seconds(seconds)
    way, weight = checked(minutes, demand)
    stays, never = named(fixed, closed, len(way))
    if p < max(1, int(stays.sum())):
        raise Refusal(
            f"{p} sites cannot be open: {int(stays.sum())} are fixed; choose at least so many, and 1"
        )
    reach, amount = _patterns(way <= within, weight, ~never)
    sites, patterns = reach.shape
    total = float(amount.sum())
    by_factor = _SCALE / max(total, 1e-300)
    rows = _staying(stays)
    rows.add([(np.zeros(sites, np.int64), np.arange(sites), 1.0)], 0.0, float(p), 1)
    site, pattern = np.nonzero(reach)
    each = np.arange(patterns)
    rows.add([(pattern, site, 1.0), (each, sites + each, -1.0)], 0.0, np.inf, patterns)
    cost = np.concatenate([np.zeros(sites), -amount * by_factor])
    high = np.concatenate([(~never).astype(float), np.ones(patterns)])
    answer = solve(cost, rows, np.arange(len(cost)) < sites, seconds, high)
    opened = stays if answer.x is None else answer.x[:sites] > 0.5
    opened = _without_idle(opened, stays, reach)
    covered = float(amount[reach[opened].any(axis=0)].sum())
    if answer.status == "optimal":
        return Located(covered, covered, "optimal", tuple(np.flatnonzero(opened).tolist()))
    bound = max(covered, min(total, -answer.bound / by_factor))
    return Located(covered, bound, "feasible", tuple(np.flatnonzero(opened).tolist()))


def fewest_sites(
    minutes: ArrayLike,
    demand: ArrayLike,
    within: float,
    seconds: float = 60,
    *,
    fixed: Collection[int] = (),
    closed: Collection[int] = (),
) -> Located:
    """Open as few sites as reach every place with demand ``within`` so many minutes; those fixed are counted.

    Shapes and the sites named are as in :func:`p_median`. Where a place is out of every site's reach the status is
    ``infeasible``.

    Raises:
        Refusal: when a number is missing or below zero, or the sites named do not exist.

    >>> found = fewest_sites([[0, 9, 9], [9, 0, 3], [9, 1, 0]], [1, 1, 2], within=2)
    >>> found.objective, found.status, found.open
    (2.0, 'optimal', (0, 2))
    """
    refuse_seconds(seconds)
    way, weight = checked(minutes, demand)
    stays, never = named(fixed, closed, len(way))
    reach, amount = _patterns(way <= within, weight, ~never)
    if not np.isclose(amount.sum(), weight.sum(), rtol=1e-12, atol=0.0):
        return Located(np.nan, np.inf, "infeasible", ())
    sites, patterns = reach.shape
    rows = _staying(stays)
    site, pattern = np.nonzero(reach)
    rows.add([(pattern, site, 1.0)], 1.0, np.inf, patterns)
    answer = solve(np.ones(sites), rows, np.ones(sites, np.bool_), seconds, (~never).astype(float))
    if answer.x is None:
        return Located(np.nan, answer.bound, answer.status, ())
    opened = answer.x > 0.5
    count = float(opened.sum())
    bound = count if answer.status == "optimal" else min(count, float(np.ceil(answer.bound - 1e-6)))
    return Located(count, bound, answer.status, tuple(np.flatnonzero(opened).tolist()))


def _patterns(
    reach: NDArray[np.bool_], weight: NDArray[np.float64], may: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Add up places that the same sites reach, leaving out those without demand and those out of reach."""
    able = reach & may[:, None]
    kept = able[:, able.any(axis=0) & (weight > 0)]
    amounts = weight[able.any(axis=0) & (weight > 0)]
    patterns, number = np.unique(kept, axis=1, return_inverse=True)
    return patterns, np.bincount(number.ravel(), amounts, patterns.shape[1]).astype(np.float64)


def _staying(stays: NDArray[np.bool_]) -> Rows:
    rows = Rows()
    at = np.flatnonzero(stays)
    rows.add([(np.arange(len(at)), at, 1.0)], 1.0, 1.0, len(at))
    return rows


def _without_idle(
    opened: NDArray[np.bool_], stays: NDArray[np.bool_], reach: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Close again, from the last row, what reaches nothing that no other open site reaches."""
    opened = opened.copy()
    times = reach[opened].sum(axis=0)
    for site in np.flatnonzero(opened & ~stays)[::-1]:
        if (times[reach[site]] > 1).all():
            opened[site] = False
            times = times - reach[site]
    return opened
