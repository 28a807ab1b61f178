"""Commands that make a study, read extracts into it and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.area.blank import blank_study
from joinedup.area.extracts import read_extracts
from joinedup.area.mapping import read_source
from joinedup.area.queries import Queries
from joinedup.area.reading import read_area
from joinedup.cli.progress import Progress
from joinedup.cli.showing import AsJson, print_json, print_table
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
        str, typer.Argument(metavar="SOURCE", help="A source by name, or the path of a mapping's TOML.")
    ],
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="The extracts, as they are (gzip too).")
    ],
    into: Annotated[
        Path, typer.Option("--into", metavar="DIR", help="The study; it is made if there is none.")
    ],
    as_json: AsJson = False,
) -> None:
    """Read real extracts into a study through a mapping."""
    with Progress() as progress:
        reading = read_extracts(read_source(source), files, into, progress)
    if as_json:
        print_json({"rows": reading.rows, "replaced": reading.replaced, **reading.queries.as_json()})
        return
    for table, rows in reading.rows.items():
        again = reading.replaced[table]
        print(
            f"{into}: {table} has {rows:,} rows"
            + (f"; {again:,} of them were read before and replaced" if again else "")
        )
    _print_queries(reading.queries)


def check(folder: Folder, as_json: AsJson = False) -> None:
    """Show what could not be used as given, by file, row and column."""
    with Progress() as progress:
        _, queries = read_area(folder, progress)
        assumptions_of(folder)
    if as_json:
        print_json(queries.as_json())
        return
    _print_queries(queries)


def _print_queries(queries: Queries) -> None:
    print_table(
        "Rows: in = as given + with a change + set aside",
        ("file", "in", "as given", "with a change", "set aside"),
        [
            (file, *(f"{number:,}" for number in counts.as_json().values()))
            for file, counts in queries.counts.items()
        ],
    )
    for note in queries.notes:
        print(f"Note: {note}.")
    if queries.frame.is_empty():
        print("No queries.")
        return
    print_table(
        "Queries, most rows first ('--json' lists every row)",
        ("rows", "file", "column", "first row", "what is wrong there", "what was done"),
        [
            (
                f"{row['rows']:,}",
                row["file"],
                row["column"],
                f"{row['first_row']:,}",
                row["problem"],
                row["action"],
            )
            for row in queries.grouped().iter_rows(named=True)
        ],
    )
