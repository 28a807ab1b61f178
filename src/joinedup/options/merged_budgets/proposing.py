"""What one budget for a function would be between services: who pays what by every rule, what it saves, what is still asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from joinedup.options import Option
from joinedup.options.merged_budgets import declared
from joinedup.options.merged_budgets.checks import pensions, reserves, tax
from joinedup.options.merged_budgets.finding import rule_of
from joinedup.options.merged_budgets.sharing import contributions, overruns, pooled_cost, rules
from joinedup.options.shared_control_room.joining import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.options.merged_budgets.checks import Books
    from joinedup.options.merged_budgets.finding import Line

    Floats = NDArray[np.float64]


def proposed(
    area: Area,
    books: Books,
    function: str,
    group: Sequence[Line],
    assumptions: Mapping[str, Assumption],
    tried: str | None,
) -> Option:
    """Make the option that these services pay into one budget for a function."""
    partners = tuple(each.service_id for each in group)
    costs = np.array([each.net_gbp for each in group])
    known = [each.use for each in group if each.use is not None]
    use = np.array(known) if len(known) == len(group) else None
    scope = np.array([assumptions[declared.SCOPE.name].central])
    administration = np.array([assumptions[declared.ADMINISTRATION.name].central])
    host = group[int(costs.argmax())]
    together = float(pooled_cost(costs, scope, administration)[0])
    gross = float(scope[0]) * float(costs.sum() - costs.max())
    stressed = gross * assumptions[declared.STRESS.name].central - float(administration[0]) * len(group)
    contribution, differ = rule_of(group, "contribution", rules().contribution)
    if use is None and contribution == "by use":
        contribution = rules().contribution
    risk, risks_differ = rule_of(group, "risk", rules().risk)
    facts: dict[str, float | str | None] = {
        "contribution": contribution,
        "risk": risk,
        "host": area.name_of(host.service_id),
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
    losers: dict[str, list[str]] = {}
    for rule in rules().contributions:
        paid = contributions(rule.name, costs, use, scope, administration)
        for number, service in enumerate(partners):
            pays = None if paid is None else float(paid[number, 0])
            facts[f"pays_gbp_{dashed(rule.name)}_{service}"] = pays
            if pays is not None and pays > costs[number] + 0.005:
                losers.setdefault(area.name_of(service), []).append(rule.name)
    facts["loses"] = in_words([f"{who} ({' or '.join(by)})" for who, by in sorted(losers.items())]) or None
    paid = contributions(contribution, costs, use, scope, administration)
    if paid is None:
        raise ValueError(f"one budget for {function}: its rule needs a use that was not recorded")
    agreed = dict(zip(partners, paid[:, 0].tolist(), strict=True))
    overrun = assumptions[declared.OVERRUN.name].central * together
    for rule in rules().risks:
        borne = overruns(rule.name, overrun, costs, paid[:, 0])
        facts |= {
            f"overrun_gbp_{dashed(rule.name)}_{each}": float(part)
            for each, part in zip(partners, borne, strict=True)
        }
    once = {
        each.service_id: assumptions[declared.SET_UP.name].central
        + (
            0.0
            if each is host
            else each.net_gbp * float(scope[0]) * assumptions[declared.ACHIEVING.name].central
        )
        for each in group
    }
    bears = dict(zip(partners, overruns(risk, overrun, costs, paid[:, 0]).tolist(), strict=True))
    asked = []
    for found, gaps in (
        reserves(area, books, group, agreed, once, bears),
        tax(area, group, host, agreed),
        pensions(area, group, host, assumptions[declared.PENSIONABLE.name].central),
    ):
        facts |= found
        asked += gaps
    return Option(
        id="-".join(("merged-budgets", dashed(function), *partners)),
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
            "terms of leaving: notice, staff, and whose the assets and reserves are then",
            *asked,
            *(
                ["how much each uses the function, so that cost and use can be compared"]
                if use is None
                else []
            ),
            *(
                f"the income of {area.name_of(each.service_id)}, taken as none"
                for each in group
                if not each.income_known
            ),
            *(
                f"the budgets of {each.newest}, which {area.name_of(each.service_id)} gives and not all of them: "
                f"{each.year} is taken"
                for each in group
                if each.newest > each.year
            ),
            *(["which rule of contribution: the partners state different ones"] if differ else []),
            *(["which rule for risk: the partners state different ones"] if risks_differ else []),
        ),
    )


def dashed(name: str) -> str:
    """Write a name as a part of an identifier.

    >>> dashed("what each adds")
    'what-each-adds'
    """
    return re.sub(r"[^\w]+", "-", name)
