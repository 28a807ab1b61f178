"""How each service records the events of a district, with everything that goes wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.kinds import CATEGORIES, KINDS, SERVICES
from joinedup.imagining.period import DAY, HOUR, WEEK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.imagining.difficulties import Difficulties
    from joinedup.imagining.happening import Events
    from joinedup.imagining.noise import Noise
    from joinedup.imagining.period import Period

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

PRIORITIES = ("1", "2", "3", "4", "immediate", "prompt", "scheduled")
REQUESTS = (
    "none",
    "police",
    "fire",
    "ambulance",
    "police; fire",
    "police; ambulance",
    "fire; ambulance",
)
_MONTH = 30 * DAY
_ROUNDED_TO = 100.0
_ROUNDED_SERVICE = "police"


@dataclass(eq=False)
class Records:
    """One service's records, in the order in which they were opened.

    ``time`` is in seconds from the start of the study, places in metres; a time or place that is missing is not a
    number, a category that is missing is -1. ``event`` is a place among the district's events.
    """

    service: str
    event: Integers
    time: Floats
    x: Floats
    y: Floats
    coarse: Flags
    category: Integers
    priority: Integers
    request: Integers
    repeat: Flags
    opened: Floats
    """The time at which it was opened even where the record does not say."""
    order: Integers
    """The place of each record before it was put in order, and before others were lost."""

    def __len__(self) -> int:
        """Count the records."""
        return len(self.event)

    def where(self, keep: NDArray[np.bool_] | Integers) -> Records:
        """Keep some of the records, or put them in another order."""
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        return Records(
            **{name: value if name == "service" else value[keep] for name, value in columns.items()}
        )


def _by_kind(service: str, column: str) -> NDArray[np.float64]:
    return np.array([getattr(kind.parts[service], column) if service in kind.parts else 0 for kind in KINDS])


HAS = {service: np.array([service in kind.parts for kind in KINDS]) for service in SERVICES}
GOES = {service: _by_kind(service, "goes") for service in SERVICES}
UNITS = {service: _by_kind(service, "units") for service in SERVICES}
CONVEYED = {service: _by_kind(service, "conveyed") for service in SERVICES}
_CATEGORY = {
    service: np.array(
        [
            CATEGORIES[service].index(kind.parts[service].category) if service in kind.parts else -1
            for kind in KINDS
        ]
    )
    for service in SERVICES
}
_PRIORITY = {
    service: np.array(
        [PRIORITIES.index(kind.parts[service].priority) if service in kind.parts else -1 for kind in KINDS]
    )
    for service in SERVICES
}
_REQUEST = {
    service: np.array(
        [
            REQUESTS.index("; ".join(each for each in kind.parts if each != service) or "none")
            for kind in KINDS
        ]
    )
    for service in SERVICES
}
_COMMONNESS = {
    service: np.bincount(
        _CATEGORY[service][HAS[service]],
        weights=[kind.rate for kind in KINDS if service in kind.parts],
        minlength=len(CATEGORIES[service]),
    )
    for service in SERVICES
}


def records_of(
    service: str,
    events: Events,
    period: Period,
    noise: Noise,
    seed: int,
    *,
    district: int,
    region: int,
    default_place: tuple[float, float],
    found: Difficulties,
) -> Records:
    """Record the events of a district as one service would.

    Each difficulty has its own stream, so that turning one off changes nothing about the others.
    """

    def chance(difficulty: str) -> np.random.Generator:
        return stream(seed, "district", str(district), "records", service, difficulty)

    event = np.flatnonzero(HAS[service][events.kind])
    kind, size = events.kind[event], len(event)
    late = np.where(
        chance("delay").random(size) < noise.delayed,
        60 * noise.delay_minutes * chance("length of delay").standard_exponential(size),
        0.0,
    )
    clock = clock_offsets(service, region, period, noise, seed)
    offset = clock[np.minimum((events.time[event] // _MONTH).astype(np.int64), len(clock) - 1)]
    time = events.time[event] + offset + late + 60 * noise.time_minutes * chance("time").standard_normal(size)
    each_way = noise.place_metres / np.sqrt(2) * chance("place").standard_normal((2, size))
    records = Records(
        service=service,
        event=event,
        time=time,
        x=events.x[event] + each_way[0],
        y=events.y[event] + each_way[1],
        coarse=np.zeros(size, dtype=bool),
        category=_CATEGORY[service][kind],
        priority=_PRIORITY[service][kind],
        request=_REQUEST[service][kind],
        repeat=np.zeros(size, dtype=bool),
        opened=time,
        order=np.arange(size),
    )
    notes: list[tuple[str, Integers, Floats | float, str]] = [
        ("delay", np.flatnonzero(late), late[late > 0] / 60, "minutes")
    ]
    _ask(records, noise, chance, notes)
    _slip(records, noise, chance, notes)
    _misplace(records, noise, chance, default_place, notes)
    records = _repeated(records, noise, chance, notes)
    records.time = np.clip(np.floor(records.time), 0, period.seconds - 1)
    records.opened = records.time.copy()
    _forget(records, noise, chance, notes)
    records = _in_order(records, period, noise, seed, region, found)
    place = np.full(int(records.order.max(initial=-1)) + 1, -1)
    place[records.order] = np.arange(len(records))
    for difficulty, which, sizes, unit in notes:
        known = which < len(place)
        at = place[which[known]]
        sized = sizes if isinstance(sizes, float) else sizes[known][at >= 0]
        found.records(difficulty, records, at[at >= 0], events, sized, unit)
    for month, seconds in enumerate(clock):
        if seconds:
            found.whole(
                "clock offset", month * _MONTH, seconds, "seconds", events=len(records), service=service
            )
    if noise.time_minutes:
        found.whole(
            "time noise", 0, noise.time_minutes, "minutes, standard deviation", events=size, service=service
        )
    if noise.place_metres:
        found.whole(
            "place noise", 0, noise.place_metres, "metres, root mean square", events=size, service=service
        )
    return records


def clock_offsets(service: str, region: int, period: Period, noise: Noise, seed: int) -> Floats:
    """Give how many seconds a service's clock is fast, month by month."""
    months = int(period.seconds // _MONTH) + 1
    return noise.clock_seconds * stream(seed, "clock", str(region), service).standard_normal(months)


def _ask(records: Records, noise: Noise, chance: _Chances, notes: list[_Note]) -> None:
    """Leave out some requests of other services, and make some in vain."""
    size, asked = len(records), records.request > 0
    missed = np.flatnonzero(asked & (chance("request missed").random(size) < noise.requests_missed))
    vain = np.flatnonzero(~asked & (chance("request in vain").random(size) < noise.requests_in_vain))
    others = np.array([REQUESTS.index(each) for each in SERVICES if each != records.service])
    whom = others[chance("whom in vain").integers(0, len(others), size)]
    records.request[missed] = 0
    records.request[vain] = whom[vain]
    notes += [("request missed", missed, 1.0, "record"), ("request in vain", vain, 1.0, "record")]


def _slip(records: Records, noise: Noise, chance: _Chances, notes: list[_Note]) -> None:
    """Give some records another category, common ones more often, so that the shares of categories stay."""
    service = records.service
    common = np.cumsum(_COMMONNESS[service]) / _COMMONNESS[service].sum()
    slips = chance("slip").random(len(records)) < noise.category_slips
    other = np.searchsorted(common[:-1], chance("slip to").random(len(records)), side="right")
    which = np.flatnonzero(slips & (other != records.category))
    records.category[which] = other[which]
    if service == "ambulance":
        # The number of an ambulance category is its priority.
        number = np.array([PRIORITIES.index(each[-1]) for each in CATEGORIES[service]])
        records.priority[which] = number[other[which]]
    notes.append(("category slip", which, 1.0, "record"))


def _misplace(
    records: Records,
    noise: Noise,
    chance: _Chances,
    default_place: tuple[float, float],
    notes: list[_Note],
) -> None:
    """Round places, put some at the default place, and lose some."""
    size = len(records)
    if records.service == _ROUNDED_SERVICE:
        records.coarse |= chance("rounded").random(size) < noise.rounded
        which = np.flatnonzero(records.coarse)
        for place in (records.x, records.y):
            place[which] = np.round(place[which] / _ROUNDED_TO) * _ROUNDED_TO
        notes.append(("rounded place", which, _ROUNDED_TO, "metres"))
    default = np.flatnonzero(chance("default place").random(size) < noise.default_places)
    away = np.hypot(records.x[default] - default_place[0], records.y[default] - default_place[1])
    records.x[default], records.y[default] = default_place
    records.coarse[default] = False
    notes.append(("default place", default, away, "metres from where it was"))
    lost = np.flatnonzero(chance("missing place").random(size) < noise.missing_places)
    records.x[lost] = records.y[lost] = np.nan
    records.coarse[lost] = False
    notes.append(("missing place", lost, 1.0, "record"))


def _repeated(records: Records, noise: Noise, chance: _Chances, notes: list[_Note]) -> Records:
    """Open some records a second time, minutes later."""
    size = len(records)
    again = np.flatnonzero(chance("duplicate").random(size) < noise.duplicates)
    minutes = 1 + 11 * chance("length of duplicate").random(len(again))
    both = records.where(np.concatenate([np.arange(size), again]))
    both.time[size:] += 60 * minutes
    both.repeat[size:] = True
    both.order = np.arange(len(both))
    notes.append(("duplicate", size + np.arange(len(again)), minutes, "minutes after the first"))
    return both


def _forget(records: Records, noise: Noise, chance: _Chances, notes: list[_Note]) -> None:
    """Leave out the time of some records, and the category of others."""
    size = len(records)
    lost = np.flatnonzero(chance("missing time").random(size) < noise.missing_times)
    records.time[lost] = np.nan
    notes.append(("missing time", lost, 1.0, "record"))
    # Fire and rescue services cannot close a record without the kind of incident.
    share = 0.0 if records.service == "fire" else noise.missing_categories
    lost = np.flatnonzero(chance("missing category").random(size) < share)
    records.category[lost] = -1
    notes.append(("missing category", lost, 1.0, "record"))


def _in_order(
    records: Records, period: Period, noise: Noise, seed: int, region: int, found: Difficulties
) -> Records:
    """Put the records in order of time, without those of a week that was lost."""
    keep = np.ones(len(records), dtype=bool)
    weeks = stream(seed, "missing week", str(region))
    for _ in range(round(noise.missing_weeks * period.years)):
        service = SERVICES[int(weeks.integers(0, len(SERVICES)))]
        begins = float(weeks.integers(0, max(1, int(period.seconds // WEEK)))) * WEEK
        if service == records.service:
            gone = (records.opened >= begins) & (records.opened < begins + WEEK)
            keep &= ~gone
            found.whole("missing week", begins, WEEK / HOUR, "hours", events=int(gone.sum()), service=service)
    kept = records.where(keep)
    return kept.where(np.argsort(kept.opened, kind="stable"))


if TYPE_CHECKING:
    from collections.abc import Callable

    _Chances = Callable[[str], np.random.Generator]
    _Note = tuple[str, Integers, Floats | float, str]
