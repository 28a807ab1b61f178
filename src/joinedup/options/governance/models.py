"""Ways to govern, as data: legal standing, nation, date and source; and what a study says that one would unlock (§4.6)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from joinedup.area import Area

FILE = Path(__file__).with_name("models.toml")
TABLE = "unlocks"
"""The study's table of what a change would unlock: ``governance`` and ``option`` (identifiers), ``evidence``, ``probability``."""


@dataclass(frozen=True)
class Model:
    """One way to govern.

    ``joins`` says which services it joins, ``needs`` the kinds, any of which the body of the police and then of fire has to be,
    ``takes_over`` whether fire passes to the body of the police, ``becomes`` what that turns into, ``set_up`` what is spent
    once. Months are written 2028-05.
    """

    name: str
    words: str
    standing: str
    nations: tuple[str, ...]
    since: str
    source: str
    joins: str
    needs: tuple[tuple[str, ...], ...] = ()
    takes_over: bool = False
    becomes: str = ""
    members: int | None = None
    set_up: str = ""
    counts_until_end: bool = False


@dataclass(frozen=True)
class Unlocking:
    """One option that a change of governance would make possible, as a study states it."""

    option: str
    evidence: str
    probability: float


def models(nation: str = "") -> tuple[Model, ...]:
    """Give the models open to a nation, all where none is named."""
    given = [
        Model(
            **{
                **each,
                "nations": tuple(each["nations"]),
                "needs": tuple(tuple(kinds) for kinds in each.get("needs", ())),
            }
        )
        for each in _read()["models"]
    ]
    return tuple(each for each in given if not nation or nation in each.nations)


def commissioners_end() -> str:
    """Give the month in which commissioners end."""
    return str(_read()["commissioners_end"])


def years_from(month: str, price_base: str) -> float:
    """Give the years from the start of the first year of an appraisal, the one after its price base, to a month.

    >>> years_from("2028-05", "2025/26")
    2.0833333333333335
    """
    first = int(price_base[:4]) + 1
    year, of = (int(each) for each in month.split("-"))
    return (12 * (year - first) + of - 4) / 12


def unlocks(area: Area, option: str) -> tuple[Unlocking, ...]:
    """Give what the study states that an option unlocks; nothing unless it is stated.

    Raises:
        Refusal: when an entry has no evidence, or no probability between 0 and 1.
    """
    table = area.tables.get(TABLE)
    if table is None:
        return ()
    found = []
    rows = table.filter(pl.col("governance") == option).sort("option")
    for row in rows.iter_rows(named=True):
        evidence, probability = (row["evidence"] or "").strip(), row["probability"]
        if not evidence or probability is None or not 0 <= probability <= 1:
            raise Refusal(
                f"unlocks.csv: {row['option']}: say in 'evidence' why it is unlocked, and in 'probability' how probably, 0 to 1"
            )
        found.append(Unlocking(row["option"], evidence, probability))
    return tuple(found)


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))
