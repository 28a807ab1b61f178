"""Whether what was recorded and what was played meet a standard: the figure, its 95 % interval, and whether one can tell (§3.5).

What decides is the interval and not the figure: a standard is met where all of the interval keeps it, not met where none of it
does, and otherwise nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from joinedup.response.calibrating import Calibration
    from joinedup.response.outcomes import Outcomes
    from joinedup.response.standards import Standard

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

ARRIVAL = ("received_at", "first arrival")
ANSWER = ("connected_at", "answered_at")
ANYBODY, SENT_BY_IT = "anybody", "whoever the service sends"
LEAST_RECORDS = 10
"""Fewer incidents or calls are not judged, and a group of fewer is left out."""
_TAIL = 0.975
_MINUTE = 60_000


class Met(StrEnum):
    """Whether a standard is met; cannot tell is neither."""

    MET = "met"
    NOT_MET = "not met"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Held:
    """A figure held to a standard: of how many records in a run, with its 95 % interval, None where an end is not known."""

    records: float
    level: float | None
    low: float | None
    high: float | None
    met: Met | None


def held(minutes: Floats, cluster: Integers, standard: Standard) -> Held:
    """Hold minutes, of shape (runs, records), to a standard; not a number is not counted, infinite never came in time.

    ``cluster`` says which records are of one hour, shape (records,): the interval is from how such hours differ, because the
    waits of one busy hour rise together. That of a 90th centile lies between the values below which so many more or fewer lie
    (Woodruff, 1952).
    """
    runs = max(len(minutes), 1)
    counted = ~np.isnan(minutes) if standard.measure != "mean" else np.isfinite(minutes)
    count = int(counted.sum())
    if standard.limit is None or not count:
        return Held(count / runs, None, None, None, None)
    of = np.unique(cluster[counted.any(axis=0)])
    number = np.searchsorted(of, cluster).clip(max=len(of) - 1)

    def level_of(kept: Floats | NDArray[np.bool_]) -> tuple[float, float]:
        """Give a ratio of sums over hours, and what a 97.5th centile of its error is beside it."""
        top, base = (
            np.bincount(number, np.where(counted, each, 0).sum(axis=0), len(of)) for each in (kept, counted)
        )
        level = float(top.sum() / base.sum())
        if len(of) < 2:
            return level, np.inf
        error = np.sqrt(((top - level * base) ** 2).sum() * len(of) / (len(of) - 1)) / base.sum()
        return level, float(scipy.special.stdtrit(len(of) - 1, _TAIL) * error)

    records = count / runs
    if standard.measure == "mean":
        level, wide = level_of(minutes)
        low, high = level - wide, level + wide
    elif standard.measure == "share":
        # A limit of ten seconds includes the tenth, whatever a third of a minute is in binary.
        level, wide = level_of(minutes <= standard.limit + 1e-9)
        low, high = max(level - wide, 0.0), min(level + wide, 1.0)
        # Where all were alike, one in twenty such samples would have one that was not (three in all).
        low = min(low, max(1 - 3 / records, 0.0)) if level == 1 else low
        high = max(high, min(3 / records, 1.0)) if level == 0 else high
    else:
        values = np.sort(minutes[counted])
        level = _centile(values, 0.9)
        chance = scipy.special.stdtrit(max(len(of) - 1, 1), _TAIL) * np.sqrt(0.09 / records)
        wide = max(level_of(minutes <= level)[1], float(chance))
        low, high = _centile(values, max(0.9 - wide, 0.0)), _centile(values, 0.9 + wide)
    if records < LEAST_RECORDS or not np.isfinite(level):
        return Held(records, _known(level), None, None, Met.CANNOT_TELL)
    return Held(records, level, _known(low), _known(high), _met(low, high, standard))


def _centile(values: Floats, share: float) -> float:
    """Give a centile between the two values beside it, infinite beyond the greatest."""
    if share >= 1:
        return np.inf
    place = share * (len(values) - 1)
    below, part = values[int(place)], place - int(place)
    return float(below if not part else below + part * (values[int(place) + 1] - below))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _met(low: float, high: float, standard: Standard) -> Met:
    if standard.measure == "share":
        share = standard.share or 0.0
        kept, missed = low >= share, high < share
    else:
        assert standard.limit is not None
        kept, missed = high <= standard.limit, low > standard.limit
    return Met.MET if kept else Met.NOT_MET if missed else Met.CANNOT_TELL


def against(
    outcomes: Outcomes,
    standards: Sequence[Standard],
    by: Sequence[str] = (),
    compared: Calibration | None = None,
) -> pl.DataFrame:
    """Hold a played period to its standards, each service as a whole or by some of hour, ground and cell.

    ``compared`` says for which services the model is outside its tolerance. Where rooms were played, an arrival is counted from
    when the service's own clock starts, and calls as they were answered in play.

    Returns:
        the columns of ``by``, service_id, standard, clock, stopped_by, measure, limit (minutes), share, records (incidents
        played, a run, or calls recorded), reached with reached_low and reached_high (minutes, or the share within it; 95 %),
        recorded with its own low and high (the same for what happened), met_recorded and met_played (met, not met, cannot tell),
        off (whether the model is outside its tolerance for the service, null where that is not known), source and note (what a
        reader should know of the standard besides); nulls where nothing can be measured. With ``by``, groups of fewer than ten
        records are left out.
    """
    outside = None if compared is None else compared.outside
    area, rows = outcomes.area, []
    for service in area.services:
        for each in standards:
            if not each.holds_for(service, area.kind_of(service)):
                continue
            found = (_answering if each.clock == ANSWER else _arriving)(outcomes, service, each, by)
            for key, played, happened in found:
                records = played.records if each.clock == ARRIVAL else happened.records
                if by and records < LEAST_RECORDS:
                    continue
                rows.append(
                    (
                        *key,
                        *(service, each.name, f"{each.clock[0]} to {each.clock[1]}", each.stopped_by),
                        *(each.measure, each.limit, each.share, records),
                        *(played.level, played.low, played.high),
                        *(happened.level, happened.low, happened.high, happened.met, played.met),
                        *(None if outside is None else service in outside, each.source, each.note),
                    )
                )
    kinds = {"hour": pl.Int64}
    text = dict.fromkeys(("service_id", "standard", "clock", "stopped_by", "measure"), pl.String)
    names = ("limit", "share", "records", "reached", "reached_low", "reached_high")
    figures = dict.fromkeys((*names, "recorded", "recorded_low", "recorded_high"), pl.Float64)
    schema = {each: kinds.get(each, pl.String) for each in by} | text | figures
    verdicts = {
        "met_recorded": pl.String,
        "met_played": pl.String,
        "off": pl.Boolean,
        "source": pl.String,
        "note": pl.String,
    }
    return pl.DataFrame(rows, schema={**schema, **verdicts}, orient="row")


def _grouped(rows: pl.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[object, ...], Integers]]:
    """Give each group's key and its rows, in order; one of all without ``by``. What has no key is in no group."""
    if not by:
        yield (), np.arange(rows.height)
        return
    groups = rows.with_row_index("place").drop_nulls(list(by)).group_by(list(by)).agg("place").sort(list(by))
    for *key, its in groups.iter_rows():
        yield tuple(key), np.array(its, np.int64)


def _hours(at: pl.Expr) -> pl.Expr:
    """Number the hours in which things happened, days apart."""
    return (at.dt.replace_time_zone(None).dt.truncate("1h").rank("dense").fill_null(0) - 1).cast(pl.Int64)


def _arriving(
    outcomes: Outcomes, service: str, standard: Standard, by: Sequence[str]
) -> Iterator[tuple[tuple[object, ...], Held, Held]]:
    counted = _stopping(outcomes, service, standard)
    places = outcomes.places.with_columns(_hours(pl.col("received_at")).alias("cluster"))
    here = places.select((pl.col("service_id") == service) & standard.is_of()).to_series().to_numpy()
    mine = places.filter(pl.Series(here))
    came = outcomes.who_came(lambda _: counted).first[:, here]
    first = np.where(came >= 0, came / _MINUTE, np.nan)
    happened = (
        outcomes.jobs.filter(pl.Series(counted) & pl.col("arrival").is_not_null())
        .group_by("incident_id")
        .agg(pl.col("arrival").min() / _MINUTE)
    )
    own = mine.join(happened, on="incident_id", how="left", maintain_order="left")
    recorded = own["arrival"].fill_null(np.nan).to_numpy()[None, :]
    if outcomes.heard:
        first = first - np.array([_starts(mine, heard["incident_id", "clock"]) for heard in outcomes.heard])
        received = outcomes.area.table("incidents").select(
            "incident_id", pl.col("received_at").alias("stamp")
        )
        later = (pl.col("stamp") - pl.col("received_at")).dt.total_milliseconds() / _MINUTE
        as_stamped = mine.join(received, on="incident_id", how="left").select(
            "incident_id", later.alias("clock")
        )
        recorded = recorded - _starts(mine, as_stamped)
    cluster = mine["cluster"].to_numpy()
    for key, its in _grouped(mine, by):
        yield (
            key,
            held(first[:, its], cluster[its], standard),
            held(recorded[:, its], cluster[its], standard),
        )


def _starts(mine: pl.DataFrame, clock: pl.DataFrame) -> Floats:
    """Give the minutes after connecting at which the service's own clock starts for each incident, 0 where it has no call."""
    starts = mine.select("incident_id").join(clock, on="incident_id", how="left", maintain_order="left")
    return starts["clock"].fill_null(0.0).to_numpy()


def _stopping(outcomes: Outcomes, service: str, standard: Standard) -> NDArray[np.bool_]:
    """Say which jobs' arrivals stop the clock; shape (jobs,).

    Those that the service sends are to needs that its own units meet, whoever goes in their place, and to those besides.
    """
    arrives = outcomes.jobs["arrives"].to_numpy()
    if standard.stopped_by == ANYBODY:
        return arrives
    need, owners = outcomes.jobs["need"], outcomes.units["service_id"].to_numpy()
    its = set(outcomes.besides)
    for run in outcomes.runs:
        mine = (run.unit >= 0) & (owners[np.maximum(run.unit, 0)] == service)
        its |= set(need.filter(pl.Series(mine)).unique())
    counted: NDArray[np.bool_] = arrives & need.is_in(sorted(its)).to_numpy()
    return counted


def _answering(
    outcomes: Outcomes, service: str, standard: Standard, by: Sequence[str]
) -> Iterator[tuple[tuple[object, ...], Held, Held]]:
    """Hold the answering of calls: what was played where rooms were, and what happened.

    Whoever was never answered and hung up after the limit was answered late; who hung up sooner is not counted, as in
    ``rooms.judging``, nor is a call of which neither is known.
    """
    if set(by) - {"hour"}:
        return
    limit = standard.limit or np.inf
    calls = _of_calls(outcomes.area.table("calls"), service, standard)
    since = (pl.col(each) - pl.col("connected_at") for each in ("answered_at", "ended_at"))
    waited, ended = (
        calls.select(each.dt.total_milliseconds() / _MINUTE).to_series().fill_null(np.nan).to_numpy()
        for each in since
    )
    recorded = np.where(np.isnan(waited) & (ended > limit), np.inf, waited)[None, :]
    if not np.isfinite(recorded).any():
        # A service that stamps no answers says nothing of them.
        recorded = np.full_like(recorded, np.nan)
    mine = outcomes.calls_heard
    played = None if mine is None else _of_calls(mine.calls, service, standard)
    of_played = {} if played is None else dict(_grouped(played, by))
    nothing = Held(0.0, None, None, None, None)
    for key, its in _grouped(calls, by):
        its_played = nothing
        if mine is not None and played is not None and key in of_played:
            rows = of_played[key]
            attempts = mine.minutes(played["row"].to_numpy()[rows], limit)
            cluster = np.tile(played["cluster"].to_numpy()[rows], attempts.shape[1] // max(len(rows), 1))
            its_played = held(attempts, cluster, standard)
        yield key, its_played, held(recorded[:, its], calls["cluster"].to_numpy()[its], standard)


def _of_calls(calls: pl.DataFrame, service: str, standard: Standard) -> pl.DataFrame:
    """Give the calls that a standard is of, with their hour, the number of that hour and their row."""
    local = pl.col("connected_at").dt.replace_time_zone(None)
    return (
        calls.with_row_index("row")
        .filter(
            (pl.col("service_id") == service)
            & pl.col("kind").is_in(standard.calls)
            & local.dt.date().is_between(standard.starts, standard.ends or date.max)
        )
        .with_columns(
            local.dt.hour().cast(pl.Int64).alias("hour"), _hours(pl.col("connected_at")).alias("cluster")
        )
    )
