"""Telling whether rows without an identifier of their own were read before, from a file of another name.

See docs/decisions/0006-reading-again.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.extracts.taking import value_of
from joinedup.area.queries import Effect
from joinedup.area.schema import KEYS
from joinedup.area.values import quoted
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area.mapping import TableMapping
    from joinedup.area.queries import Findings

_MOSTLY = 0.5
_BY_ROW = r"-\d+$"
_COPY, _OLD = "__copy", "__old"


def without_read_before(
    table: pl.DataFrame,
    rows: pl.Series,
    before: pl.DataFrame,
    mapping: TableMapping,
    path: Path,
    found: Findings,
) -> tuple[pl.DataFrame, pl.Series]:
    """Leave out the rows that another file gave before, where it can be told; say which look the same where it cannot.

    Args:
        table: the new rows, checked.
        rows: their numbers in the file.
        before: the rows of the table that were read before, of the same types.
        mapping: how the new rows were made.
        path: their file.
        found: where queries go.

    Raises:
        Refusal: when a file of the same name was read before, and most of its rows were others.
    """
    key = KEYS.get(mapping.table)
    if key is None or not mapping.numbered or not before.height:
        return table, rows
    ours = _made_of_row(table[key], rows, mapping, path)
    same = [each for each in mapping.columns if each != key]
    _refuse_another_of_the_name(table.filter(ours), before, key, same, path)
    others = before.filter(pl.col(key).str.contains(_BY_ROW) & ~pl.col(key).is_in(table[key].implode()))
    alike = _numbered(table.filter(ours).with_columns(rows.filter(ours).alias(ROW)), same).join(
        _numbered(others, same).select(*same, _COPY, pl.col(key).alias(_OLD)),
        on=[*same, _COPY],
        nulls_equal=True,
    )
    if not alike.height:
        return table, rows
    alike = alike.sort(ROW)
    overlapping = _within(table.filter(ours), others)
    told = quoted("looks the same as a row of another file that was read before", alike[_OLD])
    if alike.height < _MOSTLY * overlapping:
        found.add(alike[ROW], key, told, "used as given; the two cannot be told apart", Effect.NOTED)
        return table, rows
    found.add(alike[ROW], key, told, "the row is set aside", Effect.SET_ASIDE)
    staying = ~rows.is_in(alike[ROW].implode())
    return table.filter(staying), rows.filter(staying)


def _made_of_row(ids: pl.Series, rows: pl.Series, mapping: TableMapping, path: Path) -> pl.Series:
    """Say which identifiers are made of the file's name and the row's number."""
    made = pl.Series([False] * len(ids), dtype=pl.Boolean)
    for way in mapping.columns[ids.name]:
        if way.row:
            made |= ids == value_of(rows.alias(ROW).to_frame(), way, stem_of(path))
    return made


def stem_of(path: Path) -> str:
    """Give the name of a file as identifiers made of it have it."""
    return path.name.split(".")[0]


def _refuse_another_of_the_name(
    table: pl.DataFrame, before: pl.DataFrame, key: str, same: list[str], path: Path
) -> None:
    """Stop where a file of this name was read before and was another: its rows would be replaced by strangers."""
    recurring = table.join(before.select(key), on=key, how="semi")
    if not recurring.height:
        return
    equal = recurring.join(before, on=[key, *same], how="semi", nulls_equal=True).height
    if equal < _MOSTLY * recurring.height:
        raise Refusal(
            f"{path}: a file of this name was read before, and {recurring.height - equal:,} of {recurring.height:,} rows "
            "are others now; the source has no identifier, so rows are known by file and number: rename the file and "
            "read it again"
        )


def _numbered(table: pl.DataFrame, same: list[str]) -> pl.DataFrame:
    """Number the rows that are alike, so that two true repeats match two and not four."""
    return table.with_columns(pl.int_range(pl.len()).over(same).alias(_COPY))


def _within(table: pl.DataFrame, others: pl.DataFrame) -> int:
    """Count the new rows within the period of the old ones; all of them where neither has a time."""
    for column in ("received_at", "received_month", "connected_at"):
        if column in table.columns and table[column].count() and others[column].count():
            period = others.select(first=pl.col(column).min(), last=pl.col(column).max())
            return table.join_where(
                period, pl.col(column) >= pl.col("first"), pl.col(column) <= pl.col("last")
            ).height
    return table.height
