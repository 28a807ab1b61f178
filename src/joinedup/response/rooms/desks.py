"""Dispatchers: records that ask for crews wait for whoever sends them, and so many dispatchers must be on duty (§3.1, §3.6).

The rules, which follow those of ``answering``:

1. A record says enough for crews to be sent when a declared share of the call's talk is over; that of a call passed on, when it
   is logged.
2. Where whoever answers sends crews too, they do so at once, and speak on after that. The crews are told when the sending is
   over.
3. Elsewhere the record joins the line of its service's dispatchers. Those on duty take the most urgent record, and of those
   the one that has waited longest. The crews are told when the dispatcher has sent them. No record gives up.
4. Dispatchers send for their own service alone, under every way of working: they know its crews.

So the dispatchers' line never holds up a call, and it is played after the calls, by the same compiled loop.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from joinedup.response.rooms import declared
from joinedup.response.rooms.answering import HALF_HOURS, NOT_YET, Calls, Teams
from joinedup.response.rooms.drawing import under
from joinedup.response.rooms.erlang import least_handlers
from joinedup.response.rooms.judging import ROUNDS, Judged, confirmed
from joinedup.response.rooms.sending import under_way
from joinedup.response.rooms.staffing import (
    Load,
    passed_on,
    played,
    sent_after,
    side_by_side,
    stop_at_a_queue,
)
from joinedup.response.rooms.tabling import half_hours
from joinedup.response.standards import Standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.response.rooms.answering import Played
    from joinedup.response.rooms.drawing import Drawn
    from joinedup.response.rooms.measuring import Rooms
    from joinedup.response.rooms.staffing import Staffing
    from joinedup.response.rooms.variants import Variant

    Integers = NDArray[np.int64]

CLOCK = ("record open", "taken up")


class Records(NamedTuple):
    """Records that ask for crews, in order of the moment at which they say enough; ms on the clock of the calls.

    ``call`` is the row of the call, ``passed`` whether it is the record of the service to which the call was passed on;
    ``sending`` the ms that a dispatcher needs, ``told`` when crews are told, −1 while nobody has sent them.
    """

    call: Integers
    service: Integers
    passed: NDArray[np.bool_]
    priority: Integers
    opened: Integers
    sending: Integers
    told: Integers


def records(made: Drawn, answers: Played, rooms: Rooms, variant: Variant) -> Records:
    """Give the records that answered calls open under a way of working; where whoever answers sends, with when that is done."""
    calls = under(made, rooms, variant)
    themselves = under_way(variant, rooms.services, rooms.themselves)
    who = np.array([each in themselves for each in rooms.services])
    own = np.flatnonzero(made.sent & (answers.answered >= 0))
    service, took = calls.service[own], (answers.handled - answers.answered)[own]
    part = made.calls.handling[own] / np.maximum(calls.handling[own], 1)
    talk = np.where(who[service], took * part, took)
    opened = answers.answered[own] + np.round(talk * rooms.central(declared.RECORD_OPEN)).astype(np.int64)
    told = np.where(who[service], opened + np.round(took - talk).astype(np.int64), NOT_YET)

    there = np.flatnonzero(answers.logged_there >= 0)
    second, logged = calls.passed_to[there], answers.logged_there[there]
    same = answers.second[there] == answers.handler[there]
    whole = np.where(same, calls.log_own[there], calls.log[there])
    span = logged - answers.answered_there[there]
    sent = np.where(who[second], span * made.sending_there[there] / np.maximum(whole, 1), 0)
    both = Records(
        np.concatenate([own, there]),
        np.concatenate([service, second]),
        np.repeat([False, True], [len(own), len(there)]),
        np.concatenate([calls.priority[own], np.zeros(len(there), np.int64)]),
        np.concatenate([opened, logged - np.round(sent).astype(np.int64)]),
        np.concatenate([made.sending[own], made.sending_there[there]]),
        np.concatenate([told, np.where(who[second], logged, NOT_YET)]),
    )
    order = np.lexsort((both.passed, both.call, both.opened))
    return both._replace(**{name: getattr(both, name)[order] for name in Records._fields})


def _waiting(asked: Records) -> tuple[NDArray[np.bool_], Calls]:
    """Say which records wait for a dispatcher, and give these as calls that never give up."""
    rows = asked.told < 0
    none = np.zeros(int(rows.sum()), np.int64)
    line = Calls(
        connected=asked.opened[rows],
        service=asked.service[rows],
        priority=asked.priority[rows],
        handling=asked.sending[rows],
        wrap_up=none,
        patience=none - 1,
        again=none,
        attempts=none + 1,
        passed_to=none - 1,
        log=none,
        log_own=none,
    )
    return rows, line


def _on_duty(staff: Integers) -> Teams:
    services = len(staff)
    return Teams(_own(services), staff, np.full((services, services), 1000), 0, 0, 0)


def _own(services: int) -> Integers:
    return np.tile(np.arange(services), (HALF_HOURS, 1))


@dataclass(frozen=True, eq=False)
class Desks:
    """The dispatchers of each service under a way of working: by Erlang, at least, and confirmed; shape (services, 336) each.

    A service in which whoever answers sends crews too has none.
    """

    rooms: Rooms
    variant: Variant
    standards: tuple[Standard, ...]
    load: Load
    floor: Integers
    erlang: Integers
    confirmed: Integers
    judged: Judged
    notes: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Dispatchers' hours a week on duty."""
        return float(self.confirmed.sum()) / 2

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a service with dispatchers and half-hour of the week, as ``Staffing.table`` has them."""
        rooms = self.rooms
        whole = half_hours(
            "sending",
            [f"{rooms.names[each]}, dispatchers" for each in rooms.services],
            _own(len(rooms.services)),
            rooms.services,
            self.standards,
            (self.load.calls, self.load.erlangs),
            (self.floor, self.erlang, self.confirmed),
            self.judged,
        )
        themselves = under_way(self.variant, rooms.services, rooms.themselves)
        return whole.filter(~whole["service"].is_in(list(themselves)))

    def told(self, asked: Records) -> Integers:
        """Give the moment at which the crews of each record are told; shape (records,).

        Raises:
            Refusal: when a queue never empties.
        """
        rows, line = _waiting(asked)
        found = asked.told.copy()
        (answers,) = take_up([line], self.confirmed, self.rooms, self.variant, self.load)
        found[rows] = answers.handled
        return found


def take_up(
    lines: Sequence[Calls], staff: Integers, rooms: Rooms, variant: Variant, load: Load, workers: int = 1
) -> list[Played]:
    """Play each run's records through the dispatchers on duty; ``staff`` has shape (services, 336).

    Raises:
        Refusal: when a queue never empties: some record is never taken up, or a service's records ask in the week for more time
            than its dispatchers are there and still wait when the last one comes.
    """
    found = side_by_side([(each, _on_duty(staff)) for each in lines], workers)
    beyond = load.erlangs.sum(axis=1) > staff.sum(axis=1)
    for line, answers in zip(lines, found, strict=True):
        if not len(line.connected):
            continue
        late = (answers.answered < 0) | (beyond[line.service] & (answers.answered > line.connected[-1]))
        if late.any():
            service = int(line.service[np.argmax(late)])
            count = int((line.service[late] == service).sum())
            team = np.full(HALF_HOURS, service)
            stop_at_a_queue(rooms, variant, service, team, load, staff, count, "dispatchers")
    return found


def asked_of_dispatchers(rooms: Rooms, variant: Variant, values: Mapping[str, float] | None = None) -> Load:
    """Add up what the dispatchers of each service are asked for; shape (services, 336).

    ``values`` are those of assumptions by name, in place of the central ones, as in ``load_of``.
    """
    values = values or {}

    def times(assumption: Assumption) -> float:
        central = rooms.central(assumption)
        return float(values.get(assumption.name, central)) / central

    shape = (len(rooms.services), HALF_HOURS)
    count, urgent = np.zeros(shape), np.zeros(shape)
    hours = np.arange(HALF_HOURS) // 2
    to_others, sent = passed_on(rooms, values), sent_after(rooms, values)
    for row, line in enumerate(rooms.lines):
        # Where calls are taken for incidents, more of them for each are no more incidents.
        rate = rooms.hourly[row, hours] / 3600 * times(declared.LOAD)
        passed = to_others[row][:, None] * rate
        own = rooms.services.index(line.service)
        count += passed
        urgent += passed
        count[own] += rate * sent[line]
        urgent[own] += rate * sent[line] * line.urgent
    themselves = under_way(variant, rooms.services, rooms.themselves)
    apart = np.array([[each not in themselves] for each in rooms.services])
    seconds = np.array(
        [
            [rooms.sending[each].mean() / 1000 * times(declared.SENDING[rooms.kinds[each]])]
            for each in rooms.services
        ]
    )
    return Load(count * apart, urgent * apart, np.broadcast_to(seconds, shape))


def dispatchers_floor(rooms: Rooms, variant: Variant, values: Mapping[str, float] | None = None) -> Integers:
    """Give the dispatchers who are always on duty; shape (services, 336).

    ``values`` are those of assumptions by name, in place of the central ones, as in ``load_of``.
    """
    themselves = under_way(variant, rooms.services, rooms.themselves)
    awake = declared.DISPATCHERS_AWAKE
    least = round((values or {}).get(awake.name, rooms.central(awake)))
    own = [0 if each in themselves else least for each in rooms.services]
    return np.repeat(np.array(own, np.int64)[:, None], HALF_HOURS, axis=1)


def dispatchers_by_erlang(rooms: Rooms, load: Load) -> Integers:
    """Give the least dispatchers by which Erlang C has records taken up in time; shape (services, 336)."""
    (standard,) = {each.name: each for each in _standards(rooms)}.values()
    return least_handlers(load.calls, load.seconds, standard, load.urgent)


def _standards(rooms: Rooms) -> tuple[Standard, ...]:
    limit, share = rooms.central(declared.TAKEN_UP), rooms.central(declared.TAKEN_UP_SHARE)
    standard = Standard(
        f"records taken up in {limit:g} s",
        kind="",
        service="",
        categories=(),
        calls=(),
        clock=CLOCK,
        measure="share",
        share=share,
        limit=limit / 60,
        starts=rooms.monday,
        ends=None,
        source=declared.TAKEN_UP.source,
    )
    return (standard,) * len(rooms.services)


def with_dispatchers(staffing: Staffing, made: Sequence[Drawn], workers: int = 1) -> Staffing:
    """Find the least dispatchers beside the handlers of a way of working, on the same calls.

    As for handlers: Erlang's answer, or the least that are always on duty, and one more wherever the simulated share that is
    taken up in time does not keep the standard.

    Raises:
        Refusal: when a queue never empties.
    """
    rooms, variant = staffing.rooms, staffing.variant
    answers = played(rooms, variant, staffing.teaming, staffing.confirmed, made, workers)
    lines = [_waiting(records(run, each, rooms, variant))[1] for run, each in zip(made, answers, strict=True)]
    load = asked_of_dispatchers(rooms, variant)
    floor, erlang = dispatchers_floor(rooms, variant), dispatchers_by_erlang(rooms, load)
    standards = _standards(rooms)
    starts = np.maximum(floor, erlang)
    staff, judged, missed = confirmed(
        standards,
        _own(len(rooms.services)),
        starts,
        lambda staff: (take_up(lines, staff, rooms, variant, load, workers), lines),
    )
    notes = []
    if missed:
        notes.append(
            f"{variant.name}: after {ROUNDS} rounds {missed} half-hours of dispatchers still miss their standard, for want of "
            "staff in the half-hours before or of records enough to tell"
        )
    if raised := int((staff > starts).sum()):
        notes.append(
            f"{variant.name}: in {raised} of {int((staff > 0).sum())} half-hours of dispatchers the simulation asks for more "
            "than Erlang"
        )
    desks = Desks(rooms, variant, standards, load, floor, erlang, staff, judged, tuple(notes))
    return replace(staffing, desks=desks, notes=(*staffing.notes, *notes))
