"""The calls from which a district's records were opened, those passed between rooms, and those that became nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.kinds import SERVICES
from joinedup.imagining.recording import HAS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.imagining.happening import Events
    from joinedup.imagining.land import District
    from joinedup.imagining.period import Period
    from joinedup.imagining.recording import Records

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

CALL_KINDS = ("999", "101", "111", "internal", "passed", "other")
# Share of records by how the first call came. Police: 110 of 275 by 999, so that with calls that become nothing there
# are 165 emergency calls per 1,000 people a year (published: 130 to 200); the rest is judgement.
_CAME_BY = {
    "police": (0.40, 0.42, 0.0, 0.18, 0.0, 0.0),
    "fire": (0.80, 0.0, 0.0, 0.08, 0.0, 0.12),
    "ambulance": (0.80, 0.0, 0.15, 0.05, 0.0, 0.0),
}
_BECAME_NOTHING = {"police": 58.0, "fire": 3.0, "ambulance": 16.0}
"""999 calls per 1,000 people a year that no record was opened for."""
_ANSWER_SECONDS = {"police": 4.5, "fire": 3.5, "ambulance": 5.0}
"""Mean: nine police calls in ten are then answered within 10 seconds."""
_TALK_SECONDS = {"police": 240.0, "fire": 95.0, "ambulance": 330.0}


@dataclass(frozen=True, eq=False)
class Calls:
    """One service's calls in order of time (seconds); ``record`` and ``passed_to`` are -1 where there is none."""

    record: Integers
    kind: Integers
    passed_to: Integers
    connected: Floats
    answered: Floats
    ended: Floats


def calls_of(records: Records, events: Events, district: District, period: Period, seed: int) -> Calls:
    """Draw the calls to one service's room."""
    service = records.service
    chance = stream(seed, "district", str(district.plot.number), "calls", service)
    kinds = events.kind[records.event]
    size = len(records)
    how = np.searchsorted(np.cumsum(_CAME_BY[service])[:-1], chance.random(size), side="right")
    # The first room that an event reaches passes it on to the others; which one it is belongs to the event.
    first = first_called(events, district, seed)[records.event]
    own = SERVICES.index(service)
    joint = np.sum([HAS[each][kinds] for each in SERVICES], axis=0) > 1
    how = np.where(joint & (first != own) & ~records.repeat, CALL_KINDS.index("passed"), how)
    passed_to = np.full(size, -1)
    for other, name in enumerate(SERVICES):
        if name != service:
            passing = joint & (first == own) & HAS[name][kinds] & ~records.repeat
            passed_to = np.where(passing & (passed_to < 0), other, passed_to)

    extra = int(chance.poisson(_BECAME_NOTHING[service] * district.plot.people / 1000 * period.years))
    moments = period.moments(chance, extra, service, weather=False)
    answered = np.concatenate([records.opened, np.floor(moments)])
    waited = np.ceil(_ANSWER_SECONDS[service] * chance.standard_exponential(len(answered)))
    talked = np.ceil(_TALK_SECONDS[service] * np.exp(0.6 * chance.standard_normal(len(answered)) - 0.18))
    order = np.argsort(answered, kind="stable")
    record = np.concatenate([np.arange(size), np.full(extra, -1)])
    kind = np.concatenate([how, np.zeros(extra, dtype=np.int64)])
    to = np.concatenate([passed_to, np.full(extra, -1)])
    return Calls(
        record[order],
        kind[order],
        to[order],
        (answered - waited)[order],
        answered[order],
        (answered + talked)[order],
    )


def first_called(events: Events, district: District, seed: int) -> Integers:
    """Give for each event the service, a place in SERVICES, whose room heard of it first."""
    chance = stream(seed, "district", str(district.plot.number), "first called")
    likely = np.column_stack([HAS[service][events.kind] for service in SERVICES]) * np.array([1.0, 1.0, 1.4])
    total = np.cumsum(likely, axis=1)
    draw = chance.random(len(events)) * total[:, -1]
    return np.asarray((draw[:, None] >= total).sum(axis=1), dtype=np.int64)
