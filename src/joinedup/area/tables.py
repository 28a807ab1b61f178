"""Reading the tables of a study from CSV, Parquet, XLSX or ODS files."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import fastexcel
import polars as pl

from joinedup.area.formats import packed
from joinedup.area.formats.books import clock, opened, refuse_spoilt
from joinedup.area.formats.raw import LONGEST_HEADER, refuse_long_header
from joinedup.area.schema import TABLES
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "tables"
WORKBOOK = "tables"
"""A workbook of this name holds a sheet for each table."""

_BOOKS = (".xlsx", ".ods")
_SUFFIXES = (".csv", ".parquet", *_BOOKS)


def find_tables(study: Path) -> tuple[dict[str, tuple[Path, str | None]], list[str]]:
    """Find the file, and the sheet where it is a workbook of tables, of every table of a study; and what is no table.

    Raises:
        Refusal: when one table has two files.
    """
    folder = study / FOLDER
    found: dict[str, tuple[Path, str | None]] = {}
    strangers: list[str] = []
    if not folder.is_dir():
        return found, strangers
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~")) or path.is_dir():
            continue
        named: list[tuple[str, str | None]] = [(path.stem, None)]
        if path.stem == WORKBOOK and path.suffix in _BOOKS:
            named = [(sheet, sheet) for sheet in _book(path).sheet_names]
        for name, sheet in named:
            if name in TABLES and path.suffix not in _SUFFIXES:
                strangers.append(f"{FOLDER}/{path.name}: the name does not end in {', '.join(_SUFFIXES)}")
            elif name not in TABLES:
                strangers.append(f"{FOLDER}/{path.name}: '{name}' is not a table{did_you_mean(name, TABLES)}")
            elif name in found:
                raise Refusal(
                    f"{path}: the table {name} is in {found[name][0].name} too; keep one of them in {FOLDER}/"
                )
            else:
                found[name] = (path, sheet)
    return found, strangers


def read_raw(path: Path, sheet: str | None = None) -> pl.DataFrame:
    """Read a table as it stands: text from CSV (gzip too) and workbooks, typed from Parquet.

    Raises:
        Refusal: when the file is missing, empty, not UTF-8, ragged or broken.
    """
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise Refusal(f"{path}: {_EMPTY}")
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        if path.suffix in _BOOKS:
            return _from_book(path, sheet)
        return _from_csv(path)
    except PermissionError:
        raise Refusal(
            f"{path}: no permission to read it; ask for access, or copy it to where you may"
        ) from None
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        fastexcel.FastExcelError,
        OSError,
    ) as error:
        raise Refusal(f"{path}: {_explained(path, str(error))}") from None


_PACKED = (b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""How zstd and zlib begin."""
_EMPTY = "the file is empty; a table needs at least a line of column names"


def _from_csv(path: Path) -> pl.DataFrame:
    """Read a CSV file; gzip is opened."""
    content: Path | bytes = path
    with path.open("rb") as file:
        head = file.read(LONGEST_HEADER + 1)
    # Polars would unpack these by itself, however large they become.
    if path.suffix == ".gz" or head.startswith(b"\x1f\x8b"):
        content = packed.gunzipped(path, path.read_bytes())
    elif head.startswith(_PACKED):
        raise Refusal(f"{path}: is packed; unpack it and run the command again")
    refuse_long_header(path, content if isinstance(content, bytes) else head)
    try:
        raw = pl.read_csv(content, infer_schema=False)
    except pl.exceptions.NoDataError:
        raise Refusal(f"{path}: {_EMPTY}") from None
    except pl.exceptions.ComputeError as error:
        text = content if isinstance(content, bytes) else content.read_bytes()
        raise Refusal(f"{path}{_what_is_wrong(text, str(error))}") from None
    if any("\ufffd" in column for column in raw.columns):
        raise Refusal(f"{path}, row 1: {_NOT_UTF8}")
    twice = [column for column in raw.columns if "_duplicated_" in column and not column.startswith("_dup")]
    if twice:
        raise Refusal(_stands_twice(path, twice[0].split("_duplicated_")[0]))
    unnamed = [column for column in raw.columns if not column.strip() or column.startswith("_duplicated_")]
    return _without_unnamed(raw, unnamed)


def _from_book(path: Path, sheet: str | None) -> pl.DataFrame:
    """Read a sheet of a workbook."""
    book = _book(path)
    raw = book.load_sheet(sheet or 0, header_row=None, dtypes="string").to_polars()
    if path.suffix == ".ods":
        # A time of day in an ODS file is a length of time, which does not come as text.
        times = book.load_sheet(sheet or 0, header_row=None, dtypes="duration").to_polars()
        raw = raw.select(raw[each].fill_null(clock(times[each])) for each in raw.columns)
    if raw.is_empty():
        raise Refusal(f"{path}: {_EMPTY}" if sheet is None else f"{path}, sheet {sheet}: {_EMPTY}")
    names = [name or "" for name in raw.row(0)]
    for number, name in enumerate(names):
        if name.strip() and name in names[:number]:
            raise Refusal(_stands_twice(path, name))
    unnamed = [f"\0{number}" for number in range(len(names))]
    columns = [name if name.strip() else unnamed[number] for number, name in enumerate(names)]
    raw = raw.slice(1).rename(dict(zip(raw.columns, columns, strict=True)))
    return _without_unnamed(raw, [column for column in columns if column in unnamed])


def _without_unnamed(raw: pl.DataFrame, unnamed: list[str]) -> pl.DataFrame:
    """Drop blank columns without a name, such as commas at the end of each line; call the others by their number."""
    return raw.drop(column for column in unnamed if not raw[column].count()).rename(
        {column: f"column {raw.columns.index(column) + 1}" for column in unnamed if raw[column].count()}
    )


def _stands_twice(path: Path, name: str) -> str:
    return f"{path}, row 1, column {name}: the column stands twice; rename or delete one"


def _book(path: Path) -> fastexcel.ExcelReader:
    """Open a workbook, which is looked at first: one that is spoilt can fill the memory, or keep its reader for ever.

    Raises:
        Refusal: when it is none, is damaged, or expands without end.
    """
    content = path.read_bytes()
    if not packed.is_workbook(path, content):
        raise Refusal(f"{path}: cannot be opened as a workbook; save it again as .xlsx or .ods, or as CSV")
    refuse_spoilt(path, content)
    return opened(path, content)


def _explained(path: Path, error: str) -> str:
    """Say in plain words why a file could not be read."""
    if path.suffix == ".parquet":
        return "cannot be read as Parquet; the file is damaged or not Parquet"
    return f"cannot be read ({error.splitlines()[0][:120]})"


_NOT_UTF8 = "is not UTF-8 text; save it as 'CSV UTF-8' and run the command again"


def _what_is_wrong(content: bytes, error: str) -> str:
    """Say where a CSV file goes wrong, and how: not UTF-8, a row too long, or a quote that is not closed."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        return f", line {line}: {_NOT_UTF8}"
    rows = csv.reader(text.splitlines(keepends=True))
    try:
        width = len(next(rows, []))
        for number, row in enumerate(rows, start=2):
            if len(row) > width:
                return (
                    f", row {number}: has more values than there are column names; "
                    "put values with commas in quotes"
                )
    except csv.Error:
        pass
    return f": cannot be read as CSV; look for a quote that is not closed ({error.splitlines()[0][:80]})"
