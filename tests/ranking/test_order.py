"""The order of options, how firm it is, and what cannot both be counted."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joinedup.appraisal import Outcome
from joinedup.ranking import Candidate, rank


def option(id: str, npsv: list[float], gate: Outcome = Outcome.PASS, uses: str = "") -> Candidate:
    return Candidate(id, np.array(npsv, dtype=np.float64), gate, frozenset(uses.split()))


def test_options_are_ordered_by_the_mean_of_the_draws_and_not_by_the_central_value() -> None:
    order = rank([option("a", [9, 1, 1]), option("b", [0, 2, 3])])
    assert [(each.id, each.place, each.expected) for each in order.placed] == [("b", 1, 2.5), ("a", 2, 1.0)]


def test_what_cannot_be_told_or_fails_is_apart_and_never_above_a_pass() -> None:
    order = rank(
        [
            option("unsafe", [9, 9], Outcome.FAIL),
            option("unknown", [8, 8], Outcome.CANNOT_TELL),
            option("safe", [-1, -1]),
        ]
    )
    assert [each.id for each in order.placed] == ["safe"]
    assert [(each.id, each.gate) for each in order.apart] == [("unknown", "cannot tell"), ("unsafe", "fail")]


def test_ties_go_to_the_first_identifier_in_the_order_and_in_every_draw() -> None:
    order = rank([option("b", [1, 1, 1]), option("a", [1, 1, 1])], top=1)
    assert [(each.id, each.firmness) for each in order.placed] == [("a", 1.0), ("b", 0.0)]


def test_firmness_is_the_share_of_draws_in_the_top() -> None:
    order = rank([option("a", [3, 3, 3, 3, 0]), option("b", [1, 1, 1, 1, 1])], top=1)
    assert [each.firmness for each in order.placed] == [0.75, 0.25]
    assert order.acceptability.tolist() == [[0.75, 0.25], [0.25, 0.75]]


def test_options_that_free_the_same_thing_are_alternatives() -> None:
    order = rank(
        [
            option("a", [5, 5, 1], uses="site:1 site:2"),
            option("b", [4, 4, 2], uses="site:2 site:3"),
            option("c", [0, 0, 0], uses="site:4"),
        ],
        top=2,
    )
    assert [(each.options, each.things) for each in order.conflicts] == [(("a", "b"), ("site:2",))]
    # a leads one draw and b the other; c takes the second place in both: the loser of the two is skipped.
    assert {each.id: each.firmness for each in order.placed} == {"a": 0.5, "b": 0.5, "c": 1.0}
    assert [(each.id, each.taken, each.skipped_for) for each in order.placed] == [
        ("a", True, None),
        ("b", False, "a"),
        ("c", True, None),
    ]


def test_an_option_that_gave_way_blocks_nobody() -> None:
    order = rank(
        [option("a", [3], uses="x"), option("b", [2], uses="x y"), option("c", [1], uses="y")], top=3
    )
    assert [(each.id, each.taken) for each in order.placed] == [("a", True), ("b", False), ("c", True)]
    assert [each.firmness for each in order.placed] == [1.0, 0.0, 1.0]


def test_no_options_make_an_empty_order() -> None:
    order = rank([])
    assert (order.placed, order.apart, order.conflicts) == ((), (), ())
    assert order.acceptability.shape == (0, 0)


def test_options_without_common_draws_or_with_one_identifier_are_refused() -> None:
    with pytest.raises(ValueError, match="common draws"):
        rank([option("a", [1, 1]), option("b", [1])])
    with pytest.raises(ValueError, match="same identifier"):
        rank([option("a", [1]), option("a", [2])])


candidates = st.lists(
    st.tuples(
        st.lists(st.integers(-5, 5), min_size=5, max_size=5),
        st.sampled_from(list(Outcome)),
        st.sets(st.sampled_from("xyz"), max_size=2),
    ),
    max_size=8,
).map(lambda rows: [option(f"o{n}", list(v), g, " ".join(u)) for n, (v, g, u) in enumerate(rows)])


@given(candidates, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_options_come_in(
    options: list[Candidate], chance: random.Random
) -> None:
    shuffled = list(options)
    chance.shuffle(shuffled)
    one, other = rank(options), rank(shuffled)
    assert (one.placed, one.apart, one.conflicts) == (other.placed, other.apart, other.conflicts)
    assert one.acceptability.tolist() == other.acceptability.tolist()


@given(candidates, st.integers(1, 4))
def test_places_add_up_and_no_draw_takes_more_than_there_is_room_for(
    options: list[Candidate], top: int
) -> None:
    order = rank(options, top)
    assert order.acceptability.sum(axis=0) == pytest.approx(1)
    assert order.acceptability.sum(axis=1) == pytest.approx(1)
    assert sum(each.firmness for each in order.placed) <= top + 1e-9
    assert sum(each.taken for each in order.placed) <= top


@given(candidates)
def test_firmness_agrees_with_walking_down_each_draw_by_hand(options: list[Candidate]) -> None:
    passed = [each for each in options if each.gate is Outcome.PASS]
    hits = dict.fromkeys((each.id for each in passed), 0)
    for draw in range(1, 5):
        taken: list[Candidate] = []
        for each in sorted(passed, key=lambda one: (-one.npsv[draw], one.id)):
            if len(taken) < 3 and not any(each.uses & other.uses for other in taken):
                taken.append(each)
                hits[each.id] += 1
    assert {each.id: each.firmness * 4 for each in rank(options).placed} == hits
