"""Times: local wall-clock text made aware in a zone, with the hour that occurs twice and the hour that does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

ISO_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
OFFSET = r"(?:Z|[+-]\d{2}(?::?\d{2})?)$"


@dataclass(frozen=True)
class Aware:
    """Aware times, and which of them had to be decided."""

    times: pl.Series
    twice: pl.Series
    """The local time occurs twice, as clocks go back: the first is taken."""
    never: pl.Series
    """The local time does not exist, as clocks go forward: it is moved on by the hour that was skipped."""


def made_aware(local: pl.Series, zone: str) -> Aware:
    """Give local times an offset."""
    name = local.name
    frame = pl.DataFrame({"local": local}).with_columns(
        first=pl.col("local").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"),
        last=pl.col("local").dt.replace_time_zone(zone, ambiguous="latest", non_existent="null"),
        moved=(pl.col("local") + pl.duration(hours=1)).dt.replace_time_zone(
            zone, ambiguous="earliest", non_existent="null"
        ),
    )
    return Aware(
        times=frame.select(pl.coalesce("first", "moved").dt.cast_time_unit("us").alias(name)).to_series(),
        twice=frame.select((pl.col("first") != pl.col("last")).fill_null(value=False)).to_series(),
        never=frame.select(pl.col("first").is_null() & pl.col("local").is_not_null()).to_series(),
    )


def parsed(text: pl.Series, zone: str, formats: tuple[str, ...] = ISO_FORMATS) -> Aware:
    """Read text as times: with an offset as they stand, without one as local time in the zone; null where unreadable."""
    name = text.name
    frame = pl.DataFrame({"text": text.str.replace(r"^(\d{4}-\d{2}-\d{2})T", "$1 ")})
    local = frame.select(
        pl.coalesce(
            *(
                pl.col("text").str.to_datetime(each, time_unit="us", strict=False, exact=True)
                for each in formats
            )
        ).alias(name)
    ).to_series()
    offset = (
        frame.select(
            pl.when(pl.col("text").str.contains(OFFSET))
            .then(pl.col("text").str.replace(r"Z$", "+00:00"))
            .alias("text")
        )
        .select(
            pl.coalesce(
                *(
                    pl.col("text").str.to_datetime(
                        f"{each}%#z", time_unit="us", time_zone="UTC", strict=False, exact=True
                    )
                    for each in ISO_FORMATS[:2]
                )
            )
            .dt.convert_time_zone(zone)
            .alias(name)
        )
        .to_series()
    )
    aware = made_aware(local, zone)
    return Aware(
        times=pl.DataFrame({"a": offset, "b": aware.times})
        .select(pl.coalesce("a", "b").alias(name))
        .to_series(),
        twice=aware.twice,
        never=aware.never,
    )


def is_zone(zone: str) -> bool:
    """Whether both Python and Polars can tell the time in a zone."""
    try:
        ZoneInfo(zone)
        pl.Series(dtype=pl.Datetime("us")).dt.replace_time_zone(zone)
    except (KeyError, ValueError, OSError, pl.exceptions.PolarsError):
        return False
    return True


def standard_longitude(zone: str) -> float | None:
    """Give the longitude, in degrees, on which a zone's winter clocks would be right: where its places are, roughly.

    A zone that names no place, such as UTC, says nothing about where they are.
    """
    if "/" not in zone or zone.startswith("Etc/"):
        return None
    offsets = (datetime(2025, month, 1, tzinfo=ZoneInfo(zone)).utcoffset() or timedelta() for month in (1, 7))
    return min(offset.total_seconds() for offset in offsets) / 3600 * 15
