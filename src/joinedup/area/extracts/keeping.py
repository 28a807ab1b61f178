"""Keeping what was read: new rows beside the old, services, settings, and the bytes of every file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import check_table
from joinedup.area.queries import HEADER_ROW
from joinedup.area.schema import schema
from joinedup.area.settings import quoted as quoted_in_toml
from joinedup.area.tables import FOLDER, find_tables, read_raw
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area.mapping import Source
    from joinedup.area.settings import Settings

EVENT_TABLES = ("incidents", "attendances", "calls", "demand_counts")
"""Tables that can be long: they are written as Parquet, all others as CSV that a person can read."""


def read_before(table: str, study: Path, settings: Settings) -> pl.DataFrame | None:
    """Give the rows of a table that the study has, with their types, or none."""
    path, _ = place_of(table, study)
    if not path.is_file():
        return None
    return check_table(read_raw(path), schema(table), settings, {}, path.name).table


def settings_text(settings: Settings, source: Source) -> str:
    """Give the study.toml of a study that a reading makes."""
    text = f"[study]\nname = {quoted_in_toml(settings.name)}\nzone = {quoted_in_toml(settings.zone)}\n"
    if source.published:
        text += (
            "# These are real, named places from a public list: their sites may be laid side by side, but no option is\n"
            "# proposed for them. Delete the next line when the services themselves ask, with tables of their own.\n"
            "overlap_only = true\n"
        )
    return text


def with_services(source: Source, study: Path) -> tuple[pl.DataFrame, bool]:
    """Give the study's services with those of the source that it lacks, and whether it lacked any."""
    path, sheet = place_of("services", study)
    columns = list(schema("services").columns)
    held = read_raw(path, sheet) if path.is_file() else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    for column in columns:
        if column not in held.columns:
            near = did_you_mean(column, [each for each in held.columns if each not in columns])
            raise Refusal(f"{path}, row {HEADER_ROW}: the column {column} is missing{near}")
    held = held.with_columns(pl.col(columns).cast(pl.String).str.strip_chars())
    new = [dict(each) for each in source.services if each["service_id"] not in held["service_id"].to_list()]
    if not new:
        return held, False
    return pl.concat(
        [held, pl.DataFrame(new, schema=dict.fromkeys(columns, pl.String))], how="diagonal"
    ), True


def place_of(table: str, study: Path) -> tuple[Path, str | None]:
    """Say where a table of a study is, or where it would be written."""
    found = find_tables(study)[0]
    if table in found:
        path, sheet = found[table]
        if sheet is not None or path.suffix not in (".csv", ".parquet"):
            raise Refusal(
                f"{path}: {table} is in a workbook, which reading an extract cannot add to; save it as {table}.csv"
            )
        return path, None
    suffix = "parquet" if table in EVENT_TABLES else "csv"
    return study / FOLDER / f"{table}.{suffix}", None


def merged(name: str, frames: list[pl.DataFrame], study: Path) -> tuple[Path, pl.DataFrame, int, int]:
    """Put new rows, which are used up, in the place of older ones with the same identifier, and behind the others.

    Gives where the table is, its rows, how many of the older ones were replaced and how many of those had other values.
    """
    path, _ = place_of(name, study)
    key = list(schema(name).key)
    parts = [each.select(schema(name).columns) for each in frames]
    frames.clear()
    if path.is_file():
        if not key:
            raise Refusal(f"{path}: {name} has no identifier, so an extract cannot be added to it")
        old = read_raw(path)
        if path.suffix == ".csv":
            old = old.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all()).name.keep())
            parts = [each.select(_as_text(each)) for each in parts]
        missing = [each for each in key if each not in old.columns]
        old = old.with_columns(pl.lit(None, parts[0].schema[each]).alias(each) for each in missing)
        parts.insert(0, old)
    table, replaced, changed = parts.pop(0), 0, 0
    while parts:
        try:
            table, met, other = _over(table, parts.pop(0), key)
        except pl.exceptions.PolarsError:
            raise Refusal(
                f"{path}: its columns hold other types than {name} should, so an extract cannot be added to it; "
                f"save it as {name}.csv"
            ) from None
        replaced, changed = replaced + met, changed + other
    ours = [each for each in schema(name).columns if each in table.columns]
    theirs = [each for each in table.columns if each not in ours]
    table = table.select(ours + theirs)
    return path, _sorted(table, name), replaced, changed


def _over(old: pl.DataFrame, new: pl.DataFrame, key: list[str]) -> tuple[pl.DataFrame, int, int]:
    """Put new rows over old ones: the rows, how many old ones they replace, and how many of those were others."""
    if not key:
        return pl.concat([old, new], how="diagonal_relaxed"), 0, 0
    same = [each for each in old.columns if each in new.columns]
    if any(old.schema[each] != new.schema[each] for each in same):
        raise pl.exceptions.SchemaError
    pairs = (
        old.select(key)
        .with_row_index(_OLD)
        .join(new.select(key).with_row_index(_NEW), on=key)
        .select(_OLD, _NEW)
    )
    # A column at a time: comparing whole rows of a long table takes twice its memory.
    equal = pl.repeat(True, pairs.height, dtype=pl.Boolean, eager=True)
    for each in same:
        equal &= old[each].gather(pairs[_OLD]).eq_missing(new[each].gather(pairs[_NEW]))
    staying = old.join(new.select(key), on=key, how="anti", maintain_order="left")
    replaced = old.height - staying.height
    return pl.concat([staying, new], how="diagonal_relaxed"), replaced, replaced - int(equal.sum())


_OLD, _NEW = "__old", "__new"


def _as_text(table: pl.DataFrame) -> list[pl.Expr]:
    """Give the columns as text; times keep their offset, so that the hour that occurs twice stays told apart."""
    return [
        pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S%.f%:z")
        if isinstance(kind, pl.Datetime)
        else pl.col(name).cast(pl.String)
        for name, kind in table.schema.items()
    ]


def _sorted(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Put rows in the order of their identifier, so that the order of reading leaves no trace.

    A column at a time, so that a long table is never held twice; the one given is used up.
    """
    key = list(schema(name).key)
    if not key:
        return table
    order = table.select(pl.arg_sort_by(key, maintain_order=True)).to_series()
    return pl.DataFrame([table.drop_in_place(each).gather(order) for each in table.columns])


def encoded(path: Path, table: pl.DataFrame) -> bytes:
    """Write a table to bytes, without the columns in which nothing is given."""
    stream = io.BytesIO()
    required = {field.name for field in schema(path.stem).fields if field.required}
    table = table.select(each for each in table.columns if each in required or table[each].count())
    if path.suffix == ".parquet":
        table.write_parquet(stream)
    else:
        table.write_csv(stream)
    return stream.getvalue()
