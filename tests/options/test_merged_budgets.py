"""Merged budgets: which lines, who pays what by which rule, its cash to the pound, and which way its answer leans."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.area.schema import schema
from joinedup.assumptions import draw, stream
from joinedup.money import CashKind
from joinedup.options import Option
from joinedup.options.merged_budgets import KIND
from joinedup.options.merged_budgets.sharing import contributions, overruns, pooled_cost, rules, shapley
from joinedup.options.shared_control_room.joining import fact
from joinedup.study import assumptions_of
from tests.small import Row, edited, littleton, service, site, small_area

DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
ONE = np.ones(1)


def line(
    whose: str, gross: float, income: float | None = 0.0, function: str = "estates", year: str = "2025/26"
) -> Row:
    return {
        "line_id": f"{whose}-{function}-{year}",
        "service_id": whose,
        "year": year,
        "function": function,
        "gross_gbp": gross,
        "income_gbp": income,
    }


def two_services(times: float = 1.0, police: float = 1_000_000.0, more: tuple[Row, ...] = ()) -> Area:
    """Make two estates budgets of £1m and £600,000 net, with 3,000 and 1,000 square metres."""
    return small_area(
        services=[service("police"), service("fire")],
        sites=[site("P", "police", 0, floor_area_m2=3000.0), site("F", "fire", 900, floor_area_m2=1000.0)],
        budgets=[line("police", police * times), line("fire", 650_000 * times, 50_000 * times), *more],
    )


def only(area: Area) -> Option:
    (option,) = KIND.find(area, DECLARED)
    return option


def worth(area: Area) -> float:
    flows = KIND.cash(area, only(area), DRAWS)
    return float(appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).npsv[0])


# --- which lines -----------------------------------------------------------------------------------------------------


def test_littleton_s_estates_are_pooled_by_two_and_three_and_its_response_is_not() -> None:
    every = KIND.find(littleton().area, DECLARED)
    assert [len(each.partners) for each in every] == [2, 3, 2, 2]
    assert all("-estates-" in each.id for each in every)
    assert "response" in rules().kept_apart


def test_a_function_is_one_whatever_its_case_and_the_newest_year_of_all_counts() -> None:
    last = two_services(more=(line("police", 9.0, function="Fleet "), line("fire", 8.0, function="fleet")))
    assert {each.id for each in KIND.find(last, DECLARED)} == {
        "merged-budgets-estates-fire-police",
        "merged-budgets-fleet-fire-police",
    }
    older = two_services(more=(line("police", 5.0, year="2026/27"),))
    assert only(older).facts["alone_gbp_police"] == 1_000_000
    assert set(only(older).joins) == {"police-estates-2025/26", "fire-estates-2025/26"}


def test_income_that_is_not_known_is_said() -> None:
    area = small_area(
        services=[service("police"), service("fire")], budgets=[line("police", 9e5), line("fire", 8e5, None)]
    )
    assert any(each.startswith("the income of Fire") for each in only(area).incomplete)


def test_what_is_live_is_not_proposed_and_reserves_pensions_and_tax_are_asked() -> None:
    area = two_services()
    for word in ("reserves", "pension", "value added tax", "leaving"):
        assert any(word in each for each in only(area).incomplete)
    live = small_area(
        collaborations=[{"kind": "Merged budgets", "partners": "fire; police", "status": "live"}]
    )
    held = small_area(None, services=[service("police"), service("fire")])
    assert not KIND.find(held, DECLARED)
    tables = {**area.tables, "collaborations": live.table("collaborations")}
    assert not KIND.find(Area(area.settings, area.plane, tables), DECLARED)


# --- the partners' own rule ------------------------------------------------------------------------------------------


def with_rules(column: str, police: str | None, fire: str | None) -> Area:
    area = two_services()
    edited_once = edited(area, "budgets", "police-estates-2025/26", **{column: police})
    return edited(edited_once, "budgets", "fire-estates-2025/26", **{column: fire})


def test_the_rule_that_the_partners_state_is_the_one_that_is_costed() -> None:
    option = only(with_rules("contribution_rule", "equal", "equal"))
    assert option.facts["contribution"] == "equal"
    assert "in equal parts" in KIND.explain(option)
    assert option.facts["loses"]
    # Fire spends £600,000 now and would pay half of the whole.
    flows = KIND.cash(two_services(), option, DRAWS)
    owed = sum(
        float(flow.amount[0]) for flow in flows if flow.kind is CashKind.PAYMENT and flow.payer == "fire"
    )
    usual = KIND.cash(two_services(), only(two_services()), DRAWS)
    assert owed > sum(
        float(flow.amount[0]) for flow in usual if flow.kind is CashKind.PAYMENT and flow.payer == "fire"
    )
    assert worth(with_rules("contribution_rule", "equal", "equal")) == pytest.approx(worth(two_services()))


def test_one_partner_s_rule_stands_where_the_other_is_silent_and_two_rules_are_an_open_question() -> None:
    assert only(with_rules("contribution_rule", "by use", None)).facts["contribution"] == "by use"
    both = only(with_rules("contribution_rule", "by use", "equal"))
    assert both.facts["contribution"] == rules().contribution
    assert "which rule of contribution: the partners state different ones" in both.incomplete
    risk = only(with_rules("risk_rule", "host", "host"))
    assert risk.facts["risk"] == "host"
    assert (
        "which rule for risk: the partners state different ones"
        in only(with_rules("risk_rule", "host", "own")).incomplete
    )


def test_a_rule_by_use_without_a_known_use_falls_back_to_what_each_spends() -> None:
    area = with_rules("contribution_rule", "by use", "by use")
    without = edited(area, "sites", "P", floor_area_m2=None)
    option = only(without)
    assert option.facts["contribution"] == rules().contribution
    assert "how much each uses the function, so that cost and use can be compared" in option.incomplete
    assert KIND.cash(without, option, DRAWS)


def test_the_rules_that_a_study_may_state_are_those_that_can_be_worked_out() -> None:
    columns = {each.name: each for each in schema("budgets").fields}
    assert set(columns["contribution_rule"].enum) == {each.name for each in rules().contributions}
    assert set(columns["risk_rule"].enum) == {each.name for each in rules().risks}


# --- a whole country -------------------------------------------------------------------------------------------------


def country(services: int, apart_m: float) -> Area:
    """Lay services in a row, each with one site and a budget for estates."""
    ids = [f"S{number:02d}" for number in range(services)]
    return small_area(
        services=[service(each, "police") for each in ids],
        sites=[
            site(f"{each}-1", each, apart_m * number, floor_area_m2=100.0) for number, each in enumerate(ids)
        ],
        budgets=[line(each, 1e6 + number) for number, each in enumerate(ids)],
    )


def test_of_many_services_only_neighbours_are_paired() -> None:
    found = KIND.find(country(45, 2_000.0), DECLARED)
    # Two sites 2 km apart lie 4 minutes from each other; 4 km is 6 minutes, beyond the reach of 5.
    assert [each.partners for each in found] == [(f"S{n:02d}", f"S{n + 1:02d}") for n in range(44)]
    assert KIND.find(country(45, 9_000.0), DECLARED) == []


def test_as_many_services_as_share_one_budget_are_all_tried_wherever_they_are() -> None:
    assert len(KIND.find(country(8, 9_000.0), DECLARED)) == 8 * 7 // 2 + 1
    assert len(KIND.find(country(9, 9_000.0), DECLARED)) == 0


# --- the exact split -------------------------------------------------------------------------------------------------


def costs_of(seed: int, partners: int) -> dict[tuple[int, ...], float]:
    """Give any cost at all to each set of partners, nothing to none."""
    chance = stream(seed, "costs")
    sets = [tuple(each for each in range(partners) if mask >> each & 1) for mask in range(1 << partners)]
    return {each: float(chance.random()) * 100 if each else 0.0 for each in sets}


def split(cost: dict[tuple[int, ...], float], partners: int) -> np.ndarray:
    return shapley(partners, lambda who: np.array([cost[who]]))[:, 0]


@pytest.mark.parametrize("partners", [1, 2, 3, 4, 5, 6])
def test_the_split_is_the_mean_over_every_order_of_joining(partners: int) -> None:
    cost = costs_of(partners, partners)
    added = np.zeros(partners)
    orders = list(permutations(range(partners)))
    for order in orders:
        for place, each in enumerate(order):
            added[each] += cost[tuple(sorted(order[: place + 1]))] - cost[tuple(sorted(order[:place]))]
    assert split(cost, partners) == pytest.approx(added / len(orders))


def test_the_split_adds_up_and_adds_over_costs_for_eight_partners() -> None:
    one, other = costs_of(1, 8), costs_of(2, 8)
    assert split(one, 8).sum() == pytest.approx(one[tuple(range(8))])
    both = {each: one[each] + other[each] for each in one}
    assert split(both, 8) == pytest.approx(split(one, 8) + split(other, 8))


def test_who_adds_alike_pays_alike_and_who_adds_nothing_pays_nothing() -> None:
    # Partners 0 and 1 add alike, 2 adds nothing to anybody.
    cost = {each: 10.0 * len(set(each) & {0, 1}) ** 0.5 for each in costs_of(1, 3)}
    assert split(cost, 3) == pytest.approx([5 * 2**0.5, 5 * 2**0.5, 0.0])


def test_more_partners_than_can_be_looked_at_are_refused() -> None:
    with pytest.raises(ValueError, match="8 at most"):
        shapley(9, lambda _: ONE)


# --- the rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [each.name for each in rules().contributions])
def test_every_rule_pays_exactly_what_the_budget_costs(rule: str) -> None:
    costs, use = np.array([9e5, 6e5, 2e5]), np.array([1.0, 5.0, 2.0])
    scope, administration = DRAWS["merged_budgets.scope"], DRAWS["merged_budgets.administration"]
    paid = contributions(rule, costs, use, scope, administration)
    assert paid is not None
    assert paid.sum(axis=0) == pytest.approx(pooled_cost(costs, scope, administration))


def test_each_rule_by_hand() -> None:
    costs, use = np.array([600.0, 400.0]), np.array([1.0, 3.0])

    def paid(rule: str) -> list[float]:
        found = contributions(rule, costs, use, ONE * 0.25, ONE * 10)
        assert found is not None
        return [round(each, 6) for each in found[:, 0].tolist()]

    # Together 1,000 - 100 + 20 = 920; each saves half of the 80.
    assert paid("as now") == [552, 368]
    assert paid("by use") == [230, 690]
    assert paid("equal") == [460, 460]
    assert paid("what each adds") == [560, 360]
    assert contributions("by use", costs, None, ONE, ONE) is None


def test_an_overrun_falls_by_its_rule() -> None:
    costs, paid = np.array([600.0, 400.0]), np.array([230.0, 690.0])
    assert overruns("own", 100, costs, paid) == pytest.approx([60, 40])
    assert overruns("by contribution", 100, costs, paid) == pytest.approx([25, 75])
    assert overruns("host", 100, costs, paid) == pytest.approx([100, 0])


def test_share_of_cost_stands_beside_share_of_use_and_who_would_lose_is_named() -> None:
    facts = only(two_services()).facts
    assert facts["cost_share_police"] == pytest.approx(0.625)
    assert facts["use_share_police"] == pytest.approx(0.75)
    # Together £1.6m less 4 % of £600,000, and £8,000 more: £1,584,000.
    assert facts["cost_gbp_together"] == pytest.approx(1_584_000)
    assert facts["pays_gbp_by-use_police"] == pytest.approx(1_188_000)
    assert facts["loses"] == "Fire and Police"
    assert facts["saving_gbp_stressed"] == pytest.approx(0.29 * 24_000 - 8_000)


# --- its cash --------------------------------------------------------------------------------------------------------


def test_its_cash_is_by_hand_to_the_pound() -> None:
    area = two_services()
    sums = {
        (flow.what, flow.payer, flow.year): round(float(flow.amount[0]))
        for flow in KIND.cash(area, only(area), DRAWS)
        if flow.year in (0, 1, 3) and flow.amount[0]
    }
    # £16,000 a year are better off: police £10,000 and fire £6,000 by the rule; fire holds £24,000 of it, police pays £8,000.
    assert sums == {
        ("agreement, advice and accounts", "police", 0): -15_000,
        ("agreement, advice and accounts", "fire", 0): -15_000,
        ("bringing it together: posts, systems, contracts", "fire", 1): -24_000,
        ("done once and not by each", "fire", 3): 24_000,
        ("accounting for one budget", "police", 3): -8_000,
        ("settlement by the rule of contribution", "fire", 3): 18_000,
    }


def test_after_settlement_each_is_better_off_exactly_as_the_rule_says_in_every_draw() -> None:
    area = littleton().area
    for option in KIND.find(area, DECLARED):
        gained = {each: np.zeros(len(DRAWS)) for each in option.partners}
        for flow in KIND.cash(area, option, DRAWS):
            if flow.year == 10:
                for who, amount in flow.falls_on():
                    gained[who] += amount
        total = sum(gained.values())
        for each in option.partners:
            assert np.allclose(gained[each], total * fact(option, f"cost_share_{each}"), atol=1e-6)


def test_a_settlement_is_worth_nothing_to_all_together() -> None:
    area = two_services()
    flows = KIND.cash(area, only(area), DRAWS)
    unpaid = [each for each in flows if each.kind is not CashKind.PAYMENT]
    one, other = [
        appraise(each, DRAWS, project=KIND.project_type, years=KIND.years).npsv for each in (flows, unpaid)
    ]
    assert np.array_equal(one, other)


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_every_budget_is_worth_more() -> None:
    assert worth(two_services(2.0)) > worth(two_services())


def test_twice_what_the_largest_spends_saves_no_more_and_gives_it_more_of_the_saving() -> None:
    larger = two_services(police=2_000_000.0)
    assert worth(larger) == pytest.approx(worth(two_services()))

    def gain(area: Area) -> float:
        return fact(only(area), "alone_gbp_police") - fact(only(area), "pays_gbp_as-now_police")

    assert gain(larger) > gain(two_services())
