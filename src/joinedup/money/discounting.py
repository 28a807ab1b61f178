"""Discounting: what a pound in a later year is worth now, by edition of the Green Book (§5.1)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

EDITION = "February 2026"
"""The edition used when none is named."""


@cache
def discount_factors(series: str = "standard", edition: str = EDITION) -> NDArray[np.float64]:
    """Give the factor for each year, shape (126,), year 0 first.

    The rate falls in steps after 30 and 75 years, and the factors are chained from band to band. ``series``
    is ``standard``, ``health`` or ``sensitivity``.

    Raises:
        Refusal: when the edition or the series is not known.

    >>> [round(float(factor), 4) for factor in discount_factors()[:3]]
    [1.0, 0.9662, 0.9335]
    """
    editions = _editions()
    if edition not in editions:
        raise Refusal(f"no edition '{edition}' of the Green Book{did_you_mean(edition, editions)}")
    table = editions[edition]
    if series not in table["series"]:
        raise Refusal(f"no series '{series}' of discount rates{did_you_mean(series, table['series'])}")
    rates: list[float] = []
    for band in table["bands"]:
        first, last = band["years"]
        rates += [band[series]] * (last - first + 1)
    growth = 1.0 + np.array(rates) / 100.0
    growth[0] = 1.0
    factors: NDArray[np.float64] = np.asarray(1.0 / np.cumprod(growth), dtype=np.float64)
    factors.flags.writeable = False
    return factors


def present_value(
    by_year: NDArray[np.float64], series: str = "standard", edition: str = EDITION
) -> NDArray[np.float64]:
    """Give the worth now of amounts by year: the first axis is the year, from 0, and is summed away.

    >>> round(float(present_value(np.array([-100.0, 0.0, 110.0]))), 3)
    2.686
    """
    factors = discount_factors(series, edition)
    if len(by_year) > len(factors):
        raise ValueError(
            f"the Green Book gives factors to year {len(factors) - 1}, not to year {len(by_year) - 1}"
        )
    return np.asarray(np.tensordot(factors[: len(by_year)], by_year, axes=1))


def annuity(years: int, series: str = "standard", edition: str = EDITION) -> float:
    """Give the worth now of one pound in each of the years 1 to ``years``.

    >>> round(annuity(10), 6)
    8.316605
    """
    factors = discount_factors(series, edition)
    if not 1 <= years < len(factors):
        raise ValueError(f"an annuity runs for 1 to {len(factors) - 1} years, not {years}")
    return float(factors[1 : years + 1].sum())


@cache
def _editions() -> dict[str, dict[str, Any]]:
    """Read every edition that is kept beside this file."""
    found = (
        tomllib.loads(path.read_text("utf-8"))
        for path in sorted(Path(__file__).parent.glob("green_book_*.toml"))
    )
    return {table["edition"]: table for table in found}
