"""p-median: which so many sites to open, so that the people of an area are nearest in the mean (§3.6)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.locate.bounds import Task, bounded
from joinedup.locate.solving import Rows, refuse_seconds, solve
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import ArrayLike, NDArray

    from joinedup.locate.bounds import Bounded
    from joinedup.locate.solving import Status

_SCALE = 1e3
"""What the answer is scaled to before HiGHS sees it, whose tolerance is a millionth."""


@dataclass(frozen=True)
class Located:
    """The sites to open, by row, what they come to, and what no choice can better; ``optimal`` only when proven.

    Where nothing serves every place the status is ``infeasible`` (or ``unknown``, where that is not proven either),
    ``open`` is empty and the objective is not a number.
    """

    objective: float
    bound: float
    status: Status
    open: tuple[int, ...]

    @property
    def gap(self) -> float:
        """How far the answer can be from the best at most, as a share of it."""
        if self.status == "optimal":
            return 0.0
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-12)


def p_median(
    minutes: ArrayLike,
    demand: ArrayLike,
    p: int,
    seconds: float = 60,
    *,
    fixed: Collection[int] = (),
    closed: Collection[int] = (),
) -> Located:
    """Open exactly ``p`` sites so that demand times minutes to the nearest open site is least.

    Args:
        minutes: from site to place, shape (sites, places); NaN or inf where there is no way.
        demand: by place, 0 or more; a place without demand need not be reached.
        p: how many sites are open in all, those that stay included.
        seconds: how long to try; what is proven within them does not depend on them.
        fixed: rows of sites that are there and stay open.
        closed: rows of sites that cannot be open.

    Raises:
        Refusal: when a number is missing or below zero, or the sites named do not exist or contradict ``p``.

    >>> found = p_median([[0, 9, 9], [9, 0, 1], [9, 1, 0]], [1, 1, 2], p=2)
    >>> found.objective, found.status, found.open
    (1.0, 'optimal', (0, 2))
    """
    until = time.monotonic() + seconds
    refuse_seconds(seconds)
    way, weight = checked(minutes, demand)
    stays, never = named(fixed, closed, len(way))
    if not max(1, int(stays.sum())) <= p <= len(way) - int(never.sum()):
        raise Refusal(
            f"{p} sites cannot be open: {int(stays.sum())} are fixed, and {len(way) - int(never.sum())} may be "
            "open; choose a number between"
        )
    cost = way[:, weight > 0] * weight[weight > 0]
    if not np.isfinite(cost[~never]).any(axis=0).all():
        return Located(np.nan, np.inf, "infeasible", ())
    finite = cost[np.isfinite(cost)]
    largest = float(finite.max(initial=0.0))
    # Whole numbers add up to whole numbers: a bound above the answer less one proves it.
    in_whole = bool(largest * max(1, cost.shape[1]) < 2**52 and np.array_equal(finite, np.floor(finite)))
    roughly = float(np.where(np.isfinite(cost), cost, largest)[~never].min(axis=0).sum())
    step = 1.0 - 1e-6 if in_whole else 1e-9 * max(roughly, 1e-9 * largest, 1e-300)
    task = Task(np.ascontiguousarray(cost), p, stays, never, step)
    best = bounded(task, time.monotonic() + (until - time.monotonic()) / 2)
    if best.bound > best.total - step:
        return _proven(best.total, best.opened)
    return _finished(task, best, until)


def _proven(total: float, opened: NDArray[np.bool_]) -> Located:
    return Located(total, total, "optimal", tuple(np.flatnonzero(opened).tolist()))


def _finished(task: Task, best: Bounded, until: float) -> Located:
    """Solve what the bound leaves open: only sites and drives that a better answer could have."""
    aim = best.total - task.step
    stays, never = _settled(task, best, aim)
    excess = task.cost - best.prices
    # A drive costs at least its excess over the price, besides what opening its site costs over the best choice.
    forced = best.bound + np.maximum(excess, 0.0) + _opening(task, best)[:, None]
    useful = (
        (forced < aim) & ~never[:, None]
        if np.isfinite(best.total)
        else np.isfinite(task.cost) & ~never[:, None]
    )
    finite = np.where(np.isfinite(task.cost), task.cost, 0.0)
    scale = best.total if np.isfinite(best.total) else float(finite.max(axis=0).sum())
    answer = _restricted(task, useful, stays, never, max(scale, task.step), aim, until)
    total, opened = best.total, best.opened
    if answer.opened is not None:
        found = task.total(answer.opened)
        if found < total:
            total, opened = found, answer.opened
    if not np.isfinite(total):
        status: Status = "infeasible" if answer.status == "infeasible" else "unknown"
        return Located(np.nan, np.inf if status == "infeasible" else best.bound, status, ())
    if answer.status in {"optimal", "infeasible"}:
        return _proven(total, opened)
    bound = min(total, max(best.bound, min(answer.bound, aim)))
    return Located(total, bound, "feasible", tuple(np.flatnonzero(opened).tolist()))


def _opening(task: Task, best: Bounded) -> NDArray[np.float64]:
    """Give what each site would add to the bound if it had to be open: 0 for those that the bound opens."""
    free = ~(task.fixed | task.closed)
    left = task.count - int(task.fixed.sum())
    if not left:
        return np.where(task.fixed, 0.0, np.inf)
    last = np.sort(best.reduced[free])[left - 1]
    return np.where(task.fixed, 0.0, np.maximum(best.reduced - last, 0.0))


def _settled(task: Task, best: Bounded, aim: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say which sites every better answer opens, and which none does."""
    free = ~(task.fixed | task.closed)
    left = task.count - int(task.fixed.sum())
    if not np.isfinite(best.total):
        return task.fixed, task.closed
    worths = np.sort(best.reduced[free])
    never = task.closed | (free & (best.bound + _opening(task, best) >= aim))
    after = worths[left] if left < len(worths) else np.inf
    leaving = np.where(best.reduced <= (worths[left - 1] if left else -np.inf), after - best.reduced, 0.0)
    stays = task.fixed | (free & ~never & (best.bound + leaving >= aim))
    return stays, never


@dataclass(frozen=True, eq=False)
class _Restricted:
    status: Status
    opened: NDArray[np.bool_] | None
    bound: float


def _restricted(
    task: Task,
    useful: NDArray[np.bool_],
    stays: NDArray[np.bool_],
    never: NDArray[np.bool_],
    scale: float,
    aim: float,
    until: float,
) -> _Restricted:
    """Solve by HiGHS over the useful drives alone.

    Of each place the different costs of its useful drives stand in order; an unknown says that it is served at none of
    the first k of them (Elloumi 2010), so that drives of one cost share an unknown and nothing but neighbours meet in a row.
    """
    sites, places = task.cost.shape
    candidates = np.flatnonzero(~never)
    column_of = np.full(sites, -1)
    column_of[candidates] = np.arange(len(candidates))
    by_factor = _SCALE / scale
    site, place = np.nonzero(useful)
    value = task.cost[site, place]
    nearest_fixed = task.cost[stays].min(axis=0) if stays.any() else np.full(places, np.inf)
    keep = value <= nearest_fixed[place]
    site, place, value = site[keep], place[keep], value[keep]
    order = np.lexsort((site, value, place))
    site, place, value = site[order], place[order], value[order]
    if len(np.unique(place)) < places:
        return _Restricted("infeasible", None, np.inf)
    new = np.ones(len(value), np.bool_)
    new[1:] = (place[1:] != place[:-1]) | (value[1:] != value[:-1])
    level = np.cumsum(new) - 1  # of each drive
    of_level, at_level = place[new], value[new]
    last = np.ones(len(at_level), np.bool_)
    last[:-1] = of_level[1:] != of_level[:-1]
    first = np.ones(len(at_level), np.bool_)
    first[1:] = of_level[1:] != of_level[:-1]
    # The unknown of a level is that the place is served at none of its levels so far; after the last there is none.
    unknown_of = np.where(last, -1, len(candidates) + np.cumsum(~last) - 1)
    rise = np.zeros(len(at_level))
    rise[:-1] = at_level[1:] - at_level[:-1]
    cost = np.concatenate([np.zeros(len(candidates)), rise[~last] * by_factor])
    always = float(at_level[first].sum())
    rows = Rows()
    rows.add(
        [(np.zeros(len(candidates), np.int64), np.arange(len(candidates)), 1.0)], task.count, task.count, 1
    )
    must = np.flatnonzero(stays)
    rows.add([(np.arange(len(must)), column_of[must], 1.0)], 1.0, 1.0, len(must))
    levels = np.arange(len(at_level))
    before = np.where(first, -1, np.concatenate([[-1], unknown_of[:-1]]))
    rows.add(
        [
            (level, column_of[site], 1.0),
            (levels[~last], unknown_of[~last], 1.0),
            (levels[~first], before[~first], -1.0),
        ],
        first.astype(float),
        np.inf,
        len(levels),
    )
    whole = np.arange(len(cost)) < len(candidates)
    answer = solve(cost, rows, whole, until - time.monotonic())
    opened = None
    if answer.x is not None:
        opened = np.zeros(sites, np.bool_)
        opened[candidates[answer.x[: len(candidates)] > 0.5]] = True
    bound = answer.bound / by_factor + always if np.isfinite(answer.bound) else answer.bound
    return _Restricted(answer.status, opened, min(bound, aim) if answer.status == "feasible" else bound)


def checked(minutes: ArrayLike, demand: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give minutes with inf where there is no way, and demand, both held to their shapes and signs.

    Raises:
        Refusal: for a shape that does not fit, minutes below zero, or demand that is missing or below zero.
    """
    way, weight = np.array(minutes, np.float64), np.array(demand, np.float64)
    if way.ndim != 2 or weight.ndim != 1 or way.shape[1] != len(weight) or not way.size:
        raise Refusal(
            f"minutes of shape {way.shape} and demand of shape {weight.shape} do not belong together; give minutes "
            "from each site (row) to each place (column), and one number of demand for each place"
        )
    way[np.isnan(way)] = np.inf
    for row, column in np.argwhere(way < 0)[:1]:
        raise Refusal(
            f"minutes, row {row}, column {column}: {way[row, column]:g} is below zero; give 0 or more"
        )
    for place in np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))[:1]:
        raise Refusal(f"demand, place {place}: {weight[place]:g} is no demand; give a number of 0 or more")
    return way, weight


def named(
    fixed: Collection[int], closed: Collection[int], sites: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Turn rows of sites that stay and of sites that cannot be open into marks.

    Raises:
        Refusal: for a row that there is not, or one that is both.
    """
    marks = []
    for what, rows in (("fixed", fixed), ("closed", closed)):
        mark = np.zeros(sites, np.bool_)
        for row in rows:
            if not 0 <= row < sites:
                raise Refusal(f"{what}: there is no site in row {row}; rows run from 0 to {sites - 1}")
            mark[row] = True
        marks.append(mark)
    both = np.flatnonzero(marks[0] & marks[1])
    if len(both):
        raise Refusal(f"the site in row {both[0]} is both fixed and closed; name it in one of them")
    return marks[0], marks[1]
