"""Recognisers propose what leads to a person, and leave what only looks like it (§1.6, §8.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.evidence.redaction import Gazetteer, Kind, Positions, propose
from joinedup.evidence.redaction.recognisers import is_nhs_number

KNOWN = Gazetteer(
    ("Orla Thistlewick", "Insp. Will Young", "May O'Brannock", "José Marsh"),
    ("Northgate", "Marsh Lane", "Saint Aldwin's"),
)


def found(text: str, gazetteer: Gazetteer = KNOWN) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], str(each.kind)) for each in propose(text, gazetteer)]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("LS1 4AP", Kind.POSTCODE),
        ("EC1A1BB", Kind.POSTCODE),
        ("cf10 3at", Kind.POSTCODE),
        ("07700 900123", Kind.TELEPHONE),
        ("07700 90 01 23", Kind.TELEPHONE),
        ("+44 (0)20 7946 0123", Kind.TELEPHONE),
        ("(01632) 960123", Kind.TELEPHONE),
        ("0 7 7 0 0 9 0 0 1 2 3", Kind.TELEPHONE),
        ("AB 12 34 56 C", Kind.NATIONAL_INSURANCE),
        ("ab123456c", Kind.NATIONAL_INSURANCE),
        ("943 476 5919", Kind.NHS),
        ("9434765919", Kind.NHS),
        ("orla.t@fire.example", Kind.EMAIL),
        ("orla dot t at fire dot example", Kind.EMAIL),
        ("AB12 CDE", Kind.VEHICLE),
        ("A123 BCD", Kind.VEHICLE),
        ("ABC 123D", Kind.VEHICLE),
        ("Inspector Penhallick", Kind.RANKED),
        ("PC 4127 Okonjwe", Kind.RANKED),
        ("Deputy Chief Constable Nia van der Quill", Kind.RANKED),
        ("watch manager J. Farrowgate", Kind.RANKED),
        ("Mr. O'Hara", Kind.RANKED),
        ("Orla Thistlewick", Kind.NAME),
        ("orla thistlewick", Kind.NAME),
        ("Thistlewick", Kind.NAME),
        ("Will", Kind.NAME),
        ("Jose\u0301", Kind.NAME),
        ("Northgate", Kind.PLACE),
        ("Saint Aldwin's", Kind.PLACE),
    ],
)
def test_is_proposed_and_nothing_beside_it(said: str, kind: Kind) -> None:
    assert found(f"So then 😀 it was {said}, as I remember.") == [(said, str(kind))]


@pytest.mark.parametrize(
    "said",
    [
        "the Q12 3AB, no such area",
        "the A1 4pm, or the M6 5th exit",
        "at 0915 0930 and 0945, or 0915 0930 094",
        "it was 01 02 20 24 10 30 1",
        "£07700900123",
        "BG 12 34 56 C",
        "on 10 11 12 a crew",
        "943 476 5918",
        "log 9434765919",
        "@northshirefire",
        "a C1 RTC on the A38 RTC",
        "FN21P1 and Hotel Bravo 21",
        "a sergeant 24 hours a day",
        "the Chief Constable and Fire Authority",
        "Inspector. Monday",
        "Station Manager Northgate" + "less",
        "by 9 AM Monday",
        "in May 2014, 3 May, 5th May, since May",
        "will and may and young",
        "northgate",
    ],
)
def test_is_left_alone(said: str) -> None:
    left = found(f"They said {said}, as I remember.", Gazetteer(KNOWN.people, ("Northgate", "Northgateless")))
    assert [each for each in left if each[1] != Kind.PLACE] == []


def test_a_collar_number_is_digits_after_the_words_for_it() -> None:
    assert found("My collar number is 4127.") == [("4127", "collar number")]
    assert found("Ask PC 231 or sergeant 88.") == [("231", "collar number"), ("88", "collar number")]


def test_a_name_that_is_a_word_is_the_word_where_a_sentence_begins() -> None:
    assert found("Will we? Young people do. I asked Will. Will Young said so. Will's idea.") == [
        ("Will", "name"),
        ("Will Young", "name"),
        ("Will", "name"),
    ]


def test_the_longest_that_holds_others_is_proposed_once() -> None:
    assert found("It was Inspector Will Young of Marsh Lane.") == [
        ("Inspector Will Young", "rank and name"),
        ("Marsh Lane", "place"),
    ]


def test_a_rank_before_a_place_is_no_name() -> None:
    assert found("We asked Station Manager Northgate") == [("Northgate", "place")]


def test_a_proposal_changes_nothing_until_a_person_takes_it() -> None:
    text = "Ring Orla Thistlewick on 07700 900123."
    name, number = propose(text, KNOWN)
    assert Positions([], len(text)).text(text) == text
    assert Positions([name.as_redaction()], len(text)).text(text) == "Ring [name] on 07700 900123."
    both = Positions([number.as_redaction(), name.as_redaction()], len(text))
    assert both.text(text) == "Ring [name] on [telephone number]."
    assert [each.reason for each in both.redactions] == ["name", "telephone number"]


def test_the_check_digit_of_an_nhs_number_is_right_for_one_last_digit_in_eleven() -> None:
    # The remainder 10 has no digit, so that one stem in eleven has no number at all.
    stems = [f"4{number:08}" for number in range(5_500)]
    right = [sum(is_nhs_number(stem + str(last)) for last in range(10)) for stem in stems]
    assert set(right) == {0, 1}
    assert right.count(0) == len(stems) // 11


@given(st.text(max_size=200), st.lists(st.text(min_size=1, max_size=8), max_size=3))
def test_any_text_gets_proposals_that_lie_in_it_in_order(text: str, names: list[str]) -> None:
    proposals = propose(text, Gazetteer(tuple(names), tuple(names)))
    assert all(0 <= each.start < each.end <= len(text) for each in proposals)
    assert [each.start for each in proposals] == sorted(each.start for each in proposals)
    for one in proposals:
        inside = [each for each in proposals if one.start <= each.start and each.end <= one.end]
        assert inside == [one]


def test_proposals_do_not_hang_on_the_order_of_the_gazetteer() -> None:
    text = "Orla of Marsh Lane and José of Northgate met Will Young."
    turned = Gazetteer(KNOWN.people[::-1], KNOWN.places[::-1])
    assert propose(text, turned) == propose(text, KNOWN)
