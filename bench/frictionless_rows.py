"""Run by bench/check.py in .venv-rivals: the rows of a study's incidents that frictionless finds bad, and its seconds."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from frictionless import Checklist, Package, Resource, Schema


def main() -> None:
    """Print one JSON line."""
    study = Path(sys.argv[1])
    package = Package(
        resources=[
            Resource(
                name=name,
                path=f"tables/{name}.csv",
                basepath=str(study),
                schema=Schema.from_descriptor(json.loads((study / f"{name}.json").read_text("utf-8"))),
            )
            for name in ("services", "incidents")
        ]
    )
    start = time.perf_counter()
    report = package.validate(Checklist(), limit_errors=10**9)
    seconds = time.perf_counter() - start
    task = next(each for each in report.tasks if each.name == "incidents")
    kinds = {"constraint-error", "type-error", "primary-key", "foreign-key"}
    others = {each.type for each in task.errors} - kinds
    if others:
        sys.exit(f"frictionless has errors of other kinds: {', '.join(sorted(others))}")
    rows = sorted({each.row_number for each in task.errors})
    sys.stdout.write(json.dumps({"seconds": seconds, "rows": rows}) + "\n")


if __name__ == "__main__":
    main()
