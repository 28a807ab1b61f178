"""Two coders of an imagined study, who err at known rates, so that how far they agree has a truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.saying.wording import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from joinedup.imagining.saying.transcripts import Transcript


@dataclass(frozen=True)
class ImaginedCoder:
    """A coder, and the shares of sentences at which they go wrong.

    ``missed`` of those with a code get none, ``mistaken`` get another, each as likely; ``invented`` of those without get
    one. ``topic_missed`` is the share of topics that are not coded.
    """

    id: str
    missed: float
    mistaken: float
    invented: float
    topic_missed: float

    def confusion(self) -> np.ndarray:
        """Give how likely each code, in the order of THEMES and then none, is to be given to a sentence of each."""
        size = len(THEMES)
        given = np.full((size + 1, size + 1), self.mistaken / (size - 1))
        np.fill_diagonal(given, 1.0 - self.missed - self.mistaken)
        given[:size, size] = self.missed
        given[size] = self.invented / size
        given[size, size] = 1.0 - self.invented
        return given


CODERS = (
    ImaginedCoder("amber", missed=0.06, mistaken=0.05, invented=0.01, topic_missed=0.04),
    ImaginedCoder("birch", missed=0.10, mistaken=0.08, invented=0.02, topic_missed=0.08),
)


@dataclass(frozen=True)
class Laid:
    """A code that a coder laid on a sentence."""

    interview: str
    start: int
    end: int
    code: str
    coder: str


def laid(transcripts: Sequence[Transcript], seed: int) -> Iterator[Laid]:
    """Let every coder code every sentence, by interview and place."""
    every = (*THEMES, "")
    place = {code: at for at, code in enumerate(every)}
    reach = {coder.id: np.cumsum(coder.confusion(), axis=1) for coder in CODERS}
    for transcript in transcripts:
        interview = transcript.meeting.id
        chances = [stream(seed, "saying", "coder", coder.id, interview) for coder in CODERS]
        for said in transcript.said:
            for coder, chance in zip(CODERS, chances, strict=True):
                draw, topic = chance.random(2)
                row = reach[coder.id][place[said.code]]
                code = every[min(int(np.searchsorted(row, draw, side="right")), len(THEMES))]
                if code:
                    yield Laid(interview, said.start, said.end, code, coder.id)
                if said.about and topic >= coder.topic_missed:
                    yield Laid(interview, said.start, said.end, f"about_{said.about}", coder.id)


def true_alphas(transcripts: Sequence[Transcript]) -> dict[str, float | None]:
    """Give the Krippendorff's alpha that two such coders have in the long run, by sentence.

    By code: whether a sentence is given it or not; "" is all of them at once, where no code is a code of its own. None where
    nothing varies.
    """
    every = (*THEMES, "")
    codes = [each.code for transcript in transcripts for each in transcript.said]
    share = np.array([codes.count(each) for each in every], np.float64) / max(1, len(codes))
    one, other = (coder.confusion() for coder in CODERS)
    # How often one coder gives each code where the other gives each.
    both = one.T @ (share[:, None] * other)
    found = {"": _alpha(both)}
    for place, code in enumerate(THEMES):
        rest = np.arange(len(every)) != place
        found[code] = _alpha(
            np.array(
                [
                    [both[place, place], both[place, rest].sum()],
                    [both[rest, place].sum(), both[rest][:, rest].sum()],
                ]
            )
        )
    return found


def _alpha(both: np.ndarray) -> float | None:
    used = (both.sum(axis=0) + both.sum(axis=1)) / 2.0
    expected = 1.0 - float((used**2).sum())
    return 1.0 - (1.0 - float(np.trace(both))) / expected if expected > 0 else None
