"""What the services of a region hold: buildings, rooms, posts, courses, vehicles, contracts, money and agreements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.assumptions import stream
from joinedup.imagining.agreements import agreements_of, nearest_pair
from joinedup.imagining.estate import ESTATE, LETTER, Station, property_of
from joinedup.imagining.kinds import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

    from joinedup.imagining.land import Coordinates, District

Row = dict[str, Any]

NAMES = {"police": "Police", "fire": "Fire and Rescue", "ambulance": "Ambulance"}
_YEAR = "2025/26"
# Buildings of a whole region: metres east and north of its middle, floor for a county of 1.2 million, and bays. Some
# stand near those of another service, so that there is something to find.
_BUILDINGS: dict[str, tuple[tuple[str, str, float, float, float, int | None], ...]] = {
    "police": (
        ("HQ", "office", 2_500, 800, 6_500, None),
        ("CR", "control room", 2_600, 900, 900, None),
        ("WS", "workshop", -3_200, -900, 1_900, 14),
        ("TC", "training centre", 5_200, 4_100, 2_600, None),
        ("CS", "custody suite", 300, -200, 1_700, 4),
        ("ST", "store", -3_600, -600, 1_200, 4),
    ),
    "fire": (
        ("HQ", "office", 3_100, 1_500, 3_000, None),
        ("CR", "control room", 3_200, 1_600, 450, None),
        ("WS", "workshop", -3_900, -1_300, 1_500, 10),
        ("TC", "training centre", 5_900, 4_500, 3_200, None),
        ("ST", "store", -4_100, -1_000, 700, 3),
    ),
    "ambulance": (
        ("HQ", "office", 1_200, 2_900, 2_400, None),
        ("CR", "control room", 1_300, 3_000, 800, None),
        ("WS", "workshop", -2_800, -2_000, 1_100, 9),
        ("TC", "training centre", 6_300, 3_600, 1_100, None),
    ),
}
_BODIES = {
    "police": ("commissioner", "Police and Crime Commissioner for {}", 1, 6, 1_150_000),
    "fire": ("fire authority", "{} Fire Authority", 18, 6, 190_000),
    "ambulance": ("trust board", "{} Ambulance Trust board", 13, 8, 420_000),
}
_STAFF_A_UNIT = {"wholetime": 5.0, "day-crewed": 3.0, "on-call": 2.2}
"""Full-time equivalents that keep one person on duty all the time, or on call."""
_CREW = {"engine": 4, "ambulance": 2, "car": 2, "van": 3, "response car": 1}


@dataclass(eq=False)
class Region:
    """The area of one police, one fire and one ambulance service."""

    number: int
    name: str
    service_ids: dict[str, str]
    x: float
    y: float
    people: int = 0
    stations: list[Station] = field(default_factory=list)
    shared: tuple[Station, Station] | None = None
    """The police and the fire station that stand on one plot."""

    @property
    def default_place(self) -> tuple[float, float]:
        """Where records whose address was not found are put."""
        return round(self.x + 2_600, -1), round(self.y + 900, -1)

    @property
    def counties(self) -> float:
        """Its people as a multiple of a county's."""
        return self.people / float(ESTATE["county_people"])

    def add(self, district: District, stations: list[Station]) -> None:
        """Add a district's people and stations; in the first, one station of fire stands on the plot of police."""
        if not self.stations:
            self.shared = nearest_pair(stations, "police", "fire")
            if self.shared:
                self.shared[1].x, self.shared[1].y = self.shared[0].x, self.shared[0].y
        self.people += district.plot.people
        self.stations += stations


def written_holdings(study: Path, regions: list[Region], coordinates: Coordinates, seed: int) -> None:
    """Write every small table of the study."""
    tables: dict[str, list[Row]] = {}
    for region in regions:
        for name, rows in _holdings(region, seed).items():
            tables.setdefault(name, []).extend(rows)
    for name, rows in tables.items():
        frame = pl.DataFrame(rows, infer_schema_length=None)
        if name == "sites":
            one, other = coordinates.names
            first, second = coordinates.written(frame["x"].to_numpy(), frame["y"].to_numpy())
            frame = frame.with_columns(pl.Series(one, first), pl.Series(other, second)).select(
                "site_id", "service_id", "kind", "name", one, other, *_SITE_REST
            )
        frame.write_csv(study / "tables" / f"{name}.csv")


_SITE_REST = (
    "floor_area_m2",
    "spare_area_m2",
    "running_cost_gbp",
    "tenure",
    "lease_break_on",
    "bays",
    "value_gbp",
)


def _holdings(region: Region, seed: int) -> dict[str, list[Row]]:
    """Give the rows of one region by table."""
    chance = stream(seed, "region", str(region.number), "holdings")
    mark = "" if list(region.service_ids.values()) == list(SERVICES) else f"{region.number + 1:02d}"
    sites = _buildings(region, mark, chance)
    sites = _station_sites(region) + sites
    budgets = _budgets(region)
    return {
        "services": [
            {"service_id": service_id, "kind": service, "name": f"{region.name} {NAMES[service]}"}
            for service, service_id in region.service_ids.items()
        ],
        "sites": sites,
        "units": [
            {
                "unit_id": unit.unit_id,
                "service_id": region.service_ids[station.service],
                "kind": unit.kind,
                "site_id": station.site_id,
                "crew": unit.crew,
            }
            for station in region.stations
            for unit in station.units
        ],
        "shifts": _shifts(region),
        "control_rooms": [
            {
                "room_id": f"{region.service_ids[service]}-room",
                "service_id": region.service_ids[service],
                "site_id": f"{LETTER[service]}{mark}CR",
                "name": f"{region.name} {service} control room",
                "positions": max(2, round(positions * region.counties)),
                "system": system,
                "dispatching": "whoever answers" if service == "fire" else "dispatchers",
                "running_cost_gbp": max(20_000, round(cost * region.counties, -3)),
            }
            for service, positions, system, cost in (
                ("police", 58, "Beacon", 1_250_000),
                ("fire", 11, "Beacon", 420_000),
                ("ambulance", 44, "Tern", 980_000),
            )
        ],
        "posts": _posts(region, mark),
        **_courses(region, mark, chance),
        "assets": _assets(region, chance),
        "contracts": _contracts(region, mark, chance),
        "budgets": budgets,
        "bodies": [
            {
                "body_id": f"{LETTER[service]}{mark}B",
                "name": name.format(region.name),
                "kind": kind,
                "services": region.service_ids[service],
                "members": members,
                "meetings_a_year": meetings,
                "cost_gbp": max(20_000, round(cost * min(1.0, region.counties), -3)),
                "general_reserves_gbp": round(
                    sum(
                        row["gross_gbp"] - row["income_gbp"]
                        for row in budgets
                        if row["service_id"] == region.service_ids[service]
                    )
                    * ESTATE["finance"][service]["reserves_pct"]
                    / 100,
                    -3,
                ),
                "least_reserves_pct": ESTATE["finance"][service]["least_reserves_pct"],
            }
            for service, (kind, name, members, meetings, cost) in _BODIES.items()
        ],
        "collaborations": agreements_of(region.service_ids, region.stations, region.shared, region.counties),
    }


def _buildings(region: Region, mark: str, chance: np.random.Generator) -> list[Row]:
    """Give the buildings that serve the whole region; in a village they are rooms."""
    size = region.counties**0.8
    # In a small place everything is nearer.
    near = min(1.0, size**0.25)
    rows = []
    for service, buildings in _BUILDINGS.items():
        for code, kind, east, north, area, bays in buildings:
            named = "headquarters" if kind == "office" else kind
            rows.append(
                {
                    "site_id": f"{LETTER[service]}{mark}{code}",
                    "service_id": region.service_ids[service],
                    "kind": kind,
                    "name": f"{region.name} {service} {named}",
                    "x": region.x + east * near,
                    "y": region.y + north * near,
                    **property_of(service, max(30.0, round(area * size, -1)), chance, spare=None),
                    "bays": None if bays is None else max(1, round(bays * size)),
                }
            )
    return rows


def _station_sites(region: Region) -> list[Row]:
    return [
        {
            "site_id": station.site_id,
            "service_id": region.service_ids[station.service],
            "x": station.x,
            "y": station.y,
            **station.row,
        }
        for station in region.stations
    ]


def _shifts(region: Region) -> list[Row]:
    return [
        {
            "shift_id": f"{unit.unit_id}-{weekday}",
            "unit_id": unit.unit_id,
            "weekday": weekday,
            "starts_at": f"{unit.hours[0]:02d}:00",
            "ends_at": f"{unit.hours[1]:02d}:00",
            "staff": _CREW[unit.kind],
        }
        for station in region.stations
        for unit in station.units
        for weekday in range(1, 8)
    ]


def _spending(region: Region, service: str, function: str) -> float:
    """Give gross pounds a year; fire's published figure is net of income."""
    gross = ESTATE["spending"][service] * region.people
    if service == "fire":
        gross /= 1 - ESTATE["income"]["fire"]
    return float(gross * ESTATE["spending_shares"][function])


def _posts(region: Region, mark: str) -> list[Row]:
    """Give response posts by station, and the posts of every other function at its building."""
    rows = []
    for station in region.stations:
        fte = sum(_CREW[unit.kind] * _STAFF_A_UNIT[unit.crew] for unit in station.units)
        if fte:
            rows.append(
                _post(f"{station.site_id}-R", station.service, "response", station.site_id, fte, region)
            )
    home = {"control": "CR", "training": "TC", "fleet": "WS"}
    for service in SERVICES:
        for function in ESTATE["spending_shares"]:
            if function == "response":
                continue
            code = home.get(function, "HQ")
            share = _pay_share(function)
            fte = max(0.5, round(2 * share * _spending(region, service, function) / _pay(function)) / 2)
            site = f"{LETTER[service]}{mark}{code}"
            identifier = f"{LETTER[service]}{mark}-{function.replace(' ', '-')}"
            rows.append(_post(identifier, service, function, site, fte, region))
    return rows


def _pay_share(function: str) -> float:
    return float(ESTATE["pay_shares"].get(function, ESTATE["pay_shares"]["usual"]))


def _pay(function: str) -> float:
    return float(ESTATE["posts"][function]["gbp"])


def _post(identifier: str, service: str, function: str, site: str, fte: float, region: Region) -> Row:
    return {
        "post_id": identifier,
        "service_id": region.service_ids[service],
        "function": function,
        "title": ESTATE["posts"][function]["title"],
        "site_id": site,
        "fte": round(fte, 1),
        "cost_gbp": round(fte * _pay(function), -2),
    }


_RULES = ("qualifies", "valid_years", "asks_for", "trainers_hold", "people_a_trainer")
"""What a course says of who it counts for; one that says nothing is judged by its length."""


def _courses(region: Region, mark: str, chance: np.random.Generator) -> dict[str, list[Row]]:
    """Give the courses, the same topics under the services' own names, and their runs."""
    courses, runs = [], []
    for number, given in enumerate(ESTATE["course"], start=1):
        for service in SERVICES:
            course_id = f"{LETTER[service]}{mark}K{number}"
            price = given["gbp"] * (0.85 + 0.3 * chance.random()) * given["days"][service]
            seats = int(given["seats"])
            courses.append(
                {
                    "course_id": course_id,
                    "service_id": region.service_ids[service],
                    "topic": given["topic"][service],
                    "code": given["code"] or None,
                    "days": given["days"][service],
                    "seats": seats,
                    "cost_gbp": round(price / max(given["days"].values()), -1),
                    **{name: given.get(name) for name in _RULES},
                }
            )
            scale = {"police": 1.5, "fire": 0.6, "ambulance": 1.0}[service]
            runs += [
                {
                    "run_id": f"{course_id}-{run + 1}",
                    "course_id": course_id,
                    "starts_on": date(2025, 4, 7) + timedelta(weeks=int(chance.integers(0, 50))),
                    "site_id": f"{LETTER[service]}{mark}TC",
                    "booked": int(chance.binomial(seats, 0.68)),
                    "trainers": -(-seats // given["people_a_trainer"])
                    if "people_a_trainer" in given
                    else None,
                }
                for run in range(max(1, round(given["runs"] * scale * region.counties)))
            ]
    return {"courses": courses, "course_runs": runs}


def _assets(region: Region, chance: np.random.Generator) -> list[Row]:
    """Give a vehicle for every unit, bought at some time in its life."""
    rows = []
    for station in region.stations:
        for unit in station.units:
            given = ESTATE["vehicles"][unit.kind]
            age = int(chance.integers(0, 365 * given["life"]))
            rows.append(
                {
                    "asset_id": f"V-{unit.unit_id}",
                    "service_id": region.service_ids[station.service],
                    "kind": unit.kind,
                    "site_id": station.site_id,
                    "bought_on": date(2025, 3, 31) - timedelta(days=age),
                    "life_years": given["life"],
                    "cost_gbp": round(given["gbp"] * (0.92 + 0.16 * chance.random()), -2),
                }
            )
    return rows


def _contracts(region: Region, mark: str, chance: np.random.Generator) -> list[Row]:
    rows = []
    for number, given in enumerate(ESTATE["contract"], start=1):
        for service, unit_price in given["unit"].items():
            rows.append(
                {
                    "contract_id": f"{LETTER[service]}{mark}C{number}",
                    "service_id": region.service_ids[service],
                    "item": given["item"],
                    "function": given["function"],
                    "unit_price_gbp": unit_price,
                    "yearly_gbp": round(given["gbp"][service] * region.counties, -2),
                    "ends_on": date(2025, 9, 30) + timedelta(days=91 * int(chance.integers(0, 12))),
                }
            )
    return rows


def _budgets(region: Region) -> list[Row]:
    return [
        {
            "line_id": f"{region.service_ids[service]}-{function.replace(' ', '-')}",
            "service_id": region.service_ids[service],
            "year": _YEAR,
            "function": function,
            "gross_gbp": round(_spending(region, service, function)),
            "income_gbp": round(_spending(region, service, function) * ESTATE["income"][service]),
            "pay_gbp": round(_spending(region, service, function) * _pay_share(function)),
            "pension_scheme": ESTATE["finance"][service][
                "response_scheme" if function == "response" else "scheme"
            ],
            "employer_pension_pct": None
            if function == "response"
            else ESTATE["finance"][service].get("pension_pct"),
        }
        for service in SERVICES
        for function in ESTATE["spending_shares"]
    ]
