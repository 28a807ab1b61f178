"""The sources that come with the product: a few rows made up of each, what mappings can say, then the real files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from joinedup.area.extracts import Reading, read_extracts
from joinedup.area.mapping import Source, read_source, source_from
from joinedup.area.queries import Queries
from joinedup.area.reference import source_page
from joinedup.refusal import Refusal
from tests.area.books import Cell, xlsx
from tests.area.shared_data import shared
from tests.area.studies import everything, read, told


def file(folder: Path, text: str | bytes, name: str = "file.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    return folder / name


def mapping(columns: str, *, table: str = "sites", head: str = "", more: str = "") -> Source:
    """A mapping of one table of the fire service."""
    return source_from(
        f"""
[source]
title = "Test"
zone = "Europe/London"
{head}
[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"
[[tables]]
table = "{table}"
{more}
[tables.columns]
service_id = [{{ constant = "fire" }}]
{columns}
""",
        "test",
    )


def lawful(queries: Queries) -> None:
    for counts in queries.counts.values():
        assert counts.rows_in == counts.as_given + counts.changed + counts.set_aside
        assert min(counts.as_given, counts.changed, counts.set_aside) >= 0


def held(folder: Path, table: str) -> pl.DataFrame:
    return read(folder)[0].table(table)


def problems(reading: Reading) -> list[tuple[int, str, str]]:
    return [(each["row"], each["column"], each["problem"]) for each in told(reading.queries)]


# --- what a mapping can say ----------------------------------------------------------------------------------------

SITE = 'site_id = [{ column = "id" }]\nname = [{ column = "name" }]\n'


def test_amounts_are_read_in_our_unit_and_what_cannot_be_has_a_query(tmp_path: Path) -> None:
    source = mapping(
        SITE + 'floor_area_m2 = [{ column = "area", unit = "square metres" }]\n'
        'running_cost_gbp = [{ column = "cost", unit = "pounds" }]\nbays = [{ column = "bays", unit = "bays" }]'
    )
    text = 'id,name,area,cost,bays\n1,A,"1,250 m2",£1.2m,2\n2,B,2 acres,3.5k,3 bays\n3,C,large,-,\n'
    reading = read_extracts(source, [file(tmp_path / "in", text)], tmp_path / "study")
    lawful(reading.queries)
    sites = held(tmp_path / "study", "sites")
    assert sites["floor_area_m2"].to_list() == [1250, pytest.approx(8093.71, abs=0.01), None]
    assert sites["running_cost_gbp"].to_list() == [1_200_000, 3500, None]
    assert sites["bays"].to_list() == [2, 3, None]
    assert problems(reading) == [
        (4, "floor_area_m2", "no floor_area_m2 can be read from area: 'large'"),
        (4, "running_cost_gbp", "no running_cost_gbp can be read from cost: '-'"),
    ]


def test_words_mean_none_only_where_the_mapping_says_so(tmp_path: Path) -> None:
    columns = (
        SITE + 'value_gbp = [{ column = "value", unit = "pounds" }]\ntenure = [{ column = "tenure"NONE }]'
    )
    text = "id,name,value,tenure\n1,A,n/a,?\n2,B,N/A,freehold\n3,C,Not available here: ask,freehold\n"
    path = file(tmp_path / "in", text)
    plain = read_extracts(mapping(columns.replace("NONE", "")), [path], tmp_path / "plain")
    assert plain.queries.counts["file.csv"].changed == 3
    source = mapping(
        columns.replace("NONE", ', none = ["?"]'), head='[file]\nnone = ["n/a", "Not available here…"]'
    )
    said = read_extracts(source, [path], tmp_path / "said")
    assert said.queries.counts["file.csv"].as_given == 3
    # A word that was foreseen is like a blank; what follows a beginning was not seen by anybody, and is shown.
    assert problems(said) == [(4, "value", "says in words that there is none: 'Not available here: ask'")]


def test_dates_are_read_by_the_first_format_that_fits_and_serials_where_the_mapping_says_so(
    tmp_path: Path,
) -> None:
    source = mapping(
        SITE + 'lease_break_on = [{ column = "break", format = ["%d/%m/%Y", "%d %b %Y", "excel"] }]'
    )
    text = "id,name,break\n1,A,31/03/2031\n2,B,31 Mar 2031\n3,C,47938\n4,D,soon\n"
    reading = read_extracts(source, [file(tmp_path / "in", text)], tmp_path / "study")
    assert held(tmp_path / "study", "sites")["lease_break_on"].to_list() == [date(2031, 3, 31)] * 3 + [None]
    assert problems(reading) == [(5, "lease_break_on", "no lease_break_on can be read from break: 'soon'")]


def test_times_of_a_workbook_are_read_whether_they_came_as_times_as_text_or_as_numbers(
    tmp_path: Path,
) -> None:
    source = mapping(
        'incident_id = [{ column = "id" }]\nreceived_at = [{ column = "when", format = "%d/%m/%Y %H:%M" }]',
        table="incidents",
    )
    rows: list[list[Cell]] = [
        ["id", "when"],
        ["1", datetime(2025, 7, 4, 14, 30)],  # noqa: DTZ001
        ["2", "04/07/2025 14:30"],
        ["3", 45842.604166666664],
        ["4", "2025-07-04T14:30:00+01:00"],
    ]
    read_extracts(source, [file(tmp_path / "in", xlsx({"S": rows}), "b.xlsx")], tmp_path / "study")
    received = held(tmp_path / "study", "incidents")["received_at"].dt.convert_time_zone("UTC").to_list()
    assert received == [datetime(2025, 7, 4, 13, 30, tzinfo=UTC)] * 4


def test_months_and_times_of_day_have_formats_too(tmp_path: Path) -> None:
    source = mapping(
        'incident_id = [{ row = true }]\nreceived_month = [{ column = "m", format = "%B %Y" }]',
        table="incidents",
    )
    read_extracts(source, [file(tmp_path / "in", "m\nJuly 2025\n")], tmp_path / "study")
    assert held(tmp_path / "study", "incidents")["received_month"].to_list() == ["2025-07"]


INCIDENTS = (
    'incident_id = [{ column = "call" }]\nreceived_at = [{ column = "at", take = "earliest" }]\n'
    'category = [{ column = "kind" }]\n'
)


def test_many_rows_make_one_and_a_row_that_says_otherwise_has_a_query(tmp_path: Path) -> None:
    source = mapping(INCIDENTS, table="incidents", more='one_for = ["call"]')
    text = (
        "call,at,kind\n7,2025-01-01 10:05,\n7,2025-01-01 10:00,Fire\n8,2025-01-01 11:00,Flood\n"
        "7,2025-01-01 10:07,Flood\n,2025-01-01 12:00,Fire\n"
    )
    reading = read_extracts(source, [file(tmp_path / "in", text)], tmp_path / "study")
    lawful(reading.queries)
    incidents = held(tmp_path / "study", "incidents")
    assert incidents.select("incident_id", "category").rows() == [("7", "Fire"), ("8", "Flood")]
    assert incidents["received_at"].dt.strftime("%H:%M").to_list() == ["10:00", "11:00"]
    assert problems(reading) == [
        (5, "category", "another category than an earlier row of the same call: 'Flood'"),
        (6, "incident_id", "has no value that can be used"),
    ]


def test_rows_go_with_the_row_that_stands_for_them(tmp_path: Path) -> None:
    columns = INCIDENTS.replace('"call" }]', '"call", unless = "^0" }]')
    source = mapping(columns, table="incidents", more='one_for = ["call"]')
    text = "call,at,kind\n0,2025-01-01 10:05,Fire\n0,2025-01-01 10:00,Fire\n"
    reading = read_extracts(source, [file(tmp_path / "in", text)], tmp_path / "study")
    assert reading.queries.counts["file.csv"].set_aside == 2
    assert (3, "call", "the first row of the same call is set aside") in problems(reading)


def test_a_row_of_two_tables_counts_once_and_one_of_none_is_set_aside(tmp_path: Path) -> None:
    source = source_from(
        mapping('asset_id = [{ column = "id" }]\nkind = [{ column = "kind" }]', table="assets").text.replace(
            "[tables.columns]", '[[tables.only]]\ncolumn = "kind"\npattern = "^[EV]"\n[tables.columns]'
        )
        + '[[tables]]\ntable = "units"\n[[tables.only]]\ncolumn = "kind"\npattern = "^E"\n[tables.columns]\n'
        'service_id = [{ constant = "fire" }]\nunit_id = [{ column = "id" }]\n',
        "test",
    )
    reading = read_extracts(source, [file(tmp_path / "in", "id,kind\n1,E\n2,V\n3,X\n")], tmp_path / "study")
    assert reading.rows == {"assets": 2, "units": 1}
    assert reading.queries.counts["file.csv"].as_json() == {
        "in": 3,
        "as_given": 2,
        "changed": 0,
        "set_aside": 1,
    }
    assert problems(reading) == [(4, "", "no table of the mapping takes such a row")]


def test_what_is_so_of_every_row_is_said_once(tmp_path: Path) -> None:
    source = mapping(SITE + 'kind = [{ constant = "station", note = "taken for stations" }]')
    reading = read_extracts(source, [file(tmp_path / "in", "id,name\n1,A\n2,B\n")], tmp_path / "study")
    query = reading.queries.frame.row(0, named=True)
    assert (reading.queries.frame.height, query["problem"], query["rows"]) == (1, "taken for stations", 2)
    assert reading.queries.counts["file.csv"].as_given == 2


@pytest.mark.parametrize(
    ("columns", "head", "more", "words"),
    [
        ('bays = [{ column = "b", unit = "furlongs" }]', "", "", "unit 'furlongs' is not known"),
        ('tenure = [{ column = "b", unit = "pounds" }]', "", "", "has a unit, which is for numbers alone"),
        ('tenure = [{ column = "b", take = "least" }]', "", "", "take 'least' is not known"),
        ('tenure = [{ column = "b", take = "latest" }]', "", "", "take 'latest' is for times alone"),
        ('tenure = [{ column = "b", none = "x" }]', "", "", "'none' must be a list"),
        ("", "[file]\nskip_rows = -1", "", "'skip_rows' under [file] must be 0 to 1000"),
        ("", "[file]\nheader_rows = 0", "", "'header_rows' under [file] must be 1 to 5"),
        ("", "[file]\nheader_rows = true", "", "must be a whole number"),
        ("", '[file]\nencoding = "klingon"', "", "encoding 'klingon' under [file] is not known"),
        ("", '[file]\nseparator = "||"', "", "'separator' under [file] must be one character"),
        ("", '[file]\nshet = "A"', "", "unknown key 'shet'; did you mean 'sheet'"),
        ("", "", "one_for = 'id'", "one_for of sites must be a list"),
        ("", "", "[[tables.only]]\ncolumn = 'a'", "'pattern' is missing in sites only"),
        ("", "", "[[tables.only]]\ncolumn = 'a'\npattern = '('", "is not a regular expression"),
    ],
)
def test_a_mistake_in_what_is_new_is_named(columns: str, head: str, more: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        mapping(SITE + columns, head=head, more=more)
    assert words in str(refused.value)


# --- the sources, on rows made up ----------------------------------------------------------------------------------


def test_units_of_san_francisco_become_incidents_attendances_and_units(tmp_path: Path) -> None:
    columns = (
        "Call Number,Unit ID,Call Type,Received DtTm,Dispatch DtTm,Response DtTm,On Scene DtTm,Transport DtTm,"
        "Hospital DtTm,Available DtTm,Final Priority,Unit Type,Location\n"
    )
    day, next_day, place = "12/31/2016 ", "01/01/2017 ", '"(37.75, -122.45)"'
    called = f"Alarms,{day}11:58:00 PM"
    rows = (
        f"1,E1,{called},{day}11:59:00 PM,{day}11:59:30 PM,{next_day}12:04:00 AM,,,{next_day}12:24:00 AM,3,ENGINE,{place}\n"
        f"1,M2,{called},{day}11:59:10 PM,,,,,{day}11:59:50 PM,3,MEDIC,{place}\n"
    )
    reading = read_extracts(
        read_source("sf-fire-calls"), [file(tmp_path / "in", columns + rows)], tmp_path / "study"
    )
    assert reading.rows == {"incidents": 1, "attendances": 2, "units": 2}
    incident = held(tmp_path / "study", "incidents").row(0, named=True)
    assert incident["received_at"].astimezone(UTC) == datetime(2017, 1, 1, 7, 58, tzinfo=UTC)
    assert (incident["latitude"], incident["longitude"], incident["place_precision"]) == (
        37.75,
        -122.45,
        "100m",
    )
    attended = held(tmp_path / "study", "attendances")
    assert attended["arrived_at"].null_count() == 1
    assert attended["available_at"].null_count() == 0


def test_a_record_of_police_uk_has_a_month_a_snapped_place_and_perhaps_no_identifier(tmp_path: Path) -> None:
    text = (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type\n"
        "a1,2018-10,X,X,-0.1,51.5,,,,Burglary\n,2018-10,X,X,-0.1,51.5,,,,Anti-social behaviour\n"
        ",2018-10,X,X,-0.1,51.5,,,,Anti-social behaviour\n,2018-10,X,X,,,,,,Anti-social behaviour\n"
    )
    path = file(tmp_path / "in", text, "2018-10-x-street.csv")
    reading = read_extracts(read_source("police-uk"), [path], tmp_path / "study")
    assert reading.queries.counts[path.name].as_given == 4
    incidents = held(tmp_path / "study", "incidents")
    assert set(incidents["place_precision"]) == {"snapped"}
    assert incidents["received_at"].null_count() == 4
    assert set(incidents["received_month"]) == {"2018-10"}


# --- the real files ------------------------------------------------------------------------------------------------

REAL = [
    (
        "sf-fire-calls",
        "san-francisco/fire-calls-2016-12-31-to-2017-01-07.csv.gz",
        (7704, 7676, 28, 0),
        {"incidents": 3560, "attendances": 7704, "units": 178},
    ),
    (
        "sf-police-incidents",
        "san-francisco/police-incidents-2018-12.csv.gz",
        (11_884, 10_033, 1851, 0),
        {"incidents": 9749},
    ),
    (
        "home-office-fire-stations",
        "england/fire-stations-dataset.ods",
        (1399, 1399, 0, 0),
        {"sites": 1399},
    ),
    ("avon-estates", "estates/stations-avon.xlsx", (28, 27, 1, 0), {"sites": 28}),
    ("derbyshire-estates", "estates/stations-derbyshire.xlsx", (56, 34, 22, 0), {"sites": 56}),
    ("lfb-fleet", "london/lfb-fleet-jan2022.csv", (397, 397, 0, 0), {"assets": 397, "units": 199}),
]


@pytest.mark.parametrize(("name", "path", "counts", "rows"), REAL, ids=[each[0] for each in REAL])
def test_no_row_of_a_real_file_is_lost_and_its_page_says_the_same(
    name: str, path: str, counts: tuple[int, int, int, int], rows: dict[str, int], tmp_path: Path
) -> None:
    source = read_source(name)
    reading = read_extracts(source, [shared(path)], tmp_path / "study")
    found = reading.queries.counts[Path(path).name]
    assert (found.rows_in, found.as_given, found.changed, found.set_aside) == counts
    assert reading.rows == rows
    page = source_page(source)
    assert Path(path).name in page
    for number in (counts[0], *rows.values()):
        assert f"{number:,}" in page
    before = everything(tmp_path / "study")
    again = read_extracts(source, [shared(path)], tmp_path / "study")
    assert again.replaced == rows
    assert not any(again.renewed.values())
    assert everything(tmp_path / "study") == before


def test_the_places_of_the_real_files_are_kept_where_there_are_any(tmp_path: Path) -> None:
    for name, path in (("home-office-fire-stations", REAL[2][1]), ("derbyshire-estates", REAL[4][1])):
        read_extracts(read_source(name), [shared(path)], tmp_path / name)
    english = held(tmp_path / "home-office-fire-stations", "sites")
    assert english["easting"].null_count() == 25
    assert english.filter(pl.col("easting") % 1 != 0).height == 37
    derbyshire = held(tmp_path / "derbyshire-estates", "sites")
    assert derbyshire["easting"].null_count() == 0
    assert derbyshire["floor_area_m2"].null_count() == 0
    assert (derbyshire["kind"] == "house").sum() == 24


def test_the_police_of_san_francisco_keep_608_rows_without_a_place(tmp_path: Path) -> None:
    path = shared(REAL[1][1])
    raw = pl.read_csv(path, infer_schema=False)
    read_extracts(read_source("sf-police-incidents"), [path], tmp_path / "study")
    incidents = held(tmp_path / "study", "incidents")
    assert raw["Latitude"].null_count() == 608
    assert (
        incidents["latitude"].null_count()
        == raw.filter(pl.col("Latitude").is_null())["Incident ID"].n_unique()
    )
    assert set(incidents["place_precision"]) == {"snapped"}


def test_five_months_of_three_forces_make_one_study(tmp_path: Path) -> None:
    folder = shared("police-uk/2018-10-city-of-london-street.csv.gz").parent
    reading = read_extracts(read_source("police-uk"), sorted(folder.glob("*.csv.gz")), tmp_path / "study")
    lawful(reading.queries)
    counts = reading.queries.counts.values()
    assert sum(each.rows_in for each in counts) == 82_559
    assert sum(each.set_aside for each in counts) == 21
    assert reading.rows == {"incidents": 82_538}
