"""Options found, appraised on common draws, judged by the safety gate and put in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from joinedup.appraisal import Outcome
from joinedup.area import Change
from joinedup.options import Option, kinds
from joinedup.refusal import Refusal
from joinedup.response import drives
from joinedup.study import Assessment, assess, assumptions_of
from joinedup.study.assessing import DRAWS
from joinedup.study.gating import gate
from tests.small import (
    LITTLETON,
    littleton,
    service,
    shuffled,
    site,
    small_area,
    unit,
    with_settings,
    with_tables,
)

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area
    from joinedup.study import Assessed


def assessed(area: Area) -> Assessment:
    return assess(area, assumptions_of(LITTLETON))


def without(area: Area, *tables: str) -> Area:
    return replace(area, tables={name: table for name, table in area.tables.items() if name not in tables})


def outcomes(assessment: Assessment) -> dict[str, Outcome]:
    """Give the outcomes of the moves from one site to another."""
    return {
        each.option.id.removeprefix("shared-estate-"): each.gate.outcome
        for each in assessment.options
        if each.option.kind == "shared estate"
    }


# --- chance ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_gives_the_same_worth_to_the_last_bit_whatever_the_order_of_the_rows() -> None:
    first = assessed(littleton().area)
    for again in (assessed(littleton().area), assessed(shuffled(littleton().area, 11))):
        assert [each.option for each in again.options] == [each.option for each in first.options]
        for one, other in zip(first.options, again.options, strict=True):
            assert one.appraisal.npsv.tobytes() == other.appraisal.npsv.tobytes()
        assert again.order.placed == first.order.placed


@pytest.mark.slow
def test_another_seed_gives_other_draws_and_the_same_central_worth() -> None:
    first, other = assessed(littleton().area), assessed(with_settings(littleton().area, seed=2016))
    for one, two in zip(first.options, other.options, strict=True):
        assert one.appraisal.npsv[0] == two.appraisal.npsv[0]
        assert (one.appraisal.npsv[1:] != two.appraisal.npsv[1:]).any()


def test_draws_are_common_to_all_options() -> None:
    # The two moves out of one station cost and free the same, so on common draws they are worth the same in each.
    found = littleton().assessment
    one, other = found["shared-estate-A1-to-F1"], found["shared-estate-A1-to-P1"]
    assert one.appraisal.npsv.shape == (DRAWS + 1,)
    assert np.array_equal(one.appraisal.npsv, other.appraisal.npsv)
    assert len({each.appraisal.npsv.shape for each in found.options}) == 1


def test_an_option_is_worth_the_same_whatever_else_is_found() -> None:
    area = littleton().area
    fewer = with_tables(area, {"sites": area.table("sites").filter(~pl.col("site_id").is_in(["P9", "A6"]))})
    alone = assessed(fewer)
    assert len(alone.options) < len(littleton().assessment.options)
    for each in alone.options:
        assert np.array_equal(each.appraisal.npsv, littleton().assessment[each.option.id].appraisal.npsv)


# --- sets ------------------------------------------------------------------------------------------------------------


def test_a_set_with_a_way_of_working_in_rooms_is_no_safer_than_its_own_gate() -> None:
    assessment = littleton().assessment
    unsafe, safe = "shared-control-room-one-team-police-fire", "digital-incident-message-ambulance-fire"
    moves = "shared-estate-A1-to-F1"
    assert assessment[unsafe].gate.outcome is Outcome.FAIL
    assert assessment[safe].gate.outcome is Outcome.PASS
    alone = assessment.judge_together(frozenset({moves}))
    assert assessment.judge_together(frozenset({moves, safe})) is alone
    assert assessment.judge_together(frozenset({moves, unsafe})) is Outcome.FAIL
    # Both touch fire's calls, and were each played without the other.
    both = frozenset({safe, "digital-incident-message-police-fire"})
    assert assessment.judge_together(both) is Outcome.CANNOT_TELL


# --- the safety gate -------------------------------------------------------------------------------------------------


def test_without_recorded_tolerances_nobody_can_tell_save_where_nobody_moves() -> None:
    assessment = assessed(with_settings(littleton().area, tolerances={}))
    assert outcomes(assessment).pop("P9-to-F3") is Outcome.PASS
    others = {move: outcome for move, outcome in outcomes(assessment).items() if move != "P9-to-F3"}
    assert set(others.values()) == {Outcome.CANNOT_TELL}
    placed = [each.id for each in assessment.order.placed if each.id.startswith("shared-estate-")]
    assert placed == ["shared-estate-P9-to-F3"]


def test_without_a_table_of_units_nobody_can_tell_of_any_option() -> None:
    assessment = assessed(without(littleton().area, "units", "shifts", "attendances"))
    assert assessment.options
    assert set(outcomes(assessment).values()) == {Outcome.CANNOT_TELL}
    assert not assessment.order.placed
    assert all("no response times to judge by" in each.gate.reasons[0] for each in assessment.options)


@pytest.mark.parametrize("left", ["none of its units", "its units without a site"])
def test_where_a_service_does_not_say_where_its_units_are_nobody_can_tell_of_the_sites_it_gives_up(
    left: str,
) -> None:
    units = littleton().area.table("units")
    ambulance = pl.col("service_id") == "ambulance"
    given = (
        units.filter(~ambulance)
        if left == "none of its units"
        else units.with_columns(pl.when(~ambulance).then("site_id").alias("site_id"))
    )
    found = outcomes(assessed(with_tables(littleton().area, {"units": given})))
    assert {move: found[move] for move in ("A1-to-F1", "A6-to-P8", "A3-to-F4")} == dict.fromkeys(
        ("A1-to-F1", "A6-to-P8", "A3-to-F4"), Outcome.CANNOT_TELL
    )
    assert found["P9-to-F3"] is Outcome.PASS


def test_without_incidents_nobody_can_tell_of_the_options_that_move_units() -> None:
    found = outcomes(assessed(without(littleton().area, "incidents", "attendances")))
    assert found.pop("P9-to-F3") is Outcome.PASS
    assert set(found.values()) == {Outcome.CANNOT_TELL}


def test_what_did_not_pass_is_never_in_the_order() -> None:
    assessment = littleton().assessment
    passed = {each.option.id for each in assessment.options if each.gate.outcome is Outcome.PASS}
    assert {each.id for each in assessment.order.placed} == passed
    assert {each.id for each in assessment.order.apart}.isdisjoint(passed)


def test_an_option_that_takes_the_last_placed_site_of_a_service_is_no_pass() -> None:
    area = small_area(
        littleton().area.settings,
        services=[service("fire"), service("police")],
        sites=[site("F1", "fire", 0), {**site("P1", "police", 0), "x": None, "y": None}],
        units=[unit("E1", "fire", "F1")],
        incidents=[
            {"incident_id": "I1", "service_id": "fire", "x": 10.0, "y": 0.0, "place_precision": "exact"}
        ],
    )
    changes = (Change("units", "E1", "site_id", "P1"), Change("sites", "F1", None))
    option = Option("x", "x", "x", ("fire", "police"), ("F1", "P1"), ("F1", "P1"), changes, (), {})
    travel = littleton().travel
    judged = gate(area, option, drives(area, travel), travel)
    assert judged.outcome is Outcome.CANNOT_TELL


# --- what is found, and what is lacking ------------------------------------------------------------------------------


def test_an_example_of_real_named_sites_gets_no_options() -> None:
    assessment = assessed(with_settings(littleton().area, overlap_only=True))
    assert assessment.options == ()
    assert assessment.order.placed == ()
    assert assessment.lacking == {}


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: str(kind.name))
def test_what_a_kind_needs_and_the_study_lacks_is_named_with_why(kind: object) -> None:
    bare = without(littleton().area, *(set(littleton().area.tables) - {"services", "incidents"}))
    lacking = assessed(bare).lacking
    for each in kinds():
        missing = tuple(need for need in each.needs if need.table not in {"services", "incidents"})
        assert lacking.get(each.name, ()) == missing
        assert all(need.why for need in missing)


def test_floor_areas_that_nobody_recorded_are_asked_for() -> None:
    sites = littleton().area.table("sites").with_columns(pl.lit(None, pl.Float64).alias("floor_area_m2"))
    assessment = assessed(with_tables(littleton().area, {"sites": sites}))
    assert [need.columns for need in assessment.lacking["shared estate"]] == [("floor_area_m2",)]
    assert not [each for each in assessment.options if each.option.kind == "shared estate"]


def test_firmness_is_asked_of_fewer_than_there_are_to_choose_from() -> None:
    # Staying among three of three would say nothing.
    assert littleton().assessment.order.top == min(3, len(littleton().assessment.order.placed) - 1)
    none = assessed(with_settings(littleton().area, overlap_only=True))
    assert none.order.top == 1


def test_each_option_is_appraised_beside_carrying_on_and_with_what_parting_would_cost() -> None:
    for each in littleton().assessment.options:
        comparison = each.appraisal.comparison
        # What nobody does today costs nothing to carry on with.
        assert comparison.do_minimum is not None or each.option.kind != "shared estate"
        assert comparison.do_minimum is None or comparison.do_minimum[0] <= 0
        assert each.appraisal.leaving.stated
        if each.option.kind == "shared estate":
            assert each.appraisal.leaving.cost[0] == 100_000
        assert each.appraisal.leaving.cost[0] > 0
        # Some options are worth something to society besides.
        assert _partners(each)[: len(littleton().area.services)] == littleton().area.services
        assert set(_partners(each)) <= {*littleton().area.services, "society"}


def _partners(each: Assessed) -> tuple[str, ...]:
    return tuple(standing.partner for standing in each.appraisal.standings)


# --- a study's own assumptions ---------------------------------------------------------------------------------------


def test_a_study_s_own_value_lies_over_the_declared_one() -> None:
    assert assumptions_of()["shared_estate.cost_to_adapt"].central == 1500
    assert assumptions_of(LITTLETON)["shared_estate.cost_to_adapt"].central == 400


def test_a_study_without_values_of_its_own_has_the_declared_ones(tmp_path: Path) -> None:
    assert assumptions_of(tmp_path) == assumptions_of()


def test_assumptions_saved_in_another_alphabet_are_refused_by_file(tmp_path: Path) -> None:
    (tmp_path / "assumptions.csv").write_bytes(
        "name,low,central,high,source\noverlap.reach,3,5,8,£\n".encode("cp1252")
    )
    with pytest.raises(Refusal, match=r"assumptions\.csv: is not UTF-8 text; save it as 'CSV UTF-8'"):
        assumptions_of(tmp_path)


def test_assumptions_saved_by_a_spreadsheet_with_its_mark_in_front_are_read(tmp_path: Path) -> None:
    (tmp_path / "assumptions.csv").write_text(
        "name,low,central,high,source\noverlap.reach,3,6,8,agreed\n", "utf-8-sig"
    )
    assert assumptions_of(tmp_path)["overlap.reach"].central == 6
