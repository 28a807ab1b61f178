"""Conveyance and handover (§3.1): what is fitted is what was recorded, and what is played takes as long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from joinedup.area.places import NATIONAL_GRID, Plane
from joinedup.area.settings import OwnTravel
from joinedup.response.asking import asked
from joinedup.response.conveying import Conveying, conveying
from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.dispatching import Jobs, Sites, Units, dispatch
from joinedup.response.replaying import Baseline
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine
from joinedup.travel.keeping import FOLDER
from tests.small import incident, service, site, small_area, with_settings, with_tables
from tests.travel.maps import assumed as roads_assumed
from tests.travel.maps import extract

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area

LAW = StraightLine(1.0, 0.0)
ASSUMED = {each.name: each for each in (*ASSUMPTIONS, *TRAVEL)}
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
    made = found.drawn(held.jobs, held.names, busy, found.hospital_of(held.jobs), 1, 0)
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
    made = found.drawn(jobs, held.names, np.full(jobs.height, 7 * MINUTE), found.hospital_of(jobs), 1, 0)
    assert set(made.to.tolist()) == {-1}
    assert set(made.on_scene.tolist()) == {7 * MINUTE}


def test_the_luck_of_a_job_is_its_own_whatever_the_order_of_rows() -> None:
    area = area_of(HOSPITALS)
    held, found = asked(area), fitted(area)
    busy = np.zeros(held.jobs.height, np.int64)
    one = found.drawn(held.jobs, held.names, busy, found.hospital_of(held.jobs), 1, 0)
    turned = held.jobs.reverse()
    other = found.drawn(turned, held.names[::-1].copy(), busy, found.hospital_of(turned), 1, 0)
    assert np.array_equal(one.to, other.to[::-1])
    assert np.array_equal(one.handover, other.handover[::-1])


def test_patients_are_taken_to_the_hospital_that_the_record_names_and_else_to_the_nearest() -> None:
    # Everybody in the west was taken east, past the nearer hospital: 28 km, 10 of them by the name that another service gives it.
    far = site("east again", "other", 30_000.0, kind="hospital")
    area = area_of([*HOSPITALS, far])
    west = pl.col("incident_id").str.slice(1).cast(pl.Int64) % 2 == 0
    first = pl.col("incident_id") < "i020"
    named = area.table("attendances").with_columns(
        pl.when(west & pl.col("hospital_at").is_not_null())
        .then(pl.when(first).then(pl.lit("east again")).otherwise(pl.lit("east")))
        .alias("hospital_id"),
        pl.when(west)
        .then(pl.col("hospital_at") + timedelta(minutes=25))
        .otherwise("hospital_at")
        .alias("hospital_at"),
        pl.when(west & pl.col("hospital_at").is_not_null())
        .then(pl.col("available_at") + timedelta(minutes=25))
        .otherwise("available_at")
        .alias("available_at"),
    )
    baseline = Baseline.of(with_tables(area, {"attendances": named}), ASSUMED)
    (conveyance,) = baseline.conveyance.values()
    (said,) = [each for each in baseline.notes if "say to which hospital" in each]
    assert said.startswith("60 of 90 attendances that conveyed say to which hospital")
    to = conveyance.hospitals["site_id"].gather(conveyance.hospital_of(baseline.jobs))
    went = baseline.jobs.select("incident_id", "x", to.alias("to")).join(
        named.select("incident_id", "hospital_id"), on="incident_id"
    )
    assert set(went.filter(pl.col("hospital_id").is_not_null())["to"]) == {"east"}
    # Nobody says where the others would have gone: to the nearest.
    others = went.filter(pl.col("hospital_id").is_null())
    assert set(others.select("x", "to").iter_rows()) <= {(2_000.0, "west"), (28_000.0, "east")}
    run = baseline.played().runs[0]
    conveyed = baseline.jobs.with_row_index("row").join(
        named.filter(pl.col("hospital_id").is_not_null()), on="incident_id"
    )
    took = np.round((run.free - run.arrived)[conveyed["row"].to_numpy()] / MINUTE)
    # As recorded: 48 minutes until they were there, and 15 or 45 to hand over; those that are not conveyed this time take 20.
    assert 63.0 in set(took)
    assert set(took) <= {20.0, 62.0, 63.0, 64.0, 92.0, 93.0, 94.0}


def test_a_hospital_id_that_is_no_hospital_is_said_and_the_nearest_taken() -> None:
    area = area_of(HOSPITALS)
    wrong = area.table("attendances").with_columns(hospital_id=pl.lit("base"))
    found = fitted(with_tables(area, {"attendances": wrong}))
    assert any("120 attendances name a hospital_id that is no site" in each for each in found.notes)
    assert found.hospital_of(asked(area).jobs).tolist() == fitted(area).hospital_of(asked(area).jobs).tolist()


def test_a_period_is_played_with_patients_taken_to_hospital() -> None:
    area = area_of(HOSPITALS)
    baseline = Baseline.of(area, ASSUMED)
    assert set(baseline.conveyance) == set(baseline.laws)
    assert any("drives to hospital" in note for note in baseline.notes)
    assert {"conveyed", "on_scene", "handover"} <= set(baseline.fits["step"])
    run = baseline.played().runs[0]
    # Recorded: from arriving 38 minutes near the one hospital and 68 near the other, 20 where nobody is conveyed.
    took = np.sort(np.unique(np.round((run.free - run.arrived) / MINUTE)))
    assert set(took) <= {20.0, 37.0, 38.0, 39.0, 67.0, 68.0, 69.0}
    assert {20.0} < set(took)


def test_by_a_table_of_drives_patients_go_where_the_drive_is_shortest_and_not_the_line(
    tmp_path: Path,
) -> None:
    # A river: from the west the hospital 30 km off is 5 minutes away, and the one 2 km off 50.
    far_off = site("beyond", "ambulance", 90_000.0, kind="hospital")
    area = area_of([*HOSPITALS, far_off])
    names = ("base", "west", "east", "near", "far")
    minutes = np.full((5, 5), 10.0)
    minutes[3, 1], minutes[3, 2], minutes[4, 1], minutes[4, 2] = 50.0, 5.0, 5.0, 50.0
    np.fill_diagonal(minutes, 0.0)
    rows = [",".join(["minutes", *names])]
    rows += [",".join([name, *map(str, row)]) for name, row in zip(names, minutes, strict=True)]
    (tmp_path / "minutes.csv").write_text("\n".join(rows), "utf-8")
    places = "place,easting,northing\nnear,2000,0\nfar,28000,0\n"
    (tmp_path / "places.csv").write_text(places, "utf-8")
    own = OwnTravel(matrix=tmp_path / "minutes.csv", places=tmp_path / "places.csv")
    baseline = Baseline.of(with_settings(area, travel=own), ASSUMED)
    (conveyance,) = baseline.conveyance.values()
    assert any(note.startswith("hospitals left out") and "(beyond)" in note for note in baseline.notes)
    to = conveyance.hospitals["site_id"].gather(conveyance.hospital_of(baseline.jobs)).to_list()
    assert {(x, its) for x, its in zip(baseline.jobs["x"], to, strict=True)} == {
        (2_000.0, "east"),
        (28_000.0, "west"),
    }
    run = baseline.played().runs[0]
    # Time on scene is fitted to that drive, so that units are at hospital when they were: free after 38, 68 or 20 minutes.
    took = np.unique(np.round((run.free - run.arrived) / MINUTE))
    assert {38.0, 68.0} <= set(took) <= {20.0, 37.0, 38.0, 39.0, 67.0, 68.0, 69.0}


def test_over_roads_patients_are_driven_by_the_road(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "cache"))
    # One street of 30 km, a kilometre a minute, with the base in the middle and a hospital at either end.
    street = {"highway": "residential", "maxspeed": "60"}
    spots = {"w": (0.0, 0.0), "e": (30_000.0, 0.0)}
    map_file = extract(tmp_path / "street.osm", spots, [("we", street)], Plane(NATIONAL_GRID))
    area = with_settings(area_of(HOSPITALS), travel=OwnTravel(roads=map_file))
    baseline = Baseline.of(area, {**ASSUMED, **roads_assumed()})
    (conveyance,) = baseline.conveyance.values()
    assert conveyance.hospitals["site_id"].to_list() == ["east", "west"]
    assert baseline.travel[0].startswith("ambulance: roads of street.osm")
    (note,) = [each for each in baseline.notes if "drives to hospital" in each]
    assert "the law gives 2.0 min" in note
    run = baseline.played().runs[0]
    took = np.unique(np.round((run.free - run.arrived) / MINUTE))
    assert {20.0, 38.0, 68.0} <= set(took) <= {20.0, 37.0, 38.0, 39.0, 67.0, 68.0, 69.0}
