"""Surveys beside svy, an independent program: the same estimates, standard errors and intervals (§6.3)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.area.shared_data import ROOT, shared
from tests.rivals.survey_tasks import furthest, ours, schools

RIVALS = ROOT / ".venv-rivals"
THERE = any(RIVALS.glob("lib/python*/site-packages/svy"))


@pytest.mark.slow
@pytest.mark.skipif(not THERE, reason="the rivals are not installed: run bench/evidence.py once")
def test_svy_gives_the_same_estimates_errors_and_intervals(tmp_path: Path) -> None:
    tasks = schools(shared("survey/apistrat.csv").parent, rounds=1)
    given_to, given_back = tmp_path / "tasks.json", tmp_path / "answer.json"
    given_to.write_text(json.dumps(tasks), "utf-8")
    program = Path(__file__).with_name("survey_svy.py")
    subprocess.run(
        [RIVALS / "bin" / "python", program, given_to, given_back], check=True, capture_output=True
    )
    theirs = json.loads(given_back.read_text("utf-8"))
    assert len(theirs) == 24
    assert furthest(ours(tasks), theirs, slice(0, 4)) < 1e-12
