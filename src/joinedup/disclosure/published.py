"""What may leave: everything worded once, and nothing in it that may not be said."""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING

from joinedup.disclosure.draft import Mark
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.disclosure.draft import Place, Span

MARK_WORDS: Mapping[Mark, str] = {
    Mark.CONFIDENTIAL: "confidential: the figure rests on too few incidents or people, is commercially or "
    "otherwise sensitive, or would give such a figure away",
    Mark.NOT_AVAILABLE: "not available",
    Mark.NOT_APPLICABLE: "not applicable",
    Mark.ESTIMATED: "estimated",
    Mark.LOW_RELIABILITY: "low reliability",
}


@dataclass(frozen=True)
class Shown:
    """A figure as everybody sees it: worded once.

    The numbers are there for drawing and for CSV; they are None when hidden, and for text.
    """

    text: str
    number: float | None = None
    low: float | None = None
    high: float | None = None
    mark: Mark = Mark.NONE


@dataclass(frozen=True)
class PublishedBullets:
    """A short list that may leave."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class PublishedSection:
    """A heading within a chapter."""

    heading: str


@dataclass(frozen=True)
class PublishedTable:
    """A table that may leave: every cell is `Shown`."""

    name: str
    caption: str
    headers: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Shown, ...], ...]
    note: str
    total: bool
    pages: tuple[str, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The shorthand used in the table, in order of the list of marks."""
        return _in_order({cell.mark for row in self.rows for cell in row})


@dataclass(frozen=True)
class PublishedBar:
    """One line of a chart that may leave."""

    label: str
    figure: Shown
    service: str


@dataclass(frozen=True)
class PublishedChart:
    """A chart that may leave."""

    name: str
    title: str
    subtitle: str
    bars: tuple[PublishedBar, ...]
    source: str
    alternative: str

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The shorthand used in the chart, in order of the list of marks."""
        return _in_order({bar.figure.mark for bar in self.bars})


@dataclass(frozen=True)
class PublishedSquare:
    """A square that may leave: never one under the limit."""

    x: float
    y: float
    side: float
    figure: Shown


@dataclass(frozen=True)
class PublishedMap:
    """A map that may leave; ``left_out`` is how many squares may not be shown."""

    name: str
    title: str
    subtitle: str
    places: tuple[Place, ...]
    squares: tuple[PublishedSquare, ...]
    left_out: int
    source: str
    alternative: str
    measure: str


@dataclass(frozen=True)
class PublishedGrid:
    """A grid that may leave: a cell is a square of side 1, counted along and down from 0; others are hidden or unknown."""

    name: str
    title: str
    subtitle: str
    down: tuple[str, ...]
    along: tuple[str, ...]
    cells: tuple[PublishedSquare, ...]
    marks: Mapping[tuple[int, int], Mark]
    measure: str
    source: str
    alternative: str


@dataclass(frozen=True)
class PublishedCurve:
    """One line of a chart of distributions that may leave: ``left_out`` is how many of its points may not be said."""

    label: str
    points: tuple[tuple[float, Shown], ...]
    service: str
    left_out: int


@dataclass(frozen=True)
class PublishedCurves:
    """A chart of distributions that may leave: between two points of a line lie none or enough incidents."""

    name: str
    title: str
    subtitle: str
    curves: tuple[PublishedCurve, ...]
    along: str
    measure: str
    source: str
    alternative: str


@dataclass(frozen=True)
class PublishedGantt:
    """A timetable that may leave."""

    name: str
    title: str
    subtitle: str
    years: tuple[str, ...]
    spans: tuple[Span, ...]
    source: str
    alternative: str


PublishedBlock = (
    str
    | PublishedBullets
    | PublishedSection
    | PublishedTable
    | PublishedChart
    | PublishedMap
    | PublishedGrid
    | PublishedGantt
    | PublishedCurves
)


@dataclass(frozen=True)
class PublishedChapter:
    """A chapter that may leave."""

    name: str
    heading: str
    answer: str
    blocks: tuple[PublishedBlock, ...]
    missing: str


@dataclass(frozen=True)
class PublishedPage:
    """A page beside the main one that may leave."""

    group: str
    name: str
    title: str
    subtitle: str
    chapters: tuple[PublishedChapter, ...]


DOOR = object()
"""The key that `publish` alone uses; every other door stays shut."""


@dataclass(frozen=True)
class Published:
    """What may leave. Only `publish` makes one."""

    title: str
    subtitle: str
    chapters: tuple[PublishedChapter, ...]
    footer: tuple[str, ...]
    limit: int
    pages: tuple[PublishedPage, ...] = ()
    # Not kept, so that `dataclasses.replace` cannot put something unseen into a Published that has passed.
    key: InitVar[object] = None

    def __post_init__(self, key: object) -> None:
        """Keep every other door shut."""
        if key is not DOOR:
            raise Refusal("only disclosure.publish makes a Published: nothing leaves without passing it")


def _in_order(used: set[Mark]) -> tuple[Mark, ...]:
    """Put marks in the order in which they are explained."""
    return tuple(mark for mark in Mark if mark in used and mark is not Mark.NONE)
