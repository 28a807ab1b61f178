"""Laying records in squares: the first service's in one each, the second's in all that they are within reach of."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.crossover.squares import Laid, Squares, laid, squares_over
from joinedup.crossover.sweep import Marks

SIDE = 1_000.0


def lay(
    place: np.ndarray[tuple[int, ...], np.dtype[np.float64]], squares: Squares, *, within_reach: bool
) -> Laid:
    number = len(place)
    none = np.zeros(number, dtype=np.int32)
    marks = Marks(np.zeros(number), none, none.astype(np.int8), none == 0)
    who = np.arange(number, dtype=np.int32)
    return laid(who, place, np.arange(number, dtype=np.int64), marks, squares, within_reach=within_reach)


def test_a_record_a_hair_before_the_edge_of_a_square_lies_in_one_square_and_not_in_two() -> None:
    squares = Squares(0.0, 0.0, SIDE, 400.0, 5, 5, 5, 5)
    edges = np.arange(1, 5) * SIDE
    place = np.column_stack([np.nextafter(edges, 0), np.full(4, 10.0)])
    assert lay(place, squares, within_reach=False).who.tolist() == [0, 1, 2, 3]


@given(st.integers(1, 2_000), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_folding_the_plane_leaves_no_near_record_out_and_none_in_twice(width: int, seed: int) -> None:
    chance = np.random.Generator(np.random.PCG64(seed))
    a, b = (chance.uniform(0, width * 100.0, (number, 2)) for number in (20, 30))
    squares = squares_over(a, b, 400.0, 1.0)
    assert squares.columns * squares.rows <= max(len(a) + len(b), 9)
    here, there = lay(a, squares, within_reach=False), lay(b, squares, within_reach=True)
    of_a = dict(
        zip(here.who.tolist(), np.repeat(np.arange(len(here.start) - 1), np.diff(here.start)), strict=True)
    )
    assert len(here.who) == len(a)
    for square in range(len(there.start) - 1):
        inside = there.who[there.start[square] : there.start[square + 1]]
        # In order of time, and none twice.
        assert (np.diff(inside) > 0).all()
        for i in (i for i, lies in of_a.items() if lies == square):
            near = np.flatnonzero(np.hypot(*(b - a[i]).T) <= 400)
            assert np.isin(near, inside).all()
