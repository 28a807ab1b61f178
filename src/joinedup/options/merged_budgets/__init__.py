"""Merged budgets: partners pay into one budget for a function, and share what it saves and risks by a stated rule."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.merged_budgets import declared
from joinedup.options.merged_budgets.declared import ASSUMPTIONS, EXIT_COST, TOLD
from joinedup.options.merged_budgets.finding import groups_of, lines_by_function, rule_of
from joinedup.options.merged_budgets.sharing import contributions, overruns, pooled_cost, rules
from joinedup.options.shared_control_room.joining import fact, in_use, in_words
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.travel import ASSUMPTIONS as TRAVEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.options.merged_budgets.finding import Line

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
        register = registered(area, self.name)
        found = []
        for function, lines in lines_by_function(area).items():
            for group in groups_of(lines, area, assumptions):
                partners = tuple(each.service_id for each in group)
                if any(lives_already(register, pair) for pair in combinations(partners, 2)):
                    continue
                before = tried_before(register, partners)
                found.append(_option(area, function, group, assumptions, before.in_words if before else None))
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Set up once; then the saving where the work is done once, accounting at the host, and what settles it by the rule."""
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
        costs, _ = _recorded(option)
        return [
            _flow("the function as now", year, np.full(len(draws), -cost), service)
            for service, cost in zip(option.partners, costs, strict=True)
            for year in range(1, self.years + 1)
        ]

    def explain(self, option: Option) -> str:
        """Say what is pooled, who holds it, who pays what, and who would lose under which rule."""
        rule = next(each.words for each in rules().contributions if each.name == option.facts["contribution"])
        loser = option.facts["loses"]
        return (
            f"{in_words(list(dict.fromkeys(option.names)))} become one budget, held by {option.facts['host']}. Each pays {rule}. "
            f"Doing things once, less the accounting, {_saves(fact(option, 'saving_gbp_a_year'))} a year; it "
            f"{_saves(fact(option, 'saving_gbp_stressed'))} if it goes as an audited programme did. "
            f"{f'Some rule leaves {loser} worse off.' if loser else 'No rule leaves anybody worse off.'}"
        )


def _saves(pounds: float) -> str:
    return f"saves £{pounds:,.0f}" if pounds >= 0 else f"costs £{-pounds:,.0f}"


def _option(
    area: Area, function: str, group: Sequence[Line], assumptions: Mapping[str, Assumption], tried: str | None
) -> Option:
    """Make the option that these services pay into one budget for a function."""
    partners = tuple(each.service_id for each in group)
    costs = np.array([each.net_gbp for each in group])
    known = [each.use for each in group if each.use is not None]
    use = np.array(known) if len(known) == len(group) else None
    scope = np.array([assumptions[declared.SCOPE.name].central])
    administration = np.array([assumptions[declared.ADMINISTRATION.name].central])
    host = area.name_of(partners[int(costs.argmax())])
    together = float(pooled_cost(costs, scope, administration)[0])
    gross = float(scope[0]) * float(costs.sum() - costs.max())
    stressed = gross * assumptions[declared.STRESS.name].central - float(administration[0]) * len(group)
    contribution, differ = rule_of(group, "contribution", rules().contribution)
    unused = use is None and contribution == "by use"
    risk, risks_differ = rule_of(group, "risk", rules().risk)
    facts: dict[str, float | str | None] = {
        "contribution": rules().contribution if unused else contribution,
        "risk": risk,
        "host": host,
        "cost_gbp_now": float(costs.sum()),
        "cost_gbp_together": together,
        "saving_gbp_a_year": float(costs.sum()) - together,
        "saving_gbp_stressed": stressed,
        "tried_before": tried,
    }
    for number, service in enumerate(partners):
        facts[f"alone_gbp_{service}"] = float(costs[number])
        facts[f"use_{service}"] = None if use is None else float(use[number])
        facts[f"cost_share_{service}"] = float(costs[number] / costs.sum())
        facts[f"use_share_{service}"] = None if use is None else float(use[number] / use.sum())
    losers: set[str] = set()
    for rule in rules().contributions:
        paid = contributions(rule.name, costs, use, scope, administration)
        for number, service in enumerate(partners):
            pays = None if paid is None else float(paid[number, 0])
            facts[f"pays_gbp_{_dashed(rule.name)}_{service}"] = pays
            if pays is not None and pays > costs[number] + 0.005:
                losers.add(area.name_of(service))
    facts["loses"] = in_words(sorted(losers)) if losers else None
    agreed = contributions(str(facts["contribution"]), costs, use, scope, administration)
    if agreed is not None:
        overrun = assumptions[declared.OVERRUN.name].central * together
        for rule in rules().risks:
            borne = overruns(rule.name, overrun, costs, agreed[:, 0])
            facts |= {
                f"overrun_gbp_{_dashed(rule.name)}_{each}": float(part)
                for each, part in zip(partners, borne, strict=True)
            }
    return Option(
        id="-".join(("merged-budgets", _dashed(function), *partners)),
        kind="merged budgets",
        title=f"One budget for {function}: {in_words([area.name_of(each) for each in partners])}",
        partners=partners,
        joins=tuple(line for each in group for line in each.line_ids),
        names=tuple(
            f"{each.function} of {area.name_of(each.service_id)}" for each in group for _ in each.line_ids
        ),
        # Who holds the money changes, not what is held.
        changes=(),
        uses=tuple(f"budgets/{line}" for each in group for line in each.line_ids),
        facts=facts,
        incomplete=(
            *_open(area, group, use),
            *(["which rule of contribution: the partners state different ones"] if differ else []),
            *(["which rule for risk: the partners state different ones"] if risks_differ else []),
        ),
    )


def _open(area: Area, group: Sequence[Line], use: Floats | None) -> list[str]:
    """Say what a finance director would still ask."""
    kinds = {area.kind_of(each.service_id) for each in group}
    asked = [
        "which reserves go in, and whose they are on leaving",
        "which pension funds bear the posts, and what the actuary says",
        "terms of leaving: notice, assets, staff and who pays",
        "posts, consultation dates and an equality screen are not recorded",
    ]
    if "ambulance" in kinds and kinds != {"ambulance"}:
        asked.append(
            "whether what the others pay to or for the ambulance service carries value added tax that it cannot recover"
        )
    else:
        asked.append("whether one partner's charge to the others is a supply that carries value added tax")
    if use is None:
        asked.append("how much each uses the function, so that cost and use can be compared")
    asked += [
        f"the income of {area.name_of(each.service_id)}, taken as none"
        for each in group
        if not each.income_known
    ]
    return asked


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


def _dashed(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name)


KIND: Kind = MergedBudgets()
