"""Concentration: counts by hand, and chance beside a simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.crossover import hot_cells, measure
from joinedup.crossover.concentration import busiest_tenth, chance_share
from joinedup.refusal import Refusal
from tests.crossover.areas import area_by_hand, record

TWO = {"fire": "fire", "ambulance": "ambulance"}


@pytest.mark.parametrize(("cells", "mean"), [(7, 1.4), (40, 2.0), (200, 1.1), (400, 12.0), (1_000, 3.0)])
def test_the_share_by_chance_agrees_with_a_simulation(cells: int, mean: float) -> None:
    chance = np.random.Generator(np.random.PCG64(cells))
    # A zero-truncated Poisson count is a Poisson count thrown again until it is not zero.
    low, high = 1e-9, mean
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if middle / -np.expm1(-middle) < mean else (low, middle)
    thrown = chance.poisson(low, (4_000, cells))
    while (thrown == 0).any():
        thrown[thrown == 0] = chance.poisson(low, (thrown == 0).sum())
    top = np.sort(thrown, axis=1)[:, ::-1][:, : -(-cells // 10)].sum() / thrown.sum()
    assert chance_share(cells, round(cells * mean)) == pytest.approx(float(top), rel=0.02)


def test_a_single_cell_holds_everything() -> None:
    assert chance_share(1, 1) == 1
    assert chance_share(1, 50) == pytest.approx(1)


def test_the_busiest_tenth_is_counted_by_hand() -> None:
    # Ten occupied cells of 1 km; the busiest holds 11 of 20 fires.
    rows = [record("fire", 0, 1_000 * each + 10) for each in range(10)]
    rows += [record("fire", each, 3_500) for each in range(10)]
    found = measure(area_by_hand(*rows, kinds=TWO))
    row = next(each for each in found.concentration if each.metres == 1000)
    assert (row.service, row.cells, row.incidents) == ("fire", 10, 20)
    assert row.share_top_tenth == pytest.approx(11 / 20)
    assert row.chance_share_top_tenth < 0.3
    assert dict(row.hot_for) == {1: 1, 2: 0}
    assert [each.metres for each in found.concentration] == [250, 500, 1000]


def test_a_cell_says_for_whom_it_is_hot() -> None:
    rows = [record("fire", each, -10, 510) for each in range(3)] + [record("ambulance", 0, -400, 900)]
    rows += [record("ambulance", 9, 600, 0), record("ambulance", 8, 600, 0)]
    cells = hot_cells(area_by_hand(*rows, kinds=TWO))
    assert cells.rows() == [(-500.0, 500.0, 3, 1, ["fire"]), (500.0, 0.0, 0, 2, ["ambulance"])]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_the_busiest_tenth_is_the_head_of_a_list_in_order_of_count_and_then_of_place(
    counts: list[int],
) -> None:
    ordered = sorted(range(len(counts)), key=lambda each: (-counts[each], each))
    occupied = sum(count > 0 for count in counts)
    wanted = sorted(ordered[: -(-occupied // 10)])
    assert np.flatnonzero(busiest_tenth(np.array(counts))).tolist() == wanted


def test_snapped_places_have_no_concentration() -> None:
    rows = [record("fire", each, place_precision="snapped") for each in range(3)]
    assert measure(area_by_hand(*rows, kinds=TWO)).concentration == ()


def test_a_cell_without_size_is_refused() -> None:
    with pytest.raises(Refusal, match="no size"):
        hot_cells(area_by_hand(record("fire", 0), kinds=TWO), 0)


@pytest.mark.parametrize(("cells", "mean"), [(20_000, 20.0), (200_000, 3.0), (1_000_000, 400.0)])
def test_a_country_of_cells_has_a_share_by_chance(cells: int, mean: float) -> None:
    # The busiest tenth holds more than a tenth, and for large counts hardly more: a normal tail of sd / mean.
    share = chance_share(cells, round(cells * mean))
    assert 0.1 < share < 1
    normal = 0.1 * (1 + 1.755 / mean**0.5)
    assert share == pytest.approx(normal, rel=0.05)
