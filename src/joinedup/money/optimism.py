"""Optimism bias: by how much projects of a type have cost more, and taken longer, than promised (§5.4)."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from joinedup.money.cash import CashLine
from joinedup.refusal import Refusal, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FILE = Path(__file__).with_name("optimism_bias_2002.toml")
CAUSES_FILE = Path(__file__).with_name("optimism_causes_2002.toml")


@dataclass(frozen=True)
class Bounds:
    """The bias when nothing is done about its causes and when everything is, in per cent."""

    upper: float
    lower: float

    def after(self, mitigation: float) -> float:
        """Give the bias in per cent that remains once a share, 0 to 1, of its causes is managed.

        >>> Bounds(upper=24, lower=2).after(0.5)
        13.0
        """
        if not 0.0 <= mitigation <= 1.0:
            raise ValueError(f"mitigation is a share from 0 to 1, not {mitigation:g}")
        return self.upper - mitigation * (self.upper - self.lower)


@dataclass(frozen=True)
class ProjectType:
    """A type of project and the bias of its cost and of its duration.

    ``applies_to`` is the line of the business case whose costs are raised; ``duration`` is None where none
    was published.
    """

    name: str
    applies_to: CashLine
    cost: Bounds
    duration: Bounds | None


@dataclass(frozen=True)
class Cause:
    """One cause of optimism bias: its share of the bias, 0 to 1, and how much of it is managed, 0 to 1."""

    name: str
    share: float
    managed: float


def mitigation(causes: Iterable[Cause]) -> float:
    """Add up, cause by cause, the share of the bias that is managed; what no cause explains is not managed.

    >>> mitigation([Cause("poor site information", 0.3, 0.5), Cause("inadequate business case", 0.4, 0.25)])
    0.25
    """
    listed = list(causes)
    if any(not 0 <= value <= 1 for cause in listed for value in (cause.share, cause.managed)):
        raise ValueError("the share of a cause and how much of it is managed lie between 0 and 1")
    if math.fsum(cause.share for cause in listed) > 1 + 1e-9:
        raise ValueError("the shares of the causes add up to more than the whole bias")
    return math.fsum(cause.share * cause.managed for cause in listed)


@cache
def project_types() -> Mapping[str, ProjectType]:
    """Give the published types of project by name."""
    types = (
        ProjectType(
            row["name"],
            CashLine(row["applies_to"]),
            Bounds(**row["cost"]),
            Bounds(**row["duration"]) if "duration" in row else None,
        )
        for row in tomllib.loads(FILE.read_text("utf-8"))["project_types"]
    )
    return MappingProxyType({each.name: each for each in types})


def project_type(name: str) -> ProjectType:
    """Give one type of project.

    Raises:
        Refusal: when there is no such type, with the closest name.
    """
    types = project_types()
    if name not in types:
        raise Refusal(f"no project type '{name}' in the table of optimism bias{did_you_mean(name, types)}")
    return types[name]


@cache
def causes_of(project: str) -> Mapping[str, float]:
    """Give the published causes of the bias on cost, with their shares, 0 to 1; empty where none were published clearly.

    >>> causes_of("standard buildings")["inadequate business case"]
    0.34
    """
    rows = tomllib.loads(CAUSES_FILE.read_text("utf-8"))["project_types"]
    found: dict[str, float] = next(
        (row["causes"] for row in rows if row["name"] == project_type(project).name), {}
    )
    return MappingProxyType({name: share / 100.0 for name, share in found.items()})


def blend(shares: Mapping[str, float]) -> ProjectType:
    """Mix types by their share of the cost.

    The shares sum to 1; a blend has a duration when all its types have one.

    >>> mixed = blend({"non-standard buildings": 0.3, "standard buildings": 0.7})
    >>> round(mixed.cost.upper, 1), round(mixed.duration.upper, 1)
    (32.1, 14.5)
    """
    whole = math.fsum(shares.values())
    if not math.isclose(whole, 1.0, abs_tol=1e-9) or min(shares.values()) < 0:
        raise ValueError(f"the shares of a blend are not negative and sum to 1, not {whole:g}")
    parts = [(project_type(name), share) for name, share in shares.items()]
    lines = {part.applies_to for part, _ in parts}
    if len(lines) > 1:
        raise ValueError("types that raise capital and types that raise running cost do not blend")
    durations = [(part.duration, share) for part, share in parts if part.duration is not None]
    return ProjectType(
        " and ".join(f"{share:.0%} {name}" for name, share in shares.items()),
        lines.pop(),
        _weighted([(part.cost, share) for part, share in parts]),
        _weighted(durations) if len(durations) == len(parts) else None,
    )


def _weighted(parts: Iterable[tuple[Bounds, float]]) -> Bounds:
    listed = list(parts)
    return Bounds(
        math.fsum(bounds.upper * share for bounds, share in listed),
        math.fsum(bounds.lower * share for bounds, share in listed),
    )
