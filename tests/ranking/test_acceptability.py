"""Weights and measurements tried together: who comes first, how often, and what one would have to think (§7.1)."""

import json
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from joinedup.appraisal import Outcome
from joinedup.ranking import (
    AgreedWeights,
    AnyWeights,
    Criterion,
    RankedWeights,
    Tried,
    WeightsBetween,
    presets,
    try_weights,
)
from joinedup.refusal import Refusal

SAMPLES = 20_000


def scale(name: str) -> Criterion:
    return Criterion(name, "points", worst=0, best=1)


def certain(table: dict[str, list[float]]) -> tuple[list[str], list[Criterion], NDArray[np.float64]]:
    """Lay out a table of options by criterion that has no uncertainty."""
    values = np.array([list(table.values())], dtype=np.float64)
    return list(table), [scale(f"c{n}") for n in range(values.shape[2])], values


def tried(table: dict[str, list[float]], samples: int = SAMPLES, seed: int = 1) -> Tried:
    ids, criteria, values = certain(table)
    return try_weights(
        ids, [Outcome.PASS] * len(ids), criteria, values, AnyWeights(), samples=samples, seed=seed
    )


def within(found: float, error: float, wanted: float) -> bool:
    return abs(found - wanted) <= 4 * error


def test_three_options_on_two_criteria_share_the_first_place_as_the_lengths_of_the_line_say() -> None:
    # By hand: with weight w on the first criterion, A is worth w, B 1 - w and C 0.6; C leads between 0.4 and 0.6.
    found = {each.id: each for each in tried({"A": [1, 0], "B": [0, 1], "C": [0.6, 0.6]}).accepted}
    for id, share in {"A": 0.4, "B": 0.4, "C": 0.2}.items():
        assert within(found[id].first.share, found[id].first.error, share)
        assert found[id].first.error == pytest.approx(math.sqrt(share * (1 - share) / SAMPLES), rel=0.05)
    # C is second whenever it is not first: never third.
    assert found["C"].places[2].share == 0.0
    assert found["A"].central_weights == pytest.approx({"c0": 0.8, "c1": 0.2}, abs=0.005)


def test_three_options_that_are_each_best_at_one_thing_are_first_a_third_of_the_time() -> None:
    # The mean of the greatest of three even shares is (1 + 1/2 + 1/3) / 3 = 11/18; R's smaa prints 0.611111 too.
    found = tried({"A": [1, 0, 0], "B": [0, 1, 0], "C": [0, 0, 1]})
    for number, id in enumerate("ABC"):
        each = next(one for one in found.accepted if one.id == id)
        assert within(each.first.share, each.first.error, 1 / 3)
        wanted = [7 / 36] * 3
        wanted[number] = 11 / 18
        assert each.central_weights is not None
        assert list(each.central_weights.values()) == pytest.approx(wanted, abs=0.006)
        assert each.confidence is not None
        assert each.confidence.share == 1.0


def test_central_weights_by_share_average_to_the_even_weights_here_and_in_what_r_prints() -> None:
    # Thrombolytics, as R's smaa 10,000 draws print it: shares of first place and central weights of two options.
    printed = {0.3504: [0.1865097, 0.2772205, 0.5362698], 0.6496: [0.40731, 0.3641477, 0.2285423]}
    average = sum(share * np.array(weights) for share, weights in printed.items())
    assert average == pytest.approx([1 / 3] * 3, abs=0.006)
    generator = np.random.default_rng(5)
    found = try_weights(
        ["heparin", "enoxaparin"],
        [Outcome.PASS] * 2,
        [scale("deaths"), scale("strokes"), scale("bleeds")],
        generator.normal(size=(2000, 2, 3)),
        AnyWeights(),
    )
    ours = sum(
        each.first.share * np.array(list((each.central_weights or {}).values())) for each in found.accepted
    )
    assert ours == pytest.approx([1 / 3] * 3, abs=0.01)


def test_two_uncertain_options_agree_with_the_normal_distribution() -> None:
    # One criterion, normal measurements a step of 1 apart with spread 1 each: the better leads with probability Phi(1/sqrt 2).
    generator = np.random.default_rng(3)
    values = generator.normal(size=(SAMPLES, 2, 1)) + np.array([[1.0], [0.0]])
    found = try_weights(["a", "b"], [Outcome.PASS] * 2, [scale("c")], values, AnyWeights(), samples=SAMPLES)
    wanted = 0.5 * (1 + math.erf(0.5))
    best = found.accepted[0]
    assert best.id == "a"
    assert within(best.first.share, best.first.error, wanted)
    assert best.confidence is not None
    assert within(best.confidence.share, best.confidence.error, wanted)
    assert found.beats[0, 1] == best.first.share


def test_the_error_allows_for_draws_that_many_weights_share() -> None:
    # Fifty draws decide everything, whatever the weights: two hundred sets of weights each make it no surer.
    generator = np.random.default_rng(7)
    lead = generator.normal(size=(50, 1, 1)) + 0.3
    values = np.concatenate([np.repeat(lead, 2, axis=2), np.zeros((50, 1, 2))], axis=1)
    found = try_weights(
        ["a", "b"], [Outcome.PASS] * 2, [scale("x"), scale("y")], values, AnyWeights(), samples=10_000
    )
    share = float((lead > 0).mean())
    assert found.accepted[0].first.share == pytest.approx(share)
    assert found.accepted[0].first.error == pytest.approx(math.sqrt(share * (1 - share) / 49))


def test_an_order_of_importance_gives_the_rank_order_centroid() -> None:
    weights = RankedWeights(("b", "a", "c"))
    drawn = weights.sample(["a", "b", "c"], SAMPLES, 1)
    assert (drawn[:, 1] >= drawn[:, 0]).all()
    assert (drawn[:, 0] >= drawn[:, 2]).all()
    # Barron and Barrett (1996): 11/18, 5/18, 2/18 for three criteria.
    assert drawn.mean(axis=0) == pytest.approx([5 / 18, 11 / 18, 2 / 18], abs=0.005)
    assert weights.centre(["a", "b", "c"]) == pytest.approx([5 / 18, 11 / 18, 2 / 18])


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([0.1, 0.1, 0.1], [0.8, 0.8, 0.8]),
        ([0.0, 0.0, 0.0], [0.4, 0.5, 0.6]),
        ([0.32, 0.30, 0.31], [0.36, 0.34, 0.37]),
        ([0.0, 0.2, 0.0], [1.0, 0.3, 1.0]),
    ],
)
def test_weights_between_are_even_over_what_the_ranges_leave(low: list[float], high: list[float]) -> None:
    names = ["a", "b", "c"]
    weights = WeightsBetween(dict(zip(names, low, strict=True)), dict(zip(names, high, strict=True)))
    drawn = weights.sample(names, SAMPLES, 1)
    assert drawn.shape == (SAMPLES, 3)
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert (drawn >= np.array(low) - 1e-9).all()
    assert (drawn <= np.array(high) + 1e-9).all()
    # A rival: every point of a fine grid over the triangle that fits the ranges, each as likely as any other.
    first, second = (each.ravel() for each in np.meshgrid(np.linspace(0, 1, 1501), np.linspace(0, 1, 1501)))
    grid = np.stack([first, second, 1 - first - second], axis=1)
    grid = grid[((grid >= np.array(low) - 1e-9) & (grid <= np.array(high) + 1e-9)).all(axis=1)]
    assert drawn.mean(axis=0) == pytest.approx(grid.mean(axis=0), abs=0.005)
    assert np.cov(drawn.T) == pytest.approx(np.cov(grid.T), abs=0.003)


def test_agreed_weights_are_taken_exactly_and_points_need_not_sum_to_anything() -> None:
    ids, criteria, values = certain({"A": [1, 0], "B": [0, 1]})
    found = try_weights(ids, [Outcome.PASS] * 2, criteria, values, AgreedWeights({"c0": 100, "c1": 60}))
    assert found.samples == 1
    assert [(each.id, each.first.share, each.first.error) for each in found.accepted] == [
        ("A", 1, 0),
        ("B", 0, 0),
    ]
    assert found.accepted[0].central_weights == {"c0": 0.625, "c1": 0.375}
    assert found.accepted[1].central_weights is None
    assert found.accepted[1].confidence is None


def test_less_is_better_where_the_best_end_is_the_lower() -> None:
    minutes = Criterion("minutes waited", "min", worst=12, best=8)
    values = np.array([[[9.0], [11.0]]])
    found = try_weights(["quick", "slow"], [Outcome.PASS] * 2, [minutes], values, AnyWeights(), samples=10)
    assert [each.id for each in found.accepted] == ["quick", "slow"]


def test_only_what_passed_the_gate_takes_a_place() -> None:
    # §5.7: the unsafe option is best at everything.
    ids, criteria, values = certain({"unsafe": [1, 1], "unknown": [1, 1], "A": [0.2, 0], "B": [0, 0.1]})
    gates = [Outcome.FAIL, Outcome.CANNOT_TELL, Outcome.PASS, Outcome.PASS]
    found = try_weights(ids, gates, criteria, values, AnyWeights(), samples=1000)
    assert {each.id for each in found.accepted} == {"A", "B"}
    assert found.apart == (("unknown", Outcome.CANNOT_TELL), ("unsafe", Outcome.FAIL))
    nobody = try_weights(ids, [Outcome.FAIL] * 4, criteria, values, AnyWeights(), samples=1000)
    assert (nobody.accepted, nobody.swaps, nobody.beats.shape) == ((), None, (0, 0))


def test_what_is_valued_may_not_enter_a_second_time() -> None:
    # §7.1: minutes that were given a price are in the NPSV.
    priced = Criterion("minutes waited", "min", worst=12, best=8, valued_in_npsv=True)
    npsv = Criterion("NPSV", "£", worst=0, best=1e6)
    with pytest.raises(Refusal, match="'minutes waited' is valued in the NPSV already"):
        try_weights(["a"], [Outcome.PASS], [npsv, priced], np.zeros((1, 1, 2)), AnyWeights())
    with pytest.raises(Refusal, match="2 criteria are called 'NPSV'"):
        try_weights(["a"], [Outcome.PASS], [npsv, npsv], np.zeros((1, 1, 2)), AnyWeights())


def test_a_missing_measurement_is_not_zero() -> None:
    values = np.array([[[1.0, np.nan], [0.0, 0.5]]])
    with pytest.raises(Refusal, match="option 'a' has no measurement of 'y'"):
        try_weights(["a", "b"], [Outcome.PASS] * 2, [scale("x"), scale("y")], values, AnyWeights())
    # An option that is apart need not be measured.
    try_weights(
        ["a", "b"], [Outcome.FAIL, Outcome.PASS], [scale("x"), scale("y")], values, AnyWeights(), samples=9
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (AgreedWeights({"x": 1, "z": 1}), "no criterion 'z'"),
        (AgreedWeights({"x": 1}), "'y' is missing"),
        (AgreedWeights({"x": 0, "y": 0}), "not all zero"),
        (RankedWeights(("x",)), "'y' is missing"),
        (WeightsBetween({"x": 0.6, "y": 0.6}, {"x": 1, "y": 1}), "cannot sum to 1"),
        (WeightsBetween({"x": 0.6, "y": 0.2}, {"x": 0.5, "y": 1}), "not a range"),
    ],
)
def test_weights_that_do_not_fit_are_refused(
    weights: AgreedWeights | RankedWeights | WeightsBetween, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        try_weights(["a"], [Outcome.PASS], [scale("x"), scale("y")], np.zeros((1, 1, 2)), weights)


def test_presets_share_the_points_of_a_subject_among_its_criteria() -> None:
    criteria = [
        Criterion("NPSV", "£", 0, 1, about="money"),
        Criterion("police minutes", "min", 1, 0, about="response"),
        Criterion("fire minutes", "min", 1, 0, about="response"),
    ]
    by_name = {each.name: each for each in presets()}
    assert {"equal", "money first", "response first"} <= set(by_name)
    assert all(each.sentence.endswith(".") for each in by_name.values())
    names = [each.name for each in criteria]
    assert by_name["equal"].weights(criteria).centre(names) == pytest.approx([0.5, 0.25, 0.25])
    assert by_name["money first"].weights(criteria).centre(names) == pytest.approx(
        [55 / 70, 7.5 / 70, 7.5 / 70]
    )
    with pytest.raises(Refusal, match="'colour'"):
        by_name["equal"].weights([Criterion("paint", "shade", 0, 1, about="colour")])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_nothing_depends_on_the_order_of_options_or_criteria(seed: int, chance: object) -> None:
    generator = np.random.default_rng(seed)
    ids, names = ["a", "b", "c", "d"], ["x", "y", "z"]
    # Whole numbers make ties, which have to fall the same way.
    values = generator.integers(0, 3, size=(7, 4, 3)).astype(np.float64)
    gates = [Outcome.PASS, Outcome.PASS, Outcome.CANNOT_TELL, Outcome.PASS]
    one = try_weights(ids, gates, [scale(n) for n in names], values, AnyWeights(), samples=70)
    rows, columns = generator.permutation(4), generator.permutation(3)
    other = try_weights(
        [ids[r] for r in rows],
        [gates[r] for r in rows],
        [scale(names[c]) for c in columns],
        values[:, rows][:, :, columns],
        AnyWeights(),
        samples=70,
    )
    assert json.dumps(one.as_json()) == json.dumps(other.as_json())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_counts_agree_with_going_through_the_samples_by_hand(seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.integers(0, 4, size=(5, 4, 3)).astype(np.float64)
    ids, names = ["a", "b", "c", "d"], ["x", "y", "z"]
    found = try_weights(ids, [Outcome.PASS] * 4, [scale(n) for n in names], values, AnyWeights(), samples=20)
    weights = AnyWeights().sample(names, 20, 1)
    places = {id: [0] * 4 for id in ids}
    above = dict.fromkeys([(one, other) for one in ids for other in ids], 0)
    for sample in range(20):
        worth = {
            id: sum(values[sample // 4, n, c] * weights[sample, c] for c in range(3))
            for n, id in enumerate(ids)
        }
        order = sorted(ids, key=lambda id: (-worth[id], id))
        for place, id in enumerate(order):
            places[id][place] += 1
            for other in order[place + 1 :]:
                above[id, other] += 1
    for number, each in enumerate(found.accepted):
        assert [share.share * 20 for share in each.places] == pytest.approx(places[each.id])
        assert each.expected_place == pytest.approx(
            sum((place + 1) * count for place, count in enumerate(places[each.id])) / 20
        )
        for column, below in enumerate(found.accepted):
            assert found.beats[number, column] * 20 == pytest.approx(above[each.id, below.id])
        assert found.top(2)[each.id] * 20 == pytest.approx(sum(places[each.id][:2]))


def test_memory_does_not_grow_with_the_samples() -> None:
    table = {f"o{n:02}": list(np.random.default_rng(n).random(4)) for n in range(30)}
    peaks = []
    for samples in (20_000, 200_000):
        tracemalloc.start()
        tried(table, samples)
        peaks.append(tracemalloc.get_traced_memory()[1] / 1e6)
        tracemalloc.stop()
    # Ten times the samples need the weights of ten times as many: 200,000 of four criteria are 6.4 MB, a few times over.
    assert peaks[1] - peaks[0] < 40
