"""What came of a run, row by row: who came for whom and when, and what a file of rows says of itself."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest

from joinedup.response.replaying import Baseline
from tests.response.test_replaying import assumed, at, attendance, unit
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
