"""Finding the records of two services that are near in place and time, and tallying them, in compiled code.

Records lie in square cells as wide as the distance; within a cell they are in order of time. A record's partners are
in its own cell and the eight around it, and as one service's records go by in order of time, the other's first and
last partner only ever move forwards: no search, and a shift in time needs no new sorting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_SIDES = 9


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of records: places ``a`` and ``b`` in the services' arrays, ``gap`` = b's time − a's (µs), metres apart."""

    a: NDArray[np.int32]
    b: NDArray[np.int32]
    gap: Integers
    apart: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.a)

    def where(self, keep: Flags) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.a[keep], self.b[keep], self.gap[keep], self.apart[keep])


class Cells:
    """The records of two services in cells of one size, each cell in order of time.

    ``a_place`` and ``b_place`` have shape (records, 2), in metres on one plane; times are in microseconds. With
    ``own`` the two are one service, and no record is a partner of itself while the shift is 0.
    """

    def __init__(
        self,
        a_place: Floats,
        b_place: Floats,
        a_time: Integers,
        b_time: Integers,
        metres: float,
        *,
        own: bool = False,
    ) -> None:
        """Sort both services' records."""
        self.metres, self.own = metres, own
        # A hair wider than the distance, so that rounding cannot put two records at exactly that distance two
        # cells apart.
        width = metres * (1 + 1e-6)
        corner = np.floor(np.concatenate([a_place, b_place]).min(axis=0, initial=np.inf) / width) - 1
        corner = np.where(np.isfinite(corner), corner, 0)
        a_cell, b_cell = (np.floor(place / width).astype(np.int64) for place in (a_place, b_place))
        a_cell, b_cell = a_cell - corner.astype(np.int64), b_cell - corner.astype(np.int64)
        rows = int(max(a_cell[:, 1].max(initial=0), b_cell[:, 1].max(initial=0))) + 2
        a_number, b_number = a_cell[:, 0] * rows + a_cell[:, 1], b_cell[:, 0] * rows + b_cell[:, 1]
        self.a_order = _in_order(a_number, a_time)
        self.b_order = _in_order(b_number, b_time)
        self.a = _sorted(a_place, a_time, self.a_order)
        self.b = _sorted(b_place, b_time, self.b_order)
        a_cells, a_start = _runs(a_number[self.a_order])
        b_cells, b_start = _runs(b_number[self.b_order])
        around = np.full((len(a_cells), _SIDES), -1, dtype=np.int64)
        if len(b_cells):
            steps = [east * rows + north for east in (-1, 0, 1) for north in (-1, 0, 1)]
            for column, step in enumerate(steps):
                rank = np.minimum(np.searchsorted(b_cells, a_cells + step), len(b_cells) - 1)
                around[:, column] = np.where(b_cells[rank] == a_cells + step, rank, -1)
        self.where = a_start, b_start, around

    def pairs(self, most: int, shift: int = 0) -> Pairs:
        """Find every pair within the distance whose gap is at most ``most`` (µs) after b is shifted (µs)."""
        own = self.own and shift == 0
        room = max(len(self.a_order), len(self.b_order))
        while True:
            a, b = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
            gap, apart = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.float32)
            number = _collect(*self.where, *self.a, *self.b, most, shift, self.metres, own, a, b, gap, apart)
            if number <= room:
                break
            # Now it is known how many there are.
            room = number
        return Pairs(
            self.a_order[a[:number]], self.b_order[b[:number]], gap[:number].copy(), apart[:number].copy()
        )

    def marked(self, kinds: Kinds) -> MarkedCells:
        """Put the marks of the records in the cells, ready to be tallied."""
        return MarkedCells(self, kinds, kinds.a.ordered(self.a_order), kinds.b.ordered(self.b_order))


@dataclass(frozen=True, eq=False)
class MarkedCells:
    """Cells with the marks of their records, in the order of the cells."""

    cells: Cells
    kinds: Kinds
    a: Marks
    b: Marks

    def tally(self, reach: Reach, shift: int = 0, b_weight: Floats | None = None) -> Tables:
        """Count the pairs after b is shifted (µs) by stratum, distance, code and flag, each with the weight of its b."""
        cells, kinds, a, b = self.cells, self.kinds, self.a, self.b
        found = Tables.empty(kinds)
        weight = np.ones(len(cells.b_order)) if b_weight is None else b_weight[cells.b_order]
        _tally(
            *cells.where,
            *cells.a,
            *cells.b,
            a.busy,
            a.code,
            a.flag,
            a.usable,
            b.busy,
            b.code,
            b.flag,
            b.usable,
            weight,
            kinds.edges,
            kinds.b_codes,
            kinds.bins,
            reach.core,
            reach.side_from,
            reach.side_to,
            reach.window,
            reach.window_metres,
            shift,
            cells.metres,
            cells.own and shift == 0,
            found.core,
            found.side,
            found.distance,
            found.gap,
            found.code,
            found.flag,
            found.plain,
        )
        return found


@dataclass(frozen=True, eq=False)
class Marks:
    """What a pair is sorted by on one side: how busy it is around each record (log), its code, its flag."""

    busy: Floats
    code: NDArray[np.int32]
    flag: NDArray[np.int8]
    usable: Flags

    def ordered(self, order: NDArray[np.int32]) -> Marks:
        """Give the marks in another order."""
        return Marks(self.busy[order], self.code[order], self.flag[order], self.usable[order])


@dataclass(frozen=True, eq=False)
class Kinds:
    """How pairs are sorted: both sides' marks, the edges between strata, the number of codes, and distance bins."""

    a: Marks
    b: Marks
    edges: Floats
    a_codes: int
    b_codes: int
    bins: Floats
    """The upper edge of each distance bin, in metres."""
    gaps: int
    """How many bins of gap there are between the ends of the core."""


@dataclass(frozen=True)
class Reach:
    """Gaps (µs) that are looked at: the core that is fitted, the sideband beyond it, and the window that is asked."""

    core: int
    side_from: int
    side_to: int
    window: int
    window_metres: float

    def without_core(self) -> Reach:
        """Look at the sideband alone: the joint events in the core must not be taken for the shape of chance."""
        return replace(self, core=_NOTHING)


_NOTHING = -1


@dataclass(frozen=True, eq=False)
class Tables:
    """Weighted counts of pairs; ``core`` and ``side`` by stratum, the shapes by stratum and bin.

    Shapes of distance, code and flag come from core and sideband together, that of the gap from the core alone.
    ``plain`` counts pairs in the window without weight, usable or not.
    """

    core: Floats
    side: Floats
    distance: Floats
    gap: Floats
    code: Floats
    flag: Floats
    plain: Integers

    @classmethod
    def empty(cls, kinds: Kinds) -> Tables:
        """Give tables of zeros."""
        strata = len(kinds.edges) + 1
        return cls(
            np.zeros(strata),
            np.zeros(strata),
            np.zeros((strata, len(kinds.bins))),
            np.zeros(kinds.gaps),
            np.zeros((strata, kinds.a_codes * kinds.b_codes)),
            np.zeros((strata, FLAGS * FLAGS)),
            np.zeros(1, dtype=np.int64),
        )


FLAGS = 3
"""A record asked for the other service, did not, or does not say."""


def _sorted(place: Floats, time: Integers, order: NDArray[np.int32]) -> tuple[Floats, Floats, Integers]:
    return place[order, 0], place[order, 1], time[order]


def _in_order(cells: Integers, time: Integers) -> NDArray[np.int32]:
    """Order records by cell, then by time, then as they come."""
    # Records mostly come in order of time, which this sort is quick at; and numbers of 16 bits are sorted in one go.
    by_time = np.argsort(time, kind="stable")
    few = cells.max(initial=0) <= np.iinfo(np.uint16).max
    number = (cells.astype(np.uint16) if few else cells)[by_time]
    return np.asarray(by_time[np.argsort(number, kind="stable")].astype(np.int32))


def _runs(cells: Integers) -> tuple[Integers, Integers]:
    """Give each cell once, and where its records begin; one more start ends the last."""
    if not len(cells):
        return cells, np.zeros(1, dtype=np.int64)
    start = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
    return cells[start], np.append(start, len(cells))


@compiled
def _collect(
    a_start: Integers,
    b_start: Integers,
    around: Integers,
    a_x: Floats,
    a_y: Floats,
    a_time: Integers,
    b_x: Floats,
    b_y: Floats,
    b_time: Integers,
    most: int,
    shift: int,
    metres: float,
    own: bool,
    a_found: NDArray[np.int32],
    b_found: NDArray[np.int32],
    gap: Integers,
    apart: NDArray[np.float32],
) -> int:
    """Count near pairs, and write down as many as there is room for; a and b as places in the sorted arrays."""
    number = 0
    for cell in range(around.shape[0]):
        for side in range(around.shape[1]):
            other = around[cell, side]
            if other < 0:
                continue
            first, end = b_start[other], b_start[other + 1]
            for i in range(a_start[cell], a_start[cell + 1]):
                time = a_time[i] - shift
                while first < end and b_time[first] < time - most:
                    first += 1
                j = first
                while j < end and b_time[j] <= time + most:
                    east, north = a_x[i] - b_x[j], a_y[i] - b_y[j]
                    square = east * east + north * north
                    if square <= metres * metres and not (own and i == j):
                        if number < a_found.shape[0]:
                            a_found[number] = i
                            b_found[number] = j
                            gap[number] = b_time[j] - time
                            apart[number] = np.sqrt(square)
                        number += 1
                    j += 1
    return number


@compiled
def _tally(
    a_start: Integers,
    b_start: Integers,
    around: Integers,
    a_x: Floats,
    a_y: Floats,
    a_time: Integers,
    b_x: Floats,
    b_y: Floats,
    b_time: Integers,
    a_busy: Floats,
    a_code: NDArray[np.int32],
    a_flag: NDArray[np.int8],
    a_usable: Flags,
    b_busy: Floats,
    b_code: NDArray[np.int32],
    b_flag: NDArray[np.int8],
    b_usable: Flags,
    b_weight: Floats,
    edges: Floats,
    b_codes: int,
    bins: Floats,
    core_to: int,
    side_from: int,
    side_to: int,
    window: int,
    window_metres: float,
    shift: int,
    metres: float,
    own: bool,
    core: Floats,
    side: Floats,
    distance: Floats,
    gaps: Floats,
    code: Floats,
    flag: Floats,
    plain: Integers,
) -> None:
    """Add near pairs to the tables."""
    # The bin that each whole metre begins in: from there it is a step or none.
    rings, last = np.searchsorted(bins, np.arange(int(metres) + 1)), bins.shape[0] - 1
    reach, near = metres * metres, window_metres * window_metres
    for cell in range(around.shape[0]):
        for step in range(around.shape[1]):
            other = around[cell, step]
            if other < 0:
                continue
            first, end = b_start[other], b_start[other + 1]
            for i in range(a_start[cell], a_start[cell + 1]):
                time = a_time[i] - shift
                while first < end and b_time[first] < time - side_to:
                    first += 1
                j = first
                while j < end and b_time[j] <= time + side_to:
                    east, north = a_x[i] - b_x[j], a_y[i] - b_y[j]
                    square = east * east + north * north
                    if square <= reach and not (own and i == j):
                        gap = b_time[j] - time
                        length = abs(gap)
                        if length <= window and square <= near:
                            plain[0] += 1
                        inside = length <= core_to
                        if a_usable[i] and b_usable[j] and (inside or length >= side_from):
                            weight = b_weight[j]
                            busy = 0.5 * (a_busy[i] + b_busy[j])
                            stratum = 0
                            for edge in edges:
                                stratum += busy > edge
                            if inside:
                                core[stratum] += weight
                                place = (gap + core_to) * gaps.shape[0] // (2 * core_to)
                                gaps[min(place, gaps.shape[0] - 1)] += weight
                            else:
                                side[stratum] += weight
                            apart = np.sqrt(square)
                            ring = rings[int(apart)]
                            while bins[ring] < apart and ring < last:
                                ring += 1
                            distance[stratum, ring] += weight
                            code[stratum, a_code[i] * b_codes + b_code[j]] += weight
                            flag[stratum, a_flag[i] * 3 + b_flag[j]] += weight
                    j += 1
