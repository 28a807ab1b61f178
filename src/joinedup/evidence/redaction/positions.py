"""Redactions as data, and where a passage stands before and after them.

Positions are code points, the end not included. The *original* is the text as read; the *working* text has each redacted stretch
replaced.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, order=True)
class Redaction:
    """A stretch of the original that nobody may read, what stands in its place, and why."""

    start: int
    end: int
    replacement: str
    reason: str

    def __post_init__(self) -> None:
        """Hold a redaction to hiding something, and to showing that it does."""
        where = f"redaction from {self.start} to {self.end}"
        if not 0 <= self.start < self.end:
            raise Refusal(f"{where}: is no stretch of text; give a start of 0 or more and a later end")
        if not self.replacement.strip():
            raise Refusal(f"{where}: has no replacement; write one, such as [name], so that readers see it")


class Positions:
    """The redactions of one text, and the way between its original and its working positions.

    Redactions that overlap are merged into one: whatever any of them hides stays hidden, under the replacement of the longest
    (of the first, where two are as long), for the reasons of all. Those that only touch stay apart. A passage that
    begins or ends inside a redaction takes in the whole of it.
    """

    def __init__(self, redactions: Iterable[Redaction], length: int) -> None:
        """Take the redactions in any order, and the length of the original in code points.

        Raises:
            Refusal: for a redaction that reaches past the end of the text.
        """
        self.redactions = _merged(redactions)
        if self.redactions and self.redactions[-1].end > length:
            last = self.redactions[-1]
            raise Refusal(
                f"redaction from {last.start} to {last.end}: the text has {length:,} characters; take the positions from the "
                "text as it was read"
            )
        self.length = length
        self._starts = [each.start for each in self.redactions]
        self._ends = [each.end for each in self.redactions]
        gains = [len(each.replacement) - (each.end - each.start) for each in self.redactions]
        self._moved = [0, *accumulate(gains)]
        self._working_starts = [
            each + moved for each, moved in zip(self._starts, self._moved[:-1], strict=True)
        ]
        self._working_ends = [each + moved for each, moved in zip(self._ends, self._moved[1:], strict=True)]

    def text(self, original: str) -> str:
        """Give the working text.

        Raises:
            Refusal: when this is not the text that the positions belong to, by its length.
        """
        if len(original) != self.length:
            raise Refusal(
                f"a text of {len(original):,} characters was given where its redactions belong to one of {self.length:,}; "
                "read the original again"
            )
        pieces, at = [], 0
        for each in self.redactions:
            pieces += [original[at : each.start], each.replacement]
            at = each.end
        return "".join([*pieces, original[at:]])

    def to_working(self, start: int, end: int) -> tuple[int, int]:
        """Say where a stretch of the original stands in the working text."""
        _ordered(start, end, self.length, "original")
        return (
            _moved(start, self._starts, self._ends, self._working_starts, self._moved),
            _moved(end, self._starts, self._ends, self._working_ends, self._moved),
        )

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Say where a stretch of the working text stood in the original."""
        _ordered(start, end, self.length + self._moved[-1], "working")
        back = [-each for each in self._moved]
        return (
            _moved(start, self._working_starts, self._working_ends, self._starts, back),
            _moved(end, self._working_starts, self._working_ends, self._ends, back),
        )


def _moved(
    at: int, starts: Sequence[int], ends: Sequence[int], snaps: Sequence[int], moved: Sequence[int]
) -> int:
    """Move a position past the redactions before it; one that lies inside a redaction snaps to its edge."""
    inside = bisect_left(starts, at) - 1
    if inside >= 0 and at < ends[inside]:
        return snaps[inside]
    return at + moved[bisect_right(ends, at)]


def _ordered(start: int, end: int, length: int, which: str) -> None:
    if not 0 <= start <= end <= length:
        raise Refusal(
            f"a passage from {start} to {end} does not lie in the {which} text of {length:,} characters; take its positions "
            "from the text as it was read"
        )


def _merged(redactions: Iterable[Redaction]) -> tuple[Redaction, ...]:
    groups: list[list[Redaction]] = []
    reach = 0
    for each in sorted(set(redactions)):
        if groups and each.start < reach:
            groups[-1].append(each)
        else:
            groups.append([each])
        reach = max(reach, each.end)
    return tuple(group[0] if len(group) == 1 else _one(group) for group in groups)


def _one(group: Sequence[Redaction]) -> Redaction:
    longest = min(group, key=lambda each: (each.start - each.end, each))
    reasons = sorted({each.reason for each in group})
    return Redaction(group[0].start, max(each.end for each in group), longest.replacement, "; ".join(reasons))
