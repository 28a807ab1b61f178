"""The five cases of a business case for one option: what is computed here, and what the study has yet to write (§5.1).

The economic and financial cases are computed. The strategic, commercial and management cases are the partners' own:
each line asks what a board will ask, and gives what the study already knows towards it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal.affording import Affordable, financial_year
from joinedup.appraisal.cases import cases_like, months_elsewhere
from joinedup.appraisal.ranges import HALF_A_PENNY
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.appraisal.duty import Duty
    from joinedup.appraisal.economic import EconomicCase
    from joinedup.appraisal.gate import Gate
    from joinedup.appraisal.outcomes import Effect, Objective
    from joinedup.appraisal.people import People
    from joinedup.options import Option


class FiveCase(StrEnum):
    """One of the five."""

    STRATEGIC = "strategic"
    ECONOMIC = "economic"
    COMMERCIAL = "commercial"
    FINANCIAL = "financial"
    MANAGEMENT = "management"


@dataclass(frozen=True, eq=False)
class CaseLine:
    """One line of one case: what is asked, and what is known.

    ``figure`` is a number, or an array of shape (draws + 1,), in ``unit``; ``words`` say what is known where there is
    no figure, or what a figure leaves out. Where both are empty the study has still to write it.
    """

    case: FiveCase
    asks: str
    words: str = ""
    figure: NDArray[np.float64] | float | None = None
    unit: Unit | None = None

    @property
    def to_write(self) -> bool:
        """Whether the study has still to write this line."""
        return self.figure is None and not self.words


def five_cases(
    option: Option,
    appraisal: Appraisal,
    gate: Gate,
    duty: Duty,
    people: People,
    affordable: pl.DataFrame,
    *,
    price_base: str,
    effects: Sequence[Effect] = (),
    objectives: Sequence[Objective] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[CaseLine, ...]:
    """Lay out the five cases of an option; ``affordable`` is what `affordability` gave, ``price_base`` names year 0.

    ``objectives`` are what the services have stated that they want, ``effects`` what the option does for each, and ``names``
    what services are called in words.
    """
    return (
        *_strategic(option, gate, duty, _served(effects, objectives, names)),
        *_economic(appraisal, price_base),
        *_commercial(option, appraisal),
        *_financial(option, appraisal, affordable, names),
        *_management(option, people),
    )


def no_ratio(found: EconomicCase) -> str:
    """Say why there is no ratio of benefit to cost; empty where there is one (§5.1).

    Savings of money lower the cost that benefits are divided by. Where there is nothing else a ratio of 0 would hide them.
    """
    if found.bcr is not None:
        return ""
    if found.net_cost[0] <= HALF_A_PENNY:
        return "none: it costs nothing net"
    return "none: all that it gains is money saved, which lowers its cost and is no benefit to divide by it"


def paid_back_in(found: EconomicCase, years: int, price_base: str) -> str:
    """Name the financial year by the end of which it has paid for itself at central values, if there is one."""
    if found.payback_year is None:
        return f"not within {years} years"
    return f"in {financial_year(price_base, found.payback_year)}"


def _strategic(option: Option, gate: Gate, duty: Duty, served: str) -> tuple[CaseLine, ...]:
    case, test = FiveCase.STRATEGIC, duty.to_collaborate
    reasons = f": {'; '.join(gate.reasons)}" if gate.reasons else ""
    return (
        CaseLine(case, "Which objective of each partner does it serve, and which does it set back?", served),
        CaseLine(case, "Why now, and what happens if nothing is done?"),
        CaseLine(
            case,
            "Does the evidence meet the duty to collaborate?",
            f"{test.test}: {test.answer}; {test.evidence}",
        ),
        CaseLine(case, "Is anybody made to wait longer?", f"the safety gate says {gate.outcome}{reasons}"),
        CaseLine(
            case,
            "What has come of it before, here?",
            str(
                option.facts.get("tried_before")
                or "nothing like it is in the register between these partners"
            ),
        ),
    )


def _served(effects: Sequence[Effect], objectives: Sequence[Objective], names: Mapping[str, str]) -> str:
    """Say which stated objectives are served and which set back, in the services' own words; nothing where none is stated."""
    found = {(each.service, each.measure): each for each in effects}
    said: dict[str, list[str]] = {
        "serves": [],
        "sets back": [],
        "makes no difference to": [],
        "not known of": [],
    }
    for each in objectives:
        effect = found.get((each.service, each.measure))
        if effect is None or effect.change is None:
            how = "not known of"
        else:
            how = {True: "serves", False: "sets back", None: "makes no difference to"}[effect.helps]
        said[how].append(f"“{each.words}” ({names.get(each.service, each.service)})")
    return "; ".join(f"{how}: {', '.join(what)}" for how, what in said.items() if what)


def _economic(appraisal: Appraisal, price_base: str) -> tuple[CaseLine, ...]:
    case, found = FiveCase.ECONOMIC, appraisal.economic
    comparison = appraisal.comparison
    why_none = no_ratio(found)
    lines = [
        CaseLine(case, "What is it worth to everybody (NPSV)?", figure=found.npsv, unit=Unit.POUNDS),
        CaseLine(case, "How likely is a loss?", figure=found.chance_of_a_loss, unit=Unit.SHARE),
        CaseLine(
            case,
            "How much benefit for each pound of net cost (BCR)?",
            why_none,
            None if why_none else found.bcr,
            None if why_none else Unit.NUMBER,
        ),
        CaseLine(
            case,
            "In which year has it paid for itself?",
            paid_back_in(found, appraisal.years, price_base),
        ),
        CaseLine(
            case,
            "What is it worth in a year, spread evenly?",
            figure=found.equivalent_annual_value,
            unit=Unit.POUNDS,
        ),
    ]
    if comparison.alone:
        lines.append(
            CaseLine(
                case,
                "How much of it is due to working together, and could not be had alone?",
                figure=comparison.credited,
                unit=Unit.POUNDS,
            )
        )
    lines += [CaseLine(case, "What has not been costed?", each) for each in comparison.incomplete]
    return tuple(lines)


def _commercial(option: Option, appraisal: Appraisal) -> tuple[CaseLine, ...]:
    case = FiveCase.COMMERCIAL
    return (
        CaseLine(case, "What has to be bought, built, sold or let, and by which route?"),
        CaseLine(case, "Who holds the lease, licence or agreement between the partners, and for how long?"),
        CaseLine(
            case,
            "What does parting cost?",
            f"when the partners part, here after {appraisal.leaving.year} years; not discounted, and in no total",
            appraisal.leaving.cost,
            Unit.POUNDS,
        ),
        CaseLine(case, "Who pays for parting, and on what notice?"),
        *(CaseLine(case, "What is still open?", each) for each in option.incomplete),
    )


def _financial(
    option: Option, appraisal: Appraisal, affordable: pl.DataFrame, names: Mapping[str, str]
) -> tuple[CaseLine, ...]:
    """Show the accounts of every partner, and of whoever else the money touches."""
    case = FiveCase.FINANCIAL
    lines = []
    concerned = {who for flow in appraisal.flows for who, _ in flow.falls_on()} | set(option.partners)
    for row in appraisal.financial.totals.iter_rows(named=True):
        partner = row["partner"]
        if partner not in concerned:
            continue
        name = names.get(partner, partner)
        lines.append(
            CaseLine(
                case,
                f"What do the accounts of {name} show over {appraisal.years} years?",
                figure=row["central"],
                unit=Unit.POUNDS,
            )
        )
        years = affordable.filter(pl.col("partner") == partner)
        for outcome in (Affordable.NO, Affordable.CANNOT_TELL):
            named = years.filter(pl.col("outcome") == outcome.value)
            if named.height:
                when = ", ".join(named["financial_year"].to_list())
                why = "; ".join(dict.fromkeys(named["why"].to_list()))
                lines.append(CaseLine(case, f"Can {name} afford it?", f"{outcome} in {when}: {why}"))
        if years.height and (years["outcome"] == Affordable.YES.value).all():
            lines.append(CaseLine(case, f"Can {name} afford it?", "affordable in every year"))
    lines += [CaseLine(case, "What is not in the accounts?", each) for each in appraisal.financial.incomplete]
    return tuple(lines)


def _management(option: Option, people: People) -> tuple[CaseLine, ...]:
    case = FiveCase.MANAGEMENT
    months = months_elsewhere(option.kind)
    took = (
        f"elsewhere {', '.join(str(each) for each in months)} months, by whole years, which is no sample"
        if months
        else f"none of the {len(cases_like(option.kind))} cases elsewhere says"
    )
    missing = ", ".join(people.missing)
    return (
        CaseLine(case, "Who answers for it, and who sits on its board?"),
        CaseLine(case, "How long have such things taken from idea to live?", took),
        CaseLine(
            case,
            "What does it ask of people?",
            f"incomplete; not known yet: {missing}" if missing else "all that a board asks is stated",
        ),
        CaseLine(case, "How will the promised benefit be measured, by whom and from when?"),
    )
