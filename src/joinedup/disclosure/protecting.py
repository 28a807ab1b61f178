"""Which further figures of a table must go so that a hidden one cannot be worked out from the totals.

A table with totals is a network: a cell is an arc from its row to its column, a total an arc that brings a
row its sum or takes a column's away, and what runs into each point runs out of it again. Whoever knows the
open cells can move a hidden one only by sending a change round a circle of hidden cells. A cell is
therefore safe when such a circle exists with room for the change that it needs, and the cheapest circle
through open cells is what protects it best [Fischetti and Salazar 1999 solve it for all cells at once; here
cell by cell, which loses little in small tables].
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

Cell = tuple[int, int]


@dataclass(frozen=True)
class Arc:
    """A cell as an arc of the network.

    ``size`` is what hiding it loses; ``room`` is how much smaller a reader must allow it to be; ``fixed``
    cells are never hidden to protect others.
    """

    tail: Hashable
    head: Hashable
    size: float
    room: float = math.inf
    fixed: bool = False


Way = tuple["Hashable", Cell, float]
"""Along an arc from a point: where to, by which cell, and how large a change it carries this way."""


def protecting(
    arcs: Mapping[Cell, Arc], shut: set[Cell], needs: Mapping[Cell, tuple[float, float]]
) -> set[Cell]:
    """Find the further cells to hide.

    Args:
        arcs: every cell of the network.
        shut: cells that are hidden already.
        needs: for each cell to protect, how much larger and how much smaller it must be able to seem.
    """
    network = _Network(arcs)
    for cell in shut:
        network.close(cell)
    for cell, (more, less) in needs.items():
        arc = arcs[cell]
        for change, start, end in ((more, arc.head, arc.tail), (less, arc.tail, arc.head)):
            if change > 0:
                for each in network.cheapest(cell, change, start, end):
                    network.close(each)
    return network.closed - shut


class _Network:
    """Cells as arcs, those that are hidden apart from those that could be."""

    def __init__(self, arcs: Mapping[Cell, Arc]) -> None:
        """Note at each point the arcs that leave and reach it."""
        self.closed: set[Cell] = set()
        self._arcs = arcs
        self._ways: dict[Hashable, list[Way]] = {}
        self._closed_ways: dict[Hashable, list[Way]] = {}
        for cell in arcs:
            self._note(cell, self._ways)

    def _note(self, cell: Cell, ways: dict[Hashable, list[Way]]) -> None:
        """Note a cell at both its ends: a change sent with the arc makes it larger, against it smaller."""
        arc = self._arcs[cell]
        ways.setdefault(arc.tail, []).append((arc.head, cell, math.inf))
        ways.setdefault(arc.head, []).append((arc.tail, cell, arc.room))

    def close(self, cell: Cell) -> None:
        """Hide a cell."""
        if cell not in self.closed:
            self.closed.add(cell)
            self._note(cell, self._closed_ways)

    def cheapest(self, cell: Cell, change: float, start: Hashable, end: Hashable) -> list[Cell]:
        """Find the cells of the cheapest way for a change of ``cell``; hidden cells cost nothing."""
        free = self._search(self._closed_ways, cell, change, (start, end))
        return self._search(self._ways, cell, change, (start, end)) or [] if free is None else free

    def _search(
        self,
        ways: Mapping[Hashable, list[Way]],
        cell: Cell,
        change: float,
        between: tuple[Hashable, Hashable],
    ) -> list[Cell] | None:
        """Search from end to end, the cheapest first (Dijkstra); None when there is no way."""
        start, end = between
        best: dict[Hashable, float] = {start: 0.0}
        came: dict[Hashable, tuple[Hashable, Cell]] = {}
        # The order breaks ties, so that the answer never depends on how points happen to hash.
        order = 0
        queue: list[tuple[float, int, Hashable]] = [(0.0, order, start)]
        while queue:
            cost, _, here = heapq.heappop(queue)
            if here == end:
                return _trail(came, start, end)
            if cost > best[here]:
                continue
            for there, each, room in ways.get(here, ()):
                if room < change or each == cell:
                    continue
                arc = self._arcs[each]
                # What is hidden is free; one more for each other, so that fewer cells are preferred.
                total = cost if each in self.closed else math.inf if arc.fixed else cost + arc.size + 1
                if total < best.get(there, math.inf):
                    best[there] = total
                    came[there] = (here, each)
                    order += 1
                    heapq.heappush(queue, (total, order, there))
        return None


def _trail(came: Mapping[Hashable, tuple[Hashable, Cell]], start: Hashable, end: Hashable) -> list[Cell]:
    """Follow a search back to its start."""
    cells = []
    while end != start:
        end, cell = came[end]
        cells.append(cell)
    return cells
