"""People's waits in a study: played once as the area is, and again for every option that moves who responds (§3, §5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.refusal import Refusal
from joinedup.response import Baseline
from joinedup.response.calibrating import Calibration, calibration
from joinedup.response.comparing import Waits, changes
from joinedup.response.covering import uncovered
from joinedup.response.inferring import inferred
from joinedup.response.standards import against, standards_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import polars as pl

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.response import Outcomes
    from joinedup.response.asking import Crew

RUNS = 10
"""How many times the period is played, unless a user asks for another number."""
_RUNS_COMPARED = 3
"""Each part of the days is played no more often than this: the records' own chance is the larger by far."""


@dataclass(frozen=True, eq=False)
class Played:
    """The baseline of a study and what came of playing it; each part is worked out when it is first asked for.

    ``notes`` say what was inferred or left out.
    """

    area: Area
    baseline: Baseline
    outcomes: Outcomes
    needs: Mapping[str, frozenset[Crew]] | None
    folder: Path | None
    notes: tuple[str, ...]
    progress: Callable[[str], None]

    @classmethod
    def of(
        cls,
        area: Area,
        assumptions: Mapping[str, Assumption],
        *,
        needs: Mapping[str, frozenset[Crew]] | None = None,
        folder: Path | None = None,
        runs: int = RUNS,
        workers: int = 1,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Played:
        """Fit a baseline to an area and play it.

        Raises:
            Refusal: when nothing can be played, with what to add.
        """
        progress("looking at what was asked for")
        known, said = inferred(area)
        baseline = Baseline.of(known, assumptions, needs)
        outcomes = baseline.played(runs=runs, workers=workers, progress=progress)
        return cls(area, baseline, outcomes, needs, folder, (*said, *baseline.notes), progress)

    @classmethod
    def if_possible(
        cls,
        area: Area,
        assumptions: Mapping[str, Assumption],
        needs: Mapping[str, frozenset[Crew]] | None,
        folder: Path | None,
        progress: Callable[[str], None],
    ) -> Played | str:
        """Play an area that says who went to what, or say why it cannot be played."""
        if area.table("attendances").is_empty():
            return "the study has no attendances, so that who goes to what cannot be told"
        try:
            return cls.of(area, assumptions, needs=needs, folder=folder, progress=progress)
        except Refusal as refusal:
            return str(refusal)

    @cached_property
    def standards(self) -> pl.DataFrame:
        """What was played and recorded beside the standards of the study's nation and date."""
        return against(self.outcomes, standards_of(self.area, self.folder))

    @cached_property
    def uncovered(self) -> pl.DataFrame:
        """How long each ground had nobody who could be there in time."""
        return uncovered(self.outcomes, self.baseline, standards_of(self.area, self.folder))

    @cached_property
    def calibration(self) -> Calibration | None:
        """The baseline beside what happened; None where no arrival was recorded."""
        if not self.outcomes.jobs["arrival"].count():
            return None
        return calibration(
            self.area,
            self.baseline.assumptions,
            self.needs,
            runs=min(len(self.outcomes.runs), _RUNS_COMPARED),
            progress=self.progress,
        )

    @cached_property
    def waits(self) -> Waits:
        """When somebody first came to each incident, run by run."""
        return Waits.of(self.outcomes)

    def changed(self, area: Area) -> pl.DataFrame:
        """Play a changed area on the same calls and luck, and lay the waits beside those of the area as it is.

        Raises:
            Refusal: when nobody is left to meet a need, or a queue never empties.
        """
        after = self.baseline.played(area, runs=len(self.outcomes.runs))
        return changes(self.waits, Waits.of(after))
