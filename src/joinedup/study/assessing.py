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
    Term,
    affordability,
    alone_cash,
    appraise,
    best_alone,
    cases_like,
    duty_tests,
    effects,
    five_cases,
    funded,
    funding_of,
    mitigation_of,
    months_elsewhere,
    people_of,
    recoveries,
    searched_alone,
    swings,
    with_stated_redundancy,
)
from joinedup.assumptions import Assumption, draw, with_study_values
from joinedup.evidence import ASSUMPTIONS as EVIDENCE
from joinedup.money import project_type
from joinedup.options import FallsOnBudgets, Kind, Need, Option, TellsOutcomes, kinds
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.ranking import Candidate, Order, rank
from joinedup.response import drives
from joinedup.response.declared import ASSUMPTIONS as RESPONSE
from joinedup.study.answer_gate import apart, worst
from joinedup.study.deciding import text_of
from joinedup.study.finding import find
from joinedup.study.gating import gate, moves_units
from joinedup.study.pricing import at_price_base
from joinedup.study.starting import Starting
from joinedup.study.stating import Told, objectives_of, people_stated, risks_of
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import ROAD_ASSUMPTIONS, travel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from joinedup.appraisal import Alone, Case, CaseLine, Duty, Effect, People, Stated, Swing
    from joinedup.area import Area
    from joinedup.assumptions import Draws
    from joinedup.money import Cash, Recovery
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
    project_type: str
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
    funding: tuple[Term, ...]
    cost: Callable[[Draws], Sequence[Cash]]
    """The option's cash, its funding included, at any draws."""
    starting: Starting


@dataclass(frozen=True, eq=False)
class Assessment:
    """All options of an area, those that may be ranked in order; and, by kind, what the area lacks to find any."""

    options: tuple[Assessed, ...]
    order: Order
    lacking: Mapping[str, tuple[Need, ...]]
    judge_together: Callable[[frozenset[str]], Outcome]
    """The safety gate on a set of options at once."""
    told: Told
    draws: Draws
    """The draws on which all options were appraised."""

    def __getitem__(self, option_id: str) -> Assessed:
        """Give one option by its identifier."""
        return next(each for each in self.options if each.option.id == option_id)


def assumptions_of(folder: Path | None = None) -> dict[str, Assumption]:
    """Give every declared assumption by name, with a study's own values over them.

    Raises:
        Refusal: for a file that is not text, a name that is not known, a value that is out of order, or prices of a year
            that cannot be brought to the price base.
    """
    declared = {
        each.name: each for each in (*TRAVEL, *OVERLAP, *APPRAISAL, *RESPONSE, *ROAD_ASSUMPTIONS, *EVIDENCE)
    }
    for kind in kinds():
        declared |= {each.name: each for each in kind.assumptions}
    path = folder / ASSUMPTIONS_FILE if folder else None
    if path is None or not path.is_file():
        return declared
    text = text_of(path)
    own = {each.name: each for each in with_study_values(declared.values(), text, str(path))}
    return at_price_base(own, text, path.parent, str(path))


def assess(
    area: Area,
    assumptions: Mapping[str, Assumption],
    progress: Callable[[str], None] = lambda _: None,
    played: Played | None = None,
    folder: Path | None = None,
) -> Assessment:
    """Find the options of every kind and assess them on common draws, and on waits where the area was ``played``.

    ``folder`` is where the study's own files lie: what the partners state of people, objectives and managed risks.

    Raises:
        Refusal: when one of these files cannot be used, by row and column.
    """
    draws = draw(assumptions.values(), DRAWS, area.settings.seed)
    vat = recoveries(area)
    travel = travel_of(area, assumptions)
    before = drives(area, travel)
    found_by_kind, lacking = find(area, assumptions, progress)
    told = _told(area, folder, [option.id for _, found in found_by_kind for option in found])
    funding = funding_of(area, {option.id: kind.years for kind, found in found_by_kind for option in found})
    assessed: list[Assessed] = []
    for kind, found in found_by_kind:
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
                    told,
                    funding.get(option.id, ()),
                    lambda each: gate(area, each, before, travel, played),
                )
            )
    candidates = [
        Candidate(each.option.id, each.appraisal.npsv, each.gate.outcome, frozenset(each.option.uses))
        for each in assessed
    ]
    passing = sum(each.gate.outcome is Outcome.PASS for each in assessed)
    judged = {each.option.id: (each.option, each.gate.outcome) for each in assessed}

    def together(ids: frozenset[str]) -> Outcome:
        """Judge the options of a set as one change, in which each has done its part."""
        members = [judged[each] for each in sorted(ids)]
        moving = [option for option, _ in members if moves_units(option)]
        outcomes = [
            # What draws on crews where no change of the area shows it cannot pass in company either.
            *(Outcome.CANNOT_TELL for option, _ in members if option.draws_on),
            # Nobody who responds is moved by the others: how soon each room answers is judged room by room.
            apart([each for each in members if not moves_units(each[0])]),
        ]
        if moving:
            both = replace(
                moving[0],
                partners=tuple(sorted({partner for option, _ in members for partner in option.partners})),
                changes=tuple(change for option, _ in members for change in option.changes),
            )
            outcomes.append(gate(area, both, before, travel, played).outcome)
        return worst(outcomes)

    # Staying among three of three says nothing: the first few are always fewer than there are to choose from.
    return Assessment(
        tuple(assessed),
        rank(candidates, min(TOP, max(1, passing - 1))),
        lacking,
        cache(together),
        told,
        draws,
    )


def budget_lines(area: Area, kind: Kind, option: Option) -> tuple[str, ...]:
    """Name the functions that pay for an option, spelt as the study's budgets spell them; none where no budget is split so.

    A study whose budgets have no such line for anybody is judged by whole budgets; a service that alone lacks the line
    has no budget for it.
    """
    if not isinstance(kind, FallsOnBudgets):
        return ()
    wanted = {each.strip().lower() for each in kind.budget_functions(option)}
    spelt = area.table("budgets")["function"].drop_nulls().unique().sort()
    return tuple(each for each in spelt if each.strip().lower() in wanted)


def _told(area: Area, folder: Path | None, ids: Sequence[str]) -> Told:
    """Read what the partners state, where the study has a folder."""
    if folder is None:
        return Told()
    return Told(people_stated(folder, ids), objectives_of(folder, area), risks_of(folder))


def _assessed(
    area: Area,
    kind: Kind,
    option: Option,
    draws: Draws,
    found_alone: Mapping[str, Sequence[Option]] | None,
    vat: Mapping[str, Recovery],
    told: Told,
    terms: tuple[Term, ...],
    judged: Callable[[Option], Gate],
) -> Assessed:
    """Work out everything of one option."""
    project = project_type(kind.project_type)
    managed = mitigation_of(told.risks, kind.project_type)
    overruns = {project.applies_to: project.cost.after(managed)}
    stated = told.people.get(option.id)
    cost = partial(_cash, kind, option, terms, stated, area)
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
        mitigation=managed,
        do_minimum=kind.carry_on(area, option, draws),
        alone=alone_cash(best),
        exit_cost=draws[kind.exit_cost],
        vat=vat,
    )
    held = judged(option)
    people = people_of(area, option, stated)
    duty = duty_tests(appraisal, held, area.services)
    bettered = kind.outcomes(area, option, draws) if isinstance(kind, TellsOutcomes) else ()
    found_effects = effects(appraisal, held, area.services, bettered)
    affordable = affordability(
        appraisal.financial,
        area.table("budgets"),
        area.settings.price_base,
        draws,
        budget_lines(area, kind, option),
    )
    return Assessed(
        option=option,
        rung=kind.rung,
        project_type=kind.project_type,
        explanation=kind.explain(option),
        appraisal=appraisal,
        gate=held,
        swings=swings(cost, draws.assumptions, overruns),
        alone=best,
        affordable=affordable,
        people=people,
        duty=duty,
        effects=found_effects,
        cases=five_cases(
            option,
            appraisal,
            held,
            duty,
            people,
            affordable,
            price_base=area.settings.price_base,
            effects=found_effects,
            objectives=told.objectives,
            names={each: area.name_of(each) for each in area.services},
        ),
        elsewhere=cases_like(kind.name),
        months_elsewhere=months_elsewhere(kind.name),
        funding=terms,
        cost=cost,
        starting=Starting(partial(_cash, kind, option, (), stated), area, draws, appraisal, terms),
    )


def _cash(
    kind: Kind, option: Option, terms: tuple[Term, ...], stated: Stated | None, area: Area, draws: Draws
) -> tuple[Cash, ...]:
    """Give an option's cash, with the redundancy pay that the partners state, and what the study states of its funding."""
    own = with_stated_redundancy(kind.cash(area, option, draws), option.partners, stated, len(draws))
    return (*own, *funded(terms, area.settings.price_base, kind.years, draws))
