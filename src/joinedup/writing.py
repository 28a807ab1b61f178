"""Write beside, then rename: stopped half-way, there is the old file or the new, never half of one."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.refusal import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PARTIAL = ".joinedup-partial-"


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write several files so that either all of them are new or none is.

    All contents are written beside their targets first; only when every byte is on the disk are they
    renamed, and should that be stopped half-way, the files already renamed are put back.

    Raises:
        CannotWrite: when the folder cannot be made or written, or the disk is full.
    """
    made: list[Path] = []
    partial: dict[Path, Path] = {}
    kept: dict[Path, Path] = {}
    try:
        for target, content in files.items():
            with _explained(target):
                _make_folder(target.parent, made)
                partial[target] = _beside(target)
                _write(partial[target], content, target)
        _rename_all(partial, kept)
        made.clear()
    finally:
        for beside in (*partial.values(), *kept.values()):
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        _unmake(made)


def keep_what_is_not_ours(target: Path, marker: str) -> None:
    """Stop before a folder is replaced, and before the work for it is done, where it holds something else.

    Raises:
        CannotWrite: when ``target`` is there, is not empty and has no ``marker``.
    """
    if os.path.lexists(target) and not _ours(target, marker):
        raise CannotWrite(
            f"{target}: there is something here that joinedup did not make; name an empty or a new folder"
        )


@contextmanager
def replaced_folder(target: Path, marker: str) -> Iterator[Path]:
    """Yield a new folder beside ``target``; when the block ends well it takes the place of ``target``.

    An older folder is replaced only if it holds ``marker``, the file that says that this program made it.

    Raises:
        CannotWrite: when ``target`` holds something else, or its parent cannot be written.
    """
    target = target.absolute()
    made: list[Path] = []
    beside = _beside(target)
    old = beside.with_name(beside.name + "-old")
    try:
        with _explained(target):
            keep_what_is_not_ours(target, marker)
            _make_folder(target.parent, made)
            beside.mkdir()
            yield beside
            if target.exists():
                target.rename(old)
            beside.rename(target)
            made.clear()
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
        _unmake(made)


def _rename_all(partial: Mapping[Path, Path], kept: dict[Path, Path]) -> None:
    """Put every file in its place, or, when stopped, put back what was there."""
    placed: list[Path] = []
    try:
        for target, beside in partial.items():
            with _explained(target):
                if target.exists():
                    kept[target] = beside.with_name(beside.name + "-old")
                    _keep(target, kept[target])
                placed.append(target)
                beside.replace(target)
    except BaseException:
        for target in placed:
            if target in kept:
                kept[target].replace(target)
            elif not partial[target].exists():
                target.unlink(missing_ok=True)
        raise


def _keep(target: Path, copy: Path) -> None:
    """Keep the old content under another name, without a copy of its bytes where the disk allows it."""
    try:
        os.link(target, copy)
    except OSError:
        shutil.copy2(target, copy)


def _write(beside: Path, content: bytes, target: Path) -> None:
    """Write a new file to the disk, as open to others as the one that it replaces."""
    with beside.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    if target.exists():
        shutil.copymode(target, beside)


def _beside(target: Path) -> Path:
    """Name a file or folder that nobody else uses, on the same disk as ``target``."""
    return target.with_name(f"{_PARTIAL}{secrets.token_hex(8)}")


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it, and remember which were new."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        made.append(each)


def _unmake(made: list[Path]) -> None:
    """Take away the folders that were made for nothing, if they are empty."""
    for each in reversed(made):
        with suppress(OSError):
            each.rmdir()


def _ours(folder: Path, marker: str) -> bool:
    """Whether a folder is empty or was made by this program."""
    return folder.is_dir() and ((folder / marker).is_file() or not any(folder.iterdir()))


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a message that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what = "the disk is full; nothing was changed; make room and run the command again"
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            what = "no permission to write here; nothing was changed; choose another folder"
        elif error.errno in (errno.ENOTDIR, errno.EEXIST):
            what = "a file stands where a folder is needed; nothing was changed; name another folder"
        else:
            what = f"cannot be written ({error.strerror or error}); nothing was changed"
        raise CannotWrite(f"{target}: {what}") from error
