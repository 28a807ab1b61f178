"""Dispatchers (§3.1, §3.6): worked by hand, beside Erlang's formulas in a row of two queues, beside SimPy, and the laws."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from joinedup.assumptions import stream
from joinedup.refusal import Refusal
from joinedup.response.rooms import Desks, Rooms, answer, declared, shipped, staffed, with_dispatchers
from joinedup.response.rooms.desks import asked_of_dispatchers, records, take_up
from joinedup.response.rooms.drawing import Drawn, Teaming, under
from joinedup.response.rooms.erlang import answered_within, erlang_c, mean_wait
from joinedup.response.rooms.staffing import Load, played, years
from tests.response.rooms.test_answering import SEEDS, z
from tests.response.rooms.test_staffing import busy_area
from tests.response.rooms.worlds import SECOND, calls, poisson, teams
from tests.small import ROOT, with_tables

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.response.rooms import Calls

SEPARATE, MESSAGE, _, ONE_TEAM, _ = shipped()
RIVALS = ROOT / ".venv-rivals" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
POLICE, FIRE = 0, 1


@cache
def busy() -> Rooms:
    return Rooms.of(busy_area(14, 100), {})


def rooms(*, themselves: tuple[str, ...] = (), open_after: float = 1.0) -> Rooms:
    """Give the rooms of police and fire, with who sends crews themselves and when a record says enough."""
    own = replace(declared.RECORD_OPEN, low=open_after, central=open_after, high=open_after)
    known = dict(busy().assumptions) | {own.name: own}
    return replace(busy(), assumptions=known, themselves=frozenset(themselves))


def made(given: Calls, sending: Any, sending_there: Any = 0, sent: Any = True) -> Drawn:
    count = len(given.connected)

    def each(value: Any) -> Any:
        return np.broadcast_to(np.asarray(value), count).copy()

    none = np.zeros(count, np.int64)
    # The luck of logging at which a message takes its central 16 s, the least of its range.
    luck = np.zeros(count, np.float32)
    return Drawn(given, none, none, each(sent), each(sending), each(sending_there), luck)


def desks(staff: tuple[int, ...], its: Rooms) -> Desks:
    """Put so many dispatchers on duty, always."""
    made_up = with_dispatchers(staffed(its, SEPARATE, weeks=1, runs=1), years(its, 1, 1)).desks
    assert made_up is not None
    return replace(made_up, confirmed=np.repeat(np.array(staff)[:, None], 336, axis=1))


def test_a_record_waits_for_a_dispatcher_while_the_caller_still_speaks_by_hand() -> None:
    # Two police handlers, one dispatcher. Calls at 0 and 10 s, of 100 s; their records say enough after half the talk, at 50 and
    # 60 s. Sending takes 30 s: the first crews are told at 80 s, the second at 110 s, when their caller's 100 s are just over.
    its = rooms(open_after=0.5)
    given = calls({"connected": 0, "handling": 100 * SECOND}, {"connected": 10_000, "handling": 100 * SECOND})
    run = made(given, 30 * SECOND)
    answers = answer(under(run, its, SEPARATE), teams([2, 1]))
    asked = records(run, answers, its, SEPARATE)
    assert asked.opened.tolist() == [50 * SECOND, 60 * SECOND]
    assert desks((1, 1), its).told(asked).tolist() == [80 * SECOND, 110 * SECOND]
    assert answers.released.tolist() == [100 * SECOND, 110 * SECOND]


def test_whoever_answers_and_sends_tells_crews_at_once_and_is_busy_for_longer_by_hand() -> None:
    # The same calls to handlers who send too: crews are told at 50 + 30 and 60 + 30 s, and nobody is free before 130 s.
    its = rooms(themselves=("police",), open_after=0.5)
    given = calls({"connected": 0, "handling": 100 * SECOND}, {"connected": 10_000, "handling": 100 * SECOND})
    run = made(given, 30 * SECOND)
    answers = answer(under(run, its, SEPARATE), teams([2, 1]))
    asked = records(run, answers, its, SEPARATE)
    assert desks((0, 1), its).told(asked).tolist() == [80 * SECOND, 90 * SECOND]
    assert answers.released.tolist() == [130 * SECOND, 140 * SECOND]


@pytest.mark.parametrize(("variant", "logged"), [(SEPARATE, 240), (MESSAGE, 16)])
def test_a_call_passed_on_asks_for_crews_of_the_second_service_when_it_is_logged_by_hand(
    variant: Any, logged: int
) -> None:
    # The published case: a message is logged and answered in 16 s in place of four minutes by voice. The police speak until 60 s;
    # fire answers at once, logs for 240 or 16 s, and its dispatcher sends in 45.
    its = rooms()
    given = calls({"connected": 0, "handling": 60 * SECOND, "passed_to": FIRE, "log": 240 * SECOND})
    run = made(given, 30 * SECOND, 45 * SECOND)
    answers = answer(under(run, its, variant), teams([1, 1], stays=variant.stays))
    asked = records(run, answers, its, variant)
    assert asked.service.tolist() == [POLICE, FIRE]
    assert asked.passed.tolist() == [False, True]
    told = desks((1, 1), its).told(asked)
    assert told.tolist() == [90 * SECOND, (60 + logged + 45) * SECOND]
    # Where fire's handlers send themselves, the same crews are told at the same moment, and nobody waits for a desk.
    alone = rooms(themselves=("fire",))
    answers = answer(under(run, alone, variant), teams([1, 1], stays=variant.stays))
    asked = records(run, answers, alone, variant)
    assert asked.opened[1] == (60 + logged) * SECOND
    assert desks((1, 0), alone).told(asked).tolist() == told.tolist()


def test_one_team_that_answers_and_sends_sends_for_both_services() -> None:
    way = replace(
        ONE_TEAM,
        dispatching="whoever answers",
        longer=replace(ONE_TEAM.longer, low=0.0, central=0.0, high=0.0),
    )
    given = calls({"connected": 0, "handling": 60 * SECOND, "passed_to": FIRE, "log_own": 20 * SECOND})
    run = made(given, 30 * SECOND, 45 * SECOND)
    its = rooms()
    answers = answer(under(run, its, way), teams([1], services=2))
    asked = records(run, answers, its, way)
    # Crews of the police at 60 + 30 s; the second record is open 20 s later, and fire's crews are told 45 s after that.
    assert asked.opened.tolist() == [60 * SECOND, 110 * SECOND]
    assert asked.told.tolist() == [90 * SECOND, 155 * SECOND]


@pytest.mark.parametrize(("handlers", "dispatchers", "sends"), [(5, 2, 40.0), (10, 4, 50.0), (20, 1, 5.0)])
def test_two_queues_in_a_row_are_erlang_s_twice(handlers: int, dispatchers: int, sends: float) -> None:
    # What leaves an exponential queue is Poisson again (Burke, 1956), so that the dispatchers' queue is Erlang's with the same
    # rate: 120 s of talk at 60 % of the handlers. The record is complete when the talk is over.
    its = rooms()
    load = 0.6 * handlers
    rate = load / 120
    waits, means, within = [], [], []
    for seed in SEEDS:
        given, who = poisson(20_000, handlers, load, seed)
        took = stream(seed, "rooms", "test", "sending").exponential(sends * SECOND, 20_000)
        run = made(given, np.round(took).astype(np.int64))
        on = teams([who.staff[0], 1])
        asked = records(run, answer(given, on), its, SEPARATE)
        told = desks_of(dispatchers).told(asked)
        waited = (told - asked.opened - asked.sending)[2_000:]
        waits.append(float((waited > 0).mean()))
        means.append(float(waited.mean()) / SECOND)
        within.append(float((waited <= 15 * SECOND).mean()))
    second = rate * sends
    assert z(waits, float(erlang_c(second, dispatchers))) < 3.5
    assert z(means, float(mean_wait(second, dispatchers, sends))) < 3.5
    assert z(within, float(answered_within(second, dispatchers, sends, 15.0))) < 3.5


@cache
def desks_of(number: int) -> Desks:
    return desks((number, number), rooms())


def test_the_dispatchers_load_is_the_work_that_the_simulation_does() -> None:
    its = rooms(themselves=("fire",))
    load = asked_of_dispatchers(its, SEPARATE)
    assert not load.calls[FIRE].any()
    teaming = Teaming.of(its, SEPARATE)
    runs = years(its, 26, 1)
    answers = played(its, SEPARATE, teaming, np.full((2, 336), 30), runs)
    asked = records(runs[0], answers[0], its, SEPARATE)
    done = asked.sending[asked.told < 0].sum() / 3_600_000 / 26
    assert done == pytest.approx(load.erlangs.sum() / 2, rel=0.03)
    # §3.3: after every call that asks for crews they are told once, whoever sends them.
    assert len(asked.call) == int((answers[0].logged_there >= 0).sum() + runs[0].sent.sum())


def test_confirmed_dispatchers_take_records_up_in_time_and_one_fewer_would_not() -> None:
    its = Rooms.of(busy_area(7, 1_500), {})
    its = replace(its, themselves=frozenset())
    runs = years(its, 4, 2)
    found = with_dispatchers(staffed(its, SEPARATE, made=runs), runs).desks
    assert found is not None
    assert found.judged.met.all()
    assert np.all(found.confirmed >= np.maximum(found.floor, found.erlang))
    run = years(its, 4, 3)[2]
    answers = played(its, SEPARATE, Teaming.of(its, SEPARATE), np.full((2, 336), 60), [run])
    asked = records(run, answers[0], its, SEPARATE)

    def in_time(staff: Any) -> float:
        told = replace(found, confirmed=staff).told(asked)
        return float((told - asked.opened - asked.sending <= 15_000).mean())

    assert in_time(found.confirmed) >= 0.9
    assert in_time(np.maximum(found.erlang - 1, 1)) < 0.9


def test_where_whoever_answers_sends_there_are_no_dispatchers_and_more_handlers() -> None:
    its = Rooms.of(busy_area(7, 1_500), {})
    runs = years(its, 2, 1)
    apart, both = (
        with_dispatchers(staffed(its, replace(SEPARATE, dispatching=each), made=runs), runs)
        for each in ("dispatchers", "whoever answers")
    )
    assert apart.desks is not None
    assert both.desks is not None
    assert both.desks.hours == 0 < apart.desks.hours
    assert apart.hours < both.hours
    assert both.hours_of_both == both.hours
    assert apart.table.filter(pl.col("work") == "sending").height == 2 * 336
    assert set(both.table["work"]) == {"answering"}


def test_a_queue_of_records_that_never_empties_names_the_service_the_hour_and_the_shortfall() -> None:
    its = rooms()
    # One record a minute for two weeks, each 90 s of a dispatcher's time, and one dispatcher.
    count = 2 * 7 * 24 * 60
    load = asked_of_dispatchers(its, SEPARATE)
    load = replace(load, calls=np.full((2, 336), 1 / 60), seconds=np.full((2, 336), 90.0))
    given, _ = poisson(count, 1, 1.0, 1, hold=60.0)
    short = given._replace(handling=np.full(count, 90 * SECOND), service=np.full(count, FIRE))
    with pytest.raises(Refusal) as caught:
        take_up([short], np.ones((2, 336), np.int64), its, SEPARATE, load)
    said = str(caught.value)
    assert "the queue of records of fire never empties under 'separate rooms'" in said
    assert "on Monday at 00:00 they ask for 1.5 dispatchers' time and 1 are on duty, 0.5 short" in said
    # Two are enough.
    (fine,) = take_up([short], np.full((2, 336), 2), its, SEPARATE, load)
    assert np.all(fine.answered >= 0)


def test_nobody_on_duty_at_all_is_refused_too() -> None:
    its = rooms()
    asked = records(
        made(given := calls({"connected": 0, "handling": SECOND}), SECOND),
        answer(given, teams([1, 1])),
        its,
        SEPARATE,
    )
    with pytest.raises(Refusal, match="the queue of records of police never empties"):
        desks((0, 0), its).told(asked)


@pytest.mark.parametrize(
    ("said", "themselves"),
    [(("dispatchers", "dispatchers"), set()), (("whoever answers", None), {"police", "fire"})],
)
def test_the_study_says_who_sends_crews_room_by_room(
    said: tuple[str | None, ...], themselves: set[str]
) -> None:
    area = busy_area(7, 20)
    schema = {"room_id": pl.String, "service_id": pl.String, "name": pl.String, "dispatching": pl.String}
    held = pl.DataFrame(
        [("P", "police", "Police", said[0]), ("F", "fire", "Fire", said[1])], schema, orient="row"
    )
    found = Rooms.of(with_tables(area, {"control_rooms": held}), {})
    assert found.themselves == themselves
    assert any("who sends crews in the room of fire" in each for each in found.notes) is (said[1] is None)


def test_crews_are_sent_once_for_each_incident_however_many_ring() -> None:
    area = busy_area(14, 100)
    told = area.table("calls").with_columns(
        # Every incident of the police is rung in twice; half of fire's calls become nothing.
        pl.when(pl.col("service_id") == "police")
        .then(pl.concat_str(pl.lit("p"), (pl.int_range(pl.len()) // 2).over("service_id")))
        .when(pl.int_range(pl.len()).over("service_id") % 2 == 0)
        .then("call_id")
        .alias("incident_id")
    )
    found = Rooms.of(with_tables(area, {"calls": told}), {})
    assert {line.service: share for line, share in found.sent.items()} == {"police": 0.5, "fire": 0.5}
    assert not any("after how many calls" in each for each in found.notes)


def in_three_rooms(count: int, seed: int) -> tuple[Drawn, Rooms]:
    """Make calls to two rooms with dispatchers and one without, one in ten passed on by message, all of chance length."""
    luck = stream(seed, "rooms", "test", "three")
    service = luck.choice(3, count, p=[0.5, 0.2, 0.3])

    def some(mean: float) -> Any:
        return np.round(luck.exponential(mean * SECOND, count)).astype(np.int64) + 1

    none = np.zeros(count, np.int64)
    given = calls({"connected": 0})._replace(
        connected=np.cumsum(some(20)),
        service=service,
        priority=(luck.random(count) < 0.5).astype(np.int64),
        handling=some(120) * 2,
        wrap_up=some(20),
        patience=none - 1,
        again=none,
        attempts=none + 1,
        passed_to=np.where(luck.random(count) < 0.1, (service + 1) % 3, -1),
        log=none + 16 * SECOND,
        log_own=none,
    )
    own = rooms(themselves=("ambulance",), open_after=0.5)
    its = replace(
        own, services=("police", "fire", "ambulance"), kinds={**own.kinds, "ambulance": "ambulance"}
    )
    return made(given, some(60), some(60), luck.random(count) < 0.7), its


@pytest.mark.slow
@pytest.mark.skipif(not RIVALS.exists(), reason="the rivals are not installed: run bench/respond.py once")
@pytest.mark.parametrize("seed", [1, 2])
def test_simpy_answers_and_sends_at_the_same_moments_to_the_last_digit(seed: int, tmp_path: Path) -> None:
    run, its = in_three_rooms(20_000, seed)
    staff, on_desks = (9, 4, 8), (2, 1, 0)
    given = under(run, its, MESSAGE)
    answers = answer(given, teams(staff))
    asked = records(run, answers, its, MESSAGE)
    nobody = np.zeros((3, 336), np.int64)
    on_duty = np.repeat(np.array(on_desks)[:, None], 336, axis=1)
    none = np.zeros((3, 336))
    judged = desks_of(1).judged
    found = Desks(its, MESSAGE, (), Load(none, none, none), nobody, nobody, on_duty, judged, ())
    told = found.told(asked)
    waited = (told - asked.opened - asked.sending)[asked.told < 0]
    assert (waited > 0).mean() > 0.05
    ours = np.full((len(given.connected), 3), -1)
    ours[:, 0] = answers.answered
    ours[asked.call, 1 + asked.passed] = told

    world = {name: getattr(given, name).tolist() for name in ("connected", "service", "priority", "wrap_up")}
    world |= {"passed_to": given.passed_to.tolist(), "log": run.calls.log.tolist()}
    world |= {"talk": run.calls.handling.tolist(), "opens": (run.calls.handling // 2).tolist()}
    world |= {"sent": run.sent.tolist(), "sending": run.sending.tolist()}
    world |= {"sending_there": run.sending_there.tolist(), "handlers": staff, "dispatchers": on_desks}
    given_to, given_back = tmp_path / "world.json", tmp_path / "answer.json"
    given_to.write_text(json.dumps(world), "utf-8")
    program = ROOT / "tests" / "rivals" / "sending_simpy.py"
    subprocess.run([RIVALS, program, given_to, given_back], check=True, capture_output=True)
    assert np.array_equal(ours, json.loads(given_back.read_text("utf-8")))


def test_the_number_of_workers_changes_no_byte() -> None:
    its = rooms()
    runs = years(its, 4, 3)
    plain = staffed(its, SEPARATE, made=runs)
    one, other = (with_dispatchers(plain, runs, each) for each in (1, 2))
    assert one.table.equals(other.table)
