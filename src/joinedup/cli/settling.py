"""The command that asks once whether courses that look alike are one topic, and keeps the answer in the study."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from joinedup.area.reading import read_area
from joinedup.cli.progress import Progress
from joinedup.cli.reading import Folder
from joinedup.cli.showing import AsJson, print_json, print_table
from joinedup.options.joint_training.declared import LIKENESS
from joinedup.options.joint_training.settling import settle
from joinedup.options.joint_training.topics import look_alikes
from joinedup.study import assumptions_of

_PAIR = "COURSE COURSE"


def topics(
    folder: Folder,
    same: Annotated[
        tuple[str, str] | None,
        typer.Option("--same", metavar=_PAIR, help="Say that these two are one topic."),
    ] = None,
    apart: Annotated[
        tuple[str, str] | None, typer.Option("--apart", metavar=_PAIR, help="Say that they are not.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List courses whose topics look alike and of which nobody has said so or otherwise; say it of two, once."""
    with Progress() as progress:
        area, _ = read_area(folder, progress)
        for pair, one in ((same, True), (apart, False)):
            if pair is not None:
                settle(folder, area, *pair, same=one)
        if same is not None or apart is not None:
            area, _ = read_area(folder, progress)
        alike = look_alikes(area, assumptions_of(folder)[LIKENESS.name].central)
    if as_json:
        print_json([asdict(each) for each in alike])
        return
    if not alike:
        print("No two courses look alike of which nobody has said whether they are one topic.")
        return
    print_table(
        "Courses whose topics look alike: say of each pair whether they are one",
        ("course", "topic", "course", "topic", "alike"),
        [
            (each.course_id, each.topic, each.course_id_2, each.topic_2, f"{each.likeness:.0%}")
            for each in alike
        ],
    )
    first = alike[0]
    print(f"joinedup topics {folder} --same {first.course_id} {first.course_id_2}   (or --apart)")
