"""Joint teams and jobs: two services crew one vehicle for calls that ask for both."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from joinedup.area.places import fit_for_distance
from joinedup.assumptions import Assumption, Grade
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.co_responding.gaining import days_covered
from joinedup.options.task_handed_over import HOURS
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws

DAYS_A_YEAR = 365.2425


def _declared(
    name: str, sentence: str, unit: str, values: tuple[float, float, float], source: str = "judgement"
) -> Assumption:
    return Assumption(f"joint_team.{name}", sentence, unit, *values, source, Grade.JUDGEMENT)


REACH = _declared(
    "reach", "A joint team goes to calls this far from its base or nearer.", "minutes", (8, 15, 25)
)
SHIFT = _declared("shift", "Hours in a day for which the team is out.", "hours", (8, 10, 12))
LEAST_JOBS = _declared(
    "least_jobs",
    "Calls for both a year, in reach and in the shift, below which no team is proposed.",
    "calls a year",
    (15, 30, 300),
)
TAKEN = _declared(
    "taken",
    "Calls for both in its hours and reach that the team takes, being free and the right one to send.",
    "share",
    (0.3, 0.6, 0.9),
)
JOB = _declared(
    "job",
    "Time of the team on one call, the drive included.",
    "minutes a call",
    (40, 75, 120),
    "judgement: 7 calls a shift were promised in Kent (Association of Ambulance Chief Executives, promoter)",
)
FREED = _declared(
    "freed",
    "Time of each service's own unit that one call taken by the team frees.",
    "minutes a call",
    (15, 50, 90),
    "judgement, to be replaced by times on scene; less where a unit was sent and turned back anyway",
)
PERSON = _declared(
    "person",
    "An hour of one person on the team.",
    "pounds an hour",
    (20, 28, 38),
    "judgement after pay scales with on-costs",
)
NEW_POSTS = _declared(
    "new_posts",
    "How much of the team's hours needs new posts; the rest is displaced from other work, which is no cash but is lost.",
    "share",
    (0.0, 0.5, 1.0),
)
OTHER_WORK = _declared(
    "other_work",
    "How much of the time between calls for both the team uses for calls that ask for one service only.",
    "share",
    (0.1, 0.4, 0.8),
)
NOT_CONVEYED = _declared(
    "not_conveyed",
    "Journeys to hospital that the team avoids, for each call it takes.",
    "journeys a call",
    (0.0, 0.08, 0.25),
)
CONVEYANCE = _declared(
    "conveyance",
    "What a journey to hospital costs the ambulance service in crew and vehicle.",
    "pounds a journey",
    (100, 180, 300),
)
VEHICLE = _declared(
    "vehicle",
    "A vehicle for the team, fitted out; bought again after five years.",
    "pounds",
    (35_000, 60_000, 100_000),
)
RUNNING = _declared(
    "running", "Fuel, upkeep and insurance of the vehicle.", "pounds a year", (5_000, 9_000, 15_000)
)
INDUCTION = _declared(
    "induction",
    "Choosing and training each service's people for the team.",
    "pounds a service",
    (5_000, 15_000, 60_000),
    "judgement: five months of induction for each tri-service officer in Cornwall are more, joint crews of trained people less",
)
EXIT_COST = _declared(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 10_000, 60_000),
    "judgement: people go back to their own rosters",
)


class JointTeam:
    """Two services crew one vehicle together."""

    name: str = "joint teams and jobs"
    rung: int = 8
    question: str = (
        "Where and at which hours do enough calls ask for two services that one joint team could take them?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "incidents",
            ("received_at", "other_service_requested"),
            "when calls came and which other service they asked for, with their places",
        ),
        Need("sites", ("kind",), "the stations from which a team could start"),
    )
    assumptions: tuple[Assumption, ...] = (
        *TRAVEL,
        REACH,
        SHIFT,
        LEAST_JOBS,
        TAKEN,
        JOB,
        FREED,
        PERSON,
        *HOURS.values(),
        NEW_POSTS,
        OTHER_WORK,
        NOT_CONVEYED,
        CONVEYANCE,
        VEHICLE,
        RUNNING,
        INDUCTION,
        EXIT_COST,
    )
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look at every pair of services: from the station with most of their calls in reach, in the busiest hours."""
        register = registered(area, self.name)
        found = []
        for pair in combinations(sorted(area.services), 2):
            if lives_already(register, pair):
                continue
            before = tried_before(register, pair)
            option = _option(area, pair, assumptions, None if before is None else before.in_words)
            if option is not None:
                found.append(option)
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give vehicle and induction, then the team's hours as posts or displaced work, and what its calls free."""
        out = _fact(option, "hours") * DAYS_A_YEAR
        taken = np.minimum(_fact(option, "calls") * draws[TAKEN.name], out * 60 / draws[JOB.name])
        between = (out - taken * draws[JOB.name] / 60) * draws[OTHER_WORK.name]
        jobs = (TAKEN.name, JOB.name)
        person = draws[PERSON.name]
        flows: list[Cash] = []
        for service in option.partners:
            partner = Partner(service)

            def flow(
                what: str,
                year: int,
                amount: NDArray[np.float64],
                line: CashLine,
                *names: str,
                to: Partner = partner,
            ) -> None:
                kind = CashKind.NOT_CASH_RELEASING if line is CashLine.BENEFIT else CashKind.CASH_RELEASING
                bought = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
                flows.append(Cash(what, kind, line, year, amount, to, to, names, supply=bought))

            unit = HOURS[area.kind_of(service)].name
            for year in (0, 5):
                flow("half of the vehicle", year, -draws[VEHICLE.name] / 2, CashLine.CAPITAL, VEHICLE.name)
            flow("choosing and training people", 0, -draws[INDUCTION.name], CashLine.RUNNING, INDUCTION.name)
            for year in range(1, self.years + 1):
                flow(
                    "half of the vehicle's upkeep",
                    year,
                    -draws[RUNNING.name] / 2,
                    CashLine.RUNNING,
                    RUNNING.name,
                )
                new = draws[NEW_POSTS.name]
                flow(
                    "new posts on the team",
                    year,
                    -out * person * new,
                    CashLine.RUNNING,
                    PERSON.name,
                    NEW_POSTS.name,
                )
                flow(
                    "work displaced by the team",
                    year,
                    -out * person * (1.0 - new),
                    CashLine.BENEFIT,
                    PERSON.name,
                    NEW_POSTS.name,
                )
                flow(
                    "own units freed from calls for both",
                    year,
                    taken * draws[FREED.name] / 60 * draws[unit],
                    CashLine.BENEFIT,
                    *jobs,
                    FREED.name,
                    unit,
                )
                flow(
                    "other calls taken in between",
                    year,
                    between * person,
                    CashLine.BENEFIT,
                    *jobs,
                    OTHER_WORK.name,
                    PERSON.name,
                )
                if area.kind_of(service) == "ambulance":
                    flow(
                        "journeys to hospital avoided",
                        year,
                        taken * draws[NOT_CONVEYED.name] * draws[CONVEYANCE.name],
                        CashLine.BENEFIT,
                        *jobs,
                        NOT_CONVEYED.name,
                        CONVEYANCE.name,
                    )
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the time of both services' units on the same calls is worth: no cash, and paid already."""
        spent = _fact(option, "calls") * draws[FREED.name] / 60
        return [
            Cash(
                "own units at calls for both as now",
                CashKind.NOT_CASH_RELEASING,
                CashLine.BENEFIT,
                year,
                -spent * draws[HOURS[area.kind_of(service)].name],
                Partner(service),
                Partner(service),
                (FREED.name, HOURS[area.kind_of(service)].name),
            )
            for service in option.partners
            for year in range(1, self.years + 1)
        ]

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say response: the team's people and vehicle are its business."""
        return ("response",)

    def explain(self, option: Option) -> str:
        """Say who crews what, from where and when, and for how many calls."""
        first, hours = int(_fact(option, "from_hour")), int(_fact(option, "hours"))
        calls, jobs = _fact(option, "calls"), _fact(option, "jobs_a_shift")
        return (
            f"One person of each of two services crews one vehicle at {option.names[0]}, every day from {first:02d}:00 to "
            f"{(first + hours) % 24:02d}:00. In those hours {calls:,.0f} calls a year within reach ask for both: {jobs:.1f} a "
            "shift, if the team takes what it can. Its people are missed elsewhere, or are new posts."
        )


def _requests(area: Area, pair: tuple[str, str]) -> pl.DataFrame:
    """Give the placed and timed calls of one of two services that ask for the other: of whichever asks more often.

    Both may have recorded one event, so that adding both up would count it twice.
    """
    sides = []
    for own, other in (pair, pair[::-1]):
        names = [other.lower(), area.kind_of(other).lower()]
        asked = pl.col("other_service_requested").str.to_lowercase().str.split(";")
        rows = area.table("incidents").filter(
            (pl.col("service_id") == own)
            & fit_for_distance()
            & pl.col("received_at").is_not_null()
            & asked.list.eval(pl.element().str.strip_chars().is_in(names)).list.any()
        )
        sides.append(rows.sort("incident_id"))
    return sides[0] if sides[0].height >= sides[1].height else sides[1]


def _option(
    area: Area, pair: tuple[str, str], assumptions: Mapping[str, Assumption], tried: str | None
) -> Option | None:
    """Make the option of one team for two services, or None where too few calls ask for both at one place and time."""
    calls = _requests(area, pair)
    sites = (
        area.table("sites")
        .filter(
            fit_for_distance() & pl.col("service_id").is_in(pair) & pl.col("kind").is_in(["station", "base"])
        )
        .sort("site_id")
    )
    if calls.is_empty() or sites.is_empty():
        return None
    reach = StraightLine.of(assumptions).metres(assumptions[REACH.name].central) * (1 + 1e-9)
    tree = cKDTree(calls.select("x", "y").to_numpy())
    within = tree.query_ball_point(sites.select("x", "y").to_numpy(), reach, return_length=True)
    base = sites.row(int(np.argmax(within)), named=True)
    # Its people come off these crews' rosters, and its calls off these crews' hands: no other option may count those hours.
    near = sites.filter((pl.col("x") - base["x"]) ** 2 + (pl.col("y") - base["y"]) ** 2 <= reach**2)[
        "site_id"
    ]
    crews = area.table("units").filter(
        pl.col("service_id").is_in(pair) & pl.col("site_id").is_in(near.to_list())
    )
    rows = tree.query_ball_point([base["x"], base["y"]], reach)
    by_hour = np.bincount(
        calls["received_at"].dt.hour().cast(pl.Int64).to_numpy()[sorted(rows)], minlength=24
    )
    hours = min(24, max(1, round(assumptions[SHIFT.name].central)))
    in_shift = np.array(
        [np.take(by_hour, range(start, start + hours), mode="wrap").sum() for start in range(24)]
    )
    a_year = float(in_shift.max()) * DAYS_A_YEAR / days_covered(area)
    if a_year < assumptions[LEAST_JOBS.name].central:
        return None
    taken = min(
        a_year * assumptions[TAKEN.name].central, hours * 60 / assumptions[JOB.name].central * DAYS_A_YEAR
    )
    return Option(
        id=f"joint-team-{'-'.join(pair)}-{base['site_id']}",
        kind="joint teams and jobs",
        title=f"A joint team of {area.name_of(pair[0])} and {area.name_of(pair[1])} at {base['name']}",
        partners=pair,
        joins=(base["site_id"],),
        names=(base["name"],),
        # A team's vehicle and people are new rows, or come from rosters that the study does not name.
        changes=(),
        uses=tuple(f"units/{each}" for each in crews["unit_id"].sort()),
        facts={
            "calls": a_year,
            "calls_at_all_hours": float(by_hour.sum()) * DAYS_A_YEAR / days_covered(area),
            "from_hour": float(in_shift.argmax()),
            "hours": float(hours),
            "jobs_a_shift": taken / DAYS_A_YEAR,
            "tried_before": tried,
        },
        draws_on=pair,
        incomplete=(
            "whose people crew the team, and what they do now",
            "how many of these calls a car with one person of each could have taken",
            "consultation dates and an equality screen are not recorded",
        ),
    )


def _fact(option: Option, name: str) -> float:
    """Give a number that was found; nothing where it could not be."""
    value = option.facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


KIND: Kind = JointTeam()
