"""Optimism bias comes down risk by risk, each once, on evidence (§5.4)."""

import pytest

from joinedup.appraisal import appraise, mitigation_of, read_risks
from joinedup.refusal import Refusal
from tests.appraisal.cases import drawn, golden_case

HEADER = "project_type,cause,managed,owner,evidence\n"


def test_what_is_managed_lowers_the_bias_by_the_published_share_of_its_cause() -> None:
    register = read_risks(
        "\ufeff" + HEADER + "standard buildings,inadequate business case,0.5,programme board,gateway review\n"
        "standard buildings,disputes and claims,1,estates,contract signed\n"
        "standard buildings,economic,0,,\n",
        "risks.csv",
    )
    share = mitigation_of(register, "standard buildings")
    assert share == pytest.approx(0.34 * 0.5 + 0.29)
    found = appraise(golden_case(), drawn(), project="standard buildings", years=10, mitigation=share)
    assert found.bias_pct == pytest.approx(24 - share * 22)


def test_a_type_of_project_without_a_register_keeps_all_of_its_bias() -> None:
    assert mitigation_of((), "standard buildings") == 0.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cause\n", "risks.csv: the column project_type is missing"),
        (HEADER + "castles,economic,1,a,b\n", "row 2, column project_type: no project type 'castles'"),
        (HEADER + "equipment and development,economic,1,a,b\n", "no shares of causes are kept"),
        (HEADER + "standard buildings,ecnomic,1,a,b\n", "column cause: no cause 'ecnomic'; did you mean"),
        (HEADER + "standard buildings,economic,1,a,b\n" * 2, "row 3, column cause: .* each risk counts once"),
        (HEADER + "standard buildings,economic,40,a,b\n", "column managed: '40' is not a share"),
        (HEADER + "standard buildings,economic,nan,a,b\n", "column managed: 'nan' is not a share"),
        (HEADER + "standard buildings,economic,,a,b\n", "column managed: '' is not a share"),
        (HEADER + "standard buildings,economic,1,,b\n", "row 2, column owner: say who manages"),
        (HEADER + "standard buildings,economic,1,a,\n", "row 2, column evidence: say who manages"),
    ],
)
def test_a_risk_that_is_not_shown_to_be_managed_is_refused_by_row_and_column(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_risks(text, "risks.csv")
