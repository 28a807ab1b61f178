"""Records entered long after the event, and identifiers that change their form half way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from joinedup.area.queries import Effect
from joinedup.area.values import quoted

if TYPE_CHECKING:
    from joinedup.area.patterns.moments import Moments
    from joinedup.area.queries import Findings

LATE = "more than 24 hours after the call was received"

_LATE = pl.duration(hours=24)
_STEPS = ("mobilised_at", "responding_at", "arrived_at")
_SAMPLE = 100_000
_LEAST = 200
_LEAST_SHARE = 0.05
_EDGE = 0.02


def note_late(attendances: pl.DataFrame, rows: pl.Series, incidents: pl.DataFrame, found: Findings) -> None:
    """Note the attendances whose first step stands more than a day after the call."""
    step = pl.coalesce(_STEPS)
    late = (
        attendances.select("incident_id", step=step)
        .with_columns(row=rows)
        .filter(pl.col("step").is_not_null())
        .join(
            incidents.select("incident_id", "received_at"),
            on="incident_id",
            how="inner",
            maintain_order="left",
        )
        .with_columns(wait=pl.col("step") - pl.col("received_at"))
        .filter(pl.col("wait") > _LATE)
        .rechunk()
    )
    words = late.select(pl.format("{} hours", pl.col("wait").dt.total_hours())).to_series()
    found.add(late["row"], "mobilised_at", quoted(LATE, words), "used as given", Effect.NOTED)


def note_identifiers(moments: Moments, identifiers: pl.Series, found: Findings) -> None:
    """Note a service whose identifiers have one form up to some time and another after it."""
    for service, own in moments.by_service:
        if own.height < _LEAST:
            continue
        every = -(-own.height // _SAMPLE)
        sample = own.gather_every(every)
        forms = (
            sample.with_columns(incident_id=identifiers.gather(sample["at"]))
            .select(
                "wall", "row", form=_form(pl.col("incident_id")), length=pl.col("incident_id").str.len_chars()
            )
            .group_by("form", "length")
            .agg(
                pl.len(),
                begins=pl.col("wall").quantile(_EDGE),
                ends=pl.col("wall").quantile(1 - _EDGE),
            )
            .filter(pl.col("len") >= _LEAST_SHARE * own.height / every)
            .sort("begins", "ends", "form", "length")
        )
        for earlier, later in zip(
            forms[:-1].iter_rows(named=True), forms[1:].iter_rows(named=True), strict=True
        ):
            # A number that grows by a figure is no change.
            grown = earlier["form"] == later["form"] and abs(earlier["length"] - later["length"]) <= 1
            if not grown and earlier["ends"] <= later["begins"]:
                after = own.filter(pl.col("wall") >= int(later["begins"]))["row"]
                when = pl.Series([int(later["begins"])]).cast(pl.Datetime("us")).dt.date()[0]
                found.note(
                    "incident_id",
                    f"{service}: identifiers change their form half way, about {when}: "
                    f"'{earlier['form']} and then {later['form']}'",
                    "used as given",
                    after,
                )


def _form(identifier: pl.Expr) -> pl.Expr:
    """Give the form of an identifier: 9 for figures, A for letters, the rest as it is."""
    return identifier.str.replace_all(r"\d+", "9").str.replace_all(r"\p{L}+", "A")
