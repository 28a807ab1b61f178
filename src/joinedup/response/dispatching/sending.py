"""From sites, units and jobs to who went where: what the compiled loop needs is made ready, and its answer is named."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from joinedup.response.dispatching.mobilising import play, trip
from joinedup.response.dispatching.packed import Asked, Given, Law, Wheel
from joinedup.response.dispatching.ranking import ranked
from joinedup.response.dispatching.resources import Dispatched, Matrix, checked

if TYPE_CHECKING:
    from joinedup.response.dispatching.resources import Jobs, Sites, Units
    from joinedup.travel import StraightLine

_MOST_BUCKETS = 2**16
_JOBS_A_BUCKET = 0.5


def dispatch(sites: Sites, units: Units, jobs: Jobs, travel: StraightLine | Matrix) -> Dispatched:
    """Send units to jobs by the rules that stand at the head of this package.

    The same input gives the same bytes. The first call on a machine compiles for some seconds.

    Raises:
        ValueError: when a shape, an order or a value is none that can be played.
    """
    sites, units, jobs = checked(sites, units, jobs)
    matrix, law = None, Law(0.0, 0.0)
    if isinstance(travel, Matrix):
        matrix = travel.checked(len(sites.x), len(jobs))
    else:
        law = Law(60 / travel.km_per_minute, travel.lost_minutes * 60_000)
    posts, crews, services, places = ranked(sites, units, jobs, matrix)
    count = len(jobs)
    given = Given(
        np.full(count, -1, np.int32),
        np.full(count, -1, np.int64),
        np.full(count, -1, np.int64),
        np.full(count, -1, np.int64),
    )
    asked = Asked(jobs.ready, jobs.x, jobs.y, jobs.need, jobs.priority, jobs.turnout, jobs.on_scene)
    wheel = _wheel(units, jobs, _longest_drive(sites, jobs, law) if matrix is None else int(matrix.ms.max()))
    play(posts, crews, services, asked, law, places, wheel, given)
    return Dispatched(*given, ready=jobs.ready, travel=travel.name)


def _longest_drive(sites: Sites, jobs: Jobs, law: Law) -> int:
    """Give the milliseconds from corner to corner of everything: a unit on the road is nowhere else."""
    if not len(jobs) or not len(sites.x):
        return 0
    across = [
        max(float(each.max()) for each in axis) - min(float(each.min()) for each in axis)
        for axis in ((sites.x, jobs.x), (sites.y, jobs.y))
    ]
    return trip(hypot(*across) * 1.001 + 1, law.ms_a_metre, law.lost_ms)


def _wheel(units: Units, jobs: Jobs, drive: int) -> Wheel:
    """Choose a timing wheel whose one turn is longer than the longest job can last."""
    if not len(jobs) or not len(units.site):
        return Wheel(64, 0)
    longest = int(jobs.turnout.max()) + int(units.turnout.max()) + drive + int(jobs.on_scene.max()) + 1
    # As fine as the jobs are close together, as far as the number of buckets allows.
    gap = _JOBS_A_BUCKET * float(jobs.ready[-1] - jobs.ready[0]) / len(jobs)
    shift = max(int(gap), longest // (_MOST_BUCKETS - 2), 1).bit_length() - 1
    while ((longest >> shift) + 2) > _MOST_BUCKETS:
        shift += 1
    buckets = max(64, 1 << ((longest >> shift) + 2).bit_length())
    return Wheel(buckets, shift)
