"""Coders' passages as ratings: by turn, sentence and character, and only where a study asks for agreement (§6.2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from joinedup.evidence.agreement import Coefficient, agreement
from joinedup.evidence.passages import Approach, Coded, Consent, Interview, Passage, Speaker, Turn
from joinedup.evidence.themes import Unit, apart, ratings_of
from joinedup.refusal import Refusal
from tests.evidence.themes.talks import coded_of, drawn

TEXT = "Q: So?\nA: It cost 3.5 million. We trusted them!\nQ: And?\nA: Nothing more."
TURNS = (Turn("", 3, 6), Turn("a", 10, 47), Turn("", 51, 55), Turn("a", 59, 72))


def talk(*passages: tuple[int, int, str, str], coding_round: int = 1) -> Coded:
    speaker = Speaker("a", "chief", "fire", "", Consent.QUOTE)
    interview = Interview("i1", None, "", TEXT, (speaker,), TURNS)
    found = [Passage(f"p{number}", "i1", *each, round=coding_round) for number, each in enumerate(passages)]
    return coded_of((interview, found), approach=Approach.RELIABILITY)


def given_to(coded: Coded, code: str | None, unit: Unit) -> dict[str, tuple[str, ...]]:
    ratings = ratings_of(coded, code, unit)
    return {
        name: tuple(ratings.categories[each] if each >= 0 else "" for each in row)
        for name, row in zip(ratings.units, ratings.codes.tolist(), strict=True)
    }


def test_the_text_is_what_its_turns_say() -> None:
    assert [TEXT[each.start : each.end] for each in TURNS] == [
        "So?",
        "It cost 3.5 million. We trusted them!",
        "And?",
        "Nothing more.",
    ]


def test_turns_sentences_and_characters_are_rated() -> None:
    # One coder marks the first sentence, the other all of the first turn.
    coded = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"))
    assert given_to(coded, "help", Unit.TURN) == {"i1:10-47": ("yes", "yes"), "i1:59-72": ("no", "no")}
    assert given_to(coded, "help", Unit.SENTENCE) == {
        "i1:10-30": ("yes", "yes"),
        "i1:31-47": ("no", "yes"),
        "i1:59-72": ("no", "no"),
    }
    ratings = ratings_of(coded, "deep", Unit.CHARACTER)
    assert dict(zip(ratings.units, ratings.sizes.tolist(), strict=True)) == {
        "i1:10-30": 20.0,
        "i1:30-47": 17.0,
        "i1:59-72": 13.0,
    }
    (difference,) = apart(ratings)
    assert (difference.interview, difference.start, difference.end, difference.given) == (
        "i1",
        30,
        47,
        {"k1": "no", "k2": "yes"},
    )


def test_all_codes_agree_only_where_the_same_ones_were_laid() -> None:
    coded = talk((10, 30, "deep", "k1"), (12, 14, "money", "k1"), (10, 47, "deep", "k2"))
    assert given_to(coded, None, Unit.TURN) == {
        "i1:10-47": ("deep + money", "deep"),
        "i1:59-72": ("(none)", "(none)"),
    }


def test_where_two_speak_at_once_a_character_counts_once() -> None:
    coded = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"))
    first = coded.interviews[0]
    other = replace(first.speakers[0], id="b")
    both = replace(first, speakers=(*first.speakers, other), turns=(*TURNS[:2], Turn("b", 20, 50)))
    ratings = ratings_of(replace(coded, interviews=(both,)), "deep", Unit.CHARACTER)
    assert dict(zip(ratings.units, ratings.sizes.tolist(), strict=True)) == {
        "i1:10-30": 20.0,
        "i1:30-47": 17.0,
        "i1:47-50": 3.0,
    }


def test_a_question_of_the_interviewer_is_no_unit() -> None:
    coded = talk((3, 6, "deep", "k1"), (10, 47, "deep", "k2"))
    assert "i1:3-6" not in ratings_of(coded, "deep", Unit.TURN).units


def test_who_did_not_code_an_interview_rated_nothing_in_it() -> None:
    coded = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"))
    other = replace(coded.interviews[0], id="i2")
    more = (Passage("x1", "i2", 10, 12, "money", "k2"), Passage("x2", "i2", 59, 61, "deep", "k3"))
    both = replace(coded, interviews=(*coded.interviews, other), passages=(*coded.passages, *more))
    rated = given_to(both, "deep", Unit.TURN)
    assert rated["i1:10-47"] == ("yes", "yes", "")
    assert rated["i2:59-72"] == ("", "no", "yes")


def test_one_round_is_rated_alone() -> None:
    coded = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"), (59, 72, "deep", "k2"))
    later = tuple(replace(each, round=2) if each.start == 59 else each for each in coded.passages)
    coded = replace(coded, passages=later)
    assert ratings_of(coded, "deep", Unit.TURN, coding_round=1).disagreements() == ()
    assert len(ratings_of(coded, "deep", Unit.TURN).disagreements()) == 1


def test_a_reflexive_study_is_told_why_it_has_no_agreement() -> None:
    coded = replace(talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2")), approach=Approach.REFLEXIVE)
    with pytest.raises(Refusal, match="one reading mind codes and keeps its reasons"):
        ratings_of(coded, "deep", Unit.TURN)


@pytest.mark.parametrize(
    ("coded", "code", "message"),
    [
        (talk((10, 30, "deep", "k1")), "deep", "coded by two coders"),
        (talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2")), "dep", "did you mean 'deep'"),
    ],
)
def test_what_cannot_be_rated_is_said(coded: Coded, code: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        ratings_of(coded, code, Unit.TURN)


def test_without_turns_sentences_are_rated_and_turns_refused() -> None:
    coded = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"))
    coded = replace(coded, interviews=(replace(coded.interviews[0], turns=()),))
    with pytest.raises(Refusal, match="its turns are not known"):
        ratings_of(coded, "deep", Unit.TURN)
    assert len(ratings_of(coded, "deep", Unit.SENTENCE).units) == 5


@settings(max_examples=40, deadline=None)
@given(drawn(approach=Approach.RELIABILITY))
def test_stretches_of_characters_say_what_each_character_would(coded: Coded) -> None:
    try:
        ratings = ratings_of(coded, "help", Unit.CHARACTER)
    except Refusal:
        assume(False)
    rows = zip(ratings.units, ratings.codes.tolist(), ratings.sizes.tolist(), strict=True)
    for name, row, size in rows:
        interview, _, span = name.partition(":")
        start, end = map(int, span.split("-"))
        assert size == end - start
        for coder, given_code in zip(ratings.coders, row, strict=True):
            theirs = [each for each in coded.passages if each.coder == coder and each.interview == interview]
            for place in range(start, end):
                has = any(
                    each.start <= place < each.end and each.code in ("help", "trust", "deep")
                    for each in theirs
                )
                assert given_code == (int(has) if theirs else -1)


def test_agreement_is_measured_on_what_is_handed_over() -> None:
    same = talk((10, 30, "deep", "k1"), (10, 30, "deep", "k2"))
    assert agreement(ratings_of(same, "deep", Unit.CHARACTER), Coefficient.COHEN).value == 1.0
    # By hand: of 50 characters both say yes to 20 and no to 13, and one says yes to 17 more: agreement 33/50, by
    # chance 20/50 × 37/50 + 30/50 × 13/50 = 0.452.
    unlike = talk((10, 30, "deep", "k1"), (10, 47, "deep", "k2"))
    value = agreement(ratings_of(unlike, "deep", Unit.CHARACTER), Coefficient.COHEN).value
    assert value == pytest.approx((33 / 50 - 0.452) / (1 - 0.452))
