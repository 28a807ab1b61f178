"""What a column of an unknown file looks like, by its name and by its values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.personal import evidence, looks_personal
from joinedup.area.times import parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

TIME_FORMATS = tuple(
    f"{day}{between}{clock}"
    for day in (
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%Y/%m/%d",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%d-%b-%Y",
        "%d %b %Y",
        "%d %B %Y",
    )
    for between in (" ", "T", ", ")
    for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S%.f")
    if between == " " or clock.startswith("%H:%M")
)
"""Ways to write a time that are tried; the day before the month first, as in Britain."""
DATE_FORMATS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%d/%m/%y",
)
DEGREES_TEXT = r"^\(?\s*-?\d{1,2}\.\d+\s*,\s*-?\d{1,3}\.\d+\s*\)?$"
GRID_TEXT = r"^\(?\s*\d{5,6}(?:\.\d+)?\s*,\s*\d{4,7}(?:\.\d+)?\s*\)?$"
_MONTH = r"^\d{4}-(?:0[1-9]|1[0-2])$"
_NUMBER = r"^-?\d+(?:\.\d+)?$"
_SHORT = {"no": "number", "nr": "number", "num": "number", "ref": "reference", "lng": "lon"}
_MOSTLY = 0.9
_SAMPLE = 5_000
_LONG = 45
_UNIQUE = 0.98


@dataclass(frozen=True)
class Look:
    """One column: its name, how full and how varied it is, and what its values are."""

    name: str
    kind: str
    """degrees, degrees text, grid text, time, date, month, number, text, long text, personal or blank."""
    why: str
    filled: float
    """Share of rows with a value."""
    distinct: int
    rows: int
    format: str = ""
    doubtful: bool = False
    low: float = 0.0
    high: float = 0.0
    along: tuple[float, float] = (0.0, 0.0)
    """The range of the second number where a cell holds two."""

    @property
    def unique(self) -> bool:
        """Whether hardly any two rows have the same value, blanks apart."""
        return self.distinct >= _UNIQUE * self.filled * self.rows > 0

    @property
    def words(self) -> tuple[str, ...]:
        """The words of its name, in small letters."""
        parted = re.sub(r"([a-z])([A-Z])", r"\1 \2", self.name)
        return tuple(_SHORT.get(word, word) for word in re.sub(r"[\W_]+", " ", parted).lower().split())


def look(values: pl.Series) -> Look:
    """Look at one column of text."""
    text = values.str.strip_chars()
    text = text.filter(text.is_not_null() & (text != ""))
    rows = max(len(values), 1)
    filled, distinct = len(text) / rows, text.n_unique()

    blank = Look(values.name, "blank", "it is blank", filled, distinct, len(values))
    if text.is_empty():
        return blank
    by_header = "its header names a person or a way to find one" if looks_personal(values.name) else ""
    personal = by_header or str(evidence(text, of_events=True) or "")
    if personal:
        return replace(blank, kind="personal", why=personal)
    # The seed makes the sample the same each time.
    sample = text.sample(min(len(text), _SAMPLE), seed=1)
    for test in (_by_pattern, _by_number, _by_time):
        seen = test(blank, sample)
        if seen is not None:
            return seen
    if float(sample.str.len_chars().mean() or 0) > _LONG and _share(sample.str.contains(" ")) > 0.5:  # type: ignore[arg-type]
        return replace(blank, kind="long text", why="long text")
    words = "one word or number" if distinct == 1 else f"{distinct:,} different words or numbers"
    return replace(blank, kind="text", why=words)


def _by_pattern(blank: Look, sample: pl.Series) -> Look | None:
    """See months, and places of which both numbers stand in one cell."""
    for kind, pattern, why in (
        ("month", _MONTH, "months such as 2018-10"),
        ("degrees text", DEGREES_TEXT, "latitude and longitude in one cell"),
        ("grid text", GRID_TEXT, "easting and northing in one cell"),
    ):
        share = _share(sample.str.contains(pattern))
        if share < _MOSTLY:
            continue
        seen = replace(blank, kind=kind, why=f"{share:.0%} of the values are {why}")
        if kind == "month":
            return seen
        two = [
            sample.str.extract(rf"(-?[\d.]+)\s*{end}", 1).cast(pl.Float64, strict=False)
            for end in (",", r"\)?$")
        ]
        (low, high), along = (_span(each) for each in two)
        return replace(seen, low=low, high=high, along=along)
    return None


def _by_number(blank: Look, sample: pl.Series) -> Look | None:
    """See numbers, and among them those with the decimals and the range of degrees."""
    numbers = sample.filter(sample.str.contains(_NUMBER)).cast(pl.Float64, strict=False)
    if len(numbers) < _MOSTLY * len(sample):
        return None
    low, high = _span(numbers)
    degrees = _share(sample.str.contains(r"\.\d{3,}$")) >= 0.8 and -180 <= low <= high <= 180
    why = (
        f"numbers, most of them from {low:g} to {high:g}"
        if high > low
        else f"most of the numbers are {low:g}"
    )
    return replace(blank, kind="degrees" if degrees else "number", why=why, low=low, high=high)


def _by_time(blank: Look, sample: pl.Series) -> Look | None:
    """See times and dates, and how they are written."""
    for kind, formats in (("time", TIME_FORMATS), ("date", DATE_FORMATS)):
        best, share, doubtful = _format(sample, formats, kind)
        if share >= _MOSTLY:
            why = f"{share:.0%} of the values are {kind}s"
            return replace(blank, kind=kind, why=why, format=best, doubtful=doubtful)
    if _share(parsed(sample, "UTC").times.is_not_null()) >= _MOSTLY:
        return replace(blank, kind="time", why="times such as 2025-03-31T14:05:00+01:00")
    return None


def _span(numbers: pl.Series) -> tuple[float, float]:
    """Give the range of nearly all of several numbers."""
    low, high = (float(numbers.quantile(each) or 0) for each in (0.01, 0.99))
    return low, high


def _format(sample: pl.Series, formats: Sequence[str], kind: str) -> tuple[str, float, bool]:
    """Find the format that reads most, and whether another, with day and month exchanged, reads as much."""
    few = sample.head(200)
    shares = {form: _share(_read(few, form, kind)) for form in formats}
    likely = [form for form in formats if shares[form] > 0.5]
    shares = {form: _share(_read(sample, form, kind)) for form in likely}
    if not likely:
        return "", 0.0, False
    best = max(likely, key=lambda form: shares[form])
    other = best.replace("%d/%m", "%m/%d") if "%d/%m" in best else best.replace("%m/%d", "%d/%m")
    return best, shares[best], other != best and shares.get(other) == shares[best]


def _read(sample: pl.Series, form: str, kind: str) -> pl.Series:
    if kind == "date":
        return sample.str.to_date(form, strict=False, exact=True).is_not_null()
    return sample.str.to_datetime(form, time_unit="us", strict=False, exact=True).is_not_null()


def _share(mask: pl.Series) -> float:
    return float(mask.fill_null(value=False).mean() or 0)  # type: ignore[arg-type]


def likeness(column: Look, names: Sequence[str]) -> float:
    """Say how like a column's name is to the best of several, from 0 to 1.

    >>> station = Look("STATION_NAME", "text", "", 1.0, 2, 2)
    >>> likeness(station, ["station name"]), likeness(station, ["priority"]) < 0.5
    (1.0, True)
    """
    own = " ".join(column.words)
    best = 0.0
    for name in names:
        if own == name:
            return 1.0
        if set(name.split()) <= set(column.words):
            best = max(best, 0.7 + 0.25 * len(name) / max(len(own), 1))
        else:
            best = max(best, 0.75 * SequenceMatcher(None, own, name).ratio())
    return best
