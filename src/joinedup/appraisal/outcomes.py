"""Outcomes beside money, service by service, and whether one service's objective is served at another's cost (§5.9)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from joinedup.appraisal.economic import discounted
from joinedup.appraisal.ranges import HALF_A_PENNY, Range
from joinedup.money import SOCIETY, CashKind
from joinedup.options import TellsOutcomes, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.appraisal.appraise import Appraisal
    from joinedup.appraisal.gate import Gate
    from joinedup.options import Bettered

SLIGHT_MIN = 1 / 60
"""A change in the mean wait of less than a second is none."""


@dataclass(frozen=True)
class Objective:
    """What one service wants, in its own words: ``measure`` is one of `measures`, or empty where nothing here measures it."""

    service: str
    words: str
    measure: str


@dataclass(frozen=True)
class Effect:
    """What an option does to one measure of one service.

    ``change`` is better where it is above zero, in ``unit``, at central values; None where nobody knows. ``evidence`` says what
    shows it. ``range`` is where nine draws in ten lie, where it was drawn and is no money and no wait.
    """

    service: str
    measure: str
    change: float | None
    unit: str
    evidence: str
    range: Range | None = None

    @property
    def helps(self) -> bool | None:
        """Whether it is better, None where it is not known or makes no difference."""
        slight = {"minutes": SLIGHT_MIN, "pounds": HALF_A_PENNY}.get(self.unit, _NOTHING)
        if self.change is None or abs(self.change) < slight:
            return None
        return self.change > 0


MONEY, TIME, WAITS, SOCIETYS = "money", "time set free", "waits", "worth to society"
_NOTHING = 1e-9


@cache
def measures() -> tuple[str, ...]:
    """Give what a service may name among its objectives: what is measured of every option, then what only some kinds tell of."""
    told = {each for kind in kinds() if isinstance(kind, TellsOutcomes) for each in kind.measures}
    return (MONEY, TIME, WAITS, *sorted(told))


def effects(
    appraisal: Appraisal, gate: Gate, services: Sequence[str], told: Sequence[Bettered] = ()
) -> tuple[Effect, ...]:
    """Lay out what is measured: money, time and waits of each service and what its kind has ``told``, then what society gains.

    Money and time are present values in real pounds at central values; waits are minutes saved in the mean over the
    incidents that the gate judged, or over the calls that lead to a response where it judged calls; None where it has no times.
    """
    found = []
    for service in services:
        standing = next((each for each in appraisal.standings if each.partner == service), None)
        money = 0.0 if standing is None else float(standing.money[0])
        time = sum(
            float(discounted(flow, amount, appraisal.edition)[0])
            for flow in appraisal.flows
            if flow.kind is CashKind.NOT_CASH_RELEASING
            for who, amount in flow.falls_on()
            if who == service
        )
        found += [
            Effect(service, MONEY, money, "pounds", "the appraisal's flows of cash and payments"),
            Effect(service, TIME, time, "pounds", "the appraisal's flows that release no cash"),
            _waits(gate, service),
            *(_told(each) for each in told if each.service == service),
        ]
    # What is paid to it or by it is worth nothing to all together: redundancy pay is no gain to the public.
    falls = [
        float(discounted(flow, amount, appraisal.edition)[0])
        for flow in appraisal.flows
        if flow.kind is not CashKind.PAYMENT
        for who, amount in flow.falls_on()
        if who == SOCIETY
    ]
    if any(falls):
        shows = "the appraisal's flows that fall on society"
        found.append(Effect(SOCIETY, SOCIETYS, sum(falls), "pounds", shows))
    return tuple(found)


def _told(one: Bettered) -> Effect:
    found = Range.of(one.by)
    return Effect(
        one.service,
        one.measure,
        found.central,
        one.unit,
        "what the option was appraised by, once it works",
        found,
    )


def _waits(gate: Gate, service: str) -> Effect:
    rows = [row for row in gate.rows if row.service_id == service]
    known = [
        row
        for row in gate.to_response
        if row.service_id == service and row.mean_change is not None and row.incidents
    ]
    if rows and not known:
        return Effect(service, WAITS, None, "minutes", "the safety gate has no response times to judge by")
    if not rows:
        return Effect(service, WAITS, 0.0, "minutes", "nobody of this service who responds is moved")
    changes = np.array([row.mean_change for row in known], dtype=np.float64)
    counts = np.array([row.incidents for row in known], dtype=np.float64)
    mean = float(np.average(changes, weights=counts))
    return Effect(
        service, WAITS, -mean, "minutes", f"the safety gate's mean over {int(counts.sum()):,} {gate.counted}"
    )


def at_anothers_cost(
    found: Sequence[Effect], objectives: Sequence[Objective] = ()
) -> tuple[tuple[Effect, Effect], ...]:
    """Pair what helps one service with what the same option takes from another: (helped, hurt).

    Where services have stated objectives, only what serves one counts as help; harm counts always.
    """
    wanted: Mapping[str, set[str]] = {
        each.service: {other.measure for other in objectives if other.service == each.service}
        for each in objectives
    }
    helped = [
        each
        for each in found
        if each.helps and (each.service not in wanted or each.measure in wanted[each.service])
    ]
    hurt = [each for each in found if each.helps is False]
    return tuple((one, other) for one in helped for other in hurt if one.service != other.service)
