"""The financial case: what each partner pays and receives, year by year, in the pounds of that year (§5.1).

It holds money only: cash-releasing flows and payments, grants, charges and pension contributions as a kind of
option gives them, and the value added tax that a partner does not get back. Hours set free and worth to society
are in the economic case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.appraisal.ranges import HALF_A_PENNY, Range
from joinedup.money import SOCIETY, CashKind, RealPounds, Recovery, Supply, nominal, recovery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.money import Cash, Partner

MONEY = (CashKind.CASH_RELEASING, CashKind.PAYMENT)
"""The kinds of worth that pass through a partner's accounts."""
VAT = "value added tax"
"""The line of the tax that a partner bears for good."""


@dataclass(frozen=True, eq=False)
class FinancialCase:
    """Nominal pounds by partner.

    ``by_year`` has the columns partner, year, central, low, high; ``by_line`` the same with line, which says
    what it was for, only where there is something. ``totals`` has partner, central, low, high, and, at central
    values, ``most_laid_out`` (the most that the partner is ever out of pocket, zero or more) and ``in_year``.
    ``paid`` are the pounds of each partner by year and draw, shape (years + 1, draws + 1).
    """

    by_year: pl.DataFrame
    by_line: pl.DataFrame
    totals: pl.DataFrame
    paid: Mapping[str, NDArray[np.float64]]
    incomplete: tuple[str, ...]
    """What is not in it, in words."""

    @property
    def losers(self) -> tuple[str, ...]:
        """Name the partners whose accounts are worse off in all, at central values."""
        worse = self.totals.filter(pl.col("central") < -HALF_A_PENNY)
        return tuple(worse.sort("central", "partner")["partner"].to_list())


def recoveries(area: Area) -> dict[str, Recovery]:
    """Say by service what it gets back of value added tax; a service whose rule is not known is left out."""
    found = {each: recovery(area.kind_of(each), area.settings.nation) for each in area.services}
    return {service: rule for service, rule in found.items() if rule is not None}


def financial_case(
    flows: Sequence[Cash],
    partners: Sequence[Partner],
    years: int,
    growth: NDArray[np.float64],
    vat: Mapping[str, Recovery],
) -> FinancialCase:
    """Work out the financial case.

    ``growth`` of prices is per cent a year, shape (draws + 1,); ``vat`` says by partner what it gets back.
    """
    rows, lines, totals = [], [], []
    by_partner: dict[str, NDArray[np.float64]] = {}
    for partner in partners:
        if partner == SOCIETY:
            continue
        real: dict[str, NDArray[np.float64]] = {}
        for flow in flows:
            for line, amount in through_accounts(partner, flow, vat.get(partner)):
                if line not in real:
                    real[line] = np.zeros((years + 1, len(growth)))
                real[line][flow.year] += amount
        by_name = {line: nominal(RealPounds(real[line]), growth) for line in sorted(real)}
        for line, paid in by_name.items():
            held = np.flatnonzero(np.abs(paid).max(axis=1) > HALF_A_PENNY)
            for year, found in zip(held.tolist(), Range.of_each(paid[held]), strict=True):
                lines.append((partner, year, line, found.central, found.low, found.high))
        whole = sum(by_name.values(), np.zeros((years + 1, len(growth))))
        by_partner[partner] = whole
        # Most partners of a large area have no part in an option: nothing is summed up for them.
        nothing = [Range(0.0, 0.0, 0.0, 0.0)] * (years + 2)
        *each_year, found = Range.of_each(np.vstack([whole, whole.sum(axis=0)])) if by_name else nothing
        rows += [(partner, year, each.central, each.low, each.high) for year, each in enumerate(each_year)]
        running = np.cumsum(whole[:, 0])
        worst = int(running.argmin())
        out_of_pocket = max(0.0, -float(running[worst]))
        totals.append((partner, found.central, found.low, found.high, out_of_pocket, worst))
    bought = {who for f in flows if f.supply is not Supply.OUTSIDE for who in (f.payer, f.beneficiary)}
    return FinancialCase(
        by_year=pl.DataFrame(rows, _SCHEMA, orient="row"),
        by_line=pl.DataFrame(lines, _LINES, orient="row"),
        totals=pl.DataFrame(totals, _TOTALS, orient="row"),
        paid=by_partner,
        incomplete=tuple(
            f"whether {partner} gets its value added tax back is not known; none is in its accounts"
            for partner in partners
            if partner in bought and partner not in vat and partner != SOCIETY
        ),
    )


def through_accounts(
    partner: Partner, flow: Cash, rule: Recovery | None
) -> list[tuple[str, NDArray[np.float64]]]:
    """Give the lines of one partner's accounts that a flow touches: its own, and the tax that goes with it."""
    if flow.kind not in MONEY:
        return []
    found: list[tuple[str, NDArray[np.float64]]] = []
    kept = 0.0 if rule is None else rule.kept_from(flow.supply)
    for who, amount in flow.falls_on():
        if who == partner:
            found.append((flow.line.value, amount))
            # Who receives a payment hands the tax on; only who pays can be left with it.
            if kept and not (flow.kind is CashKind.PAYMENT and who == flow.beneficiary):
                found.append((VAT, amount * kept))
    return found


_SCHEMA = {
    "partner": pl.String,
    "year": pl.Int64,
    "central": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
_LINES = {
    "partner": pl.String,
    "year": pl.Int64,
    "line": pl.String,
    "central": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
_TOTALS = {
    "partner": pl.String,
    "central": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "most_laid_out": pl.Float64,
    "in_year": pl.Int64,
}
