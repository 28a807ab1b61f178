"""What comes of one calendar for some courses: runs that fall away, who sits where, days and drives, and waits for a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from joinedup.area import Area, Change
from joinedup.area.places import fit_for_distance
from joinedup.options.joint_training import declared
from joinedup.options.joint_training.counting import counts, places_taught
from joinedup.options.joint_training.seating import Calendar, Seating, mean_wait, seat
from joinedup.travel import Places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption
    from joinedup.travel import Travel

A_YEAR = 365
HOURS_A_DAY = 8.0
"""Working hours of a training day, to turn hours on the road into days of a trainee's time."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """The runs of a year, as `_runs` gives them, the seating, and how far it is from each venue to each other and back.

    ``km`` and ``minutes`` are there and back, shape (runs, runs); ``travel`` says by name what the minutes rest on.
    """

    runs: pl.DataFrame
    calendar: Calendar
    seating: Seating
    km: NDArray[np.float64]
    minutes: NDArray[np.float64]
    may: NDArray[np.bool_]
    travel: str
    incomplete: tuple[str, ...]

    @property
    def dropped(self) -> tuple[str, ...]:
        """The runs that fall away."""
        return tuple(self.runs.filter(pl.Series(~self.seating.kept))["run_id"])

    @property
    def changes(self) -> tuple[Change, ...]:
        """The step: runs that fall away, and who is booked on the others."""
        after = self.seating.seated.sum(axis=0).tolist()
        found = []
        for run, kept, booked, now in zip(
            self.runs["run_id"], self.seating.kept, after, self.runs["booked"], strict=True
        ):
            if not kept:
                found.append(Change("course_runs", run, None))
            elif now is not None and booked != now:
                found.append(Change("course_runs", run, "booked", booked))
        return tuple(found)

    def facts(self, partners: Sequence[str]) -> dict[str, float | str | None]:
        """Give what the cash and the explanation rest on, by service where a service bears it."""
        kept, seated = self.seating.kept, self.seating.seated
        cost, whose = self.calendar.cost, self.runs["service_id"].to_numpy()
        people = float(seated.sum())
        days = self.runs["days"].fill_null(0.0).to_numpy()
        longer = (days[None, :] - days[:, None]) * seated
        # There and back on every day; where nobody sits no way need lead.
        trips = days[None, :] * seated
        minutes, km = (np.where(seated > 0, each, 0.0) for each in (self.minutes, self.km))
        away = whose[:, None] != whose[None, :]
        facts: dict[str, float | str | None] = {
            "runs_before": float(len(kept)),
            "runs_after": float(kept.sum()),
            "people": people,
            "seats_shared": float(seated[away].sum()),
            "seats_filled_before": people / float(self.calendar.seats.sum()),
            "seats_filled_after": people / float(self.calendar.seats[kept].sum()),
            "person_gbp_before": float(cost.sum()) / people,
            "person_gbp_after": float(cost[kept].sum()) / people,
            "travel": self.travel,
        }
        on = self.runs["starts_on"].to_list()
        for service in partners:
            own = whose == service
            facts[f"runs_gbp_{service}"] = float(cost[own].sum())
            facts[f"saved_gbp_{service}"] = float(cost[own & ~kept].sum())
            facts[f"more_days_{service}"] = float(longer[own].sum())
            facts[f"road_hours_{service}"] = float((trips * minutes)[own].sum()) / 60
            facts[f"road_km_{service}"] = float((trips * km)[own].sum())
            # What somebody of this service could sit in, its own runs or, once shared, any that counts and is near enough.
            for when, open_to in (("before", own), ("after", kept & self.may[own].any(axis=0))):
                found = [day.toordinal() for day, yes in zip(on, open_to, strict=True) if yes]
                facts[f"wait_days_{when}_{service}"] = mean_wait(found)
            for other in partners:
                if other != service:
                    sits = seated[own] * (whose == other)
                    a_seat = cost / np.maximum(self.calendar.seats, 1)
                    facts[f"seats_of_{service}_at_{other}"] = float(sits.sum())
                    facts[f"seats_gbp_of_{service}_at_{other}"] = float((sits * a_seat).sum())
        return facts


def pooled(
    area: Area, courses: Sequence[str], assumptions: Mapping[str, Assumption], travel: Travel
) -> Pooled | None:
    """Pool the last year's runs of these courses; None where there are fewer than two, or nobody is booked."""
    runs = _runs(area, courses)
    if runs.height < 2 or not runs["booked"].sum():
        return None
    incomplete = []
    unknown = (
        runs.select(pl.any_horizontal(pl.col("booked", "seats", "cost_gbp").is_null())).to_series().to_numpy()
    )
    if unknown.any():
        incomplete.append(
            f"who is booked, the seats or the cost of {int(unknown.sum())} runs, which are kept as they are"
        )
    unnamed = runs.filter(pl.col("qualifies").is_null())["course_id"].n_unique()
    if unnamed:
        incomplete.append(
            f"what {unnamed} of these courses qualify people for; how long they last stands in for it"
        )
    if runs["days"].null_count():
        incomplete.append(
            "how long some of these courses last; they are taken to be long enough for their own service only"
        )
    if runs["x"].null_count():
        incomplete.append(
            "where some runs are given; nobody is sent to them, or from them, but by their own service"
        )
    booked = runs["booked"].fill_null(0).to_numpy()
    # Where seats are not known there is none to spare; a run that is overbooked seats those whom it has.
    most = np.minimum(runs["seats"].fill_null(0).to_numpy(), places_taught(runs))
    seats = np.maximum(most, booked)
    seats = np.where(unknown, booked, seats)
    km, minutes = _apart(runs, travel)
    may = _may(runs, minutes, assumptions)
    days = runs["days"].fill_null(0.0).to_numpy()
    hourly = assumptions[declared.DAY.name].central / HOURS_A_DAY
    burden = (
        (days[None, :] - days[:, None]) * assumptions[declared.DAY.name].central
        + days[None, :] * np.where(may, minutes, 0.0) / 60 * hourly
        + days[None, :] * km * assumptions[declared.MILEAGE.name].central
    )
    gaps = np.array([each.toordinal() for each in runs["starts_on"]])
    near = np.abs(gaps[:, None] - gaps[None, :]) <= assumptions[declared.PATIENCE.name].central
    stays = np.eye(len(gaps), dtype=bool)
    allowed = stays | (may & near & ~unknown[:, None] & ~unknown[None, :])
    calendar = Calendar(
        runs["cost_gbp"].fill_null(0.0).to_numpy(),
        seats.astype(np.int64),
        booked.astype(np.int64),
        unknown,
        np.where(allowed, burden, np.inf),
    )
    every = area.table("course_runs")["starts_on"].to_list()
    span = (max(every) - min(every)).days
    if span < A_YEAR / 2:
        incomplete.append(f"the calendar spans {span} days; it is taken to be a year's")
    return Pooled(runs, calendar, seat(calendar), km, minutes, may, travel.name, tuple(incomplete))


def _runs(area: Area, courses: Sequence[str]) -> pl.DataFrame:
    """Give the runs of the year that ends with the last run in the study, each with its course and the place of its venue."""
    runs = area.table("course_runs")
    if runs.is_empty():
        return runs.with_columns(x=pl.lit(None, pl.Float64))
    first = runs["starts_on"].max() - timedelta(days=A_YEAR - 1)  # type: ignore[operator]
    sites = area.table("sites").filter(fit_for_distance()).select("site_id", "x", "y")
    taught = area.table("courses").filter(pl.col("course_id").is_in(list(courses)))
    return (
        runs.filter(pl.col("starts_on") >= first)
        .join(taught.drop("topic", "code"), on="course_id")
        .join(sites, on="site_id", how="left")
        .sort("run_id")
    )


def _apart(runs: pl.DataFrame, travel: Travel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give km over the straight line and minutes by the study's own way of travelling, from venue to venue and back.

    Both are 0 within a venue and where a place is not known; minutes are not finite where no way leads. People drive as
    everybody does, without blue lights.
    """
    venues = runs.filter(pl.col("x").is_not_null()).unique("site_id", maintain_order=True).sort("site_id")
    if venues.is_empty():
        return np.zeros((runs.height, runs.height)), np.zeros((runs.height, runs.height))
    places = Places.of(venues, "site_id")
    there = travel.between(places, places, "other")
    there = np.where(np.isnan(there), np.inf, there)
    minutes = there + there.T
    np.fill_diagonal(minutes, 0.0)
    metres = np.hypot(places.x[:, None] - places.x, places.y[:, None] - places.y)
    number = {each: row for row, each in enumerate(venues["site_id"])}
    at = np.array([number.get(each, -1) for each in runs["site_id"]])
    known = (at >= 0)[:, None] & (at >= 0)[None, :]
    every = np.ix_(at, at)
    return np.where(known, 2 * metres[every] / 1000, 0.0), np.where(known, minutes[every], 0.0)


def _may(
    runs: pl.DataFrame, minutes: NDArray[np.float64], assumptions: Mapping[str, Assumption]
) -> NDArray[np.bool_]:
    """Whether somebody booked on the row may sit in the column: it counts for them, and is near enough.

    Where a place is not known, it is near enough for the people of the service that holds it alone.
    """
    whose = runs["service_id"].to_numpy()
    placed = runs["x"].is_not_null().to_numpy()
    known = placed[:, None] & placed[None, :]
    own = whose[:, None] == whose[None, :]
    near = minutes <= 2 * assumptions[declared.REACH.name].central
    return np.asarray(counts(runs) & np.where(known, near, own))
