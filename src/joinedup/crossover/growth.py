"""How the number of joint events grows with the window, and why (§2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.crossover.answer import Window
from joinedup.crossover.gathered import Asked, Gathered, groups_of, of_each_two
from joinedup.crossover.matching import Matching
from joinedup.crossover.two_services import matched

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joinedup.area import Area
    from joinedup.crossover.answer import Crossover, Pair
    from joinedup.crossover.gathered import Two

WINDOWS = (
    Window(250, 15),
    Window(250, 30),
    Window(500, 30),
    Window(500, 60),
    Window(1_000, 60),
    Window(1_000, 120),
)
"""The windows at which growth is shown, beside the one that was asked for; the last holds all others."""

_LITTLE = 0.05


@dataclass(frozen=True)
class Growth:
    """How many joint events two services have in ever wider windows, each with a 95 % interval.

    The window that was asked for has its own measurement. The others are in proportion to it as one measurement of the
    widest window finds them, and their intervals as wide, in proportion, as the wider one of the two measurements.
    """

    services: tuple[str, str]
    events: Mapping[Window, float]
    intervals: Mapping[Window, tuple[float, float]]

    @property
    def with_distance(self) -> float:
        """What doubling the distance from 500 m adds, within an hour, as a share."""
        return _added(self.events[Window(500, 60)], self.events[Window(1_000, 60)])

    @property
    def with_time(self) -> float:
        """What doubling the time from an hour adds, within a kilometre, as a share."""
        return _added(self.events[Window(1_000, 60)], self.events[Window(1_000, 120)])

    @property
    def why(self) -> str:
        """Say in plain words what the growth tells."""
        far, late = self.with_distance > _LITTLE, self.with_time > _LITTLE
        if far and late:
            return "the number grows with distance and with time: places are poor, and some records follow on from others"
        if far:
            return "the number grows with distance and not with time: one event is put at places far apart"
        if late:
            return "the number grows with time and not with distance: records follow on from others an hour and more later"
        return "the number hardly grows beyond 500 m and an hour: the records of one event lie close together"

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "services": list(self.services),
            "windows": [
                {
                    "metres": window.metres,
                    "minutes": window.minutes,
                    "estimate": round(events, 2),
                    "low": round(self.intervals[window][0], 2),
                    "high": round(self.intervals[window][1], 2),
                }
                for window, events in self.events.items()
            ],
            "with_distance": round(self.with_distance, 4),
            "with_time": round(self.with_time, 4),
            "why": self.why,
        }


def _added(before: float, after: float) -> float:
    return after / before - 1 if before > 0 else 0.0


@dataclass(frozen=True, eq=False)
class _Wide:
    """The meetings of two services in the widest window, and the estimate that they come to, with its interval."""

    joint: pl.DataFrame
    events: float
    low: float
    high: float


def growth(
    area: Area, found: Crossover, progress: Callable[[str], None] | None = None, workers: int | None = None
) -> tuple[Growth, ...]:
    """Measure a window that holds all others once, and count the events of each among its meetings.

    ``found`` is what was measured in the window that was asked for.
    """
    tell = progress or (lambda _: None)
    windows = sorted({*WINDOWS, found.window}, key=lambda each: (each.metres, each.minutes))
    widest = Window(max(each.metres for each in windows), max(each.minutes for each in windows))
    gathered, asked = Gathered.of(area), Asked(widest, Matching(), workers)
    measured = {pair.services: pair for pair in found.pairs if pair.joint is not None}

    def wide(two: Two) -> Growth | None:
        if two.services not in measured:
            return None
        tell(f"pairs of {' and '.join(two.services)} within {widest.metres:g} m and {widest.minutes:g} min")
        joint, met = matched(two, tell)
        every = _Wide(met, joint.events, joint.low, joint.high)
        return _grown(measured[two.services], found.window, every, windows)

    grown = of_each_two(gathered, asked, groups_of(gathered, asked, tell), wide)
    return tuple(each for each in grown if each is not None)


def _grown(pair: Pair, own: Window, wide: _Wide, windows: list[Window]) -> Growth:
    """Put what a pair of services has in each window in proportion to what was measured in its own."""
    placed = {window: _within(wide.joint, window) for window in windows}
    estimate, low, high = pair.estimate or 0.0, pair.low or 0.0, pair.high or 0.0
    # Where nothing was found in its own window, the widest has to say what there is in the others.
    every = float(wide.joint["probability"].sum())
    one = estimate / placed[own] if placed[own] > 0 else wide.events / every if every > 0 else 0.0
    events = {window: one * number for window, number in placed.items()} | {own: estimate}
    below = min(
        (each[0] / each[1] for each in ((low, estimate), (wide.low, wide.events)) if each[1] > 0), default=1.0
    )
    above = max(
        (each[0] / each[1] for each in ((high, estimate), (wide.high, wide.events)) if each[1] > 0),
        default=1.0,
    )
    intervals = {window: (below * number, above * number) for window, number in events.items()}
    return Growth(pair.services, events, intervals | {own: (low, high)})


def _within(joint: pl.DataFrame, window: Window) -> float:
    """Add up the meetings that have a pair in a window."""
    inside = (pl.col("least_metres") <= window.metres) & (pl.col("least_minutes") <= window.minutes)
    return float(joint.filter(inside)["probability"].sum())
