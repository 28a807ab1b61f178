"""What a person may ask of a search, and what they are told when it cannot be understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.evidence.finding.asking import asked, marks
from joinedup.evidence.finding.words import words_of
from joinedup.refusal import Refusal

TEXT = "The fire station and the police station share one roof; we trust each other."


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("fire police", True),
        ("fire ambulance", False),
        ("fire AND roof", True),
        ("ambulance OR roof", True),
        ("ambulance OR hospital", False),
        ("fire NOT ambulance", True),
        ("fire NOT police", False),
        ("fire AND NOT police", False),
        ('"fire station"', True),
        ('"station fire"', False),
        ('"police station share"', True),
        ("stat*", True),
        ("stat", False),
        ('"police stat"*', True),
        ("pol*ce", False),
        ("ambulance AND fire OR roof", True),
        ("ambulance AND (fire OR roof)", False),
        ("roof OR ambulance NOT roof", True),
        ("(roof OR ambulance) NOT roof", False),
        ("FIRE Station", True),
        ("and or", False),
        ("roof;", True),
        ("fire-station", True),
        ("fire-police", False),
    ],
)
def test_words_phrases_beginnings_and_operators_mean_what_they_say(query: str, is_there: bool) -> None:
    assert asked(query).found_in(words_of(TEXT)) is is_there


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "nothing is asked for"),
        ("   ", "nothing is asked for"),
        ('"fire station', "a quotation mark is left open"),
        ("NOT fire", "NOT needs something before it"),
        ("fire AND", "ends where another word is expected"),
        ("fire OR OR police", "a word is expected where 'OR' stands"),
        ("(fire", "a bracket is left open"),
        ("fire)", "a bracket is closed that was not opened"),
        ("()", "a word is expected where '\\)' stands"),
        ("fire & police", "'&' holds no letter or figure"),
        ('""', "holds no letter or figure"),
        ("*", "holds no letter or figure"),
        ("(" * 21 + "fire" + ")" * 21, "more than 20 brackets"),
        ("fire " * 101, "more than 100 words"),
    ],
)
def test_a_bad_question_gives_one_clear_message(query: str, says: str) -> None:
    with pytest.raises(Refusal, match=f"^search '.*': .*{says}"):
        asked(query)


@given(st.text(st.sampled_from('ab "()*-:^+é🚒\0') | st.characters(), max_size=40))
def test_whatever_is_typed_is_understood_or_refused(query: str) -> None:
    try:
        found = asked(query)
    except Refusal:
        return
    assert found.wanted


def test_marks_are_of_what_is_wanted_and_never_overlap() -> None:
    words = words_of(TEXT)

    def marked(query: str) -> list[str]:
        return [TEXT[start:end] for start, end in marks(asked(query), words)]

    assert marked('"fire station" OR station* OR roof') == ["fire station", "station", "roof"]
    assert marked('"fire station" OR "station and the"') == ["fire station and the"]
    assert marked("roof NOT ambulance") == ["roof"]
