"""The law of travel: continuous, smooth at its joint, always growing, and undone by its inverse."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.refusal import Refusal
from joinedup.travel import ASSUMPTIONS, CRUISING_SPEED, LOST_MINUTES, StraightLine

speeds = st.floats(0.2, 3.0)
lost = st.floats(0.1, 10.0)
BY_NAME = {each.name: each for each in ASSUMPTIONS}


@given(speeds, lost)
def test_both_branches_meet_at_speed_times_lost_minutes(speed: float, minutes: float) -> None:
    law = StraightLine(speed, minutes)
    joint = speed * minutes * 1000
    assert float(law.minutes(joint)) == pytest.approx(2 * minutes)
    below, beyond = law.minutes(np.array([joint * (1 - 1e-9), joint * (1 + 1e-9)]))
    assert below == pytest.approx(beyond)


@given(speeds, lost)
def test_both_slopes_meet_at_speed_times_lost_minutes(speed: float, minutes: float) -> None:
    law = StraightLine(speed, minutes)
    joint, step = speed * minutes * 1000, speed * minutes
    below, at, beyond = law.minutes(np.array([joint - step, joint, joint + step]))
    slope = step / (1000 * speed)
    assert beyond - at == pytest.approx(slope)
    assert at - below == pytest.approx(slope, rel=1e-3)


@given(speeds, lost, st.floats(0, 200_000), st.floats(0.001, 10_000))
def test_farther_takes_longer(speed: float, minutes: float, metres: float, more: float) -> None:
    law = StraightLine(speed, minutes)
    assert law.minutes(metres + more) > law.minutes(metres)


@given(speeds, lost, st.floats(0, 200_000))
def test_metres_undoes_minutes(speed: float, minutes: float, metres: float) -> None:
    law = StraightLine(speed, minutes)
    assert law.metres(float(law.minutes(metres))) == pytest.approx(metres, rel=1e-9, abs=1e-9)


def test_the_law_has_the_shape_that_kolesar_and_blum_published() -> None:
    # 2 sqrt(D / a) up to twice the distance in which cruising speed is reached, then 2 v / a + (D - 2 d) / v,
    # with a the acceleration and d = v^2 / 2a; the lost minutes of ours are v / a.
    speed, lost_minutes = 0.9, 1.5
    acceleration = speed / lost_minutes
    reached = speed**2 / (2 * acceleration)
    law = StraightLine(speed, lost_minutes)
    for km in (0.0, 0.1, 0.7, 1.2, 1.35, 1.4, 3.0, 20.0):
        published = (
            2 * np.sqrt(km / acceleration)
            if km <= 2 * reached
            else 2 * speed / acceleration + (km - 2 * reached) / speed
        )
        assert float(law.minutes(km * 1000)) == pytest.approx(published)


def test_four_times_as_far_takes_twice_as_long_while_a_drive_is_short() -> None:
    law = StraightLine(1.0, 2.0)
    assert float(law.minutes(2000)) == pytest.approx(2 * float(law.minutes(500)))


def test_a_law_without_lost_minutes_is_a_straight_line() -> None:
    law = StraightLine(1.0, 0.0)
    assert law.minutes(np.array([0.0, 500.0, 7000.0])).tolist() == [0.0, 0.5, 7.0]
    assert [law.metres(each) for each in (0.0, 0.5, 7.0)] == [0.0, 500.0, 7000.0]


def test_the_declared_values_are_kilometres_an_hour_and_minutes() -> None:
    law = StraightLine.of(BY_NAME)
    assert (law.km_per_minute, law.lost_minutes) == (CRUISING_SPEED.central / 60, LOST_MINUTES.central)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (replace(CRUISING_SPEED, low=0, central=0, high=0), "travel.cruising_speed: 0 km/h is no speed"),
        (
            replace(LOST_MINUTES, low=-1, central=-1, high=-1),
            "travel.lost_minutes: -1 minutes cannot be lost",
        ),
    ],
)
def test_a_speed_of_nothing_is_refused_by_name(changed: object, words: str) -> None:
    assert hasattr(changed, "name")
    with pytest.raises(Refusal, match=words):
        StraightLine.of({**BY_NAME, changed.name: changed})  # type: ignore[dict-item]
