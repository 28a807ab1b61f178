"""Reading the tables of a study from CSV, Parquet, XLSX or ODS files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import fastexcel
import polars as pl

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
            if name not in TABLES or path.suffix not in _SUFFIXES:
                strangers.append(f"{FOLDER}/{path.name}: '{name}' is not a table{did_you_mean(name, TABLES)}")
            elif name in found:
                raise Refusal(
                    f"{path}: the table {name} is in {found[name][0].name} too; keep one of them in {FOLDER}/"
                )
            else:
                found[name] = (path, sheet)
    return found, strangers


def read_raw(path: Path, sheet: str | None = None, *, separator: str = ",") -> pl.DataFrame:
    """Read a table as it stands: text from CSV and workbooks, typed from Parquet.

    Raises:
        Refusal: when the file is missing, empty, not UTF-8, ragged or broken.
    """
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise Refusal(f"{path}: the file is empty; a table needs at least a line of column names")
    try:
        if path.suffix == ".parquet":
            raw = pl.read_parquet(path)
        elif path.suffix in _BOOKS:
            raw = _book(path).load_sheet(sheet or 0, dtypes="string").to_polars()
        else:
            raw = pl.read_csv(path, infer_schema=False, separator=separator)
    except PermissionError:
        raise Refusal(
            f"{path}: no permission to read it; ask for access, or copy it to where you may"
        ) from None
    except (pl.exceptions.PolarsError, fastexcel.FastExcelError, OSError) as error:
        raise Refusal(f"{path}: {_explained(path, str(error))}") from None
    twice = [column for column in raw.columns if "_duplicated_" in column]
    if twice:
        name = twice[0].split("_duplicated_")[0]
        raise Refusal(f"{path}, row 1, column {name}: the column stands twice; rename or delete one")
    return raw


def _book(path: Path) -> fastexcel.ExcelReader:
    """Open a workbook."""
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError:
        raise Refusal(
            f"{path}: cannot be opened as a workbook; save it again as .xlsx or .ods, or as CSV"
        ) from None


def _explained(path: Path, error: str) -> str:
    """Say in plain words why a file could not be read."""
    if "utf-8" in error.lower() or "utf8" in error.lower():
        return "is not UTF-8 text; save it as 'CSV UTF-8' and run the command again"
    if "more fields" in error or "fields than" in error:
        return f"row {_ragged_row(path)} has more values than there are column names; put values with commas in quotes"
    if path.suffix == ".parquet":
        return "cannot be read as Parquet; the file is damaged or not Parquet"
    return f"cannot be read ({error.splitlines()[0][:120]})"


def _ragged_row(path: Path) -> int | str:
    """Find the first row that has more values than the header."""
    import csv

    with path.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        rows = csv.reader(stream)
        width = len(next(rows, []))
        return next((number for number, row in enumerate(rows, start=2) if len(row) > width), "?")
