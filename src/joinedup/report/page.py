"""The page itself: what was published, put into a template, with the files that stand beside it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from joinedup.disclosure import (
    MARK_WORDS,
    Mark,
    PublishedBullets,
    PublishedChart,
    PublishedCurves,
    PublishedGantt,
    PublishedGrid,
    PublishedMap,
    PublishedSection,
    PublishedTable,
)
from joinedup.report.charts import DrawnChart, draw_chart, keys
from joinedup.report.curves import Plotted, draw_curves
from joinedup.report.gantt import Timetable, draw_gantt
from joinedup.report.grids import DrawnGrid, draw_grid
from joinedup.report.maps import DrawnMap, draw_map
from joinedup.report.palette import outline, service_ink
from joinedup.report.spreadsheets import chart_csv, gantt_csv, grid_csv, places_csv, squares_csv, table_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from joinedup.disclosure import Published, PublishedBlock, PublishedChapter, PublishedPage

PAGE = "index.html"
MARKER = "joinedup-report.json"
"""The file that says that a folder is a report and may be replaced by the next one."""

_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")

# What no page may hold: control characters, halves of characters, and marks that turn the direction of what
# follows.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True)
class View:
    """A block with what the template needs to show it: which part shows it, its drawing and its files.

    ``under`` is the place of the heading above it within the chapter, which tells tables of one caption apart.
    """

    part: str
    block: PublishedBlock
    id: str
    csv: str = ""
    squares_csv: str = ""
    drawing: tuple[DrawnChart, DrawnChart] | DrawnMap | DrawnGrid | Plotted | Timetable | None = None
    under: str = ""


@dataclass(frozen=True)
class ChapterView:
    """A chapter with its place on the page."""

    id: str
    chapter: PublishedChapter
    views: tuple[View, ...]


def report_files(published: Published) -> dict[str, bytes]:
    """Make every file of the report, by its path in the folder."""
    made: dict[str, bytes] = {}
    paths = _paths(published)
    main = _page(published, published, made, paths, "")
    for page in published.pages:
        path = paths[page.name]
        made[path] = _page(published, page, made, paths, path.split("/")[1].removesuffix(".html") + "/")
    made = {PAGE: main, **dict(sorted(made.items()))}
    marker = {"made_by": "joinedup", "title": _clean(published.title), "files": [*made, MARKER]}
    made[MARKER] = (json.dumps(marker, indent=2, ensure_ascii=False) + "\n").encode()
    return made


def _paths(published: Published) -> dict[str, str]:
    """Give every page beside the main one a file of its own, by the name that tables link to it with."""
    folders: dict[str, _Names] = {}
    paths = {}
    for page in published.pages:
        group = _Names().new(page.group)
        paths[page.name] = f"{group}/{folders.setdefault(group, _Names()).new(page.name)}.html"
    return paths


def _page(
    published: Published,
    page: Published | PublishedPage,
    made: dict[str, bytes],
    paths: dict[str, str],
    folder: str,
) -> bytes:
    """Make one page, and the files beside it in its own ``folder`` of the folder of tables."""
    ids, names = _Names(), _Names()
    told: list[ChapterView] = []
    missing: list[ChapterView] = []
    for chapter in page.chapters:
        place = ids.new(chapter.name or chapter.heading)
        views: list[View] = []
        under = ""
        for block in chapter.blocks:
            views.append(replace(_view(block, ids, names, made, folder), under=under))
            if isinstance(block, PublishedSection):
                under = views[-1].id
        view = ChapterView(place, chapter, tuple(views))
        (missing if chapter.missing and not chapter.blocks else told).append(view)
    html = (
        environment()
        .get_template("page.html.j2")
        .render(
            published=published,
            page=page,
            root="../" if folder else "",
            paths=paths,
            told=told,
            missing=missing,
            marks=[(mark, MARK_WORDS[mark]) for mark in Mark if mark is not Mark.NONE],
            mark_words=MARK_WORDS,
            css=Markup(template("report.css")),
            outline=outline,
            service_ink=service_ink,
            keys=keys,
            numbers=_NUMBERS if len(missing) < len(_NUMBERS) else [str(n) for n in range(len(missing) + 1)],
        )
    )
    return html.encode("utf-8", errors="replace")


def _view(block: PublishedBlock, ids: _Names, names: _Names, made: dict[str, bytes], folder: str) -> View:  # noqa: PLR0911 - a case a kind
    """Prepare one block, and make the files beside it."""

    def beside(name: str, content: Callable[[], bytes]) -> str:
        path = f"tables/{folder}{names.new(name)}.csv"
        made[path] = content()
        return path

    match block:
        case PublishedTable():
            csv = beside(block.name, lambda: table_csv(block))
            return View("table", block, ids.new(f"table-{block.name}"), csv)
        case PublishedChart():
            csv = beside(block.name, lambda: chart_csv(block))
            return View("chart", block, ids.new(f"chart-{block.name}"), csv, drawing=draw_chart(block))
        case PublishedMap():
            return View(
                "map",
                block,
                ids.new(f"map-{block.name}"),
                beside(block.name, lambda: places_csv(block)) if block.places else "",
                beside(f"{block.name}-squares", lambda: squares_csv(block)) if block.squares else "",
                draw_map(block),
            )
        case PublishedGrid():
            drawn = draw_grid(block)
            csv = beside(block.name, lambda: grid_csv(block, drawn.words))
            return View("grid", block, ids.new(f"grid-{block.name}"), csv, drawing=drawn)
        case PublishedCurves():
            plotted = draw_curves(block)
            csv = beside(block.name, lambda: table_csv(plotted.table))
            return View("curves", block, ids.new(f"curves-{block.name}"), csv, drawing=plotted)
        case PublishedGantt():
            timetable = draw_gantt(block)
            csv = beside(block.name, lambda: gantt_csv(timetable.rows))
            return View("gantt", block, ids.new(f"gantt-{block.name}"), csv, drawing=timetable)
        case PublishedBullets():
            return View("bullets", block, "")
        case PublishedSection():
            return View("section", block, ids.new(f"section-{block.heading}"))
        case _:
            return View("text", block, "")


class _Names:
    """Gives every file, or every place on the page, a short plain name that no other has."""

    def __init__(self) -> None:
        self._taken = {"main", "contents", "not-yet", "reading"}

    def new(self, wanted: str) -> str:
        """Turn any text into a name of letters, digits and hyphens."""
        plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode().lower()
        name = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:60].strip("-") or "part"
        unique, n = name, 2
        while unique in self._taken:
            unique, n = f"{name}-{n}", n + 1
        self._taken.add(unique)
        return unique


@cache
def template(name: str) -> str:
    """Read a file of the folder of templates."""
    return (files("joinedup.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Make the template engine: everything is escaped, and a name that is not there is an error."""
    return Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_clean,
    )


def _clean(value: object) -> object:
    """Take out of a text what no page may hold."""
    return _UNPRINTABLE.sub("", value) if type(value) is str else value
