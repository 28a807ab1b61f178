"""Days on which a service has no records, or far fewer than its weekday leads to expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.area.patterns.moments import DAY, Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.area.queries import Findings

_LEAST_WEEKS = 4
_EITHER_SIDE = 4
"""Weeks before and after a day of which its own weekday's records are looked at."""
_RARE = 1e-3
"""How seldom a service without a fault may be named, over all of its days."""
_HALF = 0.5
_MOSTLY = 0.75
_CERTAIN = 700.0
"""Beyond this exponent a chance is nothing to a computer."""
_SHOWN = 6


def note_volumes(moments: Moments, found: Findings) -> None:
    """Note the days of each service that have no records, or far fewer than they should."""
    if not moments.by_service:
        return
    first, last = moments.days
    if last - first + 1 < 7 * _LEAST_WEEKS:
        return
    length = last - first + 1
    held = []
    for service, own in moments.by_service:
        day = own["wall"].to_numpy() // DAY - first
        on = np.where((day >= 0) & (day < length), day, length)
        held.append((service, own, on, missing_days(np.bincount(on, minlength=length)[:length])))
    # A day that was thin for one service is looked at more closely for the others: a failure seldom stops at one.
    suspected = np.any([each.thin for *_, each in held], axis=0)
    for service, own, on, days in held:
        thin = days.thin | (days.quiet & suspected)
        if days.absent.any():
            found.note(
                "received_at",
                f"{service}: no records on whole days, {_days(days.absent, first)}: "
                f"'about {days.expected[days.absent].sum():,.0f} expected'",
                "used as given; these days count as days without incidents",
                own["row"].head(0),
            )
        if thin.any():
            rows = own["row"].filter(pl.Series(np.append(thin, [False])[on]))
            found.note(
                "received_at",
                f"{service}: far fewer records than the weekday leads to expect, {_days(thin, first)}: "
                f"'{len(rows):,} where about {days.expected[thin].sum():,.0f} are expected'",
                "used as given",
                rows,
            )


@dataclass(frozen=True)
class Days:
    """What was found of each day: no records, too few for chance, few, and how many it should have."""

    absent: NDArray[np.bool_]
    thin: NDArray[np.bool_]
    quiet: NDArray[np.bool_]
    expected: NDArray[np.float64]


def missing_days(counts: NDArray[np.int64]) -> Days:
    """Find the days without records, and those with under half of what they should have.

    What a day should have is the median of the same weekday within four weeks. A bank holiday is like a Sunday, so a day
    is held to the least of the week about it. A service with fault-free, independent days is named once in a thousand
    times; days that are more uneven than that are allowed for as far as the middle of them shows it. The first and the
    last day may be cut short, so that they are never called thin.

    Args:
        counts: the records of each day, in order.
    """
    days = len(counts)
    absent = np.zeros(days, dtype=bool)
    some = counts > 0
    if not some.any():
        return Days(absent, absent, absent, np.zeros(days))
    usual = np.array([_median(counts[each::7][some[each::7]]) for each in range(7)])[np.arange(days) % 7]
    uneven = _unevenness(counts[some], _should(np.where(some, counts, np.nan))[some])
    has = np.array([some[each::7].mean() for each in range(7)])[np.arange(days) % 7]
    # A weekday that seldom has records is not missing when it has none; one that mostly has them is taken to have them.
    has[has >= _MOSTLY] = 1.0
    for start, end in _runs(~some):
        at = np.arange(start, end)
        none = np.exp(-np.minimum(usual[at] / uneven, _CERTAIN))
        absent[at] = np.log(none + (1 - has[at]) * (1 - none)).sum() < np.log(_RARE / days)
    should = _should(np.where(absent, np.nan, counts))
    least = scipy.ndimage.minimum_filter1d(np.where(np.isnan(should), np.inf, should), 7)
    held = np.where(np.isnan(should) | np.isinf(least), 0.0, least)
    fewer = scipy.special.pdtr(counts / uneven, held / uneven)
    few = (counts < _HALF * held) & ~absent
    few[[0, -1]] = False
    return Days(
        absent,
        few & (fewer < _RARE / days),
        few & (fewer < _RARE),
        np.where(np.isnan(should), usual, should),
    )


def _should(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the median of the same weekday within four weeks either side, that day itself left out."""
    weeks = -(-len(counts) // 7)
    padded = np.full((weeks + 2 * _EITHER_SIDE, 7), np.nan)
    padded[_EITHER_SIDE : _EITHER_SIDE + weeks].flat[: len(counts)] = counts
    others = [each for each in range(2 * _EITHER_SIDE + 1) if each != _EITHER_SIDE]
    around = np.stack([padded[each : each + weeks] for each in others])
    empty = np.isnan(around).all(axis=0)
    around[0][empty] = 0.0
    medians = np.nanmedian(around, axis=0)
    medians[empty] = np.nan
    return np.asarray(medians.flat[: len(counts)])


def _unevenness(counts: NDArray[np.int64], should: NDArray[np.float64]) -> float:
    """Give how many times more uneven the days are than chance alone, at least 1, from the middle of them."""
    good = should > 0
    if not good.any():
        return 1.0
    squares = (counts[good] - should[good]) ** 2 / should[good]
    # The mean of the lower nine tenths of a squared normal is 0.72.
    return max(1.0, float(np.sort(squares)[: max(1, int(0.9 * len(squares)))].mean()) / 0.72)


def _median(counts: NDArray[np.int64]) -> float:
    return float(np.median(counts)) if len(counts) else 0.0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the first and the one past the last of every run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _days(mask: NDArray[np.bool_], first: int) -> str:
    """Say which days, as runs."""
    start = date(1970, 1, 1) + timedelta(days=first)
    runs = _runs(mask)
    words = [
        f"{start + timedelta(days=one)}"
        + (f" to {start + timedelta(days=past - 1)}" if past - one > 1 else "")
        for one, past in runs[:_SHOWN]
    ]
    more = int(sum(past - one for one, past in runs[_SHOWN:]))
    return ", ".join(words) + (f" and {more} more" if more else "")
