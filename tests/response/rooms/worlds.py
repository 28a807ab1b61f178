"""Calls and teams for the tests of answering: a few by hand, many by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.assumptions import stream
from joinedup.response.rooms import Calls, Teams

if TYPE_CHECKING:
    from collections.abc import Sequence

SECOND = 1000
MINUTE = 60_000
LEFT_OUT: dict[str, int] = {
    "service": 0,
    "priority": 0,
    "handling": 0,
    "wrap_up": 0,
    "patience": -1,
    "again": 0,
    "attempts": 1,
    "passed_to": -1,
    "log": 0,
    "log_own": 0,
}


def calls(*rows: dict[str, int]) -> Calls:
    """Make calls from rows; what is left out is a plain call of endless patience to the first service."""
    full = [LEFT_OUT | row for row in rows]
    return Calls(**{name: np.array([row[name] for row in full], np.int64) for name in Calls._fields})


def teams(staff: Sequence[Any], services: int | None = None, **others: Any) -> Teams:
    """Make one team for each service (or one for all), with so many handlers always, or one number for each half-hour."""
    count = len(staff)
    services = services or count
    team_of = np.tile(np.minimum(np.arange(services), count - 1), (336, 1))
    on = np.array([np.broadcast_to(np.asarray(each), 336) for each in staff], np.int64)
    plain = Teams(team_of, on, np.full((count, services), 1000), 0, 2 * MINUTE, 0)
    return plain._replace(**others)


def poisson(
    count: int, handlers: int, load: float, seed: int, hold: float = 120.0, patience: float | None = None
) -> tuple[Calls, Teams]:
    """Make the calls of an exponential queue: mean handling and patience in seconds."""
    luck = stream(seed, "rooms", "test", str(handlers), str(load))
    nobody = np.zeros(count, np.int64)
    moments = np.cumsum(luck.exponential(hold / load * SECOND, count)).astype(np.int64)
    hand = np.round(luck.exponential(hold * SECOND, count)).astype(np.int64)
    patient = nobody - 1
    if patience is not None:
        patient = np.round(luck.exponential(patience * SECOND, count)).astype(np.int64)
    made = Calls(
        moments, nobody, nobody, hand, nobody, patient, nobody, nobody + 1, nobody - 1, nobody, nobody
    )
    return made, teams([handlers])


def anything(seed: int, count: int = 300) -> tuple[Calls, Teams]:
    """Make a small world with everything in it: shifts, pooling by hours, passing, giving up, and many ties."""
    luck = stream(seed, "rooms", "anything")
    services = int(luck.integers(1, 4))
    rooms = services + 1
    step = int(luck.choice([1, 1000, 30_000]))
    span = int(luck.choice([7_200_000, 40_000_000]))

    def some(most: int) -> Any:
        return luck.integers(0, most // step + 1, count) * step

    own = luck.integers(0, services, count)
    passed = np.where(luck.random(count) < 0.3, (own + 1) % services, -1)
    passed = np.where(passed == own, -1, passed)
    made = Calls(
        np.sort(some(span)),
        own,
        luck.integers(0, 2, count),
        some(240_000),
        some(30_000),
        np.where(luck.random(count) < 0.7, some(90_000), -1),
        some(60_000),
        luck.integers(1, 4, count),
        passed,
        some(200_000),
        some(30_000),
    )
    pooled = luck.random(336) < 0.3
    team_of = np.tile(np.arange(services), (336, 1))
    team_of[pooled] = services
    on = luck.integers(0, int(luck.choice([3, 70])), (rooms, 336))
    longer = luck.integers(800, 1300, (rooms, services))
    return made, Teams(
        team_of,
        on,
        longer,
        int(luck.integers(0, 3)),
        int(luck.integers(0, 4)) * 30_000,
        int(luck.integers(0, 2)),
    )
