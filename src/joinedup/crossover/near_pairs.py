"""The inner loops of a sweep, in machine code: near pairs of records that lie in squares, written down or tallied.

As one service's records of a square go by in order of time, the other's first partner only ever moves forwards.
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
    first_day: int,
    weight: Integers,
    own: bool,
    sums: Sums,
) -> None:
    """Find near pairs square by square, and add them to the tables of each shift."""
    most = max(reach[0], reach[2])
    # The bin that each whole metre begins in: from there it is a step or none.
    rings = np.searchsorted(kinds[3], np.arange(int(metres) + 1))
    i_of, j_of = np.empty(_AT_ONCE, np.int32), np.empty(_AT_ONCE, np.int32)
    for square in range(a.start.shape[0] - 1):
        a_from, a_to, b_from, b_to = (
            a.start[square],
            a.start[square + 1],
            b.start[square],
            b.start[square + 1],
        )
        if a_from == a_to or b_from == b_to:
            continue
        for turn in range(shifts.shape[0]):
            shift, first, number = shifts[turn], b_from, 0
            for i in range(a_from, a_to):
                x, y, time = a.x[i], a.y[i], a.time[i] - shift
                while first < b_to and b.time[first] < time - most:
                    first += 1
                j = first
                while j < b_to and b.time[j] <= time + most:
                    if number == _AT_ONCE:
                        _add(
                            a,
                            b,
                            i_of,
                            j_of,
                            number,
                            turn,
                            shift,
                            kinds,
                            reach,
                            rings,
                            first_day,
                            weight,
                            sums,
                        )
                        number = 0
                    # Written down in any case, and kept if near: to guess which it will be would take longer.
                    i_of[number], j_of[number] = i, j
                    east, north = x - b.x[j], y - b.y[j]
                    near = east * east + north * north <= metres * metres
                    number += near and not (own and shift == 0 and a_who[a.who[i]] == b_who[b.who[j]])
                    j += 1
            _add(a, b, i_of, j_of, number, turn, shift, kinds, reach, rings, first_day, weight, sums)


@compiled
def _add(
    a: Laid,
    b: Laid,
    i_of: Numbers,
    j_of: Numbers,
    number: int,
    turn: int,
    shift: int,
    kinds: tuple[Floats, int, int, Floats],
    reach: tuple[int, int, int, int, float],
    rings: Integers,
    first_day: int,
    weight: Integers,
    sums: Sums,
) -> None:
    """Add pairs to the tables of a shift."""
    edges, b_codes, flags, bins = kinds
    core_to, side_from, _, window, window_metres = reach
    core, side, distance, by_gap, by_code, by_flag, in_window = sums
    gaps, last_ring, plain = by_gap.shape[1], bins.shape[0] - 1, 0
    for at in range(number):
        i, j = i_of[at], j_of[at]
        east, north = a.x[i] - b.x[j], a.y[i] - b.y[j]
        square = east * east + north * north
        gap = b.time[j] - (a.time[i] - shift)
        length = abs(gap)
        plain += length <= window and square <= window_metres * window_metres
        kind, other = a.kind[i], b.kind[j]
        inside = length <= core_to
        if kind < 0 or other < 0 or not (inside or length >= side_from):
            continue
        worth = weight[turn, b.time[j] // _DAY - first_day]
        busy = 0.5 * (a.busy[i] + b.busy[j])
        stratum = 0
        for edge in edges:
            stratum += busy > edge
        if inside:
            core[turn, stratum] += worth
            by_gap[turn, min((gap + core_to) * gaps // (2 * core_to), gaps - 1)] += worth
        else:
            side[turn, stratum] += worth
        apart = np.sqrt(square)
        ring = rings[int(apart)]
        while bins[ring] < apart and ring < last_ring:
            ring += 1
        distance[turn, stratum, ring] += worth
        by_code[turn, stratum, (kind >> 2) * b_codes + (other >> 2)] += worth
        by_flag[turn, stratum, (kind & 3) * flags + (other & 3)] += worth
    in_window[turn] += plain
