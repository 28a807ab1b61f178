"""Interviews that nobody gave, as transcripts, and stores with them: small enough to follow by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.evidence import vault as vaults
from joinedup.evidence.interviews import Transcript
from joinedup.evidence.passages import Consent, Speaker, Turn
from joinedup.evidence.store import FILE, CodeRow, CoderRow, Limits, PassageRow, Store
from joinedup.evidence.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

PASSPHRASE = "heron kettle anchor plum"
LIMITS = Limits(group=3, quotes_a_person=2)


class Clock:
    """A clock that goes on by a minute each time it is looked at."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def speaker(number: str, consent: Consent = Consent.QUOTE, position: str = "station commander") -> Speaker:
    return Speaker(number, position, "fire", "Northshire", consent, number.upper())


def transcript(
    interview: str,
    said: Iterable[tuple[str, str]],
    speakers: Iterable[Speaker] | None = None,
    names: Mapping[str, str] | None = None,
    file: str | None = None,
) -> Transcript:
    """Make a transcript from who says what, "" for the interviewer; a turn a line."""
    spoken = list(said)
    found = (
        tuple(speakers)
        if speakers is not None
        else tuple(speaker(each) for each in sorted({s for s, _ in spoken if s}))
    )
    text, turns = "", []
    for who, words in spoken:
        start = len(text)
        text += f"{who.upper() or 'Q'}: {words}\n"
        turns.append(Turn(who, start, len(text)))
    return Transcript(
        interview,
        file or f"{interview}.txt",
        text.encode(),
        text,
        date(2026, 2, 3),
        found,
        tuple(turns),
        MappingProxyType(dict(names or {})),
    )


def store_in(study: Path, clock: Callable[[], datetime] | None = None) -> tuple[Store, Vault]:
    study.mkdir(exist_ok=True)
    return Store.make(study / FILE, clock or Clock()), Vault.make(study / vaults.FILE, PASSPHRASE)


def lay(
    store: Store, transcript: Transcript, words: str, name: str, memo: str = "", code: str = "trust"
) -> None:
    """Code some words of a transcript, where they first stand."""
    start = transcript.text.index(words)
    with store.transaction() as transaction:
        if transaction.get(CoderRow, "one") is None:
            transaction.add(CoderRow(id="one", name="coder one"))
        if transaction.get(CodeRow, code) is None:
            transaction.add(CodeRow(id=code, name=code))
        transaction.flush()
        transaction.add(
            PassageRow(
                id=name,
                interview_id=transcript.id,
                code_id=code,
                coder_id="one",
                start=start,
                end=start + len(words),
                memo=memo,
            )
        )


def bytes_of(study: Path) -> dict[str, bytes]:
    """Read every byte of a study's folder, by file."""
    return {
        each.relative_to(study).as_posix(): each.read_bytes()
        for each in sorted(study.rglob("*"))
        if each.is_file()
    }


def files_with(study: Path, words: str) -> list[str]:
    """Name the files in which words stand, in any of the ways in which text is commonly written."""
    ways = {words.encode(each) for each in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1252")}
    return [name for name, content in bytes_of(study).items() if any(each in content for each in ways)]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
