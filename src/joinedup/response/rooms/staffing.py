"""The least staff in each half-hour of the week that meets an answer standard: by Erlang, then confirmed by simulation (§3.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from joblib import Parallel, delayed

from joinedup.refusal import Refusal
from joinedup.response.queueing import DAYS
from joinedup.response.rooms import declared
from joinedup.response.rooms.answering import HALF_HOURS, Calls, Played, Teams, answer
from joinedup.response.rooms.drawing import Drawn, Teaming, drawn, in_the_mean, under
from joinedup.response.rooms.erlang import least_handlers
from joinedup.response.rooms.judging import ROUNDS, Judged, confirmed
from joinedup.response.rooms.sending import under_way
from joinedup.response.rooms.shifts import hours_in_shifts
from joinedup.response.rooms.tabling import half_hours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.response.rooms.arrivals import Line
    from joinedup.response.rooms.desks import Desks
    from joinedup.response.rooms.measuring import Rooms
    from joinedup.response.rooms.variants import Variant

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

WEEKS_A_YEAR = 365.2425 / 7

_FEW_CALLS = 200_000
"""Threads take longer to start than so few calls take to play."""


@dataclass(frozen=True, eq=False)
class Load:
    """What each team is asked for: calls a second, those answered first, and mean seconds a call; shape (teams, 336)."""

    calls: Floats
    urgent: Floats
    seconds: Floats

    @property
    def erlangs(self) -> Floats:
        """The handlers who would be busy if nobody waited."""
        return self.calls * self.seconds


def load_of(
    rooms: Rooms, variant: Variant, teaming: Teaming, values: Mapping[str, float] | None = None
) -> Load:
    """Add up what teams are asked for, passed calls and the time spent on passing them included.

    ``values`` are those of assumptions by name, in place of the central ones, and of the mean of those that are drawn for each
    call. Season and surge are left to the simulation.
    """
    values = values or {}

    def value(assumption: Assumption) -> float:
        return float(values.get(assumption.name, rooms.central(assumption)))

    def logging(assumption: Assumption) -> float:
        return float(values.get(assumption.name, in_the_mean(rooms, assumption)))

    def times(assumption: Assumption | None) -> float:
        return 1.0 if assumption is None else value(assumption) / rooms.central(assumption)

    shape = (len(teaming.names), HALF_HOURS)
    count, urgent, work = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    halves = np.arange(HALF_HOURS)
    wrap, own_log = value(declared.WRAP_UP), logging(declared.LOG_OWN)
    busy = times(declared.LOAD)
    passed, asking = passed_on(rooms, values), sent_after(rooms, values)
    # Whoever sends crews besides answering is busy for as much longer; dispatchers have a load of their own.
    themselves = under_way(variant, rooms.services, rooms.themselves)
    sends = {
        each: rooms.sending[each].mean() / 1000 * times(declared.SENDING[rooms.kinds[each]])
        if each in themselves
        else 0.0
        for each in rooms.services
    }
    for row, line in enumerate(rooms.lines):
        service = rooms.services.index(line.service)
        team = teaming.team_of[:, service]
        rate = rooms.hourly[row, halves // 2] / 3600 * busy * times(rooms.counted[row])
        talk = rooms.talk[row].mean() / 1000 * times(rooms.timed[row])
        talk += asking[line] * sends[line.service]
        long = talk * teaming.longer[team, service] + wrap
        for other, share in enumerate(passed[row]):
            if not share:
                continue
            there = teaming.team_of[:, other]
            recorded = rooms.log[other]
            seconds = logging(declared.LOG) if recorded is None else recorded.mean() / 1000
            there_too = sends[rooms.services[other]]
            log = ((logging(variant.log) if variant.log else seconds) + there_too) * teaming.longer[
                there, other
            ]
            apart = there != team
            held = log if variant.stays == 2 else np.zeros(HALF_HOURS)
            long = long + share * np.where(apart, held, (own_log + there_too) * teaming.longer[team, other])
            sent = np.where(apart, rate * share, 0.0)
            np.add.at(count, (there, halves), sent)
            np.add.at(urgent, (there, halves), sent)
            np.add.at(work, (there, halves), sent * log)
        np.add.at(count, (team, halves), rate)
        np.add.at(work, (team, halves), rate * long)
        if line.urgent:
            np.add.at(urgent, (team, halves), rate)
    mean = np.divide(work, count, out=np.zeros(shape), where=count > 0)
    return Load(count, urgent, mean)


def by_erlang(rooms: Rooms, teaming: Teaming, load: Load) -> Integers:
    """Give the least handlers by which Erlang C meets the standard of every service of a team; shape (teams, 336)."""
    least = np.zeros(load.calls.shape, np.int64)
    for service, name in enumerate(rooms.services):
        theirs = least_handlers(load.calls, load.seconds, rooms.standards[name], load.urgent)
        here = np.array([teaming.team_of[:, service] == team for team in range(len(teaming.names))])
        least = np.where(here, np.maximum(least, theirs), least)
    return least


def floor_of(rooms: Rooms, teaming: Teaming, values: Mapping[str, float] | None = None) -> Integers:
    """Give the handlers who are always on duty where a team answers at all; shape (teams, 336).

    ``values`` are those of assumptions by name, in place of the central ones, as in ``load_of``.
    """
    least = (values or {}).get(declared.AWAKE.name, rooms.central(declared.AWAKE))
    return np.where(teaming.open, round(least), 0)


def passed_on(rooms: Rooms, values: Mapping[str, float]) -> Floats:
    """Give the shares of calls passed on where that was declared and is now taken otherwise; shape (lines, services).

    A line whose shares are the declared one, dealt out evenly, has it from there: what is recorded stays.
    """
    central = rooms.central(declared.PASSED)
    even = central / max(len(rooms.services) - 1, 1)
    of_line = np.array([line.urgent for line in rooms.lines])[:, None] & (rooms.passed == even)
    return np.where(
        of_line, rooms.passed * (values.get(declared.PASSED.name, central) / central), rooms.passed
    )


def sent_after(rooms: Rooms, values: Mapping[str, float]) -> dict[Line, float]:
    """Give the shares of calls after which crews are sent, where that was declared and is now taken otherwise."""
    central = rooms.central(declared.SENT)
    return {
        line: values.get(declared.SENT.name, central) if share == central else share
        for line, share in rooms.sent.items()
    }


def fewer_awake(before: Staffing, after: Staffing) -> float:
    """Give the staff hours a week that ``after`` needs fewer because fewer rooms are awake, whatever the calls.

    That is the least on duty beyond what calls ask for, in the half-hours in which fewer teams answer.
    """
    extra = [np.maximum(each.floor - each.erlang, 0).sum(axis=0) for each in (before, after)]
    teams = [each.teaming.open.sum(axis=0) for each in (before, after)]
    return float((extra[0] - extra[1])[teams[1] < teams[0]].sum()) / 2


@dataclass(frozen=True, eq=False)
class Staffing:
    """Who answers under a way of working: handlers by Erlang, at least, and confirmed; shape (teams, 336) each."""

    rooms: Rooms
    variant: Variant
    teaming: Teaming
    load: Load
    floor: Integers
    erlang: Integers
    confirmed: Integers
    judged: Judged
    notes: tuple[str, ...]
    desks: Desks | None = None
    """The dispatchers, where they were asked for too (``with_dispatchers``)."""

    @property
    def hours(self) -> float:
        """Handlers' hours a week on duty."""
        return float(self.confirmed.sum()) / 2

    @property
    def hours_of_both(self) -> float:
        """Handlers' and dispatchers' hours a week on duty."""
        return self.hours + (0.0 if self.desks is None else self.desks.hours)

    @cached_property
    def in_shifts(self) -> float:
        """Staff hours a week where people come for whole shifts of the declared length, as few as cover every half-hour.

        Whoever answers for a service by day may answer for it in the night's team: those are one workforce.
        """
        long = self.rooms.central(declared.SHIFT)
        of = np.arange(len(self.teaming.names))
        for teams in self.teaming.team_of.T:
            same = np.isin(of, of[np.unique(teams)])
            of[same] = of[same].min()
        return sum(hours_in_shifts(self.confirmed[of == each].sum(axis=0), long) for each in np.unique(of))

    @property
    def posts(self) -> float:
        """Full-time posts that give these hours, at the declared productive hours of one."""
        return self.hours * WEEKS_A_YEAR / self.rooms.central(declared.PRODUCTIVE)

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a team and half-hour of the week in which it is on duty, dispatchers after those who answer.

        work ("answering", "sending"), team, weekday (1 Monday), from (hh:mm), calls (or records, in the half-hour), load
        (erlangs), floor, erlang, confirmed, more (confirmed less the greater of the other two), service (of the standard that is
        nearest to being missed), standard, level (share, or mean seconds), low, high, met.
        """
        standards = [self.rooms.standards[each] for each in self.rooms.services]
        parts = [
            half_hours(
                "answering",
                self.teaming.names,
                self.teaming.team_of,
                self.rooms.services,
                standards,
                (self.load.calls, self.load.erlangs),
                (self.floor, self.erlang, self.confirmed),
                self.judged,
            )
        ]
        if self.desks is not None:
            parts.append(self.desks.table)
        return pl.concat(parts)


def staffed(
    rooms: Rooms,
    variant: Variant,
    *,
    weeks: int = 52,
    runs: int = 8,
    made: Sequence[Drawn] | None = None,
    workers: int = 1,
) -> Staffing:
    """Find the least staff under a way of working.

    Erlang's answer, or the least that are always on duty, is played over so many weeks and runs; where the interval of the
    simulated level does not keep the standard, one more handler is put on duty, and it is played again. ``made`` is the calls
    of each run, where they have been drawn already (``years``).

    Raises:
        Refusal: when calls are still waiting at the end though there is more staff than work.
    """
    variant = variant.with_values(rooms.assumptions)
    made = years(rooms, weeks, runs) if made is None else made
    teaming = Teaming.of(rooms, variant)
    load = load_of(rooms, variant, teaming)
    floor = floor_of(rooms, teaming)
    erlang = by_erlang(rooms, teaming, load)
    starts = np.where(teaming.open, np.maximum(floor, erlang), 0)
    calls = [run.calls for run in made]
    staff, judged, missed = confirmed(
        [rooms.standards[each] for each in rooms.services],
        teaming.team_of,
        starts,
        lambda staff: (played(rooms, variant, teaming, staff, made, workers), calls),
    )
    notes = []
    if missed:
        notes.append(
            f"{variant.name}: after {ROUNDS} rounds {missed} half-hours still miss their standard, for want of staff in the "
            "half-hours before or of calls enough to tell"
        )
    called = np.array(
        [
            load.calls[teaming.team_of[:, each], np.arange(HALF_HOURS)] > 0
            for each in range(len(rooms.services))
        ]
    )
    if untold := int((called & np.isnan(judged.level)).any(axis=0).sum()):
        notes.append(
            f"{variant.name}: {untold} half-hours have too few simulated 999 calls to tell, and keep Erlang's "
            "staff; play more runs"
        )
    raised = staff > starts
    if raised.any():
        team, half = np.unravel_index(int(np.argmax(staff - starts)), staff.shape)
        notes.append(
            f"{variant.name}: in {int(raised.sum())} of {int(teaming.open.sum())} half-hours the simulation asks for more than "
            f"Erlang, most on {DAYS[half // 48]} at {half // 2 % 24:02d}:{half % 2 * 30:02d} in {teaming.names[team]} "
            f"({staff[team, half]} for {starts[team, half]}): busy days, season and the "
            "half-hour before are not in Erlang's answer"
        )
    return Staffing(rooms, variant, teaming, load, floor, erlang, staff, judged, tuple(notes))


def staff_kept(now: Staffing, way: Variant) -> Staffing:
    """Put the present staff to work in another way: whoever answers for a service joins the team that then does.

    Dispatchers stay with their service, as every shipped way has them.
    """
    rooms = now.rooms
    way = way.with_values(rooms.assumptions)
    teaming = Teaming.of(rooms, way)
    staff = np.zeros((len(teaming.names), len(teaming.team_of)), np.int64)
    halves = np.arange(len(teaming.team_of))
    for service in range(len(rooms.services)):
        np.add.at(
            staff,
            (teaming.team_of[:, service], halves),
            now.confirmed[now.teaming.team_of[:, service], halves],
        )
    desks = None if now.desks is None else replace(now.desks, variant=way)
    return replace(now, variant=way, teaming=teaming, confirmed=staff, desks=desks)


def years(rooms: Rooms, weeks: int = 52, runs: int = 8) -> list[Drawn]:
    """Draw the calls of each run, once for every way of working."""
    return [drawn(rooms, rooms.arrivals(weeks, run), run) for run in range(runs)]


def played(
    rooms: Rooms,
    variant: Variant,
    teaming: Teaming,
    staff: Integers,
    made: Sequence[Drawn],
    workers: int = 1,
) -> list[Played]:
    """Play every run with the same staff; the same bytes, whatever the number of workers.

    Raises:
        Refusal: when a queue never empties: which team's, and what to do.
    """
    teams = teaming.staffed(rooms, variant, staff)
    found = side_by_side([(under(run, rooms, variant), teams) for run in made], workers)
    load = None
    for run, answers in zip(made, found, strict=True):
        waiting = (answers.answered < 0) & (answers.lost < 0)
        for service in np.unique(run.calls.service[waiting]):
            load = load or load_of(rooms, variant, teaming)
            count = int((run.calls.service[waiting] == service).sum())
            stop_at_a_queue(rooms, variant, int(service), teaming.team_of[:, service], load, staff, count)
    return found


def side_by_side(plays: Sequence[tuple[Calls, Teams]], workers: int) -> list[Played]:
    """Play each run's calls through its teams, in threads: the loop holds no lock, and the bytes are the same with one."""
    if workers == 1 or sum(len(calls.connected) for calls, _ in plays) < _FEW_CALLS:
        return [answer(*each) for each in plays]
    return list(Parallel(n_jobs=workers, prefer="threads")(delayed(answer)(*each) for each in plays))


def stop_at_a_queue(
    rooms: Rooms,
    variant: Variant,
    service: int,
    team: Integers,
    load: Load,
    staff: Integers,
    waiting: int,
    who: str = "handlers",
) -> None:
    """Stop at a queue that never empties; ``team`` is who is on duty for the service in each half-hour.

    Raises:
        Refusal: with the service, the half-hour of the week in which most are short, and by how many.
    """
    halves = np.arange(HALF_HOURS)
    asked, there = load.erlangs[team, halves], staff[team, halves]
    worst = int(np.argmax(asked - there))
    what, how_long = ("calls", "calls take") if who == "handlers" else ("records", "sending takes")
    raise Refusal(
        f"rooms: the queue of {what} of {rooms.services[service]} never empties under '{variant.name}': {waiting:,} still wait "
        f"when the last has come; on {DAYS[worst // 48]} at {worst // 2 % 24:02d}:{worst % 2 * 30:02d} they ask for "
        f"{asked[worst]:.1f} {who}' time and {there[worst]} are on duty, {max(asked[worst] - there[worst], 0):.1f} short; put "
        f"more on duty in that half-hour, or check how long {how_long}"
    )
