"""Who can be sent and when: units with a home, and the hours of the week in which they are on duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.asking import Asked, Crew

HOURS_OF_WEEK = 168
DAY_MINUTES = 1440


@dataclass(frozen=True, eq=False)
class Roster:
    """Units that some need asks for, in order of unit_id, with their hours.

    ``units`` has unit_id, service_id, kind, crew, site_id, x, y and pool; ``on`` has shape (units, 168), from Monday midnight.
    """

    units: pl.DataFrame
    on: NDArray[np.bool_]
    notes: tuple[str, ...]

    def of(self, pool: str) -> Roster:
        """Give the units of one pool."""
        here = (self.units["pool"] == pool).to_numpy()
        return Roster(self.units.filter(pl.col("pool") == pool), self.on[here], ())


def roster(area: Area, asked: Asked) -> Roster:
    """Find the units of an area that can meet a need.

    A unit is on duty in each hour of which its shifts cover the most part; a unit without shifts is always on duty, and the
    notes say how many such there are.

    ``unmet`` says which needs nobody can meet.
    """
    pool_of: dict[Crew, str] = {
        crew: asked.pools[need] for need, crews in asked.meets.items() for crew in crews
    }
    sites = area.table("sites").filter(fit_for_distance()).select("site_id", "x", "y")
    known = [(service, kind, pool) for (service, kind), pool in sorted(pool_of.items())]
    pools = pl.DataFrame(known, schema=["service_id", "kind", "pool"], orient="row")
    wanted = area.table("units").join(pools, on=["service_id", "kind"], how="inner")
    units = (
        wanted.join(sites, on="site_id", how="inner")
        .with_columns(pl.col("crew").fill_null("not recorded"))
        .select("unit_id", "service_id", "kind", "crew", "site_id", "x", "y", "pool")
        .sort("unit_id")
    )
    notes = []
    if lost := wanted.height - units.height:
        notes.append(f"{lost} units have no site with a place, and are left out")
    on, without = _hours(area.table("shifts"), units)
    if without:
        notes.append(f"{without} of {units.height} units have no shifts, and are taken to be always on duty")
    return Roster(units, on, tuple(notes))


def unmet(asked: Asked, found: Roster) -> tuple[str, ...]:
    """Give the needs that no unit with a place and an hour on duty can meet."""
    at_work = found.units.filter(pl.Series(found.on.any(axis=1), dtype=pl.Boolean))
    crews = set(zip(at_work["service_id"].to_list(), at_work["kind"].to_list(), strict=True))
    return tuple(need for need, meets in asked.meets.items() if not meets & crews)


def stop_at_unmet(asked: Asked, found: Roster) -> None:
    """Stop at a need that nobody can ever meet.

    Raises:
        Refusal: with the need, who could meet it and what to add.
    """
    for need in unmet(asked, found):
        jobs = asked.jobs.filter(pl.col("need") == need)
        who = " or ".join(f"one of kind {kind} of {service}" for service, kind in sorted(asked.meets[need]))
        raise Refusal(
            f"units: nobody meets the need '{need}', which {jobs.height:,} jobs of "
            f"{', '.join(jobs['service_id'].unique().sort())} have: it takes {who}; add one to tables/units, at a site that "
            "has a place and with shifts that give it hours"
        )


def able(units: pl.DataFrame, asked: Asked, needs: list[str]) -> NDArray[np.bool_]:
    """Say which units can meet which needs; shape (units, needs)."""
    meets, besides = asked.meets, asked.besides
    crews = list(units.select("unit_id", "service_id", "kind").iter_rows())
    can = [
        [unit in besides[need].units if need in besides else (service, kind) in meets[need] for need in needs]
        for unit, service, kind in crews
    ]
    return np.array(can, np.bool_).reshape(len(crews), len(needs))


def _hours(shifts: pl.DataFrame, units: pl.DataFrame) -> tuple[NDArray[np.bool_], int]:
    """Turn shifts into hours of the week, and count the units that have none."""
    row = {each: number for number, each in enumerate(units["unit_id"].to_list())}
    minutes = np.zeros((len(row), HOURS_OF_WEEK), np.int64)
    known = np.zeros(len(row), np.bool_)
    for unit, weekday, starts, ends in shifts.select(
        "unit_id", "weekday", "starts_at", "ends_at"
    ).iter_rows():
        if unit not in row or weekday is None or starts is None or ends is None:
            continue
        known[row[unit]] = True
        minutes[row[unit]] += hours_covered(weekday, minute(starts), minute(ends))
    on = minutes >= 30
    on[~known] = True
    return on, int((~known).sum())


def hours_covered(weekday: int, begin: int, end: int) -> NDArray[np.int64]:
    """Give the minutes of each hour of the week that a stretch covers; shape (168,).

    ``begin`` and ``end`` are minutes after the midnight with which the weekday (1 Monday) begins; an end that is the same as or
    before the beginning is of the next day.
    """
    lasts = (end - begin - 1) % DAY_MINUTES + 1
    start = (weekday - 1) * DAY_MINUTES + begin
    return np.bincount(np.arange(start, start + lasts) // 60 % HOURS_OF_WEEK, minlength=HOURS_OF_WEEK)


def minute(time: object) -> int:
    """Give the minutes after midnight of a time of day such as 07:30."""
    hours, minutes = str(time).split(":")[:2]
    return int(hours) * 60 + int(minutes)
