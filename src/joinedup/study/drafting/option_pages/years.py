"""What an option's page says of money by year: real pounds by line, each partner's accounts, and whether a budget bears it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal import VAT, Range, financial_year, recoveries
from joinedup.disclosure import Block, Chapter, Column, Figure, Section, Statement, Table
from joinedup.money import CashKind, CashLine
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.option_pages.money import CLOSED_NOTE, closed, names_of, ranged, sellers
from joinedup.study.drafting.option_pages.terms import funding_blocks
from joinedup.wording import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.appraisal import Appraisal
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

_TIME, _SOCIETY = "time set free", "worth to the public"
_ORDER = (*(line.value for line in CashLine), VAT, _TIME, _SOCIETY)
"""The order in which lines stand beside each other."""


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
