"""An imagined population and what all of it thinks: known exactly, however few of it are asked.

Adults live in neighbourhoods, which differ, in districts, which differ too. What is kept is how many of each neighbourhood,
age and sex give each answer to each question, so that a country takes seconds; people are made only where they are asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.assumptions import stream
from joinedup.imagining.saying.wording import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

RESIDENTS = told("residents")
AGES, SEXES = RESIDENTS["age"]["categories"], RESIDENTS["sex"]["categories"]
WANTS = {**RESIDENTS["single"], **RESIDENTS["likert"]}
"""The questions about joint working."""
MOST_CONTACTS = 5
CONTACTS = tuple((often, well) for often in range(MOST_CONTACTS + 1) for well in range(often + 1))
"""How often somebody met a service, and how often it went well: every pair that there can be."""
YES_NO, SCALE, UNKNOWN = ("1", "2", "8"), ("1", "2", "3", "4", "5", "8"), "8"
FAVOURABLE = ("1", "2")
"""Codes of a scale that say yes."""

_DISTRICTS_DIFFER, _NEIGHBOURHOODS_DIFFER = 0.15, 0.35
_STRONGLY_FOR, _NEITHER, _AGAINST = 0.4, 0.4, 0.4
"""Of those in favour, strongly; of the others, neither, and against."""
_FEWEST_NEIGHBOURHOODS = 4
_SMALL = np.int16
"""A neighbourhood has a few hundred adults; a country has hundreds of thousands of neighbourhoods."""


@dataclass(frozen=True, eq=False)
class District:
    """The adults of a district.

    ``counts`` has shape (neighbourhoods, ages x sexes): how many there are. ``answers`` has, by question, shape
    (neighbourhoods, ages x sexes, codes): how many of them would give each answer; "contacts" has the pairs of CONTACTS.
    """

    name: str
    counts: NDArray[np.int16]
    answers: dict[str, NDArray[np.int16]]


def codes_of(question: str) -> tuple[str, ...]:
    """Give the codes that answer a question about joint working."""
    return YES_NO if question in RESIDENTS["single"] else SCALE


def district_of(name: str, people: int, seed: int) -> District:
    """Fill a district with adults who think something, by chance of its own."""
    chance = stream(seed, "saying", "residents", name)
    adults = max(1, round(RESIDENTS["adults"] * people))
    many = max(_FEWEST_NEIGHBOURHOODS, round(people / RESIDENTS["neighbourhood"]))
    sizes = chance.multinomial(adults, np.full(many, 1.0 / many))
    counts = chance.multinomial(sizes, _cells())
    apart = _DISTRICTS_DIFFER * chance.standard_normal() + _NEIGHBOURHOODS_DIFFER * chance.standard_normal(
        many
    )
    answers = {
        name: chance.multinomial(counts, _likely(name, apart)).astype(_SMALL) for name in (*WANTS, "contacts")
    }
    return District(name, counts.astype(_SMALL), answers)


@dataclass(frozen=True, eq=False)
class Everyone:
    """All adults together: how many there are in each stratum by age and sex, and how many give each answer."""

    counts: list[Integers] = field(default_factory=list)
    answers: dict[str, Integers] = field(default_factory=dict)

    def add(self, districts: Sequence[District]) -> None:
        """Add the districts of a stratum."""
        self.counts.append(
            np.sum([each.counts.sum(axis=0, dtype=np.int64) for each in districts], axis=0, dtype=np.int64)
        )
        for question in (*WANTS, "contacts"):
            given = np.sum(
                [each.answers[question].sum(axis=(0, 1), dtype=np.int64) for each in districts], axis=0
            )
            self.answers[question] = given + self.answers.get(question, np.zeros_like(given))

    def shares(self) -> dict[str, Floats]:
        """Give the share of all adults with each answer, by question."""
        return {question: given / given.sum() for question, given in self.answers.items()}

    def margins(self, strata: Sequence[str]) -> dict[str, dict[str, int]]:
        """Give how many adults there are by age, by sex and by stratum: what a survey is raked to."""
        cells = np.sum(self.counts, axis=0).reshape(len(AGES), len(SEXES))
        return {
            "age": dict(zip(AGES, cells.sum(axis=1).tolist(), strict=True)),
            "sex": dict(zip(SEXES, cells.sum(axis=0).tolist(), strict=True)),
            "district": {name: int(each.sum()) for name, each in zip(strata, self.counts, strict=True)},
        }


@cache
def _cells() -> tuple[float, ...]:
    """Give the share of adults in each age and sex, the sexes of one age beside each other."""
    return tuple(np.outer(RESIDENTS["age"]["share"], RESIDENTS["sex"]["share"]).ravel().tolist())


def _likely(question: str, apart: Floats) -> Floats:
    """Give how likely each answer is, shape (neighbourhoods, ages x sexes, codes)."""
    if question == "contacts":
        one = np.repeat(_contacts(), len(SEXES), axis=0)
        return np.broadcast_to(one, (len(apart), *one.shape))
    asked = WANTS[question]
    by_age = np.repeat(np.array(asked["by_age"]), len(SEXES))
    yes = scipy.special.expit(_level(question) + by_age + apart[:, None]) * (1.0 - asked["do_not_know"])
    no = 1.0 - asked["do_not_know"] - yes
    unknown = np.full_like(yes, asked["do_not_know"])
    if question in RESIDENTS["single"]:
        return np.stack([yes, no, unknown], axis=2)
    against = no * _AGAINST
    return np.stack(
        [
            *(yes * _STRONGLY_FOR, yes * (1.0 - _STRONGLY_FOR)),
            *(no * _NEITHER, against, no - no * _NEITHER - against, unknown),
        ],
        axis=2,
    )


@cache
def _level(question: str) -> float:
    """Find the level at which the share of all adults who say yes is the one that is wanted, over ages and places."""
    asked = WANTS[question]
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    spread = float(np.hypot(_DISTRICTS_DIFFER, _NEIGHBOURHOODS_DIFFER))
    by_age, share = np.array(asked["by_age"]), np.array(RESIDENTS["age"]["share"])

    def off(level: float) -> float:
        each = scipy.special.expit(level + by_age[:, None] + spread * nodes)
        return float(share @ each @ weights / weights.sum() * (1.0 - asked["do_not_know"]) - asked["yes"])

    return float(scipy.optimize.brentq(off, -8.0, 8.0))


@cache
def _contacts() -> Floats:
    """Give how likely each pair of CONTACTS is, by age."""
    found = np.empty((len(AGES), len(CONTACTS)))
    for age, (share, good) in enumerate(
        zip(RESIDENTS["contacts"]["share"], RESIDENTS["contacts"]["went_well"], strict=True)
    ):
        found[age] = [share[often] * scipy.stats.binom.pmf(well, often, good) for often, well in CONTACTS]
    return np.asarray(found / found.sum(axis=1, keepdims=True), np.float64)
