"""Merged budgets: which lines, who pays what by which rule, its cash to the pound, and which way its answer leans."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area, Settings
from joinedup.area.reading import read_area
from joinedup.area.schema import schema
from joinedup.area.settings import OwnTravel
from joinedup.assumptions import draw, stream
from joinedup.imagining import imagine
from joinedup.money import CashKind
from joinedup.money.pensions import schemes
from joinedup.options import Option, SearchesAlone
from joinedup.options.merged_budgets import KIND
from joinedup.options.merged_budgets.sharing import contributions, overruns, pooled_cost, rules, shapley
from joinedup.options.shared_control_room.joining import fact
from joinedup.study import assumptions_of
from tests.small import ZONE, Row, edited, littleton, service, site, small_area, with_settings, with_tables

if TYPE_CHECKING:
    from pathlib import Path

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
    # That one of them has a newer plan is said.
    newer = "the budgets of 2026/27, which Police gives and not all of them: 2025/26 is taken"
    assert newer in only(older).incomplete
    assert not any("is taken" in each and "budgets of" in each for each in only(two_services()).incomplete)


def test_a_service_with_an_old_plan_alone_keeps_no_two_others_apart() -> None:
    services = ("ambulance", "fire", "police")

    def pooled(*lines: Row) -> dict[tuple[str, ...], set[str]]:
        area = small_area(services=[service(each) for each in services], budgets=list(lines))
        return {each.partners: {joined[-7:] for joined in each.joins} for each in KIND.find(area, DECLARED)}

    two = (line("police", 9e5), line("fire", 8e5))
    assert pooled(*two, line("ambulance", 7e5, year="2019/20")) == {("fire", "police"): {"2025/26"}}
    # With an older year that all give, each two have the newest of their own, and all together that one.
    shared = (line("police", 6e5, year="2019/20"), line("fire", 5e5, year="2019/20"))
    assert pooled(*two, *shared, line("ambulance", 7e5, year="2019/20")) == {
        ("fire", "police"): {"2025/26"},
        ("ambulance", "fire"): {"2019/20"},
        ("ambulance", "police"): {"2019/20"},
        services: {"2019/20"},
    }
    # One that has nothing to share in that year makes no second option of the two others.
    nothing = line("ambulance", 7e5, 7e5, year="2019/20")
    assert pooled(*two, *shared, nothing) == {("fire", "police"): {"2025/26"}}


def test_income_that_is_not_known_is_said() -> None:
    area = small_area(
        services=[service("police"), service("fire")], budgets=[line("police", 9e5), line("fire", 8e5, None)]
    )
    assert any(each.startswith("the income of Fire") for each in only(area).incomplete)


def test_what_is_live_is_not_proposed_and_the_terms_of_leaving_are_asked() -> None:
    area = two_services()
    assert any("leaving" in each for each in only(area).incomplete)
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


def test_neighbours_are_those_by_the_drives_that_the_study_names(tmp_path: Path) -> None:
    # Nine in a row, 2 km apart: only over one bridge do two come within five minutes, and it is slower on the way back.
    ids = [f"S{number:02d}-1" for number in range(9)]
    drives = {(one, other): 20.0 for one in ids for other in ids if one != other}
    drives |= {("S03-1", "S04-1"): 3.0, ("S04-1", "S03-1"): 4.5, ("S06-1", "S07-1"): 3.0}
    ends = pl.DataFrame(
        [(*pair, minutes) for pair, minutes in drives.items()], ["from", "to", "minutes"], orient="row"
    )
    ends.write_csv(tmp_path / "drives.csv")
    area = with_settings(country(9, 2_000.0), travel=OwnTravel(matrix=tmp_path / "drives.csv"))
    # One way within reach is not enough.
    assert [each.partners for each in KIND.find(area, DECLARED)] == [("S03", "S04")]


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
    assert facts["loses"] == "Fire (equal) and Police (by use)"
    assert facts["saving_gbp_stressed"] == pytest.approx(0.29 * 24_000 - 8_000)


# --- what a treasurer checks -----------------------------------------------------------------------------------------


def body(body_id: str, services: str, reserves: float | None, least: float | None) -> Row:
    return {
        "body_id": body_id,
        "name": f"Body {body_id}",
        "services": services,
        "general_reserves_gbp": reserves,
        "least_reserves_pct": least,
    }


def checked(
    other: str = "fire", nation: str = "England", bodies: tuple[Row, ...] | None = None, **mover: object
) -> Option:
    """Pool £1m of police, £400,000 of it pay, with £600,000 of another service, £200,000 of it pay; no other budget."""
    police = {"pay_gbp": 400_000.0, "pension_scheme": "local government", "employer_pension_pct": 18.0}
    theirs = {
        "pay_gbp": 200_000.0,
        "pension_scheme": "local government",
        "employer_pension_pct": 15.0,
        **mover,
    }
    held = (
        (body("P", "police", 100_000.0, 5.0), body("O", other, 60_000.0, 4.0)) if bodies is None else bodies
    )
    area = small_area(
        Settings(name="Small", zone=ZONE, nation=nation),
        services=[service("police"), service(other)],
        budgets=[{**line("police", 1_000_000.0), **police}, {**line(other, 600_000.0), **theirs}],
        bodies=held,
    )
    return only(area)


def gaps(option: Option, about: str) -> list[str]:
    return [each for each in option.incomplete if about in each]


def test_reserves_are_set_beside_the_least_now_after_setting_up_and_after_an_overrun() -> None:
    facts = checked().facts
    # Police keep £100,000 of £1m. They save £10,000 a year, spend £15,000, and bear 5/8 of 15 % of £1,584,000.
    overrun = 0.15 * 1_584_000 * 0.625
    assert facts["reserves_now_police"] == pytest.approx(0.1)
    assert facts["reserves_set_up_police"] == pytest.approx(85_000 / 990_000)
    assert facts["reserves_overrun_police"] == pytest.approx((85_000 - overrun) / 990_000)
    assert facts["reserves_police"] == "enough to set up, and below the least after an overrun"
    # Fire keeps £60,000 of £600,000, saves £6,000, and spends £15,000 and the £24,000 that it saves, once.
    assert facts["reserves_set_up_fire"] == pytest.approx(21_000 / 594_000)
    assert str(facts["reserves_fire"]).startswith(
        "below the least once it has paid to set up; what lies above 5 % now"
    )
    assert not gaps(checked(), "reserves of Body")


def test_littleton_s_checks_are_those_that_were_worked_by_hand() -> None:
    option = next(
        each for each in KIND.find(littleton().area, DECLARED) if each.partners == ("fire", "police")
    )
    facts = option.facts
    assert facts["saving_gbp_a_year"] == pytest.approx(22_000)
    assert fact(option, "alone_gbp_fire") - fact(option, "pays_gbp_as-now_fire") == pytest.approx(
        8_418, abs=1
    )
    assert facts["overrun_gbp_by-contribution_fire"] == pytest.approx(111_237, abs=1)
    kept = [fact(option, f"reserves_{when}_fire") for when in ("now", "set_up", "overrun")]
    assert kept == pytest.approx([0.05, 295_000 / 6_791_582, 183_763 / 6_791_582], abs=1e-6)
    assert facts["reserves_fire"] == "enough to set up, and below the least after an overrun"
    assert facts["vat_gbp_host"] == 0
    assert facts["vat_gbp_body"] == pytest.approx(322_000)
    assert facts["pension_gbp_fire"] == pytest.approx(1_642, abs=1)


def test_an_imagined_county_states_all_that_the_checks_ask(tmp_path: Path) -> None:
    area, _ = read_area(imagine(tmp_path / "county", people=8_000, days=1, seed=4).folder)
    for option in KIND.find(area, DECLARED):
        assert not gaps(option, "fill"), option.id
        for partner in option.partners:
            assert option.facts[f"reserves_{partner}"]
            assert f"pension_gbp_{partner}" in option.facts
        assert "vat_gbp_host" in option.facts


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (49_000.0, "below the least already"),
        (60_000.0, "below the least once it has paid to set up"),
        (500_000.0, "enough, also after an overrun"),
    ],
)
def test_where_reserves_first_fall_short_is_said(kept: float, words: str) -> None:
    bodies = (body("P", "police", kept, 5.0), body("F", "fire", 24_000.0, 4.0))
    assert checked(bodies=bodies).facts["reserves_police"] == words


def test_one_body_has_one_reserve_for_all_that_it_answers_for() -> None:
    facts = checked(bodies=(body("P", "police; fire", 160_000.0, 5.0),)).facts
    for who in ("police", "fire"):
        assert facts[f"reserves_now_{who}"] == pytest.approx(0.1)
        # Both set up, and the saving is theirs together.
        assert facts[f"reserves_set_up_{who}"] == pytest.approx((160_000 - 15_000 - 39_000) / 1_584_000)


def test_a_check_of_reserves_that_cannot_be_made_names_the_column_to_fill() -> None:
    bodies = (body("P", "police", None, 5.0), body("F", "fire", 60_000.0, None))
    option = checked(bodies=bodies)
    assert gaps(option, "reserves of Body") == [
        "the reserves of Body F: fill least_reserves_pct in bodies.csv",
        "the reserves of Body P: fill general_reserves_gbp in bodies.csv",
    ]
    assert "reserves_police" not in option.facts
    assert option.facts["reserves_now_fire"] == pytest.approx(0.1)
    assert gaps(checked(bodies=()), "say in bodies.csv which one body answers") != []


def test_a_body_whose_budgets_come_to_nothing_has_no_share_in_reserve() -> None:
    area = two_services(more=(line("police", 0.0, 1_000_000.0, function="grants"),))
    held = small_area(bodies=[body("P", "police", 1.0, 5.0), body("F", "fire", 60_000.0, 4.0)])
    option = only(with_tables(area, {"bodies": held.table("bodies")}))
    assert gaps(option, "reserves of Body P") == [
        "the reserves of Body P: its budgets come to nothing; see gross_gbp and income_gbp in budgets.csv"
    ]
    assert "reserves_now_police" not in option.facts
    assert option.facts["reserves_now_fire"] == pytest.approx(0.1)


def test_bodies_that_are_refunded_lose_no_tax_to_each_other_and_all_of_it_to_a_new_body() -> None:
    option = checked()
    assert option.facts["vat_gbp_host"] == 0
    # 20 % of the £600,000 and £400,000 that are bought.
    assert option.facts["vat_gbp_body"] == pytest.approx(200_000)
    assert option.facts["vat_police"] == option.facts["vat_fire"] == "all refunded"
    assert not gaps(option, "value added tax")


def test_tax_is_lost_on_the_charge_to_a_trust_and_on_what_a_trust_buys_for_others() -> None:
    # Police hold it. The trust pays £594,000, of which £400,000 is what it buys and bears tax on now.
    trust = checked("ambulance")
    assert trust.facts["vat_gbp_host"] == pytest.approx(0.2 * 194_000)
    assert trust.facts["vat_ambulance"] == "refunded on contracted-out services only"
    assert gaps(trust, "value added tax")
    # The trust holds it, as the one that spends most: what police buy is no longer refunded.
    area = small_area(
        Settings(name="Small", zone=ZONE, nation="England"),
        services=[service("police"), service("ambulance")],
        budgets=[
            {**line("police", 600_000.0), "pay_gbp": 200_000.0},
            {**line("ambulance", 1_000_000.0), "pay_gbp": 400_000.0},
        ],
    )
    assert only(area).facts["vat_gbp_host"] == pytest.approx(0.2 * 400_000)
    assert only(area).facts["vat_gbp_body"] == pytest.approx(0.2 * 400_000)


def test_a_check_of_tax_that_cannot_be_made_names_the_column_or_the_nation() -> None:
    assert gaps(checked(pay_gbp=None), "value added tax") == [
        "value added tax: fill pay_gbp in budgets.csv for estates of Fire"
    ]
    assert "vat_gbp_host" not in checked(pay_gbp=None).facts
    assert len(gaps(checked(nation="Scotland"), "no rule is kept for")) == 2


def test_moving_people_changes_what_the_employer_pays_into_a_pension() -> None:
    # 0.72 of £200,000 is pensionable; police pay 3 % more of it than fire.
    option = checked()
    assert option.facts["pension_gbp_fire"] == pytest.approx(200_000 * 0.72 * 0.03)
    assert option.facts["pension_gbp_police"] == 0
    assert option.facts["pension_rate_police"] == pytest.approx(0.18)
    assert not gaps(option, "pensions")
    # Another scheme, at its published rate: 23.78 % less 9.4 % that is met centrally.
    trust = checked("ambulance", pension_scheme="NHS", employer_pension_pct=None)
    assert trust.facts["pension_gbp_ambulance"] == pytest.approx(200_000 * 0.72 * (0.18 - 0.1438))
    assert [each for each in gaps(trust, "pensions") if "keep the NHS scheme" in each]


def test_a_check_of_pensions_that_cannot_be_made_names_the_column_to_fill() -> None:
    assert gaps(checked(pension_scheme=None), "pensions") == [
        "pensions: fill pension_scheme in budgets.csv for estates of Fire"
    ]
    none = checked(pension_scheme=None, employer_pension_pct=None)
    assert gaps(none, "pensions") == [
        "pensions: fill pension_scheme and employer_pension_pct in budgets.csv for estates of Fire"
    ]
    assert "pension_gbp_fire" not in none.facts
    # Each local fund has a rate of its own: until it is stated another is taken, and said so.
    judged = checked(employer_pension_pct=None)
    kept = schemes()["local government"].employer_per_cent
    assert judged.facts["pension_gbp_fire"] == pytest.approx(200_000 * 0.72 * (18.0 - kept) / 100)
    assert f"{kept:g} % is taken for want of its own" in gaps(judged, "pensions")[0]


def test_the_schemes_that_a_study_may_state_are_those_of_which_a_rate_is_kept() -> None:
    assert set(schema("budgets")["pension_scheme"].enum) == set(schemes())


def test_no_check_changes_what_the_option_is_worth() -> None:
    stated, silent = checked(), only(two_services())
    for name in ("saving_gbp_a_year", "cost_gbp_together"):
        assert stated.facts[name] == silent.facts[name]


# --- alone -----------------------------------------------------------------------------------------------------------


def test_what_one_partner_keeps_apart_it_could_join_alone() -> None:
    assert isinstance(KIND, SearchesAlone)
    area = two_services(more=({**line("police", 200_000.0), "line_id": "P2"},))
    (option,) = KIND.find_alone(area, "police", DECLARED)
    assert not KIND.find_alone(area, "fire", DECLARED)
    assert option.partners == ("police",)
    assert set(option.uses) < set(only(area).uses)
    sums = {
        (flow.what, flow.year): round(float(flow.amount[0]))
        for flow in KIND.cash(area, option, DRAWS)
        if flow.year in (0, 1, 2, 3) and flow.amount[0]
    }
    # 4 % of the £200,000 that join the £1m, from the third year on.
    assert sums == {
        ("one line and its accounts", 0): -15_000,
        ("bringing it together: posts, systems, contracts", 1): -8_000,
        ("done once and not by each", 3): 8_000,
    }
    assert {float(flow.amount[0]) for flow in KIND.carry_on(area, option, DRAWS)} == {-1_200_000}


def test_a_service_s_response_stays_apart_alone_too() -> None:
    area = two_services(
        more=(
            {**line("police", 9e6, function="response"), "line_id": "R1"},
            {**line("police", 8e6, function="response"), "line_id": "R2"},
        )
    )
    assert isinstance(KIND, SearchesAlone)
    assert not KIND.find_alone(area, "police", DECLARED)


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
