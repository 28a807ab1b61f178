"""Which passages could be quoted for each code and position: those whose every voice agreed to it (§8.2)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from joinedup.evidence.passages import Consent
from joinedup.evidence.themes.said import said_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.evidence.passages import Coded

QUOTABLE = frozenset({Consent.QUOTE, Consent.ATTRIBUTED})


@dataclass(frozen=True)
class QuoteMatrix:
    """The passages, by id, that could be quoted for a code, with those below it, by the position of who says them.

    Consent is the first of the conditions of a quote, not the last: identifiers, the group's size and two approvals are
    looked at when one is released.
    """

    positions: tuple[str, ...]
    passages: Mapping[str, Mapping[str, tuple[str, ...]]]

    def as_json(self) -> dict[str, Any]:
        """Give it for use inside the study."""
        return asdict(self)


def quote_matrix(coded: Coded) -> QuoteMatrix:
    """List what could be quoted; a passage in which anybody speaks who did not agree to it is left out.

    Words on which several coders laid one code stand there once, as the passage whose id comes first.
    """
    said = said_in(coded)
    positions = sorted({each.position for speakers in said.speakers.values() for each in speakers})
    # The words are where they stand; sayings come in the order of their ids.
    found: dict[str, dict[str, dict[tuple[str, int, int], str]]] = {
        each.id: {position: {} for position in positions} for each in coded.codes
    }
    for saying in said.sayings:
        if saying.speaker is None or not all(each.consent in QUOTABLE for each in saying.voices):
            continue
        words = (saying.passage.interview, saying.passage.start, saying.passage.end)
        for code in saying.codes:
            found[code][saying.speaker.position].setdefault(words, saying.passage.id)
    return QuoteMatrix(
        tuple(positions),
        {code: {position: tuple(ids.values()) for position, ids in by.items()} for code, by in found.items()},
    )
