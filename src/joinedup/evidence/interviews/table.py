"""The table of interviews, a row a speaker, and the transcripts that it names (§6.1)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from joinedup.area.checking import ROW
from joinedup.evidence.interviews.captions import captions_text
from joinedup.evidence.interviews.decoding import decoded, known_encoding
from joinedup.evidence.interviews.transcript import Transcript
from joinedup.evidence.interviews.turns import Fault, turns_of
from joinedup.evidence.passages import Consent, Speaker
from joinedup.evidence.reading import filled, one_of, only_once, read_table
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("interview_id", "file", "held_on", "speaker", "label", "position", "service", "area", "consent")
NAME = "name"
FORMATS = (".txt", ".docx", ".pdf", ".vtt", ".srt")
MOST_BYTES = 64 * 2**20
"""A file longer than this is no transcript: a day's talk is a thousandth of it."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def transcripts_of(table: Path, encoding: str | None = None) -> tuple[Transcript, ...]:
    """Read a table of interviews and the transcripts beside it, in the order of the interviews' ids.

    Args:
        table: a row a speaker: interview_id, file, held_on, speaker, label, position, service, area, consent and, for the vault
            alone, name.
        encoding: "windows-1252" for files that are neither UTF-8 nor UTF-16.

    Raises:
        Refusal: for a mistake, by file, row and column.
    """
    known_encoding(encoding)
    read = read_table(table, COLUMNS, personal_too=("position", "service", "area"))
    for column in ("interview_id", "file", "speaker", "consent"):
        filled(table, read, column)
    one_of(table, read, "consent", [str(each) for each in Consent])
    only_once(table, read, "speaker")
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read.iter_rows(named=True):
        rows[row["interview_id"]].append(row)
    files = _files(table, rows)
    taken: dict[str, dict[str, Any]] = {}
    found = []
    for interview, its in sorted(rows.items()):
        transcript = _transcript(table, its, files[interview], encoding)
        first = taken.setdefault(transcript.sha256 or interview, its[0])
        if first is not its[0]:
            raise _refused(
                table,
                its[0],
                "file",
                f"'{its[0]['file']}' is the same, byte for byte, as '{first['file']}' of row "
                f"{first[ROW]}; give each interview its own",
            )
        found.append(transcript)
    return tuple(found)


def _refused(table: Path, row: Mapping[str, Any], column: str, problem: str) -> Refusal:
    return Refusal(f"{table}, row {row[ROW]}, column {column}: {problem}")


def _files(table: Path, rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Path]:
    """Give the file of each interview: one each, inside the table's folder, and no two the same."""
    folder = table.parent.resolve()
    given: dict[Path, dict[str, Any]] = {}
    files = {}
    for interview, its in rows.items():
        first = its[0]
        for row in its[1:]:
            for column in ("file", "held_on"):
                if row[column] != first[column]:
                    raise _refused(
                        table,
                        row,
                        column,
                        f"'{row[column]}' differs from '{first[column]}' in row {first[ROW]}, which is of "
                        f"interview '{interview}' too; make them the same",
                    )
        # A table that was written on Windows parts folders by backslashes.
        name = PurePosixPath(first["file"].replace("\\", "/"))
        path = (folder / name).resolve()
        if name.is_absolute() or re.match("[A-Za-z]:", str(name)) or not path.is_relative_to(folder):
            raise _refused(
                table,
                first,
                "file",
                f"'{first['file']}' lies outside of the table's folder; copy the transcript beside the "
                "table and give its name",
            )
        before = given.setdefault(path, first)
        if before is not first:
            raise _refused(
                table,
                first,
                "file",
                f"'{first['file']}' is given for interview '{before['interview_id']}' in row "
                f"{before[ROW]} too; give each interview its own file, or both speakers one interview_id",
            )
        files[interview] = path
    return files


def _transcript(table: Path, rows: list[dict[str, Any]], path: Path, encoding: str | None) -> Transcript:
    first = rows[0]
    speakers = tuple(_speaker(row) for row in rows)
    names = {row["speaker"]: row[NAME] for row in rows if row.get(NAME)}
    held_on = _held_on(table, first)
    if all(each.consent is Consent.WITHDRAWN for each in speakers):
        return Transcript(
            first["interview_id"], first["file"], b"", "", held_on, speakers, (), MappingProxyType({})
        )
    _refuse_labels(table, rows)
    content = _content(table, first, path)
    try:
        text, voices = _read(path, content, encoding)
    except Refusal as refusal:
        # The reader names the file; the table says which interview it is of.
        raise _refused(table, first, "file", str(refusal)) from None
    if not text.strip():
        raise _refused(
            table,
            first,
            "file",
            f"'{first['file']}' holds no words; give the transcript, or take the row out",
        )
    turns = turns_of(text, speakers, voices)
    if isinstance(turns, Fault):
        row = next(row for row in rows if row["speaker"] == turns.speaker.id)
        raise _refused(table, row, "label", turns.problem)
    kept = tuple(sorted((_without_name(each, names) for each in speakers), key=lambda each: each.id))
    return Transcript(
        first["interview_id"], first["file"], content, text, held_on, kept, turns, MappingProxyType(names)
    )


def _speaker(row: Mapping[str, Any]) -> Speaker:
    return Speaker(
        row["speaker"],
        row["position"],
        row["service"],
        row["area"],
        Consent(row["consent"]),
        row["label"].rstrip(": "),
    )


def _without_name(speaker: Speaker, names: Mapping[str, str]) -> Speaker:
    """Give a speaker whose label does not tell the name: with the turns found, only the vault needs it."""
    told = set(re.findall(r"\w{2,}", names.get(speaker.id, "").casefold()))
    return replace(speaker, label="") if told & set(re.findall(r"\w+", speaker.label.casefold())) else speaker


def _held_on(table: Path, row: Mapping[str, Any]) -> date | None:
    given = row["held_on"]
    if not given:
        return None
    try:
        if _DATE.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise _refused(table, row, "held_on", f"'{given}' is no date; write it as 2025-03-31, or leave it empty")


def _refuse_labels(table: Path, rows: list[dict[str, Any]]) -> None:
    """Hold the speakers of a group to a label each, and no two to the same."""
    seen: dict[str, dict[str, Any]] = {}
    for row in rows:
        label = " ".join(row["label"].rstrip(": ").casefold().split())
        if not label and len(rows) > 1:
            raise _refused(
                table,
                row,
                "label",
                f"is empty, and interview '{row['interview_id']}' has {len(rows)} speakers; write how "
                "the transcript marks this one's turns",
            )
        before = seen.setdefault(label, row)
        if before is not row:
            raise _refused(
                table,
                row,
                "label",
                f"'{row['label']}' marks the speaker of row {before[ROW]} too; give each a label "
                "of their own",
            )


def _content(table: Path, row: Mapping[str, Any], path: Path) -> bytes:
    given = row["file"]
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        old = suffix in {".doc", ".docm", ".rtf", ".odt"}
        advice = "save it as DOCX" if old else f"give one of {', '.join(FORMATS)}"
        raise _refused(table, row, "file", f"'{given}' is of a form that is not read; {advice}")
    if not path.is_file():
        there = (
            [each.name for each in path.parent.iterdir() if each.suffix.lower() in FORMATS]
            if path.parent.is_dir()
            else []
        )
        raise _refused(
            table,
            row,
            "file",
            f"there is no file '{given}' beside the table{did_you_mean(path.name, there)}",
        )
    if path.stat().st_size > MOST_BYTES:
        raise _refused(
            table,
            row,
            "file",
            f"'{given}' has more than {MOST_BYTES // 2**20} MB, which no transcript has; copy its text into "
            "a new document",
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refused(table, row, "file", f"'{given}' cannot be read ({error.strerror or error})") from None


def _read(path: Path, content: bytes, encoding: str | None) -> tuple[str, tuple[str, ...]]:
    """Give the text of a transcript by its format, and the voices that the file itself marks."""
    suffix = path.suffix.lower()
    shown = Path(path.name)
    if suffix in {".docx", ".pdf"}:
        # What reads documents takes half a second to load, and most studies hold plain text.
        from joinedup.evidence.interviews import documents

        read = documents.docx_text if suffix == ".docx" else documents.pdf_text
        return read(shown, content), ()
    text = decoded(shown, content, encoding)
    return (text, ()) if suffix == ".txt" else captions_text(shown, text)
