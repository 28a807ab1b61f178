"""Distribution curves say the same in lines, in the table behind them and in their file, and never by colour alone."""

from __future__ import annotations

import csv
import io
import re

import pytest

from joinedup.disclosure import Chapter, Curve, Curves, Draft, Figure, PublishedCurves, Statement, publish
from joinedup.report.curves import draw_curves
from joinedup.report.page import report_files
from joinedup.wording import Unit
from tests.report.test_report import Page


def curve(label: str, shares: list[float], service: str = "") -> Curve:
    return Curve(
        label, [(2.0 * n, Figure(each, Unit.SHARE, 1_000)) for n, each in enumerate(shares)], service
    )


def drafted(*lines: Curve) -> Draft:
    block = Curves(
        "waits",
        "Fire: nine in ten within 8 min",
        "1,000 incidents",
        lines,
        along="Minutes from the call",
        measure="Share of incidents reached by then",
        source="Source: ours.",
        alternative="Two lines that rise to all.",
    )
    return Draft("T", "", (Chapter("c", "C", Statement("So it is."), (block,)),))


RECORDED = curve("As recorded", [0.0, 0.25, 0.5, 0.9, 1.0, 1.0], "fire")
PLAYED = curve("As played", [0.0, 0.2, 0.4, 0.7, 0.9, 0.998])


def published(*lines: Curve) -> PublishedCurves:
    (block,) = publish(drafted(*lines)).chapters[0].blocks
    assert isinstance(block, PublishedCurves)
    return block


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_lines_start_where_both_axes_are_zero_and_rise_in_proportion() -> None:
    for drawn in draw_curves(published(RECORDED, PLAYED)).drawn:
        first, *_ = places(drawn.lines[0].path)
        assert first == (drawn.left, drawn.bottom)
        middle, end = places(drawn.lines[0].path)[2], places(drawn.lines[0].path)[-1]
        assert middle[1] == pytest.approx((drawn.top + drawn.bottom) / 2, abs=0.1)
        assert end[1] == pytest.approx(drawn.top, abs=0.1)
        # Twice as many minutes are twice as far along.
        assert end[0] - drawn.left == pytest.approx(2 * (middle[0] - drawn.left), abs=0.2)


def test_a_line_ends_where_all_are_reached() -> None:
    plotted = draw_curves(published(RECORDED, PLAYED))
    assert len(places(plotted.drawn[0].lines[0].path)) == 5
    # The table has the later points all the same.
    assert len(plotted.table.rows) == 6


def test_lines_are_told_apart_by_dashes_and_end_mark_and_not_by_colour_alone() -> None:
    lines = draw_curves(published(RECORDED, PLAYED)).drawn[0].lines
    assert len({each.dash for each in lines}) == 2
    assert len({each.ink.shape for each in lines}) == 2
    assert [each.labels[0].text for each in lines] == ["As recorded", "As played"]


def test_labels_and_ticks_stay_on_the_page() -> None:
    long = curve("A label that is much longer than there is room for beside a line of a chart", [0, 0.5, 1])
    for drawn in draw_curves(published(long, PLAYED)).drawn:
        for words in [each for line in drawn.lines for each in line.labels]:
            assert words.x >= 0
            assert words.x + len(words.text) * 7 <= drawn.width
            assert words.y <= drawn.height
        assert all(0 <= tick.x <= drawn.width for tick in (*drawn.along, *drawn.up))
        assert drawn.along[0].text == "0"


def test_a_point_that_one_line_may_not_say_is_marked_in_the_table_and_counted() -> None:
    plotted = draw_curves(published(RECORDED, PLAYED))
    # 998 of 1,000: two lie beyond.
    assert [cell.text for cell in plotted.table.rows[-1]] == ["10", "100%", "[c]"]
    assert plotted.left_out == 1


def test_the_page_has_the_words_the_points_and_the_file() -> None:
    files = report_files(publish(drafted(RECORDED, PLAYED)))
    html = files["index.html"].decode()
    page = Page(html)
    assert [text for _, text in page.all("desc")] == ["Two lines that rise to all."] * 2
    assert "1 point is left out" in html
    assert '<th scope="row" class="n">4</th><td class="n">50.0%</td><td class="n">40.0%</td>' in html
    rows = list(csv.reader(io.StringIO(files["tables/waits.csv"].decode("utf-8-sig"))))
    assert rows[0] == [
        "Minutes from the call",
        "As recorded",
        "As recorded (value)",
        "As played",
        "As played (value)",
    ]
    assert rows[3] == ["4", "50.0%", "0.5", "40.0%", "0.4"]
    assert rows[-1] == ["10", "100%", "1", "[c]", ""]


def test_a_chart_without_a_point_that_may_be_said_is_still_a_page() -> None:
    few = Curve("Few", [(1.0, Figure(0.5, Unit.SHARE, 4))])
    files = report_files(publish(drafted(few)))
    Page(files["index.html"].decode())
