"""The services' questionnaire in an imagined study: who is invited, who replies, and what all of them would have said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.assumptions import stream
from joinedup.imagining.naming import town_names
from joinedup.imagining.saying.wording import SENTENCES, THEMES, one, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from joinedup.imagining.saying.speakers import Place

REPLIES = told("replies")
_ENABLERS = 7
_UNSURE = 0.1


@dataclass(frozen=True)
class Body:
    """A body in one role: whether it replied, and what it answered or would have."""

    body: str
    kind: str
    role: str
    consulted: str
    """What it is called among the replies to the consultation."""
    want: float
    replied: bool
    answers: dict[str, str]


def bodies(places: Sequence[Place], seed: int) -> tuple[Body, ...]:
    """Invite every service, authority, council and union of the area."""
    towns = iter(
        town_names(stream(seed, "saying", "councils"), sum(len(place.districts) for place in places))
    )
    return tuple(
        each
        for place in places
        for each in _of(
            place,
            [next(towns) for _ in place.districts],
            stream(seed, "saying", "bodies", place.name),
        )
    )


def _of(place: Place, councils: Sequence[str], chance: np.random.Generator) -> list[Body]:
    """Invite those of one region; a district has a council, named after one of its towns."""
    found = []
    for given in REPLIES["bodies"]:
        for area in [place.name] if given["each"] == "region" else councils:
            wants = float(given["want"])
            answers = {
                "more_joint": _opinion(wants, chance),
                "helps_most": _most(THEMES[:_ENABLERS], chance),
                "hinders_most": _most(THEMES[_ENABLERS:], chance),
                "first_step": one(tuple(REPLIES["kinds"]), chance),
            }
            found.append(
                Body(
                    given["body"].format(area=area),
                    given["kind"],
                    given["role"],
                    given["consulted"],
                    wants,
                    chance.random() < given["replies"],
                    answers,
                )
            )
    return found


def _opinion(wants: float, chance: np.random.Generator) -> str:
    draw = chance.random()
    if draw < _UNSURE:
        return "not sure"
    return "yes" if (draw - _UNSURE) / (1.0 - _UNSURE) < wants else "no"


def _most(codes: Sequence[str], chance: np.random.Generator) -> str:
    """Choose a code, those that are held by many more often."""
    likely = [SENTENCES["codes"][each]["likely"] for each in codes]
    return str(chance.choice(codes, p=[each / sum(likely) for each in likely]))
