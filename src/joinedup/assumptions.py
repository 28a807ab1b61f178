"""Assumptions: numbers that were not read from the study, with unit, range and source; and their draws.

Chance has one owner, `stream`: the same seed and names give the same numbers, whatever the order in which
they are asked for, the number of workers or the hash seed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import tomllib
from dataclasses import dataclass, replace
from enum import IntEnum
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray


class Grade(IntEnum):
    """How well a number is founded, from best to worst, after the 2014 guidance for local partnerships."""

    AUDITED = 1
    CONTRACT = 2
    MONITORED = 3
    READY_RECKONER = 4
    ELSEWHERE = 5
    JUDGEMENT = 6

    @property
    def in_words(self) -> str:
        """The grade as a reader sees it."""
        return str(_GRADES[self]["words"])

    @property
    def benefit_correction(self) -> float:
        """The share by which a benefit that rests on this grade is cut (§5.3)."""
        return float(_GRADES[self]["benefit_correction"])


_GRADES = {
    row["grade"]: row
    for row in tomllib.loads(files("joinedup").joinpath("confidence_grades_2014.toml").read_text("utf-8"))[
        "grades"
    ]
}


@dataclass(frozen=True)
class Assumption:
    """One number that the answer rests on.

    ``name`` is dotted (``shared_estate.cost_to_adapt``), ``sentence`` says in plain words what it is, and
    ``low <= central <= high`` in ``unit``; draws come from the triangle over them. Where it tends to be high or low
    together with another assumption, ``companion`` names that other and ``rank_correlation``, above -1 and below 1,
    says how closely; the companion keeps its own draws (§5.3).
    """

    name: str
    sentence: str
    unit: str
    low: float
    central: float
    high: float
    source: str
    grade: Grade
    companion: str = ""
    rank_correlation: float = 0.0

    def __post_init__(self) -> None:
        """Hold every assumption to its own rules, wherever it was declared."""
        if not all(math.isfinite(value) for value in (self.low, self.central, self.high)):
            raise Refusal(f"assumption {self.name}: low, central and high must be finite numbers")
        if not self.low <= self.central <= self.high:
            raise Refusal(
                f"assumption {self.name}: low {self.low:g}, central {self.central:g} and high {self.high:g} "
                "are not in order; make low <= central <= high"
            )
        if not (self.name and self.unit and self.source and self.sentence):
            raise Refusal(
                f"assumption {self.name or '(no name)'}: needs a name, a unit, a sentence and a source"
            )
        if bool(self.companion) != bool(self.rank_correlation) or not abs(self.rank_correlation) < 1:
            raise Refusal(
                f"assumption {self.name}: name a companion and give a rank correlation above -1 and below 1 "
                "that is not 0, or neither"
            )

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the values below which these shares, 0 to 1, of the triangle lie."""
        base, left = self.high - self.low, self.central - self.low
        right = base - left
        if base == 0:
            return np.full(share.shape, self.central, dtype=np.float64)
        lower = self.low + np.sqrt(share * base * left)
        return np.where(share * base <= left, lower, self.high - np.sqrt((1.0 - share) * base * right))


@dataclass(frozen=True)
class Declaring:
    """Declares the assumptions of one module, named after it; a judgement unless more is known."""

    module: str

    def __call__(
        self,
        name: str,
        sentence: str,
        unit: str,
        values: tuple[float, float, float],
        source: str = "judgement",
        grade: Grade = Grade.JUDGEMENT,
    ) -> Assumption:
        """Declare one number by its name within the module, and its low, central and high."""
        return Assumption(f"{self.module}.{name}", sentence, unit, *values, source, grade)


@dataclass(frozen=True)
class Draws:
    """Values of assumptions by name: arrays of one length, whose first element is the central value."""

    values: Mapping[str, NDArray[np.float64]]
    assumptions: Mapping[str, Assumption]

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Give the draws of one assumption, shape (draws + 1,)."""
        return self.values[name]

    def __len__(self) -> int:
        """Count the values, the central one included."""
        return len(next(iter(self.values.values()), ()))

    def with_column(self, assumption: Assumption, column: NDArray[np.float64]) -> Draws:
        """Give the same draws with other values for one assumption, shape (draws + 1,)."""
        name = assumption.name
        return Draws(
            MappingProxyType({**self.values, name: column}),
            MappingProxyType({**self.assumptions, name: assumption}),
        )


def stream(seed: int, *names: str) -> np.random.Generator:
    """Give the random numbers that belong to these names under this seed."""
    digest = hashlib.blake2b("\x1f".join((str(seed), *names)).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def draw(assumptions: Iterable[Assumption], draws: int, seed: int) -> Draws:
    """Draw every assumption from the triangle over its range; element 0 is the central value.

    An assumption with a companion follows it by a Gaussian copula: its rank is mixed from that of the companion and
    from chance of its own, so that every other assumption keeps the draws it has without it.

    Raises:
        ValueError: when two different assumptions bear one name, or a companion is missing or follows its follower.
    """
    declared: dict[str, Assumption] = {}
    for assumption in assumptions:
        if declared.setdefault(assumption.name, assumption) != assumption:
            raise ValueError(f"two different assumptions are called '{assumption.name}'")
    values = {}
    for name, assumption in declared.items():
        column = np.full(draws + 1, assumption.central, dtype=np.float64)
        if assumption.high > assumption.low and assumption.companion:
            column[1:] = assumption.at(scipy.special.ndtr(_score(name, declared, draws, seed, ())))
        elif assumption.high > assumption.low:
            column[1:] = stream(seed, "assumption", name).triangular(
                assumption.low, assumption.central, assumption.high, draws
            )
        column.flags.writeable = False
        values[name] = column
    return Draws(MappingProxyType(values), MappingProxyType(declared))


def _score(
    name: str, declared: Mapping[str, Assumption], draws: int, seed: int, followers: tuple[str, ...]
) -> NDArray[np.float64]:
    """Give the normal scores of an assumption's draws, those of its companion mixed in.

    They depend on names, the seed and the correlations, and on no range: a changed range moves nobody else.
    """
    if name in followers:
        raise ValueError(f"assumption {name}: follows its own follower; let one of them stand alone")
    if name not in declared:
        raise ValueError(f"assumption {followers[-1]}: its companion '{name}' was not drawn; draw both")
    assumption = declared[name]
    chance = stream(seed, "assumption", name).random(draws)
    own = np.asarray(scipy.special.ndtri(np.clip(chance, 1e-12, 1.0 - 1e-12)), dtype=np.float64)
    if not assumption.companion:
        return own
    # The correlation of ranks that is asked for, as the correlation of the scores that gives it (Pearson, 1907).
    mixed = 2.0 * math.sin(math.pi * assumption.rank_correlation / 6.0)
    led = _score(assumption.companion, declared, draws, seed, (*followers, name))
    return np.asarray(mixed * led + math.sqrt(1.0 - mixed * mixed) * own)


def with_study_values(declared: Iterable[Assumption], text: str, file: str) -> tuple[Assumption, ...]:
    """Lay a study's own values (the text of its assumptions.csv) over the declared ones.

    Columns: name, low, central, high, source and, optionally, grade (1 to 6).

    Raises:
        Refusal: for an unknown or repeated name, a value that is not a number or a range out of order, by
            file, row and column.
    """
    ours = {assumption.name: assumption for assumption in declared}
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = {"name", "low", "central", "high", "source"} - set(rows.fieldnames or ())
    if missing:
        raise Refusal(
            f"{file}: the column {min(missing)} is missing; it needs name, low, central, high, source"
        )
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        name = (row["name"] or "").strip()
        if name not in ours:
            raise Refusal(
                f"{file}, row {number}, column name: no assumption '{name}'{did_you_mean(name, ours)}"
            )
        if name in seen:
            raise Refusal(
                f"{file}, row {number}, column name: '{name}' stands in row {seen[name]} too; keep one"
            )
        seen[name] = number
        values: dict[str, float] = {}
        for column in ("low", "central", "high"):
            try:
                values[column] = float(row[column])
            except (TypeError, ValueError):
                raise Refusal(
                    f"{file}, row {number}, column {column}: '{row[column]}' is not a number"
                ) from None
        grade = (row.get("grade") or "").strip()
        if grade and grade not in {str(int(each)) for each in Grade}:
            raise Refusal(f"{file}, row {number}, column grade: '{grade}' is not one of 1 to 6")
        try:
            ours[name] = replace(
                ours[name],
                low=values["low"],
                central=values["central"],
                high=values["high"],
                source=(row["source"] or "").strip(),
                grade=Grade(int(grade)) if grade else ours[name].grade,
            )
        except Refusal as refusal:
            raise Refusal(f"{file}, row {number}: {refusal}") from None
    return tuple(ours.values())
