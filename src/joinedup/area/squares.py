"""Small areas as squares: named after their side and south-west corner, so that two services name one square alike.

On the British National Grid ``1000mE594000N442000`` is the square of 1,000 m whose south-west corner lies 594,000 m
east and 442,000 m north. Elsewhere the name begins with the UTM zone in which the place lies, as in
``UTM18N-1000mE486000N4456000``: it depends on the place alone, never on what else a study holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from pyproj import CRS, Transformer

from joinedup.area.places import WGS84

UNPLACED = "unplaced"
"""Where incidents are counted that have no place, or one that is snapped or known only to an area."""
ELSEWHERE = "elsewhere"
"""Where incidents are counted whose square had too few in all to be named."""
WHOLE = "whole area"
"""Where incidents are counted when a service gives no places at all."""
NO_SQUARE = (UNPLACED, ELSEWHERE, WHOLE)

LEAST_METRES = 500
"""The smallest square that counts may be given for: a smaller one can be a single house."""

_NAME = re.compile(r"(?:UTM(\d{2}[NS])-)?(\d+)mE(-?\d+)N(-?\d+)")


@dataclass(frozen=True)
class Square:
    """A square: its south-west corner and side in metres, on the national grid or in a UTM zone."""

    x: float
    y: float
    side: float
    zone: str = ""


def square_of(name: str) -> Square | None:
    """Read the name of a square; None for an area that is called anything else.

    >>> square_of("1000mE594000N442000")
    Square(x=594000.0, y=442000.0, side=1000.0, zone='')
    >>> square_of("Littleton ward") is None
    True
    """
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    return Square(float(found[3]), float(found[4]), float(found[2]), found[1] or "")


def square_names(table: pl.DataFrame, metres: int, *, on_national_grid: bool) -> pl.Series:
    """Name the square of each row; null where it has no place.

    Args:
        table: rows with ``x`` and ``y`` on the study's plane, and ``latitude`` and ``longitude``.
        metres: the side of a square, whole metres.
        on_national_grid: whether the study's plane is the national grid.
    """
    if on_national_grid:
        return table.select(_named(pl.col("x"), pl.col("y"), "", metres).alias("area")).to_series()
    longitude, latitude = (
        table[name].fill_null(float("nan")).to_numpy() for name in ("longitude", "latitude")
    )
    here = np.isfinite(longitude) & np.isfinite(latitude)
    number = np.where(here, np.floor((np.where(here, longitude, 0.0) + 180) / 6) % 60 + 1, 0).astype(int)
    names = pl.Series("area", [None] * table.height, dtype=pl.String)
    for zone in sorted({int(each) for each in number[here]}):
        for half, base in (("N", 32600), ("S", 32700)):
            mine = here & (number == zone) & ((latitude >= 0) == (half == "N"))
            if not mine.any():
                continue
            to_zone = Transformer.from_crs(CRS(WGS84), CRS(f"EPSG:{base + zone}"), always_xy=True)
            x, y = to_zone.transform(longitude[mine], latitude[mine])
            frame = pl.DataFrame({"x": x, "y": y})
            named = frame.select(_named(pl.col("x"), pl.col("y"), f"UTM{zone:02d}{half}-", metres).alias("n"))
            names = names.scatter(np.flatnonzero(mine), named.to_series())
    return names


def _named(x: pl.Expr, y: pl.Expr, zone: str, metres: int) -> pl.Expr:
    """Name the square of a point."""

    def corner(axis: pl.Expr) -> pl.Expr:
        return ((axis / metres).floor() * metres).cast(pl.Int64)

    return pl.format("{}mE{}N{}", pl.lit(f"{zone}{metres}"), corner(x), corner(y))
