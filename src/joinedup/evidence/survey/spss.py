"""Reading SPSS system files (.sav, .zsav): values, value labels and missing values, plain, bytecode-compressed or packed.

Source: the layout as the PSPP project's developers document it ("System File Format"). Dates come as SPSS keeps them,
in seconds.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace
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

MAGIC = b"$FL"
_PLAIN, _PACKED = b"$FL2", b"$FL3"
_MOST_UNPACKED = 64 * 2**20
"""Bytes of a packed file that are unpacked at most: a survey of 60,000 people and 1,000 questions has about as many."""
_HEAD = 176
_SEGMENT, _SEGMENT_ELEMENTS, _SEGMENT_STEP = 255, 32, 252
"""A text of more than 255 bytes stands in segments of 255, each filled up to 32 elements; its width is counted in 252s."""
_ZLIB = 2
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
    segments: int = 1
    missing: tuple[float, ...] = ()
    missing_range: tuple[float, float] | None = None
    missing_text: tuple[bytes, ...] = ()
    labels: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def elements(self) -> int:
        """How many 8-byte elements of a case it takes."""
        last = self.width - _SEGMENT_STEP * (self.segments - 1)
        return _SEGMENT_ELEMENTS * (self.segments - 1) + max(1, -(-last // 8))


@dataclass
class SystemFile:
    """An SPSS file as text: the answers by column, the words of each code, and the codes that are declared missing."""

    table: pl.DataFrame
    labels: dict[str, dict[str, str]]
    missing: dict[str, frozenset[str]]


def read_spss(path: Path, content: bytes) -> SystemFile:
    """Read a system file; every value becomes text, system-missing becomes "".

    Raises:
        Refusal: when it is damaged, of another byte order, or unpacks to far more than a survey has.
    """
    try:
        return _read(path, content)
    except (struct.error, zlib.error, IndexError, KeyError, ValueError, LookupError):
        raise Refusal(
            f"{path}: is damaged or no SPSS file that can be read; save it again, or as CSV"
        ) from None


def _read(path: Path, content: bytes) -> SystemFile:
    layout, _, compression, _, cases = struct.unpack_from("<5i", content, 64)
    if layout not in (2, 3):
        raise Refusal(f"{path}: is an SPSS file of another byte order; save it again in SPSS, or as CSV")
    if compression not in {_PLAIN: (0, 1), _PACKED: (2,)}[content[:4]]:
        raise ValueError
    bias = struct.unpack_from("<d", content, 84)[0]
    variables, long_names, encoding, start = _dictionary(content)
    elements = sum(each.elements for each in variables)
    body = _unpacked(path, content, start) if compression == _ZLIB else content[start:]
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
            texts = _by_value(whole, partial(_text, variable=each, encoding=encoding))
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


def _dictionary(content: bytes) -> tuple[list[_Variable], dict[str, str], str, int]:
    """Read what stands before the cases: the variables, their long names, the encoding and where the cases begin."""
    variables: list[_Variable] = []
    by_element: dict[int, _Variable] = {}
    names_raw, very_long, encoding = b"", b"", "cp1252"
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
                very_long = data
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
    variables = _joined(variables, very_long)
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


def _joined(variables: list[_Variable], very_long: bytes) -> list[_Variable]:
    """Join the segments of texts of more than 255 bytes, which the file has as variables of their own."""
    widths = dict(part.split("=", 1) for part in very_long.decode("latin-1").split("\t") if "=" in part)
    wide = {name: int(width.strip("\0")) for name, width in widths.items()}
    joined, at = [], 0
    while at < len(variables):
        each = variables[at]
        if (width := wide.pop(each.name, 0)) > _SEGMENT:
            whole = replace(each, width=width, segments=-(-width // _SEGMENT_STEP))
            parts = variables[at : at + whole.segments]
            if sum(part.elements for part in parts) != whole.elements or not all(
                part.width for part in parts
            ):
                raise ValueError
            each = whole
        joined.append(each)
        at += each.segments
    return joined


def _unpacked(path: Path, content: bytes, start: int) -> bytes:
    """Unpack the cases of a packed file, block by block as its trailer lists them."""
    _, trailer, length = struct.unpack_from("<3q", content, start)
    if trailer < start or trailer + length > len(content):
        raise ValueError
    _, _, _, count = struct.unpack_from("<2q2i", content, trailer)
    if count < 0 or 24 + 24 * count != length:
        raise ValueError
    listed = [struct.unpack_from("<2q2i", content, trailer + 24 + 24 * number) for number in range(count)]
    if any(size < 1 or packed < 1 or at < start or at + packed > trailer for _, at, size, packed in listed):
        raise ValueError
    if sum(size for _, _, size, _ in listed) > _MOST_UNPACKED:
        raise Refusal(
            f"{path}: unpacks to more than {_MOST_UNPACKED // 2**20} MB, which is no survey; keep only the variables that are "
            "needed, or save it as CSV"
        )
    blocks = []
    for _, at, size, packed in listed:
        # Asking for one byte more than was promised stops a block that unpacks to more.
        block = zlib.decompressobj().decompress(content[at : at + packed], size + 1)
        if len(block) != size:
            raise ValueError
        blocks.append(block)
    return b"".join(blocks)


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


def _text(value: bytes, variable: _Variable, encoding: str) -> str:
    """Write a text without the spaces that fill it up."""
    step = 8 * _SEGMENT_ELEMENTS
    before = [value[step * each : step * each + _SEGMENT] for each in range(variable.segments - 1)]
    whole = b"".join([*before, value[step * (variable.segments - 1) :]])
    return whole[: variable.width].decode(encoding, "replace").rstrip(" \0")


def _number(value: float) -> str:
    """Write a number as a code is written in the question table; the lowest number of all means system-missing."""
    if value == -np.finfo(np.float64).max or value != value:  # noqa: PLR0124 - not a number is unlike itself
        return ""
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)
