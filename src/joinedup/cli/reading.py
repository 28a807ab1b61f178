"""Commands that make a study, read extracts into it and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.area.blank import blank_study
from joinedup.area.corrected import write_queries, write_rows_to_mend
from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import read_source
from joinedup.area.reading import read_area
from joinedup.area.suggesting import suggested
from joinedup.cli.progress import Progress
from joinedup.cli.queries import print_queries, print_written
from joinedup.cli.showing import AsJson, print_json
from joinedup.study import assumptions_of

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The study's folder.")]


def new(
    folder: Folder,
    workbook: Annotated[
        bool, typer.Option("--workbook", help="One workbook instead of a CSV file a table.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an empty study: settings to fill in, and blank tables with their headers."""
    files = blank_study(folder, workbook=workbook)
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    print(f"{folder} is a study now: fill in study.toml and the tables that you have, and delete the others.")
    print(f"Then: joinedup check {folder}")


def read(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="A source by name, or the path of a mapping's TOML."),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE...", help="The extracts, as they are: CSV, Excel, ODS, Parquet, packed or not."
        ),
    ] = None,
    into: Annotated[
        Path | None, typer.Option("--into", metavar="DIR", help="The study; it is made if there is none.")
    ] = None,
    suggest: Annotated[
        Path | None,
        typer.Option("--suggest", metavar="FILE", help="Print a first draft of a mapping for FILE, to edit."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read real extracts into a study through a mapping, or draft a mapping."""
    if suggest is not None:
        if source is not None or files or into is not None:
            raise typer.BadParameter("is used alone, with one FILE", param_hint="--suggest")
        draft = suggested(suggest)
        print_json({"mapping": draft}) if as_json else print(draft, end="")
        return
    if source is None or not files:
        raise typer.BadParameter("SOURCE and at least one FILE are needed", param_hint="SOURCE FILE...")
    if into is None:
        raise typer.BadParameter("the folder of the study is needed", param_hint="--into")
    with Progress() as progress:
        reading = read_extracts(read_source(source), files, into, progress)
    if as_json:
        print_json(
            {
                "rows": reading.rows,
                "replaced": reading.replaced,
                "renewed": reading.renewed,
                **reading.queries.as_json(),
            }
        )
        return
    for table, rows in reading.rows.items():
        again = reading.replaced[table]
        print(
            f"{into}: {table} has {rows:,} rows"
            + (
                f"; {again:,} of them were read before and replaced, {reading.renewed[table]:,} with other values"
                if again
                else ""
            )
        )
    print_queries(reading.queries)


def check(
    folder: Folder,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every query as CSV to FILE.")
    ] = None,
    corrected: Annotated[
        Path | None,
        typer.Option(
            "--corrected",
            metavar="FILE_OR_DIR",
            help="Write the rows that were set aside or changed, as they were given, to mend and put back.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what could not be used as given, by file, row and column."""
    with Progress() as progress:
        _, queries = read_area(folder, progress)
        assumptions_of(folder)
        if csv is not None:
            write_queries(folder, queries, csv)
        written = {} if corrected is None else write_rows_to_mend(folder, queries, corrected)
    if as_json:
        files = {} if corrected is None else {"files": {str(path): rows for path, rows in written.items()}}
        print_json(queries.as_json() | files)
        return
    print_queries(queries)
    if csv is not None:
        print(f"{csv} has every query. It may quote the rows: keep it where the study is kept.")
    if corrected is not None:
        print_written(written, queries)
