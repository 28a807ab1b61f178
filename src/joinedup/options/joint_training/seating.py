"""Seats pooled over a year's calendar: which runs are needed, and who sits where, at the least cost.

An integer programme with a yes or no for each run, solved by HiGHS. Only runs that are in the calendar are chosen from, on their
own dates and in their own rooms, so that no trainer teaches more than now and no room is wanted that was not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.locate.solving import QUIET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

EXACT = 20
"""Calendars of so many runs or fewer are solved to the very best."""
GAP = 1e-3
"""How far from the best the answer for a larger one may be, as a share of the cost."""
NODES = 500
"""Where a calendar is so large that the search is cut off, by nodes and not by the clock, so that it is the same everywhere."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The runs of one topic: what each costs and seats, who is booked, and what moving a booked person would cost.

    ``cost``, ``seats``, ``booked`` and ``fixed`` (a run that may not fall away) have shape (runs,); ``burden`` has shape
    (runs, runs): pounds for one person booked on the row to sit in the column; not finite where that may not be.
    """

    cost: NDArray[np.float64]
    seats: NDArray[np.int64]
    booked: NDArray[np.int64]
    fixed: NDArray[np.bool_]
    burden: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Seating:
    """Which runs are kept, shape (runs,), and how many booked on the row sit in the column, shape (runs, runs)."""

    kept: NDArray[np.bool_]
    seated: NDArray[np.int64]

    def pounds(self, calendar: Calendar) -> float:
        """Add up what the runs kept cost and what moving people costs."""
        moved = np.where(self.seated > 0, calendar.burden, 0.0) * self.seated
        return float(calendar.cost[self.kept].sum() + moved.sum())


def seat(calendar: Calendar) -> Seating:
    """Find the runs and the seats of least cost; as now, where nothing better is found.

    Booked people always have a seat: everybody may stay in the run that they are booked on.
    """
    runs = len(calendar.cost)
    row, column = np.nonzero(np.isfinite(calendar.burden) & (calendar.booked > 0)[:, None])
    moves = len(row)
    at = np.arange(moves) + runs
    # One row for everybody booked on a run to sit somewhere, and one for the seats of each run.
    people = np.flatnonzero(calendar.booked)
    number = np.full(runs, -1)
    number[people] = np.arange(len(people))
    seated = scipy.sparse.csr_array((np.ones(moves), (number[row], at)), shape=(len(people), runs + moves))
    room = scipy.sparse.csr_array(
        (
            np.concatenate([np.ones(moves), -calendar.seats.astype(float)]),
            (np.concatenate([column, np.arange(runs)]), np.concatenate([at, np.arange(runs)])),
        ),
        shape=(runs, runs + moves),
    )
    # Nobody sits in a run that is not kept: said once more for each move, which is implied and makes it far sooner solved.
    link = scipy.sparse.csr_array(
        (
            np.concatenate([np.ones(moves), -calendar.booked[row].astype(float)]),
            (np.tile(np.arange(moves), 2), np.concatenate([at, column])),
        ),
        shape=(moves, runs + moves),
    )
    booked = calendar.booked[people].astype(float)
    cost = np.concatenate([calendar.cost, calendar.burden[row, column]])
    always = [
        scipy.optimize.LinearConstraint(seated, booked, booked),
        scipy.optimize.LinearConstraint(room, -np.inf, 0.0),
    ]
    most = np.concatenate([np.ones(runs), calendar.booked[row].astype(float)])
    gap = 0.0 if runs <= EXACT else GAP
    with QUIET:
        answer = scipy.optimize.milp(
            cost,
            integrality=np.concatenate([np.ones(runs, np.int64), np.zeros(moves, np.int64)]),
            bounds=scipy.optimize.Bounds(
                np.concatenate([calendar.fixed.astype(float), np.zeros(moves)]), most
            ),
            constraints=[*always, scipy.optimize.LinearConstraint(link, -np.inf, 0.0)],
            options={"mip_rel_gap": gap, "node_limit": NODES},
        )
        now = Seating(np.ones(runs, dtype=bool), np.diag(calendar.booked))
        if answer.x is None:
            return now
        kept = answer.x[:runs] > 0.5
        # With the runs chosen the seats are a transport problem, whose best answer is in whole people.
        chosen = np.concatenate([kept.astype(float), np.zeros(moves)])
        answer = scipy.optimize.milp(
            cost,
            integrality=np.ones(runs + moves, np.int64),
            bounds=scipy.optimize.Bounds(
                chosen, np.minimum(most, np.concatenate([kept.astype(float), most[runs:]]))
            ),
            constraints=always,
            options={"mip_rel_gap": gap, "node_limit": NODES},
        )
    if answer.x is None:
        return now
    placed = np.zeros((runs, runs), dtype=np.int64)
    placed[row, column] = np.round(answer.x[runs:]).astype(np.int64)
    found = Seating(kept, placed)
    return found if found.pounds(calendar) < now.pounds(calendar) - 0.005 else now


def mean_wait(days: Sequence[int], year: int = 365) -> float | None:
    """Give the mean wait in days for the next of these days of the year, whenever in it one begins to wait.

    The calendar is taken to come again each year. Without a run nobody gets a seat, and there is no wait to give.

    >>> mean_wait([0, 73, 146, 219, 292])
    36.5
    """
    if not days:
        return None
    ordered = np.unique(np.asarray(days) % year)
    gaps = np.diff(np.append(ordered, ordered[0] + year))
    return float((gaps.astype(float) ** 2).sum() / (2 * year))
