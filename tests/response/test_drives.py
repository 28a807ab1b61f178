"""The drive from the nearest site that a service's units start from."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.area import Area, Change
from joinedup.response import compared, drives, recorded_against_modelled
from joinedup.travel import StraightLine
from tests.small import Row, incident, littleton, service, shuffled, site, small_area, unit

LAW = StraightLine(1.0, 2.0)
NOON = datetime(2025, 2, 3, 12, tzinfo=UTC)

lattice = st.tuples(st.integers(-6, 6), st.integers(-6, 6))


def area_of(sites: list[Row], incidents: list[Row], units: list[Row] | None = None) -> Area:
    services = [service("fire"), service("police")]
    if units is None:
        return small_area(services=services, sites=sites, incidents=incidents)
    return small_area(services=services, sites=sites, incidents=incidents, units=units)


def fire_area(stations: list[tuple[int, int]], calls: list[tuple[int, int]]) -> Area:
    return area_of(
        [site(f"F{number:02}", "fire", x * 500.0, y * 500.0) for number, (x, y) in enumerate(stations)],
        [incident(f"I{number:02}", "fire", x * 500.0, y * 500.0) for number, (x, y) in enumerate(calls)],
        [unit(f"U{number:02}", "fire", f"F{number:02}") for number in range(len(stations))],
    )


def grounds(area: Area) -> dict[str, str]:
    return dict(drives(area, LAW).select("incident_id", "ground").iter_rows())


@given(st.lists(lattice, min_size=1, max_size=50), st.lists(lattice, min_size=1, max_size=20))
def test_the_ground_is_the_nearest_site_and_the_first_identifier_where_two_are_as_near(
    stations: list[tuple[int, int]], calls: list[tuple[int, int]]
) -> None:
    found = drives(fire_area(stations, calls), LAW)
    for (x, y), row in zip(calls, found.iter_rows(named=True), strict=True):
        # Whole numbers squared are exact, so a tie here is a tie.
        squared = [(x - east) ** 2 + (y - north) ** 2 for east, north in stations]
        nearest = squared.index(min(squared))
        assert row["ground"] == f"F{nearest:02}"
        assert row["minutes"] == pytest.approx(float(LAW.minutes(500 * np.sqrt(squared[nearest]))))


@given(st.lists(lattice, min_size=1, max_size=50), st.lists(lattice, min_size=1, max_size=20))
def test_removing_stations_that_serve_no_incident_changes_nothing_to_the_byte(
    stations: list[tuple[int, int]], calls: list[tuple[int, int]]
) -> None:
    area = fire_area(stations, calls)
    before = drives(area, LAW)
    idle = sorted(set(area.table("sites")["site_id"]) - set(before["ground"]))
    after = drives(area.changed([Change("sites", each, None) for each in idle]), LAW)
    assert after.equals(before)
    assert compared(before, after).is_empty()


def test_drives_are_the_same_whatever_the_order_of_the_rows() -> None:
    wanted = drives(littleton().area, LAW)
    assert wanted.height == 89 + 46 + 149
    for seed in range(3):
        assert drives(shuffled(littleton().area, seed), LAW).equals(wanted)


def test_a_unit_starts_from_its_own_service_s_or_another_s_site() -> None:
    sites = [site("P1", "police", 0), site("F1", "fire", 3000)]
    area = area_of(sites, [incident("I1", "fire", 100)], [unit("E1", "fire", "P1")])
    assert grounds(area) == {"I1": "P1"}


def test_a_station_without_units_serves_nobody() -> None:
    sites = [site("F1", "fire", 0), site("F2", "fire", 3000)]
    area = area_of(sites, [incident("I1", "fire", 100)], [unit("E1", "fire", "F2")])
    assert grounds(area) == {"I1": "F2"}


@pytest.mark.parametrize("units", [None, [unit("C1", "police", "P1")], [unit("E1", "fire", None)]])
def test_a_service_whose_units_are_not_listed_starts_from_its_stations_and_bases(
    units: list[Row] | None,
) -> None:
    sites = [
        site("P1", "police", 0),
        site("F1", "fire", 0, kind="workshop"),
        site("F2", "fire", 3000, kind="base"),
        site("F3", "fire", 9000),
    ]
    incidents = [incident("I1", "fire", 100), incident("I2", "fire", 8000)]
    assert grounds(area_of(sites, incidents, units)) == {"I1": "F2", "I2": "F3"}


def test_a_service_without_a_placed_site_has_no_rows() -> None:
    sites = [site("P1", "police", 0), {**site("F1", "fire", 0), "x": None, "y": None}]
    incidents = [incident("I1", "fire", 100), incident("I2", "police", 100)]
    assert grounds(area_of(sites, incidents)) == {"I2": "P1"}
    assert drives(area_of([], incidents), LAW).is_empty()
    assert drives(area_of([], incidents), LAW).schema == drives(area_of(sites, incidents), LAW).schema


@pytest.mark.parametrize("precision", ["snapped", "area"])
def test_a_place_that_is_not_the_incident_s_own_or_the_site_s_own_is_never_driven_to_or_from(
    precision: str,
) -> None:
    sites = [site("F1", "fire", 0, place_precision=precision), site("F2", "fire", 3000)]
    incidents = [
        incident("I1", "fire", 100, place_precision=precision),
        incident("I2", "fire", 100),
        incident("I3", "fire", None),
    ]
    assert grounds(area_of(sites, incidents)) == {"I2": "F2"}


def test_a_category_that_was_not_recorded_is_said_to_be() -> None:
    area = area_of(
        [site("F1", "fire", 0)], [incident("I1", "fire", 0), incident("I2", "fire", 0, category="x")]
    )
    assert drives(area, LAW)["category"].to_list() == ["not recorded", "x"]


def test_only_the_grounds_on_which_a_drive_changed_are_compared() -> None:
    area = fire_area([(0, 0), (6, 0), (100, 0)], [(0, 1), (2, 0), (6, 1), (100, 0), (101, 0)])
    before = drives(area, LAW)
    after = drives(
        area.changed([Change("units", "U01", "site_id", "F00"), Change("sites", "F01", None)]), LAW
    )
    rows = compared(before, after)
    assert rows["ground"].to_list() == ["F01"]
    assert rows["before"].to_list() == pytest.approx([2.0])
    assert rows["after"].to_list() == pytest.approx([2 + 0.5 * np.sqrt(37)])


def test_an_incident_of_a_touched_ground_whose_own_drive_stays_is_compared_too() -> None:
    # A new site at 4 takes the calls at 3 from F0, and leaves it the call at 0.
    before = drives(fire_area([(0, 0)], [(0, 0), (3, 0)]), LAW)
    after = drives(fire_area([(0, 0), (4, 0)], [(0, 0), (3, 0)]), LAW)
    rows = compared(before, after)
    assert rows["ground"].to_list() == ["F00", "F00"]
    assert rows["before"].to_list() == pytest.approx([0.0, 2 * np.sqrt(2 * 1.5)])
    assert rows["after"].to_list() == pytest.approx([0.0, 2.0])


def test_a_drive_that_takes_longer_from_the_same_place_has_changed() -> None:
    before = drives(fire_area([(0, 0)], [(4, 0)]), LAW)
    slower = drives(fire_area([(0, 0)], [(4, 0)]), StraightLine(0.5, 2.0))
    assert compared(before, slower).height == 1


def test_an_incident_that_nobody_drives_to_any_more_stays_in_the_comparison_without_minutes() -> None:
    area = fire_area([(0, 0)], [(0, 1), (0, 2)])
    rows = compared(drives(area, LAW), drives(area.changed([Change("sites", "F00", None)]), LAW))
    assert rows["before"].null_count() == 0
    assert rows["after"].to_list() == [None, None]


def attendance(incident_id: str, unit_id: str, responding: float | None, arrived: float | None) -> Row:
    def at(minutes: float | None) -> datetime | None:
        return None if minutes is None else NOON + timedelta(minutes=minutes)

    return {
        "incident_id": incident_id,
        "unit_id": unit_id,
        "responding_at": at(responding),
        "arrived_at": at(arrived),
    }


def test_recorded_drives_stand_beside_modelled_ones_over_the_same_incidents() -> None:
    area = small_area(
        services=[service("fire"), service("police")],
        attendances=[
            attendance("I1", "E1", 1, 5),  # the first to arrive: 4 minutes
            attendance("I1", "E2", 0, 9),
            attendance("I2", "E1", 0, 8),
            attendance("I3", "E1", 0, 3),
            attendance("I4", "E1", None, 30),  # left out: nobody knows when it set off
            attendance("I5", "E1", 0, None),  # left out: it never arrived
        ],
    )
    modelled = pl.DataFrame(
        {
            "incident_id": ["I1", "I2", "I3", "I4", "I5", "I6"],
            "service_id": ["fire", "fire", "fire", "fire", "fire", "police"],
            "category": ["x"] * 6,
            "ground": ["F1"] * 6,
            "minutes": [5.0, 6.0, 1.0, 100.0, 100.0, 100.0],
        }
    )
    (row,) = recorded_against_modelled(area, modelled).iter_rows(named=True)
    assert (row["service_id"], row["records"]) == ("fire", 3)
    assert (row["recorded_mean"], row["recorded_median"]) == (pytest.approx(5.0), pytest.approx(4.0))
    assert (row["modelled_mean"], row["modelled_median"]) == (pytest.approx(4.0), pytest.approx(5.0))
    # Of 3, 4, 8 and of 1, 5, 6 the 90th centile lies eight tenths of the way from the second to the third.
    assert row["recorded_90th"] == pytest.approx(7.2)
    assert row["modelled_90th"] == pytest.approx(5.8)


def test_without_attendances_there_is_nothing_to_compare_with() -> None:
    area = small_area(services=[service("fire")])
    modelled = drives(fire_area([(0, 0)], [(0, 1)]), LAW)
    assert recorded_against_modelled(area, modelled).is_empty()
