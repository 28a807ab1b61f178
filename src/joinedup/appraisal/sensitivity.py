"""What each assumption does to the answer by itself: at its low, at its high, and where it would tip it (§5.3).

Each assumption is moved alone, all the others at their central values. A value that tips the answer is sought
within its range and beyond it, up to ten times as much and a tenth as much; a share stays between 0 and 1, and
what cannot be negative stays so.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.adjusting import adjusted
from joinedup.appraisal.economic import present_worth
from joinedup.appraisal.ranges import HALF_A_PENNY
from joinedup.assumptions import Assumption, Draws
from joinedup.money import EDITION, CashKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.money import Cash, CashLine

FACTOR = 10.0
"""How far beyond its central value a tipping value is sought."""
_POINTS = 33
_ROUNDS = 7


@dataclass(frozen=True)
class Swing:
    """One assumption by itself: the NPSV at its low and at its high, and the value at which the NPSV is nothing.

    ``switches_at`` is the tipping value nearest to the central one, None where there is none within a factor of
    ten; ``within_range`` says whether it lies between low and high.
    """

    assumption: Assumption
    at_low: float
    at_high: float
    switches_at: float | None

    @property
    def width(self) -> float:
        """Give how far the NPSV moves between low and high."""
        return abs(self.at_high - self.at_low)

    @property
    def within_range(self) -> bool:
        """Whether the answer tips within the range that was declared."""
        at = self.switches_at
        return at is not None and self.assumption.low <= at <= self.assumption.high


def swings(
    cost: Callable[[Draws], Sequence[Cash]],
    assumptions: Mapping[str, Assumption],
    overruns: Mapping[CashLine, float],
    edition: str = EDITION,
) -> tuple[Swing, ...]:
    """Move every assumption that the cash rests on by itself, the one that moves the NPSV most first.

    ``cost`` gives an option's cash at any values of the assumptions, such as a kind's; each element of an amount
    must rest on that element of the draws alone. ``overruns`` is per cent by line, as in the appraisal.
    """

    def npsv(changes: Sequence[tuple[str, float]]) -> NDArray[np.float64]:
        """Give the NPSV at central values, then under each change by itself; shape (changes + 1,)."""
        flows = [flow for flow in cost(_scenarios(assumptions, changes)) if flow.kind is not CashKind.PAYMENT]
        return present_worth(adjusted(flows, assumptions, overruns), len(changes) + 1, edition)

    central = _scenarios(assumptions, ())
    names = sorted(
        {name for flow in cost(central) if flow.kind is not CashKind.PAYMENT for name in flow.names}
    )
    if not names:
        return ()
    ends = npsv([(name, end) for name in names for end in (assumptions[name].low, assumptions[name].high)])
    tips = _tipping(npsv, [assumptions[name] for name in names], float(ends[0]))
    found = [
        Swing(assumptions[name], float(ends[1 + 2 * row]), float(ends[2 + 2 * row]), tips[row])
        for row, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda each: (-each.width, each.assumption.name)))


def _scenarios(assumptions: Mapping[str, Assumption], changes: Sequence[tuple[str, float]]) -> Draws:
    """Lay the changes side by side, as if they were draws; element 0 has every central value."""
    columns = {
        name: np.full(len(changes) + 1, each.central, dtype=np.float64) for name, each in assumptions.items()
    }
    for row, (name, value) in enumerate(changes, start=1):
        columns[name][row] = value
    return Draws(MappingProxyType(columns), MappingProxyType(dict(assumptions)))


def _tipping(
    npsv: Callable[[Sequence[tuple[str, float]]], NDArray[np.float64]],
    assumptions: Sequence[Assumption],
    now: float,
) -> list[float | None]:
    """Find for each assumption the value nearest to its central one at which the NPSV changes sign.

    All are sought together: a row of values each, then a finer row between the two values where the sign changes.
    """
    if abs(now) <= HALF_A_PENNY:
        return [each.central for each in assumptions]
    rows: list[NDArray[np.float64] | None] = [_sought(each) for each in assumptions]
    for _ in range(_ROUNDS):
        live = [row for row, values in enumerate(rows) if values is not None]
        changes = [(assumptions[row].name, float(v)) for row in live for v in _values(rows, row)]
        worth = npsv(changes)[1:] if changes else np.empty(0)
        start = 0
        for row in live:
            values = _values(rows, row)
            between = _crossing(values, worth[start : start + len(values)], assumptions[row].central)
            start += len(values)
            rows[row] = None if between is None else np.linspace(*between, _POINTS)
    return [None if values is None else float(values.mean()) for values in rows]


def _values(rows: Sequence[NDArray[np.float64] | None], row: int) -> NDArray[np.float64]:
    values = rows[row]
    return np.empty(0) if values is None else values


def _sought(assumption: Assumption) -> NDArray[np.float64]:
    """Give the values among which a tipping value is sought, in order."""
    low, central, high = assumption.low, assumption.central, assumption.high
    if central > 0 and low >= 0:
        values = central * np.geomspace(1 / FACTOR, FACTOR, _POINTS)
    else:
        reach = FACTOR * max(high - low, abs(central))
        values = np.linspace(central - reach, central + reach, 2 * _POINTS)
        values = np.maximum(values, 0.0) if low >= 0 else values
    if assumption.unit == "share":
        values = np.minimum(values, 1.0)
    return np.unique(np.concatenate((values, [low, central, high])))


def _crossing(
    values: NDArray[np.float64], worth: NDArray[np.float64], central: float
) -> tuple[float, float] | None:
    """Give the two neighbouring values between which the sign changes, the nearest to the central value."""
    signs = np.signbit(worth)
    at = np.flatnonzero(signs[1:] != signs[:-1])
    if not len(at):
        return None
    nearest = at[np.argmin(np.minimum(abs(values[at] - central), abs(values[at + 1] - central)))]
    return float(values[nearest]), float(values[nearest + 1])
