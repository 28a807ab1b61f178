"""The command that staffs control rooms in every way of working together (§3.1, §4.7)."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from joinedup.cli import app
from tests.small import LITTLETON


def test_every_way_of_working_is_staffed_and_laid_beside_separate_rooms() -> None:
    answer = CliRunner().invoke(app, ["respond", str(LITTLETON), "--rooms", "--json"])
    assert answer.exit_code == 0
    ways = {each["way"]: each for each in json.loads(answer.stdout)["rooms"]}
    assert ways["separate rooms"]["saves"]["hours"] == 0
    separate, team = ways["separate rooms"]["hours_a_week"], ways["one multi-skilled team"]
    assert team["saves"]["hours"] == separate - team["hours_a_week"] > 0
    half_hours = ways["separate rooms"]["half_hours"]
    assert sum(each["confirmed"] for each in half_hours) / 2 == separate


def test_rooms_are_asked_for_alone() -> None:
    answer = CliRunner().invoke(app, ["respond", str(LITTLETON), "--rooms", "--out", "rows.parquet"])
    assert answer.exit_code == 2
