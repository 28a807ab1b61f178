"""Imagined areas are readable studies, the same from the same seed, of any size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest
from typer.testing import CliRunner

from joinedup.area.reading import read_area
from joinedup.area.schema import TABLES, schema
from joinedup.cli import app
from joinedup.imagining import Imagined, Noise, imagine, truth_of
from joinedup.imagining.land import built, plots
from joinedup.options import kinds
from joinedup.refusal import CannotWrite, Refusal
from joinedup.study import assumptions_of
from tests.imagining.imagined import bytes_of

if TYPE_CHECKING:
    from pathlib import Path

COUNTED_ELSEWHERE = "demand_counts"
"""What a service hands over that does not share rows; these services share theirs."""
WRITTEN_BY_PEOPLE = (
    "topics",
    "unlocks",
    "funding",
    "priorities",
    "standby_points",
    "predetermined_attendances",
)
ARRANGED = {
    *(
        "shared_crew",
        "out_at_once",
        "also_sent",
        "also_within_minutes",
        "also_out_minutes",
        "also_told_minutes",
    ),
    *("break_from", "break_until", "break_minutes", "contribution_rule", "risk_rule"),
    *("fixed", "may_close", "secure", "adapt_cost_gbp_m2"),
}
"""Ways of sending units and of sharing budgets that these services do not have, and what is said of single sites."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Imagined:
    return imagine(tmp_path_factory.mktemp("town") / "area", people=40_000, days=60, seed=3)


def test_every_table_of_a_study_is_filled(town: Imagined) -> None:
    area, _ = read_area(town.folder)
    for name in TABLES:
        if name not in (COUNTED_ELSEWHERE, *WRITTEN_BY_PEOPLE):
            assert area.table(name).height, name
            empty = [column for column in schema(name).columns if not area.table(name)[column].count()]
            places = {"latitude", "longitude", "easting", "northing", "received_month", "place_precision"}
            # Services share no number of an event, here as in life.
            assert set(empty) <= places | ARRANGED | {
                "hospital_id",
                "other_service_reference",
                "upgraded_at",
                "upgraded_to",
            }, name


def test_checking_finds_nothing_that_was_not_put_there(town: Imagined) -> None:
    _, queries = read_area(town.folder)
    for counts in queries.counts.values():
        rows = counts.as_json()
        assert rows["in"] == rows["as_given"]


def test_a_small_area_has_three_services_and_one_file_of_incidents(town: Imagined) -> None:
    services = pl.read_csv(town.folder / "tables" / "services.csv")
    assert services["service_id"].to_list() == ["police", "fire", "ambulance"]
    assert (town.folder / "tables" / "incidents.parquet").is_file()


def test_the_truth_names_the_event_of_every_record(town: Imagined) -> None:
    truth = pl.read_parquet(town.truth / "events.parquet")
    assert truth.columns == ["incident_id", "event_id"]
    incidents = pl.read_parquet(town.folder / "tables" / "incidents.parquet")
    assert truth["incident_id"].to_list() == incidents["incident_id"].to_list()
    assert truth["event_id"].null_count() == 0


def test_every_kind_of_option_finds_something_in_an_imagined_county(tmp_path: Path) -> None:
    made = imagine(tmp_path / "county", people=500_000, days=7, seed=4)
    area, _ = read_area(made.folder)
    for kind in kinds():
        assert kind.find(area, assumptions_of()), kind.name


def test_no_byte_depends_on_the_name_of_the_folder(town: Imagined, tmp_path: Path) -> None:
    again = imagine(tmp_path / "elsewhere", people=40_000, days=60, seed=3)
    assert bytes_of(again.folder) == bytes_of(town.folder)
    assert bytes_of(again.truth) == bytes_of(town.truth)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed_and_the_threads(
    town: Imagined, tmp_path: Path
) -> None:
    for threads in ("1", "2"):
        folder = tmp_path / threads / "area"
        subprocess.run(
            [
                *(sys.executable, "-m", "joinedup", "imagine", str(folder)),
                *("--people", "40000", "--days", "60", "--seed", "3"),
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": threads, "POLARS_MAX_THREADS": threads},
        )
        assert bytes_of(folder) == bytes_of(town.folder)
        assert bytes_of(truth_of(folder)) == bytes_of(town.truth)


def test_another_seed_gives_another_area(town: Imagined, tmp_path: Path) -> None:
    other = imagine(tmp_path / "area", people=40_000, days=60, seed=4)
    for name in ("incidents", "attendances", "calls"):
        file = f"tables/{name}.parquet"
        assert bytes_of(other.folder)[file] != bytes_of(town.folder)[file]


def test_a_district_is_the_same_however_many_there_are(tmp_path: Path) -> None:
    few = imagine(tmp_path / "few", people=300_000, days=3, seed=8)
    many = imagine(tmp_path / "many", people=600_000, days=3, seed=8)
    # The last district of the smaller area is cut to the people that are left.
    whole = [f"D{plot.number:03d}" for plot in plots(300_000, 8, None)][:-1]
    assert whole
    for name, folder in (("happened", "truth"), ("events", "truth"), ("needs", "truth")):
        one, other = (
            pl.read_parquet((each.truth if folder == "truth" else each.folder) / f"{name}.parquet")
            for each in (few, many)
        )
        here = pl.col("event_id").str.slice(1, 3).is_in([each[1:] for each in whole])
        assert one.filter(here).equals(other.filter(here))
    for name in ("incidents", "attendances", "calls"):
        one, other = (pl.read_parquet(each.folder / "tables" / f"{name}.parquet") for each in (few, many))
        here = pl.col(one.columns[0]).str.extract(r"(\d{3})-").is_in([each[1:] for each in whole])
        assert one.filter(here).equals(other.filter(here)), name


def test_a_village_has_all_three_services(tmp_path: Path) -> None:
    made = imagine(tmp_path / "village", people=2_000, days=365, seed=1)
    area, _ = read_area(made.folder)
    assert set(area.table("units")["service_id"]) == {"police", "fire", "ambulance"}
    assert set(area.table("incidents")["service_id"]) == {"police", "fire", "ambulance"}


def test_a_large_area_has_services_by_region_and_lies_in_the_atlantic(tmp_path: Path) -> None:
    made = imagine(tmp_path / "large", people=2_000_000, days=1, seed=1, noise=Noise.none())
    area, queries = read_area(made.folder)
    assert "police-01" in area.services
    assert "police-02" in area.services
    rows = queries.counts["incidents"].as_json()
    assert rows["in"] == rows["as_given"]
    assert area.table("incidents")["longitude"].is_between(-30, -20).all()


def test_a_small_area_lies_in_the_north_sea(town: Imagined) -> None:
    sites = pl.read_csv(town.folder / "tables" / "sites.csv")
    assert sites["easting"].is_between(560_000, 700_000).all()
    assert sites["northing"].is_between(350_000, 560_000).all()


def test_density_is_what_was_asked_for() -> None:
    for density in (50.0, 700.0, 5_000.0, 15_000.0):
        area = sum((plot.side / 1000) ** 2 for plot in plots(300_000, 1, density))
        assert 300_000 / area == pytest.approx(density, rel=0.01)
    lived = [built(next(plots(100_000, 1, each)), 1, each).density.mean() for each in (50.0, 5_000.0)]
    assert lived[1] == pytest.approx(100 * lived[0], rel=0.01)


def test_no_unit_attends_two_records_at_once(town: Imagined) -> None:
    attendances = pl.read_parquet(town.folder / "tables" / "attendances.parquet").sort(
        "unit_id", "mobilised_at"
    )
    overlap = attendances.with_columns(free=pl.col("available_at").shift(1).over("unit_id"))
    assert overlap.filter(pl.col("mobilised_at") < pl.col("free")).is_empty()


def test_units_come_on_duty_alone(town: Imagined) -> None:
    shifts = pl.read_csv(town.folder / "tables" / "shifts.csv")
    part = shifts.filter(pl.col("starts_at") != pl.col("ends_at"))["unit_id"].unique()
    assert set(part) <= set(shifts["unit_id"])
    by_day = shifts.filter(pl.col("starts_at") == "07:00", pl.col("ends_at") == "19:00")["unit_id"].unique()
    sent = pl.read_parquet(town.folder / "tables" / "attendances.parquet").filter(
        pl.col("unit_id").is_in(by_day.implode())
    )
    # A unit that was asked for while it was on duty may be told later, when it is free.
    hour = sent["mobilised_at"].dt.hour()
    assert hour.is_between(7, 20).mean() in (None, pytest.approx(1.0, abs=0.02))


def test_something_else_in_the_folder_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "study.toml").write_text("[study]\n")
    with pytest.raises(CannotWrite, match="did not make"):
        imagine(folder, people=2_000, days=1, seed=1)
    assert (folder / "study.toml").read_text() == "[study]\n"


def test_an_imagined_area_is_replaced_whole(tmp_path: Path) -> None:
    first = imagine(tmp_path / "area", people=3_000, days=2, seed=1)
    (first.folder / "tables" / "old.csv").write_text("a\n")
    again = imagine(tmp_path / "area", people=3_000, days=2, seed=1)
    assert not (again.folder / "tables" / "old.csv").exists()


@pytest.mark.parametrize(
    ("people", "days", "density", "said"),
    [
        (0, 1, None, "ask for 1 or more"),
        (1_000, 0, None, "ask for 1 to 1,096"),
        (1_000, 2_000, None, "ask for 1 to 1,096"),
        (1_000, 1, 0.0, "ask for 1 to 100,000"),
        (1_900_000, 1, 50.0, "do not fit into the North Sea"),
    ],
)
def test_what_cannot_be_imagined_is_refused_with_what_to_ask_for(
    tmp_path: Path, people: int, days: int, density: float | None, said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        imagine(tmp_path / "area", people, days, seed=1, density=density)
    assert not list(tmp_path.iterdir())


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(Refusal, match=r"noise duplicates: 1\.5 is not a share"):
        Noise(duplicates=1.5)


def test_the_road_net_joins_every_street_to_every_other(town: Imagined) -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes = pl.read_parquet(town.folder / "map" / "road-nodes.parquet")
    edges = pl.read_parquet(town.folder / "map" / "road-edges.parquet")
    size = nodes.height
    one, other = edges["from_node"].to_numpy() - 1, edges["to_node"].to_numpy() - 1
    net = coo_array((edges["metres"].to_numpy(), (one, other)), shape=(size, size))
    assert connected_components(net, directed=False)[0] == 1


def test_the_road_net_can_be_read_as_an_openstreetmap_file(town: Imagined) -> None:
    from xml.etree import ElementTree

    roads = ElementTree.parse(town.folder / "map" / "roads.osm").getroot()
    nodes = {node.get("id") for node in roads.iter("node")}
    ends = {each.get("ref") for each in roads.iter("nd")}
    assert roads.tag == "osm"
    assert ends <= nodes
    assert len(list(roads.iter("way"))) == pl.read_parquet(town.folder / "map" / "road-edges.parquet").height


def test_the_command_says_where_the_study_and_its_truth_are(tmp_path: Path) -> None:
    folder = tmp_path / "area"
    answer = CliRunner().invoke(
        app, ["imagine", str(folder), "--people", "2000", "--days", "1", "--seed", "1", "--json"]
    )
    assert answer.exit_code == 0
    said = json.loads(answer.output)
    assert said["folder"] == str(folder)
    assert said["truth"] == str(tmp_path / "area-truth")
    assert said["rows"]["incidents"] == pl.read_parquet(folder / "tables" / "incidents.parquet").height
