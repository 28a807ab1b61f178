"""The whole roadmap as one set, as a reader sees it: who gains, who loses, whose budget bears it (§5.2, §5.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.settings import OwnLimits
from joinedup.disclosure import Chapter, Draft, PublishedTable, Statement, publish
from joinedup.roadmap import Decision
from joinedup.study.drafting.whole_set import whole_set
from joinedup.study.planning import planned
from tests.small import littleton, with_tables

if TYPE_CHECKING:
    from joinedup.study import Study

CO_RESPONDING = "co-responding-F1-ambulance"
FINANCE = "shared-support-service-finance-fire-police"


def shown(study: Study) -> tuple[str, PublishedTable]:
    """Give the sentence and the table by partner as they are published."""
    drafted = Draft("Set", "", (Chapter("set", "Set", Statement("Set."), whole_set(study)),))
    (chapter,) = publish(drafted).chapters
    (sentence,) = (each for each in chapter.blocks if isinstance(each, str))
    (table,) = (each for each in chapter.blocks if isinstance(each, PublishedTable))
    return sentence, table


def with_budgets(times: float) -> Study:
    """Give Littleton with other budgets, and the options as they were assessed."""
    study = littleton()
    budgets = study.area.table("budgets").with_columns(pl.col("gross_gbp") * times)
    other = replace(study, area=with_tables(study.area, {"budgets": budgets}))
    other.__dict__.update(assessment=study.assessment, planned=study.planned)
    return other


def test_the_worth_of_the_partners_adds_up_to_that_of_the_roadmap() -> None:
    roadmap = littleton().planned.roadmap
    assert roadmap is not None
    _, table = shown(littleton())
    worth = sum(row[1].number or 0.0 for row in table.rows)
    assert worth == pytest.approx(roadmap.worth.central, rel=1e-2)
    assert {row[0].text for row in table.rows} >= {"Police", "Fire", "Ambulance"}


def test_a_partner_that_loses_by_the_whole_is_named() -> None:
    study = littleton()
    assert shown(study)[0].startswith("No partner would be worse off")
    # In a roadmap of one year nothing else that the ambulance service gains by can start.
    decided = {CO_RESPONDING: Decision(goes_ahead=True, reason="so that it is seen", year=0)}
    assessment = study.assessment
    worse = replace(study)
    worse.__dict__.update(
        assessment=assessment,
        planned=planned(assessment.options, OwnLimits(1), decided, (), {}, assessment.judge_together, 1),
    )
    sentence, table = shown(worse)
    assert worse.planned.roadmap is not None
    started = {row.id: row.start for row in worse.planned.roadmap.rows}
    own = {
        option: each.worth[0]
        for option in started
        for each in assessment[option].appraisal.standings
        if each.partner == "ambulance"
    }
    assert own[CO_RESPONDING] < 0
    assert {started[option] for option, worth in own.items() if worth} == {0}
    assert sentence.startswith("Ambulance would be worse off")
    (row,) = (each for each in table.rows if each[0].text == "Ambulance")
    assert row[1].number == pytest.approx(sum(own.values()), rel=1e-2)


def test_whether_the_budgets_bear_all_of_it_at_once_is_said() -> None:
    assert "Police and Fire could bear all of it in every year" in shown(with_budgets(1000.0))[0]
    assert "more than the budget of Police" in shown(with_budgets(0.001))[0]


def test_what_one_line_of_a_budget_could_spare_pays_for_no_option_of_another() -> None:
    # Whole budgets would bear all of it; the line for finance, which alone pays for the service that two share, would not.
    rich = with_budgets(1000.0)
    budgets = rich.area.table("budgets")
    first = budgets.filter(pl.col("function") == "estates", pl.col("service_id").is_in(["police", "fire"]))
    poor = pl.concat(
        first.with_columns(
            line_id=pl.format("{}-{}", "line_id", pl.lit(year)),
            year=pl.lit(f"{2025 + year}/{26 + year}"),
            function=pl.lit("finance"),
            gross_gbp=pl.lit(1.0),
        )
        for year in range(12)
    )
    study = replace(
        rich, area=with_tables(rich.area, {"budgets": pl.concat([budgets, poor.select(budgets.columns)])})
    )
    study.__dict__.update(assessment=rich.assessment, planned=rich.planned)
    assert study.planned.roadmap is not None
    assert FINANCE in study.planned.roadmap.chosen
    assert "more than the budget of Police and Fire could spare" in shown(study)[0]
