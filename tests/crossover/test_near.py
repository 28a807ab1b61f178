"""Finding near pairs: all of them, none twice, inclusive at both edges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from joinedup.crossover.near import Neighbours, Pairs


def near(
    a: list[tuple[float, float, int]],
    b: list[tuple[float, float, int]],
    metres: float,
    most: int,
    shift: int = 0,
) -> Pairs:
    """Find pairs of (x, y, time) records."""
    here, there = (np.array([row[:2] for row in each], dtype=float).reshape(-1, 2) for each in (a, b))
    then, later = (np.array([row[2] for row in each], dtype=np.int64) for each in (a, b))
    return Neighbours(here, there, metres).within(then, later).pairs(most, shift)


PLACES = st.integers(-30, 30).map(lambda each: each * 50.0)
RECORDS = st.lists(st.tuples(PLACES, PLACES, st.integers(-20_000_000, 20_000_000)), max_size=25)


@given(RECORDS, RECORDS, st.sampled_from([50.0, 250.0, 500.0]), st.integers(0, 9_000_000), st.integers(-3, 3))
def test_every_near_pair_is_found_and_none_twice(
    a: list[tuple[float, float, int]], b: list[tuple[float, float, int]], metres: float, most: int, shift: int
) -> None:
    shift *= 4_000_000
    found = near(a, b, metres, most, shift)
    pairs = list(zip(found.a.tolist(), found.b.tolist(), strict=True))
    expected = {
        (i, j)
        for i, (ax, ay, at) in enumerate(a)
        for j, (bx, by, bt) in enumerate(b)
        if (ax - bx) ** 2 + (ay - by) ** 2 <= metres**2 and abs(bt + shift - at) <= most
    }
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == expected
    for i, j, gap in zip(found.a, found.b, found.gap, strict=True):
        assert gap == b[j][2] + shift - a[i][2]


def test_a_place_on_the_other_side_of_the_world_does_not_overflow() -> None:
    century = 3_200_000_000_000_000
    found = near([(0, 0, 0), (2e7, 2e7, century)], [(3, 4, 5), (2e7, 2e7, century - 7), (-2e7, 0, 0)], 5, 10)
    assert sorted(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(0, 0), (1, 1)]


def test_records_at_exactly_the_distance_are_near_across_any_cell_edge() -> None:
    assert len(near([(-1e-20, 0, 0)], [(500.0, 0, 0)], 500, 0)) == 1
