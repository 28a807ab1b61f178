"""Task handed over: one service does for another what it is nearer to, or better equipped for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import CREW_HOURS, Bettered, Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.co_responding.gaining import days_covered
from joinedup.options.co_responding.telling import drawn, ranged
from joinedup.options.shared_control_room.joining import fact
from joinedup.options.task_handed_over.calls_for_both import asked_for, categories_of, shared_by
from joinedup.options.task_handed_over.declared import (
    AMBULANCE_WAIT,
    ASSUMPTIONS,
    EQUIPPING,
    EXIT_COST,
    FEE,
    HANDED,
    HOURS,
    INDUCED,
    KEEPING_UP,
    LEAST_JOBS,
    OWN_SAVES,
    TASKS,
    TOLD,
)
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.options.task_handed_over.declared import Task


class TaskHandedOver:
    """One service does a task for another."""

    name: str = "task handed over"
    rung: int = 6
    question: str = (
        "Which task could one service do for another: forcing a door, searching for a missing person, or lifting a "
        "heavy patient?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "incidents",
            ("category",),
            "what each service's incidents were, to know how often a task comes up",
        ),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD
    measures: tuple[str, ...] = (CREW_HOURS,)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Count what could be each task, for every service that could hand it to the nearest that could take it."""
        asked, draws = asked_for(area), drawn(area, assumptions, ASSUMPTIONS)
        found = []
        for task in TASKS:
            for giver in area.services:
                if area.kind_of(giver) != task.giver:
                    continue
                rows = _incidents(area, giver, task)
                taker = _nearest(area, rows, task.taker)
                if taker is None:
                    continue
                option = _option(area, task, giver, taker, rows, assumptions, asked)
                if option is not None:
                    found.append(replace(option, facts={**option.facts, **_in_words(task, option, draws)}))
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Let the giver equip and train its own units, so that each job takes less of its time; nobody else is asked."""
        asked = asked_for(area)
        found = []
        for task in TASKS:
            rows = _incidents(area, partner, task) if area.kind_of(partner) == task.giver else None
            a_year = 0.0 if rows is None else rows.height * 365.2425 / days_covered(area)
            if (
                rows is None
                or a_year * assumptions[task.share.name].central < assumptions[LEAST_JOBS.name].central
            ):
                continue
            name = area.name_of(partner)
            found.append(
                Option(
                    id=f"task-handed-over-alone-{task.name.replace(' ', '-')}-{partner}",
                    kind=self.name,
                    title=f"{name} equips its own units for each {task.name}",
                    partners=(partner,),
                    joins=(partner,),
                    names=(name,),
                    changes=(),
                    uses=tuple(sorted(_minutes_of_giver(partner, rows, asked))),
                    facts={
                        "task": task.name,
                        "incidents": a_year,
                        "jobs": a_year * assumptions[task.share.name].central,
                        "units": float(area.table("units").filter(pl.col("service_id") == partner).height),
                    },
                    incomplete=(f"how many of the incidents held a {task.name}: a declared share stands in",),
                )
            )
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give tools and training, then minutes freed and added on each side, which are no cash, and the fee, which is paid."""
        task = next(each for each in TASKS if each.name == option.facts["task"])
        giver, *others = (Partner(each) for each in option.partners)
        # Alone, the giver is equipped itself.
        taker = others[0] if others else giver
        units = fact(option, "units")
        jobs = jobs_of(task, option, draws)
        rests = (task.share.name, *((HANDED.name,) if others else ()))

        def time(what: str, year: int, minutes: NDArray[np.float64], partner: Partner, *names: str) -> Cash:
            hour = HOURS[area.kind_of(partner)].name
            return Cash(
                what,
                CashKind.NOT_CASH_RELEASING,
                CashLine.BENEFIT,
                year,
                minutes / 60 * draws[hour],
                partner,
                partner,
                (*rests, *names, hour),
            )

        def spent(what: str, year: int, amount: NDArray[np.float64], line: CashLine, name: str) -> Cash:
            bought = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
            return Cash(
                what, CashKind.CASH_RELEASING, line, year, amount, taker, taker, (name,), supply=bought
            )

        flows = [
            spent(
                "tools and first training",
                0,
                -units * draws[EQUIPPING.name],
                CashLine.CAPITAL,
                EQUIPPING.name,
            )
        ]
        for year in range(1, self.years + 1):
            flows.append(
                spent(
                    "keeping the skill up",
                    year,
                    -units * draws[KEEPING_UP.name],
                    CashLine.RUNNING,
                    KEEPING_UP.name,
                )
            )
            if not others:
                saved = jobs * draws[task.freed.name] * draws[OWN_SAVES.name]
                flows.append(time("time freed", year, saved, giver, task.freed.name, OWN_SAVES.name))
                continue
            flows += [
                time("time freed", year, jobs * draws[task.freed.name], giver, task.freed.name),
                time(
                    "time added, and cover lost for as long",
                    year,
                    -jobs * (1.0 + draws[INDUCED.name]) * draws[task.added.name],
                    taker,
                    INDUCED.name,
                    task.added.name,
                ),
                Cash(
                    "fee for jobs done",
                    CashKind.PAYMENT,
                    CashLine.PAYMENT,
                    year,
                    jobs * (1.0 + draws[INDUCED.name]) * draws[FEE.name],
                    giver,
                    taker,
                    (*rests, INDUCED.name, FEE.name),
                ),
            ]
            flows += [
                time(
                    "ambulances that wait less",
                    year,
                    jobs * draws[AMBULANCE_WAIT.name],
                    third,
                    AMBULANCE_WAIT.name,
                )
                for third in others[1:]
            ]
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the giver's time on the task is worth: no cash, and paid already."""
        task = next(each for each in TASKS if each.name == option.facts["task"])
        giver = Partner(option.partners[0])
        hour = HOURS[area.kind_of(giver)].name
        spent = fact(option, "incidents") * draws[task.share.name] * draws[task.freed.name] / 60 * draws[hour]
        return [
            Cash(
                "the giver's time on the task as now",
                CashKind.NOT_CASH_RELEASING,
                CashLine.BENEFIT,
                year,
                -spent,
                giver,
                giver,
                (task.share.name, task.freed.name, hour),
            )
            for year in range(1, self.years + 1)
        ]

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:  # noqa: ARG002 - as every kind
        """Give the hours of crews that the task frees of the giver, takes of the taker, and spares ambulances that wait."""
        task = next(each for each in TASKS if each.name == option.facts["task"])
        jobs = jobs_of(task, option, draws)
        freed = jobs * draws[task.freed.name] / 60
        giver, *others = option.partners
        if not others:
            return [Bettered(giver, CREW_HOURS, "hours a year", freed * draws[OWN_SAVES.name])]
        added = jobs * (1.0 + draws[INDUCED.name]) * draws[task.added.name] / 60
        waits = jobs * draws[AMBULANCE_WAIT.name] / 60
        return [
            Bettered(giver, CREW_HOURS, "hours a year", freed),
            Bettered(others[0], CREW_HOURS, "hours a year", -added),
            *(Bettered(third, CREW_HOURS, "hours a year", waits) for third in others[1:]),
        ]

    def explain(self, option: Option) -> str:
        """Say who does what for whom, how often, and what that does on both sides."""
        if len(option.partners) == 1:
            return (
                f"{option.names[0]} equips and trains its own {fact(option, 'units'):,.0f} units for each "
                f"{option.facts['task']}, about {fact(option, 'jobs'):,.0f} a year, so that each takes less of its time. Nobody "
                "else is asked. How much time that saves is assumed, and no post is freed."
            )
        giver, taker, *third = option.names
        wait = f" Ambulances of {third[0]} wait less at the door." if third else ""
        jobs, freed, added = (fact(option, name) for name in ("jobs", "hours_freed", "hours_added"))
        return (
            f"{taker} does each {option.facts['task']} that it can for {giver}: about {jobs:,.0f} a year. That frees "
            f"{freed:,.0f} hours of {giver} and takes {added:,.0f} of {taker}, jobs asked for more readily among them; for as "
            f"long its crews are not at their station.{wait} No post is freed."
        )


def _incidents(area: Area, service: str, task: Task) -> pl.DataFrame:
    """Give the incidents of a service among which the task hides."""
    rows = area.table("incidents").filter(pl.col("service_id") == service)
    if not task.categories:
        return rows
    return rows.filter(pl.col("category").str.to_lowercase().str.strip_chars().is_in(task.categories))


def _nearest(area: Area, incidents: pl.DataFrame, kind: str) -> str | None:
    """Give the service of a kind with the site nearest to the middle of these incidents, the first where none is placed."""
    services = sorted(each for each in area.services if area.kind_of(each) == kind)
    placed = incidents.filter(fit_for_distance())
    sites = area.table("sites").filter(fit_for_distance() & pl.col("service_id").is_in(services))
    if len(services) < 2 or placed.is_empty() or sites.is_empty():
        return services[0] if services else None
    away = (pl.col("x") - placed["x"].median()) ** 2 + (pl.col("y") - placed["y"].median()) ** 2
    return str(sites.with_columns(away.alias("away")).sort("away", "service_id")["service_id"][0])


def _option(
    area: Area,
    task: Task,
    giver: str,
    taker: str,
    rows: pl.DataFrame,
    assumptions: Mapping[str, Assumption],
    asked: pl.DataFrame,
) -> Option | None:
    """Make the option that one service does a task for another, or None where it exists or comes up too seldom."""
    register = registered(area, "task handed over")
    if lives_already(register, (giver, taker)):
        return None
    a_year = rows.height * 365.2425 / days_covered(area)
    jobs = a_year * assumptions[task.share.name].central * assumptions[HANDED.name].central
    if jobs < assumptions[LEAST_JOBS.name].central:
        return None
    third = _nearest(area, rows, "ambulance") if task.name == "forced entry" else None
    partners = (giver, taker) if third is None else (giver, taker, third)
    before = tried_before(register, (giver, taker))
    more = 1.0 + assumptions[INDUCED.name].central
    units = area.table("units").filter(pl.col("service_id") == taker).height
    return Option(
        id=f"task-handed-over-{task.name.replace(' ', '-')}-{giver}-to-{taker}",
        kind="task handed over",
        title=f"{area.name_of(taker)} takes on each {task.name} for {area.name_of(giver)}",
        partners=partners,
        joins=partners,
        names=tuple(area.name_of(each) for each in partners),
        # Nothing that a service holds is moved; who goes to what is the attendances' business, which are not edited.
        changes=(),
        uses=tuple(sorted(_minutes_freed(area, partners, rows, asked))),
        facts={
            "task": task.name,
            "incidents": a_year,
            "jobs": jobs,
            "hours_freed": jobs * assumptions[task.freed.name].central / 60,
            "hours_added": jobs * more * assumptions[task.added.name].central / 60,
            "units": float(units),
            "tried_before": None if before is None else before.in_words,
        },
        draws_on=(taker,),
        incomplete=(
            f"how many of the incidents held a {task.name}: a declared share stands in",
            "who answers for damage and harm when another service does the task",
        ),
    )


def _minutes_of_giver(giver: str, rows: pl.DataFrame, asked: pl.DataFrame) -> set[str]:
    """Name the calls at which the giver's minutes are freed, by category, and those to which others come too.

    Two tasks of one giver hide in different categories; a joint team that goes to the same calls frees the same minutes.
    """
    categories = categories_of(rows)
    return {*(f"incidents/{giver}/{each}" for each in categories), *shared_by(asked, giver, categories)}


def _minutes_freed(
    area: Area, partners: tuple[str, ...], rows: pl.DataFrame, asked: pl.DataFrame
) -> set[str]:
    """Name the calls at which the giver's minutes are freed, and those at which ambulances wait less."""
    found = _minutes_of_giver(partners[0], rows, asked)
    for third in partners[2:]:
        theirs = categories_of(area.table("incidents").filter(pl.col("service_id") == third))
        found |= shared_by(asked, third, theirs, partners[:2])
    return found


def jobs_of(task: Task, option: Option, draws: Draws) -> NDArray[np.float64]:
    """Give the jobs a year: all that come up for the giver alone, else as many as are handed over; shape (draws + 1,)."""
    jobs = fact(option, "incidents") * draws[task.share.name]
    return np.asarray(jobs * draws[HANDED.name] if len(option.partners) > 1 else jobs)


def _in_words(task: Task, option: Option, draws: Draws) -> dict[str, float | str | None]:
    """Word the ranges that a board reads: jobs, hours freed and added, what a crew is away, and what ambulances wait less."""
    jobs, more = jobs_of(task, option, draws), draws[INDUCED.name]
    added = jobs * (1.0 + more) * draws[task.added.name] / 60
    crews = fact(option, "units")
    waits = jobs * draws[AMBULANCE_WAIT.name] / 60
    return {
        "jobs_in_words": ranged(jobs, Unit.NUMBER),
        "induced_in_words": ranged(jobs * more, Unit.NUMBER),
        "freed_in_words": ranged(jobs * draws[task.freed.name] / 60, Unit.NUMBER),
        "added_in_words": ranged(added, Unit.NUMBER),
        "crew_in_words": ranged(added / crews, Unit.NUMBER) if crews else None,
        "waits_in_words": ranged(waits, Unit.NUMBER) if len(option.partners) > 2 else None,
    }


KIND: Kind = TaskHandedOver()
