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
from joinedup.options.joint_training.seating import Calendar, Seating, mean_wait, seat
from joinedup.travel import StraightLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from joinedup.assumptions import Assumption

A_YEAR = 365
HOURS_A_DAY = 8.0
"""Working hours of a training day, to turn hours on the road into days of a trainee's time."""


@dataclass(frozen=True, eq=False)
class Pooled:
    """The runs of a year, as `_runs` gives them, the seating, and how far it is from each venue to each other (km, minutes)."""

    runs: pl.DataFrame
    calendar: Calendar
    seating: Seating
    km: NDArray[np.float64]
    minutes: NDArray[np.float64]
    may: NDArray[np.bool_]
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
        # There and back on every day.
        trips = 2 * days[None, :] * seated
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
        }
        on = self.runs["starts_on"].to_list()
        for service in partners:
            own = whose == service
            facts[f"runs_gbp_{service}"] = float(cost[own].sum())
            facts[f"saved_gbp_{service}"] = float(cost[own & ~kept].sum())
            facts[f"more_days_{service}"] = float(longer[own].sum())
            facts[f"road_hours_{service}"] = float((trips * self.minutes)[own].sum()) / 60
            facts[f"road_km_{service}"] = float((trips * self.km)[own].sum())
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


def pooled(area: Area, courses: Sequence[str], assumptions: Mapping[str, Assumption]) -> Pooled | None:
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
    seats = np.maximum(runs["seats"].fill_null(0).to_numpy(), booked)
    seats = np.where(unknown, booked, seats)
    km, minutes = _apart(runs, assumptions)
    may = _may(runs, minutes, assumptions)
    days = runs["days"].fill_null(0.0).to_numpy()
    trips = 2 * days[None, :]
    hourly = assumptions[declared.DAY.name].central / HOURS_A_DAY
    burden = (
        (days[None, :] - days[:, None]) * assumptions[declared.DAY.name].central
        + trips * minutes / 60 * hourly
        + trips * km * assumptions[declared.MILEAGE.name].central
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
    return Pooled(runs, calendar, seat(calendar), km, minutes, may, tuple(incomplete))


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
        .join(taught.select("course_id", "service_id", "days", "seats", "cost_gbp"), on="course_id")
        .join(sites, on="site_id", how="left")
        .sort("run_id")
    )


def _apart(
    runs: pl.DataFrame, assumptions: Mapping[str, Assumption]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give km and minutes from venue to venue; 0 within a place, and between runs of one service whose place is not known."""
    x, y = (runs[each].fill_null(np.nan).to_numpy() for each in ("x", "y"))
    metres = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    metres = np.nan_to_num(metres)
    return metres / 1000, StraightLine.of(assumptions).minutes(metres)


def _may(
    runs: pl.DataFrame, minutes: NDArray[np.float64], assumptions: Mapping[str, Assumption]
) -> NDArray[np.bool_]:
    """Whether somebody booked on the row may sit in the column: it lasts long enough to count, and is near enough."""
    whose, days = runs["service_id"].to_numpy(), runs["days"].fill_null(np.nan).to_numpy()
    placed = runs["x"].is_not_null().to_numpy()
    own = whose[:, None] == whose[None, :]
    same_course = runs["course_id"].to_numpy()[:, None] == runs["course_id"].to_numpy()[None, :]
    long_enough = (days[None, :] >= days[:, None]) | same_course
    near = (minutes <= assumptions[declared.REACH.name].central) & placed[:, None] & placed[None, :]
    return np.asarray(long_enough & (near | own))
