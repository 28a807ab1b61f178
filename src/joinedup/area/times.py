"""Times: local wall-clock text made aware in a zone, with the hour that occurs twice and the hour that does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

ISO_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
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
    if text.str.contains("T", literal=True).any():
        text = text.str.replace(r"^(\d{4}-\d{2}-\d{2})T", "$1 ")
    aware = made_aware(first_that_fits(text, formats), zone)
    # No format without an offset fits a time that has one.
    rest = aware.times.is_null() & text.str.contains(OFFSET)
    if not rest.any():
        return aware
    ending = text.filter(rest).str.replace(r"Z$", "+00:00")
    offset = first_that_fits(ending, [f"{each}%#z" for each in ISO_FORMATS[:3]], "UTC")
    return Aware(_put(aware.times, rest, offset.dt.convert_time_zone(zone)), aware.twice, aware.never)


def first_that_fits(text: pl.Series, formats: Sequence[str], zone: str | None = None) -> pl.Series:
    """Read text as times by the first format that fits, each of which sees only what those before it left."""
    times = pl.Series(text.name, [None], dtype=pl.Datetime("us", zone)).new_from_index(0, len(text))
    rest = text.is_not_null()
    for each in formats:
        if not rest.any():
            break
        left = text if rest.all() else text.filter(rest)
        read = left.str.to_datetime(each, time_unit="us", time_zone=zone, strict=False, exact=True)
        times = read if rest.all() else _put(times, rest, read)
        rest = text.is_not_null() & times.is_null()
    return times


def _put(times: pl.Series, where: pl.Series, values: pl.Series) -> pl.Series:
    """Put values in the rows that are marked, in order."""
    return times.to_physical().scatter(where.arg_true(), values.to_physical()).cast(times.dtype)


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
