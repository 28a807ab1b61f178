"""Playing a period again (§3.1 to §3.3): a day worked by hand, the laws that hold in any area, and clear refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from joinedup.refusal import Refusal
from joinedup.response.asking import asked, own_needs
from joinedup.response.declared import ASSUMPTIONS
from joinedup.response.replaying import Baseline
from tests.small import ZONE, Row, incident, littleton, service, shuffled, site, small_area, with_tables

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.response.outcomes import Outcomes


def assumed(**minutes: float) -> dict[str, Assumption]:
    """Give every assumption, some of them stated as one number of minutes."""
    every = {each.name: each for each in ASSUMPTIONS} | dict(littleton().assumptions)
    for key, value in minutes.items():
        name = key.replace("__", ".")
        every[name] = replace(every[name], low=value, central=value, high=value)
    return every


def at(clock: str, day: str = "2025-02-03") -> datetime:
    return datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(ZONE))


def unit(unit_id: str, service_id: str, kind: str, site_id: str | None, crew: str = "wholetime") -> Row:
    return {"unit_id": unit_id, "service_id": service_id, "kind": kind, "site_id": site_id, "crew": crew}


def attendance(incident_id: str, unit_id: str, told: datetime, **others: object) -> Row:
    return {"incident_id": incident_id, "unit_id": unit_id, "mobilised_at": told, **others}


@cache
def baseline() -> Baseline:
    return Baseline.of(littleton().area, assumed())


@cache
def played() -> Outcomes:
    return baseline().played(runs=3)


# --- by hand ---------------------------------------------------------------------------------------------------------


def on(area: Area, day: str) -> Area:
    """Keep one day of an area."""
    incidents = area.table("incidents").filter(
        pl.col("received_at").dt.date() == datetime.fromisoformat(day).date()
    )
    attendances = area.table("attendances").join(incidents, on="incident_id", how="semi")
    return with_tables(area, {"incidents": incidents, "attendances": attendances})


def test_a_day_in_littleton_is_played_to_the_second_as_worked_by_hand() -> None:
    # Stated: a call is handled for 2 minutes; a wholetime crew turns out in 1 minute and an on-call crew in 5; 60 km/h with 2
    # minutes lost, so that D km take 2 √(2 D) minutes up to 2 km and 2 + D beyond; ambulances are busy for 60 minutes, others 30.
    #
    # Places are metres from 600000 450000. At 01:05 two police records at (−6000, −8000): told 01:07, off 01:08.
    #   P001: PV6 from P5 (0, −9000): √(6² + 1²) = 6.083 km, 8 min 5 s: 01:16:05.
    #   P029: PV6 is out. PV1 from P1 (0, 0): 10 km, 12 min: 01:20:00. PV2 and PV4 stand there too; PV1 is first by row.
    # At 01:10 A001 at (−5900, −8000): AM5 from A4 (−6000, −9000): √(0.1² + 1²) = 1.005 km, 2 √2.01 = 2 min 50 s: 01:15:50.
    # Everything else comes at 11:20, is told at 11:22 and sets off at 11:23, in order of identifier:
    #   A041 at (600, −800): AM1 from A1 (1500, 2000): √(0.9² + 2.8²) = 2.941 km, 4 min 56 s: 11:27:56.
    #   A056, the same place: AM2, which stands there too: 11:27:56.
    #   A086 at (600, 2800): both are out, and AM3 is a response car, which met no ambulance's need. AM4 from A3 (13200, 1600):
    #     √(12.6² + 1.2²) = 12.657 km, 14 min 39 s: 11:37:39. (AM5: 13.520 km.)
    #   A096, the same place: AM5 from A4, back since 02:40: √(6.6² + 11.8²) = 13.520 km, 15 min 31 s: 11:38:31.
    #   A108 at (12000, 1600): AM4 is out. AM6 from A5 (9000, −12000): √(3² + 13.6²) = 13.927 km, 15 min 56 s: 11:38:56.
    #   A114 at (−12000, 9600): AM7 from A6 (−11100, 10200): √(0.9² + 0.6²) = 1.082 km, 2 √2.163 = 2 min 56 s: 11:25:56.
    #   A140 at (9000, −12600): AM6 is out, and of all ambulances AM8 alone is left, at A7 (−20000, 12000):
    #     √(29² + 24.6²) = 38.028 km, 40 min 2 s: 12:03:02.
    #   F017 at (1000, 1100): FE1 from F1 (600, 800): 0.5 km, 2 √1 = 2 min: 11:25:00.
    #   F029 at (1800, −7000): FE5, on call, off 11:27, from F5 (1800, −6600): 0.4 km, 2 √0.8 = 1 min 47 s: 11:28:47.
    #   F039 at (20000, 8500): FE6, on call, from F6 (20000, 8000): 0.5 km, 2 min: 11:29:00.
    #   P037 at (0, −9400): PV6, long free, from P5: 0.4 km: 11:24:47.
    #   P075 and P078 ended without a vehicle: no attendance, no job.
    by_hand = {
        "A001": ("AM5", "01:15:50"),
        "A041": ("AM1", "11:27:56"),
        "A056": ("AM2", "11:27:56"),
        "A086": ("AM4", "11:37:39"),
        "A096": ("AM5", "11:38:31"),
        "A108": ("AM6", "11:38:56"),
        "A114": ("AM7", "11:25:56"),
        "A140": ("AM8", "12:03:02"),
        "F017": ("FE1", "11:25:00"),
        "F029": ("FE5", "11:28:47"),
        "F039": ("FE6", "11:29:00"),
        "P001": ("PV6", "01:16:05"),
        "P029": ("PV1", "01:20:00"),
        "P037": ("PV6", "11:24:47"),
    }
    handled = {f"response__handling__{kind}": 2.0 for kind in ("police", "fire", "ambulance")}
    stated = assumed(
        **handled,
        response__busy__police=30,
        response__busy__fire=30,
        response__busy__ambulance=60,
        response__turnout__wholetime=1,
        response__turnout__on_call=5,
    )
    table = Baseline.of(on(littleton().area, "2025-02-03"), stated, recorded=False).played().table
    found = {
        row["incident_id"]: (
            row["unit_id"],
            f"{row['received_at'] + timedelta(seconds=round(row['arrived'] * 60)):%H:%M:%S}",
        )
        for row in table.iter_rows(named=True)
    }
    assert found == by_hand
    busy = table.with_columns(lasts=pl.col("free") - pl.col("arrived"))
    assert busy.filter(pl.col("service_id") == "ambulance")["lasts"].round(9).unique().to_list() == [60.0]
    assert not table["queued"].any()


def test_a_call_waits_in_the_queue_for_the_one_unit_there_is_and_the_more_urgent_goes_first() -> None:
    # One engine at the call itself: told after 2 minutes, off after 1, busy for 30. Three calls at 10:00, 10:01 and 10:02.
    calls = [
        incident(f"F{n}", "fire", 0.0, received_at=at(f"10:0{n}:00"), priority=priority, category="fire")
        for n, priority in enumerate(("2", "2", "1"))
    ]
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=calls,
    )
    stated = assumed(response__handling__fire=2, response__busy__fire=30, response__turnout__wholetime=1)
    table = Baseline.of(area, stated).played().table
    # F0: told 10:02, there 10:03, free 10:33. F2 is the more urgent: told 10:33, on the road, off at once; free 11:03. F1 then.
    assert table.select("incident_id", "told", "arrived", "waited", "queued").rows() == [
        ("F0", 2.0, 3.0, 0.0, False),
        ("F1", 62.0, 62.0, 60.0, True),
        ("F2", 31.0, 31.0, 29.0, True),
    ]


# --- laws ------------------------------------------------------------------------------------------------------------


def test_removing_a_station_that_serves_no_call_changes_nothing_to_the_byte() -> None:
    used = set(played().table["unit_id"])
    units = littleton().area.table("units")
    idle = sorted(
        station
        for (station,), its in units.partition_by("site_id", as_dict=True).items()
        if not used & set(its["unit_id"])
    )
    assert idle
    area = littleton().area
    for station in idle:
        changed = with_tables(
            area,
            {
                "units": units.filter(pl.col("site_id") != station),
                "sites": area.table("sites").filter(pl.col("site_id") != station),
            },
        )
        assert baseline().played(changed, runs=3).as_parquet() == played().as_parquet(), station


def test_incidents_are_neither_lost_nor_invented() -> None:
    area = littleton().area
    sent = area.table("attendances").join(
        area.table("incidents").filter(pl.col("x").is_not_null() & (pl.col("place_precision") == "exact")),
        on="incident_id",
        how="semi",
    )
    for run in range(3):
        jobs = played().table.filter(pl.col("run") == run)
        assert jobs["incident_id"].sort().to_list() == sent["incident_id"].sort().to_list()
        assert jobs["unit_id"].null_count() == 0
        assert jobs["arrived"].null_count() == 0
        assert (jobs["told"] <= jobs["arrived"]).all()
        assert (jobs["arrived"] <= jobs["free"]).all()


def test_nobody_attends_two_at_once() -> None:
    for jobs in played().table.partition_by("run", "unit_id"):
        moment = jobs["received_at"].dt.replace_time_zone(None).dt.epoch("ms").to_numpy()
        told, free = (np.rint(moment + jobs[each].to_numpy() * 60_000) for each in ("told", "free"))
        order = np.argsort(told)
        assert np.all(told[order][1:] >= free[order][:-1])


def test_of_two_crews_at_one_station_the_one_that_sets_off_at_once_goes_first_whatever_they_are_called() -> (
    None
):
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[
            unit("E1", "fire", "engine", "S", "on-call"),
            unit("E2", "fire", "engine", "S"),
            unit("E3", "fire", "engine", "S"),
        ],
        incidents=[incident(f"F{each}", "fire", 1000.0, received_at=at("10:00:00")) for each in range(3)],
    )
    outcomes = Baseline.of(area, assumed()).played()
    assert outcomes.table["unit_id"].to_list() == ["E2", "E3", "E1"]
    # Nobody's record is mixed up by it.
    first = outcomes.table["arrived"] - outcomes.table["told"]
    assert first[0] == first[1] < first[2]
    assert outcomes.utilisation["unit_id"].to_list() == ["E1", "E2", "E3"]
    assert outcomes.utilisation["jobs"].to_list() == [1, 1, 1]


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers_and_the_order_of_rows() -> None:
    for workers in (2, 4):
        assert baseline().played(runs=3, workers=workers).as_parquet() == played().as_parquet()
    other = Baseline.of(shuffled(littleton().area, 5), assumed()).played(runs=3)
    assert other.as_parquet() == played().as_parquet()


def test_a_run_is_the_same_however_many_there_are() -> None:
    one = baseline().played(runs=1).table
    assert one.equals(played().table.filter(pl.col("run") == 0))


@cache
def varied() -> Area:
    """Make an area whose durations differ from call to call, with more than enough records of each step."""
    chance = np.random.default_rng(3)
    calls, attended = [], []
    for n in range(400):
        received = at("00:00:00") + timedelta(minutes=47 * n)
        told = received + timedelta(seconds=int(chance.integers(30, 300)))
        off = told + timedelta(seconds=int(chance.integers(20, 120)))
        there = off + timedelta(seconds=int(chance.integers(60, 900)))
        free = there + timedelta(seconds=int(chance.integers(300, 3600)))
        x, y = (float(each) for each in chance.integers(-9, 10, 2) * 700)
        calls.append(incident(f"F{n:03d}", "fire", x, y, received_at=received, category="fire", priority="1"))
        attended.append(
            attendance(
                f"F{n:03d}",
                f"E{n % 3}",
                told,
                need="first engine",
                responding_at=off,
                arrived_at=there,
                available_at=free,
            )
        )
    return small_area(
        services=[service("fire")],
        sites=[site("S0", "fire", 0.0), site("S1", "fire", 4000.0, 3000.0), site("S2", "fire", -5000.0)],
        units=[unit(f"E{n}", "fire", "engine", f"S{n}") for n in range(3)],
        incidents=calls,
        attendances=attended,
    )


def test_runs_differ_and_their_steps_are_those_that_were_recorded() -> None:
    held = Baseline.of(varied(), assumed())
    table = held.played(runs=4).table
    assert table.group_by("incident_id").agg(pl.col("told").n_unique())["told"].mean() > 3  # type: ignore[operator]
    told = (table.filter(~pl.col("queued"))["told"] * 60_000).round().cast(pl.Int64)
    assert set(told.to_list()) <= set(held.asked.jobs["handled"].to_list())
    assert table["told"].mean() == pytest.approx(held.asked.jobs["handled"].mean() / 60_000, rel=0.05)  # type: ignore[operator]


def test_what_is_drawn_for_an_incident_does_not_depend_on_the_others() -> None:
    area = varied()
    held = Baseline.of(area, assumed())
    fewer = replace(held, asked=replace(held.asked, jobs=held.asked.jobs[::3]), bands=held.bands[::3])
    apart = {
        row["incident_id"]: row["told"] - row["waited"] for row in held.played().table.iter_rows(named=True)
    }
    for row in fewer.played().table.iter_rows(named=True):
        assert row["told"] - row["waited"] == pytest.approx(apart[row["incident_id"]], abs=1e-9)


def test_a_changed_area_shares_the_luck_of_the_baseline() -> None:
    # A station moves: whoever is told at the same moment has been handled and drawn alike.
    held = Baseline.of(varied(), assumed())
    moved = (
        varied()
        .table("sites")
        .with_columns(x=pl.when(pl.col("site_id") == "S2").then(-1000.0).otherwise(pl.col("x")))
    )
    before = held.played(runs=2).table
    after = held.played(with_tables(varied(), {"sites": moved}), runs=2).table
    both = before.join(after, on=["run", "incident_id"], suffix="_after")
    same = both.filter(pl.col("unit_id") == pl.col("unit_id_after"))
    ready = [same["told" + end] - same["waited" + end] for end in ("", "_after")]
    assert (ready[0] - ready[1]).abs().max() < 1e-9  # type: ignore[operator]
    assert both.filter(pl.col("arrived") != pl.col("arrived_after")).height > 0
    assert after["ground"].equals(before["ground"])


def test_a_unit_that_was_stood_down_is_sent_but_does_not_arrive() -> None:
    calls = [incident(f"F{n}", "fire", 1000.0, received_at=at(f"1{n}:00:00")) for n in range(2)]
    told = [at(f"1{n}:02:00") for n in range(2)]
    attended = [
        attendance(
            "F0", "E1", told[0], responding_at=told[0], arrived_at=at("10:10:00"), available_at=at("10:30:00")
        ),
        attendance("F1", "E1", told[1], available_at=at("11:05:00")),
    ]
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=calls,
        attendances=attended,
    )
    outcomes = Baseline.of(area, assumed()).played()
    assert outcomes.table["arrived"].is_null().to_list() == [False, True]
    assert outcomes.table["free"].is_not_null().all()
    assert outcomes.incidents["incident_id"].to_list() == ["F0"]
    assert outcomes.utilisation["jobs"].to_list() == [2.0]


def with_one_more_ambulance_at(station: str) -> Outcomes:
    """Play Littleton with a second ambulance like its first, at another of its stations."""
    units = littleton().area.table("units")
    more = units.filter(pl.col("unit_id") == "AM1").with_columns(
        unit_id=pl.lit("AM10"), site_id=pl.lit(station)
    )
    return baseline().played(with_tables(littleton().area, {"units": pl.concat([units, more])}), runs=3)


def means(outcomes: Outcomes) -> dict[str, float]:
    return dict(outcomes.by("service_id").select("service_id", "mean").iter_rows())


def test_one_more_ambulance_helps_in_the_town_less_in_the_east_and_not_at_all_where_one_is_never_too_few() -> (
    None
):
    before = means(played())
    after = {each: means(with_one_more_ambulance_at(each)) for each in ("A1", "F4", "A7")}
    assert before["ambulance"] == pytest.approx(10.36, abs=0.02)
    # A1 is in the town. Three in ten of its calls met both its ambulances out: AM4 drove 13 km to them, and so AM8 had to drive
    # 38 km to calls that AM5 would have gone to. The third ends both: 12 and 23 minutes less.
    assert after["A1"]["ambulance"] == pytest.approx(8.42, abs=0.02)
    # F4 is 11 km to the east of the town, little nearer than AM4: it spares AM8 the same drives, and the town's calls a minute.
    assert after["F4"]["ambulance"] == pytest.approx(9.27, abs=0.02)
    # A7 is far out in the north west. AM8 alone is there, is the last that anybody sends, and was never asked for twice at once.
    assert after["A7"]["ambulance"] == before["ambulance"]
    for each in after.values():
        assert (each["fire"], each["police"]) == (before["fire"], before["police"])


# --- who can go ------------------------------------------------------------------------------------------------------


def two_services(**tables: Any) -> Area:
    """Make a fire engine beside the patient, and the ambulance ten kilometres away."""
    return small_area(
        services=[service("fire"), service("ambulance")],
        sites=[site("F", "fire", 0.0), site("A", "ambulance", 10_000.0)],
        units=[unit("E1", "fire", "engine", "F"), unit("M1", "ambulance", "ambulance", "A")],
        incidents=[incident("A0", "ambulance", 0.0, received_at=at("10:00:00"), category="C1")],
        **tables,
    )


def test_who_can_meet_a_need_is_data(tmp_path: Path) -> None:
    area = two_services()
    assert Baseline.of(area, assumed()).played().table["unit_id"].to_list() == ["M1"]
    table = "need,service_id,unit_kind\nambulance,ambulance,ambulance\nambulance,fire,engine\n"
    (tmp_path / "needs.csv").write_text(table, "utf-8")
    needs = own_needs(tmp_path, area)
    assert Baseline.of(area, assumed(), needs).played().table["unit_id"].to_list() == ["E1"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("need,service\n", "the column service_id is missing"),
        (
            "need,service_id,unit_kind\nambulance,fir,engine\n",
            "row 2, column service_id: no service 'fir'; did you mean 'fire'",
        ),
        (
            "need,service_id,unit_kind\nambulance,fire,engin\n",
            "row 2, column unit_kind: fire has no unit of kind 'engin'",
        ),
    ],
)
def test_a_table_of_needs_that_cannot_be_used_is_refused_by_row_and_column(
    tmp_path: Path, table: str, words: str
) -> None:
    (tmp_path / "needs.csv").write_text(table, "utf-8")
    with pytest.raises(Refusal, match=words):
        own_needs(tmp_path, two_services())


def test_a_priority_is_as_urgent_as_its_calls_were_told_soon() -> None:
    # This service's E is the most urgent, though A comes first by letter.
    calls, attended = [], []
    for n in range(80):
        name, priority = f"M{n:02d}", "AE"[n % 2]
        received = at("00:00:00") + timedelta(hours=n)
        calls.append(incident(name, "ambulance", 0.0, received_at=received, priority=priority))
        attended.append(attendance(name, "M1", received + timedelta(minutes=1 if priority == "E" else 20)))
    area = small_area(
        services=[service("ambulance")],
        sites=[site("A", "ambulance", 0.0)],
        units=[unit("M1", "ambulance", "ambulance", "A")],
        incidents=calls,
        attendances=attended,
    )
    ranks = dict(asked(area).jobs.select("priority", "urgency").unique().iter_rows())
    assert ranks["E"] < ranks["A"]


# --- what stops us, and what is said ---------------------------------------------------------------------------------


def test_without_a_place_or_a_time_the_message_says_what_to_add() -> None:
    for call in (
        incident("F0", "fire", None, received_at=at("10:00:00")),
        incident("F0", "fire", 0.0),
        incident("F0", "fire", 0.0, received_at=at("10:00:00"), place_precision="snapped"),
    ):
        area = small_area(
            services=[service("fire")], incidents=[call], units=[unit("E", "fire", "engine", None)]
        )
        with pytest.raises(
            Refusal, match="add received_at and either latitude and longitude or easting and northing"
        ):
            Baseline.of(area, assumed())


def test_without_units_the_message_says_what_to_add() -> None:
    area = small_area(
        services=[service("fire")], incidents=[incident("F0", "fire", 0.0, received_at=at("10:00:00"))]
    )
    with pytest.raises(Refusal, match="add tables/units with their kinds and sites"):
        Baseline.of(area, assumed())


def test_a_need_that_nobody_meets_is_named_with_who_could() -> None:
    area = with_tables(
        two_services(), {"sites": two_services().table("sites").filter(pl.col("site_id") == "F")}
    )
    words = "nobody meets the need 'ambulance', which 1 jobs of ambulance have: it takes one of kind ambulance of ambulance"
    with pytest.raises(Refusal, match=words):
        Baseline.of(area, assumed())
    with pytest.raises(Refusal, match=words):
        Baseline.of(two_services(), assumed()).played(area)


def test_a_queue_that_never_empties_names_service_hour_and_shortfall() -> None:
    # Two calls an hour for eight days, each of an hour and more, and one engine.
    calls = [
        incident(f"F{n:03d}", "fire", 0.0, received_at=at("00:00:00") + timedelta(minutes=30 * n))
        for n in range(400)
    ]
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        incidents=calls,
    )
    stated = assumed(response__busy__fire=60)
    with pytest.raises(Refusal) as stopped:
        Baseline.of(area, stated).played()
    words = str(stopped.value)
    assert "the queue of fire for 'engine' never empties" in words
    assert "on Monday at" in words
    assert "and 1 are on duty, " in words
    assert "add units or shifts for that hour" in words


def test_a_unit_that_is_never_on_duty_when_asked_for_leaves_a_queue_that_is_named() -> None:
    area = two_services(
        shifts=[{"shift_id": "M1-1", "unit_id": "M1", "weekday": 1, "starts_at": "00:00", "ends_at": "00:10"}]
    )
    with pytest.raises(Refusal, match="nobody meets the need 'ambulance'"):
        Baseline.of(area, assumed())


def test_what_was_taken_for_granted_is_said_by_name() -> None:
    area = with_tables(
        two_services(),
        {
            "services": pl.concat(
                [two_services().table("services"), small_area(services=[service("police")]).table("services")]
            ),
            "incidents": pl.concat(
                [
                    two_services().table("incidents"),
                    small_area(incidents=[incident("P0", "police", None, received_at=at("10:00:00"))]).table(
                        "incidents"
                    ),
                ]
            ),
        },
    )
    found = Baseline.of(area, assumed())
    assert any("police is left out: none of its 1 incidents has both" in note for note in found.notes)
    assert any(
        "ambulance has no attendances: each incident asks for one ambulance" in note for note in found.notes
    )
    assert any("1 of 1 units have no shifts" in note for note in found.notes)
    assert found.travel == (
        "ambulance: straight line, declared law (60 km/h, 2.0 min lost), for want of 30 recorded runs",
    )
    assert "fitted to 112 recorded runs (60 km/h, 2.0 min lost)" in baseline().travel[0]


def test_a_record_of_one_unit_in_two_places_is_pointed_out() -> None:
    assert any(note.startswith("37 attendances of ambulance began before") for note in baseline().notes)


def test_shifts_are_kept_on_the_local_clock_when_the_clocks_change() -> None:
    # The clocks go forward on 30 March 2025. A crew from 07:00 to 19:00 is there at 07:30 on the day before and after alike.
    days = ("2025-03-29", "2025-03-30", "2025-03-31")
    area = small_area(
        services=[service("fire")],
        sites=[site("S", "fire", 0.0)],
        units=[unit("E1", "fire", "engine", "S")],
        shifts=[
            {
                "shift_id": f"E1-{day}",
                "unit_id": "E1",
                "weekday": day,
                "starts_at": "07:00",
                "ends_at": "19:00",
            }
            for day in range(1, 8)
        ],
        incidents=[
            incident(f"F{clock[:2]}-{day}", "fire", 0.0, received_at=at(clock, day))
            for day in days
            for clock in ("06:30:00", "07:30:00")
        ],
    )
    stated = assumed(response__handling__fire=2, response__busy__fire=10, response__turnout__wholetime=1)
    table = Baseline.of(area, stated).played().table
    waited = dict(table.select("incident_id", "waited").iter_rows())
    assert {each: waited[each] for each in waited if each.startswith("F07")} == {
        f"F07-{day}": 0.0 for day in days
    }
    assert {each: waited[each] for each in waited if each.startswith("F06")} == {
        f"F06-{day}": 28.0 for day in days
    }
