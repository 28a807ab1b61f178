"""When calls come (§3.1): what was drawn is found again, hour by hour, month by month and day by day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.response.rooms.arrivals import Arrivals, Line, Pattern, Seen, replayed

DAY = 86_400_000
MONDAY = date(2024, 1, 1)
WEEKS = 104
POLICE, FIRE = Line("police", urgent=True), Line("fire", urgent=True)


def true_pattern(surge: float, together: float = 0.0) -> Pattern:
    hours = np.arange(168)
    police = 6 + 4 * np.sin(hours % 24 / 24 * 2 * np.pi) + 3 * (hours >= 96)
    season = 1 + 0.2 * np.cos(np.arange(12) / 12 * 2 * np.pi)
    both = np.array([[1.0, together], [together, 1.0]])
    return Pattern(
        (POLICE, FIRE), np.array([police, police / 2]), np.array([season, season]), np.full(2, surge), both
    )


def found_again(pattern: Pattern, made: Arrivals, first: date = MONDAY, weeks: int = WEEKS) -> Pattern:
    seen = [Seen(made.moment[made.line == row], first, weeks * 7) for row in range(len(pattern.lines))]
    return Pattern.fitted(pattern.lines, seen)


def test_the_mean_of_each_hour_of_the_week_is_found_again() -> None:
    pattern = true_pattern(0.0)
    fitted = found_again(pattern, pattern.made(MONDAY, WEEKS, 1, 0))
    # The fitted season is one on average over the days that were seen; so is the true one here, to a part in a thousand.
    error = (fitted.hourly[0] - pattern.hourly[0]) / np.sqrt(pattern.hourly[0] / WEEKS)
    assert np.abs(error).max() < 4.5
    assert error.std() < 1.2
    assert fitted.hourly.sum() == pytest.approx(pattern.hourly.sum(), rel=0.01)
    assert fitted.season[0] == pytest.approx(pattern.season[0], abs=0.03)


@pytest.mark.parametrize("surge", [0.0, 0.02, 0.1])
def test_how_far_days_differ_is_found_again(surge: float) -> None:
    pattern = true_pattern(surge)
    found = [found_again(pattern, pattern.made(MONDAY, WEEKS, seed, 0)).surge[0] for seed in range(6)]
    # The variance of a gamma's variance over 728 days is about 2/728 and a little more of its square.
    assert np.mean(found) == pytest.approx(surge, rel=0.12, abs=0.001)


def test_busy_days_that_services_share_are_found_again() -> None:
    pattern = true_pattern(0.1, together=0.7)
    fitted = found_again(pattern, pattern.made(MONDAY, WEEKS, 4, 0))
    assert fitted.together[0, 1] == pytest.approx(0.7, abs=0.1)
    apart = found_again(true_pattern(0.1), true_pattern(0.1).made(MONDAY, WEEKS, 4, 0))
    assert abs(apart.together[0, 1]) < 0.15


def test_day_totals_vary_as_negative_binomial_numbers_do() -> None:
    level = Pattern((POLICE,), np.full((1, 168), 5.0), np.ones((1, 12)), np.array([0.05]), np.eye(1))
    totals = np.concatenate(
        [np.bincount(level.made(MONDAY, WEEKS, seed, 0).moment // DAY, minlength=728) for seed in range(10)]
    )
    assert totals.mean() == pytest.approx(120, rel=0.01)
    # Mean + surge x mean squared = 120 + 720.
    assert totals.var() == pytest.approx(840, rel=0.06)


def test_few_records_are_drawn_in_and_none_of_a_month_moves_none() -> None:
    luck = stream(3, "rooms", "few")
    moments = np.sort(luck.integers(0, 70 * DAY, 90))
    fitted = Pattern.fitted([FIRE], [Seen(moments, MONDAY, 70)])
    assert fitted.hourly.sum() * 10 == pytest.approx(90, rel=1e-6)
    # 90 calls in 1,680 hours leave most hours of the week without one, which does not mean that nobody would call then.
    assert fitted.hourly.min() > 0 or np.bincount(moments // 3_600_000 % 24, minlength=24).min() == 0
    assert fitted.season[0, 2:].tolist() == [1.0] * 10


def test_one_seed_gives_the_same_calls_whatever_other_services_call() -> None:
    pattern = true_pattern(0.05)
    one = pattern.made(MONDAY, 4, 7, 2)
    again = pattern.made(MONDAY, 4, 7, 2)
    assert one.moment.tobytes() == again.moment.tobytes()
    assert one.name.tobytes() == again.name.tobytes()
    alone = Pattern((POLICE,), pattern.hourly[:1], pattern.season[:1], pattern.surge[:1], np.eye(1))
    assert alone.made(MONDAY, 4, 7, 2).moment.tolist() == one.moment[one.line == 0].tolist()
    assert one.moment.tobytes() != pattern.made(MONDAY, 4, 7, 3).moment.tobytes()
    assert np.all(np.diff(one.moment) >= 0)


def test_recorded_calls_are_given_again_in_any_order() -> None:
    moments, names = np.array([30, 10, 20]), ["c", "a", "b"]
    one = replayed([(POLICE, moments, names)])
    other = replayed([(POLICE, moments[::-1], names[::-1])])
    assert one.moment.tolist() == [10, 20, 30]
    assert one.name.tolist() == other.name.tolist()
