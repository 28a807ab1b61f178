"""What came of a played period: who went to what and when, run by run, and how that sums up."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.squares import square_names
from joinedup.response.summing import Came, summed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.also_sending import Besides
    from joinedup.response.calls_heard import CallsHeard

HOUR = 3_600_000
HOURS_OF_WEEK = 168
WAITS = ("mean", "median", "90th")
CELL_METRES = 1_000
"""The side of the squares by which waits are summed up."""


@dataclass(frozen=True, eq=False)
class Run:
    """One run: for each job the row of its unit, and ms after the call.

    ``since`` is when the unit began to be at work without a pause: before it was told, where it was taken from another job on
    the way. ``diverted`` says how often a unit was taken from a job for a more urgent one, shape (jobs,); ``breaks`` how many
    breaks each unit had and missed, shape (units, 2). ``spells`` are those breaks one by one, shape (breaks, 3): the row of the
    unit, and when it began and was over in ms since ``monday``. To a job that is besides and for which nobody was free went
    unit −1.
    """

    unit: NDArray[np.int32]
    ready: NDArray[np.int32]
    told: NDArray[np.int32]
    since: NDArray[np.int32]
    arrived: NDArray[np.int32]
    free: NDArray[np.int32]
    diverted: NDArray[np.int16]
    breaks: NDArray[np.int64]
    spells: NDArray[np.int64]

    @classmethod
    def empty(cls, jobs: int, units: int) -> Run:
        """Give a run that is still to be filled in."""
        unit = np.full(jobs, -1, np.int32)
        ready, told, since, arrived, free = (np.zeros(jobs, np.int32) for _ in range(5))
        none, breaks = np.zeros(jobs, np.int16), np.zeros((units, 2), np.int64)
        spells = np.zeros((0, 3), np.int64)
        return cls(unit, ready, told, since, arrived, free, none, breaks, spells)

    @property
    def packed(self) -> Run:
        """The same in less room: what says nothing of its own is held once."""
        since = self.told if np.array_equal(self.since, self.told) else self.since
        none = np.broadcast_to(np.int16(0), len(self.diverted))
        return replace(self, since=since, diverted=self.diverted if self.diverted.any() else none)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What every run of an area gave.

    ``jobs`` are the jobs asked for, with their ground (the nearest station of the incident's service before any change),
    ``units`` who could be sent, ``on`` their hours of duty, shape (units, 168); ``travel`` says by name what the drives
    rest on.
    """

    area: Area
    jobs: pl.DataFrame
    units: pl.DataFrame
    on: NDArray[np.bool_]
    runs: tuple[Run, ...]
    monday: datetime
    travel: tuple[str, ...]
    besides: Mapping[str, Besides] = field(default_factory=dict)
    """Needs of crews that are sent besides; where nobody was free, their jobs are no part of what came of a run."""
    heard: tuple[pl.DataFrame, ...] = ()
    """What became of each incident's call, run by run, where rooms were played: incident_id, answered, passed and clock."""
    calls_heard: CallsHeard | None = None
    """What the callers waited, where rooms were played."""

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a run and job, in order of run, incident and being asked for; minutes are after the call was received.

        Columns: run, incident_id, service_id, category, priority, need, ordinal, ground, cell (square of 1 km by its
        south-west corner), hour,
        received_at, answered (minutes from connecting, or from being passed on, to answering: as played where rooms were, else
        as recorded where the study has calls), passed (minutes from connecting until the call was passed to another room),
        unit_id, unit_service, told, arrived and free (minutes; arrived is null for a unit that was stood down), queued, waited
        (minutes for a unit to be free), metres_from_home (in a straight line, wherever the unit was when it was sent).
        """
        return pl.concat([self._of(number) for number in range(len(self.runs))])

    def _of(self, number: int) -> pl.DataFrame:
        run = self.runs[number]
        went = run.unit >= 0
        x, y = (
            self.jobs[each].to_numpy() - self.units[each].to_numpy()[np.maximum(run.unit, 0)]
            for each in ("x", "y")
        )
        columns = {
            "told": run.told / 60_000,
            "arrived": run.arrived / 60_000,
            "free": run.free / 60_000,
            "queued": run.told > run.ready,
            "waited": (run.told - run.ready) / 60_000,
            "metres_from_home": np.hypot(x, y),
        }
        asked = self._asked
        if self.heard:
            asked = asked.drop("answered", "passed").join(
                self.heard[number].drop("clock"), on="incident_id", how="left", maintain_order="left"
            )
        return (
            asked.filter(pl.Series(went))
            .with_columns(
                pl.lit(number, pl.Int32).alias("run"),
                self.units["unit_id"].gather(run.unit[went]).alias("unit_id"),
                self.units["service_id"].gather(run.unit[went]).alias("unit_service"),
                *(pl.Series(name, values[went]) for name, values in columns.items()),
            )
            .select(
                *(
                    "run",
                    "incident_id",
                    "service_id",
                    "category",
                    "priority",
                    "need",
                    "ordinal",
                    "ground",
                    "cell",
                    "hour",
                ),
                *("received_at", "answered", "passed", "unit_id", "unit_service", "told"),
                pl.when(pl.col("arrives")).then(pl.col("arrived")).alias("arrived"),
                *("free", "queued", "waited", "metres_from_home"),
            )
        )

    @cached_property
    def _asked(self) -> pl.DataFrame:
        def since_connecting(column: str) -> pl.Expr:
            return (pl.col(column) - pl.col("connected_at")).dt.total_milliseconds() / 60_000

        calls = self.area.table("calls").filter(pl.col("connected_at").is_not_null())
        # A call is passed on when its own talk is over.
        passed = pl.when(pl.col("passed_to").is_not_null()).then(since_connecting("ended_at"))
        first = (
            calls.filter(pl.col("incident_id").is_not_null())
            .sort("connected_at", "call_id")
            .unique("incident_id", keep="first", maintain_order=True)
            .select("incident_id", since_connecting("answered_at").alias("answered"), passed.alias("passed"))
        )
        # Named by the study's own plane, whichever that is.
        cell = square_names(self.jobs, CELL_METRES, on_national_grid=True)
        return (
            self.jobs.drop("unit_id", "unit_service")
            .with_columns(cell.alias("cell"))
            .join(first, on="incident_id", how="left", maintain_order="left")
        )

    @cached_property
    def incidents(self) -> pl.DataFrame:
        """One row a run and incident: its first and its full arrival, in minutes after the call.

        Columns: run, incident_id, service_id, category, priority, ground, cell, hour, received_at, answered, passed, first, full,
        units (that arrived), queued (any of them). An incident to which nobody came that was not stood down has no row.
        """
        parts = []
        for number, run in enumerate(self.runs):
            came = self._came(lambda _: self._arrives, (run,))
            some = came.first[0] >= 0
            full = np.where(came.waited_for, came.full / 60_000, np.nan)[some]
            held = self.places
            if self.heard:
                held = held.drop("answered", "passed").join(
                    self.heard[number].drop("clock"), on="incident_id", how="left", maintain_order="left"
                )
            parts.append(
                held.filter(pl.Series(some)).select(
                    pl.lit(number, pl.Int32).alias("run"),
                    *self.places.columns,
                    pl.Series("first", came.first[0][some] / 60_000),
                    pl.Series("full", full).fill_nan(None),
                    pl.Series("units", came.units[some], pl.UInt32),
                    pl.Series("queued", came.queued[some] > 0),
                )
            )
        return pl.concat(parts)

    @cached_property
    def places(self) -> pl.DataFrame:
        """One row an incident, in order of the jobs: the columns of ``incidents`` that are the same in every run."""
        return self._asked.unique("incident_id", keep="first", maintain_order=True).select(
            *("incident_id", "service_id", "category", "priority", "ground", "cell", "hour"),
            *("received_at", "answered", "passed"),
        )

    @cached_property
    def came(self) -> Came:
        """Who came to each incident, in the order of ``places``."""
        return self.who_came(lambda _: self._arrives)

    def who_came(self, counted: Callable[[Run], NDArray[np.bool_]]) -> Came:
        """Gather who came to each incident, in the order of ``places``, of the jobs that are ``counted`` in a run."""
        return self._came(counted, self.runs)

    def _came(self, counted: Callable[[Run], NDArray[np.bool_]], runs: Sequence[Run]) -> Came:
        # Whoever comes besides is not waited for.
        waited_for = ~self.jobs["need"].is_in(list(self.besides)).to_numpy()
        number = self.jobs["incident_id"].rle_id().to_numpy().astype(np.int64)
        return Came.of(runs, number, counted, waited_for)

    @cached_property
    def _arrives(self) -> NDArray[np.bool_]:
        return self.jobs["arrives"].to_numpy()

    def by(self, *keys: str) -> pl.DataFrame:
        """Sum up the first arrival by some columns of ``incidents``: incidents (a run), mean, median and 90th, full, queued."""
        return summed(self.places, keys, self.came)

    def by_need(self) -> pl.DataFrame:
        """Sum up the arrival of the first and of the last unit for each need, over incidents that had it."""
        keys = ["incident_id", "need"]
        group = self.jobs.select(pl.struct(keys).rank("dense") - 1).to_series().to_numpy().astype(np.int64)
        of = self.jobs.select("service_id", "need", pl.Series("group", group)).unique("group").sort("group")
        came = Came.of(self.runs, group, lambda _: self._arrives, np.ones(len(group), np.bool_))
        return summed(of, ("service_id", "need"), came).drop("queued")

    @cached_property
    def utilisation(self) -> pl.DataFrame:
        """Say of each unit how many jobs a run it had and the share of its hours on duty that it was out.

        Out is from being told until it is free, also on the way to a job from which it was taken; a unit that is still out when
        its shift ends counts so, so that the share can pass one.
        """
        count = self.units.height
        out, jobs = np.zeros(count), np.zeros(count)
        for run in self.runs:
            went = run.unit >= 0
            out += np.bincount(run.unit[went], (run.free - run.since)[went], count)
            jobs += np.bincount(run.unit[went], minlength=count)
        on_duty = self.on @ self._hours * HOUR
        runs = len(self.runs)
        return self.units.select("unit_id", "service_id", "kind", "site_id").with_columns(
            pl.Series("jobs", jobs / runs),
            pl.Series("utilisation", np.divide(out / runs, on_duty, out=np.zeros(count), where=on_duty > 0)),
        )

    @cached_property
    def diverted(self) -> pl.DataFrame:
        """Say of each service how often in a run a unit on its way to a job was taken for a more urgent one.

        Columns: service_id, jobs and diverted, both of a run; services from whose jobs nobody was taken have no row.
        """
        times = sum((run.diverted for run in self.runs), np.zeros(self.jobs.height, np.int64))
        return (
            self.jobs.select("service_id", pl.Series("diverted", times) / len(self.runs))
            .group_by("service_id")
            .agg(pl.len().alias("jobs"), pl.col("diverted").sum())
            .filter(pl.col("diverted") > 0)
            .sort("service_id")
        )

    @cached_property
    def breaks(self) -> pl.DataFrame:
        """Say of each unit that has breaks how many it had in a run, and how many found no room: unit_id, had and missed."""
        counted = sum((run.breaks for run in self.runs), np.zeros((self.units.height, 2), np.int64))
        had, missed = (counted / len(self.runs)).T
        return self.units.select("unit_id", pl.Series("had", had), pl.Series("missed", missed)).filter(
            pl.col("had") + pl.col("missed") > 0
        )

    @cached_property
    def busy_by_hour(self) -> pl.DataFrame:
        """Say of each unit and hour of the day what share of the hour it is on duty, and what share it is out.

        Columns: unit_id, service_id, hour, out, on_duty. Out is from being told until it is free, by the hours it falls in.
        """
        count = self.units.height
        received = self.jobs["received"].to_numpy()
        out = np.zeros((count, 24))
        for run in self.runs:
            went = run.unit >= 0
            begin, end, unit = (each[went] for each in (received + run.since, received + run.free, run.unit))
            # An hour at a time, for as long as anybody is still out.
            while begin.size:
                stop = np.minimum(end, (begin // HOUR + 1) * HOUR)
                np.add.at(out, (unit, begin // HOUR % 24), stop - begin)
                left = stop < end
                begin, end, unit = stop[left], end[left], unit[left]
        days = self.length / (24 * HOUR)
        out /= HOUR * days * max(len(self.runs), 1)
        return self.units.select(
            pl.col("unit_id", "service_id").repeat_by(24).explode(),
        ).with_columns(
            pl.Series("hour", np.tile(np.arange(24), count)),
            pl.Series("out", out.ravel()),
            pl.Series("on_duty", ((self.on * self._hours).reshape(count, 7, 24).sum(axis=1) / days).ravel()),
        )

    @cached_property
    def _hours(self) -> NDArray[np.int64]:
        """How often each hour of the week comes in the period; shape (168,)."""
        begin, end = (each // HOUR for each in self.window)
        return np.bincount(np.arange(begin, end) % HOURS_OF_WEEK, minlength=HOURS_OF_WEEK)

    @cached_property
    def window(self) -> tuple[int, int]:
        """Give the local midnights that the period begins and ends with, in ms since ``monday``.

        They are the study's own where every job lies between them, else those around the first and the last job.
        """
        received = self.jobs["received"].to_numpy()
        day = 24 * HOUR
        low, high = int(received.min()) // day * day, (int(received.max()) // day + 1) * day
        period = self.area.settings.period
        if period is None:
            return low, high
        own = [(each - self.monday.date()).days * day for each in period]
        return (own[0], own[1] + day) if own[0] <= low and high <= own[1] + day else (low, high)

    @property
    def length(self) -> float:
        """Give the ms from the first midnight to the last."""
        return float(self.window[1] - self.window[0])

    @property
    def rows(self) -> pl.DataFrame:
        """Give ``table`` with the first and full arrival of each incident, of each of its needs and of each service that came.

        Columns besides: first and full; first_of_need and full_of_need; first_of_service and full_of_service, of the units of
        ``unit_service``, whosever the incident is.
        """
        came = self.table.filter(pl.col("arrived").is_not_null())
        found = self.table.join(
            self.incidents.select("run", "incident_id", "first", "full"),
            on=["run", "incident_id"],
            how="left",
            maintain_order="left",
        )
        for name, its in (("need", "need"), ("service", "unit_service")):
            keys = ["run", "incident_id", its]
            arrivals = came.group_by(keys).agg(
                pl.col("arrived").min().alias(f"first_of_{name}"),
                pl.col("arrived").max().alias(f"full_of_{name}"),
            )
            found = found.join(arrivals, on=keys, how="left", maintain_order="left")
        return found

    @property
    def said(self) -> dict[str, str]:
        """Say what the rows rest on, as JSON by name: seed, runs and travel."""
        held = {"seed": self.area.settings.seed, "runs": len(self.runs), "travel": list(self.travel)}
        return {f"joinedup.{name}": json.dumps(value, ensure_ascii=False) for name, value in held.items()}

    def as_parquet(self) -> bytes:
        """Give ``rows`` as Parquet, with what they rest on in the file's own metadata."""
        return parquet(self.rows, self.said)


def parquet(rows: pl.DataFrame, said: Mapping[str, str]) -> bytes:
    """Write rows as Parquet; ``said`` goes into the file's metadata."""
    held = io.BytesIO()
    rows.write_parquet(held, metadata=dict(said))
    return held.getvalue()
