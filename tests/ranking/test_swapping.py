"""The weights at which the first two options change places (§7.1)."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import Outcome
from joinedup.ranking import AnyWeights, Criterion, RankedWeights, try_weights
from joinedup.ranking.swapping import nearest, on_the_line


def test_two_options_swap_where_the_algebra_says() -> None:
    # Leader ahead by 0.4 on money and behind by 0.2 on response: even at money = 1/3.
    criteria = [Criterion("money", "£", 0, 1), Criterion("response", "min", 0, 1)]
    values = np.array([[[0.6, 0.4], [0.2, 0.6]]])
    found = try_weights(["a", "b"], [Outcome.PASS] * 2, criteria, values, AnyWeights(), samples=10).swaps
    assert found is not None
    assert (found.leader, found.next_best) == ("a", "b")
    assert found.by_criterion["money"] is None
    swap = found.by_criterion["response"]
    assert swap is not None
    assert swap.weights == pytest.approx({"money": 1 / 3, "response": 2 / 3})
    assert found.nearest is not None
    assert found.nearest.weights == pytest.approx({"money": 1 / 3, "response": 2 / 3})
    assert found.nearest.distance == pytest.approx(np.sqrt(2) / 6)
    # Two options share one border, which the line between their central weights crosses too.
    tried = try_weights(["a", "b"], [Outcome.PASS] * 2, criteria, values, AnyWeights(), samples=1000).swaps
    assert tried is not None
    assert tried.between is not None
    assert tried.between.weights == pytest.approx({"money": 1 / 3, "response": 2 / 3})


def test_a_swap_that_the_partners_ruled_out_says_so() -> None:
    criteria = [Criterion("money", "£", 0, 1), Criterion("response", "min", 0, 1)]
    values = np.array([[[0.6, 0.4], [0.2, 0.6]]])
    weights = RankedWeights(("money", "response"))
    found = try_weights(["a", "b"], [Outcome.PASS] * 2, criteria, values, weights, samples=10).swaps
    assert found is not None
    assert found.nearest is not None
    assert not found.nearest.allowed


def test_an_option_that_is_better_at_everything_is_never_overtaken() -> None:
    assert nearest(np.array([0.3, 0.1, 0.2]), np.full(3, 1 / 3)) is None
    assert on_the_line(np.array([0.3, 0.1]), np.array([0.5, 0.5]), np.array([0.0, 1.0])) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 6))
def test_the_nearest_swap_is_as_near_as_trying_every_support_finds(seed: int, size: int) -> None:
    generator = np.random.default_rng(seed)
    centre = generator.dirichlet(np.ones(size))
    ahead = generator.normal(size=size)
    if float(ahead @ centre) < 0:
        ahead = -ahead
    found = nearest(ahead, centre)
    if ahead.min() > 0:
        assert found is None
        return
    assert found is not None
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    assert float(ahead @ found) == pytest.approx(0, abs=1e-9)
    # A rival: on every set of criteria that might keep some weight, the nearest point by two equations; the best that is allowed.
    distances = []
    for some in (s for count in range(1, size + 1) for s in combinations(range(size), count)):
        kept = list(some)
        rows = np.stack([np.ones(len(kept)), ahead[kept]])
        lacking = np.array([1.0, 0.0]) - rows @ centre[kept]
        point = np.zeros(size)
        point[kept] = centre[kept] + np.linalg.pinv(rows) @ lacking
        if point.min() >= -1e-12 and abs(point.sum() - 1) < 1e-9 and abs(ahead @ point) < 1e-9:
            distances.append(float(((point - centre) ** 2).sum()))
    assert ((found - centre) ** 2).sum() == pytest.approx(min(distances), abs=1e-9)
