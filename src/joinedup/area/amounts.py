"""Amounts as people write them in a cell, such as 1,250 m2, £1.2m or (1,250), as a number in the unit that is wanted."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNITS: Mapping[str, Mapping[float, str]] = MappingProxyType(
    {
        "area": {
            1.0: "square metres|square meters|square metre|sq metres|sq m|sqm|m2|m²|m sq",
            10_000.0: "hectares|hectare|ha",
            4_046.8564224: "acres|acre|ac",
            0.09290304: "square feet|square foot|sq feet|sq ft|sqft|ft2|ft²",
            1e6: "square kilometres|sq km|km2|km²",
        },
        "money": {1.0: "pounds|pound|gbp", 0.01: "pence|p"},
        "length": {
            1.0: "metres|meters|metre|m",
            1_000.0: "kilometres|kilometers|kilometre|km",
            1_609.344: "miles|mile|mi",
            0.9144: "yards|yard|yd",
            0.3048: "feet|foot|ft",
        },
        "duration": {
            1.0: "days|day|d",
            7.0: "weeks|week|wk",
            365.25: "years|year|yrs|yr",
            365.25 / 12: "months|month|mths",
            1 / 24: "hours|hour|hrs|hr|h",
            1 / 1_440: "minutes|minute|mins|min",
            1 / 86_400: "seconds|second|secs|sec|s",
        },
    }
)
"""What each unit is worth in the first of its kind: square metres, pounds, metres, days."""

UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        name: (kind, worth)
        for kind, units in _UNITS.items()
        for worth, names in units.items()
        for name in names.split("|")
    }
)
"""Every way to write a unit: its kind, and its worth."""

_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_AMOUNT = re.compile(
    r"(?P<minus>[-−–])?\s*(?P<pounds>£)?\s*(?P<sign>[-−])?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
    r"\s*(?P<times>thousand|million|billion|mn|bn|k|m)?(?P<unit>\s*[a-z²£][a-z²2. ]*?)??"
    r"\s*(?P<yearly>per year|per annum|a year|p\.?\s?a\.?|/\s?(?:year|yr))?\s*(?:\((?P<again>[^()]*)\))?",
    re.IGNORECASE,
)
_FARTHEST_APART = 2.0
_LONGEST = 100


def amounts(values: pl.Series, unit: str, wanted: str) -> pl.Series:
    """Read cells as numbers in the unit that a column of ours has; null where a cell cannot be read with certainty.

    Args:
        values: text.
        unit: the unit of a cell that names none.
        wanted: the unit of our column, such as ``pounds a year``.
    """
    given = values.drop_nulls().unique(maintain_order=True)
    read = [amount(each, unit, wanted) for each in given.to_list()]
    return values.replace_strict(
        given, pl.Series(read, dtype=pl.Float64), default=None, return_dtype=pl.Float64
    )


def amount(text: str, unit: str, wanted: str) -> float | None:
    """Read one cell.

    >>> amount("0.537 hectares (1.33 acres)", "square metres", "square metres")
    5370.0
    >>> amount("£1.2m", "pounds", "pounds a year"), amount("(1,250)", "pounds", "pounds")
    (1200000.0, -1250.0)
    >>> amount("12 acres", "pounds", "pounds") is None
    True
    """
    text = " ".join(text[: _LONGEST + 1].split())
    if len(text) > _LONGEST:
        return None
    bracketed = re.fullmatch(r"\(\s*([^()]*)\)(.*)", text)
    found = _AMOUNT.fullmatch("".join(bracketed.groups()) if bracketed else text)
    if found is None:
        return None
    minus = sum(bool(each) for each in (bracketed, found["minus"], found["sign"]))
    if minus > 1 or (found["yearly"] and not wanted.endswith("a year")):
        return None
    worth = _worth(found, unit, wanted)
    if worth is None:
        return None
    value = float(found["number"].replace(",", "")) * worth
    if found["again"] is not None:
        # Said again in another unit: where the two disagree nobody can tell which is right.
        again = amount(found["again"], unit, wanted)
        if again is None or not value or not 1 / _FARTHEST_APART <= again / value <= _FARTHEST_APART:
            return None
    return -value if minus else value


def _worth(found: re.Match[str], unit: str, wanted: str) -> float | None:
    """Say what one of the cell's unit is worth in the unit that is wanted; None where they are of different kinds."""
    kind, one = UNITS.get(wanted.removesuffix(" a year").removesuffix(" a run"), ("", 1.0))
    times, written = (found["times"] or "").lower(), (found["unit"] or "").replace(".", "").strip().lower()
    if times and not found["pounds"] and kind != "money" and f"{times}{found['unit'] or ''}".lower() in UNITS:
        # 12 m is twelve metres, and £12m twelve million pounds.
        times, written = "", f"{times}{found['unit'] or ''}".lower()
    if found["pounds"]:
        if written:
            return None
        written = "pounds"
    written = written or unit
    if not written or written == wanted:
        return _TIMES.get(times, 1.0)
    its_kind, worth = UNITS.get(written, ("unknown", 1.0))
    return worth / one * _TIMES.get(times, 1.0) if its_kind == kind else None
