"""Bounds: a Lagrangian bound with multipliers by place, and a search that swaps one site for another (§3.6).

The relaxation lets a place be served any number of times at a price (Beasley 1993); the search is Whitaker's fast
interchange, which weighs every swap in one pass over sites and places.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST = 4000
"""Steps of the multipliers; few instances need more than some hundreds."""
_PATIENCE = 25
_SMALLEST = 5e-4


@dataclass(frozen=True, eq=False)
class Task:
    """What has to be chosen: ``cost`` of serving a place from a site, shape (sites, places), inf where it cannot be.

    ``count`` sites are open in all; those ``fixed`` are among them, and those ``closed`` are not. No answer is looked for
    that is better than another by less than ``step``.
    """

    cost: NDArray[np.float64]
    count: int
    fixed: NDArray[np.bool_]
    closed: NDArray[np.bool_]
    step: float

    def total(self, opened: NDArray[np.bool_]) -> float:
        """Add up what serving every place from the nearest open site costs, inf where one cannot be served."""
        return float(self.cost[opened].min(axis=0).sum())


@dataclass(frozen=True, eq=False)
class Bounded:
    """The best sites found, what they cost, the bound, and the multipliers and reduced costs of sites that gave it."""

    opened: NDArray[np.bool_]
    total: float
    bound: float
    prices: NDArray[np.float64]
    reduced: NDArray[np.float64]


def bounded(task: Task, until: float) -> Bounded:
    """Close in on the best from both sides, until they meet, no step helps, or the clock says ``until``."""
    near = np.ascontiguousarray(np.argsort(task.cost.T, axis=1, kind="stable").astype(np.int32))
    sites, places = task.cost.shape
    # Distances that cannot be driven are dearer than any answer, so that sums and differences stay numbers.
    finite = task.cost[np.isfinite(task.cost)]
    reachable = np.where(np.isfinite(task.cost), task.cost, np.nan)
    dear = 1.0 + float(np.nanmax(reachable, axis=0, initial=0.0).sum()) if len(finite) else 1.0
    plain = np.where(np.isfinite(task.cost), task.cost, dear)
    opened = swapped(plain, _greedy(plain, task), task.fixed, task.closed)
    total = task.total(opened)
    first, second = _two_nearest(plain, opened)
    prices = (np.minimum(first, dear) + np.minimum(second, dear)) / 2 if task.count > 1 else first.copy()
    best = Bounded(opened, total, -np.inf, prices, np.zeros(sites))
    worth, hits = np.empty(sites), np.empty(places)
    theta, stale, direction = 1.5, 0, np.zeros(places)
    tried = {opened.tobytes()}
    for number in range(_LONGEST):
        _worths(plain, near, prices, worth)
        chosen = _chosen(worth, task)
        bound = float(prices.sum() + worth[chosen].sum())
        if bound > best.bound + 1e-9 * abs(bound):
            best = Bounded(best.opened, best.total, bound, prices.copy(), worth.copy())
            stale = 0
        else:
            stale += 1
        if chosen.tobytes() not in tried and (stale == 0 or number % 10 == 0):
            tried.add(chosen.tobytes())
            if task.total(chosen) < 1.05 * best.total or not np.isfinite(best.total):
                other = swapped(plain, chosen, task.fixed, task.closed)
                cost = task.total(other)
                if cost < best.total:
                    best = Bounded(other, cost, best.bound, best.prices, best.reduced)
        if best.bound > best.total - task.step or time.monotonic() > until:
            break
        if stale >= _PATIENCE:
            theta, stale, prices = theta / 2, 0, best.prices.copy()
            if theta < _SMALLEST:
                break
        _hits(plain, near, prices, chosen, hits)
        direction = 1.0 - hits + 0.3 * direction
        norm = float(direction @ direction)
        if norm < 1e-12:
            break
        aim = best.total if np.isfinite(best.total) else best.bound + 0.05 * abs(best.bound) + 1.0
        prices = prices + theta * max(aim - bound, task.step / 2) / norm * direction
    return best


def _chosen(worth: NDArray[np.float64], task: Task) -> NDArray[np.bool_]:
    """Open those fixed, and of the rest the ones that are worth most, up to the count."""
    chosen = task.fixed.copy()
    order = np.argsort(np.where(task.fixed | task.closed, np.inf, worth), kind="stable")
    chosen[order[: task.count - int(task.fixed.sum())]] = True
    return chosen


def _greedy(plain: NDArray[np.float64], task: Task) -> NDArray[np.bool_]:
    """Open one site after another, each time the one that saves most."""
    opened = task.fixed.copy()
    start = float(plain.max(initial=0.0))
    nearest = plain[opened].min(axis=0) if opened.any() else np.full(plain.shape[1], start)
    while opened.sum() < task.count:
        saved = np.where(opened | task.closed, -np.inf, _savings(plain, nearest))
        at = int(np.argmax(saved))
        opened[at] = True
        nearest = np.minimum(nearest, plain[at])
    return opened


@compiled
def _savings(cost: NDArray[np.float64], nearest: NDArray[np.float64]) -> NDArray[np.float64]:
    sites, places = cost.shape
    saved = np.zeros(sites)
    for site in range(sites):
        for place in range(places):
            less = nearest[place] - cost[site, place]
            if less > 0:
                saved[site] += less
    return saved


def swapped(
    plain: NDArray[np.float64],
    opened: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    closed: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Swap an open site for another for as long as that saves anything, the best swap first."""
    opened = opened.copy()
    while True:
        gain, leaves, comes = _best_swap(plain, opened, fixed, closed)
        if gain <= 1e-9 * max(1.0, float(plain.max(initial=0.0))):
            return opened
        opened[leaves], opened[comes] = False, True


@compiled
def _best_swap(
    cost: NDArray[np.float64],
    opened: NDArray[np.bool_],
    fixed: NDArray[np.bool_],
    closed: NDArray[np.bool_],
) -> tuple[float, int, int]:
    sites, places = cost.shape
    nearest = np.full(places, -1)
    first, second = np.full(places, np.inf), np.full(places, np.inf)
    for site in range(sites):
        if not opened[site]:
            continue
        for place in range(places):
            here = cost[site, place]
            if here < first[place]:
                second[place] = first[place]
                first[place] = here
                nearest[place] = site
            elif here < second[place]:
                second[place] = here
    gain, leaves, comes = 0.0, -1, -1
    lost = np.empty(sites)
    for site in range(sites):
        if opened[site] or closed[site]:
            continue
        lost[:] = 0.0
        saved = 0.0
        for place in range(places):
            here = cost[site, place]
            if here < first[place]:
                saved += first[place] - here
            else:
                lost[nearest[place]] += min(here, second[place]) - first[place]
        for other in range(sites):
            if opened[other] and not fixed[other] and saved - lost[other] > gain:
                gain, leaves, comes = saved - lost[other], other, site
    return gain, leaves, comes


def _two_nearest(
    plain: NDArray[np.float64], opened: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if opened.sum() < 2:
        return plain[opened].min(axis=0), plain[opened].min(axis=0)
    two = np.partition(plain[opened], 1, axis=0)
    return two[0], two[1]


@compiled
def _worths(
    cost: NDArray[np.float64],
    near: NDArray[np.int32],
    prices: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> None:
    """Add up, by site, what it saves against the prices: zero or less."""
    worth[:] = 0.0
    places, sites = near.shape
    for place in range(places):
        price = prices[place]
        for rank in range(sites):
            site = near[place, rank]
            less = cost[site, place] - price
            if less >= 0:
                break
            worth[site] += less


@compiled
def _hits(
    cost: NDArray[np.float64],
    near: NDArray[np.int32],
    prices: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    hits: NDArray[np.float64],
) -> None:
    """Count, by place, how many of the chosen sites serve it at its price."""
    hits[:] = 0.0
    places, sites = near.shape
    for place in range(places):
        for rank in range(sites):
            site = near[place, rank]
            if cost[site, place] >= prices[place]:
                break
            if chosen[site]:
                hits[place] += 1.0
