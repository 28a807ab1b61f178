"""Each assumption by itself: how far it moves the answer, where it tips it, and what must be worked out again (§5.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import appraise, costed, swings
from joinedup.assumptions import Assumption, Draws, Grade, draw
from joinedup.money import Cash, CashLine
from joinedup.options import Option
from joinedup.options.shared_estate import KIND
from tests.appraisal.cases import AMBULANCE, FIRE, assumption, drawn, flow, payment
from tests.small import littleton

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CAPITAL = {CashLine.CAPITAL: 24.0}
COST, SAVING = assumption("cost", 50, 100, 200), assumption("saving", 10, 20, 40)
BOTH = {each.name: each for each in (COST, SAVING)}


def cash(draws: Draws) -> list[Cash]:
    """A cost now and a saving in each of ten years."""
    return [
        flow(CashLine.CAPITAL, 0, -draws["cost"], names=("cost",)),
        *(flow(CashLine.RUNNING, year, draws["saving"], names=("saving",)) for year in range(1, 11)),
        payment(1, draws["saving"], AMBULANCE, FIRE),
    ]


def in_littleton() -> tuple[Option, Callable[[Draws], Sequence[Cash]]]:
    area = littleton().area
    option = next(each for each in KIND.find(area, littleton().assumptions) if each.id.endswith("A1-to-F1"))
    return option, lambda draws: KIND.cash(area, option, draws)


# --- switching values and tornado -----------------------------------------------------------------


def test_the_tipping_value_of_each_assumption_is_the_one_that_algebra_gives() -> None:
    annuity = sum(1.035**-year for year in range(1, 11))
    found = {each.assumption.name: each for each in swings(cash, BOTH, CAPITAL)}
    assert found["cost"].switches_at == pytest.approx(20 * annuity / 1.24)
    assert found["saving"].switches_at == pytest.approx(124 / annuity)
    assert found["cost"].at_low == pytest.approx(20 * annuity - 62)
    assert found["cost"].at_high == pytest.approx(20 * annuity - 248)
    assert found["cost"].within_range
    assert found["saving"].within_range


def test_the_tornado_is_ordered_by_how_far_each_moves_the_answer() -> None:
    found = swings(cash, BOTH, CAPITAL)
    assert [each.assumption.name for each in found] == ["saving", "cost"]
    assert found[0].width > found[1].width


def test_an_answer_put_back_at_the_tipping_value_is_worth_nothing() -> None:
    _, cost = in_littleton()
    declared = littleton().assumptions
    for each in swings(cost, declared, CAPITAL):
        assert each.switches_at is not None
        at = replace(each.assumption, low=each.switches_at, central=each.switches_at, high=each.switches_at)
        draws = draw([*({**declared, at.name: at}).values()], 0, seed=1)
        found = appraise(cost(draws), draws, project="standard buildings", years=10)
        assert found.npsv[0] == pytest.approx(0, abs=1.0)


def test_the_tipping_value_of_littleton_s_first_move_is_that_of_the_page() -> None:
    # EXPECTED.md: 45,000 less 24,000 for each whole of the host's share, by 8.316605, less 210,800.
    _, cost = in_littleton()
    found = {each.assumption.name: each for each in swings(cost, littleton().assumptions, CAPITAL)}
    share = found["shared_estate.host_share"]
    assert share.switches_at == pytest.approx((45_000 - 210_800 / 8.316605) / 24_000, abs=1e-5)


def test_there_is_no_tipping_value_where_ten_times_as_much_would_not_do() -> None:
    small = {**BOTH, "saving": assumption("saving", 1, 2, 3), "cost": assumption("cost", 9_000, 9_100, 9_200)}
    found = {each.assumption.name: each for each in swings(cash, small, CAPITAL)}
    assert found["saving"].switches_at is None
    assert not found["saving"].within_range
    assert found["cost"].switches_at is None


def test_a_share_is_not_sought_above_one_nor_what_cannot_be_negative_below_nothing() -> None:
    share = replace(assumption("share", 0.2, 0.5, 0.8), unit="share")

    def shared(draws: Draws) -> list[Cash]:
        return [
            flow(CashLine.RUNNING, 0, 100 * draws["share"], names=("share",)),
            flow(CashLine.RUNNING, 0, np.full(len(draws), -120.0)),
        ]

    (found,) = swings(shared, {"share": share}, {})
    assert found.switches_at is None


def test_of_two_tipping_values_the_nearer_is_given() -> None:
    middle = assumption("middle", 2, 4, 9)

    def hump(draws: Draws) -> list[Cash]:
        return [flow(CashLine.RUNNING, 0, (draws["middle"] - 3) * (8 - draws["middle"]), names=("middle",))]

    (found,) = swings(hump, {"middle": middle}, {})
    assert found.switches_at == pytest.approx(3)


@settings(max_examples=30, deadline=None)
@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_a_tipping_value_within_reach_is_always_found(spent: float, saved: float) -> None:
    given_ = {
        "cost": assumption("cost", spent / 2, spent, spent * 2),
        "saving": assumption("saving", saved / 2, saved, saved * 2),
    }
    annuity = sum(1.035**-year for year in range(1, 11))
    ratio = saved * annuity / (spent * 1.24)
    found = {each.assumption.name: each for each in swings(cash, given_, CAPITAL)}
    for name, factor in (("cost", ratio), ("saving", 1 / ratio)):
        if 0.11 < factor < 9.9:
            assert found[name].switches_at == pytest.approx(given_[name].central * factor, rel=1e-6)
        elif factor > 10.1:
            assert found[name].switches_at is None


# --- worked out again, or kept --------------------------------------------------------------------


def test_costing_flow_by_flow_agrees_with_the_appraisal() -> None:
    _, cost = in_littleton()
    draws = draw(littleton().assumptions.values(), 200, seed=5)
    whole = appraise(cost(draws), draws, project="standard buildings", years=10)
    assert costed(cost, draws, CAPITAL).npsv == pytest.approx(whole.npsv)
    assert whole.overruns == CAPITAL


@pytest.mark.parametrize("changed", ["cost_to_adapt", "cost_to_move", "host_share", "space_needed"])
def test_one_changed_assumption_gives_the_bytes_that_a_whole_new_costing_gives(changed: str) -> None:
    _, cost = in_littleton()
    declared = littleton().assumptions
    new = replace(declared[f"shared_estate.{changed}"], high=declared[f"shared_estate.{changed}"].high * 1.1)
    one = costed(cost, draw(declared.values(), 100, seed=5), CAPITAL).changed(new, seed=5)
    anew = costed(cost, draw({**declared, new.name: new}.values(), 100, seed=5), CAPITAL)
    assert one.npsv.tolist() == anew.npsv.tolist()
    assert 0 < one.again < len(one.flows)
    assert one.again == sum(new.name in each.names for each in one.flows)


def test_an_assumption_that_nothing_rests_on_works_nothing_out_again() -> None:
    asked = []

    def counted(draws: Draws) -> list[Cash]:
        asked.append(1)
        return cash(draws)

    other = assumption("other", 1, 2, 3)
    before = costed(counted, drawn(*BOTH.values(), other, draws=10), CAPITAL)
    after = before.changed(replace(other, high=9), seed=1)
    assert len(asked) == 1
    assert after.again == 0
    assert after.npsv is before.npsv
    assert after.draws.assumptions["other"].high == 9


def test_a_better_grade_is_worked_out_again_too() -> None:
    guess = assumption("saving", 10, 20, 40, Grade.JUDGEMENT)
    before = costed(cash, drawn(COST, guess), CAPITAL)
    after = before.changed(replace(guess, grade=Grade.AUDITED), seed=1)
    assert after.npsv[0] + 124 == pytest.approx((before.npsv[0] + 124) / 0.6)


def test_a_follower_is_drawn_beside_its_companion_again() -> None:
    follower = Assumption("saving", "s.", "£", 10, 20, 40, "a test", Grade.AUDITED, "cost", 0.6)
    wider = replace(follower, high=60)
    one = costed(cash, drawn(COST, follower, draws=50), CAPITAL).changed(wider, seed=1)
    anew = costed(cash, drawn(COST, wider, draws=50), CAPITAL)
    assert one.npsv.tolist() == anew.npsv.tolist()
