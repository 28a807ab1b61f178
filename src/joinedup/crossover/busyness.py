"""How busy it is around each record, in place and in hour of the week: where it is busy, nearness means less (§2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_CELLS_A_WIDTH = 2
_MOST_CELLS = 4_000  # each way: a country at 250 m
_HOUR = 3_600_000_000
_HOURS_OF_WEEK = 168
_AT_ONCE = 2**18
# Nobody is as lonely as a logarithm of zero: a hundredth of a record within the bandwidth.
_LEAST = 0.01


def busyness(
    place: Floats, wall: Integers, other_place: Floats, other_wall: Integers, neighbourhood: float
) -> Floats:
    """Give the logarithm of how many of another service's records to expect around each record, up to a constant.

    A Gaussian kernel of the other's places, as wide as a neighbourhood (metres), times the other's share of work in
    that hour of the week. Places have shape (records, 2), in metres; times are the clock on the wall, in microseconds.
    """
    if not len(place) or not len(other_place):
        return np.zeros(len(place))
    lattice = _lattice(other_place, neighbourhood)
    profile = scipy.ndimage.gaussian_filter1d(_by_hour(other_wall), 1.0, mode="wrap")
    hours = np.log(np.maximum(profile / profile.mean(), _LEAST))
    found = _around(place, lattice.smooth, *lattice.where, lattice.records)
    np.log(found, out=found)
    _add_hours(found, wall, hours)
    return found


def pieces(number: int) -> list[slice]:
    """Cut so many records into pieces, so that what is held on the way to an answer does not grow with their number."""
    return [slice(at, at + _AT_ONCE) for at in range(0, number, _AT_ONCE)]


def strata_edges(busy: Floats, usable: NDArray[np.bool_], strata: int) -> Floats:
    """Give the edges between strata that hold equal shares of the coincidences to expect, by the records that are usable."""
    rising = busy[usable]
    if not len(rising):
        return np.zeros(strata - 1)
    rising.sort()
    expected = rising - rising[-1]
    np.cumsum(np.exp(expected, out=expected), out=expected)
    at = np.searchsorted(expected, expected[-1] * np.arange(1, strata) / strata)
    return np.asarray(rising[np.minimum(at, len(rising) - 1)])


@dataclass(frozen=True, eq=False)
class _Lattice:
    """Records of a service smoothed on a lattice: ``where`` it lies, and how many ``records`` within the bandwidth one is."""

    smooth: NDArray[np.float32]
    where: tuple[Floats, float, Integers]
    records: float


def _lattice(other: Floats, neighbourhood: float) -> _Lattice:
    # The few that lie far away must not stretch the lattice: they are looked up at its rim.
    low, high = np.array([np.quantile(other[:, way], [0.001, 0.999]) for way in (0, 1)]).T.copy()
    margin = 4 * neighbourhood
    low, high = low - margin, high + margin
    cell = max(neighbourhood / _CELLS_A_WIDTH, float((high - low).max()) / _MOST_CELLS)
    size = np.ceil((high - low) / cell).astype(np.int64) + 1
    counts = _counted(other, low, high, cell, size).astype(np.float32)
    smooth = scipy.ndimage.gaussian_filter(
        counts.reshape(size), neighbourhood / cell, mode="constant"
    ).ravel()
    return _Lattice(smooth, (low, cell, size), 2 * np.pi * (neighbourhood / cell) ** 2)


@compiled
def _on(east: float, north: float, low: Floats, cell: float, size: Integers) -> np.uint64:
    """Number the cell of a lattice that a place lies in, or the one at the rim that is nearest."""
    column = min(max(np.floor((east - low[0]) / cell), 0.0), size[0] - 1.0)
    row = min(max(np.floor((north - low[1]) / cell), 0.0), size[1] - 1.0)
    return np.uint64(int(column) * size[1] + int(row))


@compiled
def _counted(place: Floats, low: Floats, high: Floats, cell: float, size: Integers) -> Integers:
    """Count the places in each cell of a lattice, without those beyond its corners."""
    counts = np.zeros(size[0] * size[1], np.int64)
    for i in range(place.shape[0]):
        east, north = place[i, 0], place[i, 1]
        if low[0] <= east <= high[0] and low[1] <= north <= high[1]:
            counts[_on(east, north, low, cell, size)] += 1
    return counts


@compiled
def _around(
    place: Floats, smooth: NDArray[np.float32], low: Floats, cell: float, size: Integers, records: float
) -> Floats:
    """Give how many records lie around each place, by a smoothed lattice; never quite none."""
    found = np.empty(place.shape[0])
    for i in range(place.shape[0]):
        found[i] = max(np.float64(smooth[_on(place[i, 0], place[i, 1], low, cell, size)]) * records, _LEAST)
    return found


@compiled
def _hour_of_week(wall: int) -> np.uint64:
    return np.uint64((wall // _HOUR) % _HOURS_OF_WEEK)


@compiled
def _by_hour(wall: Integers) -> Floats:
    """Count the records in each hour of the week."""
    counts = np.zeros(_HOURS_OF_WEEK)
    for i in range(wall.shape[0]):
        counts[_hour_of_week(wall[i])] += 1
    return counts


@compiled
def _add_hours(found: Floats, wall: Integers, hours: Floats) -> None:
    """Add to each record what holds for its hour of the week."""
    for i in range(wall.shape[0]):
        found[i] += hours[_hour_of_week(wall[i])]
