"""Finding all pairs of records of two services that are near in place and time.

Records lie in square cells as wide as the distance; within a cell they are sorted by time. A record's
partners are in its own cell and the eight around it, in one run of each: two binary searches find a run. A
shift in time moves the runs and needs no new sorting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of records: places ``a`` and ``b`` in the services' arrays, ``gap`` = b's time − a's (µs)."""

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    gap: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.a)

    def where(self, keep: NDArray[np.bool_]) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.a[keep], self.b[keep], self.gap[keep])


class Neighbours:
    """The records of two services by place, ready to be asked which are near in time.

    ``a_place`` and ``b_place`` have shape (records, 2), in metres on one plane.
    """

    def __init__(self, a_place: NDArray[np.float64], b_place: NDArray[np.float64], metres: float) -> None:
        """Sort both services' records into cells."""
        self.a_place, self.b_place, self.metres = a_place, b_place, metres
        # A hair wider than the distance, so that rounding cannot put two records at exactly that distance two
        # cells apart.
        width = metres * (1 + 1e-6)
        a_cell = np.floor(a_place / width).astype(np.int64)
        b_cell = np.floor(b_place / width).astype(np.int64)
        both = np.concatenate([a_cell, b_cell])
        corner = both.min(axis=0, initial=0) - 1
        rows = int(both[:, 1].max(initial=0) - corner[1] + 2)
        a_number = (a_cell[:, 0] - corner[0]) * rows + a_cell[:, 1] - corner[1]
        b_number = (b_cell[:, 0] - corner[0]) * rows + b_cell[:, 1] - corner[1]
        cells, self.b_rank = np.unique(b_number, return_inverse=True)
        self.around: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
        if not len(cells):
            return
        # In the order of the cells, one binary search starts where the last one ended.
        order = np.argsort(a_number, kind="stable")
        for step in (east * rows + north for east in (-1, 0, 1) for north in (-1, 0, 1)):
            wanted = a_number[order] + step
            rank = np.minimum(np.searchsorted(cells, wanted), len(cells) - 1)
            found = cells[rank] == wanted
            self.around.append((order[found], rank[found].astype(np.int64)))

    def within(self, a_time: NDArray[np.int64], b_time: NDArray[np.int64]) -> InTime:
        """Add the times of both services' records (µs)."""
        return InTime(self, a_time, b_time)


class InTime:
    """Neighbours in place, with times."""

    def __init__(self, places: Neighbours, a_time: NDArray[np.int64], b_time: NDArray[np.int64]) -> None:
        """Sort b's records by cell and time."""
        self._places, self._a_time, self._b_time = places, a_time, b_time
        self._start = int(b_time.min()) if len(b_time) else 0
        # Whole seconds keep cell and time together within 64 bits; the exact gap is looked at afterwards.
        seconds = (b_time - self._start) // _SECOND
        self._span = int(seconds.max(initial=0)) + 1
        key = places.b_rank * self._span + seconds
        self._order = np.argsort(key, kind="stable")
        self._key = key[self._order]

    def pairs(self, most: int, shift: int = 0) -> Pairs:
        """Find every pair within the distance whose gap is at most ``most`` (µs) after b is shifted (µs)."""
        found = [self._in_cells(a, rank, most, shift) for a, rank in self._places.around]
        empty = np.empty(0, dtype=np.int64)
        return Pairs(
            np.concatenate([each.a for each in found] or [empty]),
            np.concatenate([each.b for each in found] or [empty]),
            np.concatenate([each.gap for each in found] or [empty]),
        )

    def _in_cells(self, a: NDArray[np.int64], rank: NDArray[np.int64], most: int, shift: int) -> Pairs:
        """Find the pairs of these records of a with the records of b in one cell each."""
        target = self._a_time[a] - shift - self._start
        first = np.clip((target - most) // _SECOND, 0, self._span)
        last = np.clip((target + most) // _SECOND, -1, self._span - 1)
        left = np.searchsorted(self._key, rank * self._span + first, side="left")
        right = np.searchsorted(self._key, rank * self._span + last, side="right")
        many = np.maximum(right - left, 0)
        a_each = np.repeat(a, many)
        within = np.arange(len(a_each)) - np.repeat(np.cumsum(many) - many, many)
        b_each = self._order[np.repeat(left, many) + within]
        gap = self._b_time[b_each] + shift - self._a_time[a_each]
        apart = self._places.a_place[a_each] - self._places.b_place[b_each]
        near = (np.abs(gap) <= most) & ((apart * apart).sum(axis=1) <= self._places.metres**2)
        return Pairs(a_each[near], b_each[near], gap[near])
