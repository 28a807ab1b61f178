"""A period drawn instead of replayed: as many calls as the law of the recorded ones gives, each like one that was (§3.1).

How many come is drawn for each service from a profile of the hours of the week, the season and busy days, fitted to its records
(``rooms.arrivals``); services have their busy days together as far as they had. Where a call is, what it is and what it needs at
first are those of a recorded incident of the same service and hour of the day; what is then asked for besides, who is stood down
and whether it is upgraded are those of another of its category (``changing``). Durations are drawn as in a replay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import polars as pl
from joblib import Parallel, delayed

from joinedup.assumptions import stream
from joinedup.response.changing import Changing, follows
from joinedup.response.durations import LEAST_RECORDS
from joinedup.response.rooms.arrivals import DAY, HOUR, HOURS_OF_WEEK, Line, Pattern, Seen
from joinedup.response.summing import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from joinedup.response.changing import Change
    from joinedup.response.driven import Stands
    from joinedup.response.outcomes import Outcomes
    from joinedup.response.replaying import Baseline

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class Redrawn:
    """The jobs of a drawn period, as ``Baseline.jobs`` has them, and the places at which they are played."""

    jobs: pl.DataFrame
    stands: Stands


class Nothing(NamedTuple):
    """Calls that become nothing: the row of the service, whether they are 999's, and when they come, on the baseline's clock."""

    line: Integers
    urgent: Integers
    moment: Integers


class Period(NamedTuple):
    """A drawn period: what is played, and which recorded incident each drawn one is like.

    ``like`` is the place of that incident among the recorded ones, ``received`` the drawn moment on the baseline's clock, both of
    shape (incidents,); ``of`` says of which incident each job is, shape (jobs,).
    """

    baseline: Baseline
    like: Integers
    received: Integers
    of: Integers
    nothing: Nothing


@dataclass(frozen=True, eq=False)
class Drawing:
    """The law of a baseline's calls: the pattern of each service, and the days that are drawn, from ``first`` on.

    ``nothing`` is calls an hour that become nothing, where they are drawn too: by service, other calls and then 999, and hour of
    the week; shape (services, 2, 168).
    """

    baseline: Baseline
    pattern: Pattern
    first: date
    days: int
    nothing: Floats | None = None

    @classmethod
    def of(cls, baseline: Baseline) -> Drawing:
        """Fit the law to the incidents of a baseline, over the study's period where all of them lie in it."""
        incidents = baseline.jobs.unique("incident_id", keep="first", maintain_order=True)
        monday = baseline.asked.monday.date()
        day = (incidents["received"] // DAY).to_numpy()
        first, last = (monday + timedelta(int(each)) for each in (day.min(), day.max()))
        period = baseline.area.settings.period
        if period is not None and period[0] <= first and last <= period[1]:
            first, last = period
        days = (last - first).days + 1
        since = (monday - (first - timedelta(first.weekday()))).days * DAY
        services = incidents["service_id"].unique().sort().to_list()
        seen = [
            Seen(
                (incidents.filter(pl.col("service_id") == each)["received"] + since).sort().to_numpy(),
                first,
                days,
            )
            for each in services
        ]
        return cls(baseline, Pattern.fitted([Line(each, True) for each in services], seen), first, days)

    def period(self, number: int) -> Baseline:
        """Draw one period: the baseline with other calls, the same for a seed and number whatever else is drawn."""
        return self.drawn(number).baseline

    def drawn(self, number: int) -> Period:
        """Draw one period, with what each of its incidents is like and the calls that become nothing."""
        monday = self.first - timedelta(self.first.weekday())
        weeks = -(-(self.first.weekday() + self.days) // 7)
        seed = self.baseline.area.settings.seed
        rates = self._rates
        came = replace(self.pattern, hourly=rates.sum(axis=1)).made(monday, weeks, seed, number)
        inside = came.moment // DAY - self.first.weekday()
        kept = (inside >= 0) & (inside < self.days)
        line, moment = came.line[kept], came.moment[kept]
        # On the clock of the baseline, whose Monday is that of its first incident.
        since = (self.baseline.asked.monday.date() - monday).days * DAY
        what = self._what(rates, line, moment, number)
        nothing = Nothing(line[what > 0], what[what > 0] - 1, moment[what > 0] - since)
        line, moment = line[what == 0], moment[what == 0]
        like = self._like(line, moment, number)

        chance = stream(seed, "response", "changes", str(number)).random(len(like))
        made = self._changing.changed(like, chance)
        received = moment - since
        jobs = self._drawn_jobs(made, received[made.of], number)
        spots = self.baseline.stands
        stands = replace(spots, of_job=spots.of_job[made.place])
        asked = replace(self.baseline.asked, jobs=jobs.select(self.baseline.asked.jobs.columns), notes=())
        baseline = replace(
            self.baseline, asked=asked, bands=self.baseline.bands[made.place], redrawn=Redrawn(jobs, stands)
        )
        return Period(baseline, like, received, made.of, nothing)

    @property
    def incidents(self) -> Integers:
        """The row of the first job of each recorded incident."""
        return self._changing.first

    @cached_property
    def _rates(self) -> Floats:
        """Calls an hour by service, what they become (an incident, or nothing) and hour of the week; shape (services, 3, 168)."""
        hourly = self.pattern.hourly[:, None, :]
        none = np.zeros((len(hourly), 2, hourly.shape[2]))
        return np.concatenate([hourly, none if self.nothing is None else self.nothing], axis=1)

    def _what(self, rates: Floats, line: Integers, moment: Integers, number: int) -> Integers:
        """Draw what comes of each call: 0 an incident, 1 and 2 nothing; so all of a service have their busy days together."""
        if self.nothing is None:
            return np.zeros(len(line), np.int64)
        seed = self.baseline.area.settings.seed
        chance = stream(seed, "response", "becomes nothing", str(number)).random(len(line))
        upto = rates.cumsum(axis=1)[line, :, moment // HOUR % HOURS_OF_WEEK]
        return np.asarray((chance[:, None] * upto[:, -1:] >= upto[:, :-1]).sum(axis=1), np.int64)

    def played(
        self,
        runs: int,
        kept: Callable[[Outcomes], Kept],
        *,
        workers: int = 1,
        progress: Callable[[str], None] = lambda _: None,
    ) -> tuple[Kept, ...]:
        """Draw and play so many periods, and give what is ``kept`` of each: a period is let go before the next one is played.

        The same bytes, whatever the number of workers.

        Raises:
            Refusal: when a queue never empties.
        """
        return one_by_one(lambda number: kept(self.period(number).played()), runs, workers, progress)

    @cached_property
    def _changing(self) -> Changing:
        """The recorded jobs by incident, in order of the jobs."""
        starts = self.baseline.jobs.select(
            (pl.col("incident_id") != pl.col("incident_id").shift(1)).fill_null(value=True)
        ).to_series()
        first = np.flatnonzero(starts.to_numpy())
        return Changing(self.baseline.jobs, first, np.diff(np.append(first, self.baseline.jobs.height)))

    def _like(self, line: Integers, moment: Integers, number: int) -> Integers:
        """Choose for each call the incident that it is like: of its service, in its hour of the day where there are enough."""
        incidents = self.baseline.jobs[self._changing.first]
        services = [each.service for each in self.pattern.lines]
        its = (
            incidents["service_id"]
            .replace_strict({each: row for row, each in enumerate(services)}, return_dtype=pl.Int64)
            .to_numpy()
        )
        hour, wanted = (incidents["received"] // HOUR % 24).to_numpy(), moment // HOUR % 24
        chance = stream(self.baseline.area.settings.seed, "response", "like", str(number)).random(len(line))
        found = np.full(len(line), -1, np.int64)
        for of_record, of_call in (
            (its * 24 + hour, line * 24 + wanted),
            (its * 4 + hour // 6, line * 4 + wanted // 6),
            (its, line),
        ):
            order = np.argsort(of_record, kind="stable")
            least = 1 if of_record is its else LEAST_RECORDS
            begin, end = (np.searchsorted(of_record[order], of_call, side=side) for side in ("left", "right"))
            here = (found < 0) & (end - begin >= least)
            found[here] = order[(begin + (chance * (end - begin)).astype(np.int64))[here]]
        return found

    def _drawn_jobs(self, made: Change, received: Integers, number: int) -> pl.DataFrame:
        zone = self.baseline.area.settings.zone
        at = pl.lit(self.baseline.asked.monday) + pl.duration(milliseconds=pl.col("received"))
        width = len(str(len(made.of)))
        here = ("x", "y", "area", "ground", "category", "priority", "urgency")
        nothing = (
            *("unit_id", "unit_service", "told_at", "available_at", "handled", "later", "turned_out"),
            *("drove", "busy", "arrival", "stood", "upgraded_at"),
        )
        return (
            self.baseline.jobs[made.rows]
            .with_columns(
                *(self.baseline.jobs[each][made.place] for each in here),
                *(
                    self.baseline.jobs[each][made.upgrade]
                    for each in ("upgraded_to", "upgraded", "urgency_then")
                ),
                pl.Series("received", received),
                pl.Series("arrives", made.arrives),
                pl.Series(
                    "incident_id",
                    [f"drawn {number}-{each:0{width}d}" for each in made.of.tolist()],
                    pl.String,
                ),
                pl.lit(value=False).alias("overlaps"),
                *(pl.lit(None, self.baseline.jobs.schema[each]).alias(each) for each in nothing),
            )
            .with_columns(
                pl.int_range(pl.len()).over("incident_id").alias("ordinal"),
                (pl.int_range(pl.len()).over("incident_id", "need") > 0).alias("again"),
                follows(),
                pl.when(pl.col("urgency_then") < pl.col("urgency")).then("upgraded").alias("upgraded"),
                (pl.col("received") // HOUR % 24).alias("hour"),
                at.dt.date().alias("date"),
                at.dt.cast_time_unit("us")
                .dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
                .alias("received_at"),
            )
            .with_columns(
                (pl.col("hour") // 6)
                .replace_strict(
                    {0: "night", 1: "morning", 2: "afternoon", 3: "evening"}, return_dtype=pl.String
                )
                .alias("part")
            )
        )


def one_by_one(
    play: Callable[[int], Kept], runs: int, workers: int, progress: Callable[[str], None]
) -> tuple[Kept, ...]:
    """Play so many drawn periods, side by side in threads, as the loop holds no lock; give what ``play`` keeps of each."""
    made: list[Kept] = []
    size = max(workers, 1)
    for start in range(0, runs, size):
        numbers = range(start, min(start + size, runs))
        made += Parallel(n_jobs=size, prefer="threads")(delayed(play)(each) for each in numbers)
        progress(f"playing drawn period {len(made)} of {runs}")
    return tuple(made)


class Waited(NamedTuple):
    """What is kept of a service in a drawn period: ms to the first arrival of each incident, and how many waited for a unit."""

    first: NDArray[np.int32]
    queued: int


def waited(outcomes: Outcomes) -> dict[str, Waited]:
    """Give what ``drawn_waits`` asks of a period, by service."""
    came, found = outcomes.came, {}
    for service, rows in outcomes.places.with_row_index("row").group_by("service_id").agg("row").iter_rows():
        first = came.first[:, rows]
        found[service] = Waited(first[first >= 0], int(came.queued[rows].sum()))
    return found


def drawn_waits(periods: Sequence[Mapping[str, Waited]], replay: Outcomes) -> pl.DataFrame:
    """Lay the waits of drawn periods, as ``waited`` gives them, beside those of the replayed one, a row a service.

    Columns: service_id; incidents, mean, median, 90th and queued (share) of a replay, and the same of a drawn period with
    ``_drawn``; fewest and most (incidents of a drawn period).
    """
    rows = []
    for service in sorted({each for period in periods for each in period}):
        mine = [period[service] for period in periods if service in period]
        counts = [len(each.first) for each in mine] + [0] * (len(periods) - len(mine))
        first = np.concatenate([each.first for each in mine])
        if len(first):
            queued = sum(each.queued for each in mine) / len(first)
            figures = (len(first) / len(periods), *measured(first), queued)
            rows.append((service, *figures, min(counts), max(counts)))
    names = ("incidents", "mean", "median", "90th", "queued")
    schema = {
        "service_id": pl.String,
        **dict.fromkeys(names, pl.Float64),
        "fewest": pl.Int64,
        "most": pl.Int64,
    }
    drawn = pl.DataFrame(rows, schema=schema, orient="row")
    return replay.by("service_id").drop("full_mean").join(drawn, on="service_id", how="left", suffix="_drawn")
