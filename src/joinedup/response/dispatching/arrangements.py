"""What a run may be given beyond the bare model: hospitals, breaks, diversion, changes, attendance, crews, standby points.

Each is a table of its own, and each may be left out. Moments are whole milliseconds; who has none of something has −1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.response.dispatching.resources import (
    HOURS_OF_WEEK,
    MOST_PRIORITIES,
    column,
    require,
    within,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.dispatching.resources import Jobs, Matrix, Sites, Units

NOT_CONVEYED = -1
NEAREST = -2
"""In ``Hospitals.to``: conveyed to whichever hospital is the shortest drive from the scene."""
LONGEST_BREAK = 86_400_000


@dataclass(frozen=True, eq=False)
class Hospitals:
    """Where patients are taken, and which jobs take one there (rule 11).

    ``x`` and ``y`` (metres) and ``bays`` (units that can hand over at once, 1 or more) have shape (hospitals,). ``to`` and
    ``handover`` (ms at a bay, drawn beforehand) have shape (jobs,); ``to`` is a hospital's number, ``NEAREST`` or
    ``NOT_CONVEYED``. ``place`` is the place of each hospital in the matrix, where drives are from one.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    bays: NDArray[np.int64]
    to: NDArray[np.integer[Any]]
    handover: NDArray[np.integer[Any]]
    place: NDArray[np.int64] | None = None

    def checked(self, jobs: Jobs, matrix: Matrix | None) -> Hospitals:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        count = len(self.x)
        x, y = (column(each, np.float64) for each in (self.x, self.y))
        bays, to = column(self.bays, np.int64), column(self.to, np.int16)
        handover = column(self.handover, np.int32)
        require(len(y) == len(bays) == count, "hospitals: x, y and bays are not as long as each other")
        require(len(to) == len(handover) == len(jobs), "hospitals: not one row of to and handover a job")
        require(bool(np.all(bays >= 1)), "hospitals: one without a bay, where nobody could ever hand over")
        require(within(to + 2, count + 2), "hospitals: a job is conveyed to one that is not there")
        require(count > 0 or bool(np.all(to == NOT_CONVEYED)), "hospitals: conveyed, and there are none")
        require(within(handover, 2**31), "hospitals: a handover below zero")
        require(not count or bool(np.isfinite(x.sum() + y.sum())), "hospitals: a place that is not a number")
        place = None
        if matrix is not None:
            require(
                self.place is not None, "hospitals: drives are from a matrix, and no places in it are given"
            )
            assert self.place is not None
            place = column(self.place, np.int64)
            require(len(place) == count, "hospitals: not one place in the matrix for each")
            require(within(place, matrix.ms.shape[-1]), "hospitals: a place that is not in the matrix")
        return Hospitals(x, y, bays, to, handover, place)


@dataclass(frozen=True, eq=False)
class Breaks:
    """When a crew is due its break (rule 12): a table of hours, so that any pattern of meals can be written down.

    ``window`` has shape (units, 168) and says in which hours of the week a unit may begin its break: one break for each
    run of hours. ``lasting`` (ms, shape (units,)) is how long it is. Jobs of priority ``interrupting`` or more urgent are sent
    a unit that is due or on its break all the same; −1: none are.
    """

    window: NDArray[np.bool_]
    lasting: NDArray[np.int64]
    interrupting: int

    @classmethod
    def within_shifts(
        cls, on: NDArray[np.bool_], opens: int, closes: int, lasting_ms: int, interrupting: int
    ) -> Breaks:
        """Make the windows that open and close so many hours after each shift begins, and no later than it ends.

        A unit that is on shift all week has no shift that begins, and so no break.
        """
        hours = np.arange(HOURS_OF_WEEK)
        begins = on & ~np.roll(on, 1, axis=1)
        since = np.full(on.shape, HOURS_OF_WEEK)
        for unit, hour in zip(*np.nonzero(begins), strict=True):
            since[unit] = np.minimum(since[unit], (hours - hour) % HOURS_OF_WEEK)
        has_shifts = np.any(begins, axis=1, keepdims=True)
        window = on & (since >= opens) & (since < closes) & has_shifts
        return cls(window, np.full(len(on), lasting_ms, np.int64), interrupting)

    def checked(self, units: Units) -> Breaks:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        window, lasting = column(self.window, np.bool_), column(self.lasting, np.int64)
        require(window.shape == units.on.shape, "breaks: window does not have 168 hours for each unit")
        require(lasting.shape == units.turnout.shape, "breaks: not one length for each unit")
        require(within(lasting, LONGEST_BREAK + 1), "breaks: one below zero or longer than a day")
        require(-1 <= self.interrupting < MOST_PRIORITIES, "breaks: interrupting is no priority, and not −1")
        return Breaks(window, lasting, self.interrupting)


@dataclass(frozen=True)
class Diverting:
    """Which jobs may be sent a unit that is driving to another (rule 10).

    A job of priority ``urgent`` or more urgent may have a unit that drives to a job at least ``by`` priorities less urgent.
    """

    urgent: int
    by: int = 1

    def checked(self) -> Diverting:
        """Give the same.

        Raises:
            ValueError: when a unit could be taken for a job no more urgent than its own, and so without end.
        """
        require(self.by >= 1, "diverting: a unit is taken for a more urgent job only, so by is 1 or more")
        require(0 <= self.urgent < MOST_PRIORITIES, "diverting: urgent is no priority")
        return self


@dataclass(frozen=True, eq=False)
class Changes:
    """What becomes of jobs on the way (rule 13), all of shape (jobs,).

    ``stood_down`` is the ms after a unit is sent at which it is told that it is not wanted, ``upgraded`` the ms (1 or more)
    after the job was ready at which it becomes more urgent, −1 for never; ``priority`` is what it then has.
    """

    stood_down: NDArray[np.integer[Any]]
    upgraded: NDArray[np.integer[Any]]
    priority: NDArray[np.integer[Any]]

    def checked(self, jobs: Jobs) -> Changes:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        stood_down, upgraded = (column(each, np.int64) for each in (self.stood_down, self.upgraded))
        priority = column(self.priority, np.int8)
        require(
            len(stood_down) == len(upgraded) == len(priority) == len(jobs),
            "changes: not one row for each job",
        )
        require(within(stood_down + 1, 2**31), "changes: stood down before −1 or beyond 24 days")
        require(within(upgraded + 1, 2**40), "changes: upgraded before −1 or beyond any calendar")
        require(bool(np.all(upgraded != 0)), "changes: upgraded at the moment of being ready: give it so")
        changed = upgraded > 0
        require(within(priority[changed], MOST_PRIORITIES), "changes: upgraded to no priority")
        require(
            bool(np.all(priority[changed] < jobs.priority[changed])),
            "changes: upgraded to a priority no more urgent than before",
        )
        return Changes(stood_down, upgraded, priority)


@dataclass(frozen=True, eq=False)
class Attendance:
    """The predetermined attendance of each ground (rule 15).

    ``ground`` (shape (jobs,)) is the ground of a job, −1 for none. ``order`` has shape (grounds, needs, most sites): the
    sites to be tried for a need, first to last, then −1. With ``nearer_on_the_road`` a unit on the road that is nearer
    than the unit found so goes in its stead.
    """

    ground: NDArray[np.integer[Any]]
    order: NDArray[np.integer[Any]]
    nearer_on_the_road: bool = False

    def checked(self, sites: Sites, units: Units, jobs: Jobs) -> Attendance:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        ground, order = column(self.ground, np.int32), column(self.order, np.int64)
        require(len(ground) == len(jobs), "attendance: not one ground for each job")
        require(
            order.ndim == 3 and order.shape[1] == units.meets.shape[1],
            "attendance: order is not a list of sites for each ground and need",
        )
        require(within(ground + 1, len(order) + 1), "attendance: a ground that has no order")
        require(within(order + 1, len(sites.x) + 1), "attendance: a site that is not there")
        return Attendance(ground, order, self.nearer_on_the_road)


@dataclass(frozen=True, eq=False)
class SharedCrews:
    """Crews with more vehicles than they can crew at once (rule 16).

    ``of`` (shape (units,)) is the crew of a unit, −1 where it has one of its own; ``at_once`` (shape (crews,)) is how many of a
    crew's units can be away from their site together, 1 or more.
    """

    of: NDArray[np.int64]
    at_once: NDArray[np.int64]

    def checked(self, units: Units) -> SharedCrews:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        of, at_once = column(self.of, np.int64), column(self.at_once, np.int64)
        require(of.shape == units.turnout.shape, "crews: not one for each unit")
        require(within(of + 1, len(at_once) + 1), "crews: a unit of a crew that is not there")
        require(bool(np.all(at_once >= 1)), "crews: one that can never go out")
        return SharedCrews(of, at_once)


@dataclass(frozen=True, eq=False)
class Posting:
    """Where each unit stands by when it has nothing to do (rule 14): ``site`` has shape (units, 168)."""

    site: NDArray[np.integer[Any]]

    def checked(self, sites: Sites, units: Units, crews: SharedCrews | None) -> Posting:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        site = column(self.site, np.int64)
        require(site.shape == units.on.shape, "posting: site does not have 168 hours for each unit")
        require(within(site, len(sites.x)), "posting: a site that is not there")
        if crews is not None:
            shared = site[crews.of >= 0]
            require(
                bool(np.all(shared == shared[:, :1])),
                "posting: a unit of a shared crew does not stay at one site",
            )
        return Posting(site)
