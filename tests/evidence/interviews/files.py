"""Transcripts and tables for tests, in every format, made of a few lines."""

from __future__ import annotations

import io
import zipfile
from types import MappingProxyType
from typing import TYPE_CHECKING

from docx import Document
from pypdf import PdfReader, PdfWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HEAD = "interview_id,file,held_on,speaker,label,position,service,area,consent"
GROUP = (
    "Interviewer: How is it?\nSP1: Good 😀 now.\nAnd it was not.\n\nSP2: No, cafe\u0301s shut.\nSP1: True.\n"
)
TWO = (
    "g1,group.txt,2025-03-31,s1,SP1,station manager,fire,north,quote",
    "g1,group.txt,2025-03-31,s2,SP2,constable,police,north,paraphrase",
)


def table(
    folder: Path, *rows: str, head: str = HEAD, files: Mapping[str, str | bytes] = MappingProxyType({})
) -> Path:
    """Write a table of interviews with files beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    path = folder / "interviews.csv"
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    return path


def docx(paragraphs: Sequence[str], rows: Sequence[Sequence[str]] = (), last: Sequence[str] = ()) -> bytes:
    """Make a DOCX of paragraphs, then a table, then more paragraphs."""
    document = Document()
    for each in paragraphs:
        document.add_paragraph(each)
    if rows:
        made = document.add_table(len(rows), len(rows[0]))
        for row, cells in zip(made.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    for each in last:
        document.add_paragraph(each)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Give a zip with one part put in, or put in the place of another."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.infolist():
            if each.filename != name:
                new.writestr(each.filename, old.read(each))
        new.writestr(name, part)
    return made.getvalue()


def pdf(pages: Sequence[Sequence[str]], *, picture: bool = False) -> bytes:
    """Make a PDF of lines of text by hand; with ``picture`` every page shows one."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    shown = " /XObject << /I 3 0 R >>" if picture else ""
    objects += [
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>%s"
        % b"\nstream\n0\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for lines in pages:
        said = "".join(f"({each}) Tj T* " for each in lines)
        stream = f"BT /F 12 Tf 14 TL 50 700 Td {said}ET".encode("ascii")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects) + 2} 0 R "
            f"/Resources << /Font << /F 4 0 R >>{shown} >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    made, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    entries = b"".join(b"%010d 00000 n \n" % each for each in places)
    many = len(objects) + 1
    return made + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (many, entries, many, len(made))
    )


def locked(content: bytes) -> bytes:
    """Give a PDF under a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt("open sesame", algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
