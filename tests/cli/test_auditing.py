"""`joinedup audit`: who did what, and whether anybody has rewritten it since (§8.2)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from joinedup.evidence import vault as vaults
from joinedup.evidence.store import FILE, databases
from tests.cli.running import run
from tests.cli.test_commands import refused
from tests.evidence.store.interviewed import store_in, transcript

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "_WORK", 4)
    monkeypatch.setattr(databases, "_PRAGMAS", (*databases._PRAGMAS, "synchronous = OFF"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    store, vault = store_in(tmp_path / "study")
    one = transcript("one", [("a1", "Confidential words, on 07700 900123.")])
    store.take_in([one], vault, "ida")
    store.refuse([each.number for each in store.open_proposals()], "bo")
    return tmp_path / "study"


def test_the_log_is_listed_without_words(study: Path) -> None:
    ran = run("audit", study)
    assert ran.status == 0
    assert "2026-03-02T09:01:00+00:00" in ran.out
    assert "proposals refused" in ran.out
    assert "07700" not in ran.out
    told = run("audit", study, "--json").json
    assert [(each["number"], each["who"], each["what"]) for each in told["log"]] == [
        (1, "ida", "taken in"),
        (2, "bo", "proposals refused"),
    ]


def test_a_log_that_holds_ends_with_0_and_gives_its_last_hash(study: Path) -> None:
    last = run("audit", study, "--json").json["log"][-1]["hash"]
    ran = run("audit", study, "--verify")
    assert (ran.status, ran.err) == (0, "")
    assert "All 2 lines of the log hold" in ran.out
    assert last in ran.out
    assert run("audit", study, "--verify", "--json").json == {
        "verified": {"lines": 2, "bad_line": None, "why": "", "last_hash": last}
    }


def test_the_first_line_that_was_changed_is_named_and_ends_with_1(study: Path) -> None:
    with closing(sqlite3.connect(study / FILE, isolation_level=None)) as plain:
        plain.execute("DROP TRIGGER log_no_update")
        plain.execute("UPDATE log SET who = 'bo' WHERE number = 1")
    refused(run("audit", study, "--verify"), "line 1 of the log", "not those that were written")
    ran = run("audit", study, "--verify", "--json")
    assert (ran.status, ran.json["verified"]["bad_line"]) == (1, 1)


def test_a_study_without_a_store_has_nothing_to_audit(tmp_path: Path) -> None:
    refused(run("audit", tmp_path), "this study has no evidence store")
