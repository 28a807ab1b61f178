"""Which of two calls is the more urgent: as a study's own table ranks its priorities, else as soon as units were told."""

from __future__ import annotations

import polars as pl

LEAST_FOR_URGENCY = 30
"""Records of a priority from which the study's own pace says how urgent it is."""


def urgency(jobs: pl.DataFrame, priorities: pl.DataFrame) -> pl.DataFrame:
    """Give each service's priorities a number, 0 for the most urgent: as the study's own table ranks them, else as found.

    Returns:
        service_id, priority and urgency (0 to 63).
    """
    return _in_own_order(_found(jobs), priorities)


def _found(jobs: pl.DataFrame) -> pl.DataFrame:
    """Put priorities in order: those first whose calls were sent a unit soonest, then as numbers and words run.

    Sources disagree about which end of 1, 2, 3 or A to E is the urgent one; how soon somebody was told does not.
    """
    found = (
        jobs.filter(pl.col("ordinal") == 0)
        .group_by("service_id", "priority")
        .agg(pl.col("handled").count().alias("records"), pl.col("handled").median().alias("minutes"))
        .with_columns(
            # To half a minute: a difference of seconds is no order.
            pl.when(pl.col("records") >= LEAST_FOR_URGENCY).then((pl.col("minutes") / 30_000).round())
        )
        .with_columns(pl.col("minutes").fill_null(pl.col("minutes").median().over("service_id")).fill_null(0))
        .with_columns(pl.struct("minutes", _natural().alias("natural")).rank("dense").alias("rank"))
    )
    return found.select(
        "service_id", "priority", (pl.col("rank").cast(pl.Int64) - 1).clip(0, 63).alias("urgency")
    )


def _in_own_order(found: pl.DataFrame, priorities: pl.DataFrame) -> pl.DataFrame:
    """Put a study's own ranks in place of what was found; a priority that a service does not rank comes after those it does."""
    both = found.join(
        priorities.select("service_id", "priority", "rank"), on=["service_id", "priority"], how="left"
    )
    own, last = pl.col("rank"), pl.col("rank").max().over("service_id")
    unranked = both.filter(own.is_null() & last.is_not_null()).with_columns(
        pl.col("urgency").rank("dense").over("service_id").cast(pl.Int64).alias("after")
    )
    return (
        both.join(
            unranked.select("service_id", "priority", "after"), on=["service_id", "priority"], how="left"
        )
        .with_columns(
            pl.when(own.is_not_null())
            .then(own - 1)
            .when(last.is_not_null())
            .then((last - 1 + pl.col("after")).clip(0, 63))
            .otherwise(pl.col("urgency"))
            .alias("urgency")
        )
        .select("service_id", "priority", "urgency")
    )


def _natural() -> pl.Expr:
    """Order words as they are meant: immediate, prompt, scheduled; numbers as numbers; the rest by letter."""
    words = {each: number for number, each in enumerate(_WORDS)}
    number = pl.col("priority").str.extract(r"(\d+)").cast(pl.Int64)
    return pl.coalesce(
        pl.col("priority").str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Int64),
        number,
        pl.lit(len(_WORDS), pl.Int64),
    )


_WORDS = ("emergency", "immediate", "priority", "prompt", "scheduled", "appointment")
