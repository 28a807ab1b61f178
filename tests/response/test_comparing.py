"""What a change does to waits: the same incidents on the same luck, side by side (§3.3, §5.7)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from joinedup.area import Change
from joinedup.response.comparing import Waits, changes
from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.outcomes import Outcomes
from joinedup.response.replaying import Baseline
from tests.small import littleton


def played(runs: int = 2, *others: Change) -> Outcomes:
    area = littleton().area
    every = {each.name: each for each in ASSUMPTIONS} | dict(littleton().assumptions)
    return Baseline.of(area, every).played(area.changed(others), runs=runs)


def test_first_arrivals_are_those_of_the_table_of_outcomes() -> None:
    outcomes = played()
    waits = Waits.of(outcomes)
    table = outcomes.incidents
    for run in range(2):
        first = dict(table.filter(pl.col("run") == run).select("incident_id", "first").iter_rows())
        mine = dict(zip(waits.incidents["incident_id"], waits.minutes[run], strict=True))
        assert mine == pytest.approx(first)


def test_nothing_changes_where_nothing_was_changed() -> None:
    same = changes(Waits.of(played()), Waits.of(played()))
    assert (same["before"] == same["after"]).all()
    assert (same["between_runs"] == 0).all()


def test_moving_the_units_of_one_station_changes_the_waits_of_its_service_alone() -> None:
    moved = [Change("units", each, "site_id", "P1") for each in ("AM1", "AM2", "AM3")]
    found = changes(Waits.of(played()), Waits.of(played(2, *moved)))
    differ = found.filter(pl.col("before") != pl.col("after"))
    assert set(differ["service_id"]) == {"ambulance"}
    expected = (found["after"] - found["before"]).mean()
    one, other = (Waits.of(each).minutes.mean() for each in (played(), played(2, *moved)))
    assert expected == pytest.approx(other - one)


def test_the_luck_of_the_runs_is_the_variance_of_the_change_between_them() -> None:
    incidents = pl.DataFrame(
        {"incident_id": ["a"], "service_id": ["fire"], "category": ["c"], "ground": ["g"]}
    )
    before, after = Waits(incidents, np.array([[5.0], [6.0]])), Waits(incidents, np.array([[6.0], [9.0]]))
    (row,) = changes(before, after).to_dicts()
    assert (row["before"], row["after"], row["between_runs"]) == (5.5, 7.5, 2.0)


def test_other_runs_cannot_be_laid_beside_each_other() -> None:
    with pytest.raises(ValueError, match="same runs"):
        changes(Waits.of(played(1)), Waits.of(played(2)))
