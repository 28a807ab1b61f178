"""Laying records in squares, so that those that are near a record in place stand together, in order of time.

A record of the first service lies in its own square, one of the second in every square that it is within reach of: the
partners of a record are then all in one square. The plane is folded, as a map is, so that there are never more squares
than records; what is folded onto a square from far away is not near in place, and costs no more than a look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.sweep import Marks

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Numbers = NDArray[np.int32]

Scalar = TypeVar("Scalar", bound=np.generic)

# A hair wider than the distance, so that rounding cannot put a record outside a square that it is within reach of.
_HAIR = 1 + 1e-6
_SIDES = (1, 2, 3, 4, 6, 8, 12, 16)
# To lay a record in one more square costs a sweep as much as to look at so many others.
_LAYING = 3.0
_ENOUGH = 10_000
# A record is within reach of three squares each way at the most, and folding must leave those apart.
_LEAST = 3
UNUSABLE = -1
_ONE = np.uint64(1)


class Squares(NamedTuple):
    """Squares on the plane: south-west corner, side and reach (metres), and how many.

    The first service's places are in ``east`` by ``north`` squares, which are folded onto ``columns`` by ``rows``.
    """

    west: float
    south: float
    side: float
    reach: float
    east: int
    north: int
    columns: int
    rows: int


class Laid(NamedTuple):
    """Records square by square, each square in order of time; ``start`` says where each begins, and where the last ends.

    ``who`` is a record's place among those that were to be laid. ``kind`` is four times its code and its flag, or -1 where it
    cannot be used.
    """

    start: Integers
    who: Numbers
    x: Floats
    y: Floats
    time: Integers
    busy: Floats
    kind: Numbers


def squares_over(a_place: Floats, b_place: Floats, metres: float, share: float) -> Squares:
    """Choose squares for finding who is within some metres, and soon: within a share of the period.

    What is found never depends on the choice. Wide squares have more records to look at, narrow ones more to lay.
    """
    number, others = len(a_place), len(b_place)
    finest = _squares(a_place, others, metres, 1)
    if not number or not others:
        return finest
    # Some thousands of records tell how crowded it is as well as all do.
    one, other = (max(each // _ENOUGH, 1) for each in (number, others))
    met = float(_counted(a_place[::one], finest) @ _counted(b_place[::other], finest))
    around = met * one * other / number * share
    costs = [(each + 2) ** 2 * (around + _LAYING * others / number / each**2) for each in _SIDES]
    return _squares(a_place, others, metres, _SIDES[int(np.argmin(costs))])


def _squares(a_place: Floats, others: int, metres: float, times: int) -> Squares:
    """Give the squares that are so many times as wide as the distance."""
    side = metres * _HAIR * times
    if not len(a_place):
        return Squares(0.0, 0.0, side, metres * _HAIR, 0, 0, _LEAST, _LEAST)
    west, south = (float(each) for each in a_place.min(axis=0))
    east, north = (
        int((float(each) - low) / side) + 1
        for each, low in zip(a_place.max(axis=0), (west, south), strict=True)
    )
    most = int((len(a_place) + others) ** 0.5)
    columns, rows = (max(min(each, most), _LEAST) for each in (east, north))
    return Squares(west, south, side, metres * _HAIR, east, north, columns, rows)


def laid(
    who: Numbers, place: Floats, time: Integers, marks: Marks, squares: Squares, *, within_reach: bool
) -> Laid:
    """Lay some records, named in order of time, each in its own square or in every one that it is within reach of."""
    reach = squares.reach if within_reach else 0.0
    return Laid(
        *_laid(
            to_read(who),
            to_read(place),
            to_read(time),
            to_read(marks.busy),
            to_read(marks.code),
            to_read(marks.flag),
            to_read(marks.usable),
            squares,
            reach,
        )
    )


def to_read(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Give an array that cannot be written to, be it our own or one that lies in a file for other processes to read.

    The machine code is then the same for both, and compiled once.
    """
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


@compiled
def _square(east: int, north: int, columns: int, rows: int) -> np.uint64:
    """Number a square after folding; dividing takes long, and most planes need none."""
    return np.uint64(
        (east if east < columns else east % columns) * rows + (north if north < rows else north % rows)
    )


@compiled
def _clipped(number: float, most: int) -> int:
    """Round down, to a number of squares from none to the most."""
    return int(min(max(number, 0.0), most))


@compiled
def _counted(place: Floats, squares: Squares) -> Floats:
    """Count the records in each square."""
    west, south, side, _, east_most, north_most, columns, rows = squares
    found = np.zeros(columns * rows)
    for i in range(place.shape[0]):
        east, north = (place[i, 0] - west) / side, (place[i, 1] - south) / side
        if 0 <= east < east_most and 0 <= north < north_most:
            found[_square(int(east), int(north), columns, rows)] += 1
    return found


@compiled
def _laid(
    who: Numbers,
    place: Floats,
    time: Integers,
    busy: Floats,
    code: Numbers,
    flag: NDArray[np.int8],
    usable: NDArray[np.bool_],
    squares: Squares,
    reach: float,
) -> tuple[Integers, Numbers, Floats, Floats, Integers, Floats, Numbers]:
    """Count how many records each square will have, put their names there, and then what is known of them."""
    west, south, side, _, east_most, north_most, columns, rows = squares
    start = np.zeros(columns * rows + 1, dtype=np.int64)
    corners = np.empty((who.shape[0], 4), dtype=np.int32)
    for i in range(who.shape[0]):
        one = np.uint64(who[i])
        x, y = place[one, 0] - west, place[one, 1] - south
        # Where the first service has no square there is nobody to be found.
        corners[i, 0] = _clipped((x - reach) / side, east_most)
        corners[i, 1] = _clipped(np.floor((x + reach) / side) + 1, east_most)
        corners[i, 2] = _clipped((y - reach) / side, north_most)
        corners[i, 3] = _clipped(np.floor((y + reach) / side) + 1, north_most)
        for east in range(corners[i, 0], corners[i, 1]):
            for north in range(corners[i, 2], corners[i, 3]):
                start[_square(east, north, columns, rows) + _ONE] += 1
    for square in range(start.shape[0] - 1):
        start[square + 1] += start[square]
    number, free = start[-1], start[:-1].copy()
    names = np.empty(number, dtype=np.int32)
    for i in range(who.shape[0]):
        for east in range(corners[i, 0], corners[i, 1]):
            for north in range(corners[i, 2], corners[i, 3]):
                here = _square(east, north, columns, rows)
                names[np.uint64(free[here])] = i
                free[here] += 1
    # Written from the first to the last: memory likes that better than one record here and the next there.
    x_of, y_of, busy_of = np.empty(number), np.empty(number), np.empty(number)
    time_of, kind_of = np.empty(number, dtype=np.int64), np.empty(number, dtype=np.int32)
    for at in range(number):
        one = np.uint64(who[np.uint64(names[at])])
        x_of[at], y_of[at], time_of[at], busy_of[at] = place[one, 0], place[one, 1], time[one], busy[one]
        kind_of[at] = 4 * code[one] + flag[one] if usable[one] else UNUSABLE
    return start, names, x_of, y_of, time_of, busy_of, kind_of
