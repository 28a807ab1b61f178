"""The command that says what people told the study (§6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from joinedup.cli import app
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path


def test_a_study_without_survey_and_views_says_where_to_put_them() -> None:
    answer = CliRunner().invoke(app, ["evidence", str(LITTLETON)])
    assert answer.exit_code == 0
    assert "folders survey and views" in answer.stdout


def test_the_json_has_the_four_parts_that_scripts_rely_on() -> None:
    answer = CliRunner().invoke(app, ["evidence", str(LITTLETON), "--json"])
    assert json.loads(answer.stdout) == dict.fromkeys(("interviews", "survey", "views", "readiness"))


def test_a_mistake_in_a_consultation_is_named_by_file_and_column(tmp_path: Path) -> None:
    folder = tmp_path / "views"
    folder.mkdir()
    (tmp_path / "study.toml").write_text('[study]\nname = "A"\nzone = "UTC"\n')
    (folder / "consultation.csv").write_text("reply_id\n1\n")
    answer = CliRunner().invoke(app, ["evidence", str(tmp_path)])
    assert answer.exit_code == 1
    assert "consultation.csv" in str(answer.exception)
