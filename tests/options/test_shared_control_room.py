"""Shared control room: which rooms and how, what it costs to the pound, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise, appraise_set
from joinedup.area import Area
from joinedup.assumptions import draw
from joinedup.money import CashKind
from joinedup.options import Option
from joinedup.options.shared_control_room import SharedControlRoom
from joinedup.options.shared_control_room.declared import (
    DUTIES,
    FALLBACK_STAFF,
    LOST_HOURS,
    PROJECT,
    YEARS_TO_LIVE,
)
from joinedup.options.shared_control_room.joining import spent_in
from joinedup.options.shared_control_room.losing import NOBODY_CAN_TELL
from joinedup.options.shared_control_room.staffing import whole_posts
from joinedup.refusal import Refusal
from joinedup.study import assumptions_of
from tests.small import Row, edited, littleton, service, site, small_area, with_tables

KIND = SharedControlRoom()
DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
WEEKS = 365.2425 / 7
HANDLERS = 340 * WEEKS / 1450
"""Posts of one room: two awake for 168 hours are 34 shifts of 10 hours at the least."""


def calls(service_id: str) -> list[Row]:
    """Give two 999 calls a day over a fortnight: too few for more than the two who are always awake."""
    start = datetime(2025, 2, 3, 9, tzinfo=UTC)
    found = []
    for number in range(28):
        at = start + timedelta(hours=12 * number)
        times = {"connected_at": at, "answered_at": at, "ended_at": at + timedelta(seconds=120)}
        found.append({"call_id": f"{service_id}-{number}", "service_id": service_id, "kind": "999", **times})
    return found


def two_rooms(fire: Row | None = None, contracts: list[Row] | None = None, **tables: list[Row]) -> Area:
    """Make a police room of eight desks and 40 posts, and a fire room of four and 10, with other systems and bills."""
    given: dict[str, list[Row]] = {
        "services": [service("police"), service("fire")],
        "sites": [site("P", "police", 0), site("F", "fire", 3000)],
        "control_rooms": [
            {
                "room_id": "PR",
                "service_id": "police",
                "site_id": "P",
                "name": "Police room",
                "positions": 8,
                "system": "Beacon",
                "running_cost_gbp": 300_000.0,
            },
            {
                "room_id": "FR",
                "service_id": "fire",
                "site_id": "F",
                "name": "Fire room",
                "positions": 4,
                "system": "Tern",
                "running_cost_gbp": 100_000.0,
                **(fire or {}),
            },
        ],
        "calls": [*calls("police"), *calls("fire")],
        "posts": [
            {
                "post_id": "PC",
                "service_id": "police",
                "function": "control",
                "site_id": "P",
                "fte": 40.0,
                "cost_gbp": 1_600_000.0,
            },
            {
                "post_id": "FC",
                "service_id": "fire",
                "function": "control",
                "site_id": "F",
                "fte": 10.0,
                "cost_gbp": 450_000.0,
            },
        ],
        "contracts": contracts or [],
        **tables,
    }
    return small_area(None, **given)


def found(area: Area) -> dict[str, Option]:
    options = {str(each.facts["way"]): each for each in KIND.find(area, DECLARED) if len(each.partners) == 2}
    assert len(options) <= 3
    return options


def lines(area: Area, option: Option, year: int) -> dict[tuple[str, str], int]:
    """Give the central cash of one year by what it is and who pays, to the pound."""
    sums: dict[tuple[str, str], float] = {}
    for flow in KIND.cash(area, option, DRAWS):
        if flow.year == year and flow.amount[0]:
            key = (flow.what, flow.payer)
            sums[key] = sums.get(key, 0.0) + float(flow.amount[0])
    return {key: round(value) for key, value in sums.items()}


def worth(area: Area, option: Option) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    flows = KIND.cash(area, option, DRAWS)
    return np.asarray(appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).npsv)


# --- which rooms -----------------------------------------------------------------------------------------------------


def test_two_rooms_are_three_ways_and_three_rooms_are_every_group() -> None:
    assert set(found(two_rooms())) == {"co-located", "one-team", "night"}
    every = KIND.find(littleton().area, DECLARED)
    assert len(every) == 12
    assert {len(each.partners) for each in every} == {2, 3}


def test_rooms_on_one_floor_already_are_not_brought_onto_one_floor() -> None:
    assert set(found(two_rooms(fire={"site_id": "P"}))) == {"one-team", "night"}


@pytest.mark.parametrize("kind", ["shared control room", "Shared-control room"])
def test_what_exists_is_never_proposed(kind: str) -> None:
    live = {"kind": kind, "partners": "police; fire", "status": "live"}
    assert found(two_rooms(collaborations=[live])) == {}


def test_three_rooms_of_which_two_were_tried_together_say_so() -> None:
    area = littleton().area
    refused: Row = {
        "kind": "shared control room",
        "partners": "police; fire",
        "status": "refused",
        "why": "no case was seen",
    }
    area = with_tables(area, {"collaborations": small_area(collaborations=[refused]).table("collaborations")})
    tried = {each.partners: each.facts["tried_before"] for each in KIND.find(area, DECLARED)}
    assert tried["police", "fire"] == "refused: no case was seen"
    assert tried["police", "ambulance", "fire"] == "by fire and police alone: refused: no case was seen"
    assert tried["police", "ambulance"] is None


# --- if one room is lost ---------------------------------------------------------------------------------------------


def answered(option: Option) -> dict[str, float]:
    """Give the share of 999 calls answered in time by when, and which room is lost."""
    return {
        name.removeprefix("answered_").removesuffix("_in_time"): float(value or 0)
        for name, value in option.facts.items()
        if name.endswith("_in_time")
    }


def test_rooms_apart_stand_in_for_each_other_and_one_place_is_lost_with_all_that_is_in_it() -> None:
    now = {"now_open", "now_without_police", "now_without_fire", "then_open"}
    for way, option in found(two_rooms()).items():
        apart = {"then_without_police", "then_without_fire"}
        assert set(answered(option)) == now | (apart if way == "night" else {"then_without_all"})
        assert all(0 <= share <= 1 for share in answered(option).values())
        assert option.facts["lost_hours"] == 8.0
        said = str(option.facts["one_room_lost"])
        assert ("with 50% of those on duty" in said) is (way != "night")
        assert ("the handlers of another" in said) is (way == "night")


def test_a_fallback_to_which_everybody_comes_answers_as_the_room_would_and_one_to_which_few_come_not_so_well() -> (
    None
):
    area = littleton().area

    def with_share(share: float) -> dict[str, float]:
        own = replace(FALLBACK_STAFF, low=share, central=share, high=share)
        options = KIND.find(area, {**littleton().assumptions, own.name: own})
        return answered(
            next(each for each in options if each.id == "shared-control-room-one-team-police-fire")
        )

    all_come, half = (with_share(each) for each in (1.0, 0.5))
    assert all_come["then_without_all"] == all_come["then_open"]
    assert half["then_without_all"] < all_come["then_without_all"]
    # The rooms as they are have no fallback to staff.
    assert all_come["now_without_police"] == half["now_without_police"]


def test_a_room_lost_for_longer_is_lost_for_as_many_of_the_busiest_hours() -> None:
    own = replace(LOST_HOURS, low=24, central=24, high=24)
    (option, *_) = KIND.find(littleton().area, {**littleton().assumptions, own.name: own})
    assert option.facts["lost_hours"] == 24.0
    (usual, *_) = KIND.find(littleton().area, littleton().assumptions)
    calls = [each.facts["calls_in_lost_hours"] for each in (option, usual)]
    assert isinstance(calls[0], float)
    assert isinstance(calls[1], float)
    assert calls[1] < calls[0] < 3 * calls[1]


def test_without_calls_nobody_can_tell_what_callers_would_wait() -> None:
    for option in found(two_rooms(calls=[])).values():
        assert option.facts["one_room_lost"] == NOBODY_CAN_TELL
        assert not answered(option)


# --- the step --------------------------------------------------------------------------------------------------------


def test_the_largest_room_is_the_host_and_the_others_are_closed_moved_or_given_its_system() -> None:
    area = two_rooms()
    for way, rooms, where in (
        ("one-team", [("PR", "P", "Beacon")], "P"),
        ("co-located", [("PR", "P", "Beacon"), ("FR", "P", "Tern")], "P"),
        ("night", [("PR", "P", "Beacon"), ("FR", "F", "Beacon")], "F"),
    ):
        option = found(area)[way]
        after = area.changed(option.changes)
        assert option.joins == ("PR", "FR")
        assert after.table("control_rooms").select("room_id", "site_id", "system").rows() == rooms
        assert after.table("posts")["site_id"].to_list() == ["P", where]


def test_handlers_are_those_always_awake_and_posts_are_whole_and_by_roster() -> None:
    # Two rooms with two awake, 336 hours each; one room with two. On whole shifts 340 hours come free: 12.2 posts.
    option = found(two_rooms())["one-team"]
    assert option.facts["hours_before"] == 672
    assert option.facts["hours_after"] == 336
    assert option.facts["roster_before"] == 680
    assert option.facts["roster_after"] == 340
    assert 12 < HANDLERS < 13
    assert option.facts["posts_freed"] == 12
    assert option.facts["posts_freed_police"] == option.facts["posts_freed_fire"] == 6
    assert found(two_rooms())["co-located"].facts["posts_freed"] == 0


def test_on_a_passed_call_a_team_saves_the_second_logging_and_one_floor_a_part_of_it() -> None:
    # By voice it takes 240 s and on one floor 90 s. Of the police's calls, at 11:00 and at 23:00, half come at night.
    given = [
        {
            **each,
            **{key: value + timedelta(hours=2) for key, value in each.items() if isinstance(value, datetime)},
            "passed_to": "fire" if each["service_id"] == "police" else None,
        }
        for each in (*calls("police"), *calls("fire"))
    ]
    options = found(two_rooms(calls=given))
    sooner = {way: each.facts["minutes_sooner"] for way, each in options.items()}
    assert sooner == pytest.approx({"co-located": 150 / 60, "one-team": 240 / 60, "night": 240 / 60 / 2})
    assert "minutes_sooner" not in found(two_rooms(calls=[]))["one-team"].facts


def test_no_more_posts_come_free_than_there_are_and_none_where_none_are_recorded() -> None:
    few = edited(two_rooms(), "posts", "FC", fte=3.5, cost_gbp=157_500.0)
    assert found(few)["one-team"].facts["posts_freed_fire"] == 3
    none = two_rooms(posts=[])
    option = found(none)["one-team"]
    assert option.facts["posts_freed"] == 0
    assert any("none can be set free before they are recorded" in each for each in option.incomplete)


@pytest.mark.parametrize(
    ("posts", "weights", "shared"),
    [
        (5.9, {"a": 1.0, "b": 1.0, "c": 3.0}, {"a": 1, "b": 1, "c": 3}),
        (5.0, {"a": 2.0, "b": 1.0}, {"a": 3, "b": 2}),
        (0.9, {"a": 1.0, "b": 1.0}, {"a": 0, "b": 0}),
        (-0.3, {"a": 3.0, "b": 1.0}, {"a": -1, "b": 0}),
    ],
)
def test_a_part_of_a_post_is_none_freed_and_one_added(
    posts: float, weights: dict[str, float], shared: dict[str, int]
) -> None:
    assert whole_posts(posts, weights) == shared


def test_long_names_of_three_rooms_leave_room_to_explain() -> None:
    area = littleton().area
    for room in ("PR", "FR", "AR"):
        area = edited(area, "control_rooms", room, name=f"{room} regional emergency services control room")
    for option in KIND.find(area, DECLARED):
        assert len(KIND.explain(option).split()) < 80


def test_without_calls_or_incidents_staff_is_an_open_question() -> None:
    option = found(two_rooms(calls=[]))["one-team"]
    assert option.facts["hours_before"] is None
    assert option.facts["posts_freed"] == 0
    assert "not known" in KIND.explain(option)
    assert "how many call handlers each room needs: no calls or incidents with a time" in option.incomplete


# --- the cash, worked by hand ----------------------------------------------------------------------------------------


def test_the_cash_of_one_team_is_that_worked_by_hand_to_the_pound() -> None:
    ends: Row = {
        "contract_id": "C",
        "service_id": "fire",
        "item": "Command and control",
        "function": "control",
        "yearly_gbp": 30_000.0,
        "ends_on": date(2028, 9, 30),
    }
    area = two_rooms(contracts=[ends])
    option = found(area)["one-team"]
    # By staff 40 of 50, by calls half: police bear 0.65 of what is common, fire 0.35.
    # The project and the system are paid for over the two years until the rooms work together, half in each.
    both_years = {
        ("integrating systems", "police"): -97_500,
        ("integrating systems", "fire"): -52_500,
        ("project team", "police"): -100_000,
        ("project team", "fire"): -100_000,
    }
    assert lines(area, option, 0) == {}
    assert lines(area, option, 1) == both_years
    # Desks, training and moving are of the last year before.
    assert lines(area, option, 2) == {
        **both_years,
        ("desks in the shared room", "police"): -52_000,
        ("desks in the shared room", "fire"): -28_000,
        ("training to answer for every service", "police"): round(-5_000 * HANDLERS),
        ("training to answer for every service", "fire"): round(-5_000 * HANDLERS),
        ("relocation of people", "fire"): -20_000,
    }
    # Of 6 posts each on paper a roster frees 4, of which 0.4 are not needed elsewhere; 3 months of two rooms.
    first_year = {
        ("double running", "fire"): round(-(100_000 + 45_000 * HANDLERS) / 4),
        # Paid to people whose posts end: a payment, which is positive and no cost to all together (§5.2).
        ("redundancy pay", "police"): 4_800,
        ("redundancy pay", "fire"): 4_800,
    }
    every_year = {
        ("posts freed, less those that other duties need", "police"): 16_000,
        ("posts freed, less those that other duties need", "fire"): 18_000,
        ("support of the joint system", "police"): -23_400,
        ("support of the joint system", "fire"): -12_600,
        ("fallback in case the room is lost", "police"): -6_500,
        ("fallback in case the room is lost", "fire"): -3_500,
        ("what the newcomers add to the host's bills", "police"): -20_000,
        # 0.35 of 300,000 and the 20,000 more: a payment, from fire to police.
        ("share of the room's bills", "fire"): 112_000,
    }
    bills = ("bills of the room given up", "fire")
    assert lines(area, option, 3) == {**every_year, **first_year, bills: 70_000}
    assert lines(area, option, 4) == {**every_year, bills: 100_000}


def test_what_is_done_once_is_spread_over_the_transition_and_is_the_same_in_all() -> None:
    # Whatever the years until the rooms work together, all of it is spent, none before the start and none but the two rooms'
    # bills and redundancy, which come after, once they work together.
    area = two_rooms()
    option = found(area)["one-team"]
    spent = np.zeros((KIND.years + 1, len(DRAWS)))
    for flow in KIND.cash(area, option, DRAWS):
        if flow.what == "project team" and flow.payer == "fire":
            spent[flow.year] -= flow.amount
    assert np.allclose(spent.sum(axis=0), DRAWS[PROJECT.name])
    live = DRAWS[YEARS_TO_LIVE.name]
    for year in range(KIND.years + 1):
        assert not spent[year][live <= year - 1].any()
        assert (spent[year][live > year - 1] > 0).all() or not year
    assert np.allclose(spent[1], DRAWS[PROJECT.name] / live)


@pytest.mark.parametrize(
    ("since", "until", "shares"),
    [(0, 2, [0.5, 0.5, 0]), (1, 2, [0, 1, 0]), (1.5, 2.5, [0, 0.5, 0.5]), (2, 2, [0, 0, 1])],
)
def test_what_is_spent_evenly_falls_in_the_years_that_it_covers(
    since: float, until: float, shares: list[float]
) -> None:
    given = np.array([float(since)]), np.array([float(until)])
    assert [float(spent_in(year, *given)[0]) for year in (1, 2, 3)] == shares


def test_the_cash_of_a_shared_floor_frees_the_floor_alone_and_joins_no_system() -> None:
    area = two_rooms()
    option = found(area)["co-located"]
    assert lines(area, option, 2) == {
        ("project team", "police"): -100_000,
        ("project team", "fire"): -100_000,
        ("relocation of people", "fire"): -20_000,
        ("desks in the shared room", "police"): -52_000,
        ("desks in the shared room", "fire"): -28_000,
    }
    # Of £100,000 the floor is 35,000; the host's bills rise by a fifth of it and the fallback takes a tenth.
    assert lines(area, option, 5) == {
        ("bills of the room given up", "fire"): 35_000,
        ("fallback in case the room is lost", "police"): -2_275,
        ("fallback in case the room is lost", "fire"): -1_225,
        ("what the newcomers add to the host's bills", "police"): -7_000,
        ("share of the room's bills", "fire"): round(307_000 * 0.35),
    }


def test_pooling_at_night_gives_up_no_room_and_pays_for_nine_hours_of_the_host_s() -> None:
    area = two_rooms()
    option = found(area)["night"]
    assert option.facts["from"] == "22:00"
    assert option.facts["until"] == "07:00"
    year = lines(area, option, 5)
    assert ("bills of the room given up", "fire") not in year
    assert ("fallback in case the room is lost", "fire") not in year
    assert year["share of the room's bills", "fire"] == round(300_000 * 0.35 * 9 / 24)


def test_two_makes_of_one_system_cost_three_tenths_to_integrate() -> None:
    area = two_rooms(fire={"system": "Beacon"})
    half = lines(area, found(area)["one-team"], 1)
    assert half["integrating systems", "police"] == -29_250


def test_a_room_without_bills_is_taken_at_so_much_a_desk() -> None:
    area = two_rooms(fire={"running_cost_gbp": None})
    assert lines(area, found(area)["one-team"], 5)["bills of the room given up", "fire"] == 88_000


def test_payments_are_worth_nothing_to_all_together() -> None:
    area = two_rooms()
    for option in found(area).values():
        flows = KIND.cash(area, option, DRAWS)
        paid = [flow for flow in flows if flow.kind is CashKind.PAYMENT]
        assert paid
        assert all(np.allclose(sum(amount for _, amount in flow.falls_on()), 0) for flow in paid)


# --- which way it leans ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["one-team", "co-located"])
def test_twice_the_bills_of_the_room_given_up_are_worth_more(way: str) -> None:
    once, twice = two_rooms(), two_rooms(fire={"running_cost_gbp": 200_000.0})
    change = worth(twice, found(twice)[way]) - worth(once, found(once)[way])
    assert change[0] > 0
    assert change[1:].mean() > 0


def test_twice_the_other_duties_turn_the_posts_into_a_cost_as_in_ohio() -> None:
    area = two_rooms()
    option = found(area)["one-team"]
    doubled = DRAWS.with_column(DRAWS.assumptions[DUTIES.name], 2 * DRAWS[DUTIES.name])
    for flow in KIND.cash(area, option, doubled):
        if flow.what.startswith("posts freed"):
            assert flow.amount[0] <= 0
    after = appraise(KIND.cash(area, option, doubled), doubled, project=KIND.project_type, years=KIND.years)
    assert (after.npsv <= worth(area, option) + 1e-6).all()


def test_a_contract_that_ends_later_is_worth_less() -> None:
    contract: Row = {
        "contract_id": "C",
        "service_id": "fire",
        "item": "Command and control",
        "function": "control",
        "yearly_gbp": 30_000.0,
    }
    soon, late = (two_rooms(contracts=[{**contract, "ends_on": date(year, 3, 31)}]) for year in (2026, 2033))
    assert worth(late, found(late)["one-team"])[0] < worth(soon, found(soon)["one-team"])[0]


# --- what one service could do alone -----------------------------------------------------------------------------------


def one_service() -> Area:
    """Let the police hold both rooms, with one make of system."""
    area = two_rooms({"service_id": "police", "system": "Beacon"})
    area = edited(area, "posts", "FC", service_id="police")
    return edited(area, "sites", "F", service_id="police")


def test_a_service_with_two_rooms_could_bring_the_smaller_into_the_larger_by_itself() -> None:
    area = one_service()
    (option,) = KIND.find_alone(area, "police", DECLARED)
    assert option.joins == ("PR", "FR")
    assert option.partners == ("police",)
    assert KIND.find_alone(area, "fire", DECLARED) == []
    assert KIND.find_alone(two_rooms(), "police", DECLARED) == []
    after = area.changed(option.changes)
    assert after.table("control_rooms")["room_id"].to_list() == ["PR"]
    assert set(after.table("posts")["site_id"]) == {"P"}


def test_the_cash_of_one_room_alone_is_that_worked_by_hand_to_the_pound() -> None:
    area = one_service()
    (option,) = KIND.find_alone(area, "police", DECLARED)
    # One make of system: three tenths of £300,000. Four desks come to the larger room.
    once = {("integrating systems", "police"): -45_000, ("project team", "police"): -100_000}
    assert lines(area, option, 1) == once
    # Ten of the 50 posts, of £41,000 each, move; for three months both rooms go on. Nobody learns another service's calls.
    assert lines(area, option, 2) == {
        **once,
        ("desks in the shared room", "police"): -80_000,
        ("relocation of people", "police"): -20_000,
    }
    assert lines(area, option, 3) == {
        ("double running", "police"): -127_500,
        ("bills of the room given up", "police"): 100_000,
        ("support of the joint system", "police"): -10_800,
        ("fallback in case the room is lost", "police"): -10_000,
        ("what the newcomers add to the host's bills", "police"): -20_000,
    }
    assert CashKind.PAYMENT not in {flow.kind for flow in KIND.cash(area, option, DRAWS)}


def test_twice_the_bills_of_its_own_smaller_room_make_it_worth_more_to_join_alone() -> None:
    area = one_service()
    (option,) = KIND.find_alone(area, "police", DECLARED)
    dear = edited(area, "control_rooms", "FR", running_cost_gbp=200_000.0)
    assert worth(dear, option)[0] > worth(area, option)[0]


# --- what cannot be counted twice ------------------------------------------------------------------------------------


def test_a_room_and_the_building_it_stands_in_are_never_both_given_up_or_filled() -> None:
    # §5.5: closing police headquarters moves the police room, into which the shared room would bring fire's.
    assessment = littleton().assessment
    closing = assessment["shared-estate-P9-to-F3"]
    together = [
        each for each in assessment.options if each.option.kind == KIND.name and "PR" in each.option.joins
    ]
    assert len(together) == 9
    apart = {frozenset(each.options): each.things for each in assessment.order.conflicts}
    for each in together:
        assert "sites/P9" in apart[frozenset((each.option.id, closing.option.id))]
        with pytest.raises(Refusal, match="both use"):
            appraise_set([(closing.option, closing.appraisal), (each.option, each.appraisal)], DRAWS)
    messages = [each.option for each in assessment.options if each.option.kind == "digital incident message"]
    assert messages
    assert not any(set(each.uses) & set(closing.option.uses) for each in messages)
