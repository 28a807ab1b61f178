"""Clocks that disagree: how long one service's records stand after those of another at the same place and time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.patterns.moments import DAY, MINUTE, SECOND, Moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area.queries import Findings

_SQUARE = 300.0
"""Metres: two records in one square are near each other."""
_REACH = 180
_FAR = 100
"""Minutes: pairs of up to ``_REACH`` are looked at, and beyond ``_FAR`` all are taken for chance."""
_PEAK = 90
_WINDOW = 5
_AROUND = 4.0
_LEAST_EXCESS = 30
_LEAST_SIGNAL = 8.0
_REPORTED = 3.0
"""Minutes that both ends of the interval must be beyond: a call is passed from room to room within fewer."""
_HOUR_WITHIN = 5.0
_COARSEST = 5
_MOST_RECORDS = 400_000
_MOST_PAIRS = 4_000_000
_MOST_SERVICES = 8
_LEAST_RECORDS = 200


@dataclass(frozen=True)
class Offset:
    """Minutes by which the second service's records stand after the first's, with a 95 % interval."""

    minutes: float
    low: float
    high: float
    pairs: float
    """Pairs beyond those that chance explains."""


def note_agreement(
    moments: Moments, grids: Mapping[str, int], default: pl.DataFrame, found: Findings
) -> None:
    """Note pairs of services whose clocks may disagree, and those one hour apart in one season alone.

    Args:
        moments: the incidents.
        grids: minutes between the marks of each service's clock; one that is too coarse is not compared.
        default: default places, whose records are near each other by chance alone.
        found: where it is noted.
    """
    if not moments.by_service:
        return
    placed = _thinned(moments).filter(pl.col("x").is_not_null())
    placed = placed.join(default, on=["x", "y"], how="anti")
    sizes = placed["service_id"].value_counts().sort(["count", "service_id"], descending=[True, False])
    services = [
        service
        for service, size in sizes.head(_MOST_SERVICES).iter_rows()
        if size >= _LEAST_RECORDS and grids.get(service, 0) <= _COARSEST
    ]
    if len(services) < 2:
        return
    laid = placed.with_columns(
        _squares(placed),
        at=(pl.col("instant") - pl.col("instant").min()) // SECOND,
        # Minutes by which clocks are put forward.
        forward=((pl.col("wall") - pl.col("instant")) // MINUTE),
    )
    by_service = {
        service: laid.filter(pl.col("service_id") == service).sort("square", "at") for service in services
    }
    for one, other in combinations(sorted(services), 2):
        grid = max(grids.get(one, 0), grids.get(other, 0))
        _note_pair(one, other, by_service[one], by_service[other], grid, found)


def _note_pair(
    one: str, other: str, first: pl.DataFrame, second: pl.DataFrame, grid: int, found: Findings
) -> None:
    """Note how far apart two services' clocks seem to be, if they do."""
    gaps, forward = _gaps(first, second)
    seasons = {
        each: offset
        for each in np.unique(forward).tolist()
        if (offset := offset_of(gaps[forward == each], grid)) is not None
    }
    if len(seasons) > 1:
        winter, summer = seasons[min(seasons)], seasons[max(seasons)]
        change = summer.minutes - winter.minutes
        if abs(abs(change) - 60) <= _HOUR_WITHIN:
            found.note(
                "received_at",
                f"{one} and {other}: one hour apart in one season and not in the other, as when one of them does not "
                f"follow the change of clocks: '{other} is {_later(winter)} in winter and {_later(summer)} in summer'",
                "used as given",
                second["row"].head(0),
            )
            return
    offset = offset_of(gaps, grid)
    if offset is None or min(abs(offset.low), abs(offset.high)) < _REPORTED or offset.low * offset.high <= 0:
        return
    hour = abs(abs(offset.minutes) - 60) <= _HOUR_WITHIN
    problem = "one hour apart, as when one is told in another zone" if hour else "clocks that may disagree"
    found.note(
        "received_at",
        f"{one} and {other}: {problem}: '{other} is {_later(offset)}, in about {offset.pairs:,.0f} pairs at one place'",
        "used as given; no time was moved",
        second["row"].head(0),
    )


def offset_of(gaps: NDArray[np.float64], grid: int = 0) -> Offset | None:
    """Estimate by how many minutes one clock is ahead from signed gaps of near pairs, in minutes.

    Chance pairs are as many at every gap: their number is taken from far gaps. What is left piles up where the two
    clocks show the same moment; its middle, within four minutes of the densest five, is the offset. The interval is
    that of a median among as many pairs, chance included, and half a mark of the coarser clock wider.

    Returns:
        None where the pile is no more than chance.
    """
    counts, edges = np.histogram(gaps, bins=2 * _REACH, range=(-_REACH, _REACH))
    centre = (edges[:-1] + edges[1:]) / 2
    chance = float(counts[np.abs(centre) >= _FAR].mean())
    piled = np.convolve(counts, np.ones(_WINDOW), mode="same")
    piled[np.abs(centre) > _PEAK] = 0
    peak = int(piled.argmax())
    excess = piled[peak] - _WINDOW * chance
    if excess < _LEAST_EXCESS or excess < _LEAST_SIGNAL * np.sqrt(_WINDOW * chance + 1):
        return None
    near = np.sort(gaps[np.abs(gaps - centre[peak]) <= _WINDOW / 2 + _AROUND])
    # How many more than chance lie below each gap.
    left = centre[peak] - _WINDOW / 2 - _AROUND
    beyond = np.arange(1, len(near) + 1) - chance * (near - left)
    total = len(near) - chance * (_WINDOW + 2 * _AROUND)
    spread = 1.96 * np.sqrt(len(near)) / 2
    middle, low, high = (
        float(near[min(int(np.searchsorted(np.maximum.accumulate(beyond), each)), len(near) - 1)])
        for each in (total / 2, total / 2 - spread, total / 2 + spread)
    )
    return Offset(middle, low - grid / 2, high + grid / 2, total)


def _gaps(first: pl.DataFrame, second: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give the minutes from each record of one service to those of another in its square, and the first's clock."""
    reach = _REACH * 60
    ends = [int(each["at"].to_numpy().max(initial=0)) for each in (first, second)]
    stride = max(ends) + 3 * reach
    own = first["square"].cast(pl.Int64).to_numpy() * stride + first["at"].to_numpy()
    others = second["square"].cast(pl.Int64).to_numpy() * stride + second["at"].to_numpy()
    start = np.searchsorted(others, own - reach)
    number = np.searchsorted(others, own + reach, side="right") - start
    if (every := -(-int(number.sum()) // _MOST_PAIRS)) > 1:
        own, start, number = own[::every], start[::every], number[::every]
    forward = first["forward"].to_numpy()[:: max(every, 1)]
    within = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
    gaps = (others[np.repeat(start, number) + within] - np.repeat(own, number)) / 60
    return gaps, np.repeat(forward, number)


def _squares(placed: pl.DataFrame) -> pl.Series:
    """Number the squares in which the records lie."""
    column, line = (np.floor(placed[each].to_numpy() / _SQUARE).astype(np.int64) for each in ("x", "y"))
    return pl.Series("square", np.unique(column * (1 << 32) + line, return_inverse=True)[1])


def _thinned(moments: Moments) -> pl.DataFrame:
    """Keep whole weeks, evenly spread, so that no more records are left than can be looked at quickly."""
    every = -(-sum(own.height for _, own in moments.by_service) // _MOST_RECORDS)
    kept = (pl.col("wall") // (7 * DAY)) % every == 0
    return pl.concat(
        own.filter(kept).with_columns(service_id=pl.lit(service)) for service, own in moments.by_service
    )


def _later(offset: Offset) -> str:
    side = "later" if offset.minutes >= 0 else "earlier"
    low, high = sorted((abs(offset.low), abs(offset.high))) if offset.low * offset.high > 0 else (0.0, 0.0)
    within = f" ({low:.1f} to {high:.1f})" if high else ""
    return f"{abs(offset.minutes):.1f} minutes {side}{within}"
