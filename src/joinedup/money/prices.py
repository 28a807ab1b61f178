"""Prices: real pounds keep the price base of the study, nominal pounds are those of the year of payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.money.cash import NominalPounds, RealPounds

if TYPE_CHECKING:
    from numpy.typing import NDArray


def price_levels(years: int, growth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the level of prices, shape (years + 1, draws + 1), 1 in year 0.

    ``growth`` is per cent a year, by draw, shape (draws + 1,).

    >>> price_levels(2, np.array([2.0])).round(4).tolist()
    [[1.0], [1.02], [1.0404]]
    """
    return np.asarray((1.0 + growth / 100.0) ** np.arange(years + 1)[:, np.newaxis])


def nominal(real: RealPounds, growth: NDArray[np.float64]) -> NominalPounds:
    """Turn real pounds by year, shape (years + 1, draws + 1), into pounds of their year."""
    return NominalPounds(real * price_levels(len(real) - 1, growth))


def real(nominal: NominalPounds, growth: NDArray[np.float64]) -> RealPounds:
    """Turn pounds of their year, shape (years + 1, draws + 1), into real pounds."""
    return RealPounds(nominal / price_levels(len(nominal) - 1, growth))
