"""The log of a store: what was taken in, decided, withdrawn and let out, by whom and when, in lines that cannot be rewritten.

Each line holds the hash of the one before. Changing or removing a line breaks the chain from there on; only cutting lines off
the end does not, and so whoever keeps the last hash elsewhere can tell that too. No line holds words of an interview.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.store.said import LogRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

FIRST = "0" * 64
"""What stands before the first line."""

TAKEN_IN, CORRECTED = "taken in", "corrected"
ACCEPTED, REFUSED = "proposals accepted", "proposals refused"
REDACTED, UNREDACTED = "redacted", "redaction taken back"
WITHDRAWN, ERASED = "withdrawn", "erased"
APPROVED, RELEASED = "quote approved", "quote released"
STATED, EXPORTED = "stated", "exported"


@dataclass(frozen=True)
class LogLine:
    """One line: its number from 1, when (UTC, ISO 8601), who, what was done, to what, and the hashes before and of it."""

    number: int
    at: str
    who: str
    what: str
    about: Mapping[str, Any]
    before: str
    hash: str

    def as_json(self) -> dict[str, Any]:
        """Give the line for use inside the study."""
        return {
            "number": self.number,
            "at": self.at,
            "who": self.who,
            "what": self.what,
            "about": dict(self.about),
            "before": self.before,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Verdict:
    """What checking the log found: how many lines hold, the first that does not and why, and the last hash that holds."""

    lines: int
    bad_line: int | None
    why: str
    last_hash: str


def write(transaction: Session, at: datetime, who: str, what: str, about: Mapping[str, Any]) -> int:
    """Add a line in the transaction of what it tells; give its number."""
    last = transaction.execute(
        select(LogRow.number, LogRow.hash).order_by(LogRow.number.desc()).limit(1)
    ).one_or_none()
    number, before = (1, FIRST) if last is None else (last.number + 1, last.hash)
    when, told = at.isoformat(timespec="seconds"), _canonical(about)
    transaction.add(
        LogRow(
            number=number,
            at=when,
            who=who,
            what=what,
            about=told,
            before=before,
            hash=_hash(number, when, who, what, told, before),
        )
    )
    transaction.flush()
    return number


def lines(transaction: Session) -> tuple[LogLine, ...]:
    """Give every line, first to last.

    A line whose ``about`` was tampered with, so that it is no JSON, is given with what stands there as ``unreadable``.
    """
    rows = transaction.execute(select(LogRow.__table__).order_by(LogRow.number)).all()
    return tuple(
        LogLine(row.number, row.at, row.who, row.what, _about(row.about), row.before, row.hash)
        for row in rows
    )


def verify(transaction: Session) -> Verdict:
    """Follow the chain from its first line to its last."""
    before, held = FIRST, 0
    for row in transaction.execute(select(LogRow.__table__).order_by(LogRow.number)):
        why = ""
        if row.number != held + 1:
            why = f"line {held + 1} is missing"
        elif row.before != before:
            why = "it does not follow from the line before"
        elif row.hash != _hash(row.number, row.at, row.who, row.what, row.about, row.before):
            why = "its words are not those that were written"
        if why:
            return Verdict(held, row.number if row.number == held + 1 else held + 1, why, before)
        before, held = row.hash, held + 1
    return Verdict(held, None, "", before)


def _about(text: str) -> Mapping[str, Any]:
    try:
        about = json.loads(text)
    except ValueError:
        return {"unreadable": text}
    return about if isinstance(about, dict) else {"unreadable": text}


def _canonical(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(number: int, at: str, who: str, what: str, about: str, before: str) -> str:
    told = {"number": number, "at": at, "who": who, "what": what, "about": about, "before": before}
    return hashlib.sha256(_canonical(told).encode()).hexdigest()
