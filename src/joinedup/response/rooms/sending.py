"""Who sends crews in the rooms of an area, after how many of their calls, and how long that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.response.rooms import declared
from joinedup.response.rooms.lengths import laid_down

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption
    from joinedup.response.rooms.arrivals import Line
    from joinedup.response.rooms.variants import Variant

DISPATCHERS, THEMSELVES = "dispatchers", "whoever answers"
"""What the column ``dispatching`` of control_rooms may say."""


def sent_after(
    lines: Sequence[Line],
    table: pl.DataFrame,
    counted: Sequence[Assumption | None],
    assumptions: Mapping[str, Assumption],
    notes: list[str],
) -> dict[Line, float]:
    """Give the share of a service's calls after which crews are sent, by line: once for each incident.

    ``table`` has its calls, or its incidents where ``counted`` says how many calls are taken for each.
    """
    if per_incident := sum(each.central for each in counted if each is not None):
        return dict.fromkeys(lines, min(1 / per_incident, 1.0))
    known = table.drop_nulls("incident_id")
    if known.is_empty():
        notes.append(f"after how many calls of {lines[0].service} crews are sent is declared, not recorded")
        return dict.fromkeys(lines, assumptions[declared.SENT.name].central)
    first = known.sort("connected_at", "call_id").unique("incident_id", keep="first")
    return {
        line: first.filter(pl.col("urgent") == line.urgent).height
        / table.filter(pl.col("urgent") == line.urgent).height
        for line in lines
    }


def send_themselves(area: Area, services: Sequence[str], notes: list[str]) -> frozenset[str]:
    """Name the services in whose rooms whoever answers sends crews too: as control_rooms says, else as is usual."""
    rooms = area.table("control_rooms").sort("room_id")
    said = rooms["dispatching"]
    found = set()
    for service in services:
        own = said.filter(rooms["service_id"] == service).drop_nulls()
        usual = area.kind_of(service) in declared.SEND_THEMSELVES
        if own.is_empty():
            notes.append(
                f"who sends crews in the room of {service} is not recorded: "
                f"{'whoever answers' if usual else 'dispatchers of its own'}, as is usual"
            )
        if (own[0] == THEMSELVES) if own.len() else usual:
            found.add(service)
    return frozenset(found)


def sending_of(
    area: Area, services: Sequence[str], assumptions: Mapping[str, Assumption]
) -> dict[str, NDArray[np.int64]]:
    """Give the ms that sending crews to one incident of each service takes, sorted, to draw from."""
    spread = assumptions[declared.TALK_SPREAD.name].central
    return {
        each: laid_down(assumptions[declared.SENDING[area.kind_of(each)].name].central, spread)
        for each in services
    }


def under_way(variant: Variant, services: Sequence[str], now: frozenset[str]) -> frozenset[str]:
    """Name the services of which whoever answers sends crews under a way of working; ``now`` are those that do now."""
    if variant.dispatching == DISPATCHERS:
        return frozenset()
    return frozenset(services) if variant.dispatching == THEMSELVES else now
