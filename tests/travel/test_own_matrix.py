"""A study's own table of drives: read as a list or a square, and each mistake told by file, row and column."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Transformer

from joinedup.area import Settings
from joinedup.area.settings import OwnTravel
from joinedup.refusal import Refusal
from joinedup.travel import ROAD_ASSUMPTIONS, OwnMatrix, own_matrix, travel_of
from joinedup.travel.places import Places
from tests.small import ROOT, ZONE, service, site, small_area
from tests.travel.maps import places

if TYPE_CHECKING:
    from joinedup.area import Area

DATA = Path(os.environ.get("JOINEDUP_DATA") or ROOT.parent / "shared" / "data") / "utrecht"
ASSUMED = {each.name: each for each in ROAD_ASSUMPTIONS}
LONG = "from,to,minutes\nS1,S2,4\nS2,S1,5.5\n"
SQUARE = "minutes,S1,S2\nS1,0,4\nS2,5.5,0\n"


def area() -> Area:
    return small_area(services=[service("fire")], sites=[site("S1", "fire", 0.0), site("S2", "fire", 9000.0)])


def read(folder: Path, text: str | bytes, placed: str | None = None) -> OwnMatrix:
    raw = text.encode() if isinstance(text, str) else text
    (folder / "minutes.csv").write_bytes(raw)
    if placed is not None:
        (folder / "places.csv").write_text(placed, "utf-8")
    return own_matrix(
        folder / "minutes.csv", None if placed is None else folder / "places.csv", area(), ASSUMED
    )


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        SQUARE,
        "\ufeff" + LONG,
        "\ufeff" + SQUARE,
        pytest.param(gzip.compress(SQUARE.encode(), mtime=0), id="packed"),
        "Minutes,To,From\n5.5,S1,S2\n4,S2,S1\n",
        "from,to,minutes\nS1,S1,0\nS1,S2,4\nS2,S1,5.5\n",
        ",S2,S1\nS1,4,\nS2,,5.5\n",
        "minutes,S1,S2\r\nS1,0,4\r\nS2,5.5,0\r\n",
    ],
)
def test_a_list_and_a_square_say_the_same(tmp_path: Path, text: str | bytes) -> None:
    found = read(tmp_path, text)
    assert found.name == "minutes.csv"
    spots = places(one=(100.0, 0.0), other=(8000.0, 0.0), home=(0.0, 0.0))
    assert found.between(spots, spots, "fire").tolist() == [[0, 4, 0], [5.5, 0, 5.5], [0, 4, 0]]
    assert found.along(spots, spots.at(np.array([1, 0, 2])), "fire").tolist() == [4, 5.5, 0]


def test_a_place_far_from_every_place_of_the_table_has_no_minutes(tmp_path: Path) -> None:
    found = read(tmp_path, LONG)
    spots = places(near=(1900.0, 0.0), far=(2100.0, 0.0))
    assert found.left_out(spots) == {1: "no place of minutes.csv within 2000 m"}
    assert np.isnan(found.between(spots, spots, "fire")).tolist() == [[False, True], [True, True]]
    assert np.isnan(found.along(spots, spots, "fire")).tolist() == [False, True]


def test_places_of_its_own_are_listed_beside_the_table(tmp_path: Path) -> None:
    text = LONG + "S1,W,7\nW,S1,8\nS2,W,1\nW,S2,2\n"
    found = read(tmp_path, text, "place,easting,northing\nW,5000,5000\n")
    ward = places(x=(5000.0, 5100.0))
    assert found.between(places(home=(0.0, 0.0)), ward, "fire").tolist() == [[7]]
    assert found.between(ward, places(home=(0.0, 0.0)), "fire").tolist() == [[8]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"minutes\.csv: is empty; it needs the columns from, to and minutes, or a square"),
        ("from,to,minutes\nS1,S2,4\n", r"minutes\.csv: no row from S2 to S1; add it"),
        (LONG + "S1,S2,9\n", r"minutes\.csv, row 4: from S1 to S2 stands in row 2 too; keep one"),
        ("from,to,minutes\nS1,S2,-4\nS2,S1,4\n", r"row 2, column minutes: '-4' is below zero"),
        (
            "from,to,minutes\nS1,S2,4\nS2,S1,near\n",
            r"row 3, column minutes: 'near' is not a number of minutes",
        ),
        ("from,to,minutes\nS1,S2,\nS2,S1,inf\n", r"row 2, column minutes: '' is not a number .*\(and 1 more"),
        ("from,to,minutes\nS1,,4\nS2,S1,4\n", r"row 2, column to: is empty; name the place"),
        (
            LONG.replace("S2", "W"),
            r"nobody knows where 'W' is: it is no site of the study; list it in a file of places",
        ),
        ("minutes,S1,S2\nS1,0,4\n", r"column S2: there is no row 'S2'; add it"),
        ("minutes,S1\nS1,0\nS2,4\n", r"is neither a list nor a square"),
        ("minutes,S1,S2\nS1,0,4\nS2,5,0\nS3,1,1\n", r"row 4: there is no column 'S3'; add it"),
        ("minutes,S1,S1\nS1,0,4\n", r"column 3: 'S1' is column 2 too; keep one"),
        ("minutes,S1,S2\nS1,0,4\nS1,5,0\n", r"row 3: 'S1' is row 2 too; keep one"),
        ("minutes,S1,S2\nS1,0,\nS2,5,0\n", r"row 2, column S2: is empty; every pair is needed both ways"),
        ("minutes,S1,S2\nS1,0,x\nS2,5,0\n", r"row 2, column S2: 'x' is not a number of minutes"),
        ("minutes,S1,S2\nS1,0,4\nS2,-5,0\n", r"row 3, column S1: '-5' is below zero"),
        ("minutes,S1,S2\nS1,0,4,5\nS2,5,0\n", r"cannot be read as CSV"),
        (b"\xff\xfe\x00", r"is not UTF-8 text; save it as 'CSV UTF-8'"),
        (b"\x1f\x8bnot gzip", r"cannot be unpacked as gzip"),
    ],
)
def test_each_mistake_is_told_by_file_row_and_column(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("placed", "words"),
    [
        ("place,x,y\nW,1,2\n", r"places\.csv: needs the column place, and latitude and longitude or easting"),
        (
            "place,easting,northing\nW,1,east\n",
            r"places\.csv, row 2, column northing: 'east' is not a number",
        ),
        (
            "place,easting,northing\nV,1,1\n",
            r"nobody knows where 'W' is: it is neither in places\.csv nor a site",
        ),
    ],
)
def test_a_file_of_places_that_cannot_be_used_is_refused(tmp_path: Path, placed: str, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read(tmp_path, LONG + "S1,W,7\nW,S1,8\nS2,W,1\nW,S2,2\n", placed)


def test_a_file_that_is_not_there_is_refused() -> None:
    named = OwnTravel(matrix=Path("none.csv"))
    held = small_area(Settings(name="x", zone=ZONE, travel=named), sites=[site("S1", "fire", 0.0)])
    with pytest.raises(Refusal, match=r"none\.csv: cannot be read .*; name the file under \[travel\]"):
        travel_of(held, ASSUMED)


def test_the_table_of_utrecht_is_read_with_its_asymmetry(tmp_path: Path) -> None:
    path = DATA / "siren_driving_matrix_2022.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there; JOINEDUP_DATA names the folder")
    rows = [line.split(",") for line in (DATA / "nodes_Utrecht_2021.csv").read_text("utf-8-sig").split()[2:]]
    lon, lat = Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True).transform(
        [float(row[1]) for row in rows], [float(row[2]) for row in rows]
    )
    named = [f"{row[0]},{north},{east}" for row, east, north in zip(rows, lon, lat, strict=True)]
    (tmp_path / "places.csv").write_text("\n".join(["place,latitude,longitude", *named]), "utf-8")
    found = own_matrix(path, tmp_path / "places.csv", area(), ASSUMED)
    assert found.minutes.shape == (231, 231)
    away = np.abs(found.minutes - found.minutes.T)
    assert away.max() == pytest.approx(4.9, abs=0.05)
    at = found.places
    assert found.between(at, at, "ambulance").tolist() == found.minutes.tolist()
    assert isinstance(at, Places)
    assert found.minutes[0, at.names.index("1393")] == pytest.approx(11.7131, abs=1e-4)
