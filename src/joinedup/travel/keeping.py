"""Keeping what took long to work out in the user's own cache, under a name made from everything that it was worked out of."""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from joinedup.refusal import CannotWrite
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FOLDER = "JOINEDUP_CACHE"
"""The environment variable that names another folder to keep things in."""
_MOST_BYTES = 2_000_000_000
_DIGEST = 16
_ALIGNED = 64
"""Bytes of a checksum, and what the arrays' beginning is a multiple of."""
_LONGEST_HEAD = 4096

Arrays = dict[str, "NDArray[np.generic]"]


def folder() -> Path:
    """Give the folder that things are kept in: the one that is named, else where this system keeps a user's cache."""
    if named := os.environ.get(FOLDER):
        return Path(named)
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "joinedup" / "cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "joinedup"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "joinedup"


def digest_of(*parts: bytes | str | NDArray[np.generic]) -> str:
    """Give one name for all the parts together; parts that differ in any byte or in where they end have another."""
    whole = hashlib.blake2b(digest_size=_DIGEST)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        if isinstance(raw, np.ndarray):
            whole.update(f"{raw.dtype.str}{raw.shape}".encode())
            raw = np.ascontiguousarray(raw).tobytes()
        whole.update(len(raw).to_bytes(8, "little"))
        whole.update(raw)
    return whole.hexdigest()


def kept(name: str, make: Callable[[], Arrays]) -> Arrays:
    """Give the arrays of this name, from the cache where they are whole, else made and put there.

    A file that is damaged is made again. Where nothing can be written nothing is kept.
    """
    path = folder() / f"{name}.travel"
    with suppress(OSError, ValueError):
        return _read(path)
    made = make()
    with suppress(CannotWrite):
        write_files({path: _packed(made)})
        _leave_room(path)
    return made


def _packed(arrays: Arrays) -> bytes:
    """Put arrays behind a line that says what they are, and that behind the checksum of it all."""
    held = {name: np.ascontiguousarray(each) for name, each in arrays.items()}
    head = json.dumps([[name, each.dtype.str, list(each.shape)] for name, each in held.items()]).encode()
    content = b"".join(
        [
            head.ljust(-(-(len(head) + 1) // _ALIGNED) * _ALIGNED - 1) + b"\n",
            *(each.data for each in held.values()),
        ]
    )
    return zlib.crc32(content).to_bytes(_ALIGNED, "little") + content


def _read(path: Path) -> Arrays:
    """Read what was packed, without a copy of its own: the arrays are the file's pages, which nobody writes to.

    Raises:
        ValueError: when any byte is not as it was written.
    """
    with path.open("rb") as stream:
        whole = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    content = whole[_ALIGNED:]
    if zlib.crc32(content) != int.from_bytes(whole[:_ALIGNED], "little"):
        raise ValueError(f"{path}: damaged")
    start = bytes(content[:_LONGEST_HEAD]).index(b"\n") + 1
    found: Arrays = {}
    for name, kind, shape in json.loads(bytes(content[:start])):
        count = int(np.prod(shape))
        found[name] = np.frombuffer(content, kind, count, start).reshape(shape)
        start += found[name].nbytes
    return found


def _leave_room(newest: Path) -> None:
    """Take away the oldest files when all together have grown too large."""
    files = [
        (each.stat().st_mtime_ns, each.name, each.stat().st_size, each)
        for each in newest.parent.glob("*.travel")
    ]
    total = sum(size for _, _, size, _ in files)
    for _, _, size, each in sorted(files):
        if total <= _MOST_BYTES or each == newest:
            continue
        total -= size
        with suppress(OSError):
            each.unlink()
