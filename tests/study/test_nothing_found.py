"""Kinds that were looked for in vain: absent is not zero, so that a table that cannot be used is no silent answer (§1.3)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from joinedup.disclosure import Chapter, Draft, Page, PublishedBullets, Statement, publish
from joinedup.options import kinds
from joinedup.study import Study
from joinedup.study.drafting.options import found_nothing, options_chapter
from tests.small import littleton, with_settings, with_tables

PLACELESS = {"co-responding", "joint prevention"}
"""What needs places, and gets none from incidents that are placed by area alone."""


def study_of(*without: str, keep: bool = True) -> Study:
    """Give Littleton as it would be with no option of these kinds, or with none at all."""
    found = littleton()
    options = tuple(each for each in found.assessment.options if keep and each.option.kind not in without)
    study = replace(found)
    study.__dict__["assessment"] = replace(found.assessment, options=options)
    return study


def bullets(study: Study) -> list[str]:
    pages = tuple(
        Page("options", id, title, "", (Chapter("own", "H", Statement("A.")),))
        for id, title in study.titles.items()
    )
    (chapter,) = publish(Draft("T", "", (options_chapter(study),), (), pages)).chapters
    return [item for each in chapter.blocks if isinstance(each, PublishedBullets) for item in each.items]


def test_incidents_placed_by_area_alone_are_said_to_have_been_looked_through() -> None:
    found = littleton()
    incidents = found.area.table("incidents").with_columns(
        pl.lit(None, pl.Float64).alias("x"), pl.lit(None, pl.Float64).alias("y")
    )
    area = with_tables(found.area, {"incidents": incidents})
    for kind in kinds():
        if kind.name in PLACELESS:
            # The tables are there, so that nothing is lacking, and yet nothing is found.
            assert all(area.has(need.table, *need.columns) for need in kind.needs)
            assert list(kind.find(area, found.assumptions)) == []
    told = bullets(study_of(*PLACELESS))
    assert {each.partition(":")[0] for each in told} == PLACELESS
    prevention = next(each for each in told if each.startswith("joint prevention:"))
    assert "Which services are called most often to the same places" in prevention
    assert "with places to within 100 m" in prevention


def test_a_kind_that_found_something_or_could_not_look_is_not_said_to_have_found_nothing() -> None:
    assert found_nothing(littleton()) == []
    study = study_of("co-responding", "governance")
    lacking = {each.name: tuple(each.needs) for each in kinds() if each.name == "governance"}
    study.__dict__["assessment"] = replace(study.assessment, lacking=lacking)
    assert [each.partition(":")[0] for each in found_nothing(study)] == ["co-responding"]
    # Each of the two is said once, under its own heading.
    assert [each.partition(":")[0] for each in bullets(study)] == ["co-responding", "governance"]


def test_where_no_kind_found_anything_each_is_still_named() -> None:
    study = study_of(keep=False)
    assert len(bullets(study)) == len(kinds())
    (chapter,) = publish(Draft("T", "", (options_chapter(study),), (), ())).chapters
    assert chapter.answer == "No option was found."


def test_public_lists_of_real_places_are_not_said_to_have_been_looked_through() -> None:
    study = study_of(keep=False)
    listed = replace(study, area=with_settings(study.area, overlap_only=True))
    listed.__dict__["assessment"] = study.assessment
    assert found_nothing(listed) == []


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: str(kind.name))
def test_every_kind_says_what_it_asks_and_what_it_read(kind: object) -> None:
    name, question = getattr(kind, "name", ""), getattr(kind, "question", "")
    (words,) = found_nothing(study_of(name))
    assert words.startswith(f"{name}: {question} It read ")
    assert all(need.table in words and need.why in words for need in getattr(kind, "needs", ()))
