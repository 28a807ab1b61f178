"""Where people are, as far as the services' own records tell: the surroundings of a cell, and how rough the ground is.

The expected count of a service in a cell is its rate times the surroundings; what the cell has in common over all services
(a housing estate beside a field) is its roughness, log-normal with mean 1; what is a service's own is a gamma number with
mean 1; the count is Poisson. Rates and both kinds of roughness are measured among cells of like surroundings, since the
country, with its villages in empty fields, is rougher than a city.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SPREAD_M, _REACH_M = 1_000.0, 2_000.0
_KINDS_OF_GROUND, _CELLS_OF_A_KIND = 8, 250
_ROUNDS = 12
_LEAST = 1e-4
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class People:
    """What is known of the cells in use and those beside them, in order of place.

    ``row`` is a cell's row in the table of occupied cells, -1 for one without any record. ``counts`` and ``expected`` have
    shape (services, cells); ``common`` is the variance of what all services share in a cell, shape (cells,), ``own`` that
    of a service's own, shape (services, cells), both relative to the expected count squared. ``level`` is the
    most likely number of people, in records expected of all services together.
    """

    row: NDArray[np.int64]
    counts: Floats
    expected: Floats
    common: Floats
    own: Floats
    level: Floats


def people_of(cells: pl.DataFrame, services: tuple[str, ...], metres: float) -> People:
    """Work out how many people each cell's surroundings, and its own records, speak for."""
    counts = cells.select(services).to_numpy().T.astype(np.float64)
    squares = np.rint(cells.select("x", "y").to_numpy() / metres).astype(np.int64)
    row, nearby = _surroundings(squares, counts.sum(axis=0), metres)
    held = np.zeros((len(services), len(row)))
    held[:, row >= 0] = counts[:, row[row >= 0]]
    expected, common, own = np.empty_like(held), np.empty(len(row)), np.empty_like(held)
    for here in _kinds_of_ground(nearby):
        expected[:, here], common[here], own[:, here] = _roughness(held[:, here], nearby[here])
    together = expected.sum(axis=0)
    rough = common * together
    level = together * (1 + common * held.sum(axis=0)) / (1 + rough)
    return People(row, held, expected, common, own, level)


def _surroundings(
    squares: NDArray[np.int64], total: Floats, metres: float
) -> tuple[NDArray[np.int64], Floats]:
    """Average the records of the cells within 2 km, the cell itself left out, for cells in use and those beside them.

    Cells farther from any record are no ground at all: they may be sea. One cell's weight lies on the mean of all, so
    that a lonely cell is not infinitely surprising.
    """
    low = squares.min(axis=0) - 1
    width = int(np.ptp(squares[:, 1])) + 3
    keys = (squares[:, 0] - low[0]) * width + squares[:, 1] - low[1]
    beside = np.array([east * width + north for east in (-1, 0, 1) for north in (-1, 0, 1)])
    ground = np.unique(keys[:, None] + beside)
    row = np.full(len(ground), -1)
    row[np.searchsorted(ground, keys)] = np.arange(len(keys))
    held = np.where(row >= 0, total[row], 0.0)
    east, north = np.divmod(ground, width)
    steps = int(_REACH_M // metres) or 1
    sums, weights = np.full(len(ground), held.mean()), np.ones(len(ground))
    for over in range(-steps, steps + 1):
        for up in range(-steps, steps + 1):
            away = metres * float(np.hypot(over, up))
            if away == 0 or away > max(_REACH_M, metres):
                continue
            fits = (north + up >= 0) & (north + up < width)
            wanted = (east + over) * width + north + up
            at = np.minimum(np.searchsorted(ground, wanted), len(ground) - 1)
            there = fits & (ground[at] == wanted)
            weight = float(np.exp(-0.5 * (away / _SPREAD_M) ** 2))
            sums += np.where(there, weight * held[at], 0.0)
            weights += np.where(there, weight, 0.0)
    return row, sums / weights


def _kinds_of_ground(nearby: Floats) -> list[NDArray[np.int64]]:
    """Sort the cells by their surroundings into at most eight kinds of ground of one size."""
    kinds = min(max(len(nearby) // _CELLS_OF_A_KIND, 1), _KINDS_OF_GROUND)
    return np.array_split(np.argsort(nearby, kind="stable"), kinds)


def _roughness(counts: Floats, nearby: Floats) -> tuple[Floats, float, Floats]:
    """Measure rates and roughness of one kind of ground by moments, weighted by how sure each cell's count is.

    What two services have in common shows in the product of their departures from the expected count, and every pair is
    taken to share one thing, where people are: what one pair shares beyond that is looked for, and must not be explained
    here. What is a service's own shows twice, in the rest of its departures and in how it departs from its part of
    the cell's total; a few huge cells spoil the first. The greater is taken. Huge cells are not clipped: that would call
    a village in a field a shared hot spot, and with two services only a shared hot spot may hide itself instead.
    """
    expected = (counts.sum(axis=1) / nearby.sum())[:, None] * nearby
    departure = counts - expected
    common, whole = 0.2, np.full(len(counts), 0.5)
    for _ in range(_ROUNDS):
        variance = np.maximum(expected + whole[:, None] * expected**2, _LEAST)
        together, scale = 0.0, 0.0
        for one, other in combinations(range(len(counts)), 2):
            weight = 1 / (variance[one] * variance[other])
            together += float((weight * departure[one] * departure[other]).sum())
            scale += float((weight * expected[one] * expected[other]).sum())
        common = max(together / scale, _LEAST) if scale else _LEAST
        whole = np.maximum(_beyond_poisson(departure**2 - expected, expected, variance), common)
    own = np.maximum((whole - common) / (1 + common), _of_their_own(counts, expected))
    return expected, common, np.repeat(own[:, None], counts.shape[1], axis=1)


def _of_their_own(counts: Floats, expected: Floats) -> Floats:
    """Measure how far each service departs from its part of the records of a cell, whatever their total."""
    total = expected.sum(axis=0)
    part = np.divide(expected, total, out=np.zeros_like(expected), where=total > 0)
    given = part * counts.sum(axis=0)
    excess = (counts - given) ** 2 - given * (1 - part)
    own = np.full(len(counts), 0.5)
    for _ in range(_ROUNDS):
        variance = np.maximum(given + own[:, None] * given**2, _LEAST)
        own = np.maximum(_beyond_poisson(excess, given * (1 - part), variance), _LEAST)
    return own


def _beyond_poisson(excess: Floats, size: Floats, variance: Floats) -> Floats:
    """Average squared departures beyond a Poisson number's, as a share of the squared count, surest cells first."""
    found: Floats = (excess / variance**2).sum(axis=1) / np.maximum(
        (size**2 / variance**2).sum(axis=1), _LEAST**2
    )
    return found


def likeliest(counts: Floats, expected: Floats, common: Floats, own: Floats) -> Floats:
    """Give the most likely logarithm of each cell's roughness from these services' counts, by halving.

    Shapes as in `People`; with no service it is that of the ground alone. The slope falls all the way, so that there is
    one answer.
    """
    variance = np.log1p(common)
    low, high = np.full(len(common), -40.0), np.full(len(common), 40.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        given = expected * np.exp(middle)
        slope = ((counts - given) / (1 + own * given)).sum(axis=0) - (middle / variance + 0.5)
        low, high = np.where(slope > 0, middle, low), np.where(slope > 0, high, middle)
    found: Floats = (low + high) / 2
    return found
