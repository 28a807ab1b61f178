"""The report on an imagined county: seconds by stage, and the peak of memory.

One JSON line in all, then one a stage, slowest first. Stages are those that the program names as it works.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from joinedup.disclosure import publish
from joinedup.imagining import imagine
from joinedup.report import write_report
from joinedup.study import Study, draft

PEOPLE, DAYS, SEED = 1_200_000, 365, 1


def main() -> None:
    """Imagine a county, report on it, and print where the time went."""
    with tempfile.TemporaryDirectory() as folder:
        made = imagine(Path(folder) / "area", PEOPLE, DAYS, SEED)
        stages: dict[str, float] = {}
        now = ["starting", time.perf_counter()]

        def begin(phrase: str) -> None:
            then = time.perf_counter()
            stages[str(now[0])] = stages.get(str(now[0]), 0.0) + then - float(now[1])
            # One stage for all the options and shifts of a kind.
            now[:] = [re.sub(r"^(appraising|chance:).*", r"\1", phrase), then]

        start = time.perf_counter()
        study = Study.read(made.folder, begin)
        begin("drafting")
        drafted = draft(study)
        begin("publishing")
        published = publish(drafted)
        begin("writing the report")
        write_report(published, Path(folder) / "out")
        begin("done")
        seconds = time.perf_counter() - start
        options = len(study.assessment.options)
    # Linux counts kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = {
        "name": "report",
        "work": f"the report on {PEOPLE:,} people and {DAYS} days: {made.rows['incidents']:,} incidents, {options} options",
        "ours": round(seconds, 2),
        "rival": None,
        "rival_name": None,
        "ratio": None,
        "peak_mb": round(peak / (1 if sys.platform == "darwin" else 1 / 1024) / 1e6),
        "same_answer": None,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    for stage, spent in sorted(stages.items(), key=lambda each: -each[1]):
        sys.stdout.write(json.dumps({"name": "report", "stage": stage, "seconds": round(spent, 2)}) + "\n")


if __name__ == "__main__":
    main()
