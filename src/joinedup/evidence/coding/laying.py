"""Laying, moving, noting and removing passages; they may overlap and nest."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from joinedup.evidence.coding.changing import make_change, next_change
from joinedup.evidence.coding.rows import (
    CODES,
    PASSAGES,
    Key,
    Row,
    Rows,
    passage_of,
    row_of_passage,
    rows_now,
    rows_where,
)
from joinedup.evidence.passages import Coder, Passage
from joinedup.evidence.store.coded import CoderRow
from joinedup.evidence.store.heard import InterviewRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session


def add_coder(transaction: Session, coder: Coder) -> None:
    """Add somebody who codes, by an alias.

    Raises:
        Refusal: when the alias has no id, or stands already.
    """
    if not coder.id.strip() or not coder.name.strip():
        raise Refusal("a coder needs an id and a name; give both")
    if transaction.get(CoderRow, coder.id) is not None:
        raise Refusal(f"there is a coder '{coder.id}' already; choose another id")
    transaction.add(CoderRow(id=coder.id, name=coder.name))
    transaction.flush()


def passages(transaction: Session) -> tuple[Passage, ...]:
    """Give every passage, by interview and position, in positions of the original text."""
    held = (passage_of(row) for row in rows_where(transaction, PASSAGES).values())
    return tuple(sorted(held, key=lambda each: (each.interview, each.start, each.end, each.code, each.id)))


def lay(
    transaction: Session,
    coder: str,
    code: str,
    interview: str,
    start: int,
    end: int,
    round: int = 1,
    memo: str = "",
) -> str:
    """Lay a code on a stretch of an interview, from ``start`` up to, not including, ``end``; give the passage's id.

    Positions are code points of the original text.

    Raises:
        Refusal: when the stretch is empty or outside the text, something named is not there, or the same coder has laid
            the same code on the same stretch in the same round.
    """
    new = Passage(new_id(transaction), interview, start, end, code, coder, round=round, memo=memo)
    make_change(
        transaction,
        coder,
        f"laid {code} on {interview} from {start} to {end}",
        {},
        _by_key(hold(transaction, [new])),
    )
    return new.id


def lay_all(transaction: Session, coder: str, laid: Iterable[Passage]) -> None:
    """Take in passages that were laid elsewhere, with the ids and coders that they have, as one change.

    Raises:
        Refusal: as `lay`, or when an id stands twice.
    """
    new = list(laid)
    make_change(transaction, coder, f"took in {len(new):,} passages", {}, _by_key(hold(transaction, new)))


def move(transaction: Session, coder: str, passage: str, start: int, end: int) -> None:
    """Let a passage begin and end elsewhere.

    Raises:
        Refusal: as `lay`.
    """
    before = _held(transaction, [passage])
    moved = replace(passage_of(before[PASSAGES.name, passage]), start=start, end=end)
    make_change(
        transaction,
        coder,
        f"moved {passage} to {start} to {end}",
        before,
        _by_key(hold(transaction, [moved], there_already=True)),
    )


def note(transaction: Session, coder: str, passage: str, memo: str) -> None:
    """Write the memo of a passage anew.

    Raises:
        Refusal: when there is no such passage.
    """
    before = _held(transaction, [passage])
    after = {key: {**row, "memo": memo} for key, row in before.items()}
    make_change(transaction, coder, f"wrote the memo of {passage}", before, after)


def remove(transaction: Session, coder: str, chosen: Sequence[str]) -> None:
    """Take passages away, as one change.

    Raises:
        Refusal: when one of them is not there.
    """
    before = _held(transaction, chosen)
    named = chosen[0] if len(before) == 1 else f"{len(before):,} passages"
    make_change(transaction, coder, f"removed {named}", before, {})


def new_id(transaction: Session) -> str:
    """Name a passage after the change that lays it; where passages from elsewhere bear that name, with a figure more."""
    first = f"passage-{next_change(transaction)}"
    taken = {
        row for _, row in rows_where(transaction, PASSAGES, PASSAGES.c.id.startswith(first, autoescape=True))
    }
    more = (f"{first}-{figure}" for figure in count(2))
    return first if first not in taken else next(each for each in more if each not in taken)


def hold(transaction: Session, new: Sequence[Passage], *, there_already: bool = False) -> Sequence[Passage]:
    """Hold passages to lying inside their interviews, and to not repeating one that stands; give them back.

    Raises:
        Refusal: for the first that does not.
    """
    standing = select(InterviewRow.id, InterviewRow.length).where(~InterviewRow.withdrawn)
    lengths = dict(transaction.execute(standing).all())
    codes = {key[1] for key in rows_where(transaction, CODES)}
    coders = set(transaction.scalars(select(CoderRow.id)))
    for each in new:
        for what, value, known in (
            ("interview", each.interview, lengths),
            ("code", each.code, codes),
            ("coder", each.coder, coders),
        ):
            if value not in known:
                raise Refusal(
                    f"passage '{each.id}': there is no {what} '{value}'{did_you_mean(value, known)}"
                )
        length = lengths[each.interview]
        where = f"passage '{each.id}' from {each.start} to {each.end}"
        if each.start >= each.end:
            raise Refusal(f"{where}: is empty; give an end after its start")
        if each.start < 0 or each.end > length:
            raise Refusal(f"{where}: is outside {each.interview}, which has {length:,} characters")
        if each.round < 1:
            raise Refusal(f"{where}: round {each.round} is none; count rounds from 1")
    _hold_single(transaction, new, there_already=there_already)
    return new


def _hold_single(transaction: Session, new: Sequence[Passage], *, there_already: bool) -> None:
    """Refuse an id that stands already, and a code laid twice on a stretch by one coder in one round."""
    ids = {each.id for each in new}
    if len(ids) < len(new) or (not there_already and rows_now(transaction, [_key(each) for each in ids])):
        ordered = [each.id for each in new]
        taken = {row for _, row in rows_now(transaction, [_key(each) for each in ids])}
        twice = next(each for place, each in enumerate(ordered) if each in taken or each in ordered[:place])
        raise Refusal(f"passage '{twice}': stands already; give it another id")
    near = [PASSAGES.c.interview_id == new[0].interview] if len(new) == 1 else []
    laid = {
        stretch_of(row): row["id"]
        for row in rows_where(transaction, PASSAGES, *near).values()
        if row["id"] not in ids
    }
    for each in new:
        other = laid.setdefault(stretch_of(row_of_passage(each)), each.id)
        if other != each.id:
            raise Refusal(
                f"passage '{each.id}' from {each.start} to {each.end}: {each.coder} has laid {each.code} there in round "
                f"{each.round} already ({other}); write into its memo instead"
            )


def stretch_of(row: Row) -> tuple[object, ...]:
    """Give what makes two passages say the same: code, coder, round, interview and stretch."""
    return tuple(row[each] for each in ("code_id", "coder_id", "round", "interview_id", "start", "end"))


def _held(transaction: Session, chosen: Sequence[str]) -> Rows:
    before = rows_now(transaction, [_key(each) for each in chosen])
    missing = [each for each in chosen if _key(each) not in before]
    if missing or not chosen:
        raise Refusal(
            f"there is no passage '{missing[0] if missing else ''}'; look up the passages' ids again"
        )
    return before


def _key(passage: str) -> Key:
    return PASSAGES.name, passage


def _by_key(new: Iterable[Passage]) -> Rows:
    return {_key(each.id): row_of_passage(each) for each in new}
