"""The safety gate of an option that changes how calls are answered: how soon rooms answer, pass calls on, tell crews (§5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.appraisal import Gate, Outcome, judge
from joinedup.compiling import processors
from joinedup.options.digital_incident_message import KIND as MESSAGE
from joinedup.options.shared_control_room import KIND as SHARED
from joinedup.options.shared_control_room import WAYS
from joinedup.response.calling import told_by
from joinedup.response.rooms import shipped, staffed, with_dispatchers
from joinedup.response.rooms.drawing import drawn
from joinedup.response.rooms.staffing import years

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from joinedup.appraisal import Judged
    from joinedup.area import Area
    from joinedup.options import Option
    from joinedup.response.rooms import Rooms, Staffing, Variant

    Floats = NDArray[np.float64]

RUNS, _MOST_WEEKS, _FEWEST_WEEKS, _ENOUGH_TO_STAFF = 2, 52, 8, 500_000
"""The staff that answers in time is found on so many runs of a year, or of fewer weeks where these have enough calls."""
_WEEKS_DRAWN = 26
_MOST_RUNS, _FEWEST_RUNS, _ENOUGH_CALLS = 10, 3, 1_000_000
"""Luck evens out over calls as over runs: where there are many, they are played less often."""
ANSWERED = "999 calls after which nobody is sent, until answered"
TOLD = "calls after which crews are sent, until they are told"
PASSED = "calls passed to it, until crews are told"
_MINUTE = 60_000


@dataclass(frozen=True)
class AnsweredGate(Gate):
    """A judgement on how soon calls are answered and crews told, and not on how soon anybody arrives."""

    runs: int = 1

    @property
    def to_response(self) -> tuple[Judged, ...]:
        """Give the groups of calls after which crews are sent: a minute until they are told is one until they come."""
        return tuple(row for row in self.rows if row.category in (TOLD, PASSED))

    @property
    def counted(self) -> str:
        """Say what those groups count, in words."""
        return "calls after which crews are sent, until they are told"


@dataclass(frozen=True, eq=False)
class CallsWaited:
    """What calls wait with the rooms as they are and under a way of working, call by call.

    ``table`` is as the safety gate wants it: service_id, category (what is waited for), ground (empty), before and after
    (minutes, the mean over the ``runs``) and between_runs. ``recorded`` says whether the calls are those that came,
    ``same_staff`` whether as many people are on duty in every half-hour of both.
    """

    way: str
    table: pl.DataFrame
    runs: int
    recorded: bool
    same_staff: bool


def way_of(option: Option) -> Variant | None:
    """Give the way in which an option has rooms work together; None where they answer as they do."""
    name = None
    if option.kind == MESSAGE.name:
        name = "digital incident message"
    elif option.kind == SHARED.name and (named := WAYS.get(str(option.facts["way"]))) is not None:
        name = named.variant
    return next((each for each in shipped() if each.name == name), None)


def frees_posts(option: Option) -> bool:
    """Say whether an option counts on another number of people in the rooms, fewer or more: else all of them stay."""
    return bool(option.facts.get("posts_freed"))


def least_staff(rooms: Rooms, way: Variant) -> Staffing:
    """Give the least handlers and dispatchers who answer and send in time under a way of working.

    Raises:
        Refusal: when a queue never empties.
    """
    weeks = int(np.clip(_ENOUGH_TO_STAFF // (RUNS * rooms.hourly.sum()), _FEWEST_WEEKS, _MOST_WEEKS))
    made, workers = years(rooms, weeks, RUNS), processors()
    return with_dispatchers(staffed(rooms, way, made=made, workers=workers), made, workers)


def calls_waited(now: Staffing, then: Staffing) -> CallsWaited:
    """Play the same calls through the rooms as they are and under another way of working.

    The calls are the recorded ones, else half a year of drawn ones; which of them are passed on and ask for crews is the same
    in every run. A caller who is never answered is taken to wait until giving up for the last time.

    Raises:
        Refusal: when a queue never empties.
    """
    rooms = now.rooms
    calls = rooms.recorded or rooms.arrivals(_WEEKS_DRAWN, 0)
    count = len(calls.moment)
    runs = int(np.clip(_ENOUGH_CALLS // max(count, 1), _FEWEST_RUNS, _MOST_RUNS))
    # Waits of each call for its own service, and for the one that it is passed to: sums over the runs and of squares.
    own, there = _Sums(count), _Sums(count)
    for run in range(runs):
        luck = drawn(rooms, calls, run, asked_as_in=0)
        one, other = (told_by(rooms, each, luck) for each in (now, then))
        waited = [
            np.where(each.played.answered >= 0, each.played.answered, each.played.lost) - each.calls.connected
            for each in (one, other)
        ]
        known = (one.own >= 0) & (other.own >= 0)
        spans = [np.where(known, each.own - each.played.answered, 0) for each in (one, other)]
        own.add(waited[0] + spans[0], waited[1] + spans[1], np.ones(count, np.bool_))
        known = (one.there >= 0) & (other.there >= 0)
        there.add(one.there - one.played.passed, other.there - other.played.passed, known)
    luck = drawn(rooms, calls, 0)
    urgent, sent = luck.calls.priority == 0, luck.sent
    parts = [
        own.rows(rooms, luck.calls.service, urgent & ~sent, ANSWERED),
        own.rows(rooms, luck.calls.service, sent, TOLD),
        there.rows(rooms, luck.calls.passed_to, luck.calls.passed_to >= 0, PASSED),
    ]
    on_duty = [
        (each.confirmed, each.desks.confirmed if each.desks else each.confirmed[:0]) for each in (now, then)
    ]
    same = all(
        np.array_equal(one.sum(axis=0), other.sum(axis=0)) for one, other in zip(*on_duty, strict=True)
    )
    return CallsWaited(then.variant.name, pl.concat(parts), runs, rooms.recorded is not None, same)


class _Sums:
    """The waits of each call before and after, added up over the runs in which both are known."""

    def __init__(self, count: int) -> None:
        self.known = np.zeros(count)
        self.before, self.after, self.change, self.squares = (np.zeros(count) for _ in range(4))

    def add(self, before: NDArray[np.int64], after: NDArray[np.int64], known: NDArray[np.bool_]) -> None:
        """Add one run, in ms."""
        one, other = (np.where(known, each / _MINUTE, 0.0) for each in (before, after))
        self.known += known
        self.before += one
        self.after += other
        self.change += other - one
        self.squares += (other - one) ** 2

    def rows(
        self, rooms: Rooms, service: NDArray[np.int64], kept: NDArray[np.bool_], what: str
    ) -> pl.DataFrame:
        """Give a row for each call that is kept and was known in some run."""
        here = np.flatnonzero(kept & (self.known > 0))
        runs = self.known[here]
        mean = self.change[here] / runs
        with np.errstate(divide="ignore", invalid="ignore"):
            luck = np.maximum(self.squares[here] - runs * mean**2, 0) / (runs - 1)
        names = np.array(rooms.services, dtype=np.object_)[service[here]]
        return pl.DataFrame(
            {
                "service_id": pl.Series(names, dtype=pl.String),
                "category": pl.Series([what], dtype=pl.String).new_from_index(0, len(here)),
                "ground": pl.Series([""], dtype=pl.String).new_from_index(0, len(here)),
                "before": self.before[here] / runs,
                "after": self.after[here] / runs,
                "between_runs": pl.Series(luck).fill_nan(None),
            }
        )


def answer_gate(area: Area, option: Option, waited: CallsWaited) -> Gate:
    """Judge how soon the partners' rooms would answer, and have crews told, by the answering tolerances on record."""
    settings = area.settings
    judged = judge(
        waited.table, settings.tolerances, option.partners, settings.results_seen_on, waited.runs, of="call"
    )
    which = "the recorded calls" if waited.recorded else "calls drawn from the study's own pattern"
    staff = (
        "as many people on duty in both"
        if waited.same_staff
        else "each with the least staff that answers in time"
    )
    basis = (
        f"how soon calls are answered and crews told, {which} played {waited.runs} times in the rooms as they are and with "
        f"{waited.way}, {staff}"
    )
    return AnsweredGate(judged.rows, judged.outcome, basis, waited.runs)


_SEVERITY = (Outcome.FAIL, Outcome.CANNOT_TELL, Outcome.PASS)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Give the worst of several judgements: a pass where there is none."""
    return min(outcomes, key=_SEVERITY.index, default=Outcome.PASS)


def apart(judged: Sequence[tuple[Option, Outcome]]) -> Outcome:
    """Judge options that move nobody who responds as a set, each by its own gate: the worst of these.

    Where two of them change how the calls of one service are answered, each was played without the other, so that nobody can
    tell what callers would wait with both.
    """
    found = worst(outcome for _, outcome in judged)
    rooms = [partner for option, _ in judged if way_of(option) is not None for partner in option.partners]
    return worst([found, Outcome.CANNOT_TELL]) if len(set(rooms)) < len(rooms) else found
