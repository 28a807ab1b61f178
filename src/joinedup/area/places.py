"""Places: WGS 84 and British National Grid, laid on one flat plane in metres on which distances are measured."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from numpy.typing import NDArray

NATIONAL_GRID = "EPSG:27700"
WGS84 = "EPSG:4326"

GREAT_BRITAIN = (49.0, 61.5, -9.5, 2.5)
"""South, north, west, east: where a place of a study on the national grid can be."""


@dataclass(frozen=True)
class Plane:
    """A flat plane in metres: the national grid, or a transverse Mercator about the middle of the study's places.

    Over an area 200 km wide the latter keeps distances within 1 part in 8,000. Without the Ordnance Survey's
    correction grid, which is not shipped, latitude and longitude fall within about 5 m of their national grid place.
    """

    crs: str

    @classmethod
    def about(cls, latitude: float, longitude: float) -> Plane:
        """Give a plane about a middle point, in degrees."""
        return cls(
            f"+proj=tmerc +lat_0={latitude:.3f} +lon_0={longitude:.3f} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m"
        )

    @cached_property
    def _from_degrees(self) -> Transformer:
        return _transformer(WGS84, self.crs)

    @cached_property
    def _from_grid(self) -> Transformer:
        return _transformer(NATIONAL_GRID, self.crs)

    def laid(self, table: pl.DataFrame) -> pl.DataFrame:
        """Add ``x`` and ``y`` to a table with places: from degrees where both are given, else from the grid.

        Where only one pair was given the degrees are filled in, so that every placed row has them.
        """
        latitude, longitude = _values(table, "latitude"), _values(table, "longitude")
        easting, northing = _values(table, "easting"), _values(table, "northing")
        x, y = np.full(table.height, np.nan), np.full(table.height, np.nan)
        degrees = ~np.isnan(latitude) & ~np.isnan(longitude)
        grid = ~np.isnan(easting) & ~np.isnan(northing)
        if self.crs == NATIONAL_GRID:
            x[grid], y[grid] = easting[grid], northing[grid]
            rest = degrees & ~grid
        else:
            rest = degrees
            only_grid = grid & ~degrees
            x[only_grid], y[only_grid] = self._from_grid.transform(easting[only_grid], northing[only_grid])
        x[rest], y[rest] = self._from_degrees.transform(longitude[rest], latitude[rest])
        lost = ~np.isfinite(x) | ~np.isfinite(y)
        x[lost], y[lost] = np.nan, np.nan
        fill = grid & ~degrees
        longitude[fill], latitude[fill] = self._from_degrees.transform(x[fill], y[fill], direction="INVERSE")
        return table.with_columns(
            *(
                pl.Series(name, values).fill_nan(None)
                for name, values in (("latitude", latitude), ("longitude", longitude), ("x", x), ("y", y))
            )
        )


def plane_for(tables: dict[str, pl.DataFrame], *, on_national_grid: bool) -> Plane:
    """Choose the plane of a study from its places."""
    if on_national_grid:
        return Plane(NATIONAL_GRID)
    placed = [table for table in tables.values() if "latitude" in table.columns]
    degrees = [table.select("latitude", "longitude").drop_nulls() for table in placed]
    if any(table.height for table in degrees):
        return Plane.about(*_middle(degrees))
    grid = [table.select("easting", "northing").drop_nulls() for table in placed]
    if any(table.height for table in grid):
        easting, northing = _middle(grid)
        to_degrees = _transformer(NATIONAL_GRID, WGS84)
        longitude, latitude = to_degrees.transform(easting, northing)
        return Plane.about(latitude, longitude)
    return Plane.about(0.0, 0.0)


@cache
def _transformer(one: str, other: str) -> Transformer:
    """Look up how to get from one system of places to another, which takes as long as checking a small study."""
    return Transformer.from_crs(CRS(one), CRS(other), always_xy=True)


def _middle(tables: list[pl.DataFrame]) -> tuple[float, float]:
    """Give the median of each of two columns."""
    one, other = pl.concat(tables).to_numpy().T
    return float(np.median(one)), float(np.median(other))


def fit_for_distance() -> pl.Expr:
    """Say which rows have a place that distance may be measured from: not snapped, not coarser than 100 m (§1.4)."""
    precise = pl.col("place_precision").is_in(["exact", "50m", "100m"]).fill_null(value=True)
    return pl.col("x").is_not_null() & precise


def _values(table: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """Copy a column out as numbers, not-a-number where there is none."""
    return table[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().copy()
