"""What 'joinedup check' prints, and the files that it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from joinedup.cli import app
from joinedup.cli.queries import told
from tests.area.studies import read
from tests.area.test_queries import faulty

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("width", [60, 100, 160])
def test_queries_fit_the_width_and_say_everything(tmp_path: Path, width: int) -> None:
    groups = faulty(tmp_path)[1].groups()
    lines = told(groups, width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    for each in groups:
        for part in (each.example, each.action, each.mend, f"column {each.column}"):
            assert " ".join(part.split()) in text


def test_check_writes_both_files_and_says_so(tmp_path: Path) -> None:
    made, _ = faulty(tmp_path)
    every, mend = tmp_path / "queries.csv", tmp_path / "mend.csv"
    ran = CliRunner().invoke(app, ["check", str(made), "--csv", str(every), "--corrected", str(mend)])
    assert ran.exit_code == 0
    assert "5 rows to mend" in ran.output
    assert every.is_file()
    assert mend.is_file()


def test_check_json_names_the_files_that_it_wrote(tmp_path: Path) -> None:
    made, _ = faulty(tmp_path)
    mend = tmp_path / "mend.csv"
    ran = CliRunner().invoke(app, ["check", str(made), "--json", "--corrected", str(mend)])
    assert json.loads(ran.stdout)["files"] == {str(mend): 5}
    plain = json.loads(CliRunner().invoke(app, ["check", str(made), "--json"]).stdout)
    assert set(plain) == {"queries", "counts", "groups", "notes"}
    assert len(plain["queries"]) == read(made)[1].frame.height
