"""Minutes over roads: streets worked by hand, the laws that hold on any map, and an independent way of finding the quickest."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.area.places import Plane
from joinedup.refusal import Refusal
from joinedup.travel import Roads, keeping
from joinedup.travel.places import Places
from joinedup.travel.roads.classes import KM_A_MILE, limit, road_of
from joinedup.travel.roads.speeds import BUSIEST_HOUR, SHARE_OF_LIMIT, ordinary_minutes
from tests.small import ROOT
from tests.travel.maps import PLANE, assumed, extract, places, plain_minutes

DATA = Path(os.environ.get("JOINEDUP_DATA") or ROOT.parent / "shared" / "data") / "roads"
STREET = {"highway": "residential", "maxspeed": "60"}
"""A kilometre of it takes a minute."""

# Three streets by three, a kilometre apart: a to c in the south, g to i in the north. The middle street runs east alone. Beside
# them a ring of 500 m sides that begins at i, a lane of 30 mph north from g, a street out of c that one can only
# drive into, and an island of one street.
GRID = {
    **{name: (1000.0 * (n % 3), 1000.0 * (n // 3)) for n, name in enumerate("abcdefghi")},
    "ring1": (2500.0, 2000.0),
    "ring2": (2500.0, 2500.0),
    "ring3": (2000.0, 2500.0),
    "lane": (0.0, 3000.0),
    "trap": (3000.0, 0.0),
    "isle1": (9000.0, 0.0),
    "isle2": (10_000.0, 0.0),
}
WAYS = [
    ("abc", STREET),
    ("def", {**STREET, "oneway": "yes"}),
    ("ghi", STREET),
    ("adg", STREET),
    ("beh", STREET),
    ("cfi", STREET),
    (("i", "ring1", "ring2", "ring3", "i"), {**STREET, "junction": "roundabout"}),
    (("g", "lane"), {"highway": "unclassified", "maxspeed": "30 mph"}),
    (("c", "trap"), {**STREET, "oneway": "yes"}),
    (("isle1", "isle2"), STREET),
]


@cache
def grid(**central: float) -> Roads:
    folder = Path(mkdtemp())
    return Roads.of(extract(folder / "grid.osm", GRID, WAYS), PLANE, assumed(**central))


def seconds(start: str, end: str) -> float:
    one, other = (places(**{name: GRID[name]}) for name in (start, end))
    return float(grid().between(one, other, "other")[0, 0] * 60)


@pytest.mark.parametrize(
    ("start", "end", "by_hand"),
    [
        ("a", "c", 120),  # two blocks
        ("d", "f", 120),  # with the one-way street
        ("f", "d", 240),  # against it: round by the north or the south
        ("e", "d", 180),  # one block west is closed: south, west, north
        ("d", "e", 60),
        ("i", "ring1", 30),  # with the ring
        ("ring1", "i", 90),  # against it: the long way round
        ("g", "lane", 60 * 60 / (30 * KM_A_MILE)),  # a kilometre at 48.28 km/h: 74.6 s
        ("lane", "c", 60 * 60 / (30 * KM_A_MILE) + 240),
        ("a", "a", 0),
    ],
)
def test_streets_are_driven_to_the_second_as_worked_by_hand(start: str, end: str, by_hand: float) -> None:
    assert seconds(start, end) == pytest.approx(by_hand, abs=0.01)


def test_a_place_along_a_street_is_reached_in_its_share_of_the_minutes(tmp_path: Path) -> None:
    # Ten kilometres without a bend, and a place 30 m beside it after seven.
    path = extract(tmp_path / "m.osm", {"w": (0, 0), "e": (10_000, 0)}, [("we", STREET)])
    roads = Roads.of(path, PLANE, assumed())
    found = roads.between(places(w=(0, 0)), places(house=(7_000, 30)), "fire")
    assert found[0, 0] == pytest.approx(7.0, abs=0.1)


def test_a_drive_there_is_not_the_drive_back() -> None:
    spots = places(**{name: GRID[name] for name in "abcdefghi"})
    minutes = grid().between(spots, spots, "fire")
    assert np.argwhere(~np.isclose(minutes, minutes.T)).tolist()
    assert np.isfinite(minutes).all()


def test_what_nobody_can_drive_to_is_named_and_has_no_minutes() -> None:
    spots = places(home=GRID["a"], island=GRID["isle2"], trapped=GRID["trap"], sea=(5000.0, 9000.0))
    why = grid().left_out(spots)
    cut_off = "no road within 500 m that leads both to and from the rest of the network"
    assert why == {1: cut_off, 2: cut_off, 3: "no road within 500 m"}
    minutes = grid().between(spots, spots, "fire")
    assert np.isnan(minutes).tolist() == [[n > 0 or m > 0 for m in range(4)] for n in range(4)]
    assert np.isnan(grid().along(spots, spots, "fire")).tolist() == [False, True, True, True]
    # And of the points of the graph, no other than the island's and none within the trap's beginning.
    every = grid().to_every_point(places(home=GRID["a"]), "fire")[0]
    assert np.isnan(every).sum() == np.sum(grid().x > 8000)


def test_each_drive_along_is_the_drive_between() -> None:
    chance = np.random.default_rng(1)
    one, other = (
        Places([""] * 40, chance.uniform(0, 2000, 40), chance.uniform(0, 2000, 40)) for _ in range(2)
    )
    roads = grid(reach=1000)
    assert roads.along(one, other, "fire").tolist() == np.diag(roads.between(one, other, "fire")).tolist()


def test_more_starts_than_ends_are_worked_out_backwards_with_the_same_answer() -> None:
    spots = [name for name in GRID if not name.startswith(("isle", "trap"))]
    all_of_them = places(**{name: GRID[name] for name in spots})
    whole = grid().between(all_of_them, all_of_them, "fire")
    for column, name in enumerate(spots):
        one = grid().between(all_of_them, places(**{name: GRID[name]}), "fire")
        assert one[:, 0] == pytest.approx(whole[:, column], abs=1e-5)


def test_blue_lights_and_the_hour_change_the_minutes_as_stated() -> None:
    start, end = places(a=GRID["a"]), places(i=GRID["i"])
    roads = grid(blue_light__fire=0.25, blue_light__police=0.5)
    assert roads.between(start, end, "fire")[0, 0] == pytest.approx(4 * 0.75, abs=1e-3)
    assert roads.between(start, end, "police")[0, 0] == pytest.approx(4 * 0.5, abs=1e-3)
    path = extract(Path(mkdtemp()) / "grid.osm", GRID, WAYS)
    busy = assumed(busiest_hour__local=0.2, share_of_limit__local=0.5)
    by_hour = [Roads.of(path, PLANE, busy, hour).between(start, end, "other")[0, 0] for hour in (3, 8, None)]
    assert by_hour[0] == pytest.approx(8.0, abs=1e-3)
    assert by_hour[1] == pytest.approx(8.0 / 0.8, abs=1e-3)
    assert by_hour[0] < by_hour[2] < by_hour[1]
    assert [Roads.of(path, PLANE, busy, hour).name for hour in (8, None)] == [
        "roads of grid.osm, at 08:00",
        "roads of grid.osm, mean of the day",
    ]


# --- laws ------------------------------------------------------------------------------------------------------------

spot = st.tuples(st.floats(0, 2000), st.floats(0, 2000))
shares = st.floats(0.1, 2.0)


@given(spot, spot, spot)
@settings(deadline=None)
def test_a_detour_is_never_quicker(
    one: tuple[float, float], other: tuple[float, float], way: tuple[float, float]
) -> None:
    spots = places(one=one, other=other, way=way)
    minutes = grid(reach=1000).between(spots, spots, "fire")
    assert minutes[0, 1] <= minutes[0, 2] + minutes[2, 1] + 1e-4


@given(shares, shares, st.floats(0, 0.9))
@settings(deadline=None, max_examples=20)
def test_more_speed_is_never_slower(one: float, other: float, busiest: float) -> None:
    spots = places(**{name: GRID[name] for name in "abcdefghi"}, ring=GRID["ring2"])
    taken = []
    for share in sorted((one, other)):
        base = grid()
        slower = assumed(share_of_limit__local=share, busiest_hour__local=busiest)
        roads = replace(base, minutes=ordinary_minutes(base.graph, slower, (8,)), _held={})
        taken.append(roads.between(spots, spots, "fire"))
    assert (taken[1] <= taken[0] * (1 + 1e-5) + 1e-6).all()


# --- an independent way ----------------------------------------------------------------------------------------------


def as_the_heap_says(roads: Roads, starts: int) -> None:
    chance = np.random.default_rng(2)
    at = np.sort(chance.choice(np.flatnonzero(roads.graph.main), starts, replace=False))
    found = roads.to_every_point(Places([""] * starts, roads.x[at], roads.y[at]), "other")
    for row, start in enumerate(at.tolist()):
        plain = plain_minutes(roads, start)
        assert set(np.flatnonzero(np.isfinite(found[row])).tolist()) == set(plain)
        reached = np.array(sorted(plain))
        assert found[row, reached] == pytest.approx(
            [plain[each] for each in reached.tolist()], rel=1e-5, abs=1e-5
        )


def test_a_plain_heap_finds_the_same_ways_through_the_streets() -> None:
    as_the_heap_says(grid(), 8)


@pytest.mark.parametrize(
    ("name", "middle"), [("monaco", (43.74, 7.42)), ("liechtenstein-latest", (47.15, 9.53))]
)
def test_a_plain_heap_finds_the_same_ways_through_a_country(name: str, middle: tuple[float, float]) -> None:
    path = DATA / f"{name}.osm.pbf"
    if not path.is_file():
        pytest.skip(f"{path} is not there; JOINEDUP_DATA names the folder")
    stated = assumed() | {each.name: each for each in (*SHARE_OF_LIMIT.values(), *BUSIEST_HOUR.values())}
    roads = Roads.of(path, Plane.about(*middle), stated)
    assert roads.graph.main.mean() > 0.85
    as_the_heap_says(roads, 3)


# --- what is a road --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "km_an_hour"),
    [
        ("50", 50.0),
        ("30 mph", 30 * KM_A_MILE),
        ("20mph", 20 * KM_A_MILE),
        ("GB:nsl_single", 60 * KM_A_MILE),
        ("gb:nsl_dual", 70 * KM_A_MILE),
        ("80; 50", 50.0),
        ("none", None),
        ("signals", None),
        ("XY:unheard_of", None),
        ("0", None),
        ("", None),
        (None, None),
    ],
)
def test_a_limit_is_read_in_every_way_that_it_is_written(text: str | None, km_an_hour: float | None) -> None:
    assert limit(text) == (None if km_an_hour is None else pytest.approx(km_an_hour))


@pytest.mark.parametrize(
    ("tags", "sides"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reversible"}, None),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "footway"}, None),
        ({"highway": "pedestrian"}, None),
        ({"highway": "pedestrian", "emergency": "yes"}, (True, True)),
        ({"access": "no"}, None),
        ({"access": "private"}, (True, True)),
        ({"access": "no", "emergency": "designated"}, (True, True)),
        ({"access": "no", "motor_vehicle": "yes"}, (True, True)),
        ({"motor_vehicle": "no"}, None),
        ({"motor_vehicle": "no", "bus": "yes"}, (True, True)),
        ({"emergency": "no"}, None),
        ({"area": "yes"}, None),
    ],
)
def test_where_and_which_way_one_drives_is_read_from_the_map(
    tags: dict[str, str], sides: tuple[bool, bool] | None
) -> None:
    road = road_of({"highway": "residential", **tags})
    found = None if road is None else (road.along is not None, road.against is not None)
    assert found == sides


def test_a_limit_each_way_is_driven_each_way() -> None:
    road = road_of({"highway": "primary", "maxspeed": "50", "maxspeed:backward": "30"})
    assert road is not None
    assert (road.along, road.against) == (50.0, 30.0)


def test_a_road_without_a_limit_takes_that_of_its_class() -> None:
    road = road_of({"highway": "trunk"})
    assert road is not None
    assert road.along == pytest.approx(60 * KM_A_MILE)


def test_a_road_ends_where_the_extract_was_cut(tmp_path: Path) -> None:
    # The point "gone" is not in the file: what lies on either side of it is not joined.
    spots = {"a": (0.0, 0.0), "b": (1000.0, 0.0), "c": (2000.0, 0.0), "d": (3000.0, 0.0)}
    path = extract(tmp_path / "cut.osm", spots, [(("a", "b", "gone", "c", "d"), STREET)])
    roads = Roads.of(path, PLANE, assumed())
    assert list(roads.left_out(places(a=spots["a"], d=spots["d"]))) == [1]


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_was_kept_is_the_same_to_the_byte_and_a_damaged_file_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOINEDUP_CACHE", str(tmp_path / "kept"))
    path = extract(tmp_path / "grid.osm", GRID, WAYS)
    spots = places(**{name: GRID[name] for name in "abcdefghi"})

    def minutes() -> bytes:
        return Roads.of(path, PLANE, assumed()).between(spots, spots, "fire").tobytes()

    first = minutes()
    files = sorted((tmp_path / "kept").iterdir())
    assert len(files) == 2  # the graph, and the minutes
    stamps = [each.stat().st_mtime_ns for each in files]
    assert minutes() == first
    assert [each.stat().st_mtime_ns for each in files] == stamps
    for damage in (b"", b"nonsense" * 40, files[1].read_bytes()[:-1] + b"?"):
        whole = [each.read_bytes() for each in files]
        for each in files:
            each.write_bytes(damage)
        assert minutes() == first
        assert [each.read_bytes() for each in files] == whole


def test_the_oldest_of_what_is_kept_makes_room_for_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keeping.FOLDER, str(tmp_path))
    monkeypatch.setattr(keeping, "_MOST_BYTES", 2_000)
    for number in range(4):
        keeping.kept(f"{number}", lambda: {"row": np.arange(100.0)})  # 800 bytes and a head
        os.utime(tmp_path / f"{number}.travel", ns=(number, number))
    assert sorted(each.stem for each in tmp_path.iterdir()) == ["2", "3"]


def test_another_map_or_speed_is_never_answered_from_what_was_kept(tmp_path: Path) -> None:
    spots = places(a=GRID["a"], c=GRID["c"])
    path = extract(tmp_path / "grid.osm", GRID, WAYS)
    first = Roads.of(path, PLANE, assumed()).between(spots, spots, "fire")[0, 1]
    slower = Roads.of(path, PLANE, assumed(share_of_limit__local=0.5)).between(spots, spots, "fire")[0, 1]
    extract(path, GRID, [(way, {**tags, "maxspeed": "30"}) for way, tags in WAYS])
    other = Roads.of(path, PLANE, assumed()).between(spots, spots, "fire")[0, 1]
    assert [slower, other] == pytest.approx([2 * first, 2 * first])


def test_where_nothing_can_be_kept_the_answer_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file stands where the folder would be", "utf-8")
    monkeypatch.setenv("JOINEDUP_CACHE", str(tmp_path / "file"))
    spots = places(a=GRID["a"], c=GRID["c"])
    path = extract(tmp_path / "grid.osm", GRID, WAYS)
    assert Roads.of(path, PLANE, assumed()).between(spots, spots, "fire")[0, 1] == pytest.approx(2, abs=1e-3)


# --- what stops us ---------------------------------------------------------------------------------------------------


def test_an_extract_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path) -> None:
    def refused(path: Path, words: str, **central: float) -> None:
        with pytest.raises(Refusal, match=words):
            Roads.of(path, PLANE, assumed(**central))

    refused(tmp_path / "none.osm.pbf", "cannot be read .* put an OpenStreetMap extract there")
    (tmp_path / "bad.osm.pbf").write_bytes(b"not a map")
    refused(tmp_path / "bad.osm.pbf", "cannot be read as an OpenStreetMap extract .*; fetch the file again")
    path = extract(tmp_path / "paths.osm", GRID, [("abc", {"highway": "footway"})])
    refused(path, "holds no road that can be driven")
    path = extract(tmp_path / "grid.osm", GRID, WAYS)
    refused(path, "share_of_limit.local: 0 of the limit is no speed", share_of_limit__local=0)
    refused(path, "blue_light.fire: 1 leaves no speed", blue_light__fire=1)
