"""Value added tax: what is bought with it, and which partners get it back (§5.1)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("vat_2025.toml")


class Supply(StrEnum):
    """What a flow buys, as far as value added tax asks."""

    OUTSIDE = "outside the tax"
    """Pay, rates, rent that is exempt, and costs given as the accounts bear them, the tax already in."""
    STANDARD = "standard rated"
    CONTRACTED_OUT = "contracted-out service"


@dataclass(frozen=True)
class Recovery:
    """What a partner gets back of the tax on what it buys; ``because`` says by which rule."""

    rate_per_cent: float
    recovers: frozenset[Supply]
    because: str

    def kept_from(self, supply: Supply) -> float:
        """Give the tax that a partner bears for good, as a share of the price before tax."""
        borne = supply is not Supply.OUTSIDE and supply not in self.recovers
        return self.rate_per_cent / 100.0 if borne else 0.0


def recovery(kind: str, nation: str) -> Recovery | None:
    """Say what a service of a kind (police, fire, ambulance) gets back; None where no rule is kept for it.

    A study that names no nation is taken to lie in England or Wales, whose rules are the same.

    >>> recovery("fire", "England").kept_from(Supply.STANDARD)
    0.0
    >>> recovery("ambulance", "England").kept_from(Supply.STANDARD)
    0.2
    """
    table = _table()
    for row in table["bodies"]:
        if row["kind"] == kind and (not nation or nation in row["nations"]):
            return Recovery(
                table["rate_per_cent"], frozenset(Supply(each) for each in row["recovers"]), row["because"]
            )
    return None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))
