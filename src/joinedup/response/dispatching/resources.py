"""What a run is given and what it gives back, as arrays: sites, units, jobs and who went to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.travel import StraightLine

HOURS_OF_WEEK = 168
MOST_NEEDS = 63
"""A set of needs is one word of 64 bits, and its sign is left alone."""
MOST_PRIORITIES = 64


@dataclass(frozen=True, eq=False)
class Sites:
    """Where units stand, in metres on one plane: ``x`` and ``y`` have shape (sites,)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Units:
    """What can be sent; a unit's identifier is its row.

    ``site`` and ``service`` are numbers from 0, shape (units,). ``meets`` has shape (units, needs) and says which needs a unit
    can meet; units of one kind have equal rows, so that whoever else comes is another row and not other code. ``on`` has shape
    (units, 168): whether a unit is on shift in each hour of the week, from Monday midnight. ``turnout`` (ms, shape
    (units,)) is added to a job's own turnout when the unit sets off from its site: a crew on call takes longer.
    """

    site: NDArray[np.int64]
    service: NDArray[np.int64]
    meets: NDArray[np.bool_]
    on: NDArray[np.bool_]
    turnout: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Jobs:
    """What is asked for, one row for each unit wanted at an incident, in order of ``ready``; all of shape (jobs,).

    ``ready`` is the moment from which a unit may be sent (ms since a Monday midnight). ``need`` is a column of
    ``Units.meets``; priority 0 is the most urgent. ``turnout`` and ``on_scene`` (ms) are drawn beforehand, so that two
    areas are compared on the same luck.
    """

    ready: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    need: NDArray[np.integer[Any]]
    priority: NDArray[np.integer[Any]]
    turnout: NDArray[np.integer[Any]]
    on_scene: NDArray[np.integer[Any]]

    def __len__(self) -> int:
        """Count the jobs."""
        return len(self.ready)


@dataclass(frozen=True, eq=False)
class Matrix:
    """Drives from place to place: a table of the user's own, or worked out over roads.

    ``ms`` has shape (places, places), from row to column; ``site`` and ``job`` say at which place each site and each job
    is. A unit on its way back that has done a share of the way drives that share of the difference between what it
    would from its site and what it would from where it became free.

    Where drives differ by hour of the week, ``ms`` has shape (tables, places, places), and ``of_hour`` (shape (168,)) says which
    table holds in each hour (rule 17).
    """

    ms: NDArray[np.int64]
    site: NDArray[np.int64]
    job: NDArray[np.int64]
    name: str = "a matrix of drives"
    of_hour: NDArray[np.int64] | None = None

    def checked(self, sites: int, jobs: int) -> Matrix:
        """Give the same, as tables by hour, with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        ms, site, job = (column(each, np.int64) for each in (self.ms, self.site, self.job))
        tables = ms if ms.ndim == 3 else ms[None]
        made = Matrix(tables, site, job, self.name, checked_hours(self.of_hour, len(tables), "matrix"))
        places = tables.shape[-1]
        require(
            places > 0 and tables.shape[1:] == (places, places),
            "matrix: not as many rows as columns, or none",
        )
        require(within(made.ms, 2**31), "matrix: a drive below zero or beyond 24 days")
        require(
            len(made.site) == sites and len(made.job) == jobs, "matrix: not a place for each site and job"
        )
        require(within(made.site, places) and within(made.job, places), "matrix: a place that is not there")
        return made


@dataclass(frozen=True, eq=False)
class StraightLines:
    """Laws of straight-line travel that take turns over the week: ``of_hour`` (shape (168,)) says which holds (rule 17)."""

    laws: tuple[StraightLine, ...]
    of_hour: NDArray[np.int64]

    def checked(self) -> StraightLines:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when an hour has no law.
        """
        return StraightLines(self.laws, checked_hours(self.of_hour, len(self.laws), "laws"))

    @property
    def name(self) -> str:
        """Give the name of the first law."""
        return self.laws[0].name


def checked_hours(of_hour: NDArray[np.int64] | None, count: int, what: str) -> NDArray[np.int64]:
    """Say which of so many laws or tables holds in each hour of the week.

    Raises:
        ValueError: when that is not said of each hour, or names one that is not there.
    """
    if of_hour is None:
        require(count == 1, f"{what}: several, and of_hour does not say which holds when")
        of_hour = np.zeros(HOURS_OF_WEEK, np.int64)
    hours = column(of_hour, np.int64)
    require(len(hours) == HOURS_OF_WEEK, f"{what}: of_hour does not have 168 hours")
    require(within(hours, count), f"{what}: an hour of one that is not there")
    return hours


@dataclass(frozen=True, eq=False)
class Spells:
    """Breaks that were begun, in the order in which they were: ``unit``, ``begun`` and ``over`` (ms), each of shape (breaks,).

    One that was broken off is over when its unit was sent; one that was not over when the play was has −1.
    """

    unit: NDArray[np.int64]
    begun: NDArray[np.int64]
    over: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Attended:
    """What the full model gives beside who went where; moments in ms, −1 where there is none.

    By job: since when its unit was at work without a pause, which is before it was sent where it was taken from another job;
    when it left the scene, was at the hospital and began to hand over, which hospital it was, whether the unit was
    stood down, and how often a unit was taken from the job for a more urgent one. By unit: breaks had and missed. ``spells``
    are the breaks one by one.
    """

    since: NDArray[np.int64]

    left: NDArray[np.int64]
    at_hospital: NDArray[np.int64]
    handover: NDArray[np.int64]
    hospital: NDArray[np.int16]
    stood_down: NDArray[np.bool_]
    diverted: NDArray[np.int32]
    breaks_had: NDArray[np.int64]
    breaks_missed: NDArray[np.int64]
    spells: Spells


@dataclass(frozen=True, eq=False)
class Dispatched:
    """Who went to each job and when (ms); a job that nobody could ever go to has −1 throughout.

    Shape (jobs,). ``travel`` names the law that the drives were worked out under. A job whose unit was stood down has no
    arrival (−1), and is over when that was said. ``attended`` is there when more than the bare model was played.
    """

    unit: NDArray[np.int32]
    assigned: NDArray[np.int64]
    arrived: NDArray[np.int64]
    freed: NDArray[np.int64]
    ready: NDArray[np.int64]
    travel: str
    attended: Attended | None = None

    @property
    def served(self) -> NDArray[np.bool_]:
        """Say which jobs somebody went to."""
        return np.asarray(self.unit >= 0)

    @property
    def queued(self) -> NDArray[np.bool_]:
        """Say for which jobs nobody was free at first."""
        return np.asarray(self.assigned != self.ready)


def checked(sites: Sites, units: Units, jobs: Jobs) -> tuple[Sites, Units, Jobs]:
    """Give the same with the types that the loop is compiled for.

    Raises:
        ValueError: when a shape, an order or a value is none that can be played.
    """
    sites = Sites(*(column(each, np.float64) for each in (sites.x, sites.y)))
    units = Units(
        column(units.site, np.int64),
        column(units.service, np.int64),
        column(units.meets, np.bool_),
        column(units.on, np.bool_),
        column(units.turnout, np.int64),
    )
    jobs = Jobs(
        column(jobs.ready, np.int64),
        *(column(each, np.float64) for each in (jobs.x, jobs.y)),
        *(column(each, np.int8) for each in (jobs.need, jobs.priority)),
        *(column(each, np.int32) for each in (jobs.turnout, jobs.on_scene)),
    )
    count, needs = units.meets.shape if units.meets.ndim == 2 else (-1, 0)
    require(len(sites.x) == len(sites.y), "sites: x and y are not as long as each other")
    require(
        count == len(units.site) == len(units.service) == len(units.turnout)
        and units.on.shape == (count, HOURS_OF_WEEK),
        "units: site, service, turnout, meets and on (168 hours) do not have one row for each unit",
    )
    require(
        len({len(each) for each in vars(jobs).values()}) == 1, "jobs: columns are not as long as each other"
    )
    require(needs <= MOST_NEEDS, f"units: {needs} needs; {MOST_NEEDS} can be told apart")
    require(within(units.site, len(sites.x)), "units: a site that is not there")
    require(within(units.service, MOST_NEEDS), f"units: services are numbered from 0 to {MOST_NEEDS - 1}")
    require(within(units.turnout, 2**31), "units: a turnout below zero or beyond 24 days")
    require(within(jobs.need, needs), "jobs: a need that no column of units stands for")
    require(within(jobs.priority, MOST_PRIORITIES), f"jobs: priorities run from 0 to {MOST_PRIORITIES - 1}")
    require(within(jobs.ready, 2**52), "jobs: ready before the start or beyond any calendar")
    require(bool(np.all(jobs.ready[1:] >= jobs.ready[:-1])), "jobs: not in order of ready")
    for each in (jobs.turnout, jobs.on_scene):
        require(within(each, 2**31), "jobs: a turnout or a time on scene below zero")
    for axis in (sites.x, sites.y, jobs.x, jobs.y):
        require(not axis.size or bool(np.isfinite(axis.min() + axis.max())), "a place that is not a number")
    return sites, units, jobs


def column(given: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    """Give an array of one type, without losing a digit, that cannot be written to.

    Arrays that can be written to and those that cannot are two types to a compiled loop: it is compiled for one.
    """
    array = np.ascontiguousarray(given)
    made = array.view() if array.dtype == kind else array.astype(kind)
    same = array.dtype == kind or bool(np.array_equal(made, array))
    require(same, f"a value that cannot be held as {kind.__name__}")
    made.flags.writeable = False
    return made


def within(values: NDArray[Any], most: int) -> bool:
    """Say whether every value is from 0 to below ``most``."""
    return not values.size or (int(values.min()) >= 0 and int(values.max()) < most)


def require(so: bool, message: str) -> None:
    """Stop with a message where something is not so.

    Raises:
        ValueError: with the message.
    """
    if not so:
        raise ValueError(message)
