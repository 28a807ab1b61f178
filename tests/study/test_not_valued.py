"""What a study states that changes make possible: each row is valued, told apart with why, or refused (§1.3, §4.6)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from joinedup.appraisal import Outcome
from joinedup.area.settings import OwnLimits
from joinedup.disclosure import Chapter, Draft, Page, PublishedBullets, PublishedChart, Statement, publish
from joinedup.refusal import Refusal
from joinedup.roadmap import Unlock
from joinedup.study import Study
from joinedup.study.deciding import Held, unlocks_of
from joinedup.study.drafting.roadmap import roadmap_chapter
from joinedup.study.planning import Planned, planned
from joinedup.study.unlocking import NotValued
from tests.small import littleton, small_area, with_tables

CHANGE = "governance-representation-police-fire"
HEADQUARTERS = "shared-estate-P9-to-F3"
UNSAFE = "shared-estate-P5-to-F5"


def untold() -> str:
    """Name an option of which the gate cannot tell."""
    options = littleton().assessment.options
    return next(each.option.id for each in options if each.gate.outcome is Outcome.CANNOT_TELL)


def entries(*options: str) -> list[Unlock]:
    return [Unlock(each, "the boards have refused it twice", 0.5) for each in options]


def plan_with(unlocks: dict[str, list[Unlock]], *held: Held) -> Planned:
    """Plan Littleton over a year with what changes would make possible."""
    options = littleton().assessment.options
    return planned(options, OwnLimits(1), {}, (), unlocks, lambda _: Outcome.PASS, 1, None, held)


def said(found: Planned) -> list[str]:
    """Give the short sentences of the roadmap's chapter."""
    study = replace(littleton())
    study.__dict__.update(assessment=littleton().assessment, planned=found)
    pages = tuple(
        Page("options", id, title, "", (Chapter("own", "H", Statement("A.")),))
        for id, title in study.titles.items()
    )
    (chapter,) = publish(Draft("T", "", (roadmap_chapter(study),), (), pages)).chapters
    # What was stated beside it and can be valued is drawn as before.
    drawn = [each for each in chapter.blocks if isinstance(each, PublishedChart)]
    assert len([each for each in drawn if each.name.startswith("roadmap-unlocked-")]) == len(found.unlocked)
    return [item for each in chapter.blocks if isinstance(each, PublishedBullets) for item in each.items]


@pytest.mark.parametrize(
    ("change", "option", "says"),
    [
        (
            CHANGE,
            "shared-estate-P9-to-F33",
            f"rows of '{CHANGE}', column option: no option 'shared-estate-P9-to-F33' was found",
        ),
        (
            "governance-representation-fire-police",
            HEADQUARTERS,
            "column governance: no option 'governance-representation-fire-police' was found",
        ),
    ],
)
def test_a_misspelt_option_is_refused_and_not_left_out_in_silence(
    change: str, option: str, says: str
) -> None:
    found = littleton()
    table = pl.DataFrame(
        [{"governance": change, "option": option, "evidence": "the boards refused it", "probability": 0.5}],
        found.area.table("unlocks").schema,
    )
    study = Study(
        found.folder,
        with_tables(found.area, {"unlocks": table}),
        found.queries,
        found.assumptions,
        lambda _: None,
    )
    study.__dict__["assessment"] = found.assessment
    with pytest.raises(Refusal, match=f"the table unlocks, {says}"):
        _ = study.planned


@pytest.mark.parametrize(
    ("options", "says"),
    [((HEADQUARTERS, HEADQUARTERS), "is stated twice"), ((CHANGE,), "cannot make itself possible")],
)
def test_what_is_stated_twice_or_of_itself_is_refused(options: tuple[str, ...], says: str) -> None:
    rows = [
        {"governance": CHANGE, "option": each, "evidence": f"letter {number}", "probability": 0.5}
        for number, each in enumerate(options)
    ]
    with pytest.raises(Refusal, match=says):
        unlocks_of(small_area(unlocks=rows))


def test_every_row_is_valued_or_told_apart_with_why() -> None:
    unlocks = {CHANGE: entries(HEADQUARTERS, UNSAFE), untold(): entries(HEADQUARTERS)}
    found = plan_with(unlocks)
    valued = [(each.option, entry.option) for each in found.unlocked for entry in each.entries]
    apart = [(each.change, each.option) for each in found.not_valued]
    assert valued == [(CHANGE, HEADQUARTERS)]
    assert sorted(valued + apart) == sorted(
        (change, each.option) for change, stated in unlocks.items() for each in stated
    )
    assert {each.change: each.reason for each in found.not_valued} == {
        CHANGE: f"the safety gate does not pass '{UNSAFE}'",
        untold(): f"the safety gate cannot tell of '{untold()}'",
    }
    assert found.as_json()["not_valued"] == [dict(vars(each)) for each in found.not_valued]


def test_the_chapter_says_by_title_what_is_not_valued_and_why() -> None:
    assessment = littleton().assessment
    told = said(plan_with({CHANGE: entries(HEADQUARTERS, UNSAFE)}))
    title = {id: assessment[id].option.title for id in (CHANGE, UNSAFE)}
    assert (
        f"{title[CHANGE]} is stated to make possible: {title[UNSAFE]}. That is not valued here, because it cannot be on a "
        f"roadmap: the safety gate does not pass {title[UNSAFE]}." in told
    )
    assert not any("is not valued here" in each for each in said(plan_with({CHANGE: entries(HEADQUARTERS)})))


def test_a_change_that_cannot_start_is_told_with_what_it_waits_for() -> None:
    found = plan_with(
        {CHANGE: entries(HEADQUARTERS)}, Held(CHANGE, (UNSAFE,), (), None, "the seat comes after the move")
    )
    why = f"'{CHANGE}' needs '{UNSAFE}', which the safety gate does not pass"
    assert found.not_valued == (NotValued(CHANGE, HEADQUARTERS, why),)
    assert not found.unlocked
    assert any(f"needs {littleton().assessment[UNSAFE].option.title}, which" in each for each in said(found))


def test_where_no_option_passes_the_rows_are_still_told() -> None:
    failing = tuple(
        replace(each, gate=replace(each.gate, outcome=Outcome.FAIL))
        for each in littleton().assessment.options
    )
    found = planned(failing, OwnLimits(1), {}, (), {CHANGE: entries(HEADQUARTERS)}, lambda _: Outcome.PASS, 1)
    assert found.roadmap is None
    (told,) = said(found)
    assert littleton().assessment[CHANGE].option.title in told
    assert littleton().assessment[HEADQUARTERS].option.title in told
