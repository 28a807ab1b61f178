"""Conveyance and handover (§3.1): what is fitted is what was recorded, and what is played takes as long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from joinedup.response.asking import asked
from joinedup.response.conveying import Conveying, conveying
from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.dispatching import Jobs, Sites, Units, dispatch
from joinedup.response.replaying import Baseline
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine
from tests.small import incident, service, site, small_area

if TYPE_CHECKING:
    from joinedup.area import Area

LAW = StraightLine(1.0, 0.0)
MINUTE = 60_000
START = datetime(2025, 1, 6, 0, 0, tzinfo=UTC)
COUNT = 120


def area_of(hospitals: list[dict[str, Any]], *, conveyed: int = 3) -> Area:
    """Make jobs each 2 hours, 2 or 28 km along a line: of four the first so many convey to 0 or 30 km."""
    incidents, attendances = [], []
    for row in range(COUNT):
        received = START + timedelta(hours=2 * row)
        name, near = f"i{row:03}", row % 2 == 0
        incidents.append(
            incident(
                name,
                "ambulance",
                2_000.0 if near else 28_000.0,
                received_at=received,
                category="stroke" if row % 8 < 4 else "fall",
                priority="1",
            )
        )
        arrived = received + timedelta(minutes=10)
        goes = row % 4 < conveyed
        left = arrived + timedelta(minutes=20)
        # Two minutes by the law, three as recorded; 15 minutes at the first hospital and 45 at the second.
        there = left + timedelta(minutes=3)
        free = there + timedelta(minutes=15 if near else 45) if goes else left
        attendances.append(
            {
                "incident_id": name,
                "unit_id": "a1",
                "need": "ambulance",
                "mobilised_at": received,
                "responding_at": received,
                "arrived_at": arrived,
                "left_at": left,
                "hospital_at": there if goes else None,
                "available_at": free,
            }
        )
    return small_area(
        services=[service("ambulance")],
        sites=[site("base", "ambulance", 15_000.0), *hospitals],
        units=[{"unit_id": "a1", "service_id": "ambulance", "kind": "ambulance", "site_id": "base"}],
        incidents=incidents,
        attendances=attendances,
    )


HOSPITALS = [
    site("west", "ambulance", 0.0, kind="hospital", bays=4),
    site("west again", "other", 0.0, kind="Hospital"),
    site("east", "ambulance", 30_000.0, kind="hospital"),
]


def fitted(area: Area) -> Conveying:
    found = conveying(area, asked(area), LAW)
    assert found is not None
    return found


def test_each_hospital_hands_over_as_long_as_its_own_records_say() -> None:
    fits = fitted(area_of(HOSPITALS)).fits
    shares = {row["cell"]: row["mean"] for row in fits.iter_rows(named=True) if row["step"] == "conveyed"}
    assert shares["ambulance"] == pytest.approx(0.75)
    handover = {
        row["cell"]: (row["mean"], row["records"])
        for row in fits.iter_rows(named=True)
        if row["step"] == "handover"
    }
    # Of four jobs those to the west convey twice, those to the east once.
    assert handover["west"] == (pytest.approx(15), COUNT // 2)
    assert handover["east"] == (pytest.approx(45), COUNT // 4)


def test_bays_are_what_the_site_declares_else_the_most_at_once() -> None:
    held = fitted(area_of(HOSPITALS)).hospitals
    assert held.select("site_id", "bays", "said").rows() == [
        ("east", 1, "most at once"),
        ("west", 4, "declared"),
    ]


def test_a_study_without_a_hospital_or_without_enough_records_plays_no_conveyance_apart() -> None:
    without = area_of([])
    assert conveying(without, asked(without), LAW) is None
    nobody = area_of(HOSPITALS, conveyed=0)
    assert conveying(nobody, asked(nobody), LAW) is None


def test_the_notes_lay_the_drives_beside_the_law() -> None:
    (note,) = fitted(area_of(HOSPITALS)).notes
    assert "90 drives to hospital took 3.0 min on average; the law gives 2.0 min" in note


def test_what_is_played_is_at_hospital_and_free_when_the_record_says() -> None:
    area = area_of(HOSPITALS)
    held, found = asked(area), fitted(area)
    busy = np.full(held.jobs.height, 7 * MINUTE)
    made = found.drawn(held.jobs, held.names, busy, 1, 0)
    # Each cell is of one length: from arriving, 23 minutes to the hospital; 20 where nobody is conveyed.
    conveyed = made.to >= 0
    assert set(made.on_scene[conveyed].tolist()) == {21 * MINUTE}
    assert set(made.on_scene[~conveyed].tolist()) == {20 * MINUTE}
    assert conveyed.mean() == pytest.approx(0.75, abs=0.12)
    order = np.arange(held.jobs.height)
    x = held.jobs["x"].to_numpy()
    zeros = np.zeros(held.jobs.height, np.int64)
    one = np.zeros(1, np.int64)
    answer = dispatch(
        Sites(np.array([15_000.0]), np.zeros(1)),
        Units(one, one, np.ones((1, 1), np.bool_), np.ones((1, 168), np.bool_), one),
        Jobs(held.jobs["received"].to_numpy(), x, np.zeros(len(x)), zeros, zeros, zeros, made.on_scene),
        LAW,
        hospitals=made.hospitals(order),
    )
    its = answer.attended
    assert its is not None
    there = its.at_hospital[conveyed] - answer.arrived[conveyed]
    assert set(there.tolist()) == {23 * MINUTE}
    took = answer.freed - np.where(conveyed, its.at_hospital, answer.arrived)
    assert set(took[conveyed & (x == 2_000)].tolist()) == {15 * MINUTE}
    assert set(took[conveyed & (x == 28_000)].tolist()) == {45 * MINUTE}


def test_who_was_stood_down_conveys_nobody() -> None:
    area = area_of(HOSPITALS)
    held, found = asked(area), fitted(area)
    jobs = held.jobs.with_columns(arrives=held.jobs["received"] < 0)
    made = found.drawn(jobs, held.names, np.full(jobs.height, 7 * MINUTE), 1, 0)
    assert set(made.to.tolist()) == {-1}
    assert set(made.on_scene.tolist()) == {7 * MINUTE}


def test_the_luck_of_a_job_is_its_own_whatever_the_order_of_rows() -> None:
    area = area_of(HOSPITALS)
    held, found = asked(area), fitted(area)
    busy = np.zeros(held.jobs.height, np.int64)
    one = found.drawn(held.jobs, held.names, busy, 1, 0)
    other = found.drawn(held.jobs.reverse(), held.names[::-1].copy(), busy, 1, 0)
    assert np.array_equal(one.to, other.to[::-1])
    assert np.array_equal(one.handover, other.handover[::-1])


def test_a_period_is_played_with_patients_taken_to_hospital() -> None:
    area = area_of(HOSPITALS)
    every = {each.name: each for each in (*ASSUMPTIONS, *TRAVEL)}
    baseline = Baseline.of(area, every)
    assert set(baseline.conveyance) == set(baseline.laws)
    assert any("drives to hospital" in note for note in baseline.notes)
    assert {"conveyed", "on_scene", "handover"} <= set(baseline.fits["step"])
    run = baseline.played().runs[0]
    # Recorded: from arriving 38 minutes near the one hospital and 68 near the other, 20 where nobody is conveyed.
    took = np.sort(np.unique(np.round((run.free - run.arrived) / MINUTE)))
    assert set(took) <= {20.0, 37.0, 38.0, 39.0, 67.0, 68.0, 69.0}
    assert {20.0} < set(took)
