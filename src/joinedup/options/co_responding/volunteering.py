"""What an ambulance service could do by itself for the same calls: volunteers near the station (§4.5)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from joinedup.money import SOCIETY, Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Option
from joinedup.options.co_responding import declared
from joinedup.options.co_responding.gaining import gained, uses_of
from joinedup.options.co_responding.going import RESPONDERS
from joinedup.options.co_responding.surviving import LIVES, lives
from joinedup.options.shared_control_room.joining import fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws


def alone(area: Area, ambulance: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Find the places near which volunteers would be sooner often enough to keep their skills: near the same stations."""
    if area.kind_of(ambulance) != "ambulance":
        return []
    units = area.table("units")
    free = assumptions[declared.VOLUNTEERS_FREE.name].central
    found = []
    for each in gained(_with_volunteers(area), assumptions):
        if each.ambulance != ambulance or each.calls * free < assumptions[declared.LEAST_CALLS.name].central:
            continue
        crews = units.filter((pl.col("site_id") == each.site_id) & (pl.col("service_id") == each.responder))[
            "unit_id"
        ]
        name = area.table("sites").filter(pl.col("site_id") == each.site_id)["name"].item()
        found.append(
            Option(
                id=f"co-responding-alone-{ambulance}-{each.site_id}",
                kind="co-responding",
                title=f"Volunteers of {area.name_of(ambulance)} near {name} answer time-critical medical calls",
                partners=(ambulance,),
                joins=(each.site_id,),
                names=(name,),
                changes=(),
                # They would go to the very calls that these crews would go to, so that it is the one or the other.
                uses=uses_of(each, crews),
                facts={
                    "sent": each.sent,
                    "calls": each.calls,
                    "minutes_now": each.minutes_now,
                    "minutes_sooner": each.minutes_sooner,
                },
                incomplete=(
                    "whether so many volunteers can be found there, and at which hours they are free",
                ),
            )
        )
    return sorted(found, key=lambda option: option.id)


def alone_cash(option: Option, draws: Draws, years: int) -> list[Cash]:
    """Give kit and training, then health, keeping skills up, welfare and what a call costs; nobody pays anybody."""
    (ambulance,) = (Partner(each) for each in option.partners)
    people, free = draws[declared.VOLUNTEERS.name], draws[declared.VOLUNTEERS_FREE.name]
    yearly = draws[declared.REFRESHING.name] + draws[declared.WELFARE.name]

    def own(
        what: str, year: int, amount: NDArray[np.float64], *names: str, line: CashLine = CashLine.RUNNING
    ) -> Cash:
        bought = Supply.STANDARD if line is CashLine.CAPITAL else Supply.OUTSIDE
        kind = CashKind.CASH_RELEASING
        return Cash(what, kind, line, year, amount, ambulance, ambulance, names, supply=bought)

    who = declared.VOLUNTEERS.name
    flows = [
        own("kit of volunteers", 0, -draws[declared.KIT.name], declared.KIT.name, line=CashLine.CAPITAL),
        own(
            "training of volunteers", 0, -people * draws[declared.TRAINING.name], who, declared.TRAINING.name
        ),
    ]
    for year in range(1, years + 1):
        flows += [
            Cash(
                "lives saved by help that comes sooner",
                CashKind.SOCIETAL,
                CashLine.BENEFIT,
                year,
                lives(option, draws)
                * free
                * draws[declared.YEARS_GAINED.name]
                * draws[declared.YEAR_OF_HEALTH.name],
                SOCIETY,
                SOCIETY,
                (
                    *LIVES,
                    declared.VOLUNTEERS_FREE.name,
                    declared.YEARS_GAINED.name,
                    declared.YEAR_OF_HEALTH.name,
                ),
                health=True,
            ),
            own(
                "keeping volunteers' skills up, and welfare",
                year,
                -people * yearly,
                who,
                declared.REFRESHING.name,
                declared.WELFARE.name,
            ),
            own(
                "volunteers' calls",
                year,
                -fact(option, "sent") * free * draws[declared.VOLUNTEER_CALL.name],
                declared.VOLUNTEERS_FREE.name,
                declared.VOLUNTEER_CALL.name,
            ),
        ]
    return flows


def _with_volunteers(area: Area) -> Area:
    """Give the area with volunteers in place of the crews of every fire and police station, on no shift and at no other call."""
    units = area.table("units")
    theirs = pl.col("service_id").is_in([each for each in area.services if area.kind_of(each) in RESPONDERS])
    volunteers = (
        units.filter(theirs & pl.col("site_id").is_not_null())
        .sort("unit_id")
        .unique(["service_id", "site_id"], keep="first", maintain_order=True)
        .with_columns(
            (pl.lit("volunteers at ") + pl.col("site_id")).alias("unit_id"),
            pl.lit("volunteer").alias("crew"),
            # They come in their own cars, whatever stands at the station.
            kind=pl.lit("car"),
        )
    )
    tables = {**area.tables, "units": pl.concat([units.filter(~theirs), volunteers])}
    return replace(area, tables=MappingProxyType(tables))
