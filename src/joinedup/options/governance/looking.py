"""Which ways to govern are open between which services here, and why the others are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.options import lives_already, registered
from joinedup.options.governance.bodies import COUNCIL, bodies_of, body_of, served
from joinedup.options.governance.models import models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area import Area
    from joinedup.options import Registered
    from joinedup.options.governance.bodies import Body
    from joinedup.options.governance.models import Model

NAME = "governance"


@dataclass(frozen=True)
class Looked:
    """One way to govern held to two services and their bodies; ``why_not`` is empty where it can be proposed.

    Without services it was held to none.
    """

    model: Model
    services: tuple[str, ...]
    held: tuple[Body, ...]
    why_not: str


def looked_at(area: Area) -> list[Looked]:
    """Hold each model of the nation to each two services that it could join; a model that finds none is given once."""
    register, bodies = registered(area, NAME), bodies_of(area)
    known, found = models(area.settings.nation), []
    pairs = {joins: served(area, joins) for joins in {each.joins for each in known}}
    for model in known:
        for services in pairs[model.joins]:
            held = tuple(each for each in (body_of(bodies, one) for one in services) if each is not None)
            found.append(
                Looked(model, services, held, _why_not(area, register, bodies, model, services, held))
            )
        if not pairs[model.joins]:
            found.append(Looked(model, (), (), _JOINS_NOTHING[model.joins]))
    return found


@dataclass(frozen=True)
class Standing:
    """How one way to govern stands in the study's area: how many options it gives, and why it gives none between the others."""

    model: Model
    proposed: int
    why_not: tuple[str, ...]


def standing(looked: Sequence[Looked]) -> list[Standing]:
    """Set every model that was looked at beside each other, those that are no option too, in the order of the list."""
    found: dict[str, list[Looked]] = {}
    for each in looked:
        found.setdefault(each.model.name, []).append(each)
    return [
        Standing(
            held[0].model,
            sum(not each.why_not for each in held),
            tuple(dict.fromkeys(each.why_not for each in held if each.why_not)),
        )
        for held in found.values()
    ]


def not_proposed(looked: Sequence[Looked]) -> str | None:
    """Say in words which models give no option here, how they stand in law, and why; None where all do."""
    return (
        "; ".join(
            f"{each.model.name} ({each.model.words}; in law: {each.model.standing}; {', '.join(each.why_not)})"
            for each in standing(looked)
            if not each.proposed
        )
        or None
    )


_JOINS_NOTHING = {
    "none": "it joins no two services, and is here to compare with",
    "police and fire": "the study has no police force and fire service that are neighbours",
    "one kind": "the study has no two police forces, or two fire services, that are neighbours",
}


def _why_not(
    area: Area,
    register: Sequence[Registered],
    bodies: Sequence[Body],
    model: Model,
    services: tuple[str, str],
    held: Sequence[Body],
) -> str:
    """Say why a model is not open to two services; nothing where it is."""
    for service in services:
        if body_of(bodies, service) is None:
            named = sum(service in each.services for each in bodies)
            return f"{area.name_of(service)} has {'more than one body' if named else 'no body'} in the table bodies"
    if lives_already(register, services):
        return "the register has a change of governance between them already"
    if held[0] == held[1]:
        return f"{held[0].name} answers for both already"
    for body, kinds in zip(held, model.needs, strict=False):
        if body.kind not in kinds:
            return f"it takes a {' or a '.join(kinds)}, and {body.name} is {_called(body.kind)}"
    if all(each.kind == COUNCIL for each in held):
        return "two councils would need a new authority for both, which no model here makes"
    return ""


def _called(kind: str) -> str:
    return f"called {kind!r}" if kind else "of a kind that the study does not say"
