"""Who says each passage, and which codes it stands for: what every count of themes begins with."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.evidence.passages import Consent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.evidence.passages import Coded, Interview, Passage, Speaker


@dataclass(frozen=True)
class Saying:
    """A passage with who says most of it (None where that is not known), all who speak in it, and its codes.

    ``codes`` are its own code and all above it, from the top.
    """

    passage: Passage
    speaker: Speaker | None
    voices: tuple[Speaker, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What a study may count: interviews and speakers that have not withdrawn, and what they say.

    ``left_out`` counts passages of those who withdrew, and of the interviewer alone.
    """

    interviews: tuple[Interview, ...]
    speakers: Mapping[str, tuple[Speaker, ...]]
    sayings: tuple[Saying, ...]
    left_out: int

    @property
    def base(self) -> int:
        """How many people there are to say anything."""
        return len({each.id for speakers in self.speakers.values() for each in speakers})


def said_in(coded: Coded) -> Said:
    """Give what is said in the interviews of a study.

    In an interview whose turns are not known, one speaker says all, and of several nobody knows who says what.
    """
    interviews = tuple(
        sorted((each for each in coded.interviews if not each.withdrawn), key=lambda each: each.id)
    )
    speakers = {
        each.id: tuple(one for one in each.speakers if one.consent is not Consent.WITHDRAWN)
        for each in interviews
    }
    turns = {each.id: _Turns(each) for each in interviews}
    lines = lines_of(coded)
    sayings, left_out = [], 0
    for passage in sorted(coded.passages, key=lambda each: each.id):
        known = turns.get(passage.interview)
        if known is None:
            left_out += 1
            continue
        speaker, voices = known.at(passage.start, passage.end)
        if known.none:
            voices = coded.interview[passage.interview].speakers
            speaker = voices[0] if len(voices) == 1 else None
        elif speaker is None:
            left_out += 1
            continue
        if speaker is not None and speaker.consent is Consent.WITHDRAWN:
            left_out += 1
            continue
        sayings.append(Saying(passage, speaker, voices, lines[passage.code]))
    return Said(interviews, speakers, tuple(sayings), left_out)


def lines_of(coded: Coded) -> dict[str, tuple[str, ...]]:
    """Give each code with all above it, from the top; a code in a circle of parents ends its own line."""
    lines = {}
    for each in coded.codes:
        line = [each.id]
        while (above := coded.code[line[-1]].parent) in coded.code and above not in line:
            line.append(above)
        lines[each.id] = tuple(reversed(line))
    return lines


class _Turns:
    """The turns of one interview, so that those of a passage are found without a look at all of them."""

    def __init__(self, interview: Interview) -> None:
        self.speakers = {each.id: each for each in interview.speakers}
        self.none = not interview.turns
        self.turns = sorted(interview.turns, key=lambda each: each.start)
        self.starts = [each.start for each in self.turns]
        self.reached: list[int] = []
        for each in self.turns:
            self.reached.append(max(each.end, self.reached[-1] if self.reached else 0))

    def at(self, start: int, end: int) -> tuple[Speaker | None, tuple[Speaker, ...]]:
        """Give who says most of a stretch, and all who speak in it, as ``Interview.speaker_at`` does."""
        said: dict[str, int] = {}
        place = bisect_left(self.starts, end) - 1
        # No turn before this one reaches beyond ``reached``, so that turns that overlap are found too.
        while place >= 0 and self.reached[place] > start:
            turn = self.turns[place]
            shared = min(end, turn.end) - max(start, turn.start)
            if shared > 0 and turn.speaker:
                said[turn.speaker] = said.get(turn.speaker, 0) + shared
            place -= 1
        if not said:
            return None, ()
        most = max(said, key=lambda each: (said[each], each))
        return self.speakers[most], tuple(self.speakers[each] for each in sorted(said))
