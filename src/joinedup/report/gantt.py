"""Timetables: when each thing starts and when it is live, a thin outline while it is set up and a full bar once it is live.

What is live only after the last year that is shown ends in an arrow. Each is drawn twice, as the bar charts are: for a wide page
with its labels on the left, and for a telephone with its labels and its years in words above.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joinedup.report.charts import Words

if TYPE_CHECKING:
    from joinedup.disclosure import PublishedGantt, Span

_WIDE, _NARROW = 720.0, 320.0
_LETTER, _LINE, _BAR, _GAP = 7.7, 19.0, 18.0, 14.0
_WIDE_LETTERS, _NARROW_LETTERS = 34, 40
_TOP = 26.0
_ARROW = 10.0
_YEAR_LETTERS = 7
"""How much room the name of a year asks for, in letters."""


@dataclass(frozen=True)
class DrawnSpan:
    """One line: where it is set up and where it is live, each from and to, in the units of the drawing.

    ``arrow`` is the outline of an arrowhead at the edge for what is live after the last year, and empty for everything else.
    """

    labels: tuple[Words, ...]
    middle: float
    setting_up: tuple[float, float]
    live: tuple[float, float]
    arrow: str = ""


@dataclass(frozen=True)
class DrawnGantt:
    """A timetable ready to be drawn: ``lines`` are the edges of the years, ``fit`` is the page that it fits."""

    fit: str
    width: float
    height: float
    anchor: str
    top: float
    lines: tuple[float, ...]
    years: tuple[Words, ...]
    spans: tuple[DrawnSpan, ...]
    thickness: float = _BAR


@dataclass(frozen=True)
class Timetable:
    """A timetable drawn for a wide page and a narrow one, and its rows in words: what, starts in, live from."""

    drawn: tuple[DrawnGantt, DrawnGantt]
    rows: tuple[tuple[str, str, str], ...]

    @property
    def later(self) -> bool:
        """Whether something is live only after the last year that is shown."""
        return any(each.arrow for each in self.drawn[0].spans)


def draw_gantt(shown: PublishedGantt) -> Timetable:
    """Draw a timetable, and say it in words."""
    rows = tuple((each.label, _year(shown, each.start), _year(shown, each.live)) for each in shown.spans)
    return Timetable((_draw_wide(shown), _draw_narrow(shown, rows)), rows)


def _year(shown: PublishedGantt, year: int) -> str:
    return shown.years[year] if year < len(shown.years) else f"after {shown.years[-1]}"


def _draw_wide(shown: PublishedGantt) -> DrawnGantt:
    labels = [textwrap.wrap(each.label, _WIDE_LETTERS) or [""] for each in shown.spans]
    label_width = max((len(line) for lines in labels for line in lines), default=0) * _LETTER
    left = label_width + _GAP
    step = max((_WIDE - left) / len(shown.years), _YEAR_LETTERS * _LETTER)
    top = _TOP
    spans = []
    for each, lines in zip(shown.spans, labels, strict=True):
        height = max(len(lines) * _LINE, _BAR) + 12
        middle = top + height / 2
        first = middle - (len(lines) - 1) * _LINE / 2 + 5
        words = tuple(Words(label_width, first + n * _LINE, line) for n, line in enumerate(lines))
        spans.append(_draw_span(each, words, middle, left, step, len(shown.years)))
        top += height
    return DrawnGantt(
        "for-wide",
        round(left + step * len(shown.years), 1),
        top + 6,
        "end",
        _TOP,
        tuple(round(left + n * step, 1) for n in range(len(shown.years) + 1)),
        tuple(Words(round(left + (n + 0.5) * step, 1), _TOP - 9, year) for n, year in enumerate(shown.years)),
        tuple(spans),
    )


def _draw_narrow(shown: PublishedGantt, rows: tuple[tuple[str, str, str], ...]) -> DrawnGantt:
    step = _NARROW / len(shown.years)
    top = _TOP
    spans = []
    for each, (label, starts, live) in zip(shown.spans, rows, strict=True):
        lines = [*textwrap.wrap(label, _NARROW_LETTERS), f"starts {starts}, live {_from(live)}"]
        words = tuple(Words(0, top + 14 + n * _LINE, line) for n, line in enumerate(lines))
        middle = top + len(lines) * _LINE + 6 + _BAR / 2
        spans.append(_draw_span(each, words, middle, 0.0, step, len(shown.years)))
        top = middle + _BAR / 2 + 10
    ends = (
        Words(0, _TOP - 9, f"from {shown.years[0]}"),
        Words(_NARROW - 11 * _LETTER, _TOP - 9, f"to {shown.years[-1]}"),
    )
    return DrawnGantt("for-narrow", _NARROW, top + 4, "start", _TOP, (0.0, _NARROW), ends, tuple(spans))


def _from(live: str) -> str:
    return live if live.startswith("after ") else f"from {live}"


def _draw_span(
    span: Span, words: tuple[Words, ...], middle: float, left: float, step: float, years: int
) -> DrawnSpan:
    """Lay one line along the years; what lies beyond the last year ends at its edge."""
    start, live, end = (round(left + min(year, years) * step, 1) for year in (span.start, span.live, years))
    arrow = ""
    if span.live >= years:
        tail, half = round(end - min(_ARROW, end - start), 1), _BAR / 2
        arrow = (
            f"M{tail} {round(middle - half, 1)}L{end} {round(middle, 1)}L{tail} {round(middle + half, 1)}z"
        )
    return DrawnSpan(words, round(middle, 1), (start, live), (live, end), arrow)
