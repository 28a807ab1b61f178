"""What a person says once of two courses that look alike, kept in the study so that nobody is asked again (§1.3)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from joinedup.options.joint_training.topics import TABLE
from joinedup.refusal import Refusal
from joinedup.writing import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.area import Area

_COLUMNS = ("course_id", "course_id_2", "same")


def settle(folder: Path, area: Area, one: str, other: str, *, same: bool) -> Path:
    """Keep whether two courses are one topic, in place of what was said of them before; give the file that holds it.

    Raises:
        Refusal: when there is no such course, both are one service's, or the study keeps its topics in another format.
    """
    service_of = dict(area.table("courses").select("course_id", "service_id").iter_rows())
    for each in (one, other):
        if each not in service_of:
            raise Refusal(f"courses: no course is called '{each}'; name two by their course_id")
    if service_of[one] == service_of[other]:
        raise Refusal(f"{one} and {other} are both {service_of[one]}'s; topics are shared between services")
    path = folder / "tables" / f"{TABLE}.csv"
    if TABLE in area.tables and not path.is_file():
        raise Refusal(f"{folder}: keeps its topics in another format than CSV; add the row there")
    text = path.read_text("utf-8-sig") if path.is_file() else ""
    rows = csv.DictReader(io.StringIO(text))
    kept = [row for row in rows if {row["course_id"], row["course_id_2"]} != {one, other}]
    said = io.StringIO()
    writer = csv.DictWriter(said, rows.fieldnames or _COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows([*kept, {"course_id": one, "course_id_2": other, "same": "yes" if same else "no"}])
    write_files({path: said.getvalue().encode()})
    return path
