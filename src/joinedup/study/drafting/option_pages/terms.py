"""What an option's page says of what has a date of its own: grants, charges, people who change employer, leases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from joinedup.appraisal import HALF_A_PENNY, Range, financial_year
from joinedup.disclosure import Block, Column, Figure, Section, Sensitivity, Statement, Table
from joinedup.money import SOCIETY, annuity
from joinedup.study.drafting.naming import as_said, listed
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.appraisal import Term
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study


def later_blocks(study: Study, each: Assessed, sold: bool) -> list[Block]:
    """Say what an option that has to wait for a lease or contract is worth over as many years from then; nothing of another."""
    first = each.starting.waits
    if not first:
        return []
    figure = Range.of(each.starting.worth_from_then)
    worth = Figure(
        figure.central,
        Unit.POUNDS,
        low=figure.low,
        high=figure.high,
        sensitivity=Sensitivity.COMMERCIAL if sold else Sensitivity.OPEN,
    )
    years, when = each.appraisal.years, financial_year(study.area.settings.price_base, first)
    return [
        Statement(
            f"Nothing can happen before {when}, when a lease or contract can be ended, so that only {years - first} of these "
            f"{years} years hold what it saves. Counted over {years} years from then it is worth {{worth}} in the pounds of now.",
            {"worth": worth},
        )
    ]


def settling_blocks(each: Assessed, names: dict[str, str]) -> list[Block]:
    """Say what whoever would lose would have to be paid to be no worse off, and whether the others gain as much."""
    standings = [one for one in each.appraisal.standings if one.partner != SOCIETY]
    worth = {one.partner: min(float(one.worth[0]), float(one.money[0])) for one in standings}
    losing = {who: -amount for who, amount in worth.items() if amount < -HALF_A_PENNY}
    gained = sum(amount for amount in worth.values() if amount > 0)
    if not losing:
        return []
    years = annuity(each.appraisal.years, edition=each.appraisal.edition)
    needed = listed(
        [f"{{lost{number}}} a year to {names.get(who, who)}" for number, who in enumerate(losing)]
    )
    figures = {f"lost{number}": _a_year(amount, years) for number, amount in enumerate(losing.values())}
    enough = "which would cover it" if gained >= sum(losing.values()) else "which would not cover it"
    return [
        Statement(
            f"For nobody to be worse off at central values it would take {needed}, for {each.appraisal.years} years. "
            + (
                f"Other partners gain {{gained}} a year, {enough}."
                if gained
                else "No other partner gains anything."
            ),
            {**figures, "gained": _a_year(gained, years)} if gained else figures,
        )
    ]


def _a_year(amount: float, years: float) -> Figure:
    return Figure(amount / years, Unit.POUNDS)


def funding_blocks(study: Study, each: Assessed, names: dict[str, str]) -> list[Block]:
    """List the grants, charges and people moved that the study states for an option, with who says so."""
    if not each.funding:
        return []
    sources = sorted(
        {f"{rate.scheme}, {rate.per_cent:g} %: {rate.source}" for one in each.funding for rate in one.rates}
    )
    return [
        Section("Grants, charges and people who change employer"),
        Table(
            "funding",
            "What the study states, which is in the money above",
            (
                Column("What"),
                Column("From"),
                Column("To"),
                Column("Pounds a year", numeric=True),
                Column("When"),
                Column("Into pensions, % of pay"),
                Column("What shows it"),
            ),
            [_row(study, each, one, names) for one in each.funding],
            note="A grant or charge makes nobody richer in all, and keeps its dates when the option starts later. Of people "
            "moved the amount is their pensionable pay, which their new employer bears."
            + (f" Rates: {'; '.join(sources)}." if sources else ""),
        ),
    ]


def _row(study: Study, each: Assessed, one: Term, names: dict[str, str]) -> list[Figure | str]:
    giver = as_said(one.giver or "") if one.payer is None else names.get(one.payer, one.payer)
    last = financial_year(one.first_year, one.years - 1)
    when = one.first_year if one.years == 1 else f"{one.first_year} to {last}"
    end = financial_year(study.area.settings.price_base, each.appraisal.years)
    beyond = f"; what falls after {end} is not counted" if last > end else ""
    people = None if one.posts is None else math.floor(one.posts)
    before_and_after = " then ".join(f"{rate.per_cent:g}" for rate in one.rates)
    return [
        f"{one.what[:1].upper()}{one.what[1:]}",
        giver,
        names.get(one.receiver, one.receiver),
        Figure(one.gbp_a_year, Unit.POUNDS, people),
        f"{when}, in pounds {'of each year' if one.prices == 'of each year' else 'of the price base'}{beyond}",
        before_and_after,
        as_said(one.source),
    ]
