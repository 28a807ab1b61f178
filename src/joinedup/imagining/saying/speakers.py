"""Who is interviewed in an imagined study: services and positions at several levels, consent, and what each holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from joinedup.assumptions import stream
from joinedup.evidence.passages import Consent, Speaker
from joinedup.imagining.kinds import SERVICES
from joinedup.imagining.saying.wording import SENTENCES, SPEAKERS, THEMES, one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.imagining.saying.asked import Asked

_One = TypeVar("_One")
_FIRST_DAY = date(2024, 9, 2)
_DAYS = 120
_LEVELS = (("top", 0.25), ("middle", 0.35), ("front", 0.40))
_CONSENT = (
    (Consent.QUOTE, 0.55),
    (Consent.PARAPHRASE, 0.20),
    (Consent.AGGREGATE, 0.12),
    (Consent.ATTRIBUTED, 0.13),
)
_GROUP = (5, 8)
_MOST_WITHOUT_WITHDRAWAL = 2
_AREAS_DIFFER = 0.4
"""Standard deviation, on the logit scale, of how much more often a code is held in one region than in another."""


@dataclass(frozen=True)
class Place:
    """A region whose people are interviewed: its name, its services' ids and its districts."""

    name: str
    service_ids: dict[str, str]
    districts: tuple[str, ...]


@dataclass(frozen=True)
class Guest:
    """A speaker, which service they are of in general, and the codes that they hold."""

    speaker: Speaker
    sort: str
    holds: tuple[str, ...]


@dataclass(frozen=True)
class Meeting:
    """An interview or a group before anything is said."""

    id: str
    held_on: date
    guests: tuple[Guest, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether nobody who was there lets it be used."""
        return all(each.speaker.consent is Consent.WITHDRAWN for each in self.guests)


def meetings(asked: Asked, places: Sequence[Place], seed: int) -> tuple[Meeting, ...]:
    """Choose who is interviewed, in which region and when; one person withdraws afterwards where there are three or more."""
    chance = stream(seed, "saying", "who")
    sorts = _sorts(asked.interviews)
    chance.shuffle(sorts)
    withdrawn = (
        int(chance.integers(0, asked.interviews)) if asked.interviews > _MOST_WITHOUT_WITHDRAWAL else -1
    )
    found = []
    known = 0
    for number in range(asked.interviews + asked.groups):
        place = places[number % len(places)]
        grouped = number - asked.interviews
        if grouped < 0:
            members = [(sorts[number], _level(chance))]
        else:
            size = int(chance.integers(_GROUP[0], _GROUP[1] + 1))
            # Every fourth group is of several services.
            members = [(SERVICES[(grouped if (grouped + 1) % 4 else at) % 3], "front") for at in range(size)]
        guests = []
        for at, (sort, level) in enumerate(members, start=1):
            known += 1
            consent = Consent.WITHDRAWN if number == withdrawn else _drawn(_CONSENT, chance)
            speaker = Speaker(
                id=f"S{known:03d}",
                position=one(SPEAKERS["services"][sort][level], chance),
                service=place.service_ids.get(sort, sort),
                area=place.name if level == "top" else one(place.districts, chance),
                consent=consent,
                label=f"P{at}",
            )
            guests.append(Guest(speaker, sort, _holds(place, sort, seed, chance)))
        held_on = _FIRST_DAY + timedelta(days=int(chance.integers(0, _DAYS)))
        found.append(Meeting(f"I{number + 1:03d}", held_on, tuple(guests)))
    return tuple(found)


def _sorts(interviews: int) -> list[str]:
    """Share interviews out among the services: whole parts first, then the largest remainders."""
    wanted = {name: each["share"] * interviews for name, each in SPEAKERS["services"].items()}
    given = {name: int(value) for name, value in wanted.items()}
    short = interviews - sum(given.values())
    for name in sorted(wanted, key=lambda each: given[each] - wanted[each])[:short]:
        given[name] += 1
    return [name for name, number in given.items() for _ in range(number)]


def _level(chance: np.random.Generator) -> str:
    return _drawn(_LEVELS, chance)


def _drawn(among: Sequence[tuple[_One, float]], chance: np.random.Generator) -> _One:
    """Choose one by its share."""
    shares = np.cumsum([share for _, share in among])
    return among[int(np.searchsorted(shares, chance.random() * shares[-1], side="right"))][0]


def _holds(place: Place, sort: str, seed: int, chance: np.random.Generator) -> tuple[str, ...]:
    """Choose the codes that a speaker holds, by what their service and their region tend to."""
    leaning = stream(seed, "saying", "leaning", place.name).normal(0.0, _AREAS_DIFFER, len(THEMES))
    likely = np.array([SENTENCES["codes"][each]["likely"] for each in THEMES])
    odds = np.array([SPEAKERS["odds"].get(sort, {}).get(each, 1.0) for each in THEMES])
    odds = odds * np.exp(leaning) * likely / (1.0 - likely)
    drawn = chance.random(len(THEMES)) < odds / (1.0 + odds)
    return tuple(each for each, held in zip(THEMES, drawn, strict=True) if held)
