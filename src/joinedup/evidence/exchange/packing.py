"""Packing and unpacking a project file: a zip that came from elsewhere is not trusted.

Only what is asked for is unpacked, into memory and never onto the disk; a file inside it is never opened as a further archive.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Self

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST_FILES = 20_000
MOST_BYTES = 256 * 2**20
"""Unpacked, all files together: 60 interviews of 8,000 words with their coding take a fiftieth of it."""
MOST_TIMES = 200
"""How many times its packed size a file may take: text packs 3 to 10 times, a bomb 1,000 times."""
_SMALL = 2**20
"""A file up to this size may be packed as tightly as it likes: ten thousand blank lines are no bomb."""
_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
)
"""What the library says of bytes that are no zip, or are one no more."""


class Packed:
    """A zip whose list of files has been looked through; ``read`` unpacks one of them, within the bounds of all."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self._left = MOST_BYTES
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            listed = self._zip.infolist()
        except _DAMAGED as error:
            raise Refusal(
                f"{path}: is no zip, as a .qdpx project must be ({error}); export it again"
            ) from error
        if len(listed) > MOST_FILES:
            raise Refusal(f"{path}: packs {len(listed):,} files; at most {MOST_FILES:,} are looked at")
        self._files: dict[str, zipfile.ZipInfo] = {}
        for each in listed:
            _look_at(path, each)
            key = each.filename.lower()
            if key in self._files:
                raise Refusal(
                    f"{path}: packs '{each.filename}' twice, and it cannot be told which is meant; export it again"
                )
            self._files[key] = each
        declared = sum(each.file_size for each in listed if each.filename.lower().endswith((".qde", ".txt")))
        if declared > MOST_BYTES:
            raise Refusal(
                f"{path}: would unpack to {declared / 2**20:,.0f} MB of text, and at most {MOST_BYTES // 2**20} MB is "
                "read; export fewer sources at a time"
            )

    @classmethod
    def of(cls, path: Path) -> Self:
        """Look through a zip on the disk.

        Raises:
            Refusal: when it is none, or holds a path that leads elsewhere, a link, a file twice, or too much.
        """
        if not path.is_file():
            raise Refusal(f"{path}: is not here; name a .qdpx file")
        return cls(path, path.read_bytes())

    @property
    def names(self) -> tuple[str, ...]:
        """The files that it packs, in order of their names."""
        return tuple(sorted(each.filename for each in self._files.values() if not each.is_dir()))

    def read(self, name: str) -> bytes | None:
        """Unpack one file, whatever the case of its name; None where there is none of that name.

        Raises:
            Refusal: when it is larger than it may be, protected by a password, or damaged.
        """
        found = self._files.get(name.lower())
        if found is None or found.is_dir():
            return None
        where = f"{self.path}, {found.filename}"
        if found.flag_bits & _ENCRYPTED:
            raise Refusal(f"{where}: is protected by a password; export the project without one")
        if found.compress_type not in _PLAIN:
            raise Refusal(f"{where}: is packed in a way that no .qdpx uses; export it again")
        if found.file_size > max(_SMALL, MOST_TIMES * found.compress_size):
            raise Refusal(
                f"{where}: would unpack to more than {MOST_TIMES} times its size, as a zip bomb does; it is not opened"
            )
        try:
            with self._zip.open(found) as stream:
                content = stream.read(self._left + 1)
        except _DAMAGED as error:
            raise Refusal(f"{where}: is damaged ({error}); export the project again") from error
        self._left -= len(content)
        if self._left < 0:
            raise Refusal(
                f"{where}: makes more than {MOST_BYTES // 2**20} MB unpacked; export fewer sources at a time"
            )
        return content


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip, the same bytes for the same files whatever their order and the time of day."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            packed.writestr(entry, files[name], compresslevel=9)
    return target.getvalue()


def _look_at(path: Path, each: zipfile.ZipInfo) -> None:
    """Refuse a file whose path leads out of the folder that it would be unpacked in, or that is a link."""
    # The zip's own record of the name: ``filename`` has been cut at a zero byte and had its slashes turned.
    name = each.orig_filename
    parts = name.replace("\\", "/").split("/")
    if "\\" in name or "\0" in name or name.startswith("/") or ".." in parts or ":" in parts[0]:
        raise Refusal(f"{path}: packs the path '{name[:100]}', which leads elsewhere; it is not opened")
    if stat.S_ISLNK(each.external_attr >> 16):
        raise Refusal(f"{path}: packs '{name[:100]}' as a link to another file; it is not opened")
