"""Who contributes what to one budget: the rules, as data, and an exact Shapley split (§4.6, §5.2)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from math import comb
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("rules.toml")
MOST_PARTNERS = 8
"""A Shapley split looks at every set of partners: 256 sets for eight."""


@dataclass(frozen=True)
class Rule:
    """A way to share, in words."""

    name: str
    words: str


@dataclass(frozen=True)
class Reserves:
    """Above how much, per cent of its budget, a kind of service in a nation has to justify general reserves."""

    justify_above_pct: float
    kinds: tuple[str, ...]
    nations: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Rules:
    """The rules of the data file: which are costed, and which are shown beside."""

    contribution: str
    risk: str
    contributions: tuple[Rule, ...]
    risks: tuple[Rule, ...]
    uses: dict[str, str]
    kept_apart: dict[str, str]
    """Functions that are not pooled, and why."""
    reserves: Reserves


@cache
def rules() -> Rules:
    """Read the rules."""
    given = tomllib.loads(FILE.read_text("utf-8"))
    kept = given["reserves"]
    return Rules(
        given["contribution"],
        given["risk"],
        tuple(Rule(each["name"], each["words"]) for each in given["contributions"]),
        tuple(Rule(each["name"], each["words"]) for each in given["risks"]),
        {each["name"]: each["use"] for each in given["functions"] if each["poolable"]},
        {each["name"]: each["why"] for each in given["functions"] if not each["poolable"]},
        Reserves(kept["justify_above_pct"], tuple(kept["kinds"]), tuple(kept["nations"]), kept["source"]),
    )


def pooled_cost(costs: Floats, scope: Floats, administration: Floats) -> Floats:
    """Give what a set of partners pays in a year for one budget, shape (draws + 1,).

    ``costs`` has shape (partners,). A share of all but the largest is saved, and accounting for it costs so much a partner;
    one partner alone pays what it pays now.
    """
    if len(costs) < 2:
        return np.full(len(scope), costs.sum())
    return np.asarray(costs.sum() - scope * (costs.sum() - costs.max()) + administration * len(costs))


def shapley(partners: int, cost: Callable[[tuple[int, ...]], Floats]) -> Floats:
    """Split a cost exactly by what each partner adds to it, on average over every order of joining, shape (partners, draws + 1).

    ``cost`` gives the cost of a set of partners, numbered from 0. The parts add up to the cost of all together; partners who
    add the same pay the same; who adds nothing pays nothing.

    Raises:
        ValueError: for more partners than every set can be looked at.

    >>> shapley(2, lambda who: np.array([{(): 0.0, (0,): 10.0, (1,): 4.0, (0, 1): 12.0}[who]])).ravel().tolist()
    [9.0, 3.0]
    """
    if partners > MOST_PARTNERS:
        raise ValueError(f"{partners} partners are too many for an exact split; {MOST_PARTNERS} at most")
    sets = [tuple(each for each in range(partners) if mask >> each & 1) for mask in range(1 << partners)]
    costs = np.array([cost(each) for each in sets])
    parts = np.zeros((partners, costs.shape[1]))
    for mask, members in enumerate(sets):
        for each in range(partners):
            if each not in members:
                weight = 1 / (partners * comb(partners - 1, len(members)))
                parts[each] += weight * (costs[mask | 1 << each] - costs[mask])
    return parts


def contributions(
    rule: str, costs: Floats, use: Floats | None, scope: Floats, administration: Floats
) -> Floats | None:
    """Give what each partner pays in a year under a rule, shape (partners, draws + 1); None where use is not known.

    ``costs`` and ``use`` have shape (partners,).
    """
    if rule == "what each adds":
        return shapley(
            len(costs),
            lambda who: pooled_cost(costs[list(who)], scope, administration) if who else np.zeros(len(scope)),
        )
    shares = {"as now": costs, "by use": use, "equal": np.ones(len(costs))}[rule]
    if shares is None:
        return None
    return np.outer(shares / shares.sum(), pooled_cost(costs, scope, administration))


def overruns(rule: str, overrun: float, costs: Floats, paid: Floats) -> Floats:
    """Give what each partner bears of an overrun under a rule for risk, shape (partners,); the largest holds the budget."""
    shares = {
        "own": costs,
        "by contribution": paid,
        "host": (np.arange(len(costs)) == costs.argmax()).astype(float),
    }
    return np.asarray(overrun * shares[rule] / shares[rule].sum())
