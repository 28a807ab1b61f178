"""One pool of units and jobs, played once: what does not change from run to run, what is drawn, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.refusal import Refusal
from joinedup.response.also_sending import ROUNDS, on_duty
from joinedup.response.arranging import arranged, standby_places
from joinedup.response.dispatching import NOT_CONVEYED, Changes, Jobs, Sites, Units, dispatch
from joinedup.response.driven import beside, table, unnamed
from joinedup.response.durations import TURNOUT, chances
from joinedup.response.outcomes import HOURS_OF_WEEK, Run
from joinedup.response.queueing import Asking, stop_at_an_overflow
from joinedup.response.rostering import Roster, able

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.conveying import Conveyed
    from joinedup.response.dispatching import Dispatched
    from joinedup.response.replaying import Baseline

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000


class World:
    """One pool of units and jobs, ready to be played: what does not change from run to run."""

    def __init__(self, baseline: Baseline, area: Area, units: Roster, pool: str) -> None:
        law = baseline.laws[pool]
        self.pool = pool
        self.law = law
        self.rows = np.flatnonzero((baseline.jobs["pool"] == pool).to_numpy())
        means = turnouts(baseline, units.units)
        here = np.flatnonzero((units.units["pool"] == pool).to_numpy())
        # Of equal drives the first by row goes: a crew that sets off at once before one on call, and then by unit_id.
        here = here[np.argsort(means[here], kind="stable")]
        self.unit_rows = here.astype(np.int32)
        mine, means = Roster(units.units[here], units.on[here], ()), means[here]
        jobs = baseline.jobs.filter(pl.col("pool") == pool)
        needs = sorted(need for need, its in baseline.asked.pools.items() if its == pool)
        standby = standby_places(area, mine.units, baseline.way)
        places = pl.concat([mine.units.select("x", "y"), standby]).unique(maintain_order=True)
        place = mine.units.join(
            places.with_row_index("place"), on=["x", "y"], how="left", maintain_order="left"
        )["place"]
        services = {each: number for number, each in enumerate(sorted(set(mine.units["service_id"])))}
        quickest = min(each for crew, each in baseline.turnout.items() if crew[0] == pool)
        self.quickest = round(quickest)
        self.meets = able(mine.units, baseline.asked, needs)
        self.need = (
            jobs["need"]
            .replace_strict({need: number for number, need in enumerate(needs)}, return_dtype=pl.Int64)
            .to_numpy()
        )
        self.asking = Asking(needs, self.need, jobs["service_id"].to_numpy(), self.meets)
        self.sites = Sites(places["x"].to_numpy(), places["y"].to_numpy())
        self.units = Units(
            place.to_numpy().astype(np.int64),
            mine.units["service_id"].replace_strict(services, return_dtype=pl.Int64).to_numpy(),
            self.meets,
            mine.on,
            np.round(np.maximum(means - quickest, 0)).astype(np.int64),
        )
        self.x, self.y = jobs["x"].to_numpy(), jobs["y"].to_numpy()
        self.priority = jobs["urgency"].to_numpy()
        upgraded = pl.col("received") + pl.col("upgraded")
        self.upgraded_at = jobs.select(upgraded.fill_null(-1)).to_series().to_numpy()
        self.priority_then = jobs["urgency_then"].fill_null(0).to_numpy()
        self.table, self.beside = None, np.zeros(len(self.rows), np.int64)
        conveyance = baseline.conveyance.get(pool)
        hospitals = unnamed(np.zeros(0), np.zeros(0))
        if conveyance is not None:
            self.hospital = conveyance.hospital_of(jobs)
            its = conveyance.hospitals
            hospitals = unnamed(its["x"].to_numpy(), its["y"].to_numpy())
        self.hospital_places = len(self.sites.x) + np.arange(len(hospitals))
        if law.driven is not None:
            sites = unnamed(self.sites.x, self.sites.y)
            self.table = table(law.driven, sites, hospitals, baseline.stands, self.rows)
            if baseline.stands.width:
                at_site = np.zeros((len(sites), len(needs)), np.bool_)
                np.logical_or.at(at_site, self.units.site, self.meets)
                calls = unnamed(self.x, self.y)
                hour = jobs["received"].to_numpy() // _HOUR % HOURS_OF_WEEK
                self.beside = beside(law.driven, self.table, sites, calls, hour, at_site[:, self.need])
        self.jobs = jobs
        self.arranged = arranged(area, mine, jobs, needs, places, baseline.asked.besides)

    def sent(
        self,
        ready: NDArray[np.int64],
        turnout: NDArray[np.int64] | None,
        busy: NDArray[np.int64],
        *,
        stood: NDArray[np.int64] | None = None,
        kept: NDArray[np.bool_] | None = None,
        conveyed: Conveyed | None = None,
    ) -> tuple[NDArray[np.int64], Dispatched]:
        """Dispatch the pool's jobs, and give the order in which they were ready.

        ``ready`` and ``busy`` are of every job of the area, ``turnout`` of the pool's; None: everybody sets off at once.
        ``stood`` are the ms after being sent at which a unit is stood down, −1 for never, of every job.
        Only jobs that are ``kept`` (shape (jobs of the pool,)) are played, all without it. With ``conveyed``, patients are taken
        to hospital, and ``busy`` is the time on scene.
        """
        order = np.lexsort((self.rows, ready[self.rows]))
        if kept is not None:
            order = order[kept[order]]
        turn = self.rows[order]
        units = self.units
        if turnout is None:
            units, turnout = replace(units, turnout=np.zeros_like(units.turnout)), np.zeros_like(self.rows)
        never, then = np.full(len(turn), -1), self.priority_then[order]
        upgrades = self.upgraded_at[order] >= 0
        after = np.where(upgrades, self.upgraded_at[order] - ready[turn], never)
        # Whoever asks once the call has been upgraded asks as urgently as it then is.
        jobs = Jobs(
            ready[turn],
            self.x[order],
            self.y[order],
            self.need[order],
            np.where(upgrades & (after <= 0), then, self.priority[order]),
            turnout[order],
            np.maximum(busy[turn], 0),
        )
        travel = self.law.lines if self.table is None else replace(self.table, job=self.table.job[order])
        gone = never if stood is None else stood[turn]
        later = np.where(after > 0, after, -1)
        changes = (
            Changes(gone, later, then) if max(gone.max(initial=-1), later.max(initial=-1)) >= 0 else None
        )
        hospitals = None if conveyed is None else conveyed.hospitals(order, self.hospital_places)
        its = self.arranged
        return order, dispatch(
            self.sites,
            units,
            jobs,
            travel,
            hospitals=hospitals,
            diverting=its.diverting,
            changes=changes,
            breaks=its.breaks,
            attendance=its.attendance_of(order),
            crews=its.crews,
            posting=its.posting,
        )

    def nearest(self) -> NDArray[np.float64]:
        """Give the metres from each job to the nearest home of a unit that can meet its need."""
        metres = np.full(len(self.need), np.inf)
        for need in range(self.meets.shape[1]):
            here = np.flatnonzero(self.need == need)
            homes = np.unique(self.units.site[self.meets[:, need]])
            for home in homes:
                away = np.hypot(self.x[here] - self.sites.x[home], self.y[here] - self.sites.y[home])
                metres[here] = np.minimum(metres[here], away)
        return metres


def turnouts(baseline: Baseline, units: pl.DataFrame) -> NDArray[np.float64]:
    """Give the mean turnout of each unit in ms: that of its crew, as declared where the baseline had no such crew."""

    def declared(crew: str) -> float:
        return baseline.assumptions[TURNOUT.get(crew, TURNOUT["wholetime"]).name].central * _MINUTE

    crews = units.select("pool", "service_id", "kind", "crew").iter_rows()
    return np.array([baseline.turnout.get(each, declared(each[3])) for each in crews], np.float64)


class Drawn:
    """The durations of one run, of every job: ready (ms since Monday) and busy (ms)."""

    def __init__(self, baseline: Baseline, seed: int, number: int) -> None:
        self.baseline, self.seed, self.number = baseline, seed, number
        jobs = baseline.jobs
        everyone = np.arange(jobs.height)
        handled = self.step("handled", everyone, baseline.declared("handling"))
        later = self.step("later", everyone, np.zeros(jobs.height, np.int64))
        busy = self.step("busy", everyone, baseline.declared("busy"))
        # Whoever is stood down is told so on the way, as long after being sent as others were; where nobody wrote down when, it
        # drives, and is free where the drive ends.
        arrives = jobs["arrives"].to_numpy()
        self.busy = np.where(arrives, busy, 0)
        never = np.full(jobs.height, -1)
        self.stood = np.where(arrives, -1, self.step("stood", everyone, never))
        also = baseline.also
        if baseline.answering is not None:
            # What opening a record takes less never takes more off than there is.
            waits = baseline.answering.waits(number)
            handled = np.maximum(handled + (waits if also is None else waits[also.like]), 0)
        if also is not None:
            later, self.busy = (
                np.where(also.extra, also.told, later),
                np.where(also.extra, also.out, self.busy),
            )
        self.received = jobs["received"].to_numpy()
        self.ready = self.received + handled + np.where(jobs["ordinal"].to_numpy() > 0, later, 0)

    def step(self, name: str, rows: NDArray[np.int64], otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
        """Draw one step for some rows of the jobs; a call is handled once for all its jobs."""
        by = self.baseline.incident_names if name == "handled" else self.baseline.names
        chance = chances(self.seed, self.number, name, by[rows])
        return self.baseline.placed(name).at(rows).drawn(chance, otherwise)


def played_once(baseline: Baseline, worlds: list[World], seed: int, number: int) -> Run:
    """Play every pool once."""
    steps = Drawn(baseline, seed, number)
    units = sum(len(world.unit_rows) for world in worlds)
    run = Run.empty(baseline.jobs.height, units)
    spells = [run.spells]
    for world in worlds:
        rows = world.rows
        turnout = steps.step("turned_out", rows, np.full(len(rows), world.quickest, np.int64))
        about = steps.step("about", rows, np.zeros(len(rows), np.int64)) + world.beside
        taken = steps.busy.copy()
        conveyed = None
        if (known := baseline.conveyance.get(world.pool)) is not None:
            conveyed = known.drawn(
                world.jobs, baseline.names[rows], steps.busy[rows], world.hospital, seed, number
            )
            if baseline.also is not None:
                extra, scene = baseline.also.extra[rows], steps.busy[rows]
                conveyed = replace(
                    conveyed,
                    to=np.where(extra, NOT_CONVEYED, conveyed.to),
                    on_scene=np.where(extra, scene, conveyed.on_scene),
                    handover=np.where(extra, 0, conveyed.handover),
                )
            taken[rows] = conveyed.on_scene
        taken[rows] += about
        order, answer = _sent(baseline, world, run, steps, turnout, taken, conveyed)
        stop_at_an_overflow(world.asking.of(order), answer, world.units.on, baseline.asked.monday)
        turn = rows[order]
        _write(run, world, turn, answer, about[order], steps.received[turn])
        if answer.attended is not None:
            its = answer.attended.spells
            spells.append(np.column_stack([world.unit_rows[its.unit], its.begun, its.over]))
    return replace(run, spells=np.concatenate(spells)).packed


def _sent(
    baseline: Baseline,
    world: World,
    run: Run,
    steps: Drawn,
    turnout: NDArray[np.int64],
    taken: NDArray[np.int64],
    conveyed: Conveyed | None,
) -> tuple[NDArray[np.int64], Dispatched]:
    """Dispatch one pool; jobs that are besides and for which nobody is free at once are left out, and it is played again."""
    rows = world.rows
    if baseline.also is None or not baseline.also.extra[rows].any():
        return world.sent(steps.ready, turnout, taken, stood=steps.stood, conveyed=conveyed)
    extra = baseline.also.extra[rows]
    kept = on_duty(extra, world.need, steps.ready[rows], world.meets, world.units.on)
    for _ in range(ROUNDS):
        order, answer = world.sent(
            steps.ready, turnout, taken, stood=steps.stood, kept=kept, conveyed=conveyed
        )
        late = extra[order] & answer.queued
        if not late.any():
            return order, answer
        kept[order[late]] = False
    # They have held their unit, and come too late to count.
    turn = rows[order[late]]
    run.ready[turn], run.told[turn] = 0, 1
    heard = {name: getattr(answer, name)[~late] for name in ("unit", "assigned", "arrived", "freed", "ready")}
    if (its := answer.attended) is not None:
        heard["attended"] = replace(its, diverted=its.diverted[~late], since=its.since[~late])
    return order[~late], replace(answer, **heard)


def _write(
    run: Run,
    world: World,
    turn: NDArray[np.int64],
    answer: Dispatched,
    about: NDArray[np.int64],
    received: NDArray[np.int64],
) -> None:
    """Put the answer of one pool into the run, in ms after the call.

    Raises:
        Refusal: when somebody is out for longer than a run can say.
    """
    if (longest := int((answer.freed - received).max(initial=0))) > np.iinfo(np.int32).max:
        raise Refusal(
            f"attendances: a unit that goes to '{world.pool}' is free {longest / _DAY:,.0f} days after the call, and 24 can be "
            "played; put more units on duty, or check how long jobs take"
        )
    run.unit[turn] = world.unit_rows[answer.unit]
    run.ready[turn] = answer.ready - received
    run.told[turn] = answer.assigned - received
    run.since[turn] = run.told[turn] if answer.attended is None else answer.attended.since - received
    # The drive that was drawn is the law's and what the run was beside it; nobody arrives before being told.
    run.arrived[turn] = np.maximum(answer.arrived + about, answer.assigned) - received
    run.free[turn] = answer.freed - received
    if (its := answer.attended) is not None:
        run.diverted[turn] = its.diverted
        run.breaks[world.unit_rows, 0], run.breaks[world.unit_rows, 1] = its.breaks_had, its.breaks_missed
