"""Which cells of a table may not be said: for what they are, or for what they would give away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from joinedup.disclosure.draft import Figure
from joinedup.disclosure.protecting import Arc, Cell, protecting
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from joinedup.disclosure.draft import Table

Secret = tuple[str, Unit, float | None]
"""A figure hidden to protect another, by which it is known elsewhere: label of row or bar, unit, number."""

_MARGIN = 0.1
"""How far off, as a share of it, a sensitive figure that is not a small count must be able to seem."""


class Secrets:
    """Which cells of all tables of a draft are hidden, and which figures must not be read elsewhere instead.

    ``shut`` holds the hidden cells of each table, by its `id`; ``withheld`` the figures hidden to protect others.
    """

    def __init__(self, tables: Sequence[Table], limit: int, hidden: Callable[[Figure, int], bool]) -> None:
        """Hide until no table has to hide one more for the sake of another."""
        self._limit, self._hidden = limit, hidden
        self.withheld: set[Secret] = set()
        self.shut: dict[int, set[Cell]] = {}
        waiting = list(tables)
        while waiting:
            for table in waiting:
                self.shut[id(table)] = self._shut(table)
                self.withheld |= self.of(table)
            waiting = [table for table in tables if self._forced(table) - self.shut[id(table)]]

    def of(self, table: Table) -> set[Secret]:
        """Give the figures of a table that are hidden only to protect others."""
        cells = ((r, table.rows[r][c]) for r, c in self.shut[id(table)])
        return {
            (_label(table, r), cell.unit, cell.number)
            for r, cell in cells
            if isinstance(cell, Figure) and cell.number is not None and not self._hidden(cell, self._limit)
        }

    def _forced(self, table: Table) -> set[Cell]:
        """Find the cells that stand for a figure which some table hides to protect another."""
        return {
            (r, c)
            for r, row in enumerate(table.rows)
            for c, cell in enumerate(row)
            if isinstance(cell, Figure) and (_label(table, r), cell.unit, cell.number) in self.withheld
        }

    def _shut(self, table: Table) -> set[Cell]:
        """Find the cells of a table that may not be said."""
        own = {
            (r, c)
            for r, row in enumerate(table.rows)
            for c, cell in enumerate(row)
            if (table.columns[c].sensitivity.closed and cell != "")
            or (isinstance(cell, Figure) and self._hidden(cell, self._limit))
        }
        shut = own | self._forced(table)
        if shut:
            for network in _networks(table):
                needs = {cell: _need(table, cell, self._limit) for cell in network if cell in own}
                shut |= protecting(network, shut & set(network), needs)
        return shut


def _label(table: Table, r: int) -> str:
    """Give the text that heads a row."""
    first = table.rows[r][0]
    return first if isinstance(first, str) else ""


def _networks(table: Table) -> Iterator[dict[Cell, Arc]]:
    """Give, for each group of columns that are summed together, its cells as arcs of a network."""
    last = len(table.rows) - 1 if table.total else None
    for parts, total in _groups(table):
        if last is None and total is None:
            continue
        corner = last is not None and total is not None and _size(table, (last, total)) is not None
        bottom: Hashable = "bottom" if corner else "top"
        arcs: dict[Cell, Arc] = {}
        for r in range(len(table.rows)):
            summed_row = total is not None and r != last and _size(table, (r, total)) is not None
            row: Hashable = ("row", r) if summed_row else "top"
            for c in parts:
                summed = last is not None and _size(table, (last, c)) is not None
                column: Hashable = ("column", c) if summed else bottom
                if r == last:
                    _add(arcs, table, (r, c), column, bottom)
                else:
                    _add(arcs, table, (r, c), row, column)
            if total is not None:
                _add(arcs, table, (r, total), *((bottom, "top") if r == last else ("top", row)))
        # A point with one arc, or an arc from a point to itself, says nothing about any cell.
        yield {cell: arc for cell, arc in arcs.items() if arc.tail != arc.head}


def _groups(table: Table) -> Iterator[tuple[list[int], int | None]]:
    """Give the columns that are summed together along the rows, with the column of their totals."""
    free: list[int] = []
    for c, column in enumerate(table.columns):
        unit = _unit(table, c)
        if unit is None:
            continue
        if column.total:
            parts = [each for each in free if _unit(table, each) is unit]
            free = [each for each in free if each not in parts]
            yield parts, c
        else:
            free.append(c)
    for c in free:
        yield [c], None


def _unit(table: Table, c: int) -> Unit | None:
    """Find the unit of a column of figures."""
    cells = (row[c] for row in table.rows)
    return next((cell.unit for cell in cells if isinstance(cell, Figure)), None)


def _size(table: Table, place: Cell) -> float | None:
    """Give what a cell counts for in a sum; for a share, how many it rests on."""
    cell = table.rows[place[0]][place[1]]
    if not isinstance(cell, Figure) or cell.number is None or not math.isfinite(cell.number):
        return None
    if cell.unit is not Unit.COUNT and _counted(table, place):
        return float(cell.rests_on or 0)
    return cell.number


def _add(arcs: dict[Cell, Arc], table: Table, place: Cell, tail: Hashable, head: Hashable) -> None:
    """Add a cell to the network, if it has a number."""
    size = _size(table, place)
    if size is not None:
        counted = _counted(table, place)
        # A hidden count is at least one, for zero is said; sums of money may have any sign.
        arcs[place] = Arc(
            tail, head, abs(size), size - 1 if counted else math.inf, fixed=counted and size == 0
        )


def _counted(table: Table, place: Cell) -> bool:
    """Whether a cell counts incidents or people."""
    cell = table.rows[place[0]][place[1]]
    if not isinstance(cell, Figure):
        return False
    return cell.unit is Unit.COUNT or (cell.unit in (Unit.SHARE, Unit.PER_HUNDRED) and cell.base is not None)


def _need(table: Table, place: Cell, limit: int) -> tuple[float, float]:
    """Say how much larger and smaller a hidden cell must be able to seem: a small count, up to the limit."""
    size = abs(_size(table, place) or 0)
    if _counted(table, place) and 0 < size < limit:
        return limit - size, 0.0
    margin = max(size * _MARGIN, 1.0)
    return margin, margin
