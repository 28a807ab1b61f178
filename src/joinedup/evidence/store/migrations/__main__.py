"""Write the next step, from the tables that the steps make to those of the models: ``python -m ... "what it does"``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from joinedup.evidence.store import tables
from joinedup.evidence.store.migrating import STEPS, migrate

_STEP = '''"""{what}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before}


def upgrade() -> None:
    """Make the change."""
{body}
'''


def write_step(what: str, steps: Path = STEPS) -> Path | None:
    """Write the step that is missing; None where models and steps agree."""
    newest = ScriptDirectory(str(steps)).get_current_head()
    with create_engine("sqlite://").begin() as connection:
        if newest is not None:
            migrate(connection, Path(), steps)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        missing = produce_migrations(context, tables).upgrade_ops
        if missing is None or missing.is_empty():
            return None
        body = render_python_code(missing, render_as_batch=newest is not None, migration_context=context)
    body = "\n".join(line for line in body.splitlines() if not line.strip().startswith("# ###"))
    number = int(newest[1:]) + 1 if newest else 1
    revision = f"v{number:04d}"
    path = steps / "versions" / f"{revision}_{re.sub(r'[^a-z0-9]+', '_', what.lower()).strip('_')}.py"
    before = f'"{newest}"' if newest else "None"
    sentence = what[0].upper() + what[1:].rstrip(".")
    path.write_text(_STEP.format(what=sentence, revision=revision, before=before, body=body), "utf-8")
    return path


if __name__ == "__main__":
    print(
        write_step(" ".join(sys.argv[1:]) or "change the tables")
        or "models and steps agree; nothing to write"
    )
