"""Pages beside the main one: linked both ways, whole by themselves, and behind the same door (§8.1)."""

from __future__ import annotations

import json
import posixpath
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from joinedup.disclosure import (
    Bar,
    Chapter,
    Chart,
    Column,
    Draft,
    Figure,
    Page,
    Sensitivity,
    Statement,
    Table,
    count,
    publish,
)
from joinedup.report import MARKER, write_report
from joinedup.report.page import report_files
from joinedup.wording import Unit
from tests.report.test_report import HOSTILE
from tests.report.test_report import Page as Html

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.disclosure.draft import Block


def page(name: str, *blocks: Block, title: str = "An option") -> Page:
    return Page(
        "options", name, title, "Between two", (Chapter("answer", "So", Statement("It is."), blocks),)
    )


def linking(*names: str) -> Table:
    rows: list[list[Figure | str]] = [
        [f"row {name}", Figure(float(n), Unit.NUMBER)] for n, name in enumerate(names)
    ]
    return Table("all", "All", (Column("What"), Column("How", True)), rows, pages=names)


def draft(*pages: Page, blocks: tuple[Block, ...] = ()) -> Draft:
    return Draft("The report", "", (Chapter("one", "One", Statement("So."), blocks),), ("Made.",), pages)


def links(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """Give every link of every page as the file that it leads from and the file, and place, that it leads to."""
    found = []
    for name, content in files.items():
        if name.endswith(".html"):
            for attributes, _ in Html(content.decode()).all("a"):
                to, _, place = (attributes["href"] or "").partition("#")
                found.append(
                    (
                        name,
                        f"{posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) if to else name}#{place}",
                    )
                )
    return found


def test_every_link_of_every_page_leads_to_a_file_and_a_place_in_it() -> None:
    inner = Chart("worth", "Worth", "", (Bar("a", Figure(1.0, Unit.POUNDS)),), "", "")
    files = report_files(
        publish(draft(page("A one", inner), page("b", linking("A one")), blocks=(linking("A one", "b"),)))
    )
    assert {"options/a-one.html", "options/b.html", "tables/a-one/worth.csv", "tables/b/all.csv"} <= set(
        files
    )
    assert ("index.html", "options/a-one.html#") in links(files)
    assert ("options/a-one.html", "index.html#") in links(files)
    assert ("options/b.html", "options/a-one.html#") in links(files)
    for _, target in links(files):
        name, _, place = target.partition("#")
        assert name in files
        if place:
            ids = [attributes.get("id") for _, attributes, _ in Html(files[name].decode()).elements]
            assert ids.count(place) == 1


def test_a_page_stands_by_itself_with_landmarks_its_own_heading_and_a_way_back() -> None:
    html = Html(report_files(publish(draft(page("a", title="The hub"))))["options/a.html"].decode())
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(html.all(landmark)) == 1, landmark
    assert html.all("h1")[0][1] == "The hub"
    assert html.all("title")[0][1] == "The hub – The report"
    assert html.all("a")[0] == ({"class": "skip", "href": "#main"}, "Skip to the report")
    levels = [int(tag[1]) for tag, _, _ in html.elements if re.fullmatch("h[1-6]", tag)]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_file_is_on_the_list_and_a_page_that_is_gone_leaves_none_behind(tmp_path: Path) -> None:
    table = linking("")
    for pages in ((page("a", table), page("b", table)), (page("b", table),)):
        index = write_report(publish(draft(*pages)), tmp_path / "out")
        on_disk = {
            path.relative_to(index.parent).as_posix() for path in index.parent.rglob("*") if path.is_file()
        }
        assert set(json.loads((index.parent / MARKER).read_text(encoding="utf-8"))["files"]) == on_disk
    assert not (index.parent / "options" / "a.html").exists()


def test_a_small_count_and_what_is_commercial_leave_on_no_page() -> None:
    table = Table(
        "t",
        "T",
        (Column("What"), Column("Calls", True), Column("Value", True)),
        [["a", count(3), Figure(777_777.0, Unit.POUNDS, sensitivity=Sensitivity.COMMERCIAL)]],
    )
    sentence = Statement("Only {n}.", {"n": count(3)})
    files = report_files(publish(draft(page("a", table, sentence))))
    cells = [text for _, text in Html(files["options/a.html"].decode()).all("td")]
    assert cells[:2] == ["[c]", "[c]"]
    for content in files.values():
        assert b"778k" not in content
        assert b"777" not in content
        assert b"Only 3" not in content


def test_what_is_hidden_to_protect_a_total_on_one_page_is_hidden_on_every_other() -> None:
    columns = (Column("Where"), Column("Calls", True))
    whole = Table(
        "whole", "W", columns, [["north", count(3)], ["south", count(41)], ["all", count(44)]], total=True
    )
    again = Table("again", "A", columns, [["south", count(41)]])
    files = report_files(publish(draft(page("a", again), blocks=(whole,))))
    assert "41" not in [text for _, text in Html(files["index.html"].decode()).all("td")]
    assert "41" not in [text for _, text in Html(files["options/a.html"].decode()).all("td")]


def test_a_link_to_a_page_that_is_not_there_is_found_where_it_was_made() -> None:
    with pytest.raises(ValueError, match="there is no page 'b'"):
        publish(draft(page("a"), blocks=(linking("b"),)))
    with pytest.raises(ValueError, match="1 rows, but 2 pages"):
        Table("t", "T", (Column("a"),), [["x"]], pages=["a", "b"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_of_a_page_is_a_plain_file_and_its_title_is_text(name: str, tmp_path: Path) -> None:
    pages = (page(name, linking(name), title=name), page(f"{name} 2", title=name))
    index = write_report(publish(draft(*pages, blocks=(linking(name),))), tmp_path / "out")
    written = [path for path in index.parent.rglob("*") if path.is_file()]
    assert len([path for path in written if path.parent.name == "options"]) == 2
    for path in index.parent.rglob("*"):
        assert re.fullmatch(r"[a-z0-9_-]{1,80}(\.[a-z]+)?", path.name)
        if path.suffix == ".html":
            html = Html(path.read_text(encoding="utf-8"))
            assert not html.all("script")
            assert not html.all("img")
