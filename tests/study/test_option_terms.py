"""What has a place or a date on an option's page: sites before and after, agreed terms, leases that wait (§4.7, §5.1, §8.1)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from joinedup.area.schema import empty_table
from joinedup.disclosure import Draft, PublishedMap, publish
from joinedup.money import annuity
from joinedup.options import kinds
from joinedup.study import assess
from joinedup.study.drafting.option_pages import option_pages
from tests.small import ZONE, littleton, small_area, with_tables
from tests.study.test_option_pages import MOVES, NEVER, SOLD, holding, one, pages, table, words

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.disclosure import PublishedPage

LEASED = "shared-estate-P5-to-F5"
"""Its lease can be broken in 2028/29."""
ROWS = [
    {
        "funding_id": "G",
        "option_id": MOVES,
        "what": "grant",
        "giver": "Government's transformation fund",
        "receiver": "ambulance",
        "gbp_a_year": 30_000.0,
        "first_year": "2026/27",
        "years": 2,
        "prices": "of each year",
        "source": "offer of March 2025",
    },
    {
        "funding_id": "C",
        "option_id": MOVES,
        "what": "charge",
        "payer": "ambulance",
        "receiver": "fire",
        "gbp_a_year": 5_000.0,
        "first_year": "2027/28",
        "years": 20,
        "prices": "price base",
        "source": "draft agreement",
    },
    {
        "funding_id": "P",
        "option_id": MOVES,
        "what": "people moved",
        "payer": "ambulance",
        "receiver": "fire",
        "gbp_a_year": 300_000.0,
        "posts": 9.0,
        "scheme_before": "NHS",
        "scheme_after": "local government",
        "first_year": "2027/28",
        "years": 3,
        "prices": "price base",
        "source": "transfer plan",
    },
]


@cache
def funded() -> PublishedPage:
    """Give the page of an option whose study has a table of funding, from the table on."""
    area: Area = with_tables(littleton().area, {"funding": small_area(funding=ROWS).table("funding")})
    assert area.table("funding").schema == empty_table("funding", ZONE).schema
    with pytest.MonkeyPatch.context() as patch:
        estate = tuple(kind for kind in kinds() if kind.name == "shared estate")
        patch.setattr("joinedup.study.finding.kinds", lambda: estate)
        assessment = assess(area, littleton().assumptions)
    study = holding(area, replace(assessment, options=(assessment[MOVES],)))
    (page,) = publish(Draft("T", "", (), (), option_pages(study))).pages
    return page


def test_what_was_agreed_stands_in_each_partner_s_money_by_year_as_it_was_stated() -> None:
    accounts = table(funded(), "accounts-Ambulance")
    shown = {row[0].text: dict(zip(accounts.headers, row, strict=True)) for row in accounts.rows}
    assert [shown[year]["Grant"].number for year in ("2026/27", "2027/28", "2028/29")] == [30_000, 30_000, 0]
    real = table(funded(), "real-Fire")
    fire = {row[0].text: dict(zip(real.headers, row, strict=True)) for row in real.rows}
    year = next(found for name, found in fire.items() if name.startswith("2027/28"))
    assert year["Charge"].number == 5_000
    assert year["Pay of people who change employer"].number == -300_000
    # Local government takes 21.1 % of 300,000.
    assert year["Employer's pension contributions"].number == pytest.approx(-63_300)


def test_the_page_says_who_offered_what_until_when_and_where_a_rate_is_from() -> None:
    said = table(funded(), "funding")
    rows = {row[0].text: [cell.text for cell in row] for row in said.rows}
    assert rows["Grant"][1:5] == [
        "Government's transformation fund",
        "Ambulance",
        "£30,000",
        "2026/27 to 2027/28, in pounds of each year",
    ]
    assert rows["Charge"][4].endswith("what falls after 2035/36 is not counted")
    assert rows["People moved"][5] == "23.78 then 21.1"
    assert "put your own in" in said.note
    assert "draft agreement" in words(funded())


def test_the_page_of_an_option_without_terms_has_no_such_table() -> None:
    assert "What the study states, which is in the money above" not in words(pages()[MOVES])


# --- whoever loses ---------------------------------------------------------------------------------------------------


def test_whoever_loses_is_told_what_would_make_it_whole_and_whether_the_others_gain_as_much() -> None:
    found = littleton().assessment[LEASED]
    (police,) = (each for each in found.appraisal.standings if each.partner == "police")
    a_year = -float(min(police.worth[0], police.money[0])) / annuity(10)
    said = words(pages()[LEASED])
    _, _, told = said.partition("For nobody to be worse off at central values it would take £")
    assert float(told.split(" a year to Police")[0].replace(",", "")) == pytest.approx(a_year, rel=5e-3)
    assert "which would not cover it" in said
    assert not [each for each in littleton().assessment[SOLD].appraisal.losers if each.partner == "police"]


# --- a lease that waits ----------------------------------------------------------------------------------------------


def test_an_option_that_waits_for_a_lease_says_so_and_what_it_would_be_worth_from_then() -> None:
    said = words(pages()[LEASED])
    assert "Nothing can happen before 2028/29" in said
    assert "only 7 of these 10 years hold what it saves" in said
    assert "Nothing can happen before" not in words(pages()[MOVES])


# --- places ----------------------------------------------------------------------------------------------------------


def maps(page: PublishedPage) -> list[PublishedMap]:
    return [
        block
        for chapter in page.chapters
        for block in chapter.blocks
        if isinstance(block, PublishedMap) and block.name.startswith("sites-")
    ]


def test_an_option_that_moves_a_place_shows_the_sites_before_and_after() -> None:
    now, then = maps(pages()[MOVES])
    gone = {each.label for each in now.places} - {each.label for each in then.places}
    assert gone == {"Littleton ambulance station"}
    assert "without Littleton ambulance station" in then.title
    assert {each.label for each in then.places} < {each.label for each in now.places}
    rows = {row[0].text: row[2].text for row in table(pages()[MOVES], "places").rows}
    assert rows["Littleton ambulance station"].startswith("given up; crews")
    assert rows["Littleton fire station"].endswith("from Littleton ambulance station")


def test_where_a_control_room_goes_is_on_no_map_and_in_no_table_of_places() -> None:
    assert maps(pages()[NEVER]) == []
    for name, page in pages().items():
        option = littleton().assessment[name].option
        sites = {change.table for change in option.changes if change.column in (None, "site_id")}
        if not sites & {"sites", "units", "posts", "assets"}:
            assert maps(page) == []


def test_a_map_shows_no_kind_of_site_that_may_not_be_shown() -> None:
    found = littleton().assessment[MOVES]
    secret = {
        row["name"]
        for row in littleton().area.table("sites").iter_rows(named=True)
        if row["kind"] in ("custody suite", "control room")
    }
    for drawn in maps(one(found)):
        assert not secret & {each.label for each in drawn.places}


def test_a_treasury_reader_finds_edition_rate_rule_of_the_tax_and_cost_of_capital() -> None:
    # §5.1: equivalent annual cost, the edition, and why tax is left with a partner.
    page = pages()[MOVES]
    worth = table(page, "worth")
    assert "discounted by the Green Book of February 2026" in worth.caption
    rows = {row[0].text: row[1] for row in worth.rows}
    found = littleton().assessment[MOVES].appraisal.economic.equivalent_annual_cost_of_capital
    assert found[0] > 0
    shown = rows["Its capital spread evenly, a year"]
    assert shown.number == pytest.approx(float(found[0]), rel=0.05)
    assert "not confirmed against the printed table" in worth.note
    assert "section 41" in table(page, "accounts-Ambulance").note
    assert "Value added tax" not in table(page, "accounts-Fire").note
