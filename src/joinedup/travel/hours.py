"""The few kinds of hours of the week in which drives are told apart, as data."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import numpy as np

_BANDS = tomllib.loads(files("joinedup.travel").joinpath("hours_of_week.toml").read_text("utf-8"))["bands"]
BANDS: tuple[str, ...] = tuple(each["name"] for each in _BANDS)
"""Their names; an hour is of one of them."""
OF_HOUR = np.full(168, len(BANDS) - 1, np.int64)
"""Which of them each hour of the week is of, from Monday midnight; shape (168,)."""
for _number, _band in enumerate(_BANDS):
    for _day in _band["weekdays"]:
        OF_HOUR[[(_day - 1) * 24 + _hour for _hour in _band["hours"]]] = _number
OF_HOUR.flags.writeable = False


def hours_of_day(band: int) -> tuple[int, ...]:
    """Give the hours of the day of one kind of hours."""
    return tuple(sorted({int(hour) % 24 for hour in np.flatnonzero(band == OF_HOUR)}))
