"""Checking a table against its schema: every row is used as given, used with a change or set aside, with a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.personal import refuse_personal
from joinedup.area.places import GREAT_BRITAIN
from joinedup.area.queries import HEADER_ROW, Effect, Findings
from joinedup.area.schema import polars_type
from joinedup.area.times import standard_longitude
from joinedup.area.values import quoted, typed_column
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area.schema import Schema
    from joinedup.area.settings import Settings

ROW = "__row"
"""The spreadsheet row of each row while it is being checked."""

_STAMPS = ("mobilised_at", "responding_at", "arrived_at", "left_at", "hospital_at", "available_at")
_FARTHEST_FROM_ZONE = 50.0


@dataclass(frozen=True)
class Checked:
    """A table that has been checked: what may be used, and what was found."""

    table: pl.DataFrame
    findings: Findings
    rows_in: int
    rows: pl.Series
    """The spreadsheet row of each row of ``table``."""


def check_table(
    raw: pl.DataFrame,
    schema: Schema,
    settings: Settings,
    known: Mapping[str, pl.DataFrame],
    file: str,
    findings: Findings | None = None,
) -> Checked:
    """Check a raw table, text or typed, against its schema.

    Args:
        raw: the columns as they were read; a column ``__row`` gives row numbers, else they count from 2.
        schema: what the table should be.
        settings: the study's, for its zone, grid and period.
        known: tables checked before, which this one may refer to.
        file: what queries and messages call the table.
        findings: queries that an earlier step has on the same rows.

    Raises:
        Refusal: when a required column is missing, or a column looks like a person's.
    """
    found = findings or Findings(file)
    refuse_personal(raw, schema, file, leave=(ROW,))
    _refuse_lack(raw.columns, schema, file)
    for column in raw.columns:
        if column not in schema.columns and column != ROW:
            found.add(
                [HEADER_ROW],
                column,
                f"unknown column{did_you_mean(column, schema.columns)}",
                "the column is not used",
                Effect.NOTED,
            )
    rows_in = raw.height
    if ROW not in raw.columns:
        raw = raw.with_row_index(ROW, offset=HEADER_ROW + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    # A long table is never held twice: a column as it was read goes as soon as it has its type. Columns in one piece
    # each are not put together again, all of them at once, by the next step that takes two.
    raw = raw.select(ROW, *(each for each in schema.columns if each in raw.columns))
    table = raw.select(ROW)
    for field in schema.fields:
        if field.name in raw.columns:
            given = raw.drop_in_place(field.name).rechunk()
            typed: pl.Series | pl.Expr = typed_column(table[ROW], given, field, settings.zone, found)
            del given
        else:
            typed = pl.lit(field.default, polars_type(field.type, settings.zone)).alias(field.name)
        table = table.with_columns(typed)
    del raw
    table = _without_missing(table, schema, found)
    table = _without_repeats(table, schema, found)
    table = _without_strangers(table, schema, known, found)
    if schema.has_place:
        table = _places(table, settings, found)
    if schema.name == "incidents":
        table = _within_period(table, settings, found)
    if schema.name == "attendances":
        table = _in_order(table, known, found)
    return Checked(table.drop(ROW), found, rows_in, table[ROW])


def _refuse_lack(columns: list[str], schema: Schema, file: str) -> None:
    """Stop at the lack of a column that must be there."""
    for field in schema.fields:
        if field.required and field.name not in columns:
            near = did_you_mean(
                field.name, [each for each in columns if each not in schema.columns and each != ROW]
            )
            raise Refusal(f"{file}, row {HEADER_ROW}: the column {field.name} is missing{near}")


def _aside(
    table: pl.DataFrame, mask: pl.Series, column: str, problem: pl.Series | str, found: Findings
) -> pl.DataFrame:
    """Set rows aside, with a query each."""
    mask = mask.fill_null(value=False)
    if not mask.any():
        return table
    found.add(table[ROW].filter(mask), column, problem, "the row is set aside", Effect.SET_ASIDE)
    return _kept(table, ~mask)


def _kept(table: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """Keep some rows, a column at a time, so that a long table is never held twice; the one given is used up."""
    return pl.DataFrame([table.drop_in_place(each).filter(mask).rechunk() for each in table.columns])


def _without_missing(table: pl.DataFrame, schema: Schema, found: Findings) -> pl.DataFrame:
    """Set aside rows that lack what they cannot do without."""
    standing = pl.repeat(True, table.height, dtype=pl.Boolean, eager=True)
    for field in schema.fields:
        if field.required:
            lacking = table[field.name].is_null() & standing
            rows = table[ROW].filter(lacking)
            found.add(
                rows, field.name, "has no value that can be used", "the row is set aside", Effect.SET_ASIDE
            )
            standing &= ~lacking
    return table if standing.all() else _kept(table, standing)


def _without_repeats(table: pl.DataFrame, schema: Schema, found: Findings) -> pl.DataFrame:
    """Set aside the second and later rows of one identifier."""
    if not schema.key:
        return table
    # Comparing text takes memory: only what has the hash of another row is looked at.
    hashes = table.select(pl.struct(schema.key).hash()).to_series()
    ordered = np.sort(hashes.to_numpy())
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(twice):
        return table
    alike = hashes.is_in(pl.Series(twice).implode()).arg_true()
    again = ~table.select(pl.struct(schema.key).gather(alike).is_first_distinct()).to_series()
    if not again.any():
        return table
    repeat = pl.repeat(False, table.height, dtype=pl.Boolean, eager=True).scatter(alike.filter(again), True)
    name = (
        table.select(schema.key)
        .filter(repeat)
        .select(pl.concat_str([pl.col(each).cast(pl.String) for each in schema.key], separator=", "))
        .to_series()
    )
    problem = quoted("the identifier stands in an earlier row too", name)
    return _aside(table, repeat, schema.key[0], problem, found)


def _without_strangers(
    table: pl.DataFrame, schema: Schema, known: Mapping[str, pl.DataFrame], found: Findings
) -> pl.DataFrame:
    """Set aside rows of an undeclared service, and leave out references to rows that are not there."""
    for reference in schema.references:
        other = known.get(reference.table)
        if other is None:
            continue
        keys = other[reference.key].unique()
        stranger = (
            table[reference.column].is_not_null() & ~table[reference.column].is_in(keys.implode())
        ).fill_null(value=False)
        if not stranger.any():
            continue
        near = did_you_mean("", keys.to_list()[:8]) if reference.table == "services" else ""
        problem = quoted(f"not in {reference.table}", table[reference.column].filter(stranger))
        if near:
            problem = pl.select(pl.format("{}{}", problem, pl.lit(near))).to_series()
        if schema[reference.column].required:
            table = _aside(table, stranger, reference.column, problem, found)
        else:
            found.add(
                table[ROW].filter(stranger),
                reference.column,
                problem,
                "the value is left out",
                Effect.CHANGED,
            )
            table = table.with_columns(
                pl.when(~stranger).then(pl.col(reference.column)).alias(reference.column)
            )
    return table


def _places(table: pl.DataFrame, settings: Settings, found: Findings) -> pl.DataFrame:
    """Mend latitude and longitude that were swapped, and leave out places that cannot be."""
    middle = standard_longitude(settings.zone)
    if settings.on_national_grid:
        where = "outside Great Britain"
    elif middle is None:
        where = "not a place on the earth"
    else:
        where = f"too far from the zone {settings.zone}"

    def inside(latitude: str, longitude: str) -> pl.Expr:
        if settings.on_national_grid:
            south, north, west, east = GREAT_BRITAIN
            return pl.col(latitude).is_between(south, north) & pl.col(longitude).is_between(west, east)
        on_earth = pl.col(latitude).is_between(-90, 90) & pl.col(longitude).is_between(-180, 180)
        if middle is None:
            return on_earth
        # Round the back of the earth too: Fiji lies on both sides of the 180th degree.
        away = ((pl.col(longitude) - middle + 180) % 360 - 180).abs()
        return on_earth & (away <= _FARTHEST_FROM_ZONE)

    degrees = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    half = pl.col("latitude").is_not_null() ^ pl.col("longitude").is_not_null()
    nowhere = degrees & (pl.col("latitude") == 0) & (pl.col("longitude") == 0)
    swapped = degrees & ~nowhere & ~inside("latitude", "longitude") & inside("longitude", "latitude")
    outside = degrees & ~nowhere & ~swapped & ~inside("latitude", "longitude")
    half_grid = pl.col("easting").is_not_null() ^ pl.col("northing").is_not_null()
    no_grid = (pl.col("easting") == 0) & (pl.col("northing") == 0)
    placed = table.select(ROW, "latitude", "longitude", "easting", "northing")
    for rule, column, problem, action in (
        (half, "latitude", "latitude or longitude without the other", "the place is left out"),
        (half_grid, "easting", "easting or northing without the other", "the place is left out"),
        (nowhere, "latitude", "latitude and longitude of 0", "the place is left out"),
        (no_grid, "easting", "easting and northing of 0", "the place is left out"),
        (
            swapped,
            "latitude",
            "latitude and longitude stand in each other's columns",
            "read the other way round",
        ),
        (outside, "latitude", where, "the place is left out"),
    ):
        pair = ("latitude", "longitude") if column == "latitude" else ("easting", "northing")
        shown = pl.concat_str([pl.col(each) for each in pair], separator=", ", ignore_nulls=True)
        hit = placed.filter(rule.fill_null(value=False)).select(ROW, shown.alias("shown"))
        if hit.height:
            found.add(hit[ROW], column, quoted(problem, hit["shown"]), action, Effect.CHANGED)
    lost = (half | nowhere | outside).fill_null(value=False)
    lost_grid = (half_grid | no_grid).fill_null(value=False)
    turn = swapped.fill_null(value=False)
    return table.with_columns(
        latitude=pl.when(turn).then("longitude").when(~lost).then("latitude"),
        longitude=pl.when(turn).then("latitude").when(~lost).then("longitude"),
        easting=pl.when(~lost_grid).then("easting"),
        northing=pl.when(~lost_grid).then("northing"),
    )


def _within_period(table: pl.DataFrame, settings: Settings, found: Findings) -> pl.DataFrame:
    """Set aside incidents outside the period of the study."""
    if settings.period is None:
        return table
    first, last = settings.period
    outside = ~table["received_at"].dt.date().is_between(first, last)
    shown = quoted(
        f"outside the period of the study ({first} to {last})",
        table["received_at"].filter(outside.fill_null(value=False)).cast(pl.String),
    )
    return _aside(table, outside, "received_at", shown, found)


def _in_order(table: pl.DataFrame, known: Mapping[str, pl.DataFrame], found: Findings) -> pl.DataFrame:
    """Leave out stamps of an attendance that stand before an earlier step, or before the call itself."""
    incidents = known.get("incidents")
    received = (
        table.join(
            incidents.select("incident_id", "received_at"),
            on="incident_id",
            how="left",
            maintain_order="left",
        )["received_at"]
        if incidents is not None
        else pl.Series([None] * table.height, dtype=table["mobilised_at"].dtype)
    )
    latest = received
    for stamp in _STAMPS:
        early = (table[stamp] < latest).fill_null(value=False)
        if early.any():
            shown = quoted(
                "before an earlier step of the same attendance", table[stamp].filter(early).cast(pl.String)
            )
            found.add(table[ROW].filter(early), stamp, shown, "the time is left out", Effect.CHANGED)
            table = table.with_columns(pl.when(~early).then(pl.col(stamp)).alias(stamp))
        latest = pl.select(pl.max_horizontal(latest, table[stamp])).to_series()
    return table
