"""What the compiled loop reads and writes: units, posts and jobs packed into words and columns.

Whoever moves a field here changes ``mobilising`` in the same step: compiled code is kept for as long as that file is
the same, and reads a field by its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Posts(NamedTuple):
    """Where up to 64 units stand, and the posts of each need in the order in which they can be reached.

    A word of ``ranked`` is the squared metres, or under a matrix the milliseconds, that a post is away at least, as the
    upper bits of a number in single precision, which are in order when read as a whole number; its lower ``bits`` are
    the post. Need by need and cell by cell (or place by place), ``length`` words follow each other, of which the last is
    beyond all others.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    unit: NDArray[np.int32]
    ranked: NDArray[np.uint32]
    first: NDArray[np.int64]
    length: NDArray[np.int64]
    bits: int
    west: float
    south: float
    cells_a_metre: float
    rows: int


class Crews(NamedTuple):
    """The units, by row; ``meets`` is one word of needs, ``changes`` says in which hours of the week any shift changes."""

    post: NDArray[np.int64]
    bit: NDArray[np.int64]
    service: NDArray[np.int64]
    meets: NDArray[np.int64]
    on: NDArray[np.bool_]
    changes: NDArray[np.bool_]
    turnout: NDArray[np.int64]


class Services(NamedTuple):
    """The rows that the units of each service take when on their way home, and which services have units for a need.

    ``serving`` lists services need by need, from ``serving_first`` on.
    """

    first: NDArray[np.int64]
    serving: NDArray[np.int64]
    serving_first: NDArray[np.int64]


class Asked(NamedTuple):
    """The jobs, by row."""

    ready: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    need: NDArray[np.integer[Any]]
    priority: NDArray[np.integer[Any]]
    turnout: NDArray[np.integer[Any]]
    on_scene: NDArray[np.integer[Any]]


class Law(NamedTuple):
    """The square-root and linear law in milliseconds and metres."""

    ms_a_metre: float
    lost_ms: float


class ByHour(NamedTuple):
    """The laws, or under a matrix the tables, of drives, and which of them holds in each hour of the week.

    ``ms_a_metre`` and ``lost_ms`` have shape (laws,), ``ms`` has shape (tables, places, places), ``of_hour`` (168,).
    """

    ms_a_metre: NDArray[np.float64]
    lost_ms: NDArray[np.float64]
    ms: NDArray[np.int64]
    of_hour: NDArray[np.int64]


class Places(NamedTuple):
    """Drives from place to place in milliseconds, and the places of posts and of jobs."""

    ms: NDArray[np.int64]
    of_post: NDArray[np.int64]
    of_job: NDArray[np.int64]


class Wheel(NamedTuple):
    """How fine the timing wheel is: so many buckets of 2 to the power of ``shift`` ms, both powers of two."""

    buckets: int
    shift: int


class Answer(NamedTuple):
    """What is written, by job."""

    unit: NDArray[np.int32]
    assigned: NDArray[np.int64]
    arrived: NDArray[np.int64]
    freed: NDArray[np.int64]
