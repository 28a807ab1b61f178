"""The command by which a service counts its own incidents, on its own premises, so that no row has to leave."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from joinedup.area.counting import as_csv, as_parquet, count_demand, share_lost_by_square
from joinedup.area.reading import read_area
from joinedup.area.squares import LEAST_METRES
from joinedup.area.tables import FOLDER
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.disclosure import LIMIT, publish
from joinedup.refusal import CannotWrite
from joinedup.report import sheet
from joinedup.study.drafting.protection import protection_draft
from joinedup.writing import write_files

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.area.counting import Counted

_WRITERS = {".csv": as_csv, ".parquet": as_parquet}
_MOSTLY = 0.5


class AreaKind(StrEnum):
    """How a place becomes a small area."""

    SQUARE = "square"
    WHOLE = "whole"


def count(
    folder: Folder,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="FILE", help="Where the counts go, .csv or .parquet; a file there is replaced."
        ),
    ],
    area: Annotated[
        AreaKind, typer.Option(help="Small areas: squares, or the whole area as one.")
    ] = AreaKind.SQUARE,
    square: Annotated[
        int, typer.Option(metavar="METRES", min=LEAST_METRES, help="The side of a square.")
    ] = 1000,
    categories: Annotated[
        bool, typer.Option("--categories/--no-categories", help="Tell categories apart, or count all as one.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Count a service's own incidents by area, hour of the week and category, small counts hidden."""
    if out.suffix not in _WRITERS:
        raise typer.BadParameter(f"{out}: name a file that ends in .csv or .parquet", param_hint="--out")
    summary = out.with_name(f"{out.stem}-summary.html")
    if out.resolve().parent == (folder / FOLDER).resolve():
        raise CannotWrite(
            f"{out}: the counts are made to leave the study; name a file outside {folder / FOLDER}"
        )
    for path in (out, summary):
        if path.is_dir():
            raise CannotWrite(f"{path}: there is a folder of this name; name another file")
    metres = square if area is AreaKind.SQUARE else None
    with Progress() as progress:
        held, _ = read_area(folder, progress)
        progress("counting")
        counted = count_demand(held, metres, categories=categories)
        page = sheet(publish(protection_draft(held, counted, out.name, metres)))
        replaced = [path for path in (out, summary) if path.exists()]
        write_files({out: _WRITERS[out.suffix](counted.table), summary: page})
    rows, empty = counted.table.height, counted.table["count"].null_count()
    if as_json:
        print_json(
            {
                "file": str(out),
                "summary": str(summary),
                "replaced": [str(path) for path in replaced],
                "rows": rows,
                "empty_counts": empty,
                "share_hidden": round(counted.share_hidden, 6),
                "share_hidden_or_unnamed": round(counted.share_lost, 6),
                "untimed": counted.untimed,
            }
        )
        return
    print(f"{out}: {rows:,} rows, {empty:,} of them with an empty count (1 to {LIMIT - 1} incidents)")
    print(f"{summary}: the data-protection summary, to be read, filled in and kept")
    if replaced:
        print(f"Replaced: {', '.join(str(path) for path in replaced)}.")
    for service, number in counted.untimed.items():
        if number:
            print(f"Note: {number:,} incidents of {service} have no time and were not counted.")
    print(f"{counted.share_hidden:.0%} of the incidents that were counted stand behind empty counts.")
    if counted.share_lost > _MOSTLY:
        _suggest(held, counted)


def _suggest(area: Area, counted: Counted) -> None:
    """Show what other squares would hide, for the service's own eyes, and name the finest that loses less than half."""
    shares = {
        (side, categories): share
        for categories in (True, False)
        for side, share in share_lost_by_square(area, categories=categories).items()
    }
    sides = dict.fromkeys(side for side, _ in shares)
    print_table(
        "Incidents hidden or in no named square",
        ("square", "with categories", "without categories"),
        [
            (
                f"{side:,} m" if side else "whole area",
                *(f"{shares[side, each]:.0%}" for each in (True, False)),
            )
            for side in sides
        ],
    )
    # Places first, then categories: where demand meets is what the counts are for.
    enough = [
        each
        for each, share in sorted(
            shares.items(), key=lambda one: (one[0][0] is None, not one[0][1], one[0][0] or 0)
        )
        if share <= _MOSTLY and share < counted.share_lost
    ]
    if enough:
        side, categories = enough[0]
        words = (f"--square {side}" if side else "--area whole") + ("" if categories else " --no-categories")
        print(f"Most incidents are hidden or in no named square; try '{words}'. Send one file only.")
    else:
        print("Most incidents are hidden or in no named square; a longer period would help.")
