"""Joint teams and jobs: two services crew one vehicle for calls that ask for both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import CREW_HOURS, Bettered, Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.co_responding.gaining import days_covered
from joinedup.options.co_responding.telling import drawn, ranged
from joinedup.options.joint_team.declared import (
    ASSUMPTIONS,
    CONVEYANCE,
    EXIT_COST,
    FREED,
    INDUCTION,
    JOB,
    LEAST_JOBS,
    NEW_POSTS,
    NOT_CONVEYED,
    OTHER_WORK,
    PERSON,
    REACH,
    RUNNING,
    SHIFT,
    TAKEN,
    TOLD,
    VEHICLE,
)
from joinedup.options.joint_team.placing import Placed, placed
from joinedup.options.shared_control_room.joining import fact
from joinedup.options.task_handed_over.calls_for_both import asked_for, categories_of, named
from joinedup.options.task_handed_over.declared import HOURS
from joinedup.travel import travel_of
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.travel import Travel

DAYS_A_YEAR = 365.2425


JOURNEYS_AVOIDED = "journeys to hospital avoided"


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
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD
    measures: tuple[str, ...] = (CREW_HOURS, JOURNEYS_AVOIDED)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look at every pair of services: from the station with most of their calls in reach, in the busiest hours."""
        register = registered(area, self.name)
        draws, travel = drawn(area, assumptions, ASSUMPTIONS), travel_of(area, assumptions)
        found = []
        for pair in _pairs(area):
            if lives_already(register, pair):
                continue
            option = _option(area, pair, pair, assumptions, travel)
            if option is not None:
                before = tried_before(register, pair)
                tried = None if before is None else before.in_words
                facts = {**option.facts, **_in_words(option, draws), "tried_before": tried}
                found.append(replace(option, facts=facts))
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Let one service send a car of its own to the same calls, from its own station with most of them in reach."""
        travel = travel_of(area, assumptions)
        options = [
            _option(area, pair, (partner,), assumptions, travel) for pair in _pairs(area) if partner in pair
        ]
        return sorted((each for each in options if each is not None), key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give vehicle and induction, then the team's hours as posts or displaced work, and what its calls free."""
        out, taken = _out(option), _taken(option, draws)
        together = len(option.partners) > 1
        part, of = (2, "half of the vehicle") if together else (1, "the vehicle")
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
                flow(of, year, -draws[VEHICLE.name] / part, CashLine.CAPITAL, VEHICLE.name)
            flow("choosing and training people", 0, -draws[INDUCTION.name], CashLine.RUNNING, INDUCTION.name)
            for year in range(1, self.years + 1):
                flow(
                    f"{of}'s upkeep",
                    year,
                    -draws[RUNNING.name] / part,
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
                # Only a team of two can settle a call that asks for both without a journey.
                if together and area.kind_of(service) == "ambulance":
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
        spent = fact(option, "calls") * draws[FREED.name] / 60
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

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:
        """Give each service's hours of crews, freed and worked in between less those of whoever is taken for the team.

        And, for an ambulance service, journeys that only a team of two services can avoid.
        """
        out, taken = _out(option), _taken(option, draws)
        between = (out - taken * draws[JOB.name] / 60) * draws[OTHER_WORK.name]
        gone = out * (1.0 - draws[NEW_POSTS.name])
        hours = taken * draws[FREED.name] / 60 + between - gone
        found = [Bettered(each, CREW_HOURS, "hours a year", hours) for each in option.partners]
        avoided = taken * draws[NOT_CONVEYED.name]
        return found + [
            Bettered(each, JOURNEYS_AVOIDED, "journeys a year", avoided)
            for each in option.partners
            if len(option.partners) > 1 and area.kind_of(each) == "ambulance"
        ]

    def explain(self, option: Option) -> str:
        """Say who crews what, from where and when, and for how many calls."""
        first, hours = int(fact(option, "from_hour")), int(fact(option, "hours"))
        calls, jobs = fact(option, "calls"), fact(option, "jobs_a_shift")
        if len(option.partners) == 1:
            return (
                f"One person of one service crews a car of its own at {option.names[0]}, every day from {first:02d}:00 to "
                f"{(first + hours) % 24:02d}:00, for the {calls:,.0f} calls a year within reach that ask for another service "
                "too. The other is sent as now. Its people are missed elsewhere, or are new posts."
            )
        return (
            f"One person of each of two services crews one vehicle at {option.names[0]}, every day from {first:02d}:00 to "
            f"{(first + hours) % 24:02d}:00. In those hours {calls:,.0f} calls a year within reach ask for both: {jobs:.1f} a "
            "shift, if the team takes what it can. Its people are missed elsewhere, or are new posts."
        )


def _pairs(area: Area) -> list[tuple[str, str]]:
    """Give every two services of which one asks for the other, in order."""
    asked = asked_for(area).select("service_id", "asked").unique()
    return sorted({(min(pair), max(pair)) for pair in asked.iter_rows()})


def _out(option: Option) -> float:
    """Give the hours a year for which the team is out."""
    return fact(option, "hours") * DAYS_A_YEAR


def _taken(option: Option, draws: Draws) -> NDArray[np.float64]:
    """Give the calls a year that the team takes: those for which it is free, and no more than its hours hold."""
    most = _out(option) * 60 / draws[JOB.name]
    return np.asarray(np.minimum(fact(option, "calls") * draws[TAKEN.name], most))


def _option(
    area: Area,
    pair: tuple[str, str],
    partners: tuple[str, ...],
    assumptions: Mapping[str, Assumption],
    travel: Travel,
) -> Option | None:
    """Make the option of one team, or of one partner's own car; None where too few calls ask for both at one place and time."""
    hours = min(24, max(1, round(assumptions[SHIFT.name].central)))
    found = placed(area, pair, partners, assumptions[REACH.name].central, hours, travel)
    if found is None:
        return None
    scale = DAYS_A_YEAR / days_covered(area)
    a_year = found.calls.height * scale
    if a_year < assumptions[LEAST_JOBS.name].central:
        return None
    taken = min(
        a_year * assumptions[TAKEN.name].central, hours * 60 / assumptions[JOB.name].central * DAYS_A_YEAR
    )
    together, base = len(partners) > 1, found.base["name"]
    names = [area.name_of(each) for each in pair]
    return Option(
        id="-".join(
            ("joint-team", *(() if together else ("alone", *partners, "for")), *pair, found.base["site_id"])
        ),
        kind="joint teams and jobs",
        title=f"A joint team of {names[0]} and {names[1]} at {base}"
        if together
        else f"A car of {area.name_of(partners[0])} alone at {base} for calls that ask for both {names[0]} and {names[1]}",
        partners=partners,
        joins=(found.base["site_id"],),
        names=(base,),
        # A team's vehicle and people are new rows, or come from rosters that the study does not name.
        changes=(),
        uses=_uses(area, pair, partners, found),
        facts={
            "calls": a_year,
            "calls_at_all_hours": found.in_reach * scale,
            "from_hour": float(found.first_hour),
            "hours": float(hours),
            "shift": f"{found.first_hour:02d}:00 to {(found.first_hour + hours) % 24:02d}:00",
            "in_reach": found.in_reach / found.every,
            "in_shift": found.calls.height / found.in_reach,
            "jobs_a_shift": taken / DAYS_A_YEAR,
            "travel": travel.name,
        },
        draws_on=partners,
        incomplete=(
            "whose people crew the team, and what they do now",
            "how many of these calls a car with one person of each could have taken",
        ),
    )


def _uses(area: Area, pair: tuple[str, str], partners: tuple[str, ...], found: Placed) -> tuple[str, ...]:
    """Name the crews near the base, whose people it takes, and the calls at which it frees minutes of either service.

    No second option may count those crews' hours, or the minutes at those calls. Of the service that asks less often nobody wrote
    down which of its records are those events, so that all of its categories may be.
    """
    units, incidents = area.table("units"), area.table("incidents")
    near = pl.col("service_id").is_in(partners) & pl.col("site_id").is_in(list(found.near))
    used = {f"units/{each}" for each in units.filter(near)["unit_id"]}
    for service in partners:
        (other,) = (each for each in pair if each != service)
        rows = found.calls if service == found.asker else incidents.filter(pl.col("service_id") == service)
        used |= named(service, categories_of(rows), [other])
    return tuple(sorted(used))


def _in_words(option: Option, draws: Draws) -> dict[str, float | str | None]:
    """Word the ranges that a board reads: calls taken, hours freed, how busy the team is, and whose hours it takes."""
    out, taken = _out(option), _taken(option, draws)
    return {
        "taken_in_words": ranged(taken, Unit.NUMBER),
        "freed_in_words": ranged(taken * draws[FREED.name] / 60, Unit.NUMBER),
        "busy_in_words": ranged(taken * draws[JOB.name] / 60 / out, Unit.SHARE),
        "displaced_in_words": ranged(out * (1.0 - draws[NEW_POSTS.name]), Unit.NUMBER),
        "new_in_words": ranged(out * draws[NEW_POSTS.name], Unit.NUMBER),
    }


KIND: Kind = JointTeam()
