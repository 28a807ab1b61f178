"""Which bodies a study has, which services each answers for, and which services are neighbours."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from joinedup.area import Area

COMMISSIONER = "commissioner"
COUNCIL = "council"


@dataclass(frozen=True)
class Body:
    """A board, authority, council or commissioner; None where the study does not say."""

    body_id: str
    name: str
    kind: str
    services: tuple[str, ...]
    members: int | None
    meetings_a_year: int | None
    cost_gbp: float | None


def bodies_of(area: Area) -> list[Body]:
    """Read the bodies, in the order of their identifiers."""
    found = []
    for row in area.table("bodies").sort("body_id").iter_rows(named=True):
        services = tuple(each.strip() for each in (row["services"] or "").split(";") if each.strip())
        kind = row["kind"] or ""
        given = {each.name: row[each.name] for each in fields(Body)}
        found.append(Body(**{**given, "services": services, "kind": kind}))
    return found


def body_of(bodies: Sequence[Body], service: str) -> Body | None:
    """Give the body that answers for a service; None where there is none, or more than one."""
    found = [each for each in bodies if service in each.services]
    return found[0] if len(found) == 1 else None


def served(area: Area, joins: str) -> list[tuple[str, str]]:
    """Give the pairs of services that a model could join: of neighbours only, since the law asks for one area."""
    of = {kind: [s for s in sorted(area.services) if area.kind_of(s) == kind] for kind in ("police", "fire")}
    if joins == "police and fire":
        pairs = [(near, fire) for fire in of["fire"] for near in _nearest(area, fire, of["police"])]
    elif joins == "one kind":
        pairs = [
            (min(one, near), max(one, near))
            for alike in of.values()
            for one in alike
            for near in _nearest(area, one, [each for each in alike if each != one])
        ]
    else:
        pairs = []
    return sorted(set(pairs))


def _nearest(area: Area, service: str, others: Sequence[str]) -> list[str]:
    """Give the one of the others whose sites lie nearest on average; the only one there is, wherever it lies."""
    if len(others) < 2:
        return list(others)
    sites = area.table("sites").filter(fit_for_distance()).sort("site_id")
    centre = {
        each: tuple(sites.filter(pl.col("service_id") == each).select(pl.col("x", "y").mean()).row(0))
        for each in (service, *others)
    }
    x, y = centre[service]
    placed = [each for each in others if centre[each][0] is not None]
    if x is None or not placed:
        return []
    return [min(placed, key=lambda each: (np.hypot(centre[each][0] - x, centre[each][1] - y), each))]
