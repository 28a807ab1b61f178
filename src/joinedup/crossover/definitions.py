"""The definitions of crossover that need no estimate: requested, and same place and hour (§2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.crossover.answer import Definition
from joinedup.crossover.records import of_service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.crossover.records import Records

PLACE_METRES = 500
"""The cell of "same place and hour"."""

_HOUR = 3_600_000_000


def shares(counts: Mapping[str, float | None], incidents: Mapping[str, int]) -> dict[str, Definition | None]:
    """Put each service's count beside its share of the service's own incidents; None where nothing was counted."""
    return {
        service: None
        if count is None
        else Definition(count, count / incidents[service] if incidents[service] else None)
        for service, count in counts.items()
    }


def requests_of(frame: pl.DataFrame, service: str) -> pl.DataFrame:
    """Count a service's records by the words in which they say who else was asked for; those that do not say are left out."""
    return (
        of_service(frame, service)
        .select(words=pl.col("other_service_requested").cast(pl.String).str.to_lowercase())
        .drop_nulls()
        .group_by("words")
        .agg(records=pl.len())
        .with_columns(asked=pl.col("words").str.split(";").list.eval(pl.element().str.strip_chars()))
    )


def requested(
    area: Area, requests: Mapping[str, pl.DataFrame], a: str, b: str
) -> dict[str, int | None] | None:
    """Count the records of each of two services that ask for the other, by its id or its kind.

    ``requests`` has `requests_of` each service. None for a service of which no record says whether another service was
    asked for, and None altogether when neither has one that does; "none" says that nobody was.
    """
    if requests[a].is_empty() and requests[b].is_empty():
        return None
    counts: dict[str, int | None] = {}
    for own, other in ((a, b), (b, a)):
        if requests[own].is_empty():
            counts[own] = None
            continue
        names = {other.lower(), area.kind_of(other).lower()}
        asked = [
            records
            for who, records in requests[own].select("asked", "records").iter_rows()
            if not names.isdisjoint(who)
        ]
        counts[own] = sum(asked)
    return counts


def same_place_and_hour(a: Records, b: Records) -> tuple[int, dict[str, int]]:
    """Count the cells and clock hours in which both services had demand, and the records in them.

    Cells are of 500 m. Only usable records count. Hours are of true time: the hour that the clocks
    repeat is two hours.
    """
    kept = [records.usable & ~records.repeat for records in (a, b)]
    at = [
        np.column_stack(
            (np.floor(records.place[keep] / PLACE_METRES).astype(np.int64), records.instant[keep] // _HOUR)
        )
        for records, keep in zip((a, b), kept, strict=True)
    ]
    if not all(len(each) for each in at):
        return 0, {a.service: 0, b.service: 0}
    # A cell and hour as one number: rows of a table would take several times the room.
    low = np.minimum(at[0].min(axis=0), at[1].min(axis=0))
    span = np.maximum(at[0].max(axis=0), at[1].max(axis=0)) - low + 1
    (here, mine), (there, theirs) = (
        np.unique(np.ravel_multi_index(tuple((each - low).T), tuple(span)), return_counts=True) for each in at
    )
    both, first, second = np.intersect1d(here, there, assume_unique=True, return_indices=True)
    return len(both), {a.service: int(mine[first].sum()), b.service: int(theirs[second].sum())}
