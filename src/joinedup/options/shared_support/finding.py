"""What the three ways of sharing support have in common: dates as years, names in words, cash of one partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Option, lives_already, registered, tried_before

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.options import Registered

NAME = "shared support services, fleet and procurement"
YEARS = 10


def year_of(area: Area, day: date | None) -> int:
    """Give the year, from 0, in which a contract or lease can be ended; the first where no date is known."""
    if day is None:
        return 0
    first = int(area.settings.price_base[:4])
    return max(0, (day.year if day.month >= 4 else day.year - 1) - first)


def without_sites(area: Area, part: str) -> tuple[Registered, ...]:
    """Give what the register holds that is about no building, under this kind's name or that of one part of it."""
    return tuple(each for name in (NAME, part) for each in registered(area, name) if not each.sites)


def shared_already(register: Sequence[Registered], partners: Sequence[str]) -> bool:
    """Whether the register has these partners share support already (§4.2)."""
    return lives_already(register, partners)


def tried(register: Sequence[Registered], partners: Sequence[str], sites: Sequence[str] = ()) -> str | None:
    """Say how the same ended where it was tried before."""
    before = tried_before(register, partners, sites)
    return None if before is None else before.in_words


def overlapping(area: Area, register: Sequence[Registered], partners: Sequence[str]) -> list[str]:
    """Say which of the partners share something of this kind already, which may be in today's prices."""
    return [
        f"what {in_words([area.name_of(who) for who in sorted(each.partners & set(partners))])} share already"
        for each in register
        if each.status == "live" and len(each.partners & set(partners)) > 1
    ]


def in_words(names: Sequence[str]) -> str:
    """Write names as a list in words; more than six are counted."""
    if len(names) > 6:
        return f"{in_words(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def fact(option: Option, name: str) -> float:
    """Give a number that was found; nothing where it could not be."""
    value = option.facts.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def own(
    what: str,
    year: int,
    amount: NDArray[np.float64],
    partner: str,
    *names: str,
    line: CashLine = CashLine.RUNNING,
    kind: CashKind = CashKind.CASH_RELEASING,
) -> Cash:
    """Write a saving of one partner, or a cost where the amount is negative."""
    who = Partner(partner)
    bought = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
    return Cash(what, kind, line, year, amount, who, who, names, supply=bought)
