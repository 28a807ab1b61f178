"""Ways of working together: one file or folder per kind, found by themselves.

A kind is a module in this folder with ``KIND: Kind = ...``. No other file has to be edited to add one.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from joinedup.area import Area, Change
from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.wording import Unit

REDUNDANCY = "redundancy pay"
"""What every flow of redundancy pay is called, so that what the partners state of it can stand in its place."""


@dataclass(frozen=True)
class Option:
    """One concrete, local way of joining up: these two stations, these two rooms, this course.

    ``joins`` are the things it joins, by identifier, and ``names`` the same in words; ``changes`` is the step from the
    area as it is to the area with the option. ``uses`` are the things that it sets free or fills: two options that use
    the same thing cannot both be counted (§5.5). ``draws_on`` are the services whose crews it takes from their own calls in a way
    that no change of the area shows, so that nobody can tell what those then wait. ``incomplete`` says what a board would still
    need to know, people aside: what is not known of them the appraisal says, as the partners have or have not stated it.
    """

    id: str
    kind: str
    title: str
    partners: tuple[str, ...]
    joins: tuple[str, ...]
    names: tuple[str, ...]
    changes: tuple[Change, ...]
    uses: tuple[str, ...]
    facts: dict[str, float | str | None]
    incomplete: tuple[str, ...] = ()
    exists: bool = False
    draws_on: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Give plain values, for ``--json`` and for keeping."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Option:
        """Read back what `as_json` gave."""
        tuples = {
            key: tuple(given[key]) for key in ("partners", "joins", "names", "uses", "incomplete", "draws_on")
        }
        return cls(**{**given, **tuples, "changes": tuple(Change(**each) for each in given["changes"])})


@dataclass(frozen=True)
class Need:
    """A table, and the columns of it, that a kind cannot do without; ``why`` says what to collect.

    Where a kind has several ways to look, any of ``instead`` does as well: it cannot look only where all of them are missing.
    """

    table: str
    columns: tuple[str, ...]
    why: str
    instead: tuple[Need, ...] = ()

    def met_in(self, area: Area) -> bool:
        """Whether an area holds it, or something that does as well."""
        return area.has(self.table, *self.columns) or any(each.met_in(area) for each in self.instead)


class Kind(Protocol):
    """A way of working together; where it can say so also `SearchesAlone`, `FallsOnBudgets`, `TellsFacts` or `TellsOutcomes`."""

    name: str
    rung: int
    """Its place in the order of complexity (§4.3), from 1."""
    question: str
    needs: tuple[Need, ...]
    assumptions: tuple[Assumption, ...]
    project_type: str
    """Which optimism bias its capital carries (§5.4), a row of the table in money."""
    years: int
    """How many years it is appraised over."""
    exit_cost: str
    """The assumption that says what parting again would cost."""

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> Sequence[Option]:
        """Find the options of this kind; the same in any order of the rows; never one that exists already."""
        ...

    def cash(self, area: Area, option: Option, draws: Draws) -> Sequence[Cash]:
        """Give what the option changes in money against carrying on as now, real, dated, before optimism bias."""
        ...

    def carry_on(self, area: Area, option: Option, draws: Draws) -> Sequence[Cash]:
        """Give what carrying on as now costs for the same things: the do minimum (§4.5)."""
        ...

    def explain(self, option: Option) -> str:
        """Say in under 80 plain words what would happen on the ground."""
        ...


_ASKED = (
    *Kind.__annotations__,
    *(name for name in vars(Kind) if callable(getattr(Kind, name)) and name[0] != "_"),
)


@runtime_checkable
class SearchesAlone(Protocol):
    """A kind that can also say what one partner could do by itself (§4.5); `find_alone` is all that it adds."""

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> Sequence[Option]:
        """Find what the partner could do with its own things; costed by the kind's own `cash`, with no payment in it."""
        ...


@runtime_checkable
class FallsOnBudgets(Protocol):
    """A kind that can say which lines of a budget pay for an option (§5.1); `budget_functions` is all that it adds."""

    def budget_functions(self, option: Option) -> Sequence[str]:
        """Name the functions, as the table of budgets does; none where any of a service's lines might pay."""
        ...


CREW_HOURS = "crew hours"
"""The measure of what several kinds free of crews, or take from them."""


class Bettered(NamedTuple):
    """What an option does in a year, once it works, to something beside money, time and waits (§5.9).

    ``by`` has shape (draws + 1,), above zero where it is better for the service; ``unit`` is in words.
    """

    service: str
    measure: str
    unit: str
    by: NDArray[np.float64]


@runtime_checkable
class TellsOutcomes(Protocol):
    """A kind that can say what an option does beside money, time and waits (§5.9); `measures` and `outcomes` are all it adds."""

    measures: tuple[str, ...]
    """What it may tell of, as a service would name it among its objectives."""

    def outcomes(self, area: Area, option: Option, draws: Draws) -> Sequence[Bettered]:
        """Give what the option does to these measures, by service; none where nothing is known."""
        ...


@runtime_checkable
class TellsFacts(Protocol):
    """A kind some of whose facts a board should read on an option's page; `facts_told` is all that it adds."""

    facts_told: Mapping[str, tuple[str, Unit | None]]
    """By fact, in order, a sentence with the fact at ``{it}``, and its unit: none for words. What is not known is not told.

    ``{partner}`` in a fact's name stands for each partner in turn, and ``{who}`` in its sentence for that partner's name.
    """


def redundancy_pay(partner: str, year: int, amount: NDArray[np.float64], *names: str) -> Cash:
    """Write redundancy pay, zero or more: a partner pays it and people whose posts end receive it, so it costs no more in all.

    ``amount`` has shape (draws + 1,), real pounds; those people stand for nobody among the partners, so society receives it.
    """
    return Cash(
        REDUNDANCY, CashKind.PAYMENT, CashLine.PAYMENT, year, amount, Partner(partner), SOCIETY, names
    )


@dataclass(frozen=True)
class Registered:
    """One row of the study's register of collaborations (§4.2)."""

    kind: str
    partners: frozenset[str]
    sites: frozenset[str]
    legal_basis: str | None
    idea_on: date | None
    agreed_on: date | None
    live_on: date | None
    ended_on: date | None
    promised_gbp_a_year: float | None
    actual_gbp_a_year: float | None
    exit_cost_gbp: float | None
    status: str
    why: str | None

    @property
    def in_words(self) -> str:
        """Say where it stands, since when and why."""
        ended = self.ended_on
        when = f" on {ended.day} {ended:%B %Y}" if ended else ""
        return f"{self.status}{when}{f': {self.why}' if self.why else ''}"

    @property
    def delivered(self) -> float | None:
        """Give what it was found to save, as a share of what was promised; None where either is not known."""
        if self.actual_gbp_a_year is None or not self.promised_gbp_a_year:
            return None
        return self.actual_gbp_a_year / self.promised_gbp_a_year

    @property
    def months_from_idea_to_live(self) -> int | None:
        """Give the whole months from idea to live, None where either date is not known."""
        if self.idea_on is None or self.live_on is None:
            return None
        months = 12 * (self.live_on.year - self.idea_on.year) + self.live_on.month - self.idea_on.month
        return months - (self.live_on.day < self.idea_on.day)

    def concerns(self, partners: Collection[str], sites: Collection[str] = ()) -> bool:
        """Whether it is between these partners at these sites; without sites the partners alone decide."""
        return set(sites) <= self.sites if sites else set(partners) <= self.partners


def registered(area: Area, kind: str) -> tuple[Registered, ...]:
    """Give what the register holds of a kind, however its name is spelt; the last that ended first."""
    rows = area.table("collaborations").sort(
        "ended_on", "why", "sites", "partners", "status", descending=True, nulls_last=True
    )
    found = []
    for row in rows.iter_rows(named=True):
        if _plain(row["kind"]) == _plain(kind):
            given = {each.name: row[each.name] for each in fields(Registered)}
            lists = {name: _listed(row[name]) for name in ("partners", "sites")}
            found.append(Registered(**{**given, **lists}))
    return tuple(found)


def lives_already(
    register: Sequence[Registered], partners: Collection[str], sites: Collection[str] = ()
) -> bool:
    """Whether it is live between these partners at these sites, so that nobody should propose it (§4.2)."""
    return any(each.status == "live" and each.concerns(partners, sites) for each in register)


def tried_before(
    register: Sequence[Registered], partners: Collection[str], sites: Collection[str] = ()
) -> Registered | None:
    """Give the same as it was tried before and ended, was tried, or was refused, in this order; None where it was not."""
    return next(
        (
            each
            for status in ("ended", "tried", "refused")
            for each in register
            if each.status == status and each.concerns(partners, sites)
        ),
        None,
    )


def _listed(text: str | None) -> frozenset[str]:
    return frozenset(each.strip() for each in (text or "").split(";") if each.strip())


def _plain(kind: str) -> str:
    return re.sub(r"[\s_-]+", " ", kind).strip().lower()


@cache
def kinds() -> tuple[Kind, ...]:
    """Find every kind in this folder, from the simplest to the most complex."""
    found: list[Kind] = []
    for module in pkgutil.iter_modules(__path__):
        kind: Kind | None = getattr(importlib.import_module(f"{__name__}.{module.name}"), "KIND", None)
        lacking = [name for name in _ASKED if not hasattr(kind, name)]
        if kind is None or lacking:
            wanted = ", ".join(lacking) if kind else "KIND: Kind = ..."
            raise TypeError(f"options/{module.name} is no kind yet: write {wanted}")
        found.append(kind)
    return tuple(sorted(found, key=lambda kind: (kind.rung, kind.name)))
