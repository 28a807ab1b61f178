"""Readiness beside money: for each way of working, what helps, what stands in the way, who could lift it, who agrees (§6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import (
    Block,
    Bullets,
    Chapter,
    Column,
    Figure,
    Mark,
    Section,
    Statement,
    Table,
    count,
    hidden,
)
from joinedup.evidence import Position
from joinedup.study.drafting.naming import as_said, listed
from joinedup.study.drafting.options import pounds
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.readiness import Factor, Readiness
    from joinedup.study.assessing import Assessed
    from joinedup.study.study import Study

_NOTE = (
    "For it, against: organisations that replied to the consultation. Differ: the chance that two of them, picked at random, "
    "take different positions, where five or more replied. What is named by fewer people than may be told is left out of the "
    "words."
)
_ENOUGH = 5
"""How far organisations differ is not told of fewer than these."""
_NAMED = 3
"""So many enablers and barriers are named in a row; an option's page names all."""


def readiness_chapter(study: Study) -> tuple[Chapter, ...]:
    """Put what people say beside what it is worth, a row for each way of working that was found and spoken of."""
    spoken = [each for each in study.readiness.values() if not each.is_silent]
    if not spoken:
        return ()
    by_kind: dict[str, list[Readiness]] = {}
    for each in spoken:
        by_kind.setdefault(each.kind, []).append(each)
    rows: list[list[Figure | str]] = []
    pages = []
    for kind, found in by_kind.items():
        best = max(
            (study.assessment[each.option] for each in found), key=lambda each: float(each.appraisal.npsv[0])
        )
        rows.append(_row(kind, study.readiness[best.option.id], best))
        pages.append(best.option.id)
    barred = sum(any(each.barriers for each in found) for found in by_kind.values())
    return (
        Chapter(
            "readiness",
            f"Something stands in the way of {barred} of {len(by_kind)} ways of working that people speak of",
            Statement(
                f"People spoke of {len(by_kind)} of the ways of working that were found here; for {barred} of them they name "
                "something that stands in the way. None of this changes the money beside it."
            ),
            (
                Table(
                    "readiness",
                    "What people say, beside the most that one option of the kind is worth",
                    (
                        Column("Way of working"),
                        Column("Worth of the best option", numeric=True),
                        Column("What helps"),
                        Column("What stands in the way"),
                        Column("Who could lift it"),
                        Column("For it", numeric=True),
                        Column("Against", numeric=True),
                        Column("Differ", numeric=True),
                    ),
                    rows,
                    note=_NOTE,
                    pages=pages,
                ),
                *_held_up(study),
            ),
        ),
    )


def _row(kind: str, found: Readiness, best: Assessed) -> list[Figure | str]:
    support = sum(each.organisations[Position.SUPPORT] for each in found.views)
    against = sum(each.organisations[Position.OPPOSE] for each in found.views)
    replied = sum(sum(each.organisations.values()) for each in found.views)
    none = Figure(None, Unit.NUMBER, mark=Mark.NOT_AVAILABLE)
    return [
        f"{kind[:1].upper()}{kind[1:]}",
        pounds(best.appraisal.npsv),
        _names(found.enablers),
        _names(found.barriers),
        listed(sorted({who for each in _told(found.barriers) for who in each.lifters})) or "–",
        Figure(float(support), Unit.NUMBER) if found.views else none,
        Figure(float(against), Unit.NUMBER) if found.views else none,
        Figure(found.differ, Unit.SHARE) if found.differ is not None and replied >= _ENOUGH else none,
    ]


def _told(factors: Sequence[Factor]) -> list[Factor]:
    """Keep what enough people name for it to be told at all."""
    return [each for each in factors if not hidden(count(each.interviews))]


def _names(factors: Sequence[Factor]) -> str:
    told = _told(factors)
    if factors and not told:
        return Mark.CONFIDENTIAL.value
    return "; ".join(as_said(each.name) for each in told[:_NAMED]) or "nothing was named"


def _held_up(study: Study) -> list[Block]:
    """Say what the roadmap would gain if a barrier that people name were lifted, where the study says what it holds up."""
    named = {each.code: each for each in _told(study.heard.factors)}
    waiting = [each for each in study.planned.waiting if each.condition in named]
    if not waiting:
        return [
            Statement(
                "What each barrier holds up, and for how long, is for people to say in barriers.csv; until then nothing waits "
                "on it in the roadmap."
            )
        ]
    return [
        Section("What waits on what people name"),
        Bullets(
            [
                Statement(
                    f"{as_said(named[each.condition].name)}: nothing is attributed to it; {each.withheld}."
                    if each.worth is None
                    else f"{as_said(named[each.condition].name)}, which {listed([str(who) for who in each.lifters])} could lift: "
                    f"{{worth}} and {each.months} months in all.",
                    {} if each.worth is None else {"worth": Figure(each.worth.gain, Unit.POUNDS)},
                )
                for each in waiting
            ]
        ),
    ]


def said_chapter(study: Study, option: str) -> tuple[Chapter, ...]:
    """Say on an option's page what people say of it: each enabler and barrier with how many of how many name it."""
    found = study.readiness.get(option)
    if found is None or found.is_silent:
        return ()
    rows: list[list[Figure | str]] = [
        [
            as_said(each.name),
            str(each.family).capitalize(),
            count(each.interviews),
            count(each.base),
            listed(each.lifters) or "–",
        ]
        for each in (*found.enablers, *found.barriers)
    ]
    blocks: list[Block] = []
    if rows:
        blocks.append(
            Table(
                "said",
                "Enablers and barriers named in interviews that speak of this way of working",
                (
                    Column("What is named"),
                    Column("Which"),
                    Column("Interviews that name it", numeric=True),
                    Column("Interviews that speak of it", numeric=True),
                    Column("Who could lift it"),
                ),
                rows,
            )
        )
    blocks += _positions(found)
    survey = study.heard.survey
    if survey is not None and found.questions:
        blocks.append(
            Table(
                "asked",
                "What people answered when asked about it",
                (Column("Question and answer"), Column("Share, weighted", numeric=True)),
                [
                    [
                        f"{as_said(survey.coded[name].question.wording)} {as_said(one.words)}",
                        survey.figure(one.share, Unit.SHARE),
                    ]
                    for name in found.questions
                    for one in survey.answers[name].options
                ],
                note=survey.settings.sample.sentence,
            )
        )
    return (Chapter("said", "What people say of it", _opening(study, found), blocks),)


def _opening(study: Study, found: Readiness) -> Statement:
    """Open with how far the services lie apart, where two of them spoke of it."""
    if found.widest is None:
        return Statement(
            "What people say does not change the money; it says what would have to be lifted first."
        )
    spoke = {each.group: each for each in found.apart}
    one, other = (spoke[each] for each in found.widest)
    names = [
        study.area.name_of(each.group) if each.group in study.area.services else as_said(each.group)
        for each in (one, other)
    ]
    return Statement(
        f"The services differ most between {names[0]}, where {{one}} of {{of_one}} who spoke of it name a barrier, and "
        f"{names[1]}, where {{other}} of {{of_other}} do.",
        {
            "one": count(one.named),
            "of_one": count(one.spoke),
            "other": count(other.named),
            "of_other": count(other.spoke),
        },
        otherwise="Too few people of each service spoke of it to say how far the services differ.",
    )


def _positions(found: Readiness) -> list[Block]:
    if not found.views:
        return []
    rows: list[list[Figure | str]] = [
        [
            str(position).capitalize(),
            Figure(float(sum(each.organisations[position] for each in found.views)), Unit.NUMBER),
            count(sum(each.individuals[position] for each in found.views)),
            Figure(float(sum(each.campaigns[position] for each in found.views)), Unit.NUMBER),
        ]
        for position in Position
    ]
    return [
        Table(
            "replied",
            "Replies to the consultation",
            (
                Column("Position"),
                Column("Organisations", numeric=True),
                Column("Individuals in their own words", numeric=True),
                Column("Campaigns", numeric=True),
            ),
            rows,
            note="A consultation is not a sample: these are counts of those who chose to reply.",
        )
    ]
