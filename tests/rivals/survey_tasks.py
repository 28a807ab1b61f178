"""What a survey program is asked: samples and tasks as plain columns, and our answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.evidence.survey import Design, mean, median, proportion, ratio, total
from joinedup.imagining import Asked, imagine
from joinedup.imagining.saying.residents import WANTS, codes_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.evidence.survey.estimating import Estimate

Tasks = dict[str, Any]

_SCHOOLS: dict[str, dict[str, Any]] = {
    "apistrat": {"strata": "stype", "clusters": [], "populations": ["fpc"], "weight": "pw"},
    "apiclus1": {"strata": None, "clusters": ["dnum"], "populations": ["fpc"], "weight": "pw"},
    "apiclus2": {
        "strata": None,
        "clusters": ["dnum", "snum"],
        "populations": ["fpc1", "fpc2"],
        "weight": "pw",
    },
}
_COLUMNS = ("api00", "api99", "meals", "sch.wide", "stype")


def schools(folder: Path, rounds: int) -> Tasks:
    """Ask of the Californian schools: three ways of drawing, eight estimates of each, among all and by sort of school."""
    samples = {}
    for name, design in _SCHOOLS.items():
        table = pl.read_csv(folder / f"{name}.csv", null_values=["NA"], infer_schema_length=None)
        used = {*_COLUMNS, *design["clusters"], *design["populations"], design["weight"]}
        samples[name] = {"columns": table.select(sorted(used)).to_dict(as_series=False), "design": design}
    tasks = [
        {"sample": sample, **task}
        for sample in samples
        for task in (
            {"what": "mean", "of": "api00"},
            {"what": "mean", "of": "api99"},
            {"what": "total", "of": "api00"},
            {"what": "median", "of": "api00"},
            {"what": "ratio", "of": "api00", "below": "api99"},
            {"what": "share", "of": "sch.wide", "is": "Yes"},
            {"what": "mean", "of": "meals", "by": "stype"},
            {"what": "share", "of": "sch.wide", "is": "Yes", "by": "stype"},
        )
    ]
    return {"samples": samples, "tasks": tasks, "rounds": rounds}


def residents(folder: Path, asked: int, rounds: int) -> Tasks:
    """Ask of an imagined county's residents: each answer to each question about joint working, among all and by age."""
    made = imagine(
        folder / "county",
        people=1_200_000,
        days=1,
        seed=1,
        asked=Asked(interviews=1, groups=0, words=50, residents=asked, replies=0),
    )
    table = pl.read_csv(made.folder / "survey" / "answers.csv", infer_schema_length=None)
    questions = [each for each in table.columns if each in WANTS]
    # Who gave no answer is left to the programs' own ways of leaving out, which differ; here they say 9.
    table = table.with_columns(pl.col(questions).cast(pl.String))
    design = {
        "strata": "district",
        "clusters": ["neighbourhood", "resident"],
        "populations": ["neighbourhoods_in_district", "adults_in_neighbourhood"],
        "weight": "weight",
    }
    tasks: list[dict[str, Any]] = []
    for question in questions:
        for code in codes_of(question):
            tasks += [
                {"what": "share", "of": question, "is": code},
                {"what": "share", "of": question, "is": code, "by": "age"},
            ]
    tasks += [{"what": "mean", "of": "contacts"}, {"what": "ratio", "of": "went_well", "below": "contacts"}]
    return {
        "samples": {"county": {"columns": table.to_dict(as_series=False), "design": design}},
        "tasks": [{"sample": "county", **task} for task in tasks],
        "rounds": rounds,
    }


def ours(given: Tasks) -> list[list[list[float | None]]]:
    """Answer the tasks: value, standard error, low and high of each, a row a group."""
    designs = {name: _design(each) for name, each in given["samples"].items()}
    return [
        [
            [each.value, each.error, each.low, each.high]
            for each in _answers(designs[task["sample"]], given["samples"][task["sample"]]["columns"], task)
        ]
        for task in given["tasks"]
    ]


def _design(given: dict[str, Any]) -> Design:
    columns, design = given["columns"], given["design"]
    return Design.of(
        columns[design["weight"]],
        columns[design["strata"]] if design["strata"] else None,
        [columns[each] for each in design["clusters"]],
        [columns[each] for each in design["populations"]],
    )


def _answers(design: Design, columns: dict[str, list[Any]], task: dict[str, Any]) -> list[Estimate]:
    if "by" not in task:
        return [_answer(design, columns, task, None)]
    by = np.array(columns[task["by"]])
    return [_answer(design, columns, task, by == each) for each in sorted(set(by.tolist()))]


def _answer(
    design: Design, columns: dict[str, list[Any]], task: dict[str, Any], among: NDArray[np.bool_] | None
) -> Estimate:
    column = np.array(columns[task["of"]])
    if task["what"] == "share":
        return proportion(design, column == task["is"], among)
    if task["what"] == "ratio":
        return ratio(design, column.astype(float), np.array(columns[task["below"]], float), among)
    estimate = {"mean": mean, "total": total, "median": median}[task["what"]]
    return estimate(design, column.astype(float), among)


def furthest(ours_: list[list[list[float | None]]], theirs: list[list[list[float]]], parts: slice) -> float:
    """Give how far two sets of answers are apart at most, as a share of the value."""
    apart = [
        abs((one or 0.0) - other) / max(abs(other), 1e-12)
        for mine, its in zip(ours_, theirs, strict=True)
        for row, row_ in zip(mine, its, strict=True)
        for one, other in zip(row[parts], row_[parts], strict=True)
    ]
    return max(apart)
