"""A second extract of the same source: other columns, other spellings, and periods that were read before (decision 0006)."""

from __future__ import annotations

from pathlib import Path

import pytest

from joinedup.area.extracts import Reading, read_extracts
from joinedup.area.mapping import source_from
from joinedup.refusal import Refusal
from tests.area.studies import everything, read, told

TEXT = """
[source]
title = "Test"
zone = "Europe/London"
[[services]]
service_id = "police"
kind = "police"
name = "Police"
[[tables]]
table = "incidents"
[tables.columns]
incident_id = [{ column = "Log No" }]
service_id = [{ constant = "police" }]
received_at = [{ column = "Received At" }]
category = [{ column = "Type" }]
priority = [{ column = "Grade" }]
"""
NUMBERED = source_from(TEXT.replace('column = "Log No"', "row = true"), "numbered")
NAMED = source_from(TEXT, "named")
HEADER = "Log No,Received At,Type,Grade"


def day(number: int, *, hours: range = range(10)) -> list[str]:
    return [f"{number}-{hour},2025-03-{number:02} {hour:02}:15,Theft,{hour % 3}" for hour in hours]


def file(folder: Path, name: str, rows: list[str], header: str = HEADER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([header, *rows]) + "\n")
    return folder / name


def actions(reading: Reading) -> list[tuple[int, str]]:
    return [(each["row"], each["action"]) for each in told(reading.queries)]


def height(folder: Path) -> int:
    return read(folder)[0].table("incidents").height


# --- columns -------------------------------------------------------------------------------------------------------


def test_columns_that_are_spelt_otherwise_are_read_with_a_query_on_the_file(tmp_path: Path) -> None:
    rows = day(1)
    first = read_extracts(NAMED, [file(tmp_path, "one.csv", rows)], tmp_path / "study")
    assert told(first.queries) == []
    path = file(tmp_path, "two.csv", day(2), "log_no,RECEIVED-AT,  Type ,Grade,Ward")
    second = read_extracts(NAMED, [path], tmp_path / "study")
    assert [(each["row"], each["column"], each["problem"]) for each in told(second.queries)] == [
        (1, "Log No", "the column Log No is spelt otherwise: 'log_no'"),
        (1, "Received At", "the column Received At is spelt otherwise: 'RECEIVED-AT'"),
    ]
    assert second.queries.counts["two.csv"].as_given == 10
    assert height(tmp_path / "study") == 20


def test_a_spelling_that_could_be_two_columns_is_not_guessed(tmp_path: Path) -> None:
    path = file(tmp_path, "one.csv", ["1,2,2025-03-01 10:00,x,1"], "log_no,LOG NO,Received At,Type,Grade")
    with pytest.raises(Refusal, match="the column Log No is missing"):
        read_extracts(NAMED, [path], tmp_path / "study")


def test_a_missing_column_that_can_be_done_without_is_left_empty_with_a_query(tmp_path: Path) -> None:
    path = file(tmp_path, "one.csv", ["1,2025-03-01 10:00,Theft"], "Log No,Received At,Type")
    reading = read_extracts(NAMED, [path], tmp_path / "study")
    assert [(each["problem"], each["action"]) for each in told(reading.queries)] == [
        ("the column Grade is missing", "priority is left empty")
    ]
    assert reading.queries.counts["one.csv"].as_given == 1


@pytest.mark.parametrize("column", ["Log No", "Received At"])
def test_a_missing_identifier_or_time_is_refused_and_nothing_is_written(tmp_path: Path, column: str) -> None:
    path = file(
        tmp_path / "in", "one.csv", ["a,b,c"], ",".join(HEADER.replace(column, "Other").split(",")[:3])
    )
    with pytest.raises(Refusal, match=f"the column {column} is missing"):
        read_extracts(NAMED, [path], tmp_path / "study")
    assert not (tmp_path / "study").exists()


# --- periods that overlap ------------------------------------------------------------------------------------------


def test_an_overlapping_period_adds_only_what_is_new_by_identifier(tmp_path: Path) -> None:
    read_extracts(NAMED, [file(tmp_path, "one.csv", day(1) + day(2))], tmp_path / "study")
    later = [*day(2)[:-1], day(2)[-1].replace("Theft", "Burglary"), *day(3)]
    reading = read_extracts(NAMED, [file(tmp_path, "two.csv", later)], tmp_path / "study")
    assert reading.rows == {"incidents": 30}
    assert reading.replaced == {"incidents": 10}
    assert reading.renewed == {"incidents": 1}


def test_a_period_that_another_file_gave_is_not_read_twice_where_rows_have_no_identifier(
    tmp_path: Path,
) -> None:
    read_extracts(NUMBERED, [file(tmp_path, "one.csv", day(1) + day(2))], tmp_path / "study")
    reading = read_extracts(NUMBERED, [file(tmp_path, "two.csv", day(2) + day(3))], tmp_path / "study")
    assert reading.rows == {"incidents": 30}
    assert actions(reading) == [(row, "the row is set aside") for row in range(2, 12)]
    assert told(reading.queries)[0]["problem"] == (
        "looks the same as a row of another file that was read before: 'one-12'"
    )
    assert reading.queries.counts["two.csv"].as_json() == {
        "in": 20,
        "as_given": 10,
        "changed": 0,
        "set_aside": 10,
    }


def test_the_same_file_under_another_name_adds_nothing(tmp_path: Path) -> None:
    rows = [*day(1), day(1)[0], day(1)[0]]
    together = [file(tmp_path, "one.csv", rows), file(tmp_path, "copy.csv", rows)]
    reading = read_extracts(NUMBERED, together, tmp_path / "study")
    # The true repeats within one file stay as many as they were.
    assert reading.rows == {"incidents": 12}
    assert reading.queries.counts["copy.csv"].set_aside == 12
    before = everything(tmp_path / "study")
    read_extracts(NUMBERED, together[:1], tmp_path / "study")
    assert everything(tmp_path / "study") == before


def test_a_few_rows_alike_in_another_file_are_kept_and_named(tmp_path: Path) -> None:
    read_extracts(NUMBERED, [file(tmp_path, "one.csv", day(1))], tmp_path / "study")
    other = [row.replace(":15", ":16") for row in day(1)]
    other[4] = day(1)[4]
    reading = read_extracts(NUMBERED, [file(tmp_path, "two.csv", other)], tmp_path / "study")
    assert reading.rows == {"incidents": 20}
    assert actions(reading) == [(6, "used as given; the two cannot be told apart")]


def test_another_file_of_the_same_name_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    read_extracts(NUMBERED, [file(tmp_path / "may", "export.csv", day(1))], tmp_path / "study")
    before = everything(tmp_path / "study")
    with pytest.raises(
        Refusal, match=r"a file of this name was read before, and 10 of 10 rows are others now"
    ):
        read_extracts(NUMBERED, [file(tmp_path / "june", "export.csv", day(2))], tmp_path / "study")
    assert everything(tmp_path / "study") == before


def test_the_same_file_with_a_row_mended_replaces_itself(tmp_path: Path) -> None:
    read_extracts(NUMBERED, [file(tmp_path, "one.csv", day(1))], tmp_path / "study")
    mended = [day(1)[0].replace("Theft", "Burglary"), *day(1)[1:]]
    reading = read_extracts(NUMBERED, [file(tmp_path, "one.csv", mended)], tmp_path / "study")
    assert (reading.rows, reading.renewed) == ({"incidents": 10}, {"incidents": 1})
