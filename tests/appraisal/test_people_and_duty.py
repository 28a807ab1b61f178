"""People, outcomes, the two legal tests and the five cases of an option (§4.7, §5.8, §5.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import (
    Answer,
    Appraisal,
    EconomicCase,
    Effect,
    FiveCase,
    Gate,
    Judged,
    Objective,
    Outcome,
    Stated,
    affordability,
    appraise,
    at_anothers_cost,
    duty_tests,
    effects,
    five_cases,
    people_of,
)
from joinedup.appraisal.five_cases import no_ratio
from joinedup.area import Area, Change
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner
from joinedup.options import Option
from tests.appraisal.cases import AMBULANCE, FIRE, drawn, flow, payment
from tests.small import service, site, small_area, unit

SERVICES = ("ambulance", "fire")
PASSED = Gate((), Outcome.PASS)
_BUDGETS = {
    "service_id": pl.String,
    "year": pl.String,
    "function": pl.String,
    "gross_gbp": pl.Float64,
}


def gate(outcome: Outcome, **changes: float | None) -> Gate:
    rows = tuple(
        Judged(name, "C1", "town", 20, mean, mean, 1.0, outcome, f"{name}: it was judged")
        for name, mean in changes.items()
    )
    return Gate(rows, outcome)


def appraised(*cash: Cash) -> Appraisal:
    return appraise(cash, drawn(), project=None, years=1, partners=SERVICES)


# --- people ---------------------------------------------------------------------------------------


def with_posts(fte: float | None = 2.5) -> Area:
    return small_area(
        services=[service("ambulance"), service("fire")],
        sites=[site("A", "ambulance", 0), site("F", "fire", 900)],
        units=[unit("M1", "ambulance", "A"), unit("M2", "ambulance", "A")],
        posts=[
            {"post_id": "P1", "service_id": "ambulance", "function": "fleet", "site_id": "A", "fte": fte},
            {"post_id": "P2", "service_id": "ambulance", "function": "fleet", "site_id": "A", "fte": 4.0},
            {"post_id": "P3", "service_id": "ambulance", "function": "fleet", "site_id": "A", "fte": 1.0},
        ],
    )


def option(*changes: Change) -> Option:
    return Option("o", "shared estate", "O", SERVICES, ("A", "F"), ("A", "F"), changes, (), {})


MOVING = option(
    Change("posts", "P1", "site_id", "F"),
    Change("posts", "P2", None),
    Change("posts", "P3", "fte", 0.5),
    Change("units", "M1", "site_id", "F"),
)
EVERYTHING = Stated(
    transferred=2.5,
    redundant=0.0,
    welfare="the federation and the unions were asked",
    consultation_from=date(2026, 1, 5),
    consultation_until=date(2026, 4, 5),
    equality_screen="screened on 3 December 2025; nothing found",
)


def test_posts_and_crews_that_move_end_or_change_are_counted_from_the_changes() -> None:
    found = people_of(with_posts(), MOVING)
    assert (found.posts_moved, found.posts_ended, found.posts_changed) == (2.5, 4.0, 1.0)
    assert found.crews_moved == 1
    assert found.shifts_changed is None


def test_a_post_without_a_strength_is_not_taken_to_be_nobody() -> None:
    assert people_of(with_posts(fte=None), MOVING).posts_moved is None
    assert people_of(small_area(services=[service("fire")]), option()).posts_moved is None


def test_an_option_is_incomplete_until_everything_that_a_board_asks_of_people_is_known() -> None:
    area = with_posts()
    bare = people_of(area, MOVING)
    assert not bare.complete
    assert "an equality screen" in bare.missing
    assert "when consultation starts" in bare.missing
    told = people_of(area, MOVING, EVERYTHING)
    # Nobody is redundant, so nobody asks what redundancy costs; the study has no shifts.
    assert told.missing == ("shifts that change",)
    dearer = people_of(area, MOVING, replace(EVERYTHING, redundant=1.0))
    assert "what redundancy costs" in dearer.missing


# --- outcomes -------------------------------------------------------------------------------------


def test_money_time_and_waits_are_shown_service_by_service() -> None:
    appraisal = appraised(
        flow(CashLine.RUNNING, 0, -10, FIRE),
        flow(CashLine.BENEFIT, 0, 30, AMBULANCE, kind=CashKind.NOT_CASH_RELEASING),
        flow(CashLine.BENEFIT, 0, 5, SOCIETY, kind=CashKind.SOCIETAL),
        payment(0, 4, AMBULANCE, FIRE),
    )
    judged = gate(Outcome.PASS, ambulance=-0.5)
    found = {(each.service, each.measure): each.change for each in effects(appraisal, judged, SERVICES)}
    assert found == pytest.approx(
        {
            ("ambulance", "money"): -4.0,
            ("ambulance", "time set free"): 30.0,
            ("ambulance", "waits"): 0.5,
            ("fire", "money"): -6.0,
            ("fire", "time set free"): 0.0,
            ("fire", "waits"): 0.0,
            ("society", "worth to society"): 5.0,
        }
    )


def test_waits_that_nobody_knows_are_not_taken_to_stay() -> None:
    found = effects(appraised(), gate(Outcome.CANNOT_TELL, fire=None), ("fire",))
    assert [each.change for each in found if each.measure == "waits"] == [None]
    assert [each.helps for each in found] == [None, None, None]


def test_what_serves_one_service_at_another_s_cost_is_said() -> None:
    found = (
        Effect("fire", "money", 10.0, "pounds", "x"),
        Effect("fire", "waits", 1.0, "minutes", "x"),
        Effect("ambulance", "money", -4.0, "pounds", "x"),
        Effect("ambulance", "waits", -0.01, "minutes", "x"),
    )
    pairs = [(one.measure, other.measure) for one, other in at_anothers_cost(found)]
    assert pairs == [("money", "money"), ("waits", "money")]
    wanted = (Objective("fire", "be there sooner", "waits"),)
    pairs = [(one.measure, other.measure) for one, other in at_anothers_cost(found, wanted)]
    assert pairs == [("waits", "money")]


# --- the legal tests ------------------------------------------------------------------------------


def answers(appraisal: Appraisal, judged: Gate) -> dict[str, Answer]:
    duty = duty_tests(appraisal, judged, SERVICES)
    parts = (duty.economy, duty.efficiency, duty.effectiveness, duty.public_safety)
    return {
        **{each.test: each.answer for each in parts},
        "duty": duty.to_collaborate.answer,
        "governance": duty.of_governance.answer,
    }


def test_time_set_free_can_make_efficient_what_saves_no_money() -> None:
    cash = (
        flow(CashLine.RUNNING, 0, -10, FIRE),
        flow(CashLine.BENEFIT, 0, 30, AMBULANCE, kind=CashKind.NOT_CASH_RELEASING),
    )
    assert answers(appraised(*cash), PASSED) == {
        "economy": Answer.NO,
        "efficiency": Answer.YES,
        "effectiveness": Answer.CANNOT_TELL,
        "public safety": Answer.CANNOT_TELL,
        "duty": Answer.YES,
        "governance": Answer.CANNOT_TELL,
    }


def test_a_change_of_governance_needs_all_three_or_public_safety() -> None:
    saves = appraised(flow(CashLine.RUNNING, 0, 10, FIRE))
    quicker, slower = gate(Outcome.PASS, fire=-1.0), gate(Outcome.FAIL, fire=3.0)
    assert answers(saves, quicker)["governance"] is Answer.YES
    assert answers(saves, slower) == {
        "economy": Answer.YES,
        "efficiency": Answer.YES,
        "effectiveness": Answer.NO,
        "public safety": Answer.NO,
        "duty": Answer.YES,
        "governance": Answer.NO,
    }
    costs = appraised(flow(CashLine.RUNNING, 0, -10, FIRE))
    assert answers(costs, quicker)["governance"] is Answer.YES
    assert answers(costs, quicker)["duty"] is Answer.YES
    assert answers(costs, slower)["duty"] is Answer.NO
    # One of the three that fails is enough, whatever the others might turn out to be.
    unsure = answers(costs, gate(Outcome.CANNOT_TELL, fire=0.5))
    assert (unsure["effectiveness"], unsure["governance"]) == (Answer.CANNOT_TELL, Answer.NO)


def test_public_safety_is_not_served_where_one_service_waits_longer_within_its_tolerance() -> None:
    mixed = gate(Outcome.PASS, fire=-1.0, ambulance=0.4)
    assert answers(appraised(), mixed)["public safety"] is Answer.NO
    assert answers(appraised(), mixed)["effectiveness"] is Answer.YES


def test_worth_to_society_and_payments_are_neither_economy_nor_efficiency() -> None:
    cash = (
        flow(CashLine.BENEFIT, 0, 99, FIRE, SOCIETY, kind=CashKind.SOCIETAL),
        payment(0, 9, FIRE, AMBULANCE),
    )
    found = answers(appraised(*cash), PASSED)
    assert (found["economy"], found["efficiency"]) == (Answer.NO, Answer.NO)


def test_what_the_draws_do_not_agree_on_cannot_be_told() -> None:
    row = np.array([1.0, *([1.0] * 7), *([-1.0] * 3)])
    draws = drawn(draws=10)
    found = appraise([flow(CashLine.RUNNING, 0, row)], draws, project=None, years=1)
    assert answers(found, PASSED)["economy"] is Answer.CANNOT_TELL


def test_each_test_gives_its_evidence() -> None:
    duty = duty_tests(appraised(flow(CashLine.RUNNING, 0, 10, FIRE)), PASSED, SERVICES)
    assert "the partners' money together: £10" in duty.economy.evidence
    assert "efficiency: yes" in duty.to_collaborate.evidence
    assert "public safety: cannot tell" in duty.of_governance.evidence


# --- the five cases -------------------------------------------------------------------------------


def test_the_economic_and_financial_cases_are_computed_and_the_others_ask_the_study() -> None:
    cash = (flow(CashLine.CAPITAL, 0, -10, AMBULANCE), flow(CashLine.RUNNING, 1, 30, AMBULANCE))
    appraisal = appraised(*cash)
    budgets = pl.DataFrame(
        [("B", "ambulance", "2025/26", "estates", 1.0)],
        ["line_id", "service_id", "year", "function", "gross_gbp"],
        orient="row",
    )
    affordable = affordability(appraisal.financial, budgets, "2025/26", drawn())
    duty = duty_tests(appraisal, PASSED, SERVICES)
    lines = five_cases(
        MOVING, appraisal, PASSED, duty, people_of(with_posts(), MOVING), affordable, price_base="2025/26"
    )
    assert list(dict.fromkeys(line.case for line in lines)) == list(FiveCase)
    to_write = {line.case for line in lines if line.to_write}
    assert to_write == {FiveCase.STRATEGIC, FiveCase.COMMERCIAL, FiveCase.MANAGEMENT}
    said = {line.asks: line for line in lines}
    assert said["What is it worth to everybody (NPSV)?"].figure is appraisal.npsv
    assert "not affordable in 2025/26" in said["Can ambulance afford it?"].words
    assert said["Can fire afford it?"].words == "affordable in every year"
    assert "36, 60 months" in said["How long have such things taken from idea to live?"].words
    assert "an equality screen" in said["What does it ask of people?"].words
    assert all(line.asks.endswith("?") for line in lines)
    assert all((line.figure is None) == (line.unit is None) for line in lines)
    # 10 is laid out in the first year and 30 saved in the next: a year is named, and no ratio of 0 hides the saving.
    assert said["In which year has it paid for itself?"].words == "in 2026/27"
    assert said["What does parting cost?"].figure is appraisal.leaving.cost
    assert said["Who pays for parting, and on what notice?"].to_write
    asked = said["Which objective of each partner does it serve, and which does it set back?"]
    assert asked.to_write


def ratio(*cash: Cash) -> EconomicCase:
    return appraised(*cash).economic


def test_no_ratio_hides_that_all_that_is_gained_is_money_saved() -> None:
    laid_out, saved = flow(CashLine.CAPITAL, 0, -10), flow(CashLine.RUNNING, 1, 3)
    helped = flow(CashLine.BENEFIT, 1, 4, AMBULANCE, kind=CashKind.NOT_CASH_RELEASING)
    assert ratio(laid_out, saved).bcr is None
    assert "money saved, which lowers its cost" in no_ratio(ratio(laid_out, saved))
    # What gains nothing at all gains nothing for each pound; what helps besides has a ratio; what costs nothing net has none.
    assert not no_ratio(ratio(laid_out))
    assert not no_ratio(ratio(laid_out, saved, helped))
    assert no_ratio(ratio(saved)) == "none: it costs nothing net"


def test_the_strategic_case_sorts_what_services_want_into_what_is_served_and_what_is_set_back() -> None:
    appraisal = appraised(flow(CashLine.RUNNING, 1, 30, AMBULANCE), flow(CashLine.RUNNING, 1, -8, FIRE))
    wanted = (
        Objective("ambulance", "spend less on rooms", "money"),
        Objective("fire", "balance the books", "money"),
        Objective("fire", "be there sooner", "waits"),
        Objective("fire", "a safer county", ""),
    )
    lines = five_cases(
        MOVING,
        appraisal,
        PASSED,
        duty_tests(appraisal, PASSED, SERVICES),
        people_of(with_posts(), MOVING),
        affordability(appraisal.financial, pl.DataFrame(schema=_BUDGETS), "2025/26", drawn()),
        price_base="2025/26",
        effects=effects(appraisal, PASSED, SERVICES),
        objectives=wanted,
        names={"fire": "Northshire Fire"},
    )
    assert lines[0].words == (
        "serves: “spend less on rooms” (ambulance); sets back: “balance the books” (Northshire Fire); makes no difference to: "
        "“be there sooner” (Northshire Fire); not known of: “a safer county” (Northshire Fire)"
    )


def test_a_service_that_is_no_partner_and_that_no_money_touches_has_no_line_of_accounts() -> None:
    appraisal = appraise(
        [flow(CashLine.RUNNING, 1, 30, AMBULANCE)],
        drawn(),
        project=None,
        years=1,
        partners=("ambulance", "fire", "police", "coastguard"),
    )
    touched = replace(appraisal, flows=(*appraisal.flows, payment(1, 2, AMBULANCE, Partner("police"))))
    lines = five_cases(
        MOVING,
        touched,
        PASSED,
        duty_tests(appraisal, PASSED, SERVICES),
        people_of(with_posts(), MOVING),
        affordability(appraisal.financial, pl.DataFrame(schema=_BUDGETS), "2025/26", drawn()),
        price_base="2025/26",
    )
    asked = [line.asks for line in lines if "accounts of" in line.asks]
    assert asked == [f"What do the accounts of {who} show over 1 years?" for who in (*SERVICES, "police")]
