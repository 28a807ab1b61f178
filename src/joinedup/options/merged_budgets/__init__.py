"""Merged budgets: partners pay into one budget for a function, and share what it saves and risks by a stated rule."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.merged_budgets import alone, declared
from joinedup.options.merged_budgets.checks import Books
from joinedup.options.merged_budgets.declared import ASSUMPTIONS, EXIT_COST, TOLD
from joinedup.options.merged_budgets.finding import groups_of, lines_by_function
from joinedup.options.merged_budgets.proposing import proposed
from joinedup.options.merged_budgets.sharing import contributions, rules
from joinedup.options.shared_control_room.joining import fact, in_use, in_words
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.travel import ASSUMPTIONS as TRAVEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws

    Floats = NDArray[np.float64]
    from joinedup.wording import Unit


class MergedBudgets:
    """Partners pay into one budget for a function."""

    name: str = "merged budgets"
    rung: int = 10
    question: str = (
        "For which functions could partners pay into one budget, by which rule, and who would gain?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "budgets",
            ("year", "function", "gross_gbp"),
            "what each service plans to spend, a row a service, year and function",
        ),
    )
    assumptions: tuple[Assumption, ...] = (*TRAVEL, *OVERLAP, *ASSUMPTIONS)
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try every two services with a budget for a function, and all that have one, save what the law keeps apart.

        Of more than eight, two are tried only where they have sites within reach of each other.
        """
        register, books = registered(area, self.name), Books.of(area)
        found = []
        for function, given in lines_by_function(area).items():
            for group in groups_of(given, area, assumptions):
                partners = tuple(each.service_id for each in group)
                if any(lives_already(register, pair) for pair in combinations(partners, 2)):
                    continue
                before = tried_before(register, partners)
                found.append(
                    proposed(area, books, function, group, assumptions, before.in_words if before else None)
                )
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:  # noqa: ARG002 - as every kind
        """Join the lines for a function that one partner itself keeps apart."""
        return alone.found_alone(area, partner)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Set up once; then the saving where the work is done once, accounting at the host, and what settles it by the rule."""
        if option.facts.get("way") == alone.WAY:
            return alone.cash(option, draws, self.years)
        costs, use = _recorded(option)
        host = int(costs.argmax())
        scope, administration = draws[declared.SCOPE.name], draws[declared.ADMINISTRATION.name]
        paid = contributions(str(option.facts["contribution"]), costs, use, scope, administration)
        if paid is None:
            raise ValueError(f"option {option.id}: its rule needs a use that was not recorded")
        saved = np.outer(np.where(np.arange(len(costs)) == host, 0.0, costs), scope)
        run = np.zeros_like(saved)
        run[host] = administration * len(costs)
        # What each is better off where the work is done, less what it is to be better off by the rule, it owes the others.
        owed = (saved - run) - (costs[:, None] - paid)
        flows = []
        for number, service in enumerate(option.partners):
            flows.append(
                _flow(
                    "agreement, advice and accounts",
                    0,
                    -draws[declared.SET_UP.name],
                    service,
                    declared.SET_UP.name,
                )
            )
            if number != host:
                once = -saved[number] * draws[declared.ACHIEVING.name]
                flows.append(
                    _flow(
                        "bringing it together: posts, systems, contracts",
                        1,
                        once,
                        service,
                        declared.SCOPE.name,
                        declared.ACHIEVING.name,
                    )
                )
        for year in range(1, self.years + 1):
            live = in_use(year, draws[declared.YEARS_TO_LIVE.name])
            began = declared.YEARS_TO_LIVE.name
            for number, service in enumerate(option.partners):
                if number != host:
                    flows.append(
                        _flow(
                            "done once and not by each",
                            year,
                            saved[number] * live,
                            service,
                            declared.SCOPE.name,
                            began,
                        )
                    )
            host_id = option.partners[host]
            flows.append(
                _flow(
                    "accounting for one budget",
                    year,
                    -run[host] * live,
                    host_id,
                    declared.ADMINISTRATION.name,
                    began,
                )
            )
            flows += _settled(option.partners, owed * live, year)
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Give what each goes on spending on its own."""
        if option.facts.get("way") == alone.WAY:
            return alone.carry_on(option, draws, self.years)
        costs, _ = _recorded(option)
        return [
            _flow("the function as now", year, np.full(len(draws), -cost), service)
            for service, cost in zip(option.partners, costs, strict=True)
            for year in range(1, self.years + 1)
        ]

    def explain(self, option: Option) -> str:
        """Say what is pooled, who holds it, who pays what, and who would lose under which rule."""
        if option.facts.get("way") == alone.WAY:
            return alone.explain(option)
        rule = next(each.words for each in rules().contributions if each.name == option.facts["contribution"])
        loser = option.facts["loses"]
        return (
            f"One budget takes in {in_words(list(dict.fromkeys(option.names)))}; {option.facts['host']} holds it. "
            f"Each pays {rule}. "
            f"Doing things once, less the accounting, {_saves(fact(option, 'saving_gbp_a_year'))} a year; it "
            f"{_saves(fact(option, 'saving_gbp_stressed'))} if it goes as an audited programme did. "
            f"{f'By another rule some pay more than alone: {loser}.' if loser else 'No rule leaves anybody worse off.'}"
        )


def _saves(pounds: float) -> str:
    return f"saves £{pounds:,.0f}" if pounds >= 0 else f"costs £{-pounds:,.0f}"


def _recorded(option: Option) -> tuple[Floats, Floats | None]:
    """Give the partners' costs and uses as the option keeps them."""
    costs = np.array([fact(option, f"alone_gbp_{each}") for each in option.partners])
    uses = [option.facts[f"use_{each}"] for each in option.partners]
    return costs, None if None in uses else np.array(
        [fact(option, f"use_{each}") for each in option.partners]
    )


def _settled(partners: Sequence[str], owed: Floats, year: int) -> list[Cash]:
    """Give what each that owes pays each that is owed, shape of ``owed`` (partners, draws + 1), which sums to nothing."""
    due, owing = np.maximum(-owed, 0.0), np.maximum(owed, 0.0)
    total = due.sum(axis=0)
    share = np.divide(due, total, out=np.zeros_like(due), where=total > 0)
    names = (declared.SCOPE.name, declared.ADMINISTRATION.name, declared.YEARS_TO_LIVE.name)
    return [
        Cash(
            "settlement by the rule of contribution",
            CashKind.PAYMENT,
            CashLine.PAYMENT,
            year,
            owing[payer] * share[payee],
            Partner(partners[payer]),
            Partner(partners[payee]),
            names,
        )
        for payer in range(len(partners))
        for payee in range(len(partners))
        if payer != payee
    ]


def _flow(what: str, year: int, amount: Floats, service: str, *names: str) -> Cash:
    """Write a saving of one partner, or a cost where the amount is negative."""
    who = Partner(service)
    return Cash(what, CashKind.CASH_RELEASING, CashLine.RUNNING, year, amount, who, who, names)


KIND: Kind = MergedBudgets()
