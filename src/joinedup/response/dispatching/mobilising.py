"""The loop that plays jobs through units, compiled: the rules are in the package's own words, the speed is made here.

What makes it fast. A job lies in a cell, and for each cell and need the posts are ranked by the shortest way that is
possible, packed with the post in one word: the search ends at the first word beyond the best so far. A post is a word of
64 bits, one for each unit that stands there. Units on their way home lie side by side, by service, so that the places of eight
are worked out at once; they are asked whether they are home only when the first of them is due. The moments when busy units
will be free hang in a timing wheel. All that is compiled, and each number that it is compiled with, is in this one file,
because compiled code is kept for as long as the file that it came from is the same.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from joinedup.response.dispatching.packed import (
        Answer,
        Asked,
        ByHour,
        Crews,
        Places,
        Posts,
        Services,
        Wheel,
    )

HOUR = 3_600_000
HOURS_OF_WEEK = 168
UNITS_A_POST = 64
BEYOND = 2**32 - 1
"""The word that ends a ranking."""
_NEVER = 2**62

# The place of the lowest bit of a word, by a multiplication that brings a different pattern to the top for each.
_DE_BRUIJN = 0x03F79D71B4CB0A89
_PLACE_OF = np.zeros(64, np.int64)
for _bit in range(64):
    _PLACE_OF[((1 << _bit) * _DE_BRUIJN % 2**64) >> 58] = _bit


@compiled
def trip(metres: float, ms_a_metre: float, lost_ms: float) -> int:
    """Give the whole milliseconds of a drive; never fewer for a longer one, also in floating point."""
    cruising = metres * ms_a_metre
    if cruising <= lost_ms:
        return int(2.0 * sqrt(cruising * lost_ms) + 0.5)
    return int(lost_ms + cruising + 0.5)


@compiled
def lowest(word: int) -> int:
    """Give the place of the lowest bit of a word that has one."""
    return int(_PLACE_OF[((word & -word) * _DE_BRUIJN >> 58) & 63])


@compiled
def cell_of(places: Places | None, job: int, x: float, y: float, posts: Posts) -> int:
    """Give the cell of a job, or its place where there is a matrix."""
    if places is None:
        column = int((x - posts.west) * posts.cells_a_metre)
        return column * posts.rows + int((y - posts.south) * posts.cells_a_metre)
    return int(places.of_job[job])


@compiled
def play(  # noqa: PLR0915 - one loop, one place for each step
    posts: Posts,
    crews: Crews,
    services: Services,
    asked: Asked,
    by_hour: ByHour,
    places: Places | None,
    wheel: Wheel,
    given: Answer,
) -> None:
    """Play every job, in order of time, and write who goes where and when."""
    # A name of its own for each array: taking it from the tuple inside the loop would count a reference each time.
    post_x, post_y, post_unit, ranked = posts.x, posts.y, posts.unit, posts.ranked
    first, length, bits = posts.first, posts.length, posts.bits
    home, bit_of, service_of, meets, extra = crews.post, crews.bit, crews.service, crews.meets, crews.turnout
    service_first, serving, serving_first = services.first, services.serving, services.serving_first
    ready, job_x, job_y, need_of, priority_of = asked.ready, asked.x, asked.y, asked.need, asked.priority
    turnout, on_scene = asked.turnout, asked.on_scene
    out_unit, out_assigned, out_arrived, out_freed = given
    # Those of the hour, which turns before anything else happens.
    ms_a_metre, lost_ms = by_hour.ms_a_metre[0], by_hour.lost_ms[0]
    # Whoever is farther away than the best by two milliseconds of cruising takes longer, rounding included.
    slack = 2.0 / ms_a_metre
    if places is not None:
        ms = by_hour.ms[0]

    jobs, units, stands, needs = len(ready), len(home), len(post_x), len(first)
    low = (1 << bits) - 1
    priorities = 1
    for each in range(jobs):
        priorities = max(priorities, priority_of[each] + 1)

    can = np.zeros(units, np.int64)
    idle = np.zeros(stands, np.int64)
    able = np.zeros(needs * stands, np.int64)
    unit_x, unit_y, unit_place = np.zeros(units), np.zeros(units), np.zeros(units, np.int64)
    for each in range(units):
        idle[home[each]] |= bit_of[each]

    # Units on their way home: a run of rows for each service, the first ``back`` of which are taken.
    back = np.zeros(len(service_first), np.int64)
    first_home = np.full(len(service_first), _NEVER)
    back_unit, back_at = np.zeros(units, np.int64), np.zeros(units, np.int64)
    left_at, left_x, left_y = np.zeros(units), np.zeros(units), np.zeros(units)
    pace_x, pace_y, apart = np.zeros(units), np.zeros(units), np.zeros(units)
    # The same four bytes as a number and as a word.
    number = np.zeros(1, np.float32)
    word_of = number.view(np.uint32)

    # The wheel: each bucket a list of units in order of moment and row; a unit hangs in it at most once.
    mask, shift = wheel.buckets - 1, wheel.shift
    head = np.full(wheel.buckets, -1, np.int32)
    after = np.full(units, -1, np.int32)
    free_at = np.zeros(units, np.int64)
    taken = np.zeros(wheel.buckets // 64, np.int64)
    words = wheel.buckets // 64 - 1
    soonest: Any
    busy, soonest, soonest_bucket = 0, _NEVER, 0

    # The queues: of each priority and need a list of jobs in order of row, which is the order of age.
    line_head = np.full(priorities * needs, -1, np.int64)
    line_tail = np.full(priorities * needs, -1, np.int64)
    open_lines = np.zeros(priorities, np.int64)
    behind = np.full(jobs, -1, np.int32)
    waiting = 0

    now, next_hour, quiet_hours, arriving = 0, 0, 0, 0
    next_ready = ready[0] if jobs else _NEVER
    # Where the next job to arrive finds its ranking, and the first word there: asked for early, it has come from memory
    # by the time that it is needed.
    word: Any
    next_word: Any
    next_start, next_word = 0, BEYOND
    if jobs:
        cell = cell_of(places, 0, job_x[0], job_y[0], posts)
        next_start = first[need_of[0]] + cell * length[need_of[0]]
        next_word = np.int64(ranked[next_start])
    start, word = 0, BEYOND
    trying = 0
    unit: Any
    job: Any
    row: Any
    while True:
        unit, job, row, best = -1, -1, -1, _NEVER
        asking = trying
        if trying == 0:
            if next_hour <= soonest and next_hour <= next_ready:
                if next_ready == _NEVER and busy == 0:
                    quiet_hours += 1
                    if waiting == 0 or quiet_hours > HOURS_OF_WEEK:
                        break
                now = next_hour
                hour = (now // HOUR) % HOURS_OF_WEEK
                law = by_hour.of_hour[hour]
                if places is None:
                    ms_a_metre, lost_ms = by_hour.ms_a_metre[law], by_hour.lost_ms[law]
                    slack = 2.0 / ms_a_metre
                else:
                    ms = by_hour.ms[law]
                if crews.changes[hour] or now == 0:
                    able[:] = 0
                    for each in range(units):
                        can[each] = meets[each] if crews.on[hour, each] else 0
                        rest = can[each]
                        while rest != 0:
                            able[lowest(rest) * stands + home[each]] |= bit_of[each]
                            rest &= rest - 1
                    if waiting:
                        for priority in range(priorities):
                            trying |= open_lines[priority]
                next_hour += HOUR
                continue
            if soonest <= next_ready:
                # Somebody is free.
                now, unit = soonest, head[soonest_bucket]
                busy -= 1
                head[soonest_bucket] = after[unit]
                if after[unit] >= 0:
                    soonest = free_at[after[unit]]
                else:
                    place = soonest_bucket >> 6
                    taken[place] &= ~(1 << (soonest_bucket & 63))
                    if busy:
                        rest = taken[place] & (-1 << (soonest_bucket & 63))
                        while rest == 0:
                            place = (place + 1) & words
                            rest = taken[place]
                        soonest_bucket = (place << 6) + lowest(rest)
                        soonest = free_at[head[soonest_bucket]]
                    else:
                        soonest = _NEVER
                asking = can[unit] if waiting else 0
            else:
                now, job, start, word = next_ready, arriving, next_start, next_word
                arriving += 1
                next_ready = _NEVER
                if arriving < jobs:
                    next_ready, need = ready[arriving], need_of[arriving]
                    cell = cell_of(places, arriving, job_x[arriving], job_y[arriving], posts)
                    next_start = first[need] + cell * length[need]
                    next_word = np.int64(ranked[next_start])

        line = -1
        if asking:
            # The most urgent job that waits for one of these needs, and of those the oldest.
            for priority in range(priorities):
                rest = open_lines[priority] & asking
                while rest != 0:
                    each = priority * needs + lowest(rest)
                    rest &= rest - 1
                    if line < 0 or line_head[each] < line_head[line]:
                        line = each
                if line >= 0:
                    job = line_head[line]
                    break
            if job < 0 and unit < 0:
                trying = 0
                continue

        if job < 0:
            # Home, since nobody waits for this unit.
            post, x, y = home[unit], unit_x[unit], unit_y[unit]
            east, north = post_x[post] - x, post_y[post] - y
            if places is None:
                drive = trip(sqrt(east * east + north * north), ms_a_metre, lost_ms)
            else:
                # The share of the way that is done in a millisecond takes the place of the pace.
                drive, east, north = ms[unit_place[unit], places.of_post[post]], 1.0, 0.0
            if drive == 0:
                idle[post] |= bit_of[unit]
                continue
            service = service_of[unit]
            row = service_first[service] + back[service]
            back[service] += 1
            back_unit[row], back_at[row] = unit, now + drive
            left_at[row], left_x[row], left_y[row] = now, x, y
            pace_x[row], pace_y[row] = east / drive, north / drive
            first_home[service] = min(first_home[service], now + drive)
            continue

        x, y, need = job_x[job], job_y[job], need_of[job]
        delay = 0
        if unit >= 0:
            if places is None:
                east, north = unit_x[unit] - x, unit_y[unit] - y
                best = trip(sqrt(east * east + north * north), ms_a_metre, lost_ms)
            else:
                best = ms[unit_place[unit], places.of_job[job]]
        else:
            # Who has come home since somebody last asked stands at the post again.
            for turn in range(serving_first[need], serving_first[need + 1]):
                service = serving[turn]
                if first_home[service] > now:
                    continue
                soon, k = _NEVER, service_first[service]
                while k < service_first[service] + back[service]:
                    if back_at[k] <= now:
                        idle[home[back_unit[k]]] |= bit_of[back_unit[k]]
                        back[service] -= 1
                        end = service_first[service] + back[service]
                        back_unit[k], back_at[k] = back_unit[end], back_at[end]
                        left_at[k], left_x[k], left_y[k] = left_at[end], left_x[end], left_y[end]
                        pace_x[k], pace_y[k] = pace_x[end], pace_y[end]
                    else:
                        soon = min(soon, back_at[k])
                        k += 1
                first_home[service] = soon
            # At a post.
            near, limit = np.inf, BEYOND
            if trying:
                start = first[need] + cell_of(places, job, x, y, posts) * length[need]
                word = np.int64(ranked[start])
            while word < limit:
                post = word & low
                here = idle[post] & able[need * stands + post]
                if here != 0:
                    if places is None:
                        east, north = post_x[post] - x, post_y[post] - y
                        metres = sqrt(east * east + north * north)
                        drive = trip(metres, ms_a_metre, lost_ms)
                        reach = (metres + slack) * (metres + slack)
                    else:
                        drive = ms[places.of_post[post], places.of_job[job]]
                        reach = drive + 0.5
                    each = post_unit[post * UNITS_A_POST + lowest(here)]
                    if drive < best or (drive == best and each < unit):
                        unit, best, near = each, drive, reach
                        number[0] = near
                        limit = (word_of[0] | low) + 1
                start += 1
                word = np.int64(ranked[start])
            # On the road home.
            moment = float(now)
            for turn in range(serving_first[need], serving_first[need + 1]):
                service = serving[turn]
                # Without a sign, an index is not asked whether it counts from the end, and eight rows are read at once.
                begin = np.uint64(service_first[service])
                beyond = begin + np.uint64(back[service])
                if places is None:
                    for spot in range(begin, beyond):
                        gone = moment - left_at[spot]
                        east = left_x[spot] + pace_x[spot] * gone - x
                        north = left_y[spot] + pace_y[spot] * gone - y
                        apart[spot] = east * east + north * north
                else:
                    for spot in range(begin, beyond):
                        each = back_unit[spot]
                        last = ms[unit_place[each], places.of_job[job]]
                        site = ms[places.of_post[home[each]], places.of_job[job]]
                        apart[spot] = last + (site - last) * ((moment - left_at[spot]) * pace_x[spot])
                for spot in range(begin, beyond):
                    if apart[spot] < near:
                        each = back_unit[spot]
                        if (can[each] >> need) & 1:
                            if places is None:
                                metres = sqrt(apart[spot])
                                drive = trip(metres, ms_a_metre, lost_ms)
                                reach = (metres + slack) * (metres + slack)
                            else:
                                drive = int(apart[spot] + 0.5)
                                reach = drive + 0.5
                            if drive < best or (drive == best and each < unit):
                                unit, best, row, near = each, drive, np.int64(spot), reach
            if unit < 0:
                if trying:
                    trying &= ~(1 << need)
                else:
                    line = priority_of[job] * needs + need
                    if line_head[line] < 0:
                        line_head[line] = job
                        open_lines[priority_of[job]] |= 1 << need
                    else:
                        behind[line_tail[line]] = job
                    line_tail[line] = job
                    waiting += 1
                continue
            if row >= 0:
                service = service_of[unit]
                back[service] -= 1
                end = service_first[service] + back[service]
                back_unit[row], back_at[row] = back_unit[end], back_at[end]
                left_at[row], left_x[row], left_y[row] = left_at[end], left_x[end], left_y[end]
                pace_x[row], pace_y[row] = pace_x[end], pace_y[end]
            else:
                idle[home[unit]] &= ~bit_of[unit]
                delay = turnout[job] + extra[unit]

        # Off it goes.
        if line >= 0:
            line_head[line] = behind[job]
            if behind[job] < 0:
                open_lines[priority_of[job]] &= ~(1 << need)
            waiting -= 1
        arrived = now + delay + best
        freed = arrived + on_scene[job]
        out_unit[job], out_assigned[job], out_arrived[job], out_freed[job] = unit, now, arrived, freed
        unit_x[unit], unit_y[unit], free_at[unit] = x, y, freed
        if places is not None:
            unit_place[unit] = places.of_job[job]
        quiet_hours = 0
        busy += 1
        bucket = (freed >> shift) & mask
        ahead, each = -1, head[bucket]
        while each >= 0 and (free_at[each] < freed or (free_at[each] == freed and each < unit)):
            ahead, each = each, after[each]
        after[unit] = each
        if ahead >= 0:
            after[ahead] = unit
        else:
            head[bucket] = unit
            taken[bucket >> 6] |= 1 << (bucket & 63)
            if freed <= soonest:
                soonest, soonest_bucket = freed, bucket
