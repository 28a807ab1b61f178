"""Which calls two services both go to, named so that the same minutes there are never counted twice (§5.5).

A name is ``incidents/SERVICE/CATEGORY/OTHER``: the calls of one category in a service's records to which another comes too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from joinedup.area import Area

_CATEGORY = pl.col("category").fill_null("not recorded")


def asked_for(area: Area) -> pl.DataFrame:
    """Give who asks for whom: service_id, category and asked (a service_id), each once and in order."""
    services = area.table("services")
    names = pl.concat(
        [
            services.select(pl.col(each).str.to_lowercase().alias("name"), asked="service_id")
            for each in ("service_id", "kind")
        ]
    ).unique()
    return (
        area.table("incidents")
        .select("service_id", _CATEGORY, pl.col("other_service_requested").str.to_lowercase().alias("name"))
        .drop_nulls("name")
        # A few hundred ways of asking, however many incidents.
        .unique()
        .with_columns(pl.col("name").str.split(";"))
        .explode("name")
        .with_columns(pl.col("name").str.strip_chars())
        .join(names, on="name")
        .filter(pl.col("service_id") != pl.col("asked"))
        .select("service_id", "category", "asked")
        .unique()
        .sort("service_id", "category", "asked")
    )


def categories_of(incidents: pl.DataFrame) -> list[str]:
    """Give the categories of some incidents, each once and in order."""
    return incidents.select(_CATEGORY)["category"].unique().sort().to_list()


def named(service: str, categories: Iterable[str], others: Iterable[str]) -> set[str]:
    """Name the calls of a service in some categories to which others come too."""
    return {f"incidents/{service}/{each}/{other}" for each in categories for other in others}


def shared_by(
    asked: pl.DataFrame, service: str, categories: Iterable[str], others: Iterable[str] = ()
) -> set[str]:
    """Name the calls of a service in some categories to which anybody comes too, or one of ``others`` where these are given.

    Where the other's records alone ask for this service, nobody wrote down which of its own records those are: all may be.
    """
    looked_at, wanted = list(categories), list(others)
    own = asked.filter((pl.col("service_id") == service) & pl.col("category").is_in(looked_at))
    askers = asked.filter(pl.col("asked") == service)["service_id"].unique().sort().to_list()
    found = {f"incidents/{service}/{category}/{other}" for _, category, other in own.iter_rows()}
    found |= named(service, looked_at, askers)
    return {each for each in found if not wanted or each.rpartition("/")[2] in wanted}
