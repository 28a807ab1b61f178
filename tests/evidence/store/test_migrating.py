"""A store made by an older version is brought up with a copy put beside; the models say what the steps make."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, create_mock_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from joinedup.evidence.store import FILE, Store, migrating, tables
from joinedup.evidence.store.migrations.__main__ import write_step
from joinedup.refusal import Refusal
from tests.evidence.store.interviewed import Clock, files_with, store_in, transcript

if TYPE_CHECKING:
    from pathlib import Path

ONE = transcript("one", [("a1", "Zanthoxylum grows there.")])
LATER = """
import sqlalchemy as sa
from alembic import op

revision = "v9999"
down_revision = "{newest}"


def upgrade():
    with op.batch_alter_table("coder") as table:
        table.add_column(sa.Column("team", sa.String(), nullable=False, server_default="ours"))
"""


def with_later_step(tmp_path: Path) -> Path:
    steps = tmp_path / "steps"
    shutil.copytree(migrating.STEPS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(each.stem[:5] for each in (steps / "versions").glob("v*.py"))
    (steps / "versions" / "v9999_later.py").write_text(LATER.format(newest=newest))
    return steps


def test_the_steps_make_the_tables_that_the_models_describe(tmp_path: Path) -> None:
    store, _ = store_in(tmp_path)
    with store.reading() as transaction:
        context = MigrationContext.configure(transaction.connection(), opts={"compare_type": True})
        assert compare_metadata(context, tables) == []


def test_steps_are_written_from_the_models_alone(tmp_path: Path) -> None:
    assert write_step("nothing", migrating.STEPS) is None
    steps = tmp_path / "steps"
    (steps / "versions").mkdir(parents=True)
    path = write_step("Make the tables!", steps)
    assert path is not None
    assert path.name == "v0001_make_the_tables.py"
    with create_engine("sqlite://").begin() as connection:
        migrating.migrate(connection, tmp_path, steps)
        assert compare_metadata(MigrationContext.configure(connection), tables) == []
    assert write_step("again", steps) is None


def test_an_older_store_is_brought_up_and_a_copy_is_put_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tmp_path / "study"
    store, vault = store_in(study)
    store.take_in([ONE], vault, "ida")
    before = store.coded()
    newest = max(each.stem[:5] for each in (migrating.STEPS / "versions").glob("v*.py"))
    later = with_later_step(tmp_path)
    monkeypatch.setattr(migrating.migrate, "__defaults__", (later,))
    monkeypatch.setattr(migrating.is_current, "__defaults__", (later,))
    again = Store.open(study / FILE, Clock())
    assert again.coded() == before
    assert again.verify_log().bad_line is None
    with again.reading() as transaction:
        assert (
            "team"
            in transaction.connection()
            .exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'coder'")
            .scalar_one()
        )
    copy = study / f"evidence-before-{newest}.db"
    with closing(sqlite3.connect(copy)) as plain:
        assert plain.execute("SELECT version_num FROM alembic_version").fetchone() == (newest,)
        assert plain.execute("SELECT text FROM interview").fetchone() == (ONE.text,)
    # Opening it once more changes nothing.
    mode = copy.stat().st_mtime_ns
    Store.open(study / FILE, Clock())
    assert copy.stat().st_mtime_ns == mode
    # The copy holds everybody's words, so it goes when somebody withdraws.
    again.withdraw(vault, "ida", interview="one")
    assert files_with(study, "Zanthoxylum") == []
    assert not copy.exists()


def test_a_step_that_fails_leaves_the_store_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = tmp_path / "study"
    store, vault = store_in(study)
    store.take_in([ONE], vault, "ida")
    later = with_later_step(tmp_path)
    step = later / "versions" / "v9999_later.py"
    step.write_text(step.read_text() + "    raise RuntimeError('half-way')\n")
    with monkeypatch.context() as patch:
        patch.setattr(migrating.migrate, "__defaults__", (later,))
        patch.setattr(migrating.is_current, "__defaults__", (later,))
        with pytest.raises(RuntimeError, match="half-way"):
            Store.open(study / FILE, Clock())
    with Store.open(study / FILE, Clock()) as again, again.reading() as transaction:
        sql = (
            transaction.connection()
            .exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'coder'")
            .scalar_one()
        )
        assert "team" not in sql


def test_a_newer_store_is_refused_and_not_touched(tmp_path: Path) -> None:
    store_in(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as plain:
        plain.execute("UPDATE alembic_version SET version_num = 'v9998'")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(Refusal, match=r"a newer version of joinedup made this evidence store \(v9998\)"):
        Store.open(tmp_path / FILE)
    assert (tmp_path / FILE).read_bytes() == before


def test_postgresql_is_given_the_same_tables(tmp_path: Path) -> None:
    dialect = create_mock_engine("postgresql+psycopg://", lambda *_: None).dialect
    for table in tables.sorted_tables:
        made = str(CreateTable(table).compile(dialect=dialect))
        assert made.count("FOREIGN KEY") == len(table.foreign_key_constraints)
        for column in table.columns:
            assert re.search(rf'^\s+"?{column.name}"? [A-Z]', made, re.MULTILINE), (table.name, column.name)
        for index in table.indexes:
            assert f"ON {table.name}" in str(CreateIndex(index).compile(dialect=dialect))


def test_only_one_file_speaks_to_one_database(tmp_path: Path) -> None:
    folder = migrating.STEPS.parent
    words = re.compile(r"PRAGMA|VACUUM|TRIGGER|exec_driver_sql|import sqlite3|sqlite_master|text\(\"")
    speaking = {each.name for each in folder.glob("*.py") if words.search(each.read_text("utf-8"))}
    # store.py turns SQLite's own errors into messages.
    assert speaking == {"databases.py", "store.py"}
    assert words.findall((folder / "store.py").read_text("utf-8")) == ["import sqlite3"]
