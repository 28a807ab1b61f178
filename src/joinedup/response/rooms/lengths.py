"""How long calls take: recorded lengths, and lengths laid down from a declared mean and spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

_STEPS = 1000
"""Points at which a declared length is laid down."""
_LONGEST = 4 * 3_600_000


def took(table: pl.DataFrame) -> Integers:
    """Give the sorted ms from the answer to the end of recorded calls, without those that cannot be."""
    long = (pl.col("ended_at") - pl.col("answered_at")).dt.total_milliseconds()
    held = table.select(long.alias("took")).filter(pl.col("took").is_between(0, _LONGEST))
    return held["took"].sort().to_numpy().astype(np.int64)


def laid_down(mean: float, spread: float) -> Integers:
    """Lay down a lognormal length (mean in seconds, spread beside it) as equally likely ms, sorted."""
    wide = np.log1p(spread**2)
    points = np.exp(np.sqrt(wide) * scipy.special.ndtri((np.arange(_STEPS) + 0.5) / _STEPS))
    return np.asarray(np.round(points / points.mean() * mean * 1000), dtype=np.int64)
