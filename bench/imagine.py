"""Imagining a county for a year: seconds, memory, and (with --table) published figures beside what came out.

`python bench/imagine.py` prints one JSON line; nobody else makes such areas, so there is no rival. With `--people
57700000` it is England, which takes minutes and a few gigabytes of disk. `--table` prints the table of
docs/guide/imagined-areas.md instead.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from joinedup.imagining import imagine
from joinedup.imagining.calibration import measured, table, true_figures

PEOPLE, DAYS, SEED = 1_200_000, 365, 1


def main() -> None:
    """Imagine, and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--table", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        made = imagine(Path(folder) / "area", options.people, DAYS, SEED)
        seconds = time.perf_counter() - start
        # Linux counts kilobytes, macOS bytes. Taken before anything is read back.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak_mb = peak / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6
        if options.table:
            found = measured(made.folder, options.people, DAYS)
            found |= true_figures(made.folder, made.truth, options.people, DAYS)
            sys.stdout.write(table(found))
            return
    line = {
        "name": "imagine",
        "work": f"{options.people:,} people, {DAYS} days: {made.rows['incidents']:,} incidents, "
        f"{made.rows['attendances']:,} attendances, {made.rows['calls']:,} calls",
        "ours": round(seconds, 2),
        "rival": None,
        "rival_name": None,
        "ratio": None,
        "peak_mb": round(peak_mb),
        "same_answer": None,
    }
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
