"""Small cases of cash to appraise."""

from collections.abc import Sequence

import numpy as np

from joinedup.appraisal import ASSUMPTIONS
from joinedup.assumptions import Assumption, Draws, Grade, draw
from joinedup.money import Cash, CashKind, CashLine, Partner

FIRE, AMBULANCE = Partner("fire"), Partner("ambulance")


def assumption(
    name: str, low: float, central: float, high: float, grade: Grade = Grade.AUDITED
) -> Assumption:
    return Assumption(name, f"What {name} is.", "£", low, central, high, "a test", grade)


def drawn(*assumptions: Assumption, draws: int = 0) -> Draws:
    return draw((*ASSUMPTIONS, *assumptions), draws, seed=1)


def flow(
    line: CashLine,
    year: int,
    amount: float | np.ndarray,
    payer: Partner = FIRE,
    beneficiary: Partner | None = None,
    *,
    kind: CashKind = CashKind.CASH_RELEASING,
    names: tuple[str, ...] = (),
    health: bool = False,
) -> Cash:
    row = np.atleast_1d(np.asarray(amount, dtype=np.float64))
    return Cash(line.value, kind, line, year, row, payer, beneficiary or payer, names, health)


def payment(year: int, amount: float | np.ndarray, payer: Partner, beneficiary: Partner) -> Cash:
    return flow(CashLine.PAYMENT, year, amount, payer, beneficiary, kind=CashKind.PAYMENT)


def golden_case(size: int = 1) -> Sequence[Cash]:
    """Give 10 of capital now, then 0.2 of running cost and 1.9 of benefit in each of ten years."""
    one = np.ones(size)
    return [
        flow(CashLine.CAPITAL, 0, -10.0 * one),
        *(flow(CashLine.RUNNING, year, -0.2 * one) for year in range(1, 11)),
        *(flow(CashLine.BENEFIT, year, 1.9 * one) for year in range(1, 11)),
    ]
