"""Overlap: every pair of sites of different services within reach, and what is taught, bought and staffed twice."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.overlap import contracts_by_item, courses_by_topic, posts_by_function, site_pairs, unmatched
from joinedup.travel import OwnMatrix, Places, StraightLine
from tests.small import Row, littleton, service, shuffled, site, small_area, with_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from joinedup.area import Area

LAW = StraightLine(1.0, 2.0)
SERVICES = ("police", "fire", "ambulance")

places = st.lists(
    st.tuples(st.sampled_from(SERVICES), st.integers(-8, 8), st.integers(-8, 8)), min_size=0, max_size=40
)


def area_of(*sites: Row) -> Area:
    return small_area(services=[service(each) for each in SERVICES], sites=sites)


@settings(deadline=None)
@given(places, st.sampled_from([0.0, 1.0, 2.0, 4.0, 4.5, 5.0, 8.0]))
def test_the_pairs_are_those_that_a_look_at_every_two_sites_finds(
    given_places: list[tuple[str, int, int]], reach: float
) -> None:
    # Places on a half-kilometre lattice, so that many pairs stand at one place or exactly at the reach.
    sites = [
        site(f"S{number:02}", who, x * 500.0, y * 500.0) for number, (who, x, y) in enumerate(given_places)
    ]
    wanted = {
        (one["site_id"], other["site_id"])
        for one, other in combinations(sites, 2)
        if one["service_id"] != other["service_id"]
        and float(LAW.minutes(np.hypot(one["x"] - other["x"], one["y"] - other["y"]))) <= reach + 1e-9
    }
    found = site_pairs(area_of(*sites), LAW, reach)
    assert set(found.select("site_id", "site_id_2").iter_rows()) == wanted
    assert found.height == len(wanted)
    assert found["minutes"].to_list() == sorted(found["minutes"].to_list())


def test_two_sites_of_one_service_are_never_a_pair() -> None:
    assert site_pairs(area_of(site("A", "fire", 0), site("B", "fire", 0)), LAW, 5).is_empty()


def test_the_reach_itself_is_within_reach() -> None:
    # 3-4-5 triangles: 3 km is exactly five minutes.
    sites = (site("A", "fire", 1800, 2400), site("B", "police", 0, 0))
    (pair,) = site_pairs(area_of(*sites), LAW, 5).iter_rows(named=True)
    assert (pair["metres"], pair["minutes"]) == (pytest.approx(3000), pytest.approx(5))
    assert site_pairs(area_of(*sites), LAW, 4.999).is_empty()


@pytest.mark.parametrize("precision", ["snapped", "area"])
def test_a_site_whose_place_is_not_its_own_is_left_out(precision: str) -> None:
    sites = (site("A", "fire", 0), site("B", "police", 100, place_precision=precision))
    assert site_pairs(area_of(*sites), LAW, 5).is_empty()


@pytest.mark.parametrize("precision", ["exact", "50m", "100m", None])
def test_a_site_placed_to_100_m_or_better_or_without_a_word_is_used(precision: str | None) -> None:
    sites = (site("A", "fire", 0), site("B", "police", 100, place_precision=precision))
    assert site_pairs(area_of(*sites), LAW, 5).height == 1


def test_each_side_keeps_its_own_facts() -> None:
    sites = (
        site("B", "police", 100, kind="office", name="Two", floor_area_m2=20.0, tenure="leasehold"),
        site("A", "fire", 0, name="One", floor_area_m2=10.0),
    )
    (pair,) = site_pairs(area_of(*sites), LAW, 5).iter_rows(named=True)
    assert (pair["site_id"], pair["service_id"], pair["name"], pair["kind"]) == (
        "A",
        "fire",
        "One",
        "station",
    )
    assert (pair["site_id_2"], pair["service_id_2"], pair["name_2"], pair["kind_2"]) == (
        "B",
        "police",
        "Two",
        "office",
    )
    assert (pair["floor_area_m2"], pair["floor_area_m2_2"]) == (10.0, 20.0)
    assert (pair["tenure"], pair["tenure_2"]) == (None, "leasehold")


def test_no_sites_and_one_site_give_no_pairs_and_the_same_columns() -> None:
    nothing = site_pairs(small_area(services=[service("fire")]), LAW, 5)
    assert nothing.is_empty()
    assert site_pairs(area_of(site("A", "fire", 0)), LAW, 5).schema == nothing.schema
    two = area_of(site("A", "fire", 0), site("B", "police", 0))
    assert site_pairs(two, LAW, 5).schema == nothing.schema


def test_pairs_are_the_same_whatever_the_order_of_the_rows() -> None:
    area = area_of(*(site(f"S{each}", SERVICES[each % 3], each % 4 * 500.0) for each in range(12)))
    wanted = site_pairs(area, LAW, 5)
    assert wanted.height > 10
    for seed in range(5):
        assert site_pairs(shuffled(area, seed), LAW, 5).equals(wanted)


def drives(minutes: dict[tuple[str, str], float], **at: tuple[float, float]) -> OwnMatrix:
    """Make a study's own table of drives between places at x and y."""
    names = list(at)
    x, y = np.array(list(at.values())).T
    table = np.array([[0.0 if a == b else minutes.get((a, b), np.nan) for b in names] for a in names])
    return OwnMatrix(Places(names, x, y), table, 100.0, "drives.csv")


def test_over_a_study_s_own_drives_a_river_parts_what_a_straight_line_joins() -> None:
    sites = (site("A", "fire", 0), site("B", "police", 1000), site("C", "ambulance", 4000))
    table = drives(
        {("A", "B"): 25, ("B", "A"): 25, ("A", "C"): 4, ("C", "A"): 4.5, ("B", "C"): 30, ("C", "B"): 30},
        A=(0, 0),
        B=(1000, 0),
        C=(4000, 0),
    )
    straight = site_pairs(area_of(*sites), LAW, 4)
    assert straight.select("site_id", "site_id_2").rows() == [("A", "B")]
    # The longer of there and back counts; the metres stay those of a straight line.
    (driven,) = site_pairs(area_of(*sites), table, 5).iter_rows(named=True)
    assert (driven["site_id"], driven["site_id_2"], driven["minutes"], driven["metres"]) == (
        "A",
        "C",
        4.5,
        4000,
    )
    assert site_pairs(area_of(*sites), table, 4.4).is_empty()


def test_a_site_to_which_nobody_can_drive_is_in_no_pair() -> None:
    sites = (site("A", "fire", 0), site("B", "police", 1000))
    assert site_pairs(area_of(*sites), drives({}, A=(0, 0), B=(1000, 0)), 60).is_empty()
    assert site_pairs(
        area_of(*sites), drives({("A", "B"): 1, ("B", "A"): 1}, A=(0, 0), B=(9000, 0)), 60
    ).is_empty()


@settings(deadline=None)
@given(places, st.floats(0.5, 12.0))
def test_pairs_by_drives_are_those_that_a_look_at_every_two_sites_finds(
    given_places: list[tuple[str, int, int]], reach: float
) -> None:
    sites = [
        site(f"S{number:02}", who, x * 500.0, y * 500.0) for number, (who, x, y) in enumerate(given_places)
    ]
    at = {each["site_id"]: (each["x"], each["y"]) for each in sites}

    def minutes(a: str, b: str) -> float:
        """Drive twice as slowly east and west as north and south, and slower on the way to a later name."""
        (x, y), (other_x, other_y) = at[a], at[b]
        return float((2 * abs(x - other_x) + abs(y - other_y)) / 1000 * (1.25 if a < b else 1.0))

    table = drives({(a, b): minutes(a, b) for a in at for b in at}, **(at or {"none": (0.0, 0.0)}))
    wanted = {
        (one["site_id"], other["site_id"])
        for one, other in combinations(sites, 2)
        if one["service_id"] != other["service_id"]
        and minutes(one["site_id"], other["site_id"]) <= reach * (1 + 1e-9)
    }
    found = site_pairs(area_of(*sites), table, reach)
    assert set(found.select("site_id", "site_id_2").iter_rows()) == wanted
    assert found["minutes"].to_list() == sorted(found["minutes"].to_list())


# --- What is taught, bought and staffed twice -------------------------------------------------------------------------


def holding(**tables: list[Row]) -> Area:
    return small_area(None, services=[service(each) for each in SERVICES], **tables)


def course(course_id: str, service_id: str, topic: str, **others: object) -> Row:
    return {"course_id": course_id, "service_id": service_id, "topic": topic, **others}


def contract(contract_id: str, service_id: str, item: str, **others: object) -> Row:
    return {"contract_id": contract_id, "service_id": service_id, "item": item, **others}


def post(post_id: str, service_id: str, function: str, fte: float, cost: float | None = None) -> Row:
    return {
        "post_id": post_id,
        "service_id": service_id,
        "function": function,
        "fte": fte,
        "cost_gbp": cost,
    }


def test_littletons_courses_contracts_and_posts_are_those_of_its_tables() -> None:
    area = littleton().area
    courses = courses_by_topic(area)
    assert courses.select("match", "service_id", "seats_booked", "cost_per_seat_gbp").rows() == [
        ("fa1", "police", 7, 75),
        ("fa1", "fire", 4, pytest.approx(850 / 12)),
        ("rd2", "police", 5, 3000),
        ("rd2", "fire", 3, 2500),
        ("rd2", "ambulance", 4, 4500),
    ]
    tyres = contracts_by_item(area)
    assert tyres["unit_price_gbp"].to_list() == [118, 231, 149]
    assert tyres["ends_on"].min() == date(2026, 3, 31)
    assert tyres["spread"].to_list() == [pytest.approx(231 / 118 - 1)] * 3
    posts = posts_by_function(area)
    assert posts.group_by("match").len().sort("match").rows() == [
        ("control", 3),
        ("finance", 2),
        ("fleet", 2),
        ("training", 3),
    ]
    assert posts["fte"].sum() == area.table("posts")["fte"].sum()
    assert set(unmatched(area)["wording"]) == {"Body armour", "Structural boots", "Incident command"}


def test_case_blanks_and_punctuation_do_not_part_what_is_the_same_and_likeness_does_not_join() -> None:
    area = holding(
        contracts=[
            contract("1", "police", "Vehicle tyres"),
            contract("2", "fire", " VEHICLE-tyres. "),
            contract("3", "ambulance", "Vehicle tyre"),
            contract("4", "fire", "..."),
            contract("5", "police", "!"),
        ]
    )
    assert contracts_by_item(area)["contract_id"].to_list() == ["1", "2"]
    assert unmatched(area).select("match", "wording").rows() == [
        ("vehicle tyre", "Vehicle tyre"),
        (None, "!"),
        (None, "..."),
    ]


def test_a_code_goes_before_a_name_and_a_name_leads_to_its_only_code() -> None:
    area = holding(
        courses=[
            course("A", "police", "Response driving", code="RD2"),
            course("B", "fire", "Blue light driving", code="rd2"),
            course("C", "ambulance", "response driving"),
            # One name, two codes: they are two courses, and a third without a code may be either.
            course("D", "police", "First aid", code="FA1"),
            course("E", "fire", "First aid", code="FA3"),
            course("F", "ambulance", "First aid"),
            course("G", "police", "Chairing"),
            course("H", "fire", "Chairing"),
        ]
    )
    found = courses_by_topic(area)
    assert found.select("match", "service_id").rows() == [
        ("chairing", "police"),
        ("chairing", "fire"),
        ("rd2", "police"),
        ("rd2", "fire"),
        ("rd2", "ambulance"),
    ]
    assert unmatched(area)["match"].to_list() == ["fa1", "fa3", "first aid"]


def test_a_course_never_run_is_not_one_whose_runs_nobody_handed_over() -> None:
    area = holding(
        courses=[
            course("A", "police", "Diving", seats=8, cost_gbp=100.0),
            course("B", "police", "Climbing", seats=8, cost_gbp=100.0),
            course("C", "fire", "Diving", seats=6),
            course("D", "fire", "Climbing", seats=6, cost_gbp=90.0),
        ],
        course_runs=[
            {"run_id": "1", "course_id": "A", "starts_on": date(2025, 1, 6), "booked": 5},
            {"run_id": "2", "course_id": "A", "starts_on": date(2025, 2, 6)},
        ],
    )
    shown = ("match", "service_id", "runs", "seats_offered", "seats_booked", "cost_gbp", "cost_per_seat_gbp")
    assert courses_by_topic(area).select(shown).rows() == [
        ("climbing", "police", 0, 0, 0, 0.0, None),
        ("climbing", "fire", None, None, None, None, None),
        ("diving", "police", 2, 16, None, 200.0, 12.5),
        ("diving", "fire", None, None, None, None, None),
    ]


def test_a_price_that_is_missing_stays_missing_and_one_price_has_no_spread() -> None:
    area = holding(
        contracts=[
            contract("1", "police", "Fuel", unit_price_gbp=1.5),
            contract("2", "police", "Fuel", unit_price_gbp=1.8),
            contract("3", "fire", "Fuel", yearly_gbp=900.0),
        ]
    )
    found = contracts_by_item(area)
    assert found["unit_price_gbp"].to_list() == [1.5, 1.8, None]
    assert found["spread"].to_list() == [None] * 3
    assert found["lowest_gbp"].to_list() == [None] * 3


def test_posts_without_a_cost_leave_the_cost_of_their_function_unknown() -> None:
    area = holding(
        posts=[
            post("1", "police", "Fleet", 2, 80_000.0),
            post("2", "police", "fleet", 1),
            post("3", "fire", "Fleet", 4, 160_000.0),
        ]
    )
    assert posts_by_function(area).rows() == [
        ("fleet", "Fleet; fleet", "police", 3, None, None),
        ("fleet", "Fleet", "fire", 4, 160_000, 40_000),
    ]


def test_every_row_is_either_shared_or_unmatched() -> None:
    area = littleton().area
    left = dict(unmatched(area).group_by("table").agg(pl.col("rows").sum()).iter_rows())
    assert courses_by_topic(area)["courses"].sum() + left["courses"] == area.table("courses").height
    assert contracts_by_item(area).height + left["contracts"] == area.table("contracts").height
    assert "posts" not in left


@pytest.mark.parametrize("table", [courses_by_topic, contracts_by_item, posts_by_function, unmatched])
def test_holdings_have_the_same_columns_when_empty_and_rows_in_one_order(
    table: Callable[[Area], pl.DataFrame],
) -> None:
    area = littleton().area
    assert table(holding()).schema == table(area).schema
    for seed in range(3):
        # The order of the services is the study's own, so it stays.
        others = {name: each for name, each in shuffled(area, seed).tables.items() if name != "services"}
        assert table(with_tables(area, others)).equals(table(area))
