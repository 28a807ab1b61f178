"""Losses: the limit on how many draws a roadmap may lose in, as rows for the solver and as a search of its own (§7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.ranges import HALF_A_PENNY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

THOUSAND = 1000.0
"""Pounds are solved in thousands, so that the solver's tolerance of a millionth is a tenth of a penny."""
Row = tuple[dict[int, float], float, float]
"""Coefficients by column, and what their sum lies between."""


@dataclass(frozen=True)
class More:
    """Columns beside those of the options, and their rows."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    whole: bool
    rows: tuple[Row, ...]


NO_MORE = More(np.zeros(0), np.zeros(0), False, ())


@dataclass(frozen=True)
class Losses:
    """The limit on losses: worth by column and draw, the worst by draw, and how many draws may lose."""

    worth: NDArray[np.float64]
    worst: NDArray[np.float64]
    allowed: int

    def by_draw(self) -> Iterator[tuple[int, dict[int, float]]]:
        """Give each draw with what each column is worth in it."""
        for draw, amounts in enumerate(self.worth.T):
            yield draw, {column: float(amount) for column, amount in enumerate(amounts) if amount}

    def flags(self, first: int) -> More:
        """Give a flag for each draw that may lose, at most so many of them up: exactly the limit."""
        least = -HALF_A_PENNY / THOUSAND
        losing = [(draw, row) for draw, row in self.by_draw() if self.worst[draw] < least]
        rows: list[Row] = [
            (row | {first + flag: least - float(self.worst[draw])}, least, np.inf)
            for flag, (draw, row) in enumerate(losing)
        ]
        rows.append(({first + flag: 1.0 for flag in range(len(losing))}, 0.0, float(self.allowed)))
        return More(np.zeros(len(losing)), np.ones(len(losing)), True, tuple(rows))

    @property
    def tails(self) -> tuple[float, ...]:
        """Give how many of the worst draws to weigh together: for sums of many options two and a half times as many do."""
        return (2.5 * self.allowed, float(self.allowed)) if self.allowed else ()

    def holds(self, chosen: list[int]) -> bool:
        """Whether the columns chosen keep to the limit."""
        return int((self.worth[chosen].sum(axis=0) * THOUSAND < -HALF_A_PENNY).sum()) <= self.allowed

    def careful(self, first: int, many: float) -> More:
        """Give rows that are soon solved: the worst draws, so many of them, add up to no loss."""
        count = self.worth.shape[1]
        rows: list[Row] = [
            (row | {first: 1.0, first + 1 + draw: 1.0}, 0.0, np.inf) for draw, row in self.by_draw()
        ]
        total = {first + 1 + draw: 1.0 / many for draw in range(count)}
        rows.append(({first: 1.0} | total, -np.inf, 0.0))
        low = np.concatenate([[-np.inf], np.zeros(count)])
        return More(low, np.full(count + 1, np.inf), False, tuple(rows))


def mended(losses: Losses, rows: Sequence[Row], plan: Sequence[int]) -> list[int] | None:
    """Make a plan keep to the limit on losses by leaving out of it, then putting in and exchanging; None where that fails.

    ``plan`` are the columns chosen. What is left out is each time what lowers the losses most for the worth that is given up,
    with all that needs it. It is soon done, and seldom the best.
    """
    table = np.zeros((len(rows), len(losses.worth)))
    for number, (row, _, _) in enumerate(rows):
        table[number, list(row)] = list(row.values())
    low, high = (np.array([each[side] for each in rows]) for side in (1, 2))
    expected = losses.worth.mean(axis=1)

    def kept(chosen: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
        """Take out what the rows do not allow without what went before; None where something has to stay."""
        while True:
            sums = table @ chosen
            if (sums < low - 1e-9).any():
                return None
            over = np.flatnonzero(sums > high + 1e-9)
            if not len(over):
                return chosen
            chosen = chosen & (table[over[0]] <= 0)

    def short(chosen: NDArray[np.bool_]) -> float:
        """Add up the losses in the draws that may not lose."""
        worth = np.sort(losses.worth[chosen].sum(axis=0))[losses.allowed :]
        return float(-np.minimum(worth, 0.0).sum())

    begun = np.zeros(len(expected), np.bool_)
    begun[list(plan)] = True
    chosen = kept(begun)
    if chosen is None:
        return None
    while not losses.holds(np.flatnonzero(chosen).tolist()):
        best, most = None, -np.inf
        now, worth = short(chosen), float(expected[chosen].sum())
        for column in np.flatnonzero(chosen).tolist():
            without = chosen.copy()
            without[column] = False
            left = kept(without)
            if left is not None:
                given_up = max(worth - float(expected[left].sum()), 1e-9)
                gained = (now - short(left)) / given_up
                if gained > most:
                    best, most = left, gained
        if best is None:
            return None
        chosen = best
    while (better := _bettered(losses, table, low, high, chosen)) is not None:
        chosen = better
    return np.flatnonzero(chosen).tolist()


def _bettered(
    losses: Losses,
    table: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    chosen: NDArray[np.bool_],
) -> NDArray[np.bool_] | None:
    """Put in what adds most to the worth, in place of nothing or of one thing that is in; None where nothing does."""
    expected, inside = losses.worth.mean(axis=1), np.flatnonzero(chosen).tolist()
    sums, worth = table @ chosen, losses.worth[chosen].sum(axis=0)
    for column in np.argsort(-expected, kind="stable").tolist():
        if chosen[column]:
            continue
        for out in (None, *sorted(inside, key=lambda each: float(expected[each]))):
            gained = expected[column] - (0.0 if out is None else expected[out])
            if gained <= HALF_A_PENNY / THOUSAND:
                break
            less = 0.0 if out is None else table[:, out]
            after = sums + table[:, column] - less
            left = worth + losses.worth[column] - (0.0 if out is None else losses.worth[out])
            fits = (after <= high + 1e-9).all() and (after >= low - 1e-9).all()
            if fits and int((left * THOUSAND < -HALF_A_PENNY).sum()) <= losses.allowed:
                changed = chosen.copy()
                changed[column] = True
                if out is not None:
                    changed[out] = False
                return changed
    return None
