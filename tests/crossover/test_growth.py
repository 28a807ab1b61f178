"""Growth with the window: one measurement of the widest, beside measuring each, and beside counting by hand (§2.5)."""

from __future__ import annotations

import numpy as np
import pytest

from joinedup.crossover import measure
from joinedup.crossover.answer import Window
from joinedup.crossover.growth import WINDOWS, growth
from tests.crossover.areas import area_by_hand, planted, record

TWO = {"fire": "fire", "ambulance": "ambulance"}
ROUNDING = 142
"""How far two places that were each rounded to 100 m may have come apart, in metres: the diagonal of a square, twice the half."""


def test_places_that_were_rounded_count_in_every_window_that_they_may_have_been_in() -> None:
    # One event a day, far from all others, its records so many metres apart and a minute later for each day of ten.
    apart, late = np.linspace(5, 1_100, 90), np.arange(90) % 10
    rows = []
    for day, (metres, minutes) in enumerate(zip(apart, late, strict=True)):
        at, when = 20_000.0 * day, 1_440.0 * day
        rows.append(record("fire", when, at, place_precision="100m"))
        rows.append(record("ambulance", when + minutes, at + metres, place_precision="100m"))
    area = area_by_hand(*rows, kinds=TWO)
    (found,) = growth(area, measure(area))
    for window in WINDOWS:
        assert found.events[window] == pytest.approx((apart <= window.metres + ROUNDING).sum(), abs=0.5)


def test_growth_gives_each_window_what_measuring_it_gives() -> None:
    chance = np.random.Generator(np.random.PCG64(4))
    rows = []
    for number in range(200):
        at, when = chance.uniform(0, 60_000, 2), chance.uniform(0, 150_000)
        far = chance.normal(0, 140, 2)
        rows.append(record("fire", when, *_rounded(at), place_precision="100m"))
        rows.append(record("ambulance", when + chance.exponential(3), *(at + far)))
        if number % 3 == 0:
            # Somebody nearer the fire calls again.
            rows.append(record("ambulance", when + 4 + chance.exponential(3), *(at + far / 2)))
    for service in TWO:
        rows += [
            record(service, chance.uniform(0, 150_000), *chance.uniform(0, 60_000, 2)) for _ in range(600)
        ]
    area = area_by_hand(*rows, kinds=TWO)
    (found,) = growth(area, measure(area))
    for window in (Window(250, 15), Window(500, 30)):
        measured = measure(area, window.metres, window.minutes).pairs[0]
        assert found.events[window] == pytest.approx(measured.estimate, rel=0.01)


@pytest.mark.parametrize("own", [Window(500, 30), Window(400, 20), Window(1_500, 30)])
def test_the_window_that_was_asked_for_is_among_those_of_growth_with_its_own_measurement(own: Window) -> None:
    area = planted(8, joint=40, fire=300, ambulance=600, lost=0.1)
    measured = measure(area, own.metres, own.minutes)
    (pair,) = measured.pairs
    (found,) = growth(area, measured)
    assert found.events[own] == pair.estimate
    assert found.intervals[own] == (pair.low, pair.high)
    assert set(found.events) == {*WINDOWS, own}
    for window, (low, high) in found.intervals.items():
        assert low <= found.events[window] <= high


def _rounded(place: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[float]:
    """Move a place to the middle of its square of 100 m."""
    return [float(each) for each in np.floor(place / 100) * 100 + 50]
