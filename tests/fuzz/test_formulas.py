"""Names and words that look like formulas, from a study to every CSV that is written of it: no cell is one for a spreadsheet."""

from __future__ import annotations

import csv
import io
import random
import shutil
from pathlib import Path

import pytest

from joinedup.disclosure import publish
from joinedup.report import write_report
from joinedup.study import Study, draft
from tests.cli.running import run
from tests.fuzz.making import FORMULAS
from tests.fuzz.test_fuzz import assert_no_formula

STUDIES = 24
SEEN = 10
"""A formula that stands in fewer cells of all that is written was hardly tried."""
_LITTLETON = Path(__file__).parents[2] / "examples" / "littleton"
_NAMES = {
    "services": ("name",),
    "sites": ("name", "tenure"),
    "incidents": ("category", "priority"),
    "control_rooms": ("name", "system"),
    "posts": ("function", "title"),
    "courses": ("topic", "code"),
    "contracts": ("item", "function"),
    "budgets": ("function",),
    "bodies": ("name",),
    "collaborations": ("why", "legal_basis"),
}
"""Columns whose words are shown as they stand."""


_SUBTLE = ("=5", "@5", "\uff1d1+1", "\uff0b1", "\uff20x")
"""What the report takes for numbers or for no formula, and a spreadsheet does not."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(STUDIES))
def test_no_name_is_a_formula_in_any_csv_of_a_report_or_a_check(seed: int, tmp_path: Path) -> None:
    hold(with_formulas(tmp_path / "study", seed, [each for each in FORMULAS if each not in _SUBTLE]))


@pytest.mark.slow
@pytest.mark.parametrize("formula", _SUBTLE)
def test_a_single_figure_and_a_wide_sign_are_formulas_too(formula: str, tmp_path: Path) -> None:
    hold(with_formulas(tmp_path / "study", 0, [formula]))


def hold(study: Path) -> None:
    """Hold every CSV of a study's report and of its check to have no formula, and numbers that are numbers."""
    out = study.with_name("out")
    write_report(publish(draft(Study.read(study))), out)
    assert run("check", str(study), "--csv", str(out / "queries.csv")).status == 0
    written = sorted((out).rglob("*.csv"))
    assert len(written) > 1
    for path in written:
        assert_no_formula(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    # An apostrophe stands before each that came through.
    cells = [cell for path in written for row in rows_of(path) for cell in row]
    assert sum(cell.startswith("'") for cell in cells) >= SEEN
    # Numbers stay numbers, the negative ones too.
    assert any(_is_negative(cell) for cell in cells)
    assert not any(cell.startswith("'") and _is_negative(cell[1:]) for cell in cells)


def with_formulas(folder: Path, seed: int, formulas: list[str]) -> Path:
    """Give Littleton with formulas in place of some of its words, and before others; the same word gets the same."""
    chance = random.Random(f"formulas {seed}")
    shutil.copytree(_LITTLETON, folder)
    for table, columns in _NAMES.items():
        path = folder / "tables" / f"{table}.csv"
        header, *rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
        for column in columns:
            at = header.index(column)
            instead = {
                word: word
                if chance.random() < 0.4
                else chance.choice(formulas) + chance.choice(("", f" {word}"))
                for word in sorted({row[at] for row in rows})
            }
            for row in rows:
                row[at] = instead[row[at]]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    return folder


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def _is_negative(cell: str) -> bool:
    try:
        return cell.startswith("-") and float(cell) < 0
    except ValueError:
        return False
