"""A page for every option: whole, the same figures everywhere, and nothing on it that may not leave (§4, §5, §8.1)."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.appraisal import Gate, Judged, Outcome, five_cases
from joinedup.appraisal.comparison import compare
from joinedup.disclosure import Draft, PublishedBullets, PublishedTable, publish
from joinedup.imagining import Noise, imagine
from joinedup.money import CashLine
from joinedup.options import kinds
from joinedup.report.page import report_files
from joinedup.study import Study, assess, draft
from joinedup.study.assessing import budget_lines
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.drafting.option_pages.money import sellers
from joinedup.study.drafting.options import options_chapter
from joinedup.wording import Unit, settled
from tests.report.test_option_pages import links
from tests.report.test_report import Page as Html
from tests.small import LITTLETON, edited, littleton

if TYPE_CHECKING:
    from pathlib import Path

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
    # Nothing that sharing a room for calls frees makes up for it: benefits are 0 and it is never paid back.
    shown = {row[0].text: row[1].text for row in table(pages()[NEVER], "worth").rows}
    assert shown["Benefit for each pound of net cost (BCR)"] == "0"
    assert shown["Paid for itself (payback)"] == "not within 10 years"


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
    assert "If one room is lost, the fallback must take every call." in said
    assert "Calls that these rooms pass to each other in a year: 115." in said
    assert "would know sooner, by 2 min 30 s in the mean" in said
    assert "If one room is lost" not in words(pages()[MOVES])
    # Few calls are not told.
    found = littleton().assessment[NEVER]
    few = replace(found.option, facts={**found.option.facts, "passed_calls": 3.2})
    assert "pass to each other" not in words(one(replace(found, option=few)))


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
    monkeypatch.setattr("joinedup.study.assessing.kinds", lambda: estate)
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
        cases=five_cases(found.option, found.appraisal, gate, found.duty, found.people, found.affordable),
    )
    assert any("3 incidents" in line.words for line in changed.cases)
    page = one(changed)
    assert "3 incidents" not in words(page)
    groups = table(page, "groups")
    assert [cell.text for cell in groups.rows[0]][:3] == ["Ambulance, C1, north", "[c]", "[c]"]
    # The whole would tell the small group beside the large one: it is the mean over groups that may be told.
    assert table(page, "effects").rows[8][2].number == pytest.approx(-0.51)


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
    shown = [row[1].text for row in table(one(few), "people").rows]
    assert shown[:2] == ["[c]", "12"]


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
        ("shared control room", "If one room is lost, the fallback must take every call."),
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
