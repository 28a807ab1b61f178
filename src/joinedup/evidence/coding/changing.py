"""The record of changes: each is one row with what stood before and after it, and can be taken back and made again.

A coder takes back their own last change. That is refused where somebody has since changed the same rows, or where what it
would remove is used: nobody's work is lost to another's second thoughts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from joinedup.evidence.codebook import first_fault
from joinedup.evidence.coding.rows import (
    CODES,
    PASSAGES,
    SUGGESTIONS,
    Rows,
    as_text,
    code_of,
    from_text,
    put,
    rows_now,
    rows_where,
)
from joinedup.evidence.store.coded import ChangeRow, CoderRow
from joinedup.evidence.store.heard import InterviewRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from joinedup.evidence.passages import Code


def next_change(transaction: Session) -> int:
    """Give the number that the next change will have: numbers are never used twice."""
    return (transaction.scalar(select(func.max(ChangeRow.id))) or 0) + 1


def make_change(transaction: Session, coder: str, what: str, before: Rows, after: Rows) -> None:
    """Change rows, and keep in one row of the record what they were and what they are now; nothing where they are the same.

    Raises:
        Refusal: when there is no such coder, or the codebook would not hold what every codebook must.
    """
    known_coder(transaction, coder)
    if before == after:
        return
    number = next_change(transaction)
    _hold_codebook(transaction, before, after)
    put(transaction, before, after)
    transaction.execute(
        update(ChangeRow)
        .where(ChangeRow.coder_id == coder, ChangeRow.undone)
        .values(closed=True)
        .execution_options(synchronize_session=False)
    )
    transaction.add(
        ChangeRow(id=number, coder_id=coder, what=what, before=as_text(before), after=as_text(after))
    )
    transaction.flush()


def undo(transaction: Session, coder: str) -> str:
    """Take back the last change of a coder that stands; give what it was.

    Raises:
        Refusal: when there is none, when a later change touches the same rows, or when what it made is used.
    """
    known_coder(transaction, coder)
    change = transaction.scalars(
        select(ChangeRow)
        .where(ChangeRow.coder_id == coder, ~ChangeRow.undone)
        .order_by(ChangeRow.id.desc())
        .limit(1)
    ).one_or_none()
    if change is None:
        raise Refusal(f"{coder} has made no change that could be taken back")
    _turn(transaction, change, from_text(change.after), from_text(change.before), "taken back")
    change.undone = True
    transaction.flush()
    return change.what


def redo(transaction: Session, coder: str) -> str:
    """Make again the change that a coder took back last, if they changed nothing since; give what it was.

    Raises:
        Refusal: when there is none, or when it no longer fits what stands now.
    """
    known_coder(transaction, coder)
    change = transaction.scalars(
        select(ChangeRow)
        .where(ChangeRow.coder_id == coder, ChangeRow.undone, ~ChangeRow.closed)
        .order_by(ChangeRow.id)
        .limit(1)
    ).one_or_none()
    if change is None:
        raise Refusal(f"{coder} has taken back no change that could be made again")
    _turn(transaction, change, from_text(change.before), from_text(change.after), "made again")
    change.undone = False
    transaction.flush()
    return change.what


def known_coder(transaction: Session, coder: str) -> None:
    """Hold a change to being somebody's.

    Raises:
        Refusal: when there is no such coder.
    """
    if transaction.get(CoderRow, coder) is None:
        every = transaction.scalars(select(CoderRow.id))
        raise Refusal(f"there is no coder '{coder}'{did_you_mean(coder, every) or '; add one first'}")


def codes(transaction: Session) -> tuple[Code, ...]:
    """Give the codebook of a store, in the order of ids."""
    return tuple(code_of(row) for row in rows_where(transaction, CODES).values())


def _turn(transaction: Session, change: ChangeRow, now: Rows, then: Rows, how: str) -> None:
    """Make the rows of a change be as they were on its other side, if nothing speaks against it."""
    keys = now.keys() | then.keys()
    since = transaction.execute(
        select(ChangeRow.coder_id, ChangeRow.what, ChangeRow.before, ChangeRow.after)
        .where(ChangeRow.id > change.id, ~ChangeRow.undone)
        .order_by(ChangeRow.id)
    )
    for coder, what, before, after in since:
        if keys & (from_text(before).keys() | from_text(after).keys()):
            raise Refusal(
                f"'{change.what}' cannot be {how}: {coder} has since '{what}', which touches the same; take that back first"
            )
    if rows_now(transaction, keys) != now:
        raise Refusal(
            f"'{change.what}' cannot be {how}: what it changed is no longer as it was left; mend it by hand"
        )
    _hold_used(transaction, change, now, then, how)
    _hold_codebook(transaction, now, then)
    put(transaction, now, then)


def _hold_used(transaction: Session, change: ChangeRow, now: Rows, then: Rows, how: str) -> None:
    """Refuse to remove codes that are in use, and to bring back passages of what is gone."""
    gone = sorted(row for table, row in now.keys() - then.keys() if table == CODES.name)
    if gone:
        used = rows_where(transaction, PASSAGES, PASSAGES.c.code_id.in_(gone)) | rows_where(
            transaction, SUGGESTIONS, SUGGESTIONS.c.code_id.in_(gone), SUGGESTIONS.c.decision != ""
        )
        mine = now.keys() | then.keys()
        left = [row for key, row in used.items() if key not in mine]
        if left:
            raise Refusal(
                f"'{change.what}' cannot be {how}: the code {left[0]['code_id']} has been used since ({len(left):,} times); "
                "merge it into another code instead"
            )
    back = [row for (table, _), row in then.items() if table != CODES.name]
    known = {row for _, row in rows_where(transaction, CODES)} | {
        row for table, row in then if table == CODES.name
    }
    for row in back:
        if row["code_id"] not in known or row["code_id"] in gone:
            raise Refusal(
                f"'{change.what}' cannot be {how}: the code {row['code_id']} is gone; make it again first"
            )
    here = set(transaction.scalars(select(InterviewRow.id).where(~InterviewRow.withdrawn)))
    for row in back:
        if row["interview_id"] not in here:
            raise Refusal(
                f"'{change.what}' cannot be {how}: the interview {row['interview_id']} was withdrawn"
            )


def _hold_codebook(transaction: Session, before: Rows, after: Rows) -> None:
    """Refuse what would leave a codebook that cannot be: a parent gone, a circle, a barrier that nobody could lift."""
    if not any(table == CODES.name for table, _ in before.keys() | after.keys()):
        return
    rows = rows_where(transaction, CODES)
    rows = {key: row for key, row in rows.items() if key not in before}
    rows |= {key: row for key, row in after.items() if key[0] == CODES.name}
    every: Sequence[Code] = [code_of(row) for _, row in sorted(rows.items())]
    fault = first_fault(every)
    if fault is not None:
        raise Refusal(f"code '{every[fault.place].id}', {fault.column}: {fault.problem}")
