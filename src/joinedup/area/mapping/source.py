"""What a mapping says: ways to get values, the tables that they make, and the file that they are taken from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from joinedup.area.formats import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Way:
    """One way to get a value: from a column, several columns, a constant or the row's number; then shaped.

    ``extract`` keeps the groups of a pattern, joined by a space; ``unless`` refuses values that match; ``lookup``
    replaces; ``slug`` makes an identifier of a name; ``prefix`` and ``suffix`` are put round it. ``format`` reads times
    and dates, by the first that fits; ``unit`` reads amounts, and is what a cell means that names no unit; ``none`` are
    words for no value. A way with ``query`` is a second best: rows that need it have that query. ``note`` is said once
    of all rows that took this way. Where many rows make one, ``take`` says which value is taken.
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    join: str = " "
    constant: str | None = None
    row: bool = False
    extract: str = ""
    unless: str = ""
    lookup: Mapping[str, str] | None = None
    slug: bool = False
    prefix: str = ""
    suffix: str = ""
    format: tuple[str, ...] = ()
    unit: str | None = None
    none: tuple[str, ...] = ()
    take: str = "first"
    query: str = ""
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns of the extract that it reads."""
        return (self.column,) if self.column else self.columns


@dataclass(frozen=True)
class LeftOut:
    """A rule by which rows are set aside: any of ``columns`` matches ``pattern``."""

    columns: tuple[str, ...]
    pattern: str
    why: str


@dataclass(frozen=True)
class Only:
    """A rule by which a table takes some of the rows: every one of its rules must match; other tables take the rest."""

    column: str
    pattern: str


@dataclass(frozen=True)
class TableMapping:
    """How one table is made: the ways of each column, best first.

    ``one_for`` names the columns by which several rows are one row of the table, such as the number of a call; where
    they are blank, a row stands for itself.

    ``repeats`` names the columns that make a row an exact repeat where the source has no identifier; ``near`` is the
    distance in metres within which two sites of one service may be the same.
    """

    table: str
    columns: Mapping[str, tuple[Way, ...]]
    leave_out: tuple[LeftOut, ...] = ()
    only: tuple[Only, ...] = ()
    one_for: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()
    near: float = 0.0

    @property
    def sources(self) -> set[str]:
        """All columns of the extract that it reads."""
        read = {column for ways in self.columns.values() for way in ways for column in way.sources}
        ruled = {column for rule in self.leave_out for column in rule.columns} | {
            each.column for each in self.only
        }
        return read | ruled | set(self.repeats) | set(self.one_for)

    @property
    def numbered(self) -> bool:
        """Whether some of its identifiers are made of the file's name and the row's number."""
        return any(way.row for ways in self.columns.values() for way in ways)


@dataclass(frozen=True)
class Source:
    """A mapping: what the source is, the services in it and the tables it fills."""

    name: str
    title: str
    about: str
    licence: str
    zone: str
    messy: tuple[str, ...]
    services: tuple[Mapping[str, str], ...]
    tables: tuple[TableMapping, ...]
    published: bool
    """Real, named places from a public list: sites may be laid side by side, but no option is proposed (§8.5)."""
    text: str
    """The TOML itself, kept in the study so that a reading can be repeated."""
    layout: Layout = field(default_factory=Layout)
    counts: tuple[str, ...] = ()
    """What became of the rows of real files, for its page."""
