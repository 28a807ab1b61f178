"""Everything that is coded, as it may be read: the store's rows in positions of the working text."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.passages import (
    Approach,
    Code,
    Coded,
    Coder,
    Consent,
    Family,
    Interview,
    Passage,
    Speaker,
    Turn,
)
from joinedup.evidence.redaction import Positions, Redaction
from joinedup.evidence.store.coded import CodeRow, CoderRow, PassageRow
from joinedup.evidence.store.heard import InterviewRow, RedactionRow, SpeakerRow, TurnRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import InstrumentedAttribute, Session

_BETWEEN_LIFTERS = ";"


def coded(transaction: Session, approach: Approach) -> Coded:
    """Read everything, in the order of ids."""
    interviews, at = [], {}
    speakers = _by_interview(transaction, SpeakerRow, SpeakerRow.id)
    turns = _by_interview(transaction, TurnRow, TurnRow.start, TurnRow.id)
    redactions = _by_interview(transaction, RedactionRow, RedactionRow.start)
    for row in transaction.execute(select(InterviewRow.__table__).order_by(InterviewRow.id)):
        at[row.id] = where = positions_of(redactions[row.id], row.length)
        interviews.append(
            Interview(
                row.id,
                row.held_on,
                row.sha256,
                row.text,
                tuple(speaker_of(each) for each in speakers[row.id]),
                tuple(
                    Turn(each.speaker_id or "", *where.to_working(each.start, each.end))
                    for each in turns[row.id]
                ),
                row.withdrawn,
            )
        )
    return Coded(
        approach,
        tuple(interviews),
        tuple(
            Code(
                each.id,
                each.name,
                each.parent_id or "",
                each.definition,
                each.example,
                each.colour,
                Family(each.family) if each.family else None,
                each.about,
                tuple(name.strip() for name in each.lifters.split(_BETWEEN_LIFTERS) if name.strip()),
            )
            for each in transaction.execute(select(CodeRow.__table__).order_by(CodeRow.id))
        ),
        tuple(
            Coder(each.id, each.name)
            for each in transaction.execute(select(CoderRow.__table__).order_by(CoderRow.id))
        ),
        tuple(
            Passage(
                each.id,
                each.interview_id,
                *at[each.interview_id].to_working(each.start, each.end),
                each.code_id,
                each.coder_id,
                each.round,
                each.memo,
                each.suggested,
            )
            for each in transaction.execute(select(PassageRow.__table__).order_by(PassageRow.id))
        ),
    )


def positions_of(redactions: Sequence[Row[Any] | RedactionRow], length: int) -> Positions:
    """Make the way between an interview's original and working positions."""
    return Positions(
        (Redaction(each.start, each.end, each.replacement, each.reason) for each in redactions), length
    )


def speaker_of(row: Row[Any] | SpeakerRow) -> Speaker:
    """Give a speaker as they are worked with."""
    return Speaker(row.id, row.position, row.service, row.area, Consent(row.consent), row.label)


def _by_interview(
    transaction: Session, table: type[SpeakerRow | TurnRow | RedactionRow], *order: InstrumentedAttribute[Any]
) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in transaction.execute(select(table.__table__).order_by(*order)):
        found[row.interview_id].append(row)
    return found
