"""The exact hypercube queue of Larson (1974) for up to 12 units: who is busy together, who is sent where, how many wait.

Calls of each place arrive at random; the first free unit of the place's list of preference is sent, and is busy for an
exponential time of its own rate. With a queue, a call that finds everybody busy waits its turn; without, it is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csc_array
from scipy.sparse.linalg import spsolve

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_UNITS = 12


@dataclass(frozen=True)
class Hypercube:
    """Chances in the long run: of each set of busy units (bit i is unit i), with nobody waiting, and of somebody waiting.

    ``sent`` has shape (places, units): the share of all calls that come from a place and are answered by a unit.
    ``kept`` is the chance that a call finds everybody busy: it waits, or is lost.
    """

    busy: NDArray[np.float64]
    waiting: float
    sent: NDArray[np.float64]
    kept: float

    @property
    def workload(self) -> NDArray[np.float64]:
        """Give the share of its time that each unit is busy."""
        states = np.arange(len(self.busy))
        units = self.sent.shape[1]
        return np.array([self.busy[states >> unit & 1 == 1].sum() for unit in range(units)]) + self.waiting


def solved(
    calls: NDArray[np.float64], preference: NDArray[np.int64], rates: NDArray[np.float64], *, queue: bool
) -> Hypercube:
    """Solve for calls per time and preference (places x units, first choice first) and service rates by unit."""
    places, units = preference.shape
    assert units <= MOST_UNITS
    states, full = 2**units, 2**units - 1
    now = np.arange(states)
    sent_to = np.full((places, states), -1)
    for choice in range(units - 1, -1, -1):
        chosen = preference[:, choice][:, None]
        sent_to = np.where(now[None, :] >> chosen & 1 == 0, chosen, sent_to)

    before, after, rate = [], [], []
    for place in range(places):
        go = now != full
        before.append(now[go])
        after.append(now[go] | 1 << sent_to[place, go])
        rate.append(np.full(full, calls[place]))
    for unit in range(units):
        ends = now >> unit & 1 == 1
        before.append(now[ends])
        after.append(now[ends] ^ 1 << unit)
        rate.append(np.full(states // 2, rates[unit]))
    # What flows into a state flows out of it; the queue beyond the full state is in balance with it by itself.
    source, target, flow = (np.concatenate(each) for each in (before, after, rate))
    balance = coo_array((flow, (target, source)), shape=(states, states)).tolil()
    balance.setdiag(-np.bincount(source, flow, minlength=states))
    balance[0, :] = 1.0
    chance = spsolve(csc_array(balance), np.eye(1, states).ravel())

    waiting = 0.0
    load = calls.sum() / rates.sum()
    if queue:
        assert load < 1, "more calls than can ever be answered"
        waiting = chance[full] * load / (1 - load)
        chance, waiting = chance / (1 + waiting), waiting / (1 + waiting)
    kept = float(chance[full] + waiting)
    sent = np.zeros((places, units))
    for unit in range(units):
        sent[:, unit] = (sent_to == unit) @ chance * calls / calls.sum()
    if queue:
        # Whoever is free next takes the call that has waited longest, wherever it is.
        sent += kept * calls[:, None] / calls.sum() * rates / rates.sum()
    return Hypercube(chance, float(waiting), sent, kept)


def erlang_b(load: float, units: int) -> float:
    """Give the chance that a call finds all units busy where none can wait, by the recursion of Erlang (1917)."""
    lost = 1.0
    for number in range(1, units + 1):
        lost = load * lost / (number + load * lost)
    return lost


def erlang_c(load: float, units: int) -> float:
    """Give the chance that a call finds all units busy where all wait."""
    lost = erlang_b(load, units)
    return lost / (1 - load / units * (1 - lost))
