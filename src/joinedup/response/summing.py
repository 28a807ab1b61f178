"""Played runs summed up: when somebody first came, and when the last did, run by run, in as little room as that takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from joinedup.response.outcomes import Run

    Floats = NDArray[np.float64]

NOBODY = -1
"""When nobody came."""
_LATEST = np.iinfo(np.int32).max
_MINUTE = 60_000


@dataclass(frozen=True, eq=False)
class Came:
    """Who came to each of some groups of jobs, such as incidents.

    ``first`` is the ms after the call at which the first unit arrived, −1 where none did; shape (runs, groups). Over all runs, of
    shape (groups,), ``full`` adds up the ms at which the last one that is waited for arrived, ``waited_for`` is in how many runs
    one did, ``units`` how many units arrived, and ``queued`` in how many runs any of these had to be waited for.
    """

    first: NDArray[np.int32]
    full: NDArray[np.int64]
    waited_for: NDArray[np.int64]
    units: NDArray[np.int64]
    queued: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        runs: Sequence[Run],
        group: NDArray[np.int64],
        counted: Callable[[Run], NDArray[np.bool_]],
        last: NDArray[np.bool_],
    ) -> Came:
        """Gather the jobs by ``group`` (numbers from 0 on, shape (jobs,)), of those that are ``counted`` in a run.

        ``last`` says of which jobs the last unit is waited for.
        """
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.diff(group[order], prepend=-1))
        first = np.empty((len(runs), len(starts)), np.int32)
        full, waited_for, units, queued = (np.zeros(len(starts), np.int64) for _ in range(4))
        for number, run in enumerate(runs):
            came = (counted(run) & (run.unit >= 0))[order]
            arrived, waited = run.arrived[order], (run.told > run.ready)[order]
            if not len(starts):
                continue
            soonest = np.minimum.reduceat(np.where(came, arrived, _LATEST), starts)
            first[number] = np.where(soonest == _LATEST, NOBODY, soonest)
            latest = np.maximum.reduceat(np.where(came & last[order], arrived, NOBODY), starts)
            full += np.maximum(latest, 0)
            waited_for += latest >= 0
            units += np.add.reduceat(came.astype(np.int16), starts)
            queued += np.logical_or.reduceat(came & waited, starts)
        return cls(first, full, waited_for, units, queued)


def summed(groups: pl.DataFrame, keys: Sequence[str], came: Came) -> pl.DataFrame:
    """Sum up by some columns of ``groups``, which has a row for each group of ``came``.

    Returns:
        the keys, in order; incidents (a run), mean, median and 90th (minutes to the first arrival), full_mean (to the last) and
        queued (the share that had to wait for a unit).
    """
    runs = max(len(came.first), 1)
    rows = []
    of = groups.with_row_index("row").group_by(list(keys)).agg("row").sort(list(keys))
    for *key, its in of.iter_rows():
        first = came.first[:, its].ravel()
        some = first >= 0
        # Where somebody came to each, as mostly, it is not copied once more.
        first = first if some.all() else first[some]
        if not len(first):
            continue
        full, waited_for, queued = (
            int(each[its].sum()) for each in (came.full, came.waited_for, came.queued)
        )
        last = full / waited_for / _MINUTE if waited_for else None
        rows.append((*key, len(first) / runs, *measured(first), last, queued / len(first)))
    figures = ("incidents", "mean", "median", "90th", "full_mean", "queued")
    schema = pl.Schema({each: groups.schema[each] for each in keys} | dict.fromkeys(figures, pl.Float64()))
    return pl.DataFrame(rows, schema=schema, orient="row")


def measured(waited: NDArray[np.int32]) -> tuple[float, float, float]:
    """Give the mean, median and 90th centile of some ms in minutes; whole ms add up to the same in any order."""
    # Between the two values beside the place: by hand, as numpy would first make numbers of twice the length of them all.
    places = [share * (len(waited) - 1) for share in (0.5, 0.9)]
    beside = sorted({min(int(each) + one, len(waited) - 1) for each in places for one in (0, 1)})
    found = np.partition(waited, beside)
    median, most = (float(np.interp(each, beside, found[beside])) / _MINUTE for each in places)
    return int(waited.sum(dtype=np.int64)) / len(waited) / _MINUTE, median, most
