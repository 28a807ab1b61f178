"""The records of a study as crossover uses them: positioned or not, set aside or not, in canonical order.

The order comes from the records' content, so that the same study in any row order gives the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.patterns import default_places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.sweep import Marks

LINKABLE = ("exact", "50m", "100m")
"""Precisions that may be linked on; a point that is coarser, or snapped, never is (§1.4)."""

SLACK = {"50m": 36.0, "100m": 71.0}
"""How far rounding may have moved a place, in metres: half the diagonal of its square."""

# A signature that is rarer than this in its service teaches nothing of its own.
_RAREST, _FEWEST = 0.01, 30

DAY = 86_400_000_000
WEEK = 7 * DAY
"""Microseconds, the unit of every time in this package."""


@dataclass(frozen=True, eq=False)
class Records:
    """The records of one service, as arrays in canonical order.

    Positioned records have ``place`` (metres, shape (records, 2)), ``instant`` (true time) and ``wall`` (the clock on
    the wall), both in microseconds; ``slack``, how far rounding may have moved them (metres); a ``category`` and a
    ``signature`` (category and priority, rare ones together) as codes; and three marks: ``usable`` (not at a default
    place), ``repeat`` (of one before it, to the letter) and ``attended`` (a resource arrived). ``row`` is their place
    in the canonical frame. ``incidents`` counts all records of the service, positioned or not; ``usable_by_category`` and
    ``unusable_by_category`` count them by category code.
    """

    service: str
    row: NDArray[np.int64]
    place: NDArray[np.float64]
    instant: NDArray[np.int64]
    wall: NDArray[np.int64]
    slack: NDArray[np.float32]
    category: NDArray[np.int64]
    signature: NDArray[np.int32]
    usable: NDArray[np.bool_]
    repeat: NDArray[np.bool_]
    attended: NDArray[np.bool_]
    incidents: int
    usable_by_category: NDArray[np.int64]
    unusable_by_category: NDArray[np.int64]

    def __len__(self) -> int:
        """Count the positioned records."""
        return len(self.row)

    def where(self, keep: NDArray[np.bool_]) -> Records:
        """Keep some of the positioned records; what is counted of the whole service stays."""
        if keep.all():
            return self
        kept = {each.name: getattr(self, each.name)[keep] for each in fields(self) if each.name in _OF_EACH}
        return replace(self, **kept)


_OF_EACH = frozenset(
    ("row", "place", "instant", "wall", "slack", "category", "signature", "usable", "repeat", "attended")
)


@dataclass(frozen=True, eq=False)
class Linkable:
    """One service's positioned records as they look to another service, with the marks that its pairs are sorted by."""

    service: str
    place: NDArray[np.float64]
    instant: NDArray[np.int64]
    wall: NDArray[np.int64]
    marks: Marks


@dataclass(frozen=True)
class Period:
    """The time that the study covers, on the wall clock, in microseconds."""

    first: int
    last: int

    @property
    def weeks(self) -> float:
        """The length of the period in weeks."""
        return (self.last - self.first) / WEEK

    def share_left(self, weeks: int) -> float:
        """The share of the period that still overlaps when one service is shifted by whole weeks."""
        return max(0.0, 1 - abs(weeks) / self.weeks) if self.last > self.first else 0.0


_DOES_NOT_SAY = 2
_FEW_WORDS = ("category", "priority", "area", "other_service_requested", "place_precision")


def canonical(area: Area) -> pl.DataFrame:
    """Give the incidents of the area's services in canonical order, with what is needed of each.

    Adds ``instant`` and ``wall`` (microseconds), ``code`` (category), ``placed`` (a place good enough to link
    on), ``positioned`` (and a time), ``repeat`` (an exact duplicate of place, time and category beyond the
    first of its service), ``default`` (at a default place), ``sent`` (somebody was sent) and ``arrived`` (the first arrival,
    microseconds).
    """
    sent = (
        area.table("attendances")
        .group_by("incident_id")
        .agg(arrived=pl.col("arrived_at").min().dt.timestamp("us"), sent=pl.lit(value=True))
    )
    incidents = area.table("incidents").select(_NEEDED)
    incidents = incidents.hstack(
        incidents.select("incident_id")
        .join(sent, on="incident_id", how="left", maintain_order="left")
        .drop("incident_id")
    )
    # Service by service: sorting all of a country at once would need as much room again.
    pieces = incidents.partition_by("service_id", as_dict=True)
    ordered = [
        _prepared(pieces.pop((service,), incidents.clear())).sort(
            "instant", "x", "y", "category", "incident_id", nulls_last=True
        )
        for service in sorted(area.services) or ("",)
    ]
    del pieces, incidents, sent
    frame = pl.concat(ordered)
    same = [pl.col(each).eq_missing(pl.col(each).shift(1)) for each in _REPEATED]
    return frame.with_columns(
        # What is the same to the letter stands together.
        repeat=pl.col("positioned") & pl.all_horizontal(same) & pl.int_range(pl.len()).gt(0),
        code=_codes(frame["category"]),
        default=_at_a_default_place(frame),
    ).with_row_index("row")


_NEEDED = ("incident_id", "service_id", *_FEW_WORDS, "other_service_reference", "x", "y", "received_at")
_REPEATED = ("service_id", "instant", "x", "y", "category")


def _prepared(incidents: pl.DataFrame) -> pl.DataFrame:
    """Take what is needed of some incidents, in numbers where that takes less room."""
    instant = pl.col("received_at").dt.timestamp("us")
    placed = (
        pl.col("x").is_finite().fill_null(value=False)
        & pl.col("y").is_finite().fill_null(value=False)
        & pl.col("place_precision").fill_null("exact").is_in(LINKABLE)
    )
    return incidents.select(
        "incident_id",
        "service_id",
        # Few words, many rows: numbered, they take a quarter of the room.
        *(pl.col(each).cast(pl.String).cast(pl.Categorical) for each in _FEW_WORDS),
        "other_service_reference",
        "x",
        "y",
        "arrived",
        pl.col("sent").fill_null(value=False),
        instant=instant,
        wall=pl.col("received_at").dt.replace_time_zone(None).dt.timestamp("us"),
        placed=placed,
        positioned=placed & instant.is_not_null(),
    )


def _codes(category: pl.Series) -> pl.Series:
    """Number the categories from 1 in the order of their words; a record without one counts as an empty word."""
    words = category.unique().cast(pl.String).fill_null("").unique().sort().to_list()
    return category.cast(pl.String).fill_null("").cast(pl.Enum(words)).to_physical().cast(pl.Int32) + 1


def _at_a_default_place(frame: pl.DataFrame) -> pl.Series:
    """Flag the records at a point that holds too many, of two or more services, to be a real place."""
    places = frame.select("service_id", "x", "y", "positioned").filter("positioned")
    points = default_places(places).select("x", "y", default=pl.lit(value=True))
    flagged = frame.select("x", "y").join(points, on=["x", "y"], how="left", maintain_order="left")
    return flagged["default"].fill_null(value=False) & frame["placed"]


def of_service(frame: pl.DataFrame, service: str) -> pl.DataFrame:
    """Give one service's rows of the canonical frame, which stand together: nothing is copied or searched through."""
    services = frame["service_id"]
    first, end = (int(services.search_sorted(service, side=side)) for side in ("left", "right"))
    return frame.slice(first, end - first)


def records_of(frame: pl.DataFrame, service: str) -> Records:
    """Take one service's records out of the canonical frame."""
    own = of_service(frame, service)
    here, lost = own.filter("positioned"), own.filter(~pl.col("positioned"))
    lost_category = lost["code"].to_numpy()
    usable, category = (~here["default"]).to_numpy(), here["code"].to_numpy()
    most = int(max(lost_category.max(initial=0), category.max(initial=0))) + 1
    slack = (
        here["place_precision"].cast(pl.String).replace_strict(SLACK, default=0.0, return_dtype=pl.Float32)
    )
    return Records(
        service=service,
        row=here["row"].to_numpy().astype(np.int64),
        place=here.select("x", "y").to_numpy().astype(np.float64).reshape(-1, 2),
        instant=here["instant"].to_numpy(),
        wall=here["wall"].to_numpy(),
        slack=slack.fill_null(0.0).to_numpy(),
        category=category,
        signature=_signatures(here),
        usable=usable,
        repeat=here["repeat"].to_numpy(),
        attended=here["arrived"].is_not_null().to_numpy(),
        incidents=own.height,
        usable_by_category=np.bincount(category[usable], minlength=most),
        unusable_by_category=np.bincount(np.concatenate([lost_category, category[~usable]]), minlength=most),
    )


def _signatures(here: pl.DataFrame) -> NDArray[np.int32]:
    """Number the records by category and priority; a rare pair of them by category alone, a rare category as the rest.

    Numbers follow the words, not the rows.
    """
    words = here.select(
        category=pl.col("category").cast(pl.String).fill_null(""),
        priority=pl.col("priority").cast(pl.String).fill_null(""),
    )
    least = max(_FEWEST, _RAREST * words.height)
    many = pl.len()
    words = words.with_columns(
        both=many.over("category", "priority") >= least, alone=many.over("category") >= least
    )
    return (
        words.select(
            pl.when("both")
            .then(pl.concat_str("category", pl.lit("\n"), "priority"))
            .when("alone")
            .then("category")
            .otherwise(pl.lit("\n\n"))
            .rank("dense")
            .cast(pl.Int32)
            - 1
        )
        .to_series()
        .to_numpy()
    )


def asks_for(area: Area, frame: pl.DataFrame, service: str, other: str) -> NDArray[np.int8]:
    """Say of each positioned record whether it asks for another service: 0 no, 1 yes, 2 it does not say."""
    names = [other.lower(), area.kind_of(other).lower()]
    column = of_service(frame, service).filter("positioned")["other_service_requested"]
    words = column.drop_nulls().unique().cast(pl.String).to_list()
    asked = {each: int(any(who.strip() in names for who in each.lower().split(";"))) for each in words}
    return (
        column.cast(pl.String)
        .replace_strict(asked, default=_DOES_NOT_SAY, return_dtype=pl.Int8)
        .fill_null(_DOES_NOT_SAY)
        .to_numpy()
    )


def period_of(area: Area, frame: pl.DataFrame) -> Period:
    """Give the study's period: as its settings say, else from the first to the last positioned record."""
    if area.settings.period is not None:
        first, last = area.settings.period
        return Period(_midnight(first), _midnight(last) + DAY)
    walls = frame.filter("positioned")["wall"].to_numpy()
    return Period(int(walls.min()), int(walls.max())) if len(walls) else Period(0, 0)


def _midnight(day: date) -> int:
    """Microseconds from 1970 to the start of a day, on the wall clock."""
    return (day - date(1970, 1, 1)).days * DAY
