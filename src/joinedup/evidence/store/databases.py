"""What differs from database to database: how one writer is held, how the log is guarded, how freed pages are emptied.

Everything else in the store is said through SQLAlchemy, and means the same in SQLite and in PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WRITING = "joinedup_writing"
"""The option of a connection that is going to write: it takes its turn when it begins, not at the first change."""
BUSY_SECONDS = 5.0

# PRAGMA temp_store: what is sorted or emptied on the way would else be left in a temporary file of the system's.
_PRAGMAS = ("foreign_keys = ON", "secure_delete = ON", "recursive_triggers = ON", "temp_store = MEMORY")

_NEVER = "the log cannot be changed"
GUARDS: Mapping[str, tuple[str, ...]] = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS log_no_{what.lower()} BEFORE {what} ON log BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        for what in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        f"""CREATE OR REPLACE FUNCTION log_is_kept() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_NEVER}'; END $$""",
        """CREATE OR REPLACE TRIGGER log_is_kept BEFORE UPDATE OR DELETE ON log
        FOR EACH ROW EXECUTE FUNCTION log_is_kept()""",
        """CREATE OR REPLACE TRIGGER log_is_not_emptied BEFORE TRUNCATE ON log
        FOR EACH STATEMENT EXECUTE FUNCTION log_is_kept()""",
    ),
}


def engine_of(path: Path) -> Engine:
    """Make what connects to a store's file; each connection is closed when its work is done."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def guard_log(connection: Connection) -> None:
    """Make the database itself refuse to change or to remove a line of the log."""
    for statement in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def is_guarded(connection: Connection) -> bool:
    """Whether the guards of the log stand in a store's file."""
    found = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'log'"
    )
    return found.scalar() == len(GUARDS["sqlite"])


def drop_indexes_of_words(connection: Connection) -> None:
    """Take away every full-text index: it repeats the words of a text that has just been changed, and is made again at need."""
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(sql) LIKE 'create virtual table%fts5%'"
    ).scalars()
    for name in list(names):
        quoted = connection.dialect.identifier_preparer.quote(name)
        connection.exec_driver_sql(f"DROP TABLE {quoted}")


def empty_freed_pages(path: Path) -> None:
    """Write the file anew without what was removed, and empty the journal beside it.

    Raises:
        sqlite3.OperationalError: when somebody else is using the store.
    """
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as plain:
        _prepare(plain, None)
        plain.execute("VACUUM")
        empty_journal(plain)


def empty_journal(plain: sqlite3.Connection) -> None:
    """Bring the journal's pages into the file and cut the journal to nothing.

    Raises:
        sqlite3.OperationalError: when somebody else is reading the store.
    """
    busy, *_ = plain.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("database is locked")


def copy_beside(path: Path, copy: Path) -> None:
    """Copy a store as it stands, whoever is reading or writing it."""
    with closing(sqlite3.connect(path)) as plain, closing(sqlite3.connect(copy)) as other:
        plain.backup(other)


def is_busy(error: BaseException) -> bool:
    """Whether a database refused because somebody else holds it."""
    return "database is locked" in str(error) or "database table is locked" in str(error)


def is_no_database(error: BaseException) -> bool:
    """Whether a file is none of the database's, or a damaged one."""
    return any(words in str(error) for words in ("not a database", "malformed", "disk image"))


def _prepare(plain: Any, _: Any) -> None:
    # Transactions are begun by hand: the driver would begin them late, and leave changes of tables outside.
    plain.isolation_level = None
    for pragma in _PRAGMAS:
        plain.execute(f"PRAGMA {pragma}")
    with suppress(sqlite3.OperationalError):
        # It stays set once it is; a store that is busy has it set.
        plain.execute("PRAGMA journal_mode = WAL")


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
