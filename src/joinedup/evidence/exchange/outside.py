"""What may leave the study: words of those only who agreed that their words be used (§8.2)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from joinedup.evidence.passages import Consent

if TYPE_CHECKING:
    from joinedup.evidence.passages import Coded, Interview, Speaker

BLANK = "█"
"""Stands for each character that may not leave, so that every position stays what it was."""
_INTERVIEWER = r"(?:interviewer|researcher|facilitator|moderator|question|int|iv|i|q) ?\d{0,2}"
MAY_LEAVE = frozenset({Consent.QUOTE, Consent.ATTRIBUTED})
"""A transcript is words as they were spoken: who agreed to a paraphrase, or to be counted, did not agree to that."""


def for_others(coded: Coded) -> Coded:
    """Blank what may not leave the study, and leave out the coding of those who withdrew.

    In an interview in which somebody did not agree to be quoted, every character becomes a block, save line feeds,
    the labels of its speakers and of an interviewer at the start of lines, and the turns of those who did agree: what
    stands in no turn may be anybody's. A memo on blanked words goes, and so does an example of the codebook that was
    among them.
    """
    # The fingerprint is of the original, and would tell whoever guessed its words that they guessed right.
    shown = tuple(replace(_blanked(each), sha256="") for each in coded.interviews)
    by_id = {each.id: each for each in shown}
    gone = "\n".join(
        _plain(before.text)
        for before, after in zip(coded.interviews, shown, strict=True)
        if before.text != after.text
    )
    passages = []
    for each in coded.passages:
        interview = coded.interview[each.interview]
        speaker = interview.speaker_at(each.start, each.end)
        if interview.withdrawn or (speaker is not None and speaker.consent is Consent.WITHDRAWN):
            continue
        span = slice(each.start, each.end)
        hidden = interview.text[span] != by_id[interview.id].text[span]
        passages.append(replace(each, memo="") if hidden else each)
    codes = tuple(
        replace(each, example="") if each.example.strip() and _plain(each.example) in gone else each
        for each in coded.codes
    )
    return replace(coded, interviews=shown, codes=codes, passages=tuple(passages))


def with_words(coded: Coded) -> Coded:
    """Leave out passages of which a redaction has left no character: no other program could show them."""
    return replace(coded, passages=tuple(each for each in coded.passages if each.start != each.end))


def _blanked(interview: Interview) -> Interview:
    """Blank what may not leave of one interview."""
    if interview.withdrawn:
        return replace(interview, text="", speakers=(), turns=())
    # Where nobody is known to have spoken, nobody is known to have agreed.
    if interview.speakers and all(each.consent in MAY_LEAVE for each in interview.speakers):
        return interview
    text = interview.text
    agreed = {each.id for each in interview.speakers if each.consent in MAY_LEAVE}
    keep = [(turn.start, turn.end) for turn in interview.turns if turn.speaker in agreed]
    # Two turns may share characters in a careless transcript: then nobody's agreement covers them.
    not_agreed = [(turn.start, turn.end) for turn in interview.turns if turn.speaker not in agreed]
    shown = bytearray(len(text))
    for start, end in keep:
        shown[start:end] = b"\1" * (end - start)
    for start, end in not_agreed:
        shown[start:end] = b"\0" * (end - start)
    for start, end in _labels(text, interview.speakers):
        shown[start:end] = b"\1" * (end - start)
    kept = "".join(
        letter if shows or letter == "\n" else BLANK for letter, shows in zip(text, shown, strict=True)
    )
    return replace(interview, text=kept)


def _labels(text: str, speakers: tuple[Speaker, ...]) -> list[tuple[int, int]]:
    """Find the labels that mark turns: at the start of a line, with a colon or a tab behind them."""
    labels = "|".join([*sorted({re.escape(each.label) for each in speakers if each.label}), _INTERVIEWER])
    return [found.span() for found in re.finditer(rf"(?mi)^(?:{labels})[:\t]", text)]


def _plain(words: str) -> str:
    return " ".join(words.lower().split())
