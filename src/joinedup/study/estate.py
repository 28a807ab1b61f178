"""The whole estate of an area planned at once, as the terms of sharing a building have it (§4.1, §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.assumptions import Assumption, Grade
from joinedup.locate import SPARE_SHARE, TURN_IN, WORKS_LAST, Standard, Terms, estate_plan
from joinedup.options.shared_estate import COST_TO_ADAPT, COST_TO_MOVE, HOST_SHARE, RUNNING_COST, SPACE_NEEDED
from joinedup.overlap import REACH, SAME_PLACE_M
from joinedup.response.covering import COVER
from joinedup.travel import travel_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.area import Area
    from joinedup.locate import Plan

MOST_LOSS = Assumption(
    name="estate.most_loss",
    sentence="Share of a service's incidents that a plan of the whole estate may take out of its minutes of a station.",
    unit="share",
    low=0.0,
    central=0.01,
    high=0.03,
    source="judgement; the safety gate still judges every move by itself",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (MOST_LOSS, SPARE_SHARE, TURN_IN, WORKS_LAST)
_SECONDS = 30.0


def whole_estate(area: Area, assumptions: Mapping[str, Assumption]) -> Plan | None:
    """Plan all sites of all services at once; None where a study says too little of its sites, or only lays them out."""
    sites = area.table("sites")
    floors = sites.filter(pl.col("floor_area_m2").is_not_null())
    if area.settings.overlap_only or floors["service_id"].n_unique() < 2:
        return None

    def central(declared: Assumption) -> float:
        return assumptions[declared.name].central

    placed = area.table("incidents").filter(pl.col("x").is_not_null())["service_id"].unique().to_list()
    stations = set(sites.filter(pl.col("kind").is_in(["station", "base"]))["service_id"])
    standards = {
        service: Standard(central(COVER[area.kind_of(service)]), central(MOST_LOSS))
        for service in area.services
        if service in placed and service in stations
    }
    refused = [
        (one, other)
        for joined in area.table("collaborations").filter(pl.col("status").is_in(["live", "refused"]))[
            "sites"
        ]
        for one in _names(joined)
        for other in _names(joined)
        if one != other
    ]
    terms = Terms(
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
        standards=standards,
    )
    known = set(sites["site_id"])
    return estate_plan(
        area,
        travel_of(area, assumptions),
        terms,
        seconds=_SECONDS,
        refused=sorted({pair for pair in refused if set(pair) <= known}),
    )


def _names(joined: str | None) -> list[str]:
    return [each.strip() for each in (joined or "").split(";") if each.strip()]
