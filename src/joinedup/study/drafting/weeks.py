"""The week of a service as a grid of hours: as fine as the data can bear without giving single incidents away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from joinedup.crossover.counted import by_hour
from joinedup.disclosure import LIMIT, Figure, Grid
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.study.study import Study

_WEEK_HOURS = 168
MOST_UNSAID = 0.25
"""A grid is drawn as finely as leaves at most this share of a service's incidents unsaid."""
_MOST_LEFT_OUT = 0.5
"""A service of which the coarsest grid would leave more than this unsaid is not drawn."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EACH_DAY = tuple((day, (number,)) for number, day in enumerate(_DAYS, start=1))
_WEEK_AND_WEEKEND = (("Monday to Friday", (1, 2, 3, 4, 5)), ("Saturday and Sunday", (6, 7)))


@dataclass(frozen=True)
class Cut:
    """How the week is cut: the groups of days, and how many hours a cell is long."""

    days: tuple[tuple[str, tuple[int, ...]], ...]
    hours: int

    @property
    def along(self) -> list[str]:
        """The labels of the cells of a day."""
        return [
            f"{start:02d}" if self.hours == 1 else f"{start:02d} to {start + self.hours:02d}"
            for start in self.starts
        ]

    @property
    def starts(self) -> range:
        """The hour at which each cell of a day begins."""
        return range(0, 24, self.hours)

    def cells(self, week: pl.DataFrame) -> list[list[tuple[float, float]]]:
        """Add up low and middle by group of days and part of the day."""
        return [
            [
                (float(part["low"].sum()), float(part["middle"].sum()))
                for start in self.starts
                for part in [
                    week.filter(
                        pl.col("weekday").is_in(numbers)
                        & pl.col("hour").is_between(start, start + self.hours, closed="left")
                    )
                ]
            ]
            for _, numbers in self.days
        ]

    def unsaid(self, week: pl.DataFrame) -> float:
        """Give the share of incidents in cells that are too small to be said."""
        lows = [low for row in self.cells(week) for low, _ in row]
        return sum(low for low in lows if low < LIMIT) / max(sum(lows), 1.0)


CUTS = (
    Cut(_EACH_DAY, 1),
    Cut(_EACH_DAY, 3),
    Cut(_WEEK_AND_WEEKEND, 3),
    Cut(_WEEK_AND_WEEKEND, 6),
)


def week_grids(study: Study, services: Sequence[str]) -> tuple[dict[str, str], list[Grid]]:
    """Draw the week of each service, all cut alike, and word when each is busiest.

    The first of the cuts that leaves few of any drawn service's incidents unsaid is taken.
    """
    weeks = {each: by_hour(study.counted.rows, each) for each in services}
    drawn = {each: week for each, week in weeks.items() if CUTS[-1].unsaid(week) <= _MOST_LEFT_OUT}
    cut = next(
        (cut for cut in CUTS if all(cut.unsaid(week) <= MOST_UNSAID for week in drawn.values())), CUTS[-1]
    )
    return (
        {each: _peak(cut, week) for each, week in drawn.items()},
        [_grid(study, each, cut, week) for each, week in drawn.items()],
    )


def _indices(cut: Cut, week: pl.DataFrame) -> list[list[tuple[int, int]]]:
    """Give each cell's demand an hour, 100 being the average hour's, and the fewest incidents that it rests on.

    To the nearest five: more digits would say more than a shade can.
    """
    average = float(week["middle"].sum()) / _WEEK_HOURS
    return [
        [(5 * round(20 * middle / (len(numbers) * cut.hours) / average), int(low)) for low, middle in row]
        for (_, numbers), row in zip(cut.days, cut.cells(week), strict=True)
    ]


def _peak(cut: Cut, week: pl.DataFrame) -> str:
    """Word the busiest cell of the week, of those that rest on enough to be said."""
    cells = [
        (index, -y, -x)
        for y, row in enumerate(_indices(cut, week))
        for x, (index, base) in enumerate(row)
        if base >= LIMIT
    ]
    _, y, x = max(cells)
    start = cut.starts[-x]
    return f"{cut.days[-y][0]}, {start:02d}:00 to {start + cut.hours:02d}:00"


def _grid(study: Study, service: str, cut: Cut, week: pl.DataFrame) -> Grid:
    name = study.area.name_of(service)
    counted = service in study.counted.alone
    return Grid(
        f"week-{service}",
        f"{name} is busiest on {_peak(cut, week)}",
        f"Demand in each part of the week beside the average hour, local time; {study.area.settings.name}",
        [label for label, _ in cut.days],
        cut.along,
        [[Figure(index, Unit.NUMBER, base) for index, base in row] for row in _indices(cut, week)],
        total=int(week["low"].sum()),
        measure="Demand an hour; 100 is the average hour of the week",
        source=(
            f"Source: the service's own counts; a hidden count is taken as {LIMIT / 2:g}."
            if counted
            else "Source: the service's own records."
        ),
        alternative="A cell for each part of the week, darker where demand was higher; the table behind says each in words.",
    )
