"""Each difficulty can be seen in the records at the size that was asked for, and stands in the truth."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.imagining import Imagined, Noise, imagine
from joinedup.imagining.kinds import KINDS
from tests.imagining.imagined import difficulties, records

if TYPE_CHECKING:
    from collections.abc import Callable

CLEAN = Noise.none()
PEOPLE, DAYS = 60_000, 84


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Noise], Imagined]:
    made: dict[Noise, Imagined] = {}

    def with_noise(noise: Noise) -> Imagined:
        if noise not in made:
            folder = tmp_path_factory.mktemp("noise") / "area"
            made[noise] = imagine(folder, PEOPLE, DAYS, seed=6, noise=noise)
        return made[noise]

    return with_noise


def test_without_noise_records_are_what_happened(make: Callable[[Noise], Imagined]) -> None:
    made = make(CLEAN)
    found = records(made)
    # Times are whole seconds, and places decimetres.
    assert found.filter(pl.col("minutes").abs() > 1 / 60).is_empty()
    assert found["metres"].max() == 0
    assert found.select("easting", "category", "received_at").null_count().sum_horizontal().item() == 0
    assert found.group_by("event_id", "service_id").len()["len"].max() == 1
    assert pl.read_parquet(made.truth / "difficulties.parquet").is_empty()


def test_every_difficulty_is_on_by_default(make: Callable[[Noise], Imagined]) -> None:
    assert all(getattr(Noise(), each.name) > 0 for each in fields(Noise))


def test_times_are_spread_about_the_event(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, time_minutes=4.0))
    assert records(made)["minutes"].std() == pytest.approx(4.0, rel=0.05)
    assert difficulties(made, "time noise")["size"].unique().to_list() == [4.0]


def test_places_are_spread_about_the_event(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, place_metres=120.0))
    assert np.sqrt((records(made)["metres"] ** 2).mean()) == pytest.approx(120.0, rel=0.05)  # type: ignore[arg-type]
    assert difficulties(made, "place noise")["size"].unique().to_list() == [120.0]


def test_a_share_of_police_places_is_rounded_and_says_so(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, rounded=0.3))
    found = records(made).with_columns(coarse=pl.col("place_precision") == "100m")
    police = found.filter(service_id="police")
    assert police["coarse"].mean() == pytest.approx(0.3, abs=0.02)
    assert not found.filter(pl.col("service_id") != "police")["coarse"].any()
    assert (police.filter("coarse")["easting"] % 100 == 0).all()
    assert set(difficulties(made, "rounded place")["incident_id"]) == set(
        found.filter("coarse")["incident_id"]
    )


def test_a_share_of_categories_slips_and_shares_of_categories_stay(make: Callable[[Noise], Imagined]) -> None:
    made, clean = make(replace(CLEAN, category_slips=0.2)), make(CLEAN)
    both = records(made).join(records(clean), on="incident_id", suffix="_clean")
    slipped = both.filter(pl.col("category") != pl.col("category_clean"))
    # Of the fifth that is drawn, some are given the category that they have.
    assert 0.1 < slipped.height / both.height < 0.2
    assert set(difficulties(made, "category slip")["incident_id"]) == set(slipped["incident_id"])
    for service in ("police", "fire", "ambulance"):
        shares = [
            dict(each.filter(service_id=service)["category"].value_counts(normalize=True).iter_rows())
            for each in (records(made), records(clean))
        ]
        assert shares[0] == pytest.approx(shares[1], abs=0.03)


def test_duplicates_are_of_the_same_event_minutes_later(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, duplicates=0.1))
    found = records(made)
    again = found.filter(
        pl.col("incident_id").is_in(difficulties(made, "duplicate")["incident_id"].implode())
    )
    assert again.height / (found.height - again.height) == pytest.approx(0.1, abs=0.015)
    assert found.group_by("event_id", "service_id").len().filter(pl.col("len") > 1).height == again.height
    assert again["minutes"].is_between(0.9, 12.1).all()
    # Published rates hold what nobody found to be a duplicate.
    assert found.height == pytest.approx(records(make(CLEAN)).height, rel=0.05)


@pytest.mark.parametrize(
    ("field", "column", "difficulty"),
    [
        ("missing_places", "easting", "missing place"),
        ("missing_times", "received_at", "missing time"),
    ],
)
def test_a_share_of_fields_is_missing(
    make: Callable[[Noise], Imagined], field: str, column: str, difficulty: str
) -> None:
    made = make(replace(CLEAN, **{field: 0.07}))
    found = records(made)
    assert found[column].null_count() / found.height == pytest.approx(0.07, abs=0.01)
    missing = found.filter(pl.col(column).is_null())["incident_id"]
    assert set(difficulties(made, difficulty)["incident_id"]) == set(missing)


def test_a_share_of_categories_is_missing_where_a_service_may_leave_it(
    make: Callable[[Noise], Imagined],
) -> None:
    made = make(replace(CLEAN, missing_categories=0.07))
    found = records(made).with_columns(missing=pl.col("category").is_null())
    assert found.filter(service_id="police")["missing"].mean() == pytest.approx(0.07, abs=0.01)
    assert not found.filter(service_id="fire")["missing"].any()
    assert difficulties(made, "missing category").height == found["missing"].sum()


def test_a_lost_week_has_no_record_of_its_service(make: Callable[[Noise], Imagined]) -> None:
    # Of 84 days, four weeks and a third a year make one.
    made, clean = make(replace(CLEAN, missing_weeks=52 / 12)), make(CLEAN)
    (lost,) = difficulties(made, "missing week").iter_rows(named=True)
    here = pl.col("received_at").is_between(
        lost["at"],
        lost["at"].__class__.fromtimestamp(lost["at"].timestamp() + 604_800, lost["at"].tzinfo),
        closed="left",
    )
    counts = [records(each).filter(here, service_id=lost["service_id"]).height for each in (made, clean)]
    assert counts == [0, lost["touched"]]


def test_default_places_pile_up_at_one_point(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, default_places=0.05))
    found = records(made)
    most = found.group_by("easting", "northing").len().sort("len", descending=True)
    assert most["len"][0] / found.height == pytest.approx(0.05, abs=0.01)
    assert most["len"][0] == difficulties(made, "default place").height


def test_clocks_differ_between_services_and_months(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, clock_seconds=200.0))
    offsets = difficulties(made, "clock offset")
    assert offsets["service_id"].n_unique() == 3
    (first,) = offsets.filter(pl.col("service_id") == "police").head(1).iter_rows(named=True)
    early = records(made).filter(
        pl.col("service_id") == "police", (pl.col("happened_at") - first["at"]).dt.total_days() < 29
    )
    assert early["minutes"].median() == pytest.approx(first["size"] / 60, abs=0.05)


def test_some_records_are_opened_late(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, delayed=0.1, delay_minutes=30.0))
    late = records(made).filter(pl.col("minutes") > 1 / 60)
    assert late.height / records(made).height == pytest.approx(0.1, abs=0.015)
    assert late["minutes"].mean() == pytest.approx(30, rel=0.1)
    assert difficulties(made, "delay")["size"].mean() == pytest.approx(30, rel=0.1)


def test_requests_are_missed_and_made_in_vain(make: Callable[[Noise], Imagined]) -> None:
    clean = records(make(CLEAN))
    many = clean.with_columns(services=pl.col("service_id").n_unique().over("event_id"))
    joint = pl.col("services") > 1
    assert many.filter(joint)["other_service_requested"].ne("none").all()
    assert many.filter(~joint)["other_service_requested"].eq("none").all()
    made = make(replace(CLEAN, requests_missed=0.3, requests_in_vain=0.05))
    noisy = records(made)
    both = many.join(noisy.select("incident_id", requested="other_service_requested"), on="incident_id")
    assert both.filter(joint)["requested"].eq("none").mean() == pytest.approx(0.3, abs=0.05)
    assert both.filter(~joint)["requested"].ne("none").mean() == pytest.approx(0.05, abs=0.01)
    noted = difficulties(made, "request missed").height + difficulties(made, "request in vain").height
    assert noted == both.filter(pl.col("requested") != pl.col("other_service_requested")).height


def test_every_difficulty_says_when_and_where_it_is(make: Callable[[Noise], Imagined]) -> None:
    made = make(Noise())
    every = pl.read_parquet(made.truth / "difficulties.parquet")
    assert every["at"].null_count() == 0
    assert every["size"].null_count() == 0
    of_records = every.filter(pl.col("incident_id").is_not_null())
    assert of_records.select("event_id", "easting", "northing").null_count().sum_horizontal().item() == 0
    truth = pl.read_parquet(made.truth / "events.parquet")
    assert of_records.join(truth, on=["incident_id", "event_id"]).height == of_records.height


def test_storms_bring_more_of_what_weather_brings(make: Callable[[Noise], Imagined]) -> None:
    made, clean = make(replace(CLEAN, storms=26.0, storm_factor=5.0)), make(CLEAN)
    storms = difficulties(made, "storm")
    assert storms.height == 6

    def in_storms(each: Imagined) -> int:
        weather = records(each).filter(pl.col("kind").is_in([kind.name for kind in KINDS if kind.weather]))
        return sum(
            weather.filter(((pl.col("happened_at") - at).dt.total_minutes()).is_between(0, 719)).height
            for at in storms["at"]
        )

    # Five times, less what is taken from the other hours; a dozen hours hold few events.
    assert in_storms(made) / in_storms(clean) == pytest.approx(4.6, rel=0.35)


def test_bank_holidays_are_busier(make: Callable[[Noise], Imagined]) -> None:
    made, clean = make(replace(CLEAN, bank_holiday_factor=2.0)), make(CLEAN)
    days = difficulties(made, "bank holiday")["at"].dt.date()
    assert days.len() == 3
    on = [
        records(each)
        .filter(pl.col("happened_at").dt.date().is_in(days.implode()), service_id="police")
        .height
        for each in (made, clean)
    ]
    assert on[0] / on[1] == pytest.approx(1.85, rel=0.12)


def test_matches_bring_unrelated_events_of_several_services_together(
    make: Callable[[Noise], Imagined],
) -> None:
    made = make(replace(CLEAN, matches=26.0, match_events=8.0))
    found = difficulties(made, "match")
    assert found.height == pytest.approx(8 * 6, rel=0.4)
    assert found["at"].dt.weekday().unique().to_list() == [6]
    assert found["at"].dt.hour().is_between(13, 18).all()
    spread = np.hypot(found["easting"].std(), found["northing"].std())  # type: ignore[arg-type]
    assert spread < 600
    # Each is an event of its own, and of one service.
    services = records(made).filter(pl.col("event_id").is_in(found["event_id"].implode()))
    assert services.group_by("event_id").len()["len"].max() == 1


def test_weekly_callers_call_from_one_place_at_one_hour(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, weekly_callers=0.2))
    found = difficulties(made, "weekly caller").sort("at")
    places = found.group_by("easting", "northing").agg(pl.len(), gap=pl.col("at").diff().drop_nulls().mean())
    long = places.filter(pl.col("len") >= 6)
    assert long.height > 5
    assert (long["gap"].dt.total_hours() / 168).mean() == pytest.approx(1.0, abs=0.1)


def test_moving_clusters_move(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, moving_clusters=0.3))
    found = difficulties(made, "moving cluster")
    assert found["size"].max() == pytest.approx(34 * 60, rel=0.1)
    roaming = records(made).filter(
        pl.col("kind").is_in(["fire outdoors", "antisocial behaviour", "theft", "burglary"])
    )
    assert found.height / roaming.height == pytest.approx(0.3, abs=0.03)


def test_coincidences_are_near_in_place_and_time_and_unrelated(make: Callable[[Noise], Imagined]) -> None:
    made = make(replace(CLEAN, coincidences=0.02))
    found = difficulties(made, "coincidence")
    share = found.height / pl.read_parquet(made.truth / "happened.parquet").height
    # Some of those drawn find another event of their own service, and stay where they are.
    assert 0.005 < share < 0.02
    every = records(made)
    for row in found.head(25).iter_rows(named=True):
        (own,) = every.filter(event_id=row["event_id"])["service_id"].to_list()
        near = every.filter(
            pl.col("event_id") != row["event_id"],
            pl.col("service_id") != own,
            (pl.col("happened_at") - row["at"]).dt.total_seconds().abs() <= 601,
            (pl.col("easting") - row["easting"]).abs() <= 500,
            (pl.col("northing") - row["northing"]).abs() <= 500,
        )
        assert near.height
