"""Reading and writing the markup of an exchange file: no document type, no entities, no network, nothing too large."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
MOST_BYTES = 128 * 2**20

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BEFORE_ROOT = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_NOT_HELD = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OURS = uuid5(NAMESPACE_URL, "joinedup:refi-qda")


def guid(kind: str, *ids: str) -> str:
    """Give the identifier of a thing in an exchange file: the same for the same ids, always."""
    return str(uuid5(_OURS, json.dumps([kind, *ids]))).upper()


def plain_guid(text: str) -> str:
    """Give an identifier as it is compared: without braces and in one case."""
    return text.strip().strip("{}").upper()


def parsed(content: bytes, where: str) -> etree._Element:
    """Read markup that came from elsewhere.

    Args:
        content: the bytes, in UTF-8 or, with its mark, UTF-16.
        where: what a message calls it.

    Raises:
        Refusal: when it is too large, declares a document type, or is not well-formed.
    """
    if len(content) > MOST_BYTES:
        raise Refusal(f"{where}: is larger than {MOST_BYTES // 2**20} MB; export fewer sources at a time")
    text = decoded(content, where)
    body = _DECLARATION.sub("", text, count=1)
    start = _BEFORE_ROOT.match(body)
    if body.startswith("<!", start.end() if start else 0):
        raise Refusal(f"{where}: declares a document type, through which entities grow; it is not read")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        # What the file declares of its encoding is passed over: it has been decoded already.
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(body.strip().encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise Refusal(f"{where}: is not well-formed markup ({error}); export it again") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal(f"{where}: declares a document type, through which entities grow; it is not read")
    return root


def decoded(content: bytes, where: str) -> str:
    """Turn bytes into text without its byte-order mark.

    Raises:
        Refusal: when they are neither UTF-8 nor marked as UTF-16.
    """
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"{where}: is neither UTF-8 nor UTF-16; export it again in UTF-8") from error


def held(text: str, what: str) -> str:
    """Give text that markup can hold.

    Raises:
        Refusal: for a character that it cannot, such as a form feed.
    """
    wrong = _NOT_HELD.search(text)
    if wrong:
        raise Refusal(
            f"{what}: holds the character U+{ord(wrong[0]):04X}, which an exchange file cannot; take it out and run the "
            "command again"
        )
    return text


def can_be_held(text: str) -> bool:
    """Whether markup can hold a text."""
    return _NOT_HELD.search(text) is None


def root_of(name: str, space: str) -> etree._Element:
    """Make an outermost element whose namespace needs no prefix, as some programs expect."""
    return etree.fromstring(f'<{name} xmlns="{space}"/>')


def written(root: etree._Element) -> bytes:
    """Give markup as bytes, the same for the same content."""
    etree.indent(root, "  ")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def named(path: Path, inside: str) -> str:
    """Say where a mistake is: the file, and the file that it packs."""
    return f"{path}, {inside}"
