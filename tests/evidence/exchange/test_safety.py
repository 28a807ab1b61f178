"""A file that came from elsewhere is not trusted: bombs, paths, links and entities are each refused in one message."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.exchange import packing, read_codebook, read_project
from joinedup.evidence.exchange.packing import Packed, pack
from joinedup.refusal import Refusal
from tests.evidence.exchange.foreign import SPACE, project, written

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = f'<Project {SPACE} name="x"/>'


def packed(path: Path, *entries: tuple[str, bytes]) -> Path:
    with warnings.catch_warnings():
        # The library itself warns of a name that stands twice.
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in (("project.qde", EMPTY.encode()), *entries):
                target.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "Sources/../../out.txt",
        "/etc/passwd",
        "C:/windows/x.txt",
        "Sources\\..\\x.txt",
        "x\\y.txt",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal, match="leads elsewhere"):
        read_project(packed(tmp_path / "p.qdpx", (name, b"x")))


def test_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("Sources/link.txt")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = packed(tmp_path / "p.qdpx")
    with zipfile.ZipFile(path, "a") as target:
        target.writestr(entry, "/etc/passwd")
    with pytest.raises(Refusal, match="as a link"):
        read_project(path)


@pytest.mark.parametrize("second", ["Sources/a.txt", "sources/A.TXT"])
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, second: str) -> None:
    with pytest.raises(Refusal, match="twice"):
        read_project(packed(tmp_path / "p.qdpx", ("Sources/a.txt", b"1"), (second, b"2")))


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    markup = project().replace("internal://text.txt", "internal://bomb.txt")
    path = written(tmp_path / "p.qdpx", markup, {"Sources/bomb.txt": b" " * 8_000_000})
    assert path.stat().st_size < 20_000
    with pytest.raises(Refusal, match="zip bomb"):
        read_project(path)


def test_a_bomb_in_place_of_the_project_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("project.qde", EMPTY + " " * 8_000_000)
    with pytest.raises(Refusal, match="zip bomb"):
        read_project(path)


def test_a_size_that_is_a_lie_does_not_unpack_more_than_it_says(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("project.qde", EMPTY + " " * 5_000_000)
    content = bytearray(stored.getvalue())
    # The unpacked size in the list of files, made small.
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", len(EMPTY))
    (tmp_path / "p.qdpx").write_bytes(content)
    with pytest.raises(Refusal, match="damaged"):
        read_project(tmp_path / "p.qdpx")


def test_all_files_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_BYTES", 1_000)
    content = bytes(range(256)) * 2
    path = packed(
        tmp_path / "p.qdpx",
        ("Sources/a.bin", content),
        ("Sources/b.bin", content),
        ("Sources/c.txt", b"x" * 600),
    )
    looked = Packed.of(path)
    assert looked.read("Sources/a.bin") == content
    with pytest.raises(Refusal, match="MB unpacked"):
        looked.read("Sources/b.bin")
    packed(path, ("Sources/a.txt", b"x" * 600), ("Sources/b.txt", b"x" * 600))
    with pytest.raises(Refusal, match="would unpack to"):
        Packed.of(path)


def test_too_many_files_are_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_FILES", 3)
    with pytest.raises(Refusal, match="packs 4 files"):
        read_project(packed(tmp_path / "p.qdpx", ("a", b""), ("b", b""), ("c", b"")))


def test_an_archive_within_is_never_opened(tmp_path: Path) -> None:
    inner = pack({"project.qde": b"<!DOCTYPE x>", "../x": b""})
    assert read_project(packed(tmp_path / "p.qdpx", ("Sources/inner.qdpx", inner))).coded.interviews == ()


def test_a_password_a_rare_packing_and_a_torn_file_are_each_said(tmp_path: Path) -> None:
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("project.qde", EMPTY)
    with pytest.raises(Refusal, match=r"no \.qdpx uses"):
        read_project(path)
    content = bytearray(packed(path).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(Refusal, match="password"):
        read_project(path)
    path.write_bytes(packed(path).read_bytes()[:40])
    with pytest.raises(Refusal, match="is no zip"):
        read_project(path)
    with pytest.raises(Refusal, match="is not here"):
        read_project(tmp_path / "gone.qdpx")


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
OUTER = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "kind", [LAUGHS, OUTER, "<!-- c --> <?p i?>\n<!DOCTYPE x>", "<!DOCTYPE x SYSTEM 'y.dtd'>"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>'])
def test_a_document_type_is_refused_however_it_is_written(
    tmp_path: Path, kind: str, encoding: str, declaration: str
) -> None:
    content = f'{declaration}{kind}<Project {SPACE} name="&a;"/>'.encode(encoding)
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("project.qde", content)
    with pytest.raises(Refusal, match="declares a document type"):
        read_project(path)
    (tmp_path / "c.qdc").write_bytes(content)
    with pytest.raises(Refusal, match="declares a document type"):
        read_codebook(tmp_path / "c.qdc")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<Project", "not well-formed"),
        (b"", "not well-formed"),
        (b"\xff\xfe\x00", "neither UTF-8 nor UTF-16"),
        (b"\xe9", "neither UTF-8 nor UTF-16"),
        (b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE x+AD4", "not well-formed"),
        (b"<a/>", "no REFI-QDA codebook"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "not well-formed"),
    ],
)
def test_markup_that_is_none_is_refused_in_one_message(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "c.qdc").write_bytes(content)
    with pytest.raises(Refusal, match=message):
        read_codebook(tmp_path / "c.qdc")


def test_a_zip_without_a_project_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.qdpx").write_bytes(pack({"x.txt": b""}))
    with pytest.raises(Refusal, match=r"holds no project\.qde"):
        read_project(tmp_path / "p.qdpx")
