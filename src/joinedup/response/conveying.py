"""Taking patients to hospital and handing them over, fitted to the study's own attendances (§3.1, §3.4).

An attendance with ``hospital_at`` conveyed. Which hospital it was is what ``hospital_id`` says, and a patient who is conveyed in
play is taken there too. Where that is empty, it is taken to be the one with the shortest drive, by whichever way of travelling
the study has, of the sites whose kind is hospital, and played so. Where a study names no hospital, or has too few records, there
is nothing to play apart, and a job stays busy for as long as such jobs were, conveyance and handover in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area.places import fit_for_distance
from joinedup.response.asking import LONGEST_MS
from joinedup.response.dispatching import NOT_CONVEYED, Hospitals
from joinedup.response.driven import Driven, unnamed
from joinedup.response.durations import LEAST_RECORDS, Cells, cells, chances, drawn, shown
from joinedup.travel import Places, left_out_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from joinedup.area import Area
    from joinedup.response.asking import Asked
    from joinedup.travel import StraightLine

LEVELS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "conveyed": (
        ("service_id", "need", "category", "part"),
        ("service_id", "need", "category"),
        ("service_id", "need"),
        ("service_id",),
    ),
    "on_scene": (
        ("service_id", "need", "conveyed", "category", "part"),
        ("service_id", "need", "conveyed", "category"),
        ("service_id", "need", "conveyed"),
        ("service_id", "conveyed"),
    ),
    "handover": (("hospital", "part"), ("hospital",), ("service_id", "part"), ("service_id",)),
}
"""The cells of each step, finest first."""


@dataclass(frozen=True, eq=False)
class Conveyed:
    """What was drawn for some jobs of one run, of shape (jobs,); ``place`` is the hospital's place in a matrix, if there is one.

    ``to`` is the row of the hospital, −1 where nobody is conveyed; ``on_scene`` and ``handover`` are ms.
    """

    table: pl.DataFrame
    to: NDArray[np.int64]
    on_scene: NDArray[np.int64]
    handover: NDArray[np.int64]

    def hospitals(self, order: NDArray[np.int64], place: NDArray[np.int64] | None = None) -> Hospitals:
        """Give the hospitals as ``dispatch`` takes them, for the jobs in the order in which they are ready."""
        x, y, bays = (self.table[name].to_numpy() for name in ("x", "y", "bays"))
        return Hospitals(x, y, bays, self.to[order], self.handover[order], place)


@dataclass(frozen=True, eq=False)
class Conveying:
    """What was fitted: hospitals (site_id, name, x, y, bays, said), and the cells of three steps.

    ``conveyed`` is 1 or 0; ``on_scene`` (ms) runs from arriving until leaving, for those conveyed so that the law's drive brings
    them to the hospital when the record says; ``handover`` (ms) runs from reaching the hospital until being free, and so holds
    what waiting for a bay was recorded. ``bays`` is what the site's own column says, else the most that were ever there at
    once: then hardly anybody waits for a bay beyond what was recorded, until an option brings more. ``recorded`` says of
    attendances (incident_id and unit_id) to which row of the hospitals they conveyed, where they do.
    """

    hospitals: pl.DataFrame
    steps: Mapping[str, tuple[Cells, ...]]
    notes: tuple[str, ...]
    travel: StraightLine | Driven
    recorded: pl.DataFrame

    def hospital_of(self, jobs: pl.DataFrame) -> NDArray[np.int64]:
        """Give the row of each job's hospital: the recorded one, else the shortest drive away; shape (jobs,)."""
        keys = ["incident_id", "unit_id"]
        known = jobs.select(keys).join(self.recorded, on=keys, how="left", maintain_order="left")["to"]
        found = known.fill_null(-1).to_numpy()
        return np.where(found >= 0, found, _nearest(jobs, self.hospitals, self.travel))

    @property
    def fits(self) -> pl.DataFrame:
        """What was fitted, cell by cell, with its records; the step ``conveyed`` is a share (0 to 1) and not minutes."""
        made = shown(self.steps)
        figures = [
            pl.when(pl.col("step") == "conveyed")
            .then(pl.col(name) * 60_000)
            .otherwise(pl.col(name))
            .alias(name)
            for name in ("mean", "median", "90th")
        ]
        return made.with_columns(figures)

    def drawn(
        self,
        jobs: pl.DataFrame,
        names: NDArray[np.uint64],
        busy: NDArray[np.int64],
        hospital: NDArray[np.int64],
        seed: int,
        run: int,
    ) -> Conveyed:
        """Draw for each job whether it conveys, and how long it is on scene and hands over.

        ``jobs`` has the columns of ``Asked.jobs``, ``names`` its names and ``hospital`` its hospitals, of the same jobs in one
        order. A service without records, and a job whose unit was stood down, conveys nobody and is busy on scene for as long
        as ``busy`` says (ms).
        """
        held = jobs.with_columns(self.hospitals["site_id"].gather(hospital).alias("hospital"))
        none = np.zeros(held.height, np.int64)

        def step(name: str, otherwise: NDArray[np.int64]) -> NDArray[np.int64]:
            return drawn(self.steps[name], held, chances(seed, run, name, names), otherwise)

        conveyed = step("conveyed", none) * held["arrives"].to_numpy()
        held = held.with_columns(pl.Series("conveyed", conveyed))
        on_scene = np.where(held["arrives"].to_numpy(), step("on_scene", busy), busy)
        to = np.where(conveyed == 1, hospital, NOT_CONVEYED)
        return Conveyed(self.hospitals, to, on_scene, np.where(conveyed == 1, step("handover", none), 0))


def conveying(area: Area, asked: Asked, travel: StraightLine | Driven) -> Conveying | None:
    """Fit conveyance to an area's attendances under a law of travel; None where there is no hospital or are too few records.

    A hospital that nobody can drive to is left out, and the notes say so.
    """
    sites = (
        area.table("sites")
        .filter(fit_for_distance() & (pl.col("kind").str.to_lowercase() == "hospital"))
        .sort("site_id")
    )
    # A hospital that two services name has a row for each, at one place.
    every = sites.select(pl.col("site_id").alias("hospital_id"), "x", "y")
    sites = sites.unique(["x", "y"], keep="first", maintain_order=True)
    places = Places.of(sites, "site_id")
    lost = travel.travel.left_out(places) if isinstance(travel, Driven) and len(places) else {}
    sites = sites.filter(~pl.int_range(pl.len()).is_in(sorted(lost)))
    if sites.is_empty():
        return None
    stamps = area.table("attendances").select(
        "incident_id", "unit_id", "arrived_at", "left_at", "hospital_at", "hospital_id", "available_at"
    )
    records = asked.jobs.drop("available_at").join(
        stamps, on=["incident_id", "unit_id"], how="inner", maintain_order="left"
    )
    records = records.filter(pl.col("hospital_at").count().over("service_id") >= LEAST_RECORDS)
    if records.is_empty():
        return None
    to, drives, said = _went_to(records, sites, every, travel)
    minutes = drives[np.arange(records.height), to]
    records = records.with_columns(
        sites["site_id"].gather(to).alias("hospital"),
        pl.Series("to", to),
        pl.col("hospital_at").is_not_null().cast(pl.Int64).alias("conveyed"),
        pl.Series("drive", np.round(minutes * 60_000).astype(np.int64)),
    )
    records = records.with_columns(
        _span("left_at", "hospital_at").alias("drove_there"),
        _span("hospital_at", "available_at").alias("handover"),
        pl.when(pl.col("conveyed") == 1)
        .then((_span("arrived_at", "hospital_at") - pl.col("drive")).clip(0))
        .otherwise(_span("arrived_at", "available_at"))
        .alias("on_scene"),
    ).filter(pl.col("arrives"))
    # Only who was conveyed is handed over.
    records = records.with_columns(pl.when(pl.col("conveyed") == 1).then("handover").alias("handover"))
    steps = {name: cells(name, records, LEVELS) for name in LEVELS}
    notes = (*left_out_in_words("hospitals", places, lost), *said, *_notes(records))
    recorded = records.filter(pl.col("hospital_id").is_not_null()).select("incident_id", "unit_id", "to")
    return Conveying(_bays(sites, records), steps, notes, travel, recorded)


def _went_to(
    records: pl.DataFrame, sites: pl.DataFrame, every: pl.DataFrame, travel: StraightLine | Driven
) -> tuple[NDArray[np.int64], NDArray[np.float64], tuple[str, ...]]:
    """Give the row of each record's hospital and the minutes to every hospital, and say of how many it was recorded."""
    known = every.join(sites.select("x", "y").with_row_index("to"), on=["x", "y"], how="inner")
    of = records.select("hospital_id").join(known, on="hospital_id", how="left", maintain_order="left")["to"]
    named = of.fill_null(0).to_numpy().astype(np.int64)
    minutes = _minutes(records, sites, travel)
    there = minutes[np.arange(len(named)), named]
    stated = records["hospital_id"].is_not_null().to_numpy()
    reached = of.is_not_null().to_numpy() & ~np.isnan(there)
    said = []
    if stated.any():
        conveyed = records["hospital_at"].is_not_null().to_numpy()
        said.append(
            f"{int((stated & conveyed).sum()):,} of {int(conveyed.sum()):,} attendances that conveyed say to which "
            "hospital, and patients are taken there; the others to the one with the shortest drive"
        )
    if lost := int((stated & ~reached).sum()):
        said.append(
            f"{lost:,} attendances name a hospital_id that is no site of the kind hospital with a place, or that nobody can "
            "drive to: the one with the shortest drive is taken"
        )
    return np.where(reached, named, _nearest(records, sites, travel)), minutes, tuple(said)


def _span(begin: str, end: str) -> pl.Expr:
    span = (pl.col(end) - pl.col(begin)).dt.total_milliseconds()
    return pl.when(span.is_between(0, LONGEST_MS)).then(span)


def _minutes(jobs: pl.DataFrame, sites: pl.DataFrame, travel: StraightLine | Driven) -> NDArray[np.float64]:
    """Give the minutes from each job to each hospital; shape (jobs, hospitals)."""
    calls, hospitals = (unnamed(each["x"].to_numpy(), each["y"].to_numpy()) for each in (jobs, sites))
    if isinstance(travel, Driven):
        return travel.between(calls, hospitals)
    return travel.between(calls, hospitals, "")


def _nearest(jobs: pl.DataFrame, sites: pl.DataFrame, travel: StraightLine | Driven) -> NDArray[np.int64]:
    """Give the row of the hospital that is the shortest drive from each job."""
    return np.asarray(_minutes(jobs, sites, travel).argmin(axis=1), np.int64)


def _bays(sites: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Give each hospital its bays: those that the site declares, else the most units that were there at once."""
    there = records.drop_nulls(["hospital_at", "available_at"])
    moves = pl.concat(
        [
            there.select("hospital", pl.col("hospital_at").alias("at"), pl.lit(1).alias("more")),
            there.select("hospital", pl.col("available_at").alias("at"), pl.lit(-1).alias("more")),
        ]
    )
    # At one moment who leaves makes room first.
    most = (
        moves.sort("hospital", "at", "more")
        .with_columns(pl.col("more").cum_sum().over("hospital").alias("there"))
        .group_by("hospital")
        .agg(pl.col("there").max().cast(pl.Int64))
    )
    return (
        sites.join(most, left_on="site_id", right_on="hospital", how="left", maintain_order="left")
        .with_columns(
            pl.max_horizontal(pl.coalesce("bays", "there", pl.lit(1)), pl.lit(1))
            .cast(pl.Int64)
            .alias("bays"),
            pl.when(pl.col("bays").is_not_null())
            .then(pl.lit("declared"))
            .otherwise(pl.lit("most at once"))
            .alias("said"),
        )
        .select("site_id", "name", "x", "y", "bays", "said")
    )


def _notes(records: pl.DataFrame) -> tuple[str, ...]:
    """Say what a reader has to know of what was recorded."""
    notes = []
    drives = records.drop_nulls("drove_there")
    if drives.height >= LEAST_RECORDS:
        recorded, law = (float(drives[name].mean()) / 60_000 for name in ("drove_there", "drive"))  # type: ignore[arg-type]
        notes.append(
            f"{drives.height:,} drives to hospital took {recorded:.1f} min on average; the law gives {law:.1f} min, "
            "and time on scene is fitted so that units are there when they were"
        )
    short = records.filter((pl.col("conveyed") == 1) & (pl.col("on_scene") == 0)).height
    if short:
        notes.append(
            f"{short:,} attendances reached hospital sooner than the law drives there: no time on scene is left to them"
        )
    return tuple(notes)
