"""From the operator's connecting a call until a unit is told, with rooms that are played: separate ones, or any other way (§3.1).

Without this a call takes as long until a unit is told as calls of its kind did. Here the wait for an answer comes from simulated
rooms, and only what comes after the answer is drawn from records. The clock of every incident with a call then starts when
the operator connected it, whatever moment the service stamps as received; where a call was passed on by another room, when it was
passed. What the first room takes until it passes a call on is in nobody's clock but its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.refusal import Refusal
from joinedup.response.asking import LONGEST_MS
from joinedup.response.durations import LEVELS, cells
from joinedup.response.rooms.answering import answer
from joinedup.response.rooms.drawing import drawn, under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.replaying import Baseline
    from joinedup.response.rooms import Rooms, Staffing

    Integers = NDArray[np.int64]


WEEK = 7 * 86_400_000


@dataclass(frozen=True, eq=False)
class Answering:
    """The rooms that answer under one way of working, and which call each job is of.

    ``call`` is the row of the job's call among the recorded ones, −1 for none; ``passed_to`` the row of its service where that
    call was passed on by another room, −1 elsewhere; ``moment`` when it was connected (ms on the rooms' clock). Shape (jobs,).
    """

    rooms: Rooms
    staffing: Staffing
    call: Integers
    passed_to: Integers
    moment: Integers

    def waits(self, run: int) -> Integers:
        """Play the recorded calls through the rooms, and give the ms that each job's call waits for an answer; shape (jobs,).

        The luck of a call is the same in every way of working. A caller who never is answered is taken to wait until giving up
        for the last time. A job whose call was passed on waits as long as the call passed to its service nearest in time, and
        that much longer, or shorter, as opening its record takes than with the rooms as they are.
        """
        recorded = self.rooms.recorded
        assert recorded is not None
        made = drawn(self.rooms, recorded, run).calls
        its = self.staffing
        calls = under(made, its.variant)
        teams = its.teaming.staffed(self.rooms, its.variant, its.confirmed)
        played = answer(calls, teams)
        waited = np.where(played.answered >= 0, played.answered, played.lost) - calls.connected
        found = np.where(self.call >= 0, waited[self.call], 0)
        for service in np.unique(self.passed_to[self.passed_to >= 0]):
            here = np.flatnonzero(self.passed_to == service)
            there = np.flatnonzero((calls.passed_to == service) & (played.logged_there >= 0))
            if not len(there):
                continue
            there = there[np.lexsort((there, played.passed[there]))]
            nearest = there[_nearest(played.passed[there], self.moment[here])]
            opening = played.logged_there[nearest] - played.answered_there[nearest]
            found[here] = (
                played.answered_there[nearest] - played.passed[nearest] + opening - made.log[nearest]
            )
        return np.asarray(found, np.int64)


def _nearest(moments: Integers, wanted: Integers) -> Integers:
    """Give for each wanted moment the row of the nearest of some moments in order, the earlier of two as near."""
    after = np.clip(np.searchsorted(moments, wanted), 1, max(len(moments) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(moments) - 1)
    nearer = np.abs(moments[after] - wanted) < np.abs(moments[before] - wanted)
    return np.asarray(np.where(nearer, after, before))


@dataclass(frozen=True, eq=False)
class Called:
    """A baseline on the operator's clock, and the call of each job; ``clocks`` says by service what that changes."""

    baseline: Baseline
    rooms: Rooms
    call: Integers
    passed_to: Integers
    moment: Integers
    clocks: tuple[str, ...]

    @classmethod
    def of(cls, baseline: Baseline, rooms: Rooms) -> Called:
        """Put a baseline on the clock of the operator: what is drawn is what came after the answer.

        Raises:
            Refusal: when a service has no calls, so that nobody knows how its rooms answered.
        """
        if rooms.recorded is None:
            raise Refusal(
                "calls: not every service has calls with connected_at, so that rooms cannot be played into waits; add them to "
                "tables/calls with incident_id, or leave this out: a call then takes as long as calls of its kind did"
            )
        jobs = baseline.asked.jobs
        first = _first_calls(baseline.area.table("calls"))
        held = jobs.join(first, on="incident_id", how="left", maintain_order="left")
        if not held["connected_at"].count():
            raise Refusal(
                "calls: none has the incident_id of an incident that is played; add it to tables/calls"
            )
        later = (pl.col("received_at") - pl.col("connected_at")).dt.total_milliseconds()
        told = pl.col("told_at").min().over("incident_id")
        sent = (told - pl.col("answered_at")).dt.total_milliseconds()
        known = pl.col("connected_at").is_not_null()
        moved = held.with_columns(
            pl.when(known)
            .then(pl.when(sent.is_between(0, LONGEST_MS)).then(sent))
            .otherwise("handled")
            .alias("handled"),
            (pl.col("arrival") + later.fill_null(0)).alias("arrival"),
            (pl.col("received") - later.fill_null(0)).alias("received"),
            pl.coalesce("connected_at", "received_at").alias("received_at"),
        )
        # A call may ring just before the Monday on which a clock starts; a week on, the week is the same.
        before = max(0, -(int(moved["received"].to_numpy().min(initial=0)) // WEEK))
        asked = replace(
            baseline.asked,
            jobs=moved.select(jobs.columns).with_columns(pl.col("received") + before * WEEK),
            monday=baseline.asked.monday - timedelta(weeks=before),
        )
        steps = {
            **baseline.steps,
            "handled": cells("handled", asked.jobs.filter(pl.col("ordinal") == 0), LEVELS),
        }
        call, passed_to = _rows(held, rooms)
        since = pl.lit(rooms.monday).cast(pl.Datetime("us"))
        moment = (
            held.select((pl.col("connected_at").dt.replace_time_zone(None) - since).dt.total_milliseconds())
            .to_series()
            .fill_null(0)
            .to_numpy()
        )
        made = replace(baseline, asked=asked, steps=steps)
        early = max(0, -(int(rooms.recorded.moment.min(initial=0)) // WEEK)) * WEEK
        rooms = replace(rooms, recorded=replace(rooms.recorded, moment=rooms.recorded.moment + early))
        return cls(made, rooms, call, passed_to, moment + early, _clocks(held, later))

    def under(self, staffing: Staffing) -> Baseline:
        """Give the baseline with calls answered under a way of working."""
        answering = Answering(self.rooms, staffing, self.call, self.passed_to, self.moment)
        return replace(self.baseline, answering=answering)


def _first_calls(calls: pl.DataFrame) -> pl.DataFrame:
    """Give the first call of each incident."""
    return (
        calls.drop_nulls(["incident_id", "connected_at", "answered_at"])
        .sort("connected_at", "call_id")
        .unique("incident_id", keep="first", maintain_order=True)
        .select("incident_id", "call_id", "connected_at", "answered_at", pl.col("kind").alias("call_kind"))
    )


def _rows(held: pl.DataFrame, rooms: Rooms) -> tuple[Integers, Integers]:
    """Give for each job the row of its call among those that are played, and its service where the call was passed on."""
    assert rooms.recorded is not None
    row = {int(name): number for number, name in enumerate(rooms.recorded.name.tolist())}
    service = {each: number for number, each in enumerate(rooms.services)}
    call, passed_to = np.full(held.height, -1, np.int64), np.full(held.height, -1, np.int64)
    for number, (call_id, kind, its) in enumerate(
        held.select("call_id", "call_kind", "service_id").iter_rows()
    ):
        if call_id is None:
            continue
        if kind == "passed":
            passed_to[number] = service.get(its, -1)
        else:
            digest = hashlib.blake2b(call_id.encode(), digest_size=8).digest()
            call[number] = row.get(int.from_bytes(digest, "little"), -1)
    return call, passed_to


def _clocks(held: pl.DataFrame, later: pl.Expr) -> tuple[str, ...]:
    """Say of each service when its own clock starts beside the operator's connecting, and how many incidents have no call."""
    said = []
    waited = (pl.col("answered_at") - pl.col("connected_at")).dt.total_milliseconds()
    rows = (
        held.unique("incident_id", keep="first", maintain_order=True)
        .group_by("service_id")
        .agg(
            pl.len().alias("incidents"),
            pl.col("connected_at").count().alias("called"),
            (later.median() / 1000).alias("starts"),
            (waited.median() / 1000).alias("waited"),
        )
        .sort("service_id")
    )
    for row in rows.iter_rows(named=True):
        if not row["called"]:
            said.append(f"{row['service_id']}: no incident has a call; its clock stays as it is")
            continue
        when = "after" if row["starts"] >= 0 else "before"
        said.append(
            f"{row['service_id']}: its own clock, received_at, starts {abs(row['starts']):,.0f} s {when} the operator connects a "
            f"call (median), which waits {row['waited']:,.0f} s for an answer; here it starts with connecting, for "
            f"{row['called']:,} of {row['incidents']:,} incidents that have a call"
        )
    return tuple(said)
