"""Typed cash: who pays, who benefits, when, and whether it is money in the bank."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NewType

import numpy as np
from numpy.typing import NDArray

from joinedup.money.vat import Supply

Partner = NewType("Partner", str)
"""A service_id of the study, or SOCIETY."""

SOCIETY = Partner("society")
"""Whoever is not a partner: the public, other public bodies, the market."""

RealPounds = NewType("RealPounds", np.ndarray[Any, np.dtype[np.float64]])
"""Pounds at the price base of the study; the last axis is draws + 1, its first element the central value."""

NominalPounds = NewType("NominalPounds", np.ndarray[Any, np.dtype[np.float64]])
"""Pounds of the year they are paid in; the last axis as in `RealPounds`."""


class CashKind(StrEnum):
    """What kind of worth a flow is (§5.2)."""

    CASH_RELEASING = "cash-releasing"
    NOT_CASH_RELEASING = "not cash-releasing"
    SOCIETAL = "societal"
    PAYMENT = "payment"


class CashLine(StrEnum):
    """Which line of the business case a flow belongs to."""

    CAPITAL = "capital"
    RUNNING = "running cost"
    RECEIPT = "receipt"
    BENEFIT = "benefit"
    PENSION = "employer's pension contributions"
    PAYMENT = "payment"
    GRANT = "grant"
    CHARGE = "charge"
    PAY_MOVED = "pay of people who change employer"


PAID = (CashLine.PAYMENT, CashLine.GRANT, CashLine.CHARGE, CashLine.PAY_MOVED)
"""The lines of payments: what one pays another, a grant from outside, a charge for what is done, and pay that another bears."""


@dataclass(frozen=True)
class Cash:
    """One flow in one year, in real pounds.

    ``amount`` has shape (draws + 1,), its first element the central value; it is positive when it is worth
    something (a saving, a receipt, a benefit) and negative when it costs. A cost is borne by ``payer``; a
    saving is enjoyed by ``beneficiary``; for most flows they are the same partner. A payment is written once,
    with the amount positive: ``payer`` pays it, ``beneficiary`` receives it, and it is no saving to anybody.
    A grant is a payment by SOCIETY.

    Raises:
        ValueError: when the amount is not a row of finite numbers, the year is before the start, or a payment
            is not written as one.
    """

    what: str
    kind: CashKind
    line: CashLine
    year: int
    amount: NDArray[np.float64]
    payer: Partner
    beneficiary: Partner
    names: tuple[str, ...] = ()
    """The assumptions that it rests on."""
    health: bool = False
    """Whether it is an effect on health, which is discounted at the health rate (§5.1)."""
    supply: Supply = Supply.OUTSIDE
    """What it buys, as far as value added tax asks; amounts are before the tax, which is in no economic case."""

    def __post_init__(self) -> None:
        """Hold every flow to what the sums rely on, wherever it was written."""
        if self.amount.ndim != 1 or not np.isfinite(self.amount).all():
            raise ValueError(
                f"cash '{self.what}', year {self.year}: the amount must be one row of finite numbers"
            )
        if self.year < 0:
            raise ValueError(
                f"cash '{self.what}': year {self.year} is before the appraisal starts; year 0 is the first"
            )
        if (self.kind is CashKind.PAYMENT) != (self.line in PAID):
            raise ValueError(
                f"cash '{self.what}': a payment has both the kind and the line of a payment, or neither"
            )
        if self.kind is CashKind.PAYMENT and (self.amount < 0).any():
            raise ValueError(f"cash '{self.what}': a payment is positive; swap payer and beneficiary")
        if self.kind is CashKind.PAYMENT and self.payer == self.beneficiary:
            raise ValueError(f"cash '{self.what}': nobody pays themselves; leave the payment out")
        if self.line is CashLine.GRANT and self.payer != SOCIETY:
            raise ValueError(f"cash '{self.what}': a grant comes from society; write a payment or a charge")

    @property
    def gained(self) -> NDArray[np.float64]:
        """Give the part that is worth something, nothing where the flow costs and for a payment."""
        return np.zeros_like(self.amount) if self.kind is CashKind.PAYMENT else np.maximum(self.amount, 0.0)

    @property
    def spent(self) -> NDArray[np.float64]:
        """Give the part that costs, zero or negative, nothing for a payment."""
        return np.minimum(self.amount, 0.0)

    def falls_on(self) -> tuple[tuple[Partner, NDArray[np.float64]], ...]:
        """Say who is better or worse off by how much; the amounts of a payment sum to zero."""
        if self.kind is CashKind.PAYMENT:
            return ((self.payer, -self.amount), (self.beneficiary, self.amount))
        if self.payer == self.beneficiary:
            return ((self.payer, self.amount),)
        return ((self.payer, self.spent), (self.beneficiary, self.gained))
