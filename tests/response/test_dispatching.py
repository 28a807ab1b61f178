"""Dispatching: the laws that hold in any area, and the same answers as programs that share no line with ours."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import Parallel, delayed

from joinedup.response import Dispatched, Jobs, Matrix, Sites, Units, dispatch
from joinedup.response.dispatching import StraightLines
from tests.rivals import plain_heap
from tests.rivals.worlds import LAW, MINUTE, RUSH, World, columns, county
from tests.small import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.travel import StraightLine

HOUR = 60 * MINUTE
RIVALS = ROOT / ".venv-rivals" / "bin" / "python"
REGIMES = {"quiet": 0.4, "loaded": 0.9, "overloaded": 2.0}


def rows(answer: Dispatched) -> NDArray[np.int64]:
    return np.column_stack([answer.unit, answer.assigned, answer.arrived, answer.freed])


@cache
def small_county(regime: str) -> tuple[World, Dispatched]:
    world = county(3000, 3, units=36, sites=15, load=REGIMES[regime])
    return world, dispatch(*world, LAW)


def some(world: World, units: NDArray[Any] | None = None, jobs: NDArray[Any] | None = None) -> World:
    """Keep some units and some jobs, given as a mask."""
    sites, all_units, all_jobs = world
    if units is not None:
        all_units = Units(**{each.name: getattr(all_units, each.name)[units] for each in fields(Units)})
    if jobs is not None:
        all_jobs = Jobs(**{each.name: getattr(all_jobs, each.name)[jobs] for each in fields(Jobs)})
    return sites, all_units, all_jobs


@st.composite
def small_worlds(draw: st.DrawFn) -> World:
    """Draw places on a lattice and moments on whole minutes, so that equal drives and equal moments are common."""
    needs, sites = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    seed = draw(st.integers(0, 2**32))
    chance = np.random.default_rng(seed)
    units, jobs = draw(st.integers(1, 9)), draw(st.integers(1, 60))
    step = draw(st.sampled_from([500.0, 2500.0, 9000.0]))
    span = draw(st.sampled_from([30, 600, 14 * 24 * 60])) * MINUTE
    at_once = draw(st.sampled_from([MINUTE, HOUR]))

    def lattice(count: int) -> Any:
        return chance.integers(-4, 5, count) * step

    on = chance.random((units, 168)) < draw(st.sampled_from([0.3, 0.9, 1.0]))
    return (
        Sites(lattice(sites), lattice(sites)),
        Units(
            chance.integers(0, sites, units),
            chance.integers(0, 3, units),
            chance.random((units, needs)) < 0.6,
            on,
            chance.choice([0, MINUTE, 5 * MINUTE], units),
        ),
        Jobs(
            np.sort(chance.integers(0, span, jobs) // at_once * at_once),
            lattice(jobs),
            lattice(jobs),
            chance.integers(0, needs, jobs),
            chance.integers(0, 3, jobs),
            chance.choice([0, MINUTE], jobs),
            chance.choice([0, 10 * MINUTE, HOUR], jobs),
        ),
    )


@pytest.mark.parametrize("regime", REGIMES)
def test_a_plain_heap_gives_the_same_answers_to_the_last_digit(regime: str) -> None:
    world, answer = small_county(regime)
    assert np.array_equal(rows(answer), plain_heap.played(columns(world)))
    assert (answer.queued.mean() > 0.5) == (regime == "overloaded")
    assert (answer.queued.mean() > 0.05) == (regime != "quiet")


@settings(max_examples=300, deadline=None)
@given(small_worlds())
def test_a_plain_heap_gives_the_same_answers_where_moments_and_drives_are_equal(world: World) -> None:
    assert np.array_equal(rows(dispatch(*world, LAW)), plain_heap.played(columns(world)))


def test_a_plain_heap_gives_the_same_answers_where_a_hundred_units_stand_at_one_site() -> None:
    sites, units, jobs = county(1500, 4, units=150, sites=6, load=0.9)
    units = replace(units, site=np.where(np.arange(150) < 130, 2, 4))
    assert np.array_equal(
        rows(dispatch(sites, units, jobs, LAW)), plain_heap.played(columns((sites, units, jobs)))
    )


def test_a_plain_heap_gives_the_same_answers_where_a_service_has_several_groups_of_units() -> None:
    world = county(1500, 5, units=700, sites=200, load=0.9)
    assert np.array_equal(rows(dispatch(*world, LAW)), plain_heap.played(columns(world)))


def test_a_plain_heap_gives_the_same_answers_where_jobs_last_from_a_millisecond_to_weeks() -> None:
    sites, units, jobs = county(1500, 6, units=40, sites=15, load=0.05)
    lasting = np.random.default_rng(6).choice(
        [0, 1, HOUR, 20 * 24 * HOUR], len(jobs), p=(0.4, 0.3, 0.28, 0.02)
    )
    # The most needs and priorities that can be told apart, of which few are used.
    meets = np.zeros((40, 63), np.bool_)
    meets[:, 54:] = units.meets
    units = replace(units, meets=meets)
    jobs = replace(jobs, on_scene=lasting, need=jobs.need + 54, priority=60 + jobs.priority)
    answer = dispatch(sites, units, jobs, LAW)
    assert np.array_equal(rows(answer), plain_heap.played(columns((sites, units, jobs))))


@pytest.mark.parametrize("regime", REGIMES)
def test_a_plain_heap_gives_the_same_answers_where_drives_differ_by_hour(regime: str) -> None:
    world, as_ever = small_county(regime)
    answer = dispatch(*world, RUSH)
    assert np.array_equal(rows(answer), plain_heap.played(columns(world, RUSH)))
    assert not np.array_equal(rows(answer), rows(as_ever))


@given(small_worlds())
def test_laws_that_are_alike_in_every_hour_are_one_law_to_the_byte(world: World) -> None:
    alike = StraightLines((LAW, LAW), np.arange(168) % 2)
    assert rows(dispatch(*world, alike)).tobytes() == rows(dispatch(*world, LAW)).tobytes()


@st.composite
def matrices(draw: st.DrawFn) -> tuple[World, Matrix]:
    """Draw drives between some places, as long one way as the other or not, and who is where."""
    world = draw(small_worlds())
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    places, longest = draw(st.integers(1, 9)), draw(st.sampled_from([2, 20 * MINUTE]))
    tables = draw(st.sampled_from([1, 3]))
    return world, Matrix(
        chance.integers(0, longest, (tables, places, places)),
        chance.integers(0, places, len(world[0].x)),
        chance.integers(0, places, len(world[2])),
        of_hour=chance.integers(0, tables, 168),
    )


@settings(max_examples=300, deadline=None)
@given(matrices())
def test_a_plain_heap_gives_the_same_answers_where_drives_are_from_a_matrix(
    made: tuple[World, Matrix],
) -> None:
    world, matrix = made
    assert np.array_equal(rows(dispatch(*world, matrix)), plain_heap.played(columns(world, matrix)))


def test_a_plain_heap_gives_the_same_answers_on_a_county_with_a_matrix() -> None:
    world, _ = small_county("loaded")
    sites, _, jobs = world
    # Each cell of five kilometres is a place, and each site too; roads are a third longer than the straight line.
    cell = (jobs.x // 5_000).astype(np.int64) * 12 + (jobs.y // 5_000).astype(np.int64)
    x = np.append(np.arange(144) // 12 * 5_000.0 + 2_500, sites.x)
    y = np.append(np.arange(144) % 12 * 5_000.0 + 2_500, sites.y)
    ms = np.round(LAW.minutes(np.hypot(x[:, None] - x, y[:, None] - y) * 4 / 3) * MINUTE).astype(np.int64)
    matrix = Matrix(ms, 144 + np.arange(len(sites.x)), np.minimum(cell, 143), "made-up roads")
    answer = dispatch(*world, matrix)
    assert answer.travel == "made-up roads"
    assert answer.queued.mean() > 0.05
    assert np.array_equal(rows(answer), plain_heap.played(columns(world, matrix)))


@pytest.mark.slow
@pytest.mark.skipif(not RIVALS.exists(), reason="the rivals are not installed: run bench/respond.py once")
@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("travel", [LAW, RUSH], ids=["alike", "by hour"])
def test_simpy_gives_the_same_answers_to_the_last_digit(
    regime: str, travel: StraightLine | StraightLines, tmp_path: Path
) -> None:
    world, _ = small_county(regime)
    answer = dispatch(*world, travel)
    given_to, given_back = tmp_path / "world.json", tmp_path / "answer.json"
    given_to.write_text(json.dumps(columns(world, travel)), "utf-8")
    program = ROOT / "tests" / "rivals" / "dispatch_simpy.py"
    subprocess.run([RIVALS, program, given_to, given_back], check=True, capture_output=True)
    assert np.array_equal(rows(answer), json.loads(given_back.read_text("utf-8")))


@pytest.mark.parametrize("regime", REGIMES)
def test_nobody_attends_two_at_once(regime: str) -> None:
    _, answer = small_county(regime)
    order = np.lexsort((answer.assigned, answer.unit))
    same = answer.unit[order][1:] == answer.unit[order][:-1]
    assert np.all(answer.assigned[order][1:][same] >= answer.freed[order][:-1][same])


@pytest.mark.parametrize("regime", REGIMES)
def test_incidents_are_neither_lost_nor_invented(regime: str) -> None:
    (_, _, jobs), answer = small_county(regime)
    assert len(answer.unit) == len(jobs)
    assert answer.served.all()
    assert np.all(answer.assigned >= jobs.ready)
    assert np.all(answer.arrived >= answer.assigned)
    assert np.array_equal(answer.freed - answer.arrived, jobs.on_scene)


@pytest.mark.parametrize("regime", REGIMES)
def test_only_a_unit_on_shift_that_can_meet_the_need_is_sent(regime: str) -> None:
    (_, units, jobs), answer = small_county(regime)
    assert units.meets[answer.unit, jobs.need].all()
    assert units.on[answer.unit, answer.assigned // HOUR % 168].all()


@pytest.mark.parametrize("regime", REGIMES)
def test_nobody_waits_while_somebody_as_urgent_or_less_who_came_later_is_sent_for_the_same_need(
    regime: str,
) -> None:
    (_, _, jobs), answer = small_county(regime)
    for need in range(9):
        for priority in range(4):
            same = (jobs.need == need) & (jobs.priority == priority)
            assert np.all(np.diff(answer.assigned[same]) >= 0)


@given(small_worlds())
def test_removing_units_that_serve_no_job_changes_nothing_to_the_byte(world: World) -> None:
    before = dispatch(*world, LAW)
    used = np.zeros(len(world[1].site), np.bool_)
    used[before.unit[before.served]] = True
    after = dispatch(*some(world, units=used), LAW)
    names = np.append(np.flatnonzero(used), -1).astype(np.int32)  # the last is for nobody
    assert names[after.unit].tobytes() == before.unit.tobytes()
    for column in ("assigned", "arrived", "freed"):
        assert getattr(after, column).tobytes() == getattr(before, column).tobytes()


@given(small_worlds(), st.floats(0, 1))
def test_what_is_still_to_come_changes_nothing_that_was_decided(world: World, share: float) -> None:
    _, _, jobs = world
    cut = int(len(jobs) * share)
    moment = jobs.ready[cut] if cut < len(jobs) else 2**60
    whole, part = dispatch(*world, LAW), dispatch(*some(world, jobs=np.arange(len(jobs)) < cut), LAW)
    decided = whole.served[:cut] & (whole.assigned[:cut] < moment)
    assert np.array_equal(rows(whole)[:cut][decided], rows(part)[decided])


@given(small_worlds(), st.integers(1, 5))
def test_weeks_later_everything_is_as_much_later(world: World, weeks: int) -> None:
    sites, units, jobs = world
    later = weeks * 168 * HOUR
    before = dispatch(*world, LAW)
    after = dispatch(sites, units, replace(jobs, ready=jobs.ready + later), LAW)
    served = before.served
    assert np.array_equal(rows(after)[served], rows(before)[served] + [0, later, later, later])
    assert np.array_equal(after.unit, before.unit)


def _bytes(seed: int) -> bytes:
    return rows(dispatch(*county(2000, seed, units=30, sites=12), LAW)).tobytes()


@pytest.mark.slow
def test_splitting_runs_over_workers_changes_nothing_to_the_byte() -> None:
    seeds = range(6)
    alone = [_bytes(seed) for seed in seeds]
    assert Parallel(n_jobs=2)(delayed(_bytes)(seed) for seed in seeds) == alone


@pytest.mark.parametrize(
    ("ms", "site", "job", "words"),
    [
        ([[0, 1]], [0], [0, 0], "not as many rows as columns"),
        ([[-1]], [0], [0, 0], "a drive below zero"),
        ([[0]], [0], [0], "not a place for each site and job"),
        ([[0]], [1], [0, 0], "a place that is not there"),
        ([[[0]], [[0]]], [0], [0, 0], "several, and of_hour does not say which"),
    ],
)
def test_a_matrix_that_cannot_be_driven_is_refused_in_words(
    ms: list[list[int]], site: list[int], job: list[int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Matrix(np.array(ms), np.array(site), np.array(job)).checked(1, 2)


@pytest.mark.parametrize(
    ("jobs", "words"),
    [
        ({"ready": [5, 4]}, "not in order of ready"),
        ({"ready": [-1, 4]}, "ready before the start"),
        ({"need": [0, 2]}, "a need that no column"),
        ({"priority": [0, 64]}, "priorities run from 0 to 63"),
        ({"on_scene": [0, -1]}, "below zero"),
        ({"on_scene": [0, 2**40]}, "cannot be held as int32"),
        ({"turnout": [0.5, 1]}, "cannot be held as int32"),
        ({"x": [0, np.nan]}, "a place that is not a number"),
        ({"x": [0]}, "not as long as each other"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(jobs: dict[str, list[float]], words: str) -> None:
    sites = Sites(np.zeros(1), np.zeros(1))
    units = Units(
        np.zeros(1, np.int64),
        np.zeros(1, np.int64),
        np.ones((1, 2), np.bool_),
        np.ones((1, 168), np.bool_),
        np.zeros(1, np.int64),
    )
    fair = {"ready": [0, 9], "x": [0, 0], "y": [0, 0], "need": [0, 1], "priority": [0, 0]}
    fair |= {"turnout": [0, 0], "on_scene": [0, 0]}
    given_jobs = Jobs(**{name: np.array(column) for name, column in (fair | jobs).items()})
    with pytest.raises(ValueError, match=words):
        dispatch(sites, units, given_jobs, LAW)
