"""The classic design-based example: Californian schools, against what R's survey package prints.

Source of the figures: R survey 4.1.1 on its `api` data. They are compared to every digit that is printed; the interval of
the proportion is printed to five.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.evidence.survey import (
    Design,
    effective_number,
    mean,
    median,
    proportion,
    rake,
    rao_scott,
    ratio,
    total,
)
from tests.area.shared_data import shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGINS = {
    "stype": {"E": 4421.0, "H": 755.0, "M": 1018.0},
    "sch.wide": {"No": 1072.0, "Yes": 5122.0},
}


class Schools:
    def __init__(self, file: str) -> None:
        self.table = pl.read_csv(shared(f"survey/{file}.csv"), null_values=["NA"], infer_schema_length=None)

    def __getitem__(self, column: str) -> NDArray[np.float64]:
        return self.table[column].cast(pl.Float64).to_numpy()

    def text(self, column: str) -> list[str]:
        return self.table[column].cast(pl.String).to_list()


@pytest.fixture(scope="module")
def stratified() -> tuple[Schools, Design]:
    schools = Schools("apistrat")
    return schools, Design.of(schools["pw"], schools.text("stype"), (), [schools["fpc"]])


@pytest.fixture(scope="module")
def clustered() -> tuple[Schools, Design]:
    schools = Schools("apiclus1")
    return schools, Design.of(schools["pw"], None, [schools.text("dnum")], [schools["fpc"]])


def test_the_mean_of_a_stratified_sample_with_its_interval_and_design_effect(
    stratified: tuple[Schools, Design],
) -> None:
    schools, design = stratified
    found = mean(design, schools["api00"])
    assert found.value == pytest.approx(662.2873632, abs=5e-8)
    assert found.error == pytest.approx(9.408940803, abs=5e-10)
    assert found.low == pytest.approx(643.7321883, abs=5e-8)
    assert found.high == pytest.approx(680.842538, abs=5e-7)
    assert found.design_effect == pytest.approx(1.20446, abs=5e-6)
    assert found.base == 200
    found = mean(design, schools["api99"])
    assert found.value == pytest.approx(629.3948448, abs=5e-8)
    assert found.error == pytest.approx(9.963947299, abs=5e-10)


def test_a_total_a_ratio_and_the_effective_number_of_a_stratified_sample(
    stratified: tuple[Schools, Design],
) -> None:
    schools, design = stratified
    found = total(design, schools["enroll"])
    assert found.value == pytest.approx(3687177.532, abs=5e-4)
    assert found.error == pytest.approx(114641.7161, abs=5e-5)
    found = ratio(design, schools["api.stu"], schools["enroll"])
    assert found.value == pytest.approx(0.8369568869, abs=5e-11)
    assert found.error == pytest.approx(0.007757103167, abs=5e-13)
    assert effective_number(design.weights) == pytest.approx(168.5813313, abs=5e-8)


def test_without_a_population_there_is_no_correction_for_it() -> None:
    schools = Schools("apistrat")
    found = mean(Design.of(schools["pw"], schools.text("stype")), schools["api00"])
    assert found.value == pytest.approx(662.2873632, abs=5e-8)
    assert found.error == pytest.approx(9.536132297, abs=5e-10)


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [("E", 674.43, 12.38247979), ("M", 636.60, 16.21470731), ("H", 625.82, 14.93712919)],
)
def test_the_mean_of_a_group_keeps_the_design_of_the_whole(
    stratified: tuple[Schools, Design], kind: str, value: float, error: float
) -> None:
    schools, design = stratified
    found = mean(design, schools["api00"], (schools.table["stype"] == kind).to_numpy())
    assert found.value == pytest.approx(value, abs=5e-3)
    assert found.error == pytest.approx(error, abs=5e-9)


def test_a_share_has_its_interval_on_the_logit_scale(stratified: tuple[Schools, Design]) -> None:
    schools, design = stratified
    found = proportion(design, (schools.table["sch.wide"] == "Yes").to_numpy())
    assert found.value == pytest.approx(0.82794801, abs=5e-9)
    assert found.error == pytest.approx(0.02434, abs=5e-6)
    assert found.low == pytest.approx(0.77454, abs=5e-6)
    assert found.high == pytest.approx(0.87081, abs=5e-6)


def test_the_median_has_woodruffs_interval(stratified: tuple[Schools, Design]) -> None:
    schools, design = stratified
    found = median(design, schools["api00"])
    assert (found.value, found.low, found.high) == (668, 642, 694)
    assert found.error == pytest.approx(13.18405579, abs=5e-9)


def test_two_answers_are_tested_as_the_design_asks(stratified: tuple[Schools, Design]) -> None:
    schools, design = stratified
    one = (schools.table["sch.wide"] == "Yes").to_numpy().astype(np.int64)
    other = np.unique(schools.text("stype"), return_inverse=True)[1].astype(np.int64)
    found = rao_scott(design, one, other, np.ones(200, bool))
    assert found is not None
    assert found.f == pytest.approx(17.247444, abs=5e-7)
    assert found.f_freedom[0] == pytest.approx(1.8286715, abs=5e-8)
    assert found.f_freedom[1] == pytest.approx(360.2482863, abs=5e-8)
    assert found.f_p == pytest.approx(2.035046e-07, abs=5e-14)


def test_clusters_are_the_unit_of_a_clustered_sample(clustered: tuple[Schools, Design]) -> None:
    schools, design = clustered
    found = mean(design, schools["api00"])
    assert found.value == pytest.approx(644.1693989, abs=5e-8)
    assert found.error == pytest.approx(23.54224069, abs=5e-9)
    found = total(design, schools["enroll"])
    assert found.value == pytest.approx(3404940.135, abs=5e-4)
    assert found.error == pytest.approx(932235.027, abs=5e-4)


def test_a_simple_sample_is_a_design_without_strata_or_clusters() -> None:
    schools = Schools("apisrs")
    found = mean(Design.of(schools["pw"], populations=[schools["fpc"]]), schools["api00"])
    assert found.value == pytest.approx(656.585, abs=5e-4)
    assert found.error == pytest.approx(9.249722039, abs=5e-10)


def test_a_second_stage_adds_what_differs_within_clusters() -> None:
    schools = Schools("apiclus2")
    stages = [schools.text("dnum"), schools.text("snum")]
    design = Design.of(schools["pw"], None, stages, [schools["fpc1"], schools["fpc2"]])
    found = mean(design, schools["api00"])
    assert found.value == pytest.approx(670.8118081, abs=5e-8)
    assert found.error == pytest.approx(30.09902738, abs=5e-9)


def test_one_margin_is_post_stratification(clustered: tuple[Schools, Design]) -> None:
    schools, design = clustered
    raked = rake(design, {"stype": schools.text("stype")}, {"stype": MARGINS["stype"]})
    found = mean(raked.design, schools["api00"])
    assert found.value == pytest.approx(642.3107882, abs=5e-8)
    assert found.error == pytest.approx(23.92048645, abs=5e-9)


def test_two_margins_are_raked_until_both_are_met(clustered: tuple[Schools, Design]) -> None:
    schools, design = clustered
    raked = rake(design, {name: schools.text(name) for name in MARGINS}, MARGINS)
    assert raked.converged
    found = mean(raked.design, schools["api00"])
    assert found.value == pytest.approx(641.230320927, abs=5e-10)
    assert found.error == pytest.approx(23.703616888, abs=5e-10)
    found = total(raked.design, schools["enroll"])
    # The printed total stops at a change of 1e-9 in a round; at the end of the road it is 6e-5 lower.
    assert found.value == pytest.approx(3647280.14813, abs=1e-4)
    assert found.error == pytest.approx(400603.25686, abs=5e-6)
    assert effective_number(raked.design.weights) == pytest.approx(174.01, abs=5e-3)
