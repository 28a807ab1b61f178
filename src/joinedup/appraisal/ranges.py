"""The range of a number over the draws: central, expected, and what nine draws in ten lie between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


HALF_A_PENNY = 0.005
"""Less than this is lost in adding up: it is neither a gain nor a loss."""


@dataclass(frozen=True)
class Range:
    """A number and how sure we are of it.

    ``central`` is at the central value of every assumption and ``expected`` the mean over the draws; nine
    draws in ten lie between ``low`` and ``high``.
    """

    central: float
    expected: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Range:
        """Sum up an array whose first element is the central value and the rest draws."""
        return cls.of_each(values[np.newaxis])[0]

    @classmethod
    def of_each(cls, rows: NDArray[np.float64]) -> list[Range]:
        """Sum up each row of an array of shape (rows, draws + 1), all of them at once."""
        drawn = rows[:, 1:] if rows.shape[1] > 1 else rows
        low, high = np.percentile(drawn, [5.0, 95.0], axis=1)
        found = (rows[:, 0], drawn.mean(axis=1), low, high)
        return [cls(*each) for each in zip(*(column.tolist() for column in found), strict=True)]


def draws_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the draws without the central value, or the central value where nothing was drawn.

    >>> draws_of(np.array([5.0, 4.0, 6.0])).tolist()
    [4.0, 6.0]
    """
    return values[1:] if len(values) > 1 else values


def share_below_zero(values: NDArray[np.float64]) -> float:
    """Give the share of draws in which a number is below zero."""
    return float((draws_of(values) < -HALF_A_PENNY).mean())
