"""A mistake in the table of interviews is named by file, row and column, with what to do next (§1.3)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.interviews import transcripts_of
from joinedup.refusal import Refusal
from tests.evidence.interviews.files import GROUP, HEAD, TWO, table

if TYPE_CHECKING:
    from pathlib import Path

ONE = "i1,a.txt,2025-03-31,s1,,station manager,fire,north,quote"


def changed(row: str, **cells: str) -> str:
    given = dict(zip(HEAD.split(","), row.split(","), strict=True)) | cells
    return ",".join(given.values())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [changed(ONE, consent="qoute")],
            "row 2, column consent: 'qoute' is not known; did you mean 'quote'",
        ),
        ([changed(ONE, consent="")], "row 2, column consent: is empty"),
        (
            [changed(ONE, held_on="31/03/2025")],
            "row 2, column held_on: '31/03/2025' is no date; write it as 2025-03-31",
        ),
        ([changed(ONE, held_on="2025-02-30")], "row 2, column held_on: '2025-02-30' is no date"),
        ([changed(ONE, held_on="20250331")], "row 2, column held_on: '20250331' is no date"),
        (
            [changed(ONE, file="b.txt")],
            "row 2, column file: there is no file 'b.txt' beside the table; did you mean 'a.txt'",
        ),
        ([changed(ONE, file="gruop.txt")], "no file 'gruop.txt' beside the table; did you mean 'group.txt'"),
        (
            [changed(ONE, file="../a.txt")],
            "row 2, column file: '../a.txt' lies outside of the table's folder",
        ),
        ([changed(ONE, file="..\\a.txt")], "lies outside of the table's folder"),
        ([changed(ONE, file="/etc/passwd")], "lies outside of the table's folder"),
        ([changed(ONE, file="C:\\a.txt")], "lies outside of the table's folder"),
        (
            [changed(ONE, file="a.doc")],
            "row 2, column file: 'a.doc' is of a form that is not read; save it as DOCX",
        ),
        ([changed(ONE, file="a.mp3")], "give one of .txt, .docx, .pdf, .vtt, .srt"),
        ([changed(ONE, file="empty.txt")], "row 2, column file: 'empty.txt' holds no words"),
        ([ONE, changed(ONE, interview_id="i2")], "row 3, column speaker: 's1' stands in row 2 too"),
        (
            [ONE, changed(ONE, interview_id="i2", speaker="s2")],
            "row 3, column file: 'a.txt' is given for interview 'i1' in row 2 too",
        ),
        (
            [ONE, changed(ONE, interview_id="i2", speaker="s2", file="./x/../a.txt")],
            "is given for interview 'i1' in row 2 too",
        ),
        (
            [ONE, changed(ONE, interview_id="i2", speaker="s2", file="same.txt")],
            "row 3, column file: 'same.txt' is the same, byte for byte, as 'a.txt' of row 2",
        ),
        (
            [ONE, changed(ONE, speaker="s2", file="group.txt")],
            "row 3, column file: 'group.txt' differs from 'a.txt' in row 2",
        ),
        (
            [TWO[0], changed(TWO[1], held_on="2025-04-01")],
            "row 3, column held_on: '2025-04-01' differs from '2025-03-31'",
        ),
        (
            [TWO[0], changed(TWO[1], label="")],
            "row 3, column label: is empty, and interview 'g1' has 2 speakers",
        ),
        (
            [TWO[0], changed(TWO[1], label="sp1:")],
            "row 3, column label: 'sp1:' marks the speaker of row 2 too",
        ),
        (
            [TWO[0], changed(TWO[1], label="SP9")],
            "row 3, column label: 'SP9' begins no line of the transcript before a colon, a tab or a time; did you mean 'SP",
        ),
        (
            [changed(ONE, file="group.txt")],
            "row 2, column label: is empty, and the transcript marks turns with SP1, SP2",
        ),
        ([changed(ONE, position="07700 900123")], "column position: looks like personal data"),
        ([changed(ONE, file="a.srt")], "row 2, column file: a.srt: no caption in it has times"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, rows: list[str], said: str) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": "I began.",
        "same.txt": "I began.",
        "group.txt": GROUP,
        "empty.txt": b"\xef\xbb\xbf \r\n",
        "a.srt": "x",
    }
    path = table(tmp_path / "in", *rows, files=files)
    (tmp_path / "a.txt").write_text("outside", "utf-8")
    with pytest.raises(Refusal, match=said) as refused:
        transcripts_of(path)
    assert str(refused.value).startswith(str(path))


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("outside", "utf-8")
    path = table(tmp_path / "in", ONE)
    (tmp_path / "in" / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Refusal, match="lies outside of the table's folder"):
        transcripts_of(path)


def test_transcripts_may_lie_in_folders_below(tmp_path: Path) -> None:
    path = table(tmp_path, changed(ONE, file="fire\\a.txt"))
    (tmp_path / "fire").mkdir()
    (tmp_path / "fire" / "a.txt").write_text("I began.", "utf-8")
    assert transcripts_of(path)[0].text == "I began."


def test_who_withdrew_need_not_be_in_the_file_any_more(tmp_path: Path) -> None:
    gone = changed(TWO[1], consent="withdrawn")
    (group,) = transcripts_of(table(tmp_path / "part", TWO[0], gone, files={"group.txt": "SP1: Good now."}))
    assert [each.speaker for each in group.turns] == ["s1"]
    (whole,) = transcripts_of(table(tmp_path / "whole", changed(ONE, consent="withdrawn")))
    assert (whole.withdrawn, whole.original, whole.text, whole.turns, whole.sha256) == (True, b"", "", (), "")
