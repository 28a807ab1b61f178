"""No hidden count can be worked out from what is published, however a reader attacks it (§8.1)."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from joinedup.disclosure import (
    Bar,
    Chapter,
    Chart,
    Column,
    Draft,
    Figure,
    Mark,
    PublishedChart,
    PublishedTable,
    Sensitivity,
    Statement,
    Table,
    count,
    publish,
)
from joinedup.disclosure.protecting import Arc, Cell, protecting
from joinedup.wording import Unit

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
GOLDEN = DATA.parent / "golden" / "suppression.json"


def counted(numbers: list[list[int]], down: bool, along: bool) -> Table:
    """Make a table of counts with totals down, along, or both."""
    rows: list[list[Figure | str]] = []
    for n, row in enumerate(numbers):
        rows.append([f"row {n}", *map(count, row), *([count(sum(row))] if along else [])])
    if down:
        sums = [sum(column) for column in zip(*numbers, strict=True)]
        rows.append(["All", *map(count, sums), *([count(sum(sums))] if along else [])])
    columns = [Column("What"), *(Column(f"c{n}", True) for n in range(len(numbers[0])))]
    if along:
        columns.append(Column("Total", True, total=True))
    return Table("table", "Table", columns, rows, total=down)


def published(table: Table, limit: int = 5) -> PublishedTable:
    shown = (
        publish(Draft("T", "", (Chapter("c", "C", Statement(""), (table,)),)), limit).chapters[0].blocks[0]
    )
    assert isinstance(shown, PublishedTable)
    return shown


def attack(table: PublishedTable, place: tuple[int, int], down: bool, along: bool) -> tuple[float, float]:
    """Find by linear programming the least and the most that a hidden cell can be, given all that is shown."""
    height, width = len(table.rows), len(table.headers) - 1
    sums = [
        [*(((r, c), 1) for r in range(height - 1)), ((height - 1, c), -1)]
        for c in range(width if down else 0)
    ] + [
        [*(((r, c), 1) for c in range(width - 1)), ((r, width - 1), -1)]
        for r in range(height if along else 0)
    ]
    equal = np.zeros((len(sums), height * width))
    for n, parts in enumerate(sums):
        for (r, c), sign in parts:
            equal[n, r * width + c] = sign
    bounds = []
    for row in table.rows:
        for cell in row[1:]:
            known = cell.number
            # Zero is said, so a reader knows that what is hidden is at least one.
            bounds.append((1, None) if known is None else (known, known))
    aim = np.zeros(height * width)
    aim[place[0] * width + place[1]] = 1
    ends = []
    for sign in (1, -1):
        found = linprog(sign * aim, A_eq=equal, b_eq=np.zeros(len(sums)), bounds=bounds)
        ends.append(float(found.fun or 0) * sign if found.status == 0 else -sign * math.inf)
    return ends[0], ends[1]


SMALL = st.one_of(st.integers(0, 6), st.integers(0, 60))
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(SMALL, min_size=width, max_size=width), min_size=1, max_size=5)
)


@settings(deadline=None, max_examples=60)
@given(TABLES, st.sampled_from([(True, False), (False, True), (True, True)]), st.sampled_from([3, 5, 10]))
def test_no_small_count_can_be_told_from_one_that_is_not(
    numbers: list[list[int]], totals: tuple[bool, bool], limit: int
) -> None:
    table = counted(numbers, *totals)
    shown = published(table, limit)
    for r, row in enumerate(table.rows):
        for c, cell in enumerate(row[1:]):
            assert isinstance(cell, Figure)
            assert cell.number is not None
            if 0 < cell.number < limit:
                assert shown.rows[r][c + 1].mark is Mark.CONFIDENTIAL
                low, high = attack(shown, (r, c), *totals)
                assert low <= cell.number + 1e-6
                assert high >= limit - 1e-6


def test_a_single_hidden_cell_takes_the_next_smallest_with_it() -> None:
    shown = published(counted([[3], [90], [12], [0]], down=True, along=False))
    assert [row[1].text for row in shown.rows] == ["[c]", "90", "[c]", "0", "105"]


def test_two_hidden_cells_that_add_up_to_two_need_a_third() -> None:
    shown = published(counted([[1], [1], [40], [50]], down=True, along=False))
    assert [row[1].text for row in shown.rows] == ["[c]", "[c]", "[c]", "50", "92"]


def test_a_small_table_with_nothing_to_hide_behind_hides_its_total() -> None:
    shown = published(counted([[2], [0]], down=True, along=False))
    assert [row[1].text for row in shown.rows] == ["[c]", "0", "[c]"]
    shown = published(counted([[4], [4]], down=True, along=False))
    assert [row[1].text for row in shown.rows] == ["[c]", "[c]", "8"]


def test_a_table_without_totals_hides_no_more_than_it_must() -> None:
    shown = published(counted([[3, 90], [12, 0]], down=False, along=False))
    assert [[cell.text for cell in row[1:]] for row in shown.rows] == [["[c]", "90"], ["12", "0"]]


def test_a_closed_column_cannot_be_had_from_a_column_of_totals() -> None:
    columns = (
        Column("Site"),
        Column("Rent", True),
        Column("Value", True, Sensitivity.COMMERCIAL),
        Column("Both", True, total=True),
    )
    pounds = [Figure(number, Unit.POUNDS) for number in (1e4, 2e5, 2.1e5)]
    shown = published(Table("t", "T", columns, [["Amberley", *pounds]]))
    texts = [cell.text for cell in shown.rows[0]]
    assert texts[2] == "[c]"
    assert "[c]" in (texts[1], texts[3])


def test_a_share_that_rests_on_a_hidden_count_is_protected_too() -> None:
    shares = [(0.5, 6), (0.25, 40), (0.3, 100), (0.29, 146)]
    rows: list[list[Figure | str]] = [
        [f"row {n}", Figure(s, Unit.SHARE, b)] for n, (s, b) in enumerate(shares)
    ]
    shown = published(Table("t", "T", (Column("a"), Column("b", True)), rows, total=True))
    assert [row[1].text for row in shown.rows] == ["[c]", "[c]", "30.0%", "29.0%"]


def test_what_one_table_hides_no_other_block_tells() -> None:
    table = counted([[3], [90], [12]], down=True, along=False)
    again = Table(
        "again", "Again", (Column("a"), Column("b", True)), [["row 2", count(12)], ["x", count(12)]]
    )
    chart = Chart("chart", "C", "", (Bar("row 2", count(12)), Bar("row 1", count(90))), "", "")
    sentence = Statement("{n} incidents", {"n": count(12)}, "Not said.")
    here = Chapter("a", "A", sentence, (table, sentence))
    there = Chapter("b", "B", sentence, (again, chart))
    elsewhere = Chapter("c", "C", sentence)
    first, second, third = publish(Draft("T", "", (here, there, elsewhere))).chapters
    assert (first.answer, first.blocks[1], second.answer) == ("Not said.", "Not said.", "Not said.")
    assert third.answer == "12 incidents"
    other, drawn = second.blocks
    assert isinstance(other, PublishedTable)
    assert isinstance(drawn, PublishedChart)
    assert [row[1].text for row in other.rows] == ["[c]", "12"]
    assert [bar.figure.text for bar in drawn.bars] == ["[c]", "90"]


@pytest.mark.skipif(not GOLDEN.exists(), reason="the golden values are not on this machine")
def test_the_published_example_is_protected_at_the_least_loss() -> None:
    case = json.loads(GOLDEN.read_text())
    cells = np.array(case["cells"])
    arcs: dict[Cell, Arc] = {}
    for (r, c), size in np.ndenumerate(cells):
        arcs[r, c] = Arc(f"row {r}", f"column {c}", float(size), float(size))
    for r, size in enumerate(cells.sum(axis=1)):
        arcs[r, 3] = Arc("top", f"row {r}", float(size), float(size))
    for c, size in enumerate(cells.sum(axis=0)):
        arcs[3, c] = Arc(f"column {c}", "bottom", float(size), float(size))
    arcs[3, 3] = Arc("bottom", "top", float(cells.sum()), float(cells.sum()))
    names = {(r, c): [case["rows"][r], case["columns"][c]] for r, c in np.ndindex(3, 3)}
    secret = next(cell for cell, name in names.items() if [name] == case["sensitive"])
    need = case["required_protection"]
    closed = {secret} | protecting(arcs, {secret}, {secret: (need, need)})
    assert sorted(names[cell] for cell in closed) == sorted(case["optimal_pattern"])
    assert sum(int(cells[cell]) for cell in closed) == case["lost_value"]
