"""Uncovered minutes: a ground has nobody when everybody who could be there in time is out or off duty."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.response.covering import STEP_MINUTES, uncovered
from joinedup.response.replaying import Baseline
from joinedup.response.standards import standards_from
from tests.response.test_replaying import assumed, at, unit
from tests.response.test_standards import WHOLE
from tests.small import incident, service, site, small_area, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area

BREAK = {"break_from": "14:00", "break_until": "15:00", "break_minutes": 60}
STATED = assumed(response__handling__fire=2, response__turnout__wholetime=1, response__busy__fire=60)


def island(calls: int, engines: int = 1, on: str = "00:00") -> Area:
    """Make one station with calls at its door at 10:00 on days one after the other."""
    return small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit(f"E{n}", "fire", "engine", "S") for n in range(engines)],
        shifts=[
            {
                "shift_id": f"{n}-{day}",
                "unit_id": f"E{n}",
                "weekday": day,
                "starts_at": on,
                "ends_at": "00:00",
            }
            for n in range(engines)
            for day in range(1, 8)
        ],
        incidents=[
            incident(f"F{n}", "fire", 0.0, received_at=at("10:00:00") + timedelta(days=n))
            for n in range(calls)
        ],
    )


def minutes(area: Area) -> float:
    baseline = Baseline.of(area, STATED)
    (row,) = uncovered(baseline.played(runs=2), baseline, ()).iter_rows(named=True)
    assert row["ground"] == "S"
    assert (row["limit"], row["limit_from"]) == (10.0, "response.cover.fire")
    # Ten minutes, less two to handle a call: what is left for turning out and driving.
    assert row["left"] == pytest.approx(8.0)
    return float(row["minutes"])


def test_a_ground_is_bare_while_its_only_engine_is_out() -> None:
    # Told at 10:02, there at 10:03, free at 11:03: looked at at 10:05 and each five minutes to 11:00, twelve times.
    assert minutes(island(calls=3)) == 3 * 12 * STEP_MINUTES


def test_a_ground_that_is_out_of_reach_is_told_from_one_whose_crew_is_out() -> None:
    area = island(calls=3)
    baseline = Baseline.of(area, STATED)
    outcomes = baseline.played(runs=2)
    (row,) = uncovered(outcomes, baseline, ()).iter_rows(named=True)
    assert (row["out_of_reach"], row["while_out"]) == (0.0, 3 * 12 * STEP_MINUTES)
    # With half a minute to be there in, its own station is too far off: nobody ever could, whoever is out.
    soon = standards_from(WHOLE.replace("600", "150"), "f.toml")
    (row,) = uncovered(outcomes, baseline, soon).iter_rows(named=True)
    assert (row["share"], row["out_of_reach"], row["while_out"]) == (1.0, row["minutes"], 0.0)
    # Nobody on duty until 8 o'clock: that is no crew's being out.
    shifts = Baseline.of(island(calls=1, on="08:00"), STATED)
    (row,) = uncovered(shifts.played(), shifts, ()).iter_rows(named=True)
    assert (row["out_of_reach"], row["while_out"]) == (8 * 60, 12 * STEP_MINUTES)


def test_a_second_engine_leaves_no_minute_bare() -> None:
    assert minutes(island(calls=3, engines=2)) == 0


def test_a_second_vehicle_of_the_same_crew_covers_only_where_both_can_be_out() -> None:
    area = island(calls=3, engines=2)
    units = area.table("units").with_columns(shared_crew=pl.lit("watch"))
    assert minutes(with_tables(area, {"units": units})) == minutes(island(calls=3))
    both = units.with_columns(pl.lit(2, units.schema["out_at_once"]).alias("out_at_once"))
    assert minutes(with_tables(area, {"units": both})) == 0


def test_a_ground_is_bare_while_nobody_is_on_duty() -> None:
    assert minutes(island(calls=1, on="08:00")) == 8 * 60 + 12 * STEP_MINUTES


def test_a_ground_is_bare_while_its_engine_stands_by_far_from_it() -> None:
    area = island(calls=1)
    corner = site("corner", "fire", 20_000.0, kind="standby point")
    stands = {"unit_id": "E0", "weekday": 1, "starts_at": "12:00", "ends_at": "18:00", "site_id": "corner"}
    other = small_area(sites=[site("S", "fire", 0.0), corner], standby_points=[stands])
    moved = with_tables(area, {each: other.table(each) for each in ("sites", "standby_points")})
    # Six hours in which it stands 20 km off, besides the time for which it is out.
    assert minutes(moved) == 6 * 60 + 12 * STEP_MINUTES


def test_a_crew_on_its_break_covers_only_where_the_most_urgent_calls_break_into_breaks() -> None:
    # One engine with a break of an hour at 14:00, at its station: 60 minutes are bare, or none. The last call ends the play.
    area = island(calls=2)
    shifts = area.table("shifts").with_columns(
        *(pl.lit(value).cast(area.table("shifts").schema[name]).alias(name) for name, value in BREAK.items())
    )
    said = [{"service_id": "fire", "priority": "not recorded", "rank": 1, "breaks_into_breaks": "yes"}]
    resting = with_tables(area, {"shifts": shifts})
    assert minutes(resting) == 60 + 2 * 12 * STEP_MINUTES
    broken = small_area(priorities=said).table("priorities")
    assert minutes(with_tables(resting, {"priorities": broken})) == 2 * 12 * STEP_MINUTES


def test_an_engine_on_the_way_to_a_call_from_which_it_is_taken_is_out_and_at_work() -> None:
    # Told at 10:02 of a call 40 km off; at 10:30 it is taken for one that diverts, at its door: out from 10:02 without a pause.
    calls = [
        incident("F0", "fire", 40_000.0, received_at=at("10:00:00"), priority="2"),
        incident("F1", "fire", 0.0, received_at=at("10:28:00"), priority="1"),
    ]
    said = [
        {"service_id": "fire", "priority": "1", "rank": 1, "diverts": "yes"},
        {"service_id": "fire", "priority": "2", "rank": 2, "diverts": "no"},
    ]
    other = small_area(incidents=calls, priorities=said)
    area = with_tables(island(calls=1), {each: other.table(each) for each in ("incidents", "priorities")})
    outcomes = Baseline.of(area, STATED).played()
    assert outcomes.diverted["diverted"].to_list() == [1]
    ((_, free),) = outcomes.table.filter(pl.col("incident_id") == "F0").select("told", "free").iter_rows()
    (out,) = outcomes.utilisation["utilisation"]
    # From 10:02 until the first call, which it went back to, was over.
    assert out * 24 * 60 == pytest.approx(free - 2, abs=1e-6)
    assert outcomes.busy_by_hour["out"].sum() * 60 == pytest.approx(free - 2, abs=1e-6)


def test_the_limit_is_the_standard_where_there_is_one() -> None:
    baseline = Baseline.of(island(calls=1), STATED)
    standard = standards_from(WHOLE.replace("600", "150"), "f.toml")
    (row,) = uncovered(baseline.played(), baseline, standard).iter_rows(named=True)
    assert (row["limit"], row["limit_from"], row["left"]) == (2.5, "x", 0.5)


def test_a_standard_on_the_mean_is_no_time_to_be_there_in_where_a_centile_is_held_too() -> None:
    area = island(calls=1)
    baseline = Baseline.of(area, STATED)
    mean, centile = (
        WHOLE.replace('"x"', f'"{name}"').replace('"mean"', f'"{name}"').replace("600", seconds)
        for name, seconds in (("mean", "420"), ("90th", "900"))
    )
    # Ended before the calls, and of a category that none of them has: neither holds here.
    ended = centile.replace("from = 2025", "until = 2024-12-31\nfrom = 2024").replace("900", "60")
    other = centile.replace("measure", 'categories = ["flood"]\nmeasure').replace("900", "120")
    for standards, limit in ((mean + centile + ended + other, (15.0, "90th")), (mean, (7.0, "mean"))):
        held = standards_from(standards, "f.toml")
        (row,) = uncovered(baseline.played(), baseline, held).iter_rows(named=True)
        assert (row["limit"], row["limit_from"]) == limit


def crewed(crews: dict[str, tuple[str, float]], turnout: dict[str, float]) -> pl.DataFrame:
    """Say how long a ground 3 km north of its first station is uncovered, by its crews and the metres at which they stand."""
    area = small_area(
        services=[service("fire")],
        sites=[site(f"at {name}", "fire", metres) for name, (_, metres) in crews.items()],
        units=[unit(name, "fire", "engine", f"at {name}", crew=crew) for name, (crew, _) in crews.items()],
        incidents=[
            incident(f"F{n}", "fire", 3000.0, received_at=at("10:00:00") + timedelta(days=n))
            for n in range(3)
        ],
    )
    stated = assumed(
        response__handling__fire=2,
        response__busy__fire=60,
        **{f"response__turnout__{name}": minutes for name, minutes in turnout.items()},
    )
    baseline = Baseline.of(area, stated)
    return uncovered(baseline.played(), baseline, ())


@pytest.mark.parametrize("crew", ["wholetime", "on-call"])
@pytest.mark.parametrize("metres", [0.0, 2_500.0, 90_000.0])
def test_one_more_unit_never_uncovers_a_ground(crew: str, metres: float) -> None:
    turnout = {"wholetime": 1.0, "on_call": 9.0}
    before = crewed({"E0": ("wholetime", 0.0)}, turnout)
    after = crewed({"E0": ("wholetime", 0.0), "E1": (crew, metres)}, turnout)
    assert after["minutes"].sum() <= before["minutes"].sum()
    assert (after["share"] < 0.1).all()


def test_each_crew_is_held_to_its_own_turnout() -> None:
    # Two of ten minutes to handle; a drive of 3 km fits in 7 minutes and not in half a minute, so that who turns out in one
    # minute is there in time and who does in seven and a half is not: whole days are bare. Both at once: the quicker one covers.
    turnout = {"wholetime": 1.0, "on_call": 7.5}
    quick, slow = ("wholetime", 0.0), ("on-call", 0.0)
    assert crewed({"E0": slow}, turnout)["share"].to_list() == [1.0]
    alone, both = (
        crewed(each, turnout)["minutes"].sum() for each in ({"E0": quick}, {"E0": quick, "E1": slow})
    )
    assert alone == both > 0
