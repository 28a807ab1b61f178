"""The estate plan: every plan of a small estate tried, laws, and what a move says of itself (§4, §5.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from joinedup.locate import Standard, Terms, estate_plan
from joinedup.locate.estate import best_plan
from joinedup.locate.holdings import Demand, Estate, Holding
from joinedup.money.discounting import discount_factors
from joinedup.refusal import Refusal
from joinedup.travel import StraightLine
from tests.locate.estates import TERMS, county, holding, least_cost
from tests.small import Row, incident, littleton, service, shuffled, site, small_area, unit, with_settings

STRAIGHT = StraightLine(1.0, 2.0)
CHEAP = replace(TERMS, adapt_gbp_a_m2=400.0, works_years=20)


def small(seed: int, sites: int, most_loss: float = 0.05) -> tuple[Estate, Terms]:
    estate, terms = county(seed, sites, 30, 12, most_loss=most_loss, minutes=6.0)
    return estate, replace(terms, adapt_gbp_a_m2=400.0, furthest_minutes=15.0, turn_in_minutes=8.0)


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_of_a_small_estate_is_cheaper(seed: int) -> None:
    estate, terms = small(seed, 6 if seed % 8 == 0 else 5, most_loss=(0.0, 0.05, 0.3)[seed % 3])
    if seed % 4 == 0:
        terms = replace(terms, capital_gbp=400_000.0)
    if seed % 4 == 1:
        terms = replace(terms, capital_gbp_of={"police": 150_000.0, "fire": 0.0})
    found = best_plan(estate, terms)
    assert found.status == "optimal"
    assert found.cost_gbp_a_year == pytest.approx(least_cost(estate, terms, discount_factors()), abs=0.5)
    assert found.bound_gbp_a_year == found.cost_gbp_a_year
    assert found.saved_gbp_a_year >= -0.5


def test_the_small_estates_are_worth_a_search() -> None:
    """Without moves, hosts of two and standards that bind, every plan would agree with any search."""
    plans = [best_plan(*small(seed, 5, (0.0, 0.05, 0.3)[seed % 3])) for seed in range(40)]
    moved = [len(each.moves) for each in plans]
    assert sum(each > 0 for each in moved) > 20
    assert max(moved) >= 3
    free = [best_plan(*small(seed, 5, 1.0)) for seed in range(40)]
    assert sum(a.cost_gbp_a_year > b.cost_gbp_a_year + 1 for a, b in zip(plans, free, strict=True)) > 3


@pytest.mark.parametrize("seed", range(3))
def test_a_larger_loss_and_more_capital_are_never_dearer(seed: int) -> None:
    estate, terms = county(seed, 40, 600, 30, minutes=7.0)
    terms = replace(terms, adapt_gbp_a_m2=400.0, furthest_minutes=15.0)

    def costs(**others: float) -> float:
        losses = {each: Standard(7.0, others.get("loss", 0.02)) for each in terms.standards}
        return best_plan(
            estate,
            replace(terms, standards=losses, capital_gbp=others.get("capital", np.inf)),
        ).cost_gbp_a_year

    by_loss = [costs(loss=loss) for loss in (0.0, 0.01, 0.03, 0.1, 1.0)]
    assert by_loss == sorted(by_loss, reverse=True)
    assert by_loss[0] > by_loss[-1]
    by_capital = [costs(capital=capital) for capital in (0.0, 3e5, 1e6, 3e6, np.inf)]
    assert all(before >= after - 0.01 for before, after in pairwise(by_capital))
    assert by_capital[0] > by_capital[-1]


def test_no_service_spends_more_than_its_own_capital_and_the_others_are_free() -> None:
    estate, terms = county(1, 40, 600, 30, minutes=7.0)
    terms = replace(terms, adapt_gbp_a_m2=400.0, furthest_minutes=15.0)
    free = best_plan(estate, terms)
    own = replace(terms, capital_gbp_of={"police": 300_000.0, "fire": 0.0})
    held = best_plan(estate, own)
    spent = {
        who: sum(each.capital_gbp for each in held.moves if each.mover_service == who)
        for who in ("police", "fire", "ambulance")
    }
    assert 0 < spent["police"] <= 300_000
    assert spent["fire"] == 0
    assert spent["ambulance"] > 0
    assert held.cost_gbp_a_year > free.cost_gbp_a_year


def staying(estate: Estate, ids: list[str]) -> Estate:
    """Give an estate of which some sites are not to be given up."""
    return replace(
        estate,
        sites=tuple(
            replace(each, leaves_from=None) if each.site_id in ids else each for each in estate.sites
        ),
    )


def test_what_is_fixed_stays_and_what_was_refused_is_not_proposed() -> None:
    estate, terms = county(2, 40, 600, 30)
    terms = replace(terms, adapt_gbp_a_m2=300.0, furthest_minutes=15.0)
    free = best_plan(estate, terms)
    movers = [each.mover for each in free.moves]
    assert len(movers) > 3
    kept = best_plan(staying(estate, movers[:2]), terms)
    assert set(movers[:2]) <= set(kept.kept)
    assert kept.cost_gbp_a_year > free.cost_gbp_a_year
    pairs = [(each.mover, each.host) for each in free.moves]
    other = best_plan(estate, terms, refused=pairs)
    assert not set(pairs) & {(each.mover, each.host) for each in other.moves}
    none = best_plan(staying(estate, [each.site_id for each in estate.sites]), terms)
    assert none.moves == ()
    assert none.cost_gbp_a_year == none.cost_now_gbp_a_year


@pytest.mark.parametrize("seed", range(4))
def test_every_limit_holds_in_the_plan_of_a_county(seed: int) -> None:
    estate, terms = county(seed, 60, 900, 40, most_loss=0.01)
    terms = replace(terms, adapt_gbp_a_m2=200.0, furthest_minutes=15.0, capital_gbp=4e6)
    plan = best_plan(estate, terms)
    by_id = {each.site_id: each for each in estate.sites}
    gone = {each.mover for each in plan.moves}
    assert plan.moves
    assert len(gone) == len(plan.moves)
    assert gone | set(plan.kept) == set(by_id)
    assert plan.capital_gbp <= 4e6
    for host in {each.host for each in plan.moves}:
        movers = [each for each in plan.moves if each.host == host]
        here = by_id[host]
        assert host in plan.kept
        assert here.kind != "custody suite"
        assert sum(each.space_m2 for each in movers) <= here.spare(terms.spare_share) + 1e-3
        if here.bays is not None and any(each.units for each in movers):
            assert here.units + sum(each.units for each in movers) <= here.bays
    for move in plan.moves:
        mover = by_id[move.mover]
        assert mover.kind != "custody suite"
        assert move.start_year == (mover.leaves_from or 0)
        assert move.minutes <= (terms.turn_in_minutes if mover.turns_in else terms.furthest_minutes)
    for each in plan.covered:
        assert each.lowest >= each.least - 1e-6
        assert each.least == pytest.approx(max(0.0, each.now - 0.01))
    at_one_host = {
        host: {by_id[host].service_id, *(each.mover_service for each in plan.moves if each.host == host)}
        for host in {each.host for each in plan.moves}
    }
    assert {each.host: set(each.services) for each in plan.clusters} == {
        host: services for host, services in at_one_host.items() if len(services) >= 3
    }


def in_a_row(*sites: Holding, km: list[float], demand_km: dict[str, list[float]] | None = None) -> Estate:
    at = np.array(km)
    apart = np.abs(at[:, None] - at)
    demand = {
        each: Demand(np.ones(len(where)), np.abs(at[:, None] - np.array(where)))
        for each, where in (demand_km or {}).items()
    }
    return Estate(sites, apart * 1000, apart, MappingProxyType(demand))


def test_three_services_gather_under_the_roof_that_has_room() -> None:
    host = holding("A", "fire", spare_m2=700.0, floor_m2=1500.0)
    estate = in_a_row(host, holding("B", "police"), holding("C", "ambulance"), km=[0, 1, 2])
    plan = best_plan(estate, CHEAP)
    assert [(each.mover, each.host) for each in plan.moves] == [("B", "A"), ("C", "A")]
    (cluster,) = plan.clusters
    assert cluster.services == ("ambulance", "fire", "police")
    assert "C station too in this plan: 600 m² together" in plan.moves[0].depends_on[0]


def test_a_host_that_has_room_for_one_takes_one() -> None:
    host = holding("A", "fire", spare_m2=400.0)
    others = [holding(each, "police", spare_m2=0.0) for each in "BC"]
    assert len(best_plan(in_a_row(host, *others, km=[0, 1, 2]), CHEAP).moves) == 1
    few = replace(host, spare_m2=1000.0, bays=5)
    assert len(best_plan(in_a_row(few, *others, km=[0, 1, 2]), CHEAP).moves) == 1


def test_two_sites_do_not_move_into_each_other_even_where_nobody_needs_floor() -> None:
    estate = in_a_row(holding("A", "fire"), holding("B", "police"), km=[0, 1])
    assert len(best_plan(estate, replace(CHEAP, space_needed=0.0)).moves) == 1


@pytest.mark.parametrize(
    ("others", "moves"),
    [
        ({}, 1),
        ({"kind": "custody suite"}, 0),
        ({"kind": None}, 0),
        ({"floor_m2": None}, 0),
        ({"leaves_from": None}, 0),
        ({"leaves_from": 9}, 1),
        ({"leaves_from": 10}, 0),
        ({"turns_in": True}, 0),
        ({"takes_in": False}, 1),
        ({"running_gbp": 10_000.0}, 0),
    ],
)
def test_what_lets_a_site_move(others: dict[str, object], moves: int) -> None:
    host = holding("A", "fire", leaves_from=None)
    estate = in_a_row(host, holding("B", "police", **others), km=[0, 4])
    assert len(best_plan(estate, CHEAP).moves) == moves


def test_an_on_call_crew_moves_as_far_as_it_can_turn_in() -> None:
    host = holding("A", "police", leaves_from=None)
    crew = holding("B", "fire", turns_in=True)
    assert best_plan(in_a_row(host, crew, km=[0, 3]), CHEAP).moves
    assert not best_plan(in_a_row(host, crew, km=[0, 3.1]), CHEAP).moves


def test_a_station_stays_where_nobody_else_reaches_its_incidents_in_time() -> None:
    host, mover = holding("A", "fire", leaves_from=None), holding("B", "police")
    estate = in_a_row(host, mover, km=[0, 4], demand_km={"police": [3.0, 8.0, 9.0]})
    held = replace(CHEAP, standards={"police": Standard(5.0, 0.0)})
    assert best_plan(estate, held).moves == ()
    loose = replace(CHEAP, standards={"police": Standard(5.0, 0.7)})
    plan = best_plan(estate, loose)
    assert len(plan.moves) == 1
    assert plan.covered[0].now == 1.0
    assert plan.covered[0].after == pytest.approx(1 / 3)


def test_a_move_that_needs_another_says_so_and_waits_for_it() -> None:
    # Nobody but B reaches the point at 4 km, unless C comes to D; D is too full for B.
    a, d = holding("A", "fire", leaves_from=None), holding("D", "fire", leaves_from=None)
    b, c = holding("B", "police", spare_m2=0.0), holding("C", "police", spare_m2=0.0)
    terms = replace(CHEAP, furthest_minutes=5.0, standards={"police": Standard(3.0, 0.0)})
    km, where = [0, 4, 9.5, 6.9], {"police": [4.0, 9.5]}
    plan = best_plan(in_a_row(a, b, c, d, km=km, demand_km=where), terms, refused=[("B", "D")])
    assert [(each.mover, each.host) for each in plan.moves] == [("B", "A"), ("C", "D")]
    (first, second) = plan.moves
    assert any("first has to move C station into D station" in each for each in first.depends_on)
    assert first.needs == (("C", "D"),)
    assert second.depends_on == ()
    assert second.needs == ()
    # Where C can only come years after B could go, B has no year of its own to wait for: it stays.
    late = in_a_row(a, b, replace(c, leaves_from=5), d, km=km, demand_km=where)
    waiting = best_plan(late, terms, refused=[("B", "D")])
    assert [each.mover for each in waiting.moves] == ["C"]
    assert waiting.covered[0].lowest == 1.0


def test_a_closing_that_needs_a_move_names_it() -> None:
    # B alone reaches the point at 4 km, until C comes to D.
    d = holding("D", "fire", leaves_from=None)
    b = holding("Z", "police", floor_m2=None, spare_m2=0.0, may_close=True)
    c = holding("C", "police", spare_m2=0.0)
    terms = replace(CHEAP, furthest_minutes=5.0, standards={"police": Standard(3.0, 0.0)})
    estate = in_a_row(c, d, b, km=[9.5, 6.9, 4], demand_km={"police": [4.0, 9.5]})
    plan = best_plan(estate, terms)
    assert plan.closed == ("Z",)
    assert plan.closed_needs == {"Z": (("C", "D"),)}
    # Were it the only thing done, the point at 4 km would be out of reach.
    assert best_plan(estate, terms, refused=[("C", "D")]).closed == ()


def ending(estate: Estate, **others: Any) -> Estate:
    """Give an estate whose last site may end without a move."""
    *before, last = estate.sites
    return replace(estate, sites=(*before, replace(last, may_close=True, **others)))


def test_only_a_site_whose_work_may_end_closes_without_a_move() -> None:
    estate = in_a_row(holding("A", "fire"), holding("B", "police"), km=[0, 50])
    assert best_plan(estate, CHEAP).kept == ("A", "B")
    plan = best_plan(ending(estate), CHEAP)
    assert (plan.closed, plan.kept, plan.moves) == (("B",), ("A",), ())
    watched = in_a_row(holding("A", "fire"), holding("B", "police"), km=[0, 50], demand_km={"police": [50.0]})
    held = replace(CHEAP, standards={"police": Standard(5.0, 0.5)})
    assert best_plan(ending(watched), held).closed == ()
    assert plan.closed_needs == {}
    fixed = ending(estate, leaves_from=None)
    assert best_plan(fixed, CHEAP).closed == ()


def test_the_money_of_a_move_adds_up_by_hand() -> None:
    host = holding("A", "fire", leaves_from=None, running_gbp=150_000.0)
    plan = best_plan(in_a_row(host, holding("B", "police"), km=[0, 1]), CHEAP)
    (move,) = plan.moves
    # 300 m² at £300 a m² and half of it; 300 m² at £400 and the move; spread over 20 years at 3.5 %.
    assert move.yearly_gbp == pytest.approx(100_000 - 300 * 300 * 0.5)
    assert move.capital_gbp == 170_000
    spread = 170_000 * 0.035 / (1 - 1.035**-20)
    assert plan.saved_gbp_a_year == pytest.approx(55_000 - spread)
    priced = replace(host, adapt_gbp_a_m2=700.0)
    (dear,) = best_plan(in_a_row(priced, holding("B", "police"), km=[0, 1]), CHEAP).moves
    assert dear.capital_gbp == 300 * 700 + 50_000
    late = best_plan(in_a_row(host, holding("B", "police", leaves_from=4), km=[0, 1]), CHEAP)
    in_years = (1 - 1.035**-10) / 0.035
    later = (1 - 1.035**-10) / 0.035 - (1 - 1.035**-4) / 0.035
    assert late.saved_gbp_a_year == pytest.approx((55_000 - spread) * later / in_years)


def test_in_words_a_plan_says_how_sure_it_is() -> None:
    plan = best_plan(in_a_row(holding("A", "fire"), holding("B", "police"), km=[0, 1]), CHEAP)
    assert plan.in_words().startswith("1 move would save about £")
    assert "no plan under these terms is cheaper (optimal)" in plan.in_words()
    unsure = replace(plan, status="feasible", bound_gbp_a_year=plan.cost_gbp_a_year * 0.99)
    assert unsure.gap == pytest.approx(0.01)
    assert "at most 1.0% cheaper" in unsure.in_words()


def row(site_id: str, service_id: str, x: float, **others: Any) -> Row:
    known: Row = {"floor_area_m2": 500.0, "spare_area_m2": 400.0, "running_cost_gbp": 1e5, "bays": 4}
    return {**site(site_id, service_id, x), **known, "tenure": "freehold", **others}


def test_tenure_lease_and_control_room_are_read_from_the_area() -> None:
    def moved(**others: object) -> dict[str, int]:
        area = small_area(
            services=[service("fire"), service("police")],
            sites=[row("A", "fire", 0, spare_area_m2=0.0), row("B", "police", 500, **others)],
            units=[unit("U", "fire", "A")],
            control_rooms=[{"room_id": "R", "service_id": "fire", "site_id": "C"}],
        )
        return {each.mover: each.start_year for each in estate_plan(area, STRAIGHT, CHEAP).moves}

    assert moved() == {"A": 0}  # A has no room for B
    area = small_area(
        services=[service("fire"), service("police")],
        sites=[
            row("A", "fire", 0, tenure="leasehold", lease_break_on=date(2029, 3, 1)),
            row("B", "police", 500, spare_area_m2=None, tenure="pfi"),
        ],
        units=[{**unit("U", "fire", "A"), "crew": "on-call"}],
    )
    roomy = replace(CHEAP, spare_share=0.7)
    (move,) = estate_plan(area, STRAIGHT, roomy).moves
    assert (move.mover, move.start_year, move.units) == (
        "A",
        3,
        1,
    )  # the financial year 2028/29, from 2025/26
    assert "how much floor B has to spare" in move.depends_on
    assert "the landlord of B agreeing to a newcomer" in move.depends_on
    assert estate_plan(area, STRAIGHT, replace(roomy, turn_in_minutes=1.0)).moves == ()
    assert estate_plan(area, STRAIGHT, replace(roomy, same_place_m=600.0)).moves == ()
    room = small_area(
        services=[service("fire"), service("police")],
        sites=[row("A", "fire", 0), row("B", "police", 500)],
        control_rooms=[
            {"room_id": "R", "service_id": "fire", "site_id": "A"},
            {"room_id": "Q", "service_id": "police", "site_id": "B"},
        ],
    )
    assert estate_plan(room, STRAIGHT, CHEAP).moves == ()


STAYS: dict[str, tuple[Row, Row]] = {
    "nothing": ({}, {}),
    "a lease that outlives the plan": ({"tenure": "leasehold", "lease_break_on": date(2036, 4, 1)}, {}),
    "a private finance contract": ({"tenure": "pfi"}, {}),
    "a floor that nobody measured": ({"floor_area_m2": None}, {}),
    "a custody suite": ({"kind": "custody suite"}, {}),
    "cells in a station": ({"secure": "yes"}, {}),
    "what the study holds fast": ({"fixed": "yes"}, {}),
    "a host with too little floor": ({}, {"spare_area_m2": 299.0}),
    "a host with too few bays": ({}, {"bays": 2}),
    "a host with cells": ({}, {"secure": "yes"}),
    "a host that is a custody suite": ({}, {"kind": "custody suite"}),
    "a host whose building work is dear": ({}, {"adapt_cost_gbp_m2": 4000.0}),
    "an on-call crew": ({"crew": "on-call"}, {}),
}


@pytest.mark.parametrize("why", STAYS)
def test_each_thing_that_the_study_says_of_a_site_holds_it_where_it_is(why: str) -> None:
    (mover, host), crew = STAYS[why], STAYS[why][0].get("crew", "wholetime")
    area = small_area(
        services=[service("fire"), service("police")],
        sites=[
            row("A", "fire", 0, **{"fixed": "yes", **host}),
            row("B", "police", 4000, **{name: each for name, each in mover.items() if name != "crew"}),
        ],
        units=[
            *({**unit(each, "fire", "A"), "crew": "wholetime"} for each in "12"),
            {**unit("3", "police", "B"), "crew": crew},
        ],
    )
    moved = [(each.mover, each.host) for each in estate_plan(area, STRAIGHT, CHEAP).moves]
    assert moved == ([("B", "A")] if why == "nothing" else [])


def test_a_site_whose_work_may_end_closes_unless_it_is_fixed() -> None:
    def closed(**others: object) -> tuple[str, ...]:
        area = small_area(
            services=[service("fire"), service("police")],
            sites=[row("A", "fire", 0), row("B", "police", 50_000, **others)],
        )
        return estate_plan(area, STRAIGHT, CHEAP).closed

    assert closed(may_close="yes") == ("B",)
    assert closed(may_close="no") == closed() == ()
    assert closed(may_close="yes", fixed="yes") == closed(may_close="yes", secure="yes") == ()


def test_a_standard_is_held_against_the_area_s_own_incidents() -> None:
    area = small_area(
        services=[service("fire"), service("police")],
        sites=[row("A", "fire", 0, tenure="pfi"), row("B", "police", 3000, spare_area_m2=0.0)],
        units=[unit("U", "fire", "A"), unit("V", "police", "B")],
        incidents=[
            incident("1", "police", 3100),
            incident("2", "police", 3150),
            incident("3", "police", 200),
            incident("4", "police", 90_000, place_precision="snapped"),
        ],
    )
    free = estate_plan(area, STRAIGHT, CHEAP)
    assert [each.mover for each in free.moves] == ["B"]
    held = estate_plan(area, STRAIGHT, replace(CHEAP, standards={"police": Standard(2.0, 0.1)}))
    assert held.moves == ()
    assert held.covered[0].now == pytest.approx(2 / 3)
    with pytest.raises(Refusal, match="none of 'fire' has a place exact enough"):
        estate_plan(area, STRAIGHT, replace(CHEAP, standards={"fire": Standard(2.0, 0.1)}))


def test_littleton_is_planned_the_same_whatever_the_order_of_its_rows() -> None:
    standards = {"fire": Standard(10, 0.01), "ambulance": Standard(8, 0.01), "police": Standard(15, 0.01)}
    terms = replace(CHEAP, furthest_minutes=6.0, same_place_m=50.0, standards=standards)
    area = littleton().area
    plan = estate_plan(area, STRAIGHT, terms)
    assert plan.status == "optimal"
    assert len(plan.moves) >= 2
    assert estate_plan(shuffled(area, 5), STRAIGHT, terms) == plan


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"refused": [("A", "Y")]}, "no site 'Y'"),
        ({"seconds": 0}, "0 seconds"),
    ],
)
def test_what_does_not_exist_is_refused(others: dict[str, object], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        best_plan(in_a_row(holding("A", "fire"), km=[0]), CHEAP, **others)  # type: ignore[arg-type]


def test_real_named_stations_are_not_planned_for() -> None:
    area = with_settings(littleton().area, overlap_only=True)
    with pytest.raises(Refusal, match="overlap_only"):
        estate_plan(area, STRAIGHT, CHEAP)
    with pytest.raises(Refusal, match="names the service 'navy'"):
        estate_plan(littleton().area, STRAIGHT, replace(CHEAP, standards={"navy": Standard(5, 0)}))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Standard(0, 0.1), "a standard of 0 minutes"),
        (lambda: Standard(5, 2), "a loss of 2 is no share"),
        (lambda: replace(TERMS, move_gbp=-1.0), "move_gbp: -1"),
        (lambda: replace(TERMS, years=0), "years: 0"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(make: object, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        make()  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_a_county_of_150_sites_and_5000_points_is_within_one_per_cent_in_a_minute(seed: int) -> None:
    estate, terms = county(seed, 150, 5000, 60, most_loss=0.01)
    plan = best_plan(estate, replace(terms, adapt_gbp_a_m2=300.0, furthest_minutes=15.0), seconds=60)
    print(plan.in_words())
    assert len(plan.moves) > 20
    assert plan.gap <= 0.01
