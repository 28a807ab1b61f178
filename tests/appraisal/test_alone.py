"""What a partner could do by itself is found by the same search, costed as an option, and taken off (§4.5)."""

from __future__ import annotations

import pytest

from joinedup.appraisal import ASSUMPTIONS, Alone, alone_cash, appraise, best_alone, searched_alone
from joinedup.area import Area
from joinedup.assumptions import draw
from joinedup.money import CashKind, CashLine
from joinedup.options import Option, SearchesAlone
from joinedup.options.shared_estate import KIND
from joinedup.study import assumptions_of
from tests.small import Row, littleton, service, site, small_area, unit

DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *ASSUMPTIONS], 200, seed=3)
CAPITAL = {CashLine.CAPITAL: 24.0}


def three_sites(running_cost: float = 60_000.0, *others: Row) -> Area:
    """Make an ambulance station between a fire station and a second ambulance station, both with room for it."""
    room = {"floor_area_m2": 400.0, "spare_area_m2": 100.0, "running_cost_gbp": 40_000.0, "bays": 3}
    mover = {"floor_area_m2": 100.0, "spare_area_m2": 0.0, "running_cost_gbp": running_cost, "bays": 1}
    return small_area(
        services=[service("ambulance"), service("fire")],
        sites=[
            {**site("A", "ambulance", 0), **mover},
            {**site("B", "ambulance", -800), **room},
            {**site("F", "fire", 1000), **room},
            *others,
        ],
        units=[unit("M1", "ambulance", "A"), unit("E1", "fire", "F")],
    )


def joint(area: Area) -> Option:
    return next(each for each in KIND.find(area, DECLARED) if each.joins == ("A", "F"))


def beside(area: Area, **others: object) -> tuple[Alone, ...]:
    found = searched_alone(KIND, area, DECLARED)
    return best_alone(KIND, area, joint(area), found, DRAWS, CAPITAL, **others)  # type: ignore[arg-type]


def test_the_same_search_with_one_partner_finds_its_own_move_and_no_other_partner_s() -> None:
    found = searched_alone(KIND, three_sites(), DECLARED)
    assert found is not None
    assert {service: [each.id for each in options] for service, options in found.items()} == {
        "ambulance": ["shared-estate-alone-A-to-B"],
        "fire": [],
    }
    (alone,) = found["ambulance"]
    assert alone.partners == ("ambulance",)
    assert "rent" not in KIND.explain(alone)


def test_alone_is_costed_as_an_option_with_the_same_work_and_no_payment() -> None:
    area = three_sites()
    (own,) = KIND.find_alone(area, "ambulance", DECLARED)  # type: ignore[attr-defined]
    flows = KIND.cash(area, own, DRAWS)
    assert {flow.payer for flow in flows} == {"ambulance"}
    assert CashKind.PAYMENT not in {flow.kind for flow in flows}
    together = KIND.cash(area, joint(area), DRAWS)
    (one,), (other,) = (
        [flow for flow in each if flow.line is CashLine.CAPITAL] for each in (flows, together)
    )
    assert one.amount.tolist() == other.amount.tolist()


def test_what_could_be_had_alone_is_not_credited_to_working_together() -> None:
    area = three_sites()
    best = beside(area)
    assert [(each.partner, each.option and each.option.joins, each.looked_at) for each in best] == [
        ("ambulance", ("A", "B"), 1),
        ("fire", None, 0),
    ]
    found = appraise(
        KIND.cash(area, joint(area), DRAWS),
        DRAWS,
        project=KIND.project_type,
        years=KIND.years,
        alone=alone_cash(best),
    )
    # Both hosts cost the same to run, so the other service adds nothing, and alone there is no rent to pay.
    assert found.comparison.credited == pytest.approx(0, abs=1e-6)
    assert found.comparison.alone_wins
    assert found.better_alone == ("ambulance",)


def test_the_best_of_what_a_partner_could_do_alone_with_the_same_things_is_what_counts() -> None:
    room = {"floor_area_m2": 400.0, "spare_area_m2": 100.0, "bays": 3}
    cheaper = {**site("C", "ambulance", 0, 900), **room, "running_cost_gbp": 20_000.0}
    far = {**site("X", "ambulance", 40_000), **room, "floor_area_m2": 100.0, "running_cost_gbp": 90_000.0}
    near_far = {**site("Y", "ambulance", 40_500), **room, "running_cost_gbp": 10_000.0}
    found = beside(three_sites(60_000.0, cheaper, far, near_far))[0]
    assert found.option is not None
    assert found.option.joins == ("A", "C")
    # What it could do with X and Y it could do besides, so it does not stand against the option.
    assert found.looked_at == 2


def test_nobody_is_taken_to_do_alone_what_they_would_lose_by() -> None:
    best = beside(three_sites(running_cost=100.0))
    assert [each.option for each in best] == [None, None]
    assert best[0].looked_at == 1


def test_what_the_safety_gate_would_not_let_pass_alone_is_no_comparator() -> None:
    best = beside(three_sites(), allowed=lambda option: option.partners != ("ambulance",))
    assert best[0].option is None
    assert (best[0].looked_at, best[0].refused) == (1, 1)


def test_a_kind_that_cannot_search_alone_leaves_the_comparison_incomplete() -> None:
    class Plain:
        name = "plain"

    assert not isinstance(Plain(), SearchesAlone)
    assert searched_alone(Plain(), three_sites(), DECLARED) is None  # type: ignore[arg-type]
    assert (
        best_alone(Plain(), three_sites(), joint(three_sites()), None, DRAWS, CAPITAL) == ()  # type: ignore[arg-type]
    )


def test_in_littleton_no_service_has_two_sites_near_enough_to_do_it_alone() -> None:
    found = searched_alone(KIND, littleton().area, littleton().assumptions)
    assert found == {"police": (), "fire": (), "ambulance": ()}
