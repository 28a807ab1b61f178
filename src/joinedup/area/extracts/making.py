"""Making our tables out of the rows of an extract: some rows at a time where a row speaks for itself, else all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.checking import ROW, check_table
from joinedup.area.extracts.again import stem_of, without_read_before
from joinedup.area.extracts.columns import fitted
from joinedup.area.extracts.gathering import gathered, note_with_it
from joinedup.area.extracts.taking import taken, without_none
from joinedup.area.personal import refuse_mapped
from joinedup.area.places import Plane
from joinedup.area.queries import Effect, Findings
from joinedup.area.schema import KEYS, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from joinedup.area.formats import Raw
    from joinedup.area.mapping import Source, TableMapping
    from joinedup.area.settings import Settings


@dataclass(frozen=True)
class _Making:
    """One of our tables while it is made."""

    mapping: TableMapping
    left_out: Findings
    found: Findings
    parts: list[pl.DataFrame] = field(default_factory=list)
    """Our columns, one part for each slice of the extract."""
    theirs: list[pl.DataFrame] = field(default_factory=list)
    """The columns of theirs by which rows are alike or are one, part by part."""


def tables_of(
    raw: Raw,
    source: Source,
    settings: Settings,
    services: pl.DataFrame,
    path: Path,
    before: Mapping[str, pl.DataFrame],
    found: Findings,
) -> dict[str, list[pl.DataFrame]]:
    """Turn the rows of an extract, which are used up, into rows of our tables, by every table of the mapping."""
    columns = fitted(raw.table.columns, source, path, found)
    making = [_Making(each, Findings(path.name), Findings(path.name)) for each in source.tables]
    for each in making:
        _refuse_personal(each.mapping, path, source)
    nobodys = Findings(path.name)
    for piece in raw.slices():
        rows = without_none(piece.select(ROW, *columns), source, found)
        unclaimed = pl.repeat(True, rows.height, dtype=pl.Boolean, eager=True)
        for each in making:
            mine = _mine(rows, each.mapping)
            unclaimed &= ~mine
            _take(each, rows.filter(mine), raw.typed, (source.zone, settings.zone), stem_of(path))
        problem = "no table of the mapping takes such a row"
        nobodys.add(rows[ROW].filter(unclaimed), "", problem, "the row is set aside", Effect.SET_ASIDE)
    made: dict[str, list[pl.DataFrame]] = {}
    for each in making:
        made.setdefault(each.mapping.table, []).append(_whole(each, settings, services, path, before))
        found.parts += each.left_out.parts + each.found.parts
    found.parts += nobodys.parts
    return made


def _refuse_personal(mapping: TableMapping, path: Path, source: Source) -> None:
    """Stop at a mapping that takes whole values from a column that is called as a person's would be."""
    for column, ways in mapping.columns.items():
        whole = [each for way in ways if not way.extract and way.lookup is None for each in way.sources]
        refuse_mapped(whole, column, path.name, source.name)


def _mine(rows: pl.DataFrame, mapping: TableMapping) -> pl.Series:
    """Say which rows a table takes; all of them where its mapping does not say."""
    if not mapping.only:
        return pl.repeat(True, rows.height, dtype=pl.Boolean, eager=True)
    return rows.select(
        pl.all_horizontal(
            pl.col(each.column).str.contains(each.pattern).fill_null(value=False) for each in mapping.only
        )
    ).to_series()


def _take(making: _Making, rows: pl.DataFrame, typed: bool, zones: tuple[str, str], stem: str) -> None:
    """Take our columns from some of the rows."""
    mapping = making.mapping
    for rule in mapping.leave_out:
        hit = rows.select(
            pl.any_horizontal(
                pl.col(each).str.contains(rule.pattern).fill_null(value=False) for each in rule.columns
            )
        ).to_series()
        making.left_out.add(
            rows[ROW].filter(hit), rule.columns[0], rule.why, "the row is set aside", Effect.SET_ASIDE
        )
        rows = rows.filter(~hit)
    ours = schema(mapping.table)
    making.parts.append(
        rows.select(ROW).with_columns(
            taken(rows, ours[column], ways, zones, stem, making.found, typed=typed)
            for column, ways in mapping.columns.items()
        )
    )
    making.theirs.append(rows.select(ROW, *sorted({*mapping.repeats, *mapping.one_for})))


def _whole(
    making: _Making,
    settings: Settings,
    services: pl.DataFrame,
    path: Path,
    before: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Put the parts of a table together, and do what needs to see all of its rows."""
    mapping, found, theirs = making.mapping, making.found, pl.concat(making.theirs)
    if mapping.repeats:
        again = ~theirs.select(pl.struct(mapping.repeats).is_first_distinct()).to_series()
        problem = f"repeats {', '.join(mapping.repeats)} of an earlier row"
        making.left_out.add(
            theirs[ROW].filter(again), mapping.repeats[0], problem, "used as given", Effect.NOTED
        )
    # What checks a long table frees each column as it goes, which it cannot while anything else holds it.
    held = [pl.concat(making.parts)]
    making.parts.clear()
    whose = None
    if mapping.one_for:
        table, whose = gathered(held.pop(), theirs, mapping, found)
        held.append(table)
        del table
    checked = check_table(
        held.pop(), schema(mapping.table), settings, {"services": services}, path.name, found
    )
    table, rows = without_read_before(
        checked.table, checked.rows, before.get(mapping.table, checked.table.clear()), mapping, path, found
    )
    if whose is not None:
        note_with_it(whose, rows, mapping, found)
    if mapping.near:
        _note_near(table, rows, mapping, found)
    return table


def _note_near(table: pl.DataFrame, rows: pl.Series, mapping: TableMapping, found: Findings) -> None:
    """Note sites of one service that stand so near each other that they may be one."""
    from scipy.spatial import cKDTree

    placed = table.with_columns(rows.alias(ROW)).filter(pl.col("latitude").is_not_null())
    if placed.height < 2:
        return
    laid = Plane.about(
        float(placed["latitude"].to_numpy().mean()), float(placed["longitude"].to_numpy().mean())
    ).laid(placed.drop("x", "y", strict=False))
    pairs = cKDTree(laid.select("x", "y").to_numpy()).query_pairs(mapping.near, output_type="ndarray")
    later = np.unique(pairs.max(axis=1)) if len(pairs) else np.array([], dtype=int)
    found.add(
        laid[ROW].gather(later),
        KEYS[mapping.table],
        f"stands within {mapping.near:g} m of an earlier site of the same source",
        "used as given; delete one if they are the same site",
        Effect.NOTED,
    )
