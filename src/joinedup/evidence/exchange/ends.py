"""Where a selection ends: some programs give the character behind its last one, some the last one itself.

The standard gives positions of characters and leaves that open in words. A project is read by what its own selections show,
in this order: (1) their names, where a program named them by their text; (2) a selection that ends at the very end of its
text, which only an exclusive end can say; (3) where they end: not on a blank and not within a word, when at least five
selections tell the two apart and nine in ten of them say the same. Where none of these decides, the reader must be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ENOUGH, _MOST = 5, 0.9


class End(StrEnum):
    """What the end of a selection is: the character behind its last, or its last."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"


@dataclass(frozen=True)
class Span:
    """A selection as a program wrote it, with the text in which it stands, as the program counts it."""

    text: str
    start: int
    end: int
    name: str


def end_of(path: Path, spans: Sequence[Span]) -> tuple[End, str]:
    """Tell from selections what their ends mean, and how that was told.

    Raises:
        Refusal: where they contradict one another, or show nothing.
    """
    if not spans:
        return End.EXCLUSIVE, "it has no selections"
    for votes, how in (
        ([_by_name(each) for each in spans], "the selections' names are their text"),
        ([End.EXCLUSIVE for each in spans if each.end == len(each.text)], "a selection ends with its text"),
    ):
        said = {each for each in votes if each is not None}
        if len(said) == 1:
            return said.pop(), how
        if said:
            raise Refusal(
                f"{path}: some selections give their last character and some the one behind it; say with --end which to "
                "believe: exclusive or inclusive"
            )
    told = [each for each in map(_by_place, spans) if each is not None]
    for end in End:
        if len(told) >= _ENOUGH and told.count(end) >= _MOST * len(told):
            return end, "that way selections end with words"
    raise Refusal(
        f"{path}: it cannot be told whether a selection's end is its last character or the one behind it; say so with "
        "--end inclusive or --end exclusive"
    )


def _by_name(span: Span) -> End | None:
    """Tell by a name that is the selection's text under one reading and not under the other."""
    if not span.name.strip() or not 0 <= span.start <= span.end:
        return None
    ends = {
        End.EXCLUSIVE: span.text[span.start : span.end],
        End.INCLUSIVE: span.text[span.start : span.end + 1],
    }
    # To the letter first: a program that keeps blanks tells "word" from "word ".
    for alike in (str, _plain):
        said = [end for end, words in ends.items() if alike(words) == alike(span.name)]
        if len(said) == 1:
            return said[0]
    return None


def _by_place(span: Span) -> End | None:
    """Tell by an end that is clean under one reading and not under the other."""
    exclusive, inclusive = _clean(span, span.end), _clean(span, span.end + 1)
    if exclusive == inclusive:
        return None
    return End.EXCLUSIVE if exclusive else End.INCLUSIVE


def _clean(span: Span, end: int) -> bool:
    """Whether a selection that ends before ``end`` ends on no blank and within no word."""
    if not span.start < end <= len(span.text):
        return False
    last, following = span.text[end - 1], span.text[end : end + 1]
    return not last.isspace() and not (last.isalnum() and following.isalnum())


def without_returns(text: str) -> str:
    """Give text with line feeds alone at the ends of its lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def places_without_returns(text: str) -> list[int] | None:
    """Say where each position of a text comes to stand once its lines end in line feeds alone; None where nothing moves."""
    if "\r\n" not in text:
        return None
    gone = [found.start() for found in re.finditer("\r\n", text)]
    places, before = [], 0
    for position in range(len(text) + 1):
        while before < len(gone) and gone[before] < position:
            before += 1
        places.append(position - before)
    return places


def _plain(words: str) -> str:
    return " ".join(words.split())
