"""Rooms that are played answer the calls of the waits (§3.1): the wait for an answer is theirs, the rest is as recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.refusal import Refusal
from joinedup.response.calling import Called
from joinedup.response.calling_drawn import called_in, drawing_with_calls
from joinedup.response.replaying import Baseline
from joinedup.response.rooms import Rooms, shipped, staffed, with_dispatchers
from joinedup.response.rooms.staffing import years
from joinedup.response.standards import against, standards_from
from tests.response.test_replaying import assumed, unit
from tests.small import ZONE, Row, incident, service, site, small_area, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.response.outcomes import Outcomes
    from joinedup.response.rooms import Staffing

START = datetime(2025, 2, 3, tzinfo=UTC)
COUNT = 40
SEPARATE, MESSAGE = shipped()[0], shipped()[1]


def patient() -> dict[str, Assumption]:
    """Give every assumption, with callers who hardly ever give up."""
    known = assumed()
    one = known["rooms.urgent_patience"]
    return known | {one.name: replace(one, low=5e4, central=5e4, high=5e4)}


def calls_of(*, passed: bool = False, together: int = 1, calls: bool = True) -> Area:
    """Make ambulance calls two hours apart, so many ``together``, each answered after 10 s, talked for 60 and told 60 s after.

    With ``passed`` each is passed on to fire, which answers after 10 s, logs for 240 and tells a crew 300 s after answering.
    """
    incidents: list[Row] = []
    attendances: list[Row] = []
    rows: list[Row] = []

    def opened(
        name: str, its: str, connected: datetime, took: int, sent: int, kind: str, to: str | None
    ) -> None:
        answered = connected + timedelta(seconds=10)
        told = answered + timedelta(seconds=sent)
        incidents.append(incident(name, its, 1_000.0, received_at=answered, category="any", priority="1"))
        attendances.append(
            {
                "incident_id": name,
                "unit_id": f"{its}-{int(name[1:]) % together}",
                "need": its,
                "mobilised_at": told,
                "responding_at": told,
                "arrived_at": told + timedelta(minutes=3),
                "available_at": told + timedelta(minutes=13),
            }
        )
        rows.append(
            {
                "call_id": f"call {name}",
                "service_id": its,
                "incident_id": name,
                "connected_at": connected,
                "answered_at": answered,
                "ended_at": answered + timedelta(seconds=took),
                "kind": kind,
                "passed_to": to,
            }
        )

    for number in range(COUNT):
        moment = START + timedelta(hours=2 * (number // together), minutes=5)
        opened(f"a{number}", "ambulance", moment, 60, 60, "999", "fire" if passed else None)
        if passed:
            opened(f"f{number}", "fire", moment + timedelta(seconds=70), 240, 300, "passed", None)
    if passed:
        # A call to fire of its own, so that there is a line to answer.
        rows.append(
            {**rows[0], "call_id": "own", "service_id": "fire", "incident_id": None, "passed_to": None}
        )
    services = ("ambulance", "fire") if passed else ("ambulance",)
    return small_area(
        services=[service(each) for each in services],
        sites=[site(each, each, 0.0) for each in services],
        units=[
            unit(f"{each}-{number}", each, "crew", each) for each in services for number in range(together)
        ],
        incidents=incidents,
        attendances=attendances,
        calls=rows if calls else [],
    )


def called(area: Area) -> Called:
    return Called.of(Baseline.of(area, patient()), Rooms.of(area, patient()))


def handlers(area: Area, number: int) -> Staffing:
    """Put so many handlers on duty in every room, always."""
    rooms = Rooms.of(area, patient())
    least = staffed(rooms, SEPARATE, weeks=4, runs=2)
    return replace(least, confirmed=np.full_like(least.confirmed, number))


def told(outcomes: Outcomes, its: str = "ambulance") -> list[float]:
    return [
        round(row["told"] * 60, 3) for row in outcomes.table.iter_rows(named=True) if row["service_id"] == its
    ]


def test_where_somebody_is_always_free_what_remains_is_what_came_after_the_answer() -> None:
    area = calls_of()
    its = handlers(area, 2)
    found = called(area).played(its, its)
    assert set(told(found)) == {60.0}
    # As recorded, from connecting: 10 s for an answer, 60 until told and 3 minutes' drive.
    assert set(found.jobs["arrival"].to_list()) == {250_000}
    # Without rooms, the service's own clock starts with the answer.
    assert set(told(Baseline.of(area, patient()).played())) == {60.0}


def test_a_call_waits_in_the_rooms_for_as_long_as_its_handler_is_busy_with_another() -> None:
    area = calls_of(together=2)
    its = handlers(area, 1)
    found = called(area).played(its, its)
    # One handler: the first of two calls of one moment is answered at once, the second after 60 s of talk and 20 of writing.
    assert sorted(told(found)) == [60.0] * (COUNT // 2) + [140.0] * (COUNT // 2)


def test_opening_the_record_of_a_passed_call_sooner_sends_a_crew_sooner() -> None:
    area = calls_of(passed=True)
    its = called(area)
    separate = handlers(area, 3)
    assert set(told(its.played(separate, separate), "fire")) == {300.0}
    # 16 s in place of 240: a published case, of a message in place of a voice.
    assert MESSAGE.log is not None
    always = replace(MESSAGE, log=replace(MESSAGE.log, low=16.0, central=16.0, high=16.0))
    message = replace(separate, variant=always)
    found = its.played(message, separate)
    assert set(told(found, "fire")) == {300.0 - 240.0 + 16.0}
    assert set(told(found, "ambulance")) == {60.0}


def test_a_call_that_rings_before_the_first_midnight_is_played_too() -> None:
    area = calls_of()
    # Answered 20 minutes after midnight of the first Monday, and rung 20 seconds before it.
    first = pl.col("call_id") == "call a0"
    rung = START - timedelta(seconds=20)
    early = area.table("calls").with_columns(
        pl.when(first)
        .then(pl.lit(rung).dt.convert_time_zone(ZONE))
        .otherwise("connected_at")
        .alias("connected_at")
    )
    settings = replace(area.settings, period=(START.date(), START.date() + timedelta(days=6)))
    area = replace(with_tables(area, {"calls": early}), settings=settings)
    its = called(area)
    assert its.baseline.jobs["received"].min() == 7 * 86_400_000 - 20_000
    two = handlers(area, 2)
    assert set(told(its.played(two, two))) == {60.0}


def test_whose_clock_includes_which_step_is_said() -> None:
    (said,) = called(calls_of()).clocks
    assert (
        "received_at, starts 10 s after the operator connects a call (median), which waits 10 s for an answer"
        in said
    )
    assert "here it starts with connecting, for 40 of 40 incidents that have a call" in said


def test_the_same_calls_are_answered_to_the_byte_whatever_the_number_of_workers() -> None:
    area = calls_of(together=2)
    its, one = called(area), handlers(area, 1)
    alone = its.played(one, one, runs=5).as_parquet()
    assert all(its.played(one, one, runs=5, workers=each).as_parquet() == alone for each in (2, 3))


def test_a_study_without_calls_is_refused_with_what_to_add() -> None:
    with pytest.raises(Refusal, match=r"calls: not every service has calls .* add them to tables/calls"):
        called(calls_of(calls=False))


def test_what_was_played_says_when_each_call_was_answered_and_passed_on() -> None:
    area = calls_of(together=2)
    one = handlers(area, 1)
    rows = called(area).played(one, one).table
    # Recorded were 10 s each; with one handler half the calls wait for 80 s, and the others not at all.
    assert sorted((rows["answered"] * 60).round(6)) == [0.0] * (COUNT // 2) + [80.0] * (COUNT // 2)
    assert rows["passed"].null_count() == rows.height
    recorded = Baseline.of(area, patient()).played().table
    assert set((recorded["answered"] * 60).round(6)) == {10.0}

    area = calls_of(passed=True)
    its = handlers(area, 3)
    rows = called(area).played(its, its).table
    ours, theirs = (rows.filter(pl.col("service_id") == each) for each in ("ambulance", "fire"))
    # The ambulance room answers at once, and passes the call on when it has been spoken for 60 s; fire answers at once.
    assert set((ours["passed"] * 60).round(6)) == {60.0}
    assert set(theirs["answered"]) == {0.0}
    recorded = Baseline.of(area, patient()).played().table.filter(pl.col("service_id") == "ambulance")
    assert set((recorded["passed"] * 60).round(6)) == {70.0}


def test_a_dispatcher_s_line_sends_a_crew_later_by_as_much_as_it_is_longer_than_now() -> None:
    # Two calls of one moment, answered at once by two handlers. With a dispatcher each, crews are told as recorded; where one
    # dispatcher serves both, the second crew is told as much later as the first record takes to send.
    area = calls_of(together=2)
    rooms = Rooms.of(area, patient())
    plain = handlers(area, 2)
    now = with_dispatchers(plain, years(rooms, 2, 1))
    assert now.desks is not None
    enough, one = (
        replace(plain, desks=replace(now.desks, confirmed=np.full((1, 336), each))) for each in (2, 1)
    )
    its = called(area)
    assert set(told(its.played(enough, enough))) == {60.0}
    later = told(its.played(one, enough))
    assert sum(each == 60.0 for each in later) == COUNT // 2
    # The other half wait, for what is left of a sending of 60 s in the mean.
    assert 20 < np.mean([each - 60.0 for each in later if each != 60.0]) < 110
    # Were one dispatcher how it is now, that line would be in the records already.
    assert set(told(its.played(one, one))) == {60.0}


def test_a_handler_who_takes_longer_over_a_call_sends_a_crew_later() -> None:
    area = calls_of()
    now = handlers(area, 2)
    slow = replace(now, teaming=replace(now.teaming, longer=now.teaming.longer * 1.5))
    # 60 s of talk take 90; the record says enough after half of it, 45 s in place of 30.
    assert set(told(called(area).played(slow, now))) == {75.0}


ANSWERED = standards_from(
    """[[standards]]
name = "999 in 10 s"
kind = "ambulance"
calls = ["999"]
clock = { from = "connected_at", to = "answered_at" }
measure = "share"
share = 0.9
limit_seconds = 10
from = 2025-01-01
source = "y"
[[standards]]
name = "there"
kind = "ambulance"
clock = { from = "received_at", to = "first arrival" }
measure = "mean"
limit_seconds = 600
from = 2025-01-01
source = "y"
""",
    "f.toml",
)


def met(outcomes: Outcomes) -> dict[str, dict[str, object]]:
    return {row["standard"]: row for row in against(outcomes, ANSWERED).iter_rows(named=True)}


def test_how_soon_calls_are_answered_is_held_to_its_standard_as_it_was_played() -> None:
    area = calls_of(together=2)
    one, two = (
        met(called(area).played(each, each, runs=2)) for each in (handlers(area, 1), handlers(area, 2))
    )
    # One handler lets every second caller wait for 80 s; two answer everybody at once. Recorded were 10 s each.
    assert (one["999 in 10 s"]["reached"], one["999 in 10 s"]["met_played"]) == (0.5, "not met")
    assert (two["999 in 10 s"]["reached"], two["999 in 10 s"]["met_played"]) == (1.0, "met")
    assert {each["999 in 10 s"]["recorded"] for each in (one, two)} == {1.0}
    assert met(Baseline.of(area, patient()).played())["999 in 10 s"]["reached"] is None


def test_a_caller_who_gave_up_after_the_limit_counts_as_late_and_one_who_did_so_sooner_not_at_all() -> None:
    area = calls_of(together=2)
    one = handlers(area, 1)
    found = called(area).played(one, one)
    heard = found.calls_heard
    assert heard is not None
    (run,) = heard.runs
    late = np.flatnonzero(run.waited > 0)
    given_up = np.zeros_like(run.given_up)
    given_up[late] = 2
    for patience, counted, share in ((30_000, 3 * COUNT // 2 + COUNT // 2, 0.25), (5_000, COUNT, 0.5)):
        its = run._replace(given_up=given_up, patience=np.full_like(run.patience, patience))
        row = met(replace(found, calls_heard=replace(heard, runs=(its,))))["999 in 10 s"]
        # Each of two attempts that ended after the limit is one late answer more.
        assert row["reached"] == pytest.approx(share)
        assert np.sum(~np.isnan(heard.minutes(np.arange(COUNT), 1 / 6))) == COUNT
        assert np.sum(~np.isnan(replace(heard, runs=(its,)).minutes(np.arange(COUNT), 1 / 6))) == counted


def test_a_standard_is_counted_on_the_service_s_own_clock_though_rooms_start_with_connecting() -> None:
    # Its clock starts with the answer: 1 minute until told and 3 of driving after it, however long the caller rang.
    area = calls_of(together=2)
    one = handlers(area, 1)
    its = met(called(area).played(one, one))["there"]
    assert its["recorded"] == pytest.approx(4.0)
    assert its["reached"] == pytest.approx(met(Baseline.of(area, patient()).played())["there"]["reached"])


def with_more(area: Area, more: int) -> Area:
    """Give the area with so many 999 calls that become nothing, an hour after those that become incidents."""
    first = area.table("calls").row(0, named=True)
    rows = [
        {
            **first,
            "call_id": f"more {each}",
            "incident_id": None,
            **{
                name: START + timedelta(hours=2 * (each % (COUNT // 2)) + 1, minutes=each % 50, seconds=late)
                for name, late in (("connected_at", 0), ("answered_at", 10), ("ended_at", 70))
            },
        }
        for each in range(more)
    ]
    extra = small_area(calls=rows).table("calls")
    return with_tables(area, {"calls": pl.concat([area.table("calls"), extra])})


def test_drawn_incidents_ring_in_and_as_many_calls_become_nothing_as_did() -> None:
    area = with_more(calls_of(), 3 * COUNT)
    its = called(area)
    drawing = drawing_with_calls(its)
    counts = []
    for number in range(20):
        period = called_in(its, drawing, number)
        jobs = period.baseline.jobs
        recorded = period.rooms.recorded
        assert recorded is not None
        # Each incident has its own call, which rings in when it is received.
        assert len(set(period.call.tolist())) == jobs["incident_id"].n_unique()
        assert (period.call >= 0).all()
        assert np.array_equal(recorded.moment[period.call], period.moment)
        assert (np.diff(recorded.moment) >= 0).all()
        assert set(period.calls["kind"]) == {"999"}
        counts.append((jobs.height, len(recorded.line) - jobs.height))
    incidents, nothing = np.array(counts, np.float64).T
    # As many of each as were recorded, within four standard errors.
    for drawn, happened in ((incidents, COUNT), (nothing, 3 * COUNT)):
        assert abs(drawn.mean() - happened) < 4 * drawn.std(ddof=1) / len(drawn) ** 0.5 + 1


def test_drawn_calls_wait_in_the_rooms_as_replayed_ones_do() -> None:
    area = with_more(calls_of(), COUNT)
    its, two, none = called(area), handlers(area, 2), handlers(area, 1)
    drawing = drawing_with_calls(its)
    plenty, short = (
        np.concatenate([told(called_in(its, drawing, number).played(each, two)) for number in range(6)])
        for each in (two, none)
    )
    # Two handlers answer nearly everybody at once, and 60 s later somebody is told; with one, some wait for what others say.
    assert np.median(plenty) == 60.0
    assert short.mean() > plenty.mean()
    again = called_in(its, drawing, 3)
    assert again.played(none, two).as_parquet() == called_in(its, drawing, 3).played(none, two).as_parquet()


def test_busy_days_have_more_of_the_calls_that_become_nothing_too() -> None:
    area = with_more(calls_of(), COUNT)
    drawing = drawing_with_calls(called(area))
    # Days that are twice as busy, or half as, in one law: both kinds of calls rise and fall together.
    busy = replace(drawing, days=700, pattern=replace(drawing.pattern, surge=np.array([0.5])))
    period = busy.drawn(0)
    one, other = (
        np.bincount(each // 86_400_000, minlength=800) for each in (period.received, period.nothing.moment)
    )
    assert np.corrcoef(one, other)[0, 1] > 0.5
