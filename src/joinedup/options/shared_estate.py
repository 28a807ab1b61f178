"""Shared estate: one service moves into a building of another, and gives up its own."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area import Area, Change
from joinedup.assumptions import Assumption, Draws, Grade
from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options import Kind, Need, Option, lives_already, registered, tried_before
from joinedup.overlap import ASSUMPTIONS as OVERLAP
from joinedup.overlap import REACH, SAME_PLACE_M, site_pairs
from joinedup.travel import ASSUMPTIONS as TRAVEL
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.options import Registered

SPACE_NEEDED = Assumption(
    name="shared_estate.space_needed",
    sentence="Floor that a newcomer needs at its host, as a share of the floor that it leaves.",
    unit="share",
    low=0.5,
    central=0.6,
    high=0.8,
    source="judgement: kitchens, yards and meeting rooms are shared; to be replaced by a space plan",
    grade=Grade.JUDGEMENT,
)
COST_TO_ADAPT = Assumption(
    name="shared_estate.cost_to_adapt",
    sentence="Building work to make the host's floor fit for the newcomer.",
    unit="pounds a m²",
    low=800,
    central=1500,
    high=2500,
    source="judgement: Felixstowe £524,000 and Saxmundham £540,000 were the whole cost of two shared stations in Suffolk (EADT)",
    grade=Grade.JUDGEMENT,
)
COST_TO_MOVE = Assumption(
    name="shared_estate.cost_to_move",
    sentence="Moving people, vehicles, aerials and networks from one building to the other.",
    unit="pounds a move",
    low=20_000,
    central=50_000,
    high=120_000,
    source="judgement, to be replaced by a quotation",
    grade=Grade.JUDGEMENT,
    # The same local market prices the builders and the movers.
    companion=COST_TO_ADAPT.name,
    rank_correlation=0.5,
)
RUNNING_COST = Assumption(
    name="shared_estate.running_cost",
    sentence="What a building costs to run in a year, where the study does not say.",
    unit="pounds a m² a year",
    low=55,
    central=73,
    high=95,
    source="West Yorkshire Police gave up 67,000 m² and £4.9m a year: £73 a m² (Built Environment Networking)",
    grade=Grade.ELSEWHERE,
)
HOST_SHARE = Assumption(
    name="shared_estate.host_share",
    sentence="What a newcomer adds to the host's running cost, as a share of the host's average cost for the floor it takes.",
    unit="share",
    low=0.3,
    central=0.5,
    high=1.0,
    source="judgement: empty floor is heated, rated and insured already",
    grade=Grade.JUDGEMENT,
)
RECEIPT_SHARE = Assumption(
    name="shared_estate.receipt_share",
    sentence="What is left of a building's value after the cost of selling it.",
    unit="share",
    low=0.85,
    central=0.95,
    high=0.98,
    source="usual agents' and legal fees on commercial sales",
    grade=Grade.READY_RECKONER,
)
EXIT_COST = Assumption(
    name="shared_estate.exit_cost",
    sentence="What it would cost to part again. It is shown, and is in no total.",
    unit="pounds",
    low=25_000,
    central=100_000,
    high=250_000,
    source="judgement: leaving Warwickshire and West Mercia's whole alliance cost £10.5m (HMICFRS; BBC)",
    grade=Grade.JUDGEMENT,
)

SHARED_KINDS = ("station", "base", "office")
"""Kinds of site that this kind of option joins; workshops, training centres and custody suites are other kinds' business."""


@dataclass(frozen=True)
class _Site:
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


class SharedEstate:
    """One service moves into a building of another."""

    name: str = "shared estate"
    rung: int = 2
    question: str = "Which service could move into a building of another, and give up its own?"
    needs: tuple[Need, ...] = (
        Need(
            "sites", ("floor_area_m2",), "the floor area of each site, to know whether one fits into another"
        ),
    )
    assumptions: tuple[Assumption, ...] = (
        *TRAVEL,
        *OVERLAP,
        SPACE_NEEDED,
        COST_TO_ADAPT,
        COST_TO_MOVE,
        RUNNING_COST,
        HOST_SHARE,
        RECEIPT_SHARE,
        EXIT_COST,
    )
    project_type: str = "standard buildings"
    years: int = 10
    exit_cost: str = EXIT_COST.name

    def find(self, area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
        """Try both directions of every pair of sites within reach; keep those for which there is, or may be, room."""
        return self._among(area, assumptions, registered(area, self.name))

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
        pairs = site_pairs(area, StraightLine.of(assumptions), assumptions[REACH.name].central)
        fit = pairs.filter(
            pl.col("kind").is_in(SHARED_KINDS)
            & pl.col("kind_2").is_in(SHARED_KINDS)
            & (pl.col("metres") >= SAME_PLACE_M)
        )
        found = []
        for pair in fit.iter_rows(named=True):
            sites = (pair["site_id"], pair["site_id_2"])
            if lives_already(register, (), sites):
                continue
            before = tried_before(register, (), sites)
            tried = None if before is None else before.in_words
            for mover, host in (sites, sites[::-1]):
                option = _option(area, mover, host, pair["metres"], pair["minutes"], assumptions, tried)
                # A site that can only be given up when the appraisal is over is left for another year's study.
                if option is not None and _start_year(area, _site(area, mover)) < self.years:
                    found.append(option)
        return sorted(found, key=lambda option: option.id)

    def cash(self, area: Area, option: Option, draws: Draws) -> list[Cash]:
        """Capital, then what is freed, what the host bears, the rent between them and the receipt."""
        mover, host = (_site(area, each) for each in option.joins)
        payer, landlord = Partner(mover.service_id), Partner(host.service_id)
        space = (mover.floor_area_m2 or 0.0) * draws[SPACE_NEEDED.name]
        start = _start_year(area, mover)
        later = range(start + 1, self.years + 1)
        a_m2, host_names = _cost_a_m2(host, draws)
        freed, freed_names = _running_cost(mover, draws)
        flows = [
            Cash(
                "adapting the host's floor and moving in",
                CashKind.CASH_RELEASING,
                CashLine.CAPITAL,
                start,
                -(space * draws[COST_TO_ADAPT.name] + draws[COST_TO_MOVE.name]),
                payer,
                payer,
                (SPACE_NEEDED.name, COST_TO_ADAPT.name, COST_TO_MOVE.name),
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
        """Give what the site that would be given up goes on costing."""
        mover = _site(area, option.joins[0])
        payer = Partner(mover.service_id)
        cost, names = _running_cost(mover, draws)
        return [
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

    def explain(self, option: Option) -> str:
        """Say who moves where, how far, and what is given up."""
        facts = {name: value for name, value in option.facts.items() if isinstance(value, int | float)}
        units = round(facts["units"])
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
            f"{option.names[0]} closes. {moved} move {facts['metres'] / 1000:.1f} km, about {facts['minutes']:.0f} minutes, "
            f"into {option.names[1]}, taking about {facts['space_m2']:,.0f} m² of floor there. {paid}"
        )


def _option(
    area: Area,
    mover_id: str,
    host_id: str,
    metres: float,
    minutes: float,
    assumptions: Mapping[str, Assumption],
    tried: str | None,
) -> Option | None:
    """Make the option that one site moves into the other, or None where it is known not to fit."""
    mover, host = _site(area, mover_id), _site(area, host_id)
    if mover.floor_area_m2 is None:
        return None
    units = area.table("units")
    moving = units.filter(pl.col("site_id") == mover_id).sort("unit_id")
    space = mover.floor_area_m2 * assumptions[SPACE_NEEDED.name].central
    incomplete = ["posts, consultation dates and an equality screen are not recorded"]
    if host.spare_area_m2 is None:
        incomplete.append(f"whether {host.name} has {space:,.0f} m² to spare")
    elif host.spare_area_m2 < space:
        return None
    if moving.height:
        if host.kind == "office":
            return None
        if host.bays is None:
            incomplete.append(f"whether {host.name} has {moving.height} free bays")
        elif host.bays - units.filter(pl.col("site_id") == host_id).height < moving.height:
            return None
    elif units.is_empty():
        incomplete.append("which units start from either site")
    # Where a control room is may not leave the study, so what else works from a site is not named.
    others = area.table("posts").filter((pl.col("site_id") == mover_id) & (pl.col("function") != "response"))
    if others.height or area.table("control_rooms").filter(pl.col("site_id") == mover_id).height:
        incomplete.append("other functions work from the site, and would have to move too")
    if mover.tenure == "freehold" and mover.value_gbp is None:
        incomplete.append(f"what {mover.name} would fetch")
    if mover.tenure == "leasehold" and mover.lease_break_on is None:
        incomplete.append(f"when the lease of {mover.name} can be ended")
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
    return Option(
        id=f"shared-estate-{mover_id}-to-{host_id}",
        kind="shared estate",
        title=f"{mover.name} moves into {host.name}",
        partners=(mover.service_id, host.service_id),
        joins=(mover_id, host_id),
        names=(mover.name, host.name),
        changes=(*changes, Change("sites", mover_id, None)),
        uses=(f"sites/{mover_id}", f"sites/{host_id}"),
        facts={
            "metres": metres,
            "minutes": minutes,
            "space_m2": space,
            "units": float(moving.height),
            "start_year": float(_start_year(area, mover)),
            "tried_before": tried,
        },
        incomplete=tuple(incomplete),
    )


def _site(area: Area, site_id: str) -> _Site:
    """Give a site by its identifier."""
    row = area.table("sites").row(by_predicate=pl.col("site_id") == site_id, named=True)
    return _Site(**{each.name: row[each.name] for each in fields(_Site)})


def _start_year(area: Area, site: _Site) -> int:
    """Give the year, from 0, in which the site can be given up: that of its lease break, else the first."""
    broken = site.lease_break_on
    if broken is None:
        return 0
    first = int(area.settings.price_base[:4])
    year = broken.year if broken.month >= 4 else broken.year - 1
    return max(0, year - first)


def _running_cost(site: _Site, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what a site costs to run in a year, and the assumptions used where the study does not say."""
    if site.running_cost_gbp is not None:
        return np.full(len(draws), site.running_cost_gbp), ()
    return (site.floor_area_m2 or 0.0) * draws[RUNNING_COST.name], (RUNNING_COST.name,)


def _cost_a_m2(site: _Site, draws: Draws) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give the average running cost of a square metre of a site."""
    if site.running_cost_gbp is not None and site.floor_area_m2:
        return np.full(len(draws), site.running_cost_gbp / site.floor_area_m2), ()
    return draws[RUNNING_COST.name], (RUNNING_COST.name,)


KIND: Kind = SharedEstate()
