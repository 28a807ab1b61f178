"""Where and when a standard is missed: in how many hours of the day and grounds, and the hour that is farthest from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.disclosure import Column, Figure, Mark, Sensitivity, Table
from joinedup.response.standards import Met
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.waited import of_one_crew_by_standard
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from joinedup.study.study import Study
    from joinedup.study.waiting import Played

LEAST_GROUNDS = 3
"""What is said of fewer grounds together would say it of one of them."""
_MISSED = pl.coalesce("met_recorded", "met_played") == str(Met.NOT_MET)


def standards_apart(study: Study, played: Played, hidden: Mapping[str, Collection[str]]) -> list[Table]:
    """Count the hours of the day and the grounds that miss each standard, as recorded, or as played where nothing is recorded.

    ``hidden`` names, for each service that is shown, the standards of which nothing is said. Which grounds they are does not
    leave, nor an hour in which one crew nearly always came first.
    """
    hours, grounds = (
        played.standards_by[each].filter(
            pl.col("service_id").is_in(list(hidden)) & pl.col("limit").is_not_null()
        )
        for each in ("hour", "ground")
    )
    alone = {each: of_one_crew_by_standard(played, each) for each in hidden}
    rows: list[list[Figure | str]] = []
    for service, name in (
        pl.concat([each.select("service_id", "standard") for each in (hours, grounds)])
        .unique(maintain_order=True)
        .iter_rows()
    ):
        if name in hidden[service]:
            continue
        mine = (pl.col("service_id") == service) & (pl.col("standard") == name)
        by_hour, by_ground = hours.filter(mine), grounds.filter(mine)
        closed = Sensitivity.SECURITY if by_ground.height < LEAST_GROUNDS else Sensitivity.OPEN
        missed = by_hour.filter(_MISSED)
        crews = alone[service].get(name)
        rows.append(
            [
                f"{short_name(study.area, service)}: {name}",
                Figure(float(by_hour.height), Unit.NUMBER),
                Figure(float(missed.height), Unit.NUMBER),
                Figure(float(by_ground.height), Unit.NUMBER, sensitivity=closed),
                Figure(float(by_ground.filter(_MISSED).height), Unit.NUMBER, sensitivity=closed),
                *_farthest(missed, frozenset() if crews is None else crews.hours),
            ]
        )
    if not rows:
        return []
    return [
        Table(
            "waits-standards-apart",
            "Hours of the day and grounds that miss a standard",
            (
                Column("Service and standard"),
                Column("Hours held to it", numeric=True),
                Column("Hours that miss it", numeric=True),
                Column("Grounds held to it", numeric=True),
                Column("Grounds that miss it", numeric=True),
                Column("Farthest from it"),
                Column("The figure then", numeric=True),
            ),
            rows,
            note="As recorded, or as played where nothing is. Held to it are hours and grounds with ten incidents or more; "
            "one misses it where none of its 95 % interval keeps it. A ground is the land nearest to one station.",
        )
    ]


def _farthest(missed: pl.DataFrame, of_one_crew: frozenset[int]) -> tuple[str, Figure]:
    """Name the hour that is farthest from a standard among those that miss it, with its figure, where it is not one crew's."""
    if missed.is_empty():
        return "none", Figure(None, Unit.MINUTES, mark=Mark.NOT_APPLICABLE)
    level = pl.coalesce("recorded", "reached").alias("level")
    of_share = missed["measure"][0] == "share"
    order = missed.with_columns(level).sort("level", "hour", descending=[not of_share, False])
    row = order.row(0, named=True)
    unit = Unit.SHARE if of_share else Unit.MINUTES
    if row["hour"] in of_one_crew:
        return Mark.CONFIDENTIAL.value, Figure(None, unit, mark=Mark.CONFIDENTIAL)
    return f"{row['hour']:02d}:00 to {row['hour'] + 1:02d}:00", Figure(
        row["level"], unit, round(row["records"])
    )
