"""What a study does not say: a home found from drives, hours from when a unit is sent, and both said by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from joinedup.area import Area
from joinedup.response.inferring import inferred
from joinedup.travel import StraightLine
from tests.response.test_replaying import at, attendance, unit
from tests.small import Row, incident, littleton, service, site, small_area

HOMES = {"E1": (2000.0, 3000.0), "E2": (-4000.0, 500.0), "M1": (0.0, -6000.0)}
LAW = StraightLine(0.7, 2.5)


@cache
def nameless(days: int = 12) -> Area:
    """Make units without sites or shifts; M1 works from 08:00 to 18:00, the engines always."""
    chance = np.random.default_rng(9)
    calls: list[Row] = []
    attended: list[Row] = []
    for day in range(days):
        for minute in range(0, 24 * 60, 40):
            received = at("00:00:00") + timedelta(days=day, minutes=minute)
            working = [each for each in HOMES if each != "M1" or 8 <= received.hour < 18]
            who = working[int(chance.integers(len(working)))]
            x, y = (float(each) for each in chance.integers(-8000, 8000, 2))
            away = float(np.hypot(x - HOMES[who][0], y - HOMES[who][1]))
            off = received + timedelta(minutes=2)
            there = off + timedelta(minutes=float(LAW.minutes(away)))
            name = f"F{day:02d}{minute:04d}"
            calls.append(incident(name, "fire", x, y, received_at=received, category="fire", priority="1"))
            attended.append(
                attendance(
                    name,
                    who,
                    off,
                    responding_at=off,
                    arrived_at=there,
                    available_at=there + timedelta(minutes=10),
                )
            )
    return small_area(
        services=[service("fire")],
        units=[unit(each, "fire", "engine", None) for each in HOMES],
        incidents=calls,
        attendances=attended,
    )


def test_a_home_is_found_from_where_its_unit_went_and_how_long_that_took() -> None:
    area, said = inferred(nameless())
    found = {row["site_id"]: (row["x"], row["y"]) for row in area.table("sites").iter_rows(named=True)}
    for name, home in HOMES.items():
        assert found[f"home of {name}"] == pytest.approx(home, abs=150)
    assert said[0].startswith("3 units have no site with a place: their homes were inferred")


def test_hours_are_those_in_which_a_unit_is_sent() -> None:
    shifts = inferred(nameless())[0].table("shifts")
    hours = {
        str(name): sorted({int(str(each)[:2]) for each in its["starts_at"]})
        for (name,), its in shifts.partition_by("unit_id", as_dict=True).items()
    }
    assert hours["E1"] == hours["E2"] == list(range(24))
    assert hours["M1"] == list(range(8, 18))


def test_days_that_are_left_out_are_not_looked_at() -> None:
    last = datetime(2025, 2, 14).date()  # noqa: DTZ001 - a day
    kept = nameless().table("incidents").filter(pl.col("received_at").dt.date() != last)
    cut = Area(nameless().settings, nameless().plane, {**nameless().tables, "incidents": kept})
    for table in ("sites", "shifts"):
        assert inferred(nameless(), [last])[0].table(table).equals(inferred(cut)[0].table(table))


def test_what_a_study_says_is_left_as_it_is() -> None:
    area, said = inferred(littleton().area)
    assert area is littleton().area
    assert said == ()


def test_a_study_without_attendances_has_nothing_inferred() -> None:
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E", "fire", "engine", None)],
        incidents=[incident("F", "fire", 0.0, received_at=at("10:00:00"))],
    )
    assert inferred(area) == (area, ())
