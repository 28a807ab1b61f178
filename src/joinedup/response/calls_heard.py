"""How long the callers of a played period waited for an answer, run by run: every call, those that became nothing included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from joinedup.response.rooms import Calls, Played

_MINUTE = 60_000


class Waited(NamedTuple):
    """What became of the calls of one run; shape (calls,).

    ``waited`` is the ms from joining the line for the last time until the answer, −1 for never; ``given_up`` how many attempts
    ended before, ``patience`` the ms after which each of them did.
    """

    waited: NDArray[np.int32]
    given_up: NDArray[np.int8]
    patience: NDArray[np.int32]

    @classmethod
    def of(cls, calls: Calls, played: Played) -> Waited:
        """Take out of a played run of the rooms what its callers waited."""
        most = np.iinfo(np.int32).max
        waited = np.where(played.answered >= 0, played.answered - played.joined, -1)
        return cls(
            np.minimum(waited, most).astype(np.int32),
            played.given_up.astype(np.int8),
            np.minimum(calls.patience, most).astype(np.int32),
        )


@dataclass(frozen=True, eq=False)
class CallsHeard:
    """The calls that were played, and what became of them in each run.

    ``calls`` has a row a call: service_id, kind and connected_at.
    """

    calls: pl.DataFrame
    runs: tuple[Waited, ...]

    def minutes(self, rows: NDArray[np.int64], limit: float) -> NDArray[np.float64]:
        """Give the minutes for which some calls waited, held to a limit; shape (runs, attempts), the calls' own attempt first.

        A caller who gave up after the limit was answered late, each time: infinite. Who gave up sooner is not counted, nor is an
        attempt that was not made. There are as many attempts of every call as any call has.
        """
        tries = max((int(run.given_up[rows].max(initial=0)) for run in self.runs), default=0)
        found = np.full((len(self.runs), len(rows) * (1 + tries)), np.nan)
        for number, run in enumerate(self.runs):
            waited, given_up = run.waited[rows], run.given_up[rows]
            found[number, : len(rows)] = np.where(waited >= 0, waited / _MINUTE, np.nan)
            late = run.patience[rows] > limit * _MINUTE
            for attempt in range(tries):
                start = len(rows) * (1 + attempt)
                found[number, start : start + len(rows)] = np.where(
                    late & (given_up > attempt), np.inf, np.nan
                )
        return found
