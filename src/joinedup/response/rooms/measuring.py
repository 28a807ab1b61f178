"""The control rooms of an area as they are: who calls, how long calls take, what is passed on, and which answer is owed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.refusal import Refusal
from joinedup.response.durations import LEAST_RECORDS
from joinedup.response.rooms import declared
from joinedup.response.rooms.arrivals import Arrivals, Line, Pattern, Seen, replayed
from joinedup.response.rooms.lengths import laid_down, took
from joinedup.response.rooms.sending import send_themselves, sending_of, sent_after
from joinedup.response.standards import ANSWER, OWN, Standard, standards_from, standards_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_PUBLIC = pl.col("kind").is_null() | (pl.col("kind") != "passed")
_LOCAL = pl.col("at").dt.replace_time_zone(None)


@dataclass(frozen=True, eq=False)
class Rooms:
    """The rooms of an area: one for each service, with what was measured or declared of it.

    ``talk`` holds for each line the ms that its calls take, sorted, to draw from; ``log`` the same for calls passed to a service,
    None where they were not recorded. ``passed`` has shape (lines, services): the share of a line's calls passed to each.
    ``posts`` is the established strength (full-time equivalents) of each service's control, None where not recorded. ``load`` is
    how many calls there are beside those that were measured. ``counted`` and ``timed`` name the assumption from which a line's
    number of calls and their length were taken, None where they were recorded. ``sent`` is the share of a line's calls after
    which crews are sent, ``sending`` the ms that sending them takes for each service, sorted, to draw from; ``themselves`` are
    the services in whose rooms whoever answers sends them too.
    """

    services: tuple[str, ...]
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    pattern: Pattern
    talk: tuple[Integers, ...]
    log: tuple[Integers | None, ...]
    passed: Floats
    standards: Mapping[str, Standard]
    posts: Mapping[str, float | None]
    monday: date
    seed: int
    assumptions: Mapping[str, Assumption]
    counted: tuple[Assumption | None, ...]
    timed: tuple[Assumption | None, ...]
    notes: tuple[str, ...]
    sent: Mapping[Line, float]
    sending: Mapping[str, Integers]
    themselves: frozenset[str]
    load: float = 1.0
    recorded: Arrivals | None = None
    """The calls as they came, on the clock of ``monday``, where every service has them."""

    @classmethod
    def of(cls, area: Area, assumptions: Mapping[str, Assumption], folder: Path | None = None) -> Rooms:
        """Measure the rooms of an area; ``folder`` is the study's, for standards of its own.

        Where there are no calls, they are taken from incidents and declared numbers, and ``notes`` say so.

        Raises:
            Refusal: when no service has calls or incidents with a time.
        """
        assumptions = {each.name: each for each in declared.ASSUMPTIONS} | dict(assumptions)
        notes: list[str] = []
        measured = []
        for service in area.services:
            found = _calls(area, service) or _incidents(area, service, assumptions, notes)
            if found is None:
                notes.append(f"{service} is left out: it has neither calls nor incidents with a time")
            else:
                measured.append(found)
        if not measured:
            raise Refusal(
                "calls: no service has calls or incidents with a time; add tables/calls with service_id, connected_at, "
                "answered_at, ended_at and kind"
            )
        services = tuple(each.service for each in measured)
        rooms = area.table("control_rooms")
        names = {}
        for service in services:
            own = rooms.filter(pl.col("service_id") == service).sort("room_id")
            names[service] = own["name"][0] if own.height else f"{area.name_of(service)} control"
            if own.height > 1:
                notes.append(
                    f"{service} has {own.height} rooms, which are played as one: they share their lines"
                )
            if not own.height:
                notes.append(f"{service} has no row in control_rooms: one room is taken for granted")
        lines = [line for each in measured for line in each.lines]
        talk = [long for each in measured for long in each.talk(area, assumptions, notes)]
        log = tuple(_log(area, each) for each in services)
        if lacking := [each for each, found in zip(services, log, strict=True) if found is None]:
            notes.append(
                f"how long a passed call takes in the room of {', '.join(lacking)} is declared, not recorded"
            )
        last = max(seen.first + timedelta(seen.days - 1) for each in measured for seen in each.seen)
        pattern = Pattern.fitted(lines, [seen for each in measured for seen in each.seen])
        scaled = np.array([1.0 if it is None else it.central for each in measured for it in each.counted])
        passed = np.array(
            [share for each in measured for share in each.passed(area, services, assumptions, notes)]
        )
        sent: dict[Line, float] = {}
        for each in measured:
            sent |= sent_after(each.lines, each.table, each.counted, assumptions, notes)
        themselves = send_themselves(area, services, notes)
        return cls(
            services,
            {each: area.kind_of(each) for each in services},
            names,
            replace(pattern, hourly=pattern.hourly * scaled[:, None]),
            tuple(long for long, _ in talk),
            log,
            passed.reshape(len(lines), len(services)),
            {each: _standard(area, each, folder, last, notes) for each in services},
            {each: _posts(area, each) for each in services},
            min(_monday(seen.first) for each in measured for seen in each.seen),
            area.settings.seed,
            assumptions,
            tuple(counted for each in measured for counted in each.counted),
            tuple(timed for _, timed in talk),
            tuple(notes),
            sent,
            sending_of(area, services, assumptions),
            themselves,
            assumptions[declared.LOAD.name].central,
            _replay(measured) if all(each.named for each in measured) else None,
        )

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are answered, in the order of every array."""
        return self.pattern.lines

    @property
    def hourly(self) -> Floats:
        """Calls an hour of each line and hour of the week that are staffed for; shape (lines, 168)."""
        return self.pattern.hourly * self.load

    def only(self, partners: Sequence[str]) -> Rooms:
        """Give the rooms of these services alone; what they pass to others and are passed by them is left out."""
        services = [each for each, name in enumerate(self.services) if name in partners]
        lines = [row for row, line in enumerate(self.lines) if line.service in partners]
        pattern, recorded = self.pattern, self.recorded
        if recorded is not None:
            mine = np.isin(recorded.line, lines)
            line = np.searchsorted(lines, recorded.line[mine])
            recorded = Arrivals(line, recorded.moment[mine], recorded.name[mine])
        return replace(
            self,
            services=tuple(self.services[each] for each in services),
            pattern=Pattern(
                tuple(self.lines[row] for row in lines),
                pattern.hourly[lines],
                pattern.season[lines],
                pattern.surge[lines],
                pattern.together[np.ix_(lines, lines)],
            ),
            talk=tuple(self.talk[row] for row in lines),
            log=tuple(self.log[each] for each in services),
            passed=self.passed[np.ix_(lines, services)],
            counted=tuple(self.counted[row] for row in lines),
            timed=tuple(self.timed[row] for row in lines),
            themselves=self.themselves & set(partners),
            recorded=recorded,
        )

    def central(self, assumption: Assumption) -> float:
        """Give the central value of an assumption, the study's own where it has one."""
        return self.assumptions.get(assumption.name, assumption).central

    def arrivals(self, weeks: int, run: int) -> Arrivals:
        """Draw the calls of so many weeks from the Monday on which the study begins."""
        return replace(self.pattern, hourly=self.hourly).made(self.monday, weeks, self.seed, run)


class _Measured:
    """One service's lines: what was recorded of them, or what stands in for it."""

    def __init__(
        self,
        service: str,
        lines: list[Line],
        seen: list[Seen],
        counted: Sequence[Assumption | None],
        table: pl.DataFrame,
    ) -> None:
        self.service, self.lines, self.seen, self.counted, self.table = service, lines, seen, counted, table
        self.named = "call_id" in table.columns

    def talk(
        self, area: Area, assumptions: Mapping[str, Assumption], notes: list[str]
    ) -> list[tuple[Integers, Assumption | None]]:
        """Give the sorted ms of calls of each line, recorded where there are enough, else with what they were taken from."""
        kind = area.kind_of(self.service)
        found: list[tuple[Integers, Assumption | None]] = []
        for line in self.lines:
            if self.named:
                long = took(self.table.filter(pl.col("urgent") == line.urgent))
                if len(long) >= LEAST_RECORDS:
                    found.append((long, None))
                    continue
                notes.append(f"how long calls take is declared, not recorded: {line.said}")
            mean = assumptions[(declared.URGENT_TALK if line.urgent else declared.OTHER_TALK)[kind].name]
            found.append((laid_down(mean.central, assumptions[declared.TALK_SPREAD.name].central), mean))
        return found

    def passed(
        self,
        area: Area,
        services: tuple[str, ...],
        assumptions: Mapping[str, Assumption],
        notes: list[str],
    ) -> list[list[float]]:
        """Give the share of each line's calls that are passed to each service."""
        shares = []
        others = [each for each in services if each != self.service]
        for line in self.lines:
            rows = self.table.filter(pl.col("urgent") == line.urgent) if self.named else self.table
            wanted = dict.fromkeys(services, 0.0)
            if self.named and self.table["passed_to"].count():
                for other in others:
                    wanted[other] = float(
                        rows["passed_to"].is_in([other, area.kind_of(other)]).sum() / max(rows.height, 1)
                    )
            elif not self.named and rows["other_service_requested"].count() and line.urgent:
                # One call of an incident is passed on, however many there are.
                calls = self.counted[0].central if self.counted[0] else 1.0
                asked = rows["other_service_requested"].drop_nulls().str.split(";")
                for other in others:
                    named = asked.list.eval(pl.element().str.strip_chars()).list
                    hit = named.contains(other) | named.contains(area.kind_of(other))
                    wanted[other] = float(hit.mean() or 0.0) / calls  # type: ignore[arg-type] # of booleans
            elif line.urgent and others:
                share = assumptions[declared.PASSED.name].central
                notes.append(f"how many calls {self.service} passes on is declared, not recorded")
                wanted = {each: share / len(others) if each in others else 0.0 for each in services}
            total = sum(wanted.values())
            shares.append([wanted[each] / max(total, 1.0) for each in services])
        return shares


def _calls(area: Area, service: str) -> _Measured | None:
    table = (
        area.table("calls")
        .filter((pl.col("service_id") == service) & pl.col("connected_at").is_not_null() & _PUBLIC)
        .sort("call_id")
        .with_columns(
            pl.col("connected_at").alias("at"),
            (pl.col("kind") == "999").fill_null(value=False).alias("urgent"),
        )
    )
    if table.is_empty():
        return None
    first, days = _period(area, table)
    lines = [Line(service, urgent) for urgent in (True, False) if (table["urgent"] == urgent).any()]
    seen = [
        Seen(_moments(table.filter(pl.col("urgent") == each.urgent), first), first, days) for each in lines
    ]
    return _Measured(service, lines, seen, [None] * len(lines), table)


def _incidents(
    area: Area, service: str, assumptions: Mapping[str, Assumption], notes: list[str]
) -> _Measured | None:
    table = (
        area.table("incidents")
        .filter((pl.col("service_id") == service) & pl.col("received_at").is_not_null())
        .sort("incident_id")
        .with_columns(pl.col("received_at").alias("at"))
    )
    if table.is_empty():
        return None
    kind = area.kind_of(service)
    urgent, other = (assumptions[each[kind].name] for each in (declared.URGENT_CALLS, declared.OTHER_CALLS))
    notes.append(
        f"{service} has no calls: {urgent.central:g} by 999 and {other.central:g} others are taken for each incident, and how "
        "long they take is declared"
    )
    first, days = _period(area, table)
    seen = Seen(_moments(table, first), first, days)
    return _Measured(
        service, [Line(service, True), Line(service, False)], [seen, seen], [urgent, other], table
    )


def _period(area: Area, table: pl.DataFrame) -> tuple[date, int]:
    """Give the first day and the whole days of a record: the study's period where the record fills most of it."""
    first, last = (
        date.fromisoformat(str(each))
        for each in table.select(_LOCAL.dt.date().min().alias("a"), _LOCAL.dt.date().max().alias("b")).row(0)
    )
    period = area.settings.period
    if period and (last - first).days >= 0.8 * (period[1] - period[0]).days:
        first, last = period
    return first, (last - first).days + 1


def _monday(first: date) -> date:
    return first - timedelta(first.weekday())


def _moments(table: pl.DataFrame, first: date) -> Integers:
    since: datetime | date = _monday(first)
    return (
        table.select((_LOCAL - pl.lit(since).cast(pl.Datetime("us"))).dt.total_milliseconds())
        .to_series()
        .sort()
        .to_numpy()
        .astype(np.int64)
    )


def _log(area: Area, service: str) -> Integers | None:
    long = took(area.table("calls").filter((pl.col("service_id") == service) & (pl.col("kind") == "passed")))
    return long if len(long) >= LEAST_RECORDS else None


def _standard(area: Area, service: str, folder: Path | None, on: date, notes: list[str]) -> Standard:
    """Give the answer standard that a service owes on a day: its own, the nation's, or what is usual, which the notes say."""
    kind = area.kind_of(service)
    owed = [
        each
        for each in standards_of(area, folder)
        if each.clock == ANSWER
        and each.measure != OWN
        and each.holds_for(service, kind)
        and each.starts <= on <= (each.ends or on)
    ]
    if owed:
        return owed[-1]
    text = files("joinedup.response.rooms").joinpath("usual_answer_standards.toml").read_text("utf-8")
    usual = next(
        each for each in standards_from(text, "usual_answer_standards.toml") if each.holds_for(service, kind)
    )
    notes.append(f"no answer standard is held for {service}: '{usual.name}' is taken ({usual.source})")
    return usual


def _posts(area: Area, service: str) -> float | None:
    own = area.table("posts").filter((pl.col("service_id") == service) & (pl.col("function") == "control"))
    return float(own["fte"].sort().sum()) if own["fte"].count() else None


def _replay(measured: list[_Measured]) -> Arrivals:
    """Put the recorded calls of every service on the clock of the first Monday."""
    start = min(_monday(seen.first) for each in measured for seen in each.seen)
    rows = []
    for each in measured:
        for line in each.lines:
            mine = each.table.filter(pl.col("urgent") == line.urgent)
            since = pl.lit(start).cast(pl.Datetime("us"))
            moments = mine.select((_LOCAL - since).dt.total_milliseconds()).to_series().to_numpy()
            rows.append((line, moments.astype(np.int64), mine["call_id"].to_list()))
    return replayed(rows)
