"""Which units can go to a medical call: by their kind, from a list that is kept as data."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from joinedup.area import Area

_FILE = Path(__file__).with_name("going.toml")

RESPONDERS = ("fire", "police")
"""Kinds of service that can be trained to go to a medical call first."""


def goes(service_kind: str, unit_kind: str | None) -> bool:
    """Say whether a kind of unit can go: it is listed for its kind of service, or each of its words is, or none is recorded."""
    words, listed = re.findall(r"\w+", (unit_kind or "").lower()), _listed()[service_kind]
    return " ".join(words) in listed or all(each in listed for each in words)


def staying(area: Area) -> pl.DataFrame:
    """Give the fire and police units that cannot go, in order: rows of the table units."""
    units = area.table("units").sort("unit_id")
    return units.filter(_of_responders(area) & ~_can_go(area, units))


def with_those_that_go(area: Area) -> Area:
    """Give the area without the fire and police units that cannot go, so that drives begin where somebody can."""
    units = area.table("units")
    kept = units.filter(~_of_responders(area) | _can_go(area, units))
    return replace(area, tables=MappingProxyType({**area.tables, "units": kept}))


def _of_responders(area: Area) -> pl.Expr:
    return pl.col("service_id").is_in([each for each in area.services if area.kind_of(each) in RESPONDERS])


def _can_go(area: Area, units: pl.DataFrame) -> pl.Expr:
    # A handful of kinds, however many units.
    known = units.select("service_id", "kind").unique().rows()
    can = [
        (service, kind)
        for service, kind in known
        if area.kind_of(service) in RESPONDERS and goes(area.kind_of(service), kind)
    ]
    return pl.any_horizontal(
        pl.lit(value=False),
        *(
            (pl.col("service_id") == service) & pl.col("kind").eq_missing(pl.lit(kind))
            for service, kind in can
        ),
    )


@cache
def _listed() -> dict[str, frozenset[str]]:
    told = tomllib.loads(_FILE.read_text("utf-8"))
    return {each: frozenset(told[each]) for each in RESPONDERS}
