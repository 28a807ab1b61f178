"""Shared estate: a service moves into a building of another, and gives up its own; several may move into one.

Pairs of sites within reach are looked at by themselves. Where the study says enough of its sites, the whole estate is planned
at once besides, and what the plan moves is an option too: by itself, and with all that moves under the same roof.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.locate import ASSUMPTIONS as LOCATE
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.shared_estate.declared import (
    ASSUMPTIONS,
    COST_TO_ADAPT,
    COST_TO_MOVE,
    EXIT_COST,
    HOST_SHARE,
    MOST_GAP,
    RECEIPT_SHARE,
    RUNNING_COST,
    SHARED_KINDS,
    SPACE_NEEDED,
)
from joinedup.options.shared_estate.moving import Way, option_of, site_of, start_year
from joinedup.options.shared_estate.planning import whole_estate
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.overlap import REACH, SAME_PLACE_M, site_pairs
from joinedup.response.covering import ASSUMPTIONS as COVER
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.locate import Plan
    from joinedup.options import Registered
    from joinedup.options.shared_estate.moving import Site

__all__ = ["KIND", "SharedEstate", "whole_estate"]


class SharedEstate:
    """A service moves into a building of another."""

    name: str = "shared estate"
    rung: int = 2
    question: str = "Which service could move into a building of another, and give up its own?"
    needs: tuple[Need, ...] = (
        Need(
            "sites", ("floor_area_m2",), "the floor area of each site, to know whether one fits into another"
        ),
    )
    assumptions: tuple[Assumption, ...] = (*TRAVEL, *OVERLAP, *ASSUMPTIONS, *LOCATE, *COVER)
    project_type: str = "standard buildings"
    years: int = 10
    exit_cost: str = EXIT_COST.name

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try every pair of sites within reach, and what a plan of the whole estate moves; no moves twice."""
        register = registered(area, self.name)
        found = self._among(area, assumptions, register)
        found += self._planned(area, assumptions, register)
        return sorted(
            {option.id: option for option in reversed(found)}.values(), key=lambda option: option.id
        )

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try the same with the sites of one partner: it gives up one of its own and moves into another of its own."""
        # Each site is taken for a service of its own, so that the one search serves both.
        own = area.table("sites").filter(pl.col("service_id") == partner)
        apart = own.with_columns(service_id=pl.col("site_id"))
        alone = replace(area, tables=MappingProxyType({**area.tables, "sites": apart}))
        return [
            replace(
                option,
                id=option.id.replace("shared-estate-", "shared-estate-alone-", 1),
                partners=(partner,),
            )
            for option in self._among(alone, assumptions, ())
        ]

    def _among(
        self, area: Area, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
    ) -> list[Option]:
        """Try both directions of every pair of sites within reach; keep those for which there is, or may be, room."""
        pairs = site_pairs(area, StraightLine.of(assumptions), assumptions[REACH.name].central)
        fit = pairs.filter(
            pl.col("kind").is_in(SHARED_KINDS)
            & pl.col("kind_2").is_in(SHARED_KINDS)
            & (pl.col("metres") >= SAME_PLACE_M)
        )
        found = []
        for pair in fit.iter_rows(named=True):
            way = Way(pair["metres"], pair["minutes"])
            sites = (pair["site_id"], pair["site_id_2"])
            for mover, host in (sites, sites[::-1]):
                option = self._option(area, {mover: way}, host, assumptions, register)
                if option is not None:
                    found.append(option)
        return sorted(found, key=lambda option: option.id)

    def _planned(
        self, area: Area, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
    ) -> list[Option]:
        """Give each move that a plan of the whole estate makes between services, and each host with all its newcomers."""
        plan = whole_estate(area, assumptions)
        if plan is None or plan.gap > assumptions[MOST_GAP.name].central:
            return []
        at = {row[0]: row[1:] for row in area.table("sites").select("site_id", "x", "y").iter_rows()}
        found = []
        moves = sorted(plan.moves, key=lambda move: (move.host, move.mover))
        for host, group in groupby(moves, key=lambda move: move.host):
            ways = {
                move.mover: Way(float(np.hypot(*np.subtract(at[move.mover], at[host]))), move.minutes)
                for move in group
            }
            sets = [{mover: way} for mover, way in ways.items()]
            for each in (*sets, *([ways] if len(ways) > 1 else [])):
                option = self._option(area, each, host, assumptions, register)
                if option is not None and len(option.partners) > 1:
                    found.append(option if plan.status == "optimal" else _not_proven(option, plan))
        return found

    def _option(
        self,
        area: Area,
        ways: Mapping[str, Way],
        host: str,
        assumptions: Mapping[str, Assumption],
        register: Sequence[Registered],
    ) -> Option | None:
        """Make an option unless it exists, does not fit, or starts when the appraisal is over."""
        if any(lives_already(register, (), (mover, host)) for mover in ways):
            return None
        # A site that can only be given up when the appraisal is over is left for another year's study.
        if any(start_year(area, site_of(area, mover)) >= self.years for mover in ways):
            return None
        before = next(
            filter(None, (tried_before(register, (), (mover, host)) for mover in sorted(ways))), None
        )
        return option_of(area, ways, host, assumptions, None if before is None else before.in_words)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Capital, then what is freed, what the host bears, the rent between them and the receipt; for each that moves."""
        *movers, host = (site_of(area, each) for each in option.joins)
        return [flow for mover in movers for flow in self._moved(area, mover, host, draws)]

    def _moved(self, area: Area, mover: Site, host: Site, draws: Draws) -> list[Cash]:
        payer, landlord = Partner(mover.service_id), Partner(host.service_id)
        space = (mover.floor_area_m2 or 0.0) * draws[SPACE_NEEDED.name]
        start = start_year(area, mover)
        later = range(start + 1, self.years + 1)
        a_m2, host_names = _cost_a_m2(host, draws)
        adapting, adapt_names = _cost_to_adapt(host, draws)
        freed, freed_names = _running_cost(mover, draws)
        flows = [
            Cash(
                "adapting the host's floor and moving in",
                CashKind.CASH_RELEASING,
                CashLine.CAPITAL,
                start,
                -(space * adapting + draws[COST_TO_MOVE.name]),
                payer,
                payer,
                (SPACE_NEEDED.name, *adapt_names, COST_TO_MOVE.name),
                supply=Supply.STANDARD,
            )
        ]
        for year in later:
            flows += [
                Cash(
                    "running cost of the site given up",
                    CashKind.CASH_RELEASING,
                    CashLine.RUNNING,
                    year,
                    freed,
                    payer,
                    payer,
                    freed_names,
                ),
                Cash(
                    "what the newcomer adds to the host's running cost",
                    CashKind.CASH_RELEASING,
                    CashLine.RUNNING,
                    year,
                    -space * a_m2 * draws[HOST_SHARE.name],
                    landlord,
                    landlord,
                    (SPACE_NEEDED.name, HOST_SHARE.name, *host_names),
                ),
            ]
        if payer != landlord:
            flows += [
                Cash(
                    "rent at the host's average cost",
                    CashKind.PAYMENT,
                    CashLine.PAYMENT,
                    year,
                    space * a_m2,
                    payer,
                    landlord,
                    (SPACE_NEEDED.name, *host_names),
                )
                for year in later
            ]
        if mover.tenure == "freehold" and mover.value_gbp is not None and start < self.years:
            flows.append(
                Cash(
                    "receipt for the site given up",
                    CashKind.CASH_RELEASING,
                    CashLine.RECEIPT,
                    start + 1,
                    mover.value_gbp * draws[RECEIPT_SHARE.name],
                    payer,
                    payer,
                    (RECEIPT_SHARE.name,),
                )
            )
        return flows

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the sites that would be given up go on costing."""
        flows = []
        for mover in (site_of(area, each) for each in option.joins[:-1]):
            payer = Partner(mover.service_id)
            cost, names = _running_cost(mover, draws)
            flows += [
                Cash(
                    "running cost of the site as now",
                    CashKind.CASH_RELEASING,
                    CashLine.RUNNING,
                    year,
                    -cost,
                    payer,
                    payer,
                    names,
                )
                for year in range(1, self.years + 1)
            ]
        return flows

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say estates: buildings are its business."""
        return ("estates",)

    def explain(self, option: Option) -> str:
        """Say who moves where, how far, and what is given up."""
        facts = {name: value for name, value in option.facts.items() if isinstance(value, int | float)}
        units = round(facts["units"])
        *movers, host = option.names
        if len(movers) > 1:
            moved = f"Their {units} units and their people" if units else "Their people"
            return (
                f"{' and '.join(movers)} close. {moved} move up to {facts['metres'] / 1000:.1f} km, about "
                f"{facts['minutes']:.0f} minutes, into {host}, taking about {facts['space_m2']:,.0f} m² of floor there "
                "together. Each pays for its building work; a newcomer of another service then pays a rent, and the host "
                "keeps its building and bears what they add to its bills."
            )
        moved = (
            "Its people"
            if not units
            else "Its one unit and its people"
            if units == 1
            else f"Its {units} units"
        )
        paid = (
            "It pays for the building work; the host building's bills rise."
            if len(option.partners) == 1
            else "The newcomer pays for the building work and then a rent; the host keeps its building and bears what the "
            "newcomer adds to its bills."
        )
        return (
            f"{movers[0]} closes. {moved} move {facts['metres'] / 1000:.1f} km, about {facts['minutes']:.0f} minutes, "
            f"into {host}, taking about {facts['space_m2']:,.0f} m² of floor there. {paid}"
        )


def _not_proven(option: Option, plan: Plan) -> Option:
    """Say with a move that the plan it comes from ran out of time, so that on another machine it could be another."""
    left = plan.cost_gbp_a_year - plan.bound_gbp_a_year
    sentence = (
        f"whether the best plan of the whole estate holds it: the plan that it comes from is not proven ({plan.status}), and "
        f"another could be up to £{left:,.0f} a year cheaper"
    )
    return replace(option, incomplete=(*option.incomplete, sentence))


def _running_cost(site: Site, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what a site costs to run in a year, and the assumptions used where the study does not say."""
    if site.running_cost_gbp is not None:
        return np.full(len(draws), site.running_cost_gbp), ()
    return (site.floor_area_m2 or 0.0) * draws[RUNNING_COST.name], (RUNNING_COST.name,)


def _cost_to_adapt(host: Site, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what building work for a square metre of newcomer costs at a host."""
    if host.adapt_cost_gbp_m2 is not None:
        return np.full(len(draws), host.adapt_cost_gbp_m2), ()
    return draws[COST_TO_ADAPT.name], (COST_TO_ADAPT.name,)


def _cost_a_m2(site: Site, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give the average running cost of a square metre of a site."""
    if site.running_cost_gbp is not None and site.floor_area_m2:
        return np.full(len(draws), site.running_cost_gbp / site.floor_area_m2), ()
    return draws[RUNNING_COST.name], (RUNNING_COST.name,)


KIND: Kind = SharedEstate()
