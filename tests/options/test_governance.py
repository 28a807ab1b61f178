"""Governance: which models where, what is counted until when, its cash to the pound, and which way its answer leans."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import ASSUMPTIONS as APPRAISAL
from joinedup.appraisal import appraise
from joinedup.area import Area
from joinedup.area.schema import schema
from joinedup.assumptions import draw
from joinedup.options import Option, TellsFacts
from joinedup.options.governance import KIND
from joinedup.options.governance.bodies import COMMISSIONER, COUNCIL
from joinedup.options.governance.declared import ORDER
from joinedup.options.governance.looking import looked_at, standing
from joinedup.options.governance.models import TABLE, commissioners_end, models, unlocks, years_from
from joinedup.options.merged_budgets import KIND as MERGED_BUDGETS
from joinedup.refusal import Refusal
from joinedup.study import assumptions_of
from tests.area.studies import only_query, read, study
from tests.small import Row, edited, littleton, service, site, small_area, with_settings, with_tables

if TYPE_CHECKING:
    from pathlib import Path

DECLARED = assumptions_of()
DRAWS = draw([*KIND.assumptions, *APPRAISAL], 200, seed=3)
GOVERNANCE = "governance-governance-police-fire"


def found(area: Area) -> dict[str, Option]:
    return {str(each.facts["model"]): each for each in KIND.find(area, DECLARED)}


def body(body_id: str, kind: str, services: str, **others: object) -> Row:
    given = {"members": 10, "meetings_a_year": 6, "cost_gbp": 100_000.0, **others}
    return {"body_id": body_id, "name": f"Body {body_id}", "kind": kind, "services": services, **given}


def lines(area: Area, option: Option, year: int) -> dict[tuple[str, str], int]:
    return {
        (flow.what, flow.payer): round(float(flow.amount[0]))
        for flow in KIND.cash(area, option, DRAWS)
        if flow.year == year and flow.amount[0]
    }


def worth(area: Area, option: Option) -> float:
    flows = KIND.cash(area, option, DRAWS)
    return float(appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).npsv[0])


# --- which models ----------------------------------------------------------------------------------------------------


def test_every_model_has_its_standing_nation_date_and_source() -> None:
    assert {each.name for each in models()} == {
        "no change",
        "representation",
        "governance",
        "single employer",
        "mayor",
        "policing and crime board",
        "reorganised council",
        "force or authority merger",
    }
    for each in models():
        assert each.standing
        assert each.nations
        assert each.source
        assert 1996 <= int(each.since[:4]) <= 2028
        assert 1 <= int(each.since[5:]) <= 12


def test_littleton_has_five_models_between_police_and_fire_and_none_with_the_ambulance_service() -> None:
    every = found(littleton().area)
    assert set(every) == {
        "representation",
        "governance",
        "single employer",
        "mayor",
        "policing and crime board",
    }
    assert {each.partners for each in every.values()} == {("police", "fire")}


@pytest.mark.parametrize(("nation", "names"), [("Scotland", set()), ("Wales", {"policing and crime board"})])
def test_a_nation_has_its_own_models(nation: str, names: set[str]) -> None:
    assert set(found(with_settings(littleton().area, nation=nation))) == names


def test_one_body_for_both_is_there_already_and_a_model_needs_its_bodies() -> None:
    area = littleton().area
    both = edited(area, "bodies", "COM", services="police; fire")
    alone = with_tables(both, {"bodies": both.table("bodies").filter(pl.col("body_id") != "AUT")})
    assert not found(alone)
    assert not found(edited(area, "bodies", "AUT", kind="other"))
    assert not found(edited(area, "bodies", "COM", kind=None))


def test_a_council_hands_its_fire_service_over_and_goes_on() -> None:
    # Northamptonshire's fire service passed from the county council to the commissioner in 2019; the council did not end then.
    area = edited(littleton().area, "bodies", "AUT", kind="council", services="fire; libraries")
    every = found(area)
    assert set(every) == set(found(littleton().area))
    for name, option in every.items():
        after = {row["body_id"]: row for row in area.changed(option.changes).table("bodies").to_dicts()}
        stays = name == "representation"
        assert after["AUT"]["services"] == ("fire; libraries" if stays else "libraries")
        assert after["COM"]["services"] == ("police" if stays else "fire; police")
        # No councillor more for the seat, and nothing saved of what a council costs.
        assert after["AUT"]["members"] == 12
        assert option.facts["bodies_after"] == 2
        assert not any(flow.what == "a body that ends" for flow in KIND.cash(area, option, DRAWS))
        assert ("goes on without it" in KIND.explain(option)) != stays
    assert any("which committee" in each for each in every["representation"].incomplete)
    alone = edited(area, "bodies", "AUT", services="fire")
    assert alone.changed(found(alone)["mayor"].changes).table("bodies")["services"].null_count() == 1


def test_a_council_s_fire_service_merges_into_an_authority_and_two_councils_into_none() -> None:
    def merged(kind: str) -> Area:
        return small_area(
            services=[service("north", "fire"), service("south", "fire")],
            bodies=[body("N", "council", "north", members=5), body("S", kind, "south", members=90)],
        )

    area = merged("fire authority")
    after = area.changed(found(area)["force or authority merger"].changes).table("bodies")
    assert after.select("body_id", "services").rows() == [("N", None), ("S", "north; south")]
    assert not found(merged("council"))
    (why,) = [each.why_not for each in standing(looked_at(merged("council"))) if "merger" in each.model.name]
    assert why == ("two councils would need a new authority for both, which no model here makes",)


def test_a_body_that_answers_for_others_too_does_not_end() -> None:
    area = small_area(
        services=[service("north", "fire"), service("south", "fire"), service("ferry", "other")],
        bodies=[
            body("N", "fire authority", "north; ferry", members=5),
            body("S", "mayor", "south; ferry; x"),
        ],
    )
    option = found(area)["force or authority merger"]
    assert area.changed(option.changes).table("bodies").select("body_id", "services").rows() == [
        ("N", "ferry"),
        ("S", "ferry; north; south; x"),
    ]
    assert option.facts["ends_gbp_north"] == 0.0


def test_a_kind_of_body_that_is_not_known_is_queried_with_the_kinds_that_are(tmp_path: Path) -> None:
    # §1.3: else a kind spelt another way would give no option, with nothing said.
    text = "body_id,name,kind,services\nC,One,commissioner,fire\nD,Two,police and crime commissioner,fire\n"
    area, queries = read(study(tmp_path, bodies=text))
    assert area.table("bodies")["kind"].to_list() == ["commissioner", None]
    query = only_query(queries)
    assert (query["row"], query["column"]) == (3, "kind")
    assert query["problem"].startswith("not one of fire authority, commissioner, mayor")


def test_every_kind_of_body_that_a_model_needs_or_makes_is_one_that_a_study_may_state() -> None:
    (field,) = [each for each in schema("bodies").fields if each.name == "kind"]
    named = {kind for each in models() for kinds in each.needs for kind in kinds}
    named |= {each.becomes for each in models() if each.becomes}
    assert named <= set(field.enum)
    assert {COMMISSIONER, COUNCIL} <= set(field.enum)


def test_every_model_of_the_nation_is_shown_those_that_are_no_option_too() -> None:
    told = {each.model.name: each for each in standing(looked_at(littleton().area))}
    assert set(told) == {each.name for each in models("England")}
    assert {name for name, each in told.items() if each.proposed} == set(found(littleton().area))
    assert all(each.proposed or each.why_not for each in told.values())
    assert told["no change"].why_not == ("it joins no two services, and is here to compare with",)
    scotland = standing(looked_at(with_settings(littleton().area, nation="Scotland")))
    assert [each.model.name for each in scotland] == ["no change"]
    # A page of an option tells them.
    words = str(found(littleton().area)["mayor"].facts["not_proposed"])
    assert "no change (each keeps the body that it has; in law: in force" in words
    assert "reorganised council" in words
    assert "policing and crime board" not in words
    # Why not, where a body is not what a model takes.
    other = standing(looked_at(edited(littleton().area, "bodies", "AUT", kind="other")))
    why = next(each.why_not for each in other if each.model.name == "mayor")
    assert why == ("it takes a fire authority or a council, and Littleton Fire Authority is called 'other'",)


def test_two_services_of_one_kind_could_merge_and_the_smaller_body_ends() -> None:
    area = small_area(
        services=[service("north", "fire"), service("south", "fire")],
        bodies=[body("N", "fire authority", "north", members=20), body("S", "fire authority", "south")],
    )
    option = found(area)["force or authority merger"]
    assert option.partners == ("north", "south")
    after = area.changed(option.changes).table("bodies")
    assert after.select("body_id", "services").rows() == [("N", "north; south")]


def test_of_several_forces_the_nearest_is_the_neighbour() -> None:
    area = small_area(
        services=[service("west", "police"), service("east", "police"), service("fire")],
        sites=[site("W", "west", 0), site("E", "east", 90_000), site("F", "fire", 80_000)],
        bodies=[
            body("W", "commissioner", "west"),
            body("E", "commissioner", "east"),
            body("F", "fire authority", "fire"),
        ],
    )
    assert {each.partners for each in KIND.find(area, DECLARED) if each.facts["model"] == "mayor"} == {
        ("east", "fire")
    }


def test_a_board_reads_how_the_law_stands_since_when_where_and_by_what() -> None:
    assert isinstance(KIND, TellsFacts)
    assert {"standing", "in_law", "source", "bodies_after", "members_after", "meetings_after"} <= set(
        KIND.facts_told
    )
    every = found(littleton().area)
    assert every["governance"].facts["in_law"] == "April 2017, in England"
    assert every["policing and crime board"].facts["in_law"] == "May 2028, in England and Wales"
    assert "Policing and Crime Act 2017" in str(every["governance"].facts["source"])


# --- boards, members and meetings ------------------------------------------------------------------------------------


def test_boards_members_and_meetings_are_counted_before_and_after() -> None:
    area = littleton().area
    every = found(area)
    counted = (
        "bodies_before",
        "bodies_after",
        "members_before",
        "members_after",
        "meetings_before",
        "meetings_after",
    )
    assert [every["governance"].facts[each] for each in counted] == [2, 1, 13, 1, 11, 6]
    assert [every["representation"].facts[each] for each in counted] == [2, 2, 13, 14, 11, 11]
    # How many council leaders sit on a board is not known, and not nothing.
    assert every["policing and crime board"].facts["members_after"] is None
    after = area.changed(every["mayor"].changes).table("bodies").filter(pl.col("body_id") == "COM")
    assert after.select("kind", "services", "members").row(0) == ("mayor", "fire; police", 1)


# --- May 2028 --------------------------------------------------------------------------------------------------------


def test_commissioners_end_in_may_2028_two_years_and_a_month_after_the_first_year_begins() -> None:
    assert commissioners_end() == "2028-05"
    assert years_from(commissioners_end(), "2025/26") == pytest.approx(25 / 12)


def test_what_rests_on_a_commissioner_is_counted_until_then_and_a_board_from_then() -> None:
    area = littleton().area
    every = found(area)
    saved = {"a body that ends"}
    years = {
        name: {flow.year for flow in KIND.cash(area, option, DRAWS) if flow.what in saved and flow.amount[0]}
        for name, option in every.items()
    }
    assert years["governance"] == {2, 3}
    assert years["policing and crime board"] == set(range(3, 11))
    assert years["mayor"] == set(range(2, 11))
    assert "May 2028" in KIND.explain(every["governance"])
    assert any("law" in each for each in every["policing and crime board"].incomplete)


def two_forces(kind: str) -> Area:
    return small_area(
        services=[service("north", "police"), service("south", "police")],
        bodies=[body("N", kind, "north", cost_gbp=900_000.0), body("S", kind, "south", cost_gbp=900_000.0)],
    )


def test_a_merger_of_forces_saves_a_commissioner_no_longer_than_there_are_commissioners() -> None:
    def saved(kind: str) -> dict[int, float]:
        area = two_forces(kind)
        option = found(area)["force or authority merger"]
        flows = KIND.cash(area, option, DRAWS)
        return {flow.year: float(flow.amount[0]) for flow in flows if flow.what == "a body that ends"}

    # Three tenths of £900,000 are saved from half of year 2 on: with commissioners for that half and a month, at most.
    mayors, commissioners = saved("mayor"), saved("commissioner")
    assert sum(mayors.values()) == pytest.approx(270_000 * 8.5)
    assert sum(commissioners.values()) == pytest.approx(270_000 * (0.5 + 1 / 12))
    assert not any(commissioners[year] for year in range(4, 11))
    option = found(two_forces("commissioner"))["force or authority merger"]
    assert "May 2028" in KIND.explain(option)
    assert "what follows when commissioners end in May 2028" in option.incomplete
    assert "May 2028" not in KIND.explain(found(two_forces("mayor"))["force or authority merger"])


# --- what it unlocks -------------------------------------------------------------------------------------------------


def stated(evidence: str | None = "the board agreed", probability: float | None = 0.4) -> Area:
    table = pl.DataFrame(
        {
            "governance": [GOVERNANCE],
            "option": ["shared-estate-P9-to-F3"],
            "evidence": [evidence],
            "probability": [probability],
        },
        {"governance": pl.String, "option": pl.String, "evidence": pl.String, "probability": pl.Float64},
    )
    return with_tables(littleton().area, {TABLE: table})


def test_nothing_is_unlocked_unless_it_is_stated_and_what_is_stated_is_no_cash() -> None:
    area = with_tables(littleton().area, {TABLE: littleton().area.table(TABLE).clear()})
    without, with_it = found(area)["governance"], found(stated())["governance"]
    assert unlocks(area, GOVERNANCE) == ()
    assert without.facts["unlocks"] is None
    assert with_it.facts["unlocks"] == "shared-estate-P9-to-F3 (40%: the board agreed)"
    assert "1 option stated" in KIND.explain(with_it)
    assert worth(stated(), with_it) == worth(area, without)


def test_littleton_states_one_option_that_a_change_would_unlock_and_it_is_found_there() -> None:
    (entry,) = unlocks(littleton().area, GOVERNANCE)
    assert entry.option in {each.id for each in MERGED_BUDGETS.find(littleton().area, DECLARED)}


@pytest.mark.parametrize(("evidence", "probability"), [("", 0.4), (None, 0.4), ("said", 1.2), ("said", None)])
def test_an_entry_without_evidence_or_probability_is_refused(
    evidence: str | None, probability: float | None
) -> None:
    with pytest.raises(Refusal, match=r"unlocks.csv: shared-estate-P9-to-F3"):
        KIND.find(stated(evidence, probability), DECLARED)


# --- its cash --------------------------------------------------------------------------------------------------------


def test_its_cash_is_by_hand_to_the_pound() -> None:
    area = littleton().area
    governance = found(area)["governance"]
    assert lines(area, governance, 0) == {
        ("making the local case", "police"): -75_000,
        ("making the local case", "fire"): -75_000,
        ("moving functions and staff by order", "police"): -150_000,
        ("moving functions and staff by order", "fire"): -150_000,
    }
    # In force after a year and a half: half of year 2, and a month of year 3; three tenths of £160,000 are saved.
    assert lines(area, governance, 1) == {}
    assert lines(area, governance, 2) == {("a body that ends", "fire"): 24_000}
    assert lines(area, governance, 3) == {("a body that ends", "fire"): 4_000}
    assert lines(area, governance, 4) == {}
    assert lines(area, found(area)["mayor"], 4) == {
        ("a body that ends", "fire"): 48_000,
        ("what comes in its place", "fire"): -38_400,
    }
    seat = found(area)["representation"]
    assert lines(area, seat, 0) == {
        ("setting up the seat", "police"): -2_500,
        ("setting up the seat", "fire"): -2_500,
    }
    assert lines(area, seat, 2) == {("the seat", "police"): -2_000}


def test_people_s_time_carries_no_optimism_bias_besides_its_range_and_a_project_does() -> None:
    # §5.3: each risk is adjusted once.
    area = littleton().area
    for model, biased in (("governance", False), ("single employer", True)):
        option = found(area)[model]
        flows = KIND.cash(area, option, DRAWS)
        told = appraise(flows, DRAWS, project=KIND.project_type, years=KIND.years).flows
        stated = sum(float(each.amount[0]) for each in flows if each.year == 0)
        spent = sum(float(each.spent[0]) for each in told if each.year == 0)
        assert (spent < stated - 1.0) == biased


# --- which way it leans ----------------------------------------------------------------------------------------------


def test_twice_the_cost_of_the_body_that_ends_is_worth_more_and_of_the_one_that_stays_nothing() -> None:
    area = littleton().area
    now = worth(area, found(area)["governance"])
    ends = edited(area, "bodies", "AUT", cost_gbp=320_000.0)
    stays = edited(area, "bodies", "COM", cost_gbp=1_800_000.0)
    assert worth(ends, found(ends)["governance"]) > now
    assert worth(stays, found(stays)["governance"]) == now


def test_a_body_whose_cost_is_not_known_saves_nothing_and_is_said() -> None:
    area = edited(littleton().area, "bodies", "AUT", cost_gbp=None)
    option = found(area)["governance"]
    assert set(lines(area, option, 2)) == set()
    assert "what Littleton Fire Authority costs to run" in option.incomplete


def test_twice_what_an_order_costs_is_worth_less() -> None:
    area = littleton().area
    option = found(area)["governance"]
    twice = replace(ORDER, low=2 * ORDER.low, central=2 * ORDER.central, high=2 * ORDER.high)
    draws = DRAWS.with_column(twice, 2 * DRAWS[ORDER.name])
    flows = KIND.cash(area, option, draws)
    dearer = appraise(flows, draws, project=KIND.project_type, years=KIND.years).npsv
    assert (
        np.asarray(dearer)
        < np.asarray(
            appraise(KIND.cash(area, option, DRAWS), DRAWS, project=KIND.project_type, years=KIND.years).npsv
        )
    ).all()
