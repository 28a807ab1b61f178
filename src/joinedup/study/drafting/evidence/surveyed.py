"""What a survey says, with its base and, where chance chose who was asked, its intervals (§6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.disclosure import LIMIT, Bar, Block, Chart, Column, Figure, Section, Statement, Table, count
from joinedup.evidence.survey.design import effective_number
from joinedup.evidence.survey.questions import Kind
from joinedup.study.drafting.naming import as_said
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.evidence import Survey
    from joinedup.study.study import Study

_RARE = 0.05
_DRAWN = 6
"""At most so many questions are drawn; the table holds all of them."""


def surveyed_answers(study: Study) -> list[Statement]:
    """Say what most people answered to the first question that has answers to choose from."""
    survey = study.heard.survey
    question = None if survey is None else next(iter(_chosen_from(survey)), None)
    if survey is None or question is None:
        return []
    options = [each for each in survey.answers[question].options if not each.unknown]
    most = max(options, key=lambda each: each.share.value or 0.0)
    margin = survey.settings.sample.has_margin
    answer = Statement(
        f"{{share{':Between' if margin else ''}}} of {survey.settings.population if margin else 'those who answered'} said "
        f"“{as_said(most.words)}” when asked “{as_said(_wording(survey, question))}”.",
        {"share": survey.figure(most.share, Unit.SHARE)},
    )
    return [answer]


def surveyed_blocks(study: Study) -> list[Block]:
    """Show who was asked, the first questions as charts and every question in a table."""
    survey = study.heard.survey
    if survey is None:
        return []
    asked = {"answered": count(survey.base)}
    words = "{answered} people answered"
    if survey.settings.invited:
        words = "{answered} of {invited} people who were asked answered"
        asked["invited"] = count(survey.settings.invited)
    source = f"Source: {survey.settings.name}. {survey.settings.sample.sentence}"
    blocks: list[Block] = [
        Section(as_said(survey.settings.name)),
        Statement(f"{words}. {survey.settings.sample.sentence}", asked),
        Statement(_weighted(survey), {"effective": count(round(effective_number(_weights(survey))))}),
    ]
    questions = _chosen_from(survey)
    for number, question in enumerate(questions[:_DRAWN]):
        found = survey.answers[question]
        blocks.append(
            Chart(
                f"survey-{number + 1}",
                as_said(_wording(survey, question)),
                f"Share of the {found.base:,} who answered, {survey.settings.population}"
                if found.base >= LIMIT
                else f"Share of those who answered, {survey.settings.population}",
                [Bar(as_said(each.words), survey.figure(each.share, Unit.SHARE)) for each in found.options],
                source,
                "One line an answer, with its share and, where there is one, its interval.",
            )
        )
    rows: list[list[Figure | str]] = []
    for question in questions:
        found = survey.answers[question]
        rows += [
            [
                f"{as_said(_wording(survey, question))} {as_said(each.words)}",
                count(found.base),
                survey.figure(each.share, Unit.SHARE),
            ]
            for each in found.options
        ]
        if found.net is not None:
            rows.append(
                [
                    f"{as_said(_wording(survey, question))} In favour less against",
                    count(found.net.base),
                    survey.figure(found.net, Unit.SHARE),
                ]
            )
    if rows:
        blocks.append(
            Table(
                "survey",
                "Every answer, as a share of those who answered the question",
                (
                    Column("Question and answer"),
                    Column("Answered the question", numeric=True),
                    Column("Share, weighted", numeric=True),
                ),
                rows,
                note="Shares are weighted, bases are not. Who does not know answered; who gave no answer did not.",
            )
        )
    blocks += _numbers(survey)
    blocks += _split(survey, questions)
    return blocks


def _weights(survey: Survey) -> NDArray[np.float64]:
    weights = survey.design.weights
    return weights[weights > 0]


def _weighted(survey: Survey) -> str:
    """Say what the weights do to how much the answers tell."""
    words = (
        "After weighting, the answers say as much as {effective} picked one by one and weighted alike would"
    )
    if survey.raked is None:
        return f"{words}."
    return f"{words}; they were weighted to known totals{'' if survey.raked.converged else ', which could not all be met'}."


def _numbers(survey: Survey) -> list[Block]:
    """Show the mean and the median of each question that was answered by a number."""
    rows: list[list[Figure | str]] = [
        [
            as_said(_wording(survey, name)),
            count(found.mean.base),
            survey.figure(found.mean, Unit.NUMBER),
            survey.figure(found.median, Unit.NUMBER),
        ]
        for name, found in survey.answers.items()
        if found.mean is not None and found.median is not None and _wording(survey, name)
    ]
    if not rows:
        return []
    return [
        Table(
            "survey-numbers",
            "Questions that were answered by a number",
            (
                Column("Question"),
                Column("Gave a number", numeric=True),
                Column("Mean, weighted", numeric=True),
                Column("Median, weighted", numeric=True),
            ),
            rows,
        )
    ]


def _split(survey: Survey, questions: Sequence[str]) -> list[Block]:
    """Show how groups differ on each question, a row a group and answer, and whether chance alone would make them."""
    blocks: list[Block] = []
    for question in questions:
        for each in survey.splits.get(question, ()):
            rows: list[list[Figure | str]] = [
                [
                    f"{as_said(group)}: {as_said(option.words)}",
                    count(found.base),
                    survey.figure(option.share, Unit.SHARE),
                ]
                for group, found in each.groups
                for option in found.options
            ]
            tested = each.association
            note = ""
            if tested is not None and survey.settings.sample.has_margin:
                apart = "differ by more" if tested.f_p < _RARE else "do not differ by more"
                note = f"The groups {apart} than chance would make them in 95 of 100 samples (Rao and Scott's test)."
            blocks.append(
                Table(
                    f"survey-{question}-by-{each.by}",
                    f"{as_said(_wording(survey, question))} By {as_said(_wording(survey, each.by) or each.by)}",
                    (
                        Column("Group and answer"),
                        Column("Answered", numeric=True),
                        Column("Share, weighted", numeric=True),
                    ),
                    rows,
                    note=note,
                )
            )
    return blocks


def _chosen_from(survey: Survey) -> list[str]:
    """Give the questions with answers to choose from, in the order in which they were asked.

    What has no wording was not asked: it is a column to split or weight by.
    """
    return [
        name
        for name, found in survey.answers.items()
        if found.options
        and survey.coded[name].question.wording
        and survey.coded[name].question.kind is not Kind.TEXT
    ]


def _wording(survey: Survey, question: str) -> str:
    return survey.coded[question].question.wording
