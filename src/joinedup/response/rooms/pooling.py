"""What pooling saves: the staff hours of separate rooms less those of another way of working, and how sure that is (§3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import draw
from joinedup.response.rooms import declared
from joinedup.response.rooms.desks import (
    asked_of_dispatchers,
    dispatchers_by_erlang,
    dispatchers_floor,
    with_dispatchers,
)
from joinedup.response.rooms.drawing import Teaming
from joinedup.response.rooms.staffing import (
    WEEKS_A_YEAR,
    Staffing,
    by_erlang,
    fewer_awake,
    floor_of,
    load_of,
    staffed,
    years,
)
from joinedup.response.rooms.variants import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Draws
    from joinedup.response.rooms.measuring import Rooms
    from joinedup.response.rooms.variants import Variant


@dataclass(frozen=True, eq=False)
class Saving:
    """Staff hours a week that a way of working needs fewer than separate rooms; negative where it needs more.

    ``hours`` is handlers', by the confirmed staff, ``low`` and ``high`` 95 in 100 of the draws of what is uncertain: how many
    calls there are, what passing one on and sending crews takes, how much longer a handler of several trades takes, how many are
    always on duty in a room, and what was declared for want of calls. ``both`` is the same of handlers and dispatchers together:
    middle, low and high. ``minimum`` is the part of ``hours`` that comes of keeping fewer rooms awake, whatever the calls, and
    nothing where a way of working keeps them all. ``posts`` is ``both`` in full-time posts.
    Hours freed are not posts saved until a roster shows it (§4.7).
    """

    staffing: Staffing
    hours: float
    low: float
    high: float
    both: tuple[float, float, float]
    minimum: float
    posts: tuple[float, float, float]


def pooling_saves(
    rooms: Rooms,
    variants: Sequence[Variant] | None = None,
    *,
    weeks: int = 52,
    runs: int = 8,
    draws: int = 200,
    workers: int = 1,
) -> tuple[Saving, ...]:
    """Staff every way of working on the same calls, the first of ``variants`` being what the others are compared with.

    The middle is by simulation; how far the answer moves with what is uncertain is by Erlang, on the same draws for all.

    Raises:
        Refusal: when a queue never empties.
    """
    ways = [each.with_values(rooms.assumptions) for each in (shipped() if variants is None else variants)]
    made = years(rooms, weeks, runs)
    staffings = [
        with_dispatchers(staffed(rooms, each, made=made, workers=workers), made, workers) for each in ways
    ]
    kinds = sorted({rooms.kinds[each] for each in rooms.services})
    taken = [declared.LOAD, declared.WRAP_UP, declared.LOG, declared.LOG_OWN, declared.PASSED, declared.SENT]
    taken += [declared.AWAKE, declared.DISPATCHERS_AWAKE]
    taken += [declared.SENDING[each] for each in kinds]
    uncertain = [rooms.assumptions[each.name] for each in taken]
    uncertain += [each for each in (*rooms.counted, *rooms.timed) if each is not None]
    uncertain += [number for each in ways for number in each.assumptions]
    drawn = draw(uncertain, draws, rooms.seed)
    by_draw = np.array([_hours(rooms, each, drawn) for each in ways])
    productive = rooms.central(declared.PRODUCTIVE)
    found = []
    for staffing, moved in zip(staffings, by_draw, strict=True):
        saved = staffings[0].hours - staffing.hours
        apart = by_draw[0] - moved
        low, high = _range(saved, apart[0])
        of_both = staffings[0].hours_of_both - staffing.hours_of_both
        both = (of_both, *_range(of_both, apart.sum(axis=0)))
        posts = tuple(each * WEEKS_A_YEAR / productive for each in both)
        minimum = fewer_awake(staffings[0], staffing)
        found.append(Saving(staffing, saved, low, high, both, minimum, (posts[0], posts[1], posts[2])))
    return tuple(found)


def _range(saved: float, by_draw: NDArray[np.float64]) -> tuple[float, float]:
    """Give 95 in 100 of the draws about what was confirmed; the first of ``by_draw`` is of the central values."""
    about = by_draw[1:] - by_draw[0] if len(by_draw) > 1 else np.zeros(1)
    low, high = (saved + float(np.quantile(about, each)) for each in (0.025, 0.975))
    return min(low, saved), max(high, saved)


def _hours(rooms: Rooms, variant: Variant, drawn: Draws) -> NDArray[np.float64]:
    """Give handlers' and dispatchers' hours a week by Erlang for each draw; shape (2, draws + 1)."""
    found = np.empty((2, len(drawn)))
    for number in range(len(drawn)):
        values = {name: float(each[number]) for name, each in drawn.values.items()}
        teaming = Teaming.of(rooms, variant, values[variant.longer.name])
        load = load_of(rooms, variant, teaming, values)
        found[0, number] = (
            np.maximum(by_erlang(rooms, teaming, load), floor_of(rooms, teaming, values)).sum() / 2
        )
        sending = asked_of_dispatchers(rooms, variant, values)
        least = dispatchers_by_erlang(rooms, sending)
        found[1, number] = np.maximum(least, dispatchers_floor(rooms, variant, values)).sum() / 2
    return found
