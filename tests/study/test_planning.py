"""From assessed options to weights and a roadmap, with a study's own limits, decisions and barriers (§4.1, §6.4, §7)."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import pytest

from joinedup.appraisal import Gate, Judged, Outcome
from joinedup.area import Settings
from joinedup.area.settings import OwnLimits, OwnWeights, Tolerance
from joinedup.money import CashKind, CashLine
from joinedup.refusal import Refusal
from joinedup.roadmap import Decision
from joinedup.study import Study
from joinedup.study.assessing import assess, assumptions_of
from joinedup.study.deciding import Held, barriers_of, decisions_of, held_of
from joinedup.study.planning import Planned, valued_together
from joinedup.study.planning import planned as plan_of
from tests.small import incident, littleton, service, site, small_area, unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from joinedup.study.assessing import Assessed

LITTLETON = Path(__file__).parents[2] / "examples" / "littleton"
HEADQUARTERS = "shared-estate-P9-to-F3"


def planned(tmp_path: Path, *, settings: str = "", **others: str) -> Planned:
    """Plan Littleton with more settings and files of its own."""
    folder = tmp_path / "littleton"
    shutil.copytree(LITTLETON, folder)
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    for name, content in others.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return Study.read(folder).planned


def starts(found: Planned) -> dict[str, int]:
    assert found.roadmap is not None
    return {row.id: row.start for row in found.roadmap.rows}


def test_the_roadmap_starts_what_is_worth_it_and_passes_the_gate_as_a_set(tmp_path: Path) -> None:
    found = planned(tmp_path)
    assert found.roadmap is not None
    assert starts(found)[HEADQUARTERS] == 0
    assert found.roadmap.proven
    assert found.roadmap.gate == "pass"


@pytest.mark.slow
def test_capital_that_is_too_short_keeps_an_option_out_and_more_of_it_is_worth_something(
    tmp_path: Path,
) -> None:
    # Moving the police headquarters costs some £657,200 and its optimism bias in one year.
    found = planned(tmp_path, settings="\n[roadmap]\nyears = 3\ncapital_gbp_a_year = 100_000\n")
    assert HEADQUARTERS not in starts(found)
    assert max(each.worth.gain for each in found.relaxed) > 500_000


@pytest.mark.slow
def test_what_was_refused_stays_out_with_its_reason(tmp_path: Path) -> None:
    rows = f"option_id,decision,reason\n{HEADQUARTERS},refused,the lease was renewed\n"
    found = planned(tmp_path, decisions=rows)
    assert found.roadmap is not None
    assert HEADQUARTERS not in starts(found)
    assert any("the lease was renewed" in each.reason for each in found.roadmap.left_out)


def test_what_waits_on_a_barrier_is_said_in_money_and_months(tmp_path: Path) -> None:
    rows = (
        "barrier_id,kind,sentence,lifter,option_id,months\n"
        f"funding,funding cycles,grants end in March,government,{HEADQUARTERS},24\n"
    )
    found = planned(tmp_path, barriers=rows)
    assert starts(found)[HEADQUARTERS] == 2
    (waits,) = found.waiting
    assert waits.months == 24
    assert waits.worth is not None
    assert waits.worth.gain > 0


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("elsewhere,adopted,,why", "row 2, column option_id: no option 'elsewhere' was found"),
        ("a,perhaps,,why", "row 2, column decision: 'perhaps' is not known"),
        ("a,adopted,next,why", "row 2, column year: 'next' is not a year"),
        ("a,adopted,,", "row 2, column reason: is empty"),
        ("a,adopted,,why\na,refused,,why", "row 3, column option_id: 'a' was decided in a row above"),
    ],
)
def test_a_decision_that_cannot_be_read_is_named_by_row_and_column(
    tmp_path: Path, row: str, says: str
) -> None:
    (tmp_path / "decisions.csv").write_text(f"option_id,decision,year,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=says):
        decisions_of(tmp_path, ["a"])


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("b,law,it says so,somebody,a,6", "row 2, column lifter: 'somebody' is not known"),
        ("b,law,it says so,government; somebody,a,6", "row 2, column lifter: 'somebody' is not known"),
        (
            "b,law,it says so,government,a,6\nb,law,it says so,a council,a,6",
            "row 3, column lifter: 'a council' is 'government' in row 2 of the same barrier",
        ),
        ("b,law,it says so,government,a,soon", "row 2, column months: 'soon' is not a number"),
        ("b,law,it says so,government,elsewhere,6", "row 2, column option_id: no option 'elsewhere'"),
        (",law,it says so,government,a,6", "row 2, column barrier_id: is empty"),
    ],
)
def test_a_barrier_that_cannot_be_read_is_named_by_row_and_column(
    tmp_path: Path, row: str, says: str
) -> None:
    head = "barrier_id,kind,sentence,lifter,option_id,months"
    (tmp_path / "barriers.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(Refusal, match=says):
        barriers_of(tmp_path, ["a"])


def test_a_barrier_without_months_blocks_and_one_with_months_delays(tmp_path: Path) -> None:
    (tmp_path / "barriers.csv").write_text(
        "barrier_id,kind,sentence,lifter,option_id,months\nb,law,it says so,government,a,6\nb,law,it says so,government,c,\n",
        encoding="utf-8",
    )
    (barrier,) = barriers_of(tmp_path, ["a", "c"])
    assert barrier.delays == {"a": 6.0}
    assert barrier.blocks == {"c"}


def test_what_an_option_makes_possible_is_worth_what_the_roadmap_gains_by_it(tmp_path: Path) -> None:
    folder = tmp_path / "littleton"
    shutil.copytree(LITTLETON, folder)
    (folder / "tables" / "unlocks.csv").write_text(
        "governance,option,evidence,probability\n"
        f"governance-representation-police-fire,{HEADQUARTERS},the boards have refused it twice,0.5\n",
        encoding="utf-8",
    )
    found = Study.read(folder).planned
    (each,) = found.unlocked
    # It is not promised without the change: what the change brings would else be counted already.
    assert found.roadmap is not None
    assert HEADQUARTERS not in found.roadmap.chosen
    (left,) = (one for one in found.roadmap.left_out if one.id == HEADQUARTERS)
    assert left.reason == "is stated to be possible only with 'governance-representation-police-fire'"
    # Half as likely is half the gain; the seat on the board costs the same either way.
    assert each.expected == pytest.approx((each.if_all.gain + each.if_none.gain) / 2)
    assert each.if_all.gain > each.if_none.gain


MONEY_ALONE = OwnWeights(money=100, response=0, people=0, agreed_by="the board", agreed_on=date(2025, 1, 20))


def weighed(assessed: tuple[Assessed, ...], weights: OwnWeights | None = None) -> Planned:
    """Weigh options without a limit of any kind on their roadmap."""
    return plan_of(assessed, OwnLimits(1), {}, (), {}, lambda _: Outcome.PASS, 1, weights)


@pytest.mark.slow
def test_agreed_weights_of_money_alone_give_the_order_by_expected_worth_under_every_draw() -> None:
    assessed = littleton().assessment.options
    found = weighed(assessed, MONEY_ALONE)
    assert found.agreed is not None
    # The rival: how often each is worth most, counted over the draws with no weighing at all.
    passing = [each for each in assessed if each.gate.outcome is Outcome.PASS]
    draws = {each.option.id: each.appraisal.npsv[1:] for each in passing}
    worth_most = [
        max(draws, key=lambda id: (draws[id][draw], id)) for draw in range(len(passing[0].appraisal.npsv) - 1)
    ]
    for each in found.agreed.accepted:
        assert each.first.share == pytest.approx(worth_most.count(each.id) / len(worth_most), abs=1e-9)
    assert found.tried is not None
    assert found.tried.samples >= 10_000


def test_where_nobody_agreed_weights_there_is_no_order_under_agreed_ones() -> None:
    found = weighed(littleton().assessment.options)
    assert found.agreed is None
    assert found.as_json()["agreed_weights"] is None


def test_what_fails_the_gate_makes_no_scale_longer_and_neither_does_one_wild_draw() -> None:
    # §7.1: a weight is on the step between the options that may be chosen.
    whole = littleton().assessment.options
    failing = next(each for each in whole if each.gate.outcome is Outcome.FAIL)
    passing = next(each for each in whole if each.gate.outcome is Outcome.PASS)

    def changed(one: Assessed, npsv: NDArray[np.float64]) -> tuple[Assessed, ...]:
        economic = replace(one.appraisal.economic, npsv=npsv)
        other = replace(one, appraisal=replace(one.appraisal, economic=economic))
        return tuple(other if each is one else each for each in whole)

    def scale(assessed: tuple[Assessed, ...]) -> tuple[float, float]:
        found = weighed(assessed).tried
        assert found is not None
        (money,) = (each for each in found.criteria if each.about == "money")
        return money.worst, money.best

    usual = scale(whole)
    assert scale(changed(failing, failing.appraisal.npsv - 1e9)) == usual
    wild = passing.appraisal.npsv.copy()
    wild[7] -= 1e9
    assert scale(changed(passing, wild)) == pytest.approx(usual, rel=0.01)
    assert scale(changed(passing, passing.appraisal.npsv - 1e9))[0] < usual[0] - 5e8


def test_posts_that_are_not_known_are_not_taken_for_none_that_move() -> None:
    whole = littleton().assessment.options
    assert not weighed(whole).unmeasured
    passing = next(each.option.id for each in whole if each.gate.outcome is Outcome.PASS)
    short = tuple(
        replace(each, people=replace(each.people, posts_moved=None)) if each.option.id == passing else each
        for each in whole
    )
    found = weighed(short)
    assert found.unmeasured == {"posts that move or end": (passing,)}
    assert found.tried is not None
    assert "posts that move or end" not in [each.name for each in found.tried.criteria]


def test_posts_that_are_not_known_of_an_option_that_fails_the_gate_take_nothing_from_the_others() -> None:
    short = tuple(
        each
        if each.gate.outcome is Outcome.PASS
        else replace(each, people=replace(each.people, posts_ended=None))
        for each in littleton().assessment.options
    )
    assert any(each.people.posts_ended is None for each in short)
    found = weighed(short)
    assert not found.unmeasured
    assert found.tried is not None
    assert "posts that move or end" in [each.name for each in found.tried.criteria]


def test_a_wait_is_as_uncertain_as_the_gate_found_it() -> None:
    # Alike but for the wait: half a minute apart in the mean, each with a standard error of half a minute.
    like = littleton().assessment[HEADQUARTERS]

    def waiting(id: str, change: float, error: float | None) -> Assessed:
        row = Judged("fire", "", "", 1_000, change, 9.0, 9.0, Outcome.PASS, "", None, error)
        return replace(like, option=replace(like.option, id=id), gate=Gate((row,), Outcome.PASS))

    def first(error: float | None, *, turned: bool = False) -> float:
        pair = (waiting("a", -0.5, error), waiting("b", 0.0, error))
        found = weighed(pair[::-1] if turned else pair).tried
        assert found is not None
        return next(each.first.share for each in found.accepted if each.id == "a")

    assert first(None) == 1.0
    apart = 0.5 / (0.5 * 2**0.5)
    assert first(0.5) == pytest.approx(NormalDist().cdf(apart), abs=0.06)
    assert first(0.5, turned=True) == first(0.5)


AMBULANCE = "shared-estate-A1-to-F1"
FLEET = "shared-support-service-fleet-fire-police"
UNSAFE = "shared-estate-P5-to-F5"


WORKSHOP = "shared-support-workshop-P3-to-F2"
WAITING = (WORKSHOP, "governance-policing-and-crime-board-police-fire")
"""What cannot begin yet: a lease runs, and a law is not in force."""
CO_RESPONDING = "co-responding-F1-ambulance"


def holding(*held: Held) -> Planned:
    """Plan Littleton over five years with something that holds options."""
    assessment = littleton().assessment
    return plan_of(assessment.options, OwnLimits(5), {}, (), {}, assessment.judge_together, 1, None, held)


def saying_needs(said: str) -> Planned:
    """Plan Littleton over five years with a fleet service that itself says what it needs."""
    assessment = littleton().assessment
    told = tuple(
        replace(each, option=replace(each.option, facts={**each.option.facts, "needs": said}))
        if each.option.id == FLEET
        else each
        for each in assessment.options
    )
    late = Held(HEADQUARTERS, (), (), 2, "the lease ends")
    return plan_of(told, OwnLimits(5), {}, (), {}, assessment.judge_together, 1, None, (late,))


def test_what_an_option_itself_needs_is_live_before_it_starts() -> None:
    found = saying_needs(f"nowhere | {HEADQUARTERS}")
    assert found.roadmap is not None
    rows = {each.id: each for each in found.roadmap.rows}
    assert rows[HEADQUARTERS].start == 2
    assert rows[FLEET].start == rows[HEADQUARTERS].live
    assert why_left_out(saying_needs("nowhere"))[FLEET] == "needs 'nowhere', which is no option here"
    assert (
        why_left_out(saying_needs(f"nowhere; {UNSAFE}; {HEADQUARTERS}"))[FLEET]
        == f"needs '{UNSAFE}', which the safety gate does not pass; needs 'nowhere', which is no option here"
    )


def test_a_partner_can_be_at_the_end_of_its_capacity_where_the_others_are_not() -> None:
    assessment = littleton().assessment

    def at_once(own: OwnLimits) -> dict[str, float]:
        found = plan_of(assessment.options, own, {}, (), {}, assessment.judge_together, 1)
        assert found.roadmap is not None
        assert (own.options_at_once_of != {}) == bool(found.relaxed)
        return {who: max(change) for who, change in found.roadmap.change_of.items()}

    free = at_once(OwnLimits(5))
    assert free["police"] > 1
    held = at_once(OwnLimits(5, options_at_once_of={"police": 1}))
    assert held["police"] == 1


def why_left_out(found: Planned) -> dict[str, str]:
    assert found.roadmap is not None
    return {each.id: each.reason for each in found.roadmap.left_out}


def test_what_an_option_needs_is_live_before_it_starts_and_neither_starts_too_early() -> None:
    assert starts(holding())[FLEET] == 0
    found = holding(
        Held(FLEET, (HEADQUARTERS,), (), None, "the workshop moves first"),
        Held(HEADQUARTERS, (), (), 2, "the lease ends"),
    )
    assert found.roadmap is not None
    rows = {each.id: each for each in found.roadmap.rows}
    assert rows[HEADQUARTERS].start == 2
    assert rows[FLEET].start == rows[HEADQUARTERS].live > 2


def test_of_two_options_that_are_never_done_together_the_one_that_is_worth_less_is_left_out() -> None:
    found = holding(Held(FLEET, (), (HEADQUARTERS,), None, "one thing at a time"))
    assert HEADQUARTERS in starts(found)
    assert why_left_out(found)[FLEET] == f"never done beside '{HEADQUARTERS}', which is on the roadmap"


def test_no_option_saves_or_helps_before_it_is_live() -> None:
    assessment = littleton().assessment
    taken: set[str] = set()
    going: dict[str, Decision] = {}
    for each in assessment.options:
        if each.gate.outcome is Outcome.PASS and not taken & set(each.option.uses):
            taken |= set(each.option.uses)
            going[each.option.id] = Decision(goes_ahead=True, reason="so that all are seen")
    # Three years, because a lease and a law hold two of them until the third.
    found = plan_of(assessment.options, OwnLimits(3), going, (), {}, lambda _: Outcome.PASS, 1)
    assert found.roadmap is not None
    assert len(found.roadmap.rows) == len(going) > 14
    not_of_itself = {CashLine.CAPITAL, CashLine.RECEIPT, CashLine.PAYMENT, CashLine.GRANT, CashLine.CHARGE}
    silent = 0
    for row in found.roadmap.rows:
        flows = [each for each in assessment[row.id].appraisal.flows if each.line not in not_of_itself]
        gained = [each.year for each in flows if each.amount[0] > 0]
        silent += not gained
        first = min(each.year for each in assessment[row.id].appraisal.flows)
        waits = first if row.id in WAITING else 0
        assert row.start >= waits
        assert not gained or row.live - row.start == min(gained) - waits, row.id
    assert silent < len(going) / 2
    # By hand: the headquarters' running cost is saved from the year after the capital, though the like took four years.
    rows = {each.id: each for each in found.roadmap.rows}
    assert rows[HEADQUARTERS].live - rows[HEADQUARTERS].start == 1


def going_ahead(option: str, year: int | None = None, years: int = 5) -> Planned:
    """Plan Littleton with one option that was decided on."""
    assessment = littleton().assessment
    decided = {option: Decision(goes_ahead=True, reason="so that it is seen", year=year)}
    return plan_of(assessment.options, OwnLimits(years), decided, (), {}, assessment.judge_together, 1)


def test_what_waits_for_a_lease_starts_when_it_ends_and_takes_up_no_capacity_before() -> None:
    # The lease of the police workshop can be ended in the financial year 2027/28, the third.
    found = going_ahead(WORKSHOP, 2).roadmap
    assert found is not None
    row = next(each for each in found.rows if each.id == WORKSHOP)
    appraisal = littleton().assessment[WORKSHOP].appraisal
    assert (row.start, row.live) == (2, 3)
    assert row.expected == pytest.approx(appraisal.npsv[1:].mean())
    spent = [sum(each) for each in zip(*row.capital.values(), strict=True)]
    assert spent[:2] == [0.0, 0.0]
    assert spent[2] > 0
    others = [each for each in found.rows if each.id != WORKSHOP]
    for year, change in enumerate(found.change):
        assert change == (year == 2) + sum(each.start <= year < each.live for each in others)
    with pytest.raises(Refusal, match="decided to start in year 1 and can start in years 2 to 4"):
        going_ahead(WORKSHOP, 1)
    with pytest.raises(Refusal, match="cannot start within the years of the roadmap"):
        going_ahead(WORKSHOP, years=2)


def test_a_later_start_is_worth_its_cash_put_off_with_health_at_its_own_rate() -> None:
    found = going_ahead(CO_RESPONDING, 3).roadmap
    assert found is not None
    row = next(each for each in found.rows if each.id == CO_RESPONDING)
    worth = 0.0
    healthy = 0
    for flow in littleton().assessment[CO_RESPONDING].appraisal.flows:
        if flow.kind is not CashKind.PAYMENT:
            # The Green Book's 3.5 %, and 1.5 % for health.
            worth += float(flow.amount[1:].mean()) / (1.015 if flow.health else 1.035) ** (flow.year + 3)
            healthy += flow.health
    assert healthy
    assert row.expected == pytest.approx(worth)


def test_two_moves_that_are_each_safe_and_not_together_are_not_both_on_the_roadmap() -> None:
    # §5.7: between two fire stations; whichever goes, the other is as near, and when both go nobody is.
    room = {"floor_area_m2": 400.0, "spare_area_m2": 200.0, "running_cost_gbp": 40_000.0, "bays": 3}
    given = {"floor_area_m2": 100.0, "spare_area_m2": 0.0, "running_cost_gbp": 90_000.0}
    settings = Settings(
        name="Small",
        zone="Europe/London",
        tolerances={"fire": Tolerance(0.5, date(2025, 1, 20))},
        results_seen_on=date(2025, 4, 22),
    )
    area = small_area(
        settings,
        services=[service("fire"), service("police")],
        sites=[
            {**site("A", "fire", 0.0), **given},
            {**site("B", "fire", 4000.0), **given},
            {**site("P", "police", -2500.0), **room},
            {**site("Q", "police", 6500.0), **room},
        ],
        units=[unit("1", "fire", "A"), unit("2", "fire", "B"), unit("3", "police", "P")],
        incidents=[incident(str(n), "fire", 1990.0 + 20 * (n % 2), float(n)) for n in range(40)],
    )
    assessment = assess(area, assumptions_of())
    both = {"shared-estate-A-to-P", "shared-estate-B-to-Q"}
    assert all(assessment[each].gate.outcome is Outcome.PASS for each in both)
    assert all(assessment[each].appraisal.npsv[1:].mean() > 0 for each in both)
    found = plan_of(assessment.options, OwnLimits(3), {}, (), {}, assessment.judge_together, 1).roadmap
    assert found is not None
    assert len(found.chosen & both) == 1
    assert any(both <= set(refused) for refused in found.sets_refused)
    assert found.gate is Outcome.PASS
    unasked = plan_of(assessment.options, OwnLimits(3), {}, (), {}, lambda _: Outcome.PASS, 1).roadmap
    assert unasked is not None
    assert both <= unasked.chosen


def test_the_roadmap_is_worth_what_its_options_are_worth_as_a_set() -> None:
    study = littleton()
    found = study.planned.roadmap
    assert found is not None
    assert len(found.rows) > 1
    together = valued_together(study)
    assert together is not None
    assert together.options == tuple(sorted(each.id for each in found.rows))
    # Added up by partner from the cash, and by option from what each is worth.
    by_partner = sum(each.worth for each in together.standings)
    assert by_partner == pytest.approx(found.npsv)
    assert together.npsv == pytest.approx(found.npsv)


def test_a_set_that_starts_later_asks_its_money_of_later_years() -> None:
    study = littleton()
    held = [
        Held(each.option.id, (), (), 3, "the money comes then")
        for each in study.assessment.options
        if each.gate.outcome is Outcome.PASS
    ]
    kept = replace(study)
    kept.__dict__["assessment"] = study.assessment
    kept.__dict__["planned"] = plan_of(
        study.assessment.options, OwnLimits(5), {}, (), {}, study.assessment.judge_together, 1, None, held
    )
    together, found = valued_together(kept), kept.planned.roadmap
    assert found is not None
    assert together is not None
    assert all(each.start >= 3 for each in found.rows)
    assert sum(each.worth for each in together.standings) == pytest.approx(found.npsv)
    assert not any(paid[:3].any() for paid in together.financial.paid.values())
    assert together.financial.paid["police"][3, 0] < 0


def test_an_option_that_needs_one_that_is_not_safe_cannot_start_and_says_why() -> None:
    found = holding(Held(AMBULANCE, (UNSAFE,), (), None, "the crews go there"))
    assert why_left_out(found)[AMBULANCE] == f"needs '{UNSAFE}', which the safety gate does not pass"


def test_what_holds_options_is_read_in_years_of_the_roadmap(tmp_path: Path) -> None:
    (tmp_path / "starts.csv").write_text(
        "option_id,needs,excludes,not_before,reason\n"
        "a,b; c,,2027/28,one\n"
        "a,,d,2026-04-01,two\n"
        "b,,,2026-04-02,three\n"
        "c,,,2026-03-31,four\n"
        "d,,,2025-03-01,five\n",
        encoding="utf-8",
    )
    assert held_of(tmp_path, ["a", "b", "c", "d"], "2025/26", 5) == (
        Held("a", ("b", "c"), (), 2, "one"),
        Held("a", (), ("d",), 1, "two"),
        # What ends within a year holds until the next begins.
        Held("b", (), (), 2, "three"),
        Held("c", (), (), 1, "four"),
        Held("d", (), (), 0, "five"),
    )
    assert held_of(tmp_path / "elsewhere", ["a"], "2025/26", 5) == ()


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            "depot,,,2026/27,why",
            "row 2, column option_id: no option 'depot' was found; did you mean 'depots'",
        ),
        ("a,depot,,,why", "row 2, column needs: no option 'depot' was found; did you mean 'depots'"),
        ("a,,depot,,why", "row 2, column excludes: no option 'depot' was found; did you mean 'depots'"),
        ("a,a,,,why", "row 2, column needs: 'a' needs itself"),
        ("a,,b;a,,why", "row 2, column excludes: 'a' excludes itself"),
        ("a,b,,,why\nb,c,,,why\nc,a,,,why", "row 4, column needs: 'c' needs 'a' needs 'b' needs 'c'"),
        ("a,b,,,why\na,,b,,why", "row 3: 'a' both needs and excludes 'b'"),
        ("a,,,2030/31,why", "row 2, column not_before: '2030/31' is outside the roadmap"),
        ("a,,,2024/25,why", "row 2, column not_before: '2024/25' is outside the roadmap"),
        ("a,,,2029-05-01,why", "row 2, column not_before: '2029-05-01' is outside the roadmap"),
        ("a,,,2026/28,why", "row 2, column not_before: '2026/28' is neither a financial year"),
        ("a,,,soon,why", "row 2, column not_before: 'soon' is neither a financial year"),
        ("a,,,2026/27,", "row 2, column reason: is empty"),
        ("a,,,,why", "row 2: nothing holds 'a'; fill needs, excludes or not_before"),
    ],
)
def test_what_holds_options_and_cannot_be_read_is_named_by_row_and_column(
    tmp_path: Path, rows: str, says: str
) -> None:
    (tmp_path / "starts.csv").write_text(
        f"option_id,needs,excludes,not_before,reason\n{rows}\n", encoding="utf-8"
    )
    with pytest.raises(Refusal, match=says):
        held_of(tmp_path, ["a", "b", "c", "depots"], "2025/26", 5)


def test_a_column_that_is_missing_from_what_holds_options_is_named(tmp_path: Path) -> None:
    (tmp_path / "starts.csv").write_text("option_id,need,excludes,not_before,reason\n", encoding="utf-8")
    with pytest.raises(Refusal, match="the column needs is missing"):
        held_of(tmp_path, ["a"], "2025/26", 5)
