"""A study's own values are brought to its price base (§5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from joinedup.refusal import Refusal
from joinedup.study import assumptions_of

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "name,low,central,high,source,prices_of\n"
BUILDING = 'shared_estate.cost_to_adapt,800,1000,1200,"a quotation",'


def study(folder: Path, row: str, *, base: str = "2025/26", deflators: str = "") -> Path:
    (folder / "study.toml").write_text(
        f'[study]\nname = "S"\nzone = "Europe/London"\nprice_base = "{base}"\n', "utf-8"
    )
    (folder / "assumptions.csv").write_text(HEADER + row, "utf-8")
    if deflators:
        (folder / "deflators.csv").write_text(f"year,index\n{deflators}", "utf-8")
    return folder


def test_a_cost_of_another_year_is_brought_to_the_price_base_and_says_so(tmp_path: Path) -> None:
    folder = study(tmp_path, f"{BUILDING}2019/20\n", deflators="2019/20,80\n2025/26,100\n")
    found = assumptions_of(folder)["shared_estate.cost_to_adapt"]
    assert (found.low, found.central, found.high) == (1000, 1250, 1500)
    assert (
        found.source
        == "a quotation; from prices of 2019/20 to those of 2025/26, times 1.2500, by the study's own deflators.csv"
    )


def test_the_shipped_table_serves_the_years_that_it_holds(tmp_path: Path) -> None:
    found = assumptions_of(study(tmp_path, f"{BUILDING}2020/21\n", base="2024/25"))
    assert found["shared_estate.cost_to_adapt"].central == pytest.approx(1000 / 0.851)
    assert "no other year is confirmed" in found["shared_estate.cost_to_adapt"].source


@pytest.mark.parametrize("year", ["", "2025/26"])
def test_a_cost_at_the_price_base_stays_as_it_is(tmp_path: Path, year: str) -> None:
    found = assumptions_of(study(tmp_path, f"{BUILDING}{year}\n"))["shared_estate.cost_to_adapt"]
    assert (found.central, found.source) == (1000, "a quotation")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"{BUILDING}2016/17\n", "row 2, column prices_of: no level of prices is kept for 2016/17"),
        (f"{BUILDING}2016\n", "row 2, column prices_of: '2016' is not a financial year"),
        (
            "shared_estate.space_needed,0.5,0.6,0.8,x,2020/21\n",
            "column prices_of: .* is in share, which has no prices",
        ),
    ],
)
def test_prices_that_cannot_be_brought_to_the_base_are_refused_by_row(
    tmp_path: Path, row: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        assumptions_of(study(tmp_path, row))
