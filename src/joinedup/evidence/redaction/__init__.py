"""Redaction: recognisers propose, a person decides, and what was decided is kept as data (§8.2).

Nothing here changes a text by itself: `propose` gives proposals, and `Positions` gives the text under the redactions it is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.evidence.redaction.names import known_names, ranked_names
from joinedup.evidence.redaction.positions import Positions, Redaction
from joinedup.evidence.redaction.proposals import Gazetteer, Kind, Proposal
from joinedup.evidence.redaction.recognisers import NUMBERS
from joinedup.evidence.redaction.small_groups import (
    ASSUMPTIONS,
    SMALLEST,
    Coarser,
    SmallGroup,
    coarsened,
    small_groups,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ASSUMPTIONS",
    "SMALLEST",
    "Coarser",
    "Gazetteer",
    "Kind",
    "Positions",
    "Proposal",
    "Redaction",
    "SmallGroup",
    "coarsened",
    "propose",
    "small_groups",
]

_ORDER = {kind: number for number, kind in enumerate(Kind)}


def propose(text: str, gazetteer: Gazetteer | None = None) -> tuple[Proposal, ...]:
    """Propose what to redact in a text, in the order of its positions.

    A proposal that lies wholly inside another is left out; of two for the same stretch the first kind by `Kind` stays.

    >>> text = "Ring Inspector Marsh on 07700 900123 at nine."
    >>> [(text[each.start : each.end], str(each.kind)) for each in propose(text)]
    [('Inspector Marsh', 'rank and name'), ('07700 900123', 'telephone number')]
    """
    known = gazetteer or Gazetteer()
    found = [each for recogniser in NUMBERS for each in recogniser(text)]
    found += [*ranked_names(text, known), *known_names(text, known)]
    return tuple(_outermost(found))


def _outermost(found: Iterable[Proposal]) -> Iterable[Proposal]:
    reach = -1
    for each in sorted(found, key=lambda each: (each.start, -each.end, _ORDER[each.kind])):
        if each.end > reach:
            reach = each.end
            yield each
