"""Places: British National Grid and WGS 84, distances, and places that cannot be right."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from joinedup.area import Area
from joinedup.area.places import NATIONAL_GRID, Plane, fit_for_distance, plane_for
from tests.area.studies import LONDON, NEW_YORK, only_query, read, study, told

# Ordnance Survey, OSTN15 developer pack, test input and output (ETRS89 to OSGB36): TP01 St Mary's, TP03 Plymouth,
# TP09 London, TP10, TP20, TP30. The correction grid is not shipped, so a few metres are allowed.
ORDNANCE_SURVEY = [
    (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    (50.43885825610, -4.10864563561, 250359.811, 62016.569),
    (51.48936564950, -0.11992557180, 530624.974, 178388.464),
    (51.8589089640, -4.3085247696, 241124.584, 220332.641),
    (53.8002151963, -1.66379168242, 422242.186, 433818.701),
    (57.4862500072, -4.21926398555, 267056.768, 846176.972),
]
# Caister water tower in "A guide to coordinate systems in Great Britain" (annexes C.1 and C.2). Its latitude and longitude
# there, 52.65757 and 1.71792, are OSGB36 on the Airy ellipsoid; in WGS 84 the tower is at 52.65798, 1.71605 (C. Veness,
# movable-type.co.uk, latlon-osgridref).
CAISTER = (52.65798, 1.71605, 651409.903, 313177.270)
WITHIN_METRES = 5.0
COUNTY = Plane.about(40.2, -75.35)

SITES = "site_id,service_id,name,latitude,longitude,easting,northing"


def placed(folder: Path, toml: str, *rows: str, columns: str = SITES) -> tuple[Area, list[dict[str, object]]]:
    lines = [f"S{number},fire,Site,{row}" for number, row in enumerate(rows)]
    area, queries = read(study(folder, toml, sites="\n".join([columns, *lines]) + "\n"))
    return area, told(queries)


@pytest.mark.parametrize(("latitude", "longitude", "easting", "northing"), [*ORDNANCE_SURVEY, CAISTER])
def test_degrees_fall_on_their_published_grid_place(
    tmp_path: Path, latitude: float, longitude: float, easting: float, northing: float
) -> None:
    area, queries = placed(tmp_path, LONDON, f"{latitude},{longitude},,", f",,{easting},{northing}")
    degrees, grid = area.table("sites").select("x", "y").rows()
    assert math.dist(degrees, (easting, northing)) < WITHIN_METRES
    assert grid == (easting, northing)
    assert queries == []


@pytest.mark.parametrize(("latitude", "longitude", "easting", "northing"), [*ORDNANCE_SURVEY, CAISTER])
def test_a_grid_place_is_given_its_degrees(
    tmp_path: Path, latitude: float, longitude: float, easting: float, northing: float
) -> None:
    for toml in (LONDON, LONDON + 'grid = "local"\n'):
        area, _ = placed(tmp_path, toml, f",,{easting},{northing}")
        (found,) = area.table("sites").select("longitude", "latitude").rows()
        _, _, metres = Geod(ellps="WGS84").inv(longitude, latitude, *found)
        assert metres < WITHIN_METRES


def test_where_both_are_given_distance_is_measured_on_the_study_s_own_plane(tmp_path: Path) -> None:
    row = "51.5,-0.1,530000,180000"
    area, _ = placed(tmp_path, LONDON, row)
    assert area.table("sites").select("x", "y", "latitude", "longitude").rows() == [
        (530000, 180000, 51.5, -0.1)
    ]


@settings(deadline=None)
@given(
    st.floats(39.9, 40.5),
    st.floats(-75.7, -75.0),
    st.floats(39.9, 40.5),
    st.floats(-75.7, -75.0),
)
def test_across_a_county_plane_distance_is_within_1_in_5000_of_the_geodesic(
    latitude: float, longitude: float, latitude_2: float, longitude_2: float
) -> None:
    _, _, geodesic = Geod(ellps="WGS84").inv(longitude, latitude, longitude_2, latitude_2)
    laid = COUNTY.laid(
        pl.DataFrame(
            {"latitude": [latitude, latitude_2], "longitude": [longitude, longitude_2]},
            schema_overrides={"latitude": pl.Float64, "longitude": pl.Float64},
        ).with_columns(easting=pl.lit(None, pl.Float64), northing=pl.lit(None, pl.Float64))
    )
    assert math.dist(*laid.select("x", "y").rows()) == pytest.approx(geodesic, rel=1 / 5000, abs=0.01)


def test_the_plane_of_a_study_lies_about_the_middle_of_its_places() -> None:
    nowhere = pl.Series([None] * 4, dtype=pl.Float64)
    table = pl.DataFrame(
        {
            "latitude": [40.0, 40.2, 30.0, None],
            "longitude": [-75.0, -75.4, -95.0, None],
            "easting": nowhere,
            "northing": nowhere,
        }
    )
    plane = plane_for({"sites": table, "services": pl.DataFrame({"name": ["x"]})}, on_national_grid=False)
    assert "+lat_0=40.000" in plane.crs
    assert "+lon_0=-75.400" in plane.crs
    assert plane_for({}, on_national_grid=True).crs == NATIONAL_GRID
    assert plane_for({}, on_national_grid=False).crs == Plane.about(0, 0).crs


SYDNEY = '[study]\nname = "Test"\nzone = "Australia/Sydney"\n'


@pytest.mark.parametrize(
    ("toml", "latitude", "longitude"),
    [(LONDON, 51.5, -0.1), (NEW_YORK, 40.7, -74.0), (SYDNEY, -33.9, 151.2)],
)
def test_swapped_latitude_and_longitude_are_read_the_other_way_round_with_a_query(
    tmp_path: Path, toml: str, latitude: float, longitude: float
) -> None:
    area, queries = placed(tmp_path, toml, f"{longitude},{latitude},,", f"{latitude},{longitude},,")
    assert area.table("sites").select("latitude", "longitude").rows() == [(latitude, longitude)] * 2
    assert [(each["row"], each["column"], each["action"]) for each in queries] == [
        (2, "latitude", "read the other way round")
    ]


@pytest.mark.parametrize(
    ("toml", "row", "column", "problem"),
    [
        (LONDON, "0,0,,", "latitude", "latitude and longitude of 0"),
        (NEW_YORK, "0,0,,", "latitude", "latitude and longitude of 0"),
        (LONDON, "51.5,,,", "latitude", "without the other"),
        (LONDON, ",-0.1,,", "latitude", "without the other"),
        (LONDON, ",,530000,", "easting", "without the other"),
        (LONDON, ",,,180000", "easting", "without the other"),
        (LONDON, ",,0,0", "easting", "easting and northing of 0"),
        (LONDON, "40.7,-74.0,,", "latitude", "outside Great Britain"),
        (LONDON, "95.1,-0.1,,", "latitude", "outside Great Britain"),
        (NEW_YORK, "51.5,0.1,,", "latitude", "too far from the zone America/New_York"),
        (NEW_YORK, "91,-75,,", "latitude", "too far from the zone America/New_York"),
        (NEW_YORK, "40,-400,,", "latitude", "too far from the zone America/New_York"),
    ],
)
def test_a_place_that_cannot_be_is_left_out_and_the_row_kept(
    tmp_path: Path, toml: str, row: str, column: str, problem: str
) -> None:
    area, queries = placed(tmp_path, toml, row)
    assert area.table("sites").select("latitude", "longitude", "easting", "northing", "x", "y").rows() == [
        (None,) * 6
    ]
    assert len(queries) == 1, queries
    assert queries[0]["column"] == column
    assert problem in str(queries[0]["problem"])
    assert queries[0]["action"] == "the place is left out"


def test_a_grid_place_off_the_grid_is_left_out(tmp_path: Path) -> None:
    area, queries = placed(tmp_path, LONDON, ",,5300000,180000")
    assert area.table("sites")["x"].to_list() == [None]
    assert {each["column"] for each in queries} == {"easting"}


def test_a_zone_that_spans_the_date_line_or_names_no_place_loses_no_place(tmp_path: Path) -> None:
    fiji = '[study]\nname = "Test"\nzone = "Pacific/Fiji"\n'
    area, queries = placed(tmp_path, fiji, "-17.7,178.1,,", "-16.8,-179.9,,")
    assert queries == []
    assert area.table("sites")["x"].null_count() == 0
    anywhere = '[study]\nname = "Test"\nzone = "UTC"\n'
    area, queries = placed(tmp_path, anywhere, "40.7,-74.0,,", "35.7,139.7,,", "100,200,,")
    assert [each["problem"] for each in queries] == ["not a place on the earth: '100.0, 200.0'"]
    assert area.table("sites")["x"].null_count() == 1


def test_a_place_is_not_made_of_a_number_that_cannot_be_read(tmp_path: Path) -> None:
    area, queries = placed(tmp_path, LONDON, "51.5N,-0.1,,", "nan,-0.1,,", "inf,-0.1,,", "1e999,-0.1,,")
    assert area.table("sites")["x"].null_count() == 4
    assert {each["row"] for each in queries} == {2, 3, 4, 5}


def test_distance_is_not_measured_from_a_place_coarser_than_100_m_or_snapped(tmp_path: Path) -> None:
    precisions = ["exact", "50m", "100m", "snapped", "area", "", "street level"]
    area, queries = placed(
        tmp_path,
        LONDON,
        *(f"51.5,-0.1,{precision}" for precision in precisions),
        columns="site_id,service_id,name,latitude,longitude,place_precision",
    )
    fit = area.table("sites").filter(fit_for_distance())["site_id"].to_list()
    assert fit == ["S0", "S1", "S2", "S5"]
    assert [(each["row"], each["column"]) for each in queries] == [(8, "place_precision")]
    assert "taken as area" in str(queries[0]["action"])


def test_the_longitude_of_a_place_that_is_left_out_is_quoted(tmp_path: Path) -> None:
    _, queries = read(
        study(tmp_path, sites="site_id,service_id,name,latitude,longitude\nS1,fire,Site,40.75,-74.0\n")
    )
    assert "40.75, -74.0" in only_query(queries)["problem"]
