"""Outcomes beside money, time and waits (§5.9): what kinds tell of, held to the cash that rests on the same."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.appraisal import Outcome, appraise, at_anothers_cost, effects, measures
from joinedup.assumptions import draw
from joinedup.options import Bettered, TellsOutcomes, kinds
from joinedup.options.co_responding.declared import TIME_OUT, YEAR_OF_HEALTH, YEARS_GAINED
from joinedup.options.joint_prevention import INCIDENT
from joinedup.options.joint_team.declared import CONVEYANCE, PERSON
from joinedup.options.task_handed_over.declared import HOURS
from joinedup.study import assumptions_of
from joinedup.study.stating import objectives_of
from tests.appraisal.test_people_and_duty import gate
from tests.small import LITTLETON, ROOT, littleton

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.assumptions import Draws
    from joinedup.options import Kind, Option

    Floats = NDArray[np.float64]

TELLING = [each for each in kinds() if isinstance(each, TellsOutcomes)]
LAST = 10
"""The last year of an appraisal, in which everything works."""


@cache
def draws() -> Draws:
    return draw(assumptions_of(LITTLETON).values(), 50, seed=7)


@cache
def found(name: str) -> tuple[Option, ...]:
    (kind,) = (each for each in kinds() if each.name == name)
    return tuple(kind.find(littleton().area, assumptions_of(LITTLETON)))


def named(name: str) -> tuple[Kind, Option]:
    return next(each for each in kinds() if each.name == name), found(name)[0]


def told(kind: Kind, option: Option) -> dict[tuple[str, str], Floats]:
    assert isinstance(kind, TellsOutcomes)
    return {
        (each.service, each.measure): each.by for each in kind.outcomes(littleton().area, option, draws())
    }


def cash(kind: Kind, option: Option, what: str, service: str) -> Floats:
    """Add up what one kind of flow is worth to a service in the last year."""
    flows = [
        each
        for each in kind.cash(littleton().area, option, draws())
        if each.what == what and each.year == LAST and each.beneficiary == service
    ]
    assert flows
    return np.asarray(sum(each.amount for each in flows))


@pytest.mark.parametrize("kind", TELLING, ids=lambda kind: str(kind.name))
def test_what_a_kind_tells_of_is_its_own_measure_of_a_partner_in_every_draw(kind: Kind) -> None:
    assert isinstance(kind, TellsOutcomes)
    assert kind.measures
    assert set(kind.measures) <= set(measures())
    for option in found(kind.name):
        everything = kind.outcomes(littleton().area, option, draws())
        assert everything
        assert len({(each.service, each.measure) for each in everything}) == len(everything)
        for each in everything:
            assert each.service in option.partners
            assert each.measure in kind.measures
            assert each.unit
            assert each.by.shape == (len(draws()),)
            assert np.isfinite(each.by).all()


def test_lives_saved_are_those_that_society_s_gain_is_made_of_and_the_station_s_crew_is_out_for_them() -> (
    None
):
    kind, option = named("co-responding")
    responder, ambulance = option.partners
    outcomes = told(kind, option)
    each_life = draws()[YEARS_GAINED.name] * draws()[YEAR_OF_HEALTH.name]
    gain = cash(kind, option, "lives saved by help that comes sooner", "society")
    assert np.allclose(outcomes[ambulance, "lives saved"] * each_life, gain)
    assert (outcomes[ambulance, "lives saved"] > 0).all()
    sent = option.facts["sent"]
    assert isinstance(sent, float)
    assert np.allclose(outcomes[responder, "crew hours"], -sent * draws()[TIME_OUT.name] / 60)


def test_incidents_prevented_are_those_whose_time_is_set_free() -> None:
    kind, option = named("joint prevention")
    outcomes = told(kind, option)
    for service in option.partners:
        price = draws()[INCIDENT[littleton().area.kind_of(service)].name]
        time = cash(kind, option, "incidents prevented: time of crews", service)
        assert np.allclose(outcomes[service, "incidents prevented"] * price, time)


def test_a_task_handed_over_frees_crews_of_one_service_and_takes_those_of_the_other() -> None:
    kind, option = named("task handed over")
    giver, taker, *_ = option.partners
    outcomes = told(kind, option)
    for service, what, sign in (
        (giver, "time freed", 1),
        (taker, "time added, and cover lost for as long", -1),
    ):
        hour = draws()[HOURS[littleton().area.kind_of(service)].name]
        assert np.allclose(outcomes[service, "crew hours"] * hour, cash(kind, option, what, service))
        assert (sign * outcomes[service, "crew hours"] > 0).all()


def test_a_joint_team_s_hours_are_what_it_frees_less_whom_it_takes() -> None:
    kind = next(each for each in kinds() if each.name == "joint teams and jobs")
    option = next(each for each in found(kind.name) if "ambulance" in each.partners)
    outcomes = told(kind, option)
    for service in option.partners:
        hour, person = draws()[HOURS[littleton().area.kind_of(service)].name], draws()[PERSON.name]
        hours = cash(kind, option, "own units freed from calls for both", service) / hour
        hours += cash(kind, option, "other calls taken in between", service) / person
        hours += cash(kind, option, "work displaced by the team", service) / person
        assert np.allclose(outcomes[service, "crew hours"], hours)
    avoided = cash(kind, option, "journeys to hospital avoided", "ambulance") / draws()[CONVEYANCE.name]
    assert np.allclose(outcomes["ambulance", "journeys to hospital avoided"], avoided)


def test_people_wait_for_a_seat_by_as_many_days_less_as_of_the_runs_come_about() -> None:
    kind = next(each for each in kinds() if each.name == "joint training")
    shared = next(each for each in found(kind.name) if "exercise" not in each.facts)
    for (service, measure), better in told(kind, shared).items():
        assert measure == "wait for a seat"
        now, then = (shared.facts[f"wait_days_{when}_{service}"] for when in ("before", "after"))
        assert isinstance(now, float)
        assert isinstance(then, float)
        assert np.allclose(better, (now - then) * draws()["joint_training.realised"])
    unknown = {**shared.facts, f"wait_days_before_{shared.partners[0]}": None}
    assert shared.partners[0] not in {service for service, _ in told(kind, replace(shared, facts=unknown))}


def test_a_kind_that_tells_of_nothing_has_nothing_said_of_it() -> None:
    assert "governance" not in {each.name for each in TELLING}


def test_what_is_told_stands_with_its_range_beside_money_time_and_waits_and_at_whose_cost() -> None:
    lives = np.array([0.2, 0.0, 0.1, 0.4, 0.3])
    hours = np.array([-100.0, -80.0, -120.0, -90.0, -110.0])
    besides = (
        Bettered("ambulance", "lives saved", "people a year", lives),
        Bettered("fire", "crew hours", "hours a year", hours),
    )
    appraisal = appraise((), draws(), project=None, years=1, partners=("fire", "ambulance"))
    everything = effects(appraisal, gate(Outcome.PASS), ("fire", "ambulance"), besides)
    assert [(each.service, each.measure) for each in everything] == [
        *(("fire", each) for each in ("money", "time set free", "waits", "crew hours")),
        *(("ambulance", each) for each in ("money", "time set free", "waits", "lives saved")),
    ]
    saved = everything[-1]
    assert saved.change == 0.2
    assert saved.helps is True
    assert saved.range is not None
    assert saved.range.low == pytest.approx(np.percentile(lives[1:], 5))
    assert saved.range.high == pytest.approx(np.percentile(lives[1:], 95))
    assert [(one.measure, other.measure) for one, other in at_anothers_cost(everything)] == [
        ("lives saved", "crew hours")
    ]


def test_a_service_may_state_what_a_kind_tells_of_as_its_objective(tmp_path: Path) -> None:
    (tmp_path / "objectives.csv").write_text(
        "service_id,objective,measure\nambulance,more people survive,Lives saved\n", "utf-8"
    )
    (stated,) = objectives_of(tmp_path, littleton().area)
    assert stated.measure == "lives saved"
    assert measures()[:3] == ("money", "time set free", "waits")
    assert len(set(measures())) == len(measures())


def test_the_guide_lists_every_measure_that_a_service_may_name() -> None:
    page = (ROOT / "docs" / "guide" / "appraisal.md").read_text("utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith("| `objectives.csv`"))
    assert [each for each in measures() if f"`{each}`" not in row] == []
