"""Joint training: one topic, one calendar; people sit in the run that has a seat, whoever gives it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area import Area
from joinedup.disclosure import LIMIT
from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Bettered, Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.joint_training import declared
from joinedup.options.joint_training.declared import ASSUMPTIONS, EXIT_COST, TOLD
from joinedup.options.joint_training.pooling import HOURS_A_DAY, pooled
from joinedup.options.joint_training.topics import every_topic, look_alikes, topics
from joinedup.options.shared_control_room.joining import fact, in_use, in_words
from joinedup.travel import travel_of
from joinedup.wording import Unit
from joinedup.wording import in_words as figure_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.options import Registered
    from joinedup.options.joint_training.topics import Alike
    from joinedup.travel import Travel

MOST_TOGETHER = 8
"""Calendars of more services than this are pooled pair by pair only."""
_EXERCISE = "exercis|jesip|interoperab"
"""Words of a topic by which an exercise is known."""
_RESPONDING = ("police", "fire", "ambulance")


EXERCISES_HELD, SEAT_WAITED_FOR = "joint exercises", "wait for a seat"


class JointTraining:
    """Services share the seats of what they all teach, and exercise together."""

    name: str = "joint training"
    rung: int = 4
    question: str = (
        "Which courses could be taught together, so that empty seats are filled and fewer runs are needed?"
    )
    needs: tuple[Need, ...] = (
        Need(
            "courses",
            ("topic", "days", "seats", "cost_gbp"),
            "what each service teaches, how long it lasts, how many it seats and what a run costs",
        ),
        Need(
            "course_runs",
            ("starts_on", "booked"),
            "a year's runs and how many were booked, to know what stays empty",
        ),
    )
    assumptions: tuple[Assumption, ...] = ASSUMPTIONS
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = TOLD
    measures: tuple[str, ...] = (EXERCISES_HELD, SEAT_WAITED_FOR)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Pool the calendar of each topic for every two services that teach it, and for all; then look for joint exercises."""
        register = registered(area, self.name)
        service_of = dict(area.table("courses").select("course_id", "service_id").iter_rows())
        travel = travel_of(area, assumptions)
        found = []
        for topic, courses in topics(area).items():
            teaching = [
                each for each in area.services if any(service_of[course] == each for course in courses)
            ]
            for partners in _groups(sorted(teaching)):
                if any(lives_already(register, pair) for pair in combinations(partners, 2)):
                    continue
                own = [each for each in courses if service_of[each] in partners]
                before = tried_before(register, partners)
                tried = None if before is None else before.in_words
                option = _option(area, topic, own, partners, assumptions, travel, tried)
                # What a service could do by thinning its own calendar needs nobody else.
                if option is not None and fact(option, "seats_shared"):
                    found.append(option)
        exercise = _exercise(area, register)
        found += [exercise] if exercise else []
        alike = look_alikes(area, assumptions[declared.LIKENESS.name].central)
        found = [
            replace(each, incomplete=(*each.incomplete, *_not_settled(alike, each.joins))) for each in found
        ]
        return sorted(found, key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Thin one partner's own calendar: fewer and fuller runs of its own courses."""
        own = set(area.table("courses").filter(pl.col("service_id") == partner)["course_id"])
        travel = travel_of(area, assumptions)
        found = []
        for topic, every in every_topic(area).items():
            courses = [each for each in every if each in own]
            option = _option(area, topic, courses, (partner,), assumptions, travel, None)
            found += [option] if option else []
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Agreeing once; then runs that fall away, trainees' longer days, driving, the list of seats, and payments for seats."""
        if "exercise" in option.facts:
            return _exercise_cash(option, draws, self.years)
        together = len(option.partners) > 1
        agreeing = (declared.AGREEING.name,)
        flows = [
            _flow(
                "agreeing one syllabus and who recognises it",
                0,
                -draws[declared.AGREEING.name],
                service,
                agreeing,
            )
            for service in option.partners
            if together
        ]
        for year in range(1, self.years + 1):
            live = in_use(year, draws[declared.YEARS_TO_LIVE.name])
            for service in option.partners:
                flows += _yearly(option, service, year, live, draws, together)
            flows += _paid(option, year, live, draws) if together else []
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:  # noqa: ARG002 - as every kind
        """Give what each service's runs of the topic go on costing."""
        return [
            _flow("runs of the topic as now", year, np.full(len(draws), -cost), service, ())
            for service in option.partners
            if (cost := fact(option, f"runs_gbp_{service}"))
            for year in range(1, self.years + 1)
        ]

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say training: courses and exercises are its business."""
        return ("training",)

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:  # noqa: ARG002 - as every kind
        """Give the exercises that each takes part in, or how many days less its people wait for a seat, where that is known."""
        if "exercise" in option.facts:
            held = draws[declared.EXERCISES.name]
            return [Bettered(each, EXERCISES_HELD, "exercises a year", held) for each in option.partners]
        found = []
        for each in option.partners:
            now, then = (option.facts.get(f"wait_days_{when}_{each}") for when in ("before", "after"))
            if isinstance(now, float) and isinstance(then, float):
                sooner = (now - then) * draws[declared.REALISED.name]
                found.append(Bettered(each, SEAT_WAITED_FOR, "days", sooner))
        return found

    def explain(self, option: Option) -> str:
        """Say who sits where, how many runs that takes, and what a trained person costs before and after."""
        names = in_words(option.names)
        if "exercise" in option.facts:
            return (
                f"{names} plan and run exercises together, and keep what each learns. The tables hold no run of an exercise "
                "that two of them share. Nothing is saved: it is what JESIP asks for, at its cost."
            )
        before, after = fact(option, "runs_before"), fact(option, "runs_after")
        cost = " to ".join(
            figure_in_words(fact(option, f"person_gbp_{when}"), Unit.POUNDS) for when in ("before", "after")
        )
        shared_seats = fact(option, "seats_shared")
        # A handful of people could be told apart (§8.1).
        sit = f"fewer than {LIMIT} sit" if 0 < shared_seats < LIMIT else f"{shared_seats:,.0f} sit"
        need = f"{after:,.0f} run" + ("" if after == 1 else "s")
        shared = (
            f"{names} become one calendar with one list of seats."
            if len(option.partners) > 1
            else f"{names} keep fewer, fuller runs."
        )
        return (
            f"{shared} The same {fact(option, 'people'):,.0f} people need {need} in place of {before:,.0f}, each in "
            f"one that counts for their own service; {sit} with another service. The runs "
            f"cost from {cost} a person trained, longer days and driving besides."
        )


def _groups(services: Sequence[str]) -> list[tuple[str, ...]]:
    """Give every pair of services, and all of them where that is more and not too many."""
    every = [tuple(services)] if 2 < len(services) <= MOST_TOGETHER else []
    return [*combinations(services, 2), *every]


def _option(
    area: Area,
    topic: str,
    courses: Sequence[str],
    partners: tuple[str, ...],
    assumptions: Mapping[str, Assumption],
    travel: Travel,
    tried: str | None,
) -> Option | None:
    """Make the option that these courses share a calendar; None where no run would fall away."""
    found = pooled(area, courses, assumptions, travel)
    if found is None or not found.dropped:
        return None
    named = area.table("courses").filter(pl.col("course_id").is_in(list(courses))).sort("course_id")
    return Option(
        id="-".join(
            (
                "joint-training",
                re.sub(r"[^\w]+", "-", topic),
                *(("alone",) if len(partners) < 2 else ()),
                *partners,
            )
        ),
        kind="joint training",
        title=f"One calendar for {in_words(_wordings(named))}: {in_words([area.name_of(each) for each in partners])}",
        partners=partners,
        joins=tuple(named["course_id"]),
        names=tuple(
            f"{topic} of {area.name_of(service)}"
            for topic, service in named.select("topic", "service_id").iter_rows()
        ),
        changes=found.changes,
        uses=(
            *(f"courses/{each}" for each in named["course_id"]),
            *(f"course_runs/{each}" for each in found.dropped),
        ),
        facts={**found.facts(partners), "tried_before": tried},
        incomplete=(*found.incomplete, "whether each service recognises the other's assessment"),
    )


def _wordings(named: pl.DataFrame) -> list[str]:
    return named["topic"].unique().sort().to_list()


def _not_settled(alike: Sequence[Alike], courses: Sequence[str]) -> tuple[str, ...]:
    """Say which other courses look like one of these, so that a person may say whether they are the same."""
    return tuple(
        f"whether {each.topic} ({each.course_id}) and {each.topic_2} ({each.course_id_2}) are one topic: say so in topics.csv"
        for each in alike
        if each.course_id in courses or each.course_id_2 in courses
    )


def _yearly(
    option: Option, service: str, year: int, live: NDArray[np.float64], draws: Draws, together: bool
) -> list[Cash]:
    """Give what one service saves and bears in a year, besides what it pays for seats."""
    began = declared.YEARS_TO_LIVE.name
    flows = []
    saved = fact(option, f"saved_gbp_{service}") * live * draws[declared.REALISED.name]
    in_cash = draws[declared.CASH_SHARE.name]
    rests = (declared.REALISED.name, declared.CASH_SHARE.name, began)
    if fact(option, f"saved_gbp_{service}"):
        flows.append(_flow("runs that fall away, in money", year, saved * in_cash, service, rests))
        flows.append(
            _flow(
                "runs that fall away, trainers' time", year, saved * (1 - in_cash), service, rests, time=True
            )
        )
    # Of the moves of people only as many come about as of the runs.
    made = live * draws[declared.REALISED.name]
    moved = (declared.REALISED.name, began)
    days = fact(option, f"more_days_{service}") + fact(option, f"road_hours_{service}") / HOURS_A_DAY
    if days:
        spent = -days * draws[declared.DAY.name] * made
        names = (declared.DAY.name, *moved)
        flows.append(
            _flow("trainees' days, longer courses and driving", year, spent, service, names, time=True)
        )
    if km := fact(option, f"road_km_{service}"):
        spent = -km * draws[declared.MILEAGE.name] * made
        flows.append(_flow("driving to another venue", year, spent, service, (declared.MILEAGE.name, *moved)))
    if together:
        spent = -draws[declared.BOOKING.name] * live
        flows.append(_flow("one list of seats", year, spent, service, (declared.BOOKING.name, began)))
    return flows


def _paid(option: Option, year: int, live: NDArray[np.float64], draws: Draws) -> list[Cash]:
    """Give what each service pays each other one for seats."""
    names = (declared.SEAT_PRICE.name, declared.REALISED.name, declared.YEARS_TO_LIVE.name)
    price = draws[declared.SEAT_PRICE.name] * draws[declared.REALISED.name] * live
    return [
        Cash(
            f"seats for {guest} with {host}",
            CashKind.PAYMENT,
            CashLine.PAYMENT,
            year,
            pounds * price,
            Partner(guest),
            Partner(host),
            names,
        )
        for guest in option.partners
        for host in option.partners
        if (pounds := fact(option, f"seats_gbp_of_{guest}_at_{host}"))
    ]


def _flow(
    what: str,
    year: int,
    amount: NDArray[np.float64],
    service: str,
    names: tuple[str, ...],
    *,
    time: bool = False,
) -> Cash:
    """Write a saving of one service, or a cost where the amount is negative; people's time is no cash."""
    who = Partner(service)
    kind = CashKind.NOT_CASH_RELEASING if time else CashKind.CASH_RELEASING
    line = CashLine.BENEFIT if time else CashLine.RUNNING
    return Cash(what, kind, line, year, amount, who, who, names)


def _exercise(area: Area, register: Sequence[Registered]) -> Option | None:
    """Make the option that the services exercise together, where they have courses and no two of them run an exercise.

    A course that is on the list and has no run is an exercise that nobody holds.
    """
    partners = sorted(each for each in area.services if area.kind_of(each) in _RESPONDING)
    courses = area.table("courses")
    held = courses.filter(pl.col("topic").str.contains(f"(?i){_EXERCISE}")).join(
        area.table("course_runs"), on="course_id", how="semi"
    )
    if (
        len(partners) < 2
        or len(partners) > MOST_TOGETHER
        or courses.is_empty()
        or held["service_id"].n_unique() > 1
    ):
        return None
    if lives_already(register, partners):
        return None
    before = tried_before(register, partners)
    return Option(
        id="-".join(("joint-training-exercises", *partners)),
        kind="joint training",
        title=f"{in_words([area.name_of(each) for each in partners])} exercise together",
        partners=tuple(partners),
        joins=tuple(partners),
        names=tuple(area.name_of(each) for each in partners),
        changes=(),
        # It frees nothing: people's time is spent on it, and no benefit is claimed.
        uses=(),
        facts={"exercise": 1.0, "tried_before": None if before is None else before.in_words},
        incomplete=(
            "what exercising together is worth, which is not put into money",
            "which exercises are run that no table of courses holds",
        ),
    )


def _exercise_cash(option: Option, draws: Draws, years: int) -> list[Cash]:
    """Give each service its share of each exercise, in its people's time and in money alike; no benefit is claimed."""
    spent = -draws[declared.EXERCISE.name] * draws[declared.EXERCISES.name]
    names = (declared.EXERCISE.name, declared.EXERCISES.name)
    return [
        _flow("joint exercises", year, spent, service, names)
        for service in option.partners
        for year in range(1, years + 1)
    ]


KIND: Kind = JointTraining()
