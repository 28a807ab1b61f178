"""What a study's incidents are before any is linked, and what any two of its services bring to be linked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl
from joblib import Parallel, delayed

from joinedup.compiling import processors
from joinedup.crossover.definitions import PLACE_METRES, requests_of
from joinedup.crossover.estimate import met_inside, unaided
from joinedup.crossover.linking import linked
from joinedup.crossover.nearby import NEIGHBOURHOOD, Squares, kept
from joinedup.crossover.partner_numbers import between, held_to, said_of, ties_of
from joinedup.crossover.records import asks_for, canonical, of_service, period_of, records_of
from joinedup.crossover.repeats import repeat_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.crossover.answer import Known, Window
    from joinedup.crossover.linking import Linkage, Linked
    from joinedup.crossover.matching import Matching
    from joinedup.crossover.partner_numbers import Said
    from joinedup.crossover.records import Period, Records

    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Done = TypeVar("Done")


@dataclass(frozen=True, eq=False)
class Gathered:
    """A study's incidents in canonical order, and by service its records and whom they ask for.

    ``has_arrivals`` names the services that say when any resource arrived; ``ties`` has the records that are tied together by
    number (`ties_of`).
    """

    area: Area
    frame: pl.DataFrame
    period: Period
    records: Mapping[str, Records]
    requests: Mapping[str, pl.DataFrame]
    has_arrivals: frozenset[str]
    ties: pl.DataFrame

    @classmethod
    def of(cls, area: Area) -> Gathered:
        """Gather the incidents of an area's services."""
        frame = canonical(area)
        services = {service: of_service(frame, service) for service in area.services}
        return cls(
            area=area,
            frame=frame,
            period=period_of(area, frame),
            records={service: records_of(frame, service) for service in services},
            requests={service: requests_of(frame, service) for service in services},
            has_arrivals=frozenset(service for service, own in services.items() if own["arrived"].count()),
            ties=ties_of(frame),
        )


@dataclass(frozen=True, eq=False)
class Asked:
    """How the services are to be linked: within which window, how pairs are weighed, and by how many workers."""

    window: Window
    matching: Matching
    workers: int | None


@dataclass(frozen=True, eq=False)
class Two:
    """Two services about to be linked: their records, each record's group by the place of its first, and who is near the other.

    ``near`` is None where no two records of theirs are near each other at any time.
    """

    gathered: Gathered
    asked: Asked
    records: tuple[Records, Records]
    groups: tuple[Integers, Integers]
    near: tuple[Flags, Flags] | None

    @property
    def services(self) -> tuple[str, str]:
        """Name the two services."""
        a, b = self.records
        return a.service, b.service

    def linked(
        self, tell: Callable[[str], None]
    ) -> tuple[Linked, Linkage, tuple[Integers, Integers], Said | None]:
        """Link the records that are near the other service's; give also their groups, and what numbers say of each pair.

        Whoever is near nobody of the other service meets nobody: a force beside another one is weighed along the border.
        """
        assert self.near is not None
        (a, b), near, gathered = self.records, self.near, self.gathered
        found, linkage = linked(
            a.where(near[0]),
            b.where(near[1]),
            self.asked.window,
            gathered.period,
            self.asked.matching,
            tell,
            asks_for(gathered.area, gathered.frame, a.service, b.service)[near[0]],
            asks_for(gathered.area, gathered.frame, b.service, a.service)[near[1]],
            workers=self.asked.workers,
        )
        one, other = (kept(*each) for each in zip(self.groups, near, strict=True))
        ties = self._ties
        said = None if ties.is_empty() else said_of(ties, linkage.a, linkage.b, found.pairs, one, other)
        return found, linkage, (one, other), said

    def held_to_numbers(
        self,
        found: Linked,
        linkage: Linkage,
        groups: tuple[Integers, Integers],
        inside: Flags,
    ) -> Known | None:
        """Hold the meetings to the numbers that records bear of the other service; None where they bear none.

        ``groups`` are those of the linked records, and ``inside`` tells which pairs are in the window.
        """
        ties = self._ties
        if ties.is_empty():
            return None
        met = unaided(found, linkage, *groups)
        here = met_inside(met, inside)
        table = pl.DataFrame(
            {
                "a": linkage.a.row[met.a[here]],
                "b": linkage.b.row[met.b[here]],
                "probability": met.joint[here],
            }
        )
        return held_to(ties, self.records, self.groups, table, self.asked.window)

    @property
    def _ties(self) -> pl.DataFrame:
        return between(self.gathered.ties, *self.services)


def groups_of(gathered: Gathered, asked: Asked, tell: Callable[[str], None]) -> dict[str, Integers]:
    """Group each service's own calls about one event: each record has the place of its group's first record."""

    def grouped(records: Records) -> Integers:
        tell(f"repeated calls of {records.service}")
        return repeat_groups(records, gathered.period, asked.matching, tell, asked.workers)

    found = _side_by_side(asked)(delayed(grouped)(each) for each in gathered.records.values())
    return dict(zip(gathered.records, found, strict=True))


def of_each_two(
    gathered: Gathered, asked: Asked, groups: Mapping[str, Integers], work: Callable[[Two], Done]
) -> list[Done]:
    """Do some work on each two services of a study, side by side, and give what comes of it in their order."""
    side = max(asked.matching.farthest(asked.window.metres), PLACE_METRES)
    fine, wide = (
        {service: Squares.of(each, width) for service, each in gathered.records.items()}
        for width in (side, max(side, NEIGHBOURHOOD))
    )

    def two(a: str, b: str) -> Two:
        near = None
        if fine[a].touch(fine[b]):
            near = wide[a].near(wide[b], groups[a]), wide[b].near(wide[a], groups[b])
        return Two(gathered, asked, (gathered.records[a], gathered.records[b]), (groups[a], groups[b]), near)

    return list(
        _side_by_side(asked)(delayed(work)(two(a, b)) for a, b in combinations(gathered.area.services, 2))
    )


def _side_by_side(asked: Asked) -> Parallel:
    # Threads: the sweeps hold no lock, and nothing has to be copied.
    return Parallel(n_jobs=asked.workers or processors(), prefer="threads")
