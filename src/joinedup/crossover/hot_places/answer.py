"""What is said of hot places: plain frozen values, and the JSON that scripts rely on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FALSE_DISCOVERIES = 0.05
"""Of the cells that are flagged, the share that may be flagged by chance."""


@dataclass(frozen=True)
class Heat:
    """How a service's hot cells were told from the rest.

    ``hot`` cells of its ``cells`` are the busiest tenth; ``least`` is the smallest count among them, and ``tied`` tells how
    many cells with that very count were left out, since a tenth is a tenth.
    """

    service: str
    incidents: int
    cells: int
    hot: int
    least: int
    tied: int

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Combination:
    """The cells that are hot for exactly these services, and the share of each service's incidents in them."""

    services: tuple[str, ...]
    cells: int
    share_of: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "services": list(self.services),
            "cells": self.cells,
            "share_of": {service: round(share, 6) for service, share in self.share_of.items()},
        }


@dataclass(frozen=True)
class Sharing:
    """How many cells are hot for all of these services at least, beside what people would explain.

    ``observed`` counts cells that tie for a service's last places in part, so that it need not be whole. ``expected``, and
    ``low`` and ``high`` about it (95 %), come from counts dealt out again among cells of like people. They are the most that
    people explain: fewer observed does not mean that services keep apart. ``p`` is the chance of so many or
    more, ``adjusted`` the same after Holm for all combinations.
    """

    services: tuple[str, ...]
    observed: float
    expected: float
    low: float
    high: float
    p: float
    adjusted: float

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "services": list(self.services),
            "observed": round(self.observed, 2),
            "expected": round(self.expected, 2),
            "low": round(self.low, 2),
            "high": round(self.high, 2),
            "p": round(self.p, 6),
            "adjusted": round(self.adjusted, 6),
        }


@dataclass(frozen=True)
class Steadiness:
    """How much of the heat of one part of the period is there in another, for all of these services at once.

    ``share`` is of a part's hot cells, over every two of the ``parts``; None where no part has any. ``if_steady``, ``low`` and
    ``high`` (95 %) are what chance alone would leave if every cell kept its rate throughout.
    """

    services: tuple[str, ...]
    parts: int
    share: float | None
    if_steady: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "services": list(self.services),
            "parts": self.parts,
            "share": _share(self.share),
            "if_steady": _share(self.if_steady),
            "low": _share(self.low),
            "high": _share(self.high),
        }


@dataclass(frozen=True)
class SharedPlace:
    """A cell that is hot for two services or more: its south-west corner, and whether people explain it.

    ``explained`` is the count that people would lead one to expect, from the surroundings and from the services for which the
    cell is not hot; ``p`` the chance that all of ``services`` together depart so far. Both, and ``beyond_people``, are
    None where there are too few cells to tell.
    """

    x: float
    y: float
    services: tuple[str, ...]
    counts: Mapping[str, int]
    explained: Mapping[str, float] | None
    p: float | None
    beyond_people: bool | None

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "x": self.x,
            "y": self.y,
            "services": list(self.services),
            "counts": dict(self.counts),
            "explained": None
            if self.explained is None
            else {service: round(count, 2) for service, count in self.explained.items()},
            "p": None if self.p is None else float(f"{self.p:.4g}"),
            "beyond_people": self.beyond_people,
        }


@dataclass(frozen=True)
class HotPlaces:
    """Everything that a study's incidents say about where its services are busiest at once."""

    metres: float
    draws: int
    cells: int
    heat: tuple[Heat, ...]
    combinations: tuple[Combination, ...]
    sharing: tuple[Sharing, ...]
    steadiness: tuple[Steadiness, ...]
    places: tuple[SharedPlace, ...]
    note: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the object that `joinedup places --json` prints."""
        answer: dict[str, Any] = {
            "metres": self.metres,
            "draws": self.draws,
            "cells": self.cells,
            "false_discoveries": FALSE_DISCOVERIES,
            "heat": [each.as_json() for each in self.heat],
            "combinations": [each.as_json() for each in self.combinations],
            "sharing": [each.as_json() for each in self.sharing],
            "steadiness": [each.as_json() for each in self.steadiness],
            "places": [each.as_json() for each in self.places],
        }
        if self.note is not None:
            answer["note"] = self.note
        return answer


def _share(number: float | None) -> float | None:
    return None if number is None else round(number, 6)
