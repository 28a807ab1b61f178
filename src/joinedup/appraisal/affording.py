"""Affordability: whether each partner's budget can bear what an option costs it, year by year (§5.1).

A budget says what a service plans to spend, not what it could spare. So a cost is set against a share of the
budget line, the `HEADROOM`, which a study should replace by its own figure. A year in which the option costs a
partner nothing is affordable; a cost in a year for which no budget was given cannot be judged: the last budget is
not carried forward.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from joinedup.appraisal.ranges import HALF_A_PENNY, draws_of
from joinedup.assumptions import Assumption, Grade

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal.financial import FinancialCase
    from joinedup.assumptions import Draws

HEADROOM = Assumption(
    name="appraisal.budget_headroom",
    sentence="How much of a year's budget a partner could turn to a change without a new decision on its budget.",
    unit="share",
    low=0.0,
    central=0.01,
    high=0.03,
    source="judgement, to be replaced by what the treasurer says",
    grade=Grade.JUDGEMENT,
)
SURE = 0.95
"""The share of draws in which a cost fits, or does not, before it is called affordable or not."""


class Affordable(StrEnum):
    """Whether a partner can bear an option in a year."""

    YES = "affordable"
    NO = "not affordable"
    CANNOT_TELL = "cannot tell"


def affordability(
    case: FinancialCase,
    budgets: pl.DataFrame,
    base: str,
    draws: Draws,
    functions: Collection[str] = (),
) -> pl.DataFrame:
    """Judge each partner and year against the study's table of budgets.

    ``base`` is the financial year of year 0, such as 2025/26; ``functions`` are the budget lines that would pay,
    all of a service's lines where none is named.

    Returns:
        partner, year, financial_year, cost (central, zero or more, pounds of the year), budget (gross, None where
        none is given), headroom (central), chance (the share of draws in which the cost fits, None without a
        budget), outcome and why; sorted by partner as in the case, then year.
    """
    lines = budgets.filter(pl.col("function").is_in(list(functions))) if functions else budgets
    rows = []
    for partner, paid in case.paid.items():
        for year, amount in enumerate(paid):
            named = financial_year(base, year)
            own = lines.filter((pl.col("service_id") == partner) & (pl.col("year") == named))
            budget = float(own["gross_gbp"].sum()) if own.height else None
            rows.append((partner, year, named, *_judged(amount, budget, draws)))
    return pl.DataFrame(rows, _SCHEMA, orient="row")


def financial_year(base: str, year: int) -> str:
    """Give the name of the financial year that is ``year`` years after the base.

    >>> financial_year("2025/26", 1), financial_year("1999/00", 0)
    ('2026/27', '1999/00')
    """
    first = int(base[:4]) + year
    return f"{first}/{(first + 1) % 100:02d}"


def _judged(
    amount: NDArray[np.float64], budget: float | None, draws: Draws
) -> tuple[float, float | None, float | None, float | None, str, str]:
    cost = -amount
    central = max(0.0, float(cost[0]))
    sure_to_cost_nothing = float((draws_of(cost) <= HALF_A_PENNY).mean()) >= SURE and central <= HALF_A_PENNY
    room = None if budget is None else budget * draws[HEADROOM.name]
    if sure_to_cost_nothing:
        why = "the option costs it nothing in this year"
        return central, budget, None if room is None else float(room[0]), 1.0, Affordable.YES.value, why
    if room is None:
        why = "no budget is given for this year"
        return central, None, None, None, Affordable.CANNOT_TELL.value, why
    chance = float((draws_of(cost) <= draws_of(room) + HALF_A_PENNY).mean())
    if chance >= SURE:
        outcome, why = Affordable.YES, "the cost fits into what the budget could spare"
    elif chance <= 1 - SURE:
        outcome, why = Affordable.NO, "the cost is more than the budget could spare"
    else:
        outcome, why = Affordable.CANNOT_TELL, "it depends on what the budget could spare"
    return central, budget, float(room[0]), chance, outcome.value, why


_SCHEMA = {
    "partner": pl.String,
    "year": pl.Int64,
    "financial_year": pl.String,
    "cost": pl.Float64,
    "budget": pl.Float64,
    "headroom": pl.Float64,
    "chance": pl.Float64,
    "outcome": pl.String,
    "why": pl.String,
}
