"""Funding: grants, charges between partners and people who change employer, as a study states them for an option (§5.1).

A grant, a charge and the pay that moves with people make nobody richer in all: they are payments. What goes into the
pensions of people who change employer may be more or less than before, and that difference is in both cases. Everything
here stays at its own dates, whenever the option starts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.affording import financial_year
from joinedup.appraisal.growing import PRICE_GROWTH
from joinedup.disclosure import LIMIT
from joinedup.money import (
    SOCIETY,
    Cash,
    CashKind,
    CashLine,
    Partner,
    Scheme,
    contributions,
    own_rate,
    price_levels,
    scheme,
)
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws

TABLE = "funding"
PEOPLE = "people moved"
_OF_PEOPLE = ("posts", "scheme_before", "scheme_after", "percent_before", "percent_after")


@dataclass(frozen=True)
class Term:
    """One row of the study's table of funding; ``payer`` is None for a grant, whose ``giver`` is named in words."""

    funding_id: str
    option_id: str
    what: str
    giver: str | None
    payer: str | None
    receiver: str
    gbp_a_year: float
    first_year: str
    years: int
    prices: str
    posts: float | None
    scheme_before: str | None
    scheme_after: str | None
    percent_before: float | None
    percent_after: float | None
    source: str

    @property
    def rates(self) -> tuple[Scheme, ...]:
        """Give what goes into the pensions of people moved, now and then; nothing for a grant or charge."""
        if self.what != PEOPLE:
            return ()
        both = ((self.scheme_before, self.percent_before), (self.scheme_after, self.percent_after))
        return tuple(scheme(str(name)) if own is None else own_rate(own) for name, own in both)


def funding_of(area: Area, years: Mapping[str, int]) -> dict[str, tuple[Term, ...]]:
    """Read what the study states, by option; ``years`` says over how many years each option is appraised.

    Raises:
        Refusal: for an option that was not found, a payer that is missing or pays itself, a pension that is not said, people
            so few that a page would tell what somebody earns, or years outside the appraisal; by row and column.
    """
    found: dict[str, list[Term]] = {}
    for row in area.table(TABLE).sort("funding_id").iter_rows(named=True):
        term = Term(**{each.name: row[each.name] for each in fields(Term)})
        for column, words in _wrong(area, term, years):
            raise Refusal(f"tables/{TABLE}, row {term.funding_id}, column {column}: {words}")
        found.setdefault(term.option_id, []).append(term)
    return {option: tuple(terms) for option, terms in found.items()}


def _wrong(area: Area, term: Term, years: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Give the columns for which a row cannot be used, each with why and what to do."""
    if term.option_id not in years:
        like = did_you_mean(term.option_id, years)
        yield "option_id", f"no option '{term.option_id}' was found{like}; 'joinedup options' lists them"
        return
    if term.what == "grant":
        if not term.giver:
            yield "giver", "is empty; say who gives the grant"
        if term.payer:
            yield (
                "payer",
                f"a grant comes from outside; call what {term.payer} pays a charge, or leave it empty",
            )
    elif not term.payer:
        yield "payer", "is empty; name the service that pays, or now employs, these people"
    elif term.payer == term.receiver:
        yield "receiver", f"{term.receiver} is the payer too; nobody pays themselves"
    base, last = area.settings.price_base, years[term.option_id]
    if not _dated(term, base, last):
        named = f"{base} to {financial_year(base, last)}"
        yield (
            "first_year",
            f"none of its years lies in {named}, which are appraised; correct it or leave the row out",
        )
    if term.what == PEOPLE:
        yield from _wrong_of_people(term)
        return
    for column in _OF_PEOPLE:
        if getattr(term, column) is not None:
            yield column, f"is of people moved alone, not of a {term.what}; leave it empty"


def _wrong_of_people(term: Term) -> Iterator[tuple[str, str]]:
    for when in ("before", "after"):
        own, kept = getattr(term, f"percent_{when}"), getattr(term, f"scheme_{when}")
        if (own is None) == (kept is None):
            column = f"scheme_{when}"
            yield column, f"name their scheme {when} the move, or give percent_{when}: one of the two"
    if term.posts is None or term.posts < LIMIT:
        yield (
            "posts",
            f"a page would tell what somebody earns; take people together to at least {LIMIT} posts a row",
        )


def funded(terms: tuple[Term, ...], base: str, years: int, draws: Draws) -> tuple[Cash, ...]:
    """Give the flows of an option's terms that fall in its ``years``; ``base`` is the financial year of year 0.

    ``draws`` must hold the growth of prices, by which pounds of each year become real ones.
    """
    levels = price_levels(years, draws[PRICE_GROWTH.name])
    flows: list[Cash] = []
    for term in terms:
        for year in _dated(term, base, years):
            rises = term.prices == "price base"
            amount = np.full(len(draws), term.gbp_a_year) / (1.0 if rises else levels[year])
            flows += _flows(term, year, amount, () if rises else (PRICE_GROWTH.name,))
    return tuple(flows)


def _dated(term: Term, base: str, years: int) -> range:
    """Give the years, from 0, in which a term is paid and that are appraised."""
    first = int(term.first_year[:4]) - int(base[:4])
    return range(max(first, 0), min(first + term.years, years + 1))


def _flows(term: Term, year: int, amount: NDArray[np.float64], names: tuple[str, ...]) -> list[Cash]:
    receiver = Partner(term.receiver)
    if term.what == "grant":
        what = f"grant from {term.giver}"
        return [Cash(what, CashKind.PAYMENT, CashLine.GRANT, year, amount, SOCIETY, receiver, names)]
    payer = Partner(str(term.payer))
    if term.what == "charge":
        return [Cash("charge", CashKind.PAYMENT, CashLine.CHARGE, year, amount, payer, receiver, names)]
    # Who now employs them no longer bears their pay, which the new employer does: as if it paid the old one back.
    moved = "pay of people who change employer"
    flows = [Cash(moved, CashKind.PAYMENT, CashLine.PAY_MOVED, year, amount, receiver, payer, names)]
    for who, pay, rates in zip((payer, receiver), (amount, -amount), term.rates, strict=True):
        borne = Cash(moved, CashKind.CASH_RELEASING, CashLine.RUNNING, year, pay, who, who, names)
        flows += contributions(borne, rates)
    return flows
