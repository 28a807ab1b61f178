"""What crossover estimates in an imagined area is held to the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.reading import read_area
from joinedup.crossover import measure
from joinedup.imagining import Noise, imagine

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.crossover import Pair
    from joinedup.imagining import Imagined

PEOPLE, DAYS = 300_000, 365


def _joint_events(made: Imagined, pair: Pair) -> int:
    """Count the events of which both services have a record."""
    letters = [service[0].upper() for service in pair.services]
    by_event = (
        pl.read_parquet(made.truth / "events.parquet")
        .group_by("event_id")
        .agg(pl.col("incident_id").str.head(1).unique().alias("services"))
    )
    has = [pl.col("services").list.contains(letter) for letter in letters]
    return by_event.filter(pl.all_horizontal(has)).height


@pytest.mark.slow
def test_the_interval_covers_the_truth_in_a_clean_area(tmp_path: Path) -> None:
    made = imagine(tmp_path / "area", PEOPLE, DAYS, seed=11, noise=Noise.none())
    for pair in measure(read_area(made.folder)[0]).pairs:
        assert pair.low is not None
        assert pair.high is not None
        assert pair.low <= _joint_events(made, pair) <= pair.high, pair.services


@pytest.mark.slow
def test_the_estimate_is_within_a_few_per_cent_with_the_noise_of_real_records(tmp_path: Path) -> None:
    made = imagine(tmp_path / "area", PEOPLE, DAYS, seed=11)
    for pair in measure(read_area(made.folder)[0]).pairs:
        assert pair.estimate == pytest.approx(_joint_events(made, pair), rel=0.06), pair.services
