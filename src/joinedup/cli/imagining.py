"""The command that imagines an area."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.progress import Progress
from joinedup.cli.showing import AsJson, print_json
from joinedup.imagining import imagine as imagine_area

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Where the fictional study goes; an imagined one is replaced.")
]


def imagine(
    folder: Folder,
    people: Annotated[int, typer.Option("--people", help="How many people live in the area.")] = 300_000,
    days: Annotated[int, typer.Option("--days", help="How many days the study covers.")] = 365,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same area.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Imagine an area: a fictional study of any size, and its truth in DIR-truth."""
    with Progress() as progress:
        made = imagine_area(folder, people, days, seed, progress=progress)
    if as_json:
        print_json({"folder": str(made.folder), "truth": str(made.truth), "rows": made.rows})
        return
    print(f"{made.folder} is a fictional study of {people:,} people and {days:,} days.")
    print(f"Its truth is in {made.truth}, which no other command opens.")
    print(f"Then: joinedup report {made.folder} --out OUT")
