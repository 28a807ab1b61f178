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
from joinedup.response.replaying import Baseline
from joinedup.response.rooms import Rooms, shipped, staffed
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
    found = called(area).under(handlers(area, 2)).played()
    assert set(told(found)) == {60.0}
    # As recorded, from connecting: 10 s for an answer, 60 until told and 3 minutes' drive.
    assert set(found.jobs["arrival"].to_list()) == {250_000}
    # Without rooms, the service's own clock starts with the answer.
    assert set(told(Baseline.of(area, patient()).played())) == {60.0}


def test_a_call_waits_in_the_rooms_for_as_long_as_its_handler_is_busy_with_another() -> None:
    area = calls_of(together=2)
    found = called(area).under(handlers(area, 1)).played()
    # One handler: the first of two calls of one moment is answered at once, the second after 60 s of talk and 20 of writing.
    assert sorted(told(found)) == [60.0] * (COUNT // 2) + [140.0] * (COUNT // 2)


def test_opening_the_record_of_a_passed_call_sooner_sends_a_crew_sooner() -> None:
    area = calls_of(passed=True)
    its = called(area)
    separate = handlers(area, 3)
    assert set(told(its.under(separate).played(), "fire")) == {300.0}
    # 16 s in place of 240: a published case, of a message in place of a voice.
    message = replace(separate, variant=MESSAGE)
    found = its.under(message).played()
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
    assert set(told(its.under(handlers(area, 2)).played())) == {60.0}


def test_whose_clock_includes_which_step_is_said() -> None:
    (said,) = called(calls_of()).clocks
    assert (
        "received_at, starts 10 s after the operator connects a call (median), which waits 10 s for an answer"
        in said
    )
    assert "here it starts with connecting, for 40 of 40 incidents that have a call" in said


def test_the_same_calls_are_answered_to_the_byte_whatever_the_number_of_workers() -> None:
    area = calls_of(together=2)
    made = called(area).under(handlers(area, 1))
    alone = made.played(runs=5).as_parquet()
    assert all(made.played(runs=5, workers=each).as_parquet() == alone for each in (2, 3))


def test_a_study_without_calls_is_refused_with_what_to_add() -> None:
    with pytest.raises(Refusal, match=r"calls: not every service has calls .* add them to tables/calls"):
        called(calls_of(calls=False))
