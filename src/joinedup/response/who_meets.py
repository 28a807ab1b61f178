"""Which kinds of unit meet which need: those that did in the record, but for a stray one, or as the study says (§3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joinedup.response.asking import Crew

FEW_ATTENDANCES, SMALL_SHARE = 5, 0.05
"""A kind with fewer of a need's attendances, which are also a smaller share of them, is there by a slip of the pen or by luck."""
RECORDED, OWN, USUAL = "attendances", "needs.csv", "as is usual"
TOO_FEW, NOT_LISTED = "too few attendances", "not in needs.csv"

_COLUMNS = ("need", "service_id", "kind")


def who_meets(went: pl.DataFrame, own: Mapping[str, frozenset[Crew]]) -> pl.DataFrame:
    """Say which kinds of unit meet which need, and why.

    ``went`` has a row a job: need, unit_service, kind and whether it is ``recorded``; ``own`` is the study's own table of needs.
    A need that stands there is met by what is listed and by nothing else.

    Returns:
        need, service_id, kind, attendances, meets, and said: why it does or does not.
    """
    counted = (
        went.group_by("need", pl.col("unit_service").alias("service_id"), "kind")
        .agg(pl.col("recorded").sum().cast(pl.Int64).alias("attendances"), pl.col("recorded").all())
        .with_columns((pl.col("attendances") / pl.col("attendances").sum().over("need")).alias("share"))
    )
    few = (
        pl.col("recorded")
        & (pl.col("attendances") < FEW_ATTENDANCES)
        & (pl.col("share") < SMALL_SHARE)
        # Where nobody went often, nobody is left out.
        & ((pl.col("attendances") >= FEW_ATTENDANCES) | (pl.col("share") >= SMALL_SHARE)).any().over("need")
    )
    stated = pl.DataFrame(
        sorted((need, *crew) for need, crews in own.items() for crew in crews),
        schema=dict.fromkeys(_COLUMNS, pl.String),
        orient="row",
    ).with_columns(listed=pl.lit(value=True))
    return (
        counted.with_columns(few.alias("few"))
        .join(stated, on=_COLUMNS, how="full", coalesce=True)
        .with_columns(
            pl.col("attendances").fill_null(0),
            pl.when(pl.col("need").is_in(list(own)))
            .then(pl.when(pl.col("listed")).then(pl.lit(OWN)).otherwise(pl.lit(NOT_LISTED)))
            .when("few")
            .then(pl.lit(TOO_FEW))
            .when("recorded")
            .then(pl.lit(RECORDED))
            .otherwise(pl.lit(USUAL))
            .alias("said"),
        )
        .select(*_COLUMNS, "attendances", ~pl.col("said").is_in([TOO_FEW, NOT_LISTED]).alias("meets"), "said")
        .sort(_COLUMNS)
    )


def said_of(who: pl.DataFrame) -> list[str]:
    """Say of each kind of unit that is left out why, and how a study says otherwise."""
    total = who.with_columns(pl.col("attendances").sum().over("need").alias("all"))
    return [
        f"{row['attendances']:,} of the {row['all']:,} attendances to the need '{row['need']}' "
        f"{'was' if row['attendances'] == 1 else 'were'} by {row['kind']} of {row['service_id']}: too few to take that kind for "
        "one that meets it; where it does, say so in needs.csv, beside study.toml"
        for row in total.filter(pl.col("said") == TOO_FEW).iter_rows(named=True)
    ]
