"""Queries worth reading: grouped, most harmful first, each with how to mend it; and as files (METHOD §1.3)."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import polars as pl
import pytest

from joinedup.area.corrected import rows_to_mend, safe_csv, write_queries, write_rows_to_mend
from joinedup.area.queries import COLUMNS, Effect, Findings, Queries
from joinedup.area.readings import kept, stored_queries
from joinedup.refusal import CannotWrite, Refusal
from joinedup.writing import write_files
from tests.area.studies import LONDON, incidents, read, study

if TYPE_CHECKING:
    from pathlib import Path

FAULTY = incidents(
    "I1,fire,2025-01-01 10:00:00,51.5,-0.1,=1+1",
    "I2,fire,yesterday,51.5,-0.1,smoke",
    "I3,nobody,2025-01-01 10:00:00,51.5,-0.1,a",
    "I1,police,2025-01-02 10:00:00,51.5,-0.1,=cmd|' /C calc'!A0",
    'I5,fire,last week,51.5,-0.1,"a, b\nc"',
    "I6,fire,2025-01-01 10:00:00,51.5,,b",
    columns="incident_id,service_id,received_at,latitude,longitude,category",
)
SITES = (
    "site_id,service_id,name,latitude,longitude\nF1,fire,Fire station,51.5,-0.1\nF1,fire,Again,51.5,-0.1\n"
)


def faulty(folder: Path) -> tuple[Path, Queries]:
    made = study(folder / "study", incidents=FAULTY)
    return made, read(made)[1]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_groups_stand_most_harmful_first_and_then_by_rows(tmp_path: Path) -> None:
    groups = faulty(tmp_path)[1].groups()
    assert [(each.effect, each.rows, each.column) for each in groups] == [
        (Effect.SET_ASIDE, 1, "incident_id"),
        (Effect.SET_ASIDE, 1, "service_id"),
        (Effect.CHANGED, 2, "received_at"),
        (Effect.CHANGED, 1, "latitude"),
    ]
    times = groups[2]
    assert times.first_rows == (3, 6)
    assert times.action == "the value is left out"
    assert "yesterday" in times.example
    assert "yesterday" not in times.problem
    assert times.mend.startswith("Write year-month-day")


def test_each_kind_of_query_has_a_sentence_of_its_own_on_how_to_mend_it(tmp_path: Path) -> None:
    mends = [each.mend for each in faulty(tmp_path)[1].groups()]
    assert len(set(mends)) == len(mends)
    assert all(each.endswith(".") and each[0].isupper() for each in mends)


def test_a_query_on_many_rows_at_once_counts_them_all() -> None:
    found = Findings("incidents")
    found.note("received_at", "told to the nearest minute", "used as given", pl.Series([9, 4, 6]))
    found.note(
        "received_at", "no records on whole days, 2025-01-01", "used as given", pl.Series([], dtype=pl.Int64)
    )
    queries = Queries.of(found, 10)
    assert queries.counts["incidents"].as_given == 10
    assert [(each.rows, each.first_rows) for each in queries.groups()] == [(3, (4,)), (0, ())]


def test_json_keeps_the_keys_that_scripts_rely_on_and_adds_groups(tmp_path: Path) -> None:
    given = faulty(tmp_path)[1].as_json()
    assert all(list(each) == list(COLUMNS) for each in given["queries"])
    assert given["counts"]["incidents"] == {"in": 6, "as_given": 1, "changed": 3, "set_aside": 2}
    assert [each["effect"] for each in given["groups"]] == ["set aside", "set aside", "changed", "changed"]
    assert sum(each["rows"] for each in given["groups"]) == len(given["queries"])


def test_kept_queries_keep_what_they_did(tmp_path: Path) -> None:
    _, queries = faulty(tmp_path)
    write_files(kept(tmp_path, queries))
    assert stored_queries(tmp_path).groups() == queries.groups()


def test_every_query_is_written_as_csv(tmp_path: Path) -> None:
    made, queries = faulty(tmp_path)
    target = tmp_path / "queries.csv"
    write_queries(made, queries, target)
    header, *rows = cells(target)
    assert header == [*COLUMNS, "effect", "rows", "mend"]
    assert len(rows) == queries.frame.height
    write_queries(made, queries, target)
    for wrong in (made / "tables" / "queries.csv", made / "mappings" / "x.csv", tmp_path / "queries.txt"):
        with pytest.raises(CannotWrite):
            write_queries(made, queries, wrong)
        assert not wrong.exists()
    target.write_text("mine\n")
    with pytest.raises(CannotWrite, match="did not make"):
        write_queries(made, queries, target)
    assert target.read_text() == "mine\n"


def test_rows_to_mend_are_exactly_those_that_were_set_aside_or_changed_as_they_were_given(
    tmp_path: Path,
) -> None:
    made, queries = faulty(tmp_path)
    table = rows_to_mend(made, queries)["incidents"]
    assert table["row"].to_list() == [3, 4, 5, 6, 7]
    assert table.columns == [
        "row",
        "problem",
        "incident_id",
        "service_id",
        "received_at",
        "latitude",
        "longitude",
        "category",
    ]
    assert table["received_at"].to_list()[0] == "yesterday"
    assert table["category"].to_list()[3] == "a, b\nc"
    assert (
        table["problem"][0]
        == "received_at: not a time such as 2025-03-31 14:05:00: 'yesterday' (the value is left out)"
    )


def test_mended_rows_put_back_leave_no_query(tmp_path: Path) -> None:
    made, queries = faulty(tmp_path)
    target = tmp_path / "mend.csv"
    assert write_rows_to_mend(made, queries, target) == {target: 5}
    right = {
        "3": {"received_at": "2025-01-01 10:00:00"},
        "4": {"service_id": "fire"},
        "5": {"incident_id": "I4"},
    }
    right |= {"6": right["3"], "7": {"longitude": "-0.1"}}
    with target.open(encoding="utf-8", newline="") as stream:
        mended = {row["row"]: row | right[row["row"]] for row in csv.DictReader(stream)}
    old = pl.read_csv(made / "tables" / "incidents.csv", infer_schema=False)
    rows = [
        {name: mended.get(str(number), row)[name] for name in old.columns}
        for number, row in enumerate(old.iter_rows(named=True), start=2)
    ]
    pl.DataFrame(rows).write_csv(made / "tables" / "incidents.csv")
    assert read(made)[1].frame.is_empty()


def test_rows_to_mend_of_several_tables_go_to_a_folder(tmp_path: Path) -> None:
    made = study(tmp_path / "study", incidents=FAULTY, sites=SITES)
    queries = read(made)[1]
    with pytest.raises(Refusal, match="name a folder"):
        write_rows_to_mend(made, queries, tmp_path / "one.csv")
    written = write_rows_to_mend(made, queries, tmp_path / "mend")
    assert {path.name: rows for path, rows in written.items()} == {
        "sites-to-mend.csv": 1,
        "incidents-to-mend.csv": 5,
    }
    with pytest.raises(CannotWrite, match="somebody has mended"):
        write_rows_to_mend(made, queries, tmp_path / "mend")
    for wrong in (made / "tables", made / "tables" / "mend", made / "tables" / "x.csv"):
        with pytest.raises((CannotWrite, Refusal)):
            write_rows_to_mend(made, queries, wrong)
    assert sorted(path.name for path in (made / "tables").iterdir()) == [
        "incidents.csv",
        "services.csv",
        "sites.csv",
    ]


def test_a_study_with_nothing_to_mend_gets_no_file(tmp_path: Path) -> None:
    made = study(tmp_path / "study")
    assert write_rows_to_mend(made, read(made)[1], tmp_path / "mend") == {}
    assert not (tmp_path / "mend").exists()


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
        "+1+cmd",
        "-2+3",
        "\t=1",
        " =1",
        "\n=1",
        "＝1",
        "-",
        "+44 (0)1",
    ],
)
def test_a_formula_never_reaches_a_spreadsheet_as_a_formula(cell: str) -> None:
    written = safe_csv(pl.DataFrame({cell: [cell], "plain": ["a"]})).decode()
    header, row = list(csv.reader(written.splitlines(keepends=True)))
    assert header == [f"'{cell}", "plain"]
    assert row == [f"'{cell}", "a"]


@pytest.mark.parametrize(
    "cell", ["-0.1", "-75.3761952", "+1", "-1e-5", "1,250", "a=b", "", "O'Brien", "'already"]
)
def test_what_is_no_formula_stays_as_it_was_given(cell: str) -> None:
    written = safe_csv(pl.DataFrame({"a": [cell], "b": ["x"]})).decode()
    assert next(iter(csv.reader([written.splitlines()[1]]))) == [cell, "x"]


def test_a_typed_table_gives_its_rows_to_mend_as_text(tmp_path: Path) -> None:
    made = study(tmp_path / "study", incidents=incidents("I1,fire,2025-01-01 10:00:00"))
    (made / "tables" / "incidents.csv").unlink()
    pl.DataFrame(
        {
            "incident_id": ["a", "a"],
            "service_id": ["fire", "fire"],
            "received_at": pl.Series([0, 1]).cast(pl.Datetime("us", "UTC")),
            "kept": [[1], [2]],
        }
    ).write_parquet(made / "tables" / "incidents.parquet")
    target = tmp_path / "mend.csv"
    write_rows_to_mend(made, read(made)[1], target)
    assert cells(target)[1][2:] == ["a", "fire", "1970-01-01 00:00:00.000001+00:00", "[2]"]


def test_tolerances_without_the_day_on_which_results_were_seen_are_asked_about(tmp_path: Path) -> None:
    # §5.7: a tolerance that came after results does not count, and without that day nobody can tell which came first.
    agreed = "[study.tolerances.fire]\nminutes = 0.5\nrecorded_on = 2025-01-20\n"
    _, queries = read(study(tmp_path / "unsaid", LONDON + agreed))
    (asked,) = (each for each in queries.groups() if each.file == "study.toml")
    assert (asked.column, asked.effect) == ("results_seen_on", Effect.NOTED)
    assert "nobody can tell whether the tolerances came first" in asked.example
    assert asked.mend == "Write results_seen_on, such as 2025-04-20, under [study] in study.toml."
    for name, settings in (("said", LONDON + "results_seen_on = 2025-04-20\n" + agreed), ("none", LONDON)):
        _, queries = read(study(tmp_path / name, settings))
        assert "study.toml" not in set(queries.frame["file"])
