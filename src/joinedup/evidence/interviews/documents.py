"""The text of documents: DOCX with its tables in place, and PDF where it holds text and not pictures of it."""

from __future__ import annotations

import io
import logging
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 256 * 2**20
"""A document that unpacks to more than this is refused; a day's transcript with pictures has a tenth of it."""
MOST_PARTS = 5_000
MOST_PAGES = 2_000
_LOCKED = b"\xd0\xcf\x11\xe0"
"""How a document begins that is locked with a password, or was written before 2007."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    RuntimeError,
)


def docx_text(path: Path, content: bytes) -> str:
    """Give the text of a DOCX: a line a paragraph, a row of a table as a line with a tab between its cells, in order.

    Insertions that are tracked are read as accepted, deletions left out; headers, footers, notes and comments are not read.

    Raises:
        Refusal: when it is locked, damaged, holds macros, or expands without end.
    """
    if content.startswith(_LOCKED):
        raise Refusal(
            f"{path}: is locked with a password, or in the form from before 2007; save it as DOCX without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _refuse_unsafe(path, parts)
        body = Document(io.BytesIO(content)).element.body
    except _DAMAGED:
        raise Refusal(
            f"{path}: cannot be opened as DOCX; open it in a word processor and save it again"
        ) from None
    return "".join(_said(body)).rstrip("\n")


def _refuse_unsafe(path: Path, parts: zipfile.ZipFile) -> None:
    listed = parts.infolist()
    size = sum(each.file_size for each in listed)
    if size > MOST_BYTES or len(listed) > MOST_PARTS:
        raise Refusal(
            f"{path}: unpacks to {size // 2**20:,} MB in {len(listed):,} parts, which no transcript does; copy its text "
            "into a new document"
        )
    if any(each.flag_bits & 1 for each in listed):
        raise Refusal(f"{path}: is locked with a password; save it without one")
    if any(each.filename.lower().endswith("vbaproject.bin") for each in listed):
        raise Refusal(f"{path}: holds macros, which are never opened; save it as DOCX without macros")
    for each in listed:
        # A part declares its size, and no more than that is ever unpacked.
        if each.filename.lower().endswith((".xml", ".rels")) and b"<!DOCTYPE" in parts.read(each):
            raise Refusal(
                f"{path}: declares entities of its own, which no word processor does; copy its text into a new document"
            )


_PARAGRAPH, _RUN_TEXT, _ROW, _CELL = qn("w:p"), qn("w:t"), qn("w:tr"), qn("w:tc")
_TEXT = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011"}
_UNREAD = {
    qn("w:pPr"),
    qn("w:rPr"),
    qn("w:sdtPr"),
    qn("w:del"),
    qn("w:moveFrom"),
    # What newer programs show as a drawing is given once more for older ones.
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
}


def _said(element: Any) -> list[str]:
    """Give what stands in an element, piece by piece, in order."""
    pieces: list[str] = []
    for each in element:
        tag = each.tag
        if tag == _RUN_TEXT:
            pieces.append(each.text or "")
        elif tag in _TEXT:
            pieces.append(_TEXT[tag])
        elif tag == _ROW:
            cells = ["".join(_said(cell)).strip("\n") for cell in each.iter(_CELL) if _row(cell) is each]
            pieces += ["\t".join(cells), "\n"]
        elif tag not in _UNREAD and isinstance(tag, str):
            pieces += _said(each)
            if tag == _PARAGRAPH:
                pieces.append("\n")
    return pieces


def _row(cell: Any) -> Any:
    """Give the row that a cell is of, whatever stands between them; a cell may hold a table of its own."""
    return next(cell.iterancestors(_ROW))


def pdf_text(path: Path, content: bytes) -> str:
    """Give the text of a PDF, page after page.

    Raises:
        Refusal: when it is locked, damaged or too long, or a page is a picture with no text.
    """
    # What pypdf mends on its way is nobody's business here: what it cannot mend is refused.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise Refusal(f"{path}: is locked with a password; save a copy without one")
        if len(reader.pages) > MOST_PAGES:
            raise Refusal(f"{path}: has more than {MOST_PAGES:,} pages; split it")
        pages = [(page.extract_text(), page) for page in reader.pages]
        for number, (text, page) in enumerate(pages, start=1):
            if not text.strip() and _shows_pictures(page):
                raise Refusal(
                    f"{path}, page {number}: is a picture of text, as a scanner makes it; type it out, or save it through a "
                    "program that recognises text"
                )
    except (PyPdfError, RecursionError, *_DAMAGED):
        raise Refusal(f"{path}: cannot be opened as PDF; save it again, or as text") from None
    joined = "\n".join(text for text, _ in pages)
    # Half of a letter beyond the first 65,536 cannot be kept in any file.
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shows_pictures(page: Any) -> bool:
    """Whether a page has a picture or a drawing set into it."""
    resources = page.get("/Resources")
    return resources is not None and bool(resources.get_object().get("/XObject"))
