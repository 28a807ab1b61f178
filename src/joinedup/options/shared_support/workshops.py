"""One workshop: the vehicles of one service are kept in the workshop of another."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.area import Area, Change
from joinedup.money import Cash, CashKind, CashLine, Partner
from joinedup.options import Option, lives_already, registered
from joinedup.options.shared_estate.declared import RECEIPT_SHARE, RUNNING_COST
from joinedup.options.shared_support.declared import (
    DRIVERS_HOUR,
    VISITS,
    WORKSHOP_HOST,
    WORKSHOP_MOVE,
    WORKSHOP_REACH,
    WORKSHOP_SPACE,
)
from joinedup.options.shared_support.finding import NAME, YEARS, fact, own, tried, year_of
from joinedup.overlap import site_pairs
from joinedup.travel import travel_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption, Draws
    from joinedup.options import Registered


def find(area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Try both directions of every pair of workshops of different services within reach."""
    workshops = area.table("sites").filter(pl.col("kind") == "workshop")
    return _among(area, workshops, assumptions, registered(area, NAME))


def find_alone(area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Try the same among the workshops of one service."""
    # Each workshop is taken for a service of its own, so that the one search serves both.
    own_sites = area.table("sites").filter((pl.col("kind") == "workshop") & (pl.col("service_id") == partner))
    return _among(area, own_sites.with_columns(service_id=pl.col("site_id")), assumptions, ())


def _among(
    area: Area, workshops: pl.DataFrame, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
) -> list[Option]:
    looked_at = replace(area, tables=MappingProxyType({**area.tables, "sites": workshops}))
    travel = travel_of(area, assumptions)
    pairs = site_pairs(looked_at, travel, assumptions[WORKSHOP_REACH.name].central)
    found = []
    for pair in pairs.iter_rows(named=True):
        sites = (pair["site_id"], pair["site_id_2"])
        if lives_already(register, (), sites):
            continue
        for mover, host in (sites, sites[::-1]):
            option = _option(area, mover, host, pair, travel.name, assumptions, register)
            if option is not None:
                found.append(option)
    return found


def _option(
    area: Area,
    mover_id: str,
    host_id: str,
    pair: Mapping[str, Any],
    by: str,
    assumptions: Mapping[str, Assumption],
    register: Sequence[Registered],
) -> Option | None:
    """Make the option that one workshop closes, or None where it is known not to fit or cannot end in time."""
    mover, host = _site(area, mover_id), _site(area, host_id)
    if mover["floor_area_m2"] is None or year_of(area, mover["lease_break_on"]) >= YEARS:
        return None
    space = mover["floor_area_m2"] * assumptions[WORKSHOP_SPACE.name].central
    if host["spare_area_m2"] is not None and host["spare_area_m2"] < space:
        return None
    vehicles = area.table("assets").filter(pl.col("service_id") == mover["service_id"]).height
    units = area.table("units").filter(pl.col("service_id") == mover["service_id"]).height
    incomplete: list[str] = []
    if host["spare_area_m2"] is None:
        incomplete.append(f"whether {host['name']} has {space:,.0f} m² to spare")
    if mover["tenure"] == "freehold" and mover["value_gbp"] is None:
        incomplete.append(f"what {mover['name']} would fetch")
    if mover["tenure"] == "leasehold" and mover["lease_break_on"] is None:
        incomplete.append(f"when the lease of {mover['name']} can be ended")
    incomplete.append(f"whether {host['name']} can lift and test the vehicles of {mover['name']}")
    changes = [
        Change(table, row, "site_id", host_id)
        for table, key in (
            ("units", "unit_id"),
            ("posts", "post_id"),
            ("control_rooms", "room_id"),
            ("assets", "asset_id"),
        )
        for row in area.table(table).filter(pl.col("site_id") == mover_id)[key].sort().to_list()
    ]
    partners = tuple(dict.fromkeys((mover["service_id"], host["service_id"])))
    alone = "alone-" if len(partners) == 1 else ""
    return Option(
        id=f"shared-support-workshop-{alone}{mover_id}-to-{host_id}",
        kind=NAME,
        title=f"{mover['name']} moves into {host['name']}",
        partners=partners,
        joins=(mover_id, host_id),
        names=(mover["name"], host["name"]),
        changes=(*changes, Change("sites", mover_id, None)),
        uses=(f"sites/{mover_id}", f"sites/{host_id}"),
        facts={
            "way": "workshop",
            "metres": pair["metres"],
            "minutes": pair["minutes"],
            "by": by.partition(",")[0],
            "space_m2": space,
            # Every vehicle that responds needs a workshop, whether or not the register of assets names it.
            "vehicles": float(max(vehicles, units)),
            "tried_before": tried(register, (), (mover_id, host_id)),
        },
        incomplete=tuple(incomplete),
    )


def _site(area: Area, site_id: str) -> dict[str, Any]:
    return area.table("sites").row(by_predicate=pl.col("site_id") == site_id, named=True)


def _bills(site: Mapping[str, Any], draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what a workshop costs to run in a year, and the assumptions used where the study does not say."""
    if site["running_cost_gbp"] is not None:
        return np.full(len(draws), float(site["running_cost_gbp"])), ()
    return (site["floor_area_m2"] or 0.0) * draws[RUNNING_COST.name], (RUNNING_COST.name,)


def cash(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give the move, then bills saved, what the host bears and is paid back, the longer way to the workshop, and the receipt."""
    mover, host = (_site(area, each) for each in option.joins)
    guest, landlord = mover["service_id"], host["service_id"]
    start = year_of(area, mover["lease_break_on"])
    bills, names = _bills(mover, draws)
    added = bills * draws[WORKSHOP_HOST.name]
    # At the most: a vehicle that comes from the side of the host drives no further than now.
    hours = fact(option, "vehicles") * 2 * fact(option, "minutes") / 60 * draws[VISITS.name]
    flows = [
        own(
            "fitting out the host and moving",
            start,
            -draws[WORKSHOP_MOVE.name],
            guest,
            WORKSHOP_MOVE.name,
            line=CashLine.CAPITAL,
        )
    ]
    for year in range(start + 1, YEARS + 1):
        flows += [
            own("bills of the workshop given up", year, bills, guest, *names),
            own(
                "what the newcomer adds to the host's bills",
                year,
                -added,
                landlord,
                WORKSHOP_HOST.name,
                *names,
            ),
            own(
                "the longer way to the workshop",
                year,
                -hours * draws[DRIVERS_HOUR.name],
                guest,
                VISITS.name,
                DRIVERS_HOUR.name,
                kind=CashKind.NOT_CASH_RELEASING,
            ),
        ]
        if guest != landlord:
            flows.append(
                Cash(
                    "the newcomer's share of the host's bills",
                    CashKind.PAYMENT,
                    CashLine.PAYMENT,
                    year,
                    added,
                    Partner(guest),
                    Partner(landlord),
                    (WORKSHOP_HOST.name, *names),
                )
            )
    if mover["tenure"] == "freehold" and mover["value_gbp"] is not None:
        flows.append(
            own(
                "receipt for the workshop given up",
                start + 1,
                mover["value_gbp"] * draws[RECEIPT_SHARE.name],
                guest,
                RECEIPT_SHARE.name,
                line=CashLine.RECEIPT,
            )
        )
    return flows


def carry_on(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give what the workshop that would be given up goes on costing."""
    mover = _site(area, option.joins[0])
    bills, names = _bills(mover, draws)
    return [
        own("bills of the workshop as now", year, -bills, mover["service_id"], *names)
        for year in range(1, YEARS + 1)
    ]


def explain(option: Option) -> str:
    """Say which workshop closes, how many vehicles go where, and who pays."""
    paid = (
        ""
        if len(option.partners) == 1
        else " The newcomer pays for the move and for what it adds to the host's bills."
    )
    vehicles, further = fact(option, "vehicles"), fact(option, "minutes")
    return (
        f"{option.names[0]} closes. The {vehicles:,.0f} vehicles that it keeps drive {further:.1f} minutes further at the most "
        f"(by {option.facts['by']}), to {option.names[1]}, where its people take about {fact(option, 'space_m2'):,.0f} m².{paid} "
        "No post is counted as saved."
    )
