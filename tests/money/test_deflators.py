"""Pounds of one year are brought to those of another by a published table, or not at all (§5.1)."""

import pytest

from joinedup.money import deflators, own_deflators
from joinedup.refusal import Refusal


def test_what_is_shipped_is_what_could_be_confirmed() -> None:
    # HM Treasury, March 2026, 2024/25 = 100: 85.10 for 2020/21, so that a pound of it is 1.1751 pounds of 2024/25.
    assert round(deflators().factor("2020/21", "2024/25"), 4) == 1.1751


def test_there_and_back_is_where_one_started() -> None:
    own = own_deflators("\ufeffyear,index\n2019-20,80\n2023/24,95\n2024/25,100\n", "deflators.csv")
    assert own.factor("2019/20", "2024/25") == pytest.approx(1.25)
    assert own.factor("2019/20", "2023/24") * own.factor("2023/24", "2019/20") == pytest.approx(1.0)
    assert own.factor("2030/31", "2030/31") == 1.0


def test_a_year_that_nobody_published_is_not_made_up() -> None:
    with pytest.raises(Refusal, match=r"no level of prices is kept for 2016/17 .* as deflators.csv"):
        deflators().factor("2016/17", "2024/25")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year\n", "the column index is missing"),
        ("year,index\n2024,100\n", "row 2, column year: '2024' is not a financial year"),
        ("year,index\n2024/26,100\n", "row 2, column year: '2024/26' is not a financial year"),
        ("year,index\n2024/25,100\n2024-25,100\n", "row 3, column year: 2024/25 stands in a row above"),
        ("year,index\n2024/25,0\n", "row 2, column index: '0' is not a number above 0"),
        ("year,index\n2024/25,\n", "row 2, column index: '' is not a number above 0"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_row_and_column(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        own_deflators(text, "deflators.csv")
