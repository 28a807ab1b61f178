"""What a change would make possible, as a reader sees it: the same differences of roadmaps, drawn and in words (§4.6)."""

from __future__ import annotations

import pytest

from joinedup.disclosure import (
    Chapter,
    Draft,
    Page,
    PublishedChapter,
    PublishedChart,
    PublishedTable,
    Statement,
    publish,
)
from joinedup.roadmap import Unlock, Unlocked
from joinedup.roadmap.relaxing import Difference
from joinedup.study.drafting.unlocked import unlocked_blocks
from joinedup.wording import Unit, in_words

TITLES = {
    "law": "Governance: the board takes over {both}",
    "roof": "One roof",
    "fleet": "One fleet",
}


def exact(gain: float) -> Difference:
    return Difference(gain, gain, gain)


def one(probability: float = 0.25) -> Unlocked:
    """Make a change that costs £200,000 by itself and, with that probability, makes £1m possible."""
    expected = probability * 800_000 + (1 - probability) * -200_000
    entry = Unlock("roof", "the boards refused it twice", probability)
    return Unlocked("law", (entry,), exact(800_000.0), exact(-200_000.0), expected, (exact(800_000.0),))


def two() -> Unlocked:
    entries = (Unlock("fleet", "the deputy said so", 0.5), Unlock("roof", "the boards refused it twice", 0.5))
    return Unlocked(
        "law",
        entries,
        Difference(900_000.0, 850_000.0, 950_000.0),
        exact(-200_000.0),
        350_000.0,
        (exact(300_000.0), exact(400_000.0)),
    )


def shown(*unlocked: Unlocked) -> PublishedChapter:
    blocks = unlocked_blocks(unlocked, (), TITLES)
    roadmap, own = (
        Chapter(name, "H", Statement("A."), held) for name, held in (("roadmap", blocks), ("own", ()))
    )
    page = Page("options", "law", TITLES["law"], "", (own,))
    (chapter,) = publish(Draft("T", "", (roadmap,), (), (page,))).chapters
    return chapter


def chart(chapter: PublishedChapter) -> PublishedChart:
    return next(each for each in chapter.blocks if isinstance(each, PublishedChart))


def test_the_picture_begins_at_the_best_roadmap_without_and_ends_at_what_is_expected() -> None:
    bars = chart(shown(one())).bars
    assert [bar.figure.number for bar in bars] == [0, -200_000, 1_000_000, 800_000, 50_000]
    assert [bar.service for bar in bars] == ["before", "worse", "better", "better", "after"]
    assert "One roof" in bars[2].label
    assert "25% probable" in bars[2].label


@pytest.mark.parametrize("probability", [0.0, 0.25, 1.0])
def test_by_itself_and_what_it_adds_make_what_it_is_worth_if_it_comes_true(probability: float) -> None:
    _, none, added, every, expected = (
        bar.figure.number or 0.0 for bar in chart(shown(one(probability))).bars
    )
    assert none + added == every
    assert none + probability * added == pytest.approx(expected, abs=1_000)


def test_what_several_add_together_is_not_put_down_to_one_of_them() -> None:
    bars = chart(shown(two())).bars
    assert [bar.label for bar in bars] == [
        "The best roadmap without it",
        "With it, if nothing comes true",
        "With it, if only this comes true: One fleet (50% probable)",
        "With it, if only this comes true: One roof (50% probable)",
        "With it, if everything comes true",
        "With it, as expected",
    ]


def test_a_roadmap_that_is_not_proven_best_is_drawn_with_its_range() -> None:
    _, none, *_, every, _ = chart(shown(two())).bars
    assert (every.figure.low, every.figure.high) == (850_000, 950_000)
    assert none.figure.low is None


def test_who_only_hears_the_picture_hears_the_same_figures() -> None:
    drawn = chart(shown(one()))
    for number in (-200_000.0, 800_000.0, 50_000.0):
        assert in_words(number, Unit.POUNDS) in drawn.alternative
    assert in_words(50_000.0, Unit.POUNDS) in drawn.title
    assert drawn.title.startswith("Governance is expected")
    # A brace in a name is no figure.
    assert drawn.subtitle == "Governance: the board takes over (both)"


def test_evidence_and_probability_stand_beside_what_is_made_possible() -> None:
    (table,) = (each for each in shown(one(), two()).blocks if isinstance(each, PublishedTable))
    said = [[cell.text for cell in row] for row in table.rows]
    assert said[0][1:] == ["One roof", in_words(0.25, Unit.SHARE), "the boards refused it twice"]
    assert [row[1] for row in said] == ["One roof", "One fleet", "One roof"]


def test_nothing_is_drawn_where_nothing_is_stated() -> None:
    assert unlocked_blocks((), (), TITLES) == []
