"""Reading a study: its settings and tables become an area and the queries about them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.area.area import Area
from joinedup.area.checking import check_table
from joinedup.area.patterns import patterns_in
from joinedup.area.places import plane_for
from joinedup.area.queries import HEADER_ROW, Effect, Findings, Queries
from joinedup.area.readings import stored_queries
from joinedup.area.schema import TABLES, schema
from joinedup.area.settings import FILE, read_settings
from joinedup.area.tables import find_tables, read_raw
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    import polars as pl

    from joinedup.area.settings import Settings


def _know_whom(settings: Settings, services: list[str], folder: Path) -> None:
    """Stop at a tolerance or a limit for a service that the study does not have: nothing would be held to it."""
    limits = settings.roadmap
    given = [
        *(f"study.tolerances.{each}" for each in settings.tolerances),
        *(f"roadmap.capital_gbp_a_year_of.{each}" for each in limits.capital_gbp_a_year_of),
        *(f"roadmap.options_at_once_of.{each}" for each in limits.options_at_once_of),
    ]
    for key in given:
        service = key.rpartition(".")[2]
        if services and service not in services:
            raise Refusal(
                f"{folder / FILE}: [{key}] is for a service that is not in services{did_you_mean(service, services)}"
            )


def _not_shown_to_come_first() -> Queries:
    """Ask when results were first seen, where there are tolerances: one that was recorded later would not count (§5.7)."""
    found = Findings(FILE)
    found.add(
        [HEADER_ROW],
        "results_seen_on",
        "it is not stated when results were first seen, so that nobody can tell whether the tolerances came first",
        "the tolerances count, and the report says that nobody can tell",
        Effect.NOTED,
    )
    return Queries(found.frame(), {})


def read_area(
    folder: Path, progress: Callable[[str], None] = lambda _: None, without: Collection[str] = ()
) -> tuple[Area, Queries]:
    """Read a study folder.

    Args:
        folder: the study.
        progress: told what is being read.
        without: tables that the question does not need, and that are left unread.

    Returns:
        The area, and the queries of its tables together with those that were kept when extracts were read into it.

    Raises:
        Refusal: when the folder is not a study, a file cannot be read, or a needed table or column is missing.
    """
    settings = read_settings(folder)
    files, strangers = find_tables(folder)
    if "services" not in files:
        raise Refusal(
            f"{folder}: the table services is missing; add tables/services.csv with service_id, kind and name "
            f"('joinedup new {folder}' writes blank tables)"
        )
    if not {"sites", "incidents", "demand_counts"} & set(files):
        raise Refusal(
            f"{folder}: a study needs sites, incidents or demand_counts besides services; none is in tables/"
        )
    tables: dict[str, pl.DataFrame] = {}
    rows: dict[str, pl.Series] = {}
    parts: list[Queries] = [stored_queries(folder)]
    if strangers:
        found = Findings("tables")
        for problem in strangers:
            found.add([HEADER_ROW], "", problem, "the file is not used", Effect.NOTED)
        parts.append(Queries(found.frame(), {}))
    if settings.tolerances and settings.results_seen_on is None:
        parts.append(_not_shown_to_come_first())
    for name in TABLES:
        if name not in files or name in without:
            continue
        path, sheet = files[name]
        progress(f"reading {name}")
        checked = check_table(read_raw(path, sheet), schema(name), settings, tables, name)
        tables[name], rows[name] = checked.table, checked.rows
        if name == "services":
            _know_whom(settings, checked.table["service_id"].to_list(), folder)
        notes = [f"{name} has a header and no rows"] if checked.rows_in == 0 else []
        parts.append(Queries.of(checked.findings, checked.rows_in, notes))
    plane = plane_for(tables, on_national_grid=settings.on_national_grid)
    for name in [each for each in tables if schema(each).has_place]:
        tables[name] = plane.laid(tables[name])
    progress("looking for patterns")
    parts.append(patterns_in(tables, rows, settings))
    return Area(settings, plane, MappingProxyType(tables)), Queries.joined(parts)
