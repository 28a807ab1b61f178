"""Several areas side by side: joint work, what helps and hinders, and what came out, each from its own study (§0).

Each study is read and let go before the next, so that only what is compared is held.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from joinedup.appraisal import Outcome
from joinedup.area.settings import read_settings
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.readiness import Factor
    from joinedup.study.study import Study


@dataclass(frozen=True)
class Meeting:
    """How often two services of an area meet: joint events with their interval, and the incidents of each."""

    services: tuple[str, str]
    names: tuple[str, str]
    estimate: float
    low: float
    high: float
    incidents: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Compared:
    """What is compared of one area.

    ``best`` is the title of the option with the highest expected worth among those that pass the gate, with its NPSV, shape
    (draws + 1,); ``months_waiting`` is by how much lifting barriers would bring options forward, by the code of the barrier.
    """

    name: str
    people: int
    meetings: tuple[Meeting, ...]
    factors: tuple[Factor, ...]
    options: int
    passing: int
    best: tuple[str, NDArray[np.float64]] | None
    roadmap: float | None
    started: int
    months_waiting: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers."""
        return {
            "name": self.name,
            "speakers": self.people,
            "joint": [asdict(each) for each in self.meetings],
            "factors": [asdict(each) for each in self.factors],
            "options": self.options,
            "passing": self.passing,
            "best": None if self.best is None else {"title": self.best[0], "npsv": float(self.best[1][0])},
            "roadmap": self.roadmap,
            "started": self.started,
            "months_waiting": self.months_waiting,
        }


def side_by_side(
    folders: Sequence[Path], read: Callable[[Path], Study], progress: Callable[[str], None] = lambda _: None
) -> tuple[Compared, ...]:
    """Compare the studies in some folders, in the order in which they are given.

    Raises:
        Refusal: for fewer than two, a folder or a name given twice, and whatever stops the reading of one.
    """
    if len(folders) < 2:
        raise Refusal("name two studies or more: an area can only be compared with another")
    places = [folder.resolve() for folder in folders]
    if twice := next((folder for folder in folders if places.count(folder.resolve()) > 1), None):
        raise Refusal(f"{twice}: is named twice; name each study once")
    names: set[str] = set()
    # Names are looked at first, because each area may take minutes.
    for folder in folders:
        name = read_settings(folder).name
        if name in names:
            raise Refusal(
                f"{folder}: is called '{name}' as another study is; give it a name of its own in study.toml"
            )
        names.add(name)
    found = []
    for folder in folders:
        progress(f"reading {folder}")
        found.append(compared(read(folder)))
    return tuple(found)


def compared(study: Study) -> Compared:
    """Gather what is compared of one study."""
    area = study.area
    meetings = []
    if area.has("incidents"):
        crossover = study.crossover()
        for pair in crossover.pairs:
            if pair.estimate is None or pair.low is None or pair.high is None:
                continue
            one, other = pair.services
            meetings.append(
                Meeting(
                    pair.services,
                    (area.name_of(one), area.name_of(other)),
                    pair.estimate,
                    pair.low,
                    pair.high,
                    (crossover.services[one].incidents, crossover.services[other].incidents),
                )
            )
    placed = study.assessment.order.placed
    best = study.assessment[placed[0].id] if placed else None
    plan = study.planned.roadmap if study.assessment.options else None
    spoke = study.heard.factors[0].by_service if study.heard.factors else ()
    return Compared(
        area.settings.name,
        sum(each.spoke for each in spoke),
        tuple(meetings),
        study.heard.factors,
        len(study.assessment.options),
        sum(each.gate.outcome is Outcome.PASS for each in study.assessment.options),
        None if best is None else (best.option.title, best.appraisal.npsv),
        None if plan is None else plan.expected,
        0 if plan is None else len(plan.rows),
        {
            each.condition: each.months
            for each in (study.planned.waiting if plan is not None else ())
            if each.months is not None
        },
    )
