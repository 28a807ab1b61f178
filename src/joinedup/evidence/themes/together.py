"""Codes that come together: on overlapping words, or in the same interview; counted in interviews."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.evidence.themes.said import lines_of, said_in

if TYPE_CHECKING:
    from joinedup.evidence.passages import Coded
    from joinedup.evidence.themes.said import Saying


@dataclass(frozen=True)
class Pair:
    """Two codes: the interviews in which their passages overlap, in which both occur, and in which each does."""

    one: str
    other: str
    overlapping: int
    same_interview: int
    with_one: int
    with_other: int


@dataclass(frozen=True)
class Together:
    """Every pair of codes that occur in one interview, those that overlap in most interviews first, out of ``interviews``."""

    interviews: int
    pairs: tuple[Pair, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def together(coded: Coded) -> Together:
    """Count the interviews in which codes come together, each code with those below it.

    Passages overlap where they share a character. A code and one above it are no pair: they come together by themselves.
    """
    said = said_in(coded)
    place = {each.id: number for number, each in enumerate(coded.codes)}
    by_interview: dict[str, list[Saying]] = {}
    for saying in said.sayings:
        by_interview.setdefault(saying.passage.interview, []).append(saying)
    many = len(place)
    overlapping, same = np.zeros((many, many), np.int64), np.zeros((many, many), np.int64)
    for sayings in by_interview.values():
        start = np.array([each.passage.start for each in sayings])
        end = np.array([each.passage.end for each in sayings])
        coding = np.zeros((len(sayings), many), np.int64)
        for row, each in enumerate(sayings):
            coding[row, [place[code] for code in each.codes]] = 1
        shared = (start[:, None] < end[None, :]) & (start[None, :] < end[:, None])
        overlapping += coding.T @ shared.astype(np.int64) @ coding > 0
        occurs = coding.sum(axis=0) > 0
        same += occurs[:, None] & occurs[None, :]
    lines = lines_of(coded)
    pairs = [
        Pair(
            one.id,
            other.id,
            int(overlapping[row, column]),
            int(same[row, column]),
            int(same[row, row]),
            int(same[column, column]),
        )
        for row, one in enumerate(coded.codes)
        for column, other in enumerate(coded.codes)
        if row < column
        and same[row, column]
        and one.id not in lines[other.id]
        and other.id not in lines[one.id]
    ]
    pairs.sort(key=lambda each: (-each.overlapping, -each.same_interview, each.one, each.other))
    return Together(len(said.interviews), tuple(pairs))
