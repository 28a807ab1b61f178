"""What a recogniser proposes: a stretch, what it looks like and why. A person decides; nothing here changes a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from joinedup.evidence.redaction.positions import Redaction


class Kind(StrEnum):
    """What a stretch of text looks like."""

    POSTCODE = "postcode"
    TELEPHONE = "telephone number"
    NATIONAL_INSURANCE = "National Insurance number"
    NHS = "NHS number"
    EMAIL = "e-mail address"
    VEHICLE = "vehicle mark"
    COLLAR = "collar number"
    RANKED = "rank and name"
    NAME = "name"
    PLACE = "place"


@dataclass(frozen=True)
class Proposal:
    """A stretch that a recogniser would redact, in code points of the text it was given, the end not included."""

    start: int
    end: int
    kind: Kind
    why: str

    def as_redaction(self) -> Redaction:
        """Give the redaction that it becomes when a person accepts it: its kind in square brackets."""
        return Redaction(self.start, self.end, f"[{self.kind}]", self.kind)


@dataclass(frozen=True)
class Gazetteer:
    """Names that a study knows: people, from its vault, and places, from its sites and its map."""

    people: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
