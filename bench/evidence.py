"""Surveys beside svy: estimates with standard errors and intervals, the same to twelve digits, and the seconds of each.

``python bench/evidence.py`` prints a line for the Californian schools, where the shared data is there, and one for an
imagined county's survey. Reading files and starting up are in neither time.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT), str(Path(__file__).parent)]

from rivals import rivals_python  # noqa: E402 - beside this file, whose folder is put on the path above
from tests.rivals.survey_tasks import Tasks, furthest, ours, residents, schools  # noqa: E402

ROUNDS = 5
ASKED = 8_500
_SAME = 1e-12


def main() -> None:
    """Print one JSON line a survey."""
    data = Path(os.environ.get("JOINEDUP_DATA") or _ROOT.parent / "shared" / "data") / "survey"
    if (data / "apistrat.csv").is_file():
        _beside(schools(data, ROUNDS), "Californian schools, drawn in three ways")
    with tempfile.TemporaryDirectory() as folder:
        tasks = residents(Path(folder), ASKED, ROUNDS)
    answers = len(tasks["samples"]["county"]["columns"]["weight"])
    _beside(tasks, f"{answers:,} residents of an imagined county, in two stages")


def _beside(tasks: Tasks, what: str) -> None:
    mine: list[list[list[float | None]]] = []
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        mine = ours(tasks)
        seconds.append(time.perf_counter() - start)
    # Linux counts kilobytes, macOS bytes. Taken before the rival's answers are read.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6
    theirs, spent = _svy(tasks)
    rows = sum(len(each) for each in mine)
    line = {
        "name": "evidence",
        "work": f"{rows:,} estimates with standard errors and intervals from {what}; median of {ROUNDS} rounds",
        "ours": round(statistics.median(seconds), 4),
        "rival": round(spent, 4),
        "rival_name": "svy",
        "ratio": round(spent / statistics.median(seconds), 1),
        "peak_mb": round(peak_mb),
        "same_answer": furthest(mine, theirs, slice(0, 4)) < _SAME,
    }
    sys.stdout.write(json.dumps(line) + "\n")


def _svy(tasks: Tasks) -> tuple[list[list[list[float]]], float]:
    """Give svy's answers, and the median seconds of its rounds."""
    with tempfile.TemporaryDirectory() as folder:
        given, back = Path(folder, "tasks.json"), Path(folder, "answer.json")
        given.write_text(json.dumps(tasks), "utf-8")
        program = _ROOT / "tests" / "rivals" / "survey_svy.py"
        done = subprocess.run(
            [rivals_python(), program, given, back], check=True, capture_output=True, text=True
        )
        return json.loads(back.read_text("utf-8")), statistics.median(json.loads(done.stdout)["seconds"])


if __name__ == "__main__":
    main()
