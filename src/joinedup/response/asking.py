"""What is asked for: one job for each unit that an incident needed, and which kinds of unit can meet which need (§3.2)."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.arranging import said_of as said_of_arrangements
from joinedup.response.arranging import stop_at_wrong_arrangements
from joinedup.response.dispatching.resources import MOST_NEEDS
from joinedup.response.standing_down import arrives, stood_down_of
from joinedup.response.urgency import urgency
from joinedup.response.who_meets import said_of, who_meets

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.also_sending import Besides

NEEDS_FILE = "needs.csv"
"""A study's own table of which kinds of unit meet which need, beside study.toml: need, service_id, unit_kind."""

LONGEST_MS = 7 * 86_400_000
"""A step that took more than a week is a stamp with another date, and is not drawn from."""

Crew = tuple[str, str]
"""A service and a kind of its units: ("fire", "engine")."""


@dataclass(frozen=True, eq=False)
class Asked:
    """The jobs of an area, and who can do them.

    ``jobs`` has one row a unit wanted, in order of incident_id and then of being told: incident_id, service_id, category,
    priority, urgency (0 first), need, ordinal (place within the incident), again (not the first of its need), part of the
    day, hour, date, received_at, received (ms of the local clock since ``monday``), x, y, area (as its service names it),
    arrives (whether a unit was not stood down on the way), upgraded (ms from the call until it became more urgent, null for
    never) and urgency_then, and what was recorded: unit_id, unit_service, kind, crew, told_at,
    available_at and, in ms, handled (call to told), later (told after the first unit), turned_out, drove, busy (arrived to
    free) and arrival (call to arrival); overlaps says that the unit was not free of an earlier job. A recorded stamp that is
    missing leaves nulls.
    """

    jobs: pl.DataFrame
    meets: Mapping[str, frozenset[Crew]]
    monday: datetime
    notes: tuple[str, ...]
    crewed_together: tuple[frozenset[Crew], ...] = ()
    """Kinds of unit that share a crew somewhere, and are played together for that."""
    besides: Mapping[str, Besides] = field(default_factory=dict)
    """Needs of crews that are sent besides, which no kind of unit meets but the units of one site."""
    who: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Which kinds of unit meet which need and why, those that went and do not besides, as ``who_meets`` has them."""

    @cached_property
    def names(self) -> NDArray[np.uint64]:
        """Give each job a number that depends on its incident and need alone, for its draws; shape (jobs,)."""
        number = self.jobs.select(pl.int_range(pl.len()).over("incident_id", "need")).to_series().to_list()
        rows = zip(self.jobs["incident_id"].to_list(), self.jobs["need"].to_list(), number, strict=True)
        digests = b"".join(
            hashlib.blake2b(f"{incident}\x1f{need}\x1f{each}".encode(), digest_size=8).digest()
            for incident, need, each in rows
        )
        return np.frombuffer(digests, np.dtype("<u8")).astype(np.uint64)

    @cached_property
    def incident_names(self) -> NDArray[np.uint64]:
        """Give each job the number of its incident, for the draws that its jobs share; shape (jobs,)."""
        number = self.jobs["incident_id"].rle_id().to_numpy()
        first = self.jobs["incident_id"].gather(np.flatnonzero(np.diff(number, prepend=-1)))
        digests = b"".join(hashlib.blake2b(each.encode(), digest_size=8).digest() for each in first.to_list())
        names = np.frombuffer(digests, np.dtype("<u8")).astype(np.uint64)
        return np.asarray(names[number])

    def short_of(self, needs: Collection[str]) -> Asked:
        """Give the same without some needs."""
        return replace(
            self,
            jobs=self.jobs.filter(~pl.col("need").is_in(list(needs))),
            meets={need: crews for need, crews in self.meets.items() if need not in needs},
        )

    @cached_property
    def pools(self) -> Mapping[str, str]:
        """Give each need the name of its pool: needs that any one kind of unit can meet are played together."""
        pool = {need: need for need in self.meets}

        def root(need: str) -> str:
            while pool[need] != need:
                need = pool[need]
            return need

        owner: dict[Crew, str] = {}
        for need in sorted(self.meets):
            for crew in sorted(self.meets[need]):
                one, other = sorted((root(need), root(owner.setdefault(crew, need))))
                pool[other] = one
        for crews in self.crewed_together:
            asked_of = sorted({root(owner[crew]) for crew in crews if crew in owner})
            for each in asked_of[1:]:
                pool[root(each)] = root(asked_of[0])
        return {need: root(need) for need in pool} | {need: its.pool for need, its in self.besides.items()}


def asked(area: Area, own: Mapping[str, frozenset[Crew]] | None = None) -> Asked:
    """Find what the incidents of an area asked for, and who can meet it; ``own`` is a study's own table of needs.

    A service with attendances has a job for each; one without has a job for each incident, of the kind that usually
    goes. Incidents that ended without a vehicle have none.

    Raises:
        Refusal: when no incident has a time and a place, or no service has units.
    """
    incidents = area.table("incidents").sort("incident_id")
    if incidents.is_empty():
        raise Refusal("incidents: there are none to play; add tables/incidents with times and places")
    fit = fit_for_distance() & pl.col("received_at").is_not_null()
    placed = incidents.filter(fit)
    if placed.is_empty():
        raise Refusal(
            "incidents: none of them has both a time and a place that distance may be measured from; add received_at and "
            "either latitude and longitude or easting and northing, to within 100 m"
        )
    units = area.table("units")
    attended = (
        area.table("attendances")
        .join(
            units.select("unit_id", pl.col("service_id").alias("unit_service"), "kind", "crew"),
            on="unit_id",
            how="left",
        )
        .with_columns(pl.coalesce("mobilised_at", "responding_at", "arrived_at").alias("told_at"))
        .sort("incident_id", "told_at", "unit_id", nulls_last=True)
    )
    notes: list[str] = []
    parts = [
        rows
        for service in area.services
        if (rows := _rows_of(area, service, placed, attended, notes)) is not None
    ]
    if not parts:
        raise Refusal(
            "units: no service that has incidents has units; add tables/units with their kinds and sites"
        )
    rows = pl.concat(parts)
    who = who_meets(rows.with_columns(pl.col("unit_id").is_not_null().alias("recorded")), own or {})
    notes += said_of(who)
    meets: dict[str, set[Crew]] = {}
    for need, service, kind in who.filter("meets").select("need", "service_id", "kind").iter_rows():
        meets.setdefault(need, set()).add((service, kind))
    stop_at_wrong_arrangements(area, meets)
    notes += said_of_arrangements(area)
    monday = _monday(placed)
    jobs = _jobs(rows, placed, monday, area.table("priorities"))
    notes += stood_down_of(jobs)
    twice = jobs.group_by("service_id").agg(pl.col("overlaps").sum()).filter(pl.col("overlaps") > 0)
    notes += [
        f"{number:,} attendances of {service} began before the same unit was free of the "
        "one before: a record of one unit in two places cannot be played"
        for service, number in twice.sort("service_id").iter_rows()
    ]
    notes += _not_upgraded(jobs)
    lasted = (pl.col("available_at") - pl.col("told_at")).dt.total_milliseconds() > LONGEST_MS
    if odd := jobs.filter(lasted).height:
        notes.append(f"{odd:,} attendances last more than a week: how long they took is not used")
    wanted = set(jobs["need"].unique())
    if len(wanted) > MOST_NEEDS:
        raise Refusal(
            f"attendances: {len(wanted)} different needs, and {MOST_NEEDS} can be told apart; "
            "write fewer in the column need, such as first engine, ambulance"
        )
    met = {need: frozenset(meets[need]) for need in sorted(wanted)}
    return Asked(jobs.drop("arrived_at"), met, monday, tuple(notes), _crewed_together(units), who=who)


def _crewed_together(units: pl.DataFrame) -> tuple[frozenset[Crew], ...]:
    """Give the kinds of unit that share a crew."""
    shared = units.drop_nulls(["shared_crew", "kind"]).partition_by("shared_crew", as_dict=True)
    kinds = {frozenset(each.select("service_id", "kind").iter_rows()) for each in shared.values()}
    return tuple(sorted((each for each in kinds if len(each) > 1), key=sorted))


def _rows_of(
    area: Area, service: str, placed: pl.DataFrame, attended: pl.DataFrame, notes: list[str]
) -> pl.DataFrame | None:
    """Give the attendances of one service's incidents, recorded or as is usual, None where there is nothing to play."""
    incidents = area.table("incidents").filter(pl.col("service_id") == service)
    mine = placed.filter(pl.col("service_id") == service)
    if incidents.is_empty():
        return None
    if mine.is_empty():
        notes.append(
            f"{service} is left out: none of its {incidents.height:,} incidents has both a time and a place"
        )
        return None
    if lacking := incidents.height - mine.height:
        notes.append(f"{lacking:,} of {incidents.height:,} incidents of {service} have no time or no place")
    if not incidents.join(attended, on="incident_id", how="semi").is_empty():
        rows = attended.join(mine.select("incident_id"), on="incident_id", how="semi").with_columns(
            pl.coalesce("need", "kind").alias("need")
        )
        named = rows.drop_nulls(["need", "kind"])
        if lacking := rows.height - named.height:
            notes.append(
                f"{lacking:,} attendances of {service} are by units without a kind, and are left out"
            )
        return named
    kind = _usual(area, service)
    if kind is None:
        notes.append(f"{service} is left out: it has no units; add tables/units with its kinds and sites")
        return None
    notes.append(f"{service} has no attendances: each incident asks for one {kind}, as is usual")
    return _unrecorded(mine, service, kind, attended.schema)


def own_needs(folder: Path, area: Area) -> dict[str, frozenset[Crew]]:
    """Read a study's own table of needs, where it has one; a need that it names is met by what it lists and no more.

    Raises:
        Refusal: for a missing column, or a service or kind of unit that the study does not have, by row and column.
    """
    path = folder / NEEDS_FILE
    if not path.is_file():
        return {}
    rows = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    columns = ("need", "service_id", "unit_kind")
    if missing := set(columns) - set(rows.fieldnames or ()):
        raise Refusal(f"{path}: the column {min(missing)} is missing; it needs {', '.join(columns)}")
    found: dict[str, set[Crew]] = {}
    kinds = {service: _kinds(area, service) for service in area.services}
    for number, row in enumerate(rows, start=2):
        need, service, kind = ((row[each] or "").strip() for each in columns)
        if service not in kinds:
            raise Refusal(
                f"{path}, row {number}, column service_id: no service '{service}'{did_you_mean(service, kinds)}"
            )
        if kind not in kinds[service]:
            raise Refusal(
                f"{path}, row {number}, column unit_kind: {service} has no unit of kind '{kind}'"
                f"{did_you_mean(kind, kinds[service])}"
            )
        found.setdefault(need, set()).add((service, kind))
    return {need: frozenset(crews) for need, crews in found.items()}


def _kinds(area: Area, service: str) -> list[str]:
    units = area.table("units").filter(pl.col("service_id") == service)
    return units["kind"].drop_nulls().unique().sort().to_list()


def _usual(area: Area, service: str) -> str | None:
    """Give the kind of unit that usually goes: as declared for such a service, else its most common kind."""
    held = _kinds(area, service)
    declared = tomllib.loads(files("joinedup.response").joinpath("usual_units.toml").read_text("utf-8"))
    for kind in declared[area.kind_of(service)]:
        if kind in held:
            return str(kind)
    units = area.table("units").filter(pl.col("service_id") == service)
    counted = units.drop_nulls("kind").group_by("kind").len().sort("len", "kind", descending=[True, False])
    return None if counted.is_empty() else str(counted["kind"][0])


def _unrecorded(mine: pl.DataFrame, service: str, kind: str, schema: pl.Schema) -> pl.DataFrame:
    """Give each incident one attendance of which nothing is known but who would go."""
    given = {"incident_id": pl.col("incident_id"), "need": pl.lit(kind)}
    given |= {"unit_service": pl.lit(service), "kind": pl.lit(kind)}
    return mine.select(
        (given[name] if name in given else pl.lit(None, dtype)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )


def _monday(placed: pl.DataFrame) -> datetime:
    """Give the Monday midnight, on the local clock, before the first incident."""
    first = placed.select(pl.col("received_at").dt.replace_time_zone(None).min().dt.truncate("1w")).item()
    assert first is not None
    return first  # type: ignore[no-any-return] # Polars knows no more than that it is a value


def _jobs(
    rows: pl.DataFrame, placed: pl.DataFrame, monday: datetime, priorities: pl.DataFrame
) -> pl.DataFrame:
    """Lay the columns of a job beside what was recorded."""
    local = pl.col("received_at").dt.replace_time_zone(None)
    first = pl.col("told_at").min().over("incident_id")
    jobs = (
        rows.drop("service_id", strict=False)
        .join(
            placed.select(
                *("incident_id", "service_id", "received_at", "category", "priority", "x", "y", "area"),
                *("upgraded_at", "upgraded_to"),
            ),
            on="incident_id",
            how="inner",
        )
        .sort("incident_id", "told_at", "unit_id", nulls_last=True)
        .with_columns(
            pl.col("category", "priority").fill_null("not recorded"),
            pl.col("crew").fill_null("not recorded"),
            pl.int_range(pl.len()).over("incident_id").alias("ordinal"),
            (pl.int_range(pl.len()).over("incident_id", "need") > 0).alias("again"),
            local.dt.hour().cast(pl.Int64).alias("hour"),
            local.dt.date().alias("date"),
            (local - pl.lit(monday)).dt.total_milliseconds().alias("received"),
            arrives().alias("arrives"),
        )
        .with_columns(
            _span("received_at", first).alias("handled"),
            _span(first, "told_at").alias("later"),
            _span("mobilised_at", "responding_at").alias("turned_out"),
            _span("responding_at", "arrived_at").alias("drove"),
            _span("arrived_at", "available_at").alias("busy"),
            _span("received_at", "arrived_at").alias("arrival"),
            _span("received_at", "upgraded_at").alias("upgraded"),
            (
                pl.col("told_at")
                < pl.col("available_at").cum_max().shift(1).over("unit_id", order_by="told_at")
            )
            .fill_null(value=False)
            .alias("overlaps"),
            (pl.col("hour") // 6)
            .replace_strict({0: "night", 1: "morning", 2: "afternoon", 3: "evening"}, return_dtype=pl.String)
            .alias("part"),
        )
    )
    began = jobs.select("service_id", "priority", "ordinal", "handled")
    # A priority to which calls are upgraded has its place among the others, also where no call begins with it.
    given = jobs.filter(pl.col("upgraded_to").is_not_null() & (pl.col("ordinal") == 0)).select(
        "service_id",
        pl.col("upgraded_to").alias("priority"),
        "ordinal",
        pl.lit(None, pl.Int64).alias("handled"),
    )
    ranks = urgency(pl.concat([began, given], how="vertical_relaxed"), priorities)
    then = ranks.rename({"priority": "upgraded_to", "urgency": "urgency_then"})
    ranked = jobs.join(ranks, on=["service_id", "priority"], how="left", maintain_order="left").join(
        then, on=["service_id", "upgraded_to"], how="left", maintain_order="left"
    )
    more = pl.col("urgency_then") < pl.col("urgency")
    return ranked.with_columns(pl.when(more).then("upgraded").alias("upgraded")).select(
        *(
            "incident_id",
            "service_id",
            "category",
            "priority",
            "urgency",
            "need",
            "ordinal",
            "again",
            "part",
            "hour",
        ),
        *("date", "received_at", "received", "x", "y", "area", "arrives"),
        *("upgraded_at", "upgraded_to", "upgraded", "urgency_then"),
        *("unit_id", "unit_service", "kind", "crew"),
        *(
            "told_at",
            "available_at",
            "overlaps",
            "handled",
            "later",
            "turned_out",
            "drove",
            "busy",
            "arrival",
        ),
        "arrived_at",
    )


def _not_upgraded(jobs: pl.DataFrame) -> list[str]:
    """Say of each service how many upgrades are not played."""
    said = pl.col("upgraded_at").is_not_null() | pl.col("upgraded_to").is_not_null()
    left = jobs.filter(said & pl.col("upgraded").is_null()).group_by("service_id")
    return [
        f"{number:,} incidents of {service} are played as they began: their upgrade lacks its time or its priority, is before "
        "the call or a week after it, or is to a priority no more urgent"
        for service, number in left.agg(pl.col("incident_id").n_unique()).sort("service_id").iter_rows()
    ]


def _span(one: str | pl.Expr, other: str | pl.Expr) -> pl.Expr:
    """Give the milliseconds from one stamp to another, null where either is missing or they are out of order."""
    begin, end = (pl.col(each) if isinstance(each, str) else each for each in (one, other))
    span = (end - begin).dt.total_milliseconds()
    return pl.when(span.is_between(0, LONGEST_MS)).then(span)
