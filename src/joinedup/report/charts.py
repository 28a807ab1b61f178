"""Bar charts with intervals: where everything stands, worked out here so that the template only draws.

Each chart is drawn twice, for a wide page with its labels on the left and for a telephone with its labels
above; the style sheet shows the one that fits.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.report.palette import SERVICES, Ink, ink, outline

if TYPE_CHECKING:
    from collections.abc import Callable

    from joinedup.disclosure import PublishedBar, PublishedChart

_WIDE, _NARROW = 720.0, 320.0
_LETTER = 7.7  # how wide a letter of the chart's text is, on the generous side
_LINE = 19.0
_BAR = 18.0
_GAP = 14.0
_WIDE_LETTERS, _NARROW_LETTERS = 34, 40


@dataclass(frozen=True)
class Words:
    """A line of text and where it starts or ends."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class DrawnBar:
    """One line of a chart, in the units of the drawing; no bar and no marker when the figure is not shown."""

    labels: tuple[Words, ...]
    value: Words
    ink: Ink
    middle: float
    left: float = 0.0
    width: float = 0.0
    low: float | None = None
    high: float | None = None
    marker: str = ""


@dataclass(frozen=True)
class DrawnChart:
    """A chart ready to be drawn: ``fit`` is the page that it fits, ``anchor`` the side of its labels."""

    fit: str
    width: float
    height: float
    anchor: str
    zero: float
    bars: tuple[DrawnBar, ...]
    thickness: float = _BAR


def draw_chart(chart: PublishedChart) -> tuple[DrawnChart, DrawnChart]:
    """Draw a chart for a wide page and for a narrow one."""
    return _draw_wide(chart), _draw_narrow(chart)


def keys(chart: PublishedChart) -> tuple[Ink, ...]:
    """List the services that the chart tells apart by shape and colour, to be named below it."""
    used = {bar.service for bar in chart.bars}
    return tuple(each for service, each in SERVICES.items() if service in used)


def _draw_wide(chart: PublishedChart) -> DrawnChart:
    """Place labels on the left, bars from zero in the middle and the figures in words on the right."""
    labels = [textwrap.wrap(bar.label, _WIDE_LETTERS) or [""] for bar in chart.bars]
    label_width = max((len(line) for lines in labels for line in lines), default=0) * _LETTER
    value_width = max((len(bar.figure.text) for bar in chart.bars), default=0) * _LETTER
    left = label_width + _GAP
    # However long the words are, the bars keep a third of the drawing and the words run on beyond it.
    right = max(_WIDE - value_width - _GAP, left + _WIDE / 3)
    across = _scale(chart, left, right)
    top = 8.0
    bars = []
    for bar, lines in zip(chart.bars, labels, strict=True):
        height = max(len(lines) * _LINE, _BAR) + 16
        middle = top + height / 2
        start = middle - (len(lines) - 1) * _LINE / 2 + 5
        words = tuple(Words(label_width, start + n * _LINE, line) for n, line in enumerate(lines))
        bars.append(_draw_bar(bar, words, Words(right + _GAP, middle + 5, bar.figure.text), middle, across))
        top += height
    width = max(_WIDE, right + _GAP + value_width)
    return DrawnChart("for-wide", width, top + 28, "end", across(0), tuple(bars))


def _draw_narrow(chart: PublishedChart) -> DrawnChart:
    """Place each label and its figure in words above its bar."""
    across = _scale(chart, 8, _NARROW - 8)
    top = 4.0
    bars = []
    for bar in chart.bars:
        lines = textwrap.wrap(bar.label, _NARROW_LETTERS) or [""]
        words = tuple(Words(0, top + 14 + n * _LINE, line) for n, line in enumerate(lines))
        below = top + len(lines) * _LINE
        middle = below + _LINE + 8 + _BAR / 2
        bars.append(_draw_bar(bar, words, Words(0, below + 15, bar.figure.text), middle, across))
        top = middle + _BAR / 2 + 14
    return DrawnChart("for-narrow", _NARROW, top + 20, "start", across(0), tuple(bars))


def _scale(chart: PublishedChart, left: float, right: float) -> Callable[[float], float]:
    """Give the way from a number to its place across; zero, where bars start, is always in view."""
    numbers = [0.0]
    for bar in chart.bars:
        numbers += [each for each in (bar.figure.number, bar.figure.low, bar.figure.high) if each is not None]
    smallest, largest = min(numbers), max(numbers)
    if smallest == largest:
        largest = 1.0

    def across(number: float) -> float:
        return round(left + (number - smallest) / (largest - smallest) * (right - left), 1)

    return across


def _draw_bar(
    bar: PublishedBar,
    labels: tuple[Words, ...],
    value: Words,
    middle: float,
    across: Callable[[float], float],
) -> DrawnBar:
    """Draw one line of the chart, from zero to its figure, leftwards when that is below zero."""
    figure, how = bar.figure, ink(bar.service)
    if figure.number is None:
        return DrawnBar(labels, value, how, middle)
    zero, end = across(0), across(figure.number)
    return DrawnBar(
        labels=labels,
        value=value,
        ink=how,
        middle=middle,
        left=min(zero, end),
        width=round(abs(end - zero), 1),
        low=None if figure.low is None or figure.high is None else across(figure.low),
        high=None if figure.low is None or figure.high is None else across(figure.high),
        marker=outline(how.shape, end, middle, 12),
    )
