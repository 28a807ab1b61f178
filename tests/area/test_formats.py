"""Reading a file of any format: by what it is, whatever it is called, and never without end (§1.3)."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.amounts import amount
from joinedup.area.checking import ROW
from joinedup.area.formats import Layout, packed, read_file
from joinedup.area.formats.books import MOST_CELLS
from joinedup.refusal import Refusal
from tests.area.books import ods, xlsx
from tests.area.shared_data import shared

if TYPE_CHECKING:
    from pathlib import Path

    from tests.area.books import Cell

PLAIN = Layout()
TEXT = 'name,town\n"Café\nRoyal",Ynys Môn\nB,C\n'
ROWS = [(2, "Café\nRoyal", "Ynys Môn"), (3, "B", "C")]


def written(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def zipped(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in files.items():
            folder.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def refusal(path: Path, layout: Layout = PLAIN) -> str:
    with pytest.raises(Refusal) as refused:
        read_file(path, layout)
    said = str(refused.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said


# --- text ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "guess"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", "read as UTF-16"),
        ("utf-16-le", "read as UTF-16"),
        ("utf-16-be", "read as UTF-16"),
        ("utf-32", "read as UTF-32"),
        ("cp1252", "read as Windows-1252"),
    ],
)
def test_text_is_read_however_it_is_written_and_a_guess_is_said(
    tmp_path: Path, encoding: str, guess: str | None
) -> None:
    raw = read_file(written(tmp_path, TEXT.encode(encoding)), PLAIN)
    assert raw.table.rows() == ROWS
    assert raw.table.columns == [ROW, "name", "town"]
    assert [action for _, action in raw.guesses] == ([guess] if guess else [])


def test_what_windows_could_not_have_written_is_read_as_latin_1(tmp_path: Path) -> None:
    raw = read_file(written(tmp_path, b"name\ncaf\xe9 \x81\n"), PLAIN)
    assert raw.guesses == [("the file is not written in UTF-8", "read as Latin-1")]
    assert raw.table["name"].to_list() == ["café \x81"]


def test_a_mapping_may_say_how_text_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, "name,town\nŁódź,x\n".encode("cp1250"))
    raw = read_file(path, Layout(encoding="cp1250"))
    assert raw.table["name"].to_list() == ["Łódź"]
    assert raw.guesses == []
    assert "is not utf-8 text" in refusal(path, Layout(encoding="utf-8"))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_columns_are_parted_by_what_the_header_holds_most_of(tmp_path: Path, separator: str) -> None:
    text = (
        separator.join(["name", '"a, b; c"', "town"]) + "\n" + separator.join(["x", "1", '"y;,\t|"']) + "\n"
    )
    raw = read_file(written(tmp_path, text.encode()), PLAIN)
    assert raw.table.columns == [ROW, "name", "a, b; c", "town"]
    assert raw.table.rows() == [(2, "x", "1", "y;,\t|")]
    assert len(raw.guesses) == (separator != ",")


def test_rows_with_too_many_values_are_put_aside_and_the_others_are_read(tmp_path: Path) -> None:
    raw = read_file(written(tmp_path, b"a,b\n1,2\n3,4,5\n6\n7,8,,\n"), PLAIN)
    assert raw.table.rows() == [(2, "1", "2"), (4, "6", None), (5, "7", "8")]
    assert raw.aside == [(3, "has more values than there are column names")]
    assert raw.rows_in == 4


def test_a_quote_inside_a_value_does_not_stop_the_reading(tmp_path: Path) -> None:
    raw = read_file(written(tmp_path, b'a,b\n1,5" hose\n3,4\n'), PLAIN)
    assert raw.table["b"].to_list() == ['5" hose', "4"]


def test_a_quote_that_is_not_closed_is_named_and_swallows_nothing(tmp_path: Path) -> None:
    assert "row 3: a quote is opened and not closed" in refusal(
        written(tmp_path, b'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    )


def test_old_line_ends_blank_rows_and_long_cells_are_no_hindrance(tmp_path: Path) -> None:
    assert read_file(written(tmp_path, b"a,b\r1,2\r3,4\r"), PLAIN).table.height == 2
    raw = read_file(written(tmp_path, b"a,b\n1,2\n,\n\n3,4\n"), PLAIN)
    assert raw.table.rows() == [(2, "1", "2"), (5, "3", "4")]
    assert raw.guesses == [("2 rows are blank", "they are not counted as rows")]
    long = "x" * 2_000_000
    for text in (f"a,b\n1,{long}\n", f'a,b\n1,{long}\n2,5" hose\n'):
        assert read_file(written(tmp_path, text.encode()), PLAIN).table["b"][0] == long


# --- headers -------------------------------------------------------------------------------------------------------


def test_two_header_rows_are_joined_and_a_name_over_several_columns_reaches_each(tmp_path: Path) -> None:
    text = b"Estates 2025\nSite,Map reference,\nName,Easting,Northing\nA,1,2\n"
    raw = read_file(written(tmp_path, text), Layout(skip_rows=1, header_rows=2))
    assert raw.table.columns == [ROW, "Site Name", "Map reference Easting", "Map reference Northing"]
    assert raw.table.rows() == [(4, "A", "1", "2")]


def test_two_header_rows_of_a_workbook_are_joined_too(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["Estates"], ["Site", "Map\nreference", None], ["Name", "E", "N"], ["A", 1, 2]]
    raw = read_file(written(tmp_path, xlsx({"S": rows})), Layout(skip_rows=1, header_rows=2))
    assert raw.table.rows(named=True) == [
        {ROW: 4, "Site Name": "A", "Map reference E": "1", "Map reference N": "2"}
    ]


def test_a_name_that_stands_twice_and_one_that_is_missing_are_told_by_their_number(tmp_path: Path) -> None:
    raw = read_file(written(tmp_path, b"item,count,,count,\nx,1,2,3,\n"), PLAIN)
    assert raw.table.columns == [ROW, "item", "count", "column 3", "count (column 4)"]


# --- workbooks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [xlsx, ods])
def test_a_workbook_is_known_by_what_it_is_and_its_dates_stay_dates(tmp_path: Path, make: object) -> None:
    assert callable(make)
    content = make(
        {
            "S": [
                ["when", "day", "at", "n"],
                [datetime(2025, 7, 4, 14, 30), date(2031, 3, 31), time(7, 30), 1250],  # noqa: DTZ001
            ]
        }
    )
    raw = read_file(written(tmp_path, content, "export.csv"), PLAIN)
    row = raw.table.row(0, named=True)
    assert raw.typed
    assert row["when"].startswith(("2025-07-04 14:30:00", "2025-07-04T14:30:00"))
    assert row["day"].startswith("2031-03-31")
    assert "07:30:00" in row["at"]
    assert float(row["n"]) == 1250


def test_rows_of_a_workbook_are_numbered_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["a"], [None], ["x"], [None], ["y"]]
    raw = read_file(written(tmp_path, xlsx({"S": rows}), "b.xlsx"), PLAIN)
    assert raw.table[ROW].to_list() == [3, 5]


def test_the_sheet_is_the_mapping_s_or_the_first_that_is_not_empty(tmp_path: Path) -> None:
    path = written(tmp_path, xlsx({"Blank": [], "One": [["a"], ["1"]], "Two": [["a"], ["2"]]}), "b.xlsx")
    raw = read_file(path, PLAIN)
    assert raw.table["a"].to_list() == ["1"]
    assert raw.guesses == [("the workbook has other sheets too (Two)", "the sheet One is read")]
    assert read_file(path, Layout(sheet="Two")).table["a"].to_list() == ["2"]
    assert "there is no sheet 'Tow'; did you mean 'Two'" in refusal(path, Layout(sheet="Tow"))


def test_kent_s_old_workbook_is_read_though_its_name_says_xlsx() -> None:
    raw = read_file(shared("estates/stations-kent.xlsx"), PLAIN)
    assert raw.table.height == 58
    assert [action for _, action in raw.guesses] == ["read as .xls"]


def test_one_stray_cell_at_the_far_end_of_a_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "a")
        sheet.write_string(1_048_575, 16_383, "stray")
    assert MOST_CELLS < 1_048_576 * 16_384
    assert "most of them blank" in refusal(written(tmp_path, stream.getvalue(), "b.xlsx"))


def test_spoilt_or_expanding_xml_does_not_hang_the_reading(tmp_path: Path) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    for change in (
        ("</text:p>", "<text:p>"),
        ("?><office", '?><!DOCTYPE x [<!ENTITY a "aaaa">]><office'),
    ):
        with zipfile.ZipFile(io.BytesIO(ods({"S": [["a"], ["1"]]}))) as book:
            content = book.read("content.xml").decode().replace(*change, 1).encode()
        path = written(tmp_path, zipped(mimetype=kind.encode(), content__xml=content))
        assert "cannot be opened as a workbook" in refusal(path)


# --- packed --------------------------------------------------------------------------------------------------------


def test_packed_files_are_opened_whatever_they_are_called(tmp_path: Path) -> None:
    text = TEXT.encode()
    book = xlsx({"S": [["name", "town"], ["Café\nRoyal", "Ynys Môn"], ["B", "C"]]})
    for content in (
        gzip.compress(text),
        gzip.compress(text[:20]) + gzip.compress(text[20:]) + b"\0" * 8,
        zipped(a__csv=text),
        zipped(a__csv=text, readme__pdf=b"%PDF", **{"__MACOSX/._a.csv": b"x"}),
        zipped(a__xlsx=book),
        zipped(a__csv__gz=gzip.compress(text)),
        gzip.compress(book),
    ):
        assert read_file(written(tmp_path, content, "export.bin"), PLAIN).table.rows() == ROWS


def test_a_zip_with_no_table_or_several_is_refused_with_what_is_in_it(tmp_path: Path) -> None:
    said = refusal(written(tmp_path, zipped(may__csv=b"a\n1\n", june__csv=b"a\n2\n")))
    assert "holds 2 tables" in said
    assert "may.csv, june.csv" in said
    assert "holds 0 tables" in refusal(written(tmp_path, zipped()))


def test_what_expands_without_end_is_refused_by_its_declared_and_by_its_true_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "FREE_BYTES", 2**20)
    zeros = b"0" * 2**24
    honest = zipped(a__csv=zeros)
    # The same bytes with a declared size of 10: both in the file's own head and in the directory at the end.
    lying = honest.replace((2**24).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    for content in (gzip.compress(zeros), honest, zipped(content__xml=zeros, mimetype=b"x")):
        assert "unpacks to more than" in refusal(written(tmp_path, content))
    assert lying != honest
    refusal(written(tmp_path, lying))
    assert "packed again and again" in refusal(
        written(tmp_path, gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"a\n1\n")))))
    )


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 not a zip",
        b"PAR1 not parquet",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not a workbook",
        b"\x1f\x8b not gzip",
        xlsx({"S": [["a"], ["1"]]})[:900],
        zipped(content__xml=b"<x>", mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        gzip.compress(TEXT.encode())[:-6],
    ],
    ids=["zip", "parquet", "old workbook", "gzip", "half a workbook", "ods", "half a gzip"],
)
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    refusal(written(tmp_path, content))


def test_parquet_is_read_as_text_and_its_lists_are_refused(tmp_path: Path) -> None:
    stream = io.BytesIO()
    pl.DataFrame({"a": [1, 2], "b": [None, 1.5]}).write_parquet(stream)
    assert read_file(written(tmp_path, stream.getvalue(), "x.csv"), PLAIN).table.rows() == [
        (2, "1", None),
        (3, "2", "1.5"),
    ]
    stream = io.BytesIO()
    pl.DataFrame({"a": [[1]]}).write_parquet(stream)
    assert "lists or records" in refusal(written(tmp_path, stream.getvalue(), "x.parquet"))


@pytest.mark.parametrize("layout", [PLAIN, Layout(skip_rows=1), Layout(header_rows=2)])
@pytest.mark.parametrize("header", [b"a," * 2**20, b"x" * (2**20 + 1)], ids=["names", "a name"])
def test_a_line_of_column_names_that_is_longer_than_any_is_refused_before_it_is_read(
    tmp_path: Path, header: bytes, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pl, "read_csv", lambda *_, **__: pytest.fail("the columns were read"))
    last = layout.skip_rows + layout.header_rows
    content = b"a,b\n" * (last - 1) + header + b"\n1,2\n"
    for text in (content, content.decode().encode("utf-16")):
        words = refusal(written(tmp_path, text), layout)
        assert f"row {last}: the line is longer than 1 MB" in words
        assert len(words) < 400


def test_values_may_be_longer_than_any_column_name(tmp_path: Path) -> None:
    raw = read_file(written(tmp_path, b"a,b\n1," + b"x" * 2**21 + b"\n"), PLAIN)
    assert raw.table["b"].str.len_chars().to_list() == [2**21]


# --- amounts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "wanted", "value"),
    [
        ("1,250 m2", "square metres", "square metres", 1250),
        ("1,250", "square feet", "square metres", 116.1288),
        ("0.537 hectares (1.33 acres)", "square metres", "square metres", 5370),
        ("2 acres", "", "square metres", 8093.7128448),
        ("£1.2m", "pounds", "pounds a year", 1_200_000),
        ("3.5k", "pounds", "pounds", 3500),
        ("£3.5k pa", "pounds", "pounds a year", 3500),
        ("1.2 million", "pounds", "pounds", 1_200_000),
        ("(1,250)", "pounds", "pounds", -1250),
        ("£-5", "pounds", "pounds", -5),
        ("6 months", "years", "years", 0.5),
        ("12 sq. m", "square metres", "square metres", 12),
        ("10 bays", "", "bays", 10),
        # What cannot be read with certainty is not read.
        ("1,909 hectares (4,72 acres)", "square metres", "square metres", None),
        ("0.5 hectares (12 acres)", "square metres", "square metres", None),
        ("12 acres", "pounds", "pounds", None),
        ("£12 pa", "pounds", "pounds", None),
        ("$5", "pounds", "pounds", None),
        ("1,25", "pounds", "pounds", None),
        ("about 5", "pounds", "pounds", None),
        ("-(5)", "pounds", "pounds", None),
        ("9" * 500, "pounds", "pounds", None),
        ("", "pounds", "pounds", None),
    ],
)
def test_an_amount_is_read_in_the_unit_that_is_wanted(
    text: str, unit: str, wanted: str, value: float | None
) -> None:
    assert amount(text, unit, wanted) == (None if value is None else pytest.approx(value))
