"""Overlap: where services hold the same thing twice, beginning with sites that stand near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from joinedup.area.places import fit_for_distance
from joinedup.assumptions import Assumption, Grade

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.travel import StraightLine

REACH = Assumption(
    name="overlap.reach",
    sentence="Sites of different services this far apart or nearer are looked at as holding the same thing twice.",
    unit="minutes",
    low=3,
    central=5,
    high=8,
    source="a partner's crews and visitors should not notice the move; published schemes joined sites in one town",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (REACH,)

SAME_PLACE_M = 50.0
"""Two sites nearer than this stand on one plot: public lists place one site up to this far apart."""

_SIDE = ("site_id", "service_id", "name", "kind", "floor_area_m2", "tenure")


def site_pairs(area: Area, travel: StraightLine, minutes: float) -> pl.DataFrame:
    """Find pairs of sites of different services within a drive of each other.

    Returns:
        One row a pair, nearest first: site_id, service_id, name, kind, floor_area_m2 and tenure of the first and, with
        the suffix _2, of the second site; metres in a straight line; minutes to drive. The first is the one whose
        identifier comes first. Sites whose place is snapped or an area are left out (§1.4).
    """
    sites = area.table("sites").filter(fit_for_distance()).sort("site_id")
    first, second = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    metres = np.empty(0)
    if sites.height > 1:
        points = sites.select("x", "y").to_numpy()
        # A hair's breadth wider than the reach: rounding must not lose a pair that stands exactly at it.
        near = cKDTree(points).query_pairs(travel.metres(minutes) * (1 + 1e-9), output_type="ndarray")
        first, second = near.min(axis=1), near.max(axis=1)
        service = sites["service_id"].to_numpy()
        other = service[first] != service[second]
        first, second = first[other], second[other]
        metres = np.hypot(*(points[first] - points[second]).T)
    left = sites.select(_SIDE)[first]
    right = sites.select(pl.col(_SIDE).name.suffix("_2"))[second]
    return (
        pl.concat([left, right], how="horizontal")
        .with_columns(pl.Series("metres", metres), pl.Series("minutes", travel.minutes(metres)))
        .sort("metres", "site_id", "site_id_2")
    )
