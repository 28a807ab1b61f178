"""The chapter on how often the services meet: what coincidence gives, what it is held to, and what may be said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from joinedup.crossover.answer import Known
from joinedup.disclosure import Draft, PublishedBullets, Section, Table, publish
from joinedup.study.drafting.crossover import crossover_chapter
from tests.small import littleton

if TYPE_CHECKING:
    from joinedup.crossover import Crossover
    from joinedup.disclosure import Chapter


@cache
def measured() -> Crossover:
    return littleton().crossover()


def tied(known: Known) -> Crossover:
    """Littleton as measured, the first pair of services with events that are tied together by number."""
    first, *others = measured().pairs
    return replace(measured(), pairs=(replace(first, known=known), *others))


def held_to_numbers(chapter: Chapter) -> list[str]:
    """Publish the chapter, and give what it says of events that are tied together by number."""
    (published,) = publish(Draft("A study", "", (chapter,))).chapters
    lists = [block for block in published.blocks if isinstance(block, PublishedBullets)]
    return [item for block in lists for item in block.items if " tie " in item]


def test_both_measures_of_coincidence_stand_beside_each_other() -> None:
    chapter = crossover_chapter(littleton(), measured())
    table = next(each for each in chapter.blocks if getattr(each, "name", None) == "crossover-baselines")
    assert isinstance(table, Table)
    said = [(pair, each) for pair in measured().pairs for each in pair.baselines]
    assert len(said) == 2 * 3
    for row, (pair, each) in zip(table.rows, said, strict=True):
        _, name, chance, events = row
        assert name == each.name
        assert not isinstance(chance, str)
        assert not isinstance(events, str)
        # Both columns of coincidences are of one window, so they are of one size (§2.3).
        assert chance.number == pytest.approx(pair.chance_pairs or 0, abs=1.5)
        assert (events.low, events.number, events.high) == (each.low, each.estimate, each.high)


def test_events_that_were_found_again_without_their_number_are_told() -> None:
    (said,) = held_to_numbers(crossover_chapter(littleton(), tied(Known(40, 30, 29.5))))
    assert "75" in said
    assert "of 40 events" in said
    assert "found again by place, time and category alone" in said


def test_a_few_tied_events_are_not_told_and_none_make_no_section() -> None:
    (said,) = held_to_numbers(crossover_chapter(littleton(), tied(Known(3, 2, 2.0))))
    assert said.endswith("tie too few events together by number to say.")
    chapter = crossover_chapter(littleton(), measured())
    assert held_to_numbers(chapter) == []
    assert not any(isinstance(each, Section) and "numbers" in each.heading for each in chapter.blocks)
