"""What a study's folder ``interviews`` holds of somebody who withdrew: transcripts, rows of the plain form, half-written files.

A transcript of a group loses the words of the one who withdrew where it is plain text; in any other form the whole file goes, and
with it the interview's rows, since words cannot be taken out of it in place.
"""

from __future__ import annotations

import csv
import hashlib
import io
from contextlib import suppress
from typing import TYPE_CHECKING

from joinedup.evidence.interviews import FOLDER, PASSAGES, TABLE, transcripts_of
from joinedup.evidence.interviews.decoding import WINDOWS, decoded
from joinedup.evidence.vault import struck
from joinedup.refusal import Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_PARTIAL = ".joinedup-partial-*"


def erase_sources(
    study: Path,
    interview: str,
    sha256: str,
    speaker: str | None = None,
    stretches: Sequence[tuple[int, int]] = (),
) -> None:
    """Take an interview, or one speaker of a group, out of the folder ``interviews`` and its tables.

    Args:
        study: the study's folder.
        interview: the interview's id.
        sha256: of the file as it was taken in, by which it is found whatever it is called.
        speaker: who withdrew, None for all.
        stretches: where that speaker spoke, in positions of the file as it was taken in.
    """
    folder = study / FOLDER
    if not folder.is_dir():
        return
    for partial in folder.glob(_PARTIAL):
        partial.unlink(missing_ok=True)
    table, passages = folder / TABLE, folder / PASSAGES
    named = {row["file"] for row in _rows(table) if row.get("interview_id") == interview and row.get("file")}
    files = {path: _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    taken_in = [path for path, of in files.items() if sha256 and of == sha256]
    plain = [
        path
        for path in files
        if path not in taken_in
        and path.relative_to(folder).as_posix() in {each.replace("\\", "/") for each in named}
    ]
    said = {path: tuple(stretches) for path in taken_in}
    if speaker is not None and plain:
        said |= _said(table, interview, speaker, plain)
    whole = speaker is None or any(not _strike(path, said.get(path)) for path in [*taken_in, *plain])
    if whole:
        for path in [*taken_in, *plain]:
            path.unlink(missing_ok=True)
    spoken = [stretch for path in plain or taken_in for stretch in said.get(path) or ()]

    def is_gone(row: Mapping[str, str]) -> bool:
        if row.get("interview_id") != interview:
            return False
        if whole or row.get("speaker") == speaker:
            return True
        try:
            start, end = int(row["start"]), int(row["end"])
        except (KeyError, ValueError):
            return False
        return any(start < other and one < end for one, other in spoken)

    for path in (table, passages):
        _drop(path, is_gone)


def _strike(path: Path, stretches: Sequence[tuple[int, int]] | None) -> bool:
    """Strike a speaker's words out of a text file; False where that cannot be done."""
    if stretches is None or path.suffix.lower() != ".txt":
        return False
    content = path.read_bytes()
    try:
        text = decoded(path, content)
    except Refusal:
        try:
            text = decoded(path, content, WINDOWS)
        except Refusal:
            return False
    if any(end > len(text) for _, end in stretches):
        return False
    write_files({path: struck(text, stretches).encode()})
    return True


def _said(
    table: Path, interview: str, speaker: str, files: Sequence[Path]
) -> dict[Path, tuple[tuple[int, int], ...]]:
    """Read where a speaker speaks in the transcripts of the plain form, whose positions may differ from the original's."""
    try:
        transcripts = transcripts_of(table)
    except Refusal:
        return {}
    return {
        path: tuple((turn.start, turn.end) for turn in each.turns if turn.speaker == speaker)
        for each in transcripts
        if each.id == interview and each.text
        for path in files
    }


def _rows(path: Path) -> list[dict[str, str]]:
    """Read a table's rows; none where it is missing or is no text."""
    with suppress(OSError, UnicodeDecodeError):
        return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    return []


def _drop(path: Path, is_gone: Callable[[Mapping[str, str]], bool]) -> None:
    """Write a table anew without some rows; it is not touched where none goes."""
    if not path.is_file():
        return
    content = path.read_bytes()
    with suppress(UnicodeDecodeError):
        text = content.decode("utf-8-sig")
        mark = "\ufeff" if content.startswith(b"\xef\xbb\xbf") else ""
        lines = list(csv.reader(io.StringIO(text, newline="")))
        if not lines:
            return
        header, *rows = lines
        kept = [row for row in rows if not is_gone(dict(zip(header, row, strict=False)))]
        if len(kept) < len(rows):
            out = io.StringIO(newline="")
            ending = "\r\n" if "\r\n" in text else "\n"
            csv.writer(out, lineterminator=ending).writerows([header, *kept])
            write_files({path: (mark + out.getvalue()).encode()})


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
