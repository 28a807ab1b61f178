"""Maps without tiles or network: squares by value, sites by service, scale, north, and names with room."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.report.palette import BETTER, RAMP, SERVICES, UNCHANGED, WORSE, Ink, outline, service_ink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.disclosure import Place, PublishedMap, PublishedSquare

WIDTH = 720.0
_TALLEST, _LOWEST = 760.0, 320.0
_MARGIN = 0.05
_SMALLEST_SPAN = 1000.0
_NAMED = 40
"""Names are written on the map up to this many sites; beyond it they are in the table beside it."""
_LETTER, _NAME_LETTERS, _NAME_HEIGHT = 6.6, 28, 14.0

_PLAIN = "M1 1h14v14h-14z"
"""A square of the key."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shade:
    """The squares of one range of values: one path, how its range reads, and a square of 14 units for the key.

    In a map of changes, a square of what becomes better has a triangle cut out that points up, of what becomes worse down.
    """

    colour: str
    text: str
    path: str
    key: str


@dataclass(frozen=True)
class Sites:
    """The sites of one kind of service, as one path."""

    ink: Ink
    path: str
    number: int


@dataclass(frozen=True)
class Name:
    """The name of a site, where it is written."""

    x: float
    y: float
    anchor: str
    text: str


@dataclass(frozen=True)
class DrawnMap:
    """A map ready to be drawn."""

    width: float
    height: float
    shades: tuple[Shade, ...]
    sites: tuple[Sites, ...]
    names: tuple[Name, ...]
    unnamed: int
    beyond: int
    bar: float
    bar_text: str


def draw_map(shown: PublishedMap) -> DrawnMap:
    """Fit every site on the map; squares that lie beyond them and a margin are left off and counted."""
    west, south, east, north = _extent(shown)
    scale = WIDTH / (east - west)
    height = round((north - south) * scale, 1)

    def put(x: float, y: float) -> tuple[float, float]:
        return (x - west) * scale, (north - y) * scale

    def in_view(square: PublishedSquare) -> bool:
        across = square.x < east and square.x + square.side > west
        return across and square.y < north and square.y + square.side > south

    def path(squares: Sequence[PublishedSquare], sign: int) -> str:
        return "".join(
            _square(put(each.x, each.y), each.side * scale, sign) for each in squares if in_view(each)
        )

    signed = any((each.figure.number or 0.0) < 0 for each in shown.squares)

    def sign_of(squares: Sequence[PublishedSquare]) -> int:
        number = squares[0].figure.number or 0.0
        return 0 if not signed or not _changes(squares[0]) else -1 if number < 0 else 1

    size = _marker(len(shown.places))
    spots = _spread([put(place.x, place.y) for place in shown.places], size)
    metres = _round_length((east - west) / 4)
    names = _names(shown.places, spots, size, height) if len(shown.places) <= _NAMED else ()
    return DrawnMap(
        width=WIDTH,
        height=height,
        shades=tuple(
            Shade(
                colour,
                text,
                path(squares, sign_of(squares)),
                _square((1.0, 15.0), 14.0, sign) if (sign := sign_of(squares)) else _PLAIN,
            )
            for colour, text, squares in shades(shown.squares)
        ),
        sites=tuple(_sites(shown.places, spots, size)),
        names=names,
        unnamed=len(shown.places) - len(names),
        beyond=sum(not in_view(square) for square in shown.squares),
        bar=round(metres * scale, 1),
        bar_text=f"{metres / 1000:,.10g} km" if metres >= 1000 else f"{metres:.0f} m",
    )


def shades(squares: Sequence[PublishedSquare]) -> list[tuple[str, str, list[PublishedSquare]]]:
    """Divide squares into at most five ranges of as many values each: colour, range in words, squares.

    Where some values are below zero they are changes: at most three ranges of either sign, and those that do not change.
    """
    if any((square.figure.number or 0.0) < 0 for square in squares):
        shorter = [each for each in squares if _changes(each) and (each.figure.number or 0.0) < 0]
        longer = [each for each in squares if _changes(each) and (each.figure.number or 0.0) > 0]
        same = [each for each in squares if not _changes(each)]
        return [
            *_ranges(shorter, BETTER),
            *([(UNCHANGED, "no change", same)] if same else []),
            *_ranges(longer, WORSE[::-1]),
        ]
    return _ranges(squares, RAMP)


def _changes(square: PublishedSquare) -> bool:
    """Whether a change is more than nothing as it is said."""
    return any(each in "123456789" for each in square.figure.text)


def _ranges(
    squares: Sequence[PublishedSquare], ramp: Sequence[str]
) -> list[tuple[str, str, list[PublishedSquare]]]:
    """Divide squares into as many ranges as a ramp has colours at most, of as many values each."""
    values = sorted({square.figure.number for square in squares if square.figure.number is not None})
    if not values:
        return []
    number, last = min(len(ramp), len(values)), len(ramp) - 1
    colours = ramp if number > last else [ramp[round(n * last / max(number - 1, 1))] for n in range(number)]
    ranked = sorted(squares, key=lambda square: (square.figure.number or 0.0, square.x, square.y))
    # The same value is never in two ranges: a range ends with the last square of its value.
    ends = [values[math.ceil((n + 1) * len(values) / number) - 1] for n in range(number)]
    groups: list[tuple[str, str, list[PublishedSquare]]] = []
    start = -math.inf
    for colour, end in zip(colours, ends, strict=True):
        members = [square for square in ranked if start < (square.figure.number or 0.0) <= end]
        lowest, highest = members[0].figure.text, members[-1].figure.text
        groups.append((colour, lowest if lowest == highest else f"{lowest} to {highest}", members))
        start = end
    return groups


def _extent(shown: PublishedMap) -> Box:
    """Find the ground to draw: all sites (without any, all squares) and a margin, neither slit nor speck."""
    corners = [(place.x, place.y) for place in shown.places]
    if not corners:
        for square in shown.squares:
            corners += [(square.x, square.y), (square.x + square.side, square.y + square.side)]
    xs, ys = [x for x, _ in corners] or [0.0], [y for _, y in corners] or [0.0]
    sides = max((square.side for square in shown.squares), default=0.0)
    wide = max(max(xs) - min(xs), _SMALLEST_SPAN, 4 * sides) * (1 + 2 * _MARGIN)
    high = max(max(ys) - min(ys), _SMALLEST_SPAN, 4 * sides) * (1 + 2 * _MARGIN)
    wide = max(wide, high * WIDTH / _TALLEST)
    high = max(high, wide * _LOWEST / WIDTH)
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2


def _marker(number: int) -> float:
    """Choose how large a site is drawn, smaller where there are many."""
    return 11.0 if number <= 60 else 8.0 if number <= 200 else 6.0


def _spread(spots: Sequence[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """Set sites that would cover each other side by side, so that none hides another."""
    crowds: list[list[int]] = []
    for n, (x, y) in enumerate(spots):
        for crowd in crowds:
            first_x, first_y = spots[crowd[0]]
            if math.hypot(x - first_x, y - first_y) < size * 0.7:
                crowd.append(n)
                break
        else:
            crowds.append([n])
    apart = list(spots)
    for crowd in crowds:
        x = sum(spots[n][0] for n in crowd) / len(crowd)
        y = sum(spots[n][1] for n in crowd) / len(crowd)
        for place, n in enumerate(sorted(crowd, key=lambda n: spots[n])):
            apart[n] = (x + (place - (len(crowd) - 1) / 2) * (size + 1), y)
    return apart


def _sites(places: Sequence[Place], spots: Sequence[tuple[float, float]], size: float) -> list[Sites]:
    """Draw the sites, one path for each kind of service."""
    drawn = []
    for how in SERVICES.values():
        mine = [n for n, place in enumerate(places) if service_ink(place.service) is how]
        if mine:
            path = "".join(outline(how.shape, *spots[n], size) for n in mine)
            drawn.append(Sites(how, path, len(mine)))
    return drawn


def _square(corner: tuple[float, float], side: float, sign: int) -> str:
    """Draw one square from its south-west corner, with a triangle cut out that points up (−1), down (1) or none."""
    x, y = corner
    long = f"{side:.4g}"
    whole = f"M{x:.4g} {y:.4g}h{long}v-{long}h-{long}z"
    if not sign:
        return whole
    # Run the other way round, so that it is left out of the square.
    part, up = side * 0.44, -1 if sign < 0 else 1
    left, level = x + (side - part) / 2, y - side / 2 - up * part / 2
    wide, half = f"{part:.4g}", f"{part / 2:.4g}"
    return f"{whole}M{left:.4g} {level:.4g}" + (
        f"l{half} -{wide}l{half} {wide}z" if sign < 0 else f"h{wide}l-{half} {wide}z"
    )


def _names(
    places: Sequence[Place], spots: Sequence[tuple[float, float]], size: float, height: float
) -> tuple[Name, ...]:
    """Write names right, left, above or below their sites, where they cover no site, no name and no edge."""
    taken: list[Box] = [(x - size / 2, y - size / 2, x + size / 2, y + size / 2) for x, y in spots]
    names = []
    for place, (x, y) in zip(places, spots, strict=True):
        text = place.label
        if len(text) > _NAME_LETTERS:
            text = text[: _NAME_LETTERS - 1].rstrip() + "…"
        wide = len(text) * _LETTER
        away = size / 2 + 4
        for anchor, at_x, at_y, left in (
            ("start", x + away, y + 4, x + away),
            ("end", x - away, y + 4, x - away - wide),
            ("middle", x, y - away - 2, x - wide / 2),
            ("middle", x, y + away + 10, x - wide / 2),
        ):
            box = (left, at_y - 11, left + wide, at_y - 11 + _NAME_HEIGHT)
            if box[0] < 2 or box[2] > WIDTH - 2 or box[1] < 2 or box[3] > height - 2:
                continue
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                names.append(Name(round(at_x, 1), round(at_y, 1), anchor, text))
                break
    return tuple(names)


def _overlap(one: Box, other: Box) -> bool:
    """Whether two boxes cover common ground."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _round_length(metres: float) -> float:
    """Choose the longest of 1, 2, 5, 10, ... that fits."""
    power = 10.0 ** math.floor(math.log10(metres))
    return next(step * power for step in (5, 2, 1) if step * power <= metres)
