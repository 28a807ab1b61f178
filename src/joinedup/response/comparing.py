"""What a change does to people's waits: the same incidents played with and without it, on the same luck (§3.3, §5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.outcomes import Outcomes

    Floats = NDArray[np.float64]

_MINUTE = 60_000


@dataclass(frozen=True, eq=False)
class Waits:
    """When somebody first came to each incident, in minutes after the call.

    ``incidents`` has incident_id, service_id, category and ground, a row an incident; ``minutes`` has shape (runs,
    incidents), and is not a number where nobody came.
    """

    incidents: pl.DataFrame
    minutes: Floats

    @classmethod
    def of(cls, outcomes: Outcomes) -> Waits:
        """Take the first arrivals out of what was played; incidents to which nobody was to come are left out."""
        jobs = outcomes.jobs
        arrives = jobs["arrives"].to_numpy()
        kept = jobs.filter(arrives)
        # The jobs of an incident stand together.
        starts = np.flatnonzero((kept["incident_id"] != kept["incident_id"].shift(1)).fill_null(value=True))
        minutes = np.full((len(outcomes.runs), len(starts)), np.nan)
        for number, run in enumerate(outcomes.runs):
            came = np.where(run.unit >= 0, run.arrived / _MINUTE, np.inf)[arrives]
            first = np.minimum.reduceat(came, starts) if len(starts) else came
            minutes[number] = np.where(np.isfinite(first), first, np.nan)
        return cls(kept[starts].select("incident_id", "service_id", "category", "ground"), minutes)

    @cached_property
    def mean(self) -> pl.Series:
        """Give the mean over the runs; null where in some run nobody came."""
        return pl.Series(self.minutes.mean(axis=0)).fill_nan(None)


def changes(before: Waits, after: Waits) -> pl.DataFrame:
    """Lay the waits of the same incidents side by side, a row an incident.

    Columns: incident_id, service_id, category, ground, before and after (minutes, the mean over the runs), and
    ``between_runs``: the variance of the change from run to run, not known from one run alone.

    Raises:
        ValueError: when the two were not played on the same incidents and runs.
    """
    if not before.incidents["incident_id"].equals(after.incidents["incident_id"]) or (
        before.minutes.shape != after.minutes.shape
    ):
        raise ValueError("waits can be compared where the same incidents were played in the same runs")
    change = after.minutes - before.minutes
    runs = len(change)
    varies = change.var(axis=0, ddof=1) if runs > 1 else np.full(change.shape[1], np.nan)
    return before.incidents.with_columns(
        before.mean.alias("before"),
        after.mean.alias("after"),
        # Half as exact as the rest, which is exact enough for a variance: many of these are held at once.
        pl.Series("between_runs", varies, pl.Float32).fill_nan(None),
    )
