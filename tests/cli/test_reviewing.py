"""`joinedup crossover --review` and `--reviewed`: a sheet goes out, comes back as people send it, and nothing gets lost."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from joinedup.cli.reviewing import KEY, PAGE, SHEET
from tests.area.studies import SERVICES, everything, incidents, study
from tests.cli.running import run
from tests.cli.test_commands import LITTLETON, full, refused
from tests.fuzz.test_fuzz import assert_no_formula

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAIRS = 30


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow the machine, no progress stands before a refusal.
    monkeypatch.setattr("joinedup.cli.progress._QUIET_SECONDS", 600.0)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("fresh") / "deep" / "review"
    assert run("crossover", LITTLETON, "--review", PAIRS, "--out", out).status == 0
    return out


@pytest.fixture
def review(fresh: Path, tmp_path: Path) -> Path:
    """Give a folder with a sheet that nobody has answered."""
    return shutil.copytree(fresh, tmp_path / "review")


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def answered(path: Path) -> list[list[str]]:
    """Answer a sheet: one event where less than ten minutes lie between, but for one pair."""
    rows = rows_of(path)
    at = {name: number for number, name in enumerate(rows[0])}
    for row in rows[1:]:
        row[at["same_event"]] = "yes" if float(row[at["minutes_apart"]]) < 10 else "no"
    sure = next(row for row in rows[1:] if row[at["same_event"]] == "yes")
    sure[at["same_event"]] = "cannot tell"
    return rows


def write(path: Path, rows: Sequence[Sequence[str]], separator: str = ",", encoding: str = "utf-8") -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def read_back(where: Path) -> dict[str, Any]:
    ran = run("crossover", LITTLETON, "--reviewed", where, "--json")
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


# --- the sheet goes out --------------------------------------------------------------------------------------------


def test_a_review_is_a_sheet_a_page_and_a_key_that_says_whom_it_is_not_for(review: Path) -> None:
    assert set(everything(review)) == {SHEET, PAGE, KEY}
    assert "not" in KEY
    assert "reviewer" in KEY
    rows = rows_of(review / SHEET)
    assert len(rows) == PAIRS + 1
    assert (review / SHEET).read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_command_says_what_it_wrote_and_how_to_read_it_back(tmp_path: Path) -> None:
    ran = run("crossover", LITTLETON, "--review", 500, "--out", tmp_path / "r")
    assert "45 pairs of records to judge. Keep them inside the study." in ran.out
    assert "there are no more than 45 pairs" in ran.out
    assert "do not show it to the reviewer" in ran.out
    assert f"joinedup crossover {LITTLETON} --reviewed {tmp_path / 'r' / SHEET}" in ran.out
    found = json.loads(run("crossover", LITTLETON, "--review", 20, "--out", tmp_path / "s", "--json").out)
    assert found["pairs"] == 20
    assert found["files"] == [str(tmp_path / "s" / name) for name in (SHEET, PAGE, KEY)]
    # Nothing that is printed tells how likely the pairs are.
    assert not re.search(r"probab|likely \(|band", ran.out)


def test_the_page_shows_every_pair_works_on_paper_and_tells_nothing_of_the_score(review: Path) -> None:
    page = (review / PAGE).read_text("utf-8")
    assert "For use inside the study only" in page
    assert "not for publication" in page
    for row in rows_of(review / SHEET)[1:]:
        for cell in row:
            assert cell in page
    assert page.count('scope="rowgroup"') == PAIRS
    assert page.count("cannot tell") == PAIRS + 1
    assert not re.search(r"https?://|<script|\bsrc=", page)
    assert "probability" not in page
    assert re.search(r'<html lang="en-GB">.*<h1>.*<caption>', page, re.DOTALL)
    assert page.count("<h1>") == 1
    key = json.loads((review / KEY).read_text("utf-8"))
    for each in key["pairs"]:
        if each["probability"] < 0.999:
            assert f"{each['probability']:.4f}"[:5] not in page


SPOILT = "=cmd|' /C calc'!A0"


def test_text_of_the_study_is_no_formula_in_the_sheet_and_no_markup_on_the_page(tmp_path: Path) -> None:
    given = [
        f"{service}{day},{service},2025-03-{day:02} 1{day % 10}:00:00,{400_000 + 3_000 * day},200000,{words}"
        for day in range(1, 29)
        for service, words in (("police", SPOILT), ("fire", "<b>&fire"))
    ]
    columns = "incident_id,service_id,received_at,easting,northing,category"
    made = study(tmp_path / "s", services=SERVICES, incidents=incidents(*given, columns=columns))
    out = tmp_path / "out"
    assert run("crossover", made, "--review", 20, "--out", out).status == 0
    content = (out / SHEET).read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert_no_formula(content)
    assert b"'" + SPOILT.encode() in content
    page = (out / PAGE).read_text("utf-8")
    assert "<b>&fire" not in page
    assert "&lt;b&gt;&amp;fire" in page


def test_a_sheet_is_not_written_over_one_that_may_be_answered(review: Path) -> None:
    before = everything(review)
    again = ("crossover", LITTLETON, "--review", PAIRS, "--out", review)
    refused(run(*again), SHEET, "is there already", "name another folder", status=3)
    for name in (SHEET, PAGE):
        (review / name).unlink()
    refused(run(*again), KEY, "is there already", status=3)
    assert everything(review) == {KEY: before[KEY]}


@pytest.mark.parametrize("name", ["tables", "mappings", "tables/review"])
def test_a_sheet_is_not_written_among_the_tables_of_the_study(tmp_path: Path, name: str) -> None:
    made = shutil.copytree(LITTLETON, tmp_path / "s")
    before = everything(made)
    refused(
        run("crossover", made, "--review", 20, "--out", made / name),
        "taken for a part of the study",
        status=3,
    )
    assert everything(made) == before


def test_a_disk_that_is_full_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", full)
    out = tmp_path / "deep" / "r"
    refused(
        run("crossover", LITTLETON, "--review", 20, "--out", out),
        "the disk is full; nothing was changed",
        status=3,
    )
    assert everything(tmp_path) == {}
    assert not out.parent.exists()


def test_a_file_where_the_folder_should_be_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("dear")
    refused(
        run("crossover", LITTLETON, "--review", 20, "--out", tmp_path / "r"), "a file stands where", status=3
    )
    assert everything(tmp_path) == {"r": b"dear"}


def test_a_study_whose_services_never_meet_has_nothing_to_review(tmp_path: Path) -> None:
    refused(
        run("crossover", study(tmp_path / "s"), "--review", 20, "--out", tmp_path / "r"), "nothing to review"
    )
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--out", "x"), "is used with --review N"),
        (("--review", "19", "--out", "x"), "20"),
        (("--reviewed", "x", "--review", "200", "--out", "x"), "used alone"),
        (("--reviewed", "x", "--metres", "250"), "own window"),
        (("--reviewed", "x", "--reviewed", "y"), "how far two reviewers agree is not measured"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(options: tuple[str, ...], words: str) -> None:
    ran = run("crossover", LITTLETON, *options)
    assert ran.status == 2
    assert words in " ".join(ran.err.split())


# --- and comes back ------------------------------------------------------------------------------------------------


def test_what_the_answers_say_is_printed_in_words_and_as_json(review: Path) -> None:
    write(review / SHEET, answered(review / SHEET))
    found = read_back(review)
    # Littleton's 42 joint events are certain, and three pairs of other records lie ten minutes apart.
    assert (found["published"], found["meetings"], found["pairs"], found["cannot_tell"]) == (42, 45, PAIRS, 1)
    assert found["precision"]["estimate"] == 1
    judged = PAIRS - 3
    assert found["precision"]["least"] == pytest.approx((judged - 1) / judged, abs=1e-6)
    assert 0.8 < found["precision"]["low"] < found["precision"]["least"]
    assert found["recall"] == dict.fromkeys(("estimate", "least", "most", "low", "high"), 1)
    assert [band["share"] for band in found["bands"]] == [0, 1]
    assert found["events"]["estimate"] == 42
    assert {tuple(each["services"]) for each in found["asked_for_the_other"]} == {
        ("ambulance", "fire"),
        ("ambulance", "police"),
        ("fire", "police"),
    }
    ran = run("crossover", LITTLETON, "--reviewed", review / SHEET)
    assert ran.status == 0
    for words in (
        f"{PAIRS} of 45 meetings",
        "Precision: 100% (95 % interval",
        "of the 42 meetings that are taken for events",
        "Recall: 100%",
        "could not tell of 1 pair.",
        "Said and found, by probability",
        "asked for the other service",
        "Note: recall is among records that were near enough to be weighed.",
    ):
        assert words in ran.out


def as_excel_in_another_country(path: Path, rows: list[list[str]]) -> None:
    # Semicolons to the end of rows that are empty, answers in capitals, a note in the old character set, another order.
    at = rows[0].index("same_event")
    for row in rows[1:]:
        row[at] = row[at].upper()
        row[-1] = "café"
    write(path, [rows[0], *rows[:0:-1], *[[""] * len(rows[0])] * 3], ";", "cp1252")


def as_utf16(path: Path, rows: list[list[str]]) -> None:
    write(path, rows, "\t", "utf-16")


def as_a_workbook(path: Path, rows: list[list[str]]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def with_other_columns(path: Path, rows: list[list[str]]) -> None:
    kept = [rows[0].index(name) for name in ("same_event", "pair", "incident_1", "incident_2")]
    write(path, [["mine", *(row[each] for each in kept)] for row in rows], encoding="utf-8-sig")


@pytest.mark.parametrize(
    "rewritten", [as_excel_in_another_country, as_utf16, as_a_workbook, with_other_columns]
)
def test_a_sheet_survives_being_written_anew(review: Path, rewritten: Any) -> None:
    rows = answered(review / SHEET)
    write(review / SHEET, rows)
    expected = read_back(review)
    rewritten(review / "back.xlsx" if rewritten is as_a_workbook else review / SHEET, rows)
    where = review / "back.xlsx" if rewritten is as_a_workbook else review
    assert read_back(where) == expected


def test_a_sheet_that_nobody_answered_is_refused_with_row_and_column(review: Path) -> None:
    refused(
        run("crossover", LITTLETON, "--reviewed", review),
        SHEET,
        "row 2, column same_event",
        "there is no answer",
    )


def test_a_sheet_without_its_key_or_with_another_key_is_refused(review: Path, tmp_path: Path) -> None:
    write(review / SHEET, answered(review / SHEET))
    alone = tmp_path / "alone.csv"
    shutil.copy(review / SHEET, alone)
    refused(run("crossover", LITTLETON, "--reviewed", alone), KEY, "put the sheet back into the folder")
    refused(run("crossover", LITTLETON, "--reviewed", tmp_path / "no.csv"), "no.csv: there is no such file")
    assert run("crossover", LITTLETON, "--review", 25, "--out", tmp_path / "other").status == 0
    shutil.copy(tmp_path / "other" / KEY, tmp_path)
    refused(run("crossover", LITTLETON, "--reviewed", alone), "row 2, column pair", "is of another sheet")
    (tmp_path / KEY).write_bytes(b"\xff\xfe{")
    refused(run("crossover", LITTLETON, "--reviewed", alone), KEY, "cannot be read")
    (tmp_path / KEY).write_text("{}")
    refused(run("crossover", LITTLETON, "--reviewed", alone), KEY, "is not the key of a review sheet")


def test_a_sheet_is_read_back_in_its_own_study_alone(review: Path, tmp_path: Path) -> None:
    write(review / SHEET, answered(review / SHEET))
    refused(run("crossover", study(tmp_path / "s"), "--reviewed", review), "name the study", "(Littleton)")


def test_reading_back_writes_nothing(review: Path) -> None:
    write(review / SHEET, answered(review / SHEET))
    before = everything(review)
    read_back(review)
    assert everything(review) == before


def test_without_a_place_the_sheet_goes_into_the_study(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    shutil.copytree(LITTLETON, folder)
    assert run("crossover", folder, "--review", PAIRS).status == 0
    assert (folder / "review" / SHEET).is_file()
    assert (folder / "review" / KEY).is_file()
