"""What an appraisal says of an option, and the laws it keeps."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import ASSUMPTIONS, appraise
from joinedup.assumptions import Grade, draw
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner, discount_factors
from joinedup.refusal import Refusal
from tests.appraisal.cases import AMBULANCE, FIRE, assumption, drawn, flow, golden_case, payment

POLICE = Partner("police")


# --- each risk once -------------------------------------------------------------------------------


def test_capital_carries_the_bias_and_gains_the_correction_and_never_both() -> None:
    judged = drawn(assumption("guess", 1, 1, 1, Grade.JUDGEMENT))
    cash = [
        flow(CashLine.CAPITAL, 0, -100, names=("guess",)),
        flow(CashLine.RUNNING, 0, -10, names=("guess",)),
        flow(CashLine.RUNNING, 0, 50, names=("guess",)),
        flow(CashLine.BENEFIT, 0, 20),
    ]
    found = appraise(cash, judged, project="standard buildings", years=10)
    assert found.npsv[0] == pytest.approx(-124 - 10 + 50 * 0.6 + 20)
    assert found.economic.as_given[0] == pytest.approx(-40)


def test_the_worst_founded_assumption_sets_the_correction() -> None:
    sources = drawn(assumption("record", 1, 1, 1), assumption("elsewhere", 1, 1, 1, Grade.ELSEWHERE))
    cash = [flow(CashLine.RUNNING, 0, 100, names=("record", "elsewhere"))]
    assert appraise(cash, sources, project=None, years=1).npsv[0] == pytest.approx(75)


def test_capital_that_is_avoided_is_not_made_larger_by_optimism_bias() -> None:
    cash = [flow(CashLine.CAPITAL, 0, 100)]
    assert appraise(cash, drawn(), project="equipment and development", years=1).npsv[0] == 100


def test_mitigation_lowers_the_bias_towards_its_lower_bound() -> None:
    found = appraise(golden_case(), drawn(), project="standard buildings", years=10, mitigation=0.5)
    assert found.bias_pct == 13.0
    assert found.npsv[0] == pytest.approx(4.13815 - 1.3, abs=1e-4)


def test_outsourcing_raises_the_running_cost_and_leaves_capital() -> None:
    cash = [flow(CashLine.CAPITAL, 0, -10), flow(CashLine.RUNNING, 0, -100)]
    found = appraise(cash, drawn(), project="outsourcing (operating cost)", years=1)
    assert found.npsv[0] == pytest.approx(-151)


# --- the economic case ----------------------------------------------------------------------------


def test_there_is_no_ratio_where_net_cost_is_not_positive() -> None:
    cash = [flow(CashLine.CAPITAL, 0, -10), flow(CashLine.RUNNING, 0, 10), flow(CashLine.BENEFIT, 0, 5)]
    found = appraise(cash, drawn(), project=None, years=1)
    assert found.economic.bcr is None
    assert found.npsv[0] == 5


def test_a_receipt_lowers_net_cost_and_is_no_benefit() -> None:
    cash = [flow(CashLine.CAPITAL, 0, -10), flow(CashLine.RECEIPT, 0, 6), flow(CashLine.BENEFIT, 0, 8)]
    assert appraise(cash, drawn(), project=None, years=1).economic.bcr == pytest.approx(2.0)


def test_payback_is_the_first_year_in_which_gains_have_paid_for_costs() -> None:
    assert appraise(golden_case(), drawn(), project=None, years=10).economic.payback_year == 6
    never = [flow(CashLine.CAPITAL, 0, -10), flow(CashLine.RUNNING, 1, 9)]
    assert appraise(never, drawn(), project=None, years=1).economic.payback_year is None


def test_a_cost_that_comes_later_is_not_paid_back_before_it_is_laid_out() -> None:
    cash = [flow(CashLine.RUNNING, 0, 1), flow(CashLine.CAPITAL, 1, -3), flow(CashLine.RUNNING, 2, 2)]
    assert appraise(cash, drawn(), project=None, years=2).economic.payback_year == 2


def test_effects_on_health_are_discounted_at_the_health_rate() -> None:
    cash = [flow(CashLine.BENEFIT, 10, 1.0, SOCIETY, kind=CashKind.SOCIETAL, health=True)]
    assert appraise(cash, drawn(), project=None, years=10).npsv[0] == discount_factors("health")[10]


def test_the_chance_of_a_loss_is_the_share_of_draws_below_zero() -> None:
    cash = [flow(CashLine.RUNNING, 0, np.array([1.0, -1.0, 2.0, -3.0, 4.0]))]
    found = appraise(cash, drawn(draws=4), project=None, years=1)
    assert found.economic.chance_of_a_loss == 0.5
    assert found.worth.central == 1.0
    assert found.worth.expected == 0.5


def test_switching_values_are_none_where_there_is_nothing_to_change() -> None:
    found = appraise([flow(CashLine.RUNNING, 1, -1)], drawn(), project=None, years=1)
    assert found.economic.switching.benefit_change_pct is None
    assert found.economic.switching.optimism_bias_pct is None


# --- who pays, who benefits, who loses ------------------------------------------------------------


def test_a_payment_between_partners_is_not_a_saving_and_its_loser_is_named() -> None:
    cash = [flow(CashLine.RUNNING, 1, 10, FIRE), payment(1, 4, AMBULANCE, FIRE)]
    found = appraise(cash, drawn(), project=None, years=1, partners=("ambulance", "fire", "police"))
    assert found.npsv[0] == pytest.approx(10 / 1.035)
    assert [each.partner for each in found.losers] == [AMBULANCE]
    assert found.losers[0].worth[0] == pytest.approx(-4 / 1.035)
    assert found.losers[0].chance_of_losing == 1.0
    assert [each.partner for each in found.standings] == ["ambulance", "fire", "police"]


def test_a_partner_that_frees_time_but_pays_money_is_named_as_losing_money() -> None:
    cash = [
        flow(CashLine.BENEFIT, 0, 10, kind=CashKind.NOT_CASH_RELEASING),
        flow(CashLine.RUNNING, 0, -3),
    ]
    found = appraise(cash, drawn(), project=None, years=1)
    assert [(each.partner, each.loses, each.loses_money) for each in found.losers] == [(FIRE, False, True)]
    assert found.losers[0].chance_of_losing_money == 1.0


def test_the_table_of_payers_and_beneficiaries_shows_each_kind_apart() -> None:
    cash = [
        flow(CashLine.RUNNING, 0, 10, AMBULANCE, FIRE),
        flow(CashLine.BENEFIT, 0, 7, AMBULANCE, SOCIETY, kind=CashKind.SOCIETAL),
        payment(0, 4, AMBULANCE, FIRE),
    ]
    table = appraise(cash, drawn(), project=None, years=1).payers
    assert table.select("payer", "beneficiary", "kind", "central").rows() == [
        ("ambulance", "fire", "cash-releasing", 10.0),
        ("ambulance", "fire", "payment", 4.0),
        ("ambulance", "society", "societal", 7.0),
    ]


# --- the financial case ---------------------------------------------------------------------------


def test_the_financial_case_is_money_only_in_the_pounds_of_the_year() -> None:
    cash = [
        flow(CashLine.CAPITAL, 0, -100),
        flow(CashLine.RUNNING, 1, 60),
        flow(CashLine.BENEFIT, 1, 999, kind=CashKind.NOT_CASH_RELEASING),
        flow(CashLine.BENEFIT, 1, 999, SOCIETY, kind=CashKind.SOCIETAL),
        payment(1, 10, FIRE, AMBULANCE),
    ]
    found = appraise(cash, drawn(), project=None, years=1).financial
    by_year = {(partner, year): central for partner, year, central, _, _ in found.by_year.rows()}
    assert by_year == pytest.approx(
        {("ambulance", 0): 0.0, ("ambulance", 1): 10.2, ("fire", 0): -100.0, ("fire", 1): 51.0}
    )
    totals = {row["partner"]: row for row in found.totals.to_dicts()}
    assert totals["fire"]["central"] == pytest.approx(-49.0)
    assert (totals["fire"]["most_laid_out"], totals["fire"]["in_year"]) == (pytest.approx(100.0), 0)
    assert totals["ambulance"]["most_laid_out"] == 0.0


# --- beside the estimate --------------------------------------------------------------------------


def test_the_option_stands_beside_carrying_on_and_beside_acting_alone() -> None:
    carrying_on = [flow(CashLine.RUNNING, 0, -50)]
    alone = {"fire": [flow(CashLine.RUNNING, 0, 3)], "ambulance": [flow(CashLine.RUNNING, 0, -1)]}
    found = appraise(
        [flow(CashLine.RUNNING, 0, 10)], drawn(), project=None, years=1, do_minimum=carrying_on, alone=alone
    ).comparison
    assert found.do_minimum is not None
    assert found.with_option is not None
    assert (found.do_minimum[0], found.with_option[0], found.difference[0]) == (-50, -40, 10)
    assert found.alone["ambulance"][0] == 0
    assert found.credited[0] == 7
    assert found.incomplete == ()


def test_what_has_not_been_costed_is_said() -> None:
    found = appraise([flow(CashLine.RUNNING, 0, 10)], drawn(), project=None, years=1).comparison
    assert found.do_minimum is None
    assert found.with_option is None
    assert len(found.incomplete) == 2


def test_stress_cases_stand_in_for_the_bias_and_never_enter_the_estimate() -> None:
    found = appraise(golden_case(), drawn(), project="standard buildings", years=10)
    by_case = {each.case.per_cent: each for each in found.stress if each.case.raises is CashLine.CAPITAL}
    assert list(by_case) == [15, 40, 167, 218, 429]
    assert by_case[15].npsv[0] == pytest.approx(4.13815 - 1.5, abs=1e-4)
    assert by_case[429].npsv[0] == pytest.approx(4.13815 - 42.9, abs=1e-4)
    assert found.npsv[0] == pytest.approx(1.73815, abs=1e-4)
    assert all(each.case.source for each in found.stress)


def test_a_share_of_the_gains_stands_in_for_their_correction() -> None:
    guess = drawn(assumption("guess", 1, 1, 1, Grade.JUDGEMENT))
    found = appraise([flow(CashLine.RUNNING, 0, 100, names=("guess",))], guess, project=None, years=1)
    assert [each.npsv[0] for each in found.stress if each.case.leaves] == pytest.approx([29.0])


def test_what_is_left_over_and_what_comes_back_stand_beside_the_estimate_and_never_enter_it() -> None:
    cash = [
        flow(CashLine.CAPITAL, 0, -100),
        flow(CashLine.BENEFIT, 1, 80, kind=CashKind.NOT_CASH_RELEASING),
        flow(CashLine.BENEFIT, 1, 40, SOCIETY, kind=CashKind.SOCIETAL),
    ]
    found = appraise(cash, drawn(), project="standard buildings", years=10)
    assert found.npsv[0] == pytest.approx(-124 + 120 / 1.035)
    added = {each.assumption.name: each.difference[0] for each in found.beside}
    # What is left of a building is reckoned on what it was to cost, not on what the optimism bias adds.
    assert added == pytest.approx(
        {
            "appraisal.residual_value": 100 * 0.2 / 1.035**10,
            "appraisal.rebound": -80 * 0.25 / 1.035,
            "appraisal.displacement": -120 * 0.2 / 1.035,
        }
    )
    assert all(each.npsv[0] == pytest.approx(found.npsv[0] + each.difference[0]) for each in found.beside)
    money = appraise([flow(CashLine.RUNNING, 1, 5)], drawn(), project=None, years=10)
    assert money.beside == ()


def test_where_everybody_alone_would_do_as_well_it_is_said_with_the_partner_that_would_do_better() -> None:
    cash = [flow(CashLine.RUNNING, 0, 10, FIRE), payment(0, 9, FIRE, AMBULANCE)]
    alone = {"fire": [flow(CashLine.RUNNING, 0, 11)], "ambulance": []}
    found = appraise(cash, drawn(), project=None, years=1, alone=alone)
    assert found.comparison.alone_wins
    assert found.better_alone == ("fire",)
    assert found.comparison.incomplete == (
        "what carrying on would cost has not been given; only the difference is shown",
    )
    short = appraise(cash, drawn(), project=None, years=1, alone={"fire": [flow(CashLine.RUNNING, 0, 4)]})
    assert not short.comparison.alone_wins
    # Fire keeps 1 of the 10, and could have had 4 by itself.
    assert short.better_alone == ("fire",)


def test_leaving_early_loses_the_later_years_and_costs_something() -> None:
    cash = [flow(CashLine.CAPITAL, 0, -10), *(flow(CashLine.RUNNING, year, 5) for year in range(1, 11))]
    found = appraise(cash, drawn(), project=None, years=10).leaving
    until = float(discount_factors()[1:7].sum()) * 5 - 10
    assert (found.year, found.stated) == (6, False)
    assert found.cost[0] == pytest.approx(0.3 * 30)
    assert found.npsv[0] == pytest.approx(until - 9 * discount_factors()[6])
    stated = appraise(cash[:4], drawn(), project=None, years=4, exit_cost=np.array([2.0])).leaving
    assert (stated.year, stated.cost[0], stated.stated) == (4, 2.0, True)


def test_what_moved_the_answer_is_ordered_by_how_closely_it_follows() -> None:
    much, little = assumption("much", 0, 5, 10), assumption("little", 0, 0.5, 1)
    draws = drawn(much, little, assumption("fixed", 1, 1, 1), draws=400)
    cash = [
        flow(CashLine.RUNNING, 0, draws["much"], names=("much", "fixed")),
        flow(CashLine.RUNNING, 0, -draws["little"], names=("little",)),
    ]
    moved = appraise(cash, draws, project=None, years=1).what_moved_it
    assert [each.assumption.name for each in moved] == ["much", "little"]
    assert moved[0].rank_correlation > 0.9
    assert moved[1].rank_correlation < 0


# --- what is refused ------------------------------------------------------------------------------


def test_cash_that_cannot_be_appraised_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="beyond the 5 years"):
        appraise(golden_case(), drawn(), project=None, years=5)
    with pytest.raises(ValueError, match=r"shape \(1,\), not \(4,\)"):
        appraise(golden_case(), drawn(draws=3), project=None, years=10)
    with pytest.raises(ValueError, match="rests on 'nothing', which was not drawn"):
        appraise([flow(CashLine.RUNNING, 0, 1, names=("nothing",))], drawn(), project=None, years=1)
    with pytest.raises(Refusal, match="no project type"):
        appraise(golden_case(), drawn(), project="castles", years=10)


def test_the_assumptions_of_the_appraisal_must_be_drawn() -> None:
    with pytest.raises(ValueError, match=r"appraisal\.price_growth' was not drawn"):
        appraise(golden_case(), draw((), 0, seed=1), project=None, years=10)


# --- laws -----------------------------------------------------------------------------------------

partners = st.sampled_from([FIRE, AMBULANCE, POLICE, SOCIETY])
pounds = st.floats(-1e6, 1e6)
flows = st.builds(
    flow,
    line=st.sampled_from([CashLine.CAPITAL, CashLine.RUNNING, CashLine.RECEIPT, CashLine.BENEFIT]),
    year=st.integers(0, 10),
    amount=pounds,
    payer=partners,
    beneficiary=partners,
    kind=st.sampled_from([CashKind.CASH_RELEASING, CashKind.NOT_CASH_RELEASING, CashKind.SOCIETAL]),
    health=st.booleans(),
)
pairs = st.permutations([FIRE, AMBULANCE, POLICE, SOCIETY]).map(lambda who: who[:2])
payments = st.builds(
    lambda year, amount, pair: payment(year, amount, *pair), st.integers(0, 10), st.floats(0, 1e6), pairs
)


@settings(max_examples=50, deadline=None)
@given(st.lists(flows, max_size=8), st.lists(payments, max_size=5))
def test_payments_change_nobody_elses_worth_and_not_the_npsv(cash: list[Cash], paid: list[Cash]) -> None:
    without = appraise(cash, drawn(), project="standard buildings", years=10)
    having = appraise([*cash, *paid], drawn(), project="standard buildings", years=10)
    assert having.npsv.tolist() == without.npsv.tolist()
    assert having.economic.bcr == without.economic.bcr
    assert sum(each.worth[0] for each in having.standings) == pytest.approx(having.npsv[0], abs=1e-3)


@settings(max_examples=50, deadline=None)
@given(st.lists(payments, min_size=1, max_size=5))
def test_payments_alone_sum_to_zero_over_everybody(paid: list[Cash]) -> None:
    found = appraise(paid, drawn(), project=None, years=10)
    assert sum(each.worth[0] for each in found.standings) == pytest.approx(0, abs=1e-3)
    assert found.npsv[0] == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(flows, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_cash_does_not_matter(cash: list[Cash], chance: random.Random) -> None:
    shuffled = list(cash)
    chance.shuffle(shuffled)
    one = appraise(cash, drawn(), project="standard buildings", years=10)
    other = appraise(shuffled, drawn(), project="standard buildings", years=10)
    assert other.npsv[0] == pytest.approx(one.npsv[0], abs=1e-6)
    assert other.payers.select("payer", "beneficiary", "kind").equals(
        one.payers.select("payer", "beneficiary", "kind")
    )


@settings(deadline=None)
@given(st.floats(1, 1000))
def test_with_no_range_in_the_assumptions_every_draw_is_the_central_value(value: float) -> None:
    fixed = [assumption(each.name, 2, 2, 2) for each in ASSUMPTIONS]
    draws = draw([*fixed, assumption("saved", value, value, value)], 20, seed=1)
    cash = [
        flow(CashLine.CAPITAL, 0, np.full(21, -100.0)),
        flow(CashLine.RUNNING, 3, draws["saved"], names=("saved",)),
    ]
    found = appraise(cash, draws, project="standard buildings", years=5)
    for values in (found.npsv, found.leaving.npsv, *(each.npsv for each in found.stress)):
        assert np.unique(values).size == 1
    assert found.worth.low == found.worth.high == found.worth.central
