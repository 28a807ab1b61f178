"""Control rooms as the kinds that join them see them: whose, with whom, how many calls are passed, what was tried."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from joinedup.area import Area
from joinedup.options import tried_before
from joinedup.options.shared_control_room.declared import PAY
from joinedup.refusal import Refusal
from joinedup.response.rooms import Rooms
from joinedup.response.rooms.staffing import WEEKS_A_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.options import Option, Registered


@dataclass(frozen=True)
class Room:
    """What is known of a service's room, its largest where there are more; None where the study does not say."""

    room_id: str
    service_id: str
    site_id: str | None
    name: str
    positions: int | None
    system: str | None
    running_cost_gbp: float | None


_MEASURED: WeakKeyDictionary[Area, dict[object, Rooms | None]] = WeakKeyDictionary()


def rooms_of(area: Area, assumptions: Mapping[str, Assumption]) -> Rooms | None:
    """Measure the calls to the rooms of an area, once for each set of assumptions; None where nobody has any with a time."""
    own = {name: each for name, each in assumptions.items() if name.startswith("rooms.")}
    kept = _MEASURED.setdefault(area, {})
    key = tuple(sorted((name, each.low, each.central, each.high) for name, each in own.items()))
    if key not in kept:
        try:
            # The order of the rows must not decide the order of the sums.
            services = area.table("services").sort("service_id")
            tables = MappingProxyType({**area.tables, "services": services})
            kept[key] = Rooms.of(replace(area, tables=tables), own)
        except Refusal:
            kept[key] = None
    return kept[key]


def room_called(area: Area, room_id: str) -> Room:
    """Give a room by its identifier."""
    row = area.table("control_rooms").row(by_predicate=pl.col("room_id") == room_id, named=True)
    return Room(**{each.name: row[each.name] for each in fields(Room)})


def groups(area: Area) -> list[tuple[Room, ...]]:
    """Give every pair and every three of services with a room each, and all of them; the largest room first."""
    largest = (
        area.table("control_rooms")
        .filter(pl.col("service_id").is_in(list(area.services)))
        .sort("positions", "room_id", descending=[True, False], nulls_last=True)
        .unique("service_id", keep="first", maintain_order=True)["room_id"]
    )
    rooms = [room_called(area, each) for each in largest.to_list()]
    sizes = sorted({2, 3, len(rooms)} & set(range(2, len(rooms) + 1)))
    return [group for size in sizes for group in combinations(rooms, size)]


def tried_in(register: Sequence[Registered], group: Sequence[Room]) -> str | None:
    """Say how the same ended between these services, else between two of them; None where it was not tried."""
    partners = [each.service_id for each in group]
    before = tried_before(register, partners)
    if before is not None:
        return before.in_words
    for pair in combinations(sorted(partners), 2):
        before = tried_before(register, pair)
        if before is not None:
            return f"by {in_words(pair)} alone: {before.in_words}"
    return None


def passed_a_year(measured: Rooms) -> dict[tuple[str, str], float]:
    """Give the calls that each service passes to each other one in a year."""
    found = dict.fromkeys(((a, b) for a in measured.services for b in measured.services), 0.0)
    for row, line in enumerate(measured.lines):
        calls = float(measured.hourly[row].sum()) * WEEKS_A_YEAR
        for column, other in enumerate(measured.services):
            found[line.service, other] += calls * float(measured.passed[row, column])
    return found


def pay(area: Area, service: str, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what one post in a service's control room costs in a year, and the assumptions used."""
    own = area.table("posts").filter(
        (pl.col("service_id") == service)
        & (pl.col("function") == "control")
        & pl.col("cost_gbp").is_not_null()
    )
    strength = float(own["fte"].sort().sum())
    if strength:
        return np.full(len(draws), float(own["cost_gbp"].sort().sum()) / strength), ()
    return draws[PAY.name], (PAY.name,)


def in_use(year: int, years_to_live: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of a year, from 1, in which what takes so many years to go live is in use."""
    return np.clip(year - years_to_live, 0.0, 1.0)


def spent_in(year: int, since: NDArray[np.float64], until: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the share of what is spent evenly from one time to another, both from the start of year 1, that falls in a year.

    What takes no time falls in the year in which it happens.

    >>> [float(spent_in(year, np.array([0.0]), np.array([2.5]))[0]) for year in (1, 2, 3, 4)]
    [0.4, 0.4, 0.2, 0.0]
    """
    length = until - since
    within = np.clip(np.minimum(year, until) - np.maximum(year - 1, since), 0.0, 1.0)
    at_once = np.where(np.floor(since) + 1 == year, 1.0, 0.0)
    return np.where(length > 0, within / np.where(length > 0, length, 1.0), at_once)


def in_words(names: Sequence[str]) -> str:
    """Write names as a list in words."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def fact(option: Option, name: str) -> float:
    """Give a number that was found; nothing where it could not be."""
    value = option.facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
