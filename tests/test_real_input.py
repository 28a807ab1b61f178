"""The main job on real input: Montgomery's calls and London's sites, from the extract to the report.

Skipped where the shared data are absent. What comes out must be the same bytes whatever the hash seed and
whatever the order of the rows.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.area.shared_data import LONDON, ROOT, montgomery, shared
from tests.area.studies import everything
from tests.cli.running import run, started

LITTLETON = ROOT / "examples" / "littleton"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "montgomery"
    assert run("read", "montgomery-911", montgomery(), "--into", folder).status == 0
    return folder


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real") / "london"
    for source, file in LONDON:
        assert run("read", source, shared(file), "--into", folder).status == 0
    return folder


def report(folder: Path, out: Path, hash_seed: str = "0") -> dict[str, bytes]:
    ran = started("report", folder, "--out", out, hash_seed=hash_seed)
    assert ran.status == 0, ran.err
    assert "Traceback" not in ran.err
    return everything(out)


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files[f"tables/{name}.csv"].decode("utf-8-sig").splitlines()))


def test_montgomery_goes_from_the_extract_to_the_report_and_no_row_of_it_leaves(
    county: Path, tmp_path: Path
) -> None:
    counts = run("check", county, "--json").json["counts"]
    assert counts["911-2015-12-to-2016-06.csv.gz"]["in"] == 78_277
    assert counts["incidents"] == {"in": 78_277, "as_given": 78_277, "changed": 0, "set_aside": 0}
    # Source of the figures: shared/data/README.md. The reference leaves out 14 calls far outside the county.
    found = run("crossover", county, "--metres", 250, "--minutes", 15, "--json").json
    assert {name: each["incidents"] for name, each in found["services"].items()} == {
        "ems": 38_340,
        "fire": 11_546,
        "traffic": 28_391,
    }
    reference = {
        ("ems", "fire"): (1991, 58.5),
        ("ems", "traffic"): (2092, 145.6),
        ("fire", "traffic"): (1385, 49.7),
    }
    for pair in found["pairs"]:
        observed, chance = reference[tuple(sorted(pair["services"]))]
        assert pair["observed_pairs"] == pytest.approx(observed, rel=0.03)
        assert pair["chance_pairs"] == pytest.approx(chance, rel=0.10)
        assert pair["low"] <= pair["estimate"] <= pair["high"]
    files = report(county, tmp_path / "out")
    assert "78,277" in files["index.html"].decode()
    assert "tables/crossover-records.csv" in files
    incidents = pl.read_parquet(county / "tables" / "incidents.parquet")
    everything_said = b"\n".join(files.values()).decode()
    rare = incidents.filter(pl.len().over("latitude", "longitude") == 1).sort("incident_id").head(200)
    for latitude, longitude in rare.select("latitude", "longitude").rows():
        assert not (str(latitude) in everything_said and str(longitude) in everything_said)
    assert incidents["incident_id"][0] not in everything_said


def test_london_goes_as_far_as_overlap_and_proposes_nothing(city: Path, tmp_path: Path) -> None:
    assert run("check", city, "--json").json["counts"]["sites"]["in"] == 502
    pairs = run("overlap", city, "--json").json["pairs"]
    assert pairs
    assert all(pair["service_id"] != pair["service_id_2"] for pair in pairs)
    assert run("options", city, "--json").json == []
    assert run("appraise", city, "--json").json["options"] == []
    files = report(city, tmp_path / "out")
    assert table(files, "overlap")
    assert not [
        name
        for name in files
        if name.startswith(("tables/option", "tables/order", "tables/worth", "tables/money"))
    ]
    page = files["index.html"].decode()
    assert "moves into" not in page
    assert "overlap_only" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", ["littleton", "montgomery"])
def test_the_report_is_the_same_bytes_whatever_the_hash_seed(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = LITTLETON if name == "littleton" else request.getfixturevalue("county")
    one = report(folder, tmp_path / "one", "1")
    two = report(folder, tmp_path / "two", "2")
    assert one.keys() == two.keys()
    assert [path for path in one if one[path] != two[path]] == []


@pytest.mark.slow
def test_the_order_of_rows_leaves_no_trace_in_littleton_s_report(tmp_path: Path) -> None:
    shutil.copytree(LITTLETON, tmp_path / "study")
    for path in sorted((tmp_path / "study" / "tables").glob("*.csv")):
        if path.stem != "services":  # services stand in the study's own order
            rows = pl.read_csv(path, infer_schema=False)
            rows.sample(fraction=1, shuffle=True, seed=3).write_csv(path)
    before, after = report(LITTLETON, tmp_path / "one"), report(tmp_path / "study", tmp_path / "two")
    assert [path for path in before if before[path] != after[path]] == []


@pytest.mark.slow
def test_the_order_of_rows_leaves_no_trace_in_montgomery_s_report(county: Path, tmp_path: Path) -> None:
    shutil.copytree(county, tmp_path / "study")
    path = tmp_path / "study" / "tables" / "incidents.parquet"
    pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=3).write_parquet(path)
    before, after = report(county, tmp_path / "one"), report(tmp_path / "study", tmp_path / "two")
    assert [path for path in before if before[path] != after[path]] == []
