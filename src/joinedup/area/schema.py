"""The schemas of the tables, read from Frictionless Table Schema files: columns, types, units, bounds, sensitivity."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.disclosure import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES = (
    "services",
    "sites",
    "units",
    "shifts",
    "priorities",
    "standby_points",
    "incidents",
    "attendances",
    "predetermined_attendances",
    "control_rooms",
    "calls",
    "demand_counts",
    "posts",
    "courses",
    "course_runs",
    "topics",
    "assets",
    "contracts",
    "budgets",
    "bodies",
    "collaborations",
    "unlocks",
    "funding",
)
"""Every table of a study, in the order in which they are read: a table refers only to those before it."""


@dataclass(frozen=True)
class Field:
    """One column of a table."""

    name: str
    type: str
    description: str
    sensitivity: Sensitivity
    unit: str = ""
    required: bool = False
    default: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    enum: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Reference:
    """A column whose values must be found in a column of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class Schema:
    """One table: its columns, its key and what it refers to."""

    name: str
    title: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]

    def __getitem__(self, name: str) -> Field:
        """Give a column by name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def has_place(self) -> bool:
        """Whether its rows have a place."""
        return "latitude" in self.columns

    def dtypes(self, zone: str) -> dict[str, pl.DataType]:
        """Give the column types as Polars has them; times are aware, in the study's zone."""
        return {field.name: polars_type(field.type, zone) for field in self.fields}


def polars_type(type_: str, zone: str) -> pl.DataType:
    """Give the Polars type of a Table Schema type; a month is text such as 2018-10, a time of day such as 07:30."""
    return {
        "string": pl.String(),
        "yearmonth": pl.String(),
        "time": pl.String(),
        "integer": pl.Int64(),
        "number": pl.Float64(),
        "date": pl.Date(),
        "datetime": pl.Datetime("us", zone),
    }[type_]


@cache
def schema(table: str) -> Schema:
    """Give the schema of a table."""
    return _from_json(json.loads(descriptor(table)))


def descriptor(table: str) -> str:
    """Give the Table Schema file of a table as text, for other programs."""
    return files("joinedup.area").joinpath("schemas", f"{table}.json").read_text("utf-8")


def _from_json(given: Mapping[str, Any]) -> Schema:
    return Schema(
        name=given["name"],
        title=given["title"],
        description=given["description"],
        fields=tuple(_field(each) for each in given["fields"]),
        key=tuple(given.get("primaryKey", ())),
        references=tuple(
            Reference(each["fields"], each["reference"]["resource"], each["reference"]["fields"])
            for each in given.get("foreignKeys", ())
        ),
    )


def _field(given: Mapping[str, Any]) -> Field:
    constraints = given.get("constraints", {})
    return Field(
        name=given["name"],
        type=given["type"],
        description=given["description"],
        sensitivity=Sensitivity(given["sensitivity"]),
        unit=given.get("unit", ""),
        required=constraints.get("required", False),
        default=given.get("default"),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        enum=tuple(constraints.get("enum", ())),
        pattern=constraints.get("pattern", ""),
    )


KEYS: Mapping[str, str] = MappingProxyType(
    {name: key[0] for name in TABLES if len(key := schema(name).key) == 1}
)
"""The identifier column of every table that has a single one."""


def empty_table(name: str, zone: str) -> pl.DataFrame:
    """Give a table with no rows and all the columns that the analysis expects."""
    table = pl.DataFrame(schema=schema(name).dtypes(zone))
    if schema(name).has_place:
        table = table.with_columns(pl.lit(None, pl.Float64).alias("x"), pl.lit(None, pl.Float64).alias("y"))
    return table
