"""Two lists of the full model, compiled: the moments at which units end a step, and the jobs that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.response.dispatching.mobilising import lowest
from joinedup.response.dispatching.registers import borrowing

if TYPE_CHECKING:
    from joinedup.response.dispatching.registers import Hung, Lines, Register

NEVER = 2**61


@borrowing
def hang(hung: Hung, unit: int, key: int) -> None:
    """Hang a unit in the wheel, before whoever is later or has a higher row at the same key."""
    head, after, keys, soonest = hung.head, hung.after, hung.key, hung.soonest
    bucket = (key >> hung.shift) & (len(head) - 1)
    keys[unit] = key
    ahead, each = -1, head[bucket]
    while each >= 0 and (keys[each] < key or (keys[each] == key and each < unit)):
        ahead, each = each, after[each]
    after[unit] = each
    if ahead >= 0:
        after[ahead] = unit
    else:
        head[bucket] = unit
        hung.taken[bucket >> 6] |= 1 << (bucket & 63)
        if key <= soonest[0]:
            soonest[0], soonest[1] = key, bucket
    soonest[2] += 1


@borrowing
def unhang(hung: Hung, unit: int) -> None:
    """Take a unit out of the wheel, and find who is next."""
    head, after, soonest, taken, keys = hung.head, hung.after, hung.soonest, hung.taken, hung.key
    bucket = (keys[unit] >> hung.shift) & (len(head) - 1)
    place = bucket >> 6
    soonest[2] -= 1
    if head[bucket] != unit:
        ahead = head[bucket]
        while after[ahead] != unit:
            ahead = after[ahead]
        after[ahead] = after[unit]
    else:
        head[bucket] = after[unit]
        if head[bucket] < 0:
            taken[place] &= ~(1 << (bucket & 63))
        if bucket == soonest[1]:
            if soonest[2] == 0:
                soonest[0] = NEVER
            else:
                if head[bucket] < 0:
                    rest = taken[place] & (-1 << (bucket & 63))
                    while rest == 0:
                        place = (place + 1) & (len(taken) - 1)
                        rest = taken[place]
                    soonest[1] = (place << 6) + lowest(rest)
                soonest[0] = keys[head[soonest[1]]]


@borrowing
def put(jobs: Register, lines: Lines, job: int) -> None:
    """Let a job wait, in its place of age among those of its priority and need."""
    needs = len(lines.head) // len(lines.open)
    line = jobs[job].priority * needs + jobs[job].need
    head, tail = lines.head[line], lines.tail[line]
    ahead, behind = -1, -1
    if head < 0:
        lines.open[jobs[job].priority] |= 1 << jobs[job].need
    else:
        # From both ends at once: what was left is among the oldest, what has just come is the youngest.
        while True:
            if tail < job:
                ahead, behind = tail, jobs[tail].behind
                break
            if head > job:
                ahead, behind = jobs[head].before, head
                break
            tail, head = jobs[tail].before, jobs[head].behind
    jobs[job].before, jobs[job].behind, jobs[job].waits = ahead, behind, 1
    if ahead >= 0:
        jobs[ahead].behind = job
    else:
        lines.head[line] = job
    if behind >= 0:
        jobs[behind].before = job
    else:
        lines.tail[line] = job
    lines.many[0] += 1


@borrowing
def drop(jobs: Register, lines: Lines, job: int) -> None:
    """Let a job wait no longer."""
    needs = len(lines.head) // len(lines.open)
    line = jobs[job].priority * needs + jobs[job].need
    ahead, behind = jobs[job].before, jobs[job].behind
    if ahead >= 0:
        jobs[ahead].behind = behind
    else:
        lines.head[line] = behind
    if behind >= 0:
        jobs[behind].before = ahead
    else:
        lines.tail[line] = ahead
    if ahead < 0 and behind < 0:
        lines.open[jobs[job].priority] &= ~(1 << jobs[job].need)
    jobs[job].waits = 0
    lines.many[0] -= 1


@borrowing
def first_of(lines: Lines, asking: int, limit: int) -> int:
    """Give the most urgent job that waits for one of these needs, of those the oldest; −1 for none as urgent as ``limit``."""
    head = lines.head
    needs = len(head) // len(lines.open)
    for priority in range(min(limit + 1, len(lines.open))):
        rest, job = lines.open[priority] & asking, -1
        while rest != 0:
            each = head[priority * needs + lowest(rest)]
            rest &= rest - 1
            if job < 0 or each < job:
                job = each
        if job >= 0:
            return job
    return -1
