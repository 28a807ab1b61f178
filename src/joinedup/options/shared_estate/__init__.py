"""Shared estate: a service moves into a building of another, and gives up its own; several may move into one.

Pairs of sites within reach are looked at by themselves. Where the study says enough of its sites, the whole estate is planned
at once besides, and what the plan moves or closes is an option too: by itself, and with all that moves under the same roof.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.locate import ASSUMPTIONS as LOCATE
from joinedup.locate import stays_put
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.options.shared_estate.costing import ended, kept_on, moved
from joinedup.options.shared_estate.declared import ASSUMPTIONS, EXIT_COST, MOST_GAP, SHARED_KINDS
from joinedup.options.shared_estate.moving import (
    NEEDS,
    Way,
    closing_of,
    option_of,
    site_of,
    start_year,
    with_needs,
)
from joinedup.options.shared_estate.planning import whole_estate
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.overlap import REACH, SAME_PLACE_M, site_pairs
from joinedup.response.covering import ASSUMPTIONS as COVER
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.locate import Plan
    from joinedup.money import Cash
    from joinedup.options import Registered

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
        """Try every pair of sites within reach, and what a plan of the whole estate moves or closes; no moves twice."""
        register = registered(area, self.name)
        planned = self._planned(area, assumptions, register)
        found = {option.id: _alone_in_title(area, option) for option in planned}
        for option in self._among(area, assumptions, register):
            # A pair that was looked at by itself is what it is; what it waits for in the plan it waits for all the same.
            facts = found[option.id].facts if option.id in found else {}
            waits = {name: facts[name] for name in (NEEDS,) if name in facts}
            found[option.id] = replace(option, facts={**option.facts, **waits})
        return sorted(found.values(), key=lambda option: option.id)

    def find_alone(self, area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try the same with the sites of one partner: it gives up one of its own, or moves it into another of its own."""
        # Each site is taken for a service of its own, so that the one search serves both.
        own = area.table("sites").filter(pl.col("service_id") == partner)
        apart = own.with_columns(service_id=pl.col("site_id"))
        alone = replace(area, tables=MappingProxyType({**area.tables, "sites": apart}))
        # What the plan of the whole estate gives to this partner alone is no more a saving of working together.
        planned = self._planned(area, assumptions, registered(area, self.name))
        found = [
            *(option for option in planned if option.partners == (partner,)),
            *self._among(alone, assumptions, ()),
        ]
        return list(
            {
                option.id: replace(
                    option,
                    id=option.id.replace("shared-estate-", "shared-estate-alone-", 1),
                    partners=(partner,),
                )
                for option in found
            }.values()
        )

    def _among(
        self, area: Area, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
    ) -> list[Option]:
        """Try both directions of every pair of sites within reach; keep those for which there is, or may be, room."""
        pairs = site_pairs(area, StraightLine.of(assumptions), assumptions[REACH.name].central)
        kept = stays_put(area)
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
                if mover in kept:
                    continue
                option = self._option(area, {mover: way}, host, assumptions, register)
                if option is not None:
                    found.append(option)
        return sorted(found, key=lambda option: option.id)

    def _planned(
        self, area: Area, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
    ) -> list[Option]:
        """Give each move and closing of a plan of the whole estate, and each host with all its newcomers.

        What concerns one service only is there too: a board can take it, and it is no saving of working together.
        """
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
                if option is not None:
                    found.append(option)
        found += [closing_of(area, each) for each in plan.closed]
        waiting = [with_needs(option, plan, found) for option in found]
        return waiting if plan.status == "optimal" else [_not_proven(option, plan) for option in waiting]

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
        if len(option.joins) == 1:
            return ended(area, site_of(area, option.joins[0]), draws, self.years)
        *movers, host = (site_of(area, each) for each in option.joins)
        return [flow for mover in movers for flow in moved(area, mover, host, draws, self.years)]

    def carry_on(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Give what the sites that would be given up go on costing."""
        given_up = option.joins[:-1] or option.joins
        return [
            flow
            for each in given_up
            for flow in kept_on(site_of(area, each), draws, range(1, self.years + 1))
        ]

    def budget_functions(self, option: Option) -> tuple[str, ...]:  # noqa: ARG002 - as every kind
        """Say estates: buildings are its business."""
        return ("estates",)

    def explain(self, option: Option) -> str:
        """Say who moves where, how far, and what is given up."""
        facts = {name: value for name, value in option.facts.items() if isinstance(value, int | float)}
        units = round(facts["units"])
        if len(option.names) == 1:
            (closing,) = option.names
            theirs = f"Its {units} units end with it" if units > 1 else "Its one unit ends with it"
            return (
                f"{closing} closes, and nobody takes its place: the study says that its work may end. "
                f"{f'{theirs}. ' if units else ''}What it costs to run is saved, and clearing it costs as much as a move. "
                "Its service can do this alone."
            )
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
            "It is one service's own: it pays for the building work, and the host building's bills rise."
            if len(option.partners) == 1
            else "The newcomer pays for the building work and then a rent; the host keeps its building and bears what the "
            "newcomer adds to its bills."
        )
        return (
            f"{movers[0]} closes. {moved} move {facts['metres'] / 1000:.1f} km, about {facts['minutes']:.0f} minutes, "
            f"into {host}, taking about {facts['space_m2']:,.0f} m² of floor there. {paid}"
        )


def _alone_in_title(area: Area, option: Option) -> Option:
    """Say in its title of what one service can do alone that it can, so that nobody takes it for joint working (§4.5)."""
    if len(option.partners) > 1:
        return option
    return replace(option, title=f"{option.title}, which {area.name_of(option.partners[0])} can do alone")


def _not_proven(option: Option, plan: Plan) -> Option:
    """Say with a move that the plan it comes from ran out of time, so that on another machine it could be another."""
    left = plan.cost_gbp_a_year - plan.bound_gbp_a_year
    sentence = (
        f"whether the best plan of the whole estate holds it: the plan that it comes from is not proven ({plan.status}), and "
        f"another could be up to £{left:,.0f} a year cheaper"
    )
    return replace(option, incomplete=(*option.incomplete, sentence))


KIND: Kind = SharedEstate()
