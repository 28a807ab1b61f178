"""Who pays, who benefits and who loses (§5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.appraisal.economic import discounted
from joinedup.appraisal.financial import through_accounts
from joinedup.appraisal.ranges import HALF_A_PENNY, Range, share_below_zero
from joinedup.money import SOCIETY, CashKind, CashLine, Partner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.money import Cash, Recovery


@dataclass(frozen=True, eq=False)
class Standing:
    """Where an option leaves one partner: present values in real pounds, payments included.

    Arrays have shape (draws + 1,). ``worth`` counts everything that falls on the partner; ``money`` only
    what passes through its accounts, with the value added tax that it does not get back. The worth of all the
    partners and society together is the NPSV; the tax is in no worth, because it makes nobody richer or poorer.
    """

    partner: Partner
    worth: NDArray[np.float64]
    money: NDArray[np.float64]

    @property
    def loses(self) -> bool:
        """Whether the partner is worse off at central values."""
        return bool(self.worth[0] < -HALF_A_PENNY)

    @property
    def loses_money(self) -> bool:
        """Whether the partner's accounts are worse off at central values, whatever time it sets free."""
        return bool(self.money[0] < -HALF_A_PENNY)

    @property
    def chance_of_losing(self) -> float:
        """Give the share of draws in which the partner is worse off."""
        return share_below_zero(self.worth)

    @property
    def chance_of_losing_money(self) -> float:
        """Give the share of draws in which the partner's accounts are worse off."""
        return share_below_zero(self.money)


def everybody(flows: Iterable[Cash], partners: Iterable[str]) -> tuple[Partner, ...]:
    """List the partners as given, then whoever else the cash names, society last if it is named."""
    named = {who for flow in flows for who in (flow.payer, flow.beneficiary)}
    given = list(dict.fromkeys(Partner(each) for each in partners))
    others = sorted(named - set(given) - {SOCIETY})
    return (*given, *others, *({SOCIETY} & named - set(given)))


def standings(
    flows: Sequence[Cash],
    partners: Sequence[Partner],
    count: int,
    edition: str,
    vat: Mapping[str, Recovery],
) -> tuple[Standing, ...]:
    """Work out where the flows leave each partner; ``vat`` says by partner what it gets back."""
    found = []
    for partner in partners:
        worth, money = np.zeros(count), np.zeros(count)
        for flow in flows:
            for who, amount in flow.falls_on():
                if who == partner:
                    worth += discounted(flow, amount, edition)
            if partner != SOCIETY:
                for _, amount in through_accounts(partner, flow, vat.get(partner)):
                    money += discounted(flow, amount, edition)
        found.append(Standing(partner, worth, money))
    return tuple(found)


def payers_and_beneficiaries(flows: Sequence[Cash], count: int, edition: str) -> pl.DataFrame:
    """Tabulate who pays whom, or bears and enjoys, by kind of worth: present values in real pounds.

    Columns: payer, beneficiary, kind, central, low, high. A payment is what the beneficiary receives; it
    adds nothing to the worth of the whole. Grants, charges and pay that moves stand apart from other payments.
    """
    sums: dict[tuple[str, str, str], NDArray[np.float64]] = {}
    for flow in flows:
        stated = flow.kind is CashKind.PAYMENT and flow.line is not CashLine.PAYMENT
        key = (flow.payer, flow.beneficiary, flow.kind.value + (f" ({flow.line})" if stated else ""))
        sums[key] = sums.get(key, np.zeros(count)) + discounted(flow, flow.amount, edition)
    ranges = {key: Range.of(values) for key, values in sorted(sums.items())}
    return pl.DataFrame(
        [(*key, found.central, found.low, found.high) for key, found in ranges.items()],
        {
            "payer": pl.String,
            "beneficiary": pl.String,
            "kind": pl.String,
            "central": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
        },
        orient="row",
    )
