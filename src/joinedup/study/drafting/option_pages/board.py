"""What an option's page says to a board: people, each service's objectives, the law, and the five cases."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal import FiveCase, at_anothers_cost
from joinedup.disclosure import (
    LIMIT,
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Mark,
    Section,
    Statement,
    Table,
)
from joinedup.options import REDUNDANCY
from joinedup.study.drafting.option_pages.money import CLOSED_NOTE, closed, names_of, sellers
from joinedup.study.drafting.option_pages.response import found_in_words
from joinedup.study.drafting.options import change_in_wait, pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joinedup.appraisal import CaseLine, Effect, Objective, Tested
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study


def people_chapter(each: Assessed) -> Chapter:
    """Say what is known of people and what is missing, and label the option accordingly (§4.7)."""
    people = each.people
    known: list[list[Figure | str]] = [
        ["Posts that move", _posts(people.posts_moved)],
        ["Posts that end", _posts(people.posts_ended)],
        ["Posts that change", _posts(people.posts_changed)],
        ["Crews that start from another place", _things(people.crews_moved)],
        ["Shifts altered or ended", _things(people.shifts_changed)],
    ]
    stated = people.stated
    for what, number in (
        ("Posts that go to another employer, as the partners state", stated.transferred),
        ("Posts that end by redundancy, as the partners state", stated.redundant),
    ):
        if number is not None:
            known.append([what, _posts(number)])
    said = _stated(each)
    few = any(0 < (posts.rests_on or 0) < LIMIT for _, posts in known if isinstance(posts, Figure))
    blocks: list[Block] = [
        Table(
            "people",
            "What changes for people, counted from what the option changes where the partners do not state it",
            (Column("What"), Column("How many (posts: full-time equivalents)", numeric=True)),
            known,
            note=f"[c]: fewer than {LIMIT} posts, which would tell of single people." if few else "",
        )
    ]
    if said:
        blocks.append(Bullets(said))
    if people.missing:
        blocks += [
            Section("Not known yet"),
            Bullets([Statement(f"{what[:1].upper()}{what[1:]}.") for what in people.missing]),
        ]
    return Chapter(
        "people",
        "What it asks of people" if people.complete else "What it asks of people: incomplete",
        Statement(
            "Everything that a board must know of people is stated."
            if people.complete
            else f"This option is incomplete: {len(people.missing)} things that a board must know of people are missing."
        ),
        blocks,
    )


def _stated(each: Assessed) -> list[Statement]:
    """Say what the partners state of redundancy, welfare, consultation and equality."""
    stated = each.people.stated
    said = _redundancy(each)
    if stated.welfare:
        said.append(Statement(f"Welfare: {stated.welfare.rstrip('.')}."))
    dates = ((stated.consultation_from, "starts"), (stated.consultation_until, "ends"))
    told = [f"{verb} on {when.day} {when:%B %Y}" for when, verb in dates if when]
    if told:
        said.append(Statement(f"Consultation {' and '.join(told)}."))
    if stated.equality_screen:
        said.append(Statement(f"Equality screen: {stated.equality_screen.rstrip('.')}."))
    return said


def _redundancy(each: Assessed) -> list[Statement]:
    """Say what redundancy is said to cost, and where it is counted; of so few people that it would tell, only that it is not."""
    stated = each.people.stated
    if not stated.redundancy_gbp:
        return []
    if stated.redundancy_in_accounts is None:
        return [
            Statement(
                f"What redundancy is said to cost is not told, and is in no account here: unless {LIMIT} posts or more are said "
                f"to end by it, it would tell what single people get. A treasurer adds it{_reckoned(each)}."
            )
        ]
    return [
        Statement(
            "Redundancy is said to cost {cost}. The accounts of who pays it hold it, from the first year live; the worth to all "
            "together does not, because people whose posts end receive what the partners pay.",
            {"cost": Figure(stated.redundancy_gbp, Unit.POUNDS, math.ceil(stated.redundant or 0))},
        )
    ]


def _reckoned(each: Assessed) -> str:
    """Say that what is assumed of redundancy pay stands in the accounts, where it does."""
    own = any(flow.what == REDUNDANCY and flow.amount.any() for flow in each.appraisal.flows)
    return " in place of what is assumed here" if own else ""


def _posts(number: float | None) -> Figure:
    """Give posts as a figure that rests on so many people, whom a small one would single out."""
    return Figure(number, Unit.NUMBER, None if number is None else math.ceil(number))


def _things(number: int | None) -> Figure:
    return Figure(None if number is None else float(number), Unit.NUMBER)


def effects_chapter(study: Study, each: Assessed) -> Chapter:
    """Say what it does for each service's own measures, and where one gains at another's cost (§5.9)."""
    names = names_of(study)
    objectives = study.assessment.told.objectives
    opposed = at_anothers_cost(each.effects, objectives)
    pairs = dict.fromkeys((one.service, other.service) for one, other in opposed)
    said = [
        f"It helps {names.get(helped, helped)} ({_measures(one for one, _ in opposed if one.service == helped)}) at the cost of "
        f"{names.get(hurt, hurt)} ({_measures(other for _, other in opposed if other.service == hurt)})."
        for helped, hurt in pairs
    ]
    return Chapter(
        "effects",
        "What it does for each service",
        Statement(
            "What it gives one service it takes, in part, from another."
            if said
            else "On what is measured, no service gains at another's cost."
        ),
        (
            Table(
                "effects",
                "Money, time, waits and what else is known of each service: above zero is better for it",
                (
                    Column("Service"),
                    Column("Measure"),
                    Column("Better by", numeric=True),
                    Column("What shows it"),
                ),
                [
                    [
                        names.get(one.service, one.service),
                        f"{one.measure} ({one.unit})" if one.range else one.measure,
                        _effect(each, one),
                        "the safety gate's mean" if one.unit == "minutes" else one.evidence,
                    ]
                    for one in each.effects
                    if one.change != 0 or one.service in each.option.partners
                ],
                note="Money and time are present values in real pounds at central values. What is in other units is for a year "
                "in which it works, with what nine draws in ten lie between.",
            ),
            *((Bullets([Statement(words) for words in said]),) if said else ()),
            *((_objectives(each, objectives, names),) if objectives else ()),
        ),
    )


def _measures(found: Iterable[Effect]) -> str:
    return ", ".join(dict.fromkeys(each.measure for each in found))


def _objectives(each: Assessed, objectives: Sequence[Objective], names: dict[str, str]) -> Table:
    """Set what each service wants beside what the option does to the measure that comes nearest to it."""
    return Table(
        "objectives",
        "Each service's own objectives, and what the option does for them",
        (Column("Service"), Column("What it wants"), Column("Measured by"), Column("With this option")),
        [
            [
                names.get(one.service, one.service),
                one.words,
                one.measure or "nothing here",
                _served(each, one),
            ]
            for one in objectives
        ],
        note="Where services have stated objectives, only what serves one of them counts as help to it; harm counts always.",
    )


def _served(each: Assessed, objective: Objective) -> str:
    found = next(
        (e for e in each.effects if (e.service, e.measure) == (objective.service, objective.measure)), None
    )
    if found is None or found.change is None:
        return "not known"
    return {True: "better", False: "worse", None: "no difference"}[found.helps]


def _effect(each: Assessed, effect: Effect) -> Figure:
    """Give an effect; waits over the groups that may be told, with the sign turned, because less is better."""
    if effect.range is not None:
        return Figure(effect.change, Unit.NUMBER, low=effect.range.low, high=effect.range.high)
    if effect.unit != "minutes":
        return Figure(effect.change, Unit.POUNDS)
    longer = change_in_wait(each.gate, effect.service)
    return Figure(None if longer.number is None else -longer.number or 0.0, Unit.MINUTES, longer.base)


def law_chapter(each: Assessed) -> Chapter:
    """Answer the duty to collaborate and, apart from it, the test of a change of governance, with the evidence (§5.8)."""
    duty = each.duty
    parts = (duty.economy, duty.efficiency, duty.effectiveness, duty.public_safety)
    return Chapter(
        "law",
        "What the law asks",
        Statement(
            f"Duty to collaborate (efficiency or effectiveness): {duty.to_collaborate.answer}. A change of governance "
            f"(economy, efficiency and effectiveness, or public safety): {duty.of_governance.answer}."
        ),
        (
            Table(
                "law",
                "The parts of the two tests, each with its evidence",
                (Column("Test"), Column("Answer"), Column("Evidence")),
                [_tested(one) for one in parts],
                note="What is measured is evidence for a decision, and not the decision.",
            ),
        ),
    )


def _tested(one: Tested) -> list[Figure | str]:
    return [f"{one.test[:1].upper()}{one.test[1:]}", str(one.answer), one.evidence]


def cases_chapter(each: Assessed) -> Chapter:
    """Lay out the five cases: what is computed, what is known, and what has still to be written."""
    to_write = sum(line.to_write for line in each.cases)
    sold = bool(sellers(each.appraisal))
    blocks: list[Block] = []
    for case in FiveCase:
        lines = [line for line in each.cases if line.case is case]
        hides = sold and case is FiveCase.FINANCIAL
        if not lines:
            continue
        blocks.append(
            Table(
                f"case-{case}",
                f"The {case} case",
                (Column("What a board asks"), Column("Figure", numeric=True), Column("What is known")),
                [
                    [
                        line.asks,
                        closed(_figure(line), hides and line.figure is not None),
                        _known(each, line),
                    ]
                    for line in lines
                ],
                note=CLOSED_NOTE if hides else "",
            )
        )
    return Chapter(
        "cases",
        "The five cases of a business case",
        Statement(
            f"{len(each.cases) - to_write} lines are filled from this study; {to_write} are for the partners to write."
        ),
        blocks,
    )


def _figure(line: CaseLine) -> Figure:
    if line.figure is None or line.unit is None:
        return Figure(None, Unit.NUMBER, mark=Mark.NOT_APPLICABLE)
    if isinstance(line.figure, np.ndarray):
        return pounds(line.figure)
    return Figure(float(line.figure), line.unit)


def _known(each: Assessed, line: CaseLine) -> str:
    """Give what is known in words; the gate's own reasons name groups of few incidents, so its finding stands for them."""
    reasons = "; ".join(each.gate.reasons)
    if reasons and reasons in line.words:
        return f"{found_in_words(each.gate)}."
    if line.to_write:
        return "Still to be written by the partners."
    return line.words
