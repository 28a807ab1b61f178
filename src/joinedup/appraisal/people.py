"""What an option asks of people: posts, places and shifts, and what must be settled with them before it is done (§4.7)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.disclosure import LIMIT
from joinedup.money import CashLine
from joinedup.options import REDUNDANCY, redundancy_pay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from joinedup.area import Area
    from joinedup.money import Cash
    from joinedup.options import Option

_SAVES = (CashLine.RUNNING, CashLine.BENEFIT)
"""What an option saves or does better, once it is live, stands on one of these lines."""


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

    @property
    def redundancy_in_accounts(self) -> float | None:
        """Give the redundancy pay that accounts may show: none where nobody is redundant, None where it is not stated.

        Of so few people that it would tell what one of them gets, or of nobody knows how many, it may not be shown (§8.1).
        """
        if self.redundant == 0 and not self.redundancy_gbp:
            return 0.0
        shown = self.redundancy_gbp == 0 or (self.redundant is not None and self.redundant >= LIMIT)
        return self.redundancy_gbp if shown else None


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


def first_live_year(flows: Sequence[Cash]) -> int | None:
    """Give the first year in which something is saved or done better, at central values; None where nothing is."""
    return min((flow.year for flow in flows if _saves(flow)), default=None)


def with_stated_redundancy(
    flows: Sequence[Cash], partners: Sequence[str], stated: Stated | None, count: int
) -> tuple[Cash, ...]:
    """Put the redundancy pay that the partners state in place of what the kind reckons; amounts have shape (count,).

    It is paid in the first year live, or in year 1 where nothing is saved, shared as the kind shares its own pay at central
    values, and in equal parts where it reckons none: nobody states whose people they are.
    """
    total = None if stated is None else stated.redundancy_in_accounts
    if total is None:
        return tuple(flows)
    kept = tuple(flow for flow in flows if flow.what != REDUNDANCY)
    own = dict.fromkeys(partners, 0.0)
    for flow in flows:
        if flow.what == REDUNDANCY:
            own[flow.payer] += float(flow.amount[0])
    whole = sum(own.values())
    year = first_live_year(kept)
    # What decides the year decides when it is paid.
    names = sorted({name for flow in kept if flow.year == year and _saves(flow) for name in flow.names})
    paid = {who: total * (part / whole if whole else 1 / len(own)) for who, part in own.items()}
    return (
        *kept,
        *(
            redundancy_pay(who, 1 if year is None else year, np.full(count, amount), *names)
            for who, amount in paid.items()
            if amount
        ),
    )


def _saves(flow: Cash) -> bool:
    return flow.line in _SAVES and bool(flow.amount[0] > 0)


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
