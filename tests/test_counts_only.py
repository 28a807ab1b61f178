"""A service may share no row at all: it counts, and a study of counts alone goes through every command (§1.7)."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from typer.testing import CliRunner

from joinedup.area.counting import demand
from joinedup.area.squares import NO_SQUARE
from joinedup.cli import app
from joinedup.disclosure import LIMIT
from joinedup.refusal import CannotWrite
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: object, status: int = 0) -> str:
    ended = CliRunner().invoke(app, [str(each) for each in arguments])
    assert ended.exit_code == status, ended.output
    return ended.output


def answer(*arguments: object) -> dict[str, Any]:
    found = json.loads(run(*arguments, "--json"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def counts_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a study that holds services, sites and Littleton's counts."""
    folder = tmp_path_factory.mktemp("counts") / "study"
    (folder / "tables").mkdir(parents=True)
    for name in ("study.toml", "tables/services.csv", "tables/sites.csv"):
        shutil.copy(LITTLETON / name, folder / name)
    run("count", LITTLETON, "--out", folder.parent / "demand_counts.csv")
    shutil.copy(folder.parent / "demand_counts.csv", folder / "tables")
    return folder


@pytest.fixture(scope="module")
def report(counts_only: Path) -> Path:
    run("report", counts_only, "--out", counts_only.parent / "report")
    return counts_only.parent / "report"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_counts_come_back_as_they_left(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"demand_counts.{suffix}"
    told = answer("count", LITTLETON, "--out", file)
    read = pl.read_csv(file) if suffix == "csv" else pl.read_parquet(file)
    assert (read.height, read["count"].null_count()) == (told["rows"], told["empty_counts"])
    assert (told["replaced"], told["untimed"]) == ([], {"police": 0, "fire": 0, "ambulance": 0})
    study = tmp_path / "study"
    (study / "tables").mkdir(parents=True)
    for name in ("study.toml", "tables/services.csv"):
        shutil.copy(LITTLETON / name, study / name)
    shutil.copy(file, study / "tables")
    checked = answer("check", study)
    assert checked["queries"] == []
    assert checked["counts"]["demand_counts"]["as_given"] == read.height


def test_a_file_that_the_user_names_is_replaced_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("something else", "utf-8")
    assert f"Replaced: {file}." in run("count", LITTLETON, "--out", file)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["counts-summary.html", "counts.csv"]


def test_a_file_of_another_kind_is_wrong_use(tmp_path: Path) -> None:
    run("count", LITTLETON, "--out", tmp_path / "counts.xlsx", status=2)
    assert list(tmp_path.iterdir()) == []


def test_counts_are_not_written_among_the_tables_of_a_study(tmp_path: Path) -> None:
    shutil.copytree(LITTLETON, tmp_path / "study")
    with pytest.raises(CannotWrite, match="made to leave"):
        CliRunner().invoke(
            app,
            [
                "count",
                str(tmp_path / "study"),
                "--out",
                str(tmp_path / "study" / "tables" / "demand_counts.csv"),
            ],
            catch_exceptions=False,
        )


def test_where_most_is_hidden_wider_squares_are_suggested(tmp_path: Path) -> None:
    rows = [
        f"I{n},fire,2025-02-{3 + n % 7:02} {n % 24:02}:10:00,{600_000 + 900 * (n % 13)},450000,exact,fire"
        for n in range(400)
    ]
    study = tmp_path / "study"
    (study / "tables").mkdir(parents=True)
    for name in ("study.toml", "tables/services.csv"):
        shutil.copy(LITTLETON / name, study / name)
    header = "incident_id,service_id,received_at,easting,northing,place_precision,category"
    (study / "tables" / "incidents.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    said = run("count", study, "--out", tmp_path / "counts.csv")
    assert "100% of the incidents that were counted stand behind empty counts" in said
    assert "Incidents hidden or in no named square" in said


class Text(HTMLParser):
    """The words of a page, and the attributes of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_summary_stands_alone_and_can_be_signed(counts_only: Path) -> None:
    page = Text()
    page.feed((counts_only.parent / "demand_counts-summary.html").read_text("utf-8"))
    assert set(page.links) <= {"data:,"}
    words = " ".join(page.words)
    for each in (
        "Purpose",
        "received_at",
        "weekday and local hour",
        "Lawful basis",
        "Checked and agreed by",
        "other_service_requested",
    ):
        assert each in words


def test_the_summary_says_nothing_of_incidents_that_the_file_does_not(counts_only: Path) -> None:
    table = pl.read_csv(counts_only.parent / "demand_counts.csv")
    page = (counts_only.parent / "demand_counts-summary.html").read_text("utf-8")
    rows = re.findall(r'<th scope="row">(Littleton [^<]*)</th>(.*?)</tr>', page, re.DOTALL)
    assert len(rows) == 3
    for (_, cells), service in zip(rows, ("police", "fire", "ambulance"), strict=True):
        own = table.filter(pl.col("service_id") == service)
        said, empty, incidents, share, untimed = re.findall(r">([^<>]+)</td>", cells)
        assert (said, empty, untimed) == (str(own.height), str(own["count"].null_count()), "0")
        # Both are ranges that hidden counts leave open: no total from which one could be worked out.
        assert " to " in incidents
        assert " to " in share
        exact = littleton().area.table("incidents").filter(service_id=service).height
        assert str(exact) not in (said, empty, incidents, share)


def test_crossover_from_counts_says_the_hour_of_the_week_and_no_more(counts_only: Path) -> None:
    found = answer("crossover", counts_only)
    assert [each["same_place_and_hour_by"] for each in found["pairs"]] == ["hour of the week"] * 3
    assert [each["estimate"] for each in found["pairs"]] == [None] * 3
    assert "gave counts alone" in found["note"]
    run("crossover", counts_only)


def test_a_report_from_counts_says_what_it_can_and_what_the_rest_would_need(report: Path) -> None:
    page = (report / "index.html").read_text("utf-8")
    for said in (
        "hour of the week",
        "Hour for hour",
        "Share of the incidents in named areas",
        "Pairs of sites",
    ):
        assert said in page
    assert "never put beside the same hour of the calendar" in page
    missing = page[page.index('id="not-yet"') :]
    assert "The table incidents with service_id, received_at and a place" in missing


def test_no_small_count_stands_anywhere_in_the_report(report: Path, counts_only: Path) -> None:
    exact = demand(littleton().area)
    hidden = set(exact.filter((pl.col("count") < LIMIT) & ~pl.col("area").is_in(NO_SQUARE))["area"])
    assert hidden
    for path in sorted(report.glob("tables/*.csv")):
        rows = pl.read_csv(path, infer_schema=False)
        counted = [each for each in rows.columns if "ncidents" in each and "value" in each]
        for column in counted:
            numbers = rows[column].drop_nulls().cast(pl.Float64)
            assert not numbers.is_between(0.5, LIMIT - 0.5).any(), (path.name, column)
    # Squares that are not named in the file are on no map and in no table.
    named = set(pl.read_csv(counts_only / "tables" / "demand_counts.csv")["area"])
    text = "".join(path.read_text("utf-8") for path in report.rglob("*") if path.is_file())
    assert not [each for each in hidden - named if each in text]


@pytest.mark.slow
def test_the_demand_chapter_is_made_from_incidents_too(tmp_path: Path) -> None:
    run("report", LITTLETON, "--out", tmp_path / "report")
    page = (tmp_path / "report" / "index.html").read_text("utf-8")
    assert "100 is the average hour of the week" in page
    assert "by hour of the week" not in page.lower()
