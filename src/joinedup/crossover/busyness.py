"""How busy it is around each record, in place and in hour of the week: where it is busy, nearness means less (§2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_CELLS_A_WIDTH = 2
_MOST_CELLS = 4_000  # each way: a country at 250 m
_HOUR = 3_600_000_000
_HOURS_OF_WEEK = 168
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
    around = _lattice(place, other_place, neighbourhood)
    profile = np.bincount(_hour_of_week(other_wall), minlength=_HOURS_OF_WEEK).astype(np.float64)
    profile = gaussian_filter1d(profile, 1.0, mode="wrap")
    hours = np.maximum(profile / profile.mean(), _LEAST)
    return np.asarray(np.log(np.maximum(around, _LEAST)) + np.log(hours[_hour_of_week(wall)]))


def strata_edges(busy: Floats, strata: int) -> Floats:
    """Give the edges between strata that hold equal shares of the coincidences to expect."""
    if not len(busy):
        return np.zeros(strata - 1)
    rising = np.sort(busy)
    expected = np.cumsum(np.exp(rising - rising[-1]))
    at = np.searchsorted(expected, expected[-1] * np.arange(1, strata) / strata)
    return np.asarray(rising[np.minimum(at, len(busy) - 1)])


def _lattice(place: Floats, other: Floats, neighbourhood: float) -> Floats:
    """Smooth the other's places on a lattice, and look up each place on it."""
    # The few that lie far away must not stretch the lattice: they are looked up at its rim.
    low, high = np.quantile(other, [0.001, 0.999], axis=0)
    margin = 4 * neighbourhood
    low, high = low - margin, high + margin
    cell = max(neighbourhood / _CELLS_A_WIDTH, float((high - low).max()) / _MOST_CELLS)
    size = np.ceil((high - low) / cell).astype(np.int64) + 1

    def at(points: Floats) -> tuple[Integers, Integers]:
        where = np.clip(np.floor((points - low) / cell).astype(np.int64), 0, size - 1)
        return where[:, 0], where[:, 1]

    inside = ((other >= low) & (other <= high)).all(axis=1)
    east, north = at(other[inside])
    counts = np.bincount(east * size[1] + north, minlength=int(size.prod())).reshape(size)
    smooth = gaussian_filter(counts.astype(np.float32), neighbourhood / cell, mode="constant")
    # In records within the bandwidth, whatever the cell is.
    return smooth[at(place)].astype(np.float64) * (2 * np.pi * (neighbourhood / cell) ** 2)


def _hour_of_week(wall: Integers) -> Integers:
    return (wall // _HOUR) % _HOURS_OF_WEEK
