"""Erlang's formulas (§3.6) against golden values, against the balance of states solved outright, and against each other."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.response.rooms.erlang import (
    Impatient,
    answered_within,
    erlang_b,
    erlang_c,
    least_handlers,
    mean_wait,
)
from joinedup.response.standards import Standard

# Handlers, load, Erlang B, Erlang C, mean wait in handling times: computed in 50-digit arithmetic, independently of this project.
GOLDEN = [
    (1, 0.5, 0.333333333333, 0.500000000000, 1.000000000000),
    (2, 1, 0.200000000000, 0.333333333333, 0.333333333333),
    (5, 3, 0.110054347826, 0.236151603499, 0.118075801749),
    (5, 4.5, 0.243021001815, 0.762493220733, 1.524986441466),
    (10, 8, 0.121661064253, 0.409180150796, 0.204590075398),
    (20, 17, 0.085860331793, 0.385056229893, 0.128352076631),
    (50, 45, 0.054104472165, 0.363864467207, 0.072772893441),
    (100, 95, 0.048804206179, 0.506456853913, 0.101291370783),
    (200, 180, 0.010324995205, 0.094471218178, 0.004723560909),
]


@pytest.mark.parametrize(("handlers", "load", "lost", "waits", "mean"), GOLDEN)
def test_the_formulas_give_every_digit_of_the_golden_values(
    handlers: int, load: float, lost: float, waits: float, mean: float
) -> None:
    assert erlang_b(load, handlers) == pytest.approx(lost, abs=5.1e-13)
    assert erlang_c(load, handlers) == pytest.approx(waits, abs=5.1e-13)
    assert mean_wait(load, handlers, 1.0) == pytest.approx(mean, abs=5.1e-13)


def test_thousands_of_handlers_neither_overflow_nor_vanish() -> None:
    assert 0 < erlang_b(4_950.5, 5_000) < 0.02
    assert erlang_b(1e-3, 400) >= 0


def test_a_room_with_more_work_than_handlers_never_answers_all() -> None:
    assert erlang_c(5.0, 5) == 1
    assert mean_wait(5.5, 5, 60.0) == np.inf
    assert answered_within(5.5, 5, 60.0, 10.0) == 0


def balance(load: float, handlers: int, seconds: float, patience: float, room: int = 400) -> Any:
    """Solve the balance of states (0, 1, ... in the room) outright; their chances, shape (room + 1,)."""
    logs = np.zeros(room + 1)
    for busy in range(1, room + 1):
        leaving = min(busy, handlers) / seconds + max(busy - handlers, 0) / patience
        logs[busy] = logs[busy - 1] + np.log(load / seconds / leaving)
    chances = np.exp(logs - logs.max())
    return chances / chances.sum()


@pytest.mark.parametrize(
    ("load", "handlers", "patience"), [(8.0, 10, 120.0), (12.0, 10, 60.0), (0.3, 1, 30.0), (40.0, 30, 5.0)]
)
def test_erlang_a_is_the_balance_of_its_states(load: float, handlers: int, patience: float) -> None:
    chances = balance(load, handlers, 120.0, patience)
    queue = float((np.maximum(np.arange(len(chances)) - handlers, 0) * chances).sum())
    exact = Impatient(load, handlers, 120.0, patience)
    assert exact.waits == pytest.approx(float(chances[handlers:].sum()), rel=1e-9)
    assert exact.queue == pytest.approx(queue, rel=1e-9)
    assert exact.given_up == pytest.approx(queue / patience / (load / 120.0), rel=1e-9)
    # Whoever is answered at all, is answered in time.
    assert exact.answered_within(12 * patience) == pytest.approx(1 - exact.given_up, abs=1e-6)


def test_endless_patience_is_erlang_c_and_none_is_erlang_b() -> None:
    endless = Impatient(8.0, 10, 120.0, 1e7)
    assert endless.waits == pytest.approx(float(erlang_c(8.0, 10)), rel=1e-3)
    assert endless.answered_within(10.0) == pytest.approx(
        float(answered_within(8.0, 10, 120.0, 10.0)), rel=1e-3
    )
    assert Impatient(8.0, 10, 120.0, 1e-6).given_up == pytest.approx(float(erlang_b(8.0, 10)), rel=1e-6)


def test_an_urgent_call_waits_as_all_would_where_all_are_urgent() -> None:
    assert answered_within(4.0, 5, 120.0, 10.0, urgent=4.0) == answered_within(4.0, 5, 120.0, 10.0)
    assert answered_within(4.0, 5, 120.0, 10.0, urgent=1.0) > answered_within(4.0, 5, 120.0, 10.0)


def standard(measure: str, share: float | None = None, limit: float = 10.0) -> Standard:
    clock = ("connected_at", "answered_at")
    return Standard(
        "x", "police", "", (), ("999",), clock, measure, share, limit / 60, date(2020, 1, 1), None, "y"
    )


@given(
    st.lists(st.floats(0.0, 0.4), min_size=1, max_size=5),
    st.floats(30.0, 400.0),
    st.floats(0.05, 1.0),
    st.sampled_from([standard("share", 0.9), standard("mean", None, 5.0), standard("90th", None, 20.0)]),
)
def test_the_least_handlers_meet_the_standard_and_one_fewer_would_not(
    rates: list[float], seconds: float, urgent: float, asked: Standard
) -> None:
    rate = np.array(rates)
    least = least_handlers(rate, seconds, asked, rate * urgent)

    def kept(call_rate: float, handlers: int) -> bool:
        load = call_rate * seconds
        if load >= handlers:
            return False
        if asked.measure == "mean":
            waits = float(erlang_c(load, handlers)) * seconds / (handlers - load * urgent)
            return waits <= (asked.limit or 0) * 60
        found = answered_within(load, handlers, seconds, (asked.limit or 0) * 60, load * urgent)
        return float(found) >= (asked.share or 0.9)

    for each, handlers in zip(rates, least.tolist(), strict=True):
        if each * seconds == 0:
            assert handlers == 0
        else:
            assert kept(each, handlers)
            assert handlers == 1 or not kept(each, handlers - 1)
