"""Interviews with their coding as plain files that a person can read, copy and put in git (§1.1)."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from joinedup.evidence.exchange.conventions import BETWEEN, slugs
from joinedup.evidence.exchange.outside import for_others, with_words
from joinedup.evidence.passages import Consent
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from joinedup.evidence.passages import Code, Coded, Interview

FOLDER, CODEBOOK = "interviews", "codebook.csv"
_INTERVIEWS = (
    "interview_id",
    "file",
    "held_on",
    "speaker",
    "label",
    "position",
    "service",
    "area",
    "consent",
)
_CODES = ("code_id", "name", "parent", "definition", "example", "colour", "family", "about", "lifters")
_PASSAGES = (
    "passage_id",
    "interview_id",
    "start",
    "end",
    "code_id",
    "coder",
    "round",
    "memo",
    "suggested",
)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NOT_ON_WINDOWS = re.compile(r"(?i)con|prn|aux|nul|(?:com|lpt)[0-9]")
_SHORT = re.compile(r"#([0-9A-Fa-f])([0-9A-Fa-f])([0-9A-Fa-f])")


def write_plain(coded: Coded, folder: Path, *, for_outside: bool) -> tuple[Path, ...]:
    """Write interviews.csv, the transcripts, codebook.csv and passages.csv, all of them or none.

    Args:
        coded: what is written.
        folder: a study's folder; it may hold other things, and no interviews and no codebook yet.
        for_outside: whether it leaves the study: words of those who did not agree to be quoted are blanked.

    Returns:
        The files.

    Raises:
        CannotWrite: when there are interviews or a codebook already, or the folder cannot be written.
        Refusal: for a speaker's or a passage's words that no file can hold.
    """
    inside = folder / FOLDER
    if inside.exists() and any(inside.iterdir()):
        # A transcript that stayed behind could hold the words of somebody who has withdrawn since.
        raise CannotWrite(f"{inside}: holds interviews already; name a new folder")
    _refuse_codebook(folder)
    shown = with_words(for_others(coded) if for_outside else coded)
    interviews = sorted(shown.interviews, key=lambda each: each.id)
    names = _file_names(interviews)
    files = {
        inside / f"{name}.txt": _bytes(each.text, f"interview {each.id}")
        for each, name in zip(interviews, names, strict=True)
        if not each.withdrawn
    }
    files[inside / "interviews.csv"] = _table(
        _INTERVIEWS,
        (row for each, name in zip(interviews, names, strict=True) for row in _rows(each, name)),
    )
    files[inside / "passages.csv"] = _table(
        _PASSAGES,
        (
            (
                each.id,
                each.interview,
                str(each.start),
                str(each.end),
                each.code,
                each.coder,
                str(each.round),
                each.memo,
                "yes" if each.suggested else "no",
            )
            for each in sorted(shown.passages, key=lambda each: each.id)
            if not shown.interview[each.interview].withdrawn
        ),
    )
    if shown.codes:
        files[folder / CODEBOOK] = _codebook(shown.codes)
    write_files(files)
    return tuple(sorted(files))


def write_plain_codebook(codes: Sequence[Code], folder: Path) -> Path:
    """Write codebook.csv into a study that has none.

    Raises:
        CannotWrite: when there is one already, or the folder cannot be written.
    """
    _refuse_codebook(folder)
    write_files({folder / CODEBOOK: _codebook(codes)})
    return folder / CODEBOOK


def _refuse_codebook(folder: Path) -> None:
    if (folder / CODEBOOK).exists():
        raise CannotWrite(f"{folder / CODEBOOK}: is there already; name a new folder, or take it away")


def _rows(interview: Interview, name: str) -> Iterable[tuple[str, ...]]:
    first = (
        interview.id,
        f"{name}.txt",
        "" if interview.held_on is None else interview.held_on.isoformat(),
    )
    if not interview.speakers:
        # The plain form has a row a speaker; of this one nothing is known, so nothing may be quoted.
        consent = Consent.WITHDRAWN if interview.withdrawn else Consent.AGGREGATE
        yield (*first, f"{interview.id}-speaker", "", "", "", "", consent)
    for each in interview.speakers:
        yield (*first, each.id, each.label, each.position, each.service, each.area, each.consent)


def _codebook(codes: Sequence[Code]) -> bytes:
    return _table(
        _CODES,
        (
            (
                each.id,
                each.name,
                each.parent,
                each.definition,
                each.example,
                _SHORT.sub(r"#\1\1\2\2\3\3", each.colour) if _SHORT.fullmatch(each.colour) else each.colour,
                each.family or "",
                each.about,
                BETWEEN.join(each.lifters),
            )
            for each in codes
        ),
    )


def _file_names(interviews: Sequence[Interview]) -> tuple[str, ...]:
    """Name each transcript after its interview, where any machine can have a file of that name."""
    fit = [_FILE_NAME.fullmatch(each.id) and not _NOT_ON_WINDOWS.fullmatch(each.id) for each in interviews]
    if all(fit) and len({each.id.lower() for each in interviews}) == len(interviews):
        return tuple(each.id for each in interviews)
    return slugs((f"interview-{each.id}" for each in interviews), "interview")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return _bytes(stream.getvalue(), header[0])


def _bytes(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Refusal(f"{what}: holds half a character at position {error.start}; mend it") from error
