"""The financial case: what each partner pays and receives, year by year, in the pounds of that year (§5.1).

It holds money only: cash-releasing flows and payments. Hours set free and worth to society are in the
economic case. VAT, grants and pensions are in it as far as a kind of option gives them as cash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.appraisal.ranges import Range
from joinedup.money import SOCIETY, CashKind, RealPounds, nominal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.money import Cash, Partner

MONEY = (CashKind.CASH_RELEASING, CashKind.PAYMENT)
"""The kinds of worth that pass through a partner's accounts."""


@dataclass(frozen=True, eq=False)
class FinancialCase:
    """Nominal pounds by partner.

    ``by_year`` has the columns partner, year, central, low, high. ``totals`` has partner, central, low,
    high, and, at central values, ``most_laid_out`` (the most that the partner is ever out of pocket, zero
    or more) and ``in_year``.
    """

    by_year: pl.DataFrame
    totals: pl.DataFrame


def financial_case(
    flows: Sequence[Cash], partners: Sequence[Partner], years: int, growth: NDArray[np.float64]
) -> FinancialCase:
    """Work out the financial case; ``growth`` of prices is per cent a year, shape (draws + 1,)."""
    rows, totals = [], []
    for partner in partners:
        if partner == SOCIETY:
            continue
        real = np.zeros((years + 1, len(growth)))
        for flow in flows:
            if flow.kind in MONEY:
                for who, amount in flow.falls_on():
                    if who == partner:
                        real[flow.year] += amount
        paid = nominal(RealPounds(real), growth)
        for year in range(years + 1):
            found = Range.of(paid[year])
            rows.append((partner, year, found.central, found.low, found.high))
        whole = Range.of(paid.sum(axis=0))
        running = np.cumsum(paid[:, 0])
        worst = int(running.argmin())
        totals.append(
            (partner, whole.central, whole.low, whole.high, max(0.0, -float(running[worst])), worst)
        )
    return FinancialCase(
        by_year=pl.DataFrame(rows, _SCHEMA, orient="row"),
        totals=pl.DataFrame(totals, _TOTALS, orient="row"),
    )


_SCHEMA = {
    "partner": pl.String,
    "year": pl.Int64,
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
