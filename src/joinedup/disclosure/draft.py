"""What the analysis would like to say, before anything is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIMIT = 5
"""The fewest incidents or people that a published figure may rest on, unless a study asks for more."""


class Sensitivity(StrEnum):
    """Who may see a column or figure."""

    OPEN = "open"
    INTERNAL = "internal"
    PERSONAL = "personal"
    COMMERCIAL = "commercial"
    SECURITY = "security"

    @property
    def closed(self) -> bool:
        """Whether what carries this never leaves the study."""
        return self not in (Sensitivity.OPEN, Sensitivity.INTERNAL)


class Mark(StrEnum):
    """The government statistical service's shorthand for what a cell cannot say."""

    NONE = ""
    CONFIDENTIAL = "[c]"
    NOT_AVAILABLE = "[x]"
    NOT_APPLICABLE = "[z]"
    ESTIMATED = "[e]"
    LOW_RELIABILITY = "[u]"


@dataclass(frozen=True)
class Figure:
    """A number on its way out, with what it rests on.

    ``base`` is how many incidents or people the number rests on (None: it is not about incidents or
    people); of a share it is what the share is of. A count is its own base.
    """

    number: float | None
    unit: Unit
    base: int | None = None
    low: float | None = None
    high: float | None = None
    sensitivity: Sensitivity = Sensitivity.OPEN
    mark: Mark = Mark.NONE

    @property
    def rests_on(self) -> int | None:
        """How many incidents or people a reader could single out.

        A share of a known base gives away the count that it stands for, so the smaller of the two is what
        it rests on.

        >>> Figure(0.02, Unit.SHARE, base=150).rests_on
        3
        """
        if self.number is None:
            return self.base
        if self.unit is Unit.COUNT:
            counts = [round(abs(self.number))] + ([] if self.base is None else [self.base])
        elif self.base is None:
            return None
        elif self.unit in (Unit.SHARE, Unit.PER_HUNDRED):
            counts = [self.base, round(abs(self.number) * self.base)]
        else:
            return self.base
        return min((each for each in counts if each), default=0)


def count(number: int | None) -> Figure:
    """Give a count of incidents or people, which the small-count rule watches.

    Things such as stations or options are not counted with this: ``Figure(number, Unit.NUMBER)``.
    """
    return Figure(None if number is None else float(number), Unit.COUNT)


@dataclass(frozen=True)
class Statement:
    """A sentence with figures in it.

    ``{name}`` stands for a figure, ``{name:between}`` and ``{name:Between}`` for its range as "between 4.8
    and 5.3", ``{name:one_in}`` for a share as "about 1 in 20". ``otherwise`` is said when a figure may not
    be said; empty, it is a plain sentence that says which of "may not be said" and "not known" is so.
    """

    words: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    otherwise: str = ""


Text = str | Statement
"""Words that may hold figures: where there are any they are a `Statement`, so that a hidden one is hidden here too."""


@dataclass(frozen=True)
class Bullets:
    """A short list, such as the reasons for something."""

    items: Sequence[Statement]


@dataclass(frozen=True)
class Section:
    """A heading within a chapter, over the blocks that follow it."""

    heading: str


@dataclass(frozen=True)
class Column:
    """A column of a draft table: its header (with its unit where it has one) and who may see it.

    ``total`` says that each of its figures is the sum, along its row, of the columns of the same unit
    before it (back to an earlier column of totals).
    """

    header: str
    numeric: bool = False
    sensitivity: Sensitivity = Sensitivity.OPEN
    total: bool = False


@dataclass(frozen=True)
class Table:
    """A draft table: rows of text and figures.

    The first column heads its row; ``total`` marks a last row of totals. ``pages`` names, row by row, the `Page` that tells
    more of it, empty where none does; an empty list links no row.
    """

    name: str
    caption: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Figure | str]]
    note: Text = ""
    total: bool = False
    pages: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Find a row of the wrong length where it was made."""
        if self.pages and len(self.pages) != len(self.rows):
            raise ValueError(f"table {self.name}: {len(self.rows)} rows, but {len(self.pages)} pages")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"table {self.name}: {len(self.columns)} columns, but a row has {len(row)} cells"
                )


@dataclass(frozen=True)
class Bar:
    """One line of a chart: a label, its figure (drawn with its interval where it has one) and its service.

    ``service`` is the kind of service, or one of before, after, better, worse; empty, the line is drawn
    plainly.
    """

    label: str
    figure: Figure
    service: str = ""


@dataclass(frozen=True)
class Chart:
    """A draft chart of labelled bars: ``title`` is the finding, ``subtitle`` what, when and where."""

    name: str
    title: Text
    subtitle: str
    bars: Sequence[Bar]
    source: str
    alternative: Text


@dataclass(frozen=True)
class Place:
    """A site on a map: metres east and north, what it is called and which kind of service it is of."""

    x: float
    y: float
    label: str
    service: str


@dataclass(frozen=True)
class Square:
    """A square of a map: its south-west corner and side in metres, and the count that it stands for."""

    x: float
    y: float
    side: float
    figure: Figure


@dataclass(frozen=True)
class Map:
    """A draft map of sites and counted squares; ``measure`` is what the squares count."""

    name: str
    title: Text
    subtitle: str
    places: Sequence[Place]
    squares: Sequence[Square]
    source: str
    alternative: Text
    measure: str = "Incidents in a square"


@dataclass(frozen=True)
class Grid:
    """A draft grid of shaded cells, such as the hours of a week: a row of figures for each label down.

    A cell is published as the range that its shade stands for. ``total`` is how many incidents or people all cells
    rest on: a reader may know it from elsewhere, so what would give a hidden cell away is hidden with it.
    """

    name: str
    title: Text
    subtitle: str
    down: Sequence[str]
    along: Sequence[str]
    cells: Sequence[Sequence[Figure]]
    total: int
    measure: str
    source: str
    alternative: Text

    @cached_property
    def counted(self) -> Table:
        """What the cells rest on, as a table with its total, in which disclosure control finds what to hide."""
        rows: list[list[Figure | str]] = [
            [f"{self.name}: {down}, {along}", count(figure.base)]
            for down, figures in zip(self.down, self.cells, strict=True)
            for along, figure in zip(self.along, figures, strict=True)
        ]
        columns = (Column("Cell"), Column(self.measure, numeric=True))
        return Table(self.name, self.title, columns, [*rows, ["All", count(self.total)]], total=True)


@dataclass(frozen=True)
class Curve:
    """One line of a chart of distributions: at each number along, the share of incidents that is reached by then.

    ``points`` are in order along, each with its share of the same base; ``service`` is the kind of service, or one of
    before and after; empty, the line is drawn plainly.
    """

    label: str
    points: Sequence[tuple[float, Figure]]
    service: str = ""


@dataclass(frozen=True)
class Curves:
    """A draft chart of distributions; ``along`` says what runs along it and ``measure`` what the shares are of.

    Points that lie so close that single incidents could be told apart between them are left out.
    """

    name: str
    title: Text
    subtitle: str
    curves: Sequence[Curve]
    along: str
    measure: str
    source: str
    alternative: Text


@dataclass(frozen=True)
class Span:
    """One line of a timetable: the year in which something starts and that from which it is live, counted from 0."""

    label: str
    start: int
    live: int


@dataclass(frozen=True)
class Gantt:
    """A draft timetable: when each thing starts and when it is live; ``years`` are the names of the years along it."""

    name: str
    title: Text
    subtitle: str
    years: Sequence[str]
    spans: Sequence[Span]
    source: str
    alternative: Text


Block = Statement | Bullets | Section | Table | Chart | Map | Grid | Gantt | Curves


@dataclass(frozen=True)
class Chapter:
    """A chapter of the draft: the finding as heading, the answer in a sentence, and what it rests on.

    An empty chapter has ``missing``: what the study would need for it.
    """

    name: str
    heading: Text
    answer: Statement
    blocks: Sequence[Block] = ()
    missing: str = ""


@dataclass(frozen=True)
class Page:
    """A page beside the main one, for what only a reader of one thing asks for; ``group`` is the folder that it lies in."""

    group: str
    name: str
    title: str
    subtitle: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True)
class Draft:
    """What the analysis would like to say."""

    title: str
    subtitle: str
    chapters: Sequence[Chapter]
    footer: Sequence[str] = ()
    pages: Sequence[Page] = ()
