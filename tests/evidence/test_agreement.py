"""Agreement of coders, against published values, R's irrCAC, and definitions written out (§6.2)."""

from __future__ import annotations

import csv
import random
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.assumptions import stream
from joinedup.evidence import Coefficient, Level, Ratings, agreement
from joinedup.refusal import Refusal
from tests.area.shared_data import shared

if TYPE_CHECKING:
    from collections.abc import Sequence

# Four observers and twelve units: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
KRIPPENDORFF = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}


def ratings(level: Level = Level.NOMINAL, sizes: Sequence[float] | None = None) -> Ratings:
    given = {
        coder: ["" if each == "." else each for each in text.split()] for coder, text in KRIPPENDORFF.items()
    }
    return Ratings.of(given, level, sizes=sizes)


@pytest.mark.parametrize(
    ("level", "value"),
    [("nominal", 0.743421), ("ordinal", 0.815388), ("interval", 0.849107), ("ratio", 0.797403)],
)
def test_alpha_is_what_krippendorff_published(level: str, value: float) -> None:
    found = agreement(ratings(Level(level)))
    assert found.value == pytest.approx(value, abs=5e-7)
    assert found.units == 11
    assert found.coders == 4


@pytest.mark.parametrize(
    ("coefficient", "value"),
    [
        ("fleiss kappa", 0.76117),
        ("gwet ac", 0.77544),
        ("brennan-prediger", 0.77273),
        ("conger kappa", 0.76207),
    ],
)
def test_the_other_coefficients_are_what_irrcac_prints(coefficient: str, value: float) -> None:
    assert agreement(ratings(), Coefficient(coefficient)).value == pytest.approx(value, abs=5e-6)


def test_intervals_by_formula_are_what_irrcac_prints() -> None:
    alpha, ac = agreement(ratings()), agreement(ratings(), Coefficient.AC)
    assert alpha.formula_low == pytest.approx(0.41906, abs=5e-6)
    assert alpha.formula_high == 1
    assert ac.formula_low == pytest.approx(0.46081, abs=5e-6)
    assert ac.formula_high == 1


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [("0100000010", "1110010000", 0.095238), ("aabbdcccedda", "babbbccceddd", 0.691964)],
)
def test_alpha_of_two_observers_is_what_krippendorff_published(one: str, other: str, value: float) -> None:
    assert agreement(Ratings.of({"one": one, "other": other})).value == pytest.approx(value, abs=5e-7)


def test_cohens_kappa_of_the_textbook_table_is_four_tenths() -> None:
    # Both yes 20, first alone 5, second alone 10, neither 15: (0.7 - 0.5) / (1 - 0.5).
    pairs = ["yy"] * 20 + ["yn"] * 5 + ["ny"] * 10 + ["nn"] * 15
    given = Ratings.of({"one": [each[0] for each in pairs], "other": [each[1] for each in pairs]})
    assert agreement(given, Coefficient.COHEN).value == pytest.approx(0.4, abs=1e-12)
    assert agreement(given, Coefficient.CONGER).value == pytest.approx(0.4, abs=1e-12)


def test_cohens_kappa_is_for_two() -> None:
    with pytest.raises(Refusal, match="for two coders, and there are 4; ask for Conger's"):
        agreement(ratings(), Coefficient.COHEN)


def alpha_by_pairs(rows: list[list[float | None]], power: int) -> float:
    """Alpha as it is defined: mean difference within units over mean difference of all values that can be paired."""
    units = [[each for each in row if each is not None] for row in rows]
    units = [each for each in units if len(each) > 1]
    values = [value for unit in units for value in unit]

    def apart(one: float, other: float) -> float:
        return float(one != other) if power == 0 else (one - other) ** 2

    seen = sum(2 * apart(*pair) / (len(unit) - 1) for unit in units for pair in combinations(unit, 2)) / len(
        values
    )
    chance = sum(2 * apart(*pair) for pair in combinations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - seen / chance


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("level", "power"), [(Level.NOMINAL, 0), (Level.INTERVAL, 2)])
def test_alpha_is_its_definition_over_pairs(seed: int, level: Level, power: int) -> None:
    chance = stream(seed, "agreement")
    rows = [
        [None if chance.random() < 0.3 else float(chance.integers(1, 5)) for _ in range(4)] for _ in range(15)
    ]
    given = {f"coder {at}": [row[at] for row in rows] for at in range(4)}
    assert agreement(Ratings.of(given, level)).value == pytest.approx(alpha_by_pairs(rows, power), rel=1e-10)


def test_by_characters_is_every_character_a_unit_of_its_own() -> None:
    sizes = [3, 1, 4, 2, 5, 2, 1, 3, 2, 4, 1, 2]
    spread = {
        coder: [
            each if each != "." else ""
            for each, size in zip(text.split(), sizes, strict=True)
            for _ in range(size)
        ]
        for coder, text in KRIPPENDORFF.items()
    }
    for coefficient in (Coefficient.ALPHA, Coefficient.AC, Coefficient.FLEISS, Coefficient.CONGER):
        sized = agreement(ratings(sizes=sizes), coefficient, draws=10)
        long = agreement(Ratings.of(spread), coefficient, draws=10)
        assert sized.value == pytest.approx(long.value or 0, rel=1e-12), coefficient


def test_codes_that_were_never_given_count_where_chance_could_have_given_them() -> None:
    given = {"one": "aab", "other": "aba"}
    two, four = (
        agreement(Ratings.of(given, categories=each), Coefficient.BRENNAN_PREDIGER).value
        for each in ("ab", "abcd")
    )
    assert two == pytest.approx((1 / 3 - 1 / 2) / (1 - 1 / 2))
    assert four == pytest.approx((1 / 3 - 1 / 4) / (1 - 1 / 4))


def test_ac2_gives_credit_for_near_misses() -> None:
    near = {"one": [1, 2, 3, 4, 5, 3], "other": [1, 2, 3, 4, 4, 2]}
    plain, ordered = (
        agreement(Ratings.of(near, each), Coefficient.AC).value for each in (Level.NOMINAL, Level.ORDINAL)
    )
    assert plain is not None
    assert ordered is not None
    assert plain < ordered < 1


def test_nothing_is_said_where_nothing_varies() -> None:
    found = agreement(Ratings.of({"one": "aaaa", "other": "aaaa"}))
    assert found.value is None
    assert found.low is None
    assert agreement(Ratings.of({"one": list("abab"), "other": [""] * 4})).value is None


def test_full_agreement_is_one() -> None:
    for coefficient in Coefficient:
        found = agreement(Ratings.of({"one": "abcab", "other": "abcab"}), coefficient)
        assert found.value == pytest.approx(1.0), coefficient


def test_the_interval_holds_still_whatever_the_order_of_units_and_widens_with_fewer() -> None:
    chance = stream(9, "agreement")
    truth = chance.integers(0, 3, 200)
    one, other = (
        np.where(chance.random(200) < 0.8, truth, chance.integers(0, 3, 200)).tolist() for _ in range(2)
    )
    order = random.Random(2).sample(range(200), 200)
    whole = agreement(Ratings.of({"one": one, "other": other}))
    turned = agreement(
        Ratings.of({"one": [one[each] for each in order], "other": [other[each] for each in order]})
    )
    assert turned.low == whole.low
    assert turned.high == whole.high
    fewer = agreement(Ratings.of({"one": one[:50], "other": other[:50]}))
    assert whole.low is not None
    assert whole.high is not None
    assert fewer.low is not None
    assert fewer.high is not None
    assert fewer.high - fewer.low > whole.high - whole.low
    # Two ways to one interval: units drawn again, and Gwet's formula.
    assert whole.low == pytest.approx(whole.formula_low, abs=0.02)
    assert whole.high == pytest.approx(whole.formula_high, abs=0.02)


def test_disagreements_are_listed_with_who_said_what() -> None:
    found = ratings().disagreements()
    assert [each.unit for each in found] == ["2", "6", "8"]
    assert found[1].codes == {"A": "1", "B": "2", "C": "3", "D": "4"}


@pytest.mark.parametrize(
    ("given", "level", "says"),
    [
        ({"one": "ab"}, Level.NOMINAL, "at least two coders"),
        ({"one": "ab", "other": "a"}, Level.NOMINAL, "coder other: has 1 units where others have 2"),
        ({"one": "ab", "other": "ab"}, Level.INTERVAL, "code 'a' is no number"),
        ({"one": ["-1"], "other": ["2"]}, Level.RATIO, "of 0 or more"),
    ],
)
def test_ratings_that_cannot_be_compared_are_refused(given: dict[str, str], level: Level, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        Ratings.of(given, level)


def rows(name: str) -> list[dict[str, str]]:
    with shared(f"agreement/{name}.csv").open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_the_raters_of_the_literature_files_agree_as_published() -> None:
    four = rows("cac.raw4raters")
    given = {name: [row[name] for row in four] for name in ("Rater1", "Rater2", "Rater3", "Rater4")}
    # The same twelve units as Krippendorff's, in Gwet's handbook: AC1 0.77544, alpha 0.74342.
    assert agreement(Ratings.of(given), Coefficient.AC).value == pytest.approx(0.77544, abs=5e-6)
    assert agreement(Ratings.of(given)).value == pytest.approx(0.74342, abs=5e-6)
    table = rows("cont3x3abstractors")
    one, other = [], []
    for row in table:
        for column in ("Ectopic", "AIU", "NIU"):
            one += [row["Type"]] * int(row[column])
            other += [column] * int(row[column])
    pair = Ratings.of({"one": one, "other": other})
    # By hand from the table: 89 of 100 alike; margins 13, 27, 60 and 13, 24, 63.
    chance = 0.13 * 0.13 + 0.27 * 0.24 + 0.60 * 0.63
    assert agreement(pair, Coefficient.COHEN).value == pytest.approx(
        (0.89 - chance) / (1 - chance), rel=1e-12
    )
