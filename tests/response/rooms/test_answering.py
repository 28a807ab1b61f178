"""Answering (§3.1, §3.6): worked by hand, beside a plain program, beside Erlang's formulas, and the laws of any room."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.response.rooms import Calls, Played, Teams, answer, busy
from joinedup.response.rooms.erlang import Impatient, answered_within, erlang_b, erlang_c, mean_wait
from tests.response.rooms.plain import Plain
from tests.response.rooms.worlds import MINUTE, SECOND, anything, calls, poisson, teams

SEEDS = range(30)
POLICE, FIRE = 0, 1


def in_seconds(played: Played, column: str) -> list[float]:
    return [each / SECOND for each in getattr(played, column)]


def test_four_calls_to_two_handlers_by_hand() -> None:
    # Two handlers. 999 at 0 s for 60 s, another call at 10 s for 100 s; at 20 s another call and at 30 s a 999 call: both wait.
    # The first handler is free at 60 s and takes the 999 call though it came later; at 60 + 30 + 5 of writing = 95 s the other.
    given = calls(
        {"connected": 0, "handling": 60 * SECOND},
        {"connected": 10 * SECOND, "priority": 1, "handling": 100 * SECOND},
        {"connected": 20 * SECOND, "priority": 1, "handling": 40 * SECOND},
        {"connected": 30 * SECOND, "handling": 30 * SECOND, "wrap_up": 5 * SECOND},
    )
    played = answer(given, teams([2]))
    assert in_seconds(played, "answered") == [0, 10, 95, 60]
    assert in_seconds(played, "handled") == [60, 110, 135, 90]
    assert in_seconds(played, "released") == [60, 110, 135, 95]
    assert played.handler.tolist() == [0, 1, 0, 0]
    assert busy(played, teams([2])).tolist() == [135_000, 100_000]
    assert np.all(played.lost == -1)


@pytest.mark.parametrize(("stays", "released", "next_answered"), [(0, 60, 60), (1, 80, 80), (2, 320, 320)])
def test_a_call_passed_on_by_hand(stays: int, released: int, next_answered: int) -> None:
    # The police take a call at 0 s and pass it on at 60 s. The one fire handler speaks from 20 s to 80 s, answers then and logs
    # for 240 s. Whoever stays on the line is free at 80 s or at 320 s, and only then answers the police call of 30 s.
    given = calls(
        {"connected": 0, "handling": 60 * SECOND, "passed_to": FIRE, "log": 240 * SECOND},
        {"connected": 20 * SECOND, "service": FIRE, "handling": 60 * SECOND},
        {"connected": 30 * SECOND, "handling": 10 * SECOND},
    )
    played = answer(given, teams([1, 1], stays=stays, stays_most=10 * MINUTE))
    assert (played.passed[0], played.answered_there[0], played.logged_there[0]) == (60_000, 80_000, 320_000)
    assert played.released[0] == released * SECOND
    assert played.answered[2] == next_answered * SECOND
    assert played.second.tolist() == [1, -1, -1]
    assert busy(played, teams([1, 1])).tolist() == [(released + 10) * SECOND, 300 * SECOND]


def test_two_rooms_that_pass_to_each_other_do_not_hold_the_line_for_ever() -> None:
    given = calls(
        {"connected": 0, "handling": 10 * SECOND, "passed_to": FIRE, "log": 5 * SECOND},
        {"connected": 0, "service": FIRE, "handling": 10 * SECOND, "passed_to": POLICE, "log": 5 * SECOND},
    )
    played = answer(given, teams([1, 1], stays=1, stays_most=2 * MINUTE))
    # Both wait from 10 s until, at 130 s, both leave the line and take each other's call.
    assert in_seconds(played, "released") == [130, 130]
    assert in_seconds(played, "logged_there") == [135, 135]


def test_one_team_passes_nothing_on_but_opens_the_second_record_itself() -> None:
    given = calls(
        {
            "connected": 0,
            "handling": 100 * SECOND,
            "passed_to": FIRE,
            "log": 240 * SECOND,
            "log_own": 20 * SECOND,
        }
    )
    one = teams([1], services=2, stays=2, longer=np.full((1, 2), 1100))
    played = answer(given, one)
    assert (played.handled[0], played.logged_there[0], played.released[0]) == (110_000, 132_000, 132_000)
    assert played.second[0] == played.handler[0] == 0


def test_whoever_goes_off_duty_ends_the_call_and_takes_no_other() -> None:
    # Two handlers until 00:30, then one. Both are speaking then; the second ends at 00:35 and goes home, the first at 00:40.
    on = np.ones(336, np.int64)
    on[0] = 2
    given = calls(
        {"connected": 0, "handling": 40 * MINUTE},
        {"connected": 0, "handling": 35 * MINUTE},
        {"connected": 31 * MINUTE, "handling": MINUTE},
    )
    played = answer(given, teams([on]))
    assert played.released.tolist() == [40 * MINUTE, 35 * MINUTE, 41 * MINUTE]
    assert played.handler.tolist() == [0, 1, 0]


def test_giving_up_and_ringing_again_by_hand() -> None:
    # One handler speaks until 100 s. A caller waits 30 s from 10 s, rings again 20 s later at 60 s, gives up at 90 s, rings at
    # 110 s and is answered at once. Another, as patient, rings no more: lost at 45 s.
    given = calls(
        {"connected": 0, "handling": 100 * SECOND},
        {
            "connected": 10 * SECOND,
            "handling": 5 * SECOND,
            "patience": 30_000,
            "again": 20_000,
            "attempts": 3,
        },
        {"connected": 15 * SECOND, "patience": 30_000},
    )
    played = answer(given, teams([1]))
    assert played.given_up.tolist() == [0, 2, 1]
    assert (played.joined[1], played.answered[1]) == (110_000, 110_000)
    assert (played.lost[2], played.answered[2]) == (45_000, -1)


def test_calls_that_wait_go_over_to_the_team_that_answers_next() -> None:
    # The day's room closes at 00:30 and the night team opens: who waits is answered then.
    team_of = np.ones((336, 1), np.int64)
    team_of[0] = 0
    on = np.zeros((2, 336), np.int64)
    on[1, 1:] = 1
    night = Teams(team_of, on, np.full((2, 1), 1000), 0, 0, 0)
    played = answer(calls({"connected": 25 * MINUTE, "handling": MINUTE}), night)
    assert played.answered[0] == 30 * MINUTE


def test_calls_for_which_nobody_ever_comes_on_duty_are_still_waiting_at_the_end() -> None:
    played = answer(calls({"connected": 0, "handling": MINUTE}), teams([0]))
    assert played.answered[0] == played.lost[0] == -1


@pytest.mark.parametrize("seed", range(60))
def test_any_world_goes_as_the_plain_program_says(seed: int) -> None:
    given, who = anything(seed)
    played, plain = answer(given, who), Plain(given, who).play()
    for name in Played._fields:
        assert getattr(played, name).tolist() == [row[name] for row in plain], name


@pytest.mark.parametrize("seed", range(60, 80))
def test_no_call_is_lost_or_invented_and_nobody_handles_two_at_once(seed: int) -> None:
    given, who = anything(seed, 1_500)
    played = answer(given, who)
    answered, lost = played.answered >= 0, played.lost >= 0
    waiting = ~answered & ~lost
    assert not np.any(answered & lost)
    assert answered.sum() + lost.sum() + waiting.sum() == len(given.connected)
    # An attempt ends in an answer, in giving up, or waits: nothing else.
    assert np.all(played.given_up[lost] == given.attempts[lost])
    assert np.all(played.given_up[~lost] < given.attempts[~lost])
    assert np.all((played.passed >= 0) == (answered & (given.passed_to >= 0)))
    spans: dict[int, list[tuple[int, int]]] = {}
    for call in np.flatnonzero(answered):
        if played.released[call] >= 0:
            own = (int(played.answered[call]), int(played.released[call]))
            spans.setdefault(int(played.handler[call]), []).append(own)
        if played.second[call] >= 0 and played.second[call] != played.handler[call]:
            there = (int(played.answered_there[call]), int(played.logged_there[call]))
            spans.setdefault(int(played.second[call]), []).append(there)
    for each in spans.values():
        each.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(each))


def z(found: list[float], wanted: float) -> float:
    """Give how many standard errors of the mean of the seeds it lies from what is wanted."""
    each = np.array(found)
    return float(abs(each.mean() - wanted) / (each.std(ddof=1) / np.sqrt(len(each))))


@pytest.mark.parametrize(
    ("handlers", "load", "count", "warming"),
    [
        *(
            (*room, 40_000, 4_000)
            for room in ((1, 0.5), (2, 1.0), (5, 3.0), (10, 8.0), (20, 17.0), (50, 45.0))
        ),
        # Near saturation, and with hundreds of handlers, an empty room takes longer to fill, and waits hang together for longer.
        (5, 4.5, 80_000, 16_000),
        (100, 95.0, 80_000, 20_000),
        (200, 180.0, 40_000, 8_000),
    ],
)
def test_waits_are_erlang_s_within_monte_carlo_error(
    handlers: int, load: float, count: int, warming: int
) -> None:
    # A z-test of the mean of 30 seeds against the formula, for three figures of nine rooms, the golden table's: 3.5 standard
    # errors would be passed by luck in 1 of 24 such tables (Student, 29 degrees of freedom); the seeds are fixed, so that it
    # does not flicker.
    waits, means, within = [], [], []
    for seed in SEEDS:
        given, who = poisson(count, handlers, load, seed)
        waited = (answer(given, who).answered - given.connected)[warming:]
        waits.append(float((waited > 0).mean()))
        means.append(float(waited.mean()) / 120_000)
        within.append(float((waited <= 10 * SECOND).mean()))
    assert z(waits, float(erlang_c(load, handlers))) < 3.5
    assert z(means, float(mean_wait(load, handlers, 1.0))) < 3.5
    assert z(within, float(answered_within(load, handlers, 120.0, 10.0))) < 3.5


def test_without_patience_calls_are_lost_as_erlang_b_says() -> None:
    lost = []
    for seed in SEEDS:
        given, who = poisson(20_000, 10, 8.0, seed)
        played = answer(given._replace(patience=np.zeros_like(given.patience)), who)
        lost.append(float((played.lost[2_000:] >= 0).mean()))
    assert z(lost, float(erlang_b(8.0, 10))) < 3.5


@pytest.mark.parametrize(("handlers", "load", "patience"), [(10, 12.0, 60.0), (5, 4.5, 300.0)])
def test_impatient_callers_give_up_as_erlang_a_says(handlers: int, load: float, patience: float) -> None:
    exact = Impatient(load, handlers, 120.0, patience)
    lost, within, waits = [], [], []
    for seed in SEEDS:
        given, who = poisson(20_000, handlers, load, seed, patience=patience)
        played = answer(given, who)
        ended = np.where(played.lost >= 0, played.lost, played.answered)
        waited = (ended - given.connected)[2_000:]
        answered = played.answered[2_000:] >= 0
        lost.append(1 - float(answered.mean()))
        within.append(float((answered & (waited <= 10 * SECOND)).mean()))
        waits.append(float(waited.mean()) / SECOND)
    assert z(lost, exact.given_up) < 3.5
    assert z(within, exact.answered_within(10.0)) < 3.5
    assert z(waits, exact.mean_wait) < 3.5


def test_999_calls_go_first_as_the_formula_of_priorities_says() -> None:
    within = []
    for seed in SEEDS:
        given, who = poisson(40_000, 5, 4.0, seed)
        urgent = stream(seed, "rooms", "test", "urgent").random(len(given.connected)) < 0.3
        played = answer(given._replace(priority=np.where(urgent, 0, 1)), who)
        waited = (played.answered - given.connected)[4_000:]
        within.append(float((waited[urgent[4_000:]] <= 30 * SECOND).mean()))
    assert z(within, float(answered_within(4.0, 5, 120.0, 30.0, urgent=1.2))) < 3.5


def test_one_team_of_as_many_never_waits_longer_than_two_rooms_do() -> None:
    # The same calls, of one kind and length, to two rooms of five and to one of ten. Sums of waits, seed by seed.
    for seed in SEEDS:
        given, _ = poisson(5_000, 10, 8.0, seed)
        given = given._replace(service=np.arange(5_000) * 31 % 2, handling=np.full(5_000, 2 * MINUTE))
        apart = answer(given, teams([5, 5])).answered - given.connected
        pooled = answer(given, teams([10], services=2)).answered - given.connected
        assert pooled.sum() <= apart.sum()
        assert np.all(np.sort(pooled)[::-1].cumsum() <= np.sort(apart)[::-1].cumsum())


def test_calls_out_of_order_and_teams_that_do_not_fit_are_refused() -> None:
    given = calls({"connected": 5}, {"connected": 4})
    with pytest.raises(ValueError, match="in order"):
        answer(given, teams([1]))
    fine = calls({"connected": 5, "service": 1})
    with pytest.raises(ValueError, match="beyond"):
        answer(fine, teams([1]))
    with pytest.raises(ValueError, match="below 0"):
        answer(calls({"connected": 5, "handling": -1}), teams([1]))


def test_an_empty_day_is_played() -> None:
    nothing = Calls(*(np.zeros(0, np.int64) for _ in Calls._fields))
    assert len(answer(nothing, teams([1])).answered) == 0
