"""Reading tables: every format gives the same rows, and a file that cannot be read is named with what to do."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from joinedup.area.reading import read_area
from joinedup.area.tables import read_raw
from joinedup.refusal import Refusal
from tests.area.books import Cell, ods, xlsx
from tests.area.studies import LONDON, SERVICES, everything, incidents, only_query, read, study, told

Tables = dict[str, list[list[Cell]]]

# The values as a workbook types them; 101 is a number in a cell and an identifier in ours.
TABLES: Tables = {
    "services": [
        ["service_id", "kind", "name"],
        ["police", "police", "Police"],
        ["fire", "fire", "Fire, and rescue"],
    ],
    "sites": [
        ["site_id", "service_id", "name", "latitude", "longitude", "floor_area_m2", "lease_break_on", "bays"],
        [101, "fire", "Station 'Ł' & \"co\"", 51.5, -0.125, 850.5, date(2031, 3, 31), 4],
        [102, "police", "Station\nin two lines", 51.25, -0.5, None, None, None],
    ],
    "units": [["unit_id", "service_id", "site_id"], ["U1", "fire", 101]],
    "shifts": [
        ["shift_id", "unit_id", "weekday", "starts_at", "ends_at", "staff"],
        ["S1", "U1", 1, time(7, 30), time(19, 0), 4],
    ],
    "incidents": [
        ["incident_id", "service_id", "received_at", "category"],
        ["I1", "fire", datetime(2025, 7, 1, 14, 5, 7), "C2"],  # noqa: DTZ001
        ["I2", "police", None, None],
    ],
}


def shown(cell: Cell) -> str:
    text = f"{cell:%H:%M}" if isinstance(cell, time) else "" if cell is None else str(cell)
    return '"' + text.replace('"', '""') + '"' if set('",\n') & set(text) else text


def csv(rows: list[list[Cell]], end: str = "\n") -> bytes:
    return "".join(",".join(shown(cell) for cell in row) + end for row in rows).encode()


def bare(folder: Path) -> Path:
    (folder / "tables").mkdir(parents=True)
    (folder / "study.toml").write_text(LONDON, "utf-8")
    return folder


def as_csv(folder: Path) -> None:
    for name, rows in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_bytes(csv(rows))


def as_crlf(folder: Path) -> None:
    for name, rows in TABLES.items():
        (folder / "tables" / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + csv(rows, "\r\n"))


def as_parquet(folder: Path) -> None:
    for name, (header, *rows) in TABLES.items():
        columns: dict[str, Any] = {
            column: [row[number] for row in rows]
            for number, column in enumerate(header)
            if isinstance(column, str)
        }
        pl.DataFrame(columns).write_parquet(folder / "tables" / f"{name}.parquet")


def as_xlsx(folder: Path) -> None:
    for name, rows in TABLES.items():
        (folder / "tables" / f"{name}.xlsx").write_bytes(xlsx({"Sheet1": rows}))


def as_ods(folder: Path) -> None:
    for name, rows in TABLES.items():
        (folder / "tables" / f"{name}.ods").write_bytes(ods({name: rows}))


def as_one_xlsx(folder: Path) -> None:
    (folder / "tables" / "tables.xlsx").write_bytes(xlsx(TABLES))


def as_one_ods(folder: Path) -> None:
    (folder / "tables" / "tables.ods").write_bytes(ods(TABLES))


@pytest.mark.parametrize("write", [as_csv, as_crlf, as_parquet, as_xlsx, as_ods, as_one_xlsx, as_one_ods])
def test_every_format_gives_the_same_rows(tmp_path: Path, write: Any) -> None:
    write(bare(tmp_path))
    area, queries = read(tmp_path)
    assert told(queries) == []
    site = area.table("sites").row(0, named=True)
    assert site["site_id"] == "101"
    assert site["name"] == "Station 'Ł' & \"co\""
    assert (site["latitude"], site["longitude"], site["floor_area_m2"], site["bays"]) == (
        51.5,
        -0.125,
        850.5,
        4,
    )
    assert site["lease_break_on"] == date(2031, 3, 31)
    second = area.table("sites").row(1, named=True)
    assert second["name"].split() == ["Station", "in", "two", "lines"]
    assert second["floor_area_m2"] is None
    assert area.table("services")["name"].to_list() == ["Police", "Fire, and rescue"]
    assert area.table("units")["site_id"].to_list() == ["101"]
    assert area.table("shifts").select("starts_at", "ends_at", "staff").rows() == [("07:30", "19:00", 4)]
    received = area.table("incidents")["received_at"].dt.convert_time_zone("UTC").to_list()
    assert received == [datetime(2025, 7, 1, 13, 5, 7, tzinfo=UTC), None]
    assert area.table("incidents")["category"].to_list() == ["C2", None]


def test_missing_services_or_anything_to_look_at_is_said(tmp_path: Path) -> None:
    bare(tmp_path)
    with pytest.raises(Refusal, match=r"services is missing; add tables/services\.csv"):
        read_area(tmp_path)
    (tmp_path / "tables" / "services.csv").write_text(SERVICES)
    with pytest.raises(Refusal, match="needs sites, incidents or demand_counts"):
        read_area(tmp_path)
    (tmp_path / "tables").joinpath("services.csv").unlink()
    (tmp_path / "tables").rmdir()
    with pytest.raises(Refusal, match="services is missing"):
        read_area(tmp_path)


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    study(tmp_path)
    (tmp_path / "tables" / "sites.xlsx").write_bytes(xlsx({"sites": TABLES["sites"]}))
    with pytest.raises(Refusal, match=r"sites\.xlsx: the table sites is in sites\.csv too"):
        read_area(tmp_path)
    (tmp_path / "tables" / "sites.xlsx").unlink()
    (tmp_path / "tables" / "tables.xlsx").write_bytes(xlsx({"sites": TABLES["sites"]}))
    with pytest.raises(Refusal, match=r"tables\.xlsx: the table sites is in sites\.csv too"):
        read_area(tmp_path)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("incident.csv", "did you mean 'incidents'"),
        ("stations.csv", ""),
        ("sites.txt", ""),
        ("sites.CSV", ""),
    ],
)
def test_a_file_that_is_no_table_is_noted_and_not_used(tmp_path: Path, name: str, hint: str) -> None:
    study(tmp_path, incidents=incidents("I1,fire,2025-01-01 10:00"))
    (tmp_path / "tables" / name).write_text("a,b\n1,2\n")
    _, queries = read(tmp_path)
    query = only_query(queries)
    assert query["action"] == "the file is not used"
    assert name in query["problem"]
    assert hint in query["problem"]


def test_hidden_files_and_the_locks_of_office_programs_are_passed_over(tmp_path: Path) -> None:
    study(tmp_path)
    for name in (".~lock.sites.csv#", "~$sites.xlsx", ".DS_Store"):
        (tmp_path / "tables" / name).write_bytes(b"\0")
    (tmp_path / "tables" / "old").mkdir()
    _, queries = read(tmp_path)
    assert told(queries) == []


SITES = "site_id,service_id,name\n"
BAD_FILES: list[tuple[str, bytes, str]] = [
    ("csv", b"", "the file is empty"),
    ("csv", b"\n\n", "the file is empty"),
    ("csv", b"\xef\xbb\xbf", "the file is empty"),
    (
        "csv",
        f"{SITES}S1,fire,A\nS2,fire,B,extra\n".encode(),
        "row 3: has more values than there are column names",
    ),
    (
        "csv",
        f'{SITES}S1,fire,"A\nB"\nS2,fire,{"x" * 200_000},extra\n'.encode(),
        "cannot be read as CSV",
    ),
    ("csv", f"{SITES}S1,fire,A\nS2,fire,Caf\xe9\n".encode("cp1252"), "line 3: is not UTF-8 text"),
    ("csv", "site_id,service_id,name,caf\xe9\nS1,fire,A,1\n".encode("cp1252"), "not UTF-8 text"),
    ("csv", SITES.encode("utf-16"), "not UTF-8 text"),
    ("csv", f'{SITES}S1,fire,"A\nS2,fire,B\n'.encode(), "a quote that is not closed"),
    (
        "csv",
        b"site_id,service_id,name,site_id\nS1,fire,A,S1\n",
        "row 1, column site_id: the column stands twice",
    ),
    ("csv", b"<html><body>Sign in</body></html>\n", "the column site_id is missing"),
    ("parquet", b"PAR1 not really PAR1", "damaged or not Parquet"),
    ("parquet", b"", "the file is empty"),
    ("xlsx", b"PK\x03\x04 not really", "cannot be opened as a workbook"),
    ("xlsx", b"\xd0\xcf\x11\xe0 an old .xls", "cannot be opened as a workbook"),
    ("xlsx", xlsx({"sites": []}), "the file is empty"),
    (
        "xlsx",
        xlsx({"sites": [["site_id", "name", "name"], ["S1", "A", "B"]]}),
        "column name: the column stands twice",
    ),
    ("ods", b"nothing", "cannot be opened as a workbook"),
    ("ods", ods({"sites": []}), "the file is empty"),
]


@pytest.mark.parametrize(("suffix", "content", "words"), BAD_FILES, ids=[f"{e[0]}-{e[2]}" for e in BAD_FILES])
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, suffix: str, content: bytes, words: str
) -> None:
    bare(tmp_path)
    (tmp_path / "tables" / "services.csv").write_text(SERVICES)
    (tmp_path / "tables" / f"sites.{suffix}").write_bytes(content)
    before = everything(tmp_path)
    with pytest.raises(Refusal) as refused:
        read_area(tmp_path)
    assert "sites" in str(refused.value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400
    assert refused.value.exit_status == 1
    assert everything(tmp_path) == before


def test_a_truncated_workbook_or_parquet_file_is_refused(tmp_path: Path) -> None:
    bare(tmp_path)
    as_xlsx(tmp_path)
    path = tmp_path / "tables" / "sites.xlsx"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(Refusal, match=r"sites\.xlsx: cannot be opened"):
        read_area(tmp_path)
    path.unlink()
    frame = pl.DataFrame({"site_id": ["S1"], "service_id": ["fire"], "name": ["A"]})
    path = tmp_path / "tables" / "sites.parquet"
    frame.write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Refusal, match=r"sites\.parquet: cannot be read as Parquet"):
        read_area(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    study(tmp_path)
    (tmp_path / "tables" / "sites.csv").chmod(0)
    with pytest.raises(Refusal, match="no permission to read it"):
        read_area(tmp_path)


def test_a_refused_permission_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pl, "read_csv", refuse)
    with pytest.raises(Refusal, match="no permission to read it"):
        read_raw(tmp_path / "tables" / "sites.csv")


def test_values_with_commas_and_line_ends_in_quotes_stay_whole_and_rows_are_numbered_by_record(
    tmp_path: Path,
) -> None:
    text = f'{SITES}S1,fire,"Station, ""Old Street"",\r\nLondon"\r\nS2,nobody,B\r\n'
    area, queries = read(study(tmp_path, sites=text))
    assert area.table("sites")["name"].to_list() == ['Station, "Old Street",\r\nLondon']
    assert only_query(queries)["row"] == 3


def test_commas_at_the_end_of_each_line_are_no_columns(tmp_path: Path) -> None:
    _, queries = read(study(tmp_path, sites="site_id,service_id,name,,\nS1,fire,A,,\n"))
    assert told(queries) == []
    _, queries = read(study(tmp_path, sites="site_id,,service_id,name,\nS1,x,fire,A,\n"))
    assert (only_query(queries)["column"], only_query(queries)["problem"][:14]) == (
        "column 2",
        "unknown column",
    )


def test_the_lists_of_a_parquet_file_are_refused_by_column(tmp_path: Path) -> None:
    study(tmp_path, incidents=incidents("I1,fire,2025-01-01 10:00"))
    frame = pl.DataFrame({"site_id": ["S1"], "service_id": ["fire"], "name": [["a", "b"]]})
    frame.write_parquet(tmp_path / "tables" / "sites.parquet")
    with pytest.raises(Refusal, match="sites, row 1, column name: holds values of the type List"):
        read_area(tmp_path)


def test_the_types_of_a_parquet_file_are_held_to_the_schema(tmp_path: Path) -> None:
    study(tmp_path, incidents=incidents("I1,fire,2025-01-01 10:00"))
    pl.DataFrame(
        {
            "site_id": [101.0, 102.0, 103.5],
            "service_id": pl.Series(["fire"] * 3, dtype=pl.Categorical),
            "name": [True, False, None],
            "bays": [2.0, 2.5, float("nan")],
            "floor_area_m2": [float("inf"), 100.0, -1.0],
            "lease_break_on": [datetime(2031, 3, 31), None, None],  # noqa: DTZ001
        }
    ).write_parquet(tmp_path / "tables" / "sites.parquet")
    area, queries = read(tmp_path)
    sites = area.table("sites")
    assert sites["site_id"].to_list() == ["101", "102"]
    assert sites["bays"].to_list() == [2, None]
    assert sites["floor_area_m2"].to_list() == [None, 100.0]
    assert sites["lease_break_on"].to_list() == [date(2031, 3, 31), None]
    assert {(each["row"], each["column"]) for each in told(queries)} == {
        (2, "floor_area_m2"),
        (3, "bays"),
        (4, "bays"),
        (4, "floor_area_m2"),
        (4, "name"),
    }


def test_a_line_of_column_names_that_is_longer_than_any_is_refused_before_it_is_read(tmp_path: Path) -> None:
    study(tmp_path, incidents=b"incident_id," * 2**20 + b"\nI1\n")
    with pytest.raises(Refusal, match=r"incidents\.csv, row 1: the line is longer than 1 MB"):
        read_area(tmp_path)
