"""The command that staffs control rooms in every way of working together (§3.1, §4.7)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from joinedup.cli import app, staffing
from joinedup.imagining import imagine
from joinedup.response.rooms import pooling_saves
from tests.cli.running import run
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.response.rooms import Rooms, Saving


def test_every_way_of_working_is_staffed_and_laid_beside_separate_rooms() -> None:
    answer = CliRunner().invoke(app, ["respond", str(LITTLETON), "--rooms", "--json"])
    assert answer.exit_code == 0
    ways = {each["way"]: each for each in json.loads(answer.stdout)["rooms"]}
    assert ways["separate rooms"]["saves"]["hours"] == 0
    separate, team = ways["separate rooms"]["hours_a_week"], ways["one multi-skilled team"]
    assert team["saves"]["hours"] == separate - team["hours_a_week"] > 0
    half_hours = ways["separate rooms"]["half_hours"]
    assert sum(each["confirmed"] for each in half_hours) / 2 == separate
    # Both who answer and who send are counted, each apart too.
    for work, whose in (("answering", "handlers"), ("sending", "dispatchers")):
        own = sum(each["confirmed"] for each in half_hours if each["work"] == work) / 2
        assert own == ways["separate rooms"][whose] > 0
    # Fire's handlers send crews themselves, where the study does not say.
    assert {each["service"] for each in half_hours if each["work"] == "sending"} == {"police", "ambulance"}


def test_who_sends_crews_is_printed_beside_the_staff(monkeypatch: pytest.MonkeyPatch) -> None:

    asked = []

    def few(rooms: Rooms, runs: int, workers: int) -> tuple[Saving, ...]:
        asked.append(runs)
        return pooling_saves(rooms, weeks=2, runs=1, draws=2, workers=workers)

    monkeypatch.setattr(staffing, "pooling_saves", few)
    printed = CliRunner().invoke(app, ["respond", str(LITTLETON), "--rooms", "--runs", "3"]).output
    assert asked == [3]
    assert "dispatchers send crews for police and ambulance; whoever answers also sends for fire" in printed
    assert "-0" not in printed


def test_rooms_are_asked_for_alone() -> None:
    answer = CliRunner().invoke(app, ["respond", str(LITTLETON), "--rooms", "--out", "rows.parquet"])
    assert answer.exit_code == 2


def test_rooms_are_played_into_the_waits_beside_separate_rooms(tmp_path: Path) -> None:
    imagine(tmp_path / "area", 20_000, 60, 3)
    asked = ["respond", str(tmp_path / "area"), "--runs", "1", "--answering"]
    out = tmp_path / "rows.parquet"
    answer = CliRunner().invoke(
        app, [*asked, "digital incident message", "--drawn", "--json", "--out", str(out)]
    )
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.stdout)
    assert found["file"] == str(out)
    rows = pl.read_parquet(out)
    assert rows["way"].unique().sort().to_list() == ["digital incident message", "separate rooms"]
    # Each row says when its call was answered and passed on, as played in that way, and where it was.
    assert rows["answered"].null_count() < rows.height
    assert rows["passed"].count() > 0
    assert rows["cell"].str.contains(r"^1000mE\d+N\d+$").all()
    assert [each["way"] for each in found["ways"]] == ["separate rooms", "digital incident message"]
    # Where a record is opened in 16 s and not in minutes, nobody is told later.
    assert all(row["change"] <= 0 for row in found["services"])
    assert any(row["change"] < 0 for row in found["services"])
    assert len(found["clocks"]) == 3
    assert all(row["answered"] >= 0 for row in found["services"])
    # §3.4: a page that uses the model says how far it is off, and what its drives rest on, as `respond` alone does.
    alone = json.loads(CliRunner().invoke(app, [*asked[:4], "--json"]).stdout)
    assert found["calibration"] == alone["calibration"] is not None
    assert found["travel"] == alone["travel"] != []
    assert found["fits"] == alone["fits"]
    printed = CliRunner().invoke(app, [*asked, "separate rooms"])
    assert (
        "From the operator's connecting a call, in separate rooms and in separate rooms again"
        in printed.output
    )
    assert alone["calibration"]["said"] in printed.output
    assert "The baseline beside what happened, call to first arrival" in printed.output
    # Drawn calls are played in both ways too.
    assert {row["service_id"] for row in found["drawn"]} == {row["service_id"] for row in found["services"]}
    assert found["drawn"] != found["services"]
    # Standards in both ways, calls as they were answered in each.
    assert [each["way"] for each in found["standards"]] == ["separate rooms", "digital incident message"]
    answering = [row for row in found["standards"][0]["standards"] if row["clock"].startswith("connected_at")]
    assert answering
    assert all(row["reached"] is not None for row in answering)
    assert "Standards, in separate rooms and in separate rooms again" in printed.output
    for law in alone["travel"]:
        assert f"Travel: {law}." in printed.output


def test_a_way_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    answer = run("respond", LITTLETON, "--answering", "one multi-skiled team")
    assert answer.status == 1
    assert "did you mean 'one multi-skilled team'?" in answer.err
    answer = run("respond", LITTLETON, "--answering", "separate rooms", "--runs", "1")
    assert answer.status == 1
    assert "calls: not every service has calls" in answer.err
