"""Whether probabilities can be believed, told without a truth, held to areas whose truth is known (§2.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bench.crossover_accuracy import Known, known, plain_noise
from scipy import stats

from joinedup.crossover import measure
from joinedup.crossover.answer import Window
from joinedup.crossover.linking import linked
from joinedup.crossover.matching import Matching
from joinedup.crossover.reliability import EDGES, Reliability, _range, reliability
from joinedup.imagining import imagine
from tests.crossover.areas import montgomery, planted

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from joinedup.crossover.linking import Linkage, Linked

WINDOW = Window(500, 30)


def nothing(_: str) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Police and ambulance of 60,000 people who live densely: many near pairs are chance."""
    folder = tmp_path_factory.mktemp("reliability") / "area"
    imagine(folder, 60_000, 365, 9_301, 5_000, plain_noise(9_301))
    (found,) = known(folder, [("police", "ambulance")])
    return found


def pictured(
    city: Known, change: Callable[[Linked], Linked] = lambda found: found
) -> tuple[Reliability, NDArray[np.float64]]:
    """Draw the picture of one area, whose fit may have been changed; give also the true share by band."""
    found, linkage = linked(city.a, city.b, WINDOW, city.period, Matching(), nothing)
    found = change(found)
    inside = within(found, linkage)
    picture = reliability(found, linkage, inside)
    assert isinstance(picture, Reliability)
    one, other = city.events
    true = (one[found.pairs.a] == other[found.pairs.b])[inside]
    said = found.mixture.probability[inside]
    number = np.digitize(said, EDGES[1:-1])
    pairs = np.bincount(number, minlength=len(EDGES) - 1)
    assert pairs.tolist() == [band.pairs for band in picture.bands]
    return picture, np.bincount(number, true, len(EDGES) - 1) / pairs


def within(found: Linked, linkage: Linkage) -> NDArray[np.bool_]:
    """Tell by the words of the rule which pairs are in the window: rounding may have moved either record."""
    moved = linkage.a.slack[found.pairs.a] + linkage.b.slack[found.pairs.b]
    return (found.pairs.apart - moved <= 500) & (np.abs(found.pairs.gap) <= 30 * 60_000_000)


def agreeing(picture: Reliability, truth: NDArray[np.float64]) -> int:
    """Count the bands whose interval holds the true share."""
    return sum(
        (band.found_low or 0) - 1e-9 <= share <= (band.found_high or 0) + 1e-9
        for band, share in zip(picture.bands, truth, strict=True)
    )


def test_what_is_more_than_chance_is_what_is_true(city: Known) -> None:
    picture, truth = pictured(city)
    # Seven intervals of 95 %: one outside may be luck.
    assert agreeing(picture, truth) >= 6
    assert picture.error is not None
    assert picture.luck is not None
    assert picture.error < 2 * picture.luck
    # And it says something: no band is left open from end to end.
    assert all((band.found_high or 0) - (band.found_low or 0) < 0.6 for band in picture.bands)


def too_sure(found: Linked) -> Linked:
    """Multiply every odds by eight, as a fit that believes too much would."""
    mixture = found.mixture
    shapes = replace(mixture.shapes, level=8 * mixture.shapes.level)
    return replace(found, mixture=replace(mixture, odds=8 * mixture.odds, shapes=shapes))


def test_probabilities_that_are_too_sure_are_found_out(city: Known) -> None:
    picture, truth = pictured(city, too_sure)
    assert picture.error is not None
    assert picture.luck is not None
    assert picture.error > 3 * picture.luck
    # The picture is no mirror of the fit: it still agrees with the truth, which is far from what is said.
    assert agreeing(picture, truth) >= 5
    lower = picture.bands[3:6]
    assert sum(band.pairs * (band.found_high or 1) for band in lower) < sum(
        band.pairs * (band.said or 0) for band in lower
    )


def test_a_study_too_short_for_a_shift_of_five_weeks_says_so() -> None:
    (pair,) = measure(planted(3, 60, 400, 400, days=63)).pairs
    assert isinstance(pair.reliability, str)
    assert "five weeks" in pair.reliability
    assert pair.as_json()["reliability"] == pair.reliability


def test_json_has_every_band_with_its_interval() -> None:
    (pair,) = measure(planted(4, 200, 600, 900)).pairs
    said = pair.as_json()["reliability"]
    assert [band["from"] for band in said["bands"]] == list(EDGES[:-1])
    assert sum(band["pairs"] for band in said["bands"]) >= 200
    for band in said["bands"]:
        if band["pairs"]:
            assert 0 <= band["found_low"] <= band["found"] <= band["found_high"] <= 1


@pytest.mark.parametrize(("counted", "worth"), [(0, 0.5), (3, 0.6), (40, 0.55), (900, 0.5)])
def test_the_range_is_that_of_a_negative_binomial_count(counted: int, worth: float) -> None:
    # A Poisson count of so many, each worth a share of the day's own, leaves a gamma mean and a negative binomial count.
    rival = stats.nbinom(counted + 0.5, 1 / (1 + worth))
    low, high, deviation = _range(counted, worth, 1.0)
    assert low == pytest.approx(rival.ppf(0.025), abs=1)
    assert high == pytest.approx(rival.ppf(0.975), abs=1)
    assert deviation == pytest.approx(rival.std())
    wider = _range(counted, worth, 4.0)
    assert wider[2] == pytest.approx(2 * deviation)
    assert wider[1] > high


@pytest.mark.slow
def test_montgomerys_probabilities_are_at_most_two_in_a_hundred_off() -> None:
    for pair in measure(montgomery()).pairs:
        assert isinstance(pair.reliability, Reliability)
        assert pair.reliability.error is not None
        assert pair.reliability.error <= 0.02
        # Three in four pairs or more are called nearly certain, and are.
        sure = pair.reliability.bands[-1]
        assert sure.pairs > 0.75 * sum(band.pairs for band in pair.reliability.bands)
        assert (sure.found_low or 0) > 0.98
