"""The data-protection summary that goes with a file of counts: one page that an information-governance officer can sign.

Every number of incidents in it can be worked out from the file itself: it gives the bounds that the hidden counts leave
open and no total, so that it adds nothing from which a hidden count could be had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.counting import ALL
from joinedup.area.schema import schema
from joinedup.area.squares import NO_SQUARE
from joinedup.disclosure import (
    LIMIT,
    Bullets,
    Chapter,
    Column,
    Draft,
    Figure,
    Statement,
    Table,
    count,
)
from joinedup.wording import Unit

if TYPE_CHECKING:
    from joinedup.area import Area
    from joinedup.area.counting import Counted

TO_FILL_IN = "to-fill-in"
_USED = {
    "service_id": "as it stands",
    "received_at": "weekday and local hour; no date, no minute",
    "category": "as it stands",
    "place_precision": "decides whether the place is good enough; does not leave",
}
_BLANK = (
    "Who receives the file, and for what",
    "Lawful basis (such as UK GDPR Article 6; Part 3 of the Data Protection Act 2018 for law enforcement)",
    "Kept until, and then deleted by",
    "Assessment needed, or its reference",
    "Checked and agreed by (name, role)",
    "Date",
)


def protection_draft(area: Area, counted: Counted, file: str, metres: int | None) -> Draft:
    """Draft the summary of one file of counts; ``metres`` is the side of a square, None where the whole area is one."""
    period = area.settings.period
    return Draft(
        title="Data protection summary: counts of demand",
        subtitle=f"{file}, counted from the study “{area.settings.name}” on the service's own premises",
        chapters=(
            Chapter(
                "purpose",
                "Purpose",
                Statement(
                    "To work out with the other emergency services of the area where and when in the week their demand "
                    "falls in the same places, without sharing any record of an incident."
                ),
            ),
            Chapter(
                "read",
                "Which fields were used, and how precisely",
                Statement(
                    "Everything was worked out on the machine on which the program ran; nothing was sent."
                ),
                (_used(metres, counted), Statement(_period(period)) if period else Statement(_NO_PERIOD)),
            ),
            Chapter("left", "What is in the file", Statement(_RULE), (_left(area, counted), _names(counted))),
            Chapter(
                "stayed",
                "What is not in the file",
                Statement(
                    f"No row of an incident, no date, no minute, no point, none of {_unused()}, and no other table of the study."
                ),
            ),
            Chapter(
                "risk",
                "What a reader could still learn",
                Statement("The file says that something happened, not to whom:"),
                (
                    Bullets(
                        [
                            Statement(
                                f"A row whose count is empty says that 1 to {LIMIT - 1} incidents of that category fell in that "
                                "area and hour of the week at some time in the period."
                            ),
                            Statement(
                                "A second file of the same incidents, cut another way or over a period that overlaps, "
                                "could be set against this one. Send one."
                            ),
                        ]
                    ),
                ),
            ),
            Chapter(
                "sign",
                "For the service to fill in",
                Statement(""),
                (
                    Table(
                        TO_FILL_IN,
                        "To be filled in and kept with the file",
                        (Column("Question"), Column("Answer")),
                        [[each, ""] for each in _BLANK],
                    ),
                ),
            ),
        ),
        footer=(
            "Made with joinedup. What this page says of incidents in the file can be worked out from the file itself.",
        ),
    )


_RULE = (
    f"Counts by service, area, weekday, hour and category. A count of 1 to {LIMIT - 1} is left empty; a row that is absent is a "
    f"zero. A square or a category with fewer than {LIMIT} incidents in all is not named: they are counted together as elsewhere "
    "or other. No totals are given."
)
_NO_PERIOD = "study.toml gives no period, so the file does not say over how long it was counted."


def _period(period: tuple[object, object]) -> str:
    return f"The study's period is {period[0]} to {period[1]}; the file itself holds no date."


def _used(metres: int | None, counted: Counted) -> Table:
    """List the fields that were used, as they are in the file."""
    place = (
        "the whole area as one; no place is used"
        if metres is None
        else f"the square of {metres:,} m in which it lies; places that are snapped, known only to an area, or absent: unplaced"
    )
    alone = counted.table["category"].unique().to_list() == [ALL]
    used = _USED | ({"category": "not used: all incidents are counted as one"} if alone else {})
    rows: list[list[Figure | str]] = [[name, how] for name, how in used.items()]
    rows.insert(2, ["latitude and longitude, or easting and northing", place])
    return Table(
        "fields", "Fields of the incidents that were used", (Column("Field"), Column("How it is used")), rows
    )


def _unused() -> str:
    """Name the fields of incidents that were not used."""
    used = {*_USED, "latitude", "longitude", "easting", "northing"}
    return ", ".join(each for each in schema("incidents").columns if each not in used)


def _left(area: Area, counted: Counted) -> Table:
    """Count rows and bound incidents, service by service, from the file alone."""
    rows: list[list[Figure | str]] = []
    for service in counted.timed:
        own = counted.table.filter(pl.col("service_id") == service)
        empty = own["count"].null_count()
        said = int(own["count"].sum())
        low, high = said + empty, said + empty * (LIMIT - 1)
        least, most = (each / max(said + each, 1) for each in (empty, empty * (LIMIT - 1)))
        rows.append(
            [
                area.name_of(service),
                Figure(own.height, Unit.NUMBER),
                Figure(empty, Unit.NUMBER),
                Figure((low + high) / 2, Unit.COUNT, low, low, high) if empty else count(low),
                Figure((least + most) / 2, Unit.SHARE, None, least, most)
                if empty
                else Figure(0.0, Unit.SHARE),
                count(counted.untimed[service]),
            ]
        )
    return Table(
        "left",
        "Rows and incidents in the file",
        (
            Column("Service"),
            Column("Rows", numeric=True),
            Column("Rows with an empty count", numeric=True),
            Column("Incidents, as far as the file tells", numeric=True),
            Column("Share of them behind empty counts", numeric=True),
            Column("Incidents without a time, not counted", numeric=True),
        ),
        rows,
    )


def _names(counted: Counted) -> Statement:
    """Say what areas and categories are named, for the officer to read through."""
    areas = counted.table.filter(~pl.col("area").is_in(NO_SQUARE))["area"].n_unique()
    categories = ", ".join(counted.table["category"].unique().sort().to_list())
    return Statement(
        f"The columns are {', '.join(counted.table.columns)}. It names {areas:,} squares and these categories: {categories}."
    )
