"""What the partners state in the study's own files: read by row and column, and shown with each option (§4.7, §5.4, §5.9)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from joinedup.appraisal import Objective, Stated
from joinedup.disclosure import Draft, publish
from joinedup.options import kinds
from joinedup.refusal import Refusal
from joinedup.study import Study, assess
from joinedup.study.drafting.option_pages import option_pages
from joinedup.study.stating import objectives_of, people_stated, risks_of
from tests.small import littleton
from tests.study.test_option_pages import holding, table, words

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure import PublishedPage

MOVES = "shared-estate-A1-to-F1"
PEOPLE = "option_id,transferred,redundant,redundancy_gbp,welfare,consultation_from,consultation_until,equality_screen\n"
OBJECTIVES = "service_id,objective,measure\n"
RISKS = "project_type,cause,managed,owner,evidence\n"


def written(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Study, PublishedPage]:
    """Assess Littleton for shared estate alone, with what the folder's files state, and give the page of one move."""
    estate = tuple(kind for kind in kinds() if kind.name == "shared estate")
    monkeypatch.setattr("joinedup.study.finding.kinds", lambda: estate)
    study = holding(littleton().area, assess(littleton().area, littleton().assumptions, folder=folder))
    pages = {each.name: each for each in publish(Draft("T", "", (), (), option_pages(study))).pages}
    return study, pages[MOVES]


# --- people ----------------------------------------------------------------------------------------------------------


def test_what_the_partners_state_of_people_is_read_by_option_and_what_is_empty_stays_unknown(
    tmp_path: Path,
) -> None:
    row = f"{MOVES},4,0,,occupational health told,2026-05-01,2026-06-30,\n"
    assert people_stated(written(tmp_path, "people", PEOPLE + row), [MOVES]) == {
        MOVES: Stated(4.0, 0.0, None, "occupational health told", date(2026, 5, 1), date(2026, 6, 30), None)
    }


def test_a_study_that_states_nothing_has_nothing_stated(tmp_path: Path) -> None:
    assert people_stated(tmp_path, [MOVES]) == {}
    assert objectives_of(tmp_path, littleton().area) == ()
    assert risks_of(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("option,welfare\n", "people.csv: the column option_id is missing"),
        (PEOPLE + "shared-estate-A1-to-F9,,,,,,,\n", "row 2, column option_id: no option .* did you mean"),
        (PEOPLE + f"{MOVES},,,,,,,\n" * 2, "row 3, column option_id: .* was told in a row above"),
        (PEOPLE + f"{MOVES},some,,,,,,\n", "row 2, column transferred: 'some' is not a number"),
        (PEOPLE + f"{MOVES},,-1,,,,,\n", "row 2, column redundant: '-1' is not a number of 0 or more"),
        (PEOPLE + f"{MOVES},,nan,,,,,\n", "row 2, column redundant: 'nan' is not a number"),
        (PEOPLE + f"{MOVES},,,,,May,,\n", "row 2, column consultation_from: 'May' is not a date"),
        (PEOPLE + f"{MOVES},,,,,2026-06-01,2026-05-01,\n", "consultation_until: 2026-05-01 is before"),
        ("option_id,welfair\n" + f"{MOVES},x\n", "column welfair: is not known; did you mean 'welfare'"),
    ],
)
def test_what_cannot_be_used_of_people_is_refused_by_row_and_column(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(Refusal, match=message):
        people_stated(written(tmp_path, "people", text), [MOVES])


def test_an_option_of_which_all_is_stated_is_complete_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = f"{MOVES},12,11,90000,peer support at F1,2026-05-01,2026-06-30,no group is worse off\n"
    # Littleton has no table of shifts, which stays unknown.
    study, shown = page(written(tmp_path, "people", PEOPLE + row), monkeypatch)
    missing = study.assessment[MOVES].people.missing
    assert set(missing) <= {"shifts that change"}
    said = words(shown)
    assert "Consultation starts on 1 May 2026 and ends on 30 June 2026." in said
    assert (
        "Redundancy is said to cost £90,000. The accounts of who pays it hold it, from the first year live"
        in said
    )
    # Half each, because the move itself ends no post: who pays is in the table of who pays and who benefits.
    paid = {row[0].text: row[3].text for row in table(shown, "payers").rows if row[1].text == "Society"}
    assert set(paid) == {"Fire", "Ambulance"}
    assert len(set(paid.values())) == 1
    assert "Welfare: peer support at F1." in said
    assert "Equality screen: no group is worse off." in said
    rows = {row[0].text: row[1].text for row in table(shown, "people").rows}
    assert rows["Posts that go to another employer, as the partners state"] == "12"


def test_what_redundancy_costs_is_not_told_where_few_posts_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = f"{MOVES},,1,43210,,,,\n"
    _, shown = page(written(tmp_path, "people", PEOPLE + row), monkeypatch)
    assert "43,210" not in words(shown)
    assert "What redundancy is said to cost is not told, and is in no account here" in words(shown)
    assert "Society" not in {row[1].text for row in table(shown, "payers").rows}
    rows = {row[0].text: row[1].text for row in table(shown, "people").rows}
    assert rows["Posts that end by redundancy, as the partners state"] == "[c]"


# --- objectives ------------------------------------------------------------------------------------------------------


def test_each_service_says_what_it_wants_and_by_which_measure(tmp_path: Path) -> None:
    text = OBJECTIVES + "ambulance,reach more of C2 in time,Waits\nfire,a safer county,\n"
    assert objectives_of(written(tmp_path, "objectives", text), littleton().area) == (
        Objective("ambulance", "reach more of C2 in time", "waits"),
        Objective("fire", "a safer county", ""),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("ambulence,x,waits\n", "row 2, column service_id: .* did you mean 'ambulance'"),
        ("fire,,waits\n", "row 2, column objective: is empty"),
        ("fire,x,wait\n", "row 2, column measure: 'wait' is not measured here; .* did you mean 'waits'"),
    ],
)
def test_an_objective_that_cannot_be_used_is_refused(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        objectives_of(written(tmp_path, "objectives", OBJECTIVES + row), littleton().area)


def test_an_option_s_page_sets_each_objective_beside_what_the_option_does_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The ambulance service loses £36,151 by the move and reaches its patients sooner; the fire service gains by the rent.
    text = OBJECTIVES + (
        "ambulance,spend less on buildings,money\nambulance,be there sooner,waits\nfire,a safer county,\n"
        "police,be there sooner,waits\n"
    )
    study, shown = page(written(tmp_path, "objectives", text), monkeypatch)
    served = [row[3].text for row in table(shown, "objectives").rows]
    assert served == ["worse", "better", "not known", "no difference"]
    # Fire named no measure, so that the rent is no help to what it wants, and nothing is served at the ambulance's cost.
    assert "It helps Littleton Fire" not in words(shown)
    assert len(study.assessment.told.objectives) == 4
    _, without = page(tmp_path / "none", monkeypatch)
    assert "at the cost of" in words(without)


# --- risks -----------------------------------------------------------------------------------------------------------


def test_managed_risks_lower_the_bias_of_every_option_of_their_type_and_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RISKS + "standard buildings,inadequate business case,0.5,head of estates,gateway review\n"
    study, shown = page(written(tmp_path, "risks", text), monkeypatch)
    share = 0.34 * 0.5
    bias = 24 - share * 22
    found = study.assessment[MOVES]
    assert found.appraisal.bias_pct == pytest.approx(bias)
    # 300 m² at £400 and the move, in year 0 (§5.4).
    plain, _ = page(tmp_path / "none", monkeypatch)
    assert found.appraisal.npsv[0] - plain.assessment[MOVES].appraisal.npsv[0] == pytest.approx(
        170_000 * share * 0.22
    )
    assert [cell.text for cell in table(shown, "managed").rows[0]] == [
        "Inadequate business case",
        "34.0%",
        "50.0%",
        "gateway review",
    ]
    # A tipping value is sought under the same bias.
    at_central = [one for one in found.swings if one.assumption.name == "shared_estate.cost_to_move"]
    assert at_central[0].at_low > 0
    assert "head of estates" not in words(shown)


def test_a_risk_that_cannot_be_used_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"risks.csv, row 2, column cause"):
        risks_of(written(tmp_path, "risks", RISKS + "standard buildings,weather,1,a,b\n"))
