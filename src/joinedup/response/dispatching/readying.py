"""Making ready what the loop of the full model reads: what is not given is there and never comes to bear."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from joinedup.response.dispatching.arrangements import NOT_CONVEYED
from joinedup.response.dispatching.mobilising import HOUR, HOURS_OF_WEEK
from joinedup.response.dispatching.ranking import Pairs, needs_of, numbered, ranked
from joinedup.response.dispatching.registers import (
    JOB,
    RETURNING_LEVEL,
    UNIT,
    Bays,
    Begun,
    Hours,
    Hung,
    Lines,
    Listed,
    Order,
    Road,
    Standing,
    Upgrades,
)
from joinedup.response.dispatching.waiting import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.response.dispatching.arrangements import (
        Attendance,
        Breaks,
        Changes,
        Diverting,
        Hospitals,
        Posting,
        SharedCrews,
    )
    from joinedup.response.dispatching.packed import Places, Posts, Services, Wheel
    from joinedup.response.dispatching.registers import Register
    from joinedup.response.dispatching.resources import Jobs, Matrix, Sites, Units


class Given(NamedTuple):
    """What a play is given beyond the bare model, checked; None for what does not come into it."""

    hospitals: Hospitals | None
    breaks: Breaks | None
    diverting: Diverting | None
    changes: Changes | None
    attendance: Attendance | None
    crews: SharedCrews | None
    posting: Posting | None

    @classmethod
    def checked(
        cls,
        sites: Sites,
        units: Units,
        jobs: Jobs,
        matrix: Matrix | None,
        hospitals: Hospitals | None,
        breaks: Breaks | None,
        diverting: Diverting | None,
        changes: Changes | None,
        attendance: Attendance | None,
        crews: SharedCrews | None,
        posting: Posting | None,
    ) -> Given:
        """Give the same with the types that the loop is compiled for.

        Raises:
            ValueError: when a shape or a value is none that can be played.
        """
        crews = None if crews is None else crews.checked(units)
        return cls(
            None if hospitals is None else hospitals.checked(jobs, matrix),
            None if breaks is None else breaks.checked(units),
            None if diverting is None else diverting.checked(),
            None if changes is None else changes.checked(jobs),
            None if attendance is None else attendance.checked(sites, units, jobs),
            crews,
            None if posting is None else posting.checked(sites, units, crews),
        )


class Registers(NamedTuple):
    """What the loop reads and writes, in the order in which it takes it."""

    units: Register
    jobs: Register
    posts: Posts
    services: Services
    standing: Standing
    hours: Hours
    spells: Begun
    road: Road
    hung: Hung
    lines: Lines
    bays: Bays
    listed: Listed
    upgrades: Upgrades
    order: Order
    places: Places | None


def registers(
    sites: Sites, units: Units, jobs: Jobs, matrix: Matrix | None, given: Given, wheel: Wheel
) -> Registers:
    """Make everything ready for the loop."""
    count, needs = units.meets.shape
    everybody = np.arange(count)
    site = units.site[:, None] if given.posting is None else given.posting.site
    key, pair = np.unique(everybody[:, None] * len(sites.x) + site, return_inverse=True)
    pairs = Pairs.of(*np.divmod(key, max(len(sites.x), 1)))
    posts, places = ranked(sites, units, jobs, matrix, pairs)
    service, services = numbered(units)
    hours = _hours(units, given, pairs, np.broadcast_to(pair.reshape(site.shape), units.on.shape))
    standing = _standing(units, given, len(posts.x))

    register = np.zeros(count, UNIT)
    register["post"], register["bit"] = hours.post[0], hours.bit[0]
    register["service"], register["meets"], register["turnout"] = service, needs_of(units), units.turnout
    register["crew"] = -1 if given.crews is None else given.crews.of
    register["lasting"] = 0 if given.breaks is None else given.breaks.lasting
    register["row"] = -1

    size = len(jobs)
    asked = np.zeros(size, JOB)
    for name in ("ready", "x", "y", "need", "priority", "turnout", "on_scene"):
        asked[name] = getattr(jobs, name)
    for name in ("unit", "assigned", "since", "arrived", "freed", "at_hospital", "handover"):
        asked[name] = -1
    asked["hospital"] = NOT_CONVEYED if given.hospitals is None else given.hospitals.to
    asked["handing"] = 0 if given.hospitals is None else given.hospitals.handover
    asked["stood_down"] = -1 if given.changes is None else given.changes.stood_down
    asked["ground"] = -1 if given.attendance is None else given.attendance.ground

    columns = [np.zeros(count) for _ in range(6)]
    road = Road(
        services.first,
        np.zeros(len(services.first), np.int64),
        np.full(len(services.first), NEVER),
        np.zeros(count, np.int64),
        np.full(count, RETURNING_LEVEL),
        *columns,
    )
    hung = Hung(
        np.full(wheel.buckets, -1),
        np.full(count, -1),
        np.zeros(count, np.int64),
        np.zeros(wheel.buckets // 64, np.int64),
        np.array([NEVER, 0, 0]),
        wheel.shift,
    )
    lines = _lines(jobs, needs)
    order = Order(
        -1 if given.diverting is None else given.diverting.urgent,
        1 if given.diverting is None else given.diverting.by,
        -1 if given.breaks is None else given.breaks.interrupting,
        given.attendance is not None and given.attendance.nearer_on_the_road,
    )
    return Registers(
        *(register, asked, posts, services, standing, hours, _begun(jobs, given), road, hung, lines),
        *(_bays(given), _listed(given, pairs), _upgrades(jobs, given), order, places),
    )


def _hours(units: Units, given: Given, pairs: Pairs, pair: NDArray[np.int64]) -> Hours:
    """Turn tables of hours so that what the loop asks for together lies together."""
    on = np.array(units.on.T, order="C")
    window = np.zeros_like(on) if given.breaks is None else np.array(given.breaks.window.T, order="C")
    own = np.array(pair.T, order="C")
    changes = np.zeros(len(on), np.bool_)
    for table in (on, window, own):
        changes |= np.any(table != np.roll(table, 1, axis=0), axis=1)
    return Hours(on, window, pairs.post[own].astype(np.int32), pairs.bit[own], changes)


def _standing(units: Units, given: Given, stands: int) -> Standing:
    needs = units.meets.shape[1]
    of = np.full(len(units.site), -1) if given.crews is None else given.crews.of
    at_once = np.zeros(0, np.int64) if given.crews is None else given.crews.at_once.copy()
    members = np.argsort(of, kind="stable")
    meets, together = needs_of(units), np.zeros(len(at_once), np.int64)
    np.bitwise_or.at(together, of[of >= 0], meets[of >= 0])
    return Standing(
        np.zeros(stands, np.int64),
        np.zeros(2 * needs * stands, np.int64),
        np.zeros(len(at_once), np.int64),
        at_once,
        together,
        np.searchsorted(of[members], np.arange(len(at_once) + 1)),
        members,
    )


def _begun(jobs: Jobs, given: Given) -> Begun:
    """Make room for a break in each window that opens while jobs become ready, and for another after each that is broken off."""
    room = 0
    if given.breaks is not None and len(jobs):
        weeks = int(jobs.ready[-1]) // (HOURS_OF_WEEK * HOUR) + 2
        window = given.breaks.window
        opens = window & ~np.roll(window, 1, axis=1)
        # One that is open as time begins, or always, is opened once more.
        room = len(window) + int(opens.sum()) * weeks + len(jobs)
    unit, begun, over = (np.full(room, -1) for _ in range(3))
    return Begun(unit, begun, over, np.zeros(1, np.int64))


def _lines(jobs: Jobs, needs: int) -> Lines:
    priorities = 1 + (int(jobs.priority.max()) if len(jobs) else 0)
    return Lines(
        np.full(priorities * needs, -1),
        np.full(priorities * needs, -1),
        np.zeros(priorities, np.int64),
        np.zeros(1, np.int64),
    )


def _bays(given: Given) -> Bays:
    if given.hospitals is None:
        none, nowhere = np.zeros(0, np.int64), np.zeros(0)
        return Bays(nowhere, nowhere, none, none, none, none)
    its = given.hospitals
    nobody = np.full(len(its.x), -1)
    place = np.zeros(len(its.x), np.int64) if its.place is None else its.place.copy()
    return Bays(its.x.copy(), its.y.copy(), place, its.bays.copy(), nobody, nobody.copy())


def _listed(given: Given, pairs: Pairs) -> Listed:
    """Turn sites into posts, of which a site with many units has several, and one where nobody stands none."""
    if given.attendance is None:
        return Listed(np.zeros(1, np.int64), np.zeros(0, np.int64))
    order = given.attendance.order
    rows = order.reshape(-1, order.shape[2])
    first, last = (np.searchsorted(pairs.site_of, rows, side=side) for side in ("left", "right"))
    count = np.where(rows >= 0, last - first, 0)
    begins = np.repeat(first.ravel(), count.ravel())
    steps = np.arange(len(begins)) - np.repeat(np.cumsum(count.ravel()) - count.ravel(), count.ravel())
    return Listed(np.append(0, np.cumsum(count.sum(axis=1))), begins + steps)


def _upgrades(jobs: Jobs, given: Given) -> Upgrades:
    if given.changes is None:
        return Upgrades(np.array([NEVER]), np.array([-1]), np.array([0], np.int64))
    rows = np.flatnonzero(given.changes.upgraded > 0)
    moment = jobs.ready[rows] + given.changes.upgraded[rows]
    order = np.lexsort((rows, moment))
    return Upgrades(
        np.append(moment[order], NEVER),
        np.append(rows[order], -1),
        np.append(given.changes.priority[rows[order]].astype(np.int64), 0),
    )
