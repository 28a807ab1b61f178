"""Finding the columns that hold a place, and the time zone that goes with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from joinedup.area.places import GREAT_BRITAIN
from joinedup.area.settings import quoted
from joinedup.area.suggesting.lines import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area.suggesting.looks import Look


def places_of(looks: Sequence[Look], used: set[str]) -> list[Line]:
    """Find the place: two columns, or one cell that holds both."""
    for kind, pair, patterns in (
        ("degrees text", ("latitude", "longitude"), (r"^\(?\s*(-?[\d.]+)\s*,", r",\s*(-?[\d.]+)\s*\)?$")),
        ("grid text", ("easting", "northing"), (r"^\(?\s*([\d.]+)\s*,", r",\s*([\d.]+)\s*\)?$")),
    ):
        whole = next((each for each in looks if each.kind == kind), None)
        two = two_columns(looks)
        if whole is not None and two is None:
            used.add(whole.name)
            return [
                Line(
                    f"{ours} = [{{ column = {quoted(whole.name)}, extract = '{pattern}' }}]",
                    f"sure: {whole.why}",
                )
                for ours, pattern in zip(pair, patterns, strict=True)
            ] + [_precision()]
    two = two_columns(looks)
    if two is None:
        return []
    used |= {each.name for each, _, _ in two}
    return [
        Line(f"{ours} = [{{ column = {quoted(each.name)} }}]", f"{why}: {each.why}")
        for each, ours, why in two
    ] + [_precision()]


def _precision() -> Line:
    return Line(
        'place_precision = [{ constant = "exact" }]',
        'a guess: write "snapped" where places were moved to a crossing or a street, "100m" where they were rounded',
    )


_PLACE_NAMES = {
    "latitude": (r"^(?:.* )?lat(?:itude)?$|^y$", -90, 90),
    "longitude": (r"^(?:.* )?(?:lon|lng|long|longitude)$|^x$", -180, 180),
    "easting": (r"east", 0, 700_000),
    "northing": (r"north", 0, 1_300_000),
}


def two_columns(looks: Sequence[Look]) -> tuple[tuple[Look, str, str], tuple[Look, str, str]] | None:
    """Find two columns that are a place: by name and range, else by range alone in Great Britain."""
    for pair in (("latitude", "longitude"), ("easting", "northing")):
        found = [
            next(
                (
                    each
                    for each in looks
                    if each.kind in ("degrees", "number", "text")
                    and re.search(_PLACE_NAMES[ours][0], " ".join(each.words))
                    and _PLACE_NAMES[ours][1] <= each.low <= each.high <= _PLACE_NAMES[ours][2]
                ),
                None,
            )
            for ours in pair
        ]
        if found[0] is not None and found[1] is not None and found[0] is not found[1]:
            return (found[0], pair[0], "sure"), (found[1], pair[1], "sure")
    for number, each in enumerate(looks[:-1]):
        beside = looks[number + 1]
        if {"eastings", "northings"} <= set(each.words) and each.kind == beside.kind == "number":
            why = "likely: one heading stands over two columns"
            return (each, "easting", why), (beside, "northing", why)
    south, north, west, east = GREAT_BRITAIN
    up = [each for each in looks if each.kind == "degrees" and south <= each.low <= each.high <= north]
    along = [each for each in looks if each.kind == "degrees" and west <= each.low <= each.high <= east]
    if up and along:
        return (up[0], "latitude", "likely, by its values alone"), (
            along[0],
            "longitude",
            "likely, by its values alone",
        )
    return None


def zone_of(looks: Sequence[Look]) -> tuple[str, str]:
    """Guess the time zone from where the places are."""
    two = two_columns(looks)
    if two is not None and two[0][1] == "latitude":
        up, along = (two[0][0].low, two[0][0].high), (two[1][0].low, two[1][0].high)
    elif (whole := next((each for each in looks if each.kind == "degrees text"), None)) is not None:
        up, along = (whole.low, whole.high), whole.along
    else:
        return "Europe/London", "a guess: Great Britain; correct it if it is elsewhere"
    south, north, west, east = GREAT_BRITAIN
    if south <= up[0] <= up[1] <= north and west <= along[0] <= along[1] <= east:
        return "Europe/London", "sure: the places are in Great Britain"
    if 24 <= up[0] <= up[1] <= 50 and -125 <= along[0] <= along[1] <= -66:
        for border, zone in ((-115, "Los_Angeles"), (-102, "Denver"), (-87, "Chicago"), (-66, "New_York")):
            if along[0] <= border:
                return f"America/{zone}", "likely: the places are in that part of the United States"
    return "Europe/London", "a guess that the places do not bear out: correct it"
