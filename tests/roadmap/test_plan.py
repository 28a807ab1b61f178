"""What a roadmap keeps to, what it says of itself, and the laws that hold whatever the options are (§7.2, §5.7)."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.appraisal import Outcome
from joinedup.refusal import Refusal
from joinedup.roadmap import (
    Condition,
    Decision,
    Lifter,
    Limits,
    Need,
    Question,
    Roadmap,
    Step,
    plan,
    planning,
    starting_in,
)

# Rosetta Code, "Knapsack problem/0-1": weight and value; capacity 400; the best is worth 1,030 and weighs 396.
KNAPSACK = {
    "map": (9, 150),
    "compass": (13, 35),
    "water": (153, 200),
    "sandwich": (50, 160),
    "glucose": (15, 60),
    "tin": (68, 45),
    "banana": (27, 60),
    "apple": (39, 40),
    "cheese": (23, 30),
    "beer": (52, 10),
    "suntan cream": (11, 70),
    "camera": (32, 30),
    "t-shirt": (24, 15),
    "trousers": (48, 10),
    "umbrella": (73, 40),
    "waterproof trousers": (42, 70),
    "waterproof overclothes": (43, 75),
    "note-case": (22, 80),
    "sunglasses": (7, 20),
    "towel": (18, 12),
    "socks": (4, 50),
    "book": (30, 10),
}
BEST = {
    *("map", "compass", "water", "sandwich", "glucose", "banana", "suntan cream", "waterproof trousers"),
    *("waterproof overclothes", "note-case", "sunglasses", "socks"),
}


def step(id: str, worth: float, years: int = 1, cost: float = 0.0, **more: object) -> Step:
    """Make an option of a certain worth, which a start a year later puts off by a year."""
    made = Step(id, starting_in(np.array([worth]), years), {"fire": (cost,)} if cost else {})
    return replace(made, **more)  # type: ignore[arg-type]


def starts(found: Roadmap) -> dict[str, int]:
    return {each.id: each.start for each in found.rows}


def test_the_golden_knapsack_is_packed_as_published() -> None:
    steps = tuple(step(id, value, cost=weight) for id, (weight, value) in KNAPSACK.items())
    found = plan(Question(steps, Limits(1, capital=(400.0,))))
    assert found.chosen == BEST
    assert found.expected == pytest.approx(1030)
    assert found.capital == {"fire": (396.0,)}
    assert (found.proven, found.status, found.gap) == (True, "optimal", 0.0)


def test_capital_makes_the_second_best_wait_a_year() -> None:
    steps = (step("a", 100.0, 2, cost=8.0), step("b", 90.0, 2, cost=8.0))
    found = plan(Question(steps, Limits(2, capital=(10.0, 10.0))))
    assert starts(found) == {"a": 0, "b": 1}
    assert found.expected == pytest.approx(100 + 90 / 1.035)
    assert found.capital == {"fire": (8.0, 8.0)}


def test_a_partner_can_be_out_of_capital_where_the_partners_together_are_not() -> None:
    steps = (step("a", 100.0, cost=8.0), step("b", 90.0, cost=8.0))
    assert plan(Question(steps, Limits(1, capital=(20.0,)))).chosen == {"a", "b"}
    assert plan(Question(steps, Limits(1, capital=(20.0,), capital_of={"fire": (8.0,)}))).chosen == {"a"}


def test_an_option_that_starts_last_is_not_free_of_what_it_spends_later() -> None:
    late = step("a", 100.0, capital={"fire": (1.0, 50.0)})
    assert plan(Question((late,), Limits(1, capital=(10.0,)))).rows == ()
    found = plan(Question((late,), Limits(1, capital=(50.0,))))
    assert found.rows[0].capital_later == 50.0
    assert any("after the last year" in note for note in found.notes)


def test_only_so_much_is_in_transition_at_once() -> None:
    steps = tuple(step(id, 100.0, 3, years_to_live=2, partners=("fire",)) for id in "abc")
    found = plan(Question(steps, Limits(3, change_of={"fire": 2.0})))
    assert sorted(starts(found).values()) == [0, 0, 2]
    assert found.change_of == {"fire": (2.0, 2.0, 1.0)}
    assert [each.live for each in found.rows] == [2, 2, 4]


def test_what_is_needed_is_live_first_and_for_long_enough() -> None:
    steps = (step("room", -5.0, 5, years_to_live=2), step("team", 100.0, 5, needs=(Need("room", lag=1),)))
    assert starts(plan(Question(steps, Limits(5)))) == {"room": 0, "team": 3}
    # In three years it cannot be live in time, and by itself it is not worth having.
    short = tuple(replace(each, npsv=each.npsv[:3]) for each in steps)
    assert plan(Question(short, Limits(3))).rows == ()


def test_of_a_need_that_several_meet_any_one_that_is_live_will_do() -> None:
    site = frozenset({"site:1"})
    one = step("room", -5.0, 5, uses=site)
    both = step("room-and-yard", -3.0, 5, years_to_live=2, uses=site)
    team = step("team", 100.0, 5, needs=(Need("room", instead=("room-and-yard",)),))
    # The cheaper of the two takes a year longer, which costs the team more than it saves.
    assert starts(plan(Question((one, both, team), Limits(5)))) == {"room": 0, "team": 1}
    free = replace(both, npsv=both.npsv * -20)
    assert starts(plan(Question((one, free, team), Limits(5)))) == {"room-and-yard": 0, "team": 2}
    unmet = plan(Question((replace(one, blocked="no"), replace(both, blocked="no"), team), Limits(5)))
    assert {each.id: each.reason for each in unmet.left_out}["team"].startswith("needs 'room', which")


def test_an_option_that_gives_way_says_for_what_and_to_which() -> None:
    steps = (
        step("a", 5.0, uses=frozenset({"sites/F", "sites/P"})),
        step("b", 9.0, uses=frozenset({"sites/F"})),
    )
    (left,) = plan(Question(steps, Limits(1))).left_out
    assert left.reason == "only one option can use 'sites/F', and on the roadmap that is: 'b'"


def test_what_a_barrier_blocks_says_the_barrier_in_words() -> None:
    law = Condition("c1", "law", "A statute is awaited.", (Lifter.GOVERNMENT,), blocks=frozenset("a"))
    (left,) = plan(Question((step("a", 5.0),), Limits(1), (law,))).left_out
    assert left.reason == "cannot start while this stands: A statute is awaited"


def test_options_that_use_one_thing_or_exclude_each_other_are_never_both_chosen() -> None:
    site = frozenset({"site:1"})
    steps = (step("a", 5.0, uses=site), step("b", 4.0, uses=site), step("c", 3.0, excludes=frozenset("a")))
    # b and c together beat a alone.
    assert plan(Question(steps, Limits(1))).chosen == {"b", "c"}


def test_a_lease_holds_an_option_until_it_ends_and_a_decision_fixes_its_year() -> None:
    lease = step("a", 100.0, 4, earliest=2)
    assert starts(plan(Question((lease,), Limits(4)))) == {"a": 2}
    fixed = replace(lease, decision=Decision(True, "agreed by the board", 3))
    assert starts(plan(Question((fixed,), Limits(4)))) == {"a": 3}
    with pytest.raises(Refusal, match="'a' was decided to start in year 1 and can start in years 2 to 3"):
        plan(Question((replace(lease, decision=Decision(True, "agreed", 1)),), Limits(4)))


def test_a_person_may_insist_on_a_loss_or_refuse_a_gain() -> None:
    steps = (
        step("loss", -10.0, decision=Decision(True, "a promise")),
        step("gain", 10.0, decision=Decision(False, "no trust in it")),
    )
    found = plan(Question(steps, Limits(1)))
    assert found.chosen == {"loss"}
    assert found.expected == pytest.approx(-10)
    assert found.left_out[0].reason == "decided against: no trust in it"


def test_decisions_that_cannot_be_kept_are_refused_by_name() -> None:
    dear = step("dear", 10.0, cost=100.0, decision=Decision(True, "a promise"))
    with pytest.raises(Refusal, match="with 'dear' going ahead"):
        plan(Question((dear,), Limits(1, capital=(10.0,))))
    loss = step("loss", -10.0, decision=Decision(True, "a promise"))
    with pytest.raises(Refusal, match="or years, a chance of loss above 10%, or take back"):
        plan(Question((loss,), Limits(1, chance_of_loss=0.1)))
    unsafe = step("unsafe", 10.0, gate=Outcome.FAIL, decision=Decision(True, "a promise"))
    with pytest.raises(Refusal, match="the safety gate says: fail"):
        plan(Question((unsafe,), Limits(1)))


def test_cannot_tell_is_not_a_pass_for_an_option_or_for_a_set() -> None:
    # §5.7: apart, each option passes; together nobody can tell.
    steps = (step("a", 5.0), step("b", 4.0), step("c", 9.0, gate=Outcome.CANNOT_TELL))

    def passes(ids: frozenset[str]) -> Outcome:
        return Outcome.CANNOT_TELL if {"a", "b"} <= ids else Outcome.PASS

    found = plan(Question(steps, Limits(1), passes=passes))
    assert found.chosen == {"a"}
    assert found.gate is Outcome.PASS
    assert found.sets_refused == (("a", "b"),)
    assert {each.id: each.reason for each in found.left_out}["c"] == "the safety gate says: cannot tell"
    unasked = plan(Question(steps, Limits(1)))
    assert unasked.gate is None
    assert any("not as a set" in note for note in unasked.notes)


def test_where_adding_never_helps_one_bad_pair_is_ruled_out_with_all_that_holds_it() -> None:
    asked: list[frozenset[str]] = []

    def passes(ids: frozenset[str]) -> Outcome:
        asked.append(ids)
        return Outcome.FAIL if {"o03", "o07"} <= ids else Outcome.PASS

    steps = tuple(step(f"o{n:02}", 10.0 + n) for n in range(12))
    found = plan(Question(steps, Limits(1), passes=passes, adding_never_helps=True))
    assert found.proven
    assert found.sets_refused == (("o03", "o07"),)
    assert found.chosen == {each.id for each in steps} - {"o03"}
    assert len(asked) < 20
    assert len(set(asked)) == len(asked)


def test_a_search_among_too_many_failing_sets_says_that_it_is_not_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planning, "MOST_SETS", 8)
    # Anything with three or more options fails, and nothing says that smaller sets are the place to look.
    steps = tuple(step(f"o{n:02}", 10.0 + n) for n in range(10))
    found = plan(
        Question(
            steps, Limits(1), passes=lambda ids: Outcome.FAIL if len(ids) > 2 else Outcome.PASS, seconds=20
        )
    )
    assert found.gate is Outcome.PASS
    assert not found.proven
    assert found.status.startswith("stopped after")
    assert "more is possible" in found.status
    # The bound holds: the best that passes is the two worth most.
    assert found.expected <= 37 <= found.bound


def test_worth_and_chance_of_loss_are_both_shown_and_the_limit_buys_safety_with_worth() -> None:
    draws = np.array([[0.0, 40.0, 40.0, 40.0, -20.0], [0.0, 10.0, 10.0, 10.0, 10.0]])
    site = frozenset({"site:1"})
    steps = (Step("bold", draws[:1], uses=site), Step("steady", draws[1:], uses=site))
    free = plan(Question(steps, Limits(1)))
    assert free.chosen == {"bold"}
    assert (free.expected, free.chance_of_loss) == (25.0, 0.25)
    held = plan(Question(steps, Limits(1, chance_of_loss=0.1)))
    assert held.chosen == {"steady"}
    assert (held.expected, held.chance_of_loss) == (10.0, 0.0)
    assert any("over all 4 draws" in note for note in held.notes)
    loose = plan(Question(steps, Limits(1, chance_of_loss=0.25)))
    assert loose.chosen == {"bold"}


def test_a_sample_of_the_draws_says_that_it_is_one() -> None:
    worth = np.random.default_rng(1).normal(1, 1, size=(1, 301))
    found = plan(Question((Step("a", worth),), Limits(1, chance_of_loss=0.3), scenarios=50))
    assert any("over 50 of 300 draws" in note for note in found.notes)


def test_of_equal_roadmaps_the_one_with_the_first_names_is_taken() -> None:
    site = frozenset({"site:1"})
    steps = (step("b", 10.0, uses=site), step("a", 10.0, uses=site), step("nothing", 0.0))
    assert plan(Question(steps, Limits(1))).chosen == {"a"}


def test_a_delay_of_seven_months_holds_an_option_until_the_second_year() -> None:
    law = Condition("law", "law", "A statute is awaited.", (Lifter.GOVERNMENT,), {"a": 7})
    found = plan(Question((step("a", 10.0, 3),), Limits(3), (law,)))
    assert starts(found) == {"a": 1}
    assert any("until the next year begins" in note for note in found.notes)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Question((step("a", 1.0, needs=(Need("b"),)),), Limits(1)), "names 'b', which is no option"),
        (lambda: Limits(11), "1 to 10 years, not 11"),
        (lambda: Limits(2, capital=(1.0,)), "one amount, zero or more, for each of 2 years"),
        (lambda: Limits(1, chance_of_loss=5), "a share from 0 to 1"),
        (lambda: step("a", float("nan")), "its worth must be known"),
        (lambda: step("a", 1.0, cost=-1.0), "amounts of zero or more"),
        (lambda: Condition("c", "law", "A law.", ()), "say who could lift it"),
    ],
)
def test_what_cannot_be_answered_is_refused(make: Callable[[], object], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        make()


def test_no_options_make_an_empty_roadmap() -> None:
    found = plan(Question((), Limits(3)))
    assert (found.rows, found.expected, found.chance_of_loss) == ((), 0.0, 0.0)


def test_nothing_but_the_roadmap_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    # The solver writes a stray line on some problems, which would spoil what a machine reads.
    steps = tuple(step(id, value, cost=weight) for id, (weight, value) in KNAPSACK.items())
    found = plan(Question(steps, Limits(1, capital=(400.0,))))
    print(json.dumps(found.as_json()))
    printed = json.loads(capfd.readouterr().out)
    assert printed["worth"]["expected"] == pytest.approx(1030)
    assert printed["rows"][0] == {
        "id": "banana",
        "start": 0,
        "live": 1,
        "capital": {"fire": [27.0]},
        "capital_later": 0.0,
        "expected": 60.0,
        "decided": False,
    }


def county(seed: int, size: int = 9, years: int = 4) -> Question:
    """Make up a question in which capital and barriers bind."""
    generator = np.random.default_rng(seed)
    steps = tuple(
        Step(
            f"o{n}",
            starting_in(generator.normal(2e6, 2e6, size=6), years),
            {"fire": (float(generator.uniform(0, 2e6)),), "police": (float(generator.uniform(0, 2e6)),)},
            int(generator.integers(0, 3)),
            needs=(Need(f"o{generator.integers(0, n)}"),) if n and generator.random() < 0.3 else (),
            uses=frozenset({f"site:{generator.integers(0, 2 * size)}"}),
            excludes=frozenset({f"o{(n + 2) % size}"} if generator.random() < 0.2 else ()),
        )
        for n in range(size)
    )
    barrier = Condition("b", "premises", "A lease.", (Lifter.COUNCIL,), {"o0": 24.0}, frozenset({"o1", "o2"}))
    return Question(steps, Limits(years, capital=(2.5e6,) * years, change=4), (barrier,))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 3))
def test_more_capital_is_never_worse(seed: int, year: int) -> None:
    question = county(seed)
    capital = [2.5e6] * 4
    capital[year] += 1e6
    more = replace(question, limits=replace(question.limits, capital=tuple(capital)))
    assert plan(more).expected >= plan(question).expected - 0.02


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_lifting_a_barrier_is_never_worse(seed: int) -> None:
    question = county(seed)
    assert plan(replace(question, conditions=())).expected >= plan(question).expected - 0.02


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_what_excludes_each_other_is_never_both_and_the_order_of_the_options_does_not_matter(
    seed: int,
) -> None:
    question = county(seed)
    found = plan(question)
    by_id = {each.id: each for each in question.steps}
    for one in found.chosen:
        for other in found.chosen - {one}:
            assert not by_id[one].uses & by_id[other].uses
            assert other not in by_id[one].excludes
    shuffled = tuple(np.random.default_rng(seed).permutation(np.array(question.steps, dtype=object)).tolist())
    assert json.dumps(plan(replace(question, steps=shuffled)).as_json()) == json.dumps(found.as_json())


def test_an_option_that_is_left_out_says_what_it_needs_and_what_it_is_never_done_beside() -> None:
    steps = (
        step("poor", -9.0),
        step("needy", 5.0, needs=(Need("poor"),)),
        step("best", 8.0),
        step("second", 6.0, excludes=frozenset({"best"})),
        step("third", 4.0, blocked="needs 'nothing that is safe'"),
    )
    found = plan(Question(steps, Limits(1)))
    assert found.chosen == {"best"}
    assert {each.id: each.reason for each in found.left_out} == {
        "poor": "expected to be worth nothing or less",
        "needy": "needs 'poor', which is not on the roadmap",
        "second": "never done beside 'best', which is on the roadmap",
        "third": "needs 'nothing that is safe'",
    }


def test_an_option_that_cannot_start_and_was_decided_to_go_ahead_is_refused() -> None:
    steps = (step("a", 5.0, blocked="needs 'b'", decision=Decision(True, "we said so")),)
    with pytest.raises(Refusal, match="was decided to go ahead \\(we said so\\), but needs 'b'"):
        plan(Question(steps, Limits(1)))
