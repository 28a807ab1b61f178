"""What has been done together in a region: live, ended, tried and refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from joinedup.imagining.estate import ESTATE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from joinedup.imagining.estate import Station

_IDEA, _AGREED, _LIVE, _ENDED = date(2015, 5, 1), date(2017, 2, 1), date(2018, 6, 1), date(2021, 3, 31)
_EXIT_SHARE = 0.6
"""What leaving costs, as a share of a year's promise."""


def agreements_of(
    service_ids: Mapping[str, str],
    stations: Sequence[Station],
    shared: tuple[Station, Station] | None,
    counties: float,
) -> list[dict[str, Any]]:
    """Give the register of a region's collaborations; those of estate name the stations that stand nearest."""
    rows = []
    taken = {each.site_id for each in shared or ()}
    for given in ESTATE["collaboration"]:
        partners, live = given["partners"], given["status"] == "live"
        sites: tuple[Station, ...] = ()
        if given["kind"] == "shared estate":
            free = [each for each in stations if each.site_id not in taken]
            pair = shared if live else nearest_pair(free, *partners)
            if pair is None:
                continue
            sites = pair
            taken |= {each.site_id for each in pair}
        began = given["status"] != "refused"
        size = 1.0 if sites else counties
        actual = given.get("actual")
        rows.append(
            {
                "kind": given["kind"],
                "partners": "; ".join(service_ids[each] for each in partners),
                "sites": "; ".join(each.site_id for each in sites) or None,
                "legal_basis": given["basis"],
                "idea_on": _IDEA,
                "agreed_on": _AGREED if began else None,
                "live_on": _LIVE if began else None,
                "ended_on": _ENDED if given["status"] in ("ended", "tried") else None,
                "promised_gbp_a_year": round(given["promised"] * size, -2),
                "actual_gbp_a_year": None if actual is None else round(actual * size, -2),
                "exit_cost_gbp": round(_EXIT_SHARE * given["promised"] * size, -2),
                "status": given["status"],
                "why": given.get("why"),
            }
        )
    return rows


def nearest_pair(stations: Sequence[Station], one: str, other: str) -> tuple[Station, Station] | None:
    """Give the two stations of two services that stand nearest to each other."""
    pairs = [
        (float(np.hypot(a.x - b.x, a.y - b.y)), a.site_id, b.site_id, (a, b))
        for a in stations
        for b in stations
        if (a.service, b.service) == (one, other) and a.row["kind"] == b.row["kind"] == "station"
    ]
    return min(pairs, key=lambda pair: pair[:3])[3] if pairs else None
