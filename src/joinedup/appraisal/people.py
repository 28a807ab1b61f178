"""What an option asks of people: posts, places and shifts, and what must be settled with them before it is done (§4.7)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from datetime import date

    from joinedup.area import Area
    from joinedup.options import Option


@dataclass(frozen=True)
class Stated:
    """What only the partners can say; None where nobody has said it, which is not none.

    ``transferred`` and ``redundant`` are full-time posts: those that go to another employer with their terms (TUPE),
    and those that end. ``welfare`` and ``equality_screen`` say what was done and found.
    """

    transferred: float | None = None
    redundant: float | None = None
    redundancy_gbp: float | None = None
    welfare: str | None = None
    consultation_from: date | None = None
    consultation_until: date | None = None
    equality_screen: str | None = None


@dataclass(frozen=True)
class People:
    """What changes for people: counted from the option's changes, and as the partners state.

    ``posts_moved``, ``posts_ended`` and ``posts_changed`` are full-time equivalents, None where a post that is touched
    has none recorded or the study has no posts. ``crews_moved`` counts units that start from another place,
    ``shifts_changed`` shifts that are altered or ended, None where the study has no such table.
    """

    posts_moved: float | None
    posts_ended: float | None
    posts_changed: float | None
    crews_moved: int | None
    shifts_changed: int | None
    stated: Stated

    @property
    def missing(self) -> tuple[str, ...]:
        """Say in words what is not known yet; with any of it the option is incomplete."""
        counted = {
            "posts that move, end or change": self.posts_moved,
            "crews that move": self.crews_moved,
            "shifts that change": self.shifts_changed,
        }
        given = {_WORDS[each.name]: getattr(self.stated, each.name) for each in fields(Stated)}
        if self.stated.redundant == 0:
            given.pop(_WORDS["redundancy_gbp"])
        return tuple(what for what, value in (*counted.items(), *given.items()) if value is None)

    @property
    def complete(self) -> bool:
        """Whether everything that a board must know of people is known."""
        return not self.missing


_WORDS = {
    "transferred": "posts that go to another employer",
    "redundant": "posts that end by redundancy",
    "redundancy_gbp": "what redundancy costs",
    "welfare": "what is done for welfare",
    "consultation_from": "when consultation starts",
    "consultation_until": "when consultation ends",
    "equality_screen": "an equality screen",
}


def people_of(area: Area, option: Option, stated: Stated | None = None) -> People:
    """Count what an option's changes do to posts, crews and shifts, and lay beside it what the partners state."""
    posts, units, shifts = (area.table(each) for each in ("posts", "units", "shifts"))
    touched = {
        table: {change.row for change in option.changes if change.table == table}
        for table in ("units", "shifts")
    }
    ended = {c.row for c in option.changes if c.table == "posts" and c.column is None}
    moved = {c.row for c in option.changes if c.table == "posts" and c.column == "site_id"} - ended
    changed = {c.row for c in option.changes if c.table == "posts"} - ended - moved
    crews = {c.row for c in option.changes if c.table == "units" and c.column in (None, "site_id")}
    return People(
        posts_moved=_fte(posts, moved),
        posts_ended=_fte(posts, ended),
        posts_changed=_fte(posts, changed),
        crews_moved=None if units.is_empty() else len(crews),
        shifts_changed=None if shifts.is_empty() else len(touched["shifts"]),
        stated=stated or Stated(),
    )


def _fte(posts: pl.DataFrame, rows: set[str]) -> float | None:
    """Add up the full-time equivalents of posts; None where one is not recorded or there are no posts at all."""
    if posts.is_empty():
        return None
    found = posts.filter(pl.col("post_id").is_in(sorted(rows)))["fte"]
    return None if found.null_count() else float(found.sum())
