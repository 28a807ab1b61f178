"""The case library keeps the published numbers, says how they were chosen, and is their one home (§4.2, §5.4)."""

import csv
import os
from pathlib import Path

import pytest

from joinedup.appraisal import GRADES, WARNING, cases, cases_like, months_elsewhere
from joinedup.appraisal.stress import stress_cases
from joinedup.money import CashLine
from tests.small import ROOT

DATA = Path(os.environ.get("JOINEDUP_DATA") or Path(__file__).parents[3] / "shared" / "data")
CASES = DATA.parent / "cases" / "cases.csv"

KINDS = {
    "digital incident message": 1,
    "shared estate": 6,
    "shared control room": 9,
    "shared support services, fleet and procurement": 5,
    "task handed over": 2,
    "co-responding": 4,
    "joint teams and jobs": 3,
    "joint prevention": 1,
    "merged budgets": 1,
    "governance": 5,
}
"""How many cases were gathered of each kind."""


def by_id(case_id: str) -> str:
    found = next(each for each in cases() if each.id == case_id)
    return " ".join((found.promised, found.actual, found.why))


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_that_was_gathered_is_in_the_library(kind: str) -> None:
    assert len(cases_like(kind)) == KINDS[kind]
    assert len(cases()) == sum(KINDS.values())


@pytest.mark.skipif(not CASES.is_file(), reason="the gathered cases are not on this machine")
def test_the_library_has_as_many_of_each_kind_and_grade_as_were_gathered() -> None:
    with CASES.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"]]
    assert sorted((row["kind"], row["grade"]) for row in rows) == sorted(
        (each.kind, each.grade) for each in cases()
    )


@pytest.mark.parametrize(
    ("case_id", "numbers"),
    [
        ("merseyside-control", ("£6.6m", "£7.6m", "15 %")),
        ("lincoln-south-park", ("£15m", "£21m", "40 %")),
        ("northamptonshire-garage", ("£6m", "£16m", "167 %")),
        ("milton-keynes-hub", ("£4.4m", "£14m", "218 %")),
        ("firecontrol", ("£120m", "£635m", "429 %", "£469m")),
        ("government-shared-services", ("£312m", "£90m", "29 %", "£255m", "2 of 26")),
        ("warwickshire-west-mercia", ("£35m", "£10.5m", "80 %")),
        ("hillcrest-dispatch", ("$775,400", "$1.19m", "$45,900", "$274,900")),
        ("south-western-co-responders", ("£60", "£280,000")),
        ("emergency-medical-trials", ("42,000", "62 %", "93 %", "9 minutes")),
        ("covid-fire-and-nhs", ("£93.26m", "£171m", "£1,100m")),
        ("gloucestershire-tri-service", ("£2.6m", "£1,069,142")),
        ("incident-transfer", ("16 seconds", "4 minutes", "27 of 44")),
        ("west-yorkshire-police-estate", ("67,000 m²", "£4.9m", "£73", "£21.5m")),
        ("hampshire-h3", ("£4m", "£67.8m", "5.9 %", "£3.7m")),
        ("manchester-risk-team", ("£13m", "£800,000", "£3.2m")),
        ("humberside-right-care", ("1,100",)),
        ("west-mercia-governance", ("£4m", "£260m")),
    ],
)
def test_the_numbers_of_a_case_are_the_published_ones(case_id: str, numbers: tuple[str, ...]) -> None:
    assert [each for each in numbers if each not in by_id(case_id)] == []


def test_the_overruns_that_options_are_tried_against_come_from_the_library() -> None:
    tried = [(each.per_cent, each.raises, each.leaves) for each in stress_cases()]
    assert tried == [
        (15, CashLine.CAPITAL, None),
        (40, CashLine.CAPITAL, None),
        (167, CashLine.CAPITAL, None),
        (218, CashLine.CAPITAL, None),
        (429, CashLine.CAPITAL, None),
        (29, None, "gains"),
    ]
    assert all(each.name and each.from_to and each.source for each in stress_cases())


def test_the_overruns_are_what_the_amounts_say() -> None:
    # From and to, in millions, as published.
    amounts = {15: (6.6, 7.6), 40: (15, 21), 167: (6, 16), 218: (4.4, 14), 429: (120, 635)}
    for per_cent, (planned, came_to) in amounts.items():
        assert round(100 * (came_to / planned - 1)) == per_cent


def test_the_best_founded_case_comes_first_and_every_grade_is_explained() -> None:
    grades = [each.grade for each in cases_like("shared control room")]
    assert grades[:2] == ["audited", "independent"]
    assert grades == sorted(grades, key=list(GRADES).index)
    assert {each.grade for each in cases()} <= set(GRADES)
    assert "not a sample" in WARNING


def test_a_kind_is_found_however_its_name_is_written_and_an_unknown_one_has_no_cases() -> None:
    assert cases_like("Shared-estate") == cases_like("shared estate")
    assert cases_like("joint bakery") == ()


def test_months_from_idea_to_live_stand_only_where_both_years_are_known() -> None:
    assert months_elsewhere("shared estate") == (36, 60)
    assert months_elsewhere("governance") == ()
    for each in cases():
        years = [year for year in (each.idea, each.agreed, each.live, each.ended) if year is not None]
        assert years == sorted(years)


def test_the_facts_of_the_cases_stand_in_no_other_table_of_the_package() -> None:
    tables = [path for path in (ROOT / "src" / "joinedup").rglob("*.toml") if path.name != "cases.toml"]
    assert tables
    assert not [path for path in tables if "FiReControl" in path.read_text("utf-8")]
