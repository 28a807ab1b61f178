"""Whether services are hot together more than people explain: over all cells, and cell by cell (§2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.crossover.hot_places.answer import FALSE_DISCOVERIES, Sharing
from joinedup.crossover.hot_places.people import likeliest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.crossover.hot_places.people import People

    Floats = NDArray[np.float64]
    Combinations = Sequence[tuple[int, ...]]

_CELLS_OF_A_BLOCK = 12
_DRAWS_AT_ONCE = 50
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(48)
# A chance greater than this cannot be among the discoveries, so that it need not be known exactly.
_NEVER_FLAGGED = 0.1


def shared_heat(
    people: People,
    services: tuple[str, ...],
    combinations: Combinations,
    draws: int,
    chance: np.random.Generator,
) -> tuple[Sharing, ...]:
    """Count the cells that are hot for all of some services, beside what people would explain.

    Cells are put in order of how many people they have, as far as the surroundings and all services' counts tell, and cut
    into blocks of 12; each service's counts are permuted within the blocks, on their own. So each count stays where there
    are as many people, and nothing else ties the services together. Since the counts that are permuted helped to
    place the cell, the permuted services meet at least as often as independent ones would: the test errs
    towards saying nothing.
    """
    order = np.argsort(-people.level, kind="stable")
    weights = [_hot_weights(counts)[order] for counts in people.counts]
    blocks = len(order) // _CELLS_OF_A_BLOCK
    dealt = [each[: blocks * _CELLS_OF_A_BLOCK].reshape(blocks, _CELLS_OF_A_BLOCK) for each in weights]
    moves = np.logical_or.reduce([np.ptp(each, axis=1) > 0 for each in dealt])
    found = np.zeros((len(combinations), draws))
    for first in range(0, draws, _DRAWS_AT_ONCE):
        last = min(first + _DRAWS_AT_ONCE, draws)
        permuted = [
            chance.permuted(
                np.broadcast_to(each[moves], (last - first, int(moves.sum()), _CELLS_OF_A_BLOCK)), axis=2
            )
            for each in dealt
        ]
        for number, members in enumerate(combinations):
            found[number, first:last] = _together(permuted, members).sum(axis=(1, 2))
    rows = []
    for members, drawn in zip(combinations, found, strict=True):
        observed = float(_together(weights, members).sum())
        # What lies in blocks without any difference, or beyond the last whole block, is there in every draw.
        still = observed - float(_together([each[moves] for each in dealt], members).sum())
        low, high = np.quantile(drawn + still, [0.025, 0.975])
        # A hair's breadth, so that the order of a sum does not decide.
        reached = int((drawn + still >= observed - 1e-6).sum())
        rows.append((members, observed, float(drawn.mean()) + still, low, high, (1 + reached) / (1 + draws)))
    adjusted = holm([row[-1] for row in rows])
    return tuple(
        Sharing(tuple(services[each] for each in members), observed, expected, float(low), float(high), p, q)
        for (members, observed, expected, low, high, p), q in zip(rows, adjusted, strict=True)
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Adjust chances for how many were looked at, after Holm.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, so_far = [0.0] * len(chances), 0.0
    for rank, number in enumerate(sorted(range(len(chances)), key=lambda each: chances[each])):
        so_far = max(so_far, min(1.0, (len(chances) - rank) * chances[number]))
        adjusted[number] = so_far
    return adjusted


def discoveries(chances: Floats, looked_at: int, rate: float = FALSE_DISCOVERIES) -> NDArray[np.bool_]:
    """Flag, after Benjamini and Hochberg, the chances that are too small among so many that were looked at.

    >>> discoveries(np.array([0.001, 0.2, 0.011]), 10).tolist()
    [True, False, False]
    """
    ordered = np.sort(chances)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(ordered) + 1) / looked_at)
    limit = ordered[passing[-1]] if len(passing) else -1.0
    return chances <= limit


def joint_departure(people: People, at: NDArray[np.int64], members: Sequence[int]) -> tuple[Floats, Floats]:
    """Give what people explain in some cells for these services, and the chance of so joint a departure.

    The services that are not ``members`` say, with the surroundings, how many people there are. Each member's count has a
    chance of being reached; the worst of them is the departure, and its chance that of every member departing so
    far at once, which shared roughness makes likelier than a product.

    Returns:
        ``explained``, shape (members, cells), in records; ``chance``, shape (cells,), exact where the departure is rarer
        than 0.1, and else no less than it is.
    """
    others = [each for each in range(len(people.counts)) if each not in members]
    counts, expected, own = (each[:, at] for each in (people.counts, people.expected, people.own))
    common = people.common[at]
    logs, weights = _roughness_known(counts[others], expected[others], common, own[others])
    given = expected[list(members)][:, :, None] * np.exp(logs)
    own = own[list(members)][:, :, None]
    reached = counts[list(members)]
    alone = (weights * _tail(reached[:, :, None], given, own)).sum(axis=2)
    departure = alone.max(axis=0)
    chance = departure.copy()
    close = np.flatnonzero(departure < _NEVER_FLAGGED)
    together = weights[close].copy()
    for mean, spread, count in zip(given[:, close], own[:, close], reached[:, close], strict=True):
        least = _least_as_rare(mean, spread, weights[close], count, departure[close])
        together *= _tail(least[:, None], mean, spread)
    chance[close] = together.sum(axis=1)
    return (weights * given).sum(axis=2), chance


def _hot_weights(counts: Floats) -> Floats:
    """Weigh cells 1 above the edge of the busiest tenth, 0 below, and those at the edge by the places left for them.

    The table of cells gives ties to the south-west; here that would make two services look alike.
    """
    places = -(-int((counts > 0).sum()) // 10)
    if not places:
        return np.zeros(len(counts))
    edge = np.partition(counts, len(counts) - places)[len(counts) - places]
    above, tied = counts > edge, counts == edge
    return np.where(above, 1.0, np.where(tied, (places - above.sum()) / tied.sum(), 0.0))


def _together(weights: Sequence[Floats], members: Sequence[int]) -> Floats:
    """Multiply the weights of the members."""
    product = weights[members[0]]
    for each in members[1:]:
        product = product * weights[each]
    return product


def _roughness_known(counts: Floats, expected: Floats, common: Floats, own: Floats) -> tuple[Floats, Floats]:
    """Give nodes (logarithms) and weights, shape (cells, nodes), of each cell's roughness given some services' counts.

    Gauss and Hermite's, about the most likely value and as wide as the logarithm is curved there.
    """
    variance = np.log1p(common)
    middle = likeliest(counts, expected, common, own)
    mean = expected * np.exp(middle)
    curved = 1 / variance + (mean * (1 + own * counts) / (1 + own * mean) ** 2).sum(axis=0)
    logs = middle[:, None] + _NODES / np.sqrt(curved)[:, None]
    density = -((logs + variance[:, None] / 2) ** 2) / (2 * variance[:, None]) + _NODES**2 / 2
    for count, rate, spread in zip(counts, expected, own, strict=True):
        given = rate[:, None] * np.exp(logs)
        density += count[:, None] * logs - (count + 1 / spread)[:, None] * np.log1p(spread[:, None] * given)
    weights = _WEIGHTS * np.exp(density - density.max(axis=1, keepdims=True))
    return logs, weights / weights.sum(axis=1, keepdims=True)


def _tail(count: Floats, mean: Floats, own: Floats) -> Floats:
    """Give the chance of a count or more, gamma in its rate and Poisson in its number."""
    heat = own * mean
    return np.asarray(scipy.special.betainc(count, 1 / own, heat / (1 + heat)), dtype=np.float64)


def _least_as_rare(mean: Floats, own: Floats, weights: Floats, count: Floats, chance: Floats) -> Floats:
    """Find the least count, none above the one observed, whose chance is this or smaller, by halving."""
    low, high = np.zeros(len(count)), count.copy()
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        rare = (weights * _tail(middle[:, None], mean, own)).sum(axis=1) <= chance
        low, high = np.where(rare, low, middle), np.where(rare, middle, high)
    return high
