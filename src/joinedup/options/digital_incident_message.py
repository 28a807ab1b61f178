"""Digital incident message: rooms pass a call on as a message between their systems, and nobody reads it out."""

from __future__ import annotations

from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area import Area
from joinedup.assumptions import Assumption, Draws, Grade
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Bettered, Kind, Need, Option, lives_already, registered
from joinedup.options.shared_control_room.declared import LOST_HOURS, PAY
from joinedup.options.shared_control_room.joining import (
    fact,
    groups,
    in_use,
    in_words,
    passed_a_year,
    pay,
    room_called,
    rooms_of,
    tried_in,
)
from joinedup.options.shared_control_room.losing import NOBODY_CAN_TELL, one_room_lost
from joinedup.response.rooms import Rooms, shipped
from joinedup.response.rooms.declared import LOG, PRODUCTIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.options.shared_control_room.joining import Room
    from joinedup.wording import Unit


def _judged(
    name: str, sentence: str, unit: str, values: tuple[float, float, float], source: str
) -> Assumption:
    return Assumption(f"digital_incident_message.{name}", sentence, unit, *values, source, Grade.JUDGEMENT)


INTERFACE = _judged(
    "interface",
    "Making one make of command and control system able to send and take messages.",
    "pounds a system",
    (15_000, 40_000, 120_000),
    "judgement, to be replaced by the supplier's quotation",
)
CONNECTING = _judged(
    "connecting",
    "Connecting and testing one room, and showing its staff how to use it.",
    "pounds a room",
    (5_000, 15_000, 40_000),
    "judgement, to be replaced by a plan",
)
SUPPORT = _judged(
    "support",
    "What one room pays for support and for the exchange of messages.",
    "pounds a room a year",
    (2_000, 6_000, 15_000),
    "judgement, to be replaced by the supplier's quotation",
)
REALISED = _judged(
    "realised",
    "Handlers' time really set free, as a share of what the seconds would give.",
    "share",
    (0.25, 0.6, 1.0),
    "judgement: many calls are talked over though a message was sent; how far the seconds are out is in their own ranges",
)
YEARS_TO_LIVE = _judged(
    "years_to_live",
    "Years from the start of the first year until messages are in daily use.",
    "years",
    (0.5, 1.0, 3.0),
    "judgement: begun in 2012, it was in use at 27 of 44 English fire services when they were last counted (GeoConnexion)",
)
EXIT_COST = _judged(
    "exit_cost",
    "What it would cost to part again. It is shown, and is in no total.",
    "pounds",
    (0, 5_000, 20_000),
    "judgement: the rooms go back to the telephone, which they have kept",
)


MESSAGE = next(each for each in shipped() if each.name == "digital incident message")
assert MESSAGE.log is not None
AS_MESSAGE = MESSAGE.log
"""The seconds that a call passed as a message takes, as the way of working declares them."""


HANDLERS_HOURS = "call handlers' hours"


class DigitalIncidentMessage:
    """Rooms pass calls on as messages between their systems."""

    name: str = "digital incident message"
    rung: int = 1
    question: str = "Which control rooms could pass a call on as a message, so that nobody has to read it out and type it again?"
    needs: tuple[Need, ...] = (
        Need(
            "control_rooms",
            ("system",),
            "the command and control system of each room, to know what has to be made to talk to what",
        ),
    )
    assumptions: tuple[Assumption, ...] = (
        INTERFACE,
        CONNECTING,
        SUPPORT,
        REALISED,
        YEARS_TO_LIVE,
        LOG,
        AS_MESSAGE,
        LOST_HOURS,
        PAY,
        PRODUCTIVE,
        EXIT_COST,
    )
    project_type: str = "equipment and development"
    years: int = 10
    exit_cost: str = EXIT_COST.name
    facts_told: Mapping[str, tuple[str, Unit | None]] = MappingProxyType(
        {"one_room_lost": ("If one room is lost, {it}.", None)}
    )
    measures: tuple[str, ...] = (HANDLERS_HOURS,)

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Look at every pair of rooms, and at all together, that have different systems or pass calls to each other."""
        register = registered(area, self.name)
        # Who answers in one room has nobody to send a message to.
        either = (*register, *registered(area, "shared control room"))
        measured = rooms_of(area, assumptions)
        found = [
            _option(area, group, measured, tried_in(register, group), assumptions)
            for group in groups(area)
            if not any(
                lives_already(either, [each.service_id for each in pair]) for pair in combinations(group, 2)
            )
        ]
        return sorted((each for each in found if each), key=lambda option: option.id)

    def find_alone(
        self,
        area: Area,
        partner: str,
        assumptions: Mapping[str, Assumption],  # noqa: ARG002 - as every kind
    ) -> list[Option]:
        """Let rooms of the partner's own, with different systems, send each other messages."""
        own = area.table("control_rooms").filter(pl.col("service_id") == partner)["room_id"].sort().to_list()
        rooms = [room_called(area, each) for each in own]
        if len({each.system or each.room_id for each in rooms}) < 2:
            return []
        # A call that is passed names the service that takes it, so that nobody can count those between its own rooms.
        return [
            Option(
                id=f"digital-incident-message-alone-{partner}",
                kind=self.name,
                title=f"{in_words([each.name for each in rooms])} pass calls on as messages",
                partners=(partner,),
                joins=tuple(own),
                names=tuple(each.name for each in rooms),
                changes=(),
                uses=tuple(f"control_rooms/{each}" for each in own),
                facts={"passed_calls": None, "minutes_sooner": None},
                incomplete=("how many calls these rooms pass to each other",),
            )
        ]

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Interfaces and their support, by the service whose room it is, then time set free, which is no cash."""
        rooms = [room_called(area, each) for each in option.joins]
        flows = []
        for room in rooms:
            partner = Partner(room.service_id)
            # Rooms with one make of system pay for one interface between them.
            sharing = sum(other.system == room.system for other in rooms) if room.system else 1
            capital = draws[INTERFACE.name] / sharing + draws[CONNECTING.name]
            flows.append(
                Cash(
                    "interface of the system, connecting and testing",
                    CashKind.CASH_RELEASING,
                    CashLine.CAPITAL,
                    0,
                    -capital,
                    partner,
                    partner,
                    (INTERFACE.name, CONNECTING.name),
                    supply=Supply.STANDARD,
                )
            )
            hour, names = _hour(area, partner, draws)
            freed = _hours_freed(option, partner, draws) * hour * draws[REALISED.name]
            for year in range(1, self.years + 1):
                live = in_use(year, draws[YEARS_TO_LIVE.name])
                flows += [
                    Cash(
                        "support and exchange of messages",
                        CashKind.CASH_RELEASING,
                        CashLine.RUNNING,
                        year,
                        -draws[SUPPORT.name] * live,
                        partner,
                        partner,
                        (SUPPORT.name, YEARS_TO_LIVE.name),
                        supply=Supply.STANDARD,
                    ),
                    Cash(
                        "call handlers' time set free",
                        CashKind.NOT_CASH_RELEASING,
                        CashLine.BENEFIT,
                        year,
                        freed * live,
                        partner,
                        partner,
                        (
                            REALISED.name,
                            YEARS_TO_LIVE.name,
                            *_by_voice(option, partner),
                            AS_MESSAGE.name,
                            *names,
                        ),
                    ),
                ]
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the time that passing calls by voice takes is worth: no cash, and paid already."""
        flows = []
        for service in option.partners:
            hour, names = _hour(area, service, draws)
            spent = -_hours_by_voice(option, service, draws) * hour
            flows += [
                Cash(
                    "call handlers' time on passing calls by voice",
                    CashKind.NOT_CASH_RELEASING,
                    CashLine.BENEFIT,
                    year,
                    spent,
                    Partner(service),
                    Partner(service),
                    (*_by_voice(option, service), *names),
                )
                for year in range(1, self.years + 1)
            ]
        return flows

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say control: rooms, their staff and their systems are its business."""
        return ("control",)

    def outcomes(self, area: Area, option: Option, draws: Draws) -> list[Bettered]:  # noqa: ARG002 - as every kind
        """Give the hours of each service's call handlers that are set free in a year; none where nobody knows what is passed."""
        if option.facts["passed_calls"] is None:
            return []
        return [
            Bettered(
                each,
                HANDLERS_HOURS,
                "hours a year",
                _hours_freed(option, each, draws) * draws[REALISED.name],
            )
            for each in option.partners
        ]

    def explain(self, option: Option) -> str:
        """Say which rooms send messages, how many calls that is, and what becomes of the minutes."""
        calls, sooner = option.facts["passed_calls"], option.facts["minutes_sooner"]
        told = (
            "How many calls they pass to each other is not recorded."
            if calls is None or sooner is None
            else f"About {float(calls):,.0f} calls a year are passed; each would be with the other service {float(sooner):.1f} "
            "minutes sooner, if it goes as its promoter tells."
        )
        return (
            f"{in_words(option.names)} stay as they are. A call for another service goes as a message between their systems. "
            f"{told} Handlers' minutes are set free, but no post is."
        )


def _option(
    area: Area,
    group: Sequence[Room],
    measured: Rooms | None,
    tried: str | None,
    assumptions: Mapping[str, Assumption],
) -> Option | None:
    """Make the option that these rooms send each other messages, or None where there is nothing to send."""
    partners = tuple(each.service_id for each in group)
    systems = {each.system or each.room_id for each in group}
    known = measured is not None and set(partners) <= set(measured.services)
    incomplete: list[str] = []
    facts: dict[str, float | str | None] = {
        "passed_calls": None,
        "minutes_sooner": None,
        "one_room_lost": NOBODY_CAN_TELL,
        "systems": float(len(systems)),
        "tried_before": tried,
    }
    if measured is not None and known:
        passed = passed_a_year(measured)
        now, then = _seconds(measured)
        calls = sum(passed[one, other] for one in partners for other in partners if one != other)
        if not calls and len(systems) == 1:
            return None
        voice = measured.central(LOG)
        sooner = sum(
            passed[one, other] * (now.get(other, voice) - then)
            for one in partners
            for other in partners
            if one != other
        )
        facts["passed_calls"] = calls
        facts["minutes_sooner"] = sooner / calls / 60 if calls else 0.0
        for service in partners:
            others = [each for each in partners if each != service]
            # Whoever passes a call by voice holds the line until it is logged; whoever takes it logs it.
            taken = sum(passed[each, service] for each in others)
            logs = {**{each: passed[service, each] for each in others}, service: taken}
            recorded = sum(calls * now[each] for each, calls in logs.items() if each in now) / 3600
            unrecorded = sum(calls for each, calls in logs.items() if each not in now)
            facts[f"hours_recorded_{service}"] = recorded
            facts[f"logs_unrecorded_{service}"] = unrecorded
            facts[f"calls_taken_{service}"] = taken
            facts[f"hours_by_voice_{service}"] = recorded + unrecorded * voice / 3600
            facts[f"hours_a_year_{service}"] = recorded + (unrecorded * voice - taken * then) / 3600
        facts |= one_room_lost(
            measured, partners, MESSAGE.name, assumptions, frees_posts=False, one_place=False
        )
        incomplete += _unrecorded(area, partners)
    else:
        if len(systems) == 1:
            return None
        incomplete.append("how many calls these rooms pass to each other")
    incomplete += [f"which system {each.name} has" for each in group if each.system is None]
    return Option(
        id="digital-incident-message-" + "-".join(partners),
        kind="digital incident message",
        title=f"{in_words([each.name for each in group])} pass calls on as messages",
        partners=partners,
        joins=tuple(each.room_id for each in group),
        names=tuple(each.name for each in group),
        # Nothing that a service holds is moved or given up.
        changes=(),
        uses=tuple(f"control_rooms/{each.room_id}" for each in group),
        facts=facts,
        incomplete=tuple(incomplete),
    )


def _seconds(measured: Rooms) -> tuple[dict[str, float], float]:
    """Give the seconds that a passed call takes now in each room that recorded them, and as a message at the central value."""
    recorded = zip(measured.services, measured.log, strict=True)
    now = {service: float(took.mean()) / 1000 for service, took in recorded if took is not None}
    return now, measured.central(AS_MESSAGE)


def _hours_by_voice(option: Option, service: str, draws: Draws) -> NDArray[np.float64]:
    """Give the hours a year that a service's handlers spend on passing calls by voice; shape (draws + 1,)."""
    declared = fact(option, f"logs_unrecorded_{service}") * draws[LOG.name] / 3600
    return np.asarray(fact(option, f"hours_recorded_{service}") + declared)


def _by_voice(option: Option, service: str) -> tuple[str, ...]:
    """Name what those hours rest on: nothing where every room recorded how long a passed call takes."""
    return (LOG.name,) if fact(option, f"logs_unrecorded_{service}") else ()


def _hours_freed(option: Option, service: str, draws: Draws) -> NDArray[np.float64]:
    """Give the hours of them that a message would take away if nobody talked a call over; shape (draws + 1,)."""
    still = fact(option, f"calls_taken_{service}") * draws[AS_MESSAGE.name] / 3600
    return _hours_by_voice(option, service, draws) - still


def _unrecorded(area: Area, partners: Sequence[str]) -> Iterator[str]:
    """Say whose passed calls were not recorded, and what stands in for them."""
    for service in partners:
        own = pl.col("service_id") == service
        calls, incidents = (area.table(each).filter(own) for each in ("calls", "incidents"))
        if calls["passed_to"].count():
            continue
        asked = calls.is_empty() and incidents["other_service_requested"].count()
        where = "the incidents that name another service" if asked else "a declared share"
        yield f"the calls that {area.name_of(service)} passes on, which are taken from {where}"


def _hour(area: Area, service: str, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what an hour of a call handler's time costs, and the assumptions used."""
    post, names = pay(area, service, draws)
    return post / draws[PRODUCTIVE.name], (*names, PRODUCTIVE.name)


KIND: Kind = DigitalIncidentMessage()
