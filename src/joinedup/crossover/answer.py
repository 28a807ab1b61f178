"""What a crossover measurement says: plain frozen values, and the JSON that scripts rely on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from joinedup.crossover.breakdown import Breakdown
    from joinedup.crossover.by_chance import ChanceBy
    from joinedup.crossover.events import Events
    from joinedup.crossover.reliability import Reliability


@dataclass(frozen=True)
class Window:
    """How near two records must be to be a pair: metres apart and minutes between, both inclusive."""

    metres: float
    minutes: float


@dataclass(frozen=True)
class ServiceRecords:
    """How many records a service has, and what could be done with them.

    ``incidents`` = ``usable`` + ``unplaced`` (no time, no place or a place too coarse to link) +
    ``set_aside`` (at a default place). Repeats are usable: they are of one group with what they repeat. ``without_vehicle``
    counts the incidents to which nothing was sent; None when the study holds no attendance of the service.
    """

    kind: str
    incidents: int
    usable: int
    unplaced: int
    set_aside: int
    without_vehicle: int | None


@dataclass(frozen=True)
class Definition:
    """One definition of crossover for one service: a count, and its share of the service's own incidents."""

    count: float
    share: float | None


@dataclass(frozen=True)
class BaselineChance:
    """What one baseline expects in the window, among usable records only.

    ``chance`` is in pairs of records that coincidence would give, as `Pair.chance_pairs` is; the rest in joint events.
    """

    name: str
    chance: float
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Known:
    """Events that the records themselves tie together by the other service's number, and how crossover fares on them.

    Everything is by place, time, category and priority alone, without numbers and without what records say of who else was
    asked for. ``links`` counts events, whose records have a usable position, and ``within`` those of them that are in the
    window; ``found`` of these are more likely than not one event, and ``expected`` is the sum of their probabilities. Of
    all meetings in the window that are more likely than not one event, ``numbered`` have a record with a number of the other
    service, and in ``agreeing`` of them it is the partner's.
    """

    links: int
    within: int
    found: int
    expected: float
    numbered: int
    agreeing: int

    def as_json(self) -> dict[str, Any]:
        """Give the object that the command line prints."""
        return {
            "links": self.links,
            "within": self.within,
            "found": self.found,
            "expected": _rounded(self.expected),
            "numbered": self.numbered,
            "agreeing": self.agreeing,
        }


@dataclass(frozen=True)
class Triple:
    """The joint events of three services among records with a usable position, with a 95 % interval."""

    services: tuple[str, str, str]
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Pair:
    """Where two services meet; None stands for what the study cannot tell.

    ``observed_pairs`` and ``chance_pairs`` count pairs of positioned records before any is set aside;
    ``estimate``, ``low`` and ``high`` (95 %) count joint events, ``unplaced`` of them among records that have
    no usable position. ``joint`` has the meetings of two groups of records in the window: ``a`` and ``b`` name the
    groups, ``a_record`` and ``b_record`` the likeliest pair (rows of the canonical frame), with its ``odds`` alone, the
    ``probability`` of the meeting beside all others, and the ``minutes`` and ``metres`` between; ``least_minutes`` and
    ``least_metres`` are the least that any of its pairs in the window may be apart, before places were rounded.
    ``definitions`` has None for a definition that nothing tells of, and for a service that is silent on it.
    """

    services: tuple[str, str]
    observed_pairs: int | None = None
    chance_pairs: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    unplaced: float | None = None
    share_of: Mapping[str, float] | None = None
    requested: int | None = None
    jointly_attended: float | None = None
    same_place_and_hour: int | None = None
    definitions: Mapping[str, Mapping[str, Definition | None] | None] | None = None
    baselines: tuple[BaselineChance, ...] = ()
    weeks: float = 0.0
    weak_baseline: bool = True
    joint: pl.DataFrame | None = field(default=None, compare=False, repr=False)
    breakdown: Breakdown | None = field(default=None, repr=False)
    known: Known | None = None
    note: str | None = None
    placed_low: float | None = None
    placed_high: float | None = None
    reliability: Reliability | str | None = field(default=None, repr=False)
    chance_by: ChanceBy | None = field(default=None, repr=False)

    @property
    def placed(self) -> float | None:
        """The joint events of records with a usable position, whose 95 % interval is ``placed_low`` to ``placed_high``."""
        return None if self.estimate is None else self.estimate - (self.unplaced or 0.0)

    def as_json(self) -> dict[str, Any]:
        """Give the pair as the command line prints it."""
        definitions = None
        if self.definitions is not None:
            definitions = {
                name: None
                if by_service is None
                else {
                    each: None if one is None else {"count": _rounded(one.count), "share": _share(one.share)}
                    for each, one in by_service.items()
                }
                for name, by_service in self.definitions.items()
            }
        return {
            "services": list(self.services),
            "observed_pairs": self.observed_pairs,
            "chance_pairs": _rounded(self.chance_pairs),
            "estimate": _rounded(self.estimate),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "unplaced": _rounded(self.unplaced),
            "share_of": None
            if self.share_of is None
            else {key: _share(each) for key, each in self.share_of.items()},
            "requested": self.requested,
            "jointly_attended": _rounded(self.jointly_attended),
            "same_place_and_hour": self.same_place_and_hour,
            "definitions": definitions,
            "baselines": [
                {
                    "name": each.name,
                    "chance": _rounded(each.chance),
                    "estimate": _rounded(each.estimate),
                    "low": _rounded(each.low),
                    "high": _rounded(each.high),
                }
                for each in self.baselines
            ],
            "known": None if self.known is None else self.known.as_json(),
            "breakdown": None if self.breakdown is None else self.breakdown.as_json(),
            "placed_low": _rounded(self.placed_low),
            "placed_high": _rounded(self.placed_high),
            "reliability": self.reliability
            if isinstance(self.reliability, str | None)
            else self.reliability.as_json(),
            "chance_by": None
            if self.chance_by is None
            else {name: [each.as_json() for each in rows] for name, rows in self.chance_by.items()},
            "weeks": round(self.weeks, 2),
            "weak_baseline": self.weak_baseline,
            "note": self.note,
        }


@dataclass(frozen=True)
class Concentration:
    """How much of a service's demand is in the busiest tenth of its occupied cells, beside chance (§2.6).

    ``hot_for`` tells, for cells of this size, how many are in the busiest tenth of exactly 1, 2, 3, ...
    services.
    """

    service: str
    metres: int
    cells: int
    incidents: int
    share_top_tenth: float
    chance_share_top_tenth: float
    hot_for: Mapping[int, int]

    def as_json(self) -> dict[str, Any]:
        """Give the row as the command line prints it."""
        return {
            "service": self.service,
            "metres": self.metres,
            "cells": self.cells,
            "incidents": self.incidents,
            "share_top_tenth": _share(self.share_top_tenth),
            "chance_share_top_tenth": _share(self.chance_share_top_tenth),
            "hot_for": {str(services): cells for services, cells in self.hot_for.items()},
        }


@dataclass(frozen=True)
class Crossover:
    """Everything that a study's incidents say about where its services meet."""

    window: Window
    services: Mapping[str, ServiceRecords]
    pairs: tuple[Pair, ...]
    triples: tuple[Triple, ...]
    found: Events = field(compare=False, repr=False)
    concentration: tuple[Concentration, ...]
    note: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the object that `joinedup crossover --json` prints."""
        several: tuple[Pair | Triple, ...] = (*self.pairs, *self.triples)
        answer: dict[str, Any] = {
            "window": {"metres": self.window.metres, "minutes": self.window.minutes},
            "services": {
                service: {
                    "kind": each.kind,
                    "incidents": each.incidents,
                    "usable": each.usable,
                    "unplaced": each.unplaced,
                    "set_aside": each.set_aside,
                    "without_vehicle": each.without_vehicle,
                }
                for service, each in self.services.items()
            },
            "pairs": [pair.as_json() for pair in self.pairs],
            "events": [
                {
                    "services": list(pair.services),
                    "estimate": _rounded(pair.estimate),
                    "low": _rounded(pair.low),
                    "high": _rounded(pair.high),
                    # Null where records without a usable position are not counted in.
                    "unplaced": _rounded(pair.unplaced) if isinstance(pair, Pair) else None,
                }
                for pair in several
                if pair.estimate is not None
            ],
            "found": self.found.as_json(),
            "concentration": [row.as_json() for row in self.concentration],
        }
        if self.note is not None:
            answer["note"] = self.note
        return answer


def _rounded(number: float | None) -> float | None:
    """Round a count to a hundredth: the digits beyond are noise of the last bit."""
    return None if number is None else round(number, 2)


def _share(number: float | None) -> float | None:
    """Round a share to a millionth."""
    return None if number is None else round(number, 6)
