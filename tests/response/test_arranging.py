"""What a study says of how its units are sent is played (§3.1, §3.2), by hand; what cannot be meant is refused by row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from joinedup.refusal import Refusal
from joinedup.response.asking import asked
from joinedup.response.playing import World
from joinedup.response.redrawing import Drawing
from joinedup.response.replaying import Baseline
from joinedup.response.rostering import roster
from joinedup.study import Study
from tests.response.test_replaying import assumed, at, attendance, unit
from tests.small import Row, incident, littleton, service, site, small_area, with_tables

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


def line(calls: list[tuple[str, str, float, str]], **tables: list[Row]) -> Area:
    """Make calls (clock, priority, km, need) that ambulance A1 went to, at 0 km, unless ``tables`` say otherwise."""
    incidents, went = [], []
    for number, (clock, priority, km, need) in enumerate(calls):
        name = f"i{number}"
        incidents.append(
            incident(name, "ambulance", km * 1000, received_at=at(clock), category="any", priority=priority)
        )
        went.append(attendance(name, "A1", at(clock), need=need))
    given: dict[str, list[Row]] = {
        "services": [service("ambulance")],
        "sites": [site("S", "ambulance", 0.0)],
        "units": [unit("A1", "ambulance", "ambulance", "S")],
        "incidents": incidents,
        "attendances": went,
    }
    return small_area(None, **{**given, **tables})


def played(area: Area) -> Outcomes:
    return Baseline.of(area, STATED, recorded=False).played()


def arrived(outcomes: Outcomes) -> list[float]:
    return [round(each, 2) for each in outcomes.table["arrived"].to_list()]


def went(outcomes: Outcomes) -> list[str]:
    return outcomes.table["unit_id"].to_list()


def priority(name: str, **others: object) -> Row:
    return {"service_id": "ambulance", "priority": name, **others}


TWO = [("01:00", "2", 20.0, "ambulance"), ("01:10", "1", 12.0, "ambulance")]


def test_a_unit_on_its_way_is_taken_for_a_more_urgent_call_where_the_study_says_so() -> None:
    # 22 minutes to 20 km and back to free at 52; 8 km back to 12 km are 10 minutes: 62 after one, 52 after the second call.
    assert arrived(played(line(TWO))) == [22.0, 52.0]
    ranked = [priority("1", rank=1, diverts="yes"), priority("2", rank=2, diverts="no")]
    outcomes = played(line(TWO, priorities=ranked))
    # After 10 of 22 minutes it is at 100/11 km, 32/11 km short of 12: 4.91 minutes. It is free at 44.91, and 8 km away: 54.91.
    assert arrived(outcomes) == [54.91, 4.91]
    assert outcomes.diverted.rows() == [("ambulance", 2, 1.0)]


def test_a_priority_is_as_urgent_as_the_study_ranks_it() -> None:
    waiting = [
        ("01:00", "blue", 2.0, "ambulance"),
        ("01:01", "blue", 2.0, "ambulance"),
        ("01:02", "red", 2.0, "ambulance"),
    ]
    # As found, blue before red by letter; those who wait are told when the first is done, 34 minutes on.
    assert arrived(played(line(waiting))) == [4.0, 33.0, 62.0]
    ranked = [priority("red", rank=1), priority("blue", rank=2)]
    assert arrived(played(line(waiting, priorities=ranked))) == [4.0, 63.0, 32.0]
    # What is not ranked comes after what is.
    assert arrived(played(line(waiting, priorities=[priority("red", rank=1)]))) == [4.0, 63.0, 32.0]


def shift(**others: object) -> Row:
    given = {"shift_id": "A1-1", "unit_id": "A1", "weekday": 1, "starts_at": "07:00", "ends_at": "19:00"}
    return {**given, **others}


BREAK: dict[str, Any] = {"break_from": "12:00", "break_until": "14:00", "break_minutes": 30}


def test_a_crew_on_its_break_is_sent_to_calls_that_break_into_it_alone() -> None:
    call = [("12:10", "2", 2.0, "ambulance"), ("15:00", "2", 2.0, "ambulance")]
    assert arrived(played(line(call, shifts=[shift()]))) == [4.0, 4.0]
    outcomes = played(line(call, shifts=[shift(**BREAK)]))
    # The break runs from 12:00 to 12:30.
    assert arrived(outcomes) == [24.0, 4.0]
    assert outcomes.breaks.rows() == [("A1", 1.0, 0.0)]
    outcomes = played(
        line(call, shifts=[shift(**BREAK)], priorities=[priority("2", breaks_into_breaks="yes")])
    )
    assert arrived(outcomes) == [4.0, 4.0]
    # Taken out of it at 12:10, and back at 12:48: it has its break then.
    assert outcomes.breaks.rows() == [("A1", 1.0, 0.0)]


def test_a_break_after_midnight_is_of_the_shift_that_began_the_day_before() -> None:
    night = shift(
        starts_at="22:00", ends_at="06:00", break_from="01:00", break_until="02:00", break_minutes=60
    )
    area = line([("23:30", "2", 2.0, "ambulance")], shifts=[night])
    later = area.table("incidents").with_columns(received_at=at("01:20", "2025-02-04"))
    told = area.table("attendances").with_columns(mobilised_at=at("01:20", "2025-02-04"))
    outcomes = played(with_tables(area, {"incidents": later, "attendances": told}))
    assert arrived(outcomes) == [44.0]


def test_a_unit_stands_by_where_the_study_says_and_goes_home_after() -> None:
    sites = [site("S", "ambulance", 0.0), site("corner", "ambulance", 30_000.0, kind="standby point")]
    stands = {
        "unit_id": "A1",
        "weekday": 1,
        "starts_at": "08:00",
        "ends_at": "20:00",
        "site_id": "corner",
    }
    calls = [("10:00", "1", 30.5, "ambulance"), ("23:00", "1", 0.5, "ambulance")]
    assert arrived(played(line(calls, sites=sites))) == [32.5, 2.0]
    assert arrived(played(line(calls, sites=sites, standby_points=[stands]))) == [2.0, 2.0]


def engines(**tables: list[Row]) -> Area:
    """Make two calls for an engine near the first of two stations, an hour apart, on different grounds."""
    incidents = [
        incident(name, "fire", 1_000.0, received_at=at(clock), category="fire", priority="1", area=ground)
        for name, clock, ground in (("f1", "01:00", "south"), ("f2", "03:00", "north"))
    ]
    given: dict[str, list[Row]] = {
        "services": [service("fire")],
        "sites": [site("F1", "fire", 0.0), site("F2", "fire", 10_000.0)],
        "units": [unit("E1", "fire", "engine", "F1"), unit("E2", "fire", "engine", "F2")],
        "incidents": incidents,
        "attendances": [
            attendance(each["incident_id"], "E1", each["received_at"], need="first engine")
            for each in incidents
        ]
        + [attendance("f2", "E2", at("03:00"), need="first engine")],
    }
    return small_area(None, **{**given, **tables})


def attends(ground: str, order: int, site_id: str, **others: object) -> Row:
    given = {"ground": ground, "need": "first engine", "place_in_order": order, "site_id": site_id}
    return {**given, **others}


def test_the_stations_of_a_ground_are_tried_in_the_order_that_the_study_says() -> None:
    assert went(played(engines())) == ["E1", "E1", "E2"]
    south = engines(predetermined_attendances=[attends("south", 1, "F2"), attends("south", 2, "F1")])
    assert went(played(south)) == ["E2", "E1", "E2"]
    # A call whose area has no row is on the ground of its nearest station.
    nearest = engines(predetermined_attendances=[attends("F1", 1, "F2")])
    assert went(played(nearest)) == ["E2", "E2", "E1"]
    # Where the order has nobody left the nearest of all goes.
    assert went(played(engines(predetermined_attendances=[attends("north", 1, "F2")]))) == ["E1", "E2", "E1"]


def test_drawn_calls_are_attended_as_the_area_of_the_call_they_are_like_says() -> None:
    """A drawn call has a name that no record has (§3.1): its ground is that of the call it is like."""
    calls = [
        incident(
            f"f{number:02}",
            "fire",
            1_000.0,
            received_at=at("01:00") + timedelta(hours=6 * number),
            category="fire",
            priority="1",
            area="south",
        )
        for number in range(60)
    ]
    area = engines(
        # E1 is nearest to every call, and there are so many others that none of them is ever waited for.
        units=[unit(f"E{each}", "fire", "engine", "F1" if each == 1 else "F2") for each in range(1, 13)],
        incidents=calls,
        attendances=[
            attendance(each["incident_id"], "E1", each["received_at"], need="first engine") for each in calls
        ],
        predetermined_attendances=[attends("south", 1, "F2")],
    )
    baseline = Baseline.of(area, STATED, recorded=False)
    (drawn,) = Drawing.of(baseline).played(1, lambda each: each)
    assert drawn.table.height > 30
    for each in (baseline.played(), drawn):
        assert "E1" not in went(each)


def test_vehicles_of_one_crew_are_not_out_at_once() -> None:
    both = [
        {**unit("A1", "ambulance", "engine", "S"), "shared_crew": "watch"},
        {**unit("B1", "ambulance", "boat", "S"), "shared_crew": "watch"},
    ]
    apart = [{**each, "shared_crew": None} for each in both]
    area = line([("01:00", "1", 2.0, "engine"), ("01:05", "1", 2.0, "boat")], units=apart)
    own = area.table("attendances").with_columns(unit_id=area.table("attendances")["incident_id"])
    area = with_tables(
        area, {"attendances": own.with_columns(unit_id=own["need"].replace({"engine": "A1", "boat": "B1"}))}
    )
    assert arrived(played(area)) == [4.0, 4.0]
    units = line([], units=both).table("units")
    shared = played(with_tables(area, {"units": units}))
    # 4 minutes there, 30 busy, 4 back: the crew is home at 01:38, 33 minutes after the second call.
    assert arrived(shared) == [4.0, 37.0]
    # One crew makes one pool of what would be played apart.
    assert len(set(asked(with_tables(area, {"units": units})).pools.values())) == 1
    assert len(set(asked(area).pools.values())) == 2
    two = units.with_columns(out_at_once=2)
    assert arrived(played(with_tables(area, {"units": two}))) == [4.0, 4.0]


def test_what_a_study_says_and_never_comes_to_bear_changes_nothing() -> None:
    area = littleton().area
    plain = Baseline.of(area, assumed())
    assert all(each is None for each in vars(world_of(plain)).values())
    priorities = [
        {"service_id": each, "priority": "1", "diverts": "no", "breaks_into_breaks": "no"}
        for each in area.services
    ]
    table = small_area(services=[], priorities=priorities).table("priorities")
    said = Baseline.of(with_tables(area, {"priorities": table}), assumed())
    assert said.notes == plain.notes
    assert said.played(runs=2).as_parquet() == plain.played(runs=2).as_parquet()


def world_of(baseline: Baseline) -> object:
    units = roster(baseline.area, baseline.asked)
    return World(baseline, baseline.area, units, next(iter(baseline.laws))).arranged


def test_whoever_reads_is_told_what_is_arranged() -> None:
    area = line(
        TWO, priorities=[priority("1", rank=1, diverts="yes"), priority("2", rank=2)], shifts=[shift(**BREAK)]
    )
    assert (
        "as the study's own tables arrange: diversion to a more urgent call, breaks" in asked(area).notes[0]
    )


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (
            {"priorities": [priority("2", diverts="yes")]},
            "priorities, row of ambulance, 1, column diverts: ambulance, 2 says yes",
        ),
        (
            {"shifts": [shift(break_from="12:00", break_minutes=30)]},
            "shifts, row of A1-1, column break_until: is empty",
        ),
        (
            {"shifts": [shift(**{**BREAK, "break_until": "20:00"})]},
            "shifts, row of A1-1, column break_from: from 12:00 until 20:00 is not within",
        ),
        (
            {"shifts": [shift(**{**BREAK, "break_until": "12:20"})]},
            "shifts, row of A1-1, column break_until: from 12:00 until 12:20 is not half of any hour",
        ),
        (
            {
                "shifts": [
                    shift(**BREAK),
                    shift(**{**BREAK, "break_minutes": 45, "shift_id": "A1-2", "weekday": 2}),
                ]
            },
            "shifts, row of A1-2, column break_minutes: 45, and another shift of A1 has 30",
        ),
        (
            {"predetermined_attendances": [{**attends("Soth", 1, "S"), "need": "ambulance"}]},
            "row of Soth, ambulance, place 1, column ground: no incident has the area 'Soth'",
        ),
        (
            {"predetermined_attendances": [attends("S", 1, "S")]},
            "column need: no incident has the need 'first engine'; known are: ambulance",
        ),
        (
            {"predetermined_attendances": [{**attends("S", 1, "elsewhere"), "need": "ambulance"}]},
            "column site_id: elsewhere has no place",
        ),
        (
            {
                "predetermined_attendances": [
                    {**attends("S", 1, "S", nearer_on_the_road="yes"), "need": "ambulance"},
                    {**attends("S", 2, "S", nearer_on_the_road="no"), "need": "ambulance"},
                ]
            },
            "column nearer_on_the_road: says no, and that of S, ambulance says yes",
        ),
        (
            {
                "standby_points": [
                    {"unit_id": "A1", "weekday": 1, "starts_at": start, "ends_at": "20:00", "site_id": "S"}
                    for start in ("08:00", "19:00")
                ]
            },
            "standby_points, row of A1, weekday 1, from 19:00, column starts_at: another row has A1 somewhere",
        ),
        (
            {
                "standby_points": [
                    {"unit_id": "A1", "weekday": 1, "starts_at": "08:00", "ends_at": "20:00", "site_id": "T"}
                ]
            },
            "column site_id: T has no place; give it one in tables/sites",
        ),
        (
            {"units": [{**unit("A1", "ambulance", "ambulance", "S"), "out_at_once": 2}]},
            "units, row of A1, column out_at_once: it has no shared_crew",
        ),
        (
            {
                "units": [
                    {**unit("A1", "ambulance", "ambulance", "S"), "shared_crew": "watch"},
                    {**unit("A2", "ambulance", "ambulance", "T"), "shared_crew": "watch"},
                ]
            },
            "units, row of A2, column site_id: T, and A1, which has the same shared_crew 'watch', has S",
        ),
        (
            {
                "units": [{**unit("A1", "ambulance", "ambulance", "S"), "shared_crew": "watch"}],
                "standby_points": [
                    {"unit_id": "A1", "weekday": 1, "starts_at": "08:00", "ends_at": "20:00", "site_id": "S"}
                ],
            },
            "column unit_id: A1 has its crew with others",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_row_and_column(tables: dict[str, list[Row]], words: str) -> None:
    with pytest.raises(Refusal) as refused:
        played(line(TWO, **tables))
    assert words in str(refused.value)


def test_the_tables_are_read_from_a_study_folder(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    (folder / "tables").mkdir(parents=True)
    (folder / "study.toml").write_text('[study]\nname = "S"\nzone = "Europe/London"\n', "utf-8")
    for name, text in {
        "services": "service_id,kind,name\nambulance,ambulance,Ambulance\n",
        "sites": "site_id,service_id,name,easting,northing\nS,ambulance,S,600000,450000\n",
        "units": "unit_id,service_id,kind,site_id,crew\nA1,ambulance,ambulance,S,wholetime\n",
        "incidents": "incident_id,service_id,received_at,easting,northing,category,priority\n"
        "i0,ambulance,2025-02-03 01:00:00,620000,450000,any,2\n"
        "i1,ambulance,2025-02-03 01:10:00,612000,450000,any,1\n",
        "attendances": "incident_id,unit_id,need,mobilised_at\n"
        "i0,A1,ambulance,2025-02-03 01:00:00\ni1,A1,ambulance,2025-02-03 01:10:00\n",
        "priorities": "service_id,priority,rank,diverts\nambulance,1,1,yes\nambulance,2,2,no\n",
    }.items():
        (folder / "tables" / f"{name}.csv").write_text(text, "utf-8")
    assert arrived(played(Study.read(folder).area)) == pytest.approx([54.91, 4.91], abs=0.02)
