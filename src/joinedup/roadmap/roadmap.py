"""The roadmap itself: what starts when, what it draws on, how sure it is and how it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from joinedup.appraisal.gate import Outcome
    from joinedup.appraisal.ranges import Range


@dataclass(frozen=True)
class Started:
    """One option of the roadmap; years count from 0.

    ``capital`` is by partner and year of the roadmap, real pounds; ``capital_later`` is what falls after it.
    """

    id: str
    start: int
    live: int
    capital: dict[str, tuple[float, ...]]
    capital_later: float
    expected: float
    decided: bool


@dataclass(frozen=True)
class LeftOut:
    """An option that is not in the roadmap, and why."""

    id: str
    reason: str


@dataclass(frozen=True, eq=False)
class Roadmap:
    """The best set of options over the years, as far as it was proven.

    ``npsv`` has shape (draws + 1,), the central value first. ``bound`` is what no roadmap under these limits can exceed in
    expected worth, and ``gap`` how much of it could still be missing, as a share of the bound; ``proven`` says that none is.
    ``gate`` is the judgement on the set, None where nobody was asked; ``sets_refused`` are those that did not pass it.
    """

    years: int
    rows: tuple[Started, ...]
    left_out: tuple[LeftOut, ...]
    npsv: NDArray[np.float64]
    worth: Range
    chance_of_loss: float
    capital: dict[str, tuple[float, ...]]
    change: tuple[float, ...]
    change_of: dict[str, tuple[float, ...]]
    proven: bool
    status: str
    bound: float
    gap: float
    gate: Outcome | None
    sets_refused: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    @property
    def expected(self) -> float:
        """Give the expected NPSV of the set, real pounds."""
        return self.worth.expected

    @property
    def chosen(self) -> frozenset[str]:
        """Give the options that start at some time."""
        return frozenset(each.id for each in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain lists and numbers, without the draws."""
        return {
            "years": self.years,
            "rows": [
                {**vars(each), "capital": {who: list(spent) for who, spent in each.capital.items()}}
                for each in self.rows
            ],
            "left_out": [dict(vars(each)) for each in self.left_out],
            "worth": dict(vars(self.worth)),
            "chance_of_loss": self.chance_of_loss,
            "capital": {who: list(spent) for who, spent in self.capital.items()},
            "change": list(self.change),
            "change_of": {who: list(taken) for who, taken in self.change_of.items()},
            "proven": self.proven,
            "status": self.status,
            "bound": self.bound,
            "gap": self.gap,
            "gate": None if self.gate is None else str(self.gate),
            "sets_refused": [list(each) for each in self.sets_refused],
            "notes": list(self.notes),
        }
