"""What changes once crews are on their way (§3.1): who is stood down, and who is asked for besides, as often as was recorded."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from joinedup.response.outcomes import Outcomes
from joinedup.response.redrawing import Drawing
from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, at, attendance, unit
from tests.small import Row, incident, service, site, small_area, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area

STATED = assumed(response__handling__fire=1, response__turnout__wholetime=1, response__busy__fire=10)
DAYS = 120


@cache
def changing(days: int = DAYS) -> Area:
    """Make a call a day at 10:00, 20 km from the station, for two engines.

    The second is stood down after 5 minutes each third day. On each fourth a third is asked for half an hour after the first,
    which has been there for ten minutes.
    """
    calls: list[Row] = []
    attended: list[Row] = []
    for day in range(days):
        received = at("10:00:00") + timedelta(days=day)
        told, name = received + timedelta(minutes=1), f"F{day:03d}"
        calls.append(incident(name, "fire", 20_000.0, received_at=received, category="fire", priority="1"))
        there = {"arrived_at": told + timedelta(minutes=20), "available_at": told + timedelta(minutes=60)}
        attended.append(attendance(name, "E1", told, need="engine", **there))
        gone = {"available_at": told + timedelta(minutes=5)} if day % 3 == 0 else there
        attended.append(attendance(name, "E2", told, need="engine", **gone))
        if day % 4 == 0:
            late = told + timedelta(minutes=30)
            more = {"arrived_at": late + timedelta(minutes=20), "available_at": late + timedelta(minutes=60)}
            attended.append(attendance(name, "E3", late, need="engine", **more))
    return small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit(f"E{each}", "fire", "engine", "S") for each in (1, 2, 3)],
        incidents=calls,
        attendances=attended,
    )


@cache
def baseline() -> Baseline:
    return Baseline.of(changing(), STATED)


def test_a_unit_that_is_stood_down_turns_back_when_it_was_told_to_and_not_at_the_scene() -> None:
    table = baseline().played().table
    stood = table.filter(pl.col("arrived").is_null())
    assert stood.height == DAYS // 3
    # Told at 10:01, stood down five minutes later, which is long before it could be there.
    assert stood["told"].unique().to_list() == [1.0]
    assert stood["free"].unique().to_list() == [6.0]
    came = table.filter(pl.col("arrived").is_not_null())
    assert came["free"].min() > 50  # type: ignore[operator] # a number


def test_a_crew_that_is_asked_for_later_comes_when_such_crews_were_asked_for() -> None:
    jobs = baseline().jobs
    assert jobs["made_up"].sum() == DAYS // 4
    # Told 30 minutes after the first, which none of those was that were asked for at once.
    ready = baseline().played().runs[0].ready / 60_000
    assert np.unique(ready[jobs["made_up"].to_numpy()]).tolist() == [31.0]
    assert np.unique(ready[~jobs["made_up"].to_numpy()]).tolist() == [1.0]


def test_needs_of_drawn_incidents_change_as_often_as_those_that_were_recorded_and_not_the_same_ones() -> None:
    drawn = Drawing.of(baseline())
    periods = [drawn.period(number).jobs for number in range(30)]
    shares = []
    for jobs in periods:
        each = jobs.group_by("incident_id").agg(
            (~pl.col("arrives")).any().alias("stood"), pl.col("made_up").any(), pl.len()
        )
        assert (each["len"] == 2 + each["made_up"].cast(pl.Int64)).all()
        shares.append((each["stood"].mean(), each["made_up"].mean()))
    stood, made_up = np.array(shares, np.float64).T
    # Of some 3,600 drawn incidents: within three standard errors of the recorded third and quarter.
    calls = sum(jobs["incident_id"].n_unique() for jobs in periods)
    for share, recorded in ((stood, 1 / 3), (made_up, 1 / 4)):
        assert share.mean() == pytest.approx(recorded, abs=3 * np.sqrt(recorded * (1 - recorded) / calls))
    assert len({jobs["made_up"].sum() for jobs in periods}) > 5


def test_a_drawn_period_with_changes_is_played_and_is_the_same_to_the_byte_whatever_the_workers() -> None:
    drawn = Drawing.of(baseline())
    alone = drawn.played(4, Outcomes.as_parquet)
    for workers in (2, 4):
        assert drawn.played(4, Outcomes.as_parquet, workers=workers) == alone


def test_who_comes_after_another_of_the_same_need_follows_and_who_replaces_one_stood_down_does_not() -> None:
    jobs = baseline().jobs.with_columns(pl.int_range(pl.len()).over("incident_id").alias("number"))
    assert not jobs.filter(pl.col("number") == 0)["follows"].any()
    assert jobs.filter(pl.col("number") == 1)["follows"].all()
    first_gone = (
        changing(3)
        .table("attendances")
        .with_columns(pl.when(pl.col("unit_id") != "E1").then(pl.col("arrived_at")).alias("arrived_at"))
    )
    area = with_tables(changing(3), {"attendances": first_gone})
    held = Baseline.of(area, STATED).jobs
    second = held.filter((pl.col("unit_id") == "E2") & (pl.col("incident_id") == "F001"))
    assert second["follows"].to_list() == [False]


def three_calls(**upgrade: Any) -> Area:
    """Make one engine and three calls at its door: A keeps it until 11:03, and C of 10:04 is more urgent than B of 10:05."""
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "A": ("10:00:00", "1", {}),
        "B": ("10:05:00", "3", upgrade),
        "C": ("10:04:00", "2", {}),
    }
    return small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=[
            incident(name, "fire", 0.0, received_at=at(clock), priority=priority, category="fire", **more)
            for name, (clock, priority, more) in calls.items()
        ],
    )


BY_HAND = assumed(response__handling__fire=2, response__turnout__wholetime=1, response__busy__fire=60)


def arrivals(area: Area) -> dict[str, float]:
    """Give the minutes after 10:00 at which the engine comes to each call."""
    rows = Baseline.of(area, BY_HAND).played().table.select("incident_id", "received_at", "arrived")
    return {
        name: (when - at("10:00:00")).total_seconds() / 60 + wait for name, when, wait in rows.iter_rows()
    }


@pytest.mark.parametrize("clock", ["10:30:00", "10:06:00"])
def test_a_call_that_is_upgraded_goes_before_one_that_was_more_urgent(clock: str) -> None:
    # Told at 10:02, off at 10:03, free at 11:03 with two that wait: whoever is on the road sets off at once, and is there.
    first, second = 63.0, 123.0
    assert arrivals(three_calls()) == pytest.approx({"A": 3.0, "C": first, "B": second})
    # At 10:30 it waits; at 10:06 it is still being handled, and asks as urgently as it then is.
    upgraded = arrivals(three_calls(upgraded_at=at(clock), upgraded_to="1"))
    assert upgraded == pytest.approx({"A": 3.0, "B": first, "C": second})


def test_a_call_that_is_upgraded_after_somebody_came_changes_nothing() -> None:
    assert arrivals(three_calls(upgraded_at=at("12:30:00"), upgraded_to="1")) == arrivals(three_calls())


def test_a_call_that_is_upgraded_may_divert_the_unit_of_another() -> None:
    area = three_calls(upgraded_at=at("10:20:00"), upgraded_to="1")
    # A is 40 km off and as urgent as B at first: the engine that drives there turns back for B at 10:20. C is of the next day.
    calls = area.table("incidents").with_columns(
        x=pl.when(pl.col("incident_id") == "A").then(pl.col("x") + 40_000).otherwise("x"),
        priority=pl.when(pl.col("incident_id") == "C").then(pl.lit("1")).otherwise(pl.lit("3")),
        received_at=pl.col("received_at") + pl.duration(days=(pl.col("incident_id") == "C").cast(pl.Int64)),
    )
    said = [
        {"service_id": "fire", "priority": each, "rank": int(each), "diverts": "yes" if each == "1" else "no"}
        for each in ("1", "3")
    ]
    tables = {"incidents": calls, "priorities": small_area(priorities=said).table("priorities")}
    outcomes = Baseline.of(with_tables(area, tables), BY_HAND).played()
    assert outcomes.diverted["diverted"].to_list() == [1]
    told = dict(outcomes.table.select("incident_id", "told").iter_rows())
    assert told["B"] == pytest.approx(15.0)


@pytest.mark.parametrize(
    "upgrade",
    [
        {"upgraded_at": at("10:30:00"), "upgraded_to": "3"},
        {"upgraded_at": at("10:30:00")},
        {"upgraded_to": "1"},
        {"upgraded_at": at("10:00:00"), "upgraded_to": "1"},
    ],
)
def test_an_upgrade_that_cannot_be_meant_is_not_played_and_is_said(upgrade: Row) -> None:
    area = three_calls(**upgrade)
    assert arrivals(area) == arrivals(three_calls())
    notes = Baseline.of(area, BY_HAND).notes
    assert any(each.startswith("1 incidents of fire are played as they began") for each in notes)


def test_as_many_drawn_calls_are_upgraded_as_were_recorded() -> None:
    # Each fifth of the calls, seven minutes after it came.
    area = changing()
    number = pl.col("incident_id").str.slice(1).cast(pl.Int64)
    upgraded = number % 5 == 0
    calls = area.table("incidents").with_columns(
        priority=pl.lit("2"),
        upgraded_at=pl.when(upgraded).then(pl.col("received_at") + pl.duration(minutes=7)),
        upgraded_to=pl.when(upgraded).then(pl.lit("1")),
    )
    drawing = Drawing.of(Baseline.of(with_tables(area, {"incidents": calls}), STATED))
    drawn = [drawing.period(each).jobs.unique("incident_id") for each in range(20)]
    shares = np.array([each["upgraded"].is_not_null().mean() for each in drawn], np.float64)
    assert abs(shares.mean() - 0.2) < 4 * shares.std(ddof=1) / np.sqrt(len(shares))
    assert {minutes for each in drawn for minutes in each["upgraded"].drop_nulls().to_list()} == {420_000}
