"""Points that cannot be what they seem: far outside the area, or holding an implausible share of the incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.area.queries import Effect
from joinedup.area.values import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area.queries import Findings

FAR = "a place far outside the area"
DEFAULT = "one point holds an implausible share of the incidents, of several services: a default place"
BUSY = "one point holds more than one in a hundred of a service's incidents: a very busy address, or a default place"

_FAR_LEAST = 20
_FAR_TIMES = 3.0
_FAR_SHARE = 0.95
_FAR_SUPPORT = 0.001

# A default place is where a control room's system puts what it could not find. It stands out by its share of all
# records, and by a mix of services like that of the whole: a nursing home with one call in a hundred is one service's.
# In Montgomery County the five points that the rule finds stand for 80 to 270 addresses each; of the points left alone,
# the largest (738 records, 719 of them of the ambulance service) is one address.
_DEFAULT_SHARE = 0.005
_DEFAULT_RECORDS = 50
_DEFAULT_LEAST = 2_000
_DEFAULT_MIX = 0.25
_BUSY_SHARE = 0.01
_BUSY_RECORDS = 100
_PIECE = 2**20


def default_places(incidents: pl.DataFrame) -> pl.DataFrame:
    """Find the points at which a system puts the incidents that it could not place.

    Such a point holds more than 1 in 100 of all placed incidents, or more than 1 in 200 where that is 50 or more, and two
    or more services have a quarter or more of the share there that they have of the whole. Under 2,000 incidents nothing
    can be told.

    Args:
        incidents: ``service_id``, ``x`` and ``y`` of the incidents whose place may be measured from.

    Returns:
        ``x``, ``y`` and ``records`` of each such point, most records first.
    """
    everywhere = np.ones(incidents.height, dtype=bool)
    sizes = dict(incidents.group_by("service_id").len().iter_rows())
    return _default_among(
        _points_with(incidents, everywhere, _boxes(incidents), _default_least(sizes)), sizes
    )


def _default_least(sizes: Mapping[str, int]) -> int:
    """Give the records that a default place has at least, of so many records of each service."""
    records = sum(sizes.values())
    few = min(_DEFAULT_RECORDS, int(2 * _DEFAULT_SHARE * records) + 1)
    return max(few, int(_DEFAULT_SHARE * records) + 1)


def _default_among(large: pl.DataFrame, sizes: Mapping[str, int]) -> pl.DataFrame:
    """Find the default places among the incidents at large points, of so many records of each service."""
    records = sum(sizes.values())
    if records < _DEFAULT_LEAST:
        return pl.DataFrame(schema={"x": pl.Float64, "y": pl.Float64, "records": pl.Int64})
    whole = pl.DataFrame(
        {"service_id": list(sizes), "whole": [each / records for each in sizes.values()]},
        schema={"service_id": pl.String, "whole": pl.Float64},
    )
    return (
        large.group_by("x", "y", "service_id")
        .agg(own=pl.len())
        .join(whole, on="service_id")
        .with_columns(records=pl.col("own").sum().over("x", "y"))
        .filter(pl.col("own") >= _DEFAULT_MIX * pl.col("whole") * pl.col("records"))
        .group_by("x", "y")
        .agg(pl.col("records").first(), services=pl.len())
        .filter(pl.col("services") >= 2)
        .sort(["records", "x", "y"], descending=[True, False, False])
        .select("x", "y", pl.col("records").cast(pl.Int64))
    )


def note_points(table: pl.DataFrame, rows: pl.Series, found: Findings) -> pl.DataFrame:
    """Note the incidents at default places, which are given back, and the busy points that may be some."""
    # Nothing is copied but the incidents at large points: ten million of them would fill the memory.
    placed, boxes = table.select("service_id", "x", "y", row=rows), _boxes(table)
    fit = table.select(fit_for_distance()).to_series()
    sizes = dict(table.select("service_id").filter(fit).group_by("service_id").len().iter_rows())
    large = _points_with(placed, fit.to_numpy(), boxes, _default_least(sizes))
    points = _default_among(large, sizes)
    column = place_column(table)
    if points.height:
        hit = large.join(points, on=["x", "y"], how="inner", maintain_order="left").rechunk()
        words = pl.format("{} incidents at the point", pl.col("records"))
        found.add(
            hit["row"],
            column,
            quoted(DEFAULT, hit.select(words).to_series()),
            "used as given; the crossover estimate sets it aside",
            Effect.NOTED,
        )
        for service, number in hit.group_by("service_id").len().iter_rows():
            sizes[service] -= number
    for service, size in sorted(sizes.items()):
        least = max(_BUSY_RECORDS, int(_BUSY_SHARE * size) + 1)
        own = (fit & (table["service_id"] == service)).to_numpy()
        many = _points_with(placed, own, boxes, least).join(
            points, on=["x", "y"], how="anti", maintain_order="left"
        )
        if many.is_empty():
            continue
        number = many.select("x", "y").n_unique()
        found.note(
            column,
            f"{service}: {BUSY}: '{number} such {'point' if number == 1 else 'points'}'",
            "used as given",
            many["row"],
        )
    return points


def note_far(table: pl.DataFrame, rows: pl.Series, found: Findings) -> None:
    """Note the places that stand far from all others.

    Far is more than three times as far from the median place as nineteen in twenty of the rows are. A second town
    or an island is not far: where one in a thousand of the rows has places of its own close together, they are part
    of the area.
    """
    given = table["x"].is_not_null() & table["y"].is_not_null()
    if int(given.sum()) < _FAR_LEAST:
        return
    x, y = (table[each].filter(given).to_numpy() for each in ("x", "y"))
    away = np.hypot(x - np.median(x), y - np.median(y))
    reach = float(np.quantile(away, _FAR_SHARE, method="lower"))
    far = np.flatnonzero(away > _FAR_TIMES * max(reach, 1_000.0))
    far = far[~_supported(x[far], y[far], max(reach, 1_000.0), max(3, int(_FAR_SUPPORT * len(x))))]
    if not len(far):
        return
    numbers = rows.filter(given)
    words = pl.Series([f"{each / 1000:,.0f} km from the middle of the places" for each in away[far]])
    found.add(numbers.gather(far), place_column(table), quoted(FAR, words), "used as given", Effect.NOTED)


def _supported(x: NDArray[np.float64], y: NDArray[np.float64], width: float, least: int) -> NDArray[np.bool_]:
    """Whether each place stands among ``least`` different places within a square of some width and those round it."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    frame = pl.DataFrame({"x": x, "y": y}).with_columns(
        column=(pl.col("x") / width).floor().cast(pl.Int64), line=(pl.col("y") / width).floor().cast(pl.Int64)
    )
    squares = frame.unique(["x", "y"]).group_by("column", "line").len()
    steps = pl.DataFrame({"dx": [-1, 0, 1]}).join(pl.DataFrame({"dy": [-1, 0, 1]}), how="cross")
    round_it = (
        squares.join(steps, how="cross")
        .with_columns(pl.col("column") + pl.col("dx"), pl.col("line") + pl.col("dy"))
        .group_by("column", "line")
        .agg(pl.col("len").sum())
    )
    near = frame.join(round_it, on=["column", "line"], how="left", maintain_order="left")["len"]
    return (near >= least).to_numpy()


def _boxes(incidents: pl.DataFrame) -> NDArray[np.uint16]:
    """Throw points into few boxes: most hold too few for any large point in them, and counting boxes is quick."""
    boxes = np.empty(incidents.height, dtype=np.uint16)
    for start in range(0, incidents.height, _PIECE):
        piece = incidents.select("x", "y").slice(start, _PIECE)
        x, y = ((piece[each].to_numpy() + 0.0).view(np.uint64) for each in ("x", "y"))
        mixed = (x * np.uint64(0x9E3779B97F4A7C15)) ^ (y * np.uint64(0xC2B2AE3D27D4EB4F))
        boxes[start : start + _PIECE] = mixed >> np.uint64(48)
    return boxes


def _points_with(
    incidents: pl.DataFrame, own: NDArray[np.bool_], boxes: NDArray[np.uint16], least: int
) -> pl.DataFrame:
    """Keep those of one's own incidents at points that hold at least so many of them."""
    full = np.bincount(boxes[own], minlength=2**16) >= least
    some = incidents.filter(pl.Series(full[boxes] & own))
    large = some.group_by("x", "y").len().filter(pl.col("len") >= least).select("x", "y")
    return some.join(large, on=["x", "y"], how="semi", maintain_order="left")


def place_column(table: pl.DataFrame) -> str:
    """Name the column in which a table gives its places."""
    return "easting" if table["easting"].count() else "latitude"
