"""Crossover held to the reference figures of Montgomery County (shared/data/README.md)."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from joinedup.crossover import Crossover, measure
from joinedup.crossover.growth import WINDOWS, growth
from joinedup.crossover.records import WEEK, canonical, period_of, records_of
from joinedup.crossover.sweep import Cells
from tests.crossover.areas import montgomery

# Source: shared/data/README.md; calls of December 2015 to June 2016, 78,263 rows, chance by shifts of 1 to 4
# weeks.
REFERENCE: dict[tuple[tuple[str, str], float, float], tuple[float, float]] = {
    (("EMS", "Fire"), 250, 15): (1991, 58.5),
    (("EMS", "Fire"), 500, 60): (2603, 490.8),
    (("EMS", "Traffic"), 250, 15): (2092, 145.6),
    (("EMS", "Traffic"), 500, 60): (3782, 1221.0),
    (("Fire", "Traffic"), 250, 15): (1385, 49.7),
    (("Fire", "Traffic"), 500, 60): (2191, 377.9),
}


@pytest.fixture(scope="module")
def measured() -> dict[tuple[float, float], Crossover]:
    """Montgomery at both windows."""
    area = montgomery()
    assert area.table("incidents").height == 78_263
    return {window: measure(area, *window) for window in ((250, 15), (500, 60))}


@pytest.mark.parametrize(("services", "metres", "minutes"), list(REFERENCE))
def test_pairs_and_chance_agree_with_the_reference_figures(
    measured: dict[tuple[float, float], Crossover], services: tuple[str, str], metres: float, minutes: float
) -> None:
    observed, chance = REFERENCE[services, metres, minutes]
    pair = next(each for each in measured[metres, minutes].pairs if each.services == services)
    assert pair.observed_pairs == pytest.approx(observed, rel=0.03)
    assert pair.chance_pairs == pytest.approx(chance, rel=0.10)
    assert not pair.weak_baseline


def test_joint_events_are_fewer_than_one_to_one_matches(
    measured: dict[tuple[float, float], Crossover],
) -> None:
    # 2,092 pairs of EMS and Traffic make at most 1,655 one-to-one events, before chance is taken out.
    pair = next(each for each in measured[250, 15].pairs if each.services == ("EMS", "Traffic"))
    assert pair.estimate is not None
    assert pair.unplaced is not None
    assert 1_300 < pair.estimate - pair.unplaced < 1_655


def test_a_default_place_is_set_aside_and_its_records_are_unplaced(
    measured: dict[tuple[float, float], Crossover],
) -> None:
    traffic = measured[250, 15].services["Traffic"]
    assert traffic.usable + traffic.set_aside + traffic.unplaced == traffic.incidents
    assert traffic.set_aside > 900


def test_ems_and_fire_meet_about_two_thousand_times_however_wide_the_window(
    measured: dict[tuple[float, float], Crossover],
) -> None:
    found = {each.services: each for each in growth(montgomery(), measured[500, 60])}
    stable = found["EMS", "Fire"]
    for window in WINDOWS[1:]:
        assert stable.events[window] == pytest.approx(2_030, rel=0.03)
    assert "hardly grows" in stable.why
    # One event is geocoded to places 750 m apart and more.
    for services in (("EMS", "Traffic"), ("Fire", "Traffic")):
        assert found[services].with_distance > 0.1
        assert found[services].with_time < 0.02
        assert "places far apart" in found[services].why


def test_events_of_all_three_services_are_as_many_as_their_pairs_allow(
    measured: dict[tuple[float, float], Crossover],
) -> None:
    (triple,) = measured[250, 15].triples
    rows = measured[250, 15].found.rows
    chosen = rows.group_by("event").agg(pl.col("service").n_unique())["service"]
    assert triple.estimate == pytest.approx((chosen == 3).sum(), rel=0.06)
    assert triple.high < min(pair.estimate or 0 for pair in measured[250, 15].pairs)


@pytest.mark.parametrize("services", [("EMS", "Fire"), ("EMS", "Traffic"), ("Fire", "Traffic")])
def test_chance_foretells_shifts_that_it_was_not_measured_on(
    measured: dict[tuple[float, float], Crossover], services: tuple[str, str]
) -> None:
    area = montgomery()
    frame = canonical(area)
    period = period_of(area, frame)
    a, b = (records_of(frame, each) for each in services)
    cells = Cells(a.place, b.place, a.wall, b.wall, 500)
    foretold = next(each for each in measured[500, 60].pairs if each.services == services).chance_pairs
    assert foretold is not None
    weeks = (-7, -6, -5, 5, 6, 7)
    counts = np.array([len(cells.pairs(60 * 60_000_000, each * WEEK)) for each in weeks], dtype=float)
    left = np.array([period.share_left(each) for each in weeks])
    mean = float((counts / left).mean())
    # The luck of the six counts, and of the eight that chance was measured on.
    luck = foretold * (1 / counts.sum() + 1 / (8 * foretold)) ** 0.5
    assert mean == pytest.approx(foretold, abs=2 * luck)
