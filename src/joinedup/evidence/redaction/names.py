"""Recognisers of names: after a rank or a title, of people the vault knows, of places the study knows."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from joinedup.evidence.redaction.proposals import Kind, Proposal
from joinedup.evidence.redaction.recognisers import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from joinedup.evidence.redaction.proposals import Gazetteer

_LETTER = "[^\\W\\d_][\u0300-\u036f]*"
_TOKEN = re.compile(f"{_LETTER}(?:['’-]?{_LETTER})*")
"""A word: letters with the marks that combine with them, joined by apostrophes and hyphens."""
_POSSESSIVE = ("'s", "’s")
_LONG = [each for rank in (*DATA["ranks"].values(), DATA["titles"]) for each in rank["long"]]
_SHORT = [each for rank in (*DATA["ranks"].values(), DATA["titles"]) for each in rank["short"]]


_GAP = "[ \u00a0]"
_RANKS = {each: re.compile(rf"(?<![\w-]){each.replace(' ', _GAP)}$", re.IGNORECASE) for each in _LONG}
_RANKS |= {each: re.compile(rf"(?<![\w-]){each.replace(' ', _GAP)}$") for each in _SHORT}
_BY_LAST_WORD = {
    last: sorted((each for each in _RANKS if each.casefold().split()[-1] == last), key=len, reverse=True)
    for last in {each.casefold().split()[-1] for each in _RANKS}
}
_LONGEST = 2 + max(map(len, _RANKS))
_PARTICLES = frozenset(["van", "der", "den", "de", "la", "le", "von", "al", "bin", "di", "da", "dos", "ap"])
_BEFORE_NAME = re.compile(
    rf"(?<![^\W\d_])([A-Za-z]+)\.?(?:{_GAP}\d{{2,6}}[A-Z]{{0,2}})?"
    rf"(?={_GAP}{{1,2}}(?:[^\W\d_a-z]|(?:{'|'.join(sorted(_PARTICLES))})\b))"
)
"""A word that a capitalised word follows, a collar number between them or not."""
_TITLES = frozenset(word for each in (*_LONG, *_SHORT) for word in each.casefold().split())
_NO_NAME = frozenset(each.casefold() for each in DATA["no_name"]["words"])
_ALSO_WORDS = frozenset(each.casefold() for each in DATA["also_words"]["words"])
_MONTHS = frozenset(each.casefold() for each in DATA["also_words"]["months"])
_BEFORE_MONTHS = frozenset(DATA["also_words"]["before_months"])
_SENTENCE_ENDS = re.compile(r"(?:^|[.!?:…\n]|[\"“‘(\[–—])\s*$")
_SPACE = re.compile(f"{_GAP}{{1,2}}")


def _key(word: str) -> str:
    """Give a word as it is compared: without case, and with its marks joined to its letters."""
    folded = word.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def ranked_names(text: str, gazetteer: Gazetteer) -> Iterator[Proposal]:
    """Find ranks, roles and titles of the three services with the capitalised name that follows."""
    places = tuple(sorted({_key(each) for each in gazetteer.places if each}))
    for match in _BEFORE_NAME.finditer(text):
        ranks = _BY_LAST_WORD.get(match[1].casefold())
        start = _rank_before(text, match.end(1), ranks) if ranks else -1
        if start >= 0 and (end := _name_after(text, match.end(), places)) > match.end():
            rank = text[start : match.end()]
            yield Proposal(start, end, Kind.RANKED, f"a capitalised name after '{rank}'")


def _rank_before(text: str, end: int, ranks: Iterable[str]) -> int:
    """Give where the longest of some ranks that ends here begins; -1 where none does."""
    before = text[max(0, end - _LONGEST) : end]
    for rank in ranks:
        found = _RANKS[rank].search(before)
        if found:
            start = end - len(before) + found.start()
            # A clock before it makes it the morning.
            morning = rank == "AM" and text[max(0, start - 2) : start].strip().isdigit()
            return -1 if morning else start
    return -1


def _name_after(text: str, at: int, places: Sequence[str]) -> int:
    """Give where the name that begins at a place ends: the place itself where there is none."""
    end, words = at, 0
    while words < 3:
        gap = _SPACE.match(text, at)
        token = _TOKEN.match(text, gap.end()) if gap else None
        if token is None:
            break
        word = token[0][: -2 if token[0].endswith(_POSSESSIVE) else None]
        at = token.start() + len(word)
        dotted = text[at : at + 1] == "."
        if any(_key(text[token.start() : token.start() + len(each)]) == each for each in places):
            break
        if len(word) == 1 and word.isupper() and (dotted or _key(word) not in _NO_NAME):
            at += dotted
        elif word in _PARTICLES:
            continue
        elif word[0].isupper() and not word.isupper() and _key(word) not in _NO_NAME:
            end, words = at, words + 1
            if at != token.end():
                break
        else:
            break
    return end


def known_names(text: str, gazetteer: Gazetteer) -> Iterator[Proposal]:
    """Find people and places that the study knows.

    A whole name is found in any letter case; one part of a person's name, and a place, where it begins with a capital. A
    part that is a word too (Will, Young) is left where a sentence begins with it, and a month (May) after the words that go
    before one.
    """
    people, parts = _of_people(gazetteer.people)
    places = _by_first(_split(gazetteer.places))
    if not (people or parts or places):
        return
    known = parts | people.keys() | places.keys()
    words = list(_TOKEN.finditer(text))
    for number, token in enumerate(words):
        said = token[0]
        if _key(said) not in known and not (said.endswith(_POSSESSIVE) and _key(said[:-2]) in known):
            continue
        word = _Word(token)
        if (end := _whole(people, words, number, text)) > word.start:
            yield Proposal(word.start, end, Kind.NAME, "a person whom the vault knows")
        elif word.bare in parts and word.capital and _is_name(text, words, number):
            why = "part of the name of a person whom the vault knows"
            yield Proposal(word.start, word.bare_end, Kind.NAME, why)
        if word.capital and (end := _whole(places, words, number, text)) > word.start:
            yield Proposal(word.start, end, Kind.PLACE, "a place in the study's gazetteer")


class _Word:
    """A word of a text: as it is compared, with and without what makes it possessive."""

    __slots__ = ("bare", "bare_end", "capital", "end", "key", "start")

    def __init__(self, token: re.Match[str]) -> None:
        said = token[0]
        self.start, self.end = token.span()
        self.capital = said[0].isupper()
        self.key = self.bare = _key(said)
        self.bare_end = self.end
        if said.endswith(_POSSESSIVE):
            self.bare, self.bare_end = _key(said[:-2]), self.end - 2


def _split(names: Iterable[str]) -> list[tuple[str, ...]]:
    return [words for name in names if (words := tuple(_key(each) for each in _TOKEN.findall(name)))]


def _of_people(names: Iterable[str]) -> tuple[dict[str, list[tuple[str, ...]]], frozenset[str]]:
    """Give whole names by their first word, without ranks and titles, and the parts that stand for one alone."""
    split = _split(names)
    bare = [tuple(each for each in words if each not in _TITLES) or words for words in split]
    parts = {each for words in bare for each in words if len(each) > 1 and each not in _PARTICLES}
    return _by_first([words for words in bare if len(words) > 1]), frozenset(parts)


def _by_first(names: Iterable[tuple[str, ...]]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for words in sorted(set(names), key=lambda each: (-len(each), each)):
        found.setdefault(words[0], []).append(words)
    return found


def _whole(
    names: Mapping[str, Sequence[tuple[str, ...]]], words: Sequence[re.Match[str]], at: int, text: str
) -> int:
    """Give where the longest of some names that begins at a word ends; -1 where none does."""
    first = _Word(words[at])
    for name in (*names.get(first.key, ()), *(names.get(first.bare, ()) if first.bare != first.key else ())):
        said = [_Word(each) for each in words[at : at + len(name)]]
        if (
            len(said) == len(name)
            and tuple(each.key for each in said[:-1]) == name[:-1]
            and name[-1] in {said[-1].key, said[-1].bare}
            and all(_beside(text[one.end : other.start]) for one, other in pairwise(said))
        ):
            return said[-1].end if name[-1] == said[-1].key else said[-1].bare_end
    return -1


def _beside(between: str) -> bool:
    """Whether two words are said together: with no more than a space, a line's end or a full stop between them."""
    return len(between) <= 3 and not between.strip(" \u00a0\n.-")


def _is_name(text: str, words: Sequence[re.Match[str]], at: int) -> bool:
    """Whether a capitalised part of a known name is a name here, and not a word or a month."""
    word = _Word(words[at])
    if word.bare not in _ALSO_WORDS or word.bare_end < word.end:
        return True
    before = text[max(0, word.start - 12) : word.start]
    after = text[word.end : word.end + 2]
    if word.bare in _MONTHS and (
        (at and words[at - 1][0].casefold() in _BEFORE_MONTHS)
        or before.rstrip()[-1:].isdigit()
        or before.rstrip().endswith(("st", "nd", "rd", "th"))
        or after[1:].isdigit()
    ):
        return False
    following = _Word(words[at + 1]) if at + 1 < len(words) else None
    if following and following.capital and following.end - following.start > 1 and after[:1] == " ":
        return True
    return word.start > 0 and not _SENTENCE_ENDS.search(before)
