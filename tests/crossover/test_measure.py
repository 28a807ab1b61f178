"""Measuring crossover: which records can be linked, every definition, and studies that hold little."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.area import Area
from joinedup.crossover import hot_cells, measure
from joinedup.imagining import imagine
from joinedup.refusal import Refusal
from joinedup.study import Study
from tests.crossover.areas import MIDNIGHT, area_by_hand, area_of, planted, record

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.crossover import Crossover

HERE: dict[str, object] = {"x": 0.0, "y": 0.0}
TWO = {"fire": "fire", "ambulance": "ambulance"}


def pairs_of(*records: dict[str, object]) -> int | None:
    """Count the observed pairs of fire and ambulance at 500 m and 30 min."""
    return measure(area_by_hand(*records, kinds=TWO)).pairs[0].observed_pairs


def test_the_window_includes_its_edges_and_nothing_beyond() -> None:
    assert pairs_of(record("fire", 0), record("ambulance", 30, 300, 400)) == 1
    assert pairs_of(record("fire", 0), record("ambulance", 30 + 1 / 6e7, 300, 400)) == 0
    assert pairs_of(record("fire", 0), record("ambulance", 30, 300.001, 400)) == 0
    assert pairs_of(record("ambulance", 0), record("fire", 30, -300, -400)) == 1


def test_distance_is_in_metres_not_degrees() -> None:
    # 0.01 of a degree apart is some 700 m and more; as metres it is nothing.
    assert pairs_of(record("fire", 0, 0.0, 51.50), record("ambulance", 0, 0.01, 51.51)) == 1
    assert pairs_of(record("fire", 0, 0.0, 0.0), record("ambulance", 0, 700.0, 1_110.0)) == 0


@pytest.mark.parametrize(("precision", "pairs"), [("exact", 1), ("50m", 1), ("100m", 1), (None, 1)])
def test_fine_places_are_linked(precision: str | None, pairs: int) -> None:
    assert pairs_of(record("fire", 0), record("ambulance", 0, place_precision=precision)) == pairs


@pytest.mark.parametrize("metres", [20, 50, 100, 150, 500])
@pytest.mark.parametrize(("beyond", "events"), [(120, 1), (160, 0)])
def test_two_places_rounded_to_a_hundred_metres_may_meet_142_metres_beyond_any_window(
    metres: float, beyond: float, events: int
) -> None:
    week = 7 * 1_440
    rows = [record("fire", minutes, 1e6) for minutes in (0, 20 * week)]
    rows += [record("fire", 500, place_precision="100m")]
    rows += [record("ambulance", 500, metres + beyond, place_precision="100m")]
    found = measure(area_by_hand(*rows, kinds=TWO), metres, 30).pairs[0]
    assert found.observed_pairs == 0
    assert found.estimate == pytest.approx(events, abs=1e-3)


@pytest.mark.parametrize("precision", ["snapped", "area"])
def test_a_snapped_or_coarse_place_is_never_linked(precision: str) -> None:
    area = area_by_hand(record("fire", 0), record("ambulance", 0, place_precision=precision), kinds=TWO)
    found = measure(area)
    assert found.pairs[0].observed_pairs is None
    assert found.services["ambulance"].unplaced == 1
    assert "ambulance" in str(found.pairs[0].note)


def test_a_record_that_has_only_a_month_is_counted_as_unplaced() -> None:
    month: dict[str, object] = {"service_id": "fire", "received_at": None, "received_month": "2025-01"} | HERE
    found = measure(area_by_hand(record("fire", 0), month, record("ambulance", 5), kinds=TWO))
    assert (found.services["fire"].incidents, found.services["fire"].unplaced) == (2, 1)
    assert found.pairs[0].observed_pairs == 1


def test_the_hour_that_the_clocks_repeat_is_two_hours() -> None:
    # 26 October 2025 in London: 00:30 and 01:30 UTC both read 01:30 on the wall.
    twice = [
        {
            "service_id": service,
            "received_at": datetime(2025, 10, 26, hour, 30, tzinfo=UTC),
            "x": 0.0,
            "y": 0.0,
        }
        for service, hour in (("fire", 0), ("ambulance", 1))
    ]
    found = measure(area_by_hand(*twice, kinds=TWO), 500, 30).pairs[0]
    assert found.observed_pairs == 0
    assert found.same_place_and_hour == 0
    assert measure(area_by_hand(*twice, kinds=TWO), 500, 60).pairs[0].observed_pairs == 1


def test_chance_keeps_the_hour_of_the_week_across_a_clock_change() -> None:
    # Noon by the wall clock every Sunday around 30 March 2025, when London goes from GMT to BST.
    noons = pl.datetime_range(datetime(2025, 2, 2, 12), datetime(2025, 5, 25, 12), "7d", eager=True)  # noqa: DTZ001
    local = noons.dt.replace_time_zone("Europe/London")
    frame = pl.concat(
        pl.DataFrame({"received_at": local, "service_id": service, "x": 0.0, "y": 0.0}).with_row_index("n")
        for service in TWO
    ).with_columns(incident_id=pl.col("service_id") + pl.col("n").cast(pl.String))
    pair = measure(area_of(frame, kinds=TWO), 500, 30).pairs[0]
    weeks = len(noons) - 1
    expected = sum((weeks + 1 - k) / (1 - k / weeks) for k in (1, 2, 3, 4)) / 4
    assert pair.chance_pairs == pytest.approx(expected)


def test_a_period_that_the_study_states_is_used_for_overlap() -> None:
    rows = [record(service, 480 + week * 10_080) for week in range(20) for service in TWO]
    area = area_by_hand(*rows, kinds=TWO, zone="UTC", period=(date(2025, 1, 6), date(2025, 5, 25)))
    expected = sum((20 - weeks) / (1 - weeks / 20) for weeks in (1, 2, 3, 4)) / 4
    assert measure(area).pairs[0].chance_pairs == pytest.approx(expected)
    assert measure(area).pairs[0].weeks == pytest.approx(20)


def test_requests_are_read_by_id_and_by_kind() -> None:
    area = area_by_hand(
        record("north fire", 0, other_service_requested="Police; ambulance"),
        record("north fire", 1, other_service_requested="none"),
        record("trust", 2, other_service_requested="north fire"),
        record("trust", 3, other_service_requested="fire;police"),
        record("trust", 4),
        kinds={"north fire": "fire", "trust": "ambulance"},
    )
    pair = measure(area).pairs[0]
    assert pair.requested == 3
    assert pair.definitions is not None
    requested = pair.definitions["requested"]
    assert requested is not None
    assert requested["north fire"] is not None
    assert requested["trust"] is not None
    assert (requested["north fire"].count, requested["north fire"].share) == (1, 0.5)
    assert requested["trust"].count == 2
    assert requested["trust"].share == pytest.approx(2 / 3)


def test_absent_is_not_zero() -> None:
    pair = measure(area_by_hand(record("fire", 0), record("ambulance", 0), kinds=TWO)).pairs[0]
    assert pair.requested is None
    assert pair.jointly_attended is None
    assert pair.definitions is not None
    assert pair.definitions["requested"] is None
    assert pair.definitions["jointly_attended"] is None


def test_a_service_that_never_says_whom_it_asked_for_is_not_said_to_have_asked_nobody() -> None:
    rows = [record("fire", 0, other_service_requested="ambulance"), record("fire", 5), record("ambulance", 0)]
    pair = measure(area_by_hand(*rows, kinds=TWO)).pairs[0]
    assert pair.requested == 1
    assert pair.definitions is not None
    requested = pair.definitions["requested"]
    assert requested is not None
    assert requested["fire"] is not None
    assert requested["fire"].share == 0.5
    assert requested["ambulance"] is None
    assert pair.as_json()["definitions"]["requested"]["ambulance"] is None


def test_no_more_events_are_attended_than_there_are() -> None:
    # The one ambulance without a place would make a fifth event of four fires.
    rows = [record("fire", 1440 * day, incident_id=f"f{day}") for day in range(4)]
    rows += [record("ambulance", 1440 * day, incident_id=f"a{day}") for day in range(4)]
    rows += [record("ambulance", 1440 * 9, incident_id="a9") | {"x": None, "y": None}]
    came: list[tuple[str, datetime | None]] = [
        (f"{service}{day}", datetime(2025, 6, 1, tzinfo=UTC)) for day in range(4) for service in "fa"
    ]
    pair = measure(area_by_hand(*rows, kinds=TWO, attendances=came)).pairs[0]
    assert pair.estimate == 4
    assert pair.jointly_attended == 4


def test_jointly_attended_needs_a_resource_of_each_service_to_arrive() -> None:
    rows = [
        record(service, day * 1440, day * 5_000, incident_id=f"{service}{day}")
        for day in range(90)
        for service in TWO
    ]
    came = datetime(2025, 6, 1, tzinfo=UTC)
    arrivals: list[tuple[str, datetime | None]] = [(f"fire{day}", came) for day in range(90)]
    arrivals += [(f"ambulance{day}", came if day < 30 else None) for day in range(60)]
    found = measure(area_by_hand(*rows, kinds=TWO, attendances=arrivals))
    pair = found.pairs[0]
    assert pair.estimate == pytest.approx(90)
    assert pair.jointly_attended == pytest.approx(30)
    assert found.services["ambulance"].without_vehicle == 30
    assert found.services["fire"].without_vehicle == 0
    only_one = area_by_hand(*rows, kinds=TWO, attendances=arrivals[:90])
    assert measure(only_one).pairs[0].jointly_attended is None
    assert measure(only_one).services["ambulance"].without_vehicle is None


def test_same_place_and_hour_counts_places_and_each_services_records_there() -> None:
    rows = [record("fire", 5), record("fire", 10), record("ambulance", 55, 499), record("ambulance", 65)]
    pair = measure(area_by_hand(*rows, kinds=TWO)).pairs[0]
    assert pair.same_place_and_hour == 1
    assert pair.definitions is not None
    there = pair.definitions["same_place_and_hour"]
    assert there is not None
    assert there["fire"] is not None
    assert there["ambulance"] is not None
    assert (there["fire"].count, there["ambulance"].share) == (2, 0.5)


def test_a_default_place_makes_no_events() -> None:
    chance = np.random.Generator(np.random.PCG64(1))
    rows = [
        record(service, minute, *chance.uniform(0, 1e5, 2))
        for service in TWO
        for minute in chance.uniform(0, 200_000, 1_000)
    ]
    heap = [record(service, minute, 7.0, 7.0) for minute in range(0, 20_000, 500) for service in TWO]
    found = measure(area_by_hand(*rows, *heap, kinds=TWO))
    assert found.pairs[0].observed_pairs == pytest.approx(40, abs=4)
    assert found.pairs[0].estimate == pytest.approx(0, abs=4)
    assert found.services["fire"].set_aside == 40
    assert not (hot_cells(area_by_hand(*rows, *heap, kinds=TWO))["fire"] >= 40).any()


@pytest.mark.parametrize("kinds", [{}, {"fire": "fire"}, TWO, {**TWO, "police": "police"}])
def test_a_study_without_incidents_gives_a_note_and_no_traceback(kinds: dict[str, str]) -> None:
    found = measure(area_of(pl.DataFrame(), kinds=kinds)).as_json()
    assert all(pair["estimate"] is None for pair in found["pairs"])
    assert found["events"] == []
    assert "no incidents" in found["note"]
    json.dumps(found, allow_nan=False)


def test_one_service_cannot_cross_over() -> None:
    found = measure(area_by_hand(record("fire", 0), kinds={"fire": "fire"}))
    assert found.pairs == ()
    assert "two services" in str(found.note)


def test_one_record_of_each_service_is_enough_to_answer() -> None:
    found = measure(area_by_hand(record("fire", 0), record("ambulance", 0), kinds=TWO))
    assert found.pairs[0].estimate == pytest.approx(1, abs=1e-3)
    json.dumps(found.as_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("metres", "minutes"), [(0, 30), (-1, 30), (float("nan"), 30), (500, 0), (500, 10_080)]
)
def test_a_window_without_size_is_refused(metres: float, minutes: float) -> None:
    with pytest.raises(Refusal, match="window"):
        measure(area_of(pl.DataFrame(), kinds=TWO), metres, minutes)


def test_the_json_has_the_shape_that_scripts_rely_on() -> None:
    found = measure(planted(3, joint=40, fire=300, ambulance=900)).as_json()
    assert set(found) == {"window", "services", "pairs", "events", "found", "concentration"}
    assert found["window"] == {"metres": 500, "minutes": 30}
    assert {"kind", "incidents", "usable", "without_vehicle", "unplaced", "set_aside"} == set(
        found["services"]["fire"]
    )
    pair = found["pairs"][0]
    assert pair["services"] == ["fire", "ambulance"]
    assert pair["low"] <= pair["estimate"] <= pair["high"]
    assert pair["share_of"]["fire"] == pytest.approx(pair["estimate"] / 340, abs=1e-4)
    assert set(pair["definitions"]) == {
        "requested",
        "jointly_recorded",
        "jointly_attended",
        "same_place_and_hour",
    }
    keys = ("services", "estimate", "low", "high", "unplaced")
    assert found["events"][0] == {key: pair[key] for key in keys}
    assert found["found"]["events"] == pytest.approx(pair["estimate"], rel=0.2)
    assert 0 < found["found"]["score"] <= found["found"]["bound"]
    json.dumps(found, allow_nan=False)


def test_every_stage_is_announced() -> None:
    said: list[str] = []
    measure(planted(3, joint=4, fire=30, ambulance=90), progress=said.append)
    assert said[0] == "reading incidents"
    assert said[-1] == "concentration"
    assert "chance: fire beside ambulance, part 1 of 1" in said


ANSWER = planted(8, joint=40, fire=300, ambulance=600, lost=0.1)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    shuffled = ANSWER.table("incidents").sample(fraction=1, shuffle=True, seed=seed)
    area = Area(ANSWER.settings, ANSWER.plane, {**ANSWER.tables, "incidents": shuffled})
    assert json.dumps(measure(area).as_json()) == json.dumps(measure(ANSWER).as_json())


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    area = Study.read(imagine(tmp_path / "area", 20_000, 90, 5, density=2_000).folder).area
    alone, several = (measure(area, workers=each) for each in (1, 3))
    assert alone.as_json() == several.as_json()
    for one, other in zip(alone.pairs, several.pairs, strict=True):
        assert one.joint is not None
        assert other.joint is not None
        assert one.joint.equals(other.joint)


def test_one_worker_is_one_worker_from_the_first_slice_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    # Over a year there are several slices of time.
    area = planted(8, joint=60, fire=300, ambulance=600, days=400)
    several = measure(area, workers=3)
    begun: list[threading.Thread] = []
    begin = threading.Thread.start

    def noted(thread: threading.Thread) -> None:
        begun.append(thread)
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", noted)
    said: list[str] = []
    assert measure(area, progress=said.append, workers=1).as_json() == several.as_json()
    assert any(each.endswith("part 3 of 3") for each in said)
    assert begun == []


def test_services_that_are_far_apart_never_meet_and_the_answer_says_so() -> None:
    rows = [record("fire", day * 1440, 0.0) for day in range(70)]
    rows += [record("ambulance", day * 1440, 9e4) for day in range(70)]
    pair = measure(area_by_hand(*rows, kinds=TWO)).pairs[0]
    assert (pair.observed_pairs, pair.chance_pairs, pair.estimate, pair.high) == (0, 0, 0, 0)
    assert "near each other" in str(pair.note)
    json.dumps(pair.as_json(), allow_nan=False)


def test_who_came_first_is_told_by_the_first_call_and_the_first_resource_of_each_service() -> None:
    rows, came = [], []
    for day in range(40):
        when, x = 1440 * day, 5_000.0 * day
        # The fire service is called twice; its second call is nearer to the ambulance's in place and time.
        rows.append(record("fire", when, x + 60, incident_id=f"f{day}"))
        rows.append(record("fire", when + 9, x, incident_id=f"g{day}"))
        rows.append(record("ambulance", when + 8, x, incident_id=f"a{day}"))
        # And its first resource comes to its second call.
        for incident, minute in ((f"f{day}", 30), (f"g{day}", 12), (f"a{day}", 20)):
            came.append((incident, MIDNIGHT + timedelta(minutes=when + minute)))
    pair = measure(area_by_hand(*rows, kinds=TWO, attendances=came)).pairs[0]
    assert pair.estimate == pytest.approx(40, abs=0.5)
    assert pair.breakdown is not None
    recorded, arrived = pair.breakdown.recorded_first, pair.breakdown.arrived_first
    assert recorded is not None
    assert arrived is not None
    assert (recorded.first_of["fire"], recorded.minutes) == (1, 8)
    assert (arrived.first_of["fire"], arrived.minutes) == (1, 8)


def test_joint_events_are_told_by_the_districts_that_records_name() -> None:
    here, there = (record("fire", 0, area="North"), record("fire", 600, 9e5, area="South"))
    met = [record("ambulance", 5, area="North"), record("ambulance", 900, 0, area="South")]
    parts = only(measure(area_by_hand(here, there, *met, kinds=TWO)))
    fire = {row["area"]: row["incidents"] for row in parts.to_dicts() if row["service"] == "fire"}
    assert fire == {"North": 1, "South": 1}
    joint = {row["area"]: row["joint"] for row in parts.to_dicts() if row["service"] == "ambulance"}
    assert joint["North"] > joint["South"] == 0


def test_records_that_name_no_district_are_not_sorted_by_one() -> None:
    assert only(measure(area_by_hand(record("fire", 0), record("ambulance", 5), kinds=TWO))).is_empty()


def only(found: Crossover) -> pl.DataFrame:
    (pair,) = found.pairs
    assert pair.breakdown is not None
    return pair.breakdown.areas
