"""Checking a table against its schema: every row is used as given, used with a change or set aside, with a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.places import GREAT_BRITAIN
from joinedup.area.queries import HEADER_ROW, Effect, Findings
from joinedup.area.schema import Field, Schema, polars_type
from joinedup.area.times import parsed, standard_longitude
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area.settings import Settings

ROW = "__row"
"""The spreadsheet row of each row while it is being checked."""

_PERSONAL = re.compile(
    r"(?:^|[ _])(?:(?:first|last|sur|fore|full|caller|patient|victim|officer|staff|contact)[ _]?name|nhs[ _]?(?:no|number)?"
    r"|(?:tele)?phone(?:[ _]?(?:no|number))?|mobile(?:[ _]?(?:no|number))?|dob|date[ _]of[ _]birth|birth[ _]?date)$",
    re.IGNORECASE,
)
_STAMPS = ("mobilised_at", "responding_at", "arrived_at", "left_at", "hospital_at", "available_at")
_FARTHEST_FROM_ZONE = 50.0


@dataclass(frozen=True)
class Checked:
    """A table that has been checked: what may be used, and what was found."""

    table: pl.DataFrame
    findings: Findings
    rows_in: int


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
    _refuse_headers(raw.columns, schema, file)
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
    columns: list[pl.Expr | pl.Series] = [pl.col(ROW)]
    for field in schema.fields:
        if field.name in raw.columns:
            columns.append(_typed(raw.select(ROW, field.name), field, settings.zone, found).alias(field.name))
        else:
            columns.append(pl.lit(None, polars_type(field.type, settings.zone)).alias(field.name))
    table = raw.select(pl.col(ROW)).with_columns(*columns)
    defaults = [pl.col(field.name).fill_null(field.default) for field in schema.fields if field.default]
    table = table.with_columns(defaults)
    table = _without_missing(table, schema, found)
    table = _without_repeats(table, schema, found)
    table = _without_strangers(table, schema, known, found)
    if schema.has_place:
        table = _places(table, settings, found)
    if schema.name == "incidents":
        table = _within_period(table, settings, found)
    if schema.name == "attendances":
        table = _in_order(table, known, found)
    return Checked(table.drop(ROW), found, rows_in)


def _refuse_headers(columns: list[str], schema: Schema, file: str) -> None:
    """Stop at a column that may not be read, or at the lack of one that must be."""
    for column in columns:
        if column not in schema.columns and _PERSONAL.search(column):
            raise Refusal(
                f"{file}, row {HEADER_ROW}, column {column}: looks like personal data, which a study may not hold; "
                "delete the column and run the command again"
            )
    for field in schema.fields:
        if field.required and field.name not in columns:
            near = did_you_mean(
                field.name, [each for each in columns if each not in schema.columns and each != ROW]
            )
            raise Refusal(f"{file}, row {HEADER_ROW}: the column {field.name} is missing{near}")


def _typed(pair: pl.DataFrame, field: Field, zone: str, found: Findings) -> pl.Series:
    """Turn one column into its type; values that cannot be read become missing, with a query each."""
    values = pair[field.name]
    wanted = polars_type(field.type, zone)
    if values.dtype == pl.Null:
        return values.cast(wanted)
    if values.dtype == pl.String:
        values = values.str.strip_chars()
        values = pl.select(pl.when(values != "").then(values)).to_series().alias(field.name)
        typed = _parsed(pair[ROW], values, field, zone, found)
    elif isinstance(values.dtype, pl.Datetime) and field.type == "datetime":
        typed = (
            parsed(values.cast(pl.String), zone).times
            if values.dtype.time_zone is None
            else values.dt.cast_time_unit("us").dt.convert_time_zone(zone)
        )
    else:
        typed = values.cast(wanted, strict=False)
    lost = values.is_not_null() & typed.is_null()
    if lost.any():
        shown = values.filter(lost).cast(pl.String).str.slice(0, 40)
        found.add(
            pair[ROW].filter(lost),
            field.name,
            _quoted(_UNREADABLE[field.type], shown),
            "the value is left out",
            Effect.CHANGED,
        )
    return _bounded(pair[ROW], typed, field, found)


_UNREADABLE = {
    "string": "not text",
    "yearmonth": "not a month such as 2018-10",
    "integer": "not a whole number",
    "number": "not a number",
    "date": "not a date such as 2025-03-31",
    "datetime": "not a time such as 2025-03-31 14:05:00",
}


def _quoted(problem: str, values: pl.Series) -> pl.Series:
    """Put the value behind the problem, so that the problem alone can be read off before the colon."""
    return pl.select(pl.format("{}: '{}'", pl.lit(problem), values)).to_series()


def _parsed(rows: pl.Series, values: pl.Series, field: Field, zone: str, found: Findings) -> pl.Series:
    """Read text as the field's type."""
    match field.type:
        case "number":
            numbers = values.cast(pl.Float64, strict=False)
            return pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series()
        case "integer":
            numbers = values.cast(pl.Float64, strict=False)
            whole = numbers.is_finite() & (numbers == numbers.floor()) & (numbers.abs() < 2**53)
            return pl.select(pl.when(whole).then(numbers)).to_series().cast(pl.Int64)
        case "date":
            return values.str.to_date("%Y-%m-%d", strict=False, exact=True)
        case "yearmonth":
            return pl.select(
                pl.when(values.str.contains(r"^\d{4}-(0[1-9]|1[0-2])$")).then(values)
            ).to_series()
        case "datetime":
            aware = parsed(values, zone)
            for mask, problem, action in (
                (
                    aware.twice,
                    "a local time that occurs twice, as clocks go back",
                    "the first of the two is taken",
                ),
                (
                    aware.never,
                    "a local time that does not exist, as clocks go forward",
                    "moved on by one hour",
                ),
            ):
                found.add(
                    rows.filter(mask),
                    field.name,
                    _quoted(problem, values.filter(mask)),
                    action,
                    Effect.CHANGED,
                )
            return aware.times
        case _:
            return values


def _bounded(rows: pl.Series, values: pl.Series, field: Field, found: Findings) -> pl.Series:
    """Leave out values beyond the bounds, lists and patterns of the schema."""
    rules: list[tuple[pl.Series, str]] = []
    if field.minimum is not None:
        rules.append((values < field.minimum, f"less than {field.minimum:g}"))
    if field.maximum is not None:
        rules.append((values > field.maximum, f"more than {field.maximum:g}"))
    if field.enum:
        rules.append((~values.is_in(list(field.enum)), f"not one of {', '.join(field.enum)}"))
    if field.pattern:
        rules.append((~values.str.contains(f"^(?:{field.pattern})$"), f"not as it should be ({field.unit})"))
    for mask, problem in rules:
        wrong = mask.fill_null(value=False)
        if wrong.any():
            shown = _quoted(problem, values.filter(wrong).cast(pl.String))
            found.add(rows.filter(wrong), field.name, shown, "the value is left out", Effect.CHANGED)
            values = pl.select(pl.when(~wrong).then(values).alias(field.name)).to_series()
    return values


def _aside(
    table: pl.DataFrame, mask: pl.Series, column: str, problem: pl.Series | str, found: Findings
) -> pl.DataFrame:
    """Set rows aside, with a query each."""
    mask = mask.fill_null(value=False)
    if not mask.any():
        return table
    found.add(table[ROW].filter(mask), column, problem, "the row is set aside", Effect.SET_ASIDE)
    return table.filter(~mask)


def _without_missing(table: pl.DataFrame, schema: Schema, found: Findings) -> pl.DataFrame:
    """Set aside rows that lack what they cannot do without."""
    for field in schema.fields:
        if field.required:
            table = _aside(
                table, table[field.name].is_null(), field.name, "has no value that can be used", found
            )
    return table


def _without_repeats(table: pl.DataFrame, schema: Schema, found: Findings) -> pl.DataFrame:
    """Set aside the second and later rows of one identifier."""
    if not schema.key:
        return table
    repeat = ~table.select(pl.struct(schema.key).is_first_distinct()).to_series()
    if not repeat.any():
        return table
    again = table.filter(repeat)
    name = again.select(
        pl.concat_str([pl.col(each).cast(pl.String) for each in schema.key], separator=", ")
    ).to_series()
    problem = _quoted("the identifier stands in an earlier row too", name)
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
        problem = _quoted(f"not in {reference.table}", table[reference.column].filter(stranger))
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
    if settings.on_national_grid:
        south, north, west, east = GREAT_BRITAIN
        where = "outside Great Britain"
    else:
        middle = standard_longitude(settings.zone)
        south, north, west, east = -90.0, 90.0, middle - _FARTHEST_FROM_ZONE, middle + _FARTHEST_FROM_ZONE
        where = f"too far from the zone {settings.zone}"

    def inside(latitude: str, longitude: str) -> pl.Expr:
        return pl.col(latitude).is_between(south, north) & pl.col(longitude).is_between(west, east)

    degrees = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    half = pl.col("latitude").is_not_null() ^ pl.col("longitude").is_not_null()
    nowhere = degrees & (pl.col("latitude") == 0) & (pl.col("longitude") == 0)
    swapped = degrees & ~nowhere & ~inside("latitude", "longitude") & inside("longitude", "latitude")
    outside = degrees & ~nowhere & ~swapped & ~inside("latitude", "longitude")
    half_grid = pl.col("easting").is_not_null() ^ pl.col("northing").is_not_null()
    shown = pl.format("{}, {}", pl.col("latitude"), pl.col("longitude"))
    for rule, problem, action in (
        (half, "latitude or longitude without the other", "the place is left out"),
        (half_grid, "easting or northing without the other", "the place is left out"),
        (nowhere, "latitude and longitude of 0", "the place is left out"),
        (swapped, "latitude and longitude stand in each other's columns", "read the other way round"),
        (outside, where, "the place is left out"),
    ):
        hit = table.filter(rule.fill_null(value=False)).select(ROW, shown.alias("shown"))
        words = _quoted(problem, hit["shown"].fill_null("one value")) if hit.height else problem
        found.add(hit[ROW], "latitude", words, action, Effect.CHANGED)
    lost = (half | nowhere | outside).fill_null(value=False)
    turn = swapped.fill_null(value=False)
    return table.with_columns(
        latitude=pl.when(turn).then("longitude").when(~lost).then("latitude"),
        longitude=pl.when(turn).then("latitude").when(~lost).then("longitude"),
        easting=pl.when(~half_grid.fill_null(value=False)).then("easting"),
        northing=pl.when(~half_grid.fill_null(value=False)).then("northing"),
    )


def _within_period(table: pl.DataFrame, settings: Settings, found: Findings) -> pl.DataFrame:
    """Set aside incidents outside the period of the study."""
    if settings.period is None:
        return table
    first, last = settings.period
    outside = ~table["received_at"].dt.date().is_between(first, last)
    shown = _quoted(
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
            shown = _quoted(
                "before an earlier step of the same attendance", table[stamp].filter(early).cast(pl.String)
            )
            found.add(table[ROW].filter(early), stamp, shown, "the time is left out", Effect.CHANGED)
            table = table.with_columns(pl.when(~early).then(pl.col(stamp)).alias(stamp))
        latest = pl.select(pl.max_horizontal(latest, table[stamp])).to_series()
    return table
