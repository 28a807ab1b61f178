"""Reading a file of any format as text, by what it is and not by what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.formats import packed
from joinedup.area.formats.books import OLD, read_book
from joinedup.area.formats.raw import Layout, Raw, without_blank_rows
from joinedup.area.formats.text import read_text
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Layout", "Raw", "read_file"]

_DEEPEST = 3
"""A zip may hold a gzip or a workbook; more wrappings than this are no table."""


def read_file(path: Path, layout: Layout) -> Raw:
    """Read a file as text, with the number of each row and what had to be guessed.

    Raises:
        Refusal: when it is missing, empty, damaged, not a table, or expands without end.
    """
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    try:
        content = path.read_bytes()
    except PermissionError:
        raise Refusal(
            f"{path}: no permission to read it; ask for access, or copy it to where you may"
        ) from None
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({error.strerror or error})") from None
    if path.name.lower().endswith(".gz") and not content.startswith(_GZIP) and content:
        raise Refusal(f"{path}: cannot be unpacked as gzip (it is not gzip); fetch the file again")
    raw = _read(path, content, layout, _DEEPEST)
    table, blank = without_blank_rows(raw.table)
    guesses = list(raw.guesses)
    if blank:
        guesses.append((f"{blank:,} rows are blank", "they are not counted as rows"))
    return Raw(table, guesses, raw.aside, raw.typed)


_GZIP, _ZIP, _PARQUET = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06"), b"PAR1"


def _read(path: Path, content: bytes, layout: Layout, depth: int) -> Raw:
    """Read content by what it begins with."""
    if not content:
        raise Refusal(f"{path}: the file is empty; a table needs at least a line of column names")
    if content.startswith((_GZIP, *_ZIP)) and not depth:
        raise Refusal(f"{path}: is packed again and again; unpack it and read the table that is in it")
    if content.startswith(_GZIP):
        return _read(path, packed.gunzipped(path, content), layout, depth - 1)
    if content.startswith(_ZIP):
        if packed.is_workbook(path, content):
            return read_book(path, content, layout)
        return _read(path, packed.only_table(path, content)[1], layout, depth - 1)
    if content.startswith(OLD):
        return read_book(path, content, layout)
    if content.startswith(_PARQUET):
        return _from_parquet(path, content)
    if path.suffix.lower() in (".parquet", ".xlsx", ".xls", ".ods") and b"\0" in content[:1024]:
        raise Refusal(f"{path}: is not what its name says; fetch the file again, or save it as CSV")
    return read_text(path, content, layout)


def _from_parquet(path: Path, content: bytes) -> Raw:
    """Read Parquet, as text."""
    try:
        table = pl.read_parquet(content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise Refusal(f"{path}: cannot be read as Parquet; the file is damaged or not Parquet") from None
    if ROW in table.columns:
        raise Refusal(f"{path}, row 1: no column may be called {ROW}; rename it")
    try:
        table = table.select(pl.all().cast(pl.String))
    except pl.exceptions.PolarsError:
        raise Refusal(
            f"{path}: holds lists or records in its cells; write it again with plain values"
        ) from None
    numbered = table.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
    return Raw(numbered, typed=True)
