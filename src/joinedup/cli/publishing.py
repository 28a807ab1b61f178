"""Commands that publish: the report, and the demonstration on Littleton."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json
from joinedup.disclosure import publish
from joinedup.refusal import Refusal
from joinedup.report import MARKER, write_report
from joinedup.study import Study, draft
from joinedup.writing import keep_what_is_not_ours

_PACKAGE = Path(__file__).parents[1]


def report(
    folder: Folder,
    out: Annotated[
        Path, typer.Option("--out", metavar="OUT", help="Where the report goes; an earlier one is replaced.")
    ],
    as_json: AsJson = False,
) -> None:
    """Do the main job: measure, find, appraise, put in order, and publish."""
    page = _publish(folder, out)
    if as_json:
        print_json({"page": str(page)})
        return
    print(f"The report is at {page}")


def demo() -> None:
    """Do the main job on Littleton, a fictional area, into out/littleton."""
    print("Littleton is fictional: three towns, three services, ten weeks of incidents.")
    print(_publish(_littleton(), Path("out") / "littleton"))


def _publish(folder: Path, out: Path) -> Path:
    keep_what_is_not_ours(out.absolute(), MARKER)
    with Progress() as progress:
        published = publish(draft(Study.read(folder, progress)))
        progress("writing the report")
        return write_report(published, out)


def _littleton() -> Path:
    """Find Littleton: inside an installed package, or in the examples beside the source."""
    for place in (_PACKAGE / "littleton", _PACKAGE.parents[1] / "examples" / "littleton"):
        if (place / "study.toml").is_file():
            return place
    raise Refusal(f"{_PACKAGE}: Littleton is missing from this installation; install joinedup again")
