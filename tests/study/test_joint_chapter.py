"""The chapter on what joint events are like: only what may be said, and what the tables can be held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.crossover import Pair
from joinedup.crossover.breakdown import Breakdown
from joinedup.disclosure import Chart, Grid, Map, Table
from joinedup.imagining import Noise, imagine
from joinedup.study import Study
from joinedup.study.drafting.joint import _week, joint_chapters
from tests.small import LITTLETON

if TYPE_CHECKING:
    from joinedup.disclosure import Chapter


@pytest.fixture(scope="module")
def chapter(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Chapter]:
    folder = tmp_path_factory.mktemp("joint") / "area"
    imagine(folder, 60_000, 182, 12, density=700, noise=Noise.none())
    study = Study.read(folder)
    (drafted,) = joint_chapters(study, study.crossover())
    return study, drafted


def block(chapter: Chapter, name: str) -> object:
    return next(each for each in chapter.blocks if getattr(each, "name", None) == name)


def test_every_square_of_the_map_rests_on_enough_events(chapter: tuple[Study, Chapter]) -> None:
    shown = block(chapter[1], "joint-map")
    assert isinstance(shown, Map)
    assert shown.squares
    assert all((square.figure.number or 0) >= 5 for square in shown.squares)


def test_the_week_holds_every_placed_event(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    grid = block(drafted, "joint-week")
    assert isinstance(grid, Grid)
    pair = max(study.crossover().pairs, key=lambda each: each.estimate or 0)
    placed = (pair.estimate or 0) - (pair.unplaced or 0)
    assert grid.total == pytest.approx(placed, rel=0.02, abs=2)
    assert sum(figure.base or 0 for row in grid.cells for figure in row) == pytest.approx(
        placed, rel=0.05, abs=6
    )


def drawn(chapter: tuple[Study, Chapter], hours: tuple[float, ...]) -> Grid | None:
    """Draw the week of two services that have so many joint events in each hour of it."""
    study, _ = chapter
    empty = pl.DataFrame()
    pair = Pair(("police", "ambulance"), breakdown=Breakdown(empty, empty, hours, empty, None, None))
    (grid,) = _week(study, pair) or (None,)
    assert grid is None or isinstance(grid, Grid)
    return grid


@pytest.mark.parametrize(
    ("an_hour", "down", "along"), [(6.0, 7, 24), (2.0, 7, 8), (1.0, 2, 8), (0.3, 2, 4), (0.1, None, None)]
)
def test_the_week_is_cut_as_finely_as_its_events_allow(
    chapter: tuple[Study, Chapter], an_hour: float, down: int | None, along: int | None
) -> None:
    grid = drawn(chapter, (an_hour,) * 168)
    assert (
        (down, along) == (None, None) if grid is None else (len(grid.down), len(grid.along)) == (down, along)
    )


def test_the_hours_that_are_named_are_those_of_most_events(chapter: tuple[Study, Chapter]) -> None:
    hours = [2.0] * 168
    hours[4 * 24 + 18 : 4 * 24 + 21] = [9.0] * 3
    grid = drawn(chapter, tuple(hours))
    assert grid is not None
    assert str(grid.title).endswith("Friday, 18:00 to 21:00")
    index = {
        (day, part): cell.number
        for day, row in zip(grid.down, grid.cells, strict=True)
        for part, cell in zip(grid.along, row, strict=True)
    }
    average = sum(hours) / 168
    assert index["Friday", "18 to 21"] == pytest.approx(900 / average, abs=2.5)
    assert index["Monday", "00 to 03"] == pytest.approx(200 / average, abs=2.5)


def test_growth_never_shrinks_as_the_window_widens(chapter: tuple[Study, Chapter]) -> None:
    table = block(chapter[1], "joint-growth")
    assert isinstance(table, Table)
    for row in table.rows:
        numbers = [cell.number or 0 for cell in row if not isinstance(cell, str)]
        assert numbers == sorted(numbers)
        assert len(numbers) == 6


def test_how_sure_counts_the_pairs_by_their_probability(chapter: tuple[Study, Chapter]) -> None:
    chart = block(chapter[1], "how-sure")
    assert isinstance(chart, Chart)
    assert sum(bar.figure.number or 0 for bar in chart.bars) >= 5


def test_a_study_whose_services_never_meet_has_no_such_chapter() -> None:
    assert joint_chapters(Study.read(LITTLETON), None) == ()
