"""Dispatching against the exact hypercube queue, and the solver of that queue against Erlang's formulas."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.response import Jobs, Sites, Units, dispatch
from joinedup.travel import StraightLine
from tests.rivals.hypercube import erlang_b, erlang_c, solved

HOUR = 3_600_000
# Drives of seconds beside an hour on scene: the queue knows no drives, only who is nearest.
LAW = StraightLine(1_000.0, 0.0)


@pytest.mark.parametrize("units", [1, 3, 7])
@pytest.mark.parametrize("load", [0.2, 0.9])
def test_under_equal_rates_the_oracle_is_erlang_s_whatever_the_preferences(units: int, load: float) -> None:
    chance = stream(1, "hypercube", str(units))
    calls = chance.random(5)
    calls *= load * units * 2.5 / calls.sum()
    preference = np.array([chance.permutation(units) for _ in calls])
    rates = np.full(units, 2.5)
    assert solved(calls, preference, rates, queue=False).kept == pytest.approx(erlang_b(load * units, units))
    assert solved(calls, preference, rates, queue=True).kept == pytest.approx(erlang_c(load * units, units))


def test_two_units_of_unequal_rates_by_hand() -> None:
    # A call an hour, the first unit preferred; the first ends one job an hour and the second two. Flows balance where nobody =
    # first + 2 second, 2 first = nobody + 2 both and 3 second = both.
    found = solved(np.ones(1), np.array([[0, 1]]), np.array([1.0, 2.0]), queue=False)
    nobody, first, second, both = 10, 8, 1, 3
    assert found.busy * 22 == pytest.approx([nobody, first, second, both])
    assert found.sent.sum() == pytest.approx(1 - found.kept)


def test_work_done_is_work_asked_for() -> None:
    chance = stream(2, "hypercube")
    calls, rates = chance.random(6), chance.uniform(0.5, 2, 5)
    preference = np.array([chance.permutation(5) for _ in calls])
    found = solved(calls, preference, rates, queue=True)
    assert found.sent.sum() == pytest.approx(1)
    assert found.sent.sum(axis=1) == pytest.approx(calls / calls.sum())
    assert found.workload @ rates == pytest.approx(calls.sum())


@pytest.mark.parametrize(("units", "load"), [(4, 0.5), (6, 0.7), (10, 0.8)])
def test_units_are_sent_and_calls_wait_as_often_as_the_exact_queue_says(units: int, load: float) -> None:
    chance = stream(3, "hypercube", str(units))
    sites, places = chance.uniform(0, 30_000, (units, 2)), chance.uniform(0, 30_000, (7, 2))
    calls = chance.uniform(0.2, 1, 7)
    calls *= load * units / calls.sum()
    away = np.hypot(*(places[:, None, axis] - sites[None, :, axis] for axis in range(2)))
    exact = solved(calls, np.argsort(away, axis=1), np.ones(units), queue=True)

    count, warm, seeds = 20_000, 1_000, 40
    crew = Units(
        np.arange(units),
        np.zeros(units, np.int64),
        np.ones((units, 1), np.bool_),
        np.ones((units, 168), np.bool_),
        np.zeros(units, np.int64),
    )
    nobody = np.zeros(count, np.int8)
    found = np.empty((seeds, places.shape[0] * units + 1))
    for seed in range(seeds):
        luck = stream(seed, "hypercube", "calls", str(units))
        place = luck.choice(7, count, p=calls / calls.sum())
        ready = np.cumsum(luck.exponential(HOUR / calls.sum(), count)).astype(np.int64)
        on_scene = luck.exponential(HOUR, count).astype(np.int64)
        jobs = Jobs(ready, places[place, 0], places[place, 1], nobody, nobody, nobody, on_scene)
        answer = dispatch(Sites(*sites.T), crew, jobs, LAW)
        pair = place[warm:] * units + answer.unit[warm:]
        found[seed, :-1] = np.bincount(pair, minlength=7 * units) / (count - warm)
        found[seed, -1] = answer.queued[warm:].mean()
    wanted = np.append(exact.sent.ravel(), exact.kept)
    error = found.std(axis=0, ddof=1) / np.sqrt(seeds)
    # Drives of at most three seconds lengthen an hour's work by less than a thousandth; the rest is luck.
    beyond = np.abs(found.mean(axis=0) - wanted) - 0.001 * wanted
    assert np.all(beyond < 4 * error)
    assert np.mean(beyond < 2 * error) > 0.9
