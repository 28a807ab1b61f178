"""Fitting the mixture: no pair vouches for itself, doubt counts for less, and luck is not taken for unrest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from joinedup.crossover import mixture
from joinedup.crossover.answer import Window
from joinedup.crossover.linking import linked
from joinedup.crossover.matching import Matching
from joinedup.crossover.mixture import _doubted, _rising
from joinedup.crossover.records import canonical, period_of, records_of
from tests.crossover.areas import planted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.crossover.linking import Linked
    from joinedup.crossover.mixture import Mixture

    Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def found() -> Linked:
    area = planted(3, joint=80, fire=900, ambulance=5_000)
    frame = canonical(area)
    a, b = records_of(frame, "fire"), records_of(frame, "ambulance")
    return linked(a, b, Window(500, 30), period_of(area, frame), Matching(), lambda _: None)[0]


def without(
    at: int, bins: NDArray[np.int16], p: Floats, *, guess: Floats, chance: Floats, share: Floats
) -> float:
    """Give the share of a pair's bin as all other pairs have it, where bins of one ratio to chance are one."""
    rest = p.copy()
    rest[at] = 0
    counts = np.bincount(bins, rest, len(chance)) + guess
    together = np.isclose(share / chance, share[bins[at]] / chance[bins[at]], rtol=1e-9)
    return float(counts[together].sum() / counts.sum() * chance[bins[at]] / chance[together].sum())


def test_no_pair_vouches_for_itself(found: Linked) -> None:
    fit, features, chance = found.mixture.fit, found.features, found.chance
    before = found.mixture.odds.copy()
    shapes = fit.round(found.mixture.shapes, before)
    odds = before.copy()
    fit.weigh(shapes, odds)
    p = before / (1 + before)
    for at in np.argsort(-p)[[0, 20, 60, 75, 80, 90]].tolist():
        distance = without(
            at,
            features.distance,
            p,
            guess=fit.guess.distance,
            chance=chance.distance_pool,
            share=shapes.distance,
        )
        gap = without(at, features.gap, p, guess=fit.guess.gap, chance=chance.gap, share=shapes.gap)
        s, k, f = (int(each[at]) for each in (features.stratum, features.code, features.flag))
        marks = shapes.code[k] * shapes.flag[f] * shapes.level[s] / shapes.scale[s]
        assert odds[at] == pytest.approx(float(fit.base[at]) * distance * gap * marks, rel=1e-6)


@pytest.mark.parametrize(("seed", "joint"), [(3, 80), (4, 300), (5, 0)])
def test_pairs_of_next_to_no_odds_can_be_left_out_of_the_rounds(
    monkeypatch: pytest.MonkeyPatch, seed: int, joint: int
) -> None:
    frame = canonical(area := planted(seed, joint=joint, fire=900, ambulance=5_000))
    a, b = records_of(frame, "fire"), records_of(frame, "ambulance")

    def fit() -> Mixture:
        return linked(a, b, Window(500, 30), period_of(area, frame), Matching(), lambda _: None)[0].mixture

    some = fit()
    monkeypatch.setattr(mixture, "_LOOKED_THROUGH", ())
    every = fit()
    assert some.shapes.total == pytest.approx(every.shapes.total, rel=1e-6)
    assert some.odds == pytest.approx(every.odds, rel=1e-4, abs=1e-9)
    assert some.variance == pytest.approx(every.variance, rel=1e-4)


def test_pairs_that_come_back_are_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = canonical(area := planted(3, joint=80, fire=900, ambulance=5_000))
    a, b = records_of(frame, "fire"), records_of(frame, "ambulance")

    def total() -> float:
        found = linked(a, b, Window(500, 30), period_of(area, frame), Matching(), lambda _: None)[0]
        return found.mixture.shapes.total

    with monkeypatch.context() as all_of_them:
        all_of_them.setattr(mixture, "_LOOKED_THROUGH", ())
        plain = total()
    # As if even events were taken for nothing.
    monkeypatch.setattr(mixture, "_worth_a_round", lambda odds, _: odds < np.quantile(odds, 0.99))
    assert total() == plain


@pytest.mark.parametrize(("pairs", "p"), [(400, 0.1), (60, 0.5), (30, 0.97)])
def test_a_doubtful_number_counts_for_what_its_logarithm_is_on_average(pairs: int, p: float) -> None:
    drawn = np.random.Generator(np.random.PCG64(5)).binomial(pairs, p, 200_000)
    said = _doubted(np.array([pairs * p]), np.array([pairs * p * (1 - p)]))[0]
    assert said == pytest.approx(float(np.exp(np.log(drawn).mean())), rel=0.001)


def test_shifts_that_scatter_as_counts_do_widen_no_interval(found: Linked) -> None:
    chance = np.random.Generator(np.random.PCG64(6))

    def spreads(counts: NDArray[np.int64]) -> list[float]:
        return [replace(found.chance, shifts=tuple(each.tolist())).spread for each in counts]

    assert np.mean(np.array(spreads(chance.poisson(1_000, (400, 8)))) == 1) == pytest.approx(0.95, abs=0.03)
    # As if every coincidence were four at once.
    assert np.mean(spreads(4 * chance.poisson(250, (400, 8)))) == pytest.approx(4, abs=0.4)


@pytest.mark.parametrize("seed", range(20))
def test_a_rising_ratio_is_the_one_that_scipy_fits(seed: int) -> None:
    chance = np.random.Generator(np.random.PCG64(seed))
    size = int(chance.integers(1, 60))
    expected, seen = chance.gamma(1, 1, size), chance.poisson(1, size) * chance.random(size)
    found, one = _rising(seen, expected)
    scipy = isotonic_regression(seen / expected, weights=expected)
    assert found == pytest.approx(scipy.x * expected)
    assert found.sum() == pytest.approx(seen.sum())
    # Bins that were drawn together rest on the same pairs: what one is of them, not of its own bin alone.
    pairs = scipy.x * np.repeat(scipy.weights, np.diff(scipy.blocks))
    assert one[pairs > 0] == pytest.approx(1 / pairs[pairs > 0])
    assert (one[pairs == 0] == 0).all()
