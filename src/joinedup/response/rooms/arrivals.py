"""When calls come: so many an hour of the week and a month of the year, on days that are busy or quiet as a whole (§3.1).

A line is the calls to one service, 999 or other. Its mean is a profile over the hours of the week times a factor for the month.
A day's multiplier is drawn from a gamma distribution, so that day totals vary as negative binomial numbers do: as much as those
of the study did. Busy days are shared between lines as far as they were. Times are on the local clock.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy

from joinedup.assumptions import stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

HOUR = 3_600_000
DAY = 24 * HOUR
HOURS_OF_WEEK = 168
_LEAST_DAYS = 14
"""A month of which fewer days were seen has no factor of its own."""


class Line(NamedTuple):
    """Calls to one service, by 999 or otherwise."""

    service: str
    urgent: bool

    @property
    def said(self) -> str:
        """The line in words."""
        return f"{self.service}, {'999' if self.urgent else 'other calls'}"


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Calls in order of time: the row of the line, ms of the local clock since a Monday's midnight, a number for its luck."""

    line: Integers
    moment: Integers
    name: NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Seen:
    """What was recorded of one line: ms since the Monday midnight before ``first``, over so many whole days."""

    moments: Integers
    first: date
    days: int


@dataclass(frozen=True, eq=False)
class Pattern:
    """The law of the calls of several lines.

    ``hourly`` has shape (lines, 168): calls an hour, from Monday midnight, in a middling month; ``season`` (lines, 12) the
    factor of each month; ``surge`` (lines,) the variance of a day's multiplier, whose mean is 1; ``together`` (lines, lines) how
    far the lines have their busy days together, as a correlation.
    """

    lines: tuple[Line, ...]
    hourly: Floats
    season: Floats
    surge: Floats
    together: Floats

    @classmethod
    def fitted(cls, lines: Sequence[Line], seen: Sequence[Seen]) -> Pattern:
        """Fit each line to what was recorded of it."""
        fits = [_fitted(each) for each in seen]
        together = np.eye(len(fits))
        surge = np.array([fit.surge for fit in fits])
        for one in range(len(fits)):
            for other in range(one):
                together[one, other] = together[other, one] = _together(fits[one], fits[other])
        return cls(
            tuple(lines),
            np.array([fit.hourly for fit in fits]).reshape(len(fits), HOURS_OF_WEEK),
            np.array([fit.season for fit in fits]).reshape(len(fits), 12),
            surge,
            _possible(together),
        )

    def made(self, monday: date, weeks: int, seed: int, run: int) -> Arrivals:
        """Draw the calls of so many weeks; each line and run has luck of its own, and the same whatever other lines there are."""
        days = weeks * 7
        months = np.array([(monday + timedelta(each)).month - 1 for each in range(days)])
        hours = np.arange(days * 24)
        luck = [self._stream(seed, "surge", line, run).standard_normal(days) for line in self.lines]
        shared = np.linalg.cholesky(self.together + 1e-12 * np.eye(len(luck))) @ np.array(luck)
        parts = []
        for row, line in enumerate(self.lines):
            busy = np.ones(days)
            if self.surge[row] > 0:
                shape = 1 / self.surge[row]
                busy = scipy.special.gammaincinv(shape, scipy.special.ndtr(shared[row])) / shape
            mean = self.hourly[row, hours % HOURS_OF_WEEK] * np.repeat(self.season[row, months] * busy, 24)
            chance = self._stream(seed, "calls", line, run)
            counts = chance.poisson(mean)
            moment = np.repeat(hours, counts) * HOUR + chance.integers(0, HOUR, int(counts.sum()))
            moment.sort()
            parts.append((np.full(len(moment), row), moment, _names(line.said, len(moment))))
        return _in_order(parts)

    def _stream(self, seed: int, what: str, line: Line, run: int) -> np.random.Generator:
        return stream(seed, "rooms", what, line.said, str(run))


def replayed(seen: Sequence[tuple[Line, Integers, Sequence[str]]]) -> Arrivals:
    """Give recorded calls again as they came: for each line its moments and the names of its calls, in any order."""
    parts = []
    for row, (_, moments, identifiers) in enumerate(seen):
        digests = b"".join(hashlib.blake2b(each.encode(), digest_size=8).digest() for each in identifiers)
        names = np.frombuffer(digests, np.dtype("<u8")).astype(np.uint64)
        parts.append((np.full(len(moments), row), np.asarray(moments, np.int64), names))
    return _in_order(parts)


def _in_order(parts: Sequence[tuple[Integers, Integers, NDArray[np.uint64]]]) -> Arrivals:
    line, moment, name = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((name, line, moment))
    return Arrivals(line[order], moment[order], name[order])


def _names(line: str, count: int) -> NDArray[np.uint64]:
    base = int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "little")
    return np.uint64(base) + np.arange(count, dtype=np.uint64)


class _Fit(NamedTuple):
    hourly: Floats
    season: Floats
    surge: float
    beyond: Floats
    """Day totals less what was expected, from ``start`` on."""
    expected: Floats
    start: date


def _fitted(seen: Seen) -> _Fit:
    offset = seen.first.weekday()
    dates = [seen.first + timedelta(each) for each in range(seen.days)]
    weekday = np.array([each.weekday() for each in dates], np.int64)
    month = np.array([each.month - 1 for each in dates], np.int64)
    day = seen.moments // DAY - offset
    inside = (day >= 0) & (day < seen.days)
    hour = seen.moments[inside] // HOUR % HOURS_OF_WEEK
    counts = np.bincount(hour, minlength=HOURS_OF_WEEK).astype(np.float64)
    totals = np.bincount(day[inside], minlength=seen.days).astype(np.float64)
    monthly: Floats = np.bincount(month, weights=totals, minlength=12).astype(np.float64)
    seen_days = np.bincount(month, minlength=12)
    own = seen_days >= _LEAST_DAYS

    # A profile of weekdays and factors of months, each given the other, until neither moves.
    season = np.ones(12)
    of_weekday = np.zeros(7)
    for _ in range(200):
        last = season
        exposed = np.bincount(weekday, weights=season[month], minlength=7)
        of_weekday = np.divide(
            np.bincount(weekday, weights=totals, minlength=7),
            exposed,
            out=np.zeros(7),
            where=exposed > 0,
        )
        expected: Floats = np.bincount(month, weights=of_weekday[weekday], minlength=12).astype(np.float64)
        season = np.where(own, _drawn_in(monthly, expected, own, 1), 1.0)
        if own.sum() < 2 or not totals.sum():
            season = np.ones(12)
        season[own] /= max(float((season * own)[month].sum()) / max(int(own[month].sum()), 1), 1e-12)
        if np.abs(season - last).max() < 1e-10:
            break

    # Each hour of the week is drawn in towards its weekday's share and its hour's, as far as chance alone explains it.
    by_hour = counts.reshape(7, 24).sum(axis=0)
    by_hour = by_hour / max(by_hour.sum(), 1.0)
    exposed = np.bincount(weekday, weights=season[month], minlength=7)
    plain = np.outer(of_weekday * exposed, by_hour).ravel()
    ratio = _drawn_in(counts, plain, plain > 0, 30)
    hourly = np.outer(of_weekday, by_hour).ravel() * ratio
    scale = counts.sum() / max(float((hourly.reshape(7, 24).sum(axis=1) * exposed).sum()), 1e-12)
    hourly *= scale

    mean = hourly.reshape(7, 24).sum(axis=1)[weekday] * season[month]
    beyond = totals - mean
    free = seen.days - (len(np.unique(weekday)) + int(own.sum()) - 1)
    surge = 0.0
    if free > 0 and mean.sum() > 0:
        spread = float((beyond**2).sum()) * seen.days / free
        surge = max((spread - float(mean.sum())) / float((mean**2).sum()), 0.0)
    return _Fit(hourly, season, surge, beyond, mean, seen.first)


def _drawn_in(counts: Floats, expected: Floats, used: NDArray[np.bool_], fitted: int) -> Floats:
    """Give counts beside what is expected, drawn in towards 1: the mean of a gamma law whose spread is what chance leaves.

    ``fitted`` is how many numbers ``expected`` took from the same counts.
    """
    here, there = counts[used], expected[used]
    cells = len(here)
    if cells <= fitted or not there.sum():
        return np.ones_like(counts)
    excess = float(((here - there) ** 2).sum()) * cells / (cells - fitted) - float(there.sum())
    if excess <= 0:
        return np.ones_like(counts)
    strength = float((there**2).sum()) / excess
    return (counts + strength) / (expected + strength)


def _together(one: _Fit, other: _Fit) -> float:
    """Give the correlation of two lines' day multipliers, over the days on which both were seen; 0 where either never varies."""
    if one.surge <= 0 or other.surge <= 0:
        return 0.0
    start = max(one.start, other.start)
    skip, miss = (start - one.start).days, (start - other.start).days
    days = min(len(one.beyond) - skip, len(other.beyond) - miss)
    if days < _LEAST_DAYS:
        return 0.0
    mine, theirs = slice(skip, skip + days), slice(miss, miss + days)
    shared = float((one.beyond[mine] * other.beyond[theirs]).sum())
    size = float((one.expected[mine] * other.expected[theirs]).sum())
    return float(np.clip(shared / size / np.sqrt(one.surge * other.surge), -0.99, 0.99)) if size else 0.0


def _possible(together: Floats) -> Floats:
    """Give the nearest matrix that correlations can have: no direction with less than no spread."""
    spread, ways = np.linalg.eigh(together)
    mended = (ways * np.maximum(spread, 1e-9)) @ ways.T
    size = np.sqrt(np.diag(mended))
    return np.asarray(mended / np.outer(size, size))
