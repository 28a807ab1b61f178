"""Holdings: what a plan needs to know of each site and of where incidents are, taken from an area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.refusal import Refusal
from joinedup.travel import Places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.locate.terms import Terms
    from joinedup.travel import Travel

TURNS_IN = ("on-call", "volunteer")
"""Crews whose people come from home or work when they are called."""
_MAY_RESPOND = ("station", "base")
MOST_POINTS = 5_000
"""Demand points a service: its incidents are gathered in squares of 500 m, doubled until there are no more than these."""
_SQUARE_M = 500.0


@dataclass(frozen=True)
class Holding:
    """One site as a plan sees it; None where the study does not say.

    ``leaves_from`` is the first year, from 0, in which it can be given up, and None where it has to stay; ``takes_in`` is
    whether others may move in, ``may_close`` whether it may end without a move. ``responds`` is whether units answer calls
    from it, ``turns_in`` whether one of them is on call.
    """

    site_id: str
    service_id: str
    kind: str | None
    name: str
    floor_m2: float | None
    spare_m2: float | None
    running_gbp: float | None
    leaves_from: int | None
    break_known: bool
    tenure: str | None
    bays: int | None
    units: int
    responds: bool
    turns_in: bool
    others_work_here: bool
    takes_in: bool
    may_close: bool
    adapt_gbp_a_m2: float | None

    def running(self, a_m2: float) -> float:
        """Give what it costs to run in a year, from its floor where the study does not say; 0 where neither is known."""
        return self.running_gbp if self.running_gbp is not None else (self.floor_m2 or 0.0) * a_m2

    def cost_a_m2(self, a_m2: float) -> float:
        """Give its average running cost of a square metre."""
        known = self.running_gbp is not None and self.floor_m2
        return self.running_gbp / self.floor_m2 if known and self.running_gbp and self.floor_m2 else a_m2

    def spare(self, share: float) -> float:
        """Give the floor that newcomers could take."""
        return self.spare_m2 if self.spare_m2 is not None else (self.floor_m2 or 0.0) * share

    def free_bays(self) -> float:
        """Give the bays without a vehicle; no limit where the study does not say how many there are."""
        return float("inf") if self.bays is None else float(max(0, self.bays - self.units))


@dataclass(frozen=True, eq=False)
class Demand:
    """Where a service's incidents are: ``weight`` by point, and ``minutes`` from each site, shape (sites, points)."""

    weight: NDArray[np.float64]
    minutes: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Estate:
    """All sites in the order of their identifiers, how far apart they are, and each service's demand.

    ``metres`` and ``minutes`` have shape (sites, sites) and are NaN where one of the two has no place to measure from.
    """

    sites: tuple[Holding, ...]
    metres: NDArray[np.float64]
    minutes: NDArray[np.float64]
    demand: Mapping[str, Demand]


def estate_of(area: Area, travel: Travel, terms: Terms) -> Estate:
    """Take the estate and its demand from an area, in an order that does not depend on that of its rows.

    Raises:
        Refusal: when a standard names a service that the area does not have, or one without a placed incident.
    """
    unknown = sorted(set(terms.standards) - set(area.services))
    if unknown:
        raise Refusal(
            f"a standard names the service '{unknown[0]}', which the study does not have; its services are "
            f"{', '.join(area.services)}"
        )
    table = area.table("sites").sort("site_id")
    sites = tuple(_holdings(area, table, terms))
    placed = table.select(fit_for_distance()).to_series().fill_null(value=False).to_numpy()
    rows = np.flatnonzero(placed)
    places = Places.of(table.filter(pl.Series(placed)), "site_id")
    shape = (len(sites), len(sites))
    metres, minutes = np.full(shape, np.nan), np.full(shape, np.nan)
    metres[np.ix_(rows, rows)] = np.hypot(places.x[:, None] - places.x, places.y[:, None] - places.y)
    # People drive to work without blue lights.
    minutes[np.ix_(rows, rows)] = travel.between(places, places, "other")
    demand = {}
    for service in sorted(terms.standards):
        points, weight = _points(area, service)
        found = np.full((len(sites), len(weight)), np.nan)
        found[rows] = travel.between(places, points, area.kind_of(service))
        demand[service] = Demand(weight, found)
    return Estate(sites, metres, minutes, demand)


def stays_put(area: Area) -> frozenset[str]:
    """Name the sites that are not to be given up: the study holds them fast, or their contract runs on.

    A private finance contract without a known break runs on: to end it costs what it would have cost.
    """
    runs_on = (pl.col("tenure") == "pfi") & pl.col("lease_break_on").is_null()
    held = (pl.col("fixed") == "yes") | (pl.col("secure") == "yes") | runs_on
    return frozenset(area.table("sites").filter(held.fill_null(value=False))["site_id"])


def _holdings(area: Area, table: pl.DataFrame, terms: Terms) -> list[Holding]:
    units = area.table("units").filter(pl.col("site_id").is_not_null())
    count = dict(units.group_by("site_id").len().iter_rows())
    turning = set(units.filter(pl.col("crew").cast(pl.String).is_in(TURNS_IN))["site_id"].to_list())
    held = stays_put(area)
    rooms = set(area.table("control_rooms")["site_id"].drop_nulls().to_list())
    posts = area.table("posts").filter(pl.col("function") != "response")
    working = set(posts["site_id"].drop_nulls().to_list())
    first = int(area.settings.price_base[:4])
    found = []
    for row in table.iter_rows(named=True):
        site, kind = row["site_id"], row["kind"]
        broken, tenure = row["lease_break_on"], row["tenure"]
        year = None if broken is None else max(0, broken.year - (broken.month < 4) - first)
        stays = site in held or site in rooms or kind not in terms.may_share
        found.append(
            Holding(
                site_id=site,
                service_id=row["service_id"],
                kind=kind,
                name=row["name"],
                floor_m2=row["floor_area_m2"],
                spare_m2=row["spare_area_m2"],
                running_gbp=row["running_cost_gbp"],
                leaves_from=None if stays else year or 0,
                break_known=broken is not None,
                tenure=tenure,
                bays=row["bays"],
                units=count.get(site, 0),
                # Without a table of units, every station is taken for one that answers calls.
                responds=site in count or (units.is_empty() and kind in _MAY_RESPOND),
                turns_in=site in turning,
                others_work_here=site in working,
                takes_in=row["secure"] != "yes",
                may_close=row["may_close"] == "yes",
                adapt_gbp_a_m2=row["adapt_cost_gbp_m2"],
            )
        )
    return found


def _points(area: Area, service: str) -> tuple[Places, NDArray[np.float64]]:
    """Gather a service's incidents in squares, each at the mean of its incidents."""
    table = area.table("incidents").filter(pl.col("service_id") == service).filter(fit_for_distance())
    if table.is_empty():
        raise Refusal(
            f"incidents: none of '{service}' has a place exact enough to measure from, so that its standard cannot be "
            "held; take the standard away, or give places"
        )
    side = _SQUARE_M
    while True:
        cells = [(pl.col(axis) / side).floor().cast(pl.Int64).alias(f"cell_{axis}") for axis in ("x", "y")]
        # Sorted first, so that sums do not depend on the order of rows.
        gathered = (
            table.select("x", "y")
            .sort("y", "x")
            .group_by(cells, maintain_order=True)
            .agg(pl.col("x").mean(), pl.col("y").mean(), pl.len().alias("count"))
            .sort("cell_y", "cell_x")
        )
        if gathered.height <= MOST_POINTS:
            break
        side *= 2
    names = [str(each) for each in range(gathered.height)]
    places = Places(names, gathered["x"].to_numpy(), gathered["y"].to_numpy())
    return places, gathered["count"].cast(pl.Float64).to_numpy()
