"""Tables as text: how the characters are written, what stands between the columns, and rows that do not fit."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.checking import ROW
from joinedup.area.formats.raw import Layout, Raw, headed, named, refuse_long_header
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright strokes"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_HEAD = 2**16
_PIECE = 2**24
_LONGEST = 2**26
_EMPTY = "the file is empty; a table needs at least a line of column names"


def read_text(path: Path, content: bytes, layout: Layout) -> Raw:
    """Read a table of text.

    Raises:
        Refusal: when it cannot be told apart into rows and columns.
    """
    guesses: list[tuple[str, str]] = []
    content = _as_utf8(path, content, layout, guesses)
    head = content[:_HEAD]
    if b"\n" not in head and b"\r" in head:
        # The line ends of old Macintosh programs.
        content = content.replace(b"\r", b"\n")
        head = content[:_HEAD]
    # Not what is left of it when stripped, which would be a copy.
    if not content or content.isspace():
        raise Refusal(f"{path}: {_EMPTY}")
    refuse_long_header(path, content, layout.skip_rows + layout.header_rows)
    separator = layout.separator or _separator(head, layout)
    if not layout.separator and separator != ",":
        guesses.append((f"the columns are parted by {SEPARATORS[separator]}", "read so"))
    try:
        return Raw(_by_polars(path, content, separator, layout), guesses)
    except pl.exceptions.NoDataError:
        raise Refusal(f"{path}: {_EMPTY}") from None
    except pl.exceptions.PolarsError:
        table, aside = _by_hand(path, content, separator, layout)
        return Raw(table, guesses, aside)


def _as_utf8(path: Path, content: bytes, layout: Layout, guesses: list[tuple[str, str]]) -> bytes:
    """Give text as UTF-8, whatever it was; what it was is a guess unless it says so itself."""
    encoding, said = layout.encoding, ""
    if not encoding:
        mark = next(((name, said) for mark, name, said in _MARKS if content.startswith(mark)), None)
        encoding, said = mark or _unmarked(content)
    if encoding in ("utf-8", "utf-8-sig"):
        content = content.removeprefix(codecs.BOM_UTF8)
        if not layout.encoding or _decodes(content, "utf-8"):
            return content
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Refusal(
            f"{path}: is not {said or encoding} text; save it as 'CSV UTF-8' and run the command again"
        ) from None
    if said:
        guesses.append(("the file is not written in UTF-8", f"read as {said}"))
    return text.removeprefix("\ufeff").encode("utf-8", "replace")


def _unmarked(content: bytes) -> tuple[str, str]:
    """Guess how text without a mark is written."""
    head = content[:_HEAD]
    if len(head) > 3 and head.count(0) > len(head) // 4:
        # Latin letters in UTF-16 have a zero before or behind each of them.
        little = head[1::2].count(0) > head[::2].count(0)
        encoding = "utf-16-le" if little else "utf-16-be"
        if _decodes(content, encoding):
            return encoding, "UTF-16"
    if _decodes(content, "utf-8"):
        return "utf-8", ""
    return ("cp1252", "Windows-1252") if _decodes(content, "cp1252") else ("latin-1", "Latin-1")


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        # In pieces, so that a gigabyte is not held twice.
        for start in range(0, len(content), _PIECE):
            decoder.decode(content[start : start + _PIECE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(head: bytes, layout: Layout) -> str:
    """Find what stands between the columns: what the header's lines hold most of, outside quotes."""
    lines = head.decode("utf-8", "replace").splitlines()[layout.skip_rows :][: layout.header_rows]
    plain = "".join("\n".join(lines).split('"')[::2])
    best = max(SEPARATORS, key=plain.count)
    return best if plain.count(best) else ","


def _by_polars(path: Path, content: bytes, separator: str, layout: Layout) -> pl.DataFrame:
    """Read well-formed text, fast."""
    if layout.header_rows != 1 or layout.skip_rows:
        cells = pl.read_csv(
            content, has_header=False, infer_schema=False, separator=separator, skip_rows=layout.skip_rows
        )
        return headed(str(path), cells, layout)
    data = pl.read_csv(content, infer_schema=False, separator=separator)
    names = pl.read_csv(content, has_header=False, infer_schema=False, separator=separator, n_rows=1).row(0)
    if len(names) != data.width:
        raise pl.exceptions.ShapeError
    return _numbered(named(str(path), [each or "" for each in names], data), layout)


def _numbered(table: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    return table.with_row_index(ROW, offset=layout.first_row).with_columns(pl.col(ROW).cast(pl.Int64))


def _by_hand(
    path: Path, content: bytes, separator: str, layout: Layout
) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Read text that is not well formed, row by row; rows with more values than there are columns are put aside."""
    text = content.decode("utf-8", "replace")
    rows: list[list[str]] = []
    with _long_cells():
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error as error:
            raise Refusal(f"{path}, row {len(rows) + 1}: cannot be read as CSV ({error})") from None
    top = layout.skip_rows + layout.header_rows
    header, data = rows[layout.skip_rows : top], rows[top:]
    width = max((len(each) for each in header), default=0)
    if not width:
        raise Refusal(f"{path}: {_EMPTY}")
    swallowed = next((number for number, row in enumerate(rows, 1) if any("\n" in each for each in row)), 0)
    if text.count('"') % 2 and swallowed and swallowed == len(rows):
        raise Refusal(f"{path}, row {swallowed}: a quote is opened and not closed; close it, or take it out")
    first = layout.first_row
    fits = [
        (number, row) for number, row in enumerate(data, first) if len(row) <= width or not any(row[width:])
    ]
    numbers = {number for number, _ in fits}
    aside = [(number, _TOO_LONG) for number in range(first, first + len(data)) if number not in numbers]
    if len(aside) * 2 > len(data):
        raise Refusal(
            f"{path}, row {aside[0][0]}: has more values than there are column names; put values with commas in quotes"
        )
    cells = [[*row[:width], *[""] * (width - len(row))] for row in (*header, *(row for _, row in fits))]
    frame = pl.DataFrame(
        {f"{number}": [row[number] or None for row in cells] for number in range(width)},
        schema={f"{number}": pl.String for number in range(width)},
    )
    return headed(str(path), frame, layout, [number for number, _ in fits]), aside


_TOO_LONG = "has more values than there are column names"


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be as long as they come, and no other reader of CSV notice it."""
    before = csv.field_size_limit(_LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)
