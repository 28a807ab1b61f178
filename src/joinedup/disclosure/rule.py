"""What is hidden, what is said instead, and the door itself."""

from __future__ import annotations

import math
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.disclosure.draft import (
    LIMIT,
    Bullets,
    Chart,
    Curves,
    Draft,
    Figure,
    Gantt,
    Grid,
    Map,
    Mark,
    Section,
    Statement,
    Table,
)
from joinedup.disclosure.published import (
    DOOR,
    MARK_WORDS,
    Published,
    PublishedBar,
    PublishedBlock,
    PublishedBullets,
    PublishedChapter,
    PublishedChart,
    PublishedCurve,
    PublishedCurves,
    PublishedGantt,
    PublishedGrid,
    PublishedMap,
    PublishedPage,
    PublishedSection,
    PublishedSquare,
    PublishedTable,
    Shown,
)
from joinedup.disclosure.tables import Secrets
from joinedup.wording import between, in_words, one_in, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.disclosure.draft import Block, Chapter, Curve, Text
    from joinedup.disclosure.protecting import Cell

_HIDDEN = Shown(Mark.CONFIDENTIAL.value, mark=Mark.CONFIDENTIAL)
_TOO_FEW = (
    "This cannot be published: it rests on too few incidents or people, or would give such a number away."
)
_NOT_KNOWN = "This is not known: the study does not hold what it would take."
_PLACEHOLDER = re.compile(r"\{(\w+)(?::(between|Between|one_in))?\}")


def publish(draft: Draft, limit: int = LIMIT) -> Published:
    """Pass a draft through disclosure control.

    Args:
        draft: what the analysis would like to say.
        limit: figures that rest on fewer incidents or people than this are hidden; zero is said.
    """
    chapters = [*draft.chapters, *(chapter for page in draft.pages for chapter in page.chapters)]
    blocks = [block for chapter in chapters for block in chapter.blocks]
    _linked([block for block in blocks if isinstance(block, Table)], {page.name for page in draft.pages})
    tables = [
        block.counted if isinstance(block, Grid) else block
        for block in blocks
        if isinstance(block, Table | Grid)
    ]
    secrets = Secrets(tables, limit, hidden)
    return Published(
        title=draft.title,
        subtitle=draft.subtitle,
        chapters=tuple(_chapter(chapter, limit, secrets) for chapter in draft.chapters),
        footer=tuple(draft.footer),
        limit=limit,
        pages=tuple(
            PublishedPage(
                page.group,
                page.name,
                page.title,
                page.subtitle,
                tuple(_chapter(chapter, limit, secrets) for chapter in page.chapters),
            )
            for page in draft.pages
        ),
        key=DOOR,
    )


def _linked(tables: Sequence[Table], pages: set[str]) -> None:
    """Find a link that leads nowhere where it was made."""
    for table in tables:
        if unknown := sorted(set(table.pages) - pages - {""}):
            raise ValueError(f"table {table.name}: there is no page '{unknown[0]}'")


def hidden(figure: Figure, limit: int = LIMIT) -> bool:
    """Whether a figure may not be said: it rests on too few, or it is nobody else's business."""
    if figure.sensitivity.closed:
        return True
    base = figure.rests_on
    return base is not None and 0 < base < limit


def _chapter(chapter: Chapter, limit: int, secrets: Secrets) -> PublishedChapter:
    """Pass a chapter through, its sentences with what its tables hide."""
    tables = [block for block in chapter.blocks if isinstance(block, Table)]
    here = {(unit, number) for table in tables for _, unit, number in secrets.of(table)}

    def sentence(statement: Statement) -> str:
        kept_back = any((figure.unit, figure.number) in here for figure in statement.figures.values())
        return _sentence(statement, limit, kept_back)

    def words(text: Text) -> str:
        return text if isinstance(text, str) else sentence(text)

    def published(block: Block) -> PublishedBlock:  # noqa: PLR0911 - a case for each kind of block
        match block:
            case Statement():
                return sentence(block)
            case Bullets():
                return PublishedBullets(tuple(sentence(item) for item in block.items))
            case Section():
                return PublishedSection(block.heading)
            case Table():
                rows = _rows(block, limit, secrets.shut[id(block)])
                return _table(block, rows, words(block.caption), words(block.note))
            case Chart():
                bars = _bars(block, limit, secrets)
                return PublishedChart(
                    block.name,
                    words(block.title),
                    block.subtitle,
                    bars,
                    block.source,
                    words(block.alternative),
                )
            case Map():
                return _map(block, limit, words(block.title), words(block.alternative))
            case Grid():
                shut = secrets.shut[id(block.counted)]
                return _grid(block, limit, shut, words(block.title), words(block.alternative))
            case Gantt():
                return PublishedGantt(
                    block.name,
                    words(block.title),
                    block.subtitle,
                    tuple(block.years),
                    tuple(block.spans),
                    block.source,
                    words(block.alternative),
                )
            case Curves():
                return PublishedCurves(
                    block.name,
                    words(block.title),
                    block.subtitle,
                    tuple(_curve(each, limit) for each in block.curves),
                    block.along,
                    block.measure,
                    block.source,
                    words(block.alternative),
                )

    return PublishedChapter(
        name=chapter.name,
        heading=words(chapter.heading),
        answer=sentence(chapter.answer),
        blocks=tuple(published(block) for block in chapter.blocks),
        missing=chapter.missing,
    )


def _shown(figure: Figure, limit: int) -> Shown:
    """Word a figure, or hide it."""
    if hidden(figure, limit):
        return _HIDDEN
    if not _known(figure):
        mark = figure.mark or Mark.NOT_AVAILABLE
        return Shown(mark.value, mark=mark)
    number, low, high = (
        None if each is None else settled(each, figure.unit)
        for each in (figure.number, figure.low, figure.high)
    )
    text = _words(figure)
    return Shown(f"{text} {figure.mark.value}" if figure.mark else text, number, low, high, figure.mark)


def _known(figure: Figure) -> bool:
    """Whether a figure has a number that can be worded."""
    return figure.number is not None and all(
        math.isfinite(each) for each in (figure.number, figure.low, figure.high) if each is not None
    )


def _words(figure: Figure, how: str | None = None) -> str:
    """Word a known figure as a sentence asks for it."""
    number = figure.number or 0.0
    if how == "one_in":
        return one_in(number)
    if how in ("between", "Between"):
        text = between(number, figure.unit, figure.low, figure.high)
        return text[:1].upper() + text[1:] if how == "Between" else text
    return in_words(number, figure.unit, figure.low, figure.high)


def _sentence(statement: Statement, limit: int, kept_back: bool) -> str:
    """Put the figures into the sentence, or say what is said instead."""
    figures = statement.figures
    unused = set(figures) - {found[1] for found in _PLACEHOLDER.finditer(statement.words)}
    if unused:
        raise ValueError(f"the sentence {statement.words!r} has no place for {', '.join(sorted(unused))}")
    if kept_back or any(hidden(figure, limit) for figure in figures.values()):
        return statement.otherwise or _TOO_FEW
    if not all(_known(figure) for figure in figures.values()):
        return statement.otherwise or _NOT_KNOWN

    def put(found: re.Match[str]) -> str:
        figure = figures.get(found[1])
        if figure is None:
            # Braces in a name that a service uses are text like any other.
            return found[0]
        text = _words(figure, found[2])
        # A sentence says for itself that it estimates; that a figure is of low reliability must not get
        # lost.
        return f"{text} ({MARK_WORDS[figure.mark]})" if figure.mark is Mark.LOW_RELIABILITY else text

    return _PLACEHOLDER.sub(put, statement.words)


def _bars(chart: Chart, limit: int, secrets: Secrets) -> tuple[PublishedBar, ...]:
    """Pass the lines of a chart through: what a table hides is hidden here too."""
    return tuple(
        PublishedBar(
            bar.label,
            _HIDDEN
            if (bar.label, bar.figure.unit, bar.figure.number) in secrets.withheld
            else _shown(bar.figure, limit),
            bar.service,
        )
        for bar in chart.bars
    )


def _map(drawn: Map, limit: int, title: str, alternative: str) -> PublishedMap:
    """Pass a map through: squares under the limit are left out."""
    squares = tuple(
        PublishedSquare(square.x, square.y, square.side, _shown(square.figure, limit))
        for square in drawn.squares
        if not hidden(square.figure, limit) and _known(square.figure)
    )
    return PublishedMap(
        name=drawn.name,
        title=title,
        subtitle=drawn.subtitle,
        places=tuple(drawn.places),
        squares=squares,
        left_out=sum(hidden(square.figure, limit) for square in drawn.squares),
        source=drawn.source,
        alternative=alternative,
        measure=drawn.measure,
    )


def _grid(grid: Grid, limit: int, shut: set[Cell], title: str, alternative: str) -> PublishedGrid:
    """Pass a grid through; where even its total would have to be hidden, which it may be known by, no cell is said."""
    width = len(grid.along)
    none = (len(grid.down) * width, 1) in shut
    cells, marks = [], {}
    for y, figures in enumerate(grid.cells):
        for x, figure in enumerate(figures):
            given_away = none or (y * width + x, 1) in shut
            shown = _HIDDEN if given_away else _shown(figure, limit)
            if shown.number is None:
                marks[x, y] = shown.mark
            else:
                cells.append(PublishedSquare(float(x), float(y), 1.0, shown))
    return PublishedGrid(
        name=grid.name,
        title=title,
        subtitle=grid.subtitle,
        down=tuple(grid.down),
        along=tuple(grid.along),
        cells=tuple(cells),
        marks=MappingProxyType(marks),
        measure=grid.measure,
        source=grid.source,
        alternative=alternative,
    )


def _curve(curve: Curve, limit: int) -> PublishedCurve:
    """Pass a curve through: a point stays if none or enough lie between it and the last one, and beyond it."""
    kept: list[tuple[float, Shown]] = []
    last = 0
    for along, figure in curve.points:
        if not _known(figure) or figure.base is None or figure.sensitivity.closed:
            continue
        reached = round((figure.number or 0.0) * figure.base)
        apart = (reached - last, figure.base - reached)
        if figure.base >= limit and all(each == 0 or each >= limit for each in apart):
            kept.append((along, _shown(figure, limit)))
            last = reached
    return PublishedCurve(curve.label, tuple(kept), curve.service, len(curve.points) - len(kept))


def _rows(table: Table, limit: int, shut: set[Cell]) -> tuple[tuple[Shown, ...], ...]:
    """Hide the cells that may not be said, and those that would give them away."""
    return tuple(
        tuple(
            _HIDDEN if (r, c) in shut else _shown(cell, limit) if isinstance(cell, Figure) else Shown(cell)
            for c, cell in enumerate(row)
        )
        for r, row in enumerate(table.rows)
    )


def _table(table: Table, rows: tuple[tuple[Shown, ...], ...], caption: str, note: str) -> PublishedTable:
    """Put the rows of a table under its headers."""
    return PublishedTable(
        name=table.name,
        caption=caption,
        headers=tuple(column.header for column in table.columns),
        numeric=tuple(column.numeric for column in table.columns),
        rows=rows,
        note=note,
        total=table.total,
        pages=tuple(table.pages),
    )
