"""The loop that plays jobs through units by all the rules of the package, compiled.

The bare loop in ``mobilising`` gives the same answers where none of the later rules comes to bear, and is several times as fast:
here coming home is a moment of its own, a unit can be taken off its job, and what is known of a unit or job lies in one record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.response.dispatching.finding import IDLE, SENT, drive_from, leave, nearest
from joinedup.response.dispatching.mobilising import HOUR, HOURS_OF_WEEK
from joinedup.response.dispatching.packed import Law, Places
from joinedup.response.dispatching.registers import EVERYBODY, ZERO, borrowing
from joinedup.response.dispatching.steps import (
    BREAK_OVER,
    COMES_HOME,
    choose_hospitals,
    come_home,
    end_break,
    end_step,
    go_home,
    leave_post,
    move_post,
    send,
    turn_hour,
)
from joinedup.response.dispatching.waiting import NEVER, drop, first_of, put, unhang

if TYPE_CHECKING:
    from joinedup.response.dispatching.packed import ByHour, Posts, Services
    from joinedup.response.dispatching.registers import (
        Bays,
        Begun,
        Hours,
        Hung,
        Lines,
        Listed,
        Order,
        Register,
        Road,
        Standing,
        Upgrades,
    )


@borrowing
def attend(  # noqa: PLR0915 - one loop, one place for each event
    units: Register,
    jobs: Register,
    posts: Posts,
    services: Services,
    standing: Standing,
    hours: Hours,
    spells: Begun,
    road: Road,
    hung: Hung,
    lines: Lines,
    bays: Bays,
    listed: Listed,
    upgrades: Upgrades,
    order: Order,
    spots: Places | None,
    by_hour: ByHour,
) -> None:
    """Play every job, in order of time, and write into its record who goes and when."""
    # Drives are those of the hour, which turns before anything else happens.
    law, places = Law(by_hour.ms_a_metre[0], by_hour.lost_ms[0]), spots
    choose_hospitals(jobs, bays, by_hour, places)
    for each in range(len(units)):
        come_home(units, each, ZERO, posts, standing, hours, spells, hung, places)
    standing.out[:] = 0
    soonest_of, waiting, changes, moments = hung.soonest, lines.many, hours.changes, upgrades.moment
    now, next_hour, arriving, quiet_hours, changed, at_work = ZERO, ZERO, ZERO, 0, 0, 0
    # The needs for which jobs that wait are being offered, and the job that a unit has just left.
    trying, left = ZERO, ZERO - 1
    while True:
        job: Any = ZERO - 1
        if left >= 0:
            job, left = left, -1
        elif trying:
            job = first_of(lines, trying, EVERYBODY)
            if job < 0:
                trying = 0
                continue
        else:
            next_ready = jobs[arriving].ready if arriving < len(jobs) else NEVER
            next_change = moments[changed]
            soonest = soonest_of[0]
            if 2 * next_hour < soonest and next_hour <= min(next_change, next_ready):
                if arriving == len(jobs) and at_work == 0:
                    quiet_hours += 1
                    if waiting[0] == 0 or quiet_hours > HOURS_OF_WEEK:
                        break
                now = next_hour
                next_hour += HOUR
                hour = now // HOUR % HOURS_OF_WEEK
                law = Law(by_hour.ms_a_metre[by_hour.of_hour[hour]], by_hour.lost_ms[by_hour.of_hour[hour]])
                if spots is not None:
                    places = Places(by_hour.ms[by_hour.of_hour[hour]], spots.of_post, spots.of_job)
                if now == 0 or changes[hour]:
                    turn_hour(units, now, posts, standing, hours, spells, hung, road, law, places)
                trying = -1 if waiting[0] else 0
                continue
            if soonest <= 2 * min(next_change, next_ready) + 1:
                now, unit = soonest >> 1, hung.head[soonest_of[1]]
                unhang(hung, unit)
                step = units[unit].step
                if step == COMES_HOME:
                    leave(units, road, unit)
                    trying = come_home(units, unit, now, posts, standing, hours, spells, hung, places)
                    if now == next_hour or waiting[0] == 0:
                        trying = 0
                    continue
                if step == BREAK_OVER:
                    end_break(units, unit, now, posts, standing, spells)
                    hour = now // HOUR % HOURS_OF_WEEK
                    if hours.post[hour, unit] != units[unit].post:
                        move_post(
                            *(units, unit, now, hour, posts, standing),
                            *(hours, spells, hung, road, law, places),
                        )
                    trying = units[unit].can if waiting[0] else 0
                    continue
                if not end_step(units, jobs, unit, now, road, hung, bays, places):
                    continue
                at_work -= 1
                job = -1
                if waiting[0]:
                    limit = order.interrupting if units[unit].due else EVERYBODY
                    job = first_of(lines, units[unit].can, limit)
                if job < 0:
                    trying = go_home(
                        units, unit, now, posts, standing, hours, spells, hung, road, law, places
                    )
                    if waiting[0] == 0:
                        trying = 0
                    continue
                drop(jobs, lines, job)
                place = ZERO if places is None else places.of_job[job]
                drive = drive_from(units, unit, now, jobs[job].x, jobs[job].y, place, law, places)
                # Who was stood down before setting off does so no sooner.
                sets_off = max(now, units[unit].sets_off)
                send(units, jobs, unit, job, now, now, sets_off, drive, road, hung, order, places)
                at_work += 1
                quiet_hours = 0
                continue
            if next_change <= next_ready:
                now, job, priority = next_change, upgrades.job[changed], upgrades.priority[changed]
                changed += 1
                if not jobs[job].waits:
                    if now < jobs[job].arrived:
                        jobs[job].priority = priority
                        row = units[jobs[job].unit].row
                        if row >= 0:
                            road.level[row] = priority
                    continue
                drop(jobs, lines, job)
                jobs[job].priority = priority
            else:
                now, job = next_ready, arriving
                arriving += 1

        unit, drive = nearest(
            units, jobs, job, now, posts, services, standing, road, listed, order, law, places
        )
        if unit < 0:
            if jobs[job].waits:
                trying &= ~(1 << jobs[job].need)
            else:
                put(jobs, lines, job)
            continue
        if jobs[job].waits:
            drop(jobs, lines, job)
        sets_off, since = now, now
        if units[unit].doing == IDLE:
            leave_post(units, unit, now, posts, standing, hours, spells, hung)
            sets_off = now + jobs[job].turnout + units[unit].turnout
        else:
            leave(units, road, unit)
            unhang(hung, unit)
            if units[unit].doing == SENT:
                left, sets_off = units[unit].job, max(now, units[unit].sets_off)
                since = jobs[left].since
                jobs[left].unit, jobs[left].assigned, jobs[left].arrived = -1, np.int64(-1), np.int64(-1)
                jobs[left].diverted += 1
                at_work -= 1
        send(units, jobs, unit, job, now, since, sets_off, drive, road, hung, order, places)
        at_work += 1
        quiet_hours = 0
