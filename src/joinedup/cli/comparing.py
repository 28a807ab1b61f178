"""The command that sets areas side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.progress import Progress
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.disclosure import publish
from joinedup.evidence.passages import Family
from joinedup.report import write_report
from joinedup.study import Study
from joinedup.study.drafting.side_by_side import brief
from joinedup.study.side_by_side import side_by_side


def compare(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="The folders of two studies or more.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="OUT", help="Where the brief of two pages goes; an earlier one is replaced."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set areas side by side: joint events, what helps and hinders, who could lift it, and what came out."""
    with Progress() as progress:
        areas = side_by_side(folders, lambda folder: Study.read(folder, progress), progress)
        page = None if out is None else write_report(publish(brief(areas)), out)
    if as_json:
        print_json({"areas": [each.as_json() for each in areas], "page": None if page is None else str(page)})
        return
    print_table(
        "Areas side by side",
        ("area", "joint events", "enablers", "barriers", "options", "within tolerances", "roadmap, £"),
        [
            (
                each.name,
                f"{sum(one.estimate for one in each.meetings):,.0f}",
                str(sum(one.family is Family.ENABLER for one in each.factors)),
                str(sum(one.family is Family.BARRIER for one in each.factors)),
                str(each.options),
                str(each.passing),
                "" if each.roadmap is None else f"{each.roadmap:,.0f}",
            )
            for each in areas
        ],
    )
    print(
        f"The brief is at {page}"
        if page
        else "With --out OUT, a brief of two pages is written for others to read."
    )
