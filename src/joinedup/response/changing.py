"""What changes about an incident after the call: it is upgraded, more crews are asked for, and some are not wanted (§3.1).

An incident that is drawn begins as a recorded one did, and changes as another of its service and category did: so the share of
incidents whose needs change, by how much and when, are those of the records, and which incidents they are is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.response.durations import LEAST_RECORDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

_WEEK_MS = 7 * 86_400_000


def with_changes(jobs: pl.DataFrame) -> pl.DataFrame:
    """Say of each recorded job whether it was ``made_up`` and ``follows``, and after how many ms its unit was ``stood`` down.

    A job is made up when its unit was told after the first had arrived. It follows when one of the same need before it
    arrives. ``stood`` is null where the unit arrived, or nobody wrote down when it was free.
    """
    first = (pl.col("received") + pl.col("arrival")).min().over("incident_id")
    told = pl.col("received") + pl.col("handled") + pl.col("later")
    stood = (pl.col("available_at") - pl.col("told_at")).dt.total_milliseconds()
    return jobs.with_columns(
        (told > first).fill_null(value=False).alias("made_up"),
        follows(),
        pl.when(~pl.col("arrives") & stood.is_between(0, _WEEK_MS)).then(stood).alias("stood"),
    )


def follows() -> pl.Expr:
    """Say of each job whether one of the same incident and need before it arrives."""
    came = pl.col("arrives").cast(pl.Int64)
    return (came.cum_sum().over("incident_id", "need") > came).alias("follows")


@dataclass(frozen=True, eq=False)
class Change:
    """The jobs of drawn incidents, in order of call; all of shape (jobs,).

    ``rows`` are of the recorded jobs, ``of`` says which call, ``place`` is the row that gives place and priority, ``upgrade``
    the one that gives when and to what the call is upgraded, and ``arrives`` says whether the unit is not stood down.
    """

    rows: Integers
    of: Integers
    place: Integers
    upgrade: Integers
    arrives: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Changing:
    """Recorded jobs, gathered by incident: the first row of each, how many it has, and the incidents of each category in turn."""

    jobs: pl.DataFrame
    first: Integers
    count: Integers

    def changed(self, like: Integers, chance: NDArray[np.float64]) -> Change:
        """Let each call begin as the incident ``like`` it, and change as one of its category that ``chance`` (0 to 1) names."""
        made_up = self.jobs["made_up"].to_numpy()
        begins, begun = _each(self.first[like], self.count[like])
        begins, begun = begins[~made_up[begins]], begun[~made_up[begins]]
        donor = self._donors(like, chance)
        more, more_of = _each(self.first[donor], self.count[donor])
        more, more_of = more[made_up[more]], more_of[made_up[more]]
        rows, of = np.append(begins, more), np.append(begun, more_of)
        order = np.lexsort((np.arange(len(rows)), of))
        arrives = np.append(self._wanted(begins, donor[begun]), self.jobs["arrives"].to_numpy()[more])
        of = of[order]
        return Change(rows[order], of, self.first[like][of], self.first[donor][of], arrives[order])

    def _donors(self, like: Integers, chance: NDArray[np.float64]) -> Integers:
        """Choose an incident of the same service and category for each, of the same service where those are few."""
        incidents = self.jobs[self.first]
        found = np.full(len(like), -1, np.int64)
        for keys, least in ((("service_id", "category"), LEAST_RECORDS), (("service_id",), 1)):
            group = (
                incidents.select(pl.struct(keys).rank("dense") - 1).to_series().to_numpy().astype(np.int64)
            )
            order = np.argsort(group, kind="stable")
            size = np.bincount(group)
            begin, many = (np.cumsum(size) - size)[group[like]], size[group[like]]
            here = (found < 0) & (many >= least)
            found[here] = order[(begin + (chance * many).astype(np.int64))[here]]
        return found

    def _wanted(self, rows: Integers, donor: Integers) -> NDArray[np.bool_]:
        """Say whether units arrive: as the donor's of the same need and place among them does, else as their own record says."""
        number = self.jobs.select(pl.int_range(pl.len()).over("incident_id", "need")).to_series()
        of = np.repeat(np.arange(len(self.first)), self.count)
        known = pl.DataFrame(
            {"of": of, "need": self.jobs["need"], "number": number, "theirs": self.jobs["arrives"]}
        ).filter(~self.jobs["made_up"])
        asked = pl.DataFrame({"of": donor, "need": self.jobs["need"][rows], "number": number[rows]})
        theirs = asked.join(known, on=["of", "need", "number"], how="left", maintain_order="left")["theirs"]
        return pl.select(pl.coalesce(theirs, self.jobs["arrives"][rows])).to_series().to_numpy()


def _each(first: Integers, count: Integers) -> tuple[Integers, Integers]:
    """Give the rows of incidents one after another, and of which each is."""
    of = np.repeat(np.arange(len(first)), count)
    rows = first[of] + np.arange(len(of)) - (np.cumsum(count) - count)[of]
    return rows, of
