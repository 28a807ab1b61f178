"""Waits drawn: distribution curves, the hours of the week, and squares of the map; never one crew's own times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import scipy

from joinedup.crossover.breakdown import CELL_METRES
from joinedup.disclosure import LIMIT, Curve, Curves, Figure, Grid, Map, Sensitivity, Square, Statement
from joinedup.response.standards import ARRIVAL, standards_of
from joinedup.study.drafting.naming import short_name
from joinedup.study.drafting.places import drawn_sites
from joinedup.study.drafting.weeks import CUTS, Cut
from joinedup.wording import Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from joinedup.study.study import Study
    from joinedup.study.waiting import Played

    Floats = NDArray[np.float64]

LEAST_CREWS = 2
"""Fewer crews than this are told apart by their times."""
_MOST_OF_ONE_CREW = 0.8
"""A square or a part of the week to which one crew came first more often than this shows that crew's times."""
_LEAST_DRAWN = 20
"""A curve of fewer incidents would have hardly a point that may be said."""
_MOST_POINTS = 40
_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
_MOST_UNSAID, _LEAST_FILLED = 0.25, 0.75
"""The week is drawn as finely as leaves this share of incidents unsaid at most, and this share of cells filled at least."""
_WHEN = (pl.col("received_at").dt.weekday().alias("weekday"), pl.col("received_at").dt.hour().alias("hour"))
_BY_LUCK = 0.05
"""How likely luck alone may be to have a part of the week called longer than the rest."""
_SIXTH = 6
"""Shades are of waits to the nearest ten seconds: a sixth of a minute."""


@dataclass(frozen=True, eq=False)
class Waited:
    """The waits of one service that are drawn: as played where the model is near what happened, else as recorded.

    ``rows`` has incident_id, x, y, weekday, hour and minutes, a row an incident.
    """

    service: str
    how: str
    rows: pl.DataFrame

    @classmethod
    def of(cls, played: Played, service: str, near: bool) -> Waited:
        """Take the waits of a service, ``near`` saying whether what was played is not shown to be off."""
        rows = played.arrivals.filter(pl.col("service_id") == service)
        how = "played" if near or not rows["recorded"].count() else "recorded"
        taken = rows.filter(pl.col(how).is_not_null()).select(
            "incident_id",
            "x",
            "y",
            *_WHEN,
            pl.col(how).alias("minutes"),
        )
        return cls(service, how, taken)


def wait_curves(study: Study, played: Played, service: str) -> list[Curves]:
    """Draw by when somebody had come to a service's incidents, recorded and played, on the same incidents."""
    rows = played.arrivals
    mine = (rows["service_id"] == service).to_numpy()
    recorded = rows["recorded"].to_numpy()
    known = mine & np.isfinite(recorded)
    kept = known if known.any() else mine
    base = int(kept.sum())
    if base < _LEAST_DRAWN:
        return []
    lines = [("As played", played.waits.minutes[:, kept], "")]
    if known.any():
        lines.insert(0, ("As recorded", recorded[kept][None, :], study.area.kind_of(service)))
    along = _along([minutes for _, minutes, _ in lines])
    name = short_name(study.area, service)
    figures = {
        f"{measure}{number}": Figure(float(np.nanquantile(minutes, part)), Unit.MINUTES, base)
        for number, (_, minutes, _) in enumerate(lines)
        for measure, part in (("half", 0.5), ("most", 0.9))
    }
    last = len(lines) - 1
    beside = f", and within {{most{last}}} as played" if last else " as played"
    said = "; ".join(
        f"{label.lower()}, half within {{half{number}}} and nine in ten within {{most{number}}}"
        for number, (label, _, _) in enumerate(lines)
    )
    return [
        Curves(
            f"waits-{service}",
            Statement(
                f"{name}: somebody came to nine incidents in ten within {{most0}}{beside}",
                {each: figures[each] for each in {"most0", f"most{last}"}},
                otherwise=f"{name}: from the call to the first arrival",
            ),
            f"From the call to the first arrival, {base:,} incidents; {study.area.settings.name}",
            [
                Curve(label, _points(minutes, along, base), ink if last else study.area.kind_of(service))
                for label, minutes, ink in lines
            ],
            along="Minutes from the call",
            measure="Share of incidents to which somebody had come by then",
            source="Source: the service's own records, and the same incidents played again; straight between points.",
            alternative=Statement(
                f"Lines that rise from nothing towards all incidents: {said}.",
                figures,
                otherwise="Lines that rise from nothing towards all incidents; the table behind has their points.",
            ),
        )
    ]


def _along(minutes: Sequence[Floats]) -> list[float]:
    """Choose round minutes up to where all but a hundredth have come, not too many of them."""
    top = max(float(np.nanquantile(each, 0.99)) for each in minutes)
    step = next((each for each in _STEPS if top / each <= _MOST_POINTS), _STEPS[-1])
    return [step * number for number in range(int(min(np.ceil(top / step), 2 * _MOST_POINTS)) + 1)]


def _points(minutes: Floats, along: Sequence[float], base: int) -> list[tuple[float, Figure]]:
    """Give the share to which somebody had come, over all runs; who never comes has not come."""
    came = np.sort(minutes[np.isfinite(minutes)])
    reached = np.searchsorted(came, along, side="right") / minutes.size
    return [(x, Figure(float(share), Unit.SHARE, base)) for x, share in zip(along, reached, strict=True)]


def wait_week(study: Study, played: Played, waited: Waited) -> list[Grid]:
    """Draw the mean wait in each part of the week, as finely as leaves few incidents unsaid; no part is one crew's own."""
    rows, crews = waited.rows, _first_crews(played, waited.service)
    weeks = ((each, _week(each, rows, crews)) for each in CUTS)
    cut, week = next((each for each in weeks if _can_be_drawn(*each)), (CUTS[-1], None))
    if week is None:
        return []
    found = {(row["day"], row["part"]): row for row in week.iter_rows(named=True)}
    cells = [
        [_cell(found.get((day, part))) for part in range(len(cut.starts))] for day in range(len(cut.days))
    ]
    name = short_name(study.area, waited.service)
    longer = _surely_longer(week, float(rows["minutes"].sort().to_numpy().mean()))
    if longer is None:
        title = f"{name}: the mean wait in each part of the week"
    else:
        start = cut.starts[longer[1]]
        when = f"{cut.days[longer[0]][0]}, {start:02d}:00 to {start + cut.hours:02d}:00"
        title = f"{name}: people wait longer than on average on {when}"
    return [
        Grid(
            f"wait-week-{waited.service}",
            title,
            f"Mean from the call to the first arrival as {waited.how}, local time; {study.area.settings.name}",
            [label for label, _ in cut.days],
            cut.along,
            cells,
            total=rows.height,
            measure="Mean wait",
            source=f"{_source(waited)} Parts with fewer than five incidents, or whose times are one crew's own, are left out.",
            alternative="A cell for each part of the week, darker where the wait was longer; the table behind says each.",
        )
    ]


def _week(cut: Cut, rows: pl.DataFrame, crews: pl.DataFrame) -> pl.DataFrame:
    """Give each part of the week that has incidents: day and part (counted from 0), incidents, minutes, spread and one_crew."""
    group = {number: day for day, (_, numbers) in enumerate(cut.days) for number in numbers}
    part = (
        pl.col("weekday").replace_strict(group, return_dtype=pl.Int64).alias("day"),
        (pl.col("hour").cast(pl.Int64) // cut.hours).alias("part"),
    )
    minutes = pl.col("minutes").sort()
    return (
        rows.group_by(*part)
        .agg(pl.len().alias("incidents"), minutes.mean(), minutes.std().alias("spread"))
        .join(_of_one(crews, part), on=["day", "part"], how="left")
        .with_columns(pl.col("one_crew").fill_null(value=False))
        .sort("day", "part")
    )


_SAID = (pl.col("incidents") >= LIMIT) & ~pl.col("one_crew")


def _can_be_drawn(cut: Cut, week: pl.DataFrame) -> bool:
    """Whether most incidents lie in parts that may be said, and most parts have some."""
    said, cells = week.filter(_SAID), len(cut.days) * len(cut.starts)
    least = (1 - _MOST_UNSAID) * int(week["incidents"].sum())
    return said["incidents"].sum() >= least and 0 < _LEAST_FILLED * cells <= said.height


def _cell(row: Mapping[str, Any] | None) -> Figure:
    if row is None:
        return Figure(None, Unit.MINUTES, 0)
    closed = Sensitivity.SECURITY if row["one_crew"] else Sensitivity.OPEN
    return Figure(rounded(row["minutes"]), Unit.MINUTES, row["incidents"], sensitivity=closed)


def _surely_longer(week: pl.DataFrame, mean: float) -> tuple[int, int] | None:
    """Give the part of the week whose mean is the most surely above the service's, if any is, as its day and part.

    Of many parts one is long by luck: each is asked for so much more than its own luck that among all of them it would be
    one time in twenty.
    """
    said = week.filter(_SAID & (pl.col("spread") > 0))
    if said.is_empty():
        return None
    count = said["incidents"].to_numpy()
    wide = scipy.special.stdtrit(count - 1, 1 - _BY_LUCK / said.height)
    least = said["minutes"].to_numpy() - wide * said["spread"].to_numpy() / np.sqrt(count)
    first = int(least.argmax())
    return (said["day"][first], said["part"][first]) if least[first] > mean else None


def wait_map(study: Study, played: Played, waited: Waited) -> list[Map]:
    """Draw the mean wait by square of 1 km, without squares that are one crew's own."""
    squares = by_square(waited.rows).join(of_one_crew(played, waited.service), on=["x", "y"], how="left")
    of_several = pl.col("one_crew").not_().fill_null(value=True)
    if squares.filter(of_several & (pl.col("incidents") >= LIMIT)).is_empty():
        return []
    kind = study.area.kind_of(waited.service)
    return [
        Map(
            f"wait-map-{waited.service}",
            f"{short_name(study.area, waited.service)}: where the wait is long, and where it is short",
            f"Mean from the call to the first arrival as {waited.how}, squares of 1 km; {study.area.settings.name}",
            [each for each in drawn_sites(study) if each.service == kind],
            [
                Square(
                    row["x"],
                    row["y"],
                    CELL_METRES,
                    Figure(
                        rounded(row["minutes"]),
                        Unit.MINUTES,
                        row["incidents"],
                        sensitivity=Sensitivity.SECURITY if row["one_crew"] else Sensitivity.OPEN,
                    ),
                )
                for row in squares.iter_rows(named=True)
            ],
            f"{_source(waited)} Squares with fewer than five incidents, or whose times are one crew's own, are left out.",
            "Squares, darker where the mean wait is longer, with the sites of the service.",
            measure="Mean wait in a square",
        )
    ]


def by_square(rows: pl.DataFrame) -> pl.DataFrame:
    """Give the mean minutes and the incidents of each square of 1 km, by its south-west corner."""
    return (
        rows.group_by(_corner("x"), _corner("y"))
        .agg(pl.col("minutes").sort().mean(), pl.len().alias("incidents"))
        .sort("x", "y")
    )


def _corner(axis: str) -> pl.Expr:
    return ((pl.col(axis) / CELL_METRES).floor() * CELL_METRES).alias(axis)


def of_one_crew(played: Played, service: str) -> pl.DataFrame:
    """Say of each square with recorded arrivals whether nearly all of them are the same crew's: x, y and one_crew."""
    return _of_one(_first_crews(played, service), (_corner("x"), _corner("y")))


def of_one_crew_by_category(played: Played, service: str) -> dict[str, bool]:
    """Say of each category whether nearly all of its recorded first arrivals are the same crew's; none is an empty name."""
    return dict(_of_one(_first_crews(played, service), (pl.col("category").fill_null(""),)).iter_rows())


@dataclass(frozen=True)
class Alone:
    """Whether one crew came first to nearly all incidents that a standard is of, and in which hours of the day it did."""

    whole: bool
    hours: frozenset[int]


def of_one_crew_by_standard(played: Played, service: str) -> dict[str, Alone]:
    """Say of each standard on arrival to which a service is held where its times are one crew's own, by its name."""
    crews = _first_crews(played, service)
    found = {}
    for each in standards_of(played.area, played.folder):
        if each.clock == ARRIVAL and each.holds_for(service, played.area.kind_of(service)):
            own = crews.filter(each.is_of())
            hours = _of_one(own, (pl.col("hour"),)).filter("one_crew")["hour"]
            most = int(own.group_by("unit_id").len()["len"].to_numpy().max(initial=0))
            found[each.name] = Alone(most > _MOST_OF_ONE_CREW * own.height, frozenset(hours))
    return found


def with_the_next(hidden: Collection[str], counts: Mapping[str, float]) -> set[str]:
    """Add to what is hidden the smallest of the rest where it is alone: a mean over all would give it away.

    ``counts`` has of each how many incidents it is of; those of as many are taken for the same incidents.
    """
    rest = {name: count for name, count in counts.items() if name not in hidden}
    if not hidden or not rest or len({counts[each] for each in hidden}) > 1:
        return set(hidden)
    return set(hidden) | {name for name, count in rest.items() if count == min(rest.values())}


def _first_crews(played: Played, service: str) -> pl.DataFrame:
    """Give the crew that was recorded first at each incident of a service, with where and when the incident was."""
    return (
        played.outcomes.jobs.filter((pl.col("service_id") == service) & pl.col("arrival").is_not_null())
        .sort("incident_id", "arrival", "unit_id")
        .unique("incident_id", keep="first", maintain_order=True)
        .select("incident_id", "unit_id", "category", "received_at", "x", "y", *_WHEN)
    )


def _of_one(crews: pl.DataFrame, keys: Sequence[pl.Expr]) -> pl.DataFrame:
    """Say of each group of incidents whether one crew came first to nearly all of them."""
    names = [each.meta.output_name() for each in keys]
    return (
        crews.group_by(*keys, "unit_id")
        .len()
        .group_by(names)
        .agg((pl.col("len").max() > _MOST_OF_ONE_CREW * pl.col("len").sum()).alias("one_crew"))
    )


def rounded(minutes: float) -> float:
    """Give minutes to the nearest ten seconds, so that no single time can be worked out of a mean."""
    return round(minutes * _SIXTH) / _SIXTH


def _source(waited: Waited) -> str:
    if waited.how == "played":
        return "Source: the service's incidents, played again."
    return "Source: the service's own records, because what was played is not near enough to them."
