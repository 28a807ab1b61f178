"""A period played again: the jobs that were asked for, sent to the units of an area, on durations drawn run by run (§3.1).

What is fitted is fitted once, to the area as it is; a changed area is played on the same fits, jobs and draws, so that a
difference is the change's and not luck's (§3.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from joblib import Parallel, delayed

from joinedup.response.also_sending import with_also_sent
from joinedup.response.asking import asked
from joinedup.response.changing import with_changes
from joinedup.response.conveying import conveying
from joinedup.response.driven import at_a_road, driven, gathered, stands_of, within_reach
from joinedup.response.drives import drives
from joinedup.response.driving import Law, fitted_law, runs_from_home
from joinedup.response.durations import (
    BUSY,
    HANDLING,
    LEAST_RECORDS,
    TURNOUT,
    Placed,
    cells,
    shown,
)
from joinedup.response.outcomes import Outcomes, Run
from joinedup.response.playing import Drawn, World, played_once
from joinedup.response.rostering import Roster, roster, stop_at_unmet, unmet
from joinedup.travel import StraightLine, travel_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.response.also_sending import AlsoSent
    from joinedup.response.asking import Asked, Crew
    from joinedup.response.calling import Answering
    from joinedup.response.conveying import Conveying
    from joinedup.response.driven import Stands
    from joinedup.response.durations import Cells
    from joinedup.response.redrawing import Redrawn
    from joinedup.travel import Travel

_MINUTE = 60_000
_BANDS = 3
"""Short, middling and long: jobs by the drive of the unit that the rules would send, beside which drives are drawn apart."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """An area as it is, with everything that was fitted to it.

    ``steps`` are the cells of recorded durations by step, ``laws`` the law of travel by pool, ``bands`` whether each job's
    drive is short, middling or long (0, 1, 2), ``turnout`` the mean milliseconds of a crew by pool, service, kind and crew;
    ``way`` is the straight line, the roads or the table of drives that the study names, and ``conveyance`` what was fitted
    of taking patients to hospital, by pool, where the study names hospitals.
    """

    area: Area
    asked: Asked
    steps: Mapping[str, tuple[Cells, ...]]
    laws: Mapping[str, Law]
    bands: NDArray[np.int64]
    turnout: Mapping[tuple[str, ...], float]
    assumptions: Mapping[str, Assumption]
    notes: tuple[str, ...]
    way: Travel
    conveyance: Mapping[str, Conveying]
    answering: Answering | None = None
    """The rooms that answer calls, where they are played."""
    redrawn: Redrawn | None = None
    """Other calls than those that were recorded, where they are drawn."""
    also: AlsoSent | None = None
    """Where jobs of crews that are sent besides stand among the jobs, where some are."""

    @classmethod
    def of(
        cls,
        area: Area,
        assumptions: Mapping[str, Assumption],
        needs: Mapping[str, frozenset[Crew]] | None = None,
        *,
        without: Collection[date] = (),
        recorded: bool = True,
        lenient: bool = False,
    ) -> Baseline:
        """Fit everything to an area, leaving out the records of the days ``without``.

        ``needs`` is the study's own table of who meets what. With ``recorded`` false nothing is fitted, and every
        number is the declared one. ``lenient`` leaves out jobs that nobody can meet, in place of stopping at them.

        Raises:
            Refusal: when nothing can be played, with what to add.
        """
        way = travel_of(area, assumptions)
        held = within_reach(asked(area, needs), way)
        held = replace(held, jobs=with_changes(held.jobs))
        units = at_a_road(roster(area, held), way)
        if lenient:
            held = held.short_of(unmet(held, units))
        stop_at_unmet(held, units)
        records = held.jobs.filter(~pl.col("date").is_in(list(without)))
        if not recorded:
            records = records.head(0)
        kept = replace(held, jobs=records, notes=())
        runs = runs_from_home(kept, units.units)
        declared = StraightLine.of(assumptions)
        laws = {pool: fitted_law(pool, runs, declared) for pool in sorted(set(held.pools.values()))}
        notes = [*held.notes, *units.notes]
        if not isinstance(way, StraightLine):
            laws = {pool: _driven(law, area, held, runs, way) for pool, law in laws.items()}
            notes += gathered(held.jobs["x"].to_numpy(), held.jobs["y"].to_numpy())
        conveyance = {}
        for pool, law in laws.items():
            elsewhere = [need for need, its in held.pools.items() if its != pool]
            made = conveying(area, kept.short_of(elsewhere), law.driven or law.travel)
            if made is not None:
                conveyance[pool] = made
                notes += made.notes
        turnout, beside = _turnout(runs, units, assumptions)
        first, others = pl.col("ordinal") == 0, pl.col("ordinal") > 0
        steps = {
            "handled": cells("handled", records.filter(first)),
            "later": cells("later", records.filter(others)),
            "stood": cells("stood", records),
            "turned_out": cells("turned_out", beside),
            "busy": cells("busy", records),
            "about": (),
        }
        bands = np.zeros(held.jobs.height, np.int64)
        found = cls(area, held, steps, laws, bands, turnout, assumptions, tuple(notes), way, conveyance)
        return found._beside_the_law(units, without) if recorded else found

    def _beside_the_law(self, units: Roster, without: Collection[date]) -> Baseline:
        """Add what recorded drives took beside the law's drive of the unit that the rules would have sent.

        So it holds what the law leaves and also that the nearest is not always the one that is sent: it is on the road, or
        somebody knew better. Attendances of a unit that was still at another job are left out.
        """
        bands = self.bands.copy()
        steps = Drawn(self, self.area.settings.seed, -1)
        parts = []
        for world in (World(self, self.area, units, pool) for pool, law in self.laws.items() if law.runs):
            order, answer = world.sent(steps.ready, None, steps.busy, kept=~world.jobs["overlaps"].to_numpy())
            drive = answer.arrived - answer.assigned + world.beside[order]
            # By the drive itself: the nearest is not always free, and what is drawn beside a long drive is less.
            played = world.law.travel.minutes(world.nearest()) * _MINUTE
            played[order[answer.served]] = drive[answer.served]
            edges = np.quantile(played, np.arange(1, _BANDS) / _BANDS)
            bands[world.rows] = np.searchsorted(edges, played, side="right")
            parts.append(
                world.jobs.with_columns(pl.Series("band", bands[world.rows]))[order]
                .with_columns((pl.col("drove") - pl.Series(drive)).alias("about"))
                .filter(pl.Series(answer.served) & ~pl.col("date").is_in(list(without)))
            )
        about = cells("about", pl.concat(parts)) if parts else ()
        return replace(self, steps={**self.steps, "about": about}, bands=bands)

    @property
    def fits(self) -> pl.DataFrame:
        """What was fitted, cell by cell, with its records and how far a lognormal would be off."""
        return pl.concat([shown(self.steps), *(each.fits for each in self.conveyance.values())])

    @property
    def travel(self) -> tuple[str, ...]:
        """What the drives of each pool rest on, by name."""
        return tuple(law.said for law in self.laws.values())

    @cached_property
    def jobs(self) -> pl.DataFrame:
        """The jobs with their pool, the kind of their service and their ground: its nearest station in this area."""
        if self.redrawn is not None:
            return self.redrawn.jobs
        pools = self.asked.pools
        kinds = {each: self.area.kind_of(each) for each in self.area.services}
        return self.asked.jobs.with_columns(
            pl.col("need").replace_strict(pools, return_dtype=pl.String).alias("pool"),
            pl.col("service_id").replace_strict(kinds, return_dtype=pl.String).alias("service_kind"),
        ).join(
            drives(self.area, self.way).select("incident_id", "ground"),
            on="incident_id",
            how="left",
            maintain_order="left",
        )

    @cached_property
    def stands(self) -> Stands:
        """The places at which a table of drives has the jobs."""
        if self.redrawn is not None:
            return self.redrawn.stands
        return stands_of(self.jobs["x"].to_numpy(), self.jobs["y"].to_numpy())

    def placed(self, step: str) -> Placed:
        """Say where each job finds the records of a step, looked up once: every run and every changed area has the same."""
        if step not in self._placed:
            jobs = self.jobs.with_columns(pl.Series("band", self.bands)) if step == "about" else self.jobs
            if self.also is None:
                self._placed[step] = Placed.of(self.steps[step], jobs)
            else:
                extra = self.also.extra
                others = Placed.of(self.steps[step], jobs.filter(pl.Series(extra)))
                self._placed[step] = self.also.of.placed(step).at(self.also.like).with_others(extra, others)
        return self._placed[step]

    @cached_property
    def _placed(self) -> dict[str, Placed]:
        return {}

    @cached_property
    def names(self) -> NDArray[np.uint64]:
        """Give each job the number that its own draws hang on; shape (jobs,)."""
        if self.also is None:
            return self.asked.names
        names = self.also.of.names[self.also.like]
        extra = self.also.extra
        names[extra] = replace(self.asked, jobs=self.asked.jobs.filter(pl.Series(extra))).names
        return names

    @cached_property
    def incident_names(self) -> NDArray[np.uint64]:
        """Give each job the number of its incident, for the draws that its jobs share; shape (jobs,)."""
        if self.also is not None:
            return self.also.of.incident_names[self.also.like]
        return self.asked.incident_names

    def declared(self, step: str) -> NDArray[np.int64]:
        """Give the declared ms of a step for each job, by the kind of its service."""
        minutes = {
            kind: round(self.assumptions[each.name].central * _MINUTE)
            for kind, each in {"handling": HANDLING, "busy": BUSY}[step].items()
        }
        return self.jobs["service_kind"].replace_strict(minutes, return_dtype=pl.Int64).to_numpy()

    def played(
        self,
        area: Area | None = None,
        *,
        runs: int = 1,
        workers: int = 1,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Outcomes:
        """Play the period in this area, or in a changed one, so many times.

        The same seed gives the same bytes, whatever the number of workers. A run is a draw of every duration; run 0 of
        every number of runs is the same.

        Raises:
            Refusal: when nobody meets a need, or a queue never empties: which, when, and how many units short.
        """
        area = area or self.area
        units = at_a_road(roster(area, self.asked), self.way)
        stop_at_unmet(self.asked, units)
        progress("laying out who can be sent; the dispatch loop is compiled once on a machine")
        its = with_also_sent(self, area, units)
        worlds = [World(its, area, units, pool) for pool in its.laws]
        made: list[Run] = []
        seed = area.settings.seed
        # Threads and not processes: the compiled loops hold no lock, so that runs go on side by side, and jobs are held once and
        # not copied to each worker. Batches, so that a person can stop it and see how far it is.
        size = max(workers, 1)
        for start in range(0, runs, size):
            numbers = range(start, min(start + size, runs))
            if size == 1:
                made += [played_once(its, worlds, seed, number) for number in numbers]
            else:
                made += Parallel(n_jobs=size, prefer="threads")(
                    delayed(played_once)(its, worlds, seed, number) for number in numbers
                )
            progress(f"playing run {len(made)} of {runs}")
        monday, besides = its.asked.monday, its.asked.besides
        return Outcomes(area, its.jobs, units.units, units.on, tuple(made), monday, self.travel, besides)


def _driven(law: Law, area: Area, held: Asked, runs: pl.DataFrame, way: Travel) -> Law:
    """Lay roads or a table of drives over the law of one pool, as the service drives that has most of its jobs."""
    mine = held.jobs.filter(pl.col("need").replace_strict(held.pools, return_dtype=pl.String) == law.pool)
    most = mine.group_by("service_id").len().sort("len", "service_id", descending=[True, False])
    found = driven(law.pool, runs, way, area.kind_of(str(most["service_id"][0])))
    return replace(law, runs=found.runs, driven=found)


def _turnout(
    runs: pl.DataFrame, units: Roster, assumptions: Mapping[str, Assumption]
) -> tuple[dict[tuple[str, ...], float], pl.DataFrame]:
    """Give each crew's mean turnout in ms, recorded or declared, and each record beside the quickest crew of its pool."""
    keys = ("pool", "service_id", "kind", "crew")
    named = runs.select(
        "pool", pl.col("unit_service").alias("service_id"), "kind", "crew", "need", "part", "turned_out"
    ).drop_nulls("turned_out")
    counted = named.group_by(keys).agg(pl.len().alias("count"), pl.col("turned_out").sort().mean())
    recorded = {
        row[:4]: float(row[5])
        for row in counted.select(*keys, "count", "turned_out").iter_rows()
        if row[4] >= LEAST_RECORDS
    }
    mean: dict[tuple[str, ...], float] = {}
    for crew in units.units.select(keys).unique().sort(keys).iter_rows():
        declared = TURNOUT.get(crew[3], TURNOUT["wholetime"])
        mean[crew] = recorded.get(crew, assumptions[declared.name].central * _MINUTE)
    quickest = {
        pool: min(each for crew, each in mean.items() if crew[0] == pool)
        for pool in {crew[0] for crew in mean}
    }
    slower = pl.DataFrame(
        [(*crew, each - quickest[crew[0]]) for crew, each in mean.items() if crew in recorded],
        schema=dict.fromkeys(keys, pl.String) | {"slower": pl.Float64},
        orient="row",
    )
    beside = named.join(slower, on=list(keys), how="inner").with_columns(
        (pl.col("turned_out") - pl.col("slower")).clip(0).round().cast(pl.Int64)
    )
    return mean, beside
