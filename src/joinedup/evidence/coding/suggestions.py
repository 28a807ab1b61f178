"""Suggested passages: the machine offers a sentence, a person accepts or refuses it, and both are counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from joinedup.evidence.coding.changing import make_change
from joinedup.evidence.coding.laying import hold, new_id
from joinedup.evidence.coding.rows import (
    CODES,
    PASSAGES,
    SUGGESTIONS,
    Row,
    Rows,
    row_of_passage,
    rows_where,
)
from joinedup.evidence.passages import Passage
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

ACCEPTED, REFUSED = "accepted", "refused"


@dataclass(frozen=True)
class Decided:
    """How many suggestions of a code wait for a person, and how many were accepted and refused."""

    code: str
    waiting: int
    accepted: int
    refused: int

    @property
    def suggested(self) -> int:
        """All that were made and are remembered."""
        return self.waiting + self.accepted + self.refused


def suggestion_id(code: str, interview: str, start: int, end: int) -> str:
    """Name the suggestion to lay a code on a stretch, in positions of the original text."""
    return f"{code}/{interview}/{start}-{end}"


def accept(transaction: Session, coder: str, suggestion: str, round: int = 1, memo: str = "") -> str:
    """Lay the code of a suggestion on its sentence, marked as suggested; give the passage's id.

    Raises:
        Refusal: when it does not wait for a decision, or the passage cannot be laid.
    """
    decided, row = _decided(transaction, coder, suggestion, ACCEPTED)
    passage = Passage(
        new_id(transaction),
        row["interview_id"],
        row["start"],
        row["end"],
        row["code_id"],
        coder,
        round=round,
        memo=memo,
        suggested=True,
    )
    hold(transaction, [passage])
    make_change(
        transaction,
        coder,
        f"accepted the suggestion {suggestion}",
        {},
        decided | {(PASSAGES.name, passage.id): row_of_passage(passage)},
    )
    return passage.id


def refuse(transaction: Session, coder: str, suggestion: str) -> None:
    """Refuse a suggestion: its sentence is not offered for its code again.

    Raises:
        Refusal: when it does not wait for a decision.
    """
    decided, _ = _decided(transaction, coder, suggestion, REFUSED)
    make_change(transaction, coder, f"refused the suggestion {suggestion}", {}, decided)


def decided(transaction: Session) -> tuple[Decided, ...]:
    """Count suggestions by code and what became of them, in the order of the codes' ids; codes without any are left out."""
    counts: dict[str, dict[str, int]] = {}
    found = transaction.execute(
        select(SUGGESTIONS.c.code_id, SUGGESTIONS.c.decision, func.count())
        .join(CODES, CODES.c.id == SUGGESTIONS.c.code_id)
        .group_by(SUGGESTIONS.c.code_id, SUGGESTIONS.c.decision)
    )
    for code, decision, count in found:
        counts.setdefault(code, {})[decision] = count
    return tuple(
        Decided(code, of.get("", 0), of.get(ACCEPTED, 0), of.get(REFUSED, 0))
        for code, of in sorted(counts.items())
    )


def _decided(transaction: Session, coder: str, suggestion: str, decision: str) -> tuple[Rows, Row]:
    key = (SUGGESTIONS.name, suggestion)
    row = rows_where(transaction, SUGGESTIONS, SUGGESTIONS.c.id == suggestion).get(key)
    if row is None:
        raise Refusal(f"there is no suggestion '{suggestion}'; ask for the code's suggestions again")
    if row["decision"]:
        raise Refusal(
            f"the suggestion '{suggestion}' was {row['decision']} by {row['decided_by']} already; take that back first"
        )
    new = {**row, "decision": decision, "decided_by": coder}
    return {key: new}, new
