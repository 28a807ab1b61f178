"""Statements for the report, each on the passages, figures and replies that it rests on, and what became of those (§6.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from joinedup.evidence.store.coded import PassageRow
from joinedup.evidence.store.heard import InterviewRow
from joinedup.evidence.store.quoting import fingerprint, said_in
from joinedup.evidence.store.said import CitationRow, StatementRow
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

_HELD = "interviews that statements rest on"


class Kind(StrEnum):
    """What a statement may rest on."""

    PASSAGE = "passage"
    FIGURE = "figure"
    REPLY = "reply"


@dataclass(frozen=True, order=True)
class Citation:
    """One thing that a statement rests on: a passage's id, "survey/QUESTION/ANSWER" or "views/REPLY"."""

    kind: Kind
    target: str


@dataclass(frozen=True)
class Lost:
    """A citation that no longer holds, and why: withdrawn, gone, or it reads otherwise now."""

    citation: Citation
    why: str


@dataclass(frozen=True)
class Statement:
    """A sentence with what it rests on; it stands while nothing is lost."""

    id: str
    sentence: str
    citations: tuple[Citation, ...]
    lost: tuple[Lost, ...] = ()


def state(
    transaction: Session,
    sentence: str,
    citations: Sequence[Citation],
    fingerprints: Callable[[str, str], str | None],
) -> tuple[str, bool]:
    """Keep a sentence with what its citations say now; give its id, and whether it is new or was made anew.

    The same sentence on the same evidence is one statement; stating it again takes the evidence as it reads now.

    Raises:
        Refusal: when it cites nothing, or something that is not there.
    """
    if not sentence.strip():
        raise Refusal("the statement has no words; write the sentence that the report is to say")
    if not citations:
        raise Refusal(
            "the statement cites nothing; name at least one passage, figure or reply that it rests on"
        )
    wanted = sorted(set(citations))
    named = fingerprint("\n".join([sentence, *(f"{each.kind} {each.target}" for each in wanted)]))[:16]
    found = []
    for each in wanted:
        reads = _reads(transaction, each, fingerprints)
        if reads is None:
            raise Refusal(
                f"the {each.kind} '{each.target}' is not there, so nothing can rest on it; name another"
            )
        found.append(CitationRow(kind=str(each.kind), target=each.target, fingerprint=reads))
    row = transaction.get(StatementRow, named)
    if row is None:
        transaction.add(StatementRow(id=named, sentence=sentence, citations=found))
    elif [(each.kind, each.target, each.fingerprint, each.lost) for each in row.citations] == [
        (each.kind, each.target, each.fingerprint, "") for each in found
    ]:
        return named, False
    else:
        row.citations = found
    transaction.flush()
    return named, True


def statements(transaction: Session, fingerprints: Callable[[str, str], str | None]) -> tuple[Statement, ...]:
    """Give every statement in the order of ids, with what of its evidence no longer holds."""
    found = []
    # Held here, an interview and its turns are read once, however many of its passages are cited.
    cited = select(CitationRow.target).where(CitationRow.kind == str(Kind.PASSAGE))
    within = select(PassageRow.interview_id).where(PassageRow.id.in_(cited))
    transaction.info[_HELD] = transaction.scalars(
        select(InterviewRow).where(InterviewRow.id.in_(within))
    ).all()
    for row in transaction.scalars(select(StatementRow).order_by(StatementRow.id)):
        citations, lost = [], []
        for each in sorted(row.citations, key=lambda each: (each.kind, each.target)):
            citation = Citation(Kind(each.kind), each.target)
            citations.append(citation)
            if why := each.lost or _changed(transaction, citation, each.fingerprint, fingerprints):
                lost.append(Lost(citation, why))
        found.append(Statement(row.id, row.sentence, tuple(citations), tuple(lost)))
    return tuple(found)


def _changed(
    transaction: Session, citation: Citation, cited: str, fingerprints: Callable[[str, str], str | None]
) -> str:
    reads = _reads(transaction, citation, fingerprints)
    if reads is None:
        return "gone"
    return "" if reads == cited else "reads otherwise now"


def _reads(
    transaction: Session, citation: Citation, fingerprints: Callable[[str, str], str | None]
) -> str | None:
    """Give the fingerprint of what something says now, None where it is not there."""
    if citation.kind is not Kind.PASSAGE:
        return fingerprints(str(citation.kind), citation.target)
    try:
        said = said_in(transaction, citation.target)
    except Refusal:
        return None
    return said.passage_sha256
