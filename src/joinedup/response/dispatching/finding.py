"""Where units are and which is nearest, in the full model, compiled: at posts, on the road, and by a ground's own order."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.response.dispatching.mobilising import BEYOND, UNITS_A_POST, cell_of, lowest, trip
from joinedup.response.dispatching.registers import RETURNING_LEVEL, ZERO, borrowing

if TYPE_CHECKING:
    from joinedup.response.dispatching.packed import Law, Places, Posts, Services
    from joinedup.response.dispatching.registers import Listed, Order, Register, Road, Standing

IDLE, RETURNING, SENT = 0, 1, 2
_NEVER = 2**61


@borrowing
def drive_from(
    units: Register, unit: int, now: int, x: float, y: float, place: int, law: Law, places: Places | None
) -> int:
    """Give the drive of a unit from where it now is."""
    gone = float(max(now - units[unit].sets_off, 0))
    if places is None:
        east = units[unit].x + units[unit].pace_x * gone - x
        north = units[unit].y + units[unit].pace_y * gone - y
        return trip(sqrt(east * east + north * north), law.ms_a_metre, law.lost_ms)
    here, there = places.ms[units[unit].start, place], places.ms[units[unit].end, place]
    return int(here + (there - here) * (gone * units[unit].pace_x) + 0.5)


@borrowing
def take_the_road(
    units: Register,
    unit: int,
    now: int,
    sets_off: int,
    drive: int,
    x: float,
    y: float,
    place: int,
    places: Places | None,
) -> None:
    """Let a unit begin a way from where it now is."""
    gone = float(max(now - units[unit].sets_off, 0))
    if places is None:
        units[unit].x += units[unit].pace_x * gone
        units[unit].y += units[unit].pace_y * gone
        units[unit].pace_x, units[unit].pace_y = 0.0, 0.0
        if drive > 0:
            units[unit].pace_x = (x - units[unit].x) / drive
            units[unit].pace_y = (y - units[unit].y) / drive
    else:
        if gone * units[unit].pace_x >= 0.5:
            units[unit].start = units[unit].end
        units[unit].end = place
        units[unit].pace_x = 1.0 / drive if drive > 0 else 0.0
    units[unit].sets_off, units[unit].there = sets_off, sets_off + drive


@borrowing
def stand(units: Register, unit: int, x: float, y: float, place: int) -> None:
    """Put a unit in a place, where it stays."""
    units[unit].x, units[unit].y, units[unit].pace_x, units[unit].pace_y = x, y, 0.0, 0.0
    units[unit].start, units[unit].end = place, place


@borrowing
def join(units: Register, road: Road, unit: int, level: int) -> None:
    """Count a unit among those on the road."""
    service = units[unit].service
    row = road.first[service] + road.many[service]
    road.many[service] += 1
    units[unit].row = row
    road.unit[row], road.level[row], road.left[row] = unit, level, units[unit].sets_off
    road.x[row], road.y[row] = units[unit].x, units[unit].y
    road.pace_x[row], road.pace_y[row] = units[unit].pace_x, units[unit].pace_y
    if level != RETURNING_LEVEL:
        road.soonest[service] = min(road.soonest[service], units[unit].there)


@borrowing
def leave(units: Register, road: Road, unit: int) -> None:
    """Count a unit among those on the road no longer, if it was."""
    row = units[unit].row
    if row >= 0:
        service = units[unit].service
        road.many[service] -= 1
        end = road.first[service] + road.many[service]
        road.unit[row], road.level[row], road.left[row] = road.unit[end], road.level[end], road.left[end]
        road.x[row], road.y[row] = road.x[end], road.y[end]
        road.pace_x[row], road.pace_y[row] = road.pace_x[end], road.pace_y[end]
        units[road.unit[row]].row = row
        units[unit].row = -1


@borrowing
def _arrive(units: Register, road: Road, service: int, now: int) -> None:
    """Take who has arrived at a job off the road."""
    soon, row = _NEVER, road.first[service]
    while row < road.first[service] + road.many[service]:
        if road.level[row] == RETURNING_LEVEL:
            row += 1
        elif units[road.unit[row]].there <= now:
            leave(units, road, road.unit[row])
        else:
            soon = min(soon, units[road.unit[row]].there)
            row += 1
    road.soonest[service] = soon


@borrowing
def _at_posts(
    x: float,
    y: float,
    at: int,
    start: int,
    group: int,
    posts: Posts,
    standing: Standing,
    law: Law,
    places: Places | None,
) -> tuple[int, int, float]:
    """Give the nearest of those at a post, its drive, and how far a unit may be that is as near."""
    ranked, idle, able, post_unit = posts.ranked, standing.idle, standing.able, posts.unit
    post_x, post_y = posts.x, posts.y
    slack, low = 2.0 / law.ms_a_metre, (1 << posts.bits) - 1
    unit, best, near = -1, _NEVER, np.inf
    limit: Any = BEYOND
    word: Any = np.int64(ranked[start])
    while word < limit:
        post = word & low
        here = idle[post] & able[group + post]
        if here != 0:
            if places is None:
                east, north = post_x[post] - x, post_y[post] - y
                metres = sqrt(east * east + north * north)
                drive = trip(metres, law.ms_a_metre, law.lost_ms)
                reach = (metres + slack) * (metres + slack)
            else:
                drive = places.ms[places.of_post[post], at]
                reach = drive + 0.5
            each = post_unit[post * UNITS_A_POST + lowest(here)]
            if drive < best or (drive == best and each < unit):
                unit, best, near = each, drive, reach
                limit = np.int64(np.float32(near).view(np.uint32) | np.uint32(low)) + 1
        start += 1
        word = np.int64(ranked[start])
    return unit, best, near


@borrowing
def nearest(
    units: Register,
    jobs: Register,
    job: int,
    now: int,
    posts: Posts,
    services: Services,
    standing: Standing,
    road: Road,
    listed: Listed,
    order: Order,
    law: Law,
    places: Places | None,
) -> tuple[int, int]:
    """Give the unit that goes to a job and its drive, by rules 2, 10, 12, 15 and 16; −1 where there is none."""
    need, priority, x, y = jobs[job].need, jobs[job].priority, jobs[job].x, jobs[job].y
    at = ZERO if places is None else places.of_job[job]
    stands, needs = len(posts.x), len(posts.first)
    calm = 1 if priority > order.interrupting else 0
    group = (calm * needs + need) * stands
    unit, best, near, strict = -1, _NEVER, np.inf, False
    if jobs[job].ground >= 0:
        pair = jobs[job].ground * needs + need
        unit = _by_list(pair, group, posts, standing, listed)
        if unit >= 0:
            strict = True
            best = drive_from(units, unit, now, x, y, at, law, places)
    if not strict:
        start = posts.first[need] + cell_of(places, job, x, y, posts) * posts.length[need]
        unit, best, near = _at_posts(x, y, at, start, group, posts, standing, law, places)
    if order.nearer_on_the_road or not strict:
        unit, best = _on_the_road(
            *(units, now, x, y, at, need, priority, calm, unit, best, near, strict),
            *(services, road, order, law, places),
        )
    return unit, best


@borrowing
def _by_list(pair: int, group: int, posts: Posts, standing: Standing, listed: Listed) -> int:
    """Give the first unit that stands at the first post of a list where somebody does; −1 where nobody does."""
    idle, able, post_unit, its = standing.idle, standing.able, posts.unit, listed.post
    unit, spot, beyond = -1, listed.first[pair], listed.first[pair + 1]
    while spot < beyond and unit < 0:
        post = its[spot]
        here = idle[post] & able[group + post]
        if here != 0:
            unit = post_unit[post * UNITS_A_POST + lowest(here)]
        spot += 1
    return unit


@borrowing
def _on_the_road(
    units: Register,
    now: int,
    x: float,
    y: float,
    at: int,
    need: int,
    priority: int,
    calm: int,
    unit: int,
    best: int,
    near: float,
    strict: bool,
    services: Services,
    road: Road,
    order: Order,
    law: Law,
    places: Places | None,
) -> tuple[int, int]:
    """Give the unit on the road that is nearer than the one found so far, else that one.

    With ``strict`` one as near is not nearer, whatever its row, as long as it is the one from the list that it is measured by.
    """
    wanted = priority + order.by if priority <= order.urgent else RETURNING_LEVEL
    slack, moment = 2.0 / law.ms_a_metre, float(now)
    apart, left = road.apart, road.left
    road_x, road_y, pace_x, pace_y = road.x, road.y, road.pace_x, road.pace_y
    first_best = best if strict else _NEVER + 1
    for turn in range(services.serving_first[need], services.serving_first[need + 1]):
        service = services.serving[turn]
        if road.soonest[service] <= now:
            _arrive(units, road, service, now)
        begin = np.uint64(road.first[service])
        beyond = begin + np.uint64(road.many[service])
        if places is None:
            for spot in range(begin, beyond):
                gone = max(moment - left[spot], 0.0)
                east = road_x[spot] + pace_x[spot] * gone - x
                north = road_y[spot] + pace_y[spot] * gone - y
                apart[spot] = east * east + north * north
        else:
            for spot in range(begin, beyond):
                each = road.unit[spot]
                here, there = places.ms[units[each].start, at], places.ms[units[each].end, at]
                apart[spot] = here + (there - here) * (max(moment - left[spot], 0.0) * pace_x[spot])
        for spot in range(begin, beyond):
            if apart[spot] < near and road.level[spot] >= wanted:
                each = road.unit[spot]
                if (units[each].can >> need) & 1 and not (calm and units[each].due):
                    if places is None:
                        metres = sqrt(apart[spot])
                        drive = trip(metres, law.ms_a_metre, law.lost_ms)
                        reach = (metres + slack) * (metres + slack)
                    else:
                        drive = int(apart[spot] + 0.5)
                        reach = drive + 0.5
                    if drive < best or (drive == best and best < first_best and each < unit):
                        unit, best, near = each, drive, reach
    return unit, best
