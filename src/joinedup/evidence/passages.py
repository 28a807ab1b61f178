"""Interviews as they are worked with: who spoke, what was said where, and how it was coded (§6.1).

Everything here is plain and unchanging. It is read from a study's plain files or from its evidence store, and everything
that counts, compares or exchanges interviews works on it alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class Consent(StrEnum):
    """What a speaker agreed to."""

    QUOTE = "quote"
    PARAPHRASE = "paraphrase"
    AGGREGATE = "aggregate only"
    ATTRIBUTED = "attributed, wording approved"
    WITHDRAWN = "withdrawn"


class Approach(StrEnum):
    """How a study codes: with agreement measured, or by one reading mind whose reasons are kept (§6.2)."""

    RELIABILITY = "coding reliability"
    REFLEXIVE = "reflexive"


class Family(StrEnum):
    """What a code says of joint working."""

    ENABLER = "enabler"
    BARRIER = "barrier"


@dataclass(frozen=True)
class Speaker:
    """Somebody who was interviewed, known by a pseudonym only; ``label`` is how the transcript marks their turns."""

    id: str
    position: str
    service: str
    area: str
    consent: Consent
    label: str = ""


@dataclass(frozen=True)
class Turn:
    """What one speaker said without a break: from ``start`` up to, not including, ``end``, in code points of the text.

    ``speaker`` is "" where the interviewer speaks, or nobody who is known.
    """

    speaker: str
    start: int
    end: int


@dataclass(frozen=True)
class Interview:
    """An interview or a group, as it may be read: with what was redacted replaced.

    Positions are Unicode code points of ``text``, whose lines end in a line feed alone and which starts with no byte-order
    mark; ``sha256`` is of the original file's bytes. A withdrawn interview has no text, turns or speakers.
    """

    id: str
    held_on: date | None
    sha256: str
    text: str
    speakers: tuple[Speaker, ...]
    turns: tuple[Turn, ...]
    withdrawn: bool = False

    @property
    def is_group(self) -> bool:
        """Whether more than one person was interviewed."""
        return len(self.speakers) > 1

    @cached_property
    def _in_order(self) -> tuple[list[Turn], list[int], list[int]]:
        """The turns in order, where each starts, and how far those up to it reach."""
        turns = sorted(self.turns, key=lambda each: each.start)
        return turns, [each.start for each in turns], list(accumulate((each.end for each in turns), max))

    def speaker_at(self, start: int, end: int) -> Speaker | None:
        """Give who says most of a passage; None where only the interviewer does."""
        said: dict[str, int] = {}
        turns, starts, reached = self._in_order
        # An interview has hundreds of turns, and a passage is of one or two of them.
        for turn in turns[bisect_right(reached, start) : bisect_left(starts, end)]:
            shared = min(end, turn.end) - max(start, turn.start)
            if shared > 0 and turn.speaker:
                said[turn.speaker] = said.get(turn.speaker, 0) + shared
        if not said:
            return None
        most = max(said, key=lambda each: (said[each], each))
        return next(each for each in self.speakers if each.id == most)


@dataclass(frozen=True)
class Code:
    """One entry of the codebook.

    ``about`` is what the passages speak of: a kind of joint working or an option's id, "" for none. A barrier names who
    could lift it, in the words of ``joinedup.roadmap.Lifter``.
    """

    id: str
    name: str
    parent: str = ""
    definition: str = ""
    example: str = ""
    colour: str = ""
    family: Family | None = None
    about: str = ""
    lifters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coder:
    """Somebody who codes, by an alias."""

    id: str
    name: str


@dataclass(frozen=True)
class Passage:
    """A code laid on a stretch of an interview by a coder in a round; stretches may overlap and nest.

    ``suggested`` is true where the machine proposed it and a person accepted it.
    """

    id: str
    interview: str
    start: int
    end: int
    code: str
    coder: str
    round: int = 1
    memo: str = ""
    suggested: bool = False


@dataclass(frozen=True)
class Coded:
    """All interviews of a study with their coding, in the order of their ids."""

    approach: Approach
    interviews: tuple[Interview, ...]
    codes: tuple[Code, ...]
    coders: tuple[Coder, ...]
    passages: tuple[Passage, ...]

    @cached_property
    def interview(self) -> Mapping[str, Interview]:
        """Each interview by its id."""
        return {each.id: each for each in self.interviews}

    @cached_property
    def code(self) -> Mapping[str, Code]:
        """Each code by its id."""
        return {each.id: each for each in self.codes}

    def factor_of(self, code_id: str) -> Code | None:
        """Give the enabler or barrier that a code stands for: itself, or the nearest above it that is one."""
        seen: set[str] = set()
        code = self.code.get(code_id)
        while code is not None and code.id not in seen:
            if code.family is not None:
                return code
            seen.add(code.id)
            code = self.code.get(code.parent)
        return None

    def words(self, passage: Passage) -> str:
        """Give what a passage says."""
        return self.interview[passage.interview].text[passage.start : passage.end]

    def speaker(self, passage: Passage) -> Speaker | None:
        """Give who says a passage."""
        return self.interview[passage.interview].speaker_at(passage.start, passage.end)
