"""The report says who must be on duty to answer calls, in separate rooms and in shared ones (§3.6, §4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from joinedup.disclosure import (
    Chapter,
    Chart,
    Draft,
    Figure,
    PublishedTable,
    Statement,
    Table,
    publish,
)
from joinedup.imagining import Noise, imagine
from joinedup.response.rooms import Rooms, pooling_saves
from joinedup.study import Study
from joinedup.study.drafting.answered import answered_blocks
from joinedup.study.drafting.waits import waits_chapter
from tests.small import littleton

if TYPE_CHECKING:
    from joinedup.disclosure import Block, PublishedChapter


Kind = TypeVar("Kind")


def number_of(cell: Figure | str) -> float:
    assert isinstance(cell, Figure)
    assert cell.number is not None
    return cell.number


@pytest.fixture(scope="module")
def imagined(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("rooms") / "area"
    imagine(folder, 20_000, 60, 12, noise=Noise.none())
    return Study.read(folder)


@pytest.fixture(scope="module")
def blocks(imagined: Study) -> list[Block]:
    return answered_blocks(imagined)


def published(blocks: list[Block]) -> PublishedChapter:
    return publish(Draft("T", "", (Chapter("waits", "H", Statement("A"), tuple(blocks)),))).chapters[0]


def one(blocks: list[Block], kind: type[Kind]) -> Kind:
    (found,) = (each for each in blocks if isinstance(each, kind))
    return found


def test_the_table_has_the_staff_that_the_rooms_need(imagined: Study, blocks: list[Block]) -> None:
    rooms = Rooms.of(imagined.area, imagined.assumptions, imagined.folder)
    savings = pooling_saves(rooms)
    table = next(each for each in blocks if isinstance(each, Table))
    for row, saving in zip(table.rows, savings, strict=True):
        assert str(row[0]).lower() == saving.staffing.variant.name
        hours, sending, fewer = map(number_of, row[2:5])
        # A half-hour's handler is half an hour.
        assert hours == round(saving.staffing.confirmed.sum() / 2)
        assert hours + sending == pytest.approx(saving.staffing.hours_of_both, abs=1)
        # As the command line has it: of handlers and dispatchers together.
        assert fewer == round(saving.both[0])
    chart = one(blocks, Chart)
    assert [each.label.lower() for each in chart.bars] == [each.staffing.variant.name for each in savings[1:]]


def test_a_saving_is_said_with_its_range_and_is_no_post(blocks: list[Block]) -> None:
    words = " ".join(each for each in published(blocks).blocks if isinstance(each, str))
    assert "one multi-skilled team would need" in words
    assert "come of keeping fewer rooms awake whatever the calls" in words
    assert "They are no posts until a roster shows it" in words


def test_the_hours_of_the_day_add_up_to_the_hours_of_the_week_and_leave_the_study(
    blocks: list[Block],
) -> None:
    staffing, day = (each for each in blocks if isinstance(each, Table))
    assert len(day.rows) == 24
    for way, row in enumerate(staffing.rows):
        assert 7 * sum(number_of(each[1 + way]) for each in day.rows) == pytest.approx(
            number_of(row[2]), abs=0.5
        )
    shown = [each for each in published(blocks).blocks if isinstance(each, PublishedTable)]
    assert [each.name for each in shown] == ["rooms-staffing", "rooms-day"]
    assert all(cell.number is not None for row in shown[1].rows for cell in row[1:])


def test_the_chapter_has_it_where_there_are_calls_and_not_elsewhere(imagined: Study) -> None:
    assert "rooms-staffing" in {getattr(each, "name", "") for each in waits_chapter(imagined).blocks}
    said = [each.words for each in answered_blocks(littleton()) if isinstance(each, Statement)]
    assert said == ["The study holds no calls, so how many people answering them takes was not worked out."]
