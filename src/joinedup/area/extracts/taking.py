"""Taking one of our columns from the columns of an extract, by the first of its ways that gives a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.amounts import amounts
from joinedup.area.checking import ROW
from joinedup.area.queries import Effect
from joinedup.area.times import Aware, made_aware, parsed
from joinedup.area.values import note_clock_changes, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area.mapping import Source, Way
    from joinedup.area.queries import Findings
    from joinedup.area.schema import Field

SERIAL = "excel"
"""The format of dates and times that a spreadsheet has turned into numbers: days since the end of 1899."""
_SERIAL = r"^([2-9]\d{4}(?:\.\d+)?)$"


def taken(
    raw: pl.DataFrame,
    field: Field,
    ways: tuple[Way, ...],
    zones: tuple[str, str],
    stem: str,
    found: Findings,
    *,
    typed: bool,
) -> pl.Series:
    """Make one column.

    Args:
        raw: the extract's columns as text, words for no value taken out.
        field: our column.
        ways: best first.
        zones: the source's, in which its times are told, and the study's.
        stem: the file's name, for identifiers made of it and the row's number.
        found: where queries go.
        typed: whether dates may come as 2025-03-31 or as a serial number whatever their format.
    """
    name = field.name
    amounting = any(way.unit is not None for way in ways)
    values: pl.Series | None = None
    for way in ways:
        given = value_of(raw, way, stem).alias(name)
        if field.type == "datetime":
            earlier = None if values is None else values.is_not_null()
            given = _moments(raw[ROW], given, way.format, zones, earlier, found, typed=typed).alias(name)
        elif way.format or (typed and field.type == "date"):
            given = _dated(given, way.format, field.type, typed=typed).alias(name)
        elif amounting:
            given = amounts(given, way.unit or "", field.unit).alias(name)
        first_here = given.is_not_null() if values is None else values.is_null() & given.is_not_null()
        if way.note and first_here.any():
            found.note(name, way.note, "used as given", raw[ROW].filter(first_here))
        if values is None:
            values = given
            continue
        if way.query:
            instead = f"{', '.join(way.sources) or 'a stand-in'} is used instead"
            found.add(raw[ROW].filter(first_here), name, way.query, instead, Effect.CHANGED)
        values = pl.DataFrame({"a": values, "b": given}).select(pl.coalesce("a", "b").alias(name)).to_series()
    assert values is not None, "a mapping gives every column at least one way"
    if values.null_count():
        _note_lost(raw, name, ways, values, found)
    return values


def value_of(raw: pl.DataFrame, way: Way, stem: str) -> pl.Series:
    """Get the value of one way as text."""
    if way.constant is not None:
        value: pl.Expr = pl.repeat(way.constant, pl.len(), dtype=pl.String)
    elif way.row:
        value = pl.format("{}-{}", pl.lit(stem), pl.col(ROW))
    elif way.column:
        value = _cell(way.column, way.none)
    else:
        value = pl.concat_str([_cell(each, way.none) for each in way.columns], separator=way.join)
    value = pl.when(value != "").then(value)
    if way.unless:
        value = pl.when(~value.str.contains(way.unless)).then(value)
    if way.extract:
        groups = range(1, re.compile(way.extract).groups + 1)
        value = pl.concat_str([value.str.extract(way.extract, each) for each in groups], separator=" ")
    if way.lookup is not None:
        value = value.replace_strict(dict(way.lookup), default=None, return_dtype=pl.String)
    if way.slug:
        value = value.str.to_lowercase().str.replace_all(r"[^a-z0-9]+", "-").str.strip_chars("-")
    if way.prefix or way.suffix:
        value = pl.format("{}{}{}", pl.lit(way.prefix), value, pl.lit(way.suffix))
    return raw.select(value.alias("value")).to_series()


def without_none(raw: pl.DataFrame, source: Source, found: Findings) -> pl.DataFrame:
    """Take the words for no value out of the columns that a mapping reads.

    A word that is given whole is like a blank. One that a mapping gives by its beginning has a query, since nobody
    has seen all that it may say.
    """
    words = source.layout.none
    if not words:
        return raw
    columns = sorted(set().union(*(mapping.sources for mapping in source.tables)))
    for column in columns:
        said = raw[column].str.contains(_none([each for each in words if each.endswith(_AND_SO_ON)]))
        if said.any():
            shown = quoted("says in words that there is none", raw[column].filter(said))
            found.add(
                raw[ROW].filter(said), column, shown, "used as given; the value is missing", Effect.NOTED
            )
    return raw.with_columns(_cell(column, words).alias(column) for column in columns)


_AND_SO_ON = "…"


def _none(words: Sequence[str]) -> str:
    """Give a pattern for words that mean none, in any case; an ellipsis at the end stands for all that follows."""
    each = (
        f"{re.escape(word.removesuffix(_AND_SO_ON))}{'.*' if word.endswith(_AND_SO_ON) else ''}"
        for word in words
    )
    return rf"(?is)^\s*(?:{'|'.join(each)})\s*$" if words else r"[^\s\S]"


def _cell(column: str, none: Sequence[str]) -> pl.Expr:
    """Give a column trimmed, null where it says none."""
    value = pl.col(column).str.strip_chars()
    return pl.when(~value.str.contains(_none(none))).then(value) if none else value


def _moments(
    rows: pl.Series,
    given: pl.Series,
    formats: tuple[str, ...],
    zones: tuple[str, str],
    earlier: pl.Series | None,
    found: Findings,
    *,
    typed: bool,
) -> pl.Series:
    """Read times by the first format that fits; without a format, as 2025-03-31 14:05:00."""
    local = pl.Series(given.name, [None] * len(given), dtype=pl.Datetime("us"))
    for form in formats:
        if form != SERIAL:
            local = _or(local, given.str.to_datetime(form, time_unit="us", strict=False, exact=True))
    if typed or SERIAL in formats:
        local = _or(local, serial(given))
    aware = made_aware(local, zones[0])
    if typed or not formats:
        told = parsed(given, zones[0])
        aware = Aware(
            _or(aware.times, told.times),
            *(a | (b & local.is_null()) for a, b in ((aware.twice, told.twice), (aware.never, told.never))),
        )
    needed = aware.times.is_not_null() if earlier is None else aware.times.is_not_null() & ~earlier
    if (aware.twice | aware.never).any():
        clock = Aware(*(each.filter(needed) for each in (aware.times, aware.twice, aware.never)))
        note_clock_changes(rows.filter(needed), given.filter(needed), given.name, clock, found)
    return aware.times.dt.convert_time_zone(zones[1])


def _or(first: pl.Series, second: pl.Series) -> pl.Series:
    return pl.DataFrame({"a": first, "b": second}).select(pl.coalesce("a", "b")).to_series()


def serial(given: pl.Series) -> pl.Series:
    """Read the numbers that a spreadsheet makes of times, to the second."""
    days = pl.col("days").str.extract(_SERIAL, 1).cast(pl.Float64, strict=False)
    seconds = (days * 86_400).round().cast(pl.Int64)
    start = pl.lit("1899-12-30 00:00:00").str.to_datetime(time_unit="us")
    return given.alias("days").to_frame().select(start + pl.duration(seconds=seconds)).to_series()


def _dated(given: pl.Series, formats: tuple[str, ...], kind: str, *, typed: bool) -> pl.Series:
    """Read days, months and times of day by the first format that fits, as text in our own form."""
    shape = {"date": "%Y-%m-%d", "yearmonth": "%Y-%m", "time": "%H:%M"}[kind]
    read = pl.Series([None] * len(given), dtype=pl.String)
    for form in formats:
        if form == SERIAL:
            continue
        if kind == "time":
            times = given.str.to_time(form, strict=False)
            read = _or(read, times.dt.to_string(shape))
        else:
            # A month alone is read as its first day.
            text, day = (given, form) if kind == "date" else ("01 " + given, f"%d {form}")
            read = _or(read, text.str.to_date(day, strict=False, exact=True).dt.to_string(shape))
    if typed or SERIAL in formats:
        read = _or(read, serial(given).dt.to_string(shape))
    return _or(read, given) if typed else read


def _note_lost(
    raw: pl.DataFrame, name: str, ways: tuple[Way, ...], values: pl.Series, found: Findings
) -> None:
    """Note the rows of which something was given, and from which no way could take a value."""
    columns = list(dict.fromkeys(column for way in ways for column in way.sources))
    if not columns:
        return
    none = [word for way in ways for word in way.none]
    cells = [_cell(each, none) for each in columns]
    given = raw.select(
        pl.concat_str(
            [pl.when(each != "").then(each) for each in cells], separator=", ", ignore_nulls=True
        ).alias("given")
    ).to_series()
    lost = values.is_null() & (given != "").fill_null(value=False)
    if lost.any():
        words = quoted(f"no {name} can be read from {', '.join(columns)}", given.filter(lost))
        found.add(raw[ROW].filter(lost), name, words, "the value is left out", Effect.CHANGED)
