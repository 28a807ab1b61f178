"""Projects as other programs write them, made by hand."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SPACE = 'xmlns="urn:QDA-XML:project:1.0"'
USER, CODE, OTHER, SOURCE, NOTE = (f"{{0000000{each}-0000-0000-0000-00000000000a}}" for each in range(1, 6))
TEXT = "Well, trust grew slowly. The money never came, and vision was lost at the end."


def selections(
    words: Sequence[str], text: str = TEXT, *, inclusive: bool = False, named: bool = False
) -> str:
    """Give selections of these words with a code each, their ends in one of the two ways."""
    found = []
    for number, each in enumerate(words):
        start = text.index(each)
        end = start + len(each) - inclusive
        name = f'name="{each}"' if named else ""
        # In capitals and with braces, as one program has them; references are in small letters.
        guid = f"A000000{number}-0000-0000-0000-000000000000"
        found.append(
            f'<PlainTextSelection guid="{guid}" {name} startPosition="{start}" endPosition="{end}" creatingUser="{USER}">'
            f'<Coding guid="B000000{number}-0000-0000-0000-000000000000"><CodeRef targetGUID="{CODE.upper()}"/></Coding>'
            "</PlainTextSelection>"
        )
    return "".join(found)


def project(inside: str = "", *, before: str = "", cases: str = "", after: str = "", text: str = "") -> str:
    """Give a project with two users' worth of codes, one text source with ``inside``, and what else there is."""
    content = f"<PlainTextContent>{text}</PlainTextContent>" if text else ""
    path = "" if text else 'plainTextPath="internal://text.txt"'
    return f"""<?xml version="1.0" encoding="utf-8"?>
<Project {SPACE} name="x" origin="Another 1.0"><Users><User guid="{USER}" name="Coder One"/></Users>
<CodeBook><Codes><Code guid="{CODE}" name="Trust" isCodable="true" color="#abc"><Description>of each other</Description>
<Code guid="{OTHER}" name="Trust" isCodable="true"/></Code></Codes></CodeBook>{before}{cases}
<Sources><TextSource guid="{SOURCE}" name="Talk with A/B" {path}>{content}{inside}</TextSource>{after}"""


def written(path: Path, markup: str, files: Mapping[str, bytes]) -> Path:
    """Write a project, its markup still lacking its last lines if they were left open."""
    if "</Project>" not in markup:
        markup += "</Sources></Project>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("project.qde", markup.encode())
        for name, content in files.items():
            packed.writestr(name, content)
    return path
