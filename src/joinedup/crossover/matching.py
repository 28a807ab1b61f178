"""The settings of the matcher: each with its range and its reason, so that an answer can be shown to hang on none."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from joinedup.crossover.records import SLACK


def _setting(value: float, low: float, high: float, unit: str, why: str) -> Any:
    return field(default=value, metadata={"low": low, "high": high, "unit": unit, "why": why})


@dataclass(frozen=True)
class Matching:
    """How near pairs are weighed. The defaults were found on imagined areas whose truth is known."""

    search: float = _setting(
        2.0,
        1.5,
        3.0,
        "windows",
        "how far apart records are weighed: rounded and poor places lie beyond the window",
    )
    core_minutes: float = _setting(
        45,
        40,
        60,
        "minutes",
        "the longest gap that is weighed, for a window of up to 30 minutes and in proportion beyond; the sideband begins there",
    )
    sideband_minutes: float = _setting(
        120, 60, 240, "minutes", "how long the sideband is, which tells how that day differs from other weeks"
    )
    shift_weeks: int = _setting(
        4, 2, 4, "weeks", "how far one service is shifted, either way; a fifth week is kept to check by"
    )
    heaviest_day: float = _setting(
        4.0,
        2.0,
        8.0,
        "times",
        "the volume of a day that one so many times quieter may stand for; others speak for none",
    )
    neighbourhood: float = _setting(
        500, 300, 1000, "metres", "the width of the kernel that tells how busy a place is"
    )
    strata: int = _setting(8, 4, 12, "strata", "how finely busy places and hours are told apart")
    steadying: float = _setting(
        20,
        5,
        80,
        "pairs",
        "how much speaks for the same chance on the same day as in other weeks, in each stratum",
    )
    again_metres: float = _setting(
        150, 100, 250, "metres", "how near a service's second call about one event comes"
    )
    again_minutes: float = _setting(
        15, 10, 25, "minutes", "how soon a service's second call about one event comes"
    )

    def farthest(self, metres: float) -> float:
        """How far apart (metres) records are weighed for a window: at least as far as rounding may have moved both."""
        return max(self.search * metres, metres + 2 * max(SLACK.values()))


@dataclass(frozen=True)
class Setting:
    """A setting as it is shown: its value, range, unit and reason."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    why: str


def settings() -> tuple[Setting, ...]:
    """List the settings of the matcher."""
    usual = Matching()
    return tuple(Setting(each.name, getattr(usual, each.name), **each.metadata) for each in fields(Matching))
