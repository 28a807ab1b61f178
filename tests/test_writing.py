"""Whoever stops the program half-way finds the old file or the new."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from joinedup.refusal import CannotWrite
from joinedup.writing import replaced_folder, write_files

MARKER = "made-here.json"


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def failing_on_call(number: int, error: BaseException, original: Callable[..., Any]) -> Callable[..., Any]:
    calls = 0

    def call(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == number:
            raise error
        return original(*args, **kwargs)

    return call


def test_files_are_written_with_the_folders_they_need(tmp_path: Path) -> None:
    write_files({tmp_path / "a" / "b" / "one": b"1", tmp_path / "two": b"2"})
    assert everything(tmp_path) == {str(Path("a/b/one")): b"1", "two": b"2"}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
        (OSError(errno.EIO, "Input/output error"), "cannot be written"),
    ],
)
def test_a_disk_that_refuses_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    (tmp_path / "one").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", failing_on_call(2, error, os.fsync))
    with pytest.raises(CannotWrite, match=words) as refused:
        write_files({tmp_path / "one": b"new", tmp_path / "sub" / "two": b"new"})
    assert refused.value.exit_status == 3
    assert "two" in str(refused.value)
    assert everything(tmp_path) == {"one": b"old"}
    assert not (tmp_path / "sub").exists()


@pytest.mark.parametrize("call", [1, 2, 3])
def test_an_interruption_between_renames_puts_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    before = {"one": b"old 1", "two": b"old 2"}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.setattr(Path, "replace", failing_on_call(call, KeyboardInterrupt(), Path.replace))
    with pytest.raises(KeyboardInterrupt):
        write_files({tmp_path / name: b"new" for name in ("one", "two", "three")})
    assert everything(tmp_path) == before


def test_an_interruption_while_writing_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing_on_call(1, KeyboardInterrupt(), os.fsync))
    with pytest.raises(KeyboardInterrupt):
        write_files({tmp_path / "new" / "one": b"1"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_was_kept_private_stays_private(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "one").chmod(0o600)
    write_files({tmp_path / "one": b"new"})
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600


def test_a_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "here").write_bytes(b"")
    with pytest.raises(CannotWrite, match="here"):
        write_files({tmp_path / "here" / "one": b"1"})


def write_folder(target: Path, content: bytes) -> None:
    with replaced_folder(target, MARKER) as new:
        (new / MARKER).write_bytes(b"{}")
        (new / "page").write_bytes(content)


def test_the_second_run_replaces_the_first(tmp_path: Path) -> None:
    target = tmp_path / "out" / "report"
    write_folder(target, b"first")
    (target / "left over").write_bytes(b"")
    write_folder(target, b"second")
    assert everything(tmp_path / "out") == {
        str(Path("report") / MARKER): b"{}",
        str(Path("report") / "page"): b"second",
    }


def test_what_somebody_else_made_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-keep").write_bytes(b"dear")
    with pytest.raises(CannotWrite, match="did not make"):
        write_folder(tmp_path / "letters", b"new")
    with pytest.raises(CannotWrite, match="did not make"):
        write_folder(tmp_path / "letters" / "to-keep", b"new")
    assert everything(tmp_path) == {str(Path("letters") / "to-keep"): b"dear"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
@pytest.mark.parametrize("call", [1, 2])
def test_an_interruption_while_folders_change_places_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, call: int
) -> None:
    target = tmp_path / "report"
    write_folder(target, b"first")
    monkeypatch.setattr(Path, "rename", failing_on_call(call, error, Path.rename))
    with pytest.raises((KeyboardInterrupt, CannotWrite)):
        write_folder(target, b"second")
    assert everything(tmp_path) == {
        str(Path("report") / MARKER): b"{}",
        str(Path("report") / "page"): b"first",
    }


def test_a_folder_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    def half_way(error: BaseException) -> None:
        with replaced_folder(tmp_path / "new" / "report", MARKER) as new:
            (new / "page").write_bytes(b"half")
            raise error

    for error in (KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")):
        with pytest.raises((KeyboardInterrupt, CannotWrite)):
            half_way(error)
        assert list(tmp_path.iterdir()) == []
