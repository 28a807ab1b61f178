"""What makes real records hard: each difficulty a field with a realistic size, all of them off in `Noise.none()`."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from joinedup.refusal import Refusal


@dataclass(frozen=True)
class Noise:
    """The difficulties of an imagined area; shares are of records or events, and 0 turns a difficulty off.

    Every difficulty that is injected is written to the truth, in `difficulties.parquet`.
    """

    time_minutes: float = 3.0
    """Standard deviation of a record's time about its event's."""
    place_metres: float = 100.0
    """Root mean square distance between a record's place and its event's."""
    rounded: float = 1 / 3
    """Share of the records of police whose place is rounded to 100 m (and says so)."""
    category_slips: float = 0.1
    """Share of records with another category of the same service."""
    duplicates: float = 0.03
    """Share of records that a second call within minutes opened again."""
    requests_missed: float = 0.15
    """Share of records that do not say that another service was asked for, though it was."""
    requests_in_vain: float = 0.01
    """Share of one service's own records that ask for another service, which opens none."""
    missing_places: float = 0.02
    """Share of records without a place."""
    missing_times: float = 0.005
    """Share of records without a time."""
    missing_categories: float = 0.01
    """Share of the records of police and ambulance without a category."""
    missing_weeks: float = 1.0
    """Weeks a year in which one service of a region lost all its records."""
    default_places: float = 0.015
    """Share of records put at the control room because the address was not found."""
    clock_seconds: float = 45.0
    """Standard deviation of a service's clock from the true time, anew each month."""
    delayed: float = 0.03
    """Share of records that were opened late."""
    delay_minutes: float = 20.0
    """How late they are on average."""
    storms: float = 6.0
    """Storms a year: a dozen hours with several times the falls, floods and collisions, everywhere at once."""
    storm_factor: float = 4.0
    """How many times as much happens in them, of what the weather brings."""
    matches: float = 26.0
    """Matches a year at each ground: crowds in which services work near each other on different matters."""
    match_events: float = 6.0
    """Events near the ground around one match."""
    bank_holiday_factor: float = 1.3
    """How many times as much happens on bank holidays, of what police and fire see."""
    weekly_callers: float = 0.05
    """Share of some kinds of event that come from addresses which call at the same hour every week."""
    moving_clusters: float = 0.05
    """Share of some kinds of event that belong to a series whose centre moves through the streets for weeks."""
    coincidences: float = 0.001
    """Share of events that happen minutes and metres from an unrelated one of another service, where it is dense."""

    def __post_init__(self) -> None:
        """Hold every size to its range."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0:
                raise Refusal(f"noise {field.name}: {value:g} is not a size; use a number of 0 or more")
            if field.name in SHARES and value > 1:
                raise Refusal(f"noise {field.name}: {value:g} is not a share; use a number from 0 to 1")

    @classmethod
    def none(cls) -> Noise:
        """Give no difficulty at all: every record has its event's time, place and category."""
        off = dict.fromkeys((field.name for field in fields(cls)), 0.0)
        return cls(**(off | {"storm_factor": 1.0, "bank_holiday_factor": 1.0}))


SHARES = (
    "rounded",
    "category_slips",
    "duplicates",
    "requests_missed",
    "requests_in_vain",
    "missing_places",
    "missing_times",
    "missing_categories",
    "default_places",
    "delayed",
    "weekly_callers",
    "moving_clusters",
    "coincidences",
)
"""The fields of `Noise` that are shares."""
