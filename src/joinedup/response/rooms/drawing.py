"""The luck of each call, drawn beforehand from its name, so that every way of working together meets the same calls (§3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.response.durations import chances
from joinedup.response.rooms import declared
from joinedup.response.rooms.answering import HALF_HOURS, Calls, Teams
from joinedup.response.rooms.sending import under_way

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.response.rooms.arrivals import Arrivals
    from joinedup.response.rooms.measuring import Rooms
    from joinedup.response.rooms.variants import Variant

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_MOST_ATTEMPTS = 5


@dataclass(frozen=True, eq=False)
class Drawn:
    """The calls of one run as they would be in any way of working, with the row of each one's line.

    ``operator`` is the ms from dialling until the operator has connected the room, before the call's own clock starts:
    nothing for other calls than by 999. ``sent`` says after which calls crews are sent, ``sending`` the ms that this takes
    for the service that is called, and ``sending_there`` for the one that the call is passed to. ``log_luck`` is how long
    logging a passed call takes in the second room, beside others (0 to 1): the same call is a long one in every way of working.
    """

    calls: Calls
    line: Integers
    operator: Integers
    sent: NDArray[np.bool_]
    sending: Integers
    sending_there: Integers
    log_luck: NDArray[np.float32]


def drawn(rooms: Rooms, arrivals: Arrivals, run: int, asked_as_in: int | None = None) -> Drawn:
    """Draw how long each call takes, how patient its caller is, whether it is passed on and whether crews are sent.

    Whether it is passed on and crews are sent can be as in another run, ``asked_as_in``, so that a call asks for the same in
    every run. What was declared of logging a passed call, and not recorded, is drawn over all of its range.
    """
    count = len(arrivals.moment)

    def luck(step: str, number: int = run) -> Floats:
        return chances(rooms.seed, number, f"rooms {step}", arrivals.name)

    asks = run if asked_as_in is None else asked_as_in

    def by_line(values: list[float]) -> Floats:
        return np.array(values)[arrivals.line]

    urgent = np.array([line.urgent for line in rooms.lines])[arrivals.line]
    own = np.array([rooms.services.index(line.service) for line in rooms.lines])[arrivals.line]
    talk = _from(rooms.talk, arrivals.line, luck("talk"))
    patience = by_line(
        [
            rooms.central(declared.URGENT_PATIENCE if each.urgent else declared.OTHER_PATIENCE)
            for each in rooms.lines
        ]
    )
    again = by_line(
        [
            rooms.central(declared.URGENT_AGAIN if each.urgent else declared.OTHER_AGAIN)
            for each in rooms.lines
        ]
    )
    with np.errstate(divide="ignore"):
        attempts = 1 + np.floor(np.log1p(-luck("attempts")) / np.log(np.clip(again, 1e-12, 1 - 1e-12)))
    operator = np.where(urgent, rooms.central(declared.OPERATOR) * 1000, 0)
    edges = np.cumsum(rooms.passed, axis=1)[arrivals.line]
    passed_to = (luck("passed", asks)[:, None] >= edges).sum(axis=1)
    passed_to = np.where(passed_to >= len(rooms.services), -1, passed_to)
    log_luck, there = luck("log"), np.maximum(passed_to, 0)
    none = np.zeros(1, np.int64)
    recorded = np.array([each is not None for each in rooms.log])
    log = np.where(
        recorded[there],
        _from([none if each is None else each for each in rooms.log], there, log_luck),
        _over_its_range(rooms, declared.LOG, log_luck),
    )

    def short(values: Floats | Integers) -> Integers:
        # Half the room in memory; the loop is given whole words.
        return np.asarray(np.round(values), dtype=np.int32)

    def always(value: float) -> Integers:
        return np.broadcast_to(np.int64(round(value)), count)

    calls = Calls(
        arrivals.moment,
        short(own),
        short(~urgent * 1),
        short(talk),
        always(rooms.central(declared.WRAP_UP) * 1000),
        short(-patience * 1000 * np.log1p(-luck("patience"))),
        short(-rooms.central(declared.AGAIN_AFTER) * 1000 * np.log1p(-luck("again")) + operator),
        short(np.minimum(attempts, _MOST_ATTEMPTS)),
        short(passed_to),
        short(log),
        short(_over_its_range(rooms, declared.LOG_OWN, log_luck)),
    )
    lengths = [rooms.sending[each] for each in rooms.services]
    return Drawn(
        calls,
        arrivals.line,
        operator.astype(np.int64),
        luck("sent", asks) < by_line([rooms.sent[each] for each in rooms.lines]),
        short(_from(lengths, own, luck("sending"))),
        short(_from(lengths, there, luck("sending there"))),
        log_luck.astype(np.float32),
    )


def under(made: Drawn, rooms: Rooms, variant: Variant) -> Calls:
    """Give the same calls as they are passed on, and crews sent, under a way of working.

    Whoever sends crews besides answering is busy for as much longer.
    """
    calls = made.calls
    if variant.log is not None:
        took = variant.log.at(made.log_luck.astype(np.float64)) * 1000
        calls = calls._replace(log=np.asarray(np.round(took), dtype=np.int32))
    themselves = under_way(variant, rooms.services, rooms.themselves)
    if not themselves:
        return calls
    who = np.array([each in themselves for each in rooms.services])
    there = np.where((calls.passed_to >= 0) & who[np.maximum(calls.passed_to, 0)], made.sending_there, 0)
    return calls._replace(
        handling=calls.handling + np.where(made.sent & who[calls.service], made.sending, 0),
        log=calls.log + there,
        log_own=calls.log_own + there,
    )


def _over_its_range(rooms: Rooms, seconds: Assumption, luck: Floats) -> Floats:
    """Draw for each call the ms that something takes of which nothing but a range is known."""
    return rooms.assumptions.get(seconds.name, seconds).at(luck) * 1000


def in_the_mean(rooms: Rooms, seconds: Assumption) -> float:
    """Give the mean of what `drawn` draws over the whole range of an assumption: that of its triangle."""
    found = rooms.assumptions.get(seconds.name, seconds)
    return (found.low + found.central + found.high) / 3


def _from(values: tuple[Integers, ...] | list[Integers], which: Integers, luck: Floats) -> Integers:
    """Draw for each call one of its row's values, all equally likely."""
    size = np.array([len(each) for each in values])
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    place = first[which] + (luck * size[which]).astype(np.int64)
    return np.asarray(np.concatenate(values)[place])


@dataclass(frozen=True, eq=False)
class Teaming:
    """Who answers for whom under a way of working: the names of the teams, and for each half-hour and service the team.

    ``longer`` has shape (teams, services): how many times as long a call takes as in the service's own room.
    """

    names: tuple[str, ...]
    team_of: Integers
    longer: Floats

    @classmethod
    def of(cls, rooms: Rooms, variant: Variant, longer: float | None = None) -> Teaming:
        """Lay the services of an area on teams; ``longer`` in place of the variant's own central share."""
        joined = [rooms.kinds[each] in variant.joins for each in rooms.services]
        pooled = np.array([half // 2 % 24 in variant.hours for half in range(HALF_HOURS)])
        if sum(joined) < 2:
            pooled[:] = False
        names = [rooms.names[each] for each in rooms.services]
        pool = len(names)
        if pooled.any():
            names.append("one team")
        team_of = np.tile(np.arange(len(rooms.services)), (HALF_HOURS, 1))
        for service, joins in enumerate(joined):
            if joins:
                team_of[pooled, service] = pool
        times = np.ones((len(names), len(rooms.services)))
        times[pool:] = 1 + (variant.longer.central if longer is None else longer)
        # A team that never answers is not one.
        used = np.unique(team_of)
        rows = np.zeros(len(names), np.int64)
        rows[used] = np.arange(len(used))
        return cls(tuple(names[each] for each in used), rows[team_of], times[used])

    @property
    def open(self) -> NDArray[np.bool_]:
        """Which teams answer for somebody in which half-hour; shape (teams, 336)."""
        return np.array([(self.team_of == each).any(axis=1) for each in range(len(self.names))])

    def staffed(self, rooms: Rooms, variant: Variant, staff: Integers) -> Teams:
        """Put so many handlers on duty; shape (teams, 336)."""
        return Teams(
            self.team_of,
            staff,
            np.round(self.longer * 1000).astype(np.int64),
            variant.stays,
            round(rooms.central(declared.STAYS_MOST) * 1000),
            0,
        )
