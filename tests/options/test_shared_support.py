"""Shared support: which items, workshops and functions, what they cost to the pound, and which way the answer leans."""

from __future__ import annotations

from datetime import date
from functools import cache
from math import isnan
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.area.reading import read_area
from joinedup.area.schema import schema
from joinedup.area.settings import OwnTravel
from joinedup.assumptions import Draws, draw
from joinedup.disclosure import Sensitivity
from joinedup.imagining import imagine
from joinedup.money import CashKind
from joinedup.options import Option, SearchesAlone, TellsFacts
from joinedup.options.shared_support import KIND
from joinedup.options.shared_support.buying import saved_at
from joinedup.options.shared_support.declared import GAP_CLOSED
from joinedup.study.finding import find
from tests.area.shared_data import shared
from tests.small import (
    Row,
    edited,
    littleton,
    service,
    shuffled,
    site,
    small_area,
    unit,
    with_settings,
    with_tables,
)

DECLARED = {each.name: each for each in KIND.assumptions}
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)


def contract(contract_id: str, service_id: str, price: float | None, **others: object) -> Row:
    given = {"item": "Boots", "unit_price_gbp": price, "yearly_gbp": 10_000.0, "ends_on": date(2026, 3, 31)}
    return {"contract_id": contract_id, "service_id": service_id, **given, **others}


def two_buyers(dear: Row | None = None, **tables: list[Row]) -> Area:
    """Make police, who pay £50 for boots, and fire, who pay £100 for 100 pairs a year."""
    given: dict[str, list[Row]] = {
        "services": [service("police"), service("fire")],
        "contracts": [contract("PB", "police", 50.0), contract("FB", "fire", 100.0, **(dear or {}))],
    }
    return small_area(None, **{**given, **tables})


def two_workshops(**mover: Any) -> Area:
    bills: dict[str, Any] = {
        "kind": "workshop",
        "floor_area_m2": 500.0,
        "running_cost_gbp": 60_000.0,
        "spare_area_m2": 100.0,
    }
    return small_area(
        services=[service("police"), service("fire")],
        sites=[
            site("PW", "police", 0, **{**bills, **mover}),
            site("FW", "fire", 2_000, **{**bills, "spare_area_m2": 300.0}),
        ],
        units=[unit(f"P{number}", "police", None) for number in range(6)],
    )


def two_teams(police: float = 20.0, fire: float = 12.0) -> Area:
    posts = [("PF", "police", police), ("FF", "fire", fire)]
    return small_area(
        services=[service("police"), service("fire")],
        posts=[
            {"post_id": name, "service_id": who, "function": "Finance", "fte": fte, "cost_gbp": fte * 40_000}
            for name, who, fte in posts
        ],
    )


def found(area: Area) -> dict[str, Option]:
    return {each.id.removeprefix("shared-support-"): each for each in KIND.find(area, DECLARED)}


def only(area: Area) -> Option:
    (option,) = KIND.find(area, DECLARED)
    return option


def lines(area: Area, option: Option, year: int) -> dict[tuple[str, str], int]:
    """Give the central cash of one year by what it is and who pays, to the pound."""
    sums: dict[tuple[str, str], float] = {}
    for flow in KIND.cash(area, option, DRAWS):
        if flow.year == year and flow.amount[0]:
            key = (flow.what, flow.payer)
            sums[key] = sums.get(key, 0.0) + float(flow.amount[0])
    return {key: round(value) for key, value in sums.items()}


def worth(area: Area, option: Option, draws: Draws = DRAWS) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    flows = KIND.cash(area, option, draws)
    return np.asarray(appraise(flows, draws, project=KIND.project_type, years=KIND.years).npsv)


# --- what is found ---------------------------------------------------------------------------------------------------


def test_littleton_has_one_item_one_workshop_and_two_functions() -> None:
    assert set(found(littleton().area)) == {
        "buying-C3-C4-C5",
        "workshop-P3-to-F2",
        "service-finance-fire-police",
        "service-fleet-fire-police",
    }


def test_an_imagined_county_has_all_three_ways(tmp_path: Path) -> None:
    area, _ = read_area(imagine(tmp_path / "county", people=8_000, days=1, seed=4).folder)
    assert {each.facts["way"] for each in KIND.find(area, DECLARED)} == {"buying", "workshop", "service"}


def test_each_of_the_three_ways_is_looked_for_without_the_tables_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("joinedup.study.finding.kinds", lambda: (KIND,))

    def looked(*left_out: str) -> tuple[set[str], int]:
        area = with_tables(
            littleton().area, {each: littleton().area.table(each).clear() for each in left_out}
        )
        options, lacking = find(area, DECLARED)
        ways = {str(each.facts["way"]) for _, some in options for each in some}
        return ways, len(lacking.get(KIND.name, ()))

    assert looked() == ({"buying", "workshop", "service"}, 0)
    assert looked("contracts") == ({"workshop", "service"}, 0)
    assert looked("posts") == ({"buying", "workshop"}, 0)
    assert looked("contracts", "posts") == ({"workshop"}, 0)
    assert looked("contracts", "posts", "sites") == (set(), 1)


def test_tyres_in_littleton_are_what_the_tables_say() -> None:
    # 600 at £118, 120 at £231 and 300 at £149: 120 × 113 + 300 × 31, and 120 × 82 above the median.
    facts = found(littleton().area)["buying-C3-C4-C5"].facts
    assert facts["saved_at_best"] == pytest.approx(22_860)
    assert facts["saved_at_median"] == pytest.approx(9_840)
    assert facts["spread"] == pytest.approx(113 / 118)
    assert [facts[f"saved_at_best_{each}"] for each in ("police", "fire", "ambulance")] == [
        0,
        pytest.approx(13_560),
        pytest.approx(9_300),
    ]
    assert [facts[f"saved_at_median_{each}"] for each in ("police", "fire", "ambulance")] == [
        0,
        pytest.approx(9_840),
        0,
    ]
    # 5 % of the £72,420 a year that the two dearer ones spend.
    assert facts["changing_over_gbp"] == pytest.approx(3_621)


def test_what_a_service_would_save_is_not_known_where_what_it_buys_is_not() -> None:
    # §1.3: absent is not zero.
    third = contract("T", "ambulance", 90.0, yearly_gbp=None)
    area = two_buyers()
    rows = [*area.table("contracts").iter_rows(named=True), third]
    three = small_area(services=[service(each) for each in ("police", "fire", "ambulance")], contracts=rows)
    facts = only(three).facts
    assert facts["saved_at_best_ambulance"] is None
    assert facts["saved_at_best_police"] == 0
    assert facts["saved_at_best_fire"] == facts["saved_at_best"]


def test_no_price_of_one_is_told_outside_the_study() -> None:
    # §8.1: what a supplier asks of one service is commercial.
    assert schema("contracts")["unit_price_gbp"].sensitivity is Sensitivity.COMMERCIAL
    assert isinstance(KIND, TellsFacts)
    option = found(littleton().area)["buying-C3-C4-C5"]
    for name in ("lowest_gbp", "median_gbp", "highest_gbp"):
        assert option.facts[name]
        assert name not in KIND.facts_told
        assert f"{option.facts[name]:,.0f}" not in KIND.explain(option)


@pytest.mark.parametrize(
    "dear", [{"unit_price_gbp": 50.0}, {"unit_price_gbp": None}, {"item": "Shoes"}, {"yearly_gbp": None}]
)
def test_nothing_is_proposed_for_one_price_another_item_or_where_no_spending_is_known(dear: Row) -> None:
    assert KIND.find(two_buyers(dear), DECLARED) == []


def test_what_is_live_is_never_proposed_and_what_was_tried_says_so() -> None:
    live: Row = {"kind": "Shared support services, fleet and procurement", "partners": "fire; police"}
    assert KIND.find(two_buyers(collaborations=[{**live, "status": "live"}]), DECLARED) == []
    part = {**live, "status": "live", "kind": "procurement"}
    assert KIND.find(two_buyers(collaborations=[part]), DECLARED) == []
    assert only(two_buyers(collaborations=[{**part, "kind": "shared support services"}])).joins
    tried = only(two_buyers(collaborations=[{**live, "status": "refused", "why": "no time"}]))
    assert tried.facts["tried_before"] == "refused: no time"
    # A workshop that is shared says nothing about boots.
    assert found(two_buyers(collaborations=[{**live, "status": "live", "sites": "PW; FW"}]))


def test_two_of_three_who_share_already_are_named() -> None:
    area = two_buyers(
        services=[service("police"), service("fire"), service("ambulance")],
        contracts=[
            contract(each, each, price)
            for each, price in (("police", 1.0), ("fire", 2.0), ("ambulance", 3.0))
        ],
        collaborations=[
            {
                "kind": "shared support services, fleet and procurement",
                "partners": "fire; police",
                "status": "live",
            }
        ],
    )
    assert "what Fire and Police share already" in only(area).incomplete


def test_a_workshop_that_does_not_fit_or_whose_lease_runs_on_is_left_out() -> None:
    # 0.4 of 500 m² is 200: room at fire's, and none at police's.
    assert set(found(two_workshops())) == {"workshop-PW-to-FW"}
    assert not found(two_workshops(floor_area_m2=800.0))
    assert not found(two_workshops(lease_break_on=date(2036, 1, 1)))
    # 15 minutes at 60 km/h with 2 lost are 13 km.
    assert not found(edited(two_workshops(), "sites", "FW", x=13_100.0))
    assert found(edited(two_workshops(), "sites", "FW", x=12_900.0))


def test_workshops_are_within_reach_by_the_drives_that_the_study_names(tmp_path: Path) -> None:
    straight = only(two_workshops())
    assert straight.facts["minutes"] == 4.0
    assert "(by straight line)" in KIND.explain(straight)
    named = tmp_path / "drives.csv"
    table = pl.DataFrame({"from": ["PW", "FW"], "to": ["FW", "PW"], "minutes": [11.0, 12.5]})
    table.write_csv(named)
    area = with_settings(two_workshops(), travel=OwnTravel(matrix=named))
    driven = only(area)
    assert driven.facts["minutes"] == 12.5
    assert "12.5 minutes further at the most (by drives.csv)" in KIND.explain(driven)
    # What the drivers lose grows with the drive: 4 minutes were £120.
    assert lines(area, driven, 2)["the longer way to the workshop", "police"] == -375
    # Beyond a quarter of an hour by road nothing is proposed, however near it is over the river.
    table.with_columns(minutes=pl.lit(16.0)).write_csv(named)
    assert not KIND.find(with_settings(two_workshops(), travel=OwnTravel(matrix=named)), DECLARED)


def test_one_partner_alone_could_join_its_own_contracts_and_workshops() -> None:
    area = two_buyers(contracts=[contract("A", "fire", 50.0), contract("B", "fire", 100.0)])
    assert isinstance(KIND, SearchesAlone)
    alone = KIND.find_alone
    (option,) = alone(area, "fire", DECLARED)
    assert option.partners == ("fire",)
    assert option.facts["saved_at_best"] == 5_000
    assert alone(area, "police", DECLARED) == []
    assert KIND.find(area, DECLARED) == []


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert KIND.find(shuffled(two_buyers(), 5), DECLARED) == KIND.find(two_buyers(), DECLARED)


def test_the_step_leaves_the_dearer_contract_at_the_likely_price_and_nothing_to_find_below_it() -> None:
    area = two_buyers()
    after = area.changed(only(area).changes).table("contracts")
    assert after["unit_price_gbp"].to_list() == [50.0, 75.0]
    assert after["yearly_gbp"].to_list() == [10_000.0, 7_500.0]


# --- cash to the pound -----------------------------------------------------------------------------------------------


def test_buying_together_to_the_pound() -> None:
    # Fire's contract ends in 2026/27: year 1. 100 pairs × (£100 - £50) × 0.5.
    area = two_buyers({"ends_on": date(2026, 9, 30)})
    option = only(area)
    tender = "one specification and a joint tender"
    assert lines(area, option, 0) == {(tender, "police"): -4_000, (tender, "fire"): -4_000}
    assert lines(area, option, 1) == {("changing over to the common item", "fire"): -500}
    for year in (2, 10):
        assert lines(area, option, year) == {("lower price of the item", "fire"): 2_500}


def test_one_workshop_to_the_pound() -> None:
    area = two_workshops(tenure="freehold", value_gbp=200_000.0)
    option = only(area)
    assert lines(area, option, 0) == {("fitting out the host and moving", "police"): -120_000}
    # 2 km at 60 km/h and 2 minutes lost is 4 minutes: 6 vehicles × 5 visits × 8 minutes is 4 hours at £30.
    assert lines(area, option, 2) == {
        ("bills of the workshop given up", "police"): 60_000,
        ("what the newcomer adds to the host's bills", "fire"): -24_000,
        ("the newcomer's share of the host's bills", "police"): 24_000,
        ("the longer way to the workshop", "police"): -120,
    }
    assert lines(area, option, 1)["receipt for the workshop given up", "police"] == 190_000


def test_only_whole_posts_are_cash() -> None:
    # 0.035 × 32 posts is 1.12: one is cash, 0.12 is time. Shares are 20 and 12 of 32. Live after two years.
    area = two_teams()
    option = only(area)
    assert option.facts["posts_freed"] == 1
    assert lines(area, option, 0) == {
        ("setting one support service up", "police"): -44_000,
        ("setting one support service up", "fire"): -26_400,
    }
    assert lines(area, option, 1) == {
        # Paid to people whose posts end: a payment, which is positive and no cost to all together (§5.2).
        ("redundancy pay", "police"): 12_500,
        ("redundancy pay", "fire"): 7_500,
    }
    assert lines(area, option, 2) == {}
    assert lines(area, option, 3) == {
        ("posts freed", "police"): 25_000,
        ("posts freed", "fire"): 15_000,
        ("time set free, less than a post", "police"): 3_000,
        ("time set free, less than a post", "fire"): 1_800,
    }


def test_less_than_one_post_is_no_cash_at_all() -> None:
    area = two_teams(8, 6)
    gained = [flow for flow in KIND.cash(area, only(area), DRAWS) if flow.year == 5 and flow.gained[0] > 0]
    assert {flow.kind for flow in gained} == {CashKind.NOT_CASH_RELEASING}
    assert "nothing is cash" in KIND.explain(only(area))


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_contracts_for_the_same_work_that_could_end_are_told_with_their_day_and_are_in_no_total() -> None:
    def teams(*contracts: Row) -> tuple[Area, Option]:
        area = with_tables(
            two_teams(), {"contracts": two_buyers(contracts=list(contracts)).table("contracts")}
        )
        return area, next(each for name, each in found(area).items() if name.startswith("service"))

    payroll = {"item": "Payroll", "function": "finance "}
    dear = contract("PP", "police", None, **payroll, yearly_gbp=30_000.0)
    cheap = contract("FP", "fire", None, **{**payroll, "item": "payroll"}, yearly_gbp=12_000.0)
    audit = contract("FA", "fire", None, item="Audit", function="Finance", yearly_gbp=5_000.0)
    boots = contract("FB", "fire", None, function="equipment")
    area, option = teams(dear, cheap, audit, boots)
    assert (option.facts["contracts"], option.facts["contracts_gbp"]) == (3, 47_000)
    # The dearer payroll goes on for both; nobody else has an auditor.
    assert option.facts["contracts_could_end_gbp"] == 12_000
    assert option.facts["contracts_could_end"] == "payroll of Fire, until 31 March 2026"
    assert any("which of the 3 contracts" in each for each in option.incomplete)
    bare, without = teams(boots)
    assert "contracts" not in without.facts
    assert [(flow.what, flow.amount[0]) for flow in KIND.cash(area, option, DRAWS)] == [
        (flow.what, flow.amount[0]) for flow in KIND.cash(bare, without, DRAWS)
    ]
    # Absent is not zero: which of two is the dearer is not known where one has no price.
    _, unpriced = teams(dear, {**cheap, "yearly_gbp": None})
    assert unpriced.facts["contracts_gbp"] is None
    assert "contracts_could_end" not in unpriced.facts
    assert "what the contract of Fire for payroll costs in a year" in unpriced.incomplete


def test_twice_the_share_of_the_gap_closed_is_worth_more_in_every_draw() -> None:
    area = two_buyers()
    doubled = DRAWS.with_column(GAP_CLOSED, 2 * DRAWS[GAP_CLOSED.name])
    assert (worth(area, only(area), doubled) > worth(area, only(area))).all()


@pytest.mark.parametrize(
    "dear", [{"yearly_gbp": 20_000.0}, {"unit_price_gbp": 150.0, "yearly_gbp": 15_000.0}]
)
def test_twice_what_the_dearest_spends_and_twice_its_gap_are_worth_more(dear: Row) -> None:
    more, base = two_buyers(dear), two_buyers()
    assert worth(more, only(more))[0] > worth(base, only(base))[0]


def test_twice_the_bills_of_the_workshop_given_up_are_worth_more_and_twice_the_vehicles_less() -> None:
    base = two_workshops()
    dear = two_workshops(running_cost_gbp=120_000.0)
    assert (worth(dear, only(dear)) > worth(base, only(base))).all()
    option = only(base)
    facts = {**option.facts, "vehicles": 12.0}
    many = Option.from_json({**option.as_json(), "facts": facts})
    assert (worth(base, many) < worth(base, option)).all()


def test_twice_the_posts_are_worth_more_from_a_whole_post() -> None:
    base, more = two_teams(40, 24), two_teams(80, 48)
    assert worth(more, only(more))[0] > worth(base, only(base))[0] > 0
    assert edited(base, "posts", "PF", cost_gbp=None).table("posts")["cost_gbp"].null_count() == 1


def test_posts_whose_cost_is_not_known_rest_on_a_declared_cost_and_say_so() -> None:
    area = edited(two_teams(), "posts", "PF", cost_gbp=None)
    assert "what the finance posts of Police cost" in only(area).incomplete
    assert lines(area, only(area), 0)["setting one support service up", "police"] == -round(
        20 * 44_000 * 0.055
    )


# --- the real case ---------------------------------------------------------------------------------------------------


@cache
def procurement() -> tuple[list[str], dict[str, list[tuple[float, float]]]]:
    """Read the Home Office's fire procurement data of 2016: the services, and each one's price and quantity by item."""
    file = shared("estates/20160823-Fire_procurement_data-v1.0-UK_O.ods")
    table = pl.read_excel(
        file, sheet_name="Item_costs", has_header=False, infer_schema_length=0, drop_empty_rows=True
    )
    header, *rows = table.rows()
    # Prices and quantities stand side by side; "-" is none.
    items = {
        name: [(_number(row[column]), _number(row[column + 1])) for row in rows]
        for column, name in enumerate(header[:-1])
        if "£" in name and "£" not in header[column + 1]
    }
    return [str(row[0]) for row in rows], items


def test_what_46_fire_services_would_save_at_the_median_and_at_the_best_price() -> None:
    names, items = procurement()
    assert len(names) == 46
    assert len(items) == 26
    totals = {"median": 0.0, "best": 0.0}
    for given in items.values():
        prices, quantities = np.array(given).T
        at_median, at_best = (saved_at(prices, quantities, each) for each in ("median", "best"))
        known = ~np.isnan(at_best)
        assert (at_best[known] >= at_median[known]).all()
        assert np.nanmin(at_best) == 0
        # Beside a plain loop over whoever gave both a price and a quantity.
        paid = [price for price, _ in given if not isnan(price)]
        for answer, target in ((at_median, median(paid)), (at_best, min(paid))):
            plain = sum((p - target) * q for p, q in given if not isnan(p + q) and p > target)
            assert np.nansum(answer) == pytest.approx(plain)
        totals["median"] += float(np.nansum(at_median))
        totals["best"] += float(np.nansum(at_best))
    # As the guide page tells it.
    assert round(totals["median"] / 1e6, 1) == 7.4
    assert round(totals["best"] / 1e6, 1) == 37.5
    # 20 helmets at £189.
    helmets = items["Fire fighting helmet (without torch) (£)"]
    assert helmets[names.index("Buckinghamshire")] == (189.0, 20.0)


def test_each_of_46_fire_services_is_told_what_it_would_save_on_each_item() -> None:
    names, items = procurement()
    area = small_area(
        services=[service(f"S{number:02}", "fire") for number in range(len(names))],
        contracts=[
            contract(
                f"{code:02}-{who:02}",
                f"S{who:02}",
                price,
                item=item,
                yearly_gbp=None if isnan(price * q) else price * q,
            )
            for code, (item, given) in enumerate(items.items())
            for who, (price, q) in enumerate(given)
            if not isnan(price)
        ],
    )
    options = {str(each.facts["item"]): each for each in KIND.find(area, DECLARED)}
    told = 0
    for item, given in items.items():
        paid = [price for price, _ in given if not isnan(price)]
        facts = options[item].facts
        for who, (price, quantity) in enumerate(given):
            for way, target in (("median", median(paid)), ("best", min(paid))):
                answer = facts.get(f"saved_at_{way}_S{who:02}")
                if isnan(price + quantity):
                    assert answer is None
                else:
                    assert answer == pytest.approx(max(0.0, price - target) * quantity, abs=0.01)
                    told += 1
    assert told == 2 * sum(not isnan(p + q) for given in items.values() for p, q in given) > 1_000


def _number(text: str | None) -> float:
    """Read a cell; what is no number is not known."""
    try:
        return float(str(text).replace(",", ""))
    except ValueError:
        return float("nan")
