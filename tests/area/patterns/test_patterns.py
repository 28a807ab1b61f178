"""Patterns that no single row shows: each planted fault is found, and what has none is left alone (§1.3)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import read_source
from joinedup.area.patterns.entries import LATE
from joinedup.area.patterns.points import BUSY, DEFAULT, FAR
from joinedup.area.queries import Effect
from joinedup.area.reading import read_area
from joinedup.area.schema import empty_table
from tests.area.patterns.happenings import WALL, ZONE, about, happened, moved, noted
from tests.area.shared_data import montgomery

SEEDS = range(3)


@pytest.mark.parametrize("seed", range(20))
def test_incidents_without_a_fault_have_no_query(seed: int) -> None:
    assert noted(happened(seed)) == []


@pytest.mark.slow
def test_fewer_than_one_study_in_a_hundred_without_a_fault_is_named() -> None:
    # Seeds of their own, of three sizes: 300 studies.
    named = [
        (seed, size, [each.problem for each in groups])
        for size, seeds in ((1_000, 150), (12_000, 100), (60_000, 50))
        for seed in range(1_000, 1_000 + seeds)
        if (groups := noted(happened(seed, size, days=150)))
    ]
    assert len(named) <= 3, named


def test_small_tables_have_no_query() -> None:
    for seed in range(40):
        for number in (1, 2, 5, 19, 40, 120):
            assert noted(happened(seed, number)) == [], (seed, number)
    assert noted(happened(0).head(0)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_every_query_is_a_note_that_says_how_to_mend_it(seed: int) -> None:
    groups = noted(happened(seed).with_columns(pl.col("received_at").dt.truncate("1m")))
    assert groups
    for each in groups:
        assert each.effect is Effect.NOTED
        assert each.file == "incidents"
        assert each.mend
        assert "'" not in each.problem.replace("service's", "")


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_a_place_far_outside_the_area_is_noted_row_by_row(seed: int) -> None:
    far = pl.Series(np.isin(np.arange(12_000), [10, 500, 9_000]))
    incidents = happened(seed).with_columns(x=pl.when(far).then(pl.col("x") + 400_000).otherwise("x"))
    (group,) = about(noted(incidents), FAR)
    assert (group.rows, group.first_rows, group.action) == (3, (12, 502, 9_002), "used as given")


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5])
def test_a_second_town_is_part_of_the_area(share: float) -> None:
    for seed in SEEDS:
        there = pl.Series(np.random.Generator(np.random.PCG64(seed)).random(12_000) < share)
        incidents = happened(seed).with_columns(
            x=pl.when(there).then(pl.col("x") / 10 + 250_000).otherwise("x"),
            y=pl.when(there).then(pl.col("y") / 10).otherwise("y"),
        )
        assert about(noted(incidents), FAR) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_one_far_point_with_many_rows_is_not_a_second_town(seed: int) -> None:
    there = pl.Series(np.arange(12_000) % 100 == 0)
    incidents = happened(seed).with_columns(
        x=pl.when(there).then(900_000.0).otherwise("x"), y=pl.when(there).then(900_000.0).otherwise("y")
    )
    assert about(noted(incidents), FAR)[0].rows == 120


def test_a_far_site_among_few_is_noted() -> None:
    chance = np.random.Generator(np.random.PCG64(1))
    sites = pl.concat(
        [
            empty_table("sites", ZONE),
            pl.DataFrame(
                {
                    "site_id": [f"S{each}" for each in range(30)],
                    "x": chance.uniform(0, 4e4, 30),
                    "y": chance.uniform(0, 4e4, 30),
                }
            ),
        ],
        how="diagonal_relaxed",
    )
    assert noted(happened(1), sites=sites) == []
    moved_site = sites.with_columns(x=pl.when(pl.col("site_id") == "S7").then(9e5).otherwise("x"))
    (group,) = noted(happened(1), sites=moved_site)
    assert (group.file, group.first_rows) == ("sites", (9,))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_point_of_many_services_is_a_default_place_and_a_nursing_home_is_not(seed: int) -> None:
    incidents = happened(seed)
    every = pl.Series(np.arange(12_000) % 80 == 0)
    default = incidents.with_columns(
        x=pl.when(every).then(7.0).otherwise("x"), y=pl.when(every).then(7.0).otherwise("y")
    )
    (group,) = about(noted(default), DEFAULT)
    assert (group.rows, group.first_rows[0], group.column) == (150, 2, "latitude")
    ambulance = pl.col("service_id") == "ambulance"
    home = incidents.with_columns(
        x=pl.when(every & ambulance).then(7.0).otherwise("x"),
        y=pl.when(every & ambulance).then(7.0).otherwise("y"),
    )
    assert about(noted(home), DEFAULT) == []
    doubled = pl.concat([home, home.filter(pl.col("x") == 7.0)])
    assert about(noted(doubled), BUSY)[0].problem.startswith("ambulance: ")


def test_a_default_place_needs_a_place_that_distance_may_be_measured_from() -> None:
    snapped = happened(1).with_columns(x=pl.lit(7.0), y=pl.lit(7.0), place_precision=pl.lit("snapped"))
    assert about(noted(snapped), DEFAULT) + about(noted(snapped), BUSY) == []


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "said"),
    [
        ("1m", "to the nearest minute"),
        ("5m", "to 5 minutes"),
        ("15m", "to 15 minutes"),
        ("30m", "to 30 minutes"),
        ("1h", "to 60 minutes"),
    ],
)
def test_the_precision_of_each_clock_is_said(every: str, said: str) -> None:
    for seed in SEEDS:
        incidents = happened(seed)
        fire = incidents["service_id"] == "fire"
        groups = noted(moved(incidents, fire, WALL.dt.truncate(every)))
        assert [
            each.problem.startswith("fire: times are told") and said in each.problem for each in groups
        ] == [True]
        assert groups[0].rows == int(fire.sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clock_rounded_by_hand_in_part_is_noted(seed: int) -> None:
    incidents = happened(seed)
    half = (incidents["service_id"] == "police") & pl.Series(np.arange(12_000) % 2 == 0)
    (group,) = noted(moved(incidents, half, WALL.dt.truncate("5m")))
    assert "police: many times are rounded to 5 minutes" in group.problem


@pytest.mark.parametrize("told", ["1s", "1m", "1h"])
def test_dates_without_a_time_of_day_clump_at_midnight(told: str) -> None:
    for seed in SEEDS:
        incidents = happened(seed)
        incidents = moved(incidents, pl.Series(np.ones(12_000, dtype=bool)), WALL.dt.truncate(told))
        assert about(noted(incidents), "at midnight") == []
        some = (incidents["service_id"] == "police") & pl.Series(np.arange(incidents.height) % 5 == 0)
        (group,) = about(noted(moved(incidents, some, WALL.dt.truncate("1d"))), "at midnight")
        assert group.problem.startswith("police: ")
        assert group.rows >= int(some.sum())


def test_a_service_of_dates_alone_has_one_query() -> None:
    incidents = happened(1)
    police = incidents["service_id"] == "police"
    groups = noted(moved(incidents, police, WALL.dt.truncate("1d")))
    assert [each.problem for each in groups] == [
        "police: times stand at midnight, more than the night explains"
    ]
    assert groups[0].rows == int(police.sum())


# --- days -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [17, 20, 45])
def test_a_day_that_lost_most_of_its_records_is_named(day: int) -> None:
    for seed in SEEDS:
        incidents = happened(seed, 30_000)
        number = (WALL - pl.datetime(2025, 1, 6)).dt.total_days()
        lost = (number == day) & (pl.col("service_id") == "ambulance") & (pl.int_range(pl.len()) % 10 < 7)
        (group,) = noted(incidents.filter(~lost))
        assert "ambulance: far fewer records" in group.problem
        assert group.problem.endswith(str(incidents["received_at"].dt.date().min() + timedelta(days=day)))  # type: ignore[operator]


@pytest.mark.parametrize(("first", "last"), [(30, 30), (30, 37), (76, 83), (0, 9), (20, 60)])
def test_whole_days_without_records_are_named(first: int, last: int) -> None:
    for seed in SEEDS:
        incidents = happened(seed, 30_000)
        number = (WALL - pl.datetime(2025, 1, 6)).dt.total_days()
        gone = number.is_between(first, last) & (pl.col("service_id") == "police")
        (group,) = noted(incidents.filter(~gone))
        day = incidents["received_at"].dt.date().min()
        assert "police: no records on whole days" in group.problem
        assert str(day + timedelta(days=first)) in group.problem  # type: ignore[operator]
        assert str(day + timedelta(days=last)) in group.problem  # type: ignore[operator]
        assert group.rows == 0


def test_a_bank_holiday_like_a_sunday_is_not_a_missing_day() -> None:
    for seed in SEEDS:
        incidents = happened(seed, 30_000)
        number = (WALL - pl.datetime(2025, 1, 6)).dt.total_days()
        quiet = (number.is_in([14, 49])) & (pl.int_range(pl.len()) % 100 < 35)
        assert noted(incidents.filter(~quiet)) == []


# --- clocks that disagree ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-25, -8, 7, 15])
def test_a_clock_that_is_wrong_is_found_and_its_error_estimated(minutes: int) -> None:
    for seed in SEEDS:
        incidents = happened(seed, 30_000)
        fire = incidents["service_id"] == "fire"
        groups = noted(moved(incidents, fire, WALL + timedelta(minutes=minutes)))
        wrong = about(groups, "clocks that may disagree")
        assert {each.problem.split(":")[0] for each in wrong} == {"ambulance and fire", "fire and police"}
        (ours,) = [each for each in wrong if each.problem.startswith("ambulance")]
        side = "later" if minutes > 0 else "earlier"
        said = float(ours.example.split("fire is ")[1].split(f" minutes {side}")[0])
        assert said == pytest.approx(abs(minutes), abs=3)


@pytest.mark.parametrize("minutes", [60, -60])
def test_a_clock_in_another_zone_is_one_hour_off(minutes: int) -> None:
    incidents = happened(2, 30_000)
    fire = incidents["service_id"] == "fire"
    groups = noted(moved(incidents, fire, WALL + timedelta(minutes=minutes)))
    assert len(about(groups, "one hour apart, as when one is told in another zone")) == 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clock_that_stays_on_winter_time_is_found_by_its_season(seed: int) -> None:
    incidents = happened(seed, 60_000, days=168)
    summer = (incidents["service_id"] == "fire") & (incidents["received_at"].dt.dst_offset() > timedelta(0))
    groups = noted(moved(incidents, summer, WALL - timedelta(hours=1)))
    assert len(about(groups, "one hour apart in one season")) == 2
    assert about(groups, "clocks that may disagree") == []


# --- entries ----------------------------------------------------------------------------------------------------------


def test_an_attendance_entered_days_later_is_noted() -> None:
    incidents = happened(1)
    attendances = pl.concat(
        [
            empty_table("attendances", ZONE),
            incidents.select(
                "incident_id",
                unit_id=pl.lit("U1"),
                mobilised_at=pl.col("received_at") + pl.duration(minutes=2),
            ),
        ],
        how="diagonal_relaxed",
    )
    assert noted(incidents, attendances=attendances) == []
    late = attendances.with_columns(
        pl.when(pl.int_range(pl.len()) == 40)
        .then(pl.col("mobilised_at") + pl.duration(hours=25))
        .otherwise("mobilised_at")
        .alias("mobilised_at")
    )
    (group,) = noted(incidents, attendances=late)
    assert (group.problem, group.file, group.first_rows, group.example) == (
        LATE,
        "attendances",
        (42,),
        f"{LATE}: '25 hours'",
    )


@pytest.mark.parametrize("form", ["2025/{}", "{}A", "9{}77"])
def test_identifiers_that_change_their_form_half_way_are_noted(form: str) -> None:
    for seed in SEEDS:
        incidents = happened(seed)
        later = (incidents["service_id"] == "police") & (incidents["received_at"].dt.ordinal_day() > 50)
        number = pl.col("incident_id").str.slice(2)
        changed = incidents.with_columns(
            incident_id=pl.when(later).then(pl.format(form, number)).otherwise(number)
        )
        (group,) = noted(changed)
        assert "police: identifiers change their form half way, about 2025-02-2" in group.problem
        assert group.rows == pytest.approx(int(later.sum()), rel=0.05)


def test_a_counter_that_grows_by_a_figure_is_no_change() -> None:
    incidents = happened(1).sort("received_at")
    assert noted(incidents.with_columns(incident_id=pl.int_range(pl.len()).cast(pl.String))) == []


# --- real calls -------------------------------------------------------------------------------------------------------


def test_montgomery_shows_its_default_places_its_strays_and_the_day_it_lost(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("montgomery")
    read_extracts(read_source("montgomery-911"), [montgomery()], folder / "study")
    _, queries = read_area(folder / "study")
    groups = [each for each in queries.groups() if each.file == "incidents"]
    # Five points of 80 to 270 addresses each hold 1,178 + 798 + 668 + 414 + 392 rows.
    assert [each.rows for each in about(groups, DEFAULT)] == [3_450]
    # The nursing home: 738 rows of one address, 719 of them of the ambulance service.
    assert 719 in [each.rows for each in about(groups, BUSY)]
    # 78,277 - 78,263 rows are outside the county and its neighbours (shared/data/README.md).
    assert [each.rows for each in about(groups, FAR)] == [14]
    # The extract has no call of any service after 13:00 on 1 May 2016.
    assert [each.problem.split(", ")[-1] for each in about(groups, "far fewer")] == ["2016-05-01"]
    assert len(groups) == 5
