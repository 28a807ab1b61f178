"""Task handed over: one service does for another what it is nearer to, or better equipped for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.assumptions import Assumption, Grade
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.co_responding.gaining import days_covered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws


def _declared(
    name: str, sentence: str, unit: str, values: tuple[float, float, float], source: str = "judgement"
) -> Assumption:
    return Assumption(f"task_handed_over.{name}", sentence, unit, *values, source, Grade.JUDGEMENT)


_COUNT = "judgement, to be replaced by a count of logs: categories do not say what was done"
_CLOCK = "judgement, to be replaced by times on scene"


@dataclass(frozen=True)
class Task:
    """A task that one kind of service could hand to another, and the categories among which it hides; empty for all."""

    name: str
    giver: str
    taker: str
    categories: tuple[str, ...]
    share: Assumption
    freed: Assumption
    added: Assumption


def _task(
    name: str,
    between: tuple[str, str],
    categories: tuple[str, ...],
    share: tuple[float, float, float],
    freed: tuple[float, float, float],
    added: tuple[float, float, float],
) -> Task:
    word = name.replace(" ", "_").replace("-", "_")
    giver, taker = between
    return Task(
        name,
        giver,
        taker,
        categories,
        _declared(
            f"{word}_share",
            f"Share of the {giver} service's incidents looked at that hold a {name}.",
            "share",
            share,
            _COUNT,
        ),
        _declared(
            f"{word}_freed",
            f"Time of a {giver} unit that one {name} handed over frees.",
            "minutes a job",
            freed,
            _CLOCK,
        ),
        _declared(
            f"{word}_added",
            f"Time of a {taker} crew that one {name} takes, the drive included.",
            "minutes a job",
            added,
            _CLOCK,
        ),
    )


TASKS = (
    _task(
        "forced entry",
        ("police", "fire"),
        ("concern", "concern for safety", "concern for welfare", "collapse behind closed doors"),
        (0.02, 0.06, 0.15),
        (15, 35, 70),
        (20, 35, 60),
    ),
    _task(
        "missing-person search",
        ("police", "fire"),
        ("missing person", "missing", "missing persons"),
        (0.02, 0.05, 0.1),
        (60, 150, 400),
        (60, 150, 400),
    ),
    _task(
        "bariatric lift",
        ("ambulance", "fire"),
        (),
        (0.0005, 0.0015, 0.004),
        (15, 40, 90),
        (30, 60, 120),
    ),
)

HANDED = _declared(
    "handed", "Jobs that really are handed over, of all that could be.", "share", (0.3, 0.7, 0.95)
)
INDUCED = _declared(
    "induced",
    "Jobs asked for only because somebody can be asked, on top of those handed over.",
    "share of jobs handed over",
    (0.0, 0.15, 0.5),
    "judgement: where a task has a taker, it is asked for more readily; critics of Right Care Right Person say that load moved",
)
AMBULANCE_WAIT = _declared(
    "ambulance_wait",
    "Time that an ambulance waits less at a forced entry, because the crew comes sooner than police would.",
    "minutes a job",
    (0, 10, 20),
    "high: about 20 minutes at 1,347 calls a year promised in Hampshire (Get Hampshire, promoter); lower: judgement",
)
LEAST_JOBS = _declared(
    "least_jobs", "Jobs a year below which a task is not proposed.", "jobs a year", (1, 3, 20)
)
HOURS = {
    kind: _declared(
        f"{kind}_hour",
        f"An hour of a unit of the kind of service '{kind}' with its crew.",
        "pounds an hour",
        values,
        "judgement after pay scales with on-costs",
    )
    for kind, values in {
        "police": (35.0, 55.0, 80.0),
        "fire": (70.0, 110.0, 160.0),
        "ambulance": (50.0, 75.0, 110.0),
        "other": (30.0, 50.0, 80.0),
    }.items()
}
EQUIPPING = _declared(
    "equipping",
    "Tools and first training for one unit of the service that takes the task on.",
    "pounds a unit",
    (200, 800, 3_000),
    "judgement, to be replaced by a plan: engines carry tools for doors, and few carry lifting gear for patients",
)
KEEPING_UP = _declared(
    "keeping_up", "Keeping the skill up, for one unit.", "pounds a unit a year", (50, 200, 600)
)
FEE = _declared("fee", "What is paid for a job done for another.", "pounds a job", (0, 25, 120))
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 5_000, 30_000),
    "judgement: the giver has to train its own people again",
)


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
    assumptions: tuple[Assumption, ...] = (
        *(each for task in TASKS for each in (task.share, task.freed, task.added)),
        HANDED,
        INDUCED,
        AMBULANCE_WAIT,
        LEAST_JOBS,
        *HOURS.values(),
        EQUIPPING,
        KEEPING_UP,
        FEE,
        EXIT_COST,
    )
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Count what could be each task, for every service that could hand it to the nearest that could take it."""
        found = []
        for task in TASKS:
            for giver in area.services:
                if area.kind_of(giver) != task.giver:
                    continue
                rows = _incidents(area, giver, task)
                taker = _nearest(area, rows, task.taker)
                if taker is None:
                    continue
                option = _option(area, task, giver, taker, rows, assumptions)
                if option is not None:
                    found.append(option)
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give tools and training, then minutes freed and added on each side, which are no cash, and the fee, which is paid."""
        task = next(each for each in TASKS if each.name == option.facts["task"])
        giver, taker = (Partner(each) for each in option.partners[:2])
        units = _fact(option, "units")
        jobs = _fact(option, "incidents") * draws[task.share.name] * draws[HANDED.name]
        rests = (task.share.name, HANDED.name)

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
                spent(
                    "keeping the skill up",
                    year,
                    -units * draws[KEEPING_UP.name],
                    CashLine.RUNNING,
                    KEEPING_UP.name,
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
                    Partner(third),
                    AMBULANCE_WAIT.name,
                )
                for third in option.partners[2:]
            ]
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the giver's time on the task is worth: no cash, and paid already."""
        task = next(each for each in TASKS if each.name == option.facts["task"])
        giver = Partner(option.partners[0])
        hour = HOURS[area.kind_of(giver)].name
        spent = (
            _fact(option, "incidents") * draws[task.share.name] * draws[task.freed.name] / 60 * draws[hour]
        )
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

    def explain(self, option: Option) -> str:
        """Say who does what for whom, how often, and what that does on both sides."""
        giver, taker, *third = option.names
        wait = f" Ambulances of {third[0]} wait less at the door." if third else ""
        jobs, freed, added = (_fact(option, name) for name in ("jobs", "hours_freed", "hours_added"))
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
    area: Area, task: Task, giver: str, taker: str, rows: pl.DataFrame, assumptions: Mapping[str, Assumption]
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
        # Minutes of every crew of the giver and no crew's hour; two tasks of one giver hide in different categories.
        uses=(),
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
            "consultation dates and an equality screen are not recorded",
        ),
    )


def _fact(option: Option, name: str) -> float:
    """Give a number that was found; nothing where it could not be."""
    value = option.facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


KIND: Kind = TaskHandedOver()
