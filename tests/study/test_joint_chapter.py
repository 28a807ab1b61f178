"""The chapter on what joint events are like: only what may be said, and what the tables can be held to."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.crossover import Pair
from joinedup.crossover.answer import Triple
from joinedup.crossover.breakdown import Breakdown
from joinedup.crossover.records import canonical
from joinedup.crossover.sensitivity import Sensitivity
from joinedup.disclosure import Chart, Draft, Figure, Grid, Map, Statement, Table, publish
from joinedup.disclosure.rule import hidden
from joinedup.imagining import Noise, imagine
from joinedup.study import Study
from joinedup.study.drafting.growing import sensitivity_blocks
from joinedup.study.drafting.joint import _week, joint_chapters
from tests.small import LITTLETON, littleton

if TYPE_CHECKING:
    from joinedup.crossover import Crossover
    from joinedup.disclosure import Chapter, PublishedChapter


MOST = "police-ambulance"
"""The services of an imagined area that meet most."""


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
    shown = block(chapter[1], f"joint-map-{MOST}")
    assert isinstance(shown, Map)
    assert shown.squares
    assert all((square.figure.number or 0) >= 5 for square in shown.squares)


def test_the_week_holds_every_placed_event(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    grid = block(drafted, f"joint-week-{MOST}")
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
    pair = Pair(("police", "ambulance"), breakdown=Breakdown(empty, empty, hours, empty, None, None, empty))
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
        cells = [cell for cell in row if not isinstance(cell, str)]
        numbers = [cell.number or 0 for cell in cells]
        assert all(wide >= narrow - 1e-6 for narrow, wide in pairwise(numbers))
        assert len(numbers) == 6
        assert all((cell.low or 0) < (cell.number or 0) < (cell.high or 0) for cell in cells)


def test_how_sure_counts_the_pairs_by_their_probability(chapter: tuple[Study, Chapter]) -> None:
    chart = block(chapter[1], f"how-sure-{MOST}")
    assert isinstance(chart, Chart)
    assert sum(bar.figure.number or 0 for bar in chart.bars) >= 5


def published(study: Study, crossover: Crossover) -> PublishedChapter:
    """Publish the chapter."""
    (shown,) = publish(Draft("A study", "", joint_chapters(study, crossover))).chapters
    return shown


def test_every_pair_of_services_that_meets_has_its_pictures(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    names = {getattr(each, "name", "") for each in drafted.blocks}
    for services in (pair.services for pair in study.crossover().pairs):
        pair = "-".join(services)
        assert {f"how-sure-{pair}", f"joint-map-{pair}", f"joint-kinds-{pair}"} <= names


def test_where_more_than_three_pairs_of_services_meet_the_chapter_says_whose_pictures_it_has(
    chapter: tuple[Study, Chapter],
) -> None:
    study, drafted = chapter
    found = study.crossover()
    most = max(found.pairs, key=lambda each: each.estimate or 0)
    four = replace(found, pairs=(*found.pairs, replace(most, services=("ambulance", "police"))))
    (crowded,) = joint_chapters(study, four)
    assert sum(isinstance(each, Chart) and each.name.startswith("how-sure") for each in crowded.blocks) == 3
    assert any(isinstance(each, Statement) and "3 pairs of services" in each.words for each in crowded.blocks)
    assert not any(
        isinstance(each, Statement) and "pairs of services with most" in each.words for each in drafted.blocks
    )


def test_kinds_across_each_other_add_up_to_the_placed_events(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    table = block(drafted, f"joint-kinds-{MOST}")
    assert isinstance(table, Table)
    numbers = [[cell.number or 0 for cell in row if isinstance(cell, Figure)] for row in table.rows]
    *rows, total = numbers
    # Each figure is rounded to five on its own.
    for row in numbers:
        assert sum(row[:-1]) == pytest.approx(row[-1], abs=2.5 * len(row))
    assert [sum(each) for each in zip(*rows, strict=True)] == pytest.approx(total, abs=2.5 * len(numbers))
    assert all(number % 5 == 0 for row in numbers for number in row)
    pair = next(each for each in study.crossover().pairs if "-".join(each.services) == MOST)
    assert total[-1] == pytest.approx(pair.placed or 0, rel=0.05, abs=6)
    # A table of one service's kinds alone answers nothing of the other's.
    assert len(total) > 2
    assert len(rows) > 2


def test_a_combination_of_kinds_of_a_few_events_is_not_said(chapter: tuple[Study, Chapter]) -> None:
    table = block(chapter[1], f"joint-kinds-{MOST}")
    assert isinstance(table, Table)
    cells = [cell for row in table.rows for cell in row if isinstance(cell, Figure)]
    assert any(cell.rests_on in (1, 2, 3, 4) for cell in cells)
    assert all(hidden(cell) == (0 < (cell.base or 0) < 5) for cell in cells)


def test_the_answer_names_the_kinds_of_both_services(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    pair = next(each for each in study.crossover().pairs if "-".join(each.services) == MOST)
    assert pair.joint is not None
    both = pair.joint.filter(pl.col("probability") >= 0.01)
    frame = canonical(study.area)
    counted = (
        pl.DataFrame(
            {
                "one": frame["category"].gather(both["a_record"]).cast(pl.String),
                "other": frame["category"].gather(both["b_record"]).cast(pl.String),
                "p": both["probability"],
            }
        )
        .group_by("one", "other")
        .agg(pl.col("p").sum())
        .sort("p")
    )
    one, other, events = counted.row(-1)
    assert f"are {one} to" in drafted.answer.words
    assert f"and {other} to" in drafted.answer.words
    assert drafted.answer.figures["share"].number == pytest.approx(events / counted["p"].sum())


def test_events_over_all_services_stand_in_the_chapter_with_their_bound(
    chapter: tuple[Study, Chapter],
) -> None:
    study, _ = chapter
    found = study.crossover()
    said = [each for each in published(study, found).blocks if isinstance(each, str) and "at once" in each]
    assert len(said) == 1
    assert f"make {found.found.number:,} events" in said[0]
    assert "no other choice scores higher" in said[0]
    short = replace(found, found=replace(found.found, bound=1.02 * found.found.score))
    (said,) = [
        [each for each in published(study, short).blocks if isinstance(each, str) and "at once" in each]
    ]
    assert "another choice could score 2.0% more" in said[0]


def test_a_few_events_of_three_services_are_not_given_away_by_the_number_of_all(
    chapter: tuple[Study, Chapter],
) -> None:
    study, _ = chapter
    found = study.crossover()
    few = replace(found, triples=(Triple(("ambulance", "fire", "police"), 3.0, 2.5, 3.5),))
    said = [each for each in published(study, few).blocks if isinstance(each, str) and "at once" in each]
    assert "too small" not in said[0]
    assert f"{found.found.number:,}" not in said[0]


def test_events_of_three_services_are_shares_of_each_services_usable_records(
    chapter: tuple[Study, Chapter],
) -> None:
    study, drafted = chapter
    found = study.crossover()
    table = block(drafted, "joint-triples")
    assert isinstance(table, Table)
    for row, triple in zip(table.rows, found.triples, strict=True):
        shares = [cell.number for cell in row[2:] if isinstance(cell, Figure)]
        usable = [found.services[each].usable for each in triple.services]
        assert shares == pytest.approx([triple.estimate / each for each in usable])


def test_what_each_setting_does_stands_beside_the_interval(chapter: tuple[Study, Chapter]) -> None:
    study, drafted = chapter
    table = block(drafted, "joint-sensitivity")
    assert isinstance(table, Table)
    usual, *settings = table.rows
    assert len(settings) >= 6
    assert isinstance(study.sensitivity, Sensitivity)
    for cell, pair in zip(usual[3:], by_number(study), strict=True):
        assert isinstance(cell, Figure)
        assert (cell.low, cell.number, cell.high) == (pair.low, pair.estimate, pair.high)
    for row in settings:
        for cell in row[3:]:
            assert isinstance(cell, Figure)
            assert (cell.low or 0) <= (cell.number or 0) <= (cell.high or 0)


def by_number(study: Study) -> list[Pair]:
    return sorted(study.crossover().pairs, key=lambda pair: -(pair.placed or 0))


def test_a_study_too_large_to_try_every_setting_says_what_does() -> None:
    study = replace(littleton())
    study.__dict__["sensitivity"] = "with 900,000 incidents it takes long: joinedup crossover --sensitivity"
    said = [each for each in sensitivity_blocks(study) if isinstance(each, Statement)]
    assert [each.words for each in said] == [
        "With 900,000 incidents it takes long: joinedup crossover --sensitivity."
    ]


def test_one_part_of_the_week_that_may_be_said_is_not_drawn(chapter: tuple[Study, Chapter]) -> None:
    hours = [0.0] * 168
    hours[30] = 24.0
    hours[100] = 2.0
    assert drawn(chapter, tuple(hours)) is None


def test_a_study_whose_services_never_meet_has_no_such_chapter() -> None:
    assert joint_chapters(Study.read(LITTLETON), None) == ()
