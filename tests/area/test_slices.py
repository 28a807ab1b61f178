"""An extract is read some rows at a time: how many leaves no trace in what is made of it (§1.3)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.extracts import read_extracts
from joinedup.area.formats import Layout, raw, read_file
from joinedup.area.mapping import source_from
from joinedup.refusal import Refusal
from tests.area.books import xlsx
from tests.area.studies import everything, told

if TYPE_CHECKING:
    from pathlib import Path

MAPPING = """
[source]
title = "Jobs"
zone = "Europe/London"

[file]
none = ["unknown", "none…"]

[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"

[[tables]]
table = "incidents"
one_for = ["Job"]
only = [{ column = "Kind", pattern = "^[A-Z]" }]

[[tables.leave_out]]
columns = ["Kind"]
pattern = "^Test"
why = "a test call"

[tables.columns]
incident_id = [{ column = "Job" }]
service_id = [{ constant = "fire" }]
received_at = [{ column = "When", format = "%d/%m/%Y %H:%M", take = "earliest" }]
category = [{ column = "Kind" }]
priority = [
    { column = "Grade", lookup = { A = "1" }, note = "grades are taken as they are" },
    { constant = "2", query = "no grade" },
]

[[tables]]
table = "incidents"
only = [{ column = "Kind", pattern = "^[a-z]" }]
repeats = ["When", "Kind"]

[tables.columns]
incident_id = [{ row = true }]
service_id = [{ constant = "fire" }]
received_at = [{ column = "When", format = "%d/%m/%Y %H:%M" }]
category = [{ column = "Kind" }]

[[tables]]
table = "units"

[tables.columns]
unit_id = [{ column = "Unit" }]
service_id = [{ constant = "fire" }]
kind = [{ constant = "engine" }]
"""
HEADER = ["Job", "When", "Kind", "Grade", "Unit", ""]
ROWS = [
    ["1", "01/02/2025 10:00", "Fire", "A", "E1", ""],
    ["1", "01/02/2025 09:59", "Flood", "A", "E2", ""],
    ["2", "noon", "Fire", "", "E3", ""],
    ["", "01/02/2025 11:00", "Test", "A", "", ""],
    ["", "", "", "", "", ""],
    ["9", "01/02/2025 12:00", "smoke", "B", "E1", ""],
    ["9", "01/02/2025 12:00", "smoke", "none seen", "E5", ""],
    ["", "30/03/2025 01:30", "Alarm", "unknown", "E6", ""],
    ["1", "01/02/2025 13:00", "Fire", "B", "E1", "stray"],
    ["7", "26/10/2025 01:30", "9", "A", "E7", ""],
    ["9", "01/02/2025 12:00", "smoke", "A", "E8", ""],
]


def written(folder: Path, form: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"jobs.{form}"
    if form == "xlsx":
        path.write_bytes(xlsx({"S": [HEADER, *ROWS]}))
    elif form == "parquet":
        names = [name or "more" for name in HEADER]
        pl.DataFrame(ROWS, names, orient="row").write_parquet(path)
    else:
        stream = io.StringIO()
        csv.writer(stream).writerows([HEADER, *ROWS])
        # A row with too many values is read row by row, and not by Polars.
        path.write_text(stream.getvalue() + ("1,2,3,4,5,6,7\n" if form == "txt" else ""), "utf-8")
    return path


@pytest.mark.parametrize("form", ["csv", "txt", "xlsx", "parquet"])
def test_how_many_rows_are_read_at_once_leaves_no_trace(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, source = written(tmp_path, form), source_from(MAPPING, "jobs")
    read_extracts(source, [path], tmp_path / "whole" / "study")
    monkeypatch.setattr(raw, "SLICE", 3)
    reading = read_extracts(source, [path], tmp_path / "sliced" / "study")
    assert everything(tmp_path / "sliced") == everything(tmp_path / "whole")
    counts = reading.queries.counts[path.name]
    assert (counts.rows_in, counts.rows_in) == (
        10 + (form == "txt"),
        counts.as_given + counts.changed + counts.set_aside,
    )
    notes = [each for each in told(reading.queries) if "taken as they are" in each["problem"]]
    assert [(each["row"], each["rows"]) for each in notes] == [(2, 2)]
    # Again in slices: every row is known.
    again = read_extracts(source, [path], tmp_path / "sliced" / "study")
    assert (again.replaced, set(again.renewed.values())) == (again.rows, {0})
    assert everything(tmp_path / "sliced") == everything(tmp_path / "whole")


def test_a_fault_in_the_last_rows_stops_the_reading_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "SLICE", 2)
    rows = [f"{number},Fire" for number in range(9)] + [
        f"{number + 9},0{7900100000 + 81271 * number}" for number in range(9)
    ]
    (tmp_path / "jobs.csv").write_text("\n".join(["Job,Kind", *rows]) + "\n", "utf-8")
    mapping = source_from(MAPPING.partition("[[tables]]")[0] + _PLAIN, "jobs")
    with pytest.raises(Refusal, match="9 of 18 values look like telephone numbers"):
        read_extracts(mapping, [tmp_path / "jobs.csv"], tmp_path / "study")
    assert not (tmp_path / "study").exists()


_PLAIN = """
[[tables]]
table = "incidents"

[tables.columns]
incident_id = [{ column = "Job" }]
service_id = [{ constant = "fire" }]
received_at = [{ constant = "2025-01-01 10:00" }]
category = [{ column = "Kind" }]
"""


def test_rows_that_were_taken_are_let_go_and_still_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "SLICE", 4)
    held = read_file(written(tmp_path, "csv"), Layout())
    left = [(piece.height, held.table.height) for piece in held.slices()]
    assert left == [(4, 6), (4, 2), (2, 0)]
    assert held.rows_in == 10


def test_an_extract_without_rows_has_one_slice_without_rows(tmp_path: Path) -> None:
    (tmp_path / "jobs.csv").write_text("Job,When\n", "utf-8")
    pieces = list(read_file(tmp_path / "jobs.csv", Layout()).slices())
    assert [(each.height, each.columns) for each in pieces] == [(0, ["__row", "Job", "When"])]
