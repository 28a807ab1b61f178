"""What a file of any format becomes: columns of text with the number of each row, and what had to be guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Layout:
    """How a file is laid out, as far as its mapping says; what it does not say is found out.

    ``skip_rows`` stand above the header, which is ``header_rows`` high; ``none`` are the words that the file uses for
    no value: one that ends in an ellipsis stands for all that begin so.
    """

    sheet: str = ""
    skip_rows: int = 0
    header_rows: int = 1
    encoding: str = ""
    separator: str = ""
    none: tuple[str, ...] = ()

    @property
    def first_row(self) -> int:
        """The number of the first row of data."""
        return self.skip_rows + self.header_rows + 1


@dataclass(frozen=True)
class Raw:
    """A file as text."""

    table: pl.DataFrame
    """Columns of text, and ``__row``."""
    guesses: list[tuple[str, str]] = field(default_factory=list)
    """What is so of the file as a whole, and what was done about it."""
    aside: list[tuple[int, str]] = field(default_factory=list)
    """Rows that could not be told apart into columns, and why. They are not in the table."""
    typed: bool = False
    """Whether the format keeps dates as dates, so that they come as 2025-03-31 or as a serial number."""

    @property
    def rows_in(self) -> int:
        """All rows of data, blank ones apart."""
        return self.table.height + len(self.aside)


def headed(path: str, cells: pl.DataFrame, layout: Layout, rows: Sequence[int] | None = None) -> pl.DataFrame:
    """Take the header off the top of cells without one; header rows that stand over each other are joined.

    Args:
        path: what messages call the file.
        cells: every row from the first of the header on, as text.
        layout: how high the header is.
        rows: the number of each row of data, where they do not simply count on.
    """
    if cells.height < layout.header_rows:
        raise Refusal(f"{path}: the file is empty; a table needs at least a line of column names")
    parts = [
        _filled(cells.row(number), last=number == layout.header_rows - 1)
        for number in range(layout.header_rows)
    ]
    names = [" ".join(each for each in column if each) for column in zip(*parts, strict=True)]
    data = cells.slice(layout.header_rows)
    first = layout.first_row
    numbers = range(first, first + data.height) if rows is None else rows
    return (
        named(path, names, data)
        .with_columns(pl.Series(ROW, numbers, dtype=pl.Int64))
        .select(ROW, pl.exclude(ROW))
    )


def _filled(row: Sequence[str | None], *, last: bool) -> list[str]:
    """Give a row of a header; above the last one, a name stands over the columns to its right too."""
    names = [" ".join((each or "").split()) for each in row]
    if not last:
        for number in range(1, len(names)):
            names[number] = names[number] or names[number - 1]
    return names


def named(path: str, names: Sequence[str], data: pl.DataFrame) -> pl.DataFrame:
    """Name the columns: a name that stands again has its number behind it, a column without a name is called by it.

    Columns with neither a name nor a value, such as commas at the end of each line, are dropped.
    """
    if not any(name.strip() for name in names):
        raise Refusal(f"{path}, row 1: there are no column names; say in the mapping how many rows to skip")
    if ROW in names:
        raise Refusal(f"{path}, row 1: no column may be called {ROW}; rename it")
    columns: dict[str, pl.Series] = {}
    for number, (name, series) in enumerate(zip(names, data.get_columns(), strict=True), start=1):
        if name.strip():
            columns[f"{name} (column {number})" if name in columns else name] = series
        elif series.count():
            columns[f"column {number}"] = series
    return pl.DataFrame([series.alias(name) for name, series in columns.items()])


def without_blank_rows(table: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Drop the rows in which nothing stands, and say how many they were."""
    values = [each for each in table.columns if each != ROW]
    if not values or not table.height:
        return table, 0
    # Most files have none, and the first columns are nearly always filled: look no further than is needed.
    blank = table[values[0]].is_null() | (table[values[0]] == "")
    for column in values[1:]:
        if not blank.any():
            return table, 0
        blank &= table[column].is_null() | (table[column] == "")
    number = int(blank.sum())
    return (table.filter(~blank), number) if number else (table, 0)
