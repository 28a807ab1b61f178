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
    Chapter,
    Draft,
    Page,
    PublishedBullets,
    PublishedChapter,
    PublishedGantt,
    PublishedTable,
    Statement,
    publish,
)
from joinedup.roadmap import LeftOut
from joinedup.roadmap.relaxing import Difference
from joinedup.study import Study
from joinedup.study.deciding import Held
from joinedup.study.drafting.left_out import on_the_roadmap, thing_in_words, with_the_roadmap
from joinedup.study.drafting.order import order_chapter, swaps_in_words
from joinedup.study.drafting.register import register_chapter
from joinedup.study.drafting.roadmap import roadmap_chapter
from joinedup.study.planning import planned
from joinedup.wording import Unit, in_words
from tests.small import LITTLETON, littleton, small_area, with_settings

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.roadmap import Roadmap

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
    # Its tables lead to the options' pages; what stands on these is held elsewhere.
    pages = tuple(
        Page("options", id, title, "", (Chapter("own", "H", Statement("A.")),))
        for id, title in study.titles.items()
    )
    (passed,) = publish(Draft("T", "", (chapter,), (), pages)).chapters
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


def test_the_limits_are_named_and_those_that_are_not_set_are_said_not_to_be(study: Study) -> None:
    said = bullets(shown(study, roadmap_chapter(study)))
    assert (
        "The limits: starts within 4 years, 2025/26 to 2028/29; capital in each year: £300k of all partners together; options "
        "under way at once: none set; chance that the whole is a loss: none set." in said
    )
    assert (
        "Worth is in real pounds of 2025/26, discounted to that year. Each option is counted over its own span of 10 years from "
        "its start, also where that ends after the last year here." in said
    )


def with_plan(plan: Roadmap, own: OwnLimits | None = None) -> Study:
    """Give Littleton with another roadmap, and limits of its own."""
    found = littleton()
    study = replace(found, area=with_settings(found.area, roadmap=own or OwnLimits()))
    study.__dict__.update(assessment=found.assessment, planned=replace(found.planned, roadmap=plan))
    return study


def best() -> Roadmap:
    plan = littleton().planned.roadmap
    assert plan is not None
    return plan


def test_limits_of_each_partner_and_of_the_chance_of_a_loss_are_named() -> None:
    own = OwnLimits(5, None, {"fire": 5e4, "police": 1e5}, 4, {"ambulance": 1}, 0.1)
    study = with_plan(best(), own)
    (said,) = (each for each in bullets(shown(study, roadmap_chapter(study))) if "The limits" in each)
    assert "capital in each year: £100k of Littleton Police and £50,000 of Littleton Fire and Rescue;" in said
    assert "options under way at once: 4 in all and 1 of Littleton Ambulance;" in said
    assert said.endswith("chance that the whole is a loss: 10.0%.")


def test_what_could_be_missing_of_the_best_is_said_once_in_pounds_and_as_a_share_of_the_most_possible() -> (
    None
):
    plan = replace(
        best(),
        proven=False,
        status="stopped after 20 s: at most £50,000 more is possible",
        bound=best().expected + 50_000,
        gap=50_000 / (best().expected + 50_000),
    )
    study = with_plan(plan)
    (said,) = (each for each in bullets(shown(study, roadmap_chapter(study))) if "not proven" in each)
    share = in_words(plan.gap, Unit.SHARE)
    assert said == (
        f"It is not proven best: the search stopped after 20 s: at most £50,000 more is possible, {share} of the most possible."
    )


def test_the_better_sets_that_are_not_safe_are_told_by_what_they_hold_besides_or_instead() -> None:
    plan = best()
    first = plan.rows[0].id
    sets = (
        (*plan.chosen, OVERWATER),
        (*(plan.chosen - {first}), OVERWATER),
        tuple(plan.chosen - {first}),
        (MARKET,),
    )
    study = with_plan(replace(plan, sets_refused=sets))
    title = study.titles
    (said,) = (each for each in bullets(shown(study, roadmap_chapter(study))) if "given up" in each)
    assert said == (
        "4 better sets were given up, because the safety gate does not pass them as a whole. Beside this roadmap, one held "
        f"{title[OVERWATER]} besides; one held {title[OVERWATER]} in place of {title[first]}; one was without {title[first]}; 1 "
        "more are not told."
    )


def test_what_two_options_would_use_is_named_unless_its_place_may_not_leave() -> None:
    plan = best()
    first = plan.rows[0].id
    # Fire headquarters holds a control room.
    reasons = {OVERWATER: "sites/P8", MARKET: "sites/F3", "made up": "incidents/ambulance/C2/fire"}
    left = [
        LeftOut(id, f"only one option can use '{thing}', and on the roadmap that is: '{first}'")
        for id, thing in reasons.items()
        if id in littleton().titles
    ]
    study = with_plan(replace(plan, left_out=tuple(left)))
    rows = table(shown(study, roadmap_chapter(study)), "roadmap-left-out").rows
    ends = f", and on the roadmap that is: {study.titles[first]}"
    assert [row[1].text for row in rows] == [
        f"only one option can use Overwater police station{ends}",
        f"only one option can use one of the buildings{ends}",
    ]
    named = {thing: thing_in_words(study.area, *thing.split("/", 1)) for thing in reasons.values()}
    assert named["incidents/ambulance/C2/fire"] == "the time at calls of Littleton Ambulance (C2)"
    lines = study.area.table("budgets")["line_id"].to_list()
    assert thing_in_words(study.area, "budgets", lines[0]).startswith("the budget for ")


def test_every_thing_that_an_option_uses_has_a_name() -> None:
    area = littleton().area
    used = {thing for each in littleton().assessment.options for thing in each.option.uses}
    for thing in used:
        words = thing_in_words(area, *thing.split("/", 1))
        assert words
        assert thing not in words
    assert thing_in_words(area, "course_runs", area.table("course_runs")["run_id"][0]) == "course runs"


def test_an_option_s_page_says_what_became_of_it_on_the_roadmap() -> None:
    plan, titles = best(), littleton().titles
    decided = replace(plan.rows[0], decided=True)
    many = [id for id in titles if id not in plan.chosen]
    left = LeftOut(many[0], f"needs '{many[1]}', which is not on the roadmap")
    study = with_plan(replace(plan, rows=(decided, *plan.rows[1:]), left_out=(left,)))
    page = Page("options", decided.id, "T", "", (Chapter("answer", "H", Statement("A."), [Statement("B.")]),))
    told = {
        id: str(with_the_roadmap(study, replace(page, name=id)).chapters[0].blocks[1].words)  # type: ignore[union-attr]
        for id in (decided.id, plan.rows[1].id, many[0], many[2])
    }
    start, live = (f"{2025 + year}/{26 + year}" for year in (decided.start, decided.live))
    assert (
        told[decided.id] == f"On the roadmap it starts in {start}, as was decided, and is live from {live}."
    )
    assert "decided" not in told[plan.rows[1].id]
    assert told[many[0]] == f"It is not on the roadmap: needs {titles[many[1]]}, which is not on the roadmap."
    assert told[many[2]] == "It is not on the roadmap: only what passes the safety gate can start."
    nothing = with_plan(plan)
    nothing.__dict__["planned"] = replace(study.planned, roadmap=None)
    assert on_the_roadmap(nothing, many[0]).words.startswith("It is on no roadmap")


def test_a_page_says_what_an_option_waits_for_and_what_one_service_can_do_alone() -> None:
    found = littleton().assessment
    each = found[OVERWATER]
    waits = replace(
        each.option,
        partners=("police",),
        facts={**each.option.facts, "needs": f"{MARKET} | {HEADQUARTERS}; {HEADQUARTERS}"},
    )
    study = with_plan(best())
    others = tuple(replace(one, option=waits) if one is each else one for one in found.options)
    study.__dict__["assessment"] = replace(found, options=others)
    words = on_the_roadmap(study, OVERWATER).words
    assert f"It waits until this is live: {study.titles[MARKET]} or {study.titles[HEADQUARTERS]}." in words
    assert f"It waits until this is live: {study.titles[HEADQUARTERS]}." in words
    assert words.endswith(
        "Littleton Police can do it alone: what it is worth is no saving of working together."
    )


def test_what_one_service_can_do_alone_is_told_apart_from_the_worth_of_the_roadmap() -> None:
    found, plan = littleton().assessment, best()
    each = found[plan.rows[0].id]
    own = replace(each, option=replace(each.option, partners=("police",)))
    study = with_plan(plan)
    study.__dict__["assessment"] = replace(
        found, options=tuple(own if one is each else one for one in found.options)
    )
    worth = in_words(plan.rows[0].expected, Unit.POUNDS)
    said = f"1 of these is for one service to do alone, expected to be worth {worth}: that is no saving of working together."
    assert said in bullets(shown(study, roadmap_chapter(study)))
    assert not any(
        "to do alone" in each for each in bullets(shown(with_plan(plan), roadmap_chapter(with_plan(plan))))
    )


def test_who_cannot_afford_an_option_and_who_loses_by_it_stand_beside_it(study: Study) -> None:
    listed = table(shown(study, roadmap_chapter(study)), "roadmap-options")
    afford, lose = (listed.headers.index(each) for each in ("Not affordable to", "Who would lose"))
    named = {"police": "Police", "fire": "Fire", "ambulance": "Ambulance"}
    seen = set()
    for id, row in zip(listed.pages, listed.rows, strict=True):
        each = study.assessment[id]
        over = {
            one["partner"] for one in each.affordable.filter(outcome="not affordable").iter_rows(named=True)
        }
        seen |= over
        for who, name in named.items():
            assert (name in row[afford].text.partition("cannot tell")[0]) == (who in over)
            assert (name in row[lose].text) == (who in {one.partner for one in each.appraisal.losers})
    assert seen


def test_what_waits_has_a_range_where_a_roadmap_is_not_proven_best(study: Study) -> None:
    sure = study.planned.waiting
    (at,) = (number for number, each in enumerate(sure) if each.worth is not None)
    wide = replace(sure[at], worth=Difference(2e5, 1e5, 4e5))
    other = replace(study)
    other.__dict__.update(assessment=study.assessment, planned=replace(study.planned, waiting=(wide,)))
    waiting = table(shown(other, roadmap_chapter(other)), "roadmap-waiting")
    assert waiting.rows[0][2].text == in_words(2e5, Unit.POUNDS, 1e5, 4e5)
    assert "with a minus they would be later" in waiting.note
    assert "counts for no months" in waiting.note


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


def test_every_place_is_shown_of_the_options_that_are_ever_among_the_first_three() -> None:
    tried = littleton().planned.tried
    assert tried is not None
    rows = table(shown(littleton(), order_chapter(littleton())), "weights-places").rows
    ever = {titled(each.id) for each in tried.accepted if any(share.share for share in each.places[:3])}
    assert {row[0].text for row in rows} == ever
    for each in tried.accepted:
        for row in rows:
            if row[0].text == titled(each.id):
                shares = [cell.number or 0.0 for cell in row[1:]]
                assert shares[:6] == pytest.approx([share.share for share in each.places[:6]], abs=1e-3)
                assert sum(shares) == pytest.approx(1, abs=0.01)


def titled(option: str) -> str:
    return littleton().titles[option]


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
