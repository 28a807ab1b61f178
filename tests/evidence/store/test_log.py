"""The log cannot be rewritten: by the database's own refusal, and by hashes that tell what was changed all the same (§8.2)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence.store import FILE, Store
from joinedup.evidence.store.databases import GUARDS
from tests.evidence.store.interviewed import Clock, lay, store_in, transcript

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ONE = transcript("one", [("a1", "Confidential words, on 07700 900123.")], names={"a1": "Jo Wren"})


def with_log(study: Path) -> Store:
    store, vault = store_in(study)
    store.take_in([ONE], vault, "ida")
    store.accept([each.number for each in store.open_proposals()], "bo")
    store.note("cy", "exported", {"format": "qdpx", "passages": 0})
    store.withdraw(vault, "ida", interview="one")
    return store


def changed(study: Path, *statements: str) -> None:
    """Change the log as somebody would who has the file and no scruples: without the guards."""
    with closing(sqlite3.connect(study / FILE, isolation_level=None)) as plain:
        for name in ("update", "delete"):
            plain.execute(f"DROP TRIGGER log_no_{name}")
        for each in statements:
            assert plain.execute(each).rowcount > 0


def test_everything_done_is_in_it_with_who_and_when_and_no_words(tmp_path: Path) -> None:
    lines = with_log(tmp_path).log_lines()
    assert [(each.number, each.who, each.what) for each in lines] == [
        (1, "ida", "taken in"),
        (2, "bo", "proposals accepted"),
        (3, "cy", "exported"),
        (4, "ida", "withdrawn"),
        (5, "joinedup", "erased"),
        (6, "joinedup", "erased"),
    ]
    assert [each.at for each in lines] == [f"2026-03-02T09:0{minute}:00+00:00" for minute in range(1, 7)]
    whole = json.dumps([each.as_json() for each in lines])
    for words in ("Confidential", "07700", "Wren"):
        assert words not in whole


def test_each_line_is_hashed_with_the_one_before_as_it_is_documented(tmp_path: Path) -> None:
    before = "0" * 64
    for each in with_log(tmp_path).log_lines():
        about = json.dumps(each.about, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        told = {
            "about": about,
            "at": each.at,
            "before": before,
            "number": each.number,
            "what": each.what,
            "who": each.who,
        }
        line = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert each.before == before
        assert each.hash == hashlib.sha256(line.encode()).hexdigest()
        before = each.hash
    verdict = with_log(tmp_path / "other").verify_log()
    assert (verdict.lines, verdict.bad_line, verdict.last_hash) == (6, None, before)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET who = 'bo' WHERE number = 1",
        "DELETE FROM log WHERE number = 6",
        "INSERT OR REPLACE INTO log SELECT number, at, 'bo', what, about, before, hash FROM log WHERE number = 1",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_line(tmp_path: Path, statement: str) -> None:
    store = with_log(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as plain:
        plain.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match="the log cannot be changed"):
            plain.execute(statement)
    assert store.verify_log().bad_line is None


@pytest.mark.parametrize(
    ("statements", "bad", "why"),
    [
        (["UPDATE log SET who = 'bo' WHERE number = 1"], 1, "not those that were written"),
        (["UPDATE log SET about = '{}' WHERE number = 3"], 3, "not those that were written"),
        (["UPDATE log SET about = 'no json' WHERE number = 3"], 3, "not those that were written"),
        (
            ["UPDATE log SET at = '2020-01-01T00:00:00+00:00' WHERE number = 6"],
            6,
            "not those that were written",
        ),
        (["DELETE FROM log WHERE number = 2"], 2, "line 2 is missing"),
        (["DELETE FROM log WHERE number = 1"], 1, "line 1 is missing"),
        (
            [
                "DELETE FROM log WHERE number = 2",
                *(f"UPDATE log SET number = {n - 1} WHERE number = {n}" for n in (3, 4, 5, 6)),
            ],
            2,
            "does not follow from the line before",
        ),
    ],
)
def test_a_line_that_was_changed_all_the_same_is_named(
    tmp_path: Path, statements: Sequence[str], bad: int, why: str
) -> None:
    store = with_log(tmp_path)
    changed(tmp_path, *statements)
    verdict = store.verify_log()
    assert (verdict.bad_line, verdict.lines) == (bad, bad - 1)
    assert why in verdict.why
    assert len(store.log_lines()) in (5, 6)


def test_one_rehashed_line_breaks_the_next(tmp_path: Path) -> None:
    store = with_log(tmp_path)
    first = store.log_lines()[0]
    told = {
        "number": 1,
        "at": first.at,
        "who": "bo",
        "what": first.what,
        "about": json.dumps(first.about, sort_keys=True, separators=(",", ":")),
        "before": first.before,
    }
    forged = hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    changed(tmp_path, f"UPDATE log SET who = 'bo', hash = '{forged}' WHERE number = 1")
    assert store.verify_log().bad_line == 2


def test_lines_cut_off_the_end_are_told_by_the_last_hash(tmp_path: Path) -> None:
    store = with_log(tmp_path)
    kept = store.verify_log().last_hash
    changed(tmp_path, "DELETE FROM log WHERE number = 6")
    cut = store.verify_log()
    assert cut.bad_line is None
    assert cut.last_hash != kept


def test_guards_that_were_taken_away_are_back_at_the_next_start(tmp_path: Path) -> None:
    with_log(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as plain:
        plain.execute("DROP TRIGGER log_no_update")
    Store.open(tmp_path / FILE, Clock())
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as plain:
        names = {name for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert names == {"log_no_update", "log_no_delete"}
    assert set(GUARDS) == {"sqlite", "postgresql"}


def test_what_is_rolled_back_was_never_logged(tmp_path: Path) -> None:
    store, vault = store_in(tmp_path)
    store.take_in([ONE], vault, "ida")
    lay(store, ONE, "Confidential", "p1")
    before = store.log_lines()
    with pytest.raises(Exception, match="no proposal 99"):
        store.accept([1, 99], "ida")
    assert store.log_lines() == before
