"""How long a drive takes: the law of Kolesar and Blum, or roads, fitted to a study's own runs; as declared elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.response.dispatching import StraightLines
from joinedup.response.driven import LEAST_RUNS, bands_of, paces_in_words, paces_of
from joinedup.travel import OF_HOUR, Places, StraightLine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.asking import Asked
    from joinedup.response.driven import Driven

LEAST_DISTANCES = 5
"""Places that far apart, from which a law may be fitted: its two numbers need several distances."""
_AT_HOME = 15 * 60_000
"""A unit that has been free for so long is taken to set off from its home (ms)."""
_SPEEDS = (5.0, 150.0)
_MOST_LOST = 20.0


@dataclass(frozen=True)
class Law:
    """The law of one pool: who it is for, its numbers, and how many runs it was fitted to (0: declared).

    Where the study names roads or a table of drives, those are ``driven``, and the straight line is for want of them alone.
    ``paces`` are how many times as long drives take in each kind of hours of the week, where the runs say so.
    """

    pool: str
    travel: StraightLine
    runs: int
    driven: Driven | None = None
    paces: tuple[float, ...] = (1.0,)

    @property
    def by_hour(self) -> bool:
        """Whether drives differ by hour of the week."""
        return len(self.paces) > 1 if self.driven is None else self.driven.by_hour

    @property
    def lines(self) -> StraightLine | StraightLines:
        """The straight line, or one for each kind of hours, as ``dispatch`` takes it."""
        if len(self.paces) == 1:
            return self.travel
        # Both numbers, because a law with its speed divided and its loss multiplied by a pace is that many times as long.
        its = self.travel
        laws = (StraightLine(its.km_per_minute / each, its.lost_minutes * each) for each in self.paces)
        return StraightLines(tuple(laws), OF_HOUR)

    def between(self, starts: Places, ends: Places, band: int | None = None) -> NDArray[np.float64]:
        """Give the minutes from each start to each end in one kind of hours, or in the mean of all; shape (starts, ends).

        They are NaN where nobody can drive.
        """
        if self.driven is not None:
            return self.driven.between(starts, ends, band)
        pace = 1.0 if band is None else self.paces[band % len(self.paces)]
        return pace * self.travel.between(starts, ends, "")

    @property
    def said(self) -> str:
        """Say by name what the drives rest on."""
        if self.driven is not None:
            return f"{self.pool}: {self.driven.said}"
        numbers = f"{self.travel.km_per_minute * 60:.0f} km/h, {self.travel.lost_minutes:.1f} min lost"
        if self.runs:
            paces = paces_in_words(self.paces)
            return f"{self.pool}: straight line, fitted to {self.runs:,} recorded runs ({numbers}){paces}"
        return f"{self.pool}: straight line, declared law ({numbers}), for want of {LEAST_RUNS} recorded runs"


def runs_from_home(asked: Asked, units: pl.DataFrame) -> pl.DataFrame:
    """Give the recorded jobs whose unit had been free for a while, with the metres from its home."""
    before = pl.col("available_at").shift(1).over("unit_id", order_by="told_at")
    rested = (pl.col("told_at") - before).dt.total_milliseconds() >= _AT_HOME
    home = units.select("unit_id", "pool", pl.col("x").alias("home_x"), pl.col("y").alias("home_y"))
    return (
        asked.jobs.filter(pl.col("unit_id").is_not_null() & pl.col("told_at").is_not_null())
        .sort("told_at", "incident_id", "unit_id")
        .filter(rested.fill_null(value=True))
        .join(home, on="unit_id", how="inner")
        .with_columns(
            ((pl.col("x") - pl.col("home_x")) ** 2 + (pl.col("y") - pl.col("home_y")) ** 2)
            .sqrt()
            .alias("metres")
        )
        .sort("incident_id", "unit_id")
    )


def fitted_law(pool: str, runs: pl.DataFrame, declared: StraightLine) -> Law:
    """Fit the law of one pool to its runs from home, where there are enough of them.

    A soft loss keeps the few drives of an hour from bending it; what it leaves is drawn again beside it.
    """
    held = runs.filter(pl.col("drove").is_not_null() & (pl.col("pool") == pool))
    metres, drove = held["metres"].to_numpy(), held["drove"].to_numpy() / 60_000
    if len(metres) < LEAST_RUNS or len(np.unique(metres.round())) < LEAST_DISTANCES:
        return Law(pool, declared, 0)

    def off(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(StraightLine(numbers[0] / 60, numbers[1]).minutes(metres) - drove)

    found = scipy.optimize.least_squares(
        off,
        (declared.km_per_minute * 60, min(declared.lost_minutes, _MOST_LOST)),
        bounds=((_SPEEDS[0], 0.0), (_SPEEDS[1], _MOST_LOST)),
        x_scale=(20.0, 1.0),
        loss="soft_l1",
        f_scale=2.0,
    )
    # Far beyond any figure that is used, so that a last digit that depends on the machine is not seen.
    speed, lost = (round(float(each), 4) for each in found.x)
    travel = StraightLine(speed / 60, lost)
    return Law(pool, travel, len(metres), paces=paces_of(travel.minutes(metres), drove, bands_of(held)))
