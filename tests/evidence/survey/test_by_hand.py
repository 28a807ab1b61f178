"""Estimates that were worked out by hand, with fractions, from the formulas in the books."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from joinedup.assumptions import stream
from joinedup.evidence.survey import Design, mean, median, proportion, rake, rao_scott, total
from joinedup.refusal import Refusal

# Stratum A: two of ten clusters, holding 2 and 4, and 6. Stratum B: three of six, holding 1; 3 and 5; 9.
STRATA = ["A", "A", "A", "B", "B", "B", "B"]
CLUSTERS = [1, 1, 2, 1, 2, 2, 3]
POPULATIONS = [10.0, 10, 10, 6, 6, 6, 6]
WEIGHTS = [5.0, 5, 5, 2, 2, 2, 2]
VALUES = np.array([2.0, 4, 6, 1, 3, 5, 9])


def design() -> Design:
    return Design.of(WEIGHTS, STRATA, [CLUSTERS], [POPULATIONS])


def test_a_small_stratified_clustered_mean_is_what_it_is_by_hand() -> None:
    middle = Fraction(5 * (2 + 4 + 6) + 2 * (1 + 3 + 5 + 9), 23)
    a = [Fraction(5, 23) * (6 - 2 * middle), Fraction(5, 23) * (6 - middle)]
    b = [Fraction(2, 23) * (1 - middle), Fraction(2, 23) * (8 - 2 * middle), Fraction(2, 23) * (9 - middle)]

    def within(totals: list[Fraction], there_were: int) -> Fraction:
        drawn = len(totals)
        gaps = sum(((each - sum(totals) / drawn) ** 2 for each in totals), Fraction(0))
        return (1 - Fraction(drawn, there_were)) * Fraction(drawn, drawn - 1) * Fraction(gaps)

    variance = within(a, 10) + within(b, 6)
    found = mean(design(), VALUES)
    assert found.value == pytest.approx(float(middle), rel=1e-14)
    assert found.error == pytest.approx(math.sqrt(variance), rel=1e-13)
    assert round(math.sqrt(variance), 4) == 0.9194
    # Five clusters less two strata; Student's t has 3.182446 at three degrees of freedom.
    assert found.high == pytest.approx(float(middle) + 3.182446305 * math.sqrt(variance), rel=1e-9)


def test_a_total_by_hand_from_the_totals_of_clusters() -> None:
    # Cluster totals 30 and 30; and 2, 16 and 18, whose mean is 12: 10² + 4² + 6² = 152.
    found = total(design(), VALUES)
    assert found.value == 96
    assert found.error == pytest.approx(math.sqrt(0.5 * 1.5 * 152), rel=1e-13)


def test_the_order_of_rows_moves_no_estimate() -> None:
    turned = np.array([6, 2, 0, 5, 1, 3, 4])
    other = Design.of(
        np.array(WEIGHTS)[turned],
        [STRATA[each] for each in turned],
        [[CLUSTERS[each] for each in turned]],
        [np.array(POPULATIONS)[turned]],
    )
    assert mean(other, VALUES[turned]).error == pytest.approx(mean(design(), VALUES).error or 0, rel=1e-12)


def test_equal_weights_and_no_design_give_the_textbook_error_of_a_mean() -> None:
    values = stream(1, "by hand").normal(size=50)
    found = mean(Design.of(np.ones(50)), values)
    assert found.error == pytest.approx(values.std(ddof=1) / math.sqrt(50), rel=1e-12)
    assert found.design_effect == pytest.approx(1.0, rel=1e-12)
    assert found.effective_base == pytest.approx(50.0, rel=1e-12)


def test_a_simple_sample_has_pearsons_chi_square() -> None:
    chance = stream(2, "by hand")
    one, other = chance.integers(0, 3, 400), chance.integers(0, 2, 400)
    table = np.zeros((3, 2))
    np.add.at(table, (one, other), 1)
    plain = chi2_contingency(table, correction=False)
    found = rao_scott(Design.of(np.ones(400)), one, other, np.ones(400, bool))
    assert found is not None
    assert found.pearson == pytest.approx(plain.statistic, rel=1e-10)
    # The sample variance divides by one less than the sample; nothing else differs.
    assert found.chi_square == pytest.approx(plain.statistic * 399 / 400, rel=1e-10)
    assert found.f_freedom[0] == pytest.approx(2.0, rel=1e-9)


def test_everyone_drawn_leaves_no_doubt() -> None:
    found = mean(Design.of(np.ones(4), populations=[np.full(4, 4.0)]), np.array([1.0, 2, 3, 4]))
    assert (found.value, found.error, found.low, found.high) == (2.5, 0, 2.5, 2.5)


def test_a_share_of_none_or_all_stays_between_nought_and_one() -> None:
    none = proportion(Design.of(np.ones(40)), np.zeros(40, bool))
    every = proportion(Design.of(np.ones(40)), np.ones(40, bool))
    # The exact interval of none of 40: 1 - 0.025 ** (1 / 40).
    assert none.low == 0
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 40), rel=1e-9)
    assert every.low == pytest.approx(0.025 ** (1 / 40), rel=1e-9)
    assert every.high == 1


def test_a_weighted_median_is_the_lowest_value_that_half_do_not_exceed() -> None:
    values, weights = np.array([10.0, 1, 5, 7]), np.array([1.0, 3, 1, 1])
    assert median(Design.of(weights, probability=False), values).value == 1
    assert median(Design.of(np.ones(4), probability=False), values).value == 5


def test_missing_answers_are_not_nought() -> None:
    found = mean(Design.of(np.ones(3)), np.array([2.0, np.nan, 4.0]))
    assert found.value == 3.0
    assert found.base == 2


def test_a_stratum_with_one_cluster_is_compared_with_all_and_said() -> None:
    lonely = Design.of(np.ones(5), ["A", "A", "B", "B", "C"])
    values = np.array([1.0, 3, 2, 6, 12])
    gaps = (values - values.mean()) / 5
    by_hand = (
        2 * ((gaps[0] - gaps[:2].mean()) ** 2 * 2)
        + 2 * ((gaps[2] - gaps[2:4].mean()) ** 2 * 2)
        + gaps[4] ** 2
    )
    assert mean(lonely, values).error == pytest.approx(math.sqrt(by_hand), rel=1e-12)
    assert lonely.notes == (
        "1 strata have a single cluster, which is compared with the mean of all clusters",
    )


def test_more_drawn_than_there_were_is_refused() -> None:
    with pytest.raises(Refusal, match="more were drawn than the population"):
        Design.of(np.ones(5), populations=[np.full(5, 4.0)])
    with pytest.raises(Refusal, match="differs within a stratum"):
        Design.of(np.ones(2), populations=[[10.0, 12.0]])


def test_raking_gives_what_a_table_of_four_cells_must_have() -> None:
    # Independent margins of one half each from cells of 10, 20, 30 and 40: the odds ratio stays 10 * 40 / (20 * 30).
    sex = ["m"] * 30 + ["f"] * 70
    age = ["old"] * 10 + ["young"] * 20 + ["old"] * 30 + ["young"] * 40
    half = {"m": 0.5, "f": 0.5}
    raked = rake(
        Design.of(np.ones(100)), {"sex": sex, "age": age}, {"sex": half, "age": {"old": 0.5, "young": 0.5}}
    )
    cells = {
        (s, a): float(
            sum(
                w
                for w, one, other in zip(raked.design.weights, sex, age, strict=True)
                if (one, other) == (s, a)
            )
        )
        for s in ("m", "f")
        for a in ("old", "young")
    }
    root = math.sqrt(10 * 40 / (20 * 30))
    assert cells["m", "old"] == pytest.approx(50 * root / (1 + root), rel=1e-9)
    assert cells["m", "old"] + cells["m", "young"] == pytest.approx(50, rel=1e-9)
    assert cells["m", "old"] + cells["f", "old"] == pytest.approx(50, rel=1e-9)
    assert raked.converged
    # What raking holds fixed has no error left.
    assert proportion(raked.design, np.array([each == "m" for each in sex])).error == pytest.approx(
        0, abs=1e-12
    )


def test_trimmed_weights_keep_their_bounds_and_say_what_they_miss() -> None:
    column = ["rare"] * 5 + ["usual"] * 95
    bounds = (0.3, 3.0)
    fitting = rake(Design.of(np.ones(100)), {"c": column}, {"c": {"rare": 0.1, "usual": 0.9}}, bounds)
    assert fitting.converged
    assert fitting.trimmed == 0
    tight = rake(Design.of(np.ones(100)), {"c": column}, {"c": {"rare": 0.4, "usual": 0.6}}, bounds)
    assert not tight.converged
    assert tight.trimmed == 5
    assert tight.off == pytest.approx(0.25, rel=1e-9)
    held = tight.design.weights
    assert held.max() == 3.0


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        ({"x": {"a": 1.0}}, "no column of that name"),
        ({"c": {"a": 0.5, "z": 0.5}}, "'b' has no target"),
        ({"c": {"a": 0.5, "b": 0.25, "z": 0.25}}, "nobody who answered is 'z'"),
        ({"c": {"a": 1.0, "b": 0.0}}, "above 0"),
        ({"c": {"a": 10.0, "b": 10.0}, "d": {"e": 30.0}}, "make them the same population"),
    ],
)
def test_targets_that_cannot_be_met_are_refused(targets: dict[str, dict[str, float]], says: str) -> None:
    with pytest.raises(Refusal, match=says):
        rake(Design.of(np.ones(2)), {"c": ["a", "b"], "d": ["e", "e"]}, targets)
