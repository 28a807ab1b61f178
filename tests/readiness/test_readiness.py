"""Readiness joins what people say to options, with bases, and leaves money alone (§6.4)."""

from __future__ import annotations

import pytest

from joinedup.evidence.consultation import Consultation, Position, Reply
from joinedup.evidence.passages import (
    Approach,
    Code,
    Coded,
    Coder,
    Consent,
    Family,
    Interview,
    Passage,
    Speaker,
    Turn,
)
from joinedup.evidence.views import Views
from joinedup.readiness import drafted_barriers, in_general, readiness_of
from joinedup.readiness.topics import is_about
from joinedup.roadmap import Condition, Lifter

CODES = (
    Code("trust", "Trust at every level", family=Family.ENABLER),
    Code(
        "law",
        "Legislation",
        family=Family.BARRIER,
        lifters=("government",),
        definition="What the law forbids.",
    ),
    Code("order", "The order is awaited", parent="law"),
    Code("estate", "Shared stations", about="shared_estate"),
)
OPTIONS = [("estate-a-b", "shared estate"), ("room", "shared control room")]


def _interview(number: int, service: str, consent: Consent = Consent.QUOTE) -> Interview:
    speaker = Speaker(f"s{number}", "station manager", service, "North", consent)
    text = "Sharing the station needs an order. We trust each other there. Something else altogether."
    return Interview(f"i{number}", None, "", text, (speaker,), (Turn(speaker.id, 0, len(text)),))


def _passage(interview: int, code: str, start: int, end: int, coder: str = "c1") -> Passage:
    return Passage(f"p{interview}-{code}-{start}-{coder}", f"i{interview}", start, end, code, coder)


def _coded(passages: list[Passage], interviews: list[Interview] | None = None) -> Coded:
    if interviews is None:
        interviews = [_interview(1, "police"), _interview(2, "fire"), _interview(3, "fire")]
    return Coded(Approach.REFLEXIVE, tuple(interviews), CODES, (Coder("c1", "A"),), tuple(passages))


def test_a_barrier_said_while_speaking_of_shared_stations_stands_against_shared_stations_only() -> None:
    coded = _coded([_passage(1, "estate", 0, 35), _passage(1, "order", 10, 35), _passage(2, "trust", 36, 62)])
    estate, room = readiness_of(OPTIONS, coded, None, None)
    assert [(each.code, each.interviews, each.base) for each in estate.barriers] == [("law", 1, 1)]
    assert not estate.enablers
    assert room.is_silent


def test_said_of_joint_working_as_a_whole_every_factor_is_counted_once_an_interview() -> None:
    coded = _coded(
        [_passage(1, "trust", 36, 62), _passage(1, "trust", 0, 20), _passage(2, "trust", 36, 62, "c2")]
    )
    (trust,) = in_general(coded)
    assert (trust.interviews, trust.base, trust.speakers) == (2, 2, 2)
    assert [(each.group, each.named, each.spoke) for each in trust.by_service] == [
        ("fire", 1, 1),
        ("police", 1, 1),
    ]


def test_who_withdrew_counts_for_nothing() -> None:
    interviews = [_interview(1, "police", Consent.WITHDRAWN), _interview(2, "fire")]
    coded = _coded([_passage(1, "trust", 0, 20), _passage(2, "trust", 0, 20)], interviews)
    (trust,) = in_general(coded)
    assert (trust.interviews, trust.base) == (1, 1)


def test_services_lie_apart_by_the_share_of_their_speakers_that_names_a_barrier() -> None:
    coded = _coded(
        [
            *(_passage(number, "estate", 0, 35) for number in (1, 2, 3)),
            _passage(1, "law", 0, 35),
            _passage(2, "law", 0, 35),
        ]
    )
    estate, _ = readiness_of(OPTIONS, coded, None, None)
    assert [(each.group, each.named, each.spoke) for each in estate.apart] == [
        ("fire", 1, 2),
        ("police", 1, 1),
    ]
    assert estate.widest == ("police", "fire")


def test_two_organisations_differ_as_often_as_drawing_pairs_says() -> None:
    positions = [Position.SUPPORT, Position.SUPPORT, Position.OPPOSE, Position.CONDITIONAL]
    replies = tuple(
        Reply(f"r{number}", True, "unions", {"shared estate": each}, {"shared estate": ()}, "")
        for number, each in enumerate(positions)
    )
    views = Views(None, Consultation.of(replies, {}))
    estate, room = readiness_of(OPTIONS, None, views, None)
    # Of the six pairs only one agrees.
    assert estate.differ == pytest.approx(5 / 6)
    assert room.differ is None


@pytest.mark.parametrize(
    ("topic", "kind", "meant"),
    [
        ("joint_team", "joint teams and jobs", True),
        ("shared_support", "shared support services, fleet and procurement", True),
        ("co_responding", "co-responding", True),
        ("governance", "governance", True),
        ("shared", "shared estate", False),
        ("shared_estate", "shared control room", False),
        ("", "governance", False),
    ],
)
def test_a_topic_means_a_kind_by_its_name_or_the_beginning_of_it(topic: str, kind: str, meant: bool) -> None:
    assert is_about(topic, "some-id", kind) is meant


def test_drafted_barriers_make_conditions_and_engagement_is_known_as_such() -> None:
    codes = (
        *CODES,
        Code("staff", "Staff and union engagement", family=Family.BARRIER, lifters=("the partners",)),
    )
    coded = Coded(
        Approach.REFLEXIVE,
        (_interview(1, "police"),),
        codes,
        (),
        (_passage(1, "estate", 0, 35), _passage(1, "staff", 0, 35), _passage(1, "law", 0, 35)),
    )
    rows = drafted_barriers(readiness_of(OPTIONS, coded, None, None), {})
    assert {(row["barrier_id"], row["option_id"]) for row in rows} == {
        ("law", "estate-a-b"),
        ("staff", "estate-a-b"),
    }
    made = {
        row["barrier_id"]: Condition(
            row["barrier_id"],
            row["kind"],
            row["sentence"],
            (Lifter(row["lifter"]),),
            {row["option_id"]: float(row["months"])},
        )
        for row in rows
    }
    assert made["staff"].concerns_engagement
    assert not made["law"].concerns_engagement
