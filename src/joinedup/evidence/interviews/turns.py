"""Who speaks where: the labels at the beginnings of lines, as turns."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from joinedup.evidence.passages import Consent, Speaker, Turn
from joinedup.refusal import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GAP = r"[^\S\n]*"
_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?[\])]?"
_BEFORE = rf"^{_GAP}(?:{_TIME}{_GAP})?"
_AFTER = rf"(?:{_GAP}(?:{_TIME}{_GAP})?(?::|\t)(?:{_GAP}[\[(]{_TIME})?|{_GAP}{_TIME}{_GAP}$)\s*"
"""A label ends in a colon or a tab, a time beside it or not; or it has a line for itself, with a time."""
_INTERVIEWERS = r"(?:interviewers?|researcher|facilitator|moderator|question|int|iv|mod|fac|i|q) ?\d{0,2}"
_OTHERS = (
    r"(?:speaker|participant|respondent|interviewee|unknown|answer) ?\w{0,2}"
    r"|(?!(?:NB|PS|OK|AM|PM|NO|FYI|EG|IE|TV)\b)(?-i:[A-Z]{1,3}) ?\d{0,2}"
)
"""Labels of somebody whom the table does not have: their words are no known speaker's."""


@dataclass(frozen=True)
class Fault:
    """Why turns cannot be told apart: the speaker in whose row something is to change, and what."""

    speaker: Speaker
    problem: str


def turns_of(text: str, speakers: Sequence[Speaker], voices: Iterable[str] = ()) -> tuple[Turn, ...] | Fault:
    """Find the turns of an interview's speakers, without their labels.

    A line that begins with a label begins a turn, which goes on to the next label. The interviewer's turns, and those of a label
    that is nobody's in the table, have the speaker "". Where one person is interviewed and the table gives no label, all is
    theirs but the lines that begin with the interviewer's label, unless the file marks several voices itself.

    Args:
        text: the transcript as read.
        speakers: with their labels; case and spaces do not matter. Who withdrew may have been taken out already.
        voices: further labels that the file itself marks as such.
    """
    marked = tuple(voices)
    if len(speakers) == 1 and not speakers[0].label and len(marked) != 1:
        return _of_one(text, speakers[0], marked)
    if len(speakers) == 1 and not speakers[0].label:
        speakers = (replace(speakers[0], label=marked[0]),)
    whose = {_same(each.label): each.id for each in speakers}
    labels = re.compile(
        f"{_BEFORE}(?:(?P<known>{_either([*(each.label for each in speakers), *marked])})"
        f"|{_INTERVIEWERS}|{_OTHERS}){_AFTER}",
        re.IGNORECASE | re.MULTILINE,
    )
    found = list(labels.finditer(text))
    seen = {_same(each["known"]) for each in found if each["known"]}
    for each in speakers:
        if _same(each.label) not in seen and each.consent is not Consent.WITHDRAWN:
            there = sorted({_label(match[0]) for match in found} | set(marked))
            return Fault(
                each,
                f"'{each.label}' begins no line of the transcript before a colon, a tab or a time"
                f"{did_you_mean(each.label, there)}",
            )
    starts = [each.start() for each in found]
    return tuple(
        turn
        for each, end in zip(found, [*starts[1:], len(text)], strict=False)
        if (turn := _turn(text, whose.get(_same(each["known"] or ""), ""), each.end(), end))
    )


def _of_one(text: str, speaker: Speaker, voices: tuple[str, ...]) -> tuple[Turn, ...] | Fault:
    """Find the turns of the only speaker, whose label is not given."""
    asked = re.compile(f"{_BEFORE}{_INTERVIEWERS}{_AFTER}", re.IGNORECASE | re.MULTILINE)
    others = re.compile(
        f"{_BEFORE}(?:{_either(voices) or '(?!)'}|{_OTHERS}){_AFTER}", re.IGNORECASE | re.MULTILINE
    )
    questions = list(asked.finditer(text))
    starts = {each.start() for each in questions}
    marked = [_label(each[0]) for each in others.finditer(text) if each.start() not in starts]
    if len(marked) > 1 or set(marked) & set(voices):
        return Fault(
            speaker,
            f"is empty, and the transcript marks turns with {', '.join(sorted(set(marked))[:5])}; write which of them is "
            "this speaker's",
        )
    turns: list[Turn | None] = []
    at = 0
    for each in questions:
        turns.append(_turn(text, speaker.id, at, each.start()))
        at = text.find("\n", each.end())
        at = len(text) if at < 0 else at
        turns.append(_turn(text, "", each.end(), at))
    turns.append(_turn(text, speaker.id, at, len(text)))
    return tuple(each for each in turns if each)


def _turn(text: str, speaker: str, start: int, end: int) -> Turn | None:
    """Give a turn without the spaces about it; None where nothing is said."""
    said = text[start:end]
    first = start + len(said) - len(said.lstrip())
    last = start + len(said.rstrip())
    return Turn(speaker, first, last) if first < last else None


def _same(label: str) -> str:
    return " ".join(label.casefold().split())


def _either(labels: Iterable[str]) -> str:
    words = sorted({" ".join(each.split()) for each in labels} - {""}, key=lambda each: (-len(each), each))
    return "|".join(re.escape(each).replace(r"\ ", r"[^\S\n]+") for each in words)


def _label(matched: str) -> str:
    """Give the label of a matched beginning of a line, without the times and marks about it."""
    return re.sub(_TIME, "", matched).strip().rstrip(":").strip()
