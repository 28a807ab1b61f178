"""What a study does not say about its units, inferred from where they went: their homes, and how many are on duty when.

An extract of calls names the units and not their stations. A unit's home is then the place from which its recorded drives
take as long as they did; its hours are those in which so many of its kind are seen at work.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.area.places import fit_for_distance
from joinedup.response.driving import fitted_law
from joinedup.travel import CRUISING_SPEED, LOST_MINUTES, StraightLine

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area import Area

LEAST_RUNS = 10
"""Runs from which a home is worked out by how long they took; with fewer it is the middle of where the unit went."""
_LONGEST_DRIVE = 30.0
_ROUNDS = 2
_UNLIKELY = 0.01
"""A stretch of hours without a job that chance would leave less often than this was off duty."""
_BUSY = 2.0
"""Jobs on a day of duty from which a day without one was a day off."""


def inferred(area: Area, without: Collection[date] = ()) -> tuple[Area, tuple[str, ...]]:
    """Give the area with homes for units that have none and hours where a service has no shifts, and say what was done.

    Attendances of the days ``without`` are not looked at. An area that lacks neither comes back as it is.
    """
    runs = _runs(area, without)
    if runs.is_empty():
        return area, ()
    area, homes = _with_homes(area, runs)
    area, hours = _with_hours(area, runs, without)
    return area, (*homes, *hours)


def _runs(area: Area, without: Collection[date]) -> pl.DataFrame:
    incidents = area.table("incidents").filter(fit_for_distance() & pl.col("received_at").is_not_null())
    day = pl.col("received_at").dt.replace_time_zone(None).dt.date()
    return (
        area.table("attendances")
        .join(incidents.select("incident_id", "received_at", "x", "y"), on="incident_id", how="inner")
        .join(
            area.table("units").select("unit_id", "service_id", "kind", "site_id"), on="unit_id", how="inner"
        )
        .filter(~day.is_in(list(without)))
        .with_columns(
            pl.coalesce("mobilised_at", "responding_at", "arrived_at").alias("told_at"),
            (pl.col("arrived_at") - pl.col("responding_at")).dt.total_milliseconds().alias("drove"),
        )
        .filter(pl.col("told_at").is_not_null() & pl.col("kind").is_not_null())
        .sort("unit_id", "told_at", "incident_id")
    )


def _with_homes(area: Area, runs: pl.DataFrame) -> tuple[Area, tuple[str, ...]]:
    sites = area.table("sites")
    placed = sites.filter(fit_for_distance())["site_id"]
    homeless = runs.filter(pl.col("site_id").is_null() | ~pl.col("site_id").is_in(placed.implode()))
    if homeless.is_empty():
        return area, ()
    rows = []
    for (service, kind), each in sorted(
        homeless.partition_by("service_id", "kind", as_dict=True, maintain_order=True).items()
    ):
        for unit, (x, y) in _homes(each).items():
            rows.append({"unit_id": unit, "service_id": service, "kind": kind, "x": x, "y": y})
    found = pl.DataFrame(rows).with_columns(pl.concat_str(pl.lit("home of "), "unit_id").alias("home"))
    blank = {name: pl.lit(None, dtype) for name, dtype in sites.schema.items()}
    blank |= {"x": pl.lit(None, pl.Float64), "y": pl.lit(None, pl.Float64)}
    given = {
        "site_id": pl.col("home"),
        "service_id": pl.col("service_id"),
        "kind": pl.lit("station"),
        "name": pl.col("home"),
        "x": pl.col("x"),
        "y": pl.col("y"),
        "place_precision": pl.lit("exact"),
    }
    new = found.select(**{**blank, **given})
    both = pl.concat(
        [sites.select(each for each in blank if each in sites.columns), new], how="diagonal_relaxed"
    )
    units = (
        area.table("units")
        .join(found.select("unit_id", "home"), on="unit_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("home", "site_id").alias("site_id"))
        .drop("home")
    )
    note = f"{found.height} units have no site with a place: their homes were inferred from their own recorded drives"
    tables = MappingProxyType({**area.tables, "sites": both, "units": units})
    return replace(area, tables=tables), (note,)


def _homes(runs: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Find the homes of the units of one kind and the law of their drives, each from the other, in turn."""
    law = StraightLine(CRUISING_SPEED.central / 60, LOST_MINUTES.central)
    units = runs.partition_by("unit_id", as_dict=True, maintain_order=True)
    homes: dict[str, tuple[float, float]] = {}
    for _ in range(_ROUNDS):
        metres = []
        for (unit,), its in sorted(units.items()):
            homes[unit] = _home(its, law)
            metres.append(
                its.with_columns(
                    pl.lit("").alias("pool"),
                    ((pl.col("x") - homes[unit][0]) ** 2 + (pl.col("y") - homes[unit][1]) ** 2)
                    .sqrt()
                    .alias("metres"),
                )
            )
        law = fitted_law("", pl.concat(metres), law).travel
    return homes


def _home(runs: pl.DataFrame, law: StraightLine) -> tuple[float, float]:
    """Find the place from which the drives took about as long as the law says, whole metres."""
    timed = runs.filter(pl.col("drove").is_between(0, _LONGEST_DRIVE * 60_000)).sort("drove", "incident_id")
    places = (timed if timed.height else runs).select("x", "y").to_numpy()
    if timed.height < LEAST_RUNS:
        return _middle(places)
    drove = timed["drove"].to_numpy() / 60_000

    def off(guess: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(guess[2] * law.minutes(np.hypot(*(places - guess[:2]).T)) - drove)

    # From the middle of the quickest few, close to home wherever the rest went; a pace of its own keeps a law that is too
    # quick or too slow from pushing the home away from, or into the middle of, where the unit went.
    start = (*_middle(places[: max(3, len(places) // 6)]), 1.0)
    found = scipy.optimize.least_squares(off, start, loss="soft_l1", x_scale=(500.0, 500.0, 0.2))
    return round(float(found.x[0])), round(float(found.x[1]))


def _middle(places: NDArray[np.float64]) -> tuple[float, float]:
    return round(float(np.median(places[:, 0]))), round(float(np.median(places[:, 1])))


def _with_hours(area: Area, runs: pl.DataFrame, without: Collection[date]) -> tuple[Area, tuple[str, ...]]:
    shifts = area.table("shifts")
    units = area.table("units")
    rostered = units.join(shifts, on="unit_id", how="semi")["service_id"].unique()
    left = runs.filter(~pl.col("service_id").is_in(rostered.implode()))
    # A study that has sites of its own for its units but no shifts has them always on duty, as its roster will say.
    left = left.filter(pl.col("site_id").is_null())
    if left.is_empty():
        return area, ()
    rows = []
    for _, each in sorted(left.partition_by("service_id", "kind", as_dict=True, maintain_order=True).items()):
        for unit, on in _on_duty(each, without).items():
            rows += _as_shifts(unit, on)
    made = pl.DataFrame(rows, schema=["shift_id", "unit_id", "weekday", "starts_at", "ends_at"], orient="row")
    both = pl.concat([shifts, made.cast({"weekday": shifts.schema["weekday"]})], how="diagonal_relaxed")
    named = ", ".join(left["service_id"].unique().sort())
    note = f"{named} has no shifts: hours on duty were inferred from the hours of the day at which each unit was sent"
    return replace(area, tables=MappingProxyType({**area.tables, "shifts": both})), (note,)


def _on_duty(runs: pl.DataFrame, without: Collection[date]) -> dict[str, list[bool]]:
    """Say of each unit of one kind in which hours of the day it is on duty.

    In each hour as many are on duty as on an average day, those that are there most often.
    """
    local = runs.select("unit_id", pl.col("told_at").dt.replace_time_zone(None).alias("told"))
    by_hour = np.bincount(local["told"].dt.hour().to_numpy(), minlength=24).astype(np.float64) + 1
    first, last = (local.select(how(pl.col("told").dt.date())).item() for how in (pl.Expr.min, pl.Expr.max))
    days = (last - first).days + 1 - sum(first <= each <= last for each in without)
    ids, held = [], []
    for (unit,), its in sorted(local.partition_by("unit_id", as_dict=True, maintain_order=True).items()):
        jobs = np.bincount(its["told"].dt.hour().to_numpy(), minlength=24)
        seen = its["told"].dt.date().n_unique()
        # A day without a job says that a unit was off only where it is seldom without.
        share = seen / days if its.height / seen >= _BUSY else 1.0
        ids.append(str(unit))
        held.append(np.where(_hours_off(jobs, by_hour), 0.0, share))
    often = np.array(held)
    # Somebody of the kind is always there: a call for one is sent one, however rare.
    number = np.maximum(np.round(often.sum(axis=0)).astype(np.int64), 1)
    on = np.zeros(often.shape, np.bool_)
    for hour in range(24):
        on[np.argsort(-often[:, hour], kind="stable")[: number[hour]], hour] = True
    return {unit: on[row].tolist() for row, unit in enumerate(ids)}


def _hours_off(jobs: NDArray[np.int64], by_hour: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say in which hours of the day a unit is off: the longest stretch without a job, where chance would not leave it.

    ``jobs`` are the unit's and ``by_hour`` its kind's by hour of the day; a unit always on duty would have its jobs
    when its kind has.
    """
    share = by_hour / by_hour.sum()
    best, off = 0.0, np.zeros(24, np.bool_)
    for begin in range(24):
        stretch = (begin + np.arange(24)) % 24
        empty = int(np.argmax(jobs[stretch] > 0)) if jobs.any() else 24
        weight = float(share[stretch[:empty]].sum())
        if weight > best:
            best, off = weight, np.isin(np.arange(24), stretch[:empty])
    by_chance = 24 * np.exp(-best * jobs.sum())
    return off if by_chance < _UNLIKELY else np.zeros(24, np.bool_)


def _as_shifts(unit: str, on: list[bool]) -> list[tuple[str, str, int, str, str]]:
    """Write hours of the day as shifts, the same on each day of the week."""
    if not any(on):
        # A unit without shifts would be on duty always; one of a minute covers no hour.
        return [(f"{unit}-never", unit, 1, "00:00", "00:01")]
    return [
        (f"{unit}-{day}-{hour:02d}", unit, day, f"{hour:02d}:00", f"{(hour + 1) % 24:02d}:00")
        for hour in range(24)
        if on[hour]
        for day in range(1, 8)
    ]
