"""Answering: calls to several rooms, the handlers who are on duty there, and calls passed from one room to another.

The rules (§3.1), which the SimPy model of the benchmark follows too:

1. A call joins the line of its service the moment the operator connects it. In each half-hour of the week one team answers for a
   service; a team may answer for several.
2. A team's free handler with the lowest number takes the most urgent call, and of those the one that has waited longest
   (then the one that came first). Nobody is free while somebody waits.
3. The first handlers of a team, as many as are on duty in that half-hour, take calls. Who goes off duty ends the call first.
4. Whoever has waited for as long as their patience gives up, and may ring again. A caller who is passed on does not give up.
5. A call to be passed on joins the line of the second service when the first handler has finished talking, unless the same team
   answers for both: then the same handler opens the second record at once. Who passed it on may stay on the line.
6. In one moment the half-hour changes first; then handlers are free, calls are passed on, handlers leave the line, callers
   give up and ring again, and at last new calls come in; each in order of number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.response.rooms.answering.packed import NOT_YET, Calls, Played, Teams
from joinedup.response.rooms.answering.playing import HALF_HOUR, HALF_HOURS, play

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["HALF_HOUR", "HALF_HOURS", "NOT_YET", "Calls", "Played", "Teams", "answer", "busy"]


def answer(calls: Calls, teams: Teams) -> Played:
    """Play calls through teams; the loop is compiled at the first call on a machine, and kept.

    Raises:
        ValueError: when the calls are not in order, or a shape or a row is not as ``Calls`` and ``Teams`` say.
    """
    count, services = len(calls.connected), teams.team_of.shape[1]
    if any(len(each) != count for each in calls):
        raise ValueError("every column of calls needs one value a call")
    if np.any(np.diff(calls.connected) < 0) or (count and calls.connected[0] < 0):
        raise ValueError("calls must be in order of the moment of connection, from 0 on")
    if teams.team_of.shape[0] != HALF_HOURS or teams.staff.shape[1] != HALF_HOURS:
        raise ValueError("teams are given for each of the 336 half-hours of a week")
    if teams.longer.shape != (len(teams.staff), services) or teams.team_of.max() >= len(teams.staff):
        raise ValueError("teams: staff, longer and team_of do not name the same teams and services")
    if count and max(calls.service.max(), calls.passed_to.max()) >= services:
        raise ValueError("calls: a service beyond those of team_of")
    if any(
        np.any(each < 0) for each in (calls.handling, calls.wrap_up, calls.log, calls.log_own, calls.again)
    ):
        raise ValueError("calls: a time that something takes is below 0")
    packed = Calls(*(np.ascontiguousarray(each, np.int64) for each in calls))
    given = Teams(
        np.ascontiguousarray(teams.team_of, np.int64),
        np.ascontiguousarray(teams.staff, np.int64),
        np.ascontiguousarray(teams.longer, np.int64),
        int(teams.stays),
        int(teams.stays_most),
        int(teams.passed_priority),
    )
    columns = {name: np.full(count, NOT_YET, np.int64) for name in Played._fields}
    columns["given_up"][:] = 0
    played = Played(**columns)
    play(packed, given, played)
    return played


def busy(played: Played, teams: Teams) -> NDArray[np.int64]:
    """Give the ms for which each handler is busy, team by team: talking, writing, holding a line, logging; shape (handlers,)."""
    handlers = int(teams.staff.max(axis=1).sum())
    found = np.zeros(handlers, np.int64)
    ended = played.released >= 0
    np.add.at(found, played.handler[ended], (played.released - played.answered)[ended])
    logged = (played.logged_there >= 0) & (played.second != played.handler)
    np.add.at(found, played.second[logged], (played.logged_there - played.answered_there)[logged])
    return found
