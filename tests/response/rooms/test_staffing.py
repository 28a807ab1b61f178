"""Who must be on duty (§3.6, §4.7): rooms measured, ways of working laid side by side, and what pooling saves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from joinedup.area import Settings
from joinedup.assumptions import stream
from joinedup.refusal import Refusal
from joinedup.response.rooms import (
    ASSUMPTIONS,
    Rooms,
    answer,
    busy,
    declared,
    pooling_saves,
    read_variant,
    shipped,
    staffed,
)
from joinedup.response.rooms.drawing import Teaming, drawn, under
from joinedup.response.rooms.judging import judge
from joinedup.response.rooms.staffing import load_of, passed_on, played, sent_after, years
from tests.small import ZONE, Row, incident, littleton, service, shuffled, small_area, with_settings

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area

SEPARATE, MESSAGE, CO_LOCATED, ONE_TEAM, NIGHT = shipped()
START = datetime(2024, 1, 1, tzinfo=ZoneInfo(ZONE))


def busy_area(days: int = 28, a_day: int = 400) -> Area:
    """Make two services whose calls were recorded: by 999 of two minutes each, one in ten passed to the other."""
    luck = stream(1, "rooms", "busy")
    rows: list[Row] = []
    for name, other in (("police", "fire"), ("fire", "police")):
        for number in range(days * a_day):
            connected = START + timedelta(seconds=float(luck.uniform(0, days * 86_400)))
            row: dict[str, Any] = {"call_id": f"{name}{number}", "service_id": name, "kind": "999"}
            row |= {"connected_at": connected, "answered_at": connected + timedelta(seconds=3)}
            row |= {"ended_at": connected + timedelta(seconds=123), "passed_to": None}
            if number % 10 == 0:
                row["passed_to"] = other
            rows.append(row)
    return small_area(
        Settings(name="x", zone=ZONE, nation="england"),
        services=[service("police"), service("fire")],
        calls=rows,
        posts=[{"post_id": "a", "service_id": "police", "function": "control", "fte": 30.0}],
    )


@cache
def rooms() -> Rooms:
    return Rooms.of(busy_area(), {})


def test_what_calls_say_is_measured_and_what_they_do_not_is_declared_and_said() -> None:
    found = rooms()
    assert found.hourly.sum(axis=1) == pytest.approx([2800, 2800], rel=0.01)
    assert [set(each) for each in found.talk] == [{120_000}, {120_000}]
    assert found.passed == pytest.approx(np.array([[0, 0.1], [0.1, 0]]))
    assert found.posts == {"police": 30.0, "fire": None}
    assert found.standards["police"].share == 0.9
    said = " ".join(found.notes)
    assert "police has no row in control_rooms" in said
    assert "how long a passed call takes in the room of police, fire is declared" in said
    assert "no answer standard is held for fire" in said
    assert "police has no calls" not in said


def test_without_calls_they_are_taken_from_incidents_and_the_notes_say_so() -> None:
    found = Rooms.of(littleton().area, littleton().assumptions)
    assert found.services == ("police", "fire", "ambulance")
    assert found.names["fire"] == "Fire control room"
    fire = littleton().area.table("incidents").filter(pl.col("service_id") == "fire").height
    per_incident = declared.URGENT_CALLS["fire"].central + declared.OTHER_CALLS["fire"].central
    assert found.hourly[2:4].sum() == pytest.approx(fire * per_incident / 10, rel=0.03)
    assert any("fire has no calls: 1.6 by 999 and 0.3 others" in each for each in found.notes)


def test_an_area_with_neither_is_refused() -> None:
    empty = small_area(services=[service("police")])
    with pytest.raises(Refusal, match="no service has calls or incidents"):
        Rooms.of(empty, {})
    some = small_area(
        services=[service("police"), service("fire")],
        incidents=[incident("a", "fire", 0.0, received_at=START)],
    )
    assert any("police is left out" in each for each in Rooms.of(some, {}).notes)


def test_every_number_taken_for_granted_is_declared_once() -> None:
    assert len({each.name for each in ASSUMPTIONS}) == len(ASSUMPTIONS)
    assert MESSAGE.log is not None
    assert MESSAGE.log.central == 16
    assert declared.LOG.central == 240


def test_the_work_of_a_passed_call_is_counted_in_both_rooms_by_hand() -> None:
    # 2,800 calls a week of 120 s and 20 s of writing. One in ten is passed on: 120, 240 or 300 s in the other
    # room, 220 in the mean, and on the line here. A message takes 16, 16 or 60 s, a second record of one's own 10, 30 or 90.
    found = replace(rooms(), themselves=frozenset())
    calls = found.hourly[0].sum()
    teaming = Teaming.of(found, SEPARATE)
    load = load_of(found, SEPARATE, teaming)
    week = load.erlangs.sum(axis=1) * 1800 / 3600
    there = found.hourly[1].sum() * 0.1 * 220
    assert week[0] == pytest.approx((calls * (120 + 20 + 0.1 * 220) + there) / 3600)
    by_message = load_of(found, MESSAGE, teaming).erlangs.sum(axis=1) / 2
    assert by_message[0] == pytest.approx((calls * 140 + found.hourly[1].sum() * 0.1 * 92 / 3) / 3600)
    one = load_of(found, ONE_TEAM, Teaming.of(found, ONE_TEAM)).erlangs.sum() / 2
    both = found.hourly.sum()
    assert one == pytest.approx(both * (120 * 1.1 + 20 + 0.1 * 130 / 3 * 1.1) / 3600)


def test_whoever_answers_and_sends_is_busy_for_both_by_hand() -> None:
    # Fire answers and sends: 45 s after half its calls, and after each that is passed to it, which the police hear out.
    found = rooms()
    assert found.themselves == {"fire"}
    police, fire = found.hourly[0].sum(), found.hourly[1].sum()
    week = load_of(found, SEPARATE, Teaming.of(found, SEPARATE)).erlangs.sum(axis=1) / 2
    sends = 0.5 * 45
    assert week[0] == pytest.approx((police * (140 + 0.1 * 265) + fire * 0.1 * 220) / 3600, rel=1e-4)
    assert week[1] == pytest.approx((fire * (140 + sends + 0.1 * 220) + police * 0.1 * 265) / 3600, rel=1e-4)


def test_the_load_is_the_work_that_the_simulation_does() -> None:
    found = rooms()
    (run,) = years(found, 26, 1)
    for variant in (SEPARATE, CO_LOCATED, NIGHT):
        teaming = Teaming.of(found, variant)
        load = load_of(found, variant, teaming)
        (answers,) = played(found, variant, teaming, np.where(teaming.open, 30, 0), [run])
        staff = teaming.staffed(found, variant, np.where(teaming.open, 30, 0))
        done = busy(answers, staff).sum() / 3_600_000 / 26
        assert done == pytest.approx(load.erlangs.sum() / 2, rel=0.01)


def test_logging_a_passed_call_is_drawn_over_its_range_and_takes_long_in_every_way_where_it_does_in_one() -> (
    None
):
    found = replace(rooms(), themselves=frozenset())
    (run,) = years(found, 26, 1)
    passed = run.calls.passed_to >= 0
    by_voice = run.calls.log[passed] / 1000
    assert (by_voice.min(), by_voice.max()) == pytest.approx((120, 300), abs=2)
    assert by_voice.mean() == pytest.approx(220, rel=0.01)
    by_message = under(run, found, MESSAGE).log[passed] / 1000
    assert by_message.mean() == pytest.approx(92 / 3, rel=0.01)
    order = np.argsort(by_voice, kind="stable")
    assert (np.diff(by_message[order]) >= -0.01).all()
    # Another run has luck of its own; a study that knows the seconds has them.
    assert not np.array_equal(by_voice, years(rooms(), 26, 2)[1].calls.log[: len(by_voice)] / 1000)
    told = replace(declared.LOG, low=200, central=200, high=200)
    known = replace(rooms(), assumptions={**rooms().assumptions, told.name: told})
    assert set(years(known, 1, 1)[0].calls.log) == {200_000}


def test_the_pooled_hours_are_answered_by_the_one_team() -> None:
    teaming = Teaming.of(rooms(), NIGHT)
    assert teaming.names == ("Police control", "Fire control", "one team")
    assert teaming.team_of[2 * 23].tolist() == [2, 2]
    assert teaming.team_of[2 * 7].tolist() == [0, 1]
    assert teaming.open.sum(axis=1).tolist() == [15 * 14, 15 * 14, 9 * 14]
    assert Teaming.of(rooms(), ONE_TEAM).names == ("one team",)


@cache
def savings() -> dict[str, Any]:
    return {each.staffing.variant.name: each for each in pooling_saves(rooms(), weeks=26, runs=3, draws=20)}


def test_confirmed_staff_keeps_the_standard_in_a_year_that_it_was_not_found_on() -> None:
    staffing = savings()[SEPARATE.name].staffing
    assert staffing.judged.met.all()
    assert np.all(staffing.confirmed >= np.maximum(staffing.erlang, staffing.floor) * staffing.teaming.open)
    fresh = [drawn(staffing.rooms, staffing.rooms.arrivals(26, run), run) for run in (100, 101)]
    answers = played(staffing.rooms, SEPARATE, staffing.teaming, staffing.confirmed, fresh)
    for each, run in zip(answers, fresh, strict=True):
        within = (each.answered >= 0) & (each.answered - each.joined <= 10_000)
        assert within.sum() / len(run.line) >= 0.9


def test_one_handler_fewer_than_erlang_says_misses_the_standard() -> None:
    staffing = savings()[SEPARATE.name].staffing
    made = years(rooms(), 26, 2)
    fewer = np.maximum(staffing.erlang - 1, 1)
    judged = judge(
        [rooms().standards[each] for each in rooms().services],
        staffing.teaming.team_of,
        fewer,
        played(rooms(), SEPARATE, staffing.teaming, fewer, made),
        [run.calls for run in made],
    )
    assert judged.met.mean() < 0.1


def test_pooling_saves_hours_and_its_table_says_where() -> None:
    found = savings()
    assert found[SEPARATE.name].hours == found[SEPARATE.name].low == found[SEPARATE.name].high == 0
    one, night = found[ONE_TEAM.name], found[NIGHT.name]
    assert one.low <= one.hours <= one.high
    assert 0 < night.hours < one.hours
    assert one.hours == found[SEPARATE.name].staffing.hours - one.staffing.hours
    assert one.posts[0] == pytest.approx(one.both[0] * 52.1775 / declared.PRODUCTIVE.central, rel=1e-4)
    table = one.staffing.table
    assert table["work"].value_counts(sort=True).rows() == [("answering", 336), ("sending", 336)]
    assert table["confirmed"].sum() / 2 == one.staffing.hours_of_both
    answering = table.filter(pl.col("work") == "answering")
    assert answering["confirmed"].sum() / 2 == one.staffing.hours
    assert answering["calls"].sum() == pytest.approx(rooms().hourly.sum())
    assert table["met"].all()
    assert one.staffing.in_shifts >= one.staffing.hours
    # The night's team is the day's people: one workforce, which needs no second shift of its own.
    assert night.staffing.in_shifts < found[SEPARATE.name].staffing.in_shifts
    assert savings()[MESSAGE.name].hours > 0


def test_longer_calls_can_turn_the_saving_round() -> None:
    # A village saves by keeping one room awake in place of two; a team that takes three times as long over each call does not.
    slow = replace(ONE_TEAM, longer=replace(ONE_TEAM.longer, low=2.0, central=2.0, high=2.0))
    _, saving = pooling_saves(rooms(), [SEPARATE, slow], weeks=8, runs=2, draws=4)
    assert saving.hours < 0


def test_the_least_awake_is_a_floor_and_the_part_of_the_saving_that_comes_of_it_is_said() -> None:
    found = Rooms.of(littleton().area, littleton().assumptions)
    apart, one = pooling_saves(found, [SEPARATE, ONE_TEAM], weeks=52, runs=4, draws=4)
    table = apart.staffing.table
    answering, sending = (table.filter(pl.col("work") == each) for each in ("answering", "sending"))
    assert answering["confirmed"].min() == declared.AWAKE.central
    assert sending["confirmed"].min() == declared.DISPATCHERS_AWAKE.central
    assert one.minimum > 0.7 * one.hours > 0
    assert np.all(one.staffing.judged.others > 0)
    # The rest is Erlang's, but for a few half-hours that the simulation raised.
    by_erlang = (apart.staffing.erlang.sum() - one.staffing.erlang.sum()) / 2
    assert one.hours == pytest.approx(by_erlang + one.minimum, abs=2)


def test_how_many_are_always_awake_moves_what_one_team_saves() -> None:
    # A village saves by keeping fewer rooms awake: with one handler always awake half of it, with three half as much again.
    found = Rooms.of(littleton().area, littleton().assumptions)
    _, one = pooling_saves(found, [SEPARATE, ONE_TEAM], weeks=26, runs=2, draws=100)
    awake = found.assumptions[declared.AWAKE.name]
    least, most = (
        replace(found, assumptions={**found.assumptions, awake.name: replace(awake, central=each)})
        for each in (awake.low, awake.high)
    )
    few, many = (
        pooling_saves(each, [SEPARATE, ONE_TEAM], weeks=26, runs=2, draws=1)[1].hours
        for each in (least, most)
    )
    assert one.low == pytest.approx(few, rel=0.1)
    assert one.high == pytest.approx(many, rel=0.1)
    assert one.high > 1.4 * one.hours > 2.5 * one.low


def test_a_declared_share_of_calls_passed_on_is_drawn_and_a_recorded_one_is_not() -> None:
    declared_shares = Rooms.of(littleton().area, littleton().assumptions)
    half = {declared.PASSED.name: declared.PASSED.central / 2, declared.SENT.name: 0.9}
    assert np.any(rooms().passed)
    assert np.array_equal(passed_on(rooms(), half), rooms().passed)
    even = replace(
        declared_shares,
        passed=np.where([[line.urgent] for line in declared_shares.lines], declared.PASSED.central / 2, 0.0),
    )
    assert np.array_equal(passed_on(even, half), even.passed / 2)
    # No call of these rooms says which incident it became, so that the share after which crews are sent is declared too.
    assert set(sent_after(rooms(), half).values()) == {0.9}
    assert set(sent_after(rooms(), {}).values()) == {declared.SENT.central}


def test_ways_that_keep_every_room_awake_save_nothing_by_keeping_fewer_awake() -> None:
    found = Rooms.of(littleton().area, littleton().assumptions)
    for saving in pooling_saves(found, [SEPARATE, MESSAGE, CO_LOCATED], weeks=4, runs=1, draws=1):
        assert saving.minimum == 0


def test_every_way_of_working_meets_the_same_calls_and_luck() -> None:
    (run,) = years(rooms(), 4, 1)
    for variant in shipped():
        mine = under(run, rooms(), variant)
        for name in ("connected", "service", "patience", "again", "attempts", "passed_to"):
            assert getattr(mine, name) is getattr(run.calls, name)
        # Fire's handlers send crews too, as long in every way of working.
        assert np.array_equal(mine.handling, under(run, rooms(), SEPARATE).handling)


def test_the_order_of_rows_changes_no_byte() -> None:
    area = busy_area(14, 100)
    one, other = (staffed(Rooms.of(each, {}), NIGHT, weeks=4, runs=2) for each in (area, shuffled(area, 5)))
    assert one.table.equals(other.table)
    assert one.judged.level.tobytes() == other.judged.level.tobytes()


def test_the_number_of_workers_changes_no_byte() -> None:
    one, other = (staffed(rooms(), NIGHT, weeks=4, runs=3, workers=each) for each in (1, 2))
    assert one.table.equals(other.table)
    assert one.judged.level.tobytes() == other.judged.level.tobytes()


def test_what_was_declared_for_want_of_calls_widens_the_saving() -> None:
    luck = stream(2, "rooms", "incidents")
    rows = [
        incident(
            f"{name}{each}",
            name,
            0.0,
            received_at=START + timedelta(seconds=float(luck.uniform(0, 28 * 86_400))),
        )
        for name in ("police", "fire")
        for each in range(5_000)
    ]
    area = small_area(services=[service("police"), service("fire")], incidents=rows)
    wide = Rooms.of(area, {})
    sure = {
        name: replace(each, low=each.central, high=each.central) for name, each in wide.assumptions.items()
    }
    narrow = Rooms.of(area, sure)
    _, one = pooling_saves(wide, [SEPARATE, NIGHT], weeks=8, runs=2, draws=30)
    _, other = pooling_saves(narrow, [SEPARATE, NIGHT], weeks=8, runs=2, draws=30)
    assert one.hours == other.hours
    assert one.high - one.low > other.high - other.low


def test_where_calls_are_too_few_to_tell_erlang_s_staff_stands_and_that_is_said() -> None:
    found = Rooms.of(littleton().area, littleton().assumptions)
    staffing = staffed(found, SEPARATE, weeks=1, runs=1)
    assert np.all(staffing.confirmed == np.maximum(staffing.erlang, staffing.floor))
    assert any("too few simulated 999 calls to tell" in each for each in staffing.notes)
    assert staffing.table["met"].null_count() > 0


def test_a_study_s_own_value_reaches_a_way_of_working() -> None:
    own = replace(ONE_TEAM.longer, low=0.5, central=0.5, high=0.5)
    found = Rooms.of(busy_area(14, 100), {own.name: own})
    assert staffed(found, ONE_TEAM, weeks=2, runs=1).teaming.longer.tolist() == [[1.5, 1.5]]


def test_the_operator_comes_before_the_clock_and_again_for_whoever_rings_again() -> None:
    (run,) = years(Rooms.of(littleton().area, littleton().assumptions), 4, 1)
    urgent = run.calls.priority == 0
    operator = declared.OPERATOR.central * 1000
    assert set(run.operator[urgent]) == {operator}
    assert set(run.operator[~urgent]) == {0}
    assert run.calls.again[urgent].min() >= operator > run.calls.again[~urgent].min()


def test_recorded_calls_can_be_played_as_they_came() -> None:
    found = rooms()
    assert found.recorded is not None
    run = drawn(found, found.recorded, 0)
    assert len(run.calls.connected) == 2 * 28 * 400
    teaming = Teaming.of(found, SEPARATE)
    answers = answer(run.calls, teaming.staffed(found, SEPARATE, np.full((2, 336), 20)))
    assert np.all(answers.answered >= 0)
    assert Rooms.of(littleton().area, {}).recorded is None


def test_a_room_with_a_queue_that_never_empties_is_refused_with_the_service_the_hour_and_the_shortfall() -> (
    None
):
    teaming = Teaming.of(rooms(), SEPARATE)
    (run,) = years(rooms(), 1, 1)
    patient = replace(run, calls=run.calls._replace(patience=np.full(len(run.line), -1)))
    staff = np.zeros((2, 336), np.int64)
    staff[0] = 20
    load = load_of(rooms(), SEPARATE, teaming).erlangs[1]
    with pytest.raises(Refusal) as caught:
        played(rooms(), SEPARATE, teaming, staff, [patient])
    half = int(load.argmax())
    assert "the queue of calls of fire never empties under 'separate rooms'" in str(caught.value)
    assert f"at {half // 2 % 24:02d}:{half % 2 * 30:02d} they ask for {load.max():.1f} handlers' time" in str(
        caught.value
    )
    assert f"0 are on duty, {load.max():.1f} short" in str(caught.value)


def test_a_study_s_own_standard_comes_first(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(
        '[[standards]]\nname = "ours"\nservice = "fire"\ncalls = ["999"]\nclock = { from = "connected_at", to = "answered_at" }\n'
        'measure = "share"\nshare = 0.95\nlimit_seconds = 7\nfrom = 2020-01-01\nsource = "plan"\n',
        "utf-8",
    )
    area = with_settings(busy_area(7, 20), standards="ours.toml")
    found = Rooms.of(area, {}, tmp_path)
    assert found.standards["fire"].name == "ours"
    assert any("no answer standard is held for police" in each for each in found.notes)


WHOLE = 'name = "x"\nsentence = "y."\nsource = "z"\npooled = "hours"\nhours = [20, 8]\nstays = "no"\n'


def test_a_user_s_own_way_of_working_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(WHOLE + 'joins = ["police", "fire"]\n', "utf-8")
    own = read_variant(path)
    assert own.hours == {20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7}
    assert own.joins == {"police", "fire"}
    assert (own.stays, own.log, own.longer.central) == (0, None, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('stays = "no"', 'stays = "no"\ndispatching = "both"'), "dispatching must be one of as now"),
        (("stays", "stay"), "unknown key 'stay'; did you mean 'stays'"),
        (('pooled = "hours"', 'pooled = "often"'), "pooled must be one of never, always, hours"),
        (("[20, 8]", "[8, 8]"), "two different hours"),
        (('"no"', '"maybe"'), "stays must be one of no, until answered, until logged"),
        (('name = "x"', 'name = ""'), "has no name"),
        (('source = "z"', 'source = "z"\nlonger = { low = 1, central = 0, high = 2 }'), "not in order"),
        (('source = "z"', 'source = "z"\nlog_seconds = 16'), "log_seconds needs low, central and high"),
        (('source = "z"', 'source = "z"\njoins = ["navy"]'), "joins must list kinds of service"),
        (("name =", "name"), "cannot be read as TOML"),
    ],
)
def test_what_a_way_of_working_does_not_say_is_refused_by_file_and_key(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(WHOLE.replace(*change), "utf-8")
    with pytest.raises(Refusal) as caught:
        read_variant(path)
    assert says in str(caught.value)
