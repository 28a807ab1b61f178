"""Figures that rest on few people: hidden, or marked as of low reliability (§6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.assumptions import Assumption, Grade
from joinedup.disclosure import LIMIT, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

HIDE_UNDER = Assumption(
    name="evidence.base.hide_under",
    sentence="A survey figure that fewer people than this answered for is hidden.",
    unit="people",
    low=10,
    central=30,
    high=50,
    source="usual practice of official survey tables in the United Kingdom, which hide bases under 25 to 50",
    grade=Grade.ELSEWHERE,
)
LOW_UNDER = Assumption(
    name="evidence.base.low_under",
    sentence="A survey figure that fewer people than this answered for, or as if fewer had, is marked of low reliability.",
    unit="people",
    low=50,
    central=100,
    high=200,
    source="usual practice of opinion research in the United Kingdom, which flags bases under 100",
    grade=Grade.ELSEWHERE,
)
ASSUMPTIONS = (HIDE_UNDER, LOW_UNDER)


def mark(base: int, effective: float, assumptions: Mapping[str, Assumption]) -> Mark:
    """Say whether a figure may be shown: [c] where it is hidden, [u] where it is of low reliability.

    Args:
        base: how many answered.
        effective: how many, weighted alike and drawn one by one, would say as much.
        assumptions: the study's own values, by name; the declared ones serve where it has none.
    """
    hide = assumptions.get(HIDE_UNDER.name, HIDE_UNDER).central
    low = assumptions.get(LOW_UNDER.name, LOW_UNDER).central
    if base < max(hide, LIMIT):
        return Mark.CONFIDENTIAL
    return Mark.LOW_RELIABILITY if min(base, effective) < low else Mark.NONE
