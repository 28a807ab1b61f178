"""An area: what the services of a place hold and what happened there, never edited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.schema import KEYS, empty_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from joinedup.area.places import Plane
    from joinedup.area.settings import Settings

SERVICE_KINDS = ("police", "fire", "ambulance", "other")


@dataclass(frozen=True)
class Change:
    """One edit that an option makes: in ``table``, the row called ``row`` gets ``value`` in ``column``.

    ``column`` None removes the row. Applying a change twice is the same as applying it once.
    """

    table: str
    row: str
    column: str | None
    value: str | float | None = None


@dataclass(frozen=True, eq=False)
class Area:
    """Typed tables by name; every table has all the columns of its schema, null where the study did not give them.

    Tables with a place have ``x`` and ``y`` besides: metres on the study's plane, null where there is no place.
    Times are aware, in the study's zone.
    """

    settings: Settings
    plane: Plane
    tables: Mapping[str, pl.DataFrame]

    def table(self, name: str) -> pl.DataFrame:
        """Give a table; one that the study does not hold has no rows."""
        found = self.tables.get(name)
        return empty_table(name, self.settings.zone) if found is None else found

    def has(self, name: str, *columns: str) -> bool:
        """Whether a table holds rows, and at least one value in each of the columns named."""
        table = self.tables.get(name)
        return table is not None and table.height > 0 and all(table[each].count() > 0 for each in columns)

    @property
    def services(self) -> tuple[str, ...]:
        """The service_ids, in the order of the study's table."""
        return tuple(self.table("services")["service_id"].to_list())

    def kind_of(self, service: str) -> str:
        """Give the kind of a service: police, fire, ambulance or other."""
        return str(self.table("services").filter(pl.col("service_id") == service)["kind"].item())

    def name_of(self, service: str) -> str:
        """Give the name by which a service is called in text."""
        return str(self.table("services").filter(pl.col("service_id") == service)["name"].item())

    def changed(self, changes: Iterable[Change]) -> Area:
        """Give another area with these changes; this one stays as it is.

        Raises:
            KeyError: when a change names a row that was not in the area to begin with.
        """
        tables = dict(self.tables)
        for change in changes:
            key = KEYS[change.table]
            table = tables[change.table]
            here = pl.col(key) == change.row
            if change.column is None:
                tables[change.table] = table.filter(~here)
                continue
            if table.filter(here).is_empty():
                raise KeyError(f"{change.table} has no row '{change.row}'")
            tables[change.table] = table.with_columns(
                pl.when(here)
                .then(pl.lit(change.value, dtype=table.schema[change.column]))
                .otherwise(pl.col(change.column))
                .alias(change.column)
            )
        return replace(self, tables=MappingProxyType(tables))
