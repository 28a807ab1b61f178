"""The baseline beside what happened: how far off it is, how sure that is, and whether it may be believed (§3.4).

Each day is played on what was fitted to the other days, so that a record never helps to predict itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from joinedup.assumptions import Assumption, Grade, stream
from joinedup.response.inferring import inferred
from joinedup.response.outcomes import WAITS
from joinedup.response.replaying import Baseline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.asking import Crew
    from joinedup.response.outcomes import Outcomes

TOLERANCE = Assumption(
    name="response.calibration_tolerance",
    sentence="How far the modelled wait may be from the recorded one before the model says that it is not to be relied on.",
    unit="share of the recorded wait",
    low=0.02,
    central=0.05,
    high=0.10,
    source="judgement: about the largest published gap of a public model of London (+2.4 %, +5.3 % and -3.7 %)",
    grade=Grade.JUDGEMENT,
)
ASSUMPTIONS = (TOLERANCE,)
FOLDS = 5
_RESAMPLES = 200
_LEAST_INCIDENTS = 10
_CELLS_AT_ONCE = 4_000_000


class Verdict(StrEnum):
    """Whether a gap is within the tolerance; cannot tell is not a pass."""

    WITHIN = "within"
    OUTSIDE = "outside"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, eq=False)
class Calibration:
    """Recorded and modelled waits from call to first arrival, in minutes, with how far apart they are.

    Each table has its keys, incidents, measure (mean, median, 90th), recorded, modelled, gap, low and high (95 %), and
    share (gap over recorded); ``services`` and ``needs`` also have the verdict. ``days`` were each played on fits to the others.
    """

    services: pl.DataFrame
    needs: pl.DataFrame
    categories: pl.DataFrame
    hours: pl.DataFrame
    grounds: pl.DataFrame
    days: int
    tolerance: float
    notes: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether every measure of every service is within the tolerance."""
        verdicts = self.services["verdict"]
        return bool(verdicts.len()) and bool((verdicts == Verdict.WITHIN).all())

    @property
    def outside(self) -> frozenset[str]:
        """The services of which some measure is outside the tolerance."""
        return frozenset(self.services.filter(pl.col("verdict") == Verdict.OUTSIDE)["service_id"])

    @property
    def said(self) -> str:
        """Say in a sentence whether the baseline may be believed, and for whom not."""
        tolerance = f"{self.tolerance:.0%}"
        if self.services.is_empty():
            return f"No service has {_LEAST_INCIDENTS} incidents with a recorded arrival: the baseline cannot be compared."
        parts = []
        for verdict, words in (
            (Verdict.OUTSIDE, f"outside the stated tolerance of {tolerance}, and not to be relied on"),
            (Verdict.CANNOT_TELL, f"too few records to tell whether it is within {tolerance}"),
        ):
            rows = self.services.filter(pl.col("verdict") == verdict)
            if not rows.is_empty():
                named = ", ".join(
                    f"{row['service_id']} {row['measure']}" for row in rows.iter_rows(named=True)
                )
                parts.append(f"{named}: {words}")
        if not parts:
            return f"Every measure is within the stated tolerance of {tolerance}."
        return f"{'; '.join(parts)}."

    def as_json(self) -> dict[str, Any]:
        """Give everything, for machines."""
        return {
            "tolerance": self.tolerance,
            "trusted": self.trusted,
            "said": self.said,
            "days": self.days,
            **{
                each: getattr(self, each).to_dicts()
                for each in ("services", "needs", "categories", "hours", "grounds")
            },
            "notes": list(self.notes),
        }


def calibration(
    area: Area,
    assumptions: Mapping[str, Assumption],
    needs: Mapping[str, frozenset[Crew]] | None = None,
    *,
    runs: int = 1,
    folds: int = FOLDS,
    progress: Callable[[str], None] = lambda _: None,
) -> Calibration:
    """Play each day of an area on what was fitted to the others, and compare it with what happened.

    Days are dealt out to so many folds in turn, and a fold is played on the rest; as many folds as days is one day
    at a time. What a study does not hold and is inferred (homes, hours) is inferred without the fold as well.
    """
    days = _days(area)
    tolerance = assumptions[TOLERANCE.name].central
    folds = min(folds, len(days))
    parts, by_need, notes = [], [], []
    for fold in range(folds):
        progress(f"comparing with what happened: part {fold + 1} of {folds}")
        left_out = days[fold::folds]
        # With one day there are no others: it is played on itself, and said.
        without = left_out if folds > 1 else []
        known, said = inferred(area, without)
        outcomes = Baseline.of(known, assumptions, needs, without=without, lenient=True).played(runs=runs)
        parts.append(_beside(outcomes, left_out, ("incident_id", "service_id", "category", "ground", "hour")))
        by_need.append(_beside(outcomes, left_out, ("incident_id", "service_id", "need", "hour")))
        notes = [*said]
    if folds == 1:
        notes.append("there is one day alone, which was played on its own records")
    seed = area.settings.seed
    both, each_need = pl.concat(parts), pl.concat(by_need)
    return Calibration(
        _judged(_gaps(both, ("service_id",), seed), tolerance),
        _judged(_gaps(each_need, ("service_id", "need"), seed), tolerance),
        _gaps(both, ("service_id", "category"), seed),
        _gaps(both, ("service_id", "hour"), seed),
        _gaps(both, ("service_id", "ground"), seed),
        len(days),
        tolerance,
        tuple(notes),
    )


def _judged(gaps: pl.DataFrame, tolerance: float) -> pl.DataFrame:
    verdicts = [str(_verdict(row, tolerance)) for row in gaps.iter_rows(named=True)]
    return gaps.with_columns(pl.Series("verdict", verdicts, pl.String))


def _verdict(row: Mapping[str, float], tolerance: float) -> Verdict:
    allowed = tolerance * row["recorded"]
    if abs(row["gap"]) > allowed:
        return Verdict.OUTSIDE
    return Verdict.WITHIN if -allowed <= row["low"] and row["high"] <= allowed else Verdict.CANNOT_TELL


def _days(area: Area) -> list[date]:
    received = area.table("incidents")["received_at"].drop_nulls()
    return received.dt.replace_time_zone(None).dt.date().unique().sort().to_list()


def _beside(outcomes: Outcomes, days: list[date], keys: tuple[str, ...]) -> pl.DataFrame:
    """Lay the modelled first arrivals of some days, all runs, beside the recorded ones: one row a run and key."""
    stamped = pl.col("arrival").is_not_null()
    jobs = outcomes.jobs.filter(pl.col("date").is_in(days) & stamped)
    # A unit of which nobody stamped the arrival is in neither.
    unknown = outcomes.jobs.filter(~stamped).select("incident_id", "ordinal")
    recorded = jobs.group_by(keys).agg(
        pl.col("date").first(), (pl.col("arrival").min() / 60_000).alias("recorded")
    )
    modelled = (
        outcomes.table.filter(pl.col("arrived").is_not_null())
        .join(unknown, on=["incident_id", "ordinal"], how="anti")
        .group_by("run", *keys)
        .agg(pl.col("arrived").min().alias("modelled"))
    )
    return modelled.join(recorded, on=list(keys), how="inner", nulls_equal=True).sort("run", *keys)


def _gaps(both: pl.DataFrame, keys: tuple[str, ...], seed: int) -> pl.DataFrame:
    """Compare by some keys, groups of a handful left out, with intervals from resampling the hours of each day.

    Hours are drawn and not incidents, because the waits of one busy hour rise together.
    """
    rows = []
    groups = both.drop_nulls(keys).sort(keys).partition_by(keys, maintain_order=True, as_dict=True)
    for key, group in groups.items():
        first = group.filter(pl.col("run") == pl.col("run").min())
        if first.height < _LEAST_INCIDENTS:
            continue
        clusters = (
            group.select(pl.struct("date", "hour").rank("dense") - 1).to_series().to_numpy().astype(np.int64)
        )
        weights = stream(seed, "calibration", *keys, *map(str, key)).poisson(
            1.0, (_RESAMPLES, int(clusters.max()) + 1)
        )
        of_first = clusters[(group["run"] == group["run"].min()).to_numpy()]
        recorded, modelled = first["recorded"].to_numpy(), group["modelled"].to_numpy()
        drawn = _resampled(modelled, clusters, weights) - _resampled(recorded, of_first, weights)
        low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
        pairs = zip(WAITS, _measures(recorded), _measures(modelled), strict=True)
        for number, (measure, was, would) in enumerate(pairs):
            gap = would - was
            rows.append(
                {
                    **dict(zip(keys, key, strict=True)),
                    "incidents": first.height,
                    "measure": measure,
                    "recorded": was,
                    "modelled": would,
                    "gap": gap,
                    "low": min(float(low[number]), gap),
                    "high": max(float(high[number]), gap),
                    "share": gap / was if was else None,
                }
            )
    figures = dict.fromkeys(("recorded", "modelled", "gap", "low", "high", "share"), pl.Float64)
    schema = {each: both.schema[each] for each in keys}
    return pl.DataFrame(rows, schema={**schema, "incidents": pl.Int64, "measure": pl.String, **figures})


def _measures(minutes: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(np.sort(minutes).mean()), float(np.median(minutes)), float(np.quantile(minutes, 0.9))


def _resampled(
    minutes: NDArray[np.float64], clusters: NDArray[np.int64], weights: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give mean, median and 90th centile under each set of weights; shape (resamples, 3)."""
    order = np.argsort(minutes, kind="stable")
    sorted_minutes, of = minutes[order], clusters[order]
    number = weights.shape[1]
    found = np.full((len(weights), 3), np.nan)
    whole = weights @ np.bincount(clusters, minlength=number)
    some = whole > 0
    found[some, 0] = (weights @ np.bincount(clusters, minutes, number))[some] / whole[some]
    # Small whole numbers: they are gathered and added up several times as fast as fractions.
    small = weights.astype(np.int16)
    step = max(1, _CELLS_AT_ONCE // len(minutes))
    for start in range(0, len(weights), step):
        upto = small[start : start + step, of].cumsum(axis=1, dtype=np.int64)
        for row in np.flatnonzero(some[start : start + step]):
            at = np.searchsorted(upto[row], (0.5 * whole[start + row], 0.9 * whole[start + row]))
            found[start + row, 1:] = sorted_minutes[at]
    return found
