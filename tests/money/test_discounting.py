"""Discounting agrees with the Green Book, and is linear."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.money import annuity, discount_factors, present_value
from joinedup.refusal import Refusal

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
GOLDEN = DATA.parent / "golden"

# Chained from the rates of the Green Book, February 2026: the first years and both sides of each step.
READABLE = {
    0: ("1.0000000000", "1.0000000000", "1.0000000000"),
    1: ("0.9661835749", "0.9852216749", "0.9708737864"),
    2: ("0.9335107004", "0.9706617486", "0.9425959091"),
    30: ("0.3562784106", "0.6397624299", "0.4119867595"),
    31: ("0.3459013695", "0.6316146015", "0.4016639948"),
    75: ("0.0942137726", "0.3593544536", "0.1315125687"),
    76: ("0.0919158757", "0.3555500678", "0.1287571654"),
    125: ("0.0274107630", "0.2110618529", "0.0456220278"),
}
SERIES = ("standard", "health", "sensitivity")


@pytest.mark.parametrize("year", READABLE)
def test_every_printed_digit_of_the_green_book_factors_is_met(year: int) -> None:
    assert tuple(f"{discount_factors(series)[year]:.10f}" for series in SERIES) == READABLE[year]


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden values are not on this machine")
def test_all_126_years_of_all_three_series_meet_the_golden_table() -> None:
    with (GOLDEN / "discount-factors.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["year"]) for row in rows] == list(range(126))
    for series in SERIES:
        assert [f"{factor:.10f}" for factor in discount_factors(series)] == [row[series] for row in rows]


def test_the_rate_changes_in_the_31st_year_and_not_before() -> None:
    factors = discount_factors()
    assert factors[29] / factors[30] == pytest.approx(1.035)
    assert factors[30] / factors[31] == pytest.approx(1.03)


def test_factors_cannot_be_altered_by_whoever_asks_for_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        discount_factors()[0] = 2.0


def test_an_unknown_edition_or_series_is_refused_by_name() -> None:
    with pytest.raises(Refusal, match="no edition 'March 2022' of the Green Book"):
        discount_factors(edition="March 2022")
    with pytest.raises(Refusal, match="did you mean 'health'"):
        discount_factors("heath")


def test_years_beyond_the_table_are_not_invented() -> None:
    with pytest.raises(ValueError, match="to year 125, not to year 126"):
        present_value(np.zeros(127))
    with pytest.raises(ValueError, match="1 to 125 years, not 126"):
        annuity(126)


def test_an_annuity_is_the_worth_of_a_pound_in_each_later_year() -> None:
    assert annuity(10) == pytest.approx(float(present_value(np.array([0.0] + [1.0] * 10))))
    assert f"{annuity(10):.6f}" == "8.316605"


amounts = st.lists(st.floats(-1e6, 1e6), min_size=12, max_size=12).map(np.array)


@given(amounts, amounts, st.floats(-10, 10))
def test_discounting_is_linear(one: np.ndarray, other: np.ndarray, times: float) -> None:
    together = present_value(one + times * other)
    assert together == pytest.approx(present_value(one) + times * present_value(other), abs=1e-3)


def test_draws_are_discounted_each_by_itself() -> None:
    by_year = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    assert present_value(by_year).tolist() == pytest.approx((by_year[0] + by_year[1] / 1.035).tolist())
