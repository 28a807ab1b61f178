"""The appraisal meets the worked case, every printed digit of it, by the path that an option takes."""

import json
import os
from pathlib import Path

import pytest

from joinedup.appraisal import Appraisal, appraise
from joinedup.money import annuity
from tests.appraisal.cases import drawn, golden_case

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
GOLDEN = DATA.parent / "golden"


@pytest.fixture
def plain() -> Appraisal:
    return appraise(golden_case(), drawn(), project=None, years=10)


@pytest.fixture
def with_bias() -> Appraisal:
    return appraise(golden_case(), drawn(), project="standard buildings", years=10)


def test_present_values_npv_and_bcr_without_bias(plain: Appraisal) -> None:
    case = plain.economic
    assert f"{annuity(10):.6f}" == "8.316605"
    assert f"{case.benefits[0]:.4f}" == "15.8016"
    assert f"{case.net_cost[0] - 10:.4f}" == "1.6633"
    assert f"{case.npsv[0]:.4f}" == "4.1382"
    assert f"{case.bcr:.4f}" == "1.3548"


def test_npv_and_bcr_with_the_bias_of_standard_buildings_on_capital(with_bias: Appraisal) -> None:
    assert with_bias.bias_pct == 24
    assert f"{with_bias.npsv[0]:.4f}" == "1.7382"
    assert f"{with_bias.economic.bcr:.4f}" == "1.1236"
    assert f"{with_bias.economic.as_given[0]:.4f}" == "4.1382"


def test_switching_values_with_bias(with_bias: Appraisal) -> None:
    change, bias = (
        with_bias.economic.switching.benefit_change_pct,
        with_bias.economic.switching.optimism_bias_pct,
    )
    assert change is not None
    assert f"{change:.1f}" == "-11.0"
    assert f"{1.9 * (1 + change / 100):.4f}" == "1.6910"
    assert f"{bias:.3f}" == "41.382"


def test_equivalent_annual_cost_of_capital_with_bias(with_bias: Appraisal) -> None:
    assert f"{with_bias.economic.equivalent_annual_cost_of_capital[0]:.4f}" == "1.4910"


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="the golden values are not on this machine")
def test_the_digits_above_are_those_of_the_golden_file(plain: Appraisal, with_bias: Appraisal) -> None:
    golden = json.loads((GOLDEN / "appraisal-case.json").read_text("utf-8"))
    biased = golden["with_24_pct_optimism_bias_on_capital"]
    assert round(plain.npsv[0], 4) == golden["npv"]
    assert plain.economic.bcr is not None
    assert round(plain.economic.bcr, 4) == golden["bcr"]
    assert round(with_bias.npsv[0], 4) == biased["npv"]
    assert with_bias.economic.bcr is not None
    assert round(with_bias.economic.bcr, 4) == biased["bcr"]
    assert with_bias.economic.switching.optimism_bias_pct == pytest.approx(
        biased["switching_optimism_bias_pct"], abs=5e-4
    )


def test_switching_values_do_switch_the_answer_to_nothing(with_bias: Appraisal) -> None:
    change = with_bias.economic.switching.benefit_change_pct
    assert change is not None
    assert with_bias.npsv[0] + with_bias.economic.gains[0] * change / 100 == pytest.approx(0)
