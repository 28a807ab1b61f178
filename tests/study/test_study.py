"""The study: read once, worked out when it is first asked."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from joinedup import Refusal, Study
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from pathlib import Path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_reading_measuring_and_assessing_leave_the_folder_as_it_was(tmp_path: Path) -> None:
    shutil.copytree(LITTLETON, tmp_path / "study")
    before = files(tmp_path)
    study = Study.read(tmp_path / "study")
    study.crossover()
    assert study.overlap.height
    assert study.assessment.options
    assert files(tmp_path) == before


@pytest.mark.slow
def test_the_name_of_the_folder_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(LITTLETON, tmp_path / "another name")
    study = Study.read(tmp_path / "another name")
    assert study.overlap.equals(littleton().overlap)
    for one, other in zip(study.assessment.options, littleton().assessment.options, strict=True):
        assert one.option == other.option
        assert one.appraisal.npsv.tobytes() == other.appraisal.npsv.tobytes()


def test_each_part_is_worked_out_once() -> None:
    study = littleton()
    assert study.overlap is study.overlap
    assert study.assessment is study.assessment


@pytest.mark.slow
def test_progress_is_told_in_plain_words() -> None:
    told: list[str] = []
    study = Study.read(LITTLETON, told.append)
    assert study.assessment.options
    assert "reading incidents" in told
    assert "looking for options: shared estate" in told


@pytest.mark.parametrize("keep", [("services", "incidents"), ("services", "sites")])
def test_services_with_incidents_alone_or_with_sites_alone_are_a_study(
    tmp_path: Path, keep: tuple[str, ...]
) -> None:
    shutil.copy(LITTLETON / "study.toml", tmp_path)
    (tmp_path / "tables").mkdir()
    for table in keep:
        shutil.copy(LITTLETON / "tables" / f"{table}.csv", tmp_path / "tables")
    study = Study.read(tmp_path)
    assert study.overlap.height == (13 if "sites" in keep else 0)
    moves = [each for each in study.assessment.options if each.option.kind == "shared estate"]
    assert bool(moves) is ("sites" in keep)
    assert ("shared estate" in study.assessment.lacking) is ("sites" not in keep)
    assert not study.assessment.order.placed


def test_a_folder_that_is_no_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="this folder is not a study"):
        Study.read(tmp_path)
