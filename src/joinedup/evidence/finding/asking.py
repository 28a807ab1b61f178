"""What a person asks of a search: words, "phrases", beginnings*, AND, OR, NOT and brackets.

Words side by side must all be there. NOT and AND bind as they come, OR last; the three are operators in capitals only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.evidence.finding.words import words_of
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.evidence.finding.words import Word

_PART = re.compile(r'\s*(?:(?P<phrase>"[^"]*"\*?)|(?P<bracket>[()])|(?P<word>[^\s()"]+)|(?P<open>"))')
_OPERATORS = ("AND", "OR", "NOT")
_DEEPEST, _MOST = 20, 100
"""Brackets in brackets, and words and signs in all: more than anybody asks, and less than the database can take."""


@dataclass(frozen=True)
class Phrase:
    """Words that follow each other; the last one may be the beginning of a word."""

    words: tuple[str, ...]
    begins: bool = False

    def places(self, said: Sequence[Word]) -> list[tuple[int, int]]:
        """Give where it stands among words, from the first word's start to the last one's end."""
        *leading, last = self.words
        many = len(leading)
        found = []
        for at, word in enumerate(said[many:]):
            ends = word.folded.startswith(last) if self.begins else word.folded == last
            if ends and all(said[at + place].folded == each for place, each in enumerate(leading)):
                found.append((said[at].start, word.end))
        return found

    def found_in(self, said: Sequence[Word]) -> bool:
        """Say whether it stands among words."""
        return bool(self.places(said))

    @property
    def wanted(self) -> tuple[Phrase, ...]:
        """The phrases that are marked where they are found."""
        return (self,)

    @property
    def in_fts5(self) -> str:
        """The same for SQLite's index: every word between quotation marks, so that none is taken for a sign."""
        return f'"{" ".join(self.words)}"{"*" if self.begins else ""}'


@dataclass(frozen=True)
class All:
    """Two things that must both be there."""

    first: Asked
    second: Asked

    def found_in(self, said: Sequence[Word]) -> bool:
        """Say whether both are there."""
        return self.first.found_in(said) and self.second.found_in(said)

    @property
    def wanted(self) -> tuple[Phrase, ...]:
        """The phrases that are marked where they are found."""
        return self.first.wanted + self.second.wanted

    @property
    def in_fts5(self) -> str:
        """The same for SQLite's index."""
        return f"({self.first.in_fts5} AND {self.second.in_fts5})"


@dataclass(frozen=True)
class Either:
    """Two things of which one must be there."""

    first: Asked
    second: Asked

    def found_in(self, said: Sequence[Word]) -> bool:
        """Say whether one is there."""
        return self.first.found_in(said) or self.second.found_in(said)

    @property
    def wanted(self) -> tuple[Phrase, ...]:
        """The phrases that are marked where they are found."""
        return self.first.wanted + self.second.wanted

    @property
    def in_fts5(self) -> str:
        """The same for SQLite's index."""
        return f"({self.first.in_fts5} OR {self.second.in_fts5})"


@dataclass(frozen=True)
class Without:
    """One thing that must be there, and another that must not."""

    first: Asked
    second: Asked

    def found_in(self, said: Sequence[Word]) -> bool:
        """Say whether the one is there and the other is not."""
        return self.first.found_in(said) and not self.second.found_in(said)

    @property
    def wanted(self) -> tuple[Phrase, ...]:
        """The phrases that are marked where they are found."""
        return self.first.wanted

    @property
    def in_fts5(self) -> str:
        """The same for SQLite's index."""
        return f"({self.first.in_fts5} NOT {self.second.in_fts5})"


Asked = Phrase | All | Either | Without


def asked(query: str) -> Asked:
    """Read what a person asks for.

    Raises:
        Refusal: when it cannot be understood, with what to write instead.
    """
    return _Reading(query).whole()


def marks(query: Asked, said: Sequence[Word]) -> list[tuple[int, int]]:
    """Give the stretches of a text to mark; those that overlap are one."""
    found = sorted({place for phrase in query.wanted for place in phrase.places(said)})
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


class _Reading:
    """One reading of a query, from left to right."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._parts: list[tuple[str, str]] = []
        for found in _PART.finditer(query.strip()):
            kind = str(found.lastgroup)
            if kind == "open":
                raise self._refusal('a quotation mark is left open; write "words that follow each other"')
            self._parts.append((kind, found.group(kind)))
        if not self._parts:
            raise self._refusal("nothing is asked for; write a word")
        if len(self._parts) > _MOST:
            raise self._refusal(f"has more than {_MOST} words and signs; ask for less at once")
        self._at = self._depth = 0

    def whole(self) -> Asked:
        found = self._either()
        if self._at < len(self._parts):
            raise self._refusal("a bracket is closed that was not opened; take it out")
        return found

    def _either(self) -> Asked:
        found = self._all()
        while self._takes("OR"):
            found = Either(found, self._all())
        return found

    def _all(self) -> Asked:
        found = self._one()
        while self._at < len(self._parts) and self._next not in (")", "OR"):
            if self._takes("NOT"):
                found = Without(found, self._one())
            else:
                self._takes("AND")
                # "fire AND NOT police" is what people write for "fire NOT police".
                found = Without(found, self._one()) if self._takes("NOT") else All(found, self._one())
        return found

    def _one(self) -> Asked:
        if self._at == len(self._parts):
            raise self._refusal("ends where another word is expected; write one, or take the last sign out")
        kind, part = self._parts[self._at]
        if part == "NOT" and kind == "word":
            raise self._refusal("NOT needs something before it: what to look for; write word NOT other")
        if part == ")" or (kind == "word" and part in _OPERATORS):
            raise self._refusal(f"a word is expected where '{part}' stands; write one, or take it out")
        self._at += 1
        if part == "(":
            return self._bracketed()
        words = tuple(each.folded for each in words_of(part))
        if not words:
            raise self._refusal(f"'{part}' holds no letter or figure to look for; take it out")
        return Phrase(words, part.endswith("*"))

    def _bracketed(self) -> Asked:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._refusal(f"has more than {_DEEPEST} brackets in each other; ask for less at once")
        found = self._either()
        if self._at == len(self._parts):
            raise self._refusal("a bracket is left open; close it")
        self._at += 1
        self._depth -= 1
        return found

    @property
    def _next(self) -> str:
        kind, part = self._parts[self._at]
        return part if kind != "phrase" else ""

    def _takes(self, operator: str) -> bool:
        if self._at < len(self._parts) and self._parts[self._at] == ("word", operator):
            self._at += 1
            return True
        return False

    def _refusal(self, problem: str) -> Refusal:
        shown = self._query if len(self._query) <= 60 else f"{self._query[:60]}…"
        return Refusal(f"search '{shown}': {problem}")
