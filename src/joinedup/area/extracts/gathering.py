"""Making one row of a table from many rows of an extract, such as one incident from a row a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.queries import Effect
from joinedup.area.values import quoted

if TYPE_CHECKING:
    from joinedup.area.mapping import TableMapping
    from joinedup.area.queries import Findings

_KEY, _STANDS = "__key", "__stands"


def gathered(
    table: pl.DataFrame, raw: pl.DataFrame, mapping: TableMapping, found: Findings
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give one row for each key, under the number of its first row, and which row stands for which.

    Each column has its first value, or its earliest or latest time where the mapping says so. A row that has another
    value than the one that is kept has a query.
    """
    keys = [pl.col(each).str.strip_chars().fill_null("") for each in mapping.one_for]
    blank = pl.all_horizontal(each == "" for each in keys)
    # A row without a key stands for itself.
    key = raw.select(
        pl.when(blank)
        .then(pl.format("\0{}", pl.col(ROW)))
        .otherwise(pl.concat_str(keys, separator="\0"))
        .alias(_KEY)
    ).to_series()
    keyed = table.with_columns(key)
    takes = {name: ways[0].take for name, ways in mapping.columns.items()}
    one = keyed.group_by(_KEY, maintain_order=True).agg(
        pl.col(ROW).first(), *(_taken(name, take) for name, take in takes.items())
    )
    whose = keyed.select(ROW, _KEY).join(
        one.select(_KEY, pl.col(ROW).alias(_STANDS)), on=_KEY, maintain_order="left"
    )
    kept = keyed.select(_KEY).join(one, on=_KEY, maintain_order="left")
    later = whose[ROW] != whose[_STANDS]
    named = ", ".join(mapping.one_for)
    for name, take in takes.items():
        if take != "first" or any(way.row for way in mapping.columns[name]):
            continue
        other = later & (table[name] != kept[name]).fill_null(value=False)
        if other.any():
            shown = quoted(
                f"another {name} than an earlier row of the same {named}",
                table[name].filter(other).cast(pl.String),
            )
            found.add(table[ROW].filter(other), name, shown, "the earlier row's is kept", Effect.CHANGED)
    return one.drop(_KEY), whose.select(ROW, _STANDS)


def _taken(name: str, take: str) -> pl.Expr:
    match take:
        case "earliest":
            return pl.col(name).min()
        case "latest":
            return pl.col(name).max()
        case _:
            return pl.col(name).drop_nulls().first()


def note_with_it(whose: pl.DataFrame, standing: pl.Series, mapping: TableMapping, found: Findings) -> None:
    """Set aside with a row all the rows for which it stood."""
    lost = whose.filter(~pl.col(_STANDS).is_in(standing.implode()) & (pl.col(ROW) != pl.col(_STANDS)))
    found.add(
        lost[ROW],
        mapping.one_for[0],
        f"the first row of the same {', '.join(mapping.one_for)} is set aside",
        "the row is set aside",
        Effect.SET_ASIDE,
    )
