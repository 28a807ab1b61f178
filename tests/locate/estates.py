"""Made-up estates for tests and benchmarks, and the plainest possible search through all plans of a small one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.locate.holdings import Demand, Estate, Holding
from joinedup.locate.terms import Standard, Terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

SERVICES = ("ambulance", "fire", "police")
TERMS = Terms(
    space_needed=0.6,
    spare_share=0.15,
    adapt_gbp_a_m2=1500.0,
    move_gbp=50_000.0,
    running_gbp_a_m2=73.0,
    host_share=0.5,
    furthest_minutes=10.0,
    turn_in_minutes=3.0,
    works_years=30,
)


def holding(site_id: str, service_id: str, **others: Any) -> Holding:
    """Give a station with room for a newcomer, of whom all is known."""
    known = Holding(
        site_id=site_id,
        service_id=service_id,
        kind="station",
        name=f"{site_id} station",
        floor_m2=500.0,
        spare_m2=400.0,
        running_gbp=100_000.0,
        leaves_from=0,
        break_known=False,
        tenure="freehold",
        bays=6,
        units=2,
        responds=True,
        turns_in=False,
        others_work_here=False,
        takes_in=True,
        may_close=False,
        adapt_gbp_a_m2=None,
    )
    return replace(known, **others)


def county(
    seed: int, sites: int, points: int, side_km: float, *, most_loss: float = 0.02, minutes: float = 8.0
) -> tuple[Estate, Terms]:
    """Imagine an estate of three services in towns and villages, with points where their incidents are."""
    chance = np.random.default_rng(seed)
    towns = chance.uniform(0, side_km, (max(2, sites // 6), 2))
    at = towns[chance.integers(0, len(towns), sites)] + chance.normal(0, 1.5, (sites, 2))
    holdings = []
    for number in range(sites):
        service = SERVICES[number % 3]
        kind = str(chance.choice(["station", "station", "base", "office", "custody suite"]))
        units = int(chance.integers(1, 4)) if kind in {"station", "base"} else 0
        floor = float(chance.integers(200, 2000))
        break_year = int(chance.integers(0, 12)) if chance.random() < 0.3 else None
        holdings.append(
            holding(
                f"S{number:03d}",
                service,
                kind=kind,
                floor_m2=floor,
                spare_m2=None if chance.random() < 0.2 else float(round(floor * chance.uniform(0, 0.9))),
                running_gbp=None if chance.random() < 0.1 else float(round(floor * chance.uniform(40, 160))),
                leaves_from=None if kind == "custody suite" else break_year or 0,
                tenure="freehold" if break_year is None else "leasehold",
                break_known=break_year is not None,
                bays=None if chance.random() < 0.1 else units + int(chance.integers(0, 5)),
                units=units,
                responds=units > 0,
                turns_in=bool(units and service == "fire" and chance.random() < 0.5),
            )
        )
    apart = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
    demand = {}
    for service in SERVICES:
        count = points // 3
        where = towns[chance.integers(0, len(towns), count)] + chance.normal(0, 3.0, (count, 2))
        spread = chance.random(count) < 0.3
        where[spread] = chance.uniform(0, side_km, (int(spread.sum()), 2))
        km = np.hypot(*(at[:, None] - where).transpose(2, 0, 1))
        demand[service] = Demand(chance.integers(1, 50, count).astype(float), _driven(km))
    standards = {each: Standard(minutes, most_loss) for each in SERVICES}
    return Estate(tuple(holdings), apart * 1000, _driven(apart), demand), replace(TERMS, standards=standards)


def _driven(km: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(km < 2, 2 * np.sqrt(2 * km), 2 + km)


def least_cost(estate: Estate, terms: Terms, factors: NDArray[np.float64]) -> float:
    """Try every plan of a small estate, and give the least cost a year; written without a look at the programme."""
    sites = estate.sites
    count = len(sites)
    whole = float(factors[1 : terms.years + 1].sum())
    before = {service: _share(estate, terms, service, range(count)) for service in terms.standards}
    choices = []
    for row, site in enumerate(sites):
        able = site.leaves_from is not None and site.leaves_from < terms.years and site.floor_m2 is not None
        choices.append([row] + ([each for each in range(count) if each != row] if able else []))
    best = float("inf")
    for plan in product(*choices):
        cost = _cost(estate, terms, plan, factors, whole)
        if cost < best and all(
            _share(estate, terms, service, _by(estate, plan, year))
            >= before[service] - standard.most_loss - 1e-9
            for service, standard in terms.standards.items()
            for year in range(terms.years)
        ):
            best = cost
    return best


def _by(estate: Estate, plan: Any, year: int) -> list[int]:
    """Give the plan as far as it is carried out in a year."""
    leaves = [site.leaves_from for site in estate.sites]
    return [
        row if to == row or leaves[row] is None or (leaves[row] or 0) > year else to
        for row, to in enumerate(plan)
    ]


def _cost(estate: Estate, terms: Terms, plan: Any, factors: NDArray[np.float64], whole: float) -> float:
    """Add up a plan's cost a year, infinite where it breaks a rule."""
    total = 0.0
    capital = dict.fromkeys(("", *(site.service_id for site in estate.sites)), 0.0)
    taken, parked = [0.0] * len(plan), [0] * len(plan)
    for row, to in enumerate(plan):
        site, host = estate.sites[row], estate.sites[to]
        rate = _running(site, terms)
        total += rate
        if to == row:
            continue
        if plan[to] != to or not _allowed(site, host, estate.minutes[row, to], terms):
            return float("inf")
        space = (site.floor_m2 or 0) * terms.space_needed
        taken[to] += space
        parked[to] += site.units
        known = host.running_gbp is not None and host.floor_m2
        a_m2 = _running(host, terms) / (host.floor_m2 or 1) if known else terms.running_gbp_a_m2
        start = site.leaves_from or 0
        spent = space * terms.adapt_gbp_a_m2 + terms.move_gbp
        for who in ("", site.service_id):
            capital[who] += spent
        saving = rate - space * a_m2 * terms.host_share
        charge = spent / sum(factors[1 : terms.works_years + 1])
        total -= sum((saving - charge) * factors[year] / whole for year in range(start + 1, terms.years + 1))
    full = any(
        taken[row]
        > 1e-9 + (site.spare_m2 if site.spare_m2 is not None else site.floor_m2 * terms.spare_share)
        or (site.bays is not None and parked[row] > max(0, site.bays - site.units))
        for row, site in enumerate(estate.sites)
        if taken[row] and site.floor_m2 is not None
    )
    limits = {"": terms.capital_gbp, **terms.capital_gbp_of}
    dear = any(spent > limits.get(who, float("inf")) for who, spent in capital.items())
    return float("inf") if full or dear else float(total)


def _running(site: Holding, terms: Terms) -> float:
    return site.running_gbp if site.running_gbp is not None else (site.floor_m2 or 0) * terms.running_gbp_a_m2


def _allowed(site: Holding, host: Holding, drive: float, terms: Terms) -> bool:
    return (
        host.kind in terms.may_share.get(site.kind or "", ())
        and drive <= terms.furthest_minutes
        and not (site.turns_in and drive > terms.turn_in_minutes)
        and not (site.units and host.kind == "office")
    )


def _share(estate: Estate, terms: Terms, service: str, plan: Any) -> float:
    demand = estate.demand[service]
    reached = total = 0.0
    for point, weight in enumerate(demand.weight.tolist()):
        total += weight
        for row, to in enumerate(plan):
            site = estate.sites[row]
            near = demand.minutes[to, point] <= terms.standards[service].minutes
            if site.service_id == service and site.responds and near:
                reached += weight
                break
    return reached / total
