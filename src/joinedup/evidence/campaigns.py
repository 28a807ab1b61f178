"""Campaign replies: texts that are the same but for a few words, found and grouped (§6.3).

A text is the set of its runs of three words. How alike two texts are is the share of runs that they have in common of
those that either has (Jaccard). Which texts to compare is found by MinHash [Broder, 1997], in time that grows with the number of
words and not with pairs of texts; every pair that is grouped was compared in full.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import Assumption, Grade, stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

ALIKE = Assumption(
    name="evidence.campaign.alike",
    sentence="Replies that have at least this share of their runs of three words in common are of one campaign.",
    unit="share",
    low=0.5,
    central=0.6,
    high=0.8,
    source="judgement: letters with a sentence of one's own added to a page keep more than this",
    grade=Grade.JUDGEMENT,
)
SHORTEST = Assumption(
    name="evidence.campaign.shortest",
    sentence="Replies of fewer words than this are not taken for a campaign: people write 'I support this' by themselves.",
    unit="words",
    low=8,
    central=12,
    high=25,
    source="judgement",
    grade=Grade.JUDGEMENT,
)
FEWEST = Assumption(
    name="evidence.campaign.fewest",
    sentence="A text that was sent this many times or more is a campaign.",
    unit="replies",
    low=2,
    central=3,
    high=10,
    source="judgement: two may be of one household",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (ALIKE, SHORTEST, FEWEST)
_RUN, _BANDS, _ROWS = 3, 32, 3
"""At a share of 0.6 in common, a pair is missed less than once in two thousand times; at 0.5, once in seventy."""
_WORD = re.compile(r"\w+")


def campaigns(texts: Sequence[str], assumptions: Mapping[str, Assumption]) -> list[list[int]]:
    """Find the campaigns among texts: lists of their places, largest campaign first.

    The text that was sent most often leads a campaign (the first by alphabet where several were), and every text that is
    alike enough to it belongs; so what is found does not depend on the order of the texts.
    """
    alike, shortest, fewest = (assumptions.get(each.name, each).central for each in ASSUMPTIONS)
    words = [tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) for text in texts]
    copies: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, each in enumerate(words):
        if len(each) >= max(shortest, _RUN):
            copies[each].append(number)
    distinct = sorted(copies, key=lambda each: (-len(copies[each]), each))
    if not distinct:
        return []
    runs = _runs(distinct)
    near = _near(runs)
    taken = np.zeros(len(distinct), bool)
    found = []
    for leader in range(len(distinct)):
        if taken[leader]:
            continue
        taken[leader] = True
        group = list(copies[distinct[leader]])
        others = np.unique(
            np.concatenate([bucket for band in near if (bucket := band.with_(leader)) is not None] or [_NONE])
        )
        others = others[~taken[others]]
        for other in others[_in_common(runs, leader, others) >= alike]:
            taken[other] = True
            group += copies[distinct[int(other)]]
        if len(group) >= fewest:
            found.append(sorted(group))
    return sorted(found, key=lambda group: (-len(group), words[group[0]], group))


_NONE = np.empty(0, np.int64)


def _runs(texts: Sequence[tuple[str, ...]]) -> list[NDArray[np.int64]]:
    """Give the sorted distinct runs of three words of each text, as numbers that stand for one run each."""
    place = {word: number for number, word in enumerate(sorted({word for text in texts for word in text}))}
    many = len(place)
    runs = []
    for text in texts:
        code = np.array([place[word] for word in text], np.int64)
        runs.append(np.unique((code[:-2] * many + code[1:-1]) * many + code[2:]))
    return runs


class _Band:
    """Texts by one part of their signatures: those in one bucket may be alike."""

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self._order = np.argsort(keys, kind="stable")
        ranked = keys[self._order]
        starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
        self._bounds = np.append(starts, len(keys))
        self._bucket = np.empty(len(keys), np.int64)
        self._bucket[self._order] = np.repeat(np.arange(len(starts)), np.diff(self._bounds))

    def with_(self, text: int) -> NDArray[np.int64] | None:
        """Give the texts in one bucket with a text; None where it is alone."""
        bucket = self._bucket[text]
        start, end = self._bounds[bucket], self._bounds[bucket + 1]
        return None if end - start < 2 else self._order[start:end]


def _near(runs: list[NDArray[np.int64]]) -> list[_Band]:
    """Put texts in buckets by their MinHash signatures."""
    every = _mixed(np.concatenate(runs).astype(np.uint64))
    starts = np.concatenate([[0], np.cumsum([len(each) for each in runs])[:-1]])
    # The same numbers for every study: which pairs are compared must not hang on a seed.
    chance = stream(0, "campaigns")
    odd = chance.integers(0, 2**63, _BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    bands = []
    for band in range(_BANDS):
        key = np.zeros(len(runs), np.uint64)
        for row in range(_ROWS):
            least = np.minimum.reduceat(_mixed(every * odd[band * _ROWS + row]), starts)
            key = _mixed(key ^ least) + np.uint64(row)
        bands.append(_Band(key))
    return bands


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter whole numbers over all 64 bits [the finaliser of splitmix64, Steele and others, 2014]."""
    mixed = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _in_common(runs: list[NDArray[np.int64]], leader: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the share of runs that each of some texts has in common with one, of those that either has."""
    if not len(others):
        return np.empty(0)
    its = runs[leader]
    lengths = np.array([len(runs[each]) for each in others])
    every = np.concatenate([runs[each] for each in others])
    at = np.searchsorted(its, every)
    there = its[np.minimum(at, len(its) - 1)] == every
    common = np.add.reduceat(there.astype(np.int64), np.concatenate([[0], np.cumsum(lengths)[:-1]]))
    return np.asarray(common / (lengths + len(its) - common))
