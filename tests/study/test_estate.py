"""The whole estate of a study planned at once (§4.1, §5.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from joinedup.disclosure import Draft, PublishedBullets, PublishedChapter, PublishedTable, publish
from joinedup.options.shared_estate import whole_estate
from joinedup.study import draft
from joinedup.study.drafting.estate import estate_chapter
from tests.small import edited, littleton, with_settings, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.locate import Plan


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


def chapter_of(plan: Plan, area: Area | None = None) -> PublishedChapter:
    """Give the chapter on a plan as it is published."""
    study = replace(littleton(), area=area or littleton().area)
    study.__dict__["estate"] = plan
    (drafted,) = estate_chapter(study)
    (chapter,) = publish(Draft("Estate", "", (drafted,))).chapters
    return chapter


def test_a_plan_that_ran_out_of_time_says_how_much_cheaper_another_could_be_and_is_never_called_the_best() -> (
    None
):
    proven = littleton().estate
    assert proven is not None
    assert "No plan under these terms is cheaper." in chapter_of(proven).answer
    bound = proven.cost_gbp_a_year - 5_000.0
    answer = chapter_of(replace(proven, status="feasible", bound_gbp_a_year=bound)).answer
    assert "not proven to be the cheapest" in answer
    assert "£5,000 a year cheaper" in answer
    assert "No plan under these terms is cheaper." not in answer


def test_what_closes_without_a_move_and_what_the_study_holds_fast_are_named() -> None:
    plan = littleton().estate
    assert plan is not None
    area = edited(littleton().area, "sites", "F3", fixed="yes")
    chapter = chapter_of(replace(plan, closed=("P7",)), area)
    assert f"{len(plan.moves)} moves and 1 closing" in chapter.heading
    (told,) = (each.items for each in chapter.blocks if isinstance(each, PublishedBullets))
    assert "Longmere police station would close without a move: the study says that its work may end." in told
    assert "Fire headquarters stays, because the study says so, and may still take others in." in told
    alone = chapter_of(replace(plan, moves=(), closed=("P7",)))
    assert "1 closing would save about" in alone.answer
    assert not any(isinstance(each, PublishedTable) and each.name == "estate-moves" for each in alone.blocks)


def test_what_is_secure_is_not_named() -> None:
    area = edited(littleton().area, "sites", "P7", secure="yes")
    plan = whole_estate(area, littleton().assumptions)
    assert plan is not None
    assert "Longmere" not in str(chapter_of(plan, area))
