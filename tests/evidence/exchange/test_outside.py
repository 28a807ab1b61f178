"""What leaves the study holds the words of those only who agreed to it (§8.2)."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given, settings

from joinedup.evidence.exchange import BLANK, MAY_LEAVE, for_others, write_plain, write_project
from joinedup.evidence.passages import Coded, Consent
from tests.evidence.exchange.heard import GROUP, drawn, small

if TYPE_CHECKING:
    from pathlib import Path


def everything(path: Path) -> str:
    if path.is_dir():
        return "".join(each.read_text() for each in sorted(path.rglob("*")) if each.is_file())
    with zipfile.ZipFile(path) as packed:
        return "".join(packed.read(each).decode() for each in packed.namelist())


def test_words_of_those_who_did_not_agree_stand_in_no_file_that_leaves(tmp_path: Path) -> None:
    coded = small()
    write_project(coded, tmp_path / "p.qdpx", for_outside=True)
    write_plain(coded, tmp_path / "plain", for_outside=True)
    for words in (everything(tmp_path / "p.qdpx"), everything(tmp_path / "plain")):
        for hidden in ("Count me", "nothing else", "Put it in", "your words", "count me only"):
            assert hidden not in words
        assert "ab" * 32 not in words
        for shown in ("I may be quoted here", "Quoted again", "We trust each other", "a memo"):
            assert shown in words


def test_inside_the_study_all_words_stay(tmp_path: Path) -> None:
    write_project(small(), tmp_path / "p.qdpx", for_outside=False)
    assert "Count me only" in everything(tmp_path / "p.qdpx")


def test_blanked_text_keeps_its_length_its_lines_and_its_labels() -> None:
    text = for_others(small()).interview["i2"].text
    lines = text.split("\n")
    assert [len(each) for each in lines] == [len(each) for each in GROUP.split("\n")]
    assert lines[0] == "A:" + BLANK + "I may be quoted here."
    assert set(lines[1][2:]) == set(lines[2][2:]) == {BLANK}
    assert [each[:2] for each in lines] == ["A:", "B:", "C:", "A:"]


@settings(max_examples=100, deadline=None)
@given(drawn())
def test_a_character_that_leaves_was_said_by_somebody_who_agreed(coded: Coded) -> None:
    for before, after in zip(coded.interviews, for_others(coded).interviews, strict=True):
        assert len(before.text) == len(after.text)
        if before.speakers and all(each.consent in MAY_LEAVE for each in before.speakers):
            assert before.text == after.text
            continue
        agreed = {each.id for each in before.speakers if each.consent in MAY_LEAVE}
        for place, letter in enumerate(after.text):
            said_by = {each.speaker for each in before.turns if each.start <= place < each.end}
            line = before.text[: place + 2].rpartition("\n")[2].lower()
            labelled = line[:1] in ("l", "i", "q") and line[1:2].strip(":\t ") in "0123456789v"
            assert letter in (BLANK, "\n") or labelled or (said_by and said_by <= agreed)


def test_the_coding_of_somebody_who_withdrew_does_not_leave() -> None:
    coded = small()
    group = coded.interview["i2"]
    gone = tuple(
        replace(each, consent=Consent.WITHDRAWN) if each.id == "i2-b" else each for each in group.speakers
    )
    left = for_others(
        replace(coded, interviews=(coded.interviews[0], replace(group, speakers=gone), coded.interviews[2]))
    )
    assert [each.id for each in left.passages] == ["p1", "p2", "p3", "p4"]


def test_an_example_taken_from_hidden_words_does_not_leave() -> None:
    coded = small()
    taken = replace(coded.codes[0], example="count me ONLY,  nothing")
    left = for_others(replace(coded, codes=(taken, *coded.codes[1:])))
    assert left.codes[0].example == ""
    assert left.codes[1].example == coded.codes[1].example


def test_a_memo_on_hidden_words_does_not_leave() -> None:
    memos = {each.id: each.memo for each in for_others(small()).passages}
    assert memos == {"p1": "a memo\nof two lines", "p2": "", "p3": "", "p4": "fine", "p5": ""}
