"""People's waits in a study: played once as the area is, and again for every option that moves who responds (§3, §5.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.settings import OwnTravel
from joinedup.compiling import processors
from joinedup.refusal import Refusal
from joinedup.response import Baseline
from joinedup.response.also_sending import Gone, gone_to, said_of
from joinedup.response.calibrating import Calibration, calibration
from joinedup.response.calling import Called
from joinedup.response.calling_drawn import called_in, drawing_with_calls
from joinedup.response.comparing import Waits, changes
from joinedup.response.covering import uncovered
from joinedup.response.inferring import inferred
from joinedup.response.outcomes import parquet
from joinedup.response.redrawing import Drawing, drawn_waits, one_by_one, waited
from joinedup.response.rooms import Rooms, shipped, staffed, with_dispatchers
from joinedup.response.rooms.staffing import staff_kept, years
from joinedup.response.standards import against, standards_of
from joinedup.study.answer_gate import CallsWaited, calls_waited, least_staff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from joinedup.area import Area, Change
    from joinedup.assumptions import Assumption
    from joinedup.response import Outcomes
    from joinedup.response.asking import Crew
    from joinedup.response.rooms import Staffing, Variant

RUNS = 10
"""How many times the period is played, unless a user asks for another number."""
_FEWEST_RUNS, _ENOUGH_JOBS = 3, 1_000_000
"""Luck evens out over jobs as over runs: where a run has many, a report plays fewer runs, of so many jobs in all."""
_RUNS_COMPARED, _MANY_JOBS = 3, 100_000
"""Each part of the days is played no more often than this, and once where jobs are many: the records' own chance is the
larger by far."""


def runs_for(jobs: int) -> int:
    """Say how many runs are enough for a report where a run has so many jobs.

    >>> runs_for(300), runs_for(200_000), runs_for(2_000_000)
    (10, 5, 3)
    """
    return min(RUNS, max(_FEWEST_RUNS, _ENOUGH_JOBS // max(jobs, 1)))


@dataclass(frozen=True, eq=False)
class Answered:
    """What was played with rooms that answer: separate ones first, then another way of working.

    ``clocks`` says by service from when its minutes run. ``standards`` holds each way to the standards; ``drawn`` is as ``table``
    of periods that were drawn instead of replayed, where they were.
    """

    staffings: tuple[Staffing, ...]
    outcomes: tuple[Outcomes, Outcomes]
    clocks: tuple[str, ...]
    notes: tuple[str, ...]
    standards: tuple[pl.DataFrame, pl.DataFrame]
    drawn: pl.DataFrame | None = None

    def as_parquet(self) -> bytes:
        """Give who went to what, run by run, in both ways as Parquet: the rows of ``Outcomes.rows`` after the column ``way``."""
        named = zip(self.staffings, self.outcomes, strict=True)
        parts = [
            each.rows.select(pl.lit(staffing.variant.name).alias("way"), pl.all()) for staffing, each in named
        ]
        return parquet(pl.concat(parts), self.outcomes[0].said)

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a service: incidents, and in minutes from connecting the call the means of both ways.

        Columns: service_id, incidents, answered and answered_then (until the call is answered, where the incident has one), told
        and told_then (until the first unit is told), first and first_then (until the first arrival), change (of that mean) and
        the 90th centiles most and most_then.
        """
        one, other = (_incidents(each) for each in self.outcomes)
        return _laid_beside(one, other, len(self.outcomes[0].runs))


def _incidents(outcomes: Outcomes) -> pl.DataFrame:
    """Give a row a run and incident: service_id and, in minutes, answered, told and first."""
    told = outcomes.table.group_by("run", "incident_id").agg(pl.col("told").min())
    came = outcomes.incidents.join(told, on=["run", "incident_id"], how="inner")
    return came.select("service_id", "answered", "told", "first")


def _laid_beside(one: pl.DataFrame, other: pl.DataFrame, periods: int) -> pl.DataFrame:
    """Sum up the incidents of two ways of working, played so many times."""
    parts = [
        each.group_by("service_id")
        .agg(
            (pl.len() / periods).alias(f"incidents{then}"),
            pl.col("answered").sort().mean().alias(f"answered{then}"),
            pl.col("told").sort().mean().alias(f"told{then}"),
            pl.col("first").sort().mean().alias(f"first{then}"),
            pl.col("first").quantile(0.9, interpolation="linear").alias(f"most{then}"),
        )
        .sort("service_id")
        for each, then in ((one, ""), (other, "_then"))
    ]
    change = (pl.col("first_then") - pl.col("first")).alias("change")
    return parts[0].join(parts[1], on="service_id", how="left").with_columns(change)


@dataclass(frozen=True, eq=False)
class Played:
    """The baseline of a study and what came of playing it; each part is worked out when it is first asked for.

    ``notes`` say what was inferred or left out.
    """

    area: Area
    baseline: Baseline
    outcomes: Outcomes
    needs: Mapping[str, frozenset[Crew]] | None
    folder: Path | None
    notes: tuple[str, ...]
    progress: Callable[[str], None]

    @classmethod
    def of(
        cls,
        area: Area,
        assumptions: Mapping[str, Assumption],
        *,
        needs: Mapping[str, frozenset[Crew]] | None = None,
        folder: Path | None = None,
        runs: int | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Played:
        """Fit a baseline to an area and play it; without a number of runs, as often as its jobs ask for.

        Raises:
            Refusal: when nothing can be played, with what to add.
        """
        progress("looking at what was asked for")
        known, said = inferred(area)
        if known.settings.travel != OwnTravel():
            progress("working out drives, which is kept for the next time")
        progress("loading the dispatch loop, which is compiled once on a machine")
        baseline = Baseline.of(known, assumptions, needs)
        runs = runs or runs_for(baseline.jobs.height)
        outcomes = baseline.played(runs=runs, workers=processors(), progress=progress)
        return cls(
            area, baseline, outcomes, needs, folder, (*said, *baseline.notes, *said_of(outcomes)), progress
        )

    @classmethod
    def if_possible(
        cls,
        area: Area,
        assumptions: Mapping[str, Assumption],
        needs: Mapping[str, frozenset[Crew]] | None,
        folder: Path | None,
        progress: Callable[[str], None],
    ) -> Played | str:
        """Play an area that says who went to what, or say why it cannot be played."""
        if area.table("attendances").is_empty():
            return "the study has no attendances, so that who goes to what cannot be told"
        try:
            return cls.of(area, assumptions, needs=needs, folder=folder, progress=progress)
        except Refusal as refusal:
            return str(refusal)

    @cached_property
    def standards(self) -> pl.DataFrame:
        """What was played and recorded beside the standards of the study's nation and date."""
        return self._held_to()

    @cached_property
    def standards_by(self) -> Mapping[str, pl.DataFrame]:
        """The same by hour of the day, by ground and by square of 1 km, as far as each has records enough."""
        return {each: self._held_to(each) for each in ("hour", "ground", "cell")}

    def _held_to(self, *by: str) -> pl.DataFrame:
        return against(self.outcomes, standards_of(self.area, self.folder), by, self.calibration)

    @cached_property
    def uncovered(self) -> pl.DataFrame:
        """How long each ground had nobody who could be there in time."""
        return uncovered(self.outcomes, self.baseline, standards_of(self.area, self.folder))

    @cached_property
    def calibration(self) -> Calibration | None:
        """The baseline beside what happened; None where no arrival was recorded."""
        if not self.outcomes.jobs["arrival"].count():
            return None
        return calibration(
            self.area,
            self.baseline.assumptions,
            self.needs,
            runs=min(len(self.outcomes.runs), _RUNS_COMPARED)
            if self.outcomes.jobs.height < _MANY_JOBS
            else 1,
            progress=self.progress,
        )

    @cached_property
    def waits(self) -> Waits:
        """When somebody first came to each incident, run by run."""
        return Waits.of(self.outcomes)

    @cached_property
    def arrivals(self) -> pl.DataFrame:
        """Give the first arrival at each incident to which somebody was to come: one row an incident, in order of ``waits``.

        Columns: incident_id, service_id, received_at, x, y, played (minutes, the mean over the runs; null where in some run
        nobody came) and recorded (minutes; null where no arrival is).
        """
        happened = self.outcomes.jobs.group_by("incident_id", maintain_order=True).agg(
            pl.col("received_at", "x", "y").first(), (pl.col("arrival").min() / 60_000).alias("recorded")
        )
        return (
            self.waits.incidents.select("incident_id", "service_id")
            .with_columns(pl.Series("played", self.waits.minutes.mean(axis=0)).fill_nan(None))
            .join(happened, on="incident_id", how="left", maintain_order="left")
        )

    def changed(self, change: Sequence[Change]) -> pl.DataFrame:
        """Play the area with some changes on the same calls and luck, and lay the waits beside those of the area as it is.

        Each set of changes is played once, for the safety gate and for the map of what it does.

        Raises:
            Refusal: when nobody is left to meet a need, or a queue never empties.
        """
        return self._with(change)[0]

    def gone(self, change: Sequence[Change]) -> tuple[Gone, ...]:
        """Say of each site whose crews some changes send besides what came of it, from the same playing as ``changed``.

        Raises:
            Refusal: when nobody is left to meet a need, or a queue never empties.
        """
        return self._with(change)[1]

    def _with(self, change: Sequence[Change]) -> tuple[pl.DataFrame, tuple[Gone, ...]]:
        key = tuple(change)
        if key not in self._played_before:
            # Units whose home was not in the study and was inferred keep it: an option moves what the study holds.
            after = self.baseline.played(
                self.baseline.area.changed(key), runs=len(self.outcomes.runs), workers=processors()
            )
            self._played_before[key] = (changes(self.waits, Waits.of(after)), gone_to(after))
        return self._played_before[key]

    def drawn(self) -> pl.DataFrame:
        """Draw as many periods as were replayed from the law of the calls, play them, and lay the waits beside the replay's.

        Raises:
            Refusal: when a queue never empties.
        """
        self.progress("fitting when calls come")
        periods = Drawing.of(self.baseline).played(
            len(self.outcomes.runs), waited, workers=processors(), progress=self.progress
        )
        return drawn_waits(periods, self.outcomes)

    def answered(self, variant: Variant, *, drawn: bool = False) -> Answered:
        """Play the same calls with rooms that answer under a way of working, beside separate rooms, on the same luck.

        Each way has the least staff that answers in time. With ``drawn`` as many periods as were replayed are also drawn from the
        law of the calls, those that become nothing included, and played in both ways.

        Raises:
            Refusal: when the study has no calls to play, or a queue never empties.
        """
        self.progress("fitting calls")
        rooms = Rooms.of(self.area, self.baseline.assumptions, self.folder)
        called = Called.of(self.baseline, rooms)
        made = years(rooms)
        workers = processors()
        staffings = []
        for way in (shipped()[0], variant):
            self.progress(f"staffing {way.name}")
            handlers = staffed(rooms, way, made=made, workers=workers)
            staffings.append(with_dispatchers(handlers, made, workers))
        runs = len(self.outcomes.runs)
        played = [
            called.played(each, staffings[0], runs=runs, workers=workers, progress=self.progress)
            for each in staffings
        ]
        held = standards_of(self.area, self.folder)
        one, other = (against(each, held, (), self.calibration) for each in played)
        found = Answered(tuple(staffings), (played[0], played[1]), called.clocks, rooms.notes, (one, other))
        if not drawn:
            return found
        drawing = drawing_with_calls(called)

        def kept(number: int) -> list[pl.DataFrame]:
            period = called_in(called, drawing, number)
            return [_incidents(period.played(each, staffings[0])) for each in staffings]

        periods = one_by_one(kept, runs, workers, self.progress)
        before, then = (pl.concat([each[way] for each in periods]) for way in (0, 1))
        return replace(found, drawn=_laid_beside(before, then, runs))

    @cached_property
    def rooms(self) -> Rooms | None:
        """The control rooms as they are; None where no service has calls or incidents with a time."""
        try:
            return Rooms.of(self.area, self.baseline.assumptions, self.folder)
        except Refusal:
            return None

    def calls_waited(self, partners: tuple[str, ...], way: Variant, *, frees_posts: bool) -> CallsWaited:
        """Play calls through the partners' rooms as they are and under a way of working, for the safety gate; worked out once.

        Where no post is freed the present staff goes on; else the least staff answers that is enough, as the money has it.

        Raises:
            Refusal: when a partner has no calls that could be played, or a queue never empties.
        """
        together = tuple(sorted(partners))
        if (together, way.name, frees_posts) not in self._answered_before:
            rooms = self.rooms
            if rooms is None or not set(partners) <= set(rooms.services):
                raise Refusal(
                    "calls: not every partner has calls, or incidents with a time; add tables/calls"
                )
            self.progress(f"playing calls with {way.name}")
            if together not in self._staffed_before:
                self._staffed_before[together] = least_staff(rooms.only(partners), shipped()[0])
            now = self._staffed_before[together]
            then = least_staff(now.rooms, way) if frees_posts else staff_kept(now, way)
            self._answered_before[together, way.name, frees_posts] = calls_waited(now, then)
        return self._answered_before[together, way.name, frees_posts]

    @cached_property
    def _played_before(self) -> dict[tuple[Change, ...], tuple[pl.DataFrame, tuple[Gone, ...]]]:
        return {}

    @cached_property
    def _staffed_before(self) -> dict[tuple[str, ...], Staffing]:
        return {}

    @cached_property
    def _answered_before(self) -> dict[tuple[tuple[str, ...], str, bool], CallsWaited]:
        return {}
