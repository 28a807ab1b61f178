"""How a study says that its units are sent: diversion, breaks, standby points, predetermined attendance, shared crews.

They stand in the tables priorities, standby_points and predetermined_attendances, and in columns of shifts and units. What a
study does not say does not come into it: such a study is played by the bare rules, to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.breaking import breaks_of
from joinedup.response.dispatching import Attendance, Breaks, Diverting, Posting, SharedCrews
from joinedup.response.rostering import HOURS_OF_WEEK, hours_covered, minute
from joinedup.travel import Places

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.rostering import Roster
    from joinedup.travel import Travel


@dataclass(frozen=True, eq=False)
class Arranged:
    """What is arranged for one pool, as ``dispatch`` takes it; None for what the study does not say.

    ``attendance`` has the grounds of the pool's jobs, in order of row.
    """

    diverting: Diverting | None = None
    breaks: Breaks | None = None
    attendance: Attendance | None = None
    crews: SharedCrews | None = None
    posting: Posting | None = None

    def attendance_of(self, order: NDArray[np.int64]) -> Attendance | None:
        """Give the attendance with the grounds of some jobs."""
        if self.attendance is None:
            return None
        return Attendance(
            np.asarray(self.attendance.ground)[order],
            self.attendance.order,
            self.attendance.nearer_on_the_road,
        )


def said_of(area: Area) -> list[str]:
    """Say which of these a study arranges, for whoever reads what was played."""
    units, priorities = area.table("units"), area.table("priorities")
    told = {
        "diversion to a more urgent call": (priorities["diverts"] == "yes").any(),
        "breaks": area.table("shifts")["break_minutes"].count() > 0,
        "standby points": not area.table("standby_points").is_empty(),
        "predetermined attendance": not area.table("predetermined_attendances").is_empty(),
        "shared crews": units["shared_crew"].count() > 0,
    }
    named = [each for each, so in told.items() if so]
    return [f"played as the study's own tables arrange: {', '.join(named)}"] if named else []


def stop_at_wrong_arrangements(area: Area, needs: Collection[str]) -> None:
    """Stop at what cannot be meant, before anything is played; ``needs`` are all that any incident has.

    Raises:
        Refusal: by table, row and column, with what to write instead.
    """
    _stop_at_wrong_crews(area)
    rows = area.table("predetermined_attendances")
    if rows.is_empty():
        return
    grounds = set(area.table("incidents")["area"].drop_nulls()) | set(area.table("sites")["site_id"])
    placed = set(area.table("sites").filter(fit_for_distance())["site_id"])
    for row in rows.sort("ground", "need", "place_in_order").iter_rows(named=True):
        where = (
            f"predetermined_attendances, row of {row['ground']}, {row['need']}, place {row['place_in_order']}"
        )
        if row["ground"] not in grounds:
            raise Refusal(
                f"{where}, column ground: no incident has the area '{row['ground']}' and no site is called so"
                f"{did_you_mean(row['ground'], grounds)}"
            )
        if row["need"] not in needs:
            raise Refusal(
                f"{where}, column need: no incident has the need '{row['need']}'{did_you_mean(row['need'], needs)}"
            )
        if row["site_id"] not in placed:
            raise Refusal(
                f"{where}, column site_id: {row['site_id']} has no place; give it one in tables/sites"
            )


def arranged(
    area: Area,
    units: Roster,
    jobs: pl.DataFrame,
    needs: list[str],
    sites: pl.DataFrame,
    besides: Collection[str] = (),
) -> Arranged:
    """Give what a study arranges for one pool.

    ``units`` and ``jobs`` are the pool's, ``needs`` its needs in the order of the columns that the loop is given, and ``sites``
    (x, y) its places, in order of row, those of standby points among them. Needs that are ``besides`` divert nobody and
    break into no break.

    Raises:
        Refusal: for what cannot be played, by table, row and column.
    """
    own = jobs.filter(~pl.col("need").is_in(list(besides)))
    return Arranged(
        _diverting(area, own),
        breaks_of(area, units, _most_urgent(area, own, "breaks_into_breaks")),
        _attendance(area, units, jobs, needs, sites),
        crews_of(units.units, area),
        _posting(area, units, sites),
    )


def standby_places(area: Area, units: pl.DataFrame, way: Travel) -> pl.DataFrame:
    """Give the places (x, y) at which some units stand by.

    Raises:
        Refusal: for one without a place, or that nobody can drive to, by row and column.
    """
    rows = _standby(area, units)
    for row in rows.filter(pl.col("x").is_null()).iter_rows(named=True):
        raise Refusal(
            f"{_named(row)}, column site_id: {row['site_id']} has no place; give it one in tables/sites"
        )
    if rows.is_empty():
        return rows.select("x", "y")
    if lost := way.left_out(Places.of(rows, "site_id")):
        first = min(lost)
        row = rows.row(first, named=True)
        raise Refusal(
            f"{_named(row)}, column site_id: nobody can drive to {row['site_id']}: {lost[first]}; name a place on a road"
        )
    return rows.select("x", "y").unique(maintain_order=True)


def stands_by_hour(area: Area, units: pl.DataFrame) -> NDArray[np.float64]:
    """Give where each unit stands in each hour of the week; shape (168, units, 2), x and y."""
    home = units.select("x", "y").to_numpy()
    made = np.repeat(home[None], HOURS_OF_WEEK, axis=0)
    number = {each: row for row, each in enumerate(units["unit_id"].to_list())}
    for row in _standby(area, units).drop_nulls("x").iter_rows(named=True):
        here = hours_covered(row["weekday"], minute(row["starts_at"]), minute(row["ends_at"])) >= 30
        made[here, number[row["unit_id"]]] = row["x"], row["y"]
    return made


def _named(row: dict[str, object]) -> str:
    return f"standby_points, row of {row['unit_id']}, weekday {row['weekday']}, from {row['starts_at']}"


def _standby(area: Area, units: pl.DataFrame) -> pl.DataFrame:
    sites = area.table("sites").with_columns(
        pl.when(fit_for_distance()).then(pl.col(axis)).alias(axis) for axis in ("x", "y")
    )
    return (
        area.table("standby_points")
        .join(units.select("unit_id"), on="unit_id", how="semi")
        .join(sites.select("site_id", "x", "y"), on="site_id", how="left")
        .sort("unit_id", "weekday", "starts_at")
    )


def _posting(area: Area, units: Roster, sites: pl.DataFrame) -> Posting | None:
    rows = _standby(area, units.units)
    if rows.is_empty():
        return None
    place = {each: row for row, each in enumerate(sites.select("x", "y").iter_rows())}
    site = np.array([place[each] for each in units.units.select("x", "y").iter_rows()], np.int64)
    made = np.repeat(site[:, None], units.on.shape[1], axis=1)
    taken = np.zeros(made.shape, np.bool_)
    number = {each: row for row, each in enumerate(units.units["unit_id"].to_list())}
    shares = dict(area.table("units").select("unit_id", "shared_crew").iter_rows())
    for row in rows.iter_rows(named=True):
        unit = number[row["unit_id"]]
        if shares[row["unit_id"]] is not None:
            raise Refusal(
                f"{_named(row)}, column unit_id: {row['unit_id']} has its crew with others (shared_crew in tables/units), and "
                "such a unit stays at its site; leave out the row, or give the unit a crew of its own"
            )
        here = hours_covered(row["weekday"], minute(row["starts_at"]), minute(row["ends_at"])) >= 30
        if (taken[unit] & here).any():
            raise Refusal(
                f"{_named(row)}, column starts_at: another row has {row['unit_id']} somewhere else in the same hour; "
                "let one end where the next begins"
            )
        taken[unit] |= here
        made[unit, here] = place[row["x"], row["y"]]
    return Posting(made)


def _most_urgent(area: Area, jobs: pl.DataFrame, column: str) -> int:
    """Give the least urgent number of which a column says yes, −1 for none; all that are as urgent or more must say so too."""
    if not (area.table("priorities")[column] == "yes").any():
        return -1
    then = jobs.filter(pl.col("upgraded").is_not_null()).select(
        "service_id", pl.col("upgraded_to").alias("priority"), pl.col("urgency_then").alias("urgency")
    )
    said = (
        pl.concat([jobs.select("service_id", "priority", "urgency"), then])
        .unique()
        .join(
            area.table("priorities").select("service_id", "priority", column),
            on=["service_id", "priority"],
            how="left",
        )
    )
    urgent = said.filter(pl.col(column) == "yes").sort("urgency", "service_id", "priority")
    if urgent.is_empty():
        return -1
    last = urgent.row(-1, named=True)
    rest = said.filter(
        (pl.col("urgency") <= last["urgency"]) & (pl.col(column).fill_null("no") != "yes")
    ).sort("urgency", "service_id", "priority")
    if not rest.is_empty():
        row = rest.row(0, named=True)
        raise Refusal(
            f"priorities, row of {row['service_id']}, {row['priority']}, column {column}: {last['service_id']}, "
            f"{last['priority']} says yes, and this one is as urgent or more and goes to the same units; say yes here too, or "
            "put them in order in the column rank"
        )
    return int(last["urgency"])


def breaks_into_breaks(area: Area, jobs: pl.DataFrame) -> bool:
    """Say whether the most urgent of some jobs, which go to the same units, are sent a crew on its break."""
    return _most_urgent(area, jobs, "breaks_into_breaks") >= int(jobs["urgency"].to_numpy().min())


def _diverting(area: Area, jobs: pl.DataFrame) -> Diverting | None:
    urgent = _most_urgent(area, jobs, "diverts")
    return None if urgent < 0 else Diverting(urgent)


def _attendance(
    area: Area, units: Roster, jobs: pl.DataFrame, needs: list[str], sites: pl.DataFrame
) -> Attendance | None:
    rows = (
        area.table("predetermined_attendances")
        .filter(pl.col("need").is_in(needs))
        .join(area.table("sites").select("site_id", "x", "y"), on="site_id", how="left")
        .sort("ground", "need", "place_in_order")
    )
    if rows.is_empty() or not units.units.height:
        return None
    roads = rows.filter(pl.col("nearer_on_the_road").is_not_null())
    if roads["nearer_on_the_road"].n_unique() > 1:
        said = {row["nearer_on_the_road"]: row for row in roads.iter_rows(named=True)}
        raise Refusal(
            f"predetermined_attendances, row of {said['no']['ground']}, {said['no']['need']}, column nearer_on_the_road: says "
            f"no, and that of {said['yes']['ground']}, {said['yes']['need']} says yes; the same units meet both: write the same"
        )
    grounds = {each: row for row, each in enumerate(rows["ground"].unique().sort().to_list())}
    place = {each: row for row, each in enumerate(sites.select("x", "y").iter_rows())}
    lists: dict[tuple[int, int], list[int]] = {}
    for row in rows.iter_rows(named=True):
        # A station from which nobody of this pool can come is passed over.
        if (row["x"], row["y"]) in place:
            key = (grounds[row["ground"]], needs.index(row["need"]))
            lists.setdefault(key, []).append(place[row["x"], row["y"]])
    order = np.full((len(grounds), len(needs), max(map(len, lists.values()), default=0)), -1, np.int64)
    for (of_ground, of_need), its in lists.items():
        order[of_ground, of_need, : len(its)] = its
    ground = (
        jobs.select(
            pl.coalesce(
                pl.col(each).replace_strict(grounds, default=None, return_dtype=pl.Int64)
                for each in ("area", "ground")
            ).fill_null(-1)
        )
        .to_series()
        .to_numpy()
    )
    return Attendance(ground, order, bool((roads["nearer_on_the_road"] == "yes").any()))


def crews_of(units: pl.DataFrame, area: Area) -> SharedCrews | None:
    """Give the crews that some units share, in order of row; None where each has its own."""
    shared = units.join(
        area.table("units").select("unit_id", "shared_crew", "out_at_once"),
        on="unit_id",
        how="left",
        maintain_order="left",
    )
    names = shared["shared_crew"].drop_nulls().unique().sort().to_list()
    if not names:
        return None
    of = (
        shared["shared_crew"]
        .replace_strict({each: row for row, each in enumerate(names)}, default=-1, return_dtype=pl.Int64)
        .to_numpy()
    )
    at_once = shared.group_by("shared_crew").agg(pl.col("out_at_once").max()).drop_nulls("shared_crew")
    known = dict(at_once.iter_rows())
    return SharedCrews(of, np.array([known[each] or 1 for each in names], np.int64))


def _stop_at_wrong_crews(area: Area) -> None:
    units = area.table("units").sort("unit_id")
    for row in units.filter(pl.col("out_at_once").is_not_null() & pl.col("shared_crew").is_null()).iter_rows(
        named=True
    ):
        raise Refusal(
            f"units, row of {row['unit_id']}, column out_at_once: it has no shared_crew; name the crew, or leave this empty"
        )
    for (crew,), its in (
        units.drop_nulls("shared_crew").partition_by("shared_crew", as_dict=True, maintain_order=True).items()
    ):
        first = its.row(0, named=True)
        for row in its.iter_rows(named=True):
            for column, so in (("service_id", ""), ("site_id", ""), ("out_at_once", " or leave all empty")):
                if row[column] != first[column]:
                    raise Refusal(
                        f"units, row of {row['unit_id']}, column {column}: {row[column] or 'nothing'}, and {first['unit_id']}, "
                        f"which has the same shared_crew '{crew}', has {first[column] or 'nothing'}; write the same{so}"
                    )
