"""The sources of a project that have a text, their selections, and where these stand in the text as joinedup reads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.evidence.exchange.conventions import ORIGIN, slugs
from joinedup.evidence.exchange.ends import End, Span, places_without_returns, without_returns
from joinedup.evidence.exchange.markup import PROJECT, decoded, named, plain_guid
from joinedup.evidence.exchange.project_out import FOLDER
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lxml import etree

    from joinedup.evidence.exchange.packing import Packed

_INSIDE = "internal://"
_WHOLE_NUMBERS = 18
"""Digits of the longest position that is looked at."""


def tag(name: str) -> str:
    """Give a name of the project's schema in full."""
    return f"{{{PROJECT}}}{name}"


@dataclass(frozen=True, eq=False)
class Source:
    """A source with its text: ``counted`` as its positions count it, ``text`` with line feeds alone at the ends of lines."""

    guid: str
    id: str
    counted: str
    selections: tuple[etree._Element, ...]
    whole: tuple[etree._Element, ...]
    held_on: date | None
    sha256: str
    withdrawn: bool

    @cached_property
    def text(self) -> str:
        """The text as it is worked with."""
        return without_returns(self.counted)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Its selections as the program wrote them."""
        return tuple(
            Span(
                self.counted,
                _position(self, each, "start"),
                _position(self, each, "end"),
                each.get("name", ""),
            )
            for each in self.selections
        )

    def placed(self, path: Path, end: End) -> dict[str, tuple[int, int]]:
        """Say where each selection stands in the text, its end exclusive, by identifier.

        Raises:
            Refusal: for a selection that is not within the text, or two of one identifier.
        """
        places = places_without_returns(self.counted)
        found: dict[str, tuple[int, int]] = {}
        for element, span in zip(self.selections, self.spans, strict=True):
            stop = span.end + (end is End.INCLUSIVE)
            key = plain_guid(element.get("guid", ""))
            where = f"{path}, source {self.id}, selection {key}"
            if not 0 <= span.start <= stop <= len(self.counted):
                raise Refusal(
                    f"{where}: stands at {span.start:,} to {span.end:,} in a text of {len(self.counted):,} characters; say "
                    "with --end inclusive or --end exclusive what its end is, or export the project again"
                )
            if key in found:
                raise Refusal(f"{where}: its identifier stands twice; export the project again")
            found[key] = (places[span.start], places[stop]) if places else (span.start, stop)
        return found

    @staticmethod
    def text_inside(element: etree._Element, packed: Packed) -> str | None:
        """Give the text of a note that stands in a file of its own."""
        content = _file(element, packed)
        return None if content is None else without_returns(decoded(content, named(packed.path, "a note")))


def sources_of(root: etree._Element, packed: Packed, said: list[str]) -> tuple[Source, ...]:
    """Read the sources that have a text.

    Args:
        root: the project.
        packed: where its files are.
        said: what could not be read, or was read in a way that a person should know of, is added.

    Raises:
        Refusal: for two sources of one identifier, or a text that is in no encoding of the format.
    """
    elements = [
        (outer, outer if outer.tag == tag("TextSource") else outer.find(tag("Representation")))
        for outer in root.iterfind(f"{tag('Sources')}/*")
    ]
    texts = [(outer, inner, *_text(inner, packed)) for outer, inner in elements if inner is not None]
    without = [inner for _, inner, text, _ in texts if text is None]
    if without:
        lost = sum(1 for each in without for _ in each.iterfind(tag("PlainTextSelection")))
        said.append(
            f"{len(without):,} sources with {lost:,} selections are left out: their plain text is not in the project"
        )
    read = [(outer, inner, text, sha) for outer, inner, text, sha in texts if text is not None]
    guids = [plain_guid(outer.get("guid", "")) for outer, *_ in read]
    if len(set(guids)) < len(guids):
        raise Refusal(f"{packed.path}: two sources have one identifier; export the project again")
    variables = variable_names(root)
    if root.get("origin") != ORIGIN:
        kept = [each for each in read if each[2].strip() or values_of(each[0], variables).get("withdrawn")]
        if len(kept) < len(read):
            said.append(f"{len(read) - len(kept):,} sources hold no words and are left out")
        read = kept
    names = [outer.get("name", "") for outer, *_ in read]
    if root.get("origin") != ORIGIN or len(set(names)) < len(names):
        names = list(slugs(names, "interview"))
    sources, moved = [], 0
    for (outer, inner, text, sha), name in zip(read, names, strict=True):
        selections = tuple(inner.iterfind(tag("PlainTextSelection")))
        counted = _as_counted(text, selections)
        moved += counted is not text
        values = values_of(outer, variables)
        whole = [
            *outer.iterfind(tag("Coding")),
            *(inner.iterfind(tag("Coding")) if inner is not outer else ()),
        ]
        sources.append(
            Source(
                plain_guid(outer.get("guid", "")),
                name,
                counted,
                selections,
                tuple(whole),
                _date(values.get("held_on", "")),
                values.get("sha256", "") if root.get("origin") == ORIGIN else sha,
                values.get("withdrawn") in ("true", "1"),
            )
        )
    if moved:
        said.append(
            f"the positions in {moved:,} sources count the end of a line as one character, and are read so"
        )
    return tuple(sources)


def variable_names(root: etree._Element) -> dict[str, str]:
    """Give the name of each variable by identifier, in small letters."""
    return {
        plain_guid(each.get("guid", "")): each.get("name", "").strip().lower()
        for each in root.iterfind(f"{tag('Variables')}/{tag('Variable')}")
    }


def values_of(element: etree._Element, variables: Mapping[str, str]) -> dict[str, str]:
    """Give the values of a source's or a case's variables by name."""
    found: dict[str, str] = {}
    for each in element.iterfind(tag("VariableValue")):
        reference = each.find(tag("VariableRef"))
        target = "" if reference is None else reference.get("targetGUID", "")
        name = variables.get(plain_guid(target), "")
        if name:
            found[name] = next((one.text or "" for one in each if one is not reference), "")
    return found


def _text(element: etree._Element, packed: Packed) -> tuple[str | None, str]:
    """Give the text of a source as it stands there, and the fingerprint of its bytes; None where it is not here."""
    inside = element.findtext(tag("PlainTextContent"))
    if inside is not None and not element.get("plainTextPath"):
        return inside, hashlib.sha256(inside.encode()).hexdigest()
    content = _file(element, packed)
    if content is None:
        return None, ""
    return decoded(content, named(packed.path, element.get("plainTextPath", ""))), hashlib.sha256(
        content
    ).hexdigest()


def _file(element: etree._Element, packed: Packed) -> bytes | None:
    """Unpack the text of a source; a path that leads out of the project is never followed."""
    path = element.get("plainTextPath", "")
    if not path.startswith(_INSIDE):
        return None
    name = path.removeprefix(_INSIDE)
    found = packed.read(f"{FOLDER}/{name}")
    return packed.read(name) if found is None else found


def _as_counted(text: str, selections: Sequence[etree._Element]) -> str:
    """Give the text as the positions of its selections count it, told by those that are named by their text."""
    if "\r\n" not in text:
        return text
    plain = without_returns(text)
    return plain if _named_rightly(plain, selections) > _named_rightly(text, selections) else text


def _named_rightly(text: str, selections: Sequence[etree._Element]) -> int:
    """Count selections whose name is their text, whichever way their ends are given."""
    right = 0
    for each in selections:
        start, end, name = (
            each.get("startPosition", ""),
            each.get("endPosition", ""),
            each.get("name", "").split(),
        )
        if name and start.isdecimal() and end.isdecimal() and len(end) < _WHOLE_NUMBERS > len(start):
            right += name in (text[int(start) : int(end)].split(), text[int(start) : int(end) + 1].split())
    return right


def _position(source: Source, element: etree._Element, which: str) -> int:
    given = element.get(f"{which}Position", "").strip()
    if not given.removeprefix("-").isdecimal() or len(given) > _WHOLE_NUMBERS:
        raise Refusal(
            f"source {source.id}, selection {element.get('guid', '')}: its {which} '{given[:30]}' is no whole number; "
            "export the project again"
        )
    return int(given)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
