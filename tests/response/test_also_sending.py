"""Crews that are sent besides to another service's calls (§3.2), by hand to the second; and what must stay as it was."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from joinedup.area import Change
from joinedup.area.settings import OwnTravel
from joinedup.refusal import Refusal
from joinedup.response.also_sending import Gone, gone_to, said_of
from joinedup.response.comparing import Waits, changes
from joinedup.response.covering import uncovered
from joinedup.response.replaying import Baseline
from joinedup.study import assumptions_of
from tests.response.test_conveying import HOSPITALS, area_of
from tests.response.test_replaying import assumed, at, attendance, unit
from tests.small import (
    LITTLETON,
    Row,
    edited,
    incident,
    littleton,
    service,
    site,
    small_area,
    with_settings,
    with_tables,
)

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.response.outcomes import Outcomes

# 2025-02-03 is a Monday. D km take 2 √(2 D) minutes up to 2 km and 2 + D beyond; nobody takes time to answer or to turn out.
STATED = assumed(
    **{f"response__handling__{kind}": 0.0 for kind in ("fire", "ambulance")},
    **{f"response__busy__{kind}": 30.0 for kind in ("fire", "ambulance")},
    response__turnout__wholetime=0.0,
)
SENT: dict[str, Any] = {
    "also_sent": "ambulance: C1",
    "also_within_minutes": 5.0,
    "also_told_minutes": 1.0,
    "also_out_minutes": 30.0,
}
DAY = [
    ("m0", "ambulance", "01:00", "C1", 2.0),
    ("f1", "fire", "01:10", "fire", -2.0),
    ("f2", "fire", "03:00", "fire", -8.0),
    ("m3", "ambulance", "03:05", "C1", 2.0),
    ("m4", "ambulance", "06:00", "C1", 2.0),
    ("m5", "ambulance", "09:00", "C2", 2.0),
    ("m6", "ambulance", "12:00", "C1", 4.0),
]
"""The fire station is at 0 km, the ambulance station at 20 km; one unit each."""


def village(calls: list[tuple[str, str, str, str, float]] = DAY, **tables: list[Row]) -> Area:
    unit_of = {"ambulance": "AM", "fire": "FE"}
    given: dict[str, list[Row]] = {
        "services": [service("ambulance"), service("fire")],
        "sites": [site("A", "ambulance", 20_000.0), site("F", "fire", 0.0)],
        "units": [unit("AM", "ambulance", "ambulance", "A"), unit("FE", "fire", "engine", "F")],
        "incidents": [
            incident(name, whose, km * 1000, received_at=at(clock), category=category)
            for name, whose, clock, category, km in calls
        ],
        "attendances": [attendance(name, unit_of[whose], at(clock)) for name, whose, clock, _, _ in calls],
    }
    return small_area(None, **{**given, **tables})


def played(area: Area, **sent: object) -> Outcomes:
    """Play a village as it is, or with its engine sent besides."""
    return Baseline.of(area, STATED, recorded=False).played(
        edited(area, "units", "FE", **sent) if sent else area
    )


def first(outcomes: Outcomes) -> dict[str, float]:
    return {
        name: round(each, 4) for name, each in outcomes.incidents.select("incident_id", "first").iter_rows()
    }


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_village_by_hand_before_and_after() -> None:
    alone = {"m0": 20.0, "f1": 4.0, "f2": 10.0, "m3": 20.0, "m4": 20.0, "m5": 20.0, "m6": 18.0}
    assert first(played(village())) == alone
    # m0: told at 01:01, 4 minutes to 2 km. It is there until 01:35; f1 waits for it, and 4 km are 6 minutes: 01:41.
    # m3: out at f2 until 03:40, so nobody is sent. m5 is not time-critical; m6 is 6 minutes off, and 5 are allowed.
    assert first(played(village(), **SENT)) == {**alone, "m0": 5.0, "f1": 31.0, "m4": 5.0}


def test_what_came_of_it_by_hand() -> None:
    outcomes = played(village(), **SENT)
    # Two of three calls; each is 4 minutes of driving and 30 there, from being told.
    expected = Gone("F", "fire", "ambulance", 3.0, 2.0, 1.0, 20.0, 5.0, 2 * 34 / 60, 0.0)
    assert gone_to(outcomes) == (expected,)
    assert said_of(outcomes) == (
        "crews of F are sent besides to calls of ambulance near it: to 2.0 of 3 in a run; at the others nobody was free",
    )
    assert (gone_to(played(village())), said_of(played(village()))) == ((), ())


def test_the_engine_s_own_work_is_counted_and_so_is_what_it_does_besides() -> None:
    before, after = played(village()), played(village(), **SENT)
    jobs = dict(after.utilisation.select("unit_id", "jobs").iter_rows())
    assert jobs == {"AM": 5.0, "FE": 4.0}
    now, out = (
        float(each.busy_by_hour.filter(pl.col("unit_id") == "FE")["out"].to_numpy().sum())
        for each in (before, after)
    )
    # 34 minutes each besides; f1 is 6 minutes' drive from where the engine is and not 4.
    assert (out - now) * 60 == pytest.approx(2 * 34 + 2)
    # Whoever comes besides is not waited for when it is asked when all were there.
    assert after.incidents.filter(pl.col("incident_id") == "m0")["full"].item() == 20.0


def test_cover_is_lost_while_the_crew_is_out() -> None:
    area = village()
    baseline = Baseline.of(area, STATED, recorded=False)
    bare = [
        uncovered(each, baseline, ()).filter(pl.col("service_id") == "fire")["minutes"].item()
        for each in (baseline.played(), baseline.played(edited(area, "units", "FE", **SENT)))
    ]
    # Looked at every five minutes: m0 and f1 run together, 01:01 to 02:11 for 01:10 to 01:44; m4 takes 06:01 to 06:35.
    assert bare[1] - bare[0] == pytest.approx(70 - 35 + 35, abs=10)


def test_an_engine_that_is_told_later_or_stays_longer_is_so_much_later_and_longer_away() -> None:
    later = first(played(village(), **{**SENT, "also_told_minutes": 3.0}))
    assert (later["m0"], later["f1"]) == (7.0, 33.0)
    longer = first(played(village(), **{**SENT, "also_out_minutes": 40.0}))
    assert (longer["m0"], longer["f1"]) == (5.0, 41.0)
    assert first(played(village(), **{**SENT, "also_told_minutes": None}))["m0"] == 4.0


def test_two_engines_share_the_calls_and_one_goes_to_each() -> None:
    both = [
        unit("AM", "ambulance", "ambulance", "A"),
        *(unit(each, "fire", "engine", "F") for each in ("FE", "FF")),
    ]
    area = village(units=both)
    area = edited(edited(area, "units", "FE", **SENT), "units", "FF", **SENT)
    outcomes = Baseline.of(area, STATED, recorded=False).played()
    # One is at m0, so the other goes to f1 at once; one is at f2, so the other goes to m3.
    assert first(outcomes) == {"m0": 5.0, "f1": 4.0, "f2": 10.0, "m3": 5.0, "m4": 5.0, "m5": 20.0, "m6": 18.0}
    assert outcomes.table.filter(pl.col("incident_id") == "m4").height == 2


def test_a_call_that_its_service_went_to_anyhow_has_no_second_crew_of_it() -> None:
    went = [
        attendance(name, "AM" if whose == "ambulance" else "FE", at(clock))
        for name, whose, clock, _, _ in DAY
    ]
    area = village(attendances=[*went, attendance("m4", "FE", at("06:00"))])
    assert gone_to(played(area, **SENT))[0].called == 2.0


def test_a_crew_is_not_sent_while_it_is_off_duty() -> None:
    day = {"shift_id": "s", "unit_id": "FE", "weekday": 1, "starts_at": "01:00", "ends_at": "05:00"}
    outcomes = played(village(shifts=[day]), **SENT)
    assert first(outcomes)["m4"] == 20.0
    assert gone_to(outcomes)[0].gone == 1.0


def test_calls_from_before_its_shift_do_not_keep_a_crew_from_those_in_it() -> None:
    day = {"shift_id": "s", "unit_id": "FE", "weekday": 1, "starts_at": "20:00", "ends_at": "23:00"}
    calls = [("f", "fire", "22:50", "fire", 1.0)]
    calls += [(f"m{each}", "ambulance", f"19:{each}", "C1", 2.0) for each in (10, 20, 30)]
    calls += [("m", "ambulance", "20:05", "C1", 2.0)]
    assert first(played(village(calls, shifts=[day]), **SENT))["m"] == 5.0


def test_a_crew_that_is_taken_for_a_fire_on_its_way_has_not_gone() -> None:
    calls = [
        ("m0", "ambulance", "01:00", "C1", 2.0),
        ("f1", "fire", "01:03", "fire", -2.0),
        ("f2", "fire", "09:00", "bin", -2.0),
    ]
    # Medical calls take ambulances from each other; a crew that goes to them besides takes nobody from anything.
    diverts = [("fire", "fire", 1, "yes"), ("fire", "bin", 2, "no"), ("ambulance", "C1", 1, "yes")]
    keys = ("service_id", "priority", "rank", "diverts")
    area = village(calls, priorities=[dict(zip(keys, each, strict=True)) for each in diverts])
    for name, _, _, category, _ in calls:
        area = edited(area, "incidents", name, priority=category)
    outcomes = played(area, **SENT)
    assert first(outcomes) == {"m0": 20.0, "f1": 4.0, "f2": 4.0}
    assert gone_to(outcomes)[0].gone == 0.0


def test_a_job_that_still_waits_when_it_has_been_played_often_enough_counts_nowhere_and_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_full = played(village(), **SENT)
    monkeypatch.setattr("joinedup.response.playing.ROUNDS", 1)
    # The engine comes to m3 at 03:44, 39 minutes after the call, for which the ambulance takes 20.
    outcomes = played(village(), **SENT)
    assert first(outcomes) == first(in_full)
    assert outcomes.table.equals(in_full.table)
    (gone,) = gone_to(outcomes)
    assert (gone.gone, gone.late) == (2.0, 1.0)
    assert said_of(outcomes)[0].endswith(
        "nobody was free, and at 1.0 somebody set off late and is not counted"
    )


def test_drives_are_those_of_the_study_s_own_table(tmp_path: Path) -> None:
    minutes = {"F,A": 25, "F,V": 9, "F,W": 3, "A,V": 8, "A,W": 20, "V,W": 12}
    rows = [f"{pair},{each}\n{pair[2:]},{pair[0]},{each}" for pair, each in minutes.items()]
    (tmp_path / "minutes.csv").write_text("\n".join(["from,to,minutes", *rows]), "utf-8")
    (tmp_path / "wards.csv").write_text("place,easting,northing\nV,9000,9000\nW,4000,4000\n", "utf-8")
    travel = OwnTravel(matrix=tmp_path / "minutes.csv", places=tmp_path / "wards.csv")
    calls = [
        ("f0", "fire", "00:10", "fire", 0.0),
        ("m1", "ambulance", "02:00", "C1", 9.0),
        ("m2", "ambulance", "05:00", "C1", 4.0),
    ]
    area = with_settings(village(calls), travel=travel)
    for name, metres in (("m1", 9000.0), ("m2", 4000.0)):
        area = edited(area, "incidents", name, y=metres)
    assert first(played(area)) == {"f0": 0.0, "m1": 8.0, "m2": 20.0}
    # 3 minutes are within 5, and 9 are within 10 but no sooner than the ambulance.
    assert first(played(area, **SENT)) == {"f0": 0.0, "m1": 8.0, "m2": 4.0}
    further = played(area, **{**SENT, "also_within_minutes": 10.0})
    assert first(further) == {"f0": 0.0, "m1": 8.0, "m2": 4.0}
    assert (gone_to(further)[0].gone, gone_to(further)[0].first) == (2.0, 0.5)


def test_a_crew_that_is_sent_besides_takes_nobody_to_hospital() -> None:
    engine = {
        **unit("FE", "fire", "engine", "F"),
        **SENT,
        "also_sent": "ambulance: stroke; fall",
        "also_within_minutes": 90.0,
    }
    more = small_area(None, services=[service("fire")], sites=[site("F", "fire", 60_000.0)], units=[engine])
    area = area_of(HOSPITALS, conveyed=4)
    area = with_tables(area, {name: pl.concat([area.table(name), its]) for name, its in more.tables.items()})
    # A far engine can also be sent instead, so that both are played together, and ambulances convey.
    needs = {"ambulance": frozenset({("ambulance", "ambulance"), ("fire", "engine")})}
    baseline = Baseline.of(area, STATED, needs)
    assert "ambulance" in baseline.conveyance
    besides = baseline.played().table.filter(pl.col("need") == "also sent from F")
    assert besides.height > 20
    assert (besides["free"] - besides["arrived"]).to_list() == pytest.approx([30.0] * besides.height)


# --- what must stay as it was ------------------------------------------------------------------------------------------


@cache
def town() -> tuple[Baseline, Outcomes]:
    baseline = Baseline.of(littleton().area, assumptions_of(LITTLETON))
    return baseline, baseline.played(runs=3)


def sent(sites: tuple[str, ...], **values: object) -> tuple[Change, ...]:
    units = littleton().area.table("units").filter(pl.col("site_id").is_in(sites))["unit_id"].sort()
    given: dict[str, Any] = {**SENT, **values}
    return tuple(Change("units", each, column, value) for each in units for column, value in given.items())


def town_with(*changed: Change) -> Outcomes:
    return town()[0].played(littleton().area.changed(changed), runs=3)


def arrays(outcomes: Outcomes) -> list[bytes]:
    own = ~outcomes.jobs["need"].is_in(list(outcomes.besides)).to_numpy()
    return [
        getattr(run, name)[own].tobytes()
        for run in outcomes.runs
        for name in ("unit", "ready", "told", "arrived", "free")
    ]


def test_a_crew_with_no_call_within_reach_and_a_unit_that_no_call_asks_for_change_no_byte() -> None:
    assert arrays(town_with(*sent(("F1",), also_within_minutes=0.5))) == arrays(town()[1])
    boat = {**unit("BO", "fire", "boat", "F"), **SENT}
    area = village(units=[unit("AM", "ambulance", "ambulance", "A"), unit("FE", "fire", "engine", "F"), boat])
    assert arrays(played(area)) == arrays(played(village()))


def test_a_crew_that_is_never_on_duty_when_it_is_called_changes_no_byte() -> None:
    area = village(
        [*DAY, ("f7", "fire", "20:30", "fire", 1.0)],
        shifts=[{"shift_id": "s", "unit_id": "FE", "weekday": 1, "starts_at": "20:00", "ends_at": "23:00"}],
    )
    assert arrays(played(area, **SENT)) == arrays(played(area))


def test_the_luck_of_every_other_job_is_as_it_was() -> None:
    outcomes = town_with(*sent(("F1", "P1")))
    assert gone_to(outcomes)
    own = outcomes.jobs.filter(~pl.col("need").is_in(list(outcomes.besides)))
    assert own.equals(town()[1].jobs)
    after, before = outcomes.table, town()[1].table
    ambulances = (pl.col("unit_service") == "ambulance") & (pl.col("service_id") == "ambulance")
    assert after.filter(ambulances).equals(before.filter(ambulances))


def test_the_same_bytes_with_two_workers_and_when_changed_twice() -> None:
    changed = sent(("F1", "P1"))
    once = town_with(*changed)
    assert town_with(*changed, *changed).as_parquet() == once.as_parquet()
    both = town()[0].played(littleton().area.changed(changed), runs=3, workers=2)
    assert both.as_parquet() == once.as_parquet()


# --- what must always hold ---------------------------------------------------------------------------------------------


def busy(values: str = "ambulance: C1; C2; C3") -> Outcomes:
    """Send every fire and police crew of the town to every medical call for hours, so that they are seldom free."""
    homes = ("F1", "F4", "F5", "F6", "F7", "P1", "P4", "P5", "P6")
    return town_with(*sent(homes, also_sent=values, also_within_minutes=60.0, also_out_minutes=400.0))


def test_nobody_is_at_two_jobs_at_once_and_whoever_goes_besides_goes_at_once() -> None:
    outcomes = busy()
    said = gone_to(outcomes)
    assert sum(each.gone for each in said) > 100
    assert sum(each.gone for each in said) < sum(each.called for each in said)
    received = outcomes.jobs["received"].to_numpy()
    besides = outcomes.jobs["need"].is_in(list(outcomes.besides)).to_numpy()
    for run in outcomes.runs:
        went = run.unit >= 0
        assert (went | besides).all()
        assert (run.told == run.ready)[besides & went].all()
        for each in range(outcomes.units.height):
            mine = np.flatnonzero(went & (run.unit == each))
            begin, end = (received + run.told)[mine], (received + run.free)[mine]
            order = np.argsort(begin, kind="stable")
            assert (end[order][:-1] <= begin[order][1:]).all()


def test_only_the_units_of_the_site_are_sent_besides() -> None:
    outcomes = busy()
    homes = outcomes.units["site_id"].to_list()
    for need, each in outcomes.besides.items():
        rows = np.flatnonzero((outcomes.jobs["need"] == need).to_numpy())
        for run in outcomes.runs:
            assert {homes[unit] for unit in run.unit[rows] if unit >= 0} <= {each.site_id}


def test_medical_calls_are_never_later_and_with_more_minutes_allowed_never_later_again() -> None:
    # Calls so far apart that the crew is always back: where it is not, a call that it goes to may keep it from the next.
    apart = [(f"m{number}", "ambulance", f"{number * 2:02d}:00", "C1", 1.0 + number) for number in range(10)]
    area = village([*apart, ("f", "fire", "23:00", "fire", 1.0)])
    baseline = Baseline.of(area, STATED, recorded=False)
    waits = [Waits.of(baseline.played())]
    for within in (0.0, 3.0, 5.0, 8.0, 12.0, 60.0):
        waits.append(
            Waits.of(baseline.played(edited(area, "units", "FE", **{**SENT, "also_within_minutes": within})))
        )
        assert (waits[-1].minutes <= waits[-2].minutes).all()
    assert (waits[-1].minutes < waits[0].minutes).any()


def test_no_call_of_the_ambulance_is_reached_later_however_busy_the_crews_are() -> None:
    both = changes(Waits.of(town()[1]), Waits.of(busy()))
    medical = both.filter(pl.col("service_id") == "ambulance")
    assert (medical["after"] <= medical["before"]).all()
    assert (medical["after"] < medical["before"]).any()
    others = both.filter(pl.col("service_id") != "ambulance")
    assert (others["after"] > others["before"]).any()


# --- what cannot be meant ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"also_sent": "C1"}, r"row of FE, column also_sent: write a service and categories"),
        (
            {"also_sent": "ambulence: C1"},
            r"row of FE, column also_sent: no other service is called 'ambulence'.*ambulance",
        ),
        ({"also_sent": "fire: fire"}, r"row of FE, column also_sent: no other service is called 'fire'"),
        (
            {"also_sent": "ambulance: C1; C9"},
            r"row of FE, column also_sent: no incident of ambulance has the category 'C9'",
        ),
        ({"also_within_minutes": None}, r"row of FE, column also_within_minutes: it is empty"),
        ({"also_out_minutes": None}, r"row of FE, column also_out_minutes: it is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_row_and_column(values: dict[str, object], said: str) -> None:
    with pytest.raises(Refusal, match=f"^units, {said}"):
        played(village(), **{**SENT, **values})


def test_more_sites_than_can_be_told_apart_are_refused() -> None:
    homes = [site(f"F{each}", "fire", float(each)) for each in range(63)]
    units = [{**unit(f"E{each}", "fire", "engine", f"F{each}"), **SENT} for each in range(63)]
    area = village(
        sites=[site("A", "ambulance", 20_000.0), *homes],
        units=[unit("AM", "ambulance", "ambulance", "A"), *units],
        attendances=[attendance("m0", "AM", at("01:00")), attendance("f1", "E0", at("01:10"))],
    )
    with pytest.raises(Refusal, match="63 sites and 1 needs of 'engine', and 63 can be told apart together"):
        Baseline.of(area, STATED, recorded=False).played()
