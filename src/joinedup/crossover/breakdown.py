"""What joint events are like: their categories, their hours, their places, and who came first (§2.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.crossover.records import of_service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.crossover.records import Records

_HOUR = 3_600_000_000
_HOURS_OF_WEEK = 168
# 1 January 1970 was a Thursday; weeks are counted from Monday.
_FROM_MONDAY = 3 * 24
_LEAST_SAID = 0.01
CELL_METRES = 1_000


@dataclass(frozen=True)
class First:
    """Which of two services came first in their joint events, weighed by probability.

    ``first_of`` gives each service's share of the events that it came to first (where they came at the same time,
    half each), ``minutes`` the median time between the two, whichever came first; ``events`` how many this rests on.
    Of several calls or resources of one service, the first counts.
    """

    events: float
    first_of: Mapping[str, float]
    minutes: float

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "events": round(self.events, 2),
            "first_of": {service: round(share, 4) for service, share in self.first_of.items()},
            "minutes": round(self.minutes, 2),
        }


@dataclass(frozen=True)
class Breakdown:
    """The joint events of two services, sorted.

    ``categories`` has ``service``, ``category``, ``incidents``, ``joint`` (events expected) and ``share``, ``areas`` the same
    by ``area`` where records name the district in which they lie, and no row elsewhere; ``hours`` the events expected in
    each hour of the week from Monday 00:00 on the wall clock; ``cells`` the events expected in each square of 1 km (``x``,
    ``y`` its south-west corner, in metres on the study's plane); ``crossed`` the events expected by the two services' own
    categories, ``one`` and ``other``. All are of records with a usable position.
    """

    categories: pl.DataFrame = field(compare=False)
    areas: pl.DataFrame = field(compare=False)
    hours: tuple[float, ...]
    cells: pl.DataFrame = field(compare=False)
    recorded_first: First | None
    arrived_first: First | None
    crossed: pl.DataFrame = field(compare=False)

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints; places stay inside the study."""
        return {
            "categories": _rounded(self.categories),
            "areas": _rounded(self.areas),
            "hours": [round(each, 2) for each in self.hours],
            "crossed": [row | {"joint": round(row["joint"], 2)} for row in self.crossed.to_dicts()],
            "recorded_first": None if self.recorded_first is None else self.recorded_first.as_json(),
            "arrived_first": None if self.arrived_first is None else self.arrived_first.as_json(),
        }


def _rounded(table: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        row | {"joint": round(row["joint"], 2), "share": round(row["share"], 6)} for row in table.to_dicts()
    ]


def breakdown(
    frame: pl.DataFrame,
    records: tuple[Records, Records],
    groups: tuple[NDArray[np.int64], NDArray[np.int64]],
    joint: pl.DataFrame,
) -> Breakdown:
    """Sort the meetings of two services, each weighed by its probability.

    Args:
        frame: the canonical frame.
        records: both services' records.
        groups: each record's group, by the place of its first record.
        joint: the meetings in the window, as `Pair.joint` has them.
    """
    services = one, other = records[0].service, records[1].service
    both = joint.filter(pl.col("probability") >= _LEAST_SAID)
    record = frame.select("category", "area", "wall", "x", "y")
    # A record's row is its place in the frame.
    of_one, of_other = (
        record[both[side]].with_columns(both["probability"]) for side in ("a_record", "b_record")
    )
    hour = (of_one["wall"].to_numpy() // _HOUR + _FROM_MONDAY) % _HOURS_OF_WEEK
    hours = np.bincount(hour, of_one["probability"].to_numpy(), _HOURS_OF_WEEK)
    cells = (
        of_one.select(
            x=((pl.col("x") + of_other["x"]) / 2 / CELL_METRES).floor() * CELL_METRES,
            y=((pl.col("y") + of_other["y"]) / 2 / CELL_METRES).floor() * CELL_METRES,
            joint="probability",
        )
        .group_by("x", "y")
        .agg(pl.col("joint").sum())
        .sort("x", "y")
    )
    weight, groups_met = both["probability"].to_numpy(), (both["a"].to_numpy(), both["b"].to_numpy())
    # A group is named by the row of its first record, which in canonical order is the earliest.
    received = [frame["instant"].gather(rows).to_numpy().astype(np.float64) for rows in groups_met]
    arrived = [_first_arrivals(frame, *each) for each in zip(records, groups, groups_met, strict=True)]
    return Breakdown(
        categories=pl.concat(_by("category", frame, *each) for each in ((one, of_one), (other, of_other))),
        areas=pl.concat(
            _by("area", frame, *each).drop_nulls("area") for each in ((one, of_one), (other, of_other))
        ),
        hours=tuple(float(each) for each in hours),
        cells=cells,
        crossed=_crossed(of_one, of_other),
        recorded_first=_first(services, weight, received),
        arrived_first=_first(services, weight, arrived),
    )


def _crossed(of_one: pl.DataFrame, of_other: pl.DataFrame) -> pl.DataFrame:
    """Add up the joint events by both services' categories, those of most events first."""
    return (
        of_one.select(one="category", other=of_other["category"], joint="probability")
        .group_by("one", "other")
        .agg(pl.col("joint").sort().sum())
        .with_columns(pl.col("one", "other").cast(pl.String))
        .sort("joint", "one", "other", descending=[True, False, False], nulls_last=True)
    )


def _by(column: str, frame: pl.DataFrame, service: str, records: pl.DataFrame) -> pl.DataFrame:
    """Count a service's placed records by a column, and the joint events among them."""
    word = pl.col(column).cast(pl.String)
    own = of_service(frame, service).filter(pl.col("positioned") & ~pl.col("default"))
    joint = records.group_by(column).agg(joint=pl.col("probability").sort().sum()).with_columns(word)
    return (
        own.group_by(column)
        .agg(incidents=pl.len().cast(pl.Int64))
        .with_columns(word)
        .join(joint, on=column, how="left", nulls_equal=True)
        .with_columns(pl.col("joint").fill_null(0.0), service=pl.lit(service, dtype=pl.String))
        .with_columns(share=pl.col("joint") / pl.col("incidents"))
        .select("service", column, "incidents", "joint", "share")
        .sort("joint", column, descending=[True, False], nulls_last=True)
    )


def _first_arrivals(
    frame: pl.DataFrame, records: Records, group: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give when the first resource arrived for any call of each group (µs), named by rows; nan where nobody says."""
    names, which = np.unique(rows, return_inverse=True)
    number = np.full(len(records), -1)
    number[np.searchsorted(records.row, names)] = np.arange(len(names))
    members = np.flatnonzero((number[group] >= 0) & records.attended)
    first = np.full(len(names), np.inf)
    came = frame["arrived"].gather(records.row[members]).to_numpy().astype(np.float64)
    np.minimum.at(first, number[group[members]], came)
    return np.where(np.isinf(first), np.nan, first)[which]


def _first(
    services: tuple[str, str], weight: NDArray[np.float64], moments: Sequence[NDArray[np.float64]]
) -> First | None:
    """Weigh who came first, from the moment (µs) that either service came; None where no two moments are known."""
    minutes = (moments[1] - moments[0]) / 60e6
    known = ~np.isnan(minutes)
    weight, minutes = weight[known], minutes[known]
    total = float(weight.sum())
    if total <= 0:
        return None
    ahead = float((weight * ((minutes > 0) + 0.5 * (minutes == 0))).sum() / total)
    between = np.abs(minutes)
    order = np.argsort(between, kind="stable")
    middle = int(np.searchsorted(np.cumsum(weight[order]), total / 2))
    return First(
        total,
        {services[0]: ahead, services[1]: 1 - ahead},
        float(between[order[min(middle, len(order) - 1)]]),
    )
