"""Who lies near nobody of another service is left out of the work, and nobody else (§2.3)."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from joinedup.crossover.nearby import Squares, kept
from joinedup.crossover.records import Records

_SIDE = 1_000.0
_places = st.lists(st.tuples(st.integers(-9_000, 9_000), st.integers(-9_000, 9_000)), min_size=1, max_size=30)


def records(places: list[tuple[int, int]]) -> Records:
    """Make records at some places; what else is known of them does not matter here."""
    number = len(places)
    none, zeros = np.zeros(number, dtype=bool), np.zeros(number, dtype=np.int64)
    return Records(
        service="any",
        row=np.arange(number),
        place=np.array(places, dtype=np.float64),
        instant=zeros,
        wall=zeros,
        slack=np.zeros(number, dtype=np.float32),
        category=zeros,
        signature=zeros.astype(np.int32),
        usable=~none,
        repeat=none,
        attended=none,
        incidents=number,
        usable_by_category=np.array([number]),
        unusable_by_category=np.array([0]),
    )


@given(_places, _places)
def test_nobody_within_the_distance_of_the_other_service_is_left_out(
    here: list[tuple[int, int]], there: list[tuple[int, int]]
) -> None:
    a, b = records(here), records(there)
    near = Squares.of(a, _SIDE).near(Squares.of(b, _SIDE), np.arange(len(a)))
    apart = np.hypot(*(a.place[:, np.newaxis] - b.place).T).T.min(axis=1)
    assert near[apart <= _SIDE].all()
    # A square and the eight around it reach no farther than the diagonal of two.
    assert not near[apart > 2 * np.sqrt(2) * _SIDE].any()


def test_a_group_is_kept_whole_and_named_by_its_first_record() -> None:
    # The third record is of one event with the first, which lies far from the other service.
    a, b = records([(50_000, 0), (80_000, 0), (0, 0), (10, 0)]), records([(0, 100)])
    group = np.array([0, 1, 0, 3])
    near = Squares.of(a, _SIDE).near(Squares.of(b, _SIDE), group)
    assert near.tolist() == [True, False, True, True]
    assert kept(group, near).tolist() == [0, 0, 2]
    assert a.where(near).place[:, 0].tolist() == [50_000, 0, 10]
    assert a.where(near).incidents == 4
