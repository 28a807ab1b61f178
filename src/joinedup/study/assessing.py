"""Options found, appraised, judged by the safety gate and put in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import (
    Appraisal,
    Gate,
    Outcome,
    affordability,
    alone_cash,
    appraise,
    best_alone,
    cases_like,
    duty_tests,
    effects,
    five_cases,
    months_elsewhere,
    people_of,
    recoveries,
    searched_alone,
    swings,
)
from joinedup.assumptions import Assumption, draw, with_study_values
from joinedup.evidence import ASSUMPTIONS as EVIDENCE
from joinedup.money import project_type
from joinedup.options import Kind, Need, Option, kinds
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.ranking import Candidate, Order, rank
from joinedup.refusal import Refusal
from joinedup.response import drives
from joinedup.response.declared import ASSUMPTIONS as RESPONSE
from joinedup.study.estate import ASSUMPTIONS as ESTATE
from joinedup.study.gating import gate
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import ROAD_ASSUMPTIONS, travel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from joinedup.appraisal import Alone, Case, CaseLine, Duty, Effect, People, Swing
    from joinedup.area import Area
    from joinedup.assumptions import Draws
    from joinedup.money import Recovery
    from joinedup.study.waiting import Played

DRAWS = 1000
"""How many times every assumption is drawn."""
TOP = 3
"""Firmness is how often an option stays among so many, or one fewer than there are."""
ASSUMPTIONS_FILE = "assumptions.csv"


@dataclass(frozen=True, eq=False)
class Assessed:
    """One option with all that is worked out of it: what it is worth, what tips it, what it asks, and what became of the like.

    ``alone`` is the best that each partner could do by itself, ``affordable`` whether a budget bears it by partner and
    year, ``elsewhere`` the published cases of its kind and ``months_elsewhere`` how long those took from idea to live.
    """

    option: Option
    rung: int
    explanation: str
    appraisal: Appraisal
    gate: Gate
    swings: tuple[Swing, ...]
    alone: tuple[Alone, ...]
    affordable: pl.DataFrame
    people: People
    duty: Duty
    effects: tuple[Effect, ...]
    cases: tuple[CaseLine, ...]
    elsewhere: tuple[Case, ...]
    months_elsewhere: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Assessment:
    """All options of an area, those that may be ranked in order; and, by kind, what the area lacks to find any."""

    options: tuple[Assessed, ...]
    order: Order
    lacking: Mapping[str, tuple[Need, ...]]
    judge_together: Callable[[frozenset[str]], Outcome]
    """The safety gate on a set of options at once."""

    def __getitem__(self, option_id: str) -> Assessed:
        """Give one option by its identifier."""
        return next(each for each in self.options if each.option.id == option_id)


def assumptions_of(folder: Path | None = None) -> dict[str, Assumption]:
    """Give every declared assumption by name, with a study's own values over them.

    Raises:
        Refusal: for a file that is not text, a name that is not known or a value that is out of order.
    """
    declared = {
        each.name: each
        for each in (*TRAVEL, *OVERLAP, *APPRAISAL, *RESPONSE, *ROAD_ASSUMPTIONS, *ESTATE, *EVIDENCE)
    }
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
    vat = recoveries(area)
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
        found = kind.find(area, assumptions)
        alone = searched_alone(kind, area, assumptions) if found else None
        for option in found:
            progress(f"appraising {option.title}")
            assessed.append(
                _assessed(
                    area,
                    kind,
                    option,
                    draws,
                    alone,
                    vat,
                    lambda each: gate(area, each, before, travel, played),
                )
            )
    candidates = [
        Candidate(each.option.id, each.appraisal.npsv, each.gate.outcome, frozenset(each.option.uses))
        for each in assessed
    ]
    passing = sum(each.gate.outcome is Outcome.PASS for each in assessed)
    by_id = {each.option.id: each.option for each in assessed}

    def together(ids: frozenset[str]) -> Outcome:
        """Judge the options of a set as one change, in which each has done its part."""
        members = [by_id[each] for each in sorted(ids)]
        if not any(change.table == "units" for each in members for change in each.changes):
            return Outcome.PASS
        both = replace(
            members[0],
            partners=tuple(sorted({partner for each in members for partner in each.partners})),
            changes=tuple(change for each in members for change in each.changes),
        )
        return gate(area, both, before, travel, played).outcome

    # Staying among three of three says nothing: the first few are always fewer than there are to choose from.
    return Assessment(
        tuple(assessed), rank(candidates, min(TOP, max(1, passing - 1))), lacking, cache(together)
    )


def _assessed(
    area: Area,
    kind: Kind,
    option: Option,
    draws: Draws,
    found_alone: Mapping[str, Sequence[Option]] | None,
    vat: Mapping[str, Recovery],
    judged: Callable[[Option], Gate],
) -> Assessed:
    """Work out everything of one option."""
    project = project_type(kind.project_type)
    overruns = {project.applies_to: project.cost.after(0.0)}
    cost = partial(kind.cash, area, option)
    best = best_alone(
        kind,
        area,
        option,
        found_alone,
        draws,
        overruns,
        allowed=lambda each: judged(each).outcome is Outcome.PASS,
    )
    appraisal = appraise(
        cost(draws),
        draws,
        project=kind.project_type,
        years=kind.years,
        partners=area.services,
        do_minimum=kind.carry_on(area, option, draws),
        alone=alone_cash(best),
        exit_cost=draws[kind.exit_cost],
        vat=vat,
    )
    held = judged(option)
    people = people_of(area, option)
    duty = duty_tests(appraisal, held, area.services)
    affordable = affordability(appraisal.financial, area.table("budgets"), area.settings.price_base, draws)
    return Assessed(
        option=option,
        rung=kind.rung,
        explanation=kind.explain(option),
        appraisal=appraisal,
        gate=held,
        swings=swings(cost, draws.assumptions, overruns),
        alone=best,
        affordable=affordable,
        people=people,
        duty=duty,
        effects=effects(appraisal, held, area.services),
        cases=five_cases(option, appraisal, held, duty, people, affordable),
        elsewhere=cases_like(kind.name),
        months_elsewhere=months_elsewhere(kind.name),
    )
