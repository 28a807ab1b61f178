"""Timetables: where a bar starts and ends follows the years, and words, page and CSV say the same."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.disclosure import (
    Chapter,
    Draft,
    Gantt,
    Published,
    PublishedGantt,
    Span,
    Statement,
    publish,
)
from joinedup.report.gantt import draw_gantt
from joinedup.report.page import report_files
from tests.report.test_report import Page

YEARS = ("2025/26", "2026/27", "2027/28")


def published(*spans: Span, years: tuple[str, ...] = YEARS) -> Published:
    gantt = Gantt(
        "plan", "What starts when", "Three years", years, spans, "Source: a test.", "One line each."
    )
    return publish(Draft("T", "", (Chapter("one", "One", Statement("So."), (gantt,)),)))


def shown(*spans: Span, years: tuple[str, ...] = YEARS) -> PublishedGantt:
    (block,) = published(*spans, years=years).chapters[0].blocks
    assert isinstance(block, PublishedGantt)
    return block


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 10),
    st.lists(st.tuples(st.text(max_size=60), st.integers(0, 9), st.integers(0, 12)), max_size=5),
)
def test_a_bar_lies_on_its_years_and_never_beyond_the_last(
    years: int, lines: list[tuple[str, int, int]]
) -> None:
    spans = [Span(label, min(start, years - 1), min(start, years - 1) + wait) for label, start, wait in lines]
    drawn = draw_gantt(shown(*spans, years=tuple(f"year {n}" for n in range(years)))).drawn
    for each in drawn:
        left, right = each.lines[0], each.lines[-1]
        step = (right - left) / years
        for span, line in zip(spans, each.spans, strict=True):
            assert line.setting_up[0] == pytest.approx(left + span.start * step, abs=0.2)
            assert (
                line.setting_up[1]
                == line.live[0]
                == pytest.approx(left + min(span.live, years) * step, abs=0.2)
            )
            assert line.live[1] == pytest.approx(right, abs=0.2)
            assert right <= each.width + 0.1
            assert each.top <= line.middle <= each.height


def test_the_lines_of_a_timetable_do_not_run_into_each_other() -> None:
    spans = [Span("A long name of an option " * 4, 0, 1), Span("Short", 1, 2), Span("Another " * 12, 0, 3)]
    for drawn in draw_gantt(shown(*spans)).drawn:
        tops = [min(words.y for words in span.labels) for span in drawn.spans]
        bottoms = [
            max([span.middle + drawn.thickness / 2, *(w.y for w in span.labels)]) for span in drawn.spans
        ]
        assert all(top > bottom for top, bottom in zip(tops[1:], bottoms[:-1], strict=True))


def test_what_goes_live_after_the_last_year_says_so_on_the_page_and_in_its_csv() -> None:
    files = report_files(published(Span("hub", 0, 1), Span("fleet", 2, 5)))
    expected = [
        ["What", "Starts in", "Live from"],
        ["hub", "2025/26", "2026/27"],
        ["fleet", "2027/28", "after 2027/28"],
    ]
    assert list(csv.reader(io.StringIO(files["tables/plan.csv"].decode("utf-8-sig")))) == expected
    page = Page(files["index.html"].decode())
    cells = [text for _, text in page.all("td")]
    assert all(cell in cells for row in expected[1:] for cell in row[1:])
    assert "starts 2027/28, live after 2027/28" in [text for _, text in page.all("text")]


def test_what_goes_live_after_the_last_year_ends_in_an_arrow_that_the_key_explains() -> None:
    for drawn in draw_gantt(shown(Span("hub", 0, 1), Span("fleet", 2, 5), Span("late", 2, 3))).drawn:
        hub, *later = drawn.spans
        assert hub.arrow == ""
        for each in later:
            numbers = [float(number) for number in re.findall(r"[\d.]+", each.arrow)]
            # Its point lies on the edge of the last year, in the middle of the line.
            assert numbers[2:4] == [drawn.lines[-1], each.middle]
            assert numbers[0] == numbers[4] >= each.setting_up[0]
    late = Page(report_files(published(Span("fleet", 2, 5)))["index.html"].decode())
    assert "live after these years" in [text for _, text in late.all("li")]
    soon = Page(report_files(published(Span("hub", 0, 1)))["index.html"].decode())
    assert "live after these years" not in [text for _, text in soon.all("li")]


def test_a_timetable_tells_its_finding_in_words_and_its_two_bars_apart_without_colour() -> None:
    page = Page(report_files(published(Span("hub", 0, 1)))["index.html"].decode())
    drawn = [attributes for attributes, _ in page.all("svg") if attributes.get("aria-hidden") != "true"]
    assert len(drawn) == 2
    ids = {attributes["id"] for _, attributes, _ in page.elements if "id" in attributes}
    assert all(set((each["aria-labelledby"] or "").split()) <= ids for each in drawn)
    heights = {
        name: {attributes["d"] for attributes, _ in page.all("path") if attributes.get("class") == name}
        for name in ("setting-up", "running")
    }
    assert all(heights.values())
    assert not heights["setting-up"] & heights["running"]
    assert [text for _, text in page.all("li") if text][-2:] == ["being set up", "live"]


def test_a_timetable_of_nothing_is_still_a_timetable() -> None:
    assert draw_gantt(shown()).rows == ()
    assert Page(report_files(published())["index.html"].decode()).all("svg")
