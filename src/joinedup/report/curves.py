"""Distribution curves: the share that is reached by then, one line each, told apart by label, dashes, end mark and colour.

Like bars they are drawn twice: on a wide page the labels stand in the corner below the lines, on a telephone under the plot.
"""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.disclosure import Mark, PublishedTable, Shown
from joinedup.report.charts import Words
from joinedup.report.palette import Ink, ink, outline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from joinedup.disclosure import PublishedCurve, PublishedCurves

_WIDE, _NARROW = 720.0, 320.0
_PLOT_HEIGHT = 260.0
_LETTER, _LINE = 7.7, 19.0
_WIDE_LETTERS = 30
_LEFT, _TOP, _BELOW = 46.0, 12.0, 46.0
_SAMPLE = 26.0
_DASHES = ("", "8 5", "2 4", "12 4 2 4")
_UP = ((0.0, "0%"), (0.5, "50%"), (0.9, "90%"), (1.0, "100%"))
"""Half and nine in ten are what people ask for, so they are what is marked."""
_MOST_TICKS = {_WIDE: 8, _NARROW: 5}


@dataclass(frozen=True)
class Line:
    """One line: its path, how it is dashed, the mark at its end, and its label with a piece of it to stand before."""

    ink: Ink
    dash: str
    path: str
    end: str
    labels: tuple[Words, ...]
    sample: str


@dataclass(frozen=True)
class DrawnCurves:
    """Curves ready to be drawn on one page; the plot's corners are ``left``, ``right``, ``top`` and ``bottom``."""

    fit: str
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    lines: tuple[Line, ...]
    along: tuple[Words, ...]
    up: tuple[Words, ...]


@dataclass(frozen=True)
class Plotted:
    """Curves drawn for a wide page and for a narrow one, with the table of their points and how many are left out."""

    drawn: tuple[DrawnCurves, DrawnCurves]
    table: PublishedTable
    left_out: int


def draw_curves(shown: PublishedCurves) -> Plotted:
    """Draw curves for a wide page and for a narrow one, and lay out their points as a table."""
    left_out = sum(curve.left_out for curve in shown.curves)
    return Plotted((_draw_wide(shown), _draw_narrow(shown)), points_table(shown), left_out)


def points_table(shown: PublishedCurves) -> PublishedTable:
    """Lay out the points of all curves side by side; a point that one of them may not say is marked."""
    held = [dict(curve.points) for curve in shown.curves]
    hidden = Shown(Mark.CONFIDENTIAL.value, mark=Mark.CONFIDENTIAL)
    return PublishedTable(
        name=shown.name,
        caption=shown.title,
        headers=(shown.along, *(curve.label for curve in shown.curves)),
        numeric=(False, *(True for _ in shown.curves)),
        rows=tuple(
            (Shown(f"{along:g}"), *(points.get(along, hidden) for points in held))
            for along in sorted({each for points in held for each in points})
        ),
        note="",
        total=False,
    )


def _draw_wide(shown: PublishedCurves) -> DrawnCurves:
    """Place the labels in the corner below the lines, which run from lower left to upper right."""
    right = _WIDE - 10
    across, upward, bottom = _scales(shown, right)
    labels = [textwrap.wrap(curve.label, _WIDE_LETTERS) or [""] for curve in shown.curves]
    longest = max((len(line) for lines in labels for line in lines), default=0) * _LETTER
    left = right - longest - _SAMPLE - 8
    top = bottom - sum(len(each) for each in labels) * _LINE
    lines = _lines(shown, (across, upward), labels, (left, top))
    return _drawn("for-wide", _WIDE, bottom + _BELOW, right, bottom, lines, _along(shown, across, _WIDE))


def _draw_narrow(shown: PublishedCurves) -> DrawnCurves:
    """Place the labels below the plot."""
    right = _NARROW - 10
    across, upward, bottom = _scales(shown, right)
    room = int((_NARROW - _SAMPLE - 10) / _LETTER)
    labels = [textwrap.wrap(curve.label, room) or [""] for curve in shown.curves]
    below = bottom + _BELOW + 10
    lines = _lines(shown, (across, upward), labels, (0.0, below))
    height = below + sum(len(each) for each in labels) * _LINE
    return _drawn("for-narrow", _NARROW, height, right, bottom, lines, _along(shown, across, _NARROW))


def _lines(
    shown: PublishedCurves,
    scales: tuple[Callable[[float], float], Callable[[float], float]],
    labels: Sequence[Sequence[str]],
    corner: tuple[float, float],
) -> tuple[Line, ...]:
    """Draw all lines, and from a corner down their labels, each after a piece of its line."""
    left, y = corner
    lines = []
    for number, (curve, wrapped) in enumerate(zip(shown.curves, labels, strict=True)):
        words = tuple(Words(left + _SAMPLE + 8, y + n * _LINE, text) for n, text in enumerate(wrapped))
        lines.append(_line(curve, number, scales, words, f"M{left:.1f} {y - 5:.1f}h{_SAMPLE:g}"))
        y += len(wrapped) * _LINE
    return tuple(lines)


def _scales(
    shown: PublishedCurves, right: float
) -> tuple[Callable[[float], float], Callable[[float], float], float]:
    """Give the ways from a number to its place along and up, both from zero, and where the plot ends below."""
    most = _most(shown)
    bottom = _TOP + _PLOT_HEIGHT

    def across(number: float) -> float:
        return round(_LEFT + number / most * (right - _LEFT), 1)

    def upward(share: float) -> float:
        return round(bottom - share * _PLOT_HEIGHT, 1)

    return across, upward, bottom


def _until_all(curve: PublishedCurve) -> list[tuple[float, Shown]]:
    """Give the points of a line up to where all are reached: there it ends."""
    number = next((n for n, (_, figure) in enumerate(curve.points) if figure.number == 1), len(curve.points))
    return list(curve.points[: number + 1])


def _most(shown: PublishedCurves) -> float:
    """Find how far the longest line goes."""
    return max((along for curve in shown.curves for along, _ in _until_all(curve)), default=1.0) or 1.0


def _line(
    curve: PublishedCurve,
    number: int,
    scales: tuple[Callable[[float], float], Callable[[float], float]],
    labels: tuple[Words, ...],
    sample: str,
) -> Line:
    """Draw one line from point to point."""
    across, upward = scales
    how = ink(curve.service)
    places = [(across(along), upward(figure.number or 0.0)) for along, figure in _until_all(curve)]
    path = "".join(f"{'L' if n else 'M'}{x:g} {y:g}" for n, (x, y) in enumerate(places))
    end = outline(how.shape, *places[-1], 11) if places else ""
    return Line(how, _DASHES[number % len(_DASHES)], path, end, labels, sample)


def _along(shown: PublishedCurves, across: Callable[[float], float], width: float) -> tuple[Words, ...]:
    """Mark whole round numbers along, as many as have room."""
    most = _most(shown)
    step = _round_step(most / _MOST_TICKS[width])
    return tuple(
        Words(across(number * step), 0, f"{number * step:g}") for number in range(int(most / step + 1e-9) + 1)
    )


def _round_step(least: float) -> float:
    """Choose the shortest of 1, 2, 5, 10, ... that is no shorter."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def _drawn(
    fit: str,
    width: float,
    height: float,
    right: float,
    bottom: float,
    lines: tuple[Line, ...],
    along: Sequence[Words],
) -> DrawnCurves:
    """Put lines and axes together."""
    return DrawnCurves(
        fit,
        width,
        height,
        _LEFT,
        right,
        _TOP,
        bottom,
        lines,
        tuple(Words(each.x, bottom + 18, each.text) for each in along),
        tuple(Words(_LEFT - 6, bottom - share * _PLOT_HEIGHT, text) for share, text in _UP),
    )
