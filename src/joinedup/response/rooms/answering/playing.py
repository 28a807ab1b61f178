"""The loop in which calls are connected, wait, are answered and passed on, compiled: the rules are in the package's words.

Calls come in order, so that only what follows from an answer lies in a heap: a handler who is free, a call that is passed on, a
caller who gives up or rings again. Free handlers are bits of a word, and lines are linked lists, from which a caller who gives
up is taken at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.rooms.answering.packed import Calls, Played, Teams

HALF_HOUR = 1_800_000
HALF_HOURS = 336
_NEVER = 2**62
_KINDS = 8
_FREE, _PASS, _HANG_UP, _GIVE_UP, _AGAIN = 0, 1, 2, 3, 4
_DE_BRUIJN = 0x03F79D71B4CB0A89
_PLACE_OF = np.zeros(64, np.int64)
for _bit in range(64):
    _PLACE_OF[((1 << _bit) * _DE_BRUIJN % 2**64) >> 58] = _bit


@compiled
def _push(keys: NDArray[np.int64], items: NDArray[np.int64], size: int, key: int, item: int) -> None:
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] < key or (keys[above] == key and items[above] <= item):
            break
        keys[place], items[place] = keys[above], items[above]
        place = above
    keys[place], items[place] = key, item


@compiled
def _drop_first(keys: NDArray[np.int64], items: NDArray[np.int64], size: int) -> None:
    """Take the first event out of a heap that is left with ``size`` events."""
    key, item = keys[size], items[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        beside = below + 1
        if beside < size and (
            keys[beside] < keys[below] or (keys[beside] == keys[below] and items[beside] < items[below])
        ):
            below = beside
        if key < keys[below] or (key == keys[below] and item <= items[below]):
            break
        keys[place], items[place] = keys[below], items[below]
        place = below
    keys[place], items[place] = key, item


@compiled
def play(calls: Calls, teams: Teams, played: Played) -> None:  # noqa: PLR0915 - one loop, one place for each step
    """Play every call, in order of time, and write what became of it."""
    connected, service_of, priority_of, handling = (
        calls.connected,
        calls.service,
        calls.priority,
        calls.handling,
    )
    wrap_up, patience, again, attempts = calls.wrap_up, calls.patience, calls.again, calls.attempts
    passed_to, log, log_own = calls.passed_to, calls.log, calls.log_own
    team_of, staff, longer = teams.team_of, teams.staff, teams.longer
    stays, stays_most, passed_priority = teams.stays, teams.stays_most, teams.passed_priority
    joined, answered, handler_of, handled, released, given_up, lost = played[:7]
    passed, answered_there, logged_there, second = played[7:]

    count, services, rooms = len(connected), team_of.shape[1], staff.shape[0]
    priorities: Any = passed_priority + 1
    for each in range(count):
        priorities = max(priorities, priority_of[each] + 1)
    first = np.zeros(rooms + 1, np.int64)
    words = np.zeros(rooms + 1, np.int64)
    for team in range(rooms):
        most = staff[team].max()
        first[team + 1] = first[team] + most
        words[team + 1] = words[team] + (most + 63) // 64
    home = np.zeros(first[rooms], np.int64)
    idle = np.zeros(words[rooms], np.int64)
    for team in range(rooms):
        for each in range(first[team], first[team + 1]):
            home[each] = team
            spot = each - first[team]
            idle[words[team] + (spot >> 6)] |= np.int64(1) << (spot & 63)

    # Lines by service and priority: linked lists in order of joining. ``line`` is the call's line, -1 where it is in none.
    head = np.full(services * priorities, -1, np.int64)
    tail = np.full(services * priorities, -1, np.int64)
    behind, before = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    line = np.full(count, -1, np.int64)
    # The services of each team, team by team, in this half-hour.
    serves = np.zeros(services, np.int64)
    serves_first = np.zeros(rooms + 1, np.int64)
    duty = np.zeros(rooms, np.int64)

    keys, items = np.zeros(1024, np.int64), np.zeros(1024, np.int64)
    size, waiting, quiet, half, arriving = 0, 0, 0, 0, 0
    next_call: Any = connected[0] if count else _NEVER
    next_tick: Any = (connected[0] // HALF_HOUR) * HALF_HOUR if count else _NEVER
    now: Any
    while True:
        if size + 8 > len(keys):
            keys, items = np.append(keys, np.zeros_like(keys)), np.append(items, np.zeros_like(items))
        soonest = keys[0] >> 3 if size else _NEVER
        call: Any = -1
        from_team, to_team = 0, 0
        if next_tick <= soonest and next_tick <= next_call:
            if size == 0 and next_call == _NEVER:
                quiet += 1
                if waiting == 0 or quiet > HALF_HOURS:
                    break
            else:
                quiet = 0
            now = next_tick
            next_tick += HALF_HOUR
            half = (now // HALF_HOUR) % HALF_HOURS
            spot = 0
            for team in range(rooms):
                duty[team] = staff[team, half]
                serves_first[team] = spot
                for service in range(services):
                    if team_of[half, service] == team:
                        serves[spot] = service
                        spot += 1
            serves_first[rooms] = spot
            to_team = rooms
        elif soonest <= next_call:
            now, kind, item = soonest, keys[0] & (_KINDS - 1), items[0]
            size -= 1
            _drop_first(keys, items, size)
            if kind == _FREE:
                from_team = home[item]
                to_team = from_team + 1
                spot = item - first[from_team]
                idle[words[from_team] + (spot >> 6)] |= np.int64(1) << (spot & 63)
            elif kind == _PASS:
                passed[item] = now
                service, team = passed_to[item], home[handler_of[item]]
                if team_of[half, service] == team:
                    answered_there[item], second[item] = now, handler_of[item]
                    done = now + (log_own[item] * longer[team, service] + 500) // 1000
                    logged_there[item] = done
                    released[item] = done + wrap_up[item]
                    _push(keys, items, size, released[item] * _KINDS + _FREE, handler_of[item])
                    size += 1
                else:
                    call = item
                    if stays:
                        _push(keys, items, size, (now + stays_most) * _KINDS + _HANG_UP, item)
                    else:
                        released[item] = now + wrap_up[item]
                        _push(keys, items, size, released[item] * _KINDS + _FREE, handler_of[item])
                    size += 1
            elif kind == _HANG_UP:
                if line[item] >= 0 and released[item] < 0:
                    released[item] = now + wrap_up[item]
                    _push(keys, items, size, released[item] * _KINDS + _FREE, handler_of[item])
                    size += 1
            elif kind == _AGAIN:
                call = item
            elif line[item] >= 0 and answered[item] < 0 and joined[item] + patience[item] == now:
                # Out of the line, wherever it stands.
                each, ahead, after = line[item], before[item], behind[item]
                if ahead >= 0:
                    behind[ahead] = after
                else:
                    head[each] = after
                if after >= 0:
                    before[after] = ahead
                else:
                    tail[each] = ahead
                line[item] = -1
                waiting -= 1
                given_up[item] += 1
                if given_up[item] < attempts[item]:
                    _push(keys, items, size, (now + again[item]) * _KINDS + _AGAIN, item)
                    size += 1
                else:
                    lost[item] = now
        else:
            now, call = next_call, arriving
            arriving += 1
            next_call = connected[arriving] if arriving < count else _NEVER

        if call >= 0:
            # To the end of the line; where somebody is free, it is answered in the same moment.
            if answered[call] < 0:
                service, urgency = service_of[call], priority_of[call]
                joined[call] = now
            else:
                service, urgency = passed_to[call], np.int64(passed_priority)
            each = service * priorities + urgency
            behind[call], before[call], line[call] = -1, tail[each], each
            if tail[each] >= 0:
                behind[tail[each]] = call
            else:
                head[each] = call
            tail[each] = call
            waiting += 1
            from_team = team_of[half, service]
            to_team = from_team + 1

        if waiting:
            for team in range(from_team, to_team):
                while True:
                    spot = words[team]
                    while spot < words[team + 1] and idle[spot] == 0:
                        spot += 1
                    if spot == words[team + 1]:
                        break
                    bit = idle[spot] & -idle[spot]
                    free = (spot - words[team]) * 64 + _PLACE_OF[((bit * _DE_BRUIJN) >> 58) & 63]
                    if free >= duty[team]:
                        break
                    # The most urgent, and of those whoever has waited longest.
                    best, since, urgency = -1, _NEVER, 0
                    while best < 0 and urgency < priorities:
                        for turn in range(serves_first[team], serves_first[team + 1]):
                            other = head[serves[turn] * priorities + urgency]
                            if other >= 0:
                                waits_since = joined[other] if answered[other] < 0 else passed[other]
                                if waits_since < since or (waits_since == since and other < best):
                                    best, since = other, waits_since
                        urgency += 1
                    if best < 0:
                        break
                    idle[spot] &= ~bit
                    each = line[best]
                    head[each] = behind[best]
                    if behind[best] >= 0:
                        before[behind[best]] = -1
                    else:
                        tail[each] = -1
                    line[best] = -1
                    waiting -= 1
                    handler = first[team] + free
                    if size + 4 > len(keys):
                        keys, items = (
                            np.append(keys, np.zeros_like(keys)),
                            np.append(items, np.zeros_like(items)),
                        )
                    if answered[best] < 0:
                        answered[best], handler_of[best] = now, handler
                        handled[best] = now + (handling[best] * longer[team, service_of[best]] + 500) // 1000
                        if passed_to[best] >= 0:
                            _push(keys, items, size, handled[best] * _KINDS + _PASS, best)
                        else:
                            released[best] = handled[best] + wrap_up[best]
                            _push(keys, items, size, released[best] * _KINDS + _FREE, handler)
                        size += 1
                    else:
                        answered_there[best], second[best] = now, handler
                        done = now + (log[best] * longer[team, passed_to[best]] + 500) // 1000
                        logged_there[best] = done
                        _push(keys, items, size, done * _KINDS + _FREE, handler)
                        size += 1
                        if released[best] < 0:
                            released[best] = (now if stays == 1 else done) + wrap_up[best]
                            _push(keys, items, size, released[best] * _KINDS + _FREE, handler_of[best])
                            size += 1

        if call >= 0 and line[call] >= 0 and answered[call] < 0 and patience[call] >= 0:
            _push(keys, items, size, (now + patience[call]) * _KINDS + _GIVE_UP, call)
            size += 1
