"""Assumptions keep their own rules, and chance has one owner."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, spearmanr, triang

from joinedup.assumptions import Assumption, Grade, draw, stream, with_study_values
from joinedup.refusal import Refusal


def assumption(name: str = "kind.cost", low: float = 1, central: float = 2, high: float = 4) -> Assumption:
    return Assumption(name, "What it costs.", "£", low, central, high, "a test", Grade.JUDGEMENT)


def test_the_corrections_are_those_of_the_2014_guidance() -> None:
    assert [grade.benefit_correction for grade in Grade] == [0.0, 0.05, 0.10, 0.15, 0.25, 0.40]
    assert Grade.AUDITED.in_words == "independently audited"
    assert Grade.JUDGEMENT.in_words == "uncorroborated judgement"


def test_an_assumption_out_of_order_without_a_source_or_not_finite_is_refused() -> None:
    with pytest.raises(Refusal, match="make low <= central <= high"):
        assumption(low=3)
    with pytest.raises(Refusal, match="finite numbers"):
        assumption(high=float("inf"))
    with pytest.raises(Refusal, match="finite numbers"):
        assumption(central=float("nan"))
    with pytest.raises(Refusal, match="needs a name, a unit, a sentence and a source"):
        Assumption("x", "What it is.", "£", 1, 1, 1, "", Grade.AUDITED)


def test_the_first_value_is_central_and_the_draws_stay_in_the_range() -> None:
    values = draw([assumption()], 500, seed=3)["kind.cost"]
    assert values[0] == 2
    assert len(values) == 501
    assert values[1:].min() >= 1
    assert values[1:].max() <= 4
    assert values[1:].mean() == pytest.approx(7 / 3, abs=0.1)


def test_an_assumption_written_in_whole_numbers_is_not_drawn_in_whole_numbers() -> None:
    whole, real = (
        draw([assumption()], 50, seed=3),
        draw([assumption(low=1.0, central=2.0, high=4.0)], 50, seed=3),
    )
    assert whole["kind.cost"].tolist() == real["kind.cost"].tolist()
    assert whole["kind.cost"].dtype == np.float64


def test_an_assumption_without_a_range_never_varies() -> None:
    assert np.unique(draw([assumption(low=2, high=2)], 50, seed=3)["kind.cost"]).tolist() == [2.0]


@given(st.permutations(["a", "b", "c", "d"]))
def test_draws_do_not_depend_on_the_order_or_company_in_which_they_are_asked_for(names: list[str]) -> None:
    together = draw([assumption(name) for name in names], 10, seed=5)
    for name in names:
        alone = draw([assumption(name)], 10, seed=5)
        assert together[name].tolist() == alone[name].tolist()


def test_seed_and_name_both_matter_and_nothing_else() -> None:
    assert stream(1, "a").random() == stream(1, "a").random()
    assert len({stream(1, "a").random(), stream(2, "a").random(), stream(1, "b").random()}) == 3
    # Written down, so that a change of generator or of naming is seen.
    assert f"{stream(1, 'a').random():.12f}" == "0.080753295268"


def test_draws_cannot_be_altered() -> None:
    with pytest.raises(ValueError, match="read-only"):
        draw([assumption()], 3, seed=1)["kind.cost"][0] = 9


def test_one_name_for_two_different_assumptions_is_refused() -> None:
    assert len(draw([assumption(), assumption()], 3, seed=1)) == 4
    with pytest.raises(ValueError, match=r"two different assumptions are called 'kind\.cost'"):
        draw([assumption(), assumption(high=9)], 3, seed=1)


def follower(rank_correlation: float, companion: str = "kind.cost") -> Assumption:
    return Assumption(
        "kind.move",
        "What moving costs.",
        "£",
        10,
        20,
        60,
        "a test",
        Grade.JUDGEMENT,
        companion,
        rank_correlation,
    )


@pytest.mark.parametrize("asked", [-0.7, 0.3, 0.9])
def test_a_follower_s_ranks_go_with_those_of_its_companion_as_closely_as_was_asked(asked: float) -> None:
    draws = draw([assumption(), follower(asked)], 20_000, seed=4)
    found = spearmanr(draws["kind.cost"][1:], draws["kind.move"][1:]).statistic
    assert found == pytest.approx(asked, abs=0.02)


def test_a_follower_keeps_the_triangle_that_was_declared_for_it() -> None:
    values = draw([assumption(), follower(0.8)], 20_000, seed=4)["kind.move"]
    assert values[0] == 20
    assert kstest(values[1:], triang(c=0.2, loc=10, scale=50).cdf).pvalue > 0.01


def test_following_changes_no_other_draws_and_a_companion_s_range_changes_no_follower() -> None:
    alone = draw([assumption()], 50, seed=4)["kind.cost"]
    followed = draw([follower(0.8), assumption()], 50, seed=4)
    assert followed["kind.cost"].tolist() == alone.tolist()
    wider = draw([assumption(high=40), follower(0.8)], 50, seed=4)
    assert wider["kind.move"].tolist() == followed["kind.move"].tolist()


def test_a_companion_that_is_missing_or_follows_its_follower_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"kind\.move: its companion 'kind\.cost' was not drawn"):
        draw([follower(0.5)], 3, seed=1)
    ring = Assumption(
        "kind.cost", "What it costs.", "£", 1, 2, 4, "a test", Grade.JUDGEMENT, "kind.move", 0.5
    )
    with pytest.raises(ValueError, match="follows its own follower"):
        draw([ring, follower(0.5)], 3, seed=1)


@pytest.mark.parametrize(("companion", "correlation"), [("kind.cost", 0.0), ("", 0.5), ("kind.cost", 1.0)])
def test_half_a_companion_is_refused(companion: str, correlation: float) -> None:
    with pytest.raises(Refusal, match="name a companion and give a rank correlation"):
        follower(correlation, companion)


@given(st.floats(0, 1), st.floats(0, 1))
def test_shares_of_the_triangle_come_back_from_its_values(share: float, middle: float) -> None:
    each = assumption(low=1, central=1 + 3 * middle, high=4)
    value = each.at(np.array([share]))
    assert triang(c=middle, loc=1, scale=3).cdf(value)[0] == pytest.approx(share, abs=1e-9)


HEADER = "name,low,central,high,source,grade\n"


def test_a_study_lays_its_own_values_over_the_declared_ones() -> None:
    (found,) = with_study_values(
        [assumption()], "\ufeff" + HEADER + "kind.cost,5,6,7,our ledger,2\n", "a.csv"
    )
    assert (found.low, found.central, found.high) == (5, 6, 7)
    assert (found.source, found.grade) == ("our ledger", Grade.CONTRACT)
    assert found.sentence == "What it costs."


def test_a_study_that_gives_no_grade_keeps_the_declared_one() -> None:
    text = "name,low,central,high,source\nkind.cost,5,6,7,our ledger\n"
    assert with_study_values([assumption()], text, "a.csv")[0].grade is Grade.JUDGEMENT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,low,high,source\n", "a.csv: the column central is missing"),
        (
            HEADER + "kind.cots,1,2,3,x,1\n",
            "a.csv, row 2, column name: no assumption 'kind.cots'; did you mean",
        ),
        (HEADER + "kind.cost,1,two,3,x,1\n", "a.csv, row 2, column central: 'two' is not a number"),
        (HEADER + "kind.cost,1\n", "a.csv, row 2, column central: 'None' is not a number"),
        (HEADER + "kind.cost,3,2,1,x,1\n", "a.csv, row 2: assumption kind.cost: low 3, central 2 and high 1"),
        (HEADER + "kind.cost,1,2,inf,x,1\n", "a.csv, row 2: assumption kind.cost: .* finite"),
        (HEADER + "kind.cost,1,2,3,x,7\n", "a.csv, row 2, column grade: '7' is not one of 1 to 6"),
        (HEADER + "kind.cost,1,2,3,,1\n", "a.csv, row 2: .* needs a name, a unit, a sentence and a source"),
        (HEADER + "kind.cost,1,2,3,x,1\n" * 2, "a.csv, row 3, column name: 'kind.cost' stands in row 2 too"),
    ],
)
def test_a_wrong_row_is_refused_by_file_row_and_column(text: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        with_study_values([assumption()], text, "a.csv")
