"""How a number reads: two or three significant figures, 8 min 50 s, £0.8m to £1.6m.

A range is never given with more digits than its width supports, and both of its ends are given alike.
"""

from __future__ import annotations

import math
from enum import StrEnum

MINUS = "−"
"""A true minus sign: a screen reader says "minus", and no spreadsheet takes it for the start of a formula."""


class Unit(StrEnum):
    """What a number is of, which decides how it is worded.

    COUNT is of incidents or people, which the small-count rule watches; things such as stations are a NUMBER.
    SHARE and PER_HUNDRED are both given as a share of one; PER_HUNDRED leaves the sentence to say "in 100".
    """

    COUNT = "count"
    SHARE = "share"
    PER_HUNDRED = "per hundred"
    POUNDS = "pounds"
    MINUTES = "minutes"
    KILOMETRES = "kilometres"
    SQUARE_METRES = "square metres"
    NUMBER = "number"


def in_words(number: float, unit: Unit, low: float | None = None, high: float | None = None) -> str:
    """Word a number, or its range when it has one.

    >>> in_words(1_234_567, Unit.POUNDS)
    '£1.23m'
    >>> in_words(1_200_000, Unit.POUNDS, 800_000, 1_600_000)
    '£0.8m to £1.6m'
    >>> in_words(-100_000, Unit.POUNDS, -300_000, 50_000)
    '−£300k to £50k'
    >>> in_words(0.0512, Unit.SHARE, 0.0481, 0.0533)
    '4.8% to 5.3%'
    >>> in_words(0.0512, Unit.PER_HUNDRED, 0.0481, 0.0533)
    '4.8 to 5.3'
    >>> in_words(8.83, Unit.MINUTES)
    '8 min 50 s'
    >>> in_words(7.5, Unit.MINUTES, 6.1, 9.2)
    '6 to 9 min'
    """
    if low is None or high is None:
        return _alone(number, unit)
    lower, upper = _ends(low, high, unit)
    if lower == upper:
        return lower
    for suffix in _SAID_ONCE:
        if upper.endswith(suffix) and lower.endswith(suffix) and lower.count(" ") == upper.count(" ") == 1:
            return f"{lower.removesuffix(suffix)} to {upper}"
    return f"{lower} to {upper}"


def between(number: float, unit: Unit, low: float | None = None, high: float | None = None) -> str:
    """Word a number for a sentence that opens with its range.

    >>> between(0.0512, Unit.PER_HUNDRED, 0.0481, 0.0533)
    'between 4.8 and 5.3'
    >>> between(0.0512, Unit.PER_HUNDRED)
    '5.1'
    """
    if low is None or high is None:
        return _alone(number, unit)
    lower, upper = _ends(low, high, unit)
    return lower if lower == upper else f"between {lower} and {upper}"


def one_in(share: float) -> str:
    """Word a share so that a reader can picture it.

    >>> one_in(0.0512)
    'about 1 in 20'
    >>> one_in(0.0047)
    'about 1 in 210'
    >>> one_in(0.68)
    'about 7 in 10'
    """
    if not 0 < share < 1:
        return "none" if share <= 0 else "all"
    if share < 0.36:
        return f"about 1 in {round(_to_figures(1 / share, 2)):,}"
    if 0.475 <= share < 0.525:
        return "about half"
    return f"about {round(share * 10)} in 10" if share < 0.95 else "nearly all"


def settled(number: float, unit: Unit) -> float:
    """Round a number to what is handed on for drawing and for spreadsheets: whole where it is whole, else four figures.

    >>> settled(0.05123456, Unit.SHARE), settled(12.7, Unit.COUNT)
    (0.05123, 13.0)
    """
    whole = unit is Unit.COUNT or (unit is Unit.NUMBER and number == round(number))
    return float(round(number)) if whole else _to_figures(number, 4)


_SAID_ONCE = (" km", " m²", " m", " min", " s")
_POUND_SCALES = ((1e9, "bn", 999_500_000), (1e6, "m", 999_500), (1e3, "k", 99_950))


def _alone(number: float, unit: Unit) -> str:
    """Word a number that has no interval."""
    if unit is Unit.MINUTES:
        return _minutes(number, 1 if abs(number) < 60 else 60)
    scale, suffix = _scale(unit, abs(number))
    shown = number / scale
    match unit:
        case Unit.COUNT:
            places = 0
        case Unit.SHARE | Unit.PER_HUNDRED:
            places = 0 if abs(shown) in (0, 100) else 1 if abs(shown) >= 0.995 else _places(shown, 2)
        case Unit.POUNDS if scale == 1:
            pence = abs(number) < 10 and number != round(number)
            places = 2 if pence else min(_places(number, 3), 0)
        case Unit.KILOMETRES:
            places = 1 if number else 0
            if 0 < abs(number) < 0.995:
                shown, suffix = number * 1000, " m"
                places = min(_places(shown, 2), 0)
        case Unit.SQUARE_METRES:
            places = min(_places(number, 3), 0)
        case Unit.NUMBER if number == round(number):
            places = 0
        case _:
            places = _places(shown, 3)
    return _put(shown, places, unit, suffix)


def _ends(low: float, high: float, unit: Unit) -> tuple[str, str]:
    """Word both ends of an interval alike, with no more digits than its width supports."""
    low, high = min(low, high), max(low, high)
    largest = max(abs(low), abs(high))
    if unit is Unit.MINUTES:
        step = 60 if high - low >= 2 or largest >= 60 else 10 if high - low >= 0.5 else 1
        return _minutes(low, step), _minutes(high, step)
    scale, suffix = _scale(unit, largest)
    if unit is Unit.POUNDS and scale == 1 and largest >= 9_950:
        scale, suffix = 1e3, "k"
    places = _places_of_range(low / scale, high / scale)
    whole = unit in (Unit.COUNT, Unit.SQUARE_METRES)
    if whole:
        places = min(places, 0)
    if unit is Unit.POUNDS and scale == 1 and places > 0:
        places = 2
    words = []
    for end in (low, high):
        if not end or round(end / scale, places):
            words.append(_put(end / scale, places if end else 0, unit, suffix))
        elif unit is Unit.POUNDS:
            words.append(_alone(_to_figures(end, 1), unit))
        else:
            # An end that would round away beside the other keeps its first figure: "3 to 1,600".
            first = _places(end / scale, 1)
            words.append(_put(end / scale, min(first, 0) if whole else first, unit, suffix))
    return words[0], words[1]


def _places_of_range(low: float, high: float) -> int:
    """Find the decimal places that an interval's width supports: two or three figures of its larger end."""
    width, largest = high - low, max(abs(low), abs(high))
    if not largest:
        return 0
    places = _places(largest, 3)
    if width:
        supported = _places(width, 1)
        if width * 10**supported < 2:
            supported += 1
        places = min(max(supported, _places(largest, 2)), places)
    while places > 0 and all(round(end, places) == round(end, places - 1) for end in (low, high)):
        places -= 1
    return places


def _places(number: float, figures: int) -> int:
    """Find the decimal places that give so many significant figures (negative: tens, hundreds)."""
    if not number:
        return 0
    places = figures - 1 - math.floor(math.log10(abs(number)))
    # 0.9996 to three figures is 1.00, not 1.000.
    grown = math.floor(math.log10(abs(round(number, places)))) > math.floor(math.log10(abs(number)))
    return places - 1 if grown else places


def _to_figures(number: float, figures: int) -> float:
    """Round to so many significant figures."""
    return round(number, _places(number, figures))


def _scale(unit: Unit, size: float) -> tuple[float, str]:
    """Find what a number is divided by before it is written, and what is written after it."""
    match unit:
        case Unit.SHARE:
            return 0.01, "%"
        case Unit.PER_HUNDRED:
            return 0.01, ""
        case Unit.KILOMETRES:
            return 1.0, " km"
        case Unit.SQUARE_METRES:
            return 1.0, " m²"
        case Unit.POUNDS:
            scales = ((scale, suffix) for scale, suffix, least in _POUND_SCALES if size >= least)
            return next(scales, (1.0, ""))
        case _:
            return 1.0, ""


def _put(number: float, places: int, unit: Unit, suffix: str) -> str:
    """Write a number with so many decimal places, thousands with commas, a true minus and its unit."""
    rounded = round(number, places)
    sign = MINUS if rounded < 0 else ""
    if unit is Unit.POUNDS:
        return f"{sign}£{abs(rounded):,.{max(places, 0)}f}{suffix}" if rounded else "£0"
    return f"{sign}{abs(rounded):,.{max(places, 0)}f}{suffix}"


def _minutes(number: float, step: int) -> str:
    """Word minutes as 8 min 50 s, to the nearest ``step`` seconds."""
    seconds = round(abs(number) * 60 / step) * step
    sign = MINUS if number < 0 and seconds else ""
    minutes, rest = divmod(seconds, 60)
    if not minutes:
        return f"{sign}{rest} s" if rest else "0 min"
    return f"{sign}{minutes} min {rest} s" if rest else f"{sign}{minutes} min"
