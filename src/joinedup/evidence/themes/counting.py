"""Themes: in how many interviews, and by how many people, a thing is said; never how often (§6.1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from joinedup.evidence.themes.said import said_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.evidence.passages import Coded, Speaker

GROUPINGS = ("position", "service", "area")


@dataclass(frozen=True)
class Count:
    """How many interviews and people say a thing, out of how many; all None where the base is hidden.

    Of a group, an interview counts where somebody of the group says it, out of those in which somebody of the group speaks.
    """

    interviews: int | None
    of_interviews: int | None
    people: int | None
    of_people: int | None


HIDDEN = Count(None, None, None, None)


@dataclass(frozen=True)
class Theme:
    """A code, with all below it, and who speaks of it: all together, and by position, service and area."""

    code: str
    name: str
    all: Count
    by: Mapping[str, Mapping[str, Count]]


@dataclass(frozen=True)
class Themes:
    """Every code of the codebook with its counts, in the codebook's order; groups under ``k`` people are hidden."""

    k: int
    interviews: int
    people: int
    left_out: int
    themes: tuple[Theme, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def themes(coded: Coded, k: int) -> Themes:
    """Count each code by interviews and by people, with the codes below it.

    A group with fewer than ``k`` people is hidden. Where what is hidden in a grouping has fewer than ``k`` people in all, the
    next smallest group goes too, so that it cannot be told by taking the others from the whole.
    Small counts on a base of k or more are shown: whether they may be published is decided when they are.

    Args:
        coded: interviews with their coding.
        k: how many people a group must have to be shown.
    """
    said = said_in(coded)
    whole = _Reach()
    groups: dict[str, dict[str, _Reach]] = {each: {} for each in GROUPINGS}
    for interview, speakers in said.speakers.items():
        whole.interviews.add(interview)
        for speaker in speakers:
            whole.people.add(speaker.id)
            for each in _reached(groups, speaker):
                each.add(interview, speaker)
    having: dict[str, _Reach] = {each.id: _Reach() for each in coded.codes}
    within: dict[str, dict[str, dict[str, _Reach]]] = {
        each.id: {grouping: {} for grouping in GROUPINGS} for each in coded.codes
    }
    for saying in said.sayings:
        for code in saying.codes:
            having[code].interviews.add(saying.passage.interview)
            if saying.speaker is not None:
                having[code].people.add(saying.speaker.id)
                for each in _reached(within[code], saying.speaker):
                    each.add(saying.passage.interview, saying.speaker)
    shown = {grouping: _shown(found, k) for grouping, found in groups.items()}
    nothing = _Reach()
    return Themes(
        k,
        len(whole.interviews),
        len(whole.people),
        said.left_out,
        tuple(
            Theme(
                each.id,
                each.name,
                having[each.id].out_of(whole) if len(whole.people) >= k else HIDDEN,
                {
                    grouping: {
                        group: within[each.id][grouping].get(group, nothing).out_of(base)
                        if group in shown[grouping]
                        else HIDDEN
                        for group, base in sorted(groups[grouping].items())
                    }
                    for grouping in GROUPINGS
                },
            )
            for each in coded.codes
        ),
    )


class _Reach:
    """Which interviews and people something reaches."""

    def __init__(self) -> None:
        self.interviews: set[str] = set()
        self.people: set[str] = set()

    def add(self, interview: str, speaker: Speaker) -> None:
        """Count an interview and somebody who speaks in it."""
        self.interviews.add(interview)
        self.people.add(speaker.id)

    def out_of(self, base: _Reach) -> Count:
        """Give it as counts with their bases."""
        return Count(len(self.interviews), len(base.interviews), len(self.people), len(base.people))


def _reached(groups: Mapping[str, dict[str, _Reach]], speaker: Speaker) -> list[_Reach]:
    """Give the groups that a speaker is of, made where they are met first."""
    return [groups[each].setdefault(getattr(speaker, each), _Reach()) for each in GROUPINGS]


def _shown(groups: Mapping[str, _Reach], k: int) -> frozenset[str]:
    """Give the groups that may be shown."""
    by_size = sorted(groups, key=lambda each: (len(groups[each].people), each))
    hidden = sum(1 for each in by_size if len(groups[each].people) < k)
    # One group alone under k is hidden people under k in all, so that a second always goes with it.
    while (
        0 < hidden < len(by_size)
        and len(set().union(*(groups[each].people for each in by_size[:hidden]))) < k
    ):
        hidden += 1
    return frozenset(by_size[hidden:])
