"""The kinds of event that happen in an imagined area, read from demand.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

SERVICES = ("police", "fire", "ambulance")


@dataclass(frozen=True)
class Part:
    """One service's part in a kind of event: how it records it, and what it sends."""

    category: str
    priority: str
    goes: float
    units: float
    conveyed: float = 0.0


@dataclass(frozen=True)
class EventKind:
    """A kind of event; ``returns`` marks what weekly callers call for, ``roams`` what moves through the streets."""

    name: str
    rate: float
    profile: str
    place: str
    parts: Mapping[str, Part]
    weather: bool = False
    returns: bool = False
    roams: bool = False

    @property
    def alone(self) -> bool:
        """Whether one service alone records it."""
        return len(self.parts) == 1


_CONTENT: dict[str, Any] = tomllib.loads(
    files("joinedup.imagining").joinpath("demand.toml").read_text("utf-8")
)


def _kind(given: dict[str, Any]) -> EventKind:
    parts = {service: Part(**given[service]) for service in SERVICES if service in given}
    rest = {name: value for name, value in given.items() if name not in SERVICES}
    return EventKind(**rest, parts=MappingProxyType(parts))


KINDS = tuple(_kind(given) for given in _CONTENT["kind"])
PROFILES: Mapping[str, NDArray[np.float64]] = MappingProxyType(
    {name: np.array(weights, dtype=np.float64) for name, weights in _CONTENT["profiles"].items()}
)
SEASON: Mapping[str, float] = MappingProxyType(_CONTENT["season"])
WEEKEND_NIGHTS: Mapping[str, float] = MappingProxyType(_CONTENT["weekend_nights"])
BANK_HOLIDAYS: tuple[date, ...] = tuple(_CONTENT["bank_holidays"])

CATEGORIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        service: tuple(dict.fromkeys(kind.parts[service].category for kind in KINDS if service in kind.parts))
        for service in SERVICES
    }
)
"""The categories of each service, in the order of the kinds."""
