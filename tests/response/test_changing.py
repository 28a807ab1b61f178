"""What changes once crews are on their way (§3.1): who is stood down, and who is asked for besides, as often as was recorded."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

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
    alone = [each.as_parquet() for each in drawn.played(4)]
    for workers in (2, 4):
        assert [each.as_parquet() for each in drawn.played(4, workers=workers)] == alone


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
