"""Digital incident message: which rooms, how many calls, what it costs, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise, swings
from joinedup.area import Area
from joinedup.assumptions import draw
from joinedup.money import CashKind, CashLine
from joinedup.options import Option
from joinedup.options.digital_incident_message import AS_MESSAGE, REALISED, DigitalIncidentMessage
from joinedup.response.rooms.declared import LOG, PRODUCTIVE
from joinedup.study import assumptions_of
from tests.small import Row, edited, incident, littleton, service, shuffled, small_area

KIND = DigitalIncidentMessage()
DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
WEEKS = 365.2425 / 7


def room(room_id: str, service_id: str, **others: object) -> Row:
    given = {"name": f"{service_id.title()} room", "positions": 4, "system": f"{service_id}-system"}
    return {"room_id": room_id, "service_id": service_id, **given, **others}


def calls(service_id: str, passed_to: str | None = None, passed: int = 0) -> list[Row]:
    """Give two 999 calls a day over a fortnight, the first of which are passed on."""
    start = datetime(2025, 2, 3, 9, tzinfo=UTC)
    found = []
    for number in range(28):
        at = start + timedelta(hours=12 * number)
        answered, ended = at + timedelta(seconds=5), at + timedelta(seconds=125)
        found.append(
            {
                "call_id": f"{service_id}-{number}",
                "service_id": service_id,
                "kind": "999",
                "connected_at": at,
                "answered_at": answered,
                "ended_at": ended,
                "passed_to": passed_to if number < passed else None,
            }
        )
    return found


def two_rooms(
    *, passed: int = 7, police: Row | None = None, fire: Row | None = None, **tables: list[Row]
) -> Area:
    """Make two rooms with different systems that pass seven of their 28 calls in a fortnight to each other."""
    given: dict[str, list[Row]] = {
        "services": [service("police"), service("fire")],
        "control_rooms": [
            room("PR", "police", positions=8, **(police or {})),
            room("FR", "fire", **(fire or {})),
        ],
        "calls": [*calls("police", "fire", passed), *calls("fire", "police", passed)],
        "posts": [
            {
                "post_id": "PC",
                "service_id": "police",
                "function": "control",
                "fte": 40.0,
                "cost_gbp": 1_600_000.0,
            },
            {
                "post_id": "FC",
                "service_id": "fire",
                "function": "control",
                "fte": 10.0,
                "cost_gbp": 450_000.0,
            },
        ],
        **tables,
    }
    return small_area(None, **given)


def found(area: Area) -> list[Option]:
    return list(KIND.find(area, DECLARED))


def total(area: Area, option: Option, what: str, partner: str, year: int) -> float:
    return sum(
        float(flow.amount[0])
        for flow in KIND.cash(area, option, DRAWS)
        if flow.what == what and flow.payer == partner and flow.year == year
    )


def worth(area: Area, option: Option) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    flows = KIND.cash(area, option, DRAWS)
    return np.asarray(appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).npsv)


# --- which rooms -----------------------------------------------------------------------------------------------------


def test_two_rooms_that_pass_calls_are_an_option_and_so_are_two_with_different_systems() -> None:
    same = {"system": "Beacon"}
    assert [each.id for each in found(two_rooms())] == ["digital-incident-message-police-fire"]
    assert found(two_rooms(police=same, fire=same))
    # Here every incident that names another service names one that has no room.
    others = [
        incident(
            each, each, 0, received_at=datetime(2025, 2, 3, tzinfo=UTC), other_service_requested="coastguard"
        )
        for each in ("police", "fire")
    ]
    assert found(two_rooms(calls=[], incidents=others))
    assert found(two_rooms(calls=[], incidents=others, police=same, fire=same)) == []


def test_three_rooms_are_three_pairs_and_all_together() -> None:
    area = littleton().area
    partners = [set(each.partners) for each in found(area)]
    assert len(partners) == 4
    for each in ({"police", "fire"}, {"police", "ambulance"}, {"fire", "ambulance"}):
        assert each in partners
    assert {"police", "fire", "ambulance"} in partners


@pytest.mark.parametrize("kind", ["digital incident message", "Shared control room"])
def test_rooms_that_are_joined_already_are_never_proposed(kind: str) -> None:
    live = {"kind": kind, "partners": "fire; police", "status": "live"}
    assert found(two_rooms(collaborations=[live])) == []


def test_what_was_tried_and_ended_is_proposed_and_says_so() -> None:
    ended: Row = {
        "kind": "digital incident message",
        "partners": "fire; police",
        "status": "tried",
        "why": "the suppliers fell out",
    }
    (option,) = found(two_rooms(collaborations=[ended]))
    assert option.facts["tried_before"] == "tried: the suppliers fell out"


def test_where_nobody_has_calls_or_incidents_the_volume_is_an_open_question_and_not_nothing() -> None:
    (option,) = found(two_rooms(calls=[]))
    assert option.facts["passed_calls"] is None
    assert "how many calls these rooms pass to each other" in option.incomplete
    assert "not recorded" in KIND.explain(option)


def test_what_stands_in_for_calls_that_were_not_recorded_is_said() -> None:
    (recorded,) = found(two_rooms())
    assert not any("passes on" in each for each in recorded.incomplete)
    (declared,) = found(two_rooms(passed=0))
    assert "the calls that Fire passes on, which are taken from a declared share" in declared.incomplete
    named = [each for option in found(littleton().area) for each in option.incomplete if "passes on" in each]
    assert named
    assert all(each.endswith("from the incidents that name another service") for each in named)


def test_options_of_the_same_room_are_alternatives() -> None:
    uses = [set(each.uses) for each in found(littleton().area)]
    assert all(one & other for one in uses for other in uses)


def test_the_order_of_the_rows_changes_nothing() -> None:
    assert found(shuffled(two_rooms(), 5)) == found(two_rooms())


# --- how many, and what that is worth --------------------------------------------------------------------------------


def test_the_minutes_are_those_worked_by_hand() -> None:
    # 7 calls in a fortnight each way; by voice 240 s for whoever takes it and whoever holds the line, as a message 16 s for
    # whoever takes it: 240 + 224 s for each of the two.
    (option,) = found(two_rooms())
    a_year = 7 / 2 * WEEKS
    assert option.facts["passed_calls"] == pytest.approx(2 * a_year)
    assert option.facts["minutes_sooner"] == pytest.approx((240 - 16) / 60)
    assert option.facts["hours_a_year_police"] == pytest.approx(a_year * 464 / 3600)
    assert option.facts["hours_a_year_fire"] == pytest.approx(a_year * 464 / 3600)
    assert option.facts["hours_by_voice_fire"] == pytest.approx(a_year * 480 / 3600)


def test_the_cash_is_that_worked_by_hand_to_the_pound() -> None:
    area = two_rooms()
    (option,) = found(area)
    # Each its own interface (£40,000) and connection (£15,000); in use after a year.
    for partner in ("police", "fire"):
        assert total(area, option, "interface of the system, connecting and testing", partner, 0) == -55_000
        assert total(area, option, "support and exchange of messages", partner, 1) == 0
        assert total(area, option, "support and exchange of messages", partner, 2) == -6_000
    # £40,000 and £45,000 a post of 1,450 hours; six tenths of 23.54 hours.
    time = "call handlers' time set free"
    a_year = 7 / 2 * WEEKS
    assert total(area, option, time, "police", 2) == pytest.approx(a_year * 464 / 3600 * 0.6 * 40_000 / 1450)
    assert round(total(area, option, time, "police", 2)) == 390
    assert round(total(area, option, time, "fire", 10)) == 438


def test_minutes_set_free_are_never_cash() -> None:
    area = two_rooms()
    (option,) = found(area)
    for flow in KIND.cash(area, option, DRAWS):
        if flow.line is CashLine.BENEFIT:
            assert flow.kind is CashKind.NOT_CASH_RELEASING
        else:
            assert flow.kind is CashKind.CASH_RELEASING
            assert (flow.amount <= 0).all()


def test_two_rooms_with_one_make_of_system_share_the_price_of_its_interface() -> None:
    area = two_rooms(police={"system": "Beacon"}, fire={"system": "Beacon"})
    (option,) = found(area)
    assert total(area, option, "interface of the system, connecting and testing", "fire", 0) == -35_000


def test_a_pay_that_the_study_does_not_give_is_declared() -> None:
    area = two_rooms(posts=[])
    (option,) = found(area)
    hours = 7 / 2 * WEEKS * 464 / 3600
    expected = hours * 0.6 * 42_000 / 1450
    assert total(area, option, "call handlers' time set free", "police", 3) == pytest.approx(expected)


def test_seconds_by_voice_and_as_a_message_are_drawn_and_the_tornado_knows_both() -> None:
    area = two_rooms()
    (option,) = found(area)
    freed = [
        flow for flow in KIND.cash(area, option, DRAWS) if flow.line is CashLine.BENEFIT and flow.year == 9
    ]
    # Each of the two holds the line on 7 calls a fortnight and logs 7 others; of these a message still takes some seconds.
    seconds = 7 / 2 * WEEKS * (2 * DRAWS[LOG.name] - DRAWS[AS_MESSAGE.name])
    for flow, post in zip(freed, (40_000, 45_000), strict=True):
        hour = post / DRAWS[PRODUCTIVE.name]
        assert np.allclose(flow.amount, seconds / 3600 * hour * DRAWS[REALISED.name])
    moved = swings(lambda draws: KIND.cash(area, option, draws), DECLARED, {})
    found_swings = {each.assumption.name: each for each in moved}
    assert found_swings[LOG.name].at_low < found_swings[LOG.name].at_high
    assert found_swings[AS_MESSAGE.name].at_high < found_swings[AS_MESSAGE.name].at_low


def test_seconds_that_the_second_room_recorded_are_not_drawn() -> None:
    start = datetime(2025, 2, 3, 9, tzinfo=UTC)
    taken = [
        {
            "call_id": f"taken-{number}",
            "service_id": "fire",
            "kind": "passed",
            "connected_at": start + timedelta(hours=number),
            "answered_at": start + timedelta(hours=number),
            "ended_at": start + timedelta(hours=number, seconds=100),
        }
        for number in range(20)
    ]
    area = two_rooms(calls=[*calls("police", "fire", 7), *calls("fire", "police", 7), *taken])
    (option,) = found(area)
    # What fire takes lasts 100 s for whoever takes it and whoever holds the line; what the police take has the declared seconds.
    a_year = 7 / 2 * WEEKS
    for service_id in ("police", "fire"):
        assert option.facts[f"logs_unrecorded_{service_id}"] == pytest.approx(a_year)
        assert option.facts[f"hours_recorded_{service_id}"] == pytest.approx(a_year * 100 / 3600)
    assert option.facts["hours_a_year_fire"] == pytest.approx(a_year * (100 + 240 - 16) / 3600)


def test_if_one_room_is_lost_the_other_answers_as_it_does_without_messages() -> None:
    (option,) = found(two_rooms())
    for service_id in ("police", "fire"):
        now, then = (
            option.facts[f"answered_{when}_without_{service_id}_in_time"] for when in ("now", "then")
        )
        # The same people are on duty, and what is passed on takes them no longer.
        assert isinstance(now, float)
        assert isinstance(then, float)
        assert then >= now
    assert "its calls go to the handlers of another" in str(option.facts["one_room_lost"])


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_calls_passed_are_worth_more_in_every_draw() -> None:
    once, twice = two_rooms(passed=7), two_rooms(passed=14)
    assert found(twice)[0].facts["passed_calls"] == pytest.approx(2 * 14 / 2 * WEEKS)
    assert (worth(twice, found(twice)[0]) > worth(once, found(once)[0])).all()


def test_twice_the_pay_makes_the_same_minutes_worth_more() -> None:
    area = two_rooms()
    dearer = edited(area, "posts", "PC", cost_gbp=3_200_000.0)
    assert (worth(dearer, found(dearer)[0]) > worth(area, found(area)[0])).all()


def test_hours_that_a_post_is_ready_for_are_drawn_and_an_hour_of_fewer_costs_more() -> None:
    area = two_rooms()
    (option,) = found(area)
    hours = DRAWS[PRODUCTIVE.name]
    assert hours[1:].std() > 0
    assert PRODUCTIVE.name not in option.facts
    freed = [flow for flow in KIND.cash(area, option, DRAWS) if flow.line is CashLine.BENEFIT]
    voice = KIND.carry_on(area, option, DRAWS)
    assert all(PRODUCTIVE.name in flow.names for flow in (*freed, *voice))
    # What a post costs is read from the study, so that hours of voice are worth its pay over the hours drawn, draw by draw.
    (fire, *_) = (flow for flow in voice if flow.payer == "fire")
    spent = 7 / 2 * WEEKS * 2 * DRAWS[LOG.name] / 3600
    assert np.allclose(fire.amount, -spent * 45_000 / hours)
    few = replace(PRODUCTIVE, low=1300, central=1300, high=1300)
    fewer = draw([few if each.name == few.name else each for each in (*KIND.assumptions, *APPRAISAL)], 5, 3)
    (less, *_) = (flow for flow in KIND.carry_on(area, option, fewer) if flow.payer == "fire")
    assert less.amount[0] == pytest.approx(fire.amount[0] * 1450 / 1300)


def test_a_second_make_of_system_costs_more() -> None:
    same = two_rooms(police={"system": "Beacon"}, fire={"system": "Beacon"})
    other = two_rooms()
    assert (worth(other, found(other)[0]) < worth(same, found(same)[0])).all()


# --- what one service could do alone ---------------------------------------------------------------------------------


def test_a_service_could_let_its_own_rooms_with_different_systems_send_each_other_messages() -> None:
    two = edited(two_rooms(), "control_rooms", "FR", service_id="police")
    (option,) = KIND.find_alone(two, "police", DECLARED)
    assert option.joins == ("FR", "PR")
    assert option.partners == ("police",)
    assert KIND.find_alone(two, "fire", DECLARED) == []
    assert KIND.find_alone(two_rooms(), "police", DECLARED) == []
    same = edited(two, "control_rooms", "FR", system="police-system")
    assert KIND.find_alone(same, "police", DECLARED) == []


def test_alone_it_costs_two_interfaces_and_frees_no_time_that_anybody_could_count() -> None:
    two = edited(two_rooms(), "control_rooms", "FR", service_id="police")
    (option,) = KIND.find_alone(two, "police", DECLARED)
    flows = KIND.cash(two, option, DRAWS)
    assert sum(float(each.amount[0]) for each in flows if each.line is CashLine.CAPITAL) == -2 * (
        40_000 + 15_000
    )
    assert not any(each.amount.any() for each in flows if each.line is CashLine.BENEFIT)
    assert CashKind.PAYMENT not in {each.kind for each in flows}
    assert "not recorded" in KIND.explain(option)
