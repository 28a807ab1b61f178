"""What joint events are like: their categories, their hours, their places, and who came first (§2.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.crossover.records import of_service

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    half each), ``minutes`` the median time from the first to the second; ``events`` how many this rests on.
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
    ``y`` its south-west corner, in metres on the study's plane). All are of records with a usable position.
    """

    categories: pl.DataFrame = field(compare=False)
    areas: pl.DataFrame = field(compare=False)
    hours: tuple[float, ...]
    cells: pl.DataFrame = field(compare=False)
    recorded_first: First | None
    arrived_first: First | None

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints; places stay inside the study."""
        return {
            "categories": _rounded(self.categories),
            "areas": _rounded(self.areas),
            "hours": [round(each, 2) for each in self.hours],
            "recorded_first": None if self.recorded_first is None else self.recorded_first.as_json(),
            "arrived_first": None if self.arrived_first is None else self.arrived_first.as_json(),
        }


def _rounded(table: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        row | {"joint": round(row["joint"], 2), "share": round(row["share"], 6)} for row in table.to_dicts()
    ]


def breakdown(frame: pl.DataFrame, services: tuple[str, str], joint: pl.DataFrame) -> Breakdown:
    """Sort the meetings of two services, each weighed by its probability.

    Args:
        frame: the canonical frame.
        services: the two services.
        joint: the meetings in the window, as `Pair.joint` has them.
    """
    one, other = services
    both = joint.filter(pl.col("probability") >= _LEAST_SAID)
    record = frame.select("category", "area", "wall", "x", "y", "arrived")
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
    minutes = both["minutes"].to_numpy()
    return Breakdown(
        categories=pl.concat(_by("category", frame, *each) for each in ((one, of_one), (other, of_other))),
        areas=pl.concat(
            _by("area", frame, *each).drop_nulls("area") for each in ((one, of_one), (other, of_other))
        ),
        hours=tuple(float(each) for each in hours),
        cells=cells,
        recorded_first=_first(services, both["probability"].to_numpy(), minutes),
        arrived_first=_arrived_first(services, of_one, of_other),
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


def _arrived_first(services: tuple[str, str], of_one: pl.DataFrame, of_other: pl.DataFrame) -> First | None:
    """Say whose resource arrived first, where both services say when."""
    here, there = of_one["arrived"], of_other["arrived"]
    known = (here.is_not_null() & there.is_not_null()).to_numpy()
    if not known.any():
        return None
    gap = (there.to_numpy() - here.to_numpy())[known] / 60e6
    return _first(services, of_one["probability"].to_numpy()[known], gap)


def _first(
    services: tuple[str, str], weight: np.ndarray[Any, Any], minutes: np.ndarray[Any, Any]
) -> First | None:
    """Weigh who came first; minutes are the second service's time after the first service's."""
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
