"""How numbers read (LOOK, words first)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.wording import MINUS, Unit, between, in_words, one_in, settled

NUMBERS = st.floats(-1e10, 1e10, allow_nan=False).map(lambda number: round(number, 6))


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (12_345, Unit.COUNT, "12,345"),
        (0, Unit.COUNT, "0"),
        (-3, Unit.COUNT, f"{MINUS}3"),
        (7, Unit.NUMBER, "7"),
        (7.123, Unit.NUMBER, "7.12"),
        (123_456, Unit.NUMBER, "123,456"),
        (0.05, Unit.SHARE, "5.0%"),
        (0.0045, Unit.SHARE, "0.45%"),
        (1, Unit.SHARE, "100%"),
        (0, Unit.SHARE, "0%"),
        (4.5, Unit.POUNDS, "£4.50"),
        (850, Unit.POUNDS, "£850"),
        (12_300, Unit.POUNDS, "£12,300"),
        (146_200, Unit.POUNDS, "£146k"),
        (999_600, Unit.POUNDS, "£1.00m"),
        (-1_234_567, Unit.POUNDS, f"{MINUS}£1.23m"),
        (0.001, Unit.POUNDS, "£0"),
        (8.83, Unit.MINUTES, "8 min 50 s"),
        (8, Unit.MINUTES, "8 min"),
        (0.5, Unit.MINUTES, "30 s"),
        (0, Unit.MINUTES, "0 min"),
        (-1.5, Unit.MINUTES, f"{MINUS}1 min 30 s"),
        (119.7, Unit.MINUTES, "120 min"),
        (12.34, Unit.KILOMETRES, "12.3 km"),
        (0.453, Unit.KILOMETRES, "450 m"),
        (1_234.6, Unit.SQUARE_METRES, "1,230 m²"),
    ],
)
def test_a_number_reads_as_people_write_it(number: float, unit: Unit, text: str) -> None:
    assert in_words(number, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.8e6, 1.6e6, Unit.POUNDS, "£0.8m to £1.6m"),
        (-0.3e6, 1.6e6, Unit.POUNDS, f"{MINUS}£0.3m to £1.6m"),
        (2_000, 1.6e6, Unit.POUNDS, "£2,000 to £1.6m"),
        (12_300, 45_600, Unit.POUNDS, "£12k to £46k"),
        (2_100, 8_900, Unit.POUNDS, "£2,100 to £8,900"),
        (4.2, 6.1, Unit.POUNDS, "£4.20 to £6.10"),
        (0, 1.6e6, Unit.POUNDS, "£0 to £1.6m"),
        (0, 0, Unit.POUNDS, "£0"),
        (0.0481, 0.0533, Unit.SHARE, "4.8% to 5.3%"),
        (0.04, 0.06, Unit.SHARE, "4% to 6%"),
        (0.001, 0.12, Unit.SHARE, "0.1% to 12%"),
        (0.0481, 0.0533, Unit.PER_HUNDRED, "4.8 to 5.3"),
        (290, 377, Unit.COUNT, "290 to 380"),
        (3, 1_600, Unit.COUNT, "3 to 1,600"),
        (0.2, 1_600, Unit.COUNT, "0 to 1,600"),
        (8.8, 9.4, Unit.MINUTES, "8 min 50 s to 9 min 20 s"),
        (6.1, 9.2, Unit.MINUTES, "6 to 9 min"),
        (1.2, 3.4, Unit.KILOMETRES, "1.2 to 3.4 km"),
    ],
)
def test_a_range_has_no_more_digits_than_its_width_supports(
    low: float, high: float, unit: Unit, text: str
) -> None:
    assert in_words((low + high) / 2, unit, low, high) == text
    assert in_words((low + high) / 2, unit, high, low) == text


def test_a_sentence_can_open_with_its_range() -> None:
    assert between(0.05, Unit.PER_HUNDRED, 0.0481, 0.0533) == "between 4.8 and 5.3"
    assert between(0.05, Unit.SHARE) == "5.0%"
    assert between(5, Unit.COUNT, 5, 5) == "5"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "none"),
        (0.0001, "about 1 in 10,000"),
        (0.0507, "about 1 in 20"),
        (0.34, "about 1 in 3"),
        (0.5, "about half"),
        (0.68, "about 7 in 10"),
        (0.97, "nearly all"),
        (1, "all"),
    ],
)
def test_a_share_can_be_pictured(share: float, text: str) -> None:
    assert one_in(share) == text


@given(NUMBERS, st.sampled_from(Unit))
def test_every_number_can_be_worded_and_keeps_its_sign(number: float, unit: Unit) -> None:
    text = in_words(number, unit)
    assert text == text.strip()
    assert "-" not in text
    assert (MINUS in text) <= (number < 0)


@given(NUMBERS, NUMBERS, st.sampled_from(Unit))
def test_every_range_can_be_worded(one: float, other: float, unit: Unit) -> None:
    text = in_words(one, unit, one, other)
    assert re.search(r"\d", text)
    assert not re.search(rf"{MINUS}£?0(\.0+)?[a-z%]*( |$)", text)


@given(st.floats(0.001, 1e9), st.floats(0.01, 0.9))
def test_a_plain_number_is_close_to_what_it_stands_for(number: float, share: float) -> None:
    assert settled(number, Unit.POUNDS) == pytest.approx(number, rel=1e-3)
    assert settled(number, Unit.COUNT) == round(number)
    assert settled(share, Unit.SHARE) == pytest.approx(share, rel=1e-3)
