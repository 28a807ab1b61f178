"""Solving: one door to HiGHS, with the status, the bound and no stray lines (§3.6, §7.2)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Status = Literal["optimal", "feasible", "infeasible", "unknown"]
"""Proven best; the best found in time; proven that there is none; none found in time."""

_SOLVED, _STOPPED, _INFEASIBLE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Answer:
    """Values of the unknowns (none where there are none), what they cost, and what nothing can cost less than."""

    status: Status
    x: NDArray[np.float64] | None
    cost: float
    bound: float


class Rows:
    """The rows of a programme, gathered piece by piece: each a sum over unknowns that lies between two numbers."""

    def __init__(self) -> None:
        self.count = 0
        self.row: list[NDArray[np.int64]] = []
        self.column: list[NDArray[np.int64]] = []
        self.value: list[NDArray[np.float64]] = []
        self.low: list[NDArray[np.float64]] = []
        self.high: list[NDArray[np.float64]] = []

    def add(
        self,
        pieces: Iterable[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64] | float]],
        low: NDArray[np.float64] | float,
        high: NDArray[np.float64] | float,
        count: int,
    ) -> None:
        """Add ``count`` rows; each piece gives row (from 0 in this block), column and coefficient of its entries."""
        for row, column, value in pieces:
            self.row.append(np.asarray(row, np.int64) + self.count)
            self.column.append(np.asarray(column, np.int64))
            self.value.append(np.broadcast_to(np.asarray(value, np.float64), self.row[-1].shape))
        self.low.append(np.broadcast_to(np.asarray(low, np.float64), (count,)))
        self.high.append(np.broadcast_to(np.asarray(high, np.float64), (count,)))
        self.count += count

    def constraint(self, columns: int) -> list[scipy.optimize.LinearConstraint]:
        """Put the rows together."""
        if not self.count:
            return []
        entries = (np.concatenate(self.row), np.concatenate(self.column))
        matrix = scipy.sparse.csr_array((np.concatenate(self.value), entries), shape=(self.count, columns))
        return [scipy.optimize.LinearConstraint(matrix, np.concatenate(self.low), np.concatenate(self.high))]


def solve(
    cost: NDArray[np.float64],
    rows: Rows,
    whole: NDArray[np.bool_],
    seconds: float,
    high: NDArray[np.float64] | float = 1.0,
) -> Answer:
    """Find the least cost with every unknown between 0 and ``high``, those marked ``whole`` in whole numbers.

    HiGHS's tolerance is a millionth: give costs of the order of a thousand, not of a billion.
    """
    if seconds <= 0:
        return Answer("unknown", None, np.inf, -np.inf)
    with QUIET:
        answer = scipy.optimize.milp(
            cost,
            integrality=whole.astype(np.int64),
            bounds=scipy.optimize.Bounds(
                np.zeros(len(cost)), np.broadcast_to(np.asarray(high, np.float64), cost.shape)
            ),
            constraints=rows.constraint(len(cost)),
            options={"mip_rel_gap": 0.0, "time_limit": seconds},
        )
    if answer.status not in {_SOLVED, _STOPPED, _INFEASIBLE}:
        raise RuntimeError(f"HiGHS could not solve the programme: {answer.message}")
    if answer.status == _INFEASIBLE:
        return Answer("infeasible", None, np.inf, np.inf)
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    if answer.x is None:
        return Answer("unknown", None, np.inf, bound)
    found = float(answer.fun)
    if answer.status == _SOLVED:
        return Answer("optimal", answer.x, found, found)
    return Answer("feasible", answer.x, found, min(bound, found))


def refuse_seconds(seconds: float) -> None:
    """Refuse a time that is no time.

    Raises:
        Refusal: when it is not more than 0.
    """
    if not seconds > 0:
        raise Refusal(f"{seconds:g} seconds to solve in are none; give more than 0")


class _Quiet:
    """Keep the solver's stray lines out of what we print: it writes some whatever it is told, past Python.

    Threads may solve side by side: the first in turns the output away, and the last out turns it back.
    """

    def __init__(self) -> None:
        self.lock, self.inside, self.kept = Lock(), 0, -1

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside:
                sys.stdout.flush()
                self.kept = os.dup(1)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, 1)
                os.close(nowhere)
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                os.dup2(self.kept, 1)
                os.close(self.kept)


QUIET = _Quiet()
"""The one of this process: two side by side could leave its output turned away."""
