"""Which of the store's codes and interviews a file from elsewhere means."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from joinedup.evidence.coding.rows import CODES, code_of, rows_where
from joinedup.evidence.redaction import Positions, Redaction
from joinedup.evidence.store.heard import InterviewRow, RedactionRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from joinedup.evidence.passages import Code, Interview

_SHORT_COLOUR = re.compile(r"#([0-9A-Fa-f])([0-9A-Fa-f])([0-9A-Fa-f])")


@dataclass(frozen=True)
class Held:
    """An interview of the store: its working text, the way to the original, and what of the original was withdrawn."""

    text: str
    positions: Positions
    gone: tuple[tuple[int, int], ...]
    withdrawn: bool


def held_in(transaction: Session) -> dict[str, Held]:
    """Read the interviews of the store."""
    from joinedup.evidence.store.withdrawing import REASON

    hidden: dict[str, list[Redaction]] = {}
    for row in transaction.execute(select(RedactionRow.__table__).order_by(RedactionRow.start)):
        redaction = Redaction(row.start, row.end, row.replacement, row.reason)
        hidden.setdefault(row.interview_id, []).append(redaction)
    found = {}
    for row in transaction.execute(select(InterviewRow.__table__).order_by(InterviewRow.id)):
        redactions = hidden.get(row.id, [])
        gone = tuple((each.start, each.end) for each in redactions if REASON in each.reason.split("; "))
        found[row.id] = Held(row.text, Positions(redactions, row.length), gone, row.withdrawn)
    return found


def same_interview(path: Path, theirs: Interview, heard: Mapping[str, Held]) -> str:
    """Find the interview of the store that a project's is, by its id or by its text."""
    where = f"{path}, interview {theirs.id}"
    ours = heard.get(theirs.id)
    if ours is not None and ours.withdrawn:
        raise Refusal(f"{where}: was withdrawn; delete it from the project and export it again")
    if ours is not None and _was_handed_out(theirs.text, ours.text):
        return theirs.id
    text = theirs.text.rstrip()
    alike = [each for each, of in heard.items() if not of.withdrawn and of.text.rstrip() == text]
    if len(alike) == 1:
        return alike[0]
    if len(alike) > 1:
        raise Refusal(
            f"{where}: reads as each of {', '.join(alike)}; call it in the project as it is called here"
        )
    if ours is not None:
        raise Refusal(
            f"{where}: does not read as the store's now does, so its positions cannot be relied on; export the interviews again, "
            "and code what is new in these"
        )
    raise Refusal(f"{where}: is none of the store's, by its id or its text{did_you_mean(theirs.id, heard)}")


def _was_handed_out(theirs: str, ours: str) -> bool:
    """Whether a text is ours, but for blanks at its end and characters that were blanked when it was handed out."""
    from joinedup.evidence.exchange import BLANK

    theirs, ours = theirs.rstrip(), ours.rstrip()
    return len(theirs) == len(ours) and all(
        one in (other, BLANK) for one, other in zip(theirs, ours, strict=True)
    )


def as_ours(transaction: Session, codes: Sequence[Code]) -> tuple[dict[str, str], list[Code]]:
    """Give the id in the store of each code of a file, and those that the store lacks.

    A code is the store's that has its id; else the one that has its name, where no other of either has.
    """
    ours = {code: code_of(row) for (_, code), row in rows_where(transaction, CODES).items()}
    named: dict[str, list[str]] = {}
    for each in ours.values():
        named.setdefault(each.name.casefold(), []).append(each.id)
    times = Counter(each.name.casefold() for each in codes)
    by_id = {each.id for each in codes if each.id in ours}
    each_is: dict[str, str] = {}
    for each in codes:
        name = each.name.casefold()
        alike = [one for one in named.get(name, ()) if one not in by_id]
        by_name = each.id not in ours and len(alike) == times[name] == 1
        each_is[each.id] = alike[0] if by_name else each.id
    new = [
        replace(each, parent=each_is.get(each.parent, ""), colour=six_figures(each.colour))
        for each in codes
        if each_is[each.id] not in ours
    ]
    return each_is, new


def six_figures(given: str) -> str:
    """Write a colour with six figures where a program gave three."""
    return _SHORT_COLOUR.sub(r"#\1\1\2\2\3\3", given) if len(given) == 4 else given
