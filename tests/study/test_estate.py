"""The whole estate of a study planned at once (§4.1, §5.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from joinedup.appraisal import Outcome
from joinedup.area.settings import OwnLimits
from joinedup.disclosure import Draft, PublishedBullets, PublishedChapter, PublishedTable, publish
from joinedup.options.shared_estate import whole_estate
from joinedup.study import draft
from joinedup.study.drafting.estate import estate_chapter
from tests.small import edited, littleton, with_settings, with_tables

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.locate import Plan
    from joinedup.study import Assessment


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
    published = publish(draft(littleton()))
    chapters = {each.name: each for each in published.chapters}
    assert "save about" in chapters["estate"].answer
    # In the same report every option's page says what became of it.
    for page in published.pages:
        told = [each for each in page.chapters[0].blocks if isinstance(each, str)]
        assert sum(each.startswith(("On the roadmap", "It is not on the roadmap")) for each in told) == 1


def chapter_of(
    plan: Plan, area: Area | None = None, assessment: Assessment | None = None
) -> PublishedChapter:
    """Give the chapter on a plan as it is published."""
    study = replace(littleton(), area=area or littleton().area)
    study.__dict__.update(estate=plan, assessment=assessment or littleton().assessment)
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


def sentences(chapter: PublishedChapter) -> str:
    return " ".join(each for each in chapter.blocks if isinstance(each, str))


def judging(outcome: Outcome, asked: list[frozenset[str]]) -> Assessment:
    """Give Littleton's assessment with that judgement on every set."""

    def judge(ids: frozenset[str]) -> Outcome:
        asked.append(ids)
        return outcome

    return replace(littleton().assessment, judge_together=judge)


def test_the_plan_as_a_whole_is_judged_by_the_safety_gate_and_the_chapter_says_so() -> None:
    plan = littleton().estate
    assert plan is not None
    asked: list[frozenset[str]] = []
    for outcome, words in (
        (Outcome.PASS, "As a set they keep response within the tolerances."),
        (Outcome.FAIL, "As a set they do not keep response within the tolerances."),
        (Outcome.CANNOT_TELL, "Whether they keep response within the tolerances as a set nobody can tell."),
    ):
        said = sentences(chapter_of(plan, assessment=judging(outcome, asked)))
        assert words in said
        assert "leaves aside" not in said
    assert set(asked) == {frozenset(f"shared-estate-{each.mover}-to-{each.host}" for each in plan.moves)}


def test_what_of_the_plan_is_no_option_is_named_and_not_said_to_be_judged() -> None:
    plan = littleton().estate
    assert plan is not None
    said = sentences(chapter_of(replace(plan, closed=("P7",))))
    assert "That leaves aside what is not among the options: what happens to Longmere police station." in said
    # Where the plan could be far from the best, what it alone holds is no option either.
    none = replace(littleton().assessment, options=())
    assert "so that the safety gate judges none of it" in sentences(chapter_of(plan, assessment=none))


def test_what_one_service_can_do_alone_is_never_called_a_saving_of_working_together() -> None:
    plan = littleton().estate
    assert plan is not None
    own = replace(plan.moves[0], mover="P7", host="P1", mover_service="police", host_service="police")
    told = [
        item
        for each in chapter_of(replace(plan, moves=(own,), closed=("F6",))).blocks
        if isinstance(each, PublishedBullets)
        for item in each.items
    ]
    ends = "What that is worth is no saving of working together."
    assert f"Littleton Police can give up alone: Longmere police station. {ends}" in told
    assert f"Littleton Fire and Rescue can give up alone: Highcliff fire station. {ends}" in told
    joint = chapter_of(plan)
    assert not any("can give up alone" in str(each) for each in joint.blocks)


def test_the_lowest_cover_on_the_way_stands_beside_the_end() -> None:
    plan = littleton().estate
    assert plan is not None
    first, *others = plan.covered
    (table,) = (
        each
        for each in chapter_of(replace(plan, covered=(replace(first, lowest=0.25), *others))).blocks
        if isinstance(each, PublishedTable) and each.name == "estate-cover"
    )
    at = table.headers.index("Lowest in a year on the way")
    assert next(row[at].text for row in table.rows) == "25.0%"


def test_the_note_says_which_capital_holds_for_the_plan_and_that_its_years_do_not() -> None:
    plan = littleton().estate
    assert plan is not None

    def note(**own: object) -> str:
        area = with_settings(littleton().area, roadmap=OwnLimits(**own))  # type: ignore[arg-type]
        return next(
            each.note
            for each in chapter_of(plan, area).blocks
            if isinstance(each, PublishedTable) and each.name == "estate-moves"
        )

    assert "capital" not in note()
    assert (
        "All moves together and those of Littleton Fire and Rescue keep within the capital that the study gives for all years"
        in note(capital_gbp_a_year=1e6, capital_gbp_a_year_of={"fire": 1e5})
    )
    assert "in which year it is spent is for the roadmap to say" in note(capital_gbp_a_year_of={"fire": 1e5})


def test_what_is_secure_is_not_named() -> None:
    area = edited(littleton().area, "sites", "P7", secure="yes")
    plan = whole_estate(area, littleton().assumptions)
    assert plan is not None
    assert "Longmere" not in str(chapter_of(plan, area))
