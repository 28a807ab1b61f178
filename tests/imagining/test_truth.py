"""The analysis never opens the truth of an imagined area."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from joinedup.disclosure import publish
from joinedup.imagining import imagine
from joinedup.report import write_report
from joinedup.study import Study, draft
from tests.imagining.imagined import bytes_of
from tests.small import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def _report(folder: Path, out: Path) -> dict[str, str]:
    write_report(publish(draft(Study.read(folder))), out)
    return bytes_of(out)


@pytest.mark.slow
def test_the_report_is_the_same_without_the_truth_and_with_a_false_one(tmp_path: Path) -> None:
    made = imagine(tmp_path / "area", people=30_000, days=70, seed=2)
    with_truth = _report(made.folder, tmp_path / "with")
    for file in made.truth.iterdir():
        file.write_bytes(b"not what it was")
    assert _report(made.folder, tmp_path / "false") == with_truth
    shutil.rmtree(made.truth)
    assert _report(made.folder, tmp_path / "without") == with_truth


def test_nothing_but_imagining_knows_where_the_truth_is() -> None:
    source = ROOT / "src" / "joinedup"
    outside = [
        path
        for path in source.rglob("*")
        if path.suffix in (".py", ".j2", ".toml", ".json") and "imagining" not in path.as_posix()
    ]
    assert len(outside) > 50
    for path in outside:
        text = path.read_text("utf-8")
        assert "-truth" not in text, path
        assert "truth_of" not in text, path
