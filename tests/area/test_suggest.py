"""A draft of a mapping for an unknown file can be read as it stands, and says how sure each of its lines is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from joinedup.area.extracts import Reading, read_extracts
from joinedup.area.mapping import source_from
from joinedup.area.suggesting import suggested
from joinedup.refusal import Refusal
from tests.area.books import xlsx
from tests.area.shared_data import shared
from tests.cli.running import run


def file(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder / name


def drafted(path: Path, study: Path) -> tuple[dict[str, Any], Reading]:
    """Draft, and read the file through the draft as it stands."""
    text = suggested(path)
    return tomllib.loads(text), read_extracts(source_from(text, "draft"), [path], study)


CALLS = "Incident No,Call Time,Call Type,Priority,Caller Name,Eastings,Northings,Remarks\n" + "".join(
    f"INC{number:05},{number % 28 + 1:02}/03/2025 {number % 24:02}:{number % 60:02},{['RTC', 'Fire'][number % 2]},P{number % 3},"
    f"Ann {'abcdefgh'[number % 8]},{400_000 + number * 37},{300_000 + number * 53},"
    f"the caller at number {number} says that there is smoke from the roof of the house\n"
    for number in range(60)
)


def test_a_draft_finds_identifier_time_place_and_category_and_leaves_people_out(tmp_path: Path) -> None:
    path = file(tmp_path, CALLS, "fire-calls.csv")
    draft, reading = drafted(path, tmp_path / "study")
    table = draft["tables"][0]
    columns = {ours: ways[0].get("column") for ours, ways in table["columns"].items()}
    assert table["table"] == "incidents"
    assert columns == {
        "service_id": None,
        "incident_id": "Incident No",
        "received_at": "Call Time",
        "category": "Call Type",
        "priority": "Priority",
        "easting": "Eastings",
        "northing": "Northings",
        "place_precision": None,
    }
    assert table["columns"]["received_at"][0]["format"] == "%d/%m/%Y %H:%M"
    assert draft["services"][0]["kind"] == "fire"
    assert reading.queries.counts["fire-calls.csv"].as_given == 60
    text = suggested(path)
    assert re.search(r'# left out: "Caller Name" looks like personal data', text)
    assert re.search(r'# left out: "Remarks" is free text', text)


def test_every_line_that_takes_a_column_says_how_sure_it_is(tmp_path: Path) -> None:
    lines = suggested(file(tmp_path, CALLS)).splitlines()
    taken = [line for line in lines if "column =" in line]
    assert len(taken) == 6
    for line in taken:
        assert re.search(r"  # (?:sure|likely|a guess)\b", line), line


def test_a_draft_says_where_day_and_month_cannot_be_told_apart(tmp_path: Path) -> None:
    rows = "".join(f"{number},0{number}/0{number + 1}/2025 10:00\n" for number in range(1, 8))
    text = suggested(file(tmp_path, "event id,received\n" + rows))
    assert "no day past the 12th tells day from month" in text


def test_a_title_above_the_header_is_skipped_and_a_place_in_one_cell_is_parted(tmp_path: Path) -> None:
    rows: list[list[str | float | None]] = [["Our estate", None, None], ["Ref", "Station", "Grid"]]
    rows += [
        [f"S{number}", f"Station {number}", f"{400_000 + number},{300_000 + number}"] for number in range(5)
    ]
    draft, reading = drafted(file(tmp_path, xlsx({"S": rows}), "estate.xlsx"), tmp_path / "study")
    assert draft["file"] == {"skip_rows": 1}
    assert reading.rows == {"sites": 5}
    assert draft["tables"][0]["columns"]["name"][0]["column"] == "Station"
    assert "extract" in draft["tables"][0]["columns"]["easting"][0]


UNITS = "Call Number,Unit,Received,Dispatched,On Scene,Available\n" + "".join(
    f"{number // 2},E{number % 7},"
    + ",".join(f"2025-03-{number % 28 + 1:02} {hour}:{number % 60:02}:00" for hour in (10, 11, 12, 13))
    + "\n"
    for number in range(60)
)


def test_rows_of_units_with_stamps_are_drafted_as_attendances_too(tmp_path: Path) -> None:
    draft, reading = drafted(file(tmp_path, UNITS), tmp_path / "study")
    assert [each["table"] for each in draft["tables"]] == ["incidents", "attendances"]
    columns = {ours: ways[0]["column"] for ours, ways in draft["tables"][1]["columns"].items()}
    assert list(columns.items()) == [
        ("incident_id", "Call Number"),
        ("unit_id", "Unit"),
        ("mobilised_at", "Dispatched"),
        ("arrived_at", "On Scene"),
        ("available_at", "Available"),
    ]
    assert reading.rows == {"incidents": 30, "attendances": 60}
    assert "left out" not in suggested(tmp_path / "file.csv")


@pytest.mark.parametrize("lacking", ["Unit", "Call Number"])
def test_rows_without_a_unit_or_without_a_call_are_not_drafted_as_attendances(
    lacking: str, tmp_path: Path
) -> None:
    path = file(tmp_path, UNITS.replace(lacking, "Box"))
    assert [each["table"] for each in drafted(path, tmp_path / "study")[0]["tables"]] == ["incidents"]


@pytest.mark.parametrize(
    "content",
    [
        'a"b,c\\d,e#f\n1,2,3\n',
        "é\tb\n1\t2\n",
        "one\n1\n",
        "x\n",
        '"two\nlines","]] = #"\n1,2\n',
        "month\n2018-10\n2018-11\n",
        "NHS number\n943 476 5919\n",
    ],
)
def test_a_draft_of_anything_is_toml_that_can_be_read_through(tmp_path: Path, content: str) -> None:
    _, reading = drafted(file(tmp_path, content), tmp_path / "study")
    counts = reading.queries.counts["file.csv"]
    assert counts.rows_in == counts.as_given + counts.changed + counts.set_aside


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    for content in ("", "\n\n"):
        with pytest.raises(Refusal, match=r"is empty|no column names"):
            suggested(file(tmp_path, content))


def test_the_command_prints_a_draft_that_the_command_reads(tmp_path: Path) -> None:
    path = file(tmp_path, CALLS)
    ran = run("read", "--suggest", path)
    assert (ran.status, ran.err) == (0, "")
    (tmp_path / "ours.toml").write_text(ran.out)
    again = run("read", tmp_path / "ours.toml", path, "--into", tmp_path / "study", "--json")
    assert again.json["rows"] == {"incidents": 60}
    assert run("read", "--suggest", path, "--json").json == {"mapping": ran.out}
    for wrong in (("--suggest", path, "--into", tmp_path / "x"), ("police-uk",), ("police-uk", path)):
        assert run("read", *wrong).status == 2


REAL = [
    ("montgomery/911-2015-12-to-2016-06.csv.gz", "incidents", "America/New_York", 78_277),
    ("san-francisco/fire-calls-2016-12-31-to-2017-01-07.csv.gz", "incidents", "America/Los_Angeles", 3560),
    ("san-francisco/police-incidents-2018-12.csv.gz", "incidents", "America/Los_Angeles", 9749),
    ("police-uk/2018-10-city-of-london-street.csv.gz", "incidents", "Europe/London", 778),
    ("london/lfb-stations-jun2021.csv", "sites", "Europe/London", 301),
    ("london/ambulance_stations.csv", "sites", "Europe/London", 89),
    ("london/police_stations.csv", "sites", "Europe/London", 124),
    ("england/fire-stations-dataset.ods", "sites", "Europe/London", 1399),
    ("estates/stations-derbyshire.xlsx", "sites", "Europe/London", 56),
]


@pytest.mark.parametrize(("name", "table", "zone", "rows"), REAL, ids=[each[0] for each in REAL])
def test_a_draft_for_a_real_file_reads_nearly_all_of_it(
    name: str, table: str, zone: str, rows: int, tmp_path: Path
) -> None:
    draft, reading = drafted(shared(name), tmp_path / "study")
    assert draft["source"]["zone"] == zone
    assert reading.rows[table] == rows
    counts = reading.queries.counts[Path(name).name]
    assert counts.set_aside <= 0.01 * counts.rows_in
