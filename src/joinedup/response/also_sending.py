"""Crews that are sent besides: to calls of another service near their home, as well as the unit that answers them (§3.2).

They stand in the columns ``also_sent``, ``also_within_minutes``, ``also_told_minutes`` and ``also_out_minutes`` of units. Each
such call is one job more, which the units of one site alone can meet, after everything else that these units are asked for. It
never waits: where nobody of the site is free at once, nobody is sent. An area's own jobs, needs, pools and luck stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.refusal import Refusal, did_you_mean
from joinedup.response.dispatching.resources import MOST_NEEDS
from joinedup.response.redrawing import Redrawn
from joinedup.travel import Places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.outcomes import Outcomes
    from joinedup.response.replaying import Baseline
    from joinedup.response.rostering import Roster
    from joinedup.travel import Travel

LAST = 63
"""The urgency of such a job: a unit that becomes free takes it after every other."""
ROUNDS = 3
"""How often a run is played to find at which calls nobody is free; each time those that waited are left out."""
_MINUTE, _HOUR = 60_000, 3_600_000


@dataclass(frozen=True)
class Besides:
    """Who alone can meet a need that is besides, and in which pool; ``told`` and ``out`` are ms."""

    pool: str
    units: frozenset[str]
    site_id: str
    service_id: str
    told: int
    out: int


@dataclass(frozen=True, eq=False)
class AlsoSent:
    """Where the jobs that are besides stand among all; each of shape (jobs,).

    ``like`` is the row, among the jobs without them, of the job that each is, or of the first of its incident; ``told`` (ms after
    the first unit is) and ``out`` (ms on scene) are 0 where ``extra`` is not. ``of`` is the baseline without them.
    """

    of: Baseline
    like: NDArray[np.int64]
    extra: NDArray[np.bool_]
    told: NDArray[np.int64]
    out: NDArray[np.int64]


@dataclass(frozen=True)
class Gone:
    """What came of sending the crews of one site besides; calls and hours are a run's.

    ``called`` are the calls within reach, ``gone`` those at which somebody was free, ``first`` the share of these at which the
    crew came first. ``minutes_before`` and ``minutes_after`` are the mean first arrival at these without the crew and with
    it, None where there are none. ``late`` calls were left out although a crew had set off, after waiting.
    """

    site_id: str
    service_id: str
    calls_of: str
    called: float
    gone: float
    first: float | None
    minutes_before: float | None
    minutes_after: float | None
    hours_out: float
    late: float


def with_also_sent(baseline: Baseline, area: Area, units: Roster) -> Baseline:
    """Give the baseline with the jobs of crews that are sent besides in an area; itself where there are none.

    Raises:
        Refusal: for what cannot be meant, by table, row and column.
    """
    incidents, needs, parts = None, dict[str, Besides](), []
    for each, called, within in _crews(area, units):
        if incidents is None:
            incidents = _incidents(baseline.jobs)
        near = _near(incidents, called, each, within, baseline.way, units, area)
        if near.is_empty():
            continue
        alike = sum(other.site_id == each.site_id for other in needs.values())
        need = f"also sent from {each.site_id}" + (f" ({alike + 1})" if alike else "")
        needs[need] = each
        parts.append(near.with_columns(pl.lit(need).alias("need")))
    if not parts:
        return baseline
    _stop_at_too_many(baseline.asked.pools, needs)
    return _laid(baseline, pl.concat(parts), needs)


def called_besides(area: Area, units: Collection[str]) -> list[str]:
    """Name the services to whose calls some units, by unit_id, are sent besides their own."""
    mine = area.table("units").filter(pl.col("unit_id").is_in(sorted(units)))["also_sent"].drop_nulls()
    return sorted({str(each).partition(":")[0].strip() for each in mine})


def _crews(area: Area, units: Roster) -> Iterator[tuple[Besides, tuple[str, frozenset[str]], float]]:
    """Give the crews of each site that are sent alike, the service and categories of those calls, and the minutes."""
    given = area.table("units").filter(pl.col("also_sent").is_not_null()).sort("unit_id")
    pools = dict(units.units.select("unit_id", "pool").iter_rows())
    alike: dict[tuple[str, str, str, frozenset[str], float, float, float], list[str]] = {}
    for row in given.iter_rows(named=True):
        service, categories = _called(row, area)
        for name in ("also_within_minutes", "also_out_minutes"):
            if row[name] is None:
                raise Refusal(
                    f"units, row of {row['unit_id']}, column {name}: it is empty, and also_sent is not; write minutes"
                )
        if row["unit_id"] in pools:
            minutes = row["also_within_minutes"], row["also_told_minutes"] or 0.0, row["also_out_minutes"]
            key = (row["site_id"], row["service_id"], service, categories, *minutes)
            alike.setdefault(key, []).append(row["unit_id"])
    for (site, own, called, of, within, told, out), its in sorted(alike.items(), key=lambda each: each[1]):
        counted = [pools[each] for each in its]
        # Where units of a site are played apart, one of them goes: of the kind that most are.
        pool = min(set(counted), key=lambda each: (-counted.count(each), each))
        here = frozenset(each for each in its if pools[each] == pool)
        found = Besides(pool, here, site, own, round(told * _MINUTE), round(out * _MINUTE))
        yield found, (called, of), within


def _called(row: Mapping[str, object], area: Area) -> tuple[str, frozenset[str]]:
    """Read whose calls a unit is also sent to, and of which categories."""
    where = f"units, row of {row['unit_id']}, column also_sent"
    service, colon, rest = (each.strip() for each in str(row["also_sent"]).partition(":"))
    categories = frozenset(each.strip() for each in rest.split(";") if each.strip())
    if not colon or not categories:
        raise Refusal(f"{where}: write a service and categories of its calls, such as ambulance: C1; C2")
    if service not in area.services or service == row["service_id"]:
        others = [each for each in area.services if each != row["service_id"]]
        raise Refusal(f"{where}: no other service is called '{service}'{did_you_mean(service, others)}")
    known = area.table("incidents").filter(pl.col("service_id") == service)["category"].drop_nulls().unique()
    for category in sorted(categories - set(known)):
        raise Refusal(
            f"{where}: no incident of {service} has the category '{category}'{did_you_mean(category, sorted(known))}"
        )
    return service, categories


def _incidents(jobs: pl.DataFrame) -> pl.DataFrame:
    """Give the incidents to which somebody comes, with the rows of their first and last job and whose units went."""
    return (
        jobs.with_row_index("row")
        .group_by("incident_id", maintain_order=True)
        .agg(
            pl.col("row").first().cast(pl.Int64).alias("like"),
            pl.col("row").last().cast(pl.Int64).alias("after"),
            pl.col("service_id", "category", "x", "y").first(),
            pl.col("ordinal").max(),
            pl.col("unit_service").unique().alias("went"),
            pl.col("arrives").any(),
        )
        .filter("arrives")
    )


def _near(
    incidents: pl.DataFrame,
    called: tuple[str, frozenset[str]],
    crew: Besides,
    within: float,
    way: Travel,
    units: Roster,
    area: Area,
) -> pl.DataFrame:
    """Give the calls that a crew is sent to; those to which its service went anyhow have their job already."""
    service, categories = called
    calls = incidents.filter(
        (pl.col("service_id") == service)
        & pl.col("category").is_in(sorted(categories))
        & ~pl.col("went").list.contains(crew.service_id).fill_null(value=False)
    )
    home = units.units.filter(pl.col("unit_id").is_in(sorted(crew.units))).head(1)
    if calls.is_empty():
        return calls
    minutes = way.between(
        Places.of(home, "site_id"), Places.of(calls, "incident_id"), area.kind_of(crew.service_id)
    )[0]
    return calls.filter(pl.Series(np.where(np.isnan(minutes), np.inf, minutes) <= within))


def _stop_at_too_many(pools: Mapping[str, str], needs: Mapping[str, Besides]) -> None:
    for pool in sorted({each.pool for each in needs.values()}):
        sites = sum(each.pool == pool for each in needs.values())
        own = sum(each == pool for each in pools.values())
        if own + sites > MOST_NEEDS:
            raise Refusal(
                f"units, column also_sent: {sites} sites and {own} needs of '{pool}', and {MOST_NEEDS} can be told apart "
                f"together; leave also_sent empty at {own + sites - MOST_NEEDS} sites"
            )


def _laid(baseline: Baseline, near: pl.DataFrame, needs: Mapping[str, Besides]) -> Baseline:
    """Put the jobs that are besides after those of their incident, and nothing else anywhere else."""
    jobs = baseline.jobs
    first, last = near["like"].to_numpy(), near["after"].to_numpy()
    who, when = ("unit_id", "unit_service", "kind", "crew"), ("told_at", "available_at", "handled", "later")
    unknown = (*who, *when, "turned_out", "drove", "busy", "arrival")
    pools = {need: each.pool for need, each in needs.items()}
    given: dict[str, pl.Expr] = {
        "need": pl.lit(near["need"]),
        "pool": pl.lit(near["need"].replace_strict(pools, return_dtype=pl.String)),
        "ordinal": pl.lit(
            near["ordinal"] + near.select(pl.int_range(pl.len()).over("incident_id")).to_series() + 1
        ),
        "urgency": pl.lit(LAST),
        "again": pl.lit(value=False),
        "arrives": pl.lit(value=True),
        "overlaps": pl.lit(value=False),
    } | {name: pl.lit(None) for name in unknown}
    besides = jobs[first].with_columns(
        each.cast(jobs.schema[name]).alias(name) for name, each in given.items()
    )
    rows = np.arange(jobs.height)
    order = np.lexsort((np.r_[rows, jobs.height + np.arange(len(first))], np.r_[rows, last]))
    made = pl.concat([jobs, besides])[order]
    like, extra = np.r_[rows, first][order], order >= jobs.height
    told, out = (
        made["need"]
        .replace_strict({need: getattr(each, name) for need, each in needs.items()}, default=0)
        .cast(pl.Int64)
        .to_numpy()
        for name in ("told", "out")
    )
    stands = replace(baseline.stands, of_job=baseline.stands.of_job[like])
    asked = replace(baseline.asked, jobs=made.select(baseline.asked.jobs.columns), besides=needs)
    # What recorded drives took beside the law is drawn for them as near home: they go nowhere else.
    bands = np.where(extra, 0, baseline.bands[like])
    also = AlsoSent(baseline, like, extra, told, out)
    return replace(baseline, asked=asked, bands=bands, redrawn=Redrawn(made, stands), also=also)


def on_duty(
    extra: NDArray[np.bool_],
    need: NDArray[np.int64],
    ready: NDArray[np.int64],
    meets: NDArray[np.bool_],
    on: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Leave out the jobs that are besides for which nobody is on duty when they are asked for; shape (jobs,)."""
    kept = np.ones(len(extra), np.bool_)
    rows = np.flatnonzero(extra)
    hour = ready[rows] // _HOUR % on.shape[1]
    kept[rows] = (meets[:, need[rows]] & on[:, hour]).any(axis=0)
    return kept


def gone_to(outcomes: Outcomes) -> tuple[Gone, ...]:
    """Say of each site whose crews were sent besides what came of it, in order of site."""
    jobs, runs = outcomes.jobs, len(outcomes.runs)
    if not outcomes.besides:
        return ()
    number = jobs["incident_id"].rle_id().to_numpy()
    mine = ~jobs["need"].is_in(list(outcomes.besides)).to_numpy() & jobs["arrives"].to_numpy()
    firsts: list[NDArray[np.float64]] = []
    alls: list[NDArray[np.float64]] = []
    for run in outcomes.runs:
        for made, counted in ((firsts, mine), (alls, jobs["arrives"].to_numpy())):
            first = np.full(int(number.max()) + 1, np.inf)
            here = counted & (run.unit >= 0)
            np.minimum.at(first, number[here], run.arrived[here])
            made.append(first)
    found = []
    for need, each in outcomes.besides.items():
        rows = np.flatnonzero((jobs["need"] == need).to_numpy())
        gone = [rows[run.unit[rows] >= 0] for run in outcomes.runs]
        before, after = (
            np.concatenate([first[number[its]] for first, its in zip(made, gone, strict=True)])
            for made in (firsts, alls)
        )
        arrived = np.concatenate([run.arrived[its] for run, its in zip(outcomes.runs, gone, strict=True)])
        out = sum(int((run.free - run.told)[its].sum()) for run, its in zip(outcomes.runs, gone, strict=True))
        late = sum(int(((run.unit < 0) & (run.told > run.ready))[rows].sum()) for run in outcomes.runs)
        some = len(arrived) > 0
        found.append(
            Gone(
                each.site_id,
                each.service_id,
                str(jobs["service_id"][int(rows[0])]),
                float(len(rows)),
                len(arrived) / runs,
                float((arrived < before).mean()) if some else None,
                float(before.mean()) / _MINUTE if some else None,
                float(after.mean()) / _MINUTE if some else None,
                out / _HOUR / runs,
                late / runs,
            )
        )
    return tuple(sorted(found, key=lambda gone: (gone.site_id, gone.service_id, gone.calls_of)))


def said_of(outcomes: Outcomes) -> tuple[str, ...]:
    """Say which sites' crews were sent besides, how often, and what was left out."""
    said = []
    for each in gone_to(outcomes):
        left = f", and at {each.late:,.1f} somebody set off late and is not counted" if each.late else ""
        rest = f"; at the others nobody was free{left}" if each.gone < each.called else ""
        said.append(
            f"crews of {each.site_id} are sent besides to calls of {each.calls_of} near it: to {each.gone:,.1f} of "
            f"{each.called:,.0f} in a run{rest}"
        )
    return tuple(said)
