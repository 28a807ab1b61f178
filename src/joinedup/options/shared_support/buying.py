"""Buying together: one item that services buy at different prices, tendered as one."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from joinedup.area import Change
from joinedup.money import Cash, CashLine
from joinedup.options import Option
from joinedup.options.shared_support.declared import GAP_CLOSED, STANDARDISING, TENDER
from joinedup.options.shared_support.finding import (
    NAME,
    YEARS,
    fact,
    in_words,
    overlapping,
    own,
    shared_already,
    tried,
    without_sites,
    year_of,
)
from joinedup.overlap import contracts_by_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws
    from joinedup.options import Registered


def saved_at(
    prices: NDArray[np.float64], quantities: NDArray[np.float64], price: Literal["median", "best"]
) -> NDArray[np.float64]:
    """Give what each buyer would save if it paid no more than the median, or the best, of all prices for the item.

    ``prices`` and ``quantities`` have one element a buyer; who pays no more than that price already saves nothing, and
    what somebody saves whose quantity is not known (nan) is not known. A price that is not known (nan) is left out.
    """
    target = np.nanmedian(prices) if price == "median" else np.nanmin(prices)
    return np.asarray(np.maximum(prices - target, 0.0) * quantities)


def find(area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Look at every item that two services or more buy at different prices."""
    return _among(area, contracts_by_item(area), assumptions, without_sites(area, "procurement"))


def find_alone(area: Area, partner: str, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Look at every item that one service buys under several contracts at different prices."""
    # Each contract is taken for a service of its own, so that the one search serves both.
    mine = area.table("contracts").filter(pl.col("service_id") == partner)
    apart = mine.with_columns(service_id=pl.col("contract_id"))
    looked_at = replace(area, tables=MappingProxyType({**area.tables, "contracts": apart}))
    rows = contracts_by_item(looked_at).with_columns(service_id=pl.lit(partner))
    return _among(area, rows, assumptions, ())


def _among(
    area: Area,
    rows: pl.DataFrame,
    assumptions: Mapping[str, Assumption],
    register: Sequence[Registered],
) -> list[Option]:
    priced = rows.filter(pl.col("spread") > 0, pl.col("unit_price_gbp") > 0)
    found = [
        _option(area, each, assumptions, register)
        for each in priced.sort("contract_id").partition_by("match", maintain_order=True)
    ]
    return [each for each in found if each is not None]


def _option(
    area: Area, rows: pl.DataFrame, assumptions: Mapping[str, Assumption], register: Sequence[Registered]
) -> Option | None:
    """Make the option that these contracts for one item are tendered as one, or None where nobody would save."""
    partners = tuple(dict.fromkeys(rows["service_id"].to_list()))
    if shared_already(register, partners):
        return None
    prices, bought = _bought(rows)
    saved, at_median = saved_at(prices, bought, "best"), saved_at(prices, bought, "median")
    if not np.nansum(saved) > 0:
        return None
    item = str(rows["item"][0])
    contracts = rows["contract_id"].to_list()
    closed = assumptions[GAP_CLOSED.name].central
    changes = []
    for contract, price, year, gain in zip(contracts, prices, rows["yearly_gbp"], saved, strict=True):
        if price > prices.min() and year is not None:
            lower = price - closed * (price - float(prices.min()))
            changes.append(Change("contracts", contract, "unit_price_gbp", float(lower)))
            changes.append(Change("contracts", contract, "yearly_gbp", float(year - closed * gain)))
    unknown = rows.filter(pl.col("yearly_gbp").is_null())["service_id"].unique().sort()
    undated = rows.filter(pl.col("ends_on").is_null())["service_id"].unique().sort()
    alone = "alone-" if len(partners) == 1 else ""
    return Option(
        id=f"shared-support-buying-{alone}{'-'.join(contracts)}",
        kind=NAME,
        title=f"{in_words([area.name_of(each) for each in partners])} buy {item} together"
        if len(partners) > 1
        else f"{area.name_of(partners[0])} buys {item} under one contract",
        partners=partners,
        joins=tuple(contracts),
        names=tuple(area.name_of(each) for each in rows["service_id"]),
        changes=tuple(changes),
        uses=tuple(f"contracts/{each}" for each in contracts),
        facts={
            "way": "buying",
            "item": item,
            "lowest_gbp": float(prices.min()),
            "median_gbp": float(np.median(prices)),
            "highest_gbp": float(prices.max()),
            "spread": float(rows["spread"][0]),
            "saved_at_median": float(np.nansum(at_median)),
            "saved_at_best": float(np.nansum(saved)),
            **_of_each(rows["service_id"].to_list(), at_median, "saved_at_median"),
            **_of_each(rows["service_id"].to_list(), saved, "saved_at_best"),
            "changing_over_gbp": float(np.nansum(np.where(saved > 0, prices * bought, 0.0)))
            * assumptions[STANDARDISING.name].central,
            "tried_before": tried(register, partners),
        },
        incomplete=(
            f"whether one specification of {item} does for all",
            *(f"what {area.name_of(each)} spends on {item} in a year" for each in unknown),
            *(f"when the contract of {area.name_of(each)} for {item} ends" for each in undated),
            *overlapping(area, register, partners),
        ),
    )


def _of_each(services: Sequence[str], saved: NDArray[np.float64], name: str) -> dict[str, float | None]:
    """Give what each service would save over its contracts; None where what one of them buys is not known (§1.3)."""
    sums: dict[str, float] = {}
    for service, amount in zip(services, saved.tolist(), strict=True):
        sums[service] = sums.get(service, 0.0) + amount
    return {f"{name}_{service}": None if np.isnan(of) else of for service, of in sums.items()}


def _bought(rows: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the prices of contracts and how many of the item each buys in a year, nan where that is not known."""
    prices = rows["unit_price_gbp"].to_numpy().astype(np.float64)
    spent = rows["yearly_gbp"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return prices, spent / prices


def _contracts(area: Area, option: Option) -> pl.DataFrame:
    return area.table("contracts").filter(pl.col("contract_id").is_in(option.joins)).sort("contract_id")


def cash(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give the tender and the change of item, then what each saves from the year after its own contract ends."""
    rows = _contracts(area, option)
    gains = np.nan_to_num(saved_at(*_bought(rows), "best"))
    # A tender is people's time, and how far it may overrun is in its range (§5.3).
    flows = [
        own("one specification and a joint tender", 0, -draws[TENDER.name], partner, TENDER.name)
        for partner in option.partners
    ]
    for row, gain in zip(rows.iter_rows(named=True), gains, strict=True):
        start = year_of(area, row["ends_on"])
        if not gain or start >= YEARS:
            continue
        partner = row["service_id"]
        flows.append(
            own(
                "changing over to the common item",
                start,
                -row["yearly_gbp"] * draws[STANDARDISING.name],
                partner,
                STANDARDISING.name,
                line=CashLine.CAPITAL,
            )
        )
        flows += [
            own("lower price of the item", year, gain * draws[GAP_CLOSED.name], partner, GAP_CLOSED.name)
            for year in range(start + 1, YEARS + 1)
        ]
    return flows


def carry_on(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give what the services go on spending on the item."""
    return [
        own("the item at today's price", year, np.full(len(draws), -row["yearly_gbp"]), row["service_id"])
        for row in _contracts(area, option).iter_rows(named=True)
        if row["yearly_gbp"] is not None
        for year in range(1, YEARS + 1)
    ]


def explain(option: Option) -> str:
    """Say who buys what together, at which prices now, and what that could be worth."""
    names = in_words(list(dict.fromkeys(option.names)))
    # What one costs is a matter between buyer and seller (§8.1): how far the prices lie apart is not.
    apart, best = fact(option, "spread"), fact(option, "saved_at_best")
    return (
        f"{names} buy {option.facts['item']} under one contract, each from when its own ends. The dearest now pays {apart:.0%} "
        f"more for one than the cheapest. If all paid the least, £{best:,.0f} a year would be saved; only part of that is "
        "likely, because the prices may be for different things."
    )
