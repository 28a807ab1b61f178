"""Where somebody's words were repeated elsewhere: in memos, examples of codes, sentences for the report."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from joinedup.evidence.interviews import WITHDRAWN
from joinedup.evidence.store.coded import ChangeRow, CodeRow, PassageRow
from joinedup.evidence.store.said import StatementRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

LEAST_WORDS = 5
"""So many words in the same order are taken for a repetition, fewer for chance."""
_WORD = re.compile(r"\w+")
_WRITTEN = (
    (PassageRow, ("memo",)),
    (CodeRow, ("name", "definition", "example")),
    (StatementRow, ("sentence",)),
)


def forget_repeats(transaction: Session, removed: Sequence[str]) -> None:
    """Replace what was copied, by five words or more, from texts that have been removed."""
    runs = {run for text in removed for run in _runs(_keys(text))}
    if not runs:
        return
    for table, columns in _WRITTEN:
        for row in transaction.scalars(select(table)):
            for column in columns:
                text = getattr(row, column)
                if (cleaned := without(text, runs)) != text:
                    setattr(row, column, cleaned)
    for change in transaction.scalars(select(ChangeRow)):
        for side in ("before", "after"):
            held = json.loads(getattr(change, side))
            if (cleaned_side := _cleaned(held, runs)) != held:
                setattr(change, side, json.dumps(cleaned_side, ensure_ascii=False, sort_keys=True))
    transaction.flush()


def without(text: str, runs: Collection[tuple[str, ...]]) -> str:
    """Replace every run of words that is one of those given.

    >>> without("he said we never once met them there, I think", {("we", "never", "once", "met", "them")})
    'he said [withdrawn] there, I think'
    """
    words = list(_WORD.finditer(text))
    keys = [each[0].casefold() for each in words]
    hidden = [range(at, at + LEAST_WORDS) for at, run in enumerate(_runs(keys)) if run in runs]
    if not hidden:
        return text
    gone = {word for each in hidden for word in each}
    pieces, at = [], 0
    for number, word in enumerate(words):
        if number not in gone:
            continue
        if number - 1 not in gone:
            pieces += [text[at : word.start()], WITHDRAWN]
        at = word.end()
    return "".join([*pieces, text[at:]])


def _keys(text: str) -> list[str]:
    return [each.casefold() for each in _WORD.findall(text)]


def _runs(keys: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(keys[at : at + LEAST_WORDS]) for at in range(len(keys) - LEAST_WORDS + 1)]


def _cleaned(held: Any, runs: Collection[tuple[str, ...]]) -> Any:
    if isinstance(held, dict):
        return {key: _cleaned(value, runs) for key, value in held.items()}
    if isinstance(held, list):
        return [_cleaned(each, runs) for each in held]
    return without(held, runs) if isinstance(held, str) else held
