"""Turns of interviews as they may be read, with the way back to the original text."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from joinedup.evidence.redaction.positions import Positions, Redaction
from joinedup.evidence.store.heard import InterviewRow, RedactionRow, TurnRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Said:
    """What one speaker said without a break, redacted; ``start`` is where it begins in the working text."""

    turn: int
    interview: str
    speaker: str
    start: int
    words: str
    positions: Positions

    def in_original(self, start: int, end: int) -> tuple[int, int]:
        """Say where a stretch of these words stood in the original."""
        return self.positions.to_original(self.start + start, self.start + end)


def turns(transaction: Session, only: Collection[int] | None = None) -> Iterator[Said]:
    """Give all turns, or those of some numbers, by interview and position."""
    redactions: dict[str, list[Redaction]] = defaultdict(list)
    for row in transaction.execute(select(RedactionRow.__table__)):
        redactions[row.interview_id].append(Redaction(row.start, row.end, row.replacement, row.reason))
    held: dict[str, list[tuple[int, str, int, int]]] = defaultdict(list)
    for row in transaction.execute(select(TurnRow.__table__).order_by(TurnRow.start, TurnRow.id)):
        if only is None or row.id in only:
            held[row.interview_id].append((row.id, row.speaker_id or "", row.start, row.end))
    columns = select(InterviewRow.id, InterviewRow.length, InterviewRow.text).order_by(InterviewRow.id)
    # One interview's text at a time: those without a turn that is asked for are not read.
    for interview in sorted(held):
        _, length, text = transaction.execute(columns.where(InterviewRow.id == interview)).one()
        positions = Positions(redactions[interview], length)
        for turn, speaker, start, end in held[interview]:
            first, last = positions.to_working(start, end)
            yield Said(turn, interview, speaker, first, text[first:last], positions)
