"""The stations of a district, the units that start from them, and when these are on duty."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.assumptions import stream
from joinedup.imagining.kinds import SERVICES

if TYPE_CHECKING:
    from joinedup.imagining.land import District, Plot

ESTATE: dict[str, Any] = tomllib.loads(files("joinedup.imagining").joinpath("estate.toml").read_text("utf-8"))
LETTER = {"police": "P", "fire": "F", "ambulance": "A"}
BY_DAY, BY_EVENING, ALWAYS = (7, 19), (14, 2), (7, 7)
"""Hours at which a shift starts and ends; the same hour is a whole day."""

Row = dict[str, Any]


@dataclass(eq=False)
class Station:
    """A station or base with its units."""

    site_id: str
    service: str
    crew: str
    x: float
    y: float
    row: Row
    units: list[Unit]


@dataclass(frozen=True)
class Unit:
    """A unit: what it is, how it is crewed and which hours it works."""

    unit_id: str
    kind: str
    crew: str
    hours: tuple[int, int]


def counted(plot: Plot, number: int) -> int:
    """Give a district's part of a number that is for a county, so that whole counties have it exactly.

    The first district has at least one.
    """
    county = int(ESTATE["county_people"])
    before, after = plot.people_before, plot.people_before + plot.people
    return -(-after * number // county) + (before * -number // county)


def stations_of(district: District, seed: int) -> list[Station]:
    """Place the stations of all services in the towns of a district, the largest towns first."""
    return [station for service in SERVICES for station in _stations(service, district, seed)]


def _stations(service: str, district: District, seed: int) -> list[Station]:
    plot = district.plot
    given = ESTATE[service]
    chance = stream(seed, "district", str(plot.number), "stations", service)
    number, bases = counted(plot, given["stations"]), counted(plot, given.get("bases", 0))
    wholetime = number if "wholetime" not in given else min(number, counted(plot, given["wholetime"]))
    day_crewed = counted(plot, given.get("day_crewed", 0))
    towns = _towns(district, number + bases)
    stations = []
    for place, town in enumerate(towns):
        base = place >= number
        crew = "wholetime"
        if place >= wholetime and not base:
            crew = "day-crewed" if place < wholetime + day_crewed else "on-call"
        stations.append(_station(service, place, town, towns, district, chance, crew=crew, base=base))
    _crew(service, stations, plot, chance)
    for station in stations:
        station.row["bays"] = len(station.units) + int(chance.integers(0, 6))
    return stations


def _towns(district: District, number: int) -> list[int]:
    """Choose towns by turns, so that a town has another station for each fifth as many people."""
    people = district.town_people.astype(float)
    chosen = []
    had = np.zeros(len(people))
    for _ in range(number):
        town = int(np.argmax(people / (1 + 2.0 * had)))
        had[town] += 1
        chosen.append(town)
    return chosen


def _station(
    service: str,
    place: int,
    town: int,
    towns: list[int],
    district: District,
    chance: np.random.Generator,
    *,
    crew: str,
    base: bool,
) -> Station:
    plot = district.plot
    away = 0.3 if towns.index(town) == place else 1.0
    x, y = district.within(
        district.town_x[town] + away * district.town_size[town] * chance.standard_normal(1),
        district.town_y[town] + away * district.town_size[town] * chance.standard_normal(1),
    )
    least, most = ESTATE[service]["area_m2"]
    big = 1.0 if crew == "wholetime" else 0.35
    area = 60.0 if base else round(least + (most - least) * big * chance.random(), -1)
    site_id = f"{LETTER[service]}{plot.number:03d}-{place + 1:02d}"
    what = "standby base" if base else "station"
    earlier = towns[:place].count(town)
    quarter = ("", " North", " South", " East", " West", " Central")[min(earlier, 5)]
    name = f"{district.town_name[town]}{quarter} {service} {what}"
    if earlier > 5:
        name = f"{name} {earlier}"
    row = {
        "site_id": site_id,
        "kind": "base" if base else "station",
        "name": name,
        **property_of(service, float(area), chance, spare=0.0 if base else None),
    }
    if base:
        row |= {"tenure": "licence", "value_gbp": None, "lease_break_on": None}
    return Station(site_id, service, crew, float(x[0]), float(y[0]), row, [])


def property_of(service: str, area: float, chance: np.random.Generator, *, spare: float | None) -> Row:
    """Give a building's spare floor, running cost, tenure, lease break and value."""
    given = ESTATE["property"]
    least, most = given["value_gbp_a_m2"]
    draws = chance.random(5)
    room = 0.0 if draws[0] < 0.25 else 0.12 + 0.7 * (draws[0] - 0.25)
    freehold = bool(draws[1] < given["freehold"][service])
    leased = ("leasehold", "leasehold", "leasehold", "pfi")[int(4 * draws[2])]
    lease_break = date(2025, 6, 30) + timedelta(days=int(draws[3] * 9 * 365))
    tenure = "freehold" if freehold else leased
    return {
        "floor_area_m2": area,
        "spare_area_m2": round(area * room if spare is None else spare, 0),
        "running_cost_gbp": round(
            area * given["running_gbp_a_m2"] * float(np.exp(0.12 * chance.standard_normal() - 0.0072)), -2
        ),
        "tenure": tenure,
        "lease_break_on": lease_break if tenure == "leasehold" else None,
        "value_gbp": round(area * (least + (most - least) * draws[4]), -3) if freehold else None,
    }


def _crew(service: str, stations: list[Station], plot: Plot, chance: np.random.Generator) -> None:
    """Share the units out by turns, the largest towns first; the first kind has one at every station."""
    main = [station for station in stations if station.row["kind"] == "station"]
    serial = 0
    for order, (kind, many) in enumerate(ESTATE[service]["units"].items()):
        # Bases are for the cars, which wait where they are near many calls.
        hosts = main if order == 0 else stations[len(main) :] + main
        number = counted(plot, many)
        for turn in range(max(number, len(main)) if order == 0 else number):
            host, second = hosts[turn % len(hosts)], turn >= len(hosts)
            serial += 1
            crew, hours = host.crew, ALWAYS
            if second and service == "fire":
                crew = "on-call"
            elif second or order:
                hours = (ALWAYS, BY_DAY, BY_EVENING)[int(chance.integers(0, 3))]
            host.units.append(Unit(f"{LETTER[service]}U{plot.number:03d}-{serial:02d}", kind, crew, hours))
