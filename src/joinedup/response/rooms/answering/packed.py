"""What the compiled loop reads and writes: calls, teams, and what became of each call.

Whoever moves a field here changes ``playing`` in the same step: compiled code is kept for as long as that file is the same,
and reads a field by its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOT_YET = -1
"""In place of a moment: it did not happen."""


class Calls(NamedTuple):
    """Calls in order of the moment at which the operator connects them; whole ms, moments from a Monday's midnight.

    ``service`` is the row of the service that is called, ``priority`` 0 for 999; ``handling`` the talk that the first handler
    needs, ``wrap_up`` what is written afterwards. Whoever waits longer than ``patience`` (-1: has no end) gives up, and rings
    again ``again`` later until there have been ``attempts``. A call is passed to the service ``passed_to`` (-1: to none), where
    taking it and opening a record takes ``log``; where one team answers for both, the same handler opens it in ``log_own``.
    """

    connected: NDArray[np.int64]
    service: NDArray[np.int64]
    priority: NDArray[np.int64]
    handling: NDArray[np.int64]
    wrap_up: NDArray[np.int64]
    patience: NDArray[np.int64]
    again: NDArray[np.int64]
    attempts: NDArray[np.int64]
    passed_to: NDArray[np.int64]
    log: NDArray[np.int64]
    log_own: NDArray[np.int64]


class Teams(NamedTuple):
    """Who answers for whom, and how many are on duty.

    ``team_of`` has shape (336, services): in each half-hour of the week the team that answers for a service. ``staff`` has shape
    (teams, 336). ``longer`` has shape (teams, services): thousandths of the time that a handler of the service's own room takes.
    Whoever passes a call on stays on the line until it is answered (``stays`` 1), until it is logged (2) or not at all (0), and
    never longer than ``stays_most`` ms for an answer. Passed calls are answered as calls of ``passed_priority``.
    """

    team_of: NDArray[np.int64]
    staff: NDArray[np.int64]
    longer: NDArray[np.int64]
    stays: int
    stays_most: int
    passed_priority: int


class Played(NamedTuple):
    """What became of each call, by row; moments in ms, -1 where it did not happen.

    ``joined`` is when the last attempt joined the queue, ``given_up`` how many attempts ended before an answer, ``lost`` the
    moment of the last of them where nobody rang again. ``handled`` is the end of the talk, ``released`` when the handler was
    free again. ``passed`` is when the call was passed on, ``second`` the handler there, with ``answered_there`` and
    ``logged_there``. Handlers are numbered team by team.
    """

    joined: NDArray[np.int64]
    answered: NDArray[np.int64]
    handler: NDArray[np.int64]
    handled: NDArray[np.int64]
    released: NDArray[np.int64]
    given_up: NDArray[np.int64]
    lost: NDArray[np.int64]
    passed: NDArray[np.int64]
    answered_there: NDArray[np.int64]
    logged_there: NDArray[np.int64]
    second: NDArray[np.int64]
