"""Counts of demand that may leave a service's own premises: by area, hour of the week and category, small ones hidden.

A row that is absent is a zero; a row whose count is empty is 1 up to one less than the limit. No total stands beside
them, so hiding the small counts themselves is enough: nothing that is given adds up to a hidden one. A square or a
category with fewer incidents in all than the limit is not named, because a row says that something happened there
even where its count is empty.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.area.squares import ELSEWHERE, LEAST_METRES, UNPLACED, WHOLE, square_names
from joinedup.disclosure import LIMIT
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from joinedup.area.area import Area

OTHER = "other"
"""What a category is called that has too few incidents in all to be named."""
NOT_STATED = "not stated"
"""What an incident without a category is counted under."""
ALL = "all"
"""What every incident is counted under where categories are not told apart."""

KEY = ("service_id", "area", "weekday", "hour", "category")
WIDER = (500, 1000, 2000, 5000, 10_000)
"""Squares that a service is told about when most of its incidents would be hidden."""


@dataclass(frozen=True, eq=False)
class Counted:
    """What was counted: the rows as they may leave, and what became of the incidents of each service.

    ``table`` has the columns of ``demand_counts``. ``timed`` and ``untimed`` are the incidents of each service that
    could be put into an hour of the week and those that could not; ``hidden`` the incidents behind empty counts, and
    ``lost`` those and the ones whose square is not named. All are exact, for the service's own premises alone.
    """

    table: pl.DataFrame
    timed: dict[str, int]
    untimed: dict[str, int]
    hidden: dict[str, int]
    lost: dict[str, int]

    @property
    def share_hidden(self) -> float:
        """The share of all counted incidents whose count is empty."""
        return sum(self.hidden.values()) / max(sum(self.timed.values()), 1)

    @property
    def share_lost(self) -> float:
        """The share of all counted incidents whose count is empty or whose square is not named."""
        return sum(self.lost.values()) / max(sum(self.timed.values()), 1)


def demand(area: Area, metres: int | None = 1000, *, categories: bool = True) -> pl.DataFrame:
    """Count incidents by service, area, hour of the week and category, with nothing hidden and nothing folded.

    Args:
        area: an area with incidents; hours are of the wall clock in the study's zone.
        metres: the side of a square; None counts the whole area as one.
        categories: whether to tell the services' own categories apart.
    """
    timed = area.table("incidents").filter(pl.col("received_at").is_not_null())
    where: pl.Expr | pl.Series = pl.lit(WHOLE)
    if metres is not None:
        names = square_names(timed, metres, on_national_grid=area.settings.on_national_grid)
        fit = timed.select(fit_for_distance()).to_series()
        where = pl.DataFrame({"area": names, "fit": fit}).select(
            pl.when("fit").then("area").fill_null(UNPLACED).alias("area")
        )["area"]
    category = pl.col("category").fill_null(NOT_STATED) if categories else pl.lit(ALL)
    return (
        timed.with_columns(area=where, category=category)
        .with_columns(
            weekday=pl.col("received_at").dt.weekday().cast(pl.Int64),
            hour=pl.col("received_at").dt.hour().cast(pl.Int64),
        )
        .group_by(KEY)
        .agg(count=pl.len().cast(pl.Int64))
        .sort(KEY)
    )


def count_demand(area: Area, metres: int | None = 1000, *, categories: bool = True) -> Counted:
    """Count a study's incidents as they may leave: squares and categories with too few folded, small counts empty.

    Raises:
        Refusal: for a square that is smaller than may be given, or a study without incidents that have a time.
    """
    if metres is not None and metres < LEAST_METRES:
        raise Refusal(
            f"squares of {metres} m are too small to give counts for; use {LEAST_METRES} m or more: "
            "a smaller one can be a single house"
        )
    incidents = area.table("incidents")
    if incidents.is_empty():
        raise Refusal("the study holds no incidents to count; read them into it first ('joinedup read')")
    found = demand(area, metres, categories=categories)
    if found.is_empty():
        raise Refusal("no incident has a time, so none can be put into an hour of the week")
    folded = found
    for column, instead in (("area", ELSEWHERE), ("category", OTHER)):
        few = pl.col("count").sum().over("service_id", column) < LIMIT
        folded = folded.with_columns(pl.when(few).then(pl.lit(instead)).otherwise(column).alias(column))
    # A place that is not known stays apart from one that is known and not named, however few there are.
    folded = folded.with_columns(
        area=pl.when(found["area"] == UNPLACED).then(found["area"]).otherwise("area")
    )
    folded = folded.group_by(KEY).agg(pl.col("count").sum()).sort(KEY)
    small = pl.col("count") < LIMIT
    hidden = folded.filter(small)
    held = incidents["service_id"].unique().to_list()
    services = [each for each in area.services if each in held]
    timed = _by_service(found, services)
    return Counted(
        folded.with_columns(pl.when(~small).then("count").alias("count")),
        timed=timed,
        untimed={
            each: incidents.filter(pl.col("service_id") == each).height - timed[each] for each in services
        },
        hidden=_by_service(hidden, services),
        lost=_by_service(folded.filter(small | (pl.col("area") == ELSEWHERE)), services),
    )


def share_lost_by_square(area: Area, *, categories: bool) -> dict[int | None, float]:
    """Say what share of incidents each size of square would hide or not name; None stands for no squares at all."""
    return {metres: count_demand(area, metres, categories=categories).share_lost for metres in (*WIDER, None)}


def _by_service(table: pl.DataFrame, services: list[str]) -> dict[str, int]:
    """Add up the counts of each service."""
    return {each: int(table.filter(pl.col("service_id") == each)["count"].sum()) for each in services}


def as_csv(table: pl.DataFrame) -> bytes:
    """Write counts as CSV in which no spreadsheet takes a category for a formula."""
    text = pl.col("service_id", "area", "category")
    harmless = pl.when(text.str.contains(r"^\s*[=+\-@]")).then(pl.format("'{}", text)).otherwise(text)
    return table.with_columns(harmless.name.keep()).write_csv(line_terminator="\n").encode()


def as_parquet(table: pl.DataFrame) -> bytes:
    """Write counts as Parquet."""
    stream = io.BytesIO()
    table.write_parquet(stream)
    return stream.getvalue()
