"""One assumption taken otherwise: only what rests on it is worked out again, and the answer is that of the whole (§5.3)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.appraisal import appraise
from joinedup.money import SOCIETY, CashKind, CashLine
from joinedup.money import Cash as Money
from joinedup.options import kinds
from joinedup.refusal import Refusal
from joinedup.study import assess
from joinedup.study.assuming import assuming, refuse_unknown
from tests.small import littleton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash
    from joinedup.study import Assessment

FEW = ("shared estate", "joint prevention")
ADAPT = "shared_estate.cost_to_adapt"


def few(assumptions: dict[str, Assumption]) -> Assessment:
    """Assess Littleton by two kinds alone, and without playing."""
    with pytest.MonkeyPatch.context() as patch:
        only = tuple(kind for kind in kinds() if kind.name in FEW)
        patch.setattr("joinedup.study.finding.kinds", lambda: only)
        return assess(littleton().area, assumptions)


@cache
def assessed() -> Assessment:
    return few(dict(littleton().assumptions))


def test_only_the_options_that_rest_on_it_are_costed_again_and_of_these_only_the_flows_that_do() -> None:
    asked: list[str] = []

    def counted(option: str, cost: object) -> object:
        def asks(draws: Draws) -> Sequence[Cash]:
            asked.append(option)
            found: Sequence[Cash] = cost(draws)  # type: ignore[operator]
            return found

        return asks

    watched = replace(
        assessed(),
        options=tuple(
            replace(each, cost=counted(each.option.id, each.cost))  # type: ignore[arg-type]
            for each in assessed().options
        ),
    )
    moved = assuming(littleton().area, watched, {ADAPT: 600.0})
    estate = [each.option.id for each in assessed().options if each.option.kind == "shared estate"]
    assert 0 < len(estate) < len(assessed().options)
    assert asked == estate == [each.assessed.option.id for each in moved]
    for each in moved:
        rests = sum(ADAPT in flow.names for flow in each.assessed.appraisal.flows)
        assert each.again == rests
        assert 0 < rests < each.flows


def test_the_answer_is_that_of_an_assessment_with_the_value_in_place() -> None:
    # Building work enters the money of shared estate and nothing else: neither what is found nor what is waited.
    given = littleton().assumptions
    certain = replace(given[ADAPT], low=600.0, central=600.0, high=600.0)
    anew = few({**given, ADAPT: certain})
    moved = assuming(littleton().area, assessed(), {ADAPT: 600.0})
    assert moved
    for each in moved:
        whole = anew[each.assessed.option.id].appraisal
        assert each.worth.central == pytest.approx(float(whole.npsv[0]), abs=1e-6)
        assert (each.worth.low, each.worth.high) == pytest.approx(
            (whole.worth.low, whole.worth.high), abs=1e-6
        )
        assert each.losers == tuple(sorted(one.partner for one in whole.losers))
        assert each.worth.central < float(each.assessed.appraisal.npsv[0])


def test_who_loses_is_said_by_one_rule_before_and_after_and_society_is_named_in_both() -> None:
    # With the value that it has already, nothing moves: neither do the losers.
    central = littleton().assumptions[ADAPT].central
    one, *others = assessed().options
    flow = Money(
        "air made worse",
        CashKind.SOCIETAL,
        CashLine.BENEFIT,
        1,
        np.full(len(assessed().draws), -50_000.0),
        SOCIETY,
        SOCIETY,
        (ADAPT,),
    )
    estate = next(each for each in (one, *others) if each.option.kind == "shared estate")
    worse = appraise(
        [*estate.cost(assessed().draws), flow], assessed().draws, project=estate.project_type, years=10
    )
    told = replace(
        estate,
        appraisal=worse,
        cost=lambda draws: [*estate.cost(draws), replace(flow, amount=flow.amount[: len(draws)])],
    )
    assert SOCIETY in {each.partner for each in worse.losers}
    (moved,) = assuming(littleton().area, replace(assessed(), options=(told,)), {ADAPT: central})
    assert moved.losers == tuple(sorted(each.partner for each in worse.losers))


def test_two_values_at_once_are_the_one_after_the_other() -> None:
    move = "shared_estate.cost_to_move"
    both = assuming(littleton().area, assessed(), {ADAPT: 600.0, move: 90_000.0})
    one = {e.assessed.option.id: e for e in assuming(littleton().area, assessed(), {ADAPT: 600.0})}
    other = {e.assessed.option.id: e for e in assuming(littleton().area, assessed(), {move: 90_000.0})}
    for each in both:
        option, was = each.assessed.option.id, float(each.assessed.appraisal.npsv[0])
        apart = (one[option].worth.central - was) + (other[option].worth.central - was)
        assert each.worth.central - was == pytest.approx(apart, abs=1e-3)
        assert np.isfinite([each.worth.low, each.worth.high]).all()


def test_what_is_no_assumption_or_moves_no_worth_is_refused() -> None:
    with pytest.raises(Refusal, match=r"--assume shared_estate.cost_to_adopt: .* did you mean"):
        refuse_unknown({"shared_estate.cost_to_adopt": 1.0}, littleton().assumptions)
    refuse_unknown({ADAPT: 1.0}, littleton().assumptions)
    with pytest.raises(
        Refusal, match=r"the worth of no option rests on it; .* put the value into assumptions.csv"
    ):
        assuming(littleton().area, assessed(), {"appraisal.rebound": 0.5})
