"""The roadmap and the weights as a reader sees them: what was worked out, in the same figures (§7, §6.4)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from joinedup.appraisal import Outcome
from joinedup.area.settings import OwnLimits, OwnWeights
from joinedup.disclosure import (
    Draft,
    PublishedBullets,
    PublishedChapter,
    PublishedGantt,
    PublishedTable,
    publish,
)
from joinedup.study import Study
from joinedup.study.deciding import Held
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.drafting.order import order_chapter, swaps_in_words
from joinedup.study.drafting.register import register_chapter
from joinedup.study.drafting.roadmap import roadmap_chapter
from joinedup.study.planning import planned
from joinedup.wording import Unit, in_words
from tests.small import LITTLETON, littleton, small_area

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure import Chapter

HEADQUARTERS = "shared-estate-P9-to-F3"
MARKET = "shared-estate-A1-to-F1"
OVERWATER = "shared-estate-A6-to-P8"
OWN = OwnWeights(60, 30, 10, "The joint {board}", date(2025, 1, 20))


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


def test_how_long_the_like_took_elsewhere_stands_beside_when_an_option_is_live(study: Study) -> None:
    chapter = shown(study, roadmap_chapter(study))
    listed = table(chapter, "roadmap-options")
    column = listed.headers.index("Months that the like took elsewhere")
    # Two published moves onto a shared estate took 36 and 60 months.
    told = {row[0].text: row[column].text for row in listed.rows}
    assert told[study.assessment[OVERWATER].option.title] == "48"
    no_case = {each.option.title for each in study.assessment.options if not each.months_elsewhere}
    assert {told[title] for title in told.keys() & no_case} <= {"[x]"}


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
        # Each figure is settled to three digits by itself.
        assert sum(cell.number or 0.0 for cell in row[1:whole]) == pytest.approx(row[whole].number, rel=5e-3)
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


def test_what_holds_an_option_is_said_with_its_reason_and_what_came_of_it() -> None:
    found = littleton()
    study = Study(found.folder, found.area, found.queries, found.assumptions, print)
    study.__dict__["assessment"] = found.assessment
    held = (
        Held(HEADQUARTERS, (), (), 2, "the lease ends in 2027"),
        Held(OVERWATER, (HEADQUARTERS,), (MARKET,), None, "its crew {goes} there"),
        Held(MARKET, ("shared-estate-P5-to-F5",), (), None, "the crews go there"),
    )
    study.__dict__["planned"] = planned(
        found.assessment.options, OwnLimits(5), {}, (), {}, found.assessment.judge_together, 1, None, held
    )
    chapter = shown(study, roadmap_chapter(study))
    title = {id: found.assessment[id].option.title for id in (HEADQUARTERS, OVERWATER, MARKET)}
    unsafe = found.assessment["shared-estate-P5-to-F5"].option.title
    said = bullets(chapter)
    assert (
        f"{title[HEADQUARTERS]} cannot start before 2027/28: the lease ends in 2027. It starts in 2027/28."
        in said
    )
    assert any(
        each.startswith(
            f"{title[OVERWATER]} needs {title[HEADQUARTERS]} live first and is never done beside "
        )
        and "its crew (goes) there. It" in each
        for each in said
    )
    assert f"{title[MARKET]} needs {unsafe} live first: the crews go there. It is not on the roadmap." in said
    left = {row[0].text: row[1].text for row in table(chapter, "roadmap-left-out").rows}
    assert left[title[MARKET]] == f"needs {unsafe}, which the safety gate does not pass"


@cache
def with_weights(weights: OwnWeights) -> Study:
    """Give Littleton with weights that its partners agreed."""
    found = littleton()
    settings = replace(found.area.settings, weights=weights)
    study = Study(
        found.folder, replace(found.area, settings=settings), found.queries, found.assumptions, print
    )
    study.__dict__["assessment"] = found.assessment
    study.__dict__["planned"] = planned(
        found.assessment.options, OwnLimits(1), {}, (), {}, lambda _: Outcome.PASS, settings.seed, weights
    )
    return study


def test_the_chapter_says_whose_weights_were_agreed_and_still_shows_all_weights() -> None:
    study = with_weights(OWN)
    chapter = shown(study, order_chapter(study))
    said = " ".join(each for each in chapter.blocks if isinstance(each, str))
    assert (
        "The joint (board) agreed these points on 20 January 2025: money 60, response 30 and people 10."
        in said
    )
    assert "Nobody has agreed" not in said
    shares = {row[0].text: row[4].number for row in table(chapter, "agreed-weights").rows}
    assert sum(each or 0.0 for each in shares.values()) == pytest.approx(1, abs=0.01)
    assert shares["worth to all together"] == max(each or 0.0 for each in shares.values())
    agreed = study.planned.agreed
    assert agreed is not None
    first = study.assessment[agreed.accepted[0].id].option.title
    assert table(chapter, "agreed-order").rows[0][0].text == first
    assert f"{first} comes first on average" in said
    assert table(chapter, "weights").rows


def test_central_weights_stand_in_the_chapter_as_they_were_worked_out() -> None:
    study = littleton()
    chapter = shown(study, order_chapter(study))
    tried = study.planned.tried
    assert tried is not None
    central = table(chapter, "central-weights")
    assert [row[0].text for row in central.rows] == [row[0].text for row in table(chapter, "weights").rows]
    by_title = {study.assessment[each.id].option.title: each.central_weights for each in tried.accepted}
    for row in central.rows:
        weights = by_title[row[0].text]
        if weights is not None:
            assert [cell.number for cell in row[1:]] == pytest.approx(list(weights.values()), abs=6e-4)
            assert sum(cell.number or 0.0 for cell in row[1:]) == pytest.approx(1, abs=0.005)


def test_what_could_not_be_weighed_is_said_with_the_options_of_which_it_is_not_known() -> None:
    agreed = with_weights(OWN)
    study = Study(agreed.folder, agreed.area, agreed.queries, agreed.assumptions, print)
    study.__dict__["assessment"] = agreed.assessment
    first = study.assessment.order.placed[0].id
    study.__dict__["planned"] = replace(agreed.planned, unmeasured={"posts that move or end": (first,)})
    said = [each for each in shown(study, order_chapter(study)).blocks if isinstance(each, str)]
    title = study.assessment[first].option.title
    assert (
        f"Posts that move or end could not be weighed, because they are not known for {title}: absent is not zero."
        in said
    )


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
