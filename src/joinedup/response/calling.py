"""From the operator's connecting a call until a unit is told, with rooms that are played: separate ones, or any other way (§3.1).

Without this a call takes as long until a unit is told as calls of its kind did. Here the wait for an answer comes from simulated
rooms. What comes after the answer is drawn from records, and is longer or shorter by as much as the simulated way of working
differs there from the rooms as they are: handlers who take longer over a call, a dispatcher's line, who sends crews.

The clock of every incident with a call then starts when the operator connected it, whatever moment the service stamps as
received; where a call was passed on by another room, when it was passed. What the first room takes until it passes a call on is
in nobody's clock but its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from joinedup.refusal import Refusal
from joinedup.response.asking import LONGEST_MS
from joinedup.response.calls_heard import CallsHeard, Waited
from joinedup.response.durations import LEVELS, cells
from joinedup.response.rooms.answering import answer
from joinedup.response.rooms.desks import records
from joinedup.response.rooms.drawing import drawn, under

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.response.outcomes import Outcomes
    from joinedup.response.replaying import Baseline
    from joinedup.response.rooms import Calls, Played, Rooms, Staffing
    from joinedup.response.rooms.drawing import Drawn

    Integers = NDArray[np.int64]


MINUTE = 60_000
WEEK = 7 * 86_400_000


class _Heard(NamedTuple):
    """What became of each job's call in one run, in ms; shape (jobs,).

    ``waits`` is what is added to the time until a unit is told that is drawn; ``answered`` runs from connecting, or from being
    passed on by another room, ``passed`` from connecting until it was passed to another room, −1 where it was not. ``callers`` is
    what every caller waited.
    """

    waits: Integers
    answered: Integers
    passed: Integers
    callers: Waited


class Told(NamedTuple):
    """One run of the rooms: calls as they are passed on, what became of them, and when crews were told, −1 where none were.

    ``own`` are crews of the service that was called, ``there`` those of the one that the call was passed to; shape (calls,).
    """

    calls: Calls
    played: Played
    own: Integers
    there: Integers


@dataclass(frozen=True, eq=False)
class Answering:
    """The rooms that answer under one way of working, and which call each job is of.

    ``now`` is the rooms as they are, beside which the time from the answer until crews are told is longer or shorter. ``call`` is
    the row of the job's call among the recorded ones, −1 for none; ``passed_to`` the row of its service where that call was
    passed on by another room, −1 elsewhere; ``moment`` when it was connected (ms on the rooms' clock). ``starts`` is the ms after
    connecting at which the service's own clock started, as recorded, ``answers`` those until it was answered. Shape (jobs,).
    """

    rooms: Rooms
    staffing: Staffing
    now: Staffing
    incidents: pl.Series
    call: Integers
    passed_to: Integers
    moment: Integers
    starts: Integers
    answers: Integers
    _kept: dict[int, _Heard] = field(default_factory=dict)

    def waits(self, run: int) -> Integers:
        """Play the recorded calls through the rooms; give the ms by which each job is told later than is drawn, shape (jobs,).

        The luck of a call is the same in every way of working. A caller who never is answered is taken to wait until giving up
        for the last time. A job whose call was passed on waits as long as the call passed to its service nearest in time.
        """
        return self._of(run).waits

    def heard(self, run: int) -> pl.DataFrame:
        """Give a row an incident with a call: incident_id, and in minutes after connecting answered, passed and clock.

        Where the call was passed on by another room, answered is after that. ``clock`` is when the service's own clock starts:
        where it started with the answer or after it, as long after the answer that was played.
        """
        its = self._of(run)
        after = (its.answered >= 0) & (self.starts >= self.answers)
        return (
            pl.DataFrame(
                {
                    "incident_id": self.incidents,
                    "answered": its.answered / MINUTE,
                    "passed": its.passed / MINUTE,
                    "clock": np.where(after, its.answered + self.starts - self.answers, self.starts) / MINUTE,
                }
            )
            .filter(pl.Series((self.call >= 0) | (self.passed_to >= 0)))
            .unique("incident_id", keep="first", maintain_order=True)
            .with_columns(
                pl.when(pl.col(each) >= 0).then(pl.col(each)).alias(each) for each in ("answered", "passed")
            )
        )

    def _of(self, run: int) -> _Heard:
        if run not in self._kept:
            self._kept[run] = self._played(run)
        return self._kept[run]

    def _played(self, run: int) -> _Heard:
        recorded = self.rooms.recorded
        assert recorded is not None
        made = drawn(self.rooms, recorded, run)
        # Crews are sent after the calls after which they were.
        asks = np.zeros(len(recorded.moment), np.bool_)
        asks[self.call[self.call >= 0]] = True
        made = replace(made, sent=asks)
        way = told_by(self.rooms, self.staffing, made)
        now = way if self.now is self.staffing else told_by(self.rooms, self.now, made)
        calls, played = way.calls, way.played
        waited = np.where(played.answered >= 0, played.answered, played.lost) - calls.connected
        later = _later(way.own, played.answered, now.own, now.played.answered)
        none = np.full(len(self.call), -1, np.int64)
        waits, answered, passed = none * 0, none.copy(), none.copy()
        known = self.call >= 0
        its = self.call[known]
        waits[known] = (waited + later)[its]
        answered[known] = np.where(played.answered >= 0, waited, -1)[its]
        passed[known] = np.where(played.passed >= 0, played.passed - calls.connected, -1)[its]
        later = _later(way.there, played.answered_there, now.there, now.played.answered_there)
        for service in np.unique(self.passed_to[self.passed_to >= 0]):
            here = np.flatnonzero(self.passed_to == service)
            there = np.flatnonzero((calls.passed_to == service) & (played.logged_there >= 0))
            if not len(there):
                continue
            there = there[np.lexsort((there, played.passed[there]))]
            nearest = there[_nearest(played.passed[there], self.moment[here])]
            answered[here] = (played.answered_there - played.passed)[nearest]
            waits[here] = answered[here] + later[nearest]
        return _Heard(waits, answered, passed, Waited.of(calls, played))

    def callers(self, run: int) -> Waited:
        """Give what every caller waited, in the order of the recorded calls."""
        return self._of(run).callers


def told_by(rooms: Rooms, staffing: Staffing, made: Drawn) -> Told:
    """Play the calls through the rooms of a way of working, and its records through its dispatchers."""
    calls = under(made, rooms, staffing.variant)
    played = answer(calls, staffing.teaming.staffed(rooms, staffing.variant, staffing.confirmed))
    asked = records(made, played, rooms, staffing.variant)
    # Where no dispatchers were staffed, nobody waits for one.
    told = asked.opened + asked.sending if staffing.desks is None else staffing.desks.told(asked)
    own, there = (np.full(len(calls.connected), -1, np.int64) for _ in range(2))
    own[asked.call[~asked.passed]] = told[~asked.passed]
    there[asked.call[asked.passed]] = told[asked.passed]
    return Told(calls, played, own, there)


def _later(told: Integers, answered: Integers, now: Integers, answered_now: Integers) -> Integers:
    """Give the ms by which crews are told longer after the answer than in the rooms as they are, 0 where either is not known."""
    return np.where((told >= 0) & (now >= 0), (told - answered) - (now - answered_now), 0)


def _nearest(moments: Integers, wanted: Integers) -> Integers:
    """Give for each wanted moment the row of the nearest of some moments in order, the earlier of two as near."""
    after = np.clip(np.searchsorted(moments, wanted), 1, max(len(moments) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(moments) - 1)
    nearer = np.abs(moments[after] - wanted) < np.abs(moments[before] - wanted)
    return np.asarray(np.where(nearer, after, before))


@dataclass(frozen=True, eq=False)
class Called:
    """A baseline on the operator's clock, and the call of each job; ``clocks`` says by service what that changes.

    ``calls`` has a row for each call that is played, in their order: service_id, kind and connected_at.
    """

    baseline: Baseline
    rooms: Rooms
    calls: pl.DataFrame
    call: Integers
    passed_to: Integers
    moment: Integers
    starts: Integers
    answers: Integers
    clocks: tuple[str, ...]

    @classmethod
    def of(cls, baseline: Baseline, rooms: Rooms) -> Called:
        """Put a baseline on the clock of the operator: what is drawn is what came after the answer.

        Raises:
            Refusal: when a service has no calls, so that nobody knows how its rooms answered.
        """
        stop_without_calls(rooms)
        assert rooms.recorded is not None
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
        starts, answers = (
            held.select(since_connecting.fill_null(0)).to_series().to_numpy()
            for since_connecting in (
                later,
                pl.col("answered_at").sub(pl.col("connected_at")).dt.total_milliseconds(),
            )
        )
        calls = _calls_of(baseline.area.table("calls"), rooms)
        return cls(made, rooms, calls, call, passed_to, moment + early, starts, answers, _clocks(held, later))

    def played(
        self,
        staffing: Staffing,
        now: Staffing,
        *,
        runs: int = 1,
        workers: int = 1,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Outcomes:
        """Play the period with calls answered under a way of working; ``now`` is the rooms as they are.

        Raises:
            Refusal: when nobody meets a need, or a queue never empties.
        """
        incidents = self.baseline.asked.jobs["incident_id"]
        answering = Answering(
            self.rooms,
            *(staffing, now, incidents),
            *(self.call, self.passed_to, self.moment, self.starts, self.answers),
        )
        outcomes = replace(self.baseline, answering=answering).played(
            runs=runs, workers=workers, progress=progress
        )
        return replace(
            outcomes,
            heard=tuple(answering.heard(run) for run in range(runs)),
            calls_heard=CallsHeard(self.calls, tuple(answering.callers(run) for run in range(runs))),
        )


def stop_without_calls(rooms: Rooms) -> None:
    """Stop where not every service has recorded calls that could be played into waits.

    Raises:
        Refusal: with what to add.
    """
    if rooms.recorded is None:
        raise Refusal(
            "calls: not every service has calls with connected_at, so that rooms cannot be played into waits; add them to "
            "tables/calls with incident_id, or leave this out: a call then takes as long as calls of its kind did"
        )


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


def _calls_of(calls: pl.DataFrame, rooms: Rooms) -> pl.DataFrame:
    """Give the recorded calls in the order in which they are played."""
    assert rooms.recorded is not None
    digests = [
        int.from_bytes(hashlib.blake2b(each.encode(), digest_size=8).digest(), "little")
        for each in calls["call_id"].to_list()
    ]
    its = calls.select("service_id", "kind", "connected_at", pl.Series("name", digests, pl.UInt64))
    played = pl.DataFrame({"name": rooms.recorded.name})
    return played.join(its, on="name", how="left", maintain_order="left").drop("name")


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
