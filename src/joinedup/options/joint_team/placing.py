"""Where and at which hours a team would be: from the station with most calls for both in reach, in their busiest hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import scipy

from joinedup.area.places import fit_for_distance
from joinedup.travel import Places, StraightLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.travel import Travel

_AT_ONCE = 5_000_000
"""Drives that are looked at together: more would take more memory and no less time."""
_HAIR = 1 + 1e-9
"""Rounding must not lose a call that lies exactly at the reach."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A base for a team of two services: whose calls are counted, those in reach and in the shift, and who stands near.

    ``asker`` is the one of the two that asks for the other more often; ``every`` counts all its placed calls for both,
    ``in_reach`` those in reach of the base, and ``calls`` has the rows of those in the shift too. ``near`` are the sites of
    both within reach of the base.
    """

    base: dict[str, Any]
    asker: str
    every: int
    in_reach: int
    calls: pl.DataFrame
    first_hour: int
    near: tuple[str, ...]


def placed(
    area: Area, pair: tuple[str, str], bases_of: Sequence[str], minutes: float, hours: int, travel: Travel
) -> Placed | None:
    """Place a team of two services at a station of ``bases_of``.

    None where no call asks for both, none of ``bases_of`` has a station, or no such call is in reach of one.
    """
    asker, calls = _requests(area, pair)
    sites = (
        area.table("sites")
        .filter(
            fit_for_distance() & pl.col("service_id").is_in(pair) & pl.col("kind").is_in(["station", "base"])
        )
        .sort("site_id")
    )
    bases = sites.filter(pl.col("service_id").is_in(list(bases_of)))
    if calls.is_empty() or bases.is_empty():
        return None
    kinds = {each: area.kind_of(each) for each in pair}
    base = bases.row(int(np.argmax(_within(bases, calls, minutes, kinds, travel))), named=True)
    own = bases.filter(pl.col("site_id") == base["site_id"])
    kind = kinds[base["service_id"]]

    def reached(table: pl.DataFrame, name: str) -> pl.Series:
        drives = travel.between(Places.of(own, "site_id"), Places.of(table, name), kind)[0]
        return pl.Series(drives <= minutes * _HAIR)

    reach = calls.filter(reached(calls, "incident_id"))
    if reach.is_empty():
        return None
    hour = reach["received_at"].dt.hour().cast(pl.Int64).to_numpy()
    by_hour = np.bincount(hour, minlength=24)
    in_shift = [np.take(by_hour, range(start, start + hours), mode="wrap").sum() for start in range(24)]
    first = int(np.argmax(in_shift))
    near = sites.filter(reached(sites, "site_id") | (pl.col("site_id") == base["site_id"]))
    return Placed(
        base,
        asker,
        calls.height,
        reach.height,
        reach.filter(pl.Series((hour - first) % 24 < hours)),
        first,
        tuple(near["site_id"]),
    )


def _requests(area: Area, pair: tuple[str, str]) -> tuple[str, pl.DataFrame]:
    """Give the placed and timed calls of one of two services that ask for the other, and whose: of whichever asks more often.

    Both may have recorded one event, so that adding both up would count it twice.
    """
    sides = []
    for own, other in (pair, pair[::-1]):
        names = [other.lower(), area.kind_of(other).lower()]
        asked = pl.col("other_service_requested").str.to_lowercase().str.split(";")
        rows = area.table("incidents").filter(
            (pl.col("service_id") == own)
            & fit_for_distance()
            & pl.col("received_at").is_not_null()
            & asked.list.eval(pl.element().str.strip_chars().is_in(names)).list.any()
        )
        sides.append((own, rows.sort("incident_id")))
    return sides[0] if sides[0][1].height >= sides[1][1].height else sides[1]


def _within(
    bases: pl.DataFrame, calls: pl.DataFrame, minutes: float, kinds: dict[str, str], travel: Travel
) -> NDArray[np.int64]:
    """Count the calls within so many minutes of each base, as its own service drives; shape (bases,)."""
    if isinstance(travel, StraightLine):
        tree = scipy.spatial.cKDTree(calls.select("x", "y").to_numpy())
        radius = travel.metres(minutes) * _HAIR
        near = tree.query_ball_point(bases.select("x", "y").to_numpy(), radius, return_length=True)
        return np.asarray(near, np.int64)
    ends, found = Places.of(calls, "incident_id"), np.zeros(bases.height, np.int64)
    step = max(1, _AT_ONCE // len(ends))
    for service, kind in sorted(kinds.items()):
        own = np.flatnonzero((bases["service_id"] == service).to_numpy())
        for start in range(0, len(own), step):
            rows = own[start : start + step]
            starts = Places.of(bases[rows], "site_id")
            # What nobody can drive to has no minutes, and is in nobody's reach.
            found[rows] = (travel.between(starts, ends, kind) <= minutes * _HAIR).sum(axis=1)
    return found
