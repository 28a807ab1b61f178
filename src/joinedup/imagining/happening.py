"""What truly happens in a district: events with a kind, a time and a place, and the difficult ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.difficulties import Difficulties
from joinedup.imagining.kinds import KINDS
from joinedup.imagining.period import DAY, HOUR, STORM_SECONDS, WEEK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.imagining.land import District
    from joinedup.imagining.noise import Noise
    from joinedup.imagining.period import Period

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_CALLS_A_SERIES = 20
"""About how many calls a weekly caller makes before the trouble ends."""
_EVENTS_A_CLUSTER = 25
_CLUSTER_DAYS = 35
_CLUSTER_METRES_A_DAY = 60.0


@dataclass(eq=False)
class Events:
    """Events in order of time: kind (a place in KINDS), time (seconds), place (metres) and street."""

    kind: Integers
    time: Floats
    x: Floats
    y: Floats
    street: Integers

    def __len__(self) -> int:
        """Count the events."""
        return len(self.kind)


@dataclass(frozen=True)
class _Where:
    """The district and period in which events are made difficult, and by how much."""

    district: District
    period: Period
    noise: Noise


_ALONE = np.array([kind.alone for kind in KINDS])
_RETURNS = np.array([kind.returns for kind in KINDS])
_ROAMS = np.array([kind.roams for kind in KINDS])
_IN_TOWN = np.array([kind.alone and kind.place == "centre" for kind in KINDS])
_ONLY = np.array([next(iter(kind.parts)) if kind.alone else "" for kind in KINDS])


def events_of(district: District, period: Period, noise: Noise, seed: int) -> tuple[Events, Difficulties]:
    """Draw the events of a district, and say which of them were made difficult.

    Difficult events are taken from those that happen anyway, so that no rate changes.
    """
    number = str(district.plot.number)
    chance = stream(seed, "district", number, "events")
    # Published counts of incidents hold the duplicates that nobody found.
    scale = district.plot.people / 1000 * period.years / (1 + noise.duplicates)
    kind = np.repeat(np.arange(len(KINDS)), chance.poisson([each.rate * scale for each in KINDS]))
    time, x, y = (np.empty(len(kind)) for _ in range(3))
    street = np.empty(len(kind), dtype=np.int64)
    for code, each in enumerate(KINDS):
        here = slice(*np.searchsorted(kind, [code, code + 1]))
        size = here.stop - here.start
        time[here] = period.moments(chance, size, each.profile, weather=each.weather)
        x[here], y[here], street[here] = district.somewhere(chance, size, each.place)
    events = Events(kind, time, x, y, street)
    changed = _moved(events, _Where(district, period, noise), seed)
    order = np.argsort(events.time, kind="stable")
    for name in ("kind", "time", "x", "y", "street"):
        setattr(events, name, getattr(events, name)[order])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    found = Difficulties()
    for difficulty, which, size, unit in changed:
        found.events(difficulty, place[which], events, size, unit)
    _note_weather(found, events, period, noise)
    return events, found


_Changed = tuple[str, "Integers", "Floats", str]


def _moved(events: Events, where: _Where, seed: int) -> list[_Changed]:
    """Move some events in place and time: weekly callers, moving clusters, matches and coincidences."""
    free = np.ones(len(events), dtype=bool)
    changed = []
    for difficulty, move in (
        ("weekly caller", _weekly_callers),
        ("moving cluster", _moving_clusters),
        ("match", _matches),
        ("coincidence", _coincidences),
    ):
        chance = stream(seed, "district", str(where.district.plot.number), difficulty)
        which, size, unit = move(events, free, chance, where)
        free[which] = False
        changed.append((difficulty, which, size, unit))
    return changed


def _taken(chance: np.random.Generator, able: NDArray[np.bool_], share: float) -> Integers:
    """Choose a share of the events that are able."""
    return np.flatnonzero(able & (chance.random(len(able)) < share))


def _weekly_callers(
    events: Events,
    free: NDArray[np.bool_],
    chance: np.random.Generator,
    where: _Where,
) -> tuple[Integers, Floats, str]:
    """Give some addresses a call at the same hour every week; the size is the number of the call in its series."""
    which = _taken(chance, free & _RETURNS[events.kind], where.noise.weekly_callers)
    # One service's calls stand together, and so form a series of their own.
    calls = max(1, min(_CALLS_A_SERIES, int(where.period.seconds // WEEK)))
    series, turn = np.arange(len(which)) // calls, np.arange(len(which)) % calls
    first = np.flatnonzero(turn == 0)
    latest = max(1.0, where.period.seconds - calls * WEEK)
    begins = events.time[which[first]] % latest if len(first) else np.empty(0)
    hour = where.period.hour_of_week[
        np.minimum((begins // HOUR).astype(np.int64), len(where.period.hour_of_week) - 1)
    ]
    night = (hour % 24 >= 1) & (hour % 24 < 7)
    begins = np.where(night, begins + 9 * HOUR, begins)
    time = begins[series] + turn * WEEK + 15 * 60 * chance.standard_normal(len(which))
    events.time[which] = np.clip(time, 0, where.period.seconds - 1)
    events.x[which] = events.x[which[first]][series]
    events.y[which] = events.y[which[first]][series]
    events.street[which] = events.street[which[first]][series]
    return which, turn.astype(np.float64) + 1, "call of its series"


def _moving_clusters(
    events: Events,
    free: NDArray[np.bool_],
    chance: np.random.Generator,
    where: _Where,
) -> tuple[Integers, Floats, str]:
    """Let series move through the streets for some weeks; the size is how far the centre has come."""
    which = _taken(chance, free & _ROAMS[events.kind], where.noise.moving_clusters)
    series = np.arange(len(which)) // _EVENTS_A_CLUSTER
    number = int(series[-1]) + 1 if len(which) else 0
    first = which[np.arange(number) * _EVENTS_A_CLUSTER]
    length = min(_CLUSTER_DAYS * DAY, float(where.period.seconds))
    begins = chance.random(number) * (where.period.seconds - length)
    heading = 2 * np.pi * chance.random(number)
    # As many hours into the night or day as before: what is done by night stays at night.
    days = np.floor(chance.random(len(which)) * (length / DAY)) * DAY
    time = np.floor(begins[series] / DAY) * DAY + days + events.time[which] % DAY
    gone = days / DAY * _CLUSTER_METRES_A_DAY
    x = events.x[first][series] + gone * np.cos(heading[series]) + 120 * chance.standard_normal(len(which))
    y = events.y[first][series] + gone * np.sin(heading[series]) + 120 * chance.standard_normal(len(which))
    events.time[which] = np.minimum(time, where.period.seconds - 1)
    events.x[which], events.y[which] = where.district.within(x, y)
    events.street[which] = events.street[first][series]
    return which, gone, "metres from where it began"


def _matches(
    events: Events,
    free: NDArray[np.bool_],
    chance: np.random.Generator,
    where: _Where,
) -> tuple[Integers, Floats, str]:
    """Bring unrelated events of all services to the ground of the largest town; the size is hours after the start."""
    starts = where.period.matches(where.district.plot.number)
    able = np.flatnonzero(free & _IN_TOWN[events.kind])
    number = (
        min(len(able) // 4, int(chance.poisson(where.noise.match_events * len(starts)))) if len(starts) else 0
    )
    which = np.sort(chance.choice(able, number, replace=False)) if number else np.empty(0, dtype=np.int64)
    match = starts[chance.integers(0, len(starts), number)] if number else np.empty(0)
    after = -1.5 + 4.5 * chance.random(number)
    events.time[which] = np.clip(match + after * HOUR, 0, where.period.seconds - 1)
    ground_x = where.district.town_x[0] + 0.6 * where.district.town_size[0]
    events.x[which], events.y[which] = where.district.within(
        ground_x + 250 * chance.standard_normal(number),
        where.district.town_y[0] + 250 * chance.standard_normal(number),
    )
    return which, after, "hours from the start of the match"


def _coincidences(
    events: Events,
    free: NDArray[np.bool_],
    chance: np.random.Generator,
    where: _Where,
) -> tuple[Integers, Floats, str]:
    """Put some events minutes and metres from another service's, where people live densely; the size is minutes."""
    dense = where.district.density[events.street] >= np.quantile(where.district.density, 0.75)
    alone = free & _ALONE[events.kind]
    which = _taken(chance, alone, where.noise.coincidences)
    others = np.setdiff1d(np.flatnonzero(alone & dense), which)
    if not len(others):
        return np.empty(0, dtype=np.int64), np.empty(0), "minutes"
    beside = others[chance.integers(0, len(others), len(which))]
    keep = _ONLY[events.kind[which]] != _ONLY[events.kind[beside]]
    which, beside = which[keep], beside[keep]
    minutes = -10 + 20 * chance.random(len(which))
    x = events.x[beside] + 100 * chance.standard_normal(len(which))
    y = events.y[beside] + 100 * chance.standard_normal(len(which))
    events.time[which] = np.clip(events.time[beside] + 60 * minutes, 0, where.period.seconds - 1)
    events.x[which], events.y[which] = where.district.within(x, y)
    events.street[which] = events.street[beside]
    return which, minutes, "minutes from an unrelated event"


def _note_weather(found: Difficulties, events: Events, period: Period, noise: Noise) -> None:
    """Note each storm and bank holiday with the number of events in it."""
    for name, begins, length, factor in (
        *(("storm", float(each), STORM_SECONDS, noise.storm_factor) for each in period.storms),
        *(("bank holiday", each, DAY, noise.bank_holiday_factor) for each in period.holidays),
    ):
        if factor == 1.0:
            continue
        low, high = np.searchsorted(events.time, [begins, begins + length])
        found.whole(name, begins, factor, "times as many", events=int(high - low))
