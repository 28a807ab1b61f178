"""Bringing a store to the tables that this version works with, after a copy of it was put beside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from joinedup.evidence.store.databases import copy_beside, guard_log, is_guarded
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Connection

STEPS = Path(__file__).parent / "migrations"
COPIES = "evidence-before-*.db"


def migrate(connection: Connection, path: Path, steps: Path = STEPS) -> None:
    """Make or change the tables of a store, in the transaction that is given.

    Raises:
        Refusal: when a newer version made it, or it is some other database.
    """
    script = ScriptDirectory(str(steps))
    context = MigrationContext.configure(connection, opts={"as_sql": False})
    now, newest = context.get_current_revision(), script.get_current_head()
    if now is None and inspect(connection).get_table_names():
        raise Refusal(f"{path}: is a database, but no evidence store; move it away, or name another folder")
    if now is not None and now not in {each.revision for each in script.walk_revisions()}:
        raise Refusal(
            f"{path}: a newer version of joinedup made this evidence store ({now}); open it with that version, or a later one"
        )
    if now != newest:
        if now is not None:
            _copy(path, now)
        for step in reversed(list(script.iterate_revisions(newest, now))):
            with Operations.context(context):
                step.module.upgrade()
            context.stamp(script, step.revision)
    guard_log(connection)


def is_current(connection: Connection, steps: Path = STEPS) -> bool:
    """Whether a store has the tables that this version works with, and the guards of its log."""
    now = MigrationContext.configure(connection).get_current_revision()
    return now == ScriptDirectory(str(steps)).get_current_head() and is_guarded(connection)


def _copy(path: Path, revision: str) -> None:
    """Put a copy beside, complete or not at all."""
    partial = path.with_name(f"{path.name}.joinedup-partial")
    partial.unlink(missing_ok=True)
    copy_beside(path, partial)
    partial.chmod(0o600)
    partial.replace(path.with_name(COPIES.replace("*", revision)))
