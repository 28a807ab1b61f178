"""From near pairs to joint events: how many, how sure, and known truths."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from joinedup.crossover import Pair, measure
from joinedup.crossover.by_chance import THAT_DAY
from tests.crossover.areas import area_by_hand, planted, record

WEEK = 7 * 24 * 60


def only_pair(*records: dict[str, object], **others: object) -> Pair:
    """Measure fire and ambulance at 500 m and 30 min."""
    area = area_by_hand(*records, kinds={"fire": "fire", "ambulance": "ambulance"}, **others)
    return measure(area, 500, 30).pairs[0]


def test_a_record_is_never_in_two_events() -> None:
    ends = [record("fire", 0, 1e6), record("fire", 20 * WEEK, 1e6)]
    pair = only_pair(record("fire", 500), *(record("ambulance", 500 + each) for each in range(5)), *ends)
    assert pair.observed_pairs == 5
    assert pair.estimate == pytest.approx(1)


def test_matching_finds_two_events_where_the_nearest_first_would_find_one() -> None:
    # The ambulance at 510 is nearest to the fire at 512, but is the only one that the fire at 482 can have.
    fires = [record("fire", 512), record("fire", 482)]
    ambulances = [record("ambulance", 510), record("ambulance", 530)]
    ends = [record("fire", 0, 1e6), record("fire", 20 * WEEK, 1e6)]
    pair = only_pair(*fires, *ambulances, *ends)
    assert pair.observed_pairs == 3
    assert pair.estimate == pytest.approx(2, abs=0.01)


def test_exact_repeats_are_counted_as_pairs_but_make_no_events() -> None:
    ends = [record("fire", 0, 1e6), record("fire", 20 * WEEK, 1e6)]
    same = [record("ambulance", 500, category="fall") for _ in range(2)]
    pair = only_pair(record("fire", 500), record("fire", 501), *same, *ends)
    assert pair.observed_pairs == 4
    assert pair.estimate == pytest.approx(1)


def test_chance_is_found_by_whole_weeks_not_by_days() -> None:
    # Fire on Mondays, ambulance on Mondays of other weeks and on Tuesdays: only whole weeks bring them
    # together.
    fires = [record("fire", 480 + each * WEEK) for each in range(0, 20, 2)]
    monday = [record("ambulance", 480 + each * WEEK) for each in range(1, 20, 2)]
    tuesday = [record("ambulance", 480 + 1440 + each * WEEK) for each in range(20)]
    pair = only_pair(*fires, *monday)
    assert pair.observed_pairs == 0
    assert pair.chance_pairs is not None
    assert pair.chance_pairs > 4
    assert only_pair(*fires, *tuesday).chance_pairs == 0


def test_chance_is_divided_by_the_share_of_the_period_that_still_overlaps() -> None:
    # One record of each service at the same hour of 20 weeks: a shift by k weeks leaves 20 - k pairs.
    rows = [record(service, 480 + week * WEEK) for week in range(20) for service in ("fire", "ambulance")]
    expected = sum((20 - weeks) / (1 - weeks / 19) for weeks in (1, 2, 3, 4)) / 4
    assert only_pair(*rows, zone="UTC").chance_pairs == pytest.approx(expected)


def test_shifts_that_keep_less_than_half_of_the_period_are_not_used() -> None:
    rows = [record(service, 480 + week * WEEK) for week in range(6) for service in ("fire", "ambulance")]
    expected = sum((6 - weeks) / (1 - weeks / 5) for weeks in (1, 2)) / 2
    pair = only_pair(*rows)
    assert pair.chance_pairs == pytest.approx(expected)
    assert pair.weak_baseline
    assert "5.0 weeks" in str(pair.note)


def test_a_short_period_is_judged_by_the_sideband_alone_and_says_so() -> None:
    # At each place at an hour of its own, so that no hour is busier than another.
    at = [(120 * place + 1440 * day, 5_000.0 * place) for place in range(12) for day in range(10)]
    joint = [record(service, minute, x) for minute, x in at for service in ("fire", "ambulance")]
    # Each day an ambulance 60 minutes after the fire, beyond the window: half of the sideband lies there.
    beside = [record("ambulance", minute + 60, x) for minute, x in at]
    pair = only_pair(*joint, *beside)
    assert pair.chance_pairs is None
    assert [each.name for each in pair.baselines] == [THAT_DAY]
    # The window is 30 minutes either way, for 240 minutes of sideband, which have a little less of the period and of these hours.
    assert pair.baselines[0].chance == pytest.approx(120 * 60 / 240, rel=0.05)
    assert "beyond the window alone" in str(pair.note)
    assert pair.estimate == pytest.approx(120, abs=1)


@pytest.mark.parametrize(("metres", "minutes"), [(250, 15), (500, 30), (500, 120)])
def test_both_baselines_expect_the_pairs_of_the_window_and_not_of_all_that_is_fitted(
    metres: float, minutes: float
) -> None:
    # What the shifts give within the window, pair by pair, is counted apart from the shapes that the baselines go by.
    pair = measure(planted(1, joint=0, fire=6_000, ambulance=16_000, days=120), metres, minutes).pairs[0]
    assert pair.chance_pairs is not None
    luck = (pair.chance_pairs / 8) ** 0.5
    by_other_weeks = {each.name: each.chance for each in pair.baselines if each.name != THAT_DAY}
    assert list(by_other_weeks.values()) == pytest.approx([pair.chance_pairs] * 2, abs=3 * luck)


@pytest.mark.parametrize("minutes", [25, 60, 240])
def test_the_sideband_alone_serves_any_window(minutes: float) -> None:
    area = planted(1, joint=60, fire=600, ambulance=1_500, days=12)
    pair = measure(area, 500, minutes).pairs[0]
    assert pair.low is not None
    assert pair.high is not None
    assert pair.low <= 60 <= pair.high


def test_over_a_short_period_joint_events_are_not_taken_for_the_shape_of_chance() -> None:
    areas = [planted(seed, joint=60, fire=600, ambulance=1_500, days=12) for seed in range(1, 5)]
    found = [measure(area).pairs[0].estimate or 0.0 for area in areas]
    assert np.mean(found) == pytest.approx(60, abs=4)


def test_independent_services_are_not_said_to_meet() -> None:
    found = [measure(planted(seed, joint=0, fire=1_500, ambulance=4_000)).pairs[0] for seed in range(20)]
    assert sum(pair.low == 0 for pair in found) >= 18


@pytest.mark.parametrize("lost", [0.0, 0.2])
def test_planted_joint_events_are_recovered_within_the_interval(lost: float) -> None:
    areas = [planted(seed, joint=200, fire=1_500, ambulance=4_000, lost=lost) for seed in range(20)]
    found = [measure(area).pairs[0] for area in areas]
    assert sum((pair.low or 0) <= 200 <= (pair.high or 0) for pair in found) >= 17
    assert sum(pair.estimate or 0 for pair in found) / 20 == pytest.approx(200, rel=0.05)
    assert all((pair.unplaced or 0) > 0 for pair in found) == (lost > 0)


def test_crowded_places_do_not_make_events_of_chains_of_coincidences() -> None:
    # Twice as many coincidences as joint events, half of them about five centres.
    pair = measure(planted(4, joint=6_000, fire=35_000, ambulance=80_000, days=120)).pairs[0]
    assert pair.chance_pairs is not None
    assert pair.chance_pairs > 1.9 * 6_000
    assert pair.low is not None
    assert pair.high is not None
    assert pair.low <= 6_000 <= pair.high


def test_records_without_a_place_count_at_the_rate_of_their_own_category() -> None:
    # Falls always meet a fire, breathing never does: an unplaced fall adds an event, unplaced breathing none.
    rows = [record("fire", 1440 * day) for day in range(0, 90, 3)]
    rows += [record("fire", 1440 * day, -9e4) for day in range(10)]
    rows += [record("ambulance", 1440 * day, category="fall") for day in range(0, 90, 3)]
    rows += [record("ambulance", 1440 * day, 9e4, category="breathing") for day in range(1, 90, 3)]
    lost = {"x": None, "y": None}
    plain = only_pair(*rows)
    fall = only_pair(*rows, record("ambulance", 700, category="fall") | lost)
    breathing = only_pair(*rows, record("ambulance", 700, category="breathing") | lost)
    assert plain.unplaced == 0
    assert fall.unplaced == pytest.approx((fall.estimate or 0) / 31)
    assert breathing.unplaced == 0


def test_a_storm_that_both_services_feel_widens_the_answer_and_is_said() -> None:
    base = planted(5, joint=0, fire=3_000, ambulance=6_000)
    storm = planted(6, joint=0, fire=600, ambulance=1_200, days=1)
    incidents = base.table("incidents").vstack(
        storm.table("incidents").with_columns(
            incident_id="storm-" + base.table("incidents")["incident_id"].head(1_800),
            received_at=storm.table("incidents")["received_at"] + timedelta(days=60),
        )
    )
    area = type(base)(base.settings, base.plane, {**base.tables, "incidents": incidents})
    pair = measure(area).pairs[0]
    assert pair.chance_pairs is not None
    assert pair.observed_pairs is not None
    assert pair.observed_pairs > 1.5 * pair.chance_pairs
    assert pair.low == 0
