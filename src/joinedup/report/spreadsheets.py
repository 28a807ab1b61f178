"""The CSV beside every table, chart and map: the words as published, and plain numbers that may be said."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from joinedup.report.maps import shades

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joinedup.disclosure import PublishedChart, PublishedGrid, PublishedMap, PublishedTable, Shown

# Signs that begin a formula, wide ones too, whatever blanks are before them; and what is a number all the same.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n\x00]")
_SIGNED_NUMBER = re.compile(r"[+-](?:\d+\.?\d*|\.\d+)", re.ASCII)


def table_csv(table: PublishedTable) -> bytes:
    """Write a table; a column of numbers is followed by the plain numbers and any intervals."""
    columns = list(zip(*table.rows, strict=True)) or [() for _ in table.headers]
    written: list[list[str]] = []
    for header, numeric, cells in zip(table.headers, table.numeric, columns, strict=True):
        written += _figures(header, cells) if numeric else [[header, *(cell.text for cell in cells)]]
    return _csv(zip(*written, strict=True))


def chart_csv(chart: PublishedChart) -> bytes:
    """Write the lines of a chart."""
    labels = ["Line", *(bar.label for bar in chart.bars)]
    return _csv(zip(labels, *_figures("Figure", [bar.figure for bar in chart.bars]), strict=True))


def places_csv(shown: PublishedMap) -> bytes:
    """Write the sites of a map, with metres east and north."""
    rows = [(place.label, place.service, _plain(place.x), _plain(place.y)) for place in shown.places]
    return _csv([("Name", "Service", "Metres east", "Metres north"), *rows])


def squares_csv(shown: PublishedMap) -> bytes:
    """Write the squares of a map, each with the range that it is drawn in and no more."""
    rows = [
        (_plain(square.x), _plain(square.y), _plain(square.side), text)
        for _, text, squares in shades(shown.squares)
        for square in squares
    ]
    return _csv([("Metres east", "Metres north", "Side in metres", shown.measure), *rows])


def grid_csv(shown: PublishedGrid, words: Sequence[Sequence[str]]) -> bytes:
    """Write the cells of a grid, each with the range of its shade and no more."""
    rows = [(label, *cells) for label, cells in zip(shown.down, words, strict=True)]
    return _csv([(shown.measure, *shown.along), *rows])


def gantt_csv(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """Write the lines of a timetable, each with the year in which it starts and that from which it is live."""
    return _csv([("What", "Starts in", "Live from"), *rows])


def _figures(header: str, cells: Sequence[Shown]) -> list[list[str]]:
    """Write a column of figures: in words, then plainly where any may be said."""
    columns = [[header, *(cell.text for cell in cells)]]
    for name, numbers in (
        ("value", [cell.number for cell in cells]),
        ("low", [cell.low for cell in cells]),
        ("high", [cell.high for cell in cells]),
    ):
        if any(number is not None for number in numbers):
            plain = ["" if number is None else _plain(number) for number in numbers]
            columns.append([f"{header} ({name})", *plain])
    return columns


def _plain(number: float) -> str:
    """Write a number as a spreadsheet reads it, without exponent."""
    text = f"{Decimal(repr(number)):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows as CSV that a spreadsheet opens as it is, pound signs and minuses included."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
    return stream.getvalue().encode("utf-8-sig", errors="replace")


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking text for a formula; a plain number stays a number."""
    return f"'{cell}" if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell) else cell
