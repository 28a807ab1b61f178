"""The land of an imagined area: districts at sea, towns of skewed size in them, and the streets where people live.

A district depends on the seed and its own number alone, so that its rows are the same however many districts were
asked for; only the last one is cut to the people that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from joinedup.assumptions import stream
from joinedup.imagining.naming import town_names
from joinedup.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

MANY_PEOPLE = 2_000_000
"""From so many people an area has several services of each kind, and lies in the Atlantic."""
REGION_PEOPLE = 1_500_000
"""About as many as a police force serves: 57.7 million over 39 forces."""
ENGLAND_DENSITY = 434.0
"""People a km² in England in mid-2022 (Office for National Statistics); towns and country mixed."""
PEOPLE_A_STREET = 250

_DISTRICT_PEOPLE = 100_000
_LEAST_PEOPLE, _MOST_PEOPLE = 60_000, 220_000
_TOWN_EACH = 6_000
_SEA = (562_000.0, 352_000.0, 698_000.0, 560_000.0)
"""West, south, east, north on the British National Grid: the North Sea, clear of Norfolk and Yorkshire."""
_ATLANTIC = "+proj=tmerc +lat_0=52 +lon_0=-24 +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"


@dataclass(frozen=True)
class Plot:
    """Where a district lies and how many live there, before it is built on."""

    number: int
    people: int
    people_before: int
    west: float
    south: float
    side: float

    @property
    def region(self) -> int:
        """The number of the region that it belongs to, where an area has several."""
        return self.people_before // REGION_PEOPLE


@dataclass(frozen=True, eq=False)
class District:
    """A district: its towns, largest first, and its streets; places in metres on the plane of the area."""

    plot: Plot
    town_name: list[str]
    town_x: Floats
    town_y: Floats
    town_people: Integers
    town_size: Floats
    """The distance within which about two in five of a town's people live."""
    x: Floats
    y: Floats
    town: Integers
    density: Floats
    """People a km² about each street."""
    risk: Floats
    """How much more happens in a street than its people alone explain."""

    @cached_property
    def radius(self) -> Floats:
        """How far a street reaches, in metres."""
        metres = np.sqrt(PEOPLE_A_STREET / (np.pi * self.density)) * 1000
        return np.asarray(np.clip(metres, 30, 2_500), dtype=np.float64)

    @cached_property
    def weight(self) -> dict[str, Floats]:
        """How likely each street is, by sort of place, added up and ending at 1."""
        away = np.hypot(self.x - self.town_x[self.town], self.y - self.town_y[self.town])
        busy = np.exp(-0.35 * away / self.town_size[self.town])
        each = {"home": self.risk, "centre": self.risk * busy, "road": self.risk**0.5}
        return {name: _added_up(weights) for name, weights in each.items()}

    def somewhere(
        self, chance: np.random.Generator, number: int, sort: str
    ) -> tuple[Floats, Floats, Integers]:
        """Draw places of a sort: eastward, northward, and the street."""
        street = np.searchsorted(self.weight[sort], chance.random(number), side="right")
        spread = self.radius[street] * (0.8 if sort == "road" else 0.5)
        x = self.x[street] + spread * chance.standard_normal(number)
        y = self.y[street] + spread * chance.standard_normal(number)
        return (*self.within(x, y), street)

    def within(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Fold places that fall over the edge back into the district."""
        plot = self.plot
        return _folded(x, plot.west, plot.side), _folded(y, plot.south, plot.side)


def plots(people: int, seed: int, density: float | None) -> Iterator[Plot]:
    """Give the plots of an area, in order.

    Raises:
        Refusal: when the area has too many people for the sea at this density.
    """
    across = 1000 * float(np.sqrt(_DISTRICT_PEOPLE / (density or ENGLAND_DENSITY)))
    left, before = people, 0
    for number, (east, north) in enumerate(_spiral()):
        if left <= 0:
            return
        full = _DISTRICT_PEOPLE
        if density is None:
            size = stream(seed, "district", str(number), "people").normal(-0.08, 0.4)
            full = int(np.clip(_DISTRICT_PEOPLE * np.exp(size), _LEAST_PEOPLE, _MOST_PEOPLE))
        # A remainder that is too small for a station of its own joins the district before it.
        here = left if left < full + _LEAST_PEOPLE else full
        side = across * float(np.sqrt(here / full))
        middle_x, middle_y = _middle(people)
        plot = Plot(
            number,
            here,
            before,
            middle_x + (east - 0.5) * across,
            middle_y + (north - 0.5) * across,
            side,
        )
        if people < MANY_PEOPLE:
            _refuse_land(plot, people)
        yield plot
        left, before = left - here, before + here


def built(plot: Plot, seed: int, density: float | None) -> District:
    """Build a district: towns by the rule that the second is about half the first, and streets in and between them."""
    chance = stream(seed, "district", str(plot.number), "land")
    streets = max(4, round(plot.people / PEOPLE_A_STREET))
    towns = max(1, round(plot.people / _TOWN_EACH))
    size = (1.0 / np.arange(1, towns + 1)) ** 0.9 * np.exp(0.2 * chance.standard_normal(towns))
    size = np.sort(size)[::-1]
    apart = 0.04 if density is None else 0.5
    town_people = np.maximum(50, plot.people * (1 - apart) * size / size.sum())
    peak = 1_600 * (town_people / 1_000) ** 0.2 if density is None else np.full(towns, 3.0 * density)
    town_size = np.sqrt(town_people / (2 * np.pi * peak)) * 1000
    margin = np.minimum(town_size, 0.3 * plot.side)
    town_x = plot.west + margin + (plot.side - 2 * margin) * chance.random(towns)
    town_y = plot.south + margin + (plot.side - 2 * margin) * chance.random(towns)

    town = np.searchsorted(_added_up(town_people), chance.random(streets), side="right")
    out = chance.standard_normal((2, streets))
    around = peak[town] * np.exp(-(out**2).sum(axis=0) / 2)
    alone = chance.random(streets) < apart
    background = apart * plot.people / (plot.side / 1000) ** 2
    x = np.where(
        alone, plot.west + plot.side * chance.random(streets), town_x[town] + town_size[town] * out[0]
    )
    y = np.where(
        alone, plot.south + plot.side * chance.random(streets), town_y[town] + town_size[town] * out[1]
    )
    return District(
        plot,
        town_names(chance, towns),
        town_x,
        town_y,
        town_people.astype(np.int64),
        town_size,
        _folded(x, plot.west, plot.side),
        _folded(y, plot.south, plot.side),
        town,
        background + np.where(alone, 0.0, around),
        np.exp(_RISK_SPREAD * chance.standard_normal(streets)),
    )


_RISK_SPREAD = 0.45


@dataclass(frozen=True)
class Coordinates:
    """How places are written: eastings and northings at sea, or degrees where an area is too large for that."""

    degrees: bool

    @classmethod
    def of(cls, people: int) -> Coordinates:
        """Choose by the number of people."""
        return cls(people >= MANY_PEOPLE)

    @property
    def names(self) -> tuple[str, str]:
        """The columns, in the order that `written` gives."""
        return ("latitude", "longitude") if self.degrees else ("easting", "northing")

    @cached_property
    def _to_degrees(self) -> Transformer:
        return Transformer.from_crs(_ATLANTIC, "EPSG:4326", always_xy=True)

    def written(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Give places as the tables hold them: whole decimetres, or six decimals of a degree."""
        if not self.degrees:
            return x.round(1), y.round(1)
        longitude, latitude = self._to_degrees.transform(x, y)
        return np.asarray(latitude).round(6), np.asarray(longitude).round(6)

    def in_degrees(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Give latitude and longitude, whatever the tables hold."""
        if self.degrees:
            return self.written(x, y)
        longitude, latitude = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True).transform(x, y)
        return np.asarray(latitude).round(6), np.asarray(longitude).round(6)


def _middle(people: int) -> tuple[float, float]:
    if people >= MANY_PEOPLE:
        return 0.0, 0.0
    west, south, east, north = _SEA
    return (west + east) / 2, (south + north) / 2


def _refuse_land(plot: Plot, people: int) -> None:
    """Stop where a district would lie on real land."""
    west, south, east, north = _SEA
    inside = west <= plot.west and south <= plot.south
    if not inside or plot.west + plot.side > east or plot.south + plot.side > north:
        raise Refusal(
            f"{people:,} people do not fit into the North Sea at this density; "
            "ask for a higher density or fewer people"
        )


def _spiral() -> Iterator[tuple[int, int]]:
    """Walk outwards over the squares of a grid."""
    east = north = 0
    yield east, north
    for ring in count(1):
        for step_east, step_north, steps in ((0, 1, 2 * ring - 1), (1, 0, 2 * ring - 1)):
            for _ in range(steps):
                east, north = east + step_east, north + step_north
                yield east, north
        for step_east, step_north in ((0, -1), (-1, 0)):
            for _ in range(2 * ring):
                east, north = east + step_east, north + step_north
                yield east, north


def _added_up(weights: Floats) -> Floats:
    total = np.cumsum(weights)
    total /= total[-1]
    total[-1] = 1.0
    return total


def _folded(values: Floats, start: float, length: float) -> Floats:
    """Reflect values at both ends of a stretch."""
    away = np.mod(values - start, 2 * length)
    return start + np.where(away > length, 2 * length - away, away)
