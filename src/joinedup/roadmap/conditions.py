"""Conditions: barriers that stand in the way of options, what they hold up, and who could lift them (§6.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_PEOPLE = re.compile(r"\b(engagement|unions?)\b", re.IGNORECASE)


class Lifter(StrEnum):
    """Who could lift a barrier."""

    PARTNERS = "the partners"
    COUNCIL = "a council"
    GOVERNMENT = "government"


@dataclass(frozen=True)
class Condition:
    """A barrier that stands.

    ``delays`` gives, by option, the months from the beginning of the roadmap before which it cannot start while the barrier
    stands; several barriers run side by side, so that the longest counts. ``blocks`` are options that cannot start at all.
    """

    id: str
    kind: str
    sentence: str
    lifters: tuple[Lifter, ...]
    delays: Mapping[str, float] = field(default_factory=dict)
    blocks: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Hold every condition to somebody who could lift it and delays that are not negative."""
        if not self.lifters:
            raise Refusal(
                f"condition '{self.id}': say who could lift it: {', '.join(Lifter)}; a barrier that nobody can "
                "lift is a limit, not a condition"
            )
        for option, months in self.delays.items():
            if not 0 <= months < float("inf"):
                raise Refusal(
                    f"condition '{self.id}': a delay of {months:g} months for '{option}' is not a number of "
                    "months; correct it, or list the option as blocked"
                )

    @property
    def concerns_engagement(self) -> bool:
        """Whether it is about the engagement of staff or unions, to which no money is ever attributed."""
        return _PEOPLE.search(self.kind) is not None
