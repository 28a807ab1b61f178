"""The case library: what was promised of joint working elsewhere, and what became of it (§4.2, §5.4)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from joinedup.money import CashLine

_TABLE = tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))

WARNING: str = _TABLE["warning"]
"""What must stand wherever a case is shown."""
GRADES: dict[str, str] = _TABLE["grades"]
"""The grades of a case, from best to worst, and what each means."""


@dataclass(frozen=True)
class Case:
    """One case of joint working elsewhere.

    ``idea``, ``agreed``, ``live`` and ``ended`` are years, None where the sources do not say. ``raises`` is the
    line of cost that ended ``per_cent`` higher, ``leaves`` the gains of which ``per_cent`` came about.
    """

    id: str
    kind: str
    place: str
    partners: str
    how_it_ended: str
    source: str
    grade: str
    promised: str = ""
    actual: str = ""
    why: str = ""
    idea: int | None = None
    agreed: int | None = None
    live: int | None = None
    ended: int | None = None
    name: str = ""
    from_to: str = ""
    per_cent: float | None = None
    raises: CashLine | None = None
    leaves: str | None = None

    @property
    def months_from_idea_to_live(self) -> int | None:
        """Give the months, by whole years, because the sources give no more; None where one end is not known."""
        return None if self.idea is None or self.live is None else 12 * (self.live - self.idea)


@cache
def cases() -> tuple[Case, ...]:
    """Give every case, in the order of the table."""
    return tuple(
        Case(**{**row, "raises": CashLine(row["raises"]) if "raises" in row else None})
        for row in _TABLE["cases"]
    )


def cases_like(kind: str) -> tuple[Case, ...]:
    """Give the cases of a kind of joint working, however its name is spaced or dashed, the best founded first."""
    grades = list(GRADES)
    alike = [each for each in cases() if _plain(each.kind) == _plain(kind)]
    return tuple(sorted(alike, key=lambda each: grades.index(each.grade)))


def months_elsewhere(kind: str) -> tuple[int, ...]:
    """Give how many months such things took from idea to live, by whole years, in order; empty where none says."""
    months = (each.months_from_idea_to_live for each in cases_like(kind))
    return tuple(sorted(each for each in months if each is not None))


def _plain(kind: str) -> str:
    return re.sub(r"[\W_]+", " ", kind).strip().lower()
