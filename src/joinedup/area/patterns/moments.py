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

    Each has ``service_id``, ``incident_id``, ``wall`` and ``instant``, ``x`` and ``y`` where fit, and ``row``.
    """

    by_service: tuple[tuple[str, pl.DataFrame], ...]
    period: tuple[date, date] | None

    @classmethod
    def of(cls, incidents: pl.DataFrame, rows: pl.Series, period: tuple[date, date] | None) -> Moments:
        """Take the times and places out of the incidents."""
        fit = fit_for_distance()
        frame = (
            incidents.lazy()
            .with_columns(row=rows)
            .filter(pl.col("received_at").is_not_null())
            .select(
                "service_id",
                "incident_id",
                "row",
                wall=pl.col("received_at").dt.replace_time_zone(None).dt.timestamp("us"),
                instant=pl.col("received_at").dt.timestamp("us"),
                x=pl.when(fit).then("x"),
                y=pl.when(fit).then("y"),
            )
            .collect()
        )
        parts = frame.partition_by("service_id", as_dict=True, maintain_order=True)
        return cls(tuple((str(key[0]), parts[key]) for key in sorted(parts, key=str)), period)

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
