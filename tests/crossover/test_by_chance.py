"""Near pairs by distance, gap, busyness and kinds beside each baseline: held to counting by hand (§2.3)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from joinedup.crossover import Pair, measure
from joinedup.crossover.by_chance import CORRECTED, OTHER_WEEKS, THAT_DAY
from joinedup.crossover.records import WEEK, canonical, records_of
from tests.crossover.areas import area_by_hand, planted, record

AREA = planted(21, 300, 1_800, 2_500, days=120)


@pytest.fixture(scope="module")
def pair() -> Pair:
    (found,) = measure(AREA).pairs
    return found


@cache
def near_in_place() -> tuple[np.ndarray, np.ndarray]:
    """Give metres apart, and the gap in minutes, of all records within 500 m at any time, every pair looked at."""
    frame = canonical(AREA)
    fire, ambulance = (records_of(frame, each) for each in ("fire", "ambulance"))
    apart = np.hypot(*(ambulance.place[None, :, way] - fire.place[:, None, way] for way in (0, 1)))
    one, other = np.nonzero(apart <= 500)
    return apart[one, other], (ambulance.wall[other] - fire.wall[one]) / 60e6


def near_by_hand(weeks: int) -> tuple[np.ndarray, np.ndarray]:
    """Give metres and minutes between all records within the window, one service shifted by some weeks."""
    apart, gap = near_in_place()
    minutes = np.abs(gap + weeks * WEEK / 60e6)
    return apart[minutes <= 30], minutes[minutes <= 30]


def test_every_table_sums_to_the_same_pairs_and_to_its_baselines(pair: Pair) -> None:
    assert pair.chance_by is not None
    assert set(pair.chance_by) == {"distance", "gap", "density", "categories"}
    names = [CORRECTED, OTHER_WEEKS, THAT_DAY]
    assert [each.name for each in pair.baselines] == names
    for rows in pair.chance_by.values():
        assert sum(each.observed for each in rows) == pair.observed_pairs
        for baseline in pair.baselines:
            expected = sum(each.expected[baseline.name] for each in rows)
            assert expected == pytest.approx(baseline.chance, rel=1e-6)


def test_bands_of_distance_and_gap_agree_with_looking_at_every_pair(pair: Pair) -> None:
    assert pair.chance_by is not None
    seen = near_by_hand(0)
    days = 120
    moved = [(near_by_hand(weeks), 1 - abs(weeks) * 7 / days) for weeks in (-4, -3, -2, -1, 1, 2, 3, 4)]
    for which, name, ends in ((0, "distance", (-1, 100, 250, 500)), (1, "gap", (-1, 5, 15, 30))):
        rows = pair.chance_by[name]
        assert [each.band.split()[-1] for each in rows] == [["m"] * 3, ["min"] * 3][which]
        for (low, high), each in zip(pairwise(ends), rows, strict=True):
            there = (seen[which] > low) & (seen[which] <= high)
            # A record on the edge of a bin of a minute may be counted on either side.
            assert each.observed == pytest.approx(there.sum(), abs=6)
            counts = [((one[which] > low) & (one[which] <= high)).sum() / left for one, left in moved]
            luck = max(np.mean(counts), 1.0) ** 0.5
            assert each.expected[OTHER_WEEKS] == pytest.approx(np.mean(counts), abs=2 * luck)
    assert [each.band for each in pair.chance_by["distance"]] == [
        "up to 100 m",
        "100 to 250 m",
        "250 to 500 m",
    ]


def test_that_days_other_hours_alone_find_the_planted_events_too(pair: Pair) -> None:
    alone = pair.baselines[2]
    assert alone.name == THAT_DAY
    assert alone.low <= 300 <= alone.high
    first = pair.baselines[0]
    assert alone.chance == pytest.approx(first.chance, abs=3 * first.chance**0.5)
    # One count of the day itself, where others are counted on eight shifts.
    assert alone.high - alone.low > first.high - first.low


def test_kinds_that_meet_stand_out_from_those_that_do_not() -> None:
    rows = []
    for day in range(70):
        at, when = 3_000.0 * (day % 9), 1_440.0 * day + 600
        rows.append(record("fire", when, at, category="fire"))
        rows.append(record("ambulance", when + 3, at + 40, category="burns"))
        rows.append(record("fire", when + 300, at + 900, category="alarm"))
        rows.append(record("ambulance", when + 700, at + 1_800, category="fall"))
    (found,) = measure(area_by_hand(*rows, kinds={"fire": "fire", "ambulance": "ambulance"})).pairs
    assert found.chance_by is not None
    first, *others = found.chance_by["categories"]
    assert first.band in ("fire and burns", "burns and fire")
    assert first.observed >= 70
    assert sum(each.observed for each in others) == 0


def test_where_no_week_can_be_shifted_that_day_is_the_only_measure() -> None:
    (found,) = measure(planted(5, 40, 300, 400, days=10)).pairs
    assert [each.name for each in found.baselines] == [THAT_DAY]
    assert found.chance_by is not None
    assert all(set(each.expected) == {THAT_DAY} for rows in found.chance_by.values() for each in rows)
