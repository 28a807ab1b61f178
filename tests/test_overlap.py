"""Overlap: every pair of sites of different services within reach, and no other."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.area import Area
from joinedup.overlap import site_pairs
from joinedup.travel import StraightLine
from tests.small import Row, service, shuffled, site, small_area

LAW = StraightLine(1.0, 2.0)
SERVICES = ("police", "fire", "ambulance")

places = st.lists(
    st.tuples(st.sampled_from(SERVICES), st.integers(-8, 8), st.integers(-8, 8)), min_size=0, max_size=40
)


def area_of(*sites: Row) -> Area:
    return small_area(services=[service(each) for each in SERVICES], sites=sites)


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
