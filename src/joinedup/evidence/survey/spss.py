"""Reading SPSS system files (.sav): values, value labels and missing values, of plain and bytecode-compressed files.

Source: the layout as the PSPP project's developers document it ("System File Format"). Dates come as SPSS keeps them,
in seconds; files packed with zlib (.zsav) and strings longer than 255 bytes are refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.area.checking import ROW
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

MAGIC = b"$FL2"
_HEAD = 176
_END, _RAW, _SPACES, _SYSTEM_MISSING = 252, 253, 254, 255
_LABELS, _LABELLED, _DOCUMENT, _EXTENSION, _DONE = 3, 4, 6, 7, 999
_LONG_NAMES, _VERY_LONG, _ENCODING = 13, 14, 20
_CODE_PAGES = {2: "ascii", 3: "ascii", 1250: "cp1250", 1252: "cp1252", 28591: "latin-1", 65001: "utf-8"}


@dataclass
class _Variable:
    """A variable: its first 8-byte element in a case, its width in bytes (0: a number) and what its values mean."""

    name: str
    first: int
    width: int
    missing: tuple[float, ...] = ()
    missing_range: tuple[float, float] | None = None
    missing_text: tuple[bytes, ...] = ()
    labels: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def elements(self) -> int:
        """How many 8-byte elements of a case it takes."""
        return max(1, -(-self.width // 8))


@dataclass
class SystemFile:
    """An SPSS file as text: the answers by column, the words of each code, and the codes that are declared missing."""

    table: pl.DataFrame
    labels: dict[str, dict[str, str]]
    missing: dict[str, frozenset[str]]


def read_spss(path: Path, content: bytes) -> SystemFile:
    """Read a system file; every value becomes text, system-missing becomes "".

    Raises:
        Refusal: when it is damaged, packed with zlib or of another byte order.
    """
    try:
        return _read(path, content)
    except (struct.error, IndexError, KeyError, ValueError, LookupError):
        raise Refusal(
            f"{path}: is damaged or no SPSS file that can be read; save it again, or as CSV"
        ) from None


def _read(path: Path, content: bytes) -> SystemFile:
    layout, _, compression, _, cases = struct.unpack_from("<5i", content, 64)
    if layout not in (2, 3):
        raise Refusal(f"{path}: is an SPSS file of another byte order; save it again in SPSS, or as CSV")
    if compression not in (0, 1) or not content.startswith(MAGIC):
        raise Refusal(f"{path}: is packed with zlib (.zsav); save it as plain .sav, or as CSV")
    bias = struct.unpack_from("<d", content, 84)[0]
    variables, long_names, encoding, start = _dictionary(path, content)
    elements = sum(each.elements for each in variables)
    body = content[start:]
    words = _expanded(body, bias) if compression else np.frombuffer(body[: len(body) // 8 * 8], "<u8")
    count = len(words) // elements if elements else 0
    if cases >= 0:
        if count < cases:
            raise ValueError
        count = cases
    grid = words[: count * elements].reshape(count, elements)
    columns, labels, missing = {}, {}, {}
    for each in variables:
        name = long_names.get(each.name, each.name)
        raw = np.ascontiguousarray(grid[:, each.first : each.first + each.elements])
        if each.width:
            whole = raw.view(f"S{8 * each.elements}").reshape(-1)
            texts = _by_value(whole, partial(_text, width=each.width, encoding=encoding))
            labels[name] = {
                code[: each.width].decode(encoding).rstrip(): word.decode(encoding)
                for code, word in each.labels.items()
            }
            missing[name] = frozenset(
                code[: each.width].decode(encoding).rstrip() for code in each.missing_text
            )
        else:
            numbers = raw.reshape(-1).view("<f8")
            texts = _by_value(numbers, _number)
            labels[name] = {
                _number(struct.unpack("<d", code)[0]): word.decode(encoding)
                for code, word in each.labels.items()
            }
            missing[name] = _missing_codes(each, numbers)
        columns[name] = texts
    table = pl.DataFrame(columns, dict.fromkeys(columns, pl.String))
    return SystemFile(
        table.with_columns(pl.Series(ROW, range(1, count + 1), dtype=pl.Int64)), labels, missing
    )


def _dictionary(path: Path, content: bytes) -> tuple[list[_Variable], dict[str, str], str, int]:
    """Read what stands before the cases: the variables, their long names, the encoding and where the cases begin."""
    variables: list[_Variable] = []
    by_element: dict[int, _Variable] = {}
    names_raw, encoding = b"", "cp1252"
    pending: list[tuple[bytes, bytes]] = []
    at, element, before = _HEAD, 0, 0
    while True:
        if at <= before:
            # A damaged length would send us round for ever.
            raise ValueError
        before = at
        kind = struct.unpack_from("<i", content, at)[0]
        at += 4
        if kind == 2:
            variable, at = _variable(content, at, element)
            if variable is not None:
                variables.append(variable)
                by_element[element + 1] = variable
            element += 1
        elif kind == _LABELS:
            pending, at = _value_labels(content, at)
        elif kind == _LABELLED:
            count = struct.unpack_from("<i", content, at)[0]
            for number in struct.unpack_from(f"<{count}i", content, at + 4):
                by_element[number].labels |= dict(pending)
            at += 4 + 4 * count
        elif kind == _DOCUMENT:
            at += 4 + 80 * int(struct.unpack_from("<i", content, at)[0])
        elif kind == _EXTENSION:
            subtype, size, count = struct.unpack_from("<3i", content, at)
            data = content[at + 12 : at + 12 + size * count]
            at += 12 + size * count
            if subtype == _LONG_NAMES:
                names_raw = data
            elif subtype == _VERY_LONG:
                raise Refusal(
                    f"{path}: has texts of more than 255 bytes; leave those variables out, or save it as CSV"
                )
            elif subtype == _ENCODING:
                encoding = data.decode("ascii").strip("\0 ")
            elif subtype == 3:
                encoding = _CODE_PAGES.get(struct.unpack_from("<8i", data)[7], encoding)
        elif kind == _DONE:
            at += 4
            break
        else:
            raise ValueError
    if sum(each.elements for each in variables) != element:
        raise ValueError
    named = dict(part.split("=", 1) for part in names_raw.decode(encoding).split("\t") if "=" in part)
    return variables, {short.upper(): long.strip("\0") for short, long in named.items()}, encoding, at


def _variable(content: bytes, at: int, element: int) -> tuple[_Variable | None, int]:
    """Read a variable, None where it only continues a text, and where the next record begins."""
    width, labelled, missing, _, _ = struct.unpack_from("<5i", content, at)
    name = content[at + 20 : at + 28].decode("latin-1").rstrip()
    at += 28
    if labelled:
        length = struct.unpack_from("<i", content, at)[0]
        at += 4 + -(-length // 4) * 4
    cells = content[at : at + 8 * abs(missing)]
    at += 8 * abs(missing)
    if width < 0:
        return None, at
    variable = _Variable(name, element, width)
    _declare_missing(variable, missing, cells)
    return variable, at


def _value_labels(content: bytes, at: int) -> tuple[list[tuple[bytes, bytes]], int]:
    """Read codes and their words, and where the next record begins."""
    count = struct.unpack_from("<i", content, at)[0]
    at += 4
    labels = []
    for _ in range(count):
        length = content[at + 8]
        labels.append((content[at : at + 8], content[at + 9 : at + 9 + length]))
        at += 8 + -(-(length + 1) // 8) * 8
    return labels, at


def _declare_missing(variable: _Variable, count: int, cells: bytes) -> None:
    """Note which values are declared missing: up to three, or a range and perhaps one more."""
    parts = [cells[start : start + 8] for start in range(0, len(cells), 8)]
    if variable.width:
        variable.missing_text = tuple(parts)
        return
    numbers = [float(struct.unpack("<d", part)[0]) for part in parts]
    if count < 0:
        variable.missing_range = (numbers[0], numbers[1])
        numbers = numbers[2:]
    variable.missing = tuple(numbers)


def _missing_codes(variable: _Variable, numbers: NDArray[np.float64]) -> frozenset[str]:
    """List the codes that are missing; of a range, those that occur."""
    codes = {_number(each) for each in variable.missing}
    if variable.missing_range is not None:
        low, high = variable.missing_range
        codes |= {_number(each) for each in np.unique(numbers[(numbers >= low) & (numbers <= high)]).tolist()}
    return frozenset(codes - {""})


def _expanded(body: bytes, bias: float) -> NDArray[np.uint64]:
    """Undo the bytecode: blocks of eight codes, each followed by the 8-byte values that its codes call for."""
    starts, at = [], 0
    while at + 8 <= len(body):
        codes = body[at : at + 8]
        starts.append(at)
        at += 8 + 8 * codes.count(_RAW)
        if _END in codes:
            break
    every = np.frombuffer(body[: len(body) // 8 * 8], "<u8")
    code = np.frombuffer(b"".join(body[each : each + 8] for each in starts), np.uint8)
    block = np.array(starts, np.int64) // 8
    is_raw = code == _RAW
    nth = np.cumsum(is_raw.reshape(-1, 8), axis=1).reshape(-1)
    words = (code.astype(np.float64) - bias).view("<u8").copy()
    where = np.repeat(block, 8) + nth
    if is_raw.any() and int(where[is_raw].max()) >= len(every):
        raise ValueError
    words[is_raw] = every[where[is_raw]]
    words[code == _SPACES] = np.frombuffer(b" " * 8, "<u8")[0]
    words[code == _SYSTEM_MISSING] = np.array([-np.finfo(np.float64).max]).view("<u8")[0]
    ends = np.flatnonzero(code == _END)
    kept = np.arange(len(code)) < (ends[0] if len(ends) else len(code))
    return np.asarray(words[kept & (code != 0)])


def _by_value(values: NDArray[Any], word: Callable[[Any], str]) -> list[str]:
    """Turn values into words, each distinct value once."""
    distinct, which = np.unique(values, return_inverse=True)
    words = np.array([word(each) for each in distinct.tolist()], object)
    return list(words[which])


def _text(value: bytes, width: int, encoding: str) -> str:
    """Write a text without the spaces that fill it up."""
    return value[:width].decode(encoding, "replace").rstrip(" \0")


def _number(value: float) -> str:
    """Write a number as a code is written in the question table; the lowest number of all means system-missing."""
    if value == -np.finfo(np.float64).max or value != value:  # noqa: PLR0124 - not a number is unlike itself
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
