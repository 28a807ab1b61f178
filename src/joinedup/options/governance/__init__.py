"""Governance: one body answers for services that have a body each, by a model that the law knows or has been promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, registered, tried_before
from joinedup.options.governance import declared
from joinedup.options.governance.declared import ASSUMPTIONS, EXIT_COST, PROJECTS, SET_UP, TOLD
from joinedup.options.governance.looking import NAME, looked_at, not_proposed
from joinedup.options.governance.models import commissioners_end
from joinedup.options.governance.proposing import month_in_words, proposed
from joinedup.options.shared_control_room.joining import fact, in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws

    Floats = NDArray[np.float64]
    from joinedup.wording import Unit


class Governance:
    """One body answers for services that have a body each."""

    name: str = NAME
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
        register = registered(area, NAME)
        looked = looked_at(area)
        others, found = not_proposed(looked), []
        for each in looked:
            if not each.why_not:
                before = tried_before(register, each.services)
                tried = before.in_words if before else None
                found.append(proposed(area, each.model, each.services, each.held, tried, others))
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
            f" It is counted until {month_in_words(commissioners_end())}, when commissioners end."
            if option.facts["ends"]
            else ""
        )
        goes_on = f" {option.facts['goes_on']} goes on without it." if option.facts["goes_on"] else ""
        return (
            f"{in_words(option.names)}: {option.facts['words']}. In law: {option.facts['standing']}. Bodies go from "
            f"{fact(option, 'bodies_before'):.0f} to {fact(option, 'bodies_after'):.0f}.{goes_on}{ends} {worth}"
        )


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
