"""Unpacking gzip and zip, and refusing what would expand without end."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 4 * 2**30
"""A file that unpacks to more than this is refused."""
MOST_RATIO = 250
"""Real tables pack ten to fifty times smaller; a file that unpacks to more times its size than this is refused ..."""
FREE_BYTES = 64 * 2**20
"""... unless it is still no longer than this."""
_CHUNK = 2**20
_BOOK_PARTS = ("[Content_Types].xml", "content.xml", "mimetype")
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".xlsx", ".xls", ".ods", ".gz")


def gunzipped(path: Path, content: bytes) -> bytes:
    """Unpack gzip, also where several stand in one file.

    Raises:
        Refusal: when it is damaged, cut short, or expands without end.
    """
    parts: list[bytes] = []
    size, rest = 0, content
    while rest:
        machine = zlib.decompressobj(wbits=31)
        try:
            while not machine.eof:
                part = machine.decompress(rest, _CHUNK)
                rest = machine.unconsumed_tail
                size += len(part)
                _refuse_bomb(path, size, len(content))
                parts.append(part)
                if not part and not rest and not machine.eof:
                    raise Refusal(f"{path}: {_UNPACK} (it is cut short); fetch the file again")
        except zlib.error as error:
            raise Refusal(f"{path}: {_UNPACK} ({error}); fetch the file again") from None
        # Some programs fill the end of a file with nothing.
        rest = machine.unused_data.lstrip(b"\0")
    return b"".join(parts)


_UNPACK = "cannot be unpacked as gzip"


def is_workbook(path: Path, content: bytes) -> bool:
    """Whether a zip is a workbook, and refuse one that expands without end."""
    with _opened(path, content) as book:
        names = book.namelist()
        if not any(part in names for part in _BOOK_PARTS):
            return False
        _refuse_bomb(path, sum(each.file_size for each in book.infolist()), len(content))
        size = 0
        for each in book.infolist():
            size += len(_unzipped(path, book, each, size, len(content)))
        return True


def only_table(path: Path, content: bytes) -> tuple[str, bytes]:
    """Give the name and content of the one table in a zip.

    Raises:
        Refusal: when there is none or there are several, naming what is in it.
    """
    with _opened(path, content) as folder:
        files = [each for each in folder.infolist() if not each.is_dir() and not _hidden(each.filename)]
        tables = [each for each in files if each.filename.lower().endswith(_TABLES)]
        tables = tables if len(files) > 1 else files
        if len(tables) != 1:
            shown = ", ".join(_shown(each.filename) for each in files[:8]) + (", …" if len(files) > 8 else "")
            raise Refusal(
                f"{path}: holds {len(tables)} tables, and one is needed; unpack it and read them one by one "
                f"(in it: {shown or 'nothing'})"
            )
        return tables[0].filename, _unzipped(path, folder, tables[0], 0, len(content))


def _opened(path: Path, content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    # RuntimeError: a zip of a version that the library does not know.
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        raise Refusal(
            f"{path}: cannot be opened as a workbook or a zip; fetch the file again, or save it as CSV"
        ) from None


def _unzipped(
    path: Path, folder: zipfile.ZipFile, inside: zipfile.ZipInfo, before: int, packed: int
) -> bytes:
    """Unpack one file, held to its true size whatever size it declares."""
    _refuse_bomb(path, before + inside.file_size, packed)
    if inside.flag_bits & 1:
        raise Refusal(f"{path}: is locked with a password; unlock it and run the command again")
    parts: list[bytes] = []
    size = before
    try:
        with folder.open(inside) as stream:
            while part := stream.read(_CHUNK):
                size += len(part)
                _refuse_bomb(path, size, packed)
                parts.append(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        raise Refusal(f"{path}: {_shown(inside.filename)} in it is damaged; fetch the file again") from None
    return b"".join(parts)


def _refuse_bomb(path: Path, size: int, packed: int) -> None:
    if size > MOST_BYTES or (size > FREE_BYTES and size > MOST_RATIO * packed):
        raise Refusal(
            f"{path}: unpacks to more than {size // 2**20:,} MB from {max(packed // 1024, 1):,} KB, which no real table "
            "does; if it is one, unpack it and read the file that is in it"
        )


def _shown(name: str) -> str:
    """Give a name that somebody else chose, fit for a message of one line."""
    return "".join(each if each.isprintable() else "?" for each in name[:60])


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
