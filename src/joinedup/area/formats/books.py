"""Sheets of workbooks, new and old: XLSX, ODS and XLS, told apart by what they are and not by their names."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.parsers import expat

import fastexcel
import polars as pl

from joinedup.area.formats.raw import Layout, Raw, headed
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an XLS file begins, and a locked XLSX too."""
MOST_CELLS = 50_000_000
"""A sheet whose corners span more cells than this is refused: one stray cell at the far end would fill the memory."""
_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"')
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="(\d+)"')


def read_book(path: Path, content: bytes, layout: Layout) -> Raw:
    """Read a sheet of a workbook: the one that the mapping names, else the only one that is not empty.

    Raises:
        Refusal: when it cannot be opened, or it is not clear which sheet is meant.
    """
    old = content.startswith(OLD)
    guesses = []
    if old and path.suffix.lower() != ".xls":
        guesses.append(
            (f"the name ends in {path.suffix}, and the file is an old Excel workbook (.xls)", "read as .xls")
        )
    if not old:
        refuse_spoilt(path, content)
    book = opened(path, content)
    try:
        names = book.sheet_names
        if layout.sheet and layout.sheet not in names:
            raise Refusal(f"{path}: there is no sheet '{layout.sheet}'{did_you_mean(layout.sheet, names)}")
        wanted = [layout.sheet] if layout.sheet else names
        sheets = {name: cells(book, name, times=b"opendocument" in content[:200]) for name in wanted}
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError):
        raise Refusal(
            f"{path}: cannot be read as a workbook; save it again as .xlsx or .ods, or as CSV"
        ) from None
    filled = {name: sheet for name, sheet in sheets.items() if sheet.height}
    if not filled:
        raise Refusal(f"{path}: the file is empty; a table needs at least a line of column names")
    if len(filled) > 1:
        # The first is taken, as a person would who opens the workbook; that there are others is said.
        first, *others = filled
        shown = ", ".join(others[:5])
        guesses.append((f"the workbook has other sheets too ({shown})", f"the sheet {first} is read"))
    sheet = next(iter(filled.values()))
    return Raw(headed(str(path), sheet.slice(layout.skip_rows), layout), guesses, typed=True)


def opened(path: Path, content: bytes | None = None) -> fastexcel.ExcelReader:
    """Open a workbook."""
    try:
        return fastexcel.read_excel(path if content is None else content)
    except fastexcel.FastExcelError:
        raise Refusal(
            f"{path}: cannot be opened as a workbook; save it again as .xlsx or .ods, or as CSV"
        ) from None


def cells(book: fastexcel.ExcelReader, sheet: str | int, *, times: bool) -> pl.DataFrame:
    """Give all cells of a sheet as text, from its very first row.

    Args:
        book: the workbook.
        sheet: its name or number.
        times: whether times of day come as lengths of time, as they do from ODS.
    """
    raw = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
    if times and raw.width:
        # A time of day in an ODS file is a length of time, which does not come as text.
        lengths = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="duration").to_polars()
        raw = raw.select(raw[each].fill_null(clock(lengths[each])) for each in raw.columns)
    return raw


def clock(lengths: pl.Series) -> pl.Series:
    """Word lengths of time as a clock does, such as 07:30:00."""
    seconds = lengths.dt.total_seconds()
    parts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    return pl.select(
        pl.format("{}:{}:{}", *(pl.lit(each).cast(pl.String).str.zfill(2) for each in parts))
    ).to_series()


def refuse_spoilt(path: Path, content: bytes) -> None:
    """Refuse what would keep the reader of workbooks busy for ever: spoilt XML, and one stray cell at the far end."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = book.read(name)
            if not _well_formed(part):
                raise Refusal(
                    f"{path}: cannot be opened as a workbook; save it again as .xlsx or .ods, or as CSV"
                )
            span = 0
            if name == "content.xml":
                span = _span_of_ods(part)
            elif name.startswith("xl/worksheets/"):
                span = _span_of_xlsx(part)
            if span > MOST_CELLS:
                raise Refusal(
                    f"{path}: a sheet spans {span:,} cells, most of them blank; delete the stray cells at its far "
                    "end, or save the table as CSV"
                )


def _well_formed(xml: bytes) -> bool:
    """Whether XML is whole, and declares nothing of its own: no workbook does, and entities can expand without end."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise expat.ExpatError

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError):
        return False
    return True


def _span_of_xlsx(xml: bytes) -> int:
    """Give rows times columns of what a sheet's cells span."""
    columns, rows = 0, 0
    for letters, number in _CELL.findall(xml):
        rows = max(rows, int(number))
        if len(letters) > 1 or not columns:
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            columns = max(columns, column)
    return columns * rows


def _span_of_ods(xml: bytes) -> int:
    """Give a bound on rows times columns of what the cells of a sheet span; blank ends are not counted."""
    most = {b"columns": 1, b"rows": 1}
    for part in xml.split(b"<table:table ")[1:]:
        # Blank rows and cells that fill a sheet to its end stand last, and are not read.
        end = part.rfind(b"office:value")
        for what, number in _REPEATED.findall(part[: max(end, 0)]):
            most[what] = max(most[what], int(number))
    return most[b"columns"] * most[b"rows"] if max(most.values()) > 10_000 else 0
