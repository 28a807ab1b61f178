"""Making, renaming, re-parenting, describing, merging, splitting and removing codes, without losing a passage or a memo."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from joinedup.evidence.coding.changing import make_change
from joinedup.evidence.coding.laying import stretch_of
from joinedup.evidence.coding.rows import (
    CODES,
    PASSAGES,
    SUGGESTIONS,
    Row,
    Rows,
    code_of,
    row_of_code,
    rows_now,
    rows_where,
)
from joinedup.evidence.coding.suggestions import ACCEPTED, suggestion_id
from joinedup.evidence.store.said import CitationRow, QuoteRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from joinedup.evidence.passages import Code


def make(transaction: Session, coder: str, new: Sequence[Code]) -> None:
    """Put codes into the codebook, in any order, as one change.

    Raises:
        Refusal: when an id stands already, a parent is not there, or a barrier has nobody who could lift it.
    """
    after: Rows = {}
    taken = rows_now(transaction, [_key(each.id) for each in new])
    for each in new:
        if _key(each.id) in taken or _key(each.id) in after:
            raise Refusal(f"code '{each.id}', code_id: stands already; give the new code another id")
        after[_key(each.id)] = row_of_code(each)
    what = f"made {new[0].id}" if len(new) == 1 else f"made {len(new):,} codes"
    make_change(transaction, coder, what, {}, after)


def rename(transaction: Session, coder: str, code: str, name: str) -> None:
    """Give a code another name; its id, and so all that was coded with it, stays.

    Raises:
        Refusal: when there is no such code, or no name.
    """
    before = _held(transaction, code)
    make_change(transaction, coder, f"renamed {code}", before, _with(before, name=name))


def put_under(transaction: Session, coder: str, code: str, parent: str) -> None:
    """Put a code under another, or with "" at the top.

    Raises:
        Refusal: when there is no such code, or the parents would go in a circle.
    """
    before = _held(transaction, code)
    make_change(
        transaction,
        coder,
        f"put {code} under {parent or 'none'}",
        before,
        _with(before, parent_id=parent or None),
    )


def describe(transaction: Session, coder: str, code: Code) -> None:
    """Write what a code means anew: definition, example, colour, family, topic and lifters; name and parent stay.

    Raises:
        Refusal: when there is no such code, or a barrier has nobody who could lift it.
    """
    before = _held(transaction, code.id)
    now = code_of(before[_key(code.id)])
    after = row_of_code(replace(code, name=now.name, parent=now.parent))
    make_change(transaction, coder, f"described {code.id}", before, {_key(code.id): after})


def remove_code(transaction: Session, coder: str, code: str) -> None:
    """Take a code out that nothing is coded with and nothing stands under.

    Raises:
        Refusal: when there is no such code, or it is in use.
    """
    before = _held(transaction, code)
    passages = rows_where(transaction, PASSAGES, PASSAGES.c.code_id == code)
    if passages:
        raise Refusal(
            f"code '{code}' has {len(passages):,} passages; merge it into another code, or remove them first"
        )
    below = rows_where(transaction, CODES, CODES.c.parent_id == code)
    if below:
        raise Refusal(
            f"code '{code}' has others under it ({', '.join(row for _, row in below)}); put them elsewhere first"
        )
    make_change(transaction, coder, f"removed {code}", before | _decided(transaction, [code]), {})


def split(transaction: Session, coder: str, code: str, chosen: Collection[str], into: Code) -> None:
    """Move chosen passages of a code to a new code, as one change.

    Raises:
        Refusal: when a passage is not one of the code's, none is chosen, or the new code cannot be.
    """
    _held(transaction, code)
    if not chosen:
        raise Refusal(f"no passage of '{code}' was chosen; choose at least one, or make an empty code")
    if rows_now(transaction, [_key(into.id)]):
        raise Refusal(f"code '{into.id}', code_id: stands already; give the new code another id")
    held = rows_where(transaction, PASSAGES, PASSAGES.c.code_id == code)
    before: Rows = {}
    for each in sorted(chosen):
        key = (PASSAGES.name, each)
        if key not in held:
            raise Refusal(f"there is no passage '{each}' of '{code}'; look up the passages' ids again")
        before[key] = held[key]
    after = {_key(into.id): row_of_code(into), **_with(before, code_id=into.id)}
    make_change(transaction, coder, f"split {into.id} from {code}", before, after)


def merge(transaction: Session, coder: str, code: str, into: str) -> None:
    """Merge a code into another: its passages and the codes under it go there, and it is no more.

    Passages that would then say the same (same coder, round and stretch) become one with the memos of all; one that a
    statement or a quote rests on is never folded away. One that any person laid by hand counts as laid by hand.

    Raises:
        Refusal: when one of the codes is not there, or both are the same.
    """
    if code == into:
        raise Refusal(f"code '{code}' cannot be merged into itself; name another")
    before, survivor = _held(transaction, code), _held(transaction, into)
    gone, kept = before[_key(code)], survivor[_key(into)]
    below = rows_where(transaction, CODES, CODES.c.parent_id == code, CODES.c.id != into)
    after = _with(below, parent_id=into)
    before = before | below
    if _is_under(transaction, into, code):
        before |= survivor
        after[_key(into)] = {**kept, "parent_id": gone["parent_id"]}
    moved, folded = _merged_passages(transaction, code, into)
    decided, decisions = _merged_decisions(transaction, code, into)
    make_change(
        transaction, coder, f"merged {code} into {into}", before | moved | decided, after | folded | decisions
    )


def _merged_passages(transaction: Session, code: str, into: str) -> tuple[Rows, Rows]:
    """Give the passages that a merging touches, before and after it."""
    every = rows_where(transaction, PASSAGES, PASSAGES.c.code_id.in_([code, into]))
    cited = set(transaction.scalars(select(CitationRow.target).where(CitationRow.kind == "passage")))
    cited |= set(transaction.scalars(select(QuoteRow.passage_id)))
    groups: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in every.values():
        groups[stretch_of({**row, "code_id": into})].append(row)
    before: Rows = {}
    after: Rows = {}
    for group in groups.values():
        if all(row["code_id"] == into for row in group):
            continue
        group.sort(key=lambda row: (row["id"] not in cited, row["code_id"] != into, row["id"]))
        first, *others = group
        folded = [row for row in others if row["id"] not in cited]
        memos = dict.fromkeys(row["memo"] for row in (first, *folded) if row["memo"])
        before |= {(PASSAGES.name, row["id"]): row for row in group}
        after |= {(PASSAGES.name, row["id"]): {**row, "code_id": into} for row in group if row not in folded}
        after[PASSAGES.name, first["id"]] |= {
            "memo": "\n".join(memos),
            "suggested": all(row["suggested"] for row in (first, *folded)),
        }
    return before, after


def _merged_decisions(transaction: Session, code: str, into: str) -> tuple[Rows, Rows]:
    """Give the decided suggestions that a merging touches; of two on one sentence, the acceptance is kept."""
    theirs, ours = _decided(transaction, [code]), _decided(transaction, [into])
    before, after = dict(theirs), {}
    for row in theirs.values():
        new = {
            **row,
            "id": suggestion_id(into, row["interview_id"], row["start"], row["end"]),
            "code_id": into,
        }
        key = (SUGGESTIONS.name, new["id"])
        if key in ours:
            before[key] = ours[key]
            new = new if row["decision"] == ACCEPTED else ours[key]
        after[key] = new
    return before, after


def _decided(transaction: Session, of: Sequence[str]) -> Rows:
    return rows_where(transaction, SUGGESTIONS, SUGGESTIONS.c.code_id.in_(of), SUGGESTIONS.c.decision != "")


def _is_under(transaction: Session, code: str, above: str) -> bool:
    """Say whether a code stands somewhere under another."""
    parent = {row["id"]: row["parent_id"] for row in rows_where(transaction, CODES).values()}
    at = parent[code]
    while at and at != above:
        at = parent[at]
    return bool(at)


def _held(transaction: Session, code: str) -> Rows:
    found = rows_now(transaction, [_key(code)])
    if not found:
        every = (row for _, row in rows_where(transaction, CODES))
        raise Refusal(f"there is no code '{code}'{did_you_mean(code, every)}")
    return found


def _with(rows: Rows, **values: object) -> Rows:
    return {key: {**row, **values} for key, row in rows.items()}


def _key(code: str) -> tuple[str, str]:
    return CODES.name, code
