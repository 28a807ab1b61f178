"""Interviews in their plain form, in a study's folder: transcripts as redacted, a codebook and passages (§1.1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.evidence.codebook import codebook_of
from joinedup.evidence.interviews.table import NAME, transcripts_of
from joinedup.evidence.passages import Approach, Code, Coded, Coder, Consent, Interview, Passage, Turn
from joinedup.evidence.reading import filled, one_of, only_once, read_table
from joinedup.evidence.redaction import Positions
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from joinedup.evidence.interviews.transcript import Transcript

FOLDER = "interviews"
TABLE = "interviews.csv"
PASSAGES = "passages.csv"
COLUMNS = ("passage_id", "interview_id", "start", "end", "code_id", "coder")
_YES = {"yes": True, "no": False, "": False}


def coded_of_plain(study: Path, approach: Approach) -> Coded | None:
    """Read the interviews of a study and their coding; None where its folder has no ``interviews/interviews.csv``.

    Positions of the passages are code points of the text as read. Who withdrew is left out: their turns are replaced,
    passages that hold any of their words are dropped, and an interview that everybody withdrew from has no text.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    table = study / FOLDER / TABLE
    if not table.is_file():
        return None
    transcripts = transcripts_of(table)
    named = next((each for each in transcripts if each.names), None)
    if named is not None:
        raise Refusal(
            f"{table}, row 1, column {NAME}: a study's folder may not hold names; take the column out, or take the interviews "
            "into a store, whose vault keeps names under a passphrase"
        )
    codes = codebook_of(study)
    path = study / FOLDER / PASSAGES
    passages = _passages(path, transcripts, codes) if path.is_file() else []
    heard = {each.id: _heard(each) for each in transcripts}
    kept = [
        replace(each, start=start, end=end)
        for each in passages
        if not _is_gone(each, heard[each.interview])
        for start, end in [heard[each.interview].positions.to_working(each.start, each.end)]
    ]
    coders = tuple(Coder(each, each) for each in sorted({each.coder for each in kept}))
    return Coded(
        approach,
        tuple(each.interview for each in heard.values()),
        codes,
        coders,
        tuple(sorted(kept, key=lambda each: each.id)),
    )


@dataclass(frozen=True)
class _Heard:
    """An interview as it may be read, and the way to its positions from those of the text as read."""

    interview: Interview
    positions: Positions


def _heard(transcript: Transcript) -> _Heard:
    positions = Positions(transcript.withdrawals, len(transcript.text))
    speakers = tuple(each for each in transcript.speakers if each.consent is not Consent.WITHDRAWN)
    there = {"", *(each.id for each in speakers)}
    interview = Interview(
        transcript.id,
        transcript.held_on,
        transcript.sha256,
        positions.text(transcript.text),
        speakers,
        tuple(
            Turn(each.speaker, *positions.to_working(each.start, each.end))
            for each in transcript.turns
            if each.speaker in there
        ),
        transcript.withdrawn,
    )
    return _Heard(interview, positions)


def _is_gone(passage: Passage, heard: _Heard) -> bool:
    """Whether any of a passage was said by somebody who withdrew; its memo may repeat it."""
    return heard.interview.withdrawn or any(
        passage.start < each.end and each.start < passage.end for each in heard.positions.redactions
    )


def _passages(path: Path, transcripts: Sequence[Transcript], codes: Sequence[Code]) -> list[Passage]:
    read = read_table(path, COLUMNS)
    for column in COLUMNS:
        filled(path, read, column)
    only_once(path, read, "passage_id")
    if "suggested" in read.columns:
        one_of(path, read, "suggested", list(_YES))
    interviews = {each.id: each for each in transcripts}
    known = {each.id for each in codes}
    passages = []
    for row in read.iter_rows(named=True):
        for column, there in (("interview_id", interviews), ("code_id", known)):
            if row[column] not in there:
                raise Refusal(
                    f"{path}, row {row[ROW]}, column {column}: '{row[column]}' is not known{did_you_mean(row[column], there)}"
                )
        transcript = interviews[row["interview_id"]]
        start, end = _whole(path, row, "start", 0), _whole(path, row, "end", 1)
        if start >= end:
            raise Refusal(
                f"{path}, row {row[ROW]}, column end: {end} is not after the start {start}; the end is the first position "
                "that no longer belongs to the passage"
            )
        if not transcript.withdrawn and end > len(transcript.text):
            raise Refusal(
                f"{path}, row {row[ROW]}, column end: {end} lies past the end of '{transcript.file}', which has "
                f"{len(transcript.text):,} characters; count code points of the text as read"
            )
        passages.append(
            Passage(
                row["passage_id"],
                transcript.id,
                start,
                end,
                row["code_id"],
                row["coder"],
                _whole(path, row, "round", 1) if row.get("round") else 1,
                row.get("memo", ""),
                _YES[row.get("suggested", "")],
            )
        )
    return passages


def _whole(path: Path, row: Mapping[str, Any], column: str, least: int) -> int:
    given = row[column]
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) >= least):
        raise Refusal(
            f"{path}, row {row[ROW]}, column {column}: '{given}' is not a whole number of {least} or more"
        )
    return int(given)
