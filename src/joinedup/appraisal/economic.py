"""The economic case: real pounds, the whole of society, no payments between partners (§5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.ranges import HALF_A_PENNY, share_below_zero
from joinedup.money import CashKind, CashLine, annuity, discount_factors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.money import Cash


@dataclass(frozen=True)
class Switching:
    """By how much the answer would have to be wrong for the option to be worth nothing, at central values.

    ``benefit_change_pct`` is the change of everything gained; ``optimism_bias_pct`` is the whole bias on
    cost, not the addition to it. Each is None where there is nothing to change.
    """

    benefit_change_pct: float | None
    optimism_bias_pct: float | None


@dataclass(frozen=True, eq=False)
class EconomicCase:
    """What an option is worth to society, present values in real pounds, shape (draws + 1,).

    ``npsv`` is ``gains`` less ``costs`` and also ``benefits`` less ``net_cost``. Gains are everything
    positive, costs everything negative. Net cost is capital and running cost less the savings on them and
    receipts; benefits are the rest. ``bcr`` is benefits over net cost at central values, None where net
    cost is not positive, or where all that is gained is money saved: a ratio of 0 would hide it. ``as_given`` is the
    NPSV before optimism bias and the correction of gains.
    """

    npsv: NDArray[np.float64]
    gains: NDArray[np.float64]
    costs: NDArray[np.float64]
    benefits: NDArray[np.float64]
    net_cost: NDArray[np.float64]
    as_given: NDArray[np.float64]
    bcr: float | None
    payback_year: int | None
    equivalent_annual_value: NDArray[np.float64]
    equivalent_annual_cost_of_capital: NDArray[np.float64]
    switching: Switching

    @property
    def chance_of_a_loss(self) -> float:
        """Give the share of draws in which the option is worth less than nothing."""
        return share_below_zero(self.npsv)


def economic_case(
    given: Sequence[Cash],
    flows: Sequence[Cash],
    *,
    count: int,
    years: int,
    edition: str,
    bias: tuple[CashLine, float],
) -> EconomicCase:
    """Work out the economic case; ``given`` are the unadjusted flows, ``bias`` is its line and per cent."""
    real = [flow for flow in flows if flow.kind is not CashKind.PAYMENT]
    gains = _discounted([(flow, flow.gained) for flow in real], count, edition)
    benefits = present_worth([flow for flow in real if flow.line is CashLine.BENEFIT], count, edition)
    net_cost = -present_worth([flow for flow in real if flow.line is not CashLine.BENEFIT], count, edition)
    npsv = benefits - net_cost
    capital = _discounted([(f, -f.spent) for f in real if f.line is CashLine.CAPITAL], count, edition)
    line, per_cent = bias
    raised = _discounted([(f, -f.spent) for f in real if f.line is line], count, edition)[0]
    unraised = raised / (1 + per_cent / 100)
    spread = annuity(years, edition=edition)
    only_saves = gains[0] > HALF_A_PENNY and abs(benefits[0]) <= HALF_A_PENNY
    return EconomicCase(
        npsv=npsv,
        gains=gains,
        costs=gains - npsv,
        benefits=benefits,
        net_cost=net_cost,
        as_given=present_value_of(given, count, edition),
        bcr=None if net_cost[0] <= HALF_A_PENNY or only_saves else float(benefits[0] / net_cost[0]),
        payback_year=payback_year(real),
        equivalent_annual_value=npsv / spread,
        equivalent_annual_cost_of_capital=capital / spread,
        switching=Switching(
            benefit_change_pct=float(-100 * npsv[0] / gains[0]) if gains[0] > HALF_A_PENNY else None,
            optimism_bias_pct=float(per_cent + 100 * npsv[0] / unraised) if unraised > HALF_A_PENNY else None,
        ),
    )


def present_worth(flows: Sequence[Cash], count: int, edition: str) -> NDArray[np.float64]:
    """Add up flows at what they are worth now, effects on health at the health rate; shape (count,)."""
    return _discounted([(flow, flow.amount) for flow in flows], count, edition)


def present_value_of(flows: Sequence[Cash], count: int, edition: str) -> NDArray[np.float64]:
    """Add up what adjusted flows are worth now to all together, payments nothing; shape (count,)."""
    return present_worth([flow for flow in flows if flow.kind is not CashKind.PAYMENT], count, edition)


def discounted(flow: Cash, amount: NDArray[np.float64], edition: str) -> NDArray[np.float64]:
    """Give what an amount that goes with a flow is worth now."""
    factor = float(discount_factors("health" if flow.health else "standard", edition)[flow.year])
    return amount * factor


def payback_year(flows: Sequence[Cash]) -> int | None:
    """Give the first year in which undiscounted gains have paid for the costs so far, at central values.

    Years before the first cost do not count: nothing has been laid out yet. None where it is never paid
    back; year of the first flow where there are no costs.
    """
    net: dict[int, float] = {}
    for flow in flows:
        net[flow.year] = net.get(flow.year, 0.0) + float(flow.amount[0])
    begun = min((flow.year for flow in flows if flow.amount[0] < 0), default=min(net, default=0))
    total = 0.0
    for year in sorted(net):
        total += net[year]
        if year >= begun and total >= -HALF_A_PENNY:
            return year
    return None


def _discounted(
    amounts: Sequence[tuple[Cash, NDArray[np.float64]]], count: int, edition: str
) -> NDArray[np.float64]:
    """Add up amounts at what they are worth now, each with the flow that gives its year and its rate."""
    total = np.zeros(count)
    for flow, amount in amounts:
        total = total + discounted(flow, amount, edition)
    return total
