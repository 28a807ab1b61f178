"""Reading a project that joinedup or another program wrote: ``.qdpx`` (REFI-QDA 1.0).

Text sources become interviews, cases speakers, codings passages. Pictures, sound and film are not unpacked. What is not taken
over is counted and said, and so is what had to be assumed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from joinedup.evidence.exchange.codebook import codes_of
from joinedup.evidence.exchange.conventions import ORIGIN, slugs, understood
from joinedup.evidence.exchange.ends import End, end_of
from joinedup.evidence.exchange.markup import PROJECT, named, parsed, plain_guid
from joinedup.evidence.exchange.packing import Packed
from joinedup.evidence.exchange.project_out import INSIDE
from joinedup.evidence.exchange.sources import Source, sources_of, tag
from joinedup.evidence.exchange.speakers import speakers_of
from joinedup.evidence.passages import Approach, Coded, Coder, Interview, Passage
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lxml import etree

_NOBODY = "not-given"
_LEFT = {
    "PictureSource": "pictures",
    "PDFSource": "PDF sources without text",
    "AudioSource": "sound recordings",
    "VideoSource": "films",
    "PDFSelection": "selections on the page of a PDF",
    "PictureSelection": "selections of a picture",
    "AudioSelection": "selections of sound",
    "VideoSelection": "selections of film",
    "TranscriptSelection": "selections of a recording's transcript",
    "Link": "links",
    "Set": "sets",
    "Graph": "drawings",
}


@dataclass(frozen=True)
class ReadProject:
    """A project as read: its content, how its ends were told, what it held, and what was left out or assumed."""

    coded: Coded
    origin: str
    end: End
    told_by: str
    sources: int
    codes: int
    selections: int
    users: int
    said: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give what was read and what was not, without any words of anybody."""
        return {
            "origin": self.origin,
            "end": self.end.value,
            "told_by": self.told_by,
            "sources": self.sources,
            "codes": self.codes,
            "selections": self.selections,
            "users": self.users,
            "interviews": len(self.coded.interviews),
            "passages": len(self.coded.passages),
            "said": list(self.said),
        }


def read_project(path: Path, end: End | None = None) -> ReadProject:
    """Read a project whole.

    Args:
        path: the ``.qdpx`` file.
        end: what the end of a selection is; told from the selections themselves where not given.

    Raises:
        Refusal: when it cannot be read safely, contradicts itself, or its ends cannot be told.
    """
    packed = Packed.of(path)
    content = packed.read(INSIDE)
    if content is None:
        raise Refusal(f"{path}: holds no {INSIDE}, as a .qdpx project must; export it again")
    root = parsed(content, named(path, INSIDE))
    if root.tag != tag("Project"):
        raise Refusal(f"{named(path, INSIDE)}: is no REFI-QDA project; export it again")
    origin = root.get("origin", "")
    said: list[str] = []
    notes = _notes(root, packed)
    codes, code_ids = codes_of(_one(root, "CodeBook"), PROJECT, named(path, INSIDE), notes)
    coders, coder_ids = _coders(root)
    sources = sources_of(root, packed, said)
    spans = [span for source in sources for span in source.spans]
    if end is None:
        ours = origin == ORIGIN
        end, told_by = (End.EXCLUSIVE, "joinedup wrote it") if ours else end_of(path, spans)
    else:
        told_by = "as it was said"
    placed = {each.guid: each.placed(path, end) for each in sources}
    speakers = speakers_of(root, sources, placed, own=origin == ORIGIN, said=said)
    interviews = tuple(
        Interview(
            each.id,
            each.held_on,
            each.sha256,
            each.text,
            speakers[each.guid].speakers,
            speakers[each.guid].turns,
            each.withdrawn,
        )
        for each in sources
    )
    reader = _Codings(root, code_ids, coder_ids, notes, named(path, INSIDE))
    passages = [
        each
        for source in sources
        for each in reader.of(source, placed[source.guid], speakers[source.guid].chosen)
    ]
    passages = _with_ids(passages)
    if reader.nobody:
        coders = (*coders, Coder(_NOBODY, "not given"))
        said.append(f"{reader.nobody:,} codings name no coder: '{_NOBODY}' stands for whoever it was")
    if reader.uncoded:
        said.append(f"{reader.uncoded:,} selections without a code are left out")
    if reader.empty:
        said.append(f"{reader.empty:,} codings of no words are left out")
    if reader.whole:
        said.append(f"{reader.whole:,} codings of a whole source are passages over all of its text")
    said.extend(_left_out(root, notes, reader.used))
    approach = understood(root.findtext(tag("Description")) or "")[1].get("approach", "")
    coded = Coded(
        Approach(approach) if approach in set(Approach) else Approach.REFLEXIVE,
        tuple(sorted(interviews, key=lambda each: each.id)),
        codes,
        tuple(sorted(coders, key=lambda each: each.id)),
        tuple(sorted(passages, key=lambda each: each.id)),
    )
    return ReadProject(
        coded,
        origin,
        end,
        told_by,
        sum(1 for each in _one(root, "Sources")),
        len(codes),
        len(spans),
        len(list(root.iterfind(f"{tag('Users')}/{tag('User')}"))),
        tuple(said),
    )


class _Codings:
    """Makes passages of codings, and counts what they lack."""

    def __init__(
        self,
        root: etree._Element,
        codes: Mapping[str, str],
        coders: Mapping[str, str],
        notes: Mapping[str, str],
        where: str,
    ) -> None:
        self.codes, self.coders, self.notes, self.where = codes, coders, notes, where
        self.maker = plain_guid(root.get("creatingUserGUID", ""))
        self.nobody = self.uncoded = self.whole = self.empty = 0
        self.used: set[str] = set()

    def of(
        self, source: Source, placed: Mapping[str, tuple[int, int]], turns: frozenset[str]
    ) -> list[Passage]:
        """Give the passages of one source."""
        found = []
        for selection in source.selections:
            codings = selection.findall(tag("Coding"))
            key = plain_guid(selection.get("guid", ""))
            _, facts = understood(selection.findtext(tag("Description")) or "")
            if not codings and key not in turns and "turn" not in facts:
                self.uncoded += 1
            if placed[key][0] == placed[key][1]:
                self.empty += len(codings)
                continue
            for coding in codings:
                maker = coding.get("creatingUser") or selection.get("creatingUser") or ""
                memo = self._memo(coding) or (self._memo(selection) if coding is codings[0] else "")
                passage = self._passage(source, coding, placed[key], maker, memo)
                # A selection that another program coded once more keeps our id for its first coding alone.
                if coding is codings[0]:
                    passage = replace(
                        passage,
                        id=facts.get("id", ""),
                        round=int(facts["round"]) if facts.get("round", "").isdecimal() else 1,
                        suggested=facts.get("suggested") == "yes",
                    )
                found.append(passage)
        for coding in source.whole:
            self.whole += 1
            span = (0, len(source.text))
            found.append(
                self._passage(source, coding, span, coding.get("creatingUser", ""), self._memo(coding))
            )
        return found

    def _passage(
        self, source: Source, coding: etree._Element, span: tuple[int, int], maker: str, memo: str
    ) -> Passage:
        reference = coding.find(tag("CodeRef"))
        target = "" if reference is None else plain_guid(reference.get("targetGUID", ""))
        if target not in self.codes:
            raise Refusal(
                f"{self.where}, source {source.id}: a coding names a code that is not there; export it again"
            )
        coder = self.coders.get(plain_guid(maker)) or self.coders.get(self.maker)
        if coder is None:
            self.nobody += 1
        return Passage("", source.id, *span, self.codes[target], coder or _NOBODY, memo=memo)

    def _memo(self, element: etree._Element) -> str:
        targets = [plain_guid(each.get("targetGUID", "")) for each in element.iterfind(tag("NoteRef"))]
        self.used.update(targets)
        return "\n\n".join(self.notes[each] for each in targets if self.notes.get(each))


def _with_ids(passages: list[Passage]) -> list[Passage]:
    """Give passages that have no id of ours, or one that stands twice, an id by their place."""
    times = Counter(each.id for each in passages)
    keep = {each for each, number in times.items() if each and number == 1}
    number, given = 0, []
    for each in sorted(
        passages, key=lambda each: (each.interview, each.start, each.end, each.code, each.coder)
    ):
        if each.id in keep:
            given.append(each)
            continue
        number += 1
        while f"p{number:06}" in keep:
            number += 1
        given.append(replace(each, id=f"p{number:06}"))
    return given


def _notes(root: etree._Element, packed: Packed) -> dict[str, str]:
    """Give the text of notes by identifier."""
    found: dict[str, str] = {}
    for each in root.iterfind(f"{tag('Notes')}/{tag('Note')}"):
        inside = each.findtext(tag("PlainTextContent"))
        text = inside if inside is not None else Source.text_inside(each, packed)
        found[plain_guid(each.get("guid", ""))] = text or ""
    return found


def _coders(root: etree._Element) -> tuple[tuple[Coder, ...], dict[str, str]]:
    users = list(root.iterfind(f"{tag('Users')}/{tag('User')}"))
    given = [each.get("id", "") for each in users]
    # An id that two users bear tells nobody apart.
    known = {each for each, number in Counter(given).items() if each and number == 1}
    unnamed = [each.get("name", "") for each, own in zip(users, given, strict=True) if own not in known]
    others = iter(slugs(unnamed, "coder", known))
    ids = [own if own in known else next(others) for own in given]
    coders = tuple(Coder(own, each.get("name", own)) for own, each in zip(ids, users, strict=True))
    return coders, {plain_guid(each.get("guid", "")): own for own, each in zip(ids, users, strict=True)}


def _left_out(root: etree._Element, notes: Mapping[str, str], used: set[str]) -> list[str]:
    """Say what the project holds that was not taken over."""
    said = []
    for name, words in _LEFT.items():
        found = list(root.iter(tag(name)))
        if name == "PDFSource":
            found = [each for each in found if each.find(tag("Representation")) is None]
        if found:
            said.append(f"{len(found):,} {words} left out")
    on_codes = {
        plain_guid(each.get("targetGUID", "")) for each in root.iterfind(f".//{tag('Code')}/{tag('NoteRef')}")
    }
    if on_codes & set(notes):
        said.append(
            f"{len(on_codes & set(notes)):,} notes on codes stand at the end of the codes' definitions"
        )
    free = set(notes) - used - on_codes
    if free:
        said.append(f"{len(free):,} notes on nothing that is coded are left out")
    cases = list(root.iterfind(f"{tag('Cases')}/{tag('Case')}/{tag('CodeRef')}"))
    if cases:
        said.append(f"{len(cases):,} codes on cases, and on no words, are left out")
    return said


def _one(root: etree._Element, name: str) -> etree._Element:
    """Give a part of the project, empty where it is missing."""
    found = root.find(tag(name))
    return root.makeelement(tag(name)) if found is None else found
