"""Crossover held to the reference figures of Montgomery County (shared/data/README.md)."""

from __future__ import annotations

import pytest

from joinedup.crossover import Crossover, measure
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
