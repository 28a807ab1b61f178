"""A thousand draws over sixty options of an imagined region take well under half a minute (§5.3)."""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from joinedup.appraisal import ASSUMPTIONS, appraise, best_alone, costed, recoveries, searched_alone, swings
from joinedup.area.reading import read_area
from joinedup.assumptions import draw
from joinedup.imagining import imagine
from joinedup.money import CashLine
from joinedup.options.shared_estate import KIND

CAPITAL = {CashLine.CAPITAL: 24.0}


@pytest.mark.slow
def test_sixty_options_are_appraised_within_half_a_minute_and_one_assumption_in_a_fraction_of_it(
    tmp_path: Path,
) -> None:
    imagine(tmp_path / "region", people=4_000_000, days=1, seed=7)
    area, _ = read_area(tmp_path / "region", lambda _: None, ("incidents", "attendances", "calls"))
    declared = {each.name: each for each in (*KIND.assumptions, *ASSUMPTIONS)}
    draws = draw(declared.values(), 1000, seed=1)
    options = KIND.find(area, declared)[:60]
    assert len(options) == 60

    costs = [partial(KIND.cash, area, option) for option in options]
    start = time.perf_counter()
    alone = searched_alone(KIND, area, declared)
    for option, cost in zip(options, costs, strict=True):
        appraise(
            cost(draws),
            draws,
            project=KIND.project_type,
            years=KIND.years,
            partners=area.services,
            do_minimum=KIND.carry_on(area, option, draws),
            vat=recoveries(area),
        )
        best_alone(KIND, area, option, alone, draws, CAPITAL)
        swings(cost, declared, CAPITAL)
    whole = time.perf_counter() - start
    assert whole < 30

    kept = [costed(cost, draws, CAPITAL) for cost in costs]
    adapting = declared["shared_estate.cost_to_adapt"]
    start = time.perf_counter()
    again = [each.changed(replace(adapting, high=adapting.high + 1), seed=1) for each in kept]
    assert time.perf_counter() - start < whole / 5
    # Only the building work rests on it: one flow of each option's thirty and more.
    assert [each.again for each in again] == [1] * 60
