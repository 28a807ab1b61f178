"""Reading a real extract into a study, through a mapping: no row is lost, and every change has a query."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.checking import ROW, check_table
from joinedup.area.mapping import Source, TableMapping, Way
from joinedup.area.personal import refuse_mapped
from joinedup.area.places import Plane
from joinedup.area.queries import HEADER_ROW, Effect, Findings, Queries
from joinedup.area.readings import FOLDER as MAPPINGS
from joinedup.area.readings import kept
from joinedup.area.schema import KEYS, schema
from joinedup.area.settings import FILE, Settings, read_settings
from joinedup.area.settings import quoted as quoted_in_toml
from joinedup.area.tables import FOLDER, find_tables, read_raw
from joinedup.area.times import Aware, made_aware
from joinedup.area.values import note_clock_changes, quoted
from joinedup.refusal import CannotWrite, Refusal, did_you_mean
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

EVENT_TABLES = ("incidents", "attendances", "calls", "demand_counts")
"""Tables that can be long: they are written as Parquet, all others as CSV that a person can read."""


@dataclass(frozen=True)
class Reading:
    """What one reading did."""

    queries: Queries
    rows: dict[str, int]
    """Rows now in each table that it filled."""
    replaced: dict[str, int]
    """Rows of an earlier reading with the same identifiers, which the new ones replace."""


def read_extracts(
    source: Source, extracts: Sequence[Path], study: Path, progress: Callable[[str], None] = lambda _: None
) -> Reading:
    """Read extracts through a mapping into a study, which is made if there is none.

    A row that was read before, by identifier, is replaced, so that reading the same file twice changes nothing.

    Raises:
        Refusal: when a file cannot be read or lacks a column that the mapping needs. Nothing has been written then.
        CannotWrite: when the study's folder refuses.
    """
    fresh = not (study / FILE).exists()
    if fresh and study.exists() and (not study.is_dir() or any(study.iterdir())):
        raise CannotWrite(
            f"{study}: is not a study and not empty; name a new folder, or one that holds {FILE}"
        )
    names = [path.name for path in extracts]
    for name in names:
        if names.count(name) > 1:
            raise Refusal(
                f"two extracts are called {name}, so their rows could not be told apart; rename one"
            )
    settings = Settings(name=study.absolute().name, zone=source.zone) if fresh else read_settings(study)
    services, new_services = _with_services(source, study)
    parts: dict[str, list[pl.DataFrame]] = {}
    queries: list[Queries] = []
    for path in extracts:
        progress(f"reading {path.name}")
        raw = _raw(path)
        found = Findings(path.name)
        for mapping in source.tables:
            part = _mapped(raw, mapping, source, settings, services, path, found)
            parts.setdefault(mapping.table, []).append(part)
        queries.append(Queries.of(found, raw.height))
    files: dict[Path, bytes] = {}
    rows, replaced = {}, {}
    for name, frames in parts.items():
        path, table, replaced[name] = _merged(name, frames, study)
        rows[name] = table.height
        files[path] = _encoded(path, table)
    if new_services:
        path = _place_of("services", study)[0]
        files[path] = _encoded(path, services)
    if fresh:
        files[study / FILE] = _settings_text(settings, source).encode()
    files[study / MAPPINGS / f"{source.name}.toml"] = source.text.encode()
    joined = Queries.joined(queries)
    files |= kept(study, joined)
    progress("writing the tables")
    write_files(files)
    return Reading(joined, rows, replaced)


def _raw(path: Path) -> pl.DataFrame:
    """Read an extract as text, with the number of each row."""
    raw = read_raw(path)
    if ROW in raw.columns:
        raise Refusal(f"{path}, row {HEADER_ROW}: no column may be called {ROW}; rename it")
    try:
        raw = raw.select(pl.all().cast(pl.String))
    except pl.exceptions.PolarsError:
        raise Refusal(
            f"{path}: holds lists or records in its cells; write it again with plain values"
        ) from None
    return raw.with_row_index(ROW, offset=HEADER_ROW + 1).with_columns(pl.col(ROW).cast(pl.Int64))


def _mapped(
    raw: pl.DataFrame,
    mapping: TableMapping,
    source: Source,
    settings: Settings,
    services: pl.DataFrame,
    path: Path,
    found: Findings,
) -> pl.DataFrame:
    """Turn the rows of an extract into rows of one of our tables."""
    needed = {column for ways in mapping.columns.values() for way in ways for column in way.sources}
    needed |= {column for rule in mapping.leave_out for column in rule.columns} | set(mapping.repeats)
    for column in sorted(needed):
        if column not in raw.columns:
            near = did_you_mean(column, [each for each in raw.columns if each != ROW])
            raise Refusal(
                f"{path}, row {HEADER_ROW}: the column {column} is missing, which the mapping {source.name} reads{near}"
            )
    for rule in mapping.leave_out:
        hit = raw.select(
            pl.any_horizontal(
                pl.col(each).str.contains(rule.pattern).fill_null(value=False) for each in rule.columns
            )
        ).to_series()
        found.add(raw[ROW].filter(hit), rule.columns[0], rule.why, "the row is set aside", Effect.SET_ASIDE)
        raw = raw.filter(~hit)
    if mapping.repeats:
        again = ~raw.select(pl.struct(mapping.repeats).is_first_distinct()).to_series()
        problem = f"repeats {', '.join(mapping.repeats)} of an earlier row"
        found.add(raw[ROW].filter(again), mapping.repeats[0], problem, "used as given", Effect.NOTED)
    table = raw.select(ROW)
    zone = settings.zone
    for column, ways in mapping.columns.items():
        whole = [each for way in ways if not way.extract and way.lookup is None for each in way.sources]
        refuse_mapped(whole, column, path.name, source.name)
        table = table.with_columns(_column(raw, column, ways, source.zone, zone, path, found))
    checked = check_table(table, schema(mapping.table), settings, {"services": services}, path.name, found)
    if mapping.near:
        _note_near(checked.table, table, mapping, found)
    return checked.table


def _column(
    raw: pl.DataFrame,
    name: str,
    ways: tuple[Way, ...],
    source_zone: str,
    zone: str,
    path: Path,
    found: Findings,
) -> pl.Series:
    """Make one column by the first way that gives a value, row by row."""
    values: pl.Series | None = None
    for way in ways:
        given = _value(raw, way, path).alias(name)
        if way.format:
            local = given.str.to_datetime(way.format, time_unit="us", strict=False, exact=True)
            aware = made_aware(local, source_zone)
            needed = local.is_not_null() if values is None else local.is_not_null() & values.is_null()
            shown = given.filter(needed)
            clock = Aware(*(each.filter(needed) for each in (aware.times, aware.twice, aware.never)))
            note_clock_changes(raw[ROW].filter(needed), shown, name, clock, found)
            given = aware.times.dt.convert_time_zone(zone)
        if values is None:
            values = given
            continue
        second_best = values.is_null() & given.is_not_null()
        if way.query:
            instead = f"{', '.join(way.sources)} is used instead"
            found.add(raw[ROW].filter(second_best), name, way.query, instead, Effect.CHANGED)
        values = pl.DataFrame({"a": values, "b": given}).select(pl.coalesce("a", "b").alias(name)).to_series()
    assert values is not None, "a mapping gives every column at least one way"
    _note_lost(raw, name, ways, values, found)
    return values


def _note_lost(
    raw: pl.DataFrame, name: str, ways: tuple[Way, ...], values: pl.Series, found: Findings
) -> None:
    """Note the rows of which something was given, and from which no way could take a value."""
    columns = list(dict.fromkeys(column for way in ways for column in way.sources))
    if not columns:
        return
    given = raw.select(
        pl.concat_str(
            [pl.when(pl.col(each).str.strip_chars() != "").then(each) for each in columns],
            separator=", ",
            ignore_nulls=True,
        ).alias("given")
    ).to_series()
    lost = values.is_null() & (given != "").fill_null(value=False)
    if lost.any():
        words = quoted(f"no {name} can be read from {', '.join(columns)}", given.filter(lost))
        found.add(raw[ROW].filter(lost), name, words, "the value is left out", Effect.CHANGED)


def _value(raw: pl.DataFrame, way: Way, path: Path) -> pl.Series:
    """Get the value of one way as text."""
    if way.constant is not None:
        value: pl.Expr = pl.repeat(way.constant, pl.len(), dtype=pl.String)
    elif way.row:
        value = pl.format("{}-{}", pl.lit(path.name.split(".")[0]), pl.col(ROW))
    elif way.column:
        value = pl.col(way.column).cast(pl.String).str.strip_chars()
    else:
        value = pl.concat_str([pl.col(each).str.strip_chars() for each in way.columns], separator=way.join)
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


def _note_near(table: pl.DataFrame, rows: pl.DataFrame, mapping: TableMapping, found: Findings) -> None:
    """Note sites of one service that stand so near each other that they may be one."""
    from scipy.spatial import cKDTree

    placed = table.filter(pl.col("latitude").is_not_null())
    if placed.height < 2:
        return
    laid = Plane.about(
        float(placed["latitude"].to_numpy().mean()), float(placed["longitude"].to_numpy().mean())
    ).laid(placed.drop("x", "y", strict=False))
    pairs = cKDTree(laid.select("x", "y").to_numpy()).query_pairs(mapping.near, output_type="ndarray")
    later = np.unique(pairs.max(axis=1)) if len(pairs) else np.array([], dtype=int)
    key = KEYS[mapping.table]
    numbers = dict(zip(rows[key].to_list(), rows[ROW].to_list(), strict=True))
    found.add(
        [numbers[each] for each in laid[key].gather(later).to_list()],
        key,
        f"stands within {mapping.near:g} m of an earlier site of the same source",
        "used as given; delete one if they are the same site",
        Effect.NOTED,
    )


def _settings_text(settings: Settings, source: Source) -> str:
    """Give the study.toml of a study that a reading makes."""
    text = f"[study]\nname = {quoted_in_toml(settings.name)}\nzone = {quoted_in_toml(settings.zone)}\n"
    if source.published:
        text += (
            "# These are real, named places from a public list: their sites may be laid side by side, but no option is\n"
            "# proposed for them. Delete the next line when the services themselves ask, with tables of their own.\n"
            "overlap_only = true\n"
        )
    return text


def _with_services(source: Source, study: Path) -> tuple[pl.DataFrame, bool]:
    """Give the study's services with those of the source that it lacks, and whether it lacked any."""
    path, sheet = _place_of("services", study)
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


def _place_of(table: str, study: Path) -> tuple[Path, str | None]:
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


def _merged(name: str, frames: list[pl.DataFrame], study: Path) -> tuple[Path, pl.DataFrame, int]:
    """Put new rows in the place of older ones with the same identifier, and behind the others."""
    path, _ = _place_of(name, study)
    key = list(schema(name).key)
    parts = [each.select(schema(name).columns) for each in frames]
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
    table, replaced = parts[0], 0
    for new in parts[1:]:
        try:
            staying = table.join(new.select(key), on=key, how="anti", maintain_order="left") if key else table
            replaced += table.height - staying.height
            table = pl.concat([staying, new], how="diagonal_relaxed")
        except pl.exceptions.PolarsError:
            raise Refusal(
                f"{path}: its columns hold other types than {name} should, so an extract cannot be added to it; "
                f"save it as {name}.csv"
            ) from None
    ours = [each for each in schema(name).columns if each in table.columns]
    theirs = [each for each in table.columns if each not in ours]
    return path, _sorted(table.select(ours + theirs), name), replaced


def _as_text(table: pl.DataFrame) -> list[pl.Expr]:
    """Give the columns as text; times keep their offset, so that the hour that occurs twice stays told apart."""
    return [
        pl.col(name).dt.to_string("%Y-%m-%d %H:%M:%S%.f%:z")
        if isinstance(kind, pl.Datetime)
        else pl.col(name).cast(pl.String)
        for name, kind in table.schema.items()
    ]


def _sorted(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """Put rows in the order of their identifier, so that the order of reading leaves no trace."""
    key = list(schema(name).key)
    return table.sort(key, maintain_order=True) if key else table


def _encoded(path: Path, table: pl.DataFrame) -> bytes:
    """Write a table to bytes, without the columns in which nothing is given."""
    stream = io.BytesIO()
    required = {field.name for field in schema(path.stem).fields if field.required}
    table = table.select(each for each in table.columns if each in required or table[each].count())
    if path.suffix == ".parquet":
        table.write_parquet(stream)
    else:
        table.write_csv(stream)
    return stream.getvalue()
