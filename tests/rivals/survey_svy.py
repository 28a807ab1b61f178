"""Estimates from surveys by svy: means, totals, ratios, shares and medians, each with its standard error and interval.

Run by the benchmark and by a test in an environment of its own: ``survey_svy.py TASKS ANSWER`` reads columns, designs and tasks
as JSON, writes value, standard error, low and high of each task, and prints the seconds of each round of all tasks.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import svy  # type: ignore[import-not-found] # stands in the rivals' environment alone


def sample_of(given: dict[str, Any]) -> svy.Sample:
    """Describe a sample by the columns that its design names."""
    design = given["design"]
    sizes = design["populations"]
    size = svy.PopSize(psu=sizes[0], ssu=sizes[1]) if len(sizes) > 1 else (sizes[0] if sizes else None)
    stages = [*design["clusters"], None, None]
    return svy.Sample(
        pl.DataFrame(given["columns"]),
        svy.Design(
            stratum=design["strata"], psu=stages[0], ssu=stages[1], wgt=design["weight"], pop_size=size
        ),
    )


def answer(sample: svy.Sample, task: dict[str, Any]) -> list[list[float]]:
    """Estimate one task: a row a group, or the one row."""
    estimation = sample.estimation
    by = task.get("by")
    if task["what"] == "ratio":
        found = estimation.ratio(task["of"], task["below"], by=by)
    elif task["what"] == "share":
        found = estimation.prop(task["of"], by=by)
    else:
        found = getattr(estimation, task["what"])(task["of"], by=by)
    rows = [each for each in found.estimates if task["what"] != "share" or str(each.y_level) == task["is"]]
    rows.sort(key=lambda each: str(each.by_level))
    return [[each.est, each.se, each.lci, each.uci] for each in rows]


def main() -> None:
    """Work through the tasks."""
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    seconds, answers = [], []
    for _ in range(given["rounds"]):
        start = time.perf_counter()
        samples = {name: sample_of(each) for name, each in given["samples"].items()}
        answers = [answer(samples[task["sample"]], task) for task in given["tasks"]]
        seconds.append(time.perf_counter() - start)
    Path(sys.argv[2]).write_text(json.dumps(answers), "utf-8")
    sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
