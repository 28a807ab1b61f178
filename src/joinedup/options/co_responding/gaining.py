"""Who would be first at time-critical medical calls, by how much, and how often: by station, over the hours of the week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.options.co_responding.declared import CALL_PASSED, TIME_OUT, WITHIN
from joinedup.options.co_responding.going import RESPONDERS, with_those_that_go
from joinedup.response import drives
from joinedup.response.durations import BUSY, HANDLING, TURNOUT
from joinedup.response.rostering import hours_covered, minute
from joinedup.travel import travel_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.travel import Travel

TIME_CRITICAL = ("c1", "category 1", "cat 1", "purple", "red")
"""Categories of an ambulance service that are time-critical: England's first, and Wales's, before and since July 2025."""


@dataclass(frozen=True)
class Stretch:
    """Hours of the day: calls recorded at which a crew would be sooner, minutes gained, and how often one is free."""

    first: int
    until: int
    records: int
    minutes_sooner: float
    idle: float


@dataclass(frozen=True)
class Gained:
    """What one station's crews would gain at the calls of one ambulance service; a year's calls and minutes.

    ``sent`` are the calls near enough to be sent to at which a crew is on duty and free, and ``calls`` those of them to which
    it would be sooner; ``minutes_now`` and ``minutes_sooner`` are means over the latter; ``idle`` is the share of these, with
    those at which nobody is free, at which a crew is; ``cover_lost`` the share of the crews' hours on duty that they would be
    out; ``busiest_hour`` the hour of the day with most of ``calls``; ``by_hours`` the same from midnight, from 6, from noon
    and from 18, and from each hour at which crews come on duty or go. ``shared`` names the calls
    to which another station's crew would be sooner too.
    """

    site_id: str
    responder: str
    ambulance: str
    sent: float
    calls: float
    minutes_now: float
    minutes_sooner: float
    idle: float
    cover_lost: float
    busiest_hour: int
    units: int
    by_hours: tuple[Stretch, ...]
    shared: tuple[str, ...] = ()


def time_critical(area: Area, service: str) -> list[str]:
    """Give the categories of a service's incidents that are time-critical, as they are written there."""
    own = (
        area.table("incidents")
        .filter(pl.col("service_id") == service)["category"]
        .drop_nulls()
        .unique()
        .sort()
    )
    return own.filter(own.str.to_lowercase().str.strip_chars().is_in(TIME_CRITICAL)).to_list()


def gained(area: Area, assumptions: Mapping[str, Assumption]) -> list[Gained]:
    """Find for every station of a fire or police service where it would be sooner than the ambulance is.

    Only units that can go count: they are driven from, on duty, free and trained.
    """
    area = with_those_that_go(area)
    found: list[Gained] = []
    travel = travel_of(area, assumptions)
    for ambulance in sorted(area.services):
        if area.kind_of(ambulance) != "ambulance":
            continue
        calls = _calls(area, ambulance, assumptions, travel)
        if calls.is_empty():
            continue
        stations: list[tuple[Gained, pl.DataFrame]] = []
        for responder in sorted(area.services):
            if area.kind_of(responder) in RESPONDERS:
                stations += _by_station(area, ambulance, responder, calls, assumptions, travel)
        found += _sharing(stations)
    return found


def _sharing(stations: list[tuple[Gained, pl.DataFrame]]) -> list[Gained]:
    """Name for each station of one ambulance service the calls at which it and another would both be sooner (§5.5).

    A name is ``incidents/SERVICE/CATEGORY/SITE/SITE``, the two sites in order: lives that are saved there are saved once. Two
    stations that are free at other hours, or near other calls, share none.
    """
    if not stations:
        return []
    at = pl.concat([rows.with_columns(station=pl.lit(each)) for each, (_, rows) in enumerate(stations)])
    pairs = at.join(at, on="call", suffix="_2").filter(pl.col("station") < pl.col("station_2"))
    named: list[set[str]] = [set() for _ in stations]
    for one, other, category in pairs.select("station", "station_2", "category").unique().iter_rows():
        first, second = stations[one][0], stations[other][0]
        name = f"incidents/{first.ambulance}/{category}/{'/'.join(sorted((first.site_id, second.site_id)))}"
        named[one].add(name)
        named[other].add(name)
    return [
        replace(each, shared=tuple(sorted(names))) for (each, _), names in zip(stations, named, strict=True)
    ]


def uses_of(each: Gained, units: pl.Series) -> tuple[str, ...]:
    """Name what only one option can have: a station's crews, and the calls at which another station would be sooner too."""
    return (*(f"units/{unit}" for unit in units.sort()), *each.shared)


def _central(assumptions: Mapping[str, Assumption], declared: Assumption) -> float:
    return assumptions.get(declared.name, declared).central


def _calls(area: Area, ambulance: str, assumptions: Mapping[str, Assumption], travel: Travel) -> pl.DataFrame:
    """Give the placed time-critical calls with the minutes until told and until the first ambulance, recorded or modelled."""
    own = area.table("incidents").filter(
        (pl.col("service_id") == ambulance)
        & pl.col("category").str.to_lowercase().str.strip_chars().is_in(TIME_CRITICAL)
        & pl.col("received_at").is_not_null()
        & fit_for_distance()
    )
    arrived = (
        area.table("attendances")
        .join(own.select("incident_id", "received_at"), on="incident_id")
        .join(area.table("units").filter(pl.col("service_id") == ambulance).select("unit_id"), on="unit_id")
        .group_by("incident_id")
        .agg(
            ((pl.col(each) - pl.col("received_at")).min().dt.total_milliseconds() / 60_000).alias(name)
            for each, name in (("mobilised_at", "told"), ("arrived_at", "first"))
        )
    )
    modelled = _driven(area, own, ambulance, travel).rename({"minutes": "drive"}).drop("ground")
    told = _central(assumptions, HANDLING["ambulance"])
    turnout = _central(assumptions, TURNOUT["wholetime"])
    return (
        own.join(arrived, on="incident_id", how="left")
        .join(modelled, on="incident_id", how="left")
        .with_columns(pl.col("told").fill_null(told))
        .with_columns(pl.coalesce("first", pl.col("told") + turnout + pl.col("drive")).alias("first"))
        .filter(pl.col("first").is_not_null())
        .sort("incident_id")
        .with_row_index("call")
    )


def _driven(area: Area, calls: pl.DataFrame, service: str, travel: Travel) -> pl.DataFrame:
    """Give the nearest station of a service to each of these calls, and the minutes to drive; null where there is none."""
    # The calls are taken for the service's own, so that drives come from response and its way of travelling.
    asked = calls.with_columns(service_id=pl.lit(service)).select(area.table("incidents").columns)
    looked_at = replace(area, tables=MappingProxyType({**area.tables, "incidents": asked}))
    return drives(looked_at, travel).select("incident_id", "ground", "minutes")


def _by_station(
    area: Area,
    ambulance: str,
    responder: str,
    calls: pl.DataFrame,
    assumptions: Mapping[str, Assumption],
    travel: Travel,
) -> Iterator[tuple[Gained, pl.DataFrame]]:
    """Give what each station of one service would gain, and the calls at which it could: call and category."""
    units = area.table("units").filter((pl.col("service_id") == responder) & pl.col("site_id").is_not_null())
    if units.is_empty():
        return
    quickest = {name: _central(assumptions, each) for name, each in TURNOUT.items()}
    turnout = (
        units.with_columns(
            pl.col("crew")
            .replace_strict(quickest, default=quickest["other"], return_dtype=pl.Float64)
            .alias("turnout")
        )
        .group_by("site_id")
        .agg(pl.col("turnout").min())
    )
    near = (
        calls.join(_driven(area, calls, responder, travel), on="incident_id")
        .join(turnout, left_on="ground", right_on="site_id")
        .with_columns(
            (
                pl.col("first")
                - pl.col("told")
                - _central(assumptions, CALL_PASSED)
                - pl.col("turnout")
                - pl.col("minutes")
            ).alias("gain"),
            pl.col("received_at").dt.weekday().cast(pl.Int64).alias("weekday"),
            pl.col("received_at").dt.hour().cast(pl.Int64).alias("hour"),
        )
        .filter(pl.col("minutes") <= _central(assumptions, WITHIN))
        .sort("ground", "incident_id")
    )
    days = days_covered(area)
    for (ground,), rows in near.group_by(["ground"], maintain_order=True):
        own = units.filter(pl.col("site_id") == ground)
        idle, on_duty, edges = _idle(area, own, assumptions, days)
        free = idle[rows["weekday"].to_numpy() - 1, rows["hour"].to_numpy()]
        gain = rows["gain"].to_numpy()
        weight = np.where(gain > 0, free, 0.0)
        if not weight.sum() > 0:
            continue
        a_year = 365.2425 / days
        sent, sooner = float(free.sum()) * a_year, gain > 0
        hour = rows["hour"].to_numpy()
        station = Gained(
            str(ground),
            responder,
            ambulance,
            sent,
            float(weight.sum()) * a_year,
            float(weight @ rows["first"].to_numpy() / weight.sum()),
            float(weight @ gain / weight.sum()),
            float(free[sooner].mean()),
            sent * _central(assumptions, TIME_OUT) / 60 / (on_duty * 365.2425 / 7),
            int(np.bincount(hour, weight, 24).argmax()),
            own.height,
            tuple(
                _stretch(first, until, gain[here], free[here])
                for first, until in pairwise((*edges, 24))
                for here in (sooner & (hour >= first) & (hour < until),)
            ),
        )
        yield station, rows.filter(pl.Series(weight > 0)).select("call", "category")


def _stretch(first: int, until: int, gain: NDArray[np.float64], free: NDArray[np.float64]) -> Stretch:
    """Sum up the calls of some hours; nothing where nobody is ever free."""
    weighed = float(free @ gain / free.sum()) if free.sum() > 0 else 0.0
    return Stretch(first, until, len(gain), weighed, float(free.mean()) if len(free) else 0.0)


def days_covered(area: Area) -> float:
    """Give the days that the study covers: its period, else from its first to its last incident."""
    if area.settings.period is not None:
        first, last = area.settings.period
        return float((last - first).days + 1)
    times = area.table("incidents")["received_at"].drop_nulls().sort().to_list()
    return max(1.0, (times[-1] - times[0]).total_seconds() / 86_400) if times else 365.2425


def _idle(
    area: Area, units: pl.DataFrame, assumptions: Mapping[str, Assumption], days: float
) -> tuple[NDArray[np.float64], float, list[int]]:
    """Give the chance by weekday and hour, shape (7, 24), that a unit is on duty and free, and their hours on duty a week.

    Besides, the hours of the day, every sixth among them, from which other numbers of them are on duty than in the hour before.
    """
    none_free, there = np.ones((7, 24)), np.zeros((7, 24))
    shifts = area.table("shifts")
    told = pl.coalesce("mobilised_at", "responding_at", "arrived_at")
    kinds = {each: _central(assumptions, BUSY[area.kind_of(each)]) for each in units["service_id"].unique()}
    for unit_id, service in units.sort("unit_id").select("unit_id", "service_id").iter_rows():
        on = _on_duty(shifts.filter(pl.col("unit_id") == unit_id))
        there += on
        jobs = (
            area.table("attendances")
            .filter(pl.col("unit_id") == unit_id)
            .select(
                told.dt.hour().cast(pl.Int64).alias("hour"),
                ((pl.col("available_at") - told).dt.total_milliseconds() / 3_600_000)
                .fill_null(kinds[service] / 60)
                .clip(0, 24)
                .alias("hours"),
            )
            .drop_nulls("hour")
            .sort("hour", "hours")
        )
        # Time out is counted at the hour in which it began.
        out = np.bincount(jobs["hour"].to_numpy(), jobs["hours"].to_numpy(), 24) / days
        none_free *= 1.0 - on * (1.0 - np.clip(out, 0.0, 1.0))
    changes = np.flatnonzero((there != np.roll(there, 1, axis=1)).any(axis=0)).tolist()
    return 1.0 - none_free, float(there.sum()), sorted({0, 6, 12, 18, *changes})


def _on_duty(shifts: pl.DataFrame) -> NDArray[np.float64]:
    """Give the share of each hour for which a unit is on duty, by weekday and hour, shape (7, 24); all where it has no shifts."""
    rows = shifts.select("weekday", "starts_at", "ends_at").drop_nulls().rows()
    if not rows:
        return np.ones((7, 24))
    minutes = sum(hours_covered(weekday, minute(starts), minute(ends)) for weekday, starts, ends in rows)
    # Two shifts that overlap are no more than the whole hour.
    return np.asarray(np.minimum(minutes, 60) / 60.0).reshape(7, 24)
