"""How busy it is around each record, in place and in hour of the week: where it is busy, nearness means less (§2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

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
    profile = np.zeros(_HOURS_OF_WEEK)
    for some in pieces(len(other_wall)):
        profile += np.bincount(_hour_of_week(other_wall[some]), minlength=_HOURS_OF_WEEK)
    profile = gaussian_filter1d(profile, 1.0, mode="wrap")
    hours = np.log(np.maximum(profile / profile.mean(), _LEAST))
    found = np.empty(len(place))
    for some in pieces(len(place)):
        around = lattice.smooth[_on(place[some], *lattice.where)].astype(np.float64) * lattice.records
        found[some] = np.log(np.maximum(around, _LEAST)) + hours[_hour_of_week(wall[some])]
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
    counts = np.zeros(int(size.prod()), dtype=np.int64)
    for some in pieces(len(other)):
        inside = ((other[some] >= low) & (other[some] <= high)).all(axis=1)
        counts += np.bincount(_on(other[some][inside], low, cell, size), minlength=len(counts))
    smooth = gaussian_filter(
        counts.reshape(size).astype(np.float32), neighbourhood / cell, mode="constant"
    ).ravel()
    return _Lattice(smooth, (low, cell, size), 2 * np.pi * (neighbourhood / cell) ** 2)


@compiled
def _on(place: Floats, low: Floats, cell: float, size: Integers) -> Integers:
    """Number the cell of a lattice that each place lies in, or the one at the rim that is nearest."""
    found = np.empty(place.shape[0], np.int64)
    for i in range(place.shape[0]):
        east = min(max(np.floor((place[i, 0] - low[0]) / cell), 0.0), size[0] - 1.0)
        north = min(max(np.floor((place[i, 1] - low[1]) / cell), 0.0), size[1] - 1.0)
        found[i] = int(east) * size[1] + int(north)
    return found


def _hour_of_week(wall: Integers) -> Integers:
    return (wall // _HOUR) % _HOURS_OF_WEEK
