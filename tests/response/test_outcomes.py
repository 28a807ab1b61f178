"""What came of a run, row by row: who came for whom and when, and what a file of rows says of itself."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, at, attendance, unit, varied
from tests.small import incident, service, site, small_area


def test_each_attending_service_has_its_own_first_and_full_arrival() -> None:
    # An ambulance call to which two engines go as well: their own times are told beside the incident's.
    sent = (("A1", "ambulance"), ("E1", "first engine"), ("E2", "second engine"))
    area = small_area(
        services=[service("ambulance"), service("fire")],
        sites=[site("A", "ambulance", 10_000.0), site("F1", "fire", 0.0), site("F2", "fire", 5_000.0)],
        units=[
            unit("A1", "ambulance", "ambulance", "A"),
            *(unit(f"E{n}", "fire", "engine", f"F{n}") for n in (1, 2)),
        ],
        incidents=[incident("i", "ambulance", 0.0, received_at=at("10:00:00"), category="C1")],
        attendances=[attendance("i", name, at("10:01:00"), need=need) for name, need in sent],
    )
    outcomes = Baseline.of(area, assumed()).played(runs=2)
    rows = {
        row["unit_service"] + row["need"]: row for row in outcomes.rows.filter(run=0).iter_rows(named=True)
    }
    by_need = {name: row["arrived"] for name, row in rows.items()}
    engines = sorted(by_need[f"fire{each} engine"] for each in ("first", "second"))
    assert len(set(by_need.values())) == 3
    for name, row in rows.items():
        own = engines if name.startswith("fire") else [by_need["ambulanceambulance"]] * 2
        assert [row["first_of_service"], row["full_of_service"]] == own
        assert (row["first"], row["full"]) == (min(by_need.values()), max(by_need.values()))
    away = {"ambulanceambulance": 10_000.0, "firefirst engine": 0.0, "firesecond engine": 5_000.0}
    assert {name: row["metres_from_home"] for name, row in rows.items()} == pytest.approx(away)


def test_hours_on_duty_are_those_of_the_period_and_not_a_seventh_of_the_week_s() -> None:
    # A period of one Monday, on which the engine is on duty for half the day; on no other day of the week.
    shift = {"shift_id": "a", "unit_id": "E1", "weekday": 1, "starts_at": "08:00", "ends_at": "20:00"}
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        shifts=[shift],
        incidents=[incident("F", "fire", 0.0, received_at=at("10:00:00"))],
    )
    outcomes = Baseline.of(
        area, assumed(response__busy__fire=60.0, response__turnout__wholetime=0.0)
    ).played()
    assert outcomes.utilisation["utilisation"].to_list() == pytest.approx([1 / 12])
    by_hour = outcomes.busy_by_hour.sort("hour")
    assert by_hour["on_duty"].to_list() == [float(8 <= hour < 20) for hour in range(24)]


def test_a_run_of_a_bare_area_is_held_in_twenty_bytes_a_job() -> None:
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=[incident("F", "fire", 1000.0, received_at=at("10:00:00"))],
    )
    (run,) = Baseline.of(area, assumed()).played().runs
    assert run.since is run.told
    assert run.diverted.strides == (0,)
    assert sum(each.nbytes for each in (run.unit, run.ready, run.told, run.arrived, run.free)) == 20


def test_sums_are_those_of_the_table_of_every_run_and_job() -> None:
    outcomes = Baseline.of(varied(), assumed()).played(runs=3)
    came = outcomes.table.group_by("run", "incident_id").agg(
        pl.col("service_id", "hour").first(), pl.col("arrived").min(), pl.col("queued").any()
    )
    for keys in (("service_id",), ("service_id", "hour")):
        plain = came.group_by(keys).agg(
            (pl.len() / 3).alias("incidents"),
            pl.col("arrived").mean().alias("mean"),
            pl.col("arrived").quantile(0.5, interpolation="linear").alias("median"),
            pl.col("arrived").quantile(0.9, interpolation="linear").alias("90th"),
            pl.col("queued").mean(),
        )
        found = outcomes.by(*keys).drop("full_mean")
        assert_frame_equal(found, plain.sort(keys).select(found.columns))
    assert outcomes.by_need()["mean"].to_list() == pytest.approx(outcomes.by("service_id")["mean"].to_list())


def test_a_file_of_rows_says_its_seed_its_runs_and_what_its_drives_rest_on() -> None:
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=[incident("F", "fire", 1000.0, received_at=at("10:00:00"))],
    )
    outcomes = Baseline.of(area, assumed()).played(runs=2)
    held = pl.read_parquet_metadata(io.BytesIO(outcomes.as_parquet()))
    said = {name: json.loads(held[f"joinedup.{name}"]) for name in ("seed", "runs", "travel")}
    assert said == {"seed": area.settings.seed, "runs": 2, "travel": list(outcomes.travel)}
    assert "straight line" in said["travel"][0]
