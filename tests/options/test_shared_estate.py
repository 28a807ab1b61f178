"""Shared estate: what fits, what it costs, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import Appraisal, appraise
from joinedup.area import Area, Settings
from joinedup.area.settings import OwnLimits
from joinedup.assumptions import draw
from joinedup.locate import Terms
from joinedup.locate.holdings import estate_of
from joinedup.money import CashKind, CashLine
from joinedup.options import shared_estate
from joinedup.options.shared_estate import KIND, SharedEstate, whole_estate
from joinedup.options.shared_estate.declared import COST_TO_ADAPT, COST_TO_MOVE
from joinedup.study import assess, assumptions_of
from joinedup.travel import StraightLine
from tests.small import (
    Row,
    edited,
    incident,
    littleton,
    service,
    site,
    small_area,
    unit,
    with_settings,
    with_tables,
)

if TYPE_CHECKING:
    from joinedup.options import Option

DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)


def two_sites(
    mover: Row | None = None,
    host: Row | None = None,
    *,
    units: tuple[Row, ...] = (),
    register: tuple[Row, ...] = (),
    price_base: str = "2025/26",
) -> Area:
    """Make an ambulance station that needs 60 m² beside a fire station with 100 m² and two bays to spare."""
    given = {"floor_area_m2": 100.0, "spare_area_m2": 0.0, "running_cost_gbp": 10_000.0, "tenure": "freehold"}
    room = {"floor_area_m2": 400.0, "spare_area_m2": 100.0, "running_cost_gbp": 40_000.0, "bays": 3}
    return small_area(
        Settings(name="Small", zone="Europe/London", price_base=price_base),
        services=[service("ambulance"), service("fire")],
        sites=[
            {**site("A", "ambulance", 0), **given, "value_gbp": 50_000.0, **(mover or {})},
            {**site("F", "fire", 1000), **room, **(host or {})},
        ],
        units=[unit("E1", "fire", "F"), *units],
        collaborations=register,
    )


def found(area: Area) -> dict[str, Option]:
    return {option.id.removeprefix("shared-estate-"): option for option in KIND.find(area, DECLARED)}


def worth(area: Area, option_id: str = "A-to-F") -> Appraisal:
    option = found(area)[option_id]
    return appraise(
        KIND.cash(area, option, DRAWS),
        DRAWS,
        project=KIND.project_type,
        years=KIND.years,
        partners=area.services,
    )


# --- what fits -------------------------------------------------------------------------------------------------------


def test_the_smaller_moves_into_the_spare_floor_of_the_larger_and_not_the_other_way() -> None:
    assert list(found(two_sites())) == ["A-to-F"]


@pytest.mark.parametrize(("spare", "fits"), [(60.0, True), (59.9, False), (0.0, False)])
def test_the_floor_needed_is_just_enough(spare: float, fits: bool) -> None:
    assert bool(found(two_sites(host={"spare_area_m2": spare}))) is fits


@pytest.mark.parametrize(("bays", "fits"), [(3, True), (2, False), (0, False)])
def test_each_vehicle_that_moves_needs_a_bay_that_is_free(bays: int, fits: bool) -> None:
    area = two_sites(host={"bays": bays}, units=(unit("M1", "ambulance", "A"), unit("M2", "ambulance", "A")))
    assert bool(found(area)) is fits


def test_vehicles_do_not_move_into_an_office() -> None:
    office = {"kind": "office", "bays": None}
    assert found(two_sites(host=office, units=(unit("M1", "ambulance", "A"),))) == {}
    assert "A-to-F" in found(two_sites(host=office))


@pytest.mark.parametrize("kind", ["workshop", "custody suite", "training centre", None])
def test_a_site_that_is_another_kind_s_business_is_left_alone(kind: str | None) -> None:
    assert found(two_sites(host={"kind": kind})) == {}


def test_two_sites_on_one_plot_are_not_an_option() -> None:
    assert found(two_sites(host={"x": 49.0})) == {}
    assert "A-to-F" in found(two_sites(host={"x": 50.0}))


def test_what_the_study_does_not_say_is_an_open_question_and_not_a_no() -> None:
    area = two_sites(
        mover={"tenure": "leasehold"},
        host={"spare_area_m2": None, "bays": None},
        units=(unit("M1", "ambulance", "A"),),
    )
    option = found(area)["A-to-F"]
    assert option.incomplete == (
        "whether F has 60 m² to spare",
        "whether F has 1 free bays",
        "when the lease of A can be ended",
    )
    unpriced = found(two_sites(mover={"value_gbp": None}))["A-to-F"]
    assert "what A would fetch" in unpriced.incomplete


def test_a_mover_whose_floor_nobody_measured_is_not_an_option() -> None:
    assert found(two_sites(mover={"floor_area_m2": None})) == {}


def test_what_else_works_from_a_site_is_not_named() -> None:
    # Where a control room is may not leave the study.
    post = {"post_id": "X", "service_id": "ambulance", "function": "control", "site_id": "A", "fte": 9.0}
    area = two_sites()
    with_post = with_tables(area, {"posts": small_area(posts=[post]).table("posts")})
    option = found(with_post)["A-to-F"]
    said = "other functions work from the site, and would have to move too, at a cost that is not counted"
    assert said in option.incomplete
    assert "control" not in " ".join((*option.incomplete, KIND.explain(option)))
    assert [(change.table, change.row) for change in option.changes] == [("posts", "X"), ("sites", "A")]


# --- the register ----------------------------------------------------------------------------------------------------


def together(status: str, kind: str = "shared estate", **others: object) -> Row:
    return {"kind": kind, "partners": "ambulance; fire", "sites": "F;A", "status": status, **others}


@pytest.mark.parametrize("kind", ["shared estate", "Shared estate", " shared-estate", "SHARED  ESTATE"])
def test_what_exists_is_never_proposed_however_its_kind_is_spelt(kind: str) -> None:
    assert found(two_sites(register=(together("live", kind),))) == {}


def test_another_way_of_working_together_between_two_sites_does_not_stand_in_the_way() -> None:
    assert "A-to-F" in found(two_sites(register=(together("live", "joint training"),)))


def test_what_was_tried_before_is_said_with_the_last_end_first_whatever_the_order_of_the_register() -> None:
    early = together("ended", ended_on=date(2001, 1, 1), why="the roof leaked")
    late = together("ended", ended_on=date(2019, 3, 31), why="the licence ran out")
    for register in ((early, late), (late, early)):
        option = found(two_sites(register=register))["A-to-F"]
        assert option.facts["tried_before"] == "ended on 31 March 2019: the licence ran out"


@pytest.mark.parametrize("status", ["tried", "refused"])
def test_what_was_tried_or_refused_may_be_proposed_again_and_says_so(status: str) -> None:
    option = found(two_sites(register=(together(status, why="no"),)))["A-to-F"]
    assert option.facts["tried_before"] == f"{status}: no"


# --- leases ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "start"),
    [
        (date(2020, 1, 1), 0),
        (date(2026, 3, 31), 0),
        (date(2026, 4, 1), 1),
        (date(2028, 9, 30), 3),
        (date(2035, 3, 31), 9),
    ],
)
def test_a_site_is_given_up_in_the_financial_year_of_its_lease_break(ends: date, start: int) -> None:
    area = two_sites(mover={"tenure": "leasehold", "lease_break_on": ends})
    option = found(area)["A-to-F"]
    flows = KIND.cash(area, option, DRAWS)
    assert option.facts["start_year"] == start
    assert {flow.year for flow in flows if flow.line is CashLine.CAPITAL} == {start}
    assert {flow.year for flow in flows if flow.line is CashLine.RUNNING} == set(range(start + 1, 11))


@pytest.mark.parametrize("tenure", ["freehold", "leasehold", "pfi", None])
@pytest.mark.parametrize("ends", [None, date(2028, 9, 30)])
def test_a_pair_of_sites_and_the_plan_agree_on_what_runs_on_and_from_when_it_can_be_given_up(
    tenure: str | None, ends: date | None
) -> None:
    area = two_sites(mover={"tenure": tenure, "lease_break_on": ends})
    terms = Terms(
        space_needed=0.6,
        spare_share=0.15,
        adapt_gbp_a_m2=1500,
        move_gbp=50_000,
        running_gbp_a_m2=73,
        host_share=0.5,
        furthest_minutes=5,
        turn_in_minutes=2,
        works_years=30,
    )
    (held,) = (
        each for each in estate_of(area, StraightLine.of(DECLARED), terms).sites if each.site_id == "A"
    )
    # A private finance contract without a known break runs on, and all its bills with it.
    assert (held.leaves_from is None) is (tenure == "pfi" and ends is None)
    options = found(area)
    assert list(options) == ([] if held.leaves_from is None else ["A-to-F"])
    for option in options.values():
        assert option.facts["start_year"] == held.leaves_from


@pytest.mark.parametrize("ends", [date(2035, 4, 1), date(2061, 1, 1)])
def test_a_lease_that_outlives_the_appraisal_gives_no_option(ends: date) -> None:
    assert found(two_sites(mover={"tenure": "leasehold", "lease_break_on": ends})) == {}


# --- the whole estate planned at once ----------------------------------------------------------------------------------


def three_sites(host: Row | None = None, police: Row | None = None, register: tuple[Row, ...] = ()) -> Area:
    """Put a police station that needs 60 m² on the other side of the fire station, which has room for one or for both."""
    area = two_sites(
        {"running_cost_gbp": 20_000.0}, {"spare_area_m2": 120.0, **(host or {})}, register=register
    )
    given = {
        "floor_area_m2": 100.0,
        "spare_area_m2": 0.0,
        "running_cost_gbp": 22_000.0,
        "tenure": "leasehold",
    }
    more = small_area(
        services=[service("police")],
        sites=[{**site("P", "police", 1800), **given, "lease_break_on": date(2026, 3, 31), **(police or {})}],
    )
    both = {name: pl.concat([area.table(name), more.table(name)]) for name in ("services", "sites")}
    return with_tables(area, both)


def test_two_services_that_fit_under_one_roof_together_are_one_option_besides_each_alone() -> None:
    options = found(three_sites())
    assert list(options) == ["A-and-P-to-F", "A-to-F", "P-to-F"]
    both = options["A-and-P-to-F"]
    assert both.partners == ("ambulance", "police", "fire")
    assert both.joins == ("A", "P", "F")
    assert both.facts["space_m2"] == 120.0
    # A board takes both, or one: all three use the host.
    assert all("sites/F" in each.uses for each in options.values())
    assert KIND.explain(both).startswith("A and P close.")


def test_where_the_host_has_room_for_one_only_there_is_no_option_of_both() -> None:
    assert list(found(three_sites(host={"spare_area_m2": 119.0}))) == ["A-to-F", "P-to-F"]


def test_a_plan_that_pays_for_one_move_only_makes_no_option_of_both() -> None:
    assert list(found(three_sites(police={"running_cost_gbp": 100.0}))) == ["A-to-F", "P-to-F"]


def test_what_is_live_already_is_in_no_set_of_moves() -> None:
    assert list(found(three_sites(register=(together("live"),)))) == ["P-to-F"]


@pytest.mark.parametrize("status", ["live", "refused"])
def test_another_way_of_working_together_does_not_stand_in_the_way_of_the_plan(status: str) -> None:
    free = whole_estate(three_sites(), DECLARED)
    beside = whole_estate(three_sites(register=(together(status, "joint training"),)), DECLARED)
    same = whole_estate(three_sites(register=(together(status, "Shared-Estate"),)), DECLARED)
    assert free is not None
    assert beside is not None
    assert same is not None
    assert [move.mover for move in free.moves] == ["A", "P"]
    assert beside.moves == free.moves
    assert [move.mover for move in same.moves] == ["P"]


def test_a_move_that_was_tried_before_is_said_of_the_set_too() -> None:
    options = found(three_sites(register=(together("tried", why="the roof leaked"),)))
    assert options["A-and-P-to-F"].facts["tried_before"] == "tried: the roof leaked"
    assert options["P-to-F"].facts["tried_before"] is None


def test_a_set_of_moves_costs_what_its_moves_cost_by_themselves() -> None:
    area = three_sites()
    both, one, other = (worth(area, each).npsv for each in ("A-and-P-to-F", "A-to-F", "P-to-F"))
    assert np.allclose(both, one + other)
    assert sum(
        float(flow.amount[0]) for flow in KIND.carry_on(area, found(area)["A-and-P-to-F"], DRAWS)
    ) == -10 * (20_000 + 22_000)


def test_a_set_of_moves_is_one_step_from_the_area_as_it_is() -> None:
    area = three_sites()
    after = area.changed(found(area)["A-and-P-to-F"].changes)
    assert after.table("sites")["site_id"].to_list() == ["F"]


def test_a_move_of_the_plan_is_the_option_of_the_pair_and_not_another() -> None:
    plan = littleton().estate
    assert plan is not None
    assert plan.moves
    options = [each.joins for each in KIND.find(littleton().area, DECLARED)]
    assert all(options.count((move.mover, move.host)) == 1 for move in plan.moves)


def test_an_estate_is_planned_once_for_the_chapter_and_the_options() -> None:
    area = three_sites()
    assert whole_estate(area, DECLARED) is whole_estate(area, dict(DECLARED))
    dear = {**DECLARED, COST_TO_MOVE.name: replace(COST_TO_MOVE, low=1e6, central=1e6, high=1e6)}
    plan = whole_estate(area, dear)
    assert plan is not None
    assert plan.moves == ()


def held_at(gap: float, monkeypatch: pytest.MonkeyPatch) -> list[Option]:
    """Find options where the plan of the estate ran out of time with so much of its cost still in doubt."""
    area = three_sites()
    proven = whole_estate(area, DECLARED)
    assert proven is not None
    assert proven.status == "optimal"
    cost = proven.cost_gbp_a_year
    unproven = replace(proven, status="feasible", bound_gbp_a_year=cost * (1 - gap))
    monkeypatch.setattr(shared_estate, "whole_estate", lambda *_: unproven)
    return list(KIND.find(area, DECLARED))


def test_moves_of_a_plan_that_is_not_proven_say_so_and_how_much_cheaper_another_could_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not any("not proven" in str(each.incomplete) for each in found(three_sites()).values())
    options = {each.id.removeprefix("shared-estate-"): each for each in held_at(0.0099, monkeypatch)}
    (said,) = [each for each in options["A-and-P-to-F"].incomplete if "not proven" in each]
    cost = whole_estate(three_sites(), DECLARED).cost_gbp_a_year  # type: ignore[union-attr]
    assert f"up to £{cost * 0.0099:,.0f} a year cheaper" in said
    # A pair that was looked at by itself is what it is, whatever the plan.
    assert not any("not proven" in each for each in options["A-to-F"].incomplete)


def test_moves_of_a_plan_that_could_be_far_from_the_best_are_no_options(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert [each.joins for each in held_at(0.0101, monkeypatch)] == [("A", "F"), ("P", "F")]


def own_sites(**other: object) -> Area:
    """Put two police stations beside each other, the second with room, and a fire station far off that has none."""
    given = {
        "floor_area_m2": 100.0,
        "spare_area_m2": 0.0,
        "running_cost_gbp": 20_000.0,
        "tenure": "leasehold",
    }
    return small_area(
        services=[service("fire"), service("police")],
        sites=[
            {**site("F", "fire", 90_000.0), **given},
            {**site("P", "police", 0.0), **given, **other},
            {
                **site("Q", "police", 1000.0),
                **given,
                "floor_area_m2": 400.0,
                "spare_area_m2": 100.0,
                "bays": 3,
            },
        ],
        units=[unit("E1", "fire", "F"), unit("C1", "police", "Q")],
    )


def test_what_one_service_could_do_alone_is_an_option_that_says_so_and_credits_nothing_to_working_together() -> (
    None
):
    area = own_sites(running_cost_gbp=90_000.0)
    (option,) = found(area).values()
    assert (option.joins, option.partners) == (("P", "Q"), ("police",))
    assert option.title == "P moves into Q, which Police can do alone"
    assert all(flow.kind is not CashKind.PAYMENT for flow in KIND.cash(area, option, DRAWS))
    (each,) = (one for one in assess(area, DECLARED).options if one.option.id == option.id)
    (alone,) = each.alone
    assert alone.option is not None
    assert alone.option.joins == ("P", "Q")
    assert each.appraisal.npsv[1:].mean() > 0
    assert np.allclose(each.appraisal.comparison.credited, 0.0)
    assert each.appraisal.comparison.alone_wins


def test_what_the_plan_moves_within_a_service_is_found_alone_too_even_where_no_pair_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    area = own_sites()
    kind = SharedEstate()
    with_pairs = {each.id: each.joins for each in kind.find_alone(area, "police", DECLARED)}
    assert with_pairs["shared-estate-alone-P-to-Q"] == ("P", "Q")
    monkeypatch.setattr(SharedEstate, "_among", lambda *_: [])
    (left,) = kind.find_alone(area, "police", DECLARED)
    assert (left.id, left.partners) == ("shared-estate-alone-P-to-Q", ("police",))
    assert kind.find_alone(area, "fire", DECLARED) == []


def test_a_site_whose_work_may_end_is_an_option_of_its_service_and_saves_its_bills_without_a_mover() -> None:
    area = own_sites(may_close="yes", x=50_000.0)
    (option,) = found(area).values()
    assert option.id == "shared-estate-close-P"
    assert option.title == "P closes, which Police can do alone"
    assert area.changed(option.changes).table("sites")["site_id"].to_list() == ["F", "Q"]
    flows = KIND.cash(area, option, draw(KIND.assumptions, 0, seed=1))
    assert {(flow.line, float(flow.amount[0])) for flow in flows} == {
        (CashLine.CAPITAL, -50_000),
        (CashLine.RUNNING, 20_000),
    }
    assert sum(float(flow.amount[0]) for flow in KIND.carry_on(area, option, DRAWS)) == -10 * 20_000
    assert KIND.explain(option).startswith("P closes, and nobody takes its place")
    assert len(KIND.explain(option).split()) < 80


def test_the_crews_of_a_site_that_ends_end_with_it_and_are_judged() -> None:
    area = own_sites(may_close="yes", x=50_000.0)
    crewed = with_tables(
        area,
        {
            "units": pl.concat(
                [area.table("units"), small_area(units=[unit("C2", "police", "P")]).table("units")]
            )
        },
    )
    (option,) = found(crewed).values()
    assert crewed.changed(option.changes).table("units")["unit_id"].to_list() == ["E1", "C1"]
    assert "units/C2" in option.uses
    assert "Its one unit ends with it." in KIND.explain(option)


def test_a_move_that_cannot_do_without_another_names_every_option_that_makes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    area = three_sites()
    plan = whole_estate(area, DECLARED)
    assert plan is not None
    first, second = plan.moves
    assert (first.mover, second.mover) == ("A", "P")
    waiting = replace(plan, moves=(replace(first, needs=(("P", "F"),)), second))
    monkeypatch.setattr(shared_estate, "whole_estate", lambda *_: waiting)
    facts = {each.id: each.facts.get("needs") for each in KIND.find(area, DECLARED)}
    assert facts == {
        "shared-estate-A-to-F": "shared-estate-P-to-F | shared-estate-A-and-P-to-F",
        "shared-estate-P-to-F": None,
        # Done at once, neither waits for the other.
        "shared-estate-A-and-P-to-F": None,
    }


def test_what_the_study_holds_fast_or_secure_does_not_move_and_only_what_is_secure_takes_nobody_in() -> None:
    assert found(two_sites({"fixed": "yes"})) == {}
    assert found(two_sites({"secure": "yes"})) == {}
    assert found(two_sites(host={"secure": "yes"})) == {}
    assert list(found(two_sites({"fixed": "no"}, {"fixed": "yes", "secure": "no"}))) == ["A-to-F"]


def test_an_on_call_crew_whose_new_station_is_far_off_is_an_open_question() -> None:
    crew = {**unit("A1", "ambulance", "A"), "crew": "on-call"}

    def asked(area: Area) -> bool:
        return any("can turn in at F" in each for each in found(area)["A-to-F"].incomplete)

    # A kilometre takes two minutes without blue lights, by the law of travel of this study: as long as is allowed, or longer.
    assert asked(two_sites(host={"x": 2000.0}, units=(crew,)))
    assert not asked(two_sites(host={"x": 100.0}, units=(crew,)))
    assert not asked(two_sites(host={"x": 2000.0}, units=({**crew, "crew": "wholetime"},)))


def test_the_plan_spends_no_more_than_the_study_s_capital() -> None:
    area = three_sites()

    def moves(**own: object) -> int:
        limited = with_settings(area, roadmap=OwnLimits(years=2, **own))  # type: ignore[arg-type]
        plan = whole_estate(limited, DECLARED)
        assert plan is not None
        return len(plan.moves)

    # Each move takes 60 m² at £1,500 and £50,000: £140,000; A is the ambulance service's, P the police's.
    assert moves(capital_gbp_a_year_of={"police": 69_000}) == 1
    assert moves(capital_gbp_a_year_of={"police": 70_000, "ambulance": 70_000}) == 2
    assert moves(capital_gbp_a_year_of={"police": 0, "ambulance": 0}) == 0
    assert moves() == 2
    assert moves(capital_gbp_a_year=140_000) == 2
    assert moves(capital_gbp_a_year=139_000) == 1
    assert moves(capital_gbp_a_year=69_000) == 0


def test_building_work_that_somebody_priced_stands_in_for_the_declared_cost() -> None:
    area = two_sites(host={"adapt_cost_gbp_m2": 700.0})
    (capital,) = (
        flow for flow in KIND.cash(area, found(area)["A-to-F"], DRAWS) if flow.line is CashLine.CAPITAL
    )
    assert capital.amount[0] == pytest.approx(-(60 * 700 + 50_000))
    assert COST_TO_ADAPT.name not in capital.names


def test_incidents_whose_place_is_too_coarse_hold_no_standard_and_stop_nothing() -> None:
    coarse = incident("1", "ambulance", 0.0, place_precision="area")
    area = three_sites()
    area = with_tables(area, {"incidents": small_area(incidents=[coarse]).table("incidents")})
    assert "A-and-P-to-F" in found(area)


# --- money -----------------------------------------------------------------------------------------------------------


def test_the_cash_is_what_a_person_would_write_down() -> None:
    area = two_sites()
    flows = KIND.cash(area, found(area)["A-to-F"], draw(KIND.assumptions, 0, seed=1))
    first = {
        (flow.line, flow.kind, flow.payer, flow.beneficiary, flow.year): float(flow.amount[0])
        for flow in flows
        if flow.year <= 1 and (flow.line is not CashLine.RUNNING or flow.payer == "ambulance")
    }
    assert first == {
        (CashLine.CAPITAL, CashKind.CASH_RELEASING, "ambulance", "ambulance", 0): -(60 * 1500 + 50_000),
        (CashLine.RUNNING, CashKind.CASH_RELEASING, "ambulance", "ambulance", 1): 10_000,
        (CashLine.PAYMENT, CashKind.PAYMENT, "ambulance", "fire", 1): 60 * 100,
        (CashLine.RECEIPT, CashKind.CASH_RELEASING, "ambulance", "ambulance", 1): pytest.approx(47_500),
    }
    (added,) = [
        flow for flow in flows if flow.line is CashLine.RUNNING and flow.payer == "fire" and flow.year == 1
    ]
    assert float(added.amount[0]) == -60 * 100 * 0.5


@pytest.mark.parametrize(
    "mover",
    [{"tenure": "leasehold"}, {"tenure": None}, {"value_gbp": None}],
    ids=["lease", "unknown", "unpriced"],
)
def test_there_is_no_receipt_for_what_is_not_owned_or_not_valued(mover: Row) -> None:
    area = two_sites(mover=mover)
    assert not [f for f in KIND.cash(area, found(area)["A-to-F"], DRAWS) if f.line is CashLine.RECEIPT]


def test_where_the_study_does_not_say_what_a_building_costs_the_declared_cost_stands_in_and_is_named() -> (
    None
):
    area = two_sites(mover={"running_cost_gbp": None}, host={"running_cost_gbp": None})
    flows = KIND.cash(area, found(area)["A-to-F"], DRAWS)
    running = [flow for flow in flows if flow.year == 1 and flow.line is not CashLine.RECEIPT]
    assert all("shared_estate.running_cost" in flow.names for flow in running)
    assert float(running[0].amount[0]) == 100 * 73
    known = KIND.cash(two_sites(), found(two_sites())["A-to-F"], DRAWS)
    assert not any("shared_estate.running_cost" in flow.names for flow in known)


def test_carrying_on_costs_what_the_site_costs_now() -> None:
    area = two_sites()
    flows = KIND.carry_on(area, found(area)["A-to-F"], DRAWS)
    assert [(flow.year, float(flow.amount[0])) for flow in flows] == [
        (year, -10_000) for year in range(1, 11)
    ]


# --- which way the answer leans, as the guide page says ----------------------------------------------------------------


def test_twice_the_floor_of_the_site_that_closes_is_worth_less_in_every_draw_and_may_not_fit() -> None:
    area = two_sites(host={"spare_area_m2": 500.0})
    larger = edited(area, "sites", "A", floor_area_m2=200.0)
    assert (worth(larger).npsv < worth(area).npsv).all()
    assert found(edited(two_sites(), "sites", "A", floor_area_m2=200.0)) == {}


def test_in_littleton_too_twice_the_floor_of_the_site_that_closes_is_worth_less_or_does_not_fit() -> None:
    area = littleton().area
    for option_id, option in found(area).items():
        mover = option.joins[0]
        floor = area.table("sites").row(by_predicate=pl.col("site_id") == mover, named=True)["floor_area_m2"]
        larger = edited(area, "sites", mover, floor_area_m2=2 * floor)
        if option_id in found(larger):
            assert (worth(larger, option_id).npsv < worth(area, option_id).npsv).all()


def test_twice_the_floor_of_the_host_is_worth_more_because_each_square_metre_of_it_costs_less_to_run() -> (
    None
):
    larger = edited(two_sites(), "sites", "F", floor_area_m2=800.0)
    assert (worth(larger).npsv > worth(two_sites()).npsv).all()


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [("A", "running_cost_gbp", 20_000.0), ("A", "value_gbp", 100_000.0), ("F", "running_cost_gbp", 20_000.0)],
)
def test_a_dearer_site_to_give_up_a_higher_receipt_and_a_cheaper_host_are_worth_more(
    row: str, column: str, value: float
) -> None:
    assert (worth(edited(two_sites(), "sites", row, **{column: value})).npsv > worth(two_sites()).npsv).all()


def test_a_later_lease_break_frees_less() -> None:
    lease = {"tenure": "leasehold", "lease_break_on": date(2026, 3, 31), "running_cost_gbp": 100_000.0}
    early = two_sites(mover=lease)
    late = two_sites(mover={**lease, "lease_break_on": date(2029, 3, 31)})
    assert (worth(late).npsv < worth(early).npsv).all()


def test_the_rent_moves_money_between_the_partners_and_is_worth_nothing_to_all_together() -> None:
    appraisal = worth(two_sites())
    together_ = sum((each.worth for each in appraisal.standings), np.zeros(len(DRAWS)))
    assert np.allclose(together_, appraisal.npsv)
