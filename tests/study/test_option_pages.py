"""A page for every option: whole, the same figures everywhere, and nothing on it that may not leave (§4, §5, §8.1)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.appraisal import Gate, Judged, Outcome, Stated, five_cases
from joinedup.appraisal.comparison import compare
from joinedup.disclosure import Draft, PublishedBullets, PublishedTable, publish
from joinedup.imagining import Noise, imagine
from joinedup.money import CashLine
from joinedup.options import REDUNDANCY, kinds
from joinedup.report.page import report_files
from joinedup.study import Study, assess, draft
from joinedup.study.assessing import budget_lines
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.drafting.option_pages.money import sellers
from joinedup.study.drafting.options import option_answer, options_chapter
from joinedup.wording import Unit, in_words, settled
from tests.report.test_option_pages import links
from tests.report.test_report import Page as Html
from tests.small import LITTLETON, edited, littleton, with_settings

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.appraisal import CaseLine, People
    from joinedup.area import Area
    from joinedup.disclosure import PublishedPage
    from joinedup.study import Assessed, Assessment

SOLD = "shared-estate-P9-to-F3"
"""The police give up a freehold of £1.2m."""
MOVES = "shared-estate-A1-to-F1"
NEVER = "shared-control-room-co-located-police-fire"


@cache
def pages() -> dict[str, PublishedPage]:
    passed = publish(Draft("T", "", (options_chapter(littleton()),), (), option_pages(littleton())))
    return {page.name: page for page in passed.pages}


def holding(area: Area, assessment: Assessment) -> Study:
    """Give Littleton's study with another area and what was assessed of it."""
    study = Study(LITTLETON, area, littleton().queries, littleton().assumptions, lambda _: None)
    study.__dict__["played"] = "the study is not played here"
    study.__dict__["assessment"] = assessment
    return study


def one(assessed: Assessed) -> PublishedPage:
    """Give the page of an option as it would be if it were like this."""
    study = holding(littleton().area, replace(littleton().assessment, options=(assessed,)))
    (page,) = publish(Draft("T", "", (), (), option_pages(study))).pages
    return page


def table(page: PublishedPage, name: str) -> PublishedTable:
    return next(
        block
        for chapter in page.chapters
        for block in chapter.blocks
        if isinstance(block, PublishedTable) and block.name == name
    )


def words(page: PublishedPage) -> str:
    """Give everything that a page says."""
    said = [page.title, page.subtitle]
    for chapter in page.chapters:
        said += [chapter.heading, chapter.answer]
        for block in chapter.blocks:
            if isinstance(block, str):
                said.append(block)
            elif isinstance(block, PublishedBullets):
                said += block.items
            elif isinstance(block, PublishedTable):
                said += [block.caption, block.note, *(cell.text for row in block.rows for cell in row)]
    return "\n".join(said)


def test_every_option_has_a_page_that_the_main_table_leads_to_the_simplest_kinds_first() -> None:
    chapter = options_chapter(littleton())
    led: list[str] = []
    for block in chapter.blocks:
        led += getattr(block, "pages", [])
    assert sorted(led) == sorted(pages()) == sorted(each.option.id for each in littleton().assessment.options)
    rungs = [littleton().assessment[each].rung for each in led]
    assert rungs == sorted(rungs)


def test_every_page_answers_every_question_of_a_board() -> None:
    spoken_of = set()
    for option, page in pages().items():
        names = [chapter.name for chapter in page.chapters]
        if "said" in names:
            # Only where people spoke of it, and then before what it asks of them.
            spoken_of.add(option)
            assert names[names.index("said") + 1] == "people"
            names.remove("said")
        assert names == [
            "answer",
            "waits",
            "worth",
            "years",
            "beside",
            "truths",
            "stress",
            "elsewhere",
            "people",
            "effects",
            "law",
            "cases",
        ]
        assert all(chapter.answer for chapter in page.chapters)
    kinds = {each.option.kind for each in littleton().assessment.options if each.option.id in spoken_of}
    assert kinds == {"shared estate", "shared control room"}


def test_a_figure_is_the_same_on_the_main_page_the_option_s_page_and_in_both_csv() -> None:
    files = report_files(
        publish(Draft("T", "", (options_chapter(littleton()),), (), option_pages(littleton())))
    )
    main: dict[str, dict[str, str]] = {}
    for name, content in files.items():
        if name.startswith("tables/options-"):
            main |= {row["Option"]: row for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))}
    assert len(main) == len(pages())
    for name, content in files.items():
        if name.endswith("/worth.csv"):
            html = Html(files[f"options/{name.split('/')[1]}.html"].decode())
            title = html.all("h1")[0][1]
            row = next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
            assert row["Figure"] == main[title]["Worth to all together"]
            assert row["Figure (value)"] == main[title]["Worth to all together (value)"]
            assert row["Figure"] in [text for _, text in html.all("td")]


def test_the_ratio_of_benefit_to_cost_and_the_year_of_payback_stand_beside_the_worth() -> None:
    # §5.1: no ratio where the net cost is not positive. P9 to F3: 657,200 is laid out and 1,085,600 received in the first years.
    shown = {row[0].text: row[1].text for row in table(pages()[SOLD], "worth").rows}
    assert shown["Benefit for each pound of net cost (BCR)"] == "none: it costs nothing net"
    assert shown["Paid for itself (payback)"] == "in 2026/27"
    # What sharing a room for calls frees is money saved, which does not make up for it: a ratio of 0 would hide it.
    shown = {row[0].text: row[1].text for row in table(pages()[NEVER], "worth").rows}
    assert shown["Benefit for each pound of net cost (BCR)"].startswith(
        "none: all that it gains is money saved"
    )
    assert shown["Paid for itself (payback)"] == "not within 10 years"
    for option, page in pages().items():
        said = [
            row[2].text
            for row in table(page, "case-economic").rows
            if row[0].text.startswith("In which year")
        ]
        worth = {row[0].text: row[1].text for row in table(page, "worth").rows}
        assert said == [worth["Paid for itself (payback)"]], option


def test_a_cost_is_judged_against_the_budget_line_that_pays_for_it() -> None:
    # §5.1: £81,000 in 2025/26 is little of the ambulance service's £10.22m, and more than £420,000 for estates can spare.
    judged = littleton().assessment["shared-estate-A3-to-F4"].affordable
    first = judged.filter(year=0, partner="ambulance").row(0, named=True)
    assert first["budget"] == 420_000
    assert first["outcome"] == "not affordable"
    # Littleton's budgets have no line for control rooms, and prevention may fall on any.
    for option in (NEVER, "joint-prevention-ambulance-police"):
        judged = littleton().assessment[option].affordable
        assert judged.filter(year=0, partner="police")["budget"].to_list() == [22_300_000]


def test_what_a_shared_room_does_for_passed_calls_and_if_it_is_lost_is_told() -> None:
    said = words(pages()["shared-control-room-co-located-police-ambulance"])
    assert (
        "If one room is lost, every call goes to the fallback, of which no table says who answers there"
        in said
    )
    assert "Calls that these rooms pass to each other in a year: 115." in said
    assert "would know sooner, by 2 min 30 s in the mean" in said
    assert "If one room is lost" not in words(pages()[MOVES])
    # Few calls are not told.
    found = littleton().assessment[NEVER]
    few = replace(found.option, facts={**found.option.facts, "passed_calls": 3.2})
    assert "pass to each other" not in words(one(replace(found, option=few)))


def test_the_loss_of_one_room_is_told_as_it_was_played_and_neither_which_room_nor_when() -> None:
    for way, last in (
        ("co-located", "the one place lost"),
        ("night", "the room lost that is hardest to stand in for"),
    ):
        facts = littleton().assessment[f"shared-control-room-{way}-police-ambulance"].option.facts
        page = pages()[f"shared-control-room-{way}-police-ambulance"]
        rows = table(page, "room-lost").rows
        assert [row[0].text for row in rows] == [
            "As rooms are, every room open",
            "As rooms are, the room lost that is hardest to stand in for",
            "With this option, every room open",
            f"With this option, {last}",
        ]
        played = {
            name.removeprefix("answered_").removesuffix("_mean_s"): value
            for name, value in facts.items()
            if name.endswith("_mean_s") and isinstance(value, float)
        }
        for row, when, is_open in zip(
            rows, ("now", "now", "then", "then"), (True, False, True, False), strict=True
        ):
            these = [each for each in played if each.startswith(when) and each.endswith("open") is is_open]
            worst = max(these, key=lambda each: played[each])
            assert row[1].number == pytest.approx(played[worst] / 60, rel=0.01)
            most = facts[f"answered_{worst}_most_s"]
            assert isinstance(most, float)
            assert row[2].number == pytest.approx(most / 60, rel=0.01)
            in_time = facts[f"answered_{worst}_in_time"]
            assert isinstance(in_time, float)
            assert row[3].number == pytest.approx(in_time, rel=0.01)
        assert str(facts["lost_from"]) not in words(page)
    # Rooms that nobody can play have no table.
    found = littleton().assessment[NEVER]
    bare = {name: fact for name, fact in found.option.facts.items() if not name.startswith("answered_")}
    quiet = one(replace(found, option=replace(found.option, facts=bare)))
    names = {block.name for block in quiet.chapters[0].blocks if isinstance(block, PublishedTable)}
    assert "room-lost" not in names


def test_what_a_kind_tells_of_beside_money_is_shown_with_its_range_and_at_whose_cost_it_comes() -> None:
    page = pages()["co-responding-P1-ambulance"]
    rows = {(row[0].text, row[1].text): row[2] for row in table(page, "effects").rows}
    saved = rows["Ambulance", "lives saved (people a year)"]
    assert saved.low is not None
    assert saved.high is not None
    assert saved.number is not None
    assert 0 < saved.low < saved.number < saved.high
    said = words(page)
    # Once for each two services, whatever the measures.
    assert said.count("It helps Ambulance") == 1
    assert "lives saved) at the cost of Police (money, time set free, crew hours)." in said


def test_a_budget_line_is_found_however_it_is_spelt() -> None:
    area = edited(
        edited(littleton().area, "budgets", "BP2", function=" Estates"), "budgets", "BF1", function="Control"
    )
    for name, found in (
        ("shared estate", (" Estates", "estates")),
        ("shared control room", ("Control",)),
        ("joint training", ()),
        ("joint prevention", ()),
    ):
        kind = next(each for each in kinds() if each.name == name)
        option = next(each.option for each in littleton().assessment.options if each.option.kind == name)
        assert budget_lines(area, kind, option) == found


def test_the_accounts_by_line_and_the_payments_by_partner_add_up() -> None:
    found = littleton().assessment[MOVES]
    for who in ("Fire", "Ambulance"):
        for name in (f"real-{who}", f"accounts-{who}"):
            shown = table(pages()[MOVES], name)
            whole = shown.headers.index("In all")
            for row in shown.rows[: len(shown.rows) - name.startswith("accounts")]:
                lines = [cell.number or 0.0 for cell in row[1:whole]]
                assert sum(lines) == pytest.approx(row[whole].number, rel=2e-3, abs=1)
    capital = table(pages()[MOVES], "real-Ambulance").rows[0][1].number
    spent = sum(float(flow.amount[0]) for flow in found.appraisal.flows if flow.line is CashLine.CAPITAL)
    assert capital == pytest.approx(spent, rel=1e-3)


def test_of_a_partner_that_sells_a_site_no_figure_tells_the_receipt() -> None:
    appraisal = littleton().assessment[SOLD].appraisal
    assert sellers(appraisal) == {"police"}
    accounts = table(pages()[SOLD], "accounts-Police")
    told = [row[0].text for row in accounts.rows if row[accounts.headers.index("In all")].number is not None]
    assert told == ["2025/26"]
    assert table(pages()[SOLD], "accounts-Fire").rows[1][1].number is not None
    receipt = next(flow for flow in appraisal.flows if flow.line is CashLine.RECEIPT)
    said = words(pages()[SOLD])
    for pounds in (1_200_000, float(receipt.amount[0])):
        assert f"£{pounds / 1e6:.2f}m" not in said
        assert f"{pounds:,.0f}" not in said


def numbers(study: Study, option: str) -> dict[tuple[str, int, int], float]:
    """Give every plain number of an option's page: table, row, column."""
    (page,) = (
        each for each in publish(Draft("T", "", (), (), option_pages(study))).pages if each.name == option
    )
    return {
        (block.name, r, c): cell.number
        for chapter in page.chapters
        for block in chapter.blocks
        if isinstance(block, PublishedTable)
        for r, row in enumerate(block.rows)
        for c, cell in enumerate(row)
        if cell.number is not None
    }


def with_site(monkeypatch: pytest.MonkeyPatch, **values: float) -> Study:
    """Assess Littleton with other figures of the site that is sold, looking for shared estate alone."""
    estate = tuple(kind for kind in kinds() if kind.name == "shared estate")
    monkeypatch.setattr("joinedup.study.finding.kinds", lambda: estate)
    area = edited(littleton().area, "sites", "P9", **values) if values else littleton().area
    assessment: Assessment = assess(area, littleton().assumptions)
    return holding(area, replace(assessment, options=(assessment[SOLD],)))


def test_all_central_figures_of_a_page_together_do_not_tell_what_a_site_is_worth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # An attacker who knows all but the value of the site and what it costs to run. Each is raised by itself; where every
    # figure that moves does so in one proportion, the figures are one equation in two unknowns, and neither is told.
    base = numbers(with_site(monkeypatch), SOLD)
    dearer = numbers(with_site(monkeypatch, value_gbp=2_400_000), SOLD)
    costlier = numbers(with_site(monkeypatch, running_cost_gbp=340_000), SOLD)
    # Shares of the draws and years of payback are not proportional to either; pounds are.
    both = [each for each in base if each in dearer and each in costlier and abs(base[each]) > 1_000]
    moved = [each for each in both if abs(dearer[each] - base[each]) > 1_000]
    assert moved
    proportions = {each: (costlier[each] - base[each]) / (dearer[each] - base[each]) for each in moved}
    middle = float(np.median(list(proportions.values())))
    assert middle > 0.1
    assert {each: found for each, found in proportions.items() if abs(found / middle - 1) > 0.05} == {}


def test_a_group_of_few_incidents_is_told_neither_in_a_table_nor_in_words() -> None:
    found = littleton().assessment[MOVES]
    rows = (
        Judged(
            "ambulance",
            "C1",
            "north",
            3,
            2.37,
            None,
            1.0,
            Outcome.FAIL,
            "ambulance, C1: all 3 incidents would wait",
        ),
        Judged("ambulance", "C2", "north", 40, 0.51, 0.62, 1.0, Outcome.PASS, "within"),
    )
    gate = Gate(rows, Outcome.FAIL, "drives")
    changed = replace(
        found,
        gate=gate,
        cases=five_cases(
            found.option,
            found.appraisal,
            gate,
            found.duty,
            found.people,
            found.affordable,
            price_base="2025/26",
        ),
    )
    assert any("3 incidents" in line.words for line in changed.cases)
    page = one(changed)
    assert "3 incidents" not in words(page)
    groups = table(page, "groups")
    assert [cell.text for cell in groups.rows[0]][:3] == ["Ambulance, C1, north", "[c]", "[c]"]
    # The whole would tell the small group beside the large one: it is the mean over groups that may be told.
    told = {(row[0].text, row[1].text): row[2].number for row in table(page, "effects").rows}
    assert told["Ambulance", "waits"] == pytest.approx(-0.51)


def test_an_option_that_a_partner_would_do_better_without_says_so() -> None:
    found = littleton().assessment[MOVES]
    much = np.full_like(found.appraisal.npsv, 9e6)
    appraisal = replace(found.appraisal, comparison=compare(found.appraisal.npsv, None, {"ambulance": much}))
    (first, *others) = found.alone
    page = one(replace(found, appraisal=appraisal, alone=(replace(first, option=found.option), *others)))
    assert "Littleton Ambulance would expect more from acting alone" in words(page)
    assert "£9m" in words(page)


def test_an_option_without_what_a_board_must_know_of_people_is_labelled_incomplete() -> None:
    found = littleton().assessment[MOVES]
    assert found.people.missing
    page = pages()[MOVES]
    assert "What it asks of people: incomplete" in [chapter.heading for chapter in page.chapters]
    assert all(f"{what[:1].upper()}{what[1:]}." in words(page) for what in found.people.missing)
    few = replace(found, people=replace(found.people, posts_moved=2.5, posts_ended=12.0))
    people = table(one(few), "people")
    assert [row[1].text for row in people.rows][:2] == ["[c]", "12"]
    # The mark stands beside its rule, and the rule only beside a mark.
    assert people.note == "[c]: fewer than 5 posts, which would tell of single people."
    many = replace(found, people=replace(found.people, posts_moved=25.0, posts_ended=12.0, posts_changed=0.0))
    assert table(one(many), "people").note == ""


def test_no_kind_says_of_people_what_the_partners_may_have_stated() -> None:
    # §4.7: what is known of people is the partners' to say, option by option, and no kind's to say once for all.
    said_once = [gap for each in littleton().assessment.options for gap in each.option.incomplete]
    for gone in ("are not recorded", "equality screen", "consultation dates", "transfers"):
        assert not [gap for gap in said_once if gone in gap]
    everything = Stated(2.0, 0.0, None, "told", date(2026, 1, 5), date(2026, 4, 5), "nothing found")
    found = littleton().assessment[NEVER]
    people = replace(
        found.people, posts_moved=0.0, posts_ended=0.0, posts_changed=0.0, shifts_changed=0, stated=everything
    )
    assert people.complete
    whole = words(one(replace(found, people=people, cases=cases_of(found, people))))
    assert "Not known yet of people" not in whole
    assert "all that a board asks is stated" in whole
    assert "an equality screen" not in whole
    bare = words(pages()[MOVES])
    assert "Not known yet of people: " in bare
    assert "an equality screen" in bare


def cases_of(found: Assessed, people: People) -> tuple[CaseLine, ...]:
    return five_cases(
        found.option,
        found.appraisal,
        found.gate,
        found.duty,
        people,
        found.affordable,
        price_base="2025/26",
    )


def test_who_is_most_at_risk_is_named_where_nobody_loses_at_central_values() -> None:
    sold = littleton().assessment[SOLD]
    assert not sold.appraisal.losers
    chances = {
        (each.partner, how): chance
        for each in sold.appraisal.standings
        for how, chance in (
            ("is worse off", each.chance_of_losing),
            ("loses money", each.chance_of_losing_money),
        )
    }
    (who, how), risk = max(chances.items(), key=lambda each: each[1])
    assert risk > 0
    shown = in_words(risk, Unit.SHARE)
    assert who == "police"
    said = f"Most at risk is Littleton Police, which {how} in {shown} of the draws."
    assert said in words(pages()[SOLD])
    (row,) = (
        row
        for block in options_chapter(littleton()).blocks
        if getattr(block, "name", "") == "options-shared estate"
        for row, page in zip(block.rows, block.pages, strict=True)  # type: ignore[union-attr]
        if page == SOLD
    )
    assert row[5] == f"nobody at central values; Police in {shown} of the draws"
    # One that loses is named as a loser, and whoever never does is said never to.
    assert "Most at risk" not in words(pages()[MOVES])
    never = replace(
        sold.appraisal,
        standings=tuple(
            replace(each, worth=np.abs(each.worth), money=np.abs(each.money))
            for each in sold.appraisal.standings
        ),
    )
    assert "No partner would be worse off, at central values or in any draw." in words(
        one(replace(sold, appraisal=never))
    )


def test_a_service_that_an_option_does_not_touch_has_no_row_of_nothing() -> None:
    page = pages()[MOVES]
    assert [row[0].text for row in table(page, "partners").rows] == ["Fire", "Ambulance"]
    assert {row[0].text for row in table(page, "effects").rows} == {"Fire", "Ambulance"}
    assert not any("Littleton Police" in row[0].text for row in table(page, "case-financial").rows)
    # A partner keeps its rows, whatever stands in them.
    assert [row[2].text for row in table(page, "effects").rows].count("£0") == 2


def test_parting_is_discounted_like_what_stands_beside_it_and_what_is_left_then_is_told() -> None:
    found = littleton().assessment[MOVES].appraisal
    *_, parted = table(pages()[MOVES], "not-reckoned").rows
    assert parted[2].number == pytest.approx(float(found.leaving.npsv[0]), rel=1e-3)
    assert parted[1].number == pytest.approx(float(found.leaving.npsv[0] - found.npsv[0]), rel=1e-3)
    # £100,000 in year 6 at 3.5 % a year.
    cost = float(found.leaving.cost[0])
    assert f"{in_words(cost / 1.035**found.leaving.year, Unit.POUNDS)} in the worth of now" in words(
        pages()[MOVES]
    )
    # A second sum over other years would give a receipt away (§8.1).
    *_, hidden = table(pages()[SOLD], "not-reckoned").rows
    assert [cell.text for cell in hidden[1:]] == ["[c]", "[c]"]


def test_redundancy_pay_is_no_gain_to_the_public() -> None:
    night = "shared-control-room-night-police-fire"
    assert any(
        flow.what == REDUNDANCY and flow.amount.any()
        for flow in littleton().assessment[night].appraisal.flows
    )
    page = pages()[night]
    assert "Society" not in {row[0].text for row in table(page, "effects").rows}
    assert "It helps Society" not in words(page)
    assert "people whose posts end" in table(page, "partners").note
    assert table(pages()[MOVES], "partners").note == ""


def test_months_that_are_assumed_stand_beside_those_that_it_took_elsewhere() -> None:
    said = words(pages()[MOVES])
    assert (
        "Here its money first saves or helps in 2026/27, 12 months from the first year. Its like took 36 to 60 months"
        in said
    )
    assert "trust the longer" in said
    late = replace(littleton().assessment[MOVES], months_elsewhere=(6, 12))
    assert "Its like took 6 to 12 months" in words(one(late))
    assert "trust the longer" not in words(one(late))


def test_where_nobody_says_when_results_were_seen_no_page_says_that_tolerances_came_first() -> None:
    # §5.7: the settings alone decide it; nothing reads the clock.
    found = littleton().assessment[MOVES]
    assert "is not stated: add results_seen_on" not in words(pages()[MOVES])
    unsaid = replace(found.gate, rows=tuple(replace(each, beforehand=None) for each in found.gate.rows))
    assert "came first" not in words(pages()[MOVES])
    assert (
        "Whether the tolerances were recorded before results were seen is not stated: add results_seen_on to study.toml."
        in words(one(replace(found, gate=unsaid)))
    )
    for seen, said in (
        (date(2025, 4, 22), "recorded, before results were first seen on 22 April 2025."),
        (None, "recorded; the study does not say when results were first seen."),
        (date(2025, 1, 1), "tolerance, though none was recorded before results were seen."),
    ):
        area = with_settings(littleton().area, results_seen_on=seen)
        counts, *_ = option_answer(holding(area, littleton().assessment))
        assert counts is not None
        assert said in counts.words


def test_the_five_cases_hold_every_line_and_say_what_is_still_to_write() -> None:
    found = littleton().assessment[MOVES]
    cases = ("strategic", "economic", "commercial", "financial", "management")
    shown = [row for case in cases for row in table(pages()[MOVES], f"case-{case}").rows]
    assert len(shown) == len(found.cases)
    blank = sum(row[2].text == "Still to be written by the partners." for row in shown)
    assert blank == sum(line.to_write for line in found.cases) > 0


def test_cases_elsewhere_never_stand_without_their_warning() -> None:
    for page in pages().values():
        for chapter in page.chapters:
            if chapter.name == "stress" or (chapter.name == "elsewhere" and chapter.blocks):
                assert any(isinstance(each, str) and "not a sample" in each for each in chapter.blocks)


@pytest.mark.slow
def test_every_page_of_an_imagined_area_renders_and_its_links_resolve(tmp_path: Path) -> None:
    imagine(tmp_path / "area", 60_000, 60, 12, density=700, noise=Noise.none())
    study = Study.read(tmp_path / "area")
    assert study.assessment.options
    files = report_files(publish(Draft("T", "", (options_chapter(study),), (), option_pages(study))))
    made = [name for name in files if name.startswith("options/")]
    assert len(made) == len(study.assessment.options)
    for name in made:
        html = Html(files[name].decode())
        ids = [attributes["id"] for _, attributes, _ in html.elements if "id" in attributes]
        assert len(ids) == len(set(ids))
    for _, target in links({name: content for name, content in files.items() if name in made}):
        assert target.partition("#")[0] in files


def test_in_the_whole_report_every_link_resolves_and_no_file_of_a_seller_holds_its_receipt() -> None:
    files = report_files(publish(draft(littleton())))
    for _, target in links(files):
        assert target.partition("#")[0] in files
    for name, content in files.items():
        if name.endswith(".html"):
            html = Html(content.decode())
            ids = [attributes["id"] for _, attributes, _ in html.elements if "id" in attributes]
            assert len(ids) == len(set(ids))
            for attributes, _ in html.all("a"):
                if (attributes["href"] or "").startswith("#"):
                    assert (attributes["href"] or "")[1:] in ids
            assert len(html.all("h1")) == 1
    receipt = next(
        flow for flow in littleton().assessment[SOLD].appraisal.flows if flow.line is CashLine.RECEIPT
    )
    own = [content.decode("utf-8-sig") for name, content in files.items() if SOLD.lower() in name]
    assert len(own) > 10
    for pounds in (1_200_000.0, float(receipt.amount[0])):
        for told in (f"{settled(pounds, Unit.POUNDS):.0f}", f"{pounds:,.0f}"):
            assert not any(told in content for content in own)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("merged budgets", "Share of the use that each makes, Littleton Fire and Rescue: 77.6%"),
        ("merged budgets", "What each would pay in equal parts, Littleton Ambulance: £581k"),
        ("governance", "Their members now: 13."),
        ("joint training", "Courses run in a year together: 1."),
        ("shared control room", "Calls that these rooms pass to each other in a year: 115."),
    ],
)
def test_a_page_gives_the_figures_that_its_kind_would_have_a_board_read(kind: str, says: str) -> None:
    ids = {each.option.id for each in littleton().assessment.options if each.option.kind == kind}
    blocks = [block for name, page in pages().items() if name in ids for block in page.chapters[0].blocks]
    said = {item for block in blocks if isinstance(block, PublishedBullets) for item in block.items}
    said |= {
        f"{what.text}, {header}: {cell.text}"
        for block in blocks
        if isinstance(block, PublishedTable)
        for what, *cells in block.rows
        for header, cell in zip(block.headers[1:], cells, strict=True)
    }
    assert says in said
