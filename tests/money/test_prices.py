"""Real and nominal pounds are told apart and lead back to each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.money import RealPounds, nominal, real


def test_prices_stand_at_the_base_in_year_0_and_grow_from_there() -> None:
    paid = nominal(RealPounds(np.full((3, 1), 100.0)), np.array([2.0]))
    assert paid[:, 0].tolist() == pytest.approx([100.0, 102.0, 104.04])


@given(st.floats(-5, 20), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_real_pounds_come_back_from_nominal_ones(growth: float, amounts: list[float]) -> None:
    start = RealPounds(np.array(amounts)[:, np.newaxis])
    rate = np.array([growth])
    assert real(nominal(start, rate), rate) == pytest.approx(start)
