"""One support service: posts for one function that services hold each for themselves, in one team."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.money import Cash, CashKind, CashLine
from joinedup.options import Option, redundancy_pay
from joinedup.options.shared_support.declared import (
    POST_COST,
    POST_ENDED,
    SAVED_ON_POSTS,
    SETTING_UP,
    YEARS_TO_LIVE,
)
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
)
from joinedup.overlap import posts_by_function

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.assumptions import Assumption, Draws

OTHERS_BUSINESS = ("control", "training", "response", "prevention")
"""Functions that are no support: rooms, courses, crews and prevention are other kinds' business."""


def find(area: Area, assumptions: Mapping[str, Assumption]) -> list[Option]:
    """Look at every support function for which two services or more have posts."""
    register = without_sites(area, "shared support services")
    posts = area.table("posts")
    found = []
    for rows in posts_by_function(area).sort("service_id").partition_by("match", maintain_order=True):
        function = str(rows["match"][0])
        partners = tuple(rows["service_id"].to_list())
        if function in OTHERS_BUSINESS or shared_already(register, partners):
            continue
        words = {each for given in rows["function"] for each in given.split("; ")}
        held = posts.filter(pl.col("function").is_in(sorted(words)) & pl.col("service_id").is_in(partners))
        uncosted = rows.filter(pl.col("cost_gbp").is_null())["service_id"].to_list()
        freed = float(rows["fte"].sum()) * assumptions[SAVED_ON_POSTS.name].central
        bought, asked = _bought_for(area, {function, *words}, partners)
        found.append(
            Option(
                id=f"shared-support-service-{function.replace(' ', '-')}-{'-'.join(partners)}",
                kind=NAME,
                title=f"One {function} service for {in_words([area.name_of(each) for each in partners])}",
                partners=partners,
                joins=tuple(held["post_id"].sort().to_list()),
                names=tuple(area.name_of(each) for each in held.sort("post_id")["service_id"].to_list()),
                # Nobody has said yet where the one team would sit, and a share of a bill is no roster.
                changes=(),
                uses=tuple(f"posts/{each}" for each in held["post_id"].sort()),
                facts={
                    "way": "service",
                    "function": function,
                    "posts": float(rows["fte"].sum()),
                    "posts_freed": float(np.floor(freed)),
                    **{f"posts_{row['service_id']}": row["fte"] for row in rows.iter_rows(named=True)},
                    **bought,
                    "tried_before": tried(register, partners),
                },
                incomplete=(
                    *(f"what the {function} posts of {area.name_of(each)} cost" for each in uncosted),
                    *asked,
                    *overlapping(area, register, partners),
                ),
            )
        )
    return found


def _bought_for(
    area: Area, function: Collection[str], partners: Sequence[str]
) -> tuple[dict[str, float | str | None], list[str]]:
    """Give the facts of the partners' contracts for a function, however it is worded, and what they leave open.

    A contract could end, when its own time is up, where another partner has one for the same item that costs as much or more.
    Whether that other would do for both, and at what price, nobody has said: it is told, and is in no total.
    """
    plain = pl.col("item").str.to_lowercase().str.strip_chars()
    mine = (
        area.table("contracts")
        .filter(
            pl.col("function").str.to_lowercase().str.strip_chars().is_in([each.lower() for each in function])
            & pl.col("service_id").is_in(partners)
        )
        .sort("contract_id")
        .with_columns(plain=plain)
    )
    if mine.is_empty():
        return {}, []
    dearest = mine.sort("yearly_gbp", "contract_id", descending=[True, False], nulls_last=True)
    goes_on = dearest.group_by("plain", maintain_order=True).agg(
        goes_on=pl.col("contract_id").first(),
        holder=pl.col("service_id").first(),
        all_known=pl.col("yearly_gbp").is_not_null().all(),
    )
    could_end = mine.join(goes_on, on="plain", maintain_order="left").filter(
        pl.col("all_known") & (pl.col("service_id") != pl.col("holder"))
    )
    facts: dict[str, float | str | None] = {
        "contracts": float(mine.height),
        "contracts_gbp": None if mine["yearly_gbp"].has_nulls() else float(mine["yearly_gbp"].sort().sum()),
    }
    if not could_end.is_empty():
        facts["contracts_could_end_gbp"] = float(could_end["yearly_gbp"].sort().sum())
        facts["contracts_could_end"] = "; ".join(
            f"{each['item']} of {area.name_of(each['service_id'])}, {_until(each['ends_on'])}"
            for each in could_end.iter_rows(named=True)
        )
    unpriced = mine.filter(pl.col("yearly_gbp").is_null()).iter_rows(named=True)
    return facts, [
        f"which of the {mine.height} contracts for this work one service would still need, and at what price",
        *(
            f"what the contract of {area.name_of(each['service_id'])} for {each['item']} costs in a year"
            for each in unpriced
        ),
    ]


def _until(day: date | None) -> str:
    return "until a day that the study does not say" if day is None else f"until {day.day} {day:%B %Y}"


def _cost(
    area: Area, option: Option, partner: str, draws: Draws
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Give what a partner's posts for the function cost in a year, and the assumptions used."""
    posts = area.table("posts").filter(
        pl.col("post_id").is_in(option.joins) & (pl.col("service_id") == partner)
    )
    if not posts["cost_gbp"].has_nulls():
        return np.full(len(draws), float(posts["cost_gbp"].sort().sum())), ()
    return fact(option, f"posts_{partner}") * draws[POST_COST.name], (POST_COST.name,)


def cash(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give setting up, then whole posts as cash and parts of posts as time, from when one service does the work."""
    saved = draws[SAVED_ON_POSTS.name]
    exact = saved * fact(option, "posts")
    # Part of a post cannot be given up: it is somebody's time, and no cash (§4.7).
    whole = np.floor(exact + 1e-9)
    in_whole_posts = np.divide(whole, exact, out=np.zeros_like(exact), where=exact > 0)
    flows = []
    for partner in option.partners:
        cost, names = _cost(area, option, partner, draws)
        share = fact(option, f"posts_{partner}") / max(fact(option, "posts"), 1e-9)
        flows += [
            own(
                "setting one support service up",
                0,
                -cost * draws[SETTING_UP.name],
                partner,
                SETTING_UP.name,
                *names,
            ),
            redundancy_pay(
                partner,
                1,
                whole * share * draws[POST_ENDED.name],
                SAVED_ON_POSTS.name,
                POST_ENDED.name,
            ),
        ]
        for year in range(1, YEARS + 1):
            live = np.clip(year - draws[YEARS_TO_LIVE.name], 0.0, 1.0) * cost * saved
            rests = (SAVED_ON_POSTS.name, YEARS_TO_LIVE.name, *names)
            flows += [
                own("posts freed", year, live * in_whole_posts, partner, *rests),
                own(
                    "time set free, less than a post",
                    year,
                    live * (1.0 - in_whole_posts),
                    partner,
                    *rests,
                    line=CashLine.BENEFIT,
                    kind=CashKind.NOT_CASH_RELEASING,
                ),
            ]
    return flows


def carry_on(area: Area, option: Option, draws: Draws) -> list[Cash]:
    """Give what the posts go on costing."""
    flows = []
    for partner in option.partners:
        cost, names = _cost(area, option, partner, draws)
        flows += [own("the posts as now", year, -cost, partner, *names) for year in range(1, YEARS + 1)]
    return flows


def explain(option: Option) -> str:
    """Say whose posts become one service, and what comes free."""
    names = in_words(list(dict.fromkeys(option.names)))
    freed = fact(option, "posts_freed")
    told = (
        f"About {freed:,.0f} of them come free, if it goes as elsewhere"
        if freed
        else "Less than one of them comes free, so nothing is cash"
    )
    return (
        f"{names} do their {option.facts['function']} work in one service: {fact(option, 'posts'):,.1f} full-time posts now. "
        f"{told}. Whose posts end, and where the service sits, is for the partners to say. Such services have often kept a third "
        "of what they promised."
    )
