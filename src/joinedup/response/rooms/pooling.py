"""What pooling saves: the staff hours of separate rooms less those of another way of working, and how sure that is (§3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from joinedup.assumptions import draw
from joinedup.response.rooms import declared
from joinedup.response.rooms.drawing import Teaming
from joinedup.response.rooms.staffing import (
    WEEKS_A_YEAR,
    Staffing,
    by_erlang,
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

    ``hours`` is by the confirmed staff, ``low`` and ``high`` 95 in 100 of the draws of what is uncertain: how many calls there
    are, what passing one on takes, how much longer a handler of several trades takes, and what was declared for want of calls.
    ``minimum`` is the part of ``hours`` that comes of keeping
    fewer rooms awake, whatever the calls. ``posts`` is hours, low and high in full-time posts. Hours freed are not posts saved
    until a roster shows it (§4.7).
    """

    staffing: Staffing
    hours: float
    low: float
    high: float
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
    staffings = [staffed(rooms, each, made=made, workers=workers) for each in ways]
    taken = [declared.LOAD, declared.WRAP_UP, declared.LOG, declared.LOG_OWN]
    uncertain = [rooms.assumptions[each.name] for each in taken]
    uncertain += [each for each in (*rooms.counted, *rooms.timed) if each is not None]
    uncertain += [number for each in ways for number in each.assumptions]
    drawn = draw(uncertain, draws, rooms.seed)
    hours = np.array([_hours(rooms, each, drawn) for each in ways])
    productive = rooms.central(declared.PRODUCTIVE)
    found = []
    for staffing, moved in zip(staffings, hours, strict=True):
        saved = staffings[0].hours - staffing.hours
        by_draw = hours[0] - moved
        about = by_draw[1:] - by_draw[0] if draws else np.zeros(1)
        low, high = (saved + float(np.quantile(about, each)) for each in (0.025, 0.975))
        low, high = min(low, saved), max(high, saved)
        posts = tuple(each * WEEKS_A_YEAR / productive for each in (saved, low, high))
        minimum = staffings[0].for_minimum - staffing.for_minimum
        found.append(Saving(staffing, saved, low, high, minimum, (posts[0], posts[1], posts[2])))
    return tuple(found)


def _hours(rooms: Rooms, variant: Variant, drawn: Draws) -> NDArray[np.float64]:
    """Give the staff hours a week by Erlang for each draw; shape (draws + 1,)."""
    found = np.empty(len(drawn))
    for number in range(len(drawn)):
        values = {name: float(each[number]) for name, each in drawn.values.items()}
        teaming = Teaming.of(rooms, variant, values[variant.longer.name])
        load = load_of(rooms, variant, teaming, values)
        found[number] = np.maximum(by_erlang(rooms, teaming, load), floor_of(rooms, teaming)).sum() / 2
    return found
