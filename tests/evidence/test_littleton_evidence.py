"""What people say in Littleton, held to the page that was worked by hand before the code: examples/littleton/EXPECTED.md (§6).

The tables of the page are read here, so that neither it nor these tests can drift from the other.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from joinedup.disclosure import Mark
from joinedup.evidence import Coefficient, Ratings, Survey, Views, agreement, survey_of, views_of
from joinedup.evidence.interviews import coded_of_plain
from joinedup.evidence.passages import Approach, Coded, Family
from joinedup.evidence.themes import themes
from joinedup.readiness import readiness_of

LITTLETON = Path(__file__).parents[2] / "examples" / "littleton"
PAGE = (LITTLETON / "EXPECTED.md").read_text("utf-8")
INTERVIEWS, SURVEY = "What people say: interviews", "What people say: survey"
VIEWS = "What people say: questionnaire and consultation"


def section(heading: str) -> str:
    start = PAGE.index(f"## {heading}")
    end = PAGE.find("\n## ", start + 1)
    return PAGE[start : end if end > 0 else None]


def said(heading: str, words: str) -> list[float]:
    """Take the numbers out of some words, which must be on the page."""
    assert words in " ".join(section(heading).split()), words
    return [float(each.replace(",", "")) for each in re.findall(r"-?\d[\d,]*\.?\d*", words)]


def table(heading: str, first: str) -> list[list[str]]:
    """Give the rows below the heading row of a table of the page that begins with a cell."""
    lines = section(heading).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(first))
    rows = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([each.strip() for each in line.strip("|").split("|")])
    return rows


@cache
def coded() -> Coded:
    found = coded_of_plain(LITTLETON, Approach.RELIABILITY)
    assert found is not None
    return found


@cache
def survey() -> Survey:
    found = survey_of(LITTLETON)
    assert found is not None
    return found


@cache
def views() -> Views:
    found = views_of(LITTLETON)
    assert found is not None
    return found


STRETCHES = table(INTERVIEWS, "| | interview | who |")


def test_every_stretch_of_the_page_is_where_and_whose_the_page_says() -> None:
    by_place: dict[tuple[str, int], dict[str, str]] = {}
    for each in coded().passages:
        code = coded().code[each.code]
        column = each.coder if code.family else "about"
        by_place.setdefault((each.interview, each.start), {})[column] = code.about or code.id
    assert len(by_place) == len(STRETCHES) == 11
    for (place, codes), row in zip(sorted(by_place.items()), STRETCHES, strict=True):
        _, interview, who, words, one, other, about = row
        assert place[0] == interview
        passage = next(each for each in coded().passages if (each.interview, each.start) == place)
        assert words in coded().words(passage)
        speaker = coded().speaker(passage)
        assert speaker is not None
        assert who in (f"{speaker.service} {speaker.position}", speaker.position, f"union {speaker.position}")
        assert codes == {
            column: value for column, value in (("A", one), ("B", other), ("about", about)) if value
        }


def test_there_are_as_many_passages_as_the_page_counts() -> None:
    counted = said(INTERVIEWS, "A 11, B 10, and 4 about a kind of joint working: **25**.")
    themes = [each for each in coded().passages if coded().code[each.code].family]
    by_coder = [sum(each.coder == coder for each in themes) for coder in "AB"]
    assert [*by_coder, len(coded().passages) - len(themes), len(coded().passages)] == counted


def test_who_withdrew_from_the_group_is_in_no_transcript_and_no_count() -> None:
    group = coded().interview["L6"]
    assert "P3" not in group.text
    assert [each.position for each in group.speakers] == ["sergeant", "firefighter"]


def test_enablers_and_barriers_are_counted_in_interviews_by_service() -> None:
    rows = table(INTERVIEWS, "| | police (2) | fire (2)")
    services = ("police", "fire", "ambulance", "council", "union")
    spoke: dict[str, set[str]] = {each: set() for each in services}
    for interview in coded().interviews:
        for speaker in interview.speakers:
            spoke[speaker.service].add(interview.id)
    heading = next(line for line in PAGE.splitlines() if line.startswith("| | police (2)"))
    bases = [int(each) for each in re.findall(r"\((\d+)\)", heading)]
    assert [*(len(spoke[each]) for each in services), len(coded().interviews)] == bases
    met: dict[tuple[str, str], set[str]] = {}
    for each in coded().passages:
        who = coded().speaker(each)
        assert who is not None
        for service in (who.service, "all"):
            met.setdefault((each.code, service), set()).add(each.interview)
    for code, *counts in rows:
        assert coded().code[code].family in (Family.ENABLER, Family.BARRIER)
        assert [len(met.get((code, service), ())) for service in (*services, "all")] == [
            int(c) for c in counts
        ]


def test_themes_counts_what_the_page_counts() -> None:
    found = {each.code: each for each in themes(coded(), k=1).themes}
    services = ("police", "fire", "ambulance", "council", "union")
    for code, *counts in table(INTERVIEWS, "| | police (2) | fire (2)"):
        by_service = found[code].by["service"]
        counted = [*(by_service[each].interviews for each in services), found[code].all.interviews]
        assert counted == [int(each) for each in counts], code


def test_what_stands_by_a_shared_estate_and_in_the_way_of_a_shared_room() -> None:
    said(INTERVIEWS, "with it go shared_vision (police) and trust (fire), and no barrier.")
    said(
        INTERVIEWS,
        "organisational_differences (ambulance) and staff_engagement (union) stand in its way, and nothing",
    )
    estate, room = readiness_of([("e", "shared estate"), ("r", "shared control room")], coded(), None, None)
    assert [each.code for each in estate.enablers] == ["shared_vision", "trust"]
    assert not estate.barriers
    assert [each.code for each in room.barriers] == ["organisational_differences", "staff_engagement"]
    assert not room.enablers


def ratings() -> Ratings:
    places = sorted(
        {(each.interview, each.start) for each in coded().passages if coded().code[each.code].family}
    )
    given = {
        (each.coder, each.interview, each.start): each.code
        for each in coded().passages
        if coded().code[each.code].family
    }
    return Ratings.of({coder: [given.get((coder, *place), "") for place in places] for coder in "AB"})


def test_krippendorffs_alpha_is_the_one_worked_by_hand() -> None:
    worked = said(INTERVIEWS, "Alpha = 1 - 0.2 / 0.8737 = **0.771**.")[-1]
    found = agreement(ratings(), Coefficient.ALPHA)
    assert found.value == pytest.approx(worked, abs=5e-4)
    assert found.value == pytest.approx(1 - 0.2 * 380 / 332)
    assert found.units == 10
    assert len(ratings().disagreements()) == 2


def test_the_share_who_want_more_joint_working_is_the_one_worked_by_hand() -> None:
    answers = survey().answers["more_joint"]
    shares = [each.share.value or 0.0 for each in answers.options]
    by_hand = [2_600 / 3_950, 1_000 / 3_950, 350 / 3_950]
    assert shares == pytest.approx(by_hand)
    on_page = said(
        SURVEY, "= **65.8 %**; no (400 + 600) / 3,950 = 25.3 %; do not know (150 + 200) / 3,950 = 8.9 %"
    )
    assert [round(100 * each, 1) for each in shares] == [on_page[0], on_page[4], on_page[8]]
    assert (answers.base, answers.missing) == (59, 1)


def test_its_interval_is_the_one_worked_by_hand() -> None:
    share = survey().answers["more_joint"].options[0].share
    assert share.low is not None
    assert share.high is not None
    assert share.error == pytest.approx(said(SURVEY, "Standard error √0.004537 = **0.0674**.")[-1], abs=5e-5)
    low, high = said(SURVEY, "from **51.4 %** to **77.8 %**")
    assert [round(100 * share.low, 1), round(100 * share.high, 1)] == [low, high]
    assert survey().mark(share) is Mark.LOW_RELIABILITY


def test_the_towns_are_shown_and_the_country_is_hidden() -> None:
    groups = dict(survey().splits["more_joint"][0].groups)
    towns, country = groups["Towns"].options[0].share, groups["Country"].options[0].share
    yes, base, share = said(SURVEY, "28 of 39 say yes, 71.8 %")
    assert towns.value == pytest.approx(yes / base)
    assert round(100 * (towns.value or 0), 1) == share
    assert survey().mark(towns) is Mark.LOW_RELIABILITY
    assert country.base == 20
    assert survey().mark(country) is Mark.CONFIDENTIAL


def test_in_favour_of_sharing_stations_less_against_is_as_worked() -> None:
    net = survey().answers["shared_estate"].net
    assert net is not None
    assert net.value is not None
    assert net.value == pytest.approx(750 / 4_000)
    assert said(SURVEY, "= 750 / 4,000 = **18.75 %**")[-1] == pytest.approx(100 * net.value)


def test_the_questionnaire_shows_who_did_not_reply() -> None:
    asked = views().questionnaire
    assert asked is not None
    invited, replied, rate = said(VIEWS, "12 invited, 7 replied, 58.3 %")
    assert (asked.whole.invited, asked.whole.replied) == (invited, replied)
    assert round(100 * asked.whole.rate, 1) == rate
    assert {each.group: (each.replied, each.invited) for each in asked.by_kind} == {
        "police": (2, 2),
        "fire": (1, 2),
        "ambulance": (1, 2),
        "council": (2, 4),
        "union": (1, 2),
    }
    said(VIEWS, "police 2 of 2, fire 1 of 2, ambulance 1 of 2, councils 2 of 4, unions 1 of 2")
    question = asked.questions[0]
    assert question.counts == {"yes": 4, "no": 2}
    assert (question.no_answer, question.did_not_reply) == (1, 5)
    said(VIEWS, "yes 4, no 2, one left it out, five did not reply")


def test_the_consultation_counts_organisations_apart_and_a_campaign_once() -> None:
    found = views().consultation
    assert found is not None
    assert (len(found.replies), sum(each.organisation for each in found.replies)) == (15, 6)
    assert [each.size for each in found.campaigns] == [4]
    by_option = {each.option: each for each in found.options}
    rows = table(VIEWS, "| | organisations | individuals")
    assert {row[0] for row in rows} == set(by_option)
    for option, organisations, individuals, campaigns in rows:
        views_ = by_option[option]
        for words, counts in (
            (organisations, views_.organisations),
            (individuals, views_.individuals),
            (campaigns.removesuffix(", of 4 replies"), views_.campaigns),
        ):
            expected = {each.split()[0]: int(each.split()[1]) for each in words.split(", ") if each}
            assert {position: count for position, count in counts.items() if count} == expected
    assert by_option["shared_control_room"].campaign_replies["oppose"] == 4
