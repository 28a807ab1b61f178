"""What the loop of the full model reads and writes: a record for each unit and job, and tables of hours, crews and sites.

Compiled code is kept for as long as the file that it came from is the same, and holds what it calls. So whoever changes one of
``registers``, ``waiting``, ``finding`` and ``steps`` also touches those that come after it here, and ``attending``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from joinedup.compiling import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    # A record's fields have types of their own.
    Register = NDArray[Any]

ZERO: Any = np.int64(0)
"""Nought as a word of 64 bits: a bare 0 is a type of its own, for which each step would be compiled again."""
RETURNING_LEVEL: Any = np.int64(127)
EVERYBODY: Any = np.int64(127)
"""Beyond every priority."""

P = ParamSpec("P")
R = TypeVar("R")


def borrowing(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that makes no array and keeps none, so that nobody counts who holds those that it is lent.

    Counting them, at each step and for each of fifty arrays, takes longer than the steps themselves.
    """
    made: Any = compiled(function)
    made.targetoptions["_nrt"] = False
    return made  # type: ignore[no-any-return] # it is what it was


UNIT = np.dtype(
    [
        # Where it stands or goes back to, and what it is.
        *((name, np.int64) for name in ("post", "bit", "service", "meets", "turnout", "crew", "lasting")),
        # What it does: IDLE and so on; the step that ends next; the needs that it can meet while on shift.
        *((name, np.int64) for name in ("doing", "step", "job", "can")),
        # The way that it is on: places, pace (0 where it stands), when it sets off, and its row among those on the road.
        *((name, np.float64) for name in ("x", "y", "pace_x", "pace_y")),
        *((name, np.int64) for name in ("start", "end", "sets_off", "there", "row")),
        *((name, np.int64) for name in ("due", "on_break", "spell", "had", "missed", "next")),
    ]
)

JOB = np.dtype(
    [
        ("ready", np.int64),
        ("x", np.float64),
        ("y", np.float64),
        *((name, np.int64) for name in ("assigned", "since", "arrived", "freed", "at_hospital", "handover")),
        *((name, np.int32) for name in ("turnout", "on_scene", "handing", "to_hospital", "stood_down")),
        *((name, np.int32) for name in ("unit", "ground", "behind", "before", "diverted")),
        ("hospital", np.int16),
        *((name, np.int8) for name in ("need", "priority", "waits", "stood")),
        ("spare", np.int16),
    ]
)


class Order(NamedTuple):
    """The numbers of the rules: who is diverted, who comes out of a break, and whether the road is nearer."""

    urgent: int
    by: int
    interrupting: int
    nearer_on_the_road: bool


class Hours(NamedTuple):
    """By hour of the week and unit: on shift, in the window of a break, and the post and place in it that are its own."""

    on: NDArray[np.bool_]
    window: NDArray[np.bool_]
    post: NDArray[np.int32]
    bit: NDArray[np.int64]
    changes: NDArray[np.bool_]


class Begun(NamedTuple):
    """The breaks that were begun, in order, and when each was over; ``many`` is how many."""

    unit: NDArray[np.int64]
    begun: NDArray[np.int64]
    over: NDArray[np.int64]
    many: NDArray[np.int64]


class Standing(NamedTuple):
    """Who is at each post, and how many of each crew are out.

    ``idle`` is one word a post, ``able`` one a group of priorities, need and post: the first half for jobs that come before
    breaks. ``members`` lists units crew by crew, from ``first`` on; ``needs`` is what they can meet together.
    """

    idle: NDArray[np.int64]
    able: NDArray[np.int64]
    out: NDArray[np.int64]
    at_once: NDArray[np.int64]
    needs: NDArray[np.int64]
    first: NDArray[np.int64]
    members: NDArray[np.int64]


class Road(NamedTuple):
    """Who is on the road, side by side by service: the first ``many`` rows from ``first`` of the service.

    ``level`` is the priority of the job that a unit drives to, ``RETURNING_LEVEL`` on the way back; ``soonest`` is when the first
    of those who drive to a job arrives.
    """

    first: NDArray[np.int64]
    many: NDArray[np.int64]
    soonest: NDArray[np.int64]
    unit: NDArray[np.int64]
    level: NDArray[np.int64]
    left: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    pace_x: NDArray[np.float64]
    pace_y: NDArray[np.float64]
    apart: NDArray[np.float64]


class Hung(NamedTuple):
    """A timing wheel: each bucket a list of units in order of key and row.

    ``soonest`` is the first key, its bucket, and how many hang.
    """

    head: NDArray[np.int64]
    after: NDArray[np.int64]
    key: NDArray[np.int64]
    taken: NDArray[np.int64]
    soonest: NDArray[np.int64]
    shift: int


class Lines(NamedTuple):
    """Who waits: of each priority and need a list of jobs in order of row, and which lists have any; ``many`` is all."""

    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    open: NDArray[np.int64]
    many: NDArray[np.int64]


class Bays(NamedTuple):
    """The hospitals: free bays, and who waits for one, first and last; −1 for nobody."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    place: NDArray[np.int64]
    free: NDArray[np.int64]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]


class Listed(NamedTuple):
    """The posts to be tried, ground by ground and need by need: those of a pair begin at ``first``."""

    first: NDArray[np.int64]
    post: NDArray[np.int64]


class Upgrades(NamedTuple):
    """What becomes more urgent, in order of moment and row; the last moment is beyond all others."""

    moment: NDArray[np.int64]
    job: NDArray[np.int64]
    priority: NDArray[np.int64]
