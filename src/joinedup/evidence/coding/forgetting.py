"""What coding forgets when somebody withdraws: passages, suggestions, and every memo on them in the record of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, true

from joinedup.evidence.coding.rows import CODES, PASSAGES, SUGGESTIONS, Row, as_text, from_text
from joinedup.evidence.store.coded import ChangeRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def forget(transaction: Session, interview: str, stretches: Sequence[tuple[int, int]] | None = None) -> None:
    """Forget what was coded on an interview, or on stretches of it, in positions of the original text.

    A passage that overlaps any of the stretches goes, from the record of changes too, where memos may repeat what was
    said; the other rows of those changes can still be taken back. A change of which nothing is left is closed.
    """
    for table in (PASSAGES, SUGGESTIONS):
        here = (
            or_(*((table.c.start < end) & (table.c.end > start) for start, end in stretches))
            if stretches
            else true()
        )
        if stretches is None or stretches:
            transaction.execute(delete(table).where(table.c.interview_id == interview, here))

    def said(row: Row) -> bool:
        return row["interview_id"] == interview and (
            stretches is None or any(row["start"] < end and row["end"] > start for start, end in stretches)
        )

    for change in transaction.scalars(select(ChangeRow).order_by(ChangeRow.id)):
        sides = [from_text(change.before), from_text(change.after)]
        gone = {key for side in sides for key, row in side.items() if key[0] != CODES.name and said(row)}
        if gone:
            before, after = ({key: row for key, row in side.items() if key not in gone} for side in sides)
            change.before, change.after = as_text(before), as_text(after)
            if not before and not after:
                change.undone = change.closed = True
    transaction.flush()
    transaction.expire_all()
