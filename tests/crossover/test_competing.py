"""Records that compete for each other: belief propagation beside counting every way of matching."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.crossover.competing import meetings
from joinedup.crossover.sweep import Pairs


def pairs_of(edges: list[tuple[int, int]]) -> Pairs:
    a, b = (np.array([edge[side] for edge in edges], dtype=np.int32) for side in (0, 1))
    return Pairs(a, b, np.zeros(len(edges), dtype=np.int64), np.zeros(len(edges), dtype=np.float32))


def by_counting(edges: list[tuple[int, int]], odds: list[float]) -> list[float]:
    """Weigh every way of matching, and add up those that hold each pair."""
    whole, held = 0.0, [0.0] * len(edges)
    for size in range(len(edges) + 1):
        for way in combinations(range(len(edges)), size):
            if len({edges[i][0] for i in way}) < size or len({edges[i][1] for i in way}) < size:
                continue
            weight = float(np.prod([odds[i] for i in way]))
            whole += weight
            for i in way:
                held[i] += weight
    return [each / whole for each in held]


def found(edges: list[tuple[int, int]], odds: list[float]) -> list[float]:
    alone = np.arange(20)
    weighed = meetings(pairs_of(edges), np.array(odds), alone, alone)
    return [float(each) for each in weighed.probability]


ODDS = st.floats(0.01, 100)


@given(st.lists(ODDS, min_size=1, max_size=7))
def test_along_a_chain_the_probabilities_are_those_of_counting_every_way(odds: list[float]) -> None:
    edges = [((i + 1) // 2, i // 2) for i in range(len(odds))]
    assert found(edges, odds) == pytest.approx(by_counting(edges, odds), abs=1e-5)


@given(st.lists(ODDS, min_size=1, max_size=6))
def test_one_record_shares_itself_among_all_who_could_have_it(odds: list[float]) -> None:
    edges = [(0, i) for i in range(len(odds))]
    assert found(edges, odds) == pytest.approx([each / (1 + sum(odds)) for each in odds])


@given(st.lists(st.floats(0.01, 20), min_size=4, max_size=4))
def test_round_a_ring_the_probabilities_are_near_those_of_counting(odds: list[float]) -> None:
    edges = [(0, 0), (1, 0), (1, 1), (0, 1)]
    assert found(edges, odds) == pytest.approx(by_counting(edges, odds), abs=0.2)


def test_a_second_call_does_not_compete_with_the_first() -> None:
    pairs = pairs_of([(0, 0), (1, 0)])
    odds = np.array([9.0, 4.0])
    rivals = meetings(pairs, odds, np.arange(2), np.arange(1))
    assert rivals.probability == pytest.approx([9 / 14, 4 / 14])
    one = meetings(pairs, odds, np.zeros(2, dtype=np.int64), np.arange(1))
    assert one.probability == pytest.approx([0.9, 0.8])
    assert one.joint == pytest.approx([0.9])


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), ODDS), max_size=30))
def test_no_record_is_in_more_than_one_event(rows: list[tuple[int, int, float]]) -> None:
    unique = {(a, b): odds for a, b, odds in rows}
    edges, odds = list(unique), list(unique.values())
    if not edges:
        return
    probability = np.array(found(edges, odds))
    for side in (0, 1):
        for record in range(7):
            taking = [p for edge, p in zip(edges, probability, strict=True) if edge[side] == record]
            assert sum(taking) <= 1 + 1e-3
    assert (probability <= np.array(odds) / (1 + np.array(odds)) + 1e-9).all()
