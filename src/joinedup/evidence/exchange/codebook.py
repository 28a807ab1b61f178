"""The codebook as other programs exchange it: ``.qdc``, and the same within a project."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from joinedup.evidence.exchange.conventions import BETWEEN, ORIGIN, described, slugs, understood
from joinedup.evidence.exchange.markup import CODEBOOK, guid, held, parsed, plain_guid, root_of, written
from joinedup.evidence.passages import Code, Family
from joinedup.refusal import Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


def write_codebook(codes: Sequence[Code], path: Path) -> None:
    """Write a codebook as a ``.qdc`` file.

    Raises:
        Refusal: for a parent that is no code, codes that are each other's parents, or text that markup cannot hold.
        CannotWrite: when the file cannot be written.
    """
    root = root_of("CodeBook", CODEBOOK)
    root.set("origin", ORIGIN)
    if not codes:
        raise Refusal(f"{path}: there is no code to write; the format needs one")
    add_codes(root, codes, CODEBOOK)
    write_files({path: written(root)})


def read_codebook(path: Path) -> tuple[Code, ...]:
    """Read a ``.qdc`` file, in the order of the codebook where joinedup wrote it, else of the file.

    Raises:
        Refusal: when it cannot be read safely, or is no codebook.
    """
    if not path.is_file():
        raise Refusal(f"{path}: is not here; name a .qdc file")
    root = parsed(path.read_bytes(), str(path))
    if root.tag != f"{{{CODEBOOK}}}CodeBook":
        raise Refusal(f"{path}: is no REFI-QDA codebook; export one as .qdc")
    return codes_of(root, CODEBOOK, str(path), {})[0]


def add_codes(parent: etree._Element, codes: Sequence[Code], space: str) -> None:
    """Write codes under an element, each below its parent, and its place among all of them."""
    below: dict[str, list[tuple[int, Code]]] = {}
    known = {each.id for each in codes}
    for place, each in enumerate(codes, 1):
        if each.parent and each.parent not in known:
            raise Refusal(
                f"code {each.id}: its parent '{each.parent}' is none of the codes; add it, or leave the parent empty"
            )
        below.setdefault(each.parent, []).append((place, each))
    placed = 0
    top = etree.SubElement(parent, f"{{{space}}}Codes")
    waiting = deque((top, each) for each in below.get("", ()))
    while waiting:
        above, (place, code) = waiting.popleft()
        element = _code(above, code, place, space)
        waiting.extend((element, each) for each in below.get(code.id, ()))
        placed += 1
    if placed < len(codes):
        raise Refusal("some codes are each other's parents; give one of them no parent")


def _code(above: etree._Element, code: Code, place: int, space: str) -> etree._Element:
    what = f"code {code.id}"
    element = etree.SubElement(
        above,
        f"{{{space}}}Code",
        guid=guid("code", code.id),
        name=held(code.name, what),
        isCodable="true",
    )
    fits = _COLOUR.fullmatch(code.colour) is not None
    if fits:
        element.set("color", code.colour)
    facts = {
        "id": code.id,
        "place": str(place),
        "example": code.example,
        "colour": "" if fits else code.colour,
        "family": code.family or "",
        "about": code.about,
        "lifters": BETWEEN.join(code.lifters),
    }
    etree.SubElement(element, f"{{{space}}}Description").text = held(described(code.definition, facts), what)
    return element


def codes_of(
    root: etree._Element, space: str, where: str, notes: Mapping[str, str]
) -> tuple[tuple[Code, ...], dict[str, str]]:
    """Read the codes under an element, in their order, and give the id of each by its identifier in the file.

    Args:
        root: what holds ``Codes``.
        space: the namespace of the file.
        where: what a message calls the file.
        notes: the text of notes by identifier; those on a code are added to its definition.
    """
    elements = list(root.iterfind(f"{{{space}}}Codes//{{{space}}}Code"))
    taken = [understood(each.findtext(f"{{{space}}}Description") or "") for each in elements]
    given = [facts.get("id", "") for _, facts in taken]
    unnamed = [each.get("name", "") for each, known in zip(elements, given, strict=True) if not known]
    others = iter(slugs(unnamed, "code", given))
    ids = [known or next(others) for known in given]
    twice = {each for each, times in Counter(ids).items() if times > 1}
    if twice:
        # A copied code keeps the description, and so the id, of the one it was copied from.
        raise Refusal(f"{where}: the code {min(twice)} stands twice; rename or delete one where it was made")
    by_guid: dict[str, str] = {}
    codes = []
    for element, code_id, (text, facts) in zip(elements, ids, taken, strict=True):
        key = plain_guid(element.get("guid", ""))
        if not key or key in by_guid:
            raise Refusal(f"{where}: a code has no identifier of its own; export it again")
        by_guid[key] = code_id
        above = element.getparent()
        outer = "" if above is None else by_guid.get(plain_guid(above.get("guid", "")), "")
        remarks = [
            notes[plain_guid(each.get("targetGUID", ""))]
            for each in element.iterfind(f"{{{space}}}NoteRef")
            if plain_guid(each.get("targetGUID", "")) in notes
        ]
        code = _read(element, code_id, outer, text, facts, where)
        codes.append(replace(code, definition="\n\n".join(filter(None, [text, *remarks]))))
    places = [facts.get("place", "") for _, facts in taken]
    order = sorted(
        range(len(codes)), key=lambda each: int(places[each]) if places[each].isdecimal() else len(codes) + 1
    )
    return tuple(codes[each] for each in order), by_guid


def _read(
    element: etree._Element, code_id: str, parent: str, text: str, facts: Mapping[str, str], where: str
) -> Code:
    family = facts.get("family", "")
    if family and family not in set(Family):
        raise Refusal(
            f"{where}, code {code_id}: its family '{family}' is not known; write enabler or barrier"
        )
    lifters = facts.get("lifters", "")
    return Code(
        code_id,
        element.get("name", ""),
        parent,
        text,
        facts.get("example", ""),
        element.get("color", "") or facts.get("colour", ""),
        Family(family) if family else None,
        facts.get("about", ""),
        tuple(lifters.split(BETWEEN)) if lifters else (),
    )
