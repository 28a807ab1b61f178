"""The command that plays a period again: what people wait, beside what happened, the standards and how busy units are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from joinedup.cli.believing import (
    ONLY_THE_REPLAY,
    minutes,
    print_compared,
    print_what_it_rests_on,
    rows_written,
)
from joinedup.cli.holding import ABOUT_STANDARDS, clock_of, level_of, limit_of, met_in_words
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.cli.staffing import RUNS_OF_ROOMS, print_answered, print_rooms
from joinedup.refusal import CannotWrite
from joinedup.response.asking import own_needs
from joinedup.response.covering import STEP_MINUTES
from joinedup.response.standards import standards_of
from joinedup.study import Study
from joinedup.study.drafting.held_to import limit_called
from joinedup.study.waiting import RUNS, Played
from joinedup.wording import Unit, in_words
from joinedup.writing import write_files

if TYPE_CHECKING:
    from joinedup.response.calibrating import Calibration

_MOST_ROWS = 40
_ALL = "all"


def respond(
    folder: Folder,
    runs: Annotated[
        int | None,
        typer.Option(
            "--runs",
            metavar="N",
            min=1,
            max=1000,
            show_default=f"{RUNS}; {RUNS_OF_ROOMS} with --rooms",
            help="How many times the period is played; with --rooms, the year of calls.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write who went to what in the replay, run by run, as Parquet, for inside the study.",
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
        print_rooms(folder, runs or RUNS_OF_ROOMS, as_json=as_json)
        return
    runs = runs or RUNS
    if out is not None:
        if out.suffix != ".parquet":
            raise typer.BadParameter(f"{out}: name a file that ends in .parquet", param_hint="--out")
        if out.is_dir():
            raise CannotWrite(f"{out}: there is a folder of this name; name another file")
    if answering is not None:
        print_answered(folder, answering, runs, out, drawn=drawn, as_json=as_json)
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
        print(rows_written(out, "one a run and job to which somebody went"))
        if beside is not None:
            print(ONLY_THE_REPLAY)


def recorded_waits(played: Played) -> pl.DataFrame:
    """Give what was recorded from call to first arrival, by service and category and for all categories of a service.

    Columns: service_id, category ("all" for the service), incidents, mean and 90th (minutes).
    """
    jobs = played.outcomes.jobs.filter(pl.col("arrival").is_not_null())
    first = jobs.group_by("incident_id").agg(
        pl.col("service_id", "category").first(), (pl.col("arrival").min() / 60_000).alias("minutes")
    )
    each, whole = pl.col("minutes"), first.with_columns(pl.lit(_ALL).alias("category"))
    return (
        pl.concat([whole, first])
        .group_by("service_id", "category")
        .agg(
            pl.len().alias("incidents"),
            each.sort().mean().alias("mean"),
            each.quantile(0.9, interpolation="linear").alias("90th"),
        )
        .sort("service_id", "category")
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
        "recorded": recorded_waits(played).to_dicts(),
        "needs": outcomes.by_need().to_dicts(),
        "who_meets_what": played.baseline.asked.who.to_dicts(),
        "standards": met.to_dicts(),
        "standards_by": {each: table.to_dicts() for each, table in played.standards_by.items()},
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
    happened = {
        (row["service_id"], row["category"]): row for row in recorded_waits(played).iter_rows(named=True)
    }
    print_table(
        f"Call to first arrival, over {runs} {'run' if runs == 1 else 'runs'}",
        (
            "service",
            "category",
            "incidents",
            "mean",
            "recorded",
            "median",
            "90th centile",
            "recorded",
            "all there, mean",
            "had to wait for a unit",
        ),
        [
            (
                row["service_id"],
                row.get("category", _ALL),
                f"{row['incidents']:,.0f}",
                *(
                    minutes(each)
                    for was in [happened.get((row["service_id"], row.get("category", _ALL)), {})]
                    for each in (
                        *(row["mean"], was.get("mean"), row["median"], row["90th"], was.get("90th")),
                        row["full_mean"],
                    )
                ),
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
            (
                *("service", "standard", "clock", "limit", "incidents or calls", "recorded", "as recorded"),
                *("played", "as played"),
            ),
            [_standard(row) for row in met.iter_rows(named=True)],
        )
        print(ABOUT_STANDARDS)
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
            (
                *("service", "ground", "in time", "left", "of the period", "minutes"),
                *("out of reach", "while out"),
            ),
            [
                (
                    row["service_id"],
                    row["ground"],
                    f"{minutes(row['limit'])} ({limit_called(row['limit_from'])})",
                    minutes(row["left"]),
                    in_words(row["share"], Unit.SHARE),
                    *(f"{row[each]:,.0f}" for each in ("minutes", "out_of_reach", "while_out")),
                )
                for row in worst.iter_rows(named=True)
            ],
        )
        print(
            f"Cover is looked at every {STEP_MINUTES} minutes; left is what handling leaves of the limit for a crew's turnout "
            "and its drive. Out of reach: minutes in which nobody could be there though all on duty were at home; while out: in "
            "which somebody could have been, but was out."
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
    return (
        *(row["service_id"], row["standard"], clock_of(row), limit_of(row)),
        f"{row['records']:,.0f}",
        *(level_of(row, "recorded"), met_in_words(row, "recorded")),
        *(level_of(row, "reached"), met_in_words(row, "played")),
    )
