"""Events of three services: two meetings that share a record's group tie three groups together (§2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    Three = tuple[str, str, str]


def triples(meetings: Mapping[tuple[str, str], pl.DataFrame]) -> dict[Three, tuple[float, float]]:
    """Estimate the events of each three services that meetings tie together, with the variance that their own matching leaves.

    If a and b are one event, and b and c are, then so are a and c, whether or not those two lie near enough to have
    been weighed. Of the three ways in which two meetings tie three groups together the likeliest counts.
    """
    services = sorted({each for pair in meetings for each in pair})
    ties = {each: _ties_of(each, meetings, services) for each in services}
    found: dict[Three, tuple[float, float]] = {}
    for service in services:
        # Events of this service and of two that come after it, so that each is looked at once.
        own = ties[service].filter(pl.col("service") > services.index(service))
        beside = [services[each] for each in own["service"].unique().sort()]
        if own.is_empty():
            continue
        second = pl.concat(
            [ties[each].filter(pl.col("service") > services.index(service)) for each in beside]
        )
        likeliest = (
            pl.concat([_through_itself(own), _through_another(own, second)])
            .group_by("group", "one", "other", "of_one", "of_other")
            .agg(pl.col("probability").max())
            .sort("group", "one", "other")
        )
        for (one, other), each in likeliest.group_by("of_one", "of_other", maintain_order=True):
            probability = each["probability"].to_numpy()
            three = (service, services[int(str(one))], services[int(str(other))])
            found[three] = float(probability.sum()), float((probability * (1 - probability)).sum())
    return dict(sorted(found.items()))


def _ties_of(
    service: str, meetings: Mapping[tuple[str, str], pl.DataFrame], services: list[str]
) -> pl.DataFrame:
    """Give a service's meetings with all others: its ``group``, ``partner``, the partner's ``service`` by number."""
    parts = [
        pl.DataFrame(
            schema={"group": pl.Int64, "partner": pl.Int64, "probability": pl.Float64, "service": pl.Int32}
        )
    ]
    for pair, frame in meetings.items():
        if service not in pair:
            continue
        own, partner = ("a", "b") if pair[0] == service else ("b", "a")
        other = pair[1] if pair[0] == service else pair[0]
        parts.append(
            frame.select(
                pl.col(own).cast(pl.Int64).alias("group"),
                pl.col(partner).cast(pl.Int64).alias("partner"),
                pl.col("probability").cast(pl.Float64),
                pl.lit(services.index(other), dtype=pl.Int32).alias("service"),
            )
        )
    return pl.concat(parts)


def _through_itself(own: pl.DataFrame) -> pl.DataFrame:
    """Tie two partners of one group."""
    return (
        own.join(own, on="group", suffix="_2")
        .filter(pl.col("service") < pl.col("service_2"))
        .select(
            "group",
            one="partner",
            other="partner_2",
            of_one="service",
            of_other="service_2",
            probability=pl.col("probability") * pl.col("probability_2"),
        )
    )


def _through_another(own: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Tie a group to the partners of its partners."""
    chain = own.join(second.rename({"group": "partner", "partner": "end"}), on="partner", suffix="_2")
    ahead = pl.col("service") < pl.col("service_2")
    return chain.filter(pl.col("service") != pl.col("service_2")).select(
        "group",
        one=pl.when(ahead).then("partner").otherwise("end"),
        other=pl.when(ahead).then("end").otherwise("partner"),
        of_one=pl.min_horizontal("service", "service_2"),
        of_other=pl.max_horizontal("service", "service_2"),
        probability=pl.col("probability") * pl.col("probability_2"),
    )
