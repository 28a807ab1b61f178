"""The inner loops of a sweep, in machine code: near pairs of records that lie in squares, written down or tallied.

As one service's records of a square go by in order of time, the other's first partner only ever moves forwards. Places in
arrays are whole numbers without a sign, so that none is looked at twice for counting from the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.squares import Laid
    from joinedup.crossover.sweep import Sums

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.int32]

_DAY = 86_400_000_000
# How many near pairs are added to the tables at once: as many as lie close at hand.
_AT_ONCE = 4_096
_ONE = np.uint64(1)


@compiled
def collect(
    a: Laid,
    b: Laid,
    a_who: Numbers,
    b_who: Numbers,
    metres: float,
    most: int,
    shift: int,
    own: bool,
    room: int,
) -> tuple[int, Numbers, Numbers, Integers, NDArray[np.float32]]:
    """Count near pairs, and write down as many as there is room for, in order of a's time and then of b's."""
    i_of, j_of = np.empty(room, np.int32), np.empty(room, np.int32)
    number = 0
    # Where each record's pairs are written down.
    began, ended = np.zeros(a_who.shape[0], np.int64), np.zeros(a_who.shape[0], np.int64)
    for square in range(a.start.shape[0] - 1):
        first, b_to = b.start[square], b.start[square + 1]
        for i in range(a.start[square], a.start[square + 1]):
            x, y, time, who = a.x[i], a.y[i], a.time[i] - shift, a.who[i]
            while first < b_to and b.time[first] < time - most:
                first += 1
            began[who] = number
            j = first
            while j < b_to and b.time[j] <= time + most:
                east, north = x - b.x[j], y - b.y[j]
                near = east * east + north * north <= metres * metres
                if near and not (own and a_who[who] == b_who[b.who[j]]):
                    if number < room:
                        i_of[number], j_of[number] = i, j
                    number += 1
                j += 1
            ended[who] = number
    wide = min(number, room)
    a_of, b_of = np.empty(wide, np.int32), np.empty(wide, np.int32)
    gap, apart = np.empty(wide, np.int64), np.empty(wide, np.float32)
    at = 0
    for who in range(a_who.shape[0]):
        for here in range(min(began[who], wide), min(ended[who], wide)):
            i, j = i_of[here], j_of[here]
            a_of[at], b_of[at] = a_who[who], b_who[b.who[j]]
            gap[at] = b.time[j] - (a.time[i] - shift)
            east, north = a.x[i] - b.x[j], a.y[i] - b.y[j]
            apart[at] = np.sqrt(east * east + north * north)
            at += 1
    return number, a_of, b_of, gap, apart


@compiled
def tally(
    a: Laid,
    b: Laid,
    a_who: Numbers,
    b_who: Numbers,
    metres: float,
    kinds: tuple[Floats, int, int, Floats],
    reach: tuple[int, int, int, int, float],
    shifts: Integers,
    sweeps: Integers,
    first_day: int,
    weight: Integers,
    sums: Sums,
) -> None:
    """Find near pairs square by square, and add them to the tables of each shift.

    ``sweeps`` names by its place each shift that is swept, and the one that has the same pairs the other way round, or -1: its
    tables are filled as well. A shift that is its own mirror has both ways of each pair.
    """
    most = max(reach[0], reach[2])
    # The bin that each whole metre begins in: from there it is a step or none.
    rings = np.searchsorted(kinds[3], np.arange(int(metres) + 1))
    i_of, j_of = np.empty(_AT_ONCE, np.uint32), np.empty(_AT_ONCE, np.uint32)
    for square in range(a.start.shape[0] - 1):
        a_from, a_to = np.uint64(a.start[square]), np.uint64(a.start[square + 1])
        b_from, b_to = np.uint64(b.start[square]), np.uint64(b.start[square + 1])
        if a_from == a_to or b_from == b_to:
            continue
        for sweep in range(sweeps.shape[0]):
            turn, mirror = sweeps[sweep]
            shift, first, number = shifts[turn], b_from, np.uint64(0)
            for i in range(a_from, a_to):
                x, y, time = a.x[i], a.y[i], a.time[i] - shift
                if turn == mirror:
                    # Only who comes later, so that no pair is met from both sides, nor a record by itself.
                    name = a_who[np.uint64(a.who[i])]
                    while first < b_to and (
                        b.time[first] < time
                        or (b.time[first] == time and b_who[np.uint64(b.who[first])] <= name)
                    ):
                        first += _ONE
                else:
                    while first < b_to and b.time[first] < time - most:
                        first += _ONE
                j = first
                while j < b_to and b.time[j] <= time + most:
                    if number == _AT_ONCE:
                        found = i_of[:number], j_of[:number]
                        _add(a, b, found, turn, mirror, shift, kinds, reach, rings, first_day, weight, sums)
                        number = np.uint64(0)
                    # Written down in any case, and kept if near: to guess which it will be would take longer.
                    i_of[number], j_of[number] = i, j
                    east, north = x - b.x[j], y - b.y[j]
                    number += np.uint64(east * east + north * north <= metres * metres)
                    j += _ONE
            found = i_of[:number], j_of[:number]
            _add(a, b, found, turn, mirror, shift, kinds, reach, rings, first_day, weight, sums)


@compiled
def _add(
    a: Laid,
    b: Laid,
    found: tuple[NDArray[np.uint32], NDArray[np.uint32]],
    turn: int,
    mirror: int,
    shift: int,
    kinds: tuple[Floats, int, int, Floats],
    reach: tuple[int, int, int, int, float],
    rings: Integers,
    first_day: int,
    weight: Integers,
    sums: Sums,
) -> None:
    """Add pairs to the tables of a shift, and the other way round to those of its mirror."""
    edges, b_codes, flags, bins = kinds
    core_to, side_from, _, window, window_metres = reach
    by_ring, by_gap, by_code, by_flag, in_window = sums
    last_ring, plain = np.uint64(bins.shape[0] - 1), 0
    here, there = np.uint64(turn), np.uint64(mirror)
    for at in range(found[0].shape[0]):
        i, j = np.uint64(found[0][at]), np.uint64(found[1][at])
        east, north = a.x[i] - b.x[j], a.y[i] - b.y[j]
        square = east * east + north * north
        gap = b.time[j] - (a.time[i] - shift)
        length = abs(gap)
        plain += length <= window and square <= window_metres * window_metres
        kind, other = a.kind[i], b.kind[j]
        inside = length <= core_to
        if kind < 0 or other < 0 or not (inside or length >= side_from):
            continue
        busy = 0.5 * (a.busy[i] + b.busy[j])
        stratum = np.uint64(0)
        for edge in edges:
            stratum += np.uint64(busy > edge)
        apart = np.sqrt(square)
        ring = np.uint64(rings[np.uint64(apart)])
        while bins[ring] < apart and ring < last_ring:
            ring += _ONE
        code, other_code = np.uint64(kind >> 2), np.uint64(other >> 2)
        flag, other_flag = np.uint64(kind & 3), np.uint64(other & 3)
        worth = weight[here, np.uint64(b.time[j] // _DAY - first_day)]
        by_ring[here, np.uint64(inside), stratum, ring] += worth
        by_code[here, stratum, code * np.uint64(b_codes) + other_code] += worth
        by_flag[here, stratum, flag * np.uint64(flags) + other_flag] += worth
        if inside:
            by_gap[here, _bin(gap, core_to, by_gap.shape[1])] += worth
        if mirror >= 0:
            worth = weight[there, np.uint64(a.time[i] // _DAY - first_day)]
            by_ring[there, np.uint64(inside), stratum, ring] += worth
            by_code[there, stratum, other_code * np.uint64(b_codes) + code] += worth
            by_flag[there, stratum, other_flag * np.uint64(flags) + flag] += worth
            if inside:
                by_gap[there, _bin(-gap, core_to, by_gap.shape[1])] += worth
    in_window[here] += plain
    if mirror >= 0:
        in_window[there] += plain


@compiled
def _bin(gap: int, core: int, gaps: int) -> np.uint64:
    """Give the bin of a gap: so many gaps to the core, both ways. Dividing whole numbers takes longer than a guess and a step."""
    whole, width = (gap + core) * gaps, 2 * core
    place = np.int64(whole / np.float64(width))
    place += np.int64((place + 1) * width <= whole) - np.int64(place * width > whole)
    return np.uint64(place if place < gaps else gaps - 1)
