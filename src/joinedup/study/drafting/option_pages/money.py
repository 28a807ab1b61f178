"""What an option's page says of money: what it is worth, to whom, and what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal import CORRECTION_NOTE, no_ratio, paid_back_in
from joinedup.disclosure import (
    Chapter,
    Column,
    Figure,
    Mark,
    Sensitivity,
    Statement,
    Table,
)
from joinedup.money import SOCIETY, CashLine
from joinedup.options import REDUNDANCY
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.option_pages.terms import later_blocks, settling_blocks
from joinedup.study.drafting.options import losing, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from joinedup.appraisal import Appraisal, Standing
    from joinedup.area import Area
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

CLOSED_NOTE = "Money marked [c] would tell what a site is worth, or what it would be let or sold for, which is commercial."


def sellers(appraisal: Appraisal) -> frozenset[str]:
    """Name the partners that receive something for what they give up: its amount is commercial and does not leave (§8.1).

    Of such a partner no line but capital, no year in which it has any other, and no second sum over the years is told: from
    two sums over different years the receipt could be worked out.
    """
    return frozenset(
        who for flow in appraisal.flows if flow.line is CashLine.RECEIPT for who, _ in flow.falls_on()
    )


def closed(figure: Figure, is_closed: bool) -> Figure:
    """Mark a figure as commercial where it is."""
    if not is_closed:
        return figure
    return Figure(
        figure.number, figure.unit, low=figure.low, high=figure.high, sensitivity=Sensitivity.COMMERCIAL
    )


def names_of(study: Study) -> dict[str, str]:
    """Name services in short, and society."""
    services = {service: short_name(study.area, service) for service in study.area.services}
    return {**services, SOCIETY: "Society"}


def standings_table(
    name: str, caption: str, standings: Iterable[Standing], names: Mapping[str, str], note: str = ""
) -> Table:
    """Lay side by side where something leaves each partner and society; society keeps no accounts."""
    return Table(
        name,
        f"{caption}, present value in real pounds, payments included",
        (
            Column("Who"),
            Column("Worth", numeric=True),
            Column("Chance of losing", numeric=True),
            Column("Money alone, with tax", numeric=True),
            Column("Chance of losing money", numeric=True),
        ),
        [
            [
                names.get(each.partner, each.partner),
                pounds(each.worth),
                Figure(each.chance_of_losing, Unit.SHARE),
                pounds(each.money) if each.partner != SOCIETY else _no_account(),
                Figure(each.chance_of_losing_money, Unit.SHARE) if each.partner != SOCIETY else _no_account(),
            ]
            for each in standings
        ],
        note=note,
    )


def ranged(row: dict[str, float]) -> Figure:
    """Give a row with central, low and high as pounds."""
    return Figure(row["central"], Unit.POUNDS, low=row["low"], high=row["high"])


def worth_chapter(study: Study, each: Assessed) -> Chapter:
    """Say what the option is worth to all and to each, and who pays for whose benefit."""
    appraisal, names = each.appraisal, names_of(study)
    economic = appraisal.economic
    lines: list[list[Figure | str]] = [
        ["Worth to all together", pounds(appraisal.npsv)],
        ["Everything gained", pounds(economic.gains)],
        ["Everything it costs", pounds(economic.costs)],
        ["Spread evenly, a year", pounds(economic.equivalent_annual_value)],
        ["Its capital spread evenly, a year", pounds(economic.equivalent_annual_cost_of_capital)],
        [
            "Benefit for each pound of net cost (BCR)",
            no_ratio(economic) or Figure(economic.bcr, Unit.NUMBER),
        ],
        [
            "Paid for itself (payback)",
            paid_back_in(economic, appraisal.years, study.area.settings.price_base),
        ],
    ]
    own = [
        one
        for one in appraisal.standings
        if one.partner in each.option.partners or one.worth.any() or one.money.any()
    ]
    made_redundant = any(flow.what == REDUNDANCY and flow.amount.any() for flow in appraisal.flows)
    return Chapter(
        "worth",
        f"What it is worth over {appraisal.years} years, and to whom",
        Statement(
            f"Worth {{npsv}} to all together: {{expected}} in the mean of the draws, and {{central}} if every assumption holds "
            f"at its central value. It loses in {{loss}} of the draws. {losing(study, each)}",
            {
                "npsv": pounds(appraisal.npsv),
                "expected": Figure(appraisal.worth.expected, Unit.POUNDS),
                "central": Figure(float(appraisal.npsv[0]), Unit.POUNDS),
                "loss": Figure(economic.chance_of_a_loss, Unit.SHARE),
            },
        ),
        (
            Table(
                "worth",
                f"Present value in real pounds of {study.area.settings.price_base}, discounted by the Green Book of "
                f"{appraisal.edition}; the ratio and payback at central values",
                (Column("What"), Column("Figure", numeric=True)),
                lines,
                note=f"Costs carry {appraisal.bias_pct:g} % optimism bias on {appraisal.biased_line}; gains are cut by the "
                f"grade of their source. {CORRECTION_NOTE} Benefit is what is not money: savings of money lower the net cost. "
                "Payback is not discounted. Nine draws in ten lie within each range.",
            ),
            *later_blocks(study, each, bool(sellers(appraisal))),
            standings_table(
                "partners",
                "Where it leaves each",
                own,
                names,
                "Redundancy pay is what society gains here: it goes to people whose posts end, who are no partner."
                if made_redundant
                else "",
            ),
            *settling_blocks(each, names),
            Table(
                "payers",
                "Who pays and who benefits, present value in real pounds",
                (
                    Column("Who pays or bears"),
                    Column("Who benefits"),
                    Column("Kind of worth"),
                    Column("Present value", numeric=True),
                ),
                [
                    [
                        names.get(row["payer"], row["payer"]),
                        names.get(row["beneficiary"], row["beneficiary"]),
                        row["kind"],
                        ranged(row),
                    ]
                    for row in appraisal.payers.iter_rows(named=True)
                ],
                note="A payment is no saving to anybody."
                + (" What is paid to society is redundancy pay." if made_redundant else ""),
            ),
        ),
    )


def _no_account() -> Figure:
    return Figure(None, Unit.POUNDS, mark=Mark.NOT_APPLICABLE)


def beside_chapter(study: Study, each: Assessed) -> Chapter:
    """Lay the option beside carrying on, and beside the best that each partner could do by itself (§4.5)."""
    appraisal, names = each.appraisal, names_of(study)
    comparison = appraisal.comparison
    sold = bool(sellers(appraisal))
    rows: list[list[Figure | str]] = []
    if comparison.do_minimum is not None and comparison.with_option is not None:
        rows += [
            ["Do minimum: carry on as now", closed(pounds(comparison.do_minimum), sold)],
            ["The same things with the option", closed(pounds(comparison.with_option), sold)],
        ]
    rows.append(["Difference: what the option is worth", pounds(comparison.difference)])
    for one in each.alone:
        found = comparison.alone.get(one.partner)
        name = names.get(one.partner, one.partner)
        course = one.option.title if one.option else "nothing that it would expect to gain by"
        rows.append([f"{name} alone: {course}", pounds(np.zeros(2) if found is None else found)])
    if comparison.alone:
        rows.append(["Left over, and due to working together", pounds(comparison.credited)])
    return Chapter(
        "beside",
        "Beside carrying on, and beside what each could do alone",
        Statement(alone_in_words(study.area, each)),
        (
            Table(
                "beside",
                "Courses side by side, present value in real pounds",
                (Column("Course"), Column("Present value", numeric=True)),
                rows,
                note=CLOSED_NOTE if sold and comparison.do_minimum is not None else "",
            ),
        ),
    )


def alone_in_words(area: Area, each: Assessed) -> str:
    """Say where acting alone wins."""
    appraisal = each.appraisal
    if not each.alone:
        return "What each partner could do alone has not been costed for this kind; some of this may not need the others."
    better = [area.name_of(who) for who in appraisal.better_alone if who in area.services]
    refused = sum(one.refused for one in each.alone)
    if better:
        words = f"{listed(better)} would expect more from acting alone than from this option."
    elif appraisal.comparison.alone_wins and not any(one.option for one in each.alone):
        words = "It is expected to be worth nothing or less, and no partner would gain by going part of the way alone."
    elif appraisal.comparison.alone_wins:
        words = "The partners together would expect as much, or more, from each acting alone."
    elif any(one.option for one in each.alone):
        words = "Each partner's best course alone is taken off; what is left over is due to working together."
    else:
        words = "No partner was found to have anything better to do alone with the same things."
    return words + (
        f" {refused} of the courses alone were not counted, because the safety gate does not pass them."
        if refused
        else ""
    )
