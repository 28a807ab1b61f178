"""Who withdraws is in no report from then on: from interview to published page and back (§6.1, §8.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zipfile import ZipFile, is_zipfile

import pytest

from joinedup.disclosure import publish
from joinedup.evidence import STORE
from joinedup.evidence.store import Citation, Kind, Limits, Store
from joinedup.report import write_report
from joinedup.study import Study, draft
from tests.stored import stored_littleton

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.evidence.store import Withdrawn

LIMITS = Limits(5, 2)
SAID = {
    "S1": ("Q04", "I can ring the watch manager at any hour and get a straight answer."),
    "S2": ("Q08", "With the joint station, the sergeants and my crews trust one another."),
}
STATED = "The sergeants and the crews of one station rely on each other."
STATED_ELSEWHERE = "A watch manager answers at any hour."


@dataclass(frozen=True)
class Told:
    """The bytes of a report as first written, and as written after the withdrawal."""

    before: dict[str, bytes]
    after: dict[str, bytes]
    gone: Withdrawn
    study: Path
    interview: str


def report(study: Path, out: Path) -> dict[str, bytes]:
    """Write a report and give its files, packed ones with what is in them."""
    write_report(publish(draft(Study.read(study))), out)
    files = bytes_of(out)
    for name in list(files):
        if is_zipfile(out / name):
            with ZipFile(out / name) as packed:
                files |= {f"{name}/{each}": packed.read(each) for each in packed.namelist()}
    return files


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Quote two speakers and state a sentence on each; then the second withdraws."""
    folder = tmp_path_factory.mktemp("withdrawn")
    study = folder / "study"
    vault = stored_littleton(study)
    interview = (study / "interviews" / "L2.txt").read_text("utf-8")
    with Store.open(study / STORE) as store:
        for passage, _ in SAID.values():
            assert not store.approve_quote(passage, "ida", LIMITS).released
            assert store.approve_quote(passage, "bo", LIMITS).released
        store.state(STATED, [Citation(Kind.PASSAGE, "Q08")], "ida")
        store.state(STATED_ELSEWHERE, [Citation(Kind.PASSAGE, "Q04")], "ida")
        before = report(study, folder / "before")
        gone = store.withdraw(vault, "ida", speaker="S2")
    return Told(before, report(study, folder / "after"), gone, study, interview)


def files_with(files: dict[str, bytes], words: str) -> list[str]:
    return [name for name, content in files.items() if words.encode() in content]


def test_a_quote_that_two_people_let_out_is_in_the_report_without_the_name_or_pseudonym(told: Told) -> None:
    for _, words in SAID.values():
        assert files_with(told.before, words) == ["index.html"]
    page = told.before["index.html"].decode()
    assert f"“{SAID['S2'][1]}” (officer, a service)" in page
    assert STATED in page


def test_nothing_that_a_speaker_who_withdrew_said_is_in_the_next_report(told: Told) -> None:
    sentences = [
        each.strip()
        for line in told.interview.splitlines()
        if line.startswith("P1:")
        for each in line.removeprefix("P1:").split(". ")
    ]
    assert len(sentences) == 3
    for each in sentences:
        assert files_with(told.after, each.rstrip(".")) == []
    assert told.gone.quotes == 1
    assert told.gone.statements == 1
    assert files_with(told.after, STATED) == []


def test_what_others_said_and_what_rests_on_it_stays(told: Told) -> None:
    assert files_with(told.after, SAID["S1"][1]) == ["index.html"]
    assert files_with(told.after, STATED_ELSEWHERE) == ["index.html"]


def test_the_words_are_gone_from_the_study_too_with_the_file_that_they_came_in(told: Told) -> None:
    held = bytes_of(told.study)
    assert files_with(held, "sergeants and my crews") == []
    assert files_with(held, "our own badge") == []
    with Store.open(told.study / STORE) as store:
        assert store.verify_log().bad_line is None
        assert [each.id for each in store.coded().interviews if each.withdrawn] == ["L2"]
