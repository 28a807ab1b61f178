"""Spoilt files of every format: queries or one clear refusal, and no row is lost (§1.3)."""

from __future__ import annotations

import csv
import faulthandler
import io
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from joinedup.area.corrected import rows_to_mend, safe_csv, write_queries
from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import Source, read_source
from joinedup.area.reading import read_area
from joinedup.refusal import Refusal
from tests.area.studies import LONDON, SERVICES, assert_no_row_is_lost, study
from tests.fuzz.making import COLUMNS, FORMATS, Case, case

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area.queries import Queries

CASES, FEW, PARTS = 10_400, 200, 8
_READ_BACK = 5
"""One extract in so many is read back as a study."""
_LONGEST = 4_000
_HANGS = 120
"""Seconds after which a case is taken to hang, and the run is ended with the place where it does."""
_MAPPING = """
[source]
title = "Fuzz"
about = "Incidents as they are."
licence = "none"
zone = "Europe/London"
messy = ["everything"]

[[services]]
service_id = "police"
kind = "police"
name = "Police"

[[services]]
service_id = "fire"
kind = "fire"
name = "Fire"

[[tables]]
table = "incidents"

[tables.columns]
""" + "".join(f'{each} = [{{ column = "{each}" }}]\n' for each in COLUMNS)
_FORMULA = re.compile(r"^[\s\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"^\s*[+-](?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$")


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("mapping") / "fuzz.toml"
    path.write_text(_MAPPING, "utf-8")
    return read_source(str(path))


def test_a_few_spoilt_files_give_queries_or_one_clear_refusal(tmp_path: Path, source: Source) -> None:
    stages = fuzzed(range(FEW), tmp_path, source)
    assert sum(stages.values()) == FEW
    assert stages["kept mostly"] >= FEW / 2, stages


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_spoilt_files_give_queries_or_one_clear_refusal(part: int, tmp_path: Path, source: Source) -> None:
    stages = fuzzed(range(part, CASES, PARTS), tmp_path, source)
    print(f"{sum(stages.values()):,} cases by where they were stopped: {dict(stages.most_common())}")
    assert sum(stages.values()) * PARTS == CASES
    assert stages["kept mostly"] >= sum(stages.values()) / 2, stages
    assert all(stages[each] for each in ("file", "header", "table")), stages


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_that_is_not_spoilt_keeps_all_of_its_rows(
    form: str, tmp_path: Path, source: Source
) -> None:
    for seed in range(10_000_000, 10_001_000):
        made = case(seed)
        if made.form == form and made.level == "cells" and not made.bad:
            _, kept = outcome(made, tmp_path, source)
            assert kept is not None
            return
    pytest.fail(f"no such case of {form}")


def fuzzed(seeds: range, folder: Path, source: Source) -> Counter[str]:
    """Run cases, and count them by where they were stopped."""
    stages: Counter[str] = Counter()
    for seed in seeds:
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        made = case(seed)
        at = folder / "case"
        try:
            stage, _ = outcome(made, at, source)
        except BaseException as error:
            error.add_note(
                f"seed {seed}: {made.target}, {made.form}, {made.level}; making.case({seed}) makes it"
            )
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
            shutil.rmtree(at, ignore_errors=True)
        stages[stage] += 1
    return stages


def outcome(made: Case, folder: Path, source: Source) -> tuple[str, Queries | None]:
    """Read a case, hold what comes out to what is promised, and say where it was stopped."""
    try:
        queries = _as_table(made, folder) if made.target == "study" else _as_extract(made, folder, source)
    except Refusal as refusal:
        words = str(refusal)
        assert words.strip()
        assert "\n" not in words
        assert len(words) < _LONGEST, words
        assert made.level != "cells" or not made.rows or "personal" in words, words
        at = re.search(r", (?:row|line) (\d+)", words)
        return ("file" if at is None else "header" if at[1] == "1" else "table"), None
    counts = next(counts for name, counts in queries.counts.items() if name.startswith("incidents"))
    assert min(counts.as_given, counts.changed, counts.set_aside) >= 0
    assert counts.rows_in == counts.as_given + counts.changed + counts.set_aside
    if made.rows is not None:
        assert counts.rows_in == made.rows
        told = set(queries.frame["row"].to_list())
        assert made.bad <= told, f"rows {sorted(made.bad - told)} have no query"
    used = counts.as_given + counts.changed
    return ("kept mostly" if used and used >= counts.rows_in / 2 else "table"), queries


def _as_table(made: Case, folder: Path) -> Queries:
    """Read a case as a table of a study, and look at every CSV that comes of it."""
    study(folder, LONDON, services=SERVICES, incidents="")
    (folder / "tables" / "incidents.csv").unlink()
    (folder / "tables" / f"incidents.{made.form}").write_bytes(made.content)
    area, queries = read_area(folder)
    assert_no_row_is_lost(area, queries)
    write_queries(folder, queries, folder / "queries.csv")
    assert_no_formula((folder / "queries.csv").read_bytes())
    for table in rows_to_mend(folder, queries).values():
        assert_no_formula(safe_csv(table))
    return queries


def _as_extract(made: Case, folder: Path, source: Source) -> Queries:
    """Read a case through a mapping, and hold the study that it makes to the same counts."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"incidents.{made.form}"
    file.write_bytes(made.content)
    into = folder / "study"
    try:
        reading = read_extracts(source, [file], into)
    except Refusal:
        assert not into.exists(), "something was written before the refusal"
        raise
    counts = reading.queries.counts[file.name]
    assert reading.rows["incidents"] == counts.as_given + counts.changed
    if not made.seed % _READ_BACK:
        area, _ = read_area(into)
        assert area.table("incidents").height == reading.rows["incidents"]
    write_queries(into, reading.queries, folder / "queries.csv")
    assert_no_formula((folder / "queries.csv").read_bytes())
    return reading.queries


def assert_no_formula(content: bytes) -> None:
    """Hold every cell of a CSV file to be no formula for a spreadsheet."""
    before = csv.field_size_limit(2**26)
    try:
        for row in csv.reader(io.StringIO(content.decode(), newline="")):
            for cell in row:
                assert not _FORMULA.match(cell) or _NUMBER.match(cell), cell[:80]
    finally:
        csv.field_size_limit(before)
