"""Areas for tests: a handful of rows by hand, and Littleton."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.area import Area, Settings
from joinedup.area.places import NATIONAL_GRID, Plane
from joinedup.area.schema import empty_table
from joinedup.study import Study

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[1]
LITTLETON = ROOT / "examples" / "littleton"
ZONE = "Europe/London"

Row = dict[str, Any]


@cache
def littleton() -> Study:
    return Study.read(LITTLETON)


def small_area(settings: Settings | None = None, **tables: Iterable[Row]) -> Area:
    """Make an area from rows by table; columns that are not given are null, and x and y are given as such."""
    settings = settings or Settings(name="Small", zone=ZONE)
    made = {}
    for name, rows in tables.items():
        schema = empty_table(name, settings.zone).schema
        made[name] = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema)
    return Area(settings, Plane(NATIONAL_GRID), MappingProxyType(made))


def service(service_id: str, kind: str = "") -> Row:
    return {"service_id": service_id, "kind": kind or service_id, "name": service_id.title()}


def site(site_id: str, service_id: str, x: float, y: float = 0.0, **others: object) -> Row:
    given = {"kind": "station", "name": site_id, "place_precision": "exact", **others}
    return {"site_id": site_id, "service_id": service_id, "x": x, "y": y, **given}


def unit(unit_id: str, service_id: str, site_id: str | None) -> Row:
    return {"unit_id": unit_id, "service_id": service_id, "kind": "car", "site_id": site_id}


def incident(incident_id: str, service_id: str, x: float | None, y: float = 0.0, **others: object) -> Row:
    placed = {"x": x, "y": None if x is None else y, "place_precision": "exact"}
    return {"incident_id": incident_id, "service_id": service_id, **placed, **others}


def with_tables(area: Area, tables: Mapping[str, pl.DataFrame]) -> Area:
    """Give the area with other tables in place of its own."""
    return replace(area, tables=MappingProxyType({**area.tables, **tables}))


def with_settings(area: Area, **settings: Any) -> Area:
    return replace(area, settings=replace(area.settings, **settings))


def shuffled(area: Area, seed: int) -> Area:
    """Give the same area with the rows of every table in another order."""
    return with_tables(
        area,
        {
            name: table.sample(fraction=1.0, shuffle=True, seed=seed + number)
            for number, (name, table) in enumerate(sorted(area.tables.items()))
        },
    )


def edited(area: Area, table: str, row: str, **values: object) -> Area:
    """Give the area with other values in one row of a table, found by its first column's identifier."""
    key = area.table(table).columns[0]
    here = pl.col(key) == row
    assert area.table(table).filter(here).height == 1
    columns = [
        pl.when(here)
        .then(pl.lit(value, dtype=area.table(table).schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name, value in values.items()
    ]
    return with_tables(area, {table: area.table(table).with_columns(columns)})
