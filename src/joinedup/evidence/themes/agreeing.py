"""How coders of the same interviews agree: their passages as ratings of turns, sentences or characters (§6.2)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from joinedup.evidence.agreement import Ratings
from joinedup.evidence.passages import Approach, Consent
from joinedup.evidence.themes.said import lines_of
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.evidence.passages import Coded, Interview, Passage

_BETWEEN_SENTENCES = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"'”’)]))\s+|\n+")
_WITH = " + "


class Unit(StrEnum):
    """What coders are compared over."""

    TURN = "turn"
    SENTENCE = "sentence"
    CHARACTER = "character"


YES, NO, NONE = "yes", "no", "(none)"


@dataclass(frozen=True)
class Apart:
    """A stretch that coders coded differently: where it stands, and who gave it what."""

    interview: str
    start: int
    end: int
    given: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def ratings_of(coded: Coded, code: str | None, unit: Unit, coding_round: int | None = None) -> Ratings:
    """Give what each coder laid on each unit, for ``agreement``.

    Units are of what is said by those interviewed: their turns; the sentences of their turns; or stretches of characters within
    their turns over which nobody's coding changes, each counting as its characters. A unit has a code where a passage
    shares a character with it. A coder has rated an interview in which they laid any passage; interviews that fewer than two
    coders rated are left out.

    Args:
        coded: interviews with their coding.
        code: rate this code, with those below it, as yes or no; None rates the whole set of codes laid on a unit, so that coders
            agree only where they laid the same ones.
        unit: what is rated.
        coding_round: count this round's passages alone; all rounds where not given.

    Raises:
        Refusal: where the study does not code for reliability, the code is none, turns are not known, or no interview
            was coded by two.
    """
    if coded.approach is not Approach.RELIABILITY:
        raise Refusal(
            f"this study's approach is {coded.approach}: one reading mind codes and keeps its reasons, so agreement of coders "
            f"says nothing of it; declare the approach '{Approach.RELIABILITY}' if several code the same interviews alike"
        )
    if code is not None and code not in coded.code:
        raise Refusal(f"code '{code}' is not in the codebook{did_you_mean(code, coded.code)}")
    lines = lines_of(coded)
    laid: dict[str, dict[str, list[Passage]]] = {}
    for each in sorted(coded.passages, key=lambda each: each.id):
        if coding_round in (None, each.round):
            laid.setdefault(each.interview, {}).setdefault(each.coder, []).append(each)
    shared = {
        each.id: each
        for each in sorted(coded.interviews, key=lambda each: each.id)
        if not each.withdrawn and len(laid.get(each.id, {})) > 1
    }
    if not shared:
        raise Refusal(
            "no interview was coded by two coders; let another code some of the same interviews, then ask again"
        )
    coders = sorted({coder for each in shared for coder in laid[each]})
    names: list[str] = []
    sizes: list[float] = []
    columns: dict[str, list[str | None]] = {each: [] for each in coders}
    for interview in shared.values():
        by_coder = laid[interview.id]
        spans = _units(interview, unit, [one for many in by_coder.values() for one in many])
        names.extend(f"{interview.id}:{start}-{end}" for start, end in spans)
        sizes.extend(float(end - start) if unit is Unit.CHARACTER else 1.0 for start, end in spans)
        for coder, column in columns.items():
            if coder not in by_coder:
                column.extend([None] * len(spans))
                continue
            found = _codes_over(spans, by_coder[coder])
            if code is None:
                column.extend(_WITH.join(sorted(each)) or NONE for each in found)
            else:
                column.extend(YES if any(code in lines[one] for one in each) else NO for each in found)
    return Ratings.of(columns, units=names, sizes=sizes, categories=None if code is None else (NO, YES))


def apart(ratings: Ratings) -> tuple[Apart, ...]:
    """List where coders of ``ratings_of`` gave different codes, in the order of the text."""
    found = []
    for each in ratings.disagreements():
        interview, _, span = each.unit.rpartition(":")
        start, _, end = span.partition("-")
        found.append(Apart(interview, int(start), int(end), each.codes))
    return tuple(sorted(found, key=lambda each: (each.interview, each.start)))


def _units(interview: Interview, unit: Unit, passages: list[Passage]) -> list[tuple[int, int]]:
    """Give the stretches of an interview that are rated."""
    heard = {each.id for each in interview.speakers if each.consent is not Consent.WITHDRAWN}
    turns = sorted({(each.start, each.end) for each in interview.turns if each.speaker in heard})
    if not interview.turns:
        if unit is Unit.TURN:
            raise Refusal(
                f"interview {interview.id}: its turns are not known; ask for agreement by sentence or by character"
            )
        turns = [(0, len(interview.text))]
    if unit is Unit.TURN:
        return turns
    if unit is Unit.SENTENCE:
        return [span for start, end in turns for span in _sentences(interview.text, start, end)]
    cuts = {place for each in passages for place in (each.start, each.end)}
    spans: list[tuple[int, int]] = []
    reached = 0
    for start, end in turns:
        # Where two speak at once, a character counts once.
        edges = [max(start, reached), *sorted(each for each in cuts if max(start, reached) < each < end), end]
        spans.extend((first, last) for first, last in pairwise(edges) if first < last)
        reached = max(reached, end)
    return spans


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Part a stretch into sentences, without the blanks about them; what has no letter or figure is none."""
    said = text[start:end]
    edges = [0, *(edge for found in _BETWEEN_SENTENCES.finditer(said) for edge in found.span()), len(said)]
    spans = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        words = said[first:last]
        if any(each.isalnum() for each in words):
            begin = start + first + len(words) - len(words.lstrip())
            spans.append((begin, begin + len(words.strip())))
    return spans


def _codes_over(spans: list[tuple[int, int]], passages: list[Passage]) -> list[set[str]]:
    """Give the codes that touch each of these stretches, which are in order and do not overlap."""
    found: list[set[str]] = [set() for _ in spans]
    for each in passages:
        for number, (start, end) in enumerate(spans):
            if start >= each.end:
                break
            if end > each.start:
                found[number].add(each.code)
    return found
