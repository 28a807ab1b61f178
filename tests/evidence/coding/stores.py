"""A small evidence store in memory: two interviews, two coders and a short codebook."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from joinedup.evidence import coding
from joinedup.evidence.passages import Code, Coder, Family
from joinedup.evidence.store.coded import PassageRow, SuggestionRow
from joinedup.evidence.store.heard import InterviewRow, RedactionRow, SpeakerRow, TurnRow
from joinedup.evidence.store.records import Record
from joinedup.evidence.store.said import CitationRow, LogRow  # noqa: F401 - its tables belong to the store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CODES = (
    Code("law", "The law", family=Family.BARRIER, lifters=("government",)),
    Code("data", "Sharing data", parent="law"),
    Code("trust", "Trust", family=Family.ENABLER),
    Code("roof", "One roof", about="shared_estate"),
)
LENGTH = 100


@contextlib.contextmanager
def opened(path: Path | None = None) -> Iterator[Session]:
    """Open an empty store that holds its references to leading somewhere."""
    engine = create_engine(f"sqlite:///{path}" if path else "sqlite://")

    def on(connection: Any, _: Any) -> None:
        connection.execute("pragma foreign_keys = on")

    event.listen(engine, "connect", on)
    Record.metadata.create_all(engine)
    with Session(engine) as transaction:
        yield transaction
        transaction.commit()
    engine.dispose()


def hear(transaction: Session, interview: str, text: str, *turns: tuple[str, int, int]) -> None:
    """Take an interview in; a speaker is added when first named."""
    transaction.add(
        InterviewRow(id=interview, sha256=interview, length=len(text), text=text, withdrawn=False)
    )
    transaction.flush()
    for speaker in sorted({each[0] for each in turns} - {""}):
        transaction.add(
            SpeakerRow(
                id=speaker,
                interview_id=interview,
                position="crew",
                service="fire",
                area="North",
                consent="quote",
            )
        )
    transaction.flush()
    transaction.add_all(
        TurnRow(interview_id=interview, speaker_id=speaker or None, start=start, end=end)
        for speaker, start, end in turns
    )
    transaction.flush()


def redact(transaction: Session, interview: str, start: int, end: int, replacement: str) -> None:
    """Redact the working text of an interview that has no redaction yet."""
    row = transaction.get_one(InterviewRow, interview)
    row.text = row.text[:start] + replacement + row.text[end:]
    transaction.add(
        RedactionRow(
            interview_id=interview,
            start=start,
            end=end,
            replacement=replacement,
            reason="name",
            decided_by="ann",
        )
    )
    transaction.flush()


def started(transaction: Session, codes: Sequence[Code] = CODES) -> Session:
    """Put two interviews of a hundred characters, two coders and a codebook in."""
    for interview in ("I1", "I2"):
        hear(transaction, interview, "x" * LENGTH, (f"{interview}a", 0, LENGTH))
    for coder in ("ann", "ben"):
        coding.add_coder(transaction, Coder(coder, coder.title()))
    coding.make(transaction, "ann", codes)
    return transaction


def offer(transaction: Session, code: str, interview: str, start: int, end: int) -> str:
    """Offer a suggestion, as the machine would; one that was decided stays as it is."""
    name = f"{code}/{interview}/{start}-{end}"
    if transaction.get(SuggestionRow, name) is None:
        transaction.add(
            SuggestionRow(
                id=name, interview_id=interview, code_id=code, start=start, end=end, score=0.5, decision=""
            )
        )
        transaction.flush()
    return name


def cite(transaction: Session, passage: str) -> None:
    """Let a statement rest on a passage."""
    from joinedup.evidence.store.said import StatementRow

    transaction.add(StatementRow(id=f"of {passage}", sentence="They trust each other."))
    transaction.flush()
    transaction.add(
        CitationRow(statement_id=f"of {passage}", kind="passage", target=passage, fingerprint="", lost="")
    )
    transaction.flush()


def state(transaction: Session) -> tuple[object, ...]:
    """Give all that coding may change: codes, passages, decided suggestions."""
    transaction.expire_all()
    decided = sorted(
        (each.id, each.decision, each.decided_by)
        for each in transaction.query(SuggestionRow).filter(SuggestionRow.decision != "")
    )
    assert transaction.query(PassageRow).count() == len(coding.passages(transaction))
    return coding.codes(transaction), coding.passages(transaction), tuple(decided)
