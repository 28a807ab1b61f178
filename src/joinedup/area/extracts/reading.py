"""Reading extracts through a mapping into a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.checking import ROW, check_table
from joinedup.area.extracts.again import stem_of, without_read_before
from joinedup.area.extracts.columns import fitted
from joinedup.area.extracts.gathering import gathered, note_with_it
from joinedup.area.extracts.keeping import (
    encoded,
    merged,
    place_of,
    read_before,
    settings_text,
    with_services,
)
from joinedup.area.extracts.taking import taken, without_none
from joinedup.area.formats import Raw, read_file
from joinedup.area.personal import refuse_mapped
from joinedup.area.places import Plane
from joinedup.area.queries import HEADER_ROW, Effect, Findings, Queries
from joinedup.area.readings import FOLDER as MAPPINGS
from joinedup.area.readings import kept
from joinedup.area.schema import KEYS, empty_table, schema
from joinedup.area.settings import FILE, Settings, read_settings
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from joinedup.area.mapping import Source, TableMapping


@dataclass(frozen=True)
class Reading:
    """What one reading did."""

    queries: Queries
    rows: dict[str, int]
    """Rows now in each table that it filled."""
    replaced: dict[str, int]
    """Rows of an earlier reading with the same identifiers, which the new ones replace."""
    renewed: dict[str, int]
    """How many of the replaced rows had other values before."""


def read_extracts(
    source: Source, extracts: Sequence[Path], study: Path, progress: Callable[[str], None] = lambda _: None
) -> Reading:
    """Read extracts through a mapping into a study, which is made if there is none.

    A row that was read before, by identifier, is replaced, so that reading the same file twice changes nothing. Rows
    without an identifier are told apart as docs/decisions/0006-reading-again.md says.

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
    services, new_services = with_services(source, study)
    parts: dict[str, list[pl.DataFrame]] = {}
    queries: list[Queries] = []
    before = _read_before(source, study, settings)
    for path in extracts:
        progress(f"reading {path.name}")
        raw = read_file(path, source.layout)
        found = Findings(path.name)
        for problem, action in raw.guesses:
            found.add([HEADER_ROW], "", problem, action, Effect.NOTED)
        for row, problem in raw.aside:
            found.add([row], "", problem, "the row is set aside", Effect.SET_ASIDE)
        new = _tables(raw, source, settings, services, path, before, found)
        for name, frames in new.items():
            parts.setdefault(name, []).extend(frames)
            if name in before:
                before[name] = pl.concat([before[name], *frames], how="diagonal_relaxed")
        queries.append(Queries.of(found, raw.rows_in))
    files: dict[Path, bytes] = {}
    rows, replaced, renewed = {}, {}, {}
    for name, frames in parts.items():
        path, table, replaced[name], renewed[name] = merged(name, frames, study)
        rows[name] = table.height
        files[path] = encoded(path, table)
    if new_services:
        path = place_of("services", study)[0]
        files[path] = encoded(path, services)
    if fresh:
        files[study / FILE] = settings_text(settings, source).encode()
    files[study / MAPPINGS / f"{source.name}.toml"] = source.text.encode()
    joined = Queries.joined(queries)
    files |= kept(study, joined)
    progress("writing the tables")
    write_files(files)
    return Reading(joined, rows, replaced, renewed)


def _read_before(source: Source, study: Path, settings: Settings) -> dict[str, pl.DataFrame]:
    """Give what the study holds of each table whose rows have no identifier of their own in the source."""
    numbered = {mapping.table for mapping in source.tables if mapping.numbered}
    return {
        name: empty_table(name, settings.zone)
        if (held := read_before(name, study, settings)) is None
        else held
        for name in sorted(numbered)
    }


def _tables(
    raw: Raw,
    source: Source,
    settings: Settings,
    services: pl.DataFrame,
    path: Path,
    before: Mapping[str, pl.DataFrame],
    found: Findings,
) -> dict[str, list[pl.DataFrame]]:
    """Turn the rows of an extract into rows of our tables, by every table of the mapping."""
    table = without_none(fitted(raw.table, source, path, found), source, found)
    made: dict[str, list[pl.DataFrame]] = {}
    nobodys = pl.repeat(True, table.height, dtype=pl.Boolean, eager=True)
    for mapping in source.tables:
        its = table
        if mapping.only:
            mine = table.select(
                pl.all_horizontal(
                    pl.col(each.column).str.contains(each.pattern).fill_null(value=False)
                    for each in mapping.only
                )
            ).to_series()
            its = table.filter(mine)
            nobodys &= ~mine
        else:
            nobodys &= False
        part = _mapped(its, raw.typed, mapping, source, settings, services, path, before, found)
        made.setdefault(mapping.table, []).append(part)
    problem = "no table of the mapping takes such a row"
    found.add(table[ROW].filter(nobodys), "", problem, "the row is set aside", Effect.SET_ASIDE)
    return made


def _mapped(
    raw: pl.DataFrame,
    typed: bool,
    mapping: TableMapping,
    source: Source,
    settings: Settings,
    services: pl.DataFrame,
    path: Path,
    before: Mapping[str, pl.DataFrame],
    found: Findings,
) -> pl.DataFrame:
    """Turn the rows of an extract into rows of one of our tables."""
    ours = schema(mapping.table)
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
    zones = (source.zone, settings.zone)
    columns = []
    for column, ways in mapping.columns.items():
        whole = [each for way in ways if not way.extract and way.lookup is None for each in way.sources]
        refuse_mapped(whole, column, path.name, source.name)
        columns.append(taken(raw, ours[column], ways, zones, stem_of(path), found, typed=typed))
    table = raw.select(ROW).with_columns(columns)
    whose = None
    if mapping.one_for:
        table, whose = gathered(table, raw, mapping, found)
    checked = check_table(table, ours, settings, {"services": services}, path.name, found)
    held, rows = without_read_before(
        checked.table, checked.rows, before.get(mapping.table, checked.table.clear()), mapping, path, found
    )
    if whose is not None:
        note_with_it(whose, rows, mapping, found)
    if mapping.near:
        _note_near(held, table, mapping, found)
    return held


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
