"""Whether a unit arrived, where nobody stamped its arrival: it did not, unless something else says that it was there (§3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.response.durations import LEAST_RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

NEARLY_ALL = 0.95
"""The share of arrivals within whose time from being sent a unit that was stood down is free again."""


def arrives() -> pl.Expr:
    """Say of each job whether its unit arrived, or is to.

    A unit without an arrival was stood down on the way, unless its service records no arrivals at all. One that left the scene or
    came to a hospital was there; so was one that was out for longer than nearly all of its service took to arrive at such a need:
    nobody is on the way for so long.
    """
    to_arrive = pl.col("arrived_at") - pl.col("told_at")
    enough = to_arrive.count().over("service_id", "need") >= LEAST_RECORDS
    longest = pl.when(enough).then(to_arrive.quantile(NEARLY_ALL).over("service_id", "need"))
    out = pl.col("available_at") - pl.col("told_at")
    return (
        pl.col("arrived_at").is_not_null()
        | (pl.col("arrived_at").count().over("service_id") == 0)
        | pl.col("left_at").is_not_null()
        | pl.col("hospital_at").is_not_null()
        | (out > longest).fill_null(value=False)
    )


def stood_down_of(jobs: pl.DataFrame) -> Sequence[str]:
    """Say of each service how many of its attendances have no arrival, and what they are taken for.

    ``jobs`` are recorded attendances with ``arrived_at`` and ``arrives``.
    """
    counted = (
        jobs.filter(pl.col("told_at").is_not_null())
        .group_by("service_id")
        .agg(
            pl.len().alias("all"),
            pl.col("arrived_at").null_count().alias("without"),
            (~pl.col("arrives")).sum().alias("down"),
        )
        .filter((pl.col("without") > 0) & (pl.col("without") < pl.col("all")))
        .sort("service_id")
    )
    said = []
    for service, number, without, down in counted.iter_rows():
        there = without - down
        rest = (
            f"; {there:,} of them left the scene, reached a hospital or were out too long for that, and are taken to have arrived"
            if there
            else ""
        )
        said.append(
            f"{without:,} of {number:,} attendances of {service} have no arrival, and are taken as stood down on the way{rest}"
        )
    return said
