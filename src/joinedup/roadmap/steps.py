"""Steps: options as the roadmap sees them, with when they could start, what they need and what limits them all (§7.2)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.gate import Outcome
from joinedup.money import EDITION, discount_factors
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from joinedup.roadmap.conditions import Condition

MOST_YEARS = 10
"""A roadmap looks no further ahead than this."""


@dataclass(frozen=True)
class Need:
    """Another option that must be live first, and for how many years; any of ``instead`` does as well."""

    option: str
    lag: int = 0
    instead: tuple[str, ...] = ()

    @property
    def any_of(self) -> tuple[str, ...]:
        """Give the options any of which will do."""
        return (self.option, *self.instead)


@dataclass(frozen=True)
class Decision:
    """What a person decided about an option: that it goes ahead (in a ``year``, from 0, or in any), or never does."""

    goes_ahead: bool
    reason: str
    year: int | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """One option as the roadmap sees it; years count from 0, the first of the roadmap.

    ``npsv`` has shape (years, draws + 1): the worth now, by the year in which the option starts, the central value first;
    element i of the second axis is the same draw for every option. ``capital`` is by partner, real pounds in the year of the
    start and those after. The option is in transition from its start until it is live ``years_to_live`` later, and takes up
    ``change`` of the capacity for change of all, and of each of its ``partners``. ``earliest`` is the first year in which a
    lease or contract lets it start. Options that share one of ``uses`` cannot both be chosen. ``blocked`` says why it cannot
    start at all; it is empty where it can.
    """

    id: str
    npsv: NDArray[np.float64]
    capital: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    years_to_live: int = 1
    partners: tuple[str, ...] = ()
    change: float = 1.0
    needs: tuple[Need, ...] = ()
    uses: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    earliest: int = 0
    blocked: str = ""
    decision: Decision | None = None
    gate: Outcome = Outcome.PASS

    def __post_init__(self) -> None:
        """Hold every option to numbers that can be added up."""
        amounts = [amount for spent in self.capital.values() for amount in spent]
        if not all(math.isfinite(amount) and amount >= 0 for amount in (*amounts, self.change)):
            raise Refusal(
                f"option '{self.id}': capital and change are amounts of zero or more; count receipts in the worth, not "
                "as capital"
            )
        if min(self.years_to_live, self.earliest, *(need.lag for need in self.needs)) < 0:
            raise Refusal(f"option '{self.id}': years are not negative; correct them")
        if self.npsv.ndim != 2 or not np.isfinite(self.npsv).all():
            raise Refusal(
                f"option '{self.id}': its worth must be known for each year of starting and each draw"
            )


@dataclass(frozen=True)
class Limits:
    """What all options share; None is no limit.

    ``capital`` (real pounds by year) and ``change`` hold for all partners together, ``capital_of`` and ``change_of`` for each
    that is named. After the last year its limits go on, so that an option that starts late is not free.
    ``chance_of_loss`` is the greatest share of draws in which the set may be worth less than nothing.
    """

    years: int
    capital: tuple[float, ...] | None = None
    capital_of: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    change: float | None = None
    change_of: Mapping[str, float] = field(default_factory=dict)
    chance_of_loss: float | None = None

    def __post_init__(self) -> None:
        """Hold limits to the years of the roadmap."""
        if not 1 <= self.years <= MOST_YEARS:
            raise Refusal(f"a roadmap is of 1 to {MOST_YEARS} years, not {self.years}")
        named = {"all partners": self.capital} if self.capital is not None else {}
        for who, amounts in {**named, **self.capital_of}.items():
            if len(amounts) != self.years or not all(amount >= 0 for amount in amounts):
                raise Refusal(
                    f"capital of {who}: give one amount, zero or more, for each of {self.years} years"
                )
        if self.chance_of_loss is not None and not 0 <= self.chance_of_loss <= 1:
            raise Refusal(f"the chance of loss is a share from 0 to 1, not {self.chance_of_loss:g}")


@dataclass(frozen=True, eq=False)
class Question:
    """All that a roadmap answers.

    ``passes`` judges a set of options together (§5.7). ``adding_never_helps`` says that a set that does not pass cannot be
    mended by adding an option: one failing set then rules out every larger one, and the search is short. ``seconds`` is the
    longest that one solution may take. Where the chance of loss is limited, it is limited over ``scenarios`` of the draws, chosen
    by ``seed``.
    """

    steps: tuple[Step, ...]
    limits: Limits
    conditions: tuple[Condition, ...] = ()
    passes: Callable[[frozenset[str]], Outcome] | None = None
    adding_never_helps: bool = False
    seconds: float = 60.0
    scenarios: int = 100
    seed: int = 1

    def __post_init__(self) -> None:
        """Refuse identifiers that are not known, and worths that do not lie side by side."""
        ids = [each.id for each in self.steps]
        if len(set(ids)) < len(ids):
            raise ValueError("two options have the same identifier")
        shapes = {each.npsv.shape for each in self.steps}
        if len(shapes) > 1 or any(shape[0] != self.limits.years for shape in shapes):
            raise ValueError(
                f"the worth of every option has shape (years, draws + 1) with {self.limits.years} years and common draws"
            )
        for each in self.steps:
            for other in (*(one for need in each.needs for one in need.any_of), *each.excludes):
                self._known(other, f"option '{each.id}'", ids)
        for condition in self.conditions:
            for other in (*condition.delays, *condition.blocks):
                self._known(other, f"condition '{condition.id}'", ids)

    @staticmethod
    def _known(id: str, where: str, ids: list[str]) -> None:
        if id not in ids:
            raise Refusal(f"{where} names '{id}', which is no option{did_you_mean(id, ids)}")


def starting_in(npsv: NDArray[np.float64], years: int, edition: str = EDITION) -> NDArray[np.float64]:
    """Give the worth now of an option by the year in which it starts, shape (years, draws + 1).

    The whole stream of costs and benefits moves with the start and stays as long, so that a start a year later is worth the
    same a year later. Where something has an end of its own (a lease, a grant), give the worth by year yourself.

    >>> starting_in(np.array([1035.0]), 2).round(2).tolist()
    [[1035.0], [1000.0]]
    """
    return np.asarray(np.multiply.outer(discount_factors(edition=edition)[:years], npsv))
