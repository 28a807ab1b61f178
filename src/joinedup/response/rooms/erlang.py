"""Erlang's formulas: how often callers are lost or wait, how long, and the least staff that meets an answer standard (§3.6).

Loads are real numbers in erlangs (calls a second times seconds a call); handlers are whole. Every formula takes arrays of
loads, and is a recurrence over handlers that neither overflows nor loses digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from joinedup.response.standards import Standard

    Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(60)
_MOST = 100_000
"""Handlers beyond which a search stops: no room is so large."""


def erlang_b(load: ArrayLike, handlers: int) -> Floats:
    """Give the share of calls that find nobody free where nobody waits; shape of ``load``."""
    offered = np.asarray(load, np.float64)
    lost = np.ones_like(offered)
    for each in range(1, handlers + 1):
        lost = offered * lost / (each + offered * lost)
    return lost


def erlang_c(load: ArrayLike, handlers: int) -> Floats:
    """Give the share of calls that wait where everybody waits for as long as it takes; 1 where the queue never empties."""
    return _waiting(np.asarray(load, np.float64), handlers, erlang_b(load, handlers))


def _waiting(load: Floats, handlers: int, lost: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = handlers * lost / (handlers - load * (1 - lost))
    return np.where(load < handlers, found, 1.0)


def mean_wait(load: ArrayLike, handlers: int, seconds: ArrayLike) -> Floats:
    """Give the mean wait of all calls, in the unit of ``seconds``, the mean handling time; infinite where it only grows."""
    offered, long = np.asarray(load, np.float64), np.asarray(seconds, np.float64)
    return _mean(offered, handlers, long, offered, erlang_c(offered, handlers))


def _mean(load: Floats, handlers: int, seconds: Floats, urgent: Floats, waits: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = waits * seconds / (handlers - urgent)
    return np.where(load < handlers, found, np.inf)


def answered_within(
    load: ArrayLike, handlers: int, seconds: ArrayLike, limit: float, urgent: ArrayLike | None = None
) -> Floats:
    """Give the share answered within ``limit``, in the unit of ``seconds``, the mean handling time.

    ``urgent`` is the part of the load that is answered before all other; the share is then of those calls alone: given that all
    handlers are busy, an urgent call waits only for urgent ones before it (Cobham 1954, one mean handling time for all).
    """
    offered, long = np.asarray(load, np.float64), np.asarray(seconds, np.float64)
    first = offered if urgent is None else np.asarray(urgent, np.float64)
    return _within(offered, handlers, long, limit, first, erlang_c(offered, handlers))


def _within(
    load: Floats, handlers: int, seconds: Floats, limit: float, urgent: Floats, waits: Floats
) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = 1 - waits * np.exp(-(handlers - urgent) * limit / seconds)
    return np.where(load < handlers, found, 0.0)


class Impatient:
    """Erlang A: callers wait for an exponential time of mean ``patience`` and then give up.

    ``load`` in erlangs; ``seconds`` (mean handling) and ``patience`` in one unit, in which waits come back. The load may be
    more than the handlers: the queue is kept short by those who give up. Source: Palm (1943); virtual waits after Baccelli
    and Hebuterne (1981).
    """

    def __init__(self, load: float, handlers: int, seconds: float, patience: float) -> None:
        self.load, self.handlers, self.seconds, self.patience = load, handlers, seconds, patience
        # Chances of 0, 1, 2, ... waiting beside that of all busy and nobody waiting.
        waiting, term, queue = [1.0], 1.0, 0
        while term > 1e-18 * max(waiting):
            queue += 1
            term *= load / (handlers + queue * seconds / patience)
            waiting.append(term)
        beside = np.array(waiting)
        lost = float(erlang_b(load, handlers))
        self._full = 1 / (1 / lost - 1 + beside.sum())
        self.waits = float(self._full * beside.sum())
        """The share of calls that find nobody free."""
        self.queue = float(self._full * (beside * np.arange(len(beside))).sum())
        """The mean number who wait."""

    @property
    def mean_wait(self) -> float:
        """The mean wait of all calls, those that give up included."""
        return self.queue * self.seconds / self.load

    @property
    def given_up(self) -> float:
        """The share of calls that give up."""
        return self.mean_wait / self.patience

    def answered_within(self, limit: float) -> float:
        """Give the share of all calls that are answered within ``limit``."""
        # The density of the wait that somebody of endless patience would have, times the chance to be that patient.
        rate = self.load / self.seconds
        at = limit / 2 * (_NODES + 1)
        density = np.exp(
            rate * self.patience * -np.expm1(-at / self.patience) - at * self.handlers / self.seconds
        )
        within = limit / 2 * float(_WEIGHTS @ (density * np.exp(-at / self.patience)))
        # One fewer than all handlers are busy c / load times as often as all are.
        return float(1 - self.waits + rate * self._full * self.handlers / self.load * within)


def least_handlers(
    rate: ArrayLike, seconds: ArrayLike, standard: Standard, urgent: ArrayLike
) -> NDArray[np.int64]:
    """Give the least handlers that meet an answer standard for urgent calls, by Erlang C; 0 where nobody calls.

    ``rate`` is calls a second, ``urgent`` the part of them that is answered first and that the standard is of, ``seconds`` the
    mean time that a call takes. There are always more handlers than erlangs, so that other calls are answered too.
    """
    calls, long, first = np.broadcast_arrays(
        *(np.asarray(each, np.float64) for each in (rate, seconds, urgent))
    )
    load = np.ravel(calls * long)
    long, ahead = np.ravel(long), np.ravel(first * long)
    least = np.zeros(load.shape, np.int64)
    open_ = np.flatnonzero(load > 0)
    lost = np.ones(len(open_))
    for handlers in range(1, _MOST):
        if not len(open_):
            break
        here = load[open_]
        lost = here * lost / (handlers + here * lost)
        enough = (here < handlers) & meets(
            standard, here, handlers, long[open_], ahead[open_], _waiting(here, handlers, lost)
        )
        least[open_[enough]] = handlers
        open_, lost = open_[~enough], lost[~enough]
    return least.reshape(calls.shape)


def meets(
    standard: Standard, load: Floats, handlers: int, seconds: Floats, urgent: Floats, waits: Floats
) -> NDArray[np.bool_]:
    """Say where an answer standard is met, given the share of calls that wait."""
    limit = (standard.limit or 0.0) * 60
    if standard.measure == "mean":
        return _mean(load, handlers, seconds, urgent, waits) <= limit
    share = 0.9 if standard.measure == "90th" else standard.share or 0.0
    return _within(load, handlers, seconds, limit, urgent, waits) >= share
