"""Crossover held to San Francisco's fire calls, where engines and medics share a call number that is hidden from it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from joinedup.crossover import Crossover, measure
from joinedup.crossover.records import canonical
from tests.crossover.areas import area_of

ENGINES = ("ENGINE", "TRUCK")
METRES_A_DEGREE = 6_371_008.8 * np.pi / 180


def records(clock: str) -> pl.DataFrame:
    """Read each service's first unit of each call, to the minute and to 100 m; skip the test where there is no file."""
    root = Path(os.environ.get("JOINEDUP_DATA", Path(__file__).parents[3] / "shared" / "data"))
    file = root / "san-francisco" / "fire-calls-2016-12-31-to-2017-01-07.csv.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not here")
    raw = pl.read_csv(file, infer_schema=False)
    place = raw["Location"].str.extract_groups(r"\((-?[\d.]+), (-?[\d.]+)\)")
    kind = pl.col("Unit Type")
    rows = raw.select(
        "Call Number",
        latitude=place.struct[0].cast(pl.Float64),
        longitude=place.struct[1].cast(pl.Float64),
        at=pl.col(clock).str.to_datetime("%m/%d/%Y %I:%M:%S %p", time_unit="us", strict=False),
        service_id=pl.when(kind.is_in(ENGINES))
        .then(pl.lit("fire"))
        .when(kind == "MEDIC")
        .then(pl.lit("ambulance")),
        category="Call Type",
        priority="Original Priority",
    ).drop_nulls(["latitude", "longitude", "at", "service_id"])
    firsts = (
        rows.sort("at", "Call Number", "service_id")
        .group_by("Call Number", "service_id", maintain_order=True)
        .first()
    )

    def hundreds(degrees: str, factor: float) -> pl.Expr:
        return (pl.col(degrees) * METRES_A_DEGREE * factor / 100).round() * 100

    return firsts.with_columns(
        incident_id=pl.col("service_id") + pl.col("Call Number"),
        received_at=pl.col("at").dt.truncate("1m").dt.replace_time_zone("America/Los_Angeles"),
        x=hundreds("longitude", float(np.cos(np.radians(37.76)))),
        y=hundreds("latitude", 1.0),
        place_precision=pl.lit("100m"),
    )


def linked(rows: pl.DataFrame) -> tuple[Crossover, pl.DataFrame, int]:
    """Measure, and say of each meeting whether both records are of one call; also how many calls have both."""
    kinds = {"fire": "fire", "ambulance": "ambulance"}
    area = area_of(rows, kinds=kinds, zone="America/Los_Angeles")
    found = measure(area)
    call = dict(rows.select("incident_id", "Call Number").iter_rows())
    ids = canonical(area)["incident_id"].to_list()
    joint = found.pairs[0].joint
    assert joint is not None
    true = [call[ids[a]] == call[ids[b]] for a, b in joint.select("a_record", "b_record").iter_rows()]
    both = rows.group_by("Call Number").len().filter(pl.col("len") == 2).height
    return found, joint.with_columns(true=pl.Series(true)), both


def test_hidden_call_numbers_are_found_again() -> None:
    found, joint, both = linked(records("Received DtTm"))
    (pair,) = found.pairs
    events = joint.filter(pl.col("probability") >= 0.5)
    assert events["true"].mean() == pytest.approx(1.0, abs=0.005)
    assert int(events["true"].sum()) / both > 0.99
    assert pair.low is not None
    assert pair.high is not None
    assert pair.low <= both <= pair.high


@pytest.mark.parametrize("clock", ["Received DtTm", "Dispatch DtTm"])
def test_probabilities_are_as_often_true_as_they_say(clock: str) -> None:
    rows = records(clock)
    if clock == "Received DtTm":
        # With their kinds nearly all are certain: without them some are doubtful.
        rows = rows.with_columns(category=pl.lit(None), priority=pl.lit(None))
    _, joint, _ = linked(rows)
    said, true = (joint[each].cast(pl.Float64).to_numpy() for each in ("probability", "true"))
    assert said.sum() == pytest.approx(true.sum(), rel=0.02)
    edges = (0.0, 0.05, 0.95, 1.01)
    bins = [(said >= low) & (said < high) for low, high in pairwise(edges)]
    # Each bin has pairs enough to tell an honest probability from one that is always too sure or never sure.
    assert bins[0].sum() > 100
    assert bins[1].sum() > 10
    assert bins[2].sum() > 1_000
    for here in bins:
        luck = np.sqrt((said[here] * (1 - said[here])).sum())
        assert true[here].sum() == pytest.approx(said[here].sum(), abs=3 * luck + 0.5)


def test_with_each_services_own_clock_the_late_ones_are_missed_and_none_is_made_up() -> None:
    # A medic who is sent half an hour after the engine lies beyond the window, or at its thin end.
    _, joint, both = linked(records("Dispatch DtTm"))
    events = joint.filter(pl.col("probability") >= 0.5)
    assert events["true"].mean() == pytest.approx(1.0, abs=0.005)
    assert 0.95 < int(events["true"].sum()) / both < 1


def test_eight_days_have_no_weekly_baseline_and_the_answer_says_so() -> None:
    found, _, _ = linked(records("Received DtTm"))
    (pair,) = found.pairs
    assert pair.chance_pairs is None
    assert "beyond the window alone" in str(pair.note)
    assert pair.weak_baseline
