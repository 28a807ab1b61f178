"""Appraise one option: what it is worth, to whom, how surely, and what would change the answer (§5)."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.affording import HEADROOM
from joinedup.appraisal.beside import ASSUMPTIONS as BESIDE
from joinedup.appraisal.beside import Beside, beside
from joinedup.appraisal.comparison import Comparison, compare
from joinedup.appraisal.economic import EconomicCase, economic_case, present_worth
from joinedup.appraisal.financial import FinancialCase, financial_case
from joinedup.appraisal.growing import PRICE_GROWTH
from joinedup.appraisal.partners import Standing, everybody, payers_and_beneficiaries, standings
from joinedup.appraisal.ranges import HALF_A_PENNY, Range, draws_of
from joinedup.appraisal.stress import Stressed, stressed
from joinedup.assumptions import Assumption, Grade
from joinedup.money import (
    EDITION,
    SOCIETY,
    CashKind,
    CashLine,
    Partner,
    ProjectType,
    discount_factors,
    project_type,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Draws
    from joinedup.money import Cash, Recovery

YEARS_BEFORE_LEAVING = Assumption(
    name="appraisal.years_before_leaving",
    sentence="After how many years a partner leaves, in the case where the joint working ends early.",
    unit="years",
    low=2.0,
    central=6.0,
    high=10.0,
    source="Warwickshire and West Mercia policing alliance: agreed 2012, notice given October 2018",
    grade=Grade.ELSEWHERE,
)
COST_TO_LEAVE = Assumption(
    name="appraisal.cost_to_leave",
    sentence="What leaving costs, as a share of the money that joining has saved until then.",
    unit="£ for each £ saved",
    low=0.1,
    central=0.3,
    high=1.0,
    source="Warwickshire and West Mercia policing alliance, one case: £10.5m to leave, £35m saved",
    grade=Grade.ELSEWHERE,
)
ASSUMPTIONS = (PRICE_GROWTH, YEARS_BEFORE_LEAVING, COST_TO_LEAVE, HEADROOM, *BESIDE)
"""What every appraisal assumes; draw them together with those of the kinds."""


@dataclass(frozen=True, eq=False)
class Leaving:
    """The option if it ends early: a stress case, never part of the estimate.

    ``year`` is the central year of leaving, ``cost`` what leaving costs then, undiscounted, and ``npsv``
    the worth of the years until then less that cost; arrays have shape (draws + 1,).
    """

    year: int
    cost: NDArray[np.float64]
    npsv: NDArray[np.float64]
    stated: bool
    """Whether the study gave the cost; otherwise it is scaled from one published case."""


@dataclass(frozen=True)
class Moved:
    """An assumption, and the rank correlation over the draws between it and the NPSV, from -1 to 1."""

    assumption: Assumption
    rank_correlation: float


@dataclass(frozen=True, eq=False)
class Appraisal:
    """The whole answer about one option; arrays have shape (draws + 1,), the central value first.

    ``bias_pct`` is the optimism bias on the costs of ``biased_line``, after mitigation. ``payers`` is the
    table of payer by beneficiary. ``stress``, ``beside`` and ``leaving`` stand beside the estimate and never enter it.
    """

    years: int
    edition: str
    biased_line: CashLine
    bias_pct: float
    economic: EconomicCase
    financial: FinancialCase
    payers: pl.DataFrame
    standings: tuple[Standing, ...]
    comparison: Comparison
    stress: tuple[Stressed, ...]
    beside: tuple[Beside, ...]
    leaving: Leaving
    what_moved_it: tuple[Moved, ...]
    flows: tuple[Cash, ...]
    """The flows as adjusted, from which all of this was added up."""

    @property
    def npsv(self) -> NDArray[np.float64]:
        """Give the net present social value, real pounds."""
        return self.economic.npsv

    @property
    def worth(self) -> Range:
        """Give the range of the net present social value."""
        return Range.of(self.economic.npsv)

    @property
    def overruns(self) -> dict[CashLine, float]:
        """Give the optimism bias by line, per cent, as `costed` and `swings` take it."""
        return {self.biased_line: self.bias_pct}

    def adjusted(self, cash: Sequence[Cash], draws: Draws) -> tuple[Cash, ...]:
        """Raise and cut other flows of the option as these were."""
        return adjusted(cash, draws.assumptions, self.overruns)

    @property
    def better_alone(self) -> tuple[str, ...]:
        """Name the partners that would expect more from what they could do by themselves than from this option."""
        expected = {each.partner: float(draws_of(each.worth).mean()) for each in self.standings}
        return tuple(
            partner
            for partner, worth in sorted(self.comparison.alone.items())
            if float(draws_of(worth).mean()) > max(expected.get(Partner(partner), 0.0), 0.0) + HALF_A_PENNY
        )

    @property
    def losers(self) -> tuple[Standing, ...]:
        """Name whoever is worse off at central values, in all or in money alone, the greatest loss first."""
        losing = [
            each for each in self.standings if each.loses or (each.loses_money and each.partner != SOCIETY)
        ]
        return tuple(sorted(losing, key=lambda each: (min(each.worth[0], each.money[0]), each.partner)))


def appraise(
    cash: Sequence[Cash],
    draws: Draws,
    *,
    project: str | ProjectType | None,
    years: int,
    partners: Iterable[str] = (),
    mitigation: float = 0.0,
    do_minimum: Sequence[Cash] = (),
    alone: Mapping[str, Sequence[Cash]] = MappingProxyType({}),
    exit_cost: NDArray[np.float64] | None = None,
    vat: Mapping[str, Recovery] = MappingProxyType({}),
    edition: str = EDITION,
) -> Appraisal:
    """Appraise the ``cash`` of one option, which is its difference against carrying on.

    ``project`` is the type of project whose optimism bias its costs carry, None for none; ``mitigation`` is
    the share of the causes of that bias that is managed. ``do_minimum`` is what carrying on costs for the
    same things; ``alone`` is, by partner, what it could do by itself, against carrying on; ``exit_cost`` is
    what leaving would cost, real pounds, shape (draws + 1,), where the study knows it. ``vat`` says by partner what
    it gets back of value added tax, as `recoveries` gives it. ``draws`` must hold `ASSUMPTIONS`.

    Raises:
        ValueError: when a flow lies beyond the years, has another number of draws, or rests on what was not
        drawn.
    """
    missing = [each.name for each in ASSUMPTIONS if each.name not in draws.values]
    if missing:
        raise ValueError(f"'{missing[0]}' was not drawn; draw appraisal.ASSUMPTIONS with those of the kinds")
    count = len(draws)
    for flow in (*cash, *do_minimum, *(each for flows in alone.values() for each in flows)):
        if flow.year > years:
            raise ValueError(
                f"cash '{flow.what}' lies in year {flow.year}, beyond the {years} years appraised"
            )
        if flow.amount.shape != (count,):
            raise ValueError(
                f"cash '{flow.what}' has shape {flow.amount.shape}, not ({count},) as the draws have"
            )
    kind_of_project = project_type(project) if isinstance(project, str) else project
    bias = (
        (CashLine.CAPITAL, 0.0)
        if kind_of_project is None
        else (kind_of_project.applies_to, kind_of_project.cost.after(mitigation))
    )

    def worked(given: Sequence[Cash]) -> tuple[Cash, ...]:
        return adjusted(given, draws.assumptions, {bias[0]: bias[1]})

    def worth(given: Sequence[Cash]) -> NDArray[np.float64]:
        return present_worth(worked([f for f in given if f.kind is not CashKind.PAYMENT]), count, edition)

    flows = worked(cash)
    economic = economic_case(cash, flows, count=count, years=years, edition=edition, bias=bias)
    people = everybody(flows, partners)
    return Appraisal(
        years=years,
        edition=edition,
        biased_line=bias[0],
        bias_pct=bias[1],
        economic=economic,
        financial=financial_case(flows, people, years, draws[PRICE_GROWTH.name], vat),
        payers=payers_and_beneficiaries(flows, count, edition),
        standings=standings(flows, people, count, edition, vat),
        comparison=compare(
            economic.npsv,
            worth(do_minimum) if do_minimum else None,
            {partner: worth(alone[partner]) for partner in sorted(alone)},
        ),
        stress=stressed(cash, draws.assumptions, bias, count, edition),
        beside=beside(
            flows,
            1.0 / (1.0 + bias[1] / 100.0) if bias[0] is CashLine.CAPITAL else 1.0,
            economic.npsv,
            draws,
            years,
            edition,
        ),
        leaving=_leaving(flows, draws, years, edition, exit_cost),
        what_moved_it=_moved(cash, draws, economic.npsv),
        flows=flows,
    )


def _leaving(
    flows: Sequence[Cash], draws: Draws, years: int, edition: str, exit_cost: NDArray[np.float64] | None
) -> Leaving:
    """Work out the worth of the option if it ends early, in the year that each draw says."""
    count = len(draws)
    until = np.minimum(np.rint(draws[YEARS_BEFORE_LEAVING.name]).astype(np.int64), years)
    kept, saved = np.zeros(count), np.zeros(count)
    for flow in flows:
        still = flow.year <= until
        if flow.kind is not CashKind.PAYMENT:
            kept += np.where(still, present_worth([flow], count, edition), 0.0)
        if flow.kind is CashKind.CASH_RELEASING:
            saved += np.where(still, flow.gained, 0.0)
    cost = saved * draws[COST_TO_LEAVE.name] if exit_cost is None else exit_cost
    npsv = kept - cost * discount_factors(edition=edition)[until]
    return Leaving(int(until[0]), cost, npsv, stated=exit_cost is not None)


def _moved(cash: Sequence[Cash], draws: Draws, npsv: NDArray[np.float64]) -> tuple[Moved, ...]:
    """Rank the assumptions that the cash rests on by how closely the NPSV follows them."""
    moved = []
    names = {name for flow in cash if flow.kind is not CashKind.PAYMENT for name in flow.names}
    outcome = npsv[1:]
    for name in sorted(names):
        values = draws[name][1:]
        if len(values) > 1 and np.ptp(values) > 0 and np.ptp(outcome) > 0:
            one, other = (pl.Series(each).rank().to_numpy() for each in (values, outcome))
            correlation = np.corrcoef(one, other)[0, 1]
            moved.append(Moved(draws.assumptions[name], float(correlation)))
    return tuple(sorted(moved, key=lambda each: (-abs(each.rank_correlation), each.assumption.name)))
