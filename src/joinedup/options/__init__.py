"""Ways of working together: one file per kind, found by themselves.

A kind is a module in this folder with ``KIND: Kind = ...``. Nothing else has to be edited to add one.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from joinedup.area import Area, Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.assumptions import Assumption, Draws
    from joinedup.money import Cash


@dataclass(frozen=True)
class Option:
    """One concrete, local way of joining up: these two stations, these two rooms, this course.

    ``joins`` are the things it joins, by identifier, and ``names`` the same in words; ``changes`` is the step from the
    area as it is to the area with the option. ``uses`` are the things that it sets free or fills: two options that use
    the same thing cannot both be counted (§5.5). ``incomplete`` says what a board would still need to know.
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

    def as_json(self) -> dict[str, Any]:
        """Give plain values, for ``--json`` and for keeping."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Option:
        """Read back what `as_json` gave."""
        tuples = {key: tuple(given[key]) for key in ("partners", "joins", "names", "uses", "incomplete")}
        return cls(**{**given, **tuples, "changes": tuple(Change(**each) for each in given["changes"])})


@dataclass(frozen=True)
class Need:
    """A table, and the columns of it, that a kind cannot do without; ``why`` says what to collect."""

    table: str
    columns: tuple[str, ...]
    why: str


class Kind(Protocol):
    """A way of working together."""

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


@cache
def kinds() -> tuple[Kind, ...]:
    """Find every kind in this folder, from the simplest to the most complex."""
    found: list[Kind] = [
        importlib.import_module(f"{__name__}.{module.name}").KIND for module in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted(found, key=lambda kind: (kind.rung, kind.name)))
