"""Pension contributions go with pay, and what is met centrally does not pass through a partner's accounts (§5.1)."""

import numpy as np
import pytest

from joinedup.money import (
    SOCIETY,
    Cash,
    CashKind,
    CashLine,
    Partner,
    contributions,
    own_rate,
    scheme,
    schemes,
)
from joinedup.refusal import Refusal

AMBULANCE = Partner("ambulance")
PAY = Cash("a post", CashKind.CASH_RELEASING, CashLine.RUNNING, 2, np.array([-1000.0]), AMBULANCE, AMBULANCE)


def test_the_rates_that_could_be_confirmed_are_the_published_ones() -> None:
    # Scheme Advisory Board, 21 December 2023; NHS Employers, 14 March 2024 (23.7 % with a levy of 0.08 %).
    assert scheme("firefighters").per_cent == 37.6
    assert (scheme("NHS").per_cent, scheme("NHS").central_per_cent) == (23.78, 9.4)


def test_the_rates_of_police_and_local_government_are_those_that_public_bodies_report() -> None:
    # City of London Police Authority Board, 2024: from 31 % to 35.3 %. LGPS Scheme Advisory Board, 2022 valuations: 21.1 %.
    assert (scheme("police officers").per_cent, scheme("police officers").grade) == (35.3, 2)
    assert (scheme("local government").per_cent, scheme("local government").grade) == (21.1, 4)
    assert "put your own in" in scheme("local government").source
    assert all(each.source and each.since and each.since.year >= 2023 for each in schemes().values())


def test_what_is_met_centrally_falls_on_society_and_both_parts_make_up_the_rate() -> None:
    own, central = contributions(PAY, scheme("NHS"))
    assert (own.payer, own.amount[0]) == (AMBULANCE, pytest.approx(-143.8))
    assert (central.payer, central.amount[0]) == (SOCIETY, pytest.approx(-94.0))
    assert {each.line for each in (own, central)} == {CashLine.PENSION}
    assert own.year == 2


def test_a_scheme_that_is_paid_by_the_employer_alone_gives_one_flow() -> None:
    (own,) = contributions(PAY, scheme("firefighters"))
    assert own.amount[0] == pytest.approx(-376.0)


def test_an_unknown_scheme_is_refused_with_the_closest() -> None:
    with pytest.raises(Refusal, match="did you mean 'firefighters'"):
        scheme("firefighter")


def test_a_study_s_own_rate_falls_on_the_employer_alone() -> None:
    (own,) = contributions(PAY, own_rate(18.5))
    assert (own.payer, own.amount[0]) == (AMBULANCE, pytest.approx(-185.0))
