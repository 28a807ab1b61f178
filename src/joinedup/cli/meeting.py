"""The command that says how often the services meet, what their meetings are like, and has a person check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.joint_events import print_crossover, print_growth, print_places, print_sensitivity
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.reviewing import (
    LEAST_PAIRS,
    must_be_free,
    print_review,
    print_sheet,
    read_sheet,
    sheet_as_json,
    write_sheet,
)
from joinedup.cli.showing import AsJson, print_json
from joinedup.crossover import hot_places
from joinedup.crossover.counted import with_counted
from joinedup.crossover.growth import growth as growths
from joinedup.crossover.sensitivity import sensitivity as sensitivities
from joinedup.study import Study
from joinedup.study.study import METRES, MINUTES

NOT_NEEDED = ("calls",)
"""A large table that crossover does not look at."""


def crossover(
    folder: Folder,
    metres: Annotated[
        float, typer.Option(min=0, help="How far apart two records of one event may be.")
    ] = METRES,
    minutes: Annotated[
        float, typer.Option(min=0, help="How long apart two records of one event may be.")
    ] = MINUTES,
    review: Annotated[
        int | None,
        typer.Option(
            "--review",
            metavar="N",
            min=LEAST_PAIRS,
            help="Draw N pairs, likely and unlikely ones mixed, onto a sheet for a person to judge.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FOLDER",
            help="Where the sheet goes, with its key; without it, the folder review in the study.",
        ),
    ] = None,
    reviewed: Annotated[
        list[Path] | None,
        typer.Option(
            "--reviewed",
            metavar="FILE",
            help="Read back a sheet that was judged, and say how often we are right.",
        ),
    ] = None,
    growth: Annotated[
        bool,
        typer.Option(
            "--growth", help="Show how the number grows from 250 m and 15 min to 1 km and 2 h, and why."
        ),
    ] = False,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Measure again with each setting at either end of its range."),
    ] = False,
    places: Annotated[
        bool,
        typer.Option(
            "--places", help="Find where services are busiest at once, and whether people explain it."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure how often the services meet, beside what coincidence would give, and have a person check it."""
    more = growth or sensitivity or places
    if reviewed:
        if review is not None or out is not None or more or (metres, minutes) != (METRES, MINUTES):
            raise typer.BadParameter("is used alone: the sheet has its own window", param_hint="--reviewed")
        _read_back(folder, reviewed, as_json=as_json)
        return
    if review is None and out is not None:
        raise typer.BadParameter("is used with --review N", param_hint="--out")
    if review is not None:
        if more:
            raise typer.BadParameter(
                "draws a sheet and nothing else: ask for --growth, --sensitivity and --places without it",
                param_hint="--review",
            )
        _draw(folder, (metres, minutes), review, out or folder / "review", as_json=as_json)
        return
    with Progress() as progress:
        study = Study.read(folder, progress, without=NOT_NEEDED)
        found = study.crossover(metres, minutes)
        grown = growths(study.area, found, progress) if growth else ()
        changed = sensitivities(study.area, found, progress) if sensitivity else None
        hot = hot_places(study.area) if places else None
    if as_json:
        answer = with_counted(found, study.counted)
        if growth:
            answer["growth"] = [each.as_json() for each in grown]
        if changed is not None:
            answer["sensitivity"] = changed.as_json()
        if hot is not None:
            answer["places"] = hot.as_json()
        print_json(answer)
        return
    # Counting incidents beside counts takes as long as measuring, and says nothing where there are no counts.
    print_crossover(found, study.counted if study.area.table("demand_counts").height else None)
    print_growth(grown)
    if changed is not None:
        print_sensitivity(changed)
    if hot is not None:
        print_places(hot)


def _draw(folder: Path, window: tuple[float, float], pairs: int, out: Path, *, as_json: bool) -> None:
    """Draw a sheet of pairs for a person to judge."""
    with Progress() as progress:
        study = Study.read(folder, progress, without=NOT_NEEDED)
        must_be_free(folder, out)
        sheet = write_sheet(study, study.crossover(*window), pairs, out)
    if as_json:
        print_json(sheet_as_json(sheet, out))
    else:
        print_sheet(sheet, folder, pairs, out)


def _read_back(folder: Path, reviewed: list[Path], *, as_json: bool) -> None:
    """Read a sheet back, and say what it says."""
    if len(reviewed) > 1:
        raise typer.BadParameter(
            "takes one sheet: how far two reviewers agree is not measured; read each back by itself",
            param_hint="--reviewed",
        )
    with Progress() as progress:
        review = read_sheet(Study.read(folder, progress, without=NOT_NEEDED), reviewed[0])
    if as_json:
        print_json(review.as_json())
        return
    print_review(review)
