"""Negative cases: who, in a group most of whom say a thing, does not say it, or says its opposite."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from joinedup.evidence.themes.counting import GROUPINGS
from joinedup.evidence.themes.said import said_in
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.evidence.passages import Coded


class Contrary(StrEnum):
    """How an interview goes against its group."""

    SILENT = "does not say it"
    OPPOSITE = "says the opposite"


@dataclass(frozen=True)
class NegativeCase:
    """An interview that goes against its group, in which ``having`` of ``interviews`` interviews have the code.

    ``passages`` are those that say the opposite. It points to interviews and is for reading them again, not for publication.
    """

    code: str
    grouping: str
    group: str
    interview: str
    contrary: Contrary
    having: int
    interviews: int
    passages: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def negative_cases(
    coded: Coded, least: int, opposites: Sequence[tuple[str, str]] = ()
) -> tuple[NegativeCase, ...]:
    """Find the interviews that go against a group of which more than half have a code, with those below it.

    What a group says in an interview is what its own people say there. Who says both a thing and its opposite goes against
    the group too.

    Args:
        coded: interviews with their coding.
        least: how many interviews a group must have for most of it to mean anything.
        opposites: pairs of codes, such as an enabler and the barrier that is its want; each is the other's opposite.

    Raises:
        Refusal: for an opposite that is no code.
    """
    against: dict[str, set[str]] = {}
    for pair in opposites:
        for one, other in (pair, pair[::-1]):
            if one not in coded.code:
                raise Refusal(f"opposite '{one}' is no code{did_you_mean(one, coded.code)}")
            against.setdefault(one, set()).add(other)
    said = said_in(coded)
    groups: dict[tuple[str, str], set[str]] = {}
    for interview, speakers in said.speakers.items():
        for speaker in speakers:
            for grouping in GROUPINGS:
                groups.setdefault((grouping, getattr(speaker, grouping)), set()).add(interview)
    having: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for saying in said.sayings:
        if saying.speaker is None:
            continue
        for grouping in GROUPINGS:
            for each in saying.codes:
                key = (grouping, getattr(saying.speaker, grouping), each)
                having.setdefault(key, {}).setdefault(saying.passage.interview, []).append(saying.passage.id)
    found = []
    for code in coded.codes:
        for (grouping, group), interviews in sorted(groups.items()):
            with_it = having.get((grouping, group, code.id), {})
            if len(interviews) < least or 2 * len(with_it) <= len(interviews):
                continue
            for interview in sorted(interviews):
                contrary = sorted(
                    passage
                    for other in against.get(code.id, ())
                    for passage in having.get((grouping, group, other), {}).get(interview, ())
                )
                if contrary or interview not in with_it:
                    kind = Contrary.OPPOSITE if contrary else Contrary.SILENT
                    case = (code.id, grouping, group, interview, kind, len(with_it), len(interviews))
                    found.append(NegativeCase(*case, tuple(contrary)))
    return tuple(found)
