"""How services are called in tables and charts, where a full name would leave no room for figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area import Area

SECURITY_KINDS = ("custody suite", "control room")
"""Kinds of site whose place does not leave the study (§8.1)."""


def short_name(area: Area, service: str) -> str:
    """Call a service by its kind where no other service is of that kind, else by its name."""
    kind = area.kind_of(service)
    alone = sum(area.kind_of(each) == kind for each in area.services) == 1
    return kind.capitalize() if alone and kind != "other" else area.name_of(service)


def listed(words: Sequence[str]) -> str:
    """Put words in a row: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def as_said(words: str) -> str:
    """Keep words that people wrote from being read as the place of a figure."""
    return words.replace("{", "(").replace("}", ")")
