"""How long each ground has nobody within reach: the minutes in which every unit that could come in time is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.assumptions import Assumption, Grade
from joinedup.response.arranging import breaks_into_breaks, crews_of, stands_by_hour
from joinedup.response.driven import unnamed
from joinedup.response.outcomes import HOURS_OF_WEEK
from joinedup.response.playing import turnouts
from joinedup.response.rostering import able
from joinedup.response.standards import ARRIVAL
from joinedup.travel import BANDS, OF_HOUR, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from joinedup.response.outcomes import Outcomes, Run
    from joinedup.response.replaying import Baseline
    from joinedup.response.standards import Standard

STEP_MINUTES = 5
"""Cover is looked at so often; a gap that opens and closes in between is not seen."""
_HOUR, _STEP = 3_600_000, STEP_MINUTES * 60_000
_AT_ONCE = 20_000

COVER = {
    kind: Assumption(
        name=f"response.cover.{kind}",
        sentence=f"Minutes from a call to a {kind} service's first arrival within which a ground counts as covered, "
        "where no standard says so.",
        unit="minutes",
        low=low,
        central=central,
        high=high,
        source="judgement: what services of this kind most often set themselves",
        grade=Grade.JUDGEMENT,
    )
    for kind, (low, central, high) in {
        "police": (10, 15, 20),
        "fire": (8, 10, 15),
        "ambulance": (7, 8, 15),
        "other": (10, 15, 30),
    }.items()
}
ASSUMPTIONS = tuple(COVER.values())


def uncovered(outcomes: Outcomes, baseline: Baseline, standards: tuple[Standard, ...]) -> pl.DataFrame:
    """Sum up for each ground the minutes in which nobody could be there in time.

    A ground is looked at from the middle (the median) of its incidents. Whoever is on duty and not out counts as at home, or
    where it stands by in that hour, also while still on the way there; a vehicle whose crew is out with another is out. A crew
    on its break counts where the service's most urgent calls break into breaks, and nowhere else; nobody has one after the
    last call. Each unit is held to its own crew's mean turnout and its drive together, so that who else there is never takes
    cover away.

    Returns:
        service_id, ground, limit (minutes from call to arrival), limit_from (a standard's name, or the assumption's), left
        (minutes of it for turning out and driving), minutes (of the period and a run) and share of the period; and of those
        minutes out_of_reach, in which nobody could be there though everybody on duty were at home or where they stand by, and
        while_out, in which somebody could be but was out.
    """
    rows = []
    # Hours in which everybody stands in the same places are looked at together.
    stands, stand_of_hour = np.unique(
        stands_by_hour(outcomes.area, outcomes.units), axis=0, return_inverse=True
    )
    stand_of_hour = stand_of_hour.reshape(-1)
    for service in outcomes.area.services:
        jobs = outcomes.jobs.filter(
            (pl.col("service_id") == service)
            & pl.col("ground").is_not_null()
            & ~pl.col("need").is_in(list(outcomes.besides))
        )
        if jobs.is_empty():
            continue
        need = (
            jobs.filter(pl.col("ordinal") == 0)
            .group_by("need")
            .len()
            .sort("len", "need", descending=[True, False])
        )
        if need.is_empty():
            continue
        first_need = str(need["need"][0])
        pool = baseline.asked.pools[first_need]
        law = baseline.laws[pool]
        limit, limit_from = _limit(baseline, standards, service, jobs)
        left = max(limit - _asked_for(outcomes, service), 0.0)
        grounds = jobs.group_by("ground").agg(pl.col("x", "y").median()).sort("ground")
        can = able(outcomes.units, baseline.asked, [first_need])[:, 0]
        turnout = turnouts(baseline, outcomes.units) / 60_000
        middles = Places.of(grounds, "ground")
        # Where everybody stands, and how long drives take, in each kind of hours that the week has.
        band_of_hour = OF_HOUR if law.by_hour else np.zeros(HOURS_OF_WEEK, np.int64)
        kinds, kind_of_hour = np.unique(stand_of_hour * len(BANDS) + band_of_hour, return_inverse=True)
        reach = []
        for stand, band in zip(*np.divmod(kinds, len(BANDS)), strict=True):
            minutes = law.between(unnamed(*stands[stand].T), middles, int(band) if law.by_hour else None)
            reach.append(((turnout[:, None] + minutes <= left) & can[:, None]).astype(np.float32))
        resting = not breaks_into_breaks(outcomes.area, jobs.filter(pl.col("pool") == pool))
        bare = np.zeros(grounds.height)
        steps = int(outcomes.length // _STEP)
        hours = (outcomes.window[0] + np.arange(steps) * _STEP) // _HOUR % HOURS_OF_WEEK
        reached = np.array(
            [
                outcomes.on[:, hour].astype(np.float32) @ reach[kind] >= 0.5
                for hour, kind in enumerate(kind_of_hour.reshape(-1).tolist())
            ]
        )
        never = (np.bincount(hours, minlength=HOURS_OF_WEEK) @ ~reached) * float(STEP_MINUTES)
        for run in outcomes.runs:
            for free, hour in _free(outcomes, run, steps, resting=resting):
                for number, within in enumerate(reach):
                    here = free[kind_of_hour[hour] == number].astype(np.float32)
                    bare += (here @ within < 0.5).sum(axis=0)
        minutes = bare / len(outcomes.runs) * STEP_MINUTES
        named = zip(grounds["ground"].to_list(), minutes.tolist(), never.tolist(), strict=True)
        for ground, each, away in named:
            share = each / (steps * STEP_MINUTES)
            rows.append((service, ground, limit, limit_from, left, each, share, away, each - away))
    figures = ("left", "minutes", "share", "out_of_reach", "while_out")
    schema = {"service_id": pl.String, "ground": pl.String, "limit": pl.Float64, "limit_from": pl.String}
    schema |= dict.fromkeys(figures, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _limit(
    baseline: Baseline, standards: tuple[Standard, ...], service: str, jobs: pl.DataFrame
) -> tuple[float, str]:
    """Give the shortest limit on arrival that any of a service's jobs is held to, else what was declared.

    A limit on the mean is no time to be there in, as half of all arrivals may come after it: one on a share or a centile goes
    before it.
    """
    kind = baseline.area.kind_of(service)
    held = [
        (each.measure == "mean", each.limit, each.name)
        for each in standards
        if each.holds_for(service, kind)
        and each.limit is not None
        and each.clock == ARRIVAL
        and not jobs.filter(each.is_of()).is_empty()
    ]
    if held:
        return min(held)[1:]
    declared = baseline.assumptions[COVER[kind].name]
    return declared.central, declared.name


def _asked_for(outcomes: Outcomes, service: str) -> float:
    """Give the median minutes from a most urgent call until its first unit is asked for."""
    first = (pl.col("service_id") == service) & (pl.col("ordinal") == 0)
    mine = outcomes.jobs.with_row_index("row").filter(first)
    rows = mine.filter(pl.col("urgency") == mine["urgency"].min())["row"].to_numpy()
    return float(np.median(np.concatenate([run.ready[rows] for run in outcomes.runs]))) / 60_000


def _free(
    outcomes: Outcomes, run: Run, steps: int, *, resting: bool
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.int64]]]:
    """Say at each moment that is looked at which units are on duty and not out, and its hour of the week; some at a time.

    With ``resting`` a unit on its break is out.
    """
    went = run.unit >= 0
    received = outcomes.jobs["received"].to_numpy()[went]
    start = outcomes.window[0]
    count = outcomes.units.height
    change = np.zeros((steps + 1, count), np.int16)
    stamps = [
        (received + run.since[went], run.unit[went], 1),
        (received + run.free[went], run.unit[went], -1),
    ]
    if resting:
        unit, begun, over = run.spells.T
        # A break that was not over when the play was is over after the period.
        stamps += [(begun, unit, 1), (np.where(over < 0, 2**60, over), unit, -1)]
    for at, unit, by in stamps:
        moment = -((start - at) // _STEP)
        np.add.at(change, (np.clip(moment, 0, steps), unit), by)
    shared = crews_of(outcomes.units, outcomes.area)
    crews = (
        [] if shared is None else [np.flatnonzero(shared.of == each) for each in range(len(shared.at_once))]
    )
    out = np.zeros(count, np.int16)
    for begin in range(0, steps, _AT_ONCE):
        number = np.arange(begin, min(begin + _AT_ONCE, steps))
        busy = change[number].cumsum(axis=0, dtype=np.int16) + out
        out = busy[-1]
        hour = (start + number * _STEP) // _HOUR % HOURS_OF_WEEK
        away = busy > 0
        if shared is not None:
            for its, at_once in zip(crews, shared.at_once, strict=True):
                away[:, its] |= away[:, its].sum(axis=1, keepdims=True) >= at_once
        yield ~away & outcomes.on[:, hour].T, hour
