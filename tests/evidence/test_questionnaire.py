"""The services' questionnaire: who replied, who did not, and never a margin of error (§6.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import Questionnaire, views_of
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "body,kind,role,replied,shares a control room,lead\n"
ROWS = """Northshire Police,police,chief constable,yes,yes,partners
Northshire Police,police,commissioner,no,,
Northshire Fire,fire,chief fire officer,yes,no,
Northshire Fire,fire,authority chair,yes,yes,council
Eastshire Fire,fire,chief fire officer,no,,
Great Plain Ambulance,ambulance,chief executive,no,,
"""


def views(path: Path, text: str) -> Path:
    (path / "views").mkdir(parents=True, exist_ok=True)
    (path / "views" / "questionnaire.csv").write_text(text, "utf-8")
    return path


def read(path: Path, text: str = HEAD + ROWS) -> Questionnaire:
    found = views_of(views(path, text))
    assert found is not None
    assert found.consultation is None
    assert found.questionnaire is not None
    return found.questionnaire


def test_a_study_without_the_folder_has_no_views(tmp_path: Path) -> None:
    assert views_of(tmp_path) is None


def test_response_is_counted_by_role_by_kind_and_by_body(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert (found.whole.invited, found.whole.replied, found.whole.rate) == (6, 3, 0.5)
    assert (found.bodies.invited, found.bodies.replied) == (4, 2)
    assert {each.group: (each.invited, each.replied) for each in found.by_kind} == {
        "ambulance": (1, 0),
        "fire": (3, 2),
        "police": (2, 1),
    }
    assert {each.group: each.rate for each in found.by_role}["chief fire officer"] == 0.5
    assert ("Great Plain Ambulance", "chief executive") in found.no_reply
    assert len(found.no_reply) == 3


def test_answers_are_counts_beside_those_who_gave_none(tmp_path: Path) -> None:
    rooms, lead = read(tmp_path).questions
    assert (rooms.counts, rooms.no_answer, rooms.did_not_reply) == ({"yes": 2, "no": 1}, 0, 3)
    assert rooms.by_role["authority chair"] == {"yes": 1}
    assert (lead.counts, lead.no_answer) == ({"council": 1, "partners": 1}, 1)


def test_no_margin_of_error_is_given(tmp_path: Path) -> None:
    text = json.dumps(read(tmp_path).as_json())
    assert not any(word in text for word in ('"low"', '"high"', '"error"', "margin"))
    assert "did_not_reply" in text


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    turned = HEAD + "".join(reversed(ROWS.splitlines(keepends=True)))
    assert read(tmp_path / "a").as_json() == read(tmp_path / "b", turned).as_json()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A,fire,chief fire officer,no,yes,", "row 8, column shares a control room: has an answer, but"),
        ("A,fire,chief fire officer,maybe,,", "row 8, column replied: 'maybe' is not known"),
        ("A,fire,,yes,,", "row 8, column role: is empty"),
        ("Eastshire Fire,fire,chief fire officer,no,,", "row 8, column role: .* stands in row 6 too"),
    ],
)
def test_a_mistake_is_named_by_file_row_and_column(tmp_path: Path, row: str, says: str) -> None:
    with pytest.raises(Refusal, match=f"questionnaire.csv, {says}"):
        read(tmp_path, f"{HEAD}{ROWS}{row}\n")


def test_an_empty_folder_says_what_belongs_in_it(tmp_path: Path) -> None:
    (tmp_path / "views").mkdir()
    with pytest.raises(Refusal, match=r"neither questionnaire\.csv nor consultation\.csv"):
        views_of(tmp_path)
