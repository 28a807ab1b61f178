"""Playing a period over roads or a study's own table: by hand, named on every result, and with nothing lost in silence."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from joinedup.area import Change, Settings
from joinedup.area.places import NATIONAL_GRID, Plane
from joinedup.area.settings import OwnTravel
from joinedup.refusal import Refusal
from joinedup.response import compared, drives
from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.driven import driven, stands_of
from joinedup.response.replaying import Baseline
from joinedup.travel import StraightLine, travel_of
from joinedup.travel.keeping import FOLDER
from tests.cli.running import run
from tests.small import LITTLETON, ZONE, Row, incident, littleton, service, site, small_area
from tests.travel.maps import assumed as roads_assumed
from tests.travel.maps import extract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.assumptions import Assumption

GRID = Plane(NATIONAL_GRID)
STREET = {"highway": "residential", "maxspeed": "60"}
NOON = datetime(2025, 2, 3, 12, tzinfo=ZoneInfo(ZONE))


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER, str(tmp_path_factory.mktemp("cache")))
        yield


def stated(**central: float) -> dict[str, Assumption]:
    every = (
        {each.name: each for each in ASSUMPTIONS} | dict(littleton().assumptions) | roads_assumed(**central)
    )
    for name in every:
        if name.startswith("response.turnout"):
            every[name] = replace(every[name], low=1, central=1, high=1)
    return every


def unit(unit_id: str, site_id: str) -> Row:
    return {
        "unit_id": unit_id,
        "service_id": "fire",
        "kind": "engine",
        "site_id": site_id,
        "crew": "wholetime",
    }


def street(path: Path, island: bool = False) -> Path:
    """A street of 4 km due east of the origin, then 3 km north, a kilometre a minute; and, far off, an island's."""
    spots = {"w": (0.0, 0.0), "e": (4000.0, 0.0), "n": (4000.0, 3000.0)}
    ways = [("wen", STREET)]
    if island:
        spots |= {"i": (0.0, 9000.0), "j": (2000.0, 9000.0)}
        ways.append(("ij", STREET))
    return extract(path, spots, ways, GRID)


def fire(travel: OwnTravel, calls: list[Row], **tables: Any) -> Area:
    sites = [site("S1", "fire", 0.0), site("S2", "fire", 0.0, 9000.0)]
    return small_area(
        Settings(name="Small", zone=ZONE, travel=travel),
        services=[service("fire")],
        **{"sites": sites, "units": [unit("E1", "S1"), unit("E2", "S2")], "incidents": calls, **tables},
    )


def call(name: str, x: float, y: float, hour: int = 0) -> Row:
    return incident(name, "fire", x, y, received_at=NOON + timedelta(hours=hour), category="fire")


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_unit_drives_the_road_and_not_the_straight_line(tmp_path: Path) -> None:
    # 5 km as the crow flies and 7 km by the street: a minute of turnout and 7 of driving.
    held = fire(OwnTravel(roads=street(tmp_path / "street.osm", island=True)), [call("F1", 4000.0, 3000.0)])
    outcomes = Baseline.of(held, stated(), recorded=False).played()
    (row,) = outcomes.table.iter_rows(named=True)
    assert row["unit_id"] == "E1"
    assert row["arrived"] - row["told"] == pytest.approx(8.0, rel=2e-3)
    assert outcomes.travel == (
        "engine: roads of street.osm, mean of the day, as they stand for fire units, for want of 30 recorded runs",
    )


def test_what_roads_do_not_reach_is_left_out_by_name(tmp_path: Path) -> None:
    calls = [call("F1", 4000.0, 0.0), call("F2", 1000.0, 9000.0), call("F3", 4000.0, 9000.0)]
    held = fire(OwnTravel(roads=street(tmp_path / "street.osm", island=True)), calls)
    baseline = Baseline.of(held, stated(), recorded=False)
    assert baseline.played().table["incident_id"].to_list() == ["F1"]
    cut_off = "no road within 500 m that leads both to and from the rest of the network"
    for note in (
        f"incidents left out, {cut_off}: 1 (F2)",
        "incidents left out, no road within 500 m: 1 (F3)",
        f"units left out, {cut_off}: 1 (E2)",
    ):
        assert note in baseline.notes
    found = drives(held, travel_of(held, stated()))
    assert found["minutes"].is_null().to_list() == [False, True, True]
    assert found["ground"].to_list() == ["S1", None, None]
    words = r"street.osm, mean of the day: nobody can drive to any incident; name a file under \[travel\] .* 1 \(F2\)"
    with pytest.raises(Refusal, match=words):
        Baseline.of(fire(held.settings.travel, calls[1:2]), stated())


def test_the_ground_is_that_of_the_shortest_drive(tmp_path: Path) -> None:
    # S2 is 1 km away over open country and 10 km by road; S1 3.2 km away and 4 km by road.
    spots = {"s1": (0.0, 0.0), "call": (4000.0, 0.0), "s2": (4000.0, 1000.0), "far": (9000.0, 0.0)}
    ways = [(("s1", "call", "far", "s2"), STREET)]
    path = extract(tmp_path / "river.osm", spots, ways, GRID)
    sites = [site("S1", "fire", 0.0), site("S2", "fire", 4000.0, 1000.0)]
    held = fire(OwnTravel(roads=path), [call("F1", 4000.0, 0.0)], sites=sites)
    roads = travel_of(held, stated())
    assert drives(held, roads)["ground"].to_list() == ["S1"]
    assert drives(held, StraightLine.of(stated()))["ground"].to_list() == ["S2"]
    # Where nothing that serves a call changes, no drive does.
    without = held.changed([Change("units", "E2", None), Change("sites", "S2", None)])
    assert compared(drives(held, roads), drives(without, roads)).is_empty()


def test_a_table_of_the_study_s_own_is_played_and_named(tmp_path: Path) -> None:
    table = "from,to,minutes\nS1,S2,30\nS2,S1,20\nS1,W,11\nW,S1,12\nS2,W,9\nW,S2,8\n"
    (tmp_path / "minutes.csv").write_text(table, "utf-8")
    (tmp_path / "wards.csv").write_text("place,easting,northing\nW,4000,4000\n", "utf-8")
    named = OwnTravel(matrix=tmp_path / "minutes.csv", places=tmp_path / "wards.csv")
    outcomes = Baseline.of(fire(named, [call("F1", 4100.0, 4100.0)]), stated(), recorded=False).played()
    (row,) = outcomes.table.iter_rows(named=True)
    assert (row["unit_id"], row["arrived"] - row["told"]) == ("E2", pytest.approx(10.0))
    assert "minutes.csv, as they stand" in outcomes.travel[0]


# --- fitted ----------------------------------------------------------------------------------------------------------


def ran(path: Path, count: int) -> tuple[Area, pl.DataFrame]:
    """Runs from S1 along the street that took half as long again as the road says, and two minutes more."""
    metres = np.linspace(100, 4000, count)
    held = fire(OwnTravel(roads=street(path)), [])
    return held, pl.DataFrame(
        {
            "incident_id": [f"F{n}" for n in range(count)],
            "unit_id": ["E1"] * count,
            "pool": ["engine"] * count,
            "x": metres,
            "y": np.zeros(count),
            "home_x": np.zeros(count),
            "home_y": np.zeros(count),
            "drove": np.round((metres / 1000 * 1.5 + 2) * 60_000).astype(np.int64),
            "told_at": [NOON] * count,
        }
    )


def test_a_factor_and_a_constant_are_found_again_from_the_runs_that_had_them(tmp_path: Path) -> None:
    held, runs = ran(tmp_path / "street.osm", 60)
    found = driven("engine", runs, travel_of(held, stated()), "fire")
    # A place stands for the nearest point of its street, which lies up to 100 m off.
    assert found.factor == pytest.approx(1.5, rel=0.02)
    assert found.more == pytest.approx(2.0, abs=0.1)
    assert found.said.startswith("roads of street.osm, mean of the day, times 1.5")
    assert found.said.endswith("fitted to 60 recorded runs")


def test_with_few_runs_the_roads_are_taken_as_they_stand(tmp_path: Path) -> None:
    held, runs = ran(tmp_path / "street.osm", 29)
    found = driven("engine", runs, travel_of(held, stated()), "fire")
    assert (found.factor, found.more, found.runs) == (1.0, 0.0, 0)


def test_roads_take_longer_in_the_hours_in_which_they_are_slow_and_one_table_is_kept_where_none_is(
    tmp_path: Path,
) -> None:
    # Half of the speed is lost at the worst, at 08:00. A kilometre a minute else.
    named = OwnTravel(roads=street(tmp_path / "street.osm"))
    calls = [call("F03", 4000.0, 0.0, hour=-9), call("F08", 4000.0, 0.0, hour=-4)]
    held = fire(named, calls, units=[unit("E1", "S1")])

    def drives_of(assumptions: dict[str, Assumption]) -> list[float]:
        outcomes = Baseline.of(held, assumptions, recorded=False).played()
        table = outcomes.table.sort("incident_id")
        return [round(each, 2) for each in (table["arrived"] - table["told"]).to_list()]

    even = stated()
    quiet, busy = drives_of(even)
    assert quiet == busy
    slow = stated(busiest_hour__local=0.5)
    # A rush hour loses 0.8 to 1 of that half: the mean over 07:00, 08:00, 16:00 and 17:00 of 1 / (1 - 0.5 x loss).
    rush = float(np.mean([1 / (1 - 0.5 * each) for each in (0.8, 1.0, 1.0, 1.0)]))
    # At night two hours of eight lose a tenth of it.
    night = (6 + 2 / (1 - 0.05)) / 8
    drive = quiet - 1
    assert drives_of(slow) == pytest.approx([1 + drive * night, 1 + drive * rush], abs=0.011)
    way = travel_of(held, slow)
    assert len(way.by_hour) == 4  # type: ignore[attr-defined] # they are roads
    assert travel_of(held, even).by_hour == (travel_of(held, even),)  # type: ignore[attr-defined] # they are roads


# --- the places that the loop knows ----------------------------------------------------------------------------------


def test_few_places_are_played_where_they_are() -> None:
    chance = np.random.default_rng(1)
    x, y = chance.integers(0, 40, (2, 500)) * 1000.0
    found = stands_of(x, y, 1500)
    assert (found.x[found.of_job].tolist(), found.y[found.of_job].tolist()) == (x.tolist(), y.tolist())
    assert found.width == 0


def test_many_places_are_gathered_at_one_of_those_nearby() -> None:
    chance = np.random.default_rng(2)
    x, y = chance.uniform(0, 20_000, (2, 5000))
    found = stands_of(x, y, 300)
    assert len(found.x) <= 300
    assert set(zip(found.x, found.y, strict=True)) <= set(zip(x, y, strict=True))
    away = np.hypot(found.x[found.of_job] - x, found.y[found.of_job] - y)
    assert away.max() <= found.width * np.sqrt(2)
    # In any order of the jobs, each is at the same place.
    order = chance.permutation(5000)
    other = stands_of(x[order], y[order], 300)
    assert np.array_equal(other.x[other.of_job], found.x[found.of_job][order])


def test_the_drive_of_the_nearest_unit_is_to_the_place_itself_though_the_loop_knows_fewer(
    tmp_path: Path,
) -> None:
    named = OwnTravel(roads=street(tmp_path / "street.osm"))
    calls = [call(f"F{n:02d}", 100.0 * n + 50, 0.0, hour=n) for n in range(40)]
    held = fire(named, calls, units=[unit("E1", "S1")])
    exact = Baseline.of(held, stated(), recorded=False)
    fewer = replace(exact)
    fewer.__dict__["stands"] = stands_of(fewer.jobs["x"].to_numpy(), fewer.jobs["y"].to_numpy(), 3)
    assert fewer.stands.width > 0
    minutes = [each.played().table.sort("incident_id")["arrived"].to_numpy() for each in (exact, fewer)]
    assert minutes[1] == pytest.approx(minutes[0], abs=1e-4)
    assert not exact.stands.width


# --- from end to end -------------------------------------------------------------------------------------------------


def streets(path: Path) -> Path:
    """Streets a kilometre apart over all of Littleton, so that no place is farther than half of that from one."""
    east, north = range(578, 623), range(432, 469)
    spots = {f"{x}-{y}": (x * 1000.0, y * 1000.0) for x in east for y in north}
    ways = [([f"{x}-{y}" for x in east], STREET) for y in north]
    ways += [([f"{x}-{y}" for y in north], STREET) for x in east]
    return extract(path, spots, ways, GRID)


@pytest.mark.slow
def test_respond_plays_littleton_over_roads_and_says_so(tmp_path: Path) -> None:
    study = tmp_path / "littleton"
    shutil.copytree(LITTLETON, study)
    streets(study / "streets.osm")
    toml = study / "study.toml"
    toml.write_text(toml.read_text("utf-8") + '\n[travel]\nroads = "streets.osm"\n', "utf-8")
    done = run("respond", study, "--runs", 2, "--json")
    assert done.status == 0, done.err
    answer = done.json
    assert all("roads of streets.osm, by hour of the week" in each for each in answer["travel"])
    assert {row["service_id"] for row in answer["services"]} == {"police", "fire", "ambulance"}
    straight = run("respond", LITTLETON, "--runs", 2, "--json").json
    counts = [[row["incidents"] for row in each["services"]] for each in (answer, straight)]
    assert counts[0] == counts[1]
    assert answer["services"] != straight["services"]
    assert run("respond", study, "--runs", 2, "--json").out == done.out


def test_a_station_that_serves_no_call_changes_nothing_over_roads_either(tmp_path: Path) -> None:
    roads = OwnTravel(roads=streets(tmp_path / "streets.osm"))
    area = littleton().area
    area = replace(area, settings=replace(area.settings, travel=roads))
    held = Baseline.of(area, {**stated(), **littleton().assumptions})
    before = held.played()
    used = set(before.table["unit_id"])
    idle = sorted(set(area.table("units")["unit_id"]) - used)
    assert idle
    without = area.changed([Change("units", each, None) for each in idle])
    assert held.played(without).as_parquet() == before.as_parquet()
