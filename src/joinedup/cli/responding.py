"""The command that plays a period again: what people wait, beside what happened, the standards and how busy units are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from joinedup.cli.believing import minutes, print_compared, print_what_it_rests_on
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.cli.staffing import print_answered, print_rooms
from joinedup.refusal import CannotWrite
from joinedup.response.asking import own_needs
from joinedup.response.covering import STEP_MINUTES
from joinedup.response.standards import standards_of
from joinedup.study import Study
from joinedup.study.waiting import RUNS, Played
from joinedup.wording import Unit, in_words
from joinedup.writing import write_files

if TYPE_CHECKING:
    from joinedup.response.calibrating import Calibration

_MOST_ROWS = 40


def respond(
    folder: Folder,
    runs: Annotated[
        int, typer.Option("--runs", metavar="N", min=1, max=1000, help="How many times the period is played.")
    ] = RUNS,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write who went to what, run by run, as Parquet, for inside the study.",
        ),
    ] = None,
    rooms: Annotated[
        bool,
        typer.Option("--rooms", help="Staff the control rooms instead, in every way of working together."),
    ] = False,
    answering: Annotated[
        str | None,
        typer.Option(
            "--answering",
            metavar="WAY",
            help="Play the control rooms into the waits: a way of working together by name, or a file, beside separate rooms.",
        ),
    ] = None,
    drawn: Annotated[
        bool,
        typer.Option(
            "--drawn",
            help="Draw other calls from the law of the recorded ones, as many periods as --runs, beside the replay.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play the calls again: what people wait, beside what happened and the standards, and how busy units are."""
    if rooms:
        if out is not None or answering is not None or drawn:
            raise typer.BadParameter("is used alone", param_hint="--rooms")
        print_rooms(folder, as_json=as_json)
        return
    if answering is not None and drawn:
        raise typer.BadParameter("is not used with --drawn", param_hint="--answering")
    if out is not None:
        if out.suffix != ".parquet":
            raise typer.BadParameter(f"{out}: name a file that ends in .parquet", param_hint="--out")
        if out.is_dir():
            raise CannotWrite(f"{out}: there is a folder of this name; name another file")
    if answering is not None:
        print_answered(folder, answering, runs, out, as_json=as_json)
        return
    with Progress() as progress:
        study = Study.read(folder, progress)
        # Read before anything is played: one that cannot be read is said at once.
        standards = standards_of(study.area, folder)
        played = Played.of(
            study.area,
            study.assumptions,
            needs=own_needs(folder, study.area),
            folder=folder,
            runs=runs,
            progress=progress,
        )
        progress("holding it to the standards")
        met, bare, compared = played.standards, played.uncovered, played.calibration
        beside = played.drawn() if drawn else None
        if out is not None:
            progress(f"writing {out}")
            write_files({out: played.outcomes.as_parquet()})
    notes = [*played.notes]
    if not standards:
        nation = study.area.settings.nation
        notes.append(
            f"no standards are held for {nation or 'a study that names no nation'}; study.toml can name a file of its own"
        )
    if as_json:
        print_json(_as_json(played, met, bare, compared, notes, out, beside))
        return
    _print(played, met, bare, compared)
    if beside is not None:
        _print_drawn(beside, runs)
    for note in notes:
        print(f"Note: {note}.")
    if out is not None:
        print(
            f"{out}: {played.outcomes.jobs.height * runs:,} rows, one a run and job; rows never leave the study."
        )


def _as_json(
    played: Played,
    met: pl.DataFrame,
    bare: pl.DataFrame,
    compared: Calibration | None,
    notes: list[str],
    out: Path | None,
    beside: pl.DataFrame | None,
) -> dict[str, Any]:
    outcomes = played.outcomes
    return {
        "runs": len(outcomes.runs),
        "seed": played.area.settings.seed,
        "travel": list(played.baseline.travel),
        "services": outcomes.by("service_id").to_dicts(),
        "categories": outcomes.by("service_id", "category").to_dicts(),
        "hours": outcomes.by("service_id", "hour").to_dicts(),
        "grounds": outcomes.by("service_id", "ground").to_dicts(),
        "cells": outcomes.by("service_id", "cell").to_dicts(),
        "needs": outcomes.by_need().to_dicts(),
        "standards": met.to_dicts(),
        "utilisation": outcomes.utilisation.to_dicts(),
        "utilisation_by_hour": outcomes.busy_by_hour.to_dicts(),
        "diverted": outcomes.diverted.to_dicts(),
        "breaks": outcomes.breaks.to_dicts(),
        "uncovered": {"step_minutes": STEP_MINUTES, "grounds": bare.to_dicts()},
        "calibration": None if compared is None else compared.as_json(),
        "drawn": None if beside is None else beside.to_dicts(),
        "fits": played.baseline.fits.to_dicts(),
        "file": None if out is None else str(out),
        "notes": notes,
    }


def _print(
    played: Played,
    met: pl.DataFrame,
    bare: pl.DataFrame,
    compared: Calibration | None,
) -> None:
    outcomes = played.outcomes
    runs = len(outcomes.runs)
    print_table(
        f"Call to first arrival, over {runs} {'run' if runs == 1 else 'runs'}",
        (
            "service",
            "category",
            "incidents",
            "mean",
            "median",
            "90th centile",
            "all there, mean",
            "had to wait for a unit",
        ),
        [
            (
                row["service_id"],
                row.get("category", "all"),
                f"{row['incidents']:,.0f}",
                *(minutes(row[each]) for each in ("mean", "median", "90th", "full_mean")),
                in_words(row["queued"], Unit.SHARE),
            )
            for service in outcomes.by("service_id").iter_rows(named=True)
            for row in (
                service,
                *(
                    each
                    for each in outcomes.by("service_id", "category").iter_rows(named=True)
                    if each["service_id"] == service["service_id"]
                ),
            )
        ],
    )
    if compared is not None:
        print_compared(compared)
    if not met.is_empty():
        print_table(
            "Standards",
            ("service", "standard", "clock", "limit", "incidents or calls", "played", "recorded", "met"),
            [_standard(row) for row in met.iter_rows(named=True)],
        )
        print("[x] not available; [z] not applicable: how calls are answered is not played here.")
    used = outcomes.utilisation.sort("utilisation", "unit_id", descending=[True, False])
    shown = used.head(_MOST_ROWS)
    print_table(
        "Share of its time on duty that it is out"
        + (
            f" (the busiest {_MOST_ROWS} of {used.height}; --json has all)"
            if used.height > _MOST_ROWS
            else ""
        ),
        ("unit", "service", "kind", "jobs", "out"),
        [
            (
                row["unit_id"],
                row["service_id"],
                row["kind"],
                f"{row['jobs']:,.1f}",
                in_words(row["utilisation"], Unit.SHARE),
            )
            for row in shown.iter_rows(named=True)
        ],
    )
    for row in outcomes.diverted.iter_rows(named=True):
        print(
            f"Units on their way to {row['service_id']} jobs were taken for more urgent ones {row['diverted']:,.1f} times a run, "
            f"of {row['jobs']:,} jobs."
        )
    if not outcomes.breaks.is_empty():
        had, missed = (outcomes.breaks[each].sum() for each in ("had", "missed"))
        print(f"Breaks: {had:,.1f} had and {missed:,.1f} missed a run; --json has each unit's.")
    if not bare.is_empty():
        worst = bare.sort("share", "service_id", "ground", descending=[True, False, False]).head(_MOST_ROWS)
        print_table(
            "Time in which a ground has nobody who could be there in time",
            ("service", "ground", "in time", "left", "of the period", "minutes"),
            [
                (
                    row["service_id"],
                    row["ground"],
                    f"{minutes(row['limit'])} ({'declared' if row['limit_from'].startswith('response.') else row['limit_from']})",
                    minutes(row["left"]),
                    in_words(row["share"], Unit.SHARE),
                    f"{row['minutes']:,.0f}",
                )
                for row in worst.iter_rows(named=True)
            ],
        )
        print(
            f"Cover is looked at every {STEP_MINUTES} minutes; left is what handling leaves of the limit for a crew's turnout "
            "and its drive."
        )
    print_what_it_rests_on(played)


def _print_drawn(beside: pl.DataFrame, runs: int) -> None:
    """Lay drawn periods beside the replayed one."""
    print_table(
        f"Call to first arrival, replayed and in {runs} drawn {'period' if runs == 1 else 'periods'}",
        (
            *("service", "incidents", "drawn", "fewest to most", "mean", "drawn", "90th centile", "drawn"),
            *("had to wait for a unit", "drawn"),
        ),
        [
            (
                row["service_id"],
                f"{row['incidents']:,.0f}",
                f"{row['incidents_drawn']:,.0f}",
                f"{row['fewest']:,} to {row['most']:,}",
                *(minutes(row[each]) for each in ("mean", "mean_drawn", "90th", "90th_drawn")),
                *(in_words(row[each], Unit.SHARE) for each in ("queued", "queued_drawn")),
            )
            for row in beside.iter_rows(named=True)
        ],
    )


def _standard(row: dict[str, Any]) -> tuple[str, ...]:
    if row["limit"] is None:
        limit, reached, recorded = "each service sets its own", "[x]", "[x]"
    elif row["measure"] == "share":
        limit = f"{in_words(row['share'], Unit.SHARE)} within {minutes(row['limit'])}"
        reached, recorded = (
            "[x]" if row[each] is None else in_words(row[each], Unit.SHARE)
            for each in ("reached", "recorded")
        )
    else:
        limit = f"{row['measure'].replace('90th', '90th centile')} {minutes(row['limit'])}"
        reached, recorded = (minutes(row[each]) for each in ("reached", "recorded"))
    if row["clock"].startswith("connected_at"):
        reached = "[z]"
    met = {None: "[x]", True: "met", False: "not met"}[row["met"]]
    return (
        row["service_id"],
        row["standard"],
        row["clock"],
        limit,
        f"{row['records']:,.0f}",
        reached,
        recorded,
        met,
    )
