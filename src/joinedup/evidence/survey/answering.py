"""What people answered: shares, nets, means and medians by question, whole and by group, each with its base (§6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.evidence.survey.association import Association, rao_scott
from joinedup.evidence.survey.estimating import Estimate, mean, means, median
from joinedup.evidence.survey.questions import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.evidence.survey.coding import Coded
    from joinedup.evidence.survey.design import Design


@dataclass(frozen=True)
class Option:
    """The share of those who answered who chose one option; ``unknown`` where it says "do not know"."""

    words: str
    unknown: bool
    share: Estimate


@dataclass(frozen=True)
class Answers:
    """What some people answered to one question.

    ``base`` gave an answer, "do not know" among them, and ``missing`` gave none, neither weighted. Shares are of all who
    answered, so those of a multiple question sum to more than 1. ``net`` is the favourable share of a Likert question
    less the unfavourable; ``mean`` and ``median`` are those of a number, without those who did not know.
    """

    base: int
    missing: int
    options: tuple[Option, ...]
    net: Estimate | None = None
    mean: Estimate | None = None
    median: Estimate | None = None


@dataclass(frozen=True)
class Split:
    """One question's answers by the categories of another; ``association`` tests whether they go together."""

    by: str
    groups: tuple[tuple[str, Answers], ...]
    association: Association | None


def answers(design: Design, coded: Coded, among: NDArray[np.bool_]) -> Answers:
    """Estimate what those among whom we look answered to a question."""
    counted = among & (design.weights > 0)
    answered = counted & coded.answered
    shares = means(design, coded.chosen, answered, bounded=True)
    kind = coded.question.kind
    number = kind is Kind.NUMBER
    return Answers(
        base=int(answered.sum()),
        missing=int((counted & ~coded.answered).sum()),
        options=tuple(
            Option(words, unknown, share)
            for words, unknown, share in zip(coded.options, coded.unknown, shares, strict=True)
        ),
        net=mean(design, coded.numbers, answered) if kind is Kind.LIKERT else None,
        mean=mean(design, coded.numbers, answered) if number else None,
        median=median(design, coded.numbers, answered) if number else None,
    )


def split(design: Design, coded: Coded, by: Coded) -> Split:
    """Estimate a question's answers in each group that another question makes."""
    groups = tuple(
        (words, answers(design, coded, by.answered & (by.chosen[:, number] > 0)))
        for number, words in enumerate(by.options)
    )
    both = coded.answered & by.answered
    one_answer = coded.question.kind in (Kind.SINGLE, Kind.LIKERT)
    tested = (
        rao_scott(design, coded.number_of_option, by.number_of_option, both)
        if one_answer and coded.options and by.options
        else None
    )
    return Split(by.question.question, groups, tested)
