"""From sites, units and jobs to who went where: what the compiled loop needs is made ready, and its answer is named."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from joinedup.response.dispatching.attending import attend
from joinedup.response.dispatching.mobilising import play, trip
from joinedup.response.dispatching.packed import Answer, Asked, ByHour, Wheel
from joinedup.response.dispatching.ranking import Pairs, crews_of, ranked
from joinedup.response.dispatching.readying import Given, registers
from joinedup.response.dispatching.resources import (
    HOURS_OF_WEEK,
    Attended,
    Dispatched,
    Matrix,
    Spells,
    StraightLines,
    checked,
)

if TYPE_CHECKING:
    from joinedup.response.dispatching.arrangements import (
        Attendance,
        Breaks,
        Changes,
        Diverting,
        Hospitals,
        Posting,
        SharedCrews,
    )
    from joinedup.response.dispatching.resources import Jobs, Sites, Units
    from joinedup.travel import StraightLine

_MOST_BUCKETS = 2**16
_JOBS_A_BUCKET = 0.5


def dispatch(
    sites: Sites,
    units: Units,
    jobs: Jobs,
    travel: StraightLine | StraightLines | Matrix,
    *,
    hospitals: Hospitals | None = None,
    breaks: Breaks | None = None,
    diverting: Diverting | None = None,
    changes: Changes | None = None,
    attendance: Attendance | None = None,
    crews: SharedCrews | None = None,
    posting: Posting | None = None,
) -> Dispatched:
    """Send units to jobs by the rules that stand at the head of this package.

    Without any of the later arguments the bare model is played (rules 1 to 8), by a loop of its own that is several times as
    fast and gives the same answers. The same input gives the same bytes. The first call on a machine compiles for some seconds.

    Raises:
        ValueError: when a shape, an order or a value is none that can be played.
    """
    sites, units, jobs = checked(sites, units, jobs)
    matrix = travel.checked(len(sites.x), len(jobs)) if isinstance(travel, Matrix) else None
    by_hour = _by_hour(matrix or travel)
    given = Given.checked(
        sites, units, jobs, matrix, hospitals, breaks, diverting, changes, attendance, crews, posting
    )
    if any(each is not None for each in given):
        return _attended(sites, units, jobs, matrix, by_hour, given, travel.name)
    pairs = Pairs.of(np.arange(len(units.site)), units.site)
    posts, places = ranked(sites, units, jobs, matrix, pairs)
    crews_on_shift, services = crews_of(units, pairs)
    count = len(jobs)
    answer = Answer(
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int64),
        np.full(count, -1, np.int64),
        np.full(count, -1, np.int64),
    )
    asked = Asked(jobs.ready, jobs.x, jobs.y, jobs.need, jobs.priority, jobs.turnout, jobs.on_scene)
    drive = _longest_drive((sites, jobs), by_hour) if matrix is None else int(matrix.ms.max())
    wheel = _wheel(jobs, _longest_job(units, jobs, drive))
    play(posts, crews_on_shift, services, asked, by_hour, places, wheel, answer)
    return Dispatched(*answer, ready=jobs.ready, travel=travel.name)


def _attended(
    sites: Sites, units: Units, jobs: Jobs, matrix: Matrix | None, by_hour: ByHour, given: Given, name: str
) -> Dispatched:
    """Play the full model."""
    its = given.hospitals
    things = (sites, jobs) if its is None else (sites, jobs, its)
    drive = _longest_drive(things, by_hour) if matrix is None else int(matrix.ms.max())
    # Keys are twice the moment, and more steps than one follow each other.
    longest = _longest_job(units, jobs, drive) + drive
    if its is not None and len(jobs):
        longest = max(longest, int(its.handover.max()))
    if given.breaks is not None and len(units.site):
        longest = max(longest, int(given.breaks.lasting.max()))
    made = registers(sites, units, jobs, matrix, given, _wheel(jobs, 2 * longest + 2))
    attend(*made, by_hour)
    register, asked, spells = made.units, made.jobs, made.spells
    unit, assigned, arrived, freed, since, at_hospital, handover, hospital, diverted = (
        asked[each].copy()
        for each in (
            *("unit", "assigned", "arrived", "freed", "since", "at_hospital", "handover"),
            *("hospital", "diverted"),
        )
    )
    begun = int(spells.many[0])
    return Dispatched(
        *(unit, assigned, arrived, freed),
        ready=jobs.ready,
        travel=name,
        attended=Attended(
            since=np.where(unit >= 0, since, -1),
            left=np.where(arrived >= 0, arrived + jobs.on_scene, -1),
            at_hospital=at_hospital,
            handover=handover,
            hospital=np.where(at_hospital >= 0, hospital, -1).astype(np.int16),
            stood_down=asked["stood"].astype(np.bool_),
            diverted=diverted,
            breaks_had=register["had"].copy(),
            breaks_missed=register["missed"].copy(),
            spells=Spells(*(each[:begun].copy() for each in (spells.unit, spells.begun, spells.over))),
        ),
    )


def _by_hour(travel: StraightLine | StraightLines | Matrix) -> ByHour:
    """Lay laws or tables side by side, with which of them holds in each hour of the week."""
    if isinstance(travel, Matrix):
        assert travel.of_hour is not None
        return ByHour(np.zeros(1), np.zeros(1), travel.ms, travel.of_hour)
    hours = np.zeros(HOURS_OF_WEEK, np.int64)
    its = travel.checked() if isinstance(travel, StraightLines) else StraightLines((travel,), hours).checked()
    return ByHour(
        np.array([60 / each.km_per_minute for each in its.laws]),
        np.array([each.lost_minutes * 60_000 for each in its.laws]),
        np.zeros((1, 1, 1), np.int64),
        its.of_hour,
    )


def _longest_drive(things: tuple[Sites | Jobs | Hospitals, ...], by_hour: ByHour) -> int:
    """Give the milliseconds from corner to corner of everything: a unit on the road is nowhere else."""
    there = [each for each in things if len(each.x)]
    if len(there) < 2:
        return 0
    across = [
        max(float(getattr(each, axis).max()) for each in there)
        - min(float(getattr(each, axis).min()) for each in there)
        for axis in ("x", "y")
    ]
    metres = hypot(*across) * 1.001 + 1
    laws = zip(by_hour.ms_a_metre.tolist(), by_hour.lost_ms.tolist(), strict=True)
    return max(trip(metres, *each) for each in laws)


def _longest_job(units: Units, jobs: Jobs, drive: int) -> int:
    if not len(jobs) or not len(units.site):
        return 0
    return int(jobs.turnout.max()) + int(units.turnout.max()) + drive + int(jobs.on_scene.max()) + 1


def _wheel(jobs: Jobs, longest: int) -> Wheel:
    """Choose a timing wheel whose one turn is longer than the longest that a unit can hang in it."""
    if not len(jobs) or not longest:
        return Wheel(64, 0)
    # As fine as the jobs are close together, as far as the number of buckets allows.
    gap = _JOBS_A_BUCKET * float(jobs.ready[-1] - jobs.ready[0]) / len(jobs)
    shift = max(int(gap), longest // (_MOST_BUCKETS - 2), 1).bit_length() - 1
    while ((longest >> shift) + 2) > _MOST_BUCKETS:
        shift += 1
    buckets = max(64, 1 << ((longest >> shift) + 2).bit_length())
    return Wheel(buckets, shift)
