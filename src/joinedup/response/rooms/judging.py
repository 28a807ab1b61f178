"""How simulated calls are held to a standard: the level of each half-hour of the week, with its interval (§3.6).

What is said of calls and handlers here holds of records and dispatchers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from joinedup.response.rooms.answering import HALF_HOUR, HALF_HOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from joinedup.response.rooms.answering import Calls, Played
    from joinedup.response.standards import Standard

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_LEAST_JUDGED = 200
"""Simulated 999 calls below which half-hours of one team with the same staff are judged together."""
_LEAST_FOR_A_MEAN = 30
_DEEP = 0.95
ROUNDS = 12
"""How often one more is put on duty where a standard is missed."""


@dataclass(frozen=True, eq=False)
class Judged:
    """How calls were answered, by service and half-hour; shape (services, 336) each.

    ``level`` is the share or the mean seconds that the service's standard is of, with its interval; ``met`` whether all of the
    interval keeps it. A half-hour with few calls has the level of those of its team with the same staff; nan where even these
    are so few that no interval could keep the standard. ``others`` is the mean seconds that calls other than 999 wait; shape
    (services,).
    """

    calls: Floats
    level: Floats
    low: Floats
    high: Floats
    met: NDArray[np.bool_]
    others: Floats


def asked_of(measure: str, share: float | None, limit: float | None) -> tuple[float | None, float]:
    """Give the share (None: a mean is asked for) and the limit in seconds."""
    return (None if measure == "mean" else 0.9 if measure == "90th" else share), (limit or 0.0) * 60


def confirmed(
    standards: Sequence[Standard],
    team_of: Integers,
    staff: Integers,
    play: Callable[[Integers], tuple[Sequence[Played], Sequence[Calls]]],
) -> tuple[Integers, Judged, int]:
    """Put one more on duty where the standard is not kept, and play again, until it is kept or enough rounds have gone.

    Gives the staff, how it was judged, and in how many half-hours a standard is missed all the same. ``team_of`` has shape
    (336, services), ``staff`` (teams, 336); ``play`` gives what became of each run's calls, and the calls.
    """
    judged = judge(standards, team_of, staff, *play(staff))
    for _ in range(ROUNDS):
        short = _short(team_of, judged, staff.shape)
        if not short.any():
            break
        staff = staff + short
        judged = judge(standards, team_of, staff, *play(staff))
    return staff, judged, int(_short(team_of, judged, staff.shape).sum())


def _short(team_of: Integers, judged: Judged, shape: tuple[int, ...]) -> Integers:
    """Say where a team is one short: 1 where any service that it is on duty for misses its standard."""
    short = np.zeros(shape, np.int64)
    halves = np.arange(HALF_HOURS)
    for service, team in enumerate(team_of.T):
        short[team, halves] = np.maximum(short[team, halves], ~judged.met[service])
    return short


def judge(
    standards: Sequence[Standard],
    team_of: Integers,
    staff: Integers,
    answers: Sequence[Played],
    made: Sequence[Calls],
) -> Judged:
    """Hold simulated 999 calls to the standard of each service, half-hour by half-hour of their connection.

    A caller who gave up after longer than the limit counts as answered late; one who gave up sooner is not counted. A mean is
    of the calls that were answered.
    """
    shape = (len(standards), HALF_HOURS)
    calls, level, low, high = (np.full(shape, np.nan) for _ in range(4))
    met = np.ones(shape, np.bool_)
    for service, standard in enumerate(standards):
        share, limit = asked_of(standard.measure, standard.share, standard.limit)
        tops, bases = [], []
        for answers_of, run in zip(answers, made, strict=True):
            mine = np.flatnonzero((run.service == service) & (run.priority == 0))
            half = run.connected[mine] // HALF_HOUR
            size = (int(half.max(initial=0)) // HALF_HOURS + 1) * HALF_HOURS
            waited = (answers_of.answered[mine] - answers_of.joined[mine]) / 1000
            done = answers_of.answered[mine] >= 0
            late = np.where(run.patience[mine] > limit * 1000, answers_of.given_up[mine], 0)
            counted = done if share is None else done + late
            kept = np.where(done, waited, 0) if share is None else done & (waited <= limit)
            bases.append(np.bincount(half, counted, size).reshape(-1, HALF_HOURS))
            tops.append(np.bincount(half, kept, size).reshape(-1, HALF_HOURS))
        base, top = np.concatenate(bases), np.concatenate(tops)
        calls[service] = base.sum(axis=0)
        group = _groups(calls[service], team_of[:, service], staff)
        together = (group[:, None] == np.arange(group.max() + 1)).astype(np.float64)
        base, top = base @ together, top @ together
        found = _ratio(top, base, share is not None)
        enough = base.sum(axis=0) >= (_LEAST_FOR_A_MEAN if share is None else 3 / (1 - share + 1e-9))
        level[service], low[service], high[service] = (
            np.where(enough, each, np.nan)[group] for each in found
        )
        fine = high[service] <= limit if share is None else low[service] >= share
        met[service] = fine | np.isnan(level[service])
    return Judged(calls, level, low, high, met, _others(len(standards), answers, made))


def _others(services: int, answers: Sequence[Played], made: Sequence[Calls]) -> Floats:
    waited, count = np.zeros(services), np.zeros(services)
    for each, run in zip(answers, made, strict=True):
        mine = (run.priority > 0) & (each.answered >= 0)
        service = run.service[mine]
        waited += np.bincount(service, (each.answered - each.joined)[mine], services)
        count += np.bincount(service, minlength=services)
    with np.errstate(invalid="ignore"):
        return np.asarray(waited / (count * 1000))


def _groups(calls: Floats, team: Integers, staff: Integers) -> Integers:
    """Number half-hours that are judged together: each for itself, those with few calls by team and staff."""
    halves = np.arange(HALF_HOURS)
    alone = calls >= _LEAST_JUDGED
    most = int(staff.max()) + 1
    key = np.where(alone, halves, HALF_HOURS + team * most + staff[team, halves])
    return np.asarray(np.unique(key, return_inverse=True)[1].ravel(), dtype=np.int64)


def _ratio(top: Floats, base: Floats, shares: bool) -> tuple[Floats, Floats, Floats]:
    """Give a ratio of sums over weeks with its 95 % interval from how weeks differ; columns are groups.

    Where no call of a group missed, the interval ends where one in twenty such samples would have missed one (three in all).
    """
    weeks, total = len(top), base.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = top.sum(axis=0) / total
        rest = top - level * base
        error = np.sqrt((rest**2).sum(axis=0) * weeks / max(weeks - 1, 1)) / total
        wide = scipy.special.stdtrit(max(weeks - 1, 1), (1 + _DEEP) / 2) * error
        low, high = level - wide, level + wide
        if shares:
            low = np.minimum(low, np.where(level == 1, 1 - 3 / total, low))
            low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    return level, np.maximum(low, 0), high
