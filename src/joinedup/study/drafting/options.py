"""The chapter on what could be done: every option in a line, the simplest ways of working together first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.appraisal import Outcome, Range
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
from joinedup.options import kinds
from joinedup.options.governance.looking import looked_at, standing
from joinedup.study.answer_gate import AnsweredGate
from joinedup.study.drafting.naming import listed, short_name
from joinedup.study.drafting.waits import _before_results
from joinedup.wording import Unit, in_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal import Gate
    from joinedup.options import Need
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

GATE_WORDS = {
    Outcome.PASS: "within the tolerance",
    Outcome.FAIL: "beyond the tolerance",
    Outcome.CANNOT_TELL: "cannot tell",
}


def pounds(values: NDArray[np.float64]) -> Figure:
    """Give a present value as the range that nine draws in ten lie in."""
    found = Range.of(values)
    return Figure(found.central, Unit.POUNDS, low=found.low, high=found.high)


def option_answer(study: Study) -> list[Statement | None]:
    """Say in a sentence what could be done and what the best of it is worth."""
    assessment = study.assessment
    if not assessment.options:
        return []
    placed = assessment.order.placed
    number = len(assessment.options)
    apart = number - len(placed)
    counts = (
        f"Of {number} options found, {len(placed)} keep response within {_tolerances(study)}. {apart} do not, or nobody can "
        "tell yet."
    )
    if not placed:
        return [Statement(counts)]
    best = assessment[placed[0].id]
    lead = (
        "The one with the highest expected worth:"
        if placed[0].expected > 0
        else "None of these is expected to be worth what it costs. The nearest to it:"
    )
    return [
        Statement(counts),
        Statement(
            f"{lead} {best.option.title}, worth {{npsv}} over {best.appraisal.years} years. {losing(study, best)}",
            {"npsv": pounds(best.appraisal.npsv)},
        ),
    ]


def _tolerances(study: Study) -> str:
    """Call the tolerances by when they were recorded, as far as the study says when results were first seen (§5.7)."""
    settings = study.area.settings
    seen = settings.results_seen_on
    days = [each.recorded_on for each in settings.tolerances.values()]
    counting = [day for day in days if seen is None or day <= seen]
    if not counting:
        return "tolerance, though none was recorded before results were seen"
    return f"the tolerances that the partners recorded{_before_results(study, max(counting))}"


def losers(study: Study, assessed: Assessed) -> list[str]:
    """Give the partners that would be worse off at central values, in all or in money alone."""
    return [each.partner for each in assessed.appraisal.losers if each.partner in study.area.services]


def losing(study: Study, assessed: Assessed) -> str:
    """Say who would be worse off, to stand in the same paragraph as the worth."""
    names = [study.area.name_of(each) for each in losers(study, assessed)]
    if names:
        return f"{listed(names)} would be worse off."
    risk = _most_at_risk(study, assessed)
    if risk is None:
        return "No partner would be worse off, at central values or in any draw."
    who, chance, how = risk
    return (
        "No partner would be worse off at central values. Most at risk is "
        f"{study.area.name_of(who)}, which {how} in {in_words(chance, Unit.SHARE)} of the draws."
    )


def _most_at_risk(study: Study, assessed: Assessed) -> tuple[str, float, str] | None:
    """Give the partner that most often loses, in which share of the draws, and what; None where none ever does."""
    chances = [
        (chance, each.partner, how)
        for each in assessed.appraisal.standings
        if each.partner in study.area.services
        for chance, how in (
            (each.chance_of_losing, "is worse off"),
            (each.chance_of_losing_money, "loses money"),
        )
    ]
    chance, who, how = max(chances, key=lambda each: each[0], default=(0.0, "", ""))
    return (who, chance, how) if chance else None


def options_chapter(study: Study) -> Chapter:
    """Show every option in a line that leads to its page, by complexity; or say what the study lacks to find any."""
    assessment = study.assessment
    if study.area.settings.overlap_only:
        return Chapter(
            "options",
            "What could be done",
            Statement(
                "This study is made of public lists of real, named places, so no option is looked for."
            ),
            missing="The services' own tables, and a study.toml without overlap_only.",
        )
    if not assessment.options:
        lacks = [f"{kind}: {_in_words(need)}" for kind, needs in assessment.lacking.items() for need in needs]
        nothing = _nothing(study)
        return Chapter(
            "options",
            "What could be done",
            Statement(
                "No option was found."
                if nothing
                else "Options cannot be looked for with what the study holds."
            ),
            [*nothing, *_ways_to_govern(study)],
            missing="; ".join(lacks),
        )
    answer = next(each for each in option_answer(study) if each is not None)
    blocks: list[Block] = [
        Statement(
            "The simplest ways of working together come first. Each option has a page of its own, which its name leads to: who "
            "pays and who benefits, what would have to be true, what became of the like elsewhere, and what it asks of people."
        )
    ]
    for (rung, kind), options in _by_complexity(assessment.options):
        blocks += [
            Section(f"{kind[:1].upper()}{kind[1:]}: step {rung} of complexity"),
            _table(study, kind, options),
        ]
    blocks += [*_nothing(study), *_ways_to_govern(study)]
    if assessment.lacking:
        blocks += [
            Section("Not looked for"),
            Bullets(
                [
                    Statement(f"{kind}: it needs {_in_words(need)}.")
                    for kind, needs in assessment.lacking.items()
                    for need in needs
                ]
            ),
        ]
    heading = (
        f"{len(assessment.order.placed)} of {len(assessment.options)} options keep response within tolerance"
    )
    return Chapter("options", heading, answer, blocks)


def found_nothing(study: Study) -> list[str]:
    """Name the kinds that were looked for without finding an option, what each asks and what it read.

    A table that is there and cannot be used, such as incidents placed by area alone, must not look like an answer (§1.3).
    """
    if study.area.settings.overlap_only:
        return []
    told = {each.option.kind for each in study.assessment.options} | set(study.assessment.lacking)
    return [
        f"{kind.name}: {kind.question} It read {'; '.join(_in_words(need) for need in kind.needs)}."
        for kind in kinds()
        if kind.name not in told
    ]


def _nothing(study: Study) -> list[Block]:
    """Set apart what was looked for in vain, and say what that may mean."""
    said = found_nothing(study)
    if not said:
        return []
    return [
        Section("Looked for, and nothing found"),
        Statement(
            "The study holds what these read, and they found no option. It may be that there is none, or that it exists already. "
            "It may also be that a column is filled in, but not so that it can be used: places by area alone, or categories that "
            "are spelt otherwise than on the page of that kind in the guide."
        ),
        Bullets([Statement(each) for each in said]),
    ]


def _ways_to_govern(study: Study) -> list[Block]:
    """Set the nation's ways to govern beside each other, those too that are no option here (§4.2); where bodies are known."""
    if study.area.table("bodies").is_empty():
        return []
    return [
        Section("Ways to govern, and how the law stands"),
        Table(
            "ways-to-govern",
            "Every way that the law of the nation knows, with what it gives here",
            (Column("Way"), Column("In law"), Column("Nations"), Column("Since"), Column("Here")),
            [
                [
                    f"{each.model.name}: {each.model.words}",
                    each.model.standing,
                    ", ".join(each.model.nations),
                    each.model.since,
                    "an option" if each.proposed else f"no option: {'; '.join(each.why_not)}",
                ]
                for each in standing(looked_at(study.area))
            ],
        ),
    ]


def _in_words(need: Need) -> str:
    return f"{need.table} with {', '.join(need.columns)} ({need.why})"


def _by_complexity(options: Sequence[Assessed]) -> list[tuple[tuple[int, str], list[Assessed]]]:
    """Group options by kind, the simplest kind first, each group by expected worth."""
    groups: dict[tuple[int, str], list[Assessed]] = {}
    for each in options:
        groups.setdefault((each.rung, each.option.kind), []).append(each)
    return [
        (key, sorted(groups[key], key=lambda each: (-each.appraisal.worth.expected, each.option.id)))
        for key in sorted(groups)
    ]


def _table(study: Study, kind: str, options: Sequence[Assessed]) -> Table:
    """Lay the options of one kind side by side, each leading to its page."""
    order = study.assessment.order
    firmness = {each.id: each.firmness for each in order.placed}
    calls = any(isinstance(each.gate, AnsweredGate) for each in options)
    return Table(
        f"options-{kind}",
        f"Present value over {options[0].appraisal.years} years in real pounds of {study.area.settings.price_base}, "
        f"and minutes longer (or, with a minus, shorter) until {'crews are told' if calls else 'help comes'}",
        (
            Column("Option"),
            Column("Worth to all together", numeric=True),
            Column("Change in the mean wait", numeric=True),
            Column("Response"),
            Column(f"Stays among the first {order.top}", numeric=True),
            Column("Who would lose"),
        ),
        [
            [
                each.option.title,
                pounds(each.appraisal.npsv),
                change_in_wait(each.gate),
                GATE_WORDS[each.gate.outcome],
                Figure(firmness[each.option.id], Unit.SHARE)
                if each.option.id in firmness
                else Figure(None, Unit.SHARE, mark=Mark.NOT_APPLICABLE),
                ", ".join(short_name(study.area, one) for one in losers(study, each)) or _nobody(study, each),
            ]
            for each in options
        ],
        note="Nine draws in ten lie within each range of worth. What is not within the tolerance takes no place.",
        pages=[each.option.id for each in options],
    )


def _nobody(study: Study, assessed: Assessed) -> str:
    """Say that nobody loses at central values, and who would most often."""
    risk = _most_at_risk(study, assessed)
    if risk is None:
        return "nobody in any draw"
    who, chance, _ = risk
    return f"nobody at central values; {short_name(study.area, who)} in {in_words(chance, Unit.SHARE)} of the draws"


def change_in_wait(gate: Gate, service: str = "") -> Figure:
    """Give the mean change in minutes over the groups of a response, of one service where it is named.

    Where calls were judged these are the calls after which crews are sent, until they are told.
    Groups of fewer incidents than may be told are left out, so that nobody can take the others from the whole to find them.
    """
    rows = [row for row in gate.rows if not service or row.service_id == service]
    told = [
        row
        for row in gate.to_response
        if (not service or row.service_id == service)
        and row.mean_change is not None
        and row.incidents >= LIMIT
    ]
    total = sum(row.incidents for row in told)
    if told:
        return Figure(
            sum((row.mean_change or 0.0) * row.incidents for row in told) / total, Unit.MINUTES, total
        )
    # Nobody is judged where nobody who responds is moved; where somebody is and nothing is known, absent is not zero.
    nobody_moves = not rows and (gate.outcome is Outcome.PASS or bool(gate.rows))
    return Figure(0.0 if nobody_moves else None, Unit.MINUTES)
