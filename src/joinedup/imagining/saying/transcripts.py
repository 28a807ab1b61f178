"""Transcripts of an imagined study, sentence by sentence with the code that each is of: the truth of any coding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.assumptions import stream
from joinedup.imagining.saying.wording import TOPICS, Voice, one, question, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from joinedup.imagining.saying.speakers import Guest, Meeting

_CODED = 0.35
"""The share of a speaker's sentences that are of a code; others are talk."""
_ABOUT = 0.45
"""The share of those that say which kind of joint working they are about."""
_TURN = (3, 7)
_INTERVIEWER = "Interviewer"


@dataclass(frozen=True)
class Said:
    """A sentence of a speaker: from ``start`` up to ``end`` in code points of the transcript; its code and topic or ""."""

    speaker: str
    service: str
    start: int
    end: int
    code: str
    about: str


@dataclass(frozen=True)
class Transcript:
    """An interview as written down, and every sentence that its speakers said; neither where it was withdrawn."""

    meeting: Meeting
    text: str
    said: tuple[Said, ...]

    @property
    def file(self) -> str:
        """What its file is called."""
        return f"{self.meeting.id}.txt"


def transcripts(meetings: Sequence[Meeting], words: int, seed: int) -> tuple[Transcript, ...]:
    """Let everybody speak until each transcript has about so many words."""
    return tuple(
        Transcript(each, "", ())
        if each.withdrawn
        else _transcript(each, words, stream(seed, "saying", "interview", each.id))
        for each in meetings
    )


def _transcript(meeting: Meeting, words: int, chance: np.random.Generator) -> Transcript:
    """Ask and answer in turn; whoever speaks says each code that they hold once before any twice."""
    parts: list[str] = []
    said: list[Said] = []
    length = counted = turn = 0
    waiting = {guest.speaker.id: _shuffled(guest.holds, chance) for guest in meeting.guests}
    while counted < words or turn < len(meeting.guests):
        guest = meeting.guests[turn % len(meeting.guests)]
        voice = Voice.of(guest.sort)
        if turn % len(meeting.guests) == 0:
            asked = f"{_INTERVIEWER}: {question(voice, chance)}\n\n"
            parts.append(asked)
            length += len(asked)
        opening = f"{guest.speaker.label}: "
        parts.append(opening)
        length += len(opening)
        for at in range(int(chance.integers(_TURN[0], _TURN[1] + 1))):
            code = _code(guest, waiting[guest.speaker.id], chance)
            about = one(TOPICS, chance) if code and chance.random() < _ABOUT else ""
            spoken = sentence(code, about, voice, chance)
            if at:
                parts.append(" ")
                length += 1
            speaker = guest.speaker
            said.append(Said(speaker.id, speaker.service, length, length + len(spoken), code, about))
            parts.append(spoken)
            length += len(spoken)
            counted += spoken.count(" ") + 1
        parts.append("\n\n")
        length += 2
        turn += 1
    return Transcript(meeting, "".join(parts), tuple(said))


def _shuffled(codes: tuple[str, ...], chance: np.random.Generator) -> list[str]:
    return [codes[each] for each in chance.permutation(len(codes))]


def _code(guest: Guest, waiting: list[str], chance: np.random.Generator) -> str:
    if not guest.holds or chance.random() >= _CODED:
        return ""
    return waiting.pop() if waiting else one(guest.holds, chance)
