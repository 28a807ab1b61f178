"""Governance: one body answers for services that have a body each, by a model that the law knows or has been promised."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area import Area, Change
from joinedup.area.places import fit_for_distance
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.governance import declared
from joinedup.options.governance.declared import ASSUMPTIONS, EXIT_COST, PROJECTS, SET_UP, TOLD
from joinedup.options.governance.models import commissioners_end, models, unlocks, years_from
from joinedup.options.shared_control_room.joining import fact, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.options.governance.models import Model

    Floats = NDArray[np.float64]
    from joinedup.wording import Unit


@dataclass(frozen=True)
class Body:
    """A board, authority or commissioner; None where the study does not say."""

    body_id: str
    name: str
    kind: str
    services: tuple[str, ...]
    members: int | None
    meetings_a_year: int | None
    cost_gbp: float | None


class Governance:
    """One body answers for services that have a body each."""

    name: str = "governance"
    rung: int = 11
    question: str = (
        "Who could answer for services in place of a body for each, at what cost, and what would it unlock?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "bodies",
            ("kind", "services"),
            "the authorities, boards and commissioners, and which services each answers for",
        ),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:  # noqa: ARG002 - as every kind
        """Try each model of the nation on each fire service and the police force nearest to it, and on two of one kind."""
        register = registered(area, self.name)
        bodies = _bodies(area)
        found = []
        for model in models(area.settings.nation):
            for services in _served(area, model.joins):
                theirs = [_body_of(bodies, each) for each in services]
                if None in theirs or lives_already(register, services):
                    continue
                held = [each for each in theirs if each is not None]
                kinds = [each.kind for each in held]
                # One body for both is there already; and a model that rests on a body needs it.
                if held[0] == held[1] or not all(need in kinds for need in model.needs):
                    continue
                before = tried_before(register, services)
                found.append(_option(area, model, services, held, before.in_words if before else None))
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """What is spent once, by all alike; then what bodies that end cost less, and what comes in their place; nothing more."""
        earliest, ends = fact(option, "earliest"), option.facts["ends"]
        flows = []
        year = int(max(0.0, earliest))
        for service in option.partners:
            for what, each in SET_UP[str(option.facts["set_up"])].items():
                # Officers' and lawyers' time has its overrun in its range; systems and terms are a project like others.
                line = CashLine.CAPITAL if each in PROJECTS else CashLine.RUNNING
                share = -draws[each.name] / len(option.partners)
                flows.append(_flow(what, year, share, service, (each.name,), line))
        live = np.maximum(draws[declared.YEARS_TO_LIVE.name], earliest)
        began = declared.YEARS_TO_LIVE.name
        for year in range(1, self.years + 1):
            until = float(year) if ends is None else min(float(year), float(ends))
            part = np.clip(until - np.maximum(live, year - 1), 0.0, 1.0)
            for service in option.partners:
                cost = fact(option, f"ends_gbp_{service}")
                if cost:
                    less = draws[declared.ENDED.name] * cost
                    names: tuple[str, ...] = (declared.ENDED.name, began)
                    flows.append(_flow("a body that ends", year, less * part, service, names))
                    if option.facts["becomes"]:
                        names = (declared.ENDED.name, declared.NEW_BODY.name, began)
                        comes = -less * draws[declared.NEW_BODY.name]
                        flows.append(_flow("what comes in its place", year, comes * part, service, names))
                if service == option.facts["sits"]:
                    names = (declared.SEAT_COST.name, began)
                    flows.append(
                        _flow("the seat", year, -draws[declared.SEAT_COST.name] * part, service, names)
                    )
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Give what the bodies go on costing."""
        return [
            _flow("the body as now", year, np.full(len(draws), -cost), service, ())
            for service in option.partners
            if (cost := fact(option, f"body_gbp_{service}"))
            for year in range(1, self.years + 1)
        ]

    def explain(self, option: Option) -> str:
        """Say what becomes of the bodies, how the law stands, and that it is worth what it unlocks."""
        entries = int(fact(option, "entries"))
        worth = (
            f"It is worth what it unlocks: {entries} option{'' if entries == 1 else 's'} stated."
            if entries
            else "It is worth what it unlocks, and nothing is stated."
        )
        ends = (
            f" It is counted until {_month(commissioners_end())}, when commissioners end."
            if option.facts["ends"]
            else ""
        )
        return (
            f"{in_words(option.names)}: {option.facts['words']}. In law: {option.facts['standing']}. Bodies go from "
            f"{fact(option, 'bodies_before'):.0f} to {fact(option, 'bodies_after'):.0f}.{ends} {worth}"
        )


def _bodies(area: Area) -> list[Body]:
    found = []
    for row in area.table("bodies").sort("body_id").iter_rows(named=True):
        services = tuple(each.strip() for each in (row["services"] or "").split(";") if each.strip())
        kind = (row["kind"] or "").strip().lower()
        given = {each.name: row[each.name] for each in fields(Body)}
        found.append(Body(**{**given, "services": services, "kind": kind}))
    return found


def _body_of(bodies: Sequence[Body], service: str) -> Body | None:
    """Give the body that answers for a service; None where there is none, or more than one."""
    found = [each for each in bodies if service in each.services]
    return found[0] if len(found) == 1 else None


def _served(area: Area, joins: str) -> list[tuple[str, str]]:
    """Give the pairs of services that a model could join: of neighbours only, since the law asks for one area."""
    of = {kind: [s for s in sorted(area.services) if area.kind_of(s) == kind] for kind in ("police", "fire")}
    if joins == "police and fire":
        pairs = [(near, fire) for fire in of["fire"] for near in _nearest(area, fire, of["police"])]
    elif joins == "one kind":
        pairs = [
            (min(one, near), max(one, near))
            for alike in of.values()
            for one in alike
            for near in _nearest(area, one, [each for each in alike if each != one])
        ]
    else:
        pairs = []
    return sorted(set(pairs))


def _nearest(area: Area, service: str, others: Sequence[str]) -> list[str]:
    """Give the one of the others whose sites lie nearest on average; the only one there is, wherever it lies."""
    if len(others) < 2:
        return list(others)
    sites = area.table("sites").filter(fit_for_distance()).sort("site_id")
    centre = {
        each: tuple(sites.filter(pl.col("service_id") == each).select(pl.col("x", "y").mean()).row(0))
        for each in (service, *others)
    }
    x, y = centre[service]
    placed = [each for each in others if centre[each][0] is not None]
    if x is None or not placed:
        return []
    return [min(placed, key=lambda each: (np.hypot(centre[each][0] - x, centre[each][1] - y), each))]


def _option(
    area: Area, model: Model, services: tuple[str, str], held: Sequence[Body], tried: str | None
) -> Option:
    """Make the option that these services are governed by a model."""
    ending, staying = _ending(model, held)
    identifier = "-".join(("governance", model.name.replace(" ", "-"), *services))
    entries = unlocks(area, identifier)
    sits = services[0] if model.set_up == "seat" else None
    facts: dict[str, float | str | None] = {
        "model": model.name,
        "words": model.words,
        "standing": model.standing,
        "since": model.since,
        "in_law": f"{_month(model.since)}, in {in_words(model.nations)}",
        "source": model.source,
        "set_up": model.set_up,
        "becomes": model.becomes or None,
        "sits": sits,
        # Years from the start of the first year; nothing can be in force before the law is.
        "earliest": max(0.0, years_from(model.since, area.settings.price_base)),
        "ends": max(0.0, years_from(commissioners_end(), area.settings.price_base))
        if model.counts_until_end
        else None,
        "entries": float(len(entries)),
        "unlocks": "; ".join(f"{e.option} ({e.probability:.0%}: {e.evidence})" for e in entries) or None,
        "tried_before": tried,
    }
    for service, body in zip(services, held, strict=True):
        facts[f"body_gbp_{service}"] = body.cost_gbp
        facts[f"ends_gbp_{service}"] = body.cost_gbp if body is ending else 0.0
    facts |= _counted(model, held, ending, staying)
    changes = []
    if ending:
        changes.append(Change("bodies", ending.body_id, None))
        changes.append(
            Change(
                "bodies",
                staying.body_id,
                "services",
                "; ".join(sorted({*staying.services, *ending.services})),
            )
        )
    if model.becomes:
        changes.append(Change("bodies", staying.body_id, "kind", model.becomes))
        if model.members is not None:
            changes.append(Change("bodies", staying.body_id, "members", model.members))
    if sits and held[1].members is not None:
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
        incomplete=tuple(_open(model, held, bool(entries))),
    )


def _ending(model: Model, held: Sequence[Body]) -> tuple[Body | None, Body]:
    """Give the body that ends, if any, and the one that stays; of two alike the one with fewer services and then members ends."""
    if model.joins == "one kind":
        ending, staying = sorted(held, key=lambda each: (len(each.services), each.members or 0, each.body_id))
        return ending, staying
    ending_ones = [each for each in held if each.kind in model.ends]
    return (ending_ones[0], held[0]) if ending_ones else (None, held[0])


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
    if model.set_up == "seat":
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


def _open(model: Model, held: Sequence[Body], stated: bool) -> list[str]:
    """Say what has to be known, or to come about, first."""
    asked = ["the tests of economy, efficiency and effectiveness, or public safety, and the consultation"]
    if not stated:
        asked.append("what it unlocks, on what evidence and how probably: say so in unlocks.csv")
    if model.counts_until_end:
        asked.append(f"what follows when commissioners end in {_month(commissioners_end())}")
    if model.standing.startswith("announced"):
        asked.append("the law, which has not been made")
    if model.becomes and model.members is None:
        asked.append(f"how many members the {model.becomes} has")
    if model.set_up in ("employer", "merger"):
        asked.append("transfer of staff, terms, pensions and an equality screen")
    asked += [f"what {each.name} costs to run" for each in held if each.cost_gbp is None]
    return asked


def _month(month: str) -> str:
    year, of = month.split("-")
    return f"{date(int(year), int(of), 1):%B} {year}"


def _flow(
    what: str,
    year: int,
    amount: Floats,
    service: str,
    names: tuple[str, ...],
    line: CashLine = CashLine.RUNNING,
) -> Cash:
    """Write a saving of one partner, or a cost where the amount is negative."""
    supply = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
    who = Partner(service)
    return Cash(what, CashKind.CASH_RELEASING, line, year, amount, who, who, names, supply=supply)


KIND: Kind = Governance()
