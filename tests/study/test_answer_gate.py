"""The safety gate of shared rooms and messages (§5.7): how soon calls are answered, passed on, and crews told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import Judged, Outcome, appraise
from joinedup.appraisal.outcomes import effects
from joinedup.area.settings import Tolerance
from joinedup.options.digital_incident_message import KIND as MESSAGE
from joinedup.options.shared_control_room import KIND as SHARED
from joinedup.response import drives
from joinedup.response.rooms import Rooms, shipped
from joinedup.response.rooms.staffing import staff_kept
from joinedup.study.answer_gate import (
    ANSWERED,
    PASSED,
    TOLD,
    AnsweredGate,
    CallsWaited,
    answer_gate,
    apart,
    calls_waited,
    frees_posts,
    least_staff,
    way_of,
)
from joinedup.study.drafting.options import change_in_wait
from joinedup.study.gating import gate
from joinedup.travel import travel_of
from tests.appraisal.cases import drawn
from tests.response.rooms.test_staffing import busy_area
from tests.small import littleton, with_settings

if TYPE_CHECKING:
    from joinedup.appraisal import Gate
    from joinedup.options import Option
    from joinedup.study.waiting import Played

SEPARATE, MESSAGED, CO_LOCATED, ONE_TEAM, NIGHT = shipped()
RECORDED = date(2025, 1, 20)


@cache
def options() -> dict[str, Option]:
    area, assumptions = littleton().area, littleton().assumptions
    return {each.id: each for kind in (SHARED, MESSAGE) for each in kind.find(area, assumptions)}


@cache
def judged(option: str) -> Gate:
    return by(littleton().played, options()[option])


def by(played: Played | str | None, option: Option) -> Gate:
    assert not isinstance(played, str)
    travel = travel_of(littleton().area, littleton().assumptions)
    return gate(littleton().area, option, drives(littleton().area, travel), travel, played)


def row_of(found: Gate, service: str, what: str) -> Judged:
    (row,) = (each for each in found.rows if (each.service_id, each.category) == (service, what))
    return row


@cache
def busy(way: str) -> CallsWaited:
    """Two rooms with recorded calls, one in ten of which is passed to the other, under a way of working."""
    rooms = Rooms.of(busy_area(14, 100), {})
    then = next(each for each in shipped() if each.name == way)
    return calls_waited(least_staff(rooms, SEPARATE), least_staff(rooms, then))


def allowed(found: CallsWaited, minutes: float) -> Gate:
    area = with_settings(
        littleton().area,
        tolerances={each: Tolerance(9.0, RECORDED, minutes * 60) for each in ("police", "fire")},
        results_seen_on=None,
    )
    return answer_gate(area, options()["digital-incident-message-police-fire"], found)


def test_the_way_of_working_is_the_option_s() -> None:
    found = options()
    assert way_of(found["digital-incident-message-police-fire"]) is MESSAGED
    assert way_of(found["shared-control-room-co-located-police-fire"]) is CO_LOCATED
    assert way_of(found["shared-control-room-one-team-police-fire"]) is ONE_TEAM
    assert way_of(found["shared-control-room-night-police-fire"]) is NIGHT
    # Another kind may call something else its way.
    assert way_of(replace(found["shared-control-room-night-police-fire"], kind="shared estate")) is None
    assert way_of(replace(found["shared-control-room-night-police-fire"], facts={"way": "alone"})) is None


def test_a_message_has_crews_of_the_second_service_told_sooner_by_as_much_as_its_range_says() -> None:
    # Four minutes by voice (two to five) and 16 s by message (16 to 60): 3 min 9 s in the mean of both ranges, where somebody is
    # always free and the rest takes as long.
    found = judged("digital-incident-message-police-fire")
    assert isinstance(found, AnsweredGate)
    assert found.outcome is Outcome.PASS
    by_voice, message = ((120 + 240 + 300) / 3, (16 + 16 + 60) / 3)
    assert row_of(found, "fire", PASSED).mean_change == pytest.approx((message - by_voice) / 60, rel=0.02)
    assert "calls drawn from the study's own pattern played 10 times" in found.basis


def test_every_partner_is_judged_by_how_soon_it_answers_and_how_soon_its_crews_are_told() -> None:
    found = judged("shared-control-room-one-team-police-ambulance-fire")
    for service in ("police", "fire", "ambulance"):
        for what in (ANSWERED, TOLD, PASSED):
            row = row_of(found, service, what)
            # Littleton's ten seconds, and not the minutes that are made for arrivals.
            assert row.tolerance == 10 / 60
            assert row.ground == ""
    # Each call takes a tenth longer over the half of its talk until the record says enough.
    told = row_of(found, "police", TOLD).mean_change
    assert told is not None
    assert 0.1 * 0.5 * 240 / 60 * 0.6 < told < 0.1 * 0.5 * 360 / 60 + 0.1


def test_a_team_that_takes_a_tenth_longer_over_each_call_fails_and_one_that_takes_no_longer_does_not() -> (
    None
):
    one_team = "shared-control-room-one-team-police-fire"
    assert judged(one_team).outcome is Outcome.FAIL
    assert any("beyond the 10 s agreed" in each for each in judged(one_team).reasons)
    played = littleton().played
    assert not isinstance(played, str)
    quick = replace(ONE_TEAM.longer, low=0.0, central=0.0, high=0.0)
    baseline = replace(played.baseline, assumptions={**played.baseline.assumptions, quick.name: quick})
    as_quick = by(replace(played, baseline=baseline), options()[one_team])
    assert row_of(judged(one_team), "police", TOLD).outcome is Outcome.FAIL
    assert row_of(as_quick, "police", TOLD).outcome is Outcome.PASS
    assert as_quick.outcome is not Outcome.FAIL


def test_where_no_post_is_freed_as_many_people_answer_as_now_and_nobody_waits_longer_for_want_of_them() -> (
    None
):
    for found in ("digital-incident-message-ambulance-fire", "shared-control-room-co-located-ambulance-fire"):
        assert not frees_posts(options()[found])
        assert "as many people on duty in both" in judged(found).basis
        for what in (ANSWERED, TOLD):
            change = row_of(judged(found), "ambulance", what).mean_change
            assert change is not None
            assert change <= 0
    team = "shared-control-room-one-team-ambulance-fire"
    assert frees_posts(options()[team])
    assert "each with the least staff that answers in time" in judged(team).basis


def test_kept_staff_are_all_on_duty_in_the_night_s_team_and_by_day_each_in_a_room_of_its_own() -> None:
    now = least_staff(Rooms.of(busy_area(7, 50), {}), SEPARATE)
    night = staff_kept(now, NIGHT)
    assert np.array_equal(night.confirmed.sum(axis=0), now.confirmed.sum(axis=0))
    for service in range(2):
        here = night.confirmed[night.teaming.team_of[:, service], np.arange(336)]
        # From 22:00 to 07:00 each service has everybody, by day its own.
        for day in range(7):
            noon, two = day * 48 + 24, day * 48 + 4
            assert here[noon] == now.confirmed[now.teaming.team_of[noon, service], noon]
            assert here[two] == now.confirmed[:, two].sum()
    assert calls_waited(now, night).same_staff


def test_only_calls_after_which_crews_are_sent_count_as_a_wait_for_help() -> None:
    def row(service: str, what: str, calls: int, change: float) -> Judged:
        return Judged(service, what, "", calls, change, change, 1.0, Outcome.PASS, "")

    found = AnsweredGate(
        (
            row("police", ANSWERED, 500, 1.0),
            row("police", TOLD, 30, 0.5),
            row("police", PASSED, 10, -3.5),
            row("fire", ANSWERED, 500, 1.0),
        ),
        Outcome.PASS,
    )
    appraisal = appraise((), drawn(), project=None, years=1, partners=("police", "fire"))
    police, fire = (e for e in effects(appraisal, found, ("police", "fire")) if e.measure == "waits")
    # 30 calls half a minute later and 10 three and a half sooner.
    assert police.change == pytest.approx(0.5)
    assert (
        police.evidence
        == "the safety gate's mean over 40 calls after which crews are sent, until they are told"
    )
    assert fire.change is None
    shown = change_in_wait(found, "police")
    assert shown.number == pytest.approx(-0.5)
    assert shown.base == 40
    assert change_in_wait(found, "fire").number is None


def test_where_luck_hides_the_answer_nobody_can_tell_and_the_runs_that_would_are_said() -> None:
    waits = busy(ONE_TEAM.name)
    rows = waits.table.filter((pl.col("category") == TOLD) & (pl.col("service_id") == "police"))
    change = (rows["after"] - rows["before"]).to_numpy()
    mean, error = float(change.mean()), float(change.std(ddof=1) / np.sqrt(len(change)))
    only = replace(waits, table=rows)
    found = allowed(only, mean + error)
    row = row_of(found, "police", TOLD)
    assert row.outcome is Outcome.CANNOT_TELL
    assert row.runs_that_would_tell is None or row.runs_that_would_tell > waits.runs
    assert "would tell" in row.reason or "more calls are needed" in row.reason
    assert allowed(only, mean + 2 * error).rows[-1].outcome is Outcome.PASS
    assert row_of(allowed(only, mean - 2 * error), "police", TOLD).outcome is Outcome.FAIL


def test_recorded_calls_are_played_where_every_partner_has_them() -> None:
    waits = busy(MESSAGED.name)
    assert waits.recorded
    answered = waits.table.filter(pl.col("category").is_in([ANSWERED, TOLD]))
    assert answered.height == 2 * 14 * 100
    assert "the recorded calls played" in allowed(waits, 1.0).basis


def test_as_things_are_nothing_changes_and_the_gate_passes() -> None:
    now = least_staff(Rooms.of(busy_area(7, 50), {}), SEPARATE)
    waits = calls_waited(now, now)
    assert (waits.table["before"] == waits.table["after"]).all()
    assert allowed(waits, 0.0).outcome is Outcome.PASS


def test_without_a_tolerance_recorded_before_results_nobody_can_tell() -> None:
    area = with_settings(littleton().area, tolerances={})
    found = answer_gate(area, options()["digital-incident-message-police-fire"], busy(MESSAGED.name))
    assert found.outcome is Outcome.CANNOT_TELL
    assert "no tolerance was recorded before results were seen" in found.reasons[0]


def test_a_tolerance_for_arrivals_says_nothing_of_calls_and_the_setting_to_record_is_named() -> None:
    area = with_settings(
        littleton().area, tolerances={each: Tolerance(9.0, RECORDED) for each in ("police", "fire")}
    )
    found = answer_gate(area, options()["digital-incident-message-police-fire"], busy(MESSAGED.name))
    assert found.outcome is Outcome.CANNOT_TELL
    assert "answering_seconds under [study.tolerances.fire]" in found.reasons[0]


def test_a_study_that_cannot_be_played_cannot_tell_how_calls_would_be_answered() -> None:
    found = by(None, options()["digital-incident-message-police-fire"])
    assert found.outcome is Outcome.CANNOT_TELL
    assert "seen only where the study can be played" in found.reasons[0]


def test_ways_of_working_in_different_rooms_are_each_judged_by_their_own_gate_and_the_worst_counts() -> None:
    message = options()["digital-incident-message-police-fire"]
    one_team = replace(options()["shared-control-room-one-team-police-fire"], partners=("ambulance", "other"))
    assert way_of(one_team) is ONE_TEAM
    for outcome in Outcome:
        assert apart([(message, Outcome.PASS), (one_team, outcome)]) is outcome
    assert apart([(message, Outcome.CANNOT_TELL), (one_team, Outcome.FAIL)]) is Outcome.FAIL
    assert apart([]) is Outcome.PASS


def test_where_two_ways_of_working_touch_the_calls_of_one_service_nobody_can_tell() -> None:
    message = options()["digital-incident-message-police-fire"]
    other = options()["shared-control-room-night-ambulance-fire"]
    assert apart([(message, Outcome.PASS), (other, Outcome.PASS)]) is Outcome.CANNOT_TELL
    assert apart([(message, Outcome.PASS), (other, Outcome.FAIL)]) is Outcome.FAIL
    # What leaves calls as they are is no second way of answering them.
    exercise = replace(message, kind="joint training", facts={})
    assert apart([(message, Outcome.PASS), (exercise, Outcome.PASS)]) is Outcome.PASS


def test_rooms_of_some_services_alone_keep_their_own_calls_and_what_they_pass_to_each_other() -> None:
    whole = Rooms.of(busy_area(7, 50), {})
    one = whole.only(["fire"])
    assert one.services == ("fire",)
    assert one.passed.tolist() == [[0.0]]
    assert one.recorded is not None
    assert len(one.recorded.moment) == 7 * 50
    assert set(one.recorded.line) == {0}
    both = whole.only(["fire", "police"])
    assert np.array_equal(both.passed, whole.passed)
    assert np.array_equal(both.hourly, whole.hourly)
