"""A transcript as it was taken in: the original bytes, the text as read, who spoke and where."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.evidence.passages import Consent
from joinedup.evidence.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from joinedup.evidence.passages import Speaker, Turn

WITHDRAWN = "[withdrawn]"


@dataclass(frozen=True)
class Transcript:
    """An interview or group as its file has it.

    ``text`` is decoded, without a byte-order mark, its lines ending in a line feed alone; positions are its code points. ``file``
    is as the table names it. ``names`` has the names that the table gives, by speaker, for the vault alone. Where all
    speakers withdrew the file was not opened, and there are no bytes, text or turns.
    """

    id: str
    file: str
    original: bytes = field(repr=False)
    text: str = field(repr=False)
    held_on: date | None
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    names: Mapping[str, str] = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """The hash of the original bytes, in hexadecimal; "" where the file was not opened."""
        return hashlib.sha256(self.original).hexdigest() if self.original else ""

    @property
    def withdrawn(self) -> bool:
        """Whether everybody who spoke withdrew."""
        return all(each.consent is Consent.WITHDRAWN for each in self.speakers)

    @property
    def withdrawals(self) -> tuple[Redaction, ...]:
        """What to redact for those who withdrew from a group: all of their turns."""
        gone = {each.id for each in self.speakers if each.consent is Consent.WITHDRAWN}
        return tuple(
            Redaction(each.start, each.end, WITHDRAWN, "consent withdrawn")
            for each in self.turns
            if each.speaker in gone
        )
