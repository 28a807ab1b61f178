"""Captions of a recording, VTT or SRT, as a transcript: voices and words kept, times dropped."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,60})?[ \t]+([^>\n]{1,120})>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>\n]{0,120}>|\{\\[^{}\n]{0,60}\}")
_LABELLED = re.compile(r"^[^\W\d_][\w .'’-]{0,39}:\s")


def captions_text(path: Path, text: str) -> tuple[str, tuple[str, ...]]:
    """Give captions as text, a line for each stretch of one voice, and the voices that are marked in it.

    A voice, ``<v Name>`` or ``Name:`` at the start of a caption, begins a line as ``Name: ``; captions that go on with the same
    voice are joined by a space.

    Raises:
        Refusal: when there is no caption in it.
    """
    lines: list[tuple[str, list[str]]] = []
    voices: set[str] = set()
    found = False
    for caption in _captions(text, loose=path.suffix.lower() == ".srt"):
        found = True
        # Between the voice tags stand the voices, at every second place; before the first nobody is named.
        pieces = _VOICE.split(caption)
        for tagged, words in zip(["", *pieces[1::2]], pieces[::2], strict=True):
            voice = " ".join(html.unescape(tagged).split()).rstrip(":")
            voices |= {voice} - {""}
            for line in words.split("\n"):
                said = " ".join(html.unescape(_TAG.sub("", line)).split())
                if not said:
                    continue
                if not lines or voice != lines[-1][0] or (not voice and _LABELLED.match(said)):
                    lines.append((voice, [said]))
                else:
                    lines[-1][1].append(said)
    if not found:
        raise Refusal(
            f"{path}: no caption in it has times such as 00:00:01.000 --> 00:00:04.000; save it again"
        )
    whole = [f"{voice}: {' '.join(said)}" if voice else " ".join(said) for voice, said in lines]
    return "\n".join(whole), tuple(sorted(voices))


def _captions(text: str, *, loose: bool) -> Iterator[str]:
    """Give the words of each caption.

    What stands outside of captions is a header, a note or a number; in SRT (``loose``), which has no notes, what is no number is
    said after a blank line.
    """
    words: list[str] | None = None
    inside = False
    for line in text.split("\n"):
        if _TIMES.match(line):
            if words is not None:
                yield "\n".join(words)
            words, inside = [], True
        elif not line.strip():
            inside = False
        elif words is not None and (inside or (loose and not line.strip().isdigit())):
            words.append(line)
    if words is not None:
        yield "\n".join(words)
