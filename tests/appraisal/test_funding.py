"""Grants, charges and people who change employer, as a study states them: in the accounts, and no gain to all (§5.1)."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import Term, appraise, funded, funding_of
from joinedup.area.reading import read_area
from joinedup.money import SOCIETY, CashKind, CashLine
from joinedup.refusal import Refusal
from tests.appraisal.cases import drawn, golden_case
from tests.small import Row, service, small_area

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from joinedup.appraisal import Appraisal

OPTION = "shared-estate-A-to-B"
YEARS = {OPTION: 10}
GRANT: Row = {
    "funding_id": "G",
    "option_id": OPTION,
    "what": "grant",
    "giver": "a government fund",
    "receiver": "fire",
    "gbp_a_year": 100_000.0,
    "first_year": "2026/27",
    "years": 2,
    "prices": "price base",
    "source": "offer of March 2025",
}
CHARGE: Row = {**GRANT, "funding_id": "C", "what": "charge", "giver": None, "payer": "ambulance"}
PEOPLE: Row = {
    **CHARGE,
    "funding_id": "P",
    "what": "people moved",
    "posts": 12.0,
    "scheme_before": "NHS",
    "scheme_after": "local government",
}


def stated(*rows: Row) -> tuple[Term, ...]:
    area = small_area(services=[service("fire"), service("ambulance")], funding=list(rows))
    return funding_of(area, YEARS).get(OPTION, ())


def appraised(*rows: Row, base: str = "2025/26") -> Appraisal:
    draws = drawn(draws=5)
    flows = [*golden_case(len(draws)), *funded(stated(*rows), base, 10, draws)]
    return appraise(flows, draws, project=None, years=10, partners=("fire", "ambulance"))


def in_accounts(found: Appraisal, partner: str) -> dict[tuple[int, str], float]:
    lines = found.financial.by_line.filter(partner=partner).iter_rows(named=True)
    return {(row["year"], row["line"]): row["central"] for row in lines}


# --- what it does ----------------------------------------------------------------------------------------------------

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "charge"]),
        st.floats(0, 1e6),
        st.integers(2025, 2035),
        st.integers(1, 12),
        st.sampled_from(["price base", "of each year"]),
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=25)
@given(ROWS)
def test_grants_and_charges_sum_to_zero_and_make_nobody_richer_in_all(
    rows: list[tuple[str, float, int, int, str]],
) -> None:
    given_ = [
        {
            **(GRANT if what == "grant" else CHARGE),
            "funding_id": f"F{number}",
            "gbp_a_year": amount,
            "first_year": f"{first}/{(first + 1) % 100:02d}",
            "years": years,
            "prices": prices,
        }
        for number, (what, amount, first, years, prices) in enumerate(rows)
    ]
    found = appraised(*given_)
    paid = [flow for flow in found.flows if flow.kind is CashKind.PAYMENT]
    assert all(np.allclose(sum(amount for _, amount in flow.falls_on()), 0.0) for flow in paid)
    assert found.npsv.tolist() == appraised().npsv.tolist()
    assert np.allclose(sum(one.worth for one in found.standings), found.npsv, atol=1e-3)


def test_a_grant_of_each_year_s_pounds_stands_in_the_accounts_as_it_was_offered() -> None:
    # 2026/27 and 2027/28 are years 1 and 2. At 2 % a year, 100,000 of the price base are 102,000 and 104,040 then.
    assert in_accounts(appraised({**GRANT, "prices": "of each year"}), "fire")[1, "grant"] == pytest.approx(
        100_000
    )
    rising = in_accounts(appraised(GRANT), "fire")
    assert [rising[year, "grant"] for year in (1, 2)] == pytest.approx([102_000, 104_040])
    assert (3, "grant") not in rising
    assert SOCIETY in {one.partner for one in appraised(GRANT).standings}


def test_a_charge_is_paid_by_one_partner_and_received_by_the_other() -> None:
    found = appraised(CHARGE)
    assert in_accounts(found, "fire")[1, "charge"] == pytest.approx(102_000)
    assert in_accounts(found, "ambulance")[1, "charge"] == pytest.approx(-102_000)
    kinds = {(row["payer"], row["kind"]) for row in found.payers.iter_rows(named=True)}
    assert ("ambulance", "payment (charge)") in kinds


def test_pay_moves_with_people_and_only_the_difference_of_their_pensions_is_worth_anything() -> None:
    # NHS: 14.38 % is the employer's and 9.4 % is met centrally; local government: 21.1 %. Pay of 100,000 in years 1 and 2.
    flows = funded(stated(PEOPLE), "2025/26", 10, drawn())
    real: dict[tuple[str, CashLine], float] = {}
    for flow in flows:
        for who, amount in flow.falls_on():
            if flow.year == 1:
                real[who, flow.line] = real.get((who, flow.line), 0.0) + float(amount[0])
    assert real == pytest.approx(
        {
            ("ambulance", CashLine.PAY_MOVED): 100_000,
            ("fire", CashLine.PAY_MOVED): -100_000,
            ("ambulance", CashLine.PENSION): 14_380,
            (SOCIETY, CashLine.PENSION): 9_400,
            ("fire", CashLine.PENSION): -21_100,
        }
    )
    change = appraised(PEOPLE).npsv[0] - appraised().npsv[0]
    assert change == pytest.approx(2_680 / 1.035 + 2_680 / 1.035**2, abs=0.01)


def test_a_study_s_own_rate_stands_in_place_of_that_of_the_scheme() -> None:
    own = {**PEOPLE, "scheme_after": None, "percent_after": 18.0}
    (before, after) = stated(own)[0].rates
    assert (before.per_cent, after.per_cent) == (23.78, 18.0)


def test_money_with_a_date_keeps_it_when_the_first_year_is_a_later_one() -> None:
    terms = stated(GRANT)
    for base, years in (("2025/26", [1, 2]), ("2026/27", [0, 1]), ("2027/28", [0]), ("2028/29", [])):
        assert [flow.year for flow in funded(terms, base, 10, drawn())] == years


# --- what cannot be used ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**GRANT, "option_id": "shared-estate-A-to-C"}, "column option_id: no option .* did you mean"),
        ({**GRANT, "giver": None}, "column giver: is empty; say who gives"),
        ({**GRANT, "payer": "ambulance"}, "column payer: a grant comes from outside"),
        ({**CHARGE, "payer": None}, "column payer: is empty; name the service"),
        ({**CHARGE, "payer": "fire"}, "column receiver: fire is the payer too"),
        (
            {**GRANT, "first_year": "2040/41"},
            "column first_year: none of its years lies in 2025/26 to 2035/36",
        ),
        ({**GRANT, "first_year": "2020/21"}, "column first_year: none of its years"),
        ({**CHARGE, "percent_after": 20.0}, "column percent_after: is of people moved alone"),
        ({**PEOPLE, "scheme_after": None}, "column scheme_after: name their scheme after the move"),
        ({**PEOPLE, "percent_before": 20.0}, "column scheme_before: .* one of the two"),
        ({**PEOPLE, "posts": 4.0}, "column posts: a page would tell what somebody earns"),
        ({**PEOPLE, "posts": None}, "column posts: a page would tell"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_table_row_and_column(row: Row, message: str) -> None:
    with pytest.raises(Refusal, match=rf"tables/funding, row {row['funding_id']}, {message}"):
        stated(row)


def written(folder: Path, rows: Iterable[Row]) -> Path:
    tables = folder / "tables"
    tables.mkdir()
    (folder / "study.toml").write_text('[study]\nname = "S"\nzone = "Europe/London"\n', "utf-8")
    (tables / "services.csv").write_text(
        "service_id,kind,name\nfire,fire,F\nambulance,ambulance,A\n", "utf-8"
    )
    (tables / "sites.csv").write_text("site_id,service_id,kind,name\nA,fire,station,A\n", "utf-8")
    columns = [each.name for each in fields(Term)]
    lines = [",".join("" if row.get(name) is None else str(row[name]) for name in columns) for row in rows]
    (tables / "funding.csv").write_text("\n".join([",".join(columns), *lines, ""]), "utf-8")
    return folder


def test_the_table_is_read_as_every_other_with_queries_by_file_row_and_column(tmp_path: Path) -> None:
    wrong = {**GRANT, "funding_id": "W", "what": "gift"}
    stranger = {**CHARGE, "funding_id": "S", "payer": "coastguard"}
    plain = {**GRANT, "prices": None}
    area, queries = read_area(written(tmp_path, [plain, wrong, stranger]))
    found = {(each["file"], each["row"], each["column"]) for each in queries.as_json()["queries"]}
    assert {("funding", 3, "what"), ("funding", 4, "payer")} <= found
    assert area.table("funding").filter(funding_id="G")["prices"].to_list() == ["price base"]
    assert "W" not in area.table("funding")["funding_id"].to_list()
