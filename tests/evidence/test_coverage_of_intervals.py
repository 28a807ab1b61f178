"""Intervals from surveys of imagined people, some of whom do not answer: at least 90 of 100 hold the truth (§6.3).

Each seed has a population of its own, whose every answer is known, and a sample of it as an imagined study has.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.evidence.survey import Design, mean, proportion, rake, ratio
from joinedup.imagining.saying.drawn import NO_ANSWER, drawn
from joinedup.imagining.saying.residents import AGES, CONTACTS, SEXES, district_of

if TYPE_CHECKING:
    from joinedup.evidence.survey.estimating import Estimate
    from joinedup.imagining.saying.drawn import Drawn

SEEDS = 100
DISTRICTS = {"D000": 30_000, "D001": 15_000, "D002": 20_000}
ASKED = 900
YES, IN_FAVOUR = (0,), (0, 1)
"""Places among the codes of a question."""


def designs(found: Drawn, targets: dict[str, dict[str, int]]) -> tuple[Design, Design]:
    """Give the design as it was drawn, and raked to those who live there."""
    design = Design.of(
        found.weight,
        found.stratum.tolist(),
        [found.neighbourhood.tolist(), found.resident.tolist()],
        [found.neighbourhoods, found.adults],
    )
    met = {
        "age": [AGES[each] for each in found.age],
        "sex": [SEXES[each] for each in found.sex],
        "district": [list(DISTRICTS)[each] for each in found.stratum],
    }
    return design, rake(design, met, targets).design


def shares_of(design: Design, found: Drawn, question: str, codes: tuple[int, ...]) -> Estimate:
    answers = found.answers[question]
    return proportion(design, np.isin(answers, codes), answers != NO_ANSWER)


@cache
def measured() -> dict[str, list[tuple[float, Estimate]]]:
    """Give the truth and the estimate of each seed, by what is estimated."""
    kept: dict[str, list[tuple[float, Estimate]]] = {}
    for seed in range(SEEDS):
        strata = [[district_of(name, people, seed)] for name, people in DISTRICTS.items()]
        found, everyone = drawn(strata, len(strata), ASKED, stream(seed, "coverage of intervals"))
        shares = everyone.shares()
        often, well = np.array(CONTACTS).T @ shares["contacts"]
        design, raked = designs(found, everyone.margins(list(DISTRICTS)))
        often_met, went_well = found.often.astype(float), found.well.astype(float)
        for name, truth, estimate in (
            ("share", shares["more_joint"][0], shares_of(raked, found, "more_joint", YES)),
            ("share, not raked", shares["more_joint"][0], shares_of(design, found, "more_joint", YES)),
            ("small share", shares["governance"][0], shares_of(raked, found, "governance", YES)),
            ("do not know", shares["governance"][5], shares_of(raked, found, "governance", (5,))),
            (
                "in favour",
                shares["shared_estate"][list(IN_FAVOUR)].sum(),
                shares_of(raked, found, "shared_estate", IN_FAVOUR),
            ),
            ("mean", often, mean(raked, often_met)),
            ("ratio", well / often, ratio(raked, went_well, often_met)),
        ):
            kept.setdefault(name, []).append((float(truth), estimate))
    return kept


@pytest.mark.parametrize("what", ["share", "small share", "do not know", "in favour", "mean", "ratio"])
def test_at_least_90_of_100_intervals_hold_the_truth(what: str) -> None:
    held = 0
    for truth, estimate in measured()[what]:
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= truth <= estimate.high
    assert 90 <= held <= SEEDS


@pytest.mark.parametrize("what", ["share", "in favour", "mean", "ratio"])
def test_intervals_are_no_wider_than_they_need_to_be(what: str) -> None:
    """Intervals that hold everything say nothing: the standard error is about as large as estimates differ from the truth."""
    errors = [(estimate.value or 0.0) - truth for truth, estimate in measured()[what]]
    stated = np.sqrt(np.mean([(estimate.error or 0.0) ** 2 for _, estimate in measured()[what]]))
    assert stated == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.25)


def test_weighting_mends_what_those_who_do_not_answer_would_have_said() -> None:
    """The young answer less often, and want less: without raking the share who want more is too high."""

    def off(what: str) -> float:
        return float(np.mean([(estimate.value or 0.0) - truth for truth, estimate in measured()[what]]))

    assert off("share, not raked") > 0.012
    assert abs(off("share")) < 0.006
