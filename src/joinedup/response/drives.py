"""The drive from the nearest site that a service's units start from to each of its incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.area.places import fit_for_distance
from joinedup.travel import Places, StraightLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.travel import Travel

RESPONDING_KINDS = ("station", "base")
"""Kinds of site that units are taken to start from where a study has no table of units."""
_AT_ONCE = 5_000_000
"""Drives that are looked at together: more would take more memory and no less time."""


def drives(area: Area, travel: Travel) -> pl.DataFrame:
    """Give each placed incident the site it would be driven to from, and the minutes.

    Returns:
        incident_id, service_id, category, ground (a site_id) and minutes, in order of incident_id. Of two sites that
        are as near, the ground is that whose identifier comes first. A service without a placed site has no rows. Ground
        and minutes are null where nobody can drive to the incident.
    """
    incidents = area.table("incidents").filter(fit_for_distance()).sort("incident_id")
    sites = area.table("sites").filter(fit_for_distance()).sort("site_id")
    units = area.table("units")
    parts = []
    for service in area.services:
        own = units.filter(pl.col("service_id") == service)["site_id"].drop_nulls().unique()
        if own.len():
            starts = sites.filter(pl.col("site_id").is_in(own.implode()))
        else:
            starts = sites.filter((pl.col("service_id") == service) & pl.col("kind").is_in(RESPONDING_KINDS))
        mine = incidents.filter(pl.col("service_id") == service)
        if starts.is_empty() or mine.is_empty():
            continue
        if isinstance(travel, StraightLine):
            nearest, metres = _nearest(starts.select("x", "y").to_numpy(), mine.select("x", "y").to_numpy())
            ground, minutes = pl.Series(nearest), pl.Series(travel.minutes(metres))
        else:
            ground, minutes = _quickest(travel, starts, mine, area.kind_of(service))
        parts.append(
            mine.select(
                "incident_id", "service_id", pl.col("category").fill_null("not recorded")
            ).with_columns(
                starts["site_id"].gather(ground).alias("ground"),
                minutes.alias("minutes"),
            )
        )
    if not parts:
        return pl.DataFrame(
            schema={
                "incident_id": pl.String,
                "service_id": pl.String,
                "category": pl.String,
                "ground": pl.String,
                "minutes": pl.Float64,
            }
        )
    return pl.concat(parts).sort("incident_id")


def _quickest(
    travel: Travel, starts: pl.DataFrame, mine: pl.DataFrame, kind: str
) -> tuple[pl.Series, pl.Series]:
    """Give for each incident the row of the site with the shortest drive, and its minutes; null where there is none."""
    homes, calls = Places.of(starts, "site_id"), Places.of(mine, "incident_id")
    rows, least = np.zeros(len(calls), np.int64), np.zeros(len(calls))
    step = max(1, _AT_ONCE // len(homes))
    for start in range(0, len(calls), step):
        here = np.arange(start, min(start + step, len(calls)))
        minutes = travel.between(homes, calls.at(here), kind)
        minutes = np.where(np.isnan(minutes), np.inf, minutes)
        rows[here], least[here] = minutes.argmin(axis=0), minutes.min(axis=0)
    way = pl.Series(np.isfinite(least))
    both = pl.DataFrame({"row": rows, "minutes": least}).select(pl.when(way).then(pl.all()))
    return both["row"], both["minutes"]


def _nearest(
    places: NDArray[np.float64], calls: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give for each call the number of the nearest place, the first where several are as near, and the metres to it."""
    # Of several sites on one plot only the first is looked at, so that what is left to settle by hand is rare.
    first = np.sort(np.unique(places, axis=0, return_index=True)[1])
    plots = places[first]
    found = scipy.spatial.cKDTree(plots).query(calls, k=[1, 2])
    distances, numbers = np.asarray(found[0]), np.asarray(found[1])
    nearest = numbers[:, 0].astype(np.int64)
    # Which of several the tree names depends on all the others; the second is infinitely far where there is none.
    for call in np.flatnonzero(distances[:, 1] <= distances[:, 0] * (1 + _AS_NEAR)):
        metres = np.hypot(*(plots - calls[call]).T)
        nearest[call] = np.argmax(metres <= metres.min() * (1 + _AS_NEAR))
    return first[nearest], np.hypot(*(plots[nearest] - calls).T)


_AS_NEAR = 1e-12
"""Two distances that differ by less than this share are the same distance: the rest comes from adding up."""


def compared(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Lay the drives before and after a change side by side, for the grounds on which any drive changed.

    Returns:
        service_id, category, ground (before), before and after, in minutes, one row an incident; after is null where
        nobody drives to the incident any more.
    """
    both = before.rename({"minutes": "before"}).join(
        after.select("incident_id", pl.col("ground").alias("ground_after"), pl.col("minutes").alias("after")),
        on="incident_id",
        how="left",
        maintain_order="left",
    )
    changed = pl.col("ground").ne_missing(pl.col("ground_after")) | pl.col("before").ne_missing(
        pl.col("after")
    )
    touched = both.filter(changed).select("service_id", "ground").unique()
    return both.join(touched, on=["service_id", "ground"], how="semi", maintain_order="left").select(
        "service_id", "category", "ground", "before", "after"
    )


def recorded_against_modelled(area: Area, modelled: pl.DataFrame) -> pl.DataFrame:
    """Compare the modelled drive with the recorded one, responding to first arrival (§3.4).

    Returns:
        service_id, records, and the mean, median and 90th centile of the recorded and of the modelled minutes over the
        same incidents.
    """
    recorded = (
        area.table("attendances")
        .filter(pl.col("arrived_at").is_not_null() & pl.col("responding_at").is_not_null())
        .sort("arrived_at", "unit_id")
        .group_by("incident_id", maintain_order=True)
        .agg(
            ((pl.col("arrived_at") - pl.col("responding_at")).dt.total_milliseconds() / 60_000)
            .first()
            .alias("recorded")
        )
    )
    figures = [
        how(pl.col(column)).alias(f"{column}_{name}")
        for column in ("recorded", "modelled")
        for name, how in (
            ("mean", pl.Expr.mean),
            ("median", pl.Expr.median),
            ("90th", lambda each: each.quantile(0.9, interpolation="linear")),
        )
    ]
    return (
        modelled.rename({"minutes": "modelled"})
        .filter(pl.col("modelled").is_not_null())
        .join(recorded, on="incident_id", how="inner")
        .group_by("service_id")
        .agg(pl.len().alias("records"), *figures)
        .sort("service_id")
    )
