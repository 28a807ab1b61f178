"""A queue that never empties: found, and said with the service, the hour and how many units are short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from joinedup.response.dispatching import Dispatched

HOUR = 3_600_000
HOURS_OF_WEEK = 168
_LEAST_HOURS = 168
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def stop_at_a_queue(queue: str, answer: Dispatched, on: NDArray[np.bool_], monday: datetime) -> None:
    """Stop where units were asked for more hours than they are on duty, or a job waits for a unit that never comes.

    Less than a week is too short to tell a queue that grows from a busy day.

    Raises:
        Refusal: with the service, the hour of the week in which most units are short, and by how many.
    """
    served = answer.served
    hours = (int(answer.ready[-1]) - int(answer.ready[0])) / HOUR if len(answer.ready) else 0.0
    work = np.where(served, answer.freed - answer.assigned, 0)
    if served.all() and (hours < _LEAST_HOURS or work.sum() / HOUR <= on.sum() / HOURS_OF_WEEK * hours):
        return
    typical = int(work[served].mean()) if served.any() else HOUR
    asked_for = np.bincount(
        answer.ready // HOUR % HOURS_OF_WEEK,
        weights=np.where(served, work, typical),
        minlength=HOURS_OF_WEEK,
    ) / (HOUR * max(1.0, hours / HOURS_OF_WEEK))
    on_duty = on.sum(axis=0)
    worst = int(np.argmax(asked_for - on_duty))
    waiting = int((~served).sum())
    since = f"{waiting:,} jobs are never reached; " if waiting else ""
    raise Refusal(
        f"units: {queue} never empties in the period from {monday:%d %B %Y}: {since}on "
        f"{DAYS[worst // 24]} at {worst % 24:02d}:00 calls ask for {asked_for[worst]:.1f} units' time and "
        f"{on_duty[worst]} are on duty, {max(asked_for[worst] - on_duty[worst], 0):.1f} short; add units or shifts "
        "for that hour, or check that attendances have an end"
    )
