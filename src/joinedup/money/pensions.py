"""Pensions: what an employer pays into a scheme for each pound of pay, by scheme and date (§5.1)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from joinedup.money.cash import SOCIETY, Cash, CashLine
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from datetime import date

FILE = Path(__file__).with_name("pensions_2024.toml")


@dataclass(frozen=True)
class Scheme:
    """A pension scheme: what goes in for each hundred pounds of pay, and who pays it.

    ``per_cent`` is what employment costs and belongs in the economic case; ``employer_per_cent`` is what
    passes through the employer's accounts and belongs in the financial case.
    """

    scheme: str
    service: str
    nations: tuple[str, ...]
    per_cent: float
    central_per_cent: float
    since: date | None
    grade: int
    source: str

    @property
    def employer_per_cent(self) -> float:
        """Give the part that the employer pays itself."""
        return self.per_cent - self.central_per_cent


@cache
def schemes() -> dict[str, Scheme]:
    """Give the schemes that are kept, by name."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["schemes"]
    return {row["scheme"]: Scheme(**{**row, "nations": tuple(row["nations"])}) for row in rows}


def scheme(name: str) -> Scheme:
    """Give one scheme.

    Raises:
        Refusal: when no rate is kept for it, with the closest name.

    >>> round(scheme("NHS").employer_per_cent, 2)
    14.38
    """
    found = schemes()
    if name not in found:
        raise Refusal(f"no pension scheme '{name}'{did_you_mean(name, found)}")
    return found[name]


def own_rate(per_cent: float) -> Scheme:
    """Give a rate that a study states itself, all of it paid by the employer."""
    said = "the study's own rate"
    return Scheme(said, "", (), per_cent, 0.0, None, 1, said)


def contributions(pay: Cash, rates: Scheme) -> tuple[Cash, ...]:
    """Give what goes into a scheme with a flow of pensionable pay, saved or spent.

    The employer's part falls on those who bear the pay; what is met centrally falls on society.
    """
    shares = ((rates.employer_per_cent, None), (rates.central_per_cent, SOCIETY))
    return tuple(
        replace(
            pay,
            what=f"{pay.what}: pension contributions{'' if who is None else ' met centrally'}",
            line=CashLine.PENSION,
            amount=pay.amount * (per_cent / 100.0),
            payer=who or pay.payer,
            beneficiary=who or pay.beneficiary,
        )
        for per_cent, who in shares
        if per_cent
    )
