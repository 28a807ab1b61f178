"""Areas side by side: each as its own study has it, few people hidden, and no cause claimed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from joinedup.disclosure import PublishedTable, publish
from joinedup.evidence.passages import Family
from joinedup.readiness import Factor, Named
from joinedup.refusal import Refusal
from joinedup.study import Study
from joinedup.study.drafting.side_by_side import brief
from joinedup.study.side_by_side import Compared, Meeting, compared, side_by_side
from tests.small import LITTLETON

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure import Published


def _factor(code: str, family: Family, interviews: int, lifters: tuple[str, ...] = ()) -> Factor:
    named = (Named("police", interviews, 20),)
    return Factor(code, code.capitalize(), family, interviews, 20, interviews, named, named, (), lifters)


def _area(name: str, joint: float, *factors: Factor) -> Compared:
    meeting = Meeting(("p", "a"), ("Police", "Ambulance"), joint, joint - 10, joint + 10, (1000, 4000))
    npsv = np.linspace(1e5, 2e5, 11)
    return Compared(name, 20, (meeting,), factors, 5, 4, ("Share a roof", npsv), 3e5, 2, {"law": 14})


NORTH = _area(
    "North", 100, _factor("trust", Family.ENABLER, 9), _factor("law", Family.BARRIER, 12, ("government",))
)
SOUTH = _area(
    "South",
    50,
    _factor("law", Family.BARRIER, 3, ("a council",)),
    _factor("money", Family.BARRIER, 6, ("government",)),
)


def table(brief_: Published, name: str) -> PublishedTable:
    return next(
        block
        for chapter in brief_.chapters
        for block in chapter.blocks
        if isinstance(block, PublishedTable) and block.name == name
    )


def test_a_barrier_has_a_column_an_area_and_everyone_who_could_lift_it() -> None:
    published = publish(brief([NORTH, SOUTH]))
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table(published, "barriers").rows}
    assert rows["Law"] == ["a council and government", "12", "[c]"]
    assert rows["Money"] == ["government", "0", "6"]
    assert rows["Interviews in all"] == ["", "20", "20"]


def test_joint_events_are_shares_of_each_service_s_own_incidents() -> None:
    published = publish(brief([NORTH, SOUTH]))
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table(published, "joint").rows}
    assert rows["North: Police and Ambulance"] == ["90 to 110", "9 to 11", "2.2 to 2.8"]


def test_an_area_without_interviews_is_said_to_have_none_and_not_to_have_no_barriers() -> None:
    published = publish(brief([NORTH, _area("West", 40)]))
    rows = {row[0].text: row[-1].text for row in table(published, "barriers").rows}
    assert rows["Law"] == "[x]"
    outcomes = {row[0].text: [cell.text for cell in row[1:3]] for row in table(published, "outcomes").rows}
    assert outcomes == {"North": ["1", "1"], "West": ["[x]", "[x]"]}


def test_the_brief_says_that_it_shows_no_cause() -> None:
    outcomes = publish(brief([NORTH, SOUTH])).chapters[-1]
    assert "cannot show what causes what" in outcomes.answer


def test_what_is_compared_is_what_the_study_says() -> None:
    study = Study.read(LITTLETON)
    found = compared(study)
    crossover = study.crossover()
    assert [(each.services, each.estimate) for each in found.meetings] == [
        (pair.services, pair.estimate) for pair in crossover.pairs if pair.estimate is not None
    ]
    assert found.factors == study.heard.factors
    assert found.options == len(study.assessment.options)
    plan = study.planned.roadmap
    assert plan is not None
    assert found.roadmap == plan.expected


def test_one_area_and_an_area_named_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="name two studies or more"):
        side_by_side([LITTLETON], Study.read)
    with pytest.raises(Refusal, match="is named twice"):
        side_by_side([LITTLETON, LITTLETON], Study.read)
    again = tmp_path / "again"
    for each in (again, tmp_path / "other"):
        each.mkdir()
        shutil.copy(LITTLETON / "study.toml", each)
    with pytest.raises(Refusal, match="give it a name of its own"):
        side_by_side([again, tmp_path / "other"], Study.read)
