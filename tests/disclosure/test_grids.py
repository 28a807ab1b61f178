"""A grid of cells is published as ranges, and what would give a hidden cell away goes with it (§8.1)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.disclosure import Chapter, Draft, Figure, Grid, Mark, PublishedGrid, Statement, publish
from joinedup.report.grids import draw_grid
from joinedup.report.page import report_files
from joinedup.wording import Unit


def grid(counts: list[list[int]], total: int | None = None) -> Grid:
    total = sum(map(sum, counts)) if total is None else total
    cells = [[Figure(10.0 * each, Unit.NUMBER, each) for each in row] for row in counts]
    down, along = [f"day {n}" for n in range(len(counts))], [f"{n:02d}" for n in range(len(counts[0]))]
    return Grid("week", "Weeks", "all of it", down, along, cells, total, "Demand", "Source: ours.", "A grid.")


def published(counts: list[list[int]], limit: int = 5) -> PublishedGrid:
    block = (
        publish(Draft("T", "", (Chapter("c", "C", Statement(""), (grid(counts),)),)), limit)
        .chapters[0]
        .blocks[0]
    )
    assert isinstance(block, PublishedGrid)
    return block


def test_a_small_cell_takes_the_next_smallest_with_it() -> None:
    shown = published([[3, 90], [12, 0]])
    assert dict(shown.marks) == {(0, 0): Mark.CONFIDENTIAL, (0, 1): Mark.CONFIDENTIAL}
    assert {(cell.x, cell.y, cell.figure.number) for cell in shown.cells} == {
        (1.0, 0.0, 900.0),
        (1.0, 1.0, 0.0),
    }


def test_zero_is_said_and_nothing_is_hidden_for_nothing() -> None:
    assert not published([[0, 90], [12, 0]]).marks


@settings(deadline=None, max_examples=80)
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_hidden_cell_can_be_as_large_as_the_limit_whoever_knows_the_total(counts: list[list[int]]) -> None:
    shown = published(counts)
    hidden = [counts[y][x] for x, y in shown.marks]
    assert all(
        (x, y) in shown.marks for y, row in enumerate(counts) for x, each in enumerate(row) if 0 < each < 5
    )
    if hidden and any(each < 5 for each in hidden) and len(shown.cells):
        # What is hidden is at least one each, and adds up to what the total leaves.
        assert sum(hidden) - (len(hidden) - 1) >= 5


def test_the_words_of_a_cell_are_the_range_of_its_shade() -> None:
    drawn = draw_grid(published([[10, 11, 12, 20, 30], [40, 50, 60, 70, 80]]))
    assert [shade.text for shade in drawn.shades] == [
        "100 to 110",
        "120 to 200",
        "300 to 400",
        "500 to 600",
        "700 to 800",
    ]
    assert drawn.words[0] == ("100 to 110", "100 to 110", "120 to 200", "120 to 200", "300 to 400")


def test_a_grid_has_its_table_and_its_file() -> None:
    files = report_files(
        publish(Draft("T", "", (Chapter("c", "C", Statement(""), (grid([[3, 90], [12, 0]]),)),)))
    )
    page = files["index.html"].decode()
    assert '<th scope="row">day 0</th><td class="n">[c]</td><td class="n">900</td>' in page
    assert "not said: too few" in page
    assert files["tables/week.csv"].decode("utf-8-sig").splitlines() == [
        "Demand,00,01",
        "day 0,[c],900",
        "day 1,[c],0",
    ]
