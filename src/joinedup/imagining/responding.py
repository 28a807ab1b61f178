"""Which units went to the records of a district, and when: the nearest that is free and on duty.

No unit attends two records at once. Who was needed is the truth; who came is what the attendances say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.assumptions import stream
from joinedup.imagining.estate import ESTATE
from joinedup.imagining.recording import CONVEYED, GOES, PRIORITIES, UNITS
from joinedup.travel import CRUISING_SPEED, LOST_MINUTES, StraightLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.imagining.estate import Station, Unit
    from joinedup.imagining.happening import Events
    from joinedup.imagining.period import Period
    from joinedup.imagining.recording import Records

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NEEDS = {
    "police": ("police car", "second police car", "third police car"),
    "fire": ("first engine", "second engine", "third engine"),
    "ambulance": ("ambulance", "second ambulance", "third ambulance"),
}
TRAVEL = StraightLine(CRUISING_SPEED.central / 60, LOST_MINUTES.central)
"""The law by which units travel, before chance makes a drive longer or shorter."""
TRAVEL_SPREAD = 0.2
_NEAREST = 6
_LEAST_TO_HOSPITAL = 3.0


@dataclass(frozen=True, eq=False)
class Attendances:
    """Units sent, in the order in which they were told: times in seconds, not a number where there is none.

    ``record`` is a place among the service's records, ``unit`` among the district's units of the service.
    """

    record: Integers
    unit: Integers
    need: Integers
    mobilised: Floats
    responding: Floats
    arrived: Floats
    left: Floats
    hospital: Floats
    available: Floats


def needs_of(records: Records, events: Events, seed: int, district: int) -> Integers:
    """Give how many units each record needs; none for those that end on the telephone."""
    service = records.service
    kind = events.kind[records.event]
    chance = stream(seed, "district", str(district), "needs", service)
    # Drawn in the order of the events, so that a record keeps its needs whatever noise reorders or loses.
    size = len(events)
    goes = chance.random(size)[records.event] < GOES[service][kind]
    units = np.floor(UNITS[service][kind] + chance.random(size)[records.event]).astype(np.int64)
    return np.where(goes & ~records.repeat, np.minimum(units, len(NEEDS[service])), 0)


def attendances_of(
    records: Records,
    events: Events,
    needs: Integers,
    stations: Sequence[Station],
    period: Period,
    seed: int,
    district: int,
) -> Attendances:
    """Send the nearest free unit on duty to each need; where none is free, the one that will be first."""
    service = records.service
    units = [(station, unit) for station in stations for unit in station.units]
    record = np.repeat(np.arange(len(records)), needs)
    need = np.arange(len(record)) - np.repeat(np.cumsum(needs) - needs, needs)
    chance = stream(seed, "district", str(district), "attendances", service)
    size = len(record)
    kind = events.kind[records.event[record]]
    job = ESTATE["job"][service]
    handling = np.array([job["handling"].get(each, 0.0) for each in PRIORITIES])[records.priority[record]]
    begins = records.opened[record] + 60 * handling * _about(chance, size, 0.35)
    scene = 60 * job["scene"] * _about(chance, size, 0.5)
    conveyed = (need == 0) & (chance.random(size) < CONVEYED[service][kind])
    hospital = 60 * (
        _LEAST_TO_HOSPITAL + 9 * chance.standard_exponential(size)
        if service == "ambulance"
        else np.zeros(size)
    )
    handover = 60 * job.get("hospital", 0) * _about(chance, size, 0.5)
    free = 60 * job["free"] * _about(chance, size, 0.3)
    after = scene + np.where(conveyed, hospital + handover, 0.0) + free

    place = np.column_stack([events.x, events.y])[records.event[record]]
    order, drive = _nearest(stations, place)
    drive *= 60 * _about(chance, size, TRAVEL_SPREAD)[:, None]
    told = np.argsort(begins, kind="stable")
    unit, mobilised, choice = _sent(
        begins[told], after[told], order[told], drive[told], [each.units for each in stations], period
    )
    record, need, conveyed = record[told], need[told], conveyed[told]
    wait = _turnout(units, unit, chance)
    responding = mobilised + wait
    arrived = responding + drive[told][np.arange(size), choice]
    left = arrived + scene[told]
    at_hospital = np.where(conveyed, left + hospital[told], np.nan)
    available = np.where(conveyed, at_hospital + handover[told], left) + free[told]
    # Where every unit is out, the same one may be the first to be free for two needs of one record: it comes once.
    once = np.sort(np.unique(record * len(units) + unit, return_index=True)[1])
    columns = (record, unit, need, mobilised, responding, arrived, left, at_hospital, available)
    return Attendances(*(column[once] for column in columns))


def _about(chance: np.random.Generator, number: int, spread: float) -> Floats:
    """Draw factors about 1: lognormal, with a median of 1."""
    return np.asarray(np.exp(spread * chance.standard_normal(number)))


def _turnout(units: Sequence[tuple[Station, Unit]], unit: Integers, chance: np.random.Generator) -> Floats:
    """Draw seconds from being told to setting off, by how the unit is crewed."""
    given = ESTATE["turnout_seconds"]
    least = np.array([given[each.crew][0] for _, each in units], dtype=np.float64)[unit]
    most = np.array([given[each.crew][1] for _, each in units], dtype=np.float64)[unit]
    return least + (most - least) * chance.random(len(unit))


def _nearest(stations: Sequence[Station], place: Floats) -> tuple[Integers, Floats]:
    """Give the nearest few stations of each place, nearest first, and the minutes to drive from each."""
    many = min(_NEAREST, len(stations))
    found = scipy.spatial.cKDTree(np.array([(each.x, each.y) for each in stations])).query(
        place, k=list(range(1, many + 1))
    )
    return np.asarray(found[1], dtype=np.int64), TRAVEL.minutes(np.asarray(found[0]))


def _sent(
    begins: Floats,
    after: Floats,
    order: Integers,
    drive: Floats,
    units: Sequence[Sequence[Unit]],
    period: Period,
) -> tuple[Integers, Floats, Integers]:
    """Choose a unit for each need, in the order in which they are known: unit, time told, and which station."""
    serial = 0
    held: list[list[int]] = []
    duty: list[list[bool]] = []
    for each in units:
        # Of those at home the crew that sets off soonest goes first.
        turnout = [ESTATE["turnout_seconds"][unit.crew][1] for unit in each]
        held.append([serial + row for row in sorted(range(len(each)), key=turnout.__getitem__)])
        duty += [_on_duty(unit.hours) for unit in each]
        serial += len(each)
    free = [0.0] * serial
    hours = period.hour_of_week
    hour = hours[np.minimum((begins // 3600).astype(np.int64), len(hours) - 1)].tolist()
    unit, told, choice = [0] * len(begins), [0.0] * len(begins), [0] * len(begins)
    rows = zip(begins.tolist(), after.tolist(), order.tolist(), drive.tolist(), hour, strict=True)
    for number, (at, takes, near, minutes, now) in enumerate(rows):
        best, best_at, best_choice = -1, np.inf, 0
        for place, station in enumerate(near):
            for each in held[station]:
                if duty[each][now] and free[each] < best_at:
                    best, best_at, best_choice = each, free[each], place
                if best_at <= at:
                    break
            if best_at <= at:
                break
        start = max(at, best_at)
        unit[number], told[number], choice[number] = best, start, best_choice
        free[best] = start + _LONGEST_TURNOUT + minutes[best_choice] + takes
    return np.array(unit, dtype=np.int64), np.array(told), np.array(choice, dtype=np.int64)


_LONGEST_TURNOUT = 360.0
"""A unit is not sent again before it is certain to be free, whatever its turnout was."""


def _on_duty(hours: tuple[int, int]) -> list[bool]:
    """Say for each hour of the week whether a unit with these hours is on duty."""
    starts, ends = hours
    if starts == ends:
        return [True] * 168
    return [
        starts <= hour < ends if starts < ends else hour >= starts or hour < ends for hour in range(24)
    ] * 7
