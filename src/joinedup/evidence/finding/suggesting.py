"""Suggesting passages for a code: the sentences most like those that people laid it on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import delete, insert, select

from joinedup.evidence.coding.suggestions import suggestion_id
from joinedup.evidence.finding.likeness import Sentences
from joinedup.evidence.finding.turns import turns
from joinedup.evidence.finding.words import sentences_of, stems_of
from joinedup.evidence.store.coded import CodeRow, PassageRow, SuggestionRow
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from joinedup.evidence.finding.turns import Said

_FEWEST = 3
"""Stems of a sentence that may be offered: one of fewer is like anything that shares a word with it."""
_PLACES = 9
"""Decimal places of a score: sentences that differ by less are put in the order in which they were said."""


@dataclass(frozen=True)
class Suggestion:
    """A sentence that may belong to a code, in positions of the original text; 1 is the most alike there is."""

    id: str
    code: str
    interview: str
    speaker: str
    start: int
    end: int
    words: str
    score: float


@dataclass(frozen=True)
class _Sentence:
    said: Said
    start: int
    end: int
    words: str
    stems: Sequence[str]

    @property
    def in_original(self) -> tuple[int, int]:
        return self.said.in_original(self.start, self.end)


def suggest(transaction: Session, code: str, most: int = 20) -> tuple[Suggestion, ...]:
    """Offer the sentences that are most like a code's passages, the most alike first, and keep them until they are decided.

    Only what interviewees said is offered, nothing that any coder laid the code on, and nothing that was decided before. A
    code without passages is compared by its name, definition and example.

    Raises:
        Refusal: when there is no such code, or ``most`` is less than one.
    """
    held = transaction.get(CodeRow, code)
    if held is None:
        raise Refusal(
            f"there is no code '{code}'{did_you_mean(code, transaction.scalars(select(CodeRow.id)))}"
        )
    if most < 1:
        raise Refusal(f"{most} suggestions were asked for; ask for one or more")
    laid = _stretches(transaction, PassageRow, PassageRow.code_id == code)
    decided = _stretches(
        transaction, SuggestionRow, (SuggestionRow.code_id == code) & (SuggestionRow.decision != "")
    )
    said, examples = _said(transaction, laid)
    if not examples:
        examples = [stems_of(each) for each in (held.name, held.definition, held.example)]
    scores = np.round(Sentences(each.stems for each in said).alike(examples), _PLACES)
    likely = (int(each) for each in np.argsort(-scores, kind="stable") if scores[each] > 0)
    offered = (
        each
        for each in likely
        if len(said[each].stems) >= _FEWEST
        and not _overlaps(said[each], laid)
        and not _overlaps(said[each], decided)
    )
    found = tuple(_suggestion(code, said[each], float(scores[each])) for each in islice(offered, most))
    transaction.execute(
        delete(SuggestionRow).where(SuggestionRow.code_id == code, SuggestionRow.decision == "")
    )
    if found:
        transaction.execute(insert(SuggestionRow), [_row(each) for each in found])
    transaction.flush()
    return found


def _stretches(
    transaction: Session, row: type[PassageRow | SuggestionRow], condition: ColumnElement[bool]
) -> dict[str, list[tuple[int, int]]]:
    """Give the distinct stretches of rows by interview, in positions of the original text."""
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for interview, start, end in transaction.execute(
        select(row.interview_id, row.start, row.end).where(condition)
    ):
        found[interview].add((start, end))
    return {interview: sorted(held) for interview, held in found.items()}


def _said(
    transaction: Session, laid: Mapping[str, Sequence[tuple[int, int]]]
) -> tuple[list[_Sentence], list[list[str]]]:
    """Give what interviewees said sentence by sentence, and the stems of each stretch that was laid."""
    sentences = []
    examples: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for said in turns(transaction):
        for stretch in laid.get(said.interview, ()):
            first, last = (each - said.start for each in said.positions.to_working(*stretch))
            if first < len(said.words) and last > 0:
                examples[said.interview, *stretch] += stems_of(said.words[max(first, 0) : last])
        if not said.speaker:
            continue
        for start, end in sentences_of(said.words):
            words = said.words[start:end]
            sentences.append(_Sentence(said, start, end, words, stems_of(words)))
    return sentences, [each for _, each in sorted(examples.items()) if each]


def _overlaps(sentence: _Sentence, stretches: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    start, end = sentence.in_original
    return any(one < end and other > start for one, other in stretches.get(sentence.said.interview, ()))


def _suggestion(code: str, sentence: _Sentence, score: float) -> Suggestion:
    interview, (start, end) = sentence.said.interview, sentence.in_original
    return Suggestion(
        suggestion_id(code, interview, start, end),
        code,
        interview,
        sentence.said.speaker,
        start,
        end,
        sentence.words,
        score,
    )


def _row(suggestion: Suggestion) -> dict[str, object]:
    return {
        "id": suggestion.id,
        "interview_id": suggestion.interview,
        "code_id": suggestion.code,
        "start": suggestion.start,
        "end": suggestion.end,
        "score": suggestion.score,
        "decision": "",
        "decided_by": "",
    }
