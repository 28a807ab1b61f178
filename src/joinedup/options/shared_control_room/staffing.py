"""How many handlers a shared room needs, confirmed by simulation, and the whole posts that a roster sets free."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from joinedup.options.shared_control_room.joining import passed_a_year
from joinedup.response.rooms import Rooms, Staffing, shipped, staffed
from joinedup.response.rooms.declared import LOG, PRODUCTIVE, SHIFT
from joinedup.response.rooms.shifts import hours_in_shifts
from joinedup.response.rooms.staffing import WEEKS_A_YEAR, fewer_awake, years

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WEEKS, RUNS = 52, 2
"""How long each way is played, and how often: the staff that is printed has been confirmed by these runs."""

_KEPT: WeakKeyDictionary[Rooms, dict[tuple[str, ...], Staffing]] = WeakKeyDictionary()


def confirmed(measured: Rooms, partners: Sequence[str], variant: str) -> Staffing:
    """Staff a way of working for these services alone, confirmed by simulation; worked out once."""
    key = (variant, *sorted(partners))
    kept = _KEPT.setdefault(measured, {})
    if key not in kept:
        own = measured.only(partners)
        kept[key] = staffed(
            own, next(each for each in shipped() if each.name == variant), made=years(own, WEEKS, RUNS)
        )
    return kept[key]


def handlers(
    measured: Rooms, partners: Sequence[str], variant: str, strength: Mapping[str, float]
) -> dict[str, float | str | None]:
    """Give handlers now and then, and the whole posts that a roster of whole shifts sets free, by service."""
    before = confirmed(measured, partners, "separate rooms")
    after = confirmed(measured, partners, variant)
    services = before.rooms.services
    by_post = WEEKS_A_YEAR / measured.central(PRODUCTIVE)
    long = measured.central(SHIFT)
    rosters = [_on_shifts(row.tobytes(), long) for row in before.confirmed]
    now = [hours * by_post for hours in rosters]
    found: dict[str, float | str | None] = {
        "hours_before": before.hours,
        "hours_after": after.hours,
        "hours_for_keeping_fewer_awake": fewer_awake(before, after),
        "roster_before": sum(rosters),
        "roster_after": after.in_shifts,
        "most_handlers_before": float(before.confirmed.sum(axis=0).max()),
        "most_handlers_after": float(after.confirmed.sum(axis=0).max()),
        "passed_calls": sum(passed_a_year(before.rooms).values()),
        "minutes_sooner": minutes_sooner(before.rooms, variant),
    }
    # Whoever has more staff on duty now gives up more of it.
    freed = whole_posts((sum(rosters) - after.in_shifts) * by_post, dict(zip(services, now, strict=True)))
    calls = dict.fromkeys(services, 0.0)
    for row, line in enumerate(before.rooms.lines):
        calls[line.service] += float(before.rooms.hourly[row].sum())
    for service, posts in zip(services, now, strict=True):
        found[f"handler_posts_{service}"] = posts
        found[f"most_handlers_{service}"] = float(before.confirmed[services.index(service)].max())
        found[f"posts_freed_{service}"] = float(min(freed[service], np.floor(strength[service])))
        found[f"calls_{service}"] = calls[service] * WEEKS_A_YEAR
    found["posts_freed"] = sum(
        value for each in services if isinstance(value := found[f"posts_freed_{each}"], float)
    )
    return found


def minutes_sooner(rooms: Rooms, variant: str) -> float | None:
    """Give by how much sooner a call that is passed now is logged for the second service, in the mean; None if none is passed.

    A team that answers for both logs it once; elsewhere it is logged again, and faster on one floor than by voice.
    """
    way = next(each for each in shipped() if each.name == variant).with_values(rooms.assumptions)
    voice = rooms.central(LOG)
    now = np.array([voice if took is None else float(took.mean()) / 1000 for took in rooms.log])
    then = now if way.log is None else np.minimum(now, way.log.central)
    pooled = np.array([hour % 24 in way.hours for hour in range(rooms.hourly.shape[1])])
    total = seconds = 0.0
    for row in range(len(rooms.lines)):
        for hours, saved in ((rooms.hourly[row][pooled], now), (rooms.hourly[row][~pooled], now - then)):
            passed = float(hours.sum()) * rooms.passed[row]
            total += float(passed.sum())
            seconds += float((passed * saved).sum())
    return seconds / total / 60 if total else None


@lru_cache(maxsize=256)
def _on_shifts(staff: bytes, long: float) -> float:
    """Give the fewest hours in whole shifts for one room's staff by the half-hour; small rooms are often staffed alike."""
    return hours_in_shifts(np.frombuffer(staff, np.int64), long)


def whole_posts(posts: float, weights: Mapping[str, float]) -> dict[str, int]:
    """Share out the whole posts by weight, what is left over to the largest remainders; a part of a post added is a post."""
    total = int(np.floor(posts + 1e-9))
    exact = {each: total * weight / sum(weights.values()) for each, weight in weights.items()}
    found = {each: int(np.floor(share)) for each, share in exact.items()}
    order = sorted(exact, key=lambda each: (found[each] - exact[each], each))
    for each in order[: total - sum(found.values())]:
        found[each] += 1
    return found
