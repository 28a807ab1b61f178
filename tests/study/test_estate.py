"""The whole estate of a study planned at once (§4.1, §5.5)."""

from __future__ import annotations

from joinedup.disclosure import publish
from joinedup.options.shared_estate import whole_estate
from joinedup.study import draft
from tests.small import littleton, with_settings, with_tables


def test_littleton_is_planned_to_a_proof_and_keeps_its_cover() -> None:
    plan = littleton().estate
    assert plan is not None
    assert plan.status == "optimal"
    assert plan.saved_gbp_a_year > 0
    assert all(each.after >= each.least for each in plan.covered)


def test_what_exists_already_is_not_planned_again() -> None:
    plan = littleton().estate
    assert plan is not None
    # Police and fire share the building at Mickleby since 2018.
    assert ("P4", "F4") not in {(each.mover, each.host) for each in plan.moves}


def test_every_move_of_the_plan_fits_where_the_options_say_that_it_fits() -> None:
    plan = littleton().estate
    assert plan is not None
    found = {each.option.joins for each in littleton().assessment.options}
    assert {(each.mover, each.host) for each in plan.moves} <= found


def test_without_floor_areas_or_in_a_study_of_real_named_sites_nothing_is_planned() -> None:
    area = littleton().area
    sites = area.table("sites").clear()
    assert whole_estate(with_tables(area, {"sites": sites}), littleton().assumptions) is None
    assert whole_estate(with_settings(area, overlap_only=True), littleton().assumptions) is None


def test_the_report_shows_the_plan_and_no_value_of_a_site() -> None:
    chapters = {each.name: each for each in publish(draft(littleton())).chapters}
    assert "save about" in chapters["estate"].answer
