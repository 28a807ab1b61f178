"""The values of one column: text or typed, as they were read, become what the schema says, with a query for each that cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.queries import HEADER_ROW, Effect
from joinedup.area.times import Aware, made_aware, parsed
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from joinedup.area.queries import Findings
    from joinedup.area.schema import Field

_NOT_SHOWN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
"""Control characters, which no page and no spreadsheet can show."""
_QUOTED_LENGTH = 40
_PATTERNS = {
    "yearmonth": r"^(\d{4}-(?:0[1-9]|1[0-2]))$",
    # A workbook holds a time of day as one on its first day.
    "time": r"^(?:1899-12-3[01][ T])?((?:[01]\d|2[0-3]):[0-5]\d)(?::00(?:\.0+)?)?$",
}


def typed_column(rows: pl.Series, given: pl.Series, field: Field, zone: str, found: Findings) -> pl.Series:
    """Turn one column into its type; values that cannot be read become missing, with a query each."""
    values = _plain(given, field, found.file)
    if isinstance(values.dtype, pl.Datetime):
        typed = _made_aware(rows, values, field, zone, found)
    else:
        typed = _parsed(rows, values, field, zone, found)
    lost = values.is_not_null() & typed.is_null()
    if lost.any():
        shown = quoted(_UNREADABLE[field.type], values.filter(lost).cast(pl.String))
        found.add(rows.filter(lost), field.name, shown, "the value is left out", Effect.CHANGED)
    typed = _bounded(rows, typed, field, found)
    if field.default is None:
        return typed.alias(field.name)
    # A value that was given and cannot be used is not one that was left to its default.
    blank = pl.when(values.is_null()).then(pl.lit(field.default))
    return pl.select(blank.otherwise(typed).alias(field.name)).to_series()


def _plain(values: pl.Series, field: Field, file: str) -> pl.Series:
    """Give a column as text, trimmed, null where blank; numbers and times from a typed file stay what they are."""
    kind = values.dtype
    if field.type in ("number", "integer") and kind.is_numeric():
        return values.cast(pl.Float64)
    if field.type == "datetime" and kind in (pl.Date, pl.Datetime):
        return values.cast(pl.Datetime("us")) if kind == pl.Date else values.dt.cast_time_unit("us")
    if field.type == "date" and kind == pl.Datetime:
        values = values.dt.date()
    if kind.is_float():
        # A typed file may hold the identifier 101 as 101.0.
        whole = values.is_finite() & (values == values.floor()) & (values.abs() < 2**53)
        text = pl.when(whole).then(values.cast(pl.Int64, strict=False).cast(pl.String))
        values = pl.select(text.otherwise(values.cast(pl.String))).to_series()
    try:
        values = values.cast(pl.String).str.strip_chars()
    except pl.exceptions.PolarsError:
        raise Refusal(
            f"{file}, row {HEADER_ROW}, column {field.name}: holds values of the type {kind}, which is not text, "
            "a number or a time; write it again as plain values"
        ) from None
    return pl.select(pl.when(values != "").then(values)).to_series()


def _made_aware(rows: pl.Series, values: pl.Series, field: Field, zone: str, found: Findings) -> pl.Series:
    """Put times from a typed file into the zone."""
    if values.dtype == pl.Datetime("us"):
        aware = made_aware(values, zone)
        note_clock_changes(rows, values.cast(pl.String), field.name, aware, found)
        return aware.times
    return values.dt.convert_time_zone(zone)


def note_clock_changes(
    rows: pl.Series, values: pl.Series, column: str, aware: Aware, found: Findings
) -> None:
    """Note the local times that occur twice or not at all, and what was done."""
    for mask, problem, action in (
        (
            aware.twice,
            "a local time that occurs twice, as clocks go back",
            "the first of the two is taken",
        ),
        (
            aware.never & aware.times.is_not_null(),
            "a local time that does not exist, as clocks go forward",
            "moved on by one hour",
        ),
    ):
        if mask.any():
            shown = quoted(problem, values.filter(mask))
            found.add(rows.filter(mask), column, shown, action, Effect.CHANGED)


_UNREADABLE = {
    "string": "not text",
    "yearmonth": "not a month such as 2018-10",
    "integer": "not a whole number",
    "number": "not a number",
    "date": "not a date such as 2025-03-31",
    "time": "not a time of day such as 07:30",
    "datetime": "not a time such as 2025-03-31 14:05:00",
}


def quoted(problem: str, values: pl.Series) -> pl.Series:
    """Put the value behind the problem, so that the problem alone can be read off before the colon."""
    # Polars 2.1 stops at an empty chunk when it formats, and filtering a long column can leave one.
    short = (
        values.rechunk()
        .str.replace(rf"(?s)^(.{{{_QUOTED_LENGTH}}}).+$", "$1…")
        .str.replace_all(_NOT_SHOWN, "\ufffd")
    )
    return pl.select(pl.format("{}: '{}'", pl.lit(problem), short)).to_series()


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
            # A workbook holds a date as its midnight.
            days = values.str.replace(r"[ T]00:00(?::00(?:\.0+)?)?$", "")
            return days.str.to_date("%Y-%m-%d", strict=False, exact=True)
        case "yearmonth" | "time":
            return values.str.extract(_PATTERNS[field.type], 1)
        case "datetime":
            aware = parsed(values, zone)
            note_clock_changes(rows, values, field.name, aware, found)
            return aware.times
        case _:
            return _shown(rows, values, field, found)


def _shown(rows: pl.Series, values: pl.Series, field: Field, found: Findings) -> pl.Series:
    """Leave control characters out of text."""
    hidden = values.str.contains(_NOT_SHOWN).fill_null(value=False)
    if not hidden.any():
        return values
    words = quoted("characters that cannot be shown", values.filter(hidden))
    found.add(rows.filter(hidden), field.name, words, "the characters are left out", Effect.CHANGED)
    values = values.str.replace_all(_NOT_SHOWN, "").str.strip_chars()
    return pl.select(pl.when(values != "").then(values)).to_series()


def _bounded(rows: pl.Series, values: pl.Series, field: Field, found: Findings) -> pl.Series:
    """Leave out values beyond the bounds, lists and patterns of the schema."""
    rules: list[tuple[pl.Series, str]] = []
    # Latitude and longitude are judged together, so that a swapped pair can be mended.
    alone = field.name not in ("latitude", "longitude")
    if alone and field.minimum is not None:
        rules.append((values < field.minimum, f"less than {field.minimum:g}"))
    if alone and field.maximum is not None:
        rules.append((values > field.maximum, f"more than {field.maximum:g}"))
    if field.enum:
        rules.append((~values.is_in(list(field.enum)), f"not one of {', '.join(field.enum)}"))
    if field.pattern:
        rules.append((~values.str.contains(f"^(?:{field.pattern})$"), f"not as it should be ({field.unit})"))
    for mask, problem in rules:
        wrong = mask.fill_null(value=False)
        if wrong.any():
            action, instead = "the value is left out", None
            if field.name == "place_precision":
                # An unknown precision must not pass for an exact one.
                action, instead = "taken as area, too coarse to measure distance from", "area"
            shown = quoted(problem, values.filter(wrong).cast(pl.String))
            found.add(rows.filter(wrong), field.name, shown, action, Effect.CHANGED)
            values = pl.select(
                pl.when(~wrong).then(values).otherwise(pl.lit(instead)).alias(field.name)
            ).to_series()
    return values
