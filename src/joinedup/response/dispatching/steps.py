"""What units do in the full model, compiled: they are sent, stand down, hand over, come home and take their breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.response.dispatching.finding import (
    IDLE,
    RETURNING,
    SENT,
    drive_from,
    join,
    leave,
    stand,
    take_the_road,
)
from joinedup.response.dispatching.mobilising import HOUR, HOURS_OF_WEEK, lowest, trip
from joinedup.response.dispatching.registers import RETURNING_LEVEL, ZERO, borrowing
from joinedup.response.dispatching.waiting import hang, unhang

if TYPE_CHECKING:
    from joinedup.response.dispatching.packed import ByHour, Law, Places, Posts
    from joinedup.response.dispatching.registers import (
        Bays,
        Begun,
        Hours,
        Hung,
        Order,
        Register,
        Road,
        Standing,
    )

COMES_HOME, OVER, AT_HOSPITAL, HANDED_OVER, STOOD_DOWN, BREAK_OVER = range(6)
"""The step of a unit that ends next. A key is twice the moment, and one more for all but coming home, which is first (rule 9)."""


@borrowing
def _count(units: Register, unit: int, posts: Posts, standing: Standing) -> None:
    """Let a unit count at its post: for all jobs, or while it is due for those that come before breaks."""
    stands, needs, able = len(posts.x), len(posts.first), standing.able
    rest, post, bit = units[unit].can, units[unit].post, units[unit].bit
    while rest != 0:
        need = lowest(rest)
        rest &= rest - 1
        able[need * stands + post] |= bit
        if not units[unit].due:
            able[(needs + need) * stands + post] |= bit


@borrowing
def leave_post(
    units: Register,
    unit: int,
    now: int,
    posts: Posts,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    hung: Hung,
) -> None:
    """Take a unit from its post, out of its break if need be, and its crew with it."""
    standing.idle[units[unit].post] &= ~units[unit].bit
    if units[unit].on_break:
        unhang(hung, unit)
        units[unit].on_break = 0
        _over(units, unit, now, spells)
        hour = now // HOUR % HOURS_OF_WEEK
        if not hours.window[hour, unit]:
            units[unit].missed += 1
            units[unit].due = 0
        units[unit].post, units[unit].bit = hours.post[hour, unit], hours.bit[hour, unit]
        _count(units, unit, posts, standing)
    crew = units[unit].crew
    if crew >= 0:
        standing.out[crew] += 1
        if standing.out[crew] == standing.at_once[crew]:
            idle, members = standing.idle, standing.members
            for spot in range(standing.first[crew], standing.first[crew + 1]):
                each = members[spot]
                idle[units[each].post] &= ~units[each].bit


@borrowing
def come_home(
    units: Register,
    unit: int,
    now: int,
    posts: Posts,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    hung: Hung,
    places: Places | None,
) -> int:
    """Put a unit at its post, where its break may begin; give the needs for which its crew now counts."""
    post = units[unit].post
    units[unit].doing = IDLE
    stand(units, unit, posts.x[post], posts.y[post], ZERO if places is None else places.of_post[post])
    may_begin_break(units, unit, now, hours, spells, hung)
    crew, needs = units[unit].crew, 0
    if crew < 0:
        standing.idle[post] |= units[unit].bit
    else:
        standing.out[crew] -= 1
        idle, members = standing.idle, standing.members
        for spot in range(standing.first[crew], standing.first[crew + 1]):
            each = members[spot]
            if units[each].doing == IDLE:
                idle[units[each].post] |= units[each].bit
        needs = standing.needs[crew]
    return needs


@borrowing
def go_home(
    units: Register,
    unit: int,
    now: int,
    posts: Posts,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    hung: Hung,
    road: Road,
    law: Law,
    places: Places | None,
) -> int:
    """Let a unit go to its post from where it is; give the needs for which its crew counts if it is there at once."""
    post = units[unit].post
    x, y, place = posts.x[post], posts.y[post], ZERO if places is None else places.of_post[post]
    drive = drive_from(units, unit, now, x, y, place, law, places)
    needs = 0
    if drive == 0:
        needs = come_home(units, unit, now, posts, standing, hours, spells, hung, places)
    else:
        take_the_road(units, unit, now, now, drive, x, y, place, places)
        units[unit].doing, units[unit].step = RETURNING, COMES_HOME
        join(units, road, unit, RETURNING_LEVEL)
        hang(hung, unit, 2 * (now + drive))
    return needs


@borrowing
def may_begin_break(units: Register, unit: int, now: int, hours: Hours, spells: Begun, hung: Hung) -> None:
    """Begin the break of a unit at its site that is due, where the hour is in its window."""
    if units[unit].due and hours.window[now // HOUR % HOURS_OF_WEEK, unit]:
        units[unit].on_break, units[unit].step = 1, BREAK_OVER
        hang(hung, unit, 2 * (now + units[unit].lasting) + 1)
        row = spells.many[0]
        # Room may run out only where jobs that were left break off more than one break, or after the last job.
        units[unit].spell = -1
        if row < len(spells.unit):
            spells.unit[row], spells.begun[row] = unit, now
            units[unit].spell = row
            spells.many[0] = row + 1


@borrowing
def _over(units: Register, unit: int, now: int, spells: Begun) -> None:
    """Write down when a break was over, or broken off."""
    if units[unit].spell >= 0:
        spells.over[units[unit].spell] = now


@borrowing
def end_break(units: Register, unit: int, now: int, posts: Posts, standing: Standing, spells: Begun) -> None:
    """Let a unit count for all jobs again, its break being over."""
    units[unit].had += 1
    _over(units, unit, now, spells)
    units[unit].due, units[unit].on_break = 0, 0
    _count(units, unit, posts, standing)


@borrowing
def send(
    units: Register,
    jobs: Register,
    unit: int,
    job: int,
    now: int,
    since: int,
    sets_off: int,
    drive: int,
    road: Road,
    hung: Hung,
    order: Order,
    places: Places | None,
) -> None:
    """Let a unit that has been at work ``since`` set off for a job, and hang up the step that ends next."""
    place = ZERO if places is None else places.of_job[job]
    take_the_road(units, unit, now, sets_off, drive, jobs[job].x, jobs[job].y, place, places)
    arrived = sets_off + drive
    units[unit].doing, units[unit].job = SENT, job
    jobs[job].unit, jobs[job].assigned, jobs[job].arrived = unit, now, arrived
    jobs[job].since = since
    if order.urgent >= 0:
        join(units, road, unit, ZERO + jobs[job].priority)
    done = arrived + jobs[job].on_scene
    if jobs[job].stood_down >= 0 and now + jobs[job].stood_down < arrived:
        units[unit].step, done = STOOD_DOWN, now + jobs[job].stood_down
    elif jobs[job].hospital >= 0:
        units[unit].step, done = AT_HOSPITAL, done + jobs[job].to_hospital
    else:
        units[unit].step = OVER
    hang(hung, unit, 2 * done + 1)


@borrowing
def end_step(
    units: Register,
    jobs: Register,
    unit: int,
    now: int,
    road: Road,
    hung: Hung,
    bays: Bays,
    places: Places | None,
) -> bool:
    """End a step of a unit's work, and say whether the unit is free now."""
    job, step, free = units[unit].job, units[unit].step, True
    leave(units, road, unit)
    # Who begins to hand over: the unit itself, or who waited for its bay.
    begins = -1
    hospital = jobs[job].hospital
    if step == STOOD_DOWN:
        jobs[job].arrived, jobs[job].stood = ZERO - 1, 1
    elif step == OVER:
        stand(units, unit, jobs[job].x, jobs[job].y, ZERO if places is None else places.of_job[job])
    elif step == HANDED_OVER:
        begins = bays.head[hospital]
        if begins < 0:
            bays.free[hospital] += 1
        else:
            bays.head[hospital] = units[begins].next
    else:
        free = False
        jobs[job].at_hospital = now
        stand(units, unit, bays.x[hospital], bays.y[hospital], bays.place[hospital])
        if bays.free[hospital] > 0:
            bays.free[hospital] -= 1
            begins = unit
        else:
            units[unit].next = -1
            if bays.head[hospital] < 0:
                bays.head[hospital] = unit
            else:
                units[bays.tail[hospital]].next = unit
            bays.tail[hospital] = unit
    if begins >= 0:
        job_there = units[begins].job
        jobs[job_there].handover = now
        units[begins].step = HANDED_OVER
        hang(hung, begins, 2 * (now + jobs[job_there].handing) + 1)
    if free:
        jobs[job].freed = now
    return free


@borrowing
def turn_hour(
    units: Register,
    now: int,
    posts: Posts,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    hung: Hung,
    road: Road,
    law: Law,
    places: Places | None,
) -> None:
    """Turn an hour in which a table changes: breaks fall due or are missed, standby points change, and shifts begin and end."""
    hour = now // HOUR % HOURS_OF_WEEK
    before = (hour - 1) % HOURS_OF_WEEK
    for each in range(len(units)):
        if hours.window[hour, each]:
            if (now == 0 or not hours.window[before, each]) and not units[each].due:
                units[each].due = 1
                if units[each].doing == IDLE:
                    may_begin_break(units, each, now, hours, spells, hung)
        elif units[each].due and not units[each].on_break:
            units[each].due = 0
            units[each].missed += 1
    for each in range(len(units)):
        if hours.post[hour, each] != units[each].post and not units[each].on_break:
            move_post(units, each, now, hour, posts, standing, hours, spells, hung, road, law, places)
    standing.able[:] = 0
    for each in range(len(units)):
        units[each].can = units[each].meets if hours.on[hour, each] else 0
        _count(units, each, posts, standing)


@borrowing
def move_post(
    units: Register,
    unit: int,
    now: int,
    hour: int,
    posts: Posts,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    hung: Hung,
    road: Road,
    law: Law,
    places: Places | None,
) -> None:
    """Give a unit its post for the hour; if it has nothing to do it sets off."""
    if units[unit].doing == IDLE:
        standing.idle[units[unit].post] &= ~units[unit].bit
    elif units[unit].doing == RETURNING:
        leave(units, road, unit)
        unhang(hung, unit)
    units[unit].post, units[unit].bit = hours.post[hour, unit], hours.bit[hour, unit]
    _count(units, unit, posts, standing)
    if units[unit].doing != SENT:
        go_home(units, unit, now, posts, standing, hours, spells, hung, road, law, places)


@borrowing
def choose_hospitals(jobs: Register, bays: Bays, by_hour: ByHour, places: Places | None) -> None:
    """Choose the hospital of each job that goes to the nearest, and work out the drive to it."""
    for job in range(len(jobs)):
        named = jobs[job].hospital
        if named == -1:
            continue
        law = by_hour.of_hour[jobs[job].ready // HOUR % HOURS_OF_WEEK]
        best: Any = np.int64(2**61)
        for each in range(len(bays.x)):
            if named >= 0 and each != named:
                continue
            if places is None:
                east, north = bays.x[each] - jobs[job].x, bays.y[each] - jobs[job].y
                drive = trip(
                    np.sqrt(east * east + north * north), by_hour.ms_a_metre[law], by_hour.lost_ms[law]
                )
            else:
                drive = by_hour.ms[law, places.of_job[job], bays.place[each]]
            if drive < best:
                best = drive
                jobs[job].hospital, jobs[job].to_hospital = each, drive
