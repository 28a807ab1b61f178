"""Redundancy pay: in the accounts of who pays it, in no worth to all together, and as the partners state it (§4.7, §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import Appraisal, Stated, appraise, duty_tests, swings
from joinedup.appraisal.gate import Gate, Outcome
from joinedup.appraisal.people import first_live_year, with_stated_redundancy
from joinedup.assumptions import draw
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, discount_factors
from joinedup.options import REDUNDANCY, kinds, redundancy_pay
from joinedup.study import assess, assumptions_of
from tests.appraisal.cases import AMBULANCE, FIRE, assumption, drawn, flow
from tests.small import littleton, service, site, small_area, unit

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area

SAVES = (flow(CashLine.CAPITAL, 0, -50, FIRE), flow(CashLine.RUNNING, 2, 80, FIRE))
PARTNERS = ("ambulance", "fire")


def appraised(*cash: Cash) -> Appraisal:
    return appraise(cash, drawn(), project=None, years=3, partners=PARTNERS)


def pay(flows: tuple[Cash, ...]) -> dict[tuple[str, int], float]:
    return {(each.payer, each.year): float(each.amount[0]) for each in flows if each.what == REDUNDANCY}


# --- a payment -------------------------------------------------------------------------------------------------------


def test_redundancy_pay_is_no_cost_to_all_together_and_the_whole_of_it_to_who_pays() -> None:
    without, found = appraised(*SAVES), appraised(*SAVES, redundancy_pay("fire", 2, np.array([30.0])))
    now = 30.0 * float(discount_factors()[2])
    assert found.npsv.tolist() == without.npsv.tolist()
    assert found.economic.payback_year == without.economic.payback_year
    worth: dict[str, float] = {each.partner: float(each.worth[0]) for each in found.standings}
    before: dict[str, float] = {each.partner: float(each.worth[0]) for each in without.standings}
    assert worth["fire"] == pytest.approx(before["fire"] - now)
    assert worth[SOCIETY] == pytest.approx(now)
    assert worth["ambulance"] == 0
    assert sum(worth.values()) == pytest.approx(float(found.npsv[0]))
    # The accounts and the test of economy hold it, and it can make a loser of who pays.
    assert found.financial.paid["fire"][2][0] < without.financial.paid["fire"][2][0]
    gate = Gate((), Outcome.PASS)
    assert (
        duty_tests(without, gate, PARTNERS).economy.evidence
        != duty_tests(found, gate, PARTNERS).economy.evidence
    )
    dear = appraised(*SAVES, redundancy_pay("fire", 2, np.array([90.0])))
    assert [each.partner for each in dear.losers] == ["fire"]
    assert ("fire", "society", "payment") in dear.payers.select("payer", "beneficiary", "kind").rows()


def test_what_redundancy_pay_rests_on_moves_no_worth_and_stands_in_no_tornado() -> None:
    dear = assumption("dear", 1.0, 2.0, 9.0)
    known = drawn(dear).assumptions
    found = swings(lambda draws: [redundancy_pay("fire", 1, draws["dear"], "dear")], known, {})
    assert found == ()


def test_nobody_is_paid_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="a payment is positive"):
        redundancy_pay("fire", 1, np.array([-1.0]))


def test_a_kind_writes_redundancy_as_a_payment_and_never_as_a_cost_of_its_own() -> None:
    # Green Book: a redundancy payment is a transfer; society as a whole loses nothing by it.
    study = littleton()
    draws = draw(study.assumptions.values(), 20, seed=3)
    support = next(each for each in kinds() if each.name.startswith("shared support"))
    paid = [
        each
        for option in support.find(study.area, study.assumptions)
        for each in support.cash(study.area, option, draws)
        if "redundancy" in each.what
    ]
    assert {each.kind for each in paid} == {CashKind.PAYMENT}
    assert {each.beneficiary for each in paid} == {SOCIETY}


# --- as the partners state it ----------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(
    stated=st.floats(0, 1e7),
    own=st.lists(st.tuples(st.sampled_from(PARTNERS), st.integers(1, 3), st.floats(0, 1e6)), max_size=4),
)
def test_whatever_is_stated_all_of_it_is_paid_once_and_the_worth_stays(
    stated: float, own: list[tuple[str, int, float]]
) -> None:
    flows = (*SAVES, *(redundancy_pay(who, year, np.array([amount])) for who, year, amount in own))
    found = with_stated_redundancy(flows, PARTNERS, Stated(redundant=9, redundancy_gbp=stated), 1)
    paid = [each for each in found if each.kind is CashKind.PAYMENT]
    assert sum(float(each.amount[0]) for each in paid) == pytest.approx(stated)
    for each in paid:
        assert sum(float(amount[0]) for _, amount in each.falls_on()) == 0
    assert appraised(*found).npsv.tolist() == appraised(*SAVES).npsv.tolist()


def test_what_is_stated_takes_the_place_of_what_the_kind_assumes_in_its_proportions_and_the_first_live_year() -> (
    None
):
    assumed = (redundancy_pay("fire", 1, np.array([30.0])), redundancy_pay("ambulance", 3, np.array([10.0])))
    found = with_stated_redundancy((*SAVES, *assumed), PARTNERS, Stated(redundant=6, redundancy_gbp=200.0), 1)
    assert first_live_year(found) == 2
    assert pay(found) == {(FIRE, 2): 150.0, (AMBULANCE, 2): 50.0}


def test_where_the_kind_assumes_none_the_partners_pay_alike() -> None:
    found = with_stated_redundancy(SAVES, PARTNERS, Stated(redundant=5, redundancy_gbp=30.0), 1)
    assert pay(found) == {(AMBULANCE, 2): 15.0, (FIRE, 2): 15.0}
    nothing_saved = with_stated_redundancy(SAVES[:1], PARTNERS, Stated(redundant=5, redundancy_gbp=30.0), 1)
    assert {year for _, year in pay(nothing_saved)} == {1}


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (Stated(redundant=5, redundancy_gbp=7.0), 7.0),
        (Stated(redundant=0), 0.0),
        (Stated(redundancy_gbp=0.0), 0.0),
        (Stated(redundant=4.9, redundancy_gbp=7.0), None),
        (Stated(redundancy_gbp=7.0), None),
        (Stated(redundant=9), None),
        (Stated(), None),
    ],
)
def test_accounts_hold_what_is_stated_only_where_it_tells_of_nobody(
    stated: Stated, shown: float | None
) -> None:
    # §8.1: of four posts or fewer the accounts would tell what single people get; then what the kind assumes stands.
    assert stated.redundancy_in_accounts == shown
    flows = (*SAVES, redundancy_pay("fire", 1, np.array([3.0])))
    paid = pay(with_stated_redundancy(flows, PARTNERS, stated, 1))
    assert sum(paid.values()) == (3.0 if shown is None else shown)


def two_stations() -> Area:
    """Give an ambulance station that could move into a fire station's spare floor."""
    held = {"floor_area_m2": 100.0, "spare_area_m2": 0.0, "running_cost_gbp": 30_000.0, "tenure": "freehold"}
    room = {"floor_area_m2": 400.0, "spare_area_m2": 100.0, "running_cost_gbp": 40_000.0, "bays": 3}
    return small_area(
        services=[service("ambulance"), service("fire")],
        sites=[{**site("A", "ambulance", 0), **held}, {**site("F", "fire", 1000), **room}],
        units=[unit("E1", "fire", "F")],
    )


def test_stated_redundancy_pay_stands_in_a_study_s_accounts_and_starts_later_with_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate = tuple(kind for kind in kinds() if kind.name == "shared estate")
    monkeypatch.setattr("joinedup.study.finding.kinds", lambda: estate)
    area, known = two_stations(), assumptions_of()
    plain = assess(area, known, folder=tmp_path)["shared-estate-A-to-F"]
    row = "shared-estate-A-to-F,11,90000"
    (tmp_path / "people.csv").write_text(f"option_id,redundant,redundancy_gbp\n{row}\n", "utf-8")
    found = assess(area, known, folder=tmp_path)["shared-estate-A-to-F"]
    assert found.appraisal.npsv.tolist() == plain.appraisal.npsv.tolist()
    assert found.swings == plain.swings
    live = first_live_year(found.appraisal.flows)
    assert live is not None
    before, after = (each.appraisal.financial.paid for each in (plain, found))
    # 45,000 each, in pounds of 2025/26, paid when prices have risen 2 % a year.
    lost = {who: float(after[who][live][0] - before[who][live][0]) for who in area.services}
    assert lost == pytest.approx(dict.fromkeys(PARTNERS, -45_000 * 1.02**live))
    assert pay(found.starting.put_off(3)) == dict.fromkeys(((who, live + 3) for who in PARTNERS), 45_000.0)
