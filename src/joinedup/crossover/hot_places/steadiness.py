"""Whether the places that are hot in one part of the period are hot in another (§2.6)."""

from __future__ import annotations

from itertools import combinations as choose
from typing import TYPE_CHECKING

import numpy as np

from joinedup.crossover.concentration import busiest_tenth
from joinedup.crossover.hot_places.answer import Steadiness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

_MOST_DRAWS = 99


def steadiness(
    counts: Counts,
    services: tuple[str, ...],
    combinations: Sequence[tuple[int, ...]],
    draws: int,
    chance: np.random.Generator,
) -> tuple[Steadiness, ...]:
    """Measure how much of the heat stays, from counts of shape (parts, services, cells).

    If every cell kept its rate, a cell's records would fall on the parts as all of the service's do: that is the law of Poisson
    counts of one rate, given how many there were. So the records of each cell are dealt out over the parts again,
    and what is hot is found afresh.
    """
    parts = len(counts)
    observed = [_kept(_hot(counts), members) for members in combinations]
    whole = counts.sum(axis=0)
    shares = counts.sum(axis=2) / np.maximum(whole.sum(axis=1), 1)
    drawn = np.full((min(draws, _MOST_DRAWS), len(combinations)), np.nan)
    for row in drawn:
        dealt = np.zeros_like(counts)
        for service, (count, share) in enumerate(zip(whole, shares.T, strict=True)):
            used = np.flatnonzero(count)
            dealt[:, service, used] = chance.multinomial(count[used], _whole(share)).T
        hot = _hot(dealt)
        row[:] = [_kept(hot, members) for members in combinations]
    rows = []
    for number, members in enumerate(combinations):
        steady = drawn[:, number][~np.isnan(drawn[:, number])]
        low, high = np.quantile(steady, [0.025, 0.975]) if len(steady) else (None, None)
        rows.append(
            Steadiness(
                services=tuple(services[each] for each in members),
                parts=parts,
                share=None if np.isnan(observed[number]) else observed[number],
                if_steady=float(steady.mean()) if len(steady) else None,
                low=None if low is None else float(low),
                high=None if high is None else float(high),
            )
        )
    return tuple(rows)


def _whole(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give shares that add up to 1, even ones for a service without a record."""
    return shares / shares.sum() if shares.sum() else np.full(len(shares), 1 / len(shares))


def _hot(counts: Counts) -> NDArray[np.bool_]:
    """Mark the hot cells of each part and service."""
    return np.stack([[busiest_tenth(each) for each in part] for part in counts])


def _kept(hot: NDArray[np.bool_], members: Sequence[int]) -> float:
    """Give the share of one part's hot cells that are hot in another too, over every two parts."""
    joint = [each[list(members)].all(axis=0) for each in hot]
    both = sum(int(np.count_nonzero(one & other)) for one, other in choose(joint, 2))
    either = sum(int(np.count_nonzero(one) + np.count_nonzero(other)) for one, other in choose(joint, 2))
    return 2 * both / either if either else float("nan")
