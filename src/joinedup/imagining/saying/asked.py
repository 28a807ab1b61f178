"""How many are asked in an imagined study."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from joinedup.refusal import Refusal

_COUNTY = 1_200_000
_GROWTH = 0.25
_LEAST = {"interviews": 1, "groups": 0, "words": 50, "residents": 0, "replies": 0}


@dataclass(frozen=True)
class Asked:
    """How many are interviewed, surveyed and heard, and how long an interview is.

    By default as in the study of 2015 for a county of 1.2 million: 51 interviews, four groups, and a survey that about
    1,050 answer. Other areas have these times the fourth root of their size over a county's: a village of 2,000 has 10
    interviews and one group, England 134 and 11. Transcripts are shorter than real ones, so that imagining stays quick.
    """

    interviews: int = 51
    groups: int = 4
    words: int = 1_500
    """In each transcript, about."""
    residents: int = 1_750
    """Who are asked to answer the survey; about six in ten do."""
    replies: int = 150
    """From individuals, to the consultation."""

    def __post_init__(self) -> None:
        """Hold every number to its least."""
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise Refusal(f"asked {name}: {getattr(self, name):,} is too few; ask for {least} or more")

    @classmethod
    def of(cls, people: int) -> Asked:
        """Give what is asked by default in an area of so many people."""
        scale = (people / _COUNTY) ** _GROWTH
        scaled = {name: max(1, round(value * scale)) for name, value in asdict(cls()).items()}
        return cls(**(scaled | {"words": cls.words}))
