"""Whole shifts (§4.7): a day by hand, the bound that no roster beats, and every start tried."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.refusal import Refusal
from joinedup.response.rooms.shifts import hours_in_shifts


def test_a_room_that_needs_two_always_needs_two_times_a_week() -> None:
    assert hours_in_shifts(np.full(336, 2), 12) == 2 * 168
    assert hours_in_shifts(np.full(336, 2), 8) == 2 * 168


def test_one_more_for_half_an_hour_costs_a_whole_shift() -> None:
    staff = np.full(336, 2)
    staff[100] = 3
    assert hours_in_shifts(staff, 12) == 2 * 168 + 12


def test_a_shift_that_runs_over_sunday_night_covers_monday() -> None:
    staff = np.zeros(336, np.int64)
    staff[[0, 335]] = 1
    assert hours_in_shifts(staff, 8) == 8
    assert hours_in_shifts(np.zeros(336, np.int64), 8) == 0


def test_no_choice_of_starts_does_with_fewer() -> None:
    luck = stream(1, "rooms", "shifts")
    for _ in range(2):
        staff = np.zeros(336, np.int64)
        staff[:24] = luck.integers(0, 3, 24)
        shifts = round(hours_in_shifts(staff, 8) / 8)

        def covers(starts: tuple[int, ...], need: np.ndarray = staff) -> bool:
            there = sum(
                (
                    np.isin(np.arange(336), np.arange(2 * each, 2 * each + 16) % 336).astype(int)
                    for each in starts
                ),
                np.zeros(336, int),
            )
            return bool(np.all(there >= need))

        hours = [each % 168 for each in range(-8, 12)]
        assert any(covers(each) for each in combinations_with_replacement(hours, shifts))
        assert not any(covers(each) for each in combinations_with_replacement(hours, shifts - 1))


def test_a_shift_of_a_third_of_an_hour_is_refused() -> None:
    with pytest.raises(Refusal, match="not a number of half-hours"):
        hours_in_shifts(np.full(336, 2), 8.3)
