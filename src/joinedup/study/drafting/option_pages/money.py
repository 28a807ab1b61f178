"""What an option's page says of money: what it is worth, to whom, in which year, and whether a budget bears it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal import CORRECTION_NOTE, VAT, Range, financial_year, recoveries
from joinedup.disclosure import (
    Block,
    Chapter,
    Column,
    Figure,
    Mark,
    Section,
    Sensitivity,
    Statement,
    Table,
)
from joinedup.money import SOCIETY, CashKind, CashLine
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.option_pages.terms import funding_blocks, later_blocks, settling_blocks
from joinedup.study.drafting.options import losing, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from joinedup.appraisal import Appraisal, Standing
    from joinedup.area import Area
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

CLOSED_NOTE = "Money marked [c] would tell what a site is worth, or what it would be let or sold for, which is commercial."
_TIME, _SOCIETY = "time set free", "worth to the public"
_ORDER = (*(line.value for line in CashLine), VAT, _TIME, _SOCIETY)
"""The order in which lines stand beside each other."""


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
            "none: it costs nothing net" if economic.bcr is None else Figure(economic.bcr, Unit.NUMBER),
        ],
        [
            "Paid for itself (payback)",
            f"not within {appraisal.years} years"
            if economic.payback_year is None
            else f"in {financial_year(study.area.settings.price_base, economic.payback_year)}",
        ],
    ]
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
            standings_table("partners", "Where it leaves each", appraisal.standings, names),
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
                note="A payment between partners is no saving to anybody.",
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


@dataclass(frozen=True)
class _Years:
    """One partner's money by line and year, undiscounted, each of shape (years + 1, draws + 1)."""

    lines: dict[str, NDArray[np.float64]]

    def spoken(self, year: int) -> frozenset[str]:
        """Name the lines in which there is something in a year."""
        return frozenset(line for line, paid in self.lines.items() if np.abs(paid[year]).max() > 0)


def _real(appraisal: Appraisal) -> dict[str, _Years]:
    """Add up the flows by whom they fall on, line and year."""
    shape = (appraisal.years + 1, len(appraisal.npsv))
    found: dict[str, dict[str, NDArray[np.float64]]] = defaultdict(dict)
    for flow in appraisal.flows:
        line = {CashKind.NOT_CASH_RELEASING: _TIME, CashKind.SOCIETAL: _SOCIETY}.get(
            flow.kind, flow.line.value
        )
        for who, amount in flow.falls_on():
            found[who].setdefault(line, np.zeros(shape))[flow.year] += amount
    return {who: _Years(lines) for who, lines in found.items()}


def years_chapter(study: Study, each: Assessed) -> Chapter:
    """Give each partner's money by year: real by line, then what its accounts will show and whether a budget bears it."""
    appraisal, names = each.appraisal, names_of(study)
    sold = sellers(appraisal)
    real = _real(appraisal)
    blocks: list[Block] = [Section(f"Real pounds of {study.area.settings.price_base}, by line")]
    blocks += [
        _real_table(
            study,
            names.get(standing.partner, standing.partner),
            real[standing.partner],
            standing.partner in sold,
        )
        for standing in appraisal.standings
        if standing.partner in real
    ]
    blocks.append(Section("What the accounts will show, in pounds of the year"))
    totals = {row["partner"]: row for row in appraisal.financial.totals.iter_rows(named=True)}
    for who in study.area.services:
        if who in real and who in totals:
            blocks.append(_accounts(study, each, who, who in sold))
    blocks += [Statement(f"Not in the accounts: {gap}.") for gap in appraisal.financial.incomplete]
    blocks += funding_blocks(study, each, names)
    touched = [who for who in study.area.services if who in real]
    return Chapter("years", "Money by partner and year", Statement(_borne(study, each, touched)), blocks)


def _borne(study: Study, each: Assessed, touched: list[str]) -> str:
    """Say of whom it is known whether a budget can bear it."""
    said: dict[str, list[str]] = {"affordable": [], "not affordable": [], "cannot tell": []}
    for who in touched:
        outcomes = {row["outcome"] for row in each.affordable.filter(partner=who).iter_rows(named=True)}
        worst = next(
            (one for one in ("not affordable", "cannot tell", "affordable") if one in outcomes), None
        )
        if worst is not None:
            said[worst].append(study.area.name_of(who))
    parts = [
        f"{listed(said['affordable'])} could bear it in every year" if said["affordable"] else "",
        f"{listed(said['not affordable'])} could not in at least one" if said["not affordable"] else "",
        f"for {listed(said['cannot tell'])} nobody can tell" if said["cannot tell"] else "",
    ]
    words = "; ".join(part for part in parts if part)
    return f"{words[:1].upper()}{words[1:]}." if words else "Nobody's accounts are touched."


def _in_order(lines: dict[str, NDArray[np.float64]]) -> list[str]:
    return sorted(lines, key=lambda line: (_ORDER.index(line) if line in _ORDER else len(_ORDER), line))


def _told(lines: frozenset[str], is_seller: bool) -> bool:
    """Whether a year may be told: of a seller only one in which there is nothing but capital and its tax."""
    return not is_seller or lines <= {CashLine.CAPITAL.value, VAT}


def _real_table(study: Study, name: str, years: _Years, is_seller: bool) -> Table:
    """Lay one partner's real money out by line, years that are alike taken together."""
    lines = _in_order(years.lines)
    base = study.area.settings.price_base
    together: list[tuple[int, int]] = []
    for year in range(len(next(iter(years.lines.values())))):
        alike = together and all(
            np.array_equal(paid[year], paid[together[-1][0]]) for paid in years.lines.values()
        )
        together = [*together[:-1], (together[-1][0], year)] if alike else [*together, (year, year)]
    rows: list[list[Figure | str]] = []
    for first, last in together:
        told = _told(years.spoken(first), is_seller)
        amounts = np.stack([years.lines[line][first] for line in lines])
        found = Range.of_each(np.vstack([amounts, amounts.sum(axis=0)]))
        figures = [Figure(one.central, Unit.POUNDS, low=one.low, high=one.high) for one in found]
        named = financial_year(base, first)
        rows.append(
            [
                named if first == last else f"{named} to {financial_year(base, last)}, each year",
                *(closed(figure, not told) for figure in figures),
            ]
        )
    return Table(
        f"real-{name}",
        f"{name}: real pounds of {base}, optimism bias included, undiscounted",
        (
            Column("Year"),
            *(Column(_capital(line), numeric=True) for line in lines),
            Column("In all", numeric=True),
        ),
        rows,
        note=CLOSED_NOTE if is_seller else "",
    )


def _accounts(study: Study, each: Assessed, who: str, is_seller: bool) -> Table:
    """Lay one partner's accounts out by year and line, with whether its budget bears what the option costs."""
    financial, base = each.appraisal.financial, study.area.settings.price_base
    by_line = {
        (row["year"], row["line"]): ranged(row)
        for row in financial.by_line.filter(partner=who).iter_rows(named=True)
    }
    lines = _in_order({line: np.zeros(0) for _, line in by_line})
    borne = {row["year"]: row["outcome"] for row in each.affordable.filter(partner=who).iter_rows(named=True)}
    nothing = Figure(0.0, Unit.POUNDS)
    rows: list[list[Figure | str]] = []
    for row in financial.by_year.filter(partner=who).iter_rows(named=True):
        year = row["year"]
        told = _told(frozenset(line for at, line in by_line if at == year), is_seller)
        rows.append(
            [
                financial_year(base, year),
                *(closed(by_line.get((year, line), nothing), not told) for line in lines),
                closed(ranged(row), not told),
                borne.get(year, ""),
            ]
        )
    (total,) = financial.totals.filter(partner=who).iter_rows(named=True)
    rows.append(["All years", *("" for _ in lines), closed(ranged(total), is_seller), ""])
    why = "; ".join(each.affordable.filter(partner=who)["why"].unique(maintain_order=True))
    if VAT in lines and (rule := recoveries(study.area).get(who)) is not None:
        why += f". Value added tax stays with it: {rule.because}"
    name = short_name(study.area, who)
    return Table(
        f"accounts-{name}",
        f"{name}: what its accounts will show, and whether its budget can bear it",
        (
            Column("Year"),
            *(Column(_capital(line), numeric=True) for line in lines),
            Column("In all", numeric=True),
            Column("Can it be borne"),
        ),
        rows,
        note=f"Why: {why}. {CLOSED_NOTE}"
        if is_seller
        else Statement(
            f"At its lowest it is {{laid}} out of pocket. Why: {why}.",
            {"laid": Figure(total["most_laid_out"], Unit.POUNDS)},
        ),
    )


def _capital(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}"
