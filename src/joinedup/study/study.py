"""The study itself: its folder, the area in it, and everything that is worked out once and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.area.reading import read_area
from joinedup.crossover import Crossover, Window, measure
from joinedup.crossover.counted import counted_demand
from joinedup.crossover.growth import growth
from joinedup.crossover.sensitivity import sensitivity
from joinedup.options.shared_estate import whole_estate
from joinedup.overlap import REACH, site_pairs
from joinedup.response.asking import own_needs
from joinedup.study.assessing import Assessment, assess, assumptions_of
from joinedup.study.deciding import barriers_of, decisions_of, held_of, unlocks_of
from joinedup.study.hearing import Heard
from joinedup.study.planning import Planned, planned
from joinedup.study.waiting import Played
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    import polars as pl

    from joinedup.area import Area
    from joinedup.area.queries import Queries
    from joinedup.assumptions import Assumption
    from joinedup.crossover.counted import CountedDemand
    from joinedup.crossover.growth import Growth
    from joinedup.crossover.sensitivity import Sensitivity
    from joinedup.locate import Plan
    from joinedup.readiness import Readiness

METRES = 500.0
MINUTES = 30.0
"""The window within which two records may be of one event, unless a user asks for another."""

MOST_TRIED = 300_000
"""How many incidents a study may have for everything to be measured again with each setting unasked."""


@dataclass(frozen=True, eq=False)
class Study:
    """A study that has been read; each part of the answer is worked out when it is first asked for."""

    folder: Path
    area: Area
    queries: Queries
    assumptions: Mapping[str, Assumption]
    progress: Callable[[str], None]

    @classmethod
    def read(
        cls, folder: Path, progress: Callable[[str], None] = lambda _: None, without: Collection[str] = ()
    ) -> Study:
        """Read a study folder, without tables that the question does not need.

        Raises:
            Refusal: when the folder is not a study or its input stops us.
        """
        area, queries = read_area(folder, progress, without)
        return cls(folder, area, queries, assumptions_of(folder), progress)

    def crossover(self, metres: float = METRES, minutes: float = MINUTES) -> Crossover:
        """Measure how often the services meet."""
        window = Window(metres, minutes)
        if window not in self._measured:
            self._measured[window] = measure(self.area, metres, minutes, progress=self.progress)
        return self._measured[window]

    @cached_property
    def _measured(self) -> dict[Window, Crossover]:
        return {}

    @cached_property
    def growth(self) -> tuple[Growth, ...]:
        """How the number of joint events grows with the window."""
        return growth(self.area, self.crossover(), self.progress)

    @cached_property
    def sensitivity(self) -> Sensitivity | str:
        """How the number of joint events hangs on each setting, or why that was not worked out."""
        incidents = self.area.table("incidents").height
        if incidents > MOST_TRIED:
            return (
                f"with {incidents:,} incidents it takes long to measure again with every setting at either end of its range: "
                "joinedup crossover --sensitivity does it"
            )
        return sensitivity(self.area, self.crossover(), self.progress)

    @cached_property
    def counted(self) -> CountedDemand:
        """What counts say by hour of the week; where a service gave incidents, they are counted."""
        return counted_demand(self.area)

    @cached_property
    def travel(self) -> StraightLine:
        """The law of travel that this study uses."""
        return StraightLine.of(self.assumptions)

    @cached_property
    def overlap(self) -> pl.DataFrame:
        """Sites of different services within reach of each other."""
        return site_pairs(self.area, self.travel, self.assumptions[REACH.name].central)

    @cached_property
    def estate(self) -> Plan | None:
        """The whole estate planned at once, where the study says enough of its sites."""
        self.progress("planning the whole estate")
        return whole_estate(self.area, self.assumptions)

    @cached_property
    def played(self) -> Played | str:
        """What people wait, played from the study's own records; or why it cannot be."""
        needs = own_needs(self.folder, self.area)
        return Played.if_possible(self.area, self.assumptions, needs, self.folder, self.progress)

    @cached_property
    def assessment(self) -> Assessment:
        """The options, appraised and in order."""
        played = None if isinstance(self.played, str) else self.played
        return assess(self.area, self.assumptions, self.progress, played, self.folder)

    @property
    def titles(self) -> dict[str, str]:
        """What each option that was found is called."""
        return {each.option.id: each.option.title for each in self.assessment.options}

    @cached_property
    def heard(self) -> Heard:
        """What people told the study."""
        return Heard(self.folder, self.area.settings.evidence, self.assumptions)

    @cached_property
    def readiness(self) -> dict[str, Readiness]:
        """What people say of each option, by its id."""
        found = self.heard.readiness(each.option for each in self.assessment.options)
        return {each.option: each for each in found}

    @cached_property
    def planned(self) -> Planned:
        """The options under all weights, and the best set of them over years."""
        assessment, settings = self.assessment, self.area.settings
        ids = [each.option.id for each in assessment.options]
        self.progress("putting the options on a roadmap")
        return planned(
            assessment.options,
            settings.roadmap,
            decisions_of(self.folder, ids),
            barriers_of(self.folder, ids),
            unlocks_of(self.area),
            assessment.judge_together,
            settings.seed,
            settings.weights,
            held_of(self.folder, ids, settings.price_base, settings.roadmap.years),
        )
