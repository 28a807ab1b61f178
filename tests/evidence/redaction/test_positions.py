"""Redactions are data: positions go both ways, and what one of them hides stays hidden (§8.2)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.evidence.redaction import Positions, Redaction
from joinedup.refusal import Refusal

TEXT = "Ring Orla on 07700 900123 at nine."


def redactions(text: str, *spans: tuple[int, int, str]) -> Positions:
    return Positions([Redaction(start, end, by, "test") for start, end, by in spans], len(text))


@st.composite
def redacted(draw: st.DrawFn) -> tuple[str, Positions]:
    """Draw a text with some stretches redacted, which may overlap, touch and repeat."""
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
    spans = draw(
        st.lists(
            st.tuples(
                st.integers(0, len(text)),
                st.integers(0, len(text)),
                st.sampled_from(["#", "[x]", "[name]" * 3]),
            ),
            max_size=6,
        )
    )
    return text, redactions(text, *((min(a, b), max(a, b), by) for a, b, by in spans if a != b))


@st.composite
def passages(draw: st.DrawFn, length: int) -> tuple[int, int]:
    start = draw(st.integers(0, length))
    return start, draw(st.integers(start, length))


def test_a_passage_keeps_its_words_wherever_it_moves() -> None:
    positions = redactions(TEXT, (5, 9, "[name]"), (13, 25, "[telephone number]"))
    working = positions.text(TEXT)
    assert working == "Ring [name] on [telephone number] at nine."
    start, end = positions.to_working(26, 33)
    assert (TEXT[26:33], working[start:end]) == ("at nine", "at nine")
    assert positions.to_original(start, end) == (26, 33)


def test_a_passage_that_cuts_a_redaction_takes_in_the_whole_of_it() -> None:
    positions = redactions(TEXT, (5, 9, "[name]"), (13, 25, "[telephone number]"))
    working = positions.text(TEXT)
    start, end = positions.to_working(7, 16)
    assert working[start:end] == "[name] on [telephone number]"
    assert positions.to_original(start, end) == (5, 25)
    assert positions.to_working(6, 8) == (5, 11)


@given(redacted(), st.data())
def test_words_outside_of_redactions_come_back_as_they_were(
    given_: tuple[str, Positions], data: st.DataObject
) -> None:
    text, positions = given_
    start, end = data.draw(passages(len(text)))
    here = positions.to_working(start, end)
    back = positions.to_original(*here)
    cut = [
        each for each in positions.redactions if each.start < start < each.end or each.start < end < each.end
    ]
    assert back[0] <= start <= end <= back[1]
    if not cut:
        assert back == (start, end)
    if not any(each.start < end and start < each.end for each in positions.redactions):
        assert positions.text(text)[here[0] : here[1]] == text[start:end]


@given(redacted(), st.data())
def test_positions_keep_their_order(given_: tuple[str, Positions], data: st.DataObject) -> None:
    text, positions = given_
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=5)))
    moved = [positions.to_working(each, each) for each in places]
    for (first, second), (third, fourth) in pairwise(moved):
        assert first <= second <= fourth
        assert first <= third <= fourth
    working = len(positions.text(text))
    assert positions.to_working(0, len(text)) == (0, working)
    assert positions.to_original(0, working) == (0, len(text))


@given(redacted())
def test_the_text_grows_by_what_is_put_in_less_what_is_taken_out(given_: tuple[str, Positions]) -> None:
    text, positions = given_
    working = positions.text(text)
    gained = sum(len(each.replacement) - (each.end - each.start) for each in positions.redactions)
    assert len(working) == len(text) + gained
    for each in positions.redactions:
        start, end = positions.to_working(each.start, each.end)
        assert working[start:end] == each.replacement


@given(redacted(), st.data())
def test_a_passage_inside_a_redaction_becomes_the_replacement(
    given_: tuple[str, Positions], data: st.DataObject
) -> None:
    text, positions = given_
    for each in positions.redactions:
        if each.end - each.start < 3:
            continue
        start = data.draw(st.integers(each.start + 1, each.end - 2))
        here = positions.to_working(start, start + 1)
        assert positions.text(text)[slice(*here)] == each.replacement


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 8), st.sampled_from(["#", "[x]"])), max_size=6))
def test_what_any_redaction_hides_is_hidden_whatever_their_order(spans: list[tuple[int, int, str]]) -> None:
    text = "".join(chr(0x4E00 + number) for number in range(30))
    given_ = [Redaction(start, start + many, by, "test") for start, many, by in spans]
    hidden = {place for each in given_ for place in range(each.start, each.end)}
    positions = Positions(given_, len(text))
    assert [each for each in positions.text(text) if each in text] == [
        each for place, each in enumerate(text) if place not in hidden
    ]
    assert Positions(reversed(given_), len(text)).redactions == positions.redactions


def test_overlapping_redactions_are_merged_under_the_longest_and_touching_ones_stay_apart() -> None:
    overlapping = Positions(
        [
            Redaction(0, 9, "[line]", "a line"),
            Redaction(5, 12, "[name]", "a name"),
            Redaction(6, 8, "[x]", "a name"),
        ],
        len(TEXT),
    )
    assert overlapping.redactions == (Redaction(0, 12, "[line]", "a line; a name"),)
    touching = redactions(TEXT, (5, 9, "[name]"), (9, 12, "[then]"))
    assert touching.text(TEXT) == "Ring [name][then] 07700 900123 at nine."
    assert touching.to_working(5, 9) == (5, 11)
    assert touching.to_working(9, 12) == (11, 17)


@pytest.mark.parametrize(
    ("start", "end", "by", "said"),
    [
        (3, 3, "[x]", "no stretch"),
        (-1, 3, "[x]", "no stretch"),
        (5, 2, "[x]", "no stretch"),
        (1, 2, " ", "no replacement"),
    ],
)
def test_a_redaction_hides_something_and_shows_that_it_does(start: int, end: int, by: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        Redaction(start, end, by, "test")


def test_a_redaction_or_a_passage_of_another_text_is_refused() -> None:
    with pytest.raises(Refusal, match="the text has 10 characters"):
        redactions("0123456789", (5, 11, "[x]"))
    positions = redactions(TEXT, (5, 9, "[name]"))
    with pytest.raises(Refusal, match="does not lie in the original text of 34 characters"):
        positions.to_working(0, 35)
    with pytest.raises(Refusal, match="does not lie in the working text of 36 characters"):
        positions.to_original(0, 37)
    with pytest.raises(Refusal, match="read the original again"):
        positions.text(TEXT + "x")
