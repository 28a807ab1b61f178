"""The whole estate of an area planned at once, on the terms on which buildings are shared here (§4.1, §5.5)."""

from __future__ import annotations

import math
from itertools import permutations
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.locate import SPARE_SHARE, TURN_IN, WORKS_LAST, Standard, Terms, estate_plan
from joinedup.options import registered
from joinedup.options.shared_estate.declared import (
    COST_TO_ADAPT,
    COST_TO_MOVE,
    HOST_SHARE,
    MOST_LOSS,
    RUNNING_COST,
    SPACE_NEEDED,
)
from joinedup.overlap import REACH, SAME_PLACE_M
from joinedup.response.covering import COVER
from joinedup.travel import travel_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.locate import Plan

_SECONDS = 30.0
# The chapter on the estate and the options ask for one and the same plan, which can take half a minute.
_planned: WeakKeyDictionary[Area, tuple[dict[str, Assumption], Plan | None]] = WeakKeyDictionary()


def whole_estate(area: Area, assumptions: Mapping[str, Assumption]) -> Plan | None:
    """Plan all sites of all services at once; None where a study says too little of its sites, or only lays them out."""
    values = dict(assumptions)
    kept = _planned.get(area)
    if kept is None or kept[0] != values:
        kept = _planned[area] = (values, _plan(area, assumptions))
    return kept[1]


def _plan(area: Area, assumptions: Mapping[str, Assumption]) -> Plan | None:
    sites = area.table("sites")
    floors = sites.filter(pl.col("floor_area_m2").is_not_null())
    if area.settings.overlap_only or floors["service_id"].n_unique() < 2:
        return None
    # That two sites train together, or would not, says nothing of sharing a roof.
    refused = [
        pair
        for each in registered(area, "shared estate")
        if each.status in {"live", "refused"}
        for pair in permutations(each.sites, 2)
    ]
    known = set(sites["site_id"])
    return estate_plan(
        area,
        travel_of(area, assumptions),
        _terms(area, assumptions),
        seconds=_SECONDS,
        refused=sorted({pair for pair in refused if set(pair) <= known}),
    )


def _terms(area: Area, assumptions: Mapping[str, Assumption]) -> Terms:
    """Take the terms from central values and the study's capital; a service with placed incidents keeps its minutes of a station.

    All moves together, and those of each partner, spend no more than is there for all years of the roadmap: in which year is
    the roadmap's business.
    """

    def central(declared: Assumption) -> float:
        return assumptions[declared.name].central

    sites, incidents = area.table("sites"), area.table("incidents")
    placed = set(incidents.filter(fit_for_distance())["service_id"].unique())
    stations = set(sites.filter(pl.col("kind").is_in(["station", "base"]))["service_id"])
    own = area.settings.roadmap
    return Terms(
        space_needed=central(SPACE_NEEDED),
        spare_share=central(SPARE_SHARE),
        adapt_gbp_a_m2=central(COST_TO_ADAPT),
        move_gbp=central(COST_TO_MOVE),
        running_gbp_a_m2=central(RUNNING_COST),
        host_share=central(HOST_SHARE),
        furthest_minutes=central(REACH),
        turn_in_minutes=central(TURN_IN),
        works_years=round(central(WORKS_LAST)),
        same_place_m=SAME_PLACE_M,
        standards={
            service: Standard(central(COVER[area.kind_of(service)]), central(MOST_LOSS))
            for service in area.services
            if service in placed and service in stations
        },
        capital_gbp=math.inf if own.capital_gbp_a_year is None else own.capital_gbp_a_year * own.years,
        capital_gbp_of={who: each * own.years for who, each in own.capital_gbp_a_year_of.items()},
    )
