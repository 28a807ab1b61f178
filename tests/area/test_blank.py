"""Blank studies: what is written can be read back, and nothing that stands there is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from joinedup.area.blank import blank_study
from joinedup.area.schema import TABLES, schema
from joinedup.refusal import CannotWrite
from tests.area.studies import everything, read, told


@pytest.mark.parametrize("workbook", [False, True])
def test_a_blank_study_reads_back_as_headers_alone(tmp_path: Path, workbook: bool) -> None:
    files = blank_study(tmp_path / "Ynys Môn", workbook=workbook)
    area, queries = read(tmp_path / "Ynys Môn")
    assert area.settings.name == "Ynys Môn"
    assert told(queries) == []
    assert set(queries.notes) == {f"{table} has a header and no rows" for table in TABLES}
    assert all(queries.counts[table].rows_in == 0 for table in TABLES)
    assert len(files) == (2 if workbook else 1 + len(TABLES))
    assert set(everything(tmp_path / "Ynys Môn")) == {
        path.relative_to(tmp_path / "Ynys Môn").as_posix() for path in files
    }


def test_a_blank_table_has_the_columns_of_its_schema_in_order(tmp_path: Path) -> None:
    blank_study(tmp_path / "new")
    for table in TABLES:
        text = (tmp_path / "new" / "tables" / f"{table}.csv").read_text("utf-8")
        assert text == ",".join(schema(table).columns) + "\n"


@pytest.mark.parametrize("name", ['the "Wash"', "back\\slash", "{brace}", "100%"])
def test_a_folder_of_any_name_becomes_a_study_of_that_name(tmp_path: Path, name: str) -> None:
    blank_study(tmp_path / name)
    assert read(tmp_path / name)[0].settings.name == name


def test_the_lines_that_are_commented_out_are_right_once_they_are_not(tmp_path: Path) -> None:
    blank_study(tmp_path / "new")
    path = tmp_path / "new" / "study.toml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join(line.removeprefix("# ") if "=" in line or "[" in line else line for line in lines)
    )
    settings = read(tmp_path / "new")[0].settings
    assert settings.nation == "England"
    assert settings.tolerances["fire"].minutes == 0.5
    assert settings.tolerances["fire"].answering_seconds == 10
    own = settings.roadmap
    assert (own.years, own.capital_gbp_a_year, own.options_at_once, own.chance_of_loss) == (5, 2e6, 4, 0.1)
    assert (own.capital_gbp_a_year_of, own.options_at_once_of) == ({"fire": 5e5}, {"fire": 2})


def test_two_blank_studies_are_the_same_bytes(tmp_path: Path) -> None:
    blank_study(tmp_path / "one" / "new")
    blank_study(tmp_path / "two" / "new")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_an_empty_folder_is_filled_and_one_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    blank_study(tmp_path / "empty")
    before = everything(tmp_path)
    with pytest.raises(CannotWrite, match="something here already"):
        blank_study(tmp_path / "empty")
    with pytest.raises(CannotWrite, match="something here already"):
        blank_study(tmp_path / "empty" / "study.toml")
    assert everything(tmp_path) == before
