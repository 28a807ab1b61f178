"""Sweeping for near pairs: all of them, none twice, inclusive at both edges, and tallied as they are found."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.crossover.sweep import FLAGS, SLICE, Cells, DayWeights, Kinds, Marks, Pairs, Reach


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
    return Cells(here, there, then, later, metres).pairs(most, shift)


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
    for i, j, gap, apart in zip(found.a, found.b, found.gap, found.apart, strict=True):
        assert gap == b[j][2] + shift - a[i][2]
        assert apart == pytest.approx(np.hypot(a[i][0] - b[j][0], a[i][1] - b[j][1]))


@given(RECORDS, st.integers(0, 9_000_000))
def test_a_record_is_no_partner_of_itself(a: list[tuple[float, float, int]], most: int) -> None:
    place = np.array([row[:2] for row in a], dtype=float).reshape(-1, 2)
    time = np.array([row[2] for row in a], dtype=np.int64)
    found = Cells(place, place, time, time, 250.0, own=True).pairs(most)
    assert not (found.a == found.b).any()
    both_ways = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    assert both_ways == {(j, i) for i, j in both_ways}


REACH = Reach(core=3_000_000, side_from=4_000_000, side_to=9_000_000, window=2_000_000, window_metres=150)


def marked(a: list[tuple[float, float, int]], b: list[tuple[float, float, int]]) -> Kinds:
    """Mark records by chance; kinds of three strata, four codes and three rings."""
    chance = np.random.Generator(np.random.PCG64(len(a) + 100 * len(b)))
    one, other = (
        Marks(
            chance.normal(size=len(each)),
            chance.integers(0, 4, len(each)).astype(np.int32),
            chance.integers(0, FLAGS, len(each)).astype(np.int8),
            chance.random(len(each)) < 0.8,
        )
        for each in (a, b)
    )
    return Kinds(one, other, np.array([-0.5, 0.5]), 4, 4, np.array([1.0, 100.0, 250.0]), gaps=6)


def cells_of(
    a: list[tuple[float, float, int]],
    b: list[tuple[float, float, int]],
    length: int = SLICE,
    workers: int = 1,
) -> Cells:
    here, there = (np.array([row[:2] for row in each], dtype=float).reshape(-1, 2) for each in (a, b))
    then, later = (np.array([row[2] for row in each], dtype=np.int64) for each in (a, b))
    return Cells(here, there, then, later, 250.0, length=length, workers=workers)


# The records of these tests lie on the last day of 1969 and the first of 1970.
WEIGHTS = DayWeights(-1, np.array([[0.75, 2.0], [1.0, 1.3], [0.5, 3.0]]))


@given(RECORDS, RECORDS, st.integers(-2, 2))
def test_the_tally_counts_what_the_search_finds(
    a: list[tuple[float, float, int]], b: list[tuple[float, float, int]], shift: int
) -> None:
    tallied_as_searched(marked(a, b), cells_of(a, b), [shift * 4_000_000, 5_000_000])


@given(RECORDS, st.sampled_from([[0], [8_000_000, -8_000_000], [-1_000_000, 5_000_000, 1_000_000]]))
@settings(deadline=None)
def test_a_service_beside_itself_is_tallied_both_ways_though_each_pair_is_met_once(
    a: list[tuple[float, float, int]], shifts: list[int]
) -> None:
    kinds, same = marked(a, a), cells_of(a, a)
    own = Cells(*same.places, *same.times, 250.0, own=True, length=5_000_000)
    tallied_as_searched(replace(kinds, b=kinds.a), own, shifts)


def tallied_as_searched(kinds: Kinds, cells: Cells, shifts: list[int]) -> None:
    """Hold the tables of each shift to the pairs that are found after it."""
    for turn, found in enumerate(cells.tally(kinds, REACH, shifts, WEIGHTS, lambda *_: None)):
        pairs = cells.pairs(REACH.side_to, shifts[turn])
        gap = np.abs(pairs.gap)
        assert found.plain == ((gap <= REACH.window) & (pairs.apart <= REACH.window_metres)).sum()
        usable = kinds.a.usable[pairs.a] & kinds.b.usable[pairs.b]
        core, side = usable & (gap <= REACH.core), usable & (gap >= REACH.side_from)
        worth = WEIGHTS.weight[turn, (cells.times[1][pairs.b] >= 0).astype(int)]
        assert found.core.sum() == pytest.approx(worth[core].sum())
        assert found.side.sum() == pytest.approx(worth[side].sum())
        bins = np.minimum((pairs.gap[core] + REACH.core) * 6 // (2 * REACH.core), 5)
        assert found.gap == pytest.approx(np.bincount(bins, worth[core], 6))
        stratum = np.searchsorted(kinds.edges, 0.5 * (kinds.a.busy[pairs.a] + kinds.b.busy[pairs.b]))
        assert found.side == pytest.approx(np.bincount(stratum[side], worth[side], 3))
        code = kinds.a.code[pairs.a] * 4 + kinds.b.code[pairs.b]
        both = core | side
        assert found.code.sum(axis=0) == pytest.approx(np.bincount(code[both], worth[both], 16))
        flag = kinds.a.flag[pairs.a] * FLAGS + kinds.b.flag[pairs.b]
        assert found.flag.sum(axis=0) == pytest.approx(np.bincount(flag[both], worth[both], FLAGS**2))
        distance = np.searchsorted(kinds.bins, pairs.apart)
        assert found.distance.sum(axis=0) == pytest.approx(np.bincount(distance[both], worth[both], 3))


@given(RECORDS, RECORDS, st.sampled_from([700_000, 5_000_000, 13_000_000]), st.sampled_from([1, 2, 4]))
@settings(max_examples=30, deadline=None)
def test_neither_the_length_of_a_slice_nor_the_number_of_workers_changes_a_bit(
    a: list[tuple[float, float, int]], b: list[tuple[float, float, int]], length: int, workers: int
) -> None:
    kinds = marked(a, b)
    whole, cut = cells_of(a, b), cells_of(a, b, length, workers)
    pieces = [
        [
            *each.tally(kinds, REACH, [-8_000_000, 5_000_000], WEIGHTS, lambda *_: None),
            *each.found(kinds, REACH),
        ]
        for each in (whole, cut)
    ]
    for one, other in zip(*pieces, strict=True):
        for field in fields(one):
            assert np.array_equal(getattr(one, field.name), getattr(other, field.name))


def test_a_place_on_the_other_side_of_the_world_does_not_overflow() -> None:
    century = 3_200_000_000_000_000
    found = near([(0, 0, 0), (2e7, 2e7, century)], [(3, 4, 5), (2e7, 2e7, century - 7), (-2e7, 0, 0)], 5, 10)
    assert sorted(zip(found.a.tolist(), found.b.tolist(), strict=True)) == [(0, 0), (1, 1)]


def test_records_at_exactly_the_distance_are_near_across_any_cell_edge() -> None:
    assert len(near([(-1e-20, 0, 0)], [(500.0, 0, 0)], 500, 0)) == 1
