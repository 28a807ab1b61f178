"""The plain form that is written is the plain form that is read (§1.1)."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.exchange import (
    BLANK,
    read_project,
    write_plain,
    write_plain_codebook,
    write_project,
)
from joinedup.evidence.interviews import coded_of_plain
from joinedup.evidence.passages import Approach, Code, Coded, Coder
from joinedup.refusal import CannotWrite
from tests.evidence.exchange.heard import small

if TYPE_CHECKING:
    from pathlib import Path


def as_plain(coded: Coded) -> Coded:
    """Give what the plain form can hold: it keeps no names of coders, and a file has its own fingerprint."""
    return replace(
        coded,
        interviews=tuple(
            replace(each, sha256=hashlib.sha256(each.text.encode()).hexdigest() if each.text else "")
            for each in coded.interviews
        ),
        codes=tuple(
            replace(
                each,
                colour="" if each.colour == "blue" else each.colour,
                example=each.example.strip(),
            )
            for each in coded.codes
        ),
        coders=tuple(Coder(each.id, each.id) for each in coded.coders),
    )


def test_the_plain_form_reads_back_equal(tmp_path: Path) -> None:
    coded = as_plain(small())
    written = write_plain(coded, tmp_path, for_outside=False)
    assert coded_of_plain(tmp_path, Approach.RELIABILITY) == coded
    assert [each.relative_to(tmp_path).as_posix() for each in written] == [
        "codebook.csv",
        "interviews/i1.txt",
        "interviews/i2.txt",
        "interviews/interviews.csv",
        "interviews/passages.csv",
    ]


def test_what_was_blanked_reads_back_with_its_turns_and_positions(tmp_path: Path) -> None:
    coded = as_plain(small())
    write_plain(coded, tmp_path, for_outside=True)
    read = coded_of_plain(tmp_path, Approach.RELIABILITY)
    assert read is not None
    assert [(each.id, each.start, each.end) for each in read.passages] == [
        (each.id, each.start, each.end) for each in coded.passages
    ]
    for before, after in zip(coded.interviews, read.interviews, strict=True):
        assert len(before.text) == len(after.text)
        assert [each.speaker for each in before.turns] == [each.speaker for each in after.turns]
    assert set(read.words(read.passages[4])) == {BLANK}


def test_a_passage_of_no_words_stands_in_the_way_of_nothing(tmp_path: Path) -> None:
    coded = as_plain(small())
    empty = replace(coded.passages[0], id="p0", end=coded.passages[0].start, memo="lost")
    more = replace(coded, passages=(empty, *coded.passages))
    write_plain(more, tmp_path, for_outside=False)
    write_project(more, tmp_path / "p.qdpx", for_outside=False)
    assert coded_of_plain(tmp_path, Approach.RELIABILITY) == coded
    assert read_project(tmp_path / "p.qdpx").coded == coded


def test_interviews_that_are_there_are_never_written_over(tmp_path: Path) -> None:
    write_plain(small(), tmp_path, for_outside=False)
    with pytest.raises(CannotWrite, match="holds interviews already"):
        write_plain(small(), tmp_path, for_outside=True)
    with pytest.raises(CannotWrite, match="is there already"):
        write_plain_codebook(small().codes, tmp_path)


def test_an_id_that_no_machine_takes_as_a_file_gets_another_name(tmp_path: Path) -> None:
    coded = small()
    first = replace(coded.interviews[0], id="../con:")
    moved = tuple(replace(each, interview="../con:") for each in coded.passages[:3])
    write_plain(
        replace(coded, interviews=(first, coded.interviews[1]), passages=moved),
        tmp_path / "x",
        for_outside=False,
    )
    assert sorted(each.name for each in (tmp_path / "x" / "interviews").glob("*.txt")) == [
        "interview-con.txt",
        "interview-i2.txt",
    ]
    with (tmp_path / "x" / "interviews" / "interviews.csv").open(encoding="utf-8", newline="") as stream:
        assert {each["interview_id"] for each in csv.DictReader(stream)} == {"../con:", "i2"}


def test_a_short_colour_is_written_out(tmp_path: Path) -> None:
    path = write_plain_codebook([Code("a", "A", colour="#1bC")], tmp_path)
    assert path.read_text("utf-8").splitlines()[1] == "a,A,,,,#11bbCC,,,"
