"""The five cases of a business case for one option: what is computed here, and what the study has yet to write (§5.1).

The economic and financial cases are computed. The strategic, commercial and management cases are the partners' own:
each line asks what a board will ask, and gives what the study already knows towards it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal.affording import Affordable
from joinedup.appraisal.cases import cases_like, months_elsewhere
from joinedup.wording import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.appraisal.duty import Duty
    from joinedup.appraisal.gate import Gate
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
    no figure. Where both are empty the study has still to write it.
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
) -> tuple[CaseLine, ...]:
    """Lay out the five cases of an option; ``affordable`` is what `affordability` gave."""
    return (
        *_strategic(option, gate, duty),
        *_economic(appraisal),
        *_commercial(option),
        *_financial(appraisal, affordable),
        *_management(option, appraisal, people),
    )


def _strategic(option: Option, gate: Gate, duty: Duty) -> tuple[CaseLine, ...]:
    case, test = FiveCase.STRATEGIC, duty.to_collaborate
    reasons = f": {'; '.join(gate.reasons)}" if gate.reasons else ""
    return (
        CaseLine(case, "Which objective of each partner does it serve, and which does it set back?"),
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


def _economic(appraisal: Appraisal) -> tuple[CaseLine, ...]:
    case, found = FiveCase.ECONOMIC, appraisal.economic
    comparison = appraisal.comparison
    lines = [
        CaseLine(case, "What is it worth to everybody (NPSV)?", figure=found.npsv, unit=Unit.POUNDS),
        CaseLine(case, "How likely is a loss?", figure=found.chance_of_a_loss, unit=Unit.SHARE),
        CaseLine(
            case,
            "How much benefit for each pound of net cost (BCR)?",
            ""
            if found.bcr is not None
            else "there is no ratio: it costs nothing net, so it has no cost to divide by",
            found.bcr,
            None if found.bcr is None else Unit.NUMBER,
        ),
        CaseLine(
            case,
            "In which year has it paid for itself?",
            "" if found.payback_year is not None else "not within the years appraised",
            found.payback_year,
            None if found.payback_year is None else Unit.NUMBER,
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


def _commercial(option: Option) -> tuple[CaseLine, ...]:
    case = FiveCase.COMMERCIAL
    return (
        CaseLine(case, "What has to be bought, built, sold or let, and by which route?"),
        CaseLine(case, "Who holds the lease, licence or agreement between the partners, and for how long?"),
        CaseLine(case, "What does parting cost, who pays it, and on what notice?"),
        *(CaseLine(case, "What is still open?", each) for each in option.incomplete),
    )


def _financial(appraisal: Appraisal, affordable: pl.DataFrame) -> tuple[CaseLine, ...]:
    case = FiveCase.FINANCIAL
    lines = []
    for row in appraisal.financial.totals.iter_rows(named=True):
        partner = row["partner"]
        lines.append(
            CaseLine(
                case,
                f"What do the accounts of {partner} show over {appraisal.years} years?",
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
                lines.append(CaseLine(case, f"Can {partner} afford it?", f"{outcome} in {when}: {why}"))
        if years.height and (years["outcome"] == Affordable.YES.value).all():
            lines.append(CaseLine(case, f"Can {partner} afford it?", "affordable in every year"))
    lines += [CaseLine(case, "What is not in the accounts?", each) for each in appraisal.financial.incomplete]
    return tuple(lines)


def _management(option: Option, appraisal: Appraisal, people: People) -> tuple[CaseLine, ...]:
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
        CaseLine(case, "What would it cost to leave?", figure=appraisal.leaving.cost, unit=Unit.POUNDS),
        CaseLine(case, "How will the promised benefit be measured, by whom and from when?"),
    )
