"""What more capital, a lifted barrier or a way of governing would add (§7.2, §6.4, §4.6)."""

import json

import numpy as np
import pytest

from joinedup.appraisal import Outcome
from joinedup.refusal import Refusal
from joinedup.roadmap import (
    Condition,
    Decision,
    Lifter,
    Limits,
    Question,
    Step,
    Unlock,
    relaxing,
    starting_in,
    unlocking,
    waiting,
)

GOVERNMENT, COUNCIL = (Lifter.GOVERNMENT,), (Lifter.COUNCIL,)


def step(id: str, worth: float, years: int = 1, cost: float = 0.0) -> Step:
    return Step(id, starting_in(np.array([worth]), years), {"fire": (cost,)} if cost else {}, 1, ("fire",))


def test_a_million_more_is_worth_what_it_lets_be_done_and_not_a_solvers_price() -> None:
    # Half of b would fit: a solver's price on the capital would promise £3m a £m. A whole one does not.
    steps = (step("a", 5e6, cost=2e6), step("b", 6e6, cost=2e6))
    found = {
        (each.limit, each.partner): each for each in relaxing(Question(steps, Limits(1, capital=(3e6,))))
    }
    assert found["capital", None].worth.gain == pytest.approx(5e6)
    assert found["capital", None].by == 1e6
    less = relaxing(Question(steps, Limits(1, capital=(2.5e6,))))
    assert less[0].worth.gain == 0.0
    assert (less[0].worth.at_least, less[0].worth.at_most) == (0.0, 0.0)


def test_each_limit_that_is_set_is_relaxed_by_itself() -> None:
    steps = (step("a", 5e6, cost=2e6), step("b", 6e6, cost=2e6))
    limits = Limits(1, capital=(4e6,), capital_of={"fire": (3e6,)}, change=2, change_of={"fire": 1})
    found = relaxing(Question(steps, limits))
    # Capital in all is not what binds; either of the partner's two limits alone would not be enough.
    assert [(each.limit, each.partner, each.worth.gain) for each in found] == [
        ("capital", None, 0.0),
        ("capital", "fire", 0.0),
        ("change", None, 0.0),
        ("change", "fire", 0.0),
    ]
    wide = relaxing(Question(steps, Limits(1, change=1)))
    assert [each.limit for each in wide] == ["change"]
    assert wide[0].worth.gain == pytest.approx(5e6)


def test_what_waits_on_a_condition_is_money_and_months() -> None:
    question = Question(
        (step("a", 10e6, 4), step("b", 4e6, 4)),
        Limits(4),
        (
            Condition("law", "law", "A statute is awaited.", GOVERNMENT, {"a": 24}),
            Condition("lease", "premises", "The landlord.", COUNCIL, {}, frozenset({"b"})),
        ),
    )
    law, lease = waiting(question)
    assert law.worth is not None
    assert law.worth.gain == pytest.approx(10e6 * (1 - 1.035**-2))
    assert (law.lifters, law.months, law.sooner, law.possible) == (GOVERNMENT, 24, (("a", 24),), ())
    assert lease.worth is not None
    assert lease.worth.gain == pytest.approx(4e6)
    assert (lease.months, lease.sooner, lease.possible) == (0, (), ("b",))
    assert json.loads(json.dumps(law.as_json()))["lifters"] == ["government"]


def test_two_barriers_on_one_option_are_each_worth_nothing_alone() -> None:
    both = tuple(
        Condition(id, "premises", "A lease.", COUNCIL, {}, frozenset({"a"})) for id in ("one", "other")
    )
    found = waiting(Question((step("a", 10e6),), Limits(1), both))
    assert [each.worth.gain for each in found if each.worth] == [0.0, 0.0]


@pytest.mark.parametrize("kind", ["staff and union engagement", "Union views", "engagement of staff"])
def test_no_money_or_months_are_attributed_to_staff_or_union_engagement(kind: str) -> None:
    question = Question(
        (step("a", 10e6, 3),),
        Limits(3),
        (Condition("talks", kind, "Talks go on.", (Lifter.PARTNERS,), {"a": 12}),),
    )
    (found,) = waiting(question)
    assert (found.worth, found.months, found.sooner, found.possible) == (None, None, None, None)
    assert "no money or time is attributed" in found.withheld
    assert "10" not in json.dumps(found.as_json())


def test_a_way_of_governing_is_worth_what_it_unlocks_less_what_it_costs() -> None:
    steps = (step("governance", -1e6, 3), step("fleet", 5e6, 3), step("alone", 2e6, 3))
    entries = (Unlock("fleet", "legal advice of 2 May", 0.6),)
    found = unlocking(Question(steps, Limits(3)), "governance", entries)
    # The fleet waits a year for it.
    assert found.if_all.gain == pytest.approx(-1e6 + 5e6 / 1.035)
    # For nothing, it is put off to the last year.
    assert found.if_none.gain == pytest.approx(-1e6 / 1.035**2)
    assert found.expected == pytest.approx(0.6 * found.if_all.gain + 0.4 * found.if_none.gain)


def test_a_way_of_governing_that_unlocks_nothing_is_worth_what_it_is_by_itself() -> None:
    found = unlocking(Question((step("governance", -1e6), step("a", 2e6)), Limits(1)), "governance", ())
    assert found.if_all == found.if_none
    assert found.expected == pytest.approx(-1e6)


def test_what_is_unlocked_carries_evidence_and_a_probability() -> None:
    question = Question((step("governance", 0.0), step("a", 2e6)), Limits(1))
    with pytest.raises(Refusal, match="on what evidence"):
        unlocking(question, "governance", (Unlock("a", " ", 0.5),))
    with pytest.raises(Refusal, match="no option 'b'"):
        unlocking(question, "governance", (Unlock("b", "a letter", 0.5),))


def test_a_set_is_judged_once_over_all_the_roadmaps_of_a_comparison() -> None:
    asked: list[frozenset[str]] = []

    def passes(ids: frozenset[str]) -> Outcome:
        asked.append(ids)
        return Outcome.PASS

    steps = (step("a", 5e6, cost=2e6), step("b", 6e6, cost=2e6))
    relaxing(Question(steps, Limits(1, capital=(3e6,)), passes=passes))
    assert sorted(map(sorted, asked)) == [["a", "b"], ["b"]]


def test_an_option_decided_against_stays_out_however_much_capital_there_is() -> None:
    refused = Step("a", np.array([[9e6]]), {"fire": (1e6,)}, decision=Decision(False, "the board said no"))
    (found,) = relaxing(Question((refused,), Limits(1, capital=(0.0,))))
    assert found.worth.gain == 0.0
