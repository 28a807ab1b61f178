"""What it costs, and saves, to move a site under another roof, to end it, or to carry on with it (§5.1, §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from joinedup.money import Cash, CashKind, CashLine, Partner, Supply
from joinedup.options.shared_estate.declared import (
    COST_TO_ADAPT,
    COST_TO_MOVE,
    HOST_SHARE,
    RECEIPT_SHARE,
    RUNNING_COST,
    SPACE_NEEDED,
)
from joinedup.options.shared_estate.moving import start_year

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Draws
    from joinedup.options.shared_estate.moving import Site


def moved(area: Area, mover: Site, host: Site, draws: Draws, years: int) -> list[Cash]:
    """Give capital, then what is freed, what the host bears, the rent between them and the receipt of one move."""
    payer, landlord = Partner(mover.service_id), Partner(host.service_id)
    space = (mover.floor_area_m2 or 0.0) * draws[SPACE_NEEDED.name]
    start = start_year(area, mover)
    later = range(start + 1, years + 1)
    a_m2, host_names = _cost_a_m2(host, draws)
    adapting, adapt_names = _cost_to_adapt(host, draws)
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
    for freed in _freed(mover, draws, later):
        flows += [
            freed,
            Cash(
                "what the newcomer adds to the host's running cost",
                CashKind.CASH_RELEASING,
                CashLine.RUNNING,
                freed.year,
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
    return flows + _receipt(mover, draws, start + 1, years)


def ended(area: Area, site: Site, draws: Draws, years: int) -> list[Cash]:
    """Give what clearing a site costs whose work ends, then what is freed and the receipt; no post is counted as saved."""
    payer, start = Partner(site.service_id), start_year(area, site)
    clearing = Cash(
        "clearing the site that closes",
        CashKind.CASH_RELEASING,
        CashLine.CAPITAL,
        start,
        -draws[COST_TO_MOVE.name],
        payer,
        payer,
        (COST_TO_MOVE.name,),
        supply=Supply.STANDARD,
    )
    freed = _freed(site, draws, range(start + 1, years + 1))
    return [clearing, *freed, *_receipt(site, draws, start + 1, years)]


def kept_on(site: Site, draws: Draws, years: Iterable[int]) -> list[Cash]:
    """Give what a site goes on costing."""
    return _running(site, draws, years, "running cost of the site as now", -1)


def _freed(site: Site, draws: Draws, years: Iterable[int]) -> list[Cash]:
    return _running(site, draws, years, "running cost of the site given up", 1)


def _running(site: Site, draws: Draws, years: Iterable[int], what: str, sign: int) -> list[Cash]:
    payer = Partner(site.service_id)
    cost, names = _running_cost(site, draws)
    kind, line = CashKind.CASH_RELEASING, CashLine.RUNNING
    return [Cash(what, kind, line, year, sign * cost, payer, payer, names) for year in years]


def _receipt(site: Site, draws: Draws, year: int, years: int) -> list[Cash]:
    """Give the receipt of a freehold whose value is known, where it comes while the appraisal lasts."""
    if site.tenure != "freehold" or site.value_gbp is None or year > years:
        return []
    payer = Partner(site.service_id)
    return [
        Cash(
            "receipt for the site given up",
            CashKind.CASH_RELEASING,
            CashLine.RECEIPT,
            year,
            site.value_gbp * draws[RECEIPT_SHARE.name],
            payer,
            payer,
            (RECEIPT_SHARE.name,),
        )
    ]


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
