"""The report says what was published, to everybody, and nothing else (§8, LOOK)."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joinedup.disclosure import (
    Bar,
    Chapter,
    Chart,
    Column,
    Draft,
    Figure,
    Map,
    Place,
    Published,
    Square,
    Statement,
    Table,
    count,
    publish,
)
from joinedup.disclosure.draft import Block
from joinedup.refusal import CannotWrite
from joinedup.report import MARKER, write_report
from joinedup.report.page import report_files
from joinedup.wording import Unit
from tests.report.sample import PLACES, SQUARES, sample_draft

VOID = {"meta", "link", "br", "path", "rect", "img", "hr"}


class Page(HTMLParser):
    """A page as a list of elements (tag, attributes, text directly in it), which must all be closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[int] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.elements[self._open[-1]][2].append(data)

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (attributes, "".join(text).strip()) for name, attributes, text in self.elements if name == tag
        ]


def chapter_of(*blocks: Block) -> Published:
    return publish(Draft("Title", "Subtitle", (Chapter("one", "One", Statement("So it is."), blocks),)))


def page_of(published: Published) -> Page:
    return Page(report_files(published)["index.html"].decode())


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def sample() -> dict[str, bytes]:
    return report_files(publish(sample_draft()))


@pytest.fixture(scope="module")
def page(sample: dict[str, bytes]) -> Page:
    return Page(sample["index.html"].decode())


def test_only_what_was_published_becomes_a_report(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="Draft"):
        write_report(sample_draft(), tmp_path / "out")  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_the_report_is_a_folder_with_a_page_its_tables_and_a_list(tmp_path: Path) -> None:
    index = write_report(publish(sample_draft()), tmp_path / "out")
    assert index == tmp_path / "out" / "index.html"
    marker = json.loads((tmp_path / "out" / MARKER).read_text(encoding="utf-8"))
    on_disk = {
        path.relative_to(tmp_path / "out").as_posix() for path in index.parent.rglob("*") if path.is_file()
    }
    assert set(marker["files"]) == on_disk
    assert marker["title"] == sample_draft().title


def test_a_second_run_replaces_the_first_and_gives_the_same_bytes(tmp_path: Path) -> None:
    index = write_report(publish(sample_draft()), tmp_path / "out")
    first = {path: path.read_bytes() for path in index.parent.rglob("*") if path.is_file()}
    (index.parent / "tables" / "of-last-year.csv").write_bytes(b"")
    write_report(publish(sample_draft()), tmp_path / "out")
    assert {path: path.read_bytes() for path in index.parent.rglob("*") if path.is_file()} == first


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear", encoding="utf-8")
    with pytest.raises(CannotWrite):
        write_report(publish(sample_draft()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_the_page_needs_no_script_and_no_network(sample: dict[str, bytes], page: Page) -> None:
    html = sample["index.html"].decode()
    assert not page.all("script")
    assert not re.search(r"(src|href)=\"?(https?:)?//|@import|url\((?!#)", html)
    for tag, attributes, _ in page.elements:
        assert not any(name.startswith("on") for name in attributes), tag


def test_the_page_has_landmarks_one_first_heading_and_no_skipped_level(page: Page) -> None:
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.all(landmark)) == 1, landmark
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert page.all("html")[0][0]["lang"] == "en-GB"
    assert page.all("a")[0] == ({"class": "skip", "href": "#main"}, "Skip to the report")


def test_every_link_leads_somewhere_and_every_name_is_used_once(sample: dict[str, bytes], page: Page) -> None:
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for attributes, _ in page.all("a"):
        target = attributes["href"] or ""
        assert target[1:] in ids if target.startswith("#") else target in sample
    for _, attributes, _ in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


def test_every_chapter_is_in_the_contents_and_what_is_missing_says_what_would_fill_it(page: Page) -> None:
    linked = [text for attributes, text in page.all("a") if (attributes["href"] or "").startswith("#")]
    for chapter in sample_draft().chapters:
        assert chapter.heading in linked
    assert "What this study could not say yet" in [text for _, text in page.all("h2")]
    paragraphs = " ".join(text for _, text in page.all("p"))
    assert "A table of attendances with arrival times" in paragraphs
    assert [text for _, text in page.all("h3")][-2:] == [
        "What would people wait?",
        "What do staff and the public say?",
    ]


def test_every_table_has_a_caption_and_headers_with_scope(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(attributes.get("scope") in ("col", "row") for attributes, _ in page.all("th"))


def test_wide_things_scroll_in_a_region_that_the_keyboard_reaches(page: Page) -> None:
    regions = [attributes for tag, attributes, _ in page.elements if attributes.get("role") == "region"]
    assert regions
    for attributes in regions:
        assert attributes["tabindex"] == "0"
        assert attributes.get("aria-label") or attributes.get("aria-labelledby")


def test_every_drawing_tells_its_finding_in_words(page: Page) -> None:
    drawn = [attributes for attributes, _ in page.all("svg") if attributes.get("aria-hidden") != "true"]
    assert len(drawn) == 5
    texts = {
        attributes["id"]: text
        for tag in ("title", "desc")
        for attributes, text in page.all(tag)
        if attributes
    }
    for attributes in drawn:
        assert attributes["role"] == "img"
        assert all(texts[each] for each in (attributes["aria-labelledby"] or "").split())


def test_shorthand_is_explained_under_the_table_that_uses_it(sample: dict[str, bytes]) -> None:
    html = sample["index.html"].decode()
    pairs = html[html.index('id="table-pairs"') : html.index('href="tables/pairs.csv"')]
    for mark in ("[c]", "[x]", "[z]", "[e]"):
        assert f"<b>{mark}</b>" in pairs
    assert "<b>[u]</b>" not in pairs


def test_a_table_and_its_csv_say_the_same(sample: dict[str, bytes], page: Page) -> None:
    rows = rows_of(sample["tables/who-gains.csv"])
    assert rows[0][:5] == ["Partner", "Pays", "Pays (value)", "Pays (low)", "Pays (high)"]
    assert rows[-1][:5] == ["All partners", "£0.8m to £1.3m", "1000000", "800000", "1300000"]
    cells = [text for _, text in page.all("td")]
    assert all(row[1] in cells for row in rows[1:])


def test_colour_never_stands_alone(sample: dict[str, bytes], page: Page) -> None:
    items = [text for _, text in page.all("li")]
    for name in (
        "Police (8)",
        "Fire (8)",
        "Ambulance (8)",
        "Other (1)",
        "Police",
        "Fire",
        "Ambulance",
        "Other",
    ):
        assert name in items


def test_a_map_with_many_sites_and_squares_stays_small() -> None:
    places = [Place(n % 25 * 997.0, n // 25 * 1_013.0, f"Site {n}", "fire") for n in range(500)]
    squares = [Square(n % 23 * 1_000, n // 23 * 1_000, 1_000, count(n + 5)) for n in range(500)]
    html = report_files(chapter_of(Map("m", "M", "", places, squares, "", "")))["index.html"].decode()
    svg = html[html.index('<svg class="map"') :]
    assert len(svg[: svg.index("</svg>")].encode()) < 60_000


def test_names_on_a_map_do_not_run_into_each_other() -> None:
    page = page_of(chapter_of(Map("m", "M", "", PLACES, SQUARES, "", "")))
    names = [
        (float(at["x"] or 0), float(at["y"] or 0), at.get("text-anchor"), len(text) * 6.0)
        for at, text in page.all("text")
        if at.get("class") == "name" and "y" in at and text in {place.label for place in PLACES}
    ]
    assert len(names) >= 20
    boxes = [({"start": x, "end": x - w, "middle": x - w / 2}[str(a)], y, w) for x, y, a, w in names]
    for n, (x, y, w) in enumerate(boxes):
        for other_x, other_y, other_w in boxes[n + 1 :]:
            assert abs(y - other_y) >= 12 or x + w <= other_x or other_x + other_w <= x


@pytest.mark.parametrize("places", [[], [Place(5, 5, "Only", "fire")], [Place(0, 0, "A", "fire")] * 3])
def test_a_map_of_next_to_nothing_is_still_a_map(places: list[Place]) -> None:
    assert page_of(chapter_of(Map("m", "M", "", places, [], "", ""))).all("svg")
    assert page_of(chapter_of(Map("m", "M", "", places, [Square(0, 0, 500, count(9))], "", ""))).all("svg")


@pytest.mark.parametrize("numbers", [[], [0.0], [-5.0], [5.0, -5.0], [None], [1e12, 1.0]])
def test_bars_start_at_zero_whatever_the_numbers(numbers: list[float | None]) -> None:
    bars = [Bar(f"bar {n}", Figure(number, Unit.NUMBER), "fire") for n, number in enumerate(numbers)]
    page = page_of(chapter_of(Chart("c", "C", "", bars, "", "")))
    zeros = [
        float((at["d"] or "")[1:].split()[0])
        for at, _ in page.all("path")
        if at.get("class") == "zero" and at["d"]
    ]
    drawn = [(float(at["x"] or 0), float(at["width"] or 0)) for at, _ in page.all("rect")]
    known = [number for number in numbers if number is not None]
    assert len(drawn) == 2 * len(known)
    for (x, width), number in zip(drawn, known * 2, strict=True):
        assert any(abs((x if number >= 0 else x + width) - zero) < 0.11 for zero in zeros)


HOSTILE = (
    '"><script>alert(1)</script>',
    "</title></style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "\u202eevil\u202c \x00\x08\ud800",
    "x" * 400,
    "شرطة",
    "",
    "../../etc/passwd",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_wherever_it_stands(name: str, tmp_path: Path) -> None:
    table = Table(name, name, (Column(name), Column(name, True)), ((name, count(9)),), note=name)
    chart = Chart(name, name, name, (Bar(name, count(9), name),), name, name)
    drawn = Map(name, name, name, (Place(1, 1, name, name),), (Square(0, 0, 10, count(9)),), name, name, name)
    blocks: list[Block] = [Statement(name), table, chart, drawn]
    chapter = Chapter(name, name, Statement(name), blocks)
    draft = Draft(name, name, (chapter, Chapter(name, name, Statement(name), (), name or "x")), (name,))
    index = write_report(publish(draft), tmp_path / "out")
    page = Page(index.read_text(encoding="utf-8"))
    assert not page.all("script")
    assert not page.all("img")
    assert "49" not in [text for _, text in page.all("h1")]
    for path in index.parent.rglob("*"):
        assert re.fullmatch(r"[a-z0-9_-]{1,80}(\.[a-z]+)?", path.name)
        if path.suffix == ".csv":
            for row in rows_of(path.read_bytes()):
                assert not any(
                    cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row if not number(cell)
                )


def number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", cell) is not None


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", " =1+1", "-", "=", "-2+3"])
def test_text_never_reaches_a_spreadsheet_as_a_formula(text: str) -> None:
    table = Table("t", "T", (Column("a"), Column("b", True)), ((text, Figure(-2.5, Unit.NUMBER)),))
    rows = rows_of(report_files(chapter_of(table))["tables/t.csv"])
    assert rows[1] == [f"'{text}", "−2.50", "-2.5"]


COUNTS = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5)


@settings(deadline=None, max_examples=25)
@given(COUNTS, st.integers(2, 12))
def test_no_small_count_stands_in_any_file(numbers: list[list[int]], limit: int) -> None:
    rows: list[list[Figure | str]] = [
        [f"row {chr(97 + n)}", *map(count, row)] for n, row in enumerate(numbers)
    ]
    rows.append(["All", *(count(sum(column)) for column in zip(*numbers, strict=True))])
    columns = [Column("What"), *(Column(f"column {letter}", True) for letter in "pqr")]
    bars = [Bar(f"row {chr(97 + n)}", count(row[0]), "fire") for n, row in enumerate(numbers)]
    squares = [Square(n * 1e5, 0, 1e5, count(row[0])) for n, row in enumerate(numbers)]
    sentences = [Statement("{n}", {"n": count(row[0])}) for row in numbers]
    blocks: list[Block] = [
        Table("t", "T", columns, rows, total=True),
        Chart("c", "C", "", bars, "", ""),
        Map("m", "M", "", (), squares, "", ""),
        *sentences,
    ]
    files = report_files(publish(Draft("T", "", (Chapter("x", "X", Statement(""), blocks),)), limit))
    forbidden = {str(small) for small in range(1, limit)}
    page = Page(files["index.html"].decode())
    for tag in ("td", "th", "li", "text", "title", "desc"):
        for _, text in page.all(tag):
            assert text not in forbidden
            assert not forbidden & set(text.split(" to "))
    assert not forbidden & {text for attributes, text in page.all("p") if not attributes}
    for name, content in files.items():
        if name.endswith(".csv"):
            for row in rows_of(content):
                assert not forbidden & set(row)
