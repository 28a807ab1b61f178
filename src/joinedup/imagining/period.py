"""The period of an imagined study, hour by hour: what each hour of it weighs, with storms and bank holidays.

Hours are counted in true time, so that the hour that the clocks repeat is two and the one that they skip is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.kinds import BANK_HOLIDAYS, PROFILES, SEASON, WEEKEND_NIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from joinedup.imagining.noise import Noise

ZONE = "Europe/London"
FIRST_DAY = date(2024, 4, 1)
MOST_DAYS = 1_096
"""Three years, as far as bank holidays are known."""
HOUR, DAY, WEEK, YEAR = 3_600.0, 86_400.0, 604_800.0, 365 * 86_400.0
"""Seconds."""

_NIGHT_FROM, _NIGHT_TO = 22, 4
_MIDWINTER = (date(2025, 1, 15) - FIRST_DAY).days
_STORM_HOURS = 12
_MATCH_HOUR, _SATURDAY = 15, 5


@dataclass(frozen=True, eq=False)
class Period:
    """The hours of a study; times in it are seconds from its start."""

    days: int
    seed: int
    noise: Noise

    @property
    def last_day(self) -> date:
        """The last day of the study."""
        return FIRST_DAY + timedelta(days=self.days - 1)

    @cached_property
    def start(self) -> int:
        """The first moment, in seconds from 1970."""
        return _midnight(FIRST_DAY)

    @cached_property
    def seconds(self) -> int:
        """The length of the period."""
        return _midnight(FIRST_DAY + timedelta(days=self.days)) - self.start

    @cached_property
    def years(self) -> float:
        """The length of the period in years."""
        return self.days / 365

    @cached_property
    def _clock(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The local day (from 0) and the local hour of each true hour."""
        zone = ZoneInfo(ZONE)
        moments = [
            datetime.fromtimestamp(self.start + 3600 * hour, zone) for hour in range(self.seconds // 3600)
        ]
        first = FIRST_DAY.toordinal()
        day = np.array([moment.date().toordinal() - first for moment in moments], dtype=np.int64)
        return day, np.array([moment.hour for moment in moments], dtype=np.int64)

    @cached_property
    def hour_of_week(self) -> NDArray[np.int64]:
        """The local hour of the week of each true hour, from 0 on Monday at midnight."""
        day, hour = self._clock
        return (day + FIRST_DAY.weekday()) % 7 * 24 + hour

    @cached_property
    def month(self) -> NDArray[np.int64]:
        """The number of thirty days gone before each true hour."""
        return self._clock[0] // 30

    @cached_property
    def storms(self) -> NDArray[np.float64]:
        """When each storm begins; the weather is the same for every district."""
        number = round(self.noise.storms * self.years)
        return np.sort(stream(self.seed, "storms").random(number)) * max(0.0, self.seconds - STORM_SECONDS)

    @cached_property
    def holidays(self) -> list[float]:
        """When each bank holiday begins."""
        inside = [day for day in BANK_HOLIDAYS if FIRST_DAY <= day <= self.last_day]
        return [float(_midnight(day) - self.start) for day in inside]

    def matches(self, district: int) -> NDArray[np.float64]:
        """When each match at a district's ground begins: every other Saturday, or as often as the noise says."""
        day, hour = self._clock
        weekday = (day + FIRST_DAY.weekday()) % 7
        kick_off = np.flatnonzero((weekday == _SATURDAY) & (hour == _MATCH_HOUR)).astype(np.float64) * HOUR
        number = min(len(kick_off), round(self.noise.matches * self.years))
        chance = stream(self.seed, "district", str(district), "matches")
        return np.sort(chance.choice(kick_off, number, replace=False)) if number else np.empty(0)

    def weights(self, profile: str, *, weather: bool) -> NDArray[np.float64]:
        """Give the weight of each hour, added up and ending at 1."""
        return self._weights[profile, weather]

    @cached_property
    def _weights(self) -> dict[tuple[str, bool], NDArray[np.float64]]:
        day, hour = self._clock
        evening = np.where(hour >= _NIGHT_FROM, day, day - 1)
        night = (hour >= _NIGHT_FROM) | (hour < _NIGHT_TO)
        weekend = night & np.isin((evening + FIRST_DAY.weekday()) % 7, (4, 5))
        holiday = np.isin(day, [(each - FIRST_DAY).days for each in BANK_HOLIDAYS])
        storm = np.zeros(len(day), dtype=bool)
        for begins in self.storms:
            storm[int(begins // HOUR) : int((begins + STORM_SECONDS) // HOUR)] = True
        winter = np.cos(2 * np.pi * (day - _MIDWINTER) / 365.25)
        found = {}
        for name, profile in PROFILES.items():
            weight = (
                profile[hour] * np.where(weekend, WEEKEND_NIGHTS[name], 1.0) * (1 + SEASON[name] * winter)
            )
            if name in ("police", "fire"):
                weight = weight * np.where(holiday, self.noise.bank_holiday_factor, 1.0)
            for weather in (False, True):
                total = np.cumsum(weight * np.where(storm & weather, self.noise.storm_factor, 1.0))
                total /= total[-1]
                total[-1] = 1.0
                found[name, weather] = total
        return found

    def moments(
        self, chance: np.random.Generator, number: int, profile: str, *, weather: bool
    ) -> NDArray[np.float64]:
        """Draw times by the weights of their hours."""
        hour = np.searchsorted(self.weights(profile, weather=weather), chance.random(number), side="right")
        return (hour + chance.random(number)) * HOUR


STORM_SECONDS = _STORM_HOURS * HOUR


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).timestamp())
