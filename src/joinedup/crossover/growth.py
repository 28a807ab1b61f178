"""How the number of joint events grows with the window and why, and how it hangs on each setting (§2.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.crossover.answer import Window
from joinedup.crossover.matching import Matching, Setting, settings
from joinedup.crossover.measure import measure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from joinedup.area import Area
    from joinedup.crossover.answer import Crossover, Pair

WINDOWS = (
    Window(250, 15),
    Window(250, 30),
    Window(500, 30),
    Window(500, 60),
    Window(1_000, 60),
    Window(1_000, 120),
)
"""The windows at which growth is shown; the last holds all others."""

_LITTLE = 0.05


@dataclass(frozen=True)
class Growth:
    """How many joint events two services have in ever wider windows, by one measurement of the widest."""

    services: tuple[str, str]
    events: Mapping[Window, float]

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
                {"metres": window.metres, "minutes": window.minutes, "estimate": round(events, 2)}
                for window, events in self.events.items()
            ],
            "with_distance": round(self.with_distance, 4),
            "with_time": round(self.with_time, 4),
            "why": self.why,
        }


def _added(before: float, after: float) -> float:
    return after / before - 1 if before > 0 else 0.0


def growth(area: Area, progress: Callable[[str], None] | None = None) -> tuple[Growth, ...]:
    """Measure the widest window once, and count the events of each narrower one among its meetings."""
    widest = WINDOWS[-1]
    wide = measure(area, widest.metres, widest.minutes, progress)
    return tuple(
        Growth(pair.services, {window: _within(pair, window) for window in WINDOWS})
        for pair in wide.pairs
        if pair.joint is not None
    )


def _within(pair: Pair, window: Window) -> float:
    """Add up a pair's meetings in a window, and its records without a usable position at their rate."""
    joint = pair.joint if pair.joint is not None else pl.DataFrame()
    inside = (pl.col("least_metres") <= window.metres) & (pl.col("least_minutes") <= window.minutes)
    placed = float(joint.filter(inside)["probability"].sum())
    estimate, unplaced = pair.estimate or 0.0, pair.unplaced or 0.0
    return placed * estimate / (estimate - unplaced) if estimate > unplaced else placed


@dataclass(frozen=True)
class Sensitivity:
    """What becomes of each pair's estimate with one setting at an end of its range, everything else as usual."""

    setting: Setting
    value: float
    estimates: Mapping[tuple[str, str], float | None]

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "setting": self.setting.name,
            "unit": self.setting.unit,
            "usual": self.setting.value,
            "value": self.value,
            "why": self.setting.why,
            "estimates": [
                {"services": list(services), "estimate": None if events is None else round(events, 2)}
                for services, events in self.estimates.items()
            ],
        }


def sensitivity(
    area: Area, window: Window, progress: Callable[[str], None] | None = None
) -> tuple[Sensitivity, ...]:
    """Measure again with each setting at either end of its range."""
    found = []
    for each in settings():
        for value in (each.low, each.high):
            if progress is not None:
                progress(f"{each.name.replace('_', ' ')} at {value:g} {each.unit}")
            changes: dict[str, Any] = {each.name: value}
            changed: Crossover = measure(
                area, window.metres, window.minutes, matching=replace(Matching(), **changes)
            )
            found.append(Sensitivity(each, value, {pair.services: pair.estimate for pair in changed.pairs}))
    return tuple(found)
