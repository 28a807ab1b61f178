"""Finding the columns that a mapping reads in a file whose header may be spelt otherwise, or may lack some of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.queries import HEADER_ROW, Effect
from joinedup.area.schema import schema
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from joinedup.area.mapping import Source
    from joinedup.area.queries import Findings

_TIMES_AND_PLACES = ("received_at", "received_month", "latitude", "longitude", "easting", "northing")
"""Columns of ours that may be blank in a row, and without which a whole extract would be of no use."""


def fitted(columns: Sequence[str], source: Source, path: Path, found: Findings) -> list[pl.Expr]:
    """Call the columns of an extract as the mapping does; one that is missing and can be done without becomes blank.

    Gives the columns that the mapping reads, and no other.

    Raises:
        Refusal: when a column that cannot be done without is missing, or stands twice.
    """
    wanted = sorted(set().union(*(mapping.sources for mapping in source.tables)))
    held = [each for each in columns if each != ROW]
    spelt: dict[str, str] = {}
    lacking: list[str] = []
    for column in wanted:
        if column in held:
            _refuse_twice(column, held, wanted, path)
            continue
        other = _spelt_otherwise(
            column, [each for each in held if each not in wanted and each not in spelt.values()]
        )
        if other is None:
            lacking.append(column)
            continue
        spelt[column] = other
        if _squeezed(other) != _squeezed(column):
            problem = f"the column {column} is spelt otherwise: '{_squeezed(other)}'"
            found.add([HEADER_ROW], column, problem, "read all the same", Effect.NOTED)
    for column in lacking:
        if column in _needed(source):
            near = did_you_mean(column, [_squeezed(each) for each in held])
            raise Refusal(
                f"{path}, row {HEADER_ROW}: the column {column} is missing, which the mapping {source.name} reads{near}"
            )
        ours = sorted(_filled_from(column, source))
        found.add(
            [HEADER_ROW],
            column,
            f"the column {column} is missing",
            f"{', '.join(ours)} is left empty",
            Effect.NOTED,
        )
    return [
        (pl.lit(None, pl.String) if column in lacking else pl.col(spelt.get(column, column))).alias(column)
        for column in wanted
    ]


def _refuse_twice(column: str, held: list[str], wanted: list[str], path: Path) -> None:
    again = [each for each in held if re.fullmatch(rf"{re.escape(column)} \(column \d+\)", each)]
    if again and not set(again) & set(wanted):
        raise Refusal(
            f"{path}, row {HEADER_ROW}, column {column}: the column stands twice; rename or delete one "
            f"(a mapping may call the second '{again[0]}')"
        )


def _squeezed(name: str) -> str:
    """Give a name without line ends and spaces that nobody sees."""
    return " ".join(name.split())


def _bare(name: str) -> str:
    """Give a name by its letters and figures alone."""
    return re.sub(r"[\W_]+", "", name).lower()


def _spelt_otherwise(column: str, held: list[str]) -> str | None:
    """Find the one column whose name differs in case, spaces, underscores and the like alone."""
    for form in (_squeezed, _bare):
        alike = [each for each in held if form(each) and form(each) == form(column)]
        if len(alike) == 1:
            return alike[0]
    return None


def _filled_from(column: str, source: Source) -> set[str]:
    """Name our columns that are made of a column of theirs."""
    return {
        ours
        for mapping in source.tables
        for ours, ways in mapping.columns.items()
        if any(column in way.sources for way in ways)
    }


def _needed(source: Source) -> set[str]:
    """Name the columns of theirs that cannot be done without."""
    needed: set[str] = set()
    for mapping in source.tables:
        optional: set[str] = set()
        for ours, ways in mapping.columns.items():
            if not schema(mapping.table)[ours].required and ours not in _TIMES_AND_PLACES:
                optional |= {column for way in ways for column in way.sources}
            else:
                needed |= {column for way in ways for column in way.sources}
        needed |= mapping.sources - optional
    return needed
