"""The financial case: tax, grants, pensions and affordability, by partner and year (§5.1)."""

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import Affordable, Appraisal, affordability, appraise, financial_year, recoveries
from joinedup.assumptions import Draws
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner, Supply, contributions, scheme
from tests.appraisal.cases import AMBULANCE, FIRE, drawn, flow, payment
from tests.small import littleton

VAT = {"fire": recoveries(littleton().area)["fire"], "ambulance": recoveries(littleton().area)["ambulance"]}


def bought(amount: float, who: Partner, year: int = 0, supply: Supply = Supply.STANDARD) -> Cash:
    row = np.array([amount])
    return Cash("work", CashKind.CASH_RELEASING, CashLine.CAPITAL, year, row, who, who, supply=supply)


def in_year(found: Appraisal, partner: str, year: int = 0) -> float:
    rows = found.financial.by_year.filter((pl.col("partner") == partner) & (pl.col("year") == year))
    return float(rows["central"].item())


# --- value added tax ------------------------------------------------------------------------------


def test_the_tax_is_in_the_accounts_of_who_cannot_get_it_back_and_in_no_economic_case() -> None:
    cash = [bought(-100, AMBULANCE), bought(-100, FIRE)]
    found = appraise(cash, drawn(), project=None, years=1, vat=VAT)
    assert (in_year(found, "ambulance"), in_year(found, "fire")) == pytest.approx((-120, -100))
    assert found.npsv[0] == -200
    assert appraise(cash, drawn(), project=None, years=1).npsv[0] == -200


def test_the_tax_is_reckoned_on_the_cost_with_its_optimism_bias() -> None:
    found = appraise([bought(-100, AMBULANCE)], drawn(), project="standard buildings", years=1, vat=VAT)
    assert in_year(found, "ambulance") == pytest.approx(-124 * 1.2)


def test_what_is_no_longer_bought_saves_the_tax_too() -> None:
    found = appraise([bought(100, AMBULANCE)], drawn(), project=None, years=1, vat=VAT)
    assert in_year(found, "ambulance") == pytest.approx(120)


def test_a_contracted_out_service_and_what_lies_outside_the_tax_leave_an_ambulance_trust_none_to_bear() -> (
    None
):
    for supply in (Supply.CONTRACTED_OUT, Supply.OUTSIDE):
        cash = [bought(-100, AMBULANCE, supply=supply)]
        assert in_year(appraise(cash, drawn(), project=None, years=1, vat=VAT), "ambulance") == -100


def test_on_a_taxed_payment_only_who_pays_can_be_left_with_the_tax() -> None:
    charge = Cash(
        "room charge",
        CashKind.PAYMENT,
        CashLine.PAYMENT,
        0,
        np.array([50.0]),
        AMBULANCE,
        FIRE,
        supply=Supply.STANDARD,
    )
    back = Cash(
        "room charge",
        CashKind.PAYMENT,
        CashLine.PAYMENT,
        0,
        np.array([50.0]),
        FIRE,
        AMBULANCE,
        supply=Supply.STANDARD,
    )
    found = appraise([charge], drawn(), project=None, years=1, vat=VAT)
    assert (in_year(found, "ambulance"), in_year(found, "fire")) == pytest.approx((-60, 50))
    other = appraise([back], drawn(), project=None, years=1, vat=VAT)
    assert (in_year(other, "ambulance"), in_year(other, "fire")) == pytest.approx((50, -50))


def test_a_partner_whose_rule_is_not_known_is_named_and_given_none() -> None:
    found = appraise([bought(-100, Partner("rescue"))], drawn(), project=None, years=1, vat=VAT)
    assert in_year(found, "rescue") == -100
    assert found.financial.incomplete == (
        "whether rescue gets its value added tax back is not known; none is in its accounts",
    )
    assert appraise([bought(-1, FIRE)], drawn(), project=None, years=1, vat=VAT).financial.incomplete == ()


def test_a_partner_that_loses_by_the_tax_alone_is_named_as_losing_money() -> None:
    cash = [bought(-100, AMBULANCE), flow(CashLine.RUNNING, 0, 110, AMBULANCE)]
    (loser,) = appraise(cash, drawn(), project=None, years=1, vat=VAT).losers
    assert (loser.partner, loser.worth[0], loser.money[0]) == ("ambulance", 10, pytest.approx(-10))
    assert appraise(cash, drawn(), project=None, years=1).losers == ()


# --- lines ----------------------------------------------------------------------------------------


def test_each_line_of_the_accounts_is_shown_and_together_they_are_the_year() -> None:
    pay = flow(CashLine.RUNNING, 1, -1000, AMBULANCE)
    cash = [
        bought(-100, AMBULANCE),
        Cash("grant", CashKind.PAYMENT, CashLine.GRANT, 0, np.array([30.0]), SOCIETY, AMBULANCE),
        Cash("charges", CashKind.PAYMENT, CashLine.CHARGE, 1, np.array([7.0]), SOCIETY, AMBULANCE),
        pay,
        *contributions(pay, scheme("NHS")),
        payment(1, 4, AMBULANCE, FIRE),
    ]
    found = appraise(cash, drawn(), project=None, years=1, vat=VAT)
    lines = found.financial.by_line.filter(pl.col("partner") == "ambulance")
    got = {(row["year"], row["line"]): row["central"] for row in lines.iter_rows(named=True)}
    assert got == pytest.approx(
        {
            (0, "capital"): -100,
            (0, "value added tax"): -20,
            (0, "grant"): 30,
            (1, "charge"): 7 * 1.02,
            (1, "running cost"): -1020,
            (1, "employer's pension contributions"): -143.8 * 1.02,
            (1, "payment"): -4 * 1.02,
        }
    )
    for year in (0, 1):
        together = sum(value for (each, _), value in got.items() if each == year)
        assert together == pytest.approx(in_year(found, "ambulance", year))
    # The grant is no saving to the whole, and all of the pension is a cost to it.
    assert found.npsv[0] == pytest.approx(-100 - (1000 + 237.8) / 1.035)
    assert found.financial.losers == ("ambulance",)


# --- affordability --------------------------------------------------------------------------------

BUDGETS = pl.DataFrame(
    [
        ("A", "ambulance", "2025/26", "estates", 10_000.0),
        ("B", "ambulance", "2025/26", "response", 90_000.0),
        ("C", "fire", "2024/25", "estates", 1e9),
    ],
    ["line_id", "service_id", "year", "function", "gross_gbp"],
    orient="row",
)


def judged(cost: float, draws: Draws | None = None, functions: tuple[str, ...] = ()) -> dict[str, object]:
    draws = draws or drawn(draws=200)
    cash = [flow(CashLine.CAPITAL, 0, np.full(len(draws), -cost), AMBULANCE)]
    found = appraise(cash, draws, project=None, years=1)
    rows = affordability(found.financial, BUDGETS, "2025/26", draws, functions)
    return rows.row(0, named=True)


def test_a_cost_that_fits_in_almost_every_draw_is_affordable_and_one_that_fits_in_almost_none_is_not() -> (
    None
):
    # A hundredth of 100,000 is 1,000; at most three hundredths, 3,000.
    assert judged(10)["outcome"] == Affordable.YES
    assert judged(2_990)["outcome"] == Affordable.NO
    middle = judged(1_200)
    assert middle["outcome"] == Affordable.CANNOT_TELL
    assert middle["budget"] == 100_000
    assert middle["headroom"] == 1_000


def test_a_budget_line_that_is_named_is_the_one_that_pays() -> None:
    assert judged(290, functions=("estates",))["outcome"] == Affordable.NO
    assert judged(290)["outcome"] != Affordable.NO


def test_a_year_without_a_budget_cannot_be_judged_and_no_older_one_stands_in() -> None:
    draws = drawn(draws=20)
    cash = [flow(CashLine.RUNNING, 1, np.full(len(draws), -5.0), who) for who in (AMBULANCE, FIRE)]
    found = appraise(cash, draws, project=None, years=2)
    rows = affordability(found.financial, BUDGETS, "2025/26", draws).rows(named=True)
    assert {(row["partner"], row["financial_year"]): row["outcome"] for row in rows} == {
        (who, year): "cannot tell" if year == "2026/27" else "affordable"
        for who in ("ambulance", "fire")
        for year in ("2025/26", "2026/27", "2027/28")
    }


def test_every_partner_and_year_of_littleton_is_judged() -> None:
    study = littleton()
    draws = drawn(draws=50)
    cash = [flow(CashLine.RUNNING, 1, np.full(len(draws), 9.0), AMBULANCE)]
    found = appraise(cash, draws, project=None, years=3, partners=study.area.services)
    rows = affordability(found.financial, study.area.table("budgets"), "2025/26", draws)
    assert rows.height == 3 * 4
    assert set(rows["outcome"]) == {"affordable"}


def test_financial_years_are_named_across_a_century() -> None:
    assert [financial_year("1998/99", year) for year in (0, 1, 2)] == ["1998/99", "1999/00", "2000/01"]
