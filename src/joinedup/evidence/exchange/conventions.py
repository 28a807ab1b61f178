"""What the exchange format has no place for, kept as lines that a person can read at the end of a description.

The lines follow a line ``[joinedup]``, one ``name: value`` each, with ``\\n`` for a line's end and ``\\\\`` for a backslash. What
comes before is the description itself. A file by another program has no such lines, and is read as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARK = "[joinedup]"
ORIGIN = "joinedup"
BETWEEN = " ; "
"""Stands between those who could lift a barrier, as in the plain form."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "\\": "\\"}


def described(text: str, facts: Mapping[str, str]) -> str:
    """Join a description with the facts that the format has no place for; those that are empty are left out."""
    lines = [f"{name}: {_escaped(value)}" for name, value in facts.items() if value]
    return "\n".join([text, MARK, *lines])


def understood(description: str) -> tuple[str, dict[str, str]]:
    """Take a description apart: the text itself, and the facts behind it."""
    text, found, lines = f"\n{description}".rpartition(f"\n{MARK}\n")
    if not found:
        whole = f"\n{description}"
        if whole.endswith(f"\n{MARK}"):
            return whole.removesuffix(f"\n{MARK}")[1:], {}
        return description, {}
    pairs = (line.partition(": ") for line in lines.split("\n"))
    return text[1:], {name: _plain(value) for name, _, value in pairs}


def slugs(names: Iterable[str], otherwise: str, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """Give each name an id of plain letters, digits and hyphens, none twice.

    Args:
        names: as another program shows them.
        otherwise: what a name without a letter or digit is called.
        taken: ids that are given already.
    """
    used = set(taken)
    given: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or otherwise
        number, tried = 1, plain
        while tried in used:
            number += 1
            tried = f"{plain}-{number}"
        used.add(tried)
        given.append(tried)
    return tuple(given)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: _SIGNS.get(found[1], found[0]), value)
