"""What one way to govern would be between two services: which body goes on, what ends, what is counted and what is still open."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from joinedup.area import Area, Change
from joinedup.options import Option
from joinedup.options.governance.bodies import COMMISSIONER, COUNCIL
from joinedup.options.governance.models import commissioners_end, unlocks, years_from
from joinedup.options.shared_control_room.joining import in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.options.governance.bodies import Body
    from joinedup.options.governance.models import Model


def proposed(
    area: Area,
    model: Model,
    services: tuple[str, ...],
    held: Sequence[Body],
    tried: str | None,
    others: str | None,
) -> Option:
    """Make the option that these services are governed by a model; ``others`` tells the models that are not proposed."""
    giving, staying = _handing_over(model, held)
    ending = giving if giving is not None and _ends(giving, services) else None
    identifier = "-".join(("governance", model.name.replace(" ", "-"), *services))
    entries = unlocks(area, identifier)
    sits = services[0] if model.set_up == "seat" else None
    facts: dict[str, float | str | None] = {
        "model": model.name,
        "words": model.words,
        "standing": model.standing,
        "since": model.since,
        "in_law": f"{month_in_words(model.since)}, in {in_words(model.nations)}",
        "source": model.source,
        "set_up": model.set_up,
        "becomes": model.becomes or None,
        "sits": sits,
        "goes_on": giving.name if giving and giving is not ending else None,
        # Years from the start of the first year; nothing can be in force before the law is.
        "earliest": max(0.0, years_from(model.since, area.settings.price_base)),
        "ends": max(0.0, years_from(commissioners_end(), area.settings.price_base))
        if _until_commissioners_end(model, ending)
        else None,
        "entries": float(len(entries)),
        "unlocks": "; ".join(f"{e.option} ({e.probability:.0%}: {e.evidence})" for e in entries) or None,
        "tried_before": tried,
        "not_proposed": others,
    }
    for service, body in zip(services, held, strict=True):
        facts[f"body_gbp_{service}"] = body.cost_gbp
        facts[f"ends_gbp_{service}"] = body.cost_gbp if body is ending else 0.0
    facts |= _counted(model, held, ending, staying)
    changes = []
    if giving:
        handed = {each for each in giving.services if each in services}
        left = "; ".join(sorted(set(giving.services) - handed)) or None
        changes.append(
            Change("bodies", giving.body_id, None)
            if giving is ending
            else Change("bodies", giving.body_id, "services", left)
        )
        joined = "; ".join(sorted({*staying.services, *handed}))
        changes.append(Change("bodies", staying.body_id, "services", joined))
    if model.becomes:
        changes.append(Change("bodies", staying.body_id, "kind", model.becomes))
        if model.members is not None:
            changes.append(Change("bodies", staying.body_id, "members", model.members))
    # A council gives the seat on the committee that answers for fire, and has no more councillors for it.
    if sits and held[1].members is not None and held[1].kind != COUNCIL:
        changes.append(Change("bodies", held[1].body_id, "members", held[1].members + 1))
    return Option(
        id=identifier,
        kind="governance",
        title=f"{model.name.capitalize()}: {model.words}",
        partners=services,
        joins=tuple(each.body_id for each in held),
        names=tuple(each.name for each in held),
        changes=tuple(changes),
        uses=tuple(f"bodies/{each.body_id}" for each in held),
        facts=facts,
        incomplete=tuple(_open(model, held, giving, ending, stated=bool(entries))),
    )


def _handing_over(model: Model, held: Sequence[Body]) -> tuple[Body | None, Body]:
    """Give the body that hands its service over, if any, and the one that takes it or stays as it is.

    Of two alike a council hands over, then the one with fewer services, then with fewer members.
    """
    if model.joins == "one kind":
        giving, staying = sorted(
            held, key=lambda each: (each.kind != COUNCIL, len(each.services), each.members or 0, each.body_id)
        )
        return giving, staying
    return (held[1] if model.takes_over else None), held[0]


def _ends(giving: Body, services: Sequence[str]) -> bool:
    """Whether a body has nothing left when its service is handed over; a council always has."""
    return giving.kind != COUNCIL and set(giving.services) <= set(services)


def _counted(
    model: Model, held: Sequence[Body], ending: Body | None, staying: Body
) -> dict[str, float | str | None]:
    """Count bodies, members and meetings before and after; None where one is not known."""

    def added(values: Sequence[int | None]) -> float | None:
        known = [each for each in values if each is not None]
        return float(sum(known)) if len(known) == len(values) else None

    after = [each for each in held if each is not ending]
    members: list[int | None] = [each.members for each in after]
    if model.becomes:
        members[after.index(staying)] = model.members
    if model.set_up == "seat" and held[1].kind != COUNCIL:
        members = [*members, 1]
    return {
        "bodies_before": float(len(held)),
        "bodies_after": float(len(after)),
        "members_before": added([each.members for each in held]),
        "members_after": added(members),
        "meetings_before": added([each.meetings_a_year for each in held]),
        # How often one body for both will meet is not known; the least is as often as it meets now.
        "meetings_after": added([each.meetings_a_year for each in after]),
    }


def _until_commissioners_end(model: Model, ending: Body | None) -> bool:
    """Whether what is saved is saved no longer than commissioners are in law: one who goes then is not saved after it."""
    return model.counts_until_end or (ending is not None and ending.kind == COMMISSIONER)


def _open(
    model: Model, held: Sequence[Body], giving: Body | None, ending: Body | None, *, stated: bool
) -> list[str]:
    """Say what has to be known, or to come about, first."""
    asked = ["the tests of economy, efficiency and effectiveness, or public safety, and the consultation"]
    if not stated:
        asked.append("what it unlocks, on what evidence and how probably: say so in unlocks.csv")
    if _until_commissioners_end(model, ending):
        asked.append(f"what follows when commissioners end in {month_in_words(commissioners_end())}")
    if model.standing.startswith("announced"):
        asked.append("the law, which has not been made")
    if model.becomes and model.members is None:
        asked.append(f"how many members the {model.becomes} has")
    if model.set_up in ("employer", "merger"):
        asked.append("on which terms staff are transferred, and who answers for their pensions")
    if giving and giving is not ending:
        asked.append(
            f"what {giving.name} spends on governing the service and does for it, and who would then"
        )
    if model.set_up == "seat" and held[1].kind == COUNCIL:
        asked.append(f"which committee of {held[1].name} answers for fire, and whether the council agrees")
    asked += [f"what {each.name} costs to run" for each in held if each.cost_gbp is None]
    return asked


def month_in_words(month: str) -> str:
    """Write a month such as 2028-05 in words."""
    year, of = month.split("-")
    return f"{date(int(year), int(of), 1):%B} {year}"
