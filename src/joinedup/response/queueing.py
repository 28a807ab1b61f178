"""A queue that never empties: found, and said with the service, the need, the hour and how many units are short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from joinedup.response.dispatching import Dispatched

HOUR = 3_600_000
HOURS_OF_WEEK = 168
_LEAST_HOURS = 168
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, eq=False)
class Asking:
    """What jobs need, of which service they are, and who meets it.

    ``needs`` are named; ``need`` has the number of one for each job and ``service`` its service, shape (jobs,); ``meets`` says
    which unit meets which need, shape (units, needs).
    """

    needs: Sequence[str]
    need: NDArray[np.int64]
    service: NDArray[np.object_]
    meets: NDArray[np.bool_]

    def of(self, order: NDArray[np.int64]) -> Asking:
        """Give the same of some jobs, in their order."""
        return replace(self, need=self.need[order], service=self.service[order])

    def named(self, needs: NDArray[np.bool_]) -> str:
        """Name the queue of the jobs that have some needs."""
        services = ", ".join(sorted(set(self.service[needs[self.need]])))
        told = " and ".join(f"'{each}'" for number, each in enumerate(self.needs) if needs[number])
        return f"the queue of {services} for {told}"


def stop_at_an_overflow(asking: Asking, answer: Dispatched, on: NDArray[np.bool_], monday: datetime) -> None:
    """Stop where some needs ask for more hours than all who could meet them are on duty, or a job waits for ever.

    A queue that is empty when the last call comes has emptied, however long it was. Less than a week is too short to tell a
    queue that grows from a busy day.

    Raises:
        Refusal: with the services and needs, the hour of the week in which most units are short, and by how many.
    """
    served = answer.served
    if not len(answer.ready) or (served.all() and answer.assigned.max() <= answer.ready[-1]):
        return
    hours = (int(answer.ready[-1]) - int(answer.ready[0])) / HOUR
    work = np.where(served, answer.freed - answer.assigned, 0)
    if served.all():
        if hours < _LEAST_HOURS:
            return
        asked = np.bincount(asking.need, work / HOUR, len(asking.needs)).astype(np.float64)
        short = most_overloaded(asked, on.mean(axis=1) * hours, asking.meets)
        late = short[asking.need] & (answer.assigned > answer.ready[-1])
        if not late.any():
            return
    else:
        short = np.bincount(asking.need[~served], minlength=len(asking.needs)) > 0
    raise Refusal(_said(asking, short, answer, work, on, monday))


def most_overloaded(
    asked: NDArray[np.float64], there: NDArray[np.float64], meets: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Say which needs together ask for most hours beyond those of all units that meet any of them; none where none do.

    ``asked`` are hours by need, ``there`` by unit, and ``meets`` has shape (units, needs). By Hall's theorem (1935), as flows
    have it (Ford and Fulkerson, 1956), the work can be shared out among those who can do it just where no set of needs asks
    for more than that: the set is the cut of least capacity, which this linear programme finds without trying every set.
    """
    # Units that meet the same needs are as one, so that the programme is as small for 3,000 units as for a village.
    kinds, kind = np.unique(meets, axis=0, return_inverse=True)
    capacity = np.bincount(kind.ravel(), weights=there, minlength=len(kinds))
    rows, needs = np.nonzero(kinds)
    # At most one of a kind is charged, wherever one of the needs that it meets is in the set: need − kind ≤ 0.
    edges = np.zeros((len(rows), len(asked) + len(kinds)))
    edges[np.arange(len(rows)), needs] = 1
    edges[np.arange(len(rows)), len(asked) + rows] = -1
    found = scipy.optimize.linprog(
        np.concatenate([-asked, capacity]), A_ub=edges, b_ub=np.zeros(len(rows)), bounds=(0, 1)
    )
    chosen = (np.asarray(found.x)[: len(asked)] > 0.5) & (asked > 0)
    able = meets[:, chosen].any(axis=1)
    return chosen if asked[chosen].sum() > there[able].sum() else np.zeros_like(chosen)


def _said(
    asking: Asking,
    short: NDArray[np.bool_],
    answer: Dispatched,
    work: NDArray[np.int64],
    on: NDArray[np.bool_],
    monday: datetime,
) -> str:
    served = answer.served
    mine = short[asking.need]
    typical = int(work[mine & served].mean()) if (mine & served).any() else HOUR
    hour = answer.ready // HOUR
    came = np.bincount(np.arange(hour[0], hour[-1] + 1) % HOURS_OF_WEEK, minlength=HOURS_OF_WEEK)
    each = np.where(served, work, typical)[mine]
    asked_for = np.bincount(hour[mine] % HOURS_OF_WEEK, each, HOURS_OF_WEEK) / (HOUR * np.maximum(came, 1))
    on_duty = on[asking.meets[:, short].any(axis=1)].sum(axis=0)
    worst = int(np.argmax(asked_for - on_duty))
    waiting = int((~served).sum())
    since = f"{waiting:,} jobs are never reached; " if waiting else ""
    return (
        f"units: {asking.named(short)} never empties in the period from {monday:%d %B %Y}: {since}on "
        f"{DAYS[worst // 24]} at {worst % 24:02d}:00 calls ask for {asked_for[worst]:.1f} units' time and "
        f"{on_duty[worst]} are on duty, {max(asked_for[worst] - on_duty[worst], 0):.1f} short; add units or shifts "
        "for that hour, or check that attendances have an end"
    )
