"""A distribution curve gives away no small group of incidents between its points, below or above them (§8.1)."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.disclosure import (
    Chapter,
    Curve,
    Curves,
    Draft,
    Figure,
    PublishedCurve,
    PublishedCurves,
    Sensitivity,
    Statement,
    publish,
)
from joinedup.wording import Unit


def published(
    reached: list[int], base: int, limit: int = 5, sensitivity: Sensitivity = Sensitivity.OPEN
) -> PublishedCurve:
    points = [
        (float(x), Figure(each / base if base else None, Unit.SHARE, base, sensitivity=sensitivity))
        for x, each in enumerate(reached)
    ]
    block = Curves("c", "T", "S", (Curve("Line", points, "fire"),), "Minutes", "Share", "Source.", "Alt.")
    shown = (
        publish(Draft("T", "", (Chapter("c", "C", Statement(""), (block,)),)), limit).chapters[0].blocks[0]
    )
    assert isinstance(shown, PublishedCurves)
    return shown.curves[0]


def counts(curve: PublishedCurve, base: int) -> list[int]:
    return [round((figure.number or 0.0) * base) for _, figure in curve.points]


def test_points_between_which_few_incidents_lie_are_left_out_and_counted() -> None:
    shown = published([0, 3, 9, 12, 20, 20, 37, 40], 40)
    # 3 is a small group by itself, 12 is 3 more than 9, and beyond 37 lie 3: they wait for the next point.
    assert [along for along, _ in shown.points] == [0, 2, 4, 5, 7]
    assert counts(shown, 40) == [0, 9, 20, 20, 40]
    assert shown.left_out == 3


def test_a_curve_that_would_leave_a_small_group_beyond_its_last_point_stops_before_it() -> None:
    assert counts(published([0, 10, 20, 37, 38], 40), 40) == [0, 10, 20]


def test_a_curve_of_too_few_incidents_has_no_points_and_one_that_is_nobody_elses_business_neither() -> None:
    assert not published([0, 2, 4], 4).points
    assert not published([0, 20, 40], 40, sensitivity=Sensitivity.SECURITY).points


def test_a_share_that_is_not_known_is_left_out() -> None:
    assert not published([0, 0], 0).points


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(0, 9), st.integers(2, 10))
def test_no_two_numbers_that_are_said_differ_by_a_small_count(
    steps: list[int], beyond: int, limit: int
) -> None:
    reached = [sum(steps[: n + 1]) for n in range(len(steps))]
    base = reached[-1] + beyond
    said = counts(published(reached, base, limit), base) if base else []
    known = [0, *said, base] if said else []
    for one in known:
        for other in known:
            assert not 0 < abs(one - other) < limit


def test_a_point_that_could_be_said_beside_the_last_is_said() -> None:
    # Nothing is hidden for nothing: every step that is large enough is there.
    shown = published([0, 10, 20, 30, 40], 40)
    assert [b - a for a, b in pairwise(counts(shown, 40))] == [10, 10, 10, 10]
    assert shown.left_out == 0
