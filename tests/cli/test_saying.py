"""The command that says what people told the study (§6)."""

from __future__ import annotations

import csv
import io
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from joinedup.cli import app
from joinedup.roadmap import Lifter
from joinedup.study.deciding import barriers_of
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

HELD = ("interviews", "survey", "views")


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """Give a study in which nobody was asked."""
    folder = tmp_path / "silent"
    shutil.copytree(LITTLETON, folder)
    for each in HELD:
        shutil.rmtree(folder / each)
    return folder


def test_a_study_in_which_nobody_was_asked_says_where_to_put_what_they_say(silent: Path) -> None:
    answer = CliRunner().invoke(app, ["evidence", str(silent)])
    assert answer.exit_code == 0
    assert "folders interviews, survey and views" in answer.stdout.replace("\n", " ")


def test_the_json_has_the_four_parts_that_scripts_rely_on(silent: Path) -> None:
    answer = CliRunner().invoke(app, ["evidence", str(silent), "--json"])
    assert json.loads(answer.stdout) == {**dict.fromkeys(HELD), "readiness": []}
    answer = CliRunner().invoke(app, ["evidence", str(LITTLETON), "--json"])
    said = json.loads(answer.stdout)
    assert set(said) == {*HELD, "readiness"}
    assert said["interviews"]["interviews"] == 6
    assert said["survey"]["base"] == 60
    assert said["views"]["consultation"]["replies"] == 15
    spoken = {each["kind"] for each in said["readiness"] if each["enablers"] or each["barriers"]}
    assert spoken == {"shared estate", "shared control room"}


def test_words_of_interviews_and_replies_are_in_no_answer() -> None:
    answer = CliRunner().invoke(app, ["evidence", str(LITTLETON), "--json"])
    sentences = [
        line.split(":", 1)[-1].strip()
        for path in (LITTLETON / "interviews").glob("*.txt")
        for line in path.read_text("utf-8").splitlines()
        if len(line) > 40
    ]
    assert sentences
    assert not any(each in answer.stdout for each in sentences)


def test_barriers_that_people_name_are_drafted_for_somebody_to_correct(tmp_path: Path) -> None:
    draft = tmp_path / "barriers.csv"
    answer = CliRunner().invoke(app, ["evidence", str(LITTLETON), "--barriers", str(draft)])
    assert answer.exit_code == 0, answer.output
    rows = list(csv.DictReader(io.StringIO(draft.read_text("utf-8"))))
    assert rows
    assert {who for row in rows for who in row["lifter"].split("; ")} <= {str(each) for each in Lifter}
    # How few people name a barrier would be read in the report.
    assert not any(each.isdigit() for row in rows for each in row["sentence"])
    # What was drafted is read as barriers are.
    conditions = barriers_of(tmp_path, {row["option_id"] for row in rows})
    assert {each.id for each in conditions} == {row["barrier_id"] for row in rows}
    assert all(months == 12 for each in conditions for months in each.delays.values())


def test_a_mistake_in_a_consultation_is_named_by_file_and_column_before_any_table_is_asked_for(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    (tmp_path / "study.toml").write_text('[study]\nname = "A"\nzone = "UTC"\n')
    (folder / "consultation.csv").write_text("reply_id\n1\n")
    answer = CliRunner().invoke(app, ["evidence", str(tmp_path)])
    assert answer.exit_code == 1
    assert "consultation.csv" in str(answer.exception)
