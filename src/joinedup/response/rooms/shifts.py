"""Staff by the half-hour laid on whole shifts: how many hours people must come for (§4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

_A_WEEK = 336


def hours_in_shifts(staff: NDArray[np.int64], hours: float) -> float:
    """Give the fewest staff hours a week in which shifts of so many hours, begun on any hour, cover each half-hour; proven.

    ``staff`` has shape (336,), from Monday midnight, which follows Sunday night.

    Raises:
        Refusal: when a shift is no whole number of half-hours of at most a day, or no best answer is proven.
    """
    long = round(hours * 2)
    if long != hours * 2 or not 0 < long <= 48:
        raise Refusal(f"rooms.shift_hours: {hours:g} is not a number of half-hours up to a day")
    if not staff.any():
        return 0.0
    starts = np.repeat(np.arange(0, _A_WEEK, 2), long)
    covered = (starts + np.tile(np.arange(long), _A_WEEK // 2)) % _A_WEEK
    cover = scipy.sparse.csr_array(
        (np.ones(len(starts)), (covered, starts // 2)), shape=(_A_WEEK, _A_WEEK // 2)
    )
    found = scipy.optimize.milp(
        np.ones(_A_WEEK // 2),
        integrality=np.ones(_A_WEEK // 2, np.int64),
        constraints=scipy.optimize.LinearConstraint(cover, lb=staff.astype(np.float64)),
    )
    if found.status != 0:
        raise Refusal(f"rooms: no best set of shifts was proven ({found.message})")
    return round(found.fun) * hours
