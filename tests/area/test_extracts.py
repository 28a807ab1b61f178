"""Reading extracts through a mapping: small ones by hand, then Montgomery and London."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from joinedup.area.blank import blank_study
from joinedup.area.extracts import Reading, read_extracts
from joinedup.area.mapping import Source, read_source, source_from
from joinedup.area.queries import Queries
from joinedup.area.settings import read_settings
from joinedup.refusal import CannotWrite, Refusal
from tests.area.shared_data import LONDON, montgomery, shared
from tests.area.studies import SERVICES, everything, only_query, read, study, told

CALLS = """
[source]
title = "Calls"
zone = "America/New_York"
{source}
[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"

[[tables]]
table = "incidents"
{table}
[[tables.leave_out]]
columns = ["Type"]
pattern = "^Test"
why = "a test call"

[tables.columns]
incident_id = [{{ column = "ID" }}]
service_id = [{{ constant = "fire" }}]
received_at = [
    {{ column = "When", format = "%m/%d/%Y %I:%M:%S %p" }},
    {{ column = "Logged", format = "%m/%d/%Y %H:%M", query = "no time of call" }},
]
category = [{{ column = "Type", lookup = {{ F = "Fire", R = "Rescue" }} }}]
"""
HEADER = "ID,When,Logged,Type\n"
ROW = "1,07/04/2025 02:30:00 PM,,F\n"


def calls(table: str = "", source: str = "") -> Source:
    return source_from(CALLS.format(table=table, source=source), "calls")


def extract(folder: Path, *rows: str, name: str = "calls.csv", header: str = HEADER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = (header + "".join(f"{row}\n" for row in rows)).encode()
    (folder / name).write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return folder / name


def assert_lawful(queries: Queries, file: str, rows_kept: int) -> None:
    counts = queries.counts[file]
    assert counts.rows_in == counts.as_given + counts.changed + counts.set_aside
    assert rows_kept == counts.as_given + counts.changed


def incidents(folder: Path) -> pl.DataFrame:
    return read(folder)[0].table("incidents")


# --- small extracts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["calls.csv", "calls.csv.gz", "calls.xlsx", "calls.parquet"])
def test_an_extract_makes_a_study_that_can_be_checked(tmp_path: Path, name: str) -> None:
    rows = ["1,07/04/2025 02:30:00 PM,,F", "2,,07/04/2025 15:00,R", "3,07/04/2025 02:30:00 PM,,Test call"]
    path = extract(tmp_path, *rows, name=name)
    if not name.startswith("calls.csv"):
        frame = pl.DataFrame([row.split(",") for row in rows], schema=HEADER.strip().split(","), orient="row")
        if name.endswith("xlsx"):
            frame.write_excel(path)
        else:
            frame.write_parquet(path)
    reading = read_extracts(calls(), [path], tmp_path / "study")
    assert_lawful(reading.queries, name, 2)
    area, queries = read(tmp_path / "study")
    assert area.settings.zone == "America/New_York"
    table = area.table("incidents")
    assert table["received_at"].dt.convert_time_zone("UTC").to_list() == [
        datetime(2025, 7, 4, 18, 30, tzinfo=UTC),
        datetime(2025, 7, 4, 19, tzinfo=UTC),
    ]
    assert table["category"].to_list() == ["Fire", "Rescue"]
    assert [(each["row"], each["problem"], each["action"]) for each in told(queries)] == [
        (3, "no time of call", "Logged is used instead"),
        (4, "a test call", "the row is set aside"),
    ]
    assert queries.counts[name].as_json() == {"in": 3, "as_given": 1, "changed": 1, "set_aside": 1}
    assert (tmp_path / "study" / "mappings" / "calls.toml").read_text() == calls().text


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("1,4 July,,F", "received_at", "no received_at can be read from When, Logged: '4 July'"),
        ("1,4 July,noon,F", "received_at", "no received_at can be read from When, Logged: '4 July, noon'"),
        ("1,07/04/2025 02:30:00 PM,,X", "category", "no category can be read from Type: 'X'"),
    ],
)
def test_a_value_from_which_nothing_can_be_taken_has_a_query(
    tmp_path: Path, row: str, column: str, problem: str
) -> None:
    reading = read_extracts(calls(), [extract(tmp_path, row)], tmp_path / "study")
    query = only_query(reading.queries)
    assert (query["row"], query["column"], query["problem"]) == (2, column, problem)
    assert incidents(tmp_path / "study")[column].to_list() == [None]


def test_a_blank_value_is_absent_and_has_no_query(tmp_path: Path) -> None:
    reading = read_extracts(calls(), [extract(tmp_path, "1,, ,")], tmp_path / "study")
    assert told(reading.queries) == []
    assert incidents(tmp_path / "study").select("received_at", "category").rows() == [(None, None)]


def test_clock_changes_in_an_extract_have_queries_once(tmp_path: Path) -> None:
    path = extract(
        tmp_path, "1,11/02/2025 01:30:00 AM,,F", "2,03/09/2025 02:30:00 AM,,F", "3,,11/02/2025 01:45,F"
    )
    reading = read_extracts(calls(), [path], tmp_path / "study")
    assert Counter((each["row"], each["action"]) for each in told(reading.queries)) == {
        (2, "the first of the two is taken"): 1,
        (3, "moved on by one hour"): 1,
        (4, "the first of the two is taken"): 1,
        (4, "Logged is used instead"): 1,
    }
    assert incidents(tmp_path / "study")["received_at"].dt.convert_time_zone("UTC").to_list() == [
        datetime(2025, 11, 2, 5, 30, tzinfo=UTC),
        datetime(2025, 3, 9, 7, 30, tzinfo=UTC),
        datetime(2025, 11, 2, 5, 45, tzinfo=UTC),
    ]


def test_times_of_an_extract_are_told_in_its_own_zone_and_kept_in_the_study_s(tmp_path: Path) -> None:
    folder = study(tmp_path / "study")  # Europe/London
    read_extracts(calls(), [extract(tmp_path, "1,07/04/2025 02:30:00 PM,,F")], folder)
    received = incidents(folder)["received_at"]
    assert received.dtype == pl.Datetime("us", "Europe/London")
    assert received.dt.convert_time_zone("UTC").to_list() == [datetime(2025, 7, 4, 18, 30, tzinfo=UTC)]


def test_the_same_file_again_changes_no_byte_and_is_reported_as_replaced(tmp_path: Path) -> None:
    path = extract(tmp_path, "1,07/04/2025 02:30:00 PM,,F", "2,bad,,F", "3,,,Test")
    first = read_extracts(calls(), [path], tmp_path / "study")
    assert first.replaced == {"incidents": 0}
    before = everything(tmp_path / "study")
    second = read_extracts(calls(), [path], tmp_path / "study")
    assert second.replaced == {"incidents": 2}
    assert second.rows == {"incidents": 2}
    assert everything(tmp_path / "study") == before


def test_a_later_extract_replaces_rows_by_identifier_and_keeps_the_others(tmp_path: Path) -> None:
    one = extract(tmp_path, "1,07/04/2025 02:30:00 PM,,F", "2,07/04/2025 02:30:00 PM,,F", name="one.csv")
    two = extract(tmp_path, "2,07/04/2025 02:30:00 PM,,R", "3,07/04/2025 02:30:00 PM,,R", name="two.csv")
    together = read_extracts(calls(), [one, two], tmp_path / "together")
    read_extracts(calls(), [one], tmp_path / "apart")
    apart = read_extracts(calls(), [two], tmp_path / "apart")
    assert together.replaced == apart.replaced == {"incidents": 1}
    for folder in ("together", "apart"):
        assert incidents(tmp_path / folder).select("incident_id", "category").rows() == [
            ("1", "Fire"),
            ("2", "Rescue"),
            ("3", "Rescue"),
        ]
        assert read(tmp_path / folder)[1].counts["incidents"].set_aside == 0


def test_an_identifier_that_repeats_within_an_extract_is_set_aside(tmp_path: Path) -> None:
    path = extract(tmp_path, "1,07/04/2025 02:30:00 PM,,F", "1,07/04/2025 02:31:00 PM,,F")
    reading = read_extracts(calls(), [path], tmp_path / "study")
    assert (only_query(reading.queries)["row"], only_query(reading.queries)["action"]) == (
        3,
        "the row is set aside",
    )
    assert_lawful(reading.queries, "calls.csv", 1)


def test_repeats_in_a_source_without_identifiers_are_queried_and_kept(tmp_path: Path) -> None:
    source = calls(table='repeats = ["When", "Type"]')
    path = extract(tmp_path, *(f"{number},07/04/2025 02:30:00 PM,,F" for number in range(3)))
    reading = read_extracts(source, [path], tmp_path / "study")
    assert [each["row"] for each in told(reading.queries)] == [3, 4]
    assert reading.queries.counts["calls.csv"].as_given == 3


def test_two_extracts_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = [extract(tmp_path / month, "1,,,F") for month in ("may", "june")]
    with pytest.raises(Refusal, match=r"two extracts are called calls\.csv"):
        read_extracts(calls(), paths, tmp_path / "study")
    assert not (tmp_path / "study").exists()


BAD = [
    (b"", "the file is empty"),
    (b"\n", "the file is empty"),
    (b"ID,When,Type\n1,x,F\n", "the column Logged is missing, which the mapping calls reads"),
    (
        b"ID,Whence,Logged,Type\n",
        "the column When is missing, which the mapping calls reads; did you mean 'Whence'",
    ),
    (HEADER.encode() + b"1,2,3,4,5\n", "row 2: has more values"),
    (b"ID,ID,When,Logged,Type\n", "column ID: the column stands twice"),
    (b"ID,When,Logged,Type,__row\n", "no column may be called __row"),
]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("content", "words"), BAD, ids=[words for _, words in BAD])
def test_an_extract_that_cannot_be_read_is_named_and_nothing_is_written(
    tmp_path: Path, packed: bool, content: bytes, words: str
) -> None:
    path = tmp_path / ("calls.csv.gz" if packed else "calls.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(Refusal) as refused:
        read_extracts(calls(), [path], tmp_path / "study")
    assert str(path) in str(refused.value)
    assert words in str(refused.value)
    assert not (tmp_path / "study").exists()


def damaged(content: bytes) -> list[bytes]:
    packed = gzip.compress(content)
    middle = len(packed) // 2
    return [
        b"not gzip at all",
        packed[:middle],
        packed[:middle] + b"\xff" * 9 + packed[middle + 9 :],
        b"\x1f\x8b",
    ]


@pytest.mark.parametrize("number", range(4))
def test_a_wrong_gzip_is_refused(tmp_path: Path, number: int) -> None:
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(damaged(HEADER.encode() + ROW.encode() * 500)[number])
    with pytest.raises(Refusal, match=r"calls\.csv\.gz: cannot be unpacked as gzip"):
        read_extracts(calls(), [path], tmp_path / "study")


def test_an_extract_that_is_not_there_is_named(tmp_path: Path) -> None:
    for name in ("none.csv", "none.csv.gz"):
        with pytest.raises(Refusal, match=f"{name}: there is no such file"):
            read_extracts(calls(), [tmp_path / name], tmp_path / "study")


def test_an_extract_with_a_header_alone_gives_no_rows(tmp_path: Path) -> None:
    reading = read_extracts(calls(), [extract(tmp_path)], tmp_path / "study")
    assert reading.rows == {"incidents": 0}
    assert reading.queries.counts["calls.csv"].rows_in == 0
    area, queries = read(tmp_path / "study")
    assert area.table("incidents").height == 0
    assert queries.notes == ("incidents has a header and no rows",)


# --- into studies that exist ---------------------------------------------------------------------------------------


def test_a_folder_that_is_not_a_study_and_not_empty_is_left_alone(tmp_path: Path) -> None:
    path = extract(tmp_path / "in", "1,,,F")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear").write_text("x")
    with pytest.raises(CannotWrite, match="is not a study and not empty"):
        read_extracts(calls(), [path], tmp_path / "letters")
    with pytest.raises(CannotWrite, match="is not a study and not empty"):
        read_extracts(calls(), [path], path)
    assert set(everything(tmp_path)) == {"in/calls.csv", "letters/dear"}


@pytest.mark.parametrize("hour", ["01:30:00 AM", "02:30:00 PM"])
def test_an_extract_is_read_into_the_blank_tables_of_a_new_study(tmp_path: Path, hour: str) -> None:
    # Into CSV, times keep their offset, so the hour that occurs twice is not asked about again.
    blank_study(tmp_path / "study")
    reading = read_extracts(calls(), [extract(tmp_path, f"1,11/02/2025 {hour},,F")], tmp_path / "study")
    assert reading.rows == {"incidents": 1}
    assert (tmp_path / "study" / "tables" / "incidents.csv").is_file()
    assert not (tmp_path / "study" / "tables" / "incidents.parquet").exists()
    area, queries = read(tmp_path / "study")
    utc = 5 if "AM" in hour else 19
    assert area.table("incidents")["received_at"].dt.convert_time_zone("UTC").to_list() == [
        datetime(2025, 11, 2, utc, 30, tzinfo=UTC)
    ]
    assert {each["file"] for each in told(queries)} <= {"calls.csv"}
    assert read_settings(tmp_path / "study").zone == "Europe/London"


def test_a_service_that_the_study_has_keeps_its_name_and_others_are_added(tmp_path: Path) -> None:
    services = "service_id,kind,name,remark\nfire,fire,Our own brigade,ours\n"
    folder = study(tmp_path / "study", services=services)
    before = (folder / "tables" / "services.csv").read_bytes()
    read_extracts(calls(), [extract(tmp_path, "1,,,F")], folder)
    assert (folder / "tables" / "services.csv").read_bytes() == before
    text = (
        CALLS.format(table="", source="")
        .replace('"fire"', '"rescue"')
        .replace('kind = "rescue"', 'kind = "fire"')
    )
    read_extracts(source_from(text, "other"), [extract(tmp_path, "2,,,F")], folder)
    assert (folder / "tables" / "services.csv").read_text() == services + "rescue,fire,Fire,\n"


def test_columns_of_the_study_that_are_not_ours_are_kept(tmp_path: Path) -> None:
    text = "incident_id,service_id,remark\n9,fire,keep me\n"
    folder = study(tmp_path / "study", services=SERVICES, incidents=text)
    read_extracts(calls(), [extract(tmp_path, "1,,,F")], folder)
    table = pl.read_csv(folder / "tables" / "incidents.csv", infer_schema=False)
    assert table.select("incident_id", "category", "remark").rows() == [
        ("1", "Fire", None),
        ("9", None, "keep me"),
    ]


def test_services_without_a_needed_column_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = study(tmp_path / "study", services="service_id,kinds,name\nfire,fire,Fire\n")
    before = everything(folder)
    with pytest.raises(
        Refusal, match=r"services\.csv, row 1: the column kind is missing; did you mean 'kinds'"
    ):
        read_extracts(calls(), [extract(tmp_path, "1,,,F")], folder)
    assert everything(folder) == before


def test_a_parquet_table_of_other_types_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder = study(tmp_path / "study")
    old = pl.DataFrame({"incident_id": ["9"], "service_id": ["fire"], "received_at": [b"\xff"]})
    old.write_parquet(folder / "tables" / "incidents.parquet")
    before = everything(folder)
    with pytest.raises(Refusal, match=r"incidents\.parquet: its columns hold other types"):
        read_extracts(calls(), [extract(tmp_path, ROW.strip())], folder)
    assert everything(folder) == before


def test_a_table_in_a_workbook_is_not_added_to(tmp_path: Path) -> None:
    blank_study(tmp_path / "study", workbook=True)
    with pytest.raises(Refusal, match=r"tables\.xlsx: .* is in a workbook"):
        read_extracts(calls(), [extract(tmp_path, "1,,,F")], tmp_path / "study")


def test_damaged_counts_of_an_earlier_reading_are_named(tmp_path: Path) -> None:
    path = extract(tmp_path, "1,,,F")
    read_extracts(calls(), [path], tmp_path / "study")
    (tmp_path / "study" / "mappings" / "counts.json").write_text("{")
    with pytest.raises(Refusal, match=r"counts\.json or queries\.csv is damaged"):
        read(tmp_path / "study")


@pytest.mark.parametrize("name", ['the "Wash"', "back\\slash", "Ynys Môn"])
def test_a_study_is_named_after_its_folder_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    read_extracts(calls(), [extract(tmp_path, "1,,,F")], tmp_path / name)
    assert read_settings(tmp_path / name).name == name


def test_a_new_study_from_a_public_list_of_real_places_proposes_nothing_and_says_why(tmp_path: Path) -> None:
    path = extract(tmp_path, "1,,,F")
    read_extracts(calls(source="published = true"), [path], tmp_path / "listed")
    assert read_settings(tmp_path / "listed").overlap_only
    text = (tmp_path / "listed" / "study.toml").read_text()
    comment = " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("#"))
    assert "real, named places" in comment
    assert "Delete" in comment
    read_extracts(calls(), [path], tmp_path / "own")
    assert not read_settings(tmp_path / "own").overlap_only


def test_the_settings_of_a_study_that_exists_are_never_edited(tmp_path: Path) -> None:
    path = extract(tmp_path, "1,,,F")
    folder = study(tmp_path / "study")
    before = (folder / "study.toml").read_bytes()
    read_extracts(calls(source="published = true"), [path], folder)
    assert (folder / "study.toml").read_bytes() == before
    assert not read_settings(folder).overlap_only


# --- Montgomery --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Reading]:
    folder = tmp_path_factory.mktemp("county") / "montgomery"
    return folder, read_extracts(read_source("montgomery-911"), [montgomery()], folder)


def test_no_call_of_montgomery_is_lost(county: tuple[Path, Reading]) -> None:
    # Sources: shared/data/README.md (78,277 rows, 2 without a dispatch time, 825 repeats); the streams, counted by
    # `zcat FILE | grep -c ',EMS: '` and so on.
    folder, reading = county
    assert reading.rows == {"incidents": 78_277}
    assert reading.queries.counts["911-2015-12-to-2016-06.csv.gz"].as_json() == {
        "in": 78_277,
        "as_given": 78_275,
        "changed": 2,
        "set_aside": 0,
    }
    actions = Counter(each["action"] for each in told(reading.queries))
    assert actions == {"used as given": 825, "timeStamp is used instead": 2}
    streams = Counter(incidents(folder)["service_id"])
    assert streams == {"ems": 38_340, "fire": 11_546, "traffic": 28_391}


def test_a_call_of_montgomery_was_received_when_it_was_dispatched_not_when_it_was_published(
    county: tuple[Path, Reading],
) -> None:
    # The first row: desc says 2015-12-10 @ 17:10:52, timeStamp 2015-12-10 17:40:00, both in New York's winter.
    first = incidents(county[0]).filter(pl.col("incident_id").str.ends_with("-2")).row(0, named=True)
    assert first["received_at"].astimezone(UTC) == datetime(2015, 12, 10, 22, 10, 52, tzinfo=UTC)
    assert (first["latitude"], first["longitude"]) == (40.2978759, -75.5812935)
    assert first["category"] == "BACK PAINS/INJURY"


def test_montgomery_keeps_no_free_text_and_no_address(county: tuple[Path, Reading]) -> None:
    kept = pl.read_parquet(county[0] / "tables" / "incidents.parquet")
    assert set(kept.columns) == {
        "incident_id",
        "service_id",
        "received_at",
        "latitude",
        "longitude",
        "place_precision",
        "category",
    }


def test_montgomery_read_again_changes_no_byte(county: tuple[Path, Reading], tmp_path: Path) -> None:
    folder = tmp_path / "montgomery"
    shutil.copytree(county[0], folder)
    again = read_extracts(read_source("montgomery-911"), [montgomery()], folder)
    assert again.replaced == {"incidents": 78_277}
    assert everything(folder) == everything(county[0])


def test_montgomery_without_a_column_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    pl.read_csv(montgomery(), infer_schema=False).drop("desc").write_csv(path)
    with pytest.raises(Refusal, match=r"cut\.csv, row 1: the column desc is missing"):
        read_extracts(read_source("montgomery-911"), [path], tmp_path / "study")


# --- London --------------------------------------------------------------------------------------------------------


def test_three_lists_of_london_make_one_study(tmp_path: Path) -> None:
    folder = tmp_path / "london"
    counts = {}
    for name, file in LONDON:
        path = shared(file)
        reading = read_extracts(read_source(name), [path], folder)
        counts[name] = reading.queries.counts[path.name].as_json()
        rows = incidents_of_sites(folder, read_source(name).services[0]["service_id"])
        assert_lawful(reading.queries, path.name, rows)
    assert counts == {
        "london-fire-stations": {"in": 301, "as_given": 301, "changed": 0, "set_aside": 0},
        # 12 stations of voluntary societies; 11 without a name, of which 2 are among them.
        "osm-ambulance-stations": {"in": 89, "as_given": 68, "changed": 9, "set_aside": 12},
        # 18 placeholders for names.
        "osm-police-stations": {"in": 124, "as_given": 106, "changed": 18, "set_aside": 0},
    }
    area, queries = read(folder)
    assert area.services == ("fire", "ambulance", "police")
    assert area.table("sites").height == 301 + 77 + 124
    assert area.table("sites")["x"].null_count() == 0
    assert area.settings.overlap_only
    assert len(queries.counts) == 3 + 2
    assert Counter(each["action"] for each in told(queries))["the row is set aside"] == 12


def incidents_of_sites(folder: Path, service: str) -> int:
    return read(folder)[0].table("sites").filter(pl.col("service_id") == service).height


def test_london_in_another_order_gives_the_same_tables(tmp_path: Path) -> None:
    for order, folder in ((LONDON, tmp_path / "one"), (LONDON[::-1], tmp_path / "two")):
        for name, file in order:
            read_extracts(read_source(name), [shared(file)], folder)
    one, two = everything(tmp_path / "one"), everything(tmp_path / "two")
    assert one["tables/sites.csv"] == two["tables/sites.csv"]
    assert one["mappings/queries.csv"] == two["mappings/queries.csv"]
