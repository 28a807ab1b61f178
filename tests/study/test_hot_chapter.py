"""What the chapter on places says of squares that are busy for several services at once, and again later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from joinedup.crossover import hot_places
from joinedup.crossover.hot_places import Steadiness
from joinedup.disclosure import Figure, Table
from joinedup.study.drafting.hot import hot_blocks
from tests.small import littleton

if TYPE_CHECKING:
    from collections.abc import Sequence


def steady_rows(steadiness: Sequence[Steadiness]) -> list[list[Figure | str]] | None:
    """Draft Littleton's blocks with such steadiness, and give the rows of its table; None where there is none."""
    found = replace(hot_places(littleton().area), steadiness=tuple(steadiness))
    with patch("joinedup.study.drafting.hot.hot_places", return_value=found):
        blocks = hot_blocks(littleton())
    tables = {block.name: block for block in blocks if isinstance(block, Table)}
    table = tables.get("hot-steadiness")
    return None if table is None else [list(row) for row in table.rows]


def test_heat_that_stays_is_told_beside_what_luck_would_leave() -> None:
    one = Steadiness(("fire", "police"), 3, 0.4, 0.6, 0.5, 0.7)
    never_hot = Steadiness(("fire",), 3, None, None, None, None)
    rows = steady_rows([one, never_hot])
    assert rows is not None
    ((services, share, luck),) = rows
    assert services == "Fire, Police"
    assert isinstance(share, Figure)
    assert isinstance(luck, Figure)
    assert share.number == pytest.approx(0.4)
    assert (luck.low, luck.number, luck.high) == (0.5, 0.6, 0.7)


def test_where_no_square_is_ever_hot_for_anyone_no_table_is_drawn() -> None:
    assert steady_rows([Steadiness(("fire",), 2, None, None, None, None)]) is None
    assert steady_rows([]) is None


def test_littletons_own_heat_is_in_the_chapter() -> None:
    rows = steady_rows(hot_places(littleton().area).steadiness)
    assert rows is not None
    assert [row[0] for row in rows] == ["Police", "Fire", "Ambulance"]
