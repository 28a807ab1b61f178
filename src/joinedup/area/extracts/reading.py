"""Reading extracts through a mapping into a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.extracts.keeping import (
    encoded,
    merged,
    place_of,
    read_before,
    settings_text,
    with_services,
)
from joinedup.area.extracts.making import tables_of
from joinedup.area.formats import read_file
from joinedup.area.queries import HEADER_ROW, Effect, Findings, Queries
from joinedup.area.readings import FOLDER as MAPPINGS
from joinedup.area.readings import kept
from joinedup.area.schema import empty_table
from joinedup.area.settings import FILE, Settings, read_settings
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from joinedup.area.mapping import Source


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
    before = _read_before(source, study, settings)
    parts: dict[str, list[pl.DataFrame]] = {}
    queries: list[Queries] = []
    for path in extracts:
        progress(f"reading {path.name}")
        queries.append(_read(path, source, settings, services, before, parts))
    before.clear()
    files: dict[Path, bytes] = {}
    rows, replaced, renewed = {}, {}, {}
    for name in list(parts):
        path, table, replaced[name], renewed[name] = merged(name, parts.pop(name), study)
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


def _read(
    path: Path,
    source: Source,
    settings: Settings,
    services: pl.DataFrame,
    before: dict[str, pl.DataFrame],
    parts: dict[str, list[pl.DataFrame]],
) -> Queries:
    """Read one extract, and put its rows behind those in ``parts`` and in ``before``."""
    raw = read_file(path, source.layout)
    found = Findings(path.name)
    for problem, action in raw.guesses:
        found.add([HEADER_ROW], "", problem, action, Effect.NOTED)
    for row, problem in raw.aside:
        found.add([row], "", problem, "the row is set aside", Effect.SET_ASIDE)
    for name, tables in tables_of(raw, source, settings, services, path, before, found).items():
        parts.setdefault(name, []).extend(tables)
        if name in before:
            before[name] = pl.concat([before[name], *tables], how="diagonal_relaxed")
    return Queries.of(found, raw.rows_in)
