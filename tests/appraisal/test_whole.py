"""Every option of every kind in Littleton goes through the whole appraisal, by the public names alone."""

from functools import partial

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import (
    Affordable,
    Gate,
    Outcome,
    affordability,
    alone_cash,
    appraise,
    best_alone,
    costed,
    duty_tests,
    effects,
    five_cases,
    people_of,
    recoveries,
    searched_alone,
    swings,
)
from joinedup.assumptions import draw
from joinedup.money import SOCIETY
from joinedup.options import Kind, kinds
from tests.small import littleton


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: str(kind.name))
def test_every_option_is_valued_judged_and_laid_out_without_a_word_about_its_kind(kind: Kind) -> None:
    study = littleton()
    area, declared = study.area, study.assumptions
    draws = draw(declared.values(), 60, area.settings.seed)
    alone, vat = searched_alone(kind, area, declared), recoveries(area)
    for option in kind.find(area, declared):
        cost = partial(kind.cash, area, option)
        first = appraise(cost(draws), draws, project=kind.project_type, years=kind.years)
        best = best_alone(kind, area, option, alone, draws, first.overruns)
        found = appraise(
            cost(draws),
            draws,
            project=kind.project_type,
            years=kind.years,
            partners=area.services,
            do_minimum=kind.carry_on(area, option, draws),
            alone=alone_cash(best),
            exit_cost=draws[kind.exit_cost],
            vat=vat,
        )
        assert found.npsv.tolist() == first.npsv.tolist()
        assert costed(cost, draws, found.overruns).npsv == pytest.approx(found.npsv)
        assert sum(each.worth for each in found.standings) == pytest.approx(found.npsv)
        said = " ".join(found.comparison.incomplete)
        assert ("could do alone has not been costed" in said) is (alone is None)
        assert ("carrying on would cost has not been given" in said) is (found.comparison.do_minimum is None)
        moved = swings(cost, declared, found.overruns)
        at_ends = [value for each in moved for value in (each.at_low, each.at_high)]
        assert np.isfinite(at_ends).all()
        assert all(min(e.at_low, e.at_high) <= found.npsv[0] + 1e-6 for e in moved)

        lines, years = found.financial.by_line, found.financial.by_year
        added = lines.group_by("partner", "year").agg(pl.col("central").sum())
        both = years.join(added, on=["partner", "year"], how="left").fill_null(0.0)
        assert both["central"].to_numpy() == pytest.approx(both["central_right"].to_numpy(), abs=0.1)

        affordable = affordability(found.financial, area.table("budgets"), area.settings.price_base, draws)
        assert affordable.height == len(area.services) * (kind.years + 1)
        assert set(affordable["outcome"]) <= set(Affordable)
        gate = Gate((), Outcome.PASS)
        duty = duty_tests(found, gate, area.services)
        people = people_of(area, option)
        assert not people.complete
        assert {each.service for each in effects(found, gate, area.services)} <= {*area.services, SOCIETY}
        cases = five_cases(option, found, gate, duty, people, affordable, price_base=area.settings.price_base)
        assert not [line for line in cases if "None" in line.words or "nan" in line.words]
