"""How well joint events are told from chance where the truth is known: docs/guide/crossover-accuracy.md has the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from bench.crossover_accuracy import (
    FIRST_SEED,
    Score,
    areas,
    calibration,
    known,
    matched,
    plain_noise,
    summed_up,
)

from joinedup.imagining import imagine

if TYPE_CHECKING:
    from pathlib import Path

POLICE = [("police", "ambulance")]
FIRE = [("fire", "ambulance")]


def scores(row: str, pairs: list[tuple[str, str]], seeds: int, *, flags: bool = False) -> list[Score]:
    return [places[0].scored(flags=flags) for _, places in areas(row, seeds, pairs)]


def test_f1_counts_the_true_pairs_that_were_never_candidates() -> None:
    f1, bins = matched(np.array([0.9, 0.6, 0.2, 0.01]), np.array([True, False, True, True]), every=5)
    assert f1 == pytest.approx(2 * 1 / (2 + 5))
    assert bins[2].tolist() == [0, 0, 1, 0, 0, 0, 1, 0, 0, 1]
    assert calibration(bins) == pytest.approx((0.1 + 0.6 + 0.8) / 3)


def test_joint_events_of_a_small_area_are_found_without_a_word_on_who_was_asked_for(tmp_path: Path) -> None:
    imagine(tmp_path / "area", 60_000, 365, FIRST_SEED, 700, plain_noise(FIRST_SEED))
    score = known(tmp_path / "area", POLICE)[0].scored(flags=False)
    assert score.f1 >= 0.93
    assert score.covers
    assert abs(score.bias) <= 0.02
    assert calibration(score.bins) <= 0.03


@pytest.mark.slow
@pytest.mark.parametrize(
    ("row", "f1", "error", "bias"),
    [
        ("50", 0.985, 0.015, 0.01),
        ("700", 0.95, 0.015, 0.01),
        ("5000", 0.885, 0.015, 0.01),
        ("15000", 0.83, 0.02, 0.02),
    ],
)
def test_police_and_ambulance_are_matched_as_well_as_the_table_says(
    row: str, f1: float, error: float, bias: float
) -> None:
    # As many as the table's bounds are of: the mean error of a handful of areas is luck.
    found = scores(row, POLICE, 20)
    line = summed_up(found)
    assert line["f1"] >= f1
    assert line["calibration"] <= error
    assert abs(line["bias"]) <= bias
    assert line["covered"] >= 17
    # Where people live most densely the interval is a little wider than a count's own luck and the matching's would be.
    assert line["half_width"] <= 1.05 * np.hypot(line["poisson_1.96"], line["matching_1.96"])


@pytest.mark.slow
@pytest.mark.parametrize(("row", "f1"), [("50", 0.99), ("15000", 0.9)])
def test_fire_and_ambulance_are_matched_as_well_as_the_table_says(row: str, f1: float) -> None:
    line = summed_up(scores(row, FIRE, 6))
    assert line["f1"] >= f1
    assert abs(line["bias"]) <= 0.02
    assert line["covered"] >= 5


@pytest.mark.slow
def test_requests_that_one_service_forgot_to_write_down_do_not_bend_the_count() -> None:
    line = summed_up(scores("15000", POLICE, 3, flags=True))
    assert abs(line["bias"]) <= 0.02


@pytest.mark.slow
@pytest.mark.parametrize("row", ["stress 700", "stress 5000"])
def test_errors_that_the_model_does_not_share_bend_the_count_by_a_few_per_cent(row: str) -> None:
    line = summed_up(scores(row, POLICE, 20))
    assert abs(line["bias"]) <= 0.07
    # By so much the intervals are to be widened where errors are as bad as this (the guide says so).
    assert line["widened_for_90"] <= 1.5
