"""What a file of any format becomes: columns of text with the number of each row, and what had to be guessed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


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


SLICE = 1_000_000
"""Rows of an extract that are read through a mapping at once."""


@dataclass
class Raw:
    """A file as text."""

    table: pl.DataFrame
    """Columns of text, and ``__row``; those that have not been taken by ``slices``."""
    guesses: list[tuple[str, str]] = field(default_factory=list)
    """What is so of the file as a whole, and what was done about it."""
    aside: list[tuple[int, str]] = field(default_factory=list)
    """Rows that could not be told apart into columns, and why. They are not in the table."""
    typed: bool = False
    """Whether the format keeps dates as dates, so that they come as 2025-03-31 or as a serial number."""

    rows_in: int = field(init=False)
    """All rows of data, blank ones apart."""

    def __post_init__(self) -> None:
        """Count the rows while they are all there."""
        self.rows_in = self.table.height + len(self.aside)

    def slices(self) -> Iterator[pl.DataFrame]:
        """Give the rows in order, some at a time, and let go of them; of a table without rows, the columns."""
        while True:
            piece, self.table = self.table.head(SLICE), self.table.slice(SLICE)
            yield piece.rechunk()
            if not self.table.height:
                return


LONGEST_HEADER = 2**20
"""Bytes of a line of column names; the names of every table that people make are a thousandth of it."""


def refuse_long_header(path: Path, text: bytes, lines: int = 1) -> None:
    """Refuse text whose header is so long that it would be read for minutes, and all columns named, to no use.

    Args:
        path: what messages call the file.
        text: the beginning of it, longer than the longest header, or all of it.
        lines: how many lines there are to the end of the header.
    """
    start = 0
    for number in range(1, lines + 1):
        end = text.find(b"\n", start, start + LONGEST_HEADER)
        if end < 0 and len(text) - start > LONGEST_HEADER:
            raise Refusal(
                f"{path}, row {number}: the line is longer than {LONGEST_HEADER // 2**20} MB, so it cannot hold the names of "
                "columns; save the table as CSV with a line of column names above one line for each row"
            )
        if end < 0:
            return
        start = end + 1


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
