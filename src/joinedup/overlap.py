"""Overlap: where services hold the same thing twice: sites near each other, courses, contracts and posts.

Courses, contracts and posts are the same where their code or name is, whatever the case, blanks and punctuation; nothing is
matched because it looks alike. A sum in which a value is missing is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.area.places import fit_for_distance
from joinedup.assumptions import Assumption, Grade
from joinedup.travel import Places, StraightLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.travel import Travel

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
_WORDINGS = ("topic", "item", "function", "wording")


FASTEST_KM_PER_MINUTE = 2.0
"""No drive by road is quicker than this over the straight line, 120 km/h: sites further apart need not be asked of the roads."""


def site_pairs(area: Area, travel: Travel, minutes: float) -> pl.DataFrame:
    """Find pairs of sites of different services within a drive of each other, by whichever way of travelling is given.

    Over roads or by a study's own table the longer drive of there and back counts, in ordinary traffic.

    Returns:
        One row a pair, nearest in minutes first: site_id, service_id, name, kind, floor_area_m2 and tenure of the first and,
        with the suffix _2, of the second site; metres in a straight line; minutes to drive. The first is the one whose
        identifier comes first. Sites whose place is snapped or an area are left out (§1.4), and so are those to
        which nobody can drive.
    """
    sites = area.table("sites").filter(fit_for_distance()).sort("site_id")
    first, second = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    metres = np.empty(0)
    if sites.height > 1:
        points = sites.select("x", "y").to_numpy()
        reach = (
            travel.metres(minutes)
            if isinstance(travel, StraightLine)
            else minutes * FASTEST_KM_PER_MINUTE * 1000
        )
        # A hair's breadth wider than the reach: rounding must not lose a pair that stands exactly at it.
        near = scipy.spatial.cKDTree(points).query_pairs(reach * (1 + 1e-9), output_type="ndarray")
        first, second = near.min(axis=1), near.max(axis=1)
        service = sites["service_id"].to_numpy()
        other = service[first] != service[second]
        first, second = first[other], second[other]
        metres = np.hypot(*(points[first] - points[second]).T)
    if isinstance(travel, StraightLine):
        driven = travel.minutes(metres)
    else:
        driven = _driven(sites, travel, first, second)
        within = driven <= minutes * (1 + 1e-9)
        first, second, metres, driven = first[within], second[within], metres[within], driven[within]
    left = sites.select(_SIDE)[first]
    right = sites.select(pl.col(_SIDE).name.suffix("_2"))[second]
    return (
        pl.concat([left, right], how="horizontal")
        .with_columns(pl.Series("metres", metres), pl.Series("minutes", driven))
        .sort("minutes", "metres", "site_id", "site_id_2")
    )


def _driven(
    sites: pl.DataFrame, travel: Travel, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give the longer drive of there and back between the sites of each row, in ordinary traffic; NaN where there is none."""
    places = Places.of(sites, "site_id")
    one, other = places.at(first), places.at(second)
    # Nobody drives to a workshop or to a meeting behind blue lights, and "other" has none.
    return np.maximum(travel.along(one, other, "other"), travel.along(other, one, "other"))


def courses_by_topic(area: Area) -> pl.DataFrame:
    """List the courses that two services or more teach, a row for each service.

    Courses are one topic where they bear one national code. A course without a code goes by its name: with the
    code that courses of that name bear, where there is only one, else with other courses without a code.

    Returns:
        match (the code, else the name, as matched); topic (as the service words it, several with semicolons between);
        service_id; courses; runs (None where the study holds no run of any of the service's courses); seats_offered
        and seats_booked in those runs; cost_gbp of those runs; cost_per_seat_gbp offered. Sorted by match, then
        services in the study's order.
    """
    runs = (
        area.table("course_runs")
        .group_by("course_id")
        .agg(runs=pl.len().cast(pl.Int64), seats_booked=_whole_sum("booked"))
    )
    courses = _courses(area).join(runs, on="course_id", how="left", maintain_order="left")
    courses = courses.with_columns(
        runs=pl.when(pl.col("runs").count().over("service_id") > 0).then(pl.col("runs").fill_null(0)),
        seats_booked=pl.when(pl.col("runs").is_null()).then(0).otherwise(pl.col("seats_booked")),
    )
    rows = (
        _shared(courses)
        .group_by("match", "service_id")
        .agg(
            topic=_wordings("topic"),
            courses=pl.len().cast(pl.Int64),
            runs=_whole_sum("runs"),
            seats_offered=_whole_sum(pl.col("runs") * pl.col("seats")),
            seats_booked=_whole_sum(pl.when(pl.col("runs").is_not_null()).then("seats_booked")),
            cost_gbp=_whole_sum(pl.col("runs") * pl.col("cost_gbp")),
        )
        .with_columns(
            cost_per_seat_gbp=pl.when(pl.col("seats_offered") > 0).then(
                pl.col("cost_gbp") / pl.col("seats_offered")
            )
        )
    )
    return _in_order(area, rows, "match", "topic", "service_id")


def contracts_by_item(area: Area) -> pl.DataFrame:
    """List the contracts for items that two services or more buy, a row for each contract.

    Returns:
        match (the item, as matched); item (as the service words it); service_id; contract_id; function;
        unit_price_gbp; yearly_gbp; ends_on; lowest_gbp and highest_gbp, the unit prices of the item, and spread,
        how much the highest is above the lowest as a share of it: all three None unless two services give a price.
        Sorted by match, then services in the study's order, then contract_id.
    """
    priced = pl.col("service_id").filter(pl.col("unit_price_gbp").is_not_null()).n_unique().over("match") > 1
    rows = _shared(_contracts(area)).with_columns(
        lowest_gbp=pl.when(priced).then(pl.col("unit_price_gbp").min().over("match")),
        highest_gbp=pl.when(priced).then(pl.col("unit_price_gbp").max().over("match")),
    )
    rows = rows.with_columns(
        spread=pl.when(pl.col("lowest_gbp") > 0).then(pl.col("highest_gbp") / pl.col("lowest_gbp") - 1)
    )
    shown = ("function", "unit_price_gbp", "yearly_gbp", "ends_on", "lowest_gbp", "highest_gbp", "spread")
    return _in_order(area, rows, "match", "item", "service_id", "contract_id").select(
        "match", "item", "service_id", "contract_id", *shown
    )


def posts_by_function(area: Area) -> pl.DataFrame:
    """List the functions for which two services or more have posts, a row for each service.

    Returns:
        match (the function, as matched); function (as the service words it); service_id; fte (full-time equivalents);
        cost_gbp (pounds a year); cost_per_fte_gbp. Sorted by match, then services in the study's order.
    """
    rows = (
        _shared(_posts(area))
        .group_by("match", "service_id")
        .agg(function=_wordings("function"), fte=_whole_sum("fte"), cost_gbp=_whole_sum("cost_gbp"))
        .with_columns(cost_per_fte_gbp=pl.when(pl.col("fte") > 0).then(pl.col("cost_gbp") / pl.col("fte")))
    )
    return _in_order(area, rows, "match", "function", "service_id")


def unmatched(area: Area) -> pl.DataFrame:
    """List the courses, contracts and posts that no other service holds under the same code or name.

    Returns:
        table; match (None where nothing is left of a name that was all punctuation); wording; service_id; rows.
        Sorted by table and match, then services in the study's order.
    """
    held = (("courses", "topic", _courses), ("contracts", "item", _contracts), ("posts", "function", _posts))
    found = [
        _shared(rows(area), shared=False)
        .group_by("match", "service_id")
        .agg(wording=_wordings(column), rows=pl.len().cast(pl.Int64))
        .with_columns(table=pl.lit(table))
        for table, column, rows in held
    ]
    return _in_order(area, pl.concat(found), "table", "match", "wording", "service_id")


def _courses(area: Area) -> pl.DataFrame:
    """Give the courses with what each is matched by."""
    named = area.table("courses").with_columns(by_code=_plain("code"), by_name=_plain("topic"))
    codes = pl.col("by_code").drop_nulls()
    only = pl.when(codes.n_unique().over("by_name") == 1).then(codes.first().over("by_name"))
    # Without a name there are no others of that name.
    only = pl.when(pl.col("by_name").is_not_null()).then(only)
    return named.sort("course_id").with_columns(match=pl.coalesce("by_code", only, "by_name"))


def _contracts(area: Area) -> pl.DataFrame:
    """Give the contracts with what each is matched by."""
    return area.table("contracts").with_columns(match=_plain("item"))


def _posts(area: Area) -> pl.DataFrame:
    """Give the posts with what each is matched by."""
    return area.table("posts").with_columns(match=_plain("function"))


def _plain(column: str) -> pl.Expr:
    """Lay aside case, blanks and punctuation; what has nothing else has no name."""
    plain = (
        pl.col(column)
        .str.to_lowercase()
        .str.replace_all("['’]", "")
        .str.replace_all(r"[\p{P}\s]+", " ")
        .str.strip_chars()
    )
    return pl.when(plain != "").then(plain)


def _shared(rows: pl.DataFrame, *, shared: bool = True) -> pl.DataFrame:
    """Keep the rows whose match two services or more hold, or all others."""
    several = pl.col("match").is_not_null() & (pl.col("service_id").n_unique().over("match") > 1)
    return rows.filter(several if shared else ~several)


def _whole_sum(values: str | pl.Expr) -> pl.Expr:
    """Add up values; with one missing, the sum is missing."""
    values = pl.col(values) if isinstance(values, str) else values
    return pl.when(values.is_not_null().all()).then(values.sum())


def _wordings(column: str) -> pl.Expr:
    """Give every wording once, with semicolons between."""
    return pl.col(column).unique().sort().str.join("; ")


def _in_order(area: Area, rows: pl.DataFrame, *first: str) -> pl.DataFrame:
    """Put these columns first, and rows in their order save the wording, services in that of the study."""
    services = {service: number for number, service in enumerate(area.services)}
    order = pl.col("service_id").replace_strict(services, default=len(services), return_dtype=pl.Int64)
    keys = [order if each == "service_id" else pl.col(each) for each in first if each not in _WORDINGS]
    # A service that the study does not list has a name of its own to be sorted by.
    return rows.sort(*keys, "service_id", nulls_last=True).select(*first, pl.exclude(first))
