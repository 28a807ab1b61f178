"""The chapter on how often the services meet: what coincidence gives, what it is held to, and what may be said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from joinedup.crossover import Window
from joinedup.crossover.answer import Known
from joinedup.crossover.growth import WINDOWS, Growth
from joinedup.crossover.reliability import Band, Reliability
from joinedup.disclosure import (
    Chart,
    Draft,
    Figure,
    PublishedBullets,
    PublishedChart,
    Section,
    Statement,
    Table,
    publish,
)
from joinedup.study.drafting.coincidence import reliability_blocks
from joinedup.study.drafting.crossover import crossover_answer, crossover_chapter
from tests.small import littleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.crossover import Crossover, Pair
    from joinedup.disclosure import Chapter
    from joinedup.study import Study

MEETING_MOST = ("police", "ambulance")


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
    return [item for block in lists for item in block.items if " tie" in item or "bear a number" in item]


def changed(*pairs: Pair) -> Crossover:
    """Littleton as measured, with these pairs of services alone."""
    return replace(measured(), pairs=pairs)


def pair_of(services: tuple[str, str]) -> Pair:
    return next(pair for pair in measured().pairs if pair.services == services)


def chart(chapter: Chapter, name: str) -> PublishedChart:
    """Publish the chapter, and give one of its charts."""
    (published,) = publish(Draft("A study", "", (chapter,))).chapters
    return next(each for each in published.blocks if isinstance(each, PublishedChart) and each.name == name)


def sentences(study: Study, crossover: Crossover) -> list[str]:
    """Publish the answers of a study in words."""
    first, *rest = crossover_answer(study, crossover)
    draft = Draft("A study", "", (crossover_chapter(study, crossover),))
    shown = replace(draft, chapters=(replace(draft.chapters[0], answer=first, blocks=tuple(rest)),))
    (published,) = publish(shown).chapters
    return [published.answer, *(each for each in published.blocks if isinstance(each, str))]


def test_all_measures_of_coincidence_stand_beside_each_other() -> None:
    chapter = crossover_chapter(littleton(), measured())
    table = next(each for each in chapter.blocks if getattr(each, "name", None) == "crossover-baselines")
    assert isinstance(table, Table)
    said = [(pair, each) for pair in measured().pairs for each in pair.baselines]
    assert len(said) == 3 * 3
    for row, (pair, each) in zip(table.rows, said, strict=True):
        _, name, chance, events = row
        assert name == each.name
        assert not isinstance(chance, str)
        assert not isinstance(events, str)
        # Whole-week shifts count the same window, so they are of one size; that day alone has nothing at those hours (§2.3).
        if name.startswith("other weeks"):
            assert chance.number == pytest.approx(pair.chance_pairs or 0, abs=1.5)
        else:
            assert (chance.number or 0) < 1
        assert (events.low, events.number, events.high) == (each.low, each.estimate, each.high)


def test_no_measure_is_named_in_words_that_only_an_analyst_knows() -> None:
    words = " ".join(each.name for pair in measured().pairs for each in pair.baselines)
    assert not any(jargon in words for jargon in ("sideband", "scaled", "weighted", "shift"))


def test_events_that_were_found_again_without_their_number_are_told() -> None:
    (said,) = held_to_numbers(crossover_chapter(littleton(), tied(Known(50, 40, 30, 29.5, 0, 0))))
    assert "75" in said
    assert "50 events" in said
    assert "40 of them within" in said
    assert "found again by place, time, category and priority alone" in said


def test_numbers_that_name_another_partner_are_told() -> None:
    said = held_to_numbers(crossover_chapter(littleton(), tied(Known(50, 40, 30, 29.5, 80, 72))))
    assert len(said) == 2
    assert "of 80 pairs" in said[1]
    assert "90" in said[1]


def test_a_few_tied_events_are_not_told_and_none_make_no_section() -> None:
    (said,) = held_to_numbers(crossover_chapter(littleton(), tied(Known(3, 3, 2, 2.0, 0, 0))))
    assert said.endswith("tie too few events together by number to say.")
    chapter = crossover_chapter(littleton(), measured())
    assert held_to_numbers(chapter) == []
    assert not any(isinstance(each, Section) and "numbers" in each.heading for each in chapter.blocks)


def test_the_first_sentence_says_within_what_distance_and_time() -> None:
    first, *others = sentences(littleton(), measured())
    assert first.startswith("Within 500 m and 30 min, between ")
    assert not any("500 m" in each for each in others)


def with_growth(events: Sequence[float]) -> list[str]:
    """Say what Littleton's answer would be, were there so many events of police and ambulance in each window."""
    study = replace(littleton())
    windows = dict(zip(WINDOWS, events, strict=True))
    intervals = {window: (0.9 * number, 1.1 * number) for window, number in windows.items()}
    study.__dict__["growth"] = (Growth(MEETING_MOST, windows, intervals),)
    return sentences(study, measured())


def test_a_number_that_hangs_on_the_window_says_how_far_it_grows() -> None:
    assert "1 km" not in with_growth((24, 26, 26, 26, 26, 26))[0]
    # More than a twentieth, but no more than a count of 26 may vary.
    assert "1 km" not in with_growth((24, 26, 26, 26, 30, 30))[0]
    far = with_growth((24, 26, 26, 26, 50, 51))[0]
    assert far.endswith(
        "Where records may be 1 km and an hour apart, it is 48 to 59 in 100, and 30 to 36 in 100."
    )
    late = with_growth((24, 26, 26, 26, 27, 60))[0]
    assert "1 km and 2 hours apart, it is 58 to 71 in 100, and 36 to 44 in 100" in late


def test_how_many_events_rest_on_records_without_a_place_is_said_with_the_number() -> None:
    pair = replace(pair_of(MEETING_MOST), estimate=30.0, unplaced=6.0)
    (said,) = sentences(littleton(), changed(pair))
    assert "Of the 30 events 6 stand for records without a usable place or time" in said
    # Two would be too few to say.
    assert "stand for" not in sentences(littleton(), measured())[0]


def headings(*pairs: Pair) -> str:
    heading = crossover_chapter(littleton(), changed(*pairs)).heading
    assert isinstance(heading, str)
    return heading


def test_nobody_meets_most_often_where_there_is_one_pair_or_none_meets() -> None:
    most, next_most, _ = sorted(measured().pairs, key=lambda each: -(each.estimate or 0))
    never = replace(next_most, estimate=0.0, low=0.0, high=0.0, unplaced=0.0)
    assert headings(most, next_most).endswith("meet most often")
    assert headings(most) == "How often Littleton Police and Littleton Ambulance meet"
    assert headings(never) == "The services are not seen to meet"
    assert headings(most, never) == "Only Littleton Police and Littleton Ambulance are seen to meet"
    # Intervals that overlap name nobody.
    assert headings(most, replace(next_most, high=25.0)) == "How often the services meet"


def test_the_bars_of_coincidence_add_up_and_the_interval_is_of_placed_events() -> None:
    pair = replace(pair_of(MEETING_MOST), observed_pairs=60)
    shown = chart(crossover_chapter(littleton(), changed(pair)), "coincidence")
    near, luck, joint, further = (each.figure for each in shown.bars)
    assert shown.title == "Of 60 near pairs about 4 are luck"
    assert near.number == (luck.number or 0) + (joint.number or 0) + (further.number or 0)
    assert "second" not in shown.bars[3].label
    assert "same events" in shown.bars[3].label
    assert (joint.low, joint.high) == (round(pair.placed_low or 0), round(pair.placed_high or 0))
    # An interval that a middle number was taken from would not be that of placed events alone.
    assert (joint.high or 0) - (joint.low or 0) < (pair.high or 0) - (pair.low or 0)


def test_littletons_near_pairs_are_told_from_luck_in_plain_words() -> None:
    shown = chart(crossover_chapter(littleton(), measured()), "coincidence")
    # 28 near pairs, of which 4.46 by the shifts (worked by hand in Littleton's expected answers).
    assert shown.title == "Of 28 near pairs about 4 are luck"
    assert all((bar.figure.number or 0) == round(bar.figure.number or 0) for bar in shown.bars)


def test_near_pairs_by_distance_time_busyness_and_kinds_are_beside_coincidence() -> None:
    chapter = crossover_chapter(littleton(), measured())
    tables = [
        each for each in chapter.blocks if isinstance(each, Table) and each.name.startswith("chance-by-")
    ]
    assert len(tables) == 4
    for table in tables:
        *rows, total = [[cell for cell in row if isinstance(cell, Figure)] for row in table.rows]
        assert total[0].number == sum(row[0].number or 0 for row in rows) == 28


def band(low: float, high: float, pairs: int, said: float, found: tuple[float, float, float]) -> Band:
    return Band(low, high, pairs, pairs * (1 - found[0]), said, *found)


def pictured(found: Reliability | str) -> tuple[list[str], Chart | None]:
    """Give the words and the picture that are drawn of how far probabilities can be believed."""
    blocks = reliability_blocks(littleton(), replace(pair_of(MEETING_MOST), reliability=found))
    drawn = next((each for each in blocks if isinstance(each, Chart)), None)
    return [each.words for each in blocks if isinstance(each, Statement)], drawn


def test_the_picture_of_reliability_says_what_was_called_likely_and_what_was_found() -> None:
    bands = (
        band(0.0, 0.05, 900, 0.01, (0.0, 0.0, 0.03)),
        band(0.8, 0.95, 200, 0.88, (0.86, 0.79, 0.92)),
        band(0.95, 1.0, 400, 0.99, (0.99, 0.98, 1.0)),
    )
    _, drawn = pictured(Reliability(bands, 0.012, 0.01))
    assert drawn is not None
    assert len(drawn.bars) == 3
    assert "on average 88" in drawn.bars[1].label
    chapter = replace(crossover_chapter(littleton(), measured()), blocks=(drawn,))
    shown = chart(chapter, drawn.name)
    assert (
        shown.title == "Of pairs that we call 80 to 95 % likely, 79 to 92 in 100 were more than chance gives"
    )
    assert (shown.bars[1].figure.low, shown.bars[1].figure.high) == (0.79, 0.92)


def test_bands_of_a_few_pairs_are_not_drawn_and_a_short_study_says_why() -> None:
    words, drawn = pictured(Reliability((band(0.8, 0.95, 4, 0.9, (1.0, 0.2, 1.0)),), None, None))
    assert (words, drawn) == ([], None)
    (said,), drawn = pictured("no shift by five weeks keeps half of the period")
    assert drawn is None
    assert "no shift by five weeks keeps half of the period" in said
    assert "imagined areas" in said


def test_growth_is_asked_of_the_usual_window_alone() -> None:
    wider = replace(measured(), window=Window(900, 30))
    assert sentences(littleton(), wider)[0].startswith("Within 900 m and 30 min")
