"""Staff by the half-hour of the week as a table: the load, the least by Erlang, what was confirmed, and the level reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.response.rooms.answering import HALF_HOUR, HALF_HOURS
from joinedup.response.rooms.judging import asked_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.response.rooms.judging import Judged
    from joinedup.response.standards import Standard

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

_TEXT = dict.fromkeys(("work", "team", "from", "service", "standard"), pl.String)
_WHOLE = dict.fromkeys(("weekday", "floor", "erlang", "confirmed", "more"), pl.Int64)
_FIGURES = dict.fromkeys(("calls", "load", "level", "low", "high"), pl.Float64)


def half_hours(
    work: str,
    names: Sequence[str],
    team_of: Integers,
    services: Sequence[str],
    standards: Sequence[Standard],
    asked: tuple[Floats, Floats],
    staff: tuple[Integers, Integers, Integers],
    judged: Judged,
) -> pl.DataFrame:
    """Lay out a row a team and half-hour in which it is on duty for somebody.

    ``team_of`` has shape (336, services); ``asked`` are calls a second and erlangs, ``staff`` the floor, Erlang's least and what
    was confirmed, each of shape (teams, 336).
    """
    (calls, load), (floor, erlang, confirmed) = asked, staff
    worst = _worst(standards, team_of, judged, len(names))
    rows = []
    on = [(team, half) for team in range(len(names)) for half in range(HALF_HOURS) if team in team_of[half]]
    for team, half in on:
        service = worst[team, half]
        level, low, high = (
            None if np.isnan(each[service, half]) else float(each[service, half])
            for each in (judged.level, judged.low, judged.high)
        )
        rows.append(
            {
                "work": work,
                "team": names[team],
                "weekday": half // 48 + 1,
                "from": f"{half // 2 % 24:02d}:{half % 2 * 30:02d}",
                "calls": calls[team, half] * HALF_HOUR / 1000,
                "load": load[team, half],
                "floor": floor[team, half],
                "erlang": erlang[team, half],
                "confirmed": confirmed[team, half],
                "more": confirmed[team, half] - max(floor[team, half], erlang[team, half]),
                "service": services[service],
                "standard": standards[service].name,
                "level": level,
                "low": low,
                "high": high,
                "met": None if level is None else bool(judged.met[service, half]),
            }
        )
    order = ("work", "team", "weekday", "from", "calls", "load", "floor", "erlang", "confirmed", "more")
    schema = {**_TEXT, **_WHOLE, **_FIGURES, "met": pl.Boolean}
    return pl.DataFrame(rows, schema).select(*order, "service", "standard", "level", "low", "high", "met")


def _worst(standards: Sequence[Standard], team_of: Integers, judged: Judged, teams: int) -> Integers:
    """Give the service of each team and half-hour whose standard is nearest to being missed."""
    room = np.full((teams, HALF_HOURS), np.inf)
    found = np.zeros(room.shape, np.int64)
    halves = np.arange(HALF_HOURS)
    for service, standard in enumerate(standards):
        share, limit = asked_of(standard.measure, standard.share, standard.limit)
        high, low = judged.high[service], judged.low[service]
        spare = 1 - high / limit if share is None else (low - share) / (1 - share + 1e-9)
        spare = np.where(np.isnan(spare), 1e9, spare)
        team = team_of[:, service]
        nearer = spare < room[team, halves]
        room[team, halves] = np.where(nearer, spare, room[team, halves])
        found[team, halves] = np.where(nearer, service, found[team, halves])
    return found
