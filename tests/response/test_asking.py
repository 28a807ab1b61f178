"""What was asked for (§3.2): a stray record qualifies no kind of unit, and a missing stamp is not a stand-down by itself."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.response.asking import asked
from joinedup.response.replaying import Baseline
from joinedup.response.who_meets import who_meets
from tests.response.test_replaying import assumed, at, attendance, unit
from tests.small import ZONE, Row, incident, service, site, small_area, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area

CALLS = 47
CAR = ("police", "police car")


@cache
def fires(cars: int = 1) -> Area:
    """Make fire calls at the police station's door, all met by an engine 8 km off but so many that a police car met."""
    calls: list[Row] = []
    went: list[Row] = []
    for n in range(CALLS):
        received = at("00:10:00") + timedelta(hours=3 * n)
        name, who = f"F{n:02d}", "PV1" if n < cars else "E1"
        calls.append(incident(name, "fire", 0.0, received_at=received, category="fire", priority="1"))
        stamps = {
            "responding_at": received + timedelta(minutes=2),
            "arrived_at": received + timedelta(minutes=10 + n % 5),
            "available_at": received + timedelta(minutes=30),
        }
        went.append(attendance(name, who, received + timedelta(minutes=1), need="first engine", **stamps))
    return small_area(
        services=[service("fire"), service("police")],
        sites=[site("F", "fire", 8_000.0), site("P", "police", 0.0)],
        units=[unit("E1", "fire", "engine", "F"), unit("PV1", "police", "police car", "P")],
        incidents=calls,
        attendances=went,
    )


def test_one_stray_record_qualifies_no_kind_of_unit_and_is_said() -> None:
    held = asked(fires())
    assert held.meets == {"first engine": {("fire", "engine")}}
    rows = held.who.select("need", "service_id", "kind", "attendances", "meets", "said").rows()
    assert rows == [
        ("first engine", "fire", "engine", CALLS - 1, True, "attendances"),
        ("first engine", "police", "police car", 1, False, "too few attendances"),
    ]
    assert any(
        "1 of the 47 attendances to the need 'first engine' was by police car" in each for each in held.notes
    )
    # The call itself is asked for all the same, and an engine goes.
    played = Baseline.of(fires(), assumed()).played()
    assert played.table.height == CALLS
    assert set(played.table["unit_id"]) == {"E1"}


def test_a_study_that_names_the_kind_has_it_and_one_that_does_not_has_it_no_more() -> None:
    named = asked(fires(), {"first engine": frozenset({("fire", "engine"), CAR})})
    assert named.meets["first engine"] == {("fire", "engine"), CAR}
    assert not any("too few to take that kind" in each for each in named.notes)
    alone = asked(fires(10), {"first engine": frozenset({("fire", "engine")})})
    assert alone.meets["first engine"] == {("fire", "engine")}
    assert alone.who.filter(~pl.col("meets"))["said"].to_list() == ["not in needs.csv"]


def test_a_kind_that_goes_often_or_where_few_go_at_all_meets_the_need() -> None:
    assert CAR in asked(fires(5)).meets["first engine"]
    # Two calls, one each: neither is stray.
    two = with_tables(fires(), {"attendances": fires().table("attendances").head(2)})
    assert asked(two).meets["first engine"] == {("fire", "engine"), CAR}


def test_where_every_kind_went_seldom_none_is_left_out() -> None:
    went = pl.DataFrame(
        {
            "need": ["any"] * 90,
            "unit_service": ["fire"] * 90,
            "kind": [f"kind {n // 3}" for n in range(90)],
            "recorded": [True] * 90,
        }
    )
    assert who_meets(went, {})["meets"].sum() == 30


def stamped(**values: pl.Expr) -> Area:
    """Give the calls with other stamps for the second attendance, which has no arrival."""
    second = pl.col("incident_id") == "F02"
    given = {"arrived_at": pl.lit(None)} | values
    table = fires(0).table("attendances")
    return with_tables(
        fires(0),
        {
            "attendances": table.with_columns(
                pl.when(second).then(value).otherwise(pl.col(name)).cast(table.schema[name]).alias(name)
                for name, value in given.items()
            )
        },
    )


SENT = pl.col("mobilised_at")


@pytest.mark.parametrize(
    ("stamps", "there"),
    [
        # Free four minutes after it was sent: it was stood down. After half an hour: nobody is on the way for so long.
        ({"available_at": SENT + timedelta(minutes=4)}, False),
        ({"available_at": SENT + timedelta(minutes=30)}, True),
        # Nobody wrote down when it was free, and nothing says that it was there.
        ({"available_at": pl.lit(None)}, False),
        ({"available_at": pl.lit(None), "left_at": SENT + timedelta(minutes=20)}, True),
        ({"available_at": pl.lit(None), "hospital_at": SENT + timedelta(minutes=40)}, True),
    ],
)
def test_a_missing_arrival_is_a_stand_down_unless_something_says_that_the_unit_was_there(
    stamps: dict[str, pl.Expr], *, there: bool
) -> None:
    held = asked(stamped(**stamps))
    second = held.jobs.filter(pl.col("incident_id") == "F02")
    assert second["arrives"].to_list() == [there]
    # An arrival that nobody stamped is not made up.
    assert second["arrival"].null_count() == second["busy"].null_count() == 1
    (said,) = [each for each in held.notes if "have no arrival" in each]
    assert said.startswith(
        "1 of 47 attendances of fire have no arrival, and are taken as stood down on the way"
    )
    assert ("1 of them left the scene" in said) is there


def test_a_service_that_stamps_no_arrivals_stood_nobody_down() -> None:
    none = pl.lit(None, pl.Datetime("us", ZONE))
    bare = fires(0).table("attendances").with_columns(arrived_at=none)
    held = asked(with_tables(fires(0), {"attendances": bare}))
    assert held.jobs["arrives"].all()
    assert not any("have no arrival" in each for each in held.notes)
