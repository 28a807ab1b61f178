"""Small groups: where position, service and place together point to too few people (§8.2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from joinedup.assumptions import Assumption, Grade
from joinedup.evidence.passages import Consent, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALLEST = Assumption(
    name="evidence.group.smallest",
    sentence="Words are not attributed to a group of fewer speakers than this.",
    unit="speakers",
    low=3,
    central=5,
    high=10,
    source="usual practice of statistical disclosure control in the United Kingdom, which hides counts under 5 to 10",
    grade=Grade.ELSEWHERE,
)
ASSUMPTIONS = (SMALLEST,)
SMALLEST_GROUP = int(SMALLEST.central)
ATTRIBUTES = ("position", "service", "area")


@dataclass(frozen=True)
class Coarser:
    """A wider attribution: what would be left out, what would still be said, and how many speakers share that."""

    dropped: tuple[str, ...]
    said: tuple[str, ...]
    speakers: int


@dataclass(frozen=True)
class SmallGroup:
    """Speakers who share position, service and area and are too few, with every way to widen that leaves out least."""

    position: str
    service: str
    area: str
    speakers: int
    coarser: tuple[Coarser, ...]


def small_groups(speakers: Iterable[Speaker], k: int = SMALLEST_GROUP) -> tuple[SmallGroup, ...]:
    """Find the groups of fewer than ``k`` speakers, smallest first; who withdrew is in none.

    Each comes with what may be left out of its attribution so that at least ``k`` speakers share the rest (`coarsened`).
    """
    heard = [_attributes(each) for each in speakers if each.consent is not Consent.WITHDRAWN]
    shared = _shared(heard)
    few = sorted((count, group) for group, count in Counter(heard).items() if count < k)
    return tuple(SmallGroup(*group, count, _coarsened(group, shared, k)) for count, group in few)


def coarsened(speaker: Speaker, speakers: Iterable[Speaker], k: int = SMALLEST_GROUP) -> tuple[Coarser, ...]:
    """Suggest what to leave out when a speaker's words are attributed, so that at least ``k`` speakers share the rest.

    As few attributes are left out as will do; where several choices leave out as many, the one that still says most, which
    is shared by fewest, comes first. Nothing to leave out is one suggestion with nothing dropped; where the
    study has fewer than ``k`` speakers there is none.
    """
    heard = [_attributes(each) for each in speakers if each.consent is not Consent.WITHDRAWN]
    return _coarsened(_attributes(speaker), _shared(heard), k)


_Kept = tuple[tuple[str, str], ...]


def _attributes(speaker: Speaker) -> tuple[str, str, str]:
    return speaker.position, speaker.service, speaker.area


def _shared(heard: Iterable[tuple[str, str, str]]) -> Counter[_Kept]:
    """Count the speakers of every combination of any of the attributes."""
    counts: Counter[_Kept] = Counter()
    for each in heard:
        named = tuple(zip(ATTRIBUTES, each, strict=True))
        for many in range(len(ATTRIBUTES) + 1):
            counts.update(combinations(named, many))
    return counts


def _coarsened(group: tuple[str, str, str], shared: Counter[_Kept], k: int) -> tuple[Coarser, ...]:
    named = tuple(zip(ATTRIBUTES, group, strict=True))
    for many in range(len(ATTRIBUTES), -1, -1):
        enough = [
            Coarser(
                tuple(each for each in ATTRIBUTES if each not in dict(kept)),
                tuple(value for _, value in kept),
                shared[kept],
            )
            for kept in combinations(named, many)
            if shared[kept] >= k
        ]
        if enough:
            return tuple(sorted(enough, key=lambda each: (each.speakers, each.dropped)))
    return ()
