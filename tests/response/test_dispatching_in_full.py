"""The full model in any area: its laws, and the same answers as a program that shares no line with ours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.response import Matrix
from joinedup.response.dispatching import (
    Attendance,
    Breaks,
    Changes,
    Dispatched,
    Diverting,
    Hospitals,
    Posting,
    SharedCrews,
    StraightLines,
    dispatch,
)
from joinedup.travel import StraightLine
from tests.response.test_dispatching import matrices, rows, small_county, small_worlds, some
from tests.rivals import plain_heap
from tests.rivals.worlds import FEATURES, LAW, RUSH, Given, World, columns, county, everything, usual

HOUR = 3_600_000
REGIMES = ("quiet", "loaded", "overloaded")


def all_rows(
    answer: Dispatched,
) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]], list[tuple[int, ...]]]:
    its = answer.attended
    assert its is not None
    jobs = (
        *(answer.unit, answer.assigned, answer.arrived, answer.freed, its.left),
        *(its.at_hospital, its.handover, its.stood_down.astype(np.int64), its.diverted, its.since),
    )
    breaks = (its.breaks_had, its.breaks_missed)
    spells = (its.spells.unit, its.spells.begun, its.spells.over)
    in_rows = [list(zip(*(each.tolist() for each in its), strict=True)) for its in (jobs, breaks, spells)]
    return in_rows[0], in_rows[1], sorted(in_rows[2])


def same_as_the_plain_heap(
    world: World, given_to: Given, travel: StraightLine | StraightLines | Matrix = LAW
) -> Dispatched:
    answer = dispatch(*world, travel, **given_to)
    assert all_rows(answer) == plain_heap.played_fully(columns(world, travel, given_to))
    return answer


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("regime", REGIMES)
def test_a_plain_heap_gives_the_same_answers_to_each_addition_alone(feature: str, regime: str) -> None:
    world, _ = small_county(regime)
    same_as_the_plain_heap(world, everything(world, 3, (feature,)))


@pytest.mark.parametrize("regime", REGIMES)
def test_a_plain_heap_gives_the_same_answers_to_everything_together(regime: str) -> None:
    world, _ = small_county(regime)
    for seed in range(4):
        same_as_the_plain_heap(world, everything(world, seed))


@pytest.mark.parametrize("regime", REGIMES)
def test_a_plain_heap_gives_the_same_answers_where_drives_differ_by_hour(regime: str) -> None:
    world, _ = small_county(regime)
    for seed in range(2):
        same_as_the_plain_heap(world, everything(world, seed), RUSH)


def test_a_plain_heap_gives_the_same_answers_in_the_measure_in_which_services_have_it() -> None:
    world = county(6000, 7, load=0.9, units=120, sites=60)
    its = same_as_the_plain_heap(world, usual(world)).attended
    assert its is not None
    # Nothing of it is there in name only.
    happened = (
        *(its.diverted, its.stood_down, its.hospital >= 0, its.handover > its.at_hospital),
        *(its.breaks_had, its.breaks_missed),
    )
    assert min(int(each.sum()) for each in happened) > 10


@settings(max_examples=250, deadline=None)
@given(small_worlds(), st.integers(0, 2**32), st.sampled_from([1, 5, 20]), st.sets(st.sampled_from(FEATURES)))
def test_a_plain_heap_gives_the_same_answers_where_moments_and_drives_are_equal(
    world: World, seed: int, minutes: int, without: set[str]
) -> None:
    some = tuple(each for each in FEATURES if each not in without) or FEATURES
    same_as_the_plain_heap(world, everything(world, seed, some, minutes=minutes))


@settings(max_examples=150, deadline=None)
@given(matrices(), st.integers(0, 2**32))
def test_a_plain_heap_gives_the_same_answers_where_drives_are_from_a_matrix(
    made: tuple[World, Matrix], seed: int
) -> None:
    world, matrix = made
    same_as_the_plain_heap(world, everything(world, seed, places=matrix.ms.shape[1]), matrix)


def idle_additions(world: World) -> Given:
    """Give a world all additions in such a form that none ever comes to bear."""
    _, units, jobs = world
    count, size = len(units.site), len(jobs)
    never, needs = np.full(size, -1), units.meets.shape[1]
    return {
        "hospitals": Hospitals(
            np.zeros(1), np.zeros(1), np.ones(1, np.int64), never, np.zeros(size, np.int64)
        ),
        "breaks": Breaks(np.zeros((count, 168), np.bool_), np.full(count, HOUR), 0),
        "diverting": Diverting(0, 63),
        "changes": Changes(never, never, jobs.priority),
        "attendance": Attendance(never, np.full((1, needs, 1), -1)),
        "crews": SharedCrews(np.arange(count), np.ones(count, np.int64)),
        "posting": Posting(np.repeat(units.site[:, None], 168, axis=1)),
    }


@pytest.mark.parametrize("feature", [*FEATURES, "all"])
@pytest.mark.parametrize("regime", REGIMES)
def test_what_never_comes_to_bear_changes_nothing_to_the_byte(feature: str, regime: str) -> None:
    world, bare = small_county(regime)
    idle = idle_additions(world)
    answer = dispatch(*world, LAW, **(idle if feature == "all" else {feature: idle[feature]}))
    for column in ("unit", "assigned", "arrived", "freed"):
        assert getattr(answer, column).tobytes() == getattr(bare, column).tobytes()
    assert bare.attended is None


@settings(max_examples=150, deadline=None)
@given(small_worlds())
def test_what_never_comes_to_bear_changes_nothing_where_moments_are_equal(world: World) -> None:
    answer = dispatch(*world, LAW, **idle_additions(world))
    assert rows(answer).tobytes() == rows(dispatch(*world, LAW)).tobytes()


@pytest.mark.parametrize("regime", REGIMES)
def test_nobody_is_at_two_jobs_at_once_and_no_job_is_lost(regime: str) -> None:
    world, _ = small_county(regime)
    answer = dispatch(*world, LAW, **usual(world))
    its = answer.attended
    assert its is not None
    assert answer.served.all()
    order = np.lexsort((answer.assigned, answer.unit))
    same = answer.unit[order][1:] == answer.unit[order][:-1]
    # A unit that was diverted has left its job's record to whoever went in the end.
    assert np.all(answer.assigned[order][1:][same] >= answer.freed[order][:-1][same])
    conveyed = its.at_hospital >= 0
    assert np.all(its.handover[conveyed] >= its.at_hospital[conveyed])
    assert np.all(its.at_hospital[conveyed] >= its.left[conveyed])
    assert np.array_equal(answer.arrived < 0, its.stood_down)
    attended = ~its.stood_down & ~conveyed
    assert np.array_equal(answer.freed[attended], its.left[attended])


def test_no_more_hand_over_at_once_than_there_are_bays() -> None:
    world, _ = small_county("overloaded")
    given_to = everything(world, 5)
    answer = dispatch(*world, LAW, **given_to)
    its, hospitals = answer.attended, given_to["hospitals"]
    assert its is not None
    for number, bays in enumerate(hospitals.bays):
        here = its.hospital == number
        moments = np.concatenate([its.handover[here], answer.freed[here]])
        change = np.repeat([1, -1], here.sum())
        # Of one moment the bay that falls free comes first.
        taken = np.cumsum(change[np.lexsort((change, moments))])
        assert taken.max() == bays
        assert taken[-1] == 0


def test_of_a_shared_crew_no_more_are_away_than_it_can_crew() -> None:
    world, _ = small_county("overloaded")
    crews = SharedCrews(np.arange(36) // 3, np.full(12, 2))
    answer = dispatch(*world, LAW, crews=crews)
    for crew in range(12):
        mine = crews.of[answer.unit] == crew
        moments = np.concatenate([answer.assigned[mine], answer.freed[mine]])
        change = np.repeat([1, -1], mine.sum())
        assert np.cumsum(change[np.lexsort((change, moments))]).max() == 2


def test_a_plain_heap_gives_the_same_answers_where_a_hundred_units_stand_at_one_site() -> None:
    sites, units, jobs = county(1000, 4, units=150, sites=6, load=0.9)
    world = (sites, replace(units, site=np.where(np.arange(150) < 130, 2, 4)), jobs)
    for seed in range(2):
        same_as_the_plain_heap(world, everything(world, seed))


def test_nothing_to_play_is_played() -> None:
    world = county(50, 4, units=6, sites=3)
    nobody = some(world, units=np.zeros(6, np.bool_))
    assert not dispatch(
        *nobody, LAW, diverting=Diverting(0), hospitals=everything(world, 1)["hospitals"]
    ).served.any()
    nothing = some(world, jobs=np.zeros(50, np.bool_))
    for features in (FEATURES, ("breaks",)):
        assert len(same_as_the_plain_heap(nothing, everything(nothing, 1, features)).unit) == 0
