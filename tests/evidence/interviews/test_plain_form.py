"""A study's interviews in plain files: coded passages, and nothing of those who withdrew (§1.1, §6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.interviews import coded_of_plain
from joinedup.evidence.passages import Approach, Coded
from joinedup.refusal import Refusal
from tests.evidence.interviews.files import GROUP, HEAD, TWO, table

if TYPE_CHECKING:
    from pathlib import Path

CODES = "code_id,name\ntrust,Trust\nmoney,Money\n"
PASSAGES = "passage_id,interview_id,start,end,code_id,coder,round,memo,suggested\n"
ONE = "i1,a.txt,,s3,,chief,ambulance,south,quote"


def study(path: Path, *passages: str, rows: tuple[str, ...] = (*TWO, ONE), group: str = GROUP) -> Path:
    folder = path / "interviews"
    table(folder, *rows, files={"group.txt": group, "a.txt": "I began in 2001."})
    (path / "codebook.csv").write_text(CODES, "utf-8")
    if passages:
        (folder / "passages.csv").write_text(PASSAGES + "\n".join(passages) + "\n", "utf-8")
    return path


def read(path: Path) -> Coded:
    coded = coded_of_plain(path, Approach.REFLEXIVE)
    assert coded is not None
    return coded


def passage(
    identity: str, words: str, code: str = "trust", rest: str = "anna,1,,", interview: str = "g1"
) -> str:
    text = GROUP if interview == "g1" else "I began in 2001."
    start = text.index(words)
    return f"{identity},{interview},{start},{start + len(words)},{code},{rest}"


def test_a_study_without_a_table_of_interviews_has_none(tmp_path: Path) -> None:
    assert coded_of_plain(tmp_path, Approach.REFLEXIVE) is None


def test_passages_say_what_was_said_by_whom(tmp_path: Path) -> None:
    rows = (
        passage("p2", "cafe\u0301s shut", "money", "bo,2,a memo,yes"),
        passage("p1", "Good 😀"),
        passage("p3", "I began", interview="i1"),
    )
    coded = read(study(tmp_path, *rows))
    assert [each.id for each in coded.interviews] == ["g1", "i1"]
    assert [(each.id, coded.words(each)) for each in coded.passages] == [
        ("p1", "Good 😀"),
        ("p2", "cafe\u0301s shut"),
        ("p3", "I began"),
    ]
    speakers = [coded.speaker(each) for each in coded.passages]
    assert [each.id for each in speakers if each] == ["s1", "s2", "s3"]
    assert [each.id for each in coded.coders] == ["anna", "bo"]
    second = coded.passages[1]
    assert (second.round, second.memo, second.suggested) == (2, "a memo", True)
    assert [each.id for each in coded.codes] == ["trust", "money"]


def test_a_file_saved_on_windows_gives_the_same_passages(tmp_path: Path) -> None:
    rows = (passage("p1", "cafe\u0301s shut"),)
    plain = read(study(tmp_path / "plain", *rows))
    windows = read(study(tmp_path / "windows", *rows, group="\ufeff" + GROUP.replace("\n", "\r\n")))
    assert windows.words(windows.passages[0]) == plain.words(plain.passages[0]) == "cafe\u0301s shut"
    assert windows.interviews[0].text == plain.interviews[0].text
    assert windows.interviews[0].sha256 != plain.interviews[0].sha256


def test_a_study_may_be_uncoded_and_then_has_the_codebook_to_start_from(tmp_path: Path) -> None:
    path = study(tmp_path)
    (path / "codebook.csv").unlink()
    coded = read(path)
    assert coded.passages == ()
    assert len(coded.codes) > 12


def test_nothing_of_who_withdrew_is_left_in_a_group(tmp_path: Path) -> None:
    gone = (TWO[0].replace(",quote", ",withdrawn"), TWO[1], ONE)
    rows = (
        passage("p1", "Good 😀", rest="zoe,1,,"),
        passage("p2", "cafe\u0301s shut"),
        passage("p3", "not.\n\nSP2: No, cafe\u0301s shut.\nSP1: T"),
    )
    coded = read(study(tmp_path, *rows, rows=gone))
    group = coded.interview["g1"]
    assert group.text == (
        "Interviewer: How is it?\nSP1: [withdrawn]\n\nSP2: No, cafe\u0301s shut.\nSP1: [withdrawn]\n"
    )
    assert [each.id for each in group.speakers] == ["s2"]
    assert [group.text[each.start : each.end] for each in group.turns] == [
        "How is it?",
        "No, cafe\u0301s shut.",
    ]
    assert [(each.id, coded.words(each)) for each in coded.passages] == [("p2", "cafe\u0301s shut")]
    assert [each.id for each in coded.coders] == ["anna"]
    assert not group.withdrawn
    assert "Good" not in repr(coded)


def test_an_interview_that_everybody_withdrew_from_keeps_its_name_alone(tmp_path: Path) -> None:
    gone = (*(each.rpartition(",")[0] + ",withdrawn" for each in TWO), ONE)
    path = study(tmp_path, passage("p1", "Good 😀"), passage("p3", "I began", interview="i1"), rows=gone)
    (path / "interviews" / "group.txt").unlink()
    coded = read(path)
    group = coded.interview["g1"]
    assert (group.withdrawn, group.text, group.speakers, group.turns) == (True, "", (), ())
    assert [each.id for each in coded.passages] == ["p3"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("p1,g9,0,5,trust,anna,1,,", "row 2, column interview_id: 'g9' is not known; known are: g1, i1"),
        ("p1,g1,0,5,trusst,anna,1,,", "row 2, column code_id: 'trusst' is not known; did you mean 'trust'"),
        ("p1,g1,-1,5,trust,anna,1,,", "row 2, column start: '-1' is not a whole number of 0 or more"),
        ("p1,g1,5,5,trust,anna,1,,", "row 2, column end: 5 is not after the start 5"),
        (
            "p1,g1,5,500,trust,anna,1,,",
            "row 2, column end: 500 lies past the end of 'group.txt', which has 91 characters",
        ),
        ("p1,g1,5,6,trust,,1,,", "row 2, column coder: is empty"),
        ("p1,g1,5,6,trust,anna,0,,", "row 2, column round: '0' is not a whole number of 1 or more"),
        ("p1,g1,5,6,trust,anna,1,,maybe", "row 2, column suggested: 'maybe' is not known"),
        (
            "p1,g1,5,6,trust,anna,1,,\np1,g1,5,6,trust,bo,1,,",
            "row 3, column passage_id: 'p1' stands in row 2 too",
        ),
    ],
)
def test_a_mistake_in_the_passages_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = study(tmp_path, row)
    with pytest.raises(Refusal, match=said) as refused:
        coded_of_plain(path, Approach.REFLEXIVE)
    assert str(refused.value).startswith(str(path / "interviews" / "passages.csv"))


def test_a_study_may_not_hold_names(tmp_path: Path) -> None:
    path = study(tmp_path)
    table(path / "interviews", f"{ONE},Orla Thistlewick", head=f"{HEAD},name")
    with pytest.raises(Refusal, match="row 1, column name: a study's folder may not hold names"):
        coded_of_plain(path, Approach.REFLEXIVE)
