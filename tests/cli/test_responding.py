"""`joinedup respond`: what it prints and writes, and the statuses with which it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.area.studies import incidents, study
from tests.cli.running import Ran, run, started
from tests.cli.test_commands import LITTLETON, refused


@cache
def asked_json() -> Any:
    ran = run("respond", LITTLETON, "--runs", 2, "--json")
    assert ran.status == 0, ran.err
    return ran.json


@cache
def printed() -> Ran:
    return run("respond", LITTLETON, "--runs", 2)


def test_it_answers_with_waits_standards_utilisation_cover_and_what_happened() -> None:
    found = asked_json()
    assert found["runs"] == 2
    assert {row["service_id"] for row in found["services"]} == {"police", "fire", "ambulance"}
    assert {row["measure"] for row in found["calibration"]["services"]} == {"mean", "median", "90th"}
    assert {row["hour"] for row in found["hours"]} <= set(range(24))
    by_service = {row["service_id"]: row["incidents"] for row in found["services"]}
    for service, count in by_service.items():
        cells = [row for row in found["cells"] if row["service_id"] == service]
        assert sum(row["incidents"] for row in cells) == count
        assert all(row["cell"].startswith("1000mE") for row in cells)
    assert len(found["utilisation_by_hour"]) == 24 * len(found["utilisation"])
    assert found["uncovered"]["step_minutes"] == 5
    assert all(0 <= row["share"] <= 1 for row in found["uncovered"]["grounds"])
    assert all("straight line" in each for each in found["travel"])
    assert any(row["standard"] == "C1 mean" for row in found["standards"])
    assert all(row["records"] >= 20 for row in found["fits"])


def test_a_model_that_misses_says_so_there() -> None:
    # Littleton's ambulances were sent to several calls at once in the record, which nobody can play.
    found = asked_json()["calibration"]
    assert found["trusted"] is False
    assert "ambulance mean" in found["said"]
    assert "not to be relied on" in printed().out
    assert "Note: 37 attendances of ambulance began before the same unit was free" in printed().out


def test_it_prints_a_table_for_each_and_the_law_of_travel() -> None:
    assert printed().status == 0
    for words in (
        "Call to first arrival, over 2 runs",
        "The baseline beside what happened",
        "Standards",
        "C2 mean, interim",
        "each sets its own",
        "Which kinds of unit meet which need",
        "Share of its time on duty",
        "looked at every 5 minutes",
        "Travel: ambulance: straight line, fitted to 112 recorded runs",
        "The records that each step is drawn from",
    ):
        assert words in printed().out


def test_what_was_recorded_stands_beside_what_was_played() -> None:
    compared = {
        row["service_id"]: row for row in asked_json()["calibration"]["services"] if row["measure"] == "mean"
    }
    recorded = {row["service_id"]: row for row in asked_json()["recorded"] if row["category"] == "all"}
    assert recorded.keys() == compared.keys()
    for service, row in recorded.items():
        assert row["mean"] == pytest.approx(compared[service]["recorded"])
        parts = [each for each in asked_json()["recorded"] if each["service_id"] == service and each != row]
        assert sum(each["incidents"] for each in parts) == row["incidents"]


def test_an_hour_that_is_off_by_seconds_is_not_called_off() -> None:
    # §3.4: what is listed is beyond chance and beyond the tolerance; how many chance alone gives is said.
    found = asked_json()["calibration"]
    means = [
        row for each in ("hours", "grounds", "categories") for row in found[each] if row["measure"] == "mean"
    ]
    beyond = [row for row in means if row["low"] > 0 or row["high"] < 0]
    far = [row for row in beyond if abs(row["gap"]) > found["tolerance"] * row["recorded"]]
    assert 0 < len(far) < len(beyond)
    assert f"{len(far)} of {len(means)}" in printed().out
    assert f"{len(beyond)} of {len(means)} hours, grounds and categories lie beyond" in printed().out
    assert f"where chance alone would put {len(means) * 0.05:.1f}" in printed().out


def test_who_meets_which_need_is_told_with_its_records() -> None:
    who = asked_json()["who_meets_what"]
    assert {(row["need"], row["kind"], row["meets"]) for row in who} == {
        ("ambulance", "ambulance", True),
        ("first engine", "engine", True),
        ("police car", "car", True),
    }


def test_what_each_step_rests_on_is_printed_with_its_records_and_its_fit() -> None:
    # One line a step and service or pool, the widest cells of --json: no finer one, and none twice.
    lines = printed().out.split("The records that each step is drawn from")[1].splitlines()
    rows = [re.split(r"\s{2,}", each.strip()) for each in lines if "until free" in each]
    widest = {
        row["cell"]: row
        for row in asked_json()["fits"]
        if row["step"] == "busy" and row["cell"] in {"police", "fire", "ambulance"}
    }
    assert {row[1]: (row[2], row[-1]) for row in rows} == {
        service: (
            str(row["records"]),
            "[z]" if row["lognormal_off"] is None else f"{row['lognormal_off']:.1%}",
        )
        for service, row in widest.items()
    }
    assert len(rows) == len(widest) == 3


def test_rows_are_written_where_they_are_asked_for_and_nowhere_else(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in LITTLETON.rglob("*") if path.is_file()}
    out = tmp_path / "rows.parquet"
    ran = run("respond", LITTLETON, "--runs", 2, "--out", out)
    assert ran.status == 0
    assert "rows never leave the study" in ran.out
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]
    assert {path: path.read_bytes() for path in LITTLETON.rglob("*") if path.is_file()} == before
    table = pl.read_parquet(out)
    # As many as are said to be there.
    assert f"{table.height:,} rows, one a run and job to which somebody went" in ran.out
    assert table["run"].unique().sort().to_list() == [0, 1]
    assert {
        *(
            "incident_id",
            "cell",
            "answered",
            "passed",
            "need",
            "unit_id",
            "arrived",
            "queued",
            "metres_from_home",
        ),
        *("first", "full", "first_of_need", "full_of_need", "first_of_service", "full_of_service"),
    } <= set(table.columns)
    assert (table["first"] <= table["first_of_need"]).all()
    assert (table["first_of_need"] <= table["full_of_need"]).all()
    assert (table["full_of_need"] <= table["full"]).all()


@pytest.mark.slow
def test_the_same_command_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    seen = set()
    for hash_seed in ("0", "1"):
        out = tmp_path / "rows.parquet"
        ran = started("respond", LITTLETON, "--runs", "2", "--json", "--out", out, hash_seed=hash_seed)
        assert ran.status == 0, ran.err
        seen.add((ran.out, out.read_bytes()))
    assert len(seen) == 1
    assert {**json.loads(ran.out), "file": None} == asked_json()


@pytest.mark.parametrize("arguments", [("--runs", "0"), ("--runs", "x"), ("--out", "rows.csv")])
def test_wrong_use_ends_with_2(arguments: tuple[str, ...]) -> None:
    assert run("respond", LITTLETON, *arguments).status == 2


def test_a_study_without_units_ends_with_1_and_says_what_to_add(tmp_path: Path) -> None:
    study(
        tmp_path,
        incidents=incidents(
            "F1,fire,2025-01-06 10:00:00,51.5,-0.1",
            columns="incident_id,service_id,received_at,latitude,longitude",
        ),
    )
    refused(run("respond", tmp_path), "add tables/units with their kinds and sites")


def test_a_study_without_places_ends_with_1_and_says_what_to_add(tmp_path: Path) -> None:
    study(tmp_path, incidents=incidents("F1,fire,2025-01-06 10:00:00"))
    refused(run("respond", tmp_path), "latitude and longitude or easting and northing")


def test_a_standard_without_a_clock_ends_with_1(tmp_path: Path) -> None:
    folder = shutil.copytree(LITTLETON, tmp_path / "littleton")
    settings = folder / "study.toml"
    settings.write_text(
        settings.read_text("utf-8").replace("[study]\n", '[study]\nstandards = "ours.toml"\n'), "utf-8"
    )
    (folder / "ours.toml").write_text('[[standards]]\nname = "ours"\nkind = "fire"\n', "utf-8")
    refused(run("respond", folder), "ours.toml, standard 'ours'", "has no clock that we can read; add clock")


def test_a_folder_in_the_place_of_the_file_ends_with_3(tmp_path: Path) -> None:
    (tmp_path / "rows.parquet").mkdir()
    refused(
        run("respond", LITTLETON, "--out", tmp_path / "rows.parquet"),
        "there is a folder of this name",
        status=3,
    )
    assert os.listdir(tmp_path) == ["rows.parquet"]  # noqa: PTH208 - names are enough


def test_drawn_periods_are_laid_beside_the_replay_where_they_are_asked_for() -> None:
    assert asked_json()["drawn"] is None
    answer = run("respond", LITTLETON, "--runs", 2, "--drawn", "--json")
    assert answer.status == 0, answer.err
    beside = {row["service_id"]: row for row in answer.json["drawn"]}
    replay = {row["service_id"]: row for row in asked_json()["services"]}
    for service, row in beside.items():
        assert row["mean"] == replay[service]["mean"]
        assert row["fewest"] <= row["incidents_drawn"] <= row["most"]
    printed_too = run("respond", LITTLETON, "--runs", 2, "--drawn")
    assert "Call to first arrival, replayed and in 2 drawn periods" in printed_too.out
    assert run("respond", LITTLETON, "--drawn", "--rooms").status == 2
