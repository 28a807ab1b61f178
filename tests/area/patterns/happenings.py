"""Incidents for the tests of patterns: three services in one area by a seed, without a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.patterns import patterns_in
from joinedup.area.schema import empty_table
from joinedup.area.settings import Settings

if TYPE_CHECKING:
    from joinedup.area.queries import Group

ZONE = "Europe/London"
SETTINGS = Settings(name="Test", zone=ZONE)
SHARES = {"ambulance": 0.5, "fire": 0.15, "police": 0.35}
START = 1_736_121_600
"""Seconds from 1970 to Monday 6 January 2025 on the wall clock."""
HOURS = np.array([4, 3, 2, 2, 2, 3, 5, 7, 9, 9, 9, 9, 9, 9, 9, 10, 11, 11, 10, 9, 8, 7, 6, 5], dtype=float)
"""How busy the hours of a day are."""


def happened(seed: int, number: int = 12_000, days: int = 84, joint: float = 0.06) -> pl.DataFrame:
    """Make fault-free incidents: forty towns and the country between, busy hours, quiet Sundays, some joint events."""
    chance = np.random.Generator(np.random.PCG64(seed))
    week = np.array([1.0, 1.0, 1.0, 1.0, 1.15, 1.1, 0.75])
    busy = np.tile(week, -(-days // 7))[:days]
    day = chance.choice(days, number, p=busy / busy.sum())
    at = (
        day * 86_400
        + chance.choice(24, number, p=HOURS / HOURS.sum()) * 3600
        + chance.integers(0, 3600, number)
    )
    town = chance.uniform(-25_000, 25_000, (40, 2))[chance.integers(0, 40, number)] + chance.normal(
        0, 1_500, (number, 2)
    )
    place = np.where(chance.random((number, 1)) < 0.2, chance.uniform(-30_000, 30_000, (number, 2)), town)
    service = chance.choice(list(SHARES), number, p=list(SHARES.values()))
    # A joint event: another service's record some minutes after and some metres away.
    first = chance.permutation(number)[: 2 * int(number * joint / 2)].reshape(2, -1)
    at[first[1]] = at[first[0]] + chance.exponential(150, first.shape[1]).astype(np.int64)
    place[first[1]] = place[first[0]] + chance.normal(0, 30, place[first[1]].shape)
    return frame(at, service, place[:, 0], place[:, 1])


def frame(at: np.ndarray, service: np.ndarray, x: np.ndarray, y: np.ndarray) -> pl.DataFrame:
    """Make the table incidents, as it is after checking, from seconds on the wall clock and metres."""
    number = len(at)
    return pl.concat(
        [
            empty_table("incidents", ZONE),
            pl.DataFrame(
                {
                    "incident_id": [f"I-{100_000 + each}" for each in range(number)],
                    "service_id": service,
                    "received_at": local(START + at),
                    "latitude": y / 111_200 + 51.5,
                    "longitude": x / 69_200,
                    "x": x,
                    "y": y,
                }
            ),
        ],
        how="diagonal_relaxed",
    ).select(empty_table("incidents", ZONE).columns)


def local(seconds: np.ndarray) -> pl.Series:
    """Make times of seconds on the wall clock."""
    return (
        pl.Series(np.asarray(seconds, dtype=np.int64) * 1_000_000)
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
        .fill_null(strategy="forward")
    )


def moved(incidents: pl.DataFrame, which: pl.Series, at: pl.Expr) -> pl.DataFrame:
    """Give other times, on the wall clock, to some of the incidents."""
    wall = pl.col("received_at").dt.replace_time_zone(None)
    moved = incidents.with_columns(pl.when(which).then(at).otherwise(wall).alias("received_at"))
    return moved.with_columns(
        pl.col("received_at").dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    ).filter(pl.col("received_at").is_not_null())


WALL = pl.col("received_at").dt.replace_time_zone(None)


def noted(incidents: pl.DataFrame, settings: Settings = SETTINGS, **tables: pl.DataFrame) -> list[Group]:
    """Look for patterns, and give the groups of queries."""
    held = {"incidents": incidents, **tables}
    rows = {name: pl.Series(np.arange(2, table.height + 2)) for name, table in held.items()}
    return patterns_in(held, rows, settings).groups()


def about(groups: list[Group], words: str) -> list[Group]:
    return [each for each in groups if words in each.problem]
