"""Reading the plain tables of evidence: text by column, rows by number, nothing that looks like a person's (§1.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.formats import Layout, read_file
from joinedup.area.personal import evidence, looks_personal
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def read_table(path: Path, needed: Iterable[str], personal_too: Collection[str] = ()) -> pl.DataFrame:
    """Read a table as trimmed text, "" where a cell is empty, with the number of each row in ``__row``.

    Args:
        path: CSV, tab-separated text, a workbook or Parquet, packed or not.
        needed: columns that must be there.
        personal_too: columns whose values are looked at for personal data though their header is harmless.

    Raises:
        Refusal: when it cannot be read, a column is missing, a row does not fit, or a column looks like personal data.
    """
    raw = read_file(path, Layout())
    if raw.aside:
        row, why = raw.aside[0]
        more = f" (and {len(raw.aside) - 1:,} more rows)" if len(raw.aside) > 1 else ""
        raise Refusal(f"{path}, row {row}: {why}; mend the row and run the command again{more}")
    numbers = raw.table[ROW]
    values = raw.table.drop(ROW).select(pl.all().cast(pl.String).fill_null("").str.strip_chars())
    names = [each.strip() for each in values.columns]
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise Refusal(f"{path}, row 1, column {twice}: stands twice; rename one of them")
    values.columns = names
    for column in needed:
        if column not in values.columns:
            raise Refusal(
                f"{path}, row 1: the column {column} is missing{did_you_mean(column, values.columns)}"
            )
    refuse_personal(path, values, personal_too)
    return values.with_columns(numbers)


def refuse_personal(path: Path, table: pl.DataFrame, values_too: Collection[str]) -> None:
    """Stop at a column that looks like a person's, by its header or, where asked, by its values.

    Raises:
        Refusal: with the column and what its values look like, and no value.
    """
    for column in table.columns:
        found = "its header says so" if looks_personal(column) else ""
        if not found and column in values_too:
            seen = evidence(table[column])
            found = str(seen) if seen else ""
        if found:
            raise Refusal(
                f"{path}, row 1, column {column}: looks like personal data, which a study may not hold: {found}; take it "
                "out and run the command again"
            )


def one_of(path: Path, table: pl.DataFrame, column: str, allowed: Collection[str]) -> None:
    """Hold a column to a list of words.

    Raises:
        Refusal: for the first cell that is none of them, by row, with how many more there are.
    """
    wrong = table.filter(~pl.col(column).is_in(list(allowed)))
    if wrong.height:
        value = wrong[column][0]
        what = (
            f"'{value}' is not known{did_you_mean(value, allowed)}"
            if value
            else (f"is empty; write one of {', '.join(allowed)}")
        )
        raise Refusal(f"{path}, row {wrong[ROW][0]}, column {column}: {what}{and_more(wrong.height)}")


def filled(path: Path, table: pl.DataFrame, column: str) -> None:
    """Hold a column to having a value in every row.

    Raises:
        Refusal: for the first empty cell, by row.
    """
    empty = table.filter(pl.col(column) == "")
    if empty.height:
        raise Refusal(
            f"{path}, row {empty[ROW][0]}, column {column}: is empty; fill it in{and_more(empty.height)}"
        )


def only_once(path: Path, table: pl.DataFrame, *columns: str) -> None:
    """Hold a column, or several together, to not repeating.

    Raises:
        Refusal: for the first repeat, with the row it repeats.
    """
    seen: dict[tuple[str, ...], int] = {}
    for row, *key in table.select(ROW, *columns).iter_rows():
        if tuple(key) in seen:
            raise Refusal(
                f"{path}, row {row}, column {columns[-1]}: '{' / '.join(key)}' stands in row {seen[tuple(key)]} too; "
                "keep one"
            )
        seen[tuple(key)] = row


def and_more(count: int) -> str:
    """Say how many more mistakes of a kind there are after the first."""
    return f" (and {count - 1:,} more rows)" if count > 1 else ""
