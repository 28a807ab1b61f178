"""Bytes as text: what a transcript's letters are, and nothing about them changed but the ends of lines."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

WINDOWS = "windows-1252"
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def known_encoding(encoding: str | None) -> None:
    """Hold what was asked for to the one encoding that bytes do not tell by themselves.

    Raises:
        Refusal: for another.
    """
    if encoding not in {None, WINDOWS}:
        raise Refusal(
            f"encoding '{encoding}' is not known{did_you_mean(str(encoding), [WINDOWS])}; UTF-8 and UTF-16 are seen by "
            "themselves, anything else is saved as UTF-8 first"
        )


def decoded(path: Path, content: bytes, encoding: str | None = None) -> str:
    """Decode a text file: UTF-8, UTF-16 that begins with a byte-order mark, or Windows-1252 where it was asked for.

    The mark is dropped and lines end in a line feed alone; combining marks and everything else stay as they are.

    Raises:
        Refusal: for bytes that are none of these, with where they stand and what to do.
    """
    for mark, name in _UTF_16.items():
        if content.startswith(mark):
            try:
                text = content[len(mark) :].decode(name)
            except UnicodeDecodeError:
                raise Refusal(
                    f"{path}: begins as UTF-16 and goes on as something else; save it as UTF-8"
                ) from None
            return _with_line_feeds(path, text)
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        if encoding != WINDOWS:
            line = 1 + error.object[: error.start].count(b"\n")
            raise Refusal(
                f"{path}, line {line}: the byte 0x{error.object[error.start]:02X} is not UTF-8; save the file as UTF-8, or, "
                f"if an older Windows program wrote it, ask for the encoding {WINDOWS}"
            ) from None
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as undefined:
            line = 1 + content[: undefined.start].count(b"\n")
            raise Refusal(
                f"{path}, line {line}: the byte 0x{content[undefined.start]:02X} is not {WINDOWS} either; save the file "
                "as UTF-8"
            ) from None
    return _with_line_feeds(path, text)


def _with_line_feeds(path: Path, text: str) -> str:
    if "\0" in text:
        raise Refusal(
            f"{path}: holds empty bytes, so it is no text file, or it is UTF-16 without its mark; save it as UTF-8"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
