"""Workbooks for tests: XLSX as Excel writes it, and the least of an ODS file, written by hand."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Cell = str | float | datetime | date | time | None

_FORMATS = {datetime: "dd/mm/yyyy hh:mm:ss", date: "dd/mm/yyyy", time: "hh:mm"}


def xlsx(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if type(cell) in formats:
                        sheet.write_datetime(row, column, cell, formats[type(cell)])
                    elif isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write_number(row, column, cell)
    return stream.getvalue()


_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def ods(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(
            f"<table:table-row>{''.join(_cell(cell) for cell in row)}</table:table-row>" for row in rows
        )
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr("mimetype", _KIND)
        book.writestr("META-INF/manifest.xml", _MANIFEST)
        book.writestr("content.xml", content)
    return stream.getvalue()


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return "<table:table-cell/>"
        case str():
            kind, shown = 'office:value-type="string"', cell
        case datetime():
            stamp = cell.isoformat()
            kind, shown = f'office:value-type="date" office:date-value="{stamp}"', stamp
        case date():
            kind, shown = (
                f'office:value-type="date" office:date-value="{cell.isoformat()}"',
                f"{cell:%d/%m/%Y}",
            )
        case time():
            kind, shown = f'office:value-type="time" office:time-value="PT{cell:%HH%MM%SS}"', f"{cell:%H:%M}"
        case _:
            kind, shown = f'office:value-type="float" office:value="{cell!r}"', str(cell)
    return f"<table:table-cell {kind}><text:p>{escape(shown)}</text:p></table:table-cell>"
