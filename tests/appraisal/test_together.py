"""A set of options is worth the sum of its members only where none uses what another uses (§5.5)."""

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS, Appraisal, alternatives, appraise, appraise_set
from joinedup.assumptions import draw
from joinedup.options import Option
from joinedup.options.shared_estate import KIND
from joinedup.refusal import Refusal
from tests.small import littleton

DRAWS = draw({each.name: each for each in (*KIND.assumptions, *ASSUMPTIONS)}.values(), 100, seed=3)


def members(*moves: str) -> list[tuple[Option, Appraisal]]:
    area = littleton().area
    options = {
        each.id.removeprefix("shared-estate-"): each for each in KIND.find(area, littleton().assumptions)
    }
    return [
        (
            options[move],
            appraise(
                KIND.cash(area, options[move], DRAWS),
                DRAWS,
                project=KIND.project_type,
                years=KIND.years,
                partners=area.services,
            ),
        )
        for move in moves
    ]


def test_options_apart_are_worth_their_sum_and_leave_each_partner_with_its_sum() -> None:
    both = members("A1-to-F1", "P9-to-F3")
    found = appraise_set(both, DRAWS, littleton().area.services)
    assert found.npsv == pytest.approx(sum(each.npsv for _, each in both))
    for standing in found.standings:
        parts = [own.worth for _, each in both for own in each.standings if own.partner == standing.partner]
        assert standing.worth == pytest.approx(np.sum(parts, axis=0))


def test_what_a_set_asks_of_one_year_is_asked_of_it_together() -> None:
    both = members("A1-to-F1", "A6-to-P8")
    found = appraise_set(both, DRAWS).financial.totals
    alone = [each.financial.totals for _, each in both]
    most = [
        float(totals.row(by_predicate=pl.col("partner") == "ambulance", named=True)["most_laid_out"])
        for totals in (found, *alone)
    ]
    assert most[0] == pytest.approx(most[1] + most[2])


def test_options_that_free_the_same_building_are_refused_as_a_set_and_shown_as_a_choice() -> None:
    rivals = members("A1-to-P1", "A1-to-F1", "P9-to-F3")
    with pytest.raises(Refusal, match=r"shared-estate-A1-to-F1 and shared-estate-A1-to-P1 both use sites/A1"):
        appraise_set(rivals, DRAWS)
    assert alternatives([option for option, _ in rivals]) == (
        ("shared-estate-A1-to-F1", "shared-estate-A1-to-P1"),
    )


def test_options_are_linked_through_one_another_whatever_their_order() -> None:
    def using(name: str, *things: str) -> Option:
        return Option(name, "kind", name, (), (), (), (), things, {})

    chain = [using("a", "1", "2"), using("c", "1"), using("b", "2"), using("d", "9")]
    assert alternatives(chain) == alternatives(chain[::-1]) == (("a", "b", "c"),)


def test_an_empty_set_is_refused() -> None:
    with pytest.raises(Refusal, match="at least one option"):
        appraise_set([], DRAWS)
