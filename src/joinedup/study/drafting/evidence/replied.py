"""What services and others replied: who was asked and did not, and the positions on each option, never as a sample (§6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import Block, Column, Figure, Section, Statement, Table, count, hidden
from joinedup.evidence import Position
from joinedup.study.drafting.naming import as_said
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.evidence import Consultation, Questionnaire
    from joinedup.evidence.questionnaire import Asked
    from joinedup.study.study import Study


def replied_blocks(study: Study) -> list[Block]:
    """Show the questionnaire and the consultation, as far as the study holds them."""
    views = study.heard.views
    if views is None:
        return []
    blocks: list[Block] = []
    if views.questionnaire is not None:
        blocks += _questionnaire(views.questionnaire)
    if views.consultation is not None:
        blocks += _consultation(study, views.consultation)
    return blocks


def _questionnaire(found: Questionnaire) -> list[Block]:
    """Show who was invited and who replied: bodies, not people, so that small numbers may be said."""
    return [
        Section("What the services were asked"),
        Statement(
            "{replied} of the {invited} who were invited replied. What is not known is what the others would have said; there is "
            "no margin of error, because nobody was sampled.",
            {"replied": _bodies(found.whole.replied), "invited": _bodies(found.whole.invited)},
        ),
        Table(
            "questionnaire",
            "Who replied, by role",
            (
                Column("Role"),
                Column("Invited", numeric=True),
                Column("Replied", numeric=True),
                Column("Did not reply", numeric=True),
            ),
            [
                [
                    as_said(each.group),
                    _bodies(each.invited),
                    _bodies(each.replied),
                    _bodies(each.invited - each.replied),
                ]
                for each in found.by_role
            ],
        ),
        *(
            Table(
                f"questionnaire-{number}",
                f"What they answered: {as_said(asked.question)}",
                (Column("Answer"), Column("Replies", numeric=True)),
                _answered(asked),
            )
            for number, asked in enumerate(found.questions, start=1)
        ),
    ]


def _answered(asked: Asked) -> list[list[Figure | str]]:
    rows: list[list[Figure | str]] = [
        [as_said(answer), _bodies(replies)] for answer, replies in asked.counts.items()
    ]
    rows.append(["Replied, and left it out", _bodies(asked.no_answer)])
    rows.append(["Did not reply", _bodies(asked.did_not_reply)])
    return rows


def _consultation(study: Study, found: Consultation) -> list[Block]:
    """Show positions by option: organisations as such, individuals under the small-count rule, campaigns counted once."""
    titles = study.titles
    organisations = sum(each.organisation for each in found.replies)
    rows: list[list[Figure | str]] = [
        [
            f"{as_said(titles.get(each.option, _kind(each.option)))}: {_POSITIONS[position]}",
            _bodies(each.organisations[position]),
            count(each.individuals[position]),
            _bodies(each.campaigns[position]),
            count(each.campaign_replies[position]),
        ]
        for each in found.options
        for position in Position
    ]
    return [
        Section("What others replied"),
        Statement(
            "{organisations} organisations and {individuals} individuals replied. A consultation is not a sample: these are "
            "counts of those who chose to reply, and shares of nobody else.",
            {
                "organisations": _bodies(organisations),
                "individuals": count(len(found.replies) - organisations),
            },
        ),
        Table(
            "consultation",
            "Positions on each option",
            (
                Column("Option and position"),
                Column("Organisations", numeric=True),
                Column("Individuals in their own words", numeric=True),
                Column("Campaigns", numeric=True),
                Column("Replies in campaigns", numeric=True),
            ),
            rows,
            note="A campaign is replies in nearly the same words; it counts once, under the position that most of them take.",
        ),
        _by_role(study, found),
        *_reasons(study, found),
    ]


def _reasons(study: Study, found: Consultation) -> list[Block]:
    """Show the reasons that were read out of replies, where enough gave one for it to be told at all."""
    titles = study.titles
    rows: list[list[Figure | str]] = [
        [
            as_said(titles.get(each.option, _kind(each.option))),
            _POSITIONS[position],
            as_said(reason),
            count(number),
        ]
        for each in found.options
        for position in Position
        for reason, number in each.reasons[position].items()
        if not hidden(count(number))
    ]
    if not rows:
        return []
    columns = (Column("Option"), Column("Position"), Column("Reason"), Column("Replies", numeric=True))
    return [
        Table(
            "consultation-reasons",
            "Reasons that replies give",
            columns,
            rows,
            note="Organisations, and individuals in their own words. Reasons that fewer than five give are left out.",
        )
    ]


def _by_role(study: Study, found: Consultation) -> Table:
    titles = study.titles
    return Table(
        "consultation-roles",
        "Positions of organisations, by role",
        (
            Column("Option and role"),
            *(Column(words[:1].upper() + words[1:], numeric=True) for words in _POSITIONS.values()),
        ),
        [
            [
                f"{as_said(titles.get(each.option, _kind(each.option)))}: {as_said(role)}",
                *(_bodies(counts[position]) for position in Position),
            ]
            for each in found.options
            for role, counts in each.by_role.items()
        ],
    )


_POSITIONS = {
    Position.SUPPORT: "support",
    Position.OPPOSE: "oppose",
    Position.CONDITIONAL: "conditional",
    Position.NONE: "no position",
}


def _bodies(number: int) -> Figure:
    """Give a number of bodies, which act in public and are not people."""
    return Figure(float(number), Unit.NUMBER)


def _kind(option: str) -> str:
    """Word a kind as a reader would, whichever way it was written."""
    words = option.replace("_", " ")
    return words[:1].upper() + words[1:]
