"""The roadmap and the weights as a reader sees them: what was worked out, in the same figures (§7, §6.4)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from joinedup.disclosure import (
    Draft,
    PublishedBullets,
    PublishedChapter,
    PublishedGantt,
    PublishedTable,
    publish,
)
from joinedup.study import Study
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.drafting.order import order_chapter, swaps_in_words
from joinedup.study.drafting.register import register_chapter
from joinedup.study.drafting.roadmap import roadmap_chapter
from joinedup.wording import Unit, in_words
from tests.small import LITTLETON, littleton, small_area

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure import Chapter

HEADQUARTERS = "shared-estate-P9-to-F3"
OVERWATER = "shared-estate-A6-to-P8"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Give Littleton with limits, decisions and barriers of its own."""
    folder = tmp_path_factory.mktemp("decided") / "littleton"
    shutil.copytree(LITTLETON, folder)
    (folder / "tables" / "attendances.csv").unlink()
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write("\n[roadmap]\nyears = 4\ncapital_gbp_a_year = 300_000\n")
    (folder / "decisions.csv").write_text(
        f"option_id,decision,year,reason\n{OVERWATER},adopted,1,the licence is on offer again\n",
        encoding="utf-8",
    )
    (folder / "barriers.csv").write_text(
        "barrier_id,kind,sentence,lifter,option_id,months\n"
        f"grant,funding cycles,Grants end in March,government,{OVERWATER},12\n"
        f"talks,engagement,Staff have not been asked,the partners,{HEADQUARTERS},12\n",
        encoding="utf-8",
    )
    return Study.read(folder)


def shown(study: Study, chapter: Chapter) -> PublishedChapter:
    (passed,) = publish(Draft("T", "", (chapter,), (), option_pages(study))).chapters
    return passed


def table(chapter: PublishedChapter, name: str) -> PublishedTable:
    return next(each for each in chapter.blocks if isinstance(each, PublishedTable) and each.name == name)


def bullets(chapter: PublishedChapter) -> list[str]:
    return [item for each in chapter.blocks if isinstance(each, PublishedBullets) for item in each.items]


def test_the_timetable_the_table_and_the_plan_say_the_same(study: Study) -> None:
    plan = study.planned.roadmap
    assert plan is not None
    chapter = shown(study, roadmap_chapter(study))
    (timetable,) = (each for each in chapter.blocks if isinstance(each, PublishedGantt))
    titles = {each.option.id: each.option.title for each in study.assessment.options}
    assert [(each.label, each.start, each.live) for each in timetable.spans] == [
        (titles[row.id], row.start, row.live) for row in plan.rows
    ]
    listed = table(chapter, "roadmap-options")
    assert [(row[0].text, row[1].text) for row in listed.rows] == [
        (titles[row.id], f"{2025 + row.start}/{26 + row.start}") for row in plan.rows
    ]
    assert list(listed.pages) == [row.id for row in plan.rows]


def test_expected_worth_stands_beside_its_range_and_the_chance_of_a_loss(study: Study) -> None:
    plan = study.planned.roadmap
    assert plan is not None
    answer = shown(study, roadmap_chapter(study)).answer
    assert in_words(plan.expected, Unit.POUNDS) in answer
    assert in_words(plan.chance_of_loss, Unit.SHARE) in answer
    assert "between" in answer


def test_capital_by_partner_adds_up_to_the_options_capital(study: Study) -> None:
    chapter = shown(study, roadmap_chapter(study))
    capital, listed = table(chapter, "roadmap-capital"), table(chapter, "roadmap-options")
    whole = capital.headers.index("All partners")
    for row in capital.rows:
        assert sum(cell.number or 0.0 for cell in row[1:whole]) == pytest.approx(row[whole].number, abs=2)
        assert (row[whole].number or 0.0) <= 300_000
    spent = sum(row[listed.headers.index("Capital within these years")].number or 0.0 for row in listed.rows)
    assert sum(row[whole].number or 0.0 for row in capital.rows) == pytest.approx(spent, rel=1e-3)


def test_what_persons_decided_is_shown_with_their_reasons(study: Study) -> None:
    assert any(
        "in 2026/27: the licence is on offer again" in each
        for each in bullets(shown(study, roadmap_chapter(study)))
    )


def test_what_waits_on_staff_is_listed_without_a_figure_and_other_barriers_with_one(study: Study) -> None:
    waiting = table(shown(study, roadmap_chapter(study)), "roadmap-waiting")
    rows = {row[0].text: [cell.text for cell in row] for row in waiting.rows}
    talks, grant = (
        rows["Staff have not been asked (engagement)"],
        rows["Grants end in March (funding cycles)"],
    )
    assert talks[1:4] == ["the partners", "[x]", "[x]"]
    assert "no money or time is attributed" in talks[4]
    assert grant[1] == "government"
    assert grant[2].startswith(("£", "−£"))


def test_what_more_capital_would_be_worth_is_the_difference_of_two_roadmaps(study: Study) -> None:
    (relaxed,) = study.planned.relaxed
    (row,) = table(shown(study, roadmap_chapter(study)), "roadmap-relaxed").rows
    assert row[0].text == "£1m more capital in every year, for all partners"
    assert row[1].text == in_words(relaxed.worth.gain, Unit.POUNDS)
    assert relaxed.worth.gain > 500_000


def test_every_option_that_passes_is_on_the_roadmap_or_left_out_with_a_reason(study: Study) -> None:
    plan = study.planned.roadmap
    assert plan is not None
    chapter = shown(study, roadmap_chapter(study))
    once = [
        each for each in chapter.blocks if isinstance(each, str) and "are left out for one reason" in each
    ]
    apart = [
        each
        for each in chapter.blocks
        if isinstance(each, PublishedTable) and each.name == "roadmap-left-out"
    ]
    said = sum(int(each.split(" ")[0]) for each in once) + sum(len(each.rows) for each in apart)
    assert said == len(plan.left_out)
    assert said + len(plan.rows) == len(study.assessment.order.placed)


def test_how_often_an_option_comes_first_stands_with_its_monte_carlo_error(study: Study) -> None:
    tried = study.planned.tried
    assert tried is not None
    rows = table(shown(study, order_chapter(study)), "weights").rows
    by_title = {row[0].text: row for row in rows}
    for each in tried.accepted:
        row = by_title.get(study.assessment[each.id].option.title)
        if row is not None:
            assert row[1].number == pytest.approx(each.first.share, abs=1e-3)
            assert row[2].number == pytest.approx(2 * each.first.error, rel=1e-3)
    firsts = [row[1].number or 0.0 for row in rows]
    assert firsts == sorted(firsts, reverse=True)


def test_the_weights_at_which_the_first_two_swap_are_those_where_they_are_worth_the_same(
    study: Study,
) -> None:
    tried = study.planned.tried
    assert tried is not None
    assert tried.swaps is not None
    said = swaps_in_words(tried, {each.option.id: each.option.title for each in study.assessment.options})
    assert study.assessment[tried.swaps.leader].option.title in said[0]
    for name, swap in tried.swaps.by_criterion.items():
        told = [each for each in said if f" {name} counted for " in each]
        assert len(told) == (swap is not None)
        if swap is not None:
            assert f"{name} counted for {100 * swap.weights[name]:.0f} in 100" in told[0]


def test_without_options_the_chapter_says_what_is_missing(tmp_path: Path) -> None:
    study = Study(tmp_path, small_area(), littleton().queries, littleton().assumptions, lambda _: None)
    study.__dict__["played"] = "nothing to play"
    assert roadmap_chapter(study).missing == "Options."


def test_the_register_lays_actual_against_promise_and_counts_the_months() -> None:
    rows = table(shown(littleton(), register_chapter(littleton())), "register").rows
    by_partners = {row[1].text: [cell.text for cell in row] for row in rows}
    live = by_partners["Littleton Fire and Rescue, Littleton Police"]
    # £41,000 of £60,000; from May 2014 to June 2018.
    assert live[4:] == ["£60,000", "£41,000", "68.3%", "49"]
    ended = by_partners["Littleton Ambulance, Littleton Police"]
    # £2,000 of £15,000; from 10 January 2012 to 1 October 2013.
    assert ended[4:] == ["£15,000", "£2,000", "13.3%", "20"]
    assert ended[3].startswith("ended on 31 March 2019: the licence was not renewed")
