"""A survey of imagined residents: districts as strata, neighbourhoods drawn in each, adults in those, and who answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.imagining.saying.residents import (
    CONTACTS,
    RESIDENTS,
    SEXES,
    WANTS,
    Everyone,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from joinedup.imagining.saying.residents import District

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NO_ANSWER = -1
_LEAST_DRAWN = 2
_MOST_SHARE = 0.5
"""No more than this share of a stratum's neighbourhoods is drawn."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The adults who answered, a column each; ``asked`` is how many were asked.

    ``age`` and ``sex`` are places in AGES and SEXES. ``answers`` are places among a question's codes, NO_ANSWER where it was left
    out; ``often`` and ``well`` numbers of contacts. ``weight`` is how many adults each stands for before those who did
    not answer are thought of.
    """

    asked: int
    stratum: Integers
    neighbourhood: Integers
    resident: Integers
    neighbourhoods: Integers
    """How many there were to draw from, by respondent."""
    adults: Integers
    """In the respondent's neighbourhood."""
    weight: Floats
    age: Integers
    sex: Integers
    answers: dict[str, Integers]
    often: Integers
    well: Integers

    def __len__(self) -> int:
        """Count who answered."""
        return len(self.stratum)


def drawn(
    strata: Iterable[Sequence[District]], many_strata: int, residents: int, chance: np.random.Generator
) -> tuple[Drawn, Everyone]:
    """Ask about so many residents: neighbourhoods by chance in each stratum, then as many adults in each.

    Strata are taken one after another, so that a country is never all in memory; ``Everyone`` keeps what is true of it.
    """
    each = int(RESIDENTS["asked_in_each"])
    wanted = max(_LEAST_DRAWN, round(residents / each / many_strata))
    everyone = Everyone()
    columns: dict[str, list[NDArray[np.int64] | Floats]] = {}
    asked = 0
    for number, districts in enumerate(strata):
        everyone.add(districts)
        counts = np.concatenate([district.counts for district in districts])
        answers = {
            name: np.concatenate([district.answers[name] for district in districts])
            for name in (*WANTS, "contacts")
        }
        lived_in = np.flatnonzero(counts.sum(axis=1) > 0)
        most = max(_LEAST_DRAWN, int(len(lived_in) * _MOST_SHARE))
        many = min(wanted, most, len(lived_in))
        for neighbourhood in np.sort(chance.choice(lived_in, many, replace=False)):
            own = {name: value[neighbourhood] for name, value in answers.items()}
            adults = int(counts[neighbourhood].sum())
            met = chance.choice(adults, min(each, adults), replace=False)
            asked += len(met)
            people = _people(counts[neighbourhood], own, met, chance)
            kept = people.pop("answered").astype(bool)
            people |= {
                "resident": np.arange(1, len(met) + 1),
                "stratum": np.full(len(met), number),
                "neighbourhood": np.full(len(met), neighbourhood),
                "neighbourhoods": np.full(len(met), len(lived_in)),
                "adults": np.full(len(met), adults),
                "weight": np.full(len(met), len(lived_in) / many * adults / len(met)),
            }
            for name, value in people.items():
                columns.setdefault(name, []).append(value[kept])
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    answered = {name: whole.pop(name).astype(np.int64) for name in WANTS}
    weight = whole.pop("weight").astype(np.float64)
    others = {name: value.astype(np.int64) for name, value in whole.items()}
    return Drawn(asked, answers=answered, weight=weight, **others), everyone


def _people(
    counts: NDArray[np.int16],
    answers: dict[str, NDArray[np.int16]],
    met: Integers,
    chance: np.random.Generator,
) -> dict[str, NDArray[np.int64] | Floats]:
    """Make the adults of a neighbourhood out of its counts, and ask those who were met."""
    cell = np.repeat(np.arange(len(counts)), counts)
    age, sex = cell[met] // len(SEXES), cell[met] % len(SEXES)
    found: dict[str, NDArray[np.int64] | Floats] = {"age": age, "sex": sex}
    for name, table in answers.items():
        # Within an age and sex, what somebody says to one question goes with nothing that they say to another.
        code = np.repeat(np.tile(np.arange(table.shape[1]), len(counts)), table.ravel())
        found[name] = code[np.lexsort((chance.random(len(cell)), cell))][met]
    pair = np.array(CONTACTS)[found.pop("contacts").astype(np.int64)]
    found["often"], found["well"] = pair[:, 0], pair[:, 1]
    for name in WANTS:
        left_out = chance.random(len(met)) < RESIDENTS["no_answer"]
        found[name] = np.where(left_out, NO_ANSWER, found[name])
    likely = np.array(RESIDENTS["age"]["answers"])[age] * np.array(RESIDENTS["sex"]["answers"])[sex]
    found["answered"] = chance.random(len(met)) < likely
    return found
