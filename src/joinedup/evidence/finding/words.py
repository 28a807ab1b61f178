"""Words and sentences of a text, with where they stand; and English words brought to their stems."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""Letters and figures, and the accents that stand by themselves; an apostrophe or a hyphen parts two words."""
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n+")
_SHORTENED = frozenset(
    ["mr", "mrs", "ms", "dr", "st", "sgt", "insp", "supt", "no", "e.g", "i.e", "etc", "approx", "dept"]
)
_VOWEL = re.compile(r"[aeiouy]")
_KEPT_DOUBLE = frozenset(("ll", "ss", "zz", "ee"))
_SHORTEST_STEM = 3


class Word(NamedTuple):
    """A word without its capitals and accents, and the code points where it stands."""

    folded: str
    start: int
    end: int


def words_of(text: str) -> list[Word]:
    """Give the words of a text in their order."""
    return [
        Word(folded, each.start(), each.end())
        for each in _WORD.finditer(text)
        if (folded := _folded(each.group()))
    ]


def folded_words(text: str) -> list[str]:
    """Give the words of a text in their order, without where they stand."""
    return [folded for each in _WORD.findall(text) if (folded := _folded(each))]


@cache
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", word).casefold())
    return "".join(each for each in parts if each.isalnum())


def sentences_of(text: str) -> Iterator[tuple[int, int]]:
    """Give where each sentence of a text begins and ends, blanks around it left out; a line's end is a sentence's end."""
    start = 0
    for found in _END.finditer(text):
        before = text[start : found.start()].rpartition(" ")[2]
        if found.group() == "." and before.lower().lstrip("(\"'") in _SHORTENED:
            continue
        yield from _trimmed(text, start, found.end())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    said = text[start:end]
    left = len(said) - len(said.lstrip())
    right = len(said.rstrip())
    if left < right:
        yield start + left, start + right


def stems_of(text: str) -> list[str]:
    """Give the stems of a text's words, those left out that say nothing by themselves."""
    return [stem for each in _WORD.findall(text) if (stem := _stem_or_none(each))]


@cache
def _stem_or_none(word: str) -> str:
    folded = _folded(word)
    return "" if folded in _stop_words() else stemmed(folded)


@cache
def _stop_words() -> frozenset[str]:
    listed = files("joinedup.evidence.finding").joinpath("stop_words.txt").read_text("utf-8")
    return frozenset(listed.split())


def stemmed(word: str) -> str:
    """Take the plural, -ing and -ed off an English word, in small letters, and a silent e.

    Words that mean the same mostly come out alike (station, stations; share, shared, sharing); what comes out need be no
    word.
    """
    return _without_e(_without_ending(_without_plural(word)))


def _without_plural(word: str) -> str:
    if len(word) <= _SHORTEST_STEM or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def _without_ending(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("eed"):
        # "agreed", but not "need" or "speed".
        return word[:-1] if _VOWEL.search(word[:-3]) else word
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        # "string" and "bred" have no vowel before the ending.
        if stem != word and len(stem) >= _SHORTEST_STEM and _VOWEL.search(stem):
            double = stem[-2:]
            return stem[:-1] if double[0] == double[1] and double not in _KEPT_DOUBLE else stem
    return word


def _without_e(word: str) -> str:
    return word[:-1] if len(word) > _SHORTEST_STEM and word.endswith("e") and word[-2] != "e" else word
