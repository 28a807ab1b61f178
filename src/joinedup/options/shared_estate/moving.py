"""Moving: sites that give up their buildings for room in a host's, or end, and what a board still has to know."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import polars as pl

from joinedup.area import Area, Change
from joinedup.locate import TURN_IN, TURNS_IN
from joinedup.options import Option
from joinedup.options.shared_estate.declared import SPACE_NEEDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from joinedup.assumptions import Assumption
    from joinedup.locate import Plan


NEEDS = "needs"
"""The fact that names the options that have to be live first, parted by semicolons; any of those parted by a line does."""


@dataclass(frozen=True)
class Site:
    """What this kind needs to know of a site; None where the study does not say."""

    site_id: str
    service_id: str
    kind: str
    name: str
    floor_area_m2: float | None
    spare_area_m2: float | None
    running_cost_gbp: float | None
    tenure: str | None
    lease_break_on: date | None
    bays: int | None
    value_gbp: float | None
    secure: str | None
    adapt_cost_gbp_m2: float | None

    @property
    def takes_in(self) -> bool:
        """Whether others may move in, as far as the study says."""
        return self.secure != "yes"


@dataclass(frozen=True)
class Way:
    """How far a mover is from its host: metres in a straight line, and minutes to drive."""

    metres: float
    minutes: float


def option_of(
    area: Area,
    ways: Mapping[str, Way],
    host_id: str,
    assumptions: Mapping[str, Assumption],
    tried: str | None,
) -> Option | None:
    """Make the option that these sites all move into the host, or None where it is known that they do not fit together."""
    movers, host = [site_of(area, each) for each in sorted(ways)], site_of(area, host_id)
    if any(each.floor_area_m2 is None for each in movers) or not host.takes_in:
        return None
    left = pl.col("site_id").is_in([each.site_id for each in movers])
    units = area.table("units")
    moving = units.filter(left).height
    space = sum(each.floor_area_m2 or 0.0 for each in movers) * assumptions[SPACE_NEEDED.name].central
    incomplete: list[str] = []
    if host.spare_area_m2 is None:
        incomplete.append(f"whether {host.name} has {space:,.0f} m² to spare")
    elif host.spare_area_m2 < space:
        return None
    if moving:
        if host.kind == "office":
            return None
        if host.bays is None:
            incomplete.append(f"whether {host.name} has {moving} free bays")
        elif host.bays - units.filter(pl.col("site_id") == host_id).height < moving:
            return None
    elif units.is_empty():
        incomplete.append(
            "which units start from either site" if len(movers) == 1 else "which units start from these sites"
        )
    incomplete += _unknown(area, movers)
    incomplete += [
        f"whether the on-call crew of {each.name} can turn in at {host.name}, {ways[each.site_id].minutes:.0f} minutes off"
        for each in movers
        if ways[each.site_id].minutes > assumptions[TURN_IN.name].central and _turns_in(units, each)
    ]
    changes = [
        Change(table, row, "site_id", host_id)
        for table, key in (
            ("units", "unit_id"),
            ("posts", "post_id"),
            ("control_rooms", "room_id"),
            ("assets", "asset_id"),
        )
        for row in area.table(table).filter(left)[key].sort().to_list()
    ]
    names = " and ".join(each.name for each in movers)
    joins = (*(each.site_id for each in movers), host_id)
    return Option(
        id=f"shared-estate-{'-and-'.join(joins[:-1])}-to-{host_id}",
        kind="shared estate",
        title=f"{names} {'moves' if len(movers) == 1 else 'move'} into {host.name}",
        partners=tuple(dict.fromkeys(each.service_id for each in (*movers, host))),
        joins=joins,
        names=(*(each.name for each in movers), host.name),
        changes=(*changes, *(Change("sites", each.site_id, None) for each in movers)),
        uses=tuple(f"sites/{each}" for each in joins),
        facts={
            "metres": max(each.metres for each in ways.values()),
            "minutes": max(each.minutes for each in ways.values()),
            "space_m2": space,
            "units": float(moving),
            "start_year": float(min(start_year(area, each) for each in movers)),
            "tried_before": tried,
        },
        incomplete=tuple(incomplete),
    )


def closing_of(area: Area, site_id: str) -> Option:
    """Make the option that a site ends without a move, because the study says that its work may; its service does it alone."""
    site = site_of(area, site_id)
    here = pl.col("site_id") == site_id
    ends = {
        table: area.table(table).filter(here)[key].sort().to_list()
        for table, key in (("units", "unit_id"), ("posts", "post_id"))
    }
    changes = [Change(table, row, None) for table, rows in ends.items() for row in rows]
    # What it holds goes elsewhere, nobody knows where.
    assets = area.table("assets").filter(here)["asset_id"].sort()
    changes += [Change("assets", row, "site_id", None) for row in assets.to_list()]
    facts: dict[str, float | str | None] = dict.fromkeys(("metres", "minutes", "space_m2"), 0.0)
    return Option(
        id=f"shared-estate-close-{site_id}",
        kind="shared estate",
        title=f"{site.name} closes",
        partners=(site.service_id,),
        joins=(site_id,),
        names=(site.name,),
        changes=(*changes, Change("sites", site_id, None)),
        uses=(f"sites/{site_id}", *(f"{table}/{row}" for table, rows in ends.items() for row in rows)),
        facts={
            **facts,
            "units": float(len(ends["units"])),
            "start_year": float(start_year(area, site)),
            "tried_before": None,
        },
        incomplete=(
            *(["where what it holds goes"] if len(assets) else []),
            *(
                [f"what {site.name} would fetch"]
                if site.tenure == "freehold" and site.value_gbp is None
                else []
            ),
        ),
    )


def with_needs(option: Option, plan: Plan, among: Sequence[Option]) -> Option:
    """Say which moves of the plan an option cannot do without, by the options among these that make them; none of its own."""
    own = set(option.joins[:-1] or option.joins)
    pairs = {pair for move in plan.moves if move.mover in own for pair in move.needs}
    pairs |= {pair for site in plan.closed if site in own for pair in plan.closed_needs.get(site, ())}
    said = []
    for mover, host in sorted(pair for pair in pairs if pair[0] not in own):
        # Whoever moves in with others has moved in.
        makes = [each.id for each in among if each.joins[-1] == host and mover in each.joins[:-1]]
        said.append(" | ".join(makes or [f"shared-estate-{mover}-to-{host}"]))
    return replace(option, facts={**option.facts, NEEDS: "; ".join(said)}) if said else option


def _turns_in(units: pl.DataFrame, site: Site) -> bool:
    """Say whether a crew of a site comes from home or work when it is called."""
    here = units.filter(pl.col("site_id") == site.site_id)
    return bool(here["crew"].cast(pl.String).is_in(TURNS_IN).any())


def _unknown(area: Area, movers: list[Site]) -> list[str]:
    """Say what the study does not of the sites that close."""
    said = []
    # Where a control room is may not leave the study, so what else works from a site is not named.
    left = pl.col("site_id").is_in([each.site_id for each in movers])
    others = area.table("posts").filter(left & (pl.col("function") != "response"))
    if others.height or area.table("control_rooms").filter(left).height:
        site = "the site" if len(movers) == 1 else "these sites"
        said.append(
            f"other functions work from {site}, and would have to move too, at a cost that is not counted"
        )
    for mover in movers:
        if mover.tenure == "freehold" and mover.value_gbp is None:
            said.append(f"what {mover.name} would fetch")
        if mover.tenure == "leasehold" and mover.lease_break_on is None:
            said.append(f"when the lease of {mover.name} can be ended")
    return said


def site_of(area: Area, site_id: str) -> Site:
    """Give a site by its identifier."""
    row = area.table("sites").row(by_predicate=pl.col("site_id") == site_id, named=True)
    return Site(**{each.name: row[each.name] for each in fields(Site)})


def start_year(area: Area, site: Site) -> int:
    """Give the year, from 0, in which the site can be given up: that of its lease break, else the first."""
    broken = site.lease_break_on
    if broken is None:
        return 0
    first = int(area.settings.price_base[:4])
    year = broken.year if broken.month >= 4 else broken.year - 1
    return max(0, year - first)
