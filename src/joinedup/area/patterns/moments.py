"""The times of the incidents as patterns are looked for: on the wall clock and in truth, by service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from joinedup.area.places import fit_for_distance

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Microseconds, the unit of every time here."""

_START = date(1970, 1, 1)


@dataclass(frozen=True)
class Moments:
    """The incidents that have a time, by service in order of its identifier.

    Each has ``at``, its place in the table, ``row``, ``wall`` and ``instant``, and ``x`` and ``y`` where fit.
    """

    by_service: tuple[tuple[str, pl.DataFrame], ...]
    period: tuple[date, date] | None

    @classmethod
    def of(cls, incidents: pl.DataFrame, rows: pl.Series, period: tuple[date, date] | None) -> Moments:
        """Take the times and places out of the incidents."""
        fit = fit_for_distance()
        timed = incidents.select(
            "service_id",
            "received_at",
            row=rows,
            at=pl.int_range(pl.len(), dtype=pl.UInt32),
            x=pl.when(fit).then("x"),
            y=pl.when(fit).then("y"),
        ).lazy()
        by_service = []
        for service in incidents["service_id"].unique().sort().to_list():
            own = (
                timed.filter((pl.col("service_id") == service) & pl.col("received_at").is_not_null())
                .select(
                    "at",
                    "row",
                    wall=pl.col("received_at").dt.replace_time_zone(None).dt.timestamp("us"),
                    instant=pl.col("received_at").dt.timestamp("us"),
                    x="x",
                    y="y",
                )
                .collect()
            )
            if own.height:
                by_service.append((service, own))
        return cls(tuple(by_service), period)

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day, as days since 1970: of the study's period, else of the records."""
        if self.period is not None:
            first, last = self.period
            return (first - _START).days, (last - _START).days
        walls = [own["wall"].to_numpy() for _, own in self.by_service]
        return min(int(each.min()) for each in walls) // DAY, max(int(each.max()) for each in walls) // DAY


def share(part: int, whole: int) -> str:
    """Say a count as a part of another."""
    return f"{part:,} of {whole:,}"
