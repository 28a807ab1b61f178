"""Cash says who is better and worse off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner

FIRE, AMBULANCE = Partner("fire"), Partner("ambulance")


def payment(amount: float) -> Cash:
    return Cash(
        "fee a call", CashKind.PAYMENT, CashLine.PAYMENT, 1, np.array([amount, amount / 2]), AMBULANCE, FIRE
    )


@given(st.floats(0, 1e9))
def test_a_payment_sums_to_zero_over_those_it_falls_on(amount: float) -> None:
    total = sum((part for _, part in payment(amount).falls_on()), np.zeros(2))
    assert total.tolist() == [0.0, 0.0]


def test_a_payment_is_a_loss_to_the_payer_and_neither_gained_nor_spent_by_the_whole() -> None:
    flow = payment(60)
    assert {who: part[0] for who, part in flow.falls_on()} == {AMBULANCE: -60.0, FIRE: 60.0}
    assert not flow.gained.any()
    assert not flow.spent.any()


def test_a_cost_falls_on_the_payer_and_a_saving_on_the_beneficiary_draw_by_draw() -> None:
    flow = Cash("rent", CashKind.CASH_RELEASING, CashLine.RUNNING, 1, np.array([5.0, -3.0]), AMBULANCE, FIRE)
    parts = {who: part.tolist() for who, part in flow.falls_on()}
    assert parts == {AMBULANCE: [0.0, -3.0], FIRE: [5.0, 0.0]}


@pytest.mark.parametrize(
    ("kind", "line", "year", "amount", "message"),
    [
        (CashKind.CASH_RELEASING, CashLine.RUNNING, -1, [1.0], "before the appraisal starts"),
        (CashKind.CASH_RELEASING, CashLine.RUNNING, 0, [float("nan")], "finite numbers"),
        (CashKind.CASH_RELEASING, CashLine.RUNNING, 0, 1.0, "one row"),
        (CashKind.PAYMENT, CashLine.RUNNING, 0, [1.0], "both the kind and the line"),
        (CashKind.CASH_RELEASING, CashLine.PAYMENT, 0, [1.0], "both the kind and the line"),
        (CashKind.PAYMENT, CashLine.PAYMENT, 0, [-1.0], "swap payer and beneficiary"),
    ],
)
def test_cash_that_the_sums_cannot_rely_on_is_refused(
    kind: CashKind, line: CashLine, year: int, amount: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Cash("it", kind, line, year, np.array(amount, dtype=np.float64), FIRE, FIRE)


@pytest.mark.parametrize(
    ("line", "payer", "message"),
    [
        (CashLine.PAYMENT, FIRE, "nobody pays themselves"),
        (CashLine.GRANT, AMBULANCE, "comes from society"),
    ],
)
def test_a_payment_has_two_ends_and_a_grant_comes_from_outside(
    line: CashLine, payer: Partner, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Cash("it", CashKind.PAYMENT, line, 1, np.array([1.0]), payer, FIRE)


def test_a_grant_is_no_saving_to_the_whole() -> None:
    grant = Cash("grant", CashKind.PAYMENT, CashLine.GRANT, 0, np.array([5.0]), SOCIETY, FIRE)
    assert {who: part[0] for who, part in grant.falls_on()} == {SOCIETY: -5.0, FIRE: 5.0}
    assert not grant.gained.any()
