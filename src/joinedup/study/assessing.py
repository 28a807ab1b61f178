"""Options found, appraised, judged by the safety gate and put in order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import Appraisal, Gate, Outcome, appraise
from joinedup.assumptions import Assumption, draw, with_study_values
from joinedup.options import Need, Option, kinds
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.ranking import Candidate, Order, rank
from joinedup.refusal import Refusal
from joinedup.response import drives
from joinedup.response.declared import ASSUMPTIONS as RESPONSE
from joinedup.study.gating import gate
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import ROAD_ASSUMPTIONS, travel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joinedup.area import Area
    from joinedup.study.waiting import Played

DRAWS = 1000
"""How many times every assumption is drawn."""
TOP = 3
"""Firmness is how often an option stays among so many, or one fewer than there are."""
ASSUMPTIONS_FILE = "assumptions.csv"


@dataclass(frozen=True, eq=False)
class Assessed:
    """One option with what it is worth and what the safety gate says."""

    option: Option
    explanation: str
    appraisal: Appraisal
    gate: Gate


@dataclass(frozen=True, eq=False)
class Assessment:
    """All options of an area, those that may be ranked in order; and, by kind, what the area lacks to find any."""

    options: tuple[Assessed, ...]
    order: Order
    lacking: Mapping[str, tuple[Need, ...]]

    def __getitem__(self, option_id: str) -> Assessed:
        """Give one option by its identifier."""
        return next(each for each in self.options if each.option.id == option_id)


def assumptions_of(folder: Path | None = None) -> dict[str, Assumption]:
    """Give every declared assumption by name, with a study's own values over them.

    Raises:
        Refusal: for a file that is not text, a name that is not known or a value that is out of order.
    """
    declared = {each.name: each for each in (*TRAVEL, *OVERLAP, *APPRAISAL, *RESPONSE, *ROAD_ASSUMPTIONS)}
    for kind in kinds():
        declared |= {each.name: each for each in kind.assumptions}
    path = folder / ASSUMPTIONS_FILE if folder else None
    if path is None or not path.is_file():
        return declared
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(
            f"{path}: is not UTF-8 text; save it as 'CSV UTF-8' and run the command again"
        ) from None
    return {each.name: each for each in with_study_values(declared.values(), text, str(path))}


def assess(
    area: Area,
    assumptions: Mapping[str, Assumption],
    progress: Callable[[str], None] = lambda _: None,
    played: Played | None = None,
) -> Assessment:
    """Find the options of every kind and assess them on common draws, and on waits where the area was ``played``."""
    draws = draw(assumptions.values(), DRAWS, area.settings.seed)
    travel = travel_of(area, assumptions)
    before = drives(area, travel)
    assessed: list[Assessed] = []
    lacking = {}
    for kind in kinds():
        if missing := tuple(need for need in kind.needs if not area.has(need.table, *need.columns)):
            lacking[kind.name] = missing
            continue
        if area.settings.overlap_only:
            continue
        progress(f"looking for options: {kind.name}")
        for option in kind.find(area, assumptions):
            progress(f"appraising {option.title}")
            appraisal = appraise(
                kind.cash(area, option, draws),
                draws,
                project=kind.project_type,
                years=kind.years,
                partners=area.services,
                do_minimum=kind.carry_on(area, option, draws),
                exit_cost=draws[kind.exit_cost],
            )
            assessed.append(
                Assessed(option, kind.explain(option), appraisal, gate(area, option, before, travel, played))
            )
    candidates = [
        Candidate(each.option.id, each.appraisal.npsv, each.gate.outcome, frozenset(each.option.uses))
        for each in assessed
    ]
    passing = sum(each.gate.outcome is Outcome.PASS for each in assessed)
    # Staying among three of three says nothing: the first few are always fewer than there are to choose from.
    return Assessment(tuple(assessed), rank(candidates, min(TOP, max(1, passing - 1))), lacking)
