"""Periods drawn from the law of the recorded calls (§3.1): as many as it says, each like one that was, the same for a seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.response.outcomes import Outcomes
from joinedup.response.redrawing import Drawing, drawn_waits, waited
from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, unit
from tests.small import Row, incident, littleton, service, shuffled, site, small_area

if TYPE_CHECKING:
    from joinedup.area import Area

DAYS = 84


@cache
def busy_days() -> Area:
    """Make 12 weeks of calls: by day 6 at km 1 and by night 2 at km 9, each of two units; each eighth day four times as many."""
    start = datetime(2025, 2, 3, tzinfo=UTC)
    incidents: list[Row] = []
    attendances: list[Row] = []
    for day in range(DAYS):
        # Every eighth day, so that it falls on each weekday in turn and is none of the week's doing.
        times = 4 if day % 8 == 0 else 1
        for number in range(8 * times):
            hour = 8 + number % 6 if number % 8 < 6 else 1 + number % 2
            moment = start + timedelta(days=day, hours=hour, minutes=number)
            name = f"i{day:02}-{number:02}"
            far = number % 8 >= 6
            incidents.append(
                incident(
                    name,
                    "fire",
                    9_000.0 if far else 1_000.0,
                    received_at=moment,
                    category="night" if far else "day",
                    priority="1",
                )
            )
            told = {"incident_id": name, "mobilised_at": moment + timedelta(minutes=1)}
            attendances += [
                {**told, "unit_id": "E1", "need": "first engine"},
                {**told, "unit_id": "E2", "need": "second engine"},
            ]
    return small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit(f"E{each}", "fire", "engine", "S") for each in range(1, 9)],
        incidents=incidents,
        attendances=attendances,
    )


@cache
def drawing() -> Drawing:
    return Drawing.of(Baseline.of(busy_days(), assumed(response__busy__fire=5)))


@pytest.fixture(scope="module")
def drawn() -> list[pl.DataFrame]:
    return [drawing().period(each).jobs for each in range(30)]


def test_as_many_calls_come_as_were_recorded_and_busy_days_with_them(drawn: list[pl.DataFrame]) -> None:
    recorded = busy_days().table("incidents").height
    numbers = np.array([each["incident_id"].n_unique() for each in drawn])
    assert abs(numbers.mean() - recorded) < 4 * numbers.std(ddof=1) / np.sqrt(len(numbers))
    totals = np.concatenate(
        [np.bincount(each.unique("incident_id")["received"] // 86_400_000, minlength=DAYS) for each in drawn]
    )
    happened = np.bincount(
        drawing().baseline.jobs.unique("incident_id")["received"] // 86_400_000, minlength=DAYS
    )
    # Calls without busy days would have a variance of their mean.
    assert totals.var() > 2 * totals.mean()
    assert totals.var() == pytest.approx(happened.var(), rel=0.35)


def test_each_call_is_like_one_of_its_hour_and_has_all_its_needs(drawn: list[pl.DataFrame]) -> None:
    # On the local clock: in summer an hour later.
    recorded = {1, 2, 3, *range(8, 15)}
    for jobs in drawn:
        night = jobs["hour"] < 6
        assert (jobs.filter(night)["x"] == 9_000).all()
        assert (jobs.filter(~night)["x"] == 1_000).all()
        needs = jobs.group_by("incident_id").agg(pl.col("need").sort().str.join(", "))["need"]
        assert set(needs) == {"first engine, second engine"}
        assert set(jobs["hour"].unique()) <= recorded
        assert jobs["received"].is_between(0, DAYS * 86_400_000 - 1).all()
        # Nothing that was recorded of one call is taken for a record of another.
        assert not jobs["arrival"].count() + jobs["told_at"].count() + jobs["unit_id"].count()


def test_a_drawn_period_is_the_same_to_the_byte_whatever_the_workers_and_the_order_of_rows() -> None:
    alone = drawing().played(5, Outcomes.as_parquet)
    for workers in (2, 4):
        assert drawing().played(5, Outcomes.as_parquet, workers=workers) == alone
    assert drawing().played(2, Outcomes.as_parquet) == alone[:2]
    turned = Drawing.of(Baseline.of(shuffled(littleton().area, 3), assumed()))
    plain = Drawing.of(Baseline.of(littleton().area, assumed()))
    assert turned.played(1, Outcomes.as_parquet) == plain.played(1, Outcomes.as_parquet)


def test_drawn_calls_wait_as_replayed_ones_do_where_nobody_ever_waits_for_a_unit() -> None:
    replay = drawing().baseline.played(runs=2)
    (row,) = drawn_waits(drawing().played(12, waited), replay).iter_rows(named=True)
    assert row["incidents"] == busy_days().table("incidents").height
    assert row["fewest"] <= row["incidents_drawn"] <= row["most"]
    assert row["mean_drawn"] == pytest.approx(row["mean"], rel=0.05)
    assert row["median_drawn"] == pytest.approx(row["median"], rel=0.05)


def test_services_that_share_no_call_keep_their_own_numbers() -> None:
    its = Drawing.of(Baseline.of(littleton().area, assumed()))
    counted = pl.concat([its.period(each).jobs.unique("incident_id") for each in range(20)])
    recorded = its.baseline.jobs.unique("incident_id").group_by("service_id").len()
    both = counted.group_by("service_id").len().join(recorded, on="service_id").sort("service_id")
    assert both.height == 3
    for _, drawn, happened in both.iter_rows():
        assert drawn / 20 == pytest.approx(happened, rel=0.1)
